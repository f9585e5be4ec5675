/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Methods of WeirControl that play a run and steer it. */

#include "weir-control-private.h"
#include "weir-control-record.h"
#include "weir-engine-private.h"
#include "weir-json.h"
#include "weir-workflow-file.h"

static WeirValue *
play (WeirEngine *engine, WeirValue *args, GError **error)
{
  g_autoptr(GListModel) problems = NULL;
  g_autoptr(WeirWorkflow) workflow = NULL;
  g_autoptr(WeirValue) inputs = NULL;
  g_autoptr(WeirRun) run = NULL;
  const char *input_text = weir_control_get_text (args, "inputs");
  const char *option_text = weir_control_get_text (args, "options");
  g_autoptr(WeirValue) options = NULL;

  workflow = weir_workflow_parse (weir_value_get_member_text (args, "workflow", ""), -1, &problems, error);
  if (workflow == NULL)
    return NULL;
  weir_workflow_set_folder (workflow, weir_control_get_text (args, "folder"));
  if (weir_control_get_text (args, "id") != NULL)
    weir_workflow_set_id (workflow, weir_control_get_text (args, "id"));
  if (input_text != NULL)
    {
      inputs = weir_value_decode (input_text, -1, error);
      if (inputs == NULL)
        return NULL;
    }
  if (option_text != NULL && (options = weir_value_decode (option_text, -1, error)) == NULL)
    return NULL;
  run = dex_await_object (options != NULL ? weir_engine_play_with (engine, workflow, inputs, options)
                                          : weir_engine_play (engine, workflow, inputs),
                          error);
  if (run == NULL)
    return NULL;
  return weir_control_make_record ("run", weir_value_new_int (weir_run_get_id (run)));
}

/* The live run, or NULL with an error that says what became of it. */
static WeirRun *
ensure_live_run (WeirEngine *engine, gint64 id, GError **error)
{
  WeirRun *run = weir_engine_find_run (engine, id);
  g_autoptr(WeirRunInfo) info = NULL;

  if (run != NULL)
    return g_object_ref (run);
  info = dex_await_object (weir_engine_load_run (engine, id), error);
  if (info == NULL)
    return NULL;
  if (weir_run_status_is_final (weir_run_info_get_status (info)))
    g_set_error (error, WEIR_ERROR, WEIR_ERROR_WRONG_STATE, "Run %" G_GINT64_FORMAT " has ended (%s)", id,
                 weir_run_status_get_name (weir_run_info_get_status (info)));
  else
    g_set_error (error, WEIR_ERROR, WEIR_ERROR_WRONG_STATE,
                 "Run %" G_GINT64_FORMAT " was left unfinished and is not live; resume it first", id);
  return NULL;
}

static WeirValue *
answer_status (WeirRun *run)
{
  return weir_control_make_record ("status",
                                   weir_value_new_text (weir_run_status_get_name (weir_run_get_status (run))));
}

static WeirValue *
pause_run (WeirEngine *engine, WeirValue *args, GError **error)
{
  g_autoptr(WeirRun) run = ensure_live_run (engine, weir_control_get_run_id (args), error);

  if (run == NULL || !dex_await (weir_run_pause (run), error))
    return NULL;
  return answer_status (run);
}

static gboolean
is_unfinished (WeirEngine *engine, gint64 id)
{
  g_autoptr(GListModel) unfinished = weir_engine_list_unfinished (engine);

  for (guint i = 0; i < g_list_model_get_n_items (unfinished); i++)
    {
      g_autoptr(WeirRunInfo) info = g_list_model_get_item (unfinished, i);

      if (weir_run_info_get_id (info) == id)
        return TRUE;
    }
  return FALSE;
}

static WeirValue *
resume_run (WeirEngine *engine, WeirValue *args, GError **error)
{
  gint64 id = weir_control_get_run_id (args);
  g_autoptr(WeirRun) run = NULL;

  if (weir_engine_find_run (engine, id) == NULL && is_unfinished (engine, id))
    {
      run = dex_await_object (weir_engine_recover_run (engine, id), error);
      if (run == NULL)
        return NULL;
      /* It comes back paused if it was paused; resuming is what was asked for. */
      if (weir_run_get_status (run) != WEIR_RUN_PAUSED)
        return answer_status (run);
    }
  else
    run = ensure_live_run (engine, id, error);
  if (run == NULL || !dex_await (weir_run_resume (run), error))
    return NULL;
  return answer_status (run);
}

static WeirValue *
end_run (WeirEngine *engine, gint64 id, gboolean force, GError **error)
{
  g_autoptr(WeirRun) run = NULL;

  if (weir_engine_find_run (engine, id) == NULL && is_unfinished (engine, id))
    {
      if (!dex_await (weir_engine_abandon_run (engine, id), error))
        return NULL;
      return weir_control_make_record ("status", weir_value_new_text (weir_run_status_get_name (WEIR_RUN_INTERRUPTED)));
    }
  run = ensure_live_run (engine, id, error);
  if (run == NULL || !dex_await (force ? weir_run_force_stop (run) : weir_run_stop (run), error))
    return NULL;
  return answer_status (run);
}

static WeirValue *
stop_run (WeirEngine *engine, WeirValue *args, GError **error)
{
  return end_run (engine, weir_control_get_run_id (args), FALSE, error);
}

static WeirValue *
force_stop_run (WeirEngine *engine, WeirValue *args, GError **error)
{
  return end_run (engine, weir_control_get_run_id (args), TRUE, error);
}

/* The step at @path whose outcome is unknown. */
static const WeirStepInfo *
find_unknown_step (WeirRunState *state, const char *path)
{
  for (guint i = 0; i < weir_run_state_get_n_steps (state); i++)
    {
      const WeirStepInfo *step = weir_run_state_get_step (state, i);
      g_autofree char *other = step != NULL && step->status == WEIR_STEP_UNKNOWN
                                 ? weir_run_state_dup_step_path (state, step)
                                 : NULL;

      if (other != NULL && g_str_equal (other, path))
        return step;
    }
  return NULL;
}

static gboolean
has_ended (WeirEngine *engine, gint64 id)
{
  WeirRun *live = weir_engine_find_run (engine, id);
  g_autoptr(WeirRunInfo) info = NULL;

  if (live != NULL)
    return weir_run_status_is_final (weir_run_get_status (live));
  info = dex_await_object (weir_engine_load_run (engine, id), NULL);
  return info != NULL && weir_run_status_is_final (weir_run_info_get_status (info));
}

/* Nothing follows from it: what is known of the run is right from then on. */
static WeirValue *
settle_ended (WeirEngine *engine, gint64 id, const char *path, const char *decision, WeirValue *outputs, GError **error)
{
  const char *key = "status";
  g_autoptr(WeirRunInfo) info = NULL;
  g_autoptr(WeirValue) status = NULL;

  if (!weir_engine_settle_ended (engine, id, path, decision, outputs, g_get_user_name (), error))
    return NULL;
  info = dex_await_object (weir_engine_load_run (engine, id), error);
  if (info == NULL)
    return NULL;
  status = weir_value_new_text (weir_run_status_get_name (weir_run_info_get_status (info)));
  return weir_value_new_record (&key, &status, 1);
}

static WeirValue *
settle_step (WeirEngine *engine, WeirValue *args, GError **error)
{
  gint64 id = weir_control_get_run_id (args);
  const char *path = weir_value_get_member_text (args, "block", "");
  const char *output_text = weir_control_get_text (args, "outputs");
  const WeirStepInfo *step;
  g_autoptr(WeirValue) outputs = NULL;
  g_autoptr(WeirRun) run = NULL;

  if (output_text != NULL && (outputs = weir_json_parse (output_text, -1, error)) == NULL)
    return NULL;
  if (weir_engine_find_run (engine, id) == NULL && is_unfinished (engine, id))
    run = dex_await_object (weir_engine_recover_run (engine, id), error);
  else if (has_ended (engine, id))
    return settle_ended (engine, id, path, weir_value_get_member_text (args, "decision", ""), outputs, error);
  else
    run = ensure_live_run (engine, id, error);
  if (run == NULL)
    return NULL;
  step = find_unknown_step (weir_run_get_state (run), path);
  if (step == NULL)
    {
      g_set_error (error, WEIR_ERROR, WEIR_ERROR_WRONG_STATE,
                   "Run %" G_GINT64_FORMAT " has no step %s whose outcome is unknown", id, path);
      return NULL;
    }
  if (!weir_run_settle (run, step->scope, step->block, weir_value_get_member_text (args, "decision", ""), outputs,
                        error))
    return NULL;
  return answer_status (run);
}

const WeirControlMethod weir_control_run_methods[] = {
  { "Play", play },
  { "Pause", pause_run },
  { "Resume", resume_run },
  { "Stop", stop_run },
  { "ForceStop", force_stop_run },
  { "Settle", settle_step },
  { NULL, NULL }
};
