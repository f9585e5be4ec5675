/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gi18n.h>

#include "weir-diff-dialog.h"
#include "weir-workflow-page-private.h"

/* Parts: workflows that are made of a selection, unpacked again, and followed by those who call them. */

static const WeirExtractKinds kinds = { .call = "flow.subworkflow", .pass = "debug.noop" };

typedef struct
{
  WeirWorkflowPage *page;
  WeirWorkflow     *workflow;
  char             *block;     /* path of the call */
} PartCall;

static void
part_call_free (gpointer data)
{
  PartCall *call = data;

  g_object_unref (call->page);
  g_object_unref (call->workflow);
  g_free (call->block);
  g_free (call);
}

static PartCall *
part_call_new (WeirWorkflowPage *self,
               WeirBlock        *block)
{
  PartCall *call = g_new (PartCall, 1);

  call->page = g_object_ref (self);
  call->workflow = g_object_ref (self->workflow);
  call->block = g_strdup (weir_block_get_path (block));
  return call;
}

/* The block while the same workflow is still open; NULL if it is gone. */
static WeirBlock *
find_call (PartCall *call)
{
  return call->page->workflow == call->workflow && call->page->engine != NULL ? weir_workflow_find_block (call->workflow, call->block)
                                                                              : NULL;
}

static WeirBlock *
get_selected_call (WeirWorkflowPage *self)
{
  WeirBlock *block = self->workflow != NULL ? weir_canvas_get_selected_block (self->canvas) : NULL;

  return block != NULL && g_str_equal (weir_block_get_kind_id (block), kinds.call) ? block : NULL;
}

/* ── making one ─────────────────────────────────────────────────────────────────────────── */

/* A name that can be read, and is not taken. */
static char *
make_part_id (const char *name)
{
  g_autofree char *slug = g_str_to_ascii (name, NULL);
  GString *id = g_string_new ("part-");

  for (const char *c = slug; *c != '\0' && id->len < 40; c++)
    if (g_ascii_isalnum (*c))
      g_string_append_c (id, g_ascii_tolower (*c));
    else if (id->str[id->len - 1] != '-')
      g_string_append_c (id, '-');
  g_string_append_printf (id, "%s%08x", id->str[id->len - 1] == '-' ? "" : "-", g_random_int ());
  return g_string_free_and_steal (id);
}

static void
make_part (WeirWorkflowPage *self,
           const char       *name)
{
  GListModel *selected = weir_canvas_get_selected (self->canvas);
  guint n = g_list_model_get_n_items (selected);
  g_autofree WeirBlock **blocks = g_new (WeirBlock *, n);
  g_autofree char *id = make_part_id (name);
  g_autoptr(WeirWorkflow) part = NULL;
  g_autoptr(GError) error = NULL;
  WeirBlock *call = NULL;

  if (n == 0)
    return;
  for (guint i = 0; i < n; i++)
    {
      blocks[i] = g_list_model_get_item (selected, i);
      g_object_unref (blocks[i]);   /* the selection holds it */
    }
  part = weir_workflow_extract (self->workflow, blocks, n, &kinds, name, id, &call, &error);
  if (part == NULL)
    {
      weir_workflow_page_toast (self, error->message);
      return;
    }
  weir_workflow_page_follow (self, weir_engine_save_workflow (self->engine, part, NULL));
  weir_canvas_select_block (self->canvas, call, FALSE);
}

static void
name_chosen_cb (AdwAlertDialog   *dialog,
                const char       *response,
                WeirWorkflowPage *self)
{
  const char *name = gtk_editable_get_text (GTK_EDITABLE (adw_alert_dialog_get_extra_child (dialog)));

  if (g_str_equal (response, "make") && *name != '\0' && self->workflow != NULL && self->engine != NULL)
    make_part (self, name);
}

static void
name_changed_cb (GtkEditable    *entry,
                 AdwAlertDialog *dialog)
{
  adw_alert_dialog_set_response_enabled (dialog, "make", *gtk_editable_get_text (entry) != '\0');
}

static void
make_cb (GtkWidget  *widget,
         const char *action,
         GVariant   *target)
{
  WeirWorkflowPage *self = WEIR_WORKFLOW_PAGE (widget);
  AdwAlertDialog *dialog;
  GtkWidget *entry;

  if (self->workflow == NULL || g_list_model_get_n_items (weir_canvas_get_selected (self->canvas)) == 0)
    {
      weir_workflow_page_toast (self, _("Select the blocks first"));
      return;
    }
  dialog = ADW_ALERT_DIALOG (adw_alert_dialog_new (_("Make a Block of the Selection"),
                                                   _("The selected blocks become a workflow of their own, which other workflows can call too.")));
  entry = g_object_new (GTK_TYPE_ENTRY, "activates-default", TRUE, "placeholder-text", _("Name"), NULL);
  gtk_accessible_update_property (GTK_ACCESSIBLE (entry), GTK_ACCESSIBLE_PROPERTY_LABEL, _("Name"), -1);
  adw_alert_dialog_set_extra_child (dialog, entry);
  adw_alert_dialog_add_responses (dialog, "keep", _("_Keep as It Is"), "make", _("_Make Block"), NULL);
  adw_alert_dialog_set_response_appearance (dialog, "make", ADW_RESPONSE_SUGGESTED);
  adw_alert_dialog_set_response_enabled (dialog, "make", FALSE);
  adw_alert_dialog_set_default_response (dialog, "make");
  adw_alert_dialog_set_close_response (dialog, "keep");
  g_signal_connect (entry, "changed", G_CALLBACK (name_changed_cb), dialog);
  g_signal_connect_object (dialog, "response", G_CALLBACK (name_chosen_cb), self, 0);
  adw_dialog_present (ADW_DIALOG (dialog), widget);
  gtk_widget_grab_focus (entry);
}

/* ── unpacking ──────────────────────────────────────────────────────────────────────────── */

static DexFuture *
load_called (WeirWorkflowPage *self,
             WeirBlock        *block,
             guint             version)
{
  return weir_engine_load_workflow (self->engine, weir_value_get_member_text (weir_block_get_config (block), "workflow", ""), version);
}

static guint
get_version (WeirBlock *block)
{
  return (guint) weir_value_get_member_int (weir_block_get_config (block), "version", 0);
}

static DexFuture *
unpacked_cb (DexFuture *future,
             gpointer   user_data)
{
  PartCall *call = user_data;
  WeirBlock *block = find_call (call);
  g_autoptr(GError) error = NULL;
  const GValue *value = dex_future_get_value (future, &error);
  g_autoptr(GPtrArray) blocks = NULL;

  if (block == NULL)
    return dex_future_new_true ();
  if (value != NULL)
    blocks = weir_workflow_unpack (call->workflow, block, g_value_get_object (value), &kinds, &error);
  if (blocks == NULL)
    {
      weir_workflow_page_toast (call->page, error->message);
      return dex_future_new_true ();
    }
  weir_canvas_clear_selection (call->page->canvas);
  for (guint i = 0; i < blocks->len; i++)
    weir_canvas_select_block (call->page->canvas, blocks->pdata[i], TRUE);
  return dex_future_new_true ();
}

static void
unpack_cb (GtkWidget  *widget,
           const char *action,
           GVariant   *target)
{
  WeirWorkflowPage *self = WEIR_WORKFLOW_PAGE (widget);
  WeirBlock *block = get_selected_call (self);

  if (block != NULL && self->engine != NULL)
    dex_future_disown (dex_future_finally (load_called (self, block, get_version (block)), unpacked_cb, part_call_new (self, block),
                                           part_call_free));
}

/* ── following a new version ────────────────────────────────────────────────────────────── */

static void
follow_version (PartCall     *call,
                WeirWorkflow *newest)
{
  WeirBlock *block = find_call (call);
  g_autoptr(WeirValue) now = weir_workflow_make_interface (newest);
  g_autoptr(WeirValue) interface = NULL;
  g_autoptr(WeirValue) version = weir_value_new_int (weir_workflow_get_version (newest));
  g_autofree char *name = NULL;

  if (block == NULL)
    return;
  name = g_strdup_printf (_("Follow Version %u"), weir_workflow_get_version (newest));
  interface = weir_interface_update (weir_value_find_member (weir_block_get_config (block), "interface"), now);
  weir_workflow_begin_edit (call->workflow, name);
  if (get_version (block) > 0)
    weir_workflow_set_field (call->workflow, block, "version", version);
  weir_workflow_set_field (call->workflow, block, "interface", interface);
  weir_workflow_end_edit (call->workflow);
}

static void
accepted_cb (WeirDiffDialog *dialog,
             PartCall       *call)
{
  follow_version (call, g_object_get_data (G_OBJECT (dialog), "newest"));
}

static void
closure_free (gpointer  data,
              GClosure *closure)
{
  part_call_free (data);
}

/* What the button does; NULL where there is nothing to do. */
static const char *
find_offer (WeirBlock    *block,
            WeirWorkflow *newest)
{
  WeirValue *saved = weir_value_find_member (weir_block_get_config (block), "interface");
  g_autoptr(WeirValue) now = weir_workflow_make_interface (newest);
  g_autofree char *difference = saved != NULL ? weir_interface_compare (saved, now) : g_strdup ("");

  if (get_version (block) > 0)
    return get_version (block) != weir_workflow_get_version (newest) ? _("_Follow This Version") : NULL;
  return difference != NULL ? _("_Update Ports") : NULL;
}

static void
present_diff (PartCall     *call,
              WeirBlock    *block,
              WeirWorkflow *before,
              WeirWorkflow *newest)
{
  g_autofree char *title = g_strdup_printf (_("“%s”: Version %u to %u"), weir_workflow_get_name (newest),
                                            weir_workflow_get_version (before), weir_workflow_get_version (newest));
  WeirDiffDialog *dialog = weir_diff_dialog_new (title, before, newest, find_offer (block, newest));

  g_object_set_data_full (G_OBJECT (dialog), "newest", g_object_ref (newest), g_object_unref);
  g_signal_connect_data (dialog, "accepted", G_CALLBACK (accepted_cb), part_call_new (call->page, block), closure_free, 0);
  adw_dialog_present (ADW_DIALOG (dialog), GTK_WIDGET (call->page));
}

/* From the version that it is pinned to; one that follows the latest, from the version before that. */
static DexFuture *
follow_fiber (gpointer user_data)
{
  PartCall *call = user_data;
  WeirBlock *block = find_call (call);
  guint pinned = get_version (block);
  g_autoptr(GError) error = NULL;
  g_autoptr(WeirWorkflow) newest = dex_await_object (load_called (call->page, block, 0), &error);
  guint from = newest == NULL ? 0 : pinned > 0 ? pinned : MAX (weir_workflow_get_version (newest), 2) - 1;
  g_autoptr(WeirWorkflow) before = NULL;

  block = find_call (call);
  if (newest != NULL && block != NULL)
    before = dex_await_object (load_called (call->page, block, from), &error);
  block = find_call (call);
  if (before != NULL && block != NULL)
    present_diff (call, block, before, newest);
  else if (error != NULL)
    weir_workflow_page_toast (call->page, error->message);
  return dex_future_new_true ();
}

static void
follow_cb (GtkWidget  *widget,
           const char *action,
           GVariant   *target)
{
  WeirWorkflowPage *self = WEIR_WORKFLOW_PAGE (widget);
  WeirBlock *block = get_selected_call (self);

  if (block != NULL && self->engine != NULL)
    dex_future_disown (dex_scheduler_spawn (NULL, 0, follow_fiber, part_call_new (self, block), part_call_free));
}

/**
 * weir_workflow_page_update_part:
 * @self: a page
 *
 * Offers what can be done with the selection now.
 */
void
weir_workflow_page_update_part (WeirWorkflowPage *self)
{
  gboolean call = get_selected_call (self) != NULL;

  gtk_widget_action_set_enabled (GTK_WIDGET (self), "edit.make-block",
                                 self->workflow != NULL && g_list_model_get_n_items (weir_canvas_get_selected (self->canvas)) > 0);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "edit.unpack", call);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "edit.follow-version", call);
}

/**
 * weir_workflow_page_install_part:
 * @widget_class: the class of the page
 *
 * Adds the actions of this file.
 */
void
weir_workflow_page_install_part (GtkWidgetClass *widget_class)
{
  gtk_widget_class_install_action (widget_class, "edit.make-block", NULL, make_cb);
  gtk_widget_class_install_action (widget_class, "edit.unpack", NULL, unpack_cb);
  gtk_widget_class_install_action (widget_class, "edit.follow-version", NULL, follow_cb);
}
