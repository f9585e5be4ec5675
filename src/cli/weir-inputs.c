/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weir-inputs.h"

#include <string.h>

/* What inputs may have is kept in the journal. */
#define MAX_FILE_BYTES (256 * 1024 * 1024)

static const WeirInput *
find_input (WeirWorkflow *workflow, const char *name)
{
  for (guint i = 0; i < weir_workflow_get_n_inputs (workflow); i++)
    if (g_str_equal (weir_workflow_get_input (workflow, i)->name, name))
      return weir_workflow_get_input (workflow, i);
  return NULL;
}

static char *
list_inputs (WeirWorkflow *workflow)
{
  g_autoptr(GString) text = g_string_new (NULL);

  for (guint i = 0; i < weir_workflow_get_n_inputs (workflow); i++)
    {
      const WeirInput *input = weir_workflow_get_input (workflow, i);

      g_string_append_printf (text, "%s%s (%s)", i > 0 ? ", " : "", input->name, input->type);
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static WeirValue *
read_json_file (const char *path, GError **error)
{
  g_autofree char *contents = NULL;
  gsize length;

  contents = weir_load_text (path, MAX_FILE_BYTES, &length, error);
  if (contents == NULL)
    return NULL;
  return weir_json_parse (contents, (gssize) length, error);
}

/* A path is meant as the shell means it: below the present folder. */
static WeirValue *
parse_path (const char *text)
{
  g_autofree char *expanded = NULL;
  g_autofree char *path = NULL;

  if (g_str_equal (text, "~") || g_str_has_prefix (text, "~/"))
    expanded = g_build_filename (g_get_home_dir (), text + 1, NULL);
  path = g_canonicalize_filename (expanded != NULL ? expanded : text, NULL);
  return weir_value_new_text (path);
}

static WeirValue *
parse_text (WeirType *type, const char *text, GError **error)
{
  static const char *const written_as_text[] = { "text", "uri", "time", "duration", "bytes", "secret", NULL };
  const char *family = weir_type_get_family (type);
  WeirValue *value;

  if (!g_utf8_validate (text, -1, NULL))
    {
      g_set_error (error, WEIR_ERROR, WEIR_ERROR_INVALID, _("Expected UTF-8 text"));
      return NULL;
    }
  if (g_str_equal (family, "file") || g_str_equal (family, "dir"))
    return parse_path (text);
  if (g_strv_contains (written_as_text, family))
    return weir_value_new_text (text);
  value = weir_yaml_parse_value (text, -1, error);
  /* What takes anything also takes text that happens not to be YAML. */
  if (value == NULL && (g_str_equal (family, "any") || g_str_equal (family, "json")))
    {
      g_clear_error (error);
      value = weir_value_new_text (text);
    }
  return value;
}

static WeirValue *
parse_input (const WeirInput *input, const char *text, GError **error)
{
  g_autoptr(WeirType) type = weir_type_parse (input->type != NULL ? input->type : "any", error);
  g_autoptr(WeirValue) value = NULL;
  g_autoptr(GError) local_error = NULL;
  WeirValue *converted = NULL;

  if (type == NULL)
    return NULL;
  value = text[0] == '@' ? read_json_file (text + 1, &local_error) : parse_text (type, text, &local_error);
  if (value != NULL)
    converted = weir_type_convert (type, value, &local_error);
  if (converted == NULL)
    g_set_error (error, WEIR_ERROR, WEIR_ERROR_INVALID, _("Input \"%s\" (%s): %s"), input->name, input->type,
                 local_error->message);
  return converted;
}

static gboolean
check_complete (WeirWorkflow *workflow, WeirValue *inputs, GError **error)
{
  for (guint i = 0; i < weir_workflow_get_n_inputs (workflow); i++)
    {
      const WeirInput *input = weir_workflow_get_input (workflow, i);

      if (input->initial != NULL || weir_value_find_member (inputs, input->name) != NULL)
        continue;
      g_set_error (error, WEIR_ERROR, WEIR_ERROR_INVALID,
                   _("Input \"%s\" (%s) is missing: give it with --input %s=VALUE"), input->name, input->type,
                   input->name);
      return FALSE;
    }
  return TRUE;
}

WeirValue *
weir_inputs_parse (WeirWorkflow *workflow, const char *const *pairs, WeirValue *given, GError **error)
{
  g_autoptr(WeirValue) inputs = given != NULL ? weir_value_ref (given) : weir_value_new_record (NULL, NULL, 0);

  for (guint i = 0; pairs != NULL && pairs[i] != NULL; i++)
    {
      const char *equals = strchr (pairs[i], '=');
      g_autofree char *name = equals != NULL ? g_strndup (pairs[i], equals - pairs[i]) : NULL;
      g_autoptr(WeirValue) value = NULL;
      WeirValue *more;
      const WeirInput *input;

      if (name == NULL)
        {
          g_set_error (error, WEIR_ERROR, WEIR_ERROR_INVALID, _("Expected --input name=value, not \"%s\""), pairs[i]);
          return NULL;
        }
      input = find_input (workflow, name);
      if (input == NULL)
        {
          g_autofree char *known = list_inputs (workflow);

          g_set_error (error, WEIR_ERROR, WEIR_ERROR_INVALID, _("The workflow has no input \"%s\"; it has %s"), name,
                       *known != '\0' ? known : _("none"));
          return NULL;
        }
      value = parse_input (input, equals + 1, error);
      if (value == NULL)
        return NULL;
      more = weir_value_with_member (inputs, name, value);
      weir_value_unref (inputs);
      inputs = more;
    }
  return check_complete (workflow, inputs, error) ? g_steal_pointer (&inputs) : NULL;
}
