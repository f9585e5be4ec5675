/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "values.h"

typedef struct
{
  WeirValue *key;
  gint64 ttl;
  char *scope;
  gboolean refresh;
} Cache;

static const char *const scope_ids[] = { "workflow", "all", NULL };
static const char *const scope_titles[] = { N_("This block of this workflow"), N_("All workflows, by key"), NULL };

static const WeirField cache_fields[] = {
  WEIR_FIELD_VALUE (Cache,
                    key,
                    .title = N_("Key"),
                    .summary = N_("The same key gives the same result; seen inside as key"),
                    .type = "any"),
  WEIR_FIELD_DURATION (
    Cache, ttl, .title = N_("Kept for"), .summary = N_("0: for ever"), .initial = 3600000, .maximum = 3153600000000),
  WEIR_FIELD_CHOICE (Cache,
                     scope,
                     .title = N_("Shared by"),
                     .choices = scope_ids,
                     .choice_titles = scope_titles,
                     .initial_text = "workflow",
                     .advanced = TRUE),
  WEIR_FIELD_BOOL (Cache,
                   refresh,
                   .title = N_("Refresh"),
                   .summary = N_("Runs what is inside in any case, and keeps the result"),
                   .advanced = TRUE),
  { 0 }
};

static const WeirPort cache_inputs[] = { { .name = "key", .title = N_("Key") }, { 0 } };
static const WeirPort cache_outputs[] = {
  { .name = "value", .title = N_("Value"), .summary = N_("The result of what is inside, now or then") },
  { .name = "hit", .type = "bool", .title = N_("Hit"), .summary = N_("Whether it was known") },
  { 0 }
};

static const WeirExample cache_examples[] = {
  { .title = N_("The first time"),
    .config = "{}",
    .inputs = "{\"key\": 3}",
    .body = "blocks:\n  twice: { kind: debug.noop, config: { value: \"=key * 2\" } }\n",
    .outputs = "{\"value\": 6, \"hit\": false}" },
  { 0 }
};

/* Keys are values of any size; what is kept is under their hash. */
static char *
make_key (WeirValue *key)
{
  g_autofree char *text = weir_json_write (key, 0, NULL);

  return g_compute_checksum_for_string (G_CHECKSUM_SHA256, text != NULL ? text : "", -1);
}

static WeirValue *
describe (WeirStep *step, WeirValue *value)
{
  WeirBuilder *record = weir_record_builder_new (2);

  weir_builder_set (record, "value", value);
  weir_builder_set_take (record, "run", weir_value_new_text (weir_step_get_run_id (step)));
  return weir_builder_end (record);
}

static gboolean
cache_fiber (gpointer settings, WeirStep *step, GError **error)
{
  Cache *self = settings;
  const char *scope = g_str_equal (self->scope, "all") ? "all" : "block";
  g_autoptr(WeirValue) key = self->key != NULL ? weir_value_ref (self->key) : weir_value_new_null ();
  const char *local = "key";
  g_autoptr(WeirValue) locals = weir_value_new_record (&local, &key, 1);
  g_autofree char *name = make_key (key);
  g_autoptr(WeirValue) known = dex_await_boxed (weir_step_load_state (step, scope, name), error);
  g_autoptr(WeirValue) result = NULL;
  g_autoptr(WeirValue) record = NULL;

  if (known == NULL)
    return FALSE;
  if (!self->refresh && !weir_value_is_null (known))
    {
      weir_step_log (step, WEIR_LOG_INFO, "Known from run %s", weir_value_get_member_text (known, "run", "?"));
      weir_step_emit (step, "value", weir_value_find_member (known, "value"));
      weir_step_emit_take (step, "hit", weir_value_new_bool (TRUE));
      return TRUE;
    }
  result = dex_await_boxed (weir_step_run_body (step, "0", locals), error);
  if (result == NULL)
    return FALSE;
  record = describe (step, result);
  weir_step_save_state (step, scope, name, record, self->ttl);
  weir_step_emit (step, "value", result);
  weir_step_emit_take (step, "hit", weir_value_new_bool (FALSE));
  return TRUE;
}

static DexFuture *
cache_run (gpointer settings, WeirStep *step)
{
  return weir_step_spawn (step, settings, cache_fiber);
}

WEIR_DEFINE_BLOCK_KIND (flow_cache,
                        .id = "flow.cache",
                        .version = 1,
                        .title = N_("Cache"),
                        .summary = N_("Runs what is inside it only when its result is not known yet"),
                        .keywords = "cache remember memoize result reuse once ttl",
                        .category = N_("Flow"),
                        .icon = "document-open-recent-symbolic",
                        .effect = WEIR_EFFECT_PURE,
                        .undo = WEIR_UNDO_NONE,
                        .inputs = cache_inputs,
                        .outputs = cache_outputs,
                        .fields = cache_fields,
                        .settings_size = sizeof (Cache),
                        .examples = cache_examples,
                        .has_body = TRUE,
                        .run = cache_run)
