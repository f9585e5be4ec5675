/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A step that waits for the end of another run. Nothing of this is recorded: after a restart the step looks again. */

#include "weir-run-private.h"

/* A run that was left unfinished: it may be taken up. */
typedef struct
{
  WeirEngine *engine; /* weak */
  gulong added;
  gint64 run;
  DexPromise *taken_up;
} Absent;

static DexFuture *
describe_end (gint64 run, WeirRunStatus status, WeirValue *result, const char *message)
{
  WeirBuilder *record = weir_record_builder_new (4);
  g_autoptr(WeirValue) event = NULL;
  g_auto(GValue) value = G_VALUE_INIT;

  weir_builder_set_take (record, "run", weir_value_new_int (run));
  weir_builder_set_take (record, "status", weir_value_new_text (weir_run_status_get_name (status)));
  if (result != NULL)
    weir_builder_set (record, "result", result);
  if (message != NULL)
    weir_builder_set_take (record, "error", weir_value_new_text (message));
  event = weir_builder_end (record);
  g_value_init (&value, WEIR_TYPE_VALUE);
  g_value_set_boxed (&value, event);
  return dex_future_new_for_value (&value);
}

static DexFuture *
live_ended_cb (DexFuture *future, gpointer user_data)
{
  gint64 *run = user_data;
  g_autoptr(GError) error = NULL;
  const GValue *value = dex_future_get_value (future, &error);
  WeirRunStatus status = WEIR_RUN_SUCCEEDED;

  if (error != NULL)
    status = g_error_matches (error, WEIR_ERROR, WEIR_ERROR_STOPPED) ? WEIR_RUN_CANCELLED : WEIR_RUN_FAILED;
  return describe_end (*run, status, value != NULL ? g_value_get_boxed (value) : NULL,
                       error != NULL ? error->message : NULL);
}

static DexFuture *
watch_live (WeirRun *run)
{
  gint64 id = weir_run_get_id (run);

  return dex_future_finally (weir_run_wait (run), live_ended_cb, g_memdup2 (&id, sizeof id), g_free);
}

static void
absent_free (gpointer data)
{
  Absent *self = data;

  if (self->engine != NULL)
    g_signal_handler_disconnect (self->engine, self->added);
  g_clear_weak_pointer (&self->engine);
  dex_unref (self->taken_up);
  g_free (self);
}

static void
run_added_cb (WeirEngine *engine, WeirRun *run, Absent *self)
{
  if (weir_run_get_id (run) == self->run && dex_future_is_pending (DEX_FUTURE (self->taken_up)))
    dex_promise_resolve_object (self->taken_up, g_object_ref (run));
}

static DexFuture *
taken_up_cb (DexFuture *future, gpointer user_data)
{
  return watch_live (g_value_get_object (dex_future_get_value (future, NULL)));
}

static DexFuture *
watch_absent (WeirEngine *engine, gint64 run)
{
  Absent *absent = g_new0 (Absent, 1);

  absent->run = run;
  absent->taken_up = dex_promise_new ();
  g_set_weak_pointer (&absent->engine, engine);
  absent->added = g_signal_connect (engine, "run-added", G_CALLBACK (run_added_cb), absent);
  return dex_future_then (dex_ref (DEX_FUTURE (absent->taken_up)), taken_up_cb, absent, absent_free);
}

static DexFuture *
looked_up_cb (DexFuture *future, gpointer user_data)
{
  WeirStep *step = user_data;
  WeirRunInfo *info = g_value_get_object (dex_future_get_value (future, NULL));
  gint64 id = weir_run_info_get_id (info);
  WeirEngine *engine = step->run->engine;
  WeirRun *live = engine != NULL ? weir_engine_find_run (engine, id) : NULL;

  if (weir_run_status_is_final (weir_run_info_get_status (info)))
    return describe_end (id, weir_run_info_get_status (info), NULL, weir_run_info_get_error (info));
  if (live != NULL)
    return watch_live (live);
  if (engine == NULL)
    return dex_future_new_reject (G_IO_ERROR, G_IO_ERROR_CANCELLED, "The engine was closed");
  return watch_absent (engine, id);
}

/**
 * weir_step_watch_run:
 * @self: a running step
 * @run: number of another run
 *
 * Holds no fiber.
 *
 * Returns: (transfer full): a future that resolves to the record {run, status, result?, error?} once that run has ended; result only if it
 *   ended while this was waited for. Rejects with %WEIR_ERROR_NOT_FOUND, or config.invalid for the run itself
 */
DexFuture *
weir_step_watch_run (WeirStep *self, gint64 run)
{
  WeirEngine *engine = self->run->engine;
  WeirRun *live = engine != NULL ? weir_engine_find_run (engine, run) : NULL;
  GError *error = NULL;
  DexFuture *ended;

  if (engine == NULL || self->run->suspended)
    return dex_future_new_reject (G_IO_ERROR, G_IO_ERROR_CANCELLED, "The engine was closed");
  if (run == self->run->id)
    {
      weir_set_failure (&error, "config.invalid",
                        "Expected another run, but %" G_GINT64_FORMAT " is this one: it would wait for ever", run);
      return dex_future_new_for_error (error);
    }
  if (live != NULL)
    ended = watch_live (live);
  else
    ended = dex_future_then (weir_engine_load_run (engine, run), looked_up_cb, weir_step_ref (self),
                             (GDestroyNotify) weir_step_unref);
  return dex_future_first (ended, dex_cancellable_new_from_cancellable (weir_step_get_cancellable (self)), NULL);
}
