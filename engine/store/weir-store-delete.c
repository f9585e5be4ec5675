/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "weir-store-private.h"

#include <string.h>

typedef struct
{
  gint64     run;
  char      *actor;
  char      *reason;
  GPtrArray *orphans; /* hashes of blobs that only this run needed */
} DeleteQuestion;

static void
delete_question_free (gpointer data)
{
  DeleteQuestion *self = data;

  g_free (self->actor);
  g_free (self->reason);
  g_ptr_array_unref (self->orphans);
  g_free (self);
}

static gboolean
check_ended (WeirSql *sql, gint64 run, GError **error)
{
  g_autoptr(WeirStatement) find = weir_sql_prepare (
    sql, "SELECT status IN ('succeeded', 'failed', 'cancelled', 'interrupted') FROM run WHERE id = ?1", error);
  int code;

  if (find == NULL)
    return FALSE;
  sqlite3_bind_int64 (find, 1, run);
  code = weir_sql_step (sql, find, error);
  if (code == SQLITE_DONE)
    g_set_error (error, WEIR_ERROR, WEIR_ERROR_NOT_FOUND, "There is no run %" G_GINT64_FORMAT, run);
  else if (code == SQLITE_ROW && !sqlite3_column_int (find, 0))
    g_set_error (error, WEIR_ERROR, WEIR_ERROR_WRONG_STATE, "Run %" G_GINT64_FORMAT " has not ended", run);
  return code == SQLITE_ROW && sqlite3_column_int (find, 0);
}

static gboolean
find_orphans (WeirSql *sql, DeleteQuestion *question, GError **error)
{
  g_autoptr(WeirStatement) find = weir_sql_prepare (
    sql,
    "SELECT hash FROM blob_ref r WHERE run = ?1"
    " AND NOT EXISTS (SELECT 1 FROM blob_ref o WHERE o.hash = r.hash AND o.run <> ?1)",
    error);
  int code;

  if (find == NULL)
    return FALSE;
  sqlite3_bind_int64 (find, 1, question->run);
  while ((code = weir_sql_step (sql, find, error)) == SQLITE_ROW)
    g_ptr_array_add (question->orphans, weir_store_hash_of_bytes (sqlite3_column_blob (find, 0)));
  return code == SQLITE_DONE;
}

/* Both parameters of each: the run, and the ends of its keys. */
static const char *const removals[] = {
  /* the text index is told the old text, and only of lines it knows */
  "INSERT INTO log_text (log_text, rowid, message) SELECT 'delete', key, message FROM log"
  " WHERE key > ?2 AND key <= ?2 + (SELECT indexed FROM run WHERE id = ?1)",
  "DELETE FROM log WHERE key > ?2 AND key <= ?3",
  "DELETE FROM event WHERE key > ?2 AND key <= ?3",
  "DELETE FROM effect WHERE run = ?1",
  "DELETE FROM blob_ref WHERE run = ?1",
  "DELETE FROM run WHERE id = ?1",
};

static gboolean
remove_rows (WeirSql *sql, gint64 run, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (removals); i++)
    {
      g_autoptr(WeirStatement) remove = weir_sql_prepare (sql, removals[i], error);

      if (remove == NULL)
        return FALSE;
      sqlite3_bind_int64 (remove, 1, run);
      sqlite3_bind_int64 (remove, 2, WEIR_STORE_KEY (run, 0));
      sqlite3_bind_int64 (remove, 3, WEIR_STORE_KEY (run, G_MAXUINT32));
      if (weir_sql_step (sql, remove, error) != SQLITE_DONE)
        return FALSE;
    }
  return TRUE;
}

static char *
find_last_hash (WeirSql *sql, GError **error)
{
  g_autoptr(WeirStatement) find = weir_sql_prepare (sql, "SELECT hash FROM audit ORDER BY id DESC LIMIT 1", error);
  int code;

  if (find == NULL)
    return NULL;
  code = weir_sql_step (sql, find, error);
  return code == SQLITE_ROW ? weir_sql_dup_text (find, 0) : code == SQLITE_DONE ? g_strdup ("") : NULL;
}

/* Fields are separated by NUL, which none of them can hold, so that no two rows hash alike. */
static char *
hash_audit (const char *previous, gint64 at, const char *const *fields)
{
  g_autoptr(GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);
  g_autofree char *time = g_strdup_printf ("%" G_GINT64_FORMAT, at);

  g_checksum_update (sum, (const guchar *) previous, strlen (previous) + 1);
  g_checksum_update (sum, (const guchar *) time, strlen (time) + 1);
  for (guint i = 0; i < 4; i++)
    {
      const char *field = fields[i] != NULL ? fields[i] : "";

      g_checksum_update (sum, (const guchar *) field, strlen (field) + 1);
    }
  return g_strdup (g_checksum_get_string (sum));
}

static gboolean
add_audit (WeirSql *sql, const char *actor, const char *action, const char *subject, const char *reason, GError **error)
{
  const char *fields[] = { actor, action, subject, reason };
  g_autofree char *previous = find_last_hash (sql, error);
  gint64 now = g_get_real_time ();
  g_autofree char *hash = NULL;
  g_autoptr(WeirStatement) add = NULL;

  if (previous == NULL)
    return FALSE;
  hash = hash_audit (previous, now, fields);
  add = weir_sql_prepare (
    sql, "INSERT INTO audit (at, actor, action, subject, reason, hash) VALUES (?1, ?2, ?3, ?4, ?5, ?6)", error);
  if (add == NULL)
    return FALSE;
  sqlite3_bind_int64 (add, 1, now);
  for (guint i = 0; i < 4; i++)
    weir_sql_bind_text (add, 2 + i, fields[i], -1);
  weir_sql_bind_text (add, 6, hash, -1);
  return weir_sql_step (sql, add, error) == SQLITE_DONE;
}

static gboolean
delete_run (WeirStore *self, WeirSql *sql, gpointer data, GValue *answer, GError **error)
{
  DeleteQuestion *question = data;
  g_autofree char *subject = g_strdup_printf ("run %" G_GINT64_FORMAT, question->run);

  if (!weir_store_begin (sql, error) || !check_ended (sql, question->run, error) || !find_orphans (sql, question, error)
      || !remove_rows (sql, question->run, error)
      || !add_audit (sql, question->actor, "delete", subject, question->reason, error) || !weir_store_end (sql, error))
    {
      weir_store_roll_back (sql);
      return FALSE;
    }
  /* Not before the rows are gone for good; what is remembered as stored may not be any more. */
  self->may_shrink = TRUE;
  weir_keeper_forget (self->keeper);
  for (guint i = 0; i < question->orphans->len; i++)
    weir_store_remove_blob (self, g_ptr_array_index (question->orphans, i));
  g_hash_table_remove (self->unindexed, GINT_TO_POINTER ((int) question->run));
  g_value_init (answer, G_TYPE_BOOLEAN);
  g_value_set_boolean (answer, TRUE);
  return TRUE;
}

/**
 * weir_store_delete_run:
 * @self: a store
 * @run: number of a run that has ended
 * @actor: who wants it: "user", a name
 * @reason: (nullable): in their words
 *
 * Removes a run and all it left but one audit row. Blobs that nothing refers to any more are freed.
 *
 * Returns: (transfer full): a future of TRUE; rejects with %WEIR_ERROR_NOT_FOUND, %WEIR_ERROR_WRONG_STATE,
 *   %WEIR_ERROR_STORE
 */
DexFuture *
weir_store_delete_run (WeirStore *self, gint64 run, const char *actor, const char *reason)
{
  DeleteQuestion *question = g_new0 (DeleteQuestion, 1);

  question->run = run;
  question->actor = g_strdup (actor != NULL ? actor : "");
  question->reason = g_strdup (reason);
  question->orphans = g_ptr_array_new_with_free_func (g_free);
  return weir_store_ask (self, TRUE, delete_run, question, delete_question_free);
}
