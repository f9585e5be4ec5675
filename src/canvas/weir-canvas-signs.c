/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gi18n-lib.h>

#include "weir-canvas-signs.h"

#include "weir-canvas-private.h"

/* Breakpoints and pins: what a person has put on a block, and the commands for it. */

static G_DEFINE_QUARK (weir - canvas - breakpoint, breakpoint)

  /**
 * weir_breakpoint_set:
 * @block: a block
 * @condition: (nullable): when it holds, "" always; %NULL takes it away
 *
 * Puts a breakpoint on a block. Whoever plays the workflow hands it to the run.
 */
  void weir_breakpoint_set (WeirBlock *block, const char *condition)
{
  g_object_set_qdata_full (G_OBJECT (block), breakpoint_quark (), g_strdup (condition), g_free);
}

/**
 * weir_breakpoint_get:
 * @block: a block
 *
 * Returns: (nullable): its condition, "" for always; %NULL if it has none
 */
const char *
weir_breakpoint_get (WeirBlock *block)
{
  return g_object_get_qdata (G_OBJECT (block), breakpoint_quark ());
}

double
weir_card_draw_signs (WeirCard    *self,
                      WeirPainter *painter,
                      GtkSnapshot *snapshot,
                      double       x,
                      double       y,
                      double       size)
{
  const WeirCanvasPalette *palette = painter->palette;
  double at = x;

  if (weir_card_get_problem (self->block) != NULL)
    {
      at -= size;
      weir_painter_draw_icon (painter, snapshot, "dialog-warning-symbolic", "dialog-error-symbolic", &palette->failure, at, y, size);
      at -= size / 3;
    }
  if (weir_breakpoint_get (self->block) != NULL)
    {
      at -= size;
      weir_painter_fill_rounded (snapshot, &GRAPHENE_RECT_INIT (at, y, size, size), size / 2, &palette->failure);
      weir_painter_draw_icon (painter, snapshot, "media-playback-pause-symbolic", "media-playback-pause-symbolic",
                              &palette->on_colour, at + size * 0.19, y + size * 0.19, size * 0.62);
      at -= size / 3;
    }
  if (weir_block_get_pinned (self->block))
    {
      at -= size;
      weir_painter_draw_icon (painter, snapshot, "view-pin-symbolic", "changes-prevent-symbolic", &palette->dim_text,
                              at, y, size);
      at -= size / 3;
    }
  return x - at;
}

void
weir_card_describe_signs (WeirCard *self,
                          GString  *text)
{
  const char *condition = weir_breakpoint_get (self->block), *problem = weir_card_get_problem (self->block);

  if (problem != NULL)
    g_string_append_printf (text, ", %s", problem);
  if (condition != NULL && condition[0] != '\0')
    /* Translators: of a block, with the condition of its breakpoint */
    g_string_append_printf (text, _(", breakpoint if %s"), condition);
  else if (condition != NULL)
    g_string_append_printf (text, ", %s", _("breakpoint"));
  if (weir_block_get_pinned (self->block))
    g_string_append_printf (text, ", %s", _("pinned in place"));
}

/* Commands */

static void
toggle_breakpoint_action (GtkWidget  *widget,
                          const char *name,
                          GVariant   *parameter)
{
  WeirCanvas *self = WEIR_CANVAS (widget);
  gboolean set = self->selected_block != NULL && weir_breakpoint_get (self->selected_block) == NULL;

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->selected)); i++)
    {
      g_autoptr(WeirBlock) block = g_list_model_get_item (G_LIST_MODEL (self->selected), i);

      if ((weir_breakpoint_get (block) != NULL) != set)
        weir_breakpoint_set (block, set ? "" : NULL);
    }
  weir_canvas_breakpoints_changed (self);
  weir_canvas_announce (self, set ? _("Breakpoint set: a run is held before this block") : _("Breakpoint removed"));
}

static void
toggle_pinned_action (GtkWidget  *widget,
                      const char *name,
                      GVariant   *parameter)
{
  WeirCanvas *self = WEIR_CANVAS (widget);
  gboolean pin = self->selected_block != NULL && !weir_block_get_pinned (self->selected_block);

  weir_workflow_begin_edit (self->workflow, pin ? _("Pin in Place") : _("Unpin"));
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->selected)); i++)
    {
      g_autoptr(WeirBlock) block = g_list_model_get_item (G_LIST_MODEL (self->selected), i);

      weir_workflow_set_pinned (self->workflow, block, pin);
    }
  weir_workflow_end_edit (self->workflow);
  weir_canvas_announce (self, pin ? _("Pinned in place: arranging does not move it") : _("Not pinned any more"));
}

/**
 * weir_canvas_breakpoints_changed:
 * @self: a canvas
 *
 * Shows the breakpoints of its blocks as they are now, and tells whoever keeps them.
 */
void
weir_canvas_breakpoints_changed (WeirCanvas *self)
{
  for (guint i = 0; self->scene != NULL && i < self->scene->cards->len; i++)
    {
      WeirCard *card = g_ptr_array_index (self->scene->cards, i);

      if (!weir_breakpoint_get (card->block) == !card->has_breakpoint)
        continue;
      card->has_breakpoint = !card->has_breakpoint;
      weir_card_drop_nodes (card);
    }
  weir_canvas_accessible_refresh (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
  g_signal_emit_by_name (self, "breakpoints-changed");
}

void
weir_canvas_update_sign_actions (WeirCanvas *self)
{
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "canvas.toggle-breakpoint", self->selected_block != NULL);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "canvas.toggle-pinned",
                                 self->selected_block != NULL && self->editable);
}

void
weir_canvas_install_signs (GtkWidgetClass *klass)
{
  gtk_widget_class_install_action (klass, "canvas.toggle-breakpoint", NULL, toggle_breakpoint_action);
  gtk_widget_class_install_action (klass, "canvas.toggle-pinned", NULL, toggle_pinned_action);
  gtk_widget_class_add_binding_action (klass, GDK_KEY_b, 0, "canvas.toggle-breakpoint", NULL);
  gtk_widget_class_add_binding_action (klass, GDK_KEY_p, 0, "canvas.toggle-pinned", NULL);
}
