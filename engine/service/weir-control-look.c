/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Methods of WeirControl that look at runs, their events and their logs. */

#include "weir-control-private.h"
#include "weir-control-record.h"
#include "weir-engine-private.h"
#include "weir-json.h"
#include "weir-run-view.h"

/* Of one run, so many steps that wait are told why. */
#define MAX_REASONS 200

WeirBuilder *
weir_control_describe_run (WeirEngine *engine, WeirRunInfo *info)
{
  WeirBuilder *builder = weir_record_builder_new (12);

  weir_control_set_int (builder, "run", weir_run_info_get_id (info));
  weir_control_set_text (builder, "workflow", weir_run_info_get_workflow_id (info));
  weir_control_set_text (builder, "name", weir_run_info_get_workflow_name (info));
  weir_control_set_int (builder, "version", weir_run_info_get_version (info));
  weir_control_set_text (builder, "status", weir_run_status_get_name (weir_run_info_get_status (info)));
  /* a crash or a closing left it; it can be resumed */
  weir_builder_set_take (builder, "cut_off",
                         weir_value_new_bool (!weir_run_status_is_final (weir_run_info_get_status (info))
                                              && weir_engine_find_run (engine, weir_run_info_get_id (info)) == NULL));
  weir_control_set_time (builder, "created_at", weir_run_info_get_created_at (info));
  weir_control_set_time (builder, "ended_at", weir_run_info_get_ended_at (info));
  weir_control_set_int (builder, "steps", weir_run_info_get_n_steps (info));
  weir_control_set_int (builder, "effects", weir_run_info_get_n_effects (info));
  weir_control_set_int (builder, "undone", weir_run_info_get_n_undone (info));
  weir_control_set_text (builder, "error", weir_run_info_get_error (info));
  return builder;
}

static WeirValue *
list_runs (WeirEngine *engine, WeirValue *args, GError **error)
{
  g_autoptr(GListModel) runs = NULL;
  WeirBuilder *builder;
  guint limit = (guint) weir_value_get_member_int (args, "limit", 0);

  runs = dex_await_object (
    weir_engine_list_runs (engine, weir_control_get_text (args, "workflow"), limit != 0 ? limit : 50), error);
  if (runs == NULL)
    return NULL;
  builder = weir_list_builder_new (g_list_model_get_n_items (runs));
  for (guint i = 0; i < g_list_model_get_n_items (runs); i++)
    {
      g_autoptr(WeirRunInfo) info = g_list_model_get_item (runs, i);

      weir_builder_take (builder, weir_builder_end (weir_control_describe_run (engine, info)));
    }
  return weir_builder_end (builder);
}

static WeirValue *
describe_step (WeirRunState *state, const WeirStepInfo *step, WeirRun *live)
{
  WeirBuilder *builder = weir_record_builder_new (12);
  g_autofree char *path = weir_run_state_dup_step_path (state, step);

  weir_control_set_text (builder, "path", path);
  weir_control_set_int (builder, "firing", step->firing);
  weir_control_set_int (builder, "attempts", step->attempt);
  weir_control_set_text (builder, "status", weir_step_status_get_name (step->status));
  weir_control_set_time (builder, "started_at", step->started_at);
  weir_control_set_time (builder, "ended_at", step->ended_at);
  weir_builder_set_take (builder, "duration_us",
                         step->started_at != 0 && step->ended_at != 0
                           ? weir_value_new_int (step->ended_at - step->started_at)
                           : weir_value_new_null ());
  if (step->progress >= 0)
    weir_builder_set_take (builder, "progress", weir_value_new_number (step->progress));
  /* as of the run: those that are in the world, and those that were undone */
  weir_control_set_int (builder, "effects", step->n_effects - MIN (step->n_undone, step->n_effects));
  weir_control_set_int (builder, "undone", step->n_undone);
  if (live != NULL && step->ended_at == 0)
    {
      g_autofree char *waits = weir_run_explain_step (live, step->scope, step->block, step->firing);

      if (waits != NULL)
        weir_control_set_text (builder, "waits", waits);
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
      weir_control_set_int (record, "run", child);
      weir_control_set_text (record, "block", effect->block);
      weir_control_set_text (record, "name", effect->target);
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
  gint64 id = weir_control_get_run_id (args);
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
  builder = weir_control_describe_run (engine, info);
  if (weir_run_state_get_inputs (state) != NULL)
    weir_builder_set (builder, "inputs", weir_run_state_get_inputs (state));
  if (weir_run_state_get_result (state) != NULL)
    weir_builder_set (builder, "result", weir_run_state_get_result (state));
  add_relations (engine, builder, id, state);
  steps = weir_list_builder_new (weir_run_state_get_n_steps (state));
  for (guint i = 0; i < weir_run_state_get_n_steps (state); i++)
    {
      const WeirStepInfo *step = weir_run_state_get_step (state, i);

      if (step == NULL || weir_run_state_is_binned (state, step->scope, step->block))
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

  events = dex_await_boxed (weir_engine_load_events (engine, weir_control_get_run_id (args),
                                                     (guint64) weir_value_get_member_int (args, "after", 0)),
                            error);
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

  weir_control_set_int (builder, "seq", (gint64) line->seq);
  weir_control_set_time (builder, "at", line->at);
  weir_control_set_text (builder, "level", levels[CLAMP (line->level, 0, (int) G_N_ELEMENTS (levels) - 1)]);
  weir_control_set_text (builder, "path", line->path);
  weir_control_set_text (builder, "block", line->block);
  weir_control_set_text (builder, "message", line->message);
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

  info = dex_await_object (weir_engine_load_run (engine, weir_control_get_run_id (args)), error);
  if (info == NULL)
    return NULL;
  lines = dex_await_boxed (
    weir_engine_query_logs (engine, weir_control_get_run_id (args), (int) weir_value_get_member_int (args, "level", 0),
                            weir_control_get_text (args, "block"), weir_control_get_text (args, "text"),
                            (guint64) weir_value_get_member_int (args, "after", 0), limit != 0 ? limit : 10000),
    error);
  if (lines == NULL)
    return NULL;
  builder = weir_list_builder_new (lines->len);
  for (guint i = 0; i < lines->len; i++)
    weir_builder_take (builder, describe_log_line (g_ptr_array_index (lines, i)));
  return weir_builder_end (builder);
}

const WeirControlMethod weir_control_look_methods[] = {
  { "ListRuns", list_runs },
  { "ShowRun", show_run },
  { "Events", list_events },
  { "Logs", list_logs },
  { NULL, NULL }
};
