/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What becomes of a step: its result and where that goes, its failure and the next attempt, its end by a verb. */

#include "weir-run-private.h"

#include <string.h>

/* ── the end of a step ──────────────────────────────────────────────────────────────────── */

/* The links that do not take what they would carry, as a list of their numbers; NULL if all do. */
static WeirValue *
find_shut_links (WeirStep *step, WeirValue *outputs, GError **error)
{
  WeirBuilder *shut = NULL;
  WeirPlan *plan = step->state->scope->shared->plan;

  for (guint i = 0; i < step->block->n_out; i++)
    {
      WeirPlanLink *link = &plan->links[step->block->out[i]];
      WeirValue *value;
      g_autoptr(GError) local = NULL;

      if (link->when == NULL && link->when_error == NULL)
        continue;
      value = weir_value_find_member (outputs, link->source_port);
      if (value == NULL || weir_run_link_holds (step->run, step, link, value, &local))
        continue;
      if (local != NULL)
        {
          g_propagate_prefixed_error (error, g_steal_pointer (&local),
                                      "Condition of the link from %s: ", link->source_port);
          g_clear_pointer (&shut, weir_builder_free);
          return NULL;
        }
      if (shut == NULL)
        shut = weir_list_builder_new (1);
      weir_builder_take (shut, weir_value_new_int (step->block->out[i]));
    }
  return shut != NULL ? weir_builder_end (shut) : NULL;
}

static WeirValue *
record_of_two (const char *key_a, WeirValue *a, const char *key_b, WeirValue *b)
{
  const char *keys[2] = { key_a, key_b };
  WeirValue *values[2] = { a, b };

  return weir_value_new_record (keys, values, b != NULL ? 2 : 1);
}

/* What was computed at once, but took its time, says how long: it has no event of its own for its start. */
static void
add_duration (WeirStep *step, WeirBuilder *data)
{
  gint64 took = weir_clock_get_time (step->run->engine->clock) - step->time;

  if (step->state->info.status != WEIR_STEP_RUNNING && took >= 1000)
    weir_builder_set_take (data, "took", weir_value_new_int (took));
}

static gboolean
has_error_link (WeirStep *step)
{
  WeirPlan *plan = step->state->scope->shared->plan;

  for (guint i = 0; i < step->block->n_out; i++)
    if (g_str_equal (plan->links[step->block->out[i]].source_port, "error"))
      return TRUE;
  return FALSE;
}

static gboolean
may_retry (WeirStep *step, const char *class_name)
{
  const WeirReliability *reliability = weir_block_get_reliability (step->block->block);

  if (step->attempt >= reliability->attempts || step->stopped || weir_run_is_stopping (step->run))
    return FALSE;
  if (g_str_equal (class_name, "flow.cancelled") || g_str_equal (class_name, "internal.bug"))
    return FALSE;
  if (reliability->retry_on != NULL)
    return weir_error_class_matches (class_name, reliability->retry_on);
  return weir_error_is_transient (class_name);
}

/* Exponential, capped, with jitter that only depends on the step, so that a replay waits the same. */
static gint64
retry_delay (WeirStep *step)
{
  const WeirReliability *reliability = weir_block_get_reliability (step->block->block);
  double delay = reliability->retry_first_ms;
  guint hash = g_str_hash (weir_step_get_idempotency_key (step)) + step->attempt * 2654435761u;
  double jitter = ((double) (hash % 2001) / 1000.0 - 1.0) * reliability->retry_jitter;

  for (guint i = 1; i < step->attempt && delay < reliability->retry_cap_ms; i++)
    delay *= reliability->retry_factor;
  return (gint64) (MIN (delay, (double) reliability->retry_cap_ms) * (1.0 + jitter));
}

static void
schedule_retry (WeirStep *step, WeirValue *failure)
{
  gint64 asked = step->failure_data != NULL ? weir_value_get_member_int (step->failure_data, "retry_after_ms", 0) : 0;
  gint64 delay = MAX (retry_delay (step), asked);
  WeirBuilder *data = weir_record_builder_new (3);

  weir_builder_set (data, "error", failure);
  weir_builder_set_take (data, "delay_ms", weir_value_new_int (delay));
  weir_builder_set_take (data, "due_at",
                         weir_value_new_int (weir_clock_get_time (step->run->engine->clock) + delay * 1000));
  weir_run_emit (step->run, WEIR_EVENT_BLOCK_RETRY, step->state, weir_builder_end (data));
  step->state->due_mono = weir_clock_get_mono (step->run->engine->clock) + delay * 1000;
  weir_run_wake_later (step->run, delay);
}

/* A failure as its event says it: with who takes it up. */
static WeirValue *
failure_event_data (WeirStep *step, WeirValue *failure)
{
  const char *handled = "stop";
  WeirBuilder *data;

  if (has_error_link (step))
    handled = "port";
  else if (weir_block_get_reliability (step->block->block)->on_error == WEIR_ON_ERROR_CONTINUE)
    handled = "continue";

  data = weir_record_builder_new (3);
  weir_builder_set (data, "error", failure);
  weir_builder_set_take (data, "handled", weir_value_new_text (handled));
  if (g_str_equal (handled, "port"))
    {
      g_autoptr(WeirValue) outputs = record_of_two ("error", failure, NULL, NULL);
      WeirValue *shut = find_shut_links (step, outputs, NULL);

      if (shut != NULL)
        weir_builder_set_take (data, "shut", shut);
    }
  add_duration (step, data);
  return weir_builder_end (data);
}

void
weir_step_fail (WeirStep *step, const GError *error)
{
  g_autoptr(WeirValue) failure = weir_value_new_error (weir_error_get_class (error), error->message,
                                                        step->failure_data);

  if (may_retry (step, weir_error_get_class (error)))
    schedule_retry (step, failure);
  else
    weir_run_emit (step->run, WEIR_EVENT_BLOCK_FAILED, step->state, failure_event_data (step, failure));
}

static void
give_up_step (WeirStep *step)
{
  g_autoptr(WeirValue) failure = NULL;

  if (step->stopped_alone)
    failure = step->forced ? weir_value_new_error ("flow.interrupted", "It was force stopped", NULL)
                           : weir_value_new_error ("flow.cancelled", "It was stopped", NULL);
  weir_run_emit (step->run, step->forced ? WEIR_EVENT_BLOCK_INTERRUPTED : WEIR_EVENT_BLOCK_CANCELLED, step->state,
                 failure != NULL ? failure_event_data (step, failure) : NULL);
}

void
weir_run_end_unstarted (WeirRun *run, WeirStepState *state, gboolean force, gboolean alone)
{
  g_autoptr(WeirStep) step = weir_step_new (run, state);

  step->settled = TRUE;
  step->forced = force;
  step->stopped_alone = alone;
  give_up_step (step);
}

void
weir_step_succeed (WeirStep *step)
{
  g_autoptr(WeirValue) outputs = weir_builder_end (g_steal_pointer (&step->outputs));
  g_autoptr(WeirValue) shut = NULL;
  g_autoptr(GError) error = NULL;
  WeirBuilder *data;

  shut = find_shut_links (step, outputs, &error);
  if (error != NULL)
    {
      weir_step_fail (step, error);
      return;
    }
  data = weir_record_builder_new (3);
  weir_builder_set (data, "outputs", outputs);
  if (shut != NULL)
    weir_builder_set (data, "shut", shut);
  add_duration (step, data);
  weir_run_emit (step->run, WEIR_EVENT_BLOCK_SUCCEEDED, step->state, weir_builder_end (data));
  if (step->cache_key != NULL)
    weir_step_keep_result (step, outputs);
  if (step->ending != NULL)
    weir_run_end_as_asked (step->run, step);
}

void
weir_step_release_slot (WeirStep *step)
{
  if (!step->slot)
    return;
  step->slot = FALSE;
  weir_step_leave_run_gate (step);
  /* A program may end after the engine has closed. */
  if (step->run->engine != NULL)
    weir_engine_release_slot (step->run->engine);
}

void
weir_step_release_place (WeirStep *step)
{
  weir_step_release_slot (step);
  if (!step->leaf)
    return;
  step->leaf = FALSE;
  step->run->n_leaves--;
}

/* Goes on without a slot: it is on its way already. */
void
weir_step_take_place_again (WeirStep *step)
{
  if (step->leaf || step->kind->has_body)
    return;
  step->leaf = TRUE;
  step->run->n_leaves++;
}

/* A step whose outputs were known ends without having run. @source: the run they are from, or 0. */
void
weir_step_end_known (WeirStep *step, const char *how, gint64 source)
{
  g_autoptr(WeirValue) outputs = weir_builder_end (g_steal_pointer (&step->outputs));
  WeirBuilder *data = weir_record_builder_new (4);
  WeirValue *shut = find_shut_links (step, outputs, NULL);

  weir_builder_set (data, "outputs", outputs);
  weir_builder_set_take (data, "how", weir_value_new_text (how));
  if (source != 0)
    weir_builder_set_take (data, "source", weir_value_new_int (source));
  if (shut != NULL)
    weir_builder_set_take (data, "shut", shut);
  step->settled = TRUE;
  weir_run_emit (step->run, WEIR_EVENT_BLOCK_CACHED, step->state, weir_builder_end (data));
}

/* A person replaces what a step gets that has not begun. */
void
weir_run_emit_override (WeirRun *run, WeirStepState *state, const char *port, WeirValue *value, const char *by)
{
  WeirBuilder *data = weir_record_builder_new (3);

  weir_builder_set_take (data, "port", weir_value_new_text (port));
  weir_builder_set (data, "value", value);
  weir_builder_set_take (data, "by", weir_value_new_text (by));
  weir_run_emit (run, WEIR_EVENT_BLOCK_OVERRIDDEN, state, weir_builder_end (data));
}

/* At work on what must not happen twice: the end of the program waits a moment for it. */
void
weir_step_set_once (WeirStep *step, gboolean once)
{
  if (step->once == once || step->run->engine == NULL)
    return;
  step->once = once;
  weir_engine_count_once (step->run->engine, once ? 1 : -1);
}

void
weir_step_forget_answer (WeirStep *step)
{
  if (step->answer != NULL)
    step->answer->step = NULL;
  step->answer = NULL;
}

void
weir_step_release (WeirStep *step)
{
  weir_step_set_once (step, FALSE);
  weir_step_release_place (step);
  weir_step_leave_gates (step);
  weir_step_forget_waiter (step);
  weir_step_leave_swarm (step);
  dex_clear (&step->timeout);
  weir_step_forget_answer (step);
  if (step->state->runtime == step)
    {
      step->state->runtime = NULL;
      step->run->n_runtimes--;
      weir_step_unref (step);
    }
}

/* Journals the end of an attempt: @error NULL is success. Later calls do nothing. */
void
weir_run_step_done (WeirStep *step, GError *error)
{
  WeirRun *run = step->run;
  g_autoptr(WeirStep) keep = weir_step_ref (step);
  g_autoptr(GError) timeout = NULL;

  if (step->settled)
    return;
  step->settled = TRUE;
  weir_step_release (step);
  if (run->suspended || step->state->scope->pub.closed || weir_step_state_is_given_up (step->state)
      || weir_run_status_is_final (run->state->status))
    return;
  weir_run_stop_inside (run, step->state, step->forced);

  if (step->timed_out && error != NULL)
    {
      weir_set_failure (&timeout, "limit.timeout", "It took longer than its time limit of %" G_GINT64_FORMAT " ms",
                        step->timeout_ms);
      error = timeout;
    }
  if (!step->stopped || error == NULL)
    weir_step_write_states (step);
  if (error == NULL)
    weir_step_succeed (step);
  else if (step->stopped && g_str_equal (weir_error_get_class (error), "flow.cancelled"))
    give_up_step (step);
  else
    weir_step_fail (step, error);

  weir_run_close_failing (run, step->state->scope);
  weir_run_close_rested (run);
  weir_run_check_end (run);
  if (run->engine != NULL)
    weir_engine_wake (run->engine, run);
}
