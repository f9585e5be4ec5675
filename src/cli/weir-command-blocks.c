/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weir-cli.h"
#include "weir-table.h"

#include <stdio.h>

const GOptionEntry weir_blocks_options[] = {
  WEIR_OPTION_JSON (N_("Print JSON")),
  { NULL }
};

static WeirValue *
describe_kind (const WeirBlockKind *kind)
{
  WeirBuilder *builder = weir_record_builder_new (7);

  weir_builder_set_take (builder, "id", weir_value_new_text (kind->id));
  weir_builder_set_take (builder, "version", weir_value_new_int (kind->version));
  weir_builder_set_take (builder, "title", weir_value_new_text (kind->title));
  weir_builder_set_take (builder, "summary", weir_value_new_text (kind->summary != NULL ? kind->summary : ""));
  weir_builder_set_take (builder, "category", weir_value_new_text (kind->category != NULL ? kind->category : ""));
  weir_builder_set_take (builder, "effect", weir_value_new_text (weir_effect_class_get_name (kind->effect)));
  weir_builder_set_take (builder, "undo", weir_value_new_text (weir_undo_kind_get_name (kind->undo)));
  return weir_builder_end (builder);
}

static int
list_kinds (void)
{
  g_autoptr(GPtrArray) kinds = weir_registry_list_kinds ();
  WeirTable *table;

  if (weir_option_json)
    {
      WeirBuilder *builder = weir_list_builder_new (kinds->len);
      g_autoptr(WeirValue) list = NULL;

      for (guint i = 0; i < kinds->len; i++)
        weir_builder_take (builder, describe_kind (g_ptr_array_index (kinds, i)));
      list = weir_builder_end (builder);
      weir_cli_print_json (list, 2);
      return WEIR_EXIT_OK;
    }
  table = weir_table_new (_("KIND"), _("TITLE"), _("EFFECT"), _("UNDO"), _("SUMMARY"), NULL);
  for (guint i = 0; i < kinds->len; i++)
    {
      const WeirBlockKind *kind = g_ptr_array_index (kinds, i);

      weir_table_take (table, g_strdup (kind->id));
      weir_table_take (table, g_strdup (_(kind->title)));
      weir_table_take (table, g_strdup (weir_effect_class_get_name (kind->effect)));
      weir_table_take (table, g_strdup (weir_undo_kind_get_name (kind->undo)));
      weir_table_take (table, kind->summary != NULL ? g_strdup (_(kind->summary)) : NULL);
    }
  weir_table_print (table);
  return WEIR_EXIT_OK;
}

int
weir_command_blocks (int argc, char **argv)
{
  const WeirBlockKind *kind;

  if (argc == 0)
    return list_kinds ();
  kind = weir_registry_find_kind (argv[0]);
  if (kind == NULL)
    return weir_cli_fail_text (WEIR_EXIT_FAILED, _("There is no block kind \"%s\"; `weir blocks` lists them"),
                               argv[0]);
  if (weir_option_json)
    {
      g_autoptr(WeirValue) record = describe_kind (kind);

      weir_cli_print_json (record, 2);
    }
  else
    {
      g_autofree char *text = weir_kind_to_markdown (kind);

      fputs (text, stdout);
    }
  return WEIR_EXIT_OK;
}

int
weir_command_schema (int argc, char **argv)
{
  g_autofree char *schema = weir_workflow_make_schema ();

  puts (schema);
  return WEIR_EXIT_OK;
}

int
weir_command_verbs (int argc, char **argv)
{
  g_autofree char *tables = weir_verbs_to_markdown ();

  fputs (tables, stdout);
  return WEIR_EXIT_OK;
}
