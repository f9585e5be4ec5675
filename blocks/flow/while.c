/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "values.h"

typedef struct
{
  WeirValue *state;
  char      *condition;
  char      *check;
  gint64     max_iterations;
  gint64     max_time;
  char      *exhausted;
} While;

static const char *const check_ids[] = { "before", "after", NULL };
static const char *const check_titles[] = { N_("Before each round"), N_("After each round"), NULL };
static const char *const exhausted_ids[] = { "error", "continue", NULL };
static const char *const exhausted_titles[] = { N_("Fail"), N_("Go on with what there is"), NULL };

static const WeirField while_fields[] = {
  WEIR_FIELD_EXPRESSION (While, condition, .title = N_("Go on while"),
                         .summary = N_("Over state (the result of the last round) and index"),
                         .placeholder = "state.next != null", .required = TRUE),
  WEIR_FIELD_VALUE (While, state, .title = N_("State"), .summary = N_("What the first round begins with"),
                    .type = "any"),
  WEIR_FIELD_CHOICE (While, check, .title = N_("Look"), .choices = check_ids, .choice_titles = check_titles,
                     .initial_text = "before"),
  WEIR_FIELD_INT (While, max_iterations, .title = N_("Rounds at most"), .initial = 1000, .minimum = 1,
                  .maximum = 10000000, .advanced = TRUE),
  WEIR_FIELD_DURATION (While, max_time, .title = N_("Time at most"), .initial = 3600000, .minimum = 1,
                       .maximum = 31536000000, .advanced = TRUE),
  WEIR_FIELD_CHOICE (While, exhausted, .title = N_("When that is used up"), .choices = exhausted_ids,
                     .choice_titles = exhausted_titles,
                     .initial_text = "error", .advanced = TRUE),
  { 0 }
};

static const WeirPort while_inputs[] = { { .name = "state", .title = N_("State") }, { 0 } };
static const WeirPort while_outputs[] = {
  { .name = "state", .title = N_("State"), .summary = N_("The result of the last round") },
  { .name = "results", .type = "list<any>", .title = N_("Results"), .summary = N_("Of every round") },
  { 0 }
};
static const char *const while_errors[] = { "limit.iterations", "limit.timeout", "code.exception", NULL };

static const WeirExample while_examples[] = {
  { .title = N_("Doubled until it is large"), .config = "{\"condition\": \"state < 10\"}", .inputs = "{\"state\": 3}",
    .body = "blocks:\n  twice: { kind: debug.noop, config: { value: \"=state * 2\" } }\n",
    .outputs = "{\"state\": 12, \"results\": [6, 12]}" },
  { .title = N_("At least once"), .config = "{\"condition\": \"false\", \"check\": \"after\"}",
    .inputs = "{\"state\": 3}",
    .body = "blocks:\n  more: { kind: debug.noop, config: { value: \"=state + 1\" } }\n",
    .outputs = "{\"state\": 4, \"results\": [4]}" },
  { .title = N_("It never ends by itself"), .config = "{\"condition\": \"true\", \"max_iterations\": 5}",
    .inputs = "{\"state\": 0}",
    .body = "blocks:\n  same: { kind: debug.noop, config: { value: \"=state\" } }\n", .error = "limit.iterations" },
  { 0 }
};

static gboolean
holds (While *self, WeirStep *step, WeirValue *locals, gboolean *goes_on, GError **error)
{
  g_autoptr(WeirValue) answer = weir_step_evaluate (step, self->condition, locals, error);

  *goes_on = answer != NULL && weir_value_is_truthy (answer);
  return answer != NULL;
}

static WeirValue *
make_locals (WeirValue *state, gint64 index)
{
  WeirBuilder *builder = weir_record_builder_new (2);

  weir_builder_set (builder, "state", state);
  weir_builder_set_take (builder, "index", weir_value_new_int (index));
  return weir_builder_end (builder);
}

/* Time goes on while the program does not run. Whether another round may begin; FALSE without @error ends the loop in peace. */
static gboolean
may_begin (While *self, WeirStep *step, gint64 index, GError **error)
{
  gboolean in_time = (weir_step_get_now (step) - weir_step_get_began (step)) / 1000 < self->max_time;

  if (index < self->max_iterations && in_time)
    return TRUE;
  if (g_strcmp0 (self->exhausted, "continue") == 0)
    return FALSE;
  if (in_time)
    weir_set_failure (error, "limit.iterations",
                      "Expected the condition to end the loop within %" G_GINT64_FORMAT " rounds, but it still holds",
                      self->max_iterations);
  else
    weir_set_failure (error, "limit.timeout",
                      "Expected the condition to end the loop within %" G_GINT64_FORMAT " ms, but it still holds",
                      self->max_time);
  return FALSE;
}

static gboolean
while_fiber (gpointer settings, WeirStep *step, GError **error)
{
  While *self = settings;
  g_autoptr(WeirValue) state = self->state != NULL ? weir_value_ref (self->state) : weir_value_new_null ();
  g_autoptr(WeirBuilder) results = weir_list_builder_new (16);
  g_autoptr(GError) wrong = NULL;
  gboolean check_first = g_strcmp0 (self->check, "after") != 0;

  for (gint64 index = 0;; index++)
    {
      g_autofree char *key = g_strdup_printf ("%" G_GINT64_FORMAT, index);
      g_autoptr(WeirValue) locals = make_locals (state, index);
      gboolean goes_on = TRUE;
      WeirValue *result;

      if ((index > 0 || check_first) && !holds (self, step, locals, &goes_on, error))
        return FALSE;
      if (!goes_on || !may_begin (self, step, index, &wrong))
        break;
      result = dex_await_boxed (weir_step_run_body (step, key, locals), error);
      if (result == NULL)
        return FALSE;
      weir_builder_add (results, result);
      weir_value_unref (state);
      state = result;
    }

  if (wrong != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&wrong));
      return FALSE;
    }
  weir_step_emit (step, "state", state);
  weir_step_emit_take (step, "results", weir_builder_end (g_steal_pointer (&results)));
  return TRUE;
}

static DexFuture *
while_run (gpointer settings, WeirStep *step)
{
  return weir_step_spawn (step, settings, while_fiber);
}

static char *
while_summarize (WeirValue *config)
{
  return g_strdup (weir_value_get_member_text (config, "condition", NULL));
}

WEIR_DEFINE_BLOCK_KIND (flow_while, .id = "flow.while", .version = 1, .title = N_("While"),
                        .summary = N_("Runs what is inside it as long as a condition holds"),
                        .keywords = "loop until repeat while condition poll iterate",
                        .category = N_("Flow"), .icon = "view-refresh-symbolic",
                        .effect = WEIR_EFFECT_PURE, .undo = WEIR_UNDO_NONE, .inputs = while_inputs,
                        .outputs = while_outputs, .fields = while_fields, .settings_size = sizeof (While),
                        .errors = while_errors, .examples = while_examples, .has_body = TRUE,
                        .summarize = while_summarize, .run = while_run)
