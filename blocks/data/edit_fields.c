/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "values.h"
#include "wait.h"

typedef struct
{
  WeirValue *rows;
  gboolean   keep_only;
  WeirValue *rename;
  WeirValue *remove;
} EditFields;

static const WeirField edit_fields_fields[] = {
  WEIR_FIELD_VALUE (EditFields, rows, .title = N_("Fields"),
                    .summary = N_("Added or replaced. A path is like user.name or tags[0]; a value may be an "
                                  "expression over item and index"),
                    .type = "list<record{path: text, value?: any, type?: text}>", .initial_text = "[]", .raw = TRUE),
  WEIR_FIELD_BOOL (EditFields, keep_only, .title = N_("Keep nothing else"),
                   .summary = N_("The result has the fields above only")),
  WEIR_FIELD_VALUE (EditFields, rename, .title = N_("Rename"), .type = "list<record{from: text, to: text}>",
                    .initial_text = "[]",
                    .advanced = TRUE),
  WEIR_FIELD_VALUE (EditFields, remove, .title = N_("Remove"), .type = "list<text>", .initial_text = "[]",
                    .advanced = TRUE),
  { 0 }
};

static const WeirPort edit_fields_inputs[] = {
  { .name = "value", .title = N_("Value"), .summary = N_("A record, or a list of records") },
  { 0 }
};
static const WeirPort edit_fields_outputs[] = { { .name = "value", .title = N_("Value") }, { 0 } };
static const char *const edit_fields_errors[] = { "input.type", "code.exception", NULL };

static const WeirExample edit_fields_examples[] = {
  { .title = N_("Add, rename and remove"),
    .config = "{\"rows\": [{\"path\": \"price.gross\", \"value\": \"=item.net * 1.2\"}, {\"path\": \"label\", "
              "\"value\": \"No. {{ item.id }}\"}],"
              "\"rename\": [{\"from\": \"net\", \"to\": \"price.net\"}], \"remove\": [\"id\"]}",
    .inputs = "{\"value\": {\"id\": 7, \"net\": 100}}",
    .outputs = "{\"value\": {\"price\": {\"gross\": 120, \"net\": 100}, \"label\": \"No. 7\"}}" },
  { .title = N_("Each record of a list, nothing else kept"),
    .config = "{\"keep_only\": true, \"rows\": [{\"path\": \"n\", \"value\": \"=index + 1\"}, {\"path\": "
              "\"name\", \"value\": \"=item.name\", \"type\": \"text\"}]}",
    .inputs = "{\"value\": [{\"name\": \"a\", \"x\": 1}, {\"name\": \"b\"}]}",
    .outputs = "{\"value\": [{\"n\": 1, \"name\": \"a\"}, {\"n\": 2, \"name\": \"b\"}]}" },
  { .title = N_("Not a record"), .config = "{\"rows\": [{\"path\": \"a\", \"value\": 1}]}", .inputs = "{\"value\": 3}",
    .error = "input.type" },
  { 0 }
};

/* A text with {{ }} inside, evaluated for one item. The engine evaluates fields once a step; here it is once an item.
 * */
static WeirValue *
fill_template (WeirStep *step, const char *text, WeirValue *locals, GError **error)
{
  g_autoptr(GString) filled = g_string_new (NULL);
  const char *open;

  while ((open = strstr (text, "{{")) != NULL)
    {
      const char *close = strstr (open, "}}");
      g_autofree char *source = NULL;
      g_autofree char *shown = NULL;
      g_autoptr(WeirValue) value = NULL;

      if (close == NULL)
        break;
      source = g_strndup (open + 2, close - open - 2);
      value = weir_step_evaluate (step, source, locals, error);
      if (value == NULL)
        return NULL;
      if (filled->len == 0 && open == text && close[2] == '\0')
        return g_steal_pointer (&value);
      shown = weir_blocks_to_text (value);
      g_string_append_len (filled, text, open - text);
      g_string_append (filled, shown);
      text = close + 2;
    }
  g_string_append (filled, text);
  return weir_value_new_text_len (filled->str, filled->len);
}

static WeirValue *
evaluate_row (WeirStep *step, WeirValue *row, WeirValue *locals, GError **error)
{
  WeirValue *raw = weir_value_find_member (row, "value");
  const char *type_text = weir_value_get_member_text (row, "type", "");
  g_autoptr(WeirValue) value = NULL;
  g_autoptr(WeirType) type = NULL;
  const char *text = raw != NULL && weir_value_get_kind (raw) == WEIR_VALUE_TEXT ? weir_value_get_text (raw, NULL)
                                                                                 : NULL;

  if (raw == NULL)
    value = weir_value_new_null ();
  else if (text != NULL && text[0] == '=')
    value = weir_step_evaluate (step, text + 1, locals, error);
  else if (text != NULL && strstr (text, "{{") != NULL)
    value = fill_template (step, text, locals, error);
  else
    value = weir_value_ref (raw);
  if (value == NULL || *type_text == '\0')
    return g_steal_pointer (&value);

  type = weir_type_parse (type_text, error);
  return type != NULL ? weir_type_convert (type, value, error) : NULL;
}

static gboolean
rename_fields (EditFields *self, WeirValue **record, GError **error)
{
  for (gsize i = 0; self->rename != NULL && i < weir_value_get_length (self->rename); i++)
    {
      WeirValue *row = weir_value_get_item (self->rename, i);
      const char *from = weir_value_get_member_text (row, "from", "");
      WeirValue *value = weir_blocks_get_path (*record, from);
      g_autoptr(WeirValue) kept = NULL;
      g_autoptr(WeirValue) without = NULL;
      WeirValue *renamed;

      if (value == NULL || *from == '\0')
        continue;
      kept = weir_value_ref (value);
      without = weir_blocks_without_path (*record, from);
      renamed = weir_blocks_with_path (without, weir_value_get_member_text (row, "to", from), kept, error);
      if (renamed == NULL)
        return FALSE;
      weir_value_unref (*record);
      *record = renamed;
    }
  return TRUE;
}

static WeirValue *
edit_record (EditFields *self, WeirStep *step, WeirValue *item, gsize index, GError **error)
{
  g_autoptr(WeirValue) locals = weir_blocks_make_item_locals (item, index);
  g_autoptr(WeirValue) record = NULL;

  if (weir_value_get_kind (item) != WEIR_VALUE_RECORD)
    {
      weir_set_failure (error, "input.type", "Expected a record to edit, but item %" G_GSIZE_FORMAT " is %s", index,
                        weir_value_get_kind_name (item));
      return NULL;
    }

  record = self->keep_only ? weir_builder_end (weir_record_builder_new (0)) : weir_value_ref (item);
  for (gsize i = 0; self->rows != NULL && i < weir_value_get_length (self->rows); i++)
    {
      WeirValue *row = weir_value_get_item (self->rows, i);
      const char *path = weir_value_get_member_text (row, "path", "");
      g_autoptr(WeirValue) value = evaluate_row (step, row, locals, error);
      WeirValue *changed = value != NULL ? weir_blocks_with_path (record, path, value, error) : NULL;

      if (changed == NULL)
        {
          g_prefix_error (error, "Field “%s”: ", path);
          return NULL;
        }
      weir_value_unref (record);
      record = changed;
    }

  if (!rename_fields (self, &record, error))
    return NULL;
  for (gsize i = 0; self->remove != NULL && i < weir_value_get_length (self->remove); i++)
    {
      const char *path = weir_value_get_text (weir_value_get_item (self->remove, i), NULL);
      WeirValue *shorter = weir_blocks_without_path (record, path);

      weir_value_unref (record);
      record = shorter;
    }
  return g_steal_pointer (&record);
}

/* Each item costs an expression or two, so that a long list gives way to the main loop in between. */
static gboolean
edit_list_fiber (gpointer settings, WeirStep *step, GError **error)
{
  EditFields *self = settings;
  g_autoptr(WeirValue) list = weir_value_ref (weir_step_get_input (step, "value"));
  g_autoptr(WeirBuilder) edited = weir_list_builder_new (weir_value_get_length (list));
  gint64 since = g_get_monotonic_time ();

  for (gsize i = 0; i < weir_value_get_length (list); i++)
    {
      WeirValue *record = edit_record (self, step, weir_value_get_item (list, i), i, error);

      if (record == NULL)
        return FALSE;
      weir_builder_take (edited, record);
      if (!weir_blocks_yield_after (&since, error)
          || g_cancellable_set_error_if_cancelled (weir_step_get_cancellable (step), error))
        return FALSE;
    }
  weir_step_emit_take (step, "value", weir_builder_end (g_steal_pointer (&edited)));
  return TRUE;
}

static DexFuture *
edit_fields_run (gpointer settings, WeirStep *step)
{
  WeirValue *input = weir_step_get_input (step, "value");
  g_autoptr(WeirValue) value = input != NULL ? weir_value_ref (input) : weir_builder_end (weir_record_builder_new (0));
  WeirValueKind kind = weir_value_get_kind (value);
  GError *error = NULL;
  WeirValue *record;

  if (kind == WEIR_VALUE_LIST || kind == WEIR_VALUE_TABLE)
    return weir_step_spawn (step, settings, edit_list_fiber);

  record = edit_record (settings, step, value, 0, &error);
  if (record == NULL)
    return dex_future_new_for_error (error);
  weir_step_emit_take (step, "value", record);
  return dex_future_new_for_boolean (TRUE);
}

static char *
edit_fields_summarize (WeirValue *config)
{
  WeirValue *rows = weir_value_find_member (config, "rows");
  g_autoptr(GString) names = g_string_new (NULL);

  for (gsize i = 0; rows != NULL && i < weir_value_get_length (rows); i++)
    g_string_append_printf (names, "%s%s", i > 0 ? ", " : "",
                            weir_value_get_member_text (weir_value_get_item (rows, i), "path", ""));
  return names->len > 0 ? g_strdup (names->str) : NULL;
}

WEIR_DEFINE_BLOCK_KIND (data_edit_fields, .id = "data.edit_fields", .version = 1, .title = N_("Edit Fields"),
                        .summary = N_("Adds, changes, renames and removes members of records"),
                        .keywords = "set fields rename remove add change record map members keys",
                        .category = N_("Data"), .icon = "document-edit-symbolic",
                        .effect = WEIR_EFFECT_PURE, .undo = WEIR_UNDO_NONE, .inputs = edit_fields_inputs,
                        .outputs = edit_fields_outputs, .fields = edit_fields_fields,
                        .settings_size = sizeof (EditFields),
                        .errors = edit_fields_errors, .examples = edit_fields_examples,
                        .summarize = edit_fields_summarize, .run = edit_fields_run)
