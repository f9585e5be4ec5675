/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "branches.h"
#include "values.h"

typedef struct
{
  WeirValue *value;
  char      *mode;
  gint64     concurrency;
  gint64     branch_timeout;
  gint64     total_timeout;
  gboolean   cancel_rest_on_error;
  gboolean   keep_order;
} Parallel;

static const char *const mode_ids[] = { "all", "settled", "any", NULL };
static const char *const mode_titles[] = { N_("All must succeed"), N_("Wait for all, failed or not"),
                                           N_("One success is enough"), NULL };

static const WeirField parallel_fields[] = {
  WEIR_FIELD_CHOICE (Parallel, mode, .title = N_("What counts"), .choices = mode_ids, .choice_titles = mode_titles,
                     .initial_text = "all"),
  WEIR_FIELD_INT (Parallel, concurrency, .title = N_("At once"), .summary = N_("Branches that run at the same time"),
                  .initial = 5, .minimum = 1, .maximum = 1000),
  WEIR_FIELD_DURATION (Parallel, branch_timeout, .title = N_("Time for a branch"), .summary = N_("0 for no limit"),
                       .maximum = 31536000000, .advanced = TRUE),
  WEIR_FIELD_DURATION (Parallel, total_timeout, .title = N_("Time for all"), .summary = N_("0 for no limit"),
                       .maximum = 31536000000, .advanced = TRUE),
  WEIR_FIELD_BOOL (Parallel, cancel_rest_on_error, .title = N_("Stop the rest when one fails"), .advanced = TRUE),
  WEIR_FIELD_BOOL (Parallel, keep_order, .title = N_("Results in the order of the branches"),
                   .summary = N_("Otherwise as they came"), .initial = TRUE, .advanced = TRUE),
  WEIR_FIELD_VALUE (Parallel, value, .title = N_("Value"), .summary = N_("Seen inside as value"), .type = "any",
                    .advanced = TRUE),
  { 0 }
};

static const WeirPort parallel_inputs[] = {
  { .name = "value", .title = N_("Value"), .summary = N_("Seen inside as value") },
  { 0 }
};

static const WeirPort parallel_outputs[] = {
  { .name = "results", .type = "record", .title = N_("Results"),
    .summary = N_("By the name of each branch's first block; when failed or not is waited for, records {ok, result, "
                  "error, ms}") },
  { .name = "each_ok", .type = "record{branch: text, result: any, ms: int}", .title = N_("Each Success"),
    .summary = N_("Fires as each branch finishes"), .side = TRUE },
  { .name = "each_error", .type = "record{branch: text, error: error}", .title = N_("Each Failure"), .side = TRUE },
  { 0 }
};

static const char *const parallel_errors[] = { "limit.timeout", NULL };

static const WeirExample parallel_examples[] = {
  { .title = N_("Two branches"), .config = "{}", .inputs = "{\"value\": 3}",
    .body = "blocks:\n  double: { kind: debug.noop, config: { value: \"=value * 2\" } }\n"
            "  square: { kind: debug.noop, config: { value: \"=value * value\" } }\n",
    .outputs = "{\"results\": {\"double\": 6, \"square\": 9}}" },
  { .title = N_("One success is enough"), .config = "{\"mode\": \"any\"}",
    .body = "blocks:\n  bad: { kind: flow.throw }\n  good: { kind: debug.noop, config: { value: 1 } }\n",
    .outputs = "{\"results\": {\"good\": 1}}" },
  { .title = N_("All must succeed"), .config = "{}",
    .body = "blocks:\n  bad: { kind: flow.throw, config: { class: data.schema, message: No price } }\n"
            "  good: { kind: debug.noop, config: { value: 1 } }\n",
    .error = "data.schema" },
  { 0 }
};

static void
tell_branch (WeirStep *step, FlowBranch *branch)
{
  WeirBuilder *builder = weir_record_builder_new (3);
  g_autoptr(WeirValue) record = NULL;

  weir_builder_set_take (builder, "branch", weir_value_new_text (branch->name));
  if (branch->error != NULL)
    weir_builder_set_take (builder, "error", flow_dup_error (step, branch->name, branch->error));
  else
    {
      weir_builder_set (builder, "result", branch->result);
      weir_builder_set_take (builder, "ms", weir_value_new_int (branch->ms));
    }
  record = weir_builder_end (builder);
  weir_step_emit_side (step, branch->error != NULL ? "each_error" : "each_ok", record);
}

static WeirValue *
describe_settled (WeirStep *step, FlowBranch *branch)
{
  WeirBuilder *builder = weir_record_builder_new (3);

  weir_builder_set_take (builder, "ok", weir_value_new_bool (branch->error == NULL));
  if (branch->error != NULL)
    weir_builder_set_take (builder, "error", flow_dup_error (step, branch->name, branch->error));
  else
    weir_builder_set (builder, "result", branch->result);
  weir_builder_set_take (builder, "ms", weir_value_new_int (branch->ms));
  return weir_builder_end (builder);
}

/* @order: of FlowBranch, as they ended. */
static WeirValue *
make_results (Parallel *self, WeirStep *step, GPtrArray *order, gboolean settled)
{
  WeirBuilder *results = weir_record_builder_new (order->len);

  for (guint i = 0; i < order->len; i++)
    {
      FlowBranch *branch = order->pdata[i];

      if (settled)
        weir_builder_set_take (results, branch->name, describe_settled (step, branch));
      else if (branch->result != NULL)
        weir_builder_set (results, branch->name, branch->result);
    }
  return weir_builder_end (results);
}

static int
compare_branches (gconstpointer a, gconstpointer b)
{
  const FlowBranch *left = *(FlowBranch *const *) a;
  const FlowBranch *right = *(FlowBranch *const *) b;

  return (left > right) - (left < right);
}

/* Whether nothing that is still to come can change how it ends. */
static gboolean
is_decided (Parallel *self, FlowBranch *branch)
{
  if (g_strcmp0 (self->mode, "any") == 0)
    return branch->error == NULL;
  return branch->error != NULL && self->cancel_rest_on_error;
}

static gboolean
judge (Parallel *self, guint n, guint n_ok, const FlowBranch *failed, GError **error)
{
  gboolean any = g_strcmp0 (self->mode, "any") == 0;

  if (n == 0 || g_strcmp0 (self->mode, "settled") == 0 || (any ? n_ok > 0 : failed == NULL))
    return TRUE;
  g_propagate_prefixed_error (error, g_error_copy (failed->error), "Branch %s: ", failed->name);
  return FALSE;
}

static gboolean
parallel_fiber (gpointer settings, WeirStep *step, GError **error)
{
  Parallel *self = settings;
  g_autoptr(WeirValue) locals = flow_make_locals (self->value);
  g_autoptr(FlowBranches) branches = flow_branches_new (step, locals, (guint) self->concurrency, self->branch_timeout);
  g_autoptr(GPtrArray) order = g_ptr_array_new ();
  const FlowBranch *failed = NULL;
  gboolean out_of_time = FALSE;
  gboolean decided = FALSE;
  guint n = flow_branches_get_count (branches);
  guint n_ok = 0;

  flow_branches_limit (branches, self->total_timeout);
  for (;;)
    {
      gboolean timed_out = FALSE;
      FlowBranch *branch = flow_branches_await (branches, &timed_out);

      if (timed_out)
        {
          out_of_time = TRUE;
          flow_branches_stop (branches, FALSE);
          continue;
        }
      if (branch == NULL)
        break;
      g_ptr_array_add (order, branch);
      weir_step_set_progress (step, (double) order->len / n, NULL);
      n_ok += branch->error == NULL;
      if (branch->error != NULL && (failed == NULL || (g_strcmp0 (self->mode, "any") == 0 && !decided)))
        failed = branch;
      if (!flow_is_stopped (step))
        tell_branch (step, branch);
      if (!decided && is_decided (self, branch))
        {
          decided = TRUE;
          flow_branches_stop (branches, FALSE);
        }
    }

  if (out_of_time && !decided)
    {
      weir_set_failure (error, "limit.timeout",
                        "Expected all branches to end within %" G_GINT64_FORMAT " ms, but %u of %u did",
                        self->total_timeout, n_ok, n);
      return FALSE;
    }
  if (!judge (self, n, n_ok, failed, error))
    return FALSE;
  if (self->keep_order)
    g_ptr_array_sort (order, compare_branches);
  weir_step_emit_take (step, "results", make_results (self, step, order, g_strcmp0 (self->mode, "settled") == 0));
  return !flow_is_stopped (step) || !g_cancellable_set_error_if_cancelled (weir_step_get_cancellable (step), error);
}

static DexFuture *
parallel_run (gpointer settings, WeirStep *step)
{
  return weir_step_spawn (step, settings, parallel_fiber);
}

WEIR_DEFINE_BLOCK_KIND (flow_parallel, .id = "flow.parallel", .version = 1, .title = N_("Parallel"),
                        .summary = N_("Runs its branches at the same time; a branch is what no link joins to the rest"),
                        .keywords = "concurrent branches fork join all settled any simultaneous",
                        .category = N_("Flow"), .icon = "view-dual-symbolic",
                        .effect = WEIR_EFFECT_PURE, .undo = WEIR_UNDO_NONE, .inputs = parallel_inputs,
                        .outputs = parallel_outputs, .fields = parallel_fields, .settings_size = sizeof (Parallel),
                        .errors = parallel_errors, .examples = parallel_examples, .has_body = TRUE,
                        .run = parallel_run)
