/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weir-canvas-inspector.h"

#include "weir-canvas-private.h"

#include <string.h>

/* A page of the GTK inspector (Ctrl+Shift+D, or GTK_DEBUG=interactive) for who works on the canvas: not translated, as the
 * rest of the inspector is not. */

#define EXTENSION_POINT "gtk-inspector-page"
#define UPDATE_MS       250

struct _WeirCanvasInspector
{
  GtkBox      parent_instance;

  GObject    *object;      /* what the inspector looks at: its canvas, or one inside it, is shown */
  WeirCanvas *canvas;      /* weak */
  GtkWidget  *figures;
  GtkWidget  *bounds;
  guint       update_id;
};

G_DEFINE_FINAL_TYPE (WeirCanvasInspector, weir_canvas_inspector, GTK_TYPE_BOX)

enum
{
  PROP_TITLE = 1,
  PROP_OBJECT,
  N_PROPS
};
static GParamSpec *properties[N_PROPS];

/* Finding the canvas */

static WeirCanvas *
find_canvas (GtkWidget *widget)
{
  if (WEIR_IS_CANVAS (widget))
    return gtk_widget_get_mapped (widget) ? WEIR_CANVAS (widget) : NULL;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    {
      WeirCanvas *found = find_canvas (child);

      if (found != NULL)
        return found;
    }
  return NULL;
}

static WeirCanvas *
find_any_canvas (WeirCanvasInspector *self)
{
  GListModel *windows = gtk_window_get_toplevels ();
  WeirCanvas *found = GTK_IS_WIDGET (self->object) ? find_canvas (GTK_WIDGET (self->object)) : NULL;

  for (guint i = 0; found == NULL && i < g_list_model_get_n_items (windows); i++)
    {
      g_autoptr(GtkWidget) window = g_list_model_get_item (windows, i);

      if (window != GTK_WIDGET (gtk_widget_get_root (GTK_WIDGET (self))))
        found = find_canvas (window);
    }
  return found;
}

/* Figures */

static int
compare_times (gconstpointer a,
               gconstpointer b)
{
  return *(const guint *) a > *(const guint *) b ? 1 : -1;
}

static void
append_frames (GString    *text,
               WeirCanvas *canvas)
{
  guint n = MIN (canvas->n_frames, WEIR_FRAMES_KEPT), sorted[WEIR_FRAMES_KEPT];

  if (n == 0)
    return;
  memcpy (sorted, canvas->frame_us, n * sizeof *sorted);
  qsort (sorted, n, sizeof *sorted, compare_times);
  g_string_append_printf (text,
                          "Frames            %u drawn; of the last %u: median %.2f ms, p95 %.2f ms, worst %.2f ms\n",
                          canvas->n_frames, n, sorted[n / 2] / 1000.0, sorted[n * 95 / 100] / 1000.0, sorted[n - 1] / 1000.0);
}

static void
append_scene (GString   *text,
              WeirScene *scene)
{
  WeirTileFigures tiles;
  guint n_nodes[WEIR_N_LODS] = { 0 }, n_rough = 0;
  GHashTableIter iter;
  gpointer wire;

  for (guint i = 0; i < scene->cards->len; i++)
    for (guint lod = 0; lod < WEIR_N_LODS; lod++)
      n_nodes[lod] += ((WeirCard *) g_ptr_array_index (scene->cards, i))->content[lod] != NULL;
  g_hash_table_iter_init (&iter, scene->wire_of);
  while (g_hash_table_iter_next (&iter, NULL, &wire))
    n_rough += ((WeirWire *) wire)->rough;
  weir_tiles_get_figures (scene->tiles, &tiles);
  g_string_append_printf (text, "Blocks            %u\nLinks             %u, %u without their way yet\nNotes             %u\n",
                          scene->cards->len, g_hash_table_size (scene->wire_of), n_rough, scene->stickies->len);
  g_string_append_printf (text, "Kept nodes        %u in full, %u headers; %u made so far\n", n_nodes[WEIR_LOD_FULL],
                          n_nodes[WEIR_LOD_HEADER], scene->n_nodes_made);
  g_string_append_printf (text, "Tiles             %u kept (%.1f MiB), %u stale, %u seen, %u drawn so far%s\n", tiles.n_kept,
                          tiles.n_bytes / 1048576.0, tiles.n_stale, tiles.n_seen, tiles.n_drawn,
                          tiles.whole ? "" : ", not whole");
}

static char *
describe (WeirCanvas *canvas)
{
  static const char *const lods[] = { "full", "header", "plain", "dot" };
  GString *text = g_string_new (NULL);
  graphene_rect_t visible, all;
  int width, height;

  weir_viewport_get_size (canvas->viewport, &width, &height);
  weir_viewport_get_visible (canvas->viewport, &visible);
  g_string_append_printf (text, "View              %d × %d at %.0f %%, detail: %s\n", width, height,
                          100 * weir_viewport_get_zoom (canvas->viewport), lods[weir_canvas_get_lod (canvas)]);
  g_string_append_printf (text, "Seen              %.0f, %.0f, %.0f × %.0f\n", visible.origin.x, visible.origin.y,
                          visible.size.width, visible.size.height);
  if (canvas->scene != NULL && weir_scene_get_bounds (canvas->scene, &all))
    g_string_append_printf (text, "Everything        %.0f, %.0f, %.0f × %.0f\n", all.origin.x, all.origin.y, all.size.width,
                            all.size.height);
  if (canvas->scene != NULL)
    append_scene (text, canvas->scene);
  append_frames (text, canvas);
  return g_string_free_and_steal (text);
}

static gboolean
update_cb (gpointer user_data)
{
  WeirCanvasInspector *self = user_data;
  WeirCanvas *canvas = find_any_canvas (self);
  g_autofree char *text = canvas != NULL ? describe (canvas) : g_strdup ("No canvas is shown.");

  g_set_weak_pointer (&self->canvas, canvas);
  gtk_widget_set_sensitive (self->bounds, canvas != NULL);
  if (canvas != NULL)
    weir_canvas_set_bounds_shown (canvas, gtk_check_button_get_active (GTK_CHECK_BUTTON (self->bounds)));
  if (!g_str_equal (gtk_label_get_text (GTK_LABEL (self->figures)), text))
    gtk_label_set_text (GTK_LABEL (self->figures), text);
  return G_SOURCE_CONTINUE;
}

/* The object */

static void
weir_canvas_inspector_map (GtkWidget *widget)
{
  WeirCanvasInspector *self = WEIR_CANVAS_INSPECTOR (widget);

  GTK_WIDGET_CLASS (weir_canvas_inspector_parent_class)->map (widget);
  update_cb (self);
  self->update_id = g_timeout_add (UPDATE_MS, update_cb, self);
}

static void
weir_canvas_inspector_unmap (GtkWidget *widget)
{
  g_clear_handle_id (&WEIR_CANVAS_INSPECTOR (widget)->update_id, g_source_remove);
  GTK_WIDGET_CLASS (weir_canvas_inspector_parent_class)->unmap (widget);
}

static void
weir_canvas_inspector_get_property (GObject    *object,
                                    guint       id,
                                    GValue     *value,
                                    GParamSpec *pspec)
{
  if (id == PROP_TITLE)
    g_value_set_static_string (value, "Weir Canvas");
  else
    g_value_set_object (value, WEIR_CANVAS_INSPECTOR (object)->object);
}

static void
weir_canvas_inspector_set_property (GObject      *object,
                                    guint         id,
                                    const GValue *value,
                                    GParamSpec   *pspec)
{
  g_set_object (&WEIR_CANVAS_INSPECTOR (object)->object, g_value_get_object (value));
}

static void
weir_canvas_inspector_dispose (GObject *object)
{
  WeirCanvasInspector *self = WEIR_CANVAS_INSPECTOR (object);

  g_clear_handle_id (&self->update_id, g_source_remove);
  if (self->canvas != NULL)
    weir_canvas_set_bounds_shown (self->canvas, FALSE);
  g_clear_weak_pointer (&self->canvas);
  g_clear_object (&self->object);
  G_OBJECT_CLASS (weir_canvas_inspector_parent_class)->dispose (object);
}

static void
weir_canvas_inspector_class_init (WeirCanvasInspectorClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = weir_canvas_inspector_get_property;
  object_class->set_property = weir_canvas_inspector_set_property;
  object_class->dispose = weir_canvas_inspector_dispose;
  GTK_WIDGET_CLASS (klass)->map = weir_canvas_inspector_map;
  GTK_WIDGET_CLASS (klass)->unmap = weir_canvas_inspector_unmap;
  properties[PROP_TITLE] = g_param_spec_string ("title", NULL, NULL, NULL, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  properties[PROP_OBJECT] = g_param_spec_object ("object", NULL, NULL, G_TYPE_OBJECT,
                                                 G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
weir_canvas_inspector_init (WeirCanvasInspector *self)
{
  g_object_set (self, "orientation", GTK_ORIENTATION_VERTICAL, "spacing", 18, "margin-top", 24, "margin-start", 24,
                "margin-end", 24, NULL);
  self->figures = gtk_label_new (NULL);
  gtk_label_set_xalign (GTK_LABEL (self->figures), 0);
  gtk_widget_add_css_class (self->figures, "monospace");
  self->bounds = gtk_check_button_new_with_label ("Show bounds of tiles, blocks and links");
  gtk_box_append (GTK_BOX (self), self->figures);
  gtk_box_append (GTK_BOX (self), self->bounds);
}

/**
 * weir_canvas_inspector_install:
 *
 * Adds the page to the inspector. Once; after GTK has started, which makes the place for it.
 */
void
weir_canvas_inspector_install (void)
{
  if (g_io_extension_point_lookup (EXTENSION_POINT) != NULL)
    g_io_extension_point_implement (EXTENSION_POINT, WEIR_TYPE_CANVAS_INSPECTOR, "weir-canvas", 10);
}
