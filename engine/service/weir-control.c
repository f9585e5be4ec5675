/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "weir-control-private.h"

#include <unistd.h>

#include "weir-json.h"

/* An owner that is stuck must not hang those who ask it; how long the first answer may take. */
#define PING_TIMEOUT_MS 5000

struct _WeirControl
{
  GObject parent_instance;
  WeirEngine *engine;           /* in this process, or */
  GDBusConnection *connection;  /* to the owner */
  char *data_dir;
  gint64 owner;                 /* its process */
  DexPromise *closed;
};

G_DEFINE_FINAL_TYPE (WeirControl, weir_control, G_TYPE_OBJECT)

static void
closed_cb (GDBusConnection *connection, gboolean remote_peer_vanished, GError *error, WeirControl *self)
{
  if (dex_future_is_pending (DEX_FUTURE (self->closed)))
    dex_promise_resolve_boolean (self->closed, TRUE);
}

static void
weir_control_dispose (GObject *object)
{
  WeirControl *self = WEIR_CONTROL (object);

  if (self->connection != NULL)
    {
      g_signal_handlers_disconnect_by_data (self->connection, self);
      g_dbus_connection_close (self->connection, NULL, NULL, NULL);
    }
  if (self->closed != NULL && dex_future_is_pending (DEX_FUTURE (self->closed)))
    dex_promise_resolve_boolean (self->closed, TRUE);
  g_clear_object (&self->connection);
  g_clear_object (&self->engine);
  g_clear_pointer (&self->data_dir, g_free);
  dex_clear (&self->closed);
  G_OBJECT_CLASS (weir_control_parent_class)->dispose (object);
}

static void
weir_control_class_init (WeirControlClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = weir_control_dispose;
}

static void
weir_control_init (WeirControl *self)
{
  self->closed = dex_promise_new ();
}

/**
 * weir_control_new:
 * @engine: an engine of this process
 *
 * Returns: (transfer full): its methods
 */
WeirControl *
weir_control_new (WeirEngine *engine)
{
  WeirControl *self;

  g_return_val_if_fail (WEIR_IS_ENGINE (engine), NULL);

  self = g_object_new (WEIR_TYPE_CONTROL, NULL);
  self->engine = g_object_ref (engine);
  return self;
}

static char *
dup_data_dir (const char *data_dir)
{
  return data_dir != NULL ? g_strdup (data_dir) : g_build_filename (g_get_user_data_dir (), "weir", NULL);
}

/**
 * weir_control_connect:
 * @data_dir: (nullable): the data folder; %NULL for the user's own
 * @error: return location
 *
 * Connects to the process that owns the folder and waits for its first sign of life, at most five seconds.
 *
 * Returns: (transfer full) (nullable): the owner's methods; %WEIR_ERROR_BUSY when it does not answer
 */
WeirControl *
weir_control_connect (const char *data_dir, GError **error)
{
  g_autofree char *folder = dup_data_dir (data_dir);
  g_autofree char *address = NULL;
  g_autoptr(WeirControl) self = g_object_new (WEIR_TYPE_CONTROL, NULL);
  g_autoptr(GVariant) answer = NULL;
  g_autoptr(GError) local_error = NULL;
  int dir_fd;

  weir_control_ensure_errors ();
  address = weir_control_make_address (folder, &dir_fd);
  self->connection = g_dbus_connection_new_for_address_sync (address, G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT,
                                                             NULL, NULL, &local_error);
  if (dir_fd >= 0)
    close (dir_fd);
  if (self->connection != NULL)
    answer = g_dbus_connection_call_sync (self->connection, NULL, WEIR_CONTROL_PATH, WEIR_CONTROL_INTERFACE, "Ping",
                                          NULL, G_VARIANT_TYPE ("(x)"), G_DBUS_CALL_FLAGS_NONE, PING_TIMEOUT_MS, NULL,
                                          &local_error);
  if (answer == NULL)
    {
      g_dbus_error_strip_remote_error (local_error);
      g_set_error (error, WEIR_ERROR, WEIR_ERROR_BUSY, "The process that owns %s does not answer: %s", folder,
                   local_error->message);
      return NULL;
    }
  g_variant_get (answer, "(x)", &self->owner);
  self->data_dir = g_steal_pointer (&folder);
  g_signal_connect (self->connection, "closed", G_CALLBACK (closed_cb), self);
  return g_steal_pointer (&self);
}

typedef struct
{
  WeirControl *control;
  DexPromise *promise;
  GDBusMethodInfo *info;
} RemoteCall;

/* An owner that ends in order answers what it has begun, and takes its number out of weir.lock before it closes the connection: what it
 * did not answer it did not do. */
static gboolean
has_ended_in_order (WeirControl *self)
{
  g_autofree char *path = g_build_filename (self->data_dir, "weir.lock", NULL);
  g_autofree char *text = NULL;

  return g_file_get_contents (path, &text, NULL, NULL) && g_ascii_strtoll (text, NULL, 10) != self->owner;
}

/* The connection is closed, or about to be: nobody takes calls any more. */
static gboolean
is_of_nobody (const GError *error)
{
  return g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CLOSED) || g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_UNKNOWN_METHOD)
         || g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_UNKNOWN_OBJECT)
         || g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_UNKNOWN_INTERFACE);
}

static void
remote_call_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  RemoteCall *call = user_data;
  GError *error = NULL;
  g_autoptr(GVariant) answer = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);
  WeirValue *value = answer != NULL ? weir_control_unpack (call->info->out_args, answer, &error) : NULL;

  if (is_of_nobody (error) && has_ended_in_order (call->control))
    {
      g_clear_error (&error);
      g_set_error (&error, WEIR_ERROR, WEIR_ERROR_BUSY, "The process that owned %s ended before it began with this", call->control->data_dir);
    }
  if (value == NULL)
    {
      g_dbus_error_strip_remote_error (error);
      dex_promise_reject (call->promise, error);
    }
  else
    {
      g_auto(GValue) boxed = G_VALUE_INIT;

      g_value_init (&boxed, WEIR_TYPE_VALUE);
      g_value_take_boxed (&boxed, value);
      dex_promise_resolve (call->promise, &boxed);
    }
  dex_unref (call->promise);
  g_object_unref (call->control);
  g_free (call);
}

static DexFuture *
call_remote (WeirControl *self, const char *method, WeirValue *args)
{
  GDBusMethodInfo *info = g_dbus_interface_info_lookup_method (weir_control_get_interface (), method);
  RemoteCall *call;

  if (info == NULL)
    return dex_future_new_reject (WEIR_ERROR, WEIR_ERROR_NOT_FOUND, "There is no method \"%s\"", method);
  call = g_new0 (RemoteCall, 1);
  call->control = g_object_ref (self);
  call->promise = dex_promise_new ();
  call->info = info;
  /* Pausing waits for the steps in flight, however long they take. */
  g_dbus_connection_call (self->connection, NULL, WEIR_CONTROL_PATH, WEIR_CONTROL_INTERFACE, method,
                          weir_control_pack (info->in_args, args), NULL, G_DBUS_CALL_FLAGS_NONE, G_MAXINT, NULL,
                          remote_call_cb, call);
  return dex_ref (DEX_FUTURE (call->promise));
}

/**
 * weir_control_call:
 * @self: a control
 * @method: name of a method of `org.weirstudio.Weir.Control1`
 * @args: (nullable): a record of its arguments by name
 *
 * Rejects with %WEIR_ERROR_BUSY when the owner ended, in order, before it began with it: then it can be tried again with the next.
 *
 * Returns: (transfer full): a future that resolves to a #WeirValue: what the answer's argument `json` holds (a list
 *   or record), else a record of
 *   the answer's arguments. Times in it are times, or ISO 8601 text when they came from another process
 */
DexFuture *
weir_control_call (WeirControl *self, const char *method, WeirValue *args)
{
  g_return_val_if_fail (WEIR_IS_CONTROL (self), NULL);

  if (self->engine != NULL)
    return weir_control_dispatch (self->engine, method, args);
  return call_remote (self, method, args);
}

typedef struct
{
  GDBusConnection *connection;
  guint event_id;
  guint ended_id;
  gint64 run;
  DexPromise *ended;
  WeirControlEventFunc func;
  gpointer user_data;
  GDestroyNotify destroy;
} RemoteFollow;

static void
remote_follow_free (RemoteFollow *self)
{
  g_dbus_connection_signal_unsubscribe (self->connection, self->event_id);
  g_dbus_connection_signal_unsubscribe (self->connection, self->ended_id);
  g_object_unref (self->connection);
  dex_unref (self->ended);
  if (self->destroy != NULL)
    self->destroy (self->user_data);
  g_free (self);
}

static gint64
get_time_of (WeirValue *record)
{
  const char *text = weir_value_get_member_text (record, "at", NULL);
  g_autoptr(GDateTime) time = text != NULL ? g_date_time_new_from_iso8601 (text, NULL) : NULL;

  return time != NULL ? g_date_time_to_unix_usec (time) : 0;
}

static WeirEvent *
event_from_json (const char *text)
{
  g_autoptr(WeirValue) record = weir_json_parse (text, -1, NULL);
  WeirEventKind kind;
  WeirEvent *event;
  const char *block, *correlation;

  if (record == NULL)
    return NULL;
  kind = weir_event_kind_from_name (weir_value_get_member_text (record, "event", ""));
  if (kind == WEIR_EVENT_LAST)
    return NULL;
  event = weir_event_new (kind, weir_value_get_member_int (record, "run", 0));
  event->seq = (guint64) weir_value_get_member_int (record, "seq", 0);
  event->at = get_time_of (record);
  event->scope = (guint32) weir_value_get_member_int (record, "scope", 0);
  event->firing = (guint32) weir_value_get_member_int (record, "firing", 0);
  event->attempt = (guint32) weir_value_get_member_int (record, "attempt", 0);
  block = weir_value_get_member_text (record, "block", NULL);
  event->block = block != NULL ? g_ref_string_new_intern (block) : NULL;
  correlation = weir_value_get_member_text (record, "correlation", NULL);
  event->correlation = correlation != NULL ? g_ref_string_new (correlation) : NULL;
  if (weir_value_find_member (record, "data") != NULL)
    event->data = weir_value_ref (weir_value_find_member (record, "data"));
  return event;
}

static void
event_signal_cb (GDBusConnection *connection, const char *sender, const char *path, const char *interface, const char *signal,
                 GVariant *parameters, gpointer user_data)
{
  RemoteFollow *self = user_data;
  g_autoptr(WeirEvent) event = NULL;
  const char *text;
  gint64 run;

  g_variant_get (parameters, "(x&s)", &run, &text);
  if (run != self->run)
    return;
  event = event_from_json (text);
  if (event != NULL)
    self->func (event, self->user_data);
}

static void
ended_signal_cb (GDBusConnection *connection, const char *sender, const char *path, const char *interface, const char *signal,
                 GVariant *parameters, gpointer user_data)
{
  RemoteFollow *self = user_data;
  gint64 run;

  g_variant_get (parameters, "(x)", &run);
  if (run == self->run && dex_future_is_pending (DEX_FUTURE (self->ended)))
    dex_promise_resolve_boolean (self->ended, TRUE);
}

static DexFuture *
follow_done_cb (DexFuture *future, gpointer user_data)
{
  RemoteFollow *self = user_data;

  if (dex_future_is_pending (DEX_FUTURE (self->ended)))
    return dex_future_new_reject (WEIR_ERROR, WEIR_ERROR_FAILED, "The process that owns the run has gone away");
  return dex_future_new_true ();
}

static DexFuture *
follow_remote (WeirControl *self, gint64 run, guint64 after_seq, WeirControlEventFunc func, gpointer user_data,
               GDestroyNotify destroy)
{
  RemoteFollow *follow = g_new0 (RemoteFollow, 1);
  DexFuture *future;

  follow->connection = g_object_ref (self->connection);
  follow->run = run;
  follow->ended = dex_promise_new ();
  follow->func = func;
  follow->user_data = user_data;
  follow->destroy = destroy;
  follow->event_id = g_dbus_connection_signal_subscribe (self->connection, NULL, WEIR_CONTROL_INTERFACE, "Event",
                                                         WEIR_CONTROL_PATH, NULL, G_DBUS_SIGNAL_FLAGS_NONE,
                                                         event_signal_cb, follow, NULL);
  follow->ended_id = g_dbus_connection_signal_subscribe (self->connection, NULL, WEIR_CONTROL_INTERFACE, "Ended",
                                                         WEIR_CONTROL_PATH, NULL, G_DBUS_SIGNAL_FLAGS_NONE,
                                                         ended_signal_cb, follow, NULL);
  g_dbus_connection_call (self->connection, NULL, WEIR_CONTROL_PATH, WEIR_CONTROL_INTERFACE, "Follow",
                          g_variant_new ("(xt)", run, after_seq), NULL, G_DBUS_CALL_FLAGS_NONE, G_MAXINT, NULL, NULL,
                          NULL);
  future = dex_future_first (dex_ref (follow->ended), dex_ref (self->closed), NULL);
  return dex_future_finally (future, follow_done_cb, follow, (GDestroyNotify) remote_follow_free);
}

/**
 * weir_control_follow:
 * @self: a control
 * @run: number of a run
 * @after_seq: the last event that is not wanted; 0 for all
 * @func: (scope notified): called with each event, on the main context
 * @user_data: for @func
 * @destroy: (nullable): frees @user_data when no more events come
 *
 * Returns: (transfer full): a future that resolves to %TRUE after the event that ends the run, or when the run is not
 *   live
 *   and all that is kept has come; rejects when the owner goes away
 */
DexFuture *
weir_control_follow (WeirControl *self, gint64 run, guint64 after_seq, WeirControlEventFunc func, gpointer user_data,
                     GDestroyNotify destroy)
{
  g_return_val_if_fail (WEIR_IS_CONTROL (self), NULL);
  g_return_val_if_fail (func != NULL, NULL);

  if (self->engine != NULL)
    return weir_control_follow_engine (self->engine, run, after_seq, DEX_FUTURE (self->closed), NULL, func,
                                       user_data, destroy);
  return follow_remote (self, run, after_seq, func, user_data, destroy);
}
