/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "weir-store-private.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <linux/fs.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "weir-sha256.h"

#define HASH_LENGTH 64

/* A blob on its way into blobs/: written under a temporary name, hashed, and only then given its own. */
typedef struct
{
  const char *dir;
  char       *path;
  int         fd;
  guint64     size; /* how much is to be kept */
} Draft;

static gboolean
fail (GError **error, const char *verb, const char *path)
{
  int number = errno;

  g_set_error (error, WEIR_ERROR, WEIR_ERROR_STORE, "Cannot %s %s: %s", verb, path, g_strerror (number));
  return FALSE;
}

gboolean
weir_store_is_hash (const char *text)
{
  return strspn (text, "0123456789abcdef") == HASH_LENGTH && text[HASH_LENGTH] == '\0';
}

void
weir_store_hash_to_bytes (const char *hash, guint8 bytes[32])
{
  for (guint i = 0; i < 32; i++)
    bytes[i] = g_ascii_xdigit_value (hash[2 * i]) << 4 | g_ascii_xdigit_value (hash[2 * i + 1]);
}

char *
weir_store_hash_of_bytes (const guint8 bytes[32])
{
  GString *hash = g_string_sized_new (HASH_LENGTH);

  for (guint i = 0; i < 32; i++)
    g_string_append_printf (hash, "%02x", bytes[i]);
  return g_string_free (hash, FALSE);
}

char *
weir_store_hash_to_path (WeirStore *self, const char *hash)
{
  char start[3] = { hash[0], hash[1], '\0' };

  return g_build_filename (self->blobs_dir, start, hash, NULL);
}

/* ── writing ─────────────────────────────────────────────────────────────────────────────── */

static void
draft_discard (Draft *draft)
{
  if (draft->fd >= 0)
    close (draft->fd);
  if (draft->path != NULL)
    g_unlink (draft->path);
  g_free (draft->path);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Draft, draft_discard)

/* Its own name says nothing to anybody. */
static gboolean
draft_fail (Draft *draft, const char *verb, GError **error)
{
  if (errno != ENOSPC && errno != EDQUOT)
    return fail (error, verb, draft->dir);
  /* what there was room for is given back: it counts as free */
  if (draft->fd >= 0 && ftruncate (draft->fd, 0) != 0)
    g_debug ("Could not empty a draft: %s", g_strerror (errno));
  return weir_store_fail_full (draft->dir, draft->size, error);
}

static gboolean
draft_open (WeirStore *self, Draft *draft, guint64 size, GError **error)
{
  draft->dir = self->blobs_dir;
  draft->size = size;
  draft->path = g_build_filename (self->blobs_dir, ".new-XXXXXX", NULL);
  draft->fd = g_mkstemp_full (draft->path, O_RDWR | O_CLOEXEC, 0600);
  if (draft->fd >= 0)
    return TRUE;
  draft_fail (draft, "make a file in", error);
  g_clear_pointer (&draft->path, g_free);
  return FALSE;
}

static gboolean
draft_write (Draft *draft, const char *data, gsize size, GError **error)
{
  while (size > 0)
    {
      gssize written = write (draft->fd, data, size);

      if (written < 0 && errno == EINTR)
        continue;
      if (written < 0)
        return draft_fail (draft, "write to", error);
      data += written;
      size -= written;
    }
  return TRUE;
}

/* By reflink where the file system can, else within the kernel, else by hand. */
static gboolean
draft_copy (Draft *draft, int source, const char *source_path, GError **error)
{
  if (ioctl (draft->fd, FICLONE, source) == 0)
    return TRUE;
  for (;;)
    {
      gssize copied = copy_file_range (source, NULL, draft->fd, NULL, 1 << 30, 0);

      if (copied == 0)
        return TRUE;
      if (copied < 0 && (errno == EXDEV || errno == EINVAL || errno == EOPNOTSUPP || errno == ENOSYS))
        break;
      if (copied < 0 && (errno == ENOSPC || errno == EDQUOT))
        return draft_fail (draft, "write to", error);
      if (copied < 0 && errno != EINTR)
        return fail (error, "copy into blobs/ from", source_path);
    }
  for (;;)
    {
      g_autofree char *buffer = g_malloc (1 << 18);
      gssize length = read (source, buffer, 1 << 18);

      if (length == 0)
        return TRUE;
      if (length < 0 && errno != EINTR)
        return fail (error, "read", source_path);
      if (length > 0 && !draft_write (draft, buffer, length, error))
        return FALSE;
    }
}

/* Read, not mapped: what is mapped counts as memory of the program, and a file may be larger than that. */
static char *
draft_hash (Draft *draft, gsize size, const void *data, GError **error)
{
  g_autofree char *buffer = data == NULL ? g_malloc (1 << 18) : NULL;
  WeirSha256 *sum = weir_sha256_new ();
  g_autofree char *hash = NULL;
  off_t at = 0;
  gssize n = 1;

  if (data != NULL)
    weir_sha256_add (sum, data, size);
  while (data == NULL && n != 0)
    {
      n = pread (draft->fd, buffer, 1 << 18, at);
      if (n < 0 && errno != EINTR)
        break;
      if (n > 0)
        weir_sha256_add (sum, buffer, n);
      at += MAX (n, 0);
    }
  hash = weir_sha256_finish (sum);
  if (n < 0)
    {
      draft_fail (draft, "read what was kept in", error);
      return NULL;
    }
  return g_steal_pointer (&hash);
}

static gboolean
make_start_dir (WeirStore *self, Draft *draft, const char *dir, GError **error)
{
  if (g_mkdir (dir, 0700) == 0)
    return self->in_memory || weir_store_sync_dir (self->blobs_dir, error);
  return errno == EEXIST || draft_fail (draft, "make a folder in", error);
}

/* Under the lock, so that a blob found here is not being removed at this moment. */
static gboolean
draft_publish (WeirStore *self, Draft *draft, const char *hash, GError **error)
{
  g_autofree char *path = weir_store_hash_to_path (self, hash);
  g_autofree char *dir = g_path_get_dirname (path);
  g_autoptr(GMutexLocker) locker = NULL;

  if (!make_start_dir (self, draft, dir, error))
    return FALSE;
  locker = g_mutex_locker_new (&self->blobs_lock);
  if (g_access (path, F_OK) != 0)
    {
      if (g_rename (draft->path, path) != 0)
        return draft_fail (draft, "name a file in", error);
      g_clear_pointer (&draft->path, g_free);
    }
  g_hash_table_add (self->fresh_blobs, g_strdup (hash));
  g_clear_pointer (&locker, g_mutex_locker_free);
  return self->in_memory || weir_store_sync_dir (dir, error);
}

/* Hashing goes on while the disk writes. */
static char *
draft_finish (WeirStore *self, Draft *draft, const void *data, gsize size, GError **error)
{
  g_autofree char *hash = NULL;

  if (!self->in_memory)
    sync_file_range (draft->fd, 0, 0, SYNC_FILE_RANGE_WRITE);
  hash = draft_hash (draft, size, data, error);
  if (hash == NULL)
    return NULL;
  if (!self->in_memory && fdatasync (draft->fd) != 0)
    {
      draft_fail (draft, "sync", error);
      return NULL;
    }
  if (!draft_publish (self, draft, hash, error))
    return NULL;
  return g_steal_pointer (&hash);
}

/**
 * weir_store_put_blob:
 * @self: a store
 * @data: (array length=size): content
 * @size: in bytes
 * @error: set to %WEIR_ERROR_STORE when it cannot be written
 *
 * Keeps content under its SHA-256; the same content twice is one file. It stays at least until the store is closed,
 * and from then on as long as a row refers to it. Any thread; the file is synced when this returns.
 *
 * Returns: (transfer full) (nullable): 64 hex digits
 */
char *
weir_store_put_blob (WeirStore *self, const void *data, gsize size, GError **error)
{
  g_auto(Draft) draft = { .fd = -1 };

  if (!draft_open (self, &draft, size, error) || !draft_write (&draft, data, size, error))
    return NULL;
  return draft_finish (self, &draft, size > 0 ? data : NULL, size, error);
}

/**
 * weir_store_put_file:
 * @self: a store
 * @path: of a regular file
 * @size: (out) (optional): its size in bytes
 * @error: set when it is not a regular file, or cannot be read or kept
 *
 * Keeps a copy of a file as it is now. Any thread.
 *
 * Returns: (transfer full) (nullable): 64 hex digits
 */
char *
weir_store_put_file (WeirStore *self, const char *path, guint64 *size, GError **error)
{
  g_auto(Draft) draft = { .fd = -1 };
  g_autofree char *hash = NULL;
  struct stat info;
  int source = g_open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK, 0);
  gboolean ok;

  if (source < 0)
    {
      fail (error, "read", path);
      return NULL;
    }
  ok = fstat (source, &info) == 0 || fail (error, "read", path);
  if (ok && !S_ISREG (info.st_mode))
    {
      g_set_error (error, WEIR_ERROR, WEIR_ERROR_STORE, "Expected a regular file at %s", path);
      ok = FALSE;
    }
  ok = ok && draft_open (self, &draft, info.st_size, error) && draft_copy (&draft, source, path, error);
  close (source);
  if (!ok)
    return NULL;
  hash = draft_finish (self, &draft, NULL, 0, error);
  if (hash != NULL && size != NULL && fstat (draft.fd, &info) == 0)
    *size = info.st_size;
  return g_steal_pointer (&hash);
}

/* ── reading ─────────────────────────────────────────────────────────────────────────────── */

/**
 * weir_store_get_blob_path:
 * @self: a store
 * @hash: 64 hex digits
 *
 * Returns: (transfer full) (nullable): where the blob lies, to be reflinked from; never to be changed. %NULL if
 *   @hash is no hash
 */
char *
weir_store_get_blob_path (WeirStore *self, const char *hash)
{
  return weir_store_is_hash (hash) ? weir_store_hash_to_path (self, hash) : NULL;
}

/**
 * weir_store_read_blob:
 * @self: a store
 * @hash: 64 hex digits
 * @error: set to %WEIR_ERROR_NOT_FOUND if there is none, %WEIR_ERROR_STORE if it was damaged
 *
 * Any thread.
 *
 * Returns: (transfer full) (nullable): the content, mapped, checked against its hash
 */
GBytes *
weir_store_read_blob (WeirStore *self, const char *hash, GError **error)
{
  g_autofree char *path = weir_store_get_blob_path (self, hash);
  g_autoptr(GMappedFile) map = path != NULL ? g_mapped_file_new (path, FALSE, NULL) : NULL;
  g_autoptr(GBytes) bytes = NULL;
  g_autofree char *actual = NULL;

  if (map == NULL)
    {
      g_set_error (error, WEIR_ERROR, WEIR_ERROR_NOT_FOUND, "There is no blob %s", hash);
      return NULL;
    }
  bytes = g_mapped_file_get_bytes (map);
  actual = weir_sha256 (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  if (g_strcmp0 (actual, hash) != 0)
    {
      g_set_error (error, WEIR_ERROR, WEIR_ERROR_STORE, "%s is damaged: its content has the hash %s", path, actual);
      return NULL;
    }
  return g_steal_pointer (&bytes);
}

/* ── keeping and removing: writing thread ────────────────────────────────────────────────── */

/* A row that is on disk refers to it: from now on the rows decide. */
void
weir_store_blob_is_referenced (WeirStore *self, const char *hash)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&self->blobs_lock);

  g_hash_table_remove (self->fresh_blobs, hash);
}

/* No row refers to it. Somebody may have put the same content again a moment ago and be about to refer to it; then it
 * stays. */
void
weir_store_remove_blob (WeirStore *self, const char *hash)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&self->blobs_lock);
  g_autofree char *path = NULL;

  if (g_hash_table_contains (self->fresh_blobs, hash))
    return;
  path = weir_store_hash_to_path (self, hash);
  if (g_unlink (path) != 0 && errno != ENOENT)
    g_debug ("Could not remove %s: %s", path, g_strerror (errno));
}
