/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Where the next page is: in the header Link, behind a cursor in the body, or so many items further on. */

#include "internal.h"

#include <string.h>

#include "values.h"

/* @uri with @name=@value in its query, in place of what it had under that name. */
static GUri *
with_param (GUri *uri, const char *name, const char *value)
{
  const char *before = g_uri_get_query (uri);
  g_auto(GStrv) pairs = g_strsplit (before != NULL ? before : "", "&", -1);
  g_autofree char *escaped_name = g_uri_escape_string (name, NULL, FALSE);
  g_autofree char *escaped = g_uri_escape_string (value, NULL, FALSE);
  g_autofree char *start = g_strconcat (escaped_name, "=", NULL);
  g_autoptr(GString) query = g_string_new (NULL);

  for (guint i = 0; pairs[i] != NULL; i++)
    if (*pairs[i] != '\0' && !g_str_has_prefix (pairs[i], start))
      g_string_append_printf (query, "%s&", pairs[i]);
  g_string_append_printf (query, "%s%s", start, escaped);
  return soup_uri_copy (uri, SOUP_URI_QUERY, query->str, SOUP_URI_NONE);
}

static GUri *
with_number (GUri *uri, const char *name, gint64 number)
{
  g_autofree char *text = g_strdup_printf ("%" G_GINT64_FORMAT, number);

  return weir_blocks_is_blank (name) ? g_uri_ref (uri) : with_param (uri, name, text);
}

static GUri *
at_offset (const WeirHttpRequest *request, GUri *uri, gint64 offset)
{
  g_autoptr(GUri) limited = with_number (uri, request->limit_param, request->page_size);

  return with_number (limited, request->offset_param, offset);
}

GUri *
weir_http_first_page (const WeirHttpRequest *request, GUri *uri)
{
  return g_str_equal (request->paging, "offset") ? at_offset (request, uri, 0) : g_uri_ref (uri);
}

WeirValue *
weir_http_get_items (const WeirHttpRequest *request, WeirValue *body, guint page, GError **error)
{
  WeirValue *items = weir_blocks_get_path (body, request->items);

  if (items != NULL && (weir_value_is_null (items) || weir_value_get_kind (items) == WEIR_VALUE_LIST))
    return items;
  weir_set_failure (error, "data.schema", "Expected a list at “%s” of page %u, but there is %s",
                    request->items != NULL ? request->items : "", page,
                    items != NULL ? weir_value_get_kind_name (items) : "nothing");
  return NULL;
}

/* The end of the parameters of one link: a comma that is not inside quotes. */
static const char *
find_link_end (const char *text)
{
  gboolean quoted = FALSE;

  for (; *text != '\0' && (quoted || *text != ','); text++)
    if (*text == '"')
      quoted = !quoted;
    else if (*text == '\\' && quoted && text[1] != '\0')
      text++;
  return text;
}

static gboolean
is_next (const char *params)
{
  const char *begin = strchr (params, ';');
  g_autoptr(GHashTable) list = begin != NULL ? soup_header_parse_semi_param_list (begin + 1) : NULL;
  const char *rel = list != NULL ? g_hash_table_lookup (list, "rel") : NULL;
  g_auto(GStrv) words = g_strsplit (rel != NULL ? rel : "", " ", -1);

  for (guint i = 0; words[i] != NULL; i++)
    if (g_ascii_strcasecmp (words[i], "next") == 0)
      return TRUE;
  return FALSE;
}

/* The address of `<...>; rel="next"`; NULL if no link is. */
static char *
find_next_link (const char *text)
{
  while (text != NULL && (text = strchr (text, '<')) != NULL)
    {
      const char *close = strchr (text, '>');
      const char *end = close != NULL ? find_link_end (close) : NULL;
      g_autofree char *params = end != NULL ? g_strndup (close + 1, (gsize) (end - close - 1)) : NULL;

      if (params == NULL)
        return NULL;
      if (is_next (params))
        return g_strndup (text + 1, (gsize) (close - text - 1));
      text = end;
    }
  return NULL;
}

static GUri *
resolve (GUri *base, const char *text)
{
  g_autoptr(GUri) uri = text != NULL ? g_uri_parse_relative (base, text, SOUP_HTTP_URI_FLAGS, NULL) : NULL;

  return uri != NULL && weir_http_is_web (uri) ? g_steal_pointer (&uri) : NULL;
}

/* Without the name of a parameter, what is there is the address of the next page itself. */
static GUri *
follow_cursor (const WeirHttpRequest *request, GUri *home, GUri *current, WeirValue *body)
{
  WeirValue *cursor = weir_blocks_is_blank (request->cursor) ? NULL : weir_blocks_get_path (body, request->cursor);
  g_autofree char *text = NULL;

  if (weir_blocks_is_nothing (cursor)
      || (weir_value_get_kind (cursor) == WEIR_VALUE_BOOL && !weir_value_get_bool (cursor)))
    return NULL;
  text = weir_blocks_to_text (cursor);
  if (*text == '\0')
    return NULL;
  if (weir_blocks_is_blank (request->cursor_param))
    return resolve (current, text);
  return with_param (home, request->cursor_param, text);
}

GUri *
weir_http_next_page (const WeirHttpRequest *request,
                     GUri *home,
                     SoupMessage *message,
                     WeirValue *body,
                     gsize n_items,
                     gsize count)
{
  GUri *current = soup_message_get_uri (message);

  if (g_str_equal (request->paging, "link"))
    {
      SoupMessageHeaders *headers = soup_message_get_response_headers (message);
      g_autofree char *link = find_next_link (soup_message_headers_get_list (headers, "Link"));

      return resolve (current, link);
    }
  if (g_str_equal (request->paging, "cursor"))
    return follow_cursor (request, home, current, body);
  /* A page that is not full is the last. */
  if (n_items == 0 || (gint64) n_items < request->page_size)
    return NULL;
  return at_offset (request, home, (gint64) count);
}
