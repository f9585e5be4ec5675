/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What undoing or redoing a run would do. Only looks. */

#include "weir-undo-private.h"

#include <string.h>

typedef struct
{
  WeirEngine   *engine;
  gint64        run;
  char         *to_block;
  char         *part;
  WeirDirection direction;
  WeirRun      *live;     /* it still runs: only what is in @scope; NULL: it has ended */
  guint32       scope;
  /* found */
  WeirRunState *state;    /* NULL where it is not needed */
  GHashTable   *values;   /* what variables and entries will be once those before are undone */
  gint64        boundary;
  gint64        since;    /* when an undo or redo began that did not come to its end; 0: none */
  gboolean      other_cut_off; /* one in the other direction is among those */
} PlanCall;

static void
plan_call_free (gpointer data)
{
  PlanCall *call = data;

  g_object_unref (call->engine);
  g_free (call->to_block);
  g_free (call->part);
  g_hash_table_unref (call->values);
  g_clear_pointer (&call->state, weir_run_state_unref);
  g_free (call);
}

/* ── single effects ─────────────────────────────────────────────────────────────────────── */

static void
explain (PlanCall *call, const WeirEffect *effect, WeirForesight *foresight, char **description, char **conflict, guint64 *size,
         gboolean *irreversible)
{
  if (effect->undo == WEIR_UNDO_IRREVERSIBLE
      || (effect->undo == WEIR_UNDO_COMPENSATE && call->direction == WEIR_DIRECTION_REDO))
    {
      *irreversible = TRUE;
      *description = g_strdup_printf ("%s: %s cannot be %s", effect->type, effect->target,
                                      call->direction == WEIR_DIRECTION_REDO ? "done again" : "undone");
    }
  else if (weir_file_effect_is_one (effect))
    {
      weir_file_effect_explain (effect, call->direction, foresight, description, conflict, size);
      if (*conflict == NULL)
        weir_file_effect_foresee (effect, call->direction, foresight);
      else if (weir_file_effect_is_done (effect, call->direction, foresight))
        g_clear_pointer (conflict, g_free); /* the undo before this one was cut off */
    }
  else if (weir_value_effect_is_one (effect))
    weir_value_effect_explain (call->engine, effect, call->direction, call->values, description, conflict);
  else if (weir_run_effect_is_one (effect))
    weir_run_effect_explain (effect, description);
  else if (effect->undo == WEIR_UNDO_COMPENSATE)
    *description = g_strdup_printf ("Take back %s: %s", effect->type, effect->target);
  else
    {
      *irreversible = TRUE;
      *description = g_strdup_printf ("%s: %s cannot be undone", effect->type, effect->target);
    }
}

static void
plan_effect (PlanCall *call, WeirUndoPlan *plan, WeirForesight *foresight, const WeirEffect *effect)
{
  g_autofree char *description = NULL;
  g_autofree char *conflict = NULL;
  gboolean irreversible = FALSE;
  guint64 size = 0;

  /* once an undo began with it, what there was is kept */
  if (effect->state == WEIR_EFFECT_INTENDED && weir_file_effect_is_one (effect) && effect->after == NULL
      && weir_file_effect_is_done (effect, call->direction, foresight))
    {
      /* in a run that goes on it may still come to it */
      if (call->live == NULL)
        g_ptr_array_add (plan->never_done, weir_effect_copy (effect));
      return;
    }
  explain (call, effect, foresight, &description, &conflict, &size, &irreversible);
  weir_undo_plan_take_item (plan, weir_effect_copy (effect), g_steal_pointer (&description),
                            g_steal_pointer (&conflict), irreversible, size);
}

/* ── which effects ──────────────────────────────────────────────────────────────────────── */

/* Whether the step at @path, or the block at it, is @step or around it. */
static gboolean
is_within (WeirRunState *state, const WeirEffect *effect, const char *path)
{
  const WeirStepInfo *info = weir_run_state_find_firing (state, effect->scope, effect->block, effect->firing);
  g_autofree char *step = info != NULL ? weir_run_state_dup_step_path (state, info) : NULL;
  gsize length = strlen (path);

  return step != NULL && strncmp (step, path, length) == 0
         && (step[length] == '\0' || step[length] == '/' || step[length] == '[');
}

static gboolean
has_wanted_state (PlanCall *call, const WeirEffect *effect)
{
  return effect->state != WEIR_EFFECT_DROPPED
         && (effect->state == WEIR_EFFECT_UNDONE) == (call->direction == WEIR_DIRECTION_REDO);
}

static gboolean
is_in_reach (PlanCall *call, const WeirEffect *effect)
{
  if (call->live != NULL)
    return weir_run_state_is_inside (call->live->state, effect->scope, call->scope);
  if (call->part != NULL)
    return is_within (call->state, effect, call->part);
  return effect->at > call->boundary;
}

/* An effect goes when its step ended after the last step of @to_block. */
static gboolean
find_boundary (PlanCall *call, GError **error)
{
  WeirBlockSummary summary;

  weir_run_state_summarize_block (call->state, call->to_block, &summary);
  if (summary.last == NULL)
    {
      g_set_error (error, WEIR_ERROR, WEIR_ERROR_NOT_FOUND, "Block %s did not run in run %" G_GINT64_FORMAT,
                   call->to_block, call->run);
      return FALSE;
    }
  call->boundary = summary.last->ended_at;
  return TRUE;
}

static gboolean
check_part (PlanCall *call, GPtrArray *effects, GError **error)
{
  for (guint i = 0; i < effects->len; i++)
    if (is_within (call->state, g_ptr_array_index (effects, i), call->part))
      return TRUE;
  g_set_error (error, WEIR_ERROR, WEIR_ERROR_NOT_FOUND, "Nothing that run %" G_GINT64_FORMAT " did came of %s",
               call->run, call->part);
  return FALSE;
}

static gboolean
fold (PlanCall *call, WeirRunInfo *info, GError **error)
{
  g_autoptr(GPtrArray) events = NULL;
  g_autoptr(WeirWorkflow) workflow = dex_await_object (
    weir_engine_load_workflow (call->engine, weir_run_info_get_workflow_id (info), weir_run_info_get_version (info)),
    error);

  if (workflow == NULL)
    return FALSE;
  events = dex_await_boxed (weir_store_load_events (call->engine->store, call->run, 0, FALSE), error);
  if (events == NULL)
    return FALSE;
  call->state = weir_run_state_new (workflow, weir_engine_resolve, call->engine);
  for (guint i = 0; i < events->len; i++)
    if (!weir_run_state_apply (call->state, g_ptr_array_index (events, i), error))
      return FALSE;
  return call->to_block == NULL || find_boundary (call, error);
}

static gboolean
check_ended (PlanCall *call, GError **error)
{
  g_autoptr(WeirRunInfo) info = dex_await_object (weir_engine_load_run (call->engine, call->run), error);
  const char *reason;

  if (info == NULL)
    return FALSE;
  if (!weir_run_verb_is_legal (WEIR_VERB_UNDO, weir_run_info_get_status (info), &reason))
    {
      g_set_error (error, WEIR_ERROR, WEIR_ERROR_WRONG_STATE, "Run %" G_GINT64_FORMAT " cannot be undone: %s",
                   call->run, reason);
      return FALSE;
    }
  return (call->to_block == NULL && call->part == NULL) || fold (call, info, error);
}

static gboolean
find_cut_off (PlanCall *call, GError **error)
{
  g_autoptr(GPtrArray) events = dex_await_boxed (weir_store_load_events (call->engine->store, call->run, 0, FALSE),
                                                  error);

  for (guint i = 0; events != NULL && i < events->len; i++)
    {
      WeirEvent *event = g_ptr_array_index (events, i);

      if (event->kind == WEIR_EVENT_UNDO_STARTED)
        {
          gboolean redo = event->data != NULL && weir_value_get_member_bool (event->data, "redo", FALSE);

          if (call->since == 0)
            call->since = event->at;
          call->other_cut_off |= redo != (call->direction == WEIR_DIRECTION_REDO);
        }
      else if (event->kind == WEIR_EVENT_UNDO_FINISHED)
        {
          call->since = 0;
          call->other_cut_off = FALSE;
        }
    }
  return events != NULL;
}

/* What a redo had done again already when it was cut off is there to be undone, though the journal does not say so yet; and the other way
 * round. NULL: it is as the journal says. (transfer full) */
static WeirEffect *
find_unsaid (PlanCall *call, WeirForesight *foresight, const WeirEffect *effect)
{
  gboolean redo = call->direction == WEIR_DIRECTION_REDO;
  WeirEffect *found;
  WeirValue *after;

  if (!call->other_cut_off || call->live != NULL || !weir_file_effect_is_one (effect) || (redo && effect->after == NULL)
      || (redo ? effect->state != WEIR_EFFECT_COMPLETED && effect->state != WEIR_EFFECT_INTENDED
               : effect->state != WEIR_EFFECT_UNDONE)
      || !weir_file_effect_is_done (effect, redo ? WEIR_DIRECTION_UNDO : WEIR_DIRECTION_REDO, foresight))
    return NULL;
  found = weir_effect_copy (effect);
  found->state = redo ? WEIR_EFFECT_UNDONE : WEIR_EFFECT_COMPLETED;
  after = redo ? NULL : weir_file_effect_after_redo (effect);
  if (after != NULL)
    {
      g_clear_pointer (&found->after, weir_value_unref);
      found->after = after;
    }
  return found;
}

static void
plan_next (PlanCall *call, WeirUndoPlan *plan, WeirForesight *foresight, const WeirEffect *effect)
{
  WeirEffect *unsaid = NULL;

  if (!is_in_reach (call, effect))
    return;
  if (has_wanted_state (call, effect))
    plan_effect (call, plan, foresight, effect);
  else if ((unsaid = find_unsaid (call, foresight, effect)) != NULL)
    {
      g_ptr_array_add (plan->unsaid, unsaid);
      plan_effect (call, plan, foresight, unsaid);
    }
}

static WeirUndoPlan *
make_plan (PlanCall *call, GError **error)
{
  g_autoptr(WeirForesight) foresight = weir_foresight_new ();
  g_autoptr(GPtrArray) effects = dex_await_boxed (weir_engine_list_effects (call->engine, call->run), error);
  WeirUndoPlan *plan;

  if (effects == NULL || (call->part != NULL && !check_part (call, effects, error)))
    return NULL;
  if (!find_cut_off (call, error))
    return NULL;
  plan = weir_undo_plan_new (call->run, call->to_block);
  plan->redo = call->direction == WEIR_DIRECTION_REDO;
  /* the clock of file systems is a little behind */
  plan->since = call->since > 0 ? (call->since - 20000) * 1000 : 0;
  for (guint i = 0; i < effects->len; i++)
    {
      const WeirEffect *effect = g_ptr_array_index (effects, plan->redo ? i : effects->len - 1 - i);

      if (effect->before != NULL && weir_file_effect_is_one (effect))
        weir_file_effect_add_times (effect, plan->times);
      /* what was cut off may have left something beside any of them */
      if (call->since > 0 && weir_file_effect_is_one (effect))
        g_ptr_array_extend_and_steal (plan->touched, weir_file_effect_list_paths (effect));
      plan_next (call, plan, foresight, effect);
    }
  return plan;
}

static DexFuture *
plan_fiber (gpointer user_data)
{
  PlanCall *call = user_data;
  GError *error = NULL;
  WeirUndoPlan *plan = check_ended (call, &error) ? make_plan (call, &error) : NULL;

  return plan != NULL ? dex_future_new_take_boxed (WEIR_TYPE_UNDO_PLAN, plan) : dex_future_new_for_error (error);
}

WeirUndoPlan *
weir_undo_plan_scope (WeirRun *run, guint32 scope, GError **error)
{
  PlanCall call = { .engine = run->engine, .run = run->id, .direction = WEIR_DIRECTION_UNDO, .live = run, .scope = scope };
  WeirUndoPlan *plan;

  call.values = weir_value_effect_new_foresight ();
  plan = make_plan (&call, error);
  g_hash_table_unref (call.values);
  return plan;
}

static DexFuture *
plan (WeirEngine *self, gint64 run, const char *to_block, const char *part, WeirDirection direction)
{
  PlanCall *call = g_new0 (PlanCall, 1);

  call->engine = g_object_ref (self);
  call->values = weir_value_effect_new_foresight ();
  call->run = run;
  call->to_block = g_strdup (to_block);
  call->part = g_strdup (part);
  call->direction = direction;
  return dex_scheduler_spawn (NULL, 0, plan_fiber, call, plan_call_free);
}

/**
 * weir_engine_plan_undo:
 * @self: an engine
 * @run: number of a run that has ended
 * @to_block: (nullable): path of a block: only what came after its last step; %NULL: everything
 *
 * Looks at the world and changes nothing.
 *
 * Returns: (transfer full): a future that resolves to a #WeirUndoPlan; rejects with %WEIR_ERROR_WRONG_STATE or %WEIR_ERROR_NOT_FOUND
 */
DexFuture *
weir_engine_plan_undo (WeirEngine *self, gint64 run, const char *to_block)
{
  return plan (self, run, to_block, NULL, WEIR_DIRECTION_UNDO);
}

/**
 * weir_engine_plan_undo_part:
 * @self: an engine
 * @run: number of a run that has ended
 * @path: path of a step ("each[3]/write"), of one item of a container ("each[3]"), or of all there was of a block ("each")
 *
 * As [method@Weir.Engine.plan_undo], for one part of the run. Where later steps built on it there are conflicts.
 *
 * Returns: (transfer full): a future that resolves to a #WeirUndoPlan; rejects with %WEIR_ERROR_WRONG_STATE or %WEIR_ERROR_NOT_FOUND
 */
DexFuture *
weir_engine_plan_undo_part (WeirEngine *self, gint64 run, const char *path)
{
  return plan (self, run, NULL, path, WEIR_DIRECTION_UNDO);
}

/**
 * weir_engine_plan_redo:
 * @self: an engine
 * @run: number of a run of which something was undone
 *
 * Looks what it takes to do again, earliest first, what was undone.
 *
 * Returns: (transfer full): a future that resolves to a #WeirUndoPlan; rejects with %WEIR_ERROR_WRONG_STATE or %WEIR_ERROR_NOT_FOUND
 */
DexFuture *
weir_engine_plan_redo (WeirEngine *self, gint64 run)
{
  return plan (self, run, NULL, NULL, WEIR_DIRECTION_REDO);
}
