/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What is kept for undo, and what can be said about it before a run. */

#include "weir-engine-private.h"
#include "weir-registry.h"
#include "weir-workflow.h"

#define DEFAULT_LIMIT (G_GINT64_CONSTANT (1) << 30)

/**
 * weir_engine_set_undo_limit:
 * @self: an engine
 * @bytes: the most that is kept of what one effect replaces or removes; 0: the default, 1 GiB
 *
 * What is larger is changed all the same, and cannot be undone; the log says so.
 */
void
weir_engine_set_undo_limit (WeirEngine *self, gint64 bytes)
{
  g_return_if_fail (WEIR_IS_ENGINE (self));

  self->undo_limit = MAX (bytes, 0);
}

/**
 * weir_engine_get_undo_limit:
 * @self: an engine
 *
 * Returns: bytes that are kept of what one effect replaces or removes
 */
gint64
weir_engine_get_undo_limit (WeirEngine *self)
{
  g_return_val_if_fail (WEIR_IS_ENGINE (self), DEFAULT_LIMIT);

  return self->undo_limit > 0 ? self->undo_limit : DEFAULT_LIMIT;
}

/* ── before a run ───────────────────────────────────────────────────────────────────────── */

static gboolean
writes_files (const WeirBlockKind *kind)
{
  for (guint i = 0; kind->permissions != NULL && kind->permissions[i] != NULL; i++)
    if (g_str_has_prefix (kind->permissions[i], "fs.write"))
      return TRUE;
  return FALSE;
}

static char *
describe_undo (const WeirBlockKind *kind, WeirUndoKind undo, gint64 limit)
{
  g_autofree char *size = g_format_size_full ((guint64) limit, G_FORMAT_SIZE_IEC_UNITS);

  if (undo == WEIR_UNDO_IRREVERSIBLE)
    return g_strdup ("Cannot be undone");
  if (undo == WEIR_UNDO_COMPENSATE)
    return g_strdup ("Is taken back by an opposite action");
  if (writes_files (kind))
    return g_strdup_printf ("Can be undone where what one step replaces or deletes has at most %s", size);
  return g_strdup ("Can be undone");
}

static void
foretell_block (WeirBuilder *list, WeirBlock *block, gint64 limit)
{
  const WeirBlockKind *kind = weir_block_get_kind (block);
  WeirUndoKind undo = kind != NULL ? weir_kind_get_undo (kind, weir_block_get_config (block)) : WEIR_UNDO_NONE;
  g_autofree char *text = NULL;
  WeirBuilder *record;

  if (undo == WEIR_UNDO_NONE || !weir_block_get_enabled (block))
    return;
  text = describe_undo (kind, undo, limit);
  record = weir_record_builder_new (5);
  weir_builder_set_take (record, "block", weir_value_new_text (weir_block_get_path (block)));
  weir_builder_set_take (record, "title", weir_value_new_text (weir_block_get_title (block)));
  weir_builder_set_take (record, "kind", weir_value_new_text (kind->id));
  weir_builder_set_take (record, "undo", weir_value_new_text (weir_undo_kind_get_name (undo)));
  weir_builder_set_take (record, "text", weir_value_new_text (text));
  weir_builder_take (list, weir_builder_end (record));
}

static void
foretell_graph (WeirBuilder *list, WeirGraph *graph, gint64 limit)
{
  for (guint i = 0; i < weir_graph_get_n_blocks (graph); i++)
    {
      WeirBlock *block = weir_graph_get_block (graph, i);

      foretell_block (list, block, limit);
      if (weir_block_get_body (block) != NULL)
        foretell_graph (list, weir_block_get_body (block), limit);
    }
}

/**
 * weir_workflow_foretell_undo:
 * @workflow: a workflow
 * @limit: bytes that are kept of what one effect replaces or removes; 0: the default, 1 GiB
 *
 * Says before a run how its effects could be undone; workflows that it calls are left out.
 *
 * Returns: (transfer full): a list of records {block, title, kind, undo, text}, one for each block that has an effect
 */
WeirValue *
weir_workflow_foretell_undo (WeirWorkflow *workflow, gint64 limit)
{
  WeirBuilder *list;

  g_return_val_if_fail (WEIR_IS_WORKFLOW (workflow), NULL);

  list = weir_list_builder_new (8);
  foretell_graph (list, weir_workflow_get_graph (workflow), limit > 0 ? limit : DEFAULT_LIMIT);
  return weir_builder_end (list);
}
