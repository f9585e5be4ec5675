/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What crosses the boundary of a selection, and what it is called on the other side. */
#include "weir-extract-private.h"

#include <string.h>

void
weir_crossing_free (gpointer data)
{
  WeirCrossing *self = data;

  g_free (self->outer);
  g_free (self->outer_port);
  g_free (self->inner);
  g_free (self->inner_port);
  g_free (self->when);
  g_free (self->name);
  g_free (self->type);
  g_free (self);
}

/* Names */

static gboolean
is_taken (WeirExtract *self, GPtrArray *crossings, const char *name)
{
  const WeirBlockKind *kind = weir_registry_find_kind (self->kinds->call);

  if (kind == NULL || weir_kind_find_field (kind, name) != NULL || g_str_equal (name, "result")
      || g_str_equal (name, "run") || g_str_equal (name, "done") || g_str_equal (name, "error"))
    return TRUE;
  for (guint i = 0; i < self->given->len; i++)
    if (g_str_equal (self->given->pdata[i], name))
      return TRUE;
  for (guint i = 0; i < crossings->len; i++)
    if (g_strcmp0 (((WeirCrossing *) crossings->pdata[i])->name, name) == 0)
      return TRUE;
  for (guint i = 0; i < self->references->len && crossings == self->in; i++)
    if (g_str_equal (((WeirReference *) self->references->pdata[i])->name, name))
      return TRUE;
  return FALSE;
}

char *
weir_extract_make_name (WeirExtract *self, GPtrArray *crossings, const char *block, const char *port)
{
  char *name = weir_is_id (port) && !is_taken (self, crossings, port) ? g_strdup (port)
                                                                      : g_strconcat (block, "_", port, NULL);

  for (guint i = 2; is_taken (self, crossings, name) || !weir_is_id (name); i++)
    {
      g_free (name);
      name = g_strdup_printf ("%s_%u", block, i);
    }
  return name;
}

/* That of the port where it comes from, else that of the one where it goes to. */
static char *
find_type (WeirLink *link)
{
  gboolean known;
  const WeirPort *source = weir_block_find_output (link->source, link->source_port, &known);
  const WeirPort *target = weir_block_find_input (link->target, link->target_port, &known);

  if (source != NULL && source->type != NULL && !g_str_equal (source->type, "any")
      && !g_str_equal (source->type, "null"))
    return g_strdup (source->type);
  return g_strdup (target != NULL && target->type != NULL ? target->type : "any");
}

/* Boundary */

/* Of several links from one port only the first. */
GPtrArray *
weir_extract_list_outputs (WeirExtract *self)
{
  GPtrArray *outputs = g_ptr_array_new ();

  for (guint i = 0; i < self->out->len; i++)
    {
      WeirCrossing *crossing = self->out->pdata[i];
      gboolean found = crossing->name == NULL;

      for (guint j = 0; j < outputs->len && !found; j++)
        found = g_str_equal (((WeirCrossing *) outputs->pdata[j])->name, crossing->name);
      if (!found)
        g_ptr_array_add (outputs, crossing);
    }
  return outputs;
}

static WeirCrossing *
crossing_new (WeirLink *link, gboolean inward)
{
  WeirCrossing *self = g_new0 (WeirCrossing, 1);
  WeirBlock *outer = inward ? link->source : link->target;
  WeirBlock *inner = inward ? link->target : link->source;

  self->outer = g_strdup (outer->id);
  self->outer_port = g_strdup (inward ? link->source_port : link->target_port);
  self->inner = g_strdup (inner->id);
  self->inner_port = g_strdup (inward ? link->target_port : link->source_port);
  self->when = g_strdup (link->when);
  self->type = find_type (link);
  return self;
}

const char *
weir_extract_find_name (GPtrArray *crossings, const char *block, const char *port, gboolean inward)
{
  for (guint i = 0; i < crossings->len; i++)
    {
      const WeirCrossing *other = crossings->pdata[i];

      if (g_strcmp0 (inward ? other->outer : other->inner, block) == 0
          && g_strcmp0 (inward ? other->outer_port : other->inner_port, port) == 0)
        return other->name;
    }
  return NULL;
}

static void
add_inward (WeirExtract *self, WeirLink *link)
{
  WeirCrossing *crossing = crossing_new (link, TRUE);
  const char *name = weir_extract_find_name (self->in, crossing->outer, crossing->outer_port, TRUE);

  crossing->uncertain = !weir_extract_is_certain (self, link->source, link->source_port, FALSE);
  if (!g_str_equal (crossing->inner_port, "run"))
    crossing->name = name != NULL ? g_strdup (name)
                                  : weir_extract_make_name (self, self->in, crossing->outer, crossing->outer_port);
  g_ptr_array_add (self->in, crossing);
}

static gboolean
add_outward (WeirExtract *self, WeirLink *link, GError **error)
{
  WeirCrossing *crossing = crossing_new (link, FALSE);
  const char *name = weir_extract_find_name (self->out, crossing->inner, crossing->inner_port, FALSE);
  gboolean known;
  const WeirPort *port = weir_block_find_output (link->source, link->source_port, &known);
  gboolean common = g_str_equal (crossing->inner_port, "done") || g_str_equal (crossing->inner_port, "error");

  if (port != NULL && port->side)
    {
      weir_crossing_free (crossing);
      g_set_error (error, WEIR_ERROR, WEIR_ERROR_INVALID,
                   "\"%s\" gives many values at \"%s\" while it runs; what takes them must be part of the selection",
                   weir_block_get_title (link->source), link->source_port);
      return FALSE;
    }
  if (!common)
    crossing->name = name != NULL ? g_strdup (name)
                                  : weir_extract_make_name (self, self->out, crossing->inner, crossing->inner_port);
  g_ptr_array_add (self->out, crossing);
  return TRUE;
}

/* A designated result that is one of the blocks is given as well. */
static void
add_output (WeirExtract *self)
{
  const char *output = weir_graph_get_output (self->graph);
  g_auto(GStrv) parts = output != NULL ? g_strsplit (output, ".", 2) : NULL;
  WeirCrossing *crossing;
  const char *name;
  gboolean known;
  const WeirPort *port;

  if (parts == NULL || g_strv_length (parts) != 2 || !g_hash_table_contains (self->chosen, parts[0]))
    return;
  port = weir_block_find_output (weir_graph_find_block (self->graph, parts[0]), parts[1], &known);
  name = weir_extract_find_name (self->out, parts[0], parts[1], FALSE);
  crossing = g_new0 (WeirCrossing, 1);
  crossing->inner = g_strdup (parts[0]);
  crossing->inner_port = g_strdup (parts[1]);
  crossing->type = g_strdup (port != NULL && port->type != NULL ? port->type : "any");
  crossing->name = name != NULL ? g_strdup (name) : weir_extract_make_name (self, self->out, parts[0], parts[1]);
  g_ptr_array_add (self->out, crossing);
}

/* What comes from one port only comes whenever the call begins. */
static void
find_uncertain (WeirExtract *self)
{
  gboolean several = FALSE;

  for (guint i = 1; i < self->in->len; i++)
    {
      const WeirCrossing *first = self->in->pdata[0];
      const WeirCrossing *other = self->in->pdata[i];

      several |= !g_str_equal (first->outer, other->outer) || !g_str_equal (first->outer_port, other->outer_port);
    }
  for (guint i = 0; i < self->in->len; i++)
    ((WeirCrossing *) self->in->pdata[i])->uncertain &= several;
}

/* A block that waits for something inside as well, or for what need not come, has to be told by itself. */
static gboolean
needs_word (WeirExtract *self, const WeirCrossing *crossing)
{
  WeirBlock *inner = weir_graph_find_block (self->graph, crossing->inner);

  for (guint i = 0; i < inner->to->len; i++)
    if (g_hash_table_contains (self->chosen, ((WeirLink *) inner->to->pdata[i])->source->id))
      return TRUE;
  for (guint i = 0; i < self->in->len; i++)
    {
      const WeirCrossing *other = self->in->pdata[i];

      if (other->name != NULL && g_str_equal (other->inner, crossing->inner))
        return TRUE;
    }
  return crossing->uncertain;
}

static void
pass_word (WeirExtract *self, const WeirCrossing *word)
{
  const char *name = weir_extract_find_name (self->in, word->outer, word->outer_port, TRUE);
  g_autofree char *made = name != NULL ? g_strdup (name)
                                       : weir_extract_make_name (self, self->in, word->outer, word->outer_port);

  for (guint i = 0; i < self->in->len; i++)
    {
      WeirCrossing *crossing = self->in->pdata[i];

      if (crossing->name != NULL || !g_str_equal (crossing->outer, word->outer)
          || !g_str_equal (crossing->outer_port, word->outer_port))
        continue;
      crossing->name = g_strdup (made);
      /* it carries no value */
      if (g_str_equal (crossing->outer_port, "done"))
        {
          crossing->word = TRUE;
          g_free (crossing->type);
          crossing->type = g_strdup ("bool");
        }
    }
}

/* One word may make another one needed, of a block that waits for both. */
static void
pass_words (WeirExtract *self)
{
  for (guint i = 0; i < self->in->len;)
    {
      const WeirCrossing *crossing = self->in->pdata[i];
      gboolean needed = crossing->name == NULL && needs_word (self, crossing);

      if (needed)
        pass_word (self, crossing);
      i = needed ? 0 : i + 1;
    }
}

/* Whether nothing else ends the selection: then the call is done when this one is. */
static gboolean
is_only_end (WeirExtract *self, const char *id)
{
  for (guint i = 0; i < self->out->len; i++)
    if (!g_str_equal (((WeirCrossing *) self->out->pdata[i])->inner, id))
      return FALSE;
  for (guint i = 0; i < self->graph->blocks->len; i++)
    {
      WeirBlock *block = self->graph->blocks->pdata[i];
      gboolean goes_on = FALSE;

      for (guint j = 0; j < block->from->len; j++)
        goes_on |= g_hash_table_contains (self->chosen, ((WeirLink *) block->from->pdata[j])->target->id);
      if (g_hash_table_contains (self->chosen, block->id) && goes_on == g_str_equal (block->id, id))
        return FALSE;
    }
  return TRUE;
}

/* The call is done also where one of the blocks was not: what waits for that one gets what it gives. */
static void
name_ends (WeirExtract *self)
{
  for (guint i = 0; i < self->out->len; i++)
    {
      WeirCrossing *crossing = self->out->pdata[i];
      const char *name = weir_extract_find_name (self->out, crossing->inner, NULL, FALSE);

      if (crossing->name != NULL || !g_str_equal (crossing->inner_port, "done")
          || g_strcmp0 (crossing->outer_port, "run") != 0
          || (is_only_end (self, crossing->inner)
              && weir_extract_is_certain (self, weir_graph_find_block (self->graph, crossing->inner), "done", TRUE)))
        continue;
      crossing->name = name != NULL ? g_strdup (name)
                                    : weir_extract_make_name (self, self->out, crossing->inner, crossing->inner);
      g_clear_pointer (&crossing->inner_port, g_free);
    }
}

/* Whether one output alone is the result, or there are members of it. */
static void
choose_result (WeirExtract *self)
{
  g_autoptr(GPtrArray) outputs = weir_extract_list_outputs (self);

  self->gathers = outputs->len > 1;
  for (guint i = 0; i < outputs->len; i++)
    {
      const WeirCrossing *crossing = outputs->pdata[i];

      if (!weir_extract_is_certain (self, weir_graph_find_block (self->graph, crossing->inner), crossing->inner_port,
                                    TRUE))
        self->may_lack = TRUE;
      if (crossing->inner_port == NULL || self->may_lack)
        self->gathers = TRUE;
    }
}

gboolean
weir_extract_find_boundary (WeirExtract *self, GError **error)
{
  for (guint i = 0; i < self->graph->links->len; i++)
    {
      WeirLink *link = self->graph->links->pdata[i];
      gboolean from = g_hash_table_contains (self->chosen, link->source->id);
      gboolean to = g_hash_table_contains (self->chosen, link->target->id);

      if (!from && to)
        add_inward (self, link);
      else if (from && !to && !add_outward (self, link, error))
        return FALSE;
    }
  add_output (self);
  find_uncertain (self);
  pass_words (self);
  weir_extract_find_outward_names (self);
  name_ends (self);
  choose_result (self);
  return TRUE;
}
