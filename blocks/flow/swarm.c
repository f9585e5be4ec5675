/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "swarm.h"

#include <math.h>

#include "values.h"

struct _SwarmSource
{
  int ref_count;
  WeirStep *step;
  WeirValue *items;
  gint64 max_items;         /* 0: any number */
  WeirStreamReader *reader; /* of a stream */
  GHashTable *read;         /* place → item, of a stream: those that somebody needs */
  guint n_read;
  gboolean reading;
  SwarmSourceFunc changed; /* NULL: closed */
  gpointer user_data;
};

static gboolean
check_items (SwarmSource *self, GError **error)
{
  WeirValueKind kind = weir_value_get_kind (self->items);

  if (kind != WEIR_VALUE_LIST && kind != WEIR_VALUE_TABLE && kind != WEIR_VALUE_RECORD && kind != WEIR_VALUE_STREAM)
    {
      weir_set_failure (error, "input.type", "Expected a list, table, stream or record of items, but there is %s",
                        weir_value_get_kind_name (self->items));
      return FALSE;
    }
  if (self->max_items > 0 && weir_value_get_length (self->items) > (gsize) self->max_items)
    {
      weir_set_failure (error, "limit.iterations",
                        "Expected at most %" G_GINT64_FORMAT " items, but there are %" G_GSIZE_FORMAT, self->max_items,
                        weir_value_get_length (self->items));
      return FALSE;
    }
  return TRUE;
}

SwarmSource *
swarm_source_new (
  WeirStep *step, WeirValue *items, gint64 max_items, SwarmSourceFunc changed, gpointer user_data, GError **error)
{
  g_autoptr (SwarmSource) self = g_new0 (SwarmSource, 1);

  self->ref_count = 1;
  self->step = weir_step_ref (step);
  self->max_items = max_items;
  self->changed = changed;
  self->user_data = user_data;
  if (items == NULL)
    return g_steal_pointer (&self);
  self->items = weir_value_ref (items);
  if (!check_items (self, error))
    return NULL;
  if (weir_value_get_kind (items) == WEIR_VALUE_STREAM)
    {
      self->read = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify) weir_value_unref);
      self->reader = weir_step_open_stream (step, items, WEIR_STREAM_ITEMS, error);
      if (self->reader == NULL)
        return NULL;
    }
  return g_steal_pointer (&self);
}

void
swarm_source_close (SwarmSource *self)
{
  self->changed = NULL;
}

void
swarm_source_unref (SwarmSource *self)
{
  if (--self->ref_count > 0)
    return;
  g_clear_pointer (&self->items, weir_value_unref);
  g_clear_pointer (&self->reader, weir_stream_reader_unref);
  g_clear_pointer (&self->read, g_hash_table_unref);
  weir_step_unref (self->step);
  g_free (self);
}

guint
swarm_source_get_count (SwarmSource *self)
{
  if (self->items == NULL)
    return 0;
  return self->reader != NULL ? self->n_read : (guint) weir_value_get_length (self->items);
}

gboolean
swarm_source_is_at_end (SwarmSource *self)
{
  return self->reader == NULL || (!self->reading && weir_stream_reader_is_at_end (self->reader));
}

WeirValue *
swarm_source_get (SwarmSource *self, guint place)
{
  WeirValue *item;
  WeirBuilder *builder;

  if (self->reader != NULL)
    {
      item = g_hash_table_lookup (self->read, GUINT_TO_POINTER (place));
      return item != NULL ? weir_value_ref (item) : NULL;
    }
  if (self->items == NULL || place >= weir_value_get_length (self->items))
    return NULL;
  item = weir_value_get_item (self->items, place);
  if (weir_value_get_kind (self->items) != WEIR_VALUE_RECORD)
    return weir_value_ref (item);
  builder = weir_record_builder_new (2);
  weir_builder_set_take (builder, "key", weir_value_new_text (weir_value_get_key (self->items, place)));
  weir_builder_set (builder, "value", item);
  return weir_builder_end (builder);
}

void
swarm_source_drop (SwarmSource *self, guint place)
{
  if (self->read != NULL)
    g_hash_table_remove (self->read, GUINT_TO_POINTER (place));
}

static DexFuture *
read_cb (DexFuture *future, gpointer user_data)
{
  SwarmSource *self = user_data;
  GError *error = NULL;
  const GValue *value = dex_future_get_value (future, &error);
  WeirValue *items = value != NULL ? g_value_get_boxed (value) : NULL;

  self->reading = FALSE;
  for (gsize i = 0; items != NULL && i < weir_value_get_length (items); i++)
    g_hash_table_insert (self->read, GUINT_TO_POINTER (self->n_read++),
                         weir_value_ref (weir_value_get_item (items, i)));
  if (error == NULL && self->max_items > 0 && self->n_read > self->max_items)
    weir_set_failure (&error, "limit.iterations",
                      "Expected at most %" G_GINT64_FORMAT " items, but the stream has more", self->max_items);
  if (self->changed != NULL)
    self->changed (self->user_data, error);
  else
    g_clear_error (&error);
  return dex_future_new_true ();
}

void
swarm_source_read (SwarmSource *self)
{
  if (self->reader == NULL || self->reading || weir_stream_reader_is_at_end (self->reader))
    return;
  self->reading = TRUE;
  self->ref_count++;
  dex_future_disown (
    dex_future_finally (weir_stream_reader_next (self->reader), read_cb, self, (GDestroyNotify) swarm_source_unref));
}

gboolean
swarm_parse_priority (WeirValue *value, int *priority)
{
  static const struct
  {
    const char *name;
    int value;
  } levels[] = { { "high", 50 }, { "medium", 0 }, { "normal", 0 }, { "low", -50 } };
  double number;

  *priority = 0;
  if (weir_blocks_is_nothing (value))
    return TRUE;
  for (guint i = 0; weir_value_get_kind (value) == WEIR_VALUE_TEXT && i < G_N_ELEMENTS (levels); i++)
    if (g_ascii_strcasecmp (weir_value_get_text (value, NULL), levels[i].name) == 0)
      {
        *priority = levels[i].value;
        return TRUE;
      }
  if (!weir_blocks_get_number (value, &number) || isnan (number))
    return FALSE;
  *priority = (int) CLAMP (number, -100, 100);
  return TRUE;
}
