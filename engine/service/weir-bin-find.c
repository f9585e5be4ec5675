/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A part of a run that is to be deleted, kept or settled: a block, a container with all that is in it, one item. Where it is in the journal, which
 * knows also the items that the state of the run let go of. */

#include "weir-bin-private.h"
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

char *
weir_part_path_clean (const char *path)
{
  char *clean = g_strdup (path);

  if (g_str_has_suffix (clean, "/"))
    clean[strlen (clean) - 1] = '\0';
  return clean;
}

void
weir_part_call_free (gpointer data)
{
  WeirPartCall *call = data;

  g_object_unref (call->engine);
  g_free (call->path);
  g_free (call->actor);
  g_free (call->reason);
  g_free (call->block);
  g_free (call);
}

WeirPartCall *
weir_part_call_new (WeirEngine *engine, gint64 run, const char *path, const char *actor, const char *reason)
{
  WeirPartCall *call = g_new0 (WeirPartCall, 1);

  call->engine = g_object_ref (engine);
  call->run = run;
  call->path = weir_part_path_clean (path);
  call->actor = g_strdup (actor != NULL ? actor : "");
  call->reason = g_strdup (reason);
  return call;
}

/* ── a journal that is over: where the part is in it ─────────────────────────────────────── */

void
weir_part_journal_clear (WeirPartJournal *self)
{
  g_ptr_array_unref (self->paths);
  g_ptr_array_unref (self->opened);
  g_hash_table_unref (self->statuses);
  g_hash_table_unref (self->last);
}

const char *
weir_part_journal_get_path (WeirPartJournal *self, guint32 scope)
{
  const char *path = scope < self->paths->len ? g_ptr_array_index (self->paths, scope) : NULL;

  return path != NULL ? path : "";
}

static void
read_scope (WeirPartJournal *self, WeirEvent *event)
{
  guint32 id = (guint32) weir_value_get_member_int (event->data, "scope", 0);
  const char *outer = weir_part_journal_get_path (self, event->scope);

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

WeirPartJournal
weir_part_journal_read (GPtrArray *events)
{
  WeirPartJournal self = { g_ptr_array_new_with_free_func (g_free), g_ptr_array_new (),
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
          char *path = g_strconcat (weir_part_journal_get_path (&self, event->scope), event->block, NULL);

          g_hash_table_insert (self.last, g_strdup (path), event);
          g_hash_table_insert (self.statuses, path, GINT_TO_POINTER (status_after (event)));
        }
    }
  return self;
}

static gboolean
check_known (WeirPartCall *call, WeirPartJournal *journal, GError **error)
{
  GHashTableIter iter;
  gpointer path, status;

  g_hash_table_iter_init (&iter, journal->statuses);
  while (g_hash_table_iter_next (&iter, &path, &status))
    if (GPOINTER_TO_INT (status) == WEIR_STEP_UNKNOWN && weir_path_is_within (path, call->path))
      {
        g_set_error (error, WEIR_ERROR, WEIR_ERROR_WRONG_STATE, "%s: %s", (const char *) path,
                     weir_verb_get_step_cell (WEIR_VERB_CANCEL_AND_DELETE, WEIR_STEP_UNKNOWN)->refusal);
        return FALSE;
      }
  return TRUE;
}

gboolean
weir_part_call_find (WeirPartCall *call, WeirPartJournal *journal, GError **error)
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
      const char *path = weir_part_journal_get_path (journal, i);

      if (i > 0 && g_str_has_suffix (call->path, "]") && g_str_equal (path, inside))
        {
          call->scope = i;
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

GPtrArray *
weir_part_call_load_ended (WeirPartCall *call, GError **error)
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

/* ── a run that goes on: the part is ended first ─────────────────────────────────────────── */

static void
changed_cb (WeirRun *run, DexPromise *promise)
{
  if (dex_future_is_pending (DEX_FUTURE (promise)))
    dex_promise_resolve_boolean (promise, TRUE);
}

gboolean
weir_part_call_await_end (WeirPartCall *call, WeirRun *run, GError **error)
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

/* ── telling of it ───────────────────────────────────────────────────────────────────────── */

WeirValue *
weir_part_call_describe (WeirPartCall *call, gboolean given)
{
  WeirBuilder *data = weir_record_builder_new (2);

  weir_builder_set_take (data, "given", weir_value_new_bool (given));
  weir_builder_set_take (data, "path", weir_value_new_text (call->path));
  return weir_builder_end (data);
}

guint64
weir_part_call_journal (WeirPartCall *call, WeirRun *live, WeirEventKind kind, WeirValue *data, const char *action)
{
  g_autofree char *subject = g_strdup_printf ("run %" G_GINT64_FORMAT ", %s", call->run, call->path);
  guint64 seq = (guint64) call->seq + 1;

  if (live != NULL)
    seq = weir_run_emit_part (live, kind, call->scope, call->block, weir_value_ref (data))->seq;
  else
    {
      WeirEvent *event = weir_event_new (kind, call->run);

      event->seq = seq;
      event->scope = call->scope;
      event->block = call->block != NULL ? g_ref_string_new (call->block) : NULL;
      event->at = weir_clock_get_time (call->engine->clock);
      event->mono = weir_clock_get_mono (call->engine->clock);
      event->data = weir_value_ref (data);
      weir_engine_journal (call->engine, event, NULL, NULL);
    }
  weir_batch_add_audit (weir_engine_get_batch (call->engine), call->actor, action, subject, call->reason);
  return seq;
}
