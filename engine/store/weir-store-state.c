/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Small state of blocks, cached results, and reports: what outlives the run that wrote it. */

#include "weir-store-private.h"

/* ── snapshots ───────────────────────────────────────────────────────────────────────────── */

static WeirValue *
ref_value (WeirValue *value)
{
  return value != NULL ? weir_value_ref (value) : NULL;
}

static WeirState *
weir_state_copy (WeirState *self)
{
  WeirState *copy = g_new (WeirState, 1);

  *copy = *self;
  copy->workflow_id = g_strdup (self->workflow_id);
  copy->block = g_strdup (self->block);
  copy->key = g_strdup (self->key);
  copy->value = ref_value (self->value);
  return copy;
}

/**
 * weir_state_free:
 * @self: (transfer full): state of a block
 */
void
weir_state_free (WeirState *self)
{
  g_free (self->workflow_id);
  g_free (self->block);
  g_free (self->key);
  g_clear_pointer (&self->value, weir_value_unref);
  g_free (self);
}
G_DEFINE_BOXED_TYPE (WeirState, weir_state, weir_state_copy, weir_state_free)

static WeirCached *
weir_cached_copy (WeirCached *self)
{
  WeirCached *copy = g_new (WeirCached, 1);

  *copy = *self;
  copy->outputs = ref_value (self->outputs);
  copy->step = g_strdup (self->step);
  return copy;
}

/**
 * weir_cached_free:
 * @self: (transfer full): a cached result
 */
void
weir_cached_free (WeirCached *self)
{
  g_clear_pointer (&self->outputs, weir_value_unref);
  g_free (self->step);
  g_free (self);
}
G_DEFINE_BOXED_TYPE (WeirCached, weir_cached, weir_cached_copy, weir_cached_free)

/* ── writing: in the transaction of a batch ──────────────────────────────────────────────── */

static gboolean
remove_state (WeirStore *self, const WeirBatchState *state, GError **error)
{
  g_autoptr(WeirStatement) remove = weir_sql_prepare (
    self->writing, "DELETE FROM state WHERE workflow = ?1 AND block = ?2 AND key = ?3", error);

  if (remove == NULL)
    return FALSE;
  weir_sql_bind_text (remove, 1, state->workflow_id, -1);
  weir_sql_bind_text (remove, 2, state->block, -1);
  weir_sql_bind_text (remove, 3, state->key, -1);
  return weir_store_write_row (self->writing, remove, error);
}

/* The id of the row that was put, which says who needs its blobs. */
/* ── for how long ────────────────────────────────────────────────────────────────────────── */

/* What is kept for a time is kept until so much time has passed for sure, whatever becomes of the clock meanwhile: the column has that as a
 * negative number. A positive one is UTC, as it was once written. */
#define IS_THERE(utc, passed) " AND (expires_at = 0 OR expires_at > " utc " OR (expires_at < 0 AND -expires_at > " passed "))"

static gboolean
make_due (WeirStore *self, gint64 expires_at, gint64 *due, GError **error)
{
  WeirStoreTime now;

  *due = 0;
  if (expires_at == 0)
    return TRUE;
  if (!weir_store_note_time (self, self->writing, &now, error))
    return FALSE;
  *due = -MAX (now.passed + expires_at - now.utc, 1);
  return TRUE;
}

static void
bind_now (WeirStatement *find, int utc, int passed, const WeirStoreTime *now)
{
  sqlite3_bind_int64 (find, utc, now->utc);
  sqlite3_bind_int64 (find, passed, now->passed);
}

static gint64
get_expiry (WeirStatement *row, int column, const WeirStoreTime *now)
{
  gint64 due = sqlite3_column_int64 (row, column);

  return due < 0 ? now->utc + (-due - now->passed) : due;
}

static gboolean
put_and_get_id (WeirSql *sql, WeirStatement *put, gint64 *id, GError **error)
{
  int code = weir_sql_step (sql, put, error);

  if (code != SQLITE_ROW)
    return code == SQLITE_DONE;
  *id = sqlite3_column_int64 (put, 0);
  return weir_sql_step (sql, put, error) == SQLITE_DONE;
}

gboolean
weir_store_write_state (WeirStore *self, const WeirBatchState *state, GPtrArray *hashes, gint64 *holder, GError **error)
{
  g_autoptr(WeirStatement) put = NULL;
  gint64 id = 0, due;

  if (state->value == NULL)
    return remove_state (self, state, error);
  if (!make_due (self, state->expires_at, &due, error))
    return FALSE;
  put = weir_sql_prepare (self->writing,
                          "INSERT INTO state (workflow, block, key, value, blobs, updated_at, expires_at)"
                          " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (workflow, block, key)"
                          " DO UPDATE SET value = ?4, blobs = ?5, updated_at = ?6, expires_at = ?7 RETURNING id",
                          error);
  if (put == NULL || !weir_store_bind_value (self, put, 4, state->value, hashes, error))
    return FALSE;
  weir_sql_bind_text (put, 1, state->workflow_id, -1);
  weir_sql_bind_text (put, 2, state->block, -1);
  weir_sql_bind_text (put, 3, state->key, -1);
  sqlite3_bind_int (put, 5, (int) hashes->len);
  sqlite3_bind_int64 (put, 6, g_get_real_time ());
  sqlite3_bind_int64 (put, 7, due);
  if (!put_and_get_id (self->writing, put, &id, error))
    return FALSE;
  *holder = WEIR_STORE_HOLDER_STATE (id);
  return TRUE;
}

gboolean
weir_store_write_cached (
  WeirStore *self, const WeirBatchCached *cached, GPtrArray *hashes, gint64 *holder, GError **error)
{
  g_autoptr(WeirStatement) put = weir_sql_prepare (
    self->writing,
    "INSERT INTO cache (key, outputs, blobs, run, step, created_at, expires_at)"
    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (key)"
    " DO UPDATE SET outputs = ?2, blobs = ?3, run = ?4, step = ?5, created_at = ?6, expires_at = ?7 RETURNING id",
    error);
  guint8 key[32];
  gint64 id = 0, due;

  if (put == NULL || !make_due (self, cached->expires_at, &due, error)
      || !weir_store_bind_value (self, put, 2, cached->outputs, hashes, error))
    return FALSE;
  weir_store_hash_to_bytes (cached->key, key);
  sqlite3_bind_blob (put, 1, key, sizeof key, SQLITE_STATIC);
  sqlite3_bind_int (put, 3, (int) hashes->len);
  sqlite3_bind_int64 (put, 4, cached->run);
  weir_sql_bind_text (put, 5, cached->step, -1);
  sqlite3_bind_int64 (put, 6, g_get_real_time ());
  sqlite3_bind_int64 (put, 7, due);
  if (!put_and_get_id (self->writing, put, &id, error))
    return FALSE;
  *holder = WEIR_STORE_HOLDER_CACHE (id);
  return TRUE;
}

gboolean
weir_store_write_run_fields (WeirStore *self, const WeirBatchRunFields *fields, GError **error)
{
  g_autoptr(WeirStatement) put = weir_sql_prepare (
    self->writing, "UPDATE run SET parent_run = nullif (?2, 0), restart_point = ?3, priority = ?4 WHERE id = ?1",
    error);

  if (put == NULL)
    return FALSE;
  sqlite3_bind_int64 (put, 1, fields->run);
  sqlite3_bind_int64 (put, 2, fields->parent_run);
  weir_sql_bind_text (put, 3, fields->restart_point, -1);
  sqlite3_bind_int (put, 4, fields->priority);
  return weir_store_write_row (self->writing, put, error);
}

gboolean
weir_store_write_report (
  WeirStore *self, const WeirBatchReport *report, GPtrArray *hashes, gint64 *holder, GError **error)
{
  g_autoptr(WeirStatement) add = weir_sql_prepare (
    self->writing, "INSERT INTO report (at, kind, run, data, blobs) VALUES (?1, ?2, ?3, ?4, ?5)", error);

  if (add == NULL || !weir_store_bind_value (self, add, 4, report->data, hashes, error))
    return FALSE;
  sqlite3_bind_int64 (add, 1, report->at);
  weir_sql_bind_text (add, 2, report->kind, -1);
  sqlite3_bind_int64 (add, 3, report->run);
  sqlite3_bind_int (add, 5, (int) hashes->len);
  if (!weir_store_write_row (self->writing, add, error))
    return FALSE;
  *holder = WEIR_STORE_HOLDER_REPORT (sqlite3_last_insert_rowid (self->writing->db));
  return TRUE;
}

/* ── asking ──────────────────────────────────────────────────────────────────────────────── */

static WeirState *
state_new (const char *workflow_id, const char *block, const char *key)
{
  WeirState *self = g_new0 (WeirState, 1);

  self->workflow_id = g_strdup (workflow_id != NULL ? workflow_id : "");
  self->block = g_strdup (block != NULL ? block : "");
  self->key = g_strdup (key);
  return self;
}

static void
question_free (gpointer question)
{
  weir_state_free (question);
}

static gboolean
read_state (WeirStore *self, WeirStatement *row, const WeirStoreTime *now, WeirState *state, GError **error)
{
  state->updated_at = sqlite3_column_int64 (row, 3);
  state->expires_at = get_expiry (row, 4, now);
  return weir_store_read_value (self, row, 1, 2, 0, TRUE, NULL, &state->value, error);
}

static gboolean
get_state (WeirStore *self, WeirSql *sql, gpointer data, GValue *answer, GError **error)
{
  WeirState *question = data;
  g_autoptr(WeirState) state = state_new (question->workflow_id, question->block, question->key);
  g_autoptr(WeirStatement) find = weir_sql_prepare (
    sql,
    "SELECT key, value, blobs, updated_at, expires_at FROM state WHERE workflow = ?1 AND block = ?2 AND key = "
    "?3" IS_THERE ("?4", "?5"),
    error);
  WeirStoreTime now;
  int code;

  if (find == NULL || !weir_store_look_at_time (self, sql, &now, error))
    return FALSE;
  weir_sql_bind_text (find, 1, state->workflow_id, -1);
  weir_sql_bind_text (find, 2, state->block, -1);
  weir_sql_bind_text (find, 3, state->key, -1);
  bind_now (find, 4, 5, &now);
  code = weir_sql_step (sql, find, error);
  if (code == SQLITE_ROW && !read_state (self, find, &now, state, error))
    return FALSE;
  return (code == SQLITE_ROW || code == SQLITE_DONE)
         && weir_store_answer_boxed (answer, g_steal_pointer (&state), WEIR_TYPE_STATE);
}

/**
 * weir_store_get_state:
 * @self: a store
 * @workflow_id: (nullable): %NULL: of all workflows
 * @block: path of the block in the workflow, or a name that blocks share
 * @key: name of the value
 *
 * On the writing thread, after all batches that were committed before: what a step put is there for the next.
 *
 * Returns: (transfer full): a future of a WeirState (boxed), whose value is %NULL if it is unset or has expired;
 *   rejects with %WEIR_ERROR_STORE
 */
DexFuture *
weir_store_get_state (WeirStore *self, const char *workflow_id, const char *block, const char *key)
{
  return weir_store_ask (self, TRUE, get_state, state_new (workflow_id, block, key), question_free);
}

static gboolean
list_state (WeirStore *self, WeirSql *sql, gpointer data, GValue *answer, GError **error)
{
  WeirState *question = data;
  g_autoptr(GPtrArray) states = g_ptr_array_new_with_free_func ((GDestroyNotify) weir_state_free);
  g_autoptr(WeirStatement) find = weir_sql_prepare (
    sql,
    "SELECT key, value, blobs, updated_at, expires_at FROM state WHERE workflow = ?1 AND block = ?2" IS_THERE (
      "?3", "?4") " ORDER BY key",
    error);
  WeirStoreTime now;
  int code;

  if (find == NULL || !weir_store_look_at_time (self, sql, &now, error))
    return FALSE;
  weir_sql_bind_text (find, 1, question->workflow_id, -1);
  weir_sql_bind_text (find, 2, question->block, -1);
  bind_now (find, 3, 4, &now);
  while ((code = weir_sql_step (sql, find, error)) == SQLITE_ROW)
    {
      WeirState *state = state_new (question->workflow_id, question->block,
                                    (const char *) sqlite3_column_text (find, 0));

      g_ptr_array_add (states, state);
      if (!read_state (self, find, &now, state, error))
        return FALSE;
    }
  return code == SQLITE_DONE && weir_store_answer_boxed (answer, g_steal_pointer (&states), G_TYPE_PTR_ARRAY);
}

/**
 * weir_store_list_state:
 * @self: a store
 * @workflow_id: (nullable): %NULL: of all workflows
 * @block: path of the block in the workflow, or a name that blocks share
 *
 * Returns: (transfer full): a future of a GPtrArray (boxed) of WeirState: what is set and has not expired, by key
 */
DexFuture *
weir_store_list_state (WeirStore *self, const char *workflow_id, const char *block)
{
  return weir_store_ask (self, TRUE, list_state, state_new (workflow_id, block, NULL), question_free);
}

static gboolean
find_cached (WeirStore *self, WeirSql *sql, gpointer data, GValue *answer, GError **error)
{
  g_autoptr(WeirCached) cached = g_new0 (WeirCached, 1);
  g_autoptr(WeirStatement) find = weir_sql_prepare (
    sql, "SELECT run, outputs, blobs, step, created_at, expires_at FROM cache WHERE key = ?1" IS_THERE ("?2", "?3"),
    error);
  WeirStoreTime now;
  guint8 key[32];
  int code;

  if (find == NULL || !weir_store_look_at_time (self, sql, &now, error))
    return FALSE;
  weir_store_hash_to_bytes (data, key);
  sqlite3_bind_blob (find, 1, key, sizeof key, SQLITE_STATIC);
  bind_now (find, 2, 3, &now);
  code = weir_sql_step (sql, find, error);
  if (code == SQLITE_DONE)
    g_set_error (error, WEIR_ERROR, WEIR_ERROR_NOT_FOUND, "Nothing is cached for %s", (const char *) data);
  if (code != SQLITE_ROW)
    return FALSE;
  cached->run = sqlite3_column_int64 (find, 0);
  cached->step = weir_sql_dup_text (find, 3);
  cached->created_at = sqlite3_column_int64 (find, 4);
  cached->expires_at = get_expiry (find, 5, &now);
  return weir_store_read_value (self, find, 1, 2, 0, TRUE, NULL, &cached->outputs, error)
         && weir_store_answer_boxed (answer, g_steal_pointer (&cached), WEIR_TYPE_CACHED);
}

/**
 * weir_store_find_cached:
 * @self: a store
 * @key: 64 hex digits
 *
 * On the writing thread, after all batches that were committed before.
 *
 * Returns: (transfer full): a future of a WeirCached (boxed), outputs whole; rejects with %WEIR_ERROR_NOT_FOUND if
 *   there is none or it has expired
 */
DexFuture *
weir_store_find_cached (WeirStore *self, const char *key)
{
  if (!weir_store_is_hash (key))
    return dex_future_new_reject (WEIR_ERROR, WEIR_ERROR_NOT_FOUND, "Expected 64 hex digits, got \"%s\"", key);
  return weir_store_ask (self, TRUE, find_cached, g_strdup (key), g_free);
}

static gboolean
clear_cache (WeirStore *self, WeirSql *sql, gpointer data, GValue *answer, GError **error)
{
  g_autoptr(WeirStatement) clear = weir_sql_prepare (sql, "DELETE FROM cache", error);

  if (clear == NULL || weir_sql_step (sql, clear, error) != SQLITE_DONE)
    return FALSE;
  self->may_shrink = TRUE;
  g_value_init (answer, G_TYPE_INT64);
  g_value_set_int64 (answer, sqlite3_changes (sql->db));
  return TRUE;
}

/**
 * weir_store_clear_cache:
 * @self: a store
 *
 * Returns: (transfer full): a future of how many results were forgotten (gint64)
 */
DexFuture *
weir_store_clear_cache (WeirStore *self)
{
  return weir_store_ask (self, TRUE, clear_cache, NULL, NULL);
}

/* ── reports ─────────────────────────────────────────────────────────────────────────────── */

/**
 * weir_kept_report_free:
 * @self: (transfer full): a report
 */
void
weir_kept_report_free (WeirKeptReport *self)
{
  g_free (self->kind);
  g_clear_pointer (&self->data, weir_value_unref);
  g_free (self);
}

typedef struct
{
  char *kind;
  guint limit;
} ReportQuestion;

static void
report_question_free (gpointer data)
{
  ReportQuestion *self = data;

  g_free (self->kind);
  g_free (self);
}

static gboolean
list_reports (WeirStore *self, WeirSql *sql, gpointer data, GValue *answer, GError **error)
{
  ReportQuestion *question = data;
  g_autoptr(GPtrArray) reports = g_ptr_array_new_with_free_func ((GDestroyNotify) weir_kept_report_free);
  g_autoptr(WeirStatement) find = weir_sql_prepare (
    sql, "SELECT id, at, kind, run, data, blobs FROM report WHERE ?1 IS NULL OR kind = ?1 ORDER BY id DESC LIMIT ?2",
    error);
  int code;

  if (find == NULL)
    return FALSE;
  weir_sql_bind_text (find, 1, question->kind, -1);
  sqlite3_bind_int64 (find, 2, question->limit);
  while ((code = weir_sql_step (sql, find, error)) == SQLITE_ROW)
    {
      WeirKeptReport *report = g_new (WeirKeptReport, 1);

      *report = (WeirKeptReport) { sqlite3_column_int64 (find, 0), sqlite3_column_int64 (find, 1),
                               weir_sql_dup_text (find, 2), sqlite3_column_int64 (find, 3), NULL };
      g_ptr_array_add (reports, report);
      if (!weir_store_read_value (self, find, 4, 5, 0, TRUE, NULL, &report->data, error))
        return FALSE;
    }
  return code == SQLITE_DONE && weir_store_answer_boxed (answer, g_steal_pointer (&reports), G_TYPE_PTR_ARRAY);
}

/**
 * weir_store_list_reports:
 * @self: a store
 * @kind: (nullable): "resume"; %NULL: of all kinds
 * @limit: at most so many; 0: all
 *
 * Returns: (transfer full): a future of a GPtrArray (boxed) of WeirKeptReport, newest first
 */
DexFuture *
weir_store_list_reports (WeirStore *self, const char *kind, guint limit)
{
  ReportQuestion *question = g_new (ReportQuestion, 1);

  *question = (ReportQuestion) { g_strdup (kind), limit > 0 ? limit : G_MAXUINT };
  return weir_store_ask (self, FALSE, list_reports, question, report_question_free);
}
