/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Items that come to an open swarm from outside: looked at all together, then added in one transaction. */

#include "weir-run-swarm-private.h"

/**
 * weir_swarm_added_clear:
 * @self: what became of items
 */
void
weir_swarm_added_clear (WeirSwarmAdded *self)
{
  g_clear_pointer (&self->rejected, weir_value_unref);
}

typedef struct
{
  WeirBuilder *good;
  WeirBuilder *bad; /* of rows */
  guint n_good;
  guint n_bad;
  char *first; /* that does not fit, and why */
} Sorted;

static void
reject (Sorted *self, guint index, WeirValue *item, const char *reason)
{
  WeirBuilder *row = weir_record_builder_new (3);

  weir_builder_set_take (row, "index", weir_value_new_int (index));
  weir_builder_set (row, "item", item);
  weir_builder_set_take (row, "reason", weir_value_new_text (reason));
  weir_builder_take (self->bad, weir_builder_end (row));
  if (self->n_bad++ == 0)
    self->first = g_strdup_printf ("item %u: %s", index, reason);
}

/* Those that the swarm takes, as it takes them, and those that it does not, with the reason. */
static void
sort_items (WeirSwarmState *state, WeirValue *items, WeirType *type, Sorted *sorted)
{
  guint n = (guint) weir_value_get_length (items);
  guint room = state->max_items > 0 ? state->max_items - MIN (state->items->len, state->max_items) : G_MAXUINT;

  for (guint i = 0; i < n; i++)
    {
      WeirValue *item = weir_value_get_item (items, i);
      g_autoptr (GError) error = NULL;
      WeirValue *taken = type != NULL ? weir_type_convert (type, item, &error) : weir_value_ref (item);

      if (taken == NULL)
        reject (sorted, i, item, error->message);
      else if (sorted->n_good == room)
        {
          g_autofree char *reason = g_strdup_printf ("The swarm takes at most %u items", state->max_items);

          reject (sorted, i, item, reason);
          weir_value_unref (taken);
        }
      else
        {
          weir_builder_take (sorted->good, taken);
          sorted->n_good++;
        }
    }
}

static WeirValue *
slice (WeirValue *items, guint first, guint n)
{
  WeirBuilder *list = weir_list_builder_new (n);

  for (guint i = first; i < first + n; i++)
    weir_builder_add (list, weir_value_get_item (items, i));
  return weir_builder_end (list);
}

/* All within this turn: one batch, so one transaction. */
static void
emit_items (WeirRun *run, WeirStepState *state, WeirValue *items)
{
  guint n = (guint) weir_value_get_length (items), chunk = MAX (state->swarm->chunk, 1);

  for (guint i = 0; i < n; i += chunk)
    {
      const char *key = "items";
      g_autoptr (WeirValue) part = slice (items, i, MIN (chunk, n - i));

      weir_run_emit (run, WEIR_EVENT_SWARM_ADDED, state, weir_value_new_record (&key, &part, 1));
    }
}

static gboolean
check_takes (WeirStepState *step, WeirValue *items, GError **error)
{
  WeirValueKind kind = weir_value_get_kind (items);

  if (kind != WEIR_VALUE_LIST && kind != WEIR_VALUE_TABLE)
    g_set_error (error, WEIR_ERROR, WEIR_ERROR_INVALID, "Expected a list or a table of items, but got %s",
                 weir_value_get_kind_name (items));
  else if (!step->swarm->open)
    g_set_error (error, WEIR_ERROR, WEIR_ERROR_WRONG_STATE, "The swarm %s takes no more items", step->info.block);
  else
    return TRUE;
  return FALSE;
}

static WeirValue *
make_table (WeirBuilder *rows)
{
  const char *columns[] = { "index", "item", "reason" };
  g_autoptr (WeirValue) list = weir_builder_end (rows);

  return weir_value_new_table (columns, G_N_ELEMENTS (columns), list);
}

static void
add_sorted (WeirRun *self, WeirStepState *step, WeirValue *items, WeirSwarmAdded *added)
{
  WeirSwarmState *state = step->swarm;

  added->first = state->items->len;
  added->n_added = (guint) weir_value_get_length (items);
  emit_items (self, step, items);
  if (state->close_at_max && state->max_items > 0 && state->items->len >= state->max_items)
    weir_run_emit (self, WEIR_EVENT_SWARM_CLOSED, step, NULL);
  added->closed = !state->open;
}

/**
 * weir_run_swarm_add:
 * @self: a run
 * @scope: a scope
 * @block: id of an open swarm in it
 * @items: a list or a table
 * @valid_only: adds those that fit; else none is added if one does not
 * @added: (out caller-allocates): what became of them, also of the refused; clear with [method@Weir.SwarmAdded.clear]
 * @error: where to put %WEIR_ERROR_INVALID with the first that does not fit, %WEIR_ERROR_WRONG_STATE or %WEIR_ERROR_NOT_FOUND
 *
 * They are looked at before anything is added, and recorded in one transaction; those for which there is a place start at once. On disk with
 * weir_engine_durable ().
 *
 * Returns: whether any could be added, or there was none
 */
gboolean
weir_run_swarm_add (WeirRun *self,
                    guint32 scope,
                    const char *block,
                    WeirValue *items,
                    gboolean valid_only,
                    WeirSwarmAdded *added,
                    GError **error)
{
  WeirStepState *step = weir_run_find_swarm (self, scope, block, error);
  g_autoptr (WeirType) type = NULL;
  g_autoptr (WeirValue) good = NULL;
  g_autofree char *first = NULL;
  gint64 begin = g_get_monotonic_time ();
  Sorted sorted = { 0 };

  *added = (WeirSwarmAdded) { 0 };
  if (step == NULL || !check_takes (step, items, error))
    return FALSE;
  if (step->swarm->item_type != NULL)
    {
      type = weir_type_parse (step->swarm->item_type, error);
      if (type == NULL)
        return FALSE;
    }
  sorted.good = weir_list_builder_new (weir_value_get_length (items));
  sorted.bad = weir_list_builder_new (0);
  sort_items (step->swarm, items, type, &sorted);
  good = weir_builder_end (sorted.good);
  first = sorted.first;
  added->n_rejected = sorted.n_bad;
  added->rejected = make_table (sorted.bad);
  if (sorted.n_bad > 0 && !valid_only)
    {
      g_set_error (error, WEIR_ERROR, WEIR_ERROR_INVALID, "%u of %u items do not fit, so none was added; %s",
                   sorted.n_bad, (guint) weir_value_get_length (items), first);
      return FALSE;
    }
  add_sorted (self, step, good, added);
  weir_run_wake_swarm (self, step);
  added->duration = g_get_monotonic_time () - begin;
  return TRUE;
}
