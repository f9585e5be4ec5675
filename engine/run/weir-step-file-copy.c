/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Steps copy files and folders. */

#include "weir-step-file-private.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* From so many files on one sync of the file system costs less than one of each. */
#define SYNC_EACH_MAX 16

static WeirValue *
without (WeirValue *state, const char *const *keys)
{
  WeirValue *left = weir_value_ref (state);

  for (guint i = 0; keys[i] != NULL; i++)
    {
      WeirValue *less = weir_value_with_member (left, keys[i], NULL);

      weir_value_unref (left);
      left = less;
    }
  return left;
}

/* What one thing will be when it is copied; NULL for what cannot be: a socket, a device. Times are foretold too, so that what an
 * interrupted copy left is known for what it is. */
static WeirValue *
foretell_one (WeirFileCall *call, WeirValue *state, gint64 now)
{
  static const char *const identity[] = { "device", "inode", NULL };
  static const char *const attributes[] = { "device", "inode", "mode", "uid", "gid", "xattrs", NULL };
  static const char *const owner[] = { "device", "inode", "uid", "gid", NULL };
  g_autoptr(WeirValue) will = NULL;

  if (weir_state_is (state, "other"))
    {
      if (call->warning == NULL)
        call->warning = g_strdup_printf ("%s is a device or socket, or has some inside; those are not copied",
                                         call->from);
      return NULL;
    }
  if (call->preserve)
    return without (state, geteuid () == 0 ? identity : owner);
  will = without (state, attributes);
  return weir_state_with (will, "mtime", weir_value_new_int (now));
}

static WeirValue *
foretell (WeirFileCall *call)
{
  gint64 now = g_get_real_time () * 1000;
  WeirValue *entries = weir_value_find_member (call->source, "entries");
  g_autoptr(WeirValue) root = foretell_one (call, call->source, now);
  WeirBuilder *list;

  if (entries == NULL || root == NULL)
    return g_steal_pointer (&root);
  list = weir_list_builder_new (weir_value_get_length (entries));
  for (gsize i = 0; i < weir_value_get_length (entries); i++)
    {
      WeirValue *entry = foretell_one (call, weir_value_get_item (entries, i), now);

      if (entry != NULL)
        weir_builder_take (list, entry);
    }
  return weir_state_with (root, "entries", weir_builder_end (list));
}

static gboolean
check_copy (WeirFileCall *call, GError **error)
{
  gboolean folder = weir_state_is (call->source, "folder");
  g_autofree char *inside = g_strconcat (call->from, "/", NULL);
  g_autoptr(WeirValue) there = weir_file_get_state (NULL, call->path, WEIR_STATE_PLAIN, NULL, NULL);

  if (!weir_state_exists (call->source))
    weir_set_failure (error, "io.not_found", "%s is not there", call->from);
  else if (weir_state_is (call->source, "other"))
    weir_set_failure (error, "io.other", "%s is a device or socket, expected a file or folder", call->from);
  else if (folder && !call->recursive)
    weir_set_failure (error, "io.other", "%s is a folder, and folders are not to be copied", call->from);
  else if (folder && (g_str_has_prefix (call->path, inside) || g_str_equal (call->path, call->from)))
    weir_set_failure (error, "io.other", "%s cannot be copied into itself", call->from);
  else if (weir_state_exists (there) && !call->replace && weir_file_call_find_earlier (call) == NULL)
    weir_set_failure (error, "io.exists", "%s is already there", call->path);
  else if (weir_state_exists (there) && weir_state_is (there, "folder") != folder)
    weir_set_failure (error, "io.exists", "%s is a %s, expected a %s", call->path, folder ? "file" : "folder",
                      folder ? "folder" : "file");
  else
    return TRUE;
  return FALSE;
}

static DexFuture *
keep_before_copy (gpointer user_data)
{
  WeirFileCall *call = user_data;
  GError *error = NULL;
  WeirStateDetail detail = WEIR_STATE_ATTRIBUTES | (call->recursive ? WEIR_STATE_TREE : 0);
  g_autoptr(WeirValue) kept = NULL;
  g_autoptr(WeirValue) with_from = NULL;

  call->source = weir_file_get_state (NULL, call->from, detail, NULL, &error);
  if (call->source == NULL || !check_copy (call, &error))
    return dex_future_new_for_error (error);
  call->parents = weir_file_missing_parents (call->path);
  call->wanted = foretell (call);
  kept = weir_file_call_keep (call, call->path, weir_value_find_member (call->wanted, "entries"),
                              WEIR_STATE_ATTRIBUTES | WEIR_STATE_CONTENT, &error);
  if (kept == NULL)
    return dex_future_new_for_error (error);
  call->made = !weir_state_exists (kept);
  with_from = weir_state_with (kept, "from", weir_value_new_text (call->from));
  call->before = weir_file_call_record (weir_state_with (with_from, "will", weir_value_ref (call->wanted)), call->path,
                                        NULL);
  return dex_future_new_true ();
}

static gboolean
check_hash (WeirFileCall *call, const char *from, const char *to, GError **error)
{
  g_autofree char *wanted = weir_file_get_hash (from);
  g_autofree char *made = weir_file_get_hash (to);

  if (!call->verify || g_strcmp0 (wanted, made) == 0)
    return TRUE;
  weir_set_failure (error, "io.other", "The copy %s is not the same as %s", to, from);
  return FALSE;
}

static gboolean
copy_one (WeirFileCall *call, const char *below, WeirValue *will, gboolean sync_each, WeirFileSync *sync, GError **error)
{
  g_autofree char *from = below != NULL ? g_build_filename (call->from, below, NULL) : g_strdup (call->from);
  g_autofree char *to = below != NULL ? g_build_filename (call->path, below, NULL) : g_strdup (call->path);

  if (g_cancellable_set_error_if_cancelled (call->progress.cancellable, error))
    return FALSE;
  if (weir_state_is (will, "folder"))
    return weir_file_make_folder (to, sync, error);
  return !weir_state_is (will, "file")
         || (weir_file_copy_file (from, to, will, sync_each, sync, &call->progress, error)
             && check_hash (call, from, to, error));
}

static void
sync_file_system (const char *path)
{
  int fd = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

  if (fd >= 0)
    {
      syncfs (fd);
      close (fd);
    }
}

/* Folders and files first, then, innermost first, what the making of them changed: modes and times. */
static gboolean
copy_all (WeirFileCall *call, WeirFileSync *sync, GError **error)
{
  WeirValue *entries = weir_value_find_member (call->wanted, "entries");
  gsize n = entries != NULL ? weir_value_get_length (entries) : 0;
  gboolean sync_each = n <= SYNC_EACH_MAX;

  if (!copy_one (call, NULL, call->wanted, sync_each, sync, error))
    return FALSE;
  for (gsize i = 0; i < n; i++)
    {
      WeirValue *entry = weir_value_get_item (entries, i);

      if (!copy_one (call, weir_value_get_member_text (entry, "path", ""), entry, sync_each, sync, error))
        return FALSE;
    }
  if (!weir_file_restore (call->store, call->path, call->wanted, NULL, sync, NULL, error))
    return FALSE;
  if (!sync_each)
    sync_file_system (call->path);
  return TRUE;
}

static DexFuture *
copy_in_thread (gpointer user_data)
{
  WeirFileCall *call = user_data;
  WeirFileSync *sync = weir_file_sync_new ();
  GError *error = NULL;
  gboolean ok = copy_all (call, sync, &error);
  WeirValue *entries = weir_value_find_member (call->wanted, "entries");

  weir_file_sync_finish (sync);
  if (!ok)
    return weir_file_call_fail (call, error);
  call->after = weir_file_call_record (
    entries != NULL ? weir_file_get_state_of (NULL, call->path, entries, WEIR_STATE_ATTRIBUTES, NULL, NULL)
                    : weir_file_get_state (NULL, call->path, WEIR_STATE_ATTRIBUTES, NULL, NULL),
    call->path, NULL);
  return dex_future_new_true ();
}

static DexFuture *
copy_fiber (gpointer user_data)
{
  WeirFileCall *call = user_data;
  GError *error = NULL;

  if (!weir_file_call_run (call, keep_before_copy, copy_in_thread, &error))
    return dex_future_new_for_error (error);
  return dex_future_new_for_boolean (call->made);
}

/**
 * weir_step_copy_file:
 * @self: a running step
 * @from: what to copy; a path as in [method@Weir.Step.resolve_path]
 * @to: where to, the new name included
 * @how: flags
 *
 * What is replaced is kept first. A folder is copied into one of the same name that is there. A copy that was interrupted is made again
 * from the beginning.
 *
 * Returns: (transfer full): a future that resolves to a boolean, whether @to is new; rejects with io.*
 */
DexFuture *
weir_step_copy_file (WeirStep *self, const char *from, const char *to, WeirCopyFlags how)
{
  GError *error = NULL;
  char *source = weir_step_resolve_path (self, from, &error);
  char *target = source != NULL ? weir_step_resolve_path (self, to, &error) : NULL;
  WeirFileCall *call;

  if (target == NULL || !weir_step_require (self, "fs.read", source, &error)
      || !weir_step_require (self, "fs.write", target, &error))
    {
      g_free (source);
      g_free (target);
      return dex_future_new_for_error (error);
    }
  call = weir_file_call_new (self, target);
  call->type = "file.copy";
  call->from = source;
  call->replace = (how & WEIR_COPY_REPLACE) != 0;
  call->recursive = (how & WEIR_COPY_FOLDERS) != 0;
  call->preserve = (how & WEIR_COPY_ATTRIBUTES) != 0;
  call->verify = (how & WEIR_COPY_VERIFY) != 0;
  call->make_parents = (how & WEIR_COPY_MAKE_PARENTS) != 0;
  return dex_scheduler_spawn (NULL, 0, copy_fiber, call, weir_file_call_free);
}
