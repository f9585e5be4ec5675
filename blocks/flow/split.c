/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "values.h"
#include "wait.h"

#include <string.h>

typedef struct
{
  WeirValue *value;
  char      *by;
  WeirValue *keys;
  char      *delimiter;
  gboolean   trim;
  gboolean   skip_empty;
} Split;

static const char *const by_ids[] = { "items", "keys", "lines", NULL };
static const char *const by_titles[] = { N_("Items"), N_("Keys"), N_("Lines"), NULL };

static const WeirField split_fields[] = {
  WEIR_FIELD_CHOICE (Split, by, .title = N_("By"), .choices = by_ids, .choice_titles = by_titles,
                     .initial_text = "items"),
  WEIR_FIELD_VALUE (Split, keys, .title = N_("Keys"), .summary = N_("Each has an output of its name"),
                    .type = "list<text>", .initial_text = "[]", .shown_when = "by=keys", .rows = "key"),
  WEIR_FIELD_TEXT (Split, delimiter, .title = N_("Delimiter"), .summary = N_("What stands between two pieces of text"),
                   .initial_text = "\n", .shown_when = "by=lines"),
  WEIR_FIELD_BOOL (Split, trim, .title = N_("Without blanks around it"), .initial = TRUE, .shown_when = "by=lines"),
  WEIR_FIELD_BOOL (Split, skip_empty, .title = N_("Leave out what is empty"), .initial = TRUE),
  WEIR_FIELD_VALUE (Split, value, .title = N_("Value"), .type = "any", .advanced = TRUE),
  { 0 }
};

static const WeirPort split_inputs[] = {
  { .name = "value", .title = N_("Value"), .summary = N_("A list, table, record or text") },
  { 0 }
};

static const WeirPort split_outputs[] = {
  { .name = "count", .type = "int", .title = N_("Count"), .summary = N_("How many pieces there were") },
  { 0 }
};

static const char *const split_errors[] = { "input.type", "input.missing", NULL };

static const WeirExample split_examples[] = {
  { .title = N_("Lines one by one"), .config = "{\"by\": \"lines\"}", .inputs = "{\"value\": \"a\\n\\n b \\n\"}",
    .outputs = "{\"count\": 2}" },
  { .title = N_("An output for each key"), .config = "{\"by\": \"keys\", \"keys\": [\"name\", \"age\"]}",
    .inputs = "{\"value\": {\"name\": \"Ann\", \"town\": \"Ulm\"}}", .outputs = "{\"name\": \"Ann\", \"count\": 1}" },
  { .title = N_("A number has no pieces"), .config = "{}", .inputs = "{\"value\": 7}", .error = "input.type" },
  { 0 }
};

static gboolean
is_by (const char *by, const char *wanted)
{
  return g_strcmp0 (by, wanted) == 0;
}

static char *
make_key_port (const char *key)
{
  g_autofree char *plain = weir_blocks_make_port_name (key, "key");

  /* the names of the block's own outputs are taken */
  return g_str_equal (plain, "count") || g_str_equal (plain, "done") || g_str_equal (plain, "error")
           ? g_strconcat (plain, "_key", NULL)
           : g_steal_pointer (&plain);
}

static void
split_list_ports (WeirValue *config, WeirPortList *ports)
{
  WeirValue *keys = weir_value_find_member (config, "keys");
  gsize n = keys != NULL && weir_value_get_kind (keys) == WEIR_VALUE_LIST ? weir_value_get_length (keys) : 0;
  WeirPort item = { .name = "item", .title = N_("Item"), .summary = N_("Fires for each piece"), .side = TRUE };

  if (!is_by (weir_value_get_member_text (config, "by", "items"), "keys"))
    {
      weir_port_list_add_output (ports, &item);
      return;
    }
  for (gsize i = 0; i < n; i++)
    {
      g_autofree char *title = weir_blocks_to_text (weir_value_get_item (keys, i));
      g_autofree char *name = make_key_port (title);
      WeirPort port = { .name = name, .title = title, .row = (guint) i + 1 };

      weir_port_list_add_output (ports, &port);
    }
}

static gint64
emit_keys (Split *self, WeirStep *step)
{
  gint64 count = 0;

  for (gsize i = 0; i < weir_value_get_length (self->keys); i++)
    {
      g_autofree char *key = weir_blocks_to_text (weir_value_get_item (self->keys, i));
      g_autofree char *port = make_key_port (key);
      WeirValue *member = weir_blocks_get_path (self->value, key);

      if (member == NULL || (self->skip_empty && weir_blocks_is_empty (member)))
        continue;
      weir_step_emit (step, port, member);
      count++;
    }
  return count;
}

static WeirValue *
split_text (Split *self)
{
  g_autofree char *text = weir_blocks_to_text (self->value);
  const char *delimiter = weir_blocks_is_blank (self->delimiter) ? "\n" : self->delimiter;
  g_auto(GStrv) pieces = g_strsplit (text, delimiter, -1);
  WeirBuilder *list = weir_list_builder_new (g_strv_length (pieces));

  for (guint i = 0; pieces[i] != NULL; i++)
    weir_builder_take (list, weir_value_new_text (self->trim ? g_strstrip (pieces[i]) : pieces[i]));
  return weir_builder_end (list);
}

static WeirValue *
list_pieces (Split *self, GError **error)
{
  WeirValueKind kind = weir_value_get_kind (self->value);
  gboolean listlike = kind == WEIR_VALUE_LIST || kind == WEIR_VALUE_TABLE;
  WeirBuilder *list;

  if (is_by (self->by, "lines") && (kind == WEIR_VALUE_TEXT || kind == WEIR_VALUE_FILE))
    return split_text (self);
  if (listlike && !is_by (self->by, "lines"))
    return weir_value_ref (self->value);
  if (kind != WEIR_VALUE_RECORD || is_by (self->by, "lines"))
    {
      weir_set_failure (error, "input.type", "Expected %s, but there is %s",
                        is_by (self->by, "lines") ? "a text" : "a list, table or record",
                        weir_value_get_kind_name (self->value));
      return NULL;
    }
  list = weir_list_builder_new (weir_value_get_length (self->value));
  for (gsize i = 0; i < weir_value_get_length (self->value); i++)
    {
      WeirBuilder *pair = weir_record_builder_new (2);

      weir_builder_set_take (pair, "key", weir_value_new_text (weir_value_get_key (self->value, i)));
      weir_builder_set (pair, "value", weir_value_get_item (self->value, i));
      weir_builder_take (list, weir_builder_end (pair));
    }
  return weir_builder_end (list);
}

static gboolean
split_fiber (gpointer settings, WeirStep *step, GError **error)
{
  Split *self = settings;
  g_autoptr(WeirValue) pieces = NULL;
  gint64 since = g_get_monotonic_time ();
  gint64 count = 0;

  if (weir_blocks_is_nothing (self->value))
    {
      weir_set_failure (error, "input.missing", "Expected something to take apart, but nothing came");
      return FALSE;
    }
  if (is_by (self->by, "keys"))
    count = emit_keys (self, step);
  else
    {
      pieces = list_pieces (self, error);
      if (pieces == NULL)
        return FALSE;
      for (gsize i = 0; i < weir_value_get_length (pieces); i++)
        {
          WeirValue *piece = weir_value_get_item (pieces, i);

          if (self->skip_empty && weir_blocks_is_empty (piece))
            continue;
          weir_step_emit_side (step, "item", piece);
          count++;
          if (!weir_blocks_yield_after (&since, error)
              || g_cancellable_set_error_if_cancelled (weir_step_get_cancellable (step), error))
            return FALSE;
        }
    }
  weir_step_emit_take (step, "count", weir_value_new_int (count));
  return TRUE;
}

static DexFuture *
split_run (gpointer settings, WeirStep *step)
{
  return weir_step_spawn (step, settings, split_fiber);
}

static char *
split_summarize (WeirValue *config)
{
  const char *by = weir_value_get_member_text (config, "by", "items");

  for (gsize i = 0; by_ids[i] != NULL; i++)
    if (g_str_equal (by, by_ids[i]))
      return g_strdup (by_titles[i]);
  return NULL;
}

WEIR_DEFINE_BLOCK_KIND (flow_split, .id = "flow.split", .version = 1, .title = N_("Split"),
                        .summary = N_("Sends the pieces of a value on one by one, or each key its own way"),
                        .keywords = "lines keys items explode separate unpack fan out",
                        .category = N_("Flow"), .icon = "edit-cut-symbolic",
                        .effect = WEIR_EFFECT_PURE, .undo = WEIR_UNDO_NONE, .inputs = split_inputs,
                        .outputs = split_outputs, .fields = split_fields, .settings_size = sizeof (Split),
                        .errors = split_errors, .examples = split_examples, .list_ports = split_list_ports,
                        .summarize = split_summarize, .run = split_run)
