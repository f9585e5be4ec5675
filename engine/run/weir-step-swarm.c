/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A swarm while it runs: takes the item that is next from the queue, opens its scope, hears of its end. What is recorded is in
 * weir-swarm-state.c; verbs on it are in weir-run-swarm.c. */

#include "weir-gate.h"
#include "weir-run-swarm-private.h"

/* As many items are looked at before it is looked at the clock. */
#define SLICE 64

typedef struct
{
  guint32 scope;
  gint64 at; /* µs, on the engine's clock */
} Deadline;

struct _WeirSwarmRun
{
  WeirStep *step; /* owns it */
  WeirRun *run;   /* the step's */
  WeirSwarmSetup setup;
  char *item_type;
  gulong cancelled_handler;
  GArray *heap;     /* of WeirItemEntry: items that wait and are not in the line from `next` on */
  guint seen;       /* items before it were looked at: rated, or told of again */
  guint next;       /* from here on all wait in line, those of another priority left out */
  gboolean look;    /* at each item in turn */
  GArray *ratings;  /* of gint8, NULL while all are 0 */
  GArray *delayed;  /* of guint: wait to be tried again */
  GQueue deadlines; /* of Deadline, the soonest first */
  DexFuture *timer;
  guint n_running;
  guint n_calls; /* of the kind, under way */
  gboolean left; /* the step is over */
  gboolean draining;
  gboolean stopping; /* what ran was told to end */
  gboolean over;     /* the kind was told that it is stopped */
  gboolean missing;  /* the kind does not have the next item yet */
};

/* What the kind has is let go once the step is over and nothing works on it. It holds the step, which holds this. */
static void
let_go (WeirSwarmRun *self)
{
  GDestroyNotify destroy;

  if (!self->left || self->n_calls > 0)
    return;
  destroy = g_steal_pointer (&self->setup.destroy);
  if (destroy != NULL)
    destroy (self->setup.user_data);
}

static WeirSwarmState *
get_state (WeirSwarmRun *self)
{
  return self->step->state->swarm;
}

void
weir_swarm_run_wake (WeirSwarmRun *self)
{
  self->run->swarms_wake = TRUE;
  if (self->run->engine != NULL)
    weir_engine_wake (self->run->engine, self->run);
}

void
weir_step_emit_swarm (WeirStepState *state, WeirRun *run, WeirEventKind kind, WeirBuilder *data)
{
  weir_run_emit (run, kind, state, data != NULL ? weir_builder_end (data) : NULL);
}

/* ── the queue ──────────────────────────────────────────────────────────────────────────── */

int
weir_swarm_run_get_priority (WeirSwarmRun *self, guint index)
{
  WeirItemExtra *extra = weir_swarm_state_find_extra (get_state (self), index);

  if (extra != NULL && extra->priority != G_MININT)
    return extra->priority;
  return self->ratings != NULL && index < self->ratings->len ? g_array_index (self->ratings, gint8, index) : 0;
}

/* By level, then age; a level is worth as much as the time of ageing. */
static gint64
get_rank (WeirSwarmRun *self, guint index)
{
  gint64 priority = weir_swarm_run_get_priority (self, index);

  if (self->setup.ageing_ms <= 0)
    return -priority;
  return weir_swarm_state_find_batch (get_state (self), index)->at
         - priority * self->setup.ageing_ms * 1000 / WEIR_PRIORITY_HIGH;
}

static gboolean
is_before (const WeirItemEntry *a, const WeirItemEntry *b)
{
  return a->rank != b->rank ? a->rank < b->rank : a->index < b->index;
}

static void
heap_push (WeirSwarmRun *self, guint index)
{
  WeirItemEntry entry = { .rank = get_rank (self, index), .index = index };
  WeirItemEntry *data;
  guint place = self->heap->len;

  g_array_append_val (self->heap, entry);
  data = (WeirItemEntry *) self->heap->data;
  for (; place > 0 && is_before (&entry, &data[(place - 1) / 2]); place = (place - 1) / 2)
    data[place] = data[(place - 1) / 2];
  data[place] = entry;
}

static void
heap_pop (WeirSwarmRun *self)
{
  WeirItemEntry *data = (WeirItemEntry *) self->heap->data;
  guint n = self->heap->len - 1, place = 0;
  WeirItemEntry last = data[n];

  for (guint child; (child = 2 * place + 1) < n; place = child)
    {
      if (child + 1 < n && is_before (&data[child + 1], &data[child]))
        child++;
      if (!is_before (&data[child], &last))
        break;
      data[place] = data[child];
    }
  data[place] = last;
  g_array_set_size (self->heap, n);
}

static gboolean
may_start (WeirSwarmRun *self, guint index)
{
  WeirSwarmState *state = get_state (self);

  return (state->items->data[index] & (WEIR_ITEM_STATUS | WEIR_ITEM_HELD)) == WEIR_ITEM_QUEUED;
}

static gboolean
is_delayed (WeirSwarmRun *self, guint index)
{
  WeirItemExtra *extra = weir_swarm_state_find_extra (get_state (self), index);

  return extra != NULL && extra->due_at > weir_clock_get_time (self->run->engine->clock);
}

static void
delay_item (WeirSwarmRun *self, guint index)
{
  WeirItemExtra *extra = weir_swarm_state_find_extra (get_state (self), index);
  gint64 now = weir_clock_get_time (self->run->engine->clock);

  g_array_append_val (self->delayed, index);
  weir_run_wake_later (self->run, MAX (extra->due_at - now, 0) / 1000 + 1);
}

/* Entries of what does not wait any more, or not there, are dropped. */
static gboolean
heap_peek (WeirSwarmRun *self, WeirItemEntry *entry)
{
  while (self->heap->len > 0)
    {
      *entry = g_array_index (self->heap, WeirItemEntry, 0);
      if (may_start (self, entry->index) && entry->rank == get_rank (self, entry->index)
          && !is_delayed (self, entry->index))
        return TRUE;
      heap_pop (self);
    }
  return FALSE;
}

static gboolean
line_peek (WeirSwarmRun *self, WeirItemEntry *entry)
{
  for (; self->next < self->seen; self->next++)
    if (may_start (self, self->next) && weir_swarm_run_get_priority (self, self->next) == 0
        && !is_delayed (self, self->next))
      {
        *entry = (WeirItemEntry) { .rank = get_rank (self, self->next), .index = self->next };
        return TRUE;
      }
  return FALSE;
}

static gboolean
queue_take (WeirSwarmRun *self, guint *index)
{
  WeirItemEntry of_heap, of_line;
  gboolean heap = heap_peek (self, &of_heap);

  if (line_peek (self, &of_line) && !(heap && is_before (&of_heap, &of_line)))
    {
      *index = self->next++;
      return TRUE;
    }
  if (!heap)
    return FALSE;
  heap_pop (self);
  *index = of_heap.index;
  return TRUE;
}

void
weir_swarm_run_item_moved (WeirSwarmRun *self, guint index)
{
  /* the rest is in line, or is looked at before */
  if ((index < self->seen || !self->look) && may_start (self, index)
      && (index < self->next || weir_swarm_run_get_priority (self, index) != 0))
    heap_push (self, index);
  weir_swarm_run_wake (self);
}

static void
look_at_delayed (WeirSwarmRun *self)
{
  for (guint i = self->delayed->len; i-- > 0;)
    {
      guint index = g_array_index (self->delayed, guint, i);

      if (is_delayed (self, index))
        continue;
      g_array_remove_index_fast (self->delayed, i);
      if (may_start (self, index))
        heap_push (self, index);
    }
}

/* ── items, one after the other ─────────────────────────────────────────────────────────── */

static WeirValue *
dup_item (WeirSwarmRun *self, guint index)
{
  WeirSwarmState *state = get_state (self);
  WeirItemBatch *batch = weir_swarm_state_find_batch (state, index);

  if (batch->items != NULL)
    return weir_value_ref (weir_value_get_item (batch->items, index - batch->first));
  return self->setup.get_item != NULL
           ? self->setup.get_item (self->setup.user_data, batch->brought + index - batch->first)
           : NULL;
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
      if (weir_swarm_state_get_status (get_state (self), index) == WEIR_ITEM_QUEUED)
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

static gboolean
find_outcome (WeirSwarmRun *self, guint index, WeirScopeState **scope, WeirValue **result, WeirValue **error)
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

static void
tell_ended (WeirSwarmRun *self,
            guint index,
            WeirValue *item,
            WeirScopeState *scope,
            WeirValue *result,
            WeirValue *error,
            gboolean again)
{
  WeirItemBatch *batch = weir_swarm_state_find_batch (get_state (self), index);
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
  };

  self->setup.ended (self->setup.user_data, &end);
}

/* What was over before the program ended, of which not everything was told. */
static void
tell_again (WeirSwarmRun *self, guint index, WeirValue *item)
{
  WeirScopeState *scope;
  WeirValue *result, *error;

  if (find_outcome (self, index, &scope, &result, &error))
    tell_ended (self, index, item, scope, result, error, TRUE);
}

/* FALSE: the kind does not have it yet. */
static gboolean
look_at_item (WeirSwarmRun *self, guint index)
{
  guint8 told = WEIR_ITEM_TOLD (0) | WEIR_ITEM_TOLD (1);
  g_autoptr (WeirValue) item = dup_item (self, index);
  WeirItemStatus status;

  if (item == NULL)
    return FALSE;
  if (self->setup.rate != NULL)
    rate_item (self, index, item);
  status = weir_swarm_state_get_status (get_state (self), index);
  if ((status == WEIR_ITEM_OK || status == WEIR_ITEM_FAILED) && (get_state (self)->items->data[index] & told) != told)
    tell_again (self, index, item);
  if (weir_swarm_state_get_status (get_state (self), index) != WEIR_ITEM_QUEUED)
    return TRUE;
  if (is_delayed (self, index))
    delay_item (self, index);
  else if (may_start (self, index) && weir_swarm_run_get_priority (self, index) != 0)
    heap_push (self, index);
  return TRUE;
}

/* Whether all items there are were looked at. */
static gboolean
look_at_items (WeirSwarmRun *self)
{
  guint n = get_state (self)->items->len;

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
  Deadline *first = g_queue_peek_head (&self->deadlines);
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

static void
look_at_deadlines (WeirSwarmRun *self)
{
  gint64 now = weir_clock_get_mono (self->run->engine->clock);
  Deadline *first;

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

static void
limit_time (WeirSwarmRun *self, WeirScopeState *scope)
{
  Deadline *deadline;

  if (self->setup.timeout_ms <= 0)
    return;
  deadline = g_new (Deadline, 1);
  deadline->scope = scope->pub.id;
  deadline->at = weir_clock_get_mono (self->run->engine->clock) + self->setup.timeout_ms * 1000;
  g_queue_push_tail (&self->deadlines, deadline);
  arm_timer (self);
}

/* ── going on ───────────────────────────────────────────────────────────────────────────── */

/* The end of an item may come before this returns. */
static void
start_item (WeirSwarmRun *self, guint index, WeirValue *item)
{
  GPtrArray *scopes = self->run->state->scopes;
  guint32 id = scopes->len;

  self->n_running++;
  weir_run_open_item (self->run, self, self->step->state, index, item, weir_swarm_run_get_priority (self, index));
  if (id < scopes->len && g_ptr_array_index (scopes, id) != NULL
      && !((WeirScopeState *) g_ptr_array_index (scopes, id))->pub.closed)
    limit_time (self, g_ptr_array_index (scopes, id));
}

void
weir_swarm_run_item_over (WeirSwarmRun *self, WeirScopeState *scope)
{
  g_autoptr (WeirStep) step = weir_step_ref (self->step);
  g_autoptr (WeirValue) item = NULL;

  self->n_running--;
  self->run->swarms_wake = TRUE;
  if (step->settled)
    return;
  self->n_calls++;
  item = dup_item (self, scope->index);
  if (item != NULL)
    tell_ended (self, scope->index, item, scope, scope->pub.result, scope->pub.error, FALSE);
  self->n_calls--;
  let_go (self);
}

static void
stop_items (WeirSwarmRun *self)
{
  WeirRunState *state = self->run->state;
  WeirStepState *container = self->step->state;

  self->stopping = TRUE;
  for (guint i = container->scope->pub.id + 1; i < state->scopes->len; i++)
    {
      WeirScopeState *scope = g_ptr_array_index (state->scopes, i);

      if (scope != NULL && scope->runtime == self && !scope->pub.closed && !scope->failing)
        weir_run_stop_scope (self->run, scope, self->step->forced);
    }
}

static void
tell_stopped (WeirSwarmRun *self)
{
  if (self->over)
    return;
  self->over = TRUE;
  self->setup.stopped (self->setup.user_data);
}

static gboolean
is_going (WeirSwarmRun *self)
{
  WeirStepState *state = self->step->state;

  return !weir_engine_is_behind (self->run->engine) && !self->step->settled && !self->draining && !self->stopping && state->info.status == WEIR_STEP_RUNNING
         && weir_run_may_start (self->run) && !state->scope->failing && state->swarm != NULL
         && !weir_run_state_is_paused (self->run->state, state->scope, state->block_index);
}

/* Whether more could be started at once. */
static gboolean
start_items (WeirSwarmRun *self)
{
  guint index;

  for (guint i = 0; i < SLICE; i++)
    {
      g_autoptr (WeirValue) item = NULL;

      if (!is_going (self) || self->n_running >= self->setup.concurrency || !queue_take (self, &index))
        return FALSE;
      item = dup_item (self, index);
      if (item == NULL)
        {
          heap_push (self, index);
          self->missing = TRUE;
          return FALSE;
        }
      start_item (self, index, item);
    }
  return TRUE;
}

/* After a restart of the program it waits by the journal, but takes its wait up again only when it is told that there is nothing to do. */
static gboolean
may_be_idle (WeirSwarmRun *self)
{
  WeirStepStatus status = self->step->state->info.status;

  return !self->step->settled && self->n_running < self->setup.concurrency
         && weir_run_may_start (self->run)
         && (status == WEIR_STEP_RUNNING || (status == WEIR_STEP_WAITING && self->step->waiter == NULL));
}

static void
pump_swarm (WeirSwarmRun *self)
{
  gboolean all, more = FALSE;

  if (self->delayed->len > 0)
    look_at_delayed (self);
  if (self->deadlines.length > 0)
    look_at_deadlines (self);
  if (g_cancellable_is_cancelled (self->step->cancellable) && !self->stopping)
    stop_items (self);
  if (self->stopping && self->n_running == 0)
    tell_stopped (self);
  if (self->stopping || self->step->settled)
    return;
  self->missing = FALSE;
  all = look_at_items (self);
  /* who goes first is known when all were rated */
  if (all || self->setup.rate == NULL)
    more = start_items (self);
  if (more || (!all && !self->missing))
    weir_swarm_run_wake (self);
  else if (may_be_idle (self))
    self->setup.idle (self->setup.user_data);
}

void
weir_run_pump_swarms (WeirRun *run)
{
  run->swarms_wake = FALSE;
  for (guint i = 0; run->swarms != NULL && i < run->swarms->len; i++)
    {
      WeirSwarmRun *self = g_ptr_array_index (run->swarms, i);
      g_autoptr (WeirStep) step = weir_step_ref (self->step);

      self->n_calls++;
      pump_swarm (self);
      self->n_calls--;
      let_go (self);
    }
}

void
weir_run_reject_swarms (WeirRun *run)
{
  g_autoptr (GPtrArray) swarms = run->swarms != NULL ? g_ptr_array_copy (run->swarms, NULL, NULL) : NULL;

  for (guint i = 0; swarms != NULL && i < swarms->len; i++)
    {
      WeirSwarmRun *self = g_ptr_array_index (swarms, i);
      g_autoptr (WeirStep) step = weir_step_ref (self->step);

      self->stopping = TRUE;
      self->n_calls++;
      tell_stopped (self);
      self->n_calls--;
      let_go (self);
    }
}

/* ── for kinds ──────────────────────────────────────────────────────────────────────────── */

static void
cancelled_cb (GCancellable *cancellable, gpointer user_data)
{
  weir_swarm_run_wake (user_data);
}

/* The step is over. Whoever still works on the swarm holds the step. */
void
weir_step_leave_swarm (WeirStep *step)
{
  WeirSwarmRun *self = step->swarm;

  if (self == NULL || !g_ptr_array_remove_fast (self->run->swarms, self))
    return;
  self->run->swarms_wake = self->run->swarms->len > 0;
  g_signal_handler_disconnect (step->cancellable, self->cancelled_handler);
  for (guint i = 0; i < self->run->state->scopes->len && self->n_running > 0; i++)
    {
      WeirScopeState *scope = g_ptr_array_index (self->run->state->scopes, i);

      if (scope != NULL && scope->runtime == self)
        scope->runtime = NULL;
    }
  dex_clear (&self->timer);
  self->left = TRUE;
  let_go (self);
}

void
weir_step_free_swarm (WeirStep *step)
{
  WeirSwarmRun *self = step->swarm;

  if (self == NULL)
    return;
  weir_step_leave_swarm (step);
  step->swarm = NULL;
  g_queue_clear_full (&self->deadlines, g_free);
  g_array_unref (self->heap);
  g_array_unref (self->delayed);
  g_clear_pointer (&self->ratings, g_array_unref);
  g_free (self->item_type);
  g_free (self);
}

static void
emit_opened (WeirSwarmRun *self)
{
  WeirBuilder *data = weir_record_builder_new (5);

  weir_builder_set_take (data, "open", weir_value_new_bool (self->setup.open));
  weir_builder_set_take (data, "chunk", weir_value_new_int (MAX (self->setup.chunk, 1)));
  if (self->setup.max_items > 0)
    {
      weir_builder_set_take (data, "max_items", weir_value_new_int (self->setup.max_items));
      weir_builder_set_take (data, "close_at_max", weir_value_new_bool (self->setup.close_at_max));
    }
  if (self->setup.item_type != NULL)
    weir_builder_set_take (data, "type", weir_value_new_text (self->setup.item_type));
  weir_step_emit_swarm (self->step->state, self->run, WEIR_EVENT_SWARM_OPENED, data);
}

/* What was under way when the program ended goes on. */
static void
take_up_items (WeirSwarmRun *self)
{
  WeirRunState *state = self->run->state;

  for (guint i = self->step->state->scope->pub.id + 1; i < state->scopes->len; i++)
    {
      WeirScopeState *scope = g_ptr_array_index (state->scopes, i);
      WeirStepState *container = self->step->state;

      if (scope == NULL || scope->pub.closed || scope->shared == NULL || scope->parent != container->scope
          || scope->pub.firing != container->info.firing || !g_str_equal (scope->pub.block, container->info.block))
        continue;
      self->n_running++;
      limit_time (self, scope);
      weir_run_take_up_item (self->run, self, scope);
    }
}

/**
 * weir_step_begin_swarm:
 * @self: a step of a container, in `run`
 * @setup: how it goes over items
 *
 * From now on the step goes over items. What was recorded of it before a restart of the program counts; what was under way then goes on.
 */
void
weir_step_begin_swarm (WeirStep *self, const WeirSwarmSetup *setup)
{
  WeirSwarmRun *swarm = g_new0 (WeirSwarmRun, 1);

  g_return_if_fail (self->swarm == NULL);
  swarm->step = self;
  swarm->run = self->run;
  swarm->setup = *setup;
  swarm->item_type = g_strdup (setup->item_type);
  swarm->setup.item_type = swarm->item_type;
  swarm->heap = g_array_new (FALSE, FALSE, sizeof (WeirItemEntry));
  swarm->delayed = g_array_new (FALSE, FALSE, sizeof (guint));
  swarm->look = setup->rate != NULL;
  g_queue_init (&swarm->deadlines);
  self->swarm = swarm;
  if (self->run->swarms == NULL)
    self->run->swarms = g_ptr_array_new ();
  g_ptr_array_add (self->run->swarms, swarm);
  swarm->cancelled_handler = g_signal_connect (weir_step_get_cancellable (self), "cancelled", G_CALLBACK (cancelled_cb),
                                               swarm);
  if (self->state->swarm == NULL)
    emit_opened (swarm);
  else
    {
      swarm->look = TRUE;
      take_up_items (swarm);
    }
  weir_swarm_run_wake (swarm);
}

/**
 * weir_step_bring_items:
 * @self: a step that goes over items
 * @n: how many more the kind has
 *
 * They wait to be started; `get_item` of the setup is asked for each.
 */
void
weir_step_bring_items (WeirStep *self, guint n)
{
  WeirBuilder *data;

  if (self->settled || self->run->suspended || n == 0)
    return;
  data = weir_record_builder_new (1);
  weir_builder_set_take (data, "n", weir_value_new_int (n));
  weir_step_emit_swarm (self->state, self->run, WEIR_EVENT_SWARM_ADDED, data);
  weir_step_wake_swarm (self);
}

/**
 * weir_step_count_items:
 * @self: a step that goes over items
 * @counts: (out caller-allocates): how many there are of each
 */
void
weir_step_count_items (WeirStep *self, WeirSwarmCounts *counts)
{
  WeirSwarmState *state = self->state->swarm;

  *counts = (WeirSwarmCounts) {
    .n_items = state->items->len,
    .n_queued = state->n_by[WEIR_ITEM_QUEUED],
    .n_running = state->n_by[WEIR_ITEM_RUNNING],
    .n_ok = state->n_by[WEIR_ITEM_OK],
    .n_failed = state->n_by[WEIR_ITEM_FAILED],
    .n_skipped = state->n_by[WEIR_ITEM_SKIPPED],
    .n_stopped = state->n_stopped,
    .n_brought = state->n_brought,
    .open = state->open,
  };
}

/**
 * weir_step_wake_swarm:
 * @self: a step that goes over items
 *
 * More can be done now: an item is there that was not.
 */
void
weir_step_wake_swarm (WeirStep *self)
{
  if (self->swarm != NULL)
    weir_swarm_run_wake (self->swarm);
}

/**
 * weir_step_drain_swarm:
 * @self: a step that goes over items
 *
 * Starts none of those that wait; what runs ends by itself.
 */
void
weir_step_drain_swarm (WeirStep *self)
{
  if (self->swarm != NULL)
    ((WeirSwarmRun *) self->swarm)->draining = TRUE;
}

/**
 * weir_step_retry_item:
 * @self: a step that goes over items
 * @index: of an item that failed
 * @delay_ms: not before that
 * @error: what it failed with
 *
 * Tries it again. Recorded: a restart of the program does not shorten the time.
 */
void
weir_step_retry_item (WeirStep *self, guint index, gint64 delay_ms, WeirValue *error)
{
  WeirBuilder *data;

  if (self->settled || self->run->suspended || self->swarm == NULL)
    return;
  data = weir_record_builder_new (3);
  weir_builder_set_take (data, "item", weir_value_new_int (index));
  weir_builder_set_take (data, "due_at",
                         weir_value_new_int (weir_clock_get_time (self->run->engine->clock) + delay_ms * 1000));
  weir_builder_set (data, "error", error);
  weir_step_emit_swarm (self->state, self->run, WEIR_EVENT_SWARM_ITEM, data);
  if (index < ((WeirSwarmRun *) self->swarm)->seen && delay_ms > 0)
    delay_item (self->swarm, index);
  else
    weir_swarm_run_item_moved (self->swarm, index);
}

/**
 * weir_step_get_retries:
 * @self: a step that goes over items
 * @index: of an item
 *
 * Returns: how often it was tried again
 */
guint
weir_step_get_retries (WeirStep *self, guint index)
{
  WeirItemExtra *extra = weir_swarm_state_find_extra (self->state->swarm, index);

  return extra != NULL ? extra->retries : 0;
}

/**
 * weir_step_dup_item:
 * @self: a step that goes over items
 * @index: of an item
 *
 * Returns: (transfer full) (nullable): the item; %NULL if the kind does not have it
 */
WeirValue *
weir_step_dup_item (WeirStep *self, guint index)
{
  return self->swarm != NULL ? dup_item (self->swarm, index) : NULL;
}

/* ── what comes of it ───────────────────────────────────────────────────────────────────── */

static guint
get_place (WeirSwarmState *state, gboolean as_ended, guint i)
{
  return as_ended ? g_array_index (state->order, guint32, i) : i;
}

/**
 * weir_step_list_results:
 * @self: a step that goes over items
 * @as_ended: in the order in which they ended, else in that of the items
 * @all: with null for those that gave nothing, else without these
 *
 * Returns: (transfer full): a list
 */
WeirValue *
weir_step_list_results (WeirStep *self, gboolean as_ended, gboolean all)
{
  WeirSwarmState *state = self->state->swarm;
  guint n = as_ended ? state->order->len : state->items->len;
  WeirBuilder *list = weir_list_builder_new (all ? n : state->n_by[WEIR_ITEM_OK]);

  for (guint i = 0; i < n; i++)
    {
      guint index = get_place (state, as_ended, i);
      WeirScopeState *scope;
      WeirValue *result = NULL, *error;

      if (weir_swarm_state_get_status (state, index) == WEIR_ITEM_OK
          && find_outcome (self->swarm, index, &scope, &result, &error) && result != NULL)
        weir_builder_add (list, result);
      else if (all)
        weir_builder_take (list, weir_value_new_null ());
    }
  return weir_builder_end (list);
}

/**
 * weir_step_foreach_failure:
 * @self: a step that goes over items
 * @as_ended: as for [method@Weir.Step.list_results]
 * @func: (scope call): told of each item that failed
 * @user_data: for @func
 */
void
weir_step_foreach_failure (WeirStep *self, gboolean as_ended, WeirFailureFunc func, gpointer user_data)
{
  WeirSwarmState *state = self->state->swarm;
  guint n = as_ended ? state->order->len : state->items->len;

  for (guint i = 0; i < n && state->n_by[WEIR_ITEM_FAILED] > 0; i++)
    {
      guint index = get_place (state, as_ended, i);
      WeirScopeState *scope;
      WeirValue *result, *error = NULL;

      if (weir_swarm_state_get_status (state, index) == WEIR_ITEM_FAILED
          && find_outcome (self->swarm, index, &scope, &result, &error) && error != NULL)
        func (user_data, index, error);
    }
}

/**
 * weir_step_emit_item:
 * @self: a step that goes over items
 * @port: name of a side port
 * @value: what it gives
 * @index: of an item that is over
 * @slot: 0 or 1
 *
 * As [method@Weir.Step.emit_side], but once for the item and the slot: a second time, perhaps after a restart of the program, does
 * nothing, until the item was run again.
 */
void
weir_step_emit_item (WeirStep *self, const char *port, WeirValue *value, guint index, guint slot)
{
  WeirSwarmState *state = self->state->swarm;

  if (index < state->items->len && (state->items->data[index] & WEIR_ITEM_TOLD (slot)) == 0)
    weir_step_emit_once (self, port, value, index, (int) slot);
}
