/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* OAuth 2: tokens for client credentials, a refresh token, or a name and a password. Kept in memory until they expire;
 * steps that need the same one at the same time wait for one request. */

#include "internal.h"

#include <string.h>

#include "values.h"

#define MAX_TOKENS 256
#define MAX_ANSWER (1 << 20)
/* Not used in its last moments: the request with it takes time too. */
#define MARGIN_US (10 * G_USEC_PER_SEC)

typedef struct
{
  char       *token;
  char       *refresh;    /* as the server gave it last; or NULL */
  gint64      expires_at; /* µs UTC; G_MAXINT64 where the server does not say */
  DexPromise *pending;    /* while somebody asks for it */
} Token;

static void
token_free (gpointer data)
{
  Token *self = data;

  g_free (self->token);
  g_free (self->refresh);
  dex_clear (&self->pending);
  g_free (self);
}

static gboolean
is_idle (gpointer key, gpointer value, gpointer user_data)
{
  return ((Token *) value)->pending == NULL;
}

/* Entries are found again after each wait: an idle one may be gone. */
static Token *
ensure_token (const char *key)
{
  static GHashTable *tokens;
  Token *self;

  if (tokens == NULL)
    tokens = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, token_free);
  self = g_hash_table_lookup (tokens, key);
  if (self != NULL)
    return self;
  if (g_hash_table_size (tokens) >= MAX_TOKENS)
    g_hash_table_foreach_remove (tokens, is_idle, NULL);
  self = g_new0 (Token, 1);
  g_hash_table_insert (tokens, g_strdup (key), self);
  return self;
}

/* All that decides which token it is, without keeping the secrets themselves. */
static char *
make_key (const WeirHttpRequest *request)
{
  const char *const parts[] = { request->grant,         request->token_url,   request->client_id,
                                request->client_secret, request->client_auth, request->refresh_token,
                                request->scope,         request->user,        request->password };
  g_autoptr(GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);
  g_autofree char *more = weir_http_make_query (request->token_params);

  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    {
      const char *part = parts[i] != NULL ? parts[i] : "";

      g_checksum_update (sum, (const guchar *) part, (gssize) strlen (part) + 1);
    }
  g_checksum_update (sum, (const guchar *) more, -1);
  return g_strdup (g_checksum_get_string (sum));
}

static gint64
get_now (WeirStep *step)
{
  return step != NULL ? weir_step_get_time (step) : g_get_real_time ();
}

/* Asking for one. */

static void
add_pair (GString *form, const char *name, const char *value)
{
  g_autofree char *escaped = NULL;

  if (weir_blocks_is_blank (value))
    return;
  escaped = g_uri_escape_string (value, NULL, FALSE);
  g_string_append_printf (form, "%s%s=%s", form->len > 0 ? "&" : "", name, escaped);
}

/* @refresh: a refresh token to use, whatever the settings say; or NULL. */
static char *
make_form (const WeirHttpRequest *request, const char *refresh, gboolean with_client)
{
  g_autoptr(GString) form = g_string_new (NULL);
  g_autofree char *more = weir_http_make_query (request->token_params);
  const char *grant = refresh != NULL ? "refresh_token" : request->grant;

  add_pair (form, "grant_type", grant);
  if (g_str_equal (grant, "refresh_token"))
    add_pair (form, "refresh_token", refresh != NULL ? refresh : request->refresh_token);
  if (g_str_equal (grant, "password"))
    {
      add_pair (form, "username", request->user);
      add_pair (form, "password", request->password);
    }
  if (with_client)
    {
      add_pair (form, "client_id", request->client_id);
      add_pair (form, "client_secret", request->client_secret);
    }
  add_pair (form, "scope", request->scope);
  if (*more != '\0')
    g_string_append_printf (form, "&%s", more);
  return g_string_free_and_steal (g_steal_pointer (&form));
}

/* Both are escaped before they are put together, as RFC 6749 wants it (2.3.1). */
static void
add_client_header (const WeirHttpRequest *request, SoupMessage *message)
{
  g_autofree char *id = g_uri_escape_string (request->client_id != NULL ? request->client_id : "", NULL, FALSE);
  g_autofree char *secret = g_uri_escape_string (request->client_secret, NULL, FALSE);
  g_autofree char *pair = g_strconcat (id, ":", secret, NULL);
  g_autofree char *encoded = g_base64_encode ((const guchar *) pair, strlen (pair));
  g_autofree char *value = g_strconcat ("Basic ", encoded, NULL);

  soup_message_headers_replace (soup_message_get_request_headers (message), "Authorization", value);
}

static SoupMessage *
make_message (const WeirHttpRequest *request, const char *refresh, GError **error)
{
  g_autoptr(GUri) uri = g_uri_parse (request->token_url != NULL ? request->token_url : "", SOUP_HTTP_URI_FLAGS, NULL);
  g_autoptr(SoupMessage) message = NULL;
  g_autoptr(GBytes) body = NULL;
  gboolean in_header = g_strcmp0 (request->client_auth, "header") == 0
                       && !weir_blocks_is_blank (request->client_secret);
  char *form;

  if (uri == NULL || !weir_http_is_web (uri))
    {
      weir_set_failure (error, "config.invalid",
                        "Expected the address that gives tokens, beginning with https://, but there is “%s”",
                        request->token_url != NULL ? request->token_url : "");
      return NULL;
    }
  message = soup_message_new_from_uri ("POST", uri);
  soup_message_headers_replace (soup_message_get_request_headers (message), "Accept", "application/json");
  if (in_header)
    add_client_header (request, message);
  form = make_form (request, refresh, !in_header);
  body = g_bytes_new_take (form, strlen (form));
  soup_message_set_request_body_from_bytes (message, "application/x-www-form-urlencoded", body);
  return g_steal_pointer (&message);
}

/* @answer: what came, as a record, or NULL. */
static void
fail_with_answer (SoupMessage *message, WeirValue *answer, GError **error)
{
  guint status = soup_message_get_status (message);
  const char *host = g_uri_get_host (soup_message_get_uri (message));
  const char *code = answer != NULL ? weir_value_get_member_text (answer, "error", "") : "";
  const char *said = answer != NULL ? weir_value_get_member_text (answer, "error_description", "") : "";
  g_autofree char *class_name = g_strdup_printf ("http.%u", status);
  /* A grant that is not valid any more is one to sign in for again; everything else is wrong from the start. */
  const char *denied = g_str_equal (code, "invalid_grant") ? "auth.expired" : "auth.denied";

  if (status >= 500 || status == SOUP_STATUS_REQUEST_TIMEOUT || status == 429)
    weir_set_failure (error, class_name, "%s answered %u to the request for a token", host, status);
  else
    weir_set_failure (error, denied, "%s gave no token: %u%s%s%s%s", host, status, *code != '\0' ? " " : "", code,
                      *said != '\0' ? ": " : "", said);
}

static WeirValue *
await_answer (const WeirHttpRequest *request, WeirStep *step, const char *refresh, GError **error)
{
  g_autoptr(SoupMessage) message = make_message (request, refresh, error);
  g_autoptr(GBytes) bytes = NULL;
  g_autoptr(WeirValue) answer = NULL;
  WeirFetch fetch = { .message = message, .max_bytes = MAX_ANSWER };

  if (message == NULL)
    return NULL;
  if (step != NULL && !weir_step_require (step, "net", g_uri_get_host (soup_message_get_uri (message)), error))
    return NULL;
  weir_http_prepare_fetch (request, &fetch);
  bytes = weir_fetch_await (&fetch, step, error);
  if (bytes == NULL)
    return NULL;
  answer = weir_json_parse (g_bytes_get_data (bytes, NULL), (gssize) g_bytes_get_size (bytes), NULL);
  if (answer != NULL && soup_message_get_status (message) == SOUP_STATUS_OK
      && *weir_value_get_member_text (answer, "access_token", "") != '\0')
    return g_steal_pointer (&answer);
  fail_with_answer (message, answer, error);
  return NULL;
}

static gboolean
is_about_sign_in (const GError *error)
{
  return g_str_has_prefix (weir_error_get_class (error), "auth.");
}

/* A refresh token that came with the last token goes first; where it is worn out, what the settings say. */
static WeirValue *
await_new_token (const WeirHttpRequest *request, WeirStep *step, const char *refresh, GError **error)
{
  g_autoptr(GError) wrong = NULL;
  WeirValue *answer;

  if (refresh == NULL)
    return await_answer (request, step, NULL, error);
  answer = await_answer (request, step, refresh, &wrong);
  if (answer != NULL)
    return answer;
  if (is_about_sign_in (wrong))
    return await_answer (request, step, NULL, error);
  g_propagate_error (error, g_steal_pointer (&wrong));
  return NULL;
}

static void
take_answer (Token *self, WeirStep *step, WeirValue *answer)
{
  WeirValue *seconds = weir_value_find_member (answer, "expires_in");
  const char *refresh = weir_value_get_member_text (answer, "refresh_token", NULL);
  double number;

  g_free (self->token);
  self->token = g_strdup (weir_value_get_member_text (answer, "access_token", ""));
  self->expires_at = G_MAXINT64;
  if (seconds != NULL && weir_blocks_get_number (seconds, &number))
    self->expires_at = get_now (step) + (gint64) (CLAMP (number, 0, 1e9) * G_USEC_PER_SEC) - MARGIN_US;
  if (refresh == NULL)
    return;
  g_free (self->refresh);
  self->refresh = g_strdup (refresh);
}

static char *
fetch_token (const WeirHttpRequest *request, WeirStep *step, const char *key, GError **error)
{
  Token *self = ensure_token (key);
  g_autoptr(DexPromise) pending = dex_promise_new ();
  g_autofree char *refresh = g_strdup (self->refresh);
  g_autoptr(WeirValue) answer = NULL;

  self->pending = dex_ref (pending);
  answer = await_new_token (request, step, refresh, error);
  /* One that is asked for is never idle, so it is the same. */
  dex_clear (&self->pending);
  if (answer != NULL)
    take_answer (self, step, answer);
  else
    g_clear_pointer (&self->token, g_free);
  dex_promise_resolve_boolean (pending, TRUE);
  return answer != NULL ? g_strdup (self->token) : NULL;
}

static gboolean
await_other (Token *self, WeirStep *step, GError **error)
{
  if (step == NULL)
    return dex_await (dex_ref (self->pending), error);
  return dex_await (dex_future_first (dex_ref (self->pending),
                                      dex_cancellable_new_from_cancellable (weir_step_get_cancellable (step)), NULL),
                    error);
}

char *
weir_http_await_token (const WeirHttpRequest *request, WeirStep *step, const char *refused, GError **error)
{
  g_autofree char *key = make_key (request);

  while (TRUE)
    {
      Token *self = ensure_token (key);

      if (self->pending != NULL)
        {
          if (!await_other (self, step, error))
            return NULL;
          continue;
        }
      if (self->token != NULL && g_strcmp0 (self->token, refused) != 0 && self->expires_at > get_now (step))
        return g_strdup (self->token);
      return fetch_token (request, step, key, error);
    }
}
