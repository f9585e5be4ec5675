/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weir-canvas-private.h"
#include "weir-canvas-signs.h"

/* What is wrong with a block, where the block is: a list elsewhere says it in words, but not at which of fifty cards to look. */

static GQuark
problem_quark (void)
{
  return g_quark_from_static_string ("weir-canvas-problem");
}

static void
forget (gpointer block)
{
  g_object_set_qdata (G_OBJECT (block), problem_quark (), NULL);
  g_object_unref (block);
}

/* The blocks that have one, for as long as they do. */
static GHashTable *
make_set (void)
{
  return g_hash_table_new_full (NULL, NULL, forget, NULL);
}

/**
 * weir_card_get_problem:
 * @block: a block
 *
 * Returns: (transfer none) (nullable): the first error of the block or of what is in it, a sentence; %NULL if it has none
 */
const char *
weir_card_get_problem (WeirBlock *block)
{
  return g_object_get_qdata (G_OBJECT (block), problem_quark ());
}

/* A container that is not open has the problems of what is in it. */
static void
mark (GHashTable *marked,
      WeirBlock  *block,
      const char *message)
{
  for (WeirBlock *at = block; at != NULL && weir_block_get_graph (at) != NULL;
       at = weir_graph_get_container (weir_block_get_graph (at)))
    if (!g_hash_table_contains (marked, at))
      {
        g_hash_table_add (marked, g_object_ref (at));
        g_object_set_qdata_full (G_OBJECT (at), problem_quark (), g_strdup (message), g_free);
      }
}

/**
 * weir_canvas_set_problems:
 * @self: a canvas
 * @workflow: what it shows
 * @problems: of WeirProblem, of the whole workflow
 *
 * Shows a sign on the blocks that keep the workflow from running.
 */
void
weir_canvas_set_problems (WeirCanvas   *self,
                          WeirWorkflow *workflow,
                          GListModel   *problems)
{
  g_autoptr(GHashTable) before = g_object_steal_qdata (G_OBJECT (self), problem_quark ());
  g_autoptr(GHashTable) had = g_hash_table_new (NULL, NULL);
  GHashTable *marked = make_set ();
  GHashTableIter iter;
  gpointer block;

  if (before != NULL)
    {
      g_hash_table_iter_init (&iter, before);
      while (g_hash_table_iter_next (&iter, &block, NULL))
        g_hash_table_add (had, block);
      g_hash_table_remove_all (before);
    }
  for (guint i = 0; i < g_list_model_get_n_items (problems); i++)
    {
      g_autoptr(WeirProblem) problem = g_list_model_get_item (problems, i);
      const char *path = weir_problem_get_block_path (problem);
      WeirBlock *found = path != NULL ? weir_workflow_find_block (workflow, path) : NULL;

      if (found != NULL && weir_problem_get_severity (problem) == WEIR_SEVERITY_ERROR)
        mark (marked, found, weir_problem_get_message (problem));
    }

  for (guint i = 0; self->scene != NULL && i < self->scene->cards->len; i++)
    {
      WeirCard *card = g_ptr_array_index (self->scene->cards, i);

      if (g_hash_table_contains (had, card->block) != g_hash_table_contains (marked, card->block))
        weir_card_drop_nodes (card);
    }
  g_object_set_qdata_full (G_OBJECT (self), problem_quark (), marked, (GDestroyNotify) g_hash_table_unref);
  weir_canvas_accessible_refresh (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}
