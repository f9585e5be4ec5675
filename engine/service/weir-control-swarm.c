/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Methods of WeirControl for swarms: how one stands, more items, verbs on it and on its items. */

#include "weir-control-private.h"
#include "weir-engine-private.h"
#include "weir-json.h"
#include "weir-run-swarm.h"
#include "weir-run-view.h"

/* The swarm at @path, "map" or "outer[2]/map"; the last one that began where it is empty. */
static const WeirStepInfo *
find_swarm (WeirRunState *state, const char *path, GError **error)
{
  for (guint i = weir_run_state_get_n_steps (state); i-- > 0;)
    {
      const WeirStepInfo *step = weir_run_state_get_step (state, i);
      g_autoptr(WeirSwarm) swarm = NULL;
      g_autofree char *other = NULL;

      if (step == NULL)
        continue;
      swarm = weir_run_state_get_swarm (state, step->scope, step->block, 0, 0);
      if (swarm == NULL)
        continue;
      other = weir_run_state_dup_step_path (state, step);
      if (*path == '\0' || g_str_equal (other, path))
        return step;
    }
  if (*path == '\0')
    g_set_error (error, WEIR_ERROR, WEIR_ERROR_NOT_FOUND, "The run has no swarm that has begun");
  else
    g_set_error (error, WEIR_ERROR, WEIR_ERROR_NOT_FOUND, "There is no swarm %s that has begun", path);
  return NULL;
}

static void
set_int (WeirBuilder *builder, const char *name, gint64 value)
{
  weir_builder_set_take (builder, name, weir_value_new_int (value));
}

static WeirValue *
describe_item (const WeirSwarmItem *item)
{
  WeirBuilder *builder = weir_record_builder_new (10);

  set_int (builder, "index", item->index);
  weir_builder_set_take (builder, "status", weir_value_new_text (weir_item_status_get_name (item->status)));
  weir_builder_set_take (builder, "held", weir_value_new_bool (item->held));
  set_int (builder, "priority", item->priority);
  set_int (builder, "attempts", item->attempts);
  if (item->scope != 0)
    set_int (builder, "scope", item->scope);
  if (item->binned)
    weir_builder_set_take (builder, "deleted", weir_value_new_bool (TRUE));
  if (item->item != NULL)
    weir_builder_set (builder, "item", item->item);
  if (item->result != NULL)
    weir_builder_set (builder, "result", item->result);
  if (item->error != NULL)
    weir_builder_set (builder, "error", item->error);
  return weir_builder_end (builder);
}

static WeirValue *
describe_swarm (WeirSwarm *swarm, const char *block)
{
  WeirBuilder *builder = weir_record_builder_new (11);
  WeirBuilder *items = weir_list_builder_new (swarm->items->len);

  weir_builder_set_take (builder, "block", weir_value_new_text (block));
  set_int (builder, "total", swarm->n_items);
  set_int (builder, "queued", swarm->n_queued);
  set_int (builder, "running", swarm->n_running);
  set_int (builder, "ok", swarm->n_ok);
  set_int (builder, "failed", swarm->n_failed);
  set_int (builder, "skipped", swarm->n_skipped);
  set_int (builder, "deleted", swarm->n_binned);
  weir_builder_set_take (builder, "open", weir_value_new_bool (swarm->open));
  weir_builder_set_take (builder, "paused", weir_value_new_bool (swarm->paused));
  for (guint i = 0; i < swarm->items->len; i++)
    weir_builder_take (items, describe_item (g_ptr_array_index (swarm->items, i)));
  weir_builder_set_take (builder, "items", weir_builder_end (items));
  return weir_builder_end (builder);
}

static WeirValue *
show (WeirEngine *engine, WeirValue *args, GError **error)
{
  gint64 id = weir_value_get_member_int (args, "run", 0);
  guint first = (guint) weir_value_get_member_int (args, "first", 0);
  guint n = (guint) weir_value_get_member_int (args, "n", 0);
  WeirRun *run = weir_engine_find_run (engine, id);
  g_autoptr(WeirRunView) view = run == NULL ? dex_await_object (weir_run_view_open (engine, id), error) : NULL;
  WeirRunState *state;
  const WeirStepInfo *step;
  g_autoptr(WeirSwarm) swarm = NULL;
  g_autoptr(WeirValue) shown = NULL;

  if (run == NULL && view == NULL)
    return NULL;
  state = run != NULL ? weir_run_get_state (run) : weir_run_view_get_state (view);
  step = find_swarm (state, weir_value_get_member_text (args, "block", ""), error);
  if (step == NULL)
    return NULL;
  swarm = run != NULL ? weir_run_get_swarm (run, step->scope, step->block, first, n)
                      : weir_run_state_get_swarm (state, step->scope, step->block, first, n);
  shown = describe_swarm (swarm, step->block);
  /* what is live may not be on disk yet, and after a crash would run again */
  if (run != NULL && !dex_await (weir_engine_durable (engine), error))
    return NULL;
  return g_steal_pointer (&shown);
}

static WeirRun *
find_live (WeirEngine *engine, WeirValue *args, const WeirStepInfo **step, GError **error)
{
  gint64 id = weir_value_get_member_int (args, "run", 0);
  WeirRun *run = weir_engine_find_run (engine, id);

  if (run == NULL)
    {
      g_set_error (error, WEIR_ERROR, WEIR_ERROR_WRONG_STATE, "Run %" G_GINT64_FORMAT " is not live", id);
      return NULL;
    }
  *step = find_swarm (weir_run_get_state (run), weir_value_get_member_text (args, "block", ""), error);
  return *step != NULL ? g_object_ref (run) : NULL;
}

/* What does not fit is no failure of the call: the answer lists it. */
static WeirValue *
describe_added (WeirSwarmAdded *added, const GError *refusal)
{
  WeirBuilder *builder = weir_record_builder_new (7);

  set_int (builder, "added", added->n_added);
  set_int (builder, "first", added->first);
  set_int (builder, "rejected", added->n_rejected);
  set_int (builder, "us", added->duration);
  weir_builder_set_take (builder, "closed", weir_value_new_bool (added->closed));
  if (added->rejected != NULL)
    weir_builder_set (builder, "errors", added->rejected);
  if (refusal != NULL)
    weir_builder_set_take (builder, "refused", weir_value_new_text (refusal->message));
  return weir_builder_end (builder);
}

static WeirValue *
add (WeirEngine *engine, WeirValue *args, GError **error)
{
  const WeirStepInfo *step;
  g_autoptr(WeirRun) run = find_live (engine, args, &step, error);
  g_autoptr(WeirValue) items = NULL;
  g_auto(WeirSwarmAdded) added = { 0 };
  g_autoptr(GError) refusal = NULL;

  if (run == NULL)
    return NULL;
  items = weir_json_parse (weir_value_get_member_text (args, "items", ""), -1, error);
  if (items == NULL)
    return NULL;
  if (!weir_run_swarm_add (run, step->scope, step->block, items, weir_value_get_member_int (args, "valid_only", 0) != 0,
                           &added, &refusal)
      && added.n_rejected == 0)
    {
      g_propagate_error (error, g_steal_pointer (&refusal));
      return NULL;
    }
  if (!dex_await (weir_engine_durable (engine), error))
    return NULL;
  return describe_added (&added, refusal);
}

static gboolean
steer_item (WeirRun *run, const WeirStepInfo *step, const char *verb, guint index, int priority, GError **error)
{
  if (g_str_equal (verb, "rerun"))
    return weir_run_swarm_rerun (run, step->scope, step->block, index, error);
  if (g_str_equal (verb, "priority"))
    return weir_run_swarm_set_priority (run, step->scope, step->block, index, priority, error);
  if (g_str_equal (verb, "pause") || g_str_equal (verb, "resume"))
    return weir_run_swarm_pause_item (run, step->scope, step->block, index, g_str_equal (verb, "pause"), error);
  if (g_str_equal (verb, "stop") || g_str_equal (verb, "force_stop"))
    return weir_run_swarm_stop_item (run, step->scope, step->block, index, g_str_equal (verb, "force_stop"), error);
  g_set_error (error, WEIR_ERROR, WEIR_ERROR_INVALID,
               "Expected rerun, priority, pause, resume, stop or force_stop, got %s", verb);
  return FALSE;
}

static gboolean
steer_all (WeirRun *run, const WeirStepInfo *step, const char *verb, GError **error)
{
  if (g_str_equal (verb, "close"))
    return weir_run_swarm_close (run, step->scope, step->block, error);
  if (g_str_equal (verb, "pause"))
    return weir_run_pause_part (run, step->scope, step->block, error);
  if (g_str_equal (verb, "resume"))
    return weir_run_resume_part (run, step->scope, step->block, error);
  if (g_str_equal (verb, "stop") || g_str_equal (verb, "force_stop"))
    return weir_run_swarm_stop (run, step->scope, step->block, g_str_equal (verb, "force_stop"), error);
  g_set_error (error, WEIR_ERROR, WEIR_ERROR_INVALID, "Expected close, pause, resume, stop or force_stop, got %s",
               verb);
  return FALSE;
}

/* @item below 0: of the whole swarm. */
static WeirValue *
steer (WeirEngine *engine, WeirValue *args, GError **error)
{
  const WeirStepInfo *step;
  g_autoptr(WeirRun) run = find_live (engine, args, &step, error);
  const char *verb = weir_value_get_member_text (args, "verb", "");
  gint64 index = weir_value_get_member_int (args, "item", -1);
  g_autoptr(WeirSwarm) swarm = NULL;
  guint32 scope;
  const char *block;
  gboolean done;

  if (run == NULL)
    return NULL;
  scope = step->scope;
  block = step->block;
  if (index >= 0)
    done = steer_item (run, step, verb, (guint) MIN (index, G_MAXUINT),
                       (int) weir_value_get_member_int (args, "priority", 0), error);
  else
    done = steer_all (run, step, verb, error);
  if (!done || !dex_await (weir_engine_durable (engine), error))
    return NULL;
  swarm = weir_run_get_swarm (run, scope, block, 0, 0);
  return describe_swarm (swarm, block);
}

const WeirControlMethod weir_control_swarm_methods[] = {
  { "Swarm", show }, { "SwarmAdd", add }, { "SwarmSteer", steer }, { NULL, NULL }
};
