/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "entry.h"

typedef struct
{
  char *key;
  char *bucket;
  char *scope;
  WeirValue *fallback;
} StoreGet;

static const WeirField store_get_fields[] = { WEIR_ENTRY_FIELDS (StoreGet),
                                              WEIR_FIELD_VALUE (StoreGet,
                                                                fallback,
                                                                .title = N_("Otherwise"),
                                                                .summary = N_("When there is none, or not any more"),
                                                                .type = "any"),
                                              { 0 } };

static const WeirPort store_get_inputs[] = { { .name = "key", .type = "text", .title = N_("Key") }, { 0 } };
static const WeirPort store_get_outputs[] = { { .name = "value", .title = N_("Value") },
                                              { .name = "found", .type = "bool", .title = N_("Found") },
                                              { 0 } };

static const WeirExample store_get_examples[] = { { .title = N_("Nothing there yet"),
                                                    .config = "{\"key\": \"last_page\", \"fallback\": 1}",
                                                    .outputs = "{\"value\": 1, \"found\": false}" },
                                                  { 0 } };

typedef struct
{
  StoreGet *settings;
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
found_cb (DexFuture *future, gpointer user_data)
{
  Call *call = user_data;
  StoreGet *self = call->settings;
  WeirValue *value = g_value_get_boxed (dex_future_get_value (future, NULL));
  gboolean found = !weir_value_is_null (value);

  weir_step_emit (call->step, "value", found || self->fallback == NULL ? value : self->fallback);
  weir_step_emit_take (call->step, "found", weir_value_new_bool (found));
  return dex_future_new_true ();
}

static DexFuture *
store_get_run (gpointer settings, WeirStep *step)
{
  StoreGet *self = settings;
  Call *call = g_new (Call, 1);

  *call = (Call) { self, weir_step_ref (step) };
  return dex_future_then (weir_step_find_entry (step, self->scope, self->bucket, self->key), found_cb, call, call_free);
}

WEIR_DEFINE_BLOCK_KIND (data_store_get,
                        .id = "data.store_get",
                        .version = 1,
                        .title = N_("Get from Store"),
                        .summary = N_("Gives an entry that was kept by an earlier step or run"),
                        .keywords = "store key value read lookup remember database persistent bucket",
                        .category = N_("Data"),
                        .icon = "folder-download-symbolic",
                        .effect = WEIR_EFFECT_PURE,
                        .undo = WEIR_UNDO_NONE,
                        .inputs = store_get_inputs,
                        .outputs = store_get_outputs,
                        .fields = store_get_fields,
                        .settings_size = sizeof (StoreGet),
                        .examples = store_get_examples,
                        .summarize = weir_entry_summarize,
                        .run = store_get_run)
