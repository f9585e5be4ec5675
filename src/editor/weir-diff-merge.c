/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weir-diff-merge.h"

#include <glib/gi18n.h>
#include <string.h>

#include "weir-canvas-marks.h"

/* Words */

static char *
describe_key_name (const char *key)
{
  return g_str_has_prefix (key, "config.") ? g_strdup (key + strlen ("config.")) : g_strdup (key);
}

static char *
describe_value (WeirValue *value)
{
  g_autofree char *text = value != NULL ? weir_value_to_display (value, 60) : NULL;

  if (value == NULL)
    return g_strdup (_("nothing"));
  return weir_value_get_kind (value) == WEIR_VALUE_TEXT ? g_strdup_printf (_("“%s”"), text) : g_steal_pointer (&text);
}

char *
weir_diff_describe_kind (WeirChange *change)
{
  const char *slash = weir_change_get_before (change) != NULL ? strrchr (weir_change_get_before (change), '/') : NULL;

  switch (weir_change_get_kind (change))
    {
    case WEIR_CHANGE_ADDED:
      return g_strdup (_("Added"));
    case WEIR_CHANGE_REMOVED:
      return g_strdup (_("Removed"));
    case WEIR_CHANGE_RENAMED:
      return g_strdup_printf (_("Renamed from %s"), slash != NULL ? slash + 1 : weir_change_get_before (change));
    case WEIR_CHANGE_CHANGED:
      break;
    }
  return g_strdup (weir_change_is_layout (change) ? _("Layout changed") : _("Changed"));
}

char *
weir_diff_describe (WeirChange *change)
{
  g_autofree char *kind = weir_diff_describe_kind (change);
  g_autoptr(GString) text = g_string_new (kind);

  for (guint i = 0; i < weir_change_get_n_keys (change); i++)
    {
      WeirChangedKey key = weir_change_get_key (change, i);
      g_autofree char *name = describe_key_name (key.key);
      g_autofree char *before = describe_value (key.before);
      g_autofree char *after = describe_value (key.after);

      g_string_append_printf (text, "\n%s: %s → %s", name, before, after);
    }
  return g_strdup (text->str);
}

static char *
draw_arrow (const char *ends)
{
  GString *text = g_string_new (ends);

  g_string_replace (text, " -> ", " → ", 1);
  return g_string_free_and_steal (text);
}

char *
weir_diff_describe_title (WeirChange *change)
{
  const char *name = weir_change_get_after (change) != NULL ? weir_change_get_after (change)
                                                            : weir_change_get_before (change);

  if (weir_change_get_subject (change) == WEIR_SUBJECT_LINK)
    return draw_arrow (name);
  if (weir_change_get_subject (change) == WEIR_SUBJECT_WORKFLOW)
    return g_strdup (_("Workflow"));
  if (weir_change_get_subject (change) == WEIR_SUBJECT_NOTE)
    return weir_change_get_title (change) != NULL ? g_strdup_printf (_("Note “%s”"), weir_change_get_title (change))
                                                  : g_strdup (_("Note"));
  return g_strdup (weir_change_get_title (change) != NULL ? weir_change_get_title (change) : name);
}

/* "Changed: path, lines": on a card there is no room for values. */
static char *
describe_short (WeirChange *change)
{
  g_autofree char *kind = weir_diff_describe_kind (change);
  g_autoptr(GString) keys = g_string_new (NULL);

  for (guint i = 0; i < weir_change_get_n_keys (change); i++)
    {
      g_autofree char *name = describe_key_name (weir_change_get_key (change, i).key);

      g_string_append_printf (keys, "%s%s", i > 0 ? ", " : "", name);
    }
  return keys->len > 0 ? g_strdup_printf ("%s: %s", kind, keys->str) : g_steal_pointer (&kind);
}

/* Places */

static WeirGraph *
find_graph (WeirWorkflow *workflow,
            WeirChange   *change)
{
  const char *container = weir_change_get_container (change);
  WeirBlock *block = container != NULL ? weir_workflow_find_block (workflow, container) : NULL;

  if (container == NULL)
    return weir_workflow_get_graph (workflow);
  return block != NULL ? weir_block_get_body (block) : NULL;
}

/* "list.files -> move.items" taken apart. */
static gboolean
split_ends (const char *ends,
            char      **source,
            char      **source_port,
            char      **target,
            char      **target_port)
{
  g_auto(GStrv) sides = g_strsplit (ends, " -> ", 2);
  g_auto(GStrv) from = g_strv_length (sides) == 2 ? g_strsplit (sides[0], ".", 2) : NULL;
  g_auto(GStrv) to = g_strv_length (sides) == 2 ? g_strsplit (sides[1], ".", 2) : NULL;

  if (from == NULL || g_strv_length (from) != 2 || g_strv_length (to) != 2)
    return FALSE;
  *source = g_strdup (from[0]);
  *source_port = g_strdup (from[1]);
  *target = g_strdup (to[0]);
  *target_port = g_strdup (to[1]);
  return TRUE;
}

static WeirLink *
find_link (WeirGraph  *graph,
           const char *ends)
{
  g_autofree char *source = NULL, *source_port = NULL, *target = NULL, *target_port = NULL;
  WeirBlock *block;
  WeirLink **links;
  guint n_links = 0;

  if (graph == NULL || !split_ends (ends, &source, &source_port, &target, &target_port))
    return NULL;
  block = weir_graph_find_block (graph, source);
  links = block != NULL ? weir_graph_get_links_from (graph, block, &n_links) : NULL;
  for (guint i = 0; i < n_links; i++)
    if (g_str_equal (weir_link_get_source_port (links[i]), source_port)
        && g_str_equal (weir_link_get_target_port (links[i]), target_port)
        && g_str_equal (weir_block_get_id (weir_link_get_target (links[i])), target))
      return links[i];
  return NULL;
}

/* The block that is gone is where it was, in the container that there is now. */
static WeirBlock *
find_removed (WeirWorkflow *merged,
              WeirChange   *change)
{
  const char *path = weir_change_get_before (change);
  const char *slash = strrchr (path, '/');
  WeirGraph *graph = find_graph (merged, change);

  return graph != NULL ? weir_graph_find_block (graph, slash != NULL ? slash + 1 : path) : NULL;
}

gpointer
weir_diff_find (WeirWorkflow *merged,
                WeirChange   *change)
{
  const char *name = weir_change_get_after (change) != NULL ? weir_change_get_after (change)
                                                            : weir_change_get_before (change);

  if (weir_change_get_subject (change) == WEIR_SUBJECT_LINK)
    return find_link (find_graph (merged, change), name);
  if (weir_change_get_subject (change) != WEIR_SUBJECT_BLOCK)
    return NULL;
  return weir_change_get_after (change) != NULL ? weir_workflow_find_block (merged, name)
                                                : find_removed (merged, change);
}

/* Marks */

static void mark_graph (WeirGraph *graph, WeirMarkKind kind, const char *text);

static void
mark_block (WeirBlock    *block,
            WeirMarkKind  kind,
            const char   *text)
{
  weir_mark_set (block, kind, text);
  if (weir_block_get_body (block) != NULL && kind != WEIR_MARK_CHANGED)
    mark_graph (weir_block_get_body (block), kind, text);
}

static void
mark_graph (WeirGraph    *graph,
            WeirMarkKind  kind,
            const char   *text)
{
  for (guint i = 0; i < weir_graph_get_n_blocks (graph); i++)
    mark_block (weir_graph_get_block (graph, i), kind, text);
  for (guint i = 0; i < weir_graph_get_n_links (graph); i++)
    weir_mark_set (weir_graph_get_link (graph, i), kind, kind == WEIR_MARK_SAME ? NULL : text);
}

/* Who opens no container shall see that there is something in it. */
static void
mark_around (WeirWorkflow *merged,
             WeirChange   *change,
             WeirMarkKind  kind,
             const char   *text)
{
  const char *path = weir_change_get_container (change);
  WeirBlock *container = path != NULL ? weir_workflow_find_block (merged, path) : NULL;

  while (container != NULL)
    {
      if (!weir_mark_is_different (container))
        weir_mark_set (container, kind, text);
      container = weir_graph_get_container (weir_block_get_graph (container));
    }
}

static void
add_removed_block (WeirWorkflow *merged,
                   WeirWorkflow *before,
                   WeirChange   *change)
{
  WeirBlock *block = weir_workflow_find_block (before, weir_change_get_before (change));
  WeirGraph *graph = find_graph (merged, change);
  g_autofree char *text = block != NULL && graph != NULL ? weir_workflow_copy_blocks (before, &block, 1) : NULL;
  g_autoptr(GPtrArray) pasted = text != NULL ? weir_workflow_paste_blocks (merged, graph, text, 0, 0, NULL) : NULL;

  for (guint i = 0; pasted != NULL && i < pasted->len; i++)
    mark_block (pasted->pdata[i], WEIR_MARK_REMOVED, _("Removed"));
}

static void
add_removed_link (WeirWorkflow *merged,
                  WeirChange   *change)
{
  WeirGraph *graph = find_graph (merged, change);
  g_autofree char *source = NULL, *source_port = NULL, *target = NULL, *target_port = NULL;
  WeirBlock *from, *to;
  WeirLink *link;

  if (graph == NULL || !split_ends (weir_change_get_before (change), &source, &source_port, &target, &target_port))
    return;
  from = weir_graph_find_block (graph, source);
  to = weir_graph_find_block (graph, target);
  link = from != NULL && to != NULL ? weir_workflow_add_link (merged, from, source_port, to, target_port, NULL, NULL)
                                    : NULL;
  if (link != NULL)
    weir_mark_set (link, WEIR_MARK_REMOVED, _("Removed"));
}

static void
mark_change (WeirWorkflow *merged,
             WeirWorkflow *before,
             WeirChange   *change)
{
  WeirChangeKind kind = weir_change_get_kind (change);
  gboolean link = weir_change_get_subject (change) == WEIR_SUBJECT_LINK;
  g_autofree char *text = describe_short (change);
  gpointer thing;

  if (kind == WEIR_CHANGE_REMOVED && link)
    add_removed_link (merged, change);
  else if (kind == WEIR_CHANGE_REMOVED)
    add_removed_block (merged, before, change);
  thing = kind != WEIR_CHANGE_REMOVED ? weir_diff_find (merged, change) : NULL;
  if (thing != NULL && kind == WEIR_CHANGE_ADDED && !link)
    mark_block (thing, WEIR_MARK_ADDED, text);
  else if (thing != NULL)
    weir_mark_set (thing, kind == WEIR_CHANGE_ADDED ? WEIR_MARK_ADDED : WEIR_MARK_CHANGED, text);
  mark_around (merged, change, WEIR_MARK_CHANGED, _("Changed inside"));
}

/* What means something else, too, is marked for that already. */
static void
mark_layout (WeirWorkflow *merged,
             WeirChange   *change)
{
  gpointer thing = weir_diff_find (merged, change);
  gboolean moved = weir_change_get_n_keys (change) == 1
                   && g_str_equal (weir_change_get_key (change, 0).key, "position");
  g_autofree char *text = moved ? g_strdup (_("Moved")) : describe_short (change);

  if (thing == NULL)
    return;
  if (!weir_mark_is_different (thing))
    weir_mark_set (thing, WEIR_MARK_MOVED, text);
  mark_around (merged, change, WEIR_MARK_MOVED, _("Moved inside"));
}

WeirWorkflow *
weir_diff_merge (WeirWorkflow *before,
                 WeirWorkflow *after,
                 GListModel   *changes,
                 gboolean      layout)
{
  WeirWorkflow *merged = weir_workflow_copy (after);

  mark_graph (weir_workflow_get_graph (merged), WEIR_MARK_SAME, NULL);
  for (guint i = 0; i < g_list_model_get_n_items (changes); i++)
    {
      g_autoptr(WeirChange) change = g_list_model_get_item (changes, i);
      WeirSubject subject = weir_change_get_subject (change);

      if (!weir_change_is_layout (change) && (subject == WEIR_SUBJECT_BLOCK || subject == WEIR_SUBJECT_LINK))
        mark_change (merged, before, change);
    }
  for (guint i = 0; layout && i < g_list_model_get_n_items (changes); i++)
    {
      g_autoptr(WeirChange) change = g_list_model_get_item (changes, i);

      if (weir_change_is_layout (change) && weir_change_get_subject (change) == WEIR_SUBJECT_BLOCK)
        mark_layout (merged, change);
    }
  return merged;
}
