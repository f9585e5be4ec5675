/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "internal.h"

#include <string.h>

#include "values.h"

gboolean
weir_http_changes_things (const char *method)
{
  return !g_str_equal (method, "GET") && !g_str_equal (method, "HEAD") && !g_str_equal (method, "OPTIONS");
}

gboolean
weir_http_is_web (GUri *uri)
{
  const char *scheme = g_uri_get_scheme (uri);

  return !weir_blocks_is_blank (g_uri_get_host (uri))
         && (g_strcmp0 (scheme, "http") == 0 || g_strcmp0 (scheme, "https") == 0);
}

GUri *
weir_http_make_uri (const WeirHttpRequest *request, GError **error)
{
  g_autoptr(GUri) uri = g_uri_parse (request->url != NULL ? request->url : "", SOUP_HTTP_URI_FLAGS, NULL);
  g_autofree char *query = NULL;

  if (uri == NULL || !weir_http_is_web (uri))
    {
      weir_set_failure (error, "config.invalid",
                        "Expected an address that begins with http:// or https://, but there is “%s”",
                        request->url != NULL ? request->url : "");
      return NULL;
    }
  query = weir_http_make_query (request->params);
  if (*query != '\0')
    {
      const char *before = g_uri_get_query (uri);
      g_autofree char *both = !weir_blocks_is_blank (before) ? g_strconcat (before, "&", query, NULL)
                                                             : g_strdup (query);

      return soup_uri_copy (uri, SOUP_URI_QUERY, both, SOUP_URI_NONE);
    }
  return g_steal_pointer (&uri);
}

static gboolean
add_headers (const WeirHttpRequest *request, SoupMessageHeaders *headers, GError **error)
{
  gsize n = weir_blocks_is_nothing (request->headers) ? 0 : weir_value_get_length (request->headers);

  for (gsize i = 0; i < n; i++)
    {
      WeirValue *row = weir_value_get_item (request->headers, i);
      WeirValue *value = weir_value_find_member (row, "value");
      const char *name = weir_value_get_member_text (row, "name", "");
      g_autofree char *text = value != NULL ? weir_blocks_to_text (value) : g_strdup ("");

      /* A line break would begin another header, or the body. */
      if (*name == '\0' || strpbrk (name, "\r\n: ") != NULL || weir_http_has_line_break (text))
        {
          weir_set_failure (error, "config.invalid", "Expected a header in one line, but there is “%s”", name);
          return FALSE;
        }
      soup_message_headers_append (headers, name, text);
    }
  return TRUE;
}

static const char *
get_secret_header (const WeirHttpRequest *request)
{
  return g_str_equal (request->auth, "header") ? request->auth_header : NULL;
}

static SoupMessage *
make_message (WeirHttpCall *call, GUri *uri, const char *token, GError **error)
{
  const WeirHttpRequest *request = call->request;
  g_autoptr(SoupMessage) message = soup_message_new_from_uri (request->method, uri);
  SoupMessageHeaders *headers = soup_message_get_request_headers (message);

  if (call->step != NULL && request->idempotency && weir_http_changes_things (request->method))
    soup_message_headers_append (headers, "Idempotency-Key", weir_step_get_idempotency_key (call->step));
  if (call->step != NULL && request->correlation)
    soup_message_headers_append (headers, "X-Correlation-ID", weir_step_get_correlation_id (call->step));
  if (!weir_http_add_body (request, call->step, message, error) || !add_headers (request, headers, error)
      || !weir_http_sign_in (request, headers, token, error))
    return NULL;
  if (!weir_fetch_same_origin (uri, call->home))
    weir_fetch_forget_secrets (headers, get_secret_header (request));
  return g_steal_pointer (&message);
}

void
weir_http_prepare_fetch (const WeirHttpRequest *request, WeirFetch *fetch)
{
  fetch->connect_ms = request->connect;
  fetch->verify_tls = request->verify_tls;
  if (g_strcmp0 (request->proxy, "none") == 0)
    fetch->proxy = "";
  else if (g_strcmp0 (request->proxy, "address") == 0)
    fetch->proxy = request->proxy_url;
}

static gboolean
check_proxy (const WeirHttpRequest *request, WeirStep *step, GError **error)
{
  g_autoptr(GUri) uri = NULL;

  if (g_strcmp0 (request->proxy, "address") != 0)
    return TRUE;
  uri = g_uri_parse (request->proxy_url != NULL ? request->proxy_url : "", SOUP_HTTP_URI_FLAGS, NULL);
  if (uri == NULL || weir_blocks_is_blank (g_uri_get_host (uri)))
    {
      weir_set_failure (error, "config.invalid", "Expected the address of a proxy, like http://proxy.example:3128");
      return FALSE;
    }
  return step == NULL || weir_step_require (step, "net", g_uri_get_host (uri), error);
}

gboolean
weir_http_call_init (WeirHttpCall *call,
                     const WeirHttpRequest *request,
                     WeirStep *step,
                     GUri *home,
                     GError **error)
{
  *call = (WeirHttpCall) { .request = request, .step = step, .home = g_uri_ref (home) };
  return check_proxy (request, step, error) && weir_http_load_certificate (request, step, &call->certificate, error);
}

void
weir_http_call_clear (WeirHttpCall *call)
{
  g_clear_pointer (&call->home, g_uri_unref);
  g_clear_object (&call->certificate);
}

void
weir_http_answer_clear (WeirHttpAnswer *answer)
{
  g_clear_object (&answer->message);
  g_clear_pointer (&answer->body, g_bytes_unref);
}

static gboolean
send_once (WeirHttpCall *call, GUri *uri, const char *token, gsize max_bytes, WeirHttpAnswer *answer, GError **error)
{
  const WeirHttpRequest *request = call->request;
  gboolean home = weir_fetch_same_origin (uri, call->home);
  WeirFetch fetch = {
    .secret_header = get_secret_header (request),
    .redirects = (guint) request->redirects,
    .max_bytes = max_bytes,
  };

  answer->message = make_message (call, uri, token, error);
  if (answer->message == NULL)
    return FALSE;
  fetch.message = answer->message;
  if (home)
    fetch.certificate = call->certificate;
  if (home && g_str_equal (request->auth, "digest"))
    {
      fetch.user = request->user != NULL ? request->user : "";
      fetch.password = request->password;
    }
  weir_http_prepare_fetch (request, &fetch);
  if (call->step != NULL && !weir_step_require (call->step, "net", g_uri_get_host (uri), error))
    return FALSE;
  answer->body = weir_fetch_await (&fetch, call->step, error);
  return answer->body != NULL;
}

/* A token that is refused is fetched anew, once: it may have been called back before its time. */
static gboolean
send_with_token (WeirHttpCall *call, GUri *uri, gsize max_bytes, WeirHttpAnswer *answer, GError **error)
{
  gboolean with_token = g_str_equal (call->request->auth, "oauth2") && weir_fetch_same_origin (uri, call->home);
  g_autofree char *refused = NULL;

  while (TRUE)
    {
      g_autofree char *token = NULL;

      if (with_token)
        {
          token = weir_http_await_token (call->request, call->step, refused, error);
          if (token == NULL)
            return FALSE;
        }
      if (!send_once (call, uri, token, max_bytes, answer, error))
        return FALSE;
      if (!with_token || refused != NULL || soup_message_get_status (answer->message) != SOUP_STATUS_UNAUTHORIZED)
        return TRUE;
      refused = g_steal_pointer (&token);
      weir_http_answer_clear (answer);
    }
}

/* Where the same request, body and all, is to go instead. Other redirects are followed on the way already; this one
 * libsoup leaves to us where the method changes things. */
static GUri *
find_moved (WeirHttpCall *call, WeirHttpAnswer *answer)
{
  guint status = soup_message_get_status (answer->message);
  SoupMessageHeaders *headers = soup_message_get_response_headers (answer->message);
  const char *location = soup_message_headers_get_one (headers, "Location");
  g_autoptr(GUri) uri = NULL;

  if ((status != SOUP_STATUS_TEMPORARY_REDIRECT && status != SOUP_STATUS_PERMANENT_REDIRECT) || location == NULL
      || call->request->redirects == 0 || !weir_http_changes_things (call->request->method))
    return NULL;
  uri = g_uri_parse_relative (soup_message_get_uri (answer->message), location, SOUP_HTTP_URI_FLAGS, NULL);
  return uri != NULL && weir_http_is_web (uri) ? g_steal_pointer (&uri) : NULL;
}

gboolean
weir_http_exchange (WeirHttpCall *call, GUri *uri, gsize max_bytes, WeirHttpAnswer *answer, GError **error)
{
  g_autoptr(GUri) at = g_uri_ref (uri);

  for (gint64 moves = 0; moves <= call->request->redirects; moves++)
    {
      g_autoptr(GUri) moved = NULL;

      weir_http_answer_clear (answer);
      if (!send_with_token (call, at, max_bytes, answer, error))
        return FALSE;
      moved = find_moved (call, answer);
      if (moved == NULL)
        return TRUE;
      g_clear_pointer (&at, g_uri_unref);
      at = g_steal_pointer (&moved);
    }
  weir_set_failure (error, "http.3xx", "Expected at most %" G_GINT64_FORMAT " redirects, but there are more",
                    call->request->redirects);
  return FALSE;
}
