/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Effects that have a state before and one after. */

#include "weir-file-effect-private.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

/* The clock of file systems, a tick of the kernel, at its coarsest. */
#define CLOCK_TICK_NS 10000000

/* ── what there is to compare ───────────────────────────────────────────────────────────── */

WeirValue *
weir_file_effect_get (const WeirEffect *effect, const char *key)
{
  return effect->before != NULL ? weir_value_find_member (effect->before, key) : NULL;
}

/* Where it goes (@to) and where it should be now (@from). NULL: not known. */
typedef struct
{
  WeirValue *to;
  WeirValue *from;
  WeirValue *will;      /* of an effect that was cut off: what it was about to make */
  GHashTable *to_index;
  GHashTable *from_index;
  GHashTable *will_index;
} Sides;

static void
sides_clear (Sides *self)
{
  g_clear_pointer (&self->to_index, g_hash_table_unref);
  g_clear_pointer (&self->from_index, g_hash_table_unref);
  g_clear_pointer (&self->will_index, g_hash_table_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Sides, sides_clear)

static WeirValue *
after_of (const WeirEffect *effect)
{
  return effect->after != NULL && weir_value_find_member (effect->after, "exists") != NULL ? effect->after : NULL;
}

static void
sides_init (Sides *self, const WeirEffect *effect, WeirDirection direction)
{
  gboolean undo = direction == WEIR_DIRECTION_UNDO;

  self->to = undo ? effect->before : effect->after != NULL ? weir_value_find_member (effect->after, "redo") : NULL;
  if (self->to == NULL)
    self->to = after_of (effect); /* as far as that goes without content */
  self->from = undo ? after_of (effect) : effect->before;
  self->will = undo ? weir_file_effect_get (effect, "will") : NULL;
  self->to_index = weir_state_index (self->to);
  self->from_index = weir_state_index (self->from);
  self->will_index = weir_state_index (self->will);
}

static gboolean
is_type (const WeirEffect *effect, const char *type)
{
  return g_str_equal (effect->type, type);
}

static gboolean
is_move (const WeirEffect *effect)
{
  return is_type (effect, "file.move") || is_type (effect, "file.trash");
}

/* Calls @func for the target and each path below it that one of the sides names; until it answers FALSE. */
typedef gboolean (*EachFunc) (const char *path, WeirValue *to, WeirValue *from, WeirValue *will, gpointer data);

static gboolean
each_entry (const WeirEffect *effect, Sides *sides, GHashTable *index, GHashTable *seen, EachFunc func, gpointer data)
{
  GHashTableIter iter;
  const char *below;

  g_hash_table_iter_init (&iter, index);
  while (g_hash_table_iter_next (&iter, (gpointer *) &below, NULL))
    {
      g_autofree char *path = NULL;

      if (!g_hash_table_add (seen, (char *) below))
        continue;
      path = g_build_filename (effect->target, below, NULL);
      if (!func (path, g_hash_table_lookup (sides->to_index, below), g_hash_table_lookup (sides->from_index, below),
                 g_hash_table_lookup (sides->will_index, below), data))
        return FALSE;
    }
  return TRUE;
}

static gboolean
each_path (const WeirEffect *effect, Sides *sides, EachFunc func, gpointer data)
{
  g_autoptr(GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);

  return func (effect->target, sides->to, sides->from, sides->will, data)
         && each_entry (effect, sides, sides->to_index, seen, func, data)
         && each_entry (effect, sides, sides->from_index, seen, func, data)
         && each_entry (effect, sides, sides->will_index, seen, func, data);
}

/* ── conflicts ──────────────────────────────────────────────────────────────────────────── */

typedef struct
{
  const WeirEffect *effect;
  WeirForesight    *foresight;
  gboolean          cut_off;
  guint             n;
  guint             n_gone;
  guint             n_paths;
} Check;

/* A file that was only touched has its old content. */
static gboolean
has_content (const WeirEffect *effect, const char *path, WeirValue *now)
{
  const char *wanted = weir_value_get_member_text (effect->before, "will_hash", NULL);
  g_autofree char *hash = NULL;

  if (wanted == NULL || !weir_state_is (now, "file"))
    return FALSE;
  if (weir_value_find_member (now, "blob") != NULL)
    return g_str_equal (weir_value_get_member_text (now, "blob", ""), wanted);
  if (weir_value_find_member (now, "content") != NULL)
    {
      hash = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256,
                                           weir_value_get_bytes (weir_value_find_member (now, "content")));
      return g_str_equal (hash, wanted);
    }
  hash = weir_file_get_hash (path);
  return g_strcmp0 (hash, wanted) == 0;
}

static gboolean
check_path (const char *path, WeirValue *to, WeirValue *from, WeirValue *will, gpointer data)
{
  Check *self = data;
  g_autoptr(WeirValue) now = weir_foresight_look (self->foresight, path);

  self->n_paths++;
  if (weir_state_same (to, now) || (!self->cut_off && weir_state_same (from, now)))
    return TRUE;
  if (self->cut_off && weir_state_same (will, now))
    return TRUE;
  /* whoever put something else into a folder did not change the folder */
  if (weir_state_is (now, "folder")
      && (weir_state_is (to, "folder") || weir_state_is (from, "folder") || weir_state_is (will, "folder"))
      && !is_type (self->effect, "file.permissions"))
    return TRUE;
  if (g_str_equal (path, self->effect->target) && has_content (self->effect, path, now))
    return TRUE;
  self->n++;
  self->n_gone += !weir_state_exists (now);
  return TRUE;
}

static char *
conflict_of_states (const WeirEffect *effect, WeirDirection direction, WeirForesight *foresight)
{
  g_auto(Sides) sides = { 0 };
  Check check = { effect, foresight };

  if (is_type (effect, "file.mkdir") && direction == WEIR_DIRECTION_UNDO)
    return NULL;
  sides_init (&sides, effect, direction);
  if (sides.to == NULL)
    return g_strdup ("What the run had made was not kept");
  check.cut_off = sides.from == NULL;
  each_path (effect, &sides, check_path, &check);
  if (check.n == 0)
    return NULL;
  if (check.cut_off)
    return g_strdup ("The run was interrupted while changing it, and it was changed since");
  if (check.n_paths > 1)
    return g_strdup_printf ("%u of %u files and folders in it were changed since", check.n, check.n_paths);
  return g_strdup (check.n_gone > 0 ? "It was deleted since" : "It was changed since");
}

/* ── explaining ─────────────────────────────────────────────────────────────────────────── */

static char *
describe_states (const WeirEffect *effect, WeirDirection direction, Sides *sides)
{
  const char *path = effect->target;
  gsize n = sides->to != NULL ? g_hash_table_size (sides->to_index) : 0;
  gboolean comes = weir_state_exists (sides->to);

  if (is_type (effect, "file.permissions"))
    return g_strdup_printf (
      direction == WEIR_DIRECTION_UNDO ? "Give %s back its permissions" : "Change the permissions of %s again", path);
  if (is_type (effect, "file.tree"))
    return g_strdup_printf (direction == WEIR_DIRECTION_UNDO ? "Put back what was in %s before (%" G_GSIZE_FORMAT
                                                               " changed)"
                                                             : "Change %s again (%" G_GSIZE_FORMAT " changed)",
                            path, MAX (n, (gsize) g_hash_table_size (sides->from_index)));
  if (direction == WEIR_DIRECTION_REDO)
    return comes ? g_strdup_printf (weir_state_exists (sides->from) ? "Change %s again" : "Make %s again", path)
                 : g_strdup_printf ("Remove %s again", path);
  if (is_type (effect, "file.mkdir"))
    return g_strdup_printf ("Remove the folder %s if it is empty", path);
  if (is_type (effect, "file.delete"))
    return n > 0 ? g_strdup_printf ("Put back the folder %s with %" G_GSIZE_FORMAT " in it", path, n)
                 : g_strdup_printf ("Put back %s", path);
  return comes ? g_strdup_printf ("Put back what was in %s before", path) : g_strdup_printf ("Remove %s", path);
}

void
weir_file_effect_explain (const WeirEffect *effect, WeirDirection direction, WeirForesight *foresight, char **description,
                          char **conflict, guint64 *size)
{
  g_auto(Sides) sides = { 0 };

  if (is_move (effect))
    {
      weir_file_move_explain (effect, direction, foresight, description, conflict, size);
      return;
    }
  sides_init (&sides, effect, direction);
  *description = describe_states (effect, direction, &sides);
  *conflict = conflict_of_states (effect, direction, foresight);
  *size = sides.to != NULL ? weir_state_get_size (sides.to) : 0;
}

/* ── done, and what will be ─────────────────────────────────────────────────────────────── */

static gboolean
is_done_cb (const char *path, WeirValue *to, WeirValue *from, WeirValue *will, gpointer data)
{
  g_autoptr(WeirValue) now = weir_foresight_look (data, path);

  return weir_state_same (to, now) && !weir_state_is_still (now, from, to);
}

gboolean
weir_file_effect_is_done (const WeirEffect *effect, WeirDirection direction, WeirForesight *foresight)
{
  g_auto(Sides) sides = { 0 };

  if (is_move (effect))
    return weir_file_move_is_done (effect, direction, foresight);
  sides_init (&sides, effect, direction);
  if (is_type (effect, "file.mkdir") && direction == WEIR_DIRECTION_UNDO)
    {
      g_autoptr(WeirValue) now = weir_foresight_look (foresight, effect->target);

      return !weir_state_exists (now);
    }
  return sides.to != NULL && each_path (effect, &sides, is_done_cb, foresight);
}

gboolean
weir_file_effect_stays (const WeirEffect *effect)
{
  return is_type (effect, "file.mkdir") && !weir_file_effect_is_done (effect, WEIR_DIRECTION_UNDO, NULL);
}

static gboolean
foresee_cb (const char *path, WeirValue *to, WeirValue *from, WeirValue *will, gpointer data)
{
  g_autoptr(WeirValue) nothing = to == NULL ? weir_state_new_nothing () : NULL;

  weir_foresight_put (data, path, to != NULL ? to : nothing);
  return TRUE;
}

void
weir_file_effect_foresee (const WeirEffect *effect, WeirDirection direction, WeirForesight *foresight)
{
  g_auto(Sides) sides = { 0 };

  if (is_move (effect))
    {
      weir_file_move_foresee (effect, direction, foresight);
      return;
    }
  /* it stays if something is in it */
  if (is_type (effect, "file.mkdir") && direction == WEIR_DIRECTION_UNDO
      && !weir_foresight_is_empty (foresight, effect->target))
    return;
  sides_init (&sides, effect, direction);
  if (sides.to != NULL)
    each_path (effect, &sides, foresee_cb, foresight);
}

/* What the effect left is now what it left when it was done again. */
WeirValue *
weir_file_effect_after_redo (const WeirEffect *effect)
{
  WeirValue *redo = effect->after != NULL ? weir_value_find_member (effect->after, "redo") : NULL;
  WeirValue *parents = effect->after != NULL ? weir_value_find_member (effect->after, "parents") : NULL;

  if (redo == NULL)
    return NULL;
  return parents != NULL ? weir_value_with_member (redo, "parents", parents) : weir_value_ref (redo);
}

static gboolean
add_path_cb (const char *path, WeirValue *to, WeirValue *from, WeirValue *will, gpointer data)
{
  g_ptr_array_add (data, g_strdup (path));
  return TRUE;
}

GPtrArray *
weir_file_effect_list_paths (const WeirEffect *effect)
{
  GPtrArray *paths = g_ptr_array_new_with_free_func (g_free);
  g_auto(Sides) sides = { 0 };

  sides_init (&sides, effect, WEIR_DIRECTION_UNDO);
  each_path (effect, &sides, add_path_cb, paths);
  for (guint i = 0; i < 2; i++)
    {
      const char *other = weir_value_get_member_text (effect->before, i == 0 ? "from" : "trashed", NULL);

      if (other != NULL && is_move (effect))
        g_ptr_array_add (paths, g_strdup (other));
    }
  return paths;
}

gboolean
weir_file_effect_is_one (const WeirEffect *effect)
{
  return g_str_has_prefix (effect->type, "file.");
}

/* ── keeping what will be taken back ────────────────────────────────────────────────────── */

static gboolean
add_below_cb (const char *path, WeirValue *to, WeirValue *from, WeirValue *will, gpointer data)
{
  GPtrArray *paths = data;
  WeirValue *entry = to != NULL ? to : from != NULL ? from : will;
  const char *below = weir_value_get_member_text (entry, "path", NULL);

  if (below != NULL)
    g_ptr_array_add (paths, weir_value_new_text (below));
  return TRUE;
}

static int
compare_texts (gconstpointer a, gconstpointer b)
{
  return strcmp (weir_value_get_text (*(WeirValue *const *) a, NULL),
                 weir_value_get_text (*(WeirValue *const *) b, NULL));
}

/* Where an undo was cut off half-way, what it had kept is still what the run had made. */
static WeirValue *
merge_kept (Sides *sides, WeirValue *now, WeirValue *old)
{
  g_autoptr(GHashTable) kept = weir_state_index (old);
  WeirValue *entries = weir_value_find_member (now, "entries");
  WeirBuilder *merged;

  if (old == NULL || entries == NULL)
    return weir_value_ref (now);
  merged = weir_list_builder_new (weir_value_get_length (entries));
  for (gsize i = 0; i < weir_value_get_length (entries); i++)
    {
      WeirValue *entry = weir_value_get_item (entries, i);
      const char *below = weir_value_get_member_text (entry, "path", "");
      WeirValue *before = g_hash_table_lookup (kept, below);
      gboolean undone = weir_state_same (g_hash_table_lookup (sides->to_index, below), entry);

      weir_builder_add (merged, undone && before != NULL ? before : entry);
    }
  return weir_state_with (old, "entries", weir_builder_end (merged));
}

static WeirValue *
keep_states (WeirStore *store, const WeirEffect *effect, Sides *sides, gint64 limit, GError **error)
{
  g_autoptr(GPtrArray) paths = g_ptr_array_new_with_free_func ((GDestroyNotify) weir_value_unref);
  WeirStateDetail detail = WEIR_STATE_ATTRIBUTES;
  g_autoptr(WeirValue) list = NULL;

  if (!is_type (effect, "file.permissions") && !is_type (effect, "file.mkdir"))
    detail |= WEIR_STATE_CONTENT;
  each_path (effect, sides, add_below_cb, paths);
  if (paths->len == 0)
    return weir_file_get_state (store, effect->target, detail, &limit, error);
  g_ptr_array_sort (paths, compare_texts);
  list = weir_value_new_list ((WeirValue **) paths->pdata, paths->len);
  return weir_file_get_state_of (store, effect->target, list, detail, &limit, error);
}

/* What was recorded after it, and what folders are like now, if it was cut off before that was. NULL: that is all there is. */
static WeirValue *
keep_times (const WeirEffect *effect)
{
  WeirValue *parents = weir_file_effect_get (effect, "parents");
  g_autoptr(WeirValue) nothing = effect->after == NULL ? weir_value_new_record (NULL, NULL, 0) : NULL;
  WeirValue *after = effect->after != NULL ? effect->after : nothing;
  WeirBuilder *list;

  if (parents == NULL || weir_value_find_member (after, "parents") != NULL)
    return NULL;
  list = weir_list_builder_new (2);
  for (gsize i = 0; i < weir_value_get_length (parents); i++)
    weir_builder_take (
      list, weir_file_get_time_of (weir_value_get_member_text (weir_value_get_item (parents, i), "path", "")));
  return weir_state_with (after, "parents", weir_builder_end (list));
}

WeirValue *
weir_file_effect_keep (WeirStore *store, const WeirEffect *effect, gint64 limit, GError **error)
{
  g_auto(Sides) sides = { 0 };
  g_autoptr(WeirValue) now = NULL;
  g_autoptr(WeirValue) nothing = NULL;
  g_autoptr(WeirValue) timed = NULL;
  WeirValue *old = effect->after != NULL ? weir_value_find_member (effect->after, "redo") : NULL;
  WeirValue *after = effect->after;

  if (weir_file_effect_is_done (effect, WEIR_DIRECTION_UNDO, NULL))
    return NULL;
  timed = keep_times (effect);
  if (is_move (effect))
    return g_steal_pointer (&timed);
  sides_init (&sides, effect, WEIR_DIRECTION_UNDO);
  now = keep_states (store, effect, &sides, limit, error);
  if (now == NULL)
    return NULL;
  if (timed != NULL)
    after = timed;
  else if (after == NULL)
    after = nothing = weir_value_new_record (NULL, NULL, 0);
  return weir_state_with (after, "redo", merge_kept (&sides, now, old));
}

/* ── doing ──────────────────────────────────────────────────────────────────────────────── */

char *
weir_file_make_copy_name (const char *path)
{
  const char *slash = strrchr (path, '/');
  const char *dot = strrchr (path, '.');
  gsize stem = dot != NULL && dot > slash + 1 ? (gsize) (dot - path) : strlen (path);

  for (guint i = 1;; i++)
    {
      g_autofree char *number = i > 1 ? g_strdup_printf (" %u", i) : g_strdup ("");
      char *name = g_strdup_printf ("%.*s (before the run%s)%s", (int) stem, path, number, path + stem);

      if (!g_file_test (name, G_FILE_TEST_EXISTS) && !g_file_test (name, G_FILE_TEST_IS_SYMLINK))
        return name;
      g_free (name);
    }
}

static gboolean
apply_states (WeirFileUndo *context, const WeirEffect *effect, WeirConflictChoice choice, char **note, GError **error)
{
  g_autofree char *conflict = conflict_of_states (effect, context->direction, NULL);
  g_auto(Sides) sides = { 0 };

  sides_init (&sides, effect, context->direction);
  if (conflict != NULL && choice == WEIR_CONFLICT_SAVE_COPY && weir_state_exists (sides.to))
    {
      g_autofree char *copy = weir_file_make_copy_name (effect->target);

      *note = g_strdup_printf ("saved as %s", copy);
      return weir_file_restore (context->store, copy, sides.to, NULL, context->sync, note, error);
    }
  if (conflict != NULL && choice == WEIR_CONFLICT_SAVE_COPY)
    {
      *note = g_strdup ("left as it is: it was not there before the run");
      return TRUE;
    }
  if (is_type (effect, "file.permissions"))
    {
      g_autoptr(WeirValue) attributes = weir_value_with_member (sides.to, "mtime", NULL);

      return weir_file_set_attributes (effect->target, attributes, error);
    }
  return weir_file_restore (context->store, effect->target, sides.to, sides.from != NULL ? sides.from : sides.will,
                            context->sync, note, error);
}

/* The folder that the file is in gets its time back, unless somebody else was there too. */
static gboolean
is_time_known (WeirFileUndo *self, const char *folder)
{
  gint64 now;

  if (!weir_file_get_time (folder, &now))
    return FALSE;
  return (self->since > 0 && now >= self->since) || (self->times != NULL && g_hash_table_contains (self->times, &now));
}

static WeirValue *
parents_of (const WeirEffect *effect, WeirDirection direction)
{
  WeirValue *side = direction == WEIR_DIRECTION_UNDO ? effect->before : effect->after;

  return side != NULL ? weir_value_find_member (side, "parents") : NULL;
}

void
weir_file_effect_clean (const WeirEffect *effect)
{
  g_autoptr(GPtrArray) paths = weir_file_effect_list_paths (effect);
  g_autoptr(GHashTable) times = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  WeirValue *parents = parents_of (effect, WEIR_DIRECTION_UNDO);

  for (gsize i = 0; parents != NULL && i < weir_value_get_length (parents); i++)
    {
      WeirValue *parent = weir_value_get_item (parents, i);
      gint64 mtime = weir_value_get_member_int (parent, "mtime", 0);

      if (mtime != 0)
        g_hash_table_insert (times, g_strdup (weir_value_get_member_text (parent, "path", "")),
                             g_memdup2 (&mtime, sizeof mtime));
    }
  weir_file_remove_debris (paths, times);
}

gboolean
weir_file_effect_apply (WeirFileUndo *context, const WeirEffect *effect, WeirConflictChoice choice, char **note, GError **error)
{
  WeirValue *parents = parents_of (effect, context->direction);
  gsize n = parents != NULL ? weir_value_get_length (parents) : 0;
  g_autofree gboolean *known = g_new0 (gboolean, n + 1);
  gboolean ok = TRUE;

  for (gsize i = 0; i < n; i++)
    known[i] = is_time_known (context, weir_value_get_member_text (weir_value_get_item (parents, i), "path", ""));
  if (!weir_file_effect_is_done (effect, context->direction, NULL))
    ok = is_move (effect) ? weir_file_move_apply (context, effect, choice, note, error)
                          : apply_states (context, effect, choice, note, error);
  for (gsize i = 0; i < n; i++)
    {
      WeirValue *parent = weir_value_get_item (parents, i);
      WeirValue *mtime = weir_value_find_member (parent, "mtime");

      if (known[i] && mtime != NULL)
        weir_file_set_time (weir_value_get_member_text (parent, "path", ""), weir_value_get_int (mtime));
    }
  return ok;
}

static void
add_time (GHashTable *times, WeirValue *state)
{
  gint64 mtime = weir_value_get_member_int (state, "mtime", 0);

  if (mtime != 0)
    g_hash_table_add (times, g_memdup2 (&mtime, sizeof mtime));
}

static void
add_folder_times (GHashTable *times, WeirValue *state)
{
  WeirValue *entries = state != NULL ? weir_value_find_member (state, "entries") : NULL;

  if (weir_state_is (state, "folder"))
    add_time (times, state);
  for (gsize i = 0; entries != NULL && i < weir_value_get_length (entries); i++)
    if (weir_state_is (weir_value_get_item (entries, i), "folder"))
      add_time (times, weir_value_get_item (entries, i));
}

static gboolean
is_about (const struct statx_timestamp *time, gint64 at)
{
  gint64 ns = time->tv_sec * G_GINT64_CONSTANT (1000000000) + time->tv_nsec;

  return ABS (ns - at) < CLOCK_TICK_NS;
}

/* An effect that was cut off did not come to write down the time that it gave a folder. It is that at which the file got its name there, if
 * nobody was there since. */
static void
add_time_of_making (GHashTable *times, const WeirEffect *effect, WeirValue *parents)
{
  struct statx info;

  if (statx (AT_FDCWD, effect->target, AT_SYMLINK_NOFOLLOW, STATX_CTIME | STATX_BTIME, &info) != 0)
    return;
  for (gsize i = 0; i < weir_value_get_length (parents); i++)
    {
      gint64 now;

      if (weir_file_get_time (weir_value_get_member_text (weir_value_get_item (parents, i), "path", ""), &now)
          && (is_about (&info.stx_ctime, now)
              || ((info.stx_mask & STATX_BTIME) != 0 && is_about (&info.stx_btime, now))))
        g_hash_table_add (times, g_memdup2 (&now, sizeof now));
    }
}

/* A folder has the time that a step gave it by changing what is in it, by copying it, or by putting it back. */
void
weir_file_effect_add_times (const WeirEffect *effect, GHashTable *times)
{
  static const char *const members[] = { "will", "source", "replaced", "redo" };

  for (guint i = 0; i < 2; i++)
    {
      WeirValue *side = i == 0 ? effect->before : effect->after;
      WeirValue *parents = side != NULL ? weir_value_find_member (side, "parents") : NULL;

      add_folder_times (times, side);
      for (guint j = 0; side != NULL && j < G_N_ELEMENTS (members); j++)
        add_folder_times (times, weir_value_find_member (side, members[j]));
      for (gsize j = 0; parents != NULL && j < weir_value_get_length (parents); j++)
        add_time (times, weir_value_get_item (parents, j));
      if (i == 0 && parents != NULL && effect->state == WEIR_EFFECT_INTENDED)
        add_time_of_making (times, effect, parents);
    }
}
