/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which block of one workflow is which of another, where the ids do not say it. */
#include "weir-diff-private.h"

#include <string.h>

/* A block that has another id is taken for the same from here on. */
#define SAME_BLOCK 5

/* Who was replaced by hundreds of others has other worries than names: only so many are looked at for each block. */
#define MAX_CANDIDATES 64

typedef struct
{
  char *container; /* path after the renames above it; NULL for the root */
  char *before;
  char *after;
} Rename;

static void
rename_clear (gpointer data)
{
  Rename *self = data;

  g_free (self->container);
  g_free (self->before);
  g_free (self->after);
}

/* Block of the first graph → block of the second. */
static GHashTable *
match_ids (WeirGraph *before, WeirGraph *after)
{
  GHashTable *pairs = g_hash_table_new (NULL, NULL);

  for (guint i = 0; i < before->blocks->len; i++)
    {
      WeirBlock *block = before->blocks->pdata[i];
      WeirBlock *same = weir_graph_find_block (after, block->id);

      if (same != NULL)
        g_hash_table_insert (pairs, block, same);
    }
  return pairs;
}

static guint
count_common_links (WeirBlock *before, WeirBlock *after, GHashTable *pairs)
{
  guint n_common = 0;

  for (guint i = 0; i < before->to->len; i++)
    for (guint j = 0; j < after->to->len; j++)
      {
        WeirLink *old = before->to->pdata[i];
        WeirLink *new = after->to->pdata[j];

        n_common += old->target_port == new->target_port
                    && old->source_port == new->source_port &&g_hash_table_lookup (pairs, old->source) == new->source;
      }
  for (guint i = 0; i < before->from->len; i++)
    for (guint j = 0; j < after->from->len; j++)
      {
        WeirLink *old = before->from->pdata[i];
        WeirLink *new = after->from->pdata[j];

        n_common += old->target_port == new->target_port
                    && old->source_port == new->source_port &&g_hash_table_lookup (pairs, old->target) == new->target;
      }
  return n_common;
}

/* How much speaks for two blocks of different ids being one. */
static guint
score (WeirBlock *before, WeirBlock *after, GHashTable *pairs)
{
  guint points = 0;

  if (before->data->kind_id != after->data->kind_id)
    return 0;
  if (weir_yaml_same (before->data->record, after->data->record, FALSE))
    points += weir_value_get_length (before->data->config) > 0 || before->data->label != NULL ? 5 : 3;
  if (before->position != NULL && after->position != NULL && weir_yaml_same (before->position, after->position, FALSE))
    points += 4;
  if (before->data->label != NULL && g_strcmp0 (before->data->label, after->data->label) == 0)
    points += 3;
  return points + 2 * MIN (count_common_links (before, after, pairs), 3);
}

/* Blocks of @graph that are in no pair. */
static GPtrArray *
list_unmatched (WeirGraph *graph, WeirGraph *other)
{
  GPtrArray *blocks = g_ptr_array_new ();

  for (guint i = 0; i < graph->blocks->len; i++)
    if (weir_graph_find_block (other, ((WeirBlock *) graph->blocks->pdata[i])->id) == NULL)
      g_ptr_array_add (blocks, graph->blocks->pdata[i]);
  return blocks;
}

static void
find_renames_here (WeirGraph *before, WeirGraph *after, const char *container, GHashTable *pairs, GArray *renames)
{
  g_autoptr(GPtrArray) gone = list_unmatched (before, after);
  g_autoptr(GPtrArray) come = list_unmatched (after, before);

  for (guint i = 0; i < gone->len && come->len > 0; i++)
    {
      WeirBlock *block = gone->pdata[i];
      guint best_score = 0;
      guint best = 0;
      Rename found;

      for (guint j = 0; j < MIN (come->len, MAX_CANDIDATES); j++)
        {
          guint points = score (block, come->pdata[j], pairs);

          if (points > best_score)
            {
              best_score = points;
              best = j;
            }
        }
      if (best_score < SAME_BLOCK)
        continue;
      found = (Rename) { g_strdup (container), g_strdup (block->id), g_strdup (((WeirBlock *) come->pdata[best])->id) };
      g_array_append_val (renames, found);
      g_hash_table_insert (pairs, block, come->pdata[best]);
      g_ptr_array_remove_index (come, best);
    }
}

static void
find_renames (WeirGraph *before, WeirGraph *after, const char *container, GArray *renames)
{
  g_autoptr(GHashTable) pairs = match_ids (before, after);

  find_renames_here (before, after, container, pairs, renames);
  for (guint i = 0; i < before->blocks->len; i++)
    {
      WeirBlock *block = before->blocks->pdata[i];
      WeirBlock *same = g_hash_table_lookup (pairs, block);

      if (same != NULL && block->body != NULL && same->body != NULL)
        find_renames (block->body, same->body, weir_block_get_path (same), renames);
    }
}

static void
add_old_paths (GHashTable *old_paths, WeirBlock *block, const char *old)
{
  g_hash_table_insert (old_paths, g_strdup (weir_block_get_path (block)), g_strdup (old));
  for (guint i = 0; block->body != NULL && i < block->body->blocks->len; i++)
    {
      WeirBlock *inner = block->body->blocks->pdata[i];
      g_autofree char *path = g_strconcat (old, "/", inner->id, NULL);

      add_old_paths (old_paths, inner, path);
    }
}

static void
apply_rename (WeirWorkflow *copy, const Rename *rename, GHashTable *old_paths)
{
  WeirBlock *container = rename->container != NULL ? weir_workflow_find_block (copy, rename->container) : NULL;
  WeirBlock *block = weir_graph_find_block (container != NULL ? container->body : copy->graph, rename->before);
  g_autofree char *path = g_strdup (weir_block_get_path (block));
  const char *older = g_hash_table_lookup (old_paths, path);
  g_autofree char *old = g_strdup (older != NULL ? older : path);

  /* A file may have ids that are none any more; its blocks then count as others. */
  if (weir_workflow_rename_block (copy, block, rename->after, NULL))
    add_old_paths (old_paths, block, old);
}

WeirWorkflow *
weir_diff_rename (WeirWorkflow *before, WeirWorkflow *after, GHashTable *old_paths)
{
  g_autoptr(GArray) renames = g_array_new (FALSE, FALSE, sizeof (Rename));
  WeirWorkflow *copy;

  g_array_set_clear_func (renames, rename_clear);
  find_renames (before->graph, after->graph, NULL, renames);
  if (renames->len == 0)
    return g_object_ref (before);
  copy = weir_workflow_copy (before);
  for (guint i = 0; i < renames->len; i++)
    apply_rename (copy, &g_array_index (renames, Rename, i), old_paths);
  return copy;
}
