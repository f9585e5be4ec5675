/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Methods of WeirControl for running again, fixtures, and verbs on parts of a run. */

#include "weir-control-private.h"
#include "weir-engine-private.h"
#include "weir-json.h"
#include "weir-run-state-private.h"

/* A record that travels as JSON text; "" is an empty one. (transfer full) */
static WeirValue *
read_json (WeirValue *args, const char *name, GError **error)
{
  const char *text = weir_value_get_member_text (args, name, "");

  return *text != '\0' ? weir_json_parse (text, -1, error) : weir_value_new_record (NULL, NULL, 0);
}

static WeirValue *
plan_rerun (WeirEngine *engine, WeirValue *args, GError **error)
{
  g_autoptr(WeirValue) options = read_json (args, "options", error);

  if (options == NULL)
    return NULL;
  return dex_await_boxed (weir_engine_plan_rerun (engine, weir_value_get_member_int (args, "run", 0), options), error);
}

static WeirValue *
rerun (WeirEngine *engine, WeirValue *args, GError **error)
{
  g_autoptr(WeirValue) options = read_json (args, "options", error);
  g_autoptr(WeirRun) run = NULL;
  WeirBuilder *answer;

  if (options == NULL)
    return NULL;
  run = dex_await_object (weir_engine_rerun (engine, weir_value_get_member_int (args, "run", 0), options), error);
  if (run == NULL)
    return NULL;
  answer = weir_record_builder_new (1);
  weir_builder_set_take (answer, "run", weir_value_new_int (weir_run_get_id (run)));
  return weir_builder_end (answer);
}

static WeirValue *
make_done (void)
{
  WeirBuilder *answer = weir_record_builder_new (1);

  weir_builder_set_take (answer, "done", weir_value_new_bool (TRUE));
  return weir_builder_end (answer);
}

static WeirValue *
save_fixture (WeirEngine *engine, WeirValue *args, GError **error)
{
  g_autoptr(WeirValue) blocks = read_json (args, "blocks", error);
  gboolean all = blocks != NULL && weir_value_get_length (blocks) == 0;

  if (blocks == NULL
      || !dex_await (weir_engine_save_fixture (engine, weir_value_get_member_int (args, "run", 0),
                                               weir_value_get_member_text (args, "name", ""), all ? NULL : blocks), error))
    return NULL;
  return make_done ();
}

/* ── parts ──────────────────────────────────────────────────────────────────────────────── */

static WeirValue *
steer_part (WeirEngine *engine, WeirValue *args, GError **error)
{
  gint64 id = weir_value_get_member_int (args, "run", 0);
  const char *verb = weir_value_get_member_text (args, "verb", "");
  WeirRun *run = weir_engine_find_run (engine, id);
  guint32 scope;
  const char *block;
  gboolean done;

  if (run == NULL)
    {
      g_set_error (error, WEIR_ERROR, WEIR_ERROR_WRONG_STATE, "Run %" G_GINT64_FORMAT " is not live", id);
      return NULL;
    }
  if (!weir_run_state_find_part (weir_run_get_state (run), weir_value_get_member_text (args, "part", ""), &scope, &block, error))
    return NULL;
  if (g_str_equal (verb, "pause"))
    done = weir_run_pause_part (run, scope, block, error);
  else if (g_str_equal (verb, "resume"))
    done = weir_run_resume_part (run, scope, block, error);
  else if (g_str_equal (verb, "stop") || g_str_equal (verb, "force_stop"))
    done = weir_run_stop_part (run, scope, block, g_str_equal (verb, "force_stop"), error);
  else
    {
      g_set_error (error, WEIR_ERROR, WEIR_ERROR_INVALID, "Expected pause, resume, stop or force_stop, got %s", verb);
      return NULL;
    }
  if (!done || !dex_await (weir_engine_durable (engine), error))
    return NULL;
  return make_done ();
}

static WeirRun *
find_live (WeirEngine *engine, WeirValue *args, GError **error)
{
  gint64 id = weir_value_get_member_int (args, "run", 0);
  WeirRun *run = weir_engine_find_run (engine, id);

  if (run == NULL)
    g_set_error (error, WEIR_ERROR, WEIR_ERROR_WRONG_STATE, "Run %" G_GINT64_FORMAT " is not live", id);
  return run;
}

static WeirValue *
step_run (WeirEngine *engine, WeirValue *args, GError **error)
{
  WeirRun *run = find_live (engine, args, error);

  if (run == NULL || !dex_await (weir_run_step (run), error))
    return NULL;
  return make_done ();
}

/* @condition: "off" takes it away */
static WeirValue *
set_breakpoint (WeirEngine *engine, WeirValue *args, GError **error)
{
  WeirRun *run = find_live (engine, args, error);
  const char *condition = weir_value_get_member_text (args, "condition", "");

  if (run == NULL
      || !weir_run_set_breakpoint (run, weir_value_get_member_text (args, "block", ""),
                                   g_str_equal (condition, "off") ? NULL : condition, error))
    return NULL;
  return make_done ();
}

const WeirControlMethod weir_control_rerun_methods[] = {
  { "PlanRerun", plan_rerun },
  { "Rerun", rerun },
  { "SaveFixture", save_fixture },
  { "SteerPart", steer_part },
  { "Step", step_run },
  { "SetBreakpoint", set_breakpoint },
  { NULL, NULL }
};
