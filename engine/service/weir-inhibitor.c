/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "weir-inhibitor.h"

#include <gio/gunixfdlist.h>
#include <unistd.h>

#include "weir-engine-private.h"

#define LOGIN "org.freedesktop.login1"
#define LOGIN_PATH "/org/freedesktop/login1"
#define MANAGER "org.freedesktop.login1.Manager"
/* A lock outlives its reason by so much: one for each of many short steps would keep the bus busy. */
#define LAG_MS 1000

struct _WeirInhibitor
{
  GObject parent_instance;
  WeirEngine *engine;
  GDBusConnection *bus;
  GCancellable *cancellable;
  DexFuture *lag;
  guint subscription;
  gboolean held;
  gboolean asking; /* for the bus, or for the lock */
  int lock;        /* -1: none */
};

G_DEFINE_FINAL_TYPE (WeirInhibitor, weir_inhibitor, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_HELD,
  N_PROPS
};

static GParamSpec *props[N_PROPS];
static guint shutdown_signal;

static void
release (WeirInhibitor *self)
{
  if (self->lock >= 0)
    close (self->lock);
  self->lock = -1;
}

static void
inhibited_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr(WeirInhibitor) self = user_data;
  g_autoptr(GUnixFDList) fds = NULL;
  g_autoptr(GError) error = NULL;
  g_autoptr(GVariant) answer = g_dbus_connection_call_with_unix_fd_list_finish (G_DBUS_CONNECTION (source), &fds, result, &error);
  int index = -1;

  self->asking = FALSE;
  if (answer == NULL)
    {
      g_debug ("No lock against shutting down: %s", error->message);
      return;
    }
  g_variant_get (answer, "(h)", &index);
  if (fds != NULL && index >= 0 && index < g_unix_fd_list_get_length (fds))
    self->lock = g_unix_fd_list_get (fds, index, NULL);
  if (!self->held)
    release (self);
}

static void
take_lock (WeirInhibitor *self)
{
  if (self->lock >= 0 || self->asking)
    return;
  self->asking = TRUE;
  g_dbus_connection_call_with_unix_fd_list (
    self->bus, LOGIN, LOGIN_PATH, MANAGER, "Inhibit",
    g_variant_new ("(ssss)", "shutdown", "Weir", "A step that must not be cut off is at work", "delay"), G_VARIANT_TYPE ("(h)"),
    G_DBUS_CALL_FLAGS_NONE, -1, NULL, self->cancellable, inhibited_cb, g_object_ref (self));
}

static void
prepare_cb (GDBusConnection *bus, const char *sender, const char *path, const char *interface, const char *signal, GVariant *parameters,
            gpointer user_data)
{
  gboolean starts = FALSE;

  if (!g_variant_is_of_type (parameters, G_VARIANT_TYPE ("(b)")))
    return;
  g_variant_get (parameters, "(b)", &starts);
  if (starts)
    g_signal_emit (user_data, shutdown_signal, 0);
}

static void
use_bus (WeirInhibitor *self, GDBusConnection *bus)
{
  self->bus = g_object_ref (bus);
  self->subscription = g_dbus_connection_signal_subscribe (bus, LOGIN, MANAGER, "PrepareForShutdown", LOGIN_PATH, NULL,
                                                           G_DBUS_SIGNAL_FLAGS_NONE, prepare_cb, self, NULL);
}

static void
bus_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr(WeirInhibitor) self = user_data;
  g_autoptr(GError) error = NULL;
  g_autoptr(GDBusConnection) bus = g_bus_get_finish (result, &error);

  self->asking = FALSE;
  if (bus == NULL || self->engine == NULL)
    return;
  use_bus (self, bus);
  if (self->held)
    take_lock (self);
}

static void
set_held (WeirInhibitor *self, gboolean held)
{
  if (self->held == held)
    return;
  self->held = held;
  if (!held)
    release (self);
  else if (self->bus != NULL)
    take_lock (self);
  else if (!self->asking)
    {
      self->asking = TRUE;
      g_bus_get (G_BUS_TYPE_SYSTEM, self->cancellable, bus_cb, g_object_ref (self));
    }
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_HELD]);
}

static DexFuture *
lag_cb (DexFuture *future, gpointer user_data)
{
  WeirInhibitor *self = user_data;

  if (self->engine != NULL && !weir_engine_is_at_work (self->engine))
    set_held (self, FALSE);
  return dex_future_new_true ();
}

static void
at_work_cb (WeirEngine *engine, gboolean at_work, WeirInhibitor *self)
{
  dex_clear (&self->lag);
  if (at_work)
    set_held (self, TRUE);
  else
    self->lag = dex_future_then (weir_clock_sleep (engine->clock, LAG_MS), lag_cb, self, NULL);
}

static void
weir_inhibitor_dispose (GObject *object)
{
  WeirInhibitor *self = WEIR_INHIBITOR (object);

  if (self->engine != NULL)
    g_signal_handlers_disconnect_by_data (self->engine, self);
  g_clear_object (&self->engine);
  dex_clear (&self->lag);
  g_cancellable_cancel (self->cancellable);
  if (self->subscription != 0)
    g_dbus_connection_signal_unsubscribe (self->bus, self->subscription);
  self->subscription = 0;
  g_clear_object (&self->bus);
  release (self);
  G_OBJECT_CLASS (weir_inhibitor_parent_class)->dispose (object);
}

static void
weir_inhibitor_finalize (GObject *object)
{
  g_object_unref (WEIR_INHIBITOR (object)->cancellable);
  G_OBJECT_CLASS (weir_inhibitor_parent_class)->finalize (object);
}

static void
weir_inhibitor_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  if (id == PROP_HELD)
    g_value_set_boolean (value, WEIR_INHIBITOR (object)->held);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
weir_inhibitor_class_init (WeirInhibitorClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = weir_inhibitor_dispose;
  object_class->finalize = weir_inhibitor_finalize;
  object_class->get_property = weir_inhibitor_get_property;
  /**
   * WeirInhibitor:held:
   *
   * Whether a step is, or was a moment ago, at work on what must not happen twice.
   */
  props[PROP_HELD] = g_param_spec_boolean ("held", NULL, NULL, FALSE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, props);
  /**
   * WeirInhibitor::shutdown:
   * @self: the inhibitor
   *
   * The computer shuts down as soon as nobody delays it any more.
   */
  shutdown_signal = g_signal_new ("shutdown", WEIR_TYPE_INHIBITOR, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
weir_inhibitor_init (WeirInhibitor *self)
{
  self->cancellable = g_cancellable_new ();
  self->lock = -1;
}

/**
 * weir_inhibitor_new: (constructor)
 * @engine: an engine
 * @bus: (nullable): where logind is; %NULL for the system bus, which is connected to when it is first needed
 *
 * Drop it to let go of the lock. Without a bus, or without logind on it, nothing is delayed and `held` still says what it should.
 *
 * Returns: (transfer full): the inhibitor
 */
WeirInhibitor *
weir_inhibitor_new (WeirEngine *engine, GDBusConnection *bus)
{
  WeirInhibitor *self;

  g_return_val_if_fail (WEIR_IS_ENGINE (engine), NULL);
  self = g_object_new (WEIR_TYPE_INHIBITOR, NULL);
  self->engine = g_object_ref (engine);
  if (bus != NULL)
    use_bus (self, bus);
  g_signal_connect (engine, "at-work", G_CALLBACK (at_work_cb), self);
  if (weir_engine_is_at_work (engine))
    set_held (self, TRUE);
  return self;
}

/**
 * weir_inhibitor_get_held:
 * @self: an inhibitor
 *
 * Returns: whether a step is, or was a moment ago, at work on what must not happen twice
 */
gboolean
weir_inhibitor_get_held (WeirInhibitor *self)
{
  g_return_val_if_fail (WEIR_IS_INHIBITOR (self), FALSE);
  return self->held;
}
