/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "values.h"

typedef struct
{
  char      *level;
  char      *message;
  WeirValue *fields;
} Log;

static const char *const level_ids[] = { "debug", "info", "warning", "error", NULL };
static const char *const level_titles[] = { N_("Debug"), N_("Information"), N_("Warning"), N_("Error"), NULL };

static const WeirField log_fields[] = {
  WEIR_FIELD_CHOICE (Log, level, .title = N_("Level"), .choices = level_ids, .choice_titles = level_titles,
                     .initial_text = "info"),
  WEIR_FIELD_TEXT (Log, message, .title = N_("Message"), .summary = N_("Empty logs the value itself"),
                   .placeholder = "Got {{ value.length }} files", .multiline = TRUE),
  WEIR_FIELD_VALUE (Log, fields, .title = N_("Fields"), .summary = N_("A record kept with the line"),
                    .type = "record", .advanced = TRUE),
  { 0 }
};

static const WeirPort log_inputs[] = { { .name = "value", .title = N_("Value") }, { 0 } };
static const WeirPort log_outputs[] = {
  { .name = "value", .title = N_("Value"), .summary = N_("The same value") },
  { 0 }
};

static const WeirExample log_examples[] = {
  { .title = N_("A line with a number in it"), .config = "{\"message\": \"{{ value }} files\"}",
    .inputs = "{\"value\": 3}",
    .outputs = "{\"value\": 3}" },
  { 0 }
};

static gboolean
log_eval (gpointer settings, WeirStep *step, GError **error)
{
  Log *self = settings;
  WeirValue *input = weir_step_get_input (step, "value");
  g_autoptr(WeirValue) value = input != NULL ? weir_value_ref (input) : weir_value_new_null ();
  g_autofree char *shown = weir_blocks_is_blank (self->message) ? weir_value_to_display (value, 4096)
                                                                : g_strdup (self->message);
  WeirLogLevel level = WEIR_LOG_INFO;

  for (int i = 0; level_ids[i] != NULL; i++)
    if (g_strcmp0 (self->level, level_ids[i]) == 0)
      level = (WeirLogLevel) i;

  weir_step_log_fields (step, level, shown, weir_blocks_is_nothing (self->fields) ? NULL : self->fields);
  weir_step_emit (step, "value", value);
  return TRUE;
}

static char *
log_summarize (WeirValue *config)
{
  return g_strdup (weir_value_get_member_text (config, "message", NULL));
}

WEIR_DEFINE_BLOCK_KIND (debug_log, .id = "debug.log", .version = 1, .title = N_("Log"),
                        .summary = N_("Writes a line to the log of the run"),
                        .keywords = "log print debug message trace output console",
                        .category = N_("Debug"), .icon = "text-x-generic-symbolic",
                        .effect = WEIR_EFFECT_PURE, .undo = WEIR_UNDO_NONE, .inputs = log_inputs,
                        .outputs = log_outputs,
                        .fields = log_fields, .settings_size = sizeof (Log), .examples = log_examples,
                        .summarize = log_summarize, .eval = log_eval)
