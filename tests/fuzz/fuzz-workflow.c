/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What comes from outside, malformed by the thousand: workflow files, JSON, types, durations. Nothing may crash, leak or take long, and
 * what is refused says where. The files in the arguments are what is mutated; WEIR_FUZZ=n says how often, WEIR_SEED=n repeats a series. */

#include <glib/gstdio.h>
#include <libdex.h>
#include <stdlib.h>
#include <string.h>

#include "weir-graph.h"
#include "weir-json.h"
#include "weir-problem.h"
#include "weir-type.h"
#include "weir-workflow-file.h"
#include "weir-workflow.h"

static GPtrArray *seeds; /* of GBytes */
static gint64 slowest_ms = 1000;

static guint
count (guint initial)
{
  const char *asked = g_getenv ("WEIR_FUZZ");

  return asked != NULL ? (guint) strtoul (asked, NULL, 10) : initial;
}

static GRand *
make_random (void)
{
  const char *asked = g_getenv ("WEIR_SEED");
  guint32 seed = asked != NULL ? (guint32) strtoul (asked, NULL, 10) : g_random_int ();

  g_test_message ("WEIR_SEED=%u", seed);
  return g_rand_new_with_seed (seed);
}

/* Kept for whoever has to find out. */
static void
keep (const char *text, gsize length, const char *why)
{
  g_autofree char *path = NULL;
  int fd = g_file_open_tmp ("weir-fuzz-XXXXXX", &path, NULL);

  if (fd >= 0 && g_close (fd, NULL) && g_file_set_contents (path, text, (gssize) length, NULL))
    g_test_message ("%s: %s", why, path);
}

static void
check_problems (GListModel *problems, const char *text, gsize length)
{
  for (guint i = 0; i < g_list_model_get_n_items (problems); i++)
    {
      g_autoptr(WeirProblem) problem = g_list_model_get_item (problems, i);
      g_autofree char *line = weir_problem_to_string (problem, "file.yaml");

      g_assert_true (g_utf8_validate (line, -1, NULL));
      if (weir_problem_get_severity (problem) != WEIR_SEVERITY_ERROR)
        continue;
      if (weir_problem_get_line (problem) == 0 || weir_problem_get_column (problem) == 0)
        {
          keep (text, length, line);
          g_error ("No line and column: %s", line);
        }
    }
}

/* Parses, checks, writes and parses again. */
static gboolean
try_workflow (const char *text, gsize length)
{
  gint64 start = g_get_monotonic_time ();
  g_autoptr(GListModel) problems = NULL;
  g_autoptr(GListModel) found = NULL;
  g_autoptr(GListModel) again_problems = NULL;
  g_autoptr(GError) error = NULL;
  g_autoptr(WeirWorkflow) workflow = weir_workflow_parse (text, (gssize) length, &problems, &error);
  g_autoptr(WeirWorkflow) again = NULL;
  g_autofree char *yaml = NULL;
  gint64 took;

  g_assert_true ((workflow == NULL) == (error != NULL));
  g_assert_nonnull (problems);
  check_problems (problems, text, length);
  if (workflow != NULL)
    {
      found = weir_workflow_validate (workflow);
      check_problems (found, text, length);
      yaml = weir_workflow_to_yaml (workflow);
      again = weir_workflow_parse (yaml, -1, &again_problems, &error);
      if (again == NULL)
        {
          keep (text, length, "cannot be read again");
          g_error ("What was written is not read: %s", error->message);
        }
    }
  else
    {
      g_assert_cmpuint (g_list_model_get_n_items (problems), >, 0);
      g_assert_true (g_utf8_validate (error->message, -1, NULL));
    }
  took = (g_get_monotonic_time () - start) / 1000;
  if (took > slowest_ms)
    {
      keep (text, length, "slow");
      g_error ("%" G_GSIZE_FORMAT " bytes took %" G_GINT64_FORMAT " ms", length, took);
    }
  return workflow != NULL;
}

/* ── mutation ───────────────────────────────────────────────────────────────────────────── */

static const char *const words[] = {
  "*a", "&a ", "[", "]", "{", "}", ": ", "- ", "? ", "| ", ">-\n", "\"", "'", "#", "\n", "\r", "\t", "\0", "\xff\xfe", "\xed\xa0\x80", "%YAML 9\n",
  "---\n", "...\n", "!!binary ", "<<: *a\n", "99999999999999999999999", "-9223372036854775808", "1e999", ".inf", ".nan", "null", "true", "0x", "0o8",
  "{{", "}}", "=", "={{", "->", " when: ", "blocks:", "links:\n", "body: ", "layout:", "inputs:", "weir: 2", "kind: ", "kind: flow.foreach",
  "\xe2\x80\xae", "\xef\xbb\xbf", "\xc2\x85", "~", "..", "/", "a.b -> c.d", "\\u0000", "\\ud800", "=(function(){for(;;){}})()", "1_000", "join: 3-of-2",
};

static const char *
pick_word (GRand *random, gsize *length)
{
  const char *word = words[g_rand_int_range (random, 0, G_N_ELEMENTS (words))];

  *length = *word == '\0' ? 1 : strlen (word);
  return word;
}

static void
mutate (GByteArray *text, GRand *random)
{
  guint at = text->len > 0 ? (guint) g_rand_int_range (random, 0, (gint32) text->len) : 0;
  guint piece = (guint) g_rand_int_range (random, 1, 40);
  guint n = MIN (piece, text->len - at);
  g_autofree guint8 *copy = g_memdup2 (text->data + at, n);
  gsize length;
  const char *word;
  guint8 tail[4096];
  guint to;

  switch (g_rand_int_range (random, 0, 6))
    {
    case 0:
      if (text->len > 0)
        text->data[at] ^= (guint8) (1 << g_rand_int_range (random, 0, 8));
      break;
    case 1:
      g_byte_array_remove_range (text, at, n);
      break;
    case 2: /* a piece once more, at the end */
      if (n > 0)
        g_byte_array_append (text, copy, n);
      break;
    case 3: /* a piece over another */
      to = text->len > n ? (guint) g_rand_int_range (random, 0, (gint32) (text->len - n)) : 0;
      if (n > 0)
        memcpy (text->data + to, copy, n);
      break;
    case 4: /* cut off */
      if (g_rand_int_range (random, 0, 8) == 0)
        g_byte_array_set_size (text, at);
      break;
    default:
      word = pick_word (random, &length);
      n = MIN (text->len - at, sizeof tail);
      memcpy (tail, text->data + at, n);
      g_byte_array_remove_range (text, at, n);
      g_byte_array_append (text, (const guint8 *) word, length);
      g_byte_array_append (text, tail, n);
      break;
    }
}

static void
test_mutated_files (void)
{
  g_autoptr(GRand) random = make_random ();
  guint n = count (3000);
  guint n_good = 0;

  for (guint i = 0; i < n; i++)
    {
      GBytes *seed = g_ptr_array_index (seeds, g_rand_int_range (random, 0, (gint32) seeds->len));
      g_autoptr(GByteArray) text = g_byte_array_new ();
      guint n_changes = (guint) g_rand_int_range (random, 1, 8);

      g_byte_array_append (text, g_bytes_get_data (seed, NULL), g_bytes_get_size (seed));
      for (guint j = 0; j < n_changes; j++)
        mutate (text, random);
      g_byte_array_append (text, (const guint8 *) "", 1);
      n_good += try_workflow ((const char *) text->data, text->len - 1);
    }
  g_test_message ("%u of %u were still read", n_good, n);
}

static void
test_random_tokens (void)
{
  g_autoptr(GRand) random = make_random ();

  for (guint i = 0; i < count (3000); i++)
    {
      g_autoptr(GByteArray) text = g_byte_array_new ();
      guint n = (guint) g_rand_int_range (random, 0, 60);

      for (guint j = 0; j < n; j++)
        {
          gsize length;
          const char *word = pick_word (random, &length);

          g_byte_array_append (text, (const guint8 *) word, length);
        }
      g_byte_array_append (text, (const guint8 *) "", 1);
      try_workflow ((const char *) text->data, text->len - 1);
    }
}

/* ── monsters ───────────────────────────────────────────────────────────────────────────── */

static void
try_text (GString *text)
{
  try_workflow (text->str, text->len);
  g_string_free (text, TRUE);
}

static GString *
repeated (const char *before, const char *piece, guint n, const char *after)
{
  GString *text = g_string_new (before);

  for (guint i = 0; i < n; i++)
    g_string_append (text, piece);
  return g_string_append (text, after);
}

static void
test_depth (void)
{
  static const char *const pieces[] = { "[", "{a: ", "{\"a\":", "- ", "? ", "\"a\": {", "[[{", "!a ", "&a [" };

  for (guint i = 0; i < G_N_ELEMENTS (pieces); i++)
    {
      try_text (repeated ("", pieces[i], 100000, ""));
      try_text (repeated ("weir: 1\nname: Deep\nblocks:\n  a: { kind: debug.noop, config: { value: ", pieces[i], 20000, ""));
    }
  try_text (repeated ("weir: 1\nname: Deep\nblocks: ", "{ a: { kind: flow.foreach, body: { blocks: ", 1000, ""));
}

static void
test_deep_containers (void)
{
  static const guint depths[] = { 15, 16, 17, 40, 200 };

  for (guint i = 0; i < G_N_ELEMENTS (depths); i++)
    {
      GString *text = g_string_new ("{\"weir\":1,\"name\":\"Deep\",\"blocks\":");

      for (guint j = 0; j < depths[i]; j++)
        g_string_append (text, "{\"a\":{\"kind\":\"flow.foreach\",\"config\":{\"items\":[1]},\"body\":{\"blocks\":");
      g_string_append (text, "{\"a\":{\"kind\":\"debug.noop\"}}");
      for (guint j = 0; j < depths[i]; j++)
        g_string_append (text, "}}}");
      try_text (g_string_append_c (text, '}'));
    }
}

static void
test_alias_bomb (void)
{
  GString *text = g_string_new ("weir: 1\nname: Bomb\na0: &a0 [x, x, x, x, x, x, x, x, x]\n");

  for (guint i = 1; i < 30; i++)
    g_string_append_printf (text, "a%u: &a%u [*a%u, *a%u, *a%u, *a%u, *a%u, *a%u, *a%u, *a%u]\n", i, i, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1,
                            i - 1, i - 1);
  g_string_append (text, "blocks: { b: { kind: debug.noop, config: { value: *a29 } } }\n");
  try_text (text);
  try_text (g_string_new ("weir: 1\nname: Self\nblocks: &a { b: *a }\n"));
  try_text (g_string_new ("&a [*a, *a]"));
}

static void
test_duplicates_and_numbers (void)
{
  try_text (repeated ("weir: 1\nname: Twice\nblocks:\n", "  a: { kind: debug.noop }\n", 2000, ""));
  try_text (repeated ("{\"weir\": 1, \"name\": \"Twice\", \"blocks\": {", "\"a\": {\"kind\": \"debug.noop\"}, ", 2000, "\"b\": {}}}"));
  try_text (repeated ("weir: ", "9", 100000, "\nname: Big\n"));
  try_text (repeated ("weir: 1\nname: Big\nconcurrency: -", "9", 5000, "\nblocks: { a: { kind: debug.noop, config: { value: 1e999999 } } }\n"));
  try_text (repeated ("weir: 1\nname: ", "x", 5000000, "\n"));
  try_text (repeated ("", "\n", 200000, "x"));
  try_text (repeated ("", "#\n", 200000, ""));
  try_text (g_string_new (""));
  try_text (g_string_new ("{\"weir\": 1, \"name\": \"None\", \"blocks\": {}}"));
  try_text (repeated ("{\"weir\": 1, \"name\": \"One line\", \"blocks\": {", "\"a\": { \"kind\": \"debug.noop\" }, ", 50000, "\"b\": {}}}"));
  try_workflow ("\0\0\0", 3);
  try_workflow ("weir: 1\nname: a\0b\n", 18);
  try_workflow ("\xff\xfew\0e\0i\0r\0", 10);
  try_workflow ("\xef\xbb\xbfweir: 1\nname: Mark\nblocks: { a: { kind: debug.noop } }\n", 54);
}

static void
test_ten_thousand_blocks (void)
{
  GString *text = g_string_new ("weir: 1\nname: Large\nblocks:\n");

  /* Reading them is allowed its time; what must not be is a square of it. */
  slowest_ms *= 5;
  for (guint i = 0; i < 10000; i++)
    g_string_append_printf (text, "  b%u: { kind: debug.noop, config: { value: \"{{ blocks.b%u.value }}\" } }\n", i, i / 2);
  g_string_append (text, "links:\n");
  for (guint i = 1; i < 10000; i++)
    g_string_append_printf (text, "  - b%u.value -> b%u.value\n", i / 2, i);
  try_text (text);

  text = g_string_new ("weir: 1\nname: Star\nblocks:\n  a: { kind: debug.noop }\n  z: { kind: debug.noop }\n");
  for (guint i = 0; i < 5000; i++)
    g_string_append_printf (text, "  b%u: { kind: no.such.kind }\n", i);
  g_string_append (text, "links:\n");
  for (guint i = 0; i < 5000; i++)
    g_string_append_printf (text, "  - a.value -> b%u.value\n  - b%u.value -> z.value\n  - nobody.here -> b%u.value\n", i, i, i);
  try_text (text);

  text = g_string_new ("weir: 1\nname: Cycles\nblocks:\n");
  for (guint i = 0; i < 300; i++)
    g_string_append_printf (text, "  b%u: { kind: debug.noop }\n", i);
  g_string_append (text, "links:\n");
  for (guint i = 0; i < 3000; i++)
    g_string_append_printf (text, "  - b%u.value -> b%u.value\n", (i * 7919) % 300, (i * 104729) % 300);
  try_text (text);
  slowest_ms /= 5;
}

/* ── the small parsers ──────────────────────────────────────────────────────────────────── */

static void
try_small (const char *text, gsize length)
{
  g_autoptr(GError) type_error = NULL;
  g_autoptr(GError) json_error = NULL;
  g_autoptr(GError) decode_error = NULL;
  g_autoptr(GError) yaml_error = NULL;
  g_autoptr(WeirType) type = weir_type_parse (text, &type_error);
  g_autoptr(WeirValue) json = weir_json_parse (text, (gssize) length, &json_error);
  g_autoptr(WeirValue) decoded = weir_value_decode (text, (gssize) length, &decode_error);
  g_autoptr(WeirValue) yaml = weir_yaml_parse_value (text, (gssize) length, &yaml_error);
  gint64 duration;
  guint64 size;

  g_assert_true ((type == NULL) == (type_error != NULL));
  g_assert_true ((json == NULL) == (json_error != NULL));
  g_assert_true ((decoded == NULL) == (decode_error != NULL));
  g_assert_true ((yaml == NULL) == (yaml_error != NULL));
  weir_parse_duration (text, &duration, NULL);
  weir_parse_size (text, &size, NULL);
  if (json != NULL)
    {
      gsize written_length;
      g_autofree char *written = weir_value_encode (json, &written_length);
      g_autoptr(WeirValue) again = weir_value_decode (written, (gssize) written_length, NULL);

      g_assert_nonnull (again);
      g_assert_true (weir_value_equal (json, again));
    }
  if (type != NULL)
    {
      g_autoptr(WeirType) again = weir_type_parse (weir_type_to_string (type), NULL);
      g_autofree char *reason = NULL;

      g_assert_true (again == type);
      g_assert_true (weir_type_accepts (type, type, &reason));
      if (json != NULL)
        {
          g_autoptr(WeirValue) converted = weir_type_convert (type, json, NULL);
        }
    }
}

static void
test_small_parsers (void)
{
  static const char *const pieces[] = {
    "list<", "record{", "}", ">", "?", ":", ",", "|", "int", "text", "any", "a", " ", "map<", "\"$type\"", "\"$blob\":", "\"$\":", "{", "}", "[", "]", "\"", "1",
    "-", ".", "e9", "1m30s", "99999999999999999999", "h", "KiB", "null", "true", "\\u00", "\\ud83d\\ude00", "\xf0\x9f", "\"$time\":\"", "\"$bytes\":\"",
    "\"$error\":", "\"$table\":", "\"$number\":\"NaN\"", "stream<", "enum", "(", ")",
  };
  g_autoptr(GRand) random = make_random ();

  for (guint i = 0; i < count (20000); i++)
    {
      g_autoptr(GString) text = g_string_new (NULL);
      guint n = (guint) g_rand_int_range (random, 0, 14);

      for (guint j = 0; j < n; j++)
        g_string_append (text, pieces[g_rand_int_range (random, 0, G_N_ELEMENTS (pieces))]);
      try_small (text->str, text->len);
    }
  for (guint i = 0; i < G_N_ELEMENTS (pieces); i++)
    {
      GString *text = repeated ("", pieces[i], 30000, "");
      gint64 start = g_get_monotonic_time ();

      try_small (text->str, text->len);
      g_assert_cmpint (g_get_monotonic_time () - start, <, slowest_ms * 1000);
      g_string_free (text, TRUE);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  dex_init ();
  if (g_getenv ("WEIR_SLOW") != NULL)
    slowest_ms *= 20;
  seeds = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  for (int i = 1; i < argc; i++)
    {
      g_autoptr(GFile) file = g_file_new_for_path (argv[i]);

      g_ptr_array_add (seeds, g_file_load_bytes (file, NULL, NULL, NULL));
      g_assert_nonnull (g_ptr_array_index (seeds, i - 1));
    }
  g_assert_cmpuint (seeds->len, >, 0);
  g_test_add_func ("/weir/fuzz/mutated-files", test_mutated_files);
  g_test_add_func ("/weir/fuzz/random-tokens", test_random_tokens);
  g_test_add_func ("/weir/fuzz/depth", test_depth);
  g_test_add_func ("/weir/fuzz/deep-containers", test_deep_containers);
  g_test_add_func ("/weir/fuzz/alias-bomb", test_alias_bomb);
  g_test_add_func ("/weir/fuzz/duplicates-and-numbers", test_duplicates_and_numbers);
  g_test_add_func ("/weir/fuzz/ten-thousand-blocks", test_ten_thousand_blocks);
  g_test_add_func ("/weir/fuzz/small-parsers", test_small_parsers);
  return g_test_run ();
}
