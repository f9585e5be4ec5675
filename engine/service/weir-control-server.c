/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "weir-control-private.h"
#include "weir-engine-private.h"

#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

/* The owner's end of control.sock. */

/* Whoever has not read what is for it by then does not read. */
#define FLUSH_GRACE_US (2 * G_USEC_PER_SEC)

typedef struct
{
  GDBusServer *server;
  GPtrArray *connections;
  WeirEngine *engine;      /* borrowed: the server lives as data of the engine */
  char *path;
  int dir_fd;
} ControlServer;

static void
say_closed (GDBusConnection *connection)
{
  DexPromise *closed = g_object_get_data (G_OBJECT (connection), "weir-closed");

  if (dex_future_is_pending (DEX_FUTURE (closed)))
    dex_promise_resolve_boolean (closed, TRUE);
}

/* ── the last that connections have to hear ─────────────────────────────────────────────── */

typedef struct
{
  gatomicrefcount refs;
  GMutex mutex;
  GCond done;
  guint n_left;
} Flush;

typedef struct
{
  Flush *flush;
  GDBusConnection *connection;
} FlushOne;

static void
flush_unref (Flush *self)
{
  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  g_mutex_clear (&self->mutex);
  g_cond_clear (&self->done);
  g_free (self);
}

static gpointer
flush_in_thread (gpointer user_data)
{
  FlushOne *self = user_data;

  g_dbus_connection_flush_sync (self->connection, NULL, NULL);
  g_mutex_lock (&self->flush->mutex);
  self->flush->n_left--;
  g_cond_signal (&self->flush->done);
  g_mutex_unlock (&self->flush->mutex);
  flush_unref (self->flush);
  g_object_unref (self->connection);
  g_free (self);
  return NULL;
}

/* Flushing cannot be called off, and whoever does not read would hold it for ever: it is left to a thread of its own, and to itself when
 * the time is over. */
static void
flush_connections (GPtrArray *connections)
{
  gint64 deadline = g_get_monotonic_time () + FLUSH_GRACE_US;
  Flush *flush = g_new0 (Flush, 1);

  g_atomic_ref_count_init (&flush->refs);
  g_mutex_init (&flush->mutex);
  g_cond_init (&flush->done);
  flush->n_left = connections->len;
  for (guint i = 0; i < connections->len; i++)
    {
      FlushOne *one = g_new (FlushOne, 1);

      *one = (FlushOne) { flush, g_object_ref (g_ptr_array_index (connections, i)) };
      g_atomic_ref_count_inc (&flush->refs);
      g_thread_unref (g_thread_new ("weir-flush", flush_in_thread, one));
    }
  g_mutex_lock (&flush->mutex);
  while (flush->n_left > 0 && g_cond_wait_until (&flush->done, &flush->mutex, deadline))
    ;
  g_mutex_unlock (&flush->mutex);
  flush_unref (flush);
}

static void
control_server_free (ControlServer *self)
{
  g_signal_handlers_disconnect_by_data (self->server, self);
  g_dbus_server_stop (self->server);
  for (guint i = 0; i < self->connections->len; i++)
    {
      GDBusConnection *connection = g_ptr_array_index (self->connections, i);

      g_signal_handlers_disconnect_by_data (connection, self);
      /* what has come and was not begun with would find nobody */
      g_dbus_connection_unregister_object (connection,
                                           GPOINTER_TO_UINT (g_object_get_data (G_OBJECT (connection), "weir-registration")));
      say_closed (connection);
    }
  /* The last event of a run may still be on its way. */
  flush_connections (self->connections);
  for (guint i = 0; i < self->connections->len; i++)
    g_dbus_connection_close (g_ptr_array_index (self->connections, i), NULL, NULL, NULL);
  g_unlink (self->path);
  g_clear_pointer (&self->connections, g_ptr_array_unref);
  g_clear_object (&self->server);
  if (self->dir_fd >= 0)
    close (self->dir_fd);
  g_free (self->path);
  g_free (self);
}

/* A call of another process that is not answered yet. */
typedef struct
{
  WeirEngine *engine;
  GDBusMethodInvocation *invocation;
} Call;

static void
count_calls (WeirEngine *engine, int change)
{
  int n_calls = GPOINTER_TO_INT (g_object_get_data (G_OBJECT (engine), "weir-control-calls")) + change;

  g_object_set_data (G_OBJECT (engine), "weir-control-calls", GINT_TO_POINTER (n_calls));
}

static void
call_free (Call *self)
{
  count_calls (self->engine, -1);
  g_object_unref (self->engine);
  g_object_unref (self->invocation);
  g_free (self);
}

static DexFuture *
answer_cb (DexFuture *future, gpointer user_data)
{
  GDBusMethodInvocation *invocation = ((Call *) user_data)->invocation;
  g_autoptr(GError) error = NULL;
  const GValue *value = dex_future_get_value (future, &error);
  const GDBusMethodInfo *info = g_dbus_method_invocation_get_method_info (invocation);

  /* Failures of steps come in a domain of their own, which D-Bus does not know. */
  if (value == NULL && error->domain != WEIR_ERROR)
    g_dbus_method_invocation_return_error_literal (g_object_ref (invocation), WEIR_ERROR, WEIR_ERROR_FAILED,
                                                   error->message);
  else if (value == NULL)
    g_dbus_method_invocation_return_gerror (g_object_ref (invocation), error);
  else
    g_dbus_method_invocation_return_value (g_object_ref (invocation),
                                           weir_control_pack (info->out_args, g_value_get_boxed (value)));
  return dex_future_new_true ();
}

static void
send_event (WeirEvent *event, gpointer user_data)
{
  GDBusConnection *connection = user_data;
  char *text = weir_event_to_json (event);

  g_dbus_connection_emit_signal (connection, NULL, WEIR_CONTROL_PATH, WEIR_CONTROL_INTERFACE, "Event",
                                 g_variant_new ("(x@s)", event->run, g_variant_new_take_string (text)), NULL);
}

static gboolean
writable_cb (GSocket *socket, GIOCondition condition, gpointer user_data)
{
  dex_promise_resolve_boolean (user_data, TRUE);
  return G_SOURCE_REMOVE;
}

/* What its reader leaves unread stays in the journal, not in memory: the socket is full long before that is much. */
static DexFuture *
wait_for_reader (gpointer user_data)
{
  GSocketConnection *stream = G_SOCKET_CONNECTION (g_dbus_connection_get_stream (user_data));
  GSocket *socket = g_socket_connection_get_socket (stream);
  DexPromise *writable;
  GSource *source;

  if (g_dbus_connection_is_closed (user_data) || g_socket_condition_check (socket, G_IO_OUT) != 0)
    return NULL;
  writable = dex_promise_new ();
  source = g_socket_create_source (socket, G_IO_OUT, NULL);
  g_source_set_callback (source, G_SOURCE_FUNC (writable_cb), dex_ref (writable), dex_unref);
  g_source_attach (source, NULL);
  g_source_unref (source);
  return DEX_FUTURE (writable);
}

typedef struct
{
  GDBusConnection *connection;
  gint64 run;
} Ended;

static void
ended_free (Ended *self)
{
  g_object_unref (self->connection);
  g_free (self);
}

static DexFuture *
ended_cb (DexFuture *future, gpointer user_data)
{
  Ended *self = user_data;

  g_dbus_connection_emit_signal (self->connection, NULL, WEIR_CONTROL_PATH, WEIR_CONTROL_INTERFACE, "Ended",
                                 g_variant_new ("(x)", self->run), NULL);
  return dex_future_new_true ();
}

static void
follow (ControlServer *self, GDBusConnection *connection, WeirValue *args)
{
  DexFuture *closed = g_object_get_data (G_OBJECT (connection), "weir-closed");
  DexFuture *future;
  Ended *ended = g_new0 (Ended, 1);

  ended->connection = g_object_ref (connection);
  ended->run = weir_value_get_member_int (args, "run", 0);
  future = weir_control_follow_engine (self->engine, ended->run, (guint64) weir_value_get_member_int (args, "after", 0),
                                       closed, wait_for_reader, send_event, g_object_ref (connection), g_object_unref);
  future = dex_future_finally (future, ended_cb, ended, (GDestroyNotify) ended_free);
  dex_future_disown (future);
}

static void
method_call_cb (GDBusConnection *connection, const char *sender, const char *path, const char *interface, const char *method,
                GVariant *parameters, GDBusMethodInvocation *invocation, gpointer user_data)
{
  ControlServer *self = user_data;
  const GDBusMethodInfo *info = g_dbus_method_invocation_get_method_info (invocation);
  g_autoptr(GError) error = NULL;
  g_autoptr(WeirValue) args = weir_control_unpack (info->in_args, parameters, &error);
  DexFuture *future;
  Call *call;

  if (args == NULL)
    {
      g_dbus_method_invocation_return_gerror (invocation, error);
      return;
    }
  if (g_str_equal (method, "Follow"))
    {
      g_dbus_method_invocation_return_value (invocation, NULL);
      follow (self, connection, args);
      return;
    }
  if (self->engine->closed)
    {
      g_dbus_method_invocation_return_error (invocation, WEIR_ERROR, WEIR_ERROR_BUSY,
                                             "The process that owns %s is ending",
                                             weir_engine_get_data_dir (self->engine));
      return;
    }
  call = g_new (Call, 1);
  *call = (Call) { g_object_ref (self->engine), invocation };
  count_calls (self->engine, 1);
  future = weir_control_dispatch (self->engine, method, args);
  dex_future_disown (dex_future_finally (future, answer_cb, call, (GDestroyNotify) call_free));
}

static const GDBusInterfaceVTable vtable = { .method_call = method_call_cb };

static void
closed_cb (GDBusConnection *connection, gboolean remote_peer_vanished, GError *error, ControlServer *self)
{
  say_closed (connection);
  g_ptr_array_remove (self->connections, connection);
}

static gboolean
new_connection_cb (GDBusServer *server, GDBusConnection *connection, ControlServer *self)
{
  guint id;

  g_object_set_data_full (G_OBJECT (connection), "weir-closed", dex_promise_new (), dex_unref);
  g_signal_connect (connection, "closed", G_CALLBACK (closed_cb), self);
  g_ptr_array_add (self->connections, g_object_ref (connection));
  id = g_dbus_connection_register_object (connection, WEIR_CONTROL_PATH, weir_control_get_interface (), &vtable, self, NULL, NULL);
  g_object_set_data (G_OBJECT (connection), "weir-registration", GUINT_TO_POINTER (id));
  return id != 0;
}

/**
 * weir_control_serve:
 * @engine: an engine that owns its data folder
 * @error: return location
 *
 * Listens on `control.sock` in the data folder until the engine is finalized, so that other processes of the same
 * user can read and steer it. An engine that keeps nothing (":memory:") has no folder and is not served. Safe to
 * repeat.
 *
 * Returns: FALSE when the socket cannot be made
 */
gboolean
weir_control_serve (WeirEngine *engine, GError **error)
{
  const char *data_dir;
  g_autofree char *address = NULL;
  g_autofree char *guid = g_dbus_generate_guid ();
  ControlServer *self;

  g_return_val_if_fail (WEIR_IS_ENGINE (engine), FALSE);

  data_dir = weir_engine_get_data_dir (engine);
  if (data_dir == NULL || g_str_equal (data_dir, ":memory:")
      || g_object_get_data (G_OBJECT (engine), "weir-control") != NULL)
    return TRUE;
  weir_control_ensure_errors ();
  self = g_new0 (ControlServer, 1);
  self->engine = engine;
  self->path = g_build_filename (data_dir, "control.sock", NULL);
  self->connections = g_ptr_array_new_with_free_func (g_object_unref);
  address = weir_control_make_address (data_dir, &self->dir_fd);
  /* Left behind by an owner that crashed: the lock on the folder says that nobody listens there. */
  g_unlink (self->path);
  self->server = g_dbus_server_new_sync (address, G_DBUS_SERVER_FLAGS_AUTHENTICATION_REQUIRE_SAME_USER, guid, NULL,
                                         NULL, error);
  /* not by a mask, which is that of all threads: a step may be making a folder now. The data folder is closed to others anyway */
  if (self->server != NULL)
    g_chmod (self->path, 0600);
  if (self->server == NULL)
    {
      if (self->dir_fd >= 0)
        close (self->dir_fd);
      g_ptr_array_unref (self->connections);
      g_free (self->path);
      g_free (self);
      return FALSE;
    }
  g_signal_connect (self->server, "new-connection", G_CALLBACK (new_connection_cb), self);
  g_dbus_server_start (self->server);
  g_object_set_data_full (G_OBJECT (engine), "weir-control", self, (GDestroyNotify) control_server_free);
  return TRUE;
}

/**
 * weir_control_is_busy:
 * @engine: an engine
 *
 * Returns: whether a call of another process is being answered: closing the engine now would cut it off
 */
gboolean
weir_control_is_busy (WeirEngine *engine)
{
  g_return_val_if_fail (WEIR_IS_ENGINE (engine), FALSE);

  return g_object_get_data (G_OBJECT (engine), "weir-control-calls") != NULL;
}

/**
 * weir_control_stop_serving:
 * @engine: an engine
 *
 * Sends what other processes have still to hear, and closes the socket. Blocks for that long. Nothing happens if it
 * was not served.
 */
void
weir_control_stop_serving (WeirEngine *engine)
{
  g_return_if_fail (WEIR_IS_ENGINE (engine));

  g_object_set_data (G_OBJECT (engine), "weir-control", NULL);
}
