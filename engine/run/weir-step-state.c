/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* State that outlives a run: that of blocks, written together with the result of the step that saved it, and entries that workflows keep
 * by name, whose changes can be undone.
 *
 * What a step has in hand, and what is on its way to the disk, is in memory, once for all steps: so that steps beside each other see
 * what the others saved, and reading, computing and saving in one go is never torn apart. */

#include "weir-run-private.h"

typedef struct
{
  WeirEngine *engine; /* unowned, NULL once it is gone: it has the table that this is in */
  char *name;         /* workflow, block and key: its place in the table */
  char *workflow_id;
  char *block;
  char *key;
  WeirValue *value; /* NULL: there is none */
  gint64 expires_at; /* µs UTC, for the record; 0: never */
  gint64 due;        /* the same by the clock that never jumps: it decides */
  WeirValue *before; /* what it was before the first save that is not in a batch yet */
  gint64 before_expires_at;
  guint n_holders; /* steps, and commits on their way */
} State;

/* One state that a step has loaded. */
typedef struct
{
  State *state;
  gboolean saved; /* and not yet in a batch */
} Held;

static void
state_free (State *self)
{
  g_free (self->name);
  g_free (self->workflow_id);
  g_free (self->block);
  g_free (self->key);
  g_clear_pointer (&self->value, weir_value_unref);
  g_clear_pointer (&self->before, weir_value_unref);
  g_free (self);
}

static void
state_release (gpointer data)
{
  State *self = data;

  if (--self->n_holders > 0)
    return;
  if (self->engine != NULL)
    g_hash_table_remove (self->engine->states, self->name);
  state_free (self);
}

/* The engine goes; steps that were cut off may still hold some. */
void
weir_engine_forget_states (WeirEngine *engine)
{
  GHashTableIter iter;
  State *state;

  if (engine->states == NULL)
    return;
  g_hash_table_iter_init (&iter, engine->states);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &state))
    state->engine = NULL;
  g_clear_pointer (&engine->states, g_hash_table_unref);
}

static char *
make_name (const char *workflow_id, const char *block, const char *key)
{
  return g_strjoin ("\n", workflow_id != NULL ? workflow_id : "", block, key, NULL);
}

static State *
find_state (WeirEngine *engine, const char *workflow_id, const char *block, const char *key)
{
  g_autofree char *name = make_name (workflow_id, block, key);

  return engine->states != NULL ? g_hash_table_lookup (engine->states, name) : NULL;
}

static State *
add_state (WeirEngine *engine, const char *workflow_id, const char *block, const char *key)
{
  State *self = g_new0 (State, 1);

  self->engine = engine;
  self->name = make_name (workflow_id, block, key);
  self->workflow_id = g_strdup (workflow_id);
  self->block = g_strdup (block);
  self->key = g_strdup (key);
  if (engine->states == NULL)
    engine->states = g_hash_table_new (g_str_hash, g_str_equal);
  g_hash_table_insert (engine->states, self->name, self);
  return self;
}

/* NULL: there is none, or not any more. (transfer none) */
static WeirValue *
state_get (State *self)
{
  if (self->expires_at != 0 && self->due <= weir_clock_get_mono (self->engine->clock))
    return NULL;
  return self->value;
}

static void
state_set (State *self, WeirValue *value, gint64 expires_at)
{
  WeirValue *old = self->value;

  self->value = value != NULL ? weir_value_ref (value) : NULL;
  self->expires_at = value != NULL ? expires_at : 0;
  self->due = self->expires_at != 0 && self->engine != NULL
                ? weir_clock_get_mono (self->engine->clock) + expires_at - weir_clock_get_time (self->engine->clock)
                : 0;
  g_clear_pointer (&old, weir_value_unref);
}

static DexFuture *
committed_cb (DexFuture *future, gpointer user_data)
{
  return dex_future_new_true ();
}

/* Kept in memory until it is on disk: whoever asks the disk before would get what was there. */
static void
state_write (State *self)
{
  weir_batch_put_state (weir_engine_get_batch (self->engine), self->workflow_id, self->block, self->key, self->value,
                        self->expires_at);
  self->n_holders++;
  dex_future_disown (dex_future_finally (weir_engine_durable (self->engine), committed_cb, self, state_release));
}

/* ── what a step has in hand ────────────────────────────────────────────────────────────── */

static Held *
find_held (WeirStep *step, State *state)
{
  for (guint i = 0; step->states != NULL && i < step->states->len; i++)
    {
      Held *held = &g_array_index (step->states, Held, i);

      if (held->state == state)
        return held;
    }
  return NULL;
}

static void
hold (WeirStep *step, State *state)
{
  Held held = { .state = state };

  if (find_held (step, state) != NULL)
    return;
  if (step->states == NULL)
    step->states = g_array_new (FALSE, FALSE, sizeof (Held));
  state->n_holders++;
  g_array_append_val (step->states, held);
}

void
weir_step_write_states (WeirStep *step)
{
  for (guint i = 0; step->states != NULL && i < step->states->len; i++)
    {
      Held *held = &g_array_index (step->states, Held, i);

      if (!held->saved)
        continue;
      held->saved = FALSE;
      g_clear_pointer (&held->state->before, weir_value_unref);
      state_write (held->state);
    }
}

/* What it saved and nothing wrote did not happen: the step was cut off. */
void
weir_step_forget_states (WeirStep *step)
{
  for (guint i = 0; step->states != NULL && i < step->states->len; i++)
    {
      Held *held = &g_array_index (step->states, Held, i);
      State *state = held->state;

      if (held->saved)
        {
          state_set (state, state->before, state->before_expires_at);
          g_clear_pointer (&state->before, weir_value_unref);
        }
      state_release (state);
    }
  g_clear_pointer (&step->states, g_array_unref);
}

/* ── loading ────────────────────────────────────────────────────────────────────────────── */

static DexFuture *
future_of (WeirValue *value)
{
  GValue boxed = G_VALUE_INIT;
  DexFuture *future;

  g_value_init (&boxed, WEIR_TYPE_VALUE);
  if (value != NULL)
    g_value_set_boxed (&boxed, value);
  else
    g_value_take_boxed (&boxed, weir_value_new_null ());
  future = dex_future_new_for_value (&boxed);
  g_value_unset (&boxed);
  return future;
}

static DexFuture *
loaded_cb (DexFuture *future, gpointer user_data)
{
  WeirStep *step = user_data;
  WeirState *stored = g_value_get_boxed (dex_future_get_value (future, NULL));
  const char *workflow_id = stored->workflow_id[0] != '\0' ? stored->workflow_id : NULL;
  WeirEngine *engine = step->run->engine;
  State *state;

  if (engine == NULL || step->run->suspended)
    return dex_future_new_reject (G_IO_ERROR, G_IO_ERROR_CANCELLED, "The engine was closed");
  state = find_state (engine, workflow_id, stored->block, stored->key);
  /* another step may have been faster, and saved since */
  if (state == NULL)
    {
      state = add_state (engine, workflow_id, stored->block, stored->key);
      state_set (state, stored->value, stored->expires_at);
    }
  hold (step, state);
  return future_of (state_get (state));
}

static DexFuture *
load (WeirStep *step, const char *workflow_id, const char *block, const char *key)
{
  State *state = find_state (step->run->engine, workflow_id, block, key);

  if (state != NULL)
    {
      hold (step, state);
      return future_of (state_get (state));
    }
  return dex_future_then (weir_store_get_state (step->run->engine->store, workflow_id, block, key), loaded_cb,
                          weir_step_ref (step), (GDestroyNotify) weir_step_unref);
}

/* @block: where the scope keeps it. (transfer none) */
static const char *
resolve_scope (WeirStep *step, const char *scope, const char **block)
{
  *block = g_str_equal (scope, "block") ? weir_block_get_path (step->block->block) : step->kind->id;
  return g_str_equal (scope, "all") ? NULL : weir_workflow_get_id (step->run->workflow);
}

static State *
find_loaded (WeirStep *self, const char *scope, const char *key)
{
  const char *block;
  const char *workflow_id = resolve_scope (self, scope, &block);

  return self->run->engine != NULL ? find_state (self->run->engine, workflow_id, block, key) : NULL;
}

/**
 * weir_step_load_state:
 * @self: a running step
 * @scope: "block", "workflow" or "all": whose it is
 * @key: its name there
 *
 * Returns: (transfer full): a future that resolves to a #WeirValue, null if there is none; rejects with %WEIR_ERROR_STORE
 */
DexFuture *
weir_step_load_state (WeirStep *self, const char *scope, const char *key)
{
  const char *block;
  const char *workflow_id = resolve_scope (self, scope, &block);

  if (self->run->engine == NULL || self->run->suspended)
    return dex_future_new_reject (G_IO_ERROR, G_IO_ERROR_CANCELLED, "The engine was closed");
  return load (self, workflow_id, block, key);
}

/**
 * weir_step_get_state:
 * @self: a step that has loaded it
 * @scope: as it was loaded
 * @key: as it was loaded
 *
 * Returns: (transfer none) (nullable): what it is now, saved by whichever step
 */
WeirValue *
weir_step_get_state (WeirStep *self, const char *scope, const char *key)
{
  State *state = find_loaded (self, scope, key);

  return state != NULL ? state_get (state) : NULL;
}

static gint64
get_expiry (WeirStep *step, gint64 ttl_ms)
{
  return ttl_ms > 0 ? weir_clock_get_time (step->run->engine->clock) + ttl_ms * 1000 : 0;
}

/**
 * weir_step_save_state:
 * @self: a step that has loaded it
 * @scope: as it was loaded
 * @key: as it was loaded
 * @value: (nullable): what it is to be; %NULL removes it
 * @ttl_ms: for how long; 0: for ever
 *
 * Other steps see it at once. It is written together with the end of this attempt, be it success or failure; if the step is cut off before,
 * it was never saved.
 */
void
weir_step_save_state (WeirStep *self, const char *scope, const char *key, WeirValue *value, gint64 ttl_ms)
{
  State *state = find_loaded (self, scope, key);
  Held *held = state != NULL ? find_held (self, state) : NULL;

  g_return_if_fail (held != NULL || self->run->suspended || self->run->engine == NULL);
  if (held == NULL || self->settled)
    return;
  if (!held->saved)
    {
      held->saved = TRUE;
      g_clear_pointer (&state->before, weir_value_unref);
      state->before = state->value != NULL ? weir_value_ref (state->value) : NULL;
      state->before_expires_at = state->expires_at;
    }
  state_set (state, value, get_expiry (self, ttl_ms));
}

/* ── entries ────────────────────────────────────────────────────────────────────────────── */

static char *
make_bucket (const char *bucket)
{
  return g_strconcat ("store:", bucket, NULL);
}

static DexFuture *
entry_loaded_cb (DexFuture *future, gpointer user_data)
{
  WeirState *stored = g_value_get_boxed (dex_future_get_value (future, NULL));

  return future_of (stored->value);
}

DexFuture *
weir_engine_load_entry (WeirEngine *engine, const char *workflow_id, const char *bucket, const char *key)
{
  g_autofree char *block = make_bucket (bucket);
  State *state = find_state (engine, workflow_id, block, key);

  if (state != NULL)
    return future_of (state_get (state));
  return dex_future_then (weir_store_get_state (engine->store, workflow_id, block, key), entry_loaded_cb, NULL, NULL);
}

void
weir_engine_put_entry (
  WeirEngine *engine, const char *workflow_id, const char *bucket, const char *key, WeirValue *value, gint64 expires_at)
{
  g_autofree char *block = make_bucket (bucket);
  State *state = find_state (engine, workflow_id, block, key);

  if (state == NULL)
    state = add_state (engine, workflow_id, block, key);
  state_set (state, value, expires_at);
  state_write (state);
}

/**
 * weir_step_find_entry:
 * @self: a running step
 * @scope: "workflow" or "all"
 * @bucket: where to look
 * @key: its name there
 *
 * Returns: (transfer full): a future that resolves to a #WeirValue, null if there is none
 */
DexFuture *
weir_step_find_entry (WeirStep *self, const char *scope, const char *bucket, const char *key)
{
  g_autofree char *block = make_bucket (bucket);

  if (self->run->engine == NULL || self->run->suspended)
    return dex_future_new_reject (G_IO_ERROR, G_IO_ERROR_CANCELLED, "The engine was closed");
  return load (self, g_str_equal (scope, "all") ? NULL : weir_workflow_get_id (self->run->workflow), block, key);
}

typedef struct
{
  WeirStep *step;
  char *workflow_id; /* NULL: of all */
  char *bucket;
  char *key;
  WeirValue *value; /* NULL: removed */
  gint64 ttl_ms;
  gboolean if_absent;
  WeirValue *old;
  gint64 expires_at;
  gint64 old_expires_at;
} PutCall;

static void
put_call_free (gpointer data)
{
  PutCall *call = data;

  weir_step_unref (call->step);
  g_free (call->workflow_id);
  g_free (call->bucket);
  g_free (call->key);
  g_clear_pointer (&call->value, weir_value_unref);
  g_clear_pointer (&call->old, weir_value_unref);
  g_free (call);
}

static WeirValue *
describe_before (PutCall *call)
{
  WeirBuilder *record = weir_record_builder_new (5);

  if (call->old != NULL)
    weir_builder_set (record, "value", call->old);
  if (call->old != NULL && call->old_expires_at != 0)
    weir_builder_set_take (record, "expires_at", weir_value_new_int (call->old_expires_at));
  weir_builder_set_take (record, "bucket", weir_value_new_text (call->bucket));
  weir_builder_set_take (record, "key", weir_value_new_text (call->key));
  if (call->workflow_id != NULL)
    weir_builder_set_take (record, "workflow", weir_value_new_text (call->workflow_id));
  return weir_builder_end (record);
}

static WeirValue *
describe_after (PutCall *call)
{
  WeirBuilder *record = weir_record_builder_new (2);

  if (call->value != NULL)
    weir_builder_set (record, "value", call->value);
  if (call->expires_at != 0)
    weir_builder_set_take (record, "expires_at", weir_value_new_int (call->expires_at));
  return weir_builder_end (record);
}

/* The undo record is on disk, or will never be. */
static DexFuture *
put_intended_cb (DexFuture *future, gpointer user_data)
{
  PutCall *call = user_data;
  g_autoptr(GError) error = NULL;
  const GValue *id = dex_future_get_value (future, &error);
  g_autofree char *block = make_bucket (call->bucket);
  g_autoptr(WeirValue) after = NULL;
  WeirEngine *engine = call->step->run->engine;
  State *state;

  if (id == NULL && engine != NULL && (state = find_state (engine, call->workflow_id, block, call->key)) != NULL)
    state_set (state, call->old, call->old_expires_at);
  if (id == NULL || call->step->run->suspended || engine == NULL)
    return dex_future_new_reject (G_IO_ERROR, G_IO_ERROR_CANCELLED, "The step was stopped");
  after = describe_after (call);
  weir_engine_put_entry (engine, call->workflow_id, call->bucket, call->key, call->value, call->expires_at);
  weir_step_complete_effect (call->step, g_value_get_uint64 (id), after);
  return future_of (call->old);
}

static DexFuture *
put_loaded_cb (DexFuture *future, gpointer user_data)
{
  PutCall *call = user_data;
  WeirEngine *engine = call->step->run->engine;
  g_autofree char *block = make_bucket (call->bucket);
  g_autofree char *target = g_strdup_printf ("%s/%s", call->bucket, call->key);
  g_autoptr(WeirValue) before = NULL;
  State *state;
  WeirValue *old;

  if (engine == NULL || call->step->run->suspended)
    return dex_future_new_reject (G_IO_ERROR, G_IO_ERROR_CANCELLED, "The engine was closed");
  state = find_state (engine, call->workflow_id, block, call->key);
  old = state_get (state);
  call->old = old != NULL ? weir_value_ref (old) : NULL;
  if ((call->if_absent && old != NULL) || (call->value == NULL && old == NULL))
    return future_of (call->old);
  call->old_expires_at = state->expires_at;
  before = describe_before (call);
  call->expires_at = get_expiry (call->step, call->ttl_ms);
  /* others see it from now on: of two steps that put what is absent one is first */
  state_set (state, call->value, call->expires_at);
  return dex_future_then (weir_step_intend (call->step, "store.set", target, before), put_intended_cb, call, NULL);
}

/* Holds the call until the last of its callbacks has run. */
static DexFuture *
put_done_cb (DexFuture *future, gpointer user_data)
{
  return dex_ref (future);
}

/**
 * weir_step_put_entry:
 * @self: a running step
 * @scope: "workflow" or "all"
 * @bucket: where it belongs
 * @key: its name there
 * @value: (nullable): what it is to be; %NULL removes it
 * @ttl_ms: for how long; 0: for ever
 * @if_absent: leaves alone what is there
 *
 * Recorded as an effect that can be undone, if it changes anything.
 *
 * Returns: (transfer full): a future that resolves to what was there before (#WeirValue), null if nothing was
 */
DexFuture *
weir_step_put_entry (WeirStep *self,
                     const char *scope,
                     const char *bucket,
                     const char *key,
                     WeirValue *value,
                     gint64 ttl_ms,
                     gboolean if_absent)
{
  PutCall *call = g_new0 (PutCall, 1);
  DexFuture *put;

  call->step = weir_step_ref (self);
  call->workflow_id = g_str_equal (scope, "all") ? NULL : g_strdup (weir_workflow_get_id (self->run->workflow));
  call->bucket = g_strdup (bucket);
  call->key = g_strdup (key);
  call->value = value != NULL ? weir_value_ref (value) : NULL;
  call->ttl_ms = ttl_ms;
  call->if_absent = if_absent;
  put = dex_future_then (weir_step_find_entry (self, scope, bucket, key), put_loaded_cb, call, NULL);
  return dex_future_finally (put, put_done_cb, call, put_call_free);
}
