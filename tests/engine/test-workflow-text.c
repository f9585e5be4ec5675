/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What stands where in a text that somebody edits. A bar is the cursor. */
#include "weir-workflow-file.h"
#include "weir-workflow-text.h"
#include "weir-yaml-cursor.h"

#include <libdex.h>
#include <string.h>

static const WeirPort text_out[] = { { .name = "text", .type = "text", .summary = "What it read" }, { 0 } };
static const WeirPort text_in[] = { { .name = "text", .type = "text" }, { .name = "count", .type = "int" }, { 0 } };
static const char *const modes[] = { "fast", "slow", NULL };
static const char *const mode_titles[] = { "Fast and careless", "Slow and sure", NULL };

typedef struct
{
  char *path;
  char *mode;
  gboolean deep;
} Settings;

static const WeirField fields[] = {
  WEIR_FIELD_PATH (Settings, path, .title = "Path", .summary = "What to read", .required = TRUE),
  WEIR_FIELD_CHOICE (Settings, mode, .title = "Mode", .choices = modes, .choice_titles = mode_titles, .initial_text = "fast"),
  WEIR_FIELD_BOOL (Settings, deep, .title = "Deep", .summary = "Folders, too"),
  { 0 }
};
static const WeirBlockKind read_kind = { .id = "test.read", .version = 1, .title = "Read", .summary = "Reads a file", .outputs = text_out,
                                         .fields = fields, .settings_size = sizeof (Settings) };
static const WeirBlockKind show_kind = { .id = "test.show", .version = 1, .title = "Show", .inputs = text_in, .outputs = text_out };
static const WeirBlockKind frame_kind = { .id = "test.frame", .version = 1, .title = "Frame", .inputs = text_in, .has_body = TRUE };

static const char *const plain = "weir: 1\n"
                                 "name: Plain\n"
                                 "inputs:\n"
                                 "  folder: { type: dir }\n"
                                 "blocks:\n"
                                 "  read: { kind: test.read, config: { path: a.txt, mode: fast } }\n"
                                 "  each:\n"
                                 "    kind: test.frame\n"
                                 "    body:\n"
                                 "      blocks:\n"
                                 "        inner:\n"
                                 "          kind: test.show\n"
                                 "          config:\n"
                                 "            count: 1\n"
                                 "        last: { kind: test.show }\n"
                                 "      links:\n"
                                 "        - inner.text -> last.text\n"
                                 "  show: { kind: test.show }\n"
                                 "links:\n"
                                 "  - read.text -> each.text\n"
                                 "  - each.done -> show.run when: true\n"
                                 "layout:\n"
                                 "  each/inner: [0, 0]\n";

static WeirWorkflow *
parse (const char *text)
{
  g_autoptr(GError) error = NULL;
  WeirWorkflow *workflow = weir_workflow_parse (text, -1, NULL, &error);

  g_assert_no_error (error);
  return workflow;
}

/* The text without the bar, and where the bar was. */
static char *
take_bar (const char *text, gsize *offset)
{
  const char *bar = strchr (text, '|');

  g_assert_nonnull (bar);
  *offset = bar - text;
  return g_strdup_printf ("%.*s%s", (int) (bar - text), text, bar + 1);
}

static void
assert_cursor (const char *text, const char *keys, gboolean in_value, const char *word)
{
  gsize offset;
  g_autofree char *plain_text = take_bar (text, &offset);
  g_autoptr(WeirYamlCursor) cursor = weir_yaml_cursor_new (plain_text, offset);
  g_autofree char *start = g_strndup (plain_text + cursor->start, offset - cursor->start);
  g_autofree char *joined = NULL;

  g_ptr_array_add (cursor->keys, NULL);
  joined = g_strjoinv (" ", (char **) cursor->keys->pdata);
  g_ptr_array_set_size (cursor->keys, cursor->keys->len - 1);
  g_assert_cmpstr (joined, ==, keys);
  g_assert_cmpint (cursor->in_value, ==, in_value);
  g_assert_cmpstr (start, ==, word);
}

static void
test_the_cursor_knows_its_keys (void)
{
  assert_cursor ("weir: 1\nna|", "", FALSE, "na");
  assert_cursor ("weir: 1\nname: Tidy d|", "name", TRUE, "Tidy d");
  assert_cursor ("blocks:\n  read:\n    ki|", "blocks read", FALSE, "ki");
  assert_cursor ("blocks:\n  read:\n    kind: te|", "blocks read kind", TRUE, "te");
  assert_cursor ("blocks:\n  read:\n    kind: test.read\n    config:\n      |", "blocks read config", FALSE, "");
  assert_cursor ("blocks:\n  read:\n    kind: test.read\n    |\n  show:\n", "blocks read", FALSE, "");
  assert_cursor ("blocks:\n  read: {}\n\n  # a remark\n  sh|", "blocks", FALSE, "sh");
  assert_cursor ("links:\n  - re|", "links -", TRUE, "re");
  assert_cursor ("links:\n- re|", "links -", TRUE, "re");
  assert_cursor ("blocks:\n  a: {}\nlinks:\n  - a.b -> c.d\n  - |", "links -", TRUE, "");
  assert_cursor ("inputs:\n  - name: x\n    ty|", "inputs -", FALSE, "ty");
}

static void
test_the_cursor_sees_brackets (void)
{
  assert_cursor ("blocks:\n  read: { ki|", "blocks read", FALSE, "ki");
  assert_cursor ("blocks:\n  read: { kind: te|st", "blocks read kind", TRUE, "te");
  assert_cursor ("blocks:\n  read: { kind: test.read, config: { pa|", "blocks read config", FALSE, "pa");
  assert_cursor ("blocks:\n  read: { kind: test.read, config: { path: \"a, b: {\", mo|", "blocks read config", FALSE,
                 "mo");
  assert_cursor ("blocks:\n  read: { kind: test.read, config: { path: a }, re|", "blocks read", FALSE, "re");
  assert_cursor ("blocks:\n  read: { kind: test.read,\n          la|", "blocks read", FALSE, "la");
  assert_cursor ("layout:\n  read: [0, |", "layout read -", TRUE, "");
}

static void
test_a_text_of_several_lines_has_no_keys (void)
{
  g_autoptr(WeirYamlCursor) inside = NULL;
  g_autoptr(WeirYamlCursor) remark = weir_yaml_cursor_new ("name: x # kin", strlen ("name: x # kin"));
  g_autofree char *block = g_strdup ("blocks:\n  say:\n    config:\n      text: |\n        kind: no\n");

  inside = weir_yaml_cursor_new (block, strstr (block, "no") - block);
  g_assert_true (inside->in_text);
  g_assert_true (remark->in_text);
}

static const char *
find_path_at (WeirWorkflow *workflow, const char *text, const char *what)
{
  WeirBlock *block = weir_workflow_find_block_at (workflow, text, strstr (text, what) - text);

  return block != NULL ? weir_block_get_path (block) : NULL;
}

static void
test_a_place_belongs_to_a_block (void)
{
  g_autoptr(WeirWorkflow) workflow = parse (plain);

  g_assert_cmpstr (find_path_at (workflow, plain, "read: {"), ==, "read");
  g_assert_cmpstr (find_path_at (workflow, plain, "a.txt"), ==, "read");
  g_assert_cmpstr (find_path_at (workflow, plain, "each:"), ==, "each");
  g_assert_cmpstr (find_path_at (workflow, plain, "test.frame"), ==, "each");
  g_assert_cmpstr (find_path_at (workflow, plain, "count: 1"), ==, "each/inner");
  g_assert_cmpstr (find_path_at (workflow, plain, "last: {"), ==, "each/last");
  g_assert_cmpstr (find_path_at (workflow, plain, "each/inner: ["), ==, "each/inner");
  g_assert_cmpstr (find_path_at (workflow, plain, "Plain"), ==, NULL);
  g_assert_cmpstr (find_path_at (workflow, plain, "read.text ->"), ==, NULL);
}

static void
test_a_place_belongs_to_a_link (void)
{
  g_autoptr(WeirWorkflow) workflow = parse (plain);
  WeirBlock *each = weir_workflow_find_block (workflow, "each");

  g_assert_true (weir_workflow_find_link_at (workflow, plain, strstr (plain, "text -> each") - plain)
                 == weir_graph_get_link (weir_workflow_get_graph (workflow), 0));
  g_assert_true (weir_workflow_find_link_at (workflow, plain, strstr (plain, "when: true") - plain)
                 == weir_graph_get_link (weir_workflow_get_graph (workflow), 1));
  g_assert_true (weir_workflow_find_link_at (workflow, plain, strstr (plain, "inner.text ->") - plain)
                 == weir_graph_get_link (weir_block_get_body (each), 0));
  g_assert_null (weir_workflow_find_link_at (workflow, plain, strstr (plain, "kind: test.show") - plain));
}

static void
test_a_block_has_a_place (void)
{
  g_autoptr(WeirWorkflow) workflow = parse (plain);
  WeirBlock *each = weir_workflow_find_block (workflow, "each");
  gsize start, end;

  g_assert_true (weir_text_find_block (plain, "each/inner", NULL, &start, &end));
  g_assert_cmpstr (plain + start, ==, strstr (plain, "inner:\n"));
  g_assert_cmpuint (end - start, ==, strlen ("inner"));
  g_assert_true (weir_text_find_block (plain, "read", "mode", &start, &end));
  g_assert_cmpstr (plain + start, ==, strstr (plain, "mode: fast"));
  g_assert_true (weir_text_find_block (plain, "read", "kind", &start, &end));
  g_assert_cmpstr (plain + start, ==, strstr (plain, "kind: test.read"));
  g_assert_false (weir_text_find_block (plain, "nobody", NULL, &start, &end));
  g_assert_false (weir_text_find_block ("blocks: {", "read", NULL, &start, &end));
  g_assert_true (weir_text_find_link (plain, weir_graph_get_link (weir_block_get_body (each), 0), &start, &end));
  g_assert_cmpstr (plain + start, ==, strstr (plain, "inner.text ->"));
}

static void
assert_merged (const char *base, const char *mine, const char *theirs, const char *expected)
{
  g_autofree char *merged = weir_text_merge (base, mine, theirs);

  g_assert_cmpstr (merged, ==, expected);
}

/* However it is written: what only looks like a block is none. */
static void
test_blocks_and_links_are_found_in_any_text (void)
{
  static const char *const texts[] = {
    "weir: 1\nblocks: # all\n  # read: no\n  log: { kind: debug.log, note: \"\n     read: no\n    \" }\n"
    "  say:\n    kind: debug.log\n    note: |\n      blocks:\n        read: no\n\n  read: { kind: debug.noop }\n"
    "links:\n  # log.value -> read.value\n  - log.done -> say.run\n  - \"log.value -> read.value when: value > 0\" # why\n",
    "weir: 1\nblocks: { log: { kind: debug.log }, read: { kind: debug.noop } }\nlinks: [ log.value -> read.value ]\n",
    "weir: 1\nblocks:\n  log: { kind: debug.log }\n  \"read\": { kind: debug.noop }\nlinks:\n- log.value -> read.value\n",
    "weir: 1\r\nblocks:\r\n  log: { kind: debug.log }\r\n  read:\r\n    kind: debug.noop\r\nlinks:\r\n  - log.value -> read.value\r\n",
    "weir: 1\nlinks:\n  - { from: log.value, to: read.value }\nblocks:\n    log: { kind: debug.log }\n    read: { kind: debug.noop }\n",
    "{\"weir\": 1, \"blocks\": {\"log\": {\"kind\": \"debug.log\"},\n  \"read\": {\"kind\": \"debug.noop\"}}, \"links\": [\"log.value -> read.value\"]}",
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr(WeirWorkflow) workflow = weir_workflow_parse (texts[i], -1, NULL, NULL);
      WeirBlock *read = workflow != NULL ? weir_workflow_find_block (workflow, "read") : NULL;
      gsize start, end;
      g_autofree char *key = NULL;
      g_autofree char *rest = NULL;
      WeirLink *link = NULL;

      g_test_message ("%s", texts[i]);
      g_assert_nonnull (read);
      g_assert_true (weir_text_find_block (texts[i], "read", NULL, &start, &end));
      key = g_strndup (texts[i] + start, end - start);
      g_assert_true (g_str_equal (key, "read") || g_str_equal (key, "\"read\""));
      rest = g_strndup (texts[i] + end, 60);
      g_assert_nonnull (strstr (rest, "debug.noop"));
      g_assert_true (weir_text_find_block (texts[i], "read", "kind", &start, &end));
      g_assert_true (g_str_has_prefix (texts[i] + start + (texts[i][start] == '"'), "kind"));
      g_assert_true (g_str_has_prefix (texts[i] + start, "kind: debug.noop") || strstr (texts[i] + start, "debug.noop") != NULL);
      for (guint j = 0; j < weir_graph_get_n_links (weir_workflow_get_graph (workflow)); j++)
        if (g_str_equal (weir_link_get_source_port (weir_graph_get_link (weir_workflow_get_graph (workflow), j)), "value"))
          link = weir_graph_get_link (weir_workflow_get_graph (workflow), j);
      g_assert_nonnull (link);
      g_assert_true (weir_text_find_link (texts[i], link, &start, &end));
      g_free (key);
      key = g_strndup (texts[i] + start, end - start);
      g_assert_nonnull (strstr (key, "log.value"));
      g_assert_nonnull (strstr (key, "read.value"));
      g_assert_false (g_str_has_prefix (key, "#"));
    }
}

static void
test_changes_of_two_sides_come_together (void)
{
  assert_merged ("a\nb\nc\n", "a\nb\nc\n", "a\nB\nc\n", "a\nB\nc\n");
  assert_merged ("a\nb\nc\n", "A\nb\nc\n", "a\nb\nC\n", "A\nb\nC\n");
  assert_merged ("a\nb\nc\nd\ne\n", "a\nx\nb\nc\nd\ne\n", "a\nb\nc\ne\nz\n", "a\nx\nb\nc\ne\nz\n");
  assert_merged ("a\nb\n", "a\nX\n", "a\nX\n", "a\nX\n");
  assert_merged ("a\nb\nc\n", "a\nX\nc\n", "a\nY\nc\n", NULL);
  assert_merged ("a\n", "", "a\nb\n", NULL);
  assert_merged ("", "x", "", "x");
}

/* The words that are offered at the bar, and what they stand for. */
static void
assert_offered (WeirWorkflow *workflow, const char *text, const char *words, const char *typed)
{
  gsize offset, start;
  g_autofree char *plain_text = take_bar (text, &offset);
  g_autoptr(GListModel) offered = weir_text_complete (plain_text, offset, workflow, &start);
  g_autoptr(GString) list = g_string_new (NULL);
  g_autofree char *there = g_strndup (plain_text + start, offset - start);

  for (guint i = 0; i < g_list_model_get_n_items (offered); i++)
    {
      g_autoptr(WeirCompletion) completion = g_list_model_get_item (offered, i);

      g_string_append_printf (list, "%s%s", i > 0 ? " " : "", weir_completion_get_word (completion));
    }
  g_assert_cmpstr (list->str, ==, words);
  g_assert_cmpstr (there, ==, typed);
}

static void
test_keys_and_values_are_offered (void)
{
  g_autoptr(WeirWorkflow) workflow = parse (plain);

  assert_offered (workflow, "blocks:\n  new:\n    kind: te|", "test.frame test.read test.show", "te");
  assert_offered (workflow, "blocks:\n  new: { kind: te|", "test.frame test.read test.show", "te");
  assert_offered (workflow, "blocks:\n  new:\n    kind: test.read\n    config:\n      |", "path mode deep", "");
  assert_offered (workflow, "blocks:\n  new:\n    kind: test.read\n    config:\n      path: x\n      m|", "mode deep", "m");
  assert_offered (workflow, "blocks:\n  new: { kind: test.read, config: { path: x, |", "mode deep", "");
  assert_offered (workflow, "blocks:\n  new: { kind: test.read, config: { mode: f|", "fast slow", "f");
  assert_offered (workflow, "blocks:\n  new: { kind: test.read, config: { deep: |", "true false", "");
  assert_offered (workflow, "blocks:\n  new: { kind: test.read, on_error: |", "stop continue", "");
  assert_offered (workflow, "blocks:\n  new:\n    kind: test.read\n    retry:\n      attempts: 3\n      f|", "first factor cap jitter on", "f");
  assert_offered (workflow, "inputs:\n  folder:\n    |", "type title description default", "");
  assert_offered (workflow, "name: |", "", "");
  assert_offered (workflow, "name: x # |", "", "");
}

static void
test_ends_of_links_are_offered (void)
{
  g_autoptr(WeirWorkflow) workflow = parse (plain);

  assert_offered (workflow, "links:\n  - |", "read each show", "");
  assert_offered (workflow, "links:\n  - read.t|", "text done error", "t");
  assert_offered (workflow, "links:\n  - read.text |", "->", "");
  assert_offered (workflow, "links:\n  - read.text -> s|", "read each show", "s");
  assert_offered (workflow, "links:\n  - read.text -> show.c|", "text count run", "c");
  assert_offered (workflow, "output: show.|", "text done error", "");
  assert_offered (workflow, "blocks:\n  each:\n    body:\n      links:\n        - |", "inner last", "");
}

static void
test_names_in_expressions_are_offered (void)
{
  g_autoptr(WeirWorkflow) workflow = parse (plain);

  assert_offered (workflow, "blocks:\n  new: { kind: test.read, config: { path: \"{{ inputs.f|", "folder", "f");
  assert_offered (workflow, "blocks:\n  new:\n    config:\n      path: =blocks.|", "read each show", "");
}

static void
assert_explained (WeirWorkflow *workflow, const char *what, const char *expected)
{
  g_autofree char *explained = weir_text_explain (plain, strstr (plain, what) - plain + 1, workflow);

  g_assert_cmpstr (explained, ==, expected);
}

static void
test_words_are_explained (void)
{
  g_autoptr(WeirWorkflow) workflow = parse (plain);

  assert_explained (workflow, "kind: test.frame", "kind\nId of a block kind, \"http.request\"");
  assert_explained (workflow, "test.read, config", "Read\nReads a file");
  assert_explained (workflow, "path: a.txt", "Path\nWhat to read\na path · required");
  assert_explained (workflow, "mode: fast", "Mode\none of fast, slow · fast if left out");
  assert_explained (workflow, "fast }", "Fast and careless\nMode");
  assert_explained (workflow, "read.text ->", "Read\nRead");
  assert_explained (workflow, "text -> each", "Read · text: text\nWhat it read");
  assert_explained (workflow, "run when", "Show · run: any");
  assert_explained (workflow, "Plain", NULL);
}

int
main (int argc, char *argv[])
{
  dex_init ();
  g_test_init (&argc, &argv, NULL);
  weir_registry_add_kind (&read_kind);
  weir_registry_add_kind (&show_kind);
  weir_registry_add_kind (&frame_kind);
  g_test_add_func ("/weir/workflow-text/the-cursor-knows-its-keys", test_the_cursor_knows_its_keys);
  g_test_add_func ("/weir/workflow-text/the-cursor-sees-brackets", test_the_cursor_sees_brackets);
  g_test_add_func ("/weir/workflow-text/a-text-of-several-lines-has-no-keys", test_a_text_of_several_lines_has_no_keys);
  g_test_add_func ("/weir/workflow-text/a-place-belongs-to-a-block", test_a_place_belongs_to_a_block);
  g_test_add_func ("/weir/workflow-text/a-place-belongs-to-a-link", test_a_place_belongs_to_a_link);
  g_test_add_func ("/weir/workflow-text/a-block-has-a-place", test_a_block_has_a_place);
  g_test_add_func ("/weir/workflow-text/blocks-and-links-are-found-in-any-text", test_blocks_and_links_are_found_in_any_text);
  g_test_add_func ("/weir/workflow-text/keys-and-values-are-offered", test_keys_and_values_are_offered);
  g_test_add_func ("/weir/workflow-text/ends-of-links-are-offered", test_ends_of_links_are_offered);
  g_test_add_func ("/weir/workflow-text/names-in-expressions-are-offered", test_names_in_expressions_are_offered);
  g_test_add_func ("/weir/workflow-text/words-are-explained", test_words_are_explained);
  g_test_add_func ("/weir/workflow-text/changes-of-two-sides-come-together", test_changes_of_two_sides_come_together);
  return g_test_run ();
}
