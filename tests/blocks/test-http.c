/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Against a server of our own on the loopback interface. */
#include <libsoup/soup.h>

#include "weir-kind-test.h"

typedef struct
{
  SoupServer *server;
  SoupServer *other;   /* another origin */
  char       *base;
  char       *other_base;
  guint       n_busy;
  char       *key;     /* Idempotency-Key of the first try */
} Web;

static void
answer (SoupServerMessage *message, guint status, const char *type, const char *text)
{
  soup_server_message_set_status (message, status, NULL);
  soup_server_message_set_response (message, type, SOUP_MEMORY_COPY, text, strlen (text));
}

/* What came, as JSON, so that tests can look at it. */
static void
echo (SoupServerMessage *message)
{
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (message);
  SoupMessageBody *body = soup_server_message_get_request_body (message);
  const char *query = g_uri_get_query (soup_server_message_get_uri (message));
  WeirBuilder *builder = weir_record_builder_new (8);
  g_autoptr(WeirValue) record = NULL;
  g_autofree char *json = NULL;
  const char *authorization = soup_message_headers_get_one (headers, "Authorization");
  const char *type = soup_message_headers_get_content_type (headers, NULL);
  const char *api_key = soup_message_headers_get_one (headers, "X-Api-Key");
  g_autoptr(GBytes) bytes = soup_message_body_flatten (body);
  g_autofree char *text = g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));

  weir_builder_set_take (builder, "method", weir_value_new_text (soup_server_message_get_method (message)));
  weir_builder_set_take (builder, "query", weir_value_new_text (query != NULL ? query : ""));
  weir_builder_set_take (builder, "authorization", weir_value_new_text (authorization != NULL ? authorization : ""));
  weir_builder_set_take (builder, "api_key", weir_value_new_text (api_key != NULL ? api_key : ""));
  weir_builder_set_take (builder, "type", weir_value_new_text (type != NULL ? type : ""));
  weir_builder_set_take (builder, "body", weir_value_new_text (text));
  record = weir_builder_end (builder);
  json = weir_json_write (record, 0, NULL);
  answer (message, 200, "application/json", json);
}

static void
serve_busy (Web *web, SoupServerMessage *message)
{
  const char *key = soup_message_headers_get_one (soup_server_message_get_request_headers (message), "Idempotency-Key");

  if (web->n_busy++ == 0)
    {
      web->key = g_strdup (key);
      soup_message_headers_append (soup_server_message_get_response_headers (message), "Retry-After", "0");
      answer (message, 429, "text/plain", "slow down");
    }
  else
    answer (message, 200, "text/plain", g_strcmp0 (key, web->key) == 0 ? "same key" : "other key");
}

static void
serve_cb (SoupServer *server, SoupServerMessage *message, const char *path, GHashTable *query, gpointer user_data)
{
  Web *web = user_data;
  g_autofree char *there = NULL;

  if (g_str_equal (path, "/echo"))
    echo (message);
  else if (g_str_equal (path, "/busy"))
    serve_busy (web, message);
  else if (g_str_equal (path, "/again"))
    soup_server_message_set_redirect (message, 302, "/again");
  else if (g_str_equal (path, "/away"))
    {
      there = g_strconcat (web->other_base, "/echo", NULL);
      soup_server_message_set_redirect (message, 302, there);
    }
  else if (g_str_equal (path, "/broken"))
    answer (message, 200, "application/json", "{\"a\": }");
  else if (g_str_equal (path, "/latin"))
    answer (message, 200, "text/plain; charset=iso-8859-1",
            "Gr\xfc\xdf"
            "e");
  else if (g_str_equal (path, "/hang"))
    soup_server_message_pause (message);
  else if (g_str_equal (path, "/down"))
    answer (message, 503, "text/plain", "closed for today");
  else
    answer (message, 404, "text/plain", "nothing here");
}

static char *
start_server (Web *web, SoupServer **server)
{
  g_autoptr(GError) error = NULL;
  GSList *uris;
  char *base;

  *server = soup_server_new (NULL, NULL);
  soup_server_add_handler (*server, NULL, serve_cb, web, NULL);
  soup_server_listen_local (*server, 0, SOUP_SERVER_LISTEN_IPV4_ONLY, &error);
  g_assert_no_error (error);
  uris = soup_server_get_uris (*server);
  base = g_strdup_printf ("http://127.0.0.1:%d", g_uri_get_port (uris->data));
  g_slist_free_full (uris, (GDestroyNotify) g_uri_unref);
  return base;
}

static Web *
web_new (void)
{
  Web *web = g_new0 (Web, 1);

  web->base = start_server (web, &web->server);
  web->other_base = start_server (web, &web->other);
  return web;
}

static void
web_free (Web *web)
{
  soup_server_disconnect (web->server);
  soup_server_disconnect (web->other);
  g_object_unref (web->server);
  g_object_unref (web->other);
  g_free (web->base);
  g_free (web->other_base);
  g_free (web->key);
  g_free (web);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Web, web_free)

/* @config: the members of the configuration besides the address. */
static Outcome *
request (KindTest *test, Web *web, const char *path, const char *config, const char *given)
{
  g_autofree char *all = g_strdup_printf ("{ url: \"%s%s\"%s%s }", web->base, path, *config != '\0' ? ", " : "",
                                          config);

  return kind_test_play_block (test, "http.request", all, NULL, given);
}

static void
test_reads_json (KindTest *test)
{
  g_autoptr(Web) web = web_new ();
  g_autoptr(Outcome) outcome = request (test, web, "/echo?a=1", "params: [{ name: q, value: \"ä b&c\" }]", NULL);
  WeirValue *body = outcome_get (outcome, "body");

  g_assert_cmpstr (outcome->message, ==, NULL);
  g_assert_cmpstr (weir_value_get_member_text (body, "query", ""), ==, "a=1&q=%C3%A4%20b%26c");
  assert_output (outcome, "status", "200");
  g_assert_cmpstr (weir_value_get_member_text (outcome_get (outcome, "headers"), "content-type", ""), ==,
                   "application/json");
}

static void
test_sends_bodies (KindTest *test)
{
  g_autoptr(Web) web = web_new ();
  g_autoptr(Outcome) json = request (test, web, "/echo", "method: POST", "{\"body\": {\"n\": 1}}");
  g_autoptr(Outcome) form = request (test, web, "/echo", "method: PUT, body_as: form, body: { a: \"x y\", b: 2 }",
                                      NULL);
  g_autoptr(Outcome) raw = request (test, web, "/echo",
                                     "method: POST, body_as: raw, body: hello, content_type: text/csv", NULL);

  g_assert_cmpstr (weir_value_get_member_text (outcome_get (json, "body"), "body", ""), ==, "{\"n\":1}");
  g_assert_cmpstr (weir_value_get_member_text (outcome_get (json, "body"), "type", ""), ==, "application/json");
  g_assert_cmpstr (weir_value_get_member_text (outcome_get (form, "body"), "body", ""), ==, "a=x%20y&b=2");
  g_assert_cmpstr (weir_value_get_member_text (outcome_get (form, "body"), "method", ""), ==, "PUT");
  g_assert_cmpstr (weir_value_get_member_text (outcome_get (raw, "body"), "type", ""), ==, "text/csv");
}

static void
test_signs_in (KindTest *test)
{
  g_autoptr(Web) web = web_new ();
  g_autoptr(Outcome) basic = request (test, web, "/echo", "auth: basic, user: ann, password: secret", NULL);
  g_autoptr(Outcome) bearer = request (test, web, "/echo", "auth: bearer, token: t0", NULL);

  g_assert_cmpstr (weir_value_get_member_text (outcome_get (basic, "body"), "authorization", ""), ==,
                   "Basic YW5uOnNlY3JldA==");
  g_assert_cmpstr (weir_value_get_member_text (outcome_get (bearer, "body"), "authorization", ""), ==, "Bearer t0");
}

static void
test_keeps_secrets_from_another_host (KindTest *test)
{
  g_autoptr(Web) web = web_new ();
  g_autoptr(Outcome) bearer = request (test, web, "/away", "auth: bearer, token: t0", NULL);
  g_autoptr(Outcome) header = request (test, web, "/away", "auth: header, token: t0", NULL);
  WeirValue *body = outcome_get (bearer, "body");

  g_assert_cmpstr (bearer->message, ==, NULL);
  g_assert_cmpstr (weir_value_get_member_text (body, "authorization", "?"), ==, "");
  g_assert_cmpstr (weir_value_get_member_text (outcome_get (header, "body"), "api_key", "?"), ==, "");
  g_assert_true (g_str_has_prefix (weir_value_get_text (outcome_get (bearer, "final_url"), NULL), web->other_base));
}

static void
test_bad_statuses_are_failures (KindTest *test)
{
  g_autoptr(Web) web = web_new ();
  g_autoptr(Outcome) missing = request (test, web, "/nowhere", "", NULL);
  g_autoptr(Outcome) allowed = request (test, web, "/nowhere", "ok: \"2xx, 404\"", NULL);
  g_autoptr(Outcome) down = request (test, web, "/down", "", NULL);

  assert_failure (missing, "http.404");
  g_assert_cmpint (weir_value_get_member_int (missing->data, "status", 0), ==, 404);
  g_assert_cmpstr (weir_value_get_member_text (missing->data, "body", ""), ==, "nothing here");
  assert_output (allowed, "body", "\"nothing here\"");
  assert_failure (down, "http.503");
  g_assert_true (weir_error_is_transient (down->error));
}

static void
test_a_busy_server_is_asked_again (KindTest *test)
{
  g_autoptr(Web) web = web_new ();
  g_autofree char *yaml = g_strdup_printf (
    "weir: 1\nname: Busy\ninputs:\n  given: { type: any }\nblocks:\n"
    "  it: { kind: http.request, config: { url: \"%s/busy\", method: POST }, retry: { attempts: 2, first: 1ms } }\n",
    web->base);
  g_autoptr(Outcome) outcome = kind_test_play (test, yaml, "{}");

  assert_output (outcome, "body", "\"same key\"");
}

static void
test_redirects_are_bounded (KindTest *test)
{
  g_autoptr(Web) web = web_new ();
  g_autoptr(Outcome) endless = request (test, web, "/again", "redirects: 3", NULL);
  g_autoptr(Outcome) none = request (test, web, "/again", "redirects: 0, ok: \"302\"", NULL);

  assert_failure (endless, "http.3xx");
  assert_output (none, "status", "302");
}

static void
test_reads_by_type (KindTest *test)
{
  g_autoptr(Web) web = web_new ();
  g_autoptr(Outcome) broken = request (test, web, "/broken", "", NULL);
  g_autoptr(Outcome) text = request (test, web, "/broken", "parse: text", NULL);
  g_autoptr(Outcome) latin = request (test, web, "/latin", "", NULL);

  assert_failure (broken, "data.parse");
  assert_output (text, "body", "\"{\\\"a\\\": }\"");
  assert_output (latin, "body", "\"Grüße\"");
}

static void
test_answers_are_bounded (KindTest *test)
{
  g_autoptr(Web) web = web_new ();
  g_autoptr(Outcome) outcome = request (test, web, "/echo", "max: 10", NULL);

  assert_failure (outcome, "limit.size");
}

static void
test_headers_cannot_be_split (KindTest *test)
{
  g_autoptr(Web) web = web_new ();
  g_autoptr(Outcome) outcome = request (test, web, "/echo", "headers: [{ name: X, value: \"a\\r\\nY: b\" }]", NULL);

  assert_failure (outcome, "config.invalid");
}

static void
test_a_silent_server_times_out (KindTest *test)
{
  g_autoptr(Web) web = web_new ();
  g_autofree char *yaml = g_strdup_printf (
    "weir: 1\nname: Silent\ninputs:\n  given: { type: any }\nblocks:\n"
    "  it: { kind: http.request, config: { url: \"%s/hang\" }, timeout: 100ms }\n",
    web->base);
  g_autoptr(Outcome) outcome = kind_test_play (test, yaml, "{}");

  assert_failure (outcome, "limit.timeout");
}

int
main (int argc, char **argv)
{
  g_setenv ("no_proxy", "*", TRUE);
  g_test_init (&argc, &argv, NULL);
  dex_init ();
  ADD_KIND_TEST ("/weir/blocks/http/reads-json", test_reads_json);
  ADD_KIND_TEST ("/weir/blocks/http/sends-bodies", test_sends_bodies);
  ADD_KIND_TEST ("/weir/blocks/http/signs-in", test_signs_in);
  ADD_KIND_TEST ("/weir/blocks/http/keeps-secrets-from-another-host", test_keeps_secrets_from_another_host);
  ADD_KIND_TEST ("/weir/blocks/http/bad-statuses-are-failures", test_bad_statuses_are_failures);
  ADD_KIND_TEST ("/weir/blocks/http/a-busy-server-is-asked-again", test_a_busy_server_is_asked_again);
  ADD_KIND_TEST ("/weir/blocks/http/redirects-are-bounded", test_redirects_are_bounded);
  ADD_KIND_TEST ("/weir/blocks/http/reads-by-type", test_reads_by_type);
  ADD_KIND_TEST ("/weir/blocks/http/answers-are-bounded", test_answers_are_bounded);
  ADD_KIND_TEST ("/weir/blocks/http/headers-cannot-be-split", test_headers_cannot_be_split);
  ADD_KIND_TEST ("/weir/blocks/http/a-silent-server-times-out", test_a_silent_server_times_out);
  return g_test_run ();
}
