/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Kinds that JSON lacks: reading what weir_value_encode () wrote for them. */
#include "weir-json-private.h"

#include <math.h>
#include <string.h>

static WeirValue *
find (const WeirValue *cell, const char *key, WeirValueKind kind)
{
  gssize index = weir_shape_find (cell->a.shape, key, strlen (key));
  WeirValue *member = index >= 0 ? &cell->b.cells[index] : NULL;

  return member != NULL && member->kind == kind ? member : NULL;
}

static void
become (WeirValue *cell, WeirValueKind kind, gboolean has_cells)
{
  cell->kind = kind;
  cell->flags = WEIR_VALUE_FLAG_CELL | (has_cells ? WEIR_VALUE_FLAG_CELLS : 0);
}

static gboolean
untag_integer (WeirValue *cell, WeirValueKind kind)
{
  WeirValue *v = find (cell, "v", WEIR_VALUE_INT);

  if (v == NULL)
    return FALSE;
  become (cell, kind, FALSE);
  cell->a.integer = v->a.integer;
  return TRUE;
}

static gboolean
untag_number (WeirValue *cell)
{
  WeirValue *v = find (cell, "v", WEIR_VALUE_TEXT);
  double number;

  if (v == NULL)
    return FALSE;
  if (strcmp (v->b.text, "NaN") == 0)
    number = NAN;
  else if (strcmp (v->b.text, "Infinity") == 0)
    number = INFINITY;
  else if (strcmp (v->b.text, "-Infinity") == 0)
    number = -INFINITY;
  else
    return FALSE;
  become (cell, WEIR_VALUE_NUMBER, FALSE);
  cell->a.number = number;
  return TRUE;
}

static gboolean
untag_bytes (WeirArena *arena, WeirValue *cell)
{
  WeirValue *v = find (cell, "v", WEIR_VALUE_TEXT);
  g_autoptr(GBytes) bytes = NULL;
  gsize length;
  guchar *data;

  if (v == NULL)
    return FALSE;
  data = g_base64_decode (v->b.text, &length);
  bytes = g_bytes_new_take (data, length);
  weir_arena_own (arena, weir_value_new_bytes (bytes));
  become (cell, WEIR_VALUE_BYTES, FALSE);
  cell->a.bytes = bytes;
  return TRUE;
}

static gboolean
untag_file (WeirArena *arena, WeirValue *cell)
{
  WeirValue *path = find (cell, "path", WEIR_VALUE_TEXT);
  WeirValue *raw_path = find (cell, "path64", WEIR_VALUE_TEXT);
  WeirValue *device = find (cell, "device", WEIR_VALUE_INT), *inode = find (cell, "inode", WEIR_VALUE_INT);
  WeirValue *size = find (cell, "size", WEIR_VALUE_INT), *modified = find (cell, "modified", WEIR_VALUE_INT);
  g_autofree char *decoded = NULL;
  WeirValue *file;
  gsize length;

  if ((path == NULL && raw_path == NULL) || device == NULL || inode == NULL || size == NULL || modified == NULL)
    return FALSE;
  if (raw_path != NULL)
    {
      g_autofree guchar *data = g_base64_decode (raw_path->b.text, &length);

      decoded = g_strndup ((char *) data, length);
    }
  file = weir_value_new_file_with_identity (decoded != NULL ? decoded : path->b.text, device->a.integer,
                                            inode->a.integer, size->a.integer, modified->a.integer);
  weir_arena_own (arena, file);
  become (cell, WEIR_VALUE_FILE, FALSE);
  cell->a.file = file->a.file;
  return TRUE;
}

static gboolean
untag_table (WeirArena *arena, WeirValue *cell)
{
  WeirValue *columns = find (cell, "columns", WEIR_VALUE_LIST), *rows = find (cell, "rows", WEIR_VALUE_LIST);
  WeirShape *shape;

  if (columns == NULL || rows == NULL)
    return FALSE;
  shape = weir_arena_alloc (arena, sizeof *shape + columns->a.length * sizeof (WeirKey));
  *shape = (WeirShape) { .ref_count = -1, .n_keys = columns->a.length, .keys = (WeirKey *) (shape + 1) };
  for (guint32 i = 0; i < shape->n_keys; i++)
    {
      WeirValue *column = &columns->b.cells[i];

      if (column->kind != WEIR_VALUE_TEXT)
        return FALSE;
      shape->keys[i] = (WeirKey) { column->b.text, column->a.length, weir_key_hash (column->b.text, column->a.length) };
    }
  become (cell, WEIR_VALUE_TABLE, TRUE);
  cell->a.shape = shape;
  cell->b.cells = rows;
  return TRUE;
}

static gboolean
untag_error (WeirValue *cell)
{
  const WeirShape *shape = cell->a.shape;

  if (find (cell, "class", WEIR_VALUE_TEXT) != &cell->b.cells[1]
      || find (cell, "message", WEIR_VALUE_TEXT) != &cell->b.cells[2]
      || shape->n_keys != 4 || strcmp (shape->keys[3].text, "data") != 0)
    return FALSE;
  become (cell, WEIR_VALUE_ERROR, TRUE);
  cell->a.shape = weir_error_get_shape ();
  cell->b.cells++;
  return TRUE;
}

static gboolean
untag_record (WeirValue *cell)
{
  WeirValue *v = find (cell, "v", WEIR_VALUE_RECORD);

  if (v == NULL)
    return FALSE;
  cell->a = v->a;
  cell->b = v->b;
  return TRUE;
}

static gboolean
untag_secret (WeirValue *cell)
{
  WeirValue *v = find (cell, "v", WEIR_VALUE_TEXT);

  if (v == NULL)
    return FALSE;
  become (cell, WEIR_VALUE_SECRET, FALSE);
  cell->a = v->a;
  cell->b = v->b;
  return TRUE;
}

static gboolean
untag_stream (WeirValue *cell)
{
  WeirValue *v = find (cell, "v", WEIR_VALUE_RECORD);

  if (v == NULL)
    return FALSE;
  become (cell, WEIR_VALUE_STREAM, TRUE);
  cell->b.cells = v;
  return TRUE;
}

gboolean
weir_json_untag (WeirArena *arena, WeirValue *cell, GError **error)
{
  WeirValue *tag = find (cell, "$weir", WEIR_VALUE_TEXT);
  const char *name = tag != NULL && tag == cell->b.cells ? tag->b.text : "";
  gboolean ok;

  if (strcmp (name, "record") == 0)
    ok = untag_record (cell);
  else
    {
      arena->is_plain = FALSE;
      ok = strcmp (name, "time") == 0       ? untag_integer (cell, WEIR_VALUE_TIME)
           : strcmp (name, "duration") == 0 ? untag_integer (cell, WEIR_VALUE_DURATION)
           : strcmp (name, "number") == 0   ? untag_number (cell)
           : strcmp (name, "bytes") == 0    ? untag_bytes (arena, cell)
           : strcmp (name, "file") == 0     ? untag_file (arena, cell)
           : strcmp (name, "table") == 0    ? untag_table (arena, cell)
           : strcmp (name, "error") == 0    ? untag_error (cell)
           : strcmp (name, "secret") == 0   ? untag_secret (cell)
           : strcmp (name, "stream") == 0   ? untag_stream (cell)
                                            : FALSE;
    }
  if (!ok)
    g_set_error (error, WEIR_ERROR, WEIR_ERROR_INVALID,
                 "Expected an encoded value, but the tag \"%s\" or what belongs to it is not known", name);
  return ok;
}
