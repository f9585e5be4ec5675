/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Against a notification service of our own on a bus of our own. */
#include "weir-kind-test.h"

static const char interface_xml[] =
  "<node><interface name='org.freedesktop.Notifications'>"
  "<method name='Notify'><arg type='s' direction='in'/><arg type='u' direction='in'/><arg type='s' direction='in'/>"
  "<arg type='s' direction='in'/><arg type='s' direction='in'/><arg type='as' direction='in'/>"
  "<arg type='a{sv}' direction='in'/><arg type='i' direction='in'/><arg type='u' direction='out'/></method>"
  "<method name='CloseNotification'><arg type='u' direction='in'/></method>"
  "<signal name='ActionInvoked'><arg type='u'/><arg type='s'/></signal>"
  "<signal name='NotificationClosed'><arg type='u'/><arg type='u'/></signal>"
  "</interface></node>";

static struct
{
  GDBusConnection *bus;
  char            *summary;
  char            *body;
  guint            n_actions;
  guint            closed;
  const char      *press;   /* what the user presses at once; NULL: nothing; "x": closes it */
} service;

static void
emit (const char *name, GVariant *parameters)
{
  g_dbus_connection_emit_signal (service.bus, NULL, "/org/freedesktop/Notifications", "org.freedesktop.Notifications",
                                 name, parameters, NULL);
}

static void
method_cb (GDBusConnection *bus, const char *sender, const char *path, const char *interface, const char *method,
           GVariant *parameters, GDBusMethodInvocation *invocation, gpointer user_data)
{
  g_autoptr(GVariant) actions = NULL;

  if (g_str_equal (method, "CloseNotification"))
    {
      g_variant_get (parameters, "(u)", &service.closed);
      g_dbus_method_invocation_return_value (invocation, NULL);
      return;
    }
  g_free (service.summary);
  g_free (service.body);
  g_variant_get_child (parameters, 3, "s", &service.summary);
  g_variant_get_child (parameters, 4, "s", &service.body);
  actions = g_variant_get_child_value (parameters, 5);
  service.n_actions = (guint) g_variant_n_children (actions);

  /* As some daemons do: the answer is on the wire before the id is. */
  if (service.press != NULL && g_str_equal (service.press, "x"))
    emit ("NotificationClosed", g_variant_new ("(uu)", 7, 2));
  else if (service.press != NULL)
    emit ("ActionInvoked", g_variant_new ("(us)", 7, service.press));
  g_dbus_method_invocation_return_value (invocation, g_variant_new ("(u)", 7));
}

static void
start_service (void)
{
  static const GDBusInterfaceVTable vtable = { .method_call = method_cb };
  g_autoptr(GError) error = NULL;
  g_autoptr(GDBusNodeInfo) node = g_dbus_node_info_new_for_xml (interface_xml, &error);
  g_autoptr(GVariant) reply = NULL;

  g_assert_no_error (error);
  service.bus = g_dbus_connection_new_for_address_sync (
    g_getenv ("DBUS_SESSION_BUS_ADDRESS"),
    G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT | G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION, NULL, NULL, &error);
  g_assert_no_error (error);
  g_dbus_connection_register_object (service.bus, "/org/freedesktop/Notifications", node->interfaces[0], &vtable, NULL,
                                     NULL, &error);
  g_assert_no_error (error);
  reply = g_dbus_connection_call_sync (
    service.bus, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "RequestName",
    g_variant_new ("(su)", "org.freedesktop.Notifications", 0), NULL, G_DBUS_CALL_FLAGS_NONE, -1, NULL, &error);
  g_assert_no_error (error);
}

static void
test_shows_and_goes_on (KindTest *test)
{
  g_autoptr(Outcome) outcome = NULL;

  service.press = NULL;
  outcome = kind_test_play_block (test, "desk.notify", "{ title: Done }", NULL, "{\"body\": \"3 files\"}");
  g_assert_cmpstr (outcome->message, ==, NULL);
  g_assert_cmpstr (service.summary, ==, "Done");
  g_assert_cmpstr (service.body, ==, "3 files");
  g_assert_cmpuint (service.n_actions, ==, 0);
  g_assert_null (outcome_get (outcome, "clicked"));

  service.closed = 0;
  g_assert_cmpuint (kind_test_undo (test, outcome), ==, 1);
  g_assert_cmpuint (service.closed, ==, 7);
}

static void
test_a_button_goes_on (KindTest *test)
{
  g_autoptr(Outcome) outcome = NULL;

  service.press = "Retry";
  outcome = kind_test_play_block (test, "desk.notify", "{ title: Failed, buttons: [Retry, Give up] }", NULL, NULL);
  g_assert_cmpuint (service.n_actions, ==, 6);
  assert_output (outcome, "clicked", "\"Retry\"");
  g_assert_null (outcome_get (outcome, "dismissed"));
}

static void
test_dismissing_is_an_answer (KindTest *test)
{
  g_autoptr(Outcome) outcome = NULL;

  service.press = "x";
  outcome = kind_test_play_block (test, "desk.notify", "{ title: Look, wait: true }", NULL, NULL);
  assert_output (outcome, "dismissed", "\"dismissed\"");
}

static void
test_nobody_answers (KindTest *test)
{
  g_autoptr(Outcome) outcome = NULL;

  service.press = NULL;
  outcome = kind_test_play_block (test, "desk.notify", "{ title: Look, wait: true, timeout: 20ms }", NULL, NULL);
  assert_output (outcome, "dismissed", "\"timeout\"");
}

static void
test_without_a_service (KindTest *test)
{
  g_autoptr(GVariant) reply = NULL;
  g_autoptr(Outcome) outcome = NULL;

  reply = g_dbus_connection_call_sync (
    service.bus, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "ReleaseName",
    g_variant_new ("(s)", "org.freedesktop.Notifications"), NULL, G_DBUS_CALL_FLAGS_NONE, -1, NULL, NULL);
  outcome = kind_test_play_block (test, "desk.notify", "{ title: Done }", NULL, NULL);
  assert_failure (outcome, "perm.denied");
}

static void
test_approval_from_the_notification (KindTest *test)
{
  g_autoptr(Outcome) yes = NULL;
  g_autoptr(Outcome) no = NULL;

  service.press = "approve";
  service.closed = 0;
  yes = kind_test_play_block (test, "flow.approval", "{ title: Send it?, message: To all }", NULL, "{\"subject\": 3}");
  g_assert_cmpstr (service.summary, ==, "Send it?");
  g_assert_cmpstr (service.body, ==, "To all");
  g_assert_cmpuint (service.n_actions, ==, 6);
  assert_output (yes, "approved", "3");

  service.press = "reject";
  no = kind_test_play_block (test, "flow.approval", "{ title: Send it? }", NULL, "{\"subject\": 3}");
  g_assert_nonnull (outcome_get (no, "rejected"));
  /* the first one goes from the screen; the service hears of it when it gets to it */
  while (service.closed == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (service.closed, ==, 7);
}

/* Those before somebody listens are lost, as on any bus. */
static gboolean
tell_cb (gpointer user_data)
{
  static int n;

  g_dbus_connection_emit_signal (service.bus, NULL, "/org/example/Door", "org.example.Door", "Opened",
                                 g_variant_new ("(sa{sv})", n++ % 2 == 0 ? "back" : "front", NULL), NULL);
  return G_SOURCE_CONTINUE;
}

static void
test_signal_on_the_bus (KindTest *test)
{
  guint id = g_timeout_add (5, tell_cb, NULL);
  g_autoptr(Outcome) outcome = kind_test_play_block (
    test, "flow.wait_event",
    "{ source: dbus, interface: org.example.Door, member: Opened, match: \"event.args[0] === 'front'\" }", NULL, NULL);
  WeirValue *event = outcome_get (outcome, "event");

  g_source_remove (id);
  g_assert_cmpstr (outcome->message, ==, NULL);
  g_assert_cmpstr (weir_value_get_member_text (event, "path", ""), ==, "/org/example/Door");
  g_assert_cmpstr (weir_value_get_member_text (event, "member", ""), ==, "Opened");
}

int
main (int argc, char **argv)
{
  g_autoptr(GTestDBus) bus = NULL;
  g_autofree char *daemon = g_find_program_in_path ("dbus-daemon");
  int status;

  g_test_init (&argc, &argv, NULL);
  dex_init ();
  if (daemon == NULL)
    {
      g_print ("1..0 # SKIP no dbus-daemon here\n");
      return 0;
    }
  bus = g_test_dbus_new (G_TEST_DBUS_NONE);
  g_test_dbus_up (bus);
  start_service ();
  ADD_KIND_TEST ("/weir/blocks/notify/shows-and-goes-on", test_shows_and_goes_on);
  ADD_KIND_TEST ("/weir/blocks/notify/a-button-goes-on", test_a_button_goes_on);
  ADD_KIND_TEST ("/weir/blocks/notify/dismissing-is-an-answer", test_dismissing_is_an_answer);
  ADD_KIND_TEST ("/weir/blocks/notify/nobody-answers", test_nobody_answers);
  ADD_KIND_TEST ("/weir/blocks/notify/decides-an-approval", test_approval_from_the_notification);
  ADD_KIND_TEST ("/weir/blocks/wait-event/signal-on-the-bus", test_signal_on_the_bus);
  ADD_KIND_TEST ("/weir/blocks/notify/without-a-service", test_without_a_service);
  status = g_test_run ();
  g_object_unref (service.bus);
  g_test_dbus_stop (bus);
  return status;
}
