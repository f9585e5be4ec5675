/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "weir-load-text.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#define CHUNK (256 * 1024)
#define NULL_DEVICE makedev (1, 3)
/* So long somebody has to begin writing to a pipe with a name. */
#define WRITER_PATIENCE_MS 5000

static gboolean
fail (GError **error, int code, const char *path)
{
  g_autofree char *name = g_filename_display_name (path);

  g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (code), "Could not read %s: %s", name, g_strerror (code));
  return FALSE;
}

/* A pipe and a terminal come to an end; what is read from most devices does not. */
static gboolean
may_read (int fd, const struct stat *info, const char *path, GError **error)
{
  gboolean device = S_ISBLK (info->st_mode)
                    || (S_ISCHR (info->st_mode) && info->st_rdev != NULL_DEVICE && !isatty (fd));
  g_autofree char *name = NULL;

  if (S_ISDIR (info->st_mode))
    return fail (error, EISDIR, path);
  if (!device)
    return TRUE;
  name = g_filename_display_name (path);
  g_set_error (error, WEIR_ERROR, WEIR_ERROR_INVALID, "Expected a file, but %s is a device", name);
  return FALSE;
}

/* Opening such a pipe would wait for somebody who writes, perhaps for ever. It is opened so as not to wait; once there is somebody, how long
 * that one takes is theirs. */
static gboolean
await_writer (int fd, GString *text, const char *path, GError **error)
{
  struct pollfd poll_fd = { .fd = fd, .events = POLLIN };
  gboolean waited = FALSE;
  g_autofree char *name = NULL;

  for (;;)
    {
      gsize length = text->len;
      ssize_t n;

      g_string_set_size (text, length + CHUNK);
      n = read (fd, text->str + length, CHUNK);
      g_string_set_size (text, length + (gsize) MAX (n, 0));
      if (n > 0 || (n < 0 && errno == EAGAIN))
        return fcntl (fd, F_SETFL, 0) == 0 || fail (error, errno, path);
      if (n < 0 && errno != EINTR)
        return fail (error, errno, path);
      if (waited)
        break;
      waited = poll (&poll_fd, 1, WRITER_PATIENCE_MS) >= 0 || errno != EINTR;
    }
  name = g_filename_display_name (path);
  g_set_error (error, WEIR_ERROR, WEIR_ERROR_INVALID, "Expected a file, but %s is a pipe that nobody writes to", name);
  return FALSE;
}

static gboolean
fail_size (GError **error, gsize max_bytes, const char *path)
{
  g_autofree char *limit = g_format_size_full (max_bytes, G_FORMAT_SIZE_IEC_UNITS);
  g_autofree char *name = g_filename_display_name (path);

  g_set_error (error, WEIR_ERROR, WEIR_ERROR_INVALID, "Expected at most %s in %s, but there is more", limit, name);
  return FALSE;
}

static gboolean
read_all (int fd, gsize max_bytes, GString *text, const char *path, GError **error)
{
  for (;;)
    {
      gsize length = text->len;
      ssize_t n;

      g_string_set_size (text, length + CHUNK);
      n = read (fd, text->str + length, CHUNK);
      g_string_set_size (text, length + (gsize) MAX (n, 0));
      if (n == 0)
        return TRUE;
      if (n < 0 && errno != EINTR)
        return fail (error, errno, path);
      if (text->len > max_bytes)
        return fail_size (error, max_bytes, path);
    }
}

/**
 * weir_load_text:
 * @path: a file, a pipe or a terminal; "-" is standard input. Somebody must write to a pipe with a name
 * @max_bytes: the most that is read
 * @length: (out) (optional): how many bytes there are
 * @error: where to put %WEIR_ERROR_INVALID for a device or too much, or a #GFileError
 *
 * Reads all there is, and no more than is wanted, from what may have no end. Blocks.
 *
 * Returns: (transfer full) (nullable): the bytes, with a NUL after them; they may be any
 */
char *
weir_load_text (const char *path, gsize max_bytes, gsize *length, GError **error)
{
  g_autoptr(GString) text = NULL;
  struct stat info;
  gboolean ok;
  int fd;

  g_return_val_if_fail (path != NULL, NULL);

  fd = g_str_equal (path, "-") ? dup (STDIN_FILENO) : open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0 || fstat (fd, &info) != 0)
    {
      fail (error, errno, path);
      if (fd >= 0)
        close (fd);
      return NULL;
    }
  ok = may_read (fd, &info, path, error);
  if (ok && S_ISREG (info.st_mode) && (guint64) info.st_size > max_bytes)
    ok = fail_size (error, max_bytes, path);
  if (ok)
    {
      text = g_string_sized_new (S_ISREG (info.st_mode) ? (gsize) info.st_size + CHUNK : CHUNK);
      if (S_ISFIFO (info.st_mode) && !g_str_equal (path, "-"))
        ok = await_writer (fd, text, path, error);
      ok = ok && read_all (fd, max_bytes, text, path, error);
    }
  close (fd);
  if (!ok)
    return NULL;
  if (length != NULL)
    *length = text->len;
  return g_string_free_and_steal (g_steal_pointer (&text));
}
