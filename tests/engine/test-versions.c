/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Versions that are saved by themselves, in a real database: what they take in, and what keeps them as they are. */
#include "weir-history.h"
#include "weir-test.h"

typedef struct
{
  WeirTest     *test;
  WeirWorkflow *workflow;
} Fixture;

static guint
await_uint (DexFuture *future)
{
  g_autoptr(DexFuture) owned = future;
  g_autoptr(GError) error = NULL;
  const GValue *value = weir_test_await (owned, &error);

  g_assert_no_error (error);
  return g_value_get_uint (value);
}

static guint
save (Fixture *self, const char *message)
{
  return await_uint (weir_engine_save_workflow (self->test->engine, self->workflow, message));
}

/* An edit, and what the window does a moment later. */
static guint
edit (Fixture *self, const char *name)
{
  weir_workflow_set_name (self->workflow, name);
  return save (self, NULL);
}

static void
open_it (Fixture *self)
{
  g_autoptr(DexFuture) opened = weir_engine_open_workflow (self->test->engine, "kept");
  g_autoptr(GError) error = NULL;
  const GValue *value = weir_test_await (opened, &error);

  g_assert_no_error (error);
  self->workflow = g_value_dup_object (value);
}

static void
set_up (Fixture *self, gconstpointer data)
{
  self->test = weir_test_new_on_disk ();
  self->workflow = weir_test_parse ("weir: 1\nname: One\nblocks:\n  pass: { kind: test.pass }\n");
  weir_workflow_set_id (self->workflow, "kept");
  g_assert_cmpuint (save (self, NULL), ==, 1);
  g_clear_object (&self->workflow);
  open_it (self);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  g_clear_object (&self->workflow);
  weir_test_free (self->test);
}

static void
reopen (Fixture *self)
{
  g_clear_object (&self->workflow);
  weir_test_reopen (self->test);
  open_it (self);
}

/* Newest first: "3 Name, 2, 1" */
static void
assert_versions (Fixture *self, const char *expected)
{
  g_autoptr(DexFuture) listed = weir_engine_list_versions (self->test->engine, "kept");
  const GValue *value = weir_test_await (listed, NULL);
  GPtrArray *versions = g_value_get_boxed (value);
  g_autoptr(GString) text = g_string_new (NULL);

  for (guint i = 0; i < versions->len; i++)
    {
      const WeirVersionInfo *info = versions->pdata[i];

      g_string_append_printf (text, "%s%u%s%s", i > 0 ? ", " : "", info->version, info->message != NULL ? " " : "",
                              info->message != NULL ? info->message : "");
    }
  g_assert_cmpstr (text->str, ==, expected);
}

static char *
dup_name_of (Fixture *self, guint version)
{
  g_autoptr(DexFuture) loaded = weir_engine_load_workflow (self->test->engine, "kept", version);
  g_autoptr(GError) error = NULL;
  const GValue *value = weir_test_await (loaded, &error);

  g_assert_no_error (error);
  return g_strdup (weir_workflow_get_name (g_value_get_object (value)));
}

static void
assert_name_of (Fixture *self, guint version, const char *name)
{
  g_autofree char *found = dup_name_of (self, version);

  g_assert_cmpstr (found, ==, name);
}

static void
test_edits_in_one_go_are_one_version (Fixture *self, gconstpointer data)
{
  g_assert_cmpuint (edit (self, "Two"), ==, 2);
  g_assert_cmpuint (edit (self, "Three"), ==, 2);
  g_assert_cmpuint (edit (self, "Four"), ==, 2);
  assert_versions (self, "2, 1");
  assert_name_of (self, 1, "One");
  assert_name_of (self, 2, "Four");
}

static void
test_a_pause_begins_a_new_version (Fixture *self, gconstpointer data)
{
  g_assert_cmpuint (edit (self, "Two"), ==, 2);
  weir_clock_advance (self->test->clock, 5 * 60 * 1000 - 1);
  g_assert_cmpuint (edit (self, "Three"), ==, 2);
  weir_clock_advance (self->test->clock, 5 * 60 * 1000);
  g_assert_cmpuint (edit (self, "Four"), ==, 3);
  assert_name_of (self, 2, "Three");
}

static void
test_a_version_does_not_grow_for_ever (Fixture *self, gconstpointer data)
{
  for (guint i = 0; i < 40; i++)
    {
      g_autofree char *name = g_strdup_printf ("Minute %u", i);

      edit (self, name);
      weir_clock_advance (self->test->clock, 60 * 1000);
    }
  assert_versions (self, "3, 2, 1");
  assert_name_of (self, 2, "Minute 29");
}

static void
test_what_was_played_stays_as_it_was (Fixture *self, gconstpointer data)
{
  g_autoptr(DexFuture) played = NULL;
  g_autoptr(GError) error = NULL;
  const GValue *value;

  g_assert_cmpuint (edit (self, "Two"), ==, 2);
  /* nothing is to be saved, and nobody waits for the run to be there */
  played = weir_engine_play (self->test->engine, self->workflow, NULL);
  g_assert_cmpuint (edit (self, "Three"), ==, 3);
  value = weir_test_await (played, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (weir_workflow_get_version (weir_run_get_workflow (g_value_get_object (value))), ==, 2);
  g_assert_cmpstr (weir_workflow_get_name (weir_run_get_workflow (g_value_get_object (value))), ==, "Two");
  assert_name_of (self, 2, "Two");
}

static void
test_what_is_played_while_it_is_saved_stays_too (Fixture *self, gconstpointer data)
{
  g_autoptr(DexFuture) saved = NULL;
  g_autoptr(DexFuture) played = NULL;
  g_autoptr(GError) error = NULL;
  const GValue *value;

  weir_workflow_set_name (self->workflow, "Two");
  saved = weir_engine_save_workflow (self->test->engine, self->workflow, NULL);
  played = weir_engine_play (self->test->engine, self->workflow, NULL);
  edit (self, "Three");
  value = weir_test_await (played, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (weir_workflow_get_version (weir_run_get_workflow (g_value_get_object (value))), ==, 2);
  assert_name_of (self, 2, "Two");
  assert_name_of (self, 3, "Three");
}

static void
test_what_somebody_was_given_stays_as_it_was (Fixture *self, gconstpointer data)
{
  g_assert_cmpuint (edit (self, "Two"), ==, 2);
  assert_name_of (self, 0, "Two");
  g_assert_cmpuint (edit (self, "Three"), ==, 3);
  assert_name_of (self, 2, "Two");
}

static void
test_a_named_version_stays_also_when_it_loses_its_name (Fixture *self, gconstpointer data)
{
  g_assert_cmpuint (edit (self, "Two"), ==, 2);
  g_assert_cmpuint (await_uint (weir_engine_name_version (self->test->engine, "kept", 0, "Before the move")), ==, 2);
  g_assert_cmpuint (edit (self, "Three"), ==, 3);
  assert_versions (self, "3, 2 Before the move, 1");
  g_assert_cmpuint (await_uint (weir_engine_name_version (self->test->engine, "kept", 3, "Moved")), ==, 3);
  g_assert_cmpuint (await_uint (weir_engine_name_version (self->test->engine, "kept", 3, NULL)), ==, 3);
  g_assert_cmpuint (edit (self, "Four"), ==, 4);
  g_assert_cmpuint (await_uint (weir_engine_name_version (self->test->engine, "kept", 2, "Before")), ==, 2);
  reopen (self);
  assert_versions (self, "4, 3, 2 Before, 1");
}

static void
test_a_version_that_is_not_there_gets_no_name (Fixture *self, gconstpointer data)
{
  g_autoptr(DexFuture) named = weir_engine_name_version (self->test->engine, "kept", 9, "Nine");
  g_autoptr(GError) error = NULL;

  g_assert_null (weir_test_await (named, &error));
  g_assert_error (error, WEIR_ERROR, WEIR_ERROR_NOT_FOUND);
}

static void
test_a_version_with_a_reason_is_one_of_its_own (Fixture *self, gconstpointer data)
{
  g_assert_cmpuint (edit (self, "Two"), ==, 2);
  weir_workflow_set_name (self->workflow, "One again");
  g_assert_cmpuint (save (self, "Version 1 restored"), ==, 3);
  g_assert_cmpuint (edit (self, "Three"), ==, 4);
  g_assert_cmpuint (edit (self, "Four"), ==, 4);
  assert_versions (self, "4, 3 Version 1 restored, 2, 1");
}

static void
test_every_start_begins_a_version_and_all_edits_are_there (Fixture *self, gconstpointer data)
{
  g_assert_cmpuint (edit (self, "Two"), ==, 2);
  g_assert_cmpuint (edit (self, "Three"), ==, 2);
  weir_workflow_set_name (self->workflow, "Not saved any more");
  reopen (self);
  g_assert_cmpstr (weir_workflow_get_name (self->workflow), ==, "Not saved any more");
  assert_name_of (self, 2, "Three");
  assert_versions (self, "3, 2, 1");
  weir_workflow_undo (self->workflow);
  weir_workflow_undo (self->workflow);
  g_assert_cmpstr (weir_workflow_get_name (self->workflow), ==, "Two");
  weir_workflow_undo (self->workflow);
  g_assert_cmpstr (weir_workflow_get_name (self->workflow), ==, "One");
}

/* Another program's version is not written over. */
static void
test_what_came_from_elsewhere_stays (Fixture *self, gconstpointer data)
{
  g_autoptr(WeirWorkflow) theirs = weir_test_parse ("weir: 1\nname: Theirs\n");

  g_assert_cmpuint (edit (self, "Two"), ==, 2);
  weir_workflow_set_id (theirs, "kept");
  g_assert_cmpuint (await_uint (weir_engine_save_workflow (self->test->engine, theirs, NULL)), ==, 3);
  g_assert_cmpuint (edit (self, "Three"), ==, 4);
  assert_name_of (self, 3, "Theirs");
}

#define ADD(name, func) g_test_add ("/weir/versions/" name, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  dex_init ();
  ADD ("edits-in-one-go-are-one-version", test_edits_in_one_go_are_one_version);
  ADD ("a-pause-begins-a-new-version", test_a_pause_begins_a_new_version);
  ADD ("a-version-does-not-grow-for-ever", test_a_version_does_not_grow_for_ever);
  ADD ("what-was-played-stays-as-it-was", test_what_was_played_stays_as_it_was);
  ADD ("what-is-played-while-it-is-saved-stays-too", test_what_is_played_while_it_is_saved_stays_too);
  ADD ("what-somebody-was-given-stays-as-it-was", test_what_somebody_was_given_stays_as_it_was);
  ADD ("a-named-version-stays-also-when-it-loses-its-name", test_a_named_version_stays_also_when_it_loses_its_name);
  ADD ("a-version-that-is-not-there-gets-no-name", test_a_version_that_is_not_there_gets_no_name);
  ADD ("a-version-with-a-reason-is-one-of-its-own", test_a_version_with_a_reason_is_one_of_its_own);
  ADD ("every-start-begins-a-version-and-all-edits-are-there", test_every_start_begins_a_version_and_all_edits_are_there);
  ADD ("what-came-from-elsewhere-stays", test_what_came_from_elsewhere_stays);
  return g_test_run ();
}
