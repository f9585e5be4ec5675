/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gi18n-lib.h>

#include "weir-canvas-accessible-private.h"

/* Links as children of the canvas, after its blocks. Of many only those in view are told of: who goes from block to block
 * takes the view along, and what is told of costs time each time that somebody asks. */

#define MOST_LINKS 500

#define WEIR_TYPE_LINK_ACCESSIBLE (weir_link_accessible_get_type ())
G_DECLARE_FINAL_TYPE (WeirLinkAccessible, weir_link_accessible, WEIR, LINK_ACCESSIBLE, GObject)

struct _WeirLinkAccessible
{
  GObject       parent_instance;

  WeirCanvas   *canvas;    /* weak */
  WeirLink     *link;      /* owned */
  GtkATContext *context;
  char         *label;
};

static void weir_link_accessible_iface_init (GtkAccessibleInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (WeirLinkAccessible,
                               weir_link_accessible,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (GTK_TYPE_ACCESSIBLE, weir_link_accessible_iface_init))

enum
{
  PROP_ACCESSIBLE_ROLE = 1
};

static WeirWire *
find_wire (WeirLinkAccessible *self)
{
  return self->canvas != NULL && self->canvas->scene != NULL ? weir_scene_find_wire (self->canvas->scene, self->link)
                                                             : NULL;
}

static void
update_label (WeirLinkAccessible *self)
{
  WeirWire *wire = find_wire (self);
  g_autofree char *label = wire != NULL ? weir_scene_describe_wire (self->canvas->scene, wire) : NULL;

  if (label == NULL || !g_set_str (&self->label, label))
    return;
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
}

static int
compare_orders (gconstpointer a,
                gconstpointer b)
{
  const WeirWire *first = *(WeirWire *const *) a, *second = *(WeirWire *const *) b;

  return first->order < second->order ? -1 : first->order > second->order;
}

/* Which links are told of now. */
static GPtrArray *
choose_links (WeirCanvas *self)
{
  GPtrArray *links = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr(GPtrArray) wires = g_ptr_array_new ();
  graphene_rect_t visible;

  if (g_hash_table_size (self->scene->wire_of) <= MOST_LINKS)
    {
      g_autoptr(GPtrArray) all = g_hash_table_get_values_as_ptr_array (self->scene->wire_of);

      g_ptr_array_extend (wires, all, NULL, NULL);
    }
  else
    {
      weir_viewport_get_visible (self->viewport, &visible);
      weir_canvas_index_query (self->scene->wire_index, &visible, wires);
    }
  g_ptr_array_sort (wires, compare_orders);
  for (guint i = 0; i < MIN (wires->len, MOST_LINKS); i++)
    g_ptr_array_add (links, g_object_ref (((WeirWire *) g_ptr_array_index (wires, i))->link));
  return links;
}

static GtkAccessible *
ensure_accessible (WeirCanvas *canvas,
                   WeirWire   *wire)
{
  WeirLinkAccessible *self;

  if (wire->accessible == NULL)
    {
      self = g_object_new (WEIR_TYPE_LINK_ACCESSIBLE, NULL);
      g_set_weak_pointer (&self->canvas, canvas);
      self->link = g_object_ref (wire->link);
      wire->accessible = GTK_ACCESSIBLE (self);
      canvas->has_accessibles = TRUE;
      update_label (self);
      gtk_accessible_update_state (wire->accessible, GTK_ACCESSIBLE_STATE_SELECTED, (int) wire->selected, -1);
    }
  return g_object_ref (wire->accessible);
}

/* The first from @index on that is still drawn, or what comes after the links. */
static GtkAccessible *
get_link_from (WeirCanvas *self,
               guint       index)
{
  for (guint i = index; self->scene != NULL && self->told_links != NULL && i < self->told_links->len; i++)
    {
      WeirWire *wire = weir_scene_find_wire (self->scene, g_ptr_array_index (self->told_links, i));

      if (wire != NULL)
        return ensure_accessible (self, wire);
    }
  return weir_canvas_get_first_child_widget (self);
}

GtkAccessible *
weir_canvas_get_first_link (WeirCanvas *self)
{
  if (self->scene != NULL && (self->told_links == NULL || self->told_links_stale))
    {
      self->told_links_stale = FALSE;
      g_clear_pointer (&self->told_links, g_ptr_array_unref);
      self->told_links = choose_links (self);
    }
  return get_link_from (self, 0);
}

void
weir_canvas_refresh_links (WeirCanvas *self)
{
  for (guint i = 0; self->scene != NULL && self->told_links != NULL && i < self->told_links->len; i++)
    {
      WeirWire *wire = weir_scene_find_wire (self->scene, g_ptr_array_index (self->told_links, i));

      if (wire != NULL && wire->accessible != NULL)
        update_label (WEIR_LINK_ACCESSIBLE (wire->accessible));
    }
}

static GtkATContext *
get_at_context (GtkAccessible *accessible)
{
  WeirLinkAccessible *self = WEIR_LINK_ACCESSIBLE (accessible);

  if (self->context == NULL && self->link != NULL)
    self->context = gtk_at_context_create (GTK_ACCESSIBLE_ROLE_LIST_ITEM, accessible,
                                           self->canvas != NULL ? gtk_widget_get_display (GTK_WIDGET (self->canvas))
                                                                : gdk_display_get_default ());
  return self->context != NULL ? g_object_ref (self->context) : NULL;
}

static gboolean
get_platform_state (GtkAccessible              *accessible,
                    GtkAccessiblePlatformState  state)
{
  WeirLinkAccessible *self = WEIR_LINK_ACCESSIBLE (accessible);

  switch (state)
    {
    case GTK_ACCESSIBLE_PLATFORM_STATE_FOCUSABLE:
      return TRUE;
    case GTK_ACCESSIBLE_PLATFORM_STATE_FOCUSED:
      return self->canvas != NULL && self->canvas->selected_link == self->link
             && gtk_widget_has_focus (GTK_WIDGET (self->canvas));
    case GTK_ACCESSIBLE_PLATFORM_STATE_ACTIVE:
      return FALSE;
    }
  return FALSE;
}

static GtkAccessible *
get_accessible_parent (GtkAccessible *accessible)
{
  WeirLinkAccessible *self = WEIR_LINK_ACCESSIBLE (accessible);

  return self->canvas != NULL ? GTK_ACCESSIBLE (g_object_ref (self->canvas)) : NULL;
}

static GtkAccessible *
get_no_child (GtkAccessible *accessible)
{
  return NULL;
}

static GtkAccessible *
get_next_sibling (GtkAccessible *accessible)
{
  WeirLinkAccessible *self = WEIR_LINK_ACCESSIBLE (accessible);
  guint index;

  if (find_wire (self) == NULL || self->canvas->told_links == NULL
      || !g_ptr_array_find (self->canvas->told_links, self->link, &index))
    return NULL;
  return get_link_from (self->canvas, index + 1);
}

static gboolean
get_bounds (GtkAccessible *accessible,
            int           *x,
            int           *y,
            int           *width,
            int           *height)
{
  WeirLinkAccessible *self = WEIR_LINK_ACCESSIBLE (accessible);
  WeirWire *wire = find_wire (self);
  double left, top, zoom;

  if (wire == NULL)
    return FALSE;
  zoom = weir_viewport_get_zoom (self->canvas->viewport);
  weir_viewport_to_view (self->canvas->viewport, wire->route.indexed.bounds.origin.x,
                         wire->route.indexed.bounds.origin.y, &left, &top);
  *x = (int) left;
  *y = (int) top;
  *width = (int) (wire->route.indexed.bounds.size.width * zoom);
  *height = (int) (wire->route.indexed.bounds.size.height * zoom);
  return TRUE;
}

static void
weir_link_accessible_iface_init (GtkAccessibleInterface *iface)
{
  iface->get_at_context = get_at_context;
  iface->get_platform_state = get_platform_state;
  iface->get_accessible_parent = get_accessible_parent;
  iface->get_first_accessible_child = get_no_child;
  iface->get_next_accessible_sibling = get_next_sibling;
  iface->get_bounds = get_bounds;
}

static void
weir_link_accessible_get_property (GObject    *object,
                                   guint       property_id,
                                   GValue     *value,
                                   GParamSpec *pspec)
{
  g_value_set_enum (value, GTK_ACCESSIBLE_ROLE_LIST_ITEM);
}

static void
weir_link_accessible_set_property (GObject      *object,
                                   guint         property_id,
                                   const GValue *value,
                                   GParamSpec   *pspec)
{
  /* The role of a link is always the same. */
}

static void
weir_link_accessible_dispose (GObject *object)
{
  WeirLinkAccessible *self = WEIR_LINK_ACCESSIBLE (object);

  /* It asks for itself while it says goodbye: whoever has let go of it by then makes another one. */
  if (self->context != NULL)
    g_object_run_dispose (G_OBJECT (self->context));
  g_clear_weak_pointer (&self->canvas);
  g_clear_object (&self->link);
  g_clear_object (&self->context);
  g_clear_pointer (&self->label, g_free);
  G_OBJECT_CLASS (weir_link_accessible_parent_class)->dispose (object);
}

static void
weir_link_accessible_class_init (WeirLinkAccessibleClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = weir_link_accessible_get_property;
  object_class->set_property = weir_link_accessible_set_property;
  object_class->dispose = weir_link_accessible_dispose;
  g_object_class_override_property (object_class, PROP_ACCESSIBLE_ROLE, "accessible-role");
}

static void
weir_link_accessible_init (WeirLinkAccessible *self)
{
}
