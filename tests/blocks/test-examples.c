/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every example of every kind does what it says. */
#include <string.h>

#include "weir-kind-test.h"

typedef struct
{
  const WeirBlockKind *kind;
  const WeirExample   *example;
} Case;

static void
make_files (KindTest *test, const char *files)
{
  g_auto(GStrv) lines = g_strsplit (files != NULL ? files : "", "\n", -1);

  for (guint i = 0; lines[i] != NULL; i++)
    {
      char *equals = strchr (lines[i], '=');

      if (equals == NULL)
        continue;
      *equals = '\0';
      kind_test_write (test, lines[i], equals + 1);
    }
}

static void
assert_outputs (KindTest *test, Outcome *outcome, const char *expected)
{
  g_autofree char *text = kind_test_fill (test, expected);
  g_autoptr(GError) error = NULL;
  g_autoptr(WeirValue) wanted = weir_json_parse (text, -1, &error);

  g_assert_no_error (error);
  for (gsize i = 0; i < weir_value_get_length (wanted); i++)
    {
      const char *port = weir_value_get_key (wanted, i);
      WeirValue *value = weir_value_get_item (wanted, i);
      g_autofree char *json = weir_json_write (value, 0, NULL);

      if (g_str_equal (json, "\"*\""))
        g_assert_nonnull (outcome_get (outcome, port));
      else
        assert_output (outcome, port, json);
    }
  for (gsize i = 0; outcome->outputs != NULL && i < weir_value_get_length (outcome->outputs); i++)
    {
      const char *port = weir_value_get_key (outcome->outputs, i);

      if (!g_str_equal (port, "done") && weir_value_find_member (wanted, port) == NULL)
        {
          g_test_message ("Port %s gave something that the example does not mention", port);
          g_test_fail ();
        }
    }
}

static void
test_example (KindTest *test, gconstpointer data)
{
  const Case *c = data;
  g_autofree char *config = kind_test_fill (test, c->example->config);
  g_autoptr(Outcome) outcome = NULL;

  make_files (test, c->example->files);
  outcome = kind_test_play_block (test, c->kind->id, config, c->example->body, c->example->inputs);
  if (c->example->error != NULL)
    assert_failure (outcome, c->example->error);
  else
    {
      if (outcome->error != NULL)
        {
          g_test_message ("%s", outcome->message);
          g_assert_cmpstr (outcome->error, ==, NULL);
          return;
        }
      assert_outputs (test, outcome, c->example->outputs);
    }
}

static void
run_example (gconstpointer data)
{
  kind_test_run (test_example, data);
}

/* A kind without an example, summary or icon would be an empty page in the manual. */
static void
test_descriptors (void)
{
  g_autoptr(GPtrArray) kinds = weir_registry_list_kinds ();

  g_assert_cmpuint (kinds->len, >=, 20);
  for (guint i = 0; i < kinds->len; i++)
    {
      const WeirBlockKind *kind = kinds->pdata[i];
      g_autofree char *page = weir_kind_to_markdown (kind);
      g_autoptr(WeirPortList) ports = weir_kind_list_ports (kind, NULL);

      g_test_message ("%s", kind->id);
      g_assert_nonnull (kind->examples);
      g_assert_nonnull (kind->examples[0].title);
      g_assert_nonnull (kind->summary);
      g_assert_nonnull (kind->keywords);
      g_assert_true (g_str_has_suffix (kind->icon, "-symbolic"));
      g_assert_true (kind->needs_run != NULL ? kind->eval != NULL && kind->run != NULL
                                             : (kind->eval != NULL) != (kind->run != NULL));
      g_assert_nonnull (page);
      for (guint j = 0; kind->inputs != NULL && kind->inputs[j].name != NULL; j++)
        g_assert_nonnull (weir_port_list_find_input (ports, kind->inputs[j].name));
    }
}

/* What the form offers to begin with is right as it stands. */
static void
test_templates (void)
{
  g_autoptr(GPtrArray) kinds = weir_registry_list_kinds ();

  for (guint i = 0; i < kinds->len; i++)
    {
      const WeirBlockKind *kind = kinds->pdata[i];

      for (const WeirTemplate *template = kind->templates; template != NULL && template->title != NULL; template++)
        {
          g_autoptr(GError) error = NULL;
          g_autoptr(WeirValue) config = weir_json_parse (template->config, -1, &error);
          g_autofree char *problem = NULL;

          g_assert_no_error (error);
          problem = kind->check != NULL ? kind->check (config) : NULL;
          g_assert_cmpstr (problem, ==, NULL);
          for (gsize j = 0; j < weir_value_get_length (config); j++)
            {
              const WeirField *field = weir_kind_find_field (kind, weir_value_get_key (config, j));

              g_assert_nonnull (field);
              g_assert_true (weir_field_check_value (kind, field, weir_value_get_item (config, j), &error));
            }
        }
    }
}

/* Every type that a descriptor names is one. */
static void
test_types (void)
{
  g_autoptr(GPtrArray) kinds = weir_registry_list_kinds ();

  for (guint i = 0; i < kinds->len; i++)
    {
      const WeirBlockKind *kind = kinds->pdata[i];
      const WeirPort *sets[] = { kind->inputs, kind->outputs };

      for (guint s = 0; s < G_N_ELEMENTS (sets); s++)
        for (guint j = 0; sets[s] != NULL && sets[s][j].name != NULL; j++)
          if (sets[s][j].type != NULL)
            {
              g_autoptr(GError) error = NULL;
              g_autoptr(WeirType) type = weir_type_parse (sets[s][j].type, &error);

              g_assert_no_error (error);
            }
      for (guint j = 0; kind->fields != NULL && kind->fields[j].name != NULL; j++)
        {
          g_autoptr(WeirType) type = weir_field_get_type_of (&kind->fields[j]);

          g_assert_nonnull (type);
        }
    }
}

int
main (int argc, char **argv)
{
  g_autoptr(GPtrArray) kinds = NULL;
  g_autoptr(GPtrArray) cases = g_ptr_array_new_with_free_func (g_free);

  g_setenv ("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent", TRUE);
  g_test_init (&argc, &argv, NULL);
  g_test_set_nonfatal_assertions ();
  dex_init ();
  kinds = weir_registry_list_kinds ();
  g_test_add_func ("/weir/blocks/every-kind-is-described", test_descriptors);
  g_test_add_func ("/weir/blocks/every-template-can-be-used", test_templates);
  g_test_add_func ("/weir/blocks/every-type-can-be-read", test_types);
  for (guint i = 0; i < kinds->len; i++)
    {
      const WeirBlockKind *kind = kinds->pdata[i];

      for (guint j = 0; kind->examples != NULL && kind->examples[j].title != NULL; j++)
        {
          Case *c = g_new (Case, 1);
          g_autofree char *name = g_strdup_printf ("/weir/blocks/example/%s/%s", kind->id, kind->examples[j].title);

          *c = (Case) { kind, &kind->examples[j] };
          g_ptr_array_add (cases, c);
          g_test_add_data_func (name, c, run_example);
        }
    }
  return g_test_run ();
}
