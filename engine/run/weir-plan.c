/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "weir-plan.h"

#include "weir-block-kind.h"

gboolean
weir_plan_region_contains (const WeirPlan *self, int region, guint block)
{
  for (int r = self->blocks[block].region; r >= 0; r = self->regions[r].parent)
    if (r == region)
      return TRUE;
  return FALSE;
}

int
weir_plan_find_block (const WeirPlan *self, const char *id)
{
  return GPOINTER_TO_INT (g_hash_table_lookup (self->by_id, id)) - 1;
}

static WeirPlanInput *
plan_block_ensure_input (WeirPlanBlock *block, const char *port)
{
  const char *name = g_intern_string (port);
  WeirPlanInput *input;

  for (guint i = 0; i < block->n_inputs; i++)
    if (block->inputs[i].name == name)
      return &block->inputs[i];

  block->inputs = g_renew (WeirPlanInput, block->inputs, block->n_inputs + 1);
  input = &block->inputs[block->n_inputs++];
  *input = (WeirPlanInput) { .name = name, .control = g_str_equal (name, "run") };
  input->join = weir_block_get_join (block->block, port, &input->n);
  block->gathers |= input->join == WEIR_JOIN_GATHER;
  return input;
}

static void
append_index (guint **indices, guint *n, guint index)
{
  /* grows at powers of two */
  if ((*n & (*n - 1)) == 0)
    *indices = g_renew (guint, *indices, *n == 0 ? 1 : *n * 2);
  (*indices)[(*n)++] = index;
}

static void
plan_add_blocks (WeirPlan *self)
{
  for (guint i = 0; i < self->n_blocks; i++)
    {
      WeirPlanBlock *block = &self->blocks[i];

      block->block = g_object_ref (weir_graph_get_block (self->graph, i));
      block->id = g_ref_string_new (weir_block_get_id (block->block));
      block->kind = weir_block_get_kind (block->block);
      block->region = weir_graph_get_block_region (self->graph, i);
      block->policy = weir_block_get_ports (block->block)->policy;
      block->policy_n = weir_block_get_ports (block->block)->policy_n;
      block->wait_ms = weir_block_get_ports (block->block)->wait_ms;
      block->quiet_ms = weir_block_get_ports (block->block)->quiet_ms;
      g_hash_table_insert (self->by_id, block->id, GINT_TO_POINTER (i + 1));
    }
}

static void
plan_add_links (WeirPlan *self)
{
  for (guint i = 0; i < self->n_links; i++)
    {
      WeirLink *link = weir_graph_get_link (self->graph, i);
      WeirPlanLink *planned = &self->links[i];
      WeirPlanBlock *source;
      WeirPlanBlock *target;
      WeirPlanInput *input;
      const char *when = weir_link_get_when (link);

      planned->source = weir_block_get_index (weir_link_get_source (link));
      planned->target = weir_block_get_index (weir_link_get_target (link));
      planned->source_port = g_intern_string (weir_link_get_source_port (link));
      planned->feedback = weir_link_is_feedback (link);
      planned->hold = WEIR_HOLD_NONE;
      planned->region = -1;
      if (when != NULL)
        {
          g_autoptr (GError) error = NULL;

          planned->when = weir_expression_compile (when, &error);
          if (planned->when == NULL)
            planned->when_error = g_strdup (error->message);
        }

      source = &self->blocks[planned->source];
      target = &self->blocks[planned->target];
      append_index (&source->out, &source->n_out, i);
      input = plan_block_ensure_input (target, weir_link_get_target_port (link));
      planned->input = input - target->inputs;
      append_index (&input->links, &input->n_links, i);
      input->feedback |= planned->feedback;
    }
}

/* The innermost region with this head that holds both ends. */
static int
find_region_of_feedback (WeirPlan *self, WeirPlanLink *link)
{
  for (int r = self->blocks[link->source].region; r >= 0; r = self->regions[r].parent)
    if (self->regions[r].head == link->target && weir_plan_region_contains (self, r, link->target))
      return r;
  return -1;
}

/* The outermost region that has the source but not the target. */
static int
find_region_left (WeirPlan *self, WeirPlanLink *link)
{
  int left = WEIR_HOLD_NONE;

  for (int r = self->blocks[link->source].region; r >= 0; r = self->regions[r].parent)
    if (!weir_plan_region_contains (self, r, link->target))
      left = r;
  return left;
}

static void
plan_add_regions (WeirPlan *self)
{
  for (guint i = 0; i < self->n_regions; i++)
    {
      const WeirRegion *region = weir_graph_get_region (self->graph, i);

      self->regions[i].parent = region->parent;
      self->regions[i].head = region->head;
    }
  for (guint i = 0; i < self->n_links; i++)
    {
      WeirPlanLink *link = &self->links[i];

      if (link->feedback)
        link->region = find_region_of_feedback (self, link);
      link->hold = find_region_left (self, link);
      if (link->hold >= 0)
        append_index (&self->regions[link->hold].exits, &self->regions[link->hold].n_exits, i);
      for (int r = self->blocks[link->source].region; r >= 0; r = self->regions[r].parent)
        if (weir_plan_region_contains (self, r, link->target))
          append_index (&self->regions[r].inner, &self->regions[r].n_inner, i);
    }
}

static gboolean
port_is_side (WeirPlanBlock *block, const char *port)
{
  const WeirPort *found = weir_port_list_find_output (weir_block_get_ports (block->block), port);

  return found != NULL && found->side;
}

/* Whether tokens may come to the block over this link more than once. */
static gboolean
link_repeats (WeirPlan *self, WeirPlanLink *link)
{
  WeirPlanBlock *source = &self->blocks[link->source];

  return source->repeats || link->hold >= 0 || port_is_side (source, link->source_port);
}

static gboolean
block_repeats (WeirPlan *self, WeirPlanBlock *block)
{
  if (block->policy == WEIR_JOIN_ANY && block->n_inputs > 1)
    return TRUE;
  for (guint i = 0; i < block->n_inputs; i++)
    {
      WeirPlanInput *input = &block->inputs[i];

      if ((input->join == WEIR_JOIN_ANY || input->join == WEIR_JOIN_LATEST) && input->n_links > 1)
        return TRUE;
      /* however often they bring something, it is taken once */
      if (input->join == WEIR_JOIN_GATHER && input->n == 0 && block->wait_ms == 0 && block->quiet_ms == 0)
        continue;
      if (input->join == WEIR_JOIN_GATHER && input->n_links > 1)
        return TRUE;
      for (guint j = 0; j < input->n_links; j++)
        if (link_repeats (self, &self->links[input->links[j]]))
          return TRUE;
    }
  return FALSE;
}

/* Blocks outside of cycles that may fire more than once: an `any` join, and everything after it. */
static void
plan_mark_repeats (WeirPlan *self)
{
  g_autofree guint *todo = g_new (guint, self->n_blocks + 1);
  g_autofree gboolean *queued = g_new0 (gboolean, self->n_blocks + 1);
  guint n_todo = 0;

  for (guint i = self->n_blocks; i-- > 0;)
    {
      todo[n_todo++] = i;
      queued[i] = TRUE;
    }
  while (n_todo > 0)
    {
      guint index = todo[--n_todo];
      WeirPlanBlock *block = &self->blocks[index];

      queued[index] = FALSE;
      if (block->repeats || block->region >= 0 || !block_repeats (self, block))
        continue;
      block->repeats = TRUE;
      for (guint i = 0; i < block->n_out; i++)
        {
          WeirPlanLink *link = &self->links[block->out[i]];

          link->hold = WEIR_HOLD_SCOPE;
          append_index (&self->scope_held, &self->n_scope_held, block->out[i]);
          if (!queued[link->target])
            {
              todo[n_todo++] = link->target;
              queued[link->target] = TRUE;
            }
        }
    }
}

static void
plan_mark_entries (WeirPlan *self)
{
  for (guint i = 0; i < self->n_blocks; i++)
    {
      WeirPlanBlock *block = &self->blocks[i];

      block->entry = block->kind == NULL || !block->kind->at_end;
      self->n_handlers += !block->entry && weir_block_get_enabled (block->block);
      for (guint j = 0; j < block->n_inputs && block->entry; j++)
        for (guint k = 0; k < block->inputs[j].n_links; k++)
          if (!self->links[block->inputs[j].links[k]].feedback)
            block->entry = FALSE;
    }
}

static guint
find_component (guint *parents, guint block)
{
  while (parents[block] != block)
    block = parents[block] = parents[parents[block]];
  return block;
}

/* Numbered by their first blocks. */
static void
plan_mark_components (WeirPlan *self)
{
  g_autofree guint *parents = g_new (guint, self->n_blocks + 1);
  guint n = 0;

  for (guint i = 0; i < self->n_blocks; i++)
    parents[i] = i;
  for (guint i = 0; i < self->n_links; i++)
    {
      guint source = find_component (parents, self->links[i].source);
      guint target = find_component (parents, self->links[i].target);

      parents[MAX (source, target)] = MIN (source, target);
    }
  for (guint i = 0; i < self->n_blocks; i++)
    {
      guint first = find_component (parents, i);

      self->blocks[i].component = first == i ? n++ : self->blocks[first].component;
    }
}

/* A graph must not change while a plan of it is in use: runs work on a copy of their workflow. */
WeirPlan *
weir_plan_new (WeirGraph *graph)
{
  WeirPlan *self = g_new0 (WeirPlan, 1);

  self->ref_count = 1;
  self->graph = g_object_ref (graph);
  self->n_blocks = weir_graph_get_n_blocks (graph);
  self->blocks = g_new0 (WeirPlanBlock, self->n_blocks);
  self->n_links = weir_graph_get_n_links (graph);
  self->links = g_new0 (WeirPlanLink, self->n_links);
  self->n_regions = weir_graph_get_n_regions (graph);
  self->regions = g_new0 (WeirPlanRegion, self->n_regions);
  self->by_id = g_hash_table_new (g_str_hash, g_str_equal);

  plan_add_blocks (self);
  plan_add_links (self);
  plan_add_regions (self);
  plan_mark_entries (self);
  plan_mark_components (self);
  for (guint i = 0; i < self->n_blocks; i++)
    self->n_gathering += self->blocks[i].gathers;
  plan_mark_repeats (self);
  return self;
}

static G_DEFINE_QUARK (weir - plans, plans)

  void weir_plan_keep (WeirWorkflow *workflow)
{
  if (g_object_get_qdata (G_OBJECT (workflow), plans_quark ()) == NULL)
    g_object_set_qdata_full (G_OBJECT (workflow), plans_quark (),
                             g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify) weir_plan_unref),
                             (GDestroyNotify) g_hash_table_unref);
}

WeirPlan *
weir_plan_get (WeirWorkflow *workflow, WeirGraph *graph)
{
  GHashTable *plans = g_object_get_qdata (G_OBJECT (workflow), plans_quark ());
  WeirPlan *plan = plans != NULL ? g_hash_table_lookup (plans, graph) : NULL;

  if (plan != NULL)
    return weir_plan_ref (plan);
  plan = weir_plan_new (graph);
  if (plans != NULL)
    g_hash_table_insert (plans, graph, weir_plan_ref (plan));
  return plan;
}

WeirPlan *
weir_plan_ref (WeirPlan *self)
{
  self->ref_count++;
  return self;
}

void
weir_plan_unref (WeirPlan *self)
{
  if (--self->ref_count > 0)
    return;

  g_hash_table_unref (self->by_id);
  for (guint i = 0; i < self->n_blocks; i++)
    {
      WeirPlanBlock *block = &self->blocks[i];

      for (guint j = 0; j < block->n_inputs; j++)
        g_free (block->inputs[j].links);
      g_free (block->inputs);
      g_free (block->out);
      if (block->config != NULL)
        self->free_config (block->config);
      g_ref_string_release (block->id);
      g_object_unref (block->block);
    }
  for (guint i = 0; i < self->n_links; i++)
    {
      g_clear_pointer (&self->links[i].when, weir_expression_unref);
      g_free (self->links[i].when_error);
    }
  for (guint i = 0; i < self->n_regions; i++)
    {
      g_free (self->regions[i].inner);
      g_free (self->regions[i].exits);
    }
  g_free (self->regions);
  g_free (self->scope_held);
  g_free (self->blocks);
  g_free (self->links);
  g_object_unref (self->graph);
  g_free (self);
}

gboolean
weir_plan_block_evaluates (const WeirPlanBlock *block)
{
  const WeirBlockKind *kind = block->kind;

  return kind != NULL && kind->eval != NULL
         && (kind->needs_run == NULL || !kind->needs_run (weir_block_get_config (block->block)));
}
