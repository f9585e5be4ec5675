/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Digests, certificates, tokens and proxies, against real servers on the loopback interface. */
#include "weir-web-test.h"

#include <string.h>

/* Digest: libsoup's own server side checks it. */

static char *
digest_cb (SoupAuthDomain *domain, SoupServerMessage *message, const char *name, gpointer user_data)
{
  return g_str_equal (name, "ann") ? soup_auth_domain_digest_encode_password ("ann", "house", "secret") : NULL;
}

static void
serve_hello (Web *web, SoupServerMessage *message, const char *path)
{
  web_answer (message, 200, "text/plain", "hello");
}

static Web *
web_new_digest (void)
{
  Web *web = web_new (serve_hello);
  g_autoptr(SoupAuthDomain) domain = soup_auth_domain_digest_new ("realm", "house", NULL);

  soup_auth_domain_add_path (domain, "/");
  soup_auth_domain_digest_set_auth_callback (domain, digest_cb, NULL, NULL);
  soup_server_add_auth_domain (web->server, domain);
  return web;
}

static void
test_a_digest_answers_the_challenge (KindTest *test)
{
  g_autoptr(Web) web = web_new_digest ();
  g_autoptr(Outcome) right = web_request (test, web, "/", "auth: digest, user: ann, password: secret");
  g_autoptr(Outcome) wrong = web_request (test, web, "/", "auth: digest, user: ann, password: guess");
  g_autoptr(Outcome) nobody = web_request (test, web, "/", "");

  assert_output (right, "body", "\"hello\"");
  assert_failure (wrong, "auth.denied");
  assert_failure (nobody, "http.401");
}

static gboolean
basic_cb (SoupAuthDomain *domain,
          SoupServerMessage *message,
          const char *name,
          const char *password,
          gpointer user_data)
{
  Web *web = user_data;

  web->n++;
  return TRUE;
}

static void
test_a_digest_is_no_bare_password (KindTest *test)
{
  g_autoptr(Web) web = web_new (serve_hello);
  g_autoptr(SoupAuthDomain) domain = soup_auth_domain_basic_new ("realm", "house", NULL);
  g_autoptr(Outcome) outcome = NULL;

  soup_auth_domain_add_path (domain, "/");
  soup_auth_domain_basic_set_auth_callback (domain, basic_cb, web, NULL);
  soup_server_add_auth_domain (web->server, domain);
  outcome = web_request (test, web, "/", "auth: digest, user: ann, password: secret");
  assert_failure (outcome, "auth.denied");
  g_assert_cmpuint (web->n, ==, 0);
}

/* OAuth 2. */

typedef struct
{
  guint       n_tokens;
  guint       lifetime;
  const char *valid;      /* the only token that is let in; NULL: the newest */
  const char *refuse;     /* error code instead of a token */
  char       *form;       /* of the last request for a token */
  char       *client;     /* Authorization of the same */
} Giver;

static void
give_token (Giver *giver, SoupServerMessage *message)
{
  g_autoptr(GBytes) body = soup_message_body_flatten (soup_server_message_get_request_body (message));
  g_autofree char *json = NULL;

  g_free (giver->form);
  giver->form = g_strndup (g_bytes_get_data (body, NULL), g_bytes_get_size (body));
  g_free (giver->client);
  giver->client = g_strdup (web_get_header (message, "Authorization"));
  if (giver->refuse != NULL)
    {
      json = g_strdup_printf ("{\"error\": \"%s\", \"error_description\": \"not you\"}", giver->refuse);
      web_answer (message, 400, "application/json", json);
      return;
    }
  giver->n_tokens++;
  json = g_strdup_printf ("{\"access_token\": \"t%u\", \"token_type\": \"Bearer\", \"expires_in\": %u, "
                          "\"refresh_token\": \"r%u\"}",
                          giver->n_tokens, giver->lifetime, giver->n_tokens);
  web_answer (message, 200, "application/json", json);
}

static void
serve_oauth (Web *web, SoupServerMessage *message, const char *path)
{
  Giver *giver = web->data;
  g_autofree char *newest = g_strdup_printf ("Bearer t%u", giver->n_tokens);

  if (g_str_equal (path, "/token"))
    give_token (giver, message);
  else if (g_str_equal (web_get_header (message, "Authorization"), giver->valid != NULL ? giver->valid : newest))
    web_answer (message, 200, "text/plain", web_get_header (message, "Authorization"));
  else
    web_answer (message, 401, "text/plain", "who are you");
}

static void
giver_clear (Giver *giver)
{
  g_free (giver->form);
  g_free (giver->client);
}

#define OAUTH "auth: oauth2, token_url: \"$WEB/token\", client_id: me, client_secret: \"a b\""

static void
test_a_token_is_kept_until_it_expires (KindTest *test)
{
  g_autoptr(Web) web = web_new (serve_oauth);
  Giver giver = { .lifetime = 3600 };
  web->data = &giver;
  g_autoptr(Outcome) first = web_request (test, web, "/", OAUTH ", scope: \"read write\"");
  g_autoptr(Outcome) second = web_request (test, web, "/", OAUTH ", scope: \"read write\"");
  g_autoptr(Outcome) other = web_request (test, web, "/", OAUTH ", client_auth: body");

  g_assert_cmpstr (first->message, ==, NULL);
  assert_output (second, "body", "\"Bearer t1\"");
  assert_output (other, "body", "\"Bearer t2\"");
  g_assert_cmpstr (giver.form, ==, "grant_type=client_credentials&client_id=me&client_secret=a%20b");
  giver_clear (&giver);
}

static void
test_an_expired_token_is_refreshed (KindTest *test)
{
  g_autoptr(Web) web = web_new (serve_oauth);
  Giver giver = { .lifetime = 1 };
  web->data = &giver;
  g_autoptr(Outcome) first = web_request (test, web, "/", OAUTH ", grant: password, user: ann, password: \"p&w\"");
  g_autofree char *form = g_strdup (giver.form);
  g_autoptr(Outcome) second = web_request (test, web, "/", OAUTH ", grant: password, user: ann, password: \"p&w\"");

  g_assert_cmpstr (form, ==, "grant_type=password&username=ann&password=p%26w");
  g_assert_cmpstr (giver.client, ==, "Basic bWU6YSUyMGI=");
  g_assert_cmpstr (giver.form, ==, "grant_type=refresh_token&refresh_token=r1");
  assert_output (first, "body", "\"Bearer t1\"");
  assert_output (second, "body", "\"Bearer t2\"");
  giver_clear (&giver);
}

static void
test_a_refused_token_is_refreshed_once (KindTest *test)
{
  g_autoptr(Web) web = web_new (serve_oauth);
  Giver giver = { .lifetime = 3600 };
  web->data = &giver;
  g_autoptr(Outcome) first = web_request (test, web, "/", OAUTH ", grant: refresh_token, refresh_token: r0");
  giver.valid = "Bearer t2";
  g_autoptr(Outcome) second = web_request (test, web, "/", OAUTH ", grant: refresh_token, refresh_token: r0");
  giver.valid = "nobody";
  g_autoptr(Outcome) third = web_request (test, web, "/", OAUTH ", grant: refresh_token, refresh_token: r0");

  assert_output (first, "body", "\"Bearer t1\"");
  assert_output (second, "body", "\"Bearer t2\"");
  assert_failure (third, "auth.denied");
  g_assert_cmpuint (giver.n_tokens, ==, 3);
  giver_clear (&giver);
}

static void
test_no_token_says_whether_it_expired (KindTest *test)
{
  g_autoptr(Web) web = web_new (serve_oauth);
  Giver giver = { .refuse = "invalid_grant" };
  web->data = &giver;
  g_autoptr(Outcome) expired = web_request (test, web, "/", OAUTH ", grant: refresh_token, refresh_token: r0");
  giver.refuse = "invalid_client";
  g_autoptr(Outcome) denied = web_request (test, web, "/", OAUTH);

  assert_failure (expired, "auth.expired");
  assert_failure (denied, "auth.denied");
  g_assert_nonnull (strstr (denied->message, "not you"));
  g_assert_null (strstr (denied->message, "a b"));
  giver_clear (&giver);
}

static void
test_steps_at_once_share_a_token (KindTest *test)
{
  g_autoptr(Web) web = web_new (serve_oauth);
  Giver giver = { .lifetime = 3600 };
  web->data = &giver;
  g_autofree char *yaml = g_strdup_printf (
    "weir: 1\nname: Many\nblocks:\n"
    "  it:\n    kind: flow.foreach\n    config: { items: [1, 2, 3, 4, 5, 6] }\n    concurrency: 6\n"
    "    body:\n      blocks:\n        ask: { kind: http.request, config: { url: \"%s/\", auth: oauth2,"
    " token_url: \"%s/token\", client_id: many } }\n",
    web->base, web->base);
  g_autoptr(Outcome) outcome = kind_test_play (test, yaml, NULL);

  g_assert_cmpstr (outcome->message, ==, NULL);
  g_assert_cmpuint (web->asked->len, ==, 7);
  g_assert_cmpuint (giver.n_tokens, ==, 1);
  giver_clear (&giver);
}

/* TLS. */

static void
test_unknown_certificates_are_refused (KindTest *test)
{
  g_autoptr(Web) known = web_new_tls (serve_hello, "server.pem", FALSE);
  g_autoptr(Web) unknown = web_new_tls (serve_hello, "stranger.pem", FALSE);
  g_autoptr(Outcome) trusted = web_request (test, known, "/", "");
  g_autoptr(Outcome) lax = web_request (test, unknown, "/", "verify_tls: false");
  g_autoptr(Outcome) strict = web_request (test, unknown, "/", "");

  assert_output (trusted, "body", "\"hello\"");
  assert_output (lax, "body", "\"hello\"");
  /* also when the connection of the lax one is still open */
  assert_failure (strict, "net.tls");
}

static Outcome *
request_with_certificate (KindTest *test, Web *web, const char *file, const char *key, const char *more)
{
  g_autofree char *path = web_data_path (file);
  g_autofree char *key_path = key != NULL ? web_data_path (key) : g_strdup ("");
  g_autofree char *config = g_strdup_printf ("auth: certificate, certificate: \"%s\", certificate_key: \"%s\"%s", path,
                                             key_path, more);

  return web_request (test, web, "/", config);
}

static void
test_a_certificate_says_who_asks (KindTest *test)
{
  g_autoptr(Web) web = web_new_tls (serve_hello, "server.pem", TRUE);
  g_autoptr(Outcome) pem = request_with_certificate (test, web, "client.pem", "client-key.pem", "");
  g_autoptr(Outcome) p12 = request_with_certificate (test, web, "client.p12", NULL, ", certificate_password: sesame");
  g_autoptr(Outcome) closed = request_with_certificate (test, web, "client.p12", NULL, ", certificate_password: no");
  g_autoptr(Outcome) keyless = request_with_certificate (test, web, "client.pem", NULL, "");
  g_autoptr(Outcome) nobody = web_request (test, web, "/", "");

  assert_output (pem, "body", "\"hello\"");
  assert_output (p12, "body", "\"hello\"");
  g_assert_cmpstr (web->shown, ==, "CN=Weir test client");
  assert_failure (closed, "config.invalid");
  assert_failure (keyless, "config.invalid");
  /* also when a connection that showed one is still open */
  g_assert_nonnull (nobody->error);
  g_test_message ("without a certificate: %s, %s", nobody->error, nobody->message);
}

/* Proxies. */

static void
serve_proxy (Web *web, SoupServerMessage *message, const char *path)
{
  g_autofree char *uri = g_uri_to_string (soup_server_message_get_uri (message));

  web_answer (message, 200, "text/plain", uri);
}

static void
test_a_proxy_is_asked_instead (KindTest *test)
{
  g_autoptr(Web) proxy = web_new (serve_proxy);
  g_autofree char *config = g_strdup_printf (
    "{ url: \"http://nowhere.invalid/page\", proxy: address, proxy_url: \"%s\" }", proxy->base);
  g_autoptr(Outcome) outcome = kind_test_play_block (test, "http.request", config, NULL, NULL);
  g_autoptr(Outcome) wrong = kind_test_play_block (
    test, "http.request", "{ url: \"http://nowhere.invalid/page\", proxy: address, proxy_url: \"\" }", NULL, NULL);

  g_assert_cmpstr (outcome->message, ==, NULL);
  g_assert_cmpuint (proxy->asked->len, ==, 1);
  assert_failure (wrong, "config.invalid");
}

int
main (int argc, char **argv)
{
  g_setenv ("no_proxy", "*", TRUE);
  g_test_init (&argc, &argv, NULL);
  dex_init ();
  web_trust_ours ();
  ADD_KIND_TEST ("/weir/blocks/http/a-digest-answers-the-challenge", test_a_digest_answers_the_challenge);
  ADD_KIND_TEST ("/weir/blocks/http/a-digest-is-no-bare-password", test_a_digest_is_no_bare_password);
  ADD_KIND_TEST ("/weir/blocks/http/a-token-is-kept-until-it-expires", test_a_token_is_kept_until_it_expires);
  ADD_KIND_TEST ("/weir/blocks/http/an-expired-token-is-refreshed", test_an_expired_token_is_refreshed);
  ADD_KIND_TEST ("/weir/blocks/http/a-refused-token-is-refreshed-once", test_a_refused_token_is_refreshed_once);
  ADD_KIND_TEST ("/weir/blocks/http/no-token-says-whether-it-expired", test_no_token_says_whether_it_expired);
  ADD_KIND_TEST ("/weir/blocks/http/steps-at-once-share-a-token", test_steps_at_once_share_a_token);
  ADD_KIND_TEST ("/weir/blocks/http/unknown-certificates-are-refused", test_unknown_certificates_are_refused);
  ADD_KIND_TEST ("/weir/blocks/http/a-certificate-says-who-asks", test_a_certificate_says_who_asks);
  ADD_KIND_TEST ("/weir/blocks/http/a-proxy-is-asked-instead", test_a_proxy_is_asked_instead);
  return g_test_run ();
}
