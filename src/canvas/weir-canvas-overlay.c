/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gi18n-lib.h>

#include "weir-canvas-signs.h"

#include <string.h>

/* What a run did, on the cards and links of the scene. The run may be of another version of the workflow than the one
 * that is drawn:
 * blocks are matched by path, links by their ends. */

static WeirRunState *
get_state (WeirScene *self)
{
  return self->view != NULL ? weir_run_view_get_state (self->view) : NULL;
}

static void
mark_stale (WeirScene *self, WeirCard *card)
{
  card->summary_stale = TRUE;
  weir_card_touch (card);
}

static void
mark_all_stale (WeirScene *self)
{
  GHashTableIter iter;
  gpointer wire;

  for (guint i = 0; i < self->cards->len; i++)
    mark_stale (self, g_ptr_array_index (self->cards, i));
  g_hash_table_iter_init (&iter, self->wire_of);
  while (g_hash_table_iter_next (&iter, NULL, &wire))
    ((WeirWire *) wire)->state_stale = TRUE;
  weir_tiles_invalidate (self->tiles, NULL);
}

/* The card that a step belongs to in the graph that is shown: its own block, or the container around it. NULL if the
 * step is elsewhere.
 * Containers are followed from the root down, as the graph is named. */
static WeirCard *
find_card_of_step (WeirScene *self, WeirRunState *state, const WeirStepInfo *step)
{
  WeirBlock *container = weir_graph_get_container (self->graph);
  const char *shown = container != NULL ? weir_block_get_path (container) : "";
  const WeirScope *scope = weir_run_state_get_scope (state, step->scope);
  g_autofree char *path = g_strdup (step->block);
  gsize length = strlen (shown);
  WeirBlock *block;

  while (scope != NULL && scope->block != NULL)
    {
      g_autofree char *outer = g_strconcat (scope->block, "/", path, NULL);

      g_free (path);
      path = g_steal_pointer (&outer);
      scope = weir_run_state_get_scope (state, scope->parent);
    }
  if (strncmp (path, shown, length) != 0 || (length > 0 && path[length] != '/'))
    return NULL;
  memmove (path, path + length + (length > 0), strlen (path) - length - (length > 0) + 1);
  path[strcspn (path, "/")] = '\0';
  block = weir_graph_find_block (self->graph, path);
  return block != NULL ? weir_scene_find_card (self, block) : NULL;
}

/* The card, its links, and what is said of the blocks that wait for it. */
static void
mark_neighbourhood (WeirScene *self, WeirCard *card)
{
  guint n_from, n_to;
  WeirLink **from = weir_graph_get_links_from (self->graph, card->block, &n_from);
  WeirLink **to = weir_graph_get_links_to (self->graph, card->block, &n_to);

  mark_stale (self, card);
  for (guint i = 0; i < n_from + n_to; i++)
    {
      WeirWire *wire = weir_scene_find_wire (self, i < n_from ? from[i] : to[i - n_from]);

      if (wire == NULL)
        continue;
      wire->state_stale = TRUE;
      weir_wire_touch (wire);
      if (i < n_from)
        mark_stale (self, wire->target);
    }
}

/**
 * weir_scene_follow_view:
 * @self: a scene
 * @first: index of the first step that changed
 *
 * The run view moved on. Cards are only marked; what each shows is worked out when it is drawn next, so a busy run
 * costs what is in view.
 */
void
weir_scene_follow_view (WeirScene *self, guint first)
{
  WeirRunState *state = get_state (self);

  if (state == NULL || state != self->shown_state || first == 0
      || weir_run_status_is_final (weir_run_state_get_status (state)))
    {
      self->shown_state = state;
      mark_all_stale (self);
      return;
    }
  for (guint i = first; i < weir_run_state_get_n_steps (state); i++)
    {
      const WeirStepInfo *step = weir_run_state_get_step (state, i);
      WeirCard *card = step != NULL ? find_card_of_step (self, state, step) : NULL;

      if (card != NULL && !card->summary_stale)
        mark_neighbourhood (self, card);
    }
}

/* "42 files": the first list among what the last step gave. */
static char *
count_outputs (WeirCard *card, WeirValue *outputs)
{
  for (guint i = 0; outputs != NULL && i < card->pins->len; i++)
    {
      const WeirPin *pin = &g_array_index (card->pins, WeirPin, i);
      gboolean counted = !pin->input && (g_str_equal (pin->family, "list") || g_str_equal (pin->family, "table"));
      WeirValue *value = counted ? weir_value_find_member (outputs, pin->name) : NULL;

      if (value != NULL
          && (weir_value_get_kind (value) == WEIR_VALUE_LIST || weir_value_get_kind (value) == WEIR_VALUE_TABLE))
        /* Translators: how many of what came out of a block, "42 files" */
        return g_strdup_printf (_("%" G_GSIZE_FORMAT " %s"), weir_value_get_length (value), pin->title);
    }
  return NULL;
}

static char *
count_steps (const WeirBlockSummary *summary)
{
  if (summary->n_steps <= 1)
    return NULL;
  if (summary->n_failed > 0)
    return g_strdup_printf (_("%u of %u done, %u failed"), summary->n_succeeded, summary->n_steps, summary->n_failed);
  if (summary->n_succeeded < summary->n_steps)
    return g_strdup_printf (_("%u of %u done"), summary->n_succeeded, summary->n_steps);
  return g_strdup_printf (_("%u times"), summary->n_steps);
}

static void
take_part (GString *text, char *part)
{
  if (part != NULL && part[0] != '\0')
    {
      if (text->len > 0)
        g_string_append (text, " · ");
      g_string_append (text, part);
    }
  g_free (part);
}

static const char *
undo_word (WeirBlock *block, guint n_effects)
{
  const WeirBlockKind *kind = weir_block_get_kind (block);
  WeirUndoKind undo = kind != NULL ? weir_kind_get_undo (kind, weir_block_get_config (block)) : WEIR_UNDO_NONE;

  if (n_effects == 0 || undo == WEIR_UNDO_NONE)
    return NULL;
  return undo == WEIR_UNDO_IRREVERSIBLE ? _("cannot be undone") : _("undoable");
}

static char *
make_footer (WeirScene *self, WeirCard *card, WeirRunState *state, const WeirBlockSummary *summary)
{
  const WeirStepInfo *last = summary->last;
  GString *text = g_string_new (NULL);

  switch (summary->status)
    {
    case WEIR_STEP_PENDING:
      if (!weir_run_status_is_final (weir_run_state_get_status (state))
          && weir_graph_get_container (self->graph) == NULL)
        take_part (text, weir_run_state_explain_wait (state, 0, weir_block_get_id (card->block)));
      if (text->len == 0)
        g_string_append (text, weir_canvas_state_title (summary->status));
      break;
    case WEIR_STEP_RUNNING:
      take_part (text, count_steps (summary));
      if (last != NULL && last->progress_text != NULL)
        take_part (text, g_strdup (last->progress_text));
      else if (summary->progress >= 0)
        take_part (text, g_strdup_printf (_("%.0f %%"), 100 * summary->progress));
      if (text->len == 0)
        g_string_append (text, weir_canvas_state_title (summary->status));
      break;
    case WEIR_STEP_FAILED:
      if (last != NULL && last->error != NULL)
        take_part (text, g_strdup (weir_value_get_member_text (last->error, "message", "")));
      if (text->len == 0)
        g_string_append (text, weir_canvas_state_title (summary->status));
      break;
    default:
      take_part (text,
                 summary->n_steps <= 1 && last != NULL ? count_outputs (card, last->outputs) : count_steps (summary));
      if (summary->status != WEIR_STEP_SUCCEEDED)
        take_part (text, g_strdup (weir_canvas_state_title (summary->status)));
      /* A step that took no time and changed nothing still has a footer, which would else be an empty strip. */
      if (summary->duration > 0)
        take_part (text, weir_display_duration (summary->duration));
      else if (summary->status == WEIR_STEP_SUCCEEDED && text->len == 0)
        take_part (text, g_strdup (_("< 1 ms")));
      take_part (text, g_strdup (undo_word (card->block, summary->n_effects)));
      break;
    }
  return g_string_free_and_steal (text);
}

static void
update_inner (WeirScene *self, WeirCard *card, WeirRunState *state)
{
  for (guint i = 0; card->inner != NULL && i < card->inner->len; i++)
    {
      WeirInnerCard *inner = &g_array_index (card->inner, WeirInnerCard, i);
      WeirBlockSummary summary = { 0 };

      weir_run_state_summarize_block (state, weir_block_get_path (inner->block), &summary);
      if (summary.status != inner->status)
        weir_card_drop_nodes (card);
      inner->status = summary.status;
    }
}

/**
 * weir_scene_update_card_state:
 * @self: a scene
 * @card: one of its cards
 *
 * Reads what the run knows of the block; drops the kept nodes only if that looks different.
 */
void
weir_scene_update_card_state (WeirScene *self, WeirCard *card)
{
  WeirRunState *state = get_state (self);
  WeirBlockSummary summary = { .progress = -1 };
  g_autofree char *footer = NULL;

  card->summary_stale = FALSE;
  if (state == NULL)
    {
      if (card->shown)
        weir_card_drop_nodes (card);
      card->shown = FALSE;
      card->summary = summary;
      g_clear_pointer (&card->footer, g_free);
      return;
    }
  weir_run_state_summarize_block (state, weir_block_get_path (card->block), &summary);
  footer = make_footer (self, card, state, &summary);
  update_inner (self, card, state);
  if (!card->shown || summary.status != card->summary.status || summary.progress != card->summary.progress
      || g_strcmp0 (footer, card->footer) != 0)
    weir_card_drop_nodes (card);
  card->shown = TRUE;
  card->summary = summary;
  card->summary.last = NULL;
  g_free (card->footer);
  card->footer = g_steal_pointer (&footer);
}

/* The link of the run's own workflow that corresponds to @link. */
static WeirLink *
find_run_link (WeirScene *self, WeirLink *link)
{
  WeirWorkflow *ran = weir_run_view_get_workflow (self->view);
  WeirBlock *source;
  WeirLink **links;
  guint n;

  if (ran == self->workflow)
    return link;
  source = ran != NULL ? weir_workflow_find_block (ran, weir_block_get_path (weir_link_get_source (link))) : NULL;
  if (source == NULL)
    return NULL;
  links = weir_graph_get_links_from (weir_block_get_graph (source), source, &n);
  for (guint i = 0; i < n; i++)
    if (g_str_equal (weir_link_get_source_port (links[i]), weir_link_get_source_port (link))
        && g_str_equal (weir_link_get_target_port (links[i]), weir_link_get_target_port (link))
        && g_str_equal (weir_block_get_id (weir_link_get_target (links[i])),
                        weir_block_get_id (weir_link_get_target (link))))
      return links[i];
  return NULL;
}

void
weir_scene_update_wire_state (WeirScene *self, WeirWire *wire)
{
  WeirRunState *state = get_state (self);
  WeirLink *link = state != NULL ? find_run_link (self, wire->link) : NULL;
  gboolean closed = FALSE, to_live = FALSE;
  guint deliveries = 0;

  wire->state_stale = FALSE;
  if (link != NULL)
    {
      deliveries = weir_run_state_count_deliveries (state, link, &closed);
      /* Nothing will come over it any more. */
      closed = closed || (deliveries == 0 && weir_run_status_is_final (weir_run_state_get_status (state)));
      if (wire->target->summary_stale)
        weir_scene_update_card_state (self, wire->target);
      to_live = wire->target->summary.status == WEIR_STEP_RUNNING;
    }
  if (wire->shown == (link != NULL) && !wire->deliveries == !deliveries && wire->closed == closed
      && wire->to_live == to_live)
    return;
  wire->shown = link != NULL;
  wire->deliveries = deliveries;
  wire->closed = closed;
  wire->to_live = to_live;
  weir_wire_touch (wire);
}

/**
 * weir_scene_describe_card:
 * @self: a scene
 * @card: one of its cards
 *
 * Returns: (transfer full): title, state and footer, as a screen reader says them
 */
char *
weir_scene_describe_card (WeirScene *self, WeirCard *card)
{
  GString *text = g_string_new (weir_block_get_title (card->block));
  g_autofree char *summary = weir_block_summarize (card->block);
  const char *mark = NULL;

  if (card->summary_stale)
    weir_scene_update_card_state (self, card);
  if (!weir_block_get_enabled (card->block))
    g_string_append_printf (text, ", %s", _("turned off"));
  weir_card_describe_signs (card, text);
  if (weir_mark_get (card->block, NULL, &mark) && mark != NULL)
    g_string_append_printf (text, ", %s", mark);
  if (card->shown)
    {
      g_string_append_printf (text, ", %s", weir_canvas_state_title (card->summary.status));
      if (card->footer != NULL && card->footer[0] != '\0'
          && !g_str_equal (card->footer, weir_canvas_state_title (card->summary.status)))
        g_string_append_printf (text, ", %s", card->footer);
    }
  else if (summary != NULL && summary[0] != '\0')
    g_string_append_printf (text, ", %s", summary);
  return g_string_free_and_steal (text);
}

static const char *
title_of_port (WeirCard *card, const char *name, gboolean input)
{
  const WeirPin *pin = weir_card_find_pin (card, name, input);

  return pin != NULL ? pin->title : name;
}

/**
 * weir_scene_describe_wire:
 * @self: a scene
 * @wire: one of its links
 *
 * Returns: (transfer full): both ends, condition and what went over it, as a screen reader says them
 */
char *
weir_scene_describe_wire (WeirScene *self, WeirWire *wire)
{
  const char *when = weir_link_get_when (wire->link), *mark = NULL;
  GString *text = g_string_new (NULL);

  if (wire->state_stale)
    weir_scene_update_wire_state (self, wire);
  /* Translators: a link between two blocks: block, port, block, port */
  g_string_append_printf (text, _("Link from %s, %s to %s, %s"), weir_block_get_title (wire->source->block),
                          title_of_port (wire->source, weir_link_get_source_port (wire->link), FALSE),
                          weir_block_get_title (wire->target->block),
                          title_of_port (wire->target, weir_link_get_target_port (wire->link), TRUE));
  if (when != NULL && when[0] != '\0')
    /* Translators: of a link, with its condition */
    g_string_append_printf (text, _(", if %s"), when);
  if (weir_link_is_feedback (wire->link))
    g_string_append_printf (text, ", %s", _("goes back"));
  if (weir_mark_get (wire->link, NULL, &mark) && mark != NULL)
    g_string_append_printf (text, ", %s", mark);
  if (wire->shown && wire->deliveries > 0)
    g_string_append_printf (text, ngettext (", %u value", ", %u values", wire->deliveries), wire->deliveries);
  else if (wire->shown && wire->closed)
    g_string_append_printf (text, ", %s", _("nothing came"));
  return g_string_free_and_steal (text);
}
