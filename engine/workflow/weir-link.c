/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "weir-workflow-private.h"

#include <string.h>

G_DEFINE_FINAL_TYPE (WeirLink, weir_link, G_TYPE_OBJECT)

static void
weir_link_finalize (GObject *object)
{
  WeirLink *self = WEIR_LINK (object);

  g_clear_object (&self->source);
  g_clear_object (&self->target);
  g_free (self->when);
  g_clear_pointer (&self->written, weir_value_unref);
  G_OBJECT_CLASS (weir_link_parent_class)->finalize (object);
}

static void
weir_link_class_init (WeirLinkClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = weir_link_finalize;
}

static void
weir_link_init (WeirLink *self)
{
}

WeirLink *
weir_link_new (WeirBlock *source, const char *source_port, WeirBlock *target, const char *target_port, const char *when)
{
  WeirLink *self = g_object_new (WEIR_TYPE_LINK, NULL);

  self->source = g_object_ref (source);
  self->source_port = g_intern_string (source_port);
  self->target = g_object_ref (target);
  self->target_port = g_intern_string (target_port);
  self->when = g_strdup (when);
  self->order = -1;
  return self;
}

void
weir_link_set_when (WeirLink *self, const char *when, WeirValue *written)
{
  g_set_str (&self->when, when);
  g_clear_pointer (&self->written, weir_value_unref);
  self->written = written != NULL ? weir_value_ref (written) : NULL;
}

void
weir_link_set_ports (WeirLink *self, const char *source_port, const char *target_port, WeirValue *written)
{
  self->source_port = g_intern_string (source_port);
  self->target_port = g_intern_string (target_port);
  g_clear_pointer (&self->written, weir_value_unref);
  self->written = written != NULL ? weir_value_ref (written) : NULL;
}

/**
 * weir_link_get_source:
 * @self: a link
 *
 * Returns: (transfer none): the block that it comes from
 */
WeirBlock *
weir_link_get_source (WeirLink *self)
{
  g_return_val_if_fail (WEIR_IS_LINK (self), NULL);
  return self->source;
}

/**
 * weir_link_get_source_port:
 * @self: a link
 *
 * Returns: (transfer none): name of the output that it comes from
 */
const char *
weir_link_get_source_port (WeirLink *self)
{
  g_return_val_if_fail (WEIR_IS_LINK (self), NULL);
  return self->source_port;
}

/**
 * weir_link_get_target:
 * @self: a link
 *
 * Returns: (transfer none): the block that it leads to
 */
WeirBlock *
weir_link_get_target (WeirLink *self)
{
  g_return_val_if_fail (WEIR_IS_LINK (self), NULL);
  return self->target;
}

/**
 * weir_link_get_target_port:
 * @self: a link
 *
 * Returns: (transfer none): name of the input that it leads to
 */
const char *
weir_link_get_target_port (WeirLink *self)
{
  g_return_val_if_fail (WEIR_IS_LINK (self), NULL);
  return self->target_port;
}

/**
 * weir_link_get_when:
 * @self: a link
 *
 * Returns: (transfer none) (nullable): the condition, an expression over `value`; %NULL for none
 */
const char *
weir_link_get_when (WeirLink *self)
{
  g_return_val_if_fail (WEIR_IS_LINK (self), NULL);
  return self->when;
}

/**
 * weir_link_is_feedback:
 * @self: a link
 *
 * Returns: whether it closes a cycle: a block does not wait for it the first time
 */
gboolean
weir_link_is_feedback (WeirLink *self)
{
  g_return_val_if_fail (WEIR_IS_LINK (self), FALSE);

  if (self->graph == NULL)
    return FALSE;
  weir_graph_ensure_analysis (self->graph);
  return self->feedback;
}

/**
 * weir_link_get_index:
 * @self: a link
 *
 * Returns: its place among the links of its graph; 0 once removed
 */
guint
weir_link_get_index (WeirLink *self)
{
  g_return_val_if_fail (WEIR_IS_LINK (self), 0);
  return self->graph != NULL ? weir_graph_get_place_of_link (self->graph, self) : 0;
}

static char *
link_to_arrow (WeirLink *self)
{
  return g_strdup_printf ("%s.%s -> %s.%s", weir_block_get_id (self->source), self->source_port,
                          weir_block_get_id (self->target), self->target_port);
}

/**
 * weir_link_to_string:
 * @self: a link
 *
 * Returns: (transfer full): "list.files -> move.items when: value.length > 0"
 */
char *
weir_link_to_string (WeirLink *self)
{
  g_autofree char *arrow = NULL;

  g_return_val_if_fail (WEIR_IS_LINK (self), NULL);

  arrow = link_to_arrow (self);
  return self->when != NULL ? g_strconcat (arrow, " when: ", self->when, NULL) : g_steal_pointer (&arrow);
}

/* The file's form: text, or, since a plain scalar may not contain ": ", the record {"a.b -> c.d when": condition}, which
 * reads just like it. */
WeirValue *
weir_link_to_value (WeirLink *self)
{
  g_autofree char *arrow = NULL;
  g_autofree char *key = NULL;
  g_autoptr(WeirValue) when = NULL;
  const char *keys[1];

  if (self->written != NULL)
    return weir_value_ref (self->written);
  arrow = link_to_arrow (self);
  if (self->when == NULL)
    return weir_value_new_text (arrow);
  key = g_strconcat (arrow, " when", NULL);
  keys[0] = key;
  when = weir_value_new_text (self->when);
  return weir_value_new_record (keys, &when, 1);
}

/* Parsing */

gboolean
weir_is_id (const char *text)
{
  if (!g_ascii_islower (text[0]))
    return FALSE;
  for (const char *p = text; *p != '\0'; p++)
    if (!g_ascii_islower (*p) && !g_ascii_isdigit (*p) && *p != '_')
      return FALSE;
  return TRUE;
}

/* "block.port" */
static gboolean
split_end (const char *end, char **block, char **port)
{
  g_auto(GStrv) words = g_strsplit (end, ".", 2);

  if (g_strv_length (words) != 2)
    return FALSE;
  g_strstrip (words[0]);
  g_strstrip (words[1]);
  if (!weir_is_id (words[0]) || !weir_is_id (words[1]))
    return FALSE;
  *block = g_strdup (words[0]);
  *port = g_strdup (words[1]);
  return TRUE;
}

static gboolean
split_arrow (const char *text, char **source, char **source_port, char **target, char **target_port, char **problem)
{
  g_auto(GStrv) ends = g_strsplit (text, "->", 2);

  if (g_strv_length (ends) != 2)
    {
      *problem = g_strdup_printf ("Expected a link like \"list.files -> move.items\", but got \"%.80s\"", text);
      return FALSE;
    }
  g_strstrip (ends[0]);
  g_strstrip (ends[1]);
  if (!split_end (ends[0], source, source_port))
    {
      *problem = g_strdup_printf ("Expected \"block.port\" before the arrow, but got \"%.80s\"", ends[0]);
      return FALSE;
    }
  if (!split_end (ends[1], target, target_port))
    {
      *problem = g_strdup_printf ("Expected \"block.port\" after the arrow, but got \"%.80s\"", ends[1]);
      return FALSE;
    }
  return TRUE;
}

/* The condition may be a bare `true` or number in the file. */
static char *
condition_to_text (WeirValue *value)
{
  if (weir_value_is_null (value))
    return NULL;
  return weir_value_get_kind (value) == WEIR_VALUE_LIST || weir_value_get_kind (value) == WEIR_VALUE_RECORD
           ? NULL : weir_value_to_display (value, 0);
}

static gboolean
parse_text (const char *text, char **source, char **source_port, char **target, char **target_port, char **when,
            char **problem)
{
  const char *condition = strstr (text, " when:");
  g_autofree char *arrow = NULL;

  if (condition == NULL)
    return split_arrow (text, source, source_port, target, target_port, problem);
  arrow = g_strndup (text, condition - text);
  if (!split_arrow (arrow, source, source_port, target, target_port, problem))
    return FALSE;
  *when = g_strstrip (g_strdup (condition + strlen (" when:")));
  return TRUE;
}

/* { from: a.b, to: c.d, when: x } */
static gboolean
parse_members (WeirValue *written, char **source, char **source_port, char **target, char **target_port, char **when,
               char **problem)
{
  g_autofree char *arrow = g_strdup_printf ("%s -> %s", weir_value_get_member_text (written, "from", ""),
                                            weir_value_get_member_text (written, "to", ""));
  WeirValue *condition = weir_value_find_member (written, "when");

  if (!split_arrow (arrow, source, source_port, target, target_port, problem))
    return FALSE;
  if (condition != NULL)
    *when = condition_to_text (condition);
  return TRUE;
}

/* {"a.b -> c.d when": x} */
static gboolean
parse_conditional (WeirValue *written, char **source, char **source_port, char **target, char **target_port, char **when,
                   char **problem)
{
  const char *key = weir_value_get_key (written, 0);
  g_autofree char *arrow = g_strdup (key);

  g_strchomp (arrow);
  if (weir_value_get_length (written) != 1 || !g_str_has_suffix (arrow, " when"))
    {
      *problem = g_strdup_printf ("Expected \"when:\" after the link, but got \"%.80s:\"", key);
      return FALSE;
    }
  arrow[strlen (arrow) - strlen (" when")] = '\0';
  if (!split_arrow (arrow, source, source_port, target, target_port, problem))
    return FALSE;
  *when = condition_to_text (weir_value_get_item (written, 0));
  return TRUE;
}

gboolean
weir_link_parse (WeirValue *written, char **source, char **source_port, char **target, char **target_port, char **when,
                 char **problem)
{
  gboolean valid;

  *source = *source_port = *target = *target_port = *when = *problem = NULL;
  if (weir_value_get_kind (written) == WEIR_VALUE_TEXT)
    valid = parse_text (weir_value_get_text (written, NULL), source, source_port, target, target_port, when, problem);
  else if (weir_value_get_kind (written) == WEIR_VALUE_RECORD && weir_value_find_member (written, "from") != NULL)
    valid = parse_members (written, source, source_port, target, target_port, when, problem);
  else if (weir_value_get_kind (written) == WEIR_VALUE_RECORD && weir_value_get_length (written) > 0)
    valid = parse_conditional (written, source, source_port, target, target_port, when, problem);
  else
    {
      *problem = g_strdup_printf ("Expected a link like \"list.files -> move.items\", but got %s",
                                  weir_value_get_kind_name (written));
      valid = FALSE;
    }
  if (valid && *when != NULL && **when == '\0')
    g_clear_pointer (when, g_free);
  if (valid)
    return TRUE;
  g_clear_pointer (source, g_free);
  g_clear_pointer (source_port, g_free);
  g_clear_pointer (target, g_free);
  g_clear_pointer (target_port, g_free);
  g_clear_pointer (when, g_free);
  return FALSE;
}
