/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "weir-text-place.h"

#include <string.h>

typedef struct
{
  const char     *text;
  WeirYamlCursor *cursor;
  WeirWorkflow   *workflow;
  GString        *path;      /* of the block around */
  guint           block_key; /* index of its id among the keys */
  WeirPlace       place;
} Search;

static const WeirFileShape *
find_shape (const WeirFileShape *shapes, const char *key)
{
  for (const WeirFileShape *shape = shapes; shape != NULL && shape->key != NULL; shape++)
    if (g_str_equal (shape->key, key))
      return shape;
  return NULL;
}

/* Kinds are looked for in the text itself: the block may be one that was just typed. */

static gsize
get_indent (const char *line)
{
  return strspn (line, " ");
}

/* Where the lines that belong to the one at @line end. */
static const char *
find_region_end (const char *line)
{
  gsize indent = get_indent (line);
  const char *p = line;

  while ((p = strchr (p, '\n')) != NULL)
    {
      p++;
      if (p[get_indent (p)] != '\n' && p[get_indent (p)] != '\0' && p[get_indent (p)] != '#'
          && get_indent (p) <= indent)
        return p;
    }
  return line + strlen (line);
}

static const WeirBlockKind *
find_kind (Search *self)
{
  const char *line = self->text + g_array_index (self->cursor->lines, gsize, self->block_key);
  g_autofree char *region = g_strndup (line, find_region_end (line) - line);
  g_autoptr(GRegex) regex = g_regex_new ("(?:^|[\\s{,])kind:[ \\t]*[\"']?([a-z0-9_.]+)", G_REGEX_DEFAULT, 0, NULL);
  g_autoptr(GMatchInfo) match = NULL;
  g_autofree char *id = NULL;

  if (g_regex_match (regex, region, 0, &match))
    id = g_match_info_fetch (match, 1);
  return id != NULL ? weir_registry_find_kind (id) : NULL;
}

static void
enter_block (Search *self, guint key, const char *id)
{
  if (self->path->len > 0)
    g_string_append_c (self->path, '/');
  g_string_append (self->path, id);
  self->block_key = key;
  self->place.block = self->workflow != NULL ? weir_workflow_find_block (self->workflow, self->path->str) : NULL;
  self->place.kind = find_kind (self);
  self->place.graph = self->place.block != NULL ? self->place.block->body : NULL;
}

static void
end_at_field (Search *self, guint next, guint n_keys, gboolean in_value)
{
  if (next == n_keys)
    self->place.what = in_value ? WEIR_PLACE_NONE : WEIR_PLACE_FIELD;
  else if (next + 1 == n_keys && self->place.kind != NULL)
    {
      self->place.field = weir_kind_find_field (self->place.kind, self->cursor->keys->pdata[next]);
      self->place.what = self->place.field != NULL && in_value ? WEIR_PLACE_FIELD_VALUE : WEIR_PLACE_NONE;
    }
}

static void
end_at_value (Search *self, gboolean in_value)
{
  const WeirFileShape *shape = self->place.shape;

  if (!in_value)
    return;
  self->place.what = shape->kind == WEIR_SHAPE_OUTPUT                                             ? WEIR_PLACE_OUTPUT
                     : self->place.kind == NULL && shape == find_shape (weir_block_shape, "kind") ? WEIR_PLACE_KIND
                                                                                                  : WEIR_PLACE_VALUE;
  if (shape == find_shape (weir_block_shape, "kind"))
    self->place.what = WEIR_PLACE_KIND;
}

/* Goes down along the keys; the table of shapes says where each leads. */
static void
descend (Search *self, const WeirFileShape *shapes, guint next, guint n_keys, gboolean in_value)
{
  GPtrArray *keys = self->cursor->keys;
  const WeirFileShape *shape;

  if (next >= n_keys)
    {
      self->place.shapes = shapes;
      self->place.what = in_value ? WEIR_PLACE_NONE : WEIR_PLACE_KEY;
      return;
    }
  shape = self->place.shape = find_shape (shapes, keys->pdata[next]);
  if (shape == NULL)
    return;
  next++;
  switch (shape->kind)
    {
    case WEIR_SHAPE_BLOCKS:
      if (next < n_keys)
        {
          enter_block (self, next, keys->pdata[next]);
          descend (self, weir_block_shape, next + 1, n_keys, in_value);
        }
      break;
    case WEIR_SHAPE_BODY:
      descend (self, weir_body_shape, next, n_keys, in_value);
      break;
    case WEIR_SHAPE_MEMBERS:
      descend (self, shape->members, next, n_keys, in_value);
      break;
    case WEIR_SHAPE_RECORDS:
    case WEIR_SHAPE_INPUTS:
      if (next < n_keys)
        descend (self, shape->members, next + 1, n_keys, in_value);
      break;
    case WEIR_SHAPE_LINKS:
      if (next < n_keys)
        self->place.what = WEIR_PLACE_LINK;
      break;
    case WEIR_SHAPE_JOINS:
      if (next == n_keys && !in_value)
        self->place.what = WEIR_PLACE_JOIN;
      else if (next + 1 == n_keys && in_value)
        self->place.what = WEIR_PLACE_JOIN_VALUE;
      break;
    case WEIR_SHAPE_RECORD:
      if (shapes == weir_block_shape)
        end_at_field (self, next, n_keys, in_value);
      break;
    default:
      if (next == n_keys)
        end_at_value (self, in_value);
      break;
    }
}

WeirPlace
weir_place_find (const char *text, WeirYamlCursor *cursor, guint n_keys, gboolean in_value, WeirWorkflow *workflow)
{
  g_autoptr(GString) path = g_string_new (NULL);
  Search self = { .text = text, .cursor = cursor, .workflow = workflow, .path = path };

  if (cursor->in_text)
    return self.place;
  self.place.graph = workflow != NULL ? workflow->graph : NULL;
  descend (&self, weir_document_shape, 0, n_keys, in_value);
  return self.place;
}
