/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "branches.h"
#include "values.h"

typedef struct
{
  WeirValue *value;
  gboolean   success_only;
  char      *losers;
  gint64     timeout;
} Race;

static const char *const losers_ids[] = { "stop", "force", NULL };
static const char *const losers_titles[] = { N_("Ask them to stop"), N_("End them by force"), NULL };

static const WeirField race_fields[] = {
  WEIR_FIELD_BOOL (Race, success_only, .title = N_("Only success wins"),
                   .summary = N_("Otherwise the first that ends wins, and its failure is the race's"),
                   .initial = TRUE),
  WEIR_FIELD_CHOICE (Race, losers, .title = N_("The others"), .choices = losers_ids, .choice_titles = losers_titles,
                     .initial_text = "stop"),
  WEIR_FIELD_DURATION (Race, timeout, .title = N_("Time at most"), .summary = N_("0 for no limit"),
                       .maximum = 31536000000, .advanced = TRUE),
  WEIR_FIELD_VALUE (Race, value, .title = N_("Value"), .summary = N_("Seen inside as value"), .type = "any",
                    .advanced = TRUE),
  { 0 }
};

static const WeirPort race_inputs[] = {
  { .name = "value", .title = N_("Value"), .summary = N_("Seen inside as value") },
  { 0 }
};

static const WeirPort race_outputs[] = {
  { .name = "winner", .title = N_("Winner"), .summary = N_("Its result") },
  { .name = "name", .type = "text", .title = N_("Name"), .summary = N_("Of the winner's first block") },
  { .name = "losers", .type = "list<record{branch: text, error: any, effects: list<any>}>", .title = N_("Losers"),
    .summary = N_("With what they did before they were stopped") },
  { 0 }
};

static const char *const race_errors[] = { "limit.timeout", "config.invalid", NULL };

static const WeirExample race_examples[] = {
  { .title = N_("The quicker one wins"), .config = "{}",
    .body = "blocks:\n  slow: { kind: flow.delay, config: { duration: 1h } }\n"
            "  quick: { kind: debug.noop, config: { value: 1 } }\n",
    .outputs = "{\"winner\": 1, \"name\": \"quick\", \"losers\": \"*\"}" },
  { .title = N_("A failure does not win"), .config = "{}",
    .body = "blocks:\n  bad: { kind: flow.throw }\n  good: { kind: flow.delay, config: { duration: 1 } }\n",
    .inputs = "{\"value\": 2}", .outputs = "{\"winner\": null, \"name\": \"good\", \"losers\": \"*\"}" },
  { .title = N_("All fail"), .config = "{}",
    .body = "blocks:\n  bad: { kind: flow.throw }\n  worse: { kind: flow.throw, config: { class: data.schema } }\n",
    .error = "data.schema" },
  { .title = N_("Nobody in time"), .config = "{\"timeout\": 5}",
    .body = "blocks:\n  slow: { kind: flow.delay, config: { duration: 1h } }\n"
            "  slower: { kind: flow.delay, config: { duration: 2h } }\n",
    .error = "limit.timeout" },
  { 0 }
};

static gboolean
describe_losers (WeirStep *step, FlowBranches *branches, FlowBranch *winner, GError **error)
{
  g_autoptr(WeirBuilder) list = weir_list_builder_new (2);

  for (guint i = 0; i < flow_branches_get_count (branches); i++)
    {
      FlowBranch *branch = flow_branches_get (branches, i);
      WeirBuilder *record;
      WeirValue *effects;

      if (branch == winner || branch->started == 0)
        continue;
      effects = dex_await_boxed (weir_step_load_body_effects (step, branch->name), error);
      if (effects == NULL)
        return FALSE;
      record = weir_record_builder_new (3);
      weir_builder_set_take (record, "branch", weir_value_new_text (branch->name));
      weir_builder_set_take (record, "error",
                             branch->error != NULL ? flow_dup_error (step, branch->name, branch->error)
                                                   : weir_value_new_null ());
      if (weir_value_get_length (effects) > 0)
        weir_step_log (step, WEIR_LOG_WARNING, "%s lost, but had done %" G_GSIZE_FORMAT " things", branch->name,
                       weir_value_get_length (effects));
      weir_builder_set_take (record, "effects", effects);
      weir_builder_take (list, weir_builder_end (record));
    }
  weir_step_emit_take (step, "losers", weir_builder_end (g_steal_pointer (&list)));
  return TRUE;
}

static gboolean
race_fiber (gpointer settings, WeirStep *step, GError **error)
{
  Race *self = settings;
  g_autoptr(WeirValue) locals = flow_make_locals (self->value);
  g_autoptr(FlowBranches) branches = flow_branches_new (step, locals, 0, 0);
  FlowBranch *winner = NULL;
  FlowBranch *last = NULL;
  gboolean out_of_time = FALSE;
  gboolean force = g_strcmp0 (self->losers, "force") == 0;

  if (!flow_check_branches (step, 1, error))
    return FALSE;
  flow_branches_limit (branches, self->timeout);
  for (;;)
    {
      gboolean timed_out = FALSE;
      FlowBranch *branch = flow_branches_await (branches, &timed_out);

      if (branch == NULL && !timed_out)
        break;
      if (winner != NULL || out_of_time)
        continue; /* a loser that was waited for */
      out_of_time = timed_out;
      last = branch != NULL ? branch : last;
      if (branch != NULL && (branch->error == NULL || !self->success_only))
        winner = branch;
      if (winner != NULL || out_of_time)
        flow_branches_stop (branches, force);
    }

  if (winner == NULL && out_of_time)
    {
      weir_set_failure (error, "limit.timeout", "Expected a winner within %" G_GINT64_FORMAT " ms, but there is none",
                        self->timeout);
      return FALSE;
    }
  if (!describe_losers (step, branches, winner, error))
    return FALSE;
  if (winner == NULL || winner->error != NULL)
    {
      const FlowBranch *failed = winner != NULL ? winner : last;

      g_propagate_prefixed_error (error, g_error_copy (failed->error), "Branch %s: ", failed->name);
      return FALSE;
    }
  weir_step_emit (step, "winner", winner->result);
  weir_step_emit_take (step, "name", weir_value_new_text (winner->name));
  return TRUE;
}

static DexFuture *
race_run (gpointer settings, WeirStep *step)
{
  return weir_step_spawn (step, settings, race_fiber);
}

WEIR_DEFINE_BLOCK_KIND (flow_race, .id = "flow.race", .version = 1, .title = N_("Race"),
                        .summary = N_("The first of its branches wins, the others are stopped"),
                        .keywords = "first fastest any winner hedge fallback compete",
                        .category = N_("Flow"), .icon = "media-seek-forward-symbolic",
                        .effect = WEIR_EFFECT_PURE, .undo = WEIR_UNDO_NONE, .inputs = race_inputs,
                        .outputs = race_outputs, .fields = race_fields, .settings_size = sizeof (Race),
                        .errors = race_errors, .examples = race_examples, .has_body = TRUE, .run = race_run)
