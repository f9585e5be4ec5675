/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The items of a swarm one after the other: rated, told of, and limited in time. */

#include "weir-gate.h"
#include "weir-run-swarm-private.h"

/* As many items are looked at in one go. */
#define SLICE 64

/* What a stream gave is kept while somebody needs it; after that as long as the scope of the item is. */
static WeirValue *
find_in_scope (WeirSwarmRun *self, guint index)
{
  char key[16];
  WeirScopeState *scope;
  WeirValue *item;

  g_snprintf (key, sizeof key, "%u", index);
  scope = weir_step_state_find_scope (self->step->state, key);
  item = scope != NULL && scope->pub.locals != NULL ? weir_value_find_member (scope->pub.locals, "item") : NULL;
  return item != NULL ? weir_value_ref (item) : NULL;
}

WeirValue *
weir_swarm_run_dup_item (WeirSwarmRun *self, guint index)
{
  WeirItemBatch *batch = weir_swarm_state_find_batch (weir_swarm_run_get_state (self), index);
  WeirValue *item = NULL;

  if (batch->items != NULL)
    return weir_value_ref (weir_value_get_item (batch->items, index - batch->first));
  if (self->setup.get_item != NULL)
    item = self->setup.get_item (self->setup.user_data, batch->brought + index - batch->first);
  return item != NULL ? item : find_in_scope (self, index);
}

void
weir_swarm_run_skip_item (WeirSwarmRun *self, guint index, const char *reason)
{
  WeirBuilder *data = weir_record_builder_new (2);

  weir_builder_set_take (data, "item", weir_value_new_int (index));
  weir_builder_set_take (data, "skipped", weir_value_new_text (reason));
  weir_step_emit_swarm (self->step->state, self->run, WEIR_EVENT_SWARM_ITEM, data);
}

static void
rate_item (WeirSwarmRun *self, guint index, WeirValue *item)
{
  g_autofree char *reason = NULL;
  int priority = 0;
  gint8 rating;

  if (!self->setup.rate (self->setup.user_data, index, item, &priority, &reason))
    {
      if (weir_swarm_state_get_status (weir_swarm_run_get_state (self), index) == WEIR_ITEM_QUEUED)
        weir_swarm_run_skip_item (self, index, reason != NULL ? reason : "left out");
      return;
    }
  if (priority == 0 && self->ratings == NULL)
    return;
  if (self->ratings == NULL)
    self->ratings = g_array_new (FALSE, TRUE, sizeof (gint8));
  if (self->ratings->len <= index)
    g_array_set_size (self->ratings, index + 1);
  rating = (gint8) CLAMP (priority, -WEIR_PRIORITY_MAX, WEIR_PRIORITY_MAX);
  g_array_index (self->ratings, gint8, index) = rating;
}

gboolean
weir_swarm_run_find_outcome (
  WeirSwarmRun *self, guint index, WeirScopeState **scope, WeirValue **result, WeirValue **error)
{
  char key[16];

  g_snprintf (key, sizeof key, "%u", index);
  *result = *error = NULL;
  *scope = weir_step_state_find_scope (self->step->state, key);
  if (*scope == NULL)
    return weir_step_state_find_dropped (self->step->state, key, result, error);
  *result = (*scope)->pub.result;
  *error = (*scope)->pub.error;
  return (*scope)->pub.closed;
}

void
weir_swarm_run_tell_ended (WeirSwarmRun *self,
                           guint index,
                           WeirValue *item,
                           WeirScopeState *scope,
                           WeirValue *result,
                           WeirValue *error,
                           gboolean again)
{
  WeirItemBatch *batch = weir_swarm_state_find_batch (weir_swarm_run_get_state (self), index);
  g_autoptr (WeirValue) nothing = error == NULL && result == NULL ? weir_value_new_null () : NULL;
  WeirItemEnd end = {
    .index = index,
    .place = batch->items != NULL ? G_MAXUINT : batch->brought + index - batch->first,
    .item = item,
    .result = error != NULL    ? NULL
              : result != NULL ? result
                               : nothing,
    .error = error,
    .duration_us = scope != NULL ? scope->closed_at - scope->opened_at : 0,
    .again = again,
    .known = again && scope == NULL && self->run->rerun != NULL,
  };

  self->setup.ended (self->setup.user_data, &end);
}

/* What was over before the program ended, of which not everything was told. */
static void
tell_again (WeirSwarmRun *self, guint index, WeirValue *item)
{
  WeirScopeState *scope;
  WeirValue *result, *error;

  if (weir_swarm_run_find_outcome (self, index, &scope, &result, &error))
    weir_swarm_run_tell_ended (self, index, item, scope, result, error, TRUE);
}

/* FALSE: the kind does not have it yet. */
static gboolean
look_at_item (WeirSwarmRun *self, guint index)
{
  guint8 told = WEIR_ITEM_TOLD (0) | WEIR_ITEM_TOLD (1);
  g_autoptr (WeirValue) item = weir_swarm_run_dup_item (self, index);
  WeirItemStatus status;

  if (item == NULL)
    return FALSE;
  if (self->setup.rate != NULL)
    rate_item (self, index, item);
  status = weir_swarm_state_get_status (weir_swarm_run_get_state (self), index);
  if ((status == WEIR_ITEM_OK || status == WEIR_ITEM_FAILED)
      && (weir_swarm_run_get_state (self)->items->data[index] & told) != told)
    tell_again (self, index, item);
  if (weir_swarm_state_get_status (weir_swarm_run_get_state (self), index) != WEIR_ITEM_QUEUED)
    return TRUE;
  if (weir_swarm_queue_is_delayed (self, index))
    weir_swarm_queue_delay (self, index);
  else if (weir_swarm_queue_may_start (self, index) && weir_swarm_run_get_priority (self, index) != 0)
    weir_swarm_queue_push (self, index);
  return TRUE;
}

/* Whether all items there are were looked at. */
gboolean
weir_swarm_run_look_at_items (WeirSwarmRun *self)
{
  guint n = weir_swarm_run_get_state (self)->items->len;

  if (!self->look)
    self->seen = n;
  for (guint i = 0; self->seen < n && i < SLICE; i++)
    {
      /* an item that is told of may begin something else; it is seen before */
      guint index = self->seen++;

      if (!look_at_item (self, index))
        {
          self->missing = TRUE;
          self->seen = index;
          break;
        }
      if (self->step->settled)
        break;
    }
  return self->seen == n;
}

/* ── time limits ────────────────────────────────────────────────────────────────────────── */

static DexFuture *
timer_cb (DexFuture *future, gpointer user_data)
{
  WeirSwarmRun *self = user_data;
  /* the callback runs within it */
  g_autoptr (DexFuture) keep = g_steal_pointer (&self->timer);

  weir_swarm_run_wake (self);
  return dex_future_new_true ();
}

static void
arm_timer (WeirSwarmRun *self)
{
  WeirItemDeadline *first = g_queue_peek_head (&self->deadlines);
  gint64 now = weir_clock_get_mono (self->run->engine->clock);

  if (first != NULL && self->timer == NULL)
    self->timer = dex_future_then (weir_clock_sleep (self->run->engine->clock, MAX (first->at - now, 0) / 1000 + 1),
                                   timer_cb, self, NULL);
}

static void
end_item_late (WeirSwarmRun *self, WeirScopeState *scope)
{
  g_autofree char *message = g_strdup_printf ("It took longer than the time limit of %" G_GINT64_FORMAT " ms",
                                              self->setup.timeout_ms);
  g_autoptr (WeirValue) error = weir_value_new_error ("limit.timeout", message, NULL);

  weir_run_end_scope (self->run, scope, FALSE, error);
}

void
weir_swarm_run_look_at_deadlines (WeirSwarmRun *self)
{
  gint64 now = weir_clock_get_mono (self->run->engine->clock);
  WeirItemDeadline *first;

  while ((first = g_queue_peek_head (&self->deadlines)) != NULL)
    {
      WeirScopeState *scope = g_ptr_array_index (self->run->state->scopes, first->scope);
      gboolean over = scope == NULL || scope->pub.closed || scope->failing;

      if (!over && first->at > now)
        break;
      g_free (g_queue_pop_head (&self->deadlines));
      if (!over)
        end_item_late (self, scope);
    }
  arm_timer (self);
}

void
weir_swarm_run_limit_time (WeirSwarmRun *self, WeirScopeState *scope)
{
  WeirItemDeadline *deadline;

  if (self->setup.timeout_ms <= 0)
    return;
  deadline = g_new (WeirItemDeadline, 1);
  deadline->scope = scope->pub.id;
  deadline->at = weir_clock_get_mono (self->run->engine->clock) + self->setup.timeout_ms * 1000;
  g_queue_push_tail (&self->deadlines, deadline);
  arm_timer (self);
}
