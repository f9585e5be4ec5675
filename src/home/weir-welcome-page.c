/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weir-welcome-page.h"

#include <glib/gi18n.h>

#include "weir-demo.h"

struct _WeirWelcomePage
{
  AdwBin parent_instance;

  GtkListBox *demos;
  GtkWidget  *demos_group;
  gboolean    loaded;
};

G_DEFINE_FINAL_TYPE (WeirWelcomePage, weir_welcome_page, ADW_TYPE_BIN)

static void
weir_welcome_page_dispose (GObject *object)
{
  gtk_widget_dispose_template (GTK_WIDGET (object), WEIR_TYPE_WELCOME_PAGE);
  G_OBJECT_CLASS (weir_welcome_page_parent_class)->dispose (object);
}

static void
weir_welcome_page_class_init (WeirWelcomePageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = weir_welcome_page_dispose;
  gtk_widget_class_set_template_from_resource (widget_class, "/org/weirstudio/Weir/weir-welcome-page.ui");
  gtk_widget_class_bind_template_child (widget_class, WeirWelcomePage, demos);
  gtk_widget_class_bind_template_child (widget_class, WeirWelcomePage, demos_group);
}

static void
weir_welcome_page_init (WeirWelcomePage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

static GtkWidget *
make_row (const WeirDemo *demo)
{
  GtkWidget *row = g_object_new (ADW_TYPE_ACTION_ROW, "use-markup", FALSE, "title", demo->title,
                                 "subtitle", demo->summary != NULL ? demo->summary : "", "activatable", TRUE,
                                 "action-name", "workflow.open-demo", NULL);

  gtk_actionable_set_action_target (GTK_ACTIONABLE (row), "s", demo->name);
  gtk_widget_set_name (row, demo->name);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), gtk_image_new_from_icon_name ("go-next-symbolic"));
  return row;
}

/**
 * weir_welcome_page_load:
 * @self: a welcome page
 *
 * Fills in the demos, unless that was done before.
 */
void
weir_welcome_page_load (WeirWelcomePage *self)
{
  g_autoptr(GPtrArray) demos = NULL;

  if (self->loaded)
    return;
  self->loaded = TRUE;
  demos = weir_demo_list ();
  for (guint i = 0; i < demos->len; i++)
    gtk_list_box_append (self->demos, make_row (demos->pdata[i]));
  gtk_widget_set_visible (self->demos_group, demos->len > 0);
}
