/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weir-discard-dialog.h"

#include <glib/gi18n.h>

struct _WeirDiscardDialog
{
  AdwAlertDialog parent_instance;

  GtkEditable *reason; /* not owned: the dialog has it */
};

G_DEFINE_FINAL_TYPE (WeirDiscardDialog, weir_discard_dialog, ADW_TYPE_ALERT_DIALOG)

enum { CONFIRMED, N_SIGNALS };
static guint signals[N_SIGNALS];

static void
weir_discard_dialog_response (AdwAlertDialog *dialog, const char *response)
{
  WeirDiscardDialog *self = WEIR_DISCARD_DIALOG (dialog);
  g_autofree char *reason = g_strstrip (g_strdup (gtk_editable_get_text (self->reason)));

  if (g_str_equal (response, "delete"))
    g_signal_emit (self, signals[CONFIRMED], 0, *reason != '\0' ? reason : NULL);
}

static void
weir_discard_dialog_class_init (WeirDiscardDialogClass *klass)
{
  ADW_ALERT_DIALOG_CLASS (klass)->response = weir_discard_dialog_response;
  signals[CONFIRMED] = g_signal_new ("confirmed", WEIR_TYPE_DISCARD_DIALOG, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                     G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
weir_discard_dialog_init (WeirDiscardDialog *self)
{
  AdwAlertDialog *dialog = ADW_ALERT_DIALOG (self);
  GtkWidget *list = gtk_list_box_new ();
  GtkWidget *row = g_object_new (ADW_TYPE_ENTRY_ROW, "title", _("Reason, for the Audit"), NULL);

  self->reason = GTK_EDITABLE (row);
  gtk_list_box_append (GTK_LIST_BOX (list), row);
  gtk_list_box_set_selection_mode (GTK_LIST_BOX (list), GTK_SELECTION_NONE);
  gtk_widget_add_css_class (list, "boxed-list");
  adw_alert_dialog_set_extra_child (dialog, list);
  adw_alert_dialog_set_heading_use_markup (dialog, FALSE);
  adw_alert_dialog_set_body_use_markup (dialog, FALSE);
  adw_alert_dialog_set_default_response (dialog, "keep");
  adw_alert_dialog_set_close_response (dialog, "keep");
}

/* ── what goes, and what stays ───────────────────────────────────────────────────────────── */

/* @text: how many there are; left out where there are none. */
static void
take_count (GPtrArray *parts, gint64 n, char *text)
{
  if (n > 0)
    g_ptr_array_add (parts, text);
  else
    g_free (text);
}

/* "14 steps, 230 lines of log, 3 large values" (transfer full) */
static char *
join (GPtrArray *parts)
{
  g_ptr_array_add (parts, NULL);
  return g_strjoinv (_(", "), (char **) parts->pdata);
}

static char *
describe_footprint (const WeirFootprint *footprint)
{
  g_autoptr(GPtrArray) parts = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *size = g_format_size ((guint64) MAX (footprint->bytes, 0));
  g_autofree char *list = NULL;

  take_count (
    parts, footprint->n_steps,
    g_strdup_printf (ngettext ("%d step", "%d steps", (gulong) footprint->n_steps), (int) footprint->n_steps));
  take_count (parts, footprint->n_lines,
              g_strdup_printf (ngettext ("%d line of the log", "%d lines of the log", (gulong) footprint->n_lines),
                               (int) footprint->n_lines));
  take_count (parts, footprint->n_blobs,
              g_strdup_printf (ngettext ("%d large value", "%d large values", (gulong) footprint->n_blobs),
                               (int) footprint->n_blobs));
  if (parts->len == 0)
    return g_strdup (_("All that is recorded of it is removed for good."));
  list = join (parts);
  return g_strdup_printf (_("Removed for good: %s, about %s, also from backups made since the run began."), list,
                          size);
}

static void
append_paragraph (GString *text, char *paragraph)
{
  g_string_append_printf (text, "%s%s", text->len > 0 ? "\n\n" : "", paragraph);
  g_free (paragraph);
}

static void
append_kept (GString *text, gint64 n_effects)
{
  if (n_effects > 0)
    append_paragraph (text, g_strdup_printf (ngettext ("%d change that it made stays, and can no longer be undone.",
                                                       "%d changes that it made stay, and can no longer be undone.",
                                                       (gulong) n_effects),
                                             (int) n_effects));
  append_paragraph (text, g_strdup (_("Kept: one line of the audit, which says who removed it, when and why.")));
}

static WeirDiscardDialog *
make (const char *heading, const char *body, const char *keep, const char *delete)
{
  WeirDiscardDialog *self = g_object_new (WEIR_TYPE_DISCARD_DIALOG, NULL);
  AdwAlertDialog *dialog = ADW_ALERT_DIALOG (self);

  adw_alert_dialog_set_heading (dialog, heading);
  adw_alert_dialog_set_body (dialog, body);
  adw_alert_dialog_add_responses (dialog, "keep", keep, "delete", delete, NULL);
  adw_alert_dialog_set_response_appearance (dialog, "delete", ADW_RESPONSE_DESTRUCTIVE);
  return self;
}

/**
 * weir_discard_dialog_new_run:
 * @run: number of a run
 * @part: (nullable): of the run, "each[3]" or "each/write"; %NULL: all of it
 * @live: whether it goes on
 * @footprint: what would go
 *
 * Returns: (transfer floating): a dialog, to be presented
 */
WeirDiscardDialog *
weir_discard_dialog_new_run (gint64 run, const char *part, gboolean live, const WeirFootprint *footprint)
{
  g_autofree char *heading = NULL;
  g_autoptr(GString) body = g_string_new (NULL);

  if (part != NULL)
    heading = g_strdup_printf (live ? _("Cancel and Delete “%s” of Run %d?") : _("Delete “%s” of Run %d Now?"), part,
                               (int) run);
  else
    heading = g_strdup_printf (live ? _("Cancel and Delete Run %d?") : _("Delete Run %d Now?"), (int) run);
  if (live)
    append_paragraph (body, g_strdup (_("It is force stopped. What it is at is cut off.")));
  append_paragraph (body, describe_footprint (footprint));
  append_kept (body, footprint->n_effects);
  return make (heading, body->str, part != NULL ? _("_Keep") : _("_Keep Run"),
               live ? _("Cancel and _Delete") : _("_Delete Now"));
}

/**
 * weir_discard_dialog_new_workflow:
 * @name: of a workflow that was recently deleted
 *
 * Returns: (transfer floating): a dialog, to be presented
 */
WeirDiscardDialog *
weir_discard_dialog_new_workflow (const char *name)
{
  g_autofree char *heading = g_strdup_printf (_("Delete “%s” Now?"), name);
  g_autoptr(GString) body = g_string_new (NULL);

  append_paragraph (body, g_strdup (_("Removed for good: the workflow with all its versions, variables and saved "
                                      "outputs. Its runs stay.")));
  append_kept (body, 0);
  return make (heading, body->str, _("_Keep Workflow"), _("_Delete Now"));
}

/**
 * weir_discard_dialog_new_all:
 * @n_runs: how many runs go
 * @n_parts: how many parts of runs
 * @n_workflows: how many workflows
 *
 * Returns: (transfer floating): a dialog, to be presented
 */
WeirDiscardDialog *
weir_discard_dialog_new_all (guint n_runs, guint n_parts, guint n_workflows)
{
  g_autoptr(GPtrArray) parts = g_ptr_array_new_with_free_func (g_free);
  g_autoptr(GString) body = g_string_new (NULL);
  g_autofree char *list = NULL;

  take_count (parts, n_workflows,
              g_strdup_printf (ngettext ("%d workflow", "%d workflows", (gulong) n_workflows), (int) n_workflows));
  take_count (parts, n_runs, g_strdup_printf (ngettext ("%d run", "%d runs", (gulong) n_runs), (int) n_runs));
  take_count (parts, n_parts,
              g_strdup_printf (ngettext ("%d part of a run", "%d parts of runs", (gulong) n_parts), (int) n_parts));
  list = join (parts);
  append_paragraph (body, g_strdup_printf (_("Removed for good: %s. What runs changed stays, and can no longer be "
                                             "undone."),
                                           list));
  append_paragraph (body,
                    g_strdup (_("Kept: one line of the audit for each, which says who removed it, when and why.")));
  return make (_("Empty Recently Deleted?"), body->str, _("_Keep All"), _("_Delete All"));
}

/**
 * weir_discard_dup_actor:
 *
 * Returns: (transfer full): who removes something here, for the audit
 */
char *
weir_discard_dup_actor (void)
{
  return g_strdup_printf ("%s (weir-studio)", g_get_user_name ());
}
