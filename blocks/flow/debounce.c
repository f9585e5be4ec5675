/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "values.h"

typedef struct
{
  gint64 quiet;
  gint64 max_wait;
  char *key;
} Debounce;

static const WeirField debounce_fields[] = {
  WEIR_FIELD_DURATION (Debounce,
                       quiet,
                       .title = N_("Quiet for"),
                       .summary = N_("An event goes on when so long none came after it"),
                       .initial = 2000,
                       .minimum = 1,
                       .maximum = 31536000000),
  WEIR_FIELD_DURATION (Debounce,
                       max_wait,
                       .title = N_("Wait at most"),
                       .summary = N_("So long after the first one the latest goes on all the same; 0: no limit"),
                       .initial = 30000,
                       .maximum = 31536000000),
  WEIR_FIELD_EXPRESSION (Debounce,
                         key,
                         .title = N_("Told apart by"),
                         .placeholder = "event.path",
                         .summary = N_("Events with different keys do not wait for each other")),
  { 0 }
};

static const WeirPort debounce_inputs[] = { { .name = "event",
                                              .title = N_("Event"),
                                              .join = WEIR_JOIN_ANY,
                                              .summary = N_("Also of other runs of the workflow") },
                                            { 0 } };
static const WeirPort debounce_outputs[] = { { .name = "event", .title = N_("Event"), .summary = N_("The last one") },
                                             { 0 } };

static const WeirExample debounce_examples[] = { { .title = N_("One event"),
                                                   .config = "{\"quiet\": 1}",
                                                   .inputs = "{\"event\": \"saved\"}",
                                                   .outputs = "{\"event\": \"saved\"}" },
                                                 { 0 } };

/* One event. All with the same key share a state {first_at, last_at, last}: when the burst began, and which event is its last so far. */
typedef struct
{
  Debounce *settings;
  WeirStep *step;
  char *key;
  WeirValue *event;
} Event;

static void
event_free (gpointer data)
{
  Event *self = data;

  g_free (self->key);
  weir_value_unref (self->event);
  weir_step_unref (self->step);
  g_free (self);
}

static gboolean
is_last (Event *self)
{
  WeirValue *burst = weir_step_get_state (self->step, "block", self->key);

  return burst != NULL
         && g_strcmp0 (weir_value_get_member_text (burst, "last", NULL), weir_step_get_idempotency_key (self->step))
              == 0;
}

static DexFuture *
quiet_cb (DexFuture *future, gpointer user_data)
{
  Event *self = user_data;

  if (is_last (self))
    {
      weir_step_save_state (self->step, "block", self->key, NULL, 0);
      weir_step_emit (self->step, "event", self->event);
    }
  else
    weir_step_log (self->step, WEIR_LOG_DEBUG, "Another event came after it");
  return dex_future_new_true ();
}

/* When the burst began that this event belongs to. */
static gint64
join_burst (Event *self)
{
  WeirValue *burst = weir_step_get_state (self->step, "block", self->key);
  gint64 now = weir_step_get_time (self->step);
  gint64 first = burst != NULL ? MIN (weir_value_get_member_int (burst, "first_at", now), now) : now;
  gint64 last = burst != NULL ? weir_value_get_member_int (burst, "last_at", 0) : 0;
  WeirBuilder *builder;
  g_autoptr(WeirValue) joined = NULL;

  /* after a restart they come back in any order */
  if (last > now)
    return first;
  builder = weir_record_builder_new (3);
  weir_builder_set_take (builder, "first_at", weir_value_new_int (first));
  weir_builder_set_take (builder, "last_at", weir_value_new_int (now));
  weir_builder_set_take (builder, "last", weir_value_new_text (weir_step_get_idempotency_key (self->step)));
  joined = weir_builder_end (builder);
  weir_step_save_state (self->step, "block", self->key, joined,
                        self->settings->max_wait > 0 ? self->settings->max_wait + self->settings->quiet : 0);
  return first;
}

static DexFuture *
loaded_cb (DexFuture *future, gpointer user_data)
{
  Event *self = user_data;
  gint64 first = join_burst (self);
  gint64 due = weir_step_get_time (self->step) + self->settings->quiet * 1000;
  WeirWait wait = { .key = "quiet", .reason = "waits for quiet" };

  if (self->settings->max_wait > 0)
    due = MIN (due, first + self->settings->max_wait * 1000);
  wait.due_at = due;
  return dex_future_then (weir_step_wait (self->step, &wait), quiet_cb, self, NULL);
}

static DexFuture *
done_cb (DexFuture *future, gpointer user_data)
{
  return dex_ref (future);
}

static DexFuture *
debounce_run (gpointer settings, WeirStep *step)
{
  Debounce *self = settings;
  WeirValue *given = weir_step_get_input (step, "event");
  g_autoptr(WeirValue) value = given != NULL ? weir_value_ref (given) : weir_value_new_null ();
  const char *name = "event";
  g_autoptr(WeirValue) locals = weir_value_new_record (&name, &value, 1);
  g_autoptr(WeirValue) key = NULL;
  Event *event;
  GError *error = NULL;
  DexFuture *future;

  if (!weir_blocks_is_blank (self->key))
    key = weir_step_evaluate (step, self->key, locals, &error);
  if (error != NULL)
    return dex_future_new_for_error (error);
  event = g_new0 (Event, 1);
  event->settings = self;
  event->step = weir_step_ref (step);
  event->event = g_steal_pointer (&value);
  event->key = key != NULL ? weir_blocks_to_text (key) : g_strdup ("");
  future = dex_future_then (weir_step_load_state (step, "block", event->key), loaded_cb, event, NULL);
  return dex_future_finally (future, done_cb, event, event_free);
}

WEIR_DEFINE_BLOCK_KIND (flow_debounce,
                        .id = "flow.debounce",
                        .version = 1,
                        .title = N_("Debounce"),
                        .summary = N_("Of events in quick succession lets only the last one through"),
                        .keywords = "debounce quiet settle burst last event coalesce",
                        .category = N_("Flow"),
                        .icon = "preferences-system-time-symbolic",
                        .effect = WEIR_EFFECT_PURE,
                        .undo = WEIR_UNDO_NONE,
                        .inputs = debounce_inputs,
                        .outputs = debounce_outputs,
                        .fields = debounce_fields,
                        .settings_size = sizeof (Debounce),
                        .examples = debounce_examples,
                        .run = debounce_run)
