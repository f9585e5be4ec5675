/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "weir-sql.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "weir-store-private.h"

static void
finalize_statement (gpointer statement)
{
  sqlite3_finalize (statement);
}

WeirSql *
weir_sql_open (const char *path, int flags, GError **error)
{
  WeirSql *self = g_new0 (WeirSql, 1);
  int code;

  self->name = g_strdup (path);
  self->statements = g_hash_table_new_full (NULL, NULL, NULL, finalize_statement);
  code = sqlite3_open_v2 (path, &self->db, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE,
                          (flags & SQLITE_OPEN_READWRITE) != 0 ? weir_sql_log_vfs () : NULL);
  if (code != SQLITE_OK)
    {
      weir_sql_fail (self, code, "open", error);
      weir_sql_close (self);
      return NULL;
    }
  sqlite3_busy_timeout (self->db, 5000);
  return self;
}

void
weir_sql_close (WeirSql *self)
{
  g_hash_table_unref (self->statements);
  sqlite3_close_v2 (self->db);
  g_free (self->name);
  g_free (self);
}

/* Why nothing can be written beside @path just now; 0: something can, or that cannot be told. */
static int
find_hindrance (const char *path)
{
  static const char page[4096];
  g_autofree char *dir = g_path_get_dirname (path);
  int fd = open (dir, O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600);
  int number = fd < 0 || write (fd, page, sizeof page) < 0 ? errno : 0;

  if (fd >= 0)
    close (fd);
  return number == EOPNOTSUPP || number == EISDIR || number == ENOENT ? 0 : number;
}

/* SQLite does not say what kept it from opening a file, or made it content itself with reading. */
static int
find_errno (WeirSql *self, int code)
{
  switch (code & 0xff)
    {
    case SQLITE_IOERR:
      return sqlite3_system_errno (self->db);
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
      return find_hindrance (self->name);
    default:
      return 0;
    }
}

/* Sets an error that says what could not be done, to which file, and why; always FALSE. */
gboolean
weir_sql_fail (WeirSql *self, int code, const char *verb, GError **error)
{
  const char *why = self->db != NULL ? sqlite3_errmsg (self->db) : sqlite3_errstr (code);
  int number = self->db != NULL ? find_errno (self, code) : 0;

  if ((code & 0xff) == SQLITE_FULL || number == ENOSPC || number == EDQUOT)
    return weir_store_fail_full (self->name, 0, error);
  if ((code & 0xff) == SQLITE_CORRUPT)
    g_set_error (error, WEIR_ERROR, WEIR_ERROR_STORE, WEIR_STORE_DAMAGED ": Cannot %s %s: %s", verb, self->name, why);
  else if (number != 0)
    g_set_error (error, WEIR_ERROR, WEIR_ERROR_STORE, "Cannot %s %s: %s (%s)", verb, self->name, why,
                 g_strerror (number));
  else
    g_set_error (error, WEIR_ERROR, WEIR_ERROR_STORE, "Cannot %s %s: %s", verb, self->name, why);
  return FALSE;
}

gboolean
weir_sql_execute (WeirSql *self, const char *sql, GError **error)
{
  int code = sqlite3_exec (self->db, sql, NULL, NULL, NULL);

  return code == SQLITE_OK || weir_sql_fail (self, code, "use", error);
}

/* The first column of the first row, for pragmas and counts; not kept. */
gint64
weir_sql_get_int (WeirSql *self, const char *sql, gint64 fallback)
{
  sqlite3_stmt *statement = NULL;
  gint64 answer = fallback;

  if (sqlite3_prepare_v2 (self->db, sql, -1, &statement, NULL) == SQLITE_OK && sqlite3_step (statement) == SQLITE_ROW)
    answer = sqlite3_column_int64 (statement, 0);
  sqlite3_finalize (statement);
  return answer;
}

WeirStatement *
weir_sql_prepare (WeirSql *self, const char *static_sql, GError **error)
{
  sqlite3_stmt *statement = g_hash_table_lookup (self->statements, static_sql);
  int code;

  if (statement != NULL)
    return statement;
  code = sqlite3_prepare_v3 (self->db, static_sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL);
  if (code != SQLITE_OK)
    {
      weir_sql_fail (self, code, "use", error);
      return NULL;
    }
  g_hash_table_insert (self->statements, (gpointer) static_sql, statement);
  return statement;
}

void
weir_statement_end (WeirStatement *self)
{
  sqlite3_reset (self);
  sqlite3_clear_bindings (self);
}

int
weir_sql_step (WeirSql *self, WeirStatement *statement, GError **error)
{
  int code = sqlite3_step (statement);

  if (code != SQLITE_ROW && code != SQLITE_DONE)
    weir_sql_fail (self, code, sqlite3_stmt_readonly (statement) ? "read" : "write to", error);
  return code;
}

void
weir_sql_bind_text (WeirStatement *statement, int index, const char *text, gssize length)
{
  if (text != NULL)
    sqlite3_bind_text64 (statement, index, text, length < 0 ? strlen (text) : (gsize) length, SQLITE_STATIC,
                         SQLITE_UTF8);
}

char *
weir_sql_dup_text (WeirStatement *statement, int column)
{
  return g_strdup ((const char *) sqlite3_column_text (statement, column));
}
