/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gi18n-lib.h>

#include "weir-canvas-private.h"

#include <math.h>

/* Named portals: two that have the same name and are linked stand for a link that is not drawn. It shows while one of them is
 * selected, and leads from one to the other by a key. For the engine it is a link like any other. */

#define PORTAL_KIND "flow.portal"
#define BESIDE      48.0   /* between a portal and the block that it was made for */

/* (nullable) */
static const char *
get_name (WeirBlock *block)
{
  const char *name;

  if (!g_str_equal (weir_block_get_kind_id (block), PORTAL_KIND))
    return NULL;
  name = weir_value_get_member_text (weir_block_get_config (block), "name", NULL);
  return name != NULL && name[0] != '\0' ? name : NULL;
}

/**
 * weir_link_is_leap:
 * @link: a link
 *
 * Returns: whether it goes between portals of one name, and so without a line
 */
gboolean
weir_link_is_leap (WeirLink *link)
{
  const char *from = get_name (weir_link_get_source (link));

  return from != NULL && weir_link_get_when (link) == NULL && !weir_link_is_feedback (link)
         && g_strcmp0 (from, get_name (weir_link_get_target (link))) == 0;
}

/* The portals at the other ends. (transfer container) */
static GPtrArray *
list_partners (WeirCanvas *self,
               WeirBlock  *portal)
{
  GPtrArray *partners = g_ptr_array_new ();

  for (int end = 0; end < 2; end++)
    {
      guint n;
      WeirLink **links = end == 0 ? weir_graph_get_links_from (self->graph, portal, &n)
                                  : weir_graph_get_links_to (self->graph, portal, &n);

      for (guint i = 0; i < n; i++)
        if (weir_link_is_leap (links[i]))
          g_ptr_array_add (partners, end == 0 ? weir_link_get_target (links[i]) : weir_link_get_source (links[i]));
    }
  return partners;
}

/* Jumping */

static void
jump_action (GtkWidget  *widget,
             const char *name,
             GVariant   *parameter)
{
  WeirCanvas *self = WEIR_CANVAS (widget);
  g_autoptr(GPtrArray) partners = self->selected_block != NULL ? list_partners (self, self->selected_block) : NULL;

  if (partners == NULL || partners->len == 0)
    {
      weir_canvas_say (self, _("Select one of two portals of the same name first"));
      return;
    }
  gtk_widget_grab_focus (widget);
  weir_canvas_go_to (self, partners->pdata[0]);
}

/* A link becomes portals */

/* What goes through is what they are called, with a number if another pair is called so. (transfer full) */
static char *
make_name (WeirCanvas *self,
           WeirLink   *link)
{
  WeirCard *card = weir_scene_find_card (self->scene, weir_link_get_source (link));
  const WeirPin *pin = weir_card_find_pin (card, weir_link_get_source_port (link), FALSE);
  const char *title = pin != NULL ? pin->title : weir_link_get_source_port (link);
  g_autofree char *base = g_strdup_printf ("%s: %s", weir_block_get_title (weir_link_get_source (link)), title);

  for (guint number = 1;; number++)
    {
      g_autofree char *name = number == 1 ? g_strdup (base) : g_strdup_printf ("%s %u", base, number);
      gboolean taken = FALSE;

      for (guint i = 0; i < weir_graph_get_n_blocks (self->graph) && !taken; i++)
        taken = g_strcmp0 (get_name (weir_graph_get_block (self->graph, i)), name) == 0;
      if (!taken)
        return g_steal_pointer (&name);
    }
}

static WeirBlock *
add_portal (WeirCanvas *self,
            const char *name,
            double      x,
            double      y)
{
  g_autoptr(WeirValue) value = weir_value_new_text (name);
  g_autoptr(WeirValue) config = weir_value_new_record ((const char *[]) { "name" }, &value, 1);

  return weir_workflow_add_block (self->workflow, self->graph, NULL, PORTAL_KIND, config, weir_canvas_snap (x),
                                  weir_canvas_snap (y), NULL);
}

/* To be called within an edit. */
static WeirBlock *
split_link (WeirCanvas *self,
            WeirLink   *link)
{
  WeirBlock *source = weir_link_get_source (link), *target = weir_link_get_target (link);
  const graphene_rect_t *a = &weir_scene_find_card (self->scene, source)->indexed.bounds;
  const graphene_rect_t *b = &weir_scene_find_card (self->scene, target)->indexed.bounds;
  g_autofree char *name = make_name (self, link), *when = g_strdup (weir_link_get_when (link));
  g_autofree char *from = g_strdup (weir_link_get_source_port (link)), *to = g_strdup (weir_link_get_target_port (link));
  WeirBlock *entry = add_portal (self, name, a->origin.x + a->size.width + BESIDE, a->origin.y);
  WeirBlock *way_out = add_portal (self, name, b->origin.x - WEIR_CARD_WIDTH - BESIDE, b->origin.y);

  weir_workflow_remove_link (self->workflow, link);
  weir_workflow_add_link (self->workflow, source, from, entry, "in", when, NULL);
  weir_workflow_add_link (self->workflow, entry, "out", way_out, "in", NULL, NULL);
  weir_workflow_add_link (self->workflow, way_out, "out", target, to, NULL, NULL);
  return entry;
}

static void
to_portals_action (GtkWidget  *widget,
                   const char *name,
                   GVariant   *parameter)
{
  WeirCanvas *self = WEIR_CANVAS (widget);
  WeirBlock *entry;

  if (self->selected_link == NULL || weir_registry_find_kind (PORTAL_KIND) == NULL)
    return;
  weir_workflow_begin_edit (self->workflow, _("Link Through Portals"));
  entry = split_link (self, self->selected_link);
  weir_workflow_end_edit (self->workflow);
  weir_canvas_select_block (self, entry, FALSE);
  weir_canvas_announce (self, _("Linked through two portals"));
}

/* Portals become a link: what gave to the one gives to what the other gave to. */
static void
to_link_action (GtkWidget  *widget,
                const char *name,
                GVariant   *parameter)
{
  WeirCanvas *self = WEIR_CANVAS (widget);
  g_autoptr(GPtrArray) portals = self->selected_block != NULL ? list_partners (self, self->selected_block) : NULL;

  if (portals == NULL || portals->len == 0)
    return;
  g_ptr_array_add (portals, self->selected_block);
  g_ptr_array_set_free_func (portals, g_object_unref);
  for (guint i = 0; i < portals->len; i++)
    g_object_ref (portals->pdata[i]);
  weir_workflow_begin_edit (self->workflow, _("Link Without Portals"));
  for (guint i = 0; i < portals->len; i++)
    {
      weir_canvas_bridge (self, portals->pdata[i]);
      weir_workflow_remove_block (self->workflow, portals->pdata[i]);
    }
  weir_workflow_end_edit (self->workflow);
  weir_canvas_announce (self, _("Linked without portals"));
}

/* Showing */

static void
snapshot_leap (WeirCanvas  *self,
               GtkSnapshot *snapshot,
               WeirLink    *link)
{
  WeirRouteEnds ends;
  g_autoptr(GskPathBuilder) builder = gsk_path_builder_new ();
  g_autoptr(GskPath) path = NULL;
  GskStroke *stroke = gsk_stroke_new (2);
  double x0, y0, x1, y1, bend;

  weir_wire_get_ends (weir_scene_find_wire (self->scene, link), &ends);
  weir_viewport_to_view (self->viewport, ends.from.x, ends.from.y, &x0, &y0);
  weir_viewport_to_view (self->viewport, ends.to.x, ends.to.y, &x1, &y1);
  bend = MAX (fabs (x1 - x0) / 2, 30);
  gsk_path_builder_move_to (builder, x0, y0);
  gsk_path_builder_cubic_to (builder, x0 + bend, y0, x1 - bend, y1, x1, y1);
  path = gsk_path_builder_to_path (builder);
  gsk_stroke_set_dash (stroke, (const float[]) { 6, 4 }, 2);
  gtk_snapshot_append_stroke (snapshot, path, stroke, &self->painter.palette->accent);
  gsk_stroke_free (stroke);
}

static void
snapshot_partner (WeirCanvas  *self,
                  GtkSnapshot *snapshot,
                  WeirBlock   *partner)
{
  graphene_rect_t bounds;

  if (!weir_canvas_get_block_bounds (self, partner, &bounds))
    return;
  graphene_rect_inset (&bounds, -4, -4);
  weir_painter_outline (snapshot, &bounds, 12, 2, &self->painter.palette->accent);
}

/* Of the portal that is selected: where it leads. In view coordinates. */
void
weir_canvas_snapshot_portals (WeirCanvas  *self,
                              GtkSnapshot *snapshot)
{
  for (int end = 0; end < 2 && self->selected_block != NULL && get_name (self->selected_block) != NULL; end++)
    {
      guint n;
      WeirLink **links = end == 0 ? weir_graph_get_links_from (self->graph, self->selected_block, &n)
                                  : weir_graph_get_links_to (self->graph, self->selected_block, &n);

      for (guint i = 0; i < n; i++)
        {
          if (!weir_link_is_leap (links[i]))
            continue;
          snapshot_leap (self, snapshot, links[i]);
          snapshot_partner (self, snapshot, end == 0 ? weir_link_get_target (links[i]) : weir_link_get_source (links[i]));
        }
    }
}

void
weir_canvas_update_portal_actions (WeirCanvas *self,
                                   gboolean    editable)
{
  GtkWidget *widget = GTK_WIDGET (self);
  gboolean portal = self->selected_block != NULL && get_name (self->selected_block) != NULL;

  gtk_widget_action_set_enabled (widget, "canvas.jump", portal);
  gtk_widget_action_set_enabled (widget, "canvas.to-link", editable && portal);
  gtk_widget_action_set_enabled (widget, "canvas.to-portals",
                                 editable && self->selected_link != NULL && !weir_link_is_feedback (self->selected_link));
}

void
weir_canvas_install_portals (GtkWidgetClass *klass)
{
  gtk_widget_class_install_action (klass, "canvas.jump", NULL, jump_action);
  gtk_widget_class_install_action (klass, "canvas.to-portals", NULL, to_portals_action);
  gtk_widget_class_install_action (klass, "canvas.to-link", NULL, to_link_action);
}
