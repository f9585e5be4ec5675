/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the selection and the rest name of each other in expressions: `blocks.x.port` becomes an input on one side, an output on the other. */
#include "weir-extract-private.h"

void
weir_reference_free (gpointer data)
{
  WeirReference *self = data;

  g_free (self->block);
  g_free (self->port);
  g_free (self->name);
  g_free (self->type);
  g_free (self);
}

/* The port if it is one; `blocks.x.length` asks for all that x gives. */
static const WeirPort *
find_port (WeirBlock *block, const WeirBlockName *name)
{
  gboolean known;

  return name->port != NULL ? weir_block_find_output (block, name->port, &known) : NULL;
}

/* Of the graph or of one around it. */
static WeirBlock *
find_outside (WeirExtract *self, const char *id)
{
  WeirBlock *found = NULL;

  for (WeirGraph *graph = self->graph; graph != NULL && found == NULL;
       graph = graph->container != NULL ? graph->container->graph : NULL)
    found = weir_graph_find_block (graph, id);
  return found != NULL && !(found->graph == self->graph && g_hash_table_contains (self->chosen, id)) ? found : NULL;
}

/* It may be missing when the call begins, as it may be while the expression is evaluated: null stands for that. */
static char *
make_type (const WeirPort *port)
{
  if (port == NULL || port->type == NULL || g_str_equal (port->type, "any"))
    return g_strdup ("any");
  return g_str_equal (port->type, "null") ? g_strdup ("null") : g_strconcat (port->type, " | null", NULL);
}

static WeirReference *
get_reference (WeirExtract *self, WeirBlock *block, const WeirPort *port)
{
  const char *port_name = port != NULL ? port->name : NULL;
  WeirReference *reference;

  for (guint i = 0; i < self->references->len; i++)
    {
      reference = self->references->pdata[i];
      if (g_str_equal (reference->block, block->id) && g_strcmp0 (reference->port, port_name) == 0)
        return reference;
    }
  reference = g_new0 (WeirReference, 1);
  reference->block = g_strdup (block->id);
  reference->port = g_strdup (port_name);
  reference->type = make_type (port);
  reference->name = weir_extract_make_name (self, self->in, block->id, port_name != NULL ? port_name : block->id);
  g_ptr_array_add (self->references, reference);
  return reference;
}

static char *
take_inward_name (WeirBlockName *name, gpointer data)
{
  WeirExtract *self = data;
  WeirBlock *block = find_outside (self, name->id);
  const WeirPort *port = block != NULL ? find_port (block, name) : NULL;
  WeirReference *reference;

  if (block == NULL)
    return NULL;
  reference = get_reference (self, block, port);
  reference->optional |= port != NULL && name->optional;
  if (port != NULL)
    name->end = name->port_end;
  return g_strconcat ("inputs.", reference->name, NULL);
}

/* What the blocks name of the rest becomes inputs. Before there is any other block in @called. */
void
weir_extract_take_inward_names (WeirExtract *self, WeirWorkflow *called)
{
  weir_workflow_rewrite_names (called, called->graph, take_inward_name, self);
  for (guint i = 0; i < self->in->len; i++)
    {
      WeirCrossing *crossing = self->in->pdata[i];
      char *when = crossing->name != NULL && crossing->when != NULL
                     ? weir_rewrite_names (crossing->when, take_inward_name, self)
                     : NULL;

      if (when != NULL)
        {
          g_free (crossing->when);
          crossing->when = when;
        }
    }
  for (guint i = 0; i < self->references->len; i++)
    {
      const WeirReference *reference = self->references->pdata[i];
      WeirInput input = { .name = reference->name, .type = reference->type };

      weir_workflow_set_input (called, &input);
    }
}

static WeirCrossing *
find_output (WeirExtract *self, const char *block, const char *port)
{
  for (guint i = 0; i < self->out->len; i++)
    {
      WeirCrossing *crossing = self->out->pdata[i];

      if (crossing->name != NULL && g_str_equal (crossing->inner, block) && g_strcmp0 (crossing->inner_port, port) == 0)
        return crossing;
    }
  return NULL;
}

/* Changes nothing yet. */
static char *
note_outward_name (WeirBlockName *name, gpointer data)
{
  WeirExtract *self = data;
  WeirBlock *block = g_hash_table_contains (self->chosen, name->id) ? weir_graph_find_block (self->graph, name->id)
                                                                    : NULL;
  const WeirPort *port = block != NULL ? find_port (block, name) : NULL;
  const char *port_name = port != NULL ? port->name : NULL;
  WeirCrossing *crossing;

  if (block == NULL || find_output (self, block->id, port_name) != NULL)
    return NULL;
  crossing = g_new0 (WeirCrossing, 1);
  crossing->inner = g_strdup (block->id);
  crossing->inner_port = g_strdup (port_name);
  crossing->type = g_strdup (port != NULL && port->type != NULL ? port->type : "any");
  crossing->name = weir_extract_make_name (self, self->out, block->id, port_name != NULL ? port_name : block->id);
  g_ptr_array_add (self->out, crossing);
  return NULL;
}

static void
for_each_outside (WeirExtract *self, WeirWorkflow *workflow, WeirGraph *graph, WeirBlockNameFunc func, gpointer data)
{
  for (guint i = 0; i < graph->blocks->len; i++)
    if (!g_hash_table_contains (self->chosen, ((WeirBlock *) graph->blocks->pdata[i])->id))
      weir_workflow_rewrite_block (workflow, graph->blocks->pdata[i], func, data);
  for (guint i = 0; i < graph->links->len; i++)
    {
      WeirLink *link = graph->links->pdata[i];
      gboolean into = g_hash_table_contains (self->chosen, link->target->id);
      g_autofree char *when = !into && link->when != NULL ? weir_rewrite_names (link->when, func, data) : NULL;

      if (when != NULL)
        weir_workflow_set_when (workflow, link, when);
    }
}

/* What the rest names of the blocks becomes outputs. */
void
weir_extract_find_outward_names (WeirExtract *self)
{
  for_each_outside (self, self->workflow, self->graph, note_outward_name, self);
}

typedef struct
{
  WeirExtract *extract;
  WeirBlock   *call;
} Follow;

static char *
follow_outward_name (WeirBlockName *name, gpointer data)
{
  Follow *self = data;
  WeirCrossing *crossing = NULL;

  if (!g_hash_table_contains (self->extract->chosen, name->id))
    return NULL;
  if (name->port != NULL)
    crossing = find_output (self->extract, name->id, name->port);
  if (crossing != NULL)
    name->end = name->port_end;
  else
    crossing = find_output (self->extract, name->id, NULL);
  if (crossing == NULL)
    return NULL;
  return g_strconcat ("blocks.", self->call->id, name->optional || crossing->inner_port == NULL ? "?." : ".",
                      self->extract->gathers ? crossing->name : "result", NULL);
}

/* In the workflow that the call was put into, or a copy of it. */
void
weir_extract_follow_outward_names (WeirExtract *self, WeirWorkflow *workflow, WeirGraph *graph, WeirBlock *call)
{
  Follow follow = { self, call };

  for_each_outside (self, workflow, graph, follow_outward_name, &follow);
}
