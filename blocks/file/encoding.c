/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "encoding.h"

#include <string.h>

const char *const weir_encoding_ids[] = {
  "auto", "utf-8", "iso-8859-1", "windows-1252", "utf-16", "utf-16le", "utf-16be", NULL
};
const char *const weir_encoding_titles[] = {
  N_("Find out"), "UTF-8", "ISO 8859-1", "Windows 1252", "UTF-16", "UTF-16 LE", "UTF-16 BE", NULL
};

/* By the byte order mark, else UTF-8: anything cleverer is a guess that is wrong one day. */
static const char *
find_encoding (const guchar *data, gsize length, gsize *mark)
{
  *mark = 0;
  if (length >= 3 && memcmp (data, "\xef\xbb\xbf", 3) == 0)
    {
      *mark = 3;
      return "utf-8";
    }
  if (length >= 2 && (memcmp (data, "\xff\xfe", 2) == 0 || memcmp (data, "\xfe\xff", 2) == 0))
    {
      *mark = 2;
      return data[0] == 0xff ? "utf-16le" : "utf-16be";
    }
  return "utf-8";
}

/* The bytes as a text value. Fails with data.encoding, saying where the first wrong byte is. */
WeirValue *
weir_encoding_decode (GBytes *content, const char *encoding, GError **error)
{
  gsize length, mark = 0;
  const char *data = g_bytes_get_data (content, &length);
  const char *found = find_encoding ((const guchar *) data, length, &mark);
  const char *end;
  g_autoptr(GError) wrong = NULL;
  g_autofree char *converted = NULL;
  gsize read = 0, written = 0;

  if (length == 0)
    return weir_value_new_text ("");
  if (encoding == NULL || g_str_equal (encoding, "auto"))
    encoding = found;
  else if (!g_str_has_prefix (encoding, "utf-8"))
    mark = 0;

  if (g_str_equal (encoding, "utf-8"))
    {
      if (g_utf8_validate_len (data + mark, length - mark, &end) || *end == '\0')
        return weir_value_new_text_len (data + mark, length - mark);
      weir_set_failure (error, "data.encoding",
                        "Expected UTF-8, but byte %" G_GSIZE_FORMAT " (0x%02x) does not belong there",
                        (gsize) (end - data), (guchar) *end);
      return NULL;
    }

  converted = g_convert (data + mark, (gssize) (length - mark), "UTF-8", encoding, &read, &written, &wrong);
  if (converted == NULL)
    {
      weir_set_failure (error, "data.encoding", "Expected %s, but byte %" G_GSIZE_FORMAT " does not belong there",
                        encoding, mark + read);
      return NULL;
    }
  return weir_value_new_text_len (converted, written);
}

static char *
with_newlines (const char *text, gsize *length, const char *newline)
{
  GString *result;

  if (newline == NULL || g_str_equal (newline, "keep"))
    return g_memdup2 (text, *length + 1);

  result = g_string_sized_new (*length + 1);
  for (gsize i = 0; i < *length; i++)
    {
      if (text[i] == '\r' && i + 1 < *length && text[i + 1] == '\n')
        continue;
      if (text[i] == '\n' && g_str_equal (newline, "crlf"))
        g_string_append_c (result, '\r');
      g_string_append_c (result, text[i]);
    }
  *length = result->len;
  return g_string_free_and_steal (result);
}

/* The value as the content of a file: bytes as they are, text encoded, anything else as JSON. */
GBytes *
weir_encoding_encode (WeirValue *value, const char *encoding, const char *newline, GError **error)
{
  g_autofree char *json = NULL;
  g_autofree char *text = NULL;
  g_autoptr(GError) wrong = NULL;
  const char *source;
  char *converted;
  gsize length, written;

  if (weir_value_get_kind (value) == WEIR_VALUE_BYTES)
    return g_bytes_ref (weir_value_get_bytes (value));
  if (weir_value_get_kind (value) == WEIR_VALUE_TEXT)
    {
      source = weir_value_get_text (value, &length);
    }
  else
    {
      g_autofree char *written_json = weir_json_write (value, 2, &length);

      json = g_strconcat (written_json, "\n", NULL);
      length++;
      source = json;
    }

  text = with_newlines (source, &length, newline);
  if (encoding == NULL || g_str_equal (encoding, "utf-8") || g_str_equal (encoding, "auto"))
    return g_bytes_new_take (g_steal_pointer (&text), length);

  converted = g_convert (text, (gssize) length, encoding, "UTF-8", NULL, &written, &wrong);
  if (converted == NULL)
    {
      weir_set_failure (error, "data.encoding", "The text has letters that %s does not have", encoding);
      return NULL;
    }
  return g_bytes_new_take (converted, written);
}
