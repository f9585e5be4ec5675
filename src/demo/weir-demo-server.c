/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weir-demo-server.h"

#include <libsoup/soup.h>

/* By the folder that it serves; servers live as long as the process. */
static GHashTable *servers;

static void
serve_file_cb (SoupServer        *server,
               SoupServerMessage *message,
               const char        *path,
               GHashTable        *query,
               gpointer           user_data)
{
  const char *www = user_data;
  g_autofree char *wanted = g_canonicalize_filename (*path == '/' ? path + 1 : path, www);
  g_autofree char *prefix = g_strconcat (www, "/", NULL);
  g_autofree char *type = NULL;
  g_autofree char *mime = NULL;
  char *content = NULL;
  gsize length;

  if (soup_server_message_get_method (message) != SOUP_METHOD_GET
      && soup_server_message_get_method (message) != SOUP_METHOD_HEAD)
    {
      soup_server_message_set_status (message, SOUP_STATUS_METHOD_NOT_ALLOWED, NULL);
      return;
    }

  if (g_str_has_suffix (path, "/"))
    {
      g_autofree char *folder = g_steal_pointer (&wanted);
      wanted = g_build_filename (folder, "index.html", NULL);
    }

  /* ".." must not lead out of the folder. */
  if (!g_str_has_prefix (wanted, prefix) || !g_file_get_contents (wanted, &content, &length, NULL))
    {
      soup_server_message_set_status (message, SOUP_STATUS_NOT_FOUND, NULL);
      return;
    }

  type = g_content_type_guess (wanted, (const guchar *) content, MIN (length, 4096), NULL);
  mime = g_content_type_get_mime_type (type);
  soup_server_message_set_status (message, SOUP_STATUS_OK, NULL);
  soup_server_message_set_response (message, mime != NULL ? mime : "application/octet-stream",
                                    SOUP_MEMORY_TAKE, content, length);
}

/**
 * weir_demo_server_start:
 * @www: an absolute path of a folder
 * @port: the port to listen on, 0 for any
 *
 * Serves the files of a folder over HTTP on the loopback interface for the life of the process. Asking
 * again for a folder that is served gives the same address. Main thread.
 *
 * Returns: (transfer full): the address, "http://127.0.0.1:4711", or NULL if the port is taken
 */
char *
weir_demo_server_start (const char  *www,
                        guint        port,
                        GError     **error)
{
  SoupServer *server;
  g_autofree char *address = NULL;
  GSList *uris;

  if (servers == NULL)
    servers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_object_unref);

  server = g_hash_table_lookup (servers, www);
  if (server == NULL)
    {
      g_autoptr(SoupServer) made = soup_server_new ("server-header", "weir-demo", NULL);

      soup_server_add_handler (made, NULL, serve_file_cb, g_strdup (www), g_free);
      if (!soup_server_listen_local (made, port, SOUP_SERVER_LISTEN_IPV4_ONLY, error))
        return NULL;
      server = made;
      g_hash_table_insert (servers, g_strdup (www), g_steal_pointer (&made));
    }

  uris = soup_server_get_uris (server);
  address = g_strdup_printf ("http://127.0.0.1:%d", g_uri_get_port (uris->data));
  g_slist_free_full (uris, (GDestroyNotify) g_uri_unref);
  return g_steal_pointer (&address);
}
