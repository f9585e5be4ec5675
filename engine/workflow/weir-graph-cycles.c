/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "weir-workflow-private.h"

/* Regions are the strongly connected components of a graph (Tarjan), then, with the links to the head of each taken away, those of
 * what is left of it, and so on. Everything is a loop over arrays: a chain of 10,000 blocks must not need a deep stack. */

#define NONE G_MAXUINT

typedef struct
{
  guint block;
  guint next; /* among the links from the block */
} Frame;

typedef struct
{
  int    parent;
  guint  n;
  guint *blocks; /* in declaration order */
} Task;

typedef struct
{
  WeirGraph *graph;
  guint     *member;  /* of which task a block is; what other tasks have is not looked at */
  guint     *index;   /* Tarjan's: order of discovery */
  guint     *low;
  gboolean  *on_stack;
  GArray    *stack;   /* of guint */
  GArray    *frames;  /* of Frame */
  GArray    *tasks;   /* of Task */
  guint      counter;
} Search;

static WeirBlock *
get_block (Search *self, guint index)
{
  return self->graph->blocks->pdata[index];
}

static guint
get_place (Search *self, WeirBlock *block)
{
  return weir_graph_get_place_of_block (self->graph, block);
}

static int
compare_indices (gconstpointer a, gconstpointer b)
{
  guint left = *(const guint *) a;
  guint right = *(const guint *) b;

  return left < right ? -1 : left > right;
}

/* Inside of the task of a block, and not taken away as feedback of a region around. */
static gboolean
link_counts (Search *self, WeirLink *link, guint task)
{
  return !link->feedback && self->member[get_place (self, link->target)] == task
         && self->member[get_place (self, link->source)] == task;
}

static gboolean
has_self_link (Search *self, guint block, guint task)
{
  GPtrArray *from = get_block (self, block)->from;

  for (guint i = 0; i < from->len; i++)
    {
      WeirLink *link = from->pdata[i];

      if (link->target == link->source && link_counts (self, link, task))
        return TRUE;
    }
  return FALSE;
}

/* The first in declaration order that something outside leads to, or nothing but the component itself does not: an entry.
 * Else the first declared. */
static guint
find_head (Search *self, const guint *blocks, guint n, guint component)
{
  for (guint i = 0; i < n; i++)
    {
      GPtrArray *to = get_block (self, blocks[i])->to;

      for (guint j = 0; j < to->len; j++)
        {
          WeirLink *link = to->pdata[j];

          if (!link->feedback && self->member[get_place (self, link->source)] != component)
            return blocks[i];
        }
    }
  return blocks[0];
}

/* The component becomes a region, and the links within it that lead to its head are its feedback. */
static void
add_region (Search *self, const guint *blocks, guint n, int parent)
{
  guint component = self->tasks->len;
  WeirRegion region = { .parent = parent, .n_blocks = n };
  Task task = { .parent = self->graph->regions->len, .n = n };
  GPtrArray *to;

  for (guint i = 0; i < n; i++)
    self->member[blocks[i]] = component;
  region.head = find_head (self, blocks, n, component);
  to = get_block (self, region.head)->to;
  for (guint i = 0; i < to->len; i++)
    {
      WeirLink *link = to->pdata[i];

      if (self->member[get_place (self, link->source)] == component)
        link->feedback = TRUE;
    }
  for (guint i = 0; i < n; i++)
    self->graph->block_regions[blocks[i]] = self->graph->regions->len;
  g_array_append_val (self->graph->regions, region);
  task.blocks = g_memdup2 (blocks, sizeof (guint) * n);
  g_array_append_val (self->tasks, task);
}

static void
discover (Search *self, guint block)
{
  Frame frame = { .block = block };

  self->index[block] = self->low[block] = self->counter++;
  self->on_stack[block] = TRUE;
  g_array_append_val (self->stack, block);
  g_array_append_val (self->frames, frame);
}

/* Takes a whole component off the stack. */
static void
close_component (Search *self, guint root, guint task, GArray *components)
{
  guint first = self->stack->len;
  guint n;

  do
    {
      first--;
      self->on_stack[g_array_index (self->stack, guint, first)] = FALSE;
    }
  while (g_array_index (self->stack, guint, first) != root);

  n = self->stack->len - first;
  if (n > 1 || has_self_link (self, root, task))
    {
      Task component = { .n = n };

      component.blocks = g_memdup2 (&g_array_index (self->stack, guint, first), sizeof (guint) * n);
      qsort (component.blocks, n, sizeof (guint), compare_indices);
      g_array_append_val (components, component);
    }
  g_array_set_size (self->stack, first);
}

static void
walk_from (Search *self, guint start, guint task, GArray *components)
{
  discover (self, start);
  while (self->frames->len > 0)
    {
      Frame *frame = &g_array_index (self->frames, Frame, self->frames->len - 1);
      guint block = frame->block;
      GPtrArray *from = get_block (self, block)->from;

      if (frame->next < from->len)
        {
          WeirLink *link = from->pdata[frame->next++];
          guint target = get_place (self, link->target);

          if (!link_counts (self, link, task))
            continue;
          if (self->index[target] == NONE)
            discover (self, target);
          else if (self->on_stack[target])
            self->low[block] = MIN (self->low[block], self->index[target]);
          continue;
        }

      if (self->low[block] == self->index[block])
        close_component (self, block, task, components);
      g_array_set_size (self->frames, self->frames->len - 1);
      if (self->frames->len > 0)
        {
          guint above = g_array_index (self->frames, Frame, self->frames->len - 1).block;

          self->low[above] = MIN (self->low[above], self->low[block]);
        }
    }
}

static int
compare_tasks (gconstpointer a, gconstpointer b)
{
  return compare_indices (((const Task *) a)->blocks, ((const Task *) b)->blocks);
}

static void
search_task (Search *self, guint number)
{
  Task task = g_array_index (self->tasks, Task, number);
  g_autoptr(GArray) components = g_array_new (FALSE, FALSE, sizeof (Task));

  for (guint i = 0; i < task.n; i++)
    {
      self->member[task.blocks[i]] = number;
      self->index[task.blocks[i]] = NONE;
    }
  for (guint i = 0; i < task.n; i++)
    if (self->index[task.blocks[i]] == NONE)
      walk_from (self, task.blocks[i], number, components);

  g_array_sort (components, compare_tasks);
  for (guint i = 0; i < components->len; i++)
    {
      Task component = g_array_index (components, Task, i);

      add_region (self, component.blocks, component.n, task.parent);
      g_free (component.blocks);
    }
}

void
weir_graph_analyse (WeirGraph *graph)
{
  guint n = graph->blocks->len;
  Search self = { .graph = graph };
  Task all = { .parent = -1, .n = n, .blocks = g_new (guint, n + 1) };

  self.member = g_new0 (guint, n + 1);
  self.index = g_new (guint, n + 1);
  self.low = g_new (guint, n + 1);
  self.on_stack = g_new0 (gboolean, n + 1);
  self.stack = g_array_new (FALSE, FALSE, sizeof (guint));
  self.frames = g_array_new (FALSE, FALSE, sizeof (Frame));
  self.tasks = g_array_new (FALSE, FALSE, sizeof (Task));

  g_array_set_size (graph->regions, 0);
  graph->block_regions = g_renew (int, graph->block_regions, n + 1);
  for (guint i = 0; i < n; i++)
    {
      all.blocks[i] = i;
      graph->block_regions[i] = -1;
    }
  for (guint i = 0; i < graph->links->len; i++)
    ((WeirLink *) graph->links->pdata[i])->feedback = FALSE;

  g_array_append_val (self.tasks, all);
  for (guint i = 0; i < self.tasks->len; i++)
    search_task (&self, i);

  for (guint i = 0; i < self.tasks->len; i++)
    g_free (g_array_index (self.tasks, Task, i).blocks);
  g_array_unref (self.tasks);
  g_array_unref (self.frames);
  g_array_unref (self.stack);
  g_free (self.on_stack);
  g_free (self.low);
  g_free (self.index);
  g_free (self.member);
}
