/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "values.h"

typedef struct
{
  gint64    inputs;
  char     *mode;
  char     *key;
  gint64    choose;
  char     *missing;
  char     *policy;
  gint64    count;
  gboolean  dedupe;
} Merge;

static const char *const mode_ids[] = { "append", "zip", "by_key", "deep", "first", "latest", "choose", NULL };
static const char *const mode_titles[] = {
  N_("One after the other"), N_("Item by item"), N_("Records with the same key"), N_("Records, deeply"),
  N_("The first that arrives"), N_("The latest of each input"), N_("One of the inputs"), NULL
};
static const char *const policy_ids[] = { "all", "any", "n", NULL };
static const char *const policy_titles[] = { N_("All that can come have come"), N_("Each time one comes"),
                                             N_("So many have come"), NULL };
static const char *const missing_ids[] = { "skip", "null", "error", NULL };
static const char *const missing_titles[] = { N_("Leave it out"), N_("Null in its place"), N_("Fail"), NULL };

static const WeirField merge_fields[] = {
  WEIR_FIELD_INT (Merge, inputs, .title = N_("Inputs"), .summary = N_("How many inputs there are: in1, in2 and so on"),
                  .initial = 2, .minimum = 1, .maximum = 64),
  WEIR_FIELD_CHOICE (Merge, mode, .title = N_("How"), .choices = mode_ids, .choice_titles = mode_titles,
                     .initial_text = "append"),
  WEIR_FIELD_TEXT (Merge, key, .title = N_("Key"), .summary = N_("The member that says which records belong together"),
                   .initial_text = "id", .shown_when = "mode=by_key"),
  WEIR_FIELD_INT (Merge, choose, .title = N_("Input"), .initial = 1, .minimum = 1, .maximum = 64,
                  .shown_when = "mode=choose"),
  WEIR_FIELD_CHOICE (Merge, missing, .title = N_("When an input stays empty"), .choices = missing_ids,
                     .choice_titles = missing_titles, .initial_text = "skip", .advanced = TRUE),
  WEIR_FIELD_CHOICE (Merge, policy, .title = N_("When"), .choices = policy_ids, .choice_titles = policy_titles,
                     .initial_text = "all", .advanced = TRUE, .shown_when = "mode=append|zip|by_key|deep|choose"),
  WEIR_FIELD_INT (Merge, count, .title = N_("How many"), .summary = N_("What comes later is dropped"), .initial = 2,
                  .minimum = 1, .maximum = 64, .advanced = TRUE, .shown_when = "policy=n"),
  WEIR_FIELD_BOOL (Merge, dedupe, .title = N_("Drop equal items"), .advanced = TRUE),
  { 0 }
};

static const WeirPort merge_outputs[] = {
  { .name = "out", .title = N_("Merged") },
  { 0 }
};

static const char *const merge_errors[] = { "input.missing", "input.type", NULL };

static const WeirExample merge_examples[] = {
  { .title = N_("Two lists in a row"), .config = "{}", .inputs = "{\"in1\": [1, 2], \"in2\": [3]}",
    .outputs = "{\"out\": [1, 2, 3]}" },
  { .title = N_("Item by item"), .config = "{\"mode\": \"zip\"}",
    .inputs = "{\"in1\": [\"a\", \"b\"], \"in2\": [1, 2]}",
    .outputs = "{\"out\": [[\"a\", 1], [\"b\", 2]]}" },
  { .title = N_("Records with the same key"), .config = "{\"mode\": \"by_key\"}",
    .inputs = "{\"in1\": [{\"id\": 1, \"name\": \"Ann\"}], \"in2\": [{\"id\": 2}, {\"id\": 1, \"age\": 40}]}",
    .outputs = "{\"out\": [{\"id\": 1, \"name\": \"Ann\", \"age\": 40}, {\"id\": 2}]}" },
  { .title = N_("Records, deeply"), .config = "{\"mode\": \"deep\"}",
    .inputs = "{\"in1\": {\"a\": {\"x\": 1}}, \"in2\": {\"a\": {\"y\": 2}}}",
    .outputs = "{\"out\": {\"a\": {\"x\": 1, \"y\": 2}}}" },
  { .title = N_("The first that arrives"), .config = "{\"mode\": \"first\"}", .inputs = "{\"in2\": [1]}",
    .outputs = "{\"out\": [1]}" },
  { .title = N_("The latest of each input"), .config = "{\"mode\": \"latest\", \"missing\": \"null\"}",
    .inputs = "{\"in2\": 7}", .outputs = "{\"out\": [null, 7]}" },
  { .title = N_("A branch that was not taken"), .config = "{\"inputs\": 3, \"dedupe\": true}",
    .inputs = "{\"in1\": [1, 2], \"in3\": 2}", .outputs = "{\"out\": [1, 2]}" },
  { 0 }
};

static void
set_policy (WeirValue *config, const char *mode, WeirPortList *ports)
{
  const char *policy = weir_value_get_member_text (config, "policy", "all");

  if (g_str_equal (mode, "first"))
    weir_port_list_set_policy (ports, WEIR_JOIN_N_OF_M, 1);
  else if (g_str_equal (mode, "latest") || g_str_equal (policy, "any"))
    weir_port_list_set_policy (ports, WEIR_JOIN_ANY, 1);
  else if (g_str_equal (policy, "n"))
    weir_port_list_set_policy (ports, WEIR_JOIN_N_OF_M, (guint) weir_value_get_member_int (config, "count", 2));
}

/* A race, and looking at what is latest, also go over several links to one input. */
static void
merge_list_ports (WeirValue *config, WeirPortList *ports)
{
  const char *mode = weir_value_get_member_text (config, "mode", "append");
  gint64 n = CLAMP (weir_value_get_member_int (config, "inputs", 2), 1, 64);
  WeirPort port = { .join = g_str_equal (mode, "first") ? WEIR_JOIN_FIRST
                            : g_str_equal (mode, "latest") ? WEIR_JOIN_ANY : WEIR_JOIN_ALL };

  for (gint64 i = 1; i <= n; i++)
    {
      g_autofree char *name = g_strdup_printf ("in%" G_GINT64_FORMAT, i);

      port.name = name;
      weir_port_list_add_input (ports, &port);
    }
  set_policy (config, mode, ports);
}

/* What came, in the order of the inputs; with nulls in between if that is asked for. */
static GPtrArray *
collect (Merge *self, WeirStep *step, GError **error)
{
  g_autoptr(GPtrArray) values = g_ptr_array_new_with_free_func ((GDestroyNotify) weir_value_unref);

  for (gint64 i = 1; i <= CLAMP (self->inputs, 1, 64); i++)
    {
      g_autofree char *name = g_strdup_printf ("in%" G_GINT64_FORMAT, i);
      WeirValue *value = weir_step_get_input (step, name);

      if (value != NULL)
        g_ptr_array_add (values, weir_value_ref (value));
      else if (g_strcmp0 (self->mode, "first") == 0)
        continue; /* that the others did not come is the point */
      else if (g_strcmp0 (self->missing, "null") == 0)
        g_ptr_array_add (values, weir_value_new_null ());
      else if (g_strcmp0 (self->missing, "error") == 0)
        {
          weir_set_failure (error, "input.missing",
                            "Expected a value at each of %" G_GINT64_FORMAT " inputs, but nothing came to %s",
                            self->inputs, name);
          return NULL;
        }
    }
  return g_steal_pointer (&values);
}

static void
add_item (GPtrArray *items, WeirValue *item, gboolean dedupe)
{
  for (guint i = 0; dedupe && i < items->len; i++)
    if (weir_value_equal (items->pdata[i], item))
      return;
  g_ptr_array_add (items, weir_value_ref (item));
}

static gboolean
is_listlike (WeirValue *value)
{
  return weir_value_get_kind (value) == WEIR_VALUE_LIST || weir_value_get_kind (value) == WEIR_VALUE_TABLE;
}

static WeirValue *
merge_append (Merge *self, GPtrArray *values)
{
  g_autoptr(GPtrArray) items = g_ptr_array_new_with_free_func ((GDestroyNotify) weir_value_unref);

  for (guint i = 0; i < values->len; i++)
    {
      WeirValue *value = values->pdata[i];

      if (!is_listlike (value))
        add_item (items, value, self->dedupe);
      else
        for (gsize j = 0; j < weir_value_get_length (value); j++)
          add_item (items, weir_value_get_item (value, j), self->dedupe);
    }
  return weir_value_new_list ((WeirValue **) items->pdata, items->len);
}

static WeirValue *
merge_deep (WeirValue *below, WeirValue *above)
{
  WeirValue *result;

  if (weir_value_get_kind (below) != WEIR_VALUE_RECORD || weir_value_get_kind (above) != WEIR_VALUE_RECORD)
    return weir_value_ref (above);

  result = weir_value_ref (below);
  for (gsize i = 0; i < weir_value_get_length (above); i++)
    {
      const char *key = weir_value_get_key (above, i);
      WeirValue *item = weir_value_get_item (above, i);
      WeirValue *before = weir_value_find_member (result, key);
      g_autoptr(WeirValue) merged = before != NULL ? merge_deep (before, item) : weir_value_ref (item);
      g_autoptr(WeirValue) old = result;

      result = weir_value_with_member (old, key, merged);
    }
  return result;
}

/* Records become one, anything else a list of its own; as long as the longest. */
static WeirValue *
merge_zip (Merge *self, GPtrArray *values)
{
  gsize length = 0;
  g_autoptr(WeirBuilder) rows = NULL;

  for (guint i = 0; i < values->len; i++)
    length = MAX (length, weir_value_get_length (values->pdata[i]));

  rows = weir_list_builder_new (length);
  for (gsize row = 0; row < length; row++)
    {
      g_autoptr(GPtrArray) items = g_ptr_array_new_with_free_func ((GDestroyNotify) weir_value_unref);
      gboolean records = TRUE;
      WeirValue *merged;

      for (guint i = 0; i < values->len; i++)
        {
          gboolean present = is_listlike (values->pdata[i]) && row < weir_value_get_length (values->pdata[i]);
          WeirValue *item = present ? weir_value_ref (weir_value_get_item (values->pdata[i], row)) : NULL;

          if (item == NULL && g_strcmp0 (self->missing, "skip") != 0)
            item = weir_value_new_null ();
          if (item == NULL)
            continue;
          records = records && weir_value_get_kind (item) == WEIR_VALUE_RECORD;
          g_ptr_array_add (items, item);
        }

      if (!records || items->len == 0)
        {
          weir_builder_take (rows, weir_value_new_list ((WeirValue **) items->pdata, items->len));
          continue;
        }
      merged = weir_value_ref (items->pdata[0]);
      for (guint i = 1; i < items->len; i++)
        {
          g_autoptr(WeirValue) before = merged;
          merged = merge_deep (before, items->pdata[i]);
        }
      weir_builder_take (rows, merged);
    }
  return weir_builder_end (g_steal_pointer (&rows));
}

static WeirValue *
merge_by_key (Merge *self, GPtrArray *values, GError **error)
{
  g_autoptr(GPtrArray) merged = g_ptr_array_new_with_free_func ((GDestroyNotify) weir_value_unref);
  g_autoptr(GHashTable) places = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < values->len; i++)
    for (gsize j = 0; j < weir_value_get_length (values->pdata[i]); j++)
      {
        WeirValue *item = is_listlike (values->pdata[i]) ? weir_value_get_item (values->pdata[i], j) : values->pdata[i];
        WeirValue *key = weir_blocks_get_path (item, self->key);
        g_autofree char *text = key != NULL ? weir_value_to_display (key, 0) : NULL;
        gpointer place;

        if (key == NULL)
          {
            weir_set_failure (error, "input.type",
                              "Expected records with a member “%s”, but item %" G_GSIZE_FORMAT " of input %u has none",
                              self->key, j, i + 1);
            return NULL;
          }
        if (g_hash_table_lookup_extended (places, text, NULL, &place))
          {
            g_autoptr(WeirValue) before = merged->pdata[GPOINTER_TO_UINT (place)];
            merged->pdata[GPOINTER_TO_UINT (place)] = merge_deep (before, item);
          }
        else
          {
            g_hash_table_insert (places, g_steal_pointer (&text), GUINT_TO_POINTER (merged->len));
            g_ptr_array_add (merged, weir_value_ref (item));
          }
        if (!is_listlike (values->pdata[i]))
          break;
      }
  return weir_value_new_list ((WeirValue **) merged->pdata, merged->len);
}

static WeirValue *
merge_all_deep (GPtrArray *values)
{
  WeirValue *result = weir_value_ref (values->pdata[0]);

  for (guint i = 1; i < values->len; i++)
    {
      g_autoptr(WeirValue) before = result;
      result = merge_deep (before, values->pdata[i]);
    }
  return result;
}

static WeirValue *
choose_one (Merge *self, WeirStep *step, GError **error)
{
  g_autofree char *name = g_strdup_printf ("in%" G_GINT64_FORMAT, self->choose);
  WeirValue *value = weir_step_get_input (step, name);

  if (value != NULL)
    return weir_value_ref (value);
  if (g_strcmp0 (self->missing, "error") != 0)
    return weir_value_new_null ();
  weir_set_failure (error, "input.missing", "Expected a value at %s, but nothing came", name);
  return NULL;
}

static gboolean
merge_eval (gpointer settings, WeirStep *step, GError **error)
{
  Merge *self = settings;
  const char *mode = self->mode;
  g_autoptr(GPtrArray) values = NULL;
  WeirValue *result;

  if (g_str_equal (mode, "choose"))
    {
      result = choose_one (self, step, error);
    }
  else
    {
      values = collect (self, step, error);
      if (values == NULL)
        return FALSE;
      if (values->len == 0)
        result = weir_value_new_null ();
      else if (g_str_equal (mode, "zip"))
        result = merge_zip (self, values);
      else if (g_str_equal (mode, "by_key"))
        result = merge_by_key (self, values, error);
      else if (g_str_equal (mode, "deep"))
        result = merge_all_deep (values);
      else if (g_str_equal (mode, "first"))
        result = weir_value_ref (values->pdata[0]);
      else if (g_str_equal (mode, "latest"))
        result = weir_value_new_list ((WeirValue **) values->pdata, values->len);
      else
        result = merge_append (self, values);
    }

  if (result == NULL)
    return FALSE;
  weir_step_emit_take (step, "out", result);
  return TRUE;
}

static char *
merge_summarize (WeirValue *config)
{
  const char *mode = weir_value_get_member_text (config, "mode", "append");

  for (gsize i = 0; mode_ids[i] != NULL; i++)
    if (g_str_equal (mode, mode_ids[i]))
      return g_strdup (mode_titles[i]);
  return NULL;
}

WEIR_DEFINE_BLOCK_KIND (flow_merge, .id = "flow.merge", .version = 1, .title = N_("Merge"),
                        .summary = N_("Brings branches together; a branch that was not taken is not waited for"),
                        .keywords = "join combine together union zip concat append gather",
                        .category = N_("Flow"), .icon = "object-flip-vertical-symbolic",
                        .effect = WEIR_EFFECT_PURE, .undo = WEIR_UNDO_NONE, .outputs = merge_outputs,
                        .fields = merge_fields, .settings_size = sizeof (Merge), .errors = merge_errors,
                        .examples = merge_examples, .list_ports = merge_list_ports, .summarize = merge_summarize,
                        .eval = merge_eval)
