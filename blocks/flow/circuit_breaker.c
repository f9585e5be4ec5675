/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "values.h"

typedef struct
{
  WeirValue *value;
  gint64 failures;
  gint64 window;
  gint64 cool_down;
  char *classes;
  char *key;
  char *scope;
} Breaker;

static const char *const scope_ids[] = { "workflow", "all", NULL };
static const char *const scope_titles[] = { N_("This block of this workflow"), N_("All workflows, by key"), NULL };

static const WeirField breaker_fields[] = {
  WEIR_FIELD_INT (Breaker, failures, .title = N_("Failures"), .initial = 5, .minimum = 1, .maximum = 1000),
  WEIR_FIELD_DURATION (Breaker, window, .title = N_("Within"), .initial = 60000, .minimum = 1, .maximum = 31536000000),
  WEIR_FIELD_DURATION (Breaker,
                       cool_down,
                       .title = N_("Then leave alone for"),
                       .initial = 300000,
                       .minimum = 1,
                       .maximum = 31536000000,
                       .summary = N_("After that one value is let in to see")),
  WEIR_FIELD_EXPRESSION (Breaker,
                         key,
                         .title = N_("Told apart by"),
                         .summary = N_("The service, its host: over value"),
                         .placeholder = "value.host"),
  WEIR_FIELD_TEXT (Breaker,
                   classes,
                   .title = N_("Which failures"),
                   .summary = N_("Failure classes with commas; * is every one"),
                   .initial_text = "*",
                   .advanced = TRUE),
  WEIR_FIELD_CHOICE (Breaker,
                     scope,
                     .title = N_("Shared by"),
                     .choices = scope_ids,
                     .choice_titles = scope_titles,
                     .initial_text = "workflow",
                     .advanced = TRUE),
  WEIR_FIELD_VALUE (
    Breaker, value, .title = N_("Value"), .summary = N_("Seen inside as value"), .type = "any", .advanced = TRUE),
  { 0 }
};

static const WeirPort breaker_inputs[] = { { .name = "value", .title = N_("Value") }, { 0 } };
static const WeirPort breaker_outputs[] = {
  { .name = "value", .title = N_("Value"), .summary = N_("The result of what is inside") },
  { .name = "open",
    .type = "record{value: any, until: time, error: text}",
    .title = N_("Open"),
    .summary = N_("It failed too often and is left alone for now") },
  { 0 }
};

static const WeirExample breaker_examples[] = {
  { .title = N_("All goes well"),
    .config = "{}",
    .inputs = "{\"value\": 1}",
    .body = "blocks:\n  more: { kind: debug.noop, config: { value: \"=value + 1\" } }\n",
    .outputs = "{\"value\": 2}" },
  { .title = N_("A failure stays one"),
    .config = "{}",
    .body = "blocks:\n  fail: { kind: flow.throw, config: { class: net.refused, message: Not there } }\n",
    .error = "net.refused" },
  { 0 }
};

/* The state is {failed_at: list of µs, open_until?, trial?, error?}; none while all goes well. */
typedef struct
{
  Breaker *settings;
  WeirStep *step;
  const char *scope;
  char *key;
  gboolean trial; /* the one that is let in to see */
} Call;

static WeirValue *
make_state (WeirValue *failed_at, gint64 open_until, const char *trial, const char *message)
{
  WeirBuilder *record = weir_record_builder_new (4);

  weir_builder_set (record, "failed_at", failed_at);
  if (open_until != 0)
    weir_builder_set_take (record, "open_until", weir_value_new_int (open_until));
  if (trial != NULL)
    weir_builder_set_take (record, "trial", weir_value_new_text (trial));
  weir_builder_set_take (record, "error", weir_value_new_text (message));
  return weir_builder_end (record);
}

/* Whether a value may go in now; if not, since when it may again and why. */
static gboolean
may_enter (Call *self, gint64 *until, const char **message)
{
  WeirValue *state = weir_step_get_state (self->step, self->scope, self->key);
  const char *own = weir_step_get_idempotency_key (self->step);
  const char *trial = state != NULL ? weir_value_get_member_text (state, "trial", NULL) : NULL;
  g_autoptr(WeirValue) next = NULL;

  *until = state != NULL ? weir_value_get_member_int (state, "open_until", 0) : 0;
  if (*until == 0)
    return TRUE;
  *message = weir_value_get_member_text (state, "error", "");
  if (*until > weir_step_get_now (self->step) || (trial != NULL && !g_str_equal (trial, own)))
    return FALSE;
  self->trial = TRUE;
  next = make_state (weir_value_find_member (state, "failed_at"), *until, own, *message);
  weir_step_save_state (self->step, self->scope, self->key, next, 0);
  return TRUE;
}

static void
note_success (Call *self)
{
  if (weir_step_get_state (self->step, self->scope, self->key) != NULL)
    weir_step_save_state (self->step, self->scope, self->key, NULL, 0);
}

/* Those of the last while, and one more now. */
static WeirValue *
add_failure (Call *self, WeirValue *state, gint64 now)
{
  WeirValue *old = state != NULL ? weir_value_find_member (state, "failed_at") : NULL;
  WeirBuilder *list = weir_list_builder_new (8);

  for (gsize i = 0; old != NULL && i < weir_value_get_length (old); i++)
    if (weir_value_get_int (weir_value_get_item (old, i)) > now - self->settings->window * 1000)
      weir_builder_add (list, weir_value_get_item (old, i));
  weir_builder_take (list, weir_value_new_int (now));
  return weir_builder_end (list);
}

static void
note_failure (Call *self, const GError *error)
{
  WeirValue *state = weir_step_get_state (self->step, self->scope, self->key);
  gint64 now = weir_step_get_now (self->step);
  g_autoptr(WeirValue) failed_at = NULL;
  g_autoptr(WeirValue) next = NULL;
  gboolean opens;

  if (!weir_error_class_matches (weir_error_get_class (error), self->settings->classes))
    return;
  failed_at = add_failure (self, state, now);
  opens = self->trial || (gint64) weir_value_get_length (failed_at) >= self->settings->failures;
  if (opens)
    weir_step_log (self->step, WEIR_LOG_WARNING, "It failed too often and is left alone for now");
  next = make_state (failed_at, opens ? now + self->settings->cool_down * 1000 : 0, NULL, error->message);
  weir_step_save_state (self->step, self->scope, self->key, next, 0);
}

static void
emit_open (Call *self, WeirValue *value, gint64 until, const char *message)
{
  WeirBuilder *record = weir_record_builder_new (3);

  weir_builder_set (record, "value", value);
  weir_builder_set_take (record, "until", weir_value_new_time (until));
  weir_builder_set_take (record, "error", weir_value_new_text (message));
  weir_step_emit_take (self->step, "open", weir_builder_end (record));
}

static char *
evaluate_key (Breaker *self, WeirStep *step, WeirValue *locals, GError **error)
{
  g_autoptr(WeirValue) key = NULL;

  if (weir_blocks_is_blank (self->key))
    return g_strdup ("");
  key = weir_step_evaluate (step, self->key, locals, error);
  return key != NULL ? weir_blocks_to_text (key) : NULL;
}

static gboolean
breaker_fiber (gpointer settings, WeirStep *step, GError **error)
{
  Breaker *self = settings;
  g_autoptr(WeirValue) value = self->value != NULL ? weir_value_ref (self->value) : weir_value_new_null ();
  const char *local = "value";
  g_autoptr(WeirValue) locals = weir_value_new_record (&local, &value, 1);
  g_autofree char *key = evaluate_key (self, step, locals, error);
  Call call = { self, step, g_str_equal (self->scope, "all") ? "all" : "block", key, FALSE };
  g_autoptr(GError) wrong = NULL;
  WeirValue *result;
  const char *message;
  gint64 until;

  if (key == NULL || !dex_await (weir_step_load_state (step, call.scope, key), error))
    return FALSE;
  if (!may_enter (&call, &until, &message))
    {
      emit_open (&call, value, until, message);
      return TRUE;
    }
  result = dex_await_boxed (weir_step_run_body (step, "0", locals), &wrong);
  if (result != NULL)
    {
      note_success (&call);
      weir_step_emit_take (step, "value", result);
      return TRUE;
    }
  /* being stopped is no failure of the service */
  if (!g_cancellable_is_cancelled (weir_step_get_cancellable (step)))
    note_failure (&call, wrong);
  g_propagate_error (error, g_steal_pointer (&wrong));
  return FALSE;
}

static DexFuture *
breaker_run (gpointer settings, WeirStep *step)
{
  return weir_step_spawn (step, settings, breaker_fiber);
}

WEIR_DEFINE_BLOCK_KIND (flow_circuit_breaker,
                        .id = "flow.circuit_breaker",
                        .version = 1,
                        .title = N_("Circuit Breaker"),
                        .summary = N_("Leaves alone for a while what failed several times, also over runs"),
                        .keywords = "circuit breaker failure protect cool down service outage fuse",
                        .category = N_("Flow"),
                        .icon = "network-error-symbolic",
                        .effect = WEIR_EFFECT_PURE,
                        .undo = WEIR_UNDO_NONE,
                        .inputs = breaker_inputs,
                        .outputs = breaker_outputs,
                        .fields = breaker_fields,
                        .settings_size = sizeof (Breaker),
                        .examples = breaker_examples,
                        .has_body = TRUE,
                        .run = breaker_run)
