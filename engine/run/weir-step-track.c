/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Folders that a program is about to change: what is in them is kept before, and what it changed recorded after, so that it can be undone
 * although nobody knows what the program does. */

#include "weir-step-file-private.h"

#include <string.h>

struct _WeirTracker
{
  WeirStep  *step;
  GPtrArray *folders; /* of WeirFileCall, each with its effect in `id` */
  GArray    *ids;     /* of guint64 */
};

static void
tracker_free (WeirTracker *self)
{
  g_ptr_array_unref (self->folders);
  g_array_unref (self->ids);
  weir_step_unref (self->step);
  g_free (self);
}

static DexFuture *
keep_in_thread (gpointer user_data)
{
  WeirFileCall *call = user_data;
  GError *error = NULL;

  if (!g_file_test (call->path, G_FILE_TEST_IS_DIR))
    {
      weir_set_failure (&error, "io.not_found", "Expected a folder to watch at %s, but there is none", call->path);
      return dex_future_new_for_error (error);
    }
  call->before = weir_file_call_keep (call, call->path, NULL, WEIR_STATE_WHOLE, &error);
  return call->before != NULL ? dex_future_new_true () : dex_future_new_for_error (error);
}

static gboolean
track_one (WeirTracker *self, const char *folder, GError **error)
{
  GError *local = NULL;
  char *path = weir_step_resolve_path (self->step, folder, error);
  WeirFileCall *call;
  guint64 id;

  if (path == NULL || !weir_step_require (self->step, "fs.write", path, error))
    {
      g_free (path);
      return FALSE;
    }
  call = weir_file_call_new (self->step, path);
  call->type = "file.tree";
  g_ptr_array_add (self->folders, call);
  if (!weir_file_call_in_thread (call, keep_in_thread, error))
    return FALSE;
  if (call->warning != NULL)
    weir_step_log (self->step, WEIR_LOG_WARNING, "%s", call->warning);
  id = dex_await_uint64 (weir_step_intend_as (self->step, call->type, call->path, call->before,
                                              call->too_large ? WEIR_UNDO_IRREVERSIBLE : WEIR_UNDO_EXACT),
                         &local);
  if (local != NULL)
    {
      g_propagate_error (error, local);
      return FALSE;
    }
  g_array_append_val (self->ids, id);
  return TRUE;
}

/**
 * weir_step_track: (skip)
 * @self: a running step
 * @folders: (array zero-terminated=1): paths as in [method@Weir.Step.resolve_path]
 * @error: where to put io.*
 *
 * Keeps what is in the folders, up to the limit of the engine for each, and writes the intention down. In a fiber: waits.
 *
 * Returns: (transfer full) (nullable): to be given to weir_tracker_finish () once the program has ended
 */
WeirTracker *
weir_step_track (WeirStep *self, const char *const *folders, GError **error)
{
  WeirTracker *tracker = g_new0 (WeirTracker, 1);

  tracker->step = weir_step_ref (self);
  tracker->folders = g_ptr_array_new_with_free_func (weir_file_call_free);
  tracker->ids = g_array_new (FALSE, FALSE, sizeof (guint64));
  for (guint i = 0; folders[i] != NULL; i++)
    if (!track_one (tracker, folders[i], error))
      {
        tracker_free (tracker);
        return NULL;
      }
  return tracker;
}

/* ── what was changed ───────────────────────────────────────────────────────────────────── */

static gboolean
is_changed (WeirValue *before, WeirValue *after)
{
  if (!weir_state_same (before, after))
    return TRUE;
  if (!weir_state_exists (before))
    return FALSE;
  /* another file under the same name, or a folder in which something came or went */
  return weir_value_get_member_int (before, "inode", 0) != weir_value_get_member_int (after, "inode", 0)
         || weir_value_get_member_int (before, "mtime", 0) != weir_value_get_member_int (after, "mtime", 0);
}

static WeirValue *
entry_or_nothing (GHashTable *index, const char *path)
{
  WeirValue *entry = g_hash_table_lookup (index, path);
  g_autoptr(WeirValue) nothing = entry == NULL ? weir_state_new_nothing () : NULL;

  return entry != NULL ? weir_value_ref (entry) : weir_state_with (nothing, "path", weir_value_new_text (path));
}

static GPtrArray *
list_changed (GHashTable *before, GHashTable *after)
{
  GPtrArray *paths = g_ptr_array_new ();
  GHashTableIter iter;
  const char *path;
  WeirValue *entry;

  g_hash_table_iter_init (&iter, before);
  while (g_hash_table_iter_next (&iter, (gpointer *) &path, (gpointer *) &entry))
    if (is_changed (entry, g_hash_table_lookup (after, path)))
      g_ptr_array_add (paths, (char *) path);
  g_hash_table_iter_init (&iter, after);
  while (g_hash_table_iter_next (&iter, (gpointer *) &path, NULL))
    if (!g_hash_table_contains (before, path))
      g_ptr_array_add (paths, (char *) path);
  g_ptr_array_sort_values (paths, (GCompareFunc) strcmp);
  return paths;
}

/* Leaves of `before` and `after` only what was changed. */
static DexFuture *
compare_in_thread (gpointer user_data)
{
  WeirFileCall *call = user_data;
  GError *error = NULL;
  g_autoptr(WeirValue) now = weir_file_get_state (NULL, call->path, WEIR_STATE_ATTRIBUTES | WEIR_STATE_TREE, NULL,
                                                   &error);
  g_autoptr(GHashTable) before = NULL;
  g_autoptr(GHashTable) after = NULL;
  g_autoptr(GPtrArray) paths = NULL;
  WeirBuilder *entries[2];
  WeirValue *whole = call->before;

  if (now == NULL)
    return dex_future_new_for_error (error);
  before = weir_state_index (whole);
  after = weir_state_index (now);
  paths = list_changed (before, after);
  entries[0] = weir_list_builder_new (paths->len);
  entries[1] = weir_list_builder_new (paths->len);
  for (guint i = 0; i < paths->len; i++)
    {
      weir_builder_take (entries[0], entry_or_nothing (before, paths->pdata[i]));
      weir_builder_take (entries[1], entry_or_nothing (after, paths->pdata[i]));
    }
  call->made = paths->len > 0 || is_changed (whole, now);
  call->after = weir_state_with (now, "entries", weir_builder_end (entries[1]));
  call->before = weir_state_with (whole, "entries", weir_builder_end (entries[0]));
  call->max_bytes = paths->len;
  weir_value_unref (whole);
  return dex_future_new_true ();
}

/**
 * weir_tracker_finish: (skip)
 * @self: (transfer full): what weir_step_track () gave
 * @n_changed: (out): files and folders that were made, changed or removed
 * @error: where to put io.*
 *
 * Records what was changed. In a fiber: waits.
 *
 * Returns: %FALSE if it could not be found out; then undo takes back what it can and asks about the rest
 */
gboolean
weir_tracker_finish (WeirTracker *self, guint *n_changed, GError **error)
{
  gboolean ok = TRUE;

  *n_changed = 0;
  for (guint i = 0; ok && i < self->folders->len; i++)
    {
      WeirFileCall *call = g_ptr_array_index (self->folders, i);
      guint64 id = g_array_index (self->ids, guint64, i);

      ok = weir_file_call_in_thread (call, compare_in_thread, error);
      if (!ok)
        break;
      *n_changed += call->max_bytes;
      if (call->made)
        weir_step_complete_effect_with (self->step, id, call->before, call->after);
      else
        weir_step_drop_effect (self->step, id);
    }
  tracker_free (self);
  return ok;
}
