/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A JSON Schema of the workflow file, for editors: from the table of shapes and from the descriptors. */
#include "weir-file-shape.h"
#include "weir-json.h"
#include "weir-workflow-file.h"
#include "weir-workflow-private.h"

#include <string.h>

static void
set_text (WeirBuilder *builder, const char *key, const char *text)
{
  if (text != NULL)
    weir_builder_set_take (builder, key, weir_value_new_text (text));
}

static WeirValue *
make_text_list (const char *const *words)
{
  WeirBuilder *builder = weir_list_builder_new (0);

  for (guint i = 0; words[i] != NULL; i++)
    weir_builder_take (builder, weir_value_new_text (words[i]));
  return weir_builder_end (builder);
}

static void
set_types (WeirBuilder *schema, const char *first, const char *second)
{
  const char *const both[] = { first, second, NULL };

  if (second == NULL)
    set_text (schema, "type", first);
  else
    weir_builder_set_take (schema, "type", make_text_list (both));
}

static WeirValue *
make_reference (const char *name)
{
  WeirBuilder *builder = weir_record_builder_new (1);
  g_autofree char *path = g_strconcat ("#/$defs/", name, NULL);

  set_text (builder, "$ref", path);
  return weir_builder_end (builder);
}

static WeirValue *make_members (const WeirFileShape *shapes);

/* A record whose every member is like @item (transfer full). */
static void
set_members_like (WeirBuilder *schema, WeirValue *item)
{
  set_types (schema, "object", "null");
  weir_builder_set_take (schema, "additionalProperties", item);
}

static WeirValue *
make_type (const char *type)
{
  WeirBuilder *builder = weir_record_builder_new (1);

  set_text (builder, "type", type);
  return weir_builder_end (builder);
}

static void
set_list_of (WeirBuilder *schema, const WeirFileShape *shape, const char *type)
{
  set_text (schema, "type", "array");
  weir_builder_set_take (schema, "items", make_type (type));
  if (shape->maximum > 0)
    {
      weir_builder_set_take (schema, "minItems", weir_value_new_int ((gint64) shape->minimum));
      weir_builder_set_take (schema, "maxItems", weir_value_new_int ((gint64) shape->maximum));
    }
}

/* [80, 120], [80, 120, pinned] */
static WeirValue *
make_place (void)
{
  WeirBuilder *place = weir_record_builder_new (4), *item = weir_record_builder_new (1);
  WeirBuilder *choices = weir_list_builder_new (2), *pinned = weir_record_builder_new (1);

  set_text (pinned, "const", "pinned");
  weir_builder_take (choices, make_type ("number"));
  weir_builder_take (choices, weir_builder_end (pinned));
  weir_builder_set_take (item, "anyOf", weir_builder_end (choices));
  set_text (place, "type", "array");
  weir_builder_set_take (place, "items", weir_builder_end (item));
  weir_builder_set_take (place, "minItems", weir_value_new_int (2));
  weir_builder_set_take (place, "maxItems", weir_value_new_int (4));
  return weir_builder_end (place);
}

static WeirValue *
make_shape (const WeirFileShape *shape)
{
  WeirBuilder *schema = weir_record_builder_new (4);

  set_text (schema, "description", shape->summary);
  switch (shape->kind)
    {
    case WEIR_SHAPE_TEXT:
    case WEIR_SHAPE_OUTPUT:
    case WEIR_SHAPE_TYPE:
      set_types (schema, "string", "null");
      break;
    case WEIR_SHAPE_BOOL:
      set_text (schema, "type", "boolean");
      break;
    case WEIR_SHAPE_INT:
    case WEIR_SHAPE_NUMBER:
      set_text (schema, "type", shape->kind == WEIR_SHAPE_INT ? "integer" : "number");
      weir_builder_set_take (schema, "minimum", weir_value_new_int ((gint64) shape->minimum));
      weir_builder_set_take (schema, "maximum", weir_value_new_int ((gint64) shape->maximum));
      break;
    case WEIR_SHAPE_DURATION:
    case WEIR_SHAPE_PRIORITY:
      set_types (schema, "string", "number");
      break;
    case WEIR_SHAPE_CHOICE:
      weir_builder_set_take (schema, "enum", make_text_list (shape->choices));
      break;
    case WEIR_SHAPE_WORDS:
      set_types (schema, "string", "array");
      break;
    case WEIR_SHAPE_NUMBERS:
      set_list_of (schema, shape, "number");
      break;
    case WEIR_SHAPE_RECORD:
    case WEIR_SHAPE_JOINS:
      set_types (schema, "object", "null");
      break;
    case WEIR_SHAPE_MEMBERS:
      set_types (schema, "object", "null");
      weir_builder_set_take (schema, "properties", make_members (shape->members));
      break;
    case WEIR_SHAPE_RECORDS:
    case WEIR_SHAPE_INPUTS:
      {
        WeirBuilder *item = weir_record_builder_new (2);

        set_types (item, "object", shape->kind == WEIR_SHAPE_INPUTS ? "string" : NULL);
        weir_builder_set_take (item, "properties", make_members (shape->members));
        set_members_like (schema, weir_builder_end (item));
      }
      break;
    case WEIR_SHAPE_LAYOUT:
      set_members_like (schema, make_place ());
      break;
    case WEIR_SHAPE_LINKS:
      set_text (schema, "type", "array");
      break;
    case WEIR_SHAPE_BLOCKS:
      set_members_like (schema, make_reference ("block"));
      break;
    case WEIR_SHAPE_BODY:
      weir_builder_set_take (schema, "$ref", weir_value_new_text ("#/$defs/body"));
      break;
    case WEIR_SHAPE_VERSION:
      weir_builder_set_take (schema, "const", weir_value_new_int (1));
      break;
    case WEIR_SHAPE_ANY:
    default:
      break;
    }
  return weir_builder_end (schema);
}

static WeirValue *
make_members (const WeirFileShape *shapes)
{
  WeirBuilder *builder = weir_record_builder_new (16);

  for (const WeirFileShape *shape = shapes; shape->key != NULL; shape++)
    weir_builder_set_take (builder, shape->key, make_shape (shape));
  return weir_builder_end (builder);
}

/* Settings */

/* An expression may stand for everything but text, so text is always allowed. */
static void
set_field_type (WeirBuilder *schema, const WeirField *field)
{
  switch (field->kind)
    {
    case WEIR_FIELD_KIND_BOOL:
      set_types (schema, "boolean", "string");
      break;
    case WEIR_FIELD_KIND_INT:
      set_types (schema, "integer", "string");
      break;
    case WEIR_FIELD_KIND_NUMBER:
    case WEIR_FIELD_KIND_DURATION:
    case WEIR_FIELD_KIND_SIZE:
      set_types (schema, "number", "string");
      break;
    case WEIR_FIELD_KIND_CHOICE:
      if (field->choices != NULL)
        {
          g_autoptr(GString) whole = g_string_new ("^(=.*|.*\\{\\{.*");

          for (guint i = 0; field->choices[i] != NULL; i++)
            {
              g_autofree char *choice = g_regex_escape_string (field->choices[i], -1);

              g_string_append_printf (whole, "|%s", choice);
            }
          g_string_append (whole, ")$");
          set_text (schema, "type", "string");
          set_text (schema, "pattern", whole->str);
          weir_builder_set_take (schema, "examples", make_text_list (field->choices));
        }
      break;
    case WEIR_FIELD_KIND_TEXT:
    case WEIR_FIELD_KIND_PATH:
    case WEIR_FIELD_KIND_EXPRESSION:
    case WEIR_FIELD_KIND_VALUE:
    default:
      break;
    }
}

static WeirValue *
make_field (const WeirField *field)
{
  WeirBuilder *schema = weir_record_builder_new (4);
  g_autoptr(WeirValue) initial = weir_field_get_initial (field);

  set_text (schema, "title", field->title);
  set_text (schema, "description", field->summary);
  set_field_type (schema, field);
  if (weir_value_get_kind (initial) == WEIR_VALUE_DURATION)
    weir_builder_set_take (schema, "default", weir_duration_to_value (weir_value_get_duration_ms (initial)));
  else if (!weir_value_is_null (initial))
    weir_builder_set (schema, "default", initial);
  return weir_builder_end (schema);
}

static WeirValue *
make_config (const WeirBlockKind *kind)
{
  WeirBuilder *schema = weir_record_builder_new (3);
  WeirBuilder *properties = weir_record_builder_new (8);

  for (const WeirField *field = kind->fields; field != NULL && field->name != NULL; field++)
    weir_builder_set_take (properties, field->name, make_field (field));
  set_types (schema, "object", "null");
  weir_builder_set_take (schema, "properties", weir_builder_end (properties));
  weir_builder_set_take (schema, "additionalProperties", weir_value_new_bool (FALSE));
  return weir_builder_end (schema);
}

static WeirValue *
make_record_1 (const char *key, WeirValue *value)
{
  WeirBuilder *builder = weir_record_builder_new (1);

  weir_builder_set_take (builder, key, value);
  return weir_builder_end (builder);
}

/* if kind is this, then config is like that */
static WeirValue *
make_rule (const WeirBlockKind *kind)
{
  WeirBuilder *rule = weir_record_builder_new (2);
  WeirValue *name = make_record_1 ("const", weir_value_new_text (kind->id));

  weir_builder_set_take (rule, "if", make_record_1 ("properties", make_record_1 ("kind", name)));
  weir_builder_set_take (rule, "then", make_record_1 ("properties", make_record_1 ("config", make_config (kind))));
  return weir_builder_end (rule);
}

static WeirValue *
make_kind_names (GPtrArray *kinds)
{
  WeirBuilder *schema = weir_record_builder_new (2);
  WeirBuilder *names = weir_list_builder_new (kinds->len);

  for (guint i = 0; i < kinds->len; i++)
    weir_builder_take (names, weir_value_new_text (((const WeirBlockKind *) kinds->pdata[i])->id));
  set_text (schema, "description", "Id of a block kind");
  set_text (schema, "type", "string");
  /* kinds of other programs are legal: examples give completion without refusing them */
  weir_builder_set_take (schema, "examples", weir_builder_end (names));
  return weir_builder_end (schema);
}

static WeirValue *
make_block_schema (void)
{
  static const char *const required[] = { "kind", NULL };
  g_autoptr(GPtrArray) kinds = weir_registry_list_kinds ();
  g_autoptr(WeirValue) members = make_members (weir_block_shape);
  g_autoptr(WeirValue) names = make_kind_names (kinds);
  WeirBuilder *schema = weir_record_builder_new (4);
  WeirBuilder *rules = weir_list_builder_new (kinds->len);

  set_text (schema, "type", "object");
  weir_builder_set_take (schema, "required", make_text_list (required));
  weir_builder_set_take (schema, "properties", weir_value_with_member (members, "kind", names));
  for (guint i = 0; i < kinds->len; i++)
    weir_builder_take (rules, make_rule (kinds->pdata[i]));
  if (kinds->len > 0)
    weir_builder_set_take (schema, "allOf", weir_builder_end (rules));
  else
    weir_builder_free (rules);
  return weir_builder_end (schema);
}

static WeirValue *
make_definitions (void)
{
  WeirBuilder *definitions = weir_record_builder_new (2);
  WeirBuilder *body = weir_record_builder_new (2);

  set_types (body, "object", "null");
  weir_builder_set_take (body, "properties", make_members (weir_body_shape));
  weir_builder_set_take (definitions, "body", weir_builder_end (body));
  weir_builder_set_take (definitions, "block", make_block_schema ());
  return weir_builder_end (definitions);
}

/**
 * weir_workflow_make_schema:
 *
 * Returns: (transfer full): a JSON Schema (draft 2020-12) of the workflow file, with the settings of every block kind that
 *   the process knows
 */
char *
weir_workflow_make_schema (void)
{
  static const char *const required[] = { "weir", NULL };
  WeirBuilder *schema = weir_record_builder_new (8);
  g_autoptr(WeirValue) value = NULL;
  g_autofree char *json = NULL;

  set_text (schema, "$schema", "https://json-schema.org/draft/2020-12/schema");
  set_text (schema, "$id", "https://weirstudio.org/schema/workflow-1.json");
  set_text (schema, "title", "Weir workflow");
  set_text (schema, "type", "object");
  weir_builder_set_take (schema, "required", make_text_list (required));
  weir_builder_set_take (schema, "properties", make_members (weir_document_shape));
  weir_builder_set_take (schema, "$defs", make_definitions ());
  value = weir_builder_end (schema);
  json = weir_json_write (value, 2, NULL);
  return g_strconcat (json, "\n", NULL);
}
