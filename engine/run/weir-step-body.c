/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Steps that run more than themselves: the body of a container, another workflow. */

#include "weir-run-private.h"
#include "weir-workflow-file.h"

#include <string.h>

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
