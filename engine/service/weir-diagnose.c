/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "weir-diagnose.h"

#include <glib/gstdio.h>
#include <libdex.h>
#include <string.h>
#include <sys/utsname.h>

#include "weir-redact.h"
#include "weir-sql.h"
#include "weir-store.h"
#include "weir-tar.h"

#define N_LINES 300
#define LOG_BYTES (512 * 1024)

typedef struct
{
  char    *dir;
  char    *log_dir;
  WeirTar *tar;
  GString *text; /* of the file that is being written */
} Bundle;

static void
bundle_clear (Bundle *self)
{
  g_free (self->dir);
  g_free (self->log_dir);
  weir_tar_free (self->tar);
  g_string_free (self->text, TRUE);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Bundle, bundle_clear)

/* Nothing gets into the bundle but through here. */
static void
put (Bundle *self, const char *name)
{
  g_autofree char *redacted = weir_redact_text (self->text->str);
  g_autofree char *full = g_strconcat ("weir-diagnose/", name, NULL);

  weir_tar_add (self->tar, full, redacted);
  g_string_truncate (self->text, 0);
}

G_GNUC_PRINTF (2, 3)
static void
say (Bundle *self, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  g_string_append_vprintf (self->text, format, args);
  va_end (args);
  g_string_append_c (self->text, '\n');
}

/* ── the machine ─────────────────────────────────────────────────────────────────────────── */

static void
write_about (Bundle *self)
{
  static const char *const names[] = { "LANG", "LC_ALL", "XDG_SESSION_TYPE", "XDG_CURRENT_DESKTOP", "GSK_RENDERER",
                                       "FLATPAK_ID", "SNAP" };
  g_autofree char *os = g_get_os_info (G_OS_INFO_KEY_PRETTY_NAME);
  g_autofree char *now = NULL;
  g_autoptr(GDateTime) time = g_date_time_new_now_utc ();
  struct utsname kernel;

  now = g_date_time_format_iso8601 (time);
  say (self, "Written %s", now);
  say (self, "Weir %s", WEIR_VERSION);
  say (self, "GLib %u.%u.%u", glib_major_version, glib_minor_version, glib_micro_version);
  say (self, "libdex %d.%d.%d", DEX_MAJOR_VERSION, DEX_MINOR_VERSION, DEX_MICRO_VERSION);
  say (self, "SQLite %s", sqlite3_libversion ());
  say (self, "%s", os != NULL ? os : "an unknown system");
  if (uname (&kernel) == 0)
    say (self, "%s %s %s", kernel.sysname, kernel.release, kernel.machine);
  say (self, "%u processors", g_get_num_processors ());
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (g_getenv (names[i]) != NULL)
      say (self, "%s=%s", names[i], g_getenv (names[i]));
  put (self, "about.txt");
}

/* ── the database ────────────────────────────────────────────────────────────────────────── */

/* Every row of a question, columns side by side. A table that is not there is said and passed over. */
static void
write_rows (Bundle *self, WeirSql *sql, const char *title, const char *question)
{
  sqlite3_stmt *find = NULL;
  int code = sqlite3_prepare_v2 (sql->db, question, -1, &find, NULL);

  say (self, "\n%s", title);
  while (code == SQLITE_OK || code == SQLITE_ROW)
    {
      code = sqlite3_step (find);
      for (int i = 0; code == SQLITE_ROW && i < sqlite3_column_count (find); i++)
        {
          const char *cell = (const char *) sqlite3_column_text (find, i);

          g_string_append_printf (self->text, "%s%s", i > 0 ? "\t" : "  ", cell != NULL ? cell : "");
        }
      if (code == SQLITE_ROW)
        g_string_append_c (self->text, '\n');
    }
  if (code != SQLITE_DONE)
    say (self, "  %s", sqlite3_errmsg (sql->db));
  sqlite3_finalize (find);
}

static const char *const tables[] = { "workflow", "version",  "variable", "run",     "event", "effect", "blob_ref",
                                      "log",      "audit",    "state",    "cache",   "fixture", "report", "orphan",
                                      "purge",    "retention" };

static void
write_database (Bundle *self, WeirSql *sql)
{
  static const char *const pragmas[] = { "user_version", "page_size", "page_count", "freelist_count", "auto_vacuum",
                                         "journal_mode" };

  for (guint i = 0; i < G_N_ELEMENTS (pragmas); i++)
    {
      g_autofree char *question = g_strdup_printf ("PRAGMA %s", pragmas[i]);

      write_rows (self, sql, pragmas[i], question);
    }
  for (guint i = 0; i < G_N_ELEMENTS (tables); i++)
    {
      g_autofree char *title = g_strdup_printf ("rows of %s", tables[i]);
      g_autofree char *question = g_strdup_printf ("SELECT count(*) FROM %s", tables[i]);

      write_rows (self, sql, title, question);
    }
  write_rows (self, sql, "runs by status", "SELECT status, count(*) FROM run GROUP BY status");
  write_rows (
    self, sql, "the last runs: number, status, steps, µs",
    "SELECT id, status, n_steps, iif (ended_at > 0, ended_at - created_at, '') FROM run ORDER BY id DESC LIMIT 20");
  write_rows (self, sql, "events by kind",
              "SELECT name, count(*) FROM event JOIN event_kind ON event_kind.id = kind GROUP BY kind");
  write_rows (self, sql, "how long things stay: kind, µs, bytes (without those of single workflows)",
              "SELECT kind, age, max_bytes FROM retention WHERE workflow = ''");
  write_rows (self, sql, "quick check", "PRAGMA quick_check (5)");
  write_rows (self, sql, "schema", "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name");
}

static void
open_database (Bundle *self)
{
  g_autofree char *path = g_build_filename (self->dir, "weir.db", NULL);
  g_autoptr(GError) error = NULL;
  WeirSql *sql = weir_sql_open (path, SQLITE_OPEN_READONLY, &error);

  if (sql == NULL)
    say (self, "%s", error->message);
  else
    {
      sqlite3_busy_timeout (sql->db, 1000);
      write_database (self, sql);
      weir_sql_close (sql);
    }
  put (self, "database.txt");
}

/* ── files ───────────────────────────────────────────────────────────────────────────────── */

static void
write_files (Bundle *self)
{
  static const char *const files[] = { "weir.db", "weir.db-wal", "weir.db-shm", "weir.lock", "control.sock" };
  static const char *const folders[] = { "blobs", "backup", "log" };

  for (guint i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autofree char *path = g_build_filename (self->dir, files[i], NULL);
      GStatBuf info;

      if (g_lstat (path, &info) == 0)
        say (self, "%s\t%" G_GINT64_FORMAT " bytes\tmode %o", files[i], (gint64) info.st_size, info.st_mode & 0777);
      else
        say (self, "%s\tnot there", files[i]);
    }
  for (guint i = 0; i < G_N_ELEMENTS (folders); i++)
    {
      g_autofree char *path = g_build_filename (self->dir, folders[i], NULL);
      guint64 n_files = 0, bytes = 0;

      weir_folder_add_size (path, &n_files, &bytes);
      say (self, "%s/\t%" G_GUINT64_FORMAT " files\t%" G_GUINT64_FORMAT " bytes", folders[i], n_files, bytes);
    }
  put (self, "files.txt");
}

/* The end of a log that may be long. */
static void
write_log (Bundle *self)
{
  g_autofree char *path = g_build_filename (self->log_dir, "weir.log", NULL);
  g_autofree char *content = NULL;
  gsize length = 0;
  const char *start;
  guint n_lines = 0;

  if (!g_file_get_contents (path, &content, &length, NULL))
    {
      say (self, "There is no log");
      put (self, "log.txt");
      return;
    }
  for (start = content + length; start > content && content + length - start < LOG_BYTES; start--)
    if (start[-1] == '\n' && n_lines++ == N_LINES)
      break;
  g_string_append (self->text, start);
  put (self, "log.txt");
}

static void
write_readme (Bundle *self)
{
  say (self, "What this is: facts about this Weir for whoever is to help.");
  say (self, "about.txt     versions and the machine");
  say (self, "database.txt  schema, sizes, how many runs of which status; no workflow, no value");
  say (self, "files.txt     sizes of the data folder");
  say (self, "log.txt       the last lines of the log");
  say (self, "Passwords, tokens, keys and the home folder are masked. Look through it before you send it.");
  put (self, "README.txt");
}

/**
 * weir_diagnose:
 * @data_dir: (nullable): the data folder; %NULL for `$XDG_DATA_HOME/weir`
 * @path: of the .tar.gz, which is replaced if it is there
 * @error: set when it cannot be written
 *
 * Gathers what whoever is to help needs to know. Only reads, beside the process that has the folder open, and says what it could not
 * read. Blocks.
 *
 * Returns: whether it was written
 */
gboolean
weir_diagnose (const char *data_dir, const char *path, GError **error)
{
  g_auto(Bundle) self = { .tar = weir_tar_new (), .text = g_string_new (NULL) };

  g_return_val_if_fail (path != NULL, FALSE);

  if (data_dir != NULL)
    {
      self.dir = g_strdup (data_dir);
      self.log_dir = g_build_filename (data_dir, "log", NULL);
    }
  else
    {
      self.dir = g_build_filename (g_get_user_data_dir (), "weir", NULL);
      self.log_dir = g_build_filename (g_get_user_state_dir (), "weir", NULL);
    }
  write_readme (&self);
  write_about (&self);
  open_database (&self);
  write_files (&self);
  write_log (&self);
  return weir_tar_write (self.tar, path, error);
}
