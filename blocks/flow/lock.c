/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "values.h"

typedef struct
{
  WeirValue *value;
  char      *name;
  gint64     slots;
  gint64     timeout;
} Lock;

static const WeirField lock_fields[] = {
  WEIR_FIELD_TEXT (Lock, name, .title = N_("Name"),
                   .summary = N_("Locks of the same name, in all workflows, wait for each other; one inside another does not"), .placeholder = "printer",
                   .required = TRUE),
  WEIR_FIELD_INT (Lock, slots, .title = N_("At once"), .summary = N_("So many may be inside at the same time"), .initial = 1,
                  .minimum = 1, .maximum = 100000),
  WEIR_FIELD_DURATION (Lock, timeout, .title = N_("Give up after"), .summary = N_("Of waiting; 0: never")),
  WEIR_FIELD_VALUE (Lock, value, .title = N_("Value"), .summary = N_("Seen inside as value"), .type = "any",
                    .advanced = TRUE),
  { 0 }
};

static const WeirPort lock_inputs[] = {
  { .name = "value", .title = N_("Value"), .summary = N_("Seen inside as value") },
  { 0 }
};

static const WeirPort lock_outputs[] = {
  { .name = "value", .title = N_("Value"), .summary = N_("What the blocks inside gave") },
  { 0 }
};

static const char *const lock_errors[] = { "limit.timeout", NULL };

static const WeirExample lock_examples[] = {
  { .title = N_("One at a time"), .config = "{\"name\": \"printer\"}", .inputs = "{\"value\": 1}",
    .body = "blocks:\n  print: { kind: debug.noop, config: { value: \"=value + 1\" } }\n", .outputs = "{\"value\": 2}" },
  { .title = N_("What fails inside lets others in"), .config = "{\"name\": \"printer\"}",
    .body = "blocks:\n  fail: { kind: flow.throw, config: { class: flow.asserted, message: No paper } }\n",
    .error = "flow.asserted" },
  { 0 }
};

/* Without a fiber: many may wait at one lock. */
typedef struct
{
  Lock      *settings;
  WeirStep  *step;
  DexFuture *turn;
} Call;

static void
call_free (gpointer data)
{
  Call *call = data;

  weir_step_unref (call->step);
  dex_unref (call->turn);
  g_free (call);
}

static DexFuture *
body_done_cb (DexFuture *future, gpointer user_data)
{
  weir_step_emit (user_data, "value", g_value_get_boxed (dex_future_get_value (future, NULL)));
  return dex_future_new_true ();
}

static DexFuture *
turn_come_cb (DexFuture *future, gpointer user_data)
{
  Call *call = user_data;
  Lock *self = call->settings;
  g_autoptr(WeirValue) given = self->value != NULL ? weir_value_ref (self->value) : weir_value_new_null ();
  const char *local = "value";
  g_autoptr(WeirValue) locals = weir_value_new_record (&local, &given, 1);
  GError *error = NULL;

  /* what was waited for is let go when the step ends */
  if (dex_future_is_pending (call->turn))
    {
      weir_set_failure (&error, "limit.timeout",
                        "Expected a turn at the lock %s within %" G_GINT64_FORMAT " ms, but it is still taken",
                        self->name, self->timeout);
      return dex_future_new_for_error (error);
    }
  return dex_future_then (weir_step_run_body (call->step, "0", locals), body_done_cb, weir_step_ref (call->step),
                          (GDestroyNotify) weir_step_unref);
}

static DexFuture *
lock_run (gpointer settings, WeirStep *step)
{
  Lock *self = settings;
  g_autofree char *label = g_strdup_printf ("lock %s", self->name != NULL ? self->name : "");
  WeirTurn turn = { .name = self->name, .reach = "all", .label = label, .slots = (guint) self->slots };
  GError *error = NULL;
  DexFuture *future;
  Call *call;

  if (weir_blocks_is_blank (self->name))
    {
      weir_set_failure (&error, "config.invalid", "Expected the name of a lock, but none is given");
      return dex_future_new_for_error (error);
    }
  future = weir_step_take_turn (step, &turn);
  call = g_new (Call, 1);
  call->settings = self;
  call->step = weir_step_ref (step);
  call->turn = dex_ref (future);
  if (self->timeout > 0)
    future = dex_future_first (future, weir_step_sleep (step, self->timeout), NULL);
  return dex_future_then (future, turn_come_cb, call, call_free);
}

static char *
lock_summarize (WeirValue *config)
{
  const char *name = weir_value_get_member_text (config, "name", "");
  gint64 slots = weir_value_get_member_int (config, "slots", 1);

  if (*name == '\0')
    return NULL;
  return slots > 1 ? g_strdup_printf ("%s × %" G_GINT64_FORMAT, name, slots) : g_strdup (name);
}

WEIR_DEFINE_BLOCK_KIND (flow_lock, .id = "flow.lock", .version = 1, .title = N_("Lock"),
                        .summary = N_("Lets only so many into what is inside it at the same time"),
                        .keywords = "lock mutex semaphore exclusive pool one at a time critical section",
                        .category = N_("Flow"), .icon = "system-lock-screen-symbolic",
                        .effect = WEIR_EFFECT_PURE, .undo = WEIR_UNDO_NONE, .inputs = lock_inputs, .outputs = lock_outputs,
                        .fields = lock_fields, .settings_size = sizeof (Lock), .errors = lock_errors,
                        .examples = lock_examples, .has_body = TRUE, .summarize = lock_summarize, .run = lock_run)
