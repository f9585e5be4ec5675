/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Values to JSON, without recursion and straight into one buffer. */
#include "weir-json-private.h"
#include "weir-type.h"
#include "weir-stream.h"

#include <math.h>
#include <string.h>
#include <yyjson.h>

typedef struct
{
  WeirValue *value;
  gsize      next;   /* the next child */
  gsize      length;
  WeirShape *shape;  /* of a record: the keys */
  guint8     n_closing; /* how many brackets close it */
} Frame;

typedef struct
{
  char    *data;
  gsize    length;
  gsize    capacity;
  GArray  *frames;
  guint    indent;
  gsize    limit;    /* stop once it is longer; 0: never */
  gboolean is_tagged;
  GPtrArray *kept; /* values made on the way */
} Writer;

static inline char *
reserve (Writer *self, gsize size)
{
  if (G_UNLIKELY (self->capacity - self->length < size))
    {
      self->capacity = MAX (self->capacity * 2, self->length + size);
      self->data = g_realloc (self->data, self->capacity);
    }
  return self->data + self->length;
}

static inline void
put (Writer *self, const char *text, gsize length)
{
  memcpy (reserve (self, length), text, length);
  self->length += length;
}

static inline void
put_char (Writer *self, char c)
{
  *reserve (self, 1) = c;
  self->length++;
}

/* How a character below 128 is escaped: 0 not, 1 as \u00XX, else the letter. */
static const char escapes[256] = {
  1, 1, 1, 1, 1, 1, 1, 1, 'b', 't', 'n', 1, 'f', 'r', 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
  ['"'] = '"', ['\\'] = '\\',
};

/* How many bytes from the start need no escape; looks at eight at a time. */
static inline gsize
count_plain (const char *text, gsize length)
{
  const guint64 ones = G_GUINT64_CONSTANT (0x0101010101010101), highs = ones << 7;
  gsize i = 0;

  while (i + 8 <= length)
    {
      guint64 word, quote, backslash, low;

      memcpy (&word, text + i, 8);
      quote = word ^ (ones * '"');
      backslash = word ^ (ones * '\\');
      low = (word - ones * 0x20) & ~word;
      if (((((quote - ones) & ~quote) | ((backslash - ones) & ~backslash) | low) & highs) != 0)
        break;
      i += 8;
    }
  while (i < length && escapes[(guint8) text[i]] == 0)
    i++;
  return i;
}

static void
put_text (Writer *self, const char *text, gsize length)
{
  char *out = reserve (self, length + 2);

  *out = '"';
  self->length++;
  while (TRUE)
    {
      gsize n_plain = count_plain (text, length);
      char escape;

      put (self, text, n_plain);
      if (n_plain == length)
        break;
      escape = escapes[(guint8) text[n_plain]];
      if (escape == 1)
        {
          g_snprintf (reserve (self, 7), 7, "\\u%04x", (guint8) text[n_plain]);
          self->length += 6;
        }
      else
        put (self, (char[]) { '\\', escape }, 2);
      text += n_plain + 1;
      length -= n_plain + 1;
    }
  put_char (self, '"');
}

static void
put_c_text (Writer *self, const char *text)
{
  put_text (self, text, strlen (text));
}

static void
put_integer (Writer *self, gint64 integer)
{
  char digits[20];
  char *out = digits + sizeof digits;
  guint64 rest = integer < 0 ? -(guint64) integer : (guint64) integer;

  do
    *--out = '0' + rest % 10;
  while ((rest /= 10) != 0);
  if (integer < 0)
    *--out = '-';
  put (self, out, digits + sizeof digits - out);
}

/* yyjson writes numbers shortest, but only into memory of its own; so it is given ours. */
static void *
lend_buffer (void *buffer, size_t size)
{
  return buffer;
}

static void *
refuse_more (void *buffer, void *memory, size_t old_size, size_t size)
{
  return NULL;
}

static void
keep_buffer (void *buffer, void *memory)
{
}

static void
put_number (Writer *self, double number)
{
  yyjson_alc lender = { lend_buffer, refuse_more, keep_buffer, reserve (self, 64) };
  yyjson_val value = { .tag = YYJSON_TYPE_NUM | YYJSON_SUBTYPE_REAL, .uni.f64 = number };
  size_t length = 0;

  if (isfinite (number) && yyjson_val_write_opts (&value, YYJSON_WRITE_NOFLAG, &lender, &length, NULL) != NULL)
    self->length += length;
  else if (!self->is_tagged)
    put (self, "null", 4);
  else
    {
      put (self, "{\"$weir\":\"number\",\"v\":", 22);
      put_c_text (self, isnan (number) ? "NaN" : number > 0 ? "Infinity" : "-Infinity");
      put_char (self, '}');
    }
}

static void
put_tag (Writer *self, const char *tag)
{
  put (self, "{\"$weir\":\"", 10);
  put (self, tag, strlen (tag));
  put (self, "\",", 2);
}

static void
put_member_integer (Writer *self, const char *key, gint64 integer)
{
  put_c_text (self, key);
  put_char (self, ':');
  put_integer (self, integer);
}

static void
put_tagged_integer (Writer *self, const char *tag, gint64 integer)
{
  put_tag (self, tag);
  put_member_integer (self, "v", integer);
  put_char (self, '}');
}

static void
put_base64 (Writer *self, gconstpointer data, gsize size)
{
  gint state = 0, save = 0;
  char *out = reserve (self, size / 3 * 4 + 16);
  gsize length;

  *out++ = '"';
  length = g_base64_encode_step (data, size, FALSE, out, &state, &save);
  length += g_base64_encode_close (FALSE, out + length, &state, &save);
  out[length] = '"';
  self->length += length + 2;
}

static void
put_bytes (Writer *self, GBytes *bytes)
{
  gsize size;
  gconstpointer data = g_bytes_get_data (bytes, &size);

  if (self->is_tagged)
    {
      put_tag (self, "bytes");
      put (self, "\"v\":", 4);
    }
  put_base64 (self, data, size);
  if (self->is_tagged)
    put_char (self, '}');
}

static void
put_file (Writer *self, const WeirFileIdentity *file)
{
  if (!self->is_tagged)
    {
      g_autofree char *path = g_utf8_make_valid (file->path, -1);

      put_c_text (self, path);
      return;
    }

  put_tag (self, "file");
  if (g_utf8_validate (file->path, -1, NULL))
    {
      put (self, "\"path\":", 7);
      put_c_text (self, file->path);
    }
  else
    {
      put (self, "\"path64\":", 9);
      put_base64 (self, file->path, strlen (file->path));
    }
  put_char (self, ',');
  put_member_integer (self, "device", file->device);
  put_char (self, ',');
  put_member_integer (self, "inode", file->inode);
  put_char (self, ',');
  put_member_integer (self, "size", file->size);
  put_char (self, ',');
  put_member_integer (self, "modified", file->modified_at);
  put_char (self, '}');
}

static void
put_time (Writer *self, gint64 time_us)
{
  g_autofree char *text = NULL;

  if (self->is_tagged)
    {
      put_tagged_integer (self, "time", time_us);
      return;
    }
  text = weir_format_time (time_us);
  put_c_text (self, text);
}

static void
put_stream (Writer *self, WeirValue *value)
{
  g_autofree char *text = weir_stream_describe (value);

  put (self, "{\"stream\":", 10);
  put_c_text (self, text);
  put_char (self, '}');
}

static void
put_scalar (Writer *self, WeirValue *value)
{
  switch (value->kind)
    {
    case WEIR_VALUE_BOOL:
      put (self, value->a.integer ? "true" : "false", value->a.integer ? 4 : 5);
      break;
    case WEIR_VALUE_INT:
      put_integer (self, value->a.integer);
      break;
    case WEIR_VALUE_NUMBER:
      put_number (self, value->a.number);
      break;
    case WEIR_VALUE_TEXT:
      put_text (self, value->b.text, value->a.length);
      break;
    case WEIR_VALUE_BYTES:
      put_bytes (self, value->a.bytes);
      break;
    case WEIR_VALUE_TIME:
      put_time (self, value->a.integer);
      break;
    case WEIR_VALUE_DURATION:
      if (self->is_tagged)
        put_tagged_integer (self, "duration", value->a.integer);
      else
        put_integer (self, value->a.integer);
      break;
    case WEIR_VALUE_FILE:
      put_file (self, value->a.file);
      break;
    case WEIR_VALUE_SECRET:
      if (self->is_tagged)
        put_tag (self, "secret");
      put (self, self->is_tagged ? "\"v\":" : "{\"secret\":", self->is_tagged ? 4 : 10);
      put_text (self, value->b.text, value->a.length);
      put_char (self, '}');
      break;
    case WEIR_VALUE_STREAM: /* for the world: reading it would take who knows how long */
      put_stream (self, value);
      break;
    default:
      put (self, "null", 4);
      break;
    }
}

static void
put_newline (Writer *self)
{
  gsize width = (gsize) self->indent * self->frames->len;
  char *out = reserve (self, width + 1);

  out[0] = '\n';
  memset (out + 1, ' ', width);
  self->length += width + 1;
}

static gboolean
is_container (Writer *self, WeirValue *value)
{
  return (value->kind >= WEIR_VALUE_LIST && value->kind < WEIR_VALUE_SECRET && value->kind != WEIR_VALUE_FILE)
         || (value->kind == WEIR_VALUE_STREAM && self->is_tagged);
}

static void
open_container (Writer *self, WeirValue *value)
{
  Frame frame = { .value = value, .n_closing = 1 };

  if (value->kind == WEIR_VALUE_TABLE && !self->is_tagged)
    {
      value = frame.value = weir_table_to_records (value);
      g_ptr_array_add (self->kept, value);
    }
  switch (value->kind)
    {
    case WEIR_VALUE_LIST:
      frame.length = value->a.length;
      put_char (self, '[');
      break;
    case WEIR_VALUE_STREAM: /* its only child is the recipe */
      put_tag (self, "stream");
      put (self, "\"v\":", 4);
      frame.length = 1;
      break;
    case WEIR_VALUE_TABLE: /* its only child is the list of rows */
      put_tag (self, "table");
      put (self, "\"columns\":[", 11);
      for (guint32 i = 0; i < value->a.shape->n_keys; i++)
        {
          if (i > 0)
            put_char (self, ',');
          put_text (self, value->a.shape->keys[i].text, value->a.shape->keys[i].length);
        }
      put (self, "],\"rows\":", 9);
      frame.length = 1;
      break;
    default:
      frame.shape = value->a.shape;
      frame.length = frame.shape->n_keys;
      if (self->is_tagged && value->kind == WEIR_VALUE_ERROR)
        put_tag (self, "error");
      else if (self->is_tagged && frame.shape->is_tagged)
        {
          put (self, "{\"$weir\":\"record\",\"v\":{", 23);
          frame.n_closing = 2;
        }
      else
        put_char (self, '{');
      break;
    }
  g_array_append_val (self->frames, frame);
}

static void
close_container (Writer *self)
{
  Frame frame = g_array_index (self->frames, Frame, self->frames->len - 1);

  g_array_set_size (self->frames, self->frames->len - 1);
  if (self->indent > 0 && frame.length > 0)
    put_newline (self);
  put (self, frame.value->kind == WEIR_VALUE_LIST ? "]" : "}}", frame.n_closing);
}

static void
put_value (Writer *self, WeirValue *value)
{
  if (!is_container (self, value))
    {
      put_scalar (self, value);
      return;
    }

  open_container (self, value);
  while (self->frames->len > 0 && (self->limit == 0 || self->length <= self->limit))
    {
      Frame *frame = &g_array_index (self->frames, Frame, self->frames->len - 1);
      WeirValue *child;

      if (frame->next == frame->length)
        {
          close_container (self);
          continue;
        }
      if (frame->next > 0)
        put_char (self, ',');
      if (self->indent > 0)
        put_newline (self);
      if (frame->shape != NULL)
        {
          put_text (self, frame->shape->keys[frame->next].text, frame->shape->keys[frame->next].length);
          put (self, ": ", self->indent > 0 ? 2 : 1);
        }
      child = weir_value_peek_child (frame->value, frame->next++);
      if (!is_container (self, child))
        put_scalar (self, child);
      else
        open_container (self, child);
    }
}

static char *
write_value (WeirValue *value, guint indent, gsize limit, gboolean is_tagged, gsize *length)
{
  Writer writer = { .indent = indent, .limit = limit, .is_tagged = is_tagged };

  writer.capacity = 256;
  writer.data = g_malloc (writer.capacity);
  writer.frames = g_array_sized_new (FALSE, FALSE, sizeof (Frame), 16);
  writer.kept = g_ptr_array_new_with_free_func ((GDestroyNotify) weir_value_unref);
  put_value (&writer, value);
  put_char (&writer, '\0');
  g_ptr_array_unref (writer.kept);
  g_array_unref (writer.frames);
  if (length != NULL)
    *length = writer.length - 1;
  return writer.data;
}

/* Its beginning only: a little more than @limit bytes. */
char *
weir_json_write_start (WeirValue *value, gsize limit, gsize *length)
{
  return write_value (value, 0, limit, FALSE, length);
}

/**
 * weir_json_write:
 * @value: a value
 * @indent: how many spaces a level; 0 for one line
 * @length: (out) (optional): the length in bytes
 *
 * For the world: what JSON lacks is written as text or number and does not come back (see weir_value_encode()). A secret
 * is written as {"secret": its handle}. Any thread.
 *
 * Returns: (transfer full): JSON that ends with NUL
 */
char *
weir_json_write (WeirValue *value, guint indent, gsize *length)
{
  g_return_val_if_fail (value != NULL, NULL);

  return write_value (value, indent, 0, FALSE, length);
}

/**
 * weir_value_encode:
 * @value: a value
 * @length: (out) (optional): the length in bytes
 *
 * Any thread.
 *
 * Returns: (transfer full): JSON on one line from which weir_value_decode() makes the same value
 */
char *
weir_value_encode (WeirValue *value, gsize *length)
{
  g_return_val_if_fail (value != NULL, NULL);

  return write_value (value, 0, 0, TRUE, length);
}
