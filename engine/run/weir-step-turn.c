/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Turns as a step sees them: locks, and rates. */

#include "weir-run-private.h"
#include "weir-run-queue.h"

static DexFuture *
go_on_cb (DexFuture *future, gpointer user_data)
{
  WeirStep *step = user_data;

  if (step->run->engine == NULL || step->settled)
    return dex_future_new_reject (G_IO_ERROR, G_IO_ERROR_CANCELLED, "The run was stopped");
  return weir_run_queue_resume (step->run->engine->queue, step);
}

DexFuture *
weir_step_get_place (WeirStep *step)
{
  if (!step->kind->has_body)
    return weir_run_queue_resume (step->run->engine->queue, step);
  weir_step_take_place_again (step);
  return dex_future_new_true ();
}

DexFuture *
weir_step_wait_gate (WeirStep *step, WeirGate *gate)
{
  DexFuture *turn = weir_run_queue_wait_turn (step->run->engine->queue, gate, step);

  if (!dex_future_is_pending (turn) || step->kind->has_body || !step->slot)
    return turn;
  /* another may have the place meanwhile, and a pause need not wait */
  weir_step_release_place (step);
  weir_run_check_end (step->run);
  return dex_future_then (turn, go_on_cb, weir_step_ref (step), (GDestroyNotify) weir_step_unref);
}

static WeirGate *
ensure_gate (WeirStep *step, const WeirTurn *turn)
{
  g_autoptr(GString) name = g_string_new ("turn ");
  const char *label = turn->label != NULL ? turn->label : weir_block_get_title (step->block->block);
  WeirGate *gate;

  if (g_strcmp0 (turn->reach, "all") != 0)
    g_string_append_printf (name, "%s ", weir_workflow_get_id (step->run->workflow));
  if (turn->reach == NULL || g_str_equal (turn->reach, "block"))
    g_string_append_printf (name, "%s ", weir_block_get_path (step->block->block));
  g_string_append_printf (name, "%s %s", step->kind->id, turn->name != NULL ? turn->name : "");
  gate = weir_run_queue_ensure_gate (step->run->engine->queue, name->str, label);
  weir_gate_set_slots (gate, turn->slots > 0 ? turn->slots : WEIR_NO_LIMIT, 0);
  weir_gate_set_rate (gate, &(WeirRate) { turn->count, turn->per_ms, turn->burst });
  return gate;
}

/* Whether a container around the step has a place there, for all that is in it. */
static gboolean
is_held_around (WeirStep *self, WeirGate *gate)
{
  WeirRunState *state = self->run->state;

  for (WeirScopeState *scope = self->state->scope; scope->parent != NULL; scope = scope->parent)
    {
      WeirStepState *container = weir_run_state_lookup (state, scope->pub.parent, scope->pub.block, scope->pub.firing);
      WeirStep *step = container != NULL ? container->runtime : NULL;

      if (step != NULL && step->gates != NULL && g_ptr_array_find (step->gates, gate, NULL))
        return TRUE;
    }
  return FALSE;
}

static gboolean
is_over (WeirStep *self)
{
  return self->settled || self->run->suspended || self->run->engine == NULL
         || self->run->state->status == WEIR_RUN_STOPPING;
}

/**
 * weir_step_take_turn:
 * @self: a running step
 * @turn: what it takes its turn at; the last one to say so sets how many there are
 *
 * Waits until it is the step's turn. A container holds what it took while its body runs: a lock; what is in it and takes the same has it already. After a crash nobody holds anything; what
 * is inside a container does not start before the container has run again and taken its turn anew.
 *
 * Returns: (transfer full): a future that resolves to %TRUE, or rejects when the step is stopped
 */
DexFuture *
weir_step_take_turn (WeirStep *self, const WeirTurn *turn)
{
  WeirGate *gate;

  if (is_over (self))
    return dex_future_new_reject (G_IO_ERROR, G_IO_ERROR_CANCELLED, "The run was stopped");
  gate = ensure_gate (self, turn);
  /* it would wait for itself; a rate counts each time */
  if (turn->count == 0 && is_held_around (self, gate))
    return dex_future_new_true ();
  return weir_step_wait_gate (self, gate);
}

/**
 * weir_step_try_turn:
 * @self: a running step
 * @turn: what it takes its turn at
 * @delay_ms: (out) (optional): in how many ms there will be one, as far as that is known; else 0
 *
 * Returns: whether it was had at once
 */
gboolean
weir_step_try_turn (WeirStep *self, const WeirTurn *turn, gint64 *delay_ms)
{
  WeirGate *gate = is_over (self) ? NULL : ensure_gate (self, turn);
  gboolean free = gate != NULL && gate->parked[0].lanes->len + gate->parked[1].lanes->len == 0
                  && weir_gate_passes (gate, TRUE);

  if (delay_ms != NULL)
    *delay_ms = gate != NULL ? (weir_gate_get_delay (gate) + 999) / 1000 : 0;
  if (free)
    weir_step_enter_gate (self, gate);
  return free;
}

typedef struct
{
  WeirStep *step;
  WeirGate *gate;
} RateCall;

static void
rate_call_free (gpointer data)
{
  weir_step_unref (((RateCall *) data)->step);
  g_free (data);
}

static DexFuture *
rate_taken_cb (DexFuture *future, gpointer user_data)
{
  RateCall *call = user_data;

  weir_step_leave_gate (call->step, call->gate);
  return dex_future_new_true ();
}

/**
 * weir_step_wait_rate:
 * @self: a running step
 * @name: a host, or "credential:NAME"
 *
 * Returns: (transfer full): a future that resolves to %TRUE when the rate that the limits of the engine set for @name allows one more; rejects
 *   when the step is stopped
 */
DexFuture *
weir_step_wait_rate (WeirStep *self, const char *name)
{
  const WeirRate *rate;
  g_autofree char *key = NULL;
  RateCall *call;

  if (is_over (self))
    return dex_future_new_reject (G_IO_ERROR, G_IO_ERROR_CANCELLED, "The run was stopped");
  rate = g_hash_table_lookup (self->run->engine->limits->rates, name);
  if (rate == NULL)
    return dex_future_new_true ();
  key = g_strconcat ("rate ", name, NULL);
  call = g_new (RateCall, 1);
  call->step = weir_step_ref (self);
  call->gate = weir_run_queue_ensure_gate (self->run->engine->queue, key, name);
  weir_gate_set_rate (call->gate, rate);
  return dex_future_then (weir_step_wait_gate (self, call->gate), rate_taken_cb, call, rate_call_free);
}
