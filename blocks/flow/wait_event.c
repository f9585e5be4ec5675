/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "values.h"

/* Where no monitor tells, a file is looked for so often. */
#define LOOK_MS 60000

typedef struct
{
  char *source;
  char *name;
  gint64 other_run;
  char *path;
  char *bus;
  char *sender;
  char *object;
  char *interface;
  char *member;
  char *match;
  gint64 timeout;
  char *on_timeout;
} WaitEvent;

static const char *const source_ids[] = { "signal", "run", "file", "dbus", NULL };
static const char *const source_titles[] = { N_("A signal sent to this run"), N_("The end of another run"),
                                             N_("A file or folder that appears"), N_("A signal on D-Bus"), NULL };
static const char *const bus_ids[] = { "session", "system", NULL };
static const char *const bus_titles[] = { N_("Session"), N_("System"), NULL };
static const char *const timeout_ids[] = { "port", "error", NULL };
static const char *const timeout_titles[] = { N_("Go on at Timed Out"), N_("Fail"), NULL };

static const WeirField wait_event_fields[] = {
  WEIR_FIELD_CHOICE (WaitEvent,
                     source,
                     .title = N_("Wait for"),
                     .choices = source_ids,
                     .choice_titles = source_titles,
                     .initial_text = "signal"),
  WEIR_FIELD_TEXT (WaitEvent,
                   name,
                   .title = N_("Signal"),
                   .initial_text = "go",
                   .summary = N_("As in “weir signal RUN NAME”; one that came before is kept"),
                   .shown_when = "source=signal"),
  WEIR_FIELD_INT (WaitEvent,
                  other_run,
                  .title = N_("Run"),
                  .summary = N_("Its number"),
                  .minimum = 0,
                  .maximum = 9e15,
                  .shown_when = "source=run"),
  WEIR_FIELD_PATH (
    WaitEvent, path, .title = N_("Path"), .summary = N_("The name may hold * and ?"), .shown_when = "source=file"),
  WEIR_FIELD_CHOICE (WaitEvent,
                     bus,
                     .title = N_("Bus"),
                     .choices = bus_ids,
                     .choice_titles = bus_titles,
                     .initial_text = "session",
                     .shown_when = "source=dbus"),
  WEIR_FIELD_TEXT (WaitEvent,
                   interface,
                   .title = N_("Interface"),
                   .placeholder = "org.freedesktop.UPower",
                   .shown_when = "source=dbus"),
  WEIR_FIELD_TEXT (
    WaitEvent, member, .title = N_("Signal"), .placeholder = "DeviceAdded", .shown_when = "source=dbus"),
  WEIR_FIELD_TEXT (WaitEvent, object, .title = N_("Object"), .shown_when = "source=dbus", .advanced = TRUE),
  WEIR_FIELD_TEXT (WaitEvent, sender, .title = N_("Sender"), .shown_when = "source=dbus", .advanced = TRUE),
  WEIR_FIELD_EXPRESSION (
    WaitEvent, match, .title = N_("Only when"), .summary = N_("Over event"), .placeholder = "event.id === inputs.id"),
  WEIR_FIELD_DURATION (
    WaitEvent, timeout, .title = N_("Wait at most"), .summary = N_("0: for ever"), .maximum = 315360000000),
  WEIR_FIELD_CHOICE (WaitEvent,
                     on_timeout,
                     .title = N_("When it does not come"),
                     .choices = timeout_ids,
                     .choice_titles = timeout_titles,
                     .initial_text = "error"),
  { 0 }
};

static const WeirPort wait_event_inputs[] = {
  { .name = "other_run", .type = "int", .title = N_("Run"), .summary = N_("Number of the run to wait for") }, { 0 }
};
static const WeirPort wait_event_outputs[] = {
  { .name = "event", .title = N_("Event"), .summary = N_("What came with it") },
  { .name = "timed_out", .type = "null", .title = N_("Timed Out") },
  { 0 }
};
static const char *const wait_event_permissions[] = { "fs.read(path)", "dbus(interface)", NULL };
static const char *const wait_event_errors[] = { "limit.timeout", "config.invalid", "perm.denied", NULL };

static const WeirExample wait_event_examples[] = {
  { .title = N_("A file that is there already"),
    .config = "{\"source\": \"file\", \"path\": \"$DIR/*.csv\"}",
    .files = "list.csv=1,2",
    .outputs = "{\"event\": \"*\"}" },
  { .title = N_("Nothing comes"),
    .config = "{\"timeout\": 1, \"on_timeout\": \"port\"}",
    .outputs = "{\"timed_out\": null}" },
  { .title = N_("Nothing comes, and that is wrong"), .config = "{\"timeout\": 1}", .error = "limit.timeout" },
  { 0 }
};

/* What listens while the program runs; the wait itself is the engine's. */
typedef struct
{
  int ref_count;
  WaitEvent *settings;
  WeirStep *step;
  gboolean over;
  char *path;
  GFileMonitor *monitor;
  GDBusConnection *bus;
  guint subscription;
} Listener;

static Listener *
listener_ref (Listener *self)
{
  self->ref_count++;
  return self;
}

static void
listener_unref (gpointer data)
{
  Listener *self = data;

  if (--self->ref_count > 0)
    return;
  weir_step_unref (self->step);
  g_free (self->path);
  g_free (self);
}

static void
listener_end (gpointer data)
{
  Listener *self = data;

  self->over = TRUE;
  if (self->monitor != NULL)
    g_signal_handlers_disconnect_by_data (self->monitor, self);
  g_clear_object (&self->monitor);
  if (self->subscription != 0)
    g_dbus_connection_signal_unsubscribe (self->bus, self->subscription);
  g_clear_object (&self->bus);
  listener_unref (self);
}

static gboolean
matches (Listener *self, WeirValue *event, GError **error)
{
  const char *key = "event";
  g_autoptr(WeirValue) locals = NULL;
  g_autoptr(WeirValue) result = NULL;

  if (weir_blocks_is_blank (self->settings->match))
    return TRUE;
  locals = weir_value_new_record (&key, &event, 1);
  result = weir_step_evaluate (self->step, self->settings->match, locals, error);
  return result != NULL && weir_value_is_truthy (result);
}

static gboolean
accept (gpointer user_data, WeirStep *step, WeirValue *event)
{
  g_autoptr(GError) error = NULL;
  gboolean yes = matches (user_data, event, &error);

  if (error != NULL)
    weir_step_log (step, WEIR_LOG_WARNING, "An event was not looked at: %s", error->message);
  return yes;
}

/* A person may say that it has come. */
static WeirValue *
check (gpointer user_data, WeirStep *step, WeirValue *event, GError **error)
{
  Listener *self = user_data;
  g_autoptr(GError) wrong = NULL;
  g_autofree char *text = NULL;

  if (weir_value_get_kind (event) == WEIR_VALUE_ERROR || matches (self, event, &wrong))
    return weir_value_ref (event);
  text = weir_value_to_display (event, 60);
  weir_set_failure (error, "input.invalid", "Expected an event for which %s, but got “%s”%s%s", self->settings->match,
                    text, wrong != NULL ? ": " : "", wrong != NULL ? wrong->message : "");
  return NULL;
}

static void
tell (Listener *self, WeirValue *event, const char *by)
{
  if (!self->over && accept (self, self->step, event))
    weir_step_answer (self->step, event, by, NULL);
}

/* It can never come. */
static void
give_up (Listener *self, const GError *error)
{
  g_autoptr(WeirValue) failure = weir_value_new_error (weir_error_get_class (error), error->message, NULL);

  weir_step_answer (self->step, failure, "engine", NULL);
}

/* ── files ──────────────────────────────────────────────────────────────────────────────── */

static WeirValue *
describe_file (const char *path)
{
  WeirBuilder *event;
  g_autofree char *name = NULL;

  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    return NULL;
  event = weir_record_builder_new (3);
  name = g_path_get_basename (path);
  weir_builder_set_take (event, "file", weir_value_new_file (path));
  weir_builder_set_take (event, "path", weir_value_new_text (path));
  weir_builder_set_take (event, "name", weir_value_new_text (name));
  return weir_builder_end (event);
}

static WeirValue *
find_in_folder (Listener *self, const char *folder, const char *pattern)
{
  g_autoptr(GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = NULL;
      g_autoptr(WeirValue) event = NULL;

      if (!g_pattern_match_simple (pattern, name) || !g_utf8_validate (name, -1, NULL))
        continue;
      path = g_build_filename (folder, name, NULL);
      event = describe_file (path);
      if (event != NULL && accept (self, self->step, event))
        return g_steal_pointer (&event);
    }
  return NULL;
}

static WeirValue *
look_for_file (gpointer user_data, WeirStep *step, GError **error)
{
  Listener *self = user_data;
  g_autofree char *folder = g_path_get_dirname (self->path);
  g_autofree char *name = g_path_get_basename (self->path);
  g_autoptr(WeirValue) event = NULL;

  if (strpbrk (name, "*?") != NULL)
    return find_in_folder (self, folder, name);
  event = describe_file (self->path);
  return event != NULL && accept (self, step, event) ? g_steal_pointer (&event) : NULL;
}

static void
changed_cb (GFileMonitor *monitor, GFile *file, GFile *other, GFileMonitorEvent kind, Listener *self)
{
  g_autoptr(WeirValue) event = NULL;

  /* one that is still being written comes again when it is whole */
  if (kind == G_FILE_MONITOR_EVENT_CREATED && g_file_query_file_type (file, 0, NULL) == G_FILE_TYPE_REGULAR)
    return;
  event = look_for_file (self, self->step, NULL);
  if (event != NULL)
    tell (self, event, "file");
}

static gboolean
listen_for_file (Listener *self, WeirWait *wait, GError **error)
{
  g_autofree char *folder = NULL;
  g_autoptr(GFile) file = NULL;

  if (weir_blocks_is_blank (self->settings->path))
    {
      weir_set_failure (error, "config.invalid", "Expected a path to wait for, but there is none");
      return FALSE;
    }
  self->path = weir_step_resolve_path (self->step, self->settings->path, error);
  if (self->path == NULL || !weir_step_require (self->step, "fs.read", self->path, error))
    return FALSE;
  folder = g_path_get_dirname (self->path);
  file = g_file_new_for_path (folder);
  self->monitor = g_file_monitor_directory (file, G_FILE_MONITOR_WATCH_MOVES, NULL, NULL);
  if (self->monitor != NULL)
    g_signal_connect (self->monitor, "changed", G_CALLBACK (changed_cb), self);
  wait->poll = look_for_file;
  wait->poll_ms = LOOK_MS;
  return TRUE;
}

/* ── D-Bus ──────────────────────────────────────────────────────────────────────────────── */

static WeirValue *value_from_variant (GVariant *variant);

static WeirValue *
value_from_dict (GVariant *variant)
{
  WeirBuilder *record = weir_record_builder_new (g_variant_n_children (variant));

  for (gsize i = 0; i < g_variant_n_children (variant); i++)
    {
      g_autoptr(GVariant) entry = g_variant_get_child_value (variant, i);
      g_autoptr(GVariant) key = g_variant_get_child_value (entry, 0);
      g_autoptr(GVariant) value = g_variant_get_child_value (entry, 1);
      g_autofree char *name = g_variant_is_of_type (key, G_VARIANT_TYPE_STRING) ? g_variant_dup_string (key, NULL)
                                                                                : g_variant_print (key, FALSE);

      weir_builder_set_take (record, name, value_from_variant (value));
    }
  return weir_builder_end (record);
}

static WeirValue *
value_from_items (GVariant *variant)
{
  WeirBuilder *list = weir_list_builder_new (g_variant_n_children (variant));

  for (gsize i = 0; i < g_variant_n_children (variant); i++)
    {
      g_autoptr(GVariant) child = g_variant_get_child_value (variant, i);

      weir_builder_take (list, value_from_variant (child));
    }
  return weir_builder_end (list);
}

static WeirValue *
value_from_variant (GVariant *variant)
{
  switch (g_variant_classify (variant))
    {
    case G_VARIANT_CLASS_BOOLEAN:
      return weir_value_new_bool (g_variant_get_boolean (variant));
    case G_VARIANT_CLASS_BYTE:
      return weir_value_new_int (g_variant_get_byte (variant));
    case G_VARIANT_CLASS_INT16:
      return weir_value_new_int (g_variant_get_int16 (variant));
    case G_VARIANT_CLASS_UINT16:
      return weir_value_new_int (g_variant_get_uint16 (variant));
    case G_VARIANT_CLASS_INT32:
      return weir_value_new_int (g_variant_get_int32 (variant));
    case G_VARIANT_CLASS_UINT32:
      return weir_value_new_int (g_variant_get_uint32 (variant));
    case G_VARIANT_CLASS_INT64:
      return weir_value_new_int (g_variant_get_int64 (variant));
    case G_VARIANT_CLASS_UINT64:
      return weir_value_new_number ((double) g_variant_get_uint64 (variant));
    case G_VARIANT_CLASS_DOUBLE:
      return weir_value_new_number (g_variant_get_double (variant));
    case G_VARIANT_CLASS_STRING:
    case G_VARIANT_CLASS_OBJECT_PATH:
    case G_VARIANT_CLASS_SIGNATURE:
      return weir_value_new_text (g_variant_get_string (variant, NULL));
    case G_VARIANT_CLASS_VARIANT:
      {
        g_autoptr(GVariant) inner = g_variant_get_variant (variant);

        return value_from_variant (inner);
      }
    case G_VARIANT_CLASS_ARRAY:
      return g_variant_type_is_subtype_of (g_variant_get_type (variant), G_VARIANT_TYPE_DICTIONARY)
               ? value_from_dict (variant)
               : value_from_items (variant);
    case G_VARIANT_CLASS_TUPLE:
      return value_from_items (variant);
    default:
      return weir_value_new_null ();
    }
}

static void
signal_cb (GDBusConnection *bus,
           const char *sender,
           const char *path,
           const char *interface,
           const char *member,
           GVariant *parameters,
           gpointer user_data)
{
  WeirBuilder *builder = weir_record_builder_new (5);
  g_autoptr(WeirValue) event = NULL;

  weir_builder_set_take (builder, "member", weir_value_new_text (member));
  weir_builder_set_take (builder, "interface", weir_value_new_text (interface));
  weir_builder_set_take (builder, "path", weir_value_new_text (path));
  weir_builder_set_take (builder, "sender", weir_value_new_text (sender != NULL ? sender : ""));
  weir_builder_set_take (builder, "args", value_from_variant (parameters));
  event = weir_builder_end (builder);
  tell (user_data, event, "dbus");
}

static const char *
unless_blank (const char *text)
{
  return weir_blocks_is_blank (text) ? NULL : text;
}

static void
bus_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Listener *self = user_data;
  WaitEvent *settings = self->settings;
  g_autoptr(GError) error = NULL;
  g_autoptr(GDBusConnection) bus = g_bus_get_finish (result, &error);

  if (bus == NULL && !self->over)
    {
      g_autoptr(GError) denied = NULL;

      weir_set_failure (&denied, "perm.denied", "There is no %s bus to listen on: %s", settings->bus, error->message);
      give_up (self, denied);
    }
  else if (!self->over)
    {
      self->bus = g_steal_pointer (&bus);
      self->subscription = g_dbus_connection_signal_subscribe (
        self->bus, unless_blank (settings->sender), unless_blank (settings->interface), unless_blank (settings->member),
        unless_blank (settings->object), NULL, G_DBUS_SIGNAL_FLAGS_NONE, signal_cb, self, NULL);
    }
  listener_unref (self);
}

static gboolean
listen_on_bus (Listener *self, GError **error)
{
  gboolean system = g_str_equal (self->settings->bus, "system");
  const char *object = unless_blank (self->settings->object);

  if (weir_blocks_is_blank (self->settings->interface) && weir_blocks_is_blank (self->settings->member))
    {
      weir_set_failure (error, "config.invalid",
                        "Expected an interface or a signal to listen for, but there is neither");
      return FALSE;
    }
  if (object != NULL && !g_variant_is_object_path (object))
    {
      weir_set_failure (error, "config.invalid", "Expected the path of an object, but there is “%s”", object);
      return FALSE;
    }
  if (!weir_step_require (self->step, "dbus", self->settings->interface != NULL ? self->settings->interface : "",
                          error))
    return FALSE;
  g_bus_get (system ? G_BUS_TYPE_SYSTEM : G_BUS_TYPE_SESSION, NULL, bus_cb, listener_ref (self));
  return TRUE;
}

/* ── other runs ─────────────────────────────────────────────────────────────────────────── */

static DexFuture *
run_ended_cb (DexFuture *future, gpointer user_data)
{
  Listener *self = user_data;
  g_autoptr(GError) error = NULL;
  const GValue *value = dex_future_get_value (future, &error);

  if (value != NULL)
    tell (self, g_value_get_boxed (value), "run");
  else if (!self->over)
    give_up (self, error);
  return dex_future_new_true ();
}

/* ── the step ───────────────────────────────────────────────────────────────────────────── */

static DexFuture *
over_cb (DexFuture *future, gpointer user_data)
{
  Listener *self = user_data;
  GError *error = NULL;
  const GValue *value = dex_future_get_value (future, &error);
  WeirValue *answer = value != NULL ? g_value_get_boxed (value) : NULL;
  WeirValue *event;

  if (answer == NULL)
    return dex_future_new_for_error (error);
  event = weir_value_find_member (answer, "value");
  if (event != NULL && weir_value_get_kind (event) == WEIR_VALUE_ERROR)
    {
      weir_set_failure (&error, weir_value_get_member_text (event, "class", "flow.failed"), "%s",
                        weir_value_get_member_text (event, "message", "It cannot be waited for"));
      return dex_future_new_for_error (error);
    }
  if (!weir_value_is_null (answer))
    weir_step_emit (self->step, "event", event);
  else if (g_str_equal (self->settings->on_timeout, "port"))
    weir_step_emit_take (self->step, "timed_out", weir_value_new_null ());
  else
    {
      weir_set_failure (&error, "limit.timeout", "What it waited for did not come in time");
      return dex_future_new_for_error (error);
    }
  return dex_future_new_true ();
}

static char *
describe (WaitEvent *self)
{
  if (g_str_equal (self->source, "run"))
    return g_strdup_printf ("waits for run %" G_GINT64_FORMAT, self->other_run);
  if (g_str_equal (self->source, "file"))
    return g_strdup_printf ("waits for %s", self->path != NULL ? self->path : "");
  if (g_str_equal (self->source, "dbus"))
    return g_strdup_printf ("waits for %s on D-Bus", self->member != NULL ? self->member : "a signal");
  return g_strdup_printf ("waits for the signal %s", self->name);
}

static DexFuture *
wait_event_run (gpointer settings, WeirStep *step)
{
  WaitEvent *self = settings;
  g_autofree char *reason = describe (self);
  Listener *listener = g_new0 (Listener, 1);
  WeirWait wait = { .key = "event", .reason = reason, .accept = accept, .check = check, .user_data = listener };
  DexFuture *future;
  GError *error = NULL;

  listener->ref_count = 1;
  listener->settings = self;
  listener->step = weir_step_ref (step);
  if (g_str_equal (self->source, "signal"))
    wait.channel = self->name;
  else if (g_str_equal (self->source, "file"))
    listen_for_file (listener, &wait, &error);
  else if (g_str_equal (self->source, "dbus"))
    listen_on_bus (listener, &error);
  if (error != NULL)
    {
      listener_end (listener);
      return dex_future_new_for_error (error);
    }
  wait.due_at = self->timeout > 0 ? weir_step_get_time (step) + self->timeout * 1000 : 0;
  future = weir_step_wait (step, &wait);
  if (g_str_equal (self->source, "run"))
    dex_future_disown (dex_future_finally (weir_step_watch_run (step, self->other_run), run_ended_cb,
                                           listener_ref (listener), listener_unref));
  return dex_future_finally (future, over_cb, listener, listener_end);
}

static char *
wait_event_summarize (WeirValue *config)
{
  const char *source = weir_value_get_member_text (config, "source", "signal");

  if (g_str_equal (source, "signal"))
    return g_strdup (weir_value_get_member_text (config, "name", "go"));
  if (g_str_equal (source, "file"))
    return g_strdup (weir_value_get_member_text (config, "path", NULL));
  if (g_str_equal (source, "dbus"))
    return g_strdup (weir_value_get_member_text (config, "member", NULL));
  return NULL;
}

WEIR_DEFINE_BLOCK_KIND (flow_wait_event,
                        .id = "flow.wait_event",
                        .version = 1,
                        .title = N_("Wait for Event"),
                        .summary = N_("Waits for a signal, a file, the end of another run, or D-Bus"),
                        .keywords = "event signal listen file appears dbus resume callback message",
                        .category = N_("Flow"),
                        .icon = "media-playback-pause-symbolic",
                        .effect = WEIR_EFFECT_PURE,
                        .undo = WEIR_UNDO_NONE,
                        .inputs = wait_event_inputs,
                        .outputs = wait_event_outputs,
                        .fields = wait_event_fields,
                        .settings_size = sizeof (WaitEvent),
                        .permissions = wait_event_permissions,
                        .errors = wait_event_errors,
                        .examples = wait_event_examples,
                        .summarize = wait_event_summarize,
                        .run = wait_event_run)
