/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weir-bad-disk.h"

#include <sqlite3.h>
#include <string.h>

typedef struct
{
  sqlite3_file  base;
  sqlite3_file *real; /* lies behind this in the same memory */
} BadFile;

static sqlite3_vfs bad_vfs;
static sqlite3_vfs *real_vfs;
static int mode;    /* atomic */
static int n_syncs; /* atomic */
static int n_calls; /* atomic: that change the disk */
static int fail_at; /* atomic: the first of these that fails */

static sqlite3_file *
real_of (sqlite3_file *file)
{
  return ((BadFile *) file)->real;
}

/* Counts a call that changes the disk, and says what becomes of it. */
static BadDiskMode
begin_call (void)
{
  int n = g_atomic_int_add (&n_calls, 1) + 1;

  return n >= g_atomic_int_get (&fail_at) ? (BadDiskMode) g_atomic_int_get (&mode) : BAD_DISK_WORKS;
}

static int
bad_close (sqlite3_file *file)
{
  return real_of (file)->pMethods->xClose (real_of (file));
}

static int
bad_read (sqlite3_file *file, void *data, int size, sqlite3_int64 offset)
{
  return real_of (file)->pMethods->xRead (real_of (file), data, size, offset);
}

static int
bad_write (sqlite3_file *file, const void *data, int size, sqlite3_int64 offset)
{
  const sqlite3_io_methods *methods = real_of (file)->pMethods;

  switch (begin_call ())
    {
    case BAD_DISK_FULL:
      return SQLITE_FULL;
    case BAD_DISK_SHORT_WRITE:
      methods->xWrite (real_of (file), data, size / 2, offset);
      return SQLITE_FULL;
    case BAD_DISK_WRITE_FAILS:
      return SQLITE_IOERR_WRITE;
    case BAD_DISK_DAMAGED:
      return SQLITE_CORRUPT;
    default:
      return methods->xWrite (real_of (file), data, size, offset);
    }
}

static int
bad_truncate (sqlite3_file *file, sqlite3_int64 size)
{
  if (begin_call () == BAD_DISK_WRITE_FAILS)
    return SQLITE_IOERR_TRUNCATE;
  return real_of (file)->pMethods->xTruncate (real_of (file), size);
}

static int
bad_sync (sqlite3_file *file, int flags)
{
  g_atomic_int_inc (&n_syncs);
  if (begin_call () == BAD_DISK_SYNC_FAILS)
    return SQLITE_IOERR_FSYNC;
  return real_of (file)->pMethods->xSync (real_of (file), flags);
}

static int
bad_file_size (sqlite3_file *file, sqlite3_int64 *size)
{
  return real_of (file)->pMethods->xFileSize (real_of (file), size);
}

static int
bad_lock (sqlite3_file *file, int level)
{
  return real_of (file)->pMethods->xLock (real_of (file), level);
}

static int
bad_unlock (sqlite3_file *file, int level)
{
  return real_of (file)->pMethods->xUnlock (real_of (file), level);
}

static int
bad_check_reserved_lock (sqlite3_file *file, int *answer)
{
  return real_of (file)->pMethods->xCheckReservedLock (real_of (file), answer);
}

static int
bad_file_control (sqlite3_file *file, int op, void *argument)
{
  return real_of (file)->pMethods->xFileControl (real_of (file), op, argument);
}

static int
bad_sector_size (sqlite3_file *file)
{
  return real_of (file)->pMethods->xSectorSize (real_of (file));
}

static int
bad_device_characteristics (sqlite3_file *file)
{
  return real_of (file)->pMethods->xDeviceCharacteristics (real_of (file));
}

static int
bad_shm_map (sqlite3_file *file, int page, int size, int extend, void volatile **memory)
{
  return real_of (file)->pMethods->xShmMap (real_of (file), page, size, extend, memory);
}

static int
bad_shm_lock (sqlite3_file *file, int offset, int n_locks, int flags)
{
  return real_of (file)->pMethods->xShmLock (real_of (file), offset, n_locks, flags);
}

static void
bad_shm_barrier (sqlite3_file *file)
{
  real_of (file)->pMethods->xShmBarrier (real_of (file));
}

static int
bad_shm_unmap (sqlite3_file *file, int remove)
{
  return real_of (file)->pMethods->xShmUnmap (real_of (file), remove);
}

static const sqlite3_io_methods bad_methods = {
  .iVersion = 2,
  .xClose = bad_close,
  .xRead = bad_read,
  .xWrite = bad_write,
  .xTruncate = bad_truncate,
  .xSync = bad_sync,
  .xFileSize = bad_file_size,
  .xLock = bad_lock,
  .xUnlock = bad_unlock,
  .xCheckReservedLock = bad_check_reserved_lock,
  .xFileControl = bad_file_control,
  .xSectorSize = bad_sector_size,
  .xDeviceCharacteristics = bad_device_characteristics,
  .xShmMap = bad_shm_map,
  .xShmLock = bad_shm_lock,
  .xShmBarrier = bad_shm_barrier,
  .xShmUnmap = bad_shm_unmap,
};

static int
bad_open (sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *flags_out)
{
  BadFile *self = (BadFile *) file;
  int code;

  self->real = (sqlite3_file *) (self + 1);
  code = real_vfs->xOpen (real_vfs, name, self->real, flags, flags_out);
  self->base.pMethods = self->real->pMethods != NULL ? &bad_methods : NULL;
  return code;
}

/* Makes it the layer of all databases that are opened from here on. */
void
bad_disk_install (void)
{
  real_vfs = sqlite3_vfs_find (NULL);
  bad_vfs = *real_vfs;
  bad_vfs.zName = "bad-disk";
  bad_vfs.szOsFile = (int) sizeof (BadFile) + real_vfs->szOsFile;
  bad_vfs.xOpen = bad_open;
  sqlite3_vfs_register (&bad_vfs, TRUE);
}

void
bad_disk_set_mode (BadDiskMode new_mode)
{
  g_atomic_int_set (&fail_at, 0);
  g_atomic_int_set (&mode, new_mode);
}

/* From the @nth call from now on. */
void
bad_disk_fail_from (BadDiskMode new_mode, guint nth)
{
  g_atomic_int_set (&mode, BAD_DISK_WORKS);
  g_atomic_int_set (&fail_at, g_atomic_int_get (&n_calls) + (int) nth);
  g_atomic_int_set (&mode, new_mode);
}

guint
bad_disk_get_n_calls (void)
{
  return (guint) g_atomic_int_get (&n_calls);
}

guint
bad_disk_get_n_syncs (void)
{
  return (guint) g_atomic_int_get (&n_syncs);
}
