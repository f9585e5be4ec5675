/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "values.h"

typedef struct
{
  char *when;
} OnEnd;

static const char *const when_ids[] = { "any", "succeeded", "failed", "cancelled", NULL };
static const char *const when_titles[] = { N_("However it ends"), N_("It succeeded"), N_("It failed"),
                                           N_("It was stopped"), NULL };

static const WeirField on_end_fields[] = {
  WEIR_FIELD_CHOICE (OnEnd, when, .title = N_("When"), .choices = when_ids, .choice_titles = when_titles,
                     .initial_text = "any"),
  { 0 }
};

static const char *const on_end_errors[] = { "code.exception", NULL };

static const WeirExample on_end_examples[] = {
  { .title = N_("Nothing is left behind"), .config = "{}",
    .body = "blocks:\n  say: { kind: debug.noop, config: { value: \"Run ended: {{ ended.status }}\" } }\n",
    .outputs = "{}" },
  { 0 }
};

static DexFuture *
on_end_run (gpointer settings, WeirStep *step)
{
  OnEnd *self = settings;
  WeirValue *given = weir_step_get_input (step, "run");
  g_autoptr(WeirValue) ended = given != NULL ? weir_value_ref (given) : weir_value_new_null ();
  const char *status = weir_value_get_member_text (ended, "status", "");
  const char *name = "ended";
  g_autoptr(WeirValue) locals = weir_value_new_record (&name, &ended, 1);

  if (g_strcmp0 (self->when, "any") != 0 && g_strcmp0 (self->when, status) != 0)
    {
      weir_step_log (step, WEIR_LOG_DEBUG, "Not for a run that has %s", status);
      return dex_future_new_for_boolean (TRUE);
    }
  return weir_step_run_body (step, "0", locals);
}

static char *
on_end_summarize (WeirValue *config)
{
  return g_strdup (weir_value_get_member_text (config, "when", "any"));
}

WEIR_DEFINE_BLOCK_KIND (flow_on_end, .id = "flow.on_end", .version = 1, .title = N_("At the End"),
                        .summary = N_("Runs what is inside it once, when the run ends, whatever happened"),
                        .keywords = "finally handler cleanup exit after always notify done failure",
                        .category = N_("Flow"), .icon = "go-last-symbolic",
                        .effect = WEIR_EFFECT_PURE, .undo = WEIR_UNDO_NONE, .fields = on_end_fields,
                        .settings_size = sizeof (OnEnd), .errors = on_end_errors, .examples = on_end_examples,
                        .has_body = TRUE, .at_end = TRUE, .summarize = on_end_summarize, .run = on_end_run)
