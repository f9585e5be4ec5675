/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "weir-store-private.h"

static void
op_clear (gpointer data)
{
  WeirBatchOp *op = data;

  switch (op->kind)
    {
    case WEIR_BATCH_EVENT:
      weir_event_unref (op->event.event);
      g_free (op->event.path);
      g_free (op->event.block_path);
      break;
    case WEIR_BATCH_RUN:
      g_free (op->run->workflow_id);
      g_free (op->run->workflow_name);
      g_free (op->run->error);
      g_free (op->run);
      break;
    case WEIR_BATCH_EFFECT:
      weir_effect_free (op->effect);
      break;
    case WEIR_BATCH_VARIABLE:
      g_free (op->variable.workflow_id);
      g_free (op->variable.name);
      g_clear_pointer (&op->variable.value, weir_value_unref);
      break;
    case WEIR_BATCH_STATE:
      g_free (op->state->workflow_id);
      g_free (op->state->block);
      g_free (op->state->key);
      g_clear_pointer (&op->state->value, weir_value_unref);
      g_free (op->state);
      break;
    case WEIR_BATCH_CACHED:
      weir_value_unref (op->cached->outputs);
      g_free (op->cached->step);
      g_free (op->cached);
      break;
    case WEIR_BATCH_RUN_FIELDS:
      g_free (op->run_fields->restart_point);
      g_free (op->run_fields);
      break;
    case WEIR_BATCH_REPORT:
      g_free (op->report->kind);
      weir_value_unref (op->report->data);
      g_free (op->report);
      break;
    case WEIR_BATCH_AUDIT:
      g_free (op->audit->actor);
      g_free (op->audit->action);
      g_free (op->audit->subject);
      g_free (op->audit->reason);
      g_free (op->audit);
      break;
    case WEIR_BATCH_PART:
      g_free (op->part->block);
      g_free (op->part->path);
      g_free (op->part);
      break;
    case WEIR_BATCH_BIN:
      g_free (op->bin->part.block);
      g_free (op->bin->part.path);
      g_clear_pointer (&op->bin->data, weir_value_unref);
      g_free (op->bin);
      break;
    default:
      g_assert_not_reached ();
    }
}

static WeirBatchOp *
add_op (WeirBatch *self, WeirBatchOpKind kind)
{
  WeirBatchOp *op;

  g_array_set_size (self->ops, self->ops->len + 1);
  op = &g_array_index (self->ops, WeirBatchOp, self->ops->len - 1);
  op->kind = kind;
  return op;
}

/**
 * weir_batch_new:
 *
 * Returns: (transfer full): an empty batch
 */
WeirBatch *
weir_batch_new (void)
{
  WeirBatch *self = g_new (WeirBatch, 1);

  self->ops = g_array_new (FALSE, TRUE, sizeof (WeirBatchOp));
  g_array_set_clear_func (self->ops, op_clear);
  return self;
}

/**
 * weir_batch_is_empty:
 * @self: a batch
 *
 * Returns: whether nothing was added to it
 */
gboolean
weir_batch_is_empty (WeirBatch *self)
{
  return self->ops->len == 0;
}

/**
 * weir_batch_free:
 * @self: (transfer full): a batch that was not committed
 */
void
weir_batch_free (WeirBatch *self)
{
  g_array_unref (self->ops);
  g_free (self);
}

/**
 * weir_batch_take_event:
 * @self: a batch
 * @event: (transfer full): what happened; those with sequence 0 are for the bus only and dropped
 * @path: (nullable): of the step, "move[3]/to"; kept for LOG only
 * @block_path: (nullable): of the block in the workflow, "move/to"; kept for LOG only
 */
void
weir_batch_take_event (WeirBatch *self, WeirEvent *event, const char *path, const char *block_path)
{
  WeirBatchOp *op;

  if (event->seq == 0)
    {
      weir_event_unref (event);
      return;
    }
  op = add_op (self, WEIR_BATCH_EVENT);
  op->event.event = event;
  if (event->kind == WEIR_EVENT_LOG)
    {
      op->event.path = g_strdup (path);
      op->event.block_path = g_strdup (block_path);
    }
}

/**
 * weir_batch_put_run:
 * @self: a batch
 * @run: number of the run
 * @workflow_id: (nullable): of its workflow
 * @workflow_name: (nullable): as it was then
 * @version: of the workflow
 * @status: where it stands
 * @created_at: µs UTC
 * @ended_at: µs UTC; 0 while it lives
 * @n_steps: how many steps it took so far
 * @error: (nullable): message of what it failed of
 *
 * Adds the row of the run; of one that is there replaces status, ended_at, n_steps and error.
 */
void
weir_batch_put_run (WeirBatch *self,
                    gint64 run,
                    const char *workflow_id,
                    const char *workflow_name,
                    guint version,
                    WeirRunStatus status,
                    gint64 created_at,
                    gint64 ended_at,
                    guint n_steps,
                    const char *error)
{
  WeirBatchRun *row = g_new (WeirBatchRun, 1);

  *row = (WeirBatchRun) {
    .id = run,
    .workflow_id = g_strdup (workflow_id),
    .workflow_name = g_strdup (workflow_name),
    .version = version,
    .status = status,
    .created_at = created_at,
    .ended_at = ended_at,
    .n_steps = n_steps,
    .error = g_strdup (error),
  };
  add_op (self, WEIR_BATCH_RUN)->run = row;
}

/**
 * weir_batch_put_effect:
 * @self: a batch
 * @effect: added, or its state, before and after replaced by id; with no type it is news of an effect that is
 *   known, and a before or after that is %NULL stays as it was. Texts of 64 hex digits within before and after are
 *   taken for blobs that the run needs.
 */
void
weir_batch_put_effect (WeirBatch *self, const WeirEffect *effect)
{
  add_op (self, WEIR_BATCH_EFFECT)->effect = weir_effect_copy (effect);
}

/**
 * weir_batch_put_variable:
 * @self: a batch
 * @workflow_id: (nullable): %NULL: global
 * @name: of the variable
 * @value: (nullable): %NULL: removed
 */
void
weir_batch_put_variable (WeirBatch *self, const char *workflow_id, const char *name, WeirValue *value)
{
  WeirBatchOp *op = add_op (self, WEIR_BATCH_VARIABLE);

  op->variable.workflow_id = g_strdup (workflow_id);
  op->variable.name = g_strdup (name);
  op->variable.value = value != NULL ? weir_value_ref (value) : NULL;
}

/**
 * weir_batch_put_state:
 * @self: a batch
 * @workflow_id: (nullable): %NULL: of all workflows
 * @block: path of the block in the workflow, or a name that blocks share
 * @key: name of the value
 * @value: (nullable): %NULL: removed
 * @expires_at: µs UTC, after which it counts as unset; 0: never
 *
 * Small state that outlives the run. In the batch of the step's events it is on disk exactly when they are.
 */
void
weir_batch_put_state (
  WeirBatch *self, const char *workflow_id, const char *block, const char *key, WeirValue *value, gint64 expires_at)
{
  WeirBatchState *state = g_new (WeirBatchState, 1);

  *state = (WeirBatchState) {
    .workflow_id = g_strdup (workflow_id != NULL ? workflow_id : ""),
    .block = g_strdup (block != NULL ? block : ""),
    .key = g_strdup (key),
    .value = value != NULL ? weir_value_ref (value) : NULL,
    .expires_at = expires_at,
  };
  add_op (self, WEIR_BATCH_STATE)->state = state;
}

/**
 * weir_batch_put_cached:
 * @self: a batch
 * @key: 64 hex digits: SHA-256 of all that the result depends on
 * @outputs: a record by port
 * @run: where it was computed
 * @step: path of the step in it, "move[3]/to"
 * @expires_at: µs UTC; 0: never
 *
 * Replaces what was kept under the same key.
 */
void
weir_batch_put_cached (
  WeirBatch *self, const char *key, WeirValue *outputs, gint64 run, const char *step, gint64 expires_at)
{
  WeirBatchCached *cached;

  g_return_if_fail (weir_store_is_hash (key));
  cached = g_new0 (WeirBatchCached, 1);
  g_strlcpy (cached->key, key, sizeof cached->key);
  cached->outputs = weir_value_ref (outputs);
  cached->run = run;
  cached->step = g_strdup (step != NULL ? step : "");
  cached->expires_at = expires_at;
  add_op (self, WEIR_BATCH_CACHED)->cached = cached;
}

/**
 * weir_batch_put_run_fields:
 * @self: a batch
 * @run: number of a run whose row is in this batch or an earlier one
 * @parent_run: the run it was started again from; 0: none
 * @restart_point: (nullable): path of the block it began at; %NULL: the beginning
 * @priority: higher goes first; 0 is usual
 */
void
weir_batch_put_run_fields (WeirBatch *self, gint64 run, gint64 parent_run, const char *restart_point, int priority)
{
  WeirBatchRunFields *fields = g_new (WeirBatchRunFields, 1);

  *fields = (WeirBatchRunFields) { run, parent_run, g_strdup (restart_point), priority };
  add_op (self, WEIR_BATCH_RUN_FIELDS)->run_fields = fields;
}

/**
 * weir_batch_put_report:
 * @self: a batch
 * @kind: "resume"
 * @run: that it is about; 0: no single one
 * @at: µs UTC
 * @data: what it says
 */
void
weir_batch_put_report (WeirBatch *self, const char *kind, gint64 run, gint64 at, WeirValue *data)
{
  WeirBatchReport *report = g_new (WeirBatchReport, 1);

  *report = (WeirBatchReport) { g_strdup (kind), run, at, weir_value_ref (data) };
  add_op (self, WEIR_BATCH_REPORT)->report = report;
}

/**
 * weir_batch_add_audit:
 * @self: a batch
 * @actor: who did it
 * @action: what, a word
 * @subject: to what
 * @reason: (nullable): why
 *
 * Adds a row to the audit.
 */
void
weir_batch_add_audit (WeirBatch *self, const char *actor, const char *action, const char *subject, const char *reason)
{
  WeirBatchAudit *audit = g_new (WeirBatchAudit, 1);

  *audit = (WeirBatchAudit) { g_strdup (actor), g_strdup (action), g_strdup (subject), g_strdup (reason) };
  add_op (self, WEIR_BATCH_AUDIT)->audit = audit;
}

/**
 * weir_batch_delete_part:
 * @self: a batch, which holds the event that says so as well
 * @run: number of the run
 * @scope: a scope of it
 * @block: (nullable): a block in it; %NULL: all of the scope
 * @path: of the part, "each[3]/write"
 * @given: whether what it gave to others goes as well: the run has ended
 *
 * Removes the values, log lines, undo records and kept results of a part, a part at a time once this is on disk; weir_store_purge () tells when
 * the last of them has gone.
 */
void
weir_batch_delete_part (WeirBatch *self, gint64 run, guint32 scope, const char *block, const char *path, gboolean given)
{
  WeirBatchPart *part = g_new (WeirBatchPart, 1);

  *part = (WeirBatchPart) { run, scope, g_strdup (block), g_strdup (path), given };
  add_op (self, WEIR_BATCH_PART)->part = part;
}

/**
 * weir_batch_bin_part:
 * @self: a batch, which holds the event that says so as well
 * @run: number of the run
 * @scope: a scope of it
 * @block: (nullable): a block in it; %NULL: all of the scope
 * @path: of the part, "each[3]/write"; nothing that it is in is in the bin
 * @seq: number of that event
 * @data: of that event
 *
 * Moves a part to what was recently deleted, where it stays as long as is set.
 */
void
weir_batch_bin_part (
  WeirBatch *self, gint64 run, guint32 scope, const char *block, const char *path, guint64 seq, WeirValue *data)
{
  WeirBatchBin *bin = g_new (WeirBatchBin, 1);

  *bin = (WeirBatchBin) { { run, scope, g_strdup (block), g_strdup (path), FALSE }, seq, weir_value_ref (data) };
  add_op (self, WEIR_BATCH_BIN)->bin = bin;
}

/**
 * weir_batch_restore_part:
 * @self: a batch, which holds the event that says so as well
 * @run: number of the run
 * @path: of a part of it that is held in the bin: see weir_store_hold_part ()
 *
 * Takes a part out of what was recently deleted.
 */
void
weir_batch_restore_part (WeirBatch *self, gint64 run, const char *path)
{
  WeirBatchBin *bin = g_new (WeirBatchBin, 1);

  *bin = (WeirBatchBin) { { run, 0, NULL, g_strdup (path), FALSE }, 0, NULL };
  add_op (self, WEIR_BATCH_BIN)->bin = bin;
}
