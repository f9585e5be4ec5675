/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The end of a stream that is written somewhere: items as lines of text. */
#include "weir-json.h"
#include "weir-stream-private.h"

#include <string.h>

struct _WeirStreamEncoder
{
  GString *text;
  char    *encoding; /* NULL: UTF-8 */
  gboolean is_crlf;
  gboolean needs_mark;
};

WeirStreamEncoder *
weir_stream_encoder_new (WeirValue *record, GError **error)
{
  const char *encoding = record != NULL ? weir_value_get_member_text (record, "encoding", "utf-8") : "utf-8";
  const char *newline = record != NULL ? weir_value_get_member_text (record, "newline", "keep") : "keep";
  WeirStreamEncoder *self = g_new0 (WeirStreamEncoder, 1);

  self->text = g_string_sized_new (64 << 10);
  self->is_crlf = g_str_equal (newline, "crlf");
  if (!g_str_equal (encoding, "utf-8") && !g_str_equal (encoding, "auto"))
    {
      GIConv probe = g_iconv_open (encoding, "UTF-8");

      if (probe == (GIConv) -1)
        {
          weir_set_failure (error, "config.invalid", "Expected an encoding that is known here, but there is \"%s\"",
                            encoding);
          weir_stream_encoder_free (self);
          return NULL;
        }
      g_iconv_close (probe);
      /* "utf-16" alone puts its mark before every chunk */
      self->needs_mark = g_str_equal (encoding, "utf-16");
      self->encoding = g_strdup (self->needs_mark ? "utf-16le" : encoding);
    }
  return self;
}

void
weir_stream_encoder_free (WeirStreamEncoder *self)
{
  g_string_free (self->text, TRUE);
  g_free (self->encoding);
  g_free (self);
}

static gboolean
add_line (WeirStreamEncoder *self, const char *text, gsize length, GError **error)
{
  g_autofree char *converted = NULL;
  const char *end = self->is_crlf ? "\r\n" : "\n";
  g_autofree char *line = NULL;
  gsize size;

  if (self->encoding == NULL)
    {
      g_string_append_len (self->text, text, length);
      g_string_append_len (self->text, end, strlen (end));
      return TRUE;
    }
  if (self->needs_mark)
    g_string_append_len (self->text, "\xff\xfe", 2);
  self->needs_mark = FALSE;
  line = g_malloc (length + 3);
  memcpy (line, text, length);
  memcpy (line + length, end, strlen (end) + 1);
  converted = g_convert (line, length + strlen (end), self->encoding, "UTF-8", NULL, &size, NULL);
  if (converted == NULL)
    {
      weir_set_failure (error, "data.encoding", "The text has letters that %s does not have", self->encoding);
      return FALSE;
    }
  g_string_append_len (self->text, converted, size);
  return TRUE;
}

static gboolean
add_item (WeirStreamEncoder *self, WeirValue *value, GError **error)
{
  g_autofree char *json = NULL;
  gsize length;

  if (value->kind == WEIR_VALUE_TEXT)
    return add_line (self, value->b.text, value->a.length, error);
  if (value->kind == WEIR_VALUE_BYTES)
    {
      const char *data = g_bytes_get_data (value->a.bytes, &length);

      g_string_append_len (self->text, data, length);
      return TRUE;
    }
  json = weir_json_write (value, 0, &length);
  return add_line (self, json, length, error);
}

gboolean
weir_stream_encoder_add (WeirStreamEncoder *self, WeirStreamBatch *batch, guint64 *failed_at, GError **error)
{
  for (guint i = 0; i < batch->len; i++)
    {
      WeirStreamItem *item = &g_array_index (batch, WeirStreamItem, i);

      if (add_item (self, item->value, error))
        continue;
      *failed_at = item->place;
      return FALSE;
    }
  return TRUE;
}

gsize
weir_stream_encoder_get_size (WeirStreamEncoder *self)
{
  return self->text->len;
}

GBytes *
weir_stream_encoder_take (WeirStreamEncoder *self)
{
  GBytes *bytes = g_string_free_to_bytes (self->text);

  self->text = g_string_sized_new (64 << 10);
  return bytes;
}
