/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "streams.h"
#include "values.h"
#include "wait.h"

/* Bytes, about, of a stream whose items must all be there to be sorted or grouped. */
#define MAX_COLLECTED ((gint64) 1 << 30)

typedef struct
{
  char      *operation;
  char      *expr;
  WeirValue *items;
  char      *key;
  char      *direction;
  gint64     count;
  gint64     start;
  gint64     depth;
  WeirValue *initial;
} Transform;

static const char *const operation_ids[] = {
  "map", "filter", "reduce", "sort", "group", "flatten", "unique", "reverse", "limit", "skip", "slice", "pluck",
  "window", NULL
};
static const char *const operation_titles[] = {
  N_("Change each item"), N_("Keep some items"), N_("Reduce to one value"), N_("Sort"), N_("Group"), N_("Flatten"),
  N_("Drop duplicates"), N_("Reverse"), N_("Take the first"), N_("Leave out the first"), N_("Take a part"),
  N_("Take one field"), N_("Sliding window"), NULL
};
static const char *const direction_ids[] = { "asc", "desc", NULL };
static const char *const direction_titles[] = { N_("Smallest first"), N_("Largest first"), NULL };

static const WeirField transform_fields[] = {
  WEIR_FIELD_CHOICE (Transform, operation, .title = N_("What"), .choices = operation_ids,
                     .choice_titles = operation_titles,
                     .initial_text = "map"),
  WEIR_FIELD_EXPRESSION (Transform, expr, .title = N_("Expression"),
                         .summary = N_("Over item and index; in reduce also over result"),
                         .placeholder = "item.size > 1000",
                         .shown_when = "operation=map|filter|reduce|sort|group|unique"),
  WEIR_FIELD_TEXT (Transform, key, .title = N_("Field"),
                   .summary = N_("A path like user.name, in place of an expression"),
                   .shown_when = "operation=sort|group|unique|pluck"),
  WEIR_FIELD_CHOICE (Transform, direction, .title = N_("Order"), .choices = direction_ids,
                     .choice_titles = direction_titles,
                     .initial_text = "asc", .shown_when = "operation=sort"),
  WEIR_FIELD_INT (Transform, count, .title = N_("Count"), .initial = 10, .maximum = 1000000000,
                  .shown_when = "operation=limit|skip|slice|window"),
  WEIR_FIELD_INT (Transform, start, .title = N_("Start"), .summary = N_("Below 0 counts from the end"),
                  .minimum = -1000000000,
                  .maximum = 1000000000, .shown_when = "operation=slice"),
  WEIR_FIELD_INT (Transform, depth, .title = N_("Depth"), .initial = 1, .minimum = 1, .maximum = 64,
                  .shown_when = "operation=flatten"),
  WEIR_FIELD_VALUE (Transform, initial, .title = N_("First result"), .type = "any", .initial_text = "0",
                    .shown_when = "operation=reduce"),
  WEIR_FIELD_VALUE (Transform, items, .title = N_("Items"), .summary = N_("A list, table or stream"), .type = "any"),
  { 0 }
};

static const WeirPort transform_inputs[] = {
  { .name = "items", .title = N_("Items"), .summary = N_("A list, table or stream") },
  { 0 }
};
static const WeirPort transform_outputs[] = {
  { .name = "items", .title = N_("Items"),
    .summary = N_("A list, or a stream where a stream came; of reduce the last result") },
  { 0 }
};
static const char *const transform_errors[] = {
  "input.missing", "input.type", "code.exception", "code.syntax", "io.changed", "data.encoding", "limit.size", NULL
};

static const WeirExample transform_examples[] = {
  { .title = N_("Double"), .config = "{\"expr\": \"item * 2\"}", .inputs = "{\"items\": [1, 2]}",
    .outputs = "{\"items\": [2, 4]}" },
  { .title = N_("Keep the large"), .config = "{\"operation\": \"filter\", \"expr\": \"item > 1\"}",
    .inputs = "{\"items\": [1, 2, 3]}",
    .outputs = "{\"items\": [2, 3]}" },
  { .title = N_("Sum"), .config = "{\"operation\": \"reduce\", \"expr\": \"result + item\"}",
    .inputs = "{\"items\": [1, 2, 3]}",
    .outputs = "{\"items\": 6}" },
  { .title = N_("Sort by a field"), .config = "{\"operation\": \"sort\", \"key\": \"n\", \"direction\": \"desc\"}",
    .inputs = "{\"items\": [{\"n\": 2}, {\"n\": 10}]}", .outputs = "{\"items\": [{\"n\": 10}, {\"n\": 2}]}" },
  { .title = N_("Group"), .config = "{\"operation\": \"group\", \"expr\": \"item % 2 === 0 ? 'even' : 'odd'\"}",
    .inputs = "{\"items\": [1, 2, 3]}",
    .outputs = "{\"items\": [{\"key\": \"odd\", \"items\": [1, 3]}, {\"key\": \"even\", \"items\": [2]}]}" },
  { .title = N_("Drop duplicates"), .config = "{\"operation\": \"unique\"}", .inputs = "{\"items\": [1, 2, 1]}",
    .outputs = "{\"items\": [1, 2]}" },
  { .title = N_("The last two"), .config = "{\"operation\": \"slice\", \"start\": -2, \"count\": 2}",
    .inputs = "{\"items\": [1, 2, 3]}",
    .outputs = "{\"items\": [2, 3]}" },
  { .title = N_("Flatten"), .config = "{\"operation\": \"flatten\"}", .inputs = "{\"items\": [[1], 2, [[3]]]}",
    .outputs = "{\"items\": [1, 2, [3]]}" },
  { .title = N_("Pairs of neighbours"), .config = "{\"operation\": \"window\", \"count\": 2}",
    .inputs = "{\"items\": [1, 2, 3]}",
    .outputs = "{\"items\": [[1, 2], [2, 3]]}" },
  { .title = N_("One field"), .config = "{\"operation\": \"pluck\", \"key\": \"a.b\"}",
    .inputs = "{\"items\": [{\"a\": {\"b\": 1}}, {}]}",
    .outputs = "{\"items\": [1, null]}" },
  { .title = N_("Not a list"), .config = "{\"operation\": \"reverse\"}", .inputs = "{\"items\": \"abc\"}",
    .error = "input.type" },
  { 0 }
};

/* One item of what is transformed, with the value that it is sorted, grouped or chosen by. */
typedef struct
{
  WeirValue *item;
  WeirValue *key;
} Entry;

static void
entry_clear (gpointer data)
{
  Entry *entry = data;

  g_clear_pointer (&entry->key, weir_value_unref);
}

static WeirValue *
compute_key (Transform *self, WeirStep *step, WeirValue *item, gsize index, GError **error)
{
  g_autoptr(WeirValue) locals = NULL;
  WeirValue *found;

  if (!weir_blocks_is_blank (self->key))
    {
      found = weir_blocks_get_path (item, self->key);
      return found != NULL ? weir_value_ref (found) : weir_value_new_null ();
    }
  if (weir_blocks_is_blank (self->expr))
    return weir_value_ref (item);
  locals = weir_blocks_make_item_locals (item, index);
  return weir_step_evaluate (step, self->expr, locals, error);
}

/* The only part that takes long: evaluates once an item, giving way to the main loop in between. */
static GArray *
compute_entries (Transform *self, WeirStep *step, GError **error)
{
  gsize n = weir_value_get_length (self->items);
  g_autoptr(GArray) entries = g_array_sized_new (FALSE, FALSE, sizeof (Entry), (guint) n);
  gint64 since = g_get_monotonic_time ();

  g_array_set_clear_func (entries, entry_clear);
  for (gsize i = 0; i < n; i++)
    {
      Entry entry = { .item = weir_value_get_item (self->items, i) };

      entry.key = compute_key (self, step, entry.item, i, error);
      if (entry.key == NULL)
        {
          g_prefix_error (error, "Item %" G_GSIZE_FORMAT ": ", i);
          return NULL;
        }
      g_array_append_val (entries, entry);
      if (!weir_blocks_yield_after (&since, error)
          || g_cancellable_set_error_if_cancelled (weir_step_get_cancellable (step), error))
        return NULL;
    }
  return g_steal_pointer (&entries);
}

/* Values without an order among them are in the order of their kinds, nulls last whatever the direction. */
static int
compare_entries (gconstpointer a, gconstpointer b, gpointer user_data)
{
  WeirValue *first = ((const Entry *) a)->key, *second = ((const Entry *) b)->key;
  gboolean descending = GPOINTER_TO_INT (user_data);
  gboolean first_null = weir_value_is_null (first), second_null = weir_value_is_null (second);
  int order;

  if (first_null || second_null)
    return first_null - second_null;
  if (!weir_blocks_compare (first, second, TRUE, &order))
    order = (int) weir_value_get_kind (first) - (int) weir_value_get_kind (second);
  return descending ? -order : order;
}

static WeirValue *
group_entries (GArray *entries)
{
  g_autoptr(GHashTable) places = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr(GPtrArray) groups = g_ptr_array_new ();
  g_autoptr(GPtrArray) keys = g_ptr_array_new ();
  WeirBuilder *list = weir_list_builder_new (16);

  for (guint i = 0; i < entries->len; i++)
    {
      Entry *entry = &g_array_index (entries, Entry, i);
      g_autofree char *text = weir_json_write (entry->key, 0, NULL);
      gpointer place;

      if (!g_hash_table_lookup_extended (places, text, NULL, &place))
        {
          place = GUINT_TO_POINTER (groups->len);
          g_hash_table_insert (places, g_steal_pointer (&text), place);
          g_ptr_array_add (groups, weir_list_builder_new (4));
          g_ptr_array_add (keys, entry->key);
        }
      weir_builder_add (groups->pdata[GPOINTER_TO_UINT (place)], entry->item);
    }
  for (guint i = 0; i < groups->len; i++)
    {
      WeirBuilder *group = weir_record_builder_new (2);

      weir_builder_set (group, "key", keys->pdata[i]);
      weir_builder_set_take (group, "items", weir_builder_end (groups->pdata[i]));
      weir_builder_take (list, weir_builder_end (group));
    }
  return weir_builder_end (list);
}

static WeirValue *
choose_entries (const char *operation, GArray *entries)
{
  g_autoptr(GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  WeirBuilder *list = weir_list_builder_new (entries->len);

  for (guint i = 0; i < entries->len; i++)
    {
      Entry *entry = &g_array_index (entries, Entry, i);

      if (g_str_equal (operation, "map") || g_str_equal (operation, "pluck"))
        weir_builder_add (list, entry->key);
      else if (g_str_equal (operation, "sort")
               || (g_str_equal (operation, "filter") && weir_value_is_truthy (entry->key))
               || (g_str_equal (operation, "unique") && g_hash_table_add (seen, weir_json_write (entry->key, 0, NULL))))
        weir_builder_add (list, entry->item);
    }
  return weir_builder_end (list);
}

static WeirValue *
reduce (Transform *self, WeirStep *step, GError **error)
{
  g_autoptr(WeirValue) result = self->initial != NULL ? weir_value_ref (self->initial) : weir_value_new_null ();
  gint64 since = g_get_monotonic_time ();

  for (gsize i = 0; i < weir_value_get_length (self->items); i++)
    {
      g_autoptr(WeirValue) item = weir_blocks_make_item_locals (weir_value_get_item (self->items, i), i);
      g_autoptr(WeirValue) locals = weir_value_with_member (item, "result", result);
      WeirValue *next = weir_step_evaluate (step, self->expr, locals, error);

      if (next == NULL)
        {
          g_prefix_error (error, "Item %" G_GSIZE_FORMAT ": ", i);
          return NULL;
        }
      weir_value_unref (result);
      result = next;
      if (!weir_blocks_yield_after (&since, error)
          || g_cancellable_set_error_if_cancelled (weir_step_get_cancellable (step), error))
        return NULL;
    }
  return g_steal_pointer (&result);
}

static WeirValue *
slice (WeirValue *items, gint64 start, gint64 count)
{
  gint64 n = (gint64) weir_value_get_length (items);
  gint64 first = CLAMP (start < 0 ? start + n : start, 0, n);
  gint64 last = count > n - first ? n : first + MAX (count, 0);
  WeirBuilder *list = weir_list_builder_new (last - first);

  for (gint64 i = first; i < last; i++)
    weir_builder_add (list, weir_value_get_item (items, i));
  return weir_builder_end (list);
}

static void
flatten_into (WeirBuilder *list, WeirValue *items, gint64 depth)
{
  for (gsize i = 0; i < weir_value_get_length (items); i++)
    {
      WeirValue *item = weir_value_get_item (items, i);

      if (depth > 0 && weir_value_get_kind (item) == WEIR_VALUE_LIST)
        flatten_into (list, item, depth - 1);
      else
        weir_builder_add (list, item);
    }
}

static WeirValue *
rearrange (Transform *self)
{
  WeirBuilder *list;
  gint64 n = (gint64) weir_value_get_length (self->items);

  if (g_str_equal (self->operation, "limit"))
    return slice (self->items, 0, self->count);
  if (g_str_equal (self->operation, "skip"))
    return slice (self->items, MIN (self->count, n), n);
  if (g_str_equal (self->operation, "slice"))
    return slice (self->items, self->start, self->count);

  list = weir_list_builder_new (n);
  if (g_str_equal (self->operation, "flatten"))
    flatten_into (list, self->items, self->depth);
  else if (g_str_equal (self->operation, "window"))
    for (gint64 i = 0; i + self->count <= n && self->count > 0; i++)
      weir_builder_take (list, slice (self->items, i, self->count));
  else
    for (gint64 i = n - 1; i >= 0; i--)
      weir_builder_add (list, weir_value_get_item (self->items, i));
  return weir_builder_end (list);
}

static gboolean
needs_entries (const char *operation)
{
  static const char *const operations[] = { "map", "filter", "sort", "group", "unique", "pluck", NULL };

  return g_strv_contains (operations, operation);
}

static WeirValue *
transform (Transform *self, WeirStep *step, GError **error)
{
  g_autoptr(GArray) entries = NULL;

  if (g_str_equal (self->operation, "reduce"))
    return reduce (self, step, error);
  if (!needs_entries (self->operation))
    return rearrange (self);

  entries = compute_entries (self, step, error);
  if (entries == NULL)
    return NULL;
  if (g_str_equal (self->operation, "group"))
    return group_entries (entries);
  if (g_str_equal (self->operation, "sort"))
    g_array_sort_with_data (entries, compare_entries, GINT_TO_POINTER (g_strcmp0 (self->direction, "desc") == 0));
  return choose_entries (self->operation, entries);
}

/* ── streams ────────────────────────────────────────────────────────────────────────────── */

/* Whether it can be done item by item, as they come; else all of them must be there. */
static gboolean
is_operation_of_streams (Transform *self)
{
  static const char *const operations[] = { "map",   "filter", "reduce", "pluck", "flatten",
                                            "limit", "skip",   "window", NULL };

  return g_strv_contains (operations, self->operation) || (g_str_equal (self->operation, "slice") && self->start >= 0);
}

static WeirValue *
make_operation (Transform *self, WeirStep *step, GError **error)
{
  WeirBuilder *record = weir_record_builder_new (4);
  static const char *const with_expr[] = { "map", "filter", "reduce", NULL };

  weir_builder_set_take (record, "op", weir_value_new_text (self->operation));
  if (g_strv_contains (with_expr, self->operation))
    {
      WeirValue *scope = weir_step_capture_scope (step, self->expr != NULL ? self->expr : "", error);

      if (scope == NULL)
        {
          weir_builder_free (record);
          return NULL;
        }
      weir_builder_set_take (record, "expr", weir_value_new_text (self->expr));
      weir_builder_set_take (record, "scope", scope);
    }
  if (g_str_equal (self->operation, "reduce") && self->initial != NULL)
    weir_builder_set (record, "initial", self->initial);
  if (g_str_equal (self->operation, "pluck"))
    weir_builder_set_take (record, "key", weir_value_new_text (self->key != NULL ? self->key : ""));
  weir_builder_set_take (record, "depth", weir_value_new_int (self->depth));
  weir_builder_set_take (record, "count", weir_value_new_int (self->count));
  weir_builder_set_take (record, "start",
                         weir_value_new_int (g_str_equal (self->operation, "slice") ? self->start : 0));
  return weir_builder_end (record);
}

/* What comes of reducing is one value, not a stream of one. */
static WeirValue *
read_only_item (WeirValue *stream, WeirStep *step, GError **error)
{
  g_autoptr(WeirValue) items = weir_blocks_collect (step, stream, G_MAXINT64, error);

  return items != NULL ? weir_value_ref (weir_value_get_item (items, 0)) : NULL;
}

static WeirValue *
transform_stream (Transform *self, WeirStep *step, GError **error)
{
  g_autoptr(WeirValue) operation = make_operation (self, step, error);
  g_autoptr(WeirValue) stream = operation != NULL ? weir_stream_with_operation (self->items, operation, error) : NULL;

  if (stream == NULL)
    return NULL;
  if (g_str_equal (self->operation, "reduce"))
    return read_only_item (stream, step, error);
  return g_steal_pointer (&stream);
}

static gboolean
transform_fiber (gpointer settings, WeirStep *step, GError **error)
{
  Transform *self = settings;
  Transform collected = *self;
  g_autoptr(WeirValue) all = NULL;
  WeirValueKind kind;
  WeirValue *result;

  if (weir_blocks_is_nothing (self->items))
    {
      weir_set_failure (error, "input.missing", "Expected a list, but nothing came");
      return FALSE;
    }
  kind = weir_value_get_kind (self->items);
  if (kind == WEIR_VALUE_STREAM && is_operation_of_streams (self))
    {
      result = transform_stream (self, step, error);
      if (result != NULL)
        weir_step_emit_take (step, "items", result);
      return result != NULL;
    }
  if (kind == WEIR_VALUE_STREAM)
    {
      all = weir_blocks_collect (step, self->items, MAX_COLLECTED, error);
      if (all == NULL)
        return FALSE;
      collected.items = all;
      self = &collected;
      kind = WEIR_VALUE_LIST;
    }
  if (kind != WEIR_VALUE_LIST && kind != WEIR_VALUE_TABLE)
    {
      weir_set_failure (error, "input.type", "Expected a list, table or stream, but there is %s",
                        weir_value_get_kind_name (self->items));
      return FALSE;
    }
  result = transform (self, step, error);
  if (result == NULL)
    return FALSE;
  weir_step_emit_take (step, "items", result);
  return TRUE;
}

static DexFuture *
transform_run (gpointer settings, WeirStep *step)
{
  return weir_step_spawn (step, settings, transform_fiber);
}

static char *
transform_check (WeirValue *config)
{
  const char *operation = weir_value_get_member_text (config, "operation", "map");
  static const char *const with_expr[] = { "map", "filter", "reduce", NULL };

  if (g_strv_contains (with_expr, operation)
      && weir_blocks_is_blank (weir_value_get_member_text (config, "expr", NULL)))
    return g_strdup_printf ("Expected an expression for %s, but there is none", operation);
  if (g_str_equal (operation, "pluck") && weir_blocks_is_blank (weir_value_get_member_text (config, "key", NULL)))
    return g_strdup ("Expected the name of a field to take, but there is none");
  return NULL;
}

static char *
transform_summarize (WeirValue *config)
{
  const char *operation = weir_value_get_member_text (config, "operation", "map");
  const char *by = weir_value_get_member_text (config, "expr", weir_value_get_member_text (config, "key", ""));

  return g_strdup_printf ("%s%s%s", operation, *by != '\0' ? ": " : "", by);
}

WEIR_DEFINE_BLOCK_KIND (data_transform, .id = "data.transform", .version = 1, .title = N_("Transform List"),
                        .summary = N_("Filters, changes, sorts, groups and cuts lists"),
                        .keywords = "map filter reduce sort group flatten unique reverse limit skip slice pluck "
                                    "list array",
                        .category = N_("Data"), .icon = "view-sort-descending-symbolic",
                        .effect = WEIR_EFFECT_PURE, .undo = WEIR_UNDO_NONE, .inputs = transform_inputs,
                        .outputs = transform_outputs, .fields = transform_fields, .settings_size = sizeof (Transform),
                        .errors = transform_errors, .examples = transform_examples, .check = transform_check,
                        .summarize = transform_summarize, .run = transform_run)
