/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "values.h"

#define SERVICE "org.freedesktop.Notifications"
#define OBJECT "/org/freedesktop/Notifications"
#define MAX_BUTTONS 3

typedef struct
{
  char      *title;
  char      *body;
  char      *icon;
  WeirValue *buttons;
  char      *urgency;
  gboolean   wait;
  gint64     timeout;
} Notify;

static const char *const urgency_ids[] = { "low", "normal", "critical", NULL };
static const char *const urgency_titles[] = { N_("Low"), N_("Normal"), N_("Critical"), NULL };

static const WeirField notify_fields[] = {
  WEIR_FIELD_TEXT (Notify, title, .title = N_("Title"), .required = TRUE),
  WEIR_FIELD_TEXT (Notify, body, .title = N_("Text"), .multiline = TRUE),
  WEIR_FIELD_VALUE (Notify, buttons, .title = N_("Buttons"),
                    .summary = N_("At most three; the one that is pressed comes out at Clicked"),
                    .type = "list<text>", .initial_text = "[]"),
  WEIR_FIELD_BOOL (Notify, wait, .title = N_("Wait for an answer"), .summary = N_("Buttons always wait")),
  WEIR_FIELD_DURATION (Notify, timeout, .title = N_("Wait at most"), .initial = 3600000, .minimum = 1,
                       .maximum = 31536000000, .advanced = TRUE),
  WEIR_FIELD_CHOICE (Notify, urgency, .title = N_("Urgency"), .choices = urgency_ids, .choice_titles = urgency_titles,
                     .initial_text = "normal", .advanced = TRUE),
  WEIR_FIELD_TEXT (Notify, icon, .title = N_("Icon"), .summary = N_("A name from the icon theme, or a path"),
                   .initial_text = "org.weirstudio.Weir", .advanced = TRUE),
  { 0 }
};

static const WeirPort notify_inputs[] = {
  { .name = "body", .type = "text", .title = N_("Text") },
  { 0 }
};
static const WeirPort notify_outputs[] = {
  { .name = "clicked", .type = "text", .title = N_("Clicked"),
    .summary = N_("The button that was pressed, or “default” for the notification itself") },
  { .name = "dismissed", .type = "text", .title = N_("Dismissed"),
    .summary = N_("Why it went away: dismissed, expired, closed or timeout") },
  { 0 }
};
static const char *const notify_permissions[] = { "notify", NULL };
static const char *const notify_errors[] = { "perm.denied", "config.invalid", NULL };

static const WeirExample notify_examples[] = {
  { .title = N_("More buttons than there is room for"),
    .config = "{\"title\": \"Done\", \"buttons\": [\"A\", \"B\", \"C\", \"D\"]}",
    .error = "config.invalid" },
  { 0 }
};

/* One notification that is waited for. */
typedef struct
{
  WeirStep        *step;
  GDBusConnection *bus;
  DexPromise      *answer; /* resolves to "clicked:KEY" or "dismissed:WHY" */
  guint32          id;
  guint            action_signal;
  guint            closed_signal;
  GPtrArray       *early;  /* answers that came before the id was known: "ID word" */
} Wait;

static void
wait_resolve (Wait *self, guint32 id, char *answer)
{
  if (self->id == 0)
    g_ptr_array_add (self->early, g_strdup_printf ("%u %s", id, answer));
  else if (id == self->id && dex_future_is_pending (DEX_FUTURE (self->answer)))
    {
      dex_promise_resolve_string (self->answer, answer);
      return;
    }
  g_free (answer);
}

static void
action_cb (GDBusConnection *bus, const char *sender, const char *path, const char *interface, const char *name,
           GVariant *parameters, gpointer user_data)
{
  guint32 id;
  const char *key;

  g_variant_get (parameters, "(u&s)", &id, &key);
  wait_resolve (user_data, id, g_strconcat ("clicked:", key, NULL));
}

static void
closed_cb (GDBusConnection *bus, const char *sender, const char *path, const char *interface, const char *name,
           GVariant *parameters, gpointer user_data)
{
  static const char *const reasons[] = { "closed", "expired", "dismissed", "closed" };
  guint32 id, reason;

  g_variant_get (parameters, "(uu)", &id, &reason);
  wait_resolve (user_data, id, g_strconcat ("dismissed:", reasons[reason < G_N_ELEMENTS (reasons) ? reason : 0], NULL));
}

static void
wait_begin (Wait *self)
{
  self->answer = dex_promise_new ();
  self->early = g_ptr_array_new_with_free_func (g_free);
  self->action_signal = g_dbus_connection_signal_subscribe (self->bus, SERVICE, SERVICE, "ActionInvoked", OBJECT, NULL,
                                                            G_DBUS_SIGNAL_FLAGS_NONE, action_cb, self, NULL);
  self->closed_signal = g_dbus_connection_signal_subscribe (self->bus, SERVICE, SERVICE, "NotificationClosed", OBJECT,
                                                            NULL, G_DBUS_SIGNAL_FLAGS_NONE, closed_cb, self, NULL);
}

static void
wait_end (Wait *self)
{
  if (self->answer == NULL)
    return;
  g_dbus_connection_signal_unsubscribe (self->bus, self->action_signal);
  g_dbus_connection_signal_unsubscribe (self->bus, self->closed_signal);
  g_ptr_array_unref (self->early);
  dex_unref (self->answer);
}

/* The daemon may answer before its reply with the id has been read. */
static void
wait_set_id (Wait *self, guint32 id)
{
  self->id = id;
  for (guint i = 0; i < self->early->len; i++)
    {
      char *rest;
      guint32 early_id = (guint32) g_ascii_strtoull (self->early->pdata[i], &rest, 10);

      wait_resolve (self, early_id, g_strdup (rest + 1));
    }
}

static GVariant *
make_call (Notify *self)
{
  GVariantBuilder actions, hints;
  gsize n = weir_blocks_is_nothing (self->buttons) ? 0 : weir_value_get_length (self->buttons);
  guchar urgency = g_str_equal (self->urgency, "low") ? 0 : g_str_equal (self->urgency, "critical") ? 2 : 1;

  g_variant_builder_init (&actions, G_VARIANT_TYPE ("as"));
  if (n > 0 || self->wait)
    {
      g_variant_builder_add (&actions, "s", "default");
      g_variant_builder_add (&actions, "s", "Open");
    }
  for (gsize i = 0; i < n; i++)
    {
      const char *label = weir_value_get_text (weir_value_get_item (self->buttons, i), NULL);

      g_variant_builder_add (&actions, "s", label);
      g_variant_builder_add (&actions, "s", label);
    }
  g_variant_builder_init (&hints, G_VARIANT_TYPE ("a{sv}"));
  g_variant_builder_add (&hints, "{sv}", "urgency", g_variant_new_byte (urgency));
  g_variant_builder_add (&hints, "{sv}", "desktop-entry", g_variant_new_string ("org.weirstudio.Weir"));
  return g_variant_new ("(susssasa{sv}i)", "Weir", (guint32) 0, self->icon != NULL ? self->icon : "", self->title,
                        self->body != NULL ? self->body : "", &actions, &hints, (gint32) -1);
}

static gboolean
deny (GError **error, const GError *wrong)
{
  weir_set_failure (error, "perm.denied",
                    "Notifications need a desktop session with a notification service, but there is none: %s",
                    wrong->message);
  return FALSE;
}

static DexFuture *
call_notify (GDBusConnection *bus, const char *method, GVariant *parameters, const char *reply)
{
  return dex_dbus_connection_call (bus, SERVICE, OBJECT, SERVICE, method, parameters,
                                   reply != NULL ? G_VARIANT_TYPE (reply) : NULL, G_DBUS_CALL_FLAGS_NONE, 10000);
}

static gboolean
show (Notify *self, WeirStep *step, GDBusConnection *bus, guint32 *id, GError **error)
{
  g_autoptr(GError) wrong = NULL;
  g_autoptr(GVariant) reply = NULL;
  guint64 effect = dex_await_uint64 (weir_step_intend (step, "notification", self->title, NULL), &wrong);
  const char *key = "id";
  g_autoptr(WeirValue) value = NULL;
  g_autoptr(WeirValue) after = NULL;

  if (wrong != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&wrong));
      return FALSE;
    }
  reply = dex_await_variant (call_notify (bus, "Notify", make_call (self), "(u)"), &wrong);
  if (reply == NULL)
    return deny (error, wrong);

  g_variant_get (reply, "(u)", id);
  value = weir_value_new_int (*id);
  after = weir_value_new_record (&key, &value, 1);
  weir_step_complete_effect (step, effect, after);
  return TRUE;
}

static gboolean
await_answer (Notify *self, WeirStep *step, Wait *wait, GError **error)
{
  g_autofree char *answer = NULL;
  g_autoptr(GError) wrong = NULL;

  if (!dex_await (dex_future_first (dex_ref (DEX_FUTURE (wait->answer)), weir_step_sleep (step, self->timeout), NULL),
                  error))
    {
      /* Nobody waits for its answer any more. */
      dex_future_disown (call_notify (wait->bus, "CloseNotification", g_variant_new ("(u)", wait->id), NULL));
      return FALSE;
    }
  if (dex_future_is_resolved (DEX_FUTURE (wait->answer)))
    answer = g_value_dup_string (dex_future_get_value (DEX_FUTURE (wait->answer), NULL));
  else
    answer = g_strdup ("dismissed:timeout");

  if (g_str_has_prefix (answer, "clicked:"))
    weir_step_emit_take (step, "clicked", weir_value_new_text (answer + strlen ("clicked:")));
  else
    weir_step_emit_take (step, "dismissed", weir_value_new_text (answer + strlen ("dismissed:")));
  return TRUE;
}

static gboolean
notify_fiber (gpointer settings, WeirStep *step, GError **error)
{
  Notify *self = settings;
  gsize n_buttons = weir_blocks_is_nothing (self->buttons) ? 0 : weir_value_get_length (self->buttons);
  gboolean waits = self->wait || n_buttons > 0;
  g_autoptr(GDBusConnection) bus = NULL;
  g_autoptr(GError) wrong = NULL;
  Wait wait = { .step = step };
  gboolean ok;
  guint32 id;

  if (n_buttons > MAX_BUTTONS)
    {
      weir_set_failure (error, "config.invalid", "Expected at most %d buttons, but there are %" G_GSIZE_FORMAT,
                        MAX_BUTTONS, n_buttons);
      return FALSE;
    }
  if (!weir_step_require (step, "notify", self->title, error))
    return FALSE;
  bus = dex_await_object (dex_bus_get (G_BUS_TYPE_SESSION), &wrong);
  if (bus == NULL)
    return deny (error, wrong);

  wait.bus = bus;
  if (waits)
    wait_begin (&wait);
  ok = show (self, step, bus, &id, error);
  if (ok && waits)
    {
      wait_set_id (&wait, id);
      ok = await_answer (self, step, &wait, error);
    }
  wait_end (&wait);
  return ok;
}

static DexFuture *
notify_run (gpointer settings, WeirStep *step)
{
  return weir_step_spawn (step, settings, notify_fiber);
}

static DexFuture *
withdraw_fiber (gpointer user_data)
{
  guint32 id = GPOINTER_TO_UINT (user_data);
  GError *error = NULL;
  g_autoptr(GDBusConnection) bus = dex_await_object (dex_bus_get (G_BUS_TYPE_SESSION), &error);
  g_autoptr(GVariant) reply = NULL;

  if (bus == NULL)
    return dex_future_new_for_error (error);
  reply = dex_await_variant (call_notify (bus, "CloseNotification", g_variant_new ("(u)", id), NULL), &error);
  if (reply != NULL)
    return dex_future_new_for_boolean (TRUE);

  /* Daemons answer with an error for one that has gone by itself, which is just as well. */
  if (g_dbus_error_is_remote_error (error))
    {
      g_error_free (error);
      return dex_future_new_for_boolean (TRUE);
    }
  return dex_future_new_for_error (error);
}

static DexFuture *
notify_compensate (const char *type, WeirValue *before, WeirValue *after)
{
  gint64 id = after != NULL ? weir_value_get_member_int (after, "id", 0) : 0;

  if (id == 0)
    return dex_future_new_for_boolean (TRUE);
  return dex_scheduler_spawn (NULL, 0, withdraw_fiber, GUINT_TO_POINTER ((guint) id), NULL);
}

static char *
notify_summarize (WeirValue *config)
{
  return g_strdup (weir_value_get_member_text (config, "title", NULL));
}

WEIR_DEFINE_BLOCK_KIND (desktop_notify, .id = "desk.notify", .version = 1, .title = N_("Notify"),
                        .summary = N_("Shows a notification, and waits for a button if it has any"),
                        .keywords = "notification message alert popup desktop bubble inform tell",
                        .category = N_("Desktop"), .icon = "dialog-information-symbolic",
                        .effect = WEIR_EFFECT_ONCE, .undo = WEIR_UNDO_COMPENSATE, .inputs = notify_inputs,
                        .outputs = notify_outputs, .fields = notify_fields, .settings_size = sizeof (Notify),
                        .permissions = notify_permissions, .errors = notify_errors, .examples = notify_examples,
                        .summarize = notify_summarize, .compensate = notify_compensate, .run = notify_run)
