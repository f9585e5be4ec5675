/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Several commands by chance before the engine has done anything about the first of them: each is answered as the table of verbs says for the
 * state that the run is in at that moment, the journal folded anew is the live state after every event, and all runs come to an end.
 * WEIR_TURNS says how many turns (default 600); --seed of the TAP header repeats a series. */

#include "weir-bin.h"
#include "weir-model.h"
#include "weir-run-private.h"
#include "weir-shadow.h"
#include "weir-test.h"

#include <stdlib.h>

#define MAX_RUNS 4
#define MAX_COMMANDS 6
#define TURNS_OF_AN_ENGINE 300

typedef struct
{
  WeirTest  *test;
  GPtrArray *runs;    /* of WeirRun */
  GPtrArray *futures; /* of what takes its time */
} Turns;

static guint n_commands, n_refused, n_deleted;

static guint
draw (guint n)
{
  return (guint) g_test_rand_int_range (0, (gint32) n);
}

static void
settle (Turns *self)
{
  WeirEngine *engine = self->test->engine;

  do
    weir_test_settle (self->test);
  while (engine->batch != NULL || engine->commits.length > 0 || engine->busy.length > 0);
}

static void
play (Turns *self)
{
  ModelPlan *plan = model_plan_draw ();
  g_autofree char *yaml = model_plan_to_yaml (plan);
  g_autoptr(WeirWorkflow) workflow = weir_test_parse (yaml);
  g_autoptr(DexFuture) future = weir_engine_play (self->test->engine, workflow, NULL);
  g_autoptr(GError) error = NULL;
  const GValue *value = weir_test_await (future, &error);

  g_assert_no_error (error);
  g_ptr_array_add (self->runs, g_value_dup_object (value));
  model_plan_unref (plan);
}

/* @expected: why not, as the table says it; NULL: done. */
static void
check_answer (const char *expected, const GError *error)
{
  n_commands++;
  n_refused += error != NULL;
  g_assert_cmpstr (error != NULL ? error->message : NULL, ==, expected);
}

static void
command_run (WeirRun *run)
{
  WeirRunVerb verb = draw (8) == 0 ? WEIR_VERB_STOP + draw (2) : draw (2);
  g_autoptr(DexFuture) future = NULL;
  g_autoptr(GError) error = NULL;
  WeirRunStatus to;
  const char *expected = model_refuse_run (verb, run->state->status, &to);

  switch (verb)
    {
    case WEIR_VERB_PAUSE:
      future = weir_run_pause (run);
      break;
    case WEIR_VERB_RESUME:
      future = weir_run_resume (run);
      break;
    default:
      future = verb == WEIR_VERB_STOP ? weir_run_stop (run) : weir_run_force_stop (run);
    }
  if (dex_future_is_rejected (future))
    dex_future_get_value (future, &error);
  check_answer (expected, error);
}

/* A block of an open scope, also one that has not begun. NULL: there is none. */
static WeirScopeState *
pick_block (WeirRun *run, guint *index)
{
  WeirScopeState *scope = g_ptr_array_index (run->state->scopes, draw (run->state->scopes->len));

  if (scope == NULL || scope->shared == NULL || scope->pub.closed || weir_run_status_is_final (run->state->status))
    return NULL;
  *index = draw (scope->shared->plan->n_blocks);
  return scope;
}

static void
command_part (WeirRun *run)
{
  guint index;
  WeirScopeState *scope = pick_block (run, &index);
  WeirRunVerb verb = draw (3) == 0 ? WEIR_VERB_STOP + draw (2) : draw (2);
  g_autoptr(GError) error = NULL;
  WeirStepState *step;
  const char *block, *expected;
  WeirStepStatus to;

  if (scope == NULL)
    return;
  block = scope->shared->plan->blocks[index].id;
  step = scope->blocks[index].last;
  expected = model_refuse_step (verb, step != NULL ? step->info.status : WEIR_STEP_PENDING, &to);
  if (expected == NULL && verb == WEIR_VERB_RESUME && !scope->blocks[index].paused)
    expected = "It is not paused";
  if (verb == WEIR_VERB_PAUSE)
    weir_run_pause_part (run, scope->pub.id, block, &error);
  else if (verb == WEIR_VERB_RESUME)
    weir_run_resume_part (run, scope->pub.id, block, &error);
  else
    weir_run_stop_part (run, scope->pub.id, block, verb == WEIR_VERB_FORCE_STOP, &error);
  check_answer (expected, error);
}

/* Into the bin and out of it: what goes on is stopped first, in its own time. */
static void
command_bin (Turns *self, WeirRun *run)
{
  guint index;
  WeirScopeState *scope = pick_block (run, &index);
  g_autofree char *path = NULL;
  gint64 id = weir_run_get_id (run);

  if (scope == NULL)
    return;
  path = g_strconcat (scope->pub.path, scope->shared->plan->blocks[index].id, NULL);
  g_ptr_array_add (self->futures, draw (3) > 0 ? weir_engine_delete_part (self->test->engine, id, path, "test", NULL)
                                               : weir_engine_restore_part (self->test->engine, id, path, "test"));
}

/* Ends a step that is at work. */
static void
command_end (WeirRun *run)
{
  static const char *const ends[] = { NULL, NULL, "net.timeout", "io.other" };
  guint first = draw (MAX (run->state->steps->len, 1));

  for (guint i = 0; i < run->state->steps->len; i++)
    {
      WeirStepState *step = g_ptr_array_index (run->state->steps, (first + i) % run->state->steps->len);

      if (step != NULL && step->info.status == WEIR_STEP_RUNNING && !step->container
          && weir_test_end_step (run, step->info.scope, step->info.block, ends[draw (G_N_ELEMENTS (ends))]))
        return;
    }
}

static void
command (Turns *self)
{
  WeirRun *run = g_ptr_array_index (self->runs, draw (self->runs->len));

  switch (draw (8))
    {
    case 0:
    case 1:
      command_run (run);
      break;
    case 2:
    case 3:
      command_part (run);
      break;
    case 4:
      command_bin (self, run);
      break;
    case 5:
      weir_engine_set_max_steps (self->test->engine, 1 + draw (6));
      break;
    default:
      command_end (run);
    }
}

/* What was deleted was, or it is said why not. */
static void
look_at_futures (Turns *self)
{
  for (guint i = self->futures->len; i-- > 0;)
    {
      DexFuture *future = g_ptr_array_index (self->futures, i);
      g_autoptr(GError) error = NULL;

      if (dex_future_is_pending (future))
        continue;
      if (dex_future_get_value (future, &error) != NULL)
        n_deleted++;
      else
        g_assert_true (g_error_matches (error, WEIR_ERROR, WEIR_ERROR_WRONG_STATE)
                       || g_error_matches (error, WEIR_ERROR, WEIR_ERROR_NOT_FOUND));
      g_ptr_array_remove_index (self->futures, i);
    }
}

static void
drop_ended (Turns *self)
{
  for (guint i = self->runs->len; i-- > 0;)
    {
      WeirRun *run = g_ptr_array_index (self->runs, i);

      if (weir_run_status_is_final (weir_run_get_status (run)))
        g_ptr_array_remove_index (self->runs, i);
    }
}

static void
turn (Turns *self)
{
  if (self->runs->len == 0 || (self->runs->len < MAX_RUNS && draw (3) == 0))
    play (self);
  for (guint n = 1 + draw (MAX_COMMANDS); n > 0; n--)
    command (self);
  settle (self);
  if (draw (4) == 0)
    {
      weir_clock_advance (self->test->clock, 1 + draw (3000));
      settle (self);
    }
  look_at_futures (self);
  drop_ended (self);
}

/* All of them end, however they were left. */
static void
end_all (Turns *self)
{
  for (guint i = 0; i < self->runs->len; i++)
    dex_future_disown (weir_run_force_stop (g_ptr_array_index (self->runs, i)));
  settle (self);
  for (guint i = 0; i < 20 && self->runs->len > 0; i++)
    {
      weir_clock_advance (self->test->clock, 61000);
      settle (self);
      drop_ended (self);
    }
  g_assert_cmpuint (self->runs->len, ==, 0);
  settle (self);
  look_at_futures (self);
  g_assert_cmpuint (self->futures->len, ==, 0);
}

static void
test_turns (void)
{
  const char *text = g_getenv ("WEIR_TURNS");
  guint left = text != NULL ? (guint) atoi (text) : 600;

  while (left > 0)
    {
      Turns self = { weir_test_new (), g_ptr_array_new_with_free_func (g_object_unref),
                     g_ptr_array_new_with_free_func (dex_unref) };
      guint n = MIN (left, TURNS_OF_AN_ENGINE);

      weir_shadow_begin (self.test);
      for (guint i = 0; i < n; i++)
        turn (&self);
      end_all (&self);
      weir_shadow_end ();
      g_ptr_array_unref (self.runs);
      g_ptr_array_unref (self.futures);
      weir_test_free (self.test);
      left -= n;
    }
  g_test_message ("%u commands, %u of them refused, %u parts deleted or restored", n_commands, n_refused, n_deleted);
  g_assert_cmpuint (n_commands, >, n_refused);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/weir/run/turns/several-commands-at-once-are-answered-as-the-table-says", test_turns);
  return g_test_run ();
}
