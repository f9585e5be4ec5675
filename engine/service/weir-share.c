/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "weir-share.h"

#include <string.h>

#include "weir-redact.h"

/* Typed in as it is; an expression names where a secret comes from, which is none itself. */
static gboolean
is_literal (WeirValue *value)
{
  const char *text;

  if (value == NULL || weir_value_get_kind (value) != WEIR_VALUE_TEXT)
    return FALSE;
  text = weir_value_get_text (value, NULL);
  return *text != '\0' && *text != '=' && strstr (text, "{{") == NULL;
}

/* The value of { name: Authorization, value: … }; NULL when there is none, or it is no secret. */
static WeirValue *
find_secret_of_row (WeirValue *row)
{
  WeirValue *value;

  if (weir_value_get_kind (row) != WEIR_VALUE_RECORD
      || !weir_redact_is_secret_name (weir_value_get_member_text (row, "name", "")))
    return NULL;
  value = weir_value_find_member (row, "value");
  return is_literal (value) ? value : NULL;
}

static WeirValue *
copy_row (WeirValue *row)
{
  gsize length = weir_value_get_length (row);
  WeirBuilder *builder = weir_record_builder_new (length);

  for (gsize i = 0; i < length; i++)
    weir_builder_set_take (builder, weir_value_get_key (row, i),
                           g_str_equal (weir_value_get_key (row, i), "value") ? weir_value_new_text ("")
                                                                              : weir_value_ref (weir_value_get_item (row, i)));
  return weir_builder_end (builder);
}

/* Rows with a name and a value, as headers are. NULL when nothing in it is secret. */
static WeirValue *
clean_rows (WeirValue *rows, guint *n_left_out)
{
  gsize length = weir_value_get_length (rows);
  guint n = 0;
  WeirBuilder *builder;

  for (gsize i = 0; i < length; i++)
    n += find_secret_of_row (weir_value_get_item (rows, i)) != NULL;
  if (n == 0)
    return NULL;
  builder = weir_list_builder_new (length);
  for (gsize i = 0; i < length; i++)
    {
      WeirValue *row = weir_value_get_item (rows, i);

      weir_builder_take (builder, find_secret_of_row (row) != NULL ? copy_row (row) : weir_value_ref (row));
    }
  *n_left_out += n;
  return weir_builder_end (builder);
}

static void
clean_field (WeirWorkflow *workflow, WeirBlock *block, const WeirField *field, guint *n_left_out)
{
  WeirValue *value = weir_value_find_member (weir_block_get_config (block), field->name);
  g_autoptr(WeirValue) rows = NULL;

  if (value == NULL)
    return;
  if (field->secret && is_literal (value))
    {
      weir_workflow_set_field (workflow, block, field->name, NULL);
      (*n_left_out)++;
    }
  else if (field->kind == WEIR_FIELD_KIND_VALUE && weir_value_get_kind (value) == WEIR_VALUE_LIST
           && (rows = clean_rows (value, n_left_out)) != NULL)
    weir_workflow_set_field (workflow, block, field->name, rows);
}

/* A kind that this program does not know may keep a secret under any name: what sounds like one goes. */
static void
clean_unknown (WeirWorkflow *workflow, WeirBlock *block, guint *n_left_out)
{
  g_autoptr(WeirValue) config = weir_value_ref (weir_block_get_config (block));

  for (gsize i = 0; i < weir_value_get_length (config); i++)
    if (weir_redact_is_secret_name (weir_value_get_key (config, i)) && is_literal (weir_value_get_item (config, i)))
      {
        weir_workflow_set_field (workflow, block, weir_value_get_key (config, i), NULL);
        (*n_left_out)++;
      }
}

static void
clean_graph (WeirWorkflow *workflow, WeirGraph *graph, guint *n_left_out)
{
  for (guint i = 0; i < weir_graph_get_n_blocks (graph); i++)
    {
      WeirBlock *block = weir_graph_get_block (graph, i);
      const WeirBlockKind *kind = weir_block_get_kind (block);

      if (kind == NULL)
        clean_unknown (workflow, block, n_left_out);
      for (const WeirField *field = kind != NULL ? kind->fields : NULL; field != NULL && field->name != NULL; field++)
        clean_field (workflow, block, field, n_left_out);
      if (weir_block_get_body (block) != NULL)
        clean_graph (workflow, weir_block_get_body (block), n_left_out);
    }
}

/**
 * weir_workflow_copy_for_sharing:
 * @self: a workflow
 * @n_left_out: (out) (optional): how many secrets are not in the copy
 *
 * A copy that can be given away: passwords, tokens and headers that sign in, which were typed into settings, are left out. What an
 * expression gives stays, as the expression.
 *
 * Returns: (transfer full): the copy, with comments and places as they are
 */
WeirWorkflow *
weir_workflow_copy_for_sharing (WeirWorkflow *self, guint *n_left_out)
{
  WeirWorkflow *copy;
  guint n = 0;

  g_return_val_if_fail (WEIR_IS_WORKFLOW (self), NULL);

  copy = weir_workflow_copy (self);
  clean_graph (copy, weir_workflow_get_graph (copy), &n);
  if (n_left_out != NULL)
    *n_left_out = n;
  return copy;
}
