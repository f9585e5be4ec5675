/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Who removed what. Rows are only ever added; each carries the hash of the one before. */

#include "weir-store-private.h"

#include <string.h>

static gboolean
find_last_hash (WeirSql *sql, char **hash, GError **error)
{
  g_autoptr(WeirStatement) find = weir_sql_prepare (sql, "SELECT hash FROM audit ORDER BY id DESC LIMIT 1", error);
  int code;

  if (find == NULL)
    return FALSE;
  code = weir_sql_step (sql, find, error);
  *hash = code == SQLITE_ROW ? weir_sql_dup_text (find, 0) : g_strdup ("");
  return code == SQLITE_ROW || code == SQLITE_DONE;
}

/* Fields are separated by NUL, which none of them can hold, so that no two rows hash alike. */
static char *
hash_row (const char *previous, gint64 at, const char *const *fields)
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

/* The last hash is kept once more, so that rows missing at the end show as well. */
static gboolean
note_last (WeirSql *sql, const char *hash, GError **error)
{
  g_autoptr(WeirStatement) put = weir_sql_prepare (
    sql, "INSERT INTO meta VALUES ('audit', ?1) ON CONFLICT (name) DO UPDATE SET value = ?1", error);

  if (put == NULL)
    return FALSE;
  weir_sql_bind_text (put, 1, hash, -1);
  return weir_sql_step (sql, put, error) == SQLITE_DONE;
}

/* In the transaction of what it tells of. */
gboolean
weir_store_add_audit (
  WeirSql *sql, const char *actor, const char *action, const char *subject, const char *reason, GError **error)
{
  const char *fields[] = { actor, action, subject, reason };
  gint64 now = g_get_real_time ();
  g_autofree char *previous = NULL;
  g_autofree char *hash = NULL;
  g_autoptr(WeirStatement) add = NULL;

  if (!find_last_hash (sql, &previous, error))
    return FALSE;
  hash = hash_row (previous, now, fields);
  add = weir_sql_prepare (
    sql, "INSERT INTO audit (at, actor, action, subject, reason, hash) VALUES (?1, ?2, ?3, ?4, ?5, ?6)", error);
  if (add == NULL)
    return FALSE;
  sqlite3_bind_int64 (add, 1, now);
  for (guint i = 0; i < 4; i++)
    weir_sql_bind_text (add, 2 + i, fields[i], -1);
  weir_sql_bind_text (add, 6, hash, -1);
  return weir_sql_step (sql, add, error) == SQLITE_DONE && note_last (sql, hash, error);
}

/* ── asking ──────────────────────────────────────────────────────────────────────────────── */

static WeirAuditRow *
row_from_statement (WeirStatement *row)
{
  WeirAuditRow *audit = g_new (WeirAuditRow, 1);

  *audit = (WeirAuditRow) {
    .id = sqlite3_column_int64 (row, 0),
    .at = sqlite3_column_int64 (row, 1),
    .actor = weir_sql_dup_text (row, 2),
    .action = weir_sql_dup_text (row, 3),
    .subject = weir_sql_dup_text (row, 4),
    .reason = weir_sql_dup_text (row, 5),
    .hash = weir_sql_dup_text (row, 6),
  };
  return audit;
}

static gboolean
list_audit (WeirStore *self, WeirSql *sql, gpointer data, GValue *answer, GError **error)
{
  g_autoptr(GPtrArray) rows = g_ptr_array_new_with_free_func ((GDestroyNotify) weir_audit_row_free);
  g_autoptr(WeirStatement) find = weir_sql_prepare (
    sql, "SELECT id, at, actor, action, subject, reason, hash FROM audit ORDER BY id", error);
  int code;

  if (find == NULL)
    return FALSE;
  while ((code = weir_sql_step (sql, find, error)) == SQLITE_ROW)
    g_ptr_array_add (rows, row_from_statement (find));
  return code == SQLITE_DONE && weir_store_answer_boxed (answer, g_steal_pointer (&rows), G_TYPE_PTR_ARRAY);
}

/**
 * weir_store_list_audit:
 * @self: a store
 *
 * Returns: (transfer full): a future of a GPtrArray (boxed) of WeirAuditRow, oldest first
 */
DexFuture *
weir_store_list_audit (WeirStore *self)
{
  return weir_store_ask (self, FALSE, list_audit, NULL, NULL);
}

static gboolean
check_rows (WeirSql *sql, GPtrArray *rows, GError **error)
{
  g_autoptr(WeirStatement) find = weir_sql_prepare (sql, "SELECT value FROM meta WHERE name = 'audit'", error);
  const char *previous = "";
  int code;

  if (find == NULL)
    return FALSE;
  for (guint i = 0; i < rows->len; i++)
    {
      WeirAuditRow *row = g_ptr_array_index (rows, i);
      const char *fields[] = { row->actor, row->action, row->subject, row->reason };
      g_autofree char *hash = hash_row (previous, row->at, fields);

      if (g_str_equal (hash, row->hash))
        {
          previous = row->hash;
          continue;
        }
      g_set_error (error, WEIR_ERROR, WEIR_ERROR_CONFLICT,
                   "Audit row %" G_GINT64_FORMAT
                   " (%s %s) does not follow from the one before it: a row was changed or "
                   "is missing",
                   row->id, row->action, row->subject);
      return FALSE;
    }
  code = weir_sql_step (sql, find, error);
  /* Rows of schema 4 have no such note yet. */
  if (code == SQLITE_ROW && g_strcmp0 ((const char *) sqlite3_column_text (find, 0), previous) != 0)
    {
      g_set_error (error, WEIR_ERROR, WEIR_ERROR_CONFLICT, "Rows are missing at the end of the audit, after row %u",
                   rows->len);
      return FALSE;
    }
  return code == SQLITE_ROW || code == SQLITE_DONE;
}

static gboolean
verify_audit (WeirStore *self, WeirSql *sql, gpointer data, GValue *answer, GError **error)
{
  g_auto(GValue) list = G_VALUE_INIT;
  GPtrArray *rows;

  if (!list_audit (self, sql, NULL, &list, error))
    return FALSE;
  rows = g_value_get_boxed (&list);
  if (!check_rows (sql, rows, error))
    return FALSE;
  g_value_init (answer, G_TYPE_UINT);
  g_value_set_uint (answer, rows->len);
  return TRUE;
}

/**
 * weir_store_verify_audit:
 * @self: a store
 *
 * Returns: (transfer full): a future of how many rows there are (guint); rejects with %WEIR_ERROR_CONFLICT, naming the
 *   first row that was changed or follows a missing one
 */
DexFuture *
weir_store_verify_audit (WeirStore *self)
{
  return weir_store_ask (self, FALSE, verify_audit, NULL, NULL);
}
