/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The engine: opening and closing, and the turn, in which ready runs go on and what they journalled is committed. What it does with
 * workflows and runs is in weir-engine-workflows.c and weir-engine-runs.c. */

#include "weir-engine-private.h"
#include "weir-run-private.h"
#include "weir-run-queue.h"

#include <string.h>

/* Of one turn of the main loop, µs: the window must stay fluent while runs are busy. */
#define TURN_BUDGET 3000
/* What becomes ready meanwhile is started in the same turn for so long, µs: a turn of the main loop for each step would cost more than
 * the step. Then others have theirs: what came from the disk, verbs. */
#define TURN_REPEAT 500
/* A commit waits until what is ready has run, so that the end of a step and the intent of the next share one sync; but, when there is
 * no end to that, not longer than this, µs. */
#define COMMIT_DELAY 3000
/* While the writer has nothing to do, not longer than this. */
#define COMMIT_DELAY_IDLE 1000
/* Events of a commit: more would keep what comes after it waiting. */
#define COMMIT_SIZE 400
/* So many events are worth to be written while the next ones come. */
#define WRITE_AHEAD 8
/* Nothing more is started while two commits of together as many events are not on disk: what runs faster than it can be written
 * would only pile up in front of every verb, and in memory. */
#define MAX_UNWRITTEN 256

/* A swarm begins nothing more while so many events are on their way: else they would pile up in memory. */
#define BEHIND 8192

G_DEFINE_FINAL_TYPE (WeirEngine, weir_engine, G_TYPE_OBJECT)

enum
{
  RUN_ADDED,
  WORKFLOWS_CHANGED,
  TROUBLE,
  AT_WORK,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

/* ── the bus ────────────────────────────────────────────────────────────────────────────── */

static void
tell_subscriptions (WeirEngine *self, GPtrArray *events)
{
  for (guint i = 0; i < self->subscriptions->len; i++)
    {
      WeirSubscription *subscription = g_weak_ref_get (g_ptr_array_index (self->subscriptions, i));

      if (subscription == NULL || weir_subscription_is_closed (subscription))
        {
          g_clear_object (&subscription);
          g_ptr_array_remove_index_fast (self->subscriptions, i--);
          continue;
        }
      for (guint j = 0; j < events->len; j++)
        weir_subscription_push (subscription, g_ptr_array_index (events, j));
      weir_subscription_tell (subscription);
      g_object_unref (subscription);
    }
}

void
weir_engine_publish (WeirEngine *self, WeirEvent *event)
{
  g_autoptr(GPtrArray) one = g_ptr_array_new ();

  if (self->subscriptions->len == 0)
    return;
  g_ptr_array_add (one, event);
  tell_subscriptions (self, one);
}

gboolean
weir_engine_is_behind (WeirEngine *self)
{
  return self->n_behind > BEHIND;
}

/* ── the turn ───────────────────────────────────────────────────────────────────────────── */

typedef struct
{
  WeirEngine *engine;
  GPtrArray *events;
  DexPromise *durable;
} Commit;

static void
tell_runs (WeirEngine *self, GPtrArray *events)
{
  WeirRun *last = NULL;

  for (guint i = 0; i < events->len; i++)
    {
      WeirEvent *event = g_ptr_array_index (events, i);
      g_autoptr(WeirRun) run = g_hash_table_lookup (self->runs, &event->run);

      if (run == NULL)
        continue;
      g_object_ref (run);
      weir_run_events_durable (run, event);
      if (run != last)
        g_signal_emit_by_name (run, "changed");
      last = run;
    }
}

static void
commit_free (Commit *commit)
{
  g_clear_pointer (&commit->events, g_ptr_array_unref);
  dex_clear (&commit->durable);
  g_object_unref (commit->engine);
  g_free (commit);
}

/* What began nothing more because the disk is behind goes on. */
static void
catch_up (WeirEngine *self, Commit *commit)
{
  gboolean was_behind = weir_engine_is_behind (self);
  GHashTableIter iter;
  WeirRun *run;

  self->n_behind -= commit->events != NULL ? commit->events->len : 0;
  if (!was_behind || weir_engine_is_behind (self))
    return;
  g_hash_table_iter_init (&iter, self->runs);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &run))
    if (run->swarms != NULL && run->swarms->len > 0)
      weir_engine_wake (self, run);
}

static void
committed_cb (gpointer user_data)
{
  Commit *commit = user_data;
  WeirEngine *self = commit->engine;

  g_queue_remove (&self->commits, commit);
  catch_up (self, commit);
  if (self->busy.length > 0 || self->queue->n_entries > 0)
    weir_engine_wake (self, NULL);
  if (commit->durable != NULL)
    dex_promise_resolve_boolean (commit->durable, TRUE);
  if (commit->events != NULL)
    {
      tell_runs (self, commit->events);
      tell_subscriptions (self, commit->events);
      if (self->log_file != NULL)
        weir_log_file_write (self->log_file, commit->events);
    }
  commit_free (commit);
}

static void
commit_turn (WeirEngine *self)
{
  Commit *commit;

  if (self->batch == NULL && self->durable == NULL && !self->written_ahead)
    return;
  self->written_ahead = FALSE;
  self->batch_began = 0;
  self->urgent = FALSE;
  commit = g_new (Commit, 1);
  commit->engine = g_object_ref (self);
  commit->events = g_steal_pointer (&self->events);
  commit->durable = g_steal_pointer (&self->durable);
  self->n_behind += commit->events != NULL ? commit->events->len : 0;
  g_queue_push_tail (&self->commits, commit);
  weir_store_commit (self->store, self->batch != NULL ? g_steal_pointer (&self->batch) : weir_batch_new (),
                     committed_cb, commit);
}

/* What has ended is written while what follows it begins; both are on disk with the next commit. */
static void
write_ahead (WeirEngine *self)
{
  if (self->batch == NULL || self->events == NULL || self->events->len < WRITE_AHEAD || self->commits.length > 0
      || self->busy.length == 0)
    return;
  weir_store_write_ahead (self->store, g_steal_pointer (&self->batch));
  self->written_ahead = TRUE;
}

static gboolean
is_ahead_of_disk (WeirEngine *self)
{
  return self->commits.length >= 2 && self->n_behind >= MAX_UNWRITTEN;
}

/* Whether what was journalled has waited for more long enough. */
static gboolean
is_commit_due (WeirEngine *self)
{
  gint64 age = self->batch_began != 0 ? g_get_monotonic_time () - self->batch_began : 0;

  return age > COMMIT_DELAY || (age > COMMIT_DELAY_IDLE && self->commits.length == 0)
         || (self->events != NULL && self->events->len >= COMMIT_SIZE);
}

/* The next turn comes soon; or what is asked for in a turn is done in it. Each time that a source is made ready is a system call. */
static void
want_turn (WeirEngine *self)
{
  self->turn_wanted = TRUE;
  if (!self->in_turn)
    g_source_set_ready_time (self->turn, 0);
}

/* Each run that has something to do, once; then steps that waited for their place. */
static void
go_round (WeirEngine *self, gint64 until)
{
  guint n = self->busy.length;

  while (n-- > 0 && g_get_monotonic_time () < until)
    {
      g_autoptr(WeirRun) run = g_queue_pop_head (&self->busy);

      run->busy = FALSE;
      if (!run->suspended && weir_run_pump (run, until))
        weir_engine_wake (self, run);
    }
  if (weir_run_queue_start (self->queue, until) || self->busy.length > 0)
    self->turn_wanted = TRUE;
}

static gboolean
turn_cb (gpointer user_data)
{
  g_autoptr(WeirEngine) self = g_object_ref (user_data);
  gint64 begin = g_get_monotonic_time ();

  self->in_turn = TRUE;
  if (!self->urgent)
    write_ahead (self);
  do
    {
      self->turn_wanted = FALSE;
      if (self->urgent)
        commit_turn (self);
      if (is_ahead_of_disk (self))
        break; /* goes on when one of the commits is there */
      go_round (self, begin + TURN_BUDGET);
      if (is_commit_due (self))
        commit_turn (self);
    }
  while (self->turn_wanted && g_get_monotonic_time () - begin < TURN_REPEAT);
  self->in_turn = FALSE;
  if (self->turn != NULL)
    g_source_set_ready_time (self->turn, self->turn_wanted ? 0 : -1);
  return G_SOURCE_CONTINUE;
}

static gboolean
commit_cb (gpointer user_data)
{
  WeirEngine *self = user_data;

  g_source_set_ready_time (self->commit, -1);
  commit_turn (self);
  return G_SOURCE_CONTINUE;
}

static void
commit_soon (WeirEngine *self)
{
  if (self->batch_began == 0)
    self->batch_began = g_get_monotonic_time ();
  g_source_set_ready_time (self->commit, 0);
}

static gboolean
turn_dispatch (GSource *source, GSourceFunc callback, gpointer user_data)
{
  return callback (user_data);
}

static GSourceFuncs turn_funcs = { .dispatch = turn_dispatch };

void
weir_engine_wake (WeirEngine *self, WeirRun *run)
{
  if (run != NULL && !run->busy && !run->suspended)
    {
      run->busy = TRUE;
      g_queue_push_tail (&self->busy, g_object_ref (run));
    }
  want_turn (self);
}

void
weir_engine_hurry (WeirEngine *self)
{
  self->urgent = TRUE;
  want_turn (self);
}

WeirBatch *
weir_engine_get_batch (WeirEngine *self)
{
  if (self->batch == NULL)
    {
      self->batch = weir_batch_new ();
      commit_soon (self);
    }
  return self->batch;
}

void
weir_engine_journal (WeirEngine *self, WeirEvent *event, const char *path, const char *block_path)
{
  if (self->events == NULL)
    self->events = g_ptr_array_new_with_free_func ((GDestroyNotify) weir_event_unref);
  g_ptr_array_add (self->events, weir_event_ref (event));
  weir_batch_take_event (weir_engine_get_batch (self), event, path, block_path);
}

DexFuture *
weir_engine_durable (WeirEngine *self)
{
  if (self->damage != NULL)
    return dex_future_new_for_error (g_error_copy (self->damage));
  if (self->durable == NULL)
    {
      self->durable = dex_promise_new ();
      commit_soon (self);
    }
  return DEX_FUTURE (dex_ref (self->durable));
}

/* A step gives its worker back. */
void
weir_engine_release_slot (WeirEngine *self)
{
  self->queue->n_working--;
  if (self->queue->n_entries > 0)
    weir_engine_wake (self, NULL);
}

/* ── life ───────────────────────────────────────────────────────────────────────────────── */

/* @why: it is no end of the program that cuts them off; NULL: it is. */
static void
suspend_runs (WeirEngine *self, const GError *why)
{
  GHashTableIter iter;
  WeirRun *run;

  g_hash_table_iter_init (&iter, self->runs);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &run))
    if (why != NULL)
      weir_run_give_up (run, why);
    else
      weir_run_suspend (run);
  weir_run_queue_clear (self->queue);
  g_queue_clear_full (&self->busy, g_object_unref);
}

/* Nobody is told any more that they are on disk, though they may be: who waits for them is of a run that was cut off. */
static void
forget_commits (WeirEngine *self, const GError *why)
{
  Commit *commit;

  while ((commit = g_queue_pop_head (&self->commits)) != NULL)
    {
      if (commit->durable != NULL)
        dex_promise_reject (commit->durable, g_error_copy (why));
      commit_free (commit);
    }
}

/* Trying again does not mend it. */
static void
give_up (WeirEngine *self, const char *message)
{
  if (self->damage != NULL)
    return;
  self->damage = g_error_new (WEIR_ERROR, WEIR_ERROR_STORE,
                              "%s. Nothing can be kept any more, so the runs are suspended where they are. Close Weir, "
                              "keep a copy of %s, and put the newest database of its folder "
                              "backup, or what \"sqlite3 weir.db .recover\" saves, in the place of weir.db",
                              message, self->data_dir);
  suspend_runs (self, self->damage);
  forget_commits (self, self->damage);
  if (self->durable != NULL)
    dex_promise_reject (self->durable, g_error_copy (self->damage));
  dex_clear (&self->durable);
}

/**
 * weir_engine_is_damaged:
 * @self: an engine
 *
 * Returns: whether its database turned out to be damaged: its runs are suspended and nothing begins; what can be read is shown
 */
gboolean
weir_engine_is_damaged (WeirEngine *self)
{
  g_return_val_if_fail (WEIR_IS_ENGINE (self), FALSE);
  return self->damage != NULL;
}

static void
close_now (WeirEngine *self)
{
  g_autoptr(GError) stopped = g_error_new (WEIR_ERROR, WEIR_ERROR_STOPPED, "The engine was closed");

  if (self->closed)
    return;
  self->closed = TRUE;
  suspend_runs (self, NULL);
  if (self->store != NULL)
    {
      commit_turn (self);
      weir_store_set_trouble_func (self->store, NULL, NULL);
      weir_store_close (self->store);
      forget_commits (self, stopped);
    }
  g_clear_pointer (&self->log_file, weir_log_file_free);
}

static void
weak_ref_free (gpointer data)
{
  g_weak_ref_clear (data);
  g_free (data);
}

static void
weir_engine_dispose (GObject *object)
{
  WeirEngine *self = WEIR_ENGINE (object);

  close_now (self);
  dex_clear (&self->memory_timer);
  if (self->turn != NULL)
    {
      g_source_destroy (self->turn);
      g_clear_pointer (&self->turn, g_source_unref);
      g_source_destroy (self->commit);
      g_clear_pointer (&self->commit, g_source_unref);
    }
  g_hash_table_remove_all (self->runs);
  g_hash_table_remove_all (self->workflows);
  G_OBJECT_CLASS (weir_engine_parent_class)->dispose (object);
}

static void
weir_engine_finalize (GObject *object)
{
  WeirEngine *self = WEIR_ENGINE (object);

  g_hash_table_unref (self->runs);
  weir_run_queue_free (self->queue);
  weir_limits_free (self->limits);
  g_hash_table_unref (self->workflows);
  g_hash_table_unref (self->edited);
  g_hash_table_unref (self->settled);
  g_hash_table_unref (self->amended);
  weir_engine_forget_states (self);
  g_ptr_array_unref (self->subscriptions);
  g_clear_pointer (&self->events, g_ptr_array_unref);
  g_clear_pointer (&self->batch, weir_batch_free);
  g_clear_error (&self->damage);
  dex_clear (&self->durable);
  dex_clear (&self->calm);
  g_clear_pointer (&self->store, weir_store_unref);
  g_clear_pointer (&self->clock, weir_clock_unref);
  g_free (self->data_dir);
  G_OBJECT_CLASS (weir_engine_parent_class)->finalize (object);
}

static void
weir_engine_class_init (WeirEngineClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = weir_engine_dispose;
  object_class->finalize = weir_engine_finalize;

  /**
   * WeirEngine::run-added:
   * @self: the engine
   * @run: a run that lives now
   */
  signals[RUN_ADDED] = g_signal_new ("run-added", WEIR_TYPE_ENGINE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                                     1, WEIR_TYPE_RUN);
  /**
   * WeirEngine::workflows-changed:
   * @self: the engine
   *
   * A workflow was added, saved, deleted or restored, or its last run changed.
   */
  signals[WORKFLOWS_CHANGED] = g_signal_new ("workflows-changed", WEIR_TYPE_ENGINE, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                             NULL, G_TYPE_NONE, 0);
  /**
   * WeirEngine::trouble:
   * @self: the engine
   * @message: (nullable): why the database cannot be written; %NULL when it can be again
   */
  signals[TROUBLE] = g_signal_new ("trouble", WEIR_TYPE_ENGINE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1,
                                   G_TYPE_STRING);
  /**
   * WeirEngine::at-work:
   * @self: the engine
   * @at_work: whether a step is at work on what must not happen twice: the program should not be ended now
   */
  signals[AT_WORK] = g_signal_new ("at-work", WEIR_TYPE_ENGINE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1,
                                   G_TYPE_BOOLEAN);
}

static GSource *
add_source (WeirEngine *self, const char *name, int priority, GSourceFunc func)
{
  GSource *source = g_source_new (&turn_funcs, sizeof (GSource));

  g_source_set_static_name (source, name);
  g_source_set_priority (source, priority);
  g_source_set_callback (source, func, self, NULL);
  g_source_attach (source, g_main_context_get_thread_default ());
  return source;
}

static void
weir_engine_init (WeirEngine *self)
{
  self->runs = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, g_object_unref);
  self->workflows = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_object_unref);
  self->edited = weir_engine_new_edited ();
  self->settled = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  self->amended = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  self->subscriptions = g_ptr_array_new_with_free_func (weak_ref_free);
  self->limits = weir_limits_new ();
  self->queue = weir_run_queue_new (self);
  self->turn = add_source (self, "weir-turn", G_PRIORITY_DEFAULT, turn_cb);
  self->commit = add_source (self, "weir-commit", G_PRIORITY_DEFAULT + 10, commit_cb);
}

static void
trouble_cb (const char *message, gpointer user_data)
{
  WeirEngine *self = user_data;

  self->trouble = message != NULL;
  if (weir_store_is_damage (message))
    give_up (self, message);
  g_signal_emit (self, signals[TROUBLE], 0, self->damage != NULL ? self->damage->message : message);
}

WeirEngine *
weir_engine_new_with_clock (const char *data_dir, WeirClock *clock, GError **error)
{
  g_autofree char *standard = g_build_filename (g_get_user_data_dir (), "weir", NULL);
  const char *dir = data_dir != NULL ? data_dir : standard;
  g_autoptr(WeirStore) store = weir_store_new (dir, error);
  WeirEngine *self;

  if (store == NULL)
    return NULL;
  self = g_object_new (WEIR_TYPE_ENGINE, NULL);
  self->store = g_steal_pointer (&store);
  self->data_dir = g_strdup (dir);
  self->clock = weir_clock_ref (clock);
  self->next_run = weir_store_get_last_run_id (self->store);
  self->next_effect = weir_store_get_last_effect_id (self->store);
  weir_engine_load_limits (self);
  weir_store_set_trouble_func (self->store, trouble_cb, self);
  if (data_dir == NULL)
    {
      g_autofree char *state = g_build_filename (g_get_user_state_dir (), "weir", NULL);

      self->log_file = weir_log_file_new (state);
    }
  else if (!g_str_equal (dir, ":memory:"))
    {
      g_autofree char *logs = g_build_filename (dir, "log", NULL);

      self->log_file = weir_log_file_new (logs);
    }
  return self;
}

/**
 * weir_engine_new: (constructor)
 * @data_dir: (nullable): the data folder; %NULL for `$XDG_DATA_HOME/weir`, ":memory:" keeps nothing
 * @error: where to put %WEIR_ERROR_BUSY, %WEIR_ERROR_NEWER or %WEIR_ERROR_STORE
 *
 * Opens the database, making or migrating it as needed. Runs on the thread-default main context of the caller.
 *
 * Returns: (transfer full): the engine
 */
WeirEngine *
weir_engine_new (const char *data_dir, GError **error)
{
  return weir_engine_new_with_clock (data_dir, weir_clock_get_real (), error);
}

/**
 * weir_engine_get_data_dir:
 * @self: an engine
 *
 * Returns: (transfer none): its data folder, or ":memory:"
 */
const char *
weir_engine_get_data_dir (WeirEngine *self)
{
  g_return_val_if_fail (WEIR_IS_ENGINE (self), NULL);
  return self->data_dir;
}

/**
 * weir_engine_close:
 * @self: an engine
 *
 * Cuts off live runs, to be taken up at the next start, writes what is pending and closes the database.
 *
 * Returns: (transfer full): a future that resolves to %TRUE when that is done
 */
DexFuture *
weir_engine_close (WeirEngine *self)
{
  g_return_val_if_fail (WEIR_IS_ENGINE (self), NULL);
  close_now (self);
  return dex_future_new_true ();
}

/**
 * weir_engine_subscribe:
 * @self: an engine
 * @run: number of a run, or 0 for all
 * @buffer: how many events are kept for a listener that does not keep up
 *
 * Returns: (transfer full): a subscription; drop it to end it
 */
WeirSubscription *
weir_engine_subscribe (WeirEngine *self, gint64 run, guint buffer)
{
  WeirSubscription *subscription = weir_subscription_new (run, buffer);
  GWeakRef *weak = g_new0 (GWeakRef, 1);

  g_weak_ref_init (weak, subscription);
  g_ptr_array_add (self->subscriptions, weak);
  return subscription;
}
