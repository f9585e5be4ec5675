/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Commands by chance, to the engine and to a small model of it: after each, both have given the same answer and are in the same state, of every
 * run, scope and step; and the journal folded anew is the live state after every single event. WEIR_COMMANDS says how many (default
 * 4000), --seed of the TAP header repeats a series, WEIR_MODEL_SHOW prints them. */

#include "weir-bin.h"
#include "weir-model.h"
#include "weir-run-private.h"
#include "weir-run-queue.h"
#include "weir-shadow.h"
#include "weir-test.h"
#include "weir-verbs.h"

#include <stdlib.h>

/* An engine is asked so many things; then a new one. */
#define PERIOD 4000
#define MAX_RUNS 4

/* A step that did not hear and outlives its run. */
typedef struct
{
  WeirRun *run;
  guint32 scope;
  char *block;
} Leftover;

typedef struct
{
  WeirTest *test;
  ModelWorld world;
  ModelPlan *plan;
  WeirWorkflow *workflow;
  GPtrArray *leftovers;
  gint64 ended[8];      /* numbers of runs that are over; 0: none */
} Round;

static guint64 n_commands, n_refused, n_runs;
static gboolean show;
static char *last; /* command */

static gboolean
one_in (guint n)
{
  return g_test_rand_int_range (0, (gint32) n) == 0;
}

G_GNUC_PRINTF (1, 2)
static void
say (const char *format, ...)
{
  va_list args;

  va_start (args, format);
  g_free (last);
  last = g_strdup_vprintf (format, args);
  va_end (args);
  if (show)
    g_printerr ("# %" G_GUINT64_FORMAT ": %s\n", n_commands, last);
}

G_GNUC_PRINTF (2, 3) G_GNUC_NORETURN
static void
differ (ModelRun *run, const char *format, ...)
{
  g_autofree char *yaml = run != NULL ? model_plan_to_yaml (run->plan) : g_strdup ("");
  g_autofree char *text = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  g_error ("Command %" G_GUINT64_FORMAT ", %s: run %" G_GINT64_FORMAT ": %s\n%s", n_commands, last,
           run != NULL ? run->id : 0, text, yaml);
}

/* ── the engine beside the model ────────────────────────────────────────────────────────── */

static WeirRun *
get_real (ModelRun *run)
{
  return run->real;
}

static WeirScopeState *
find_scope (ModelScope *scope)
{
  WeirRunState *state = get_real (scope->run)->state;

  for (guint i = 0; scope->id < 0 && i < state->scopes->len; i++)
    if (g_str_equal (((WeirScopeState *) g_ptr_array_index (state->scopes, i))->pub.path, scope->path))
      scope->id = (int) i;
  return scope->id >= 0 ? g_ptr_array_index (state->scopes, scope->id) : NULL;
}

static WeirStepState *
find_step (ModelStep *step)
{
  WeirScopeState *scope = find_scope (step->scope);

  return scope != NULL ? weir_run_state_lookup (get_real (step->scope->run)->state, scope->pub.id, step->block->id, 0)
                       : NULL;
}

static gboolean
has_begun (ModelStep *step)
{
  WeirStepState *state = find_step (step);

  if (step->skip && state != NULL)
    return state->info.status == WEIR_STEP_SKIPPED;
  return state != NULL
         && (step->status == WEIR_STEP_WAITING ? state->info.status == WEIR_STEP_SUCCEEDED
                                               : state->info.attempt > step->attempt);
}

static gboolean
took_signal (ModelStep *step)
{
  WeirStepState *state = find_step (step);

  return state != NULL && weir_step_state_get_pending_wait (state) == NULL;
}

static void
compare_step (ModelStep *step)
{
  WeirStepState *state = find_step (step);
  WeirStepStatus status = state != NULL ? state->info.status : WEIR_STEP_PENDING;
  ModelRun *run = step->scope->run;

  if (status != step->status)
    differ (run, "%s%s is %s, expected %s", step->scope->path, step->block->id, weir_step_status_get_name (status),
            weir_step_status_get_name (step->status));
  if (state == NULL)
    return;
  if (state->info.attempt != step->attempt && status != WEIR_STEP_CANCELLED && status != WEIR_STEP_INTERRUPTED)
    differ (run, "%s%s made %u attempts, expected %u", step->scope->path, step->block->id, state->info.attempt,
            step->attempt);
  if (status == WEIR_STEP_WAITING && step->answered == (weir_step_state_get_pending_wait (state) != NULL))
    differ (run, "%s%s is %sanswered", step->scope->path, step->block->id, step->answered ? "not " : "");
  if ((status == WEIR_STEP_WAITING || status == WEIR_STEP_RETRY_WAIT) && state->info.due_at != step->due_at)
    differ (run, "%s%s is due at %" G_GINT64_FORMAT ", expected %" G_GINT64_FORMAT, step->scope->path, step->block->id,
            state->info.due_at, step->due_at);
}

static void
compare_run (ModelRun *run)
{
  WeirRun *real = get_real (run);
  guint n = real->state->signals != NULL ? real->state->signals->len : 0;

  if (real->state->status != run->status)
    differ (run, "it is %s, expected %s", weir_run_status_get_name (real->state->status),
            weir_run_status_get_name (run->status));
  for (guint i = 0; i < run->scopes->len; i++)
    {
      ModelScope *scope = g_ptr_array_index (run->scopes, i);
      WeirScopeState *state = find_scope (scope);

      if (state == NULL)
        differ (run, "there is no scope %s", scope->path);
      for (guint j = 0; j < scope->plan->len; j++)
        compare_step (&scope->steps[j]);
      if (state->pub.closed != scope->closed || (!scope->closed && state->paused != scope->paused))
        differ (run, "scope %s is %s%s", scope->path, state->pub.closed ? "closed" : "open",
                state->paused ? " and paused" : "");
    }
  if (real->state->scopes->len != run->scopes->len)
    differ (run, "it has %u scopes, expected %u", real->state->scopes->len, run->scopes->len);
  if (weir_run_get_status (real) != model_run_get_shown (run))
    differ (run, "it is shown as %s, expected %s", weir_run_status_get_name (weir_run_get_status (real)),
            weir_run_status_get_name (model_run_get_shown (run)));
  if (!model_run_is_over (run) && n != run->n_signals)
    differ (run, "it keeps %u signals, expected %u", n, run->n_signals);
}

static void
compare (Round *self)
{
  char *wrong = model_world_settle (&self->world);

  for (guint i = 0; i < self->world.runs->len; i++)
    compare_run (g_ptr_array_index (self->world.runs, i));
  if (wrong != NULL)
    differ (NULL, "%s", wrong);
  if (self->test->engine->queue->n_working != model_world_count_working (&self->world))
    differ (NULL, "%u steps are at work, expected %u", self->test->engine->queue->n_working,
            model_world_count_working (&self->world));
}

/* What came of what came of it is on disk as well. */
static void
settle (Round *self)
{
  WeirEngine *engine = self->test->engine;

  do
    weir_test_settle (self->test);
  while (engine->batch != NULL || engine->commits.length > 0 || engine->busy.length > 0);
}

/* ── runs come and go ───────────────────────────────────────────────────────────────────── */

static void
leftover_free (gpointer data)
{
  Leftover *self = data;

  g_object_unref (self->run);
  g_free (self->block);
  g_free (self);
}

/* Those that do not hear go on when their run is over. */
static void
keep_leftovers (Round *self, ModelRun *run)
{
  WeirRunState *state = get_real (run)->state;

  for (guint i = 0; i < state->steps->len; i++)
    {
      WeirStepState *step = g_ptr_array_index (state->steps, i);
      Leftover *leftover;

      if (step->runtime == NULL)
        continue;
      leftover = g_new (Leftover, 1);
      *leftover = (Leftover) { g_object_ref (get_real (run)), step->info.scope, g_strdup (step->info.block) };
      g_ptr_array_add (self->leftovers, leftover);
    }
}

static void
drop_run (Round *self, ModelRun *run)
{
  g_object_unref (run->real);
  if (run->discarded != NULL)
    dex_unref (run->discarded);
  model_run_free (run);
}

/* Cancel and delete: nothing of it is left. */
static void
check_gone (Round *self, ModelRun *run)
{
  g_autoptr(DexFuture) loaded = NULL;
  g_autoptr(GError) error = NULL;

  weir_test_await (run->discarded, &error);
  g_assert_no_error (error);
  loaded = weir_engine_load_run (self->test->engine, run->id);
  weir_test_await (loaded, &error);
  g_assert_error (error, WEIR_ERROR, WEIR_ERROR_NOT_FOUND);
}

static void
drop_ended (Round *self)
{
  for (guint i = self->world.runs->len; i-- > 0;)
    {
      ModelRun *run = g_ptr_array_index (self->world.runs, i);

      if (!model_run_is_over (run))
        continue;
      keep_leftovers (self, run);
      if (run->discarded != NULL)
        check_gone (self, run);
      else
        {
          self->ended[g_test_rand_int_range (0, G_N_ELEMENTS (self->ended))] = run->id;
          if (one_in (16))
            weir_test_check_fold (self->test, get_real (run));
        }
      drop_run (self, run);
    }
}

static void
play (Round *self)
{
  g_autoptr(DexFuture) future = NULL;
  g_autoptr(GError) error = NULL;
  const GValue *value;
  ModelRun *run;

  if (self->plan == NULL || one_in (2))
    {
      g_autofree char *yaml = NULL;

      g_clear_pointer (&self->plan, model_plan_unref);
      g_clear_object (&self->workflow);
      self->plan = model_plan_draw ();
      yaml = model_plan_to_yaml (self->plan);
      self->workflow = weir_test_parse (yaml);
      if (show)
        g_printerr ("%s", yaml);
    }
  say ("play");
  run = model_run_new (&self->world, self->plan);
  future = weir_engine_play (self->test->engine, self->workflow, NULL);
  value = weir_test_await (future, &error);
  g_assert_no_error (error);
  run->real = g_value_dup_object (value);
  run->id = weir_run_get_id (run->real);
  n_runs++;
}

/* ── commands ───────────────────────────────────────────────────────────────────────────── */

static void
check_answer (ModelRun *run, const char *expected, const char *got)
{
  if (g_strcmp0 (expected, got) != 0)
    differ (run, "the answer is “%s”, expected “%s”", got != NULL ? got : "yes", expected != NULL ? expected : "yes");
  n_refused += expected != NULL;
}

static void
check_future (ModelRun *run, const char *expected, DexFuture *future)
{
  g_autoptr(GError) error = NULL;

  if (dex_future_is_rejected (future))
    dex_future_get_value (future, &error);
  check_answer (run, expected, error != NULL ? error->message : NULL);
  if (error != NULL)
    g_assert_error (error, WEIR_ERROR, WEIR_ERROR_WRONG_STATE);
}

static void
command_verb (ModelRun *run)
{
  static const WeirRunVerb verbs[] = { WEIR_VERB_PAUSE,  WEIR_VERB_PAUSE,  WEIR_VERB_PAUSE, WEIR_VERB_RESUME,
                                       WEIR_VERB_RESUME, WEIR_VERB_RESUME, WEIR_VERB_STOP,  WEIR_VERB_FORCE_STOP };
  WeirRunVerb verb = verbs[g_test_rand_int_range (0, G_N_ELEMENTS (verbs))];
  WeirRun *real = get_real (run);
  g_autoptr(DexFuture) future = NULL;
  const char *expected;

  if (verb >= WEIR_VERB_STOP && one_in (2)) /* else all are short-lived */
    verb = WEIR_VERB_RESUME;
  say ("%s run %" G_GINT64_FORMAT ", which is %s", weir_run_verb_get_name (verb), run->id,
       weir_run_status_get_name (run->status));
  switch (verb)
    {
    case WEIR_VERB_PAUSE:
      expected = model_pause (run);
      future = weir_run_pause (real);
      break;
    case WEIR_VERB_RESUME:
      expected = model_resume (run);
      future = weir_run_resume (real);
      break;
    default:
      expected = model_stop (run, verb == WEIR_VERB_FORCE_STOP);
      future = verb == WEIR_VERB_STOP ? weir_run_stop (real) : weir_run_force_stop (real);
    }
  check_future (run, expected, future);
}

static ModelScope *
pick_scope (ModelRun *run)
{
  ModelScope *scope = g_ptr_array_index (run->scopes, g_test_rand_int_range (0, (gint32) run->scopes->len));

  return find_scope (scope) != NULL ? scope : NULL;
}

static void
command_part (ModelRun *run)
{
  ModelScope *scope = pick_scope (run);
  ModelStep *step = one_in (4) ? NULL : &scope->steps[g_test_rand_int_range (0, (gint32) scope->plan->len)];
  const char *block = step != NULL ? step->block->id : NULL;
  static const char *const names[] = { "pause", "resume", "resume", "stop", "force stop" };
  guint verb = g_test_rand_int_range (0, G_N_ELEMENTS (names));
  g_autoptr(GError) error = NULL;
  const char *expected;
  gboolean done;

  if (verb >= 3 && one_in (2))
    verb = g_test_rand_int_range (0, 3);
  say ("%s %s%s of run %" G_GINT64_FORMAT ", which is %s", names[verb], scope->path, block != NULL ? block : "",
       run->id, step != NULL ? weir_step_status_get_name (step->status) : "a scope");
  if (verb == 0)
    {
      expected = model_pause_part (scope, step, TRUE);
      done = weir_run_pause_part (get_real (run), scope->id, block, &error);
    }
  else if (verb < 3)
    {
      expected = model_pause_part (scope, step, FALSE);
      done = weir_run_resume_part (get_real (run), scope->id, block, &error);
    }
  else
    {
      expected = model_stop_part (scope, step, verb == 4);
      done = weir_run_stop_part (get_real (run), scope->id, block, verb == 4, &error);
    }
  g_assert_true (done == (error == NULL));
  check_answer (run, expected, error != NULL ? error->message : NULL);
}

static ModelStep *
pick_step (ModelRun *run, WeirStepStatus status)
{
  ModelStep *found = NULL;
  guint n = 0;

  for (guint i = 0; i < run->scopes->len; i++)
    {
      ModelScope *scope = g_ptr_array_index (run->scopes, i);

      for (guint j = 0; j < scope->plan->len; j++)
        if (scope->steps[j].status == status && scope->steps[j].block->kind != MODEL_SWARM && one_in (++n))
          found = &scope->steps[j];
    }
  return found;
}

static void
command_end (ModelRun *run)
{
  ModelStep *step = pick_step (run, WEIR_STEP_RUNNING);
  gboolean fails = one_in (3), transient = one_in (2);

  if (step == NULL)
    return;
  say ("%s%s of run %" G_GINT64_FORMAT " %s%s", step->scope->path, step->block->id, run->id,
       fails ? "fails" : "succeeds", fails && transient ? " for now" : "");
  model_end (step, fails, transient);
  if (!weir_test_end_step (get_real (run), step->scope->id, step->block->id,
                           !fails      ? NULL
                           : transient ? "net.timeout"
                                       : "io.other"))
    differ (run, "%s%s is not at work", step->scope->path, step->block->id);
}

static void
command_answer (ModelRun *run)
{
  ModelStep *step = one_in (5) ? NULL : pick_step (run, WEIR_STEP_WAITING);
  ModelScope *scope = step != NULL ? step->scope : pick_scope (run);
  g_autoptr(WeirValue) value = weir_value_new_int (1);
  g_autoptr(GError) error = NULL;
  g_autofree char *expected = NULL;
  const char *refusal;

  if (step == NULL)
    step = &scope->steps[g_test_rand_int_range (0, (gint32) scope->plan->len)];
  say ("answer %s%s of run %" G_GINT64_FORMAT, scope->path, step->block->id, run->id);
  refusal = model_answer (step);
  if (refusal != NULL)
    expected = g_strdup_printf ("%s %s", step->block->id, refusal);
  weir_run_answer (get_real (run), scope->id, step->block->id, value, "somebody", NULL, &error);
  check_answer (run, expected, error != NULL ? error->message : NULL);
}

static void
command_signal (ModelRun *run)
{
  g_autoptr(WeirValue) value = weir_value_new_int (1);
  g_autoptr(GError) error = NULL;

  say ("signal to run %" G_GINT64_FORMAT, run->id);
  weir_run_signal (get_real (run), "call", value, "somebody", &error);
  check_answer (run, model_signal (run), error != NULL ? error->message : NULL);
}

static void
command_retry (ModelRun *run)
{
  ModelStep *step = one_in (5) ? NULL : pick_step (run, WEIR_STEP_RETRY_WAIT);
  ModelScope *scope = step != NULL ? step->scope : pick_scope (run);

  if (step == NULL)
    step = &scope->steps[g_test_rand_int_range (0, (gint32) scope->plan->len)];
  say ("retry %s%s of run %" G_GINT64_FORMAT " now", scope->path, step->block->id, run->id);
  if (weir_run_retry_now (get_real (run), scope->id, step->block->id) != model_retry_now (step))
    differ (run, "%s%s is %s", scope->path, step->block->id, weir_step_status_get_name (step->status));
}

static void
command_override (ModelRun *run)
{
  ModelScope *scope = pick_scope (run);
  ModelStep *step = &scope->steps[g_test_rand_int_range (0, (gint32) scope->plan->len)];
  gboolean legal = step->status == WEIR_STEP_READY || step->status == WEIR_STEP_SUSPENDED
                   || step->status == WEIR_STEP_RETRY_WAIT;
  g_autofree char *expected = legal ? NULL : g_strdup_printf ("%s has no step that is still to begin", step->block->id);
  g_autoptr(WeirValue) value = weir_value_new_int (1);
  g_autoptr(GError) error = NULL;

  if (step->block->kind == MODEL_SWARM) /* needs its list */
    return;
  say ("replace what %s%s of run %" G_GINT64_FORMAT " gets", scope->path, step->block->id, run->id);
  weir_run_override (get_real (run), scope->id, step->block->id, "value", value, "somebody", &error);
  check_answer (run, expected, error != NULL ? error->message : NULL);
}

static void
command_settle (ModelRun *run)
{
  ModelScope *scope = pick_scope (run);
  ModelStep *step = &scope->steps[g_test_rand_int_range (0, (gint32) scope->plan->len)];
  g_autofree char *expected = g_strdup_printf ("The outcome of %s is not unknown", step->block->id);
  g_autoptr(GError) error = NULL;

  say ("settle %s%s of run %" G_GINT64_FORMAT, scope->path, step->block->id, run->id);
  weir_run_settle (get_real (run), scope->id, step->block->id, "done", NULL, &error);
  check_answer (run, expected, error != NULL ? error->message : NULL);
}

static void
command_priority (ModelRun *run)
{
  int priority = g_test_rand_int_range (-101, 102);
  gboolean legal = priority >= -100 && priority <= 100;
  g_autofree char *wrong = g_strdup_printf ("Expected a priority of -100 to 100, but got %d", priority);
  ModelScope *scope = pick_scope (run);
  ModelStep *step = &scope->steps[g_test_rand_int_range (0, (gint32) scope->plan->len)];
  g_autoptr(GError) error = NULL;
  g_autofree char *nothing = g_strdup_printf ("There is no step of %s in scope %d", step->block->id, scope->id);
  const char *expected = legal ? NULL : wrong;

  switch (g_test_rand_int_range (0, 3))
    {
    case 0:
      say ("priority %d for run %" G_GINT64_FORMAT, priority, run->id);
      weir_run_set_priority (get_real (run), priority, &error);
      run->priority = legal ? priority : run->priority;
      break;
    case 1:
      say ("priority %d for scope %s of run %" G_GINT64_FORMAT, priority, scope->path, run->id);
      weir_run_set_priority_in (get_real (run), scope->id, NULL, priority, &error);
      scope->priority = legal ? priority : scope->priority;
      break;
    default:
      say ("priority %d for %s%s of run %" G_GINT64_FORMAT, priority, scope->path, step->block->id, run->id);
      weir_run_set_priority_in (get_real (run), scope->id, step->block->id, priority, &error);
      if (legal && step->status == WEIR_STEP_PENDING)
        expected = nothing;
      else if (legal)
        step->priority = priority;
    }
  check_answer (run, expected, error != NULL ? error->message : NULL);
}

static void
command_workers (Round *self)
{
  self->world.workers = g_test_rand_int_range (1, 7);
  say ("%u workers", self->world.workers);
  weir_engine_set_max_steps (self->test->engine, self->world.workers);
}

/* Force stops it and removes it. */
static void
command_discard (Round *self, ModelRun *run)
{
  if (run->discarded != NULL)
    return;
  say ("cancel and delete run %" G_GINT64_FORMAT ", which is %s", run->id, weir_run_status_get_name (run->status));
  model_stop (run, TRUE);
  run->discarded = weir_engine_discard_run (self->test->engine, run->id, "somebody", NULL);
}

/* Into the bin and out of it, and undo, which has nothing to do: refused before the end, else done. */
static void
command_after (Round *self, ModelRun *run)
{
  gint64 id = run != NULL ? run->id : self->ended[g_test_rand_int_range (0, G_N_ELEMENTS (self->ended))];
  g_autoptr(DexFuture) future = NULL;
  g_autoptr(GError) error = NULL;
  g_autofree char *expected = NULL;
  WeirRunStatus to;

  if (id == 0)
    return;
  if (run != NULL)
    expected = g_strdup_printf ("Run %" G_GINT64_FORMAT " cannot be undone: %s", id,
                                model_refuse_run (WEIR_VERB_UNDO, model_run_get_shown (run), &to));
  say ("undo run %" G_GINT64_FORMAT, id);
  future = weir_engine_plan_undo (self->test->engine, id, NULL);
  weir_test_await (future, &error);
  check_answer (run, expected, error != NULL ? error->message : NULL);
}

static void
end_leftover (Round *self)
{
  guint index;
  Leftover *leftover;

  if (self->leftovers->len == 0)
    return;
  index = g_test_rand_int_range (0, (gint32) self->leftovers->len);
  leftover = g_ptr_array_index (self->leftovers, index);
  say ("%s of run %" G_GINT64_FORMAT " ends after its run", leftover->block, weir_run_get_id (leftover->run));
  weir_test_end_step (leftover->run, leftover->scope, leftover->block, one_in (2) ? NULL : "io.other");
  self->world.n_deaf--;
  g_ptr_array_remove_index (self->leftovers, index);
}

/* From one moment at which something is due to the next. */
static void
let_pass (Round *self)
{
  static const guint moments[] = { 1, 20, 300, 1000, 2000, 6000, 61000 };
  gint64 until = self->world.now + (gint64) moments[g_test_rand_int_range (0, G_N_ELEMENTS (moments))] * 1000;

  say ("time passes");
  while (self->world.now < until)
    {
      gint64 next = MIN (until, model_world_get_due (&self->world));

      weir_clock_advance (self->test->clock, (next - self->world.now) / 1000);
      settle (self);
      model_world_tick (&self->world, next);
      compare (self);
    }
}

static void
command (Round *self)
{
  ModelRun *run = g_ptr_array_index (self->world.runs, g_test_rand_int_range (0, (gint32) self->world.runs->len));
  int chance = g_test_rand_int_range (0, 1000);

  if (chance < 150)
    command_verb (run);
  else if (chance < 350)
    command_part (run);
  else if (chance < 650)
    command_end (run);
  else if (chance < 720)
    command_answer (run);
  else if (chance < 740)
    command_signal (run);
  else if (chance < 770)
    command_retry (run);
  else if (chance < 790)
    command_override (run);
  else if (chance < 800)
    command_settle (run);
  else if (chance < 850)
    command_priority (run);
  else if (chance < 870)
    command_workers (self);
  else if (chance < 890)
    end_leftover (self);
  else if (chance < 892)
    command_discard (self, run);
  else if (chance < 896)
    command_after (self, one_in (2) ? run : NULL);
  else
    let_pass (self);
}

/* ── the test ───────────────────────────────────────────────────────────────────────────── */

static void
begin_round (Round *self)
{
  const char *key = "ageing";
  g_autoptr(WeirValue) never = weir_value_new_int (0);
  g_autoptr(WeirValue) limits = weir_value_new_record (&key, &never, 1);
  g_autoptr(GError) error = NULL;

  *self = (Round) { .test = weir_test_new (), .leftovers = g_ptr_array_new_with_free_func (leftover_free) };
  self->world = (ModelWorld) { .workers = 3, .runs = g_ptr_array_new (), .has_begun = has_begun,
                               .took_signal = took_signal, .now = weir_clock_get_time (self->test->clock) };
  weir_shadow_begin (self->test);
  weir_engine_set_limits (self->test->engine, limits, &error);
  g_assert_no_error (error);
  weir_engine_set_max_steps (self->test->engine, self->world.workers);
}

static void
end_round (Round *self)
{
  while (self->world.runs->len > 0)
    drop_run (self, g_ptr_array_index (self->world.runs, self->world.runs->len - 1));
  weir_shadow_end ();
  g_ptr_array_unref (self->leftovers);
  g_ptr_array_unref (self->world.runs);
  g_clear_pointer (&self->plan, model_plan_unref);
  g_clear_object (&self->workflow);
  weir_test_free (self->test);
}

static void
test_commands (void)
{
  const char *text = g_getenv ("WEIR_COMMANDS");
  guint64 n = text != NULL ? g_ascii_strtoull (text, NULL, 10) : 4000;
  Round round;

  show = g_getenv ("WEIR_MODEL_SHOW") != NULL;
  for (n_commands = 0; n_commands < n; n_commands++)
    {
      if (n_commands % PERIOD == 0)
        {
          if (n_commands > 0)
            end_round (&round);
          begin_round (&round);
        }
      if (round.world.runs->len == 0 || (round.world.runs->len < MAX_RUNS && one_in (12)))
        play (&round);
      else
        command (&round);
      settle (&round);
      compare (&round);
      drop_ended (&round);
    }
  end_round (&round);
  g_test_message ("%" G_GUINT64_FORMAT " commands to %" G_GUINT64_FORMAT " runs, %" G_GUINT64_FORMAT
                  " of them refused; %u events",
                  n_commands, n_runs, n_refused, weir_shadow_get_n_events ());
  g_clear_pointer (&last, g_free);
}

/* The table that the engine goes by says, cell by cell, what the model says. */
static void
test_cells (void)
{
  for (guint verb = 0; verb < WEIR_N_VERBS; verb++)
    {
      for (guint i = 0; i <= WEIR_RUN_INTERRUPTED; i++)
        {
          const WeirVerbCell *cell = weir_verb_get_run_cell (verb, i);
          WeirRunStatus to;
          const char *refusal = model_refuse_run (verb, i, &to);

          if (g_strcmp0 (cell->refusal, refusal) != 0 || cell->legal != (refusal == NULL)
              || (cell->legal && cell->to != (int) to))
            g_error ("%s of a run that is %s", weir_run_verb_get_name (verb), weir_run_status_get_name (i));
        }
      for (guint i = 0; i <= WEIR_STEP_UNDONE; i++)
        {
          const WeirVerbCell *cell = weir_verb_get_step_cell (verb, i);
          WeirStepStatus to;
          const char *refusal = model_refuse_step (verb, i, &to);

          if (g_strcmp0 (cell->refusal, refusal) != 0 || cell->legal != (refusal == NULL)
              || (cell->legal && cell->to != (int) to))
            g_error ("%s of a step that is %s", weir_run_verb_get_name (verb), weir_step_status_get_name (i));
        }
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/weir/run/model/the-table-of-verbs-says-the-same", test_cells);
  g_test_add_func ("/weir/run/model/answers-and-states-are-those-of-the-model", test_commands);
  return g_test_run ();
}
