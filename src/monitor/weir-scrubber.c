/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gi18n.h>

#include "weir-scrubber.h"

#include "weir-step-look.h"

struct _WeirScrubber
{
  GtkWidget parent_instance;

  GtkButton *play;
  GtkScale *slider;
  GtkLabel *label;
  GtkAdjustment *adjustment;   /* µs since the start */

  WeirRunView *view;
  guint tick_id;
  gint64 played_at;            /* frame time of the last tick */
  gboolean updating;
};

G_DEFINE_FINAL_TYPE (WeirScrubber, weir_scrubber, GTK_TYPE_WIDGET)

static WeirEvent *
get_event (WeirScrubber *self,
           guint         index)
{
  return g_ptr_array_index (weir_run_view_get_events (self->view), index);
}

static guint
get_n_events (WeirScrubber *self)
{
  return self->view != NULL ? weir_run_view_get_events (self->view)->len : 0;
}

static gint64
get_length (WeirScrubber *self)
{
  guint n = get_n_events (self);
  WeirRunStatus status;
  gint64 end_at;

  if (n == 0)
    return 0;
  end_at = get_event (self, n - 1)->at;
  status = weir_run_state_get_status (weir_run_view_get_state (self->view));
  if (weir_run_view_get_live (self->view) && !weir_run_status_is_final (status) && status != WEIR_RUN_PAUSED)
    end_at = MAX (end_at, g_get_real_time ());
  return end_at - get_event (self, 0)->at;
}

/* The last event that had happened by then. */
static guint64
find_seq (WeirScrubber *self,
          gint64        time)
{
  gint64 at = get_event (self, 0)->at + time;
  guint low = 0, high = get_n_events (self);

  while (high - low > 1)
    {
      guint middle = low + (high - low) / 2;

      if (get_event (self, middle)->at <= at)
        low = middle;
      else
        high = middle;
    }
  return get_event (self, low)->seq;
}

/* Where the slider belongs; between two events it stays where it was put. */
static double
get_position (WeirScrubber *self)
{
  double value = gtk_adjustment_get_value (self->adjustment);
  guint64 seq = weir_run_state_get_seq (weir_run_view_get_state (self->view));

  if (seq == 0 || seq > get_n_events (self) || find_seq (self, (gint64) value) == seq)
    return value;
  return (double) (get_event (self, (guint) seq - 1)->at - get_event (self, 0)->at);
}

static void
stop_playing (WeirScrubber *self)
{
  if (self->tick_id != 0)
    gtk_widget_remove_tick_callback (GTK_WIDGET (self), self->tick_id);
  self->tick_id = 0;
  gtk_button_set_icon_name (self->play, "media-playback-start-symbolic");
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->play), _("Play back as it happened"));
}

static gboolean
is_over (WeirScrubber *self)
{
  return self->view == NULL
         || weir_run_status_is_final (weir_run_state_get_status (weir_run_view_get_state (self->view)));
}

static void
update_label (WeirScrubber *self)
{
  g_autofree char *position = NULL;
  g_autofree char *length = NULL;
  g_autofree char *text = NULL;
  gboolean live = self->view == NULL || weir_run_view_get_live (self->view);

  position = weir_format_clock (live ? get_length (self) : (gint64) gtk_adjustment_get_value (self->adjustment));
  length = weir_format_clock (get_length (self));
  if (!live)
    text = g_strdup_printf (_("%s of %s"), position, length);
  else if (is_over (self))
    text = g_strdup (length);
  else
    text = g_strdup_printf (_("%s live"), position);
  gtk_label_set_text (self->label, text);
}

void
weir_scrubber_update (WeirScrubber *self)
{
  gint64 length = get_length (self);
  gboolean live = self->view == NULL || weir_run_view_get_live (self->view);

  self->updating = TRUE;
  gtk_adjustment_configure (self->adjustment, live ? (double) length : get_position (self), 0, MAX ((double) length, 1),
                            MAX ((double) length, 1) / 100, MAX ((double) length, 1) / 10, 0);
  self->updating = FALSE;
  gtk_widget_set_sensitive (GTK_WIDGET (self), get_n_events (self) > 1);
  update_label (self);
}

/* To where the slider is. Its right end follows the newest event. */
static void
seek (WeirScrubber *self)
{
  double value = gtk_adjustment_get_value (self->adjustment);

  if (get_n_events (self) == 0)
    return;
  weir_run_view_seek (self->view, value >= (double) get_length (self) ? G_MAXUINT64 : find_seq (self, (gint64) value));
  update_label (self);
}

static void
value_changed_cb (WeirScrubber *self)
{
  if (!self->updating)
    seek (self);
}

/* Taken in hand: it no longer plays by itself. */
static gboolean
change_value_cb (WeirScrubber *self)
{
  stop_playing (self);
  return GDK_EVENT_PROPAGATE;
}

static gboolean
tick_cb (GtkWidget     *widget,
         GdkFrameClock *clock,
         gpointer       user_data)
{
  WeirScrubber *self = WEIR_SCRUBBER (widget);
  gint64 now = gdk_frame_clock_get_frame_time (clock);
  double value = gtk_adjustment_get_value (self->adjustment) + (double) (now - self->played_at);

  self->played_at = now;
  gtk_adjustment_set_value (self->adjustment, value);
  if (value < (double) get_length (self))
    return G_SOURCE_CONTINUE;
  self->tick_id = 0;
  stop_playing (self);
  return G_SOURCE_REMOVE;
}

static void
weir_scrubber_dispose (GObject *object)
{
  WeirScrubber *self = WEIR_SCRUBBER (object);
  GtkWidget *child;

  if (self->view != NULL)
    g_signal_handlers_disconnect_by_data (self->view, self);
  g_clear_object (&self->view);
  gtk_widget_dispose_template (GTK_WIDGET (self), WEIR_TYPE_SCRUBBER);
  /* It takes only the children that have a name. */
  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self))) != NULL)
    gtk_widget_unparent (child);
  G_OBJECT_CLASS (weir_scrubber_parent_class)->dispose (object);
}

static void
weir_scrubber_class_init (WeirScrubberClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = weir_scrubber_dispose;
  gtk_widget_class_set_template_from_resource (widget_class, "/org/weirstudio/Weir/weir-scrubber.ui");
  gtk_widget_class_bind_template_child (widget_class, WeirScrubber, play);
  gtk_widget_class_bind_template_child (widget_class, WeirScrubber, slider);
  gtk_widget_class_bind_template_child (widget_class, WeirScrubber, label);
  gtk_widget_class_bind_template_child (widget_class, WeirScrubber, adjustment);
  gtk_widget_class_bind_template_callback (widget_class, value_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, change_value_cb);
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BOX_LAYOUT);
}

static void
weir_scrubber_init (WeirScrubber *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  /* Time goes the way that it goes in the timeline above, in every language. */
  gtk_widget_set_direction (GTK_WIDGET (self->slider), GTK_TEXT_DIR_LTR);
  weir_scrubber_update (self);
}

void
weir_scrubber_set_view (WeirScrubber *self,
                        WeirRunView  *view)
{
  if (self->view == view)
    return;
  stop_playing (self);
  if (self->view != NULL)
    g_signal_handlers_disconnect_by_data (self->view, self);
  g_set_object (&self->view, view);
  if (view != NULL)
    g_signal_connect_swapped (view, "changed", G_CALLBACK (weir_scrubber_update), self);
  weir_scrubber_update (self);
}

void
weir_scrubber_play (WeirScrubber *self)
{
  if (self->tick_id != 0)
    {
      stop_playing (self);
      return;
    }
  if (get_n_events (self) < 2)
    return;
  if (weir_run_view_get_live (self->view))
    gtk_adjustment_set_value (self->adjustment, 0);
  self->played_at = gdk_frame_clock_get_frame_time (gtk_widget_get_frame_clock (GTK_WIDGET (self)));
  self->tick_id = gtk_widget_add_tick_callback (GTK_WIDGET (self), tick_cb, NULL, NULL);
  gtk_button_set_icon_name (self->play, "media-playback-pause-symbolic");
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->play), _("Hold"));
}

void
weir_scrubber_go_live (WeirScrubber *self)
{
  stop_playing (self);
  if (self->view != NULL)
    weir_run_view_seek (self->view, G_MAXUINT64);
  weir_scrubber_update (self);
}
