/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The fold of waits: a step that waits for a moment, an answer or a signal, perhaps for weeks. */

#include "weir-run-state-private.h"

void
weir_wait_state_free (WeirWaitState *wait)
{
  g_free (wait->key);
  g_clear_pointer (&wait->data, weir_value_unref);
  g_clear_pointer (&wait->answer, weir_value_unref);
  g_free (wait);
}

/* NULL: the step never waited under this key in this attempt. */
WeirWaitState *
weir_step_state_find_wait (WeirStepState *step, const char *key)
{
  for (guint i = 0; step->wait_states != NULL && i < step->wait_states->len; i++)
    {
      WeirWaitState *wait = g_ptr_array_index (step->wait_states, i);

      if (g_str_equal (wait->key, key))
        return wait;
    }
  return NULL;
}

/* The one that it waits for now; NULL if none, or if its answer has come. */
WeirWaitState *
weir_step_state_get_pending_wait (WeirStepState *step)
{
  WeirWaitState *last;

  if (step->info.status != WEIR_STEP_WAITING || step->wait_states == NULL || step->wait_states->len == 0)
    return NULL;
  last = g_ptr_array_index (step->wait_states, step->wait_states->len - 1);
  return last->answer == NULL ? last : NULL;
}

void
weir_run_state_apply_waiting (WeirRunState *self, WeirStepState *step, WeirEvent *event)
{
  WeirWaitState *wait = g_new0 (WeirWaitState, 1);

  if (step->wait_states == NULL)
    step->wait_states = g_ptr_array_new_with_free_func ((GDestroyNotify) weir_wait_state_free);
  wait->key = g_strdup (weir_value_get_member_text (event->data, "key", ""));
  wait->data = weir_value_ref (event->data);
  g_ptr_array_add (step->wait_states, wait);
  step->info.due_at = weir_value_get_member_int (event->data, "due_at", 0);
  step->info.wait = wait->data;
  weir_step_state_set_status (self, step, WEIR_STEP_WAITING);
}

void
weir_run_state_apply_answered (WeirRunState *self, WeirStepState *step, WeirEvent *event)
{
  WeirWaitState *wait = weir_step_state_get_pending_wait (step);
  gint64 signal = weir_value_get_member_int (event->data, "signal", -1);

  if (wait == NULL)
    return;
  wait->answer = weir_value_ref (event->data);
  step->info.wait = NULL;
  if (signal >= 0 && self->signals != NULL && signal < self->signals->len)
    g_ptr_array_remove_index (self->signals, signal);
}

void
weir_run_state_apply_resumed (WeirRunState *self, WeirStepState *step)
{
  step->info.due_at = 0;
  weir_step_state_set_status (self, step, WEIR_STEP_RUNNING);
}

/* A new attempt waits anew. */
void
weir_step_state_clear_waits (WeirStepState *step)
{
  step->info.wait = NULL;
  g_clear_pointer (&step->wait_states, g_ptr_array_unref);
}

/* What came before anybody waited for it is kept until somebody does. */
void
weir_run_state_apply_signal (WeirRunState *self, WeirEvent *event)
{
  if (self->signals == NULL)
    self->signals = g_ptr_array_new_with_free_func ((GDestroyNotify) weir_value_unref);
  g_ptr_array_add (self->signals, weir_value_ref (event->data));
}

void
weir_run_state_hold_waits (WeirRunState *self)
{
  self->paused_at = self->now;
}

/* The run goes on: the time that it was paused does not count for waits that say so. */
void
weir_run_state_move_waits (WeirRunState *self)
{
  gint64 paused = self->paused_at;

  self->paused_at = 0;
  for (guint i = 0; paused != 0 && self->n_waits > 0 && i < self->steps->len; i++)
    {
      WeirStepState *step = g_ptr_array_index (self->steps, i);
      WeirWaitState *wait = step != NULL ? weir_step_state_get_pending_wait (step) : NULL;

      if (wait != NULL && step->info.due_at != 0 && weir_value_get_member_bool (wait->data, "pause_holds", FALSE))
        step->info.due_at += self->now - paused;
    }
}
