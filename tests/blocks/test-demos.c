/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every demo runs on its sample data, does what its note says, and is undone. */
#include <string.h>

#include <glib/gstdio.h>

#include "weir-demo.h"
#include "weir-kind-test.h"

typedef struct
{
  WeirRun   *run;
  WeirValue *inputs;
  char      *folder;
} Play;

static Play *
play_demo (KindTest *test, const char *name)
{
  g_autoptr(GError) error = NULL;
  Play *play = g_new0 (Play, 1);
  g_autoptr(WeirWorkflow) workflow = weir_demo_prepare (name, &play->inputs, &error);
  g_autoptr(GListModel) problems = NULL;

  g_assert_no_error (error);
  problems = weir_workflow_validate (workflow);
  for (guint i = 0; i < g_list_model_get_n_items (problems); i++)
    {
      g_autoptr(WeirProblem) problem = g_list_model_get_item (problems, i);
      g_autofree char *text = weir_problem_to_string (problem, NULL);

      g_test_message ("%s: %s", name, text);
    }
  g_assert_cmpuint (g_list_model_get_n_items (problems), ==, 0);
  play->folder = g_strdup (weir_value_get_member_text (play->inputs, "folder", NULL));

  play->run = dex_await_object (weir_engine_play (test->engine, workflow, play->inputs), &error);
  g_assert_no_error (error);
  return play;
}

static void
play_free (Play *self)
{
  g_clear_object (&self->run);
  g_clear_pointer (&self->inputs, weir_value_unref);
  g_free (self->folder);
  g_free (self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Play, play_free)

static WeirValue *
play_finish (Play *self)
{
  g_autoptr(GError) error = NULL;
  WeirValue *result = dex_await_boxed (weir_run_wait (self->run), &error);

  g_assert_no_error (error);
  g_assert_cmpint (weir_run_get_status (self->run), ==, WEIR_RUN_SUCCEEDED);
  return result;
}

static int
compare_lines (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static void
add_lines (GPtrArray *lines, const char *root, const char *folder)
{
  g_autoptr(GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      g_autofree char *content = NULL;
      gsize length;

      if (g_file_test (path, G_FILE_TEST_IS_DIR))
        add_lines (lines, root, path);
      else if (name[0] != '.' && g_file_get_contents (path, &content, &length, NULL))
        {
          g_autofree char *hash = g_compute_checksum_for_data (G_CHECKSUM_SHA256, (const guchar *) content, length);
          g_ptr_array_add (lines, g_strdup_printf ("%s %.8s", path + strlen (root) + 1, hash));
        }
    }
}

/* Every file below a folder with its content's hash. */
static char *
photograph (const char *folder)
{
  g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func (g_free);

  add_lines (lines, folder, folder);
  g_ptr_array_sort (lines, compare_lines);
  g_ptr_array_add (lines, NULL);
  return g_strjoinv ("\n", (char **) lines->pdata);
}

static void
undo (KindTest *test, Play *self)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(WeirUndoPlan) plan = dex_await_boxed (
    weir_engine_plan_undo (test->engine, weir_run_get_id (self->run), NULL), &error);

  g_assert_no_error (error);
  g_assert_cmpuint (plan->n_conflicts, ==, 0);
  g_assert_cmpuint (plan->n_irreversible, ==, 0);
  dex_await_uint (weir_engine_undo (test->engine, plan, WEIR_CONFLICT_KEEP), &error);
  g_assert_no_error (error);
}

static void
assert_undone (KindTest *test, Play *self, const char *name)
{
  g_autofree char *sample = g_build_filename (g_getenv ("WEIR_EXAMPLES_DIR"), name, "sample", NULL);
  g_autofree char *before = photograph (sample);
  g_autofree char *after = NULL;

  undo (test, self);
  after = photograph (self->folder);
  g_assert_cmpstr (after, ==, before);
}

static gboolean
is_there (Play *self, const char *name)
{
  g_autofree char *path = g_build_filename (self->folder, name, NULL);

  return g_file_test (path, G_FILE_TEST_EXISTS);
}

static char *
read_file (Play *self, const char *name)
{
  g_autofree char *path = g_build_filename (self->folder, name, NULL);
  char *content = NULL;

  g_file_get_contents (path, &content, NULL, NULL);
  return content;
}

static void
test_tidy_downloads (KindTest *test)
{
  g_autoptr(Play) play = play_demo (test, "tidy-downloads");
  g_autoptr(WeirValue) result = play_finish (play);

  g_assert_cmpint (weir_value_get_member_int (result, "failed", -1), ==, 0);
  g_assert_true (is_there (play, "Documents/Tickets.PDF"));
  g_assert_true (is_there (play, "Pictures/beach.png"));
  g_assert_true (is_there (play, "Music/chime.wav"));
  g_assert_true (is_there (play, "Archives/fonts.zip"));
  g_assert_true (is_there (play, "settings.ini"));
  g_assert_false (is_there (play, "beach.png"));
  assert_undone (test, play, "tidy-downloads");
  g_assert_false (is_there (play, "Documents"));
}

static void
test_parallel_cycle (KindTest *test)
{
  g_autoptr(Play) play = play_demo (test, "parallel-cycle");
  gint64 began = g_get_monotonic_time ();
  g_autoptr(WeirValue) result = play_finish (play);
  g_autofree char *report = read_file (play, "orders.md");
  const WeirStepInfo *read = weir_run_state_find_step (weir_run_get_state (play->run), 0, "read");

  g_assert_cmpint (g_get_monotonic_time () - began, <, 4 * G_USEC_PER_SEC);
  g_assert_cmpuint (read->firing, ==, 4);
  g_assert_nonnull (report);
  g_assert_nonnull (strstr (report, "- Ann: 5 orders\n"));
  g_assert_nonnull (strstr (report, "Not paid yet: 1000, 1003"));
  assert_undone (test, play, "parallel-cycle");
}

static void
test_feed_report (KindTest *test)
{
  g_autoptr(Play) play = play_demo (test, "feed-report");
  g_autoptr(WeirValue) result = play_finish (play);
  g_autofree char *report = read_file (play, "report.md");

  g_assert_nonnull (report);
  g_assert_true (g_str_has_prefix (report, "# Town News\n\n8 articles on culture and town. The most read:\n\n1. ["));
  g_assert_nonnull (strstr (report, "\n5. ["));
  g_assert_null (strstr (report, "\n6. ["));
  assert_undone (test, play, "feed-report");
}

static void
test_flaky_retry (KindTest *test)
{
  g_autoptr(Play) play = play_demo (test, "flaky-retry");
  g_autoptr(WeirValue) result = play_finish (play);
  const WeirStepInfo *rates = weir_run_state_find_step (weir_run_get_state (play->run), 0, "rates");
  g_autofree char *list = read_file (play, "rates.txt");

  g_assert_cmpuint (rates->attempt, ==, 3);
  g_assert_nonnull (list);
  g_assert_true (g_str_has_prefix (list, "CHF 93.24\nGBP 84.17\n"));
  assert_undone (test, play, "flaky-retry");
}

/* Paused between two items, and resumed. */
static void
test_flaky_retry_pauses (KindTest *test)
{
  g_autoptr(Play) play = play_demo (test, "flaky-retry");
  g_autoptr(GError) error = NULL;
  g_autoptr(WeirValue) result = NULL;

  dex_await (weir_run_pause (play->run), &error);
  g_assert_no_error (error);
  g_assert_cmpint (weir_run_get_status (play->run), ==, WEIR_RUN_PAUSED);
  g_assert_false (is_there (play, "rates.txt"));
  dex_await (weir_run_resume (play->run), &error);
  g_assert_no_error (error);
  result = play_finish (play);
  g_assert_true (is_there (play, "rates.txt"));
}

static void
test_find_duplicates (KindTest *test)
{
  g_autoptr(Play) play = play_demo (test, "find-duplicates");
  g_autoptr(WeirValue) result = play_finish (play);
  g_autofree char *list = read_file (play, "duplicates.md");

  g_assert_nonnull (list);
  g_assert_cmpint (weir_value_get_int (result), >, 0);
  g_assert_true (is_there (play, "Duplicates"));
  g_assert_true (is_there (play, "Photos/2024 Sweden/sunset.png"));
  assert_undone (test, play, "find-duplicates");
  g_assert_false (is_there (play, "Duplicates"));
}

int
main (int argc, char **argv)
{
  g_autofree char *data = g_dir_make_tmp ("weir-demos-XXXXXX", NULL);

  g_setenv ("XDG_DATA_HOME", data, TRUE);
  g_setenv ("no_proxy", "*", TRUE);
  g_test_init (&argc, &argv, NULL);
  dex_init ();
  ADD_KIND_TEST ("/weir/demos/tidy-downloads", test_tidy_downloads);
  ADD_KIND_TEST ("/weir/demos/parallel-cycle", test_parallel_cycle);
  ADD_KIND_TEST ("/weir/demos/feed-report", test_feed_report);
  ADD_KIND_TEST ("/weir/demos/flaky-retry", test_flaky_retry);
  ADD_KIND_TEST ("/weir/demos/flaky-retry/pauses", test_flaky_retry_pauses);
  ADD_KIND_TEST ("/weir/demos/find-duplicates", test_find_duplicates);
  return g_test_run ();
}
