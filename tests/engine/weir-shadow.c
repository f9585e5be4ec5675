/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weir-shadow.h"

#include "weir-run-private.h"

typedef struct
{
  gint64 id;
  WeirRunState *state;
  GArray *seen; /* of WeirStepStatus by index of the step: what was shown last */
  WeirRunState *twin; /* began as a copy of @state, or of an earlier twin, and goes on for itself */
} Shadow;

static WeirTest *current;
static GHashTable *shadows;
static guint n_events;

/* The linker sends calls of weir_engine_journal () here. */
void __wrap_weir_engine_journal (WeirEngine *self, WeirEvent *event, const char *path, const char *block_path);
void __real_weir_engine_journal (WeirEngine *self, WeirEvent *event, const char *path, const char *block_path);

static WeirWorkflow *
resolve (const char *workflow, guint version, gpointer user_data)
{
  return weir_engine_resolve (workflow, version, current->engine);
}

static void
shadow_free (gpointer data)
{
  Shadow *self = data;

  weir_run_state_unref (self->state);
  g_clear_pointer (&self->twin, weir_run_state_unref);
  g_array_unref (self->seen);
  g_free (self);
}

static Shadow *
get_shadow (WeirRun *run)
{
  Shadow *self = g_hash_table_lookup (shadows, &run->id);

  if (self == NULL)
    {
      self = g_new0 (Shadow, 1);
      self->id = run->id;
      self->state = weir_run_state_new (run->workflow, resolve, NULL);
      self->seen = g_array_new (FALSE, TRUE, sizeof (WeirStepStatus));
      g_hash_table_insert (shadows, &self->id, self);
    }
  return self;
}

/* ── what may not be ────────────────────────────────────────────────────────────────────── */

static gboolean
is_over (WeirStepStatus status)
{
  return status >= WEIR_STEP_SUCCEEDED && status != WEIR_STEP_UNKNOWN;
}

/* What was shown as done stays done. */
static char *
check_history (Shadow *self)
{
  g_array_set_size (self->seen, self->state->steps->len);
  for (guint i = 0; i < self->state->steps->len; i++)
    {
      WeirStepState *step = g_ptr_array_index (self->state->steps, i);
      WeirStepStatus *seen = &g_array_index (self->seen, WeirStepStatus, i);

      if (step == NULL)
        continue;
      if (is_over (*seen) && step->info.status != *seen && step->info.status != WEIR_STEP_UNDONE)
        return g_strdup_printf ("%s was %s and is %s", step->info.block, weir_step_status_get_name (*seen),
                                weir_step_status_get_name (step->info.status));
      *seen = step->info.status;
    }
  return NULL;
}

static gboolean
fires_side (WeirPlanBlock *block, const char *port)
{
  const WeirPort *output = weir_port_list_find_output (weir_block_get_ports (block->block), port);

  return output != NULL && output->side;
}

/* In a cycle, or after a block that fires often, "before" has more than one meaning. */
static gboolean
is_plain (WeirPlan *plan, WeirPlanBlock *block)
{
  if (block->region >= 0 || block->repeats || block->gathers)
    return FALSE;
  for (guint i = 0; i < block->n_inputs; i++)
    for (guint j = 0; j < block->inputs[i].n_links; j++)
      {
        WeirPlanLink *link = &plan->links[block->inputs[i].links[j]];
        WeirPlanBlock *source = &plan->blocks[link->source];

        if (link->feedback || source->region >= 0 || source->repeats || fires_side (source, link->source_port))
          return FALSE;
      }
  return TRUE;
}

/* A join of all waits until everything before it is over; every other waits for something. */
static char *
check_inputs (Shadow *self, WeirStepState *step)
{
  WeirPlan *plan = step->scope->shared->plan;
  WeirPlanBlock *block = weir_step_state_get_block (step);
  guint n_over = 0, n_links = 0;

  if (step->skip || step->overflow || step->expired || !is_plain (plan, block))
    return NULL;
  for (guint i = 0; i < block->n_inputs; i++)
    for (guint j = 0; j < block->inputs[i].n_links; j++)
      {
        WeirPlanLink *link = &plan->links[block->inputs[i].links[j]];
        WeirStepState *source = step->scope->blocks[link->source].last;
        gboolean over = source != NULL && is_over (source->info.status);

        n_links++;
        n_over += over;
        if (!over && block->policy == WEIR_JOIN_ALL && block->inputs[i].join == WEIR_JOIN_ALL)
          return g_strdup_printf ("%s began before %s was over", block->id, plan->blocks[link->source].id);
      }
  return n_links > 0 && n_over == 0 ? g_strdup_printf ("%s began before anything it waits for", block->id) : NULL;
}

static gboolean
same_queue (GQueue *a, GQueue *b)
{
  GList *k = b->head;

  if (a->length != b->length)
    return FALSE;
  for (GList *l = a->head; l != NULL; l = l->next, k = k->next)
    if (((WeirStepState *) l->data)->info.index != ((WeirStepState *) k->data)->info.index)
      return FALSE;
  return TRUE;
}

/* What weir_run_state_equal () does not look at: how the executor counts. */
static char *
compare_counts (WeirRunState *a, WeirRunState *b)
{
  if (a->n_running != b->n_running || a->n_leaves != b->n_leaves || a->n_retrying != b->n_retrying
      || a->n_unknown != b->n_unknown || a->n_waits != b->n_waits || a->n_paused_parts != b->n_paused_parts)
    return g_strdup_printf (
      "%u running, %u leaves, %u retrying, %u unknown, %u waiting, %u paused; and %u, %u, %u, %u, %u, %u", a->n_running,
      a->n_leaves, a->n_retrying, a->n_unknown, a->n_waits, a->n_paused_parts, b->n_running, b->n_leaves, b->n_retrying,
      b->n_unknown, b->n_waits, b->n_paused_parts);
  if (a->priority != b->priority || a->handling != b->handling || a->handled != b->handled)
    return g_strdup ("priority or handlers differ");
  if (!same_queue (&a->ready, &b->ready) || !same_queue (&a->waiting, &b->waiting)
      || !same_queue (&a->suspended, &b->suspended))
    return g_strdup ("steps that wait are in another order");
  return NULL;
}

/* The numbers that a run keeps are those that counting gives. */
static char *
check_counts (WeirRunState *state)
{
  guint n_running = 0, n_retrying = 0, n_unknown = 0;

  for (guint i = 0; i < state->steps->len; i++)
    {
      WeirStepState *step = g_ptr_array_index (state->steps, i);

      if (step == NULL)
        continue;
      n_running += step->info.status == WEIR_STEP_RUNNING || step->info.status == WEIR_STEP_WAITING
                   || step->info.status == WEIR_STEP_UNKNOWN;
      n_retrying += step->info.status == WEIR_STEP_RETRY_WAIT;
      n_unknown += step->info.status == WEIR_STEP_UNKNOWN;
    }
  if (state->n_retrying != n_retrying || state->n_unknown != n_unknown)
    return g_strdup_printf ("%u retrying, %u unknown are counted, but there are %u, %u", state->n_retrying,
                            state->n_unknown, n_retrying, n_unknown);
  return NULL;
}

static gboolean
begins (WeirEvent *event, WeirStepState *step)
{
  return step->info.status == WEIR_STEP_READY
         && (event->kind == WEIR_EVENT_BLOCK_STARTED || event->kind == WEIR_EVENT_BLOCK_SUCCEEDED
             || event->kind == WEIR_EVENT_BLOCK_FAILED || event->kind == WEIR_EVENT_BLOCK_RETRY);
}

/* A copy goes on as its original does, and neither changes the other. */
static char *
follow_twin (Shadow *self, WeirEvent *event)
{
  g_autoptr(GError) error = NULL;
  char *wrong = NULL;

  if (self->twin != NULL && !weir_run_state_apply (self->twin, event, &error))
    return g_strdup_printf ("a copy does not go on: %s", error->message);
  if (self->twin != NULL && weir_run_state_equal (self->state, self->twin, &wrong))
    wrong = compare_counts (self->state, self->twin);
  if (wrong == NULL && g_test_rand_int_range (0, 5) == 0)
    {
      WeirRunState *twin = weir_run_state_copy (self->twin != NULL && g_test_rand_bit () ? self->twin : self->state);

      g_clear_pointer (&self->twin, weir_run_state_unref);
      self->twin = twin;
      if (weir_run_state_equal (self->state, self->twin, &wrong))
        wrong = compare_counts (self->state, self->twin);
    }
  return wrong;
}

static void
follow (WeirRun *run, WeirEvent *event)
{
  Shadow *self = get_shadow (run);
  WeirStepState *step = event->block != NULL && event->firing > 0
                          ? weir_run_state_lookup (self->state, event->scope, event->block, event->firing)
                          : NULL;
  g_autoptr(GError) error = NULL;
  g_autofree char *wrong = NULL;

  n_events++;
  if (weir_run_status_is_final (self->state->status) && event->kind != WEIR_EVENT_LOG)
    wrong = g_strdup ("it came after the end of the run");
  if (wrong == NULL && step != NULL && begins (event, step))
    wrong = check_inputs (self, step);
  if (wrong == NULL && !weir_run_state_apply (self->state, event, &error))
    wrong = g_strdup (error->message);
  if (wrong == NULL && weir_run_state_equal (run->state, self->state, &wrong))
    wrong = compare_counts (run->state, self->state);
  if (wrong == NULL)
    wrong = follow_twin (self, event);
  if (wrong == NULL)
    wrong = check_counts (self->state);
  if (wrong == NULL)
    wrong = check_history (self);
  if (wrong != NULL)
    g_error ("Run %" G_GINT64_FORMAT ", event %" G_GUINT64_FORMAT ", %s of %s in scope %u: %s", run->id, event->seq,
             weir_event_kind_get_name (event->kind), event->block != NULL ? event->block : "the run", event->scope,
             wrong);
}

void
__wrap_weir_engine_journal (WeirEngine *self, WeirEvent *event, const char *path, const char *block_path)
{
  WeirRun *run = current != NULL && shadows != NULL ? weir_engine_find_run (self, event->run) : NULL;

  if (run != NULL)
    follow (run, event);
  __real_weir_engine_journal (self, event, path, block_path);
}

void
weir_shadow_begin (WeirTest *test)
{
  g_assert_null (current);
  current = test;
  shadows = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, shadow_free);
}

void
weir_shadow_end (void)
{
  current = NULL;
  g_clear_pointer (&shadows, g_hash_table_unref);
}

guint
weir_shadow_get_n_events (void)
{
  return n_events;
}

void
weir_shadow_check_end (WeirRun *run)
{
  g_assert_true (weir_run_status_is_final (run->state->status));
  g_assert_cmpuint (run->state->n_running, ==, 0);
  for (guint i = 0; i < run->state->steps->len; i++)
    {
      WeirStepState *step = g_ptr_array_index (run->state->steps, i);

      if (step == NULL)
        continue;
      /* what nobody settled stays unknown */
      if (!is_over (step->info.status) && step->info.status != WEIR_STEP_UNKNOWN)
        g_error ("Run %" G_GINT64_FORMAT " is %s, but its step %s in scope %u is %s", run->id,
                 weir_run_status_get_name (run->state->status), step->info.block, step->info.scope,
                 weir_step_status_get_name (step->info.status));
      if (step->runtime != NULL)
        g_error ("Run %" G_GINT64_FORMAT " is over, but something still works at %s in scope %u, which is %s", run->id,
                 step->info.block, step->info.scope, weir_step_status_get_name (step->info.status));
      if (step->info.started_at != 0)
        g_assert_nonnull (step->info.inputs);
      if (step->info.status == WEIR_STEP_SKIPPED)
        g_assert_cmpint (step->info.started_at, ==, 0);
    }
  for (guint i = 0; i < run->state->scopes->len; i++)
    {
      WeirScopeState *scope = g_ptr_array_index (run->state->scopes, i);

      if (scope != NULL && !scope->pub.closed && i > 0)
        g_error ("Run %" G_GINT64_FORMAT " is over, but its scope %s is open", run->id, scope->pub.path);
    }
  g_assert_cmpuint (run->n_leaves, ==, 0);
  g_assert_cmpuint (run->n_runtimes, ==, 0);
}
