/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weir-link-properties.h"

#include <glib/gi18n.h>

#include "weir-value-row.h"

struct _WeirLinkProperties
{
  AdwBin parent_instance;

  WeirWorkflow *workflow;
  WeirLink     *link;
  GtkWidget    *group;
  GtkWidget    *when;
  GtkWidget    *run_group;
  GtkWidget    *value_row;   /* NULL while nothing went over the link */
  WeirValue    *value;
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
  g_clear_pointer (&self->value, weir_value_unref);
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
  self->run_group = g_object_new (ADW_TYPE_PREFERENCES_GROUP, "title", _("Last Run"), NULL);
  gtk_box_append (GTK_BOX (page), self->run_group);
  adw_bin_set_child (ADW_BIN (self), page);

  refresh (self);
  g_signal_connect_swapped (self->when, "changed", G_CALLBACK (when_changed_cb), self);
  g_signal_connect_object (workflow, "changed", G_CALLBACK (refresh), self, G_CONNECT_SWAPPED);
  return GTK_WIDGET (self);
}

/* The same link in the version that ran; NULL if it did not have it. */
static WeirLink *
find_twin (WeirRunView *view,
           WeirLink    *link)
{
  WeirWorkflow *ran = weir_run_view_get_workflow (view);
  WeirBlock *container = weir_graph_get_container (weir_block_get_graph (weir_link_get_source (link)));
  WeirBlock *twin = container != NULL ? weir_workflow_find_block (ran, weir_block_get_path (container)) : NULL;
  WeirGraph *graph = container == NULL ? weir_workflow_get_graph (ran) : twin != NULL ? weir_block_get_body (twin) : NULL;

  for (guint i = 0; graph != NULL && i < weir_graph_get_n_links (graph); i++)
    {
      WeirLink *other = weir_graph_get_link (graph, i);

      if (g_str_equal (weir_link_get_source_port (other), weir_link_get_source_port (link))
          && g_str_equal (weir_link_get_target_port (other), weir_link_get_target_port (link))
          && g_str_equal (weir_block_get_id (weir_link_get_source (other)), weir_block_get_id (weir_link_get_source (link)))
          && g_str_equal (weir_block_get_id (weir_link_get_target (other)), weir_block_get_id (weir_link_get_target (link))))
        return other;
    }
  return NULL;
}

/**
 * weir_link_properties_show_run:
 * @self: a form
 * @view: (nullable): the run that is shown
 *
 * Shows how often something went over the link, and the last value.
 */
void
weir_link_properties_show_run (WeirLinkProperties *self,
                               WeirRunView        *view)
{
  WeirBlockSummary summary = { 0 };
  g_autofree char *count = NULL;
  WeirValue *value = NULL;
  guint n_deliveries = 0;
  gboolean closed = FALSE;

  if (weir_block_get_graph (weir_link_get_source (self->link)) == NULL)
    return;
  if (view != NULL)
    {
      WeirRunState *state = weir_run_view_get_state (view);
      WeirLink *twin = find_twin (view, self->link);

      if (twin != NULL)
        n_deliveries = weir_run_state_count_deliveries (state, twin, &closed);
      weir_run_state_summarize_block (state, weir_block_get_path (weir_link_get_source (self->link)), &summary);
      if (n_deliveries > 0 && summary.last != NULL && summary.last->outputs != NULL)
        value = weir_value_find_member (summary.last->outputs, weir_link_get_source_port (self->link));
    }

  count = n_deliveries > 0 ? g_strdup_printf (ngettext ("Something went over it once", "Something went over it %u times", n_deliveries), n_deliveries)
                           : g_strdup (closed ? _("Nothing went over it: its condition did not hold, or its output stayed empty") : _("Nothing went over it yet"));
  adw_preferences_group_set_description (ADW_PREFERENCES_GROUP (self->run_group), count);
  if (value == self->value)
    return;
  if (self->value_row != NULL)
    adw_preferences_group_remove (ADW_PREFERENCES_GROUP (self->run_group), self->value_row);
  self->value_row = NULL;
  g_clear_pointer (&self->value, weir_value_unref);
  if (value == NULL)
    return;
  self->value = weir_value_ref (value);
  self->value_row = weir_value_row_new (_("Value"), value);
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (self->run_group), self->value_row);
}
