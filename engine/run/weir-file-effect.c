/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "weir-file-effect.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#define ATTRIBUTE_MAX (64 * 1024)

static gboolean
fail_errno (GError **error, int code, const char *what, const char *path)
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

/* ── describing ─────────────────────────────────────────────────────────────────────────── */

static const char *
kind_of (mode_t mode)
{
  return S_ISREG (mode) ? "file" : S_ISDIR (mode) ? "folder" : S_ISLNK (mode) ? "link" : "other";
}

static WeirBuilder *
describe (const char *path, struct stat *info)
{
  WeirBuilder *record = weir_record_builder_new (10);
  gboolean exists = lstat (path, info) == 0;

  weir_builder_set_take (record, "exists", weir_value_new_bool (exists));
  if (!exists)
    {
      info->st_mode = 0;
      return record;
    }
  weir_builder_set_take (record, "kind", weir_value_new_text (kind_of (info->st_mode)));
  weir_builder_set_take (record, "size", weir_value_new_int (info->st_size));
  weir_builder_set_take (record, "mtime",
                         weir_value_new_int (info->st_mtim.tv_sec * G_GINT64_CONSTANT (1000000000) + info->st_mtim.tv_nsec));
  weir_builder_set_take (record, "mode", weir_value_new_int (info->st_mode & 07777));
  weir_builder_set_take (record, "device", weir_value_new_int ((gint64) info->st_dev));
  weir_builder_set_take (record, "inode", weir_value_new_int ((gint64) info->st_ino));
  return record;
}

WeirValue *
weir_file_describe (const char *path)
{
  struct stat info;

  return weir_builder_end (describe (path, &info));
}

static WeirValue *
read_attributes (const char *path)
{
  g_autofree char *names = g_malloc (ATTRIBUTE_MAX);
  g_autofree char *content = g_malloc (ATTRIBUTE_MAX);
  ssize_t length = llistxattr (path, names, ATTRIBUTE_MAX);
  WeirBuilder *record = weir_record_builder_new (2);

  for (ssize_t i = 0; i < length; i += strlen (names + i) + 1)
    {
      ssize_t size = lgetxattr (path, names + i, content, ATTRIBUTE_MAX);
      g_autoptr(GBytes) bytes = size >= 0 ? g_bytes_new (content, size) : NULL;

      /* what the system keeps for itself cannot be set back by a user */
      if (bytes != NULL && g_str_has_prefix (names + i, "user."))
        weir_builder_set_take (record, names + i, weir_value_new_bytes (bytes));
    }
  return weir_builder_end (record);
}

WeirValue *
weir_file_keep (WeirStore *store, const char *path, GError **error)
{
  struct stat info;
  WeirBuilder *record = describe (path, &info);

  if (S_ISREG (info.st_mode))
    {
      guint64 size;
      g_autofree char *hash = weir_store_put_file (store, path, &size, error);

      if (hash == NULL)
        {
          weir_builder_free (record);
          return NULL;
        }
      weir_builder_set_take (record, "blob", weir_value_new_text (hash));
      weir_builder_set_take (record, "xattrs", read_attributes (path));
    }
  else if (S_ISLNK (info.st_mode))
    {
      g_autofree char *target = g_file_read_link (path, NULL);

      weir_builder_set_take (record, "link", weir_value_new_text (target != NULL ? target : ""));
    }
  return weir_builder_end (record);
}

static gboolean
exists_in (WeirValue *record)
{
  return record != NULL && weir_value_get_member_bool (record, "exists", FALSE);
}

/* The same content, as far as the metadata tells. Not the inode: what undo has put back is another file with the same content and time. */
static gboolean
same_file (WeirValue *recorded, WeirValue *now)
{
  static const char *const keys[] = { "size", "mtime", NULL };

  if (exists_in (recorded) != exists_in (now))
    return FALSE;
  for (guint i = 0; exists_in (now) && keys[i] != NULL; i++)
    if (weir_value_get_member_int (recorded, keys[i], 0) != weir_value_get_member_int (now, keys[i], 0))
      return FALSE;
  return TRUE;
}

static char *
hash_of_file (const char *path)
{
  g_autoptr(GMappedFile) mapped = g_mapped_file_new (path, FALSE, NULL);

  if (mapped == NULL)
    return NULL;
  return g_compute_checksum_for_data (G_CHECKSUM_SHA256, (const guchar *) g_mapped_file_get_contents (mapped),
                                      g_mapped_file_get_length (mapped));
}

/* ── doing ──────────────────────────────────────────────────────────────────────────────── */

static void
sync_parent (const char *path)
{
  g_autofree char *parent = g_path_get_dirname (path);
  int fd = open (parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

  if (fd >= 0)
    {
      fsync (fd);
      close (fd);
    }
}

static gboolean
write_all (int fd, GBytes *content)
{
  gsize size;
  const char *data = g_bytes_get_data (content, &size);

  while (size > 0)
    {
      ssize_t n = write (fd, data, size);

      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        return FALSE;
      data += n;
      size -= n;
    }
  return TRUE;
}

static void
set_attributes (int fd, WeirValue *attributes)
{
  for (gsize i = 0; attributes != NULL && i < weir_value_get_length (attributes); i++)
    {
      GBytes *bytes = weir_value_get_bytes (weir_value_get_item (attributes, i));

      fsetxattr (fd, weir_value_get_key (attributes, i), g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), 0);
    }
}

/* A file beside @path to be filled: without a name where the file system can, so that a crash leaves nothing behind, else with the
 * name in @temporary. */
static int
open_beside (const char *path, char **temporary)
{
  g_autofree char *folder = g_path_get_dirname (path);
  int fd = open (folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

  if (fd >= 0 || (errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL && errno != ENOENT))
    return fd;
  *temporary = g_strconcat (path, ".weir-XXXXXX", NULL);
  return g_mkstemp_full (*temporary, O_RDWR | O_CLOEXEC, 0600);
}

/* Gives the file without a name the name @path, or one in @temporary if that is taken. */
static gboolean
give_name (int fd, const char *path, gboolean exclusive, char **temporary)
{
  g_autofree char *source = g_strdup_printf ("/proc/self/fd/%d", fd);

  if (linkat (AT_FDCWD, source, AT_FDCWD, path, AT_SYMLINK_FOLLOW) == 0)
    return TRUE;
  while (errno == EEXIST && !exclusive)
    {
      g_free (*temporary);
      *temporary = g_strdup_printf ("%s.weir-%06x", path, g_random_int () & 0xffffff);
      if (linkat (AT_FDCWD, source, AT_FDCWD, *temporary, AT_SYMLINK_FOLLOW) == 0)
        return TRUE;
    }
  g_clear_pointer (temporary, g_free);
  return FALSE;
}

static gboolean
fill (int fd, GBytes *content, WeirValue *like, mode_t mode, gint64 mtime)
{
  if (!write_all (fd, content) || fchmod (fd, mode) != 0)
    return FALSE;
  if (exists_in (like))
    set_attributes (fd, weir_value_find_member (like, "xattrs"));
  if (mtime != 0)
    {
      struct timespec times[2] = { { .tv_nsec = UTIME_OMIT }, { mtime / 1000000000, mtime % 1000000000 } };

      futimens (fd, times);
    }
  return fsync (fd) == 0;
}

/* Another file beside it, synced, then put in its place; with @exclusive only where there is none. @like: mode and attributes to give it;
 * NULL: of a new file. */
static gboolean
replace_file (const char *path, GBytes *content, WeirValue *like, gint64 mtime, gboolean exclusive, GError **error)
{
  g_autofree char *temporary = NULL;
  mode_t mask = umask (022);
  mode_t mode;
  int fd = open_beside (path, &temporary);
  gboolean ok;

  umask (mask);
  mode = exists_in (like) ? weir_value_get_member_int (like, "mode", 0644) : 0666 & ~mask;
  if (fd < 0)
    return fail_errno (error, errno, "Could not write", path);

  ok = fill (fd, content, like, mode, mtime) && (temporary != NULL || give_name (fd, path, exclusive, &temporary));
  if (ok && temporary != NULL)
    ok = renameat2 (AT_FDCWD, temporary, AT_FDCWD, path, exclusive ? RENAME_NOREPLACE : 0) == 0;
  if (!ok)
    fail_errno (error, errno, "Could not write", path);
  close (fd);
  if (!ok && temporary != NULL)
    unlink (temporary);
  if (ok)
    sync_parent (path);
  return ok;
}

static gboolean
append (const char *path, GBytes *content, GError **error)
{
  int fd = open (path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
  gboolean ok;

  if (fd < 0)
    return fail_errno (error, errno, "Could not write", path);
  ok = write_all (fd, content) && fsync (fd) == 0;
  if (!ok)
    fail_errno (error, errno, "Could not write", path);
  close (fd);
  sync_parent (path);
  return ok;
}

gboolean
weir_file_write (const char *path, GBytes *content, WeirWriteMode mode, GError **error)
{
  struct stat info = { 0 };
  g_autofree char *real = NULL;

  if (stat (path, &info) == 0 && S_ISDIR (info.st_mode))
    {
      weir_set_failure (error, "io.exists", "%s is a folder, expected a file", path);
      return FALSE;
    }
  /* A device would be replaced by a file, a pipe without a reader would keep the thread for ever. */
  if (info.st_mode != 0 && !S_ISREG (info.st_mode))
    {
      weir_set_failure (error, "io.other", "%s is a device, pipe or socket, expected a file", path);
      return FALSE;
    }
  if (mode == WEIR_WRITE_APPEND)
    return append (path, content, error);
  if (mode == WEIR_WRITE_CREATE_NEW)
    return replace_file (path, content, NULL, 0, TRUE, error);

  /* what a symbolic link leads to is replaced, not the link */
  real = realpath (path, NULL);
  {
    const char *target = real != NULL ? real : path;
    struct stat old;
    g_autoptr(WeirValue) attributes = NULL;
    WeirBuilder *like = describe (target, &old);
    g_autoptr(WeirValue) record = NULL;

    if (S_ISREG (old.st_mode))
      weir_builder_set_take (like, "xattrs", read_attributes (target));
    record = weir_builder_end (like);
    return replace_file (target, content, record, 0, FALSE, error);
  }
}

static gboolean
copy_then_remove (const char *from, const char *to, GError **error)
{
  g_autofree char *temporary = g_strconcat (to, ".weir-moving", NULL);
  g_autoptr(GFile) source = g_file_new_for_path (from);
  g_autoptr(GFile) target = g_file_new_for_path (temporary);

  if (g_file_test (from, G_FILE_TEST_IS_DIR) && !g_file_test (from, G_FILE_TEST_IS_SYMLINK))
    {
      weir_set_failure (error, "io.other", "%s is a folder on another file system than %s; only files can be moved there",
                        from, to);
      return FALSE;
    }
  if (!g_file_copy (source, target, G_FILE_COPY_OVERWRITE | G_FILE_COPY_ALL_METADATA | G_FILE_COPY_NOFOLLOW_SYMLINKS,
                    NULL, NULL, NULL, error))
    {
      unlink (temporary);
      return FALSE;
    }
  if (rename (temporary, to) != 0)
    {
      int code = errno;

      unlink (temporary);
      return fail_errno (error, code, "Could not move to", to);
    }
  sync_parent (to);
  if (unlink (from) != 0)
    return fail_errno (error, errno, "Copied, but could not remove", from);
  return TRUE;
}

gboolean
weir_file_move (const char *from, const char *to, gboolean replace, GError **error)
{
  if (renameat2 (AT_FDCWD, from, AT_FDCWD, to, replace ? 0 : RENAME_NOREPLACE) != 0)
    {
      int code = errno;

      if (code == EINVAL && !replace && !g_file_test (to, G_FILE_TEST_EXISTS))
        code = rename (from, to) == 0 ? 0 : errno; /* a file system without RENAME_NOREPLACE */
      if (code == EXDEV)
        {
          if (!replace && g_file_test (to, G_FILE_TEST_EXISTS))
            return fail_errno (error, EEXIST, "Could not move to", to);
          return copy_then_remove (from, to, error);
        }
      if (code != 0)
        return fail_errno (error, code, code == EEXIST || code == ENOTEMPTY ? "Could not move to" : "Could not move",
                           code == EEXIST || code == ENOTEMPTY ? to : from);
    }
  sync_parent (from);
  sync_parent (to);
  return TRUE;
}

GPtrArray *
weir_file_missing_parents (const char *path)
{
  GPtrArray *missing = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *parent = g_path_get_dirname (path);

  while (!g_file_test (parent, G_FILE_TEST_EXISTS))
    {
      char *up = g_path_get_dirname (parent);

      g_ptr_array_insert (missing, 0, g_steal_pointer (&parent));
      parent = up;
    }
  return missing;
}

gboolean
weir_file_make_folder (const char *path, GError **error)
{
  if (mkdir (path, 0777) != 0 && errno != EEXIST)
    return fail_errno (error, errno, "Could not make the folder", path);
  sync_parent (path);
  return TRUE;
}

/* ── undoing ────────────────────────────────────────────────────────────────────────────── */

static const char *
move_source (const WeirEffect *effect)
{
  return weir_value_get_member_text (effect->before, "from", "");
}

/* What is at @path, or what will be there once later effects are undone, which @foreseen knows. (transfer full) */
static WeirValue *
look (GHashTable *foreseen, const char *path)
{
  WeirValue *record = foreseen != NULL ? g_hash_table_lookup (foreseen, path) : NULL;

  return record != NULL ? weir_value_ref (record) : weir_file_describe (path);
}

static gboolean
is_there (GHashTable *foreseen, const char *path)
{
  g_autoptr(WeirValue) now = look (foreseen, path);

  return exists_in (now);
}

/* A file that was kept is named by its hash. */
static char *
hash_of (WeirValue *now, const char *path)
{
  const char *blob = weir_value_get_member_text (now, "blob", NULL);

  return blob != NULL ? g_strdup (blob) : hash_of_file (path);
}

static char *
conflict_of_write (const WeirEffect *effect, GHashTable *foreseen)
{
  g_autoptr(WeirValue) now = look (foreseen, effect->target);
  g_autofree char *hash = NULL;

  if (effect->after != NULL && same_file (effect->after, now))
    return NULL;
  if (!exists_in (now))
    return effect->after != NULL ? g_strdup ("It was deleted since") : NULL;
  /* touched but not changed is no conflict */
  hash = g_str_equal (weir_value_get_member_text (now, "kind", ""), "file") ? hash_of (now, effect->target) : NULL;
  if (hash != NULL && g_strcmp0 (hash, weir_value_get_member_text (effect->before, "will_hash", NULL)) == 0)
    return NULL;
  return g_strdup (effect->after != NULL ? "It was changed since"
                                         : "The run was interrupted while writing it, and it was changed since");
}

/* Undo was cut off between moving the file back and putting back what it had replaced. */
static gboolean
is_half_undone (const WeirEffect *effect, GHashTable *foreseen)
{
  g_autoptr(WeirValue) source = look (foreseen, move_source (effect));

  return exists_in (source) && same_file (weir_value_find_member (effect->before, "source"), source)
         && exists_in (weir_value_find_member (effect->before, "replaced")) && !is_there (foreseen, effect->target);
}

static char *
conflict_of_move (const WeirEffect *effect, GHashTable *foreseen)
{
  g_autoptr(WeirValue) now = look (foreseen, effect->target);
  WeirValue *expected = effect->after != NULL ? effect->after : weir_value_find_member (effect->before, "source");

  if (is_half_undone (effect, foreseen))
    return NULL;
  if (!exists_in (now))
    return g_strdup ("It is not there any more");
  if (!same_file (expected, now) && g_str_equal (weir_value_get_member_text (now, "kind", ""), "file"))
    return g_strdup ("It was changed since");
  if (is_there (foreseen, move_source (effect)))
    return g_strdup_printf ("There is another %s now", move_source (effect));
  return NULL;
}

void
weir_file_effect_explain (const WeirEffect *effect, GHashTable *foreseen, char **description, char **conflict, guint64 *size)
{
  g_autofree char *name = g_path_get_basename (effect->target);

  *conflict = NULL;
  *size = weir_value_get_member_int (effect->before, "size", 0);
  if (g_str_equal (effect->type, "file.write"))
    {
      *description = exists_in (effect->before) ? g_strdup_printf ("Put back what was in %s before", effect->target)
                                                : g_strdup_printf ("Remove %s", effect->target);
      *conflict = conflict_of_write (effect, foreseen);
    }
  else if (g_str_equal (effect->type, "file.move"))
    {
      *description = g_strdup_printf ("Move %s back to %s", name, move_source (effect));
      *conflict = conflict_of_move (effect, foreseen);
    }
  else
    *description = g_strdup_printf ("Remove the folder %s if it is empty", effect->target);
}

gboolean
weir_file_effect_is_undone (const WeirEffect *effect, GHashTable *foreseen)
{
  g_autoptr(WeirValue) now = look (foreseen, effect->target);
  g_autoptr(WeirValue) source = NULL;

  if (g_str_equal (effect->type, "file.mkdir"))
    return !exists_in (now);
  if (!g_str_equal (effect->type, "file.move"))
    return same_file (effect->before, now);
  source = look (foreseen, move_source (effect));
  return exists_in (source) && same_file (weir_value_find_member (effect->before, "source"), source)
         && same_file (weir_value_find_member (effect->before, "replaced"), now);
}

void
weir_file_effect_foresee (const WeirEffect *effect, GHashTable *foreseen)
{
  if (g_str_equal (effect->type, "file.write"))
    g_hash_table_replace (foreseen, g_strdup (effect->target), weir_value_ref (effect->before));
  else if (g_str_equal (effect->type, "file.move"))
    {
      g_hash_table_replace (foreseen, g_strdup (effect->target),
                            weir_value_ref (weir_value_find_member (effect->before, "replaced")));
      g_hash_table_replace (foreseen, g_strdup (move_source (effect)),
                            weir_value_ref (weir_value_find_member (effect->before, "source")));
    }
}

static gboolean
put_link_back (const char *link, const char *path, GError **error)
{
  g_autofree char *temporary = g_strdup_printf ("%s.weir-%06x", path, g_random_int () & 0xffffff);

  if (symlink (link, temporary) == 0 && rename (temporary, path) == 0)
    return TRUE;
  fail_errno (error, errno, "Could not put back", path);
  unlink (temporary);
  return FALSE;
}

static gboolean
restore (WeirStore *store, WeirValue *kept, const char *path, GError **error)
{
  const char *blob = weir_value_get_member_text (kept, "blob", NULL);
  const char *link = weir_value_get_member_text (kept, "link", NULL);
  g_autoptr(GBytes) content = NULL;

  if (link != NULL)
    return put_link_back (link, path, error);
  if (blob == NULL)
    {
      weir_set_failure (error, "undo.irreversible", "What was at %s was not kept", path);
      return FALSE;
    }
  content = weir_store_read_blob (store, blob, error);
  return content != NULL && replace_file (path, content, kept, weir_value_get_member_int (kept, "mtime", 0), FALSE, error);
}

static char *
copy_name (const char *path)
{
  const char *slash = strrchr (path, '/');
  const char *dot = strrchr (path, '.');
  gsize stem = dot != NULL && dot > slash + 1 ? (gsize) (dot - path) : strlen (path);

  for (guint i = 1;; i++)
    {
      g_autofree char *number = i > 1 ? g_strdup_printf (" %u", i) : g_strdup ("");
      char *name = g_strdup_printf ("%.*s (before the run%s)%s", (int) stem, path, number, path + stem);

      if (!g_file_test (name, G_FILE_TEST_EXISTS))
        return name;
      g_free (name);
    }
}

static gboolean
undo_write (WeirStore *store, const WeirEffect *effect, WeirConflictChoice choice, char **note, GError **error)
{
  g_autofree char *conflict = conflict_of_write (effect, NULL);

  if (conflict != NULL && choice == WEIR_CONFLICT_SAVE_COPY)
    {
      g_autofree char *copy = copy_name (effect->target);

      if (exists_in (effect->before))
        {
          *note = g_strdup_printf ("saved as %s", copy);
          return restore (store, effect->before, copy, error);
        }
      *note = g_strdup ("left as it is: it was not there before the run");
      return TRUE;
    }
  if (exists_in (effect->before))
    return restore (store, effect->before, effect->target, error);
  if (unlink (effect->target) != 0 && errno != ENOENT)
    return fail_errno (error, errno, "Could not remove", effect->target);
  sync_parent (effect->target);
  return TRUE;
}

static gboolean
undo_move (WeirStore *store, const WeirEffect *effect, WeirConflictChoice choice, char **note, GError **error)
{
  const char *from = move_source (effect);
  WeirValue *replaced = weir_value_find_member (effect->before, "replaced");
  g_autoptr(GPtrArray) parents = weir_file_missing_parents (from);
  g_autofree char *copy = NULL;

  if (is_half_undone (effect, NULL))
    return restore (store, replaced, effect->target, error);
  for (guint i = 0; i < parents->len; i++)
    if (!weir_file_make_folder (g_ptr_array_index (parents, i), error))
      return FALSE;
  if (!g_file_test (effect->target, G_FILE_TEST_EXISTS) && !g_file_test (effect->target, G_FILE_TEST_IS_SYMLINK))
    {
      weir_set_failure (error, "undo.failed", "%s is not there any more", effect->target);
      return FALSE;
    }
  if (g_file_test (from, G_FILE_TEST_EXISTS) && choice != WEIR_CONFLICT_OVERWRITE)
    {
      copy = copy_name (from);
      *note = g_strdup_printf ("moved to %s", copy);
    }
  if (!weir_file_move (effect->target, copy != NULL ? copy : from, choice == WEIR_CONFLICT_OVERWRITE, error))
    return FALSE;
  return !exists_in (replaced) || restore (store, replaced, effect->target, error);
}

static gboolean
undo_folder (const WeirEffect *effect, char **note, GError **error)
{
  if (rmdir (effect->target) == 0 || errno == ENOENT)
    return TRUE;
  if (errno != ENOTEMPTY && errno != EEXIST)
    return fail_errno (error, errno, "Could not remove the folder", effect->target);
  *note = g_strdup ("kept: it is not empty");
  return TRUE;
}

gboolean
weir_file_effect_undo (WeirStore *store, const WeirEffect *effect, WeirConflictChoice choice, char **note, GError **error)
{
  if (weir_file_effect_is_undone (effect, NULL))
    return TRUE;
  if (g_str_equal (effect->type, "file.write"))
    return undo_write (store, effect, choice, note, error);
  if (g_str_equal (effect->type, "file.move"))
    return undo_move (store, effect, choice, note, error);
  return undo_folder (effect, note, error);
}
