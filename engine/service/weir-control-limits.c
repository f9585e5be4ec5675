/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Methods of WeirControl for limits and priorities. */

#include "weir-control-private.h"

#include "weir-engine-private.h"
#include "weir-json.h"

static WeirValue *
limits (WeirEngine *engine, WeirValue *args, GError **error)
{
  const char *text = weir_value_get_member_text (args, "changes", "");
  WeirBuilder *answer;

  if (*text != '\0')
    {
      g_autoptr(WeirValue) changes = weir_json_parse (text, -1, error);

      if (changes == NULL || !weir_engine_set_limits (engine, changes, error)
          || !dex_await (weir_engine_durable (engine), error))
        return NULL;
    }
  answer = weir_record_builder_new (2);
  weir_builder_set_take (answer, "limits", weir_engine_dup_limits (engine));
  weir_builder_set_take (answer, "use", weir_engine_dup_use (engine));
  return weir_builder_end (answer);
}

/* The scope at "each[3]/", -1 if there is none. */
static gint64
find_scope (WeirRunState *state, const char *path)
{
  for (guint i = 0; i < weir_run_state_get_n_scopes (state); i++)
    {
      const WeirScope *scope = weir_run_state_get_scope (state, i);

      if (scope != NULL && g_str_equal (scope->path, path))
        return i;
    }
  return -1;
}

static const WeirStepInfo *
find_step (WeirRunState *state, const char *path)
{
  for (guint i = weir_run_state_get_n_steps (state); i-- > 0;)
    {
      const WeirStepInfo *step = weir_run_state_get_step (state, i);
      g_autofree char *other = step != NULL ? weir_run_state_dup_step_path (state, step) : NULL;

      if (other != NULL && g_str_equal (other, path))
        return step;
    }
  return NULL;
}

/* @path: "" for the run, "each[3]/" for an item, "each[3]/slow" for a step */
static gboolean
set_priority_at (WeirRun *run, const char *path, int priority, GError **error)
{
  WeirRunState *state = weir_run_get_state (run);
  gint64 scope;
  const WeirStepInfo *step;

  if (*path == '\0')
    return weir_run_set_priority (run, priority, error);
  scope = find_scope (state, path);
  if (scope >= 0)
    return weir_run_set_priority_in (run, scope, NULL, priority, error);
  step = find_step (state, path);
  if (step != NULL)
    return weir_run_set_priority_in (run, step->scope, step->block, priority, error);
  g_set_error (error, WEIR_ERROR, WEIR_ERROR_NOT_FOUND, "Run %" G_GINT64_FORMAT " has no step %s",
               weir_run_get_id (run), path);
  return FALSE;
}

static WeirValue *
set_priority (WeirEngine *engine, WeirValue *args, GError **error)
{
  gint64 id = weir_value_get_member_int (args, "run", 0);
  g_autoptr(WeirRun) run = weir_engine_find_run (engine, id);
  WeirBuilder *answer;

  if (run == NULL)
    {
      g_set_error (error, WEIR_ERROR, WEIR_ERROR_WRONG_STATE, "Run %" G_GINT64_FORMAT " is not live", id);
      return NULL;
    }
  g_object_ref (run);
  if (!set_priority_at (run, weir_value_get_member_text (args, "block", ""),
                        weir_value_get_member_int (args, "priority", 0), error))
    return NULL;
  answer = weir_record_builder_new (1);
  weir_builder_set_take (answer, "done", weir_value_new_bool (TRUE));
  return weir_builder_end (answer);
}

const WeirControlMethod weir_control_limits_methods[] = {
  { "Limits", limits },
  { "SetPriority", set_priority },
  { NULL, NULL }
};
