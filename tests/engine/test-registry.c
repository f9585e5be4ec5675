/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weir-json.h"
#include "weir-registry.h"

#include <string.h>

typedef struct
{
  char      *text;
  gboolean   flag;
  gint64     number;
  double     ratio;
  char      *choice;
  gint64     wait;
  gint64     size;
  char      *path;
  char      *condition;
  WeirValue *rows;
} Settings;

static const char *const choices[] = { "one", "two", NULL };

static const WeirField fields[] = {
  WEIR_FIELD_TEXT (Settings, text, .title = "Text", .required = TRUE),
  WEIR_FIELD_BOOL (Settings, flag, .title = "Flag", .initial = 1),
  WEIR_FIELD_INT (Settings, number, .title = "Number", .initial = 7, .minimum = 1, .maximum = 100),
  WEIR_FIELD_NUMBER (Settings, ratio, .title = "Ratio", .initial = 0.5),
  WEIR_FIELD_CHOICE (Settings, choice, .title = "Choice", .choices = choices, .initial_text = "one"),
  WEIR_FIELD_DURATION (Settings, wait, .title = "Wait", .initial = 1500),
  WEIR_FIELD_SIZE (Settings, size, .title = "Size", .initial = 1024),
  WEIR_FIELD_PATH (Settings, path, .title = "Path"),
  WEIR_FIELD_EXPRESSION (Settings, condition, .title = "Condition"),
  WEIR_FIELD_VALUE (Settings, rows, .title = "Rows", .type = "list<int>", .initial_text = "[1, 2]"),
  { 0 }
};

static void
list_ports (WeirValue *config, WeirPortList *ports)
{
  WeirValue *rows = weir_value_find_member (config, "rows");

  for (gsize i = 0; rows != NULL && i < weir_value_get_length (rows); i++)
    {
      g_autofree char *name = g_strdup_printf ("case_%zu", i + 1);

      weir_port_list_add_output (ports, &(WeirPort) { .name = name, .type = "text" });
    }
}

static const WeirPort inputs[] = { { .name = "in", .type = "any", .summary = "What | comes", .required = TRUE }, { 0 } };
static const WeirExample examples[] = { { .title = "One", .config = "{\"text\": \"x\"}", .outputs = "{}" }, { 0 } };
static const WeirBlockKind kind = { .id = "test.all", .version = 2, .title = "All", .summary = "Has every field", .category = "B",
                                    .inputs = inputs, .fields = fields, .settings_size = sizeof (Settings),
                                    .examples = examples, .list_ports = list_ports };
static const WeirBlockKind other = { .id = "test.other", .version = 1, .title = "Other", .category = "A" };

static Settings *
make (const char *json, GError **error)
{
  g_autoptr(WeirValue) config = json != NULL ? weir_json_parse (json, -1, NULL) : NULL;

  return weir_kind_make_settings (&kind, config, error);
}

static void
test_what_is_left_out_begins_as_declared (void)
{
  g_autoptr(GError) error = NULL;
  Settings *settings = make ("{\"text\": \"x\"}", &error);

  g_assert_no_error (error);
  g_assert_cmpstr (settings->text, ==, "x");
  g_assert_true (settings->flag);
  g_assert_cmpint (settings->number, ==, 7);
  g_assert_cmpfloat (settings->ratio, ==, 0.5);
  g_assert_cmpstr (settings->choice, ==, "one");
  g_assert_cmpint (settings->wait, ==, 1500);
  g_assert_null (settings->path);
  g_assert_cmpuint (weir_value_get_length (settings->rows), ==, 2);
  weir_kind_free_settings (&kind, settings);
}

static void
test_values_are_converted (void)
{
  g_autoptr(GError) error = NULL;
  Settings *settings = make ("{\"text\": 5, \"number\": 3.0, \"ratio\": 2, \"wait\": \"2s\", \"size\": \"2KiB\", \"condition\": \"=a > 1\"}",
                             &error);

  g_assert_no_error (error);
  g_assert_cmpstr (settings->text, ==, "5");
  g_assert_cmpint (settings->number, ==, 3);
  g_assert_cmpfloat (settings->ratio, ==, 2);
  g_assert_cmpint (settings->wait, ==, 2000);
  g_assert_cmpint (settings->size, ==, 2048);
  g_assert_cmpstr (settings->condition, ==, "a > 1");
  weir_kind_free_settings (&kind, settings);
}

static void
assert_refused (const char *json, const char *class_name, const char *field)
{
  g_autoptr(GError) error = NULL;

  g_assert_null (make (json, &error));
  g_assert_cmpstr (weir_error_get_class (error), ==, class_name);
  g_assert_nonnull (strstr (error->message, field));
}

static void
test_wrong_settings_are_refused_by_name (void)
{
  assert_refused ("{}", "config.invalid", "text");
  assert_refused ("{\"text\": \"\"}", "config.invalid", "text");
  assert_refused ("{\"text\": \"x\", \"number\": 101}", "config.invalid", "number");
  assert_refused ("{\"text\": \"x\", \"number\": \"many\"}", "input.type", "number");
  assert_refused ("{\"text\": \"x\", \"choice\": \"three\"}", "config.invalid", "choice");
  assert_refused ("{\"text\": \"x\", \"rows\": [\"a\"]}", "input.type", "rows");
  assert_refused ("{\"text\": \"x\", \"wait\": \"soon\"}", "config.invalid", "wait");
  assert_refused ("{\"text\": \"x\", \"colour\": 1}", "config.invalid", "colour");
  assert_refused ("[1]", "config.invalid", "record");
}

static void
test_ports_follow_the_configuration (void)
{
  g_autoptr(WeirValue) config = weir_json_parse ("{\"rows\": [1, 2]}", -1, NULL);
  g_autoptr(WeirPortList) ports = weir_kind_list_ports (&kind, config);
  g_autoptr(WeirPortList) none = weir_kind_list_ports (NULL, config);

  g_assert_true (weir_port_list_find_input (ports, "in")->required);
  g_assert_cmpstr (weir_port_list_find_output (ports, "case_2")->type, ==, "text");
  g_assert_null (weir_port_list_find_output (ports, "case_3"));
  g_assert_cmpuint (none->inputs->len, ==, 0);
}

static void
test_kinds_are_found_and_listed (void)
{
  g_autoptr(GPtrArray) kinds = weir_registry_list_kinds ();

  g_assert_true (weir_registry_find_kind ("test.all") == &kind);
  g_assert_null (weir_registry_find_kind ("test.none"));
  g_assert_null (weir_registry_find_kind (NULL));
  g_assert_cmpuint (kinds->len, ==, 2);
  g_assert_true (kinds->pdata[0] == &other);
}

static void
test_the_manual_shows_everything (void)
{
  g_autofree char *page = weir_kind_to_markdown (&kind);

  g_assert_true (g_str_has_prefix (page, "# All\n\n`test.all`, version 2\n\nHas every field.\n"));
  g_assert_nonnull (strstr (page, "| `in` (required) | `any` | all | What \\| comes |\n"));
  g_assert_nonnull (strstr (page, "| `choice` | `one`, `two` | one | Choice |\n"));
  g_assert_nonnull (strstr (page, "## Example: One\n"));
}

int
main (int argc, char *argv[])
{
  dex_init ();
  g_test_init (&argc, &argv, NULL);
  weir_registry_add_kind (&kind);
  weir_registry_add_kind (&other);
  g_test_add_func ("/weir/registry/what-is-left-out-begins-as-declared", test_what_is_left_out_begins_as_declared);
  g_test_add_func ("/weir/registry/values-are-converted", test_values_are_converted);
  g_test_add_func ("/weir/registry/wrong-settings-are-refused-by-name", test_wrong_settings_are_refused_by_name);
  g_test_add_func ("/weir/registry/ports-follow-the-configuration", test_ports_follow_the_configuration);
  g_test_add_func ("/weir/registry/kinds-are-found-and-listed", test_kinds_are_found_and_listed);
  g_test_add_func ("/weir/registry/the-manual-shows-everything", test_the_manual_shows_everything);
  return g_test_run ();
}
