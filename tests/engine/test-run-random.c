/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Workflows made by chance under chance: schedules, failures, verbs on runs and on their parts, answers, priorities, restarts. After every
 * single event the journal folded anew is the live state, no step begins before its inputs, what is done stays done; every run ends.
 * WEIR_RANDOM_RUNS says how many (default 400), WEIR_RANDOM_SECONDS how long. Chance begins anew for every group of runs, which share an engine:
 * WEIR_RANDOM_GROUP, a number that is printed before it, repeats one. Its workflows are the same then, and what is done to them is up to the
 * moment at which the disk answers, which no seed decides: where a failure hangs on that, it takes some repetitions. */

#include "weir-test.h"

#include <stdlib.h>

#include "weir-drawing.h"
#include "weir-run-private.h"
#include "weir-run-queue.h"
#include "weir-shadow.h"

/* So many things happen by chance; after them somebody sees to it that the run can end. */
#define CHANCES 120
#define PATIENCE 1500
#define GROUP 25

typedef struct
{
  WeirTest *test;
  gboolean on_disk;
  WeirRun *run;
  gint64 id;
  char *yaml;
} Round;

static guint n_refused, n_ended[WEIR_RUN_INTERRUPTED + 1], n_restarts;

static gboolean
one_in (guint n)
{
  return weir_chance_range (0, (gint32) n) == 0;
}

static WeirStepState *
pick_step (WeirRun *run, gboolean (*fits) (WeirStepState *step))
{
  WeirStepState *found = NULL;
  guint n = 0;

  for (guint i = 0; i < run->state->steps->len; i++)
    {
      WeirStepState *step = g_ptr_array_index (run->state->steps, i);

      if (step != NULL && (fits == NULL || fits (step)) && one_in (++n))
        found = step;
    }
  return found;
}

static gboolean
is_at_work (WeirStepState *step)
{
  return step->info.status == WEIR_STEP_RUNNING && weir_test_n_waiting (step->info.block) > 0;
}

static gboolean
is_waiting (WeirStepState *step)
{
  return step->info.status == WEIR_STEP_WAITING;
}

static gboolean
is_unknown (WeirStepState *step)
{
  return step->info.status == WEIR_STEP_UNKNOWN;
}

static WeirScopeState *
pick_scope (WeirRun *run)
{
  WeirScopeState *found = NULL;
  guint n = 0;

  for (guint i = 0; i < run->state->scopes->len; i++)
    {
      WeirScopeState *scope = g_ptr_array_index (run->state->scopes, i);

      if (scope != NULL && scope->shared != NULL && !scope->pub.closed && one_in (++n))
        found = scope;
    }
  return found;
}

/* ── what people do ─────────────────────────────────────────────────────────────────────── */

/* A verb is carried out where the table says so, and refused with a reason everywhere else. */
static void
random_verb (WeirRun *run)
{
  static const WeirRunVerb verbs[] = { WEIR_VERB_PAUSE,  WEIR_VERB_PAUSE,     WEIR_VERB_PAUSE,  WEIR_VERB_RESUME,
                                       WEIR_VERB_RESUME, WEIR_VERB_RESUME,    WEIR_VERB_RESUME, WEIR_VERB_RESUME,
                                       WEIR_VERB_STOP,   WEIR_VERB_FORCE_STOP };
  WeirRunVerb verb = verbs[weir_chance_range (0, G_N_ELEMENTS (verbs))];
  gboolean legal = weir_run_verb_is_legal (verb, run->state->status, NULL);
  g_autoptr(DexFuture) future = verb == WEIR_VERB_PAUSE    ? weir_run_pause (run)
                                 : verb == WEIR_VERB_RESUME ? weir_run_resume (run)
                                 : verb == WEIR_VERB_STOP   ? weir_run_stop (run)
                                                            : weir_run_force_stop (run);

  g_assert_true (legal || dex_future_is_rejected (future));
}

static void
random_part_verb (WeirRun *run)
{
  WeirScopeState *scope = pick_scope (run);
  g_autofree char *block = NULL;
  g_autoptr(GError) error = NULL;
  gboolean done;
  guint32 id;

  if (scope == NULL)
    return;
  id = scope->pub.id;
  if (!one_in (4))
    block = g_strdup (scope->shared->plan->blocks[weir_chance_range (0, (gint32) scope->shared->plan->n_blocks)].id);
  switch (weir_chance_range (0, 10))
    {
    case 0:
      done = weir_run_stop_part (run, id, block, FALSE, &error);
      break;
    case 1:
      done = weir_run_stop_part (run, id, block, TRUE, &error);
      break;
    case 2:
    case 3:
    case 4:
      done = weir_run_pause_part (run, id, block, &error);
      break;
    default:
      done = weir_run_resume_part (run, id, block, &error);
    }
  g_assert_true (done == (error == NULL));
}

static void
random_priority (Round *self)
{
  WeirScopeState *scope = pick_scope (self->run);
  int priority = weir_chance_range (-100, 101);

  if (one_in (3))
    weir_run_set_priority (self->run, priority, NULL);
  else if (one_in (3))
    weir_engine_set_max_steps (self->test->engine, weir_chance_range (1, 6));
  else if (scope != NULL)
    {
      guint block = weir_chance_range (0, (gint32) scope->shared->plan->n_blocks);

      weir_run_set_priority_in (self->run, scope->pub.id, one_in (2) ? NULL : scope->shared->plan->blocks[block].id,
                                priority, NULL);
    }
}

static void
answer (WeirRun *run)
{
  WeirStepState *step = pick_step (run, is_waiting);
  g_autoptr(WeirValue) value = weir_value_new_int (weir_chance_range (0, 4));

  if (one_in (4))
    weir_run_signal (run, "call", value, "somebody", NULL);
  else if (step != NULL)
    weir_run_answer (run, step->info.scope, step->info.block, value, "somebody", NULL, NULL);
}

static void
settle_unknown (WeirRun *run)
{
  static const char *const decisions[] = { "rerun", "done", "failed" };
  WeirStepState *step = pick_step (run, is_unknown);
  g_autoptr(GError) error = NULL;

  if (step == NULL)
    return;
  /* what was given up stays unknown */
  if (!weir_run_settle (run, step->info.scope, step->info.block, decisions[weir_chance_range (0, 3)], NULL, &error)
      && !weir_run_status_is_final (run->state->status) && !step->scope->pub.closed)
    g_assert_true (weir_step_state_is_given_up (step));
}

/* Whoever asks gets an answer, at any time. */
static void
ask_why (WeirRun *run)
{
  WeirStepState *step = pick_step (run, NULL);
  WeirScopeState *scope = pick_scope (run);

  if (step != NULL)
    g_free (weir_run_explain_step (run, step->info.scope, step->info.block, step->info.firing));
  if (scope != NULL)
    g_free (weir_run_state_explain_wait (run->state, scope->pub.id, scope->shared->plan->blocks[0].id));
}

static void
restart (Round *self)
{
  g_autoptr(DexFuture) recovered = NULL;
  g_autoptr(GError) error = NULL;
  const GValue *value;

  if (one_in (2))
    weir_test_settle (self->test);
  if (weir_run_status_is_final (self->run->state->status)) /* nothing to take up */
    return;
  g_clear_object (&self->run);
  n_restarts++;
  weir_test_reopen (self->test);
  recovered = weir_engine_recover_run (self->test->engine, self->id);
  value = weir_test_await (recovered, &error);
  if (error != NULL)
    g_error ("Run %" G_GINT64_FORMAT " cannot be recovered: %s\n%s", self->id, error->message, self->yaml);
  self->run = g_value_dup_object (value);
}

static void
intervene (Round *self)
{
  switch (weir_chance_range (0, 10))
    {
    case 0:
    case 1:
      random_verb (self->run);
      break;
    case 2:
    case 3:
    case 4:
      random_part_verb (self->run);
      break;
    case 5:
      random_priority (self);
      break;
    case 6:
      answer (self->run);
      break;
    case 7:
      settle_unknown (self->run);
      break;
    case 8:
      ask_why (self->run);
      break;
    default:
      if (self->on_disk)
        restart (self);
    }
}

/* ── what happens ───────────────────────────────────────────────────────────────────────── */

static void
go_on (Round *self)
{
  static const guint moments[] = { 1, 1, 5, 15, 50, 100, 7000, 61000 };
  WeirStepState *step = pick_step (self->run, is_at_work);

  if (step != NULL && one_in (6))
    weir_test_break (step->info.block, one_in (2) ? "io.other" : "net.timeout");
  else if (step != NULL && !one_in (8))
    weir_test_finish (step->info.block, NULL);
  else
    weir_clock_advance (self->test->clock, moments[weir_chance_range (0, G_N_ELEMENTS (moments))]);
}

/* Pauses are ended, questions answered. */
static void
help (Round *self)
{
  WeirRun *run = self->run;

  if (run->state->status == WEIR_RUN_PAUSED || run->state->status == WEIR_RUN_PAUSING)
    dex_unref (weir_run_resume (run));
  for (guint i = 0; i < run->state->scopes->len; i++)
    {
      WeirScopeState *scope = g_ptr_array_index (run->state->scopes, i);

      if (scope == NULL || scope->shared == NULL)
        continue;
      if (scope->paused)
        weir_run_resume_part (run, i, NULL, NULL);
      for (guint j = 0; j < scope->shared->plan->n_blocks; j++)
        if (scope->blocks[j].paused)
          weir_run_resume_part (run, i, scope->shared->plan->blocks[j].id, NULL);
    }
  answer (run);
  settle_unknown (run);
  go_on (self);
}

static gboolean
is_over (Round *self)
{
  return weir_run_status_is_final (weir_run_get_status (self->run));
}

/* Steps that heard nothing may end long after their run. */
static void
end_leftovers (Round *self)
{
  while (weir_test_n_waiting (NULL) > 0)
    {
      g_autofree char *names = weir_test_names ();

      names[strcspn (names, " ")] = '\0';
      weir_test_finish (names, NULL);
    }
  weir_test_settle (self->test);
}

/* Not always to the end of all that can happen: things come together. */
static void
let_happen (Round *self)
{
  if (one_in (3))
    weir_test_settle (self->test);
  else
    for (guint n = weir_chance_range (0, 6); n > 0; n--)
      g_main_context_iteration (NULL, FALSE);
}

/* What a run that does not end waits for. */
static char *
describe_rest (WeirRun *run)
{
  GString *text = g_string_new (weir_run_status_get_name (run->state->status));

  g_string_append_printf (text, ", %u ready, %u waiting, %u suspended%s, %u working", run->state->ready.length,
                          run->state->waiting.length, run->state->suspended.length, run->busy ? ", busy" : "",
                          run->engine->queue->n_working);

  for (guint i = 0; i < run->state->steps->len; i++)
    {
      WeirStepState *step = g_ptr_array_index (run->state->steps, i);
      g_autofree char *why = NULL;

      if (step == NULL || step->routed)
        continue;
      why = weir_run_explain_step (run, step->info.scope, step->info.block, step->info.firing);
      g_string_append_printf (text, "; %s in scope %u is %s%s%s%s", step->info.block, step->info.scope,
                              weir_step_status_get_name (step->info.status),
                              step->runtime != NULL ? ", at work"
                              : step->entry != NULL ? ", queued"
                              : step->seen          ? ", seen"
                                                    : "",
                              why != NULL ? ", " : "", why != NULL ? why : "");
    }
  for (guint i = 0; i < run->state->scopes->len; i++)
    {
      WeirScopeState *scope = g_ptr_array_index (run->state->scopes, i);

      if (scope != NULL && !scope->pub.closed)
        g_string_append_printf (text, "; scope %u (%s) has %u active, %u running%s%s%s%s", i, scope->pub.path,
                                scope->n_active, scope->n_running, scope->failing ? ", fails" : "",
                                scope->rested ? ", rests" : "", scope->paused ? ", is paused" : "",
                                scope->runtime != NULL ? ", is waited for" : "");
    }
  return g_string_free_and_steal (text);
}

static void
live (Round *self)
{
  for (guint i = 0; i < CHANCES && !is_over (self); i++)
    {
      if (one_in (4))
        intervene (self);
      else
        go_on (self);
      let_happen (self);
      if (i % 16 == 0)
        weir_test_check_fold (self->test, self->run);
    }
  for (guint i = 0; !is_over (self); i++)
    {
      help (self);
      weir_test_settle (self->test);
      if (i > PATIENCE)
        {
          g_autofree char *rest = describe_rest (self->run);

          g_error ("The run does not end: %s\n%s", rest, self->yaml);
        }
    }
  end_leftovers (self);
  weir_shadow_check_end (self->run);
  weir_test_check_fold (self->test, self->run);
  n_ended[weir_run_get_status (self->run)]++;
}

/* FALSE: chance drew what cannot be run. */
static gboolean
run_one (WeirTest *test, gboolean on_disk)
{
  Round self = { .test = test, .on_disk = on_disk, .yaml = weir_draw_workflow () };
  g_autoptr(WeirWorkflow) workflow = weir_test_parse (self.yaml);
  g_autoptr(DexFuture) played = weir_engine_play (test->engine, workflow, NULL);
  g_autoptr(GError) error = NULL;
  const GValue *value = weir_test_await (played, &error);

  if (value == NULL) /* with a reason */
    {
      g_assert_error (error, WEIR_ERROR, WEIR_ERROR_INVALID);
      if (n_refused++ < 5)
        g_test_message ("refused: %s", error->message);
    }
  else
    {
      self.run = g_value_dup_object (value);
      self.id = weir_run_get_id (self.run);
      if (g_getenv ("WEIR_RANDOM_SHOW") != NULL)
        g_printerr ("# run %" G_GINT64_FORMAT "\n%s", self.id, self.yaml);
      live (&self);
      g_clear_object (&self.run);
    }
  g_free (self.yaml);
  return value != NULL;
}

static guint64
get_number (const char *name, guint64 initial)
{
  const char *text = g_getenv (name);

  return text != NULL ? g_ascii_strtoull (text, NULL, 10) : initial;
}

/* How many could be run. */
static guint
run_group (guint32 seed)
{
  gboolean on_disk;
  g_autoptr(WeirTest) test = NULL;
  guint n = 0;

  weir_chance_begin (seed);
  on_disk = one_in (2);
  test = on_disk ? weir_test_new_on_disk () : weir_test_new ();
  weir_shadow_begin (test);
  for (guint i = 0; i < GROUP; i++)
    {
      /* what was drawn for the one before hung on when the disk answered */
      weir_chance_begin (seed + 1 + i);
      n += run_one (test, on_disk);
    }
  weir_shadow_end ();
  return n;
}

static void
test_random (void)
{
  gint64 until = g_get_monotonic_time () + (gint64) get_number ("WEIR_RANDOM_SECONDS", 0) * G_USEC_PER_SEC;
  guint64 n = get_number ("WEIR_RANDOM_RUNS", 400);

  for (guint64 i = 0; i < n || g_get_monotonic_time () < until;)
    {
      guint32 group = (guint32) get_number ("WEIR_RANDOM_GROUP", (guint32) g_test_rand_int ());

      g_test_message ("WEIR_RANDOM_GROUP=%u", group);
      i += run_group (group);
    }
  g_test_message ("%u events; %u succeeded, %u failed, %u cancelled, %u interrupted; %u restarts; %u drawings refused",
                  weir_shadow_get_n_events (), n_ended[WEIR_RUN_SUCCEEDED], n_ended[WEIR_RUN_FAILED],
                  n_ended[WEIR_RUN_CANCELLED], n_ended[WEIR_RUN_INTERRUPTED], n_restarts, n_refused);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/weir/run/random/ends-and-folds-to-the-same", test_random);
  return g_test_run ();
}
