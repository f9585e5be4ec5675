/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weir-block-groups-private.h"

#include <string.h>

#include <glib/gi18n.h>

#include "weir-spin-row.h"

static void
group_free (gpointer data)
{
  WeirGroup *group = data;

  g_object_unref (group->workflow);
  g_object_unref (group->block);
  g_ptr_array_unref (group->rows);
  g_free (group);
}

WeirGroup *
weir_group_new (WeirWorkflow *workflow,
                WeirBlock    *block,
                const char   *title,
                void        (*refresh) (WeirGroup *group))
{
  WeirGroup *group = g_new0 (WeirGroup, 1);

  group->workflow = g_object_ref (workflow);
  group->block = g_object_ref (block);
  group->rows = g_ptr_array_new ();
  group->refresh = refresh;
  group->widget = g_object_new (ADW_TYPE_PREFERENCES_GROUP, "title", title, NULL);
  g_object_set_data_full (G_OBJECT (group->widget), "group", group, group_free);
  return group;
}

GtkWidget *
weir_group_add (WeirGroup *group,
                GtkWidget *row)
{
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (group->widget), row);
  g_ptr_array_add (group->rows, row);
  return row;
}

void
weir_group_clear (WeirGroup *group)
{
  for (guint i = 0; i < group->rows->len; i++)
    adw_preferences_group_remove (ADW_PREFERENCES_GROUP (group->widget), group->rows->pdata[i]);
  g_ptr_array_set_size (group->rows, 0);
}

/**
 * weir_block_groups_refresh:
 * @group: what one of the make functions gave
 *
 * Shows what the block has now.
 */
void
weir_block_groups_refresh (GtkWidget *group)
{
  WeirGroup *self = g_object_get_data (G_OBJECT (group), "group");

  self->showing = TRUE;
  self->refresh (self);
  self->showing = FALSE;
}

void
weir_group_show_text (GtkWidget  *row,
                      const char *text)
{
  if (!g_str_equal (gtk_editable_get_text (GTK_EDITABLE (row)), text))
    gtk_editable_set_text (GTK_EDITABLE (row), text);
}

/* Joins */

static void
store_join_cb (WeirGroup   *group,
               GParamSpec  *pspec,
               AdwComboRow *row)
{
  const char *port = g_object_get_data (G_OBJECT (row), "port");
  GtkWidget *n_row = g_object_get_data (G_OBJECT (row), "n-row");

  if (group->showing)
    return;
  weir_workflow_begin_edit (group->workflow, _("Change Join"));
  weir_workflow_set_join (group->workflow, group->block, port, (WeirJoin) adw_combo_row_get_selected (row),
                          adw_spin_row_get_value (ADW_SPIN_ROW (n_row)));
  weir_workflow_end_edit (group->workflow);
}

static void
store_join_n_cb (WeirGroup  *group,
                 GParamSpec *pspec,
                 GtkWidget  *n_row)
{
  store_join_cb (group, NULL, g_object_get_data (G_OBJECT (n_row), "join-row"));
}

static void
add_join (WeirGroup  *group,
          const char *port,
          guint       n_links)
{
  const char *choices[] = { _("Wait for All"), _("Fire for Each"), _("Only the First"), _("A Number of Them"),
                            _("Each, with the Latest of All"), NULL };
  g_autoptr(GtkStringList) model = gtk_string_list_new (choices);
  g_autofree char *title = g_strdup_printf (_("%u Links at “%s”"), n_links, port);
  guint n = 1;
  WeirJoin join = weir_block_get_join (group->block, port, &n);
  GtkWidget *row = g_object_new (ADW_TYPE_COMBO_ROW, "title", title, "use-markup", FALSE, "model", model, "selected", (guint) join, NULL);
  GtkWidget *n_row = weir_spin_row_new (1, n_links, 1);

  g_object_set (n_row, "title", _("How Many"), "value", (double) MAX (n, 1), "visible", join == WEIR_JOIN_N_OF_M, NULL);
  g_object_set_data_full (G_OBJECT (row), "port", g_strdup (port), g_free);
  g_object_set_data (G_OBJECT (row), "n-row", n_row);
  g_object_set_data (G_OBJECT (n_row), "join-row", row);
  g_signal_connect_swapped (row, "notify::selected", G_CALLBACK (store_join_cb), group);
  g_signal_connect_swapped (n_row, "notify::value", G_CALLBACK (store_join_n_cb), group);
  weir_group_add (group, row);
  weir_group_add (group, n_row);
}

static char *
describe_joins (WeirGroup  *group,
                GHashTable *counts)
{
  GString *text = g_string_new (NULL);
  WeirLink **links;
  guint n_links;

  links = weir_graph_get_links_to (weir_block_get_graph (group->block), group->block, &n_links);
  for (guint i = 0; i < n_links; i++)
    {
      const char *port = weir_link_get_target_port (links[i]);
      guint count = GPOINTER_TO_UINT (g_hash_table_lookup (counts, port)) + 1;

      g_hash_table_insert (counts, (gpointer) port, GUINT_TO_POINTER (count));
      if (count == 2)
        {
          guint n = 0;
          WeirJoin join = weir_block_get_join (group->block, port, &n);

          g_string_append_printf (text, "%s:%d:%u;", port, join, n);
        }
    }
  g_string_append_printf (text, "%u", n_links);
  return g_string_free (text, FALSE);
}

static void
refresh_joins (WeirGroup *group)
{
  g_autoptr(GHashTable) counts = g_hash_table_new (g_str_hash, g_str_equal);
  g_autofree char *description = NULL;
  GHashTableIter iter;
  gpointer port, count;

  if (weir_block_get_graph (group->block) == NULL)
    return;

  /* Rows are made anew only when links or joins are others, so that an open list stays open. */
  description = describe_joins (group, counts);
  if (g_strcmp0 (description, g_object_get_data (G_OBJECT (group->widget), "described")) == 0)
    return;
  weir_group_clear (group);
  g_hash_table_iter_init (&iter, counts);
  while (g_hash_table_iter_next (&iter, &port, &count))
    if (GPOINTER_TO_UINT (count) > 1)
      add_join (group, port, GPOINTER_TO_UINT (count));
  gtk_widget_set_visible (group->widget, group->rows->len > 0);
  g_object_set_data_full (G_OBJECT (group->widget), "described", g_steal_pointer (&description), g_free);
}

/**
 * weir_block_groups_make_joins:
 * @workflow: the workflow to change
 * @block: a block
 *
 * What happens at inputs with several links; hidden where there are none.
 *
 * Returns: (transfer floating): a group
 */
GtkWidget *
weir_block_groups_make_joins (WeirWorkflow *workflow,
                              WeirBlock    *block)
{
  WeirGroup *group = weir_group_new (workflow, block, _("When Several Links Arrive"), refresh_joins);

  weir_block_groups_refresh (group->widget);
  return group->widget;
}

/* The block itself */

static void
label_changed_cb (WeirGroup *group)
{
  const char *text = gtk_editable_get_text (GTK_EDITABLE (group->label));

  if (group->showing)
    return;
  weir_workflow_merge_next_edit (group->workflow);
  weir_workflow_begin_edit (group->workflow, _("Change Title"));
  weir_workflow_set_label (group->workflow, group->block, *text != '\0' ? text : NULL);
  weir_workflow_end_edit (group->workflow);
}

static void
note_changed_cb (WeirGroup *group)
{
  const char *text = gtk_editable_get_text (GTK_EDITABLE (group->note));

  if (group->showing)
    return;
  weir_workflow_merge_next_edit (group->workflow);
  weir_workflow_begin_edit (group->workflow, _("Change Note"));
  weir_workflow_set_block_note (group->workflow, group->block, *text != '\0' ? text : NULL);
  weir_workflow_end_edit (group->workflow);
}

static void
enabled_changed_cb (WeirGroup *group)
{
  gboolean enabled = adw_switch_row_get_active (ADW_SWITCH_ROW (group->enabled));

  if (group->showing)
    return;
  weir_workflow_begin_edit (group->workflow, enabled ? _("Enable Block") : _("Disable Block"));
  weir_workflow_set_enabled (group->workflow, group->block, enabled);
  weir_workflow_end_edit (group->workflow);
}

static void
id_apply_cb (WeirGroup *group,
             GtkWidget *row)
{
  g_autoptr(GError) error = NULL;

  if (group->showing)
    return;
  if (weir_workflow_rename_block (group->workflow, group->block, gtk_editable_get_text (GTK_EDITABLE (row)), &error))
    {
      gtk_widget_remove_css_class (row, "error");
      gtk_widget_set_tooltip_text (row, NULL);
      return;
    }
  gtk_widget_add_css_class (row, "error");
  gtk_widget_set_tooltip_text (row, error->message);
}

static void
refresh_about (WeirGroup *group)
{
  const char *label = weir_block_get_label (group->block);
  const char *note = weir_block_get_note (group->block);
  GtkWidget *id = group->rows->pdata[1];

  weir_group_show_text (group->label, label != NULL ? label : "");
  weir_group_show_text (group->note, note != NULL ? note : "");
  if (!gtk_widget_has_css_class (id, "error"))
    weir_group_show_text (id, weir_block_get_id (group->block));
  adw_switch_row_set_active (ADW_SWITCH_ROW (group->enabled), weir_block_get_enabled (group->block));
}

/**
 * weir_block_groups_make_about:
 * @workflow: the workflow to change
 * @block: a block
 *
 * Title, name in expressions, note, and whether the block takes part.
 *
 * Returns: (transfer floating): a group
 */
GtkWidget *
weir_block_groups_make_about (WeirWorkflow *workflow,
                              WeirBlock    *block)
{
  WeirGroup *group = weir_group_new (workflow, block, _("Block"), refresh_about);
  GtkWidget *id;

  group->showing = TRUE;
  group->label = weir_group_add (group, g_object_new (ADW_TYPE_ENTRY_ROW, "title", _("Title"), NULL));
  id = weir_group_add (group, g_object_new (ADW_TYPE_ENTRY_ROW, "title", _("Name in Links and Expressions"),
                                       "show-apply-button", TRUE, NULL));
  group->note = weir_group_add (group, g_object_new (ADW_TYPE_ENTRY_ROW, "title", _("Note"), NULL));
  group->enabled = weir_group_add (group, g_object_new (ADW_TYPE_SWITCH_ROW, "title", _("Enabled"),
                                                   "subtitle", _("A disabled block is skipped"), NULL));
  g_signal_connect_swapped (group->label, "changed", G_CALLBACK (label_changed_cb), group);
  g_signal_connect_swapped (id, "apply", G_CALLBACK (id_apply_cb), group);
  g_signal_connect_swapped (group->note, "changed", G_CALLBACK (note_changed_cb), group);
  g_signal_connect_swapped (group->enabled, "notify::active", G_CALLBACK (enabled_changed_cb), group);
  weir_block_groups_refresh (group->widget);
  return group->widget;
}
