/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Waits as steps and people see them: until a moment, for an answer, for a signal. A wait is in the journal, so it outlasts the program; it
 * holds neither a fiber nor a place among the steps that run. */

#include "weir-run-private.h"

#include <sys/random.h>

/* What a step that waits holds while the program runs. */
typedef struct
{
  WeirStep *step;
  DexPromise *promise;
  WeirAlarm *alarm;
  DexFuture *look; /* until the next look */
  WeirWait wait;   /* only its functions, their data and how often to look */
} Waiter;

static void
waiter_free (gpointer data)
{
  Waiter *self = data;

  g_clear_pointer (&self->alarm, weir_alarm_free);
  dex_clear (&self->look);
  /* whoever still waits would wait for ever, and hold the step and its run */
  if (dex_future_is_pending (DEX_FUTURE (self->promise)))
    dex_promise_reject (self->promise, g_error_new (G_IO_ERROR, G_IO_ERROR_CANCELLED, "The step is over"));
  dex_unref (self->promise);
  g_free (self);
}

/* Whoever has it may answer, once: it cannot be guessed. */
static char *
make_token (void)
{
  guint8 bytes[16];
  GString *token = g_string_sized_new (2 * sizeof bytes);

  if (getrandom (bytes, sizeof bytes, 0) != sizeof bytes)
    g_error ("The kernel has no random numbers");
  for (guint i = 0; i < sizeof bytes; i++)
    g_string_append_printf (token, "%02x", bytes[i]);
  return g_string_free (token, FALSE);
}

static WeirValue *
wait_data (const WeirWait *wait)
{
  WeirBuilder *data = weir_record_builder_new (7);
  g_autofree char *token = make_token ();

  weir_builder_set_take (data, "key", weir_value_new_text (wait->key));
  weir_builder_set_take (data, "token", weir_value_new_text (token));
  if (wait->due_at != 0)
    weir_builder_set_take (data, "due_at", weir_value_new_int (wait->due_at));
  if (wait->pause_holds)
    weir_builder_set_take (data, "pause_holds", weir_value_new_bool (TRUE));
  if (wait->channel != NULL)
    weir_builder_set_take (data, "channel", weir_value_new_text (wait->channel));
  if (wait->reason != NULL)
    weir_builder_set_take (data, "reason", weir_value_new_text (wait->reason));
  if (wait->request != NULL)
    weir_builder_set (data, "request", wait->request);
  return weir_builder_end (data);
}

/* The answer is in the journal; the step goes on with it once the run does. */
static void
go_on (WeirStepState *state)
{
  WeirStep *step = state->runtime;

  if (step == NULL || step->waiter == NULL || step->settled)
    return;
  g_queue_push_tail (&step->run->answered, weir_step_ref (step));
  weir_engine_wake (step->run->engine, step->run);
}

static void arm (Waiter *self);

static void
rang_cb (gpointer user_data)
{
  Waiter *self = user_data;
  WeirStep *step = self->step;
  WeirWaitState *wait;
  const char *key = "timed_out";
  g_autoptr(WeirValue) yes = weir_value_new_bool (TRUE);

  self->alarm = NULL;
  if (step->settled || step->run->suspended || (wait = weir_step_state_get_pending_wait (step->state)) == NULL)
    return;
  if (weir_value_get_member_bool (wait->data, "pause_holds", FALSE) && step->run->state->paused_at != 0)
    {
      step->run->holding = TRUE;
      return;
    }
  if (step->state->info.due_at > weir_clock_get_time (step->run->engine->clock))
    {
      arm (self);
      return;
    }
  weir_run_emit (step->run, WEIR_EVENT_BLOCK_ANSWERED, step->state, weir_value_new_record (&key, &yes, 1));
  go_on (step->state);
}

static void
arm (Waiter *self)
{
  gint64 due = self->step->state->info.due_at;

  g_clear_pointer (&self->alarm, weir_alarm_free);
  if (due != 0)
    self->alarm = weir_alarm_new (self->step->run->engine->clock, due, rang_cb, self);
}

/* Moments that came while the run was paused and do not count then are waited for anew. */
static void
arm_held (WeirRun *run)
{
  run->holding = FALSE;
  for (guint i = 0; i < run->state->steps->len; i++)
    {
      WeirStepState *state = g_ptr_array_index (run->state->steps, i);
      WeirStep *step = state != NULL ? state->runtime : NULL;
      Waiter *waiter = step != NULL ? step->waiter : NULL;

      if (waiter != NULL && waiter->alarm == NULL && weir_step_state_get_pending_wait (state) != NULL)
        arm (waiter);
    }
}

/* ── looking every now and then ─────────────────────────────────────────────────────────── */

static void look (Waiter *self);
static void keep_answer (WeirRun *run, WeirStepState *state, WeirValue *value, const char *by, const char *comment);

static DexFuture *
look_cb (DexFuture *future, gpointer user_data)
{
  Waiter *self = user_data;
  /* the callback runs within it */
  g_autoptr(DexFuture) keep = g_steal_pointer (&self->look);
  g_autoptr(WeirStep) step = weir_step_ref (self->step);

  if (!step->settled && !step->run->suspended && weir_step_state_get_pending_wait (step->state) != NULL)
    look (self);
  return dex_future_new_true ();
}

static void
look (Waiter *self)
{
  WeirStep *step = self->step;
  g_autoptr(WeirValue) found = NULL;
  GError *error = NULL;

  if (step->run->state->paused_at == 0)
    found = self->wait.poll (self->wait.user_data, step, &error);
  if (error != NULL)
    {
      /* whoever gave the functions may be gone once it hears of it */
      self->wait = (WeirWait) { 0 };
      dex_promise_reject (self->promise, error);
      return;
    }
  if (found == NULL)
    self->look = dex_future_then (weir_clock_sleep (step->run->engine->clock, MAX (self->wait.poll_ms, 1)), look_cb,
                                  self, NULL);
  else
    keep_answer (step->run, step->state, found, "expression", NULL);
}

static gboolean
accepts (WeirStepState *state, WeirValue *signal)
{
  WeirWaitState *wait = weir_step_state_get_pending_wait (state);
  WeirStep *step = state->runtime;
  Waiter *waiter = step != NULL ? step->waiter : NULL;
  const char *channel = wait != NULL ? weir_value_get_member_text (wait->data, "channel", NULL) : NULL;
  WeirValue *value = weir_value_find_member (signal, "value");

  if (waiter == NULL || channel == NULL || !g_str_equal (channel, weir_value_get_member_text (signal, "name", "")))
    return FALSE;
  return waiter->wait.accept == NULL || value == NULL || waiter->wait.accept (waiter->wait.user_data, step, value);
}

static void
answer_with_signal (WeirRun *run, WeirStepState *state, guint index)
{
  WeirValue *signal = g_ptr_array_index (run->state->signals, index);
  WeirBuilder *data = weir_record_builder_new (4);
  WeirValue *by = weir_value_find_member (signal, "by");

  weir_builder_set_take (data, "signal", weir_value_new_int (index));
  weir_builder_set (data, "value", weir_value_find_member (signal, "value"));
  if (by != NULL)
    weir_builder_set (data, "by", by);
  weir_run_emit (run, WEIR_EVENT_BLOCK_ANSWERED, state, weir_builder_end (data));
  go_on (state);
}

/* A signal may have come before the wait. */
static void
look_for_signal (WeirRun *run, WeirStepState *state)
{
  for (guint i = 0; run->state->signals != NULL && i < run->state->signals->len; i++)
    if (accepts (state, g_ptr_array_index (run->state->signals, i)))
      {
        answer_with_signal (run, state, i);
        return;
      }
}

static DexFuture *
answer_future (WeirValue *answer)
{
  GValue value = G_VALUE_INIT;
  DexFuture *future;

  g_value_init (&value, WEIR_TYPE_VALUE);
  if (weir_value_get_member_bool (answer, "timed_out", FALSE))
    g_value_take_boxed (&value, weir_value_new_null ());
  else
    g_value_set_boxed (&value, answer);
  future = dex_future_new_for_value (&value);
  g_value_unset (&value);
  return future;
}

static DexFuture *
begin_waiting (WeirStep *step, const WeirWait *wait, WeirWaitState *known)
{
  Waiter *waiter = g_new0 (Waiter, 1);
  DexFuture *future;

  waiter->step = step;
  waiter->promise = dex_promise_new ();
  waiter->wait = (WeirWait) { .accept = wait->accept,
                              .check = wait->check,
                              .poll = wait->poll,
                              .poll_ms = wait->poll_ms,
                              .user_data = wait->user_data };
  g_clear_pointer (&step->waiter, waiter_free);
  step->waiter = waiter;
  future = dex_future_first (dex_ref (DEX_FUTURE (waiter->promise)),
                             dex_cancellable_new_from_cancellable (weir_step_get_cancellable (step)), NULL);
  weir_step_release_place (step);
  if (known == NULL)
    weir_run_emit (step->run, WEIR_EVENT_BLOCK_WAITING, step->state, wait_data (wait));
  if (known != NULL && known->answer != NULL)
    go_on (step->state);
  else
    {
      arm (waiter);
      look_for_signal (step->run, step->state);
      if (wait->poll != NULL && weir_step_state_get_pending_wait (step->state) != NULL)
        look (waiter);
    }
  weir_run_check_end (step->run);
  return future;
}

/* Answered, and the step went on since: with the next wait, or to its end. */
static gboolean
is_past (WeirStepState *state, WeirWaitState *wait)
{
  return wait->answer != NULL
         && (state->info.status != WEIR_STEP_WAITING
             || wait != g_ptr_array_index (state->wait_states, state->wait_states->len - 1));
}

/**
 * weir_step_wait:
 * @self: a running step
 * @wait: what for
 *
 * Waits for a moment, for an answer, or for a signal of the run: whatever comes first. The wait is recorded. After a restart of the
 * program the step runs anew and, asking for the same key, gets the wait that it had: with the moment it was given the first
 * time, and with the answer if it came meanwhile. A step waits for one thing at a time.
 *
 * Returns: (transfer full): a future that resolves to a #WeirValue: null when the moment has come, else the record {value, by, comment}.
 *   Rejects when the step is stopped
 */
DexFuture *
weir_step_wait (WeirStep *self, const WeirWait *wait)
{
  WeirWaitState *known = weir_step_state_find_wait (self->state, wait->key);

  if (weir_step_is_given_up (self) || g_cancellable_is_cancelled (weir_step_get_cancellable (self)))
    return dex_future_new_reject (G_IO_ERROR, G_IO_ERROR_CANCELLED, "The run was stopped");
  if (known != NULL && is_past (self->state, known))
    return answer_future (known->answer);
  return begin_waiting (self, wait, known);
}

typedef struct
{
  WeirStep *step;
  Waiter   *waiter;
} GoOn;

static void
go_on_free (gpointer data)
{
  GoOn *self = data;

  waiter_free (self->waiter);
  weir_step_unref (self->step);
  g_free (self);
}

/* The step has its place again. */
static DexFuture *
placed_cb (DexFuture *future, gpointer user_data)
{
  GoOn *self = user_data;
  WeirStep *step = self->step;
  g_autoptr(WeirValue) answer = NULL;
  GValue value = G_VALUE_INIT;
  WeirWaitState *wait;

  if (step->settled || step->state->scope->pub.closed || step->run->suspended)
    return dex_future_new_true ();
  wait = g_ptr_array_index (step->state->wait_states, step->state->wait_states->len - 1);
  answer = weir_value_get_member_bool (wait->answer, "timed_out", FALSE) ? weir_value_new_null ()
                                                                         : weir_value_ref (wait->answer);
  weir_run_emit (step->run, WEIR_EVENT_BLOCK_RESUMED, step->state, NULL);
  g_value_init (&value, WEIR_TYPE_VALUE);
  g_value_set_boxed (&value, answer);
  dex_promise_resolve (self->waiter->promise, &value);
  g_value_unset (&value);
  return dex_future_new_true ();
}

/* Steps whose answer has come go on, now that the run does: in their turn, as those that begin. */
void
weir_run_resume_answered (WeirRun *run)
{
  WeirStep *next;

  if (run->holding)
    arm_held (run);
  while ((next = g_queue_pop_head (&run->answered)) != NULL)
    {
      g_autoptr(WeirStep) step = next;
      Waiter *waiter = g_steal_pointer (&step->waiter);
      GoOn *call;

      if (waiter == NULL)
        continue;
      if (step->settled || step->state->scope->pub.closed)
        {
          waiter_free (waiter);
          continue;
        }
      call = g_new (GoOn, 1);
      call->step = g_steal_pointer (&step);
      call->waiter = waiter;
      dex_future_disown (dex_future_then (weir_step_get_place (call->step), placed_cb, call, go_on_free));
    }
}

/* The step is over: nobody waits any more. */
void
weir_step_forget_waiter (WeirStep *step)
{
  g_clear_pointer (&step->waiter, waiter_free);
}

static WeirStepState *
find_waiting (WeirRun *run, guint32 scope, const char *block)
{
  WeirStepState *state = weir_run_state_lookup (run->state, scope, block, 0);

  while (state != NULL && weir_step_state_get_pending_wait (state) == NULL)
    state = state->previous;
  return state;
}

/* ── answers ────────────────────────────────────────────────────────────────────────────── */

static WeirStepState *
find_token (WeirRun *run, const char *token)
{
  for (guint i = 0; i < run->state->steps->len && run->state->n_waits > 0; i++)
    {
      WeirStepState *state = g_ptr_array_index (run->state->steps, i);
      WeirWaitState *wait = state != NULL ? weir_step_state_get_pending_wait (state) : NULL;

      if (wait != NULL && g_str_equal (weir_value_get_member_text (wait->data, "token", ""), token))
        return state;
    }
  return NULL;
}

/* What a person was asked and answered stays in the audit when the run is long gone. */
static void
audit_answer (WeirRun *run, WeirStepState *state, WeirValue *value, const char *by, const char *comment)
{
  g_autofree char *path = weir_run_state_dup_step_path (run->state, &state->info);
  g_autofree char *subject = g_strdup_printf ("run %" G_GINT64_FORMAT " %s", run->id, path);

  weir_batch_add_audit (weir_engine_get_batch (run->engine), by,
                        weir_value_get_member_text (value, "decision", "answer"), subject, comment);
}

/* The answer fits: the step goes on with it. */
static void
keep_answer (WeirRun *run, WeirStepState *state, WeirValue *value, const char *by, const char *comment)
{
  WeirWaitState *wait = weir_step_state_get_pending_wait (state);
  WeirBuilder *data = weir_record_builder_new (3);

  weir_builder_set (data, "value", value);
  weir_builder_set_take (data, "by", weir_value_new_text (by));
  if (comment != NULL)
    weir_builder_set_take (data, "comment", weir_value_new_text (comment));
  if (weir_value_find_member (wait->data, "request") != NULL)
    audit_answer (run, state, value, by, comment);
  weir_run_emit (run, WEIR_EVENT_BLOCK_ANSWERED, state, weir_builder_end (data));
  go_on (state);
}

static gboolean
answer_step (WeirRun *run, WeirStepState *state, WeirValue *value, const char *by, const char *comment, GError **error)
{
  WeirStep *step = state->runtime;
  Waiter *waiter = step != NULL ? step->waiter : NULL;
  g_autoptr(WeirValue) given = value != NULL ? weir_value_ref (value) : weir_value_new_null ();
  g_autoptr(WeirValue) kept = NULL;

  if (waiter != NULL && waiter->wait.check != NULL)
    kept = waiter->wait.check (waiter->wait.user_data, step, given, error);
  else
    kept = weir_value_ref (given);
  if (kept == NULL)
    return FALSE;
  keep_answer (run, state, kept, by, comment);
  return TRUE;
}

static gboolean
check_waits (WeirRun *self, WeirStepState *state, const char *what, GError **error)
{
  WeirStep *step = state != NULL ? state->runtime : NULL;

  if (state != NULL && self->engine != NULL && !self->suspended
      && (step == NULL || step->cancellable == NULL || !g_cancellable_is_cancelled (step->cancellable)))
    return TRUE;
  g_set_error (error, WEIR_ERROR, WEIR_ERROR_WRONG_STATE, "%s does not wait for an answer", what);
  return FALSE;
}

/**
 * weir_run_answer:
 * @self: a run
 * @scope: scope of the step that waits
 * @block: id of its block
 * @value: (nullable): the answer
 * @by: who gives it, for the record
 * @comment: (nullable): why
 * @error: where to put %WEIR_ERROR_WRONG_STATE, or why it is not what was asked for: then it still waits
 *
 * Answers a step that waits; of several firings the latest. The step goes on, at once or when the run is resumed. What a person was asked
 * is noted in the audit.
 *
 * Returns: whether there was one, and the answer fits
 */
gboolean
weir_run_answer (WeirRun *self,
                 guint32 scope,
                 const char *block,
                 WeirValue *value,
                 const char *by,
                 const char *comment,
                 GError **error)
{
  WeirStepState *state = find_waiting (self, scope, block);

  return check_waits (self, state, block, error) && answer_step (self, state, value, by, comment, error);
}

/**
 * weir_run_answer_token:
 * @self: a run
 * @token: of one wait, as its request has it
 * @value: (nullable): the answer
 * @by: who gives it, for the record
 * @comment: (nullable): why
 * @error: as in [method@Weir.Run.answer]
 *
 * As [method@Weir.Run.answer], for exactly this wait: a token is good for one answer.
 *
 * Returns: whether it still waits, and the answer fits
 */
gboolean
weir_run_answer_token (
  WeirRun *self, const char *token, WeirValue *value, const char *by, const char *comment, GError **error)
{
  WeirStepState *state = find_token (self, token);

  return check_waits (self, state, "What this token was for", error)
         && answer_step (self, state, value, by, comment, error);
}

/**
 * weir_step_answer:
 * @self: a step that waits
 * @value: what has come
 * @by: who or what brought it
 * @error: as in [method@Weir.Run.answer]
 *
 * For kinds that notice by themselves that what they wait for is there.
 *
 * Returns: whether it still waited, and the answer fits
 */
gboolean
weir_step_answer (WeirStep *self, WeirValue *value, const char *by, GError **error)
{
  WeirRun *run = self->run;
  gboolean waits = !self->settled && !run->suspended && weir_step_state_get_pending_wait (self->state) != NULL;

  return check_waits (run, waits ? self->state : NULL, self->block->id, error)
         && answer_step (run, self->state, value, by, NULL, error);
}

/**
 * weir_run_signal:
 * @self: a run
 * @name: the channel
 * @value: (nullable): what comes with it
 * @by: who sends it, for the record
 * @error: where to put %WEIR_ERROR_WRONG_STATE
 *
 * Sends a signal to a run. The first step that waits on the channel takes it; if none does yet, it is kept until one does.
 *
 * Returns: whether the run could still take it
 */
gboolean
weir_run_signal (WeirRun *self, const char *name, WeirValue *value, const char *by, GError **error)
{
  WeirBuilder *data;

  if (self->engine == NULL || self->suspended || weir_run_status_is_final (self->state->status))
    {
      g_set_error (error, WEIR_ERROR, WEIR_ERROR_WRONG_STATE, "The run has ended");
      return FALSE;
    }
  data = weir_record_builder_new (3);
  weir_builder_set_take (data, "name", weir_value_new_text (name));
  weir_builder_set_take (data, "value", value != NULL ? weir_value_ref (value) : weir_value_new_null ());
  weir_builder_set_take (data, "by", weir_value_new_text (by));
  weir_run_emit (self, WEIR_EVENT_RUN_SIGNAL, NULL, weir_builder_end (data));
  for (guint i = 0; i < self->state->steps->len && self->state->n_waits > 0; i++)
    {
      WeirStepState *state = g_ptr_array_index (self->state->steps, i);

      if (state == NULL || !accepts (state, g_ptr_array_index (self->state->signals, self->state->signals->len - 1)))
        continue;
      answer_with_signal (self, state, self->state->signals->len - 1);
      break;
    }
  return TRUE;
}
