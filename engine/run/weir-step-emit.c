/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a step gets and gives: inputs, values on its ports, lines of the log, progress. */

#include "weir-run-private.h"

/* Progress goes to the bus at most this often, in µs. */
#define PROGRESS_INTERVAL 50000

/**
 * weir_step_get_input:
 * @self: a step
 * @port: name of an input
 *
 * Returns: (transfer none) (nullable): the value, of the port's type; %NULL when nothing was delivered
 */
WeirValue *
weir_step_get_input (WeirStep *self, const char *port)
{
  return weir_value_find_member (self->inputs, port);
}

/**
 * weir_step_emit:
 * @self: a step
 * @port: name of an output
 * @value: what it gives
 *
 * Sets what an output gives once the step succeeds. The last call for a port counts.
 */
void
weir_step_emit (WeirStep *self, const char *port, WeirValue *value)
{
  if (self->outputs != NULL)
    weir_builder_set (self->outputs, port, value);
}

/**
 * weir_step_emit_take:
 * @self: a step
 * @port: name of an output
 * @value: (transfer full): what it gives
 *
 * As [method@Weir.Step.emit].
 */
void
weir_step_emit_take (WeirStep *self, const char *port, WeirValue *value)
{
  weir_step_emit (self, port, value);
  weir_value_unref (value);
}

/**
 * weir_step_emit_side:
 * @self: a running step
 * @port: name of a side port
 * @value: what it gives now
 *
 * Delivers at once, each time it is called.
 */
void
weir_step_emit_side (WeirStep *self, const char *port, WeirValue *value)
{
  weir_step_emit_once (self, port, value, 0, -1);
}

/**
 * weir_step_is_linked:
 * @self: a step
 * @port: name of an output
 *
 * Returns: whether a link leaves from it: what is given there goes somewhere
 */
gboolean
weir_step_is_linked (WeirStep *self, const char *port)
{
  WeirPlan *plan = self->state->scope->shared->plan;

  for (guint i = 0; i < self->block->n_out; i++)
    if (g_str_equal (plan->links[self->block->out[i]].source_port, port))
      return TRUE;
  return FALSE;
}

void
weir_step_emit_once (WeirStep *self, const char *port, WeirValue *value, guint index, int slot)
{
  WeirPlan *plan = self->state->scope->shared->plan;
  WeirBuilder *data;
  g_autoptr(WeirValue) shut = NULL;
  gboolean linked = FALSE;

  self->sent = TRUE;
  if (weir_step_is_given_up (self))
    return;
  for (guint i = 0; i < self->block->n_out; i++)
    {
      WeirPlanLink *link = &plan->links[self->block->out[i]];

      if (!g_str_equal (link->source_port, port))
        continue;
      linked = TRUE;
      if (!weir_run_link_holds (self->run, self, link, value, NULL))
        {
          g_autoptr(WeirValue) index = weir_value_new_int (self->block->out[i]);
          WeirValue *old = shut;

          shut = weir_value_new_list (&index, 1);
          g_clear_pointer (&old, weir_value_unref);
        }
    }
  if (!linked)
    return; /* nobody would ever see it, and a swarm emits a lot */

  data = weir_record_builder_new (5);
  weir_builder_set_take (data, "port", weir_value_new_text (port));
  if (slot >= 0)
    {
      weir_builder_set_take (data, "item", weir_value_new_int (index));
      weir_builder_set_take (data, "slot", weir_value_new_int (slot));
    }
  weir_builder_set (data, "value", value);
  if (shut != NULL)
    weir_builder_set (data, "shut", shut);
  weir_run_emit (self->run, WEIR_EVENT_BLOCK_EMITTED, self->state, weir_builder_end (data));
  weir_engine_wake (self->run->engine, self->run);
}

/**
 * weir_step_log:
 * @self: a step
 * @level: how grave it is
 * @format: the message
 * @...: arguments of @format
 *
 * Writes a line to the log of the run.
 */
void
weir_step_log (WeirStep *self, WeirLogLevel level, const char *format, ...)
{
  g_autofree char *message = NULL;
  va_list args;

  va_start (args, format);
  message = g_strdup_vprintf (format, args);
  va_end (args);
  weir_step_log_fields (self, level, message, NULL);
}

/**
 * weir_step_log_fields:
 * @self: a step
 * @level: how grave it is
 * @message: the message
 * @fields: (nullable): a record with more
 *
 * Writes a line to the log of the run.
 */
void
weir_step_log_fields (WeirStep *self, WeirLogLevel level, const char *message, WeirValue *fields)
{
  WeirRun *run = self->run;
  g_autofree char *path = NULL;
  WeirBuilder *data;
  WeirEvent *event;

  if (run->suspended || weir_run_status_is_final (run->state->status))
    return;
  data = weir_record_builder_new (3);
  weir_builder_set_take (data, "level", weir_value_new_int (level));
  weir_builder_set_take (data, "message", weir_value_new_text (message));
  if (fields != NULL)
    weir_builder_set (data, "fields", fields);

  event = weir_event_new (WEIR_EVENT_LOG, run->id);
  event->correlation = run->correlation != NULL ? g_ref_string_acquire (run->correlation) : NULL;
  event->seq = run->state->seq + 1;
  event->at = weir_clock_get_time (run->engine->clock);
  event->mono = weir_clock_get_mono (run->engine->clock);
  event->scope = self->state->info.scope;
  event->firing = self->state->info.firing;
  event->attempt = MAX (self->attempt, 1);
  event->block = g_ref_string_acquire (self->block->id);
  event->data = weir_builder_end (data);
  path = weir_run_state_dup_step_path (run->state, &self->state->info);
  weir_run_state_apply (run->state, event, NULL);
  weir_engine_journal (run->engine, event, path, weir_block_get_path (self->block->block));
}

/**
 * weir_step_set_progress:
 * @self: a running step
 * @fraction: 0 to 1, or -1 where unknown
 * @text: (nullable): "3 of 9"
 *
 * Tells how far it is. May be called as often as one likes.
 */
void
weir_step_set_progress (WeirStep *self, double fraction, const char *text)
{
  guint64 now = g_get_monotonic_time ();
  WeirBuilder *data;
  g_autoptr(WeirEvent) event = NULL;

  if (self->settled || self->run->suspended || (now - self->progress_at < PROGRESS_INTERVAL && fraction < 1))
    return;
  self->progress_at = now;
  data = weir_record_builder_new (2);
  weir_builder_set_take (data, "fraction", weir_value_new_number (fraction));
  if (text != NULL)
    weir_builder_set_take (data, "text", weir_value_new_text (text));

  event = weir_event_new (WEIR_EVENT_BLOCK_PROGRESS, self->run->id);
  event->correlation = self->run->correlation != NULL ? g_ref_string_acquire (self->run->correlation) : NULL;
  event->at = weir_clock_get_time (self->run->engine->clock);
  event->scope = self->state->info.scope;
  event->firing = self->state->info.firing;
  event->attempt = self->attempt;
  event->block = g_ref_string_acquire (self->block->id);
  event->data = weir_builder_end (data);
  weir_run_state_apply (self->run->state, event, NULL);
  weir_engine_publish (self->run->engine, event);
}
