/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fetch.h"

#define CHUNK (64 * 1024)

typedef struct
{
  const WeirFetch *fetch;
  WeirStep        *step;
  SoupMessage     *message;
  SoupSession     *session;
  GCancellable    *cancellable; /* follows the step's; also cancelled by us, with why in error */
  GError          *error;
  GUri            *home;        /* who secrets are for */
  GUri            *previous;
  guint            n_redirects;
  guint            connect_timer;
} Exchange;

static void
abort_exchange (Exchange *self, GError *error)
{
  if (self->error == NULL)
    self->error = error;
  else
    g_error_free (error);
  g_cancellable_cancel (self->cancellable);
}

static gboolean
connect_timeout_cb (gpointer user_data)
{
  Exchange *self = user_data;
  GError *error = NULL;

  self->connect_timer = 0;
  weir_set_failure (&error, "net.timeout", "No connection to %s within %" G_GINT64_FORMAT " ms",
                    g_uri_get_host (soup_message_get_uri (self->message)), self->fetch->connect_ms);
  abort_exchange (self, error);
  return G_SOURCE_REMOVE;
}

static void
connected_cb (SoupMessage *message, gpointer user_data)
{
  Exchange *self = user_data;

  g_clear_handle_id (&self->connect_timer, g_source_remove);
}

/* Counted from the first step towards a connection: waiting for one of the others to become free is no fault of the
 * server. */
static void
network_event_cb (SoupMessage *message, GSocketClientEvent event, GIOStream *connection, gpointer user_data)
{
  Exchange *self = user_data;

  if (event == G_SOCKET_CLIENT_RESOLVING && self->connect_timer == 0 && self->fetch->connect_ms > 0)
    self->connect_timer = g_timeout_add ((guint) MIN (self->fetch->connect_ms, G_MAXINT), connect_timeout_cb, self);
}

static gboolean
accept_certificate_cb (SoupMessage *message,
                       GTlsCertificate *certificate,
                       GTlsCertificateFlags errors,
                       gpointer user_data)
{
  return TRUE;
}

static gboolean
request_certificate_cb (SoupMessage *message, GTlsClientConnection *connection, gpointer user_data)
{
  Exchange *self = user_data;
  gboolean home = weir_fetch_same_origin (soup_message_get_uri (message), self->home);

  soup_message_set_tls_client_certificate (message, home ? self->fetch->certificate : NULL);
  return TRUE;
}

/* Only a digest: a server that asks for the bare password instead does not get it. */
static gboolean
authenticate_cb (SoupMessage *message, SoupAuth *auth, gboolean retrying, gpointer user_data)
{
  Exchange *self = user_data;

  if (retrying || soup_auth_is_for_proxy (auth) || self->fetch->user == NULL
      || g_ascii_strcasecmp (soup_auth_get_scheme_name (auth), "Digest") != 0
      || !weir_fetch_same_origin (soup_message_get_uri (message), self->home))
    return FALSE;
  soup_auth_authenticate (auth, self->fetch->user, self->fetch->password != NULL ? self->fetch->password : "");
  return TRUE;
}

gboolean
weir_fetch_same_origin (GUri *a, GUri *b)
{
  return g_ascii_strcasecmp (g_uri_get_scheme (a), g_uri_get_scheme (b)) == 0
         && g_ascii_strcasecmp (g_uri_get_host (a), g_uri_get_host (b)) == 0
         && g_uri_get_port (a) == g_uri_get_port (b);
}

void
weir_fetch_forget_secrets (SoupMessageHeaders *headers, const char *secret_header)
{
  soup_message_headers_remove (headers, "Authorization");
  soup_message_headers_remove (headers, "Cookie");
  if (secret_header != NULL)
    soup_message_headers_remove (headers, secret_header);
}

/* A redirect is a request to another place: what it may touch is asked anew, and secrets stay with whom they were
 * meant for. */
static void
restarted_cb (SoupMessage *message, gpointer user_data)
{
  Exchange *self = user_data;
  guint status = soup_message_get_status (message);
  GUri *uri = soup_message_get_uri (message);
  GError *error = NULL;

  if (status == SOUP_STATUS_UNAUTHORIZED || status == SOUP_STATUS_PROXY_AUTHENTICATION_REQUIRED)
    return; /* asked again with a password */
  if (++self->n_redirects > self->fetch->redirects)
    {
      weir_set_failure (&error, "http.3xx", "Expected at most %u redirects, but there are more",
                        self->fetch->redirects);
      abort_exchange (self, error);
      return;
    }
  if (!weir_fetch_same_origin (uri, self->previous))
    {
      weir_fetch_forget_secrets (soup_message_get_request_headers (message), self->fetch->secret_header);
      if (self->step != NULL && !weir_step_require (self->step, "net", g_uri_get_host (uri), &error))
        abort_exchange (self, error);
    }
  g_clear_pointer (&self->previous, g_uri_unref);
  self->previous = g_uri_ref (uri);
}

static void
stopped_cb (GCancellable *step_cancellable, gpointer user_data)
{
  g_cancellable_cancel (user_data);
}

static void
sent_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr(DexPromise) promise = user_data;
  GError *error = NULL;
  GInputStream *stream = soup_session_send_finish (SOUP_SESSION (source), result, &error);

  if (stream == NULL)
    dex_promise_reject (promise, error);
  else
    dex_promise_resolve_object (promise, stream);
}

static void
read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr(DexPromise) promise = user_data;
  GError *error = NULL;
  GBytes *bytes = g_input_stream_read_bytes_finish (G_INPUT_STREAM (source), result, &error);

  if (bytes == NULL)
    dex_promise_reject (promise, error);
  else
    dex_promise_resolve_boxed (promise, G_TYPE_BYTES, bytes);
}

static DexFuture *
send_message (Exchange *self)
{
  DexPromise *promise = dex_promise_new ();

  soup_session_send_async (self->session, self->message, G_PRIORITY_DEFAULT, self->cancellable, sent_cb,
                           dex_ref (promise));
  return DEX_FUTURE (promise);
}

static DexFuture *
read_chunk (Exchange *self, GInputStream *stream)
{
  DexPromise *promise = dex_promise_new ();

  g_input_stream_read_bytes_async (stream, CHUNK, G_PRIORITY_DEFAULT, self->cancellable, read_cb, dex_ref (promise));
  return DEX_FUTURE (promise);
}

static void
report_progress (Exchange *self, gsize length)
{
  goffset total = soup_message_headers_get_content_length (soup_message_get_response_headers (self->message));

  if (total > 0 && self->step != NULL)
    weir_step_set_progress (self->step, MIN ((double) length / (double) total, 1.0), NULL);
}

/* Counted after decompression: a small answer can hide a large one. */
static GBytes *
await_body (Exchange *self, GInputStream *stream, GError **error)
{
  g_autoptr(GByteArray) body = g_byte_array_new ();

  while (TRUE)
    {
      g_autoptr(GBytes) chunk = dex_await_boxed (read_chunk (self, stream), error);

      if (chunk == NULL)
        return NULL;
      if (g_bytes_get_size (chunk) == 0)
        return g_byte_array_free_to_bytes (g_steal_pointer (&body));
      if (body->len + g_bytes_get_size (chunk) > self->fetch->max_bytes)
        {
          weir_set_failure (error, "limit.size", "Expected at most %" G_GSIZE_FORMAT " bytes, but the answer is larger",
                            self->fetch->max_bytes);
          return NULL;
        }
      g_byte_array_append (body, g_bytes_get_data (chunk, NULL), (guint) g_bytes_get_size (chunk));
      report_progress (self, body->len);
    }
}

static const char *
classify (const GError *error)
{
  if (error->domain == G_RESOLVER_ERROR)
    return "net.dns";
  if (error->domain == G_TLS_ERROR)
    return "net.tls";
  if (error->domain == SOUP_SESSION_ERROR)
    return error->code == SOUP_SESSION_ERROR_TOO_MANY_REDIRECTS || error->code == SOUP_SESSION_ERROR_REDIRECT_BAD_URI
               || error->code == SOUP_SESSION_ERROR_REDIRECT_NO_LOCATION
             ? "http.3xx"
             : "net.reset";
  if (error->domain != G_IO_ERROR)
    return NULL;
  switch (error->code)
    {
    case G_IO_ERROR_CONNECTION_REFUSED:
      return "net.refused";
    case G_IO_ERROR_TIMED_OUT:
      return "net.timeout";
    case G_IO_ERROR_HOST_UNREACHABLE:
    case G_IO_ERROR_NETWORK_UNREACHABLE:
    case G_IO_ERROR_HOST_NOT_FOUND:
      return "net.offline";
    case G_IO_ERROR_CANCELLED:
      return NULL;
    default:
      return "net.reset";
    }
}

/* What went wrong, in our words: our own reason first, then the network's. */
static void
explain (Exchange *self, GError *wrong, GError **error)
{
  const char *class_name = classify (wrong);
  GUri *uri = soup_message_get_uri (self->message);

  if (self->error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&self->error));
      g_error_free (wrong);
    }
  else if (class_name == NULL)
    {
      g_propagate_error (error, wrong);
    }
  else
    {
      weir_set_failure (error, class_name, "%s: %s", g_uri_get_host (uri), wrong->message);
      g_error_free (wrong);
    }
}

static void
connect_signals (Exchange *self)
{
  SoupMessage *message = self->message;

  /* What one step signs in with is not for the next one that asks the same host. */
  soup_message_add_flags (message, SOUP_MESSAGE_DO_NOT_USE_AUTH_CACHE);
  if (self->fetch->redirects == 0)
    soup_message_add_flags (message, SOUP_MESSAGE_NO_REDIRECT);
  if (!self->fetch->verify_tls)
    g_signal_connect (message, "accept-certificate", G_CALLBACK (accept_certificate_cb), self);
  g_signal_connect (message, "request-certificate", G_CALLBACK (request_certificate_cb), self);
  g_signal_connect (message, "authenticate", G_CALLBACK (authenticate_cb), self);
  g_signal_connect (message, "starting", G_CALLBACK (connected_cb), self);
  g_signal_connect (message, "restarted", G_CALLBACK (restarted_cb), self);
  g_signal_connect (message, "network-event", G_CALLBACK (network_event_cb), self);
}

GBytes *
weir_fetch_await (const WeirFetch *fetch, WeirStep *step, GError **error)
{
  GCancellable *step_cancellable = step != NULL ? weir_step_get_cancellable (step) : NULL;
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_autoptr(SoupSession) session = weir_fetch_dup_session (fetch);
  g_autoptr(GInputStream) stream = NULL;
  Exchange self = {
    .fetch = fetch, .step = step, .message = fetch->message, .session = session, .cancellable = cancellable
  };
  GError *wrong = NULL;
  GBytes *body = NULL;
  gulong stopped = 0;

  if (step != NULL && !dex_await (weir_step_wait_rate (step, g_uri_get_host (soup_message_get_uri (fetch->message))), error))
    return NULL;
  self.home = g_uri_ref (soup_message_get_uri (fetch->message));
  self.previous = g_uri_ref (self.home);
  connect_signals (&self);
  if (step_cancellable != NULL)
    stopped = g_cancellable_connect (step_cancellable, G_CALLBACK (stopped_cb), g_object_ref (cancellable),
                                     g_object_unref);

  stream = dex_await_object (send_message (&self), &wrong);
  if (stream != NULL)
    body = await_body (&self, stream, &wrong);
  if (body == NULL)
    explain (&self, wrong, error);

  g_cancellable_disconnect (step_cancellable, stopped);
  g_clear_handle_id (&self.connect_timer, g_source_remove);
  g_signal_handlers_disconnect_by_data (fetch->message, &self);
  g_clear_pointer (&self.home, g_uri_unref);
  g_clear_pointer (&self.previous, g_uri_unref);
  g_clear_error (&self.error);
  return body;
}
