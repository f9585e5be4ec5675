/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Methods of WeirControl that undo and do again. */

#include "weir-control-private.h"
#include "weir-control-record.h"
#include "weir-engine-private.h"

static WeirValue *
describe_plan (WeirUndoPlan *plan)
{
  WeirBuilder *builder = weir_record_builder_new (5);
  WeirBuilder *items = weir_list_builder_new (plan->items->len);

  for (guint i = 0; i < plan->items->len; i++)
    {
      const WeirUndoItem *item = g_ptr_array_index (plan->items, i);
      WeirBuilder *line = weir_record_builder_new (8);

      weir_control_set_text (line, "description", item->description);
      weir_control_set_text (line, "conflict", item->conflict);
      weir_builder_set_take (line, "irreversible", weir_value_new_bool (item->irreversible));
      weir_control_set_int (line, "size", (gint64) item->size);
      if (item->effect != NULL)
        {
          weir_control_set_int (line, "effect", item->effect->id);
          weir_control_set_text (line, "block", item->effect->block);
          weir_control_set_text (line, "type", item->effect->type);
          weir_control_set_text (line, "target", item->effect->target);
        }
      weir_builder_take (items, weir_builder_end (line));
    }
  weir_control_set_int (builder, "run", plan->run);
  weir_control_set_int (builder, "conflicts", plan->n_conflicts);
  weir_control_set_int (builder, "irreversible", plan->n_irreversible);
  weir_builder_set_take (builder, "items", weir_builder_end (items));
  return weir_builder_end (builder);
}

static WeirUndoPlan *
make_plan (WeirEngine *engine, WeirValue *args, GError **error)
{
  const char *part = weir_control_get_text (args, "part");
  DexFuture *future;

  if (weir_value_get_member_int (args, "redo", 0) != 0)
    future = weir_engine_plan_redo (engine, weir_control_get_run_id (args));
  else if (part != NULL)
    future = weir_engine_plan_undo_part (engine, weir_control_get_run_id (args), part);
  else
    future = weir_engine_plan_undo (engine, weir_control_get_run_id (args), weir_control_get_text (args, "to_block"));
  return dex_await_boxed (future, error);
}

static WeirValue *
plan_undo (WeirEngine *engine, WeirValue *args, GError **error)
{
  g_autoptr(WeirUndoPlan) plan = make_plan (engine, args, error);

  return plan != NULL ? describe_plan (plan) : NULL;
}

static gboolean
parse_choice (const char *text, WeirConflictChoice *choice, GError **error)
{
  if (text == NULL || g_str_equal (text, "keep"))
    *choice = WEIR_CONFLICT_KEEP;
  else if (g_str_equal (text, "overwrite"))
    *choice = WEIR_CONFLICT_OVERWRITE;
  else if (g_str_equal (text, "copy"))
    *choice = WEIR_CONFLICT_SAVE_COPY;
  else
    {
      g_set_error (error, WEIR_ERROR, WEIR_ERROR_INVALID,
                   "What to do on a conflict is \"keep\", \"overwrite\" or \"copy\", not \"%s\"", text);
      return FALSE;
    }
  return TRUE;
}

/* The lines of a plan, each with what became of it. */
static WeirValue *
add_outcomes (WeirEngine *engine, WeirUndoPlan *plan, WeirValue *planned, GError **error)
{
  g_autoptr(GPtrArray) effects = dex_await_boxed (weir_engine_list_effects (engine, plan->run), error);
  g_autoptr(GHashTable) states = g_hash_table_new (g_int64_hash, g_int64_equal);
  WeirValue *items = weir_value_find_member (planned, "items");
  WeirBuilder *lines;
  g_autoptr(WeirValue) list = NULL;

  if (effects == NULL)
    return NULL;
  for (guint i = 0; i < effects->len; i++)
    {
      WeirEffect *effect = g_ptr_array_index (effects, i);

      g_hash_table_insert (states, &effect->id, effect);
    }
  lines = weir_list_builder_new (weir_value_get_length (items));
  for (gsize i = 0; i < weir_value_get_length (items); i++)
    {
      gint64 id = weir_value_get_member_int (weir_value_get_item (items, i), "effect", 0);
      WeirEffect *effect = g_hash_table_lookup (states, &id);
      WeirEffectState done = plan->redo ? WEIR_EFFECT_COMPLETED : WEIR_EFFECT_UNDONE;
      g_autoptr(WeirValue) outcome = weir_value_new_bool (effect != NULL && effect->state == done);

      weir_builder_take (lines, weir_value_with_member (weir_value_get_item (items, i), "done", outcome));
    }
  list = weir_builder_end (lines);
  return weir_value_with_member (planned, "items", list);
}

static WeirValue *
undo_run (WeirEngine *engine, WeirValue *args, GError **error)
{
  g_autoptr(WeirUndoPlan) plan = NULL;
  g_autoptr(WeirValue) planned = NULL;
  g_autoptr(WeirValue) outcome = NULL;
  g_autoptr(WeirValue) count = NULL;
  g_autoptr(GError) local_error = NULL;
  WeirConflictChoice choice;
  guint n_done;

  if (!parse_choice (weir_control_get_text (args, "on_conflict"), &choice, error))
    return NULL;
  plan = make_plan (engine, args, error);
  if (plan == NULL)
    return NULL;
  planned = describe_plan (plan);
  n_done = dex_await_uint (weir_engine_undo (engine, plan, choice), &local_error);
  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return NULL;
    }
  outcome = add_outcomes (engine, plan, planned, error);
  if (outcome == NULL)
    return NULL;
  count = weir_value_new_int (n_done);
  return weir_value_with_member (outcome, "undone", count);
}

const WeirControlMethod weir_control_undo_methods[] = {
  { "PlanUndo", plan_undo },
  { "Undo", undo_run },
  { NULL, NULL }
};
