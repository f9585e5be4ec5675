/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "entry.h"

typedef struct
{
  char *key;
  char *bucket;
  char *scope;
} StoreDelete;

static const WeirField store_delete_fields[] = { WEIR_ENTRY_FIELDS (StoreDelete), { 0 } };

static const WeirPort store_delete_inputs[] = { { .name = "key", .type = "text", .title = N_("Key") }, { 0 } };
static const WeirPort store_delete_outputs[] = {
  { .name = "old", .title = N_("Old"), .summary = N_("What was there") },
  { .name = "deleted", .type = "bool", .title = N_("Deleted"), .summary = N_("Whether there was one") },
  { 0 }
};

static const WeirExample store_delete_examples[] = { { .title = N_("Nothing there"),
                                                       .config = "{\"key\": \"last_page\"}",
                                                       .outputs = "{\"old\": null, \"deleted\": false}" },
                                                     { 0 } };

static DexFuture *
deleted_cb (DexFuture *future, gpointer user_data)
{
  WeirStep *step = user_data;
  WeirValue *old = g_value_get_boxed (dex_future_get_value (future, NULL));

  weir_step_emit (step, "old", old);
  weir_step_emit_take (step, "deleted", weir_value_new_bool (!weir_value_is_null (old)));
  return dex_future_new_true ();
}

static DexFuture *
store_delete_run (gpointer settings, WeirStep *step)
{
  StoreDelete *self = settings;

  return dex_future_then (weir_step_put_entry (step, self->scope, self->bucket, self->key, NULL, 0, FALSE), deleted_cb,
                          weir_step_ref (step), (GDestroyNotify) weir_step_unref);
}

WEIR_DEFINE_BLOCK_KIND (data_store_delete,
                        .id = "data.store_delete",
                        .version = 1,
                        .title = N_("Delete from Store"),
                        .summary = N_("Forgets an entry of the store"),
                        .keywords = "store key value remove delete forget clear bucket",
                        .category = N_("Data"),
                        .icon = "user-trash-symbolic",
                        .effect = WEIR_EFFECT_IDEMPOTENT,
                        .undo = WEIR_UNDO_EXACT,
                        .inputs = store_delete_inputs,
                        .outputs = store_delete_outputs,
                        .fields = store_delete_fields,
                        .settings_size = sizeof (StoreDelete),
                        .examples = store_delete_examples,
                        .summarize = weir_entry_summarize,
                        .run = store_delete_run)
