/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The shape of what other programs ask for. What a member means is for whoever uses it. */

#include "weir-engine-private.h"

static gboolean
fail (const char *path, const char *expected, WeirValue *value, GError **error)
{
  g_set_error (error, WEIR_ERROR, WEIR_ERROR_INVALID, "%s: Expected %s, got %s", path, expected,
               weir_value_get_kind_name (value));
  return FALSE;
}

gboolean
weir_options_check_record (WeirValue *value, const char *path, GError **error)
{
  return value == NULL || weir_value_get_kind (value) == WEIR_VALUE_RECORD || fail (path, "a record", value, error);
}

/* @list: a list of text, else a record of text */
static gboolean
check_texts (WeirValue *value, const char *path, gboolean list, GError **error)
{
  if (value == NULL)
    return TRUE;
  if (weir_value_get_kind (value) != (list ? WEIR_VALUE_LIST : WEIR_VALUE_RECORD))
    return fail (path, list ? "a list of text" : "a record of text", value, error);
  for (gsize i = 0; i < weir_value_get_length (value); i++)
    if (weir_value_get_kind (weir_value_get_item (value, i)) != WEIR_VALUE_TEXT)
      return fail (path, list ? "a list of text" : "a record of text", weir_value_get_item (value, i), error);
  return TRUE;
}

/* block → {inputs: record, outputs: record} */
static gboolean
check_set (WeirValue *set, GError **error)
{
  if (!weir_options_check_record (set, "set", error))
    return FALSE;
  for (gsize i = 0; set != NULL && i < weir_value_get_length (set); i++)
    {
      WeirValue *one = weir_value_get_item (set, i);

      if (!weir_options_check_record (one, "set", error)
          || !weir_options_check_record (weir_value_find_member (one, "inputs"), "set.inputs", error)
          || !weir_options_check_record (weir_value_find_member (one, "outputs"), "set.outputs", error))
        return FALSE;
    }
  return TRUE;
}

/* How a run is played, or played again. @options may be NULL. */
gboolean
weir_options_check_play (WeirValue *options, GError **error)
{
  if (options == NULL)
    return TRUE;
  return weir_options_check_record (options, "options", error)
         && weir_options_check_record (weir_value_find_member (options, "inputs"), "inputs", error)
         && check_set (weir_value_find_member (options, "set"), error)
         && check_texts (weir_value_find_member (options, "breakpoints"), "breakpoints", FALSE, error)
         && check_texts (weir_value_find_member (options, "blocks"), "blocks", TRUE, error);
}
