/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Cancel and delete of a part of a run: a block, a container with all that is in it, one item. The run keeps its shape: that the part was
 * there and how it ended. What other parts made of it is theirs and stays with them. */

#include "weir-bin-private.h"
#include "weir-engine-private.h"
#include "weir-run-private.h"

static gboolean
end_live (WeirPartCall *call, WeirRun *run, GError **error)
{
  const char *block;

  if (!weir_run_state_find_part (run->state, call->path, &call->scope, &block, error)
      || !weir_run_check_delete_part (run, call->scope, block, WEIR_VERB_CANCEL_AND_DELETE, error))
    return FALSE;
  call->block = g_strdup (block);
  return weir_run_stop_part (run, call->scope, call->block, TRUE, error) && weir_part_call_await_end (call, run, error);
}

/* ── deleting ────────────────────────────────────────────────────────────────────────────── */

/* The event, the row of the audit and the claim of the store are one transaction. @given: also what it gave to others goes. */
static gboolean
journal_deletion (WeirPartCall *call, WeirRun *live, gboolean given, GError **error)
{
  g_autoptr(WeirValue) data = weir_part_call_describe (call, given);

  weir_part_call_journal (call, live, WEIR_EVENT_PART_DELETED, data, "delete for good");
  weir_batch_delete_part (weir_engine_get_batch (call->engine), call->run, call->scope, call->block, call->path, given);
  return dex_await (weir_engine_durable (call->engine), error);
}

static gboolean
delete_ended (WeirPartCall *call, GError **error)
{
  g_autoptr(GPtrArray) events = weir_part_call_load_ended (call, error);
  g_auto(WeirPartJournal) journal = weir_part_journal_read (events);

  g_clear_pointer (&call->block, g_free);
  return events != NULL && weir_part_call_find (call, &journal, error) && journal_deletion (call, NULL, TRUE, error);
}

static gboolean
delete_part (WeirPartCall *call, GError **error)
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
  WeirPartCall *call = user_data;
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
  return dex_scheduler_spawn (NULL, 0, discard_part_fiber, weir_part_call_new (self, run, path, actor, reason),
                              weir_part_call_free);
}
