/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gi18n.h>

#include "weir-workflow-page-private.h"

/* Versions: their list, and their names. */

typedef struct
{
  WeirWorkflowPage *page;
  char             *workflow;  /* id */
  guint             version;
} Naming;

static void
naming_free (gpointer data)
{
  Naming *naming = data;

  g_object_unref (naming->page);
  g_free (naming->workflow);
  g_free (naming);
}

static void
closure_free (gpointer  data,
              GClosure *closure)
{
  naming_free (data);
}

static Naming *
naming_new (WeirWorkflowPage *self,
            guint             version)
{
  Naming *naming = g_new (Naming, 1);

  naming->page = g_object_ref (self);
  naming->workflow = g_strdup (weir_workflow_get_id (self->workflow));
  naming->version = version;
  return naming;
}

static DexFuture *
named_cb (DexFuture *future,
          gpointer   user_data)
{
  Naming *naming = user_data;
  g_autoptr(GError) error = NULL;

  if (dex_future_get_value (future, &error) == NULL)
    weir_workflow_page_toast (naming->page, error->message);
  weir_workflow_page_reload_versions (naming->page);
  return dex_future_new_true ();
}

static void
chosen_cb (AdwAlertDialog *dialog,
           const char     *response,
           Naming         *naming)
{
  g_autofree char *name = g_strstrip (g_strdup (gtk_editable_get_text (GTK_EDITABLE (adw_alert_dialog_get_extra_child (dialog)))));
  WeirWorkflowPage *self = naming->page;
  gboolean remove = g_str_equal (response, "remove");
  DexFuture *named;

  if ((!remove && (!g_str_equal (response, "name") || *name == '\0')) || self->engine == NULL)
    return;
  named = weir_engine_name_version (self->engine, naming->workflow, naming->version, remove ? NULL : name);
  dex_future_disown (dex_future_finally (named, named_cb, naming_new (self, naming->version), naming_free));
}

static void
name_changed_cb (GtkEditable    *entry,
                 AdwAlertDialog *dialog)
{
  g_autofree char *name = g_strstrip (g_strdup (gtk_editable_get_text (entry)));

  adw_alert_dialog_set_response_enabled (dialog, "name", *name != '\0');
}

static void
ask_for_name (WeirWorkflowPage *self,
              guint             version,
              const char       *name)
{
  g_autofree char *heading = g_strdup_printf (_("Name of Version %u"), version);
  AdwAlertDialog *dialog = ADW_ALERT_DIALOG (adw_alert_dialog_new (heading, _("A version with a name stays as it is. What you edit after it goes into the next one.")));
  GtkWidget *entry = g_object_new (GTK_TYPE_ENTRY, "activates-default", TRUE, "placeholder-text", _("Name"), NULL);

  gtk_accessible_update_property (GTK_ACCESSIBLE (entry), GTK_ACCESSIBLE_PROPERTY_LABEL, _("Name"), -1);
  gtk_editable_set_text (GTK_EDITABLE (entry), name);
  adw_alert_dialog_set_extra_child (dialog, entry);
  adw_alert_dialog_add_responses (dialog, "keep", _("_Keep as It Is"), "name", _("_Save Name"), NULL);
  if (*name != '\0')
    {
      adw_alert_dialog_add_responses (dialog, "remove", _("_Remove Name"), NULL);
      adw_alert_dialog_set_response_appearance (dialog, "remove", ADW_RESPONSE_DESTRUCTIVE);
    }
  adw_alert_dialog_set_response_appearance (dialog, "name", ADW_RESPONSE_SUGGESTED);
  adw_alert_dialog_set_default_response (dialog, "name");
  adw_alert_dialog_set_close_response (dialog, "keep");
  name_changed_cb (GTK_EDITABLE (entry), dialog);
  g_signal_connect (entry, "changed", G_CALLBACK (name_changed_cb), dialog);
  g_signal_connect_data (dialog, "response", G_CALLBACK (chosen_cb), naming_new (self, version), closure_free, 0);
  adw_dialog_present (ADW_DIALOG (dialog), GTK_WIDGET (self));
  gtk_widget_grab_focus (entry);
}

static void
rename_cb (GtkWidget  *widget,
           const char *action,
           GVariant   *target)
{
  WeirWorkflowPage *self = WEIR_WORKFLOW_PAGE (widget);
  const char *name;
  guint version;

  g_variant_get (target, "(u&s)", &version, &name);
  if (self->workflow != NULL && self->engine != NULL)
    ask_for_name (self, version, name);
}

static DexFuture *
saved_cb (DexFuture *future,
            gpointer   user_data)
{
  Naming *naming = user_data;

  if (naming->page->workflow != NULL && g_strcmp0 (weir_workflow_get_id (naming->page->workflow), naming->workflow) == 0)
    ask_for_name (naming->page, weir_workflow_get_version (naming->page->workflow), "");
  return dex_future_new_true ();
}

/* What is on the canvas now, which is saved for it. */
static void
name_cb (GtkWidget  *widget,
         const char *action,
         GVariant   *target)
{
  WeirWorkflowPage *self = WEIR_WORKFLOW_PAGE (widget);

  if (self->workflow == NULL || self->engine == NULL)
    return;
  dex_future_disown (weir_workflow_page_flush (self));
  /* also when a save was on its way already */
  dex_future_disown (dex_future_then (weir_engine_save_workflow (self->engine, self->workflow, NULL), saved_cb, naming_new (self, 0),
                                      naming_free));
}

/**
 * weir_workflow_page_reload_versions:
 * @self: a page
 *
 * Lists the versions anew if they are in sight.
 */
void
weir_workflow_page_reload_versions (WeirWorkflowPage *self)
{
  if (self->workflow == NULL || self->engine == NULL || weir_workflow_get_id (self->workflow) == NULL
      || g_strcmp0 (adw_view_stack_get_visible_child_name (self->pages), "versions") != 0)
    return;
  weir_versions_page_load (self->versions, self->engine, weir_workflow_get_id (self->workflow),
                           weir_workflow_get_version (self->workflow));
}

/**
 * weir_workflow_page_install_versions:
 * @widget_class: the class of the page
 *
 * Adds the actions of this file.
 */
void
weir_workflow_page_install_versions (GtkWidgetClass *widget_class)
{
  gtk_widget_class_install_action (widget_class, "workflow.name-version", NULL, name_cb);
  gtk_widget_class_install_action (widget_class, "workflow.rename-version", "(us)", rename_cb);
}
