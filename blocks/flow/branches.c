/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "branches.h"

/* What does not react to being stopped is ended by force after so long. */
#define GRACE_MS 5000

struct _FlowBranches
{
  int         ref_count;
  WeirStep   *step;
  WeirValue  *locals;
  char      **names;
  FlowBranch *branches;
  guint       n;
  guint       next;
  guint       running;
  guint       concurrency;
  gint64      timeout_ms;
  gboolean    stopping; /* starts none any more */
  GQueue      finished; /* of FlowBranch, not yet looked at */
  DexPromise *changed;
  DexFuture  *limit;
};

typedef struct
{
  FlowBranches *all;
  FlowBranch   *branch;
  DexFuture    *timer;
  gboolean      timed_out;
} Call;

static FlowBranches *
flow_branches_ref (FlowBranches *self)
{
  self->ref_count++;
  return self;
}

void
flow_branches_unref (FlowBranches *self)
{
  if (--self->ref_count > 0)
    return;
  for (guint i = 0; i < self->n; i++)
    {
      g_clear_pointer (&self->branches[i].result, weir_value_unref);
      g_clear_error (&self->branches[i].error);
    }
  g_queue_clear (&self->finished);
  g_free (self->branches);
  g_strfreev (self->names);
  g_clear_pointer (&self->locals, weir_value_unref);
  dex_clear (&self->changed);
  dex_clear (&self->limit);
  weir_step_unref (self->step);
  g_free (self);
}

/* @locals: seen inside of every branch; @concurrency: 0 for all at once; @timeout_ms: of each branch, 0 for none. */
FlowBranches *
flow_branches_new (WeirStep *step, WeirValue *locals, guint concurrency, gint64 timeout_ms)
{
  FlowBranches *self = g_new0 (FlowBranches, 1);

  self->ref_count = 1;
  self->step = weir_step_ref (step);
  self->locals = locals != NULL ? weir_value_ref (locals) : NULL;
  self->names = weir_step_list_branches (step);
  self->n = g_strv_length (self->names);
  self->branches = g_new0 (FlowBranch, self->n + 1);
  for (guint i = 0; i < self->n; i++)
    self->branches[i].name = self->names[i];
  self->concurrency = concurrency > 0 ? concurrency : G_MAXUINT;
  self->timeout_ms = timeout_ms;
  g_queue_init (&self->finished);
  return self;
}

guint
flow_branches_get_count (FlowBranches *self)
{
  return self->n;
}

FlowBranch *
flow_branches_get (FlowBranches *self, guint index)
{
  return &self->branches[index];
}

static void
call_free (gpointer data)
{
  Call *call = data;

  dex_clear (&call->timer);
  flow_branches_unref (call->all);
  g_free (call);
}

static DexFuture *
branch_done_cb (DexFuture *future, gpointer user_data)
{
  Call *call = user_data;
  FlowBranches *self = call->all;
  FlowBranch *branch = call->branch;
  const GValue *value = dex_future_get_value (future, &branch->error);

  branch->done = TRUE;
  branch->ms = (g_get_monotonic_time () - branch->started) / 1000;
  dex_clear (&call->timer);
  if (value != NULL)
    branch->result = g_value_dup_boxed (value);
  else if (call->timed_out)
    {
      g_clear_error (&branch->error);
      weir_set_failure (&branch->error, "limit.timeout",
                        "It took longer than its time limit of %" G_GINT64_FORMAT " ms", self->timeout_ms);
    }
  self->running--;
  g_queue_push_tail (&self->finished, branch);
  if (self->changed != NULL && dex_future_is_pending (DEX_FUTURE (self->changed)))
    dex_promise_resolve_boolean (self->changed, TRUE);
  return dex_future_new_for_boolean (TRUE);
}

static DexFuture *
too_long_cb (DexFuture *future, gpointer user_data)
{
  Call *call = user_data;

  if (!call->branch->done)
    {
      call->timed_out = TRUE;
      weir_step_stop_body (call->all->step, call->branch->name, FALSE);
    }
  return dex_future_new_for_boolean (TRUE);
}

static void
start_next (FlowBranches *self)
{
  FlowBranch *branch = &self->branches[self->next++];
  Call *call = g_new0 (Call, 1);

  call->all = flow_branches_ref (self);
  call->branch = branch;
  branch->started = g_get_monotonic_time ();
  self->running++;
  /* the timer dies with the call */
  if (self->timeout_ms > 0)
    call->timer = dex_future_then (weir_step_sleep (self->step, self->timeout_ms), too_long_cb, call, NULL);
  dex_future_disown (dex_future_finally (weir_step_run_branch (self->step, branch->name, branch->name, self->locals),
                                         branch_done_cb, call, call_free));
}

/* From now on all of it may take no longer than so long. */
void
flow_branches_limit (FlowBranches *self, gint64 total_ms)
{
  if (total_ms > 0)
    self->limit = weir_step_sleep (self->step, total_ms);
}

/* Starts what may start and waits for the next branch that is over; NULL when all are, or, once, when time is up. */
FlowBranch *
flow_branches_await (FlowBranches *self, gboolean *timed_out)
{
  for (;;)
    {
      g_autoptr(GError) error = NULL;

      /* what is over may be a reason to start no more */
      while (g_queue_is_empty (&self->finished) && !self->stopping && self->next < self->n
             && self->running < self->concurrency)
        start_next (self);
      if (!g_queue_is_empty (&self->finished))
        return g_queue_pop_head (&self->finished);
      if (self->running == 0)
        return NULL;

      dex_clear (&self->changed);
      self->changed = dex_promise_new ();
      if (self->limit == NULL)
        {
          dex_await (dex_ref (DEX_FUTURE (self->changed)), NULL);
          continue;
        }
      dex_await (dex_future_first (dex_ref (DEX_FUTURE (self->changed)), dex_ref (self->limit), NULL), &error);
      if (dex_future_is_pending (self->limit))
        continue;
      *timed_out = dex_future_is_resolved (self->limit);
      dex_clear (&self->limit);
      if (*timed_out)
        return NULL;
    }
}

static DexFuture *
by_force_cb (DexFuture *future, gpointer user_data)
{
  FlowBranches *self = user_data;

  flow_branches_stop (self, TRUE);
  return dex_future_new_for_boolean (TRUE);
}

/* Starts none any more and ends those that run; they are still waited for, and after a while not any longer. */
void
flow_branches_stop (FlowBranches *self, gboolean force)
{
  self->stopping = TRUE;
  for (guint i = 0; i < self->next; i++)
    if (!self->branches[i].done)
      weir_step_stop_body (self->step, self->branches[i].name, force);
  if (!force && self->running > 0)
    dex_future_disown (dex_future_then (weir_step_sleep (self->step, GRACE_MS), by_force_cb, flow_branches_ref (self),
                                        (GDestroyNotify) flow_branches_unref));
}

gboolean
flow_check_branches (WeirStep *step, guint at_least, GError **error)
{
  g_auto(GStrv) names = weir_step_list_branches (step);

  if (g_strv_length (names) >= at_least)
    return TRUE;
  weir_set_failure (error, "config.invalid", "Expected at least %u parts inside that no link joins, but there is %u",
                    at_least, g_strv_length (names));
  return FALSE;
}

/* What is inside sees the container's value as `value`. */
WeirValue *
flow_make_locals (WeirValue *value)
{
  g_autoptr(WeirValue) given = value != NULL ? weir_value_ref (value) : weir_value_new_null ();
  const char *name = "value";

  return weir_value_new_record (&name, &given, 1);
}

/* The failure of a body as a value, with the data that it came with. */
WeirValue *
flow_dup_error (WeirStep *step, const char *key, const GError *error)
{
  WeirValue *value = weir_step_dup_body_error (step, key);

  /* what a kind made of it, as a time-out, says more */
  if (value != NULL && g_strcmp0 (weir_value_get_member_text (value, "class", NULL), weir_error_get_class (error)) == 0)
    return value;
  g_clear_pointer (&value, weir_value_unref);
  return weir_value_new_error (weir_error_get_class (error), error->message, NULL);
}

gboolean
flow_is_stopped (WeirStep *step)
{
  return g_cancellable_is_cancelled (weir_step_get_cancellable (step));
}
