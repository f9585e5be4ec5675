/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The orderly end: what must not be cut off is waited for, and keeps the computer from shutting down. logind is one of the test's own, on
 * a bus of its own. */

#include <gio/gunixfdlist.h>
#include <unistd.h>

#include "weir-inhibitor.h"
#include "weir-test.h"

static const char once[] = "weir: 1\nname: Once\nblocks:\n  a: { kind: test.once }\n  b: { kind: test.wait }\nlinks:\n  - a.value -> b.value\n";

/* ── winding down ───────────────────────────────────────────────────────────────────────── */

static void
test_what_must_not_happen_twice_is_waited_for (void)
{
  g_autoptr(WeirTest) test = weir_test_new_on_disk ();
  g_autoptr(WeirRun) run = weir_test_play (test, once, NULL);
  g_autoptr(WeirRun) other = weir_test_play (test, "weir: 1\nname: Other\nblocks:\n  c: { kind: test.wait }\n  d: { kind: test.wait }\n"
                                                   "links:\n  - c.value -> d.value\n", NULL);
  g_autoptr(DexFuture) down = NULL;
  g_autoptr(DexFuture) recovered = NULL;

  g_assert_true (weir_engine_is_at_work (test->engine));
  down = weir_engine_wind_down (test->engine, 5000);
  weir_test_finish ("c", NULL);
  weir_test_settle (test);
  /* nothing starts any more, but what is at work goes on */
  g_assert_cmpuint (weir_test_n_waiting ("d"), ==, 0);
  g_assert_true (dex_future_is_pending (down));
  weir_test_finish ("a", "7");
  weir_test_await (down, NULL);
  g_assert_cmpuint (weir_test_n_waiting ("b"), ==, 0);
  g_clear_object (&run);
  g_clear_object (&other);

  weir_test_reopen (test);
  recovered = weir_engine_recover_run (test->engine, 1);
  run = g_value_dup_object (weir_test_await (recovered, NULL));
  weir_test_settle (test);
  g_assert_cmpint (weir_test_status (run, "a"), ==, WEIR_STEP_SUCCEEDED);
  g_assert_cmpuint (weir_test_n_waiting ("b"), ==, 1);
}

static void
test_grace_has_an_end (void)
{
  g_autoptr(WeirTest) test = weir_test_new_on_disk ();
  g_autoptr(WeirRun) run = weir_test_play (test, once, NULL);
  g_autoptr(DexFuture) down = weir_engine_wind_down (test->engine, 5000);
  g_autoptr(DexFuture) recovered = NULL;

  weir_clock_advance (test->clock, 4999);
  weir_test_settle (test);
  g_assert_true (dex_future_is_pending (down));
  weir_clock_advance (test->clock, 1);
  weir_test_await (down, NULL);
  g_clear_object (&run);
  weir_test_reopen (test);
  recovered = weir_engine_recover_run (test->engine, 1);
  run = g_value_dup_object (weir_test_await (recovered, NULL));
  weir_test_settle (test);
  g_assert_cmpint (weir_test_status (run, "a"), ==, WEIR_STEP_UNKNOWN);
}

static void
test_nothing_at_work_is_not_waited_for (void)
{
  g_autoptr(WeirTest) test = weir_test_new_on_disk ();
  g_autoptr(WeirRun) run = weir_test_play (test, "weir: 1\nname: Waits\nblocks:\n  a: { kind: test.wait }\n", NULL);
  g_autoptr(DexFuture) down = weir_engine_wind_down (test->engine, 5000);

  g_assert_false (dex_future_is_pending (down));
}

/* ── logind ─────────────────────────────────────────────────────────────────────────────── */

typedef struct
{
  GTestDBus *bus;
  GDBusConnection *theirs;
  GDBusConnection *ours;
  guint n_asked;
  char *what;
  int pipe; /* read end of the lock that is out; -1: none */
} Login;

static const char login_xml[] = "<node><interface name='org.freedesktop.login1.Manager'>"
                                "<method name='Inhibit'><arg type='s'/><arg type='s'/><arg type='s'/><arg type='s'/>"
                                "<arg type='h' direction='out'/></method>"
                                "<signal name='PrepareForShutdown'><arg type='b'/></signal></interface></node>";

static void
inhibit_cb (GDBusConnection *connection, const char *sender, const char *path, const char *interface, const char *method,
            GVariant *parameters, GDBusMethodInvocation *invocation, gpointer user_data)
{
  Login *self = user_data;
  const char *what, *who, *why, *mode;
  g_autoptr(GUnixFDList) fds = g_unix_fd_list_new ();
  int ends[2];

  g_variant_get (parameters, "(&s&s&s&s)", &what, &who, &why, &mode);
  g_free (self->what);
  self->what = g_strdup_printf ("%s %s", what, mode);
  self->n_asked++;
  g_assert_cmpint (pipe (ends), ==, 0);
  self->pipe = ends[0];
  g_unix_fd_list_append (fds, ends[1], NULL);
  close (ends[1]);
  g_dbus_method_invocation_return_value_with_unix_fd_list (invocation, g_variant_new ("(h)", 0), fds);
}

static GDBusConnection *
connect_to (GTestDBus *bus)
{
  g_autoptr(GError) error = NULL;
  GDBusConnection *connection = g_dbus_connection_new_for_address_sync (
    g_test_dbus_get_bus_address (bus), G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT | G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
    NULL, NULL, &error);

  g_assert_no_error (error);
  return connection;
}

static Login *
login_new (void)
{
  static const GDBusInterfaceVTable table = { .method_call = inhibit_cb };
  g_autoptr(GDBusNodeInfo) node = g_dbus_node_info_new_for_xml (login_xml, NULL);
  Login *self = g_new0 (Login, 1);
  g_autoptr(GVariant) answer = NULL;

  self->pipe = -1;
  self->bus = g_test_dbus_new (G_TEST_DBUS_NONE);
  g_test_dbus_up (self->bus);
  self->theirs = connect_to (self->bus);
  self->ours = connect_to (self->bus);
  g_assert_cmpuint (g_dbus_connection_register_object (self->theirs, "/org/freedesktop/login1", node->interfaces[0], &table, self, NULL,
                                                       NULL), >, 0);
  answer = g_dbus_connection_call_sync (self->theirs, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
                                        "RequestName", g_variant_new ("(su)", "org.freedesktop.login1", 0), NULL,
                                        G_DBUS_CALL_FLAGS_NONE, -1, NULL, NULL);
  g_assert_nonnull (answer);
  return self;
}

static void
login_free (Login *self)
{
  g_dbus_connection_close_sync (self->theirs, NULL, NULL);
  g_dbus_connection_close_sync (self->ours, NULL, NULL);
  g_clear_object (&self->theirs);
  g_clear_object (&self->ours);
  g_test_dbus_down (self->bus);
  g_object_unref (self->bus);
  if (self->pipe >= 0)
    close (self->pipe);
  g_free (self->what);
  g_free (self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Login, login_free)

/* The other end is closed: reading says so. */
static gboolean
is_let_go (Login *self)
{
  GPollFD poll = { self->pipe, G_IO_IN | G_IO_HUP, 0 };

  return g_poll (&poll, 1, 0) == 1;
}

static void
test_shutting_down_is_delayed_while_it_is_at_work (void)
{
  g_autoptr(Login) login = login_new ();
  g_autoptr(WeirTest) test = weir_test_new ();
  g_autoptr(WeirInhibitor) inhibitor = weir_inhibitor_new (test->engine, login->ours);
  g_autoptr(WeirRun) run = NULL;
  g_autoptr(WeirRun) second = NULL;

  g_assert_false (weir_inhibitor_get_held (inhibitor));
  run = weir_test_play (test, once, NULL);
  g_assert_true (weir_inhibitor_get_held (inhibitor));
  while (login->n_asked == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpstr (login->what, ==, "shutdown delay");
  weir_test_finish ("a", NULL);
  weir_test_settle (test);
  /* the next is under the same lock */
  second = weir_test_play (test, "weir: 1\nname: Next\nblocks:\n  n: { kind: test.once }\n", NULL);
  weir_clock_advance (test->clock, 5000);
  weir_test_settle (test);
  g_assert_true (weir_inhibitor_get_held (inhibitor));
  g_assert_false (is_let_go (login));
  weir_test_finish ("n", NULL);
  weir_test_settle (test);
  weir_clock_advance (test->clock, 1000);
  weir_test_settle (test);
  g_assert_false (weir_inhibitor_get_held (inhibitor));
  while (!is_let_go (login))
    g_main_context_iteration (NULL, FALSE);
  g_assert_cmpuint (login->n_asked, ==, 1);
}

static void
shutdown_cb (WeirInhibitor *inhibitor, guint *n)
{
  (*n)++;
}

static void
test_shutting_down_is_said (void)
{
  g_autoptr(Login) login = login_new ();
  g_autoptr(WeirTest) test = weir_test_new ();
  g_autoptr(WeirInhibitor) inhibitor = weir_inhibitor_new (test->engine, login->ours);
  guint n = 0;

  g_signal_connect (inhibitor, "shutdown", G_CALLBACK (shutdown_cb), &n);
  g_dbus_connection_flush_sync (login->ours, NULL, NULL);
  /* the bus knows what is listened to once it has answered something later */
  g_variant_unref (g_dbus_connection_call_sync (login->ours, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
                                                "GetId", NULL, NULL, G_DBUS_CALL_FLAGS_NONE, -1, NULL, NULL));
  for (guint i = 0; i < 2; i++)
    g_assert_true (g_dbus_connection_emit_signal (login->theirs, NULL, "/org/freedesktop/login1", "org.freedesktop.login1.Manager",
                                                  "PrepareForShutdown", g_variant_new ("(b)", i == 1), NULL));
  while (n == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (n, ==, 1);
}

int
main (int argc, char **argv)
{
  dex_init ();
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/weir/end/what-must-not-happen-twice-is-waited-for", test_what_must_not_happen_twice_is_waited_for);
  g_test_add_func ("/weir/end/grace-has-an-end", test_grace_has_an_end);
  g_test_add_func ("/weir/end/nothing-at-work-is-not-waited-for", test_nothing_at_work_is_not_waited_for);
  g_test_add_func ("/weir/inhibitor/shutting-down-is-delayed", test_shutting_down_is_delayed_while_it_is_at_work);
  g_test_add_func ("/weir/inhibitor/shutting-down-is-said", test_shutting_down_is_said);
  return g_test_run ();
}
