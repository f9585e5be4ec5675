/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "values.h"

#include <string.h>

typedef struct
{
  char   *condition;
  gint64  hit_count;
  char   *action;
} Breakpoint;

static const char *const actions[] = { "pause", "log", NULL };
static const char *const action_titles[] = { N_("Hold this branch"), N_("Write to the log"), NULL };

static const WeirField breakpoint_fields[] = {
  WEIR_FIELD_EXPRESSION (Breakpoint, condition, .title = N_("Condition"), .summary = N_("Empty: always"),
                         .placeholder = "value > 100"),
  WEIR_FIELD_INT (Breakpoint, hit_count, .title = N_("From the Nth Time"),
                  .summary = N_("Counted in this run, over all items"), .initial = 1, .minimum = 1, .maximum = 1000000, .advanced = TRUE),
  WEIR_FIELD_CHOICE (Breakpoint, action, .title = N_("What to Do"), .choices = actions, .choice_titles = action_titles,
                     .initial_text = "pause"),
  { 0 }
};

static const WeirPort breakpoint_inputs[] = { { .name = "value", .title = N_("Value") }, { 0 } };
static const WeirPort breakpoint_outputs[] = {
  { .name = "value", .title = N_("Value"), .summary = N_("The same value") },
  { 0 }
};

static const WeirExample breakpoint_examples[] = {
  { .title = N_("Small values pass"), .config = "{\"condition\": \"value > 100\"}", .inputs = "{\"value\": 7}",
    .outputs = "{\"value\": 7}" },
  { .title = N_("Only a line in the log"), .config = "{\"action\": \"log\"}", .inputs = "{\"value\": 7}",
    .outputs = "{\"value\": 7}" },
  { 0 }
};

static DexFuture *
let_go_cb (DexFuture *future, gpointer user_data)
{
  WeirStep *step = user_data;
  WeirValue *value = weir_step_get_input (step, "value");

  weir_step_emit_take (step, "value", value != NULL ? weir_value_ref (value) : weir_value_new_null ());
  return dex_future_new_true ();
}

/* How often the condition held in this run so far, this time included. */
static gint64
count_hit (WeirStep *step)
{
  g_autofree char *name = g_strconcat ("breakpoint ", weir_step_get_block_id (step), NULL);
  g_autoptr(WeirValue) old = weir_step_dup_variable (step, "run", name);
  gint64 n = old != NULL && weir_value_get_kind (old) == WEIR_VALUE_INT ? weir_value_get_int (old) + 1 : 1;
  g_autoptr(WeirValue) new = weir_value_new_int (n);

  dex_future_disown (weir_step_set_variable (step, "run", name, new));
  return n;
}

static DexFuture *
breakpoint_run (gpointer settings, WeirStep *step)
{
  Breakpoint *self = settings;
  g_autoptr(WeirValue) holds = NULL;
  g_autofree char *shown = NULL;
  WeirValue *value = weir_step_get_input (step, "value");
  WeirWait wait = { .key = "breakpoint", .reason = "held by a breakpoint" };
  GError *error = NULL;

  if (!weir_blocks_is_blank (self->condition))
    {
      holds = weir_step_evaluate (step, self->condition, NULL, &error);
      if (holds == NULL)
        return dex_future_new_for_error (error);
    }
  if ((holds != NULL && !weir_value_is_truthy (holds)) || (self->hit_count > 1 && count_hit (step) < self->hit_count))
    return let_go_cb (NULL, step);

  shown = value != NULL ? weir_value_to_display (value, 200) : g_strdup ("nothing");
  weir_step_log (step, WEIR_LOG_INFO, "Breakpoint: %s", shown);
  if (g_str_equal (self->action, "log"))
    return let_go_cb (NULL, step);
  return dex_future_then (weir_step_wait (step, &wait), let_go_cb, weir_step_ref (step), (GDestroyNotify) weir_step_unref);
}

WEIR_DEFINE_BLOCK_KIND (debug_breakpoint, .id = "debug.breakpoint", .version = 1, .title = N_("Breakpoint"),
                        .summary = N_("Holds this branch until it is let go; the rest goes on"),
                        .keywords = "debug break pause stop hold inspect watch",
                        .category = N_("Debug"), .icon = "media-playback-pause-symbolic",
                        .effect = WEIR_EFFECT_PURE, .undo = WEIR_UNDO_NONE, .inputs = breakpoint_inputs,
                        .outputs = breakpoint_outputs, .fields = breakpoint_fields, .settings_size = sizeof (Breakpoint),
                        .examples = breakpoint_examples, .run = breakpoint_run)
