/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Opening a database that is only looked at: one that a newer Weir wrote, or one where nothing can be written. */

#include "weir-store-private.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "weir-migrations.h"

/* Which of what a writer needs is in its way; NULL: nothing. (transfer full) */
static char *
find_protected (WeirStore *self)
{
  static const char *const names[] = { "", "weir.lock", "weir.db" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_build_filename (self->dir, names[i], NULL);

      if (g_access (path, W_OK) != 0 && errno != ENOENT)
        return g_strdup_printf ("%s cannot be written: %s", path, g_strerror (errno));
    }
  return NULL;
}

/* Whether the last that had it ended without closing it, by the number that it left in weir.lock. */
static gboolean
was_killed (WeirStore *self)
{
  g_autofree char *path = g_build_filename (self->dir, "weir.lock", NULL);
  struct stat info;

  return stat (path, &info) == 0 && info.st_size > 0;
}

static gboolean
has_log (WeirStore *self)
{
  g_autofree char *path = g_strconcat (self->database_path, "-wal", NULL);
  struct stat info;

  return stat (path, &info) == 0 && info.st_size > 0;
}

/* SQLite wants to make a file beside the database to read its log. After an orderly end there is nothing in the log that is not in the
 * database, so it is not read; what it is made of never changes meanwhile. */
static WeirSql *
open_closed (WeirStore *self, GError **error)
{
  g_autofree char *uri = g_filename_to_uri (self->database_path, NULL, NULL);
  g_autofree char *fixed = g_strconcat (uri != NULL ? uri : "", "?immutable=1", NULL);
  WeirSql *sql = weir_sql_open (fixed, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, error);

  if (sql == NULL)
    return NULL;
  if (weir_sql_execute (sql, "PRAGMA query_only = ON; PRAGMA cache_size = -8192; PRAGMA temp_store = MEMORY", error))
    return sql;
  weir_sql_close (sql);
  return NULL;
}

static WeirSql *
open_protected (WeirStore *self, GError **error)
{
  g_autoptr(GError) wrong = NULL;
  WeirSql *sql;

  if (!was_killed (self) || !has_log (self))
    return open_closed (self, error);
  sql = weir_store_open_reading (self, &wrong);
  /* it is opened when it is first read */
  if (sql != NULL && weir_sql_get_int (sql, "SELECT count(*) FROM sqlite_schema", -1) >= 0)
    return sql;
  g_clear_pointer (&sql, weir_sql_close);
  g_set_error (error, WEIR_ERROR, WEIR_ERROR_STORE,
               "The last Weir that used %s did not end in order: what it wrote last is in %s-wal and has to be taken "
               "into the database, "
               "but nothing can be written there. Make the folder writable, or copy it to where it is",
               self->dir, self->database_path);
  return NULL;
}

static gboolean
check_schema (WeirStore *self, WeirSql *sql, GError **error)
{
  int version = (int) weir_sql_get_int (sql, "PRAGMA user_version", 0);

  if (version == (int) G_N_ELEMENTS (weir_migrations))
    return TRUE;
  g_set_error (error, WEIR_ERROR, WEIR_ERROR_STORE,
               "%s has schema %d; this Weir reads %d and could bring it there, but nothing can be written there",
               self->database_path, version, (int) G_N_ELEMENTS (weir_migrations));
  return FALSE;
}

/* Fills in `reading` and `read_only`. */
gboolean
weir_store_open_to_look (WeirStore *self, GError **error)
{
  g_autofree char *why = NULL;
  g_autoptr(GError) newer = NULL;

  self->database_path = g_build_filename (self->dir, "weir.db", NULL);
  self->blobs_dir = g_build_filename (self->dir, "blobs", NULL);
  if (!g_file_test (self->database_path, G_FILE_TEST_EXISTS))
    {
      g_set_error (error, WEIR_ERROR, WEIR_ERROR_WRONG_STATE, "There is no %s yet", self->database_path);
      return FALSE;
    }
  why = find_protected (self);
  self->reading = why != NULL ? open_protected (self, error) : weir_store_open_reading (self, error);
  if (self->reading == NULL)
    return FALSE;
  if (weir_store_check_newer (self, self->reading, &newer))
    {
      self->read_only = g_strdup (newer->message);
      self->read_only_code = WEIR_ERROR_NEWER;
      return TRUE;
    }
  if (why == NULL || !g_error_matches (newer, WEIR_ERROR, WEIR_ERROR_WRONG_STATE))
    {
      g_propagate_error (error, g_steal_pointer (&newer));
      return FALSE;
    }
  self->read_only = g_steal_pointer (&why);
  self->read_only_code = WEIR_ERROR_STORE;
  return check_schema (self, self->reading, error);
}
