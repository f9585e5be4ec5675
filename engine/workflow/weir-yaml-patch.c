/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "weir-yaml-private.h"

#include <string.h>

/* Writing a changed value into the text that it was read from. Collections in block style are taken apart into entries of whole
 * lines, each with the comments and blank lines above it; what is the same is copied, what is not is written anew. The result
 * is read back and compared, so a text that is too clever for this is at worst written in our own style. */

typedef struct
{
  WeirYamlDocument *source;
  GString          *out;
} Patch;

/* Whole lines: [lead, start) is above the entry, [start, end) is the entry with the comment behind it. */
typedef struct
{
  gsize lead;
  gsize start;
  gsize end;
  gsize content_end;
} Entry;

static void patch_record (Patch *self, WeirYamlNode *node, WeirValue *value, gsize region, gboolean ordered);
static void patch_list (Patch *self, WeirYamlNode *node, WeirValue *value, gsize region);

static gboolean
same_records (WeirValue *a, WeirValue *b, gboolean ordered)
{
  gsize n = weir_value_get_length (a);

  if (weir_value_get_length (b) != n)
    return FALSE;
  for (gsize i = 0; i < n; i++)
    {
      const char *key = weir_value_get_key (a, i);
      WeirValue *item = weir_value_get_item (a, i);
      WeirValue *other = g_str_equal (weir_value_get_key (b, i), key) ? weir_value_get_item (b, i)
                         : ordered ? NULL : weir_value_find_member (b, key);

      if (other == NULL || !weir_yaml_same (item, other, ordered))
        return FALSE;
    }
  return TRUE;
}

/* Whether two values say the same in a file: 1 and 1.0 do not. What is shared is not looked into. @ordered: the order of keys
 * counts. */
gboolean
weir_yaml_same (WeirValue *a, WeirValue *b, gboolean ordered)
{
  if (a == b)
    return TRUE;
  if (weir_value_get_kind (a) != weir_value_get_kind (b))
    return FALSE;
  if (weir_value_get_kind (a) == WEIR_VALUE_RECORD)
    return same_records (a, b, ordered);
  if (weir_value_get_kind (a) == WEIR_VALUE_LIST)
    {
      gsize n = weir_value_get_length (a);

      if (weir_value_get_length (b) != n)
        return FALSE;
      for (gsize i = 0; i < n; i++)
        if (!weir_yaml_same (weir_value_get_item (a, i), weir_value_get_item (b, i), ordered))
          return FALSE;
      return TRUE;
    }
  return weir_value_equal (a, b);
}

/* Lines */

static gsize
get_line_start (Patch *self, gsize offset)
{
  const char *text = self->source->text;

  while (offset > 0 && text[offset - 1] != '\n')
    offset--;
  return offset;
}

static gsize
get_line_end (Patch *self, gsize offset)
{
  const char *newline = memchr (self->source->text + offset, '\n', self->source->length - offset);

  return newline != NULL ? (gsize) (newline - self->source->text) + 1 : self->source->length;
}

static gsize
get_last_newline (GString *out)
{
  const char *newline = memrchr (out->str, '\n', out->len);

  return newline != NULL ? (gsize) (newline - out->str) + 1 : 0;
}

static void
end_line (Patch *self)
{
  if (self->out->len > 0 && self->out->str[self->out->len - 1] != '\n')
    g_string_append_c (self->out, '\n');
}

static void
copy (Patch *self, gsize start, gsize end)
{
  if (end > start)
    g_string_append_len (self->out, self->source->text + start, end - start);
}

/* What is before a node on its line. */
static gboolean
line_begins_with (Patch *self, WeirYamlNode *node, const char *allowed)
{
  gsize start = get_line_start (self, node->start);

  return strspn (self->source->text + start, allowed) >= node->start - start;
}

/* Entries */

static gboolean
can_take_record_apart (Patch *self, WeirYamlNode *node)
{
  if (node->type != WEIR_YAML_RECORD || node->flow || node->special || node->n_children == 0)
    return FALSE;
  for (guint i = 0; i + 1 < node->n_children; i += 2)
    {
      WeirYamlNode *key = node->children[i];
      gsize key_line_end = get_line_end (self, key->start);

      if (key->special || key->column != node->children[0]->column || key->end > key_line_end
          || !line_begins_with (self, key, " "))
        return FALSE;
    }
  return TRUE;
}

/* Each item behind one dash. */
static gboolean
can_take_list_apart (Patch *self, WeirYamlNode *node)
{
  if (node->type != WEIR_YAML_LIST || node->flow || node->special || node->n_children == 0)
    return FALSE;
  for (guint i = 0; i < node->n_children; i++)
    {
      WeirYamlNode *item = node->children[i];
      const char *line = self->source->text + get_line_start (self, item->start);
      const char *dash = line + strspn (line, " ");

      if (item->end == item->start || item->special || *dash != '-' || !line_begins_with (self, item, " -")
          || memchr (dash + 1, '-', self->source->text + item->start - dash - 1) != NULL)
        return FALSE;
    }
  return TRUE;
}

static Entry *
list_entries (Patch *self, WeirYamlNode *node, gsize region, guint *n_entries)
{
  guint step = node->type == WEIR_YAML_RECORD ? 2 : 1;
  guint n = node->n_children / step;
  Entry *entries = g_new (Entry, n);

  for (guint i = 0; i < n; i++)
    {
      WeirYamlNode *first = node->children[i * step];
      WeirYamlNode *last = node->children[i * step + step - 1];

      entries[i].lead = region;
      entries[i].start = get_line_start (self, first->start);
      entries[i].content_end = MAX (first->end, last->end);
      entries[i].end = region = get_line_end (self, entries[i].content_end);
    }
  *n_entries = n;
  return entries;
}

static guint
get_indent (WeirYamlNode *key)
{
  return key->column - 1;
}

/* On one line */

static gboolean
is_one_line (Patch *self, WeirYamlNode *node)
{
  return memchr (self->source->text + node->start, '\n', node->end - node->start) == NULL;
}

static void write_flow (Patch *self, GString *out, WeirYamlNode *node, WeirValue *value);

static void
write_flow_member (Patch *self, GString *out, WeirYamlNode *key, WeirYamlNode *node, const char *name, WeirValue *value,
                   gboolean first)
{
  if (!first)
    g_string_append (out, ", ");
  if (key != NULL)
    g_string_append_len (out, self->source->text + key->start, key->end - key->start);
  else
    weir_yaml_emit_key (out, name);
  g_string_append (out, ": ");
  write_flow (self, out, node, value);
}

static void
write_flow_record (Patch *self, GString *out, WeirYamlNode *node, WeirValue *value)
{
  gboolean spaced = self->source->text[node->start + 1] == ' ';
  WeirValue *old = weir_yaml_node_get_value (node);
  gboolean first = TRUE;

  g_string_append (out, spaced ? "{ " : "{");
  for (guint i = 0; i + 1 < node->n_children; i += 2)
    {
      const char *key = weir_yaml_node_get_text (node->children[i]);
      WeirValue *item = weir_value_find_member (value, key);

      if (item == NULL)
        continue;
      write_flow_member (self, out, node->children[i], node->children[i + 1], key, item, first);
      first = FALSE;
    }
  for (gsize i = 0; i < weir_value_get_length (value); i++)
    {
      const char *key = weir_value_get_key (value, i);

      if (weir_value_find_member (old, key) != NULL)
        continue;
      write_flow_member (self, out, NULL, NULL, key, weir_value_get_item (value, i), first);
      first = FALSE;
    }
  g_string_append (out, spaced ? " }" : "}");
}

static void
write_flow_list (Patch *self, GString *out, WeirYamlNode *node, WeirValue *value)
{
  g_string_append_c (out, '[');
  for (gsize i = 0; i < weir_value_get_length (value); i++)
    {
      if (i > 0)
        g_string_append (out, ", ");
      write_flow (self, out, i < node->n_children ? node->children[i] : NULL, weir_value_get_item (value, i));
    }
  g_string_append_c (out, ']');
}

/* As the source has it wherever it says the same. */
static void
write_flow (Patch *self, GString *out, WeirYamlNode *node, WeirValue *value)
{
  WeirValueKind kind = weir_value_get_kind (value);

  if (node != NULL && node->end > node->start && weir_yaml_same (weir_yaml_node_get_value (node), value, FALSE))
    g_string_append_len (out, self->source->text + node->start, node->end - node->start);
  else if (node != NULL && node->type == WEIR_YAML_RECORD && kind == WEIR_VALUE_RECORD && weir_value_get_length (value) > 0
           && node->n_children > 0 && !node->special)
    write_flow_record (self, out, node, value);
  else if (node != NULL && node->type == WEIR_YAML_LIST && kind == WEIR_VALUE_LIST && weir_value_get_length (value) > 0
           && !node->special)
    write_flow_list (self, out, node, value);
  else
    weir_yaml_emit_flow (out, value, G_MAXINT);
}

/* Changed entries */

static void
copy_comment (Patch *self, const Entry *entry, gsize written_from)
{
  const char *text = self->source->text;
  gsize offset = entry->content_end;

  while (offset < entry->end && (text[offset] == ' ' || text[offset] == '\t'))
    offset++;
  if (offset >= entry->end || text[offset] != '#' || memchr (self->out->str + written_from, '\n', self->out->len - written_from) != NULL)
    return;
  copy (self, entry->content_end, entry->end);
}

/* What follows "key:". */
static void
write_value (Patch *self, const Entry *entry, const char *key, WeirYamlNode *node, WeirValue *value, guint indent)
{
  gsize from = self->out->len;

  if (node->flow && !node->special && node->n_children > 0 && weir_value_get_length (value) > 0 && is_one_line (self, node))
    {
      g_autoptr(GString) line = g_string_new (NULL);
      gsize longest = MAX (120, node->end - get_line_start (self, node->start));

      write_flow (self, line, node, value);
      if (line->len + (from - get_last_newline (self->out)) <= longest)
        {
          g_string_append_c (self->out, ' ');
          g_string_append_len (self->out, line->str, line->len);
          copy_comment (self, entry, from);
          end_line (self);
          return;
        }
    }
  weir_yaml_emit_after (self->out, key, value, indent);
  copy_comment (self, entry, from);
  end_line (self);
}

static void
write_key (Patch *self, WeirYamlNode *key, const char *name, gboolean renamed)
{
  copy (self, get_line_start (self, key->start), key->start);
  if (renamed)
    weir_yaml_emit_key (self->out, name);
  else
    copy (self, key->start, key->end);
  g_string_append_c (self->out, ':');
}

static void
patch_entry (Patch *self, WeirYamlNode *node, const Entry *entry, guint index, const char *name, WeirValue *value)
{
  WeirYamlNode *key = node->children[2 * index];
  WeirYamlNode *old = node->children[2 * index + 1];
  gboolean renamed = g_strcmp0 (weir_yaml_node_get_text (key), name) != 0;
  WeirValueKind kind = weir_value_get_kind (value);
  gsize below = get_line_end (self, key->end);

  end_line (self);
  copy (self, entry->lead, entry->start);
  if (!renamed && weir_yaml_same (weir_yaml_node_get_value (old), value, FALSE))
    {
      copy (self, entry->start, entry->end);
      return;
    }
  if (old->start >= below && kind == WEIR_VALUE_RECORD && weir_value_get_length (value) > 0 && can_take_record_apart (self, old))
    {
      write_key (self, key, name, renamed);
      copy (self, key->end + 1, below);
      patch_record (self, old, value, below, g_str_equal (name, "blocks"));
    }
  else if (old->start >= below && kind == WEIR_VALUE_LIST && weir_value_get_length (value) > 0 && can_take_list_apart (self, old))
    {
      write_key (self, key, name, renamed);
      copy (self, key->end + 1, below);
      patch_list (self, old, value, below);
    }
  else
    {
      write_key (self, key, name, renamed);
      write_value (self, entry, name, old, value, get_indent (key));
    }
}

/* Records */

/* The keys in the order in which they are written: where order says nothing, as in the source, new ones behind the one that comes
 * before them in @value. */
static GQueue *
order_keys (WeirYamlNode *node, WeirValue *value)
{
  GQueue *keys = g_queue_new ();
  g_autoptr(GHashTable) places = g_hash_table_new (g_str_hash, g_str_equal);
  GList *before = NULL;

  for (guint i = 0; i + 1 < node->n_children; i += 2)
    {
      const char *key = weir_yaml_node_get_text (node->children[i]);

      if (weir_value_find_member (value, key) == NULL)
        continue;
      g_queue_push_tail (keys, (gpointer) key);
      g_hash_table_insert (places, (gpointer) key, keys->tail);
    }
  for (gsize i = 0; i < weir_value_get_length (value); i++)
    {
      const char *key = weir_value_get_key (value, i);
      GList *place = g_hash_table_lookup (places, key);

      if (place == NULL)
        {
          if (before != NULL)
            g_queue_insert_after (keys, before, (gpointer) key);
          else
            g_queue_push_head (keys, (gpointer) key);
          place = before != NULL ? before->next : keys->head;
        }
      before = place;
    }
  return keys;
}

static GQueue *
list_keys (WeirValue *value)
{
  GQueue *keys = g_queue_new ();

  for (gsize i = 0; i < weir_value_get_length (value); i++)
    g_queue_push_tail (keys, (gpointer) weir_value_get_key (value, i));
  return keys;
}

/* Whether the entry that stands next in the source is the same block under its old id. */
static gboolean
is_renamed (WeirYamlNode *node, guint next, WeirValue *value, WeirValue *item)
{
  const char *old_kind;
  WeirYamlNode *old;

  if (2 * next + 1 >= node->n_children)
    return FALSE;
  old = node->children[2 * next + 1];
  if (weir_value_find_member (value, weir_yaml_node_get_text (node->children[2 * next])) != NULL)
    return FALSE;
  old_kind = weir_value_get_member_text (weir_yaml_node_get_value (old), "kind", NULL);
  return old_kind != NULL && g_strcmp0 (old_kind, weir_value_get_member_text (item, "kind", NULL)) == 0;
}

static void
patch_record (Patch *self, WeirYamlNode *node, WeirValue *value, gsize region, gboolean ordered)
{
  guint n;
  g_autofree Entry *entries = list_entries (self, node, region, &n);
  g_autoptr(GHashTable) places = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr(GQueue) keys = ordered ? list_keys (value) : order_keys (node, value);
  guint next = 0;

  for (guint i = 0; i < n; i++)
    g_hash_table_insert (places, (gpointer) weir_yaml_node_get_text (node->children[2 * i]), GUINT_TO_POINTER (i + 1));
  for (GList *l = keys->head; l != NULL; l = l->next)
    {
      const char *key = l->data;
      WeirValue *item = weir_value_find_member (value, key);
      guint place = GPOINTER_TO_UINT (g_hash_table_lookup (places, key));

      if (place == 0 && ordered && is_renamed (node, next, value, item))
        place = next + 1;
      if (place > 0)
        {
          patch_entry (self, node, &entries[place - 1], place - 1, key, item);
          next = place;
        }
      else
        {
          end_line (self);
          weir_yaml_emit_entry (self->out, key, item, get_indent (node->children[0]));
        }
    }
}

/* Lists */

static char *
write_flow_text (WeirValue *value)
{
  GString *out = g_string_new (NULL);

  weir_yaml_emit_flow (out, value, G_MAXINT);
  return g_string_free_and_steal (out);
}

static void
write_item (Patch *self, WeirYamlNode *node, WeirValue *value)
{
  const char *line = self->source->text + get_line_start (self, node->children[0]->start);

  end_line (self);
  weir_yaml_emit_item (self->out, value, strspn (line, " "));
}

/* An item in the place of another one keeps the comments of that. */
static void
replace_item (Patch *self, WeirYamlNode *node, const Entry *entry, WeirValue *value)
{
  gsize from;

  end_line (self);
  copy (self, entry->lead, entry->start);
  from = self->out->len;
  write_item (self, node, value);
  g_string_truncate (self->out, self->out->len - 1);
  copy_comment (self, entry, from);
  end_line (self);
}

/* How often each text is still to come among the new items. */
static GHashTable *
count_texts (char **texts, gsize n)
{
  GHashTable *counts = g_hash_table_new (g_str_hash, g_str_equal);

  for (gsize i = 0; i < n; i++)
    g_hash_table_insert (counts, texts[i], GUINT_TO_POINTER (GPOINTER_TO_UINT (g_hash_table_lookup (counts, texts[i])) + 1));
  return counts;
}

/* text → queue of places + 1, rising */
static GHashTable *
index_texts (char **texts, gsize n)
{
  GHashTable *places = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) g_queue_free);

  for (gsize i = 0; i < n; i++)
    {
      GQueue *queue = g_hash_table_lookup (places, texts[i]);

      if (queue == NULL)
        {
          queue = g_queue_new ();
          g_hash_table_insert (places, texts[i], queue);
        }
      g_queue_push_tail (queue, GSIZE_TO_POINTER (i + 1));
    }
  return places;
}

/* The first place from @next on that has the text, + 1; 0 for none. */
static gsize
take_place (GHashTable *places, const char *text, gsize next)
{
  GQueue *queue = g_hash_table_lookup (places, text);

  while (queue != NULL && queue->length > 0)
    {
      gsize place = GPOINTER_TO_SIZE (g_queue_pop_head (queue));

      if (place > next)
        return place;
    }
  return 0;
}

static char **
write_texts (WeirValue *list)
{
  gsize n = weir_value_get_length (list);
  char **texts = g_new0 (char *, n + 1);

  for (gsize i = 0; i < n; i++)
    texts[i] = write_flow_text (weir_value_get_item (list, i));
  return texts;
}

static void
patch_list (Patch *self, WeirYamlNode *node, WeirValue *value, gsize region)
{
  guint n;
  g_autofree Entry *entries = list_entries (self, node, region, &n);
  g_auto(GStrv) old_texts = write_texts (weir_yaml_node_get_value (node));
  g_auto(GStrv) new_texts = write_texts (value);
  gsize n_new = weir_value_get_length (value);
  g_autoptr(GHashTable) places = index_texts (old_texts, n);
  g_autoptr(GHashTable) to_come = count_texts (new_texts, n_new);
  gsize next = 0;

  for (gsize i = 0; i < n_new; i++)
    {
      gsize place = take_place (places, new_texts[i], next);

      g_hash_table_insert (to_come, new_texts[i],
                           GUINT_TO_POINTER (GPOINTER_TO_UINT (g_hash_table_lookup (to_come, new_texts[i])) - 1));
      if (place > 0)
        {
          end_line (self);
          copy (self, entries[place - 1].lead, entries[place - 1].end);
          next = place;
        }
      else if (next < n && GPOINTER_TO_UINT (g_hash_table_lookup (to_come, old_texts[next])) == 0)
        replace_item (self, node, &entries[next++], weir_value_get_item (value, i));
      else
        write_item (self, node, weir_value_get_item (value, i));
    }
}

static gboolean
reads_as (const char *text, WeirValue *value)
{
  g_autoptr(GPtrArray) problems = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr(WeirYamlDocument) document = weir_yaml_document_parse (text, -1, problems);

  return document != NULL && document->root != NULL && weir_yaml_same (weir_yaml_node_get_value (document->root), value, FALSE);
}

/* NULL where the source is not of whole lines, or would not come out right. */
char *
weir_yaml_patch (WeirYamlDocument *source, WeirValue *value)
{
  Patch self = { .source = source };
  gsize tail;
  g_autofree char *text = NULL;

  if (source->root == NULL)
    return NULL;
  if (weir_yaml_same (weir_yaml_node_get_value (source->root), value, FALSE))
    return g_strndup (source->text, source->length);
  if (!can_take_record_apart (&self, source->root))
    return NULL;

  self.out = g_string_sized_new (source->length + 256);
  patch_record (&self, source->root, value, 0, FALSE);
  tail = get_line_end (&self, source->root->end);
  end_line (&self);
  copy (&self, tail, source->length);
  text = g_string_free_and_steal (self.out);
  return reads_as (text, value) ? g_steal_pointer (&text) : NULL;
}
