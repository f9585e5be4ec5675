/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "internal.h"
#include "values.h"

typedef WeirHttpRequest Request;

static const char *const method_ids[] = { "GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", NULL };
static const char *const undo_method_ids[] = { "DELETE", "POST", "PUT", "PATCH", NULL };
static const char *const body_ids[] = { "json", "form", "multipart", "raw", "file", NULL };
static const char *const body_titles[] = { N_("JSON"),     N_("Form"),   N_("Form with files"),
                                           N_("As it is"), N_("A file"), NULL };
static const char *const auth_ids[] = { "none",   "basic",  "digest",      "bearer",
                                        "header", "oauth2", "certificate", NULL };
static const char *const auth_titles[] = { N_("Nothing"),
                                           N_("Name and password"),
                                           N_("Name and password (Digest)"),
                                           N_("Token (Bearer)"),
                                           N_("A header"),
                                           N_("OAuth 2"),
                                           N_("A certificate"),
                                           NULL };
static const char *const grant_ids[] = { "client_credentials", "refresh_token", "password", NULL };
static const char *const grant_titles[] = { N_("This program (client credentials)"), N_("A refresh token"),
                                            N_("Name and password"), NULL };
static const char *const client_auth_ids[] = { "header", "body", NULL };
static const char *const client_auth_titles[] = { N_("In a header"), N_("In the form"), NULL };
static const char *const paging_ids[] = { "none", "link", "cursor", "offset", NULL };
static const char *const paging_titles[] = { N_("No"), N_("By the Link header"), N_("By a cursor in the answer"),
                                             N_("By offset and limit"), NULL };
static const char *const parse_ids[] = { "auto", "json", "text", "bytes", NULL };
static const char *const parse_titles[] = { N_("By its type"), N_("JSON"), N_("Text"), N_("Bytes"), NULL };
static const char *const proxy_ids[] = { "system", "none", "address", NULL };
static const char *const proxy_titles[] = { N_("As the system has it"), N_("None"), N_("This one"), NULL };

#define ROWS "list<record{name: text, value?: any}>"
#define PARTS "list<record{name: text, value?: any, file?: text, type?: text}>"
#define CHANGES "method=POST|PUT|PATCH|DELETE"

static const WeirField request_fields[] = {
  WEIR_FIELD_TEXT (Request, url, .title = N_("Address"), .placeholder = "https://example.org/feed.json",
                   .required = TRUE),
  WEIR_FIELD_CHOICE (Request, method, .title = N_("Method"), .choices = method_ids, .initial_text = "GET"),
  WEIR_FIELD_VALUE (Request, params, .title = N_("Parameters"), .summary = N_("Added to the address after ?"),
                    .type = ROWS, .initial_text = "[]"),
  WEIR_FIELD_VALUE (Request, headers, .title = N_("Headers"), .type = ROWS, .initial_text = "[]"),

  WEIR_FIELD_CHOICE (Request, body_as, .title = N_("Send as"), .choices = body_ids, .choice_titles = body_titles,
                     .initial_text = "json", .shown_when = CHANGES),
  WEIR_FIELD_VALUE (Request, body, .title = N_("Body"), .type = "any", .shown_when = "body_as=json|form|raw"),
  WEIR_FIELD_VALUE (Request, parts, .title = N_("Parts"), .summary = N_("Each with a value or the path of a file"),
                    .type = PARTS, .initial_text = "[]", .shown_when = "body_as=multipart"),
  WEIR_FIELD_PATH (Request, file, .title = N_("File"), .summary = N_("Sent as it is read, of any size"),
                   .shown_when = "body_as=file"),

  WEIR_FIELD_CHOICE (Request, auth, .title = N_("Sign in with"), .choices = auth_ids, .choice_titles = auth_titles,
                     .initial_text = "none"),
  WEIR_FIELD_TEXT (Request, auth_header, .title = N_("Header"), .initial_text = "X-Api-Key",
                   .shown_when = "auth=header"),
  WEIR_FIELD_TEXT (Request, token, .title = N_("Token"), .secret = TRUE, .shown_when = "auth=bearer|header"),
  WEIR_FIELD_CHOICE (Request, grant, .title = N_("Signs in"), .choices = grant_ids, .choice_titles = grant_titles,
                     .initial_text = "client_credentials", .shown_when = "auth=oauth2"),
  WEIR_FIELD_TEXT (Request, token_url, .title = N_("Token address"), .placeholder = "https://example.org/oauth/token",
                   .shown_when = "auth=oauth2"),
  WEIR_FIELD_TEXT (Request, client_id, .title = N_("Client ID"), .shown_when = "auth=oauth2"),
  WEIR_FIELD_TEXT (Request, client_secret, .title = N_("Client secret"), .secret = TRUE, .shown_when = "auth=oauth2"),
  WEIR_FIELD_TEXT (Request, user, .title = N_("Name"), .summary = N_("With OAuth 2: for the grant that needs it"),
                   .shown_when = "auth=basic|digest|oauth2"),
  WEIR_FIELD_TEXT (Request, password, .title = N_("Password"), .secret = TRUE, .shown_when = "auth=basic|digest|oauth2"),
  WEIR_FIELD_TEXT (Request, refresh_token, .title = N_("Refresh token"), .secret = TRUE, .shown_when = "auth=oauth2"),
  WEIR_FIELD_TEXT (Request, scope, .title = N_("Scope"), .summary = N_("What the token is for, words with spaces"),
                   .shown_when = "auth=oauth2"),
  WEIR_FIELD_CHOICE (Request, client_auth, .title = N_("Send client ID and secret"), .choices = client_auth_ids,
                     .choice_titles = client_auth_titles, .initial_text = "header", .shown_when = "auth=oauth2",
                     .advanced = TRUE),
  WEIR_FIELD_VALUE (Request, token_params, .title = N_("More for the token"), .summary = N_("Like an audience"),
                    .type = ROWS, .initial_text = "[]", .shown_when = "auth=oauth2", .advanced = TRUE),
  WEIR_FIELD_PATH (Request, certificate, .title = N_("Certificate"), .summary = N_("A PEM or .p12 file"),
                   .shown_when = "auth=certificate"),
  WEIR_FIELD_PATH (Request, certificate_key, .title = N_("Key"),
                   .summary = N_("A PEM file, where the key is not with the certificate"),
                   .shown_when = "auth=certificate"),
  WEIR_FIELD_TEXT (Request, certificate_password, .title = N_("Password of the .p12 file"), .secret = TRUE,
                   .shown_when = "auth=certificate"),

  WEIR_FIELD_CHOICE (Request, parse, .title = N_("Read the answer as"), .choices = parse_ids,
                     .choice_titles = parse_titles, .initial_text = "auto"),
  WEIR_FIELD_CHOICE (Request, paging, .title = N_("Get further pages"),
                     .summary = N_("The body is then the list of the items of all pages"), .choices = paging_ids,
                     .choice_titles = paging_titles, .initial_text = "none"),
  WEIR_FIELD_TEXT (Request, items, .title = N_("Items at"), .summary = N_("Path in each answer; empty: all of it"),
                   .placeholder = "data.items", .shown_when = "paging=link|cursor|offset"),
  WEIR_FIELD_TEXT (Request, cursor, .title = N_("Cursor at"), .placeholder = "meta.next_cursor",
                   .shown_when = "paging=cursor"),
  WEIR_FIELD_TEXT (Request, cursor_param, .title = N_("Parameter for the cursor"),
                   .summary = N_("Empty: the cursor is the address of the next page"), .shown_when = "paging=cursor"),
  WEIR_FIELD_TEXT (Request, offset_param, .title = N_("Parameter for the offset"), .initial_text = "offset",
                   .shown_when = "paging=offset"),
  WEIR_FIELD_TEXT (Request, limit_param, .title = N_("Parameter for the limit"), .initial_text = "limit",
                   .shown_when = "paging=offset"),
  WEIR_FIELD_INT (Request, page_size, .title = N_("Items on a page"), .initial = 100, .minimum = 1,
                  .maximum = 1000000, .shown_when = "paging=offset"),
  WEIR_FIELD_INT (Request, max_pages, .title = N_("Pages at most"), .initial = 100, .minimum = 1, .maximum = 100000,
                  .shown_when = "paging=link|cursor|offset"),

  WEIR_FIELD_TEXT (Request, undo_url, .title = N_("Undo at"),
                   .summary = N_("The address of a request that takes this one back; response is what was answered"),
                   .placeholder = "{{ response.headers.location }}", .raw = TRUE, .shown_when = CHANGES,
                   .advanced = TRUE),
  WEIR_FIELD_CHOICE (Request, undo_method, .title = N_("Undo with"), .choices = undo_method_ids,
                     .initial_text = "DELETE", .shown_when = CHANGES, .advanced = TRUE),
  WEIR_FIELD_VALUE (Request, undo_body, .title = N_("Body of the undo"), .type = "any", .raw = TRUE,
                    .shown_when = CHANGES, .advanced = TRUE),

  WEIR_FIELD_TEXT (Request, ok, .title = N_("Good statuses"),
                   .summary = N_("Like 2xx, 404; anything else is a failure"), .initial_text = "2xx",
                   .advanced = TRUE),
  WEIR_FIELD_TEXT (Request, content_type, .title = N_("Content type"),
                   .summary = N_("Of the body, where it is another than usual"), .advanced = TRUE),
  WEIR_FIELD_DURATION (Request, connect, .title = N_("Connect within"), .initial = 10000, .advanced = TRUE),
  WEIR_FIELD_INT (Request, redirects, .title = N_("Redirects"), .summary = N_("Followed at most"), .initial = 10,
                  .maximum = 20, .advanced = TRUE),
  WEIR_FIELD_SIZE (Request, max, .title = N_("Answer at most"), .summary = N_("All pages together"),
                   .initial = 64 << 20, .minimum = 1, .maximum = 1 << 30, .advanced = TRUE),
  WEIR_FIELD_BOOL (Request, verify_tls, .title = N_("Check certificates"), .initial = TRUE, .advanced = TRUE),
  WEIR_FIELD_CHOICE (Request, proxy, .title = N_("Proxy"), .choices = proxy_ids, .choice_titles = proxy_titles,
                     .initial_text = "system", .advanced = TRUE),
  WEIR_FIELD_TEXT (Request, proxy_url, .title = N_("Address of the proxy"),
                   .placeholder = "http://proxy.example:3128", .shown_when = "proxy=address", .advanced = TRUE),
  WEIR_FIELD_BOOL (Request, idempotency, .title = N_("Send an Idempotency-Key"),
                   .summary = N_("The same for every attempt, so that a server can see that it has done this already"),
                   .initial = TRUE, .shown_when = CHANGES, .advanced = TRUE),
  WEIR_FIELD_BOOL (Request, correlation, .title = N_("Send an X-Correlation-ID"),
                   .summary = N_("The same for all that a run does, so that it can be found in the log of the server"), .advanced = TRUE),
  WEIR_FIELD_BOOL (Request, repeatable, .title = N_("The server heeds the key"),
                   .summary = N_("Then the request is sent again after a crash, without asking"),
                   .shown_when = CHANGES, .advanced = TRUE),
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
  { .name = "body", .title = N_("Body"), .summary = N_("Of pages: all items, as one list") },
  { .name = "status", .type = "int", .title = N_("Status") },
  { .name = "headers", .type = "record", .title = N_("Headers"), .summary = N_("Names in lower case") },
  { .name = "ms", .type = "int", .title = N_("Milliseconds") },
  { .name = "final_url", .type = "text", .title = N_("Final Address"), .summary = N_("After redirects") },
  { 0 }
};
static const char *const request_permissions[] = { "net(url)", NULL };
static const char *const request_errors[] = { "net.offline", "net.dns",      "net.refused",   "net.tls",
                                              "net.timeout", "net.reset",    "http.3xx",      "http.4xx",
                                              "http.408",    "http.425",     "http.429",      "http.5xx",
                                              "auth.denied", "auth.expired", "data.parse",    "data.encoding",
                                              "data.schema", "limit.size",   "io.not_found",  "io.changed",
                                              "config.invalid", NULL };

static const WeirExample request_examples[] = {
  { .title = N_("Nobody listens there"), .config = "{\"url\": \"http://127.0.0.1:1/\"}", .error = "net.refused" },
  { .title = N_("Not an address for this"), .config = "{\"url\": \"file:///etc/passwd\"}", .error = "config.invalid" },
  { 0 }
};

/* A request that may change something there is recorded first. */
static gboolean
intend (const Request *self, WeirStep *step, GUri *uri, guint64 *effect, GError **error)
{
  g_autofree char *shown = g_uri_to_string_partial (uri, G_URI_HIDE_PASSWORD | G_URI_HIDE_QUERY | G_URI_HIDE_FRAGMENT);
  g_autofree char *target = g_strconcat (self->method, " ", shown, NULL);
  g_autoptr(GError) wrong = NULL;

  *effect = 0;
  if (!weir_http_changes_things (self->method))
    return TRUE;
  *effect = dex_await_uint64 (weir_step_intend (step, "http.request", target, NULL), &wrong);
  if (wrong == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&wrong));
  return FALSE;
}

/* What expressions of the undo see as `response`. */
static WeirValue *
make_response (WeirHttpAnswer *answer, WeirValue *body)
{
  WeirBuilder *builder = weir_record_builder_new (3);

  if (body != NULL)
    weir_builder_set (builder, "body", body);
  weir_builder_set_take (builder, "status", weir_value_new_int (soup_message_get_status (answer->message)));
  weir_builder_set_take (builder, "headers", weir_http_make_headers (answer->message));
  return weir_builder_end (builder);
}

/* @body: NULL where it could not be read. */
static void
complete (const Request *self, WeirStep *step, guint64 effect, WeirHttpAnswer *answer, WeirValue *body)
{
  guint status = soup_message_get_status (answer->message);
  g_autoptr(WeirValue) response = NULL;
  g_autoptr(WeirValue) after = NULL;

  if (!weir_http_is_good (self->ok, status))
    {
      g_autoptr(WeirValue) number = weir_value_new_int (status);
      const char *key = "refused";

      after = weir_value_new_record (&key, &number, 1);
    }
  else if (!weir_blocks_is_blank (self->undo_url))
    {
      response = make_response (answer, body);
      after = weir_http_describe_undo (self, step, response);
    }
  weir_step_complete_effect (step, effect, after);
}

/* One exchange and what came, read. @effect: completed with it, unless 0. */
static WeirValue *
fetch_page (WeirHttpCall *call, GUri *uri, gsize max_bytes, guint64 effect, WeirHttpAnswer *answer, GError **error)
{
  const Request *self = call->request;
  WeirValue *body = NULL;
  guint status;

  if (!weir_http_exchange (call, uri, max_bytes, answer, error))
    return NULL;
  status = soup_message_get_status (answer->message);
  weir_step_log (call->step, WEIR_LOG_INFO, "%s %s: %u, %" G_GSIZE_FORMAT " bytes", self->method,
                 g_uri_get_host (soup_message_get_uri (answer->message)), status, g_bytes_get_size (answer->body));
  if (!weir_http_is_good (self->ok, status))
    weir_http_fail_with_status (self, call->step, answer, error);
  else
    body = weir_http_parse_body (self->parse, answer, error);
  if (effect != 0)
    complete (self, call->step, effect, answer, body);
  return body;
}

static void
add_items (WeirBuilder *all, WeirValue *items, gsize *count)
{
  for (gsize i = 0; i < weir_value_get_length (items); i++)
    weir_builder_add (all, weir_value_get_item (items, i));
  *count += weir_value_get_length (items);
}

/* All pages, one after the other; @answer is that of the last. */
static WeirValue *
fetch_pages (WeirHttpCall *call, GUri *first, guint64 effect, WeirHttpAnswer *answer, GError **error)
{
  const Request *self = call->request;
  g_autoptr(WeirBuilder) all = weir_list_builder_new (64);
  g_autoptr(GUri) uri = weir_http_first_page (self, first);
  gsize left = (gsize) self->max, count = 0;

  for (guint page = 1; uri != NULL; page++)
    {
      g_autoptr(WeirValue) body = NULL;
      g_autoptr(GUri) next = NULL;
      WeirValue *items;

      body = fetch_page (call, uri, left, page == 1 ? effect : 0, answer, error);
      items = body != NULL ? weir_http_get_items (self, body, page, error) : NULL;
      if (items == NULL)
        return NULL;
      add_items (all, items, &count);
      left -= g_bytes_get_size (answer->body);
      next = weir_http_next_page (self, first, answer->message, body, weir_value_get_length (items), count);
      if (next != NULL && (page == self->max_pages || soup_uri_equal (next, uri)))
        {
          weir_step_log (call->step, WEIR_LOG_WARNING, "Stopped after page %u, though the server names another", page);
          g_clear_pointer (&next, g_uri_unref);
        }
      g_clear_pointer (&uri, g_uri_unref);
      uri = g_steal_pointer (&next);
    }
  return weir_builder_end (g_steal_pointer (&all));
}

static void
emit_answer (WeirStep *step, WeirHttpAnswer *answer, WeirValue *body, gint64 started)
{
  g_autofree char *url = g_uri_to_string_partial (soup_message_get_uri (answer->message), G_URI_HIDE_PASSWORD);

  weir_step_emit (step, "body", body);
  weir_step_emit_take (step, "status", weir_value_new_int (soup_message_get_status (answer->message)));
  weir_step_emit_take (step, "headers", weir_http_make_headers (answer->message));
  weir_step_emit_take (step, "ms", weir_value_new_int ((g_get_monotonic_time () - started) / 1000));
  weir_step_emit_take (step, "final_url", weir_value_new_text (url));
}

static gboolean
request_fiber (gpointer settings, WeirStep *step, GError **error)
{
  const Request *self = settings;
  g_autoptr(GUri) uri = weir_http_make_uri (self, error);
  g_autoptr(WeirValue) body = NULL;
  gint64 started = g_get_monotonic_time ();
  WeirHttpCall call = { 0 };
  WeirHttpAnswer answer = { 0 };
  guint64 effect;

  if (uri == NULL || !weir_step_require (step, "net", g_uri_get_host (uri), error))
    return FALSE;
  if (weir_http_call_init (&call, self, step, uri, error) && intend (self, step, uri, &effect, error))
    body = g_str_equal (self->paging, "none") ? fetch_page (&call, uri, (gsize) self->max, effect, &answer, error)
                                              : fetch_pages (&call, uri, effect, &answer, error);
  if (body != NULL)
    emit_answer (step, &answer, body, started);
  weir_http_answer_clear (&answer);
  weir_http_call_clear (&call);
  return body != NULL;
}

static DexFuture *
request_run (gpointer settings, WeirStep *step)
{
  return weir_step_spawn (step, settings, request_fiber);
}

static WeirEffectClass
request_get_effect (WeirValue *config)
{
  if (!weir_http_changes_things (weir_value_get_member_text (config, "method", "GET")))
    return WEIR_EFFECT_IDEMPOTENT;
  /* Most servers do not look at the key: only who says that this one does takes the chance. */
  return weir_value_get_member_bool (config, "idempotency", TRUE)
             && weir_value_get_member_bool (config, "repeatable", FALSE)
           ? WEIR_EFFECT_IDEMPOTENT
           : WEIR_EFFECT_ONCE;
}

static WeirUndoKind
request_get_undo (WeirValue *config)
{
  if (!weir_http_changes_things (weir_value_get_member_text (config, "method", "GET")))
    return WEIR_UNDO_NONE;
  return *weir_value_get_member_text (config, "undo_url", "") != '\0' ? WEIR_UNDO_COMPENSATE : WEIR_UNDO_IRREVERSIBLE;
}

static char *
request_summarize (WeirValue *config)
{
  return g_strdup_printf ("%s %s", weir_value_get_member_text (config, "method", "GET"),
                          weir_value_get_member_text (config, "url", ""));
}

WEIR_DEFINE_BLOCK_KIND (http_request, .id = "http.request", .version = 1, .title = N_("HTTP Request"),
                        .summary = N_("Asks a web server or an API"),
                        .keywords = "http https request get post api rest web fetch download curl url json oauth",
                        .category = N_("Network"), .icon = "web-browser-symbolic",
                        .effect = WEIR_EFFECT_ONCE, .undo = WEIR_UNDO_IRREVERSIBLE, .inputs = request_inputs,
                        .outputs = request_outputs, .fields = request_fields, .settings_size = sizeof (Request),
                        .permissions = request_permissions, .errors = request_errors, .examples = request_examples,
                        .timeout_ms = 30000, .get_effect = request_get_effect, .get_undo = request_get_undo,
                        .summarize = request_summarize, .run = request_run, .compensate = weir_http_undo)
