/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "values.h"

typedef struct
{
  WeirValue *value;
  gint64     attempts;
} UndoPoint;

static const WeirField undo_point_fields[] = {
  WEIR_FIELD_VALUE (UndoPoint, value, .title = N_("Value"),
                    .summary = N_("What the branch at Undo needs; left out, what came to the input"), .type = "any"),
  WEIR_FIELD_INT (UndoPoint, attempts, .title = N_("Tries"), .summary = N_("Of the branch at Undo"), .initial = 3,
                  .minimum = 1, .maximum = 100, .advanced = TRUE),
  { 0 }
};

static const WeirPort undo_point_inputs[] = { { .name = "value", .title = N_("Value") }, { 0 } };
static const WeirPort undo_point_outputs[] = {
  { .name = "value", .title = N_("Value"), .summary = N_("The same value: what is to be taken back follows here") },
  { .name = "undo", .title = N_("Undo"),
    .summary = N_("Fires when the run is undone, after what came later was: how to take it back follows here") },
  { 0 }
};

static const char *const undo_point_errors[] = { "undo.failed", NULL };

static const WeirExample undo_point_examples[] = {
  { .title = N_("On the way forward nothing happens"), .config = "{}", .inputs = "{\"value\": 7}",
    .outputs = "{\"value\": 7}" },
  { 0 }
};

static DexFuture *
undo_point_run (gpointer settings, WeirStep *step)
{
  UndoPoint *self = settings;
  WeirValue *input = weir_step_get_input (step, "value");
  g_autoptr(WeirValue) given = input != NULL ? weir_value_ref (input) : weir_value_new_null ();

  weir_step_emit (step, "value", given);
  if (!weir_step_is_linked (step, "undo"))
    return dex_future_new_for_boolean (TRUE);
  return weir_step_add_undo_point (step, weir_blocks_is_nothing (self->value) ? given : self->value,
                                   (guint) self->attempts);
}

/* What follows must not begin before it is known how to take it back, and an announcement that is repeated is the same. */
WEIR_DEFINE_BLOCK_KIND (flow_undo_point, .id = "flow.undo_point", .version = 1, .title = N_("Undo Point"),
                        .summary = N_("Says how to take back what follows it"),
                        .keywords = "saga compensate rollback undo revert transaction",
                        .category = N_("Flow"), .icon = "edit-undo-symbolic",
                        .effect = WEIR_EFFECT_IDEMPOTENT, .undo = WEIR_UNDO_COMPENSATE, .inputs = undo_point_inputs,
                        .outputs = undo_point_outputs, .fields = undo_point_fields,
                        .settings_size = sizeof (UndoPoint), .errors = undo_point_errors,
                        .examples = undo_point_examples, .run = undo_point_run)
