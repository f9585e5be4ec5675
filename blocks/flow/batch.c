/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "values.h"

typedef struct
{
  WeirValue *items;
  gint64     size;
  gint64     max_wait;
} Batch;

static const WeirField batch_fields[] = {
  WEIR_FIELD_INT (Batch, size, .title = N_("Size"), .summary = N_("Items in each; the last has what is left"),
                  .initial = 100, .minimum = 1, .maximum = 1000000),
  WEIR_FIELD_DURATION (Batch, max_wait, .title = N_("Wait at most"),
                       .summary = N_("Of items that come one by one: so long after the first, what there is goes on; 0: for ever"),
                       .initial = 1000, .maximum = 31536000000),
  WEIR_FIELD_VALUE (Batch, items, .title = N_("Items"), .type = "any"),
  { 0 }
};

static const WeirPort batch_inputs[] = { { .name = "items", .title = N_("Items") }, { 0 } };
static const WeirPort batch_outputs[] = {
  { .name = "batch", .type = "list<any>", .title = N_("Batch"), .summary = N_("Of items that come one by one") },
  { .name = "batches", .type = "list<list<any>>", .title = N_("Batches") },
  { 0 }
};

static const char *const batch_errors[] = { "input.type", "input.missing", NULL };

static const WeirExample batch_examples[] = {
  { .title = N_("Two at a time"), .config = "{\"size\": 2}", .inputs = "{\"items\": [1, 2, 3]}",
    .outputs = "{\"batches\": [[1, 2], [3]]}" },
  { .title = N_("A number is no list"), .config = "{}", .inputs = "{\"items\": 3}", .error = "input.type" },
  { 0 }
};

static void
batch_list_ports (WeirValue *config, WeirPortList *ports)
{
  WeirPort item = { .name = "item", .title = N_("Item"), .summary = N_("One by one, in place of a list"), .join = WEIR_JOIN_GATHER };

  item.n = (guint) CLAMP (weir_value_get_member_int (config, "size", 100), 1, 1000000);
  weir_port_list_add_input (ports, &item);
  weir_port_list_set_patience (ports, weir_blocks_get_duration (config, "max_wait", 1000), 0);
}

static char *
batch_check (WeirValue *config)
{
  return weir_blocks_get_duration (config, "max_wait", 1000) < 0
           ? g_strdup ("How long it waits is known before it runs: expected a time such as 5s, not an expression")
           : NULL;
}

static gboolean
batch_eval (gpointer settings, WeirStep *step, GError **error)
{
  Batch *self = settings;
  gsize size = (gsize) self->size;
  WeirBuilder *batches;
  WeirValue *gathered = weir_step_get_input (step, "item");
  gsize n;

  if (gathered != NULL && weir_blocks_is_nothing (self->items))
    {
      weir_step_emit (step, "batch", gathered);
      return TRUE;
    }
  if (weir_blocks_is_nothing (self->items))
    {
      weir_set_failure (error, "input.missing", "Expected a list, but nothing came");
      return FALSE;
    }
  if (weir_value_get_kind (self->items) != WEIR_VALUE_LIST && weir_value_get_kind (self->items) != WEIR_VALUE_TABLE)
    {
      weir_set_failure (error, "input.type", "Expected a list or table, but there is %s",
                        weir_value_get_kind_name (self->items));
      return FALSE;
    }
  n = weir_value_get_length (self->items);
  batches = weir_list_builder_new (n / size + 1);
  for (gsize first = 0; first < n; first += size)
    {
      WeirBuilder *batch = weir_list_builder_new (MIN (size, n - first));

      for (gsize i = first; i < MIN (first + size, n); i++)
        weir_builder_add (batch, weir_value_get_item (self->items, i));
      weir_builder_take (batches, weir_builder_end (batch));
    }
  weir_step_emit_take (step, "batches", weir_builder_end (batches));
  return TRUE;
}

WEIR_DEFINE_BLOCK_KIND (flow_batch, .id = "flow.batch", .version = 1, .title = N_("Batch"),
                        .summary = N_("Groups items into lists of so many"),
                        .keywords = "chunk group page slice bulk window",
                        .category = N_("Flow"), .icon = "view-list-symbolic",
                        .effect = WEIR_EFFECT_PURE, .undo = WEIR_UNDO_NONE, .inputs = batch_inputs,
                        .outputs = batch_outputs, .fields = batch_fields, .settings_size = sizeof (Batch),
                        .errors = batch_errors, .list_ports = batch_list_ports, .check = batch_check, .examples = batch_examples, .eval = batch_eval)
