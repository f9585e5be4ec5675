/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Files as a block kind uses them. What blocks runs in the thread pool; each effect is recorded first. */

#include "weir-step-file-private.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

WeirFileCall *
weir_file_call_new (WeirStep *step, char *path)
{
  WeirFileCall *call = g_new0 (WeirFileCall, 1);

  call->step = weir_step_ref (step);
  call->store = weir_store_ref (step->run->engine->store);
  call->path = path;
  call->limit = weir_engine_get_undo_limit (step->run->engine);
  return call;
}

void
weir_file_call_free (gpointer data)
{
  WeirFileCall *call = data;

  weir_step_unref (call->step);
  weir_store_unref (call->store);
  g_free (call->path);
  g_free (call->from);
  g_free (call->info);
  g_free (call->warning);
  g_clear_pointer (&call->content, g_bytes_unref);
  g_clear_pointer (&call->spool, weir_file_spool_free);
  g_clear_pointer (&call->wanted, weir_value_unref);
  g_clear_pointer (&call->earlier, g_ptr_array_unref);
  g_clear_pointer (&call->before, weir_value_unref);
  g_clear_pointer (&call->source, weir_value_unref);
  g_clear_pointer (&call->after, weir_value_unref);
  g_clear_pointer (&call->parents, g_ptr_array_unref);
  g_clear_object (&call->progress.cancellable);
  g_free (call);
}

/* Runs @func, which blocks, in the thread pool. The call must be alive until it is done: the fiber that awaits owns it. */
gboolean
weir_file_call_in_thread (WeirFileCall *call, DexFiberFunc func, GError **error)
{
  return dex_await (dex_scheduler_spawn (dex_thread_pool_scheduler_get_default (), 0, func, call, NULL), error);
}

/**
 * weir_step_resolve_path:
 * @self: a step
 * @path: absolute, beginning with ~, or below the workflow's folder
 * @error: where to put config.invalid
 *
 * Returns: (transfer full) (nullable): an absolute path without `.` and `..`
 */
char *
weir_step_resolve_path (WeirStep *self, const char *path, GError **error)
{
  const char *folder = weir_workflow_get_folder (self->run->workflow);

  if (path == NULL || path[0] == '\0')
    {
      weir_set_failure (error, "config.invalid", "The path is empty");
      return NULL;
    }
  if (g_str_has_prefix (path, "file://"))
    return g_filename_from_uri (path, NULL, error);
  if (path[0] == '~' && (path[1] == '/' || path[1] == '\0'))
    return g_canonicalize_filename (path + (path[1] == '/' ? 2 : 1), g_get_home_dir ());
  return g_canonicalize_filename (path, folder != NULL ? folder : g_get_home_dir ());
}

/* ── reading ────────────────────────────────────────────────────────────────────────────── */

static gboolean
fail_read (const char *path, int code, GError **error)
{
  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (code), "Could not read %s: %s", path, g_strerror (code));
  return FALSE;
}

/* Files of /proc have no size, and others may grow: the limit counts what comes. */
static gboolean
read_all (WeirFileCall *call, int fd, GError **error)
{
  g_autoptr(GByteArray) content = g_byte_array_new ();
  gsize step = 256 * 1024;
  struct stat info;

  if (fstat (fd, &info) != 0)
    return fail_read (call->path, errno, error);
  if (!S_ISREG (info.st_mode))
    {
      weir_set_failure (error, "io.other", "%s is a %s, expected a file", call->path,
                        S_ISDIR (info.st_mode) ? "folder" : "device, pipe or socket");
      return FALSE;
    }
  if (info.st_size > 0 && (guint64) info.st_size <= call->max_bytes)
    step = (gsize) info.st_size + 1;
  while (content->len <= call->max_bytes)
    {
      guint old = content->len;
      ssize_t n;

      if (old + step > G_MAXUINT / 2)
        break;
      g_byte_array_set_size (content, old + step);
      n = read (fd, content->data + old, step);
      if (n < 0 && errno != EINTR)
        return fail_read (call->path, errno, error);
      g_byte_array_set_size (content, old + MAX (n, 0));
      if (n == 0)
        {
          call->content = g_byte_array_free_to_bytes (g_steal_pointer (&content));
          return TRUE;
        }
    }
  weir_set_failure (error, "limit.size", "%s has more bytes than its limit of %" G_GSIZE_FORMAT, call->path,
                    call->max_bytes);
  return FALSE;
}

static DexFuture *
read_in_thread (gpointer user_data)
{
  WeirFileCall *call = user_data;
  GError *error = NULL;
  struct stat info;
  int fd;

  if (stat (call->path, &info) == 0 && S_ISREG (info.st_mode) && (guint64) info.st_size > call->max_bytes)
    weir_set_failure (&error, "limit.size", "%s has %" G_GINT64_FORMAT " bytes, the limit is %" G_GSIZE_FORMAT,
                      call->path, (gint64) info.st_size, call->max_bytes);
  /* a pipe that nobody writes into must not keep the thread */
  else if ((fd = open (call->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)) < 0)
    fail_read (call->path, errno, &error);
  else
    {
      read_all (call, fd, &error);
      close (fd);
    }
  return error != NULL ? dex_future_new_for_error (error) : dex_future_new_true ();
}

static DexFuture *
read_fiber (gpointer user_data)
{
  WeirFileCall *call = user_data;
  GError *error = NULL;

  if (!weir_file_call_in_thread (call, read_in_thread, &error))
    return dex_future_new_for_error (error);
  return dex_future_new_take_boxed (G_TYPE_BYTES, g_bytes_ref (call->content));
}

/**
 * weir_step_read_file:
 * @self: a running step
 * @path: a path as in [method@Weir.Step.resolve_path]
 * @max_bytes: the most to read
 *
 * Returns: (transfer full): a future that resolves to #GBytes; rejects with limit.size or io.*
 */
DexFuture *
weir_step_read_file (WeirStep *self, const char *path, gsize max_bytes)
{
  GError *error = NULL;
  char *resolved = weir_step_resolve_path (self, path, &error);
  WeirFileCall *call;

  if (resolved == NULL || !weir_step_require (self, "fs.read", resolved, &error))
    {
      g_free (resolved);
      return dex_future_new_for_error (error);
    }
  call = weir_file_call_new (self, resolved);
  call->max_bytes = max_bytes;
  return dex_scheduler_spawn (NULL, 0, read_fiber, call, weir_file_call_free);
}
