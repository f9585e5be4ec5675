/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which ways lead through a selection: whether it can be one block, and what may not come. */
#include "weir-extract-private.h"

typedef struct
{
  WeirExtract *extract;
  gboolean     inside;
  GHashTable  *seen;
} Walk;

static gboolean
is_chosen (WeirExtract *self, WeirBlock *block)
{
  return g_hash_table_contains (self->chosen, block->id);
}

/* Whether an output is the only one that a block has, so that it gives something there when it is done. */
static gboolean
is_only_output (WeirBlock *block, const char *port)
{
  WeirPortList *ports = weir_block_get_ports (block);

  return g_str_equal (port, "done")
         || (ports->outputs->len == 1 && g_str_equal (g_array_index (ports->outputs, WeirPort, 0).name, port));
}

/* Whether it fires whenever what leads to it does; one that waits for several fires as soon as one of them comes. */
static gboolean
is_sure_to_fire (Walk *self, WeirBlock *block)
{
  gboolean any = FALSE;

  if (!g_hash_table_add (self->seen, block))
    return FALSE;
  for (guint i = 0; i < block->to->len; i++)
    {
      WeirLink *link = block->to->pdata[i];

      if (is_chosen (self->extract, link->source) != self->inside)
        continue;
      any = TRUE;
      if (link->when == NULL && is_only_output (link->source, link->source_port)
          && is_sure_to_fire (self, link->source))
        return TRUE;
    }
  return !any;
}

/* Whether @port gives something in every run that gets there. @inside: the block is one of the selection, and its ways within that count. */
gboolean
weir_extract_is_certain (WeirExtract *self, WeirBlock *block, const char *port, gboolean inside)
{
  g_autoptr(GHashTable) seen = g_hash_table_new (NULL, NULL);
  Walk walk = { self, inside, seen };

  if (inside)
    for (guint i = 0; i < self->in->len; i++)
      {
        const WeirCrossing *crossing = self->in->pdata[i];

        if (crossing->uncertain || crossing->when != NULL)
          return FALSE;
      }
  return (port == NULL || is_only_output (block, port)) && is_sure_to_fire (&walk, block);
}

static void
spread (WeirExtract *self, WeirBlock *block, gboolean forward, GHashTable *reached)
{
  GPtrArray *links = forward ? block->from : block->to;

  for (guint i = 0; i < links->len; i++)
    {
      WeirLink *link = links->pdata[i];
      WeirBlock *next = forward ? link->target : link->source;

      if (!is_chosen (self, next) && g_hash_table_add (reached, next))
        spread (self, next, forward, reached);
    }
}

static void
spread_from_chosen (WeirExtract *self, gboolean forward, GHashTable *reached)
{
  for (guint i = 0; i < self->graph->blocks->len; i++)
    if (is_chosen (self, self->graph->blocks->pdata[i]))
      spread (self, self->graph->blocks->pdata[i], forward, reached);
}

/* One block cannot give something before it gets all that it waits for. */
gboolean
weir_extract_check_paths (WeirExtract *self, GError **error)
{
  g_autoptr(GHashTable) after = g_hash_table_new (NULL, NULL);
  g_autoptr(GHashTable) before = g_hash_table_new (NULL, NULL);

  spread_from_chosen (self, TRUE, after);
  spread_from_chosen (self, FALSE, before);
  for (guint i = 0; i < self->graph->blocks->len; i++)
    {
      WeirBlock *block = self->graph->blocks->pdata[i];

      if (g_hash_table_contains (after, block) && g_hash_table_contains (before, block))
        {
          g_set_error (error, WEIR_ERROR, WEIR_ERROR_INVALID,
                       "\"%s\" comes after some of the selected blocks and before others: select it as well",
                       weir_block_get_title (block));
          return FALSE;
        }
    }
  return TRUE;
}
