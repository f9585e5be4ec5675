/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A step that waits for the end of another run. Nothing of this is recorded: after a restart the step looks again. */

#include "weir-run-private.h"

typedef struct
{
  WeirStep *step;
  DexPromise *promise;
  WeirEngine *engine; /* weak */
  gulong added;
  gint64 run;
} Watch;

static void
watch_free (gpointer data)
{
  Watch *self = data;

  if (self->engine != NULL && self->added != 0)
    g_signal_handler_disconnect (self->engine, self->added);
  g_clear_weak_pointer (&self->engine);
  weir_step_unref (self->step);
  dex_unref (self->promise);
  g_free (self);
}

static void
tell (Watch *self, WeirRunStatus status, WeirValue *result, const char *message)
{
  WeirBuilder *record = weir_record_builder_new (4);
  g_autoptr(WeirValue) event = NULL;
  g_auto(GValue) value = G_VALUE_INIT;

  weir_builder_set_take (record, "run", weir_value_new_int (self->run));
  weir_builder_set_take (record, "status", weir_value_new_text (weir_run_status_get_name (status)));
  if (result != NULL)
    weir_builder_set (record, "result", result);
  if (message != NULL)
    weir_builder_set_take (record, "error", weir_value_new_text (message));
  event = weir_builder_end (record);
  g_value_init (&value, WEIR_TYPE_VALUE);
  g_value_set_boxed (&value, event);
  if (dex_future_is_pending (DEX_FUTURE (self->promise)))
    dex_promise_resolve (self->promise, &value);
}

static DexFuture *
live_ended_cb (DexFuture *future, gpointer user_data)
{
  Watch *self = user_data;
  g_autoptr(GError) error = NULL;
  const GValue *value = dex_future_get_value (future, &error);
  WeirRunStatus status = WEIR_RUN_SUCCEEDED;

  if (error != NULL)
    status = g_error_matches (error, WEIR_ERROR, WEIR_ERROR_STOPPED) ? WEIR_RUN_CANCELLED : WEIR_RUN_FAILED;
  tell (self, status, value != NULL ? g_value_get_boxed (value) : NULL, error != NULL ? error->message : NULL);
  return dex_future_new_true ();
}

static void
follow_live (Watch *self, WeirRun *run)
{
  if (self->added != 0)
    g_signal_handler_disconnect (self->engine, self->added);
  self->added = 0;
  dex_future_disown (dex_future_finally (weir_run_wait (run), live_ended_cb, self, watch_free));
}

/* Was left unfinished, and is taken up now. */
static void
run_added_cb (WeirEngine *engine, WeirRun *run, Watch *self)
{
  if (weir_run_get_id (run) == self->run)
    follow_live (self, run);
}

static DexFuture *
looked_up_cb (DexFuture *future, gpointer user_data)
{
  Watch *self = user_data;
  GError *error = NULL;
  const GValue *value = dex_future_get_value (future, &error);
  WeirRunInfo *info = value != NULL ? g_value_get_object (value) : NULL;
  WeirRun *run;

  if (info == NULL)
    {
      dex_promise_reject (self->promise, error);
      watch_free (self);
    }
  else if (weir_run_status_is_final (weir_run_info_get_status (info)))
    {
      tell (self, weir_run_info_get_status (info), NULL, weir_run_info_get_error (info));
      watch_free (self);
    }
  else if (self->engine != NULL && (run = weir_engine_find_run (self->engine, self->run)) != NULL)
    follow_live (self, run);
  else if (self->engine != NULL)
    self->added = g_signal_connect (self->engine, "run-added", G_CALLBACK (run_added_cb), self);
  else
    watch_free (self);
  return dex_future_new_true ();
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
  DexPromise *promise;
  GError *error = NULL;
  Watch *watch;

  if (engine == NULL || self->run->suspended)
    return dex_future_new_reject (G_IO_ERROR, G_IO_ERROR_CANCELLED, "The engine was closed");
  if (run == self->run->id)
    {
      weir_set_failure (&error, "config.invalid",
                        "Expected another run, but %" G_GINT64_FORMAT " is this one: it would wait for ever", run);
      return dex_future_new_for_error (error);
    }
  watch = g_new0 (Watch, 1);
  watch->step = weir_step_ref (self);
  watch->promise = promise = dex_promise_new ();
  watch->run = run;
  g_set_weak_pointer (&watch->engine, engine);
  dex_ref (promise);
  if (live != NULL)
    follow_live (watch, live);
  else
    dex_future_disown (dex_future_finally (weir_engine_load_run (engine, run), looked_up_cb, watch, NULL));
  return dex_future_first (DEX_FUTURE (promise),
                           dex_cancellable_new_from_cancellable (weir_step_get_cancellable (self)), NULL);
}
