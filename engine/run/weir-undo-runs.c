/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Undo that is done with runs: one that was started is stopped; what an undo point announced is run. */

#include "weir-undo-private.h"

gboolean
weir_run_effect_is_one (const WeirEffect *effect)
{
  return g_str_equal (effect->type, "run.start") || g_str_equal (effect->type, WEIR_UNDO_POINT);
}

static gint64
get_run (const WeirEffect *effect)
{
  return effect->after != NULL ? weir_value_get_member_int (effect->after, "run", 0) : 0;
}

void
weir_run_effect_explain (const WeirEffect *effect, char **description)
{
  if (g_str_equal (effect->type, WEIR_UNDO_POINT))
    *description = g_strdup_printf ("Run what %s says", effect->target);
  else if (get_run (effect) != 0)
    *description = g_strdup_printf ("Stop run %" G_GINT64_FORMAT " of %s", get_run (effect), effect->target);
  else
    *description = g_strdup_printf ("Nothing: no run of %s was started", effect->target);
}

/* ── a run that was started ─────────────────────────────────────────────────────────────── */

/* What became of a run: a live one is waited for. In a fiber. FALSE with @error: nobody knows. */
static gboolean
find_status (WeirEngine *engine, gint64 id, WeirRunStatus *status, GError **error)
{
  g_autoptr(WeirRunInfo) info = NULL;
  WeirRun *live = weir_engine_find_run (engine, id);

  if (live != NULL)
    {
      g_autoptr(WeirRun) run = g_object_ref (live);

      dex_await (weir_run_wait (run), NULL);
      *status = weir_run_get_status (run);
      return TRUE;
    }
  info = dex_await_object (weir_engine_load_run (engine, id), error);
  if (info != NULL)
    *status = weir_run_info_get_status (info);
  return info != NULL;
}

static char *
stop_run (WeirEngine *engine, const WeirEffect *effect)
{
  gint64 id = get_run (effect);
  WeirRun *live = id != 0 ? weir_engine_find_run (engine, id) : NULL;
  g_autoptr(GError) error = NULL;
  WeirRunStatus status;

  if (id == 0)
    return NULL; /* it never came to it */
  if (live != NULL)
    dex_await (weir_run_stop (live), NULL);
  if (!find_status (engine, id, &status, &error))
    return g_error_matches (error, WEIR_ERROR, WEIR_ERROR_NOT_FOUND) ? NULL : g_strdup (error->message);
  if (status == WEIR_RUN_CANCELLED || status == WEIR_RUN_INTERRUPTED)
    return NULL;
  if (weir_run_status_is_final (status))
    return g_strdup_printf ("Run %" G_GINT64_FORMAT " has ended; what it did can be undone there", id);
  return g_strdup_printf ("Run %" G_GINT64_FORMAT " was cut off; it must be taken up or given up first", id);
}

/* ── an undo point ──────────────────────────────────────────────────────────────────────── */

static WeirValue *
make_options (const WeirEffect *effect)
{
  static const char *const members[] = { "block", "value", "locals", "variables" };
  WeirBuilder *undo = weir_record_builder_new (6);
  g_autoptr(WeirValue) record = NULL;
  const char *key = "undo";

  weir_builder_set_take (undo, "run", weir_value_new_int (effect->run));
  weir_builder_set_take (undo, "effect", weir_value_new_int (effect->id));
  for (guint i = 0; i < G_N_ELEMENTS (members); i++)
    {
      WeirValue *value = weir_value_find_member (effect->before, members[i]);

      if (value != NULL)
        weir_builder_set (undo, members[i], value);
    }
  record = weir_builder_end (undo);
  return weir_value_new_record (&key, &record, 1);
}

/* The run is on disk together with the note that it is this effect's. */
static WeirRun *
start_branch (WeirEngine *engine, const WeirEffect *effect, GError **error)
{
  const char *id = weir_value_get_member_text (effect->before, "workflow", "");
  WeirValue *inputs = weir_value_find_member (effect->before, "inputs");
  g_autoptr(WeirValue) options = make_options (effect);
  g_autoptr(WeirValue) none = weir_value_new_record (NULL, NULL, 0);
  g_autoptr(WeirValue) number = NULL;
  g_autoptr(WeirValue) after = NULL;
  g_autoptr(WeirWorkflow) workflow = dex_await_object (
    weir_engine_load_workflow (engine, id, (guint) weir_value_get_member_int (effect->before, "version", 0)), error);
  WeirRun *run;
  const char *key = "run";
  WeirEffect change = { .id = effect->id, .run = effect->run, .state = effect->state };

  if (workflow == NULL)
    return NULL;
  run = weir_engine_start_run (engine, workflow, inputs != NULL ? inputs : none, options, 0, NULL, error);
  if (run == NULL)
    return NULL;
  weir_batch_put_run_fields (weir_engine_get_batch (engine), run->id, effect->run, NULL, 0);
  number = weir_value_new_int (run->id);
  change.after = after = weir_value_new_record (&key, &number, 1);
  weir_batch_put_effect (weir_engine_get_batch (engine), &change);
  return run;
}

/* What an undo that was cut off had begun counts. */
static gboolean
has_succeeded (WeirEngine *engine, const WeirEffect *effect)
{
  WeirRunStatus status = WEIR_RUN_FAILED;

  return get_run (effect) != 0 && find_status (engine, get_run (effect), &status, NULL) && status == WEIR_RUN_SUCCEEDED;
}

static char *
run_branch (WeirEngine *engine, const WeirEffect *effect)
{
  gint64 attempts = weir_value_get_member_int (effect->before, "attempts", 3);
  g_autoptr(GError) error = NULL;

  if (has_succeeded (engine, effect))
    return NULL;
  for (gint64 i = 0; i < attempts && !engine->closed; i++)
    {
      g_autoptr(WeirRun) run = NULL;

      g_clear_error (&error);
      run = start_branch (engine, effect, &error);
      if (run == NULL)
        break;
      if (dex_await (weir_run_wait (run), &error))
        return NULL;
      g_prefix_error (&error, "Run %" G_GINT64_FORMAT ": ", run->id);
    }
  return g_strdup_printf ("Its undo failed: %s", error != NULL ? error->message : "the engine was closed");
}

char *
weir_run_effect_undo (WeirEngine *engine, const WeirEffect *effect)
{
  return g_str_equal (effect->type, WEIR_UNDO_POINT) ? run_branch (engine, effect) : stop_run (engine, effect);
}
