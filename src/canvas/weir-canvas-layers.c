/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weir-canvas-layers.h"

/* A layered arrangement: each block one column after the last block that it takes from (links that close a cycle left
 * out), columns ordered by the mean height of where they take from. A frame is arranged inside first and then stands as one block
 * among the others. What is fixed stays, and the others keep clear of it. Linear in blocks and links but for the sorting. */

#define COLUMN_GAP 72.0
#define ROW_GAP    32.0
#define FRAME_TOP  56.0   /* below its title */
#define FRAME_SIDE 24.0

typedef struct
{
  WeirPlace *level;   /* the source as it stands beside the target */
  WeirPlace *leaf;    /* the block itself */
  double     y;       /* of the port on it */
} End;

WeirPlace *
weir_place_new (WeirPlace  *parent,
                WeirCard   *card,
                WeirSticky *frame)
{
  WeirPlace *self = g_new0 (WeirPlace, 1);

  self->parent = parent;
  self->card = card;
  self->frame = frame;
  if (card == NULL)
    self->children = g_ptr_array_new_with_free_func ((GDestroyNotify) weir_place_free);
  if (card != NULL)
    self->rect = card->indexed.bounds;
  else if (frame != NULL)
    self->rect = frame->rect;
  if (parent != NULL)
    g_ptr_array_add (parent->children, self);
  return self;
}

void
weir_place_free (WeirPlace *self)
{
  g_clear_pointer (&self->children, g_ptr_array_unref);
  g_clear_pointer (&self->ends, g_array_unref);
  g_clear_pointer (&self->targets, g_ptr_array_unref);
  g_free (self);
}

static guint
count_parents (WeirPlace *self)
{
  guint n = 0;

  for (WeirPlace *at = self->parent; at != NULL; at = at->parent)
    n++;
  return n;
}

void
weir_place_link (WeirPlace *source,
                 WeirPlace *target,
                 double     y)
{
  WeirPlace *from = source, *to = target;
  guint n_from = count_parents (from), n_to = count_parents (to);
  End end;

  for (; n_from > n_to; n_from--)
    from = from->parent;
  for (; n_to > n_from; n_to--)
    to = to->parent;
  while (from->parent != to->parent)
    {
      from = from->parent;
      to = to->parent;
    }
  if (from == to)
    return;
  end = (End) { from, source, y };
  if (to->ends == NULL)
    to->ends = g_array_new (FALSE, FALSE, sizeof (End));
  g_array_append_val (to->ends, end);
  if (from->targets == NULL)
    from->targets = g_ptr_array_new ();
  g_ptr_array_add (from->targets, to);
  to->waiting++;
}

/* So that sources come before targets; whatever frames hold in a cycle comes last, in file order. */
static GPtrArray *
sort_by_links (WeirPlace *self)
{
  GPtrArray *order = g_ptr_array_sized_new (self->children->len);

  for (guint i = 0; i < self->children->len; i++)
    {
      WeirPlace *place = g_ptr_array_index (self->children, i);

      place->rank = G_MAXUINT;
      if (place->waiting == 0)
        g_ptr_array_add (order, place);
    }
  for (guint head = 0; head < order->len; head++)
    {
      WeirPlace *place = g_ptr_array_index (order, head);

      place->rank = head;
      for (guint t = 0; place->targets != NULL && t < place->targets->len; t++)
        {
          WeirPlace *target = g_ptr_array_index (place->targets, t);

          if (--target->waiting == 0)
            g_ptr_array_add (order, target);
        }
    }
  for (guint i = 0; i < self->children->len; i++)
    {
      WeirPlace *place = g_ptr_array_index (self->children, i);

      if (place->rank != G_MAXUINT)
        continue;
      place->rank = order->len;
      g_ptr_array_add (order, place);
    }
  return order;
}

static GPtrArray *
make_columns (GPtrArray *order)
{
  GPtrArray *columns = g_ptr_array_new_with_free_func ((GDestroyNotify) g_ptr_array_unref);

  for (guint i = 0; i < order->len; i++)
    {
      WeirPlace *place = g_ptr_array_index (order, i);

      place->column = 0;
      for (guint e = 0; place->ends != NULL && e < place->ends->len; e++)
        {
          const End *end = &g_array_index (place->ends, End, e);

          if (end->level->rank < place->rank)
            place->column = MAX (place->column, end->level->column + 1);
        }
      while (columns->len <= place->column)
        g_ptr_array_add (columns, g_ptr_array_new ());
      g_ptr_array_add (g_ptr_array_index (columns, place->column), place);
    }
  return columns;
}

static void
weigh (WeirPlace *place)
{
  double sum = 0;
  guint count = 0;

  for (guint e = 0; place->ends != NULL && e < place->ends->len; e++)
    {
      const End *end = &g_array_index (place->ends, End, e);
      double y = end->y;

      if (end->level->rank >= place->rank)
        continue;
      for (WeirPlace *at = end->leaf; at != place->parent; at = at->parent)
        y += at->rect.origin.y;
      sum += y;
      count++;
    }
  place->weight = count > 0 ? sum / count : place->rank * 0.001;
}

static int
compare_weights (gconstpointer a,
                 gconstpointer b)
{
  const WeirPlace *first = *(WeirPlace *const *) a, *second = *(WeirPlace *const *) b;

  return first->weight < second->weight ? -1 : first->weight > second->weight;
}

static void
stack_column (GPtrArray *column,
              double     x)
{
  double y, wanted = 0, height = 0;

  for (guint i = 0; i < column->len; i++)
    weigh (g_ptr_array_index (column, i));
  g_ptr_array_sort (column, compare_weights);
  for (guint i = 0; i < column->len; i++)
    {
      WeirPlace *place = g_ptr_array_index (column, i);

      height += place->rect.size.height + (i > 0 ? ROW_GAP : 0);
      wanted += place->weight / column->len;
    }
  y = wanted - height / 2;
  for (guint i = 0; i < column->len; i++)
    {
      WeirPlace *place = g_ptr_array_index (column, i);

      place->rect.origin = GRAPHENE_POINT_INIT (x, y);
      y += place->rect.size.height + ROW_GAP;
    }
}

/* Down the column, below whatever is fixed there. */
static void
keep_clear (GPtrArray *column,
            GPtrArray *fixed)
{
  double free_from = -G_MAXFLOAT;

  for (guint i = 0; i < column->len; i++)
    {
      WeirPlace *place = g_ptr_array_index (column, i);
      graphene_rect_t *rect = &place->rect;

      if (place->fixed)
        continue;
      rect->origin.y = MAX (rect->origin.y, free_from);
      for (guint f = 0; f < fixed->len; f++)
        {
          graphene_rect_t around = *(const graphene_rect_t *) g_ptr_array_index (fixed, f), shared;

          graphene_rect_inset (&around, -ROW_GAP, -ROW_GAP + 1);
          if (!graphene_rect_intersection (&around, rect, &shared) || shared.size.width <= 0 || shared.size.height <= 0)
            continue;
          rect->origin.y = around.origin.y + around.size.height;
          f = G_MAXUINT; /* from the first again: further down may be another */
        }
      free_from = rect->origin.y + rect->size.height + ROW_GAP;
    }
}

/* What moves is brought to where it was: to what is fixed, or to the corner that all had before. */
static void
bring_back (WeirPlace             *self,
            const graphene_rect_t *before)
{
  double left = G_MAXDOUBLE, top = G_MAXDOUBLE, new_left = G_MAXDOUBLE, new_top = G_MAXDOUBLE, dx = 0, dy = 0;
  guint n_fixed = 0;

  for (guint i = 0; i < self->children->len; i++)
    {
      WeirPlace *place = g_ptr_array_index (self->children, i);

      left = MIN (left, before[i].origin.x);
      top = MIN (top, before[i].origin.y);
      new_left = MIN (new_left, place->rect.origin.x);
      new_top = MIN (new_top, place->rect.origin.y);
      if (place->fixed)
        {
          dx += before[i].origin.x - place->rect.origin.x;
          dy += before[i].origin.y - place->rect.origin.y;
          n_fixed++;
        }
    }
  dx = n_fixed > 0 ? dx / n_fixed : left - new_left;
  dy = n_fixed > 0 ? dy / n_fixed : top - new_top;
  for (guint i = 0; i < self->children->len; i++)
    {
      WeirPlace *place = g_ptr_array_index (self->children, i);

      if (place->fixed)
        place->rect.origin = before[i].origin;
      else
        graphene_rect_offset (&place->rect, dx, dy);
    }
}

/* Around what it holds. */
static void
fit_frame (WeirPlace *self)
{
  graphene_rect_t all = { 0 };
  double dx, dy;

  for (guint i = 0; i < self->children->len; i++)
    {
      WeirPlace *place = g_ptr_array_index (self->children, i);

      if (i == 0)
        all = place->rect;
      else
        graphene_rect_union (&all, &place->rect, &all);
    }
  dx = FRAME_SIDE - all.origin.x;
  dy = FRAME_TOP - all.origin.y;
  for (guint i = 0; i < self->children->len; i++)
    graphene_rect_offset (&((WeirPlace *) g_ptr_array_index (self->children, i))->rect, dx, dy);
  self->rect.size = GRAPHENE_SIZE_INIT (all.size.width + 2 * FRAME_SIDE, all.size.height + FRAME_TOP + FRAME_SIDE);
}

void
weir_place_arrange (WeirPlace *self)
{
  g_autofree graphene_rect_t *before = g_new (graphene_rect_t, self->children->len + 1);
  g_autoptr(GPtrArray) order = NULL, columns = NULL, fixed = g_ptr_array_new ();
  double x = 0;

  for (guint i = 0; i < self->children->len; i++)
    {
      WeirPlace *place = g_ptr_array_index (self->children, i);

      before[i] = place->rect;
      if (place->children != NULL && !place->fixed)
        weir_place_arrange (place);
    }
  order = sort_by_links (self);
  columns = make_columns (order);
  for (guint c = 0; c < columns->len; c++)
    {
      GPtrArray *column = g_ptr_array_index (columns, c);
      double widest = 0;

      stack_column (column, x);
      for (guint i = 0; i < column->len; i++)
        widest = MAX (widest, ((WeirPlace *) g_ptr_array_index (column, i))->rect.size.width);
      x += widest + COLUMN_GAP;
    }
  if (self->frame != NULL)
    {
      fit_frame (self);
      return;
    }
  bring_back (self, before);
  for (guint i = 0; i < self->children->len; i++)
    if (((WeirPlace *) g_ptr_array_index (self->children, i))->fixed)
      g_ptr_array_add (fixed, &((WeirPlace *) g_ptr_array_index (self->children, i))->rect);
  for (guint c = 0; fixed->len > 0 && c < columns->len; c++)
    keep_clear (g_ptr_array_index (columns, c), fixed);
}
