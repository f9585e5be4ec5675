/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "jsonpath.h"
#include "values.h"
#include "wait.h"

/* From here on a thread parses and writes, so that the main loop is not held up. */
#define IN_THREAD (256 * 1024)

typedef struct
{
  char      *op;
  char      *path;
  WeirValue *fallback;
  gint64     indent;
  WeirValue *patch;
} Json;

static const char *const op_ids[] = { "parse", "stringify", "extract", "patch", NULL };
static const char *const op_titles[] = { N_("Read text"), N_("Write text"), N_("Take a part"), N_("Patch"), NULL };

static const WeirField json_fields[] = {
  WEIR_FIELD_CHOICE (Json, op, .title = N_("What"), .choices = op_ids, .choice_titles = op_titles,
                     .initial_text = "parse"),
  WEIR_FIELD_TEXT (Json, path, .title = N_("Path"),
                   .summary = N_("A JSON Pointer (/items/0/name) or JSONPath ($.items[*].name)"),
                   .raw = TRUE, .placeholder = "$.items[*].name", .shown_when = "op=extract|parse"),
  { .name = "default", .kind = WEIR_FIELD_KIND_VALUE, .offset = G_STRUCT_OFFSET (Json, fallback),
    .title = N_("Default"),
    .summary = N_("Given when nothing is at the path"), .type = "any", .shown_when = "op=extract|parse" },
  WEIR_FIELD_INT (Json, indent, .title = N_("Indent"), .summary = N_("0 writes one line"), .initial = 2, .maximum = 8,
                  .shown_when = "op=stringify"),
  WEIR_FIELD_VALUE (Json, patch, .title = N_("Changes"), .summary = N_("As in RFC 6902: op, path, value, from"),
                    .type = "list<record>", .initial_text = "[]", .shown_when = "op=patch"),
  { 0 }
};

static const WeirPort json_inputs[] = {
  { .name = "value", .title = N_("Value"), .summary = N_("Text to read, or a value") },
  { 0 }
};
static const WeirPort json_outputs[] = { { .name = "value", .title = N_("Value") }, { 0 } };
static const char *const json_errors[] = {
  "data.parse", "data.schema", "config.invalid", "input.type", "input.missing", NULL
};

static const WeirExample json_examples[] = {
  { .title = N_("Read text"), .config = "{}", .inputs = "{\"value\": \"{\\\"a\\\": [1, 2.0]}\"}",
    .outputs = "{\"value\": {\"a\": [1, 2.0]}}" },
  { .title = N_("Write text"), .config = "{\"op\": \"stringify\", \"indent\": 0}",
    .inputs = "{\"value\": {\"a\": [1, null]}}",
    .outputs = "{\"value\": \"{\\\"a\\\":[1,null]}\"}" },
  { .title = N_("All names"), .config = "{\"op\": \"extract\", \"path\": \"$.items[*].name\"}",
    .inputs = "{\"value\": {\"items\": [{\"name\": \"a\"}, {\"name\": \"b\"}]}}",
    .outputs = "{\"value\": [\"a\", \"b\"]}" },
  { .title = N_("By JSON Pointer, with a default"),
    .config = "{\"op\": \"extract\", \"path\": \"/a/1/b~1c\", \"default\": 0}",
    .inputs = "{\"value\": {\"a\": [{}, {\"b/c\": 5}]}}", .outputs = "{\"value\": 5}" },
  { .title = N_("Patch"),
    .config = "{\"op\": \"patch\", \"patch\": [{\"op\": \"add\", \"path\": \"/list/-\", \"value\": 3}, {\"op\": "
              "\"move\", \"from\": \"/a\", \"path\": \"/b\"},"
              "{\"op\": \"remove\", \"path\": \"/list/0\"}]}",
    .inputs = "{\"value\": {\"a\": 1, \"list\": [1, 2]}}", .outputs = "{\"value\": {\"list\": [2, 3], \"b\": 1}}" },
  { .title = N_("Not JSON"), .config = "{}", .inputs = "{\"value\": \"{\\\"a\\\": }\"}", .error = "data.parse" },
  { .title = N_("Nothing there"), .config = "{\"op\": \"extract\", \"path\": \"$.b\"}",
    .inputs = "{\"value\": {\"a\": 1}}",
    .error = "input.missing" },
  { 0 }
};

static WeirValue *
parse_text (WeirValue *value, GError **error)
{
  g_autoptr(GError) wrong = NULL;
  WeirValue *parsed;
  const char *text;
  gsize length;

  if (weir_value_get_kind (value) == WEIR_VALUE_BYTES)
    text = g_bytes_get_data (weir_value_get_bytes (value), &length);
  else
    text = weir_value_get_text (value, &length);

  parsed = weir_json_parse (text != NULL ? text : "", (gssize) length, &wrong);
  if (parsed == NULL)
    weir_set_failure (error, "data.parse", "%s", wrong->message);
  return parsed;
}

static WeirValue *
find_part (Json *self, WeirValue *value, GError **error)
{
  WeirValue *found;

  if (!weir_jsonpath_find (value, self->path != NULL ? self->path : "", &found, error))
    return NULL;
  if (found == NULL && !weir_blocks_is_nothing (self->fallback))
    found = weir_value_ref (self->fallback);
  if (found == NULL)
    weir_set_failure (error, "input.missing", "There is nothing at “%s” in the value", self->path);
  return found;
}

static WeirValue *
compute (Json *self, WeirValue *value, GError **error)
{
  WeirValueKind kind = weir_value_get_kind (value);

  if (g_str_equal (self->op, "stringify"))
    {
      gsize length;
      g_autofree char *text = weir_json_write (value, (guint) self->indent, &length);

      return weir_value_new_text_len (text, length);
    }
  if (g_str_equal (self->op, "patch"))
    return self->patch != NULL ? weir_json_patch_apply (value, self->patch, error) : weir_value_ref (value);
  if (g_str_equal (self->op, "extract"))
    return find_part (self, value, error);

  if (kind != WEIR_VALUE_TEXT && kind != WEIR_VALUE_BYTES)
    {
      weir_set_failure (error, "input.type", "Expected text to read JSON from, but there is %s",
                        weir_value_get_kind_name (value));
      return NULL;
    }
  {
    g_autoptr(WeirValue) parsed = parse_text (value, error);

    if (parsed == NULL || weir_blocks_is_blank (self->path))
      return g_steal_pointer (&parsed);
    return find_part (self, parsed, error);
  }
}

typedef struct
{
  Json      *self;
  WeirValue *value;
} Call;

static gpointer
compute_in_thread (gpointer data, GCancellable *cancellable, GError **error)
{
  Call *call = data;

  return compute (call->self, call->value, error);
}

static gboolean
json_fiber (gpointer settings, WeirStep *step, GError **error)
{
  g_autoptr(WeirValue) value = weir_value_ref (weir_step_get_input (step, "value"));
  Call call = { settings, value };
  WeirValue *result = weir_blocks_await_thread (compute_in_thread, &call, weir_step_get_cancellable (step), error);

  if (result == NULL)
    return FALSE;
  weir_step_emit_take (step, "value", result);
  return TRUE;
}

static DexFuture *
json_run (gpointer settings, WeirStep *step)
{
  WeirValue *input = weir_step_get_input (step, "value");
  g_autoptr(WeirValue) value = input != NULL ? weir_value_ref (input) : weir_value_new_null ();
  GError *error = NULL;
  WeirValue *result;

  if (weir_value_estimate_size (value, IN_THREAD) >= IN_THREAD)
    return weir_step_spawn (step, settings, json_fiber);

  result = compute (settings, value, &error);
  if (result == NULL)
    return dex_future_new_for_error (error);
  weir_step_emit_take (step, "value", result);
  return dex_future_new_for_boolean (TRUE);
}

static char *
json_summarize (WeirValue *config)
{
  const char *op = weir_value_get_member_text (config, "op", "parse");
  const char *path = weir_value_get_member_text (config, "path", "");

  for (gsize i = 0; op_ids[i] != NULL; i++)
    if (g_str_equal (op, op_ids[i]))
      return g_strdup_printf ("%s%s%s", op_titles[i], *path != '\0' ? " " : "", path);
  return NULL;
}

WEIR_DEFINE_BLOCK_KIND (data_json, .id = "data.json", .version = 1, .title = N_("JSON"),
                        .summary = N_("Reads, writes, searches and patches JSON"),
                        .keywords = "json parse stringify extract path pointer jsonpath patch convert",
                        .category = N_("Data"), .icon = "text-x-generic-symbolic",
                        .effect = WEIR_EFFECT_PURE, .undo = WEIR_UNDO_NONE, .inputs = json_inputs,
                        .outputs = json_outputs, .fields = json_fields, .settings_size = sizeof (Json),
                        .errors = json_errors, .examples = json_examples, .summarize = json_summarize, .run = json_run)
