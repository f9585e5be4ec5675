/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What the engine lets go of: the bin, cancel and delete, retention, the audit. */

#include "weir-bin.h"
#include "weir-engine-private.h"
#include "weir-run-private.h"

#include <glib/gstdio.h>

static DexFuture *
changed_cb (DexFuture *future, gpointer user_data)
{
  g_signal_emit_by_name (user_data, "workflows-changed");
  return dex_ref (future);
}

/* Lists are read again once the change is on disk. */
static DexFuture *
tell (WeirEngine *self, DexFuture *future)
{
  return dex_future_then (future, changed_cb, g_object_ref (self), g_object_unref);
}

/**
 * weir_engine_delete_run:
 * @self: an engine
 * @run: number of a run that has ended
 * @actor: who wants it: "user", "cli", a name
 * @reason: (nullable): in their words
 *
 * Moves a run to what was recently deleted.
 *
 * Returns: (transfer full): a future of %TRUE; rejects with %WEIR_ERROR_NOT_FOUND, %WEIR_ERROR_WRONG_STATE
 */
DexFuture *
weir_engine_delete_run (WeirEngine *self, gint64 run, const char *actor, const char *reason)
{
  g_return_val_if_fail (WEIR_IS_ENGINE (self), NULL);
  return tell (self, weir_store_mark_run (self->store, run, actor, reason));
}

/**
 * weir_engine_restore_run:
 * @self: an engine
 * @run: number of a run that was deleted
 * @actor: who wants it
 *
 * Returns: (transfer full): a future of %TRUE; rejects with %WEIR_ERROR_NOT_FOUND if it is gone for good,
 *   %WEIR_ERROR_WRONG_STATE if it was not deleted
 */
DexFuture *
weir_engine_restore_run (WeirEngine *self, gint64 run, const char *actor)
{
  g_return_val_if_fail (WEIR_IS_ENGINE (self), NULL);
  return tell (self, weir_store_restore_run (self->store, run, actor));
}

/**
 * weir_engine_list_deleted:
 * @self: an engine
 *
 * Returns: (transfer full): a future of a #GPtrArray (boxed) of #WeirDeleted, last deleted first
 */
DexFuture *
weir_engine_list_deleted (WeirEngine *self)
{
  g_return_val_if_fail (WEIR_IS_ENGINE (self), NULL);
  return weir_store_list_deleted (self->store);
}

/**
 * weir_engine_measure_run:
 * @self: an engine
 * @run: number of a run
 *
 * Returns: (transfer full): a future of a #WeirFootprint (boxed): what would go with it
 */
DexFuture *
weir_engine_measure_run (WeirEngine *self, gint64 run)
{
  g_return_val_if_fail (WEIR_IS_ENGINE (self), NULL);
  return weir_store_measure_run (self->store, run);
}

/* ── for good ────────────────────────────────────────────────────────────────────────────── */

typedef struct
{
  WeirEngine *engine;
  gint64 run;
  char *workflow;
  char *actor;
  char *reason;
} DiscardCall;

static void
discard_call_free (gpointer data)
{
  DiscardCall *call = data;

  g_object_unref (call->engine);
  g_free (call->workflow);
  g_free (call->actor);
  g_free (call->reason);
  g_free (call);
}

static DiscardCall *
discard_call_new (WeirEngine *engine, gint64 run, const char *workflow, const char *actor, const char *reason)
{
  DiscardCall *call = g_new (DiscardCall, 1);

  *call = (DiscardCall) { g_object_ref (engine), run, g_strdup (workflow), g_strdup (actor), g_strdup (reason) };
  return call;
}

/* Force stops what lives, gives up what was left unfinished. */
static gboolean
end_run (DiscardCall *call, GError **error)
{
  g_autoptr(WeirRunInfo) info = NULL;
  g_autoptr(WeirRun) live = weir_engine_find_run (call->engine, call->run);

  if (live != NULL)
    {
      g_object_ref (live);
      if (!dex_await (weir_run_force_stop (live), error))
        return FALSE;
      return dex_await (weir_engine_durable (call->engine), error);
    }
  info = dex_await_object (weir_store_load_run (call->engine->store, call->run), error);
  if (info == NULL)
    return FALSE;
  return weir_run_status_is_final (weir_run_info_get_status (info))
         || dex_await (weir_engine_abandon_run (call->engine, call->run), error);
}

gboolean
weir_engine_purge_all (WeirEngine *self, GError **error)
{
  for (;;)
    {
      g_autoptr(DexFuture) part = weir_store_purge (self->store);
      g_autoptr(GError) failure = NULL;

      if (!dex_await (dex_ref (part), &failure))
        {
          g_propagate_error (error, g_steal_pointer (&failure));
          return FALSE;
        }
      if (!g_value_get_boolean (dex_future_get_value (part, NULL)))
        return TRUE;
    }
}

/* Copies from before a migration hold what was there then. One that is older than the run cannot hold it. */
void
weir_engine_remove_backups (WeirEngine *self, gint64 since)
{
  g_autofree char *path = g_build_filename (self->data_dir, "backup", NULL);
  g_autoptr(GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);
      GStatBuf info;

      if (g_stat (child, &info) == 0 && (gint64) info.st_mtime * G_USEC_PER_SEC >= since)
        g_unlink (child);
    }
}

static DexFuture *
discard_run_fiber (gpointer user_data)
{
  DiscardCall *call = user_data;
  WeirEngine *self = call->engine;
  g_autoptr(WeirRunInfo) info = NULL;
  GError *error = NULL;

  if (!end_run (call, &error))
    return dex_future_new_for_error (error);
  info = dex_await_object (weir_store_load_run (self->store, call->run), &error);
  if (info == NULL || !dex_await (weir_store_delete_run (self->store, call->run, call->actor, call->reason), &error))
    return dex_future_new_for_error (error);
  g_hash_table_add (self->settled, g_memdup2 (&call->run, sizeof call->run));
  weir_engine_remove_backups (self, weir_run_info_get_created_at (info));
  if ((self->log_file != NULL && !dex_await (weir_log_file_forget (self->log_file, call->run), &error))
      || !weir_engine_purge_all (self, &error))
    return dex_future_new_for_error (error);
  return dex_future_new_true ();
}

/**
 * weir_engine_discard_run:
 * @self: an engine
 * @run: number of a run, live or not
 * @actor: who wants it: "user", "cli", a name
 * @reason: (nullable): in their words
 *
 * Cancel and delete. Force stops the run if it lives and removes everything of it but one audit row: journal, logs, values, blobs, what
 * could be undone, lines of the log files, and backups of the database that were made since it began.
 *
 * Returns: (transfer full): a future of %TRUE, resolved when nothing of it is on disk any more; rejects with %WEIR_ERROR_NOT_FOUND,
 *   %WEIR_ERROR_STORE
 */
DexFuture *
weir_engine_discard_run (WeirEngine *self, gint64 run, const char *actor, const char *reason)
{
  g_return_val_if_fail (WEIR_IS_ENGINE (self), NULL);
  return tell (self, dex_scheduler_spawn (NULL, 0, discard_run_fiber, discard_call_new (self, run, NULL, actor, reason),
                                          discard_call_free));
}

static DexFuture *
discard_workflow_fiber (gpointer user_data)
{
  DiscardCall *call = user_data;
  WeirEngine *self = call->engine;
  GError *error = NULL;

  if (!dex_await (weir_store_delete_workflow (self->store, call->workflow, call->actor, call->reason), &error)
      || !weir_engine_purge_all (self, &error))
    return dex_future_new_for_error (error);
  return dex_future_new_true ();
}

/**
 * weir_engine_discard_workflow:
 * @self: an engine
 * @id: of a workflow
 * @actor: who wants it
 * @reason: (nullable): in their words
 *
 * Removes a workflow for good, with its versions, variables, state and fixtures. Its runs stay.
 *
 * Returns: (transfer full): a future of %TRUE; rejects with %WEIR_ERROR_NOT_FOUND, %WEIR_ERROR_WRONG_STATE while a run that has not ended
 *   needs it
 */
DexFuture *
weir_engine_discard_workflow (WeirEngine *self, const char *id, const char *actor, const char *reason)
{
  g_return_val_if_fail (WEIR_IS_ENGINE (self), NULL);
  return tell (self, dex_scheduler_spawn (NULL, 0, discard_workflow_fiber,
                                          discard_call_new (self, 0, id, actor, reason), discard_call_free));
}

static DexFuture *
purge_fiber (gpointer user_data)
{
  GError *error = NULL;

  if (!weir_engine_purge_all (user_data, &error))
    return dex_future_new_for_error (error);
  return dex_future_new_true ();
}

/**
 * weir_engine_purge:
 * @self: an engine
 *
 * Removes what has expired, applies the retention settings, and gives the room back to the disk, now instead of when the store is idle.
 * Other work goes on between the parts.
 *
 * Returns: (transfer full): a future of %TRUE when there is nothing left to do
 */
DexFuture *
weir_engine_purge (WeirEngine *self)
{
  g_return_val_if_fail (WEIR_IS_ENGINE (self), NULL);
  return tell (self, dex_scheduler_spawn (NULL, 0, purge_fiber, g_object_ref (self), g_object_unref));
}

/* ── audit, retention, usage ─────────────────────────────────────────────────────────────── */

/**
 * weir_engine_list_audit:
 * @self: an engine
 *
 * Returns: (transfer full): a future of a #GPtrArray (boxed) of #WeirAuditRow, oldest first
 */
DexFuture *
weir_engine_list_audit (WeirEngine *self)
{
  g_return_val_if_fail (WEIR_IS_ENGINE (self), NULL);
  return weir_store_list_audit (self->store);
}

/**
 * weir_engine_verify_audit:
 * @self: an engine
 *
 * Returns: (transfer full): a future of how many rows there are (guint); rejects with %WEIR_ERROR_CONFLICT, naming the first row that was
 *   changed or follows a missing one
 */
DexFuture *
weir_engine_verify_audit (WeirEngine *self)
{
  g_return_val_if_fail (WEIR_IS_ENGINE (self), NULL);
  return weir_store_verify_audit (self->store);
}

/**
 * weir_engine_list_retention:
 * @self: an engine
 *
 * Returns: (transfer full): a future of a #GPtrArray (boxed) of #WeirRetention: every kind for all workflows, then those of single ones
 */
DexFuture *
weir_engine_list_retention (WeirEngine *self)
{
  g_return_val_if_fail (WEIR_IS_ENGINE (self), NULL);
  return weir_store_list_retention (self->store);
}

/**
 * weir_engine_set_retention:
 * @self: an engine
 * @workflow_id: (nullable): of whose runs; %NULL: of all that have no setting of their own
 * @kind: "run", "log", "blob", or "deleted-run", "deleted-item", "deleted-workflow": how long these stay in the bin
 * @age: µs; -1: for ever
 * @max_bytes: the oldest go when there is more; 0: no limit. For "run" and "blob" of all workflows
 *
 * Returns: (transfer full): a future of %TRUE; rejects with %WEIR_ERROR_INVALID
 */
DexFuture *
weir_engine_set_retention (WeirEngine *self, const char *workflow_id, const char *kind, gint64 age, gint64 max_bytes)
{
  g_return_val_if_fail (WEIR_IS_ENGINE (self), NULL);
  return weir_store_set_retention (self->store, workflow_id, kind, age, max_bytes);
}

/**
 * weir_engine_get_usage:
 * @self: an engine
 *
 * Returns: (transfer full): a future of a #WeirUsage (boxed): what the data folder takes on disk
 */
DexFuture *
weir_engine_get_usage (WeirEngine *self)
{
  g_return_val_if_fail (WEIR_IS_ENGINE (self), NULL);
  return weir_store_get_usage (self->store);
}
