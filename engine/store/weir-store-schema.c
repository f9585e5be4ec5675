/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "weir-store-private.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <unistd.h>

#include "weir-migrations.h"

#define APPLICATION_ID 0x57656972 /* "Weir" */

static gboolean
check_version (WeirSql *sql, int version, GError **error)
{
  if (version <= (int) G_N_ELEMENTS (weir_migrations))
    return TRUE;
  g_set_error (error, WEIR_ERROR, WEIR_ERROR_NEWER,
               "%s has schema %d, written by a newer Weir; this one knows schemas up to %d and leaves it as it is",
               sql->name, version, (int) G_N_ELEMENTS (weir_migrations));
  return FALSE;
}

/* One that cannot be read must not be taken for a new one. */
static gboolean
read_number (WeirSql *sql, const char *text, gint64 *number, GError **error)
{
  *number = weir_sql_get_int (sql, text, G_MININT64);
  return *number != G_MININT64 || weir_sql_fail (sql, sqlite3_errcode (sql->db), "read", error);
}

static gboolean
check_owner (WeirSql *sql, gint64 *version, GError **error)
{
  gint64 id, n_tables;

  if (!read_number (sql, "PRAGMA user_version", version, error)
      || !read_number (sql, "PRAGMA application_id", &id, error)
      || !read_number (sql, "SELECT count(*) FROM sqlite_schema", &n_tables, error))
    return FALSE;
  if (n_tables > 0 && id != APPLICATION_ID)
    {
      g_set_error (error, WEIR_ERROR, WEIR_ERROR_STORE,
                   "Expected a database of Weir in %s, but it belongs to another program", sql->name);
      return FALSE;
    }
  return check_version (sql, (int) *version, error);
}

/* A copy as it was, named by its schema and the time, before anything in it is changed. */
static gboolean
back_up (WeirStore *self, WeirSql *sql, int version, GError **error)
{
  g_autofree char *dir = g_build_filename (self->dir, "backup", NULL);
  g_autoptr(GDateTime) now = g_date_time_new_now_utc ();
  g_autofree char *stamp = g_date_time_format (now, "%Y%m%dT%H%M%S");
  g_autofree char *name = g_strdup_printf ("weir-schema-%d-%s-%06d.db", version, stamp,
                                           g_date_time_get_microsecond (now));
  g_autofree char *path = g_build_filename (dir, name, NULL);
  g_autofree char *command = NULL;
  char *quoted;
  gboolean ok;
  int fd;

  if (!weir_store_make_dir (dir, error))
    return FALSE;
  quoted = sqlite3_mprintf ("VACUUM INTO %Q", path);
  command = g_strdup (quoted);
  sqlite3_free (quoted);
  ok = weir_sql_execute (sql, command, error);
  if (!ok)
    {
      g_prefix_error (error, "Cannot keep a copy before the migration: ");
      return FALSE;
    }
  fd = g_open (path, O_RDONLY | O_CLOEXEC, 0);
  if (fd >= 0)
    {
      fchmod (fd, 0600);
      fsync (fd);
      close (fd);
    }
  return weir_store_sync_dir (dir, error);
}

static gboolean
apply (WeirSql *sql, int number, GError **error)
{
  g_autofree char *version = g_strdup_printf ("PRAGMA user_version = %d", number);

  if (weir_store_begin (sql, error) && weir_sql_execute (sql, weir_migrations[number - 1], error)
      && weir_sql_execute (sql, version, error) && weir_store_end (sql, error))
    return TRUE;
  weir_store_roll_back (sql);
  g_prefix_error (error, "Migration to schema %d: ", number);
  return FALSE;
}

static gboolean
migrate (WeirStore *self, WeirSql *sql, int version, GError **error)
{
  int newest = G_N_ELEMENTS (weir_migrations);

  if (version == newest)
    return TRUE;
  if (version > 0 && !back_up (self, sql, version, error))
    return FALSE;
  for (int number = version + 1; number <= newest; number++)
    if (!apply (sql, number, error))
      return FALSE;
  return TRUE;
}

/* The page size and kind of vacuum are decided before the first table, and nothing of a new database needs to be
 * synced step by step. */
static gboolean
prepare_new (WeirSql *sql, GError **error)
{
  g_autofree char *owner = g_strdup_printf ("PRAGMA application_id = %d", APPLICATION_ID);

  return weir_sql_execute (sql, "PRAGMA page_size = 4096; PRAGMA auto_vacuum = INCREMENTAL; PRAGMA synchronous = OFF;",
                           error)
         && weir_sql_execute (sql, owner, error);
}

/* SQLite drops the write-ahead log of a database file of length 0, so a new file must itself be on disk before the
 * first commit is said to be. This is left to the writing thread, while others get ready. The folder SQLite syncs
 * with its new log. */
gboolean
weir_store_sync_new (WeirStore *self, GError **error)
{
  sqlite3_file *file = NULL;
  int code;

  if (!self->is_new)
    return TRUE;
  /* By way of SQLite: closing a descriptor of our own would drop its locks on the file. */
  sqlite3_file_control (self->writing->db, "main", SQLITE_FCNTL_FILE_POINTER, &file);
  code = file->pMethods->xSync (file, SQLITE_SYNC_NORMAL);
  if (code != SQLITE_OK)
    return weir_sql_fail (self->writing, code, "write to", error);
  self->is_new = FALSE;
  return TRUE;
}

static gboolean
find_kinds (WeirStore *self, WeirSql *sql, GError **error)
{
  g_autoptr(WeirStatement) find = weir_sql_prepare (sql, "SELECT id, name FROM event_kind", error);
  int code;

  if (find == NULL)
    return FALSE;
  while ((code = weir_sql_step (sql, find, error)) == SQLITE_ROW)
    {
      WeirEventKind kind = weir_event_kind_from_name ((const char *) sqlite3_column_text (find, 1));

      if (kind < WEIR_EVENT_LAST)
        self->kind_ids[kind] = sqlite3_column_int (find, 0);
    }
  return code == SQLITE_DONE;
}

static gboolean
add_kind (WeirStore *self, WeirSql *sql, WeirEventKind kind, GError **error)
{
  g_autoptr(WeirStatement) add = weir_sql_prepare (sql, "INSERT INTO event_kind (name) VALUES (?1)", error);

  if (add == NULL)
    return FALSE;
  weir_sql_bind_text (add, 1, weir_event_kind_get_name (kind), -1);
  if (weir_sql_step (sql, add, error) != SQLITE_DONE)
    return FALSE;
  self->kind_ids[kind] = (int) sqlite3_last_insert_rowid (sql->db);
  return TRUE;
}

static gboolean
misses_kind (WeirStore *self)
{
  for (guint kind = 0; kind < WEIR_EVENT_LAST; kind++)
    if (self->kind_ids[kind] == 0)
      return TRUE;
  return FALSE;
}

/* Numbers of the kinds of event in this database; kinds it has never seen get one. */
static gboolean
read_kinds (WeirStore *self, WeirSql *sql, GError **error)
{
  gboolean ok;

  self->kind_ids = g_new0 (int, WEIR_EVENT_LAST);
  if (!find_kinds (self, sql, error))
    return FALSE;
  if (!misses_kind (self))
    return TRUE;
  ok = weir_store_begin (sql, error);
  for (guint kind = 0; ok && kind < WEIR_EVENT_LAST; kind++)
    ok = self->kind_ids[kind] != 0 || add_kind (self, sql, kind, error);
  if (ok && weir_store_end (sql, error))
    return TRUE;
  weir_store_roll_back (sql);
  return FALSE;
}

/* Opening a pipe would wait for ever, and SQLite has no word for a folder. */
static gboolean
check_is_file (const char *path, GError **error)
{
  if (!g_file_test (path, G_FILE_TEST_EXISTS) || g_file_test (path, G_FILE_TEST_IS_REGULAR))
    return TRUE;
  g_set_error (error, WEIR_ERROR, WEIR_ERROR_STORE, "Expected the database at %s, but that is no regular file", path);
  return FALSE;
}

/* The writing connection: opened, checked, migrated to the newest schema. */
WeirSql *
weir_store_open_database (WeirStore *self, GError **error)
{
  const char *path = self->in_memory ? ":memory:" : self->database_path;
  WeirSql *sql;
  gint64 version = 0;

  if (!self->in_memory && !check_is_file (path, error))
    return NULL;
  sql = weir_sql_open (path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, error);
  if (sql == NULL)
    return NULL;
  if (!self->in_memory)
    g_chmod (path, 0600);
  if (check_owner (sql, &version, error) && (version != 0 || prepare_new (sql, error))
      && weir_sql_execute (sql, self->in_memory ? "PRAGMA journal_mode = MEMORY" : "PRAGMA journal_mode = WAL", error)
      && migrate (self, sql, (int) version, error) && read_kinds (self, sql, error)
      && weir_sql_execute (sql, self->in_memory ? "PRAGMA synchronous = OFF" : "PRAGMA synchronous = FULL", error)
      /* 4 MiB of cache hold the growing ends of all tables; checkpoints are made by ourselves when there is time. No
       * memory map: an unreadable page must be an error, not a signal. */
      && weir_sql_execute (sql,
                           "PRAGMA foreign_keys = ON; PRAGMA cache_size = -4096; PRAGMA wal_autocheckpoint = 0;"
                           "PRAGMA temp_store = MEMORY; PRAGMA secure_delete = ON",
                           error))
    {
      self->is_new = version == 0 && !self->in_memory;
      return sql;
    }
  weir_sql_close (sql);
  return NULL;
}

gboolean
weir_store_check_newer (WeirStore *self, WeirSql *sql, GError **error)
{
  g_autoptr(GError) newer = NULL;
  gint64 version = 0;

  if (!check_owner (sql, &version, &newer) && g_error_matches (newer, WEIR_ERROR, WEIR_ERROR_NEWER))
    {
      g_propagate_error (error, g_steal_pointer (&newer));
      return TRUE;
    }
  if (newer != NULL)
    g_propagate_error (error, g_steal_pointer (&newer));
  else
    g_set_error (error, WEIR_ERROR, WEIR_ERROR_WRONG_STATE, "%s can be opened as usual: it has schema %d", sql->name,
                 (int) version);
  return FALSE;
}

WeirSql *
weir_store_open_reading (WeirStore *self, GError **error)
{
  WeirSql *sql;

  if (!check_is_file (self->database_path, error))
    return NULL;
  sql = weir_sql_open (self->database_path, SQLITE_OPEN_READONLY, error);
  if (sql == NULL)
    return NULL;
  if (weir_sql_execute (sql, "PRAGMA query_only = ON; PRAGMA cache_size = -8192; PRAGMA temp_store = MEMORY", error))
    return sql;
  weir_sql_close (sql);
  return NULL;
}
