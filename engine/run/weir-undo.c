/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Carries out a plan to undo, or to do again, in groups: what there is is kept, and that is on disk before anything is touched; then the
 * group is done in a thread, synced, and journalled. What a crash leaves is seen as done already when it is tried again. */

#include "weir-undo-private.h"

#include <string.h>

#define GROUP_MAX 64

typedef struct
{
  WeirEngine        *engine;
  WeirUndoPlan      *plan;
  WeirConflictChoice choice;
  WeirStep          *step; /* of the run, which goes on: it asked for this; NULL: the run has ended */
  WeirBuilder       *kept; /* records of what was not done; NULL: nobody asks */
  GHashTable        *kept_paths; /* set: of files with effects that were not undone; those before them cannot be */
  guint64            seq;
  GRefString        *correlation;
  guint              n_done;
} UndoCall;

static void
undo_call_free (gpointer data)
{
  UndoCall *call = data;

  g_object_unref (call->engine);
  weir_undo_plan_unref (call->plan);
  g_clear_pointer (&call->correlation, g_ref_string_release);
  g_free (call);
}

static WeirDirection
direction_of (WeirUndoPlan *plan)
{
  return plan->redo ? WEIR_DIRECTION_REDO : WEIR_DIRECTION_UNDO;
}

/* ── journal ────────────────────────────────────────────────────────────────────────────── */

/* The step that asked for it was stopped, or its run was. */
static gboolean
is_stopped (UndoCall *call)
{
  if (call->step == NULL)
    return call->engine->closed;
  return call->step->settled || call->step->run->suspended || g_cancellable_is_cancelled (call->step->cancellable);
}

/* What can no longer be journalled is found done when it is undone again. */
static gboolean
may_journal (UndoCall *call)
{
  if (call->engine->closed)
    return FALSE;
  return call->step == NULL
         || (!call->step->run->suspended && !weir_run_status_is_final (call->step->run->state->status));
}

static void
journal (UndoCall *call, WeirEventKind kind, const WeirEffect *effect, WeirValue *data)
{
  WeirEvent *event = weir_event_new (kind, call->plan->run);

  event->data = data;
  if (effect != NULL)
    {
      event->scope = effect->scope;
      event->firing = effect->firing;
      event->attempt = 1;
      event->block = g_ref_string_new (effect->block);
    }
  if (call->step != NULL)
    {
      weir_run_emit_event (call->step->run, event);
      return;
    }
  event->seq = ++call->seq;
  event->correlation = call->correlation != NULL ? g_ref_string_acquire (call->correlation) : NULL;
  event->at = weir_clock_get_time (call->engine->clock);
  event->mono = weir_clock_get_mono (call->engine->clock);
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

static void
note_kept (UndoCall *call, const WeirEffect *effect, const char *reason)
{
  WeirBuilder *record;

  if (call->kept == NULL)
    return;
  record = weir_record_builder_new (4);
  weir_builder_set_take (record, "block", weir_value_new_text (effect->block));
  weir_builder_set_take (record, "type", weir_value_new_text (effect->type));
  weir_builder_set_take (record, "target", weir_value_new_text (effect->target));
  weir_builder_set_take (record, "reason", weir_value_new_text (reason));
  weir_builder_take (call->kept, weir_builder_end (record));
}

/* @kept: why it stays as it is; NULL: it was done. @after: what it is after doing it again. */
static void
journal_outcome (UndoCall *call, const WeirEffect *effect, const char *kept, const char *note, WeirValue *after)
{
  WeirEffect change = { .id = effect->id, .run = call->plan->run, .after = after };

  if (!may_journal (call))
    return;
  if (kept != NULL)
    {
      note_kept (call, effect, kept);
      change.state = call->plan->redo ? WEIR_EFFECT_UNDONE : WEIR_EFFECT_KEPT;
      journal (call, WEIR_EVENT_EFFECT_KEPT, effect, effect_data (effect, "reason", kept));
    }
  else
    {
      change.state = call->plan->redo ? WEIR_EFFECT_COMPLETED : WEIR_EFFECT_UNDONE;
      journal (call, call->plan->redo ? WEIR_EVENT_EFFECT_REDONE : WEIR_EVENT_EFFECT_UNDONE, effect,
               effect_data (effect, "note", note));
      call->n_done++;
    }
  weir_batch_put_effect (weir_engine_get_batch (call->engine), &change);
}

/* ── effects on files, a group at a time ────────────────────────────────────────────────── */

typedef struct
{
  const WeirEffect *effect;
  WeirValue        *after; /* with what is kept */
  char             *kept;
  char             *note;
} FileItem;

typedef struct
{
  WeirFileUndo       context;
  WeirConflictChoice choice;
  gint64             limit;
  FileItem           items[GROUP_MAX];
  guint              n;
} Group;

static void
group_clear (Group *self)
{
  for (guint i = 0; i < self->n; i++)
    {
      g_clear_pointer (&self->items[i].after, weir_value_unref);
      g_free (self->items[i].kept);
      g_free (self->items[i].note);
    }
}

/* The world may have changed since the plan was made. */
static DexFuture *
keep_group_in_thread (gpointer user_data)
{
  Group *self = user_data;
  gboolean redo = self->context.direction == WEIR_DIRECTION_REDO;

  for (guint i = 0; i < self->n; i++)
    {
      FileItem *item = &self->items[i];
      g_autofree char *description = NULL;
      g_autofree char *conflict = NULL;
      g_autoptr(GError) error = NULL;
      guint64 size;

      if (item->kept != NULL)
        continue;
      weir_file_effect_explain (item->effect, self->context.direction, NULL, &description, &conflict, &size);
      if (conflict != NULL && (redo || self->choice == WEIR_CONFLICT_KEEP)
          && !weir_file_effect_is_done (item->effect, self->context.direction, NULL))
        item->kept = g_steal_pointer (&conflict);
      else if (!redo)
        item->after = weir_file_effect_keep (self->context.store, item->effect, self->limit, &error);
      if (error != NULL && g_str_equal (weir_error_get_class (error), "undo.limit"))
        item->note = g_strdup_printf ("cannot be done again: %s", error->message);
      else if (error != NULL)
        item->kept = g_strdup (error->message);
    }
  return dex_future_new_true ();
}

static DexFuture *
do_group_in_thread (gpointer user_data)
{
  Group *self = user_data;

  self->context.sync = weir_file_sync_new ();
  for (guint i = 0; i < self->n; i++)
    {
      FileItem *item = &self->items[i];
      g_autoptr(GError) error = NULL;

      if (item->kept == NULL
          && !weir_file_effect_apply (&self->context, item->effect, self->choice, &item->note, &error))
        item->kept = g_strdup (error->message);
      /* what is in it may go later: a file that could not be removed now */
      if (item->kept == NULL && self->context.direction == WEIR_DIRECTION_UNDO && weir_file_effect_stays (item->effect))
        item->kept = g_strdup ("It is not empty");
    }
  weir_file_sync_finish (self->context.sync);
  return dex_future_new_true ();
}

/* It looks undone since what came later took it away, and that stays: it is undone when that is. */
static void
keep_what_is_below (UndoCall *call, Group *group)
{
  for (guint i = 0; i < group->n; i++)
    {
      g_autoptr(GPtrArray) paths = weir_file_effect_list_paths (group->items[i].effect);

      for (guint j = 0; j < paths->len && group->items[i].kept == NULL; j++)
        if (g_hash_table_contains (call->kept_paths, paths->pdata[j])
            && weir_file_effect_is_done (group->items[i].effect, direction_of (call->plan), NULL))
          group->items[i].kept = g_strdup_printf ("What was done to it %s stays",
                                                  call->plan->redo ? "before" : "later");
    }
}

static void
note_kept_paths (UndoCall *call, const WeirEffect *effect)
{
  g_autoptr(GPtrArray) paths = weir_file_effect_list_paths (effect);

  for (guint i = 0; i < paths->len; i++)
    g_hash_table_add (call->kept_paths, g_strdup (paths->pdata[i]));
}

static gboolean
run_group (UndoCall *call, Group *group, GError **error)
{
  DexScheduler *pool = dex_thread_pool_scheduler_get_default ();
  gboolean keeps = FALSE;

  group->context = (WeirFileUndo) { .store = call->engine->store, .direction = direction_of (call->plan), .times = call->plan->times,
                                    .since = call->plan->since };
  group->choice = call->choice;
  group->limit = weir_engine_get_undo_limit (call->engine);
  keep_what_is_below (call, group);
  dex_await (dex_scheduler_spawn (pool, 0, keep_group_in_thread, group, NULL), NULL);
  for (guint i = 0; i < group->n; i++)
    if (group->items[i].after != NULL)
      {
        WeirEffect change = { .id = group->items[i].effect->id, .run = call->plan->run, .state = group->items[i].effect->state,
                              .after = group->items[i].after };

        weir_batch_put_effect (weir_engine_get_batch (call->engine), &change);
        keeps = TRUE;
      }
  if (keeps && !dex_await (weir_engine_durable (call->engine), error))
    return FALSE;
  dex_await (dex_scheduler_spawn (pool, 0, do_group_in_thread, group, NULL), NULL);
  for (guint i = 0; i < group->n; i++)
    {
      FileItem *item = &group->items[i];
      g_autoptr(WeirValue) after = call->plan->redo && item->kept == NULL ? weir_file_effect_after_redo (item->effect)
                                                                           : NULL;

      if (item->kept != NULL)
        note_kept_paths (call, item->effect);
      journal_outcome (call, item->effect, item->kept, item->note, after);
    }
  return dex_await (weir_engine_durable (call->engine), error);
}

/* Effects of one group touch nothing in common: what is kept for one is then not what another leaves. */
typedef struct
{
  GHashTable *touched;
  GHashTable *above; /* folders above them */
} Reach;

static gboolean
reaches (Reach *self, const char *path)
{
  g_autofree char *up = g_strdup (path);

  if (g_hash_table_contains (self->above, path))
    return TRUE;
  while (up[1] != '\0')
    {
      char *parent;

      if (g_hash_table_contains (self->touched, up))
        return TRUE;
      parent = g_path_get_dirname (up);
      g_free (up);
      up = parent;
    }
  return FALSE;
}

static void
reach_add (Reach *self, const char *path)
{
  g_autofree char *up = g_path_get_dirname (path);

  g_hash_table_add (self->touched, g_strdup (path));
  while (up[1] != '\0' && !g_hash_table_contains (self->above, up))
    {
      char *parent = g_path_get_dirname (up);

      g_hash_table_add (self->above, up);
      up = parent;
    }
}

static gboolean
may_join (Reach *self, const WeirEffect *effect)
{
  g_autoptr(GPtrArray) paths = weir_file_effect_list_paths (effect);

  for (guint i = 0; i < paths->len; i++)
    if (reaches (self, paths->pdata[i]))
      return FALSE;
  for (guint i = 0; i < paths->len; i++)
    reach_add (self, paths->pdata[i]);
  return TRUE;
}

static gboolean
is_for_group (WeirUndoItem *item)
{
  return weir_file_effect_is_one (item->effect) && !item->irreversible;
}

/* Answers how many items were taken. */
static guint
fill_group (UndoCall *call, guint first, Group *group)
{
  Reach reach = { g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL),
                  g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL) };

  for (guint i = first; i < call->plan->items->len && group->n < GROUP_MAX; i++)
    {
      WeirUndoItem *item = g_ptr_array_index (call->plan->items, i);

      if (!is_for_group (item) || !may_join (&reach, item->effect))
        break;
      group->items[group->n++].effect = item->effect;
    }
  g_hash_table_unref (reach.touched);
  g_hash_table_unref (reach.above);
  return group->n;
}

static guint
undo_group (UndoCall *call, guint first, GError **error)
{
  g_autofree Group *group = g_new0 (Group, 1);
  guint n = fill_group (call, first, group);
  gboolean ok = run_group (call, group, error);

  group_clear (group);
  return ok ? n : 0;
}

/* ── the others, one by one ─────────────────────────────────────────────────────────────── */

/* All answer why it was kept (transfer full), or NULL when it was done. */
static char *
undo_value (UndoCall *call, const WeirEffect *effect)
{
  g_autofree char *description = NULL;
  g_autofree char *conflict = NULL;

  weir_value_effect_explain (call->engine, effect, direction_of (call->plan), NULL, &description, &conflict);
  if (conflict != NULL && call->choice != WEIR_CONFLICT_OVERWRITE)
    return g_steal_pointer (&conflict);
  weir_value_effect_put (call->engine, effect, direction_of (call->plan));
  return NULL;
}

static char *
undo_by_kind (UndoCall *call, WeirUndoItem *item)
{
  const WeirBlockKind *kind = weir_registry_find_kind (item->effect->kind);
  GError *error = NULL;
  char *kept = NULL;

  if (item->irreversible || kind == NULL || kind->compensate == NULL)
    return g_strdup (call->plan->redo ? "It cannot be done again" : "It cannot be undone");
  if (!dex_await (kind->compensate (item->effect->type, item->effect->before, item->effect->after), &error))
    {
      kept = g_strdup (error->message);
      g_error_free (error);
    }
  return kept;
}

static char *
undo_other (UndoCall *call, WeirUndoItem *item)
{
  if (weir_value_effect_is_one (item->effect))
    return undo_value (call, item->effect);
  if (weir_run_effect_is_one (item->effect) && !item->irreversible)
    return weir_run_effect_undo (call->engine, item->effect);
  return undo_by_kind (call, item);
}

static guint
undo_one (UndoCall *call, WeirUndoItem *item, GError **error)
{
  g_autofree char *kept = undo_other (call, item);

  journal_outcome (call, item->effect, kept, NULL, NULL);
  return dex_await (weir_engine_durable (call->engine), error) ? 1 : 0;
}

/* ── all of it ──────────────────────────────────────────────────────────────────────────── */

static gboolean
find_last_seq (UndoCall *call, GError **error)
{
  g_autoptr(GPtrArray) events = dex_await_boxed (
    weir_store_load_events (call->engine->store, call->plan->run, 0, FALSE), error);

  if (events == NULL)
    return FALSE;
  if (events->len > 0)
    {
      WeirEvent *last = g_ptr_array_index (events, events->len - 1);

      call->seq = last->seq;
      call->correlation = last->correlation != NULL ? g_ref_string_acquire (last->correlation) : NULL;
    }
  return TRUE;
}

static void
journal_start (UndoCall *call)
{
  const char *key = "redo";
  g_autoptr(WeirValue) yes = weir_value_new_bool (TRUE);

  journal (call, WEIR_EVENT_UNDO_STARTED, NULL, call->plan->redo ? weir_value_new_record (&key, &yes, 1) : NULL);
}

static void
journal_finish (UndoCall *call)
{
  const char *keys[] = { call->plan->redo ? "redone" : "undone", "kept" };
  g_autoptr(WeirValue) done = weir_value_new_int (call->n_done);
  g_autoptr(WeirValue) kept = weir_value_new_int (call->plan->items->len - call->n_done);

  journal (call, WEIR_EVENT_UNDO_FINISHED, NULL, weir_value_new_record (keys, (WeirValue *[]) { done, kept }, 2));
}

static DexFuture *
remove_debris_in_thread (gpointer user_data)
{
  UndoCall *call = user_data;

  for (guint i = 0; i < call->plan->items->len; i++)
    {
      const WeirEffect *effect = ((WeirUndoItem *) g_ptr_array_index (call->plan->items, i))->effect;

      if (weir_file_effect_is_one (effect) && effect->state == WEIR_EFFECT_INTENDED)
        weir_file_effect_clean (effect);
    }
  for (guint i = 0; i < call->plan->never_done->len; i++)
    weir_file_effect_clean (g_ptr_array_index (call->plan->never_done, i));
  if (call->plan->touched->len > 0)
    weir_file_remove_debris (call->plan->touched, NULL);
  return dex_future_new_true ();
}

/* What was only announced must not be taken for something done when, after this undo, the world is another one. */
static void
journal_never_done (UndoCall *call)
{
  for (guint i = 0; i < call->plan->never_done->len; i++)
    {
      const WeirEffect *effect = g_ptr_array_index (call->plan->never_done, i);
      WeirEffect change = { .id = effect->id, .run = call->plan->run, .state = WEIR_EFFECT_DROPPED };

      journal (call, WEIR_EVENT_EFFECT_DROPPED, effect, effect_data (effect, NULL, NULL));
      weir_batch_put_effect (weir_engine_get_batch (call->engine), &change);
    }
}

static void
journal_unsaid (UndoCall *call)
{
  for (guint i = 0; i < call->plan->unsaid->len; i++)
    {
      const WeirEffect *effect = g_ptr_array_index (call->plan->unsaid, i);
      WeirEffect change = { .id = effect->id, .run = call->plan->run, .state = effect->state, .after = effect->after };

      journal (call, call->plan->redo ? WEIR_EVENT_EFFECT_UNDONE : WEIR_EVENT_EFFECT_REDONE, effect,
               effect_data (effect, NULL, NULL));
      weir_batch_put_effect (weir_engine_get_batch (call->engine), &change);
    }
}

static gboolean
undo_all (UndoCall *call, GError **error)
{
  g_autoptr(GHashTable) kept_paths = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  call->kept_paths = kept_paths;
  journal_start (call);
  journal_never_done (call);
  journal_unsaid (call);
  if (!dex_await (weir_engine_durable (call->engine), error))
    return FALSE;
  /* in a run that goes on, others may be writing there */
  if (call->step == NULL)
    dex_await (dex_scheduler_spawn (dex_thread_pool_scheduler_get_default (), 0, remove_debris_in_thread, call, NULL),
               NULL);
  for (guint i = 0; i < call->plan->items->len && !is_stopped (call);)
    {
      WeirUndoItem *item = g_ptr_array_index (call->plan->items, i);
      guint n = is_for_group (item) ? undo_group (call, i, error) : undo_one (call, item, error);

      if (n == 0)
        return FALSE;
      i += n;
    }
  if (may_journal (call))
    journal_finish (call);
  return dex_await (weir_engine_durable (call->engine), error);
}

WeirValue *
weir_undo_plan_carry_out (WeirUndoPlan *self, WeirStep *step, GError **error)
{
  g_autoptr(WeirBuilder) kept = weir_list_builder_new (4);
  UndoCall call = { .engine = step->run->engine, .plan = self, .choice = WEIR_CONFLICT_KEEP, .step = step, .kept = kept };
  WeirBuilder *record;

  weir_step_get_cancellable (step);
  if (self->items->len > 0 && !undo_all (&call, error))
    return NULL;
  if (is_stopped (&call))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, "The step was stopped while it undid what it had done");
      return NULL;
    }
  record = weir_record_builder_new (2);
  weir_builder_set_take (record, "undone", weir_value_new_int (call.n_done));
  weir_builder_set_take (record, "kept", weir_builder_end (g_steal_pointer (&kept)));
  return weir_builder_end (record);
}

static DexFuture *
undo_fiber (gpointer user_data)
{
  UndoCall *call = user_data;
  GError *error = NULL;

  if (!weir_engine_begin_amending (call->engine, call->plan->run, &error))
    return dex_future_new_for_error (error);
  if (find_last_seq (call, &error))
    undo_all (call, &error);
  weir_engine_end_amending (call->engine, call->plan->run);
  if (error != NULL)
    return dex_future_new_for_error (error);
  g_signal_emit_by_name (call->engine, "workflows-changed");
  return dex_future_new_for_uint (call->n_done);
}

/**
 * weir_engine_undo:
 * @self: an engine
 * @plan: what to undo, or to do again
 * @on_conflict: what to do about effects whose target changed since; what is done again never overwrites
 *
 * Carries out a plan. Before something is taken back it is kept, so that it can be done again.
 *
 * Returns: (transfer full): a future that resolves to the number of effects that were undone or redone (guint)
 */
DexFuture *
weir_engine_undo (WeirEngine *self, WeirUndoPlan *plan, WeirConflictChoice on_conflict)
{
  UndoCall *call = g_new0 (UndoCall, 1);

  call->engine = g_object_ref (self);
  call->plan = weir_undo_plan_ref (plan);
  call->choice = on_conflict;
  return dex_scheduler_spawn (NULL, 0, undo_fiber, call, undo_call_free);
}
