/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Runs that change files at random are undone and done again: the tree is then byte for byte, second for second what it was. */

#include <fcntl.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "weir-kind-test.h"

#define N_STEPS 200

/* ── the tree as text ───────────────────────────────────────────────────────────────────── */

static void
append_attributes (GString *text, const char *path)
{
  char names[4096];
  ssize_t length = llistxattr (path, names, sizeof names);
  g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func (g_free);

  for (ssize_t i = 0; i < length; i += strlen (names + i) + 1)
    {
      char value[256] = { 0 };

      if (!g_str_has_prefix (names + i, "user."))
        continue;
      lgetxattr (path, names + i, value, sizeof value - 1);
      g_ptr_array_add (lines, g_strdup_printf (" %s=%s", names + i, value));
    }
  g_ptr_array_sort_values (lines, (GCompareFunc) strcmp);
  for (guint i = 0; i < lines->len; i++)
    g_string_append (text, lines->pdata[i]);
}

static void
append_tree (GString *text, const char *path, gsize skip)
{
  struct stat info;
  g_autofree char *content = NULL;
  gsize length = 0;

  g_assert_no_errno (lstat (path, &info));
  g_string_append_printf (text, "%s %o %ld.%09ld", path + skip, info.st_mode, info.st_mtim.tv_sec,
                          info.st_mtim.tv_nsec);
  append_attributes (text, path);
  if (S_ISREG (info.st_mode) && g_file_get_contents (path, &content, &length, NULL))
    {
      g_autofree char *hash = g_compute_checksum_for_data (G_CHECKSUM_MD5, (guchar *) content, length);

      g_string_append_printf (text, " %s", hash);
    }
  if (S_ISLNK (info.st_mode))
    {
      g_autofree char *target = g_file_read_link (path, NULL);

      g_string_append_printf (text, " -> %s", target);
    }
  g_string_append_c (text, '\n');
  if (S_ISDIR (info.st_mode))
    {
      g_autoptr(GDir) dir = g_dir_open (path, 0, NULL);
      g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
      const char *name;

      while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
        g_ptr_array_add (names, g_strdup (name));
      g_ptr_array_sort_values (names, (GCompareFunc) strcmp);
      for (guint i = 0; i < names->len; i++)
        {
          g_autofree char *child = g_build_filename (path, names->pdata[i], NULL);

          append_tree (text, child, skip);
        }
    }
}

static char *
take_picture (KindTest *test)
{
  g_autofree char *world = kind_test_path (test, "world");
  GString *text = g_string_new (NULL);

  append_tree (text, world, strlen (world));
  return g_string_free (text, FALSE);
}

static void
assert_same_picture (const char *is, const char *was, guint32 seed, const char *when)
{
  g_auto(GStrv) a = g_strsplit (is, "\n", -1);
  g_auto(GStrv) b = g_strsplit (was, "\n", -1);

  if (g_str_equal (is, was))
    return;
  g_test_message ("seed %u, %s", seed, when);
  for (guint i = 0; a[i] != NULL; i++)
    if (!g_strv_contains ((const char *const *) b, a[i]))
      g_test_message ("is:  %s", a[i]);
  for (guint i = 0; b[i] != NULL; i++)
    if (!g_strv_contains ((const char *const *) a, b[i]))
      g_test_message ("was: %s", b[i]);
  g_test_fail_printf ("The tree differs %s (seed %u)", when, seed);
}

/* ── a world, and what is done to it ────────────────────────────────────────────────────── */

static void
age (const char *path, GRand *rand)
{
  struct timespec times[2] = { { 0, UTIME_OMIT }, { 1000000000 + g_rand_int_range (rand, 0, 1 << 28),
                                                    g_rand_int_range (rand, 0, 1000000000) } };

  g_assert_no_errno (utimensat (AT_FDCWD, path, times, AT_SYMLINK_NOFOLLOW));
}

static void
make_world (KindTest *test, GRand *rand)
{
  static const int modes[] = { 0600, 0644, 0755, 0444 };
  int mode;

  for (guint i = 0; i < 24; i++)
    {
      g_autofree char *name = g_strdup_printf ("world/d%u/s%u/f%u", i % 3, i % 2, i);
      g_autofree char *path = kind_test_path (test, name);
      gsize length = i % 5 == 0 ? 40000 : g_rand_int_range (rand, 0, 300);
      g_autofree char *content = g_strnfill (length, 'a' + i);

      kind_test_write (test, name, content);
      if (i % 4 == 0)
        setxattr (path, "user.colour", "red", 3, 0);
      mode = modes[i % 4];
      g_assert_no_errno (g_chmod (path, mode));
      age (path, rand);
    }
  for (guint i = 0; i < 3; i++)
    {
      g_autofree char *name = g_strdup_printf ("world/d%u/link", i);
      g_autofree char *path = kind_test_path (test, name);

      g_assert_no_errno (symlink ("s0/f0", path));
      age (path, rand);
    }
  for (guint i = 0; i < 9; i++)
    {
      g_autofree char *name = i < 6 ? g_strdup_printf ("world/d%u/s%u", i % 3, i / 3)
                                    : g_strdup_printf ("world/d%u", i - 6);
      g_autofree char *path = kind_test_path (test, name);

      age (path, rand);
    }
}

/* Some name: of something that was there, or of something new. */
static char *
some_path (GRand *rand)
{
  guint i = g_rand_int_range (rand, 0, 24);

  switch (g_rand_int_range (rand, 0, 6))
    {
    case 0:
      return g_strdup_printf ("$DIR/world/d%u/s%u", i % 3, i % 2);
    case 1:
      return g_strdup_printf ("$DIR/world/n%u/f%u", i % 3, i % 4);
    case 2:
      return g_strdup_printf ("$DIR/world/d%u/link", i % 3);
    case 3:
      return g_strdup_printf ("$DIR/world/d%u/f%u", i % 3, i % 5);
    default:
      return g_strdup_printf ("$DIR/world/d%u/s%u/f%u", i % 3, i % 2, i);
    }
}

static void
append_step (GString *yaml, guint number, GRand *rand)
{
  g_autofree char *a = some_path (rand);
  g_autofree char *b = some_path (rand);
  static const char *const policies[] = { "error", "skip", "replace", "rename", "newer" };
  const char *policy = policies[g_rand_int_range (rand, 0, 5)];

  g_string_append_printf (yaml, "  b%u: { on_error: continue, kind: ", number);
  switch (g_rand_int_range (rand, 0, 11))
    {
    case 0:
    case 1:
      g_string_append_printf (yaml, "file.write, config: { path: %s, content: c%u, mode: %s, backup: %s }", a, number,
                              number % 3 == 0   ? "append"
                              : number % 7 == 0 ? "keep_both"
                                                : "replace",
                              number % 5 == 0 ? "true" : "false");
      break;
    case 2:
      g_string_append_printf (yaml, "file.move, config: { from: %s, to: %s, overwrite: %s }", a, b, policy);
      break;
    case 3:
    case 4:
      g_string_append_printf (yaml, "file.copy, config: { from: %s, to: %s, overwrite: %s, preserve: %s }", a, b,
                              policy, number % 2 == 0 ? "all" : "none");
      break;
    case 5:
      g_string_append_printf (yaml, "file.delete, config: { path: %s, recursive: true, to: permanent }", a);
      break;
    case 6:
      g_string_append_printf (yaml, "file.delete, config: { path: %s, recursive: true }", a);
      break;
    case 7:
      g_string_append_printf (yaml, "file.mkdir, config: { path: %s/m%u }", a, number);
      break;
    case 8:
      g_string_append_printf (yaml, "file.permissions, config: { path: %s, mode: \"%s\" }", a,
                              number % 2 == 0 ? "u+x,go-r" : "0750");
      break;
    default:
      g_string_append_printf (
        yaml, "file.permissions, config: { path: %s, set: [{ name: tag, value: t%u }], remove: [colour] }", a, number);
    }
  g_string_append (yaml, " }\n");
}

static char *
make_workflow (GRand *rand)
{
  GString *yaml = g_string_new ("weir: 1\nname: Random\nblocks:\n");

  for (guint i = 0; i < N_STEPS; i++)
    append_step (yaml, i, rand);
  g_string_append (yaml, "links:\n");
  for (guint i = 1; i < N_STEPS; i++)
    g_string_append_printf (yaml, "  - b%u.done -> b%u.run\n  - b%u.error -> b%u.run\n", i - 1, i, i - 1, i);
  return g_string_free (yaml, FALSE);
}

static guint
redo (KindTest *test, Outcome *outcome)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(WeirUndoPlan) plan = dex_await_boxed (weir_engine_plan_redo (test->engine, weir_run_get_id (outcome->run)),
                                                   &error);
  guint done;

  g_assert_no_error (error);
  for (guint i = 0; i < plan->items->len; i++)
    {
      WeirUndoItem *item = g_ptr_array_index (plan->items, i);

      if (item->conflict != NULL)
        g_test_message ("cannot be done again: %s (%s)", item->description, item->conflict);
    }
  done = dex_await_uint (weir_engine_undo (test->engine, plan, WEIR_CONFLICT_KEEP), &error);
  g_assert_no_error (error);
  return done;
}

static void
undo_all (KindTest *test, Outcome *outcome)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(WeirUndoPlan) plan = dex_await_boxed (
    weir_engine_plan_undo (test->engine, weir_run_get_id (outcome->run), NULL), &error);

  g_assert_no_error (error);
  for (guint i = 0; i < plan->items->len; i++)
    {
      WeirUndoItem *item = g_ptr_array_index (plan->items, i);

      if (item->conflict != NULL)
        g_test_message ("conflict: %s: %s (%s)", item->effect->block, item->description, item->conflict);
    }
  dex_await (weir_engine_undo (test->engine, plan, WEIR_CONFLICT_KEEP), &error);
  g_assert_no_error (error);
}

static void
check_seed (KindTest *test, guint32 seed)
{
  g_autoptr(GRand) rand = NULL;
  g_autofree char *yaml = NULL;
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;
  g_autofree char *undone = NULL;
  g_autofree char *redone = NULL;
  g_autofree char *again = NULL;
  g_autoptr(Outcome) outcome = NULL;

  g_test_message ("WEIR_SEED=%u", seed);
  rand = g_rand_new_with_seed (seed);
  make_world (test, rand);
  yaml = make_workflow (rand);
  before = take_picture (test);
  outcome = kind_test_play (test, yaml, NULL);
  g_assert_cmpint (weir_run_get_status (outcome->run), ==, WEIR_RUN_SUCCEEDED);
  after = take_picture (test);

  undo_all (test, outcome);
  undone = take_picture (test);
  assert_same_picture (undone, before, seed, "after undo");
  redo (test, outcome);
  redone = take_picture (test);
  assert_same_picture (redone, after, seed, "after redo");
  undo_all (test, outcome);
  again = take_picture (test);
  assert_same_picture (again, before, seed, "after the second undo");
}

static void
test_random (KindTest *test)
{
  const char *seed = g_getenv ("WEIR_SEED");

  check_seed (test, seed != NULL ? (guint32) g_ascii_strtoull (seed, NULL, 10) : (guint32) g_test_rand_int ());
}

/* With this seed, a folder gets its time by a copy onto it, and files go into another through a link that leads there. */
static void
test_folder_times (KindTest *test)
{
  check_seed (test, 125);
}

/* With this seed, something is moved into the folder that a link leads to, and that is the link. */
static void
test_moved_link (KindTest *test)
{
  check_seed (test, 270);
}

/* How often what bears this name got other attributes. */
static guint
count_changes (int watcher, const char *name)
{
  char buffer[16384] __attribute__ ((aligned (8)));
  ssize_t length = read (watcher, buffer, sizeof buffer);
  guint n = 0;

  for (ssize_t at = 0; at < length;)
    {
      const struct inotify_event *event = (const struct inotify_event *) (buffer + at);

      n += event->len > 0 && g_str_equal (event->name, name);
      at += (ssize_t) sizeof *event + event->len;
    }
  return n;
}

/* Not even for a moment another mode: a crash would leave it so. */
static void
test_comes_back_whole (KindTest *test)
{
  g_autofree char *path = kind_test_path (test, "f");
  g_autoptr(Outcome) outcome = NULL;
  int watcher = inotify_init1 (IN_NONBLOCK | IN_CLOEXEC);

  kind_test_write (test, "f", "old");
  g_assert_no_errno (g_chmod (path, 0444));
  outcome = kind_test_play_block (test, "file.write", "{ path: $DIR/f, content: new }", NULL, NULL);
  g_assert_cmpstr (outcome->error, ==, NULL);
  g_assert_cmpint (inotify_add_watch (watcher, test->dir, IN_ATTRIB), >=, 0);
  undo_all (test, outcome);
  g_assert_cmpuint (count_changes (watcher, "f"), ==, 0);
  redo (test, outcome);
  g_assert_cmpuint (count_changes (watcher, "f"), ==, 0);
  close (watcher);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  dex_init ();
  g_test_add_data_func ("/weir/undo/a-folder-that-was-copied-or-reached-through-a-link-gets-its-time-back",
                        test_folder_times, run_kind_test);
  g_test_add_data_func ("/weir/undo/a-link-that-was-moved-to-where-it-led-comes-back", test_moved_link, run_kind_test);
  g_test_add_data_func ("/weir/undo/a-file-is-put-back-with-the-attributes-that-it-shall-have", test_comes_back_whole,
                        run_kind_test);
  for (guint i = 0; i < (g_test_quick () ? 5 : 100); i++)
    {
      g_autofree char *path = g_strdup_printf ("/weir/undo/random-work-is-taken-back-and-done-again/%u", i + 1);

      g_test_add_data_func (path, test_random, run_kind_test);
    }
  return g_test_run ();
}
