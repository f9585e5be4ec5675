/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "notification.h"

#define SERVICE "org.freedesktop.Notifications"
#define OBJECT "/org/freedesktop/Notifications"

struct _WeirNotification
{
  int ref_count; /* of the owner, and of calls on their way */
  char *title;
  char *body;
  GStrv buttons;
  WeirNotificationFunc func; /* NULL: nobody wants to hear any more */
  gpointer user_data;
  GDBusConnection *bus;
  guint pressed_id;
  guint32 id;  /* 0: not shown yet */
  char *early; /* "ID button": was pressed before the id was known */
};

static void
notification_unref (WeirNotification *self)
{
  if (--self->ref_count > 0)
    return;
  g_clear_object (&self->bus);
  g_free (self->title);
  g_free (self->body);
  g_strfreev (self->buttons);
  g_free (self->early);
  g_free (self);
}

static WeirNotification *
notification_ref (WeirNotification *self)
{
  self->ref_count++;
  return self;
}

static void
tell (WeirNotification *self, guint32 id, const char *button)
{
  if (self->func == NULL)
    return;
  if (self->id == 0)
    {
      g_free (self->early);
      self->early = g_strdup_printf ("%u %s", id, button);
    }
  else if (id == self->id)
    self->func (button, self->user_data);
}

static void
pressed_cb (GDBusConnection *bus,
            const char *sender,
            const char *path,
            const char *interface,
            const char *name,
            GVariant *parameters,
            gpointer user_data)
{
  guint32 id;
  const char *button;

  g_variant_get (parameters, "(u&s)", &id, &button);
  tell (user_data, id, button);
}

static void
close_shown (WeirNotification *self)
{
  if (self->bus != NULL && self->id != 0)
    g_dbus_connection_call (self->bus, SERVICE, OBJECT, SERVICE, "CloseNotification", g_variant_new ("(u)", self->id),
                            NULL, G_DBUS_CALL_FLAGS_NONE, -1, NULL, NULL, NULL);
}

static void
shown_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  WeirNotification *self = user_data;
  g_autoptr(GError) error = NULL;
  g_autoptr(GVariant) reply = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);

  if (reply != NULL)
    g_variant_get (reply, "(u)", &self->id);
  else
    g_debug ("No notification: %s", error->message);
  /* it may have been freed meanwhile */
  if (self->func == NULL)
    close_shown (self);
  else if (self->id != 0 && self->early != NULL)
    {
      g_autofree char *early = g_steal_pointer (&self->early);
      char *rest;
      guint32 id = (guint32) g_ascii_strtoull (early, &rest, 10);

      tell (self, id, rest + 1);
    }
  notification_unref (self);
}

static void
call_show (WeirNotification *self)
{
  GVariantBuilder actions, hints;

  g_variant_builder_init (&actions, G_VARIANT_TYPE ("as"));
  for (guint i = 0; self->buttons[i] != NULL; i++)
    g_variant_builder_add (&actions, "s", self->buttons[i]);
  g_variant_builder_init (&hints, G_VARIANT_TYPE ("a{sv}"));
  /* it stays until it is answered */
  g_variant_builder_add (&hints, "{sv}", "urgency", g_variant_new_byte (2));
  g_variant_builder_add (&hints, "{sv}", "desktop-entry", g_variant_new_string ("org.weirstudio.Weir"));
  g_dbus_connection_call (self->bus, SERVICE, OBJECT, SERVICE, "Notify",
                          g_variant_new ("(susssasa{sv}i)", "Weir", self->id, "org.weirstudio.Weir", self->title,
                                         self->body != NULL ? self->body : "", &actions, &hints, (gint32) 0),
                          G_VARIANT_TYPE ("(u)"), G_DBUS_CALL_FLAGS_NONE, 10000, NULL, shown_cb,
                          notification_ref (self));
}

static void
bus_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  WeirNotification *self = user_data;
  g_autoptr(GError) error = NULL;
  g_autoptr(GDBusConnection) bus = g_bus_get_finish (result, &error);

  if (bus == NULL)
    g_debug ("No notification: %s", error->message);
  else if (self->func != NULL && self->bus == NULL)
    {
      self->bus = g_steal_pointer (&bus);
      self->pressed_id = g_dbus_connection_signal_subscribe (self->bus, SERVICE, SERVICE, "ActionInvoked", OBJECT, NULL,
                                                             G_DBUS_SIGNAL_FLAGS_NONE, pressed_cb, self, NULL);
      call_show (self);
    }
  notification_unref (self);
}

WeirNotification *
weir_notification_new (
  const char *title, const char *body, const char *const *buttons, WeirNotificationFunc func, gpointer user_data)
{
  WeirNotification *self = g_new0 (WeirNotification, 1);

  self->ref_count = 1;
  self->title = g_strdup (title);
  self->body = g_strdup (body);
  self->buttons = g_strdupv ((char **) buttons);
  self->func = func;
  self->user_data = user_data;
  return self;
}

void
weir_notification_show (WeirNotification *self)
{
  if (self->bus != NULL)
    call_show (self);
  else
    g_bus_get (G_BUS_TYPE_SESSION, NULL, bus_cb, notification_ref (self));
}

void
weir_notification_free (WeirNotification *self)
{
  self->func = NULL;
  if (self->pressed_id != 0)
    g_dbus_connection_signal_unsubscribe (self->bus, self->pressed_id);
  self->pressed_id = 0;
  close_shown (self);
  notification_unref (self);
}
