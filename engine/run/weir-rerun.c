/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Running again: which blocks run, which give what they gave then, which are left out. What they gave is taken over only where a block is as
 * it was and gets what it got, so a change upstream is never overlooked. */

#include "weir-rerun.h"

#include "weir-json.h"
#include "weir-run-private.h"
#include "weir-workflow-file.h"

#include <string.h>

struct _WeirRerun
{
  WeirRerunSource    source;    /* owns what it points to */
  guint              n_blocks;
  WeirRerunDecision *decisions; /* by block of the workflow */
  const char       **reasons;   /* static */
  GHashTable        *fixtures;  /* block path → outputs */
  WeirValue         *set;       /* record: block → {inputs} or {outputs} */
  char              *by;
  char              *container; /* only one item of it runs */
  char              *item;
};

void
weir_rerun_free (WeirRerun *self)
{
  g_clear_pointer (&self->source.state, weir_run_state_unref);
  g_clear_object (&self->source.workflow);
  g_clear_pointer (&self->source.events, g_ptr_array_unref);
  g_clear_pointer (&self->fixtures, g_hash_table_unref);
  g_clear_pointer (&self->set, weir_value_unref);
  g_free (self->decisions);
  g_free (self->reasons);
  g_free (self->by);
  g_free (self->container);
  g_free (self->item);
  g_free (self);
}

/* ── the plan ───────────────────────────────────────────────────────────────────────────── */

static void
decide (WeirRerun *self, guint block, WeirRerunDecision decision, const char *reason)
{
  self->decisions[block] = decision;
  self->reasons[block] = reason;
}

static void
mark_following (const WeirPlan *plan, guint block, gboolean *marked)
{
  if (marked[block])
    return;
  marked[block] = TRUE;
  for (guint i = 0; i < plan->blocks[block].n_out; i++)
    mark_following (plan, plan->links[plan->blocks[block].out[i]].target, marked);
}

static WeirValue *
definition_of (WeirWorkflow *workflow)
{
  g_autofree char *text = weir_workflow_to_json (workflow);
  g_autoptr(WeirValue) whole = weir_json_parse (text, -1, NULL);
  WeirValue *blocks = whole != NULL ? weir_value_find_member (whole, "blocks") : NULL;

  return blocks != NULL ? weir_value_ref (blocks) : weir_value_new_record (NULL, NULL, 0);
}

static gboolean
has_finished (WeirRerun *self, const char *block)
{
  const WeirStepInfo *step = weir_run_state_find_step (self->source.state, 0, block);

  return step != NULL && !step->deleted
         && (step->status == WEIR_STEP_SUCCEEDED || step->status == WEIR_STEP_CACHED || step->status == WEIR_STEP_PINNED
             || step->status == WEIR_STEP_SKIPPED);
}

static gboolean
was_undone (WeirRerun *self, const char *block)
{
  const WeirStepInfo *step = weir_run_state_find_step (self->source.state, 0, block);

  return step != NULL && step->n_undone > 0;
}

static void
decide_other (WeirRerun *self, const WeirPlan *plan, guint i, const char *mode, WeirValue *then, WeirValue *now)
{
  const char *id = plan->blocks[i].id;
  WeirValue *old = weir_value_find_member (then, id), *new = weir_value_find_member (now, id);
  gboolean changed = old == NULL || new == NULL || !weir_value_equal (old, new);
  gboolean leave_out = !g_str_equal (mode, "from");

  if (has_finished (self, id) && !was_undone (self, id) && !changed)
    decide (self, i, WEIR_RERUN_REUSE, "It is as it was");
  else if (leave_out)
    decide (self, i, WEIR_RERUN_SKIP, "Not asked for");
  else if (changed)
    decide (self, i, WEIR_RERUN_RUN, old == NULL ? "It is new" : "It was changed since");
  else
    decide (self, i, WEIR_RERUN_RUN, was_undone (self, id) ? "What it did was undone" : "It had not succeeded");
}

static void
decide_all (WeirRerun *self, WeirWorkflow *workflow, const WeirPlan *plan, const char *mode, guint target)
{
  g_autofree gboolean *following = g_new0 (gboolean, plan->n_blocks);
  g_autoptr(WeirValue) then = definition_of (self->source.workflow);
  g_autoptr(WeirValue) now = definition_of (workflow);

  mark_following (plan, target, following);
  for (guint i = 0; i < plan->n_blocks; i++)
    if (i == target)
      decide (self, i, WEIR_RERUN_RUN, "Asked for");
    else if (following[i] && g_str_equal (mode, "only"))
      decide (self, i, WEIR_RERUN_SKIP, "Not asked for");
    else if (following[i])
      decide (self, i, WEIR_RERUN_RUN, "It follows");
    else
      decide_other (self, plan, i, mode, then, now);
}

/* "map[3]" is one item of the block map; of what is deeper the block of the workflow counts. */
static char *
split_target (WeirRerun *self, const char *path)
{
  gsize length = strcspn (path, "/[");
  char *block = g_strndup (path, length);
  const char *end = path[length] == '[' ? strchr (path + length, ']') : NULL;

  if (end != NULL)
    {
      self->container = g_strdup (block);
      self->item = g_strndup (path + length + 1, (gsize) (end - path) - length - 1);
    }
  return block;
}

static gboolean
check_mode (const char *mode, const char *block, gboolean has_source, GError **error)
{
  if (!g_str_equal (mode, "all") && !g_str_equal (mode, "from") && !g_str_equal (mode, "only")
      && !g_str_equal (mode, "then"))
    g_set_error (error, WEIR_ERROR, WEIR_ERROR_INVALID, "Expected mode all, from, only or then, got %s", mode);
  else if (!g_str_equal (mode, "all") && (block == NULL || !has_source))
    g_set_error (error, WEIR_ERROR, WEIR_ERROR_INVALID, "Mode %s needs a run and a block to begin at", mode);
  else
    return TRUE;
  return FALSE;
}

WeirRerun *
weir_rerun_new (WeirWorkflow *workflow, WeirValue *options, const WeirRerunSource *source, GHashTable *fixtures, GError **error)
{
  const char *mode = weir_value_get_member_text (options, "mode", "all");
  const char *path = weir_value_get_member_text (options, "block", NULL);
  WeirValue *set = weir_value_find_member (options, "set");
  WeirPlan *plan;
  WeirRerun *self;

  if (!check_mode (mode, path, source != NULL && source->state != NULL, error))
    return NULL;
  plan = weir_plan_new (weir_workflow_get_graph (workflow));
  self = g_new0 (WeirRerun, 1);
  self->n_blocks = plan->n_blocks;
  self->decisions = g_new0 (WeirRerunDecision, plan->n_blocks + 1);
  self->reasons = g_new0 (const char *, plan->n_blocks + 1);
  self->fixtures = fixtures != NULL ? g_hash_table_ref (fixtures) : NULL;
  self->set = set != NULL ? weir_value_ref (set) : NULL;
  self->by = g_strdup (weir_value_get_member_text (options, "by", g_get_user_name ()));
  if (source != NULL && source->state != NULL)
    {
      self->source.run = source->run;
      self->source.state = weir_run_state_ref (source->state);
      self->source.workflow = g_object_ref (source->workflow);
      self->source.events = g_ptr_array_ref (source->events);
    }
  for (guint i = 0; i < plan->n_blocks; i++)
    decide (self, i, WEIR_RERUN_RUN, "From the beginning");

  if (!g_str_equal (mode, "all"))
    {
      g_autofree char *block = split_target (self, path);
      int target = weir_plan_find_block (plan, block);

      if (target < 0)
        {
          g_set_error (error, WEIR_ERROR, WEIR_ERROR_NOT_FOUND, "There is no block %s in %s", block,
                       weir_workflow_get_name (workflow));
          g_clear_pointer (&self, weir_rerun_free);
        }
      else
        decide_all (self, workflow, plan, mode, (guint) target);
    }
  weir_plan_unref (plan);
  return self;
}

WeirRerunDecision
weir_rerun_decide (WeirRerun *self, guint block, const char **reason)
{
  g_return_val_if_fail (block < self->n_blocks, WEIR_RERUN_RUN);
  if (reason != NULL)
    *reason = self->reasons[block];
  return self->decisions[block];
}

/* ── while it runs ──────────────────────────────────────────────────────────────────────── */

static void
settle_with (WeirRerun *self, WeirStep *step, WeirValue *outputs, const char *how)
{
  for (gsize i = 0; i < weir_value_get_length (outputs); i++)
    weir_step_emit (step, weir_value_get_key (outputs, i), weir_value_get_item (outputs, i));
  weir_step_end_known (step, how, g_str_equal (how, "reused") ? self->source.run : 0);
}

/* What it sent over its side ports then. */
static void
send_again (WeirRerun *self, WeirStep *step, const WeirStepInfo *then)
{
  for (guint i = 0; i < self->source.events->len; i++)
    {
      WeirEvent *event = g_ptr_array_index (self->source.events, i);

      if (event->kind == WEIR_EVENT_BLOCK_EMITTED && event->scope == 0 && event->firing == then->firing
          && g_str_equal (event->block, then->block))
        weir_step_emit_side (step, weir_value_get_member_text (event->data, "port", ""),
                             weir_value_find_member (event->data, "value"));
    }
}

static gboolean
reuse (WeirRerun *self, WeirStep *step)
{
  WeirStepInfo *now = &step->state->info;
  const WeirStepInfo *then = weir_run_state_find_firing (self->source.state, 0, now->block, now->firing);

  if (then == NULL || then->outputs == NULL || then->n_undone > 0
      || (then->status != WEIR_STEP_SUCCEEDED && then->status != WEIR_STEP_CACHED && then->status != WEIR_STEP_PINNED)
      || (then->inputs == NULL) != (now->inputs == NULL)
      || (then->inputs != NULL && !weir_value_equal (then->inputs, now->inputs)))
    return FALSE;
  send_again (self, step, then);
  settle_with (self, step, then->outputs, "reused");
  return TRUE;
}

static void
replace_inputs (WeirRerun *self, WeirStep *step, WeirValue *inputs)
{
  for (gsize i = 0; i < weir_value_get_length (inputs); i++)
    weir_run_emit_override (step->run, step->state, weir_value_get_key (inputs, i), weir_value_get_item (inputs, i),
                            self->by);
}

gboolean
weir_rerun_settle (WeirRerun *self, WeirStep *step)
{
  const char *path = weir_block_get_path (step->block->block);
  WeirValue *set = self->set != NULL ? weir_value_find_member (self->set, path) : NULL;
  WeirValue *known = self->fixtures != NULL ? g_hash_table_lookup (self->fixtures, path) : NULL;

  if (set != NULL && weir_value_find_member (set, "outputs") != NULL)
    {
      settle_with (self, step, weir_value_find_member (set, "outputs"), "set");
      return TRUE;
    }
  if (known != NULL)
    {
      settle_with (self, step, known, "pinned");
      return TRUE;
    }
  if (step->state->scope->pub.id == 0 && self->decisions[step->state->block_index] == WEIR_RERUN_SKIP)
    {
      weir_run_emit (step->run, WEIR_EVENT_BLOCK_SKIPPED, step->state, NULL);
      step->settled = TRUE;
      return TRUE;
    }
  if (step->state->scope->pub.id == 0 && self->decisions[step->state->block_index] == WEIR_RERUN_REUSE
      && reuse (self, step))
    return TRUE;
  if (set != NULL && weir_value_find_member (set, "inputs") != NULL && step->state->info.firing == 1)
    replace_inputs (self, step, weir_value_find_member (set, "inputs"));
  return FALSE;
}

gboolean
weir_rerun_find_item (WeirRerun *self, WeirStep *step, const char *key, WeirValue **result, WeirValue **error)
{
  const WeirStepInfo *then;
  WeirScopeState *scope;
  WeirStepState *container;

  *result = *error = NULL;
  if (self->container == NULL || step->state->scope->pub.id != 0 || !g_str_equal (self->container, step->block->id)
      || g_str_equal (self->item, key))
    return FALSE;
  then = weir_run_state_find_firing (self->source.state, 0, self->container, step->state->info.firing);
  container = then != NULL ? weir_run_state_lookup (self->source.state, 0, self->container, then->firing) : NULL;
  if (container == NULL)
    return FALSE;
  scope = weir_step_state_find_scope (container, key);
  if (scope == NULL)
    return weir_step_state_find_dropped (container, key, result, error);
  /* it was under way when the run ended */
  if (!scope->pub.closed || (scope->pub.result == NULL && scope->pub.error == NULL))
    return FALSE;
  *error = scope->pub.error;
  *result = scope->pub.error == NULL ? scope->pub.result : NULL;
  return TRUE;
}
