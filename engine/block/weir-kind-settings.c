/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "weir-registry.h"
#include "weir-json.h"

#include <math.h>
#include <string.h>

#define FIELD_AT(settings, field, Type) (*(Type *) ((char *) (settings) + (field)->offset))

static const char *
field_get_title (const WeirField *field)
{
  return field->title != NULL ? field->title : field->name;
}

/* A name in a descriptor that does not parse is a programmer's mistake; the field then takes anything. */
static WeirType *
parse_type_or_any (const char *text)
{
  g_autoptr(GError) error = NULL;
  WeirType *type = text != NULL ? weir_type_parse (text, &error) : NULL;

  if (error != NULL)
    g_critical ("type \"%s\" of a field: %s", text, error->message);
  return type != NULL ? type : weir_type_parse ("any", NULL);
}

/**
 * weir_field_get_type_of:
 * @field: a setting of a block kind
 *
 * Returns: (transfer full): the type of its evaluated value
 */
WeirType *
weir_field_get_type_of (const WeirField *field)
{
  switch (field->kind)
    {
    case WEIR_FIELD_KIND_BOOL:
      return weir_type_parse ("bool", NULL);
    case WEIR_FIELD_KIND_INT:
    case WEIR_FIELD_KIND_SIZE:
      return weir_type_parse ("int", NULL);
    case WEIR_FIELD_KIND_NUMBER:
      return weir_type_parse ("number", NULL);
    case WEIR_FIELD_KIND_DURATION:
      return weir_type_parse ("duration", NULL);
    case WEIR_FIELD_KIND_PATH:
      return weir_type_parse (field->folder ? "dir" : "file", NULL);
    case WEIR_FIELD_KIND_VALUE:
      return parse_type_or_any (field->type);
    case WEIR_FIELD_KIND_TEXT:
    case WEIR_FIELD_KIND_CHOICE:
    case WEIR_FIELD_KIND_EXPRESSION:
    default:
      return weir_type_parse ("text", NULL);
    }
}

/**
 * weir_field_get_initial:
 * @field: a setting of a block kind
 *
 * Returns: (transfer full): what it is when the configuration leaves it out; null where that is nothing
 */
WeirValue *
weir_field_get_initial (const WeirField *field)
{
  switch (field->kind)
    {
    case WEIR_FIELD_KIND_BOOL:
      return weir_value_new_bool (field->initial != 0);
    case WEIR_FIELD_KIND_INT:
    case WEIR_FIELD_KIND_SIZE:
      return weir_value_new_int ((gint64) field->initial);
    case WEIR_FIELD_KIND_NUMBER:
      return weir_value_new_number (field->initial);
    case WEIR_FIELD_KIND_DURATION:
      return weir_value_new_duration ((gint64) field->initial);
    case WEIR_FIELD_KIND_VALUE:
      if (field->initial_text != NULL)
        {
          g_autoptr(GError) error = NULL;
          WeirValue *value = weir_json_parse (field->initial_text, -1, &error);

          if (value != NULL)
            return value;
          g_critical ("initial value of the field %s: %s", field->name, error->message);
        }
      return weir_value_new_null ();
    case WEIR_FIELD_KIND_TEXT:
    case WEIR_FIELD_KIND_CHOICE:
    case WEIR_FIELD_KIND_PATH:
    case WEIR_FIELD_KIND_EXPRESSION:
    default:
      return field->initial_text != NULL ? weir_value_new_text (field->initial_text) : weir_value_new_null ();
    }
}

/* Scalars are welcome in a text: `message: 5`, or an expression that gives a number. */
static gboolean
is_scalar (WeirValue *value)
{
  switch (weir_value_get_kind (value))
    {
    case WEIR_VALUE_BOOL:
    case WEIR_VALUE_INT:
    case WEIR_VALUE_NUMBER:
    case WEIR_VALUE_TIME:
    case WEIR_VALUE_DURATION:
    case WEIR_VALUE_FILE:
      return TRUE;
    default:
      return FALSE;
    }
}

static char *
dup_text (const WeirField *field, WeirValue *value, GError **error)
{
  g_autoptr(WeirType) type = NULL;
  g_autoptr(WeirValue) converted = NULL;
  const char *text;
  gsize length;

  if (is_scalar (value))
    return weir_value_to_display (value, 0);

  type = weir_type_parse ("text", NULL);
  converted = weir_type_convert (type, value, error);
  if (converted == NULL)
    return NULL;
  text = weir_value_get_text (converted, &length);
  if (strlen (text) != length)
    {
      weir_set_failure (error, "config.invalid", "Expected text without NUL characters");
      return NULL;
    }
  return g_strndup (text, length);
}

static gboolean
check_limits (const WeirField *field, double number, GError **error)
{
  if (field->minimum == 0 && field->maximum == 0)
    return TRUE;
  if (number >= field->minimum && number <= field->maximum)
    return TRUE;

  weir_set_failure (error, "config.invalid", "Expected %.10g to %.10g%s%s, but got %.10g", field->minimum,
                    field->maximum, field->unit != NULL ? " " : "", field->unit != NULL ? field->unit : "", number);
  return FALSE;
}

static gboolean
get_int (const WeirField *field, WeirValue *value, gint64 *number, GError **error)
{
  g_autoptr(WeirType) type = NULL;
  g_autoptr(WeirValue) converted = NULL;
  guint64 bytes;

  if (weir_value_get_kind (value) == WEIR_VALUE_TEXT && field->kind == WEIR_FIELD_KIND_DURATION)
    return weir_parse_duration (weir_value_get_text (value, NULL), number, error);
  if (weir_value_get_kind (value) == WEIR_VALUE_TEXT && field->kind == WEIR_FIELD_KIND_SIZE)
    {
      if (!weir_parse_size (weir_value_get_text (value, NULL), &bytes, error))
        return FALSE;
      *number = (gint64) MIN (bytes, (guint64) G_MAXINT64);
      return TRUE;
    }
  if (weir_value_get_kind (value) == WEIR_VALUE_DURATION && field->kind == WEIR_FIELD_KIND_DURATION)
    {
      *number = weir_value_get_duration_ms (value);
      return TRUE;
    }

  type = weir_type_parse ("int", NULL);
  converted = weir_type_convert (type, value, error);
  if (converted == NULL)
    return FALSE;
  *number = weir_value_get_int (converted);
  return TRUE;
}

static gboolean
set_choice (const WeirField *field, gpointer settings, WeirValue *value, GError **error)
{
  g_autofree char *text = dup_text (field, value, error);
  g_autofree char *choices = NULL;

  if (text == NULL)
    return FALSE;
  if (field->choices == NULL || g_strv_contains (field->choices, text))
    {
      FIELD_AT (settings, field, char *) = g_steal_pointer (&text);
      return TRUE;
    }
  choices = g_strjoinv (", ", (char **) field->choices);
  weir_set_failure (error, "config.invalid", "Expected one of %s, but got \"%s\"", choices, text);
  return FALSE;
}

static gboolean
set_value (const WeirField *field, gpointer settings, WeirValue *value, GError **error)
{
  g_autoptr(WeirType) type = weir_field_get_type_of (field);

  FIELD_AT (settings, field, WeirValue *) = weir_type_convert (type, value, error);
  return FIELD_AT (settings, field, WeirValue *) != NULL;
}

static gboolean
set_text (const WeirField *field, gpointer settings, WeirValue *value, GError **error)
{
  char *text = dup_text (field, value, error);

  if (text == NULL)
    return FALSE;
  /* "=value > 3" where the field is an expression anyway: the sign is only habit */
  if (field->kind == WEIR_FIELD_KIND_EXPRESSION && text[0] == '=')
    memmove (text, text + 1, strlen (text));
  FIELD_AT (settings, field, char *) = text;
  return TRUE;
}

static gboolean
set_number (const WeirField *field, gpointer settings, WeirValue *value, GError **error)
{
  g_autoptr(WeirType) type = weir_type_parse ("number", NULL);
  g_autoptr(WeirValue) converted = weir_type_convert (type, value, error);

  if (converted == NULL)
    return FALSE;
  FIELD_AT (settings, field, double) = weir_value_get_number (converted);
  return check_limits (field, weir_value_get_number (converted), error);
}

static gboolean
set_bool (const WeirField *field, gpointer settings, WeirValue *value, GError **error)
{
  g_autoptr(WeirType) type = weir_type_parse ("bool", NULL);
  g_autoptr(WeirValue) converted = weir_type_convert (type, value, error);

  if (converted == NULL)
    return FALSE;
  FIELD_AT (settings, field, gboolean) = weir_value_get_bool (converted);
  return TRUE;
}

static gboolean
set_int (const WeirField *field, gpointer settings, WeirValue *value, GError **error)
{
  gint64 number;

  if (!get_int (field, value, &number, error))
    return FALSE;
  FIELD_AT (settings, field, gint64) = number;
  return check_limits (field, (double) number, error);
}

static gboolean
set_field (const WeirField *field, gpointer settings, WeirValue *value, GError **error)
{
  switch (field->kind)
    {
    case WEIR_FIELD_KIND_BOOL:
      return set_bool (field, settings, value, error);
    case WEIR_FIELD_KIND_INT:
    case WEIR_FIELD_KIND_DURATION:
    case WEIR_FIELD_KIND_SIZE:
      return set_int (field, settings, value, error);
    case WEIR_FIELD_KIND_NUMBER:
      return set_number (field, settings, value, error);
    case WEIR_FIELD_KIND_CHOICE:
      return set_choice (field, settings, value, error);
    case WEIR_FIELD_KIND_VALUE:
      return set_value (field, settings, value, error);
    case WEIR_FIELD_KIND_TEXT:
    case WEIR_FIELD_KIND_PATH:
    case WEIR_FIELD_KIND_EXPRESSION:
    default:
      return set_text (field, settings, value, error);
    }
}

static gboolean
value_is_missing (WeirValue *value)
{
  return weir_value_is_null (value)
         || (weir_value_get_kind (value) == WEIR_VALUE_TEXT && weir_value_get_text (value, NULL)[0] == '\0');
}

/* The same failure with the field's name in front. */
static void
take_field_failure (GError **error, const WeirField *field, GError *failure)
{
  weir_set_failure (error, weir_error_get_class (failure), "%s (%s): %s", field_get_title (field), field->name,
                    failure->message);
  g_error_free (failure);
}

static gboolean
make_field (const WeirField *field, gpointer settings, WeirValue *given, GError **error)
{
  g_autoptr(WeirValue) value = NULL;
  GError *failure = NULL;

  if (given == NULL || weir_value_is_null (given))
    value = weir_field_get_initial (field);
  else
    value = weir_value_ref (given);

  if (field->required && value_is_missing (value))
    {
      weir_set_failure (error, "config.invalid", "%s (%s) is required, but it is empty", field_get_title (field),
                        field->name);
      return FALSE;
    }
  /* nothing given and nothing to begin with: the pointer stays NULL */
  if (weir_value_is_null (value) && field->kind != WEIR_FIELD_KIND_VALUE)
    return TRUE;
  if (weir_value_is_null (value))
    {
      FIELD_AT (settings, field, WeirValue *) = g_steal_pointer (&value);
      return TRUE;
    }

  if (set_field (field, settings, value, &failure))
    return TRUE;
  /* what came from outside is at fault for its type, the configuration for everything else */
  if (failure->domain == WEIR_ERROR)
    {
      GError *named = NULL;

      weir_set_failure (&named, "config.invalid", "%s", failure->message);
      g_error_free (failure);
      failure = named;
    }
  take_field_failure (error, field, failure);
  return FALSE;
}

static gboolean
check_names (const WeirBlockKind *kind, WeirValue *config, GError **error)
{
  for (gsize i = 0; i < weir_value_get_length (config); i++)
    {
      const char *key = weir_value_get_key (config, i);

      if (weir_kind_find_field (kind, key) == NULL)
        {
          weir_set_failure (error, "config.invalid", "%s has no setting \"%s\"", kind->id, key);
          return FALSE;
        }
    }
  return TRUE;
}

/**
 * weir_kind_make_settings:
 * @kind: a block kind
 * @config: (nullable): an evaluated configuration, a record
 * @error: set with the failure class config.invalid or input.type, naming the field
 *
 * Makes the struct that `eval` and `run` take: every value converted and checked against limits and choices, what
 * is left out as the field begins. Main thread.
 *
 * Returns: (transfer full) (nullable): free with weir_kind_free_settings()
 */
gpointer
weir_kind_make_settings (const WeirBlockKind *kind, WeirValue *config, GError **error)
{
  gpointer settings;

  g_return_val_if_fail (kind != NULL, NULL);

  if (config != NULL && weir_value_get_kind (config) != WEIR_VALUE_RECORD && !weir_value_is_null (config))
    {
      weir_set_failure (error, "config.invalid", "Expected a record of settings, but got %s",
                        weir_value_get_kind_name (config));
      return NULL;
    }
  if (config != NULL && !weir_value_is_null (config) && !check_names (kind, config, error))
    return NULL;

  settings = g_malloc0 (MAX (kind->settings_size, 1));
  for (const WeirField *field = kind->fields; field != NULL && field->name != NULL; field++)
    {
      WeirValue *given = config != NULL ? weir_value_find_member (config, field->name) : NULL;

      if (!make_field (field, settings, given, error))
        {
          weir_kind_free_settings (kind, settings);
          return NULL;
        }
    }
  return settings;
}

/**
 * weir_kind_free_settings:
 * @kind: the kind that @settings were made for
 * @settings: (transfer full) (nullable): settings
 */
void
weir_kind_free_settings (const WeirBlockKind *kind, gpointer settings)
{
  if (settings == NULL)
    return;

  for (const WeirField *field = kind->fields; field != NULL && field->name != NULL; field++)
    switch (field->kind)
      {
      case WEIR_FIELD_KIND_TEXT:
      case WEIR_FIELD_KIND_CHOICE:
      case WEIR_FIELD_KIND_PATH:
      case WEIR_FIELD_KIND_EXPRESSION:
        g_free (FIELD_AT (settings, field, char *));
        break;
      case WEIR_FIELD_KIND_VALUE:
        g_clear_pointer (&FIELD_AT (settings, field, WeirValue *), weir_value_unref);
        break;
      case WEIR_FIELD_KIND_BOOL:
      case WEIR_FIELD_KIND_INT:
      case WEIR_FIELD_KIND_NUMBER:
      case WEIR_FIELD_KIND_DURATION:
      case WEIR_FIELD_KIND_SIZE:
      default:
        break;
      }
  g_free (settings);
}

/**
 * weir_field_check_value:
 * @kind: a block kind
 * @field: one of its settings
 * @value: a value without expressions
 * @error: why it does not do; without the name of the field
 *
 * Returns: whether the setting may have the value: type, limits, choices
 */
gboolean
weir_field_check_value (const WeirBlockKind *kind, const WeirField *field, WeirValue *value, GError **error)
{
  gpointer settings = g_malloc0 (MAX (kind->settings_size, 1));
  gboolean valid = set_field (field, settings, value, error);

  weir_kind_free_settings (kind, settings);
  return valid;
}
