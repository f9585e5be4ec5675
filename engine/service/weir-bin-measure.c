/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What would go with a part of a run. */

#include "weir-bin-private.h"
#include "weir-engine-private.h"
#include "weir-run-state-private.h"

static gboolean
is_event_of_part (WeirPartCall *call, WeirPartJournal *journal, WeirEvent *event)
{
  const char *scope = weir_part_journal_get_path (journal, event->scope);
  g_autofree char *path = event->block != NULL ? g_strconcat (scope, event->block, NULL) : weir_part_path_clean (scope);

  return weir_path_is_within (path, call->path);
}

static void
measure (WeirPartCall *call, WeirPartJournal *journal, GPtrArray *events, WeirFootprint *footprint)
{
  g_autoptr(GHashTable) steps = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < events->len; i++)
    {
      WeirEvent *event = g_ptr_array_index (events, i);

      if (!is_event_of_part (call, journal, event))
        continue;
      footprint->n_events++;
      footprint->n_lines += event->kind == WEIR_EVENT_LOG;
      footprint->bytes += 40 + (event->data != NULL ? (gint64) weir_value_estimate_size (event->data, G_MAXINT32) : 0);
      if (event->kind >= WEIR_EVENT_BLOCK_STARTED && event->kind <= WEIR_EVENT_BLOCK_UNKNOWN)
        g_hash_table_add (steps, g_strdup_printf ("%u %s %u", event->scope, event->block, event->firing));
    }
  footprint->n_steps = g_hash_table_size (steps);
}

static gboolean
count_effects (WeirPartCall *call, WeirPartJournal *journal, WeirFootprint *footprint, GError **error)
{
  g_autoptr(GPtrArray) effects = dex_await_boxed (weir_engine_list_effects (call->engine, call->run), error);

  for (guint i = 0; effects != NULL && i < effects->len; i++)
    {
      const WeirEffect *effect = g_ptr_array_index (effects, i);
      g_autofree char *path = g_strconcat (weir_part_journal_get_path (journal, effect->scope), effect->block, NULL);

      footprint->n_effects += effect->state == WEIR_EFFECT_COMPLETED && weir_path_is_within (path, call->path)
                              && (effect->undo == WEIR_UNDO_EXACT || effect->undo == WEIR_UNDO_COMPENSATE);
    }
  return effects != NULL;
}

static DexFuture *
measure_part_fiber (gpointer user_data)
{
  WeirPartCall *call = user_data;
  GError *error = NULL;
  g_autofree WeirFootprint *footprint = g_new0 (WeirFootprint, 1);
  g_autoptr(GPtrArray) events = dex_await_boxed (weir_store_load_events (call->engine->store, call->run, 0, FALSE),
                                                  &error);
  g_auto(WeirPartJournal) journal = weir_part_journal_read (events);

  if (events == NULL)
    return dex_future_new_for_error (error);
  measure (call, &journal, events, footprint);
  if (footprint->n_events == 0)
    return dex_future_new_reject (WEIR_ERROR, WEIR_ERROR_NOT_FOUND,
                                  "There is no %s in run %" G_GINT64_FORMAT " that has begun", call->path, call->run);
  if (!count_effects (call, &journal, footprint, &error))
    return dex_future_new_for_error (error);
  return dex_future_new_take_boxed (WEIR_TYPE_FOOTPRINT, g_steal_pointer (&footprint));
}

/**
 * weir_engine_measure_part:
 * @self: an engine
 * @run: number of a run
 * @path: of a part of it, as for [method@Weir.Engine.discard_part]
 *
 * Returns: (transfer full): a future of a #WeirFootprint (boxed): what would go with it, big values left out; rejects with
 *   %WEIR_ERROR_NOT_FOUND
 */
DexFuture *
weir_engine_measure_part (WeirEngine *self, gint64 run, const char *path)
{
  g_return_val_if_fail (WEIR_IS_ENGINE (self) && path != NULL, NULL);
  return dex_scheduler_spawn (NULL, 0, measure_part_fiber, weir_part_call_new (self, run, path, NULL, NULL),
                              weir_part_call_free);
}
