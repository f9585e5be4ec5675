/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Files as a block kind uses them. What blocks runs in the thread pool; each effect is recorded first. */

#include "weir-file-effect.h"
#include "weir-run-private.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct
{
  WeirStep     *step;
  WeirStore    *store;
  char         *path;
  char         *from;
  GBytes       *content;
  gsize         max_bytes;
  WeirWriteMode mode;
  gboolean      make_parents;
  gboolean      replace;
  gboolean      made;    /* out */
  WeirValue    *before;  /* out */
  WeirValue    *source;  /* out */
  WeirValue    *after;   /* out */
  GPtrArray    *parents; /* out */
} FileCall;

static FileCall *
file_call_new (WeirStep *step, char *path)
{
  FileCall *call = g_new0 (FileCall, 1);

  call->step = weir_step_ref (step);
  call->store = weir_store_ref (step->run->engine->store);
  call->path = path;
  return call;
}

static void
file_call_free (gpointer data)
{
  FileCall *call = data;

  weir_step_unref (call->step);
  weir_store_unref (call->store);
  g_free (call->path);
  g_free (call->from);
  g_clear_pointer (&call->content, g_bytes_unref);
  g_clear_pointer (&call->before, weir_value_unref);
  g_clear_pointer (&call->source, weir_value_unref);
  g_clear_pointer (&call->after, weir_value_unref);
  g_clear_pointer (&call->parents, g_ptr_array_unref);
  g_free (call);
}

/* Runs @func, which blocks, in the thread pool. The call must be alive until it is done: the fiber that awaits owns it. */
static gboolean
in_thread (DexFiberFunc func, FileCall *call, GError **error)
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
read_all (FileCall *call, int fd, GError **error)
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
  weir_set_failure (error, "limit.size", "%s has more bytes than its limit of %" G_GSIZE_FORMAT, call->path, call->max_bytes);
  return FALSE;
}

static DexFuture *
read_in_thread (gpointer user_data)
{
  FileCall *call = user_data;
  GError *error = NULL;
  struct stat info;
  int fd;

  if (stat (call->path, &info) == 0 && S_ISREG (info.st_mode) && (guint64) info.st_size > call->max_bytes)
    weir_set_failure (&error, "limit.size", "%s has %" G_GINT64_FORMAT " bytes, the limit is %" G_GSIZE_FORMAT, call->path,
                      (gint64) info.st_size, call->max_bytes);
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
  FileCall *call = user_data;
  GError *error = NULL;

  if (!in_thread (read_in_thread, call, &error))
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
  FileCall *call;

  if (resolved == NULL || !weir_step_require (self, "fs.read", resolved, &error))
    {
      g_free (resolved);
      return dex_future_new_for_error (error);
    }
  call = file_call_new (self, resolved);
  call->max_bytes = max_bytes;
  return dex_scheduler_spawn (NULL, 0, read_fiber, call, file_call_free);
}

/* ── effects ────────────────────────────────────────────────────────────────────────────── */

static DexFuture *
make_folder_in_thread (gpointer user_data)
{
  GError *error = NULL;

  if (!weir_file_make_folder (user_data, &error))
    return dex_future_new_for_error (error);
  return dex_future_new_true ();
}

static gboolean
make_folder (FileCall *call, const char *path, GError **error)
{
  g_autoptr(WeirValue) nothing = weir_value_new_record (NULL, NULL, 0);
  GError *local = NULL;
  guint64 id = dex_await_uint64 (weir_step_intend (call->step, "file.mkdir", path, nothing), &local);

  if (local != NULL)
    {
      g_propagate_error (error, local);
      return FALSE;
    }
  if (!dex_await (dex_scheduler_spawn (dex_thread_pool_scheduler_get_default (), 0, make_folder_in_thread, (gpointer) path,
                                       NULL), error))
    return FALSE;
  weir_step_complete_effect (call->step, id, nothing);
  return TRUE;
}

/* Steps side by side may want the same folder: one makes it and has the effect, the others wait for it. */
static gboolean
make_parents (FileCall *call, GError **error)
{
  GHashTable *making = call->step->run->making;

  for (guint i = 0; call->make_parents && i < call->parents->len; i++)
    {
      const char *path = g_ptr_array_index (call->parents, i);
      DexPromise *other = g_hash_table_lookup (making, path);
      g_autoptr(DexPromise) made = NULL;
      gboolean ok;

      if (other != NULL)
        dex_await (dex_ref (DEX_FUTURE (other)), NULL);
      if (g_file_test (path, G_FILE_TEST_IS_DIR))
        continue;
      made = dex_promise_new ();
      g_hash_table_insert (making, g_strdup (path), dex_ref (made));
      ok = make_folder (call, path, error);
      g_hash_table_remove (making, path);
      dex_promise_resolve_boolean (made, ok);
      if (!ok)
        return FALSE;
    }
  return TRUE;
}

/* What the file will hold: undo after a crash knows by it that nobody else wrote there. */
static char *
foretell_hash (FileCall *call, WeirValue *kept)
{
  g_autoptr(GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  g_autoptr(GMappedFile) old = NULL;
  gsize length;
  const guchar *added = g_bytes_get_data (call->content, &length);

  /* opening a pipe would block */
  if (call->mode == WEIR_WRITE_APPEND && g_str_equal (weir_value_get_member_text (kept, "kind", ""), "file"))
    old = g_mapped_file_new (call->path, FALSE, NULL);
  if (old != NULL)
    g_checksum_update (checksum, (const guchar *) g_mapped_file_get_contents (old), g_mapped_file_get_length (old));
  g_checksum_update (checksum, added, length);
  return g_strdup (g_checksum_get_string (checksum));
}

static DexFuture *
keep_before_write (gpointer user_data)
{
  FileCall *call = user_data;
  GError *error = NULL;
  g_autoptr(WeirValue) kept = NULL;
  g_autofree char *hash = NULL;
  char *real = realpath (call->path, NULL);
  WeirBuilder *record;

  /* what a symbolic link leads to is written, and is what undo puts back */
  if (real != NULL)
    {
      g_free (call->path);
      call->path = real;
    }
  call->parents = weir_file_missing_parents (call->path);
  kept = weir_file_keep (call->store, call->path, &error);
  if (kept == NULL)
    return dex_future_new_for_error (error);
  call->made = !weir_value_get_member_bool (kept, "exists", FALSE);
  if (!call->made && call->mode == WEIR_WRITE_CREATE_NEW)
    {
      weir_set_failure (&error, "io.exists", "%s is already there", call->path);
      return dex_future_new_for_error (error);
    }
  hash = foretell_hash (call, kept);
  record = weir_record_builder_new (12);
  for (gsize i = 0; i < weir_value_get_length (kept); i++)
    weir_builder_set (record, weir_value_get_key (kept, i), weir_value_get_item (kept, i));
  weir_builder_set_take (record, "will_hash", weir_value_new_text (hash));
  call->before = weir_builder_end (record);
  return dex_future_new_true ();
}

static DexFuture *
write_in_thread (gpointer user_data)
{
  FileCall *call = user_data;
  GError *error = NULL;

  if (!weir_file_write (call->path, call->content, call->mode, &error))
    return dex_future_new_for_error (error);
  call->after = weir_file_describe (call->path);
  return dex_future_new_true ();
}

static DexFuture *
write_fiber (gpointer user_data)
{
  FileCall *call = user_data;
  GError *error = NULL;
  guint64 id;

  if (!in_thread (keep_before_write, call, &error) || !weir_step_require (call->step, "fs.write", call->path, &error)
      || !make_parents (call, &error))
    return dex_future_new_for_error (error);
  id = dex_await_uint64 (weir_step_intend (call->step, "file.write", call->path, call->before), &error);
  if (error != NULL || !in_thread (write_in_thread, call, &error))
    return dex_future_new_for_error (error);
  weir_step_complete_effect (call->step, id, call->after);
  return dex_future_new_for_boolean (call->made);
}

/**
 * weir_step_write_file:
 * @self: a running step
 * @path: a path as in [method@Weir.Step.resolve_path]
 * @content: what to write
 * @mode: how
 * @make_parents: whether missing folders are made
 *
 * What was there before is kept, then the intention is written down, then the file.
 *
 * Returns: (transfer full): a future that resolves to a boolean, whether the file is new; rejects with io.*
 */
DexFuture *
weir_step_write_file (WeirStep *self, const char *path, GBytes *content, WeirWriteMode mode, gboolean parents)
{
  GError *error = NULL;
  char *resolved = weir_step_resolve_path (self, path, &error);
  FileCall *call;

  if (resolved == NULL || !weir_step_require (self, "fs.write", resolved, &error))
    {
      g_free (resolved);
      return dex_future_new_for_error (error);
    }
  call = file_call_new (self, resolved);
  call->content = g_bytes_ref (content);
  call->mode = mode;
  call->make_parents = parents;
  return dex_scheduler_spawn (NULL, 0, write_fiber, call, file_call_free);
}

static DexFuture *
keep_before_move (gpointer user_data)
{
  FileCall *call = user_data;
  GError *error = NULL;
  g_autoptr(WeirValue) replaced = NULL;

  call->parents = weir_file_missing_parents (call->path);
  call->source = weir_file_describe (call->from);
  if (!weir_value_get_member_bool (call->source, "exists", FALSE))
    {
      weir_set_failure (&error, "io.not_found", "%s is not there", call->from);
      return dex_future_new_for_error (error);
    }
  replaced = weir_file_describe (call->path);
  if (weir_value_get_member_bool (replaced, "exists", FALSE))
    {
      if (!call->replace || g_str_equal (weir_value_get_member_text (replaced, "kind", ""), "folder"))
        {
          weir_set_failure (&error, "io.exists", "%s is already there", call->path);
          return dex_future_new_for_error (error);
        }
      g_clear_pointer (&replaced, weir_value_unref);
      replaced = weir_file_keep (call->store, call->path, &error);
      if (replaced == NULL)
        return dex_future_new_for_error (error);
    }
  call->before = weir_value_ref (replaced);
  return dex_future_new_true ();
}

static WeirValue *
record_of_move (FileCall *call)
{
  WeirBuilder *record = weir_record_builder_new (4);

  weir_builder_set_take (record, "from", weir_value_new_text (call->from));
  weir_builder_set (record, "source", call->source);
  weir_builder_set (record, "replaced", call->before);
  weir_builder_set_take (record, "size", weir_value_new_int (weir_value_get_member_int (call->source, "size", 0)));
  return weir_builder_end (record);
}

static DexFuture *
move_in_thread (gpointer user_data)
{
  FileCall *call = user_data;
  GError *error = NULL;

  if (!weir_file_move (call->from, call->path, call->replace, &error))
    return dex_future_new_for_error (error);
  call->after = weir_file_describe (call->path);
  return dex_future_new_true ();
}

static DexFuture *
move_fiber (gpointer user_data)
{
  FileCall *call = user_data;
  g_autoptr(WeirValue) record = NULL;
  GError *error = NULL;
  guint64 id;

  if (!in_thread (keep_before_move, call, &error) || !make_parents (call, &error))
    return dex_future_new_for_error (error);
  record = record_of_move (call);
  id = dex_await_uint64 (weir_step_intend (call->step, "file.move", call->path, record), &error);
  if (error != NULL || !in_thread (move_in_thread, call, &error))
    return dex_future_new_for_error (error);
  weir_step_complete_effect (call->step, id, call->after);
  return dex_future_new_true ();
}

/**
 * weir_step_move_file:
 * @self: a running step
 * @from: what to move; a path as in [method@Weir.Step.resolve_path]
 * @to: where to, the new name included
 * @replace: whether a file there may be replaced; it is kept for undo
 * @make_parents: whether missing folders are made
 *
 * Returns: (transfer full): a future that resolves to %TRUE; rejects with io.*
 */
DexFuture *
weir_step_move_file (WeirStep *self, const char *from, const char *to, gboolean replace, gboolean parents)
{
  GError *error = NULL;
  char *source = weir_step_resolve_path (self, from, &error);
  char *target = source != NULL ? weir_step_resolve_path (self, to, &error) : NULL;
  FileCall *call;

  if (target == NULL || !weir_step_require (self, "fs.write", source, &error)
      || !weir_step_require (self, "fs.write", target, &error))
    {
      g_free (source);
      g_free (target);
      return dex_future_new_for_error (error);
    }
  call = file_call_new (self, target);
  call->from = source;
  call->replace = replace;
  call->make_parents = parents;
  return dex_scheduler_spawn (NULL, 0, move_fiber, call, file_call_free);
}
