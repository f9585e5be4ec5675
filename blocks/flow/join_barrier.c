/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "values.h"

typedef struct
{
  gint64  inputs;
  char   *policy;
  gint64  count;
  gint64  timeout;
} JoinBarrier;

static const char *const policy_ids[] = { "all", "n", NULL };
static const char *const policy_titles[] = { N_("All that can come have come"), N_("So many have come"), NULL };

static const WeirField join_barrier_fields[] = {
  WEIR_FIELD_INT (JoinBarrier, inputs, .title = N_("Inputs"),
                  .summary = N_("How many inputs there are: in1, in2 and so on"), .initial = 2, .minimum = 1,
                  .maximum = 64),
  WEIR_FIELD_CHOICE (JoinBarrier, policy, .title = N_("When"), .choices = policy_ids, .choice_titles = policy_titles,
                     .initial_text = "all"),
  WEIR_FIELD_INT (JoinBarrier, count, .title = N_("How many"), .summary = N_("What comes later is dropped"),
                  .initial = 2, .minimum = 1, .maximum = 64, .shown_when = "policy=n"),
  WEIR_FIELD_DURATION (JoinBarrier, timeout, .title = N_("Wait at most"),
                       .summary = N_("So long after the first has come it fails with limit.timeout; 0: for ever"),
                       .maximum = 31536000000),
  { 0 }
};

static const WeirPort join_barrier_outputs[] = {
  { .name = "arrived", .type = "list<text>", .title = N_("Arrived"), .summary = N_("Names of the inputs that came") },
  { 0 }
};

static const char *const join_barrier_errors[] = { "limit.timeout", NULL };

static const WeirExample join_barrier_examples[] = {
  { .title = N_("Both have come"), .config = "{}", .inputs = "{\"in1\": 1, \"in2\": 2}",
    .outputs = "{\"arrived\": [\"in1\", \"in2\"]}" },
  { .title = N_("One is enough"), .config = "{\"policy\": \"n\", \"count\": 1}", .inputs = "{\"in2\": 2}",
    .outputs = "{\"arrived\": [\"in2\"]}" },
  { 0 }
};

static void
join_barrier_list_ports (WeirValue *config, WeirPortList *ports)
{
  gint64 n = CLAMP (weir_value_get_member_int (config, "inputs", 2), 1, 64);

  for (gint64 i = 1; i <= n; i++)
    {
      g_autofree char *name = g_strdup_printf ("in%" G_GINT64_FORMAT, i);
      WeirPort port = { .name = name };

      weir_port_list_add_input (ports, &port);
    }
  weir_port_list_set_patience (ports, weir_blocks_get_duration (config, "timeout", 0), 0);
  if (g_str_equal (weir_value_get_member_text (config, "policy", "all"), "n"))
    weir_port_list_set_policy (ports, WEIR_JOIN_N_OF_M, (guint) weir_value_get_member_int (config, "count", 2));
}

static char *
join_barrier_check (WeirValue *config)
{
  return weir_blocks_get_duration (config, "timeout", 0) < 0
           ? g_strdup ("How long it waits is known before it runs: expected a time such as 5m, not an expression")
           : NULL;
}

/* Says what had come by then. */
static gboolean
fail_late (JoinBarrier *self, WeirStep *step, WeirValue *arrived, GError **error)
{
  g_autofree char *time = weir_display_duration (self->timeout * 1000);
  g_autoptr(GString) names = g_string_new (NULL);
  const char *key = "arrived";
  g_autoptr(WeirValue) data = weir_value_new_record (&key, &arrived, 1);

  for (gsize i = 0; i < weir_value_get_length (arrived); i++)
    g_string_append_printf (names, "%s%s", i > 0 ? ", " : "", weir_value_get_text (weir_value_get_item (arrived, i), NULL));
  weir_step_set_failure_data (step, data);
  weir_set_failure (error, "limit.timeout", "Within %s only %s came", time, names->str);
  return FALSE;
}

static gboolean
join_barrier_eval (gpointer settings, WeirStep *step, GError **error)
{
  JoinBarrier *self = settings;
  WeirBuilder *builder = weir_list_builder_new (2);
  g_autoptr(WeirValue) arrived = NULL;

  for (gint64 i = 1; i <= self->inputs; i++)
    {
      g_autofree char *name = g_strdup_printf ("in%" G_GINT64_FORMAT, i);

      if (weir_step_get_input (step, name) != NULL)
        weir_builder_take (builder, weir_value_new_text (name));
    }
  arrived = weir_builder_end (builder);
  if (weir_step_get_expired (step))
    return fail_late (self, step, arrived, error);
  weir_step_emit (step, "arrived", arrived);
  return TRUE;
}

WEIR_DEFINE_BLOCK_KIND (flow_join_barrier, .id = "flow.join_barrier", .version = 1, .title = N_("Barrier"),
                        .summary = N_("Waits for several branches and carries none of their values"),
                        .keywords = "join wait all barrier synchronize gather rendezvous",
                        .category = N_("Flow"), .icon = "view-continuous-symbolic",
                        .effect = WEIR_EFFECT_PURE, .undo = WEIR_UNDO_NONE, .outputs = join_barrier_outputs,
                        .fields = join_barrier_fields, .settings_size = sizeof (JoinBarrier),
                        .examples = join_barrier_examples, .list_ports = join_barrier_list_ports,
                        .check = join_barrier_check, .errors = join_barrier_errors,
                        .eval = join_barrier_eval)
