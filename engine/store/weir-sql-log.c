/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* How the write-ahead log reaches the disk. SQLite writes two pieces for each page of a commit, and a system call for each costs about half as much
 * as syncing all of them. So what a commit adds to the end of the log is gathered and written in one piece; everything else goes through as it
 * comes. Nothing is held back beyond the end of a transaction, a sync or a look at the file: by then it is where SQLite would have put it. A piece
 * that could not be written fails that call, and whatever relies on it until SQLite has taken the transaction back and begins where it began. */

#include "weir-sql.h"

#include <string.h>

/* Commits of up to 31 pages in one piece. */
#define ROOM (128 * 1024)
/* In front of each page stands its number, and how long the database is if it is the last one of a transaction. */
#define FRAME_HEADER 24

typedef struct
{
  sqlite3_file  base;
  sqlite3_file *real;       /* lies behind this in the same memory */
  char         *gathered;
  int           length;     /* of what is gathered */
  sqlite3_int64 end;        /* of the last write, gathered or not */
  sqlite3_int64 lost;       /* from here on SQLite believes to have written what it has not */
  gboolean      is_last;    /* what comes next is the last page of a transaction */
} LogFile;

static sqlite3_vfs *real_vfs;

/* Writes what is gathered. */
static int
flush (LogFile *self)
{
  sqlite3_int64 start = self->end - self->length;
  int length = self->length;
  int code;

  if (length == 0)
    return SQLITE_OK;
  self->length = 0;
  code = self->real->pMethods->xWrite (self->real, self->gathered, length, start);
  if (code != SQLITE_OK)
    self->lost = self->end = start;
  return code;
}

static int
log_close (sqlite3_file *file)
{
  LogFile *self = (LogFile *) file;
  int flushed = flush (self);
  int code = self->real->pMethods->xClose (self->real);

  g_clear_pointer (&self->gathered, g_free);
  return flushed != SQLITE_OK ? flushed : code;
}

static int
log_read (sqlite3_file *file, void *data, int size, sqlite3_int64 offset)
{
  LogFile *self = (LogFile *) file;
  int code = flush (self);

  if (code == SQLITE_OK && offset + size > self->lost)
    code = SQLITE_IOERR_READ;
  return code != SQLITE_OK ? code : self->real->pMethods->xRead (self->real, data, size, offset);
}

/* Adds to what is gathered, which ends where this begins. */
static int
gather (LogFile *self, const void *data, int size)
{
  int code = self->length + size > ROOM ? flush (self) : SQLITE_OK;

  if (code != SQLITE_OK)
    return code;
  if (self->gathered == NULL)
    self->gathered = g_malloc (ROOM);
  memcpy (self->gathered + self->length, data, size);
  self->length += size;
  self->end += size;
  return SQLITE_OK;
}

static int
write_through (LogFile *self, const void *data, int size, sqlite3_int64 offset)
{
  int code = flush (self);

  if (code != SQLITE_OK)
    return code;
  self->end = offset + size;
  return self->real->pMethods->xWrite (self->real, data, size, offset);
}

static int
log_write (sqlite3_file *file, const void *data, int size, sqlite3_int64 offset)
{
  static const char in_between[4];
  LogFile *self = (LogFile *) file;
  gboolean ends = self->is_last;
  int code;

  if (offset > self->lost)
    return SQLITE_IOERR_WRITE;
  self->lost = G_MAXINT64;
  self->is_last = size == FRAME_HEADER && memcmp ((const char *) data + 4, in_between, sizeof in_between) != 0;
  code = offset == self->end && size <= ROOM ? gather (self, data, size) : write_through (self, data, size, offset);
  return code == SQLITE_OK && ends ? flush (self) : code;
}

static int
log_truncate (sqlite3_file *file, sqlite3_int64 size)
{
  LogFile *self = (LogFile *) file;
  int code = flush (self);

  return code != SQLITE_OK ? code : self->real->pMethods->xTruncate (self->real, size);
}

static int
log_sync (sqlite3_file *file, int flags)
{
  LogFile *self = (LogFile *) file;
  int code = flush (self);

  return code != SQLITE_OK ? code : self->real->pMethods->xSync (self->real, flags);
}

static int
log_file_size (sqlite3_file *file, sqlite3_int64 *size)
{
  LogFile *self = (LogFile *) file;
  int code = flush (self);

  return code != SQLITE_OK ? code : self->real->pMethods->xFileSize (self->real, size);
}

static int
log_file_control (sqlite3_file *file, int op, void *argument)
{
  LogFile *self = (LogFile *) file;
  int code = flush (self);

  return code != SQLITE_OK ? code : self->real->pMethods->xFileControl (self->real, op, argument);
}

static int
log_sector_size (sqlite3_file *file)
{
  LogFile *self = (LogFile *) file;

  return self->real->pMethods->xSectorSize (self->real);
}

static int
log_device_characteristics (sqlite3_file *file)
{
  LogFile *self = (LogFile *) file;

  return self->real->pMethods->xDeviceCharacteristics (self->real);
}

/* Locks and shared memory belong to the database file, which is opened as ever. */
static const sqlite3_io_methods log_methods = {
  .iVersion = 1,
  .xClose = log_close,
  .xRead = log_read,
  .xWrite = log_write,
  .xTruncate = log_truncate,
  .xSync = log_sync,
  .xFileSize = log_file_size,
  .xFileControl = log_file_control,
  .xSectorSize = log_sector_size,
  .xDeviceCharacteristics = log_device_characteristics,
};

static int
log_open (sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *flags_out)
{
  LogFile *self = (LogFile *) file;
  int code;

  if ((flags & SQLITE_OPEN_WAL) == 0)
    return real_vfs->xOpen (real_vfs, name, file, flags, flags_out);
  *self = (LogFile) { .real = (sqlite3_file *) (self + 1), .lost = G_MAXINT64 };
  code = real_vfs->xOpen (real_vfs, name, self->real, flags, flags_out);
  self->base.pMethods = self->real->pMethods != NULL ? &log_methods : NULL;
  return code;
}

/* The name of the layer for connections that write: over the one that is the default when the first of them is opened. */
const char *
weir_sql_log_vfs (void)
{
  static sqlite3_vfs vfs;
  static gsize made;

  if (g_once_init_enter (&made))
    {
      real_vfs = sqlite3_vfs_find (NULL);
      vfs = *real_vfs;
      vfs.zName = "weir-log";
      vfs.szOsFile = (int) sizeof (LogFile) + real_vfs->szOsFile;
      vfs.xOpen = log_open;
      sqlite3_vfs_register (&vfs, FALSE);
      g_once_init_leave (&made, 1);
    }
  return "weir-log";
}
