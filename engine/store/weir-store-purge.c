/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Removing for good. One transaction takes the row of the run away and writes the audit row, so that from then on there is
 * no such run; what else it left goes in parts, when the store is idle or somebody waits for it, and goes on after a
 * crash. Removed content is overwritten (secure_delete), the free pages leave the file, and the log is emptied. */

#include "weir-store-private.h"

#include <glib/gstdio.h>
#include <string.h>

/* Rows of one statement, and how long a part may take: batches wait for it. */
#define ROWS_AT_ONCE 200
#define PART_US (25 * 1000)
#define FILES_AT_ONCE 100
/* How often what is in the bin is looked at while the store is open. */
#define CHECK_EVERY_US (30 * 60 * G_USEC_PER_SEC)

typedef struct
{
  gint64 run;
  char *workflow;
  char *actor;
  char *reason;
  char *action;
} PurgeQuestion;

static PurgeQuestion *
purge_question_new (gint64 run, const char *workflow, const char *actor, const char *action, const char *reason)
{
  PurgeQuestion *self = g_new (PurgeQuestion, 1);

  *self = (PurgeQuestion) { run, g_strdup (workflow), g_strdup (actor != NULL ? actor : ""), g_strdup (reason),
                            g_strdup (action) };
  return self;
}

static void
purge_question_free (gpointer data)
{
  PurgeQuestion *self = data;

  g_free (self->workflow);
  g_free (self->actor);
  g_free (self->reason);
  g_free (self->action);
  g_free (self);
}

/* ── taking a run away ───────────────────────────────────────────────────────────────────── */

gboolean
weir_store_check_ended (WeirSql *sql, gint64 run, GError **error)
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

/* Numbers are not given out again: the audit and the logs of other programs name them. */
static const char *const claims[] = {
  "INSERT INTO meta VALUES ('last-run', ?1) ON CONFLICT (name) DO UPDATE SET value = max (value, ?1)",
  "INSERT INTO meta SELECT 'last-effect', max (id) FROM effect WHERE run = ?1 HAVING max (id) IS NOT NULL"
  " ON CONFLICT (name) DO UPDATE SET value = max (value, excluded.value)",
  "INSERT OR IGNORE INTO purge SELECT id, indexed FROM run WHERE id = ?1",
  "DELETE FROM purge_part WHERE run = ?1",
  "DELETE FROM bin_part WHERE run = ?1",
  "DELETE FROM run WHERE id = ?1",
};

/* Within a transaction. */
gboolean
weir_store_claim_run (WeirStore *self, WeirSql *sql, gint64 run, GError **error)
{
  if (!weir_store_check_ended (sql, run, error))
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (claims); i++)
    {
      g_autoptr(WeirStatement) claim = weir_sql_prepare (sql, claims[i], error);

      if (claim == NULL)
        return FALSE;
      sqlite3_bind_int64 (claim, 1, run);
      if (weir_sql_step (sql, claim, error) != SQLITE_DONE)
        return FALSE;
    }
  g_hash_table_remove (self->unindexed, GINT_TO_POINTER ((int) run));
  return TRUE;
}

/* ── what else it left ───────────────────────────────────────────────────────────────────── */

/* The first of these that removes something is a part; ?1 run, ?2 and ?3 the ends of its keys, ?4 how many, ?5 the last
 * line that the text index knows. */
static const char *const removals[] = {
  "DELETE FROM event WHERE key IN (SELECT key FROM event WHERE key > ?2 AND key <= ?3 ORDER BY key LIMIT ?4)",
  "DELETE FROM effect WHERE id IN (SELECT id FROM effect WHERE run = ?1 LIMIT ?4)",
  "DELETE FROM blob_ref WHERE run = ?1 AND hash IN (SELECT hash FROM blob_ref WHERE run = ?1 LIMIT ?4)",
  "DELETE FROM cache WHERE id IN (SELECT id FROM cache WHERE run = ?1 LIMIT ?4)",
  "DELETE FROM report WHERE run = ?1",
};

static int
remove_rows (WeirSql *sql, const char *static_sql, gint64 run, gint64 indexed, GError **error)
{
  g_autoptr(WeirStatement) remove = weir_sql_prepare (sql, static_sql, error);

  if (remove == NULL)
    return -1;
  sqlite3_bind_int64 (remove, 1, run);
  sqlite3_bind_int64 (remove, 2, WEIR_STORE_KEY (run, 0));
  sqlite3_bind_int64 (remove, 3, WEIR_STORE_KEY (run, G_MAXUINT32));
  sqlite3_bind_int64 (remove, 4, ROWS_AT_ONCE);
  sqlite3_bind_int64 (remove, 5, WEIR_STORE_KEY (run, indexed));
  return weir_sql_step (sql, remove, error) == SQLITE_DONE ? sqlite3_changes (sql->db) : -1;
}

/* Lines of the log: the text index is told the old text first, and only of lines it knows. How many, or -1. */
int
weir_store_remove_lines (WeirSql *sql, gint64 run, gint64 indexed, GError **error)
{
  if (remove_rows (sql,
                   "INSERT INTO log_text (log_text, rowid, message) SELECT 'delete', key, message FROM"
                   " (SELECT key, message FROM log WHERE key > ?2 AND key <= ?3 ORDER BY key LIMIT ?4) WHERE key <= ?5",
                   run, indexed, error)
      < 0)
    return -1;
  return remove_rows (
    sql, "DELETE FROM log WHERE key IN (SELECT key FROM log WHERE key > ?2 AND key <= ?3 ORDER BY key LIMIT ?4)", run,
    indexed, error);
}

/* One line; @indexed: the text index knows it. */
gboolean
weir_store_remove_line (WeirSql *sql, gint64 key, const char *message, gboolean indexed, GError **error)
{
  g_autoptr(WeirStatement) forget = indexed
                                       ? weir_sql_prepare (
                                           sql,
                                           "INSERT INTO log_text (log_text, rowid, message) VALUES ('delete', ?1, ?2)",
                                           error)
                                       : NULL;
  g_autoptr(WeirStatement) remove = weir_sql_prepare (sql, "DELETE FROM log WHERE key = ?1", error);

  if (remove == NULL || (indexed && forget == NULL))
    return FALSE;
  if (indexed)
    {
      sqlite3_bind_int64 (forget, 1, key);
      weir_sql_bind_text (forget, 2, message, -1);
      if (weir_sql_step (sql, forget, error) != SQLITE_DONE)
        return FALSE;
    }
  sqlite3_bind_int64 (remove, 1, key);
  return weir_sql_step (sql, remove, error) == SQLITE_DONE;
}

/* How many rows went; 0: there is nothing of the run any more; -1: error. */
static int
remove_some (WeirSql *sql, gint64 run, gint64 indexed, GError **error)
{
  int removed = weir_store_remove_lines (sql, run, indexed, error);

  for (guint i = 0; removed == 0 && i < G_N_ELEMENTS (removals); i++)
    removed = remove_rows (sql, removals[i], run, indexed, error);
  return removed;
}

static gboolean
find_claimed (WeirSql *sql, gint64 *run, gint64 *indexed, GError **error)
{
  g_autoptr(WeirStatement) find = weir_sql_prepare (sql, "SELECT run, indexed FROM purge ORDER BY run LIMIT 1", error);
  int code;

  *run = 0;
  if (find == NULL)
    return FALSE;
  code = weir_sql_step (sql, find, error);
  if (code == SQLITE_ROW)
    {
      *run = sqlite3_column_int64 (find, 0);
      *indexed = sqlite3_column_int64 (find, 1);
    }
  return code == SQLITE_ROW || code == SQLITE_DONE;
}

static gboolean
remove_claimed (WeirSql *sql, gint64 run, gint64 indexed, gint64 until, GError **error)
{
  int removed;

  do
    removed = remove_some (sql, run, indexed, error);
  while (removed > 0 && g_get_monotonic_time () < until);
  return removed > 0 || (removed == 0 && remove_rows (sql, "DELETE FROM purge WHERE run = ?1", run, 0, error) >= 0);
}

/* A part of what claimed runs left; @more is set unless there is none. */
static gboolean
purge_part (WeirStore *self, WeirSql *sql, gboolean *more, GError **error)
{
  gint64 until = g_get_monotonic_time () + PART_US;
  gint64 run, indexed = 0;
  gboolean ok;

  *more = FALSE;
  if (!find_claimed (sql, &run, &indexed, error))
    return FALSE;
  if (run == 0)
    return TRUE;
  *more = TRUE;
  ok = weir_store_begin (sql, error);
  while (ok && run != 0 && g_get_monotonic_time () < until)
    ok = remove_claimed (sql, run, indexed, until, error) && find_claimed (sql, &run, &indexed, error);
  if (!ok || !weir_store_end (sql, error))
    {
      weir_store_roll_back (sql);
      return FALSE;
    }
  self->may_shrink = self->may_empty_log = TRUE;
  return TRUE;
}

/* ── blobs that lost a reference ─────────────────────────────────────────────────────────── */

/* Variables share one reference; it goes when none of them names the blob. */
static gboolean
drop_variable_reference (WeirSql *sql, const guint8 *bytes, GError **error)
{
  g_autoptr(WeirStatement) drop = weir_sql_prepare (
    sql,
    "DELETE FROM blob_ref WHERE hash = ?1 AND run = 0"
    " AND NOT EXISTS (SELECT 1 FROM variable WHERE blobs > 0 AND instr (value, ?2))",
    error);
  g_autofree char *hash = weir_store_hash_of_bytes (bytes);

  if (drop == NULL)
    return FALSE;
  sqlite3_bind_blob (drop, 1, bytes, 32, SQLITE_STATIC);
  weir_sql_bind_text (drop, 2, hash, -1);
  return weir_sql_step (sql, drop, error) == SQLITE_DONE;
}

static GPtrArray *
take_orphans (WeirSql *sql, GError **error)
{
  g_autoptr(WeirStatement) find = weir_sql_prepare (sql, "SELECT hash FROM orphan LIMIT ?1", error);
  g_autoptr(GPtrArray) hashes = g_ptr_array_new_with_free_func (g_free);
  int code;

  if (find == NULL)
    return NULL;
  sqlite3_bind_int (find, 1, FILES_AT_ONCE);
  while ((code = weir_sql_step (sql, find, error)) == SQLITE_ROW)
    g_ptr_array_add (hashes, g_memdup2 (sqlite3_column_blob (find, 0), 32));
  return code == SQLITE_DONE ? g_steal_pointer (&hashes) : NULL;
}

/* Those that are still needed are dropped from @hashes. */
static gboolean
sort_orphans (WeirSql *sql, GPtrArray *hashes, GError **error)
{
  for (guint i = hashes->len; i > 0; i--)
    {
      const guint8 *bytes = g_ptr_array_index (hashes, i - 1);
      g_autofree char *hash = weir_store_hash_of_bytes (bytes);
      g_autoptr(WeirStatement) forget = NULL;
      int referenced;

      if (!drop_variable_reference (sql, bytes, error))
        return FALSE;
      referenced = weir_store_is_referenced (sql, hash);
      forget = weir_sql_prepare (sql, "DELETE FROM orphan WHERE hash = ?1", error);
      if (referenced < 0 || forget == NULL)
        return forget == NULL ? FALSE : weir_sql_fail (sql, sqlite3_errcode (sql->db), "read", error);
      sqlite3_bind_blob (forget, 1, bytes, 32, SQLITE_STATIC);
      if (weir_sql_step (sql, forget, error) != SQLITE_DONE)
        return FALSE;
      if (referenced > 0)
        g_ptr_array_remove_index (hashes, i - 1);
    }
  return TRUE;
}

/* Some files that nothing refers to any more. A kill between the commit and the files leaves these to the sweep at the
 * next opening. */
static gboolean
remove_orphans (WeirStore *self, WeirSql *sql, gboolean *more, GError **error)
{
  g_autoptr(GPtrArray) hashes = take_orphans (sql, error);

  *more = hashes != NULL && hashes->len > 0;
  if (hashes == NULL || hashes->len == 0)
    return hashes != NULL;
  if (!weir_store_begin (sql, error) || !sort_orphans (sql, hashes, error) || !weir_store_end (sql, error))
    {
      weir_store_roll_back (sql);
      return FALSE;
    }
  /* What is remembered as stored may not be any more. */
  weir_keeper_forget (self->keeper);
  for (guint i = 0; i < hashes->len; i++)
    {
      g_autofree char *hash = weir_store_hash_of_bytes (g_ptr_array_index (hashes, i));

      weir_store_remove_blob (self, hash);
    }
  return TRUE;
}

/* ── what has expired ────────────────────────────────────────────────────────────────────── */

static gint64
find_expired_run (WeirSql *sql, const WeirStoreTime *now, GError **error)
{
  g_autoptr(WeirStatement) find = weir_sql_prepare (
    sql,
    "SELECT id FROM run WHERE deleted_at > 0 AND expires_at BETWEEN 1 AND ?1 AND due_at <= ?2"
    " AND status IN ('succeeded', 'failed', 'cancelled', 'interrupted') LIMIT 1",
    error);
  int code;

  if (find == NULL)
    return -1;
  sqlite3_bind_int64 (find, 1, now->utc);
  sqlite3_bind_int64 (find, 2, now->passed);
  code = weir_sql_step (sql, find, error);
  return code == SQLITE_ROW ? sqlite3_column_int64 (find, 0) : code == SQLITE_DONE ? 0 : -1;
}

/* Versions are counted by the unfinished runs that need them: of the workflow, or of one that may call it. */
#define IN_USE                                                                                           \
  "EXISTS (SELECT 1 FROM run r LEFT JOIN version v ON v.workflow = r.workflow AND v.version = r.version" \
  " WHERE r.status NOT IN ('succeeded', 'failed', 'cancelled', 'interrupted')"                           \
  " AND (r.workflow = w.id OR instr (v.text, w.id) > 0 OR instr (v.text, w.name) > 0))"

static gboolean
find_expired_workflow (WeirSql *sql, const WeirStoreTime *now, char **id, GError **error)
{
  g_autoptr(WeirStatement) find = weir_sql_prepare (
    sql,
    "SELECT id FROM workflow w WHERE deleted AND expires_at BETWEEN 1 AND ?1 AND due_at <= ?2 AND NOT " IN_USE
    " LIMIT 1",
    error);
  int code;

  *id = NULL;
  if (find == NULL)
    return FALSE;
  sqlite3_bind_int64 (find, 1, now->utc);
  sqlite3_bind_int64 (find, 2, now->passed);
  code = weir_sql_step (sql, find, error);
  if (code == SQLITE_ROW)
    *id = weir_sql_dup_text (find, 0);
  return code == SQLITE_ROW || code == SQLITE_DONE;
}

static const char *const workflow_removals[] = {
  "DELETE FROM state WHERE workflow = ?1",     "DELETE FROM fixture WHERE workflow = ?1",
  "DELETE FROM variable WHERE workflow = ?1",  "DELETE FROM version WHERE workflow = ?1",
  "DELETE FROM retention WHERE workflow = ?1", "DELETE FROM workflow WHERE id = ?1",
};

static gboolean
remove_workflow (WeirStore *self, WeirSql *sql, const char *id, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (workflow_removals); i++)
    {
      g_autoptr(WeirStatement) remove = weir_sql_prepare (sql, workflow_removals[i], error);

      if (remove == NULL)
        return FALSE;
      weir_sql_bind_text (remove, 1, id, -1);
      if (weir_sql_step (sql, remove, error) != SQLITE_DONE)
        return FALSE;
    }
  self->may_shrink = self->may_empty_log = TRUE;
  return TRUE;
}

static gboolean
purge_expired (WeirStore *self, WeirSql *sql, gboolean *more, GError **error)
{
  g_autofree char *workflow = NULL;
  g_autofree char *subject = NULL;
  WeirStoreTime now;
  gint64 run;

  *more = FALSE;
  if (!weir_store_note_time (self, sql, &now, error))
    return FALSE;
  run = find_expired_run (sql, &now, error);
  if (run < 0 || (run == 0 && !find_expired_workflow (sql, &now, &workflow, error)))
    return FALSE;
  if (run == 0 && workflow == NULL)
    return weir_store_expire_part (self, sql, &now, more, error);
  *more = TRUE;
  subject = workflow != NULL ? g_strdup_printf ("workflow %s", workflow)
                             : g_strdup_printf ("run %" G_GINT64_FORMAT, run);
  return (workflow != NULL ? remove_workflow (self, sql, workflow, error)
                           : weir_store_claim_run (self, sql, run, error))
         && weir_store_add_audit (sql, "Weir", "purge", subject, "expired in Recently Deleted", error);
}

static gboolean
has_deleted (WeirSql *sql)
{
  return weir_sql_get_int (
           sql,
           "SELECT EXISTS (SELECT 1 FROM run WHERE deleted_at > 0) OR EXISTS (SELECT 1 FROM workflow WHERE deleted)"
           " OR EXISTS (SELECT 1 FROM bin_part)",
           0)
         != 0;
}

/* One thing that has expired. */
static gboolean
expire (WeirStore *self, WeirSql *sql, gboolean *more, GError **error)
{
  *more = FALSE;
  if (!has_deleted (sql))
    return TRUE;
  if (weir_store_begin (sql, error) && purge_expired (self, sql, more, error) && weir_store_end (sql, error))
    return TRUE;
  weir_store_roll_back (sql);
  return FALSE;
}

/* ── a part at a time ────────────────────────────────────────────────────────────────────── */

static gboolean
work (WeirStore *self, WeirSql *sql, gboolean *more, GError **error)
{
  gint64 now = g_get_monotonic_time ();

  if (!purge_part (self, sql, more, error) || (!*more && !weir_store_purge_part (self, sql, now + PART_US, more, error))
      || (!*more && !remove_orphans (self, sql, more, error)))
    return FALSE;
  if (*more || now < self->check_at)
    return TRUE;
  if (!expire (self, sql, more, error) || (!*more && !weir_store_retain (self, sql, more, error)))
    return FALSE;
  if (!*more)
    self->check_at = has_deleted (sql) || weir_store_has_retention (sql) ? now + CHECK_EVERY_US : G_MAXINT64;
  return TRUE;
}

/* TRUE if there is more to do. A failure is that of a full disk, of which writing will tell. */
gboolean
weir_store_purge_when_idle (WeirStore *self)
{
  g_autoptr(GError) error = NULL;
  gboolean more;

  if (work (self, self->writing, &more, &error))
    return more;
  g_debug ("Nothing was purged: %s", error->message);
  self->check_at = g_get_monotonic_time () + CHECK_EVERY_US;
  return FALSE;
}

/* µs until what is in the bin is to be looked at; -1: nothing is in it. */
gint64
weir_store_next_check (WeirStore *self)
{
  return self->check_at == G_MAXINT64 ? -1 : MAX (self->check_at - g_get_monotonic_time (), 0);
}

static gboolean
purge (WeirStore *self, WeirSql *sql, gpointer data, GValue *answer, GError **error)
{
  gboolean more;

  if (!self->purging)
    self->check_at = 0;
  self->purging = TRUE;
  if (!work (self, sql, &more, error))
    {
      self->purging = FALSE;
      return FALSE;
    }
  if (!more)
    more = weir_store_shrink (self);
  self->purging = more;
  g_value_init (answer, G_TYPE_BOOLEAN);
  g_value_set_boolean (answer, more);
  return TRUE;
}

/**
 * weir_store_purge:
 * @self: a store
 *
 * Does a part, of at most 50 ms, of what is otherwise done when the store is idle: removes what has expired and what
 * removed runs left, frees blobs, shrinks the file. Ask again while it answers TRUE.
 *
 * Returns: (transfer full): a future of whether there is more (gboolean); rejects with %WEIR_ERROR_STORE
 */
DexFuture *
weir_store_purge (WeirStore *self)
{
  return weir_store_ask (self, TRUE, purge, NULL, NULL);
}

/* ── at once ─────────────────────────────────────────────────────────────────────────────── */

static gboolean
remove_now (WeirStore *self, WeirSql *sql, PurgeQuestion *question, GError **error)
{
  g_autofree char *subject = NULL;

  if (question->workflow == NULL)
    {
      subject = g_strdup_printf ("run %" G_GINT64_FORMAT, question->run);
      return weir_store_claim_run (self, sql, question->run, error)
             && weir_store_add_audit (sql, question->actor, question->action, subject, question->reason, error);
    }
  subject = g_strdup_printf ("workflow %s", question->workflow);
  return weir_store_check_unused (sql, question->workflow, error)
         && remove_workflow (self, sql, question->workflow, error)
         && weir_store_add_audit (sql, question->actor, question->action, subject, question->reason, error);
}

gboolean
weir_store_check_unused (WeirSql *sql, const char *id, GError **error)
{
  g_autoptr(WeirStatement) find = weir_sql_prepare (sql, "SELECT " IN_USE " FROM workflow w WHERE id = ?1", error);
  int code;

  if (find == NULL)
    return FALSE;
  weir_sql_bind_text (find, 1, id, -1);
  code = weir_sql_step (sql, find, error);
  if (code == SQLITE_DONE)
    g_set_error (error, WEIR_ERROR, WEIR_ERROR_NOT_FOUND, "There is no workflow \"%s\"", id);
  else if (code == SQLITE_ROW && sqlite3_column_int (find, 0))
    g_set_error (error, WEIR_ERROR, WEIR_ERROR_WRONG_STATE, "A run that has not ended needs workflow \"%s\"", id);
  return code == SQLITE_ROW && !sqlite3_column_int (find, 0);
}

static gboolean
delete_now (WeirStore *self, WeirSql *sql, gpointer data, GValue *answer, GError **error)
{
  gboolean more = TRUE;

  if (!weir_store_begin (sql, error) || !remove_now (self, sql, data, error) || !weir_store_end (sql, error))
    {
      weir_store_roll_back (sql);
      return FALSE;
    }
  /* It is gone. Of a small run all is gone at once; the rest of a big one waits for its turn. */
  if (!purge_part (self, sql, &more, NULL) || !remove_orphans (self, sql, &more, NULL))
    g_debug ("The rest of run %" G_GINT64_FORMAT " goes later", ((PurgeQuestion *) data)->run);
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
 * Removes a run and all it left but one audit row. When this resolves there is no such run any more; weir_store_purge ()
 * tells when the last of it has left the disk.
 *
 * Returns: (transfer full): a future of TRUE; rejects with %WEIR_ERROR_NOT_FOUND, %WEIR_ERROR_WRONG_STATE,
 *   %WEIR_ERROR_STORE
 */
DexFuture *
weir_store_delete_run (WeirStore *self, gint64 run, const char *actor, const char *reason)
{
  return weir_store_ask (self, TRUE, delete_now, purge_question_new (run, NULL, actor, "delete for good", reason),
                         purge_question_free);
}

/**
 * weir_store_delete_workflow:
 * @self: a store
 * @id: of a workflow that no unfinished run needs
 * @actor: who wants it
 * @reason: (nullable): in their words
 *
 * Removes a workflow with its versions, variables, state and fixtures. Its runs stay.
 *
 * Returns: (transfer full): a future of TRUE; rejects with %WEIR_ERROR_NOT_FOUND, %WEIR_ERROR_WRONG_STATE,
 *   %WEIR_ERROR_STORE
 */
DexFuture *
weir_store_delete_workflow (WeirStore *self, const char *id, const char *actor, const char *reason)
{
  return weir_store_ask (self, TRUE, delete_now, purge_question_new (0, id, actor, "delete for good", reason),
                         purge_question_free);
}
