/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Effects of a step: their undo record is on disk before they begin. */

#include "weir-run-private.h"

gint64
weir_engine_next_effect (WeirEngine *engine)
{
  return ++engine->next_effect;
}

static DexFuture *
intended_cb (DexFuture *future, gpointer user_data)
{
  GValue value = G_VALUE_INIT;
  DexFuture *resolved;

  g_value_init (&value, G_TYPE_UINT64);
  g_value_set_uint64 (&value, *(guint64 *) user_data);
  resolved = dex_future_new_for_value (&value);
  g_value_unset (&value);
  return resolved;
}

static WeirUndoKind
get_undo (WeirStep *self)
{
  return self->kind->get_undo != NULL ? self->kind->get_undo (weir_block_get_config (self->block->block))
                                      : self->kind->undo;
}

/**
 * weir_step_intend:
 * @self: a running step
 * @type: what kind of effect: "file.write", or a word of the block kind's own
 * @target: what is touched, for people
 * @before: (nullable): a record with what is needed to take it back
 *
 * Returns: (transfer full): a future that resolves to the effect's id (guint64) once the record is on disk: the effect may begin.
 *   Rejects when the step was stopped
 */
DexFuture *
weir_step_intend (WeirStep *self, const char *type, const char *target, WeirValue *before)
{
  return weir_step_intend_as (self, type, target, before, get_undo (self));
}

/* Writes down what is intended. 0: the step was stopped; else the effect's id. */
static guint64
record_intent (WeirStep *self, const char *type, const char *target, WeirValue *before, WeirUndoKind undo)
{
  WeirRun *run = self->run;
  WeirEffect effect = { .type = (char *) type, .target = (char *) target, .before = before };
  WeirBuilder *data;

  if (self->settled || run->suspended || (self->cancellable != NULL && g_cancellable_is_cancelled (self->cancellable)))
    return 0;

  effect.id = weir_engine_next_effect (run->engine);
  effect.run = run->id;
  effect.scope = self->state->info.scope;
  effect.firing = self->state->info.firing;
  effect.block = self->block->id;
  effect.kind = (char *) self->kind->id;
  effect.undo = undo;
  effect.state = WEIR_EFFECT_INTENDED;
  effect.at = weir_clock_get_time (run->engine->clock);
  weir_batch_put_effect (weir_engine_get_batch (run->engine), &effect);

  data = weir_record_builder_new (4);
  weir_builder_set_take (data, "effect", weir_value_new_int (effect.id));
  weir_builder_set_take (data, "type", weir_value_new_text (type));
  weir_builder_set_take (data, "target", weir_value_new_text (target));
  weir_builder_set_take (data, "undo", weir_value_new_text (weir_undo_kind_get_name (effect.undo)));
  weir_run_emit (run, WEIR_EVENT_EFFECT_INTENDED, self->state, weir_builder_end (data));
  return (guint64) effect.id;
}

static DexFuture *
reject_stopped (void)
{
  return dex_future_new_reject (G_IO_ERROR, G_IO_ERROR_CANCELLED, "The step was stopped");
}

/* An effect that can be undone in another way than its kind says. */
DexFuture *
weir_step_intend_as (WeirStep *self, const char *type, const char *target, WeirValue *before, WeirUndoKind undo)
{
  guint64 id = record_intent (self, type, target, before, undo);

  if (id == 0)
    return reject_stopped ();
  return dex_future_then (weir_engine_durable (self->run->engine), intended_cb, g_memdup2 (&id, sizeof id), g_free);
}

/**
 * weir_step_complete_effect:
 * @self: a step
 * @effect: as [method@Weir.Step.intend] gave it
 * @after: (nullable): a record with what is needed to see later whether the world changed since
 *
 * The effect was done. Committed together with the end of the step at the latest.
 */
void
weir_step_complete_effect (WeirStep *self, guint64 id, WeirValue *after)
{
  weir_step_complete_effect_with (self, id, NULL, after);
}

void
weir_step_complete_effect_with (WeirStep *self, guint64 id, WeirValue *before, WeirValue *after)
{
  WeirRun *run = self->run;
  WeirEffect effect = { .id = (gint64) id, .run = run->id, .state = WEIR_EFFECT_COMPLETED, .before = before, .after = after };
  const char *key = "effect";
  g_autoptr(WeirValue) value = weir_value_new_int ((gint64) id);

  if (run->suspended)
    return;
  weir_batch_put_effect (weir_engine_get_batch (run->engine), &effect);
  if (!weir_run_status_is_final (run->state->status))
    weir_run_emit (run, WEIR_EVENT_EFFECT_COMPLETED, self->state, weir_value_new_record (&key, &value, 1));
}

/* An effect that was intended, but refused before anything was changed. */
void
weir_step_drop_effect (WeirStep *self, guint64 id)
{
  WeirRun *run = self->run;
  WeirEffect effect = { .id = (gint64) id, .run = run->id, .state = WEIR_EFFECT_DROPPED };
  const char *key = "effect";
  g_autoptr(WeirValue) value = weir_value_new_int ((gint64) id);

  if (run->suspended)
    return;
  weir_batch_put_effect (weir_engine_get_batch (run->engine), &effect);
  if (!weir_run_status_is_final (run->state->status))
    weir_run_emit (run, WEIR_EVENT_EFFECT_DROPPED, self->state, weir_value_new_record (&key, &value, 1));
}

/* ── variables ──────────────────────────────────────────────────────────────────────────── */

WeirValue *
weir_run_dup_variables (WeirRun *run, WeirScopeState *scope)
{
  g_autoptr(WeirValue) global = weir_store_dup_variables (run->engine->store, NULL);
  g_autoptr(WeirValue) own = weir_store_dup_variables (run->engine->store, weir_workflow_get_id (run->workflow));
  WeirValue *layers[] = { global, own, *weir_run_state_find_variables (run->state, scope) };
  WeirBuilder *record = weir_record_builder_new (8);

  for (guint i = 0; i < G_N_ELEMENTS (layers); i++)
    for (gsize j = 0; layers[i] != NULL && j < weir_value_get_length (layers[i]); j++)
      weir_builder_set (record, weir_value_get_key (layers[i], j), weir_value_get_item (layers[i], j));
  return weir_builder_end (record);
}

/**
 * weir_step_dup_variable:
 * @self: a step
 * @scope: "run", "workflow" or "global"
 * @name: its name
 *
 * Returns: (transfer full) (nullable): what it is set to
 */
WeirValue *
weir_step_dup_variable (WeirStep *self, const char *scope, const char *name)
{
  WeirRun *run = self->run;

  self->looked = TRUE;
  if (g_str_equal (scope, "run"))
    {
      WeirValue *variables = *weir_run_state_find_variables (run->state, self->state->scope);
      WeirValue *value = variables != NULL ? weir_value_find_member (variables, name) : NULL;

      return value != NULL ? weir_value_ref (value) : NULL;
    }
  return weir_store_dup_variable (run->engine->store,
                                  g_str_equal (scope, "workflow") ? weir_workflow_get_id (run->workflow) : NULL, name);
}

typedef struct
{
  WeirStep  *step;
  char      *workflow_id;
  char      *name;
  WeirValue *value;
  guint64    effect;
} SetCall;

static void
set_call_free (gpointer data)
{
  SetCall *call = data;

  weir_step_unref (call->step);
  g_free (call->workflow_id);
  g_free (call->name);
  weir_value_unref (call->value);
  g_free (call);
}

static WeirValue *
record_of_value (const char *key, WeirValue *value)
{
  return value != NULL ? weir_value_new_record (&key, &value, 1) : weir_value_new_record (NULL, NULL, 0);
}

static WeirValue *
describe_before (SetCall *call, WeirValue *old)
{
  WeirBuilder *record = weir_record_builder_new (3);

  if (old != NULL)
    weir_builder_set (record, "value", old);
  weir_builder_set_take (record, "name", weir_value_new_text (call->name));
  if (call->workflow_id != NULL)
    weir_builder_set_take (record, "workflow", weir_value_new_text (call->workflow_id));
  return weir_builder_end (record);
}

static DexFuture *
set_intended_cb (DexFuture *future, gpointer user_data)
{
  SetCall *call = user_data;
  WeirEngine *engine = call->step->run->engine;
  g_autoptr(WeirValue) after = record_of_value ("value", call->value);

  if (call->step->run->suspended)
    return dex_future_new_reject (G_IO_ERROR, G_IO_ERROR_CANCELLED, "The engine was closed");
  weir_batch_put_variable (weir_engine_get_batch (engine), call->workflow_id, call->name, call->value);
  weir_store_cache_variable (engine->store, call->workflow_id, call->name, call->value);
  weir_step_complete_effect (call->step, call->effect, after);
  return dex_future_new_true ();
}

/**
 * weir_step_set_variable:
 * @self: a running step
 * @scope: "run", "workflow" or "global"
 * @name: its name
 * @value: what it is to be
 *
 * Variables of the run are part of the run; the others outlive it, and setting them is recorded as an effect that can be undone.
 *
 * Returns: (transfer full): a future that resolves to %TRUE
 */
DexFuture *
weir_step_set_variable (WeirStep *self, const char *scope, const char *name, WeirValue *value)
{
  g_autoptr(WeirValue) old = NULL;
  g_autoptr(WeirValue) before = NULL;
  SetCall *call;

  if (g_str_equal (scope, "run"))
    {
      const char *keys[2] = { "name", "value" };
      g_autoptr(WeirValue) text = weir_value_new_text (name);
      WeirValue *values[2] = { text, value };

      if (!self->run->suspended)
        weir_run_emit (self->run, WEIR_EVENT_VARIABLE, self->state, weir_value_new_record (keys, values, 2));
      return dex_future_new_true ();
    }
  call = g_new0 (SetCall, 1);
  call->step = weir_step_ref (self);
  call->workflow_id = g_str_equal (scope, "workflow") ? g_strdup (weir_workflow_get_id (self->run->workflow)) : NULL;
  call->name = g_strdup (name);
  call->value = weir_value_ref (value);
  old = weir_store_dup_variable (self->run->engine->store, call->workflow_id, name);
  before = describe_before (call, old);
  call->effect = record_intent (self, "variable.set", name, before, get_undo (self));
  if (call->effect == 0)
    {
      set_call_free (call);
      return reject_stopped ();
    }
  /* no fiber: there is nothing to do but wait once */
  return dex_future_then (weir_engine_durable (self->run->engine), set_intended_cb, call, set_call_free);
}
