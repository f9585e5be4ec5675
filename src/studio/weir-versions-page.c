/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weir-versions-page.h"

#include <glib/gi18n.h>

#include "weir-words.h"

struct _WeirVersionsPage
{
  AdwBin parent_instance;

  GtkListBox *list;
  GtkStack   *stack;
  guint       present;
};

G_DEFINE_FINAL_TYPE (WeirVersionsPage, weir_versions_page, ADW_TYPE_BIN)

enum { VERSION_ACTIVATED, N_SIGNALS };
static guint signals[N_SIGNALS];

static void
restore_cb (GtkWidget *button)
{
  WeirVersionsPage *self = WEIR_VERSIONS_PAGE (gtk_widget_get_ancestor (button, WEIR_TYPE_VERSIONS_PAGE));

  g_signal_emit (self, signals[VERSION_ACTIVATED], 0, GPOINTER_TO_UINT (g_object_get_data (G_OBJECT (button), "version")));
}

static GtkWidget *
make_compare_button (const WeirVersionInfo *info)
{
  GtkWidget *button = gtk_button_new_from_icon_name ("view-dual-symbolic");
  g_autofree char *label = g_strdup_printf (_("Compare version %u with…"), info->version);

  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (button, "flat");
  gtk_widget_set_tooltip_text (button, _("Compare With…"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), "workflow.compare");
  gtk_actionable_set_action_target (GTK_ACTIONABLE (button), "u", info->version);
  return button;
}

static GtkWidget *
make_name_button (const WeirVersionInfo *info)
{
  GtkWidget *button = gtk_button_new_from_icon_name ("document-edit-symbolic");
  g_autofree char *label = g_strdup_printf (_("Name version %u…"), info->version);

  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (button, "flat");
  gtk_widget_set_tooltip_text (button, info->message != NULL ? _("Rename…") : _("Give a Name…"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), "workflow.rename-version");
  gtk_actionable_set_action_target (GTK_ACTIONABLE (button), "(us)", info->version, info->message != NULL ? info->message : "");
  return button;
}

static GtkWidget *
make_row (const WeirVersionInfo *info,
          gboolean               present)
{
  g_autofree char *number = g_strdup_printf (_("Version %u"), info->version);
  g_autoptr(GDateTime) utc = g_date_time_new_from_unix_utc_usec (info->saved_at);
  g_autoptr(GDateTime) local = g_date_time_to_local (utc);
  g_autofree char *when = g_date_time_format (local, "%x, %X");
  g_autofree char *subtitle = info->message != NULL ? g_strdup_printf ("%s · %s", number, when) : g_strdup (when);
  const char *title = info->message != NULL ? info->message : number;
  GtkWidget *row = g_object_new (ADW_TYPE_ACTION_ROW, "use-markup", FALSE, "title", title, "subtitle", subtitle, NULL);

  adw_action_row_add_suffix (ADW_ACTION_ROW (row), make_name_button (info));
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), make_compare_button (info));
  if (present)
    {
      GtkWidget *label = gtk_label_new (_("Open"));

      gtk_widget_add_css_class (label, "dimmed");
      adw_action_row_add_suffix (ADW_ACTION_ROW (row), label);
    }
  else
    {
      GtkWidget *button = gtk_button_new_with_mnemonic (_("_Restore"));
      g_autofree char *label = g_strdup_printf (_("Restore version %u"), info->version);

      gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
      gtk_accessible_reset_relation (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_RELATION_LABELLED_BY);
      gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
      g_object_set_data (G_OBJECT (button), "version", GUINT_TO_POINTER (info->version));
      g_signal_connect (button, "clicked", G_CALLBACK (restore_cb), NULL);
      adw_action_row_add_suffix (ADW_ACTION_ROW (row), button);
    }
  return row;
}

/* The row that has the keyboard, -1 if none has. */
static int
find_focused (WeirVersionsPage *self)
{
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));
  GtkWidget *focus = root != NULL ? gtk_root_get_focus (root) : NULL;
  GtkWidget *row = focus != NULL ? gtk_widget_get_ancestor (focus, GTK_TYPE_LIST_BOX_ROW) : NULL;

  return row != NULL && gtk_widget_is_ancestor (row, GTK_WIDGET (self->list)) ? gtk_list_box_row_get_index (GTK_LIST_BOX_ROW (row))
                                                                              : -1;
}

static DexFuture *
listed_cb (DexFuture *future,
           gpointer   user_data)
{
  WeirVersionsPage *self = user_data;
  g_autoptr(GError) error = NULL;
  const GValue *value = dex_future_get_value (future, &error);
  GPtrArray *versions = value != NULL ? g_value_get_boxed (value) : NULL;
  int focused;

  if (self->list == NULL)
    return dex_future_new_true ();
  focused = find_focused (self);
  if (versions == NULL)
    g_warning ("Versions could not be listed: %s", error->message);
  gtk_list_box_remove_all (self->list);
  for (guint i = 0; versions != NULL && i < versions->len; i++)
    {
      const WeirVersionInfo *info = versions->pdata[i];

      gtk_list_box_append (self->list, make_row (info, info->version == self->present));
    }
  if (focused >= 0 && gtk_list_box_get_row_at_index (self->list, focused) != NULL)
    gtk_widget_grab_focus (GTK_WIDGET (gtk_list_box_get_row_at_index (self->list, focused)));
  gtk_stack_set_visible_child_name (self->stack, versions != NULL && versions->len > 0 ? "list" : "empty");
  return dex_future_new_true ();
}

static void
weir_versions_page_dispose (GObject *object)
{
  /* Else the template would unparent the stack behind the back of the bin. */
  adw_bin_set_child (ADW_BIN (object), NULL);
  gtk_widget_dispose_template (GTK_WIDGET (object), WEIR_TYPE_VERSIONS_PAGE);
  G_OBJECT_CLASS (weir_versions_page_parent_class)->dispose (object);
}

static void
weir_versions_page_class_init (WeirVersionsPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = weir_versions_page_dispose;
  gtk_widget_class_set_template_from_resource (widget_class, "/org/weirstudio/Weir/weir-versions-page.ui");
  gtk_widget_class_bind_template_child (widget_class, WeirVersionsPage, list);
  gtk_widget_class_bind_template_child (widget_class, WeirVersionsPage, stack);
  signals[VERSION_ACTIVATED] = g_signal_new ("version-activated", WEIR_TYPE_VERSIONS_PAGE, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                             NULL, G_TYPE_NONE, 1, G_TYPE_UINT);
}

static void
weir_versions_page_init (WeirVersionsPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * weir_versions_page_load:
 * @self: a page
 * @engine: where the versions are
 * @workflow_id: whose
 * @present: the version that is open
 *
 * Asks the store for the versions; they are shown a moment later.
 */
void
weir_versions_page_load (WeirVersionsPage *self,
                         WeirEngine       *engine,
                         const char       *workflow_id,
                         guint             present)
{
  self->present = present;
  dex_future_disown (dex_future_finally (weir_engine_list_versions (engine, workflow_id), listed_cb,
                                         g_object_ref (self), g_object_unref));
}
