/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "values.h"

typedef struct
{
  WeirValue *ways;
  WeirValue *sticky_key;
  char      *seed;
} AbSplit;

#define TWO_HALVES "[{\"label\": \"a\", \"weight\": 50}, {\"label\": \"b\", \"weight\": 50}]"

static const WeirField ab_split_fields[] = {
  WEIR_FIELD_VALUE (AbSplit, ways, .title = N_("Ways"), .summary = N_("Each has an output named after its label"),
                    .type = "list<record{label?: text, weight?: number}>", .initial_text = TWO_HALVES,
                    .required = TRUE, .rows = "way"),
  WEIR_FIELD_VALUE (AbSplit, sticky_key, .title = N_("Sticky key"),
                    .summary = N_("What has the same key goes the same way every time: a user, a path"),
                    .type = "any"),
  WEIR_FIELD_TEXT (AbSplit, seed, .title = N_("Seed"),
                   .summary = N_("Another seed draws other ways. With a seed and no key the value itself is the key; "
                                 "with neither each firing draws anew"),
                   .advanced = TRUE),
  { 0 }
};

static const WeirPort ab_split_inputs[] = {
  { .name = "value", .title = N_("Value"), .summary = N_("What is let through") },
  { 0 }
};

static const char *const ab_split_errors[] = { "config.invalid", NULL };

static const WeirExample ab_split_examples[] = {
  { .title = N_("All one way"),
    .config = "{\"ways\": [{\"label\": \"New\", \"weight\": 1}, {\"label\": \"Old\", \"weight\": 0}]}",
    .inputs = "{\"value\": 7}", .outputs = "{\"new\": 7}" },
  { .title = N_("The same user goes the same way"), .config = "{\"sticky_key\": \"=value.user\", \"seed\": \"1\"}",
    .inputs = "{\"value\": {\"user\": \"ann\"}}", .outputs = "{\"b\": {\"user\": \"ann\"}}" },
  { 0 }
};

static gsize
count_ways (WeirValue *ways)
{
  return ways != NULL && weir_value_get_kind (ways) == WEIR_VALUE_LIST ? weir_value_get_length (ways) : 0;
}

static char *
make_way_port (WeirValue *ways, gsize index)
{
  WeirValue *row = weir_value_get_item (ways, index);
  g_autofree char *place = g_strdup_printf ("way%" G_GSIZE_FORMAT, index + 1);
  g_autofree char *id = weir_blocks_make_port_name (weir_value_get_member_text (row, "id", NULL), place);

  return weir_blocks_make_port_name (weir_value_get_member_text (row, "label", NULL), id);
}

static double
get_weight (WeirValue *ways, gsize index)
{
  WeirValue *weight = weir_value_find_member (weir_value_get_item (ways, index), "weight");
  double number = 1;

  if (weight != NULL && !weir_blocks_get_number (weight, &number))
    return 0;
  return MAX (number, 0);
}

static void
ab_split_list_ports (WeirValue *config, WeirPortList *ports)
{
  WeirValue *given = weir_value_find_member (config, "ways");
  g_autoptr(WeirValue) ways = given != NULL ? weir_value_ref (given) : weir_json_parse (TWO_HALVES, -1, NULL);

  for (gsize i = 0; i < count_ways (ways); i++)
    {
      g_autofree char *name = make_way_port (ways, i);
      WeirPort port = { .name = name, .row = (guint) i + 1,
                        .title = weir_value_get_member_text (weir_value_get_item (ways, i), "label", NULL) };

      weir_port_list_add_output (ports, &port);
    }
}

/* What the draw hangs on. */
static char *
dup_key (AbSplit *self, WeirStep *step, WeirValue *value)
{
  if (!weir_blocks_is_nothing (self->sticky_key))
    return weir_blocks_to_text (self->sticky_key);
  if (!weir_blocks_is_blank (self->seed))
    return weir_blocks_to_text (value);
  return g_strdup (weir_step_get_idempotency_key (step));
}

static gboolean
ab_split_eval (gpointer settings, WeirStep *step, GError **error)
{
  AbSplit *self = settings;
  WeirValue *input = weir_step_get_input (step, "value");
  g_autoptr(WeirValue) value = input != NULL ? weir_value_ref (input) : weir_value_new_null ();
  g_autofree char *key = dup_key (self, step, value);
  double total = 0;
  double drawn;

  for (gsize i = 0; i < count_ways (self->ways); i++)
    total += get_weight (self->ways, i);
  if (total <= 0)
    {
      weir_set_failure (error, "config.invalid", "Expected at least one way with a weight above 0, but there is none");
      return FALSE;
    }

  drawn = weir_blocks_hash_fraction (key, self->seed != NULL ? self->seed : "") * total;
  for (gsize i = 0; i < count_ways (self->ways); i++)
    {
      double weight = get_weight (self->ways, i);

      if (drawn < weight)
        {
          g_autofree char *port = make_way_port (self->ways, i);

          weir_step_emit (step, port, value);
          weir_step_log (step, WEIR_LOG_DEBUG, "Goes %s", port);
          break;
        }
      drawn -= weight;
    }
  return TRUE;
}

static char *
ab_split_check (WeirValue *config)
{
  WeirValue *ways = weir_value_find_member (config, "ways");
  g_autoptr(GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  if (ways != NULL && count_ways (ways) == 0)
    return g_strdup ("Expected at least one way, but there is none");
  for (gsize i = 0; i < count_ways (ways); i++)
    {
      char *port = make_way_port (ways, i);

      if (!g_hash_table_add (seen, port))
        return g_strdup_printf ("Way %" G_GSIZE_FORMAT " is called like another one: both are the output %s", i + 1,
                                port);
    }
  return NULL;
}

WEIR_DEFINE_BLOCK_KIND (flow_ab_split, .id = "flow.ab_split", .version = 1, .title = N_("A/B Split"),
                        .summary = N_("Lets values out on several sides, so many of them on each"),
                        .keywords = "random weight experiment canary percent sample split test share",
                        .category = N_("Flow"), .icon = "object-flip-horizontal-symbolic",
                        .effect = WEIR_EFFECT_PURE, .undo = WEIR_UNDO_NONE, .inputs = ab_split_inputs,
                        .fields = ab_split_fields, .settings_size = sizeof (AbSplit), .errors = ab_split_errors,
                        .examples = ab_split_examples, .list_ports = ab_split_list_ports, .check = ab_split_check,
                        .eval = ab_split_eval)
