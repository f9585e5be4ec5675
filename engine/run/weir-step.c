/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The step as a block kind sees it: its life, what it knows of itself, what it may touch. What it gives is in weir-step-emit.c, what it runs in
 * weir-step-body.c, files in weir-step-file.c, programs in weir-step-program.c. */

#include "weir-run-private.h"

#include <string.h>

G_DEFINE_BOXED_TYPE (WeirStep, weir_step, weir_step_ref, weir_step_unref)

WeirStep *
weir_step_new (WeirRun *run, WeirStepState *state)
{
  WeirStep *self = g_new0 (WeirStep, 1);

  self->ref_count = 1;
  self->run = g_object_ref (run);
  self->state = state;
  state->n_holders++;
  self->block = weir_step_state_get_block (state);
  self->kind = self->block->kind;
  self->outputs = weir_record_builder_new (2);
  self->time = weir_clock_get_time (run->engine->clock);
  return self;
}

/**
 * weir_step_ref:
 * @self: a step
 *
 * Returns: (transfer full): the step
 */
WeirStep *
weir_step_ref (WeirStep *self)
{
  self->ref_count++;
  return self;
}

/**
 * weir_step_unref:
 * @self: (transfer full): a step
 */
void
weir_step_unref (WeirStep *self)
{
  if (--self->ref_count > 0)
    return;
  if (self->owns_settings && self->settings != NULL)
    weir_kind_free_settings (self->kind, self->settings);
  g_clear_pointer (&self->inputs, weir_value_unref);
  g_clear_pointer (&self->outputs, weir_builder_free);
  g_clear_pointer (&self->accesses, g_hash_table_unref);
  g_clear_pointer (&self->failure_data, weir_value_unref);
  g_clear_pointer (&self->ending, weir_value_unref);
  weir_step_forget_waiter (self);
  weir_step_free_swarm (self);
  weir_step_forget_states (self);
  g_clear_object (&self->cancellable);
  dex_clear (&self->timeout);
  weir_step_forget_answer (self);
  /* the state of the run is alive as long as the run is */
  self->state->n_holders--;
  g_free (self->key);
  g_free (self->cache_key);
  g_clear_pointer (&self->resolved, weir_value_unref);
  g_object_unref (self->run);
  g_free (self);
}

typedef struct
{
  WeirStep    *step;
  gpointer     settings;
  WeirStepFunc func;
} StepCall;

static DexFuture *
step_fiber (gpointer user_data)
{
  StepCall *call = user_data;
  GError *error = NULL;

  if (call->func (call->settings, call->step, &error))
    return dex_future_new_true ();
  if (error == NULL)
    weir_set_failure (&error, "internal.bug", "The block failed without saying why");
  return dex_future_new_for_error (error);
}

static void
step_call_free (gpointer data)
{
  StepCall *call = data;

  weir_step_unref (call->step);
  g_free (call);
}

/**
 * weir_step_spawn:
 * @self: a step
 * @settings: passed to @func; lives as long as the step
 * @func: what to run; may await
 *
 * Returns: (transfer full): a future that resolves when @func returns %TRUE and rejects with its error
 */
DexFuture *
weir_step_spawn (WeirStep *self, gpointer settings, WeirStepFunc func)
{
  StepCall *call = g_new (StepCall, 1);

  call->step = weir_step_ref (self);
  call->settings = settings;
  call->func = func;
  return dex_scheduler_spawn (NULL, 0, step_fiber, call, step_call_free);
}

/**
 * weir_step_get_expired:
 * @self: a step
 *
 * Returns: whether it fires with what has come because the patience of its block was over
 */
gboolean
weir_step_get_expired (WeirStep *self)
{
  return self->state->expired;
}

/**
 * weir_step_get_attempt:
 * @self: a step
 *
 * Returns: which try this is, from 1
 */
guint
weir_step_get_attempt (WeirStep *self)
{
  return self->attempt;
}

/**
 * weir_step_get_concurrency:
 * @self: a step of a container
 *
 * Returns: how many runs of the body at once its block asks for; 0 when it says nothing
 */
guint
weir_step_get_concurrency (WeirStep *self)
{
  return weir_block_get_concurrency (self->block->block);
}

/**
 * weir_step_get_block_id:
 * @self: a step
 *
 * Returns: (transfer none): id of its block
 */
const char *
weir_step_get_block_id (WeirStep *self)
{
  return self->block->id;
}

/**
 * weir_step_get_idempotency_key:
 * @self: a step
 *
 * Returns: (transfer none): 32 hex digits, the same for every attempt of this step and for no other step
 */
const char *
weir_step_get_idempotency_key (WeirStep *self)
{
  if (self->key == NULL)
    {
      g_autofree char *text = g_strdup_printf ("%" G_GINT64_FORMAT ":%" G_GINT64_FORMAT ":%s%s:%u", self->run->id,
                                               self->run->created_at, self->state->scope->pub.path, self->block->id,
                                               self->state->info.firing);

      self->key = g_compute_checksum_for_string (G_CHECKSUM_SHA256, text, -1);
      self->key[32] = '\0';
    }
  return self->key;
}

/**
 * weir_step_get_run_id:
 * @self: a step
 *
 * Returns: (transfer none): number of the run as text
 */
const char *
weir_step_get_run_id (WeirStep *self)
{
  g_autofree char *text = g_strdup_printf ("%" G_GINT64_FORMAT, self->run->id);

  return g_intern_string (text);
}

/**
 * weir_step_get_correlation_id:
 * @self: a step
 *
 * Returns: (transfer none): what all that belongs together has in common: a run, its sub-workflows, and what they start. Programs have it as
 *   WEIR_CORRELATION_ID
 */
const char *
weir_step_get_correlation_id (WeirStep *self)
{
  return self->run->correlation != NULL ? self->run->correlation : "";
}

/**
 * weir_step_get_cancellable:
 * @self: a step of a kind with `run`
 *
 * Returns: (transfer none): cancelled when the step is to end
 */
GCancellable *
weir_step_get_cancellable (WeirStep *self)
{
  if (self->cancellable == NULL)
    self->cancellable = g_cancellable_new ();
  return self->cancellable;
}

/**
 * weir_step_get_time:
 * @self: a step
 *
 * Returns: when this attempt began, µs UTC on the engine's clock
 */
gint64
weir_step_get_time (WeirStep *self)
{
  return self->time;
}

/**
 * weir_step_get_began:
 * @self: a step that runs
 *
 * Returns: µs UTC: when it began, or began anew after a failure; before a restart of the program if there was one since
 */
gint64
weir_step_get_began (WeirStep *self)
{
  return self->state->tried_at != 0 ? self->state->tried_at : self->time;
}

/**
 * weir_step_get_now:
 * @self: a step
 *
 * Returns: µs UTC on the engine's clock
 */
gint64
weir_step_get_now (WeirStep *self)
{
  return self->run->engine != NULL ? weir_clock_get_time (self->run->engine->clock) : self->time;
}

/**
 * weir_step_sleep:
 * @self: a step
 * @duration_ms: how long
 *
 * While it sleeps the step takes no place among those that run at once.
 *
 * Returns: (transfer full): a future that resolves when the time is over and rejects when the step is stopped
 */
DexFuture *
weir_step_sleep (WeirStep *self, gint64 duration_ms)
{
  weir_step_release_slot (self);
  return dex_future_first (weir_clock_sleep (self->run->engine->clock, duration_ms),
                           dex_cancellable_new_from_cancellable (weir_step_get_cancellable (self)), NULL);
}

/**
 * weir_step_dup_scope:
 * @self: a step
 * @names: (nullable): which of `inputs`, `input`, `value`, `vars`, `run`, `now`, `attempt`, `blocks` are wanted; %NULL: all
 *
 * Returns: (transfer full): a record of what expressions of the step see; what containers around it say (`item`, `index`) always
 */
WeirValue *
weir_step_dup_scope (WeirStep *self, const char *const *names)
{
  return weir_step_build_scope (self, names, NULL);
}

/**
 * weir_step_evaluate:
 * @self: a step
 * @source: an expression, without `=`
 * @locals: (nullable): a record of more names
 * @error: where to put %WEIR_ERROR_EXPRESSION
 *
 * Returns: (transfer full) (nullable): its value in the scope of the step
 */
WeirValue *
weir_step_evaluate (WeirStep *self, const char *source, WeirValue *locals, GError **error)
{
  g_autoptr(WeirExpression) expression = weir_expression_compile (source[0] == '=' ? source + 1 : source, error);
  g_autoptr(WeirValue) scope = NULL;

  if (expression == NULL)
    return NULL;
  scope = weir_step_build_scope (self, weir_expression_get_names (expression), locals);
  return weir_expression_evaluate (expression, scope, error);
}

/**
 * weir_step_require:
 * @self: a step
 * @permission: "fs.read", "fs.write", "net", "exec", "notify", ...
 * @target: what it is used on: a path, a host, a program
 * @error: where to put perm.denied
 *
 * Records in the journal that the step uses something, once for each target.
 *
 * Returns: whether it may
 */
gboolean
weir_step_require (WeirStep *self, const char *permission, const char *target, GError **error)
{
  g_autofree char *key = g_strconcat (permission, " ", target, NULL);
  WeirBuilder *data;

  if (self->accesses == NULL)
    self->accesses = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  if (!g_hash_table_add (self->accesses, g_steal_pointer (&key)) || self->run->suspended || self->settled)
    return TRUE;
  data = weir_record_builder_new (2);
  weir_builder_set_take (data, "permission", weir_value_new_text (permission));
  weir_builder_set_take (data, "target", weir_value_new_text (target));
  weir_run_emit (self->run, WEIR_EVENT_ACCESS, self->state, weir_builder_end (data));
  return TRUE;
}

/**
 * weir_step_set_failure_data:
 * @self: a step
 * @data: (nullable): a record; retry_after_ms (int) delays the next attempt at least so long
 *
 * What goes with the failure if this attempt fails.
 */
void
weir_step_set_failure_data (WeirStep *self, WeirValue *data)
{
  g_clear_pointer (&self->failure_data, weir_value_unref);
  self->failure_data = data != NULL ? weir_value_ref (data) : NULL;
}

/**
 * weir_failure_from_value:
 * @value: an error value
 *
 * Returns: (transfer full): the same as a #GError
 */
GError *
weir_failure_from_value (WeirValue *value)
{
  GError *error = NULL;

  weir_set_failure (&error, weir_value_get_member_text (value, "class", "internal.bug"), "%s",
                    weir_value_get_member_text (value, "message", "It failed"));
  return error;
}
