/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* How long runs, logs and big values stay, and how much room they may take. Nothing goes by itself unless somebody said
 * so; what is in the bin stays until it expires, whatever is said here. */

#include "weir-store-private.h"

#include <glib/gstdio.h>
#include <string.h>

#define BIN_AGE (30 * G_TIME_SPAN_DAY)
#define RUNS_AT_ONCE 20
#define OLDEST_AT_ONCE 4
#define TRIM_LOG 1
#define TRIM_BLOBS 2

static const char *const kinds[] = { "run", "log", "blob", "deleted-run", "deleted-item", "deleted-workflow" };

/* ── settings ────────────────────────────────────────────────────────────────────────────── */

/* @workflow (nullable): its own setting wins over that of all. */
gboolean
weir_store_find_retention (
  WeirSql *sql, const char *workflow, const char *kind, WeirRetention *retention, GError **error)
{
  g_autoptr(WeirStatement) find = weir_sql_prepare (
    sql, "SELECT age, max_bytes FROM retention WHERE kind = ?1 AND workflow IN (?2, '') ORDER BY workflow DESC LIMIT 1",
    error);
  int code;

  memset (retention, 0, sizeof *retention);
  retention->age = g_str_has_prefix (kind, "deleted-") ? BIN_AGE : -1;
  if (find == NULL)
    return FALSE;
  weir_sql_bind_text (find, 1, kind, -1);
  weir_sql_bind_text (find, 2, workflow != NULL ? workflow : "", -1);
  code = weir_sql_step (sql, find, error);
  if (code == SQLITE_ROW)
    {
      retention->age = sqlite3_column_int64 (find, 0);
      retention->max_bytes = sqlite3_column_int64 (find, 1);
    }
  return code == SQLITE_ROW || code == SQLITE_DONE;
}

static gboolean
set_retention (WeirStore *self, WeirSql *sql, gpointer data, GValue *answer, GError **error)
{
  WeirRetention *retention = data;
  g_autoptr(WeirStatement) put = weir_sql_prepare (
    sql,
    "INSERT INTO retention VALUES (?1, ?2, ?3, ?4) ON CONFLICT (workflow, kind) DO UPDATE SET age = ?3, max_bytes = ?4",
    error);

  if (put == NULL)
    return FALSE;
  weir_sql_bind_text (put, 1, retention->workflow_id, -1);
  weir_sql_bind_text (put, 2, retention->kind, -1);
  sqlite3_bind_int64 (put, 3, retention->age);
  sqlite3_bind_int64 (put, 4, retention->max_bytes);
  if (weir_sql_step (sql, put, error) != SQLITE_DONE)
    return FALSE;
  self->check_at = 0;
  g_value_init (answer, G_TYPE_BOOLEAN);
  g_value_set_boolean (answer, TRUE);
  return TRUE;
}

static void
free_retention (gpointer retention)
{
  weir_retention_free (retention);
}

/**
 * weir_store_set_retention:
 * @self: a store
 * @workflow_id: (nullable): of whose runs; %NULL: of all that have no setting of their own
 * @kind: "run", "log" (lines), "blob" (values of 64 KiB and more), or "deleted-run", "deleted-item", "deleted-workflow": how
 *   long these stay in the bin
 * @age: µs; -1: for ever
 * @max_bytes: the oldest go when there is more; 0: no limit. Of "run" (all that is stored) and "blob" for all workflows
 *
 * Returns: (transfer full): a future of TRUE; rejects with %WEIR_ERROR_INVALID
 */
DexFuture *
weir_store_set_retention (WeirStore *self, const char *workflow_id, const char *kind, gint64 age, gint64 max_bytes)
{
  gboolean known = FALSE;
  WeirRetention *retention;

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    known = known || g_strcmp0 (kinds[i], kind) == 0;
  if (!known)
    return dex_future_new_reject (WEIR_ERROR, WEIR_ERROR_INVALID,
                                  "Expected run, log, blob, deleted-run, deleted-item or deleted-workflow, got \"%s\"",
                                  kind);
  if (max_bytes < 0 || (max_bytes > 0 && (workflow_id != NULL || !(kind[0] == 'r' || kind[0] == 'b'))))
    return dex_future_new_reject (WEIR_ERROR, WEIR_ERROR_INVALID,
                                  "A limit in bytes is for run and blob of all workflows, not for %s", kind);
  retention = g_new (WeirRetention, 1);
  *retention = (WeirRetention) { g_strdup (workflow_id != NULL ? workflow_id : ""), g_strdup (kind), MAX (age, -1),
                                 max_bytes };
  return weir_store_ask (self, TRUE, set_retention, retention, free_retention);
}

static gboolean
list_retention (WeirStore *self, WeirSql *sql, gpointer data, GValue *answer, GError **error)
{
  g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func (free_retention);
  g_autoptr(WeirStatement) find = weir_sql_prepare (
    sql,
    "WITH kinds (place, kind, age) AS"
    " (VALUES (1, 'run', -1), (2, 'log', -1), (3, 'blob', -1), (4, 'deleted-run', ?1), (5, 'deleted-item', ?1),"
    " (6, 'deleted-workflow', ?1))"
    " SELECT '', k.kind, coalesce (r.age, k.age), coalesce (r.max_bytes, 0), k.place FROM kinds k"
    " LEFT JOIN retention r ON r.workflow = '' AND r.kind = k.kind"
    " UNION ALL SELECT r.workflow, r.kind, r.age, r.max_bytes, k.place FROM retention r JOIN kinds k ON k.kind = r.kind"
    " WHERE r.workflow <> '' ORDER BY 1, 5",
    error);
  int code;

  if (find == NULL)
    return FALSE;
  sqlite3_bind_int64 (find, 1, BIN_AGE);
  while ((code = weir_sql_step (sql, find, error)) == SQLITE_ROW)
    {
      WeirRetention *retention = g_new (WeirRetention, 1);

      *retention = (WeirRetention) { weir_sql_dup_text (find, 0), weir_sql_dup_text (find, 1),
                                     sqlite3_column_int64 (find, 2), sqlite3_column_int64 (find, 3) };
      g_ptr_array_add (list, retention);
    }
  return code == SQLITE_DONE && weir_store_answer_boxed (answer, g_steal_pointer (&list), G_TYPE_PTR_ARRAY);
}

/**
 * weir_store_list_retention:
 * @self: a store
 *
 * Returns: (transfer full): a future of a GPtrArray (boxed) of WeirRetention: every kind for all workflows, then those
 *   of single workflows
 */
DexFuture *
weir_store_list_retention (WeirStore *self)
{
  return weir_store_ask (self, FALSE, list_retention, NULL, NULL);
}

gboolean
weir_store_has_retention (WeirSql *sql)
{
  return weir_sql_get_int (sql,
                           "SELECT EXISTS (SELECT 1 FROM retention WHERE kind IN ('run', 'log', 'blob') AND (age >= 0 "
                           "OR max_bytes > 0))",
                           0)
         != 0;
}

/* ── usage ───────────────────────────────────────────────────────────────────────────────── */

/**
 * weir_folder_add_size:
 * @path: (type filename): a folder; one that is not there has no files
 * @n_files: (inout): grows by the number of files below it
 * @bytes: (inout): grows by their sizes
 *
 * Links are counted, not followed. Any thread; blocks.
 */
void
weir_folder_add_size (const char *path, guint64 *n_files, guint64 *bytes)
{
  g_autoptr(GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);
      GStatBuf info;

      if (g_lstat (child, &info) != 0)
        continue;
      if (S_ISDIR (info.st_mode))
        weir_folder_add_size (child, n_files, bytes);
      else
        {
          *n_files += 1;
          *bytes += info.st_size;
        }
    }
}

static guint64
size_of (const char *path)
{
  GStatBuf info;

  return path != NULL && g_stat (path, &info) == 0 ? (guint64) info.st_size : 0;
}

static void
measure (WeirStore *self, WeirSql *sql, WeirUsage *usage)
{
  gint64 page = weir_sql_get_int (sql, "PRAGMA page_size", 4096);
  guint64 n_backups = 0;

  usage->database = page * weir_sql_get_int (sql, "PRAGMA page_count", 0);
  usage->unused = page * weir_sql_get_int (sql, "PRAGMA freelist_count", 0);
  weir_folder_add_size (self->blobs_dir, &usage->n_blobs, &usage->blobs);
  if (!self->in_memory)
    {
      g_autofree char *wal = g_strconcat (self->database_path, "-wal", NULL);
      g_autofree char *backup = g_build_filename (self->dir, "backup", NULL);

      usage->log = size_of (wal);
      weir_folder_add_size (backup, &n_backups, &usage->backups);
    }
  usage->n_runs = weir_sql_get_int (sql, "SELECT count(*) FROM run", 0);
  usage->n_deleted = weir_sql_get_int (sql, "SELECT count(*) FROM run WHERE deleted_at > 0", 0);
}

static gboolean
get_usage (WeirStore *self, WeirSql *sql, gpointer data, GValue *answer, GError **error)
{
  WeirUsage *usage = g_new0 (WeirUsage, 1);

  measure (self, sql, usage);
  return weir_store_answer_boxed (answer, usage, WEIR_TYPE_USAGE);
}

/**
 * weir_store_get_usage:
 * @self: a store
 *
 * Returns: (transfer full): a future of a WeirUsage (boxed): what the data folder takes on disk
 */
DexFuture *
weir_store_get_usage (WeirStore *self)
{
  return weir_store_ask (self, FALSE, get_usage, NULL, NULL);
}

/* ── runs: whole ones go ─────────────────────────────────────────────────────────────────── */

#define ENDED "status IN ('succeeded', 'failed', 'cancelled', 'interrupted') AND deleted_at = 0 AND ended_at > 0"
/* Of the run's workflow, else of all; ?1 is the kind. */
#define AGE_OF_RUN                                                                      \
  " coalesce ((SELECT age FROM retention WHERE workflow = run.workflow AND kind = ?1)," \
  " (SELECT age FROM retention WHERE workflow = '' AND kind = ?1), -1)"

static GArray *
read_ids (WeirSql *sql, WeirStatement *find, GError **error)
{
  g_autoptr(GArray) ids = g_array_new (FALSE, FALSE, sizeof (gint64));
  int code;

  while ((code = weir_sql_step (sql, find, error)) == SQLITE_ROW)
    {
      gint64 id = sqlite3_column_int64 (find, 0);

      g_array_append_val (ids, id);
    }
  return code == SQLITE_DONE ? g_steal_pointer (&ids) : NULL;
}

/* @untrimmed: only runs of which this has not gone yet. */
static GArray *
find_aged (WeirSql *sql, const char *kind, gint64 now, int untrimmed, GError **error)
{
  g_autoptr(WeirStatement) find = weir_sql_prepare (sql,
                                                     "SELECT id FROM run WHERE " ENDED " AND" AGE_OF_RUN
                                                     " >= 0 AND ended_at <= ?2 -" AGE_OF_RUN
                                                     " AND trimmed & ?3 = 0 ORDER BY id LIMIT ?4",
                                                     error);

  if (find == NULL)
    return NULL;
  weir_sql_bind_text (find, 1, kind, -1);
  sqlite3_bind_int64 (find, 2, now);
  sqlite3_bind_int (find, 3, untrimmed);
  sqlite3_bind_int (find, 4, RUNS_AT_ONCE);
  return read_ids (sql, find, error);
}

static GArray *
find_oldest (WeirSql *sql, int untrimmed, GError **error)
{
  g_autoptr(WeirStatement) find = weir_sql_prepare (
    sql, "SELECT id FROM run WHERE " ENDED " AND trimmed & ?1 = 0 ORDER BY id LIMIT ?2", error);

  if (find == NULL)
    return NULL;
  sqlite3_bind_int (find, 1, untrimmed);
  sqlite3_bind_int (find, 2, OLDEST_AT_ONCE);
  return read_ids (sql, find, error);
}

static gboolean
claim_runs (WeirStore *self, WeirSql *sql, GArray *ids, const char *reason, GError **error)
{
  g_autoptr(GString) subject = g_string_new (ids->len == 1 ? "run" : "runs");

  for (guint i = 0; i < ids->len; i++)
    {
      gint64 id = g_array_index (ids, gint64, i);

      g_string_append_printf (subject, "%s %" G_GINT64_FORMAT, i > 0 ? "," : "", id);
      if (!weir_store_claim_run (self, sql, id, error))
        return FALSE;
    }
  return weir_store_add_audit (sql, "Weir", "purge", subject->str, reason, error);
}

/* ── logs and big values: the run stays, without them ────────────────────────────────────── */

static gboolean
note_trimmed (WeirSql *sql, gint64 run, int what, GError **error)
{
  g_autoptr(WeirStatement) note = weir_sql_prepare (sql, "UPDATE run SET trimmed = trimmed | ?2 WHERE id = ?1", error);

  if (note == NULL)
    return FALSE;
  sqlite3_bind_int64 (note, 1, run);
  sqlite3_bind_int (note, 2, what);
  return weir_sql_step (sql, note, error) == SQLITE_DONE;
}

/* A part of the lines of one run; it is asked again until none is left. */
static gboolean
trim_log (WeirStore *self, WeirSql *sql, gint64 run, GError **error)
{
  g_autoptr(WeirStatement) find = weir_sql_prepare (sql, "SELECT indexed FROM run WHERE id = ?1", error);
  int removed = -1;

  if (find == NULL)
    return FALSE;
  sqlite3_bind_int64 (find, 1, run);
  if (weir_sql_step (sql, find, error) == SQLITE_ROW)
    removed = weir_store_remove_lines (sql, run, sqlite3_column_int64 (find, 0), error);
  return removed > 0 || (removed == 0 && note_trimmed (sql, run, TRIM_LOG, error));
}

/* What the effects of a run need to be undone stays. */
static GHashTable *
find_before_images (WeirSql *sql, gint64 run, GError **error)
{
  g_autoptr(WeirStatement) find = weir_sql_prepare (sql, "SELECT before, after FROM effect WHERE run = ?1", error);
  g_autoptr(GHashTable) needed = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  int code;

  if (find == NULL)
    return NULL;
  sqlite3_bind_int64 (find, 1, run);
  while ((code = weir_sql_step (sql, find, error)) == SQLITE_ROW)
    for (int column = 0; column < 2; column++)
      {
        const char *text = (const char *) sqlite3_column_text (find, column);

        /* Every run of 64 hex digits may be a hash. */
        for (const char *at = text; at != NULL && *at != '\0'; at++)
          {
            gsize length = strspn (at, "0123456789abcdef");

            if (length == 64)
              g_hash_table_add (needed, g_strndup (at, 64));
            at += length;
            if (*at == '\0')
              break;
          }
      }
  return code == SQLITE_DONE ? g_steal_pointer (&needed) : NULL;
}

static gboolean
drop_reference (WeirSql *sql, gint64 run, const guint8 *bytes, GError **error)
{
  g_autoptr(WeirStatement) drop = weir_sql_prepare (sql, "DELETE FROM blob_ref WHERE hash = ?1 AND run = ?2", error);

  if (drop == NULL)
    return FALSE;
  sqlite3_bind_blob (drop, 1, bytes, 32, SQLITE_STATIC);
  sqlite3_bind_int64 (drop, 2, run);
  return weir_sql_step (sql, drop, error) == SQLITE_DONE;
}

static gboolean
trim_blobs (WeirStore *self, WeirSql *sql, gint64 run, GError **error)
{
  g_autoptr(GHashTable) needed = find_before_images (sql, run, error);
  g_autoptr(GPtrArray) hashes = g_ptr_array_new_with_free_func (g_free);
  g_autoptr(WeirStatement) find = NULL;
  int code;

  if (needed == NULL)
    return FALSE;
  find = weir_sql_prepare (sql, "SELECT hash FROM blob_ref WHERE run = ?1", error);
  if (find == NULL)
    return FALSE;
  sqlite3_bind_int64 (find, 1, run);
  while ((code = weir_sql_step (sql, find, error)) == SQLITE_ROW)
    g_ptr_array_add (hashes, g_memdup2 (sqlite3_column_blob (find, 0), 32));
  for (guint i = 0; code == SQLITE_DONE && i < hashes->len; i++)
    {
      g_autofree char *hash = weir_store_hash_of_bytes (g_ptr_array_index (hashes, i));

      if (!g_hash_table_contains (needed, hash) && !drop_reference (sql, run, g_ptr_array_index (hashes, i), error))
        return FALSE;
    }
  return code == SQLITE_DONE && note_trimmed (sql, run, TRIM_BLOBS, error);
}

static gboolean
trim_runs (WeirStore *self, WeirSql *sql, GArray *ids, int what, GError **error)
{
  for (guint i = 0; i < ids->len; i++)
    {
      gint64 id = g_array_index (ids, gint64, i);

      if (!(what == TRIM_LOG ? trim_log (self, sql, id, error) : trim_blobs (self, sql, id, error)))
        return FALSE;
    }
  return TRUE;
}

/* ── applying ────────────────────────────────────────────────────────────────────────────── */

/* The runs that are the first to go for @kind: too old, or the oldest when there is too much. */
static GArray *
find_next (WeirStore *self, WeirSql *sql, const char *kind, int what, gint64 now, gboolean *too_much, GError **error)
{
  g_autoptr(GArray) ids = find_aged (sql, kind, now, what, error);
  WeirRetention retention;
  WeirUsage usage = { 0 };

  *too_much = FALSE;
  if (ids == NULL || ids->len > 0 || !weir_store_find_retention (sql, NULL, kind, &retention, error))
    return g_steal_pointer (&ids);
  if (retention.max_bytes == 0)
    return g_steal_pointer (&ids);
  measure (self, sql, &usage);
  *too_much = (what == 0 ? usage.database - usage.unused : 0) + usage.blobs > (guint64) retention.max_bytes;
  return *too_much ? find_oldest (sql, what, error) : g_steal_pointer (&ids);
}

static gboolean
retain_kind (WeirStore *self, WeirSql *sql, const char *kind, int what, gint64 now, gboolean *more, GError **error)
{
  gboolean too_much;
  g_autoptr(GArray) ids = find_next (self, sql, kind, what, now, &too_much, error);

  if (ids == NULL)
    return FALSE;
  *more = ids->len > 0;
  if (ids->len == 0)
    return TRUE;
  self->may_shrink = self->may_empty_log = TRUE;
  if (what != 0)
    return trim_runs (self, sql, ids, what, error);
  return claim_runs (self, sql, ids, too_much ? "over the size that runs may take" : "older than runs are kept", error);
}

static gboolean
retain_in_transaction (WeirStore *self, WeirSql *sql, gboolean *more, GError **error)
{
  WeirStoreTime time;
  gint64 now;

  if (!weir_store_note_time (self, sql, &time, error))
    return FALSE;
  now = MIN (time.utc, time.trusted);
  return retain_kind (self, sql, "run", 0, now, more, error)
         && (*more || retain_kind (self, sql, "log", TRIM_LOG, now, more, error))
         && (*more || retain_kind (self, sql, "blob", TRIM_BLOBS, now, more, error));
}

/* A part of what is too old or too much; @more is set unless there was nothing. */
gboolean
weir_store_retain (WeirStore *self, WeirSql *sql, gboolean *more, GError **error)
{
  *more = FALSE;
  if (!weir_store_has_retention (sql))
    return TRUE;
  if (weir_store_begin (sql, error) && retain_in_transaction (self, sql, more, error) && weir_store_end (sql, error))
    return TRUE;
  weir_store_roll_back (sql);
  return FALSE;
}
