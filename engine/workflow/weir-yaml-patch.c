/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "weir-yaml-private.h"

#include <math.h>
#include <string.h>

static gboolean
same_records (WeirValue *a, WeirValue *b, gboolean ordered)
{
  gsize n = weir_value_get_length (a);

  if (weir_value_get_length (b) != n)
    return FALSE;
  for (gsize i = 0; i < n; i++)
    {
      const char *key = weir_value_get_key (a, i);
      WeirValue *item = weir_value_get_item (a, i);
      WeirValue *other = g_str_equal (weir_value_get_key (b, i), key) ? weir_value_get_item (b, i)
                         : ordered ? NULL : weir_value_find_member (b, key);

      if (other == NULL || !weir_yaml_same (item, other, ordered))
        return FALSE;
    }
  return TRUE;
}

/* Whether two values say the same in a file: 1 and 1.0 do not. What is shared is not looked into. @ordered: the order of keys
 * counts. */
gboolean
weir_yaml_same (WeirValue *a, WeirValue *b, gboolean ordered)
{
  if (a == b)
    return TRUE;
  if (weir_value_get_kind (a) != weir_value_get_kind (b))
    return FALSE;
  if (weir_value_get_kind (a) == WEIR_VALUE_RECORD)
    return same_records (a, b, ordered);
  if (weir_value_get_kind (a) == WEIR_VALUE_LIST)
    {
      gsize n = weir_value_get_length (a);

      if (weir_value_get_length (b) != n)
        return FALSE;
      for (gsize i = 0; i < n; i++)
        if (!weir_yaml_same (weir_value_get_item (a, i), weir_value_get_item (b, i), ordered))
          return FALSE;
      return TRUE;
    }
  return weir_value_equal (a, b);
}

char *
weir_yaml_patch (WeirYamlDocument *source, WeirValue *value)
{
  if (source->root != NULL && weir_yaml_same (weir_yaml_node_get_value (source->root), value, FALSE))
    return g_strndup (source->text, source->length);
  return NULL;
}
