/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Results that are kept: a block that says so takes what it gave before when its kind, its settings and its inputs are the same. */

#include "weir-json.h"
#include "weir-run-private.h"

#include <string.h>

/* What is larger takes longer to compare than most blocks take. */
#define MAX_KEY_BYTES (4 * 1024 * 1024)

static gboolean
is_word (char c)
{
  return g_ascii_isalnum (c) || c == '_' || c == '$';
}

static gboolean
has_word (const char *text, const char *word)
{
  gsize length = strlen (word);

  for (const char *found = text; (found = strstr (found, word)) != NULL; found += length)
    if ((found == text || !is_word (found[-1])) && !is_word (found[length]))
      return TRUE;
  return FALSE;
}

/* Whether a setting that is evaluated late may read what differs from run to run. */
static gboolean
reads_run (WeirValue *value)
{
  const char *text;

  for (gsize i = 0; i < weir_value_get_length (value); i++)
    if (reads_run (weir_value_get_item (value, i)))
      return TRUE;
  if (weir_value_get_kind (value) != WEIR_VALUE_TEXT)
    return FALSE;
  text = weir_value_get_text (value, NULL);
  return has_word (text, "now") || has_word (text, "run") || has_word (text, "attempt");
}

/* @late (out): whether a setting is evaluated by the kind itself, when it sees all that an expression sees. */
static gboolean
is_fit (WeirStep *step, gboolean *late)
{
  WeirValue *config = weir_block_get_config (step->block->block);

  *late = FALSE;
  if (step->kind->has_body)
    return FALSE;
  for (gsize i = 0; i < weir_value_get_length (config); i++)
    {
      const WeirField *field = weir_kind_find_field (step->kind, weir_value_get_key (config, i));

      if (field == NULL || (!field->raw && field->kind != WEIR_FIELD_KIND_EXPRESSION))
        continue;
      *late = TRUE;
      if (reads_run (weir_value_get_item (config, i)))
        return FALSE;
    }
  return TRUE;
}

static gboolean
may_be_cached (WeirStep *step, gboolean *late)
{
  gint64 kept_ms = weir_block_get_cache (step->block->block);
  WeirEffectClass effect;

  if (kept_ms == 0 || !is_fit (step, late))
    return FALSE;
  if (step->run->options != NULL && g_str_equal (weir_value_get_member_text (step->run->options, "cache", ""), "off"))
    return FALSE;
  effect = weir_step_get_effect (step);
  return effect == WEIR_EFFECT_PURE || (effect == WEIR_EFFECT_IDEMPOTENT && kept_ms > 0);
}

static gboolean
add_value (GString *text, WeirValue *value)
{
  gsize length;
  g_autofree char *encoded = NULL;

  g_string_append_c (text, '\n');
  if (value == NULL)
    return TRUE;
  if (weir_value_estimate_size (value, MAX_KEY_BYTES) >= MAX_KEY_BYTES)
    return FALSE;
  encoded = weir_value_encode (value, &length);
  g_string_append_len (text, encoded, (gssize) length);
  return TRUE;
}

/* (transfer full), NULL if it is too large */
static char *
make_key (WeirStep *step, gboolean late)
{
  static const char *const names[] = { "inputs", "input", "value", "vars", "blocks", NULL };
  g_autoptr(GString) text = g_string_new (step->kind->id);
  g_autoptr(WeirValue) scope = late ? weir_step_build_scope (step, names, NULL) : NULL;

  g_string_append_printf (text, "\n%u", step->kind->version);
  if (!add_value (text, step->resolved != NULL ? step->resolved : weir_block_get_config (step->block->block))
      || !add_value (text, step->inputs) || !add_value (text, scope))
    return NULL;
  return g_compute_checksum_for_string (G_CHECKSUM_SHA256, text->str, (gssize) text->len);
}

static DexFuture *
found_cb (DexFuture *future, gpointer user_data)
{
  WeirStep *step = user_data;
  const GValue *value = dex_future_get_value (future, NULL);
  WeirCached *cached = value != NULL ? g_value_get_boxed (value) : NULL;
  g_autofree char *changed = NULL;

  if (step->settled || step->run->suspended || step->run->engine == NULL)
    return dex_future_new_true ();
  if (g_cancellable_is_cancelled (step->cancellable))
    {
      g_autoptr(GError) error = g_error_new (G_IO_ERROR, G_IO_ERROR_CANCELLED, "Stopped before it began");

      weir_run_step_done (step, error);
      return dex_future_new_true ();
    }
  /* a file that it gave may have gone since */
  changed = cached != NULL ? weir_value_find_changed_file (cached->outputs) : NULL;
  if (cached != NULL && changed == NULL)
    weir_run_step_looked_up (step, cached->outputs, cached->run);
  else
    weir_run_step_looked_up (step, NULL, 0);
  return dex_future_new_true ();
}

/* Whether the step waits now to hear if its result is known; it goes on by itself then. */
gboolean
weir_step_look_up (WeirStep *step)
{
  gboolean late;

  g_clear_pointer (&step->cache_key, g_free);
  if (!may_be_cached (step, &late))
    return FALSE;
  step->cache_key = make_key (step, late);
  if (step->cache_key == NULL)
    return FALSE;
  weir_step_hold_until_known (step);
  dex_future_disown (dex_future_finally (weir_store_find_cached (step->run->engine->store, step->cache_key), found_cb,
                                         weir_step_ref (step), (GDestroyNotify) weir_step_unref));
  return TRUE;
}

static gboolean
has_stream (WeirValue *outputs)
{
  for (gsize i = 0; i < weir_value_get_length (outputs); i++)
    if (weir_value_get_kind (weir_value_get_item (outputs, i)) == WEIR_VALUE_STREAM)
      return TRUE;
  return FALSE;
}

/* What it gave goes into the batch that holds its end. Not where it changed something, and without a time not where it looked at
 * something that may be another thing the next time. */
void
weir_step_keep_result (WeirStep *step, WeirValue *outputs)
{
  gint64 kept_ms = weir_block_get_cache (step->block->block);
  gint64 now = g_get_real_time ();
  g_autofree char *path = NULL;

  if (step->cache_key == NULL || step->sent || step->state->info.n_effects > 0 || step->ending != NULL || has_stream (outputs))
    return;
  if (kept_ms < 0 && (step->accesses != NULL || step->states != NULL || step->looked))
    return;
  path = weir_run_state_dup_step_path (step->run->state, &step->state->info);
  weir_batch_put_cached (weir_engine_get_batch (step->run->engine), step->cache_key, outputs, step->run->id, path,
                         kept_ms > 0 ? now + kept_ms * 1000 : 0);
}
