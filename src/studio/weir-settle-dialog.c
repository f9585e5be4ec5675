/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weir-settle-dialog.h"

#include <glib/gi18n.h>

struct _WeirSettleDialog
{
  AdwAlertDialog parent_instance;

  GPtrArray *rows;   /* not owned: the dialog has them */
};

G_DEFINE_FINAL_TYPE (WeirSettleDialog, weir_settle_dialog, ADW_TYPE_ALERT_DIALOG)

enum { SETTLED, N_SIGNALS };
static guint signals[N_SIGNALS];

/* "42" is a number and "[1]" a list, as in JSON; whatever is no JSON is text. */
static WeirValue *
read_value (const char *text)
{
  g_autoptr(WeirValue) value = weir_json_parse (text, -1, NULL);

  return value != NULL ? g_steal_pointer (&value) : weir_value_new_text (text);
}

static void
weir_settle_dialog_response (AdwAlertDialog *dialog,
                             const char     *response)
{
  WeirSettleDialog *self = WEIR_SETTLE_DIALOG (dialog);
  g_autoptr(WeirBuilder) record = NULL;
  g_autoptr(WeirValue) outputs = NULL;

  if (!g_str_equal (response, "done"))
    return;
  record = weir_record_builder_new (self->rows->len);
  for (guint i = 0; i < self->rows->len; i++)
    {
      const char *text = gtk_editable_get_text (self->rows->pdata[i]);

      if (*text != '\0')
        weir_builder_set_take (record, gtk_widget_get_name (self->rows->pdata[i]), read_value (text));
    }
  outputs = weir_builder_end (g_steal_pointer (&record));
  g_signal_emit (self, signals[SETTLED], 0, outputs);
}

static void
weir_settle_dialog_finalize (GObject *object)
{
  g_ptr_array_unref (WEIR_SETTLE_DIALOG (object)->rows);
  G_OBJECT_CLASS (weir_settle_dialog_parent_class)->finalize (object);
}

static void
weir_settle_dialog_class_init (WeirSettleDialogClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = weir_settle_dialog_finalize;
  ADW_ALERT_DIALOG_CLASS (klass)->response = weir_settle_dialog_response;
  signals[SETTLED] = g_signal_new ("settled", WEIR_TYPE_SETTLE_DIALOG, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1,
                                   WEIR_TYPE_VALUE);
}

static void
weir_settle_dialog_init (WeirSettleDialog *self)
{
  self->rows = g_ptr_array_new ();
  adw_alert_dialog_add_responses (ADW_ALERT_DIALOG (self), "keep", _("_Not Now"), "done", _("_Mark as Done"), NULL);
  adw_alert_dialog_set_response_appearance (ADW_ALERT_DIALOG (self), "done", ADW_RESPONSE_SUGGESTED);
  adw_alert_dialog_set_default_response (ADW_ALERT_DIALOG (self), "done");
  adw_alert_dialog_set_close_response (ADW_ALERT_DIALOG (self), "keep");
}

/**
 * weir_settle_dialog_new:
 * @block: the block whose step is settled
 *
 * Returns: (transfer floating): a dialog with a row for each output of the block, to be presented
 */
WeirSettleDialog *
weir_settle_dialog_new (WeirBlock *block)
{
  WeirSettleDialog *self = g_object_new (WEIR_TYPE_SETTLE_DIALOG, NULL);
  WeirPortList *ports = weir_block_get_ports (block);
  g_autofree char *heading = g_strdup_printf (_("Mark “%s” as Done?"), weir_block_get_title (block));
  GtkWidget *group = adw_preferences_group_new ();

  adw_alert_dialog_set_heading (ADW_ALERT_DIALOG (self), heading);
  adw_alert_dialog_set_body (ADW_ALERT_DIALOG (self),
                             _("It is not run again. Fill in what it gave, for the blocks that come after it; what stays empty is not sent."));
  for (guint i = 0; ports != NULL && i < ports->outputs->len; i++)
    {
      const WeirPort *port = &g_array_index (ports->outputs, WeirPort, i);
      GtkWidget *row;

      if (g_str_equal (port->name, "error"))
        continue;
      row = g_object_new (ADW_TYPE_ENTRY_ROW, "use-markup", FALSE, "title", port->title != NULL ? _(port->title) : port->name,
                          "name", port->name, "activates-default", TRUE, NULL);
      adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), row);
      g_ptr_array_add (self->rows, row);
    }
  if (self->rows->len > 0)
    adw_alert_dialog_set_extra_child (ADW_ALERT_DIALOG (self), group);
  else
    g_object_unref (g_object_ref_sink (group));
  return self;
}
