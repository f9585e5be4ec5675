/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gi18n.h>

#include "weir-timeline.h"

#include "weir-step-look.h"
#include "weir-timeline-model.h"
#include "weir-timeline-track.h"

/* Bars that grow are drawn thirty times a second: nobody sees more. */
#define LIVE_FRAME_US 33000
#define INDENT 14
#define MIN_LABEL_WIDTH 116
#define MAX_LABEL_WIDTH 250
/* Narrower ones hold the name only; its row says the duration to screen readers all the same. */
#define MIN_DURATION_LABEL_WIDTH 136

struct _WeirTimeline
{
  GtkWidget parent_instance;

  GtkBox *header;
  GtkBox *corner;
  GtkListView *list;
  GtkScrollbar *scrollbar;

  WeirTimelineScale *scale;
  WeirTimelineModel *model;
  GtkSingleSelection *selection;
  GtkWidget *menu;
  WeirExplainFunc explain;
  gpointer explain_data;
  GPtrArray *labels;     /* the label boxes of rows that have a widget; borrowed */
  WeirRunView *view;
  char *selected_block;
  guint first_changed;   /* G_MAXUINT: nothing to read */
  gint64 drawn_at;
  guint n_scanned;       /* events looked at for pauses */
  gint64 paused_at;
  guint tick_id;
  int label_width;
  double pointer_x;
  gboolean selecting;
};

G_DEFINE_FINAL_TYPE (WeirTimeline, weir_timeline, GTK_TYPE_WIDGET)

enum
{
  PROP_0,
  PROP_SELECTED_BLOCK,
  N_PROPS
};
static GParamSpec *properties[N_PROPS];

enum { STEP_PRESSED, STEP_ACTIVATED, MENU_REQUESTED, N_SIGNALS };
static guint signals[N_SIGNALS];

/* ── what is shown ─────────────────────────────────────────────────────────────────────────── */

/* Whether bars grow: not while it is paused. */
static gboolean
is_run_live (WeirTimeline *self)
{
  WeirRunStatus status;

  if (self->view == NULL || !weir_run_view_get_live (self->view))
    return FALSE;
  status = weir_run_state_get_status (weir_run_view_get_state (self->view));
  return !weir_run_status_is_final (status) && status != WEIR_RUN_PAUSED;
}

static gint64
get_event_time (GPtrArray *events,
                guint      index)
{
  return ((WeirEvent *) g_ptr_array_index (events, index))->at;
}

/* From a pause, or from the last sign of life before a crash, to the resumption. */
static void
find_gaps (WeirTimeline *self,
           GPtrArray    *events)
{
  for (; self->n_scanned < events->len; self->n_scanned++)
    {
      WeirEvent *event = g_ptr_array_index (events, self->n_scanned);
      gint64 paused_at;

      if (event->kind == WEIR_EVENT_RUN_PAUSED)
        self->paused_at = event->at;
      if (event->kind != WEIR_EVENT_RUN_RESUMED)
        continue;
      paused_at = self->paused_at != 0  ? self->paused_at
                  : self->n_scanned > 0 ? get_event_time (events, self->n_scanned - 1)
                                        : event->at;
      weir_timeline_scale_add_gap (self->scale, paused_at, event->at);
      self->paused_at = 0;
    }
}

static void
update_range (WeirTimeline *self)
{
  GPtrArray *events = weir_run_view_get_events (self->view);
  WeirRunState *state = weir_run_view_get_state (self->view);
  gint64 start_at, end_at;

  if (events->len == 0)
    return;
  find_gaps (self, events);
  start_at = get_event_time (events, 0);
  end_at = get_event_time (events, events->len - 1);
  if (is_run_live (self))
    end_at = MAX (end_at, g_get_real_time ());
  /* What comes after the end, an undo days later, is no part of the picture. */
  else if (weir_run_view_get_live (self->view) && weir_run_state_get_ended_at (state) != 0)
    end_at = weir_run_state_get_ended_at (state);
  weir_timeline_scale_set_playhead (self->scale, 0);
  if (!weir_run_view_get_live (self->view))
    {
      guint64 seq = weir_run_state_get_seq (state);
      guint index = (guint) MIN (seq > 0 ? seq - 1 : 0, (guint64) events->len - 1);

      weir_timeline_scale_set_playhead (self->scale, get_event_time (events, index));
    }
  weir_timeline_scale_set_range (self->scale, start_at, end_at);
}

static gboolean
tick_cb (GtkWidget     *widget,
         GdkFrameClock *clock,
         gpointer       user_data)
{
  WeirTimeline *self = WEIR_TIMELINE (widget);
  gint64 frame_at = gdk_frame_clock_get_frame_time (clock);

  if (!gtk_widget_get_mapped (widget))
    {
      self->tick_id = 0;
      return G_SOURCE_REMOVE;
    }
  if (self->first_changed != G_MAXUINT)
    {
      update_range (self);
      weir_timeline_model_update (self->model, weir_run_view_get_state (self->view), self->first_changed,
                                  weir_timeline_scale_get_now (self->scale));
      self->first_changed = G_MAXUINT;
      weir_timeline_set_selected_block (self, self->selected_block);
    }
  else if (is_run_live (self) && frame_at - self->drawn_at >= LIVE_FRAME_US)
    {
      update_range (self);
      weir_timeline_model_tick (self->model, weir_timeline_scale_get_now (self->scale));
      self->drawn_at = frame_at;
    }
  if (is_run_live (self))
    return G_SOURCE_CONTINUE;
  self->tick_id = 0;
  return G_SOURCE_REMOVE;
}

static void
ensure_ticking (WeirTimeline *self)
{
  if (self->tick_id == 0 && self->view != NULL && gtk_widget_get_mapped (GTK_WIDGET (self)))
    self->tick_id = gtk_widget_add_tick_callback (GTK_WIDGET (self), tick_cb, NULL, NULL);
}

static void
changed_cb (WeirTimeline *self,
            guint         first_changed)
{
  self->first_changed = MIN (self->first_changed, first_changed);
  ensure_ticking (self);
}

static void
append_error (GString   *text,
              WeirValue *error)
{
  WeirValue *message = error != NULL ? weir_value_find_member (error, "message") : NULL;
  g_autofree char *shown = error != NULL ? weir_value_to_display (message != NULL ? message : error, 300) : NULL;

  if (shown != NULL)
    g_string_append_printf (text, "\n%s", shown);
}

/* What the pointer is told about a bar. */
static char *
describe_segment (const WeirSegment *segment,
                  gpointer           user_data)
{
  WeirTimeline *self = user_data;
  WeirRunState *state = self->view != NULL ? weir_run_view_get_state (self->view) : NULL;
  const WeirStepInfo *step;
  g_autoptr(GString) text = g_string_new (NULL);
  g_autofree char *path = NULL;
  g_autofree char *duration = NULL;

  if (state == NULL || segment->step >= weir_run_state_get_n_steps (state))
    return NULL;
  step = weir_run_state_get_step (state, segment->step);
  if (step == NULL)
    return NULL;
  path = weir_run_state_dup_step_path (state, step);
  duration = weir_display_duration ((segment->end_at != 0 ? segment->end_at : weir_timeline_scale_get_now (self->scale))
                                   - segment->start_at);
  g_string_append_printf (text, "%s · %s", path, weir_step_look_get_word (segment->status));
  if (segment->status != WEIR_STEP_SKIPPED)
    g_string_append_printf (text, " · %s", duration);
  if (segment->attempt > 1 || (step->attempts != NULL && segment->attempt > 0))
    g_string_append_printf (text, _(" · attempt %u"), segment->attempt);
  if (step->firing > 1)
    g_string_append_printf (text, _(" · firing %u"), step->firing);
  if (step->progress_text != NULL && segment->end_at == 0)
    g_string_append_printf (text, "\n%s", step->progress_text);
  if (segment->end_at == 0 && self->explain != NULL)
    {
      g_autofree char *why = self->explain (step, self->explain_data);

      if (why != NULL)
        g_string_append_printf (text, "\n%s", why);
    }
  if (segment->status == WEIR_STEP_FAILED && segment->attempt > 0 && step->attempts != NULL
      && segment->attempt <= step->attempts->len)
    append_error (text, g_array_index (step->attempts, WeirAttempt, segment->attempt - 1).error);
  else if (segment->status == WEIR_STEP_FAILED)
    append_error (text, step->error);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* ── rows ──────────────────────────────────────────────────────────────────────────────────── */

static void
step_pressed_cb (WeirTimeline *self,
                 guint         step)
{
  g_signal_emit (self, signals[STEP_PRESSED], 0, step);
}

static void
apply_width (GtkWidget *label,
             int        width)
{
  gtk_widget_set_size_request (label, width, -1);
  gtk_widget_set_visible (gtk_widget_get_last_child (label), width >= MIN_DURATION_LABEL_WIDTH);
}

static void
label_gone_cb (WeirTimeline *self,
               GtkWidget    *label)
{
  if (self->labels != NULL)
    g_ptr_array_remove_fast (self->labels, label);
}

static void
setup_cb (WeirTimeline *self,
          GtkListItem  *item)
{
  GtkWidget *row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);
  GtkWidget *label = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *icon = gtk_image_new ();
  GtkWidget *title = gtk_label_new (NULL);
  GtkWidget *duration = gtk_label_new (NULL);
  GtkWidget *track = weir_timeline_track_new (self->scale);

  gtk_label_set_xalign (GTK_LABEL (title), 0);
  gtk_label_set_ellipsize (GTK_LABEL (title), PANGO_ELLIPSIZE_END);
  /* It takes what room there is, and wants none: all tracks begin at the same place. */
  gtk_label_set_max_width_chars (GTK_LABEL (title), 1);
  gtk_widget_set_hexpand (title, TRUE);
  gtk_label_set_xalign (GTK_LABEL (duration), 1);
  gtk_widget_add_css_class (duration, "caption");
  gtk_widget_add_css_class (duration, "numeric");
  gtk_widget_add_css_class (duration, "dimmed");
  gtk_widget_add_css_class (icon, "timeline-icon");
  gtk_image_set_pixel_size (GTK_IMAGE (icon), 12);
  gtk_box_append (GTK_BOX (label), icon);
  gtk_box_append (GTK_BOX (label), title);
  gtk_box_append (GTK_BOX (label), duration);
  apply_width (label, self->label_width);
  /* Else it would want what its title may have. */
  gtk_widget_set_hexpand (label, FALSE);
  gtk_widget_set_margin_end (duration, 10);
  gtk_box_append (GTK_BOX (row), label);
  gtk_box_append (GTK_BOX (row), track);
  weir_timeline_track_set_describe (WEIR_TIMELINE_TRACK (track), describe_segment, self);
  g_signal_connect_object (track, "step-pressed", G_CALLBACK (step_pressed_cb), self, G_CONNECT_SWAPPED);
  gtk_list_item_set_child (item, row);
  g_ptr_array_add (self->labels, label);
  /* A list that goes as a whole does not tear its rows down one by one. */
  g_signal_connect_object (label, "destroy", G_CALLBACK (label_gone_cb), self, G_CONNECT_SWAPPED);
}

static const char *
get_icon_class (WeirStepStatus status)
{
  switch (status)
    {
    case WEIR_STEP_SUCCEEDED:
    case WEIR_STEP_CACHED:
    case WEIR_STEP_PINNED:
      return "success";
    case WEIR_STEP_FAILED:
      return "error";
    case WEIR_STEP_RUNNING:
    case WEIR_STEP_WAITING:
      return "accent";
    case WEIR_STEP_RETRY_WAIT:
    case WEIR_STEP_CANCELLED:
    case WEIR_STEP_INTERRUPTED:
    case WEIR_STEP_UNKNOWN:
      return "warning";
    default:
      return "dimmed";
    }
}

/* The row said that it changed: its words follow. The child knows its widgets by their order. */
static void
refresh_row (GtkListItem     *item,
             WeirTimelineRow *row)
{
  static const char *const classes[] = { "success", "error", "accent", "warning", "dimmed" };
  GtkWidget *label = gtk_widget_get_first_child (gtk_list_item_get_child (item));
  GtkWidget *icon = gtk_widget_get_first_child (label);
  GtkWidget *duration = gtk_widget_get_last_child (label);
  WeirStepStatus status = weir_timeline_row_get_status (row);
  g_autofree char *duration_text = NULL;
  g_autofree char *status_text = NULL;
  g_autofree char *name = NULL;

  g_object_get (row, "duration", &duration_text, "status-text", &status_text, NULL);
  gtk_label_set_text (GTK_LABEL (duration), duration_text != NULL ? duration_text : "");
  gtk_image_set_from_icon_name (GTK_IMAGE (icon), weir_step_look_get_icon_name (status));
  for (guint i = 0; i < G_N_ELEMENTS (classes); i++)
    gtk_widget_remove_css_class (icon, classes[i]);
  gtk_widget_add_css_class (icon, get_icon_class (status));
  name = g_strdup_printf ("%s, %s, %s", weir_timeline_row_get_title (row), status_text != NULL ? status_text : "",
                          duration_text != NULL ? duration_text : "");
  gtk_list_item_set_accessible_label (item, name);
}

static void
row_changed_cb (GtkListItem     *item,
                WeirTimelineRow *row)
{
  refresh_row (item, row);
}

static void
bind_cb (WeirTimeline *self,
         GtkListItem  *item)
{
  WeirTimelineRow *row = gtk_list_item_get_item (item);
  GtkWidget *child = gtk_list_item_get_child (item);
  GtkWidget *label = gtk_widget_get_first_child (child);
  GtkWidget *icon = gtk_widget_get_first_child (label);

  gtk_widget_set_margin_start (icon, 10 + INDENT * (int) MIN (weir_timeline_row_get_depth (row), 6));
  gtk_label_set_text (GTK_LABEL (gtk_widget_get_next_sibling (icon)), weir_timeline_row_get_title (row));
  gtk_widget_set_tooltip_text (label, weir_timeline_row_get_title (row));
  weir_timeline_track_set_row (WEIR_TIMELINE_TRACK (gtk_widget_get_last_child (child)), row);
  g_signal_connect_object (row, "changed", G_CALLBACK (row_changed_cb), item, G_CONNECT_SWAPPED);
  refresh_row (item, row);
}

static void
unbind_cb (WeirTimeline *self,
           GtkListItem  *item)
{
  WeirTimelineRow *row = gtk_list_item_get_item (item);
  GtkWidget *child = gtk_list_item_get_child (item);

  g_signal_handlers_disconnect_by_func (row, row_changed_cb, item);
  weir_timeline_track_set_row (WEIR_TIMELINE_TRACK (gtk_widget_get_last_child (child)), NULL);
}

/* ── menu ──────────────────────────────────────────────────────────────────────────────────── */

static void
request_menu (WeirTimeline    *self,
              WeirTimelineRow *row,
              guint            step,
              double           x,
              double           y)
{
  weir_timeline_set_selected_block (self, weir_timeline_row_get_path (row));
  if (step == G_MAXUINT)
    step = weir_timeline_row_get_last_step (row);
  g_signal_emit (self, signals[MENU_REQUESTED], 0, weir_timeline_row_get_path (row), step, x, y);
}

/* On a bar the menu is about its step, elsewhere in the row about the last one. */
static void
menu_at_cb (WeirTimeline *self,
            double        x,
            double        y)
{
  GtkWidget *picked = gtk_widget_pick (GTK_WIDGET (self), x, y, GTK_PICK_DEFAULT);
  GtkWidget *track = picked;
  WeirTimelineRow *row;
  graphene_point_t point = GRAPHENE_POINT_INIT ((float) x, (float) y);
  guint step = G_MAXUINT;

  /* all that is in a row of the list stands beside its track */
  while (track != NULL && track != GTK_WIDGET (self) && !WEIR_IS_TIMELINE_TRACK (track))
    {
      GtkWidget *last = gtk_widget_get_last_child (track);

      track = last != NULL && WEIR_IS_TIMELINE_TRACK (last) ? last : gtk_widget_get_parent (track);
    }
  if (track == NULL || !WEIR_IS_TIMELINE_TRACK (track))
    return;
  row = weir_timeline_track_get_row (WEIR_TIMELINE_TRACK (track));
  if (row == NULL || !gtk_widget_compute_point (GTK_WIDGET (self), track, &point, &point))
    return;
  if (point.x >= 0)
    step = weir_timeline_track_find_step (WEIR_TIMELINE_TRACK (track), point.x);
  request_menu (self, row, step, x, y);
}

static void
secondary_pressed_cb (WeirTimeline *self,
                      int           n_press,
                      double        x,
                      double        y)
{
  menu_at_cb (self, x, y);
}

static gboolean
menu_key_cb (GtkWidget *widget,
             GVariant  *args,
             gpointer   user_data)
{
  WeirTimeline *self = user_data;
  WeirTimelineRow *row = gtk_single_selection_get_selected_item (self->selection);
  GtkWidget *focus = gtk_widget_get_focus_child (GTK_WIDGET (self->list));
  graphene_rect_t bounds;

  if (row == NULL || focus == NULL || !gtk_widget_compute_bounds (focus, GTK_WIDGET (self), &bounds))
    return FALSE;
  request_menu (self, row, G_MAXUINT, 24, bounds.origin.y + bounds.size.height);
  return TRUE;
}

static void
add_menu_keys (WeirTimeline *self)
{
  GtkEventController *keys = gtk_shortcut_controller_new ();
  GtkShortcutTrigger *trigger = gtk_shortcut_trigger_parse_string ("Menu|<Shift>F10");

  gtk_shortcut_controller_add_shortcut (GTK_SHORTCUT_CONTROLLER (keys),
                                        gtk_shortcut_new (trigger, gtk_callback_action_new (menu_key_cb, self, NULL)));
  gtk_widget_add_controller (GTK_WIDGET (self->list), keys);
}

/* ── selection, zoom ───────────────────────────────────────────────────────────────────────── */

static void
selected_cb (WeirTimeline *self)
{
  WeirTimelineRow *row = gtk_single_selection_get_selected_item (self->selection);
  const char *path = row != NULL ? weir_timeline_row_get_path (row) : NULL;

  if (!self->selecting && g_set_str (&self->selected_block, path))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SELECTED_BLOCK]);
}

static void
activate_cb (WeirTimeline *self,
             guint         position)
{
  g_autoptr(WeirTimelineRow) row = g_list_model_get_item (G_LIST_MODEL (self->model), position);
  guint n;
  const WeirSegment *segments = weir_timeline_row_get_segments (row, &n);

  if (n > 0)
    g_signal_emit (self, signals[STEP_ACTIVATED], 0, segments[n - 1].step);
}

static gboolean
scroll_cb (WeirTimeline             *self,
           double                    dx,
           double                    dy,
           GtkEventControllerScroll *controller)
{
  GdkModifierType state = gtk_event_controller_get_current_event_state (GTK_EVENT_CONTROLLER (controller));
  GtkAdjustment *adjustment = weir_timeline_scale_get_adjustment (self->scale);

  if (state & GDK_CONTROL_MASK)
    {
      weir_timeline_scale_zoom (self->scale, dy < 0 ? 1.25 : 0.8, MAX (self->pointer_x - self->label_width, 0));
      return GDK_EVENT_STOP;
    }
  if (state & GDK_SHIFT_MASK)
    dx = dy;
  if (dx == 0 || weir_timeline_scale_is_fitted (self->scale))
    return GDK_EVENT_PROPAGATE;
  gtk_adjustment_set_value (adjustment, gtk_adjustment_get_value (adjustment) + dx * 40);
  return GDK_EVENT_STOP;
}

static void
motion_cb (WeirTimeline *self,
           double        x,
           double        y)
{
  self->pointer_x = x;
}

static void
scale_changed_cb (WeirTimeline *self)
{
  gtk_widget_set_visible (GTK_WIDGET (self->scrollbar), !weir_timeline_scale_is_fitted (self->scale));
}

static void
apply_label_width (gpointer user_data)
{
  WeirTimeline *self = user_data;

  /* It may have been disposed of meanwhile. */
  for (guint i = 0; self->labels != NULL && i < self->labels->len; i++)
    apply_width (g_ptr_array_index (self->labels, i), self->label_width);
  if (self->corner != NULL)
    gtk_widget_set_size_request (GTK_WIDGET (self->corner), self->label_width, -1);
  g_object_unref (self);
}

/* ── widget ────────────────────────────────────────────────────────────────────────────────── */

static void
weir_timeline_size_allocate (GtkWidget *widget,
                             int        width,
                             int        height,
                             int        baseline)
{
  WeirTimeline *self = WEIR_TIMELINE (widget);
  int label_width = CLAMP (width * 2 / 9, MIN_LABEL_WIDTH, MAX_LABEL_WIDTH);

  gtk_widget_allocate (gtk_widget_get_first_child (widget), width, height, baseline, NULL);
  if (self->menu != NULL)
    gtk_popover_present (GTK_POPOVER (self->menu));
  if (label_width == self->label_width)
    return;
  self->label_width = label_width;
  /* Sizes may not change while they are being given out. */
  g_idle_add_once (apply_label_width, g_object_ref (self));
}

static void
weir_timeline_measure (GtkWidget     *widget,
                       GtkOrientation orientation,
                       int            for_size,
                       int           *minimum,
                       int           *natural,
                       int           *minimum_baseline,
                       int           *natural_baseline)
{
  gtk_widget_measure (gtk_widget_get_first_child (widget), orientation, for_size, minimum, natural, NULL, NULL);
}

/* What came while nobody looked. */
static void
weir_timeline_map (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (weir_timeline_parent_class)->map (widget);
  ensure_ticking (WEIR_TIMELINE (widget));
}

static void
weir_timeline_get_property (GObject    *object,
                            guint       id,
                            GValue     *value,
                            GParamSpec *pspec)
{
  g_value_set_string (value, WEIR_TIMELINE (object)->selected_block);
}

static void
weir_timeline_set_property (GObject      *object,
                            guint         id,
                            const GValue *value,
                            GParamSpec   *pspec)
{
  weir_timeline_set_selected_block (WEIR_TIMELINE (object), g_value_get_string (value));
}

static void
weir_timeline_dispose (GObject *object)
{
  WeirTimeline *self = WEIR_TIMELINE (object);
  GtkWidget *child;

  weir_timeline_set_view (self, NULL);
  g_clear_pointer (&self->menu, gtk_widget_unparent);
  gtk_widget_dispose_template (GTK_WIDGET (self), WEIR_TYPE_TIMELINE);
  /* It takes only the children that have a name. */
  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self))) != NULL)
    gtk_widget_unparent (child);
  if (self->scale != NULL)
    g_signal_handlers_disconnect_by_data (self->scale, self);
  g_clear_object (&self->scale);
  g_clear_object (&self->model);
  g_clear_object (&self->selection);
  g_clear_pointer (&self->labels, g_ptr_array_unref);
  g_clear_pointer (&self->selected_block, g_free);
  G_OBJECT_CLASS (weir_timeline_parent_class)->dispose (object);
}

static void
weir_timeline_class_init (WeirTimelineClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = weir_timeline_dispose;
  object_class->get_property = weir_timeline_get_property;
  object_class->set_property = weir_timeline_set_property;
  widget_class->map = weir_timeline_map;
  widget_class->measure = weir_timeline_measure;
  widget_class->size_allocate = weir_timeline_size_allocate;
  properties[PROP_SELECTED_BLOCK] = g_param_spec_string (
    "selected-block", NULL, NULL, NULL, G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  signals[STEP_PRESSED] = g_signal_new ("step-pressed", WEIR_TYPE_TIMELINE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                        G_TYPE_NONE, 1, G_TYPE_UINT);
  signals[MENU_REQUESTED] = g_signal_new ("menu-requested", WEIR_TYPE_TIMELINE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                          G_TYPE_NONE, 4, G_TYPE_STRING, G_TYPE_UINT, G_TYPE_DOUBLE, G_TYPE_DOUBLE);
  signals[STEP_ACTIVATED] = g_signal_new ("step-activated", WEIR_TYPE_TIMELINE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                          G_TYPE_NONE, 1, G_TYPE_UINT);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/weirstudio/Weir/weir-timeline.ui");
  gtk_widget_class_bind_template_child (widget_class, WeirTimeline, header);
  gtk_widget_class_bind_template_child (widget_class, WeirTimeline, corner);
  gtk_widget_class_bind_template_child (widget_class, WeirTimeline, list);
  gtk_widget_class_bind_template_child (widget_class, WeirTimeline, scrollbar);
  gtk_widget_class_bind_template_callback (widget_class, setup_cb);
  gtk_widget_class_bind_template_callback (widget_class, bind_cb);
  gtk_widget_class_bind_template_callback (widget_class, unbind_cb);
  gtk_widget_class_bind_template_callback (widget_class, activate_cb);
  gtk_widget_class_bind_template_callback (widget_class, scroll_cb);
  gtk_widget_class_bind_template_callback (widget_class, motion_cb);
  gtk_widget_class_bind_template_callback (widget_class, secondary_pressed_cb);
  gtk_widget_class_bind_template_callback (widget_class, menu_at_cb);
}

static void
weir_timeline_init (WeirTimeline *self)
{
  self->scale = weir_timeline_scale_new ();
  self->model = weir_timeline_model_new ();
  self->labels = g_ptr_array_new ();
  self->first_changed = G_MAXUINT;
  self->label_width = MIN_LABEL_WIDTH;
  self->selection = gtk_single_selection_new (NULL);
  gtk_single_selection_set_autoselect (self->selection, FALSE);
  gtk_single_selection_set_can_unselect (self->selection, TRUE);
  gtk_single_selection_set_model (self->selection, G_LIST_MODEL (self->model));
  gtk_widget_init_template (GTK_WIDGET (self));
  add_menu_keys (self);
  gtk_box_append (self->header, weir_timeline_axis_new (self->scale));
  gtk_list_view_set_model (self->list, GTK_SELECTION_MODEL (self->selection));
  gtk_scrollbar_set_adjustment (self->scrollbar, weir_timeline_scale_get_adjustment (self->scale));
  g_signal_connect_swapped (self->selection, "notify::selected-item", G_CALLBACK (selected_cb), self);
  g_signal_connect_swapped (self->scale, "changed", G_CALLBACK (scale_changed_cb), self);
}

void
weir_timeline_set_view (WeirTimeline *self,
                        WeirRunView  *view)
{
  if (self->view == view)
    return;
  if (self->view != NULL)
    g_signal_handlers_disconnect_by_data (self->view, self);
  g_set_object (&self->view, view);
  if (self->tick_id != 0)
    gtk_widget_remove_tick_callback (GTK_WIDGET (self), self->tick_id);
  self->tick_id = 0;
  self->first_changed = G_MAXUINT;
  if (self->model != NULL)
    weir_timeline_model_set_graph (self->model,
                                   view != NULL ? weir_workflow_get_graph (weir_run_view_get_workflow (view)) : NULL);
  if (view == NULL)
    return;
  self->n_scanned = 0;
  self->paused_at = 0;
  weir_timeline_scale_clear_gaps (self->scale);
  weir_timeline_scale_fit (self->scale);
  g_signal_connect_swapped (view, "changed", G_CALLBACK (changed_cb), self);
  changed_cb (self, 0);
}

void
weir_timeline_set_selected_block (WeirTimeline *self,
                                  const char   *path)
{
  gboolean changed = g_set_str (&self->selected_block, path);
  guint position = weir_timeline_model_find (self->model, self->selected_block);

  self->selecting = TRUE;
  if (gtk_single_selection_get_selected (self->selection) != position)
    gtk_single_selection_set_selected (self->selection, position);
  self->selecting = FALSE;
  if (!changed)
    return;
  if (position != GTK_INVALID_LIST_POSITION)
    gtk_list_view_scroll_to (self->list, position, GTK_LIST_SCROLL_NONE, NULL);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SELECTED_BLOCK]);
}

const char *
weir_timeline_get_selected_block (WeirTimeline *self)
{
  return self->selected_block;
}

/**
 * weir_timeline_set_explain:
 * @self: a timeline
 * @explain: (nullable): says why a step does not go on, for the tooltip of its bar
 * @user_data: for it
 */
void
weir_timeline_set_explain (WeirTimeline    *self,
                           WeirExplainFunc  explain,
                           gpointer         user_data)
{
  self->explain = explain;
  self->explain_data = user_data;
}

/**
 * weir_timeline_popup_menu:
 * @self: a timeline
 * @model: what can be chosen
 * @x: where, on the timeline
 * @y: likewise
 */
void
weir_timeline_popup_menu (WeirTimeline *self,
                          GMenuModel   *model,
                          double        x,
                          double        y)
{
  /* One that was used before keeps its old size: what is longer now would be wrapped or cut off. */
  g_clear_pointer (&self->menu, gtk_widget_unparent);
  self->menu = gtk_popover_menu_new_from_model (model);
  gtk_popover_set_has_arrow (GTK_POPOVER (self->menu), FALSE);
  gtk_widget_set_halign (self->menu, GTK_ALIGN_START);
  gtk_widget_set_parent (self->menu, GTK_WIDGET (self));
  gtk_popover_set_pointing_to (GTK_POPOVER (self->menu), &(GdkRectangle) { (int) x, (int) y, 1, 1 });
  gtk_popover_popup (GTK_POPOVER (self->menu));
}

void
weir_timeline_zoom (WeirTimeline *self,
                    double        factor)
{
  if (factor <= 0)
    weir_timeline_scale_fit (self->scale);
  else
    weir_timeline_scale_zoom (self->scale, factor,
                              (gtk_widget_get_width (GTK_WIDGET (self)) - self->label_width) / 2.0);
}
