/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weir-kind-test.h"

#include <string.h>

#include <glib/gstdio.h>

typedef struct
{
  KindTest      test;
  KindTestFunc  func;
  gconstpointer data;
  GMainLoop    *loop;
} Call;

static void
remove_tree (const char *path)
{
  g_autoptr(GDir) dir = g_file_test (path, G_FILE_TEST_IS_SYMLINK) ? NULL : g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);
      remove_tree (child);
    }
  g_remove (path);
}

static DexFuture *
test_fiber (gpointer user_data)
{
  Call *call = user_data;
  GError *error = NULL;

  call->func (&call->test, call->data);
  dex_await (weir_engine_close (call->test.engine), &error);
  g_assert_no_error (error);
  return dex_future_new_for_boolean (TRUE);
}

static DexFuture *
quit_cb (DexFuture *future, gpointer user_data)
{
  g_main_loop_quit (user_data);
  return dex_future_new_for_boolean (TRUE);
}

/* Runs a test in a fiber, so that it may await. */
void
kind_test_run (KindTestFunc func, gconstpointer data)
{
  g_autoptr(GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr(GError) error = NULL;
  Call call = { .func = func, .data = data, .loop = loop };
  DexFuture *future;

  call.test.dir = g_dir_make_tmp ("weir-kind-XXXXXX", &error);
  g_assert_no_error (error);
  call.test.engine = weir_engine_new (":memory:", &error);
  g_assert_no_error (error);

  future = dex_future_finally (dex_scheduler_spawn (NULL, 0, test_fiber, &call, NULL), quit_cb, loop, NULL);
  g_main_loop_run (loop);
  dex_unref (future);
  g_object_unref (call.test.engine);
  remove_tree (call.test.dir);
  g_free (call.test.dir);
}

typedef void (*PlainFunc) (KindTest *test);

static void
call_plain (KindTest *test, gconstpointer data)
{
  PlainFunc func = (PlainFunc) data;

  func (test);
}

void
run_kind_test (gconstpointer func)
{
  kind_test_run (call_plain, func);
}

char *
kind_test_path (KindTest *test, const char *name)
{
  return g_build_filename (test->dir, name, NULL);
}

void
kind_test_write (KindTest *test, const char *name, const char *content)
{
  g_autofree char *path = kind_test_path (test, name);
  g_autofree char *folder = g_path_get_dirname (path);
  g_autoptr(GError) error = NULL;

  g_mkdir_with_parents (folder, 0700);
  g_file_set_contents (path, content, -1, &error);
  g_assert_no_error (error);
}

/* NULL if there is no such file. */
char *
kind_test_read (KindTest *test, const char *name)
{
  g_autofree char *path = kind_test_path (test, name);
  char *content = NULL;

  g_file_get_contents (path, &content, NULL, NULL);
  return content;
}

/* $DIR is the folder of the test. */
char *
kind_test_fill (KindTest *test, const char *text)
{
  g_autoptr(GString) filled = g_string_new (text);

  g_string_replace (filled, "$DIR", test->dir, 0);
  return g_strdup (filled->str);
}

static void
fill_outcome (Outcome *self)
{
  WeirRunState *state = weir_run_get_state (self->run);
  const WeirStepInfo *step = weir_run_state_find_step (state, 0, "it");
  WeirValue *error = step != NULL && step->error != NULL ? step->error : weir_run_state_get_error (state);
  WeirValue *data;

  if (step != NULL && step->outputs != NULL)
    self->outputs = weir_value_ref (step->outputs);
  if (error == NULL || weir_run_get_status (self->run) == WEIR_RUN_SUCCEEDED)
    return;
  self->error = g_strdup (weir_value_get_member_text (error, "class", "?"));
  self->message = g_strdup (weir_value_get_member_text (error, "message", "?"));
  data = weir_value_find_member (error, "data");
  if (data != NULL && !weir_value_is_null (data))
    self->data = weir_value_ref (data);
}

/* Plays a workflow to its end, with its input `given`. */
Outcome *
kind_test_play (KindTest *test, const char *yaml, const char *given)
{
  g_autofree char *text = kind_test_fill (test, yaml);
  g_autofree char *given_text = kind_test_fill (test, given != NULL ? given : "{}");
  g_autoptr(GError) error = NULL;
  g_autoptr(GListModel) problems = NULL;
  g_autoptr(WeirWorkflow) workflow = weir_workflow_parse (text, -1, &problems, &error);
  g_autoptr(WeirValue) given_value = NULL;
  g_autoptr(WeirValue) inputs = NULL;
  g_autoptr(WeirValue) result = NULL;
  const char *key = "given";
  Outcome *outcome = g_new0 (Outcome, 1);

  if (workflow == NULL)
    g_error ("%s in:\n%s", error->message, text);
  weir_workflow_set_folder (workflow, test->dir);
  given_value = weir_json_parse (given_text, -1, &error);
  g_assert_no_error (error);
  inputs = weir_value_new_record (&key, &given_value, given != NULL ? 1 : 0);

  outcome->run = dex_await_object (weir_engine_play (test->engine, workflow, inputs), &error);
  if (outcome->run == NULL)
    {
      outcome->error = g_strdup ("config.invalid");
      outcome->message = g_strdup (error->message);
      return outcome;
    }
  result = dex_await_boxed (weir_run_wait (outcome->run), NULL);
  fill_outcome (outcome);
  return outcome;
}

static void
append_indented (GString *yaml, const char *text, const char *indent)
{
  g_auto(GStrv) lines = g_strsplit (text, "\n", -1);

  for (guint i = 0; lines[i] != NULL; i++)
    g_string_append_printf (yaml, "%s%s\n", indent, lines[i]);
}

/* Plays a workflow of one block `it`; each member of the record @given is linked to the input of that name. */
Outcome *
kind_test_play_block (KindTest *test, const char *kind, const char *config, const char *body, const char *given)
{
  g_autoptr(GString) yaml = g_string_new ("weir: 1\nname: One block\n");
  g_autoptr(GError) error = NULL;
  g_autoptr(WeirValue) ports = weir_json_parse (given != NULL ? given : "{}", -1, &error);
  gsize n = weir_value_get_length (ports);

  g_assert_no_error (error);
  g_string_append (yaml, given != NULL ? "inputs:\n  given: { type: any }\nblocks:\n" : "blocks:\n");
  g_string_append_printf (yaml, "  it:\n    kind: %s\n    config: %s\n", kind, config);
  if (body != NULL)
    {
      g_string_append (yaml, "    body:\n");
      append_indented (yaml, body, "      ");
    }
  for (gsize i = 0; i < n; i++)
    g_string_append_printf (yaml, "  feed_%s: { kind: debug.noop, config: { value: \"=inputs.given.%s\" } }\n",
                            weir_value_get_key (ports, i), weir_value_get_key (ports, i));
  g_string_append (yaml, n > 0 ? "links:\n" : "");
  for (gsize i = 0; i < n; i++)
    g_string_append_printf (yaml, "  - feed_%s.value -> it.%s\n", weir_value_get_key (ports, i),
                            weir_value_get_key (ports, i));
  return kind_test_play (test, yaml->str, given);
}

/* Undoes all that the run did; gives the number of effects undone. */
guint
kind_test_undo (KindTest *test, Outcome *outcome)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(WeirUndoPlan) plan = dex_await_boxed (
    weir_engine_plan_undo (test->engine, weir_run_get_id (outcome->run), NULL), &error);
  guint undone;

  g_assert_no_error (error);
  undone = dex_await_uint (weir_engine_undo (test->engine, plan, WEIR_CONFLICT_KEEP), &error);
  g_assert_no_error (error);
  return undone;
}

void
outcome_free (Outcome *self)
{
  g_clear_object (&self->run);
  g_clear_pointer (&self->outputs, weir_value_unref);
  g_clear_pointer (&self->data, weir_value_unref);
  g_free (self->error);
  g_free (self->message);
  g_free (self);
}

WeirValue *
outcome_get (Outcome *self, const char *port)
{
  return self->outputs != NULL ? weir_value_find_member (self->outputs, port) : NULL;
}

char *
outcome_get_json (Outcome *self, const char *port)
{
  WeirValue *value = outcome_get (self, port);

  if (self->error != NULL)
    return g_strdup_printf ("(failed with %s: %s)", self->error, self->message);
  return value != NULL ? weir_json_write (value, 0, NULL) : g_strdup ("(closed)");
}

/* Expressions count in JavaScript, where 120 and 120.0 are the same. */
static gboolean
same (WeirValue *a, WeirValue *b)
{
  gboolean number_a = weir_value_get_kind (a) == WEIR_VALUE_INT || weir_value_get_kind (a) == WEIR_VALUE_NUMBER;
  gboolean number_b = weir_value_get_kind (b) == WEIR_VALUE_INT || weir_value_get_kind (b) == WEIR_VALUE_NUMBER;

  if (number_a && number_b)
    return weir_value_get_number (a) == weir_value_get_number (b);
  if (weir_value_get_kind (a) != weir_value_get_kind (b) || weir_value_get_length (a) != weir_value_get_length (b))
    return FALSE;
  if (weir_value_get_kind (a) != WEIR_VALUE_LIST && weir_value_get_kind (a) != WEIR_VALUE_RECORD)
    return weir_value_equal (a, b);
  for (gsize i = 0; i < weir_value_get_length (a); i++)
    {
      if (weir_value_get_kind (a) == WEIR_VALUE_RECORD
          && g_strcmp0 (weir_value_get_key (a, i), weir_value_get_key (b, i)) != 0)
        return FALSE;
      if (!same (weir_value_get_item (a, i), weir_value_get_item (b, i)))
        return FALSE;
    }
  return TRUE;
}

/* Compares what a port gave with JSON. */
void
assert_output (Outcome *self, const char *port, const char *json)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(WeirValue) wanted = weir_json_parse (json, -1, &error);
  g_autofree char *text = outcome_get_json (self, port);
  g_autoptr(WeirValue) got = weir_json_parse (text, -1, NULL);

  g_assert_no_error (error);
  if (got == NULL || !same (got, wanted))
    g_assert_cmpstr (text, ==, json);
}

void
assert_failure (Outcome *self, const char *class_name)
{
  if (g_strcmp0 (self->error, class_name) != 0)
    g_test_message ("%s: %s", self->error, self->message);
  g_assert_cmpstr (self->error, ==, class_name);
}
