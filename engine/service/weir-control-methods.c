/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "weir-control-private.h"

#include <unistd.h>

#include "weir-engine-private.h"
#include "weir-json.h"
#include "weir-run-view.h"
#include "weir-share.h"
#include "weir-workflow-file.h"

/* The methods of WeirControl in the process that has the engine. Each is a fiber: it may await. */

/* Of one run, so many steps that wait are told why. */
#define MAX_REASONS 200

typedef WeirValue *(*MethodFunc) (WeirEngine *engine, WeirValue *args, GError **error);

static gint64
get_run_id (WeirValue *args)
{
  return weir_value_get_member_int (args, "run", 0);
}

/* Empty text stands for "not given", as D-Bus has no null. */
static const char *
get_text (WeirValue *args, const char *name)
{
  const char *text = weir_value_get_member_text (args, name, "");

  return *text != '\0' ? text : NULL;
}

static void
set_text (WeirBuilder *builder, const char *name, const char *text)
{
  weir_builder_set_take (builder, name, text != NULL ? weir_value_new_text (text) : weir_value_new_null ());
}

static void
set_time (WeirBuilder *builder, const char *name, gint64 at)
{
  weir_builder_set_take (builder, name, at != 0 ? weir_value_new_time (at) : weir_value_new_null ());
}

static void
set_int (WeirBuilder *builder, const char *name, gint64 value)
{
  weir_builder_set_take (builder, name, weir_value_new_int (value));
}

static WeirValue *
make_record (const char *name, WeirValue *value)
{
  WeirBuilder *builder = weir_record_builder_new (1);

  weir_builder_set_take (builder, name, value);
  return weir_builder_end (builder);
}

static WeirBuilder *
describe_run_info (WeirEngine *engine, WeirRunInfo *info)
{
  WeirBuilder *builder = weir_record_builder_new (12);

  set_int (builder, "run", weir_run_info_get_id (info));
  set_text (builder, "workflow", weir_run_info_get_workflow_id (info));
  set_text (builder, "name", weir_run_info_get_workflow_name (info));
  set_int (builder, "version", weir_run_info_get_version (info));
  set_text (builder, "status", weir_run_status_get_name (weir_run_info_get_status (info)));
  /* a crash or a closing left it; it can be resumed */
  weir_builder_set_take (builder, "cut_off",
                         weir_value_new_bool (!weir_run_status_is_final (weir_run_info_get_status (info))
                                              && weir_engine_find_run (engine, weir_run_info_get_id (info)) == NULL));
  set_time (builder, "created_at", weir_run_info_get_created_at (info));
  set_time (builder, "ended_at", weir_run_info_get_ended_at (info));
  set_int (builder, "steps", weir_run_info_get_n_steps (info));
  set_int (builder, "effects", weir_run_info_get_n_effects (info));
  set_int (builder, "undone", weir_run_info_get_n_undone (info));
  set_text (builder, "error", weir_run_info_get_error (info));
  return builder;
}

static WeirValue *
ping (WeirEngine *engine, WeirValue *args, GError **error)
{
  return make_record ("pid", weir_value_new_int (getpid ()));
}

static WeirValue *
play (WeirEngine *engine, WeirValue *args, GError **error)
{
  g_autoptr(GListModel) problems = NULL;
  g_autoptr(WeirWorkflow) workflow = NULL;
  g_autoptr(WeirValue) inputs = NULL;
  g_autoptr(WeirRun) run = NULL;
  const char *input_text = get_text (args, "inputs");
  const char *option_text = get_text (args, "options");
  g_autoptr(WeirValue) options = NULL;

  workflow = weir_workflow_parse (weir_value_get_member_text (args, "workflow", ""), -1, &problems, error);
  if (workflow == NULL)
    return NULL;
  weir_workflow_set_folder (workflow, get_text (args, "folder"));
  if (get_text (args, "id") != NULL)
    weir_workflow_set_id (workflow, get_text (args, "id"));
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
  return make_record ("run", weir_value_new_int (weir_run_get_id (run)));
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
  return make_record ("status", weir_value_new_text (weir_run_status_get_name (weir_run_get_status (run))));
}

static WeirValue *
pause_run (WeirEngine *engine, WeirValue *args, GError **error)
{
  g_autoptr(WeirRun) run = ensure_live_run (engine, get_run_id (args), error);

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
  gint64 id = get_run_id (args);
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
      return make_record ("status", weir_value_new_text (weir_run_status_get_name (WEIR_RUN_INTERRUPTED)));
    }
  run = ensure_live_run (engine, id, error);
  if (run == NULL || !dex_await (force ? weir_run_force_stop (run) : weir_run_stop (run), error))
    return NULL;
  return answer_status (run);
}

static WeirValue *
stop_run (WeirEngine *engine, WeirValue *args, GError **error)
{
  return end_run (engine, get_run_id (args), FALSE, error);
}

static WeirValue *
force_stop_run (WeirEngine *engine, WeirValue *args, GError **error)
{
  return end_run (engine, get_run_id (args), TRUE, error);
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

static WeirValue *
settle_step (WeirEngine *engine, WeirValue *args, GError **error)
{
  gint64 id = get_run_id (args);
  const char *path = weir_value_get_member_text (args, "block", "");
  const char *output_text = get_text (args, "outputs");
  const WeirStepInfo *step;
  g_autoptr(WeirValue) outputs = NULL;
  g_autoptr(WeirRun) run = NULL;

  if (output_text != NULL && (outputs = weir_json_parse (output_text, -1, error)) == NULL)
    return NULL;
  if (weir_engine_find_run (engine, id) == NULL && is_unfinished (engine, id))
    run = dex_await_object (weir_engine_recover_run (engine, id), error);
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

static WeirValue *
list_runs (WeirEngine *engine, WeirValue *args, GError **error)
{
  g_autoptr(GListModel) runs = NULL;
  WeirBuilder *builder;
  guint limit = (guint) weir_value_get_member_int (args, "limit", 0);

  runs = dex_await_object (weir_engine_list_runs (engine, get_text (args, "workflow"), limit != 0 ? limit : 50), error);
  if (runs == NULL)
    return NULL;
  builder = weir_list_builder_new (g_list_model_get_n_items (runs));
  for (guint i = 0; i < g_list_model_get_n_items (runs); i++)
    {
      g_autoptr(WeirRunInfo) info = g_list_model_get_item (runs, i);

      weir_builder_take (builder, weir_builder_end (describe_run_info (engine, info)));
    }
  return weir_builder_end (builder);
}

static WeirValue *
describe_step (WeirRunState *state, const WeirStepInfo *step, WeirRun *live)
{
  WeirBuilder *builder = weir_record_builder_new (12);
  g_autofree char *path = weir_run_state_dup_step_path (state, step);

  set_text (builder, "path", path);
  set_int (builder, "firing", step->firing);
  set_int (builder, "attempts", step->attempt);
  set_text (builder, "status", weir_step_status_get_name (step->status));
  set_time (builder, "started_at", step->started_at);
  set_time (builder, "ended_at", step->ended_at);
  weir_builder_set_take (builder, "duration_us",
                         step->started_at != 0 && step->ended_at != 0
                           ? weir_value_new_int (step->ended_at - step->started_at)
                           : weir_value_new_null ());
  if (step->progress >= 0)
    weir_builder_set_take (builder, "progress", weir_value_new_number (step->progress));
  /* as of the run: those that are in the world, and those that were undone */
  set_int (builder, "effects", step->n_effects - MIN (step->n_undone, step->n_effects));
  set_int (builder, "undone", step->n_undone);
  if (live != NULL && step->ended_at == 0)
    {
      g_autofree char *waits = weir_run_explain_step (live, step->scope, step->block, step->firing);

      if (waits != NULL)
        set_text (builder, "waits", waits);
    }
  if (step->outputs != NULL)
    weir_builder_set (builder, "outputs", step->outputs);
  if (step->error != NULL)
    weir_builder_set (builder, "error", step->error);
  return weir_builder_end (builder);
}

/* The runs that steps of a run started, and those that took back what it did. */
static WeirValue *
list_children (WeirEngine *engine, gint64 run)
{
  g_autoptr(GPtrArray) effects = dex_await_boxed (weir_engine_list_effects (engine, run), NULL);
  WeirBuilder *list = weir_list_builder_new (2);

  for (guint i = 0; effects != NULL && i < effects->len; i++)
    {
      const WeirEffect *effect = g_ptr_array_index (effects, i);
      gboolean undoes = g_str_equal (effect->type, WEIR_UNDO_POINT);
      gint64 child = effect->after != NULL ? weir_value_get_member_int (effect->after, "run", 0) : 0;
      WeirBuilder *record;

      if (child == 0 || (!undoes && !g_str_equal (effect->type, "run.start")))
        continue;
      record = weir_record_builder_new (4);
      set_int (record, "run", child);
      set_text (record, "block", effect->block);
      set_text (record, "name", effect->target);
      weir_builder_set_take (record, "undoes", weir_value_new_bool (undoes));
      weir_builder_take (list, weir_builder_end (record));
    }
  return weir_builder_end (list);
}

/* What a run is to another one. */
static void
add_relations (WeirEngine *engine, WeirBuilder *builder, gint64 run, WeirRunState *state)
{
  static const char *const members[] = { "started_by", "undo" };
  WeirValue *options = weir_run_state_get_options (state);
  g_autoptr(WeirValue) children = list_children (engine, run);

  for (guint i = 0; options != NULL && i < G_N_ELEMENTS (members); i++)
    if (weir_value_find_member (options, members[i]) != NULL)
      weir_builder_set (builder, members[i], weir_value_find_member (options, members[i]));
  if (weir_value_get_length (children) > 0)
    weir_builder_set (builder, "children", children);
}

static WeirValue *
show_run (WeirEngine *engine, WeirValue *args, GError **error)
{
  gint64 id = get_run_id (args);
  g_autoptr(WeirRunInfo) info = NULL;
  g_autoptr(WeirRunView) view = NULL;
  WeirRunState *state;
  WeirBuilder *builder, *steps;
  guint n_open = 0;

  info = dex_await_object (weir_engine_load_run (engine, id), error);
  if (info == NULL)
    return NULL;
  view = dex_await_object (weir_run_view_open (engine, id), error);
  if (view == NULL)
    return NULL;
  state = weir_run_view_get_state (view);
  builder = describe_run_info (engine, info);
  if (weir_run_state_get_inputs (state) != NULL)
    weir_builder_set (builder, "inputs", weir_run_state_get_inputs (state));
  if (weir_run_state_get_result (state) != NULL)
    weir_builder_set (builder, "result", weir_run_state_get_result (state));
  add_relations (engine, builder, id, state);
  steps = weir_list_builder_new (weir_run_state_get_n_steps (state));
  for (guint i = 0; i < weir_run_state_get_n_steps (state); i++)
    {
      const WeirStepInfo *step = weir_run_state_get_step (state, i);

      if (step == NULL)
        continue;
      /* why each of a hundred thousand waits nobody reads, and each answer looks at all of them */
      n_open += step->ended_at == 0;
      weir_builder_take (steps,
                         describe_step (state, step, n_open <= MAX_REASONS ? weir_engine_find_run (engine, id) : NULL));
    }
  weir_builder_set_take (builder, "timeline", weir_builder_end (steps));
  return weir_builder_end (builder);
}

static WeirValue *
list_events (WeirEngine *engine, WeirValue *args, GError **error)
{
  g_autoptr(GPtrArray) events = NULL;
  WeirBuilder *builder;

  events = dex_await_boxed (
    weir_engine_load_events (engine, get_run_id (args), (guint64) weir_value_get_member_int (args, "after", 0)), error);
  if (events == NULL)
    return NULL;
  builder = weir_list_builder_new (events->len);
  for (guint i = 0; i < events->len; i++)
    {
      g_autofree char *line = weir_event_to_json (g_ptr_array_index (events, i));
      WeirValue *value = weir_json_parse (line, -1, NULL);

      if (value != NULL)
        weir_builder_take (builder, value);
    }
  return weir_builder_end (builder);
}

static WeirValue *
describe_log_line (const WeirLogLine *line)
{
  static const char *const levels[] = { "debug", "info", "warning", "error" };
  WeirBuilder *builder = weir_record_builder_new (7);

  set_int (builder, "seq", (gint64) line->seq);
  set_time (builder, "at", line->at);
  set_text (builder, "level", levels[CLAMP (line->level, 0, (int) G_N_ELEMENTS (levels) - 1)]);
  set_text (builder, "path", line->path);
  set_text (builder, "block", line->block);
  set_text (builder, "message", line->message);
  if (line->fields != NULL)
    weir_builder_set (builder, "fields", line->fields);
  return weir_builder_end (builder);
}

static WeirValue *
list_logs (WeirEngine *engine, WeirValue *args, GError **error)
{
  g_autoptr(GPtrArray) lines = NULL;
  g_autoptr(WeirRunInfo) info = NULL;
  WeirBuilder *builder;
  guint limit = (guint) weir_value_get_member_int (args, "limit", 0);

  info = dex_await_object (weir_engine_load_run (engine, get_run_id (args)), error);
  if (info == NULL)
    return NULL;
  lines = dex_await_boxed (
    weir_engine_query_logs (engine, get_run_id (args), (int) weir_value_get_member_int (args, "level", 0),
                            get_text (args, "block"), get_text (args, "text"),
                            (guint64) weir_value_get_member_int (args, "after", 0), limit != 0 ? limit : 10000),
    error);
  if (lines == NULL)
    return NULL;
  builder = weir_list_builder_new (lines->len);
  for (guint i = 0; i < lines->len; i++)
    weir_builder_take (builder, describe_log_line (g_ptr_array_index (lines, i)));
  return weir_builder_end (builder);
}

static WeirValue *
describe_plan (WeirUndoPlan *plan)
{
  WeirBuilder *builder = weir_record_builder_new (5);
  WeirBuilder *items = weir_list_builder_new (plan->items->len);

  for (guint i = 0; i < plan->items->len; i++)
    {
      const WeirUndoItem *item = g_ptr_array_index (plan->items, i);
      WeirBuilder *line = weir_record_builder_new (8);

      set_text (line, "description", item->description);
      set_text (line, "conflict", item->conflict);
      weir_builder_set_take (line, "irreversible", weir_value_new_bool (item->irreversible));
      set_int (line, "size", (gint64) item->size);
      if (item->effect != NULL)
        {
          set_int (line, "effect", item->effect->id);
          set_text (line, "block", item->effect->block);
          set_text (line, "type", item->effect->type);
          set_text (line, "target", item->effect->target);
        }
      weir_builder_take (items, weir_builder_end (line));
    }
  set_int (builder, "run", plan->run);
  set_int (builder, "conflicts", plan->n_conflicts);
  set_int (builder, "irreversible", plan->n_irreversible);
  weir_builder_set_take (builder, "items", weir_builder_end (items));
  return weir_builder_end (builder);
}

static WeirUndoPlan *
make_plan (WeirEngine *engine, WeirValue *args, GError **error)
{
  const char *part = get_text (args, "part");
  DexFuture *future;

  if (weir_value_get_member_int (args, "redo", 0) != 0)
    future = weir_engine_plan_redo (engine, get_run_id (args));
  else if (part != NULL)
    future = weir_engine_plan_undo_part (engine, get_run_id (args), part);
  else
    future = weir_engine_plan_undo (engine, get_run_id (args), get_text (args, "to_block"));
  return dex_await_boxed (future, error);
}

static WeirValue *
plan_undo (WeirEngine *engine, WeirValue *args, GError **error)
{
  g_autoptr(WeirUndoPlan) plan = make_plan (engine, args, error);

  return plan != NULL ? describe_plan (plan) : NULL;
}

static gboolean
parse_choice (const char *text, WeirConflictChoice *choice, GError **error)
{
  if (text == NULL || g_str_equal (text, "keep"))
    *choice = WEIR_CONFLICT_KEEP;
  else if (g_str_equal (text, "overwrite"))
    *choice = WEIR_CONFLICT_OVERWRITE;
  else if (g_str_equal (text, "copy"))
    *choice = WEIR_CONFLICT_SAVE_COPY;
  else
    {
      g_set_error (error, WEIR_ERROR, WEIR_ERROR_INVALID,
                   "What to do on a conflict is \"keep\", \"overwrite\" or \"copy\", not \"%s\"", text);
      return FALSE;
    }
  return TRUE;
}

/* The lines of a plan, each with what became of it. */
static WeirValue *
add_outcomes (WeirEngine *engine, WeirUndoPlan *plan, WeirValue *planned, GError **error)
{
  g_autoptr(GPtrArray) effects = dex_await_boxed (weir_engine_list_effects (engine, plan->run), error);
  g_autoptr(GHashTable) states = g_hash_table_new (g_int64_hash, g_int64_equal);
  WeirValue *items = weir_value_find_member (planned, "items");
  WeirBuilder *lines;
  g_autoptr(WeirValue) list = NULL;

  if (effects == NULL)
    return NULL;
  for (guint i = 0; i < effects->len; i++)
    {
      WeirEffect *effect = g_ptr_array_index (effects, i);

      g_hash_table_insert (states, &effect->id, effect);
    }
  lines = weir_list_builder_new (weir_value_get_length (items));
  for (gsize i = 0; i < weir_value_get_length (items); i++)
    {
      gint64 id = weir_value_get_member_int (weir_value_get_item (items, i), "effect", 0);
      WeirEffect *effect = g_hash_table_lookup (states, &id);
      WeirEffectState done = plan->redo ? WEIR_EFFECT_COMPLETED : WEIR_EFFECT_UNDONE;
      g_autoptr(WeirValue) outcome = weir_value_new_bool (effect != NULL && effect->state == done);

      weir_builder_take (lines, weir_value_with_member (weir_value_get_item (items, i), "done", outcome));
    }
  list = weir_builder_end (lines);
  return weir_value_with_member (planned, "items", list);
}

static WeirValue *
undo_run (WeirEngine *engine, WeirValue *args, GError **error)
{
  g_autoptr(WeirUndoPlan) plan = NULL;
  g_autoptr(WeirValue) planned = NULL;
  g_autoptr(WeirValue) outcome = NULL;
  g_autoptr(WeirValue) count = NULL;
  g_autoptr(GError) local_error = NULL;
  WeirConflictChoice choice;
  guint n_done;

  if (!parse_choice (get_text (args, "on_conflict"), &choice, error))
    return NULL;
  plan = make_plan (engine, args, error);
  if (plan == NULL)
    return NULL;
  planned = describe_plan (plan);
  n_done = dex_await_uint (weir_engine_undo (engine, plan, choice), &local_error);
  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return NULL;
    }
  outcome = add_outcomes (engine, plan, planned, error);
  if (outcome == NULL)
    return NULL;
  count = weir_value_new_int (n_done);
  return weir_value_with_member (outcome, "undone", count);
}

static WeirValue *
list_workflows (WeirEngine *engine, WeirValue *args, GError **error)
{
  g_autoptr(GListModel) workflows = dex_await_object (weir_engine_list_workflows (engine), error);
  WeirBuilder *builder;

  if (workflows == NULL)
    return NULL;
  builder = weir_list_builder_new (g_list_model_get_n_items (workflows));
  for (guint i = 0; i < g_list_model_get_n_items (workflows); i++)
    {
      g_autoptr(WeirWorkflowInfo) info = g_list_model_get_item (workflows, i);
      WeirRunInfo *last = weir_workflow_info_get_last_run (info);
      WeirBuilder *line = weir_record_builder_new (5);

      set_text (line, "id", weir_workflow_info_get_id (info));
      set_text (line, "name", weir_workflow_info_get_name (info));
      set_int (line, "version", weir_workflow_info_get_version (info));
      set_time (line, "changed_at", weir_workflow_info_get_changed_at (info));
      weir_builder_set_take (
        line, "last_run", last != NULL ? weir_builder_end (describe_run_info (engine, last)) : weir_value_new_null ());
      weir_builder_take (builder, weir_builder_end (line));
    }
  return weir_builder_end (builder);
}

static WeirValue *
describe_workflow (WeirWorkflow *workflow, char *text, guint n_left_out)
{
  WeirBuilder *builder = weir_record_builder_new (5);

  set_text (builder, "id", weir_workflow_get_id (workflow));
  set_text (builder, "name", weir_workflow_get_name (workflow));
  set_int (builder, "version", weir_workflow_get_version (workflow));
  set_text (builder, "folder", weir_workflow_get_folder (workflow));
  if (text != NULL)
    set_text (builder, "text", text);
  set_int (builder, "left_out", n_left_out);
  g_free (text);
  return weir_builder_end (builder);
}

static WeirValue *
import_workflow (WeirEngine *engine, WeirValue *args, GError **error)
{
  g_autoptr(GListModel) problems = NULL;
  g_autoptr(WeirWorkflow) workflow = NULL;

  workflow = weir_workflow_parse (weir_value_get_member_text (args, "text", ""), -1, &problems, error);
  if (workflow == NULL)
    return NULL;
  weir_workflow_set_folder (workflow, get_text (args, "folder"));
  if (get_text (args, "id") != NULL)
    weir_workflow_set_id (workflow, get_text (args, "id"));
  if (!dex_await (weir_engine_save_workflow (engine, workflow, "Imported"), error))
    return NULL;
  return describe_workflow (workflow, NULL, 0);
}

/* In a format it is to be given away and has no secrets; without one it is to be run, by whoever owns it. */
static WeirValue *
export_workflow (WeirEngine *engine, WeirValue *args, GError **error)
{
  g_autoptr(WeirWorkflow) workflow = NULL;
  g_autoptr(WeirWorkflow) shared = NULL;
  guint n_left_out;
  char *text;
  const char *format = weir_value_get_member_text (args, "format", "");

  workflow = dex_await_object (weir_engine_load_workflow (engine, weir_value_get_member_text (args, "name", ""),
                                                          (guint) weir_value_get_member_int (args, "version", 0)),
                               error);
  if (workflow == NULL)
    return NULL;
  if (*format == '\0')
    return describe_workflow (workflow, weir_workflow_to_yaml (workflow), 0);
  shared = weir_workflow_copy_for_sharing (workflow, &n_left_out);
  text = g_str_equal (format, "json")      ? weir_workflow_to_json (shared)
         : g_str_equal (format, "mermaid") ? weir_workflow_to_mermaid (shared)
                                           : weir_workflow_to_yaml (shared);
  return describe_workflow (workflow, text, n_left_out);
}

static const WeirControlMethod methods[] = {
  { "Ping", ping },
  { "Play", play },
  { "Pause", pause_run },
  { "Resume", resume_run },
  { "Stop", stop_run },
  { "ForceStop", force_stop_run },
  { "Settle", settle_step },
  { "ListRuns", list_runs },
  { "ShowRun", show_run },
  { "Events", list_events },
  { "Logs", list_logs },
  { "PlanUndo", plan_undo },
  { "Undo", undo_run },
  { "ListWorkflows", list_workflows },
  { "Import", import_workflow },
  { "Export", export_workflow },
  { NULL, NULL }
};

static MethodFunc
find_method (const WeirControlMethod *list, const char *name)
{
  for (; list->name != NULL; list++)
    if (g_str_equal (list->name, name))
      return list->func;
  return NULL;
}

typedef struct
{
  WeirEngine *engine;
  WeirValue *args;
  MethodFunc func;
} MethodCall;

static void
method_call_free (MethodCall *self)
{
  g_object_unref (self->engine);
  weir_value_unref (self->args);
  g_free (self);
}

static DexFuture *
method_fiber (gpointer user_data)
{
  MethodCall *self = user_data;
  GError *error = NULL;
  WeirValue *answer = self->func (self->engine, self->args, &error);

  if (answer == NULL)
    return dex_future_new_for_error (error);
  return dex_future_new_take_boxed (WEIR_TYPE_VALUE, answer);
}

DexFuture *
weir_control_dispatch (WeirEngine *engine, const char *method, WeirValue *args)
{
  /* what a database that is only looked at can still answer */
  static const char *const looking[] = { "Ping", "ListRuns", "ShowRun", "Events", "Logs", "ListWorkflows", "Export", "Measure",
                                         "ListDeleted", "Waits", "Swarm", "ListAudit", "VerifyAudit", "ListRetention", "Usage", "Report",
                                         "PlanRecovery", "ListReports", NULL };
  MethodFunc func = find_method (methods, method);
  GError *error = NULL;
  MethodCall *call;

  if (func == NULL)
    func = find_method (weir_control_bin_methods, method);
  if (func == NULL)
    func = find_method (weir_control_limits_methods, method);
  if (func == NULL)
    func = find_method (weir_control_waits_methods, method);
  if (func == NULL)
    func = find_method (weir_control_recovery_methods, method);
  if (func == NULL)
    func = find_method (weir_control_rerun_methods, method);
  if (func == NULL)
    func = find_method (weir_control_swarm_methods, method);
  if (func == NULL)
    return dex_future_new_reject (WEIR_ERROR, WEIR_ERROR_NOT_FOUND, "There is no method \"%s\"", method);
  if (!g_strv_contains (looking, method) && !weir_store_may_write (engine->store, &error))
    return dex_future_new_for_error (error);
  call = g_new0 (MethodCall, 1);
  call->engine = g_object_ref (engine);
  call->args = args != NULL ? weir_value_ref (args) : weir_value_new_record (NULL, NULL, 0);
  call->func = func;
  return dex_scheduler_spawn (NULL, 0, method_fiber, call, (GDestroyNotify) method_call_free);
}
