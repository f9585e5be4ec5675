/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weir-diff-dialog.h"

#include <glib/gi18n.h>

#include "weir-diff-view.h"

struct _WeirDiffDialog
{
  AdwDialog parent_instance;

  GtkButton    *accept_button;
  GtkWidget    *file_button;
  GtkWidget    *sides;
  GtkDropDown  *before_choice;
  GtkDropDown  *after_choice;
  WeirDiffView *view;

  WeirEngine   *engine;    /* NULL where there are no versions to choose from */
  WeirWorkflow *present;
  WeirWorkflow *file;      /* of a file that was picked, the last choice; NULL: none */
  char         *file_name;
  GtkStringList *names;    /* of the choices */
  GArray       *versions;  /* of guint: of each choice but the first, which is what is open */
  gboolean      filling;
  guint         serial;    /* of the pair that is waited for */
};

G_DEFINE_FINAL_TYPE (WeirDiffDialog, weir_diff_dialog, ADW_TYPE_DIALOG)

enum { ACCEPTED, N_SIGNALS };
static guint signals[N_SIGNALS];

/* Two choices on their way. */
typedef struct
{
  WeirDiffDialog *dialog;
  guint           serial;
} Pair;

static void
pair_free (gpointer data)
{
  Pair *pair = data;

  g_object_unref (pair->dialog);
  g_free (pair);
}

static DexFuture *
load_choice (WeirDiffDialog *self,
             GtkDropDown    *choice)
{
  guint selected = gtk_drop_down_get_selected (choice);

  if (selected == self->versions->len + 1 && self->file != NULL)
    return dex_future_new_take_object (g_object_ref (self->file));
  if (selected == 0 || selected > self->versions->len)
    return dex_future_new_take_object (g_object_ref (self->present));
  return weir_engine_load_workflow (self->engine, weir_workflow_get_id (self->present),
                                    g_array_index (self->versions, guint, selected - 1));
}

static DexFuture *
loaded_cb (DexFuture *future,
           gpointer   user_data)
{
  Pair *pair = user_data;
  DexFutureSet *set = DEX_FUTURE_SET (future);
  const GValue *before = dex_future_get_value (dex_future_set_get_future_at (set, 0), NULL);
  const GValue *after = dex_future_get_value (dex_future_set_get_future_at (set, 1), NULL);

  if (before != NULL && after != NULL && pair->serial == pair->dialog->serial && pair->dialog->view != NULL)
    weir_diff_view_compare (pair->dialog->view, g_value_get_object (before), g_value_get_object (after));
  return dex_future_new_true ();
}

static void
chosen_cb (WeirDiffDialog *self)
{
  Pair *pair;

  if (self->filling || self->engine == NULL)
    return;
  pair = g_new (Pair, 1);
  pair->dialog = g_object_ref (self);
  pair->serial = ++self->serial;
  dex_future_disown (dex_future_finally (
    dex_future_all (load_choice (self, self->before_choice), load_choice (self, self->after_choice), NULL), loaded_cb,
    pair, pair_free));
}

static void
complain (WeirDiffDialog *self,
          const char     *message)
{
  AdwDialog *dialog = adw_alert_dialog_new (_("File Cannot Be Compared"), message);

  adw_alert_dialog_add_response (ADW_ALERT_DIALOG (dialog), "close", _("_Close"));
  adw_dialog_present (dialog, GTK_WIDGET (self));
}

/* It is the last of the choices, and what comes before. */
static void
choose_file (WeirDiffDialog *self)
{
  guint place = self->versions->len + 1;
  guint after = gtk_drop_down_get_selected (self->after_choice);
  g_autofree char *name = g_strdup_printf (_("File “%s”"), self->file_name);

  self->filling = TRUE;
  gtk_string_list_splice (self->names, place, g_list_model_get_n_items (G_LIST_MODEL (self->names)) - place,
                          (const char *const[]) { name, NULL });
  gtk_drop_down_set_selected (self->before_choice, place);
  gtk_drop_down_set_selected (self->after_choice, after == place ? 0 : after);
  self->filling = FALSE;
  chosen_cb (self);
}

static void
picked_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr(WeirDiffDialog) self = user_data;
  g_autoptr(GFile) file = gtk_file_dialog_open_finish (GTK_FILE_DIALOG (source), result, NULL);

  if (file != NULL && self->view != NULL)
    weir_diff_dialog_compare_file (self, file);
}

static void
pick_file_cb (WeirDiffDialog *self)
{
  g_autoptr(GtkFileDialog) dialog = gtk_file_dialog_new ();
  g_autoptr(GtkFileFilter) filter = gtk_file_filter_new ();
  g_autoptr(GListStore) filters = g_list_store_new (GTK_TYPE_FILE_FILTER);
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));

  gtk_file_filter_set_name (filter, _("Workflows (YAML, JSON)"));
  gtk_file_filter_add_suffix (filter, "yaml");
  gtk_file_filter_add_suffix (filter, "yml");
  gtk_file_filter_add_suffix (filter, "json");
  g_list_store_append (filters, filter);
  gtk_file_dialog_set_title (dialog, _("Compare with File"));
  gtk_file_dialog_set_filters (dialog, G_LIST_MODEL (filters));
  gtk_file_dialog_open (dialog, GTK_IS_WINDOW (root) ? GTK_WINDOW (root) : NULL, NULL, picked_cb, g_object_ref (self));
}

static void
accept_cb (WeirDiffDialog *self)
{
  g_autoptr(WeirDiffDialog) kept = g_object_ref (self);

  adw_dialog_close (ADW_DIALOG (self));
  g_signal_emit (self, signals[ACCEPTED], 0);
}

static void
weir_diff_dialog_dispose (GObject *object)
{
  WeirDiffDialog *self = WEIR_DIFF_DIALOG (object);

  gtk_widget_dispose_template (GTK_WIDGET (object), WEIR_TYPE_DIFF_DIALOG);
  g_clear_object (&self->engine);
  g_clear_object (&self->present);
  g_clear_object (&self->file);
  g_clear_object (&self->names);
  g_clear_pointer (&self->file_name, g_free);
  g_clear_pointer (&self->versions, g_array_unref);
  G_OBJECT_CLASS (weir_diff_dialog_parent_class)->dispose (object);
}

static void
weir_diff_dialog_class_init (WeirDiffDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = weir_diff_dialog_dispose;
  g_type_ensure (WEIR_TYPE_DIFF_VIEW);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/weirstudio/Weir/weir-diff-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, WeirDiffDialog, accept_button);
  gtk_widget_class_bind_template_child (widget_class, WeirDiffDialog, file_button);
  gtk_widget_class_bind_template_child (widget_class, WeirDiffDialog, sides);
  gtk_widget_class_bind_template_child (widget_class, WeirDiffDialog, before_choice);
  gtk_widget_class_bind_template_child (widget_class, WeirDiffDialog, after_choice);
  gtk_widget_class_bind_template_child (widget_class, WeirDiffDialog, view);
  gtk_widget_class_bind_template_callback (widget_class, accept_cb);
  gtk_widget_class_bind_template_callback (widget_class, chosen_cb);
  gtk_widget_class_bind_template_callback (widget_class, pick_file_cb);
  signals[ACCEPTED] = g_signal_new ("accepted", WEIR_TYPE_DIFF_DIALOG, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                    G_TYPE_NONE, 0);
}

static void
weir_diff_dialog_init (WeirDiffDialog *self)
{
  self->versions = g_array_new (FALSE, FALSE, sizeof (guint));
  self->names = gtk_string_list_new (NULL);
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * weir_diff_dialog_new:
 * @title: what is compared
 * @before: a workflow, which stays as it is
 * @after: another one, likewise
 * @accept: (nullable): what its button says, with mnemonic; %NULL for none
 *
 * Returns: (transfer floating): a dialog, to be presented
 */
WeirDiffDialog *
weir_diff_dialog_new (const char   *title,
                      WeirWorkflow *before,
                      WeirWorkflow *after,
                      const char   *accept)
{
  WeirDiffDialog *self = g_object_new (WEIR_TYPE_DIFF_DIALOG, "title", title, NULL);

  weir_diff_view_compare (self->view, before, after);
  gtk_widget_set_visible (GTK_WIDGET (self->accept_button), accept != NULL);
  if (accept != NULL)
    {
      gtk_button_set_label (self->accept_button, accept);
      gtk_button_set_use_underline (self->accept_button, TRUE);
    }
  return self;
}

/* The versions as choices; @wanted is chosen before. */
static void
fill (WeirDiffDialog *self,
      GPtrArray      *versions,
      guint           wanted)
{
  GtkStringList *names = self->names;
  guint chosen = 0;

  self->filling = TRUE;
  gtk_string_list_append (names, _("As It Is Now"));
  for (guint i = 0; i < versions->len; i++)
    {
      const WeirVersionInfo *info = versions->pdata[i];
      g_autofree char *name = info->message != NULL
                                ? g_strdup_printf (_("Version %u · %s"), info->version, info->message)
                                : g_strdup_printf (_("Version %u"), info->version);

      gtk_string_list_append (names, name);
      g_array_append_val (self->versions, info->version);
      if (info->version == wanted)
        chosen = i + 1;
    }
  gtk_drop_down_set_model (self->before_choice, G_LIST_MODEL (names));
  gtk_drop_down_set_model (self->after_choice, G_LIST_MODEL (names));
  gtk_drop_down_set_selected (self->before_choice, chosen);
  gtk_drop_down_set_selected (self->after_choice, 0);
  gtk_widget_set_visible (self->sides, TRUE);
  self->filling = FALSE;
  if (self->file != NULL)
    choose_file (self);
  else
    chosen_cb (self);
}

static DexFuture *
listed_cb (DexFuture *future,
           gpointer   user_data)
{
  Pair *pair = user_data;
  const GValue *value = dex_future_get_value (future, NULL);

  if (value != NULL && pair->dialog->engine != NULL)
    fill (pair->dialog, g_value_get_boxed (value), pair->serial);
  return dex_future_new_true ();
}

/**
 * weir_diff_dialog_new_versions:
 * @engine: where the versions are
 * @present: the workflow that is open, as it is now
 * @version: the version to compare it with
 *
 * Both sides can be chosen among all versions.
 *
 * Returns: (transfer floating): a dialog, to be presented
 */
WeirDiffDialog *
weir_diff_dialog_new_versions (WeirEngine   *engine,
                               WeirWorkflow *present,
                               guint         version)
{
  WeirDiffDialog *self = g_object_new (WEIR_TYPE_DIFF_DIALOG, "title", _("Compare Versions"), NULL);
  Pair *pair = g_new (Pair, 1);

  self->engine = g_object_ref (engine);
  self->present = g_object_ref (present);
  gtk_widget_set_visible (self->file_button, TRUE);
  pair->dialog = g_object_ref (self);
  pair->serial = version;
  dex_future_disown (dex_future_finally (weir_engine_list_versions (engine, weir_workflow_get_id (present)), listed_cb,
                                         pair, pair_free));
  return self;
}

/**
 * weir_diff_dialog_compare_file:
 * @self: a dialog of versions
 * @file: a workflow file, YAML or JSON, on this computer
 *
 * Makes a file one of the choices, and shows what is different from it. Nothing is kept of it. What is wrong with it is said.
 */
void
weir_diff_dialog_compare_file (WeirDiffDialog *self,
                               GFile          *file)
{
  g_autoptr(GListModel) problems = NULL;
  g_autoptr(GError) error = NULL;
  g_autoptr(WeirWorkflow) workflow = NULL;

  if (g_file_peek_path (file) == NULL)
    {
      complain (self, _("Only files on this computer can be compared"));
      return;
    }
  workflow = weir_workflow_load (g_file_peek_path (file), &problems, &error);
  if (workflow == NULL)
    {
      complain (self, error->message);
      return;
    }
  g_set_object (&self->file, workflow);
  g_free (self->file_name);
  self->file_name = g_file_get_basename (file);
  /* Else it is chosen once the versions are listed. */
  if (g_list_model_get_n_items (G_LIST_MODEL (self->names)) > 0)
    choose_file (self);
}
