/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "weir-file-state.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "weir-sha256.h"

#define ATTRIBUTE_MAX (64 * 1024)
#define HASH_CHUNK (256 * 1024)
/* What is smaller goes into the record itself: a file in blobs/ costs two syncs of its own. */
#define INLINE_MAX (16 * 1024)

/* Sets the failure class that fits @code. Always answers %FALSE. */
gboolean
weir_file_fail (GError **error, int code, const char *what, const char *path)
{
  static const struct { int code; const char *class_name; } classes[] = {
    { ENOENT, "io.not_found" }, { ENOTDIR, "io.not_found" }, { EEXIST, "io.exists" }, { ENOTEMPTY, "io.exists" },
    { EACCES, "io.access" }, { EPERM, "io.access" }, { EROFS, "io.access" }, { ENOSPC, "io.no_space" },
    { EDQUOT, "io.no_space" }, { EBUSY, "io.busy" }, { ETXTBSY, "io.busy" },
  };
  const char *class_name = "io.other";

  for (guint i = 0; i < G_N_ELEMENTS (classes); i++)
    if (classes[i].code == code)
      class_name = classes[i].class_name;
  weir_set_failure (error, class_name, "%s %s: %s", what, path, g_strerror (code));
  return FALSE;
}

/* ── one path ───────────────────────────────────────────────────────────────────────────── */

static const char *
kind_of (mode_t mode)
{
  return S_ISREG (mode)    ? "file"
         : S_ISDIR (mode)  ? "folder"
         : S_ISLNK (mode)  ? "link"
         : S_ISFIFO (mode) ? "pipe"
                           : "other";
}

static gint64
mtime_of (const struct stat *info)
{
  return info->st_mtim.tv_sec * G_GINT64_CONSTANT (1000000000) + info->st_mtim.tv_nsec;
}

static void
set_int (WeirBuilder *record, const char *key, gint64 value)
{
  weir_builder_set_take (record, key, weir_value_new_int (value));
}

static WeirBuilder *
describe (const char *path, struct stat *info)
{
  WeirBuilder *record = weir_record_builder_new (14);
  gboolean exists = lstat (path, info) == 0;

  weir_builder_set_take (record, "exists", weir_value_new_bool (exists));
  if (!exists)
    {
      info->st_mode = 0;
      return record;
    }
  weir_builder_set_take (record, "kind", weir_value_new_text (kind_of (info->st_mode)));
  set_int (record, "size", S_ISDIR (info->st_mode) ? 0 : info->st_size);
  set_int (record, "mtime", mtime_of (info));
  set_int (record, "mode", info->st_mode & 07777);
  set_int (record, "uid", info->st_uid);
  set_int (record, "gid", info->st_gid);
  set_int (record, "device", (gint64) info->st_dev);
  set_int (record, "inode", (gint64) info->st_ino);
  if (S_ISLNK (info->st_mode))
    {
      g_autofree char *target = g_file_read_link (path, NULL);
      g_autoptr(GBytes) bytes = g_bytes_new (target, target != NULL ? strlen (target) : 0);

      weir_builder_set_take (record, "link", weir_value_new_bytes (bytes));
    }
  return record;
}

/* What the system keeps for itself cannot be set back by a user. */
static gboolean
is_ours (const char *name)
{
  return g_str_has_prefix (name, "user.") || g_str_has_prefix (name, "system.posix_acl_");
}

WeirValue *
weir_file_get_xattrs (const char *path)
{
  WeirBuilder *record = weir_record_builder_new (2);
  ssize_t length = llistxattr (path, NULL, 0);
  g_autofree char *names = length > 0 ? g_malloc (ATTRIBUTE_MAX) : NULL;
  g_autofree char *content = length > 0 ? g_malloc (ATTRIBUTE_MAX) : NULL;
  g_autoptr(GPtrArray) sorted = g_ptr_array_new ();

  length = length > 0 ? llistxattr (path, names, ATTRIBUTE_MAX) : 0;
  for (ssize_t i = 0; i < length; i += strlen (names + i) + 1)
    if (is_ours (names + i))
      g_ptr_array_add (sorted, names + i);
  g_ptr_array_sort_values (sorted, (GCompareFunc) strcmp);
  for (guint i = 0; i < sorted->len; i++)
    {
      ssize_t size = lgetxattr (path, sorted->pdata[i], content, ATTRIBUTE_MAX);
      g_autoptr(GBytes) bytes = size >= 0 ? g_bytes_new (content, size) : NULL;

      if (bytes != NULL)
        weir_builder_set_take (record, sorted->pdata[i], weir_value_new_bytes (bytes));
    }
  return weir_builder_end (record);
}

static gboolean
keep_content (WeirStore *store, WeirBuilder *record, const char *path, const struct stat *info, gint64 *left, GError **error)
{
  g_autofree char *hash = NULL;
  g_autofree char *small = NULL;
  g_autoptr(GError) wrong = NULL;
  gsize length;

  if (left != NULL && info->st_size > *left)
    {
      weir_set_failure (error, "undo.limit", "%s is larger than what is kept for undo", path);
      return FALSE;
    }
  if (left != NULL)
    *left -= info->st_size;
  if (info->st_size <= INLINE_MAX && g_file_get_contents (path, &small, &length, NULL) && length <= INLINE_MAX)
    {
      g_autoptr(GBytes) bytes = g_bytes_new_take (g_steal_pointer (&small), length);

      weir_builder_set_take (record, "content", weir_value_new_bytes (bytes));
      return TRUE;
    }
  hash = weir_store_put_file (store, path, NULL, &wrong);
  if (wrong != NULL && weir_store_says_full (wrong))
    weir_set_failure (error, "io.no_space", "Could not keep what is in %s: %s", path, wrong->message);
  else if (wrong != NULL)
    g_propagate_error (error, g_steal_pointer (&wrong));
  if (hash == NULL)
    return FALSE;
  weir_builder_set_take (record, "blob", weir_value_new_text (hash));
  return TRUE;
}

/* NULL on failure; (transfer full) */
static WeirBuilder *
describe_in_detail (WeirStore *store, const char *path, WeirStateDetail detail, struct stat *info, gint64 *left, GError **error)
{
  WeirBuilder *record = describe (path, info);

  if (info->st_mode == 0 || S_ISLNK (info->st_mode))
    return record;
  if (detail & WEIR_STATE_ATTRIBUTES)
    weir_builder_set_take (record, "xattrs", weir_file_get_xattrs (path));
  if (S_ISREG (info->st_mode) && (detail & WEIR_STATE_CONTENT)
      && !keep_content (store, record, path, info, left, error))
    g_clear_pointer (&record, weir_builder_free);
  return record;
}

/* ── folders ────────────────────────────────────────────────────────────────────────────── */

typedef struct
{
  WeirStore      *store;
  WeirStateDetail detail;
  gint64         *left;
  WeirBuilder    *entries;
} Walk;

static GPtrArray *
list_names (const char *path, GError **error)
{
  g_autoptr(GError) wrong = NULL;
  g_autoptr(GDir) dir = g_dir_open (path, 0, &wrong);
  GPtrArray *names;
  const char *name;

  if (dir == NULL)
    {
      weir_set_failure (error, weir_error_get_class (wrong), "%s", wrong->message);
      return NULL;
    }
  names = g_ptr_array_new_with_free_func (g_free);
  while ((name = g_dir_read_name (dir)) != NULL)
    g_ptr_array_add (names, g_strdup (name));
  g_ptr_array_sort_values (names, (GCompareFunc) strcmp);
  return names;
}

static gboolean
add_entry (Walk *self, const char *path, const char *below, struct stat *info, GError **error)
{
  WeirBuilder *record = describe_in_detail (self->store, path, self->detail, info, self->left, error);

  if (record == NULL)
    return FALSE;
  weir_builder_set_take (record, "path", weir_value_new_text (below));
  weir_builder_take (self->entries, weir_builder_end (record));
  return TRUE;
}

static gboolean
walk (Walk *self, const char *folder, const char *below, GError **error)
{
  g_autoptr(GPtrArray) names = list_names (folder, error);

  for (guint i = 0; names != NULL && i < names->len; i++)
    {
      g_autofree char *path = g_build_filename (folder, names->pdata[i], NULL);
      g_autofree char *inner = below[0] != '\0' ? g_build_filename (below, names->pdata[i], NULL)
                                                : g_strdup (names->pdata[i]);
      struct stat info;

      if (!g_utf8_validate (inner, -1, NULL))
        {
          weir_set_failure (error, "data.encoding", "The name of %s is not UTF-8, so it cannot be put back", path);
          return FALSE;
        }
      if (!add_entry (self, path, inner, &info, error) || (S_ISDIR (info.st_mode) && !walk (self, path, inner, error)))
        return FALSE;
    }
  return names != NULL;
}

WeirValue *
weir_file_get_state (WeirStore *store, const char *path, WeirStateDetail detail, gint64 *left, GError **error)
{
  struct stat info;
  WeirBuilder *record = describe_in_detail (store, path, detail, &info, left, error);

  if (record != NULL && S_ISDIR (info.st_mode) && (detail & WEIR_STATE_TREE))
    {
      Walk call = { store, detail, left, weir_list_builder_new (16) };

      if (!walk (&call, path, "", error))
        {
          weir_builder_free (call.entries);
          weir_builder_free (record);
          return NULL;
        }
      weir_builder_set_take (record, "entries", weir_builder_end (call.entries));
    }
  return record != NULL ? weir_builder_end (record) : NULL;
}

WeirValue *
weir_file_get_state_of (WeirStore *store, const char *path, WeirValue *paths, WeirStateDetail detail, gint64 *left, GError **error)
{
  Walk call = { store, detail, left, weir_list_builder_new (16) };
  struct stat info;
  WeirBuilder *record = describe_in_detail (store, path, detail, &info, left, error);

  for (gsize i = 0; record != NULL && i < weir_value_get_length (paths); i++)
    {
      WeirValue *item = weir_value_get_item (paths, i);
      const char *below = weir_value_get_kind (item) == WEIR_VALUE_TEXT ? weir_value_get_text (item, NULL)
                                                                        : weir_value_get_member_text (item, "path", "");
      g_autofree char *inner = g_build_filename (path, below, NULL);
      struct stat inner_info;

      if (!add_entry (&call, inner, below, &inner_info, error))
        g_clear_pointer (&record, weir_builder_free);
    }
  if (record == NULL)
    {
      weir_builder_free (call.entries);
      return NULL;
    }
  weir_builder_set_take (record, "entries", weir_builder_end (call.entries));
  return weir_builder_end (record);
}

char *
weir_file_get_place (const char *path)
{
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofree char *name = g_path_get_basename (path);
  g_autofree char *real = realpath (folder, NULL);

  if (path[0] != '/' || path[1] == '\0')
    return g_strdup (path);
  if (real == NULL && folder[1] != '\0')
    real = weir_file_get_place (folder);
  if (real == NULL || !g_utf8_validate (real, -1, NULL))
    return g_strdup (path);
  return g_build_filename (real, name, NULL);
}

WeirValue *
weir_file_get_parent_time (const char *path)
{
  g_autofree char *place = weir_file_get_place (path);
  g_autofree char *parent = g_path_get_dirname (place);

  return weir_file_get_time_of (parent);
}

WeirValue *
weir_file_get_time_of (const char *path)
{
  WeirBuilder *record = weir_record_builder_new (2);
  struct stat info;

  weir_builder_set_take (record, "path", weir_value_new_text (path));
  if (stat (path, &info) == 0)
    set_int (record, "mtime", mtime_of (&info));
  return weir_builder_end (record);
}

/* ── comparing ──────────────────────────────────────────────────────────────────────────── */

gboolean
weir_state_exists (WeirValue *state)
{
  return state != NULL && weir_value_get_member_bool (state, "exists", FALSE);
}

gboolean
weir_state_is (WeirValue *state, const char *kind)
{
  return weir_state_exists (state) && g_str_equal (weir_value_get_member_text (state, "kind", ""), kind);
}

gboolean
weir_state_has_content (WeirValue *state)
{
  return weir_value_find_member (state, "content") != NULL || weir_value_find_member (state, "blob") != NULL;
}

static gboolean
same_member (WeirValue *a, WeirValue *b, const char *key)
{
  WeirValue *in_a = weir_value_find_member (a, key);
  WeirValue *in_b = weir_value_find_member (b, key);

  /* what one of them does not know is no difference */
  return in_a == NULL || in_b == NULL || weir_value_equal (in_a, in_b);
}

gboolean
weir_state_same (WeirValue *a, WeirValue *b)
{
  if (weir_state_exists (a) != weir_state_exists (b))
    return FALSE;
  if (!weir_state_exists (a))
    return TRUE;
  if (!same_member (a, b, "kind") || !same_member (a, b, "link"))
    return FALSE;
  if (weir_state_is (a, "link"))
    return same_member (a, b, "mtime");
  if (weir_state_is (a, "file") && (!same_member (a, b, "size") || !same_member (a, b, "mtime")))
    return FALSE;
  /* only root can give a file back to somebody */
  if (geteuid () == 0 && (!same_member (a, b, "uid") || !same_member (a, b, "gid")))
    return FALSE;
  return same_member (a, b, "mode") && same_member (a, b, "xattrs");
}

/* What is not known of either is a difference. */
static gboolean
has_same_content (WeirValue *a, WeirValue *b)
{
  const char *const keys[] = { "content", "blob" };

  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      WeirValue *in_a = weir_value_find_member (a, keys[i]), *in_b = weir_value_find_member (b, keys[i]);

      if (in_a != NULL && in_b != NULL)
        return weir_value_equal (in_a, in_b);
    }
  return FALSE;
}

gboolean
weir_state_is_still (WeirValue *now, WeirValue *from, WeirValue *to)
{
  gint64 inode = weir_state_is (now, "file") ? weir_value_get_member_int (now, "inode", 0) : 0;

  if (inode == 0 || !weir_state_is (from, "file"))
    return FALSE;
  if (inode == weir_value_get_member_int (from, "inode", 0) && inode != weir_value_get_member_int (to, "inode", 0))
    return TRUE;
  /* both look alike, and what was put back has a number of its own: only what is in them tells them apart */
  return weir_state_is (to, "file") && inode != weir_value_get_member_int (to, "inode", 0) && weir_state_same (from, to)
         && !has_same_content (from, to);
}

GHashTable *
weir_state_index (WeirValue *state)
{
  GHashTable *index = g_hash_table_new (g_str_hash, g_str_equal);
  WeirValue *entries = state != NULL ? weir_value_find_member (state, "entries") : NULL;

  for (gsize i = 0; entries != NULL && i < weir_value_get_length (entries); i++)
    {
      WeirValue *entry = weir_value_get_item (entries, i);

      g_hash_table_insert (index, (char *) weir_value_get_member_text (entry, "path", ""), entry);
    }
  return index;
}

guint64
weir_state_get_size (WeirValue *state)
{
  WeirValue *entries = weir_value_find_member (state, "entries");
  guint64 size = weir_value_get_member_int (state, "size", 0);

  for (gsize i = 0; entries != NULL && i < weir_value_get_length (entries); i++)
    size += weir_value_get_member_int (weir_value_get_item (entries, i), "size", 0);
  return size;
}

WeirValue *
weir_state_with (WeirValue *state, const char *key, WeirValue *value)
{
  WeirValue *with = weir_value_with_member (state, key, value);

  g_clear_pointer (&value, weir_value_unref);
  return with;
}

WeirValue *
weir_state_new_nothing (void)
{
  const char *key = "exists";
  g_autoptr(WeirValue) no = weir_value_new_bool (FALSE);

  return weir_value_new_record (&key, &no, 1);
}

/* Read, not mapped: what is mapped counts as memory of the program, and may be larger than that. */
gboolean
weir_file_add_to_hash (const char *path, WeirSha256 *sum)
{
  g_autofree char *buffer = g_malloc (HASH_CHUNK);
  int fd = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  ssize_t n = fd >= 0 ? 1 : -1;

  while (n > 0)
    {
      n = read (fd, buffer, HASH_CHUNK);
      if (n < 0 && errno == EINTR)
        n = 1;
      else if (n > 0)
        weir_sha256_add (sum, buffer, n);
    }
  if (fd >= 0)
    close (fd);
  return n == 0;
}

char *
weir_file_get_hash (const char *path)
{
  WeirSha256 *sum = weir_sha256_new ();
  g_autofree char *hash = NULL;
  gboolean ok = weir_file_add_to_hash (path, sum);

  hash = weir_sha256_finish (sum);
  return ok ? g_steal_pointer (&hash) : NULL;
}
