/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "branches.h"
#include "values.h"

typedef struct
{
  WeirValue *value;
  gboolean   pass;
} Chain;

static const WeirField chain_fields[] = {
  WEIR_FIELD_BOOL (Chain, pass, .title = N_("Pass results on"),
                   .summary = N_("Each step sees the result of the one before as value"), .initial = TRUE),
  WEIR_FIELD_VALUE (Chain, value, .title = N_("Value"), .summary = N_("Seen by the first step as value"),
                    .type = "any", .advanced = TRUE),
  { 0 }
};

static const WeirPort chain_inputs[] = {
  { .name = "value", .title = N_("Value"), .summary = N_("Seen by the first step as value") },
  { 0 }
};

static const WeirPort chain_outputs[] = {
  { .name = "result", .title = N_("Result"), .summary = N_("Of the last step") },
  { .name = "each_step", .type = "record{index: int, step: text, result: any, ms: int}", .title = N_("Each Step"),
    .summary = N_("Fires as each step ends"), .side = TRUE },
  { 0 }
};

static const char *const chain_errors[] = { "config.invalid", NULL };

static const WeirExample chain_examples[] = {
  { .title = N_("One after another"), .config = "{}", .inputs = "{\"value\": 3}",
    .body = "blocks:\n  double: { kind: debug.noop, config: { value: \"=value * 2\" } }\n"
            "  more: { kind: debug.noop, config: { value: \"=value + 1\" } }\n",
    .outputs = "{\"result\": 7}" },
  { .title = N_("The first failure ends it"), .config = "{}",
    .body = "blocks:\n  fail: { kind: flow.throw, config: { class: data.schema, message: No price } }\n"
            "  never: { kind: debug.noop }\n",
    .error = "data.schema" },
  { .title = N_("One step is no chain"), .config = "{}", .body = "blocks:\n  only: { kind: debug.noop }\n",
    .error = "config.invalid" },
  { 0 }
};

static void
emit_step (WeirStep *step, guint index, const char *name, WeirValue *result, gint64 began)
{
  WeirBuilder *builder = weir_record_builder_new (4);
  g_autoptr(WeirValue) record = NULL;

  weir_builder_set_take (builder, "index", weir_value_new_int (index));
  weir_builder_set_take (builder, "step", weir_value_new_text (name));
  weir_builder_set (builder, "result", result);
  weir_builder_set_take (builder, "ms", weir_value_new_int ((g_get_monotonic_time () - began) / 1000));
  record = weir_builder_end (builder);
  weir_step_emit_side (step, "each_step", record);
}

static gboolean
chain_fiber (gpointer settings, WeirStep *step, GError **error)
{
  Chain *self = settings;
  g_auto(GStrv) names = weir_step_list_branches (step);
  guint n = g_strv_length (names);
  g_autoptr(WeirValue) value = self->value != NULL ? weir_value_ref (self->value) : weir_value_new_null ();
  g_autoptr(WeirValue) result = NULL;

  if (!flow_check_branches (step, 2, error))
    return FALSE;
  for (guint i = 0; i < n; i++)
    {
      g_autoptr(WeirValue) locals = flow_make_locals (self->pass && result != NULL ? result : value);
      gint64 began = g_get_monotonic_time ();

      g_clear_pointer (&result, weir_value_unref);
      result = dex_await_boxed (weir_step_run_branch (step, names[i], names[i], locals), error);
      if (result == NULL)
        {
          g_prefix_error (error, "Step %u (%s): ", i + 1, names[i]);
          return FALSE;
        }
      emit_step (step, i, names[i], result, began);
      weir_step_set_progress (step, (double) (i + 1) / n, NULL);
    }
  weir_step_emit (step, "result", result);
  return TRUE;
}

static DexFuture *
chain_run (gpointer settings, WeirStep *step)
{
  return weir_step_spawn (step, settings, chain_fiber);
}

WEIR_DEFINE_BLOCK_KIND (flow_chain, .id = "flow.chain", .version = 1, .title = N_("Chain"),
                        .summary = N_("Runs what is inside it one after another, in the order of the list"),
                        .keywords = "sequence steps pipeline then one after another series",
                        .category = N_("Flow"), .icon = "insert-link-symbolic",
                        .effect = WEIR_EFFECT_PURE, .undo = WEIR_UNDO_NONE, .inputs = chain_inputs,
                        .outputs = chain_outputs, .fields = chain_fields, .settings_size = sizeof (Chain),
                        .errors = chain_errors, .examples = chain_examples, .has_body = TRUE, .run = chain_run)
