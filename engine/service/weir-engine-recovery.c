/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Taking up a run that the end of the program cut off, or giving it up. */

#include "weir-engine-recovery-private.h"
#include "weir-recovery.h"
#include "weir-run-private.h"

/**
 * weir_engine_list_unfinished:
 * @self: an engine
 *
 * Returns: (transfer full): a #GListModel of #WeirRunInfo: runs that were not over when the database was last closed, and have not been
 *   taken up since
 */
GListModel *
weir_engine_list_unfinished (WeirEngine *self)
{
  g_autoptr(GListModel) all = weir_store_list_unfinished (self->store);
  GListStore *list = g_list_store_new (WEIR_TYPE_RUN_INFO);

  for (guint i = 0; i < g_list_model_get_n_items (all); i++)
    {
      g_autoptr(WeirRunInfo) info = g_list_model_get_item (all, i);
      gint64 id = weir_run_info_get_id (info);

      if (!g_hash_table_contains (self->settled, &id) && weir_engine_find_run (self, id) == NULL)
        g_list_store_append (list, info);
    }
  return G_LIST_MODEL (list);
}

static gboolean
check_can_be_taken_up (WeirEngine *self, WeirRunInfo *info, GError **error)
{
  gint64 id = weir_run_info_get_id (info);

  if (self->closed)
    g_set_error (error, WEIR_ERROR, WEIR_ERROR_WRONG_STATE, "The engine is closed");
  else if (weir_engine_find_run (self, id) != NULL)
    g_set_error (error, WEIR_ERROR, WEIR_ERROR_WRONG_STATE, "Run %" G_GINT64_FORMAT " was taken up already", id);
  else
    return TRUE;
  return FALSE;
}

WeirRunState *
weir_recovery_fold (WeirEngine *self, WeirWorkflow *workflow, gint64 run, GPtrArray *events, guint *next, GError **error)
{
  g_autoptr(WeirRunState) state = weir_run_state_new (workflow, weir_engine_resolve, self);
  gboolean ok = TRUE;

  for (; *next < events->len; (*next)++)
    {
      WeirEvent *event = g_ptr_array_index (events, *next);

      if (event->run != run)
        break;
      ok = ok && weir_run_state_apply (state, event, error);
    }
  if (ok && state->scopes->len == 0)
    {
      g_set_error (error, WEIR_ERROR, WEIR_ERROR_NOT_FOUND, "Nothing is left of run %" G_GINT64_FORMAT, run);
      ok = FALSE;
    }
  return ok ? g_steal_pointer (&state) : NULL;
}

WeirRun *
weir_recovery_revive (WeirEngine *self, WeirRunInfo *info, WeirWorkflow *workflow, WeirRunState *state, GError **error)
{
  g_autoptr(WeirRerun) rerun = NULL;
  WeirRun *run;

  if (!weir_engine_load_rerun (self, workflow, state, &rerun, error) || !check_can_be_taken_up (self, info, error))
    return NULL;
  run = weir_engine_add_run (self, weir_run_info_get_id (info), workflow);
  run->created_at = weir_run_info_get_created_at (info);
  run->status = state->status;
  run->parent = state->parent;
  run->options = state->options != NULL ? weir_value_ref (state->options) : NULL;
  run->rerun = g_steal_pointer (&rerun);
  if (run->options != NULL)
    weir_run_take_breakpoints (run, weir_value_find_member (run->options, "breakpoints"), NULL);
  g_hash_table_add (self->settled, g_memdup2 (&run->id, sizeof run->id));
  weir_run_recover (run, state);
  return g_object_ref (run);
}

/* Ends it as interrupted. (transfer full) */
static WeirRun *
abandon (WeirEngine *self, WeirRunInfo *info, WeirWorkflow *workflow, WeirRunState *state, GError **error)
{
  WeirRun *run;

  if (!check_can_be_taken_up (self, info, error))
    return NULL;
  run = weir_engine_add_run (self, weir_run_info_get_id (info), workflow);
  run->created_at = weir_run_info_get_created_at (info);
  run->status = state->status;
  run->state = weir_run_state_ref (state);
  g_hash_table_add (self->settled, g_memdup2 (&run->id, sizeof run->id));
  weir_run_emit (run, WEIR_EVENT_RUN_INTERRUPTED, NULL, NULL);
  weir_run_put_row (run);
  return g_object_ref (run);
}

typedef struct
{
  WeirEngine *engine;
  gint64 id;
  gboolean abandon;
} OneCall;

static void
one_call_free (gpointer data)
{
  g_object_unref (((OneCall *) data)->engine);
  g_free (data);
}

static WeirRun *
take_up (OneCall *call, GError **error)
{
  WeirEngine *self = call->engine;
  g_autoptr(WeirRunInfo) info = dex_await_object (weir_store_load_run (self->store, call->id), error);
  g_autoptr(GPtrArray) events = NULL;
  g_autoptr(WeirWorkflow) workflow = NULL;
  g_autoptr(WeirRunState) state = NULL;
  guint next = 0;

  if (info == NULL)
    return NULL;
  if (weir_run_status_is_final (weir_run_info_get_status (info)) || weir_engine_find_run (self, call->id) != NULL)
    {
      g_set_error (error, WEIR_ERROR, WEIR_ERROR_WRONG_STATE,
                   "Run %" G_GINT64_FORMAT " is %s: there is nothing to take up", call->id,
                   weir_run_status_get_name (weir_run_info_get_status (info)));
      return NULL;
    }
  events = dex_await_boxed (weir_store_load_events (self->store, call->id, 0, TRUE), error);
  if (events == NULL)
    return NULL;
  workflow = dex_await_object (
    weir_engine_load_workflow (self, weir_run_info_get_workflow_id (info), weir_run_info_get_version (info)), error);
  if (workflow == NULL)
    return NULL;
  state = weir_recovery_fold (self, workflow, call->id, events, &next, error);
  if (state == NULL)
    return NULL;
  return call->abandon ? abandon (self, info, workflow, state, error)
                       : weir_recovery_revive (self, info, workflow, state, error);
}

static DexFuture *
one_fiber (gpointer user_data)
{
  OneCall *call = user_data;
  GError *error = NULL;
  g_autoptr(WeirRun) run = take_up (call, &error);

  if (run == NULL)
    return dex_future_new_for_error (error);
  if (!call->abandon)
    g_signal_emit_by_name (call->engine, "run-added", run);
  dex_await (weir_engine_durable (call->engine), NULL);
  g_signal_emit_by_name (call->engine, "workflows-changed");
  return dex_future_new_take_object (g_steal_pointer (&run));
}

DexFuture *
weir_recovery_refuse (WeirEngine *self)
{
  GError *error = NULL;

  return weir_store_may_write (self->store, &error) ? NULL : dex_future_new_for_error (error);
}

static DexFuture *
recover_one (WeirEngine *self, gint64 id, gboolean give_up)
{
  DexFuture *refusal = weir_recovery_refuse (self);
  OneCall *call;

  if (refusal != NULL)
    return refusal;
  call = g_new0 (OneCall, 1);
  call->engine = g_object_ref (self);
  call->id = id;
  call->abandon = give_up;
  return dex_scheduler_spawn (NULL, 0, one_fiber, call, one_call_free);
}

/**
 * weir_engine_recover_run:
 * @self: an engine
 * @id: number of an unfinished run
 *
 * Takes a run up where its journal ends. Steps caught in flight run again where that harms nobody; the others are unknown until they
 * are settled.
 *
 * Returns: (transfer full): a future that resolves to the #WeirRun
 */
DexFuture *
weir_engine_recover_run (WeirEngine *self, gint64 id)
{
  return recover_one (self, id, FALSE);
}

/**
 * weir_engine_abandon_run:
 * @self: an engine
 * @id: number of an unfinished run
 *
 * Ends it as interrupted; what it did can still be undone.
 *
 * Returns: (transfer full): a future that resolves to the #WeirRun
 */
DexFuture *
weir_engine_abandon_run (WeirEngine *self, gint64 id)
{
  return recover_one (self, id, TRUE);
}
