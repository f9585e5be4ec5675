/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gi18n-lib.h>

#include "weir-canvas-private.h"
#include "weir-canvas-signs.h"

static void
append_section (GMenu      *menu,
                const char *first,
                ...) G_GNUC_NULL_TERMINATED;

/* Pairs of label and action. */
static void
append_section (GMenu      *menu,
                const char *first,
                ...)
{
  g_autoptr(GMenu) section = g_menu_new ();
  va_list args;

  va_start (args, first);
  for (const char *label = first; label != NULL; label = va_arg (args, const char *))
    g_menu_append (section, label, va_arg (args, const char *));
  va_end (args);
  g_menu_append_section (menu, NULL, G_MENU_MODEL (section));
}

/* For more than one block. */
static void
append_alignments (GMenu *menu)
{
  g_autoptr(GMenu) align = g_menu_new ();

  append_section (align, _("_Left"), "canvas.align::left", _("_Center"), "canvas.align::center", _("_Right"),
                  "canvas.align::right", NULL);
  append_section (align, _("_Top"), "canvas.align::top", _("_Middle"), "canvas.align::middle", _("_Bottom"),
                  "canvas.align::bottom", NULL);
  append_section (align, _("Distribute _Across"), "canvas.distribute::across", _("Distribute _Down"),
                  "canvas.distribute::down", NULL);
  g_menu_append_submenu (menu, _("_Align"), G_MENU_MODEL (align));
  append_section (menu, _("Li_nk in a Row"), "canvas.link-selection", _("A_rrange"), "canvas.arrange", NULL);
}

/* Beyond the block itself. */
static void
append_ways (GMenu *menu)
{
  g_autoptr(GMenu) ways = g_menu_new ();

  append_section (ways, _("_Forward"), "canvas.follow-forward", _("_Back"), "canvas.follow-back", NULL);
  append_section (ways, _("_Next Branch"), "canvas.follow-next", _("_Previous Branch"), "canvas.follow-previous",
                  NULL);
  g_menu_append_submenu (menu, _("Follow a Lin_k"), G_MENU_MODEL (ways));
}

/**
 * weir_canvas_make_block_menu:
 * @self: a canvas with a selected block
 *
 * Returns: (transfer full): all that can be done with it, by actions of the canvas and of the page around it
 */
GMenuModel *
weir_canvas_make_block_menu (WeirCanvas *self)
{
  GMenu *menu = g_menu_new ();

  if (weir_block_get_body (self->selected_block) != NULL)
    append_section (menu, _("_Open"), "canvas.open", NULL);
  append_section (menu, _("_Link to…"), "canvas.connect",
                  weir_block_get_enabled (self->selected_block) ? _("Turn _Off") : _("Turn _On"),
                  "canvas.toggle-enabled",
                  weir_breakpoint_get (self->selected_block) == NULL ? _("Set _Breakpoint") : _("Remove _Breakpoint"),
                  "canvas.toggle-breakpoint",
                  weir_block_get_pinned (self->selected_block) ? _("Un_pin") : _("_Pin in Place"), "canvas.toggle-pinned",
                  NULL);
  append_ways (menu);
  if (g_str_equal (weir_block_get_kind_id (self->selected_block), "flow.portal"))
    append_section (menu, _("_Jump to the Other Portal"), "canvas.jump", _("Link Without _Portals"), "canvas.to-link", NULL);
  /* Of the page around, while it shows a run that is over. */
  append_section (menu, _("Run _From Here…"), "run.from-selected", _("Run Onl_y This…"), "run.only-selected", NULL);
  append_section (menu, _("Cu_t"), "canvas.cut", _("_Copy"), "canvas.copy", _("D_uplicate"), "canvas.duplicate",
                  NULL);
  if (g_list_model_get_n_items (G_LIST_MODEL (self->selected)) > 1)
    append_alignments (menu);
  /* Of the page around. */
  if (g_str_equal (weir_block_get_kind_id (self->selected_block), "flow.subworkflow"))
    append_section (menu, _("Un_pack"), "edit.unpack", _("Compare _Versions…"), "edit.follow-version", NULL);
  append_section (menu, _("_Make Block from Selection…"), "edit.make-block", NULL);
  append_section (menu, _("_Take Out of Links"), "canvas.take-out", _("_Delete"), "canvas.delete",
                  _("Delete and _Reconnect"), "canvas.delete-and-reconnect", NULL);
  return G_MENU_MODEL (menu);
}

static GMenuModel *
make_link_menu (void)
{
  GMenu *menu = g_menu_new ();

  append_section (menu, _("Add _Dot"), "canvas.add-dot", _("Link Through _Portals"), "canvas.to-portals", NULL);
  append_section (menu, _("Remove _Condition"), "canvas.remove-condition", _("_Remove Link"), "canvas.delete", NULL);
  return G_MENU_MODEL (menu);
}

static GMenuModel *
make_note_menu (void)
{
  GMenu *menu = g_menu_new ();
  g_autoptr(GMenu) colours = g_menu_new ();

  append_section (colours, _("_Yellow"), "canvas.note-colour::yellow", _("_Blue"), "canvas.note-colour::blue",
                  _("_Green"), "canvas.note-colour::green", _("_Orange"), "canvas.note-colour::orange", _("_Pink"),
                  "canvas.note-colour::pink", _("P_urple"), "canvas.note-colour::purple", _("G_rey"),
                  "canvas.note-colour::grey", NULL);
  g_menu_append_submenu (menu, _("_Colour"), G_MENU_MODEL (colours));
  append_section (menu, _("_Fold or Unfold"), "canvas.note-fold", _("As a _Frame or as a Note"), "canvas.note-frame",
                  NULL);
  append_section (menu, _("_Delete Note"), "canvas.delete", NULL);
  return G_MENU_MODEL (menu);
}

static void
append_link_styles (GMenu *menu)
{
  g_autoptr(GMenu) styles = g_menu_new ();

  append_section (styles, _("_Curved"), "canvas.link-style::curved", _("_Right-Angled"),
                  "canvas.link-style::right-angled", _("_Straight"), "canvas.link-style::straight", NULL);
  g_menu_append_submenu (menu, _("_Links"), G_MENU_MODEL (styles));
}

static GMenuModel *
make_canvas_menu (void)
{
  GMenu *menu = g_menu_new ();

  append_section (menu, _("_Add Block…"), "canvas.add-block", _("Add _Note"), "canvas.add-note", _("_Paste"),
                  "canvas.paste", NULL);
  append_section (menu, _("_Undo"), "canvas.undo", _("Re_do"), "canvas.redo", NULL);
  append_section (menu, _("_Select All"), "canvas.select-all", _("_Gather on the Way"), "canvas.gather",
                  _("A_rrange"), "canvas.arrange", NULL);
  append_link_styles (menu);
  append_section (menu, _("Zoom _In"), "canvas.zoom-in", _("Zoom O_ut"), "canvas.zoom-out", _("Zoom to _Fit"),
                  "canvas.zoom-fit", _("Zoom to Se_lection"), "canvas.zoom-selection", _("_Original Size"),
                  "canvas.zoom-100", NULL);
  return G_MENU_MODEL (menu);
}

/* What is pressed becomes the selection, as the menu is about it. */
static GMenuModel *
select_for_menu (WeirCanvas *self,
                 double      view_x,
                 double      view_y)
{
  WeirCard *card;
  WeirWire *wire;
  WeirSticky *sticky;
  double x, y;

  weir_viewport_to_plane (self->viewport, view_x, view_y, &x, &y);
  card = weir_scene_card_at (self->scene, x, y);
  wire = card == NULL ? weir_scene_wire_at (self->scene, x, y, 6 / weir_viewport_get_zoom (self->viewport)) : NULL;
  sticky = weir_scene_sticky_at (self->scene, x, y);
  if (card != NULL)
    {
      if (!card->selected)
        weir_canvas_select_block (self, card->block, FALSE);
      return weir_canvas_make_block_menu (self);
    }
  if (wire != NULL)
    {
      weir_canvas_select_link (self, wire->link);
      return make_link_menu ();
    }
  if (sticky != NULL)
    {
      weir_canvas_select_note (self, sticky->id);
      return make_note_menu ();
    }
  weir_canvas_clear_selection (self);
  return make_canvas_menu ();
}

/**
 * weir_canvas_add_menus:
 * @self: a canvas
 * @menus: (element-type GMenuModel): where to add them
 *
 * Adds all menus that could be asked for now: of what is selected and of the canvas itself.
 */
void
weir_canvas_add_menus (WeirCanvas *self,
                       GPtrArray  *menus)
{
  if (self->selected_block != NULL)
    g_ptr_array_add (menus, weir_canvas_make_block_menu (self));
  if (self->selected_link != NULL)
    g_ptr_array_add (menus, make_link_menu ());
  if (self->selected_note != NULL)
    g_ptr_array_add (menus, make_note_menu ());
  g_ptr_array_add (menus, make_canvas_menu ());
}

/* One popover for all menus of the canvas. In view coordinates. */
void
weir_canvas_popup_model (WeirCanvas *self,
                         GMenuModel *model,
                         double      view_x,
                         double      view_y)
{
  if (self->menu == NULL)
    {
      self->menu = gtk_popover_menu_new_from_model (model);
      gtk_popover_set_has_arrow (GTK_POPOVER (self->menu), FALSE);
      gtk_widget_set_halign (self->menu, GTK_ALIGN_START);
      gtk_widget_set_parent (self->menu, GTK_WIDGET (self));
    }
  else
    gtk_popover_menu_set_menu_model (GTK_POPOVER_MENU (self->menu), model);
  gtk_popover_set_pointing_to (GTK_POPOVER (self->menu), &(GdkRectangle) { (int) view_x, (int) view_y, 1, 1 });
  gtk_popover_popup (GTK_POPOVER (self->menu));
}

/**
 * weir_canvas_popup_menu:
 * @self: a canvas
 * @view_x: where it was asked for, or -1 for the keyboard: then at the selected block
 * @view_y: see @view_x
 */
void
weir_canvas_popup_menu (WeirCanvas *self,
                        double      view_x,
                        double      view_y)
{
  g_autoptr(GMenuModel) model = NULL;
  graphene_rect_t bounds;

  if (self->scene == NULL)
    return;
  if (view_x < 0)
    {
      if (self->selected_block != NULL && weir_canvas_get_block_bounds (self, self->selected_block, &bounds))
        {
          view_x = bounds.origin.x + bounds.size.width / 2;
          view_y = bounds.origin.y + bounds.size.height / 2;
        }
      else
        {
          view_x = gtk_widget_get_width (GTK_WIDGET (self)) / 2;
          view_y = gtk_widget_get_height (GTK_WIDGET (self)) / 2;
        }
    }
  weir_viewport_to_plane (self->viewport, view_x, view_y, &self->menu_x, &self->menu_y);
  model = select_for_menu (self, view_x, view_y);
  weir_canvas_popup_model (self, model, view_x, view_y);
}

/* Notes are written in a popover over them. */

static void
note_editor_closed_cb (GtkPopover *popover,
                       WeirCanvas *self)
{
  GtkTextView *text_view = g_object_get_data (G_OBJECT (popover), "text-view");
  const char *id = g_object_get_data (G_OBJECT (popover), "note");
  g_autofree char *text = NULL;

  g_object_get (gtk_text_view_get_buffer (text_view), "text", &text, NULL);
  for (guint i = 0; self->workflow != NULL && i < weir_workflow_get_n_notes (self->workflow); i++)
    {
      WeirNote note = *weir_workflow_get_note (self->workflow, i);
      g_autofree char *kept_id = g_strdup (note.id), *colour = g_strdup (note.colour);

      if (!g_str_equal (note.id, id) || g_strcmp0 (note.text, text) == 0)
        continue;
      note.id = kept_id;
      note.colour = colour;
      note.text = text;
      weir_workflow_begin_edit (self->workflow, _("Edit Note"));
      weir_workflow_set_note (self->workflow, &note);
      weir_workflow_end_edit (self->workflow);
      break;
    }
  gtk_widget_grab_focus (GTK_WIDGET (self));
}

void
weir_canvas_edit_note (WeirCanvas *self,
                       WeirSticky *sticky)
{
  GtkWidget *scrolled = gtk_scrolled_window_new (), *text_view = gtk_text_view_new ();
  double x, y, zoom = weir_viewport_get_zoom (self->viewport);

  if (!self->editable)
    return;
  g_clear_pointer (&self->note_editor, gtk_widget_unparent);
  gtk_text_buffer_set_text (gtk_text_view_get_buffer (GTK_TEXT_VIEW (text_view)), sticky->text, -1);
  gtk_text_view_set_wrap_mode (GTK_TEXT_VIEW (text_view), GTK_WRAP_WORD_CHAR);
  gtk_text_view_set_accepts_tab (GTK_TEXT_VIEW (text_view), FALSE);
  g_object_set (text_view, "top-margin", 6, "bottom-margin", 6, "left-margin", 6, "right-margin", 6, NULL);
  gtk_accessible_update_property (GTK_ACCESSIBLE (text_view), GTK_ACCESSIBLE_PROPERTY_LABEL, _("Text of the note"),
                                  -1);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), text_view);
  gtk_widget_set_size_request (scrolled, 260, 160);

  self->note_editor = gtk_popover_new ();
  gtk_popover_set_child (GTK_POPOVER (self->note_editor), scrolled);
  g_object_set_data (G_OBJECT (self->note_editor), "text-view", text_view);
  g_object_set_data_full (G_OBJECT (self->note_editor), "note", g_strdup (sticky->id), g_free);
  g_signal_connect (self->note_editor, "closed", G_CALLBACK (note_editor_closed_cb), self);
  gtk_widget_set_parent (self->note_editor, GTK_WIDGET (self));
  weir_viewport_to_view (self->viewport, sticky->rect.origin.x, sticky->rect.origin.y, &x, &y);
  gtk_popover_set_pointing_to (GTK_POPOVER (self->note_editor),
                               &(GdkRectangle) { (int) x, (int) y, (int) (sticky->rect.size.width * zoom),
                                                 (int) (sticky->rect.size.height * zoom) });
  gtk_popover_popup (GTK_POPOVER (self->note_editor));
  gtk_widget_grab_focus (text_view);
}
