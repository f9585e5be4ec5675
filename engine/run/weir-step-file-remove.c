/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Steps delete files, make folders and set permissions. */

#include "weir-file-trash.h"
#include "weir-step-file-private.h"

#include <glib/gstdio.h>

static DexFuture *
run (WeirFileCall *call, DexFiberFunc keep, DexFiberFunc act)
{
  GError *error = NULL;

  if (!weir_file_call_run (call, keep, act, &error))
    return dex_future_new_for_error (error);
  return dex_future_new_for_boolean (call->made);
}

static WeirFileCall *
new_call (WeirStep *self, const char *type, const char *path, DexFuture **failed)
{
  GError *error = NULL;
  char *resolved = weir_step_resolve_path (self, path, &error);
  WeirFileCall *call;

  if (resolved == NULL || !weir_step_require (self, "fs.write", resolved, &error))
    {
      g_free (resolved);
      *failed = dex_future_new_for_error (error);
      return NULL;
    }
  call = weir_file_call_new (self, resolved);
  call->type = type;
  return call;
}

/* ── into the trash ─────────────────────────────────────────────────────────────────────── */

static gboolean
was_trashed (WeirFileCall *call)
{
  const WeirEffect *earlier = weir_file_call_find_earlier (call);
  const char *trashed = earlier != NULL ? weir_value_get_member_text (earlier->before, "trashed", NULL) : NULL;

  if (trashed == NULL || !g_file_test (trashed, G_FILE_TEST_EXISTS))
    return FALSE;
  call->done = earlier;
  call->after = weir_file_call_record (weir_state_new_nothing (), call->path, NULL);
  return TRUE;
}

static DexFuture *
fail_not_there (WeirFileCall *call)
{
  GError *error = NULL;

  weir_set_failure (&error, "io.not_found", "%s is not there", call->path);
  return dex_future_new_for_error (error);
}

static gboolean
check_recursive (WeirFileCall *call, WeirValue *state, GError **error)
{
  g_autoptr(GDir) dir = weir_state_is (state, "folder") && !call->recursive ? g_dir_open (call->path, 0, NULL) : NULL;

  if (dir == NULL || g_dir_read_name (dir) == NULL)
    return TRUE;
  weir_set_failure (error, "io.exists",
                    "The folder %s is not empty, and folders with something in them are not to be deleted", call->path);
  return FALSE;
}

static DexFuture *
keep_before_trash (gpointer user_data)
{
  WeirFileCall *call = user_data;
  g_autofree char *trashed = NULL;
  GError *error = NULL;
  WeirBuilder *record;

  call->source = weir_file_get_state (NULL, call->path, WEIR_STATE_ATTRIBUTES, NULL, NULL);
  if (!weir_state_exists (call->source))
    return was_trashed (call) ? dex_future_new_true () : fail_not_there (call);
  if (!check_recursive (call, call->source, &error))
    return dex_future_new_for_error (error);
  if (!weir_file_find_trash (call->path, &trashed, &call->info))
    return dex_future_new_reject (G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED, "There is no trash for %s", call->path);
  record = weir_record_builder_new (6);
  weir_builder_set_take (record, "trashed", weir_value_new_text (trashed));
  weir_builder_set_take (record, "info", weir_value_new_text (call->info));
  weir_builder_set (record, "source", call->source);
  weir_builder_set_take (record, "size", weir_value_new_int (weir_value_get_member_int (call->source, "size", 0)));
  call->before = weir_file_call_record (weir_builder_end (record), call->path, NULL);
  return dex_future_new_true ();
}

static DexFuture *
trash_in_thread (gpointer user_data)
{
  WeirFileCall *call = user_data;
  const char *trashed = weir_value_get_member_text (call->before, "trashed", "");
  GError *error = NULL;

  if (!weir_file_write_trash_info (call->info, call->path, &error))
    return weir_file_call_fail (call, error);
  if (!weir_file_move (call->path, trashed, FALSE, NULL, &error))
    {
      g_unlink (call->info);
      return weir_file_call_fail (call, error);
    }
  call->made = TRUE;
  call->after = weir_file_call_record (weir_state_new_nothing (), call->path, NULL);
  return dex_future_new_true ();
}

static DexFuture *
trash_fiber (gpointer user_data)
{
  return run (user_data, keep_before_trash, trash_in_thread);
}

/* ── for good ───────────────────────────────────────────────────────────────────────────── */

static DexFuture *
keep_before_delete (gpointer user_data)
{
  WeirFileCall *call = user_data;
  g_autoptr(WeirValue) kept = NULL;
  g_autoptr(WeirValue) plain = weir_file_get_state (NULL, call->path, WEIR_STATE_PLAIN, NULL, NULL);
  const WeirEffect *earlier = weir_file_call_find_earlier (call);
  GError *error = NULL;

  if (!weir_state_exists (plain))
    {
      if (earlier == NULL)
        return fail_not_there (call);
      call->done = earlier;
      call->after = weir_file_call_record (weir_state_new_nothing (), call->path, NULL);
      return dex_future_new_true ();
    }
  /* what is left of a folder that an earlier attempt began to delete */
  if (earlier == NULL && !check_recursive (call, plain, &error))
    return dex_future_new_for_error (error);
  kept = weir_file_call_keep (call, call->path, NULL, WEIR_STATE_WHOLE, &error);
  if (kept == NULL)
    return dex_future_new_for_error (error);
  call->before = weir_file_call_record (g_steal_pointer (&kept), call->path, NULL);
  return dex_future_new_true ();
}

static DexFuture *
delete_in_thread (gpointer user_data)
{
  WeirFileCall *call = user_data;
  WeirFileSync *sync = weir_file_sync_new ();
  GError *error = NULL;
  gboolean ok = weir_file_remove_tree (call->path, sync, &error);

  weir_file_sync_finish (sync);
  if (!ok)
    return weir_file_call_fail (call, error);
  call->made = TRUE;
  call->after = weir_file_call_record (weir_state_new_nothing (), call->path, NULL);
  return dex_future_new_true ();
}

static DexFuture *
delete_fiber (gpointer user_data)
{
  return run (user_data, keep_before_delete, delete_in_thread);
}

/**
 * weir_step_delete_file:
 * @self: a running step
 * @path: a path as in [method@Weir.Step.resolve_path]
 * @to_trash: whether it goes into the trash of its file system; rejects with %G_IO_ERROR_NOT_SUPPORTED where there is none
 * @recursive: whether a folder may have something in it
 *
 * What is not put into the trash is kept first, as far as the limit of the engine goes; what is larger cannot be undone.
 *
 * Returns: (transfer full): a future that resolves to a boolean; rejects with io.*
 */
DexFuture *
weir_step_delete_file (WeirStep *self, const char *path, gboolean to_trash, gboolean recursive)
{
  DexFuture *failed;
  WeirFileCall *call = new_call (self, to_trash ? "file.trash" : "file.delete", path, &failed);

  if (call == NULL)
    return failed;
  call->recursive = recursive;
  return dex_scheduler_spawn (NULL, 0, to_trash ? trash_fiber : delete_fiber, call, weir_file_call_free);
}

/* ── folders ────────────────────────────────────────────────────────────────────────────── */

static DexFuture *
look_for_folder (gpointer user_data)
{
  WeirFileCall *call = user_data;
  GError *error = NULL;

  weir_file_call_place (call);
  call->parents = weir_file_missing_parents (call->path);
  call->made = !g_file_test (call->path, G_FILE_TEST_IS_DIR);
  if (call->made && g_file_test (call->path, G_FILE_TEST_EXISTS))
    weir_set_failure (&error, "io.exists", "%s is a file, expected a folder", call->path);
  else if (call->parents->len > 0 && !call->make_parents)
    weir_set_failure (&error, "io.not_found", "%s is not there to make a folder in",
                      (char *) call->parents->pdata[call->parents->len - 1]);
  else if (call->made)
    g_ptr_array_add (call->parents, g_strdup (call->path));
  return error != NULL ? dex_future_new_for_error (error) : dex_future_new_true ();
}

static DexFuture *
folder_fiber (gpointer user_data)
{
  WeirFileCall *call = user_data;
  GError *error = NULL;

  if (!weir_file_call_in_thread (call, look_for_folder, &error) || !weir_step_make_parents (call, &error))
    return dex_future_new_for_error (error);
  return dex_future_new_for_boolean (call->made);
}

/**
 * weir_step_make_folder:
 * @self: a running step
 * @path: a path as in [method@Weir.Step.resolve_path]
 * @parents: whether missing folders above it are made
 *
 * Undo removes it if nothing is in it.
 *
 * Returns: (transfer full): a future that resolves to a boolean, whether it is new; rejects with io.*
 */
DexFuture *
weir_step_make_folder (WeirStep *self, const char *path, gboolean parents)
{
  DexFuture *failed;
  WeirFileCall *call = new_call (self, "file.mkdir", path, &failed);

  if (call == NULL)
    return failed;
  call->make_parents = parents;
  return dex_scheduler_spawn (NULL, 0, folder_fiber, call, weir_file_call_free);
}

/* ── permissions ────────────────────────────────────────────────────────────────────────── */

/* Only what is set: somebody may write to the file before it is undone. */
static WeirValue *
attributes_of (const char *path)
{
  static const char *const keys[] = { "exists", "kind", "mode", "uid", "gid", "xattrs", NULL };
  g_autoptr(WeirValue) state = weir_file_get_state (NULL, path, WEIR_STATE_ATTRIBUTES, NULL, NULL);
  WeirBuilder *record = weir_record_builder_new (6);

  for (guint i = 0; keys[i] != NULL; i++)
    if (weir_value_find_member (state, keys[i]) != NULL)
      weir_builder_set (record, keys[i], weir_value_find_member (state, keys[i]));
  return weir_builder_end (record);
}

static DexFuture *
keep_before_permissions (gpointer user_data)
{
  WeirFileCall *call = user_data;
  g_autoptr(WeirValue) kept = attributes_of (call->path);
  g_autoptr(WeirValue) will = NULL;

  if (!weir_state_exists (kept))
    return fail_not_there (call);
  will = weir_value_ref (kept);
  for (gsize i = 0; i < weir_value_get_length (call->wanted); i++)
    {
      WeirValue *more = weir_value_with_member (will, weir_value_get_key (call->wanted, i),
                                                weir_value_get_item (call->wanted, i));

      weir_value_unref (will);
      will = more;
    }
  call->made = !weir_state_same (kept, will);
  call->before = weir_state_with (kept, "will", g_steal_pointer (&will));
  return dex_future_new_true ();
}

static DexFuture *
set_permissions_in_thread (gpointer user_data)
{
  WeirFileCall *call = user_data;
  GError *error = NULL;

  if (!weir_file_set_attributes (call->path, call->wanted, &error))
    return weir_file_call_fail (call, error);
  call->after = attributes_of (call->path);
  return dex_future_new_true ();
}

static DexFuture *
permissions_fiber (gpointer user_data)
{
  return run (user_data, keep_before_permissions, set_permissions_in_thread);
}

/**
 * weir_step_set_permissions:
 * @self: a running step
 * @path: a path as in [method@Weir.Step.resolve_path]
 * @permissions: a record with some of: mode (int), uid, gid (int), xattrs (record of bytes: all that it is to have)
 *
 * Returns: (transfer full): a future that resolves to a boolean, whether anything was changed; rejects with io.*
 */
DexFuture *
weir_step_set_permissions (WeirStep *self, const char *path, WeirValue *permissions)
{
  DexFuture *failed;
  WeirFileCall *call = new_call (self, "file.permissions", path, &failed);

  if (call == NULL)
    return failed;
  call->wanted = weir_value_ref (permissions);
  return dex_scheduler_spawn (NULL, 0, permissions_fiber, call, weir_file_call_free);
}
