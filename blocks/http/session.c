/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fetch.h"

#define MAX_CONNECTIONS 128
#define MAX_CONNECTIONS_PER_HOST 16
/* Besides the usual one: for certificates of ours, proxies, and servers that are not checked. */
#define MAX_SESSIONS 16

/* A kept connection belongs to whoever it was made for: one made without a look at the certificate, or under a
 * certificate of ours, must not serve a step that said otherwise. So each such way has connections of its own. */
static char *
make_key (const WeirFetch *fetch)
{
  g_autoptr(GByteArray) der = NULL;
  g_autofree char *hash = NULL;

  if (fetch->certificate != NULL)
    {
      g_object_get (fetch->certificate, "certificate", &der, NULL);
      hash = g_compute_checksum_for_data (G_CHECKSUM_SHA256, der->data, der->len);
    }
  return g_strdup_printf ("%d %s %s", fetch->verify_tls, hash != NULL ? hash : "-",
                          fetch->proxy != NULL ? fetch->proxy : "system");
}

static SoupSession *
make_session (const char *proxy)
{
  SoupSession *session = soup_session_new_with_options ("max-conns", MAX_CONNECTIONS, "max-conns-per-host",
                                                        MAX_CONNECTIONS_PER_HOST, "user-agent", "Weir/" WEIR_VERSION,
                                                        "timeout", 0, NULL);
  g_autoptr(GProxyResolver) resolver = NULL;

  if (proxy == NULL)
    return session;
  if (*proxy != '\0')
    resolver = g_simple_proxy_resolver_new (proxy, NULL);
  soup_session_set_proxy_resolver (session, resolver);
  return session;
}

/* Shared by all steps, so that connections are used again. The table lives as long as the process. */
SoupSession *
weir_fetch_dup_session (const WeirFetch *fetch)
{
  static GHashTable *sessions; /* key → SoupSession */
  static GQueue order = G_QUEUE_INIT;
  g_autofree char *key = make_key (fetch);
  SoupSession *session;

  if (sessions == NULL)
    sessions = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_object_unref);
  session = g_hash_table_lookup (sessions, key);
  if (session != NULL)
    return g_object_ref (session);

  session = make_session (fetch->proxy);
  g_hash_table_insert (sessions, g_strdup (key), g_object_ref (session));
  g_queue_push_tail (&order, g_steal_pointer (&key));
  if (order.length > MAX_SESSIONS)
    {
      g_autofree char *oldest = g_queue_pop_head (&order);

      g_hash_table_remove (sessions, oldest);
    }
  return session;
}
