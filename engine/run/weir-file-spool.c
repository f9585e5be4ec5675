/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "weir-file-spool.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "weir-file-do.h"
#include "weir-sha256.h"

/* The disk works while more comes, so that the sync at the end does not wait for all of it. */
#define FLUSH_SIZE (8 << 20)

WeirFileSpool *
weir_file_spool_new (const char *path, GError **error)
{
  WeirFileSpool *self = g_new0 (WeirFileSpool, 1);
  g_autofree char *beside = g_strdup (path);
  g_autofree char *folder = g_path_get_dirname (path);

  /* a folder that is still to be made will be on the file system of the one it is in */
  while (!g_file_test (folder, G_FILE_TEST_EXISTS))
    {
      g_free (beside);
      beside = g_steal_pointer (&folder);
      folder = g_path_get_dirname (beside);
    }
  self->fd = weir_file_open_beside (beside, &self->temporary);
  if (self->fd >= 0)
    {
      self->sum = weir_sha256_new ();
      return self;
    }
  weir_file_fail (error, errno, "Could not write", path);
  g_free (self->temporary);
  g_free (self);
  return NULL;
}

void
weir_file_spool_free (WeirFileSpool *self)
{
  if (self->fd >= 0)
    close (self->fd);
  if (self->temporary != NULL)
    unlink (self->temporary);
  if (self->sum != NULL)
    g_free (weir_sha256_finish (self->sum));
  g_free (self->temporary);
  g_free (self);
}

gboolean
weir_file_spool_add (WeirFileSpool *self, GBytes *bytes, GError **error)
{
  gsize size;
  const char *data = g_bytes_get_data (bytes, &size);
  gsize left = size;

  while (left > 0)
    {
      ssize_t n = write (self->fd, data + (size - left), left);

      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        return weir_file_fail (error, errno, "Could not write",
                               self->temporary != NULL ? self->temporary : "the new content");
      left -= n;
    }
  if (size > 0)
    weir_sha256_add (self->sum, data, size);
  self->size += size;
  if (self->size - self->flushed >= FLUSH_SIZE)
    {
      sync_file_range (self->fd, (off_t) self->flushed, (off_t) (self->size - self->flushed), SYNC_FILE_RANGE_WRITE);
      self->flushed = self->size;
    }
  return TRUE;
}

char *
weir_file_spool_get_hash (WeirFileSpool *self, const char *after)
{
  g_autofree char *own = g_strdup_printf ("/proc/self/fd/%d", self->fd);

  if (after != NULL)
    {
      WeirSha256 *sum = weir_sha256_new ();

      weir_file_add_to_hash (after, sum);
      weir_file_add_to_hash (own, sum);
      return weir_sha256_finish (sum);
    }
  return weir_sha256_finish (g_steal_pointer (&self->sum));
}
