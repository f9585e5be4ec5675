/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Where a run pauses or ends, and what is still under way then. */

#include "weir-program-tree.h"
#include "weir-run-private.h"

#include <signal.h>

/* A forced end waits this long for a step that does not react. */
#define FORCE_GRACE_MS 6000

/* The run owns its timers: with it they are gone. @func gets the run, unowned. */
void
weir_run_call_later (WeirRun *run, gint64 delay_ms, DexFutureCallback func)
{
  for (guint i = run->timers->len; i-- > 0;)
    if (dex_future_get_status (g_ptr_array_index (run->timers, i)) != DEX_FUTURE_STATUS_PENDING)
      g_ptr_array_remove_index_fast (run->timers, i);
  g_ptr_array_add (run->timers, dex_future_then (weir_clock_sleep (run->engine->clock, delay_ms), func, run, NULL));
}

static DexFuture *
retry_due_cb (DexFuture *future, gpointer user_data)
{
  WeirRun *run = user_data;

  if (!run->suspended && run->engine != NULL)
    weir_engine_wake (run->engine, run);
  return dex_future_new_true ();
}

void
weir_run_wake_later (WeirRun *run, gint64 delay_ms)
{
  weir_run_call_later (run, delay_ms, retry_due_cb);
}

/* ── the end of a run ───────────────────────────────────────────────────────────────────── */

static void
end_paused (WeirRun *run)
{
  if (run->n_leaves > 0)
    return;
  weir_run_emit (run, WEIR_EVENT_RUN_PAUSED, NULL, NULL);
  weir_run_put_row (run);
}

/* Ends the run, or its pausing, if the time has come. */
void
weir_run_check_end (WeirRun *run)
{
  WeirScopeState *root;

  if (run->suspended || run->state->scopes->len == 0 || weir_run_status_is_final (run->state->status))
    return;
  root = g_ptr_array_index (run->state->scopes, 0);
  switch (run->state->status)
    {
    case WEIR_RUN_RUNNING:
      weir_run_end_by_itself (run);
      break;
    case WEIR_RUN_PAUSING:
      if (root->rested || root->failing)
        weir_run_end_by_itself (run);
      if (run->state->status == WEIR_RUN_PAUSING)
        end_paused (run);
      break;
    case WEIR_RUN_STOPPING:
      weir_run_end_stopped (run);
      break;
    default:
      break;
    }
  if (weir_run_status_is_final (run->state->status))
    {
      weir_run_cancel_leftovers (run);
      weir_run_put_row (run);
    }
  else if (weir_run_state_get_status (run->state) != run->row_status)
    weir_run_put_row (run);
}

/* The run has ended by itself: what still waited in it is given up. */
void
weir_run_cancel_leftovers (WeirRun *run)
{
  /* an answer that came too late: the step would hold its run */
  g_queue_clear_full (&run->answered, (GDestroyNotify) weir_step_unref);
  for (guint i = 0; i < run->state->steps->len && run->n_runtimes > 0; i++)
    {
      WeirStepState *state = g_ptr_array_index (run->state->steps, i);
      WeirStep *step = state != NULL ? state->runtime : NULL;

      if (step != NULL && !step->settled)
        g_cancellable_cancel (weir_step_get_cancellable (step));
    }
  if (run->n_runtimes > 0)
    weir_run_reject_scopes (run);
}

/* How long a step that is forced may take before it is given up, ms. */
static gint64
get_grace (WeirStep *step)
{
  return MAX (FORCE_GRACE_MS, step->kill_grace_ms + 1000);
}

static void
give_up (WeirRun *run, WeirStep *step)
{
  const char *key = "reason";
  g_autoptr(WeirValue) reason = weir_value_new_text ("It did not react to being stopped");

  if (run->state->status == WEIR_RUN_STOPPING)
    {
      weir_run_emit (run, WEIR_EVENT_BLOCK_INTERRUPTED, step->state, weir_value_new_record (&key, &reason, 1));
      step->settled = TRUE;
      weir_step_release (step);
    }
  else
    {
      /* a part of a run that goes on: for the rest it failed */
      g_autoptr(GError) error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED,
                                                      "It did not react to being stopped");

      weir_run_step_done (step, error);
    }
}

/* Its program was killed, and something of it is there all the same. */
static gboolean
is_alive (WeirStep *step)
{
  GPid pid = step->left != 0 ? step->left : step->pid;
  g_autofree char *why = NULL;

  if (step->pid == 0 || (kill (-step->pid, SIGKILL) != 0 && step->left == 0))
    return FALSE;
  why = weir_program_tree_explain (pid);
  if (!step->said_alive)
    weir_step_log (step, WEIR_LOG_ERROR, "Interrupting: process %d was killed and is still there: %s", (int) pid, why);
  step->said_alive = TRUE;
  return TRUE;
}

/* What is inside a container comes before it. */
static DexFuture *
force_over_cb (DexFuture *future, gpointer user_data)
{
  g_autoptr(WeirRun) run = g_object_ref (user_data);
  gboolean alive = FALSE;
  gboolean late = FALSE;

  for (guint i = run->state->steps->len; i-- > 0;)
    {
      WeirStepState *state = g_ptr_array_index (run->state->steps, i);
      g_autoptr(WeirStep) step = state != NULL && state->runtime != NULL ? weir_step_ref (state->runtime) : NULL;

      if (run->suspended || run->engine == NULL || weir_run_status_is_final (run->state->status))
        return dex_future_new_true ();
      if (step == NULL || step->settled)
        continue;
      /* it began when all others were forced already */
      if (run->force && run->state->status == WEIR_RUN_STOPPING && !step->forced)
        {
          weir_step_mark_stopped (step, TRUE);
          g_cancellable_cancel (weir_step_get_cancellable (step));
          late = TRUE;
        }
      if (!step->forced
          || weir_clock_get_mono (run->engine->clock) - step->forced_at < get_grace (step) * 1000)
        continue;
      /* it is not over before that is true */
      if (is_alive (step))
        alive = TRUE;
      else
        give_up (run, step);
    }
  weir_run_check_end (run);
  if (alive)
    weir_run_call_later (run, 1000, force_over_cb);
  if (late)
    weir_run_await_forced (run);
  return dex_future_new_true ();
}

/* It is to end; it hears of it from its cancellable. */
void
weir_step_mark_stopped (WeirStep *step, gboolean force)
{
  step->stopped = TRUE;
  if (force && !step->forced)
    step->forced_at = weir_clock_get_mono (step->run->engine->clock);
  step->forced |= force;
}

/* Those that were forced and do not react are given up. */
void
weir_run_await_forced (WeirRun *run)
{
  gint64 grace = 0;

  for (guint i = 0; i < run->state->steps->len; i++)
    {
      WeirStepState *state = g_ptr_array_index (run->state->steps, i);
      WeirStep *step = state != NULL ? state->runtime : NULL;

      if (step != NULL && !step->settled && step->forced)
        grace = MAX (grace, get_grace (step));
    }
  if (grace > 0)
    weir_run_call_later (run, grace, force_over_cb);
}

gboolean
weir_step_is_given_up (WeirStep *step)
{
  return step->settled || step->run->suspended || step->run->engine == NULL || step->state->scope->pub.closed
         || weir_step_state_is_given_up (step->state) || weir_run_status_is_final (step->run->state->status);
}

/* Asks every running step to end. */
void
weir_run_cancel_steps (WeirRun *run)
{
  for (guint i = 0; i < run->state->steps->len; i++)
    {
      WeirStepState *state = g_ptr_array_index (run->state->steps, i);
      WeirStep *step = state != NULL ? state->runtime : NULL;

      if (step == NULL || step->settled)
        continue;
      weir_step_mark_stopped (step, run->force);
      g_cancellable_cancel (weir_step_get_cancellable (step));
    }
  weir_run_reject_scopes (run);
  if (run->force)
    weir_run_await_forced (run);
}
