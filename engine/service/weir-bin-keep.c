/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Parts of runs in what was recently deleted: a block, a container with all that is in it, one item. Nothing of the part changes; it is marked,
 * in the journal for whoever looks at the run, and in the store for the day on which it expires. */

#include "weir-bin-private.h"
#include "weir-engine-private.h"
#include "weir-run-private.h"

static gboolean
goes_on (WeirRun *run)
{
  return run != NULL && !weir_run_status_is_final (run->state->status);
}

/* ── into the bin ────────────────────────────────────────────────────────────────────────── */

/* An item that its container let go of is in the journal only, and over. */
static gboolean
find_dropped (WeirPartCall *call, GError **error)
{
  g_autoptr(GPtrArray) events = NULL;
  g_auto(WeirPartJournal) journal = { 0 };

  if (!dex_await (weir_engine_durable (call->engine), error))
    return FALSE;
  events = dex_await_boxed (weir_store_load_events (call->engine->store, call->run, 0, FALSE), error);
  journal = weir_part_journal_read (events);
  return events != NULL && weir_part_call_find (call, &journal, error);
}

/* What goes on is stopped first. */
static gboolean
find_live (WeirPartCall *call, WeirRun *run, GError **error)
{
  const char *block;

  if (!weir_run_state_find_part (run->state, call->path, &call->scope, &block, NULL))
    return find_dropped (call, error);
  if (!weir_run_check_delete_part (run, call->scope, block, WEIR_VERB_DELETE, error))
    return FALSE;
  call->block = g_strdup (block);
  return weir_run_is_part_over (run, call->scope, block)
         || (weir_run_stop_part (run, call->scope, block, FALSE, error) && weir_part_call_await_end (call, run, error));
}

static gboolean
find_ended (WeirPartCall *call, GError **error)
{
  g_autoptr(GPtrArray) events = weir_part_call_load_ended (call, error);
  g_auto(WeirPartJournal) journal = weir_part_journal_read (events);

  g_clear_pointer (&call->block, g_free);
  return events != NULL && weir_part_call_find (call, &journal, error);
}

static gboolean
keep_part (WeirPartCall *call, GError **error)
{
  WeirEngine *self = call->engine;
  g_autoptr(WeirRun) live = weir_engine_find_run (self, call->run);
  g_autoptr(WeirValue) data = NULL;
  guint64 seq;

  if (live != NULL)
    g_object_ref (live);
  if (!dex_await (weir_store_check_not_binned (self->store, call->run, call->path), error)
      || (goes_on (live) && !find_live (call, live, error)))
    return FALSE;
  if (!goes_on (live) && (!dex_await (weir_engine_durable (self), error) || !find_ended (call, error)))
    return FALSE;
  data = weir_part_call_describe (call, TRUE);
  seq = weir_part_call_journal (call, goes_on (live) ? live : NULL, WEIR_EVENT_PART_BINNED, data, "delete");
  weir_batch_bin_part (weir_engine_get_batch (self), call->run, call->scope, call->block, call->path, seq, data);
  return dex_await (weir_engine_durable (self), error);
}

/* One of them at a time may write into the journal of a run that has ended. */
static DexFuture *
amend (WeirPartCall *call, gboolean (*func) (WeirPartCall *call, GError **error))
{
  GError *error = NULL;
  gboolean done;

  if (!weir_engine_begin_amending (call->engine, call->run, &error))
    return dex_future_new_for_error (error);
  done = func (call, &error);
  weir_engine_end_amending (call->engine, call->run);
  if (!done)
    return dex_future_new_for_error (error);
  g_signal_emit_by_name (call->engine, "workflows-changed");
  return dex_future_new_true ();
}

static DexFuture *
delete_part_fiber (gpointer user_data)
{
  return amend (user_data, keep_part);
}

/**
 * weir_engine_delete_part:
 * @self: an engine
 * @run: number of a run, live or not
 * @path: of the part: a block ("shrink", "each[3]/shrink"), a container with all that is in it ("each"), or one item ("each[3]")
 * @actor: who wants it: "user", "cli", a name
 * @reason: (nullable): in their words
 *
 * Moves a part of a run to what was recently deleted. One that goes on is stopped first; of one that is over the run has what it gave as
 * before. It goes for good when it expires and the run has ended.
 *
 * Returns: (transfer full): a future of %TRUE; rejects with %WEIR_ERROR_NOT_FOUND, %WEIR_ERROR_WRONG_STATE if it has not begun, if what became
 *   of it is not known, or if it, or what it is in, is there already
 */
DexFuture *
weir_engine_delete_part (WeirEngine *self, gint64 run, const char *path, const char *actor, const char *reason)
{
  g_return_val_if_fail (WEIR_IS_ENGINE (self) && path != NULL, NULL);
  return dex_scheduler_spawn (NULL, 0, delete_part_fiber, weir_part_call_new (self, run, path, actor, reason),
                              weir_part_call_free);
}

/* ── out of it ───────────────────────────────────────────────────────────────────────────── */

static gboolean
check_ended (WeirPartCall *call, GError **error)
{
  g_autoptr(WeirRunInfo) info = dex_await_object (weir_store_load_run (call->engine->store, call->run), error);

  if (info == NULL)
    return FALSE;
  if (!weir_run_status_is_final (weir_run_info_get_status (info)))
    g_set_error (error, WEIR_ERROR, WEIR_ERROR_WRONG_STATE,
                 "Run %" G_GINT64_FORMAT " was left unfinished and is not live; resume it first", call->run);
  return weir_run_status_is_final (weir_run_info_get_status (info));
}

/* Held, it does not expire any more; then what the journal of a run that has ended comes to is known. */
static gboolean
restore_part (WeirPartCall *call, GError **error)
{
  WeirEngine *self = call->engine;
  g_autoptr(WeirRun) live = weir_engine_find_run (self, call->run);
  g_autoptr(WeirBinnedPart) part = NULL;

  if (live != NULL)
    g_object_ref (live);
  part = dex_await_boxed (weir_store_hold_part (self->store, call->run, call->path), error);
  if (part == NULL)
    return FALSE;
  if (!goes_on (live))
    {
      g_clear_pointer (&part, weir_binned_part_free);
      if (!dex_await (weir_engine_durable (self), error) || !check_ended (call, error)
          || (part = dex_await_boxed (weir_store_hold_part (self->store, call->run, call->path), error)) == NULL)
        return FALSE;
    }
  call->scope = part->scope;
  call->block = g_strdup (part->block);
  call->seq = part->last_seq;
  weir_part_call_journal (call, goes_on (live) ? live : NULL, WEIR_EVENT_PART_RESTORED, part->data, "restore");
  weir_batch_restore_part (weir_engine_get_batch (self), call->run, call->path);
  return dex_await (weir_engine_durable (self), error);
}

static DexFuture *
restore_part_fiber (gpointer user_data)
{
  return amend (user_data, restore_part);
}

/**
 * weir_engine_restore_part:
 * @self: an engine
 * @run: number of a run
 * @path: of a part of it that was deleted
 * @actor: who wants it
 *
 * Returns: (transfer full): a future of %TRUE; rejects with %WEIR_ERROR_WRONG_STATE if it is not in what was recently deleted, or not any more
 */
DexFuture *
weir_engine_restore_part (WeirEngine *self, gint64 run, const char *path, const char *actor)
{
  g_return_val_if_fail (WEIR_IS_ENGINE (self) && path != NULL, NULL);
  return dex_scheduler_spawn (NULL, 0, restore_part_fiber, weir_part_call_new (self, run, path, actor, NULL),
                              weir_part_call_free);
}
