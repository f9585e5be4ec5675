/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weir-command.h"

struct _WeirCommand
{
  GObject parent_instance;

  char      *title;
  char      *key;
  char      *action;
  GVariant  *target;
  GtkWidget *widget;   /* weak: where the action is looked for */
};

G_DEFINE_FINAL_TYPE (WeirCommand, weir_command, G_TYPE_OBJECT)

static void
weir_command_finalize (GObject *object)
{
  WeirCommand *self = WEIR_COMMAND (object);

  g_clear_weak_pointer (&self->widget);
  g_clear_pointer (&self->target, g_variant_unref);
  g_free (self->title);
  g_free (self->key);
  g_free (self->action);
  G_OBJECT_CLASS (weir_command_parent_class)->finalize (object);
}

static void
weir_command_class_init (WeirCommandClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = weir_command_finalize;
}

static void
weir_command_init (WeirCommand *self)
{
}

const char *
weir_command_get_title (WeirCommand *self)
{
  return self->title;
}

const char *
weir_command_get_key (WeirCommand *self)
{
  return self->key;
}

/**
 * weir_command_run:
 * @self: a command
 *
 * Does it, if it still can be done.
 */
void
weir_command_run (WeirCommand *self)
{
  if (self->widget != NULL)
    gtk_widget_activate_action_variant (self->widget, self->action, self->target);
}

/* Keys, as the widget and those around it have them */

static void
read_controller (GtkShortcutController *controller,
                 GdkDisplay            *display,
                 GHashTable            *keys)
{
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (controller)); i++)
    {
      g_autoptr(GtkShortcut) shortcut = g_list_model_get_item (G_LIST_MODEL (controller), i);
      GtkShortcutAction *action = gtk_shortcut_get_action (shortcut);
      GVariant *target = gtk_shortcut_get_arguments (shortcut);

      if (GTK_IS_NAMED_ACTION (action))
        g_hash_table_replace (
          keys, g_action_print_detailed_name (gtk_named_action_get_action_name (GTK_NAMED_ACTION (action)), target),
          gtk_shortcut_trigger_to_label (gtk_shortcut_get_trigger (shortcut), display));
    }
}

static GHashTable *
read_keys (GtkWidget *widget)
{
  GHashTable *keys = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);

  for (GtkWidget *at = widget; at != NULL; at = gtk_widget_get_parent (at))
    {
      g_autoptr(GListModel) controllers = gtk_widget_observe_controllers (at);

      for (guint i = 0; i < g_list_model_get_n_items (controllers); i++)
        {
          g_autoptr(GtkEventController) controller = g_list_model_get_item (controllers, i);

          if (GTK_IS_SHORTCUT_CONTROLLER (controller))
            read_controller (GTK_SHORTCUT_CONTROLLER (controller), gtk_widget_get_display (widget), keys);
        }
    }
  return keys;
}

static char *
find_key (GHashTable *keys,
          const char *action,
          GVariant   *target)
{
  g_autofree char *detailed = g_action_print_detailed_name (action, target);
  GApplication *application = g_application_get_default ();
  g_auto(GStrv) accels = NULL;
  guint key;
  GdkModifierType modifiers;

  if (g_hash_table_contains (keys, detailed))
    return g_strdup (g_hash_table_lookup (keys, detailed));
  if (GTK_IS_APPLICATION (application))
    accels = gtk_application_get_accels_for_action (GTK_APPLICATION (application), detailed);
  if (accels == NULL || accels[0] == NULL || !gtk_accelerator_parse (accels[0], &key, &modifiers))
    return NULL;
  return gtk_accelerator_get_label (key, modifiers);
}

/* Menus */

typedef struct
{
  GListStore *found;
  GHashTable *seen;   /* of action with target; of title: what page and canvas offer both */
  GHashTable *keys;
  GtkWidget  *widget;
  GtkWidget  *probe;  /* what has an action is sensitive when the action can be done */
} Reading;

/* Without the signs for the underlined letters. */
static char *
plain_label (const char *label)
{
  GString *text = g_string_new (NULL);

  for (const char *at = label; *at != '\0'; at++)
    if (*at != '_' || at[1] == '_')
      {
        g_string_append_c (text, *at);
        at += *at == '_';
      }
  return g_string_free_and_steal (text);
}

static gboolean
can_be_done (Reading    *reading,
             const char *action,
             GVariant   *target)
{
  gtk_actionable_set_action_name (GTK_ACTIONABLE (reading->probe), NULL);
  gtk_actionable_set_action_target_value (GTK_ACTIONABLE (reading->probe), target);
  gtk_widget_set_sensitive (reading->probe, FALSE);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (reading->probe), action);
  return gtk_widget_get_sensitive (reading->probe);
}

static void
add_command (Reading    *reading,
             const char *label,
             const char *menu,
             const char *action,
             GVariant   *target)
{
  g_autofree char *title = plain_label (label), *detailed = g_action_print_detailed_name (action, target);
  g_autoptr(WeirCommand) command = NULL;

  if (g_hash_table_contains (reading->seen, detailed) || g_hash_table_contains (reading->seen, title)
      || !can_be_done (reading, action, target))
    return;
  command = g_object_new (WEIR_TYPE_COMMAND, NULL);
  command->title = menu != NULL ? g_strconcat (menu, ": ", title, NULL) : g_strdup (title);
  command->key = find_key (reading->keys, action, target);
  command->action = g_strdup (action);
  command->target = target != NULL ? g_variant_ref (target) : NULL;
  g_set_weak_pointer (&command->widget, reading->widget);
  g_list_store_append (reading->found, command);
  g_hash_table_add (reading->seen, g_steal_pointer (&detailed));
  if (menu == NULL)
    g_hash_table_add (reading->seen, g_steal_pointer (&title));
}

static void
read_menu (Reading    *reading,
           GMenuModel *menu,
           const char *name)
{
  for (int i = 0; i < g_menu_model_get_n_items (menu); i++)
    {
      g_autoptr(GMenuModel) section = g_menu_model_get_item_link (menu, i, G_MENU_LINK_SECTION);
      g_autoptr(GMenuModel) submenu = g_menu_model_get_item_link (menu, i, G_MENU_LINK_SUBMENU);
      g_autoptr(GVariant) target = g_menu_model_get_item_attribute_value (menu, i, G_MENU_ATTRIBUTE_TARGET, NULL);
      g_autofree char *label = NULL, *action = NULL, *plain = NULL;

      g_menu_model_get_item_attribute (menu, i, G_MENU_ATTRIBUTE_LABEL, "s", &label);
      g_menu_model_get_item_attribute (menu, i, G_MENU_ATTRIBUTE_ACTION, "s", &action);
      if (section != NULL)
        read_menu (reading, section, name);
      else if (submenu != NULL && label != NULL)
        {
          plain = plain_label (label);
          read_menu (reading, submenu, plain);
        }
      else if (label != NULL && action != NULL)
        add_command (reading, label, name, action, target);
    }
}

/**
 * weir_command_list:
 * @widget: where the actions are looked for: on it and on what is around it
 * @menus: of #GMenuModel
 *
 * Returns: (transfer full): of #WeirCommand, in the order of the menus
 */
GListStore *
weir_command_list (GtkWidget *widget,
                   GPtrArray *menus)
{
  g_autoptr(GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr(GHashTable) keys = read_keys (widget);
  Reading reading = { g_list_store_new (WEIR_TYPE_COMMAND), seen, keys, widget, gtk_button_new () };

  gtk_widget_set_visible (reading.probe, FALSE);
  gtk_widget_set_parent (reading.probe, widget);
  for (guint i = 0; i < menus->len; i++)
    read_menu (&reading, g_ptr_array_index (menus, i), NULL);
  gtk_widget_unparent (reading.probe);
  return reading.found;
}
