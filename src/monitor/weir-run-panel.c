/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gi18n.h>

#include "weir-run-panel.h"

#include "weir-log-view.h"
#include "weir-scrubber.h"
#include "weir-step-look.h"
#include "weir-step-menu.h"
#include "weir-timeline.h"
#include "weir-undo-dialog.h"
#include "weir-values-view.h"

#define STATUS_MS 100

struct _WeirRunPanel
{
  GtkWidget parent_instance;

  GtkStack *stack;
  AdwViewStack *pages;
  GtkLabel *status;
  GtkButton *wait;
  GtkLabel *narrow_status;   /* a line of its own, where there is no room beside the tabs */
  WeirTimeline *timeline;
  WeirLogView *log;
  WeirValuesView *values;
  WeirScrubber *scrubber;

  WeirEngine *engine;
  WeirRunView *view;
  char *selected_block;
  guint n_counted;         /* events looked at for effects */
  guint n_effects;
  guint n_irreversible;
  guint n_undone;
  guint status_id;
  guint tick_id;
};

G_DEFINE_FINAL_TYPE (WeirRunPanel, weir_run_panel, GTK_TYPE_WIDGET)

enum
{
  PROP_0,
  PROP_SELECTED_BLOCK,
  PROP_PAGE,
  N_PROPS
};
static GParamSpec *properties[N_PROPS];

enum { STEP_ACTIVATED, UNDONE, N_SIGNALS };
static guint signals[N_SIGNALS];

/* ── the line that says how the run does ───────────────────────────────────────────────────── */

static void
count_effects (WeirRunPanel *self)
{
  GPtrArray *events = weir_run_view_get_events (self->view);
  guint64 until = weir_run_view_get_live (self->view) ? events->len
                                                      : weir_run_state_get_seq (weir_run_view_get_state (self->view));

  if (self->n_counted > until)
    self->n_counted = self->n_effects = self->n_irreversible = self->n_undone = 0;
  for (; self->n_counted < MIN (until, events->len); self->n_counted++)
    {
      WeirEvent *event = g_ptr_array_index (events, self->n_counted);

      if (event->kind == WEIR_EVENT_EFFECT_UNDONE)
        self->n_undone++;
      else if (event->kind == WEIR_EVENT_EFFECT_REDONE && self->n_undone > 0)
        self->n_undone--;
      else if (event->kind == WEIR_EVENT_EFFECT_DROPPED && self->n_effects > 0)
        self->n_effects--;
      if (event->kind != WEIR_EVENT_EFFECT_INTENDED)
        continue;
      self->n_effects++;
      if (event->data != NULL
          && g_str_equal (weir_value_get_member_text (event->data, "undo", ""),
                          weir_undo_kind_get_name (WEIR_UNDO_IRREVERSIBLE)))
        self->n_irreversible++;
    }
}

static void
append_effects (WeirRunPanel *self,
                GString      *text)
{
  if (self->n_effects == 0)
    return;
  g_string_append_printf (text, ngettext (" · %u effect", " · %u effects", self->n_effects), self->n_effects);
  if (self->n_undone == self->n_effects)
    g_string_append (text, _(", all undone"));
  else if (self->n_undone > 0)
    g_string_append_printf (text, _(", %u undone"), self->n_undone);
  else if (self->n_irreversible == 0)
    g_string_append (text, _(", all undoable"));
  if (self->n_irreversible > 0)
    g_string_append_printf (text, _(", %u cannot be undone"), self->n_irreversible);
}

/* Whether its clock runs. */
static gboolean
is_live (WeirRunPanel *self)
{
  WeirRunStatus status;

  if (self->view == NULL || !weir_run_view_get_live (self->view))
    return FALSE;
  status = weir_run_state_get_status (weir_run_view_get_state (self->view));
  return !weir_run_status_is_final (status) && status != WEIR_RUN_PAUSED;
}

static gint64
get_moment (WeirRunPanel *self,
            WeirRunState *state)
{
  GPtrArray *events = weir_run_view_get_events (self->view);
  guint64 seq = weir_run_state_get_seq (state);

  if (weir_run_state_get_ended_at (state) != 0)
    return weir_run_state_get_ended_at (state);
  if (is_live (self))
    return g_get_real_time ();
  if (seq == 0 || seq > events->len)
    return 0;
  return ((WeirEvent *) g_ptr_array_index (events, seq - 1))->at;
}

static char *
describe_status (WeirRunStatus status,
                 const char   *clock)
{
  switch (status)
    {
    case WEIR_RUN_SUCCEEDED:
      return g_strdup_printf (_("succeeded in %s"), clock);
    case WEIR_RUN_FAILED:
      return g_strdup_printf (_("failed after %s"), clock);
    case WEIR_RUN_CANCELLED:
      return g_strdup_printf (_("stopped after %s"), clock);
    case WEIR_RUN_INTERRUPTED:
      return g_strdup_printf (_("interrupted after %s"), clock);
    case WEIR_RUN_PAUSED:
      return g_strdup_printf (_("paused after %s"), clock);
    case WEIR_RUN_PAUSING:
      return g_strdup_printf (_("pausing after %s"), clock);
    case WEIR_RUN_STOPPING:
      return g_strdup_printf (_("stopping after %s"), clock);
    case WEIR_RUN_WAITING:
      return g_strdup_printf (_("waiting for %s"), clock);
    default:
      return g_strdup_printf (_("running for %s"), clock);
    }
}

static void
update_status (WeirRunPanel *self)
{
  WeirRunState *state = weir_run_view_get_state (self->view);
  GPtrArray *events = weir_run_view_get_events (self->view);
  g_autoptr(GString) text = g_string_new (NULL);
  g_autofree char *clock = NULL;
  g_autofree char *phrase = NULL;
  gint64 start_at = events->len > 0 ? ((WeirEvent *) g_ptr_array_index (events, 0))->at : 0;
  gint64 at = get_moment (self, state);

  count_effects (self);
  /* a clock would show nothing but noughts of a short run that is over */
  if (weir_run_status_is_final (weir_run_state_get_status (state)) && at - start_at < G_USEC_PER_SEC)
    clock = weir_display_duration (MAX (at - start_at, 0));
  else
    clock = weir_format_clock (at > start_at ? at - start_at : 0);
  phrase = describe_status (weir_run_state_get_status (state), clock);
  g_string_append_printf (text, _("Run %" G_GINT64_FORMAT " · %s"), weir_run_view_get_run_id (self->view), phrase);
  append_effects (self, text);
  if (g_str_equal (gtk_label_get_text (self->status), text->str))
    return;
  gtk_label_set_text (self->status, text->str);
  gtk_label_set_text (self->narrow_status, text->str);
}

static gboolean
status_cb (gpointer user_data)
{
  WeirRunPanel *self = user_data;

  update_status (self);
  weir_scrubber_update (self->scrubber);
  if (is_live (self))
    return G_SOURCE_CONTINUE;
  self->status_id = 0;
  return G_SOURCE_REMOVE;
}

static void
update_actions (WeirRunPanel *self)
{
  GtkWidget *widget = GTK_WIDGET (self);
  WeirRunStatus status = self->view != NULL ? weir_run_state_get_status (weir_run_view_get_state (self->view))
                                            : WEIR_RUN_CREATED;
  gboolean undoable = self->engine != NULL && weir_run_verb_is_legal (WEIR_VERB_UNDO, status, NULL)
                      && self->n_effects > self->n_irreversible + self->n_undone;

  gtk_widget_action_set_enabled (widget, "monitor.undo", self->view != NULL && undoable);
  gtk_widget_action_set_enabled (widget, "monitor.play", self->view != NULL);
  gtk_widget_action_set_enabled (widget, "monitor.live", self->view != NULL && !weir_run_view_get_live (self->view));
  gtk_widget_action_set_enabled (widget, "monitor.export-log", self->view != NULL);
}

static gboolean
tick_cb (GtkWidget     *widget,
         GdkFrameClock *clock,
         gpointer       user_data)
{
  WeirRunPanel *self = WEIR_RUN_PANEL (widget);

  self->tick_id = 0;
  update_status (self);
  update_actions (self);
  if (is_live (self) && self->status_id == 0)
    self->status_id = g_timeout_add (STATUS_MS, status_cb, self);
  return G_SOURCE_REMOVE;
}

static void
changed_cb (WeirRunPanel *self)
{
  if (self->tick_id == 0)
    self->tick_id = gtk_widget_add_tick_callback (GTK_WIDGET (self), tick_cb, NULL, NULL);
}

/* ── selection ─────────────────────────────────────────────────────────────────────────────── */

static void
timeline_selected_cb (WeirRunPanel *self)
{
  weir_run_panel_set_selected_block (self, weir_timeline_get_selected_block (self->timeline));
}

static void
step_pressed_cb (WeirRunPanel *self,
                 guint         step)
{
  weir_values_view_show_step (self->values, step);
}

static void
step_activated_cb (WeirRunPanel *self,
                   guint         index)
{
  WeirRunState *state = weir_run_view_get_state (self->view);
  const WeirStepInfo *step;

  if (index >= weir_run_state_get_n_steps (state))
    return;
  step = weir_run_state_get_step (state, index);
  if (step == NULL)
    return;
  weir_values_view_show_step (self->values, index);
  g_signal_emit (self, signals[STEP_ACTIVATED], 0, step->scope, step->block, step->firing);
}

/* The engine knows of places and limits, the state only of what comes before. */
static char *
explain (const WeirStepInfo *step,
         gpointer            user_data)
{
  WeirRunPanel *self = user_data;
  WeirRun *run = self->engine != NULL && self->view != NULL && weir_run_view_get_live (self->view)
                   ? weir_engine_find_run (self->engine, weir_run_view_get_run_id (self->view))
                   : NULL;

  return run != NULL ? weir_run_explain_step (run, step->scope, step->block, step->firing) : NULL;
}

static void
menu_requested_cb (WeirRunPanel *self,
                   const char   *path,
                   guint         index,
                   double        x,
                   double        y)
{
  WeirRunState *state = self->view != NULL ? weir_run_view_get_state (self->view) : NULL;
  const WeirStepInfo *step = state != NULL && index < weir_run_state_get_n_steps (state)
                               ? weir_run_state_get_step (state, index)
                               : NULL;
  g_autoptr(GMenuModel) menu = NULL;

  if (state == NULL)
    return;
  menu = weir_step_menu_new (self->engine, self->view, path, step);
  if (g_menu_model_get_n_items (menu) > 0)
    weir_timeline_popup_menu (self->timeline, menu, x, y);
}

static void
page_cb (WeirRunPanel *self)
{
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PAGE]);
}

/* ── actions ───────────────────────────────────────────────────────────────────────────────── */

static void
undone_cb (WeirRunPanel *self,
           guint         n)
{
  if (self->view == NULL)
    return;
  changed_cb (self);
  g_signal_emit (self, signals[UNDONE], 0, weir_run_view_get_run_id (self->view));
}

static void
undo_action (GtkWidget  *widget,
             const char *action,
             GVariant   *parameter)
{
  WeirRunPanel *self = WEIR_RUN_PANEL (widget);
  WeirUndoDialog *dialog = weir_undo_dialog_present (widget, self->engine, weir_run_view_get_run_id (self->view), NULL);

  g_signal_connect_object (dialog, "undone", G_CALLBACK (undone_cb), self, G_CONNECT_SWAPPED);
}

static void
play_action (GtkWidget  *widget,
             const char *action,
             GVariant   *parameter)
{
  weir_scrubber_play (WEIR_RUN_PANEL (widget)->scrubber);
}

static void
live_action (GtkWidget  *widget,
             const char *action,
             GVariant   *parameter)
{
  weir_scrubber_go_live (WEIR_RUN_PANEL (widget)->scrubber);
}

static void
zoom_action (GtkWidget  *widget,
             const char *action,
             GVariant   *parameter)
{
  double factor = g_str_equal (action, "monitor.zoom-in")    ? 1.5
                  : g_str_equal (action, "monitor.zoom-out") ? 1 / 1.5
                                                             : 0;

  weir_timeline_zoom (WEIR_RUN_PANEL (widget)->timeline, factor);
}

static void
export_action (GtkWidget  *widget,
               const char *action,
               GVariant   *parameter)
{
  weir_log_view_export (WEIR_RUN_PANEL (widget)->log);
}

/* ── widget ────────────────────────────────────────────────────────────────────────────────── */

static void
weir_run_panel_get_property (GObject    *object,
                             guint       id,
                             GValue     *value,
                             GParamSpec *pspec)
{
  WeirRunPanel *self = WEIR_RUN_PANEL (object);

  switch (id)
    {
    case PROP_SELECTED_BLOCK:
      g_value_set_string (value, self->selected_block);
      break;
    case PROP_PAGE:
      g_value_set_string (value, weir_run_panel_get_page (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
weir_run_panel_set_property (GObject      *object,
                             guint         id,
                             const GValue *value,
                             GParamSpec   *pspec)
{
  WeirRunPanel *self = WEIR_RUN_PANEL (object);

  switch (id)
    {
    case PROP_SELECTED_BLOCK:
      weir_run_panel_set_selected_block (self, g_value_get_string (value));
      break;
    case PROP_PAGE:
      weir_run_panel_set_page (self, g_value_get_string (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
weir_run_panel_dispose (GObject *object)
{
  WeirRunPanel *self = WEIR_RUN_PANEL (object);

  if (self->view != NULL)
    g_signal_handlers_disconnect_by_data (self->view, self);
  g_clear_handle_id (&self->status_id, g_source_remove);
  if (self->timeline != NULL)
    weir_timeline_set_explain (self->timeline, NULL, NULL);
  gtk_widget_dispose_template (GTK_WIDGET (self), WEIR_TYPE_RUN_PANEL);
  g_clear_object (&self->view);
  g_clear_object (&self->engine);
  g_clear_pointer (&self->selected_block, g_free);
  G_OBJECT_CLASS (weir_run_panel_parent_class)->dispose (object);
}

static void
install_actions (GtkWidgetClass *widget_class)
{
  gtk_widget_class_install_action (widget_class, "monitor.undo", NULL, undo_action);
  gtk_widget_class_install_action (widget_class, "monitor.play", NULL, play_action);
  gtk_widget_class_install_action (widget_class, "monitor.live", NULL, live_action);
  gtk_widget_class_install_action (widget_class, "monitor.zoom-in", NULL, zoom_action);
  gtk_widget_class_install_action (widget_class, "monitor.zoom-out", NULL, zoom_action);
  gtk_widget_class_install_action (widget_class, "monitor.zoom-fit", NULL, zoom_action);
  gtk_widget_class_install_action (widget_class, "monitor.export-log", NULL, export_action);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_plus, GDK_CONTROL_MASK, "monitor.zoom-in", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_minus, GDK_CONTROL_MASK, "monitor.zoom-out", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_0, GDK_CONTROL_MASK, "monitor.zoom-fit", NULL);
}

static void
weir_run_panel_class_init (WeirRunPanelClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = weir_run_panel_dispose;
  object_class->get_property = weir_run_panel_get_property;
  object_class->set_property = weir_run_panel_set_property;
  properties[PROP_SELECTED_BLOCK] = g_param_spec_string (
    "selected-block", NULL, NULL, NULL, G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  properties[PROP_PAGE] = g_param_spec_string ("page", NULL, NULL, "timeline",
                                               G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  signals[STEP_ACTIVATED] = g_signal_new ("step-activated", WEIR_TYPE_RUN_PANEL, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                          G_TYPE_NONE, 3, G_TYPE_UINT, G_TYPE_STRING, G_TYPE_UINT);
  signals[UNDONE] = g_signal_new ("undone", WEIR_TYPE_RUN_PANEL, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1,
                                  G_TYPE_INT64);
  g_type_ensure (WEIR_TYPE_TIMELINE);
  g_type_ensure (WEIR_TYPE_LOG_VIEW);
  g_type_ensure (WEIR_TYPE_VALUES_VIEW);
  g_type_ensure (WEIR_TYPE_SCRUBBER);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/weirstudio/Weir/weir-run-panel.ui");
  gtk_widget_class_bind_template_child (widget_class, WeirRunPanel, stack);
  gtk_widget_class_bind_template_child (widget_class, WeirRunPanel, pages);
  gtk_widget_class_bind_template_child (widget_class, WeirRunPanel, status);
  gtk_widget_class_bind_template_child (widget_class, WeirRunPanel, narrow_status);
  gtk_widget_class_bind_template_child (widget_class, WeirRunPanel, wait);
  gtk_widget_class_bind_template_child (widget_class, WeirRunPanel, timeline);
  gtk_widget_class_bind_template_child (widget_class, WeirRunPanel, log);
  gtk_widget_class_bind_template_child (widget_class, WeirRunPanel, values);
  gtk_widget_class_bind_template_child (widget_class, WeirRunPanel, scrubber);
  gtk_widget_class_bind_template_callback (widget_class, timeline_selected_cb);
  gtk_widget_class_bind_template_callback (widget_class, step_pressed_cb);
  gtk_widget_class_bind_template_callback (widget_class, step_activated_cb);
  gtk_widget_class_bind_template_callback (widget_class, page_cb);
  gtk_widget_class_bind_template_callback (widget_class, menu_requested_cb);
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  install_actions (widget_class);
}

static void
weir_run_panel_init (WeirRunPanel *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  weir_timeline_set_explain (self->timeline, explain, self);
  update_actions (self);
}

/**
 * weir_run_panel_new:
 *
 * Returns: (transfer floating): a panel that shows no run
 */
GtkWidget *
weir_run_panel_new (void)
{
  return g_object_new (WEIR_TYPE_RUN_PANEL, NULL);
}

/**
 * weir_run_panel_set_engine:
 * @self: a panel
 * @engine: (nullable): what logs and undo are asked of
 */
void
weir_run_panel_set_engine (WeirRunPanel *self,
                           WeirEngine   *engine)
{
  g_return_if_fail (WEIR_IS_RUN_PANEL (self));

  g_set_object (&self->engine, engine);
  weir_log_view_set_view (self->log, engine, self->view);
  update_actions (self);
}

/**
 * weir_run_panel_set_view:
 * @self: a panel
 * @view: (nullable): the run shown
 *
 * Shows another run, or a placeholder. The selected block stays selected if it is there.
 */
void
weir_run_panel_set_view (WeirRunPanel *self,
                         WeirRunView  *view)
{
  g_return_if_fail (WEIR_IS_RUN_PANEL (self));

  if (self->view == view)
    return;
  if (self->view != NULL)
    g_signal_handlers_disconnect_by_data (self->view, self);
  g_set_object (&self->view, view);
  self->n_counted = self->n_effects = self->n_irreversible = self->n_undone = 0;
  g_clear_handle_id (&self->status_id, g_source_remove);
  if (self->tick_id != 0)
    gtk_widget_remove_tick_callback (GTK_WIDGET (self), self->tick_id);
  self->tick_id = 0;
  weir_timeline_set_view (self->timeline, view);
  weir_log_view_set_view (self->log, self->engine, view);
  weir_values_view_set_view (self->values, view);
  weir_scrubber_set_view (self->scrubber, view);
  gtk_stack_set_visible_child_name (self->stack, view != NULL ? "run" : "empty");
  if (view != NULL)
    {
      g_signal_connect_swapped (view, "changed", G_CALLBACK (changed_cb), self);
      update_status (self);
      changed_cb (self);
    }
  update_actions (self);
}

/**
 * weir_run_panel_set_wait:
 * @self: a panel
 * @action: (nullable): an action of a widget around the panel, that ends a wait; %NULL if nothing is waited for
 * @token: (nullable): its target
 *
 * Offers what the run waits for a person for.
 */
void
weir_run_panel_set_wait (WeirRunPanel *self,
                         const char   *action,
                         const char   *token)
{
  g_return_if_fail (WEIR_IS_RUN_PANEL (self));

  gtk_widget_set_visible (GTK_WIDGET (self->wait), action != NULL);
  if (action == NULL)
    return;
  if (g_str_equal (action, "run.answer"))
    gtk_widget_add_css_class (GTK_WIDGET (self->wait), "suggested-action");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self->wait), "suggested-action");
  gtk_button_set_label (self->wait, g_str_equal (action, "run.answer") ? _("Answer…") : _("Skip Wait"));
  gtk_actionable_set_action_target_value (GTK_ACTIONABLE (self->wait), g_variant_new_string (token));
  gtk_actionable_set_action_name (GTK_ACTIONABLE (self->wait), action);
}

WeirRunView *
weir_run_panel_get_view (WeirRunPanel *self)
{
  return self->view;
}

/**
 * weir_run_panel_set_selected_block:
 * @self: a panel
 * @block_path: (nullable): path of a block, "move/to"
 *
 * Selects its row in the timeline, and shows its values.
 */
void
weir_run_panel_set_selected_block (WeirRunPanel *self,
                                   const char   *block_path)
{
  g_return_if_fail (WEIR_IS_RUN_PANEL (self));

  if (!g_set_str (&self->selected_block, block_path))
    return;
  weir_timeline_set_selected_block (self->timeline, self->selected_block);
  weir_log_view_set_block (self->log, self->selected_block);
  weir_values_view_set_block (self->values, self->selected_block);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SELECTED_BLOCK]);
}

const char *
weir_run_panel_get_selected_block (WeirRunPanel *self)
{
  return self->selected_block;
}

void
weir_run_panel_set_page (WeirRunPanel *self,
                         const char   *page)
{
  g_return_if_fail (WEIR_IS_RUN_PANEL (self));

  adw_view_stack_set_visible_child_name (self->pages, page);
}

const char *
weir_run_panel_get_page (WeirRunPanel *self)
{
  return adw_view_stack_get_visible_child_name (self->pages);
}
