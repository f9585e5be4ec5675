/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gi18n-lib.h>

#include "weir-canvas-private.h"
#include "weir-edit-name.h"

#include <math.h>

#define ZOOM_STEP 1.25

/* The selected blocks; borrowed from the model. */
static WeirBlock **
list_selected (WeirCanvas *self,
               guint      *n)
{
  WeirBlock **blocks;

  *n = g_list_model_get_n_items (G_LIST_MODEL (self->selected));
  blocks = g_new (WeirBlock *, *n + 1);
  for (guint i = 0; i < *n; i++)
    {
      blocks[i] = g_list_model_get_item (G_LIST_MODEL (self->selected), i);
      g_object_unref (blocks[i]);
    }
  return blocks;
}

static void
zoom_action (GtkWidget  *widget,
             const char *name,
             GVariant   *parameter)
{
  WeirCanvas *self = WEIR_CANVAS (widget);
  double zoom = weir_canvas_get_zoom (self);

  if (g_str_equal (name, "canvas.zoom-in"))
    weir_canvas_set_zoom (self, zoom * ZOOM_STEP);
  else if (g_str_equal (name, "canvas.zoom-out"))
    weir_canvas_set_zoom (self, zoom / ZOOM_STEP);
  else if (g_str_equal (name, "canvas.zoom-100"))
    weir_canvas_set_zoom (self, weir_canvas_get_unit (self));
  else
    weir_canvas_zoom_to_fit (self);
}

static void
history_action (GtkWidget  *widget,
                const char *name,
                GVariant   *parameter)
{
  WeirCanvas *self = WEIR_CANVAS (widget);
  gboolean undo = g_str_equal (name, "canvas.undo");
  g_autofree char *what = NULL, *text = NULL;

  weir_canvas_cancel_drag (self);
  what = weir_edit_name_to_display (undo ? weir_workflow_get_undo_name (self->workflow) : weir_workflow_get_redo_name (self->workflow));
  if (undo)
    weir_workflow_undo (self->workflow);
  else
    weir_workflow_redo (self->workflow);
  text = g_strdup_printf (undo ? _("Undone: %s") : _("Done again: %s"), what != NULL ? what : "");
  weir_canvas_announce (self, text);
}

static void
select_all_action (GtkWidget  *widget,
                   const char *name,
                   GVariant   *parameter)
{
  WeirCanvas *self = WEIR_CANVAS (widget);
  g_autofree char *text = NULL;

  weir_canvas_clear_selection (self);
  for (guint i = 0; i < weir_graph_get_n_blocks (self->graph); i++)
    weir_canvas_select_block (self, weir_graph_get_block (self->graph, i), TRUE);
  text = g_strdup_printf (ngettext ("%u block selected", "%u blocks selected", weir_graph_get_n_blocks (self->graph)),
                          weir_graph_get_n_blocks (self->graph));
  weir_canvas_announce (self, text);
}

static void
delete_blocks (WeirCanvas *self)
{
  guint n;
  g_autofree WeirBlock **blocks = list_selected (self, &n);
  g_autofree char *name = g_strdup_printf (ngettext ("Delete Block", "Delete %u Blocks", n), n);

  for (guint i = 0; i < n; i++)
    g_object_ref (blocks[i]);
  weir_workflow_begin_edit (self->workflow, name);
  for (guint i = 0; i < n; i++)
    weir_workflow_remove_block (self->workflow, blocks[i]);
  weir_workflow_end_edit (self->workflow);
  for (guint i = 0; i < n; i++)
    g_object_unref (blocks[i]);
  weir_canvas_announce (self, n == 1 ? _("Block deleted") : _("Blocks deleted"));
}

static void
delete_action (GtkWidget  *widget,
               const char *name,
               GVariant   *parameter)
{
  WeirCanvas *self = WEIR_CANVAS (widget);

  if (self->selected_link != NULL)
    {
      weir_workflow_begin_edit (self->workflow, _("Remove Link"));
      weir_workflow_remove_link (self->workflow, self->selected_link);
      weir_workflow_end_edit (self->workflow);
      weir_canvas_announce (self, _("Link removed"));
    }
  else if (self->selected_note != NULL)
    {
      g_autofree char *id = g_strdup (self->selected_note);

      weir_canvas_select_note (self, NULL);
      weir_workflow_begin_edit (self->workflow, _("Delete Note"));
      weir_workflow_remove_note (self->workflow, id);
      weir_workflow_end_edit (self->workflow);
    }
  else if (self->selected_block != NULL)
    delete_blocks (self);
}

static void
copy_to_clipboard (WeirCanvas *self)
{
  guint n;
  g_autofree WeirBlock **blocks = list_selected (self, &n);
  g_autofree char *text = weir_workflow_copy_blocks (self->workflow, blocks, n);

  gdk_clipboard_set_text (gtk_widget_get_clipboard (GTK_WIDGET (self)), text);
}

static void
copy_action (GtkWidget  *widget,
             const char *name,
             GVariant   *parameter)
{
  WeirCanvas *self = WEIR_CANVAS (widget);

  copy_to_clipboard (self);
  if (g_str_equal (name, "canvas.cut"))
    delete_blocks (self);
  else
    weir_canvas_announce (self, _("Copied"));
}

static void
insert_copies (WeirCanvas *self,
               const char *text,
               const char *name,
               double      dx,
               double      dy)
{
  g_autoptr(GPtrArray) copies = NULL;
  g_autoptr(GError) error = NULL;

  weir_workflow_begin_edit (self->workflow, name);
  copies = weir_workflow_paste_blocks (self->workflow, self->graph, text, dx, dy, &error);
  weir_workflow_end_edit (self->workflow);
  if (copies == NULL)
    {
      weir_canvas_say (self, error->message);
      return;
    }
  weir_canvas_clear_selection (self);
  for (guint i = 0; i < copies->len; i++)
    weir_canvas_select_block (self, g_ptr_array_index (copies, i), TRUE);
  if (self->selected_block != NULL)
    weir_canvas_reveal_block (self, self->selected_block);
}

static void
duplicate_action (GtkWidget  *widget,
                  const char *name,
                  GVariant   *parameter)
{
  WeirCanvas *self = WEIR_CANVAS (widget);
  guint n;
  g_autofree WeirBlock **blocks = list_selected (self, &n);
  g_autofree char *text = weir_workflow_copy_blocks (self->workflow, blocks, n);

  insert_copies (self, text, _("Duplicate"), 4 * WEIR_GRID, 4 * WEIR_GRID);
}

static void
clipboard_read_cb (GObject      *source,
                   GAsyncResult *result,
                   gpointer      user_data)
{
  g_autoptr(WeirCanvas) self = user_data;
  g_autoptr(GError) error = NULL;
  g_autofree char *text = gdk_clipboard_read_text_finish (GDK_CLIPBOARD (source), result, &error);

  if (self->graph == NULL || !self->editable)
    return;
  if (text == NULL)
    weir_canvas_say (self, _("There are no blocks to paste"));
  else
    insert_copies (self, text, _("Paste"), 4 * WEIR_GRID, 4 * WEIR_GRID);
}

static void
paste_action (GtkWidget  *widget,
              const char *name,
              GVariant   *parameter)
{
  gdk_clipboard_read_text_async (gtk_widget_get_clipboard (widget), NULL, clipboard_read_cb, g_object_ref (widget));
}

static void
arrange_action (GtkWidget  *widget,
                const char *name,
                GVariant   *parameter)
{
  weir_canvas_arrange (WEIR_CANVAS (widget));
}

static void
open_action (GtkWidget  *widget,
             const char *name,
             GVariant   *parameter)
{
  WeirCanvas *self = WEIR_CANVAS (widget);

  if (self->selected_block != NULL)
    weir_canvas_open_block (self, self->selected_block);
}

static void
add_block_action (GtkWidget  *widget,
                  const char *name,
                  GVariant   *parameter)
{
  WeirCanvas *self = WEIR_CANVAS (widget);
  double x, y;

  weir_canvas_get_insert_point (self, &x, &y);
  weir_canvas_request_block (self, x, y, NULL, NULL);
}

static void
add_note_action (GtkWidget  *widget,
                 const char *name,
                 GVariant   *parameter)
{
  WeirCanvas *self = WEIR_CANVAS (widget);
  g_autofree char *id = g_uuid_string_random ();
  WeirNote note = { .text = (char *) _("# Note\nDouble-click to write."), .width = 208, .height = 88 };

  /* Short and legible in the file: the first group of the UUID is plenty among a few notes. */
  id[8] = '\0';
  note.id = id;
  weir_canvas_get_insert_point (self, &note.x, &note.y);
  weir_workflow_begin_edit (self->workflow, _("Add Note"));
  weir_workflow_set_note (self->workflow, &note);
  weir_workflow_end_edit (self->workflow);
  weir_canvas_select_note (self, id);
}

static void
note_action (GtkWidget  *widget,
             const char *name,
             GVariant   *parameter)
{
  WeirCanvas *self = WEIR_CANVAS (widget);

  for (guint i = 0; self->selected_note != NULL && i < self->scene->stickies->len; i++)
    {
      WeirSticky *sticky = g_ptr_array_index (self->scene->stickies, i);
      WeirNote note = { .id = sticky->id, .text = sticky->text, .x = sticky->rect.origin.x,
                        .y = sticky->rect.origin.y, .width = sticky->rect.size.width, .height = sticky->height,
                        .colour = sticky->colour, .frame = sticky->frame, .collapsed = sticky->collapsed };

      if (!g_str_equal (sticky->id, self->selected_note))
        continue;
      if (parameter != NULL)
        note.colour = g_str_equal (g_variant_get_string (parameter, NULL), "yellow") && !note.frame
                        ? NULL
                        : (char *) g_variant_get_string (parameter, NULL);
      else if (g_str_equal (name, "canvas.note-fold"))
        note.collapsed = !note.collapsed;
      else
        note.frame = !note.frame;
      weir_workflow_begin_edit (self->workflow, _("Change Note"));
      weir_workflow_set_note (self->workflow, &note);
      weir_workflow_end_edit (self->workflow);
      return;
    }
}

static void
toggle_enabled_action (GtkWidget  *widget,
                       const char *name,
                       GVariant   *parameter)
{
  WeirCanvas *self = WEIR_CANVAS (widget);
  guint n;
  g_autofree WeirBlock **blocks = list_selected (self, &n);
  gboolean enable = n > 0 && !weir_block_get_enabled (blocks[0]);

  weir_workflow_begin_edit (self->workflow, enable ? _("Turn On") : _("Turn Off"));
  for (guint i = 0; i < n; i++)
    weir_workflow_set_enabled (self->workflow, blocks[i], enable);
  weir_workflow_end_edit (self->workflow);
  weir_canvas_announce (self, enable ? _("Turned on") : _("Turned off"));
}

static void
remove_condition_action (GtkWidget  *widget,
                         const char *name,
                         GVariant   *parameter)
{
  WeirCanvas *self = WEIR_CANVAS (widget);

  if (self->selected_link == NULL)
    return;
  weir_workflow_begin_edit (self->workflow, _("Remove Condition"));
  weir_workflow_set_when (self->workflow, self->selected_link, NULL);
  weir_workflow_end_edit (self->workflow);
  weir_canvas_update_actions (self);
}

static void
reveal_action (GtkWidget  *widget,
               const char *name,
               GVariant   *parameter)
{
  WeirCanvas *self = WEIR_CANVAS (widget);
  WeirBlock *block = weir_workflow_find_block (self->workflow, g_variant_get_string (parameter, NULL));

  if (block == NULL)
    return;
  weir_canvas_select_block (self, block, FALSE);
  weir_canvas_reveal_block (self, block);
}

static void
zoom_selection_action (GtkWidget  *widget,
                       const char *name,
                       GVariant   *parameter)
{
  WeirCanvas *self = WEIR_CANVAS (widget);
  graphene_rect_t all;
  guint n;
  g_autofree WeirBlock **blocks = list_selected (self, &n);

  for (guint i = 0; i < n; i++)
    {
      const graphene_rect_t *rect = &weir_scene_find_card (self->scene, blocks[i])->indexed.bounds;

      if (i == 0)
        all = *rect;
      else
        graphene_rect_union (&all, rect, &all);
    }
  if (n > 0)
    weir_viewport_fit (self->viewport, &all, 48);
}

static void
add_dot_action (GtkWidget  *widget,
                const char *name,
                GVariant   *parameter)
{
  WeirCanvas *self = WEIR_CANVAS (widget);
  WeirWire *wire = self->selected_link != NULL ? weir_scene_find_wire (self->scene, self->selected_link) : NULL;
  graphene_point_t at;
  WeirBlock *dot;

  if (wire == NULL)
    return;
  at = self->menu != NULL && gtk_widget_get_visible (self->menu) ? GRAPHENE_POINT_INIT (self->menu_x, self->menu_y)
                                                                 : wire->path[wire->n_path / 2];
  weir_workflow_begin_edit (self->workflow, _("Add Dot"));
  dot = weir_canvas_put_dot (self, self->selected_link, at.x, at.y);
  weir_workflow_end_edit (self->workflow);
  if (dot != NULL)
    weir_canvas_select_block (self, dot, FALSE);
}

void
weir_canvas_install_actions (GtkWidgetClass *klass)
{
  static const struct { const char *name; GtkWidgetActionActivateFunc activate; } actions[] = {
    { "canvas.zoom-in", zoom_action }, { "canvas.zoom-out", zoom_action }, { "canvas.zoom-100", zoom_action },
    { "canvas.zoom-fit", zoom_action }, { "canvas.undo", history_action }, { "canvas.redo", history_action },
    { "canvas.select-all", select_all_action }, { "canvas.delete", delete_action }, { "canvas.copy", copy_action },
    { "canvas.cut", copy_action }, { "canvas.paste", paste_action }, { "canvas.duplicate", duplicate_action },
    { "canvas.arrange", arrange_action }, { "canvas.open", open_action }, { "canvas.add-block", add_block_action },
    { "canvas.add-note", add_note_action }, { "canvas.toggle-enabled", toggle_enabled_action },
    { "canvas.remove-condition", remove_condition_action },
    { "canvas.zoom-selection", zoom_selection_action }, { "canvas.add-dot", add_dot_action },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (actions); i++)
    gtk_widget_class_install_action (klass, actions[i].name, NULL, actions[i].activate);
  gtk_widget_class_install_action (klass, "canvas.note-colour", "s", note_action);
  gtk_widget_class_install_action (klass, "canvas.note-fold", NULL, note_action);
  gtk_widget_class_install_action (klass, "canvas.note-frame", NULL, note_action);
  gtk_widget_class_install_action (klass, "canvas.reveal", "s", reveal_action);
}

void
weir_canvas_update_actions (WeirCanvas *self)
{
  GtkWidget *widget = GTK_WIDGET (self);
  gboolean has_block = self->selected_block != NULL, editable = self->editable && self->graph != NULL;
  gboolean has_any = has_block || self->selected_link != NULL || self->selected_note != NULL;
  gboolean root = self->graph != NULL && self->graph == weir_workflow_get_graph (self->workflow);

  gtk_widget_action_set_enabled (widget, "canvas.delete", editable && has_any);
  gtk_widget_action_set_enabled (widget, "canvas.note-colour", editable && self->selected_note != NULL);
  gtk_widget_action_set_enabled (widget, "canvas.note-fold", editable && self->selected_note != NULL);
  gtk_widget_action_set_enabled (widget, "canvas.note-frame", editable && self->selected_note != NULL);
  gtk_widget_action_set_enabled (widget, "canvas.copy", has_block);
  gtk_widget_action_set_enabled (widget, "canvas.zoom-selection", has_block);
  gtk_widget_action_set_enabled (widget, "canvas.add-dot", editable && self->selected_link != NULL);
  gtk_widget_action_set_enabled (widget, "canvas.align", editable && has_block);
  gtk_widget_action_set_enabled (widget, "canvas.distribute", editable && has_block);
  gtk_widget_action_set_enabled (widget, "canvas.link-selection", editable && has_block);
  gtk_widget_action_set_enabled (widget, "canvas.take-out", editable && has_block);
  gtk_widget_action_set_enabled (widget, "canvas.delete-and-reconnect", editable && has_block);
  gtk_widget_action_set_enabled (widget, "canvas.cut", editable && has_block);
  gtk_widget_action_set_enabled (widget, "canvas.paste", editable);
  gtk_widget_action_set_enabled (widget, "canvas.duplicate", editable && has_block);
  gtk_widget_action_set_enabled (widget, "canvas.toggle-enabled", editable && has_block);
  gtk_widget_action_set_enabled (widget, "canvas.connect", editable && has_block);
  weir_canvas_update_portal_actions (self, editable);
  weir_canvas_update_sign_actions (self);
  gtk_widget_action_set_enabled (widget, "canvas.follow-forward", has_block);
  gtk_widget_action_set_enabled (widget, "canvas.follow-back", has_block);
  gtk_widget_action_set_enabled (widget, "canvas.follow-next", has_block);
  gtk_widget_action_set_enabled (widget, "canvas.follow-previous", has_block);
  gtk_widget_action_set_enabled (widget, "canvas.open",
                                 has_block && weir_block_get_body (self->selected_block) != NULL);
  gtk_widget_action_set_enabled (widget, "canvas.remove-condition",
                                 editable && self->selected_link != NULL
                                   && weir_link_get_when (self->selected_link) != NULL);
  gtk_widget_action_set_enabled (widget, "canvas.add-block", editable);
  gtk_widget_action_set_enabled (widget, "canvas.add-note", editable && root);
  gtk_widget_action_set_enabled (widget, "canvas.arrange", editable);
  gtk_widget_action_set_enabled (widget, "canvas.select-all", self->graph != NULL);
  gtk_widget_action_set_enabled (widget, "canvas.reveal", self->graph != NULL);
  gtk_widget_action_set_enabled (widget, "canvas.undo", editable && weir_workflow_can_undo (self->workflow));
  gtk_widget_action_set_enabled (widget, "canvas.redo", editable && weir_workflow_can_redo (self->workflow));
}

/* Where to put what has no place of its own: the pointer when it is over the canvas, else a free place in the middle.
 * */
void
weir_canvas_get_insert_point (WeirCanvas *self,
                              double     *x,
                              double     *y)
{
  if (self->menu != NULL && gtk_widget_get_visible (self->menu))
    {
      *x = weir_canvas_snap (self->menu_x);
      *y = weir_canvas_snap (self->menu_y);
    }
  else
    weir_canvas_find_free_place (self, x, y);
}

void
weir_canvas_find_free_place (WeirCanvas *self,
                             double     *x,
                             double     *y)
{
  graphene_rect_t visible;
  g_autoptr(GPtrArray) found = g_ptr_array_new ();

  g_return_if_fail (WEIR_IS_CANVAS (self));
  weir_viewport_get_visible (self->viewport, &visible);
  *x = weir_canvas_snap (visible.origin.x + visible.size.width / 2 - WEIR_CARD_WIDTH / 2);
  *y = weir_canvas_snap (visible.origin.y + visible.size.height / 2 - 48);
  for (guint tries = 0; self->scene != NULL && tries < 200; tries++)
    {
      g_ptr_array_set_size (found, 0);
      weir_canvas_index_query (self->scene->card_index, &GRAPHENE_RECT_INIT (*x - 8, *y - 8, WEIR_CARD_WIDTH + 16, 116),
                               found);
      if (found->len == 0)
        return;
      *y += 3 * WEIR_GRID;
    }
}

WeirBlock *
weir_canvas_add_kind_at (WeirCanvas *self,
                         const char *kind,
                         double      x,
                         double      y)
{
  return weir_canvas_add_kind_from (self, kind, x, y, NULL, NULL);
}

static void
link_new_block (WeirCanvas *self,
                WeirBlock  *block,
                WeirBlock  *from,
                const char *port)
{
  WeirCard *card = weir_scene_find_card (self->scene, from), *added = weir_scene_find_card (self->scene, block);
  const WeirPin *pin = card != NULL ? weir_card_find_pin (card, port, FALSE) : NULL;

  if (card != NULL && pin == NULL)
    pin = weir_card_find_pin (card, port, TRUE);
  for (guint i = 0; pin != NULL && i < added->pins->len; i++)
    {
      const WeirPin *to = &g_array_index (added->pins, WeirPin, i);

      if (weir_canvas_can_join (self, card, pin, added, to, NULL))
        {
          weir_canvas_join (self, card, pin, added, to);
          return;
        }
    }
}

WeirBlock *
weir_canvas_add_kind_from (WeirCanvas *self,
                           const char *kind,
                           double      x,
                           double      y,
                           WeirBlock  *from,
                           const char *port)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *text = NULL;
  WeirBlock *block;

  g_return_val_if_fail (WEIR_IS_CANVAS (self) && self->graph != NULL && kind != NULL, NULL);

  weir_workflow_begin_edit (self->workflow, _("Add Block"));
  block = weir_workflow_add_block (self->workflow, self->graph, NULL, kind, NULL, weir_canvas_snap (x),
                                   weir_canvas_snap (y), &error);
  if (block != NULL && from != NULL && port != NULL)
    link_new_block (self, block, from, port);
  weir_workflow_end_edit (self->workflow);
  if (block == NULL)
    {
      weir_canvas_say (self, error->message);
      return NULL;
    }
  weir_canvas_select_block (self, block, FALSE);
  /* A block is put where there is room, which may be out of sight. */
  weir_canvas_reveal_block (self, block);
  text = g_strdup_printf (_("Added %s"), weir_block_get_title (block));
  weir_canvas_announce (self, text);
  return block;
}
