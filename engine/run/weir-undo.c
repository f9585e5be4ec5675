/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Undo of a run that has ended: a plan that only looks, and its execution, latest effect first. Each effect taken back is journalled
 * before the next is touched; what a crash leaves is seen as done already when it is tried again. */

#include "weir-file-effect.h"
#include "weir-run-private.h"
#include "weir-undo-private.h"

typedef struct
{
  WeirEngine        *engine;
  gint64             run;
  char              *to_block;
  WeirUndoPlan      *plan;
  WeirConflictChoice choice;
} UndoCall;

static void
undo_call_free (gpointer data)
{
  UndoCall *call = data;

  g_object_unref (call->engine);
  g_free (call->to_block);
  g_clear_pointer (&call->plan, weir_undo_plan_unref);
  g_free (call);
}

static gboolean
is_file (const WeirEffect *effect)
{
  return g_str_has_prefix (effect->type, "file.");
}

static gboolean
is_variable (const WeirEffect *effect)
{
  return g_str_equal (effect->type, "variable.set");
}

/* ── planning ───────────────────────────────────────────────────────────────────────────── */

static gboolean
explain_variable (WeirEngine *engine, WeirEffect *effect, char **description, char **conflict)
{
  const char *workflow = weir_value_get_member_text (effect->before, "workflow", NULL);
  WeirValue *old = weir_value_find_member (effect->before, "value");
  WeirValue *set = effect->after != NULL ? weir_value_find_member (effect->after, "value") : NULL;
  g_autoptr(WeirValue) now = weir_store_dup_variable (engine->store, workflow, effect->target);
  g_autofree char *shown = old != NULL ? weir_value_to_display (old, 60) : NULL;

  *description = shown != NULL ? g_strdup_printf ("Set the variable %s back to %s", effect->target, shown)
                               : g_strdup_printf ("Remove the variable %s", effect->target);
  if (set != NULL && (now == NULL || !weir_value_equal (set, now)))
    *conflict = g_strdup ("It was set again since");
  return TRUE;
}

static void
plan_effect (WeirEngine *engine, WeirUndoPlan *plan, GHashTable *foreseen, WeirEffect *effect)
{
  g_autofree char *description = NULL;
  g_autofree char *conflict = NULL;
  guint64 size = 0;
  gboolean irreversible = FALSE;

  if (is_file (effect))
    {
      if (effect->state == WEIR_EFFECT_INTENDED && weir_file_effect_is_undone (effect, foreseen))
        return; /* it never came to it */
      weir_file_effect_explain (effect, foreseen, &description, &conflict, &size);
      if (conflict == NULL)
        weir_file_effect_foresee (effect, foreseen);
      else if (weir_file_effect_is_undone (effect, foreseen))
        g_clear_pointer (&conflict, g_free); /* the undo before this one was cut off */
    }
  else if (is_variable (effect))
    explain_variable (engine, effect, &description, &conflict);
  else if (effect->undo == WEIR_UNDO_COMPENSATE)
    description = g_strdup_printf ("Take back %s: %s", effect->type, effect->target);
  else
    {
      irreversible = TRUE;
      description = g_strdup_printf ("%s: %s cannot be undone", effect->type, effect->target);
    }
  weir_undo_plan_take_item (plan, weir_effect_copy (effect), g_steal_pointer (&description), g_steal_pointer (&conflict),
                            irreversible, size);
}

/* An effect goes when its step ended after the last step of @to_block. */
static gint64
find_boundary (WeirEngine *engine, gint64 run, const char *to_block, WeirWorkflow *workflow, GError **error)
{
  g_autoptr(GPtrArray) events = dex_await_boxed (weir_store_load_events (engine->store, run, 0, FALSE), error);
  g_autoptr(WeirRunState) state = NULL;
  WeirBlockSummary summary;

  if (events == NULL)
    return -1;
  state = weir_run_state_new (workflow, weir_engine_resolve, engine);
  for (guint i = 0; i < events->len; i++)
    if (!weir_run_state_apply (state, g_ptr_array_index (events, i), error))
      return -1;
  weir_run_state_summarize_block (state, to_block, &summary);
  if (summary.last == NULL)
    {
      g_set_error (error, WEIR_ERROR, WEIR_ERROR_NOT_FOUND, "Block %s did not run in run %" G_GINT64_FORMAT, to_block, run);
      return -1;
    }
  return summary.last->ended_at;
}

static gboolean
check_ended (UndoCall *call, gint64 *boundary, GError **error)
{
  g_autoptr(WeirRunInfo) info = dex_await_object (weir_engine_load_run (call->engine, call->run), error);
  g_autoptr(WeirWorkflow) workflow = NULL;
  const char *reason;

  *boundary = 0;
  if (info == NULL)
    return FALSE;
  if (!weir_run_verb_is_legal (WEIR_VERB_UNDO, weir_run_info_get_status (info), &reason))
    {
      g_set_error (error, WEIR_ERROR, WEIR_ERROR_WRONG_STATE, "Run %" G_GINT64_FORMAT " cannot be undone: %s", call->run, reason);
      return FALSE;
    }
  if (call->to_block == NULL)
    return TRUE;
  workflow = dex_await_object (weir_engine_load_workflow (call->engine, weir_run_info_get_workflow_id (info),
                                                          weir_run_info_get_version (info)), error);
  if (workflow == NULL)
    return FALSE;
  *boundary = find_boundary (call->engine, call->run, call->to_block, workflow, error);
  return *boundary >= 0;
}

static DexFuture *
plan_fiber (gpointer user_data)
{
  UndoCall *call = user_data;
  g_autoptr(GPtrArray) effects = NULL;
  g_autoptr(WeirUndoPlan) plan = NULL;
  g_autoptr(GHashTable) foreseen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) weir_value_unref);
  GError *error = NULL;
  gint64 boundary;

  if (!check_ended (call, &boundary, &error))
    return dex_future_new_for_error (error);
  effects = dex_await_boxed (weir_engine_list_effects (call->engine, call->run), &error);
  if (effects == NULL)
    return dex_future_new_for_error (error);
  plan = weir_undo_plan_new (call->run, call->to_block);
  for (guint i = effects->len; i-- > 0;)
    {
      WeirEffect *effect = g_ptr_array_index (effects, i);

      if (effect->state != WEIR_EFFECT_UNDONE && effect->at > boundary)
        plan_effect (call->engine, plan, foreseen, effect);
    }
  return dex_future_new_take_boxed (WEIR_TYPE_UNDO_PLAN, g_steal_pointer (&plan));
}

/**
 * weir_engine_plan_undo:
 * @self: an engine
 * @run: number of a run that has ended
 * @to_block: (nullable): path of a block: only what came after its last step; %NULL: everything
 *
 * Looks at the world and changes nothing.
 *
 * Returns: (transfer full): a future that resolves to a #WeirUndoPlan; rejects with %WEIR_ERROR_WRONG_STATE or %WEIR_ERROR_NOT_FOUND
 */
DexFuture *
weir_engine_plan_undo (WeirEngine *self, gint64 run, const char *to_block)
{
  UndoCall *call = g_new0 (UndoCall, 1);

  call->engine = g_object_ref (self);
  call->run = run;
  call->to_block = g_strdup (to_block);
  return dex_scheduler_spawn (NULL, 0, plan_fiber, call, undo_call_free);
}

/* ── doing ──────────────────────────────────────────────────────────────────────────────── */

typedef struct
{
  WeirStore         *store;
  const WeirEffect  *effect;
  WeirConflictChoice choice;
  char              *conflict;
  char              *note;
} FileUndo;

static DexFuture *
undo_file_in_thread (gpointer user_data)
{
  FileUndo *call = user_data;
  GError *error = NULL;
  g_autofree char *description = NULL;
  guint64 size;

  /* the world may have changed since the plan was made */
  weir_file_effect_explain (call->effect, NULL, &description, &call->conflict, &size);
  if (call->conflict != NULL && call->choice == WEIR_CONFLICT_KEEP && !weir_file_effect_is_undone (call->effect, NULL))
    return dex_future_new_true ();
  g_clear_pointer (&call->conflict, g_free);
  if (!weir_file_effect_undo (call->store, call->effect, call->choice, &call->note, &error))
    return dex_future_new_for_error (error);
  return dex_future_new_true ();
}

static void
journal (UndoCall *call, guint64 *seq, WeirEventKind kind, const WeirEffect *effect, WeirValue *data)
{
  WeirEvent *event = weir_event_new (kind, call->run);

  event->seq = ++*seq;
  event->at = weir_clock_get_time (call->engine->clock);
  event->mono = weir_clock_get_mono (call->engine->clock);
  event->data = data;
  if (effect != NULL)
    {
      event->scope = effect->scope;
      event->firing = effect->firing;
      event->attempt = 1;
      event->block = g_ref_string_new (effect->block);
    }
  weir_engine_journal (call->engine, event, NULL, NULL);
}

static WeirValue *
effect_data (const WeirEffect *effect, const char *key, const char *text)
{
  WeirBuilder *record = weir_record_builder_new (2);

  weir_builder_set_take (record, "effect", weir_value_new_int (effect->id));
  if (text != NULL)
    weir_builder_set_take (record, key, weir_value_new_text (text));
  return weir_builder_end (record);
}

/* Answers why it was kept (transfer full), or NULL when it was undone. */
static char *
undo_file (UndoCall *call, WeirUndoItem *item, char **note)
{
  FileUndo undo = { .store = call->engine->store, .effect = item->effect, .choice = call->choice };
  GError *error = NULL;
  char *kept;

  if (!dex_await (dex_scheduler_spawn (dex_thread_pool_scheduler_get_default (), 0, undo_file_in_thread, &undo, NULL), &error))
    {
      kept = g_strdup (error->message);
      g_error_free (error);
      return kept;
    }
  *note = undo.note;
  return undo.conflict;
}

static char *
undo_variable (UndoCall *call, WeirUndoItem *item)
{
  WeirEffect *effect = item->effect;
  const char *workflow = weir_value_get_member_text (effect->before, "workflow", NULL);
  WeirValue *old = weir_value_find_member (effect->before, "value");
  g_autofree char *description = NULL;
  g_autofree char *conflict = NULL;

  explain_variable (call->engine, effect, &description, &conflict);
  if (conflict != NULL && call->choice != WEIR_CONFLICT_OVERWRITE)
    return g_steal_pointer (&conflict);
  weir_batch_put_variable (weir_engine_get_batch (call->engine), workflow, effect->target, old);
  weir_store_cache_variable (call->engine->store, workflow, effect->target, old);
  return NULL;
}

static char *
undo_by_kind (WeirUndoItem *item)
{
  const WeirBlockKind *kind = weir_registry_find_kind (item->effect->kind);
  GError *error = NULL;
  char *kept = NULL;

  if (item->irreversible || kind == NULL || kind->compensate == NULL)
    return g_strdup ("It cannot be undone");
  if (!dex_await (kind->compensate (item->effect->type, item->effect->before, item->effect->after), &error))
    {
      kept = g_strdup (error->message);
      g_error_free (error);
    }
  return kept;
}

static gboolean
undo_item (UndoCall *call, WeirUndoItem *item, guint64 *seq)
{
  g_autofree char *note = NULL;
  g_autofree char *kept = NULL;
  WeirEffect change = { .id = item->effect->id, .run = call->run };

  if (is_file (item->effect))
    kept = undo_file (call, item, &note);
  else if (is_variable (item->effect))
    kept = undo_variable (call, item);
  else
    kept = undo_by_kind (item);

  change.state = kept != NULL ? WEIR_EFFECT_KEPT : WEIR_EFFECT_UNDONE;
  weir_batch_put_effect (weir_engine_get_batch (call->engine), &change);
  if (kept != NULL)
    journal (call, seq, WEIR_EVENT_EFFECT_KEPT, item->effect, effect_data (item->effect, "reason", kept));
  else
    journal (call, seq, WEIR_EVENT_EFFECT_UNDONE, item->effect, effect_data (item->effect, "note", note));
  return kept == NULL;
}

static guint64
find_last_seq (UndoCall *call, GError **error)
{
  g_autoptr(GPtrArray) events = dex_await_boxed (weir_engine_load_events (call->engine, call->run, 0), error);

  if (events == NULL || events->len == 0)
    return 0;
  return ((WeirEvent *) g_ptr_array_index (events, events->len - 1))->seq;
}

static DexFuture *
undo_fiber (gpointer user_data)
{
  UndoCall *call = user_data;
  GError *error = NULL;
  guint64 seq = find_last_seq (call, &error);
  guint undone = 0;
  const char *keys[] = { "undone", "kept" };
  g_autoptr(WeirValue) n_undone = NULL;
  g_autoptr(WeirValue) n_kept = NULL;

  if (error != NULL)
    return dex_future_new_for_error (error);
  journal (call, &seq, WEIR_EVENT_UNDO_STARTED, NULL, NULL);
  if (!dex_await (weir_engine_durable (call->engine), &error))
    return dex_future_new_for_error (error);
  for (guint i = 0; i < call->plan->items->len && !call->engine->closed; i++)
    {
      undone += undo_item (call, g_ptr_array_index (call->plan->items, i), &seq);
      if (!dex_await (weir_engine_durable (call->engine), &error))
        return dex_future_new_for_error (error);
    }

  n_undone = weir_value_new_int (undone);
  n_kept = weir_value_new_int (call->plan->items->len - undone);
  journal (call, &seq, WEIR_EVENT_UNDO_FINISHED, NULL,
           weir_value_new_record (keys, (WeirValue *[]) { n_undone, n_kept }, 2));
  if (!dex_await (weir_engine_durable (call->engine), &error))
    return dex_future_new_for_error (error);
  g_signal_emit_by_name (call->engine, "workflows-changed");
  return dex_future_new_for_uint (undone);
}

/**
 * weir_engine_undo:
 * @self: an engine
 * @plan: what to undo
 * @on_conflict: what to do about effects whose target changed since
 *
 * Returns: (transfer full): a future that resolves to the number of effects that were undone (guint)
 */
DexFuture *
weir_engine_undo (WeirEngine *self, WeirUndoPlan *plan, WeirConflictChoice on_conflict)
{
  UndoCall *call = g_new0 (UndoCall, 1);

  call->engine = g_object_ref (self);
  call->run = plan->run;
  call->plan = weir_undo_plan_ref (plan);
  call->choice = on_conflict;
  return dex_scheduler_spawn (NULL, 0, undo_fiber, call, undo_call_free);
}
