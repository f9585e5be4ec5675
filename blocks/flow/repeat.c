/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "values.h"

#include <math.h>

typedef struct
{
  char      *mode;
  gint64     count;
  double     from;
  double     to;
  double     by;
  gint64     max_iterations;
  gboolean   collect;
} Repeat;

static const char *const mode_ids[] = { "count", "range", NULL };
static const char *const mode_titles[] = { N_("So many times"), N_("From one number to another"), NULL };

static const WeirField repeat_fields[] = {
  WEIR_FIELD_CHOICE (Repeat, mode, .title = N_("How often"), .choices = mode_ids, .choice_titles = mode_titles,
                     .initial_text = "count"),
  WEIR_FIELD_INT (Repeat, count, .title = N_("Times"), .initial = 10, .minimum = 0, .maximum = 10000000,
                  .shown_when = "mode=count"),
  WEIR_FIELD_NUMBER (Repeat, from, .title = N_("From"), .initial = 1, .shown_when = "mode=range"),
  WEIR_FIELD_NUMBER (Repeat, to, .title = N_("To"), .summary = N_("Belongs to it"), .initial = 10,
                     .shown_when = "mode=range"),
  WEIR_FIELD_NUMBER (Repeat, by, .title = N_("Step"), .summary = N_("Below 0 to count down"), .initial = 1,
                     .shown_when = "mode=range"),
  WEIR_FIELD_INT (Repeat, max_iterations, .title = N_("Rounds at most"),
                  .summary = N_("More rounds than that fail with limit.iterations"), .initial = 100000, .minimum = 1,
                  .maximum = 10000000, .advanced = TRUE),
  WEIR_FIELD_BOOL (Repeat, collect, .title = N_("Collect results"), .initial = TRUE, .advanced = TRUE),
  { 0 }
};

static const WeirPort repeat_inputs[] = {
  { .name = "count", .type = "int", .title = N_("Times") },
  { 0 }
};

static const WeirPort repeat_outputs[] = {
  { .name = "results", .type = "list<any>", .title = N_("Results"), .summary = N_("Of every round") },
  { .name = "i", .type = "number", .title = N_("I"), .summary = N_("Fires as each round ends"), .side = TRUE },
  { 0 }
};

static const char *const repeat_errors[] = { "limit.iterations", "config.invalid", NULL };

static const WeirExample repeat_examples[] = {
  { .title = N_("Three times"), .config = "{\"count\": 3}",
    .body = "blocks:\n  square: { kind: debug.noop, config: { value: \"=i * i\" } }\n",
    .outputs = "{\"results\": [0, 1, 4]}" },
  { .title = N_("Down by halves"), .config = "{\"mode\": \"range\", \"from\": 1, \"to\": 0, \"by\": -0.5}",
    .body = "blocks:\n  same: { kind: debug.noop, config: { value: \"=i\" } }\n",
    .outputs = "{\"results\": [1, 0.5, 0]}" },
  { .title = N_("Too many rounds"), .config = "{\"count\": 20, \"max_iterations\": 10}",
    .body = "blocks:\n  same: { kind: debug.noop }\n", .error = "limit.iterations" },
  { 0 }
};

/* A range counts its rounds once, so that adding up fractions cannot lose the last one. */
static gboolean
count_rounds (Repeat *self, gint64 *rounds, GError **error)
{
  double n = (double) self->count;

  if (g_strcmp0 (self->mode, "range") == 0)
    {
      if (self->by == 0 || !isfinite (self->from) || !isfinite (self->to) || !isfinite (self->by))
        {
          weir_set_failure (error, "config.invalid", "Expected a step other than 0, but it is %g", self->by);
          return FALSE;
        }
      n = MAX (floor ((self->to - self->from) / self->by + 1e-9) + 1, 0);
    }
  if (n > (double) self->max_iterations)
    {
      weir_set_failure (error, "limit.iterations", "Expected at most %" G_GINT64_FORMAT " rounds, but there are %.0f",
                        self->max_iterations, n);
      return FALSE;
    }
  *rounds = (gint64) n;
  return TRUE;
}

/* Whole numbers stay whole. */
static WeirValue *
make_i (Repeat *self, gint64 index)
{
  double i;

  if (g_strcmp0 (self->mode, "range") != 0)
    return weir_value_new_int (index);
  i = self->from + self->by * (double) index;
  return i == floor (i) && fabs (i) < 1e15 ? weir_value_new_int ((gint64) i) : weir_value_new_number (i);
}

static gboolean
repeat_fiber (gpointer settings, WeirStep *step, GError **error)
{
  Repeat *self = settings;
  g_autoptr(WeirBuilder) results = weir_list_builder_new (16);
  gint64 rounds;

  if (!count_rounds (self, &rounds, error))
    return FALSE;
  for (gint64 index = 0; index < rounds; index++)
    {
      g_autofree char *key = g_strdup_printf ("%" G_GINT64_FORMAT, index);
      g_autoptr(WeirValue) i = make_i (self, index);
      WeirBuilder *locals = weir_record_builder_new (2);
      g_autoptr(WeirValue) scope = NULL;
      g_autoptr(WeirValue) result = NULL;

      weir_builder_set (locals, "i", i);
      weir_builder_set_take (locals, "index", weir_value_new_int (index));
      scope = weir_builder_end (locals);
      result = dex_await_boxed (weir_step_run_body (step, key, scope), error);
      if (result == NULL)
        {
          g_prefix_error (error, "Round %" G_GINT64_FORMAT ": ", index);
          return FALSE;
        }
      weir_step_emit_side (step, "i", i);
      if (self->collect)
        weir_builder_add (results, result);
      weir_step_set_progress (step, (double) (index + 1) / (double) rounds, NULL);
    }
  weir_step_emit_take (step, "results", weir_builder_end (g_steal_pointer (&results)));
  return TRUE;
}

static DexFuture *
repeat_run (gpointer settings, WeirStep *step)
{
  return weir_step_spawn (step, settings, repeat_fiber);
}

static char *
repeat_summarize (WeirValue *config)
{
  WeirValue *count = weir_value_find_member (config, "count");
  g_autofree char *shown = count != NULL ? weir_value_to_display (count, 40) : g_strdup ("10");

  if (g_str_equal (weir_value_get_member_text (config, "mode", "count"), "range"))
    return NULL;
  return g_strdup_printf ("%s ×", shown);
}

WEIR_DEFINE_BLOCK_KIND (flow_repeat, .id = "flow.repeat", .version = 1, .title = N_("Repeat"),
                        .summary = N_("Runs what is inside it so many times"),
                        .keywords = "loop times for count range iterate again",
                        .category = N_("Flow"), .icon = "media-playlist-repeat-song-symbolic",
                        .effect = WEIR_EFFECT_PURE, .undo = WEIR_UNDO_NONE, .inputs = repeat_inputs,
                        .outputs = repeat_outputs, .fields = repeat_fields, .settings_size = sizeof (Repeat),
                        .errors = repeat_errors, .examples = repeat_examples, .has_body = TRUE,
                        .summarize = repeat_summarize, .run = repeat_run)
