/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is different between two workflows, as data. */
#include "weir-diff-private.h"

#include <string.h>

typedef struct
{
  GPtrArray    *settings; /* all of WeirChange */
  GPtrArray    *blocks;
  GPtrArray    *links;
  GPtrArray    *notes;
  GPtrArray    *layout;
  GHashTable   *old_paths; /* of blocks inside or below a renamed one */
} Diff;

static const char *const elsewhere[] = { "blocks", "links", "layout", "notes", "body", NULL };

/* Their members are told one by one. */
static const char *const taken_apart[] = { "config", "inputs", "variables", "join", "retry", NULL };

/* How something looks, wherever that is said. */
static const char *const looks[] = { "colour", "collapsed", "dots", NULL };

/* Records */

static gboolean
same (WeirValue *a, WeirValue *b)
{
  return a == b || (a != NULL && b != NULL && weir_yaml_same (a, b, TRUE));
}

static gboolean
is_record_or_nothing (WeirValue *value)
{
  return value == NULL || weir_value_get_kind (value) == WEIR_VALUE_RECORD;
}

typedef void (*MemberFunc) (const char *key, WeirValue *before, WeirValue *after, gpointer user_data);

/* Every key of one or the other whose values are not the same: those of @after in order, then those that are gone. */
static void
compare_members (WeirValue *before, WeirValue *after, const char *const *skipped, MemberFunc func, gpointer user_data)
{
  gsize n_before = before != NULL ? weir_value_get_length (before) : 0;
  gsize n_after = after != NULL ? weir_value_get_length (after) : 0;

  for (gsize i = 0; i < n_after; i++)
    {
      const char *key = weir_value_get_key (after, i);
      WeirValue *old = before != NULL ? weir_value_find_member (before, key) : NULL;

      if ((skipped == NULL || !g_strv_contains (skipped, key)) && !same (old, weir_value_get_item (after, i)))
        func (key, old, weir_value_get_item (after, i), user_data);
    }
  for (gsize i = 0; i < n_before; i++)
    {
      const char *key = weir_value_get_key (before, i);

      if ((skipped == NULL || !g_strv_contains (skipped, key))
          && (after == NULL || weir_value_find_member (after, key) == NULL))
        func (key, weir_value_get_item (before, i), NULL, user_data);
    }
}

/* A pair of changes of one thing: what it says, and how it looks. */
typedef struct
{
  WeirChange *meaning;
  WeirChange *layout;
  const char *prefix; /* "config." */
} Pair;

static void add_member (const char *key, WeirValue *before, WeirValue *after, gpointer user_data);

static void
add_members_of (Pair *pair, const char *key, WeirValue *before, WeirValue *after)
{
  g_autofree char *prefix = g_strconcat (pair->prefix, key, ".", NULL);
  Pair inner = { pair->meaning, pair->layout, prefix };

  compare_members (before, after, NULL, add_member, &inner);
}

static void
add_member (const char *key, WeirValue *before, WeirValue *after, gpointer user_data)
{
  Pair *pair = user_data;
  gboolean top = pair->prefix[0] == '\0';
  g_autofree char *name = g_strconcat (pair->prefix, key, NULL);

  if (top && g_strv_contains (taken_apart, key) && is_record_or_nothing (before) && is_record_or_nothing (after))
    add_members_of (pair, key, before, after);
  else if (top && g_strv_contains (looks, key))
    weir_change_add_key (pair->layout, name, before, after);
  else
    weir_change_add_key (pair->meaning, name, before, after);
}

static void
take_if_something (GPtrArray *list, WeirChange *change, gboolean always)
{
  if (always || weir_change_get_n_keys (change) > 0)
    g_ptr_array_add (list, change);
  else
    g_object_unref (change);
}

/* Blocks */

static const char *
get_old_path (Diff *self, WeirBlock *block)
{
  const char *old = g_hash_table_lookup (self->old_paths, weir_block_get_path (block));

  return old != NULL ? old : weir_block_get_path (block);
}

static const char *
get_path_of_container (WeirGraph *graph)
{
  return graph->container != NULL ? weir_block_get_path (graph->container) : NULL;
}

static void
add_layout_of_block (WeirChange *change, WeirValue *before, WeirValue *after)
{
  Pair pair = { change, change, "" };

  if (same (before, after))
    return;
  if (before != NULL && after != NULL && is_record_or_nothing (before) && is_record_or_nothing (after))
    compare_members (before, after, NULL, add_member, &pair);
  else
    weir_change_add_key (change, "position", before, after);
}

static void
compare_block (Diff *self, WeirBlock *before, WeirBlock *after)
{
  const char *old = get_old_path (self, before);
  const char *path = weir_block_get_path (after);
  const char *old_id = strrchr (old, '/') != NULL ? strrchr (old, '/') + 1 : old;
  gboolean renamed = !g_str_equal (old_id, after->id);
  Pair pair = { weir_change_new (WEIR_SUBJECT_BLOCK, renamed ? WEIR_CHANGE_RENAMED : WEIR_CHANGE_CHANGED, FALSE, old,
                                 path),
                weir_change_new (WEIR_SUBJECT_BLOCK, WEIR_CHANGE_CHANGED, TRUE, old, path), "" };

  weir_change_set_title (pair.meaning, weir_block_get_title (after));
  weir_change_set_title (pair.layout, weir_block_get_title (after));
  weir_change_set_container (pair.meaning, get_path_of_container (after->graph));
  weir_change_set_container (pair.layout, get_path_of_container (after->graph));
  if (before->data != after->data)
    compare_members (before->data->record, after->data->record, elsewhere, add_member, &pair);
  if (before->body != NULL || after->body != NULL)
    {
      Pair body = { pair.meaning, pair.layout, "body." };

      compare_members (before->body != NULL ? before->body->record : NULL,
                       after->body != NULL ? after->body->record : NULL, elsewhere, add_member, &body);
    }
  add_layout_of_block (pair.layout, before->position, after->position);
  take_if_something (self->blocks, pair.meaning, renamed);
  take_if_something (self->layout, pair.layout, FALSE);
}

static void
add_whole_block (Diff *self, WeirBlock *block, gboolean added)
{
  WeirChange *change = added ? weir_change_new (WEIR_SUBJECT_BLOCK, WEIR_CHANGE_ADDED, FALSE, NULL,
                                                weir_block_get_path (block))
                             : weir_change_new (WEIR_SUBJECT_BLOCK, WEIR_CHANGE_REMOVED, FALSE,
                                                get_old_path (self, block), NULL);

  weir_change_set_title (change, weir_block_get_title (block));
  weir_change_set_container (change, get_path_of_container (block->graph));
  g_ptr_array_add (self->blocks, change);
}

/* Links */

static char *
make_ends (WeirLink *link)
{
  return g_strdup_printf ("%s.%s -> %s.%s", link->source->id, link->source_port, link->target->id, link->target_port);
}

static gboolean
same_link (WeirLink *a, WeirLink *b)
{
  return a->source_port == b->source_port && a->target_port == b->target_port
         && g_str_equal (a->source->id, b->source->id) && g_str_equal (a->target->id, b->target->id)
         && g_strcmp0 (a->when, b->when) == 0;
}

static gboolean
same_ends (WeirLink *a, WeirLink *b)
{
  return a->source_port == b->source_port && a->target_port == b->target_port
         && g_str_equal (a->source->id, b->source->id) && g_str_equal (a->target->id, b->target->id);
}

/* Led to another port of the same block, or comes from one. */
static gboolean
same_blocks (WeirLink *a, WeirLink *b)
{
  return g_str_equal (a->source->id, b->source->id) && g_str_equal (a->target->id, b->target->id)
         && (a->source_port == b->source_port || a->target_port == b->target_port);
}

static void
add_when (WeirChange *change, const char *before, const char *after)
{
  g_autoptr(WeirValue) old = before != NULL ? weir_value_new_text (before) : NULL;
  g_autoptr(WeirValue) new = after != NULL ? weir_value_new_text (after) : NULL;

  if (g_strcmp0 (before, after) != 0)
    weir_change_add_key (change, "when", old, new);
}

/* A key with the text of both links, so that the ends can be told as well. */
static void
add_ends (WeirChange *change, WeirLink *before, WeirLink *after)
{
  g_autofree char *old = make_ends (before);
  g_autofree char *new = make_ends (after);
  g_autoptr(WeirValue) old_ends = weir_value_new_text (old);
  g_autoptr(WeirValue) new_ends = weir_value_new_text (new);

  if (!g_str_equal (old, new))
    weir_change_add_key (change, "ends", old_ends, new_ends);
}

static void
add_link_change (Diff *self, WeirLink *before, WeirLink *after)
{
  g_autofree char *old = before != NULL ? make_ends (before) : NULL;
  g_autofree char *new = after != NULL ? make_ends (after) : NULL;
  WeirChangeKind kind = before == NULL ? WEIR_CHANGE_ADDED : after == NULL ? WEIR_CHANGE_REMOVED : WEIR_CHANGE_CHANGED;
  WeirChange *change = weir_change_new (WEIR_SUBJECT_LINK, kind, FALSE, old, new);

  weir_change_set_container (change, get_path_of_container ((after != NULL ? after : before)->graph));
  if (before != NULL && after != NULL)
    {
      add_ends (change, before, after);
      add_when (change, before->when, after->when);
    }
  g_ptr_array_add (self->links, change);
}

/* Links are found by the id of their source: a graph of ten thousand blocks has as many links. */
static GHashTable *
index_links (WeirGraph *graph)
{
  GHashTable *by_source = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) g_ptr_array_unref);

  for (guint i = 0; graph != NULL && i < graph->links->len; i++)
    {
      WeirLink *link = graph->links->pdata[i];
      GPtrArray *links = g_hash_table_lookup (by_source, link->source->id);

      if (links == NULL)
        {
          links = g_ptr_array_new ();
          g_hash_table_insert (by_source, link->source->id, links);
        }
      g_ptr_array_add (links, link);
    }
  return by_source;
}

/* Takes every pair that @equal finds out of both; @changed: tells of it. */
static void
match_links (Diff *self, GPtrArray *before, GPtrArray *after, gboolean (*equal) (WeirLink *, WeirLink *), gboolean changed)
{
  for (guint i = 0; i < before->len; i++)
    for (guint j = 0; before->pdata[i] != NULL && j < after->len; j++)
      if (after->pdata[j] != NULL && equal (before->pdata[i], after->pdata[j]))
        {
          if (changed)
            add_link_change (self, before->pdata[i], after->pdata[j]);
          before->pdata[i] = after->pdata[j] = NULL;
        }
}

static void
compare_links_of (Diff *self, GPtrArray *before, GPtrArray *after)
{
  match_links (self, before, after, same_link, FALSE);
  match_links (self, before, after, same_ends, TRUE);
  match_links (self, before, after, same_blocks, TRUE);
  for (guint i = 0; i < before->len; i++)
    if (before->pdata[i] != NULL)
      add_link_change (self, before->pdata[i], NULL);
  for (guint i = 0; i < after->len; i++)
    if (after->pdata[i] != NULL)
      add_link_change (self, NULL, after->pdata[i]);
}

static void
compare_sources (Diff *self, WeirGraph *graph, WeirGraph *other, GHashTable *before, GHashTable *after, gboolean only_gone)
{
  for (guint i = 0; i < graph->blocks->len; i++)
    {
      const char *id = ((WeirBlock *) graph->blocks->pdata[i])->id;
      GPtrArray *old = g_hash_table_lookup (before, id);
      GPtrArray *new = g_hash_table_lookup (after, id);
      g_autoptr(GPtrArray) none = g_ptr_array_new ();

      if ((only_gone && weir_graph_find_block (other, id) != NULL) || (old == NULL && new == NULL))
        continue;
      compare_links_of (self, old != NULL ? old : none, new != NULL ? new : none);
    }
}

/* Links that lead nowhere are compared as they are written. */
static void
add_loose_links (Diff *self, WeirGraph *graph, WeirGraph *other, gboolean added)
{
  for (guint i = 0; i < graph->loose->len; i++)
    {
      WeirValue *written = g_array_index (graph->loose, WeirLooseLink, i).written;
      g_autofree char *text = NULL;
      gboolean found = FALSE;

      for (guint j = 0; j < other->loose->len && !found; j++)
        found = same (written, g_array_index (other->loose, WeirLooseLink, j).written);
      if (found)
        continue;
      text = weir_value_to_display (written, 200);
      g_ptr_array_add (self->links, added
                                      ? weir_change_new (WEIR_SUBJECT_LINK, WEIR_CHANGE_ADDED, FALSE, NULL, text)
                                      : weir_change_new (WEIR_SUBJECT_LINK, WEIR_CHANGE_REMOVED, FALSE, text, NULL));
    }
}

static void
compare_graphs (Diff *self, WeirGraph *before, WeirGraph *after)
{
  g_autoptr(GHashTable) old_links = index_links (before);
  g_autoptr(GHashTable) new_links = index_links (after);

  for (guint i = 0; i < after->blocks->len; i++)
    {
      WeirBlock *block = after->blocks->pdata[i];
      WeirBlock *old = weir_graph_find_block (before, block->id);

      if (old != NULL)
        compare_block (self, old, block);
      else
        add_whole_block (self, block, TRUE);
      if (old != NULL && old->body != NULL && block->body != NULL)
        compare_graphs (self, old->body, block->body);
    }
  for (guint i = 0; i < before->blocks->len; i++)
    if (weir_graph_find_block (after, ((WeirBlock *) before->blocks->pdata[i])->id) == NULL)
      add_whole_block (self, before->blocks->pdata[i], FALSE);
  compare_sources (self, after, before, old_links, new_links, FALSE);
  compare_sources (self, before, after, old_links, new_links, TRUE);
  add_loose_links (self, after, before, TRUE);
  add_loose_links (self, before, after, FALSE);
}

/* Notes */

static WeirValue *
slice (WeirValue *list, gsize from, gsize to)
{
  gsize n = list != NULL && weir_value_get_kind (list) == WEIR_VALUE_LIST ? weir_value_get_length (list) : 0;
  WeirBuilder *builder;

  if (n <= from)
    return NULL;
  builder = weir_list_builder_new (to - from);
  for (gsize i = from; i < MIN (n, to); i++)
    weir_builder_add (builder, weir_value_get_item (list, i));
  return weir_builder_end (builder);
}

static void
add_place_of_note (WeirChange *layout, WeirValue *before, WeirValue *after)
{
  static const char *const names[] = { "position", "size" };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr(WeirValue) old = slice (before, 2 * i, 2 * i + 2);
      g_autoptr(WeirValue) new = slice (after, 2 * i, 2 * i + 2);

      if (!same (old, new))
        weir_change_add_key (layout, names[i], old, new);
    }
}

static void
set_title_of_note (WeirChange *change, WeirValue *note)
{
  const char *text = weir_value_get_kind (note) == WEIR_VALUE_RECORD ? weir_value_get_member_text (note, "text", "")
                                                                     : "";
  g_autofree char *line = NULL;

  while (*text == '#' || *text == ' ' || *text == '\n')
    text++;
  line = g_strndup (text, strcspn (text, "\n"));
  if (line[0] != '\0')
    weir_change_set_title (change, line);
}

static void
add_note (const char *id, WeirValue *before, WeirValue *after, gpointer user_data)
{
  static const char *const place[] = { "at", NULL };
  Diff *self = user_data;
  WeirChangeKind kind = before == NULL ? WEIR_CHANGE_ADDED : after == NULL ? WEIR_CHANGE_REMOVED : WEIR_CHANGE_CHANGED;
  gboolean both = kind == WEIR_CHANGE_CHANGED && is_record_or_nothing (before) && is_record_or_nothing (after);
  Pair pair = { weir_change_new (WEIR_SUBJECT_NOTE, kind, FALSE, before != NULL ? id : NULL, after != NULL ? id : NULL),
                weir_change_new (WEIR_SUBJECT_NOTE, WEIR_CHANGE_CHANGED, TRUE, id, id), "" };

  set_title_of_note (pair.meaning, after != NULL ? after : before);
  set_title_of_note (pair.layout, after != NULL ? after : before);
  if (both)
    {
      compare_members (before, after, place, add_member, &pair);
      add_place_of_note (pair.layout, weir_value_find_member (before, "at"), weir_value_find_member (after, "at"));
    }
  take_if_something (self->notes, pair.meaning, !both);
  take_if_something (self->layout, pair.layout, FALSE);
}

static void
compare_notes (Diff *self, WeirValue *before, WeirValue *after)
{
  WeirValue *old = weir_value_find_member (before, "notes");
  WeirValue *new = weir_value_find_member (after, "notes");

  if (is_record_or_nothing (old) && is_record_or_nothing (new))
    compare_members (old, new, NULL, add_note, self);
}

/* The whole */

static void
compare_settings (Diff *self, WeirWorkflow *before, WeirWorkflow *after)
{
  Pair pair = { weir_change_new (WEIR_SUBJECT_WORKFLOW, WEIR_CHANGE_CHANGED, FALSE, NULL, NULL),
                weir_change_new (WEIR_SUBJECT_WORKFLOW, WEIR_CHANGE_CHANGED, TRUE, NULL, NULL), "" };
  Pair loose = { pair.layout, pair.layout, "layout." };

  compare_members (before->graph->record, after->graph->record, elsewhere, add_member, &pair);
  compare_members (before->loose_layout, after->loose_layout, NULL, add_member, &loose);
  take_if_something (self->settings, pair.meaning, FALSE);
  take_if_something (self->layout, pair.layout, FALSE);
}

static void
move_to (GListStore *store, GPtrArray *changes)
{
  g_list_store_splice (store, g_list_model_get_n_items (G_LIST_MODEL (store)), 0, changes->pdata, changes->len);
  g_ptr_array_unref (changes);
}

/**
 * weir_workflow_diff:
 * @before: a workflow
 * @after: another one, or another version of it
 *
 * Compares two workflows. Blocks are the same if they have the same path; where only the id is another, that is found by what the block
 * says, where it stands and what it is linked to, and expressions that follow the name count as unchanged. What a container that came
 * or went has in it is not told apart from it. The order of blocks, links and keys, quotes and comments are no difference.
 *
 * Returns: (transfer full): of [class@Weir.Change]: the workflow's settings, blocks, links and notes, then what is layout only; empty if
 *   both say the same
 */
GListModel *
weir_workflow_diff (WeirWorkflow *before, WeirWorkflow *after)
{
  g_autoptr(GHashTable) old_paths = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_autoptr(WeirWorkflow) named = NULL;
  GListStore *store = g_list_store_new (WEIR_TYPE_CHANGE);
  Diff diff = { .old_paths = old_paths };
  GPtrArray **lists[] = { &diff.settings, &diff.blocks, &diff.links, &diff.notes, &diff.layout };

  g_return_val_if_fail (WEIR_IS_WORKFLOW (before), NULL);
  g_return_val_if_fail (WEIR_IS_WORKFLOW (after), NULL);

  for (guint i = 0; i < G_N_ELEMENTS (lists); i++)
    *lists[i] = g_ptr_array_new_with_free_func (g_object_unref);
  named = weir_diff_rename (before, after, old_paths);
  compare_settings (&diff, named, after);
  compare_graphs (&diff, named->graph, after->graph);
  compare_notes (&diff, named->graph->record, after->graph->record);
  for (guint i = 0; i < G_N_ELEMENTS (lists); i++)
    move_to (store, *lists[i]);
  return G_LIST_MODEL (store);
}

/**
 * weir_changes_have_meaning:
 * @changes: as of weir_workflow_diff()
 *
 * Returns: whether there is one that is not about layout only
 */
gboolean
weir_changes_have_meaning (GListModel *changes)
{
  g_return_val_if_fail (G_IS_LIST_MODEL (changes), FALSE);

  for (guint i = 0; i < g_list_model_get_n_items (changes); i++)
    {
      g_autoptr(WeirChange) change = g_list_model_get_item (changes, i);

      if (!weir_change_is_layout (change))
        return TRUE;
    }
  return FALSE;
}
