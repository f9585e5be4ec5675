/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Methods of WeirControl for steps that wait: who waits for what, answers, signals. */

#include "weir-control-private.h"

#include "weir-engine-private.h"
#include "weir-json.h"
#include "weir-run-view.h"

static gboolean
matches (WeirRunState *state, const WeirStepInfo *step, const char *block)
{
  g_autofree char *path = NULL;

  if (*block == '\0' || g_str_equal (step->block, block))
    return TRUE;
  path = weir_run_state_dup_step_path (state, step);
  return g_str_equal (path, block);
}

/* ── who waits ──────────────────────────────────────────────────────────────────────────── */

static void
describe_wait (WeirBuilder *list, gint64 run, const char *name, WeirRunState *state, const WeirStepInfo *step)
{
  static const char *const members[] = { "reason", "channel", "token", "request" };
  WeirBuilder *builder = weir_record_builder_new (9);
  g_autofree char *path = weir_run_state_dup_step_path (state, step);

  weir_builder_set_take (builder, "run", weir_value_new_int (run));
  weir_builder_set_take (builder, "name", weir_value_new_text (name));
  weir_builder_set_take (builder, "path", weir_value_new_text (path));
  weir_builder_set_take (builder, "block", weir_value_new_text (step->block));
  if (step->due_at != 0)
    weir_builder_set_take (builder, "due_at", weir_value_new_time (step->due_at));
  for (guint i = 0; i < G_N_ELEMENTS (members); i++)
    {
      WeirValue *value = weir_value_find_member (step->wait, members[i]);

      if (value != NULL)
        weir_builder_set (builder, members[i], value);
    }
  weir_builder_take (list, weir_builder_end (builder));
}

static void
list_waits_of (WeirBuilder *list, gint64 run, const char *name, WeirRunState *state)
{
  for (guint i = 0; i < weir_run_state_get_n_steps (state); i++)
    {
      const WeirStepInfo *step = weir_run_state_get_step (state, i);

      if (step != NULL && step->status == WEIR_STEP_WAITING && step->wait != NULL)
        describe_wait (list, run, name, state, step);
    }
}

/* Of a run that no process has at the moment the journal tells. */
static gboolean
list_waits_of_unfinished (WeirEngine *engine, WeirBuilder *list, gint64 only, GError **error)
{
  g_autoptr(GListModel) unfinished = weir_engine_list_unfinished (engine);

  for (guint i = 0; i < g_list_model_get_n_items (unfinished); i++)
    {
      g_autoptr(WeirRunInfo) info = g_list_model_get_item (unfinished, i);
      gint64 id = weir_run_info_get_id (info);
      g_autoptr(WeirRunView) view = NULL;

      if (only != 0 && id != only)
        continue;
      view = dex_await_object (weir_run_view_open (engine, id), error);
      if (view == NULL)
        return FALSE;
      list_waits_of (list, id, weir_run_info_get_workflow_name (info), weir_run_view_get_state (view));
    }
  return TRUE;
}

static WeirValue *
list_waits (WeirEngine *engine, WeirValue *args, GError **error)
{
  gint64 only = weir_value_get_member_int (args, "run", 0);
  g_autoptr(GListModel) live = weir_engine_list_live_runs (engine);
  g_autoptr(WeirBuilder) list = weir_list_builder_new (8);

  for (guint i = 0; i < g_list_model_get_n_items (live); i++)
    {
      g_autoptr(WeirRun) run = g_list_model_get_item (live, i);

      if (only == 0 || weir_run_get_id (run) == only)
        list_waits_of (list, weir_run_get_id (run), weir_workflow_get_name (weir_run_get_workflow (run)),
                       weir_run_get_state (run));
    }
  if (!list_waits_of_unfinished (engine, list, only, error))
    return NULL;
  return weir_builder_end (g_steal_pointer (&list));
}

/* ── answers and signals ────────────────────────────────────────────────────────────────── */

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

/* The run, taken up if nobody has it. */
static WeirRun *
ensure_run (WeirEngine *engine, gint64 id, GError **error)
{
  WeirRun *run = weir_engine_find_run (engine, id);
  g_autoptr(WeirRunInfo) info = NULL;

  if (run != NULL)
    return g_object_ref (run);
  if (is_unfinished (engine, id))
    return dex_await_object (weir_engine_recover_run (engine, id), error);
  info = dex_await_object (weir_engine_load_run (engine, id), error);
  if (info != NULL)
    g_set_error (error, WEIR_ERROR, WEIR_ERROR_WRONG_STATE, "Run %" G_GINT64_FORMAT " has ended (%s)", id,
                 weir_run_status_get_name (weir_run_info_get_status (info)));
  return NULL;
}

/* The token of the step that waits at @block, or of the only one that waits. */
static const char *
find_token (WeirRun *run, const char *block, GError **error)
{
  WeirRunState *state = weir_run_get_state (run);
  const WeirStepInfo *found = NULL;
  g_autoptr(GString) names = g_string_new (NULL);
  guint n = 0;

  for (guint i = 0; i < weir_run_state_get_n_steps (state); i++)
    {
      const WeirStepInfo *step = weir_run_state_get_step (state, i);
      g_autofree char *path = NULL;

      if (step == NULL || step->status != WEIR_STEP_WAITING || step->wait == NULL || !matches (state, step, block))
        continue;
      path = weir_run_state_dup_step_path (state, step);
      g_string_append_printf (names, "%s%s", n++ > 0 ? ", " : "", path);
      found = step;
    }
  if (n == 1 || (n > 1 && *block != '\0'))
    return weir_value_get_member_text (found->wait, "token", "");
  if (n == 0)
    g_set_error (error, WEIR_ERROR, WEIR_ERROR_WRONG_STATE, "Run %" G_GINT64_FORMAT " waits for no answer%s%s",
                 weir_run_get_id (run), *block != '\0' ? " at " : "", block);
  else
    g_set_error (error, WEIR_ERROR, WEIR_ERROR_INVALID, "Run %" G_GINT64_FORMAT " waits for several: say which of %s",
                 weir_run_get_id (run), names->str);
  return NULL;
}

/* Empty text is null. */
static WeirValue *
parse_value (WeirValue *args, GError **error)
{
  const char *text = weir_value_get_member_text (args, "value", "");

  return *text != '\0' ? weir_json_parse (text, -1, error) : weir_value_new_null ();
}

static const char *
get_by (WeirValue *args)
{
  const char *by = weir_value_get_member_text (args, "by", "");

  return *by != '\0' ? by : g_get_user_name ();
}

static WeirValue *
answer_status (WeirEngine *engine, WeirRun *run, GError **error)
{
  const char *key = "status";
  g_autoptr(WeirValue) status = NULL;

  if (!dex_await (weir_engine_durable (engine), error))
    return NULL;
  status = weir_value_new_text (weir_run_status_get_name (weir_run_get_status (run)));
  return weir_value_new_record (&key, &status, 1);
}

static WeirValue *
answer (WeirEngine *engine, WeirValue *args, GError **error)
{
  g_autoptr(WeirValue) value = parse_value (args, error);
  const char *token = weir_value_get_member_text (args, "token", "");
  const char *comment = weir_value_get_member_text (args, "comment", "");
  g_autoptr(WeirRun) run = NULL;

  if (value == NULL)
    return NULL;
  run = ensure_run (engine, weir_value_get_member_int (args, "run", 0), error);
  if (run == NULL)
    return NULL;
  if (*token == '\0')
    token = find_token (run, weir_value_get_member_text (args, "block", ""), error);
  if (token == NULL
      || !weir_run_answer_token (run, token, value, get_by (args), *comment != '\0' ? comment : NULL, error))
    return NULL;
  return answer_status (engine, run, error);
}

static WeirValue *
send_signal (WeirEngine *engine, WeirValue *args, GError **error)
{
  g_autoptr(WeirValue) value = parse_value (args, error);
  g_autoptr(WeirRun) run = NULL;

  if (value == NULL)
    return NULL;
  run = ensure_run (engine, weir_value_get_member_int (args, "run", 0), error);
  if (run == NULL || !weir_run_signal (run, weir_value_get_member_text (args, "name", ""), value, get_by (args), error))
    return NULL;
  return answer_status (engine, run, error);
}

const WeirControlMethod weir_control_waits_methods[] = {
  { "Waits", list_waits },
  { "Answer", answer },
  { "Signal", send_signal },
  { NULL, NULL }
};
