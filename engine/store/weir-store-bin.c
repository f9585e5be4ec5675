/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Recently deleted: marks on runs and workflows, hidden from lists until they expire or are taken back. */

#include "weir-store-private.h"

#include <glib/gstdio.h>
#include <string.h>

typedef struct
{
  gint64 run;
  char *workflow; /* in place of a run */
  char *actor;
  char *reason;
} MarkQuestion;

static MarkQuestion *
mark_question_new (gint64 run, const char *workflow, const char *actor, const char *reason)
{
  MarkQuestion *self = g_new (MarkQuestion, 1);

  *self = (MarkQuestion) { run, g_strdup (workflow), g_strdup (actor != NULL ? actor : ""), g_strdup (reason) };
  return self;
}

static void
mark_question_free (gpointer data)
{
  MarkQuestion *self = data;

  g_free (self->workflow);
  g_free (self->actor);
  g_free (self->reason);
  g_free (self);
}

static char *
describe (MarkQuestion *question)
{
  if (question->workflow != NULL)
    return g_strdup_printf ("workflow %s", question->workflow);
  return g_strdup_printf ("run %" G_GINT64_FORMAT, question->run);
}

/* ── marking ─────────────────────────────────────────────────────────────────────────────── */

static gboolean
check_workflow (WeirSql *sql, const char *id, GError **error)
{
  g_autoptr(WeirStatement) find = weir_sql_prepare (sql, "SELECT 1 FROM workflow WHERE id = ?1", error);
  int code;

  if (find == NULL)
    return FALSE;
  weir_sql_bind_text (find, 1, id, -1);
  code = weir_sql_step (sql, find, error);
  if (code == SQLITE_DONE)
    g_set_error (error, WEIR_ERROR, WEIR_ERROR_NOT_FOUND, "There is no workflow \"%s\"", id);
  return code == SQLITE_ROW;
}

/* The workflow whose settings count for it: itself, or that of the run. */
static char *
dup_owner (WeirSql *sql, MarkQuestion *question)
{
  g_autoptr(WeirStatement) find = NULL;

  if (question->workflow != NULL)
    return g_strdup (question->workflow);
  find = weir_sql_prepare (sql, "SELECT workflow FROM run WHERE id = ?1", NULL);
  if (find == NULL)
    return NULL;
  sqlite3_bind_int64 (find, 1, question->run);
  return weir_sql_step (sql, find, NULL) == SQLITE_ROW ? weir_sql_dup_text (find, 0) : NULL;
}

static gboolean
set_mark (WeirSql *sql, MarkQuestion *question, gint64 deleted_at, gint64 expires_at, gint64 due_at, GError **error)
{
  g_autoptr(WeirStatement) set = weir_sql_prepare (
    sql,
    question->workflow != NULL
      ? "UPDATE workflow SET deleted = ?2 > 0, deleted_at = ?2, expires_at = ?3, due_at = ?4 WHERE id = ?1"
      : "UPDATE run SET deleted_at = ?2, expires_at = ?3, due_at = ?4 WHERE id = ?1",
    error);

  if (set == NULL)
    return FALSE;
  if (question->workflow != NULL)
    weir_sql_bind_text (set, 1, question->workflow, -1);
  else
    sqlite3_bind_int64 (set, 1, question->run);
  sqlite3_bind_int64 (set, 2, deleted_at);
  sqlite3_bind_int64 (set, 3, expires_at);
  sqlite3_bind_int64 (set, 4, due_at);
  return weir_sql_step (sql, set, error) == SQLITE_DONE;
}

static gboolean
mark_in_transaction (WeirStore *self, WeirSql *sql, MarkQuestion *question, GError **error)
{
  g_autofree char *owner = NULL;
  g_autofree char *subject = describe (question);
  WeirRetention keep;
  WeirStoreTime now;

  if (question->workflow != NULL ? !check_workflow (sql, question->workflow, error)
                                 : !weir_store_check_ended (sql, question->run, error))
    return FALSE;
  owner = dup_owner (sql, question);
  if (!weir_store_find_retention (sql, owner, question->workflow != NULL ? "deleted-workflow" : "deleted-run", &keep,
                                  error)
      || !weir_store_note_time (self, sql, &now, error))
    return FALSE;
  return set_mark (sql, question, now.utc, keep.age >= 0 ? MAX (now.utc, now.trusted) + keep.age : 0,
                   keep.age >= 0 ? now.passed + keep.age : G_MAXINT64, error)
         && weir_store_add_audit (sql, question->actor, "delete", subject, question->reason, error);
}

static gboolean
mark (WeirStore *self, WeirSql *sql, gpointer data, GValue *answer, GError **error)
{
  if (!weir_store_begin (sql, error) || !mark_in_transaction (self, sql, data, error) || !weir_store_end (sql, error))
    {
      weir_store_roll_back (sql);
      return FALSE;
    }
  self->check_at = 0;
  g_value_init (answer, G_TYPE_BOOLEAN);
  g_value_set_boolean (answer, TRUE);
  return TRUE;
}

/**
 * weir_store_mark_run:
 * @self: a store
 * @run: number of a run that has ended
 * @actor: who wants it: "user", a name
 * @reason: (nullable): in their words
 *
 * Moves a run to what was recently deleted: it is in no list until it is restored, and goes for good when it expires.
 *
 * Returns: (transfer full): a future of TRUE; rejects with %WEIR_ERROR_NOT_FOUND, %WEIR_ERROR_WRONG_STATE
 */
DexFuture *
weir_store_mark_run (WeirStore *self, gint64 run, const char *actor, const char *reason)
{
  return weir_store_ask (self, TRUE, mark, mark_question_new (run, NULL, actor, reason), mark_question_free);
}

/**
 * weir_store_mark_workflow:
 * @self: a store
 * @id: of a workflow
 * @actor: who wants it
 * @reason: (nullable): in their words
 *
 * Moves a workflow to what was recently deleted. Its runs stay; live ones run to their end with the version they have.
 *
 * Returns: (transfer full): a future of TRUE; rejects with %WEIR_ERROR_NOT_FOUND
 */
DexFuture *
weir_store_mark_workflow (WeirStore *self, const char *id, const char *actor, const char *reason)
{
  return weir_store_ask (self, TRUE, mark, mark_question_new (0, id, actor, reason), mark_question_free);
}

static gboolean
check_marked (WeirSql *sql, MarkQuestion *question, GError **error)
{
  g_autoptr(WeirStatement) find = weir_sql_prepare (sql,
                                                     question->workflow != NULL
                                                       ? "SELECT deleted FROM workflow WHERE id = ?1"
                                                       : "SELECT deleted_at > 0 FROM run WHERE id = ?1",
                                                     error);
  g_autofree char *subject = describe (question);
  int code;

  if (find == NULL)
    return FALSE;
  if (question->workflow != NULL)
    weir_sql_bind_text (find, 1, question->workflow, -1);
  else
    sqlite3_bind_int64 (find, 1, question->run);
  code = weir_sql_step (sql, find, error);
  if (code == SQLITE_DONE)
    g_set_error (error, WEIR_ERROR, WEIR_ERROR_NOT_FOUND, "There is no %s", subject);
  else if (code == SQLITE_ROW && !sqlite3_column_int (find, 0))
    g_set_error (error, WEIR_ERROR, WEIR_ERROR_WRONG_STATE, "There is nothing to restore: %s is not deleted", subject);
  return code == SQLITE_ROW && sqlite3_column_int (find, 0);
}

static gboolean
restore (WeirStore *self, WeirSql *sql, gpointer data, GValue *answer, GError **error)
{
  MarkQuestion *question = data;
  g_autofree char *subject = describe (question);

  if (!weir_store_begin (sql, error) || !check_marked (sql, question, error)
      || !set_mark (sql, question, 0, 0, 0, error)
      || !weir_store_add_audit (sql, question->actor, "restore", subject, question->reason, error)
      || !weir_store_end (sql, error))
    {
      weir_store_roll_back (sql);
      return FALSE;
    }
  g_value_init (answer, G_TYPE_BOOLEAN);
  g_value_set_boolean (answer, TRUE);
  return TRUE;
}

/**
 * weir_store_restore_run:
 * @self: a store
 * @run: number of a run that was deleted
 * @actor: who wants it
 *
 * Returns: (transfer full): a future of TRUE; rejects with %WEIR_ERROR_NOT_FOUND if it is gone for good,
 *   %WEIR_ERROR_WRONG_STATE if it was not deleted
 */
DexFuture *
weir_store_restore_run (WeirStore *self, gint64 run, const char *actor)
{
  return weir_store_ask (self, TRUE, restore, mark_question_new (run, NULL, actor, NULL), mark_question_free);
}

/**
 * weir_store_restore_workflow:
 * @self: a store
 * @id: of a workflow that was deleted
 * @actor: who wants it
 *
 * Returns: (transfer full): a future of TRUE; rejects with %WEIR_ERROR_NOT_FOUND if it is gone for good,
 *   %WEIR_ERROR_WRONG_STATE if it was not deleted
 */
DexFuture *
weir_store_restore_workflow (WeirStore *self, const char *id, const char *actor)
{
  return weir_store_ask (self, TRUE, restore, mark_question_new (0, id, actor, NULL), mark_question_free);
}

/* ── asking ──────────────────────────────────────────────────────────────────────────────── */

static gboolean
list_deleted (WeirStore *self, WeirSql *sql, gpointer data, GValue *answer, GError **error)
{
  g_autoptr(GPtrArray) deleted = g_ptr_array_new_with_free_func ((GDestroyNotify) weir_deleted_free);
  g_autoptr(WeirStatement) find = weir_sql_prepare (
    sql,
    "SELECT 0, id, NULL, workflow_name, deleted_at, expires_at, NULL, 0 FROM run WHERE deleted_at > 0"
    " UNION ALL SELECT 1, 0, id, name, deleted_at, expires_at, NULL, 0 FROM workflow WHERE deleted"
    " UNION ALL SELECT 2, b.run, NULL, r.workflow_name, b.deleted_at, b.expires_at, b.path, b.id FROM bin_part b"
    " JOIN run r ON r.id = b.run WHERE r.deleted_at = 0"
    " ORDER BY 5 DESC, 2 DESC, 8 DESC",
    error);
  int code;

  if (find == NULL)
    return FALSE;
  while ((code = weir_sql_step (sql, find, error)) == SQLITE_ROW)
    {
      WeirDeleted *line = g_new (WeirDeleted, 1);

      *line = (WeirDeleted) {
        .run = sqlite3_column_int64 (find, 1),
        .workflow_id = weir_sql_dup_text (find, 2),
        .name = weir_sql_dup_text (find, 3),
        .deleted_at = sqlite3_column_int64 (find, 4),
        .expires_at = sqlite3_column_int64 (find, 5),
        .part = weir_sql_dup_text (find, 6),
      };
      g_ptr_array_add (deleted, line);
    }
  return code == SQLITE_DONE && weir_store_answer_boxed (answer, g_steal_pointer (&deleted), G_TYPE_PTR_ARRAY);
}

/**
 * weir_store_list_deleted:
 * @self: a store
 *
 * Returns: (transfer full): a future of a GPtrArray (boxed) of WeirDeleted, last deleted first
 */
DexFuture *
weir_store_list_deleted (WeirStore *self)
{
  return weir_store_ask (self, FALSE, list_deleted, NULL, NULL);
}

/* Bytes of the blobs that only this run needs. */
static gboolean
measure_blobs (WeirStore *self, WeirSql *sql, gint64 run, WeirFootprint *footprint, GError **error)
{
  g_autoptr(WeirStatement) find = weir_sql_prepare (
    sql,
    "SELECT hash FROM blob_ref r WHERE run = ?1"
    " AND NOT EXISTS (SELECT 1 FROM blob_ref o WHERE o.hash = r.hash AND o.run <> ?1)",
    error);
  int code;

  if (find == NULL)
    return FALSE;
  sqlite3_bind_int64 (find, 1, run);
  while ((code = weir_sql_step (sql, find, error)) == SQLITE_ROW)
    {
      g_autofree char *hash = weir_store_hash_of_bytes (sqlite3_column_blob (find, 0));
      g_autofree char *path = weir_store_hash_to_path (self, hash);
      GStatBuf info;

      footprint->n_blobs++;
      if (g_stat (path, &info) == 0)
        footprint->bytes += info.st_size;
    }
  return code == SQLITE_DONE;
}

static gboolean
measure_run (WeirStore *self, WeirSql *sql, gpointer data, GValue *answer, GError **error)
{
  gint64 run = *(gint64 *) data;
  g_autofree WeirFootprint *footprint = g_new0 (WeirFootprint, 1);
  g_autoptr(WeirStatement) count = weir_sql_prepare (
    sql,
    "SELECT n_steps,"
    " (SELECT count(*) FROM event WHERE key > ?2 AND key <= ?3),"
    " (SELECT count(*) FROM log WHERE key > ?2 AND key <= ?3),"
    " (SELECT count(*) FROM effect WHERE run = ?1 AND undo IN (1, 2) AND state = 1),"
    " (SELECT coalesce (sum (40 + length (CAST (data AS BLOB))), 0) FROM event WHERE key > ?2 AND key <= ?3)"
    " + (SELECT coalesce (sum (60 + length (CAST (message AS BLOB))), 0) FROM log WHERE key > ?2 AND key <= ?3)"
    " FROM run WHERE id = ?1",
    error);
  int code;

  if (count == NULL)
    return FALSE;
  sqlite3_bind_int64 (count, 1, run);
  sqlite3_bind_int64 (count, 2, WEIR_STORE_KEY (run, 0));
  sqlite3_bind_int64 (count, 3, WEIR_STORE_KEY (run, G_MAXUINT32));
  code = weir_sql_step (sql, count, error);
  if (code == SQLITE_DONE)
    g_set_error (error, WEIR_ERROR, WEIR_ERROR_NOT_FOUND, "There is no run %" G_GINT64_FORMAT, run);
  if (code != SQLITE_ROW)
    return FALSE;
  *footprint = (WeirFootprint) {
    .n_steps = sqlite3_column_int64 (count, 0),
    .n_events = sqlite3_column_int64 (count, 1),
    .n_lines = sqlite3_column_int64 (count, 2),
    .n_effects = sqlite3_column_int64 (count, 3),
    .bytes = sqlite3_column_int64 (count, 4),
  };
  return measure_blobs (self, sql, run, footprint, error)
         && weir_store_answer_boxed (answer, g_steal_pointer (&footprint), WEIR_TYPE_FOOTPRINT);
}

/**
 * weir_store_measure_run:
 * @self: a store
 * @run: number of a run
 *
 * What would go with it, for whoever confirms that.
 *
 * Returns: (transfer full): a future of a WeirFootprint (boxed); rejects with %WEIR_ERROR_NOT_FOUND
 */
DexFuture *
weir_store_measure_run (WeirStore *self, gint64 run)
{
  return weir_store_ask (self, FALSE, measure_run, g_memdup2 (&run, sizeof run), g_free);
}
