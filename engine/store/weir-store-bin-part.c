/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Recently deleted: parts of runs. The mark is written with the event that says so, and all of the part stays as it is. When it has expired,
 * and its run has ended, that event becomes the one of a part that was deleted for good, in the transaction that claims the part. */

#include "weir-store-private.h"

#include "weir-json.h"

/* What is within a part by its path: ?1 the run, ?2 the part. */
#define WITHIN "run = ?1 AND (path = ?2 OR substr (path, 1, length (?2) + 1) IN (?2 || '/', ?2 || '['))"
/* What a part is within. */
#define AROUND "run = ?1 AND (path = ?2 OR substr (?2, 1, length (path) + 1) IN (path || '/', path || '['))"

/* ── marking ─────────────────────────────────────────────────────────────────────────────── */

static char *
dup_workflow (WeirSql *sql, gint64 run)
{
  g_autoptr(WeirStatement) find = weir_sql_prepare (sql, "SELECT workflow FROM run WHERE id = ?1", NULL);

  if (find == NULL)
    return NULL;
  sqlite3_bind_int64 (find, 1, run);
  return weir_sql_step (sql, find, NULL) == SQLITE_ROW ? weir_sql_dup_text (find, 0) : NULL;
}

static gboolean
add_mark (WeirStore *self, const WeirBatchBin *bin, GError **error)
{
  WeirSql *sql = self->writing;
  g_autofree char *workflow = dup_workflow (sql, bin->part.run);
  g_autofree char *data = weir_value_encode (bin->data, NULL);
  g_autoptr(WeirStatement) add = NULL;
  WeirRetention keep;
  WeirStoreTime now;

  if (!weir_store_find_retention (sql, workflow, "deleted-item", &keep, error)
      || !weir_store_note_time (self, sql, &now, error))
    return FALSE;
  add = weir_sql_prepare (sql,
                          "INSERT INTO bin_part (run, scope, block, path, seq, data, deleted_at, expires_at, due_at)"
                          " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
                          error);
  if (add == NULL)
    return FALSE;
  sqlite3_bind_int64 (add, 1, bin->part.run);
  sqlite3_bind_int64 (add, 2, bin->part.scope);
  weir_sql_bind_text (add, 3, bin->part.block, -1);
  weir_sql_bind_text (add, 4, bin->part.path, -1);
  sqlite3_bind_int64 (add, 5, (gint64) bin->seq);
  weir_sql_bind_text (add, 6, data, -1);
  sqlite3_bind_int64 (add, 7, now.utc);
  sqlite3_bind_int64 (add, 8, keep.age >= 0 ? MAX (now.utc, now.trusted) + keep.age : 0);
  sqlite3_bind_int64 (add, 9, keep.age >= 0 ? now.passed + keep.age : G_MAXINT64);
  return weir_store_write_row (sql, add, error);
}

static gboolean
remove_mark (WeirSql *sql, gint64 run, const char *path, const char *static_sql, GError **error)
{
  g_autoptr(WeirStatement) remove = weir_sql_prepare (sql, static_sql, error);

  if (remove == NULL)
    return FALSE;
  sqlite3_bind_int64 (remove, 1, run);
  weir_sql_bind_text (remove, 2, path, -1);
  return weir_sql_step (sql, remove, error) == SQLITE_DONE;
}

/* In the transaction of the batch. */
gboolean
weir_store_write_bin (WeirStore *self, const WeirBatchBin *bin, GError **error)
{
  self->check_at = 0;
  if (bin->data != NULL)
    return add_mark (self, bin, error);
  return remove_mark (self->writing, bin->part.run, bin->part.path, "DELETE FROM bin_part WHERE run = ?1 AND path = ?2",
                      error);
}

/* What is deleted for good is not in the bin, nor is anything that is in it. */
gboolean
weir_store_forget_bin (WeirSql *sql, gint64 run, const char *path, GError **error)
{
  return remove_mark (sql, run, path, "DELETE FROM bin_part WHERE " WITHIN, error);
}

/* ── what has expired ────────────────────────────────────────────────────────────────────── */

/* The text of the row of the audit. */
static gboolean
find_expired (WeirSql *sql, const WeirStoreTime *now, WeirBatchBin *bin, char **subject, GError **error)
{
  g_autoptr(WeirStatement) find = weir_sql_prepare (
    sql,
    "SELECT b.run, b.scope, b.block, b.path, b.seq FROM bin_part b JOIN run r ON r.id = b.run"
    " WHERE b.expires_at BETWEEN 1 AND ?1 AND b.due_at <= ?2"
    " AND r.status IN ('succeeded', 'failed', 'cancelled', 'interrupted') LIMIT 1",
    error);
  int code;

  if (find == NULL)
    return FALSE;
  sqlite3_bind_int64 (find, 1, now->utc);
  sqlite3_bind_int64 (find, 2, now->passed);
  code = weir_sql_step (sql, find, error);
  if (code == SQLITE_ROW)
    {
      bin->part = (WeirBatchPart) { sqlite3_column_int64 (find, 0), (guint32) sqlite3_column_int64 (find, 1),
                                    weir_sql_dup_text (find, 2), weir_sql_dup_text (find, 3), TRUE };
      bin->seq = (guint64) sqlite3_column_int64 (find, 4);
      *subject = g_strdup_printf ("run %" G_GINT64_FORMAT ", %s", bin->part.run, bin->part.path);
    }
  return code == SQLITE_ROW || code == SQLITE_DONE;
}

/* Nobody else counts on the journal's next number while this one takes the place of the mark. */
static gboolean
change_event (WeirStore *self, WeirSql *sql, const WeirBatchBin *bin, GError **error)
{
  g_autoptr(WeirStatement) change = weir_sql_prepare (sql, "UPDATE event SET kind = ?2 WHERE key = ?1", error);

  if (change == NULL)
    return FALSE;
  sqlite3_bind_int64 (change, 1, WEIR_STORE_KEY (bin->part.run, (gint64) bin->seq));
  sqlite3_bind_int (change, 2, self->kind_ids[WEIR_EVENT_PART_DELETED]);
  return weir_sql_step (sql, change, error) == SQLITE_DONE;
}

/* One part, in the transaction that is open. @more is set if there was one. */
gboolean
weir_store_expire_part (WeirStore *self, WeirSql *sql, const WeirStoreTime *now, gboolean *more, GError **error)
{
  WeirBatchBin bin = { 0 };
  g_autofree char *subject = NULL;
  gboolean ok;

  *more = FALSE;
  if (!find_expired (sql, now, &bin, &subject, error))
    return FALSE;
  if (subject == NULL)
    return TRUE;
  *more = TRUE;
  ok = change_event (self, sql, &bin, error) && weir_store_write_part (self, &bin.part, error)
       && weir_store_add_audit (sql, "Weir", "purge", subject, "expired in Recently Deleted", error);
  g_free (bin.part.block);
  g_free (bin.part.path);
  return ok;
}

/* ── asking ──────────────────────────────────────────────────────────────────────────────── */

typedef struct
{
  gint64 run;
  char  *path;
} PartQuestion;

static void
part_question_free (gpointer data)
{
  PartQuestion *self = data;

  g_free (self->path);
  g_free (self);
}

static PartQuestion *
part_question_new (gint64 run, const char *path)
{
  PartQuestion *self = g_new (PartQuestion, 1);

  *self = (PartQuestion) { run, g_strdup (path) };
  return self;
}

static WeirStatement *
prepare_question (WeirSql *sql, const char *static_sql, const PartQuestion *question, GError **error)
{
  WeirStatement *find = weir_sql_prepare (sql, static_sql, error);

  if (find == NULL)
    return NULL;
  sqlite3_bind_int64 (find, 1, question->run);
  weir_sql_bind_text (find, 2, question->path, -1);
  return find;
}

static gboolean
check_not_binned (WeirStore *self, WeirSql *sql, gpointer data, GValue *answer, GError **error)
{
  PartQuestion *question = data;
  g_autoptr(WeirStatement) find = prepare_question (sql, "SELECT path FROM bin_part WHERE " AROUND " LIMIT 1",
                                                     question, error);
  int code = find != NULL ? weir_sql_step (sql, find, error) : SQLITE_ERROR;

  if (code == SQLITE_ROW)
    g_set_error (error, WEIR_ERROR, WEIR_ERROR_WRONG_STATE, "%s of run %" G_GINT64_FORMAT " is deleted already",
                 (const char *) sqlite3_column_text (find, 0), question->run);
  g_value_init (answer, G_TYPE_BOOLEAN);
  g_value_set_boolean (answer, code == SQLITE_DONE);
  return code == SQLITE_DONE;
}

/**
 * weir_store_check_not_binned:
 * @self: a store
 * @run: number of a run
 * @path: of a part of it
 *
 * Returns: (transfer full): a future of TRUE; rejects with %WEIR_ERROR_WRONG_STATE if it, or what it is in, is in the bin
 */
DexFuture *
weir_store_check_not_binned (WeirStore *self, gint64 run, const char *path)
{
  return weir_store_ask (self, TRUE, check_not_binned, part_question_new (run, path), part_question_free);
}

/* The last number of a journal; its lines of the log have theirs in a table of their own. */
#define LAST_SEQ                                                                 \
  "(SELECT max (coalesce ((SELECT max (key) FROM event WHERE key <= ?3), 0), "   \
  "coalesce ((SELECT max (key) FROM log WHERE key <= ?3), 0)))"

static gboolean
describe_mark (WeirSql *sql, const PartQuestion *question, WeirBinnedPart **part, GError **error)
{
  g_autoptr(WeirStatement) find = prepare_question (
    sql, "SELECT scope, block, data, " LAST_SEQ " FROM bin_part WHERE run = ?1 AND path = ?2", question, error);
  int code;

  if (find == NULL)
    return FALSE;
  sqlite3_bind_int64 (find, 3, WEIR_STORE_KEY (question->run, G_MAXUINT32));
  code = weir_sql_step (sql, find, error);
  if (code == SQLITE_DONE)
    g_set_error (error, WEIR_ERROR, WEIR_ERROR_WRONG_STATE,
                 "There is nothing to restore: %s of run %" G_GINT64_FORMAT " is not in what was recently deleted",
                 question->path, question->run);
  if (code != SQLITE_ROW)
    return FALSE;
  *part = g_new0 (WeirBinnedPart, 1);
  (*part)->scope = (guint32) sqlite3_column_int64 (find, 0);
  (*part)->block = weir_sql_dup_text (find, 1);
  (*part)->data = weir_value_decode ((const char *) sqlite3_column_text (find, 2), sqlite3_column_bytes (find, 2),
                                     error);
  (*part)->last_seq = sqlite3_column_int64 (find, 3) - WEIR_STORE_KEY (question->run, 0);
  return (*part)->data != NULL;
}

/* From here on it does not expire. */
static gboolean
hold (WeirStore *self, WeirSql *sql, gpointer data, GValue *answer, GError **error)
{
  PartQuestion *question = data;
  g_autoptr(WeirStatement) keep = prepare_question (
    sql, "UPDATE bin_part SET expires_at = 0 WHERE run = ?1 AND path = ?2", question, error);
  g_autoptr(WeirBinnedPart) part = NULL;

  if (keep == NULL || !describe_mark (sql, question, &part, error) || weir_sql_step (sql, keep, error) != SQLITE_DONE)
    return FALSE;
  return weir_store_answer_boxed (answer, g_steal_pointer (&part), WEIR_TYPE_BINNED_PART);
}

/**
 * weir_store_hold_part:
 * @self: a store
 * @run: number of a run
 * @path: of a part of it that is in the bin
 *
 * From then on it does not expire: it is about to be taken out, with the event that says so.
 *
 * Returns: (transfer full): a future of a WeirBinnedPart (boxed); rejects with %WEIR_ERROR_WRONG_STATE if it is not there
 */
DexFuture *
weir_store_hold_part (WeirStore *self, gint64 run, const char *path)
{
  return weir_store_ask (self, TRUE, hold, part_question_new (run, path), part_question_free);
}

static gpointer
binned_part_copy (gpointer data)
{
  WeirBinnedPart *copy = g_memdup2 (data, sizeof *copy);

  copy->block = g_strdup (copy->block);
  weir_value_ref (copy->data);
  return copy;
}

void
weir_binned_part_free (WeirBinnedPart *self)
{
  g_free (self->block);
  g_clear_pointer (&self->data, weir_value_unref);
  g_free (self);
}

G_DEFINE_BOXED_TYPE (WeirBinnedPart, weir_binned_part, binned_part_copy, weir_binned_part_free)
