/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weir-value-picker.h"

#include <glib/gi18n.h>

/* More than anybody reads; the nearest come first. */
#define MAX_BLOCKS 24

struct _WeirValuePicker
{
  AdwBin parent_instance;

  WeirWorkflow *workflow;
  WeirBlock    *block;
  GtkWidget    *button;
  GtkWidget    *popover;
  GtkWidget    *page;       /* groups, made anew each time it opens */
  GtkEditable  *editable;   /* not owned; NULL: only `picked` */
  gboolean      expression;
  guint         n_rows;
};

enum { PICKED, N_SIGNALS };
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (WeirValuePicker, weir_value_picker, ADW_TYPE_BIN)

static void
insert (WeirValuePicker *self,
        const char      *expression)
{
  const char *before = gtk_editable_get_text (self->editable);
  gboolean bare = self->expression || before[0] == '=';
  g_autofree char *text = bare ? g_strdup (expression) : g_strdup_printf ("{{ %s }}", expression);
  int position;

  gtk_editable_delete_selection (self->editable);
  position = gtk_editable_get_position (self->editable);
  gtk_editable_insert_text (self->editable, text, -1, &position);
  gtk_widget_grab_focus (GTK_WIDGET (self->editable));
  gtk_editable_set_position (self->editable, position);
}

static void
row_activated_cb (WeirValuePicker *self,
                  GtkListBoxRow   *row)
{
  g_autofree char *expression = g_strdup (g_object_get_data (G_OBJECT (row), "weir-expression"));

  gtk_popover_popdown (GTK_POPOVER (self->popover));
  if (self->editable != NULL)
    insert (self, expression);
  g_signal_emit (self, signals[PICKED], 0, expression);
}

static GtkWidget *
add_heading (WeirValuePicker *self,
             const char      *title)
{
  GtkWidget *heading = gtk_label_new (title);

  gtk_label_set_xalign (GTK_LABEL (heading), 0);
  gtk_label_set_ellipsize (GTK_LABEL (heading), PANGO_ELLIPSIZE_END);
  gtk_widget_add_css_class (heading, "caption-heading");
  gtk_widget_add_css_class (heading, "value-heading");
  gtk_box_append (GTK_BOX (self->page), heading);
  return heading;
}

static GtkWidget *
add_group (WeirValuePicker *self,
           const char      *title)
{
  GtkWidget *heading = add_heading (self, title);
  GtkWidget *list = gtk_list_box_new ();

  gtk_list_box_set_selection_mode (GTK_LIST_BOX (list), GTK_SELECTION_NONE);
  gtk_widget_add_css_class (list, "navigation-sidebar");
  gtk_accessible_update_relation (GTK_ACCESSIBLE (list), GTK_ACCESSIBLE_RELATION_LABELLED_BY, heading, NULL, -1);
  g_signal_connect_object (list, "row-activated", G_CALLBACK (row_activated_cb), self, G_CONNECT_SWAPPED);
  gtk_box_append (GTK_BOX (self->page), list);
  return list;
}

static void
add_row (WeirValuePicker *self,
         GtkWidget       *group,
         const char      *title,
         const char      *expression)
{
  GtkWidget *row = gtk_list_box_row_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  GtkWidget *name = gtk_label_new (title);
  GtkWidget *source = gtk_label_new (expression);

  gtk_label_set_ellipsize (GTK_LABEL (source), PANGO_ELLIPSIZE_MIDDLE);
  gtk_label_set_xalign (GTK_LABEL (source), 1);
  gtk_label_set_width_chars (GTK_LABEL (source), 12);
  gtk_widget_set_hexpand (source, TRUE);
  gtk_widget_add_css_class (source, "caption");
  gtk_widget_add_css_class (source, "dimmed");
  gtk_box_append (GTK_BOX (box), name);
  gtk_box_append (GTK_BOX (box), source);
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), box);
  gtk_accessible_update_property (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_PROPERTY_LABEL, title,
                                  GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, expression, -1);
  g_object_set_data_full (G_OBJECT (row), "weir-expression", g_strdup (expression), g_free);
  gtk_list_box_append (GTK_LIST_BOX (group), row);
  self->n_rows++;
}

static void
add_file_rows (WeirValuePicker *self,
               GtkWidget       *group,
               const char      *expression)
{
  static const struct { const char *title, *member; } members[] = {
    { N_("Path"), "path" }, { N_("Name"), "name" }, { N_("Size in Bytes"), "size" }, { N_("Time of Change"), "modified" },
    { N_("Year of Change"), "modified.getFullYear()" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (members); i++)
    {
      g_autofree char *whole = g_strconcat (expression, ".", members[i].member, NULL);

      add_row (self, group, _(members[i].title), whole);
    }
}

static const char *
get_port_title (const WeirPort *port)
{
  return port->title != NULL ? _(port->title) : port->name;
}

/* The output that a link comes from; NULL when the block has none of that name. */
static const WeirPort *
find_source (WeirLink *link)
{
  return weir_port_list_find_output (weir_block_get_ports (weir_link_get_source (link)),
                                     weir_link_get_source_port (link));
}

/* Whether the values of a loop are files, as far as the links into it tell. */
static gboolean
gives_files (WeirBlock *loop)
{
  guint n_links = 0;
  WeirLink **links = weir_graph_get_links_to (weir_block_get_graph (loop), loop, &n_links);

  for (guint i = 0; i < n_links; i++)
    {
      const WeirPort *port = find_source (links[i]);

      if (port != NULL && g_strcmp0 (port->type, "list<file>") == 0)
        return TRUE;
    }
  return FALSE;
}

/* Loops say so by having their items as an input. */
static gboolean
is_loop (WeirBlock *block)
{
  return weir_port_list_find_input (weir_block_get_ports (block), "items") != NULL;
}

static void
add_items (WeirValuePicker *self)
{
  for (WeirGraph *graph = weir_block_get_graph (self->block); graph != NULL;)
    {
      WeirBlock *container = weir_graph_get_container (graph);

      if (container == NULL)
        return;
      if (is_loop (container))
        {
          GtkWidget *group = add_group (self, weir_block_get_title (container));

          add_row (self, group, _("The Item"), "item");
          if (gives_files (container))
            add_file_rows (self, group, "item");
          add_row (self, group, _("Its Place, From 0"), "index");
          /* An inner loop hides the item of an outer one. */
          return;
        }
      graph = weir_block_get_graph (container);
    }
}

static void
add_inputs (WeirValuePicker *self)
{
  guint n = weir_workflow_get_n_inputs (self->workflow);
  GtkWidget *group = n > 0 ? add_group (self, _("Inputs of the Workflow")) : NULL;

  for (guint i = 0; i < n; i++)
    {
      const WeirInput *input = weir_workflow_get_input (self->workflow, i);
      g_autofree char *expression = g_strconcat ("inputs.", input->name, NULL);

      add_row (self, group, input->title != NULL ? input->title : input->name, expression);
    }
}

static void
add_incoming (WeirValuePicker *self)
{
  guint n_links = 0;
  WeirLink **links = weir_graph_get_links_to (weir_block_get_graph (self->block), self->block, &n_links);
  g_autoptr(GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  GtkWidget *group = NULL;

  for (guint i = 0; i < n_links; i++)
    {
      const char *name = weir_link_get_target_port (links[i]);
      const WeirPort *port = weir_port_list_find_input (weir_block_get_ports (self->block), name),
                     *source = find_source (links[i]);
      g_autofree char *expression = g_str_equal (name, "value") ? g_strdup ("value")
                                                                : g_strconcat ("input.", name, NULL);

      if (port == NULL || !g_hash_table_add (seen, (gpointer) name))
        continue;
      if (group == NULL)
        group = add_group (self, _("What Comes In"));
      add_row (self, group, get_port_title (port), expression);
      if (source != NULL && g_strcmp0 (source->type, "file") == 0)
        add_file_rows (self, group, expression);
    }
}

static void
add_outputs (WeirValuePicker *self,
             WeirBlock       *block)
{
  const GArray *outputs = weir_block_get_ports (block)->outputs;
  GtkWidget *group = NULL;

  for (guint i = 0; i < outputs->len; i++)
    {
      const WeirPort *port = &g_array_index (outputs, WeirPort, i);
      g_autofree char *expression = g_strdup_printf ("blocks.%s.%s", weir_block_get_id (block), port->name);

      if (port->side || g_str_equal (port->name, "done") || g_str_equal (port->name, "error"))
        continue;
      if (group == NULL)
        group = add_group (self, weir_block_get_title (block));
      add_row (self, group, get_port_title (port), expression);
      if (g_strcmp0 (port->type, "file") == 0)
        add_file_rows (self, group, expression);
    }
}

/* Blocks before this one, and before the containers that it is in: the nearest first. */
static void
add_blocks (WeirValuePicker *self)
{
  g_autoptr(GHashTable) seen = g_hash_table_new (NULL, NULL);
  g_autoptr(GPtrArray) queue = g_ptr_array_new ();
  WeirBlock *container;

  g_hash_table_add (seen, self->block);
  g_ptr_array_add (queue, self->block);
  for (guint i = 0; i < queue->len && queue->len < MAX_BLOCKS; i++)
    {
      WeirGraph *graph = weir_block_get_graph (queue->pdata[i]);
      guint n_links = 0;
      WeirLink **links = weir_graph_get_links_to (graph, queue->pdata[i], &n_links);

      for (guint j = 0; j < n_links; j++)
        if (g_hash_table_add (seen, weir_link_get_source (links[j])))
          {
            g_ptr_array_add (queue, weir_link_get_source (links[j]));
            add_outputs (self, weir_link_get_source (links[j]));
          }
      container = weir_graph_get_container (graph);
      if (container != NULL && g_hash_table_add (seen, container))
        g_ptr_array_add (queue, container);
    }
}

static void
fill (WeirValuePicker *self)
{
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (self->page)) != NULL)
    gtk_box_remove (GTK_BOX (self->page), child);
  self->n_rows = 0;

  if (weir_block_get_graph (self->block) != NULL)
    {
      add_items (self);
      add_incoming (self);
      add_inputs (self);
      add_blocks (self);
    }
  if (self->n_rows == 0)
    {
      GtkWidget *hint = gtk_label_new (_("Link a block to this one, or add an input to the workflow."));

      gtk_label_set_wrap (GTK_LABEL (hint), TRUE);
      gtk_label_set_xalign (GTK_LABEL (hint), 0);
      gtk_widget_add_css_class (hint, "dimmed");
      gtk_widget_add_css_class (hint, "value-heading");
      add_heading (self, _("Nothing to Insert Yet"));
      gtk_box_append (GTK_BOX (self->page), hint);
    }
}

static void
opened_cb (WeirValuePicker *self)
{
  if (gtk_widget_get_visible (self->popover))
    gtk_widget_child_focus (self->page, GTK_DIR_TAB_FORWARD);
}

static void
weir_value_picker_dispose (GObject *object)
{
  WeirValuePicker *self = WEIR_VALUE_PICKER (object);

  g_clear_object (&self->workflow);
  g_clear_object (&self->block);
  G_OBJECT_CLASS (weir_value_picker_parent_class)->dispose (object);
}

static void
weir_value_picker_class_init (WeirValuePickerClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = weir_value_picker_dispose;
  signals[PICKED] = g_signal_new ("picked", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                  G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
weir_value_picker_init (WeirValuePicker *self)
{
  GtkWidget *scroller = gtk_scrolled_window_new ();

  self->page = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  g_object_set (scroller, "hscrollbar-policy", GTK_POLICY_NEVER, "propagate-natural-height", TRUE, "max-content-height",
                380, "width-request", 300, "child", self->page, NULL);
  self->popover = gtk_popover_new ();
  gtk_popover_set_child (GTK_POPOVER (self->popover), scroller);
  g_signal_connect_object (self->popover, "notify::visible", G_CALLBACK (opened_cb), self, G_CONNECT_SWAPPED);

  self->button = gtk_menu_button_new ();
  gtk_menu_button_set_child (GTK_MENU_BUTTON (self->button), gtk_label_new ("{ }"));
  gtk_menu_button_set_popover (GTK_MENU_BUTTON (self->button), self->popover);
  gtk_widget_set_tooltip_text (self->button, _("Insert a Value"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->button), GTK_ACCESSIBLE_PROPERTY_LABEL, _("Insert a Value"),
                                  -1);
  gtk_widget_set_valign (self->button, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (self->button, "flat");
  gtk_widget_add_css_class (self->button, "value-picker-button");
  g_signal_connect_object (self->popover, "show", G_CALLBACK (fill), self, G_CONNECT_SWAPPED);
  adw_bin_set_child (ADW_BIN (self), self->button);
}

/**
 * weir_value_picker_new:
 * @workflow: the workflow of the block
 * @block: the block whose settings are written
 *
 * Returns: (transfer floating): a button
 */
GtkWidget *
weir_value_picker_new (WeirWorkflow *workflow,
                       WeirBlock    *block)
{
  WeirValuePicker *self = g_object_new (WEIR_TYPE_VALUE_PICKER, NULL);

  self->workflow = g_object_ref (workflow);
  self->block = g_object_ref (block);
  return GTK_WIDGET (self);
}

/**
 * weir_value_picker_insert_into:
 * @self: a picker
 * @editable: (nullable): what it writes into, which lives at least as long; %NULL: only `picked` tells
 * @expression: whether the text is one expression, in which nothing stands in braces
 *
 * From now on what is picked is inserted at the cursor of @editable, which then has the keyboard.
 */
void
weir_value_picker_insert_into (WeirValuePicker *self,
                               GtkEditable     *editable,
                               gboolean         expression)
{
  self->editable = editable;
  self->expression = expression;
}
