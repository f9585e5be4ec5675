/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weir-link-properties.h"

#include <glib/gi18n.h>

struct _WeirLinkProperties
{
  AdwBin parent_instance;

  WeirWorkflow *workflow;
  WeirLink     *link;
  GtkWidget    *group;
  GtkWidget    *when;
  gboolean      showing;
};

G_DEFINE_FINAL_TYPE (WeirLinkProperties, weir_link_properties, ADW_TYPE_BIN)

static void
when_changed_cb (WeirLinkProperties *self)
{
  const char *text = gtk_editable_get_text (GTK_EDITABLE (self->when));
  g_autoptr(GError) error = NULL;

  if (self->showing)
    return;

  /* A condition half typed is kept as it is; validation says so too. */
  if (*text != '\0' && weir_expression_compile (text, &error) == NULL)
    gtk_widget_add_css_class (self->when, "error");
  else
    gtk_widget_remove_css_class (self->when, "error");
  adw_preferences_group_set_description (ADW_PREFERENCES_GROUP (self->group),
                                         error != NULL ? error->message : _("An expression over “value”. Empty: always."));

  weir_workflow_merge_next_edit (self->workflow);
  weir_workflow_begin_edit (self->workflow, _("Change Condition"));
  weir_workflow_set_when (self->workflow, self->link, *text != '\0' ? text : NULL);
  weir_workflow_end_edit (self->workflow);
}

static void
refresh (WeirLinkProperties *self)
{
  const char *when = weir_link_get_when (self->link);

  self->showing = TRUE;
  if (!g_str_equal (gtk_editable_get_text (GTK_EDITABLE (self->when)), when != NULL ? when : ""))
    gtk_editable_set_text (GTK_EDITABLE (self->when), when != NULL ? when : "");
  self->showing = FALSE;
}

static void
weir_link_properties_dispose (GObject *object)
{
  WeirLinkProperties *self = WEIR_LINK_PROPERTIES (object);

  g_clear_object (&self->workflow);
  g_clear_object (&self->link);
  G_OBJECT_CLASS (weir_link_properties_parent_class)->dispose (object);
}

static void
weir_link_properties_class_init (WeirLinkPropertiesClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = weir_link_properties_dispose;
}

static void
weir_link_properties_init (WeirLinkProperties *self)
{
}

static GtkWidget *
make_end (const char *title,
          WeirBlock  *block,
          const char *port)
{
  g_autofree char *text = g_strdup_printf ("%s · %s", weir_block_get_title (block), port);

  return g_object_new (ADW_TYPE_ACTION_ROW, "use-markup", FALSE, "title", title, "subtitle", text,
                       "css-classes", (const char *[]) { "property", NULL }, NULL);
}

/**
 * weir_link_properties_new:
 * @workflow: the workflow to change
 * @link: one of its links
 *
 * Returns: (transfer floating): the form
 */
GtkWidget *
weir_link_properties_new (WeirWorkflow *workflow,
                          WeirLink     *link)
{
  WeirLinkProperties *self = g_object_new (WEIR_TYPE_LINK_PROPERTIES, NULL);
  GtkWidget *page = gtk_box_new (GTK_ORIENTATION_VERTICAL, 18);
  GtkWidget *ends = g_object_new (ADW_TYPE_PREFERENCES_GROUP, "title", _("Link"), NULL);

  self->workflow = g_object_ref (workflow);
  self->link = g_object_ref (link);
  self->group = g_object_new (ADW_TYPE_PREFERENCES_GROUP, "title", _("Condition"),
                              "description", _("An expression over “value”. Empty: always."), NULL);
  self->when = g_object_new (ADW_TYPE_ENTRY_ROW, "title", _("Only When"), NULL);
  gtk_widget_add_css_class (self->when, "expression");
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (ends),
                             make_end (_("From"), weir_link_get_source (link), weir_link_get_source_port (link)));
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (ends),
                             make_end (_("To"), weir_link_get_target (link), weir_link_get_target_port (link)));
  if (weir_link_is_feedback (link))
    adw_preferences_group_set_description (ADW_PREFERENCES_GROUP (ends), _("This link leads back: it closes a cycle."));
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (self->group), self->when);
  gtk_box_append (GTK_BOX (page), ends);
  gtk_box_append (GTK_BOX (page), self->group);
  adw_bin_set_child (ADW_BIN (self), page);

  refresh (self);
  g_signal_connect_swapped (self->when, "changed", G_CALLBACK (when_changed_cb), self);
  g_signal_connect_object (workflow, "changed", G_CALLBACK (refresh), self, G_CONNECT_SWAPPED);
  return GTK_WIDGET (self);
}
