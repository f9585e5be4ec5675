/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weir-kind-list.h"

#include <glib/gi18n.h>

#include "weir-kind-item.h"

struct _WeirKindList
{
  AdwBin parent_instance;

  GtkWidget          *search;
  GtkWidget          *stack;
  GtkWidget          *list;
  GListStore         *items;
  GtkFilter          *filter;
  GtkSorter          *section_sorter;
  GtkSorter          *sorter;
  GtkListItemFactory *headers;
  GtkSortListModel   *sorted;
  GtkSingleSelection *selection;
  WeirBlock          *partner;
  char               *partner_port;
};

G_DEFINE_FINAL_TYPE (WeirKindList, weir_kind_list, ADW_TYPE_BIN)

enum { KIND_ACTIVATED, KIND_SELECTED, COMMAND_ACTIVATED, N_SIGNALS };
static guint signals[N_SIGNALS];

static gboolean
is_output (WeirBlock  *block,
           const char *port)
{
  return weir_port_list_find_output (weir_block_get_ports (block), port) != NULL
         || g_str_equal (port, "done") || g_str_equal (port, "error");
}

static WeirType *
parse_port_type (const WeirPort *port)
{
  return weir_type_parse (port != NULL && port->type != NULL ? port->type : "any", NULL);
}

/* Whether any port of the kind, as it is when new, fits the port that a link was drawn from. */
static gboolean
fits_partner (WeirKindList        *self,
              const WeirBlockKind *kind)
{
  g_autoptr(WeirValue) config = weir_value_new_record (NULL, NULL, 0);
  g_autoptr(WeirPortList) ports = weir_kind_list_ports (kind, config);
  WeirPortList *own = weir_block_get_ports (self->partner);
  gboolean from_output = is_output (self->partner, self->partner_port);
  const WeirPort *port = from_output ? weir_port_list_find_output (own, self->partner_port)
                                     : weir_port_list_find_input (own, self->partner_port);
  g_autoptr(WeirType) type = parse_port_type (port);
  GArray *candidates = from_output ? ports->inputs : ports->outputs;

  if (kind->is_trigger && from_output)
    return FALSE;
  for (guint i = 0; i < candidates->len; i++)
    {
      g_autoptr(WeirType) other = parse_port_type (&g_array_index (candidates, WeirPort, i));

      if (from_output ? weir_type_accepts (other, type, NULL) : weir_type_accepts (type, other, NULL))
        return TRUE;
    }
  return FALSE;
}

static gboolean
filter_cb (gpointer item,
           gpointer user_data)
{
  WeirKindList *self = user_data;

  return weir_kind_item_get_score (item) > 0
         && (weir_kind_item_get_command (item) != NULL || self->partner == NULL || fits_partner (self, weir_kind_item_get_kind (item)));
}

static int
compare_sections_cb (gconstpointer a,
                     gconstpointer b,
                     gpointer      user_data)
{
  int by_rank = weir_kind_item_get_rank ((WeirKindItem *) a) - weir_kind_item_get_rank ((WeirKindItem *) b);

  return by_rank != 0 ? by_rank : g_utf8_collate (weir_kind_item_get_section ((WeirKindItem *) a),
                                                  weir_kind_item_get_section ((WeirKindItem *) b));
}

static int
compare_items_cb (gconstpointer a,
                  gconstpointer b,
                  gpointer      user_data)
{
  int by_score = weir_kind_item_get_score ((WeirKindItem *) b) - weir_kind_item_get_score ((WeirKindItem *) a);

  int by_use = (int) weir_kind_item_get_n_used ((WeirKindItem *) b)
               - (int) weir_kind_item_get_n_used ((WeirKindItem *) a);

  if (by_score == 0 && by_use != 0)
    return by_use;
  return by_score != 0 ? by_score : g_utf8_collate (weir_kind_item_get_title ((WeirKindItem *) a),
                                                    weir_kind_item_get_title ((WeirKindItem *) b));
}

static void
update_filter (WeirKindList *self)
{
  const char *query = gtk_editable_get_text (GTK_EDITABLE (self->search));

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->items)); i++)
    {
      g_autoptr(WeirKindItem) item = g_list_model_get_item (G_LIST_MODEL (self->items), i);

      weir_kind_item_search (item, query);
    }

  /* A star that was pressed shows at once. */
  gtk_sorter_changed (self->section_sorter, GTK_SORTER_CHANGE_DIFFERENT);
  /* The best fit comes first, whatever its family, as soon as something is typed. */
  gtk_sort_list_model_set_section_sorter (self->sorted, *query == '\0' ? self->section_sorter : NULL);
  gtk_list_view_set_header_factory (GTK_LIST_VIEW (self->list), *query == '\0' ? self->headers : NULL);
  /* First what is in the list already: what the filter adds is merged into it, which must be in order by then. */
  gtk_sorter_changed (self->sorter, GTK_SORTER_CHANGE_DIFFERENT);
  gtk_filter_changed (self->filter, GTK_FILTER_CHANGE_DIFFERENT);
  /* Enter takes the best fit; a library that nobody searches has none. */
  gtk_single_selection_set_selected (self->selection, *query != '\0' || self->partner != NULL ? 0 : GTK_INVALID_LIST_POSITION);
  gtk_stack_set_visible_child_name (GTK_STACK (self->stack),
                                    g_list_model_get_n_items (G_LIST_MODEL (self->selection)) > 0 ? "list" : "none");
}

/* What a kind is for; the key of a command. */
static const char *
describe (WeirKindItem *item)
{
  const WeirBlockKind *kind = weir_kind_item_get_kind (item);
  WeirCommand *command = weir_kind_item_get_command (item);

  if (command != NULL)
    return weir_command_get_key (command) != NULL ? weir_command_get_key (command) : "";
  return kind->summary != NULL ? _(kind->summary) : "";
}

/* The keyboard stays in the search while the choice moves in the list: it has to be said. */
static void
say_choice (WeirKindList *self)
{
  WeirKindItem *item = gtk_single_selection_get_selected_item (self->selection);
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));
  GtkWidget *focus = root != NULL ? gtk_root_get_focus (root) : NULL;
  g_autofree char *text = NULL;

  if (focus == NULL || !gtk_widget_is_ancestor (focus, self->search))
    return;
  if (item == NULL)
    text = g_strdup (g_list_model_get_n_items (G_LIST_MODEL (self->selection)) > 0 ? _("No block chosen") : _("No Blocks Found"));
  else
    /* Translators: a block kind and its place in the list, "Log, 1 of 12, Writes a line" */
    text = g_strdup_printf (_("%s, %u of %u, %s"), weir_kind_item_get_title (item),
                            gtk_single_selection_get_selected (self->selection) + 1,
                            g_list_model_get_n_items (G_LIST_MODEL (self->selection)),
                            describe (item));
  gtk_accessible_announce (GTK_ACCESSIBLE (self), text, GTK_ACCESSIBLE_ANNOUNCEMENT_PRIORITY_MEDIUM);
}

static void
selected_cb (WeirKindList *self)
{
  WeirKindItem *item = gtk_single_selection_get_selected_item (self->selection);
  const WeirBlockKind *kind = item != NULL ? weir_kind_item_get_kind (item) : NULL;

  g_signal_emit (self, signals[KIND_SELECTED], 0, kind != NULL ? kind->id : NULL);
  say_choice (self);
}

static void
toggle_pin (WeirKindList *self,
            WeirKindItem *item)
{
  g_autoptr(WeirKindItem) kept = g_object_ref (item);
  guint position;

  if (weir_kind_item_get_kind (item) == NULL)
    return;
  weir_kind_item_set_pinned (item, !weir_kind_item_get_pinned (item));
  gtk_accessible_announce (GTK_ACCESSIBLE (self), weir_kind_item_get_pinned (item) ? _("Pinned") : _("Not pinned any more"),
                           GTK_ACCESSIBLE_ANNOUNCEMENT_PRIORITY_MEDIUM);
  /* Taken out and put in again: its row is made anew. */
  if (g_list_store_find (self->items, item, &position))
    g_list_store_splice (self->items, position, 1, (gpointer *) &kept, 1);
  update_filter (self);
}

static void
activate_at (WeirKindList *self,
             guint         position)
{
  g_autoptr(WeirKindItem) item = g_list_model_get_item (G_LIST_MODEL (self->selection), position);

  if (item == NULL)
    return;
  if (weir_kind_item_get_command (item) != NULL)
    {
      g_signal_emit (self, signals[COMMAND_ACTIVATED], 0, weir_kind_item_get_command (item));
      return;
    }
  weir_kind_item_note_use (item);
  g_signal_emit (self, signals[KIND_ACTIVATED], 0, weir_kind_item_get_kind (item)->id);
}

static void
search_activate_cb (WeirKindList *self)
{
  guint selected = gtk_single_selection_get_selected (self->selection);

  activate_at (self, selected != GTK_INVALID_LIST_POSITION ? selected : 0);
}

/* Escape: the entry keeps it to itself otherwise. */
static void
search_stopped_cb (WeirKindList *self)
{
  GtkWidget *dialog = gtk_widget_get_ancestor (GTK_WIDGET (self), ADW_TYPE_DIALOG);

  if (dialog != NULL)
    adw_dialog_close (ADW_DIALOG (dialog));
  else
    gtk_editable_set_text (GTK_EDITABLE (self->search), "");
}

/* An entry selects its text when it gets the keyboard, and what is typed takes its place; the sign for commands is the beginning of what is typed. */
static void
selection_cb (GtkEditable *text)
{
  if (g_str_equal (gtk_editable_get_text (text), ">") && gtk_editable_get_selection_bounds (text, NULL, NULL))
    gtk_editable_set_position (text, -1);
}

/* What is typed while a row has the keyboard goes to the search, and the keyboard after it. */
static void
search_started_cb (WeirKindList *self)
{
  gtk_widget_grab_focus (self->search);
  gtk_editable_set_position (GTK_EDITABLE (self->search), -1);
}

static gboolean
search_key_cb (WeirKindList    *self,
               guint            keyval,
               guint            keycode,
               GdkModifierType  state)
{
  guint selected = gtk_single_selection_get_selected (self->selection);
  guint n_items = g_list_model_get_n_items (G_LIST_MODEL (self->selection));

  if (keyval == GDK_KEY_p && (state & GDK_CONTROL_MASK) != 0 && selected != GTK_INVALID_LIST_POSITION)
    {
      g_autoptr(WeirKindItem) item = g_list_model_get_item (G_LIST_MODEL (self->selection), selected);

      toggle_pin (self, item);
      return GDK_EVENT_STOP;
    }
  if (keyval == GDK_KEY_Down && selected == GTK_INVALID_LIST_POSITION && n_items > 0)
    selected = 0;
  else if (keyval == GDK_KEY_Down && selected + 1 < n_items)
    selected++;
  else if (keyval == GDK_KEY_Up && selected > 0 && selected != GTK_INVALID_LIST_POSITION)
    selected--;
  else
    return keyval == GDK_KEY_Down || keyval == GDK_KEY_Up;
  gtk_list_view_scroll_to (GTK_LIST_VIEW (self->list), selected, GTK_LIST_SCROLL_SELECT, NULL);
  return GDK_EVENT_STOP;
}

static GdkContentProvider *
drag_prepare_cb (GtkDragSource *source,
                 double         x,
                 double         y,
                 GtkListItem   *list_item)
{
  const WeirBlockKind *kind = weir_kind_item_get_kind (gtk_list_item_get_item (list_item));
  g_autofree char *text = kind != NULL ? g_strconcat ("weir-kind:", kind->id, NULL) : NULL;

  if (kind == NULL)
    return NULL;

  return gdk_content_provider_new_typed (G_TYPE_STRING, text);
}

static void
drag_begin_cb (GtkDragSource *source,
               GdkDrag       *drag,
               GtkListItem   *list_item)
{
  GtkWidget *row = gtk_list_item_get_child (list_item);
  g_autoptr(GdkPaintable) paintable = gtk_widget_paintable_new (row);

  gtk_drag_source_set_icon (source, paintable, 24, 24);
}

static void
pin_clicked_cb (GtkButton   *pin,
                GtkListItem *list_item)
{
  WeirKindItem *item = gtk_list_item_get_item (list_item);
  GtkWidget *list = gtk_widget_get_ancestor (GTK_WIDGET (pin), WEIR_TYPE_KIND_LIST);

  toggle_pin (WEIR_KIND_LIST (list), item);
}

static void
setup_cb (GtkListItemFactory *factory,
          GtkListItem        *list_item)
{
  GtkWidget *pin = gtk_button_new ();
  GtkWidget *key = gtk_label_new (NULL);
  GtkWidget *row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  GtkWidget *icon = gtk_image_new ();
  GtkWidget *texts = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  /* The star shares the line of the title: what the block does has the whole width. */
  GtkWidget *head = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *title = gtk_label_new (NULL);
  GtkWidget *summary = gtk_label_new (NULL);
  GtkDragSource *drag = gtk_drag_source_new ();

  gtk_widget_add_css_class (icon, "kind-icon");
  gtk_widget_set_size_request (icon, 32, 32);
  gtk_widget_set_valign (icon, GTK_ALIGN_CENTER);
  gtk_label_set_xalign (GTK_LABEL (title), 0);
  gtk_label_set_ellipsize (GTK_LABEL (title), PANGO_ELLIPSIZE_END);
  gtk_label_set_xalign (GTK_LABEL (summary), 0);
  gtk_label_set_ellipsize (GTK_LABEL (summary), PANGO_ELLIPSIZE_END);
  gtk_label_set_wrap (GTK_LABEL (summary), TRUE);
  gtk_label_set_lines (GTK_LABEL (summary), 2);
  gtk_widget_add_css_class (summary, "dimmed");
  gtk_widget_add_css_class (summary, "caption");
  gtk_widget_set_hexpand (texts, TRUE);
  gtk_widget_set_valign (texts, GTK_ALIGN_CENTER);
  gtk_widget_set_hexpand (title, TRUE);
  gtk_box_append (GTK_BOX (head), title);
  gtk_box_append (GTK_BOX (texts), head);
  gtk_box_append (GTK_BOX (texts), summary);
  gtk_box_append (GTK_BOX (row), icon);
  gtk_box_append (GTK_BOX (row), texts);
  gtk_widget_add_css_class (key, "dimmed");
  gtk_widget_set_valign (key, GTK_ALIGN_CENTER);
  gtk_box_append (GTK_BOX (row), key);
  gtk_widget_add_css_class (pin, "flat");
  gtk_widget_add_css_class (pin, "kind-pin");
  gtk_widget_set_valign (pin, GTK_ALIGN_CENTER);
  gtk_widget_set_focus_on_click (pin, FALSE);
  gtk_widget_set_focusable (pin, FALSE);
  g_signal_connect (pin, "clicked", G_CALLBACK (pin_clicked_cb), list_item);
  gtk_box_append (GTK_BOX (head), pin);
  gtk_widget_add_css_class (row, "kind-row");
  g_signal_connect (drag, "prepare", G_CALLBACK (drag_prepare_cb), list_item);
  g_signal_connect (drag, "drag-begin", G_CALLBACK (drag_begin_cb), list_item);
  gtk_widget_add_controller (row, GTK_EVENT_CONTROLLER (drag));
  gtk_list_item_set_child (list_item, row);
}

static void
bind_cb (GtkListItemFactory *factory,
         GtkListItem        *list_item)
{
  WeirKindItem *item = gtk_list_item_get_item (list_item);
  const WeirBlockKind *kind = weir_kind_item_get_kind (item);
  GtkWidget *icon = gtk_widget_get_first_child (gtk_list_item_get_child (list_item));
  GtkWidget *head = gtk_widget_get_first_child (gtk_widget_get_next_sibling (icon));
  GtkWidget *title = gtk_widget_get_first_child (head);
  g_autofree char *family = kind != NULL ? weir_kind_dup_family_class (kind) : g_strdup ("family-command");
  const char *classes[] = { "kind-icon", family, NULL };
  const char *summary = describe (item);
  GtkWidget *summary_label = gtk_widget_get_next_sibling (head);
  GtkWidget *pin = gtk_widget_get_last_child (head);
  GtkWidget *key = gtk_widget_get_last_child (gtk_list_item_get_child (list_item));
  gboolean pinned = weir_kind_item_get_pinned (item);
  const char *what = pinned ? _("Unpin (Ctrl+P)") : _("Pin (Ctrl+P)");

  gtk_button_set_icon_name (GTK_BUTTON (pin), pinned ? "starred-symbolic" : "non-starred-symbolic");
  gtk_widget_set_tooltip_text (pin, what);
  gtk_accessible_update_property (GTK_ACCESSIBLE (pin), GTK_ACCESSIBLE_PROPERTY_LABEL, what, -1);
  if (pinned)
    gtk_widget_add_css_class (pin, "pinned");
  else
    gtk_widget_remove_css_class (pin, "pinned");
  gtk_widget_set_css_classes (icon, classes);
  gtk_widget_set_visible (pin, kind != NULL);
  gtk_widget_set_visible (summary_label, kind != NULL);
  gtk_widget_set_visible (key, kind == NULL);
  gtk_label_set_text (GTK_LABEL (key), kind == NULL ? summary : "");
  gtk_image_set_from_icon_name (GTK_IMAGE (icon), kind != NULL ? weir_kind_get_icon_name (kind) : "system-run-symbolic");
  gtk_label_set_text (GTK_LABEL (title), weir_kind_item_get_title (item));
  gtk_label_set_text (GTK_LABEL (summary_label), summary);
  gtk_widget_set_tooltip_text (gtk_list_item_get_child (list_item), *summary != '\0' ? summary : NULL);
  gtk_list_item_set_accessible_label (list_item, weir_kind_item_get_title (item));
  gtk_list_item_set_accessible_description (list_item, summary);
}

static void
setup_header_cb (GtkListItemFactory *factory,
                 GtkListHeader      *header)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_widget_add_css_class (label, "heading");
  gtk_widget_add_css_class (label, "kind-header");
  gtk_list_header_set_child (header, label);
}

static void
bind_header_cb (GtkListItemFactory *factory,
                GtkListHeader      *header)
{
  gtk_label_set_text (GTK_LABEL (gtk_list_header_get_child (header)),
                      weir_kind_item_get_section (gtk_list_header_get_item (header)));
}

/* A list view holds on to its first item, which leaves the header above it out of sight. */
static gboolean
scroll_up_cb (GtkWidget     *list,
              GdkFrameClock *clock,
              gpointer       user_data)
{
  GtkAdjustment *adjustment = gtk_scrollable_get_vadjustment (GTK_SCROLLABLE (list));

  if (gtk_adjustment_get_upper (adjustment) <= 0)
    return G_SOURCE_CONTINUE;
  gtk_adjustment_set_value (adjustment, 0);
  return G_SOURCE_REMOVE;
}

static void
list_mapped_cb (GtkWidget *list)
{
  gtk_widget_add_tick_callback (list, scroll_up_cb, NULL, NULL);
}

static void
make_model (WeirKindList *self)
{
  GtkFilterListModel *filtered;
  g_autoptr(GtkListItemFactory) factory = gtk_signal_list_item_factory_new ();

  self->headers = gtk_signal_list_item_factory_new ();
  self->items = weir_kind_item_list_all ();
  self->filter = GTK_FILTER (gtk_custom_filter_new (filter_cb, self, NULL));
  self->sorter = GTK_SORTER (gtk_custom_sorter_new (compare_items_cb, NULL, NULL));
  self->section_sorter = GTK_SORTER (gtk_custom_sorter_new (compare_sections_cb, NULL, NULL));
  filtered = gtk_filter_list_model_new (g_object_ref (G_LIST_MODEL (self->items)), g_object_ref (self->filter));
  self->sorted = gtk_sort_list_model_new (G_LIST_MODEL (filtered), g_object_ref (self->sorter));
  gtk_sort_list_model_set_section_sorter (self->sorted, self->section_sorter);
  self->selection = gtk_single_selection_new (NULL);
  gtk_single_selection_set_autoselect (self->selection, FALSE);
  gtk_single_selection_set_can_unselect (self->selection, TRUE);
  gtk_single_selection_set_model (self->selection, G_LIST_MODEL (self->sorted));
  g_signal_connect_object (self->selection, "notify::selected-item", G_CALLBACK (selected_cb), self, G_CONNECT_SWAPPED);

  g_signal_connect (factory, "setup", G_CALLBACK (setup_cb), NULL);
  g_signal_connect (factory, "bind", G_CALLBACK (bind_cb), NULL);
  g_signal_connect (self->headers, "setup", G_CALLBACK (setup_header_cb), NULL);
  g_signal_connect (self->headers, "bind", G_CALLBACK (bind_header_cb), NULL);
  gtk_list_view_set_factory (GTK_LIST_VIEW (self->list), factory);
  gtk_list_view_set_header_factory (GTK_LIST_VIEW (self->list), self->headers);
  gtk_list_view_set_model (GTK_LIST_VIEW (self->list), GTK_SELECTION_MODEL (self->selection));
  g_signal_connect (self->list, "map", G_CALLBACK (list_mapped_cb), NULL);
}

static void
weir_kind_list_dispose (GObject *object)
{
  WeirKindList *self = WEIR_KIND_LIST (object);

  gtk_widget_dispose_template (GTK_WIDGET (self), WEIR_TYPE_KIND_LIST);
  g_clear_object (&self->selection);
  g_clear_object (&self->headers);
  g_clear_object (&self->sorted);
  g_clear_object (&self->filter);
  g_clear_object (&self->sorter);
  g_clear_object (&self->section_sorter);
  g_clear_object (&self->items);
  g_clear_object (&self->partner);
  g_clear_pointer (&self->partner_port, g_free);
  G_OBJECT_CLASS (weir_kind_list_parent_class)->dispose (object);
}

static void
weir_kind_list_class_init (WeirKindListClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = weir_kind_list_dispose;
  gtk_widget_class_set_template_from_resource (widget_class, "/org/weirstudio/Weir/weir-kind-list.ui");
  gtk_widget_class_bind_template_child (widget_class, WeirKindList, search);
  gtk_widget_class_bind_template_child (widget_class, WeirKindList, stack);
  gtk_widget_class_bind_template_child (widget_class, WeirKindList, list);
  gtk_widget_class_bind_template_callback (widget_class, update_filter);
  gtk_widget_class_bind_template_callback (widget_class, search_activate_cb);
  gtk_widget_class_bind_template_callback (widget_class, search_stopped_cb);
  gtk_widget_class_bind_template_callback (widget_class, search_key_cb);
  gtk_widget_class_bind_template_callback (widget_class, search_started_cb);
  gtk_widget_class_bind_template_callback (widget_class, activate_at);

  signals[KIND_SELECTED] = g_signal_new ("kind-selected", WEIR_TYPE_KIND_LIST, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                         G_TYPE_NONE, 1, G_TYPE_STRING);
  signals[COMMAND_ACTIVATED] = g_signal_new ("command-activated", WEIR_TYPE_KIND_LIST, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                             G_TYPE_NONE, 1, WEIR_TYPE_COMMAND);
  signals[KIND_ACTIVATED] = g_signal_new ("kind-activated", WEIR_TYPE_KIND_LIST, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                          G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
weir_kind_list_init (WeirKindList *self)
{
  GtkEditable *text;

  gtk_widget_init_template (GTK_WIDGET (self));
  text = gtk_editable_get_delegate (GTK_EDITABLE (self->search));
  g_signal_connect (text, "notify::cursor-position", G_CALLBACK (selection_cb), NULL);
  g_signal_connect (text, "notify::selection-bound", G_CALLBACK (selection_cb), NULL);
  make_model (self);
}

/**
 * weir_kind_list_new:
 *
 * Returns: (transfer floating): a list of all kinds
 */
GtkWidget *
weir_kind_list_new (void)
{
  return g_object_new (WEIR_TYPE_KIND_LIST, NULL);
}

/**
 * weir_kind_list_set_partner:
 * @self: a list
 * @block: (nullable): a block that is to be linked
 * @port: (nullable): one of its ports
 *
 * Leaves only kinds with a port that fits; %NULL shows all.
 */
void
weir_kind_list_set_partner (WeirKindList *self,
                            WeirBlock    *block,
                            const char   *port)
{
  if (port == NULL)
    block = NULL;
  g_set_object (&self->partner, block);
  g_set_str (&self->partner_port, port);
  update_filter (self);
}

/**
 * weir_kind_list_set_query:
 * @self: a list
 * @query: what the search entry holds
 *
 * Searches.
 */
void
weir_kind_list_set_query (WeirKindList *self,
                          const char   *query)
{
  gtk_editable_set_text (GTK_EDITABLE (self->search), query);
  update_filter (self);
}

/**
 * weir_kind_list_focus_search:
 * @self: a list
 *
 * Puts the keyboard into the search entry.
 */
void
weir_kind_list_focus_search (WeirKindList *self)
{
  /* A sheet at the bottom of a narrow window gives the keyboard to a row once it is up: what is typed is for the search all the same. */
  gtk_search_entry_set_key_capture_widget (GTK_SEARCH_ENTRY (self->search),
                                           gtk_widget_get_ancestor (GTK_WIDGET (self), ADW_TYPE_DIALOG));
  gtk_widget_grab_focus (self->search);
}

/**
 * weir_kind_list_set_commands:
 * @self: a list
 * @commands: of #WeirCommand
 *
 * Lets commands be found beside the kinds as soon as something is typed; a ">" before it leaves them alone.
 */
void
weir_kind_list_set_commands (WeirKindList *self,
                             GListModel   *commands)
{
  for (guint i = 0; i < g_list_model_get_n_items (commands); i++)
    {
      g_autoptr(WeirCommand) command = g_list_model_get_item (commands, i);
      g_autoptr(WeirKindItem) item = weir_kind_item_new_for_command (command);

      g_list_store_append (self->items, item);
    }
  g_object_set (self->search, "placeholder-text", _("Search blocks and commands"), "tooltip-text",
                _("Words, or in:text, out:list, cat:files; > for commands only"), NULL);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->search), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _("Search blocks and commands"), -1);
  update_filter (self);
}
