/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Whether what a block gives is kept: `cache: off`, `auto`, or a length of time. */

#include "weir-validate-private.h"
#include "weir-workflow-private.h"

gboolean
weir_cache_from_value (WeirValue *value, gint64 *ms)
{
  const char *word = weir_value_get_kind (value) == WEIR_VALUE_TEXT ? weir_value_get_text (value, NULL) : "";

  *ms = 0;
  if (g_str_equal (word, "off"))
    return TRUE;
  if (g_str_equal (word, "auto"))
    {
      *ms = WEIR_CACHE_AUTO;
      return TRUE;
    }
  return weir_duration_from_value (value, ms) && *ms >= 0;
}

void
weir_validation_check_cache (WeirValidation *self, WeirBlock *block, const WeirBlockKind *kind)
{
  WeirValue *value = weir_value_find_member (block->data->record, "cache");
  WeirEffectClass effect = kind->get_effect != NULL ? kind->get_effect (block->data->config) : kind->effect;
  gint64 ms;

  if (value == NULL)
    return;
  if (!weir_cache_from_value (value, &ms))
    weir_validation_add (self, WEIR_SEVERITY_ERROR, "cache.invalid", block, NULL, NULL, block->line, block->column,
                         "cache: Expected off, auto, or a length of time like 10m");
  else if (ms != 0 && kind->has_body)
    weir_validation_add (self, WEIR_SEVERITY_WARNING, "cache.unused", block, NULL, NULL, block->line, block->column,
                         "What %s gives is not kept: it depends on what is inside", kind->title);
  else if (ms != 0 && (effect == WEIR_EFFECT_ONCE || (ms < 0 && effect != WEIR_EFFECT_PURE)))
    weir_validation_add (self, WEIR_SEVERITY_WARNING, "cache.unused", block, NULL, NULL, block->line, block->column,
                         "What %s gives is not kept: it changes something", kind->title);
}
