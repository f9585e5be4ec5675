/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weir-kind-query.h"

#include <string.h>

struct _WeirKindQuery
{
  char      *words;
  GPtrArray *inputs;       /* of WeirType */
  GPtrArray *outputs;
  GPtrArray *categories;   /* of text, folded */
};

/* A type that is only half typed yet filters nothing. */
static void
add_type (GPtrArray  *types,
          const char *text)
{
  WeirType *type = weir_type_parse (text, NULL);

  if (type != NULL)
    g_ptr_array_add (types, type);
}

WeirKindQuery *
weir_kind_query_new (const char *text)
{
  WeirKindQuery *self = g_new0 (WeirKindQuery, 1);
  g_auto(GStrv) words = g_strsplit_set (text, " \t", -1);
  GString *rest = g_string_new (NULL);

  self->inputs = g_ptr_array_new_with_free_func ((GDestroyNotify) weir_type_unref);
  self->outputs = g_ptr_array_new_with_free_func ((GDestroyNotify) weir_type_unref);
  self->categories = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; words[i] != NULL; i++)
    if (g_str_has_prefix (words[i], "in:"))
      add_type (self->inputs, words[i] + strlen ("in:"));
    else if (g_str_has_prefix (words[i], "out:"))
      add_type (self->outputs, words[i] + strlen ("out:"));
    else if (g_str_has_prefix (words[i], "cat:"))
      g_ptr_array_add (self->categories, g_utf8_casefold (words[i] + strlen ("cat:"), -1));
    else
      g_string_append_printf (rest, "%s%s", rest->len > 0 ? " " : "", words[i]);
  self->words = g_string_free_and_steal (rest);
  return self;
}

void
weir_kind_query_free (WeirKindQuery *self)
{
  g_ptr_array_unref (self->inputs);
  g_ptr_array_unref (self->outputs);
  g_ptr_array_unref (self->categories);
  g_free (self->words);
  g_free (self);
}

const char *
weir_kind_query_get_words (WeirKindQuery *self)
{
  return self->words;
}

/* Ports for anything would pass every filter, and are not what is looked for. */
static gboolean
any_port_is (GArray   *ports,
             WeirType *wanted,
             gboolean  inputs)
{
  for (guint i = 0; i < ports->len; i++)
    {
      const WeirPort *port = &g_array_index (ports, WeirPort, i);
      g_autoptr(WeirType) type = port->type != NULL ? weir_type_parse (port->type, NULL) : NULL;

      if (type != NULL && !g_str_equal (weir_type_get_family (type), "any")
          && (inputs ? weir_type_accepts (type, wanted, NULL) : weir_type_accepts (wanted, type, NULL)))
        return TRUE;
    }
  return FALSE;
}

gboolean
weir_kind_query_accepts (WeirKindQuery       *self,
                         const WeirBlockKind *kind,
                         const char          *category)
{
  g_autofree char *folded = g_utf8_casefold (category, -1);

  for (guint i = 0; i < self->categories->len; i++)
    {
      const char *wanted = g_ptr_array_index (self->categories, i);

      if (!g_str_has_prefix (folded, wanted) && !g_str_has_prefix (kind->id, wanted))
        return FALSE;
    }
  if (self->inputs->len + self->outputs->len > 0)
    {
      g_autoptr(WeirValue) config = weir_value_new_record (NULL, NULL, 0);
      g_autoptr(WeirPortList) ports = weir_kind_list_ports (kind, config);

      for (guint i = 0; i < self->inputs->len; i++)
        if (!any_port_is (ports->inputs, g_ptr_array_index (self->inputs, i), TRUE))
          return FALSE;
      for (guint i = 0; i < self->outputs->len; i++)
        if (!any_port_is (ports->outputs, g_ptr_array_index (self->outputs, i), FALSE))
          return FALSE;
    }
  return TRUE;
}
