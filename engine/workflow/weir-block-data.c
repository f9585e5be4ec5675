/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "weir-workflow-private.h"

#include <string.h>

static const char *const join_names[] = { "all", "any", "first", "n", "latest" };

gboolean
weir_join_from_value (WeirValue *value, WeirJoin *join, guint *n)
{
  if (weir_value_get_kind (value) == WEIR_VALUE_RECORD)
    {
      gint64 count = weir_value_get_member_int (value, "n", 0);

      if (count < 1 || count > G_MAXINT || weir_value_get_length (value) != 1)
        return FALSE;
      *join = WEIR_JOIN_N_OF_M;
      *n = count;
      return TRUE;
    }
  if (weir_value_get_kind (value) != WEIR_VALUE_TEXT)
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (join_names); i++)
    if (i != WEIR_JOIN_N_OF_M && g_str_equal (weir_value_get_text (value, NULL), join_names[i]))
      {
        *join = i;
        *n = 0;
        return TRUE;
      }
  return FALSE;
}

WeirValue *
weir_join_to_value (WeirJoin join, guint n)
{
  const char *keys[] = { "n" };
  g_autoptr(WeirValue) count = NULL;

  g_return_val_if_fail (join < G_N_ELEMENTS (join_names), NULL);
  if (join != WEIR_JOIN_N_OF_M)
    return weir_value_new_text (join_names[join]);
  count = weir_value_new_int (n);
  return weir_value_new_record (keys, &count, 1);
}

/* A length of time as in the file: 1500, "1m30s". */
gboolean
weir_duration_from_value (WeirValue *value, gint64 *ms)
{
  switch (weir_value_get_kind (value))
    {
    case WEIR_VALUE_INT:
      *ms = weir_value_get_int (value);
      return TRUE;
    case WEIR_VALUE_NUMBER:
      if (!(weir_value_get_number (value) >= 0 && weir_value_get_number (value) < 1e15))
        return FALSE;
      *ms = (gint64) weir_value_get_number (value);
      return TRUE;
    case WEIR_VALUE_TEXT:
      return weir_parse_duration (weir_value_get_text (value, NULL), ms, NULL);
    default:
      return FALSE;
    }
}

WeirValue *
weir_duration_to_value (gint64 ms)
{
  g_autofree char *text = NULL;
  gint64 back;

  if (ms <= 0 || ms > G_MAXINT64 / 1000)
    return weir_value_new_int (ms);
  text = weir_format_duration (ms * 1000);
  /* what is for reading ("about 2 h") may have lost something */
  if (weir_parse_duration (text, &back, NULL) && back == ms)
    return weir_value_new_text (text);
  return weir_value_new_int (ms);
}

static double
get_number (WeirValue *record, const char *key, double fallback)
{
  WeirValue *value = weir_value_find_member (record, key);

  if (value == NULL)
    return fallback;
  return weir_value_get_kind (value) == WEIR_VALUE_INT || weir_value_get_kind (value) == WEIR_VALUE_NUMBER
           ? weir_value_get_number (value) : fallback;
}

static gint64
get_ms (WeirValue *record, const char *key, gint64 fallback)
{
  WeirValue *value = weir_value_find_member (record, key);
  gint64 ms;

  return value != NULL && weir_duration_from_value (value, &ms) ? ms : fallback;
}

/* `on` may be a list of classes. */
static char *
dup_classes (WeirValue *value)
{
  g_autoptr(GPtrArray) words = NULL;

  if (value == NULL || weir_value_is_null (value))
    return NULL;
  if (weir_value_get_kind (value) == WEIR_VALUE_TEXT)
    return g_strdup (weir_value_get_text (value, NULL));
  if (weir_value_get_kind (value) != WEIR_VALUE_LIST)
    return NULL;
  words = g_ptr_array_new_with_free_func (g_free);
  for (gsize i = 0; i < weir_value_get_length (value); i++)
    g_ptr_array_add (words, weir_value_to_display (weir_value_get_item (value, i), 0));
  g_ptr_array_add (words, NULL);
  return g_strjoinv (",", (char **) words->pdata);
}

static void
read_reliability (WeirReliability *self, WeirValue *record)
{
  WeirValue *retry = weir_value_find_member (record, "retry");

  self->timeout_ms = get_ms (record, "timeout", -1);
  self->on_error = g_str_equal (weir_value_get_member_text (record, "on_error", "stop"), "continue") ? WEIR_ON_ERROR_CONTINUE
                                                                                                    : WEIR_ON_ERROR_STOP;
  self->attempts = 1;
  self->retry_first_ms = 1000;
  self->retry_factor = 2;
  self->retry_cap_ms = 30000;
  self->retry_jitter = 0.1;
  if (retry == NULL)
    return;
  self->attempts = CLAMP (weir_value_get_member_int (retry, "attempts", 1), 1, 100);
  self->retry_first_ms = MAX (0, get_ms (retry, "first", 1000));
  self->retry_factor = MAX (1, get_number (retry, "factor", 2));
  self->retry_cap_ms = MAX (0, get_ms (retry, "cap", 30000));
  self->retry_jitter = CLAMP (get_number (retry, "jitter", 0.1), 0, 1);
  self->retry_on = dup_classes (weir_value_find_member (retry, "on"));
}

int
weir_priority_from_record (WeirValue *record)
{
  const char *word = weir_value_get_member_text (record, "priority", NULL);

  if (g_strcmp0 (word, "high") == 0)
    return 50;
  if (g_strcmp0 (word, "low") == 0)
    return -50;
  return CLAMP (weir_value_get_member_int (record, "priority", 0), -100, 100);
}

/* @record: (transfer none): a block as in the file. What is not as it should be counts as left out. */
WeirBlockData *
weir_block_data_new (WeirValue *record)
{
  WeirBlockData *self = g_new0 (WeirBlockData, 1);
  WeirValue *config = weir_value_find_member (record, "config");
  WeirValue *join = weir_value_find_member (record, "join");
  WeirValue *cache = weir_value_find_member (record, "cache");

  self->ref_count = 1;
  self->record = weir_value_ref (record);
  self->kind_id = g_intern_string (weir_value_get_member_text (record, "kind", ""));
  self->label = weir_value_get_member_text (record, "label", NULL);
  self->note = weir_value_get_member_text (record, "note", NULL);
  self->config = config != NULL && weir_value_get_kind (config) == WEIR_VALUE_RECORD
                   ? weir_value_ref (config) : weir_value_new_record (NULL, NULL, 0);
  self->join = join != NULL && weir_value_get_kind (join) == WEIR_VALUE_RECORD ? join : NULL;
  self->enabled = weir_value_get_member_bool (record, "enabled", TRUE);
  self->concurrency = CLAMP (weir_value_get_member_int (record, "concurrency", 0), 0, G_MAXINT);
  self->priority = weir_priority_from_record (record);
  self->limits = weir_block_limits_new (record);
  if (cache != NULL && !weir_cache_from_value (cache, &self->cache_ms))
    self->cache_ms = 0;
  read_reliability (&self->reliability, record);
  return self;
}

WeirBlockData *
weir_block_data_ref (WeirBlockData *self)
{
  self->ref_count++;
  return self;
}

void
weir_block_data_unref (WeirBlockData *self)
{
  if (--self->ref_count > 0)
    return;
  weir_value_unref (self->record);
  weir_value_unref (self->config);
  g_free (self->reliability.retry_on);
  weir_block_limits_free (self->limits);
  g_free (self);
}
