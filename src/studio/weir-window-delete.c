/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gi18n.h>

#include "weir-discard-dialog.h"
#include "weir-toast.h"
#include "weir-window-private.h"

/* Letting go of runs and of parts of them: into the bin, or for good. */

typedef struct
{
  WeirWindow *window;
  gint64      run;
  char       *part;   /* NULL: all of the run */
} Letting;

static Letting *
letting_new (WeirWindow *window, gint64 run, const char *part)
{
  Letting *self = g_new (Letting, 1);

  *self = (Letting) { g_object_ref (window), run, g_strdup (part) };
  return self;
}

static void
letting_free (gpointer data)
{
  Letting *self = data;

  g_object_unref (self->window);
  g_free (self->part);
  g_free (self);
}

static void
letting_free_closure (gpointer data, GClosure *closure)
{
  letting_free (data);
}

/* What the page shows of the run is not so any more. */
static void
bring_up_to_date (Letting *self)
{
  if (self->window->engine == NULL)
    return;
  if (self->part == NULL)
    weir_workflow_page_forget_run (self->window->page, self->run);
  else
    weir_workflow_page_read_run_again (self->window->page, self->run);
}

/* ── for good ───────────────────────────────────────────────────────────────────────────── */

static DexFuture *
discarded_cb (DexFuture *future, gpointer user_data)
{
  Letting *self = user_data;
  g_autoptr(GError) error = NULL;
  g_autofree char *message = NULL;

  if (dex_future_get_value (future, &error) == NULL)
    message = g_strdup (error->message);
  else if (self->part != NULL)
    message = g_strdup_printf (_("“%s” of run %d is gone for good"), self->part, (int) self->run);
  else
    message = g_strdup_printf (_("Run %d is gone for good"), (int) self->run);
  weir_window_toast (self->window, message);
  if (error == NULL)
    bring_up_to_date (self);
  return dex_future_new_true ();
}

static void
confirmed_cb (WeirDiscardDialog *dialog, const char *reason, gpointer user_data)
{
  Letting *self = user_data;
  WeirEngine *engine = self->window->engine;
  g_autofree char *actor = weir_discard_dup_actor ();
  DexFuture *future;

  if (engine == NULL)
    return;
  future = self->part != NULL ? weir_engine_discard_part (engine, self->run, self->part, actor, reason)
                              : weir_engine_discard_run (engine, self->run, actor, reason);
  dex_future_disown (
    dex_future_finally (future, discarded_cb, letting_new (self->window, self->run, self->part), letting_free));
}

static gboolean
is_live (WeirEngine *engine, gint64 run)
{
  WeirRun *live = weir_engine_find_run (engine, run);

  return live != NULL && !weir_run_status_is_final (weir_run_get_status (live));
}

/* What would go is counted first. */
static DexFuture *
ask_fiber (gpointer user_data)
{
  Letting *self = user_data;
  g_autoptr(WeirEngine) engine = g_object_ref (self->window->engine);
  g_autoptr(GError) error = NULL;
  g_autofree WeirFootprint *footprint = dex_await_boxed (self->part != NULL
                                                           ? weir_engine_measure_part (engine, self->run, self->part)
                                                           : weir_engine_measure_run (engine, self->run),
                                                         &error);
  WeirDiscardDialog *dialog;

  if (footprint == NULL)
    {
      weir_window_toast (self->window, error->message);
      return dex_future_new_true ();
    }
  dialog = weir_discard_dialog_new_run (self->run, self->part, is_live (engine, self->run), footprint);
  g_signal_connect_data (dialog, "confirmed", G_CALLBACK (confirmed_cb),
                         letting_new (self->window, self->run, self->part), letting_free_closure, 0);
  adw_dialog_present (ADW_DIALOG (dialog), GTK_WIDGET (self->window));
  return dex_future_new_true ();
}

static void
ask (WeirWindow *self, gint64 run, const char *part)
{
  if (self->engine != NULL)
    dex_future_disown (dex_scheduler_spawn (NULL, 0, ask_fiber, letting_new (self, run, part), letting_free));
}

static void
discard_cb (GtkWidget *widget, const char *action, GVariant *target)
{
  ask (WEIR_WINDOW (widget), g_variant_get_int64 (target), NULL);
}

static void
discard_part_cb (GtkWidget *widget, const char *action, GVariant *target)
{
  gint64 run;
  const char *part;

  g_variant_get (target, "(x&s)", &run, &part);
  ask (WEIR_WINDOW (widget), run, part);
}

/* ── into the bin, and out of it ────────────────────────────────────────────────────────── */

static DexFuture *
restored_cb (DexFuture *future, gpointer user_data)
{
  Letting *self = user_data;
  g_autoptr(GError) error = NULL;

  if (dex_future_get_value (future, &error) == NULL)
    weir_window_toast (self->window, error->message);
  else if (self->window->engine != NULL && self->part != NULL)
    weir_workflow_page_read_run_again (self->window->page, self->run);
  else if (self->window->engine != NULL)
    weir_workflow_page_return_run (self->window->page, self->run);
  return dex_future_new_true ();
}

static void
restore (WeirWindow *self, gint64 run, const char *part)
{
  g_autofree char *actor = weir_discard_dup_actor ();
  DexFuture *future;

  if (self->engine == NULL)
    return;
  future = part != NULL ? weir_engine_restore_part (self->engine, run, part, actor)
                        : weir_engine_restore_run (self->engine, run, actor);
  dex_future_disown (dex_future_finally (future, restored_cb, letting_new (self, run, part), letting_free));
}

static void
undo_clicked_cb (AdwToast *toast, gpointer user_data)
{
  Letting *self = user_data;

  restore (self->window, self->run, self->part);
}

static DexFuture *
deleted_cb (DexFuture *future, gpointer user_data)
{
  Letting *self = user_data;
  g_autoptr(GError) error = NULL;
  g_autofree char *message = NULL;
  AdwToast *toast;

  if (dex_future_get_value (future, &error) == NULL)
    {
      weir_window_toast (self->window, error->message);
      return dex_future_new_true ();
    }
  message = self->part != NULL ? g_strdup_printf (_("“%s” of run %d deleted"), self->part, (int) self->run)
                               : g_strdup_printf (_("Run %d deleted"), (int) self->run);
  toast = weir_toast_show (GTK_WIDGET (self->window->toasts), message, _("_Undo"));
  if (toast != NULL)
    g_signal_connect_data (toast, "button-clicked", G_CALLBACK (undo_clicked_cb),
                           letting_new (self->window, self->run, self->part), letting_free_closure, 0);
  bring_up_to_date (self);
  return dex_future_new_true ();
}

static void
delete (WeirWindow *self, gint64 run, const char *part)
{
  g_autofree char *actor = weir_discard_dup_actor ();
  DexFuture *future;

  if (self->engine == NULL)
    return;
  future = part != NULL ? weir_engine_delete_part (self->engine, run, part, actor, NULL)
                        : weir_engine_delete_run (self->engine, run, actor, NULL);
  dex_future_disown (dex_future_finally (future, deleted_cb, letting_new (self, run, part), letting_free));
}

static void
delete_cb (GtkWidget *widget, const char *action, GVariant *target)
{
  delete (WEIR_WINDOW (widget), g_variant_get_int64 (target), NULL);
}

static void
delete_part_cb (GtkWidget *widget, const char *action, GVariant *target)
{
  gint64 run;
  const char *part;

  g_variant_get (target, "(x&s)", &run, &part);
  delete (WEIR_WINDOW (widget), run, part);
}

/**
 * weir_window_install_delete:
 * @widget_class: the class of the window
 *
 * Adds the actions of this file: runs.delete and runs.discard (x), runs.delete-part and runs.discard-part (xs).
 */
void
weir_window_install_delete (GtkWidgetClass *widget_class)
{
  gtk_widget_class_install_action (widget_class, "runs.delete", "x", delete_cb);
  gtk_widget_class_install_action (widget_class, "runs.discard", "x", discard_cb);
  gtk_widget_class_install_action (widget_class, "runs.delete-part", "(xs)", delete_part_cb);
  gtk_widget_class_install_action (widget_class, "runs.discard-part", "(xs)", discard_part_cb);
}
