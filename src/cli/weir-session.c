/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weir-session.h"

#include <glib-unix.h>
#include <signal.h>
#include <stdarg.h>

/* A command that is over sooner pays nothing for the socket. */
#define SERVE_AFTER_MS 30
/* An owner that has just started does not listen yet, one that ends does not listen any more, and one that only reads or
 * changes something never does. */
#define OWNER_GRACE_US (5 * G_USEC_PER_SEC)
/* A question goes to the next owner for so long, when one after the other ends. */
#define TRY_AGAIN_US (10 * G_USEC_PER_SEC)
/* What others asked for may take so long when this process is done. */
#define CALL_GRACE_MS 10000
/* What must not be cut off may take so long when the program is told to end: as long as logind waits. */
#define END_GRACE_MS 5000

static DexFuture *
settled_cb (DexFuture *future, gpointer user_data)
{
  gboolean *settled = user_data;

  *settled = TRUE;
  return dex_ref (future);
}

static DexFuture *
wait_for (DexFuture *future)
{
  gboolean settled = FALSE;
  DexFuture *waited = dex_future_finally (future, settled_cb, &settled, NULL);

  while (!settled)
    g_main_context_iteration (NULL, TRUE);
  return waited;
}

gpointer
weir_wait_boxed (DexFuture *future, GError **error)
{
  g_autoptr(DexFuture) waited = wait_for (dex_ref (future));
  const GValue *value = dex_future_get_value (future, error);
  gpointer boxed = value != NULL ? g_value_dup_boxed (value) : NULL;

  /* the value lives in the future */
  dex_unref (future);
  return boxed;
}

gboolean
weir_wait (DexFuture *future, GError **error)
{
  g_autoptr(DexFuture) waited = wait_for (dex_ref (future));
  const GValue *value = dex_future_get_value (future, error);

  dex_unref (future);
  return value != NULL;
}

static gboolean
serve_cb (gpointer user_data)
{
  WeirSession *self = user_data;
  g_autoptr(GError) error = NULL;

  self->serve_id = 0;
  if (!weir_control_serve (self->engine, &error))
    g_warning ("Other processes cannot steer this run: %s", error->message);
  return G_SOURCE_REMOVE;
}

/* Nothing is shown as done before it is on disk, so a full disk would look like a program that hangs. */
static void
trouble_cb (WeirEngine *engine, const char *message, gpointer user_data)
{
  if (weir_engine_is_damaged (engine))
    g_printerr (_("weir: %s\n"), message);
  else if (message != NULL)
    g_printerr (_("weir: %s; it goes on by itself once that is mended\n"), message);
  else
    g_printerr (_("weir: The database can be written again\n"));
}

/* What a newer Weir wrote, and what is where nothing can be written, can be looked at. */
static gboolean
open_read_only (WeirSession *self, const GError *why, GError **error)
{
  g_autoptr(GError) wrong = NULL;

  self->engine = weir_engine_new_read_only (weir_option_data_dir, &wrong);
  if (self->engine == NULL)
    {
      /* it says more where the folder is in the way, and nothing where it is not */
      g_propagate_error (error,
                         g_error_copy (g_error_matches (wrong, WEIR_ERROR, WEIR_ERROR_WRONG_STATE) ? why : wrong));
      return FALSE;
    }
  g_printerr (_("weir: %s; it can only be looked at\n"), why->message);
  self->control = weir_control_new (self->engine);
  return TRUE;
}

/* Either owns the folder or reaches the owner; tries again while owners change. */
gboolean
weir_session_open (WeirSession *self, GError **error)
{
  gint64 deadline = g_get_monotonic_time () + OWNER_GRACE_US;

  for (;;)
    {
      g_autoptr(GError) busy = NULL;
      g_autoptr(GError) silent = NULL;

      self->engine = weir_engine_new (weir_option_data_dir, &busy);
      if (self->engine != NULL)
        {
          g_signal_connect (self->engine, "trouble", G_CALLBACK (trouble_cb), NULL);
          self->control = weir_control_new (self->engine);
          return TRUE;
        }
      if (!g_error_matches (busy, WEIR_ERROR, WEIR_ERROR_BUSY))
        return open_read_only (self, busy, error);
      self->control = weir_control_connect (weir_option_data_dir, &silent);
      if (self->control != NULL)
        return TRUE;
      if (g_get_monotonic_time () > deadline)
        {
          g_set_error (error, WEIR_ERROR, WEIR_ERROR_BUSY, _("%s, and it does not answer"), busy->message);
          return FALSE;
        }
      g_usleep (20000);
    }
}

static gboolean
terminate_cb (gpointer user_data)
{
  WeirSession *self = user_data;

  if (dex_future_is_pending (DEX_FUTURE (self->told_to_end)))
    dex_promise_resolve_boolean (self->told_to_end, TRUE);
  return G_SOURCE_CONTINUE;
}

static void
shutdown_cb (WeirInhibitor *inhibitor, WeirSession *self)
{
  terminate_cb (self);
}

/* What others ask for ends with this process, so a command that is over at once must not take it: a run that began in it would be
 * cut off. */
void
weir_session_serve (WeirSession *self)
{
  if (self->engine != NULL && self->serve_id == 0 && !self->is_served)
    self->serve_id = g_timeout_add (SERVE_AFTER_MS, serve_cb, self);
  self->is_served = TRUE;
}

void
weir_session_listen (WeirSession *self)
{
  weir_session_serve (self);
  if (self->told_to_end != NULL)
    return;
  self->told_to_end = dex_promise_new ();
  self->terminate_id = g_unix_signal_add (SIGTERM, terminate_cb, self);
  /* the terminal is closed; under nohup that is no reason */
  if (signal (SIGHUP, SIG_IGN) != SIG_IGN)
    self->hang_up_id = g_unix_signal_add (SIGHUP, terminate_cb, self);
  if (self->engine == NULL)
    return;
  self->inhibitor = weir_inhibitor_new (self->engine, NULL);
  g_signal_connect (self->inhibitor, "shutdown", G_CALLBACK (shutdown_cb), self);
}

gboolean
weir_session_is_told_to_end (WeirSession *self)
{
  return self->told_to_end != NULL && !dex_future_is_pending (DEX_FUTURE (self->told_to_end));
}

static void
stop_listening (WeirSession *self)
{
  g_clear_handle_id (&self->terminate_id, g_source_remove);
  g_clear_handle_id (&self->hang_up_id, g_source_remove);
  if (self->inhibitor != NULL)
    g_object_run_dispose (G_OBJECT (self->inhibitor));
  g_clear_object (&self->inhibitor);
  dex_clear (&self->told_to_end);
}

static gboolean
give_up_cb (gpointer user_data)
{
  *(gboolean *) user_data = TRUE;
  return G_SOURCE_REMOVE;
}

/* What another process asked for, a deletion for one, is not cut off half-way. */
static void
finish_calls (WeirEngine *engine)
{
  gboolean given_up = FALSE;
  guint id = g_timeout_add (CALL_GRACE_MS, give_up_cb, &given_up);

  while (!given_up && weir_control_is_busy (engine))
    g_main_context_iteration (NULL, TRUE);
  if (!given_up)
    g_source_remove (id);
}

gboolean
weir_session_close (WeirSession *self, GError **error)
{
  gboolean closed = TRUE;

  g_clear_handle_id (&self->serve_id, g_source_remove);
  self->is_served = FALSE;
  g_clear_object (&self->control);
  if (self->engine != NULL)
    {
      if (!weir_session_is_told_to_end (self))
        finish_calls (self->engine);
      closed = weir_wait (weir_session_is_told_to_end (self) ? weir_engine_wind_down (self->engine, END_GRACE_MS)
                                                             : weir_engine_close (self->engine),
                          error);
      /* Listeners get the last events first. */
      while (g_main_context_pending (NULL))
        g_main_context_iteration (NULL, FALSE);
      weir_control_stop_serving (self->engine);
      /* those who still gave events to somebody who did not read see that it is over */
      while (g_main_context_pending (NULL))
        g_main_context_iteration (NULL, FALSE);
    }
  stop_listening (self);
  g_clear_object (&self->engine);
  return closed;
}

/* The owner ended between being asked and beginning with it. This process may be the owner now. */
static gboolean
open_again (WeirSession *self, GError **error)
{
  gboolean served = self->is_served;

  g_clear_object (&self->control);
  self->is_served = FALSE;
  if (!weir_session_open (self, error))
    return FALSE;
  if (served)
    weir_session_serve (self);
  return TRUE;
}

WeirValue *
weir_session_call (WeirSession *self, GError **error, const char *method, ...)
{
  WeirBuilder *builder = weir_record_builder_new (4);
  gint64 deadline = g_get_monotonic_time () + TRY_AGAIN_US;
  g_autoptr(WeirValue) args = NULL;
  const char *name;
  va_list list;

  va_start (list, method);
  while ((name = va_arg (list, const char *)) != NULL)
    weir_builder_set_take (builder, name, va_arg (list, WeirValue *));
  va_end (list);
  args = weir_builder_end (builder);
  for (;;)
    {
      g_autoptr(GError) wrong = NULL;
      WeirValue *answer = weir_wait_boxed (weir_control_call (self->control, method, args), &wrong);

      if (answer != NULL)
        return answer;
      if (self->engine != NULL || !g_error_matches (wrong, WEIR_ERROR, WEIR_ERROR_BUSY)
          || g_get_monotonic_time () > deadline)
        {
          g_propagate_error (error, g_steal_pointer (&wrong));
          return NULL;
        }
      if (!open_again (self, error))
        return NULL;
    }
}
