/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "fetch.h"
#include "values.h"

/* How much of a failed answer goes with the failure. */
#define FAILURE_BODY 16384

typedef struct
{
  char      *url;
  char      *method;
  WeirValue *params;
  WeirValue *headers;
  char      *auth;
  char      *user;
  char      *password;
  char      *token;
  char      *auth_header;
  char      *body_as;
  WeirValue *body;
  char      *content_type;
  gint64     connect;
  gint64     redirects;
  gboolean   verify_tls;
  char      *ok;
  char      *parse;
  gint64     max;
  gboolean   idempotency;
} Request;

static const char *const method_ids[] = { "GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", NULL };
static const char *const auth_ids[] = { "none", "basic", "bearer", "header", NULL };
static const char *const auth_titles[] = { N_("None"), N_("Name and password"), N_("Token (Bearer)"),
                                           N_("A header"), NULL };
static const char *const body_ids[] = { "json", "form", "raw", NULL };
static const char *const body_titles[] = { N_("JSON"), N_("Form"), N_("As it is"), NULL };
static const char *const parse_ids[] = { "auto", "json", "text", "bytes", NULL };
static const char *const parse_titles[] = { N_("By its type"), N_("JSON"), N_("Text"), N_("Bytes"), NULL };

#define ROWS "list<record{name: text, value?: any}>"

static const WeirField request_fields[] = {
  WEIR_FIELD_TEXT (Request, url, .title = N_("Address"), .placeholder = "https://example.org/feed.json",
                   .required = TRUE),
  WEIR_FIELD_CHOICE (Request, method, .title = N_("Method"), .choices = method_ids, .initial_text = "GET"),
  WEIR_FIELD_VALUE (Request, params, .title = N_("Parameters"), .summary = N_("Added to the address after ?"),
                    .type = ROWS,
                    .initial_text = "[]"),
  WEIR_FIELD_VALUE (Request, headers, .title = N_("Headers"), .type = ROWS, .initial_text = "[]"),
  WEIR_FIELD_CHOICE (Request, body_as, .title = N_("Send as"), .choices = body_ids, .choice_titles = body_titles,
                     .initial_text = "json",
                     .shown_when = "method=POST|PUT|PATCH|DELETE"),
  WEIR_FIELD_VALUE (Request, body, .title = N_("Body"), .type = "any", .shown_when = "method=POST|PUT|PATCH|DELETE"),
  WEIR_FIELD_CHOICE (Request, auth, .title = N_("Sign in with"), .choices = auth_ids, .choice_titles = auth_titles,
                     .initial_text = "none"),
  WEIR_FIELD_TEXT (Request, user, .title = N_("Name"), .shown_when = "auth=basic"),
  WEIR_FIELD_TEXT (Request, password, .title = N_("Password"), .shown_when = "auth=basic"),
  WEIR_FIELD_TEXT (Request, auth_header, .title = N_("Header"), .initial_text = "X-Api-Key",
                   .shown_when = "auth=header"),
  WEIR_FIELD_TEXT (Request, token, .title = N_("Token"), .shown_when = "auth=bearer|header"),
  WEIR_FIELD_CHOICE (Request, parse, .title = N_("Read the answer as"), .choices = parse_ids,
                     .choice_titles = parse_titles,
                     .initial_text = "auto"),
  WEIR_FIELD_TEXT (Request, ok, .title = N_("Good statuses"),
                   .summary = N_("Like 2xx, 404; anything else is a failure"), .initial_text = "2xx",
                   .advanced = TRUE),
  WEIR_FIELD_TEXT (Request, content_type, .title = N_("Content type"),
                   .summary = N_("Of the body, where it is another than usual"),
                   .advanced = TRUE),
  WEIR_FIELD_DURATION (Request, connect, .title = N_("Connect within"), .initial = 10000, .advanced = TRUE),
  WEIR_FIELD_INT (Request, redirects, .title = N_("Redirects"), .summary = N_("Followed at most"), .initial = 10,
                  .maximum = 20, .advanced = TRUE),
  WEIR_FIELD_SIZE (Request, max, .title = N_("Answer at most"), .initial = 64 << 20, .minimum = 1, .maximum = 1 << 30,
                   .advanced = TRUE),
  WEIR_FIELD_BOOL (Request, verify_tls, .title = N_("Check certificates"), .initial = TRUE, .advanced = TRUE),
  WEIR_FIELD_BOOL (Request, idempotency, .title = N_("Send an Idempotency-Key"),
                   .summary = N_("The same for every attempt, so that a server can see that it has done this already"),
                   .initial = TRUE,
                   .advanced = TRUE),
  { 0 }
};

static const WeirPort request_inputs[] = {
  { .name = "url", .type = "text", .title = N_("Address") },
  { .name = "body", .title = N_("Body") },
  { .name = "headers", .type = ROWS, .title = N_("Headers") },
  { .name = "params", .type = ROWS, .title = N_("Parameters") },
  { 0 }
};
static const WeirPort request_outputs[] = {
  { .name = "body", .title = N_("Body") },
  { .name = "status", .type = "int", .title = N_("Status") },
  { .name = "headers", .type = "record", .title = N_("Headers"), .summary = N_("Names in lower case") },
  { .name = "ms", .type = "int", .title = N_("Milliseconds") },
  { .name = "final_url", .type = "text", .title = N_("Final Address"), .summary = N_("After redirects") },
  { 0 }
};
static const char *const request_permissions[] = { "net(url)", NULL };
static const char *const request_errors[] = {
  "net.offline", "net.dns", "net.refused", "net.tls", "net.timeout", "net.reset", "http.3xx", "http.4xx", "http.408",
  "http.425",
  "http.429", "http.5xx", "data.parse", "data.encoding", "limit.size", "config.invalid", NULL
};

static const WeirExample request_examples[] = {
  { .title = N_("Nobody listens there"), .config = "{\"url\": \"http://127.0.0.1:1/\"}", .error = "net.refused" },
  { .title = N_("Not an address for this"), .config = "{\"url\": \"file:///etc/passwd\"}", .error = "config.invalid" },
  { 0 }
};

/* Making the request. */

static char *
make_query (Request *self)
{
  g_autoptr(GString) query = g_string_new (NULL);

  for (gsize i = 0; !weir_blocks_is_nothing (self->params) && i < weir_value_get_length (self->params); i++)
    {
      WeirValue *row = weir_value_get_item (self->params, i);
      WeirValue *value = weir_value_find_member (row, "value");
      g_autofree char *text = value != NULL ? weir_blocks_to_text (value) : g_strdup ("");
      g_autofree char *name = g_uri_escape_string (weir_value_get_member_text (row, "name", ""), NULL, FALSE);
      g_autofree char *escaped = g_uri_escape_string (text, NULL, FALSE);

      g_string_append_printf (query, "%s%s=%s", query->len > 0 ? "&" : "", name, escaped);
    }
  return g_string_free_and_steal (g_steal_pointer (&query));
}

static GUri *
make_uri (Request *self, GError **error)
{
  g_autoptr(GError) wrong = NULL;
  g_autoptr(GUri) uri = g_uri_parse (self->url != NULL ? self->url : "", SOUP_HTTP_URI_FLAGS, &wrong);
  g_autofree char *query = make_query (self);
  const char *scheme = uri != NULL ? g_uri_get_scheme (uri) : NULL;

  if (uri == NULL || weir_blocks_is_blank (g_uri_get_host (uri))
      || (g_strcmp0 (scheme, "http") != 0 && g_strcmp0 (scheme, "https") != 0))
    {
      weir_set_failure (error, "config.invalid",
                        "Expected an address that begins with http:// or https://, but there is “%s”",
                        self->url != NULL ? self->url : "");
      return NULL;
    }
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
has_line_break (const char *text)
{
  return strpbrk (text, "\r\n") != NULL;
}

static gboolean
add_headers (Request *self, SoupMessageHeaders *headers, GError **error)
{
  for (gsize i = 0; !weir_blocks_is_nothing (self->headers) && i < weir_value_get_length (self->headers); i++)
    {
      WeirValue *row = weir_value_get_item (self->headers, i);
      WeirValue *value = weir_value_find_member (row, "value");
      const char *name = weir_value_get_member_text (row, "name", "");
      g_autofree char *text = value != NULL ? weir_blocks_to_text (value) : g_strdup ("");

      /* A line break would begin another header, or the body. */
      if (*name == '\0' || strpbrk (name, "\r\n: ") != NULL || has_line_break (text))
        {
          weir_set_failure (error, "config.invalid", "Expected a header in one line, but there is “%s”", name);
          return FALSE;
        }
      soup_message_headers_append (headers, name, text);
    }
  return TRUE;
}

static gboolean
add_auth (Request *self, SoupMessageHeaders *headers, GError **error)
{
  const char *token = self->token != NULL ? self->token : "";
  g_autofree char *value = NULL;

  if (g_str_equal (self->auth, "none"))
    return TRUE;
  if (g_str_equal (self->auth, "basic"))
    {
      g_autofree char *pair = g_strconcat (self->user != NULL ? self->user : "", ":",
                                           self->password != NULL ? self->password : "", NULL);
      g_autofree char *encoded = g_base64_encode ((const guchar *) pair, strlen (pair));

      value = g_strconcat ("Basic ", encoded, NULL);
    }
  else if (g_str_equal (self->auth, "bearer"))
    value = g_strconcat ("Bearer ", token, NULL);
  else
    value = g_strdup (token);

  if (has_line_break (value) || (g_str_equal (self->auth, "header") && weir_blocks_is_blank (self->auth_header)))
    {
      weir_set_failure (error, "config.invalid", "Expected a token in one line and the name of a header");
      return FALSE;
    }
  soup_message_headers_replace (headers, g_str_equal (self->auth, "header") ? self->auth_header : "Authorization",
                                value);
  return TRUE;
}

static char *
make_form (WeirValue *body, GError **error)
{
  g_autoptr(GString) form = g_string_new (NULL);

  if (weir_value_get_kind (body) != WEIR_VALUE_RECORD)
    {
      weir_set_failure (error, "input.type", "Expected a record to send as a form, but there is %s",
                        weir_value_get_kind_name (body));
      return NULL;
    }
  for (gsize i = 0; i < weir_value_get_length (body); i++)
    {
      g_autofree char *text = weir_blocks_to_text (weir_value_get_item (body, i));
      g_autofree char *name = g_uri_escape_string (weir_value_get_key (body, i), NULL, FALSE);
      g_autofree char *value = g_uri_escape_string (text, NULL, FALSE);

      g_string_append_printf (form, "%s%s=%s", i > 0 ? "&" : "", name, value);
    }
  return g_string_free_and_steal (g_steal_pointer (&form));
}

static gboolean
add_body (Request *self, SoupMessage *message, GError **error)
{
  const char *type = "application/json";
  g_autoptr(GBytes) bytes = NULL;
  char *text = NULL;
  gsize length = 0;

  if (weir_blocks_is_nothing (self->body) || g_str_equal (self->method, "GET") || g_str_equal (self->method, "HEAD"))
    return TRUE;

  if (g_str_equal (self->body_as, "form"))
    {
      type = "application/x-www-form-urlencoded";
      text = make_form (self->body, error);
      if (text == NULL)
        return FALSE;
      length = strlen (text);
    }
  else if (g_str_equal (self->body_as, "raw") && weir_value_get_kind (self->body) == WEIR_VALUE_BYTES)
    {
      type = "application/octet-stream";
      bytes = g_bytes_ref (weir_value_get_bytes (self->body));
    }
  else if (g_str_equal (self->body_as, "raw"))
    {
      type = "text/plain; charset=utf-8";
      text = weir_blocks_to_text (self->body);
      length = strlen (text);
    }
  else
    text = weir_json_write (self->body, 0, &length);

  if (bytes == NULL)
    bytes = g_bytes_new_take (text, length);
  soup_message_set_request_body_from_bytes (
    message, weir_blocks_is_blank (self->content_type) ? type : self->content_type, bytes);
  return TRUE;
}

static SoupMessage *
make_message (Request *self, WeirStep *step, GError **error)
{
  g_autoptr(GUri) uri = make_uri (self, error);
  g_autoptr(SoupMessage) message = NULL;
  SoupMessageHeaders *headers;

  if (uri == NULL)
    return NULL;
  message = soup_message_new_from_uri (self->method, uri);
  headers = soup_message_get_request_headers (message);
  if (self->idempotency && !g_str_equal (self->method, "GET") && !g_str_equal (self->method, "HEAD"))
    soup_message_headers_append (headers, "Idempotency-Key", weir_step_get_idempotency_key (step));
  if (!add_body (self, message, error) || !add_headers (self, headers, error) || !add_auth (self, headers, error))
    return NULL;
  return g_steal_pointer (&message);
}

/* Reading the answer. */

static void
add_header_cb (const char *name, const char *value, gpointer user_data)
{
  WeirBuilder *builder = user_data;
  g_autofree char *lower = g_ascii_strdown (name, -1);
  g_autofree char *valid = g_utf8_make_valid (value, -1);

  weir_builder_set_take (builder, lower, weir_value_new_text (valid));
}

/* A header that came more than once is one with commas, as the standard has it. */
static WeirValue *
make_headers (SoupMessage *message)
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
parse_body (Request *self, SoupMessage *message, GBytes *body, GError **error)
{
  g_autoptr(GHashTable) params = NULL;
  const char *type = soup_message_headers_get_content_type (soup_message_get_response_headers (message), &params);
  const char *charset = params != NULL ? g_hash_table_lookup (params, "charset") : NULL;
  gboolean automatic = g_str_equal (self->parse, "auto");
  g_autoptr(WeirValue) text = NULL;
  g_autoptr(GError) wrong = NULL;
  WeirValue *value;
  gsize length;
  const char *data;

  if (automatic && g_bytes_get_size (body) == 0)
    return weir_value_new_null ();
  if (g_str_equal (self->parse, "bytes") || (automatic && !is_json (type) && !is_text (type)))
    return weir_value_new_bytes (body);

  text = make_text (body, charset, &wrong);
  if (text == NULL && automatic)
    return weir_value_new_bytes (body);
  if (text == NULL)
    {
      g_propagate_error (error, g_steal_pointer (&wrong));
      return NULL;
    }
  if (g_str_equal (self->parse, "text") || (automatic && !is_json (type)))
    return g_steal_pointer (&text);

  data = weir_value_get_text (text, &length);
  value = weir_json_parse (data, (gssize) length, &wrong);
  if (value == NULL)
    weir_set_failure (error, "data.parse", "Expected JSON from %s: %s", g_uri_get_host (soup_message_get_uri (message)),
                      wrong->message);
  return value;
}

static gboolean
is_good (Request *self, guint status)
{
  g_auto(GStrv) words = g_strsplit (weir_blocks_is_blank (self->ok) ? "2xx" : self->ok, ",", -1);
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

static void
fail_with_status (WeirStep *step, SoupMessage *message, GBytes *body, GError **error)
{
  guint status = soup_message_get_status (message);
  const char *reason = soup_message_get_reason_phrase (message);
  gint64 retry_after = get_retry_after_ms (step, soup_message_get_response_headers (message));
  g_autofree char *class_name = g_strdup_printf ("http.%u", status);
  gsize length;
  const char *data = g_bytes_get_data (body, &length);
  g_autofree char *shown = g_utf8_make_valid (data != NULL ? data : "", (gssize) MIN (length, FAILURE_BODY));
  WeirBuilder *builder = weir_record_builder_new (4);
  g_autoptr(WeirValue) details = NULL;

  weir_builder_set_take (builder, "status", weir_value_new_int (status));
  weir_builder_set_take (builder, "headers", make_headers (message));
  weir_builder_set_take (builder, "body", weir_value_new_text (shown));
  if (retry_after >= 0)
    weir_builder_set_take (builder, "retry_after_ms", weir_value_new_int (retry_after));
  details = weir_builder_end (builder);
  weir_step_set_failure_data (step, details);
  weir_set_failure (error, class_name, "%s answered %u%s%s", g_uri_get_host (soup_message_get_uri (message)), status,
                    reason != NULL && *reason != '\0' ? " " : "", reason != NULL ? reason : "");
}

static gboolean
changes_things (const char *method)
{
  return !g_str_equal (method, "GET") && !g_str_equal (method, "HEAD") && !g_str_equal (method, "OPTIONS");
}

/* A request that may change something there is recorded first, though it cannot be taken back. */
static gboolean
intend (Request *self, WeirStep *step, GUri *uri, guint64 *effect, GError **error)
{
  g_autofree char *shown = g_uri_to_string_partial (uri, G_URI_HIDE_PASSWORD | G_URI_HIDE_QUERY | G_URI_HIDE_FRAGMENT);
  g_autofree char *target = g_strconcat (self->method, " ", shown, NULL);
  g_autoptr(GError) wrong = NULL;

  *effect = 0;
  if (!changes_things (self->method))
    return TRUE;
  *effect = dex_await_uint64 (weir_step_intend (step, "http.request", target, NULL), &wrong);
  if (wrong == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&wrong));
  return FALSE;
}

static gboolean
emit_answer (Request *self, WeirStep *step, SoupMessage *message, GBytes *body, gint64 ms, GError **error)
{
  guint status = soup_message_get_status (message);
  g_autofree char *final_url = g_uri_to_string_partial (soup_message_get_uri (message), G_URI_HIDE_PASSWORD);
  WeirValue *value;

  weir_step_log (step, WEIR_LOG_INFO, "%s %s: %u, %" G_GSIZE_FORMAT " bytes, %" G_GINT64_FORMAT " ms", self->method,
                 g_uri_get_host (soup_message_get_uri (message)), status, g_bytes_get_size (body), ms);
  if (!is_good (self, status))
    {
      fail_with_status (step, message, body, error);
      return FALSE;
    }
  value = parse_body (self, message, body, error);
  if (value == NULL)
    return FALSE;
  weir_step_emit_take (step, "body", value);
  weir_step_emit_take (step, "status", weir_value_new_int (status));
  weir_step_emit_take (step, "headers", make_headers (message));
  weir_step_emit_take (step, "ms", weir_value_new_int (ms));
  weir_step_emit_take (step, "final_url", weir_value_new_text (final_url));
  return TRUE;
}

static gboolean
request_fiber (gpointer settings, WeirStep *step, GError **error)
{
  Request *self = settings;
  g_autoptr(SoupMessage) message = make_message (self, step, error);
  g_autoptr(GBytes) body = NULL;
  WeirFetch fetch;
  guint64 effect;
  gint64 started = g_get_monotonic_time ();
  GUri *uri;

  if (message == NULL)
    return FALSE;
  uri = soup_message_get_uri (message);
  if (!weir_step_require (step, "net", g_uri_get_host (uri), error) || !intend (self, step, uri, &effect, error))
    return FALSE;

  fetch = (WeirFetch) {
    .message = message,
    .secret_header = g_str_equal (self->auth, "header") ? self->auth_header : NULL,
    .connect_ms = self->connect,
    .redirects = (guint) self->redirects,
    .max_bytes = (gsize) self->max,
    .verify_tls = self->verify_tls,
  };
  body = weir_fetch_await (&fetch, step, error);
  if (body == NULL)
    return FALSE;
  if (effect != 0)
    weir_step_complete_effect (step, effect, NULL);
  return emit_answer (self, step, message, body, (g_get_monotonic_time () - started) / 1000, error);
}

static DexFuture *
request_run (gpointer settings, WeirStep *step)
{
  return weir_step_spawn (step, settings, request_fiber);
}

static WeirEffectClass
request_get_effect (WeirValue *config)
{
  return changes_things (weir_value_get_member_text (config, "method", "GET")) ? WEIR_EFFECT_ONCE
                                                                               : WEIR_EFFECT_IDEMPOTENT;
}

static char *
request_summarize (WeirValue *config)
{
  return g_strdup_printf ("%s %s", weir_value_get_member_text (config, "method", "GET"),
                          weir_value_get_member_text (config, "url", ""));
}

WEIR_DEFINE_BLOCK_KIND (http_request, .id = "http.request", .version = 1, .title = N_("HTTP Request"),
                        .summary = N_("Asks a web server or an API"),
                        .keywords = "http https request get post api rest web fetch download curl url json",
                        .category = N_("Network"), .icon = "web-browser-symbolic",
                        .effect = WEIR_EFFECT_ONCE, .undo = WEIR_UNDO_IRREVERSIBLE, .inputs = request_inputs,
                        .outputs = request_outputs, .fields = request_fields, .settings_size = sizeof (Request),
                        .permissions = request_permissions, .errors = request_errors, .examples = request_examples,
                        .timeout_ms = 30000, .get_effect = request_get_effect, .summarize = request_summarize,
                        .run = request_run)
