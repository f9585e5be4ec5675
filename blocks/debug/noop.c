/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Passes a value through; the shortest possible kind, to start a new one from. */
#include <weir-sdk.h>

typedef struct
{
  WeirValue *value;
} Noop;

static const WeirField noop_fields[] = {
  WEIR_FIELD_VALUE (Noop, value, .title = N_("Value"), .summary = N_("Given on when nothing is linked"), .type = "any"),
  { 0 }
};

static const WeirPort noop_inputs[] = { { .name = "value", .title = N_("Value") }, { 0 } };
static const WeirPort noop_outputs[] = {
  { .name = "value", .title = N_("Value"), .summary = N_("The same value") },
  { 0 }
};

static const WeirExample noop_examples[] = {
  { .title = N_("As it came"), .config = "{}", .inputs = "{\"value\": [1, null]}",
    .outputs = "{\"value\": [1, null]}" },
  { 0 }
};

static gboolean
noop_eval (gpointer settings, WeirStep *step, GError **error)
{
  Noop *self = settings;

  weir_step_emit_take (step, "value", self->value != NULL ? weir_value_ref (self->value) : weir_value_new_null ());
  return TRUE;
}

WEIR_DEFINE_BLOCK_KIND (debug_noop, .id = "debug.noop", .version = 1, .title = N_("Pass Through"),
                        .summary = N_("Does nothing with the value"),
                        .keywords = "noop nothing pass identity reroute constant value",
                        .category = N_("Debug"), .icon = "go-next-symbolic",
                        .effect = WEIR_EFFECT_PURE, .undo = WEIR_UNDO_NONE, .inputs = noop_inputs,
                        .outputs = noop_outputs,
                        .fields = noop_fields, .settings_size = sizeof (Noop), .examples = noop_examples,
                        .eval = noop_eval)
