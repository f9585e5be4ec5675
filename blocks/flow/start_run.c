/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "values.h"

typedef struct
{
  char      *workflow;
  gint64     version;
  WeirValue *inputs;
  gint64     priority;
  char      *dedupe_key;
  gint64     dedupe_for;
} StartRun;

static const WeirField start_run_fields[] = {
  WEIR_FIELD_TEXT (StartRun, workflow, .title = N_("Workflow"),
                   .summary = N_("Its name, its id, or the path of its file"), .placeholder = "Tidy downloads",
                   .required = TRUE),
  WEIR_FIELD_INT (StartRun, version, .title = N_("Version"), .summary = N_("0 follows the latest"),
                  .maximum = 1000000000, .advanced = TRUE),
  WEIR_FIELD_VALUE (StartRun, inputs, .title = N_("Inputs"), .summary = N_("A record of what it asks for"),
                    .type = "record", .initial_text = "{}"),
  WEIR_FIELD_INT (StartRun, priority, .title = N_("Priority"), .summary = N_("0 for that of the workflow"), .minimum = -100,
                  .maximum = 100, .advanced = TRUE),
  WEIR_FIELD_TEXT (StartRun, dedupe_key, .title = N_("Once for each"),
                   .summary = N_("Where a run of the workflow was started for the same text, no other is; empty: always"),
                   .placeholder = "{{ inputs.order }}"),
  WEIR_FIELD_DURATION (StartRun, dedupe_for, .title = N_("Remembered for"), .summary = N_("0 for ever"),
                       .initial = 86400000, .advanced = TRUE),
  { 0 }
};

static const WeirPort start_run_inputs[] = {
  { .name = "inputs", .type = "record", .title = N_("Inputs"), .summary = N_("A record of what the workflow asks for") },
  { 0 }
};
static const WeirPort start_run_outputs[] = {
  { .name = "run", .type = "int", .title = N_("Run"), .summary = N_("Number of the run") },
  { .name = "started", .type = "bool", .title = N_("Started"), .summary = N_("Whether it is a new one") },
  { 0 }
};

static const char *const start_run_errors[] = { "io.not_found", "input.invalid", NULL };

static const WeirExample start_run_examples[] = {
  { .title = N_("A workflow in a file"), .config = "{\"workflow\": \"$DIR/later.yaml\"}",
    .files = "later.yaml={\"weir\": 1, \"name\": \"Later\", \"blocks\": {\"a\": {\"kind\": \"debug.noop\"}}}",
    .outputs = "{\"run\": \"*\", \"started\": true}" },
  { 0 }
};

/* Others with the same key wait until it is known whether there is a run; then, what run. (transfer full), NULL with or without @error */
static WeirValue *
find_known (WeirStep *step, const char *key, GError **error)
{
  WeirTurn turn = { .name = key, .reach = "all", .label = "a run for the same key", .slots = 1 };
  g_autoptr(WeirValue) known = NULL;

  if (!dex_await (weir_step_take_turn (step, &turn), error))
    return NULL;
  known = dex_await_boxed (weir_step_load_state (step, "all", key), error);
  return known != NULL && !weir_value_is_null (known) ? g_steal_pointer (&known) : NULL;
}

static gboolean
start_run_fiber (gpointer settings, WeirStep *step, GError **error)
{
  StartRun *self = settings;
  gboolean dedupes = !weir_blocks_is_blank (self->dedupe_key);
  g_autofree char *key = dedupes ? g_strdup_printf ("%s\n%s", self->workflow, self->dedupe_key) : NULL;
  g_autoptr(GError) wrong = NULL;
  g_autoptr(WeirValue) run = dedupes ? find_known (step, key, &wrong) : NULL;
  gboolean is_new = run == NULL;

  if (wrong == NULL && is_new)
    run = dex_await_boxed (
      weir_step_start_run (step, self->workflow, (guint) self->version, self->inputs, (int) self->priority), &wrong);
  if (wrong != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&wrong));
      return FALSE;
    }
  if (dedupes && is_new)
    weir_step_save_state (step, "all", key, run, self->dedupe_for);
  weir_step_emit (step, "run", run);
  weir_step_emit_take (step, "started", weir_value_new_bool (is_new));
  return TRUE;
}

static DexFuture *
start_run_run (gpointer settings, WeirStep *step)
{
  return weir_step_spawn (step, settings, start_run_fiber);
}

static char *
start_run_summarize (WeirValue *config)
{
  return g_strdup (weir_value_get_member_text (config, "workflow", NULL));
}

WEIR_DEFINE_BLOCK_KIND (flow_start_run, .id = "flow.start_run", .version = 1, .title = N_("Start a Run"),
                        .summary = N_("Starts another workflow and does not wait for it"),
                        .keywords = "run trigger launch spawn background workflow fire forget child",
                        .category = N_("Flow"), .icon = "media-playback-start-symbolic",
                        .effect = WEIR_EFFECT_ONCE, .undo = WEIR_UNDO_COMPENSATE, .inputs = start_run_inputs,
                        .outputs = start_run_outputs, .fields = start_run_fields, .settings_size = sizeof (StartRun),
                        .errors = start_run_errors, .examples = start_run_examples,
                        .summarize = start_run_summarize, .run = start_run_run)
