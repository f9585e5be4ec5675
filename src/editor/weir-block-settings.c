/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weir-block-settings.h"

#include <glib/gi18n.h>

#include "weir-block-groups.h"
#include "weir-field-editor.h"

struct _WeirBlockSettings
{
  AdwBin parent_instance;

  WeirWorkflow *workflow;
  WeirBlock    *block;
  GtkWidget    *page;
  GPtrArray    *editors;      /* of WeirFieldEditor */
  GtkWidget    *reliability;
  GtkWidget    *joins;
  GtkWidget    *touches;
  GtkWidget    *about;
};

G_DEFINE_FINAL_TYPE (WeirBlockSettings, weir_block_settings, ADW_TYPE_BIN)

static void
add_rows (GPtrArray *rows,
          GtkWidget *group,
          GtkWidget *expander)
{
  for (guint i = 0; i < rows->len; i++)
    if (expander != NULL)
      adw_expander_row_add_row (ADW_EXPANDER_ROW (expander), rows->pdata[i]);
    else
      adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), rows->pdata[i]);
}

static void
add_fields (WeirBlockSettings *self)
{
  const WeirBlockKind *kind = weir_block_get_kind (self->block);
  GtkWidget *group = adw_preferences_group_new ();
  GtkWidget *advanced = NULL;
  guint n_fields = 0;

  for (guint pass = 0; pass < 2; pass++)
    for (const WeirField *field = kind->fields; field != NULL && field->name != NULL; field++)
      {
        g_autoptr(GPtrArray) rows = NULL;
        WeirFieldEditor *editor;

        if (field->advanced != (pass == 1))
          continue;
        if (field->advanced && advanced == NULL)
          {
            advanced = g_object_new (ADW_TYPE_EXPANDER_ROW, "title", _("More Settings"), NULL);
            adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), advanced);
          }
        editor = weir_field_editor_new (self->workflow, self->block, field);
        g_ptr_array_add (self->editors, editor);
        rows = weir_field_editor_list_rows (editor);
        add_rows (rows, group, advanced);
        n_fields++;
      }

  if (n_fields == 0)
    adw_preferences_group_set_description (ADW_PREFERENCES_GROUP (group), _("This block has no settings of its own."));
  gtk_box_append (GTK_BOX (self->page), group);
}

static void
block_changed_cb (WeirBlockSettings *self)
{
  for (guint i = 0; i < self->editors->len; i++)
    weir_field_editor_refresh (self->editors->pdata[i]);
  weir_block_groups_refresh (self->reliability);
  weir_block_groups_refresh (self->joins);
  weir_block_groups_refresh (self->touches);
  weir_block_groups_refresh (self->about);
}

static void
weir_block_settings_dispose (GObject *object)
{
  WeirBlockSettings *self = WEIR_BLOCK_SETTINGS (object);

  g_clear_pointer (&self->editors, g_ptr_array_unref);
  g_clear_object (&self->workflow);
  g_clear_object (&self->block);
  G_OBJECT_CLASS (weir_block_settings_parent_class)->dispose (object);
}

static void
weir_block_settings_class_init (WeirBlockSettingsClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = weir_block_settings_dispose;
}

static void
weir_block_settings_init (WeirBlockSettings *self)
{
  self->editors = g_ptr_array_new_with_free_func (g_object_unref);
  self->page = gtk_box_new (GTK_ORIENTATION_VERTICAL, 18);
  adw_bin_set_child (ADW_BIN (self), self->page);
}

/**
 * weir_block_settings_new:
 * @workflow: the workflow to change
 * @block: one of its blocks; a block of an unknown kind gets a note in place of a form
 *
 * Returns: (transfer floating): the form
 */
GtkWidget *
weir_block_settings_new (WeirWorkflow *workflow,
                         WeirBlock    *block)
{
  WeirBlockSettings *self = g_object_new (WEIR_TYPE_BLOCK_SETTINGS, NULL);

  self->workflow = g_object_ref (workflow);
  self->block = g_object_ref (block);
  if (weir_block_get_kind (block) != NULL)
    add_fields (self);

  self->reliability = weir_block_groups_make_reliability (workflow, block);
  self->joins = weir_block_groups_make_joins (workflow, block);
  self->touches = weir_block_groups_make_touches (workflow, block);
  self->about = weir_block_groups_make_about (workflow, block);
  gtk_box_append (GTK_BOX (self->page), self->joins);
  gtk_box_append (GTK_BOX (self->page), self->reliability);
  gtk_box_append (GTK_BOX (self->page), self->touches);
  gtk_box_append (GTK_BOX (self->page), self->about);
  g_signal_connect_object (block, "changed", G_CALLBACK (block_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (workflow, "changed", G_CALLBACK (block_changed_cb), self, G_CONNECT_SWAPPED);
  return GTK_WIDGET (self);
}

/**
 * weir_block_settings_get_block:
 * @self: a form
 *
 * Returns: (transfer none): the block that it shows
 */
WeirBlock *
weir_block_settings_get_block (WeirBlockSettings *self)
{
  return self->block;
}

/**
 * weir_block_settings_set_problems:
 * @self: a form
 * @problems: of WeirProblem, of the whole workflow
 *
 * Shows below each row what validation says of it.
 */
void
weir_block_settings_set_problems (WeirBlockSettings *self,
                                  GListModel        *problems)
{
  for (guint i = 0; i < self->editors->len; i++)
    {
      const char *name = weir_field_editor_get_field (self->editors->pdata[i])->name;
      const char *message = NULL;
      gboolean missing = FALSE;

      for (guint j = 0; j < g_list_model_get_n_items (problems) && message == NULL; j++)
        {
          g_autoptr(WeirProblem) problem = g_list_model_get_item (problems, j);

          if (g_strcmp0 (weir_problem_get_block_path (problem), weir_block_get_path (self->block)) == 0
              && g_strcmp0 (weir_problem_get_field (problem), name) == 0)
            {
              message = weir_problem_get_message (problem);
              missing = g_str_equal (weir_problem_get_code (problem), "field.missing");
            }
        }
      weir_field_editor_set_problem (self->editors->pdata[i], message, missing);
    }
}

/**
 * weir_block_settings_focus_field:
 * @self: a form
 * @field: (nullable): the name of a setting; %NULL for the first
 *
 * Puts the keyboard into the row of a setting.
 */
void
weir_block_settings_focus_field (WeirBlockSettings *self,
                                 const char        *field)
{
  for (guint i = 0; i < self->editors->len; i++)
    if (field == NULL || g_str_equal (weir_field_editor_get_field (self->editors->pdata[i])->name, field))
      {
        weir_field_editor_grab_focus (self->editors->pdata[i]);
        return;
      }
}
