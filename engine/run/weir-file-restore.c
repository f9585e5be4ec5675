/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Bringing a path back to a state that was kept. What is there already is left alone, so that doing it twice does no harm. */

#include "weir-file-do.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct
{
  WeirStore    *store;
  WeirFileSync *sync;
  char         *note;
  WeirValue    *from;
  GHashTable   *from_index;
} Restore;

/* Whether what is to go is still there, however alike it is. */
static gboolean
is_still_made (Restore *self, WeirValue *now, WeirValue *state)
{
  const char *below = weir_value_get_member_text (state, "path", NULL);
  WeirValue *from = below != NULL ? g_hash_table_lookup (self->from_index, below) : self->from;

  return weir_state_is_still (now, from, state);
}

static gboolean
restore_link (Restore *self, const char *path, WeirValue *state, GError **error)
{
  g_autofree char *temporary = g_strdup_printf ("%s.weir-%06x", path, g_random_int () & 0xffffff);
  gsize length;
  WeirValue *member = weir_value_find_member (state, "link");
  const char *data = member != NULL ? g_bytes_get_data (weir_value_get_bytes (member), &length) : NULL;
  g_autofree char *link = data != NULL ? g_strndup (data, length) : NULL;

  if (link == NULL || symlink (link, temporary) != 0 || rename (temporary, path) != 0)
    {
      weir_file_fail (error, link != NULL ? errno : EINVAL, "Could not put back the link", path);
      unlink (temporary);
      return FALSE;
    }
  weir_file_sync_parent (self->sync, path);
  return TRUE;
}

static gboolean
fail_not_kept (const char *path, GError **error)
{
  weir_set_failure (error, "undo.irreversible", "What was at %s was not kept", path);
  return FALSE;
}

static gboolean
restore_blob (Restore *self, const char *path, WeirValue *state, GError **error)
{
  const char *hash = weir_value_get_member_text (state, "blob", "");
  g_autofree char *blob = weir_store_get_blob_path (self->store, hash);
  g_autofree char *actual = blob != NULL ? weir_file_get_hash (blob) : NULL;

  if (g_strcmp0 (actual, hash) == 0)
    return weir_file_copy_file (blob, path, state, TRUE, self->sync, NULL, error);
  weir_set_failure (error, "undo.irreversible", "What was kept of %s is %s", path, actual != NULL ? "damaged" : "gone");
  return FALSE;
}

static gboolean
restore_file (Restore *self, const char *path, WeirValue *state, WeirValue *now, GError **error)
{
  WeirValue *content = weir_value_find_member (state, "content");

  if (weir_state_is (now, "file") && !is_still_made (self, now, state)
      && weir_value_get_member_int (now, "size", 0) == weir_value_get_member_int (state, "size", 0)
      && weir_value_get_member_int (now, "mtime", 0) == weir_value_get_member_int (state, "mtime", 0))
    return TRUE; /* the attributes are all that is left to do */
  if (weir_state_is (now, "folder"))
    return weir_file_fail (error, EISDIR, "Could not put back", path);
  if (content != NULL)
    return weir_file_put_back (path, weir_value_get_bytes (content), state, self->sync, error);
  if (weir_value_find_member (state, "blob") != NULL)
    return restore_blob (self, path, state, error);
  return fail_not_kept (path, error);
}

/* What is in the way of something of another kind goes first; a folder only when it is empty. */
static gboolean
clear_way (Restore *self, const char *path, WeirValue *state, WeirValue *now, GError **error)
{
  if (!weir_state_exists (now) || weir_state_is (now, weir_value_get_member_text (state, "kind", "")))
    return TRUE;
  return weir_file_remove (path, self->sync, error);
}

static gboolean
restore_folder (const char *path, WeirFileSync *sync, GError **error)
{
  if (mkdir (path, 0700) != 0)
    return weir_file_fail (error, errno, "Could not make the folder", path);
  weir_file_sync_parent (sync, path);
  return TRUE;
}

/* All but the attributes of a folder, which what is put into it would change again. */
static gboolean
restore_one (Restore *self, const char *path, WeirValue *state, GError **error)
{
  g_autoptr(WeirValue) now = weir_file_get_state (NULL, path, WEIR_STATE_ATTRIBUTES, NULL, NULL);
  const char *kind = weir_value_get_member_text (state, "kind", "");

  if (weir_state_same (state, now) && !g_str_equal (kind, "folder") && !is_still_made (self, now, state))
    return TRUE;
  if (!clear_way (self, path, state, now, error))
    return FALSE;
  if (g_str_equal (kind, "folder"))
    return weir_state_is (now, "folder") || restore_folder (path, self->sync, error);
  if (g_str_equal (kind, "file"))
    {
      if (!restore_file (self, path, state, now, error))
        return FALSE;
    }
  else if (g_str_equal (kind, "link"))
    {
      if (!restore_link (self, path, state, error))
        return FALSE;
    }
  else if (!g_str_equal (kind, "pipe"))
    return fail_not_kept (path, error);
  else if (!weir_state_is (now, "pipe") && mkfifo (path, 0600) != 0)
    return weir_file_fail (error, errno, "Could not put back the pipe", path);
  return weir_file_set_attributes (path, state, error);
}

static gboolean
remove_one (Restore *self, const char *path, GError **error)
{
  if (rmdir (path) == 0)
    {
      weir_file_sync_parent (self->sync, path);
      return TRUE;
    }
  if (errno == ENOTEMPTY || errno == EEXIST)
    {
      if (self->note == NULL)
        self->note = g_strdup ("kept: it is not empty");
      return TRUE;
    }
  return errno == ENOENT || weir_file_remove (path, self->sync, error);
}

/* What was made and was not there before, innermost first. */
static gboolean
remove_made (Restore *self, const char *root, WeirValue *state, WeirValue *from, GError **error)
{
  g_autoptr(GHashTable) wanted = weir_state_index (state);
  WeirValue *made = from != NULL ? weir_value_find_member (from, "entries") : NULL;

  for (gsize i = made != NULL ? weir_value_get_length (made) : 0; i-- > 0;)
    {
      WeirValue *entry = weir_value_get_item (made, i);
      const char *below = weir_value_get_member_text (entry, "path", "");
      g_autofree char *path = g_build_filename (root, below, NULL);

      if (weir_state_exists (entry) && !weir_state_exists (g_hash_table_lookup (wanted, below))
          && !remove_one (self, path, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
restore_entries (Restore *self, const char *root, WeirValue *state, GError **error)
{
  WeirValue *entries = weir_value_find_member (state, "entries");
  gsize n = entries != NULL ? weir_value_get_length (entries) : 0;

  for (gsize i = 0; i < n; i++)
    {
      WeirValue *entry = weir_value_get_item (entries, i);
      g_autofree char *path = g_build_filename (root, weir_value_get_member_text (entry, "path", ""), NULL);

      if (weir_state_exists (entry) && !restore_one (self, path, entry, error))
        return FALSE;
    }
  for (gsize i = n; i-- > 0;)
    {
      WeirValue *entry = weir_value_get_item (entries, i);
      g_autofree char *path = g_build_filename (root, weir_value_get_member_text (entry, "path", ""), NULL);

      if (weir_state_is (entry, "folder") && !weir_file_set_attributes (path, entry, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
restore (Restore *self, const char *path, WeirValue *state, WeirValue *from, GError **error)
{
  if (!remove_made (self, path, state, from, error))
    return FALSE;
  if (!weir_state_exists (state))
    return remove_one (self, path, error);
  if (!restore_one (self, path, state, error) || !restore_entries (self, path, state, error))
    return FALSE;
  return !weir_state_is (state, "folder") || weir_file_set_attributes (path, state, error);
}

gboolean
weir_file_restore (WeirStore *store, const char *path, WeirValue *state, WeirValue *from, WeirFileSync *sync, char **note, GError **error)
{
  g_autoptr(GHashTable) index = weir_state_index (from);
  Restore call = { store, sync, NULL, from, index };
  gboolean ok = restore (&call, path, state, from, error);

  if (note != NULL && *note == NULL)
    *note = g_steal_pointer (&call.note);
  g_free (call.note);
  return ok;
}
