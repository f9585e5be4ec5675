/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weir-notice.h"

struct _WeirNotice
{
  AdwBin parent_instance;

  GtkRevealer *revealer;
  GtkBox      *box;
  GtkImage    *icon;
  GtkLabel    *label;
  GtkButton   *first;
  GtkButton   *second;
  GtkButton   *third;
  GtkWidget   *close;
};

G_DEFINE_FINAL_TYPE (WeirNotice, weir_notice, ADW_TYPE_BIN)

enum
{
  PROP_0,
  PROP_NARROW,
  N_PROPS
};
static GParamSpec *properties[N_PROPS];

enum { DISMISSED, N_SIGNALS };
static guint signals[N_SIGNALS];

static void
dismiss_cb (GtkWidget  *widget,
            const char *action,
            GVariant   *target)
{
  weir_notice_hide (WEIR_NOTICE (widget));
  g_signal_emit (widget, signals[DISMISSED], 0);
}

static void
weir_notice_get_property (GObject    *object,
                          guint       id,
                          GValue     *value,
                          GParamSpec *pspec)
{
  WeirNotice *self = WEIR_NOTICE (object);

  g_value_set_boolean (value, gtk_orientable_get_orientation (GTK_ORIENTABLE (self->box)) == GTK_ORIENTATION_VERTICAL);
}

static void
weir_notice_set_property (GObject      *object,
                          guint         id,
                          const GValue *value,
                          GParamSpec   *pspec)
{
  WeirNotice *self = WEIR_NOTICE (object);
  gboolean narrow = g_value_get_boolean (value);

  gtk_orientable_set_orientation (GTK_ORIENTABLE (self->box),
                                  narrow ? GTK_ORIENTATION_VERTICAL : GTK_ORIENTATION_HORIZONTAL);
  gtk_box_set_spacing (self->box, narrow ? 6 : 12);
}

static void
weir_notice_dispose (GObject *object)
{
  /* Else the template would unparent the child behind the back of the bin. */
  adw_bin_set_child (ADW_BIN (object), NULL);
  gtk_widget_dispose_template (GTK_WIDGET (object), WEIR_TYPE_NOTICE);
  G_OBJECT_CLASS (weir_notice_parent_class)->dispose (object);
}

static void
weir_notice_class_init (WeirNoticeClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->get_property = weir_notice_get_property;
  object_class->set_property = weir_notice_set_property;
  object_class->dispose = weir_notice_dispose;
  properties[PROP_NARROW] = g_param_spec_boolean ("narrow", NULL, NULL, FALSE,
                                                  G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  signals[DISMISSED] = g_signal_new ("dismissed", WEIR_TYPE_NOTICE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                                     0);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/weirstudio/Weir/weir-notice.ui");
  gtk_widget_class_bind_template_child (widget_class, WeirNotice, revealer);
  gtk_widget_class_bind_template_child (widget_class, WeirNotice, box);
  gtk_widget_class_bind_template_child (widget_class, WeirNotice, icon);
  gtk_widget_class_bind_template_child (widget_class, WeirNotice, label);
  gtk_widget_class_bind_template_child (widget_class, WeirNotice, first);
  gtk_widget_class_bind_template_child (widget_class, WeirNotice, second);
  gtk_widget_class_bind_template_child (widget_class, WeirNotice, third);
  gtk_widget_class_bind_template_child (widget_class, WeirNotice, close);
  gtk_widget_class_install_action (widget_class, "notice.dismiss", NULL, dismiss_cb);
}

static void
weir_notice_init (WeirNotice *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

static void
set_button (GtkButton              *button,
            const WeirNoticeButton *wanted)
{
  gtk_widget_set_visible (GTK_WIDGET (button), wanted != NULL);
  if (wanted == NULL)
    return;
  gtk_button_set_label (button, wanted->label);
  gtk_actionable_set_action_target_value (GTK_ACTIONABLE (button),
                                          wanted->target != NULL ? g_variant_new_string (wanted->target) : NULL);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), wanted->action);
}

/**
 * weir_notice_show:
 * @self: a notice
 * @icon: name of an icon
 * @message: a sentence or two
 * @first: (nullable): what is most likely wanted
 * @second: (nullable): what else can be done
 * @dismissable: whether it can be sent away unanswered
 *
 * Comes into sight, and is read out if it was not there before or said something else.
 */
void
weir_notice_show (WeirNotice             *self,
                  const char             *icon,
                  const char             *message,
                  const WeirNoticeButton *first,
                  const WeirNoticeButton *second,
                  gboolean                dismissable)
{
  gboolean news = !gtk_revealer_get_reveal_child (self->revealer)
                  || !g_str_equal (gtk_label_get_text (self->label), message);

  if (!news)
    return;
  gtk_image_set_from_icon_name (self->icon, icon);
  gtk_label_set_text (self->label, message);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->label), message);
  set_button (self->first, first);
  set_button (self->second, second);
  set_button (self->third, NULL);
  gtk_widget_set_visible (self->close, dismissable);
  gtk_revealer_set_reveal_child (self->revealer, TRUE);
  gtk_accessible_announce (GTK_ACCESSIBLE (self), message, GTK_ACCESSIBLE_ANNOUNCEMENT_PRIORITY_MEDIUM);
}

/**
 * weir_notice_set_third:
 * @self: a notice that is shown
 * @third: (nullable): one more thing that can be done
 */
void
weir_notice_set_third (WeirNotice             *self,
                       const WeirNoticeButton *third)
{
  set_button (self->third, third);
}

/**
 * weir_notice_hide:
 * @self: a notice
 *
 * There is nothing to say any more.
 */
void
weir_notice_hide (WeirNotice *self)
{
  gtk_revealer_set_reveal_child (self->revealer, FALSE);
}
