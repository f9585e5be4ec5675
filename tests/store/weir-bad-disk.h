/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A disk that fails on demand: a layer under SQLite, over its ordinary one. */
typedef enum
{
  BAD_DISK_WORKS,
  BAD_DISK_FULL,        /* every write: no space left */
  BAD_DISK_SHORT_WRITE, /* half of what is to be written is, then there is no space left */
  BAD_DISK_WRITE_FAILS, /* every write: I/O error */
  BAD_DISK_SYNC_FAILS,  /* writes work, syncs do not */
  BAD_DISK_DAMAGED,     /* every write: what is there is not what it should be */
} BadDiskMode;

void  bad_disk_install    (void);
void  bad_disk_set_mode   (BadDiskMode mode);
/* Only what comes after so many calls that change the disk. */
void  bad_disk_fail_from  (BadDiskMode mode, guint nth);
guint bad_disk_get_n_calls (void);
guint bad_disk_get_n_syncs (void);

G_END_DECLS
