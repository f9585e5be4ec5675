/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Settings that are rows with a port each, as the cases of a switch: when rows change places or names, links stay with
 * their row. */
#include "weir-workflow-private.h"

#include <string.h>

static gsize
count_rows (WeirValue *rows)
{
  return rows != NULL && weir_value_get_kind (rows) == WEIR_VALUE_LIST ? weir_value_get_length (rows) : 0;
}

/* An editor that has not seen the id yet gives the row without it. */
static gboolean
same_row (WeirValue *before, WeirValue *after)
{
  g_autoptr(WeirValue) plain = NULL;

  if (weir_value_equal (before, after))
    return TRUE;
  if (weir_value_get_kind (before) != WEIR_VALUE_RECORD || weir_value_find_member (after, "id") != NULL)
    return FALSE;
  plain = weir_value_with_member (before, "id", NULL);
  return weir_value_equal (plain, after);
}

static gboolean
same_id (WeirValue *before, WeirValue *after)
{
  const char *id = weir_value_get_member_text (after, "id", NULL);

  return id != NULL && g_strcmp0 (weir_value_get_member_text (before, "id", NULL), id) == 0;
}

static void
match_by (
  WeirValue *before, WeirValue *after, int *old_of, gboolean *taken, gboolean (*same) (WeirValue *, WeirValue *))
{
  for (gsize j = 0; j < count_rows (after); j++)
    for (gsize i = 0; old_of[j] < 0 && i < count_rows (before); i++)
      if (!taken[i] && same (weir_value_get_item (before, i), weir_value_get_item (after, j)))
        {
          old_of[j] = (int) i;
          taken[i] = TRUE;
        }
}

/* For each row the place that it had, -1 for a new one: by id, then as it is, then, when no row came or went, by place. */
static int *
match_rows (WeirValue *before, WeirValue *after)
{
  gsize n_before = count_rows (before);
  gsize n_after = count_rows (after);
  int *old_of = g_new (int, n_after + 1);
  g_autofree gboolean *taken = g_new0 (gboolean, n_before + 1);

  for (gsize j = 0; j < n_after; j++)
    old_of[j] = -1;
  match_by (before, after, old_of, taken, same_id);
  match_by (before, after, old_of, taken, same_row);
  for (gsize j = 0; n_before == n_after && j < n_after; j++)
    if (old_of[j] < 0 && !taken[j])
      {
        old_of[j] = (int) j;
        taken[j] = TRUE;
      }
  return old_of;
}

static const WeirPort *
find_port_of_row (GArray *ports, gsize row)
{
  for (guint i = 0; i < ports->len; i++)
    if (g_array_index (ports, WeirPort, i).row == row + 1)
      return &g_array_index (ports, WeirPort, i);
  return NULL;
}

/* A row with a label has its port named after that. What the port of another was called it stays, and a new one gets a number
 * that no other port has. */
static char *
make_row_id (WeirPortList *ports, const char *word, int old, gsize place, GHashTable *given)
{
  const WeirPort *port = old >= 0 ? find_port_of_row (ports->outputs, (gsize) old) : NULL;

  if (port == NULL && old >= 0)
    port = find_port_of_row (ports->inputs, (gsize) old);
  if (port != NULL)
    return g_strdup (port->name);
  for (gsize number = place + 1;; number++)
    {
      g_autofree char *id = g_strdup_printf ("%s%" G_GSIZE_FORMAT, word, number);

      if (weir_port_list_find_output (ports, id) == NULL && weir_port_list_find_input (ports, id) == NULL
          && !g_hash_table_contains (given, id))
        return g_steal_pointer (&id);
    }
}

static gboolean
needs_id (WeirValue *row)
{
  const char *label = weir_value_get_member_text (row, "label", NULL);

  return weir_value_get_kind (row) == WEIR_VALUE_RECORD && weir_value_find_member (row, "id") == NULL
         && (label == NULL || label[0] == '\0');
}

/* The rows, those without a label with an id; the same value where nothing is missing. */
static WeirValue *
with_ids (const WeirField *field, WeirPortList *ports, WeirValue *rows, const int *old_of)
{
  g_autoptr(GHashTable) given = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr(WeirBuilder) list = weir_list_builder_new (count_rows (rows));

  for (gsize j = 0; j < count_rows (rows); j++)
    {
      const char *id = weir_value_get_member_text (weir_value_get_item (rows, j), "id", NULL);

      if (id != NULL)
        g_hash_table_add (given, g_strdup (id));
    }
  for (gsize j = 0; j < count_rows (rows); j++)
    {
      WeirValue *row = weir_value_get_item (rows, j);
      g_autoptr(WeirValue) id = NULL;
      char *text;

      if (!needs_id (row))
        {
          weir_builder_add (list, row);
          continue;
        }
      text = make_row_id (ports, field->rows, old_of[j], j, given);
      id = weir_value_new_text (text);
      g_hash_table_add (given, text);
      weir_builder_take (list, weir_value_with_member (row, "id", id));
    }
  return weir_builder_end (g_steal_pointer (&list));
}

/* What a port is called now; NULL if it did not come from a row, or its row is gone. */
static const char *
find_new_name (GArray *before, GArray *after, const int *old_of, gsize n_rows, const char *name)
{
  for (guint i = 0; i < before->len; i++)
    {
      const WeirPort *port = &g_array_index (before, WeirPort, i);

      if (port->row == 0 || !g_str_equal (port->name, name))
        continue;
      for (gsize j = 0; j < n_rows; j++)
        if (old_of[j] == (int) port->row - 1)
          {
            const WeirPort *now = find_port_of_row (after, j);

            return now != NULL ? now->name : NULL;
          }
    }
  return NULL;
}

static gboolean
follow_output (WeirWorkflow *self, WeirBlock *block, const char *old, const char *name)
{
  const char *output = weir_graph_get_output (block->graph);
  g_autofree char *written = g_strconcat (block->id, ".", old, NULL);
  g_autofree char *changed = NULL;

  if (name == NULL || g_strcmp0 (output, written) != 0)
    return FALSE;
  changed = g_strconcat (block->id, ".", name, NULL);
  weir_workflow_set_output (self, block->graph, changed);
  return TRUE;
}

static void
follow_links (
  WeirWorkflow *self, WeirBlock *block, WeirPortList *before, WeirPortList *after, const int *old_of, gsize n_rows)
{
  g_autoptr(GPtrArray) links = g_ptr_array_copy (block->from, NULL, NULL);

  for (guint i = 0; i < block->to->len; i++)
    if (!g_ptr_array_find (links, block->to->pdata[i], NULL))
      g_ptr_array_add (links, block->to->pdata[i]);
  for (guint i = 0; i < links->len; i++)
    {
      WeirLink *link = links->pdata[i];
      const char *source = link->source != block
                             ? NULL
                             : find_new_name (before->outputs, after->outputs, old_of, n_rows, link->source_port);
      const char *target = link->target != block
                             ? NULL
                             : find_new_name (before->inputs, after->inputs, old_of, n_rows, link->target_port);

      source = source != NULL ? source : link->source_port;
      target = target != NULL ? target : link->target_port;
      if (!g_str_equal (source, link->source_port) || !g_str_equal (target, link->target_port))
        weir_history_set_ports (self->history, link, source, target);
    }
  for (guint i = 0; i < before->outputs->len; i++)
    {
      const char *old = g_array_index (before->outputs, WeirPort, i).name;
      const char *name = find_new_name (before->outputs, after->outputs, old_of, n_rows, old);

      if (follow_output (self, block, old, name))
        break;
    }
}

/* Sets a setting that is rows with a port each; @value NULL removes it. @set puts the setting in place. */
void
weir_workflow_set_rows (WeirWorkflow *self,
                        WeirBlock *block,
                        const WeirField *field,
                        WeirValue *value,
                        void (*set) (WeirWorkflow *, WeirBlock *, const char *, WeirValue *))
{
  const WeirBlockKind *kind = weir_block_get_kind (block);
  WeirValue *present = weir_value_find_member (block->data->config, field->name);
  g_autoptr(WeirPortList) before = weir_kind_list_ports (kind, block->data->config);
  g_autoptr(WeirPortList) after = NULL;
  g_autofree int *old_of = match_rows (present, value);
  g_autoptr(WeirValue) rows = value != NULL && weir_value_get_kind (value) == WEIR_VALUE_LIST
                                 ? with_ids (field, before, value, old_of)
                               : value != NULL ? weir_value_ref (value)
                                               : NULL;

  weir_workflow_begin_edit (self, N_("Change Block"));
  set (self, block, field->name, rows);
  after = weir_kind_list_ports (kind, block->data->config);
  follow_links (self, block, before, after, old_of, count_rows (rows));
  weir_workflow_end_edit (self);
}
