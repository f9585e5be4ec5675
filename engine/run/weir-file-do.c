/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "weir-file-do.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <linux/fs.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#define COPY_CHUNK (32 * 1024 * 1024)

/* ── syncing ────────────────────────────────────────────────────────────────────────────── */

struct _WeirFileSync
{
  GHashTable *folders;
};

WeirFileSync *
weir_file_sync_new (void)
{
  WeirFileSync *self = g_new (WeirFileSync, 1);

  self->folders = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  return self;
}

static void
sync_folder (const char *path)
{
  int fd = open (path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

  if (fd >= 0)
    {
      fsync (fd);
      close (fd);
    }
}

void
weir_file_sync_finish (WeirFileSync *self)
{
  GHashTableIter iter;
  const char *path;

  g_hash_table_iter_init (&iter, self->folders);
  while (g_hash_table_iter_next (&iter, (gpointer *) &path, NULL))
    sync_folder (path);
  g_hash_table_unref (self->folders);
  g_free (self);
}

void
weir_file_sync_parent (WeirFileSync *self, const char *path)
{
  g_autofree char *parent = g_path_get_dirname (path);

  if (self != NULL)
    g_hash_table_add (self->folders, g_steal_pointer (&parent));
  else
    sync_folder (parent);
}

/* ── attributes ─────────────────────────────────────────────────────────────────────────── */

gboolean
weir_file_get_time (const char *path, gint64 *mtime)
{
  struct stat info;

  if (lstat (path, &info) != 0)
    return FALSE;
  *mtime = info.st_mtim.tv_sec * G_GINT64_CONSTANT (1000000000) + info.st_mtim.tv_nsec;
  return TRUE;
}

gboolean
weir_file_set_time (const char *path, gint64 mtime)
{
  gint64 seconds = mtime / 1000000000 - (mtime % 1000000000 < 0);
  struct timespec times[2] = { { .tv_nsec = UTIME_OMIT }, { seconds, mtime - seconds * 1000000000 } };

  return utimensat (AT_FDCWD, path, times, AT_SYMLINK_NOFOLLOW) == 0;
}

static void
remove_other_attributes (const char *path, WeirValue *wanted)
{
  char names[4096];
  ssize_t length = llistxattr (path, names, sizeof names);

  for (ssize_t i = 0; i < length; i += strlen (names + i) + 1)
    if ((g_str_has_prefix (names + i, "user.") || g_str_has_prefix (names + i, "system.posix_acl_"))
        && weir_value_find_member (wanted, names + i) == NULL)
      lremovexattr (path, names + i);
}

/* Some file systems have none; then there were none. */
static void
set_xattrs (const char *path, WeirValue *wanted)
{
  remove_other_attributes (path, wanted);
  for (gsize i = 0; i < weir_value_get_length (wanted); i++)
    {
      GBytes *bytes = weir_value_get_bytes (weir_value_get_item (wanted, i));

      lsetxattr (path, weir_value_get_key (wanted, i), g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), 0);
    }
}

/* Nothing of what is as it is wanted is touched: a file that was put in its place whole must not be anything else for a moment, since a
 * crash then leaves it so, and undo no longer knows it. */
static gboolean
set_access (const char *path, mode_t now, WeirValue *mode, WeirValue *wanted, GError **error)
{
  g_autoptr(WeirValue) xattrs = wanted != NULL ? weir_file_get_xattrs (path) : NULL;
  gboolean differ = wanted != NULL && !weir_value_equal (xattrs, wanted);

  /* writing attributes takes the right to write; the mode is set last, as it goes into an access list */
  if (differ && (now & 0200) == 0)
    chmod (path, (now & 07777) | 0200);
  if (differ)
    set_xattrs (path, wanted);
  if (mode != NULL && (differ || (now & 07777) != (mode_t) weir_value_get_int (mode))
      && chmod (path, (mode_t) weir_value_get_int (mode)) != 0)
    return weir_file_fail (error, errno, "Could not set the permissions of", path);
  return TRUE;
}

gboolean
weir_file_set_attributes (const char *path, WeirValue *state, GError **error)
{
  WeirValue *mtime = weir_value_find_member (state, "mtime");
  gint64 uid = weir_value_get_member_int (state, "uid", -1);
  gint64 gid = weir_value_get_member_int (state, "gid", -1);
  struct stat info;
  gint64 time;

  if (lstat (path, &info) != 0)
    return weir_file_fail (error, errno, "Could not look at", path);
  if ((uid >= 0 && uid != info.st_uid) || (gid >= 0 && gid != info.st_gid))
    {
      if (lchown (path, (uid_t) uid, (gid_t) gid) != 0 && errno != EPERM)
        return weir_file_fail (error, errno, "Could not set the owner of", path);
      /* a new owner may take bits of the mode */
      lstat (path, &info);
    }
  if (!S_ISLNK (info.st_mode)
      && !set_access (path, info.st_mode, weir_value_find_member (state, "mode"),
                      weir_value_find_member (state, "xattrs"), error))
    return FALSE;
  if (mtime != NULL && (!weir_file_get_time (path, &time) || time != weir_value_get_int (mtime))
      && !weir_file_set_time (path, weir_value_get_int (mtime)))
    return weir_file_fail (error, errno, "Could not set the time of", path);
  return TRUE;
}

/* ── writing ────────────────────────────────────────────────────────────────────────────── */

/* @written: how much of it there is, also after a failure; on top of what is in it */
static gboolean
write_counted (int fd, const char *data, gsize size, gint64 *written)
{
  while (size > 0)
    {
      ssize_t n = write (fd, data, size);

      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        return FALSE;
      data += n;
      size -= n;
      *written += n;
    }
  return TRUE;
}

static gboolean
write_all (int fd, const char *data, gsize size)
{
  gint64 written = 0;

  return write_counted (fd, data, size, &written);
}

int
weir_file_open_beside (const char *path, char **temporary)
{
  g_autofree char *folder = g_path_get_dirname (path);
  int fd = open (folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

  if (fd >= 0 || (errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL && errno != ENOENT))
    return fd;
  do
    {
      g_free (*temporary);
      *temporary = g_strdup_printf ("%s.weir-%06x", path, g_random_int () & 0xffffff);
      fd = open (*temporary, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    }
  while (fd < 0 && errno == EEXIST);
  return fd;
}

/* Gives the file without a name the name @path, or one in @temporary if that is taken. */
static gboolean
give_name (int fd, const char *path, gboolean exclusive, char **temporary)
{
  g_autofree char *source = g_strdup_printf ("/proc/self/fd/%d", fd);

  if (linkat (AT_FDCWD, source, AT_FDCWD, path, AT_SYMLINK_FOLLOW) == 0)
    return TRUE;
  while (errno == EEXIST && !exclusive)
    {
      g_free (*temporary);
      *temporary = g_strdup_printf ("%s.weir-%06x", path, g_random_int () & 0xffffff);
      if (linkat (AT_FDCWD, source, AT_FDCWD, *temporary, AT_SYMLINK_FOLLOW) == 0)
        return TRUE;
    }
  g_clear_pointer (temporary, g_free);
  return FALSE;
}

typedef struct
{
  GBytes           *content; /* or a file that is open */
  int               source;
  WeirFileSpool    *spool;   /* or content that is where it is to be already, but for its name */
  WeirValue        *like;    /* mode, attributes, time; NULL: of a new file */
  gboolean          exclusive;
  gboolean          sync_content;
  WeirFileSync     *sync;
  WeirFileProgress *progress;
  goffset           changed; /* bytes that came from the source, if that are others than it was said to have; else -1 */
  gint64            written; /* of an append: so much is there */
} Replacement;

static gboolean
copy_by_hand (Replacement *self, int fd)
{
  g_autofree char *buffer = g_malloc (1 << 18);
  ssize_t n;

  while ((n = read (self->source, buffer, 1 << 18)) != 0)
    {
      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0 || !write_counted (fd, buffer, n, &self->written))
        return FALSE;
      if (self->progress != NULL && g_cancellable_is_cancelled (self->progress->cancellable))
        {
          errno = ECANCELED;
          return FALSE;
        }
    }
  return TRUE;
}

/* By reflink where the file system can, else within the kernel, else by hand. */
static gboolean
copy_into (Replacement *self, int fd)
{
  if (ioctl (fd, FICLONE, self->source) == 0)
    return TRUE;
  for (;;)
    {
      ssize_t n = copy_file_range (self->source, NULL, fd, NULL, COPY_CHUNK, 0);

      if (n == 0)
        return TRUE;
      if (n < 0 && (errno == EXDEV || errno == EINVAL || errno == EOPNOTSUPP || errno == ENOSYS))
        return copy_by_hand (self, fd);
      if (n < 0 && errno != EINTR)
        return FALSE;
      if (self->progress == NULL)
        continue;
      __atomic_add_fetch (&self->progress->done, MAX (n, 0), __ATOMIC_RELAXED);
      if (g_cancellable_is_cancelled (self->progress->cancellable))
        {
          errno = ECANCELED;
          return FALSE;
        }
    }
}

/* What was copied is what was looked at before: that is what an undo goes by. */
static gboolean
has_expected_size (Replacement *self, int fd)
{
  struct stat info;

  if (fstat (fd, &info) != 0)
    return FALSE;
  if (info.st_size == weir_value_get_member_int (self->like, "size", info.st_size))
    return TRUE;
  self->changed = info.st_size;
  return FALSE;
}

static gboolean
fill (Replacement *self, int fd, mode_t mode)
{
  gsize size;
  const char *data = self->content != NULL ? g_bytes_get_data (self->content, &size) : NULL;
  WeirValue *mtime = self->like != NULL ? weir_value_find_member (self->like, "mtime") : NULL;
  WeirValue *xattrs = self->like != NULL ? weir_value_find_member (self->like, "xattrs") : NULL;

  if (self->spool == NULL && !(self->content != NULL ? write_all (fd, data, size) : copy_into (self, fd)))
    return FALSE;
  if (self->content == NULL && self->spool == NULL && !has_expected_size (self, fd))
    return FALSE;
  if (self->like != NULL && geteuid () == 0
      && fchown (fd, (uid_t) weir_value_get_member_int (self->like, "uid", -1),
                 (gid_t) weir_value_get_member_int (self->like, "gid", -1))
           != 0
      && errno != EPERM)
    return FALSE;
  for (gsize i = 0; xattrs != NULL && i < weir_value_get_length (xattrs); i++)
    {
      GBytes *bytes = weir_value_get_bytes (weir_value_get_item (xattrs, i));

      fsetxattr (fd, weir_value_get_key (xattrs, i), g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), 0);
    }
  if (fchmod (fd, mode) != 0)
    return FALSE;
  if (mtime != NULL)
    {
      gint64 ns = weir_value_get_int (mtime);
      gint64 seconds = ns / 1000000000 - (ns % 1000000000 < 0);
      struct timespec times[2] = { { .tv_nsec = UTIME_OMIT }, { seconds, ns - seconds * 1000000000 } };

      futimens (fd, times);
    }
  return !self->sync_content || fsync (fd) == 0;
}

static gboolean
fail_write (GError **error, int code, const char *path)
{
  if (code == ECANCELED)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, "Stopped while writing %s", path);
      return FALSE;
    }
  return weir_file_fail (error, code, "Could not write", path);
}

/* The mask of the process. To ask by umask () would change it for all threads, of which one may be making a folder. */
static mode_t
get_mask (void)
{
  static gsize mask_and_mark;

  if (g_once_init_enter (&mask_and_mark))
    {
      g_autofree char *status = NULL;
      const char *line = NULL;

      if (g_file_get_contents ("/proc/self/status", &status, NULL, NULL))
        line = strstr (status, "\nUmask:");
      g_once_init_leave (&mask_and_mark,
                         01000 | (line != NULL ? g_ascii_strtoull (line + strlen ("\nUmask:"), NULL, 8) : 022));
    }
  return mask_and_mark & 0777;
}

/* Another file beside it, synced, then put in its place; an exclusive one only where there is none. */
static gboolean
replace_file (const char *path, Replacement *with, GError **error)
{
  g_autofree char *temporary = NULL;
  mode_t mask = get_mask ();
  mode_t mode;
  int fd = with->spool == NULL ? weir_file_open_beside (path, &temporary) : g_steal_fd (&with->spool->fd);
  int code;
  gboolean ok;

  if (with->spool != NULL)
    temporary = g_steal_pointer (&with->spool->temporary);
  mode = with->like != NULL ? weir_value_get_member_int (with->like, "mode", 0666 & ~mask) : 0666 & ~mask;
  if (fd < 0)
    return fail_write (error, errno, path);

  ok = fill (with, fd, mode) && (temporary != NULL || give_name (fd, path, with->exclusive, &temporary));
  if (ok && temporary != NULL)
    ok = renameat2 (AT_FDCWD, temporary, AT_FDCWD, path, with->exclusive ? RENAME_NOREPLACE : 0) == 0;
  code = errno;
  close (fd);
  if (!ok && temporary != NULL)
    unlink (temporary);
  if (!ok)
    return fail_write (error, code, path);
  if (with->sync_content)
    weir_file_sync_parent (with->sync, path);
  return TRUE;
}

/* What of an append came before it failed goes again, if nobody else has written behind it: half a line is worse than none. */
static void
take_back (int fd, const struct stat *before, gint64 written)
{
  struct timespec times[2] = { { .tv_nsec = UTIME_OMIT }, before->st_mtim };
  struct stat now;

  if (written > 0 && fstat (fd, &now) == 0 && now.st_size == before->st_size + written
      && ftruncate (fd, before->st_size) == 0)
    futimens (fd, times);
}

static gboolean
append (const char *path, Replacement *with, GError **error)
{
  int fd = open (path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
  gsize size;
  const char *data = with->content != NULL ? g_bytes_get_data (with->content, &size) : NULL;
  struct stat before;
  gboolean ok;

  if (fd < 0 || fstat (fd, &before) != 0)
    {
      weir_file_fail (error, errno, "Could not write", path);
      if (fd >= 0)
        close (fd);
      return FALSE;
    }
  if (with->spool != NULL)
    {
      with->source = with->spool->fd;
      ok = lseek (with->source, 0, SEEK_SET) == 0 && copy_by_hand (with, fd);
    }
  else
    ok = write_counted (fd, data, size, &with->written);
  ok = ok && (!with->sync_content || fsync (fd) == 0);
  if (!ok)
    {
      weir_file_fail (error, errno, "Could not write", path);
      take_back (fd, &before, with->written);
    }
  close (fd);
  if (with->sync_content)
    weir_file_sync_parent (NULL, path);
  return ok;
}

/* A new file comes whole or not at all, so that undo after a crash never finds an empty one of which it cannot tell who made it.
 * Of several that append to it at once one makes it. */
static gboolean
append_or_create (const char *path, Replacement *with, GError **error)
{
  g_autoptr(GError) problem = NULL;

  if (with->spool != NULL || g_file_test (path, G_FILE_TEST_EXISTS))
    return append (path, with, error);
  with->exclusive = TRUE;
  if (replace_file (path, with, &problem))
    return TRUE;
  if (g_file_test (path, G_FILE_TEST_EXISTS))
    return append (path, with, error);
  g_propagate_error (error, g_steal_pointer (&problem));
  return FALSE;
}

gboolean
weir_file_may_write (const char *path, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (path);
  struct stat info = { 0 };

  if (stat (path, &info) == 0 && S_ISDIR (info.st_mode))
    {
      weir_set_failure (error, "io.exists", "%s is a folder, expected a file", path);
      return FALSE;
    }
  /* A device would be replaced by a file, a pipe without a reader would keep the thread for ever. */
  if (info.st_mode != 0 && !S_ISREG (info.st_mode))
    {
      weir_set_failure (error, "io.other", "%s is a device, pipe or socket, expected a file", path);
      return FALSE;
    }
  if (access (folder, W_OK | X_OK) != 0 && errno != ENOENT)
    return weir_file_fail (error, errno, "Could not write", path);
  return TRUE;
}

static gboolean
write_with (const char *path, Replacement *with, WeirWriteMode mode, GError **error)
{
  g_autofree char *real = NULL;
  g_autoptr(WeirValue) old = NULL;
  g_autoptr(WeirValue) like = NULL;

  if (!weir_file_may_write (path, error))
    return FALSE;
  mode &= ~WEIR_WRITE_UNSYNCED;
  if (mode == WEIR_WRITE_APPEND)
    return append_or_create (path, with, error);
  if (mode == WEIR_WRITE_CREATE_NEW)
    {
      with->exclusive = TRUE;
      return replace_file (path, with, error);
    }

  /* what a symbolic link leads to is replaced, not the link */
  real = realpath (path, NULL);
  old = weir_file_get_state (NULL, real != NULL ? real : path, WEIR_STATE_ATTRIBUTES, NULL, NULL);
  if (weir_state_exists (old))
    with->like = like = weir_value_with_member (old, "mtime", NULL);
  return replace_file (real != NULL ? real : path, with, error);
}

gboolean
weir_file_write (const char *path, GBytes *content, WeirWriteMode mode, GError **error)
{
  Replacement with = { .content = content, .sync_content = (mode & WEIR_WRITE_UNSYNCED) == 0 };

  return write_with (path, &with, mode, error);
}

gboolean
weir_file_write_spool (const char *path, WeirFileSpool *spool, WeirWriteMode mode, GError **error)
{
  Replacement with = { .spool = spool, .sync_content = (mode & WEIR_WRITE_UNSYNCED) == 0 };

  return write_with (path, &with, mode, error);
}

gboolean
weir_file_put_back (const char *path, GBytes *content, WeirValue *state, WeirFileSync *sync, GError **error)
{
  Replacement with = { .content = content, .like = state, .sync_content = TRUE, .sync = sync };

  return replace_file (path, &with, error);
}

gboolean
weir_file_copy_file (const char *from, const char *to, WeirValue *state, gboolean sync_content, WeirFileSync *sync,
                     WeirFileProgress *progress, GError **error)
{
  Replacement with = { .source = open (from, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW), .like = state,
                       .sync_content = sync_content, .sync = sync, .progress = progress, .changed = -1 };
  g_autoptr(GError) problem = NULL;
  gboolean ok;

  if (with.source < 0)
    return weir_file_fail (error, errno, "Could not read", from);
  ok = replace_file (to, &with, &problem);
  close (with.source);
  if (!ok && with.changed >= 0)
    weir_set_failure (error, "io.changed",
                      "Expected %" G_GINT64_FORMAT " bytes in %s, but %" G_GINT64_FORMAT
                      " came: it was changed while it was copied, or says no size, like files in /proc",
                      weir_value_get_member_int (state, "size", 0), from, (gint64) with.changed);
  else if (!ok)
    g_propagate_error (error, g_steal_pointer (&problem));
  return ok;
}

/* ── moving ─────────────────────────────────────────────────────────────────────────────── */

static gboolean
copy_then_remove (const char *from, const char *to, GError **error)
{
  g_autofree char *temporary = g_strconcat (to, ".weir-moving", NULL);
  g_autoptr(WeirValue) state = weir_file_get_state (NULL, from, WEIR_STATE_ATTRIBUTES, NULL, NULL);
  g_autoptr(GFile) source = g_file_new_for_path (from);
  g_autoptr(GFile) target = g_file_new_for_path (temporary);
  g_autofree char *folder = g_path_get_dirname (from);
  struct stat info;
  gboolean replaces;

  /* what cannot go away need not be copied */
  if (access (folder, W_OK | X_OK) != 0)
    return weir_file_fail (error, errno, "Could not move", from);
  if (g_file_test (from, G_FILE_TEST_IS_DIR) && !g_file_test (from, G_FILE_TEST_IS_SYMLINK))
    {
      weir_set_failure (error, "io.other",
                        "%s is a folder on another file system than %s; only files can be moved there", from, to);
      return FALSE;
    }
  if (!g_file_copy (source, target, G_FILE_COPY_OVERWRITE | G_FILE_COPY_ALL_METADATA | G_FILE_COPY_NOFOLLOW_SYMLINKS,
                    NULL, NULL, NULL, error)
      || !weir_file_set_attributes (temporary, state, error)) /* times to the nanosecond, of links too */
    {
      unlink (temporary);
      return FALSE;
    }
  replaces = lstat (to, &info) == 0;
  if (rename (temporary, to) != 0)
    {
      int code = errno;

      unlink (temporary);
      return weir_file_fail (error, code, "Could not move to", to);
    }
  weir_file_sync_parent (NULL, to);
  if (unlink (from) != 0)
    {
      int code = errno;

      if (!replaces)
        unlink (to);
      return weir_file_fail (error, code, replaces ? "Copied, but could not remove" : "Could not move", from);
    }
  return TRUE;
}

gboolean
weir_file_move (const char *from, const char *to, gboolean replace, WeirFileSync *sync, GError **error)
{
  if (renameat2 (AT_FDCWD, from, AT_FDCWD, to, replace ? 0 : RENAME_NOREPLACE) != 0)
    {
      int code = errno;

      if (code == EINVAL && !replace && !g_file_test (to, G_FILE_TEST_EXISTS))
        code = rename (from, to) == 0 ? 0 : errno; /* a file system without RENAME_NOREPLACE */
      if (code == EXDEV)
        {
          if (!replace && g_file_test (to, G_FILE_TEST_EXISTS))
            return weir_file_fail (error, EEXIST, "Could not move to", to);
          return copy_then_remove (from, to, error);
        }
      if (code != 0)
        return weir_file_fail (error, code,
                               code == EEXIST || code == ENOTEMPTY ? "Could not move to" : "Could not move",
                               code == EEXIST || code == ENOTEMPTY ? to : from);
    }
  weir_file_sync_parent (sync, from);
  weir_file_sync_parent (sync, to);
  return TRUE;
}

/* ── folders and removing ───────────────────────────────────────────────────────────────── */

GPtrArray *
weir_file_missing_parents (const char *path)
{
  GPtrArray *missing = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *parent = g_path_get_dirname (path);

  while (!g_file_test (parent, G_FILE_TEST_EXISTS))
    {
      char *up = g_path_get_dirname (parent);

      g_ptr_array_insert (missing, 0, g_steal_pointer (&parent));
      parent = up;
    }
  return missing;
}

gboolean
weir_file_make_folder (const char *path, WeirFileSync *sync, GError **error)
{
  if (mkdir (path, 0777) != 0 && (errno != EEXIST || !g_file_test (path, G_FILE_TEST_IS_DIR)))
    return weir_file_fail (error, errno, "Could not make the folder", path);
  weir_file_sync_parent (sync, path);
  return TRUE;
}

/* One file, link or empty folder. What is gone already is no failure. */
gboolean
weir_file_remove (const char *path, WeirFileSync *sync, GError **error)
{
  if (unlink (path) != 0 && (errno != EISDIR || rmdir (path) != 0) && errno != ENOENT)
    return weir_file_fail (error, errno, "Could not remove", path);
  weir_file_sync_parent (sync, path);
  return TRUE;
}

gboolean
weir_file_remove_tree (const char *path, WeirFileSync *sync, GError **error)
{
  g_autoptr(GDir) dir = NULL;
  const char *name;

  if (g_file_test (path, G_FILE_TEST_IS_SYMLINK) || !g_file_test (path, G_FILE_TEST_IS_DIR))
    return weir_file_remove (path, sync, error);
  dir = g_dir_open (path, 0, NULL);
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      if (!weir_file_remove_tree (child, sync, error))
        return FALSE;
    }
  if (rmdir (path) != 0 && errno != ENOENT)
    return weir_file_fail (error, errno, "Could not remove the folder", path);
  weir_file_sync_parent (sync, path);
  return TRUE;
}
