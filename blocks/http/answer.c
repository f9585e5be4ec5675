/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "internal.h"

#include <string.h>

#include "values.h"

/* How much of a failed answer goes with the failure. */
#define FAILURE_BODY 16384

static void
add_header_cb (const char *name, const char *value, gpointer user_data)
{
  WeirBuilder *builder = user_data;
  g_autofree char *lower = g_ascii_strdown (name, -1);
  g_autofree char *valid = g_utf8_make_valid (value, -1);

  weir_builder_set_take (builder, lower, weir_value_new_text (valid));
}

/* A header that came more than once is one with commas, as the standard has it. */
WeirValue *
weir_http_make_headers (SoupMessage *message)
{
  SoupMessageHeaders *headers = soup_message_get_response_headers (message);
  WeirBuilder *builder = weir_record_builder_new (16);
  g_autoptr(WeirValue) record = NULL;
  WeirBuilder *joined;

  soup_message_headers_foreach (headers, add_header_cb, builder);
  record = weir_builder_end (builder);
  joined = weir_record_builder_new (weir_value_get_length (record));
  for (gsize i = 0; i < weir_value_get_length (record); i++)
    {
      const char *all = soup_message_headers_get_list (headers, weir_value_get_key (record, i));
      g_autofree char *valid = g_utf8_make_valid (all != NULL ? all : "", -1);

      weir_builder_set_take (joined, weir_value_get_key (record, i), weir_value_new_text (valid));
    }
  return weir_builder_end (joined);
}

static WeirValue *
make_text (GBytes *body, const char *charset, GError **error)
{
  gsize length, written;
  const char *data = g_bytes_get_data (body, &length);
  g_autofree char *converted = NULL;

  if (length == 0)
    return weir_value_new_text ("");
  if (charset == NULL || g_ascii_strcasecmp (charset, "utf-8") == 0)
    {
      if (g_utf8_validate_len (data, length, NULL))
        return weir_value_new_text_len (data, length);
    }
  else
    {
      converted = g_convert (data, (gssize) length, "UTF-8", charset, NULL, &written, NULL);
      if (converted != NULL)
        return weir_value_new_text_len (converted, written);
    }
  weir_set_failure (error, "data.encoding", "Expected text in %s, but the answer is not",
                    charset != NULL ? charset : "UTF-8");
  return NULL;
}

static gboolean
is_json (const char *type)
{
  return type != NULL
         && (g_str_equal (type, "application/json") || g_str_has_suffix (type, "+json")
             || g_str_equal (type, "text/json"));
}

static gboolean
is_text (const char *type)
{
  return type != NULL
         && (g_str_has_prefix (type, "text/") || g_str_has_suffix (type, "+xml")
             || g_str_equal (type, "application/xml") || g_str_equal (type, "application/javascript")
             || g_str_equal (type, "application/yaml") || g_str_equal (type, "application/x-www-form-urlencoded"));
}

static WeirValue *
parse_json (SoupMessage *message, WeirValue *text, GError **error)
{
  g_autoptr(GError) wrong = NULL;
  gsize length;
  const char *data = weir_value_get_text (text, &length);
  WeirValue *value = weir_json_parse (data, (gssize) length, &wrong);

  if (value == NULL)
    weir_set_failure (error, "data.parse", "Expected JSON from %s: %s", g_uri_get_host (soup_message_get_uri (message)),
                      wrong->message);
  return value;
}

/* @as: "json", "text", "bytes", or "auto": by the type that the server says. */
WeirValue *
weir_http_parse_body (const char *as, WeirHttpAnswer *answer, GError **error)
{
  SoupMessageHeaders *headers = soup_message_get_response_headers (answer->message);
  g_autoptr(GHashTable) params = NULL;
  const char *type = soup_message_headers_get_content_type (headers, &params);
  const char *charset = params != NULL ? g_hash_table_lookup (params, "charset") : NULL;
  gboolean automatic = g_str_equal (as, "auto");
  g_autoptr(WeirValue) text = NULL;
  g_autoptr(GError) wrong = NULL;

  if (automatic && g_bytes_get_size (answer->body) == 0)
    return weir_value_new_null ();
  if (g_str_equal (as, "bytes") || (automatic && !is_json (type) && !is_text (type)))
    return weir_value_new_bytes (answer->body);

  text = make_text (answer->body, charset, &wrong);
  if (text == NULL && automatic)
    return weir_value_new_bytes (answer->body);
  if (text == NULL)
    {
      g_propagate_error (error, g_steal_pointer (&wrong));
      return NULL;
    }
  if (g_str_equal (as, "text") || (automatic && !is_json (type)))
    return g_steal_pointer (&text);
  return parse_json (answer->message, text, error);
}

gboolean
weir_http_is_good (const char *ok, guint status)
{
  g_auto(GStrv) words = g_strsplit (weir_blocks_is_blank (ok) ? "2xx" : ok, ",", -1);
  g_autofree char *text = g_strdup_printf ("%u", status);

  for (guint i = 0; words[i] != NULL; i++)
    {
      const char *word = g_strstrip (words[i]);

      if (g_str_equal (word, text) || g_str_equal (word, "*") || (g_str_has_suffix (word, "xx") && word[0] == text[0]))
        return TRUE;
    }
  return FALSE;
}

/* Seconds, or a date. -1 if the header is missing or says nothing. */
static gint64
get_retry_after_ms (WeirStep *step, SoupMessageHeaders *headers)
{
  const char *text = soup_message_headers_get_one (headers, "Retry-After");
  g_autoptr(GDateTime) date = NULL;
  guint64 seconds;

  if (text == NULL)
    return -1;
  if (g_ascii_string_to_unsigned (text, 10, 0, 366 * 86400, &seconds, NULL))
    return (gint64) seconds * 1000;
  date = soup_date_time_new_from_http_string (text);
  return date != NULL ? MAX (g_date_time_to_unix (date) * 1000 - weir_step_get_time (step) / 1000, 0) : -1;
}

/* Of a 401 to somebody who signed in, that is the trouble; to somebody who did not, it is one status among others. */
static char *
make_class (const WeirHttpRequest *request, guint status)
{
  if (status == SOUP_STATUS_UNAUTHORIZED && !g_str_equal (request->auth, "none"))
    return g_strdup ("auth.denied");
  return g_strdup_printf ("http.%u", status);
}

void
weir_http_fail_with_status (const WeirHttpRequest *request, WeirStep *step, WeirHttpAnswer *answer, GError **error)
{
  SoupMessage *message = answer->message;
  guint status = soup_message_get_status (message);
  const char *reason = soup_message_get_reason_phrase (message);
  gint64 retry_after = get_retry_after_ms (step, soup_message_get_response_headers (message));
  g_autofree char *class_name = make_class (request, status);
  gsize length;
  const char *data = g_bytes_get_data (answer->body, &length);
  g_autofree char *shown = g_utf8_make_valid (data != NULL ? data : "", (gssize) MIN (length, FAILURE_BODY));
  WeirBuilder *builder = weir_record_builder_new (4);
  g_autoptr(WeirValue) details = NULL;

  weir_builder_set_take (builder, "status", weir_value_new_int (status));
  weir_builder_set_take (builder, "headers", weir_http_make_headers (message));
  weir_builder_set_take (builder, "body", weir_value_new_text (shown));
  if (retry_after >= 0)
    weir_builder_set_take (builder, "retry_after_ms", weir_value_new_int (retry_after));
  details = weir_builder_end (builder);
  weir_step_set_failure_data (step, details);
  weir_set_failure (error, class_name, "%s answered %u%s%s", g_uri_get_host (soup_message_get_uri (message)), status,
                    reason != NULL && *reason != '\0' ? " " : "", reason != NULL ? reason : "");
}
