/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gi18n-lib.h>

#include "weir-canvas-signs.h"

#define RADIUS 9.0
/* Room for the ring and the shadow around a card. */
#define PINS_TOP (WEIR_CARD_HEADER)

/* There are few types, and thousands of ports. */
static const char *
type_family (const char *type_text)
{
  static GHashTable *families; /* of interned family, by interned text; main thread */
  g_autoptr(WeirType) type = NULL;
  const char *family;

  if (type_text == NULL)
    return "any";
  if (families == NULL)
    families = g_hash_table_new (g_str_hash, g_str_equal);
  family = g_hash_table_lookup (families, type_text);
  if (family != NULL)
    return family;
  type = weir_type_parse (type_text, NULL);
  family = type != NULL ? g_intern_string (weir_type_get_family (type)) : "any";
  g_hash_table_insert (families, (gpointer) g_intern_string (type_text), (gpointer) family);
  return family;
}

static void
add_pin (WeirCard       *self,
         const WeirPort *port,
         gboolean        input,
         double          x,
         double          y)
{
  WeirPin pin = {
    .name = g_intern_string (port->name),
    .title = g_intern_string (port->title != NULL ? port->title : port->name),
    .type = g_intern_string (port->type != NULL ? port->type : "any"),
    .family = type_family (port->type),
    .x = x,
    .y = y,
    .input = input,
    .side = port->side,
  };

  g_array_append_val (self->pins, pin);
}

static void
add_implicit_pin (WeirCard   *self,
                  const char *name,
                  const char *title,
                  const char *type,
                  gboolean    input,
                  double      x,
                  double      y)
{
  WeirPin pin = {
    .name = g_intern_static_string (name),
    .title = title,
    .type = type,
    .family = type_family (type),
    .x = x,
    .y = y,
    .input = input,
    .implicit = TRUE,
  };

  g_array_append_val (self->pins, pin);
}

static void
mark_linked_pins (WeirCard  *self,
                  WeirGraph *graph)
{
  guint n_from, n_to;
  WeirLink **from = weir_graph_get_links_from (graph, self->block, &n_from);
  WeirLink **to = weir_graph_get_links_to (graph, self->block, &n_to);

  for (guint p = 0; p < self->pins->len; p++)
    {
      WeirPin *pin = &g_array_index (self->pins, WeirPin, p);

      pin->linked = FALSE;
      for (guint i = 0; i < (pin->input ? n_to : n_from) && !pin->linked; i++)
        pin->linked = g_str_equal (pin->input ? weir_link_get_target_port (to[i]) : weir_link_get_source_port (from[i]),
                                   pin->name);
    }
}

/* A portal that nobody has given a name only leads a link another way. */
static gboolean
is_dot (WeirBlock *block)
{
  const char *name;

  if (!g_str_equal (weir_block_get_kind_id (block), "flow.portal") || weir_block_get_label (block) != NULL)
    return FALSE;
  name = weir_value_get_member_text (weir_block_get_config (block), "name", NULL);
  return name == NULL || name[0] == '\0';
}

/**
 * weir_card_lay_out:
 * @self: a card
 * @graph: the graph of its block
 *
 * Works out size and ports from the block as it is now. Leaves the place in the index to the scene.
 */
void
weir_card_lay_out (WeirCard  *self,
                   WeirGraph *graph)
{
  WeirPortList *ports = weir_block_get_ports (self->block);
  guint n_inputs = ports != NULL ? ports->inputs->len : 0;
  guint n_outputs = ports != NULL ? ports->outputs->len : 0;
  guint n_rows = MAX (MAX (n_inputs, n_outputs), 1);
  double x, y, width, height, top = PINS_TOP;

  weir_block_get_position (self->block, &x, &y);
  graphene_rect_init (&self->indexed.bounds, x, y, WEIR_CARD_WIDTH,
                      WEIR_CARD_HEADER + n_rows * WEIR_CARD_ROW + 6 + WEIR_CARD_FOOTER);
  self->dot = is_dot (self->block);
  if (weir_block_get_body (self->block) != NULL)
    {
      weir_frame_lay_out (self);
      top = 32;
    }
  else if (self->dot)
    {
      self->indexed.bounds.size = GRAPHENE_SIZE_INIT (WEIR_DOT_SIZE, WEIR_DOT_SIZE);
      top = WEIR_DOT_SIZE / 2 - WEIR_CARD_ROW / 2;
    }
  width = self->indexed.bounds.size.width;
  height = self->indexed.bounds.size.height;

  g_array_set_size (self->pins, 0);
  for (guint i = 0; i < n_inputs; i++)
    add_pin (self, &g_array_index (ports->inputs, WeirPort, i), TRUE, 0, top + (i + 0.5) * WEIR_CARD_ROW);
  for (guint i = 0; i < n_outputs; i++)
    add_pin (self, &g_array_index (ports->outputs, WeirPort, i), FALSE, width, top + (i + 0.5) * WEIR_CARD_ROW);
  if (self->dot)
    {
      /* One rim for all of them. */
      add_implicit_pin (self, "run", _("run"), "any", TRUE, 0, height / 2);
      add_implicit_pin (self, "done", _("done"), "null", FALSE, width, height / 2);
      add_implicit_pin (self, "error", _("error"), "error", FALSE, width, height / 2);
      mark_linked_pins (self, graph);
      return;
    }
  add_implicit_pin (self, "run", _("run"), "any", TRUE, 0, 18);
  add_implicit_pin (self, "done", _("done"), "null", FALSE, width, 18);
  add_implicit_pin (self, "error", _("error"), "error", FALSE, width, height - WEIR_CARD_FOOTER / 2);
  mark_linked_pins (self, graph);
}

const WeirPin *
weir_card_find_pin (WeirCard   *self,
                    const char *name,
                    gboolean    input)
{
  for (guint i = 0; i < self->pins->len; i++)
    {
      const WeirPin *pin = &g_array_index (self->pins, WeirPin, i);

      if (!pin->input == !input && pin->name[0] == name[0] && g_str_equal (pin->name, name))
        return pin;
    }
  return NULL;
}

void
weir_card_drop_placed (WeirCard *self)
{
  weir_card_touch (self);
  for (int i = 0; i < WEIR_N_LODS; i++)
    g_clear_pointer (&self->placed[i], gsk_render_node_unref);
}

void
weir_card_touch (WeirCard *self)
{
  graphene_rect_t around = self->indexed.bounds;

  /* With the ring of a selected one. */
  graphene_rect_inset (&around, -16, -16);
  weir_tiles_invalidate (self->scene->tiles, &around);
}

void
weir_card_drop_nodes (WeirCard *self)
{
  weir_card_drop_placed (self);
  for (int i = 0; i < WEIR_N_LODS; i++)
    g_clear_pointer (&self->content[i], gsk_render_node_unref);
}

/* A block that had no part in the run stands back. */
static gboolean
is_faded (WeirCard *self)
{
  return !weir_block_get_enabled (self->block) || weir_mark_is_same (self->block)
         || (self->shown && (self->summary.status == WEIR_STEP_SKIPPED || self->summary.status == WEIR_STEP_PENDING));
}

static GdkRGBA
fade (const WeirCanvasPalette *palette,
      gboolean                 faded,
      const GdkRGBA           *colour)
{
  return faded ? weir_canvas_mix (colour, &palette->background, palette->high_contrast ? 0.3 : 0.5) : *colour;
}

/* Collections are square, single things round. */
static gboolean
family_is_collection (const char *family)
{
  return g_str_equal (family, "list") || g_str_equal (family, "table") || g_str_equal (family, "stream")
         || g_str_equal (family, "any") || g_str_equal (family, "record") || g_str_equal (family, "json");
}

void
weir_card_draw_pin (GtkSnapshot   *snapshot,
                    WeirPainter   *painter,
                    const WeirPin *pin,
                    double         size,
                    gboolean       faded)
{
  GdkRGBA hue = weir_canvas_port_colour (pin->family), colour = fade (painter->palette, faded, &hue);
  graphene_rect_t rect = GRAPHENE_RECT_INIT (pin->x - size / 2, pin->y - size / 2, size, size);
  double radius = family_is_collection (pin->family) ? 1.5 : size / 2;
  graphene_rect_t around = rect;

  graphene_rect_inset (&around, -1, -1);
  weir_painter_fill_rounded (snapshot, &around, radius + 1, &painter->palette->card);
  weir_painter_fill_rounded (snapshot, &rect, radius, &colour);
}

static const char *
kind_icon (WeirBlock *block)
{
  const WeirBlockKind *kind = weir_block_get_kind (block);

  return kind != NULL ? kind->icon : "dialog-question-symbolic";
}

static void
draw_tile (WeirCard    *self,
           WeirPainter *painter,
           GtkSnapshot *snapshot,
           double       x,
           double       y,
           double       size,
           gboolean     faded)
{
  const WeirCanvasPalette *palette = painter->palette;
  GdkRGBA hue = weir_canvas_kind_colour (weir_block_get_kind_id (self->block));
  GdkRGBA tint = weir_canvas_mix (&palette->card, &hue, palette->dark ? 0.26 : 0.16);
  GdkRGBA ink = fade (painter->palette, faded, &hue);
  double icon = size * 0.54;

  tint = fade (painter->palette, faded, &tint);
  weir_painter_fill_rounded (snapshot, &GRAPHENE_RECT_INIT (x, y, size, size), size * 0.22, &tint);
  weir_painter_draw_icon (painter, snapshot, kind_icon (self->block), weir_canvas_family_icon (weir_block_get_kind_id (self->block)), &ink,
                          x + (size - icon) / 2, y + (size - icon) / 2, icon);
}

static void
draw_badge (WeirCard    *self,
            WeirPainter *painter,
            GtkSnapshot *snapshot,
            double       x,
            double       y,
            double       size)
{
  WeirMarkKind mark;
  gboolean marked = weir_mark_get (self->block, &mark, NULL);
  GdkRGBA colour = marked ? weir_mark_get_colour (mark) : weir_canvas_state_colour (self->summary.status);

  weir_painter_fill_rounded (snapshot, &GRAPHENE_RECT_INIT (x, y, size, size), size / 2, &colour);
  weir_painter_draw_icon (painter, snapshot, marked ? weir_mark_get_icon (mark) : weir_canvas_state_icon (self->summary.status),
                          "content-loading-symbolic",
                          &painter->palette->on_colour, x + size * 0.19, y + size * 0.19, size * 0.62);
}

static void
draw_box (WeirCard    *self,
          WeirPainter *painter,
          GtkSnapshot *snapshot,
          gboolean     faded)
{
  const WeirCanvasPalette *palette = painter->palette;
  float width = self->indexed.bounds.size.width, height = self->indexed.bounds.size.height;
  graphene_rect_t rect = GRAPHENE_RECT_INIT (0, 0, width, height);
  GdkRGBA card = fade (painter->palette, faded, &palette->card);
  GdkRGBA border = fade (painter->palette, faded, &palette->card_border);
  WeirMarkKind mark;

  if (weir_mark_get (self->block, &mark, NULL) && mark != WEIR_MARK_SAME)
    border = weir_mark_get_colour (mark);
  else if (self->shown && self->summary.status == WEIR_STEP_RUNNING)
    border = palette->accent;
  else if (self->shown && self->summary.status == WEIR_STEP_FAILED)
    border = palette->failure;
  if (!palette->high_contrast && !faded)
    weir_painter_fill_rounded (snapshot, &GRAPHENE_RECT_INIT (0, 2, width, height), RADIUS, &palette->card_shadow);
  weir_painter_fill_rounded (snapshot, &rect, RADIUS, &card);
  weir_painter_outline (snapshot, &rect, RADIUS, weir_mark_is_different (self->block) ? 2 : 1, &border);
}

static void
draw_pins (WeirCard    *self,
           WeirPainter *painter,
           GtkSnapshot *snapshot,
           gboolean     faded)
{
  double half = self->indexed.bounds.size.width / 2 - 14;
  GdkRGBA text = fade (painter->palette, faded, &painter->palette->text);
  guint n_inputs = 0, n_outputs = 0;

  for (guint i = 0; i < self->pins->len; i++)
    {
      const WeirPin *pin = &g_array_index (self->pins, WeirPin, i);

      if (!pin->implicit)
        *(pin->input ? &n_inputs : &n_outputs) += 1;
    }
  for (guint i = 0; i < self->pins->len; i++)
    {
      const WeirPin *pin = &g_array_index (self->pins, WeirPin, i);
      /* A name may be as long as the other side leaves room for. */
      double room = (pin->input ? n_outputs : n_inputs) == 0 ? half * 2 : half;

      if (pin->implicit && !pin->linked && !self->hovered && !self->selected)
        continue;
      weir_card_draw_pin (snapshot, painter, pin, pin->implicit && !pin->linked ? 6 : WEIR_PIN_SIZE, faded);
      if (pin->implicit)
        continue;
      weir_painter_draw_text (painter, snapshot, pin->title, 11.5, PANGO_WEIGHT_NORMAL, &text,
                              pin->input ? 12 : pin->x - 12 - room, pin->y - 8, room,
                              pin->input ? WEIR_TEXT_START : WEIR_TEXT_END, 1);
    }
}

static char *
make_design_footer (WeirBlock *block)
{
  const WeirBlockKind *kind = weir_block_get_kind (block);
  const char *name;

  if (kind == NULL)
    return g_strdup_printf (_("%s is not installed"), weir_block_get_kind_id (block));
  /* The title of the card says it already, unless the block has a name of its own. */
  name = weir_block_get_label (block) != NULL && kind->title != NULL ? _(kind->title) : kind->id;
  switch (weir_kind_get_undo (kind, weir_block_get_config (block)))
    {
    case WEIR_UNDO_EXACT:
    case WEIR_UNDO_COMPENSATE:
      return g_strdup_printf (_("%s · undoable"), name);
    case WEIR_UNDO_IRREVERSIBLE:
      return g_strdup_printf (_("%s · cannot be undone"), name);
    case WEIR_UNDO_NONE:
      break;
    }
  return g_strdup (name);
}

/* Whether it reaches out of this machine's files: programs, other hosts. */
static const char *
find_permission_icon (const WeirBlockKind *kind)
{
  for (guint i = 0; kind != NULL && kind->permissions != NULL && kind->permissions[i] != NULL; i++)
    {
      if (g_str_has_prefix (kind->permissions[i], "exec"))
        return "utilities-terminal-symbolic";
      if (g_str_has_prefix (kind->permissions[i], "net"))
        return "network-workgroup-symbolic";
    }
  return NULL;
}

/* How it meets failure and what it may do, as signs at the end of the footer. Answers how much room they take. */
static double
draw_badges (WeirCard      *self,
             WeirPainter   *painter,
             GtkSnapshot   *snapshot,
             double         y,
             const GdkRGBA *colour)
{
  const WeirBlockKind *kind = weir_block_get_kind (self->block);
  const WeirReliability *reliability = weir_block_get_reliability (self->block);
  const char *note = weir_block_get_note (self->block);
  WeirUndoKind undo = kind != NULL ? weir_kind_get_undo (kind, weir_block_get_config (self->block)) : WEIR_UNDO_NONE;
  const char *icons[] = {
    reliability->attempts > 1 ? "view-refresh-symbolic" : NULL,
    reliability->timeout_ms > 0 ? "alarm-symbolic" : NULL,
    reliability->on_error == WEIR_ON_ERROR_CONTINUE ? "media-skip-forward-symbolic" : NULL,
    note != NULL && note[0] != '\0' ? "document-edit-symbolic" : NULL,
    find_permission_icon (kind),
    /* Before a run the footer says so in words. */
    !self->shown || undo == WEIR_UNDO_NONE   ? NULL
    : undo == WEIR_UNDO_IRREVERSIBLE         ? "dialog-warning-symbolic"
                                             : "edit-undo-symbolic",
  };
  double x = self->indexed.bounds.size.width - 10;

  x -= weir_card_draw_signs (self, painter, snapshot, x, y, 12);
  for (guint i = G_N_ELEMENTS (icons); i > 0; i--)
    if (icons[i - 1] != NULL)
      {
        x -= 16;
        weir_painter_draw_icon (painter, snapshot, icons[i - 1], "emblem-system-symbolic", colour, x, y, 12);
      }
  return self->indexed.bounds.size.width - 10 - x;
}

static void
draw_full (WeirCard    *self,
           WeirPainter *painter,
           GtkSnapshot *snapshot)
{
  const WeirCanvasPalette *palette = painter->palette;
  gboolean faded = is_faded (self);
  double width = self->indexed.bounds.size.width, bottom = self->indexed.bounds.size.height - WEIR_CARD_FOOTER;
  GdkRGBA text = fade (painter->palette, faded, &palette->text),
          dim = fade (painter->palette, faded, &palette->dim_text);
  GdkRGBA line = fade (painter->palette, faded, &palette->separator);
  g_autofree char *summary = weir_block_summarize (self->block);
  const char *mark = NULL;
  gboolean badge = self->shown || weir_mark_is_different (self->block);
  g_autofree char *footer = weir_mark_get (self->block, NULL, &mark) && mark != NULL ? g_strdup (mark)
                            : self->shown ? g_strdup (self->footer)
                                          : make_design_footer (self->block);
  double room = width - 50 - (badge ? 32 : 10);
  gboolean has_summary = summary != NULL && summary[0] != '\0';
  double badges;

  draw_box (self, painter, snapshot, faded);
  draw_tile (self, painter, snapshot, 10, 9, 30, faded);
  weir_painter_draw_text (painter, snapshot, weir_block_get_title (self->block), 13, PANGO_WEIGHT_BOLD, &text, 50,
                          has_summary ? 7 : 15, room, WEIR_TEXT_START, 1);
  if (has_summary)
    weir_painter_draw_text (painter, snapshot, summary, 11.5, PANGO_WEIGHT_NORMAL, &dim, 50, 25, width - 60,
                            WEIR_TEXT_START, 1);
  if (badge)
    draw_badge (self, painter, snapshot, width - 26, 10, 16);
  else if (!weir_block_get_enabled (self->block))
    weir_painter_draw_icon (painter, snapshot, "action-unavailable-symbolic", "window-close-symbolic", &dim, width - 26,
                            10, 16);
  gtk_snapshot_append_color (snapshot, &line, &GRAPHENE_RECT_INIT (1, bottom, width - 2, 1));
  badges = draw_badges (self, painter, snapshot, bottom + 7, &dim);
  if (footer != NULL)
    weir_painter_draw_text (painter, snapshot, footer, 11, PANGO_WEIGHT_NORMAL, &dim, 12, bottom + 5,
                            width - 24 - badges, WEIR_TEXT_START, 1);
  draw_pins (self, painter, snapshot, faded);
}

static void
draw_header (WeirCard    *self,
             WeirPainter *painter,
             GtkSnapshot *snapshot)
{
  gboolean faded = is_faded (self);
  double width = self->indexed.bounds.size.width, height = self->indexed.bounds.size.height;
  GdkRGBA text = fade (painter->palette, faded, &painter->palette->text);
  gboolean badge = self->shown || weir_mark_is_different (self->block);

  draw_box (self, painter, snapshot, faded);
  draw_tile (self, painter, snapshot, 12, height / 2 - 24, 48, faded);
  weir_painter_draw_text (painter, snapshot, weir_block_get_title (self->block), 20, PANGO_WEIGHT_BOLD, &text, 70,
                          height / 2 - 26, width - 80 - (badge ? 24 : 0), WEIR_TEXT_START, 2);
  if (badge)
    draw_badge (self, painter, snapshot, width - 36, 8, 28);
  weir_card_draw_signs (self, painter, snapshot, width - (badge ? 42 : 12), 8, 22);
  for (guint i = 0; i < self->pins->len; i++)
    {
      const WeirPin *pin = &g_array_index (self->pins, WeirPin, i);
      GdkRGBA colour = weir_canvas_port_colour (pin->family);

      if (!pin->implicit || pin->linked)
        gtk_snapshot_append_color (snapshot, &colour, &GRAPHENE_RECT_INIT (pin->x - 5, pin->y - 5, 10, 10));
    }
}

/**
 * weir_card_get_plain_fill:
 * @self: a card
 *
 * Returns: the one colour of a card that is seen from afar
 */
GdkRGBA
weir_card_get_plain_fill (WeirCard *self)
{
  const WeirCanvasPalette *palette = weir_canvas_palette_get ();
  WeirMarkKind mark;
  gboolean marked = weir_mark_get (self->block, &mark, NULL) && mark != WEIR_MARK_SAME;
  GdkRGBA hue = marked        ? weir_mark_get_colour (mark)
                : self->shown ? weir_canvas_state_colour (self->summary.status)
                              : weir_canvas_kind_colour (weir_block_get_kind_id (self->block));
  GdkRGBA fill = weir_canvas_mix (&palette->card, &hue, self->shown || marked ? 0.75 : 0.35);

  return is_faded (self) ? fade (palette, TRUE, &fill) : fill;
}

static void
draw_dot (WeirCard    *self,
          WeirPainter *painter,
          GtkSnapshot *snapshot)
{
  const WeirCanvasPalette *palette = painter->palette;
  GdkRGBA colour = self->shown ? weir_canvas_state_colour (self->summary.status) : palette->link;
  double middle = WEIR_DOT_SIZE / 2, radius = self->hovered ? 7 : 5;

  weir_painter_fill_rounded (snapshot, &GRAPHENE_RECT_INIT (middle - radius, middle - radius, 2 * radius, 2 * radius),
                             radius, &colour);
  /* The line goes on to either side. */
  gtk_snapshot_append_color (snapshot, &colour, &GRAPHENE_RECT_INIT (0, middle - 1, WEIR_DOT_SIZE, 2));
}

static GskRenderNode *
render_content (WeirCard    *self,
                WeirScene   *scene,
                WeirPainter *painter,
                WeirLod      lod)
{
  GtkSnapshot *snapshot = gtk_snapshot_new ();

  scene->n_nodes_made++;
  if (self->inner != NULL && lod <= WEIR_LOD_HEADER)
    weir_frame_draw (self, scene, painter, snapshot, lod);
  else if (self->dot)
    draw_dot (self, painter, snapshot);
  else if (lod == WEIR_LOD_FULL)
    draw_full (self, painter, snapshot);
  else
    draw_header (self, painter, snapshot);
  return gtk_snapshot_free_to_node (snapshot);
}

/**
 * weir_card_ensure_node:
 * @self: a card
 * @scene: its scene
 * @painter: text, icons and colours
 * @lod: how much to draw
 *
 * Returns: (transfer none): the kept node, in plane coordinates
 */
GskRenderNode *
weir_card_ensure_node (WeirCard    *self,
                       WeirScene   *scene,
                       WeirPainter *painter,
                       WeirLod      lod)
{
  GtkSnapshot *snapshot;

  if (self->placed[lod] != NULL && !self->summary_stale)
    return self->placed[lod];

  if (self->summary_stale)
    weir_scene_update_card_state (scene, self);
  if (self->content[lod] == NULL)
    self->content[lod] = render_content (self, scene, painter, lod);
  if (self->placed[lod] != NULL)
    return self->placed[lod];

  snapshot = gtk_snapshot_new ();
  gtk_snapshot_translate (snapshot, &self->indexed.bounds.origin);
  gtk_snapshot_append_node (snapshot, self->content[lod]);
  if (self->selected)
    {
      static const double widths[WEIR_N_LODS] = { 2, 4, 8, 16 };
      graphene_rect_t ring = GRAPHENE_RECT_INIT (0, 0, self->indexed.bounds.size.width,
                                                 self->indexed.bounds.size.height);

      graphene_rect_inset (&ring, -widths[lod] / 2, -widths[lod] / 2);
      weir_painter_outline (snapshot, &ring,
                            self->dot                ? WEIR_DOT_SIZE / 2
                            : lod <= WEIR_LOD_HEADER ? RADIUS + widths[lod] / 2
                                                     : 0,
                            widths[lod], &painter->palette->accent);
    }
  self->placed[lod] = gtk_snapshot_free_to_node (snapshot);
  return self->placed[lod];
}
