/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The limits of an engine: kept in its database, applied at once; memory; and runs that wait to begin. */

#include "weir-engine-private.h"
#include "weir-run-private.h"
#include "weir-run-queue.h"

#include <malloc.h>
#include <unistd.h>

/* In the table of variables, under a workflow that cannot be. */
#define SETTINGS "#engine"
#define MEMORY_INTERVAL (G_USEC_PER_SEC / 10)
#define MEMORY_RETRY_MS 250

/* ── memory ─────────────────────────────────────────────────────────────────────────────── */

/* What this process has in memory (resident set), in bytes; 0 if that cannot be known. */
static gint64
read_memory (void)
{
  g_autofree char *text = NULL;
  g_auto(GStrv) words = NULL;

  if (!g_file_get_contents ("/proc/self/statm", &text, NULL, NULL))
    return 0;
  words = g_strsplit (text, " ", 3);
  return g_strv_length (words) >= 2 ? g_ascii_strtoll (words[1], NULL, 10) * sysconf (_SC_PAGESIZE) : 0;
}

static DexFuture *
memory_due_cb (DexFuture *future, gpointer user_data)
{
  WeirEngine *self = user_data;

  dex_clear (&self->memory_timer);
  self->memory_at = 0;
  weir_engine_wake (self, NULL);
  return dex_future_new_true ();
}

gboolean
weir_engine_has_memory (WeirEngine *self)
{
  gint64 now;

  if (self->limits->memory == 0)
    return TRUE;
  now = g_get_monotonic_time ();
  if (self->memory_at == 0 || now - self->memory_at > MEMORY_INTERVAL)
    {
      self->memory_used = read_memory ();
      self->memory_at = now;
    }
  if (self->memory_used <= self->limits->memory)
    return TRUE;
  if (self->memory_timer == NULL && !self->closed)
    {
      /* what was freed may still be ours */
      malloc_trim (0);
      self->memory_timer = dex_future_then (weir_clock_sleep (weir_clock_get_real (), MEMORY_RETRY_MS), memory_due_cb,
                                            self, NULL);
    }
  return FALSE;
}

char *
weir_engine_explain_memory (WeirEngine *self)
{
  g_autofree char *used = g_format_size_full (self->memory_used, G_FORMAT_SIZE_IEC_UNITS);
  g_autofree char *ceiling = g_format_size_full (self->limits->memory, G_FORMAT_SIZE_IEC_UNITS);

  return g_strdup_printf ("waits for memory: %s are in use, the ceiling is %s", used, ceiling);
}

/* ── limits ─────────────────────────────────────────────────────────────────────────────── */

static void
apply_to_gates (WeirEngine *self)
{
  g_autoptr(GList) gates = g_hash_table_get_values (self->queue->gates);

  for (GList *l = gates; l != NULL; l = l->next)
    {
      WeirGate *gate = l->data;
      WeirPoolLimit pool;

      if (g_str_has_prefix (gate->name, "pool "))
        {
          weir_limits_get_pool (self->limits, gate->name + 5, &pool);
          weir_gate_set_slots (gate, pool.slots, pool.reserved);
          weir_gate_set_rate (gate, &pool.rate);
        }
      else if (g_str_has_prefix (gate->name, "rate "))
        {
          const WeirRate *rate = g_hash_table_lookup (self->limits->rates, gate->name + 5);

          weir_gate_set_rate (gate, rate != NULL ? rate : &(WeirRate) { 0 });
        }
      else if (g_str_equal (gate->name, "programs"))
        weir_gate_set_slots (gate, self->limits->programs, 0);
    }
}

static void
apply (WeirEngine *self)
{
  GHashTableIter iter;
  WeirRun *run;

  apply_to_gates (self);
  g_hash_table_iter_init (&iter, self->runs);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &run))
    weir_run_limit_steps (run);
  self->memory_at = 0;
  weir_run_queue_refresh (self->queue);
  weir_engine_admit_next (self);
}

void
weir_engine_load_limits (WeirEngine *self)
{
  g_autoptr(WeirValue) kept = weir_store_dup_variable (self->store, SETTINGS, "limits");
  g_autoptr(GError) error = NULL;

  if (kept != NULL && !weir_limits_change (self->limits, kept, &error))
    g_warning ("Limits of an earlier version are left out: %s", error->message);
}

/**
 * weir_engine_dup_limits:
 * @self: an engine
 *
 * Returns: (transfer full): a record of all limits as they are now
 */
WeirValue *
weir_engine_dup_limits (WeirEngine *self)
{
  g_return_val_if_fail (WEIR_IS_ENGINE (self), NULL);
  return weir_limits_to_value (self->limits);
}

/**
 * weir_engine_dup_default_limits:
 *
 * Returns: (transfer full): a record of all limits as they are where nobody changed them, which depends on this machine
 */
WeirValue *
weir_engine_dup_default_limits (void)
{
  WeirLimits *limits = weir_limits_new ();
  WeirValue *record = weir_limits_to_value (limits);

  weir_limits_free (limits);
  return record;
}

/**
 * weir_engine_set_limits:
 * @self: an engine
 * @changes: a record with those to change: `workers` 1 to 64, `steps_per_run`, `runs_per_workflow`, `programs`, `queue`, `memory` in
 *   bytes, `ageing` in ms, `pools` and `rates`; null brings a default back
 * @error: where to put %WEIR_ERROR_INVALID
 *
 * All or nothing. Applies to what waits at once; what runs beyond a lower limit finishes. Kept in the database.
 *
 * Returns: whether they were changed
 */
gboolean
weir_engine_set_limits (WeirEngine *self, WeirValue *changes, GError **error)
{
  g_autoptr(WeirValue) kept = NULL;

  g_return_val_if_fail (WEIR_IS_ENGINE (self), FALSE);
  if (self->closed)
    {
      g_set_error (error, WEIR_ERROR, WEIR_ERROR_WRONG_STATE, "The engine is closed");
      return FALSE;
    }
  if (!weir_limits_change (self->limits, changes, error))
    return FALSE;
  kept = weir_limits_to_value (self->limits);
  weir_batch_put_variable (weir_engine_get_batch (self), SETTINGS, "limits", kept);
  weir_store_cache_variable (self->store, SETTINGS, "limits", kept);
  apply (self);
  return TRUE;
}

/**
 * weir_engine_set_max_steps:
 * @self: an engine
 * @max_steps: how many steps may run at once over all runs, at least 1; containers and sleeping steps do not count
 *
 * The limit `workers`, for the life of this engine: it is not kept. Steps that run beyond a lower limit finish.
 */
void
weir_engine_set_max_steps (WeirEngine *self, guint max_steps)
{
  g_return_if_fail (WEIR_IS_ENGINE (self));
  self->limits->workers = MAX (max_steps, 1);
  weir_engine_wake (self, NULL);
}

/**
 * weir_engine_get_max_steps:
 * @self: an engine
 *
 * Returns: how many steps may run at once
 */
guint
weir_engine_get_max_steps (WeirEngine *self)
{
  g_return_val_if_fail (WEIR_IS_ENGINE (self), 0);
  return self->limits->workers;
}

static void
set_int (WeirBuilder *record, const char *name, gint64 value)
{
  weir_builder_set_take (record, name, weir_value_new_int (value));
}

static guint
count_waiting_runs (WeirEngine *self)
{
  GHashTableIter iter;
  WeirRun *run;
  guint n = 0;

  g_hash_table_iter_init (&iter, self->runs);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &run))
    n += run->waits_to_begin;
  return n;
}

/**
 * weir_engine_dup_use:
 * @self: an engine
 *
 * Returns: (transfer full): a record of what is in use now: workers, programs, waiting (steps), runs, waiting_runs, memory (bytes), and pools
 *   by name
 */
WeirValue *
weir_engine_dup_use (WeirEngine *self)
{
  WeirBuilder *record = weir_record_builder_new (8);
  WeirBuilder *pools = weir_record_builder_new (4);
  GHashTableIter iter;
  const char *name;
  WeirGate *programs;

  g_return_val_if_fail (WEIR_IS_ENGINE (self), NULL);
  programs = g_hash_table_lookup (self->queue->gates, "programs");
  g_hash_table_iter_init (&iter, self->limits->pools);
  while (g_hash_table_iter_next (&iter, (gpointer *) &name, NULL))
    {
      g_autofree char *key = g_strconcat ("pool ", name, NULL);
      WeirGate *gate = g_hash_table_lookup (self->queue->gates, key);

      set_int (pools, name, gate != NULL ? gate->n_used : 0);
    }
  set_int (record, "workers", self->queue->n_working);
  set_int (record, "programs", programs != NULL ? programs->n_used : 0);
  set_int (record, "waiting", self->queue->n_entries);
  set_int (record, "runs", g_hash_table_size (self->runs) - count_waiting_runs (self));
  set_int (record, "waiting_runs", count_waiting_runs (self));
  set_int (record, "memory", read_memory ());
  weir_builder_set_take (record, "pools", weir_builder_end (pools));
  return weir_builder_end (record);
}

/* ── runs that wait to begin ────────────────────────────────────────────────────────────── */

static guint
max_runs (WeirEngine *self, WeirWorkflow *workflow)
{
  guint own = weir_workflow_get_max_runs (workflow);
  guint common = self->limits->runs_per_workflow;

  return own > 0 && common > 0 ? MIN (own, common) : MAX (own, common);
}

/* Runs of a workflow that have begun and not ended, @run left out. One that is paused is half done, and counts. */
static guint
count_begun (WeirEngine *self, WeirWorkflow *workflow, WeirRun *run)
{
  GHashTableIter iter;
  WeirRun *other;
  guint n = 0;

  g_hash_table_iter_init (&iter, self->runs);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &other))
    n += other != run && !other->waits_to_begin && !weir_run_status_is_final (other->state->status)
         && g_strcmp0 (weir_workflow_get_id (other->workflow), weir_workflow_get_id (workflow)) == 0;
  return n;
}

static gboolean
may_begin (WeirEngine *self, WeirWorkflow *workflow, WeirRun *run)
{
  guint most = max_runs (self, workflow);

  /* what takes something back for a run must not wait for that run */
  if (run != NULL && weir_run_state_takes_back (run->state))
    return TRUE;
  return most == 0 || count_begun (self, workflow, run) < most;
}

static void
begin (WeirEngine *self, WeirRun *run)
{
  run->waits_to_begin = FALSE;
  if (run->state->status == WEIR_RUN_QUEUED)
    {
      weir_run_emit (run, WEIR_EVENT_RUN_STARTED, NULL, NULL);
      weir_run_put_row (run);
    }
  weir_engine_wake (self, run);
}

/* A new run, or one that was taken up: begins, or waits until it may. */
void
weir_engine_admit_run (WeirEngine *self, WeirRun *run)
{
  if (may_begin (self, run->workflow, run))
    begin (self, run);
  else
    run->waits_to_begin = TRUE;
}

static int
compare_runs_cb (gconstpointer a, gconstpointer b)
{
  const WeirRun *one = *(WeirRun *const *) a;
  const WeirRun *two = *(WeirRun *const *) b;

  if (one->state->priority != two->state->priority)
    return one->state->priority > two->state->priority ? -1 : 1;
  return one->id < two->id ? -1 : 1;
}

/* A run has ended, or a limit has changed. */
void
weir_engine_admit_next (WeirEngine *self)
{
  g_autoptr(GPtrArray) waiting = NULL;
  GHashTableIter iter;
  WeirRun *run;

  g_hash_table_iter_init (&iter, self->runs);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &run))
    if (run->waits_to_begin && !weir_run_status_is_final (run->state->status))
      {
        if (waiting == NULL)
          waiting = g_ptr_array_new ();
        g_ptr_array_add (waiting, run);
      }
  if (waiting == NULL)
    return;
  g_ptr_array_sort (waiting, compare_runs_cb);
  for (guint i = 0; i < waiting->len; i++)
    {
      run = g_ptr_array_index (waiting, i);
      if (may_begin (self, run->workflow, run))
        begin (self, run);
    }
}

/* Whether one more run of a workflow may come in. */
gboolean
weir_engine_check_queue (WeirEngine *self, WeirWorkflow *workflow, GError **error)
{
  guint n;

  if (may_begin (self, workflow, NULL) || (n = count_waiting_runs (self)) < self->limits->queue)
    return TRUE;
  g_set_error (error, WEIR_ERROR, WEIR_ERROR_LIMIT,
               "%u runs wait to begin already, as many as may (limit queue); try again when some have ended", n);
  return FALSE;
}

char *
weir_engine_explain_begin (WeirEngine *self, WeirRun *run)
{
  return g_strdup_printf ("the run waits to begin: of %s %u at once may run, %u do",
                          weir_workflow_get_name (run->workflow), max_runs (self, run->workflow),
                          count_begun (self, run->workflow, run));
}
