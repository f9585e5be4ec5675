/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a block says of pools, keys and rates. */

#include "weir-expression.h"
#include "weir-validate-private.h"

#include <string.h>

/* A million in a day is the most and the least that whole numbers of 64 bits can count without loss. */
#define MAX_COUNT 1000000
#define MAX_PER_MS G_GINT64_CONSTANT (86400000)
#define LIMIT_NAME_MAX_BYTES 255

static gboolean
refuse_rate (WeirValue *value, GError **error)
{
  g_autofree char *text = weir_value_to_display (value, 60);

  g_set_error (error, WEIR_ERROR, WEIR_ERROR_INVALID,
               "Expected a rate like 10/s or 100 per 1m30s, of 1 to %d in at most a day, but got %s", MAX_COUNT, text);
  return FALSE;
}

/* "s" is "1s" */
static gboolean
parse_period (const char *text, gint64 *ms)
{
  g_autofree char *whole = g_ascii_isdigit (*text) ? g_strdup (text) : g_strconcat ("1", text, NULL);

  return weir_parse_duration (whole, ms, NULL);
}

static gboolean
parse_rate (const char *text, WeirRate *rate)
{
  char *rest;
  guint64 count = g_ascii_strtoull (text, &rest, 10);

  if (rest == text || !g_ascii_isdigit (text[0]) || count > MAX_COUNT)
    return FALSE;
  while (*rest == ' ')
    rest++;
  if (*rest == '/')
    rest++;
  else if (g_str_has_prefix (rest, "per "))
    rest += 4;
  else
    return FALSE;
  while (*rest == ' ')
    rest++;
  rate->count = count;
  rate->burst = count;
  return *rest != '\0' && parse_period (rest, &rate->per_ms);
}

static gboolean
read_rate (WeirValue *record, WeirRate *rate)
{
  gint64 count = weir_value_get_member_int (record, "count", 0);
  gint64 burst = weir_value_get_member_int (record, "burst", count);
  WeirValue *per = weir_value_find_member (record, "per");

  if (count < 0 || count > MAX_COUNT || burst < 1 || burst > MAX_COUNT)
    return FALSE;
  rate->count = count;
  rate->burst = burst;
  rate->per_ms = 1000;
  return per == NULL || weir_duration_from_value (per, &rate->per_ms);
}

/**
 * weir_rate_from_value:
 * @value: a text like "10/s", or a record {count, per, burst}; null is no limit
 * @rate: (out caller-allocates): the rate
 * @error: where to put %WEIR_ERROR_INVALID
 *
 * Returns: whether it is a rate
 */
gboolean
weir_rate_from_value (WeirValue *value, WeirRate *rate, GError **error)
{
  gboolean good = FALSE;

  *rate = (WeirRate) { 0 };
  if (weir_value_is_null (value))
    return TRUE;
  if (weir_value_get_kind (value) == WEIR_VALUE_TEXT)
    good = parse_rate (weir_value_get_text (value, NULL), rate);
  else if (weir_value_get_kind (value) == WEIR_VALUE_RECORD)
    good = read_rate (value, rate);
  if (good && rate->count >= 1 && rate->per_ms >= 1 && rate->per_ms <= MAX_PER_MS)
    return TRUE;
  *rate = (WeirRate) { 0 };
  return refuse_rate (value, error);
}

/**
 * weir_rate_to_value:
 * @self: a rate
 *
 * Returns: (transfer full): a record {count, per, burst}, `per` in ms; null when there is no limit
 */
WeirValue *
weir_rate_to_value (const WeirRate *self)
{
  WeirBuilder *record;

  if (self->count == 0)
    return weir_value_new_null ();
  record = weir_record_builder_new (3);
  weir_builder_set_take (record, "count", weir_value_new_int (self->count));
  weir_builder_set_take (record, "per", weir_value_new_int (self->per_ms));
  weir_builder_set_take (record, "burst", weir_value_new_int (self->burst));
  return weir_builder_end (record);
}

static void
read_key (WeirBlockLimits *self, WeirValue *value)
{
  self->per_key = 1;
  if (weir_value_get_kind (value) == WEIR_VALUE_TEXT)
    {
      self->key = g_strdup (weir_value_get_text (value, NULL));
      return;
    }
  if (weir_value_get_kind (value) != WEIR_VALUE_RECORD)
    return;
  self->key = g_strdup (weir_value_get_member_text (value, "value", NULL));
  self->key_name = g_strdup (weir_value_get_member_text (value, "name", NULL));
  self->per_key = CLAMP (weir_value_get_member_int (value, "at_once", 1), 1, 100000);
}

/* What a block record says; NULL if nothing. What is not as it should be counts as left out. */
WeirBlockLimits *
weir_block_limits_new (WeirValue *record)
{
  WeirValue *key = weir_value_find_member (record, "key");
  WeirValue *rate = weir_value_find_member (record, "rate");
  const char *pool = weir_value_get_member_text (record, "pool", NULL);
  WeirBlockLimits *self;

  if (key == NULL && rate == NULL && pool == NULL)
    return NULL;
  self = g_new0 (WeirBlockLimits, 1);
  self->pool = pool != NULL && pool[0] != '\0' ? g_strdup (pool) : NULL;
  if (key != NULL)
    read_key (self, key);
  if (rate != NULL)
    weir_rate_from_value (rate, &self->rate, NULL);
  return self;
}

void
weir_block_limits_free (WeirBlockLimits *self)
{
  if (self == NULL)
    return;
  g_free (self->pool);
  g_free (self->key);
  g_free (self->key_name);
  g_free (self);
}

/**
 * weir_limit_name_check:
 * @name: of a pool, a key or a rate, UTF-8
 * @error: where to put %WEIR_ERROR_INVALID
 *
 * Names stand in reasons, tables and lines of the log, which a line end or an escape sequence would take apart.
 *
 * Returns: whether something may have that name
 */
gboolean
weir_limit_name_check (const char *name, GError **error)
{
  g_autofree char *shown = NULL;

  if (name[0] == '\0' || strlen (name) > LIMIT_NAME_MAX_BYTES)
    {
      g_set_error (error, WEIR_ERROR, WEIR_ERROR_INVALID,
                   "Expected a name of 1 to %d bytes, got %" G_GSIZE_FORMAT " bytes", LIMIT_NAME_MAX_BYTES,
                   strlen (name));
      return FALSE;
    }
  for (const char *c = name; *c != '\0'; c = g_utf8_next_char (c))
    if (g_unichar_iscntrl (g_utf8_get_char (c)))
      {
        shown = g_strescape (name, NULL);
        g_set_error (error, WEIR_ERROR, WEIR_ERROR_INVALID, "Expected a name without control characters, got \"%s\"",
                     shown);
        return FALSE;
      }
  return TRUE;
}

static void
report (WeirValidation *self, WeirBlock *block, const char *code, const char *field, const char *message)
{
  weir_validation_add (self, WEIR_SEVERITY_ERROR, code, block, NULL, field, block->line, block->column, "%s", message);
}

static void
check_key (WeirValidation *self, WeirBlock *block, WeirValue *key)
{
  const WeirBlockLimits *limits = block->data->limits;
  const char *source = limits != NULL ? limits->key : NULL;
  g_autoptr(WeirExpression) expression = NULL;
  g_autoptr(GError) error = NULL;

  if (source == NULL)
    {
      report (self, block, "key.invalid", "key",
              "Expected an expression that gives the key, or a record {value, at_once, name}");
      return;
    }
  if (source[0] == '=')
    expression = weir_expression_compile (source + 1, &error);
  else
    expression = weir_template_compile (source, &error);
  if (expression == NULL || (limits->key_name != NULL && !weir_limit_name_check (limits->key_name, &error)))
    report (self, block, "key.invalid", "key", error->message);
}

/* Part of weir_validation_check_block (). */
void
weir_validation_check_limits (WeirValidation *self, WeirBlock *block)
{
  WeirValue *key = weir_value_find_member (block->data->record, "key");
  WeirValue *rate = weir_value_find_member (block->data->record, "rate");
  const WeirBlockKind *kind = weir_block_get_kind (block);
  const char *pool = block->data->limits != NULL ? block->data->limits->pool : NULL;
  g_autoptr(GError) error = NULL;
  WeirRate read;

  if (pool != NULL && pool[0] != '\0' && !weir_limit_name_check (pool, &error))
    report (self, block, "pool.invalid", "pool", error->message);
  g_clear_error (&error);
  if (key != NULL)
    check_key (self, block, key);
  if (rate != NULL && !weir_rate_from_value (rate, &read, &error))
    report (self, block, "rate.invalid", "rate", error->message);
  if (block->data->limits != NULL && kind != NULL && (kind->eval != NULL || kind->has_body))
    weir_validation_add (self, WEIR_SEVERITY_WARNING, "limits.unused", block, NULL, NULL, block->line, block->column,
                         kind->has_body
                           ? "%s only runs what is inside it: pool, key and rate belong to the blocks there"
                           : "%s is computed at once and waits for nothing: its pool, key and rate do nothing",
                         kind->title);
}
