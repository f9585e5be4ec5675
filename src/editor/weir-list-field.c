/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include <glib/gi18n.h>

#include "weir-field-editor.h"

/* Settings that are lists, of records or of plain values: one row an item, with a box for each member. */
#define WEIR_TYPE_LIST_FIELD (weir_list_field_get_type ())
G_DECLARE_FINAL_TYPE (WeirListField, weir_list_field, WEIR, LIST_FIELD, WeirFieldEditor)

typedef struct
{
  char *name;       /* NULL: the item itself */
  char *type;
  gboolean optional;
} Member;

struct _WeirListField
{
  WeirFieldEditor parent_instance;

  GtkWidget *items_box;   /* not owned: the row has it */
  GArray    *members;
  WeirValue *shown;       /* the list that the rows show */
};

G_DEFINE_FINAL_TYPE (WeirListField, weir_list_field, WEIR_TYPE_FIELD_EDITOR)

static void
member_clear (gpointer data)
{
  Member *member = data;

  g_free (member->name);
  g_free (member->type);
}

static void
add_member (GArray     *members,
            const char *text,
            gsize       length)
{
  g_autofree char *part = g_strstrip (g_strndup (text, length));
  char *colon = strchr (part, ':');
  Member member = { 0 };

  if (*part == '\0')
    return;
  if (colon != NULL)
    *colon = '\0';
  member.optional = g_str_has_suffix (part, "?");
  member.name = g_strndup (part, strlen (part) - (member.optional ? 1 : 0));
  member.type = g_strstrip (g_strdup (colon != NULL ? colon + 1 : "any"));
  g_array_append_val (members, member);
}

/* Members of "list<record{name: text, value?: any}>", or the item itself as a single one. */
static GArray *
parse_members (const char *type)
{
  GArray *members = g_array_new (FALSE, TRUE, sizeof (Member));
  g_autofree char *inner = g_strndup (type + strlen ("list<"), strlen (type) - strlen ("list<") - 1);
  const char *body = strchr (inner, '{');
  int depth = 0;

  g_array_set_clear_func (members, member_clear);
  if (!(g_str_has_prefix (inner, "record{") || g_str_has_prefix (inner, "rec{")))
    {
      Member item = { NULL, g_strdup (inner), FALSE };

      g_array_append_val (members, item);
      return members;
    }

  for (const char *start = ++body, *at = body; ; at++)
    {
      if (*at == '\0' || (depth == 0 && (*at == ',' || *at == '}')))
        {
          add_member (members, start, at - start);
          start = at + 1;
          if (*at != ',')
            return members;
        }
      else if (strchr ("{<", *at) != NULL)
        depth++;
      else if (strchr ("}>", *at) != NULL)
        depth--;
    }
}

static gboolean
is_text_type (const char *type)
{
  return g_str_equal (type, "text") || g_str_equal (type, "file") || g_str_equal (type, "dir")
         || g_str_equal (type, "uri") || g_str_equal (type, "secret");
}

/* What a box shows; text that would be read as something else is quoted. */
static char *
dup_box_text (const Member *member,
              WeirValue    *value)
{
  if (value == NULL || weir_value_is_null (value))
    return g_strdup ("");
  if (weir_value_get_kind (value) != WEIR_VALUE_TEXT)
    return weir_json_write (value, 0, NULL);

  if (!is_text_type (member->type))
    {
      g_autoptr(WeirValue) other = weir_json_parse (weir_value_get_text (value, NULL), -1, NULL);

      if (other != NULL)
        return weir_json_write (value, 0, NULL);
    }
  return weir_value_to_display (value, 0);
}

static WeirValue *
read_box_text (const Member *member,
               const char   *text)
{
  if (!is_text_type (member->type) && *text != '=')
    {
      WeirValue *value = weir_json_parse (text, -1, NULL);

      if (value != NULL)
        return value;
    }
  return weir_value_new_text (text);
}

static WeirValue *
read_box (const Member *member,
          GtkWidget    *box)
{
  const char *text;

  if (GTK_IS_CHECK_BUTTON (box))
    return weir_value_new_bool (gtk_check_button_get_active (GTK_CHECK_BUTTON (box)));

  text = gtk_editable_get_text (GTK_EDITABLE (box));
  return *text == '\0' && member->optional ? NULL : read_box_text (member, text);
}

static WeirValue *
read_item (WeirListField *self,
           GtkWidget     *row)
{
  GPtrArray *boxes = g_object_get_data (G_OBJECT (row), "boxes");
  WeirValue *before = g_object_get_data (G_OBJECT (row), "item");
  g_autoptr(WeirValue) item = NULL;

  if (g_array_index (self->members, Member, 0).name == NULL)
    return read_box (&g_array_index (self->members, Member, 0), boxes->pdata[0]);

  item = before != NULL && weir_value_get_kind (before) == WEIR_VALUE_RECORD
           ? weir_value_ref (before) : weir_value_new_record (NULL, NULL, 0);
  for (guint i = 0; i < self->members->len; i++)
    {
      const Member *member = &g_array_index (self->members, Member, i);
      g_autoptr(WeirValue) value = read_box (member, boxes->pdata[i]);
      WeirValue *with = weir_value_with_member (item, member->name, value);

      weir_value_unref (item);
      item = with;
    }
  return g_steal_pointer (&item);
}

static void
store_rows (WeirListField *self)
{
  g_autoptr(WeirBuilder) list = weir_list_builder_new (0);

  for (GtkWidget *row = gtk_widget_get_first_child (self->items_box); row != NULL; row = gtk_widget_get_next_sibling (row))
    {
      WeirValue *item = read_item (self, row);

      weir_builder_take (list, item != NULL ? item : weir_value_new_null ());
    }
  g_clear_pointer (&self->shown, weir_value_unref);
  self->shown = weir_builder_end (g_steal_pointer (&list));
  weir_field_editor_store (WEIR_FIELD_EDITOR (self), self->shown);
}

static WeirListField *
get_self (GtkWidget *row)
{
  return g_object_get_data (G_OBJECT (row), "field");
}

static void
move_up_cb (GSimpleAction *action,
            GVariant      *parameter,
            gpointer       user_data)
{
  GtkWidget *row = user_data;
  GtkWidget *before = gtk_widget_get_prev_sibling (row);

  if (before == NULL)
    return;
  gtk_box_reorder_child_after (GTK_BOX (gtk_widget_get_parent (row)), before, row);
  store_rows (get_self (row));
}

static void
move_down_cb (GSimpleAction *action,
              GVariant      *parameter,
              gpointer       user_data)
{
  GtkWidget *row = user_data;
  GtkWidget *after = gtk_widget_get_next_sibling (row);

  if (after == NULL)
    return;
  gtk_box_reorder_child_after (GTK_BOX (gtk_widget_get_parent (row)), row, after);
  store_rows (get_self (row));
}

static void
remove_cb (GSimpleAction *action,
           GVariant      *parameter,
           gpointer       user_data)
{
  GtkWidget *row = user_data;
  g_autoptr(WeirListField) self = g_object_ref (get_self (row));

  gtk_box_remove (GTK_BOX (self->items_box), row);
  store_rows (self);
}

static GtkWidget *
make_item_menu (GtkWidget *row)
{
  static const GActionEntry entries[] = {
    { "up", move_up_cb, NULL, NULL, NULL, { 0 } },
    { "down", move_down_cb, NULL, NULL, NULL, { 0 } },
    { "remove", remove_cb, NULL, NULL, NULL, { 0 } },
  };
  g_autoptr(GMenu) menu = g_menu_new ();
  g_autoptr(GSimpleActionGroup) actions = g_simple_action_group_new ();
  GtkWidget *button = gtk_menu_button_new ();

  g_menu_append (menu, _("Move _Up"), "item.up");
  g_menu_append (menu, _("Move _Down"), "item.down");
  g_menu_append (menu, _("_Remove"), "item.remove");
  g_action_map_add_action_entries (G_ACTION_MAP (actions), entries, G_N_ELEMENTS (entries), row);
  gtk_widget_insert_action_group (row, "item", G_ACTION_GROUP (actions));
  g_object_set (button, "icon-name", "view-more-symbolic", "menu-model", menu, "valign", GTK_ALIGN_START,
                "tooltip-text", _("Move or Remove"), NULL);
  gtk_widget_add_css_class (button, "flat");
  return button;
}

static GtkWidget *
make_box (WeirListField *self,
          const Member  *member,
          WeirValue     *value)
{
  WeirFieldEditor *editor = WEIR_FIELD_EDITOR (self);
  g_autofree char *title = weir_field_editor_dup_title (editor);
  const char *name = member->name != NULL ? member->name : title;
  g_autofree char *text = dup_box_text (member, value);
  GtkWidget *box;

  if (g_str_equal (member->type, "bool") && (value == NULL || weir_value_get_kind (value) != WEIR_VALUE_TEXT))
    {
      box = gtk_check_button_new_with_label (name);
      gtk_check_button_set_active (GTK_CHECK_BUTTON (box), value != NULL && weir_value_is_truthy (value));
      g_signal_connect_swapped (box, "toggled", G_CALLBACK (store_rows), self);
      return box;
    }

  box = gtk_entry_new ();
  gtk_entry_set_placeholder_text (GTK_ENTRY (box), member->name != NULL ? member->name : _("Value"));
  gtk_editable_set_text (GTK_EDITABLE (box), text);
  gtk_editable_set_width_chars (GTK_EDITABLE (box), 6);
  gtk_widget_set_hexpand (box, TRUE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (box), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  g_signal_connect_swapped (box, "changed", G_CALLBACK (store_rows), self);
  return box;
}

static GtkWidget *
make_item (WeirListField *self,
           WeirValue     *item)
{
  GtkWidget *row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *grid = gtk_grid_new ();
  GPtrArray *boxes = g_ptr_array_new ();

  gtk_grid_set_column_spacing (GTK_GRID (grid), 6);
  gtk_grid_set_row_spacing (GTK_GRID (grid), 6);
  gtk_widget_set_hexpand (grid, TRUE);
  g_object_set_data (G_OBJECT (row), "field", self);
  g_object_set_data_full (G_OBJECT (row), "boxes", boxes, (GDestroyNotify) g_ptr_array_unref);
  if (item != NULL)
    g_object_set_data_full (G_OBJECT (row), "item", weir_value_ref (item), (GDestroyNotify) weir_value_unref);

  for (guint i = 0; i < self->members->len; i++)
    {
      const Member *member = &g_array_index (self->members, Member, i);
      WeirValue *value = member->name == NULL ? item : item != NULL ? weir_value_find_member (item, member->name) : NULL;
      GtkWidget *box = make_box (self, member, value);

      g_ptr_array_add (boxes, box);
      /* Two a line; the last alone has the line for itself. */
      gtk_grid_attach (GTK_GRID (grid), box, i % 2, i / 2, i % 2 == 0 && i + 1 == self->members->len ? 2 : 1, 1);
    }
  gtk_box_append (GTK_BOX (row), grid);
  gtk_box_append (GTK_BOX (row), make_item_menu (row));
  return row;
}

static void
add_cb (WeirListField *self)
{
  GtkWidget *item = make_item (self, NULL);

  gtk_box_append (GTK_BOX (self->items_box), item);
  store_rows (self);
  gtk_widget_child_focus (item, GTK_DIR_TAB_FORWARD);
}

static GtkWidget *
weir_list_field_make_row (WeirFieldEditor *editor)
{
  WeirListField *self = WEIR_LIST_FIELD (editor);
  g_autofree char *title = weir_field_editor_dup_title (editor);
  GtkWidget *row = g_object_new (ADW_TYPE_PREFERENCES_ROW, "title", title, "use-markup", FALSE,
                                 "activatable", FALSE, "focusable", FALSE, NULL);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  GtkWidget *top = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *label = gtk_label_new (title);
  GtkWidget *add = gtk_button_new_from_icon_name ("list-add-symbolic");
  GtkWidget *toggle = weir_field_editor_make_toggle (editor);

  self->members = parse_members (weir_field_editor_get_field (editor)->type);
  self->items_box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);
  gtk_widget_add_css_class (label, "caption");
  gtk_widget_add_css_class (label, "dimmed");
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_widget_set_hexpand (label, TRUE);
  gtk_widget_set_tooltip_text (add, _("Add a Row"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (add), GTK_ACCESSIBLE_PROPERTY_LABEL, _("Add a Row"), -1);
  gtk_widget_add_css_class (add, "flat");
  g_signal_connect_object (add, "clicked", G_CALLBACK (add_cb), self, G_CONNECT_SWAPPED);
  gtk_box_append (GTK_BOX (top), label);
  if (toggle != NULL)
    gtk_box_append (GTK_BOX (top), toggle);
  gtk_box_append (GTK_BOX (top), add);
  gtk_box_append (GTK_BOX (box), top);
  gtk_box_append (GTK_BOX (box), self->items_box);
  gtk_widget_add_css_class (box, "code-field");
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), box);
  return row;
}

static void
weir_list_field_show_value (WeirFieldEditor *editor,
                            WeirValue       *value)
{
  WeirListField *self = WEIR_LIST_FIELD (editor);
  GtkWidget *child;

  if (self->shown != NULL && weir_value_equal (self->shown, value))
    return;

  while ((child = gtk_widget_get_first_child (self->items_box)) != NULL)
    gtk_box_remove (GTK_BOX (self->items_box), child);
  for (gsize i = 0; i < weir_value_get_length (value); i++)
    gtk_box_append (GTK_BOX (self->items_box), make_item (self, weir_value_get_item (value, i)));
  g_clear_pointer (&self->shown, weir_value_unref);
  self->shown = weir_value_ref (value);
}

static void
weir_list_field_dispose (GObject *object)
{
  WeirListField *self = WEIR_LIST_FIELD (object);
  GtkWidget *child;

  /* The rows speak to this object without holding it. */
  while (self->items_box != NULL && (child = gtk_widget_get_first_child (self->items_box)) != NULL)
    gtk_box_remove (GTK_BOX (self->items_box), child);
  self->items_box = NULL;
  G_OBJECT_CLASS (weir_list_field_parent_class)->dispose (object);
}

static void
weir_list_field_finalize (GObject *object)
{
  WeirListField *self = WEIR_LIST_FIELD (object);

  g_clear_pointer (&self->members, g_array_unref);
  g_clear_pointer (&self->shown, weir_value_unref);
  G_OBJECT_CLASS (weir_list_field_parent_class)->finalize (object);
}

static void
weir_list_field_class_init (WeirListFieldClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = weir_list_field_dispose;
  G_OBJECT_CLASS (klass)->finalize = weir_list_field_finalize;
  WEIR_FIELD_EDITOR_CLASS (klass)->make_row = weir_list_field_make_row;
  WEIR_FIELD_EDITOR_CLASS (klass)->show_value = weir_list_field_show_value;
}

static void
weir_list_field_init (WeirListField *self)
{
}
