/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Undo of what workflows keep by name: variables, and entries of the store. */

#include "weir-undo-private.h"

gboolean
weir_value_effect_is_one (const WeirEffect *effect)
{
  return g_str_equal (effect->type, "variable.set") || g_str_equal (effect->type, "store.set");
}

static gboolean
is_entry (const WeirEffect *effect)
{
  return g_str_equal (effect->type, "store.set");
}

static void
clear_value (gpointer value)
{
  if (value != NULL)
    weir_value_unref (value);
}

/* Name → WeirValue, NULL where there will be none. */
GHashTable *
weir_value_effect_new_foresight (void)
{
  return g_hash_table_new_full (g_str_hash, g_str_equal, g_free, clear_value);
}

static gboolean
is_same (WeirValue *a, WeirValue *b)
{
  return a == b || (a != NULL && b != NULL && weir_value_equal (a, b));
}

static WeirValue *
load_now (WeirEngine *engine, const WeirEffect *effect)
{
  const char *workflow = weir_value_get_member_text (effect->before, "workflow", NULL);
  g_autoptr(WeirValue) entry = NULL;

  if (!is_entry (effect))
    return weir_store_dup_variable (engine->store, workflow, effect->target);
  entry = dex_await_boxed (weir_engine_load_entry (engine, workflow,
                                                   weir_value_get_member_text (effect->before, "bucket", ""),
                                                   weir_value_get_member_text (effect->before, "key", "")),
                           NULL);
  return entry != NULL && !weir_value_is_null (entry) ? g_steal_pointer (&entry) : NULL;
}

/* What it is now, or will be. (transfer full) */
static WeirValue *
look (WeirEngine *engine, const WeirEffect *effect, GHashTable *foreseen, const char *name)
{
  gpointer value;

  if (foreseen == NULL || !g_hash_table_lookup_extended (foreseen, name, NULL, &value))
    return load_now (engine, effect);
  return value != NULL ? weir_value_ref (value) : NULL;
}

void
weir_value_effect_explain (WeirEngine *engine,
                           const WeirEffect *effect,
                           WeirDirection direction,
                           GHashTable *foreseen,
                           char **description,
                           char **conflict)
{
  gboolean undo = direction == WEIR_DIRECTION_UNDO;
  WeirValue *old = weir_value_find_member (effect->before, "value");
  WeirValue *set = effect->after != NULL ? weir_value_find_member (effect->after, "value") : NULL;
  WeirValue *to = undo ? old : set;
  g_autofree char *name = g_strdup_printf ("%s\n%s\n%s", effect->type,
                                           weir_value_get_member_text (effect->before, "workflow", ""), effect->target);
  g_autoptr(WeirValue) now = look (engine, effect, foreseen, name);
  g_autofree char *shown = to != NULL ? weir_value_to_display (to, 60) : NULL;
  const char *what = is_entry (effect) ? "entry" : "variable";

  if (shown == NULL)
    *description = g_strdup_printf ("Remove the %s %s", what, effect->target);
  else if (undo)
    *description = g_strdup_printf ("Set the %s %s back to %s", what, effect->target, shown);
  else
    *description = g_strdup_printf ("Set the %s %s to %s again", what, effect->target, shown);
  *conflict = NULL;
  /* intended and never completed: it may be either */
  if (!is_same (set, now) && !is_same (old, now) && (!undo || effect->after != NULL))
    *conflict = g_strdup ("It was set again since");
  else if (foreseen != NULL)
    g_hash_table_insert (foreseen, g_steal_pointer (&name), to != NULL ? weir_value_ref (to) : NULL);
}

void
weir_value_effect_put (WeirEngine *engine, const WeirEffect *effect, WeirDirection direction)
{
  WeirValue *side = direction == WEIR_DIRECTION_UNDO ? effect->before : effect->after;
  const char *workflow = weir_value_get_member_text (effect->before, "workflow", NULL);
  WeirValue *value = side != NULL ? weir_value_find_member (side, "value") : NULL;

  if (is_entry (effect))
    {
      weir_engine_put_entry (engine, workflow, weir_value_get_member_text (effect->before, "bucket", ""),
                             weir_value_get_member_text (effect->before, "key", ""), value,
                             side != NULL ? weir_value_get_member_int (side, "expires_at", 0) : 0);
      return;
    }
  weir_batch_put_variable (weir_engine_get_batch (engine), workflow, effect->target, value);
  weir_store_cache_variable (engine->store, workflow, effect->target, value);
}
