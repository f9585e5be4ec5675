/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weir-web-test.h"

#include <string.h>

static void
serve_cb (SoupServer *server, SoupServerMessage *message, const char *path, GHashTable *query, gpointer user_data)
{
  Web *self = user_data;
  const char *text = g_uri_get_query (soup_server_message_get_uri (message));

  g_ptr_array_add (self->asked, g_strdup_printf ("%s %s%s%s", soup_server_message_get_method (message), path,
                                                 text != NULL ? "?" : "", text != NULL ? text : ""));
  self->serve (self, message, path);
}

static Web *
web_listen (Web *self, WebFunc serve, SoupServerListenOptions options)
{
  g_autoptr(GError) error = NULL;
  GSList *uris;

  self->serve = serve;
  self->asked = g_ptr_array_new_with_free_func (g_free);
  soup_server_add_handler (self->server, NULL, serve_cb, self, NULL);
  soup_server_listen_local (self->server, 0, options | SOUP_SERVER_LISTEN_IPV4_ONLY, &error);
  g_assert_no_error (error);
  uris = soup_server_get_uris (self->server);
  self->base = g_strdup_printf ("%s://127.0.0.1:%d", g_uri_get_scheme (uris->data), g_uri_get_port (uris->data));
  g_slist_free_full (uris, (GDestroyNotify) g_uri_unref);
  return self;
}

Web *
web_new (WebFunc serve)
{
  Web *self = g_new0 (Web, 1);

  self->server = soup_server_new (NULL, NULL);
  return web_listen (self, serve, 0);
}

static gboolean
accept_any_cb (SoupServerMessage *message,
               GTlsCertificate *certificate,
               GTlsCertificateFlags errors,
               gpointer user_data)
{
  Web *self = user_data;

  g_free (self->shown);
  self->shown = g_tls_certificate_get_subject_name (certificate);
  g_set_weak_pointer (&self->peer, certificate);
  return TRUE;
}

static void
started_cb (SoupServer *server, SoupServerMessage *message, gpointer user_data)
{
  g_signal_connect (message, "accept-certificate", G_CALLBACK (accept_any_cb), user_data);
}

Web *
web_new_tls (WebFunc serve, const char *name, gboolean ask)
{
  Web *self = g_new0 (Web, 1);
  g_autofree char *path = web_data_path (name);
  g_autoptr(GError) error = NULL;
  g_autoptr(GTlsCertificate) certificate = g_tls_certificate_new_from_file (path, &error);

  g_assert_no_error (error);
  self->server = soup_server_new ("tls-certificate", certificate, NULL);
  if (ask)
    {
      soup_server_set_tls_auth_mode (self->server, G_TLS_AUTHENTICATION_REQUIRED);
      g_signal_connect (self->server, "request-started", G_CALLBACK (started_cb), self);
    }
  return web_listen (self, serve, SOUP_SERVER_LISTEN_HTTPS);
}

void
web_free (Web *self)
{
  soup_server_disconnect (self->server);
  g_object_unref (self->server);
  /* libsoup's server (3.6) does not let go of the certificate that it asked us about */
  if (self->peer != NULL)
    g_object_unref (self->peer);
  g_clear_weak_pointer (&self->peer);
  g_ptr_array_unref (self->asked);
  g_free (self->base);
  g_free (self->shown);
  g_free (self);
}

char *
web_data_path (const char *name)
{
  return g_build_filename (g_getenv ("WEIR_TEST_DATA"), "tls", name, NULL);
}

void
web_trust_ours (void)
{
  g_autofree char *path = web_data_path ("server.pem");
  g_autoptr(GError) error = NULL;
  g_autoptr(GTlsDatabase) database = g_tls_file_database_new (path, &error);

  g_assert_no_error (error);
  g_tls_backend_set_default_database (g_tls_backend_get_default (), database);
}

void
web_answer (SoupServerMessage *message, guint status, const char *type, const char *text)
{
  soup_server_message_set_status (message, status, NULL);
  soup_server_message_set_response (message, type, SOUP_MEMORY_COPY, text, strlen (text));
}

const char *
web_get_header (SoupServerMessage *message, const char *name)
{
  const char *value = soup_message_headers_get_one (soup_server_message_get_request_headers (message), name);

  return value != NULL ? value : "";
}

Outcome *
web_request (KindTest *test, Web *web, const char *path, const char *config)
{
  g_autofree char *base = kind_test_fill (test, config);
  g_autoptr(GString) filled = g_string_new (base);
  g_autofree char *all = NULL;

  g_string_replace (filled, "$WEB", web->base, 0);
  all = g_strdup_printf ("{ url: \"%s%s\"%s%s }", web->base, path, *config != '\0' ? ", " : "", filled->str);
  return kind_test_play_block (test, "http.request", all, NULL, NULL);
}

char *
web_get_asked (Web *self)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < self->asked->len; i++)
    g_string_append_printf (text, "%s%s", i > 0 ? "\n" : "", (char *) g_ptr_array_index (self->asked, i));
  return g_string_free_and_steal (text);
}
