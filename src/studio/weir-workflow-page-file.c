/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The file that the workflow came from: what changes there is offered, and never taken unasked. */
#include <glib/gi18n.h>

#include "weir-diff-dialog.h"
#include "weir-place-blocks.h"
#include "weir-workflow-page-private.h"

static void
answer (WeirWorkflowPage *self)
{
  if (self->file_text != NULL)
    weir_file_link_accept (self->file_link, self->file_text);
  g_clear_pointer (&self->file_text, g_free);
  g_clear_object (&self->file_version);
  weir_notice_hide (self->file_notice);
}

static void
show_notice (WeirWorkflowPage *self,
             const char       *message,
             gboolean          readable)
{
  static const WeirNoticeButton reload = { N_("Reload"), "file.reload", NULL };
  static const WeirNoticeButton compare = { N_("See Changes"), "file.compare", NULL };
  static const WeirNoticeButton keep = { N_("Keep Mine"), "file.keep", NULL };
  const WeirNoticeButton first = { _(reload.label), reload.action, NULL };
  const WeirNoticeButton second = { _(compare.label), compare.action, NULL };
  const WeirNoticeButton third = { _(keep.label), keep.action, NULL };

  weir_notice_show (self->file_notice, "document-edit-symbolic", message, readable ? &first : NULL,
                    readable ? &second : NULL, FALSE);
  weir_notice_set_third (self->file_notice, &third);
}

static char *
describe (WeirWorkflowPage *self,
          const char       *name)
{
  g_autoptr(GListModel) changes = weir_workflow_diff (self->workflow, self->file_version);
  guint n_changes = g_list_model_get_n_items (changes);

  if (n_changes > 0 && !weir_changes_have_meaning (changes))
    return g_strdup_printf (_("“%s” was changed outside: blocks stand in other places"), name);
  if (n_changes > 0)
    return g_strdup_printf (ngettext ("“%s” was changed outside: %u difference to what is here",
                                      "“%s” was changed outside: %u differences to what is here", n_changes),
                            name, n_changes);
  return g_strdup_printf (_("“%s” was changed outside, in its comments or layout of the text"), name);
}

static void
file_changed_cb (WeirWorkflowPage *self,
                 const char       *text)
{
  g_autofree char *name = g_path_get_basename (weir_file_link_get_path (self->file_link));
  g_autofree char *mine = weir_workflow_to_yaml (self->workflow);
  g_autofree char *message = NULL;
  g_autoptr(GError) error = NULL;

  g_set_str (&self->file_text, text);
  g_clear_object (&self->file_version);
  if (g_str_equal (mine, text))
    {
      answer (self);
      return;
    }
  self->file_version = weir_workflow_parse (text, -1, NULL, &error);
  if (self->file_version != NULL)
    message = describe (self, name);
  else
    message = g_strdup_printf (_("“%s” was changed outside and cannot be read: %s"), name, error->message);
  show_notice (self, message, self->file_version != NULL);
}

static void
reload (WeirWorkflowPage *self)
{
  g_autoptr(WeirWorkflow) version = g_steal_pointer (&self->file_version);

  if (version == NULL || self->workflow == NULL)
    return;
  /* what was here comes back with Undo */
  weir_workflow_begin_edit (self->workflow, _("Reload from File"));
  weir_workflow_replace (self->workflow, version, NULL);
  weir_place_new_blocks (weir_workflow_get_graph (self->workflow), self->workflow);
  weir_workflow_end_edit (self->workflow);
  answer (self);
}

static void
reload_cb (GtkWidget  *widget,
           const char *action,
           GVariant   *target)
{
  reload (WEIR_WORKFLOW_PAGE (widget));
}

static void
keep_cb (GtkWidget  *widget,
         const char *action,
         GVariant   *target)
{
  answer (WEIR_WORKFLOW_PAGE (widget));
}

static void
compare_cb (GtkWidget  *widget,
            const char *action,
            GVariant   *target)
{
  WeirWorkflowPage *self = WEIR_WORKFLOW_PAGE (widget);
  WeirDiffDialog *dialog;

  if (self->file_version == NULL)
    return;
  dialog = weir_diff_dialog_new (_("Changed Outside"), self->workflow, self->file_version, _("_Reload"));
  g_signal_connect_object (dialog, "accepted", G_CALLBACK (reload), self, G_CONNECT_SWAPPED);
  adw_dialog_present (ADW_DIALOG (dialog), widget);
}

static void
save_file_cb (GtkWidget  *widget,
              const char *action,
              GVariant   *target)
{
  WeirWorkflowPage *self = WEIR_WORKFLOW_PAGE (widget);
  g_autofree char *text = NULL;
  g_autofree char *message = NULL;
  g_autoptr(GError) error = NULL;
  const char *path;

  if (self->file_link == NULL || self->workflow == NULL)
    return;
  weir_yaml_pane_flush (self->yaml_pane);
  /* not over what somebody else wrote: that is asked first */
  if (!weir_file_link_is_known (self->file_link))
    {
      weir_file_link_check (self->file_link);
      return;
    }
  path = weir_file_link_get_path (self->file_link);
  if (!weir_workflow_save_file (self->workflow, path, &error) || !g_file_get_contents (path, &text, NULL, &error))
    {
      weir_workflow_page_toast (self, error->message);
      return;
    }
  weir_file_link_accept (self->file_link, text);
  message = g_strdup_printf (_("Saved to %s"), path);
  weir_workflow_page_toast (self, message);
}

/**
 * weir_workflow_page_watch_file:
 * @self: a page
 *
 * Watches the file that its workflow came from, if there is one.
 */
void
weir_workflow_page_watch_file (WeirWorkflowPage *self)
{
  const char *id = self->workflow != NULL ? weir_workflow_get_id (self->workflow) : NULL;

  if (self->file_link != NULL)
    g_signal_handlers_disconnect_by_data (self->file_link, self);
  g_clear_object (&self->file_link);
  g_clear_object (&self->file_version);
  g_clear_pointer (&self->file_text, g_free);
  weir_notice_hide (self->file_notice);
  if (id != NULL)
    self->file_link = weir_file_link_new (id);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "file.save", self->file_link != NULL);
  if (self->file_link == NULL)
    return;
  g_signal_connect_object (self->file_link, "changed", G_CALLBACK (file_changed_cb), self, G_CONNECT_SWAPPED);
  weir_file_link_check (self->file_link);
}

/**
 * weir_workflow_page_install_file:
 * @widget_class: the class of the page
 *
 * Adds the actions of this file.
 */
void
weir_workflow_page_install_file (GtkWidgetClass *widget_class)
{
  gtk_widget_class_bind_template_child (widget_class, WeirWorkflowPage, file_notice);
  gtk_widget_class_install_action (widget_class, "file.reload", NULL, reload_cb);
  gtk_widget_class_install_action (widget_class, "file.keep", NULL, keep_cb);
  gtk_widget_class_install_action (widget_class, "file.compare", NULL, compare_cb);
  gtk_widget_class_install_action (widget_class, "file.save", NULL, save_file_cb);
}
