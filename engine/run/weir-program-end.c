/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "weir-program-end.h"

#include "weir-program-mark.h"

#include <errno.h>
#include <signal.h>

/* How often it is looked whether they are gone: most are at once, and looking costs some milliseconds. */
#define LOOK_FIRST_MS 10
#define LOOK_LAST_MS 250

struct _WeirProgramEnd
{
  WeirProgramTree tree;
  DexPromise     *killed; /* resolves when they got SIGKILL */
  gboolean        over;   /* there is nothing left: the number may be another's by now */
};

static void
end_clear (gpointer data)
{
  WeirProgramEnd *self = data;

  g_free (self->tree.mark);
  dex_unref (self->killed);
}

/* Also from threads. */
void
weir_program_end_unref (WeirProgramEnd *self)
{
  g_atomic_rc_box_release_full (self, end_clear);
}

static DexFuture *
ask_in_thread (gpointer user_data)
{
  WeirProgramEnd *self = user_data;

  weir_program_tree_ask (&self->tree);
  return dex_future_new_true ();
}

static DexFuture *
kill_in_thread (gpointer user_data)
{
  WeirProgramEnd *self = user_data;

  weir_program_tree_kill (&self->tree);
  return dex_future_new_true ();
}

static DexFuture *
in_thread (WeirProgramEnd *self, DexFiberFunc func)
{
  return dex_scheduler_spawn (dex_thread_pool_scheduler_get_default (), 0, func, g_atomic_rc_box_acquire (self),
                              (GDestroyNotify) weir_program_end_unref);
}

static DexFuture *
killed_cb (DexFuture *future, gpointer user_data)
{
  WeirProgramEnd *self = user_data;

  dex_promise_resolve_boolean (self->killed, TRUE);
  return dex_future_new_true ();
}

static DexFuture *
kill_cb (DexFuture *future, gpointer user_data)
{
  WeirProgramEnd *self = user_data;

  if (self->over)
    return dex_future_new_true ();
  /* the most of it at once */
  kill (-self->tree.leader, SIGKILL);
  return dex_future_finally (in_thread (self, kill_in_thread), killed_cb, g_atomic_rc_box_acquire (self),
                             (GDestroyNotify) weir_program_end_unref);
}

WeirProgramEnd *
weir_program_end_begin (pid_t leader, const char *mark, WeirClock *clock, gint64 grace_ms)
{
  WeirProgramEnd *self = g_atomic_rc_box_new0 (WeirProgramEnd);

  self->tree = (WeirProgramTree) { leader, g_strdup (mark), weir_program_mark_make (mark) };
  self->killed = dex_promise_new ();
  kill (-leader, SIGTERM);
  /* one that is halted cannot do as it is told */
  kill (-leader, SIGCONT);
  dex_future_disown (in_thread (self, ask_in_thread));
  dex_future_disown (dex_future_then (weir_clock_sleep (clock, grace_ms), kill_cb, g_atomic_rc_box_acquire (self),
                                      (GDestroyNotify) weir_program_end_unref));
  return self;
}

typedef struct
{
  WeirProgramEnd *end;
  GArray         *left;
} Look;

static DexFuture *
look_in_thread (gpointer user_data)
{
  Look *self = user_data;

  self->left = weir_program_tree_list (&self->end->tree);
  return dex_future_new_true ();
}

/* Whether nothing that is left can be ended from here. */
static gboolean
are_foreign (GArray *left)
{
  for (guint i = 0; i < left->len; i++)
    if (kill (g_array_index (left, pid_t, i), SIGKILL) == 0 || errno != EPERM)
      return FALSE;
  return TRUE;
}

/* FALSE when there is no use in waiting longer. */
static gboolean
wait_once (WeirProgramEnd *self, WeirStep *step, gint64 pause_ms)
{
  Look look = { self, NULL };
  g_autoptr(GArray) left = NULL;
  gboolean killed = !dex_future_is_pending (DEX_FUTURE (self->killed));
  DexFuture *pause;

  if (!dex_await (dex_scheduler_spawn (dex_thread_pool_scheduler_get_default (), 0, look_in_thread, &look, NULL), NULL)
      && look.left == NULL)
    return FALSE;
  left = look.left;
  step->left = left->len > 0 ? g_array_index (left, pid_t, 0) : 0;
  if (left->len == 0)
    return FALSE;
  if (killed && are_foreign (left))
    {
      weir_step_log (step, WEIR_LOG_WARNING, "Process %d cannot be ended: it belongs to another user",
                     (int) step->left);
      return FALSE;
    }
  /* one that came between is no more of a match for it than those before */
  if (killed && !dex_await (in_thread (self, kill_in_thread), NULL))
    return FALSE;
  pause = weir_clock_sleep (weir_clock_get_real (), pause_ms);
  if (!killed)
    pause = dex_future_first (pause, dex_ref (DEX_FUTURE (self->killed)), NULL);
  return dex_await (pause, NULL);
}

void
weir_program_end_wait (WeirProgramEnd *self, WeirStep *step)
{
  gint64 pause_ms = LOOK_FIRST_MS;

  while (wait_once (self, step, pause_ms))
    pause_ms = MIN (2 * pause_ms, LOOK_LAST_MS);
  step->left = 0;
  self->over = TRUE;
}
