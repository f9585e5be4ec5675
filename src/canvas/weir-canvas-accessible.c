/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gi18n-lib.h>

#include "weir-canvas-accessible-private.h"

/* A canvas draws its blocks itself; a screen reader meets each of them as a child of the canvas all the same. They
 * are made when asked for, one after the other, so that without assistive technology they cost nothing. */

#define WEIR_TYPE_BLOCK_ACCESSIBLE (weir_block_accessible_get_type ())
G_DECLARE_FINAL_TYPE (WeirBlockAccessible, weir_block_accessible, WEIR, BLOCK_ACCESSIBLE, GObject)

struct _WeirBlockAccessible
{
  GObject       parent_instance;

  WeirCanvas   *canvas;    /* weak */
  WeirBlock    *block;     /* owned */
  GtkATContext *context;
  char         *label;
};

static void weir_block_accessible_iface_init (GtkAccessibleInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (WeirBlockAccessible, weir_block_accessible, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (GTK_TYPE_ACCESSIBLE, weir_block_accessible_iface_init))

enum
{
  PROP_ACCESSIBLE_ROLE = 1
};

static GtkAccessibleInterface *canvas_parent_iface;

static WeirCard *
find_card (WeirBlockAccessible *self)
{
  return self->canvas != NULL && self->canvas->scene != NULL ? weir_scene_find_card (self->canvas->scene, self->block)
                                                             : NULL;
}

static void
update_label (WeirBlockAccessible *self)
{
  g_autofree char *label = self->canvas != NULL ? weir_canvas_describe_block (self->canvas, self->block) : NULL;

  if (label == NULL || !g_set_str (&self->label, label))
    return;
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
}

static GtkAccessible *
ensure_accessible (WeirCanvas *canvas,
                   guint       index)
{
  WeirCard *card;
  WeirBlockAccessible *self;

  if (canvas->scene == NULL || index >= canvas->scene->cards->len)
    return NULL;
  card = g_ptr_array_index (canvas->scene->cards, index);
  if (card->accessible == NULL)
    {
      self = g_object_new (WEIR_TYPE_BLOCK_ACCESSIBLE, NULL);
      g_set_weak_pointer (&self->canvas, canvas);
      self->block = g_object_ref (card->block);
      card->accessible = GTK_ACCESSIBLE (self);
      canvas->has_accessibles = TRUE;
      update_label (self);
      gtk_accessible_update_state (card->accessible, GTK_ACCESSIBLE_STATE_SELECTED, (int) card->selected, -1);
    }
  return g_object_ref (card->accessible);
}

static GtkATContext *
get_at_context (GtkAccessible *accessible)
{
  WeirBlockAccessible *self = WEIR_BLOCK_ACCESSIBLE (accessible);

  if (self->context == NULL && self->block != NULL)
    self->context = gtk_at_context_create (GTK_ACCESSIBLE_ROLE_LIST_ITEM, accessible,
                                           self->canvas != NULL ? gtk_widget_get_display (GTK_WIDGET (self->canvas))
                                                                : gdk_display_get_default ());
  return self->context != NULL ? g_object_ref (self->context) : NULL;
}

static gboolean
get_platform_state (GtkAccessible              *accessible,
                    GtkAccessiblePlatformState  state)
{
  WeirBlockAccessible *self = WEIR_BLOCK_ACCESSIBLE (accessible);

  switch (state)
    {
    case GTK_ACCESSIBLE_PLATFORM_STATE_FOCUSABLE:
      return TRUE;
    case GTK_ACCESSIBLE_PLATFORM_STATE_FOCUSED:
      return self->canvas != NULL && self->canvas->selected_block == self->block
             && gtk_widget_has_focus (GTK_WIDGET (self->canvas));
    case GTK_ACCESSIBLE_PLATFORM_STATE_ACTIVE:
      return FALSE;
    }
  return FALSE;
}

static GtkAccessible *
get_accessible_parent (GtkAccessible *accessible)
{
  WeirBlockAccessible *self = WEIR_BLOCK_ACCESSIBLE (accessible);

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
  WeirBlockAccessible *self = WEIR_BLOCK_ACCESSIBLE (accessible);
  guint next;

  if (find_card (self) == NULL)
    return NULL;
  next = weir_block_get_index (self->block) + 1;
  if (next < self->canvas->scene->cards->len)
    return ensure_accessible (self->canvas, next);
  return weir_canvas_get_first_link (self->canvas);
}

static gboolean
get_bounds (GtkAccessible *accessible,
            int           *x,
            int           *y,
            int           *width,
            int           *height)
{
  WeirBlockAccessible *self = WEIR_BLOCK_ACCESSIBLE (accessible);
  graphene_rect_t bounds;

  if (self->canvas == NULL || !weir_canvas_get_block_bounds (self->canvas, self->block, &bounds))
    return FALSE;
  *x = (int) bounds.origin.x;
  *y = (int) bounds.origin.y;
  *width = (int) bounds.size.width;
  *height = (int) bounds.size.height;
  return TRUE;
}

static void
weir_block_accessible_iface_init (GtkAccessibleInterface *iface)
{
  iface->get_at_context = get_at_context;
  iface->get_platform_state = get_platform_state;
  iface->get_accessible_parent = get_accessible_parent;
  iface->get_first_accessible_child = get_no_child;
  iface->get_next_accessible_sibling = get_next_sibling;
  iface->get_bounds = get_bounds;
}

static void
weir_block_accessible_get_property (GObject    *object,
                                    guint       property_id,
                                    GValue     *value,
                                    GParamSpec *pspec)
{
  g_value_set_enum (value, GTK_ACCESSIBLE_ROLE_LIST_ITEM);
}

static void
weir_block_accessible_set_property (GObject      *object,
                                    guint         property_id,
                                    const GValue *value,
                                    GParamSpec   *pspec)
{
  /* The role of a block is always the same. */
}

static void
weir_block_accessible_dispose (GObject *object)
{
  WeirBlockAccessible *self = WEIR_BLOCK_ACCESSIBLE (object);

  /* It asks for itself while it says goodbye: whoever has let go of it by then makes another one. */
  if (self->context != NULL)
    g_object_run_dispose (G_OBJECT (self->context));
  g_clear_weak_pointer (&self->canvas);
  g_clear_object (&self->block);
  g_clear_object (&self->context);
  g_clear_pointer (&self->label, g_free);
  G_OBJECT_CLASS (weir_block_accessible_parent_class)->dispose (object);
}

static void
weir_block_accessible_class_init (WeirBlockAccessibleClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = weir_block_accessible_get_property;
  object_class->set_property = weir_block_accessible_set_property;
  object_class->dispose = weir_block_accessible_dispose;
  g_object_class_override_property (object_class, PROP_ACCESSIBLE_ROLE, "accessible-role");
}

static void
weir_block_accessible_init (WeirBlockAccessible *self)
{
}

GtkAccessible *
weir_canvas_get_first_child_widget (WeirCanvas *self)
{
  return canvas_parent_iface->get_first_accessible_child (GTK_ACCESSIBLE (self));
}

static GtkAccessible *
get_first_block (GtkAccessible *accessible)
{
  GtkAccessible *first = ensure_accessible (WEIR_CANVAS (accessible), 0);

  return first != NULL ? first : weir_canvas_get_first_link (WEIR_CANVAS (accessible));
}

void
weir_canvas_accessible_init (GtkAccessibleInterface *iface)
{
  canvas_parent_iface = g_type_interface_peek_parent (iface);
  iface->get_first_accessible_child = get_first_block;
}

static gboolean
refresh_cb (gpointer user_data)
{
  WeirCanvas *self = user_data;

  self->accessible_refresh_id = 0;
  for (guint i = 0; self->scene != NULL && i < self->scene->cards->len; i++)
    {
      WeirCard *card = g_ptr_array_index (self->scene->cards, i);

      if (card->accessible != NULL)
        update_label (WEIR_BLOCK_ACCESSIBLE (card->accessible));
    }
  weir_canvas_refresh_links (self);
  return G_SOURCE_REMOVE;
}

/* A busy run changes many times a second; a person listening gets the state a few times a second. */
void
weir_canvas_accessible_refresh (WeirCanvas *self)
{
  if (self->has_accessibles && self->accessible_refresh_id == 0)
    self->accessible_refresh_id = g_timeout_add (250, refresh_cb, self);
}
