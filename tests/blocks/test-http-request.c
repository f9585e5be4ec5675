/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bodies out of files, pages, and taking a request back. */
#include "weir-web-test.h"

#include <string.h>

/* Bodies. */

static void
serve_upload (Web *web, SoupServerMessage *message, const char *path)
{
  g_autoptr(GBytes) body = soup_message_body_flatten (soup_server_message_get_request_body (message));
  g_autofree char *hash = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, body);
  g_autofree char *answer = g_strdup_printf ("%s %" G_GSIZE_FORMAT " %s", web_get_header (message, "Content-Type"),
                                             g_bytes_get_size (body), hash);

  if (g_str_equal (path, "/moved"))
    soup_server_message_set_redirect (message, 307, "/");
  else if (g_str_equal (path, "/away"))
    soup_server_message_set_redirect (message, 308, "/away");
  else
    web_answer (message, 200, "text/plain", answer);
}

static char *
digest_cb (SoupAuthDomain *domain, SoupServerMessage *message, const char *name, gpointer user_data)
{
  return soup_auth_domain_digest_encode_password (name, "house", "secret");
}

static void
add_closed_path (Web *web)
{
  g_autoptr(SoupAuthDomain) domain = soup_auth_domain_digest_new ("realm", "house", NULL);

  soup_auth_domain_add_path (domain, "/closed");
  soup_auth_domain_digest_set_auth_callback (domain, digest_cb, NULL, NULL);
  soup_server_add_auth_domain (web->server, domain);
}

#define FILE_BODY "method: PUT, body_as: file, file: \"$DIR/big.csv\""

static void
test_a_file_is_sent_from_disk (KindTest *test)
{
  g_autoptr(Web) web = web_new (serve_upload);
  g_autofree char *content = g_strnfill (3 * 1024 * 1024 + 7, 'x');
  g_autofree char *hash = g_compute_checksum_for_string (G_CHECKSUM_SHA256, content, -1);
  g_autofree char *wanted = g_strdup_printf ("\"text/csv %d %s\"", 3 * 1024 * 1024 + 7, hash);
  add_closed_path (web);
  kind_test_write (test, "big.csv", content);
  g_autoptr(Outcome) sent = web_request (test, web, "/", FILE_BODY);
  g_autoptr(Outcome) moved = web_request (test, web, "/moved", FILE_BODY);
  g_autoptr(Outcome) asked = web_request (test, web, "/closed",
                                           FILE_BODY ", auth: digest, user: ann, password: secret");
  g_autoptr(Outcome) missing = web_request (test, web, "/", "method: PUT, body_as: file, file: none.csv");

  assert_output (sent, "body", wanted);
  assert_output (moved, "body", wanted);
  /* sent once without an answer to the challenge, and again with it */
  assert_output (asked, "body", wanted);
  assert_failure (missing, "io.not_found");
}

static void
test_a_body_is_not_sent_on_for_ever (KindTest *test)
{
  g_autoptr(Web) web = web_new (serve_upload);
  g_autoptr(Outcome) endless = web_request (test, web, "/away", "method: POST, body: 1, redirects: 3");
  g_autoptr(Outcome) none = web_request (test, web, "/moved", "method: POST, body: 1, redirects: 0, ok: \"307\"");

  assert_failure (endless, "http.3xx");
  g_assert_cmpuint (web->asked->len, ==, 5);
  assert_output (none, "status", "307");
}

static void
serve_form (Web *web, SoupServerMessage *message, const char *path)
{
  g_autoptr(GBytes) body = soup_message_body_flatten (soup_server_message_get_request_body (message));
  SoupMultipart *form = soup_multipart_new_from_message (soup_server_message_get_request_headers (message), body);
  g_autoptr(GString) text = g_string_new (NULL);

  g_assert_nonnull (form);
  for (int i = 0; i < soup_multipart_get_length (form); i++)
    {
      SoupMessageHeaders *headers;
      GBytes *part;
      g_autofree char *disposition = NULL;
      g_autoptr(GHashTable) params = NULL;
      const char *file;

      soup_multipart_get_part (form, i, &headers, &part);
      soup_message_headers_get_content_disposition (headers, &disposition, &params);
      file = g_hash_table_lookup (params, "filename");
      g_string_append_printf (text, "%s/%s/%s=%.*s;", (char *) g_hash_table_lookup (params, "name"),
                              file != NULL ? file : "", soup_message_headers_get_content_type (headers, NULL),
                              (int) g_bytes_get_size (part), (const char *) g_bytes_get_data (part, NULL));
    }
  soup_multipart_free (form);
  web_answer (message, 200, "text/plain", text->str);
}

static void
test_a_form_carries_files (KindTest *test)
{
  g_autoptr(Web) web = web_new (serve_form);
  kind_test_write (test, "note.txt", "line\r\nend");
  g_autoptr(Outcome) outcome = web_request (
    test, web, "/",
    "method: POST, body_as: multipart, parts: [ { name: title, value: \"Grüße\" }, { name: n, value: 3 },"
    " { name: doc, file: \"$DIR/note.txt\" }, { name: meta, value: \"{}\", type: application/json } ]");

  assert_output (outcome, "body",
                 "\"title//(null)=Grüße;n//(null)=3;doc/note.txt/text/plain=line\\r\\nend;"
                 "meta//application/json={};\"");
}

/* Pages: seven numbers, three on a page. */

static void
answer_page (SoupServerMessage *message, guint first, guint n, const char *more)
{
  g_autoptr(GString) json = g_string_new ("{\"data\": {\"rows\": [");

  for (guint i = first; i < MIN (first + n, 7); i++)
    g_string_append_printf (json, "%s%u", i > first ? "," : "", i);
  g_string_append_printf (json, "]}%s}", more);
  web_answer (message, 200, "application/json", json->str);
}

static guint
get_query_number (SoupServerMessage *message, const char *name)
{
  const char *query = g_uri_get_query (soup_server_message_get_uri (message));
  g_autoptr(GHashTable) params = query != NULL ? soup_form_decode (query) : NULL;
  const char *text = params != NULL ? g_hash_table_lookup (params, name) : NULL;

  return text != NULL ? (guint) g_ascii_strtoull (text, NULL, 10) : 0;
}

static void
serve_pages (Web *web, SoupServerMessage *message, const char *path)
{
  guint at = get_query_number (message, "at");
  g_autofree char *more = NULL;

  if (g_str_equal (path, "/offset"))
    {
      answer_page (message, get_query_number (message, "skip"), get_query_number (message, "n"), "");
      return;
    }
  if (g_str_equal (path, "/link"))
    {
      more = g_strdup_printf ("</link?at=0>; rel=\"first\"; title=\"a, b\", </link?at=%u>; rel=\"last next\"", at + 3);
      if (at + 3 < 7)
        soup_message_headers_append (soup_server_message_get_response_headers (message), "Link", more);
      answer_page (message, at, 3, "");
      return;
    }
  if (g_str_equal (path, "/endless"))
    more = g_strdup_printf (", \"next\": \"/endless?at=%u\"", at + 1);
  else if (g_str_equal (path, "/address"))
    more = at + 3 < 7 ? g_strdup_printf (", \"next\": \"%s/address?at=%u\"", web->base, at + 3)
                      : g_strdup (", \"next\": null");
  else
    more = at + 3 < 7 ? g_strdup_printf (", \"meta\": {\"next\": %u}", at + 3) : g_strdup (", \"meta\": {}");
  answer_page (message, at, 3, more);
}

#define ALL "[0, 1, 2, 3, 4, 5, 6]"

static void
test_pages_are_joined (KindTest *test)
{
  g_autoptr(Web) web = web_new (serve_pages);
  g_autoptr(Outcome) link = web_request (test, web, "/link", "paging: link, items: data.rows");
  g_autoptr(Outcome) cursor = web_request (test, web, "/cursor?x=1&at=0",
                                            "paging: cursor, items: data.rows, cursor: meta.next, cursor_param: at");
  g_autoptr(Outcome) address = web_request (test, web, "/address", "paging: cursor, items: data.rows, cursor: next");
  g_autoptr(Outcome) offset = web_request (
    test, web, "/offset", "paging: offset, items: data.rows, offset_param: skip, limit_param: \"n\", page_size: 4");
  g_autofree char *asked = web_get_asked (web);

  assert_output (link, "body", ALL);
  assert_output (cursor, "body", ALL);
  assert_output (address, "body", ALL);
  assert_output (offset, "body", ALL);
  g_assert_cmpstr (asked, ==,
                   "GET /link\nGET /link?at=3\nGET /link?at=6\n"
                   "GET /cursor?x=1&at=0\nGET /cursor?x=1&at=3\nGET /cursor?x=1&at=6\n"
                   "GET /address\nGET /address?at=3\nGET /address?at=6\n"
                   "GET /offset?n=4&skip=0\nGET /offset?n=4&skip=4");
}

static void
test_pages_are_bounded (KindTest *test)
{
  g_autoptr(Web) web = web_new (serve_pages);
  g_autoptr(Outcome) pages = web_request (test, web, "/endless",
                                           "paging: cursor, items: data.rows, cursor: next, max_pages: 4");
  g_autoptr(Outcome) bytes = web_request (test, web, "/endless",
                                           "paging: cursor, items: data.rows, cursor: next, max: 400");
  g_autoptr(Outcome) lost = web_request (test, web, "/endless", "paging: cursor, items: rows, cursor: next");

  g_assert_cmpstr (pages->message, ==, NULL);
  g_assert_cmpuint (weir_value_get_length (outcome_get (pages, "body")), ==, 12);
  assert_failure (bytes, "limit.size");
  assert_failure (lost, "data.schema");
}

/* A page elsewhere is asked for, but without what signs us in here. */

static void
serve_elsewhere (Web *web, SoupServerMessage *message, const char *path)
{
  Web *other = web->data;
  g_autofree char *link = other != NULL ? g_strdup_printf ("<%s/next>; rel=next", other->base) : NULL;

  if (link != NULL)
    soup_message_headers_append (soup_server_message_get_response_headers (message), "Link", link);
  web_answer (message, 200, "application/json",
              *web_get_header (message, "Authorization") != '\0' ? "[\"known\"]" : "[\"unknown\"]");
}

static void
test_pages_elsewhere_get_no_secrets (KindTest *test)
{
  g_autoptr(Web) web = web_new (serve_elsewhere);
  g_autoptr(Web) other = web_new (serve_elsewhere);
  web->data = other;
  g_autoptr(Outcome) outcome = web_request (test, web, "/", "paging: link, auth: bearer, token: t0");

  assert_output (outcome, "body", "[\"known\", \"unknown\"]");
}

/* Undo. */

static void
serve_things (Web *web, SoupServerMessage *message, const char *path)
{
  if (!g_str_equal (web_get_header (message, "X-Api-Key"), "k0"))
    web_answer (message, 403, "text/plain", "no");
  else if (g_str_equal (path, "/things"))
    {
      soup_message_headers_append (soup_server_message_get_response_headers (message), "Location", "/things/7");
      web_answer (message, 201, "application/json", "{\"id\": 7, \"etag\": \"e7\"}");
    }
  else if (g_str_equal (path, "/gone"))
    web_answer (message, 404, "text/plain", "gone");
  else if (g_str_equal (path, "/stuck"))
    web_answer (message, 409, "text/plain", "stuck");
  else
    {
      g_autoptr(GBytes) body = soup_message_body_flatten (soup_server_message_get_request_body (message));

      g_free (web->data);
      web->data = g_strndup (g_bytes_get_data (body, NULL), g_bytes_get_size (body));
      soup_server_message_set_status (message, 204, NULL);
    }
}

#define THING "method: POST, body: { a: 1 }, auth: header, token: k0, "

static void
test_a_request_is_taken_back (KindTest *test)
{
  g_autoptr(Web) web = web_new (serve_things);
  g_autoptr(Outcome) outcome = web_request (test, web, "/things",
                                             THING "undo_method: PATCH, undo_url: \"/things/{{ response.body.id }}\","
                                                   " undo_body: { state: deleted, tag: \"=response.body.etag\" }");
  g_autofree char *asked = NULL;

  g_assert_cmpstr (outcome->message, ==, NULL);
  g_assert_cmpuint (kind_test_undo (test, outcome), ==, 1);
  asked = web_get_asked (web);
  g_assert_cmpstr (asked, ==, "POST /things\nPATCH /things/7");
  g_assert_cmpstr (web->data, ==, "{\"state\":\"deleted\",\"tag\":\"e7\"}");
  g_assert_cmpuint (kind_test_undo (test, outcome), ==, 0);
  g_free (web->data);
}

static void
test_what_cannot_be_taken_back_is_kept (KindTest *test)
{
  g_autoptr(Web) web = web_new (serve_things);
  g_autoptr(Outcome) location = web_request (test, web, "/things",
                                              THING "undo_url: \"{{ response.headers.location }}\"");
  g_autoptr(Outcome) gone = web_request (test, web, "/things", THING "undo_url: /gone");
  g_autoptr(Outcome) stuck = web_request (test, web, "/things", THING "undo_url: /stuck");
  g_autoptr(Outcome) wrong = web_request (test, web, "/things", THING "undo_url: \"{{ response.body.a.b }}\"");
  g_autoptr(Outcome) without = web_request (test, web, "/things", THING "parse: json");

  g_assert_cmpuint (kind_test_undo (test, location), ==, 1);
  g_assert_cmpuint (kind_test_undo (test, gone), ==, 1);
  g_assert_cmpuint (kind_test_undo (test, stuck), ==, 0);
  /* the request was answered well: what is wrong with its undo is no failure of the step */
  g_assert_cmpstr (wrong->message, ==, NULL);
  g_assert_cmpuint (kind_test_undo (test, wrong), ==, 0);
  g_assert_cmpuint (kind_test_undo (test, without), ==, 0);
  g_free (web->data);
}

/* Waiting. */

static void
serve_later (Web *web, SoupServerMessage *message, const char *path)
{
  soup_message_headers_append (soup_server_message_get_response_headers (message), "Retry-After", "3600");
  web_answer (message, web->asked->len == 1 ? 503 : 200, "text/plain", "here");
}

static gint64
find_delay (KindTest *test, WeirRun *run)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) events = dex_await_boxed (weir_engine_load_events (test->engine, weir_run_get_id (run), 0),
                                                  &error);

  g_assert_no_error (error);
  for (guint i = 0; i < events->len; i++)
    {
      WeirEvent *event = g_ptr_array_index (events, i);

      if (event->kind == WEIR_EVENT_BLOCK_RETRY)
        return weir_value_get_member_int (event->data, "delay_ms", 0);
    }
  return 0;
}

static void
test_a_retry_waits_as_long_as_the_server_asks (KindTest *test)
{
  g_autoptr(Web) web = web_new (serve_later);
  g_autofree char *yaml = g_strdup_printf (
    "weir: 1\nname: Later\nblocks:\n  it: { kind: http.request, config: { url: \"%s/\" },"
    " retry: { attempts: 2, first: 1ms } }\n",
    web->base);
  g_autoptr(WeirWorkflow) workflow = weir_workflow_parse (yaml, -1, NULL, NULL);
  g_autoptr(GError) error = NULL;
  g_autoptr(WeirRun) run = dex_await_object (weir_engine_play (test->engine, workflow, NULL), &error);
  g_autoptr(WeirValue) result = NULL;

  g_assert_no_error (error);
  while (!weir_run_retry_now (run, 0, "it"))
    dex_await (dex_timeout_new_msec (1), NULL);
  result = dex_await_boxed (weir_run_wait (run), &error);
  g_assert_no_error (error);
  g_assert_cmpint (find_delay (test, run), ==, 3600 * 1000);
  g_assert_cmpuint (web->asked->len, ==, 2);
}

/* Somebody takes the connection, but never says anything: the time for connecting is another than that for the answer. */
static void
test_connecting_has_a_time_of_its_own (KindTest *test)
{
  g_autoptr(GSocketListener) listener = g_socket_listener_new ();
  g_autoptr(GError) error = NULL;
  guint16 port = g_socket_listener_add_any_inet_port (listener, NULL, &error);
  g_autofree char *config = g_strdup_printf ("{ url: \"https://127.0.0.1:%u/\", connect: 50ms }", port);
  g_autoptr(Outcome) outcome = kind_test_play_block (test, "http.request", config, NULL, NULL);

  g_assert_no_error (error);
  assert_failure (outcome, "net.timeout");
}

int
main (int argc, char **argv)
{
  g_setenv ("no_proxy", "*", TRUE);
  g_test_init (&argc, &argv, NULL);
  dex_init ();
  web_trust_ours ();
  ADD_KIND_TEST ("/weir/blocks/http/a-file-is-sent-from-disk", test_a_file_is_sent_from_disk);
  ADD_KIND_TEST ("/weir/blocks/http/a-body-is-not-sent-on-for-ever", test_a_body_is_not_sent_on_for_ever);
  ADD_KIND_TEST ("/weir/blocks/http/a-form-carries-files", test_a_form_carries_files);
  ADD_KIND_TEST ("/weir/blocks/http/pages-are-joined", test_pages_are_joined);
  ADD_KIND_TEST ("/weir/blocks/http/pages-are-bounded", test_pages_are_bounded);
  ADD_KIND_TEST ("/weir/blocks/http/pages-elsewhere-get-no-secrets", test_pages_elsewhere_get_no_secrets);
  ADD_KIND_TEST ("/weir/blocks/http/a-request-is-taken-back", test_a_request_is_taken_back);
  ADD_KIND_TEST ("/weir/blocks/http/what-cannot-be-taken-back-is-kept", test_what_cannot_be_taken_back_is_kept);
  ADD_KIND_TEST ("/weir/blocks/http/a-retry-waits-as-long-as-the-server-asks",
                 test_a_retry_waits_as_long_as_the_server_asks);
  ADD_KIND_TEST ("/weir/blocks/http/connecting-has-a-time-of-its-own", test_connecting_has_a_time_of_its_own);
  return g_test_run ();
}
