/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "entry.h"

typedef struct
{
  char *key;
  WeirValue *value;
  char *bucket;
  char *scope;
  gint64 ttl;
  gboolean if_absent;
} StorePut;

static const WeirField store_put_fields[] = {
  WEIR_ENTRY_FIELDS (StorePut),
  WEIR_FIELD_VALUE (StorePut, value, .title = N_("Value"), .type = "any"),
  WEIR_FIELD_DURATION (
    StorePut, ttl, .title = N_("Kept for"), .summary = N_("0: for ever"), .maximum = 3153600000000),
  WEIR_FIELD_BOOL (
    StorePut, if_absent, .title = N_("Only if there is none"), .summary = N_("What is there already is left alone")),
  { 0 }
};

static const WeirPort store_put_inputs[] = { { .name = "value", .title = N_("Value") },
                                             { .name = "key", .type = "text", .title = N_("Key") },
                                             { 0 } };
static const WeirPort store_put_outputs[] = {
  { .name = "value", .title = N_("Value"), .summary = N_("What is there now") },
  { .name = "old", .title = N_("Old"), .summary = N_("What was there before") },
  { .name = "stored", .type = "bool", .title = N_("Stored"), .summary = N_("Whether this value was put there") },
  { 0 }
};
static const char *const store_put_errors[] = { "input.missing", NULL };

static const WeirExample store_put_examples[] = {
  { .title = N_("Kept"),
    .config = "{\"key\": \"last_page\"}",
    .inputs = "{\"value\": 7}",
    .outputs = "{\"value\": 7, \"old\": null, \"stored\": true}" },
  { .title = N_("The first one stays, for a day"),
    .config = "{\"key\": \"seen\", \"bucket\": \"mails\", \"if_absent\": true, \"ttl\": 86400000, \"value\": true}",
    .outputs = "{\"value\": true, \"old\": null, \"stored\": true}" },
  { .title = N_("Nothing cannot be kept"), .config = "{\"key\": \"seen\"}", .error = "input.missing" },
  { 0 }
};

typedef struct
{
  StorePut *settings;
  WeirStep *step;
} Call;

static void
call_free (gpointer data)
{
  Call *call = data;

  weir_step_unref (call->step);
  g_free (call);
}

static DexFuture *
put_cb (DexFuture *future, gpointer user_data)
{
  Call *call = user_data;
  WeirValue *old = g_value_get_boxed (dex_future_get_value (future, NULL));
  gboolean stored = !call->settings->if_absent || weir_value_is_null (old);

  weir_step_emit (call->step, "value", stored ? call->settings->value : old);
  weir_step_emit (call->step, "old", old);
  weir_step_emit_take (call->step, "stored", weir_value_new_bool (stored));
  return dex_future_new_true ();
}

static DexFuture *
store_put_run (gpointer settings, WeirStep *step)
{
  StorePut *self = settings;
  GError *error = NULL;
  Call *call;

  if (self->value == NULL || weir_value_is_null (self->value))
    {
      weir_set_failure (&error, "input.missing", "Expected a value to keep under “%s”, but there is none", self->key);
      return dex_future_new_for_error (error);
    }
  call = g_new (Call, 1);
  *call = (Call) { self, weir_step_ref (step) };
  return dex_future_then (
    weir_step_put_entry (step, self->scope, self->bucket, self->key, self->value, self->ttl, self->if_absent), put_cb,
    call, call_free);
}

WEIR_DEFINE_BLOCK_KIND (data_store_put,
                        .id = "data.store_put",
                        .version = 1,
                        .title = N_("Put into Store"),
                        .summary = N_("Keeps an entry for later steps and runs"),
                        .keywords = "store key value write save remember database persistent bucket seen dedupe",
                        .category = N_("Data"),
                        .icon = "folder-symbolic",
                        .effect = WEIR_EFFECT_IDEMPOTENT,
                        .undo = WEIR_UNDO_EXACT,
                        .inputs = store_put_inputs,
                        .outputs = store_put_outputs,
                        .fields = store_put_fields,
                        .settings_size = sizeof (StorePut),
                        .errors = store_put_errors,
                        .examples = store_put_examples,
                        .summarize = weir_entry_summarize,
                        .run = store_put_run)
