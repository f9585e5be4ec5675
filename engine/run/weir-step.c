/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The step as a block kind sees it: everything but files (weir-step-file.c) and programs (weir-step-program.c). */

#include "weir-run-private.h"
#include "weir-workflow-file.h"

#include <string.h>

/* Progress goes to the bus at most this often, in µs. */
#define PROGRESS_INTERVAL 50000

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
 * weir_step_get_input:
 * @self: a step
 * @port: name of an input
 *
 * Returns: (transfer none) (nullable): the value, of the port's type; %NULL when nothing was delivered
 */
WeirValue *
weir_step_get_input (WeirStep *self, const char *port)
{
  return weir_value_find_member (self->inputs, port);
}

/**
 * weir_step_emit:
 * @self: a step
 * @port: name of an output
 * @value: what it gives
 *
 * Sets what an output gives once the step succeeds. The last call for a port counts.
 */
void
weir_step_emit (WeirStep *self, const char *port, WeirValue *value)
{
  if (self->outputs != NULL)
    weir_builder_set (self->outputs, port, value);
}

/**
 * weir_step_emit_take:
 * @self: a step
 * @port: name of an output
 * @value: (transfer full): what it gives
 *
 * As [method@Weir.Step.emit].
 */
void
weir_step_emit_take (WeirStep *self, const char *port, WeirValue *value)
{
  weir_step_emit (self, port, value);
  weir_value_unref (value);
}

/**
 * weir_step_emit_side:
 * @self: a running step
 * @port: name of a side port
 * @value: what it gives now
 *
 * Delivers at once, each time it is called.
 */
void
weir_step_emit_side (WeirStep *self, const char *port, WeirValue *value)
{
  weir_step_emit_once (self, port, value, 0, -1);
}

/**
 * weir_step_is_linked:
 * @self: a step
 * @port: name of an output
 *
 * Returns: whether a link leaves from it: what is given there goes somewhere
 */
gboolean
weir_step_is_linked (WeirStep *self, const char *port)
{
  WeirPlan *plan = self->state->scope->shared->plan;

  for (guint i = 0; i < self->block->n_out; i++)
    if (g_str_equal (plan->links[self->block->out[i]].source_port, port))
      return TRUE;
  return FALSE;
}

void
weir_step_emit_once (WeirStep *self, const char *port, WeirValue *value, guint index, int slot)
{
  WeirPlan *plan = self->state->scope->shared->plan;
  WeirBuilder *data;
  g_autoptr(WeirValue) shut = NULL;
  gboolean linked = FALSE;

  self->sent = TRUE;
  if (weir_step_is_given_up (self))
    return;
  for (guint i = 0; i < self->block->n_out; i++)
    {
      WeirPlanLink *link = &plan->links[self->block->out[i]];

      if (!g_str_equal (link->source_port, port))
        continue;
      linked = TRUE;
      if (!weir_run_link_holds (self->run, self, link, value, NULL))
        {
          g_autoptr(WeirValue) index = weir_value_new_int (self->block->out[i]);
          WeirValue *old = shut;

          shut = weir_value_new_list (&index, 1);
          g_clear_pointer (&old, weir_value_unref);
        }
    }
  if (!linked)
    return; /* nobody would ever see it, and a swarm emits a lot */

  data = weir_record_builder_new (5);
  weir_builder_set_take (data, "port", weir_value_new_text (port));
  if (slot >= 0)
    {
      weir_builder_set_take (data, "item", weir_value_new_int (index));
      weir_builder_set_take (data, "slot", weir_value_new_int (slot));
    }
  weir_builder_set (data, "value", value);
  if (shut != NULL)
    weir_builder_set (data, "shut", shut);
  weir_run_emit (self->run, WEIR_EVENT_BLOCK_EMITTED, self->state, weir_builder_end (data));
  weir_engine_wake (self->run->engine, self->run);
}

/**
 * weir_step_log:
 * @self: a step
 * @level: how grave it is
 * @format: the message
 * @...: arguments of @format
 *
 * Writes a line to the log of the run.
 */
void
weir_step_log (WeirStep *self, WeirLogLevel level, const char *format, ...)
{
  g_autofree char *message = NULL;
  va_list args;

  va_start (args, format);
  message = g_strdup_vprintf (format, args);
  va_end (args);
  weir_step_log_fields (self, level, message, NULL);
}

/**
 * weir_step_log_fields:
 * @self: a step
 * @level: how grave it is
 * @message: the message
 * @fields: (nullable): a record with more
 *
 * Writes a line to the log of the run.
 */
void
weir_step_log_fields (WeirStep *self, WeirLogLevel level, const char *message, WeirValue *fields)
{
  WeirRun *run = self->run;
  g_autofree char *path = NULL;
  WeirBuilder *data;
  WeirEvent *event;

  if (run->suspended || weir_run_status_is_final (run->state->status))
    return;
  data = weir_record_builder_new (3);
  weir_builder_set_take (data, "level", weir_value_new_int (level));
  weir_builder_set_take (data, "message", weir_value_new_text (message));
  if (fields != NULL)
    weir_builder_set (data, "fields", fields);

  event = weir_event_new (WEIR_EVENT_LOG, run->id);
  event->correlation = run->correlation != NULL ? g_ref_string_acquire (run->correlation) : NULL;
  event->seq = run->state->seq + 1;
  event->at = weir_clock_get_time (run->engine->clock);
  event->mono = weir_clock_get_mono (run->engine->clock);
  event->scope = self->state->info.scope;
  event->firing = self->state->info.firing;
  event->attempt = MAX (self->attempt, 1);
  event->block = g_ref_string_acquire (self->block->id);
  event->data = weir_builder_end (data);
  path = weir_run_state_dup_step_path (run->state, &self->state->info);
  weir_run_state_apply (run->state, event, NULL);
  weir_engine_journal (run->engine, event, path, weir_block_get_path (self->block->block));
}

/**
 * weir_step_set_progress:
 * @self: a running step
 * @fraction: 0 to 1, or -1 where unknown
 * @text: (nullable): "3 of 9"
 *
 * Tells how far it is. May be called as often as one likes.
 */
void
weir_step_set_progress (WeirStep *self, double fraction, const char *text)
{
  guint64 now = g_get_monotonic_time ();
  WeirBuilder *data;
  g_autoptr(WeirEvent) event = NULL;

  if (self->settled || self->run->suspended || (now - self->progress_at < PROGRESS_INTERVAL && fraction < 1))
    return;
  self->progress_at = now;
  data = weir_record_builder_new (2);
  weir_builder_set_take (data, "fraction", weir_value_new_number (fraction));
  if (text != NULL)
    weir_builder_set_take (data, "text", weir_value_new_text (text));

  event = weir_event_new (WEIR_EVENT_BLOCK_PROGRESS, self->run->id);
  event->correlation = self->run->correlation != NULL ? g_ref_string_acquire (self->run->correlation) : NULL;
  event->at = weir_clock_get_time (self->run->engine->clock);
  event->scope = self->state->info.scope;
  event->firing = self->state->info.firing;
  event->attempt = self->attempt;
  event->block = g_ref_string_acquire (self->block->id);
  event->data = weir_builder_end (data);
  weir_run_state_apply (self->run->state, event, NULL);
  weir_engine_publish (self->run->engine, event);
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

DexFuture *
weir_run_open_body (WeirStep *self, const char *branch, const char *key, WeirValue *locals)
{
  WeirBuilder *data = weir_record_builder_new (2);

  if (weir_step_is_given_up (self) || weir_run_is_stopping (self->run))
    {
      weir_builder_free (data);
      return dex_future_new_reject (G_IO_ERROR, G_IO_ERROR_CANCELLED, "The run was stopped");
    }
  if (self->state->scope->depth >= WEIR_MAX_NESTING)
    {
      GError *error = NULL;

      weir_builder_free (data);
      weir_set_failure (&error, "limit.depth", "Containers are nested deeper than %d levels", WEIR_MAX_NESTING);
      return dex_future_new_for_error (error);
    }
  if (locals != NULL)
    weir_builder_set (data, "locals", locals);
  if (branch != NULL)
    weir_builder_set_take (data, "branch", weir_value_new_text (branch));
  return weir_run_open_scope (self->run, self, key, weir_builder_end (data));
}

/**
 * weir_step_run_body:
 * @self: a step of a container
 * @key: name of this run of the body, unique within the step
 * @locals: (nullable): a record added to the scope of the body's expressions
 *
 * Returns: (transfer full): a future that resolves to the body's result (#WeirValue)
 */
DexFuture *
weir_step_run_body (WeirStep *self, const char *key, WeirValue *locals)
{
  return weir_run_open_body (self, NULL, key, locals);
}

typedef struct
{
  WeirStep  *step;
  char      *workflow;
  guint      version;
  WeirValue *inputs;
  gboolean   inherit;
  gboolean   recursive;
} SubCall;

static void
sub_call_free (gpointer data)
{
  SubCall *call = data;

  weir_step_unref (call->step);
  g_free (call->workflow);
  g_clear_pointer (&call->inputs, weir_value_unref);
  g_free (call);
}

/* The same file is the same workflow, however often it is called: as the command line has it. */
static void
name_by_file (WeirWorkflow *workflow, const char *path)
{
  g_autofree char *absolute = g_canonicalize_filename (path, NULL);
  g_autofree char *hash = g_compute_checksum_for_string (G_CHECKSUM_SHA256, absolute, -1);
  g_autofree char *id = g_strdup_printf ("file-%.16s", hash);

  weir_workflow_set_id (workflow, id);
}

/* A path of a file is saved as a workflow of its own first, so that the run knows for ever which version it called. */
WeirWorkflow *
weir_step_load_workflow (WeirStep *self, const char *name, guint version, GError **error)
{
  WeirEngine *engine = self->run->engine;
  g_autoptr(WeirWorkflow) workflow = NULL;
  g_autofree char *path = NULL;

  if (strchr (name, '/') == NULL && !g_str_has_suffix (name, ".yaml"))
    return dex_await_object (weir_engine_load_workflow (engine, name, version), error);

  path = weir_step_resolve_path (self, name, error);
  if (path == NULL)
    return NULL;
  /* a pipe that nobody writes into would hold everything */
  if (g_file_test (path, G_FILE_TEST_EXISTS) && !g_file_test (path, G_FILE_TEST_IS_REGULAR))
    {
      weir_set_failure (error, "io.other", "%s is no regular file, expected a workflow", path);
      return NULL;
    }
  workflow = weir_workflow_load (path, NULL, error);
  if (workflow != NULL)
    name_by_file (workflow, path);
  if (workflow == NULL || dex_await_uint (weir_engine_settle_workflow (engine, workflow), error) == 0)
    return NULL;
  return g_steal_pointer (&workflow);
}

/* Whether one of the workflows around a scope is this one. */
static gboolean
is_running_in (WeirStep *step, const char *id)
{
  for (WeirScopeState *scope = step->state->scope; scope != NULL; scope = scope->parent)
    if (g_strcmp0 (scope->workflow, id) == 0)
      return TRUE;
  return g_strcmp0 (weir_workflow_get_id (step->run->workflow), id) == 0;
}

static guint
count_calls (WeirStep *step)
{
  guint n = 0;

  for (WeirScopeState *scope = step->state->scope; scope != NULL; scope = scope->parent)
    n += scope->workflow != NULL;
  return n;
}

static DexFuture *
sub_fiber (gpointer user_data)
{
  SubCall *call = user_data;
  GError *error = NULL;
  g_autoptr(WeirWorkflow) workflow = weir_step_load_workflow (call->step, call->workflow, call->version, &error);
  g_autoptr(WeirValue) inputs = NULL;
  WeirBuilder *data;

  if (workflow == NULL)
    return dex_future_new_for_error (error);
  if (!call->recursive && is_running_in (call->step, weir_workflow_get_id (workflow)))
    {
      weir_set_failure (&error, "limit.depth", "The workflow %s would run itself, which the block does not allow",
                        weir_workflow_get_name (workflow));
      return dex_future_new_for_error (error);
    }
  inputs = weir_workflow_complete_inputs (workflow, call->inputs, &error);
  if (inputs == NULL)
    return dex_future_new_for_error (error);
  if (weir_step_is_given_up (call->step) || weir_run_is_stopping (call->step->run))
    return dex_future_new_reject (G_IO_ERROR, G_IO_ERROR_CANCELLED, "The run was stopped");

  weir_engine_remember (call->step->run->engine, workflow);
  data = weir_record_builder_new (4);
  weir_builder_set_take (data, "inherit", weir_value_new_bool (call->inherit));
  weir_builder_set_take (data, "workflow", weir_value_new_text (weir_workflow_get_id (workflow)));
  weir_builder_set_take (data, "version", weir_value_new_int (weir_workflow_get_version (workflow)));
  weir_builder_set (data, "inputs", inputs);
  return weir_run_open_scope (call->step->run, call->step, "", weir_builder_end (data));
}

/**
 * weir_step_run_workflow:
 * @self: a step
 * @workflow: an id, a name, or a path of a file
 * @version: 0 for the latest
 * @inputs: (nullable): a record
 *
 * Returns: (transfer full): a future that resolves to the result (#WeirValue)
 */
DexFuture *
weir_step_run_workflow (WeirStep *self, const char *workflow, guint version, WeirValue *inputs)
{
  return weir_step_call_workflow (self, &(WeirCall) { .workflow = workflow, .version = version, .inputs = inputs });
}

/**
 * weir_step_call_workflow:
 * @self: a step
 * @wanted: which workflow, and how
 *
 * Runs another workflow as part of this run.
 *
 * Returns: (transfer full): a future that resolves to the result (#WeirValue); rejects with limit.depth when the calls are too deep, or
 *   the workflow would run itself without leave
 */
DexFuture *
weir_step_call_workflow (WeirStep *self, const WeirCall *wanted)
{
  guint max_depth = wanted->max_depth > 0 ? MIN (wanted->max_depth, WEIR_MAX_NESTING) : WEIR_MAX_NESTING;
  SubCall *call;

  if (self->state->scope->depth >= WEIR_MAX_NESTING || count_calls (self) >= max_depth)
    {
      GError *error = NULL;

      weir_set_failure (&error, "limit.depth", "Workflows call each other deeper than %u levels", max_depth);
      return dex_future_new_for_error (error);
    }
  /* from here on it is a container: what is inside must be able to run */
  weir_step_release_place (self);
  call = g_new0 (SubCall, 1);
  call->step = weir_step_ref (self);
  call->workflow = g_strdup (wanted->workflow);
  call->version = wanted->version;
  call->inputs = wanted->inputs != NULL ? weir_value_ref (wanted->inputs) : NULL;
  call->inherit = wanted->inherit_variables;
  call->recursive = wanted->recursive;
  return dex_scheduler_spawn (NULL, 0, sub_fiber, call, sub_call_free);
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
