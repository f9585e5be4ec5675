/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weir-rerun-dialog.h"

#include <string.h>

#include <glib/gi18n.h>

#include "weir-form.h"

struct _WeirRerunDialog
{
  AdwDialog parent_instance;

  AdwWindowTitle *title;
  AdwBanner *banner;
  GtkStack *stack;
  GtkLabel *summary;
  AdwPreferencesGroup *choices;
  AdwSwitchRow *latest;
  WeirForm *form;
  GtkListBox *list;
  GtkWidget *run_button;

  WeirEngine *engine;
  gint64 run;
  WeirWorkflow *workflow;
  char *mode;
  char *block;        /* NULL: all */
  WeirValue *got;     /* record by port of what the block got then, or by name of what the run got; NULL: not known */
  guint n_plans;      /* only the last one counts */
  gboolean accepting; /* the plan is asked for as a check */
};

G_DEFINE_FINAL_TYPE (WeirRerunDialog, weir_rerun_dialog, ADW_TYPE_DIALOG)

enum
{
  ACCEPTED,
  N_SIGNALS
};
static guint signals[N_SIGNALS];

/* More rows are cut: nobody reads them before a run. */
#define MAX_ROWS 200

/* ── options ────────────────────────────────────────────────────────────────────────────── */

static WeirValue *
read_options (WeirRerunDialog *self)
{
  WeirBuilder *options = weir_record_builder_new (5);
  g_autoptr (WeirValue) changes = self->got != NULL ? weir_form_read_like (self->form, self->got) : NULL;
  gboolean changed = changes != NULL && weir_value_get_length (changes) > 0;
  const char *inputs = "inputs";

  weir_builder_set_take (options, "mode", weir_value_new_text (self->mode));
  weir_builder_set_take (options, "by", weir_value_new_text (g_get_user_name ()));
  if (self->block != NULL)
    weir_builder_set_take (options, "block", weir_value_new_text (self->block));
  if (gtk_widget_get_visible (GTK_WIDGET (self->latest)) && adw_switch_row_get_active (self->latest))
    weir_builder_set_take (options, "version", weir_value_new_text ("latest"));
  if (changed && self->block == NULL)
    weir_builder_set (options, "inputs", changes);
  else if (changed)
    {
      g_autoptr (WeirValue) sides = weir_value_new_record (&inputs, &changes, 1);
      const char *block = self->block;

      weir_builder_set_take (options, "set", weir_value_new_record (&block, &sides, 1));
    }
  return weir_builder_end (options);
}

/* ── the plan ───────────────────────────────────────────────────────────────────────────── */

static const struct
{
  const char *decision;
  const char *word;
  const char *icon_name;
  const char *class_name;
} looks[] = {
  { "run", N_("Runs"), "media-playback-start-symbolic", "accent" },
  { "reuse", N_("Keeps what it gave"), "object-select-symbolic", "success" },
  { "skip", N_("Left out"), "media-skip-forward-symbolic", "dimmed" },
};

static guint
find_look (WeirValue *line)
{
  for (guint i = 0; i < G_N_ELEMENTS (looks); i++)
    if (g_str_equal (weir_value_get_member_text (line, "decision", "run"), looks[i].decision))
      return i;
  return 0;
}

/* "From the beginning": words of the engine, in the user's language. */
static char *
describe_line (WeirValue *line)
{
  WeirValue *repeats = weir_value_find_member (line, "repeats");
  gsize n = repeats != NULL ? weir_value_get_length (repeats) : 0;
  g_autofree char *again = NULL;

  if (n == 0)
    return g_strdup_printf ("%s · %s", _(looks[find_look (line)].word),
                            _(weir_value_get_member_text (line, "reason", "")));
  again = n == 1 ? g_strdup_printf (_("does again: %s"),
                                    weir_value_get_member_text (weir_value_get_item (repeats, 0), "target", ""))
                 : g_strdup_printf (_("does %u things again"), (guint) n);
  return g_strdup_printf ("%s · %s", _(looks[find_look (line)].word), again);
}

static GtkWidget *
make_line (WeirRerunDialog *self, WeirValue *line)
{
  const char *id = weir_value_get_member_text (line, "block", "");
  WeirBlock *block = weir_workflow_find_block (self->workflow, id);
  WeirValue *repeats = weir_value_find_member (line, "repeats");
  guint look = find_look (line);
  g_autofree char *subtitle = describe_line (line);
  GtkWidget *row = g_object_new (ADW_TYPE_ACTION_ROW, "use-markup", FALSE, NULL);
  GtkWidget *icon = gtk_image_new_from_icon_name (looks[look].icon_name);

  /* Only now: a row that is being made reads markup whatever it is told (libadwaita 1.7). */
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), block != NULL ? weir_block_get_title (block) : id);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), subtitle);
  gtk_widget_add_css_class (icon, looks[look].class_name);
  gtk_accessible_update_state (GTK_ACCESSIBLE (icon), GTK_ACCESSIBLE_STATE_HIDDEN, TRUE, -1);
  adw_action_row_add_prefix (ADW_ACTION_ROW (row), icon);
  if (repeats != NULL && weir_value_get_length (repeats) > 0)
    {
      GtkWidget *warning = gtk_image_new_from_icon_name ("dialog-warning-symbolic");

      gtk_widget_add_css_class (warning, "warning");
      gtk_widget_set_tooltip_text (warning, _("It does this to the world a second time"));
      adw_action_row_add_suffix (ADW_ACTION_ROW (row), warning);
    }
  return row;
}

static void
summarize (WeirRerunDialog *self, WeirValue *plan)
{
  guint counts[G_N_ELEMENTS (looks)] = { 0 };
  g_autoptr (GString) text = g_string_new (NULL);
  guint n_again = 0;

  for (gsize i = 0; i < weir_value_get_length (plan); i++)
    {
      WeirValue *line = weir_value_get_item (plan, i);
      WeirValue *repeats = weir_value_find_member (line, "repeats");

      counts[find_look (line)]++;
      n_again += repeats != NULL ? (guint) weir_value_get_length (repeats) : 0;
    }
  g_string_append_printf (text, ngettext ("%u block runs", "%u blocks run", counts[0]), counts[0]);
  if (counts[1] > 0)
    g_string_append_printf (text, ngettext (", %u keeps what it gave", ", %u keep what they gave", counts[1]),
                            counts[1]);
  if (counts[2] > 0)
    g_string_append_printf (text, ngettext (", %u is left out", ", %u are left out", counts[2]), counts[2]);
  g_string_append_c (text, '.');
  if (n_again > 0)
    g_string_append_printf (
      text, ngettext (" %u thing is done a second time.", " %u things are done a second time.", n_again), n_again);
  gtk_label_set_text (self->summary, text->str);
}

static void
show_plan (WeirRerunDialog *self, WeirValue *plan)
{
  gtk_list_box_remove_all (self->list);
  for (gsize i = 0; i < MIN (weir_value_get_length (plan), MAX_ROWS); i++)
    gtk_list_box_append (self->list, make_line (self, weir_value_get_item (plan, i)));
  summarize (self, plan);
  gtk_stack_set_visible_child_name (self->stack, "plan");
}

typedef struct
{
  WeirRerunDialog *dialog;
  WeirValue *options;
  guint number;
} Planning;

static void
planning_free (gpointer data)
{
  Planning *self = data;

  g_object_unref (self->dialog);
  weir_value_unref (self->options);
  g_free (self);
}

static void
show_trouble (WeirRerunDialog *self, const char *message)
{
  adw_banner_set_title (self->banner, message);
  adw_banner_set_revealed (self->banner, TRUE);
  gtk_stack_set_visible_child_name (self->stack, "plan");
}

static DexFuture *
planned_cb (DexFuture *future, gpointer user_data)
{
  Planning *planning = user_data;
  WeirRerunDialog *self = planning->dialog;
  g_autoptr (GError) error = NULL;
  const GValue *value = dex_future_get_value (future, &error);
  gboolean accepting = self->accepting;

  /* Another one was asked for since, or nobody looks any more. */
  if (planning->number != self->n_plans || self->list == NULL)
    return dex_future_new_true ();
  self->accepting = FALSE;
  gtk_widget_set_sensitive (self->run_button, value != NULL);
  adw_banner_set_revealed (self->banner, FALSE);
  if (value == NULL)
    {
      show_trouble (self, error->message);
      gtk_widget_set_sensitive (self->run_button, accepting);
    }
  else if (!accepting)
    show_plan (self, g_value_get_boxed (value));
  else
    {
      adw_dialog_force_close (ADW_DIALOG (self));
      g_signal_emit (self, signals[ACCEPTED], 0, planning->options);
    }
  return dex_future_new_true ();
}

static void
plan (WeirRerunDialog *self)
{
  Planning *planning = g_new0 (Planning, 1);

  planning->dialog = g_object_ref (self);
  planning->options = read_options (self);
  planning->number = ++self->n_plans;
  gtk_widget_set_sensitive (self->run_button, FALSE);
  dex_future_disown (dex_future_finally (weir_engine_plan_rerun (self->engine, self->run, planning->options),
                                         planned_cb, planning, planning_free));
}

static void
latest_cb (WeirRerunDialog *self)
{
  if (self->engine != NULL)
    plan (self);
}

/* What was changed by hand is looked at by the engine before the dialog goes. */
static void
run_cb (WeirRerunDialog *self)
{
  self->accepting = TRUE;
  plan (self);
}

/* ── what can be chosen ─────────────────────────────────────────────────────────────────── */

/* What the block got, or, for all of it, the run. */
static WeirValue *
find_got (WeirRerunDialog *self, WeirRunState *state)
{
  const WeirStepInfo *step;

  if (self->block == NULL)
    return weir_run_state_get_inputs (state);
  step = weir_run_state_find_step (state, 0, self->block);
  return step != NULL ? step->inputs : NULL;
}

static void
show_inputs (WeirRerunDialog *self, WeirRunState *state)
{
  WeirValue *got = find_got (self, state);

  self->got = got != NULL ? weir_value_ref (got) : NULL;
  if (got != NULL)
    weir_form_add_values (self->form, got);
  gtk_widget_set_visible (GTK_WIDGET (self->form), weir_form_get_n_fields (self->form) > 0);
}

static void
show_titles (WeirRerunDialog *self)
{
  WeirBlock *block = self->block != NULL ? weir_workflow_find_block (self->workflow, self->block) : NULL;
  const char *name = block != NULL ? weir_block_get_title (block) : self->block;
  g_autofree char *title = self->block == NULL                ? g_strdup (_("Run Again"))
                           : g_str_equal (self->mode, "only") ? g_strdup_printf (_("Run Only “%s”"), name)
                                                              : g_strdup_printf (_("Run From “%s”"), name);
  g_autofree char *subtitle = g_strdup_printf (_("As a new run, after run %" G_GINT64_FORMAT), self->run);

  adw_window_title_set_title (self->title, title);
  adw_window_title_set_subtitle (self->title, subtitle);
  adw_dialog_set_title (ADW_DIALOG (self), title);
}

static void
weir_rerun_dialog_dispose (GObject *object)
{
  WeirRerunDialog *self = WEIR_RERUN_DIALOG (object);

  gtk_widget_dispose_template (GTK_WIDGET (self), WEIR_TYPE_RERUN_DIALOG);
  g_clear_object (&self->engine);
  g_clear_object (&self->workflow);
  g_clear_pointer (&self->got, weir_value_unref);
  g_clear_pointer (&self->mode, g_free);
  g_clear_pointer (&self->block, g_free);
  G_OBJECT_CLASS (weir_rerun_dialog_parent_class)->dispose (object);
}

static void
weir_rerun_dialog_class_init (WeirRerunDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = weir_rerun_dialog_dispose;
  signals[ACCEPTED] = g_signal_new ("accepted", WEIR_TYPE_RERUN_DIALOG, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                    G_TYPE_NONE, 1, WEIR_TYPE_VALUE);
  g_type_ensure (WEIR_TYPE_FORM);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/weirstudio/Weir/weir-rerun-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, WeirRerunDialog, title);
  gtk_widget_class_bind_template_child (widget_class, WeirRerunDialog, banner);
  gtk_widget_class_bind_template_child (widget_class, WeirRerunDialog, stack);
  gtk_widget_class_bind_template_child (widget_class, WeirRerunDialog, summary);
  gtk_widget_class_bind_template_child (widget_class, WeirRerunDialog, choices);
  gtk_widget_class_bind_template_child (widget_class, WeirRerunDialog, latest);
  gtk_widget_class_bind_template_child (widget_class, WeirRerunDialog, form);
  gtk_widget_class_bind_template_child (widget_class, WeirRerunDialog, list);
  gtk_widget_class_bind_template_child (widget_class, WeirRerunDialog, run_button);
  gtk_widget_class_bind_template_callback (widget_class, latest_cb);
  gtk_widget_class_bind_template_callback (widget_class, run_cb);
}

static void
weir_rerun_dialog_init (WeirRerunDialog *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * weir_rerun_dialog_new:
 * @engine: whose run it is
 * @view: the run that is run again
 * @workflow: its workflow as it is now, saved
 * @mode: "all", "from" or "only"
 * @block: (nullable): id of a block of the workflow, or "map[3]" for one item of a container; %NULL for "all"
 *
 * Returns: (transfer floating): a dialog, to be presented
 */
WeirRerunDialog *
weir_rerun_dialog_new (
  WeirEngine *engine, WeirRunView *view, WeirWorkflow *workflow, const char *mode, const char *block)
{
  WeirRerunDialog *self = g_object_new (WEIR_TYPE_RERUN_DIALOG, NULL);
  gboolean newer = weir_workflow_get_version (workflow)
                   != weir_workflow_get_version (weir_run_view_get_workflow (view));

  self->run = weir_run_view_get_run_id (view);
  self->workflow = weir_workflow_copy (workflow);
  self->mode = g_strdup (mode);
  self->block = g_strdup (block);
  show_titles (self);
  show_inputs (self, weir_run_view_get_state (view));
  gtk_widget_set_visible (GTK_WIDGET (self->choices), newer);
  gtk_widget_set_visible (GTK_WIDGET (self->latest), newer);
  self->engine = g_object_ref (engine);
  adw_dialog_set_focus (ADW_DIALOG (self), self->run_button);
  plan (self);
  return self;
}
