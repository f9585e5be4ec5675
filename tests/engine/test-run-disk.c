/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A disk that fails under the database while runs write files: from every call on, in every way. Nothing is done that is not journalled as
 * intended, what is shown stays, and all goes on when the disk works again. WEIR_DISK_STRIDE=1 takes every call, the default every fifth. */

#include "weir-test.h"

#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>

#include "weir-bad-disk.h"
#include "weir-run-private.h"

#define N_FILES 4

static char *
make_workflow (WeirTest *test)
{
  GString *yaml = g_string_new ("weir: 1\nname: Files\nblocks:\n  p: { kind: test.pass, config: { give: hello } }\n");

  for (guint i = 0; i < N_FILES; i++)
    g_string_append_printf (yaml, "  w%u: { kind: test.write, config: { port: '%s/f%u' } }\n", i, test->dir, i);
  g_string_append (yaml, "links:\n  - p.value -> w0.value\n");
  for (guint i = 1; i < N_FILES; i++)
    g_string_append_printf (yaml, "  - w%u.value -> w%u.value\n", i - 1, i);
  return g_string_free_and_steal (yaml);
}

static gboolean
is_intended (GPtrArray *effects, const char *path)
{
  for (guint i = 0; i < effects->len; i++)
    if (g_str_equal (((WeirEffect *) g_ptr_array_index (effects, i))->target, path))
      return TRUE;
  return FALSE;
}

/* What is there was announced, and by something that a crash now would leave. */
static guint
check_intents (WeirTest *test, gint64 run)
{
  g_autoptr(DexFuture) future = weir_store_list_effects (test->engine->store, run);
  GPtrArray *effects = g_value_get_boxed (weir_test_await (future, NULL));
  guint n_there = 0;

  for (guint i = 0; i < N_FILES; i++)
    {
      g_autofree char *path = g_strdup_printf ("%s/f%u", test->dir, i);

      if (!g_file_test (path, G_FILE_TEST_EXISTS))
        continue;
      n_there++;
      if (!is_intended (effects, path))
        g_error ("%s was written, but the journal does not say that it would be", path);
    }
  return n_there;
}

static void
trouble_cb (WeirEngine *engine, const char *message, gpointer user_data)
{
  char **said = user_data;

  if (message != NULL)
    g_set_str (said, message);
}

static void
note_cb (WeirEngine *engine, const char *message, gpointer said)
{
  g_ptr_array_add (said, g_strdup (message));
}

static gboolean
wake_cb (gpointer data)
{
  return G_SOURCE_CONTINUE;
}

static gboolean
is_over (DexFuture *played)
{
  if (dex_future_is_pending (played) || dex_future_is_rejected (played))
    return dex_future_is_rejected (played);
  return weir_run_status_is_final (weir_run_get_status (g_value_get_object (dex_future_get_value (played, NULL))));
}

/* FALSE: the run was through before so many calls were made. */
static gboolean
fail_from (BadDiskMode mode, guint nth)
{
  g_autoptr(WeirTest) test = weir_test_new_on_disk ();
  g_autofree char *yaml = make_workflow (test);
  g_autoptr(WeirRun) run = weir_test_play (test, "weir: 1\nname: First\nblocks:\n  p: { kind: test.pass }\n", NULL);
  g_autoptr(WeirWorkflow) workflow = weir_test_parse (yaml);
  g_autofree char *said = NULL;
  g_autoptr(DexFuture) played = NULL;
  gint64 until = g_get_monotonic_time () + 60 * G_USEC_PER_SEC;
  guint waker = g_timeout_add (1, wake_cb, NULL);
  gboolean refused;

  g_signal_connect (test->engine, "trouble", G_CALLBACK (trouble_cb), &said);
  bad_disk_fail_from (mode, nth);
  played = weir_engine_play (test->engine, workflow, NULL);
  while (said == NULL && !is_over (played) && g_get_monotonic_time () < until)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (waker);
  if (said != NULL)
    {
      g_assert_nonnull (strstr (said, "Cannot write to "));
      check_intents (test, 2);
    }
  bad_disk_set_mode (BAD_DISK_WORKS);
  refused = dex_future_is_rejected (played);
  if (refused) /* refused at once, with a reason; then again */
    {
      g_autoptr(GError) error = NULL;

      dex_future_get_value (played, &error);
      g_assert_error (error, WEIR_ERROR, WEIR_ERROR_STORE);
      dex_clear (&played);
      played = weir_engine_play (test->engine, workflow, NULL);
    }
  g_set_object (&run, g_value_get_object (weir_test_await (played, NULL)));
  while (!weir_run_status_is_final (weir_run_get_status (run)))
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpint (weir_run_get_status (run), ==, WEIR_RUN_SUCCEEDED);
  g_assert_cmpuint (check_intents (test, weir_run_get_id (run)), ==, N_FILES);
  weir_test_check_fold (test, run);
  return said != NULL || refused;
}

static void
test_disk_fails (gconstpointer data)
{
  const char *wanted = g_getenv ("WEIR_DISK_STRIDE");
  guint stride = wanted != NULL ? MAX (atoi (wanted), 1) : 5;
  guint nth = 1;

  while (fail_from (GPOINTER_TO_INT (data), nth) && nth < 400)
    nth += stride;
  g_test_message ("from each %u. of %u calls on", stride, nth);
  g_assert_cmpuint (nth, >, 5);
}

/* Trying again does not mend it: what runs is suspended where it is, whoever waits is told, and nothing begins. */
static void
test_damage_is_said_once_and_suspends_runs (void)
{
  g_autoptr(WeirTest) test = weir_test_new_on_disk ();
  g_autoptr(WeirRun) run = weir_test_play (
    test, "weir: 1\nname: Two\nblocks:\n  a: { kind: test.wait }\n  b: { kind: test.wait }\n", NULL);
  g_autoptr(WeirWorkflow) workflow = weir_test_parse ("weir: 1\nname: First\nblocks:\n  p: { kind: test.pass }\n");
  g_autoptr(DexFuture) wait = weir_run_wait (run);
  g_autoptr(DexFuture) again = NULL;
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) said = g_ptr_array_new_with_free_func (g_free);

  g_signal_connect (test->engine, "trouble", G_CALLBACK (note_cb), said);
  g_assert_false (weir_engine_is_damaged (test->engine));
  bad_disk_set_mode (BAD_DISK_DAMAGED);
  weir_test_finish ("a", "1");
  g_assert_null (weir_test_await (wait, &error));
  g_assert_error (error, WEIR_ERROR, WEIR_ERROR_STORE);
  g_assert_nonnull (strstr (error->message, "is damaged"));
  g_assert_true (weir_engine_is_damaged (test->engine));
  g_assert_cmpuint (said->len, ==, 1);
  g_assert_nonnull (strstr (said->pdata[0], "suspended"));
  g_assert_nonnull (strstr (said->pdata[0], "backup"));
  g_clear_error (&error);
  again = weir_engine_play (test->engine, workflow, NULL);
  g_assert_null (weir_test_await (again, &error));
  g_assert_error (error, WEIR_ERROR, WEIR_ERROR_STORE);
  g_assert_cmpuint (said->len, ==, 1);
  /* as after the end of the program; what was shown is there */
  bad_disk_set_mode (BAD_DISK_WORKS);
  g_clear_object (&run);
  weir_test_reopen (test);
  g_assert_false (weir_engine_is_damaged (test->engine));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  bad_disk_install ();
  g_test_add_data_func ("/weir/run/disk/full-loses-nothing", GINT_TO_POINTER (BAD_DISK_FULL), test_disk_fails);
  g_test_add_data_func ("/weir/run/disk/short-write-loses-nothing", GINT_TO_POINTER (BAD_DISK_SHORT_WRITE),
                        test_disk_fails);
  g_test_add_data_func ("/weir/run/disk/write-error-loses-nothing", GINT_TO_POINTER (BAD_DISK_WRITE_FAILS),
                        test_disk_fails);
  g_test_add_data_func ("/weir/run/disk/sync-error-loses-nothing", GINT_TO_POINTER (BAD_DISK_SYNC_FAILS),
                        test_disk_fails);
  g_test_add_func ("/weir/run/disk/damage-is-said-once-and-suspends-runs", test_damage_is_said_once_and_suspends_runs);
  return g_test_run ();
}
