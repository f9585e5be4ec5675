/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The limits as a record: defaults, check, change. */

#include "weir-limits.h"

#include <string.h>
#include <unistd.h>

/* A worker is a step at work, on the main thread or waiting for a thread, a program or a server: most wait, so that one for each processor
 * would leave it idle. What computes has pool cpu, with a place for each processor but one. */
#define WORKERS_PER_PROCESSOR 4
#define MIN_WORKERS 8
#define MAX_WORKERS 64

static guint
default_workers (void)
{
  return CLAMP (g_get_num_processors () * WORKERS_PER_PROCESSOR, MIN_WORKERS, MAX_WORKERS);
}

static gint64
default_memory (void)
{
  gint64 pages = sysconf (_SC_PHYS_PAGES);
  gint64 size = sysconf (_SC_PAGESIZE);

  return pages > 0 && size > 0 ? pages / 4 * 3 * size : 0;
}

/* ── numbers ────────────────────────────────────────────────────────────────────────────── */

typedef struct
{
  const char *name;
  gsize       offset;
  gboolean    large;   /* gint64 rather than guint */
  gint64      minimum;
  gint64      maximum;
} Number;

#define NUMBER(member, large, minimum, maximum) { #member, G_STRUCT_OFFSET (WeirLimits, member), large, minimum, maximum }

static const Number numbers[] = {
  NUMBER (workers, FALSE, 1, MAX_WORKERS),
  NUMBER (steps_per_run, FALSE, 0, 100000),
  NUMBER (runs_per_workflow, FALSE, 0, 100000),
  NUMBER (programs, FALSE, 1, 4096),
  NUMBER (queue, FALSE, 1, 1000000),
  NUMBER (memory, TRUE, 0, G_MAXINT64),
  { "ageing", G_STRUCT_OFFSET (WeirLimits, ageing_ms), TRUE, 0, G_GINT64_CONSTANT (86400000) },
};

static gint64
number_get (const Number *number, const WeirLimits *self)
{
  return number->large ? G_STRUCT_MEMBER (gint64, self, number->offset) : G_STRUCT_MEMBER (guint, self, number->offset);
}

static void
number_set (const Number *number, WeirLimits *self, gint64 value)
{
  if (number->large)
    G_STRUCT_MEMBER (gint64, self, number->offset) = value;
  else
    G_STRUCT_MEMBER (guint, self, number->offset) = value;
}

static const Number *
find_number (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    if (g_str_equal (numbers[i].name, name))
      return &numbers[i];
  return NULL;
}

/* ── life ───────────────────────────────────────────────────────────────────────────────── */

static void
set_pool (WeirLimits *self, const char *name, const WeirPoolLimit *limit)
{
  g_hash_table_replace (self->pools, g_strdup (name), g_memdup2 (limit, sizeof *limit));
}

/* A default pool as it was; FALSE if @name is not one. */
static gboolean
get_default_pool (const char *name, WeirPoolLimit *limit)
{
  *limit = (WeirPoolLimit) { .slots = 1 };
  if (g_str_equal (name, "cpu"))
    limit->slots = MAX (g_get_num_processors (), 2) - 1;
  else if (g_str_equal (name, "network"))
    limit->slots = 32;
  else
    return g_str_equal (name, "gpu");
  return TRUE;
}

WeirLimits *
weir_limits_new (void)
{
  static const char *const pools[] = { "cpu", "gpu", "network" };
  WeirLimits *self = g_new0 (WeirLimits, 1);
  WeirPoolLimit limit;

  self->workers = default_workers ();
  self->programs = MAX (g_get_num_processors () * 2, 4);
  self->queue = 1000;
  self->memory = default_memory ();
  self->ageing_ms = 60000;
  self->pools = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->rates = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  for (guint i = 0; i < G_N_ELEMENTS (pools); i++)
    if (get_default_pool (pools[i], &limit))
      set_pool (self, pools[i], &limit);
  return self;
}

void
weir_limits_free (WeirLimits *self)
{
  g_hash_table_unref (self->pools);
  g_hash_table_unref (self->rates);
  g_free (self);
}

static WeirLimits *
copy (WeirLimits *self)
{
  WeirLimits *other = g_memdup2 (self, sizeof *self);
  GHashTableIter iter;
  gpointer key;
  gpointer value;

  other->pools = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  other->rates = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_hash_table_iter_init (&iter, self->pools);
  while (g_hash_table_iter_next (&iter, &key, &value))
    set_pool (other, key, value);
  g_hash_table_iter_init (&iter, self->rates);
  while (g_hash_table_iter_next (&iter, &key, &value))
    g_hash_table_replace (other->rates, g_strdup (key), g_memdup2 (value, sizeof (WeirRate)));
  return other;
}

void
weir_limits_get_pool (WeirLimits *self, const char *name, WeirPoolLimit *limit)
{
  const WeirPoolLimit *known = g_hash_table_lookup (self->pools, name);

  if (known != NULL)
    *limit = *known;
  else
    get_default_pool (name, limit);
}

/* ── as a record ────────────────────────────────────────────────────────────────────────── */

static WeirValue *
pool_to_value (const WeirPoolLimit *pool)
{
  WeirBuilder *record = weir_record_builder_new (3);

  weir_builder_set_take (record, "slots", weir_value_new_int (pool->slots));
  weir_builder_set_take (record, "reserved", weir_value_new_int (pool->reserved));
  if (pool->rate.count > 0)
    weir_builder_set_take (record, "rate", weir_rate_to_value (&pool->rate));
  return weir_builder_end (record);
}

static WeirValue *
table_to_value (GHashTable *table, WeirValue *(*to_value) (gconstpointer))
{
  g_autoptr(GList) names = g_list_sort (g_hash_table_get_keys (table), (GCompareFunc) g_strcmp0);
  WeirBuilder *record = weir_record_builder_new (g_hash_table_size (table));

  for (GList *l = names; l != NULL; l = l->next)
    weir_builder_set_take (record, l->data, to_value (g_hash_table_lookup (table, l->data)));
  return weir_builder_end (record);
}

WeirValue *
weir_limits_to_value (WeirLimits *self)
{
  WeirBuilder *record = weir_record_builder_new (G_N_ELEMENTS (numbers) + 2);

  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    weir_builder_set_take (record, numbers[i].name, weir_value_new_int (number_get (&numbers[i], self)));
  weir_builder_set_take (record, "pools",
                         table_to_value (self->pools, (WeirValue * (*) (gconstpointer)) pool_to_value));
  weir_builder_set_take (record, "rates",
                         table_to_value (self->rates, (WeirValue * (*) (gconstpointer)) weir_rate_to_value));
  return weir_builder_end (record);
}

/* ── changes ────────────────────────────────────────────────────────────────────────────── */

static gboolean
change_number (WeirLimits *self, const Number *number, WeirValue *value, GError **error)
{
  g_autofree char *text = weir_value_to_display (value, 40);
  gint64 wanted;

  if (weir_value_get_kind (value) != WEIR_VALUE_INT)
    {
      g_set_error (error, WEIR_ERROR, WEIR_ERROR_INVALID, "%s: expected a whole number, but got %s", number->name,
                   text);
      return FALSE;
    }
  wanted = weir_value_get_int (value);
  if (wanted < number->minimum || wanted > number->maximum)
    {
      if (number->maximum == G_MAXINT64)
        g_set_error (error, WEIR_ERROR, WEIR_ERROR_INVALID, "%s: expected %" G_GINT64_FORMAT " or more, but got %s",
                     number->name, number->minimum, text);
      else
        g_set_error (error, WEIR_ERROR, WEIR_ERROR_INVALID,
                     "%s: expected %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT ", but got %s", number->name,
                     number->minimum, number->maximum, text);
      return FALSE;
    }
  number_set (number, self, wanted);
  return TRUE;
}

/* @limit is what the pool has now: members that are left out stay. */
static gboolean
read_pool (WeirValue *value, WeirPoolLimit *limit, GError **error)
{
  WeirValue *rate;
  gint64 slots;
  gint64 reserved;

  if (weir_value_get_kind (value) != WEIR_VALUE_INT && weir_value_get_kind (value) != WEIR_VALUE_RECORD)
    {
      g_set_error (error, WEIR_ERROR, WEIR_ERROR_INVALID,
                   "expected a number of places, or a record {slots, reserved, rate}");
      return FALSE;
    }
  if (weir_value_get_kind (value) == WEIR_VALUE_INT)
    {
      slots = weir_value_get_int (value);
      reserved = MIN ((gint64) limit->reserved, MAX (slots - 1, 0));
      rate = NULL;
    }
  else
    {
      slots = weir_value_get_member_int (value, "slots", limit->slots);
      reserved = weir_value_get_member_int (value, "reserved", limit->reserved);
      rate = weir_value_find_member (value, "rate");
    }
  if (slots < 0 || slots > 100000 || reserved < 0 || (reserved > 0 && reserved >= slots))
    {
      g_set_error (error, WEIR_ERROR, WEIR_ERROR_INVALID,
                   "expected 0 to 100000 places, fewer of them reserved, but got %" G_GINT64_FORMAT
                   " with %" G_GINT64_FORMAT " reserved",
                   slots, reserved);
      return FALSE;
    }
  limit->slots = slots;
  limit->reserved = reserved;
  return rate == NULL || weir_rate_from_value (rate, &limit->rate, error);
}

static gboolean
change_pool (WeirLimits *self, const char *name, WeirValue *value, GError **error)
{
  WeirPoolLimit limit;

  if (weir_value_is_null (value))
    {
      if (get_default_pool (name, &limit))
        set_pool (self, name, &limit);
      else
        g_hash_table_remove (self->pools, name);
      return TRUE;
    }
  weir_limits_get_pool (self, name, &limit);
  if (!read_pool (value, &limit, error))
    {
      g_prefix_error (error, "Pool %s: ", name);
      return FALSE;
    }
  set_pool (self, name, &limit);
  return TRUE;
}

static gboolean
change_rate (WeirLimits *self, const char *name, WeirValue *value, GError **error)
{
  WeirRate rate;

  if (!weir_rate_from_value (value, &rate, error))
    {
      g_prefix_error (error, "Rate of %s: ", name);
      return FALSE;
    }
  if (rate.count > 0)
    g_hash_table_replace (self->rates, g_strdup (name), g_memdup2 (&rate, sizeof rate));
  else
    g_hash_table_remove (self->rates, name);
  return TRUE;
}

static gboolean
change_table (WeirLimits *self, WeirValue *changes, gboolean pools, GError **error)
{
  if (weir_value_get_kind (changes) != WEIR_VALUE_RECORD)
    {
      g_set_error (error, WEIR_ERROR, WEIR_ERROR_INVALID, "%s: expected a record by name", pools ? "pools" : "rates");
      return FALSE;
    }
  for (gsize i = 0; i < weir_value_get_length (changes); i++)
    {
      const char *name = weir_value_get_key (changes, i);
      WeirValue *value = weir_value_get_item (changes, i);

      if (!weir_limit_name_check (name, error))
        return FALSE;
      if (!(pools ? change_pool (self, name, value, error) : change_rate (self, name, value, error)))
        return FALSE;
    }
  return TRUE;
}

static gboolean
change_member (WeirLimits *self, WeirLimits *initial, const char *name, WeirValue *value, GError **error)
{
  const Number *number = find_number (name);

  if (number != NULL && weir_value_is_null (value))
    {
      number_set (number, self, number_get (number, initial));
      return TRUE;
    }
  if (number != NULL)
    return change_number (self, number, value, error);
  if (g_str_equal (name, "pools") || g_str_equal (name, "rates"))
    return change_table (self, value, name[0] == 'p', error);
  g_set_error (
    error, WEIR_ERROR, WEIR_ERROR_INVALID,
    "There is no limit \"%s\"; there are workers, steps_per_run, runs_per_workflow, programs, queue, memory, ageing, "
    "pools and rates",
    name);
  return FALSE;
}

gboolean
weir_limits_change (WeirLimits *self, WeirValue *changes, GError **error)
{
  WeirLimits *changed = copy (self);
  WeirLimits *initial = weir_limits_new ();
  gboolean good = weir_value_get_kind (changes) == WEIR_VALUE_RECORD;
  WeirLimits old = *self;

  if (!good)
    g_set_error (error, WEIR_ERROR, WEIR_ERROR_INVALID, "Expected a record of limits");
  for (gsize i = 0; good && i < weir_value_get_length (changes); i++)
    good = change_member (changed, initial, weir_value_get_key (changes, i), weir_value_get_item (changes, i), error);
  weir_limits_free (initial);
  if (good)
    {
      *self = *changed;
      *changed = old;
    }
  weir_limits_free (changed);
  return good;
}
