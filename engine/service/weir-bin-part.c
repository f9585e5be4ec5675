/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Cancel and delete of a part of a run: a block, a container with all that is in it, one item. The run keeps its shape: that the part was
 * there and how it ended. What other parts made of it is theirs and stays with them. */

#include "weir-bin.h"
#include "weir-engine-private.h"
#include "weir-run-private.h"
#include "weir-verbs.h"

#include <string.h>

gboolean
weir_engine_begin_amending (WeirEngine *self, gint64 run, GError **error)
{
  if (g_hash_table_add (self->amended, g_memdup2 (&run, sizeof run)))
    return TRUE;
  g_set_error (error, WEIR_ERROR, WEIR_ERROR_WRONG_STATE,
               "Something else is undoing or deleting parts of run %" G_GINT64_FORMAT, run);
  return FALSE;
}

void
weir_engine_end_amending (WeirEngine *self, gint64 run)
{
  g_hash_table_remove (self->amended, &run);
}

typedef struct
{
  WeirEngine *engine;
  gint64      run;
  char       *path;
  char       *actor;
  char       *reason;
  guint32     scope;
  char       *block; /* NULL: all of the scope */
  WeirValue  *of;    /* of an item: its container */
  gint64      seq;   /* the last of the journal */
  gint64      since; /* µs UTC: the run began */
} PartCall;

static void
part_call_free (gpointer data)
{
  PartCall *call = data;

  g_object_unref (call->engine);
  g_free (call->path);
  g_free (call->actor);
  g_free (call->reason);
  g_free (call->block);
  g_clear_pointer (&call->of, weir_value_unref);
  g_free (call);
}

/* ── a journal that is over: where the part is in it ─────────────────────────────────────── */

/* The journal knows also the items that the state of the run let go of. */
typedef struct
{
  GPtrArray *paths;     /* of the scopes, by number: "each[3]/" */
  GPtrArray *opened;    /* of WeirEvent, by number */
  GHashTable *statuses; /* path of a step → WeirStepStatus */
  GHashTable *last;     /* the same → the last WeirEvent of it */
} Journal;

static void
journal_clear (Journal *self)
{
  g_ptr_array_unref (self->paths);
  g_ptr_array_unref (self->opened);
  g_hash_table_unref (self->statuses);
  g_hash_table_unref (self->last);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Journal, journal_clear)

static const char *
path_of (Journal *self, guint32 scope)
{
  const char *path = scope < self->paths->len ? g_ptr_array_index (self->paths, scope) : NULL;

  return path != NULL ? path : "";
}

static void
read_scope (Journal *self, WeirEvent *event)
{
  guint32 id = (guint32) weir_value_get_member_int (event->data, "scope", 0);
  const char *outer = path_of (self, event->scope);

  if (id >= self->paths->len)
    {
      g_ptr_array_set_size (self->paths, (gint) id + 1);
      g_ptr_array_set_size (self->opened, (gint) id + 1);
    }
  g_free (self->paths->pdata[id]);
  if (weir_value_find_member (event->data, "workflow") != NULL)
    self->paths->pdata[id] = g_strconcat (outer, event->block, "/", NULL);
  else
    self->paths->pdata[id] = g_strconcat (outer, event->block, "[", weir_value_get_member_text (event->data, "key", ""),
                                          "]/", NULL);
  self->opened->pdata[id] = event;
}

static WeirStepStatus
status_after (WeirEvent *event)
{
  switch (event->kind)
    {
    case WEIR_EVENT_BLOCK_SUCCEEDED:
    case WEIR_EVENT_BLOCK_CACHED:
      return WEIR_STEP_SUCCEEDED;
    case WEIR_EVENT_BLOCK_FAILED:
      return WEIR_STEP_FAILED;
    case WEIR_EVENT_BLOCK_SKIPPED:
      return WEIR_STEP_SKIPPED;
    case WEIR_EVENT_BLOCK_UNKNOWN:
      return WEIR_STEP_UNKNOWN;
    case WEIR_EVENT_PART_SETTLED:
      return g_str_equal (weir_value_get_member_text (event->data, "decision", ""), "done") ? WEIR_STEP_SUCCEEDED
                                                                                            : WEIR_STEP_FAILED;
    default:
      /* whatever was under way is not any more */
      return WEIR_STEP_CANCELLED;
    }
}

/* @events: NULL for none */
static Journal
read_journal (GPtrArray *events)
{
  Journal self = { g_ptr_array_new_with_free_func (g_free), g_ptr_array_new (),
                   g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL),
                   g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL) };

  g_ptr_array_add (self.paths, g_strdup (""));
  g_ptr_array_add (self.opened, NULL);
  for (guint i = 0; events != NULL && i < events->len; i++)
    {
      WeirEvent *event = g_ptr_array_index (events, i);

      if (event->kind == WEIR_EVENT_SCOPE_OPENED)
        read_scope (&self, event);
      if (event->block != NULL
          && ((event->kind >= WEIR_EVENT_BLOCK_STARTED && event->kind <= WEIR_EVENT_BLOCK_UNKNOWN)
              || event->kind == WEIR_EVENT_PART_SETTLED))
        {
          char *path = g_strconcat (path_of (&self, event->scope), event->block, NULL);

          g_hash_table_insert (self.last, g_strdup (path), event);
          g_hash_table_insert (self.statuses, path, GINT_TO_POINTER (status_after (event)));
        }
    }
  return self;
}

/* Whether @path is that of the part or of something in it. */
static gboolean
is_within (const char *path, const char *part)
{
  gsize length = strlen (part);

  return g_str_has_prefix (path, part) && (path[length] == '\0' || path[length] == '/' || path[length] == '[');
}

static char *
clean_path (const char *path)
{
  char *clean = g_strdup (path);

  if (g_str_has_suffix (clean, "/"))
    clean[strlen (clean) - 1] = '\0';
  return clean;
}

static WeirValue *
describe_item (WeirEvent *opened)
{
  WeirBuilder *of = weir_record_builder_new (4);

  weir_builder_set_take (of, "scope", weir_value_new_int (opened->scope));
  weir_builder_set_take (of, "block", weir_value_new_text (opened->block));
  weir_builder_set_take (of, "firing", weir_value_new_int (opened->firing));
  weir_builder_set_take (of, "key", weir_value_new_text (weir_value_get_member_text (opened->data, "key", "")));
  return weir_builder_end (of);
}

static gboolean
check_known (PartCall *call, Journal *journal, GError **error)
{
  GHashTableIter iter;
  gpointer path, status;

  g_hash_table_iter_init (&iter, journal->statuses);
  while (g_hash_table_iter_next (&iter, &path, &status))
    if (GPOINTER_TO_INT (status) == WEIR_STEP_UNKNOWN && is_within (path, call->path))
      {
        g_set_error (error, WEIR_ERROR, WEIR_ERROR_WRONG_STATE, "%s: %s", (const char *) path,
                     weir_verb_get_step_cell (WEIR_VERB_CANCEL_AND_DELETE, WEIR_STEP_UNKNOWN)->refusal);
        return FALSE;
      }
  return TRUE;
}

/* Finds the part that call->path names. */
static gboolean
find_in_journal (PartCall *call, Journal *journal, GError **error)
{
  const char *slash = strrchr (call->path, '/');
  g_autofree char *around = slash != NULL ? g_strndup (call->path, (gsize) (slash - call->path) + 1) : g_strdup ("");
  g_autofree char *inside = g_strconcat (call->path, "/", NULL);
  gboolean began = g_hash_table_contains (journal->statuses, call->path);

  if (*call->path == '\0')
    {
      g_set_error (error, WEIR_ERROR, WEIR_ERROR_WRONG_STATE, "That is the whole run: delete the run");
      return FALSE;
    }
  /* the last one of that name */
  for (guint i = journal->paths->len; i-- > 0;)
    {
      const char *path = path_of (journal, i);

      if (i > 0 && g_str_has_suffix (call->path, "]") && g_str_equal (path, inside))
        {
          call->scope = i;
          call->of = describe_item (g_ptr_array_index (journal->opened, i));
          return check_known (call, journal, error);
        }
      if (began && g_str_equal (path, around))
        {
          call->scope = i;
          call->block = g_strdup (slash != NULL ? slash + 1 : call->path);
          return check_known (call, journal, error);
        }
    }
  g_set_error (error, WEIR_ERROR, WEIR_ERROR_NOT_FOUND, "There is no %s in run %" G_GINT64_FORMAT " that has begun",
               call->path, call->run);
  return FALSE;
}

/* ── a run that goes on: the part is ended first ─────────────────────────────────────────── */

static void
changed_cb (WeirRun *run, DexPromise *promise)
{
  if (dex_future_is_pending (DEX_FUTURE (promise)))
    dex_promise_resolve_boolean (promise, TRUE);
}

static gboolean
await_end (PartCall *call, WeirRun *run, GError **error)
{
  while (!weir_run_is_part_over (run, call->scope, call->block))
    {
      g_autoptr(DexPromise) promise = dex_promise_new ();
      gulong handler = g_signal_connect_data (run, "changed", G_CALLBACK (changed_cb), dex_ref (promise),
                                              (GClosureNotify) (void (*) (void)) dex_unref, 0);

      /* the second is the end of the run, or of the engine */
      dex_await (dex_future_first (dex_ref (promise), weir_run_wait (run), NULL), NULL);
      g_signal_handler_disconnect (run, handler);
      if (call->engine->closed)
        {
          g_set_error (error, WEIR_ERROR, WEIR_ERROR_STOPPED, "The engine was closed");
          return FALSE;
        }
    }
  return dex_await (weir_engine_durable (call->engine), error);
}

static gboolean
end_live (PartCall *call, WeirRun *run, GError **error)
{
  const char *block;

  if (!weir_run_state_find_part (run->state, call->path, &call->scope, &block, error)
      || !weir_run_check_delete_part (run, call->scope, block, error))
    return FALSE;
  call->block = g_strdup (block);
  return weir_run_stop_part (run, call->scope, call->block, TRUE, error) && await_end (call, run, error);
}

/* ── deleting ────────────────────────────────────────────────────────────────────────────── */

/* The event, the row of the audit and the claim of the store are one transaction. @given: also what it gave to others goes. */
static gboolean
journal_deletion (PartCall *call, WeirRun *live, gboolean given, GError **error)
{
  g_autofree char *subject = g_strdup_printf ("run %" G_GINT64_FORMAT ", %s", call->run, call->path);
  WeirBuilder *data = weir_record_builder_new (2);
  WeirBatch *batch;

  weir_builder_set_take (data, "given", weir_value_new_bool (given));
  if (call->of != NULL)
    weir_builder_set (data, "of", call->of);
  if (live != NULL)
    weir_run_emit_part (live, WEIR_EVENT_PART_DELETED, call->scope, call->block, weir_builder_end (data));
  else
    {
      WeirEvent *event = weir_event_new (WEIR_EVENT_PART_DELETED, call->run);

      event->seq = (guint64) call->seq + 1;
      event->scope = call->scope;
      event->block = call->block != NULL ? g_ref_string_new (call->block) : NULL;
      event->at = weir_clock_get_time (call->engine->clock);
      event->mono = weir_clock_get_mono (call->engine->clock);
      event->data = weir_builder_end (data);
      weir_engine_journal (call->engine, event, NULL, NULL);
    }
  batch = weir_engine_get_batch (call->engine);
  weir_batch_add_audit (batch, call->actor, "delete for good", subject, call->reason);
  weir_batch_delete_part (batch, call->run, call->scope, call->block, call->path, given);
  return dex_await (weir_engine_durable (call->engine), error);
}

/* A run that has ended, read from its journal. (transfer full) */
static GPtrArray *
load_ended (PartCall *call, GError **error)
{
  g_autoptr(WeirRunInfo) info = dex_await_object (weir_store_load_run (call->engine->store, call->run), error);
  GPtrArray *events;

  if (info == NULL)
    return NULL;
  if (!weir_run_status_is_final (weir_run_info_get_status (info)))
    {
      g_set_error (error, WEIR_ERROR, WEIR_ERROR_WRONG_STATE,
                   "Run %" G_GINT64_FORMAT " was left unfinished and is not live; resume it first", call->run);
      return NULL;
    }
  call->since = weir_run_info_get_created_at (info);
  events = dex_await_boxed (weir_store_load_events (call->engine->store, call->run, 0, FALSE), error);
  if (events != NULL && events->len > 0)
    call->seq = (gint64) ((WeirEvent *) g_ptr_array_index (events, events->len - 1))->seq;
  return events;
}

static gboolean
delete_ended (PartCall *call, GError **error)
{
  g_autoptr(GPtrArray) events = load_ended (call, error);
  g_auto(Journal) journal = read_journal (events);

  g_clear_pointer (&call->block, g_free);
  return events != NULL && find_in_journal (call, &journal, error) && journal_deletion (call, NULL, TRUE, error);
}

static gboolean
delete_part (PartCall *call, GError **error)
{
  g_autoptr(WeirRun) live = weir_engine_find_run (call->engine, call->run);

  if (live != NULL)
    g_object_ref (live);
  if (live != NULL && !weir_run_status_is_final (live->state->status))
    {
      call->since = live->created_at;
      if (!end_live (call, live, error))
        return FALSE;
      if (!weir_run_status_is_final (live->state->status))
        return journal_deletion (call, live, FALSE, error);
    }
  return dex_await (weir_engine_durable (call->engine), error) && delete_ended (call, error);
}

static DexFuture *
discard_part_fiber (gpointer user_data)
{
  PartCall *call = user_data;
  WeirEngine *self = call->engine;
  GError *error = NULL;
  gboolean done;

  if (!weir_engine_begin_amending (self, call->run, &error))
    return dex_future_new_for_error (error);
  done = delete_part (call, &error);
  weir_engine_end_amending (self, call->run);
  if (!done)
    return dex_future_new_for_error (error);
  weir_engine_remove_backups (self, call->since);
  if ((self->log_file != NULL && !dex_await (weir_log_file_forget (self->log_file, call->run), &error))
      || !weir_engine_purge_all (self, &error))
    return dex_future_new_for_error (error);
  g_signal_emit_by_name (self, "workflows-changed");
  return dex_future_new_true ();
}

static PartCall *
part_call_new (WeirEngine *engine, gint64 run, const char *path, const char *actor, const char *reason)
{
  PartCall *call = g_new0 (PartCall, 1);

  call->engine = g_object_ref (engine);
  call->run = run;
  call->path = clean_path (path);
  call->actor = g_strdup (actor != NULL ? actor : "");
  call->reason = g_strdup (reason);
  return call;
}

/**
 * weir_engine_discard_part:
 * @self: an engine
 * @run: number of a run, live or not
 * @path: of the part: a block ("shrink", "each[3]/shrink"), a container with all that is in it ("each"), or one item ("each[3]")
 * @actor: who wants it: "user", "cli", a name
 * @reason: (nullable): in their words
 *
 * Cancel and delete of a part. Force stops it if it goes on, and removes what it got and gave, its log lines, undo records and kept results;
 * one audit row says so. What other parts made of it stays with them; in a run that goes on, so does what it had given to them before. All
 * lines of the run leave the log files, and backups of the database that were made since it began go.
 *
 * Returns: (transfer full): a future of %TRUE, resolved when nothing of it is on disk any more; rejects with %WEIR_ERROR_NOT_FOUND,
 *   %WEIR_ERROR_WRONG_STATE, %WEIR_ERROR_STORE
 */
DexFuture *
weir_engine_discard_part (WeirEngine *self, gint64 run, const char *path, const char *actor, const char *reason)
{
  g_return_val_if_fail (WEIR_IS_ENGINE (self) && path != NULL, NULL);
  return dex_scheduler_spawn (NULL, 0, discard_part_fiber, part_call_new (self, run, path, actor, reason),
                              part_call_free);
}

/* ── settling what was not known ─────────────────────────────────────────────────────────── */

static gboolean
settle_ended (PartCall *call, const char *decision, WeirValue *outputs, GError **error)
{
  g_autoptr(GPtrArray) events = load_ended (call, error);
  g_auto(Journal) journal = read_journal (events);
  WeirEvent *last = events != NULL ? g_hash_table_lookup (journal.last, call->path) : NULL;
  WeirBuilder *data;
  WeirEvent *event;

  if (events == NULL)
    return FALSE;
  if (last == NULL || GPOINTER_TO_INT (g_hash_table_lookup (journal.statuses, call->path)) != WEIR_STEP_UNKNOWN)
    {
      g_set_error (error, WEIR_ERROR, WEIR_ERROR_WRONG_STATE,
                   "Run %" G_GINT64_FORMAT " has no step %s whose outcome is unknown", call->run, call->path);
      return FALSE;
    }
  data = weir_record_builder_new (3);
  weir_builder_set_take (data, "decision", weir_value_new_text (decision));
  weir_builder_set_take (data, "by", weir_value_new_text (call->actor));
  if (outputs != NULL && g_str_equal (decision, "done"))
    weir_builder_set (data, "outputs", outputs);
  event = weir_event_new (WEIR_EVENT_PART_SETTLED, call->run);
  event->seq = (guint64) call->seq + 1;
  event->scope = last->scope;
  event->firing = last->firing;
  event->block = g_ref_string_acquire (last->block);
  event->at = weir_clock_get_time (call->engine->clock);
  event->mono = weir_clock_get_mono (call->engine->clock);
  event->data = weir_builder_end (data);
  weir_engine_journal (call->engine, event, NULL, NULL);
  return dex_await (weir_engine_durable (call->engine), error);
}

/* In a fiber: says what became of a step of a run that has ended. Nothing follows from it. */
gboolean
weir_engine_settle_ended (WeirEngine *self, gint64 run, const char *path, const char *decision, WeirValue *outputs, const char *by,
                          GError **error)
{
  PartCall *call;
  gboolean done;

  if (!g_str_equal (decision, "done") && !g_str_equal (decision, "failed"))
    {
      g_set_error (error, WEIR_ERROR, WEIR_ERROR_WRONG_STATE,
                   "Run %" G_GINT64_FORMAT
                   " has ended: expected done or failed, got %s; to run it again run the run again from there",
                   run, decision);
      return FALSE;
    }
  if (outputs != NULL && weir_value_get_kind (outputs) != WEIR_VALUE_RECORD)
    {
      g_set_error (error, WEIR_ERROR, WEIR_ERROR_INVALID, "Expected a record of what %s gave, by output, got %s", path,
                   weir_value_get_kind_name (outputs));
      return FALSE;
    }
  if (!weir_engine_begin_amending (self, run, error))
    return FALSE;
  call = part_call_new (self, run, path, by, NULL);
  done = settle_ended (call, decision, outputs, error);
  weir_engine_end_amending (self, run);
  part_call_free (call);
  return done;
}

/* ── what would go ───────────────────────────────────────────────────────────────────────── */

static gboolean
is_event_of_part (PartCall *call, Journal *journal, WeirEvent *event)
{
  const char *scope = path_of (journal, event->scope);
  g_autofree char *path = event->block != NULL ? g_strconcat (scope, event->block, NULL) : clean_path (scope);

  return is_within (path, call->path);
}

static void
measure (PartCall *call, Journal *journal, GPtrArray *events, WeirFootprint *footprint)
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
count_effects (PartCall *call, Journal *journal, WeirFootprint *footprint, GError **error)
{
  g_autoptr(GPtrArray) effects = dex_await_boxed (weir_engine_list_effects (call->engine, call->run), error);

  for (guint i = 0; effects != NULL && i < effects->len; i++)
    {
      const WeirEffect *effect = g_ptr_array_index (effects, i);
      g_autofree char *path = g_strconcat (path_of (journal, effect->scope), effect->block, NULL);

      footprint->n_effects += effect->state == WEIR_EFFECT_COMPLETED && is_within (path, call->path)
                              && (effect->undo == WEIR_UNDO_EXACT || effect->undo == WEIR_UNDO_COMPENSATE);
    }
  return effects != NULL;
}

static DexFuture *
measure_part_fiber (gpointer user_data)
{
  PartCall *call = user_data;
  GError *error = NULL;
  g_autofree WeirFootprint *footprint = g_new0 (WeirFootprint, 1);
  g_autoptr(GPtrArray) events = dex_await_boxed (weir_store_load_events (call->engine->store, call->run, 0, FALSE),
                                                  &error);
  g_auto(Journal) journal = read_journal (events);

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
  return dex_scheduler_spawn (NULL, 0, measure_part_fiber, part_call_new (self, run, path, NULL, NULL), part_call_free);
}
