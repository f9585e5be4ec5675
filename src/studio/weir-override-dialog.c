/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weir-override-dialog.h"

#include <string.h>

#include <glib/gi18n.h>

#include "weir-form.h"

struct _WeirOverrideDialog
{
  AdwDialog parent_instance;

  AdwWindowTitle *title;
  AdwBanner *banner;
  WeirForm *form;

  WeirRun *run;
  guint32 scope;
  char *block;
  WeirValue *inputs;
};

G_DEFINE_FINAL_TYPE (WeirOverrideDialog, weir_override_dialog, ADW_TYPE_DIALOG)

static const WeirStepInfo *
find_unbegun (WeirRun *run, guint32 scope, const char *block)
{
  const WeirStepInfo *step = weir_run_state_find_step (weir_run_get_state (run), scope, block);

  return step != NULL && step->inputs != NULL
             && (step->status == WEIR_STEP_READY || step->status == WEIR_STEP_QUEUED
                 || step->status == WEIR_STEP_SUSPENDED || step->status == WEIR_STEP_RETRY_WAIT)
           ? step
           : NULL;
}

/* "block.port: expected …", of which the form knows the port. */
static void
show_refusal (WeirOverrideDialog *self, const char *message)
{
  gsize length = strlen (self->block);
  gboolean named = g_str_has_prefix (message, self->block) && message[length] == '.';
  gboolean shown = weir_form_show_problem (self->form, named ? message + length + 1 : message);

  if (!shown)
    adw_banner_set_title (self->banner, message);
  adw_banner_set_revealed (self->banner, !shown);
}

static void
change_cb (WeirOverrideDialog *self)
{
  g_autoptr (WeirValue) changes = weir_form_read_like (self->form, self->inputs);

  for (gsize i = 0; i < weir_value_get_length (changes); i++)
    {
      g_autoptr (GError) error = NULL;

      if (weir_run_override (self->run, self->scope, self->block, weir_value_get_key (changes, i),
                             weir_value_get_item (changes, i), g_get_user_name (), &error))
        continue;
      show_refusal (self, error->message);
      return;
    }
  adw_dialog_force_close (ADW_DIALOG (self));
}

/* It began meanwhile: there is nothing to change any more. */
static void
run_changed_cb (WeirOverrideDialog *self)
{
  if (find_unbegun (self->run, self->scope, self->block) == NULL)
    adw_dialog_force_close (ADW_DIALOG (self));
}

static void
weir_override_dialog_dispose (GObject *object)
{
  WeirOverrideDialog *self = WEIR_OVERRIDE_DIALOG (object);

  if (self->run != NULL)
    g_signal_handlers_disconnect_by_data (self->run, self);
  gtk_widget_dispose_template (GTK_WIDGET (self), WEIR_TYPE_OVERRIDE_DIALOG);
  g_clear_object (&self->run);
  g_clear_pointer (&self->inputs, weir_value_unref);
  g_clear_pointer (&self->block, g_free);
  G_OBJECT_CLASS (weir_override_dialog_parent_class)->dispose (object);
}

static void
weir_override_dialog_class_init (WeirOverrideDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = weir_override_dialog_dispose;
  g_type_ensure (WEIR_TYPE_FORM);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/weirstudio/Weir/weir-override-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, WeirOverrideDialog, title);
  gtk_widget_class_bind_template_child (widget_class, WeirOverrideDialog, banner);
  gtk_widget_class_bind_template_child (widget_class, WeirOverrideDialog, form);
  gtk_widget_class_bind_template_callback (widget_class, change_cb);
}

static void
weir_override_dialog_init (WeirOverrideDialog *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * weir_override_dialog_new:
 * @run: a live run
 * @scope: a scope of it
 * @block: id of a block in the scope
 *
 * Returns: (transfer floating) (nullable): a dialog, to be presented; %NULL if no step of the block is still to begin, or if it gets nothing
 */
WeirOverrideDialog *
weir_override_dialog_new (WeirRun *run, guint32 scope, const char *block)
{
  const WeirStepInfo *step = find_unbegun (run, scope, block);
  g_autofree char *path = NULL;
  WeirOverrideDialog *self;

  if (step == NULL || weir_value_get_length (step->inputs) == 0)
    return NULL;
  self = g_object_new (WEIR_TYPE_OVERRIDE_DIALOG, NULL);
  path = weir_run_state_dup_step_path (weir_run_get_state (run), step);
  self->run = g_object_ref (run);
  self->scope = scope;
  self->block = g_strdup (block);
  self->inputs = weir_value_ref (step->inputs);
  adw_window_title_set_subtitle (self->title, path);
  weir_form_add_values (self->form, self->inputs);
  g_signal_connect_object (run, "changed", G_CALLBACK (run_changed_cb), self, G_CONNECT_SWAPPED);
  return self;
}
