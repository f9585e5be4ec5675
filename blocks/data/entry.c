/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "entry.h"

const char *const weir_entry_scope_ids[] = { "workflow", "all", NULL };
const char *const weir_entry_scope_titles[] = { N_("This workflow"), N_("All workflows"), NULL };

char *
weir_entry_summarize (WeirValue *config)
{
  const char *key = weir_value_get_member_text (config, "key", NULL);
  const char *bucket = weir_value_get_member_text (config, "bucket", "default");

  if (key == NULL)
    return NULL;
  return g_str_equal (bucket, "default") ? g_strdup (key) : g_strdup_printf ("%s / %s", bucket, key);
}
