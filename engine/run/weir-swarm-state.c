/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The fold of a swarm. An item that waits costs a byte, and its value if it was added from outside; one that is over costs that, four bytes
 * for its place in the order, and what it gave. */

#include "weir-swarm-state.h"

#include <string.h>

static void
batch_clear (gpointer data)
{
  g_clear_pointer (&((WeirItemBatch *) data)->items, weir_value_unref);
}

static WeirSwarmState *
ensure_swarm (WeirStepState *step)
{
  WeirSwarmState *self = step->swarm;

  if (self != NULL)
    return self;
  self = step->swarm = g_new0 (WeirSwarmState, 1);
  self->items = g_byte_array_new ();
  self->batches = g_array_new (FALSE, FALSE, sizeof (WeirItemBatch));
  g_array_set_clear_func (self->batches, batch_clear);
  self->order = g_array_new (FALSE, FALSE, sizeof (guint32));
  return self;
}

void
weir_swarm_state_free (WeirSwarmState *self)
{
  if (self == NULL)
    return;
  g_byte_array_unref (self->items);
  g_array_unref (self->batches);
  g_array_unref (self->order);
  g_clear_pointer (&self->extras, g_hash_table_unref);
  g_free (self->item_type);
  g_free (self);
}

static GHashTable *
copy_extras (GHashTable *extras)
{
  GHashTable *copy = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  GHashTableIter iter;
  gpointer index, extra;

  g_hash_table_iter_init (&iter, extras);
  while (g_hash_table_iter_next (&iter, &index, &extra))
    g_hash_table_insert (copy, index, g_memdup2 (extra, sizeof (WeirItemExtra)));
  return copy;
}

WeirSwarmState *
weir_swarm_state_copy (WeirSwarmState *self)
{
  WeirSwarmState *copy;

  if (self == NULL)
    return NULL;
  copy = g_memdup2 (self, sizeof *self);
  copy->items = g_byte_array_sized_new (self->items->len);
  g_byte_array_append (copy->items, self->items->data, self->items->len);
  copy->order = g_array_copy (self->order);
  copy->batches = g_array_copy (self->batches);
  g_array_set_clear_func (copy->batches, batch_clear);
  for (guint i = 0; i < copy->batches->len; i++)
    {
      WeirItemBatch *batch = &g_array_index (copy->batches, WeirItemBatch, i);

      if (batch->items != NULL)
        weir_value_ref (batch->items);
    }
  copy->extras = self->extras != NULL ? copy_extras (self->extras) : NULL;
  copy->item_type = g_strdup (self->item_type);
  return copy;
}

WeirItemStatus
weir_swarm_state_get_status (WeirSwarmState *self, guint index)
{
  return self->items->data[index] & WEIR_ITEM_STATUS;
}

WeirItemBatch *
weir_swarm_state_find_batch (WeirSwarmState *self, guint index)
{
  guint low = 0, high = self->batches->len;

  while (high - low > 1)
    {
      guint middle = (low + high) / 2;

      if (g_array_index (self->batches, WeirItemBatch, middle).first <= index)
        low = middle;
      else
        high = middle;
    }
  return &g_array_index (self->batches, WeirItemBatch, low);
}

WeirItemExtra *
weir_swarm_state_find_extra (WeirSwarmState *self, guint index)
{
  return self->extras != NULL ? g_hash_table_lookup (self->extras, GUINT_TO_POINTER (index)) : NULL;
}

WeirValue *
weir_swarm_state_get_item (WeirSwarmState *self, guint index)
{
  WeirItemBatch *batch = weir_swarm_state_find_batch (self, index);

  return batch->items != NULL ? weir_value_get_item (batch->items, index - batch->first) : NULL;
}

static WeirItemExtra *
ensure_extra (WeirSwarmState *self, guint index)
{
  WeirItemExtra *extra = weir_swarm_state_find_extra (self, index);

  if (extra != NULL)
    return extra;
  if (self->extras == NULL)
    self->extras = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  extra = g_new0 (WeirItemExtra, 1);
  extra->priority = G_MININT;
  g_hash_table_insert (self->extras, GUINT_TO_POINTER (index), extra);
  return extra;
}

/* An item that is over and no longer is; it is one of the last, unless somebody wanted it once more. */
static void
forget_order (WeirSwarmState *self, guint index)
{
  for (guint i = self->order->len; i-- > 0;)
    if (g_array_index (self->order, guint32, i) == index)
      {
        g_array_remove_index (self->order, i);
        return;
      }
}

static void
set_status (WeirSwarmState *self, guint index, WeirItemStatus status)
{
  WeirItemStatus old = weir_swarm_state_get_status (self, index);
  guint8 *item = &self->items->data[index];
  guint32 place = index;

  if (*item & WEIR_ITEM_STOPPED)
    self->n_stopped--;
  *item = (guint8) ((*item & ~(WEIR_ITEM_STATUS | WEIR_ITEM_STOPPED)) | status);
  if (old == status)
    return;
  self->n_by[old]--;
  self->n_by[status]++;
  if (old == WEIR_ITEM_OK || old == WEIR_ITEM_FAILED)
    forget_order (self, index);
  if (status == WEIR_ITEM_OK || status == WEIR_ITEM_FAILED)
    g_array_append_val (self->order, place);
  else
    *item &= (guint8) ~(WEIR_ITEM_TOLD (0) | WEIR_ITEM_TOLD (1));
  if (status != WEIR_ITEM_QUEUED)
    *item &= (guint8) ~WEIR_ITEM_HELD;
}

/* ── events ─────────────────────────────────────────────────────────────────────────────── */

static void
apply_opened (WeirSwarmState *self, WeirValue *data)
{
  self->open = weir_value_get_member_bool (data, "open", FALSE);
  self->close_at_max = weir_value_get_member_bool (data, "close_at_max", FALSE);
  self->max_items = (guint) weir_value_get_member_int (data, "max_items", 0);
  self->chunk = (guint) weir_value_get_member_int (data, "chunk", 1000);
  g_free (self->item_type);
  self->item_type = g_strdup (weir_value_get_member_text (data, "type", NULL));
}

static void
apply_added (WeirSwarmState *self, WeirEvent *event)
{
  WeirValue *items = weir_value_find_member (event->data, "items");
  guint n = items != NULL ? (guint) weir_value_get_length (items)
                          : (guint) weir_value_get_member_int (event->data, "n", 0);
  guint first = self->items->len;
  WeirItemBatch batch = { .first = first, .n = n, .brought = self->n_brought, .at = event->at };

  if (n == 0)
    return;
  batch.items = items != NULL ? weir_value_ref (items) : NULL;
  self->n_brought += items == NULL ? n : 0;
  g_array_append_val (self->batches, batch);
  g_byte_array_set_size (self->items, first + n);
  memset (self->items->data + first, WEIR_ITEM_QUEUED, n);
  self->n_by[WEIR_ITEM_QUEUED] += n;
}

static void
apply_known (WeirStepState *step, guint index, WeirValue *data)
{
  WeirValue *error = weir_value_find_member (data, "error");

  weir_step_state_keep_result (step, index, weir_value_find_member (data, "result"), error);
  set_status (step->swarm, index, error != NULL ? WEIR_ITEM_FAILED : WEIR_ITEM_OK);
}

static void
apply_item (WeirSwarmState *self, WeirStepState *step, WeirValue *data)
{
  gint64 index = weir_value_get_member_int (data, "item", -1);
  WeirValue *priority = weir_value_find_member (data, "priority");
  WeirValue *held = weir_value_find_member (data, "held");
  WeirItemExtra *extra;

  if (index < 0 || index >= self->items->len)
    return;
  if (priority != NULL)
    ensure_extra (self, (guint) index)->priority = (int) CLAMP (weir_value_get_int (priority), -100, 100);
  else if (held != NULL && weir_value_get_bool (held))
    self->items->data[index] |= WEIR_ITEM_HELD;
  else if (held != NULL)
    self->items->data[index] &= (guint8) ~WEIR_ITEM_HELD;
  else if (weir_value_find_member (data, "known") != NULL)
    apply_known (step, (guint) index, data);
  else if (weir_value_find_member (data, "skipped") != NULL)
    set_status (self, (guint) index, WEIR_ITEM_SKIPPED);
  else if (weir_value_find_member (data, "due_at") != NULL)
    {
      extra = ensure_extra (self, (guint) index);
      extra->retries++;
      extra->due_at = weir_value_get_member_int (data, "due_at", 0);
      extra->due_mono = 0;
      set_status (self, (guint) index, WEIR_ITEM_QUEUED);
    }
  else if (weir_value_find_member (data, "again") != NULL)
    {
      extra = weir_swarm_state_find_extra (self, (guint) index);
      if (extra != NULL)
        extra->retries = 0;
      set_status (self, (guint) index, WEIR_ITEM_QUEUED);
    }
}

void
weir_swarm_state_apply (WeirRunState *run, WeirStepState *step, WeirEvent *event)
{
  WeirSwarmState *self = ensure_swarm (step);

  if (event->kind == WEIR_EVENT_SWARM_OPENED)
    apply_opened (self, event->data);
  else if (event->kind == WEIR_EVENT_SWARM_ADDED)
    apply_added (self, event);
  else if (event->kind == WEIR_EVENT_SWARM_CLOSED)
    self->open = FALSE;
  else
    apply_item (self, step, event->data);
}

/* Something was told of an item: it is told once. */
void
weir_swarm_state_told (WeirStepState *step, WeirValue *data)
{
  gint64 index = weir_value_get_member_int (data, "item", -1);
  gint64 slot = weir_value_get_member_int (data, "slot", 0);

  if (step->swarm != NULL && index >= 0 && index < step->swarm->items->len)
    step->swarm->items->data[index] |= (guint8) WEIR_ITEM_TOLD (slot & 1);
}

static gboolean
find_index (WeirStepState *step, WeirScopeState *scope, guint *index)
{
  if (step->swarm == NULL || scope->index >= step->swarm->items->len)
    return FALSE;
  *index = scope->index;
  return TRUE;
}

void
weir_swarm_state_opened (WeirStepState *step, WeirScopeState *scope)
{
  guint index;

  if (find_index (step, scope, &index))
    set_status (step->swarm, index, WEIR_ITEM_RUNNING);
}

void
weir_swarm_state_closed (WeirStepState *step, WeirScopeState *scope)
{
  const char *class_name;
  guint index;

  if (!find_index (step, scope, &index) || weir_step_state_find_scope (step, scope->pub.key) != scope)
    return;
  set_status (step->swarm, index, scope->pub.error != NULL ? WEIR_ITEM_FAILED : WEIR_ITEM_OK);
  if (scope->pub.error == NULL)
    return;
  class_name = weir_value_get_member_text (scope->pub.error, "class", "");
  if (g_str_equal (class_name, "flow.cancelled") || g_str_equal (class_name, "flow.interrupted"))
    {
      step->swarm->items->data[index] |= WEIR_ITEM_STOPPED;
      step->swarm->n_stopped++;
    }
}

void
weir_swarm_state_try_again (WeirStepState *step)
{
  for (guint i = 0; step->swarm != NULL && i < step->swarm->items->len; i++)
    if (weir_swarm_state_get_status (step->swarm, i) == WEIR_ITEM_FAILED)
      set_status (step->swarm, i, WEIR_ITEM_QUEUED);
}

static gboolean
same_bytes (gconstpointer a, gconstpointer b, gsize n)
{
  return n == 0 || memcmp (a, b, n) == 0;
}

gboolean
weir_swarm_state_equal (WeirSwarmState *a, WeirSwarmState *b)
{
  if (a == NULL || b == NULL)
    return a == b;
  return a->items->len == b->items->len && same_bytes (a->items->data, b->items->data, a->items->len)
         && same_bytes (a->n_by, b->n_by, sizeof a->n_by) && a->n_stopped == b->n_stopped && a->open == b->open
         && a->order->len == b->order->len
         && same_bytes (a->order->data, b->order->data, a->order->len * sizeof (guint32))
         && a->batches->len == b->batches->len && a->n_brought == b->n_brought;
}
