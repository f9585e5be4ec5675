/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Renaming a block: its links follow by themselves, what names it as text is rewritten. */
#include "weir-workflow-private.h"

#include <string.h>

/* The same words with another id among them. */
static char *
follow_id (WeirBlockName *name, gpointer ids)
{
  const char *id = g_hash_table_lookup (ids, name->id);

  return id != NULL ? g_strdup_printf ("%.*s%s%.*s", (int) (name->id_start - name->start), name->start, id,
                                       (int) (name->end - name->id_end), name->id_end)
                    : NULL;
}

/* @ids: old id → new id. Rewrites the expressions of a graph and of the bodies in it. */
void
weir_workflow_follow_ids (WeirWorkflow *self, WeirGraph *graph, GHashTable *ids)
{
  weir_workflow_rewrite_names (self, graph, follow_id, ids);
}

static void
rewrite_links (WeirWorkflow *self, WeirBlock *block)
{
  for (guint i = 0; i < block->from->len; i++)
    {
      WeirLink *link = block->from->pdata[i];

      weir_history_set_when (self->history, link, link->when);
    }
  for (guint i = 0; i < block->to->len; i++)
    {
      WeirLink *link = block->to->pdata[i];

      if (link->source != block)
        weir_history_set_when (self->history, link, link->when);
    }
}

static void
rewrite_output (WeirWorkflow *self, WeirGraph *graph, const char *old, const char *id)
{
  const char *output = weir_graph_get_output (graph);
  gsize length = strlen (old);
  g_autofree char *changed = NULL;

  if (output == NULL || strncmp (output, old, length) != 0 || (output[length] != '.' && output[length] != '\0'))
    return;
  changed = g_strconcat (id, output + length, NULL);
  weir_workflow_set_output (self, graph, changed);
}

/**
 * weir_workflow_rename_block:
 * @self: a workflow
 * @block: one of its blocks
 * @id: the new id, unique in its graph
 * @error: %WEIR_ERROR_INVALID for an id that is taken or none
 *
 * Links, expressions (`blocks.old`) and a designated output that name the block follow.
 *
 * Returns: whether it was renamed
 */
gboolean
weir_workflow_rename_block (WeirWorkflow *self, WeirBlock *block, const char *id, GError **error)
{
  g_autofree char *old = NULL;
  g_autoptr(GHashTable) ids = NULL;

  g_return_val_if_fail (WEIR_IS_WORKFLOW (self), FALSE);
  g_return_val_if_fail (WEIR_IS_BLOCK (block) && block->graph != NULL, FALSE);
  g_return_val_if_fail (id != NULL, FALSE);

  if (g_str_equal (block->id, id))
    return TRUE;
  if (!weir_graph_check_new_id (block->graph, id, error))
    return FALSE;

  old = g_strdup (block->id);
  weir_workflow_begin_edit (self, N_("Rename Block"));
  weir_history_set_id (self->history, block, id);
  rewrite_links (self, block);
  ids = g_hash_table_new (g_str_hash, g_str_equal);
  g_hash_table_insert (ids, old, (gpointer) id);
  weir_workflow_follow_ids (self, block->graph, ids);
  rewrite_output (self, block->graph, old, id);
  weir_workflow_end_edit (self);
  return TRUE;
}
