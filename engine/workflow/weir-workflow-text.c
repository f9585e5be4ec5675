/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "weir-workflow-text.h"

#include <string.h>

#include "weir-workflow-private.h"
#include "weir-yaml-cursor.h"

/* From the text to the workflow */

/* As though the place were behind the colon of the key that it is in. */
static WeirYamlCursor *
enter_key (const char *text, gsize offset)
{
  g_autoptr(WeirYamlCursor) cursor = weir_yaml_cursor_new (text, offset);
  const char *start = text + cursor->start;
  const char *end;
  gsize n = strlen (text);

  if (cursor->in_value || cursor->in_text)
    return g_steal_pointer (&cursor);
  end = start + strcspn (start, "\n,}]");
  for (const char *p = start; p < end; p++)
    if (*p == ':' && (gsize) (p - text) < n && strchr (" \r\n", p[1]) != NULL && (gsize) (p + 1 - text) > offset)
      return weir_yaml_cursor_new (text, p + 1 - text);
  return g_steal_pointer (&cursor);
}

/**
 * weir_workflow_find_block_at:
 * @self: a workflow
 * @text: its text, or what somebody makes of it
 * @offset: bytes from the beginning of @text
 *
 * Finds the block whose lines the place is in, also those of the layout.
 *
 * Returns: (transfer none) (nullable): the block
 */
WeirBlock *
weir_workflow_find_block_at (WeirWorkflow *self, const char *text, gsize offset)
{
  g_autoptr(WeirYamlCursor) cursor = NULL;
  g_autofree char *path = NULL;

  g_return_val_if_fail (WEIR_IS_WORKFLOW (self), NULL);
  g_return_val_if_fail (text != NULL, NULL);

  cursor = enter_key (text, offset);
  if (cursor->keys->len > 1 && g_str_equal (cursor->keys->pdata[0], "layout"))
    return weir_workflow_find_block (self, cursor->keys->pdata[1]);
  path = weir_yaml_cursor_dup_block (cursor, NULL);
  return path != NULL ? weir_workflow_find_block (self, path) : NULL;
}

/* "a.b -> c.d" of a line of links */
static char *
dup_arrow (const char *line)
{
  const char *end = line + strcspn (line, "\n");
  const char *when = g_strstr_len (line, end - line, " when");
  g_autofree char *text = NULL;

  line += strspn (line, " -\"'{");
  text = g_strndup (line, (when != NULL ? when : end) - MIN (line, when != NULL ? when : end));
  return g_strdup (g_strstrip (g_strdelimit (text, "\"'#}", ' ')));
}

static gboolean
link_is (WeirLink *link, const char *arrow)
{
  g_autofree char *own = g_strdup_printf ("%s.%s -> %s.%s", link->source->id, link->source_port, link->target->id,
                                          link->target_port);

  return g_str_equal (own, arrow);
}

static WeirGraph *
find_graph (WeirWorkflow *self, const char *container)
{
  WeirBlock *block = container != NULL ? weir_workflow_find_block (self, container) : NULL;

  if (container == NULL)
    return self->graph;
  return block != NULL ? block->body : NULL;
}

/**
 * weir_workflow_find_link_at:
 * @self: a workflow
 * @text: its text, or what somebody makes of it
 * @offset: bytes from the beginning of @text
 *
 * Finds the link whose line the place is in.
 *
 * Returns: (transfer none) (nullable): the link
 */
WeirLink *
weir_workflow_find_link_at (WeirWorkflow *self, const char *text, gsize offset)
{
  g_autoptr(WeirYamlCursor) cursor = NULL;
  g_autofree char *container = NULL;
  g_autofree char *arrow = NULL;
  guint n_keys = 0;
  WeirGraph *graph;

  g_return_val_if_fail (WEIR_IS_WORKFLOW (self), NULL);
  g_return_val_if_fail (text != NULL, NULL);

  cursor = enter_key (text, offset);
  container = weir_yaml_cursor_dup_block (cursor, &n_keys);
  if (container != NULL && n_keys < cursor->keys->len && g_str_equal (cursor->keys->pdata[n_keys], "body"))
    n_keys++;
  if (n_keys + 1 >= cursor->keys->len || !g_str_equal (cursor->keys->pdata[n_keys], "links"))
    return NULL;
  graph = find_graph (self, container);
  arrow = dup_arrow (text + cursor->line);
  for (guint i = 0; graph != NULL && i < graph->links->len; i++)
    if (link_is (graph->links->pdata[i], arrow))
      return graph->links->pdata[i];
  return NULL;
}

/* From the workflow to the text */

static WeirYamlDocument *
parse_quietly (const char *text)
{
  g_autoptr(GPtrArray) problems = g_ptr_array_new_with_free_func (g_object_unref);

  return weir_yaml_document_parse (text, -1, problems);
}

static WeirYamlNode *
find_key (WeirYamlNode *record, const char *key)
{
  for (guint i = 0; record != NULL && record->type == WEIR_YAML_RECORD && i + 1 < record->n_children; i += 2)
    if (g_strcmp0 (weir_yaml_node_get_text (record->children[i]), key) == 0)
      return record->children[i];
  return NULL;
}

static WeirYamlNode *
find_member (WeirYamlNode *record, const char *key)
{
  return record != NULL && record->type == WEIR_YAML_RECORD ? weir_yaml_node_find (record, key) : NULL;
}

/* The node of a block, and the key of it. */
static WeirYamlNode *
find_block_node (WeirYamlNode *root, const char *path, WeirYamlNode **key)
{
  g_auto(GStrv) ids = g_strsplit (path, "/", -1);
  WeirYamlNode *node = root;

  for (guint i = 0; ids[i] != NULL; i++)
    {
      WeirYamlNode *blocks = find_member (i > 0 ? find_member (node, "body") : node, "blocks");

      *key = find_key (blocks, ids[i]);
      node = find_member (blocks, ids[i]);
      if (*key == NULL || node == NULL)
        return NULL;
    }
  return node;
}

/* By its lines: where a text is written as we write it, nothing else of it needs to be read. */

typedef struct
{
  const char *start;
  const char *end;
} Lines;

/* Lines that hold something, one after the other; @p moves behind it. */
static const char *
next_line (const char **p, const char *end)
{
  while (*p < end)
    {
      const char *line = *p;
      const char *content = line + strspn (line, " ");
      const char *newline = memchr (line, '\n', end - line);

      *p = newline != NULL ? newline + 1 : end;
      if (content < end && *content != '\n' && *content != '\r' && *content != '#')
        return line;
    }
  return NULL;
}

/* The lines of a key right below: those of the members of what @around is. */
static gboolean
find_lines (Lines around, gssize indent, const char *key, Lines *found)
{
  const char *p = around.start;
  gssize inner = -1;
  gsize length = strlen (key);

  found->start = NULL;
  for (const char *line = next_line (&p, around.end); line != NULL; line = next_line (&p, around.end))
    {
      gssize here = strspn (line, " ");

      if (here <= indent || (found->start != NULL && here <= inner))
        {
          found->end = line;
          return found->start != NULL;
        }
      if (inner < 0)
        inner = here;
      if (found->start == NULL && here == inner && strncmp (line + here, key, length) == 0 && line[here + length] == ':'
          && strchr (" \n\r", line[here + length + 1]) != NULL)
        found->start = line;
    }
  found->end = around.end;
  return found->start != NULL;
}

/* Goes into a key whose members stand below it. */
static gboolean
enter_lines (Lines *lines, gssize *indent, const char *key, gboolean in_rows)
{
  Lines found;
  const char *rest;

  if (!find_lines (*lines, *indent, key, &found))
    return FALSE;
  *indent = strspn (found.start, " ");
  rest = found.start + *indent + strlen (key) + 1;
  rest += strspn (rest, " ");
  lines->start = in_rows ? found.start : found.start + strcspn (found.start, "\n");
  lines->end = found.end;
  return in_rows || *rest == '\n' || *rest == '\r' || *rest == '#';
}

static gboolean
find_block_lines (const char *text, const char *path, Lines *lines, gssize *indent)
{
  g_auto(GStrv) ids = g_strsplit (path, "/", -1);

  *indent = -1;
  *lines = (Lines) { text, text + strlen (text) };
  for (guint i = 0; ids[i] != NULL; i++)
    {
      if ((i > 0 && !enter_lines (lines, indent, "body", FALSE)) || !enter_lines (lines, indent, "blocks", FALSE)
          || !enter_lines (lines, indent, ids[i], ids[i + 1] == NULL))
        return FALSE;
    }
  return TRUE;
}

/**
 * weir_text_find_block:
 * @text: text of a workflow
 * @path: ids from the root down, "move/to"
 * @field: (nullable): a setting of it, or a key beside them
 * @start: (out): bytes
 * @end: (out): bytes
 *
 * Finds where a block, or a key of it, stands. If the key is not there, that of the block counts.
 *
 * Returns: %FALSE if the text has no such block, or is no YAML
 */
gboolean
weir_text_find_block (const char *text, const char *path, const char *field, gsize *start, gsize *end)
{
  g_autoptr(WeirYamlDocument) document = NULL;
  WeirYamlNode *key = NULL;
  WeirYamlNode *node;
  WeirYamlNode *inner = NULL;
  Lines lines = { 0 };
  g_autofree char *part = NULL;
  const char *id;
  gsize before = 0;
  gssize indent;

  g_return_val_if_fail (text != NULL && path != NULL, FALSE);
  g_return_val_if_fail (start != NULL && end != NULL, FALSE);

  id = strrchr (path, '/') != NULL ? strrchr (path, '/') + 1 : path;
  if (find_block_lines (text, path, &lines, &indent))
    {
      part = g_strndup (lines.start, lines.end - lines.start);
      before = lines.start - text;
    }
  document = parse_quietly (part != NULL ? part : text);
  if (document == NULL || document->root == NULL)
    return FALSE;
  if (part != NULL)
    {
      key = find_key (document->root, id);
      node = find_member (document->root, id);
    }
  else
    node = find_block_node (document->root, path, &key);
  if (node == NULL || key == NULL)
    return FALSE;
  if (field != NULL)
    inner = find_key (find_member (node, "config"), field);
  if (field != NULL && inner == NULL)
    inner = find_key (node, field);
  if (inner != NULL)
    key = inner;
  *start = before + key->start;
  *end = before + key->end;
  return TRUE;
}

/* The one line of a link, where each stands in one. */
static gboolean
find_link_line (const char *text, WeirLink *link, Lines *found)
{
  WeirBlock *container = link->graph != NULL ? link->graph->container : NULL;
  Lines lines = { text, text + strlen (text) };
  gssize indent = -1;
  const char *p;

  if (container != NULL
      && (!find_block_lines (text, weir_block_get_path (container), &lines, &indent)
          || (lines.start += strcspn (lines.start, "\n"), !enter_lines (&lines, &indent, "body", FALSE))))
    return FALSE;
  if (!enter_lines (&lines, &indent, "links", FALSE))
    return FALSE;
  p = lines.start;
  for (const char *line = next_line (&p, lines.end); line != NULL; line = next_line (&p, lines.end))
    {
      g_autofree char *arrow = line[strspn (line, " ")] == '-' ? dup_arrow (line) : NULL;

      if (arrow == NULL || !link_is (link, arrow))
        continue;
      *found = (Lines) { line, p };
      return TRUE;
    }
  return FALSE;
}

static gboolean
item_is (WeirYamlNode *item, WeirLink *link)
{
  g_autofree char *source = NULL, *source_port = NULL, *target = NULL, *target_port = NULL, *when = NULL, *problem = NULL;

  return weir_link_parse (weir_yaml_node_get_value (item), &source, &source_port, &target, &target_port, &when, &problem)
         && g_str_equal (source, link->source->id) && g_str_equal (target, link->target->id)
         && g_str_equal (source_port, link->source_port) && g_str_equal (target_port, link->target_port);
}

static gboolean
find_item_in_line (const char *text, WeirLink *link, gsize *start, gsize *end)
{
  Lines line;
  g_autofree char *part = NULL;
  g_autoptr(WeirYamlDocument) document = NULL;
  WeirYamlNode *root;

  if (!find_link_line (text, link, &line))
    return FALSE;
  part = g_strndup (line.start, line.end - line.start);
  document = parse_quietly (part);
  root = document != NULL ? document->root : NULL;
  if (root == NULL || root->type != WEIR_YAML_LIST || root->n_children != 1 || !item_is (root->children[0], link))
    return FALSE;
  *start = line.start - text + root->children[0]->start;
  *end = line.start - text + root->children[0]->end;
  return TRUE;
}

/**
 * weir_text_find_link:
 * @text: text of a workflow
 * @link: a link
 * @start: (out): bytes
 * @end: (out): bytes
 *
 * Finds the item of the text that is the link.
 *
 * Returns: %FALSE if there is none, or the text is no YAML
 */
gboolean
weir_text_find_link (const char *text, WeirLink *link, gsize *start, gsize *end)
{
  g_autoptr(WeirYamlDocument) document = NULL;
  WeirYamlNode *node;
  WeirYamlNode *links;
  WeirYamlNode *key = NULL;

  g_return_val_if_fail (text != NULL, FALSE);
  g_return_val_if_fail (WEIR_IS_LINK (link), FALSE);
  g_return_val_if_fail (start != NULL && end != NULL, FALSE);

  if (find_item_in_line (text, link, start, end))
    return TRUE;
  document = parse_quietly (text);
  if (document == NULL || document->root == NULL)
    return FALSE;
  node = document->root;
  if (link->graph != NULL && link->graph->container != NULL)
    node = find_member (find_block_node (node, weir_block_get_path (link->graph->container), &key), "body");
  links = find_member (node, "links");
  for (guint i = 0; links != NULL && links->type == WEIR_YAML_LIST && i < links->n_children; i++)
    {
      WeirYamlNode *item = links->children[i];

      if (!item_is (item, link))
        continue;
      *start = item->start;
      *end = item->end;
      return TRUE;
    }
  return FALSE;
}
