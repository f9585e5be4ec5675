/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "branches.h"
#include "values.h"

typedef struct
{
  WeirValue *value;
} Frame;

static const WeirField frame_fields[] = {
  WEIR_FIELD_VALUE (Frame, value, .title = N_("Value"), .summary = N_("Seen inside as value"), .type = "any",
                    .advanced = TRUE),
  { 0 }
};

static const WeirPort frame_inputs[] = {
  { .name = "value", .title = N_("Value"), .summary = N_("Seen inside as value") },
  { 0 }
};

static const WeirPort frame_outputs[] = { { .name = "result", .title = N_("Result") }, { 0 } };

static const WeirExample frame_examples[] = {
  { .title = N_("Two blocks as one"), .config = "{}", .inputs = "{\"value\": 3}",
    .body = "blocks:\n  double: { kind: debug.noop, config: { value: \"=value * 2\" } }\n"
            "  same: { kind: debug.noop }\nlinks:\n  - double.value -> same.value\n",
    .outputs = "{\"result\": 6}" },
  { 0 }
};

static DexFuture *
done_cb (DexFuture *future, gpointer user_data)
{
  weir_step_emit (user_data, "result", g_value_get_boxed (dex_future_get_value (future, NULL)));
  return dex_future_new_for_boolean (TRUE);
}

static DexFuture *
frame_run (gpointer settings, WeirStep *step)
{
  Frame *self = settings;
  g_autoptr(WeirValue) locals = flow_make_locals (self->value);

  return dex_future_then (weir_step_run_body (step, "0", locals), done_cb, weir_step_ref (step),
                          (GDestroyNotify) weir_step_unref);
}

WEIR_DEFINE_BLOCK_KIND (flow_frame, .id = "flow.frame", .version = 1, .title = N_("Frame"),
                        .summary = N_("Keeps blocks together as one"),
                        .keywords = "group box composite unit fold section",
                        .category = N_("Flow"), .icon = "view-grid-symbolic",
                        .effect = WEIR_EFFECT_PURE, .undo = WEIR_UNDO_NONE, .inputs = frame_inputs,
                        .outputs = frame_outputs, .fields = frame_fields, .settings_size = sizeof (Frame),
                        .examples = frame_examples, .has_body = TRUE, .run = frame_run)
