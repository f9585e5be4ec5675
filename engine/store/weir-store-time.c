/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* How much time has passed for sure. What is kept for a time is kept by it, and what is in the bin goes for good only when both UTC and this clock say so, so that a
 * clock that was set wrong, or is put right, deletes nothing early; late is no harm. Within one boot the kernel's boot
 * clock counts. Between two boots UTC counts where the kernel said at both ends that it was synchronised; else only what
 * the new boot has lasted. */

#include "weir-store-private.h"

#include <stdio.h>
#include <string.h>
#include <sys/timex.h>
#include <time.h>

typedef struct
{
  gint64 passed; /* µs */
  gint64 base;   /* µs UTC at passed 0, as far as it can be trusted */
  WeirStoreMoment last;
} Record;

static void
read_moment (WeirStoreMoment *moment, gpointer user_data)
{
  static char boot[40]; /* writing thread only */
  struct timex timex = { .modes = 0 };
  struct timespec boottime = { 0 };

  if (boot[0] == '\0')
    {
      g_autofree char *text = NULL;

      if (g_file_get_contents ("/proc/sys/kernel/random/boot_id", &text, NULL, NULL))
        g_strlcpy (boot, g_strchomp (text), sizeof boot);
      else
        g_strlcpy (boot, "unknown", sizeof boot);
    }
  clock_gettime (CLOCK_BOOTTIME, &boottime);
  moment->utc = g_get_real_time ();
  moment->boottime = (gint64) boottime.tv_sec * G_USEC_PER_SEC + boottime.tv_nsec / 1000;
  moment->synced = adjtimex (&timex) != TIME_ERROR && (timex.status & STA_UNSYNC) == 0;
  g_strlcpy (moment->boot, boot, sizeof moment->boot);
}

/* A test turns the time by hand. Any thread, before there is work to do. */
void
weir_store_set_moment_func (WeirStore *self, WeirStoreMomentFunc func, gpointer user_data)
{
  self->moment_data = user_data;
  g_atomic_pointer_set (&self->moment_func, func);
}

/* FALSE on error; a record that is not there is all 0. */
static gboolean
load_record (WeirSql *sql, Record *record, GError **error)
{
  g_autoptr(WeirStatement) find = weir_sql_prepare (sql, "SELECT value FROM meta WHERE name = 'time'", error);
  int synced = 0;
  int code;

  memset (record, 0, sizeof *record);
  if (find == NULL)
    return FALSE;
  code = weir_sql_step (sql, find, error);
  if (code == SQLITE_ROW
      && sscanf ((const char *) sqlite3_column_text (find, 0),
                 "%" G_GINT64_FORMAT " %" G_GINT64_FORMAT " %" G_GINT64_FORMAT " %" G_GINT64_FORMAT " %d %39s",
                 &record->passed, &record->base, &record->last.utc, &record->last.boottime, &synced, record->last.boot)
           != 6)
    memset (record, 0, sizeof *record);
  record->last.synced = synced != 0;
  return code == SQLITE_ROW || code == SQLITE_DONE;
}

static gboolean
save_record (WeirSql *sql, const Record *record, GError **error)
{
  g_autoptr(WeirStatement) put = weir_sql_prepare (
    sql, "INSERT INTO meta VALUES ('time', ?1) ON CONFLICT (name) DO UPDATE SET value = ?1", error);
  g_autofree char *text = g_strdup_printf (
    "%" G_GINT64_FORMAT " %" G_GINT64_FORMAT " %" G_GINT64_FORMAT " %" G_GINT64_FORMAT " %d %s", record->passed,
    record->base, record->last.utc, record->last.boottime, record->last.synced, record->last.boot);

  if (put == NULL)
    return FALSE;
  weir_sql_bind_text (put, 1, text, -1);
  return weir_sql_step (sql, put, error) == SQLITE_DONE;
}

static gint64
time_between (const WeirStoreMoment *last, const WeirStoreMoment *now)
{
  if (g_str_equal (last->boot, now->boot))
    return MAX (now->boottime - last->boottime, 0);
  if (last->synced && now->synced)
    return MAX (now->utc - last->utc, 0);
  return now->boottime;
}

static gboolean
read_time (WeirStore *self, WeirSql *sql, WeirStoreTime *time, Record *kept, GError **error)
{
  WeirStoreMomentFunc func = g_atomic_pointer_get (&self->moment_func);
  WeirStoreMoment now = { 0 };
  Record record;

  if (!load_record (sql, &record, error))
    return FALSE;
  (func != NULL ? func : read_moment) (&now, self->moment_data);
  if (record.last.boot[0] != '\0')
    record.passed += time_between (&record.last, &now);
  if (record.last.boot[0] == '\0' || now.synced)
    record.base = now.utc - record.passed;
  else
    record.base = MIN (record.base, now.utc - record.passed);
  record.last = now;
  time->utc = now.utc;
  time->passed = record.passed;
  time->trusted = record.base + record.passed;
  *kept = record;
  return TRUE;
}

/* Notes the time, in the transaction that is open. @time->passed never jumps; @time->trusted is UTC as far as it can be
 * believed. Writing thread. */
gboolean
weir_store_note_time (WeirStore *self, WeirSql *sql, WeirStoreTime *time, GError **error)
{
  Record record;

  return read_time (self, sql, time, &record, error) && save_record (sql, &record, error);
}

gboolean
weir_store_look_at_time (WeirStore *self, WeirSql *sql, WeirStoreTime *time, GError **error)
{
  Record record;

  return read_time (self, sql, time, &record, error);
}
