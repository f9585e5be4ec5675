/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* JSON to values. yyjson parses a copy of the text in place; one pass over its flat tree then fills an arena with cells
 * (see weir-value-private.h), whose texts and keys stay where they are in that copy. */
#include "weir-json-private.h"
#include "weir-value-private.h"

#include <math.h>
#include <string.h>
#include <yyjson.h>

#define MAX_DEPTH 512
#define MAX_LENGTH ((gsize) 1 << 30)
#define N_REMEMBERED_SHAPES 64

typedef struct
{
  WeirValue *cell;      /* the container */
  WeirValue *next;      /* its next child, where keys are taken in order */
  gsize      remaining;
  WeirShape *shape;     /* of a record */
  gboolean   has_twins; /* some keys came twice: each is looked up */
  gboolean   is_raw;    /* the inside of {"$weir": "record"}: its own "$weir" is a plain key */
} Frame;

typedef struct
{
  WeirArena *arena;
  WeirValue *next_cell;
  GArray    *frames;
  WeirShape *shapes[N_REMEMBERED_SHAPES]; /* those met lately: records in a list mostly look alike */
  gboolean   is_tagged;
} Reader;

static gboolean
shape_fits (const WeirShape *shape, yyjson_val *object, gsize n_keys)
{
  yyjson_val *key = unsafe_yyjson_get_first (object);

  if (shape->n_keys != n_keys)
    return FALSE;
  for (gsize i = 0; i < n_keys; i++)
    {
      if (shape->keys[i].length != unsafe_yyjson_get_len (key)
          || memcmp (shape->keys[i].text, unsafe_yyjson_get_str (key), shape->keys[i].length) != 0)
        return FALSE;
      key = unsafe_yyjson_get_next (key + 1);
    }
  return TRUE;
}

/* In a shape that is being filled; keys that are there have their hash. */
static gboolean
has_key (const WeirShape *shape, guint32 *index, guint32 mask, const WeirKey *key, guint32 *slot)
{
  if (index == NULL)
    {
      for (guint32 i = 0; i < shape->n_keys; i++)
        if (shape->keys[i].length == key->length && memcmp (shape->keys[i].text, key->text, key->length) == 0)
          return TRUE;
      return FALSE;
    }
  for (*slot = key->hash & mask; index[*slot] != 0; *slot = (*slot + 1) & mask)
    {
      const WeirKey *other = &shape->keys[index[*slot] - 1];

      if (other->hash == key->hash && other->length == key->length && memcmp (other->text, key->text, key->length) == 0)
        return TRUE;
    }
  return FALSE;
}

static WeirShape *
make_shape (Reader *self, yyjson_val *object, gsize n_keys)
{
  WeirShape *shape = weir_arena_alloc (self->arena, sizeof *shape + n_keys * sizeof (WeirKey));
  guint32 index_size = weir_shape_index_size (n_keys);
  guint32 *index = index_size > 0 ? weir_arena_alloc (self->arena, index_size * sizeof (guint32)) : NULL;
  yyjson_val *value = unsafe_yyjson_get_first (object);

  *shape = (WeirShape) { .ref_count = -1, .keys = (WeirKey *) (shape + 1) };
  if (index != NULL)
    memset (index, 0, index_size * sizeof (guint32));
  for (gsize i = 0; i < n_keys; i++)
    {
      WeirKey key = { unsafe_yyjson_get_str (value), unsafe_yyjson_get_len (value), 0 };
      guint32 slot = 0;

      key.hash = weir_key_hash (key.text, key.length);
      if (!has_key (shape, index, index_size - 1, &key, &slot))
        {
          shape->keys[shape->n_keys++] = key;
          if (index != NULL)
            index[slot] = shape->n_keys;
          if (key.length == 5 && memcmp (key.text, "$weir", 5) == 0)
            shape->is_tagged = TRUE;
        }
      value = unsafe_yyjson_get_next (value + 1);
    }
  if (index != NULL)
    {
      shape->index = index;
      shape->index_mask = index_size - 1;
    }
  return shape;
}

static WeirShape *
ensure_shape (Reader *self, yyjson_val *object, gsize n_keys)
{
  yyjson_val *first = unsafe_yyjson_get_first (object);
  guint slot = n_keys * 31;
  WeirShape *shape;

  if (n_keys > 0)
    slot += unsafe_yyjson_get_len (first) * 7 + (guint8) unsafe_yyjson_get_str (first)[0];
  slot %= N_REMEMBERED_SHAPES;
  shape = self->shapes[slot];
  if (shape == NULL || !shape_fits (shape, object, n_keys))
    {
      shape = make_shape (self, object, n_keys);
      /* A shape that lost a key to a twin must not be taken for another record's. */
      if (shape->n_keys == n_keys)
        self->shapes[slot] = shape;
    }
  return shape;
}

static inline void
set_header (Reader *self, WeirValue *cell, WeirValueKind kind, guint flags)
{
  cell->ref_or_offset = ((char *) cell - (char *) self->arena) / 8;
  cell->kind = kind;
  cell->flags = WEIR_VALUE_FLAG_CELL | flags;
  cell->reserved = 0;
}

static void
push_frame (Reader *self, WeirValue *cell, yyjson_val *value, gboolean is_raw)
{
  gsize length = unsafe_yyjson_get_len (value);
  Frame frame = { .cell = cell, .next = self->next_cell, .remaining = length, .is_raw = is_raw };

  if (unsafe_yyjson_is_obj (value))
    {
      frame.shape = ensure_shape (self, value, length);
      frame.has_twins = frame.shape->n_keys != length;
      set_header (self, cell, WEIR_VALUE_RECORD, WEIR_VALUE_FLAG_CELLS);
      cell->a.shape = frame.shape;
      self->next_cell += frame.shape->n_keys;
    }
  else
    {
      set_header (self, cell, WEIR_VALUE_LIST, WEIR_VALUE_FLAG_CELLS);
      cell->a.length = length;
      self->next_cell += length;
    }
  cell->b.cells = frame.next;
  g_array_append_val (self->frames, frame);
}

static void
read_scalar (Reader *self, WeirValue *cell, yyjson_val *value)
{
  switch (unsafe_yyjson_get_tag (value) & YYJSON_TAG_MASK)
    {
    case YYJSON_TYPE_STR | YYJSON_SUBTYPE_NONE:
    case YYJSON_TYPE_STR | YYJSON_SUBTYPE_NOESC:
      set_header (self, cell, WEIR_VALUE_TEXT, 0);
      cell->a.length = unsafe_yyjson_get_len (value);
      cell->b.text = unsafe_yyjson_get_str (value);
      return;
    case YYJSON_TYPE_NUM | YYJSON_SUBTYPE_UINT:
      if (value->uni.u64 > G_MAXINT64)
        {
          set_header (self, cell, WEIR_VALUE_NUMBER, 0);
          cell->a.number = (double) value->uni.u64;
          return;
        }
      G_GNUC_FALLTHROUGH;
    case YYJSON_TYPE_NUM | YYJSON_SUBTYPE_SINT:
      set_header (self, cell, WEIR_VALUE_INT, 0);
      cell->a.integer = value->uni.i64;
      return;
    case YYJSON_TYPE_NUM | YYJSON_SUBTYPE_REAL:
      set_header (self, cell, WEIR_VALUE_NUMBER, 0);
      cell->a.number = value->uni.f64;
      return;
    case YYJSON_TYPE_BOOL | YYJSON_SUBTYPE_TRUE:
    case YYJSON_TYPE_BOOL | YYJSON_SUBTYPE_FALSE:
      set_header (self, cell, WEIR_VALUE_BOOL, 0);
      cell->a.integer = unsafe_yyjson_is_true (value);
      return;
    default:
      set_header (self, cell, WEIR_VALUE_NULL, 0);
      return;
    }
}

static gboolean
is_raw_child (const Reader *self, const Frame *parent, yyjson_val *key)
{
  const WeirValue *tag;

  if (!self->is_tagged || parent->shape == NULL || !parent->shape->is_tagged || parent->is_raw || parent->has_twins)
    return FALSE;
  tag = parent->cell->b.cells;
  return unsafe_yyjson_equals_str (key, "v") && tag->kind == WEIR_VALUE_TEXT && strcmp (tag->b.text, "record") == 0
         && strcmp (parent->shape->keys[0].text, "$weir") == 0;
}

/* yyjson's values lie in the order of the text, so reading them is one walk; frames say whose child comes next. */
static gboolean
read_tree (Reader *self, yyjson_val *value, gsize max_depth, GError **error)
{
  WeirValue *root = self->next_cell++;

  if (!unsafe_yyjson_is_ctn (value))
    {
      read_scalar (self, root, value);
      return TRUE;
    }

  push_frame (self, root, value, FALSE);
  while (self->frames->len > 0)
    {
      Frame *frame = &g_array_index (self->frames, Frame, self->frames->len - 1);
      yyjson_val *key;
      WeirValue *cell;

      if (frame->remaining == 0)
        {
          if (self->is_tagged && frame->shape != NULL && frame->shape->is_tagged && !frame->is_raw
              && !weir_json_untag (self->arena, frame->cell, error))
            return FALSE;
          g_array_set_size (self->frames, self->frames->len - 1);
          continue;
        }

      frame->remaining--;
      key = ++value;
      if (frame->shape != NULL)
        value++;
      cell = frame->next++;
      if (frame->has_twins)
        cell = frame->cell->b.cells
               + weir_shape_find (frame->shape, unsafe_yyjson_get_str (key), unsafe_yyjson_get_len (key));
      if (!unsafe_yyjson_is_ctn (value))
        read_scalar (self, cell, value);
      else if (self->frames->len == max_depth)
        {
          g_set_error (error, WEIR_ERROR, WEIR_ERROR_LIMIT, "JSON is nested deeper than %u levels", MAX_DEPTH);
          return FALSE;
        }
      else
        push_frame (self, cell, value, is_raw_child (self, frame, key));
    }
  return TRUE;
}

/* "\ud800" without its other half is JSON by its grammar, but stands for no character. Makes it U+FFFD, which is
 * written as long, so that positions in errors stay right. */
static gboolean
replace_lone_surrogates (char *text, gsize length)
{
  gboolean replaced = FALSE;
  gboolean after_high = FALSE;
  char *end = text + length;

  for (char *p = text; p + 6 <= end; p++)
    {
      guint unit;

      if (*p != '\\')
        {
          after_high = FALSE;
          continue;
        }
      if (p[1] != 'u' || sscanf (p + 2, "%4x", &unit) != 1)
        {
          p++;
          after_high = FALSE;
          continue;
        }
      if (unit >= 0xdc00 && unit <= 0xdfff && !after_high)
        {
          memcpy (p + 2, "fffd", 4);
          replaced = TRUE;
        }
      after_high = FALSE;
      if (unit >= 0xd800 && unit <= 0xdbff)
        {
          guint next = 0;

          after_high = p + 12 <= end && p[6] == '\\' && p[7] == 'u' && sscanf (p + 8, "%4x", &next) == 1
                       && next >= 0xdc00 && next <= 0xdfff;
          if (!after_high)
            {
              memcpy (p + 2, "fffd", 4);
              replaced = TRUE;
            }
        }
      p += 5;
    }
  return replaced;
}

static char *
copy_text (const char *text, gsize length)
{
  char *copy = g_try_malloc (length + YYJSON_PADDING_SIZE);

  if (copy != NULL)
    {
      memcpy (copy, text, length);
      memset (copy + length, 0, YYJSON_PADDING_SIZE);
    }
  return copy;
}

/**
 * weir_json_locate:
 *
 * Line and column, from 1, of a byte of a text; columns count characters.
 */
void
weir_json_locate (const char *text, gsize position, gsize *line, gsize *column)
{
  *line = 1;
  *column = 1;
  for (gsize i = 0; i < position; i++)
    if (text[i] == '\n')
      {
        *line += 1;
        *column = 1;
      }
    else if ((text[i] & 0xc0) != 0x80)
      *column += 1;
}

static void
set_syntax_error (GError **error, const char *text, const yyjson_read_err *problem)
{
  g_autofree char *what = g_strdup (problem->msg);
  gsize line, column;

  if (problem->code == YYJSON_READ_ERROR_MEMORY_ALLOCATION)
    {
      g_set_error (error, WEIR_ERROR, WEIR_ERROR_LIMIT, "JSON is too large for the memory there is");
      return;
    }
  weir_json_locate (text, problem->pos, &line, &column);
  g_set_error (error, WEIR_ERROR, WEIR_ERROR_INVALID, "JSON line %zu, column %zu: %s", line, column, what);
}

static gsize
find_depth (const char *text, gsize length, gsize max_depth)
{
  gsize depth = 0;
  gboolean in_text = FALSE;

  for (gsize i = 0; i < length; i++)
    if (in_text)
      {
        if (text[i] == '\\')
          i++;
        else if (text[i] == '"')
          in_text = FALSE;
      }
    else if (text[i] == '"')
      in_text = TRUE;
    else if (text[i] == ']' || text[i] == '}')
      depth--;
    else if ((text[i] == '[' || text[i] == '{') && ++depth > max_depth)
      return i;
  return length;
}

/* Says where it became too deep, which yyjson's tree does not know any more. */
static void
add_depth_position (GError **error, const char *text, gsize length)
{
  gsize line, column;

  if (error == NULL || !g_error_matches (*error, WEIR_ERROR, WEIR_ERROR_LIMIT))
    return;
  weir_json_locate (text, find_depth (text, length, MAX_DEPTH), &line, &column);
  g_prefix_error (error, "JSON line %zu, column %zu: ", line, column);
}

static WeirValue *
shared_constant (const WeirValue *cell)
{
  if (cell->kind == WEIR_VALUE_NULL)
    return weir_value_new_null ();
  if (cell->kind == WEIR_VALUE_BOOL)
    return weir_value_new_bool (cell->a.integer != 0);
  if (cell->kind == WEIR_VALUE_INT)
    return weir_value_new_int (cell->a.integer);
  return NULL;
}

static WeirValue *
read_document (yyjson_doc *document, char **copy, gboolean is_tagged, GError **error)
{
  Reader reader = { .is_tagged = is_tagged };
  WeirValue *constant;
  gboolean ok;

  reader.arena = weir_arena_new (yyjson_doc_get_val_count (document));
  if (reader.arena == NULL)
    {
      g_set_error (error, WEIR_ERROR, WEIR_ERROR_LIMIT, "JSON is too large for the memory there is");
      return NULL;
    }
  reader.arena->text = g_steal_pointer (copy);
  reader.next_cell = reader.arena->cells;
  reader.frames = g_array_sized_new (FALSE, FALSE, sizeof (Frame), 16);
  ok = read_tree (&reader, yyjson_doc_get_root (document), is_tagged ? G_MAXSIZE : MAX_DEPTH, error);
  g_array_unref (reader.frames);
  constant = ok ? shared_constant (reader.arena->cells) : NULL;
  if (!ok || constant != NULL)
    {
      weir_arena_unref (reader.arena);
      return constant;
    }
  return reader.arena->cells;
}

WeirValue *
weir_json_read (const char *text, gssize length, gboolean is_tagged, GError **error)
{
  gsize n_bytes = length >= 0 ? (gsize) length : strlen (text);
  g_autofree char *copy = NULL;
  yyjson_doc *document;
  yyjson_read_err problem = { 0 };
  WeirValue *value;

  if (n_bytes > MAX_LENGTH)
    {
      g_set_error (error, WEIR_ERROR, WEIR_ERROR_LIMIT, "JSON may be 1 GiB long, but this is %zu bytes", n_bytes);
      return NULL;
    }
  if (n_bytes >= 3 && memcmp (text, "\xef\xbb\xbf", 3) == 0) /* byte order mark */
    {
      text += 3;
      n_bytes -= 3;
    }
  if (n_bytes == 0)
    {
      g_set_error (error, WEIR_ERROR, WEIR_ERROR_INVALID, "JSON line 1, column 1: expected a value, but the text is empty");
      return NULL;
    }

  copy = copy_text (text, n_bytes);
  if (copy == NULL)
    {
      g_set_error (error, WEIR_ERROR, WEIR_ERROR_LIMIT, "JSON is too large for the memory there is");
      return NULL;
    }
  document = yyjson_read_opts (copy, n_bytes, YYJSON_READ_INSITU, NULL, &problem);
  if (document == NULL && problem.code == YYJSON_READ_ERROR_INVALID_STRING)
    {
      memcpy (copy, text, n_bytes);
      if (replace_lone_surrogates (copy, n_bytes))
        document = yyjson_read_opts (copy, n_bytes, YYJSON_READ_INSITU, NULL, &problem);
    }
  if (document == NULL)
    {
      set_syntax_error (error, text, &problem);
      return NULL;
    }
  value = read_document (document, &copy, is_tagged, error);
  yyjson_doc_free (document);
  if (value == NULL)
    add_depth_position (error, text, n_bytes);
  return value;
}

/**
 * weir_json_parse:
 * @text: (array length=length) (element-type guint8): JSON by RFC 8259, UTF-8, perhaps with a byte order mark
 * @length: in bytes; -1 if it ends with NUL
 * @error: %WEIR_ERROR_INVALID with line and column, %WEIR_ERROR_LIMIT if deeper than 512 levels or longer than 1 GiB
 *
 * Of a key given twice the last value counts, at the place of the first. Half of a surrogate pair becomes U+FFFD. Numbers
 * too large for a double are refused. Any thread; takes about 2 ms a MB, so large texts belong into a thread.
 *
 * Returns: (transfer full): the value
 */
WeirValue *
weir_json_parse (const char *text, gssize length, GError **error)
{
  g_return_val_if_fail (text != NULL, NULL);

  return weir_json_read (text, length, FALSE, error);
}

/**
 * weir_value_decode:
 * @text: what weir_value_encode() gave
 * @length: in bytes; -1 if it ends with NUL
 * @error: %WEIR_ERROR_INVALID
 *
 * Any thread.
 *
 * Returns: (transfer full): the value as it was
 */
WeirValue *
weir_value_decode (const char *text, gssize length, GError **error)
{
  g_return_val_if_fail (text != NULL, NULL);

  return weir_json_read (text, length, TRUE, error);
}
