/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gi18n-lib.h>

#include "weir-canvas-private.h"

struct _WeirOutline
{
  AdwBin              parent_instance;

  WeirCanvas         *canvas;
  WeirScene          *scene;
  GtkWidget          *list;
  GtkMultiSelection  *selection;
  GPtrArray          *rows;         /* of GtkListItem: those that are bound now */
  GtkWidget          *menu;
  gboolean            syncing;      /* the selection is being copied one way */
  guint               refresh_id;
};

G_DEFINE_FINAL_TYPE (WeirOutline, weir_outline, ADW_TYPE_BIN)

enum
{
  PROP_CANVAS = 1,
  N_PROPS
};
static GParamSpec *properties[N_PROPS];

#define MAX_TARGETS 200  /* of one output in the menu: beyond that nobody finds anything in it */

/* Rows */

static void
append_names (GString     *text,
              const char  *word,
              WeirLink   **links,
              guint        n,
              gboolean     targets)
{
  for (guint i = 0; i < n; i++)
    {
      WeirBlock *other = targets ? weir_link_get_target (links[i]) : weir_link_get_source (links[i]);
      const char *when = weir_link_get_when (links[i]);

      g_string_append (text, i == 0 ? (text->len > 0 ? " · " : "") : ", ");
      if (i == 0)
        g_string_append_printf (text, "%s ", word);
      g_string_append (text, weir_block_get_title (other));
      if (weir_link_is_feedback (links[i]))
        g_string_append_printf (text, " (%s)", _("again"));
      else if (when != NULL)
        g_string_append_printf (text, " (%s)", when);
    }
}

/* "from List files · to Move, Report (value > 1)" */
static char *
describe_links (WeirBlock *block)
{
  WeirGraph *graph = weir_block_get_graph (block);
  GString *text = g_string_new (NULL);
  guint n;
  WeirLink **links = weir_graph_get_links_to (graph, block, &n);

  append_names (text, _("from"), links, n, FALSE);
  links = weir_graph_get_links_from (graph, block, &n);
  append_names (text, _("to"), links, n, TRUE);
  if (text->len == 0)
    g_string_append (text, _("not linked"));
  return g_string_free_and_steal (text);
}

static void
refresh_row (WeirOutline *self,
             GtkListItem *item)
{
  WeirBlock *block = gtk_list_item_get_item (item);
  GtkWidget *box = gtk_list_item_get_child (item);
  GtkWidget *icon = gtk_widget_get_first_child (box), *text = gtk_widget_get_next_sibling (icon);
  GtkWidget *title = gtk_widget_get_first_child (text), *links = gtk_widget_get_next_sibling (title);
  GtkWidget *state = gtk_widget_get_next_sibling (text);
  WeirCard *card = self->scene != NULL ? weir_scene_find_card (self->scene, block) : NULL;
  GtkIconTheme *theme = gtk_icon_theme_get_for_display (gtk_widget_get_display (GTK_WIDGET (self)));
  const WeirBlockKind *kind = weir_block_get_kind (block);
  g_autofree char *link_text = NULL, *spoken = NULL, *description = NULL;

  /* The list may hold on to a block that has just been deleted. */
  if (card == NULL)
    return;
  link_text = describe_links (block);
  spoken = weir_scene_describe_card (self->scene, card);
  description = g_strdup_printf ("%s, %s", spoken, link_text);
  gtk_image_set_from_icon_name (GTK_IMAGE (icon), kind != NULL && kind->icon != NULL
                                                      && gtk_icon_theme_has_icon (theme, kind->icon)
                                                    ? kind->icon
                                                    : weir_canvas_family_icon (weir_block_get_kind_id (block)));
  gtk_label_set_text (GTK_LABEL (title), weir_block_get_title (block));
  gtk_label_set_text (GTK_LABEL (links), link_text);
  gtk_widget_set_visible (state, card->shown);
  if (card->shown)
    {
      gtk_image_set_from_icon_name (GTK_IMAGE (state), weir_canvas_state_icon (card->summary.status));
      gtk_widget_set_tooltip_text (state, weir_canvas_state_title (card->summary.status));
    }
  gtk_list_item_set_accessible_label (item, description);
}

static gboolean
refresh_cb (gpointer user_data)
{
  WeirOutline *self = user_data;

  self->refresh_id = 0;
  for (guint i = 0; i < self->rows->len; i++)
    refresh_row (self, g_ptr_array_index (self->rows, i));
  return G_SOURCE_REMOVE;
}

static void
queue_refresh (WeirOutline *self)
{
  if (self->refresh_id == 0)
    self->refresh_id = g_timeout_add (50, refresh_cb, self);
}

static void
setup_cb (GtkSignalListItemFactory *factory,
          GtkListItem              *item,
          WeirOutline              *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 10), *text = gtk_box_new (GTK_ORIENTATION_VERTICAL, 1);
  GtkWidget *title = gtk_label_new (NULL), *links = gtk_label_new (NULL);

  gtk_label_set_xalign (GTK_LABEL (title), 0);
  gtk_label_set_ellipsize (GTK_LABEL (title), PANGO_ELLIPSIZE_END);
  gtk_label_set_xalign (GTK_LABEL (links), 0);
  gtk_label_set_ellipsize (GTK_LABEL (links), PANGO_ELLIPSIZE_END);
  gtk_widget_add_css_class (links, "caption");
  gtk_widget_add_css_class (links, "dim-label");
  gtk_box_append (GTK_BOX (text), title);
  gtk_box_append (GTK_BOX (text), links);
  gtk_widget_set_hexpand (text, TRUE);
  gtk_box_append (GTK_BOX (box), gtk_image_new ());
  gtk_box_append (GTK_BOX (box), text);
  gtk_box_append (GTK_BOX (box), gtk_image_new ());
  gtk_widget_set_margin_top (box, 6);
  gtk_widget_set_margin_bottom (box, 6);
  gtk_list_item_set_child (item, box);
}

static void
bind_cb (GtkSignalListItemFactory *factory,
         GtkListItem              *item,
         WeirOutline              *self)
{
  g_ptr_array_add (self->rows, item);
  refresh_row (self, item);
}

static void
unbind_cb (GtkSignalListItemFactory *factory,
           GtkListItem              *item,
           WeirOutline              *self)
{
  g_ptr_array_remove_fast (self->rows, item);
}

/* Selection, the same here and on the canvas */

static void
list_selection_cb (GtkSelectionModel *model,
                   guint              position,
                   guint              n_items,
                   WeirOutline       *self)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (model));

  if (self->syncing || self->scene == NULL)
    return;
  self->syncing = TRUE;
  for (guint i = position; i < MIN (position + n_items, n); i++)
    {
      g_autoptr(WeirBlock) block = g_list_model_get_item (G_LIST_MODEL (model), i);

      if (!gtk_selection_model_is_selected (model, i))
        weir_canvas_unselect_block (self->canvas, block);
      else if (!weir_canvas_is_selected (self->canvas, block))
        weir_canvas_select_block (self->canvas, block, TRUE);
    }
  self->syncing = FALSE;
  if (self->canvas->selected_block != NULL)
    weir_canvas_reveal_block (self->canvas, self->canvas->selected_block);
}

static void
canvas_selection_cb (WeirOutline *self)
{
  GtkSelectionModel *model = GTK_SELECTION_MODEL (self->selection);
  guint n = g_list_model_get_n_items (G_LIST_MODEL (model));
  g_autoptr(GtkBitset) selected = gtk_bitset_new_empty ();
  g_autoptr(GtkBitset) mask = gtk_bitset_new_range (0, n);

  if (self->syncing)
    return;
  for (guint i = 0; i < g_list_model_get_n_items (weir_canvas_get_selected (self->canvas)); i++)
    {
      g_autoptr(WeirBlock) block = g_list_model_get_item (weir_canvas_get_selected (self->canvas), i);

      gtk_bitset_add (selected, weir_block_get_index (block));
    }
  self->syncing = TRUE;
  gtk_selection_model_set_selection (model, selected, mask);
  self->syncing = FALSE;
}

/* Commands */

static WeirBlock *
get_current (WeirOutline *self)
{
  return weir_canvas_get_selected_block (self->canvas);
}

static void
activate_cb (GtkListView *list,
             guint        position,
             WeirOutline *self)
{
  g_autoptr(WeirBlock) block = g_list_model_get_item (G_LIST_MODEL (self->selection), position);

  weir_canvas_select_block (self->canvas, block, FALSE);
  weir_canvas_open_block (self->canvas, block);
}

/* An action of the canvas by its detailed name, "canvas.align::left". */
static void
canvas_action (GtkWidget  *widget,
               const char *name,
               GVariant   *parameter)
{
  GtkWidget *canvas = GTK_WIDGET (WEIR_OUTLINE (widget)->canvas);
  g_autoptr(GVariant) target = NULL;
  g_autofree char *action = NULL;

  if (g_action_parse_detailed_name (g_variant_get_string (parameter, NULL), &action, &target, NULL))
    gtk_widget_activate_action_variant (canvas, action, target);
}

static void
link_action (GtkWidget  *widget,
             const char *name,
             GVariant   *parameter)
{
  WeirOutline *self = WEIR_OUTLINE (widget);
  const char *source_port, *target_id, *target_port;
  WeirBlock *source = get_current (self), *target;
  WeirCard *from, *to;
  const WeirPin *out, *in;

  g_variant_get (parameter, "(&s&s&s)", &source_port, &target_id, &target_port);
  target = weir_graph_find_block (self->canvas->graph, target_id);
  if (source == NULL || target == NULL)
    return;
  from = weir_scene_find_card (self->scene, source);
  to = weir_scene_find_card (self->scene, target);
  out = weir_card_find_pin (from, source_port, FALSE);
  in = weir_card_find_pin (to, target_port, TRUE);
  if (out != NULL && in != NULL)
    weir_canvas_join (self->canvas, from, out, to, in);
}

static void
unlink_action (GtkWidget  *widget,
               const char *name,
               GVariant   *parameter)
{
  WeirOutline *self = WEIR_OUTLINE (widget);
  guint index = g_variant_get_uint32 (parameter);

  if (index >= weir_graph_get_n_links (self->canvas->graph))
    return;
  weir_canvas_select_link (self->canvas, weir_graph_get_link (self->canvas->graph, index));
  gtk_widget_activate_action (GTK_WIDGET (self->canvas), "canvas.delete", NULL);
}

/* All inputs that take what an output gives, an entry each. */
static GMenuModel *
make_target_menu (WeirOutline   *self,
                  WeirCard      *card,
                  const WeirPin *pin)
{
  GMenu *menu = g_menu_new ();
  guint n = 0;

  for (guint c = 0; c < self->scene->cards->len && n < MAX_TARGETS; c++)
    {
      WeirCard *to = g_ptr_array_index (self->scene->cards, c);

      for (guint p = 0; p < to->pins->len; p++)
        {
          const WeirPin *in = &g_array_index (to->pins, WeirPin, p);
          g_autofree char *label = NULL;
          g_autoptr(GMenuItem) item = NULL;

          if (!in->input || !weir_canvas_can_join (self->canvas, card, pin, to, in, NULL))
            continue;
          label = g_strdup_printf ("%s: %s", weir_block_get_title (to->block), in->title);
          item = g_menu_item_new (label, NULL);
          g_menu_item_set_action_and_target (item, "outline.link", "(sss)", pin->name, weir_block_get_id (to->block),
                                             in->name);
          g_menu_append_item (menu, item);
          n++;
        }
    }
  return G_MENU_MODEL (menu);
}

static GMenuModel *
make_link_menu (WeirOutline *self,
                WeirCard    *card)
{
  GMenu *menu = g_menu_new ();

  for (guint p = 0; p < card->pins->len; p++)
    {
      const WeirPin *pin = &g_array_index (card->pins, WeirPin, p);
      g_autoptr(GMenuModel) targets = pin->input ? NULL : make_target_menu (self, card, pin);

      if (targets != NULL && g_menu_model_get_n_items (targets) > 0)
        g_menu_append_submenu (menu, pin->title, targets);
    }
  return G_MENU_MODEL (menu);
}

static GMenuModel *
make_unlink_menu (WeirBlock *block)
{
  WeirGraph *graph = weir_block_get_graph (block);
  GMenu *menu = g_menu_new ();

  for (int end = 0; end < 2; end++)
    {
      guint n;
      WeirLink **links = end == 0 ? weir_graph_get_links_to (graph, block, &n)
                                  : weir_graph_get_links_from (graph, block, &n);

      for (guint i = 0; i < n; i++)
        {
          g_autofree char *label = weir_link_to_string (links[i]);
          g_autoptr(GMenuItem) item = g_menu_item_new (label, NULL);

          g_menu_item_set_action_and_target (item, "outline.unlink", "u", weir_link_get_index (links[i]));
          g_menu_append_item (menu, item);
        }
    }
  return G_MENU_MODEL (menu);
}

static GMenuModel *adopt_menu (GMenuModel *model);

/* The actions of the canvas are not to be reached from the list beside it: they are sent there. */
static GMenuItem *
adopt_item (GMenuModel *model,
            int         index)
{
  GMenuItem *item = g_menu_item_new_from_model (model, index);
  g_autofree char *action = NULL, *detailed = NULL;
  g_autoptr(GVariant) target = g_menu_item_get_attribute_value (item, G_MENU_ATTRIBUTE_TARGET, NULL);
  g_autoptr(GMenuModel) section = g_menu_item_get_link (item, G_MENU_LINK_SECTION);
  g_autoptr(GMenuModel) submenu = g_menu_item_get_link (item, G_MENU_LINK_SUBMENU);

  if (g_menu_item_get_attribute (item, G_MENU_ATTRIBUTE_ACTION, "s", &action) && g_str_has_prefix (action, "canvas."))
    {
      detailed = g_action_print_detailed_name (action, target);
      g_menu_item_set_action_and_target (item, "outline.canvas", "s", detailed);
    }
  if (section != NULL)
    {
      g_autoptr(GMenuModel) own = adopt_menu (section);

      g_menu_item_set_section (item, own);
    }
  if (submenu != NULL)
    {
      g_autoptr(GMenuModel) own = adopt_menu (submenu);

      g_menu_item_set_submenu (item, own);
    }
  return item;
}

static GMenuModel *
adopt_menu (GMenuModel *model)
{
  GMenu *menu = g_menu_new ();

  for (int i = 0; i < g_menu_model_get_n_items (model); i++)
    {
      g_autoptr(GMenuItem) item = adopt_item (model, i);

      g_menu_append_item (menu, item);
    }
  return G_MENU_MODEL (menu);
}

/* What the canvas offers for a block, and its links one by one. */
static GMenuModel *
make_menu (WeirOutline *self,
           WeirCard    *card)
{
  GMenu *menu = g_menu_new ();
  g_autoptr(GMenu) links = g_menu_new ();
  g_autoptr(GMenuModel) of_canvas = weir_canvas_make_block_menu (self->canvas), adopted = adopt_menu (of_canvas);
  g_autoptr(GMenuModel) targets = make_link_menu (self, card);
  g_autoptr(GMenuModel) unlink = make_unlink_menu (card->block);

  if (self->canvas->editable)
    {
      g_menu_append_submenu (links, _("L_ink to"), targets);
      if (g_menu_model_get_n_items (unlink) > 0)
        g_menu_append_submenu (links, _("Remove Lin_k"), unlink);
      g_menu_append_section (menu, NULL, G_MENU_MODEL (links));
    }
  g_menu_append_section (menu, NULL, adopted);
  return G_MENU_MODEL (menu);
}

static void
popup_menu (WeirOutline *self,
            double       x,
            double       y)
{
  WeirBlock *block = get_current (self);
  WeirCard *card = block != NULL && self->scene != NULL ? weir_scene_find_card (self->scene, block) : NULL;
  g_autoptr(GMenuModel) model = NULL;

  if (card == NULL)
    return;
  model = make_menu (self, card);
  if (self->menu == NULL)
    {
      self->menu = gtk_popover_menu_new_from_model (model);
      gtk_popover_set_has_arrow (GTK_POPOVER (self->menu), FALSE);
      gtk_widget_set_halign (self->menu, GTK_ALIGN_START);
      gtk_widget_set_parent (self->menu, self->list);
    }
  else
    gtk_popover_menu_set_menu_model (GTK_POPOVER_MENU (self->menu), model);
  gtk_popover_set_pointing_to (GTK_POPOVER (self->menu), &(GdkRectangle) { (int) x, (int) y, 1, 1 });
  gtk_popover_popup (GTK_POPOVER (self->menu));
}

static void
secondary_pressed_cb (GtkGestureClick *gesture,
                      int              n_press,
                      double           x,
                      double           y,
                      WeirOutline     *self)
{
  popup_menu (self, x, y);
}

static gboolean
key_pressed_cb (GtkEventControllerKey *controller,
                guint                  keyval,
                guint                  keycode,
                GdkModifierType        state,
                WeirOutline           *self)
{
  static const struct { guint key; GdkModifierType modifiers; const char *action; } keys[] = {
    { GDK_KEY_Delete, 0, "canvas.delete" }, { GDK_KEY_Delete, GDK_CONTROL_MASK, "canvas.delete-and-reconnect" },
    { GDK_KEY_c, GDK_CONTROL_MASK, "canvas.copy" }, { GDK_KEY_x, GDK_CONTROL_MASK, "canvas.cut" },
    { GDK_KEY_v, GDK_CONTROL_MASK, "canvas.paste" }, { GDK_KEY_d, GDK_CONTROL_MASK, "canvas.duplicate" },
    { GDK_KEY_z, GDK_CONTROL_MASK, "canvas.undo" }, { GDK_KEY_y, GDK_CONTROL_MASK, "canvas.redo" },
    { GDK_KEY_z, GDK_CONTROL_MASK | GDK_SHIFT_MASK, "canvas.redo" }, { GDK_KEY_e, GDK_CONTROL_MASK, "canvas.toggle-enabled" },
    { GDK_KEY_Return, GDK_CONTROL_MASK, "canvas.open" }, { GDK_KEY_f, 0, "canvas.link-selection" },
    { GDK_KEY_u, 0, "canvas.take-out" },
  };
  GdkModifierType modifiers = state & (GDK_CONTROL_MASK | GDK_SHIFT_MASK | GDK_ALT_MASK);

  if (keyval == GDK_KEY_Menu || (keyval == GDK_KEY_F10 && modifiers == GDK_SHIFT_MASK)
      || (keyval == GDK_KEY_l && modifiers == 0))
    {
      popup_menu (self, gtk_widget_get_width (self->list) / 2, 24);
      return GDK_EVENT_STOP;
    }
  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++)
    if (gdk_keyval_to_lower (keyval) == keys[i].key && modifiers == keys[i].modifiers)
      {
        gtk_widget_activate_action (GTK_WIDGET (self->canvas), keys[i].action, NULL);
        return GDK_EVENT_STOP;
      }
  return GDK_EVENT_PROPAGATE;
}

/* Following the canvas */

static void
follow_graph (WeirOutline *self)
{
  if (self->scene != NULL)
    g_signal_handlers_disconnect_by_data (self->scene, self);
  g_set_object (&self->scene, self->canvas->scene);
  self->syncing = TRUE;
  gtk_multi_selection_set_model (self->selection, G_LIST_MODEL (weir_canvas_get_graph (self->canvas)));
  self->syncing = FALSE;
  if (self->scene != NULL)
    g_signal_connect_swapped (self->scene, "changed", G_CALLBACK (queue_refresh), self);
}

static void
weir_outline_set_property (GObject      *object,
                           guint         property_id,
                           const GValue *value,
                           GParamSpec   *pspec)
{
  WeirOutline *self = WEIR_OUTLINE (object);

  self->canvas = g_value_dup_object (value);
  if (self->canvas == NULL)
    return;
  g_signal_connect_object (self->canvas, "notify::graph", G_CALLBACK (follow_graph), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (weir_canvas_get_selected (self->canvas), "items-changed", G_CALLBACK (canvas_selection_cb),
                           self, G_CONNECT_SWAPPED);
  follow_graph (self);
}

static void
weir_outline_dispose (GObject *object)
{
  WeirOutline *self = WEIR_OUTLINE (object);

  g_clear_handle_id (&self->refresh_id, g_source_remove);
  if (self->scene != NULL)
    g_signal_handlers_disconnect_by_data (self->scene, self);
  g_clear_object (&self->scene);
  g_clear_pointer (&self->menu, gtk_widget_unparent);
  G_OBJECT_CLASS (weir_outline_parent_class)->dispose (object);
  g_clear_object (&self->selection);
  g_clear_object (&self->canvas);
}

static gboolean
weir_outline_grab_focus (GtkWidget *widget)
{
  return gtk_widget_grab_focus (WEIR_OUTLINE (widget)->list);
}

static void
weir_outline_finalize (GObject *object)
{
  g_ptr_array_unref (WEIR_OUTLINE (object)->rows);
  G_OBJECT_CLASS (weir_outline_parent_class)->finalize (object);
}

static void
weir_outline_class_init (WeirOutlineClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->set_property = weir_outline_set_property;
  object_class->dispose = weir_outline_dispose;
  object_class->finalize = weir_outline_finalize;
  widget_class->grab_focus = weir_outline_grab_focus;
  properties[PROP_CANVAS] = g_param_spec_object ("canvas", NULL, NULL, WEIR_TYPE_CANVAS,
                                                 G_PARAM_WRITABLE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  gtk_widget_class_install_action (widget_class, "outline.canvas", "s", canvas_action);
  gtk_widget_class_install_action (widget_class, "outline.link", "(sss)", link_action);
  gtk_widget_class_install_action (widget_class, "outline.unlink", "u", unlink_action);
}

static void
weir_outline_init (WeirOutline *self)
{
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();
  GtkWidget *scrolled = gtk_scrolled_window_new ();
  GtkEventController *key = gtk_event_controller_key_new ();
  GtkGesture *click = gtk_gesture_click_new ();

  self->rows = g_ptr_array_new ();
  self->selection = gtk_multi_selection_new (NULL);
  g_signal_connect (self->selection, "selection-changed", G_CALLBACK (list_selection_cb), self);
  g_signal_connect (factory, "setup", G_CALLBACK (setup_cb), self);
  g_signal_connect (factory, "bind", G_CALLBACK (bind_cb), self);
  g_signal_connect (factory, "unbind", G_CALLBACK (unbind_cb), self);
  self->list = gtk_list_view_new (GTK_SELECTION_MODEL (g_object_ref (self->selection)), factory);
  gtk_widget_add_css_class (self->list, "navigation-sidebar");
  g_signal_connect (self->list, "activate", G_CALLBACK (activate_cb), self);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->list), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _("Blocks of the workflow"), -1);
  /* Before the list itself, which would search by typing. */
  gtk_event_controller_set_propagation_phase (key, GTK_PHASE_CAPTURE);
  g_signal_connect (key, "key-pressed", G_CALLBACK (key_pressed_cb), self);
  gtk_widget_add_controller (self->list, key);
  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (click), GDK_BUTTON_SECONDARY);
  g_signal_connect (click, "pressed", G_CALLBACK (secondary_pressed_cb), self);
  gtk_widget_add_controller (self->list, GTK_EVENT_CONTROLLER (click));
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), self->list);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scrolled), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  adw_bin_set_child (ADW_BIN (self), scrolled);
}

GtkWidget *
weir_outline_new (WeirCanvas *canvas)
{
  g_return_val_if_fail (WEIR_IS_CANVAS (canvas), NULL);
  return g_object_new (WEIR_TYPE_OUTLINE, "canvas", canvas, NULL);
}
