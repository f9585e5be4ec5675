/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "values.h"

typedef struct
{
  char   *until;
  gint64  count;
  gint64  quiet;
  char   *group_key;
} Collect;

static const char *const until_ids[] = { "end", "count", "quiet", NULL };
static const char *const until_titles[] = { N_("Nothing can come any more"), N_("There are so many"),
                                            N_("None came for a while"), NULL };

static const WeirField collect_fields[] = {
  WEIR_FIELD_CHOICE (Collect, until, .title = N_("Until"), .choices = until_ids, .choice_titles = until_titles,
                     .initial_text = "end"),
  WEIR_FIELD_INT (Collect, count, .title = N_("How many"), .summary = N_("What is left at the end comes too"),
                  .initial = 100, .minimum = 1, .maximum = 1000000, .shown_when = "until=count"),
  WEIR_FIELD_DURATION (Collect, quiet, .title = N_("Quiet for"), .summary = N_("What comes later is a list of its own"),
                       .initial = 2000, .minimum = 1, .maximum = 31536000000, .shown_when = "until=quiet"),
  WEIR_FIELD_EXPRESSION (Collect, group_key, .title = N_("Group by"),
                         .summary = N_("Over item: those with the same key come together"),
                         .placeholder = "item.folder", .advanced = TRUE),
  { 0 }
};

static const WeirPort collect_outputs[] = {
  { .name = "items", .type = "list<any>", .title = N_("Items"), .summary = N_("In the order in which they came") },
  { .name = "groups", .type = "list<record{key: any, items: list<any>}>", .title = N_("Groups"),
    .summary = N_("When there is something to group by") },
  { 0 }
};

static const char *const collect_errors[] = { "code.exception", NULL };

static const WeirExample collect_examples[] = {
  { .title = N_("What came, as a list"), .config = "{}", .inputs = "{\"item\": 7}", .outputs = "{\"items\": [7]}" },
  { .title = N_("Grouped"), .config = "{\"group_key\": \"item % 2\"}", .inputs = "{\"item\": 7}",
    .outputs = "{\"items\": [7], \"groups\": [{\"key\": 1, \"items\": [7]}]}" },
  { 0 }
};

static void
collect_list_ports (WeirValue *config, WeirPortList *ports)
{
  const char *until = weir_value_get_member_text (config, "until", "end");
  gboolean counts = g_str_equal (until, "count");
  WeirPort item = { .name = "item", .title = N_("Item"), .summary = N_("Fires as often as it likes"),
                    .join = WEIR_JOIN_GATHER, .required = TRUE };

  item.n = counts ? (guint) MAX (weir_value_get_member_int (config, "count", 100), 1) : 0;
  weir_port_list_add_input (ports, &item);
  if (g_str_equal (until, "quiet"))
    weir_port_list_set_patience (ports, 0, MAX (weir_blocks_get_duration (config, "quiet", 2000), 1));
}

static char *
collect_check (WeirValue *config)
{
  return weir_blocks_get_duration (config, "quiet", 2000) < 0
           ? g_strdup ("How long it is quiet is known before it runs: expected a time such as 5s, not an expression")
           : NULL;
}

typedef struct
{
  WeirValue   *key;
  WeirBuilder *items;
} Group;

static Group *
ensure_group (GArray *groups, GHashTable *places, WeirValue *key)
{
  char *text = weir_value_to_display (key, 0);
  Group group = { 0 };
  gpointer place;

  if (g_hash_table_lookup_extended (places, text, NULL, &place))
    {
      g_free (text);
      return &g_array_index (groups, Group, GPOINTER_TO_UINT (place));
    }
  group.key = weir_value_ref (key);
  group.items = weir_list_builder_new (4);
  g_hash_table_insert (places, text, GUINT_TO_POINTER (groups->len));
  g_array_append_val (groups, group);
  return &g_array_index (groups, Group, groups->len - 1);
}

static WeirValue *
end_groups (GArray *groups)
{
  WeirBuilder *list = weir_list_builder_new (groups->len);

  for (guint i = 0; i < groups->len; i++)
    {
      Group *group = &g_array_index (groups, Group, i);
      WeirBuilder *record = weir_record_builder_new (2);

      weir_builder_set (record, "key", group->key);
      weir_builder_set_take (record, "items", weir_builder_end (group->items));
      weir_builder_take (list, weir_builder_end (record));
      weir_value_unref (group->key);
    }
  return weir_builder_end (list);
}

static gboolean
emit_groups (Collect *self, WeirStep *step, WeirValue *items, GError **error)
{
  g_autoptr(GArray) groups = g_array_new (FALSE, TRUE, sizeof (Group));
  g_autoptr(GHashTable) places = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr(WeirValue) list = NULL;
  gboolean good = TRUE;

  for (gsize i = 0; good && i < weir_value_get_length (items); i++)
    {
      WeirValue *item = weir_value_get_item (items, i);
      g_autoptr(WeirValue) locals = weir_blocks_make_item_locals (item, i);
      g_autoptr(WeirValue) key = weir_step_evaluate (step, self->group_key, locals, error);

      good = key != NULL;
      if (good)
        weir_builder_add (ensure_group (groups, places, key)->items, item);
    }
  list = end_groups (groups);
  if (good)
    weir_step_emit (step, "groups", list);
  return good;
}

static gboolean
collect_eval (gpointer settings, WeirStep *step, GError **error)
{
  Collect *self = settings;
  WeirValue *input = weir_step_get_input (step, "item");
  g_autoptr(WeirValue) items = input != NULL ? weir_value_ref (input) : weir_value_new_list (NULL, 0);

  if (!weir_blocks_is_blank (self->group_key) && !emit_groups (self, step, items, error))
    return FALSE;
  weir_step_emit (step, "items", items);
  return TRUE;
}

static char *
collect_summarize (WeirValue *config)
{
  return g_strdup (weir_value_get_member_text (config, "group_key", NULL));
}

WEIR_DEFINE_BLOCK_KIND (flow_collect, .id = "flow.collect", .version = 1, .title = N_("Collect"),
                        .summary = N_("Makes one list of what comes one by one"),
                        .keywords = "gather aggregate accumulate list join reduce group",
                        .category = N_("Flow"), .icon = "folder-download-symbolic",
                        .effect = WEIR_EFFECT_PURE, .undo = WEIR_UNDO_NONE, .outputs = collect_outputs,
                        .fields = collect_fields, .settings_size = sizeof (Collect), .errors = collect_errors,
                        .examples = collect_examples, .list_ports = collect_list_ports, .check = collect_check,
                        .summarize = collect_summarize, .eval = collect_eval)
