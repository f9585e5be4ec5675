/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "weir-diff-private.h"

typedef struct
{
  char      *key;
  WeirValue *before;
  WeirValue *after;
} Key;

struct _WeirChange
{
  GObject        parent_instance;
  WeirSubject    subject;
  WeirChangeKind kind;
  gboolean       layout;
  char          *before;
  char          *after;
  char          *container;
  char          *title;
  GArray        *keys; /* of Key */
};

G_DEFINE_FINAL_TYPE (WeirChange, weir_change, G_TYPE_OBJECT)

static const char *const subject_names[] = { "workflow", "block", "link", "note" };
static const char *const kind_names[] = { "added", "removed", "renamed", "changed" };

static void
key_clear (gpointer data)
{
  Key *key = data;

  g_free (key->key);
  g_clear_pointer (&key->before, weir_value_unref);
  g_clear_pointer (&key->after, weir_value_unref);
}

static void
weir_change_finalize (GObject *object)
{
  WeirChange *self = WEIR_CHANGE (object);

  g_free (self->before);
  g_free (self->after);
  g_free (self->container);
  g_free (self->title);
  g_array_unref (self->keys);
  G_OBJECT_CLASS (weir_change_parent_class)->finalize (object);
}

static void
weir_change_class_init (WeirChangeClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = weir_change_finalize;
}

static void
weir_change_init (WeirChange *self)
{
  self->keys = g_array_new (FALSE, FALSE, sizeof (Key));
  g_array_set_clear_func (self->keys, key_clear);
}

WeirChange *
weir_change_new (WeirSubject subject, WeirChangeKind kind, gboolean layout, const char *before, const char *after)
{
  WeirChange *self = g_object_new (WEIR_TYPE_CHANGE, NULL);

  self->subject = subject;
  self->kind = kind;
  self->layout = layout;
  self->before = g_strdup (before);
  self->after = g_strdup (after);
  return self;
}

void
weir_change_set_container (WeirChange *self, const char *path)
{
  g_set_str (&self->container, path);
}

void
weir_change_set_title (WeirChange *self, const char *title)
{
  g_set_str (&self->title, title);
}

void
weir_change_add_key (WeirChange *self, const char *key, WeirValue *before, WeirValue *after)
{
  Key added = { g_strdup (key), before != NULL ? weir_value_ref (before) : NULL,
                after != NULL ? weir_value_ref (after) : NULL };

  g_array_append_val (self->keys, added);
}

/**
 * weir_change_get_subject:
 * @self: a change
 *
 * Returns: what it is about
 */
WeirSubject
weir_change_get_subject (WeirChange *self)
{
  g_return_val_if_fail (WEIR_IS_CHANGE (self), WEIR_SUBJECT_WORKFLOW);
  return self->subject;
}

/**
 * weir_change_get_kind:
 * @self: a change
 *
 * Returns: what became of it
 */
WeirChangeKind
weir_change_get_kind (WeirChange *self)
{
  g_return_val_if_fail (WEIR_IS_CHANGE (self), WEIR_CHANGE_CHANGED);
  return self->kind;
}

/**
 * weir_change_is_layout:
 * @self: a change
 *
 * Returns: whether it is about where something stands or how it looks, and not about what it means
 */
gboolean
weir_change_is_layout (WeirChange *self)
{
  g_return_val_if_fail (WEIR_IS_CHANGE (self), FALSE);
  return self->layout;
}

/**
 * weir_change_get_before:
 * @self: a change
 *
 * Returns: (transfer none) (nullable): path of the block, ends of the link or id of the note in the first workflow
 */
const char *
weir_change_get_before (WeirChange *self)
{
  g_return_val_if_fail (WEIR_IS_CHANGE (self), NULL);
  return self->before;
}

/**
 * weir_change_get_after:
 * @self: a change
 *
 * Returns: (transfer none) (nullable): path of the block, ends of the link or id of the note in the second workflow
 */
const char *
weir_change_get_after (WeirChange *self)
{
  g_return_val_if_fail (WEIR_IS_CHANGE (self), NULL);
  return self->after;
}

/**
 * weir_change_get_container:
 * @self: a change of a block or link
 *
 * Returns: (transfer none) (nullable): path of the container that it is in, in the workflow that has it (the second one, if both do);
 *   %NULL for the root graph
 */
const char *
weir_change_get_container (WeirChange *self)
{
  g_return_val_if_fail (WEIR_IS_CHANGE (self), NULL);
  return self->container;
}

/**
 * weir_change_get_title:
 * @self: a change
 *
 * Returns: (transfer none) (nullable): what people call the block, or how the note begins
 */
const char *
weir_change_get_title (WeirChange *self)
{
  g_return_val_if_fail (WEIR_IS_CHANGE (self), NULL);
  return self->title;
}

/**
 * weir_change_get_n_keys:
 * @self: a change
 *
 * Returns: how many keys say something else; 0 for what was added or removed as a whole
 */
guint
weir_change_get_n_keys (WeirChange *self)
{
  g_return_val_if_fail (WEIR_IS_CHANGE (self), 0);
  return self->keys->len;
}

/**
 * weir_change_get_key:
 * @self: a change
 * @index: below weir_change_get_n_keys()
 *
 * Returns: (transfer none): a key with what it said and says; valid as long as the change
 */
WeirChangedKey
weir_change_get_key (WeirChange *self, guint index)
{
  const Key *key;

  g_return_val_if_fail (WEIR_IS_CHANGE (self) && index < self->keys->len, (WeirChangedKey) { 0 });

  key = &g_array_index (self->keys, Key, index);
  return (WeirChangedKey) { key->key, key->before, key->after };
}

/* On one line, as in the file; long ones are cut. */
static void
append_value (GString *out, WeirValue *value)
{
  g_autofree char *text = value != NULL ? weir_value_to_display (value, 120) : NULL;

  if (text == NULL)
    g_string_append (out, "nothing");
  else if (weir_value_get_kind (value) == WEIR_VALUE_TEXT)
    g_string_append_printf (out, "\"%s\"", text);
  else
    g_string_append (out, text);
}

static void
append_subject (GString *out, WeirChange *self)
{
  const char *name = self->after != NULL ? self->after : self->before;

  g_string_append (out, self->layout ? "layout of " : "");
  g_string_append (out, subject_names[self->subject]);
  if (self->kind == WEIR_CHANGE_RENAMED)
    g_string_append_printf (out, " %s to %s", self->before, self->after);
  else if (name != NULL && self->subject == WEIR_SUBJECT_LINK && self->container != NULL)
    g_string_append_printf (out, " %s in %s", name, self->container);
  else if (name != NULL)
    g_string_append_printf (out, " %s", name);
  if (self->title != NULL && g_strcmp0 (self->title, name) != 0)
    g_string_append_printf (out, " (%s)", self->title);
}

/**
 * weir_change_to_string:
 * @self: a change
 *
 * Returns: (transfer full): a line, and one more for each key, indented: "changed block move (Move files)"; not translated, without
 *   newline at the end
 */
char *
weir_change_to_string (WeirChange *self)
{
  GString *out = g_string_new (NULL);

  g_return_val_if_fail (WEIR_IS_CHANGE (self), NULL);

  g_string_append_printf (out, "%s ", kind_names[self->kind]);
  append_subject (out, self);
  for (guint i = 0; i < self->keys->len; i++)
    {
      const Key *key = &g_array_index (self->keys, Key, i);

      g_string_append_printf (out, "\n    %s: ", key->key);
      append_value (out, key->before);
      g_string_append (out, " → ");
      append_value (out, key->after);
    }
  return g_string_free_and_steal (out);
}

static void
set_text (WeirBuilder *builder, const char *key, const char *text)
{
  if (text != NULL)
    weir_builder_set_take (builder, key, weir_value_new_text (text));
}

/**
 * weir_change_to_value:
 * @self: a change
 *
 * Returns: (transfer full): the change as a record; members that say nothing are left out
 */
WeirValue *
weir_change_to_value (WeirChange *self)
{
  WeirBuilder *record = weir_record_builder_new (8);
  WeirBuilder *keys;

  g_return_val_if_fail (WEIR_IS_CHANGE (self), NULL);

  set_text (record, "subject", subject_names[self->subject]);
  set_text (record, "change", kind_names[self->kind]);
  weir_builder_set_take (record, "layout", weir_value_new_bool (self->layout));
  set_text (record, "before", self->before);
  set_text (record, "after", self->after);
  set_text (record, "container", self->container);
  set_text (record, "title", self->title);
  keys = weir_list_builder_new (self->keys->len);
  for (guint i = 0; i < self->keys->len; i++)
    {
      const Key *key = &g_array_index (self->keys, Key, i);
      WeirBuilder *row = weir_record_builder_new (3);

      set_text (row, "key", key->key);
      if (key->before != NULL)
        weir_builder_set (row, "before", key->before);
      if (key->after != NULL)
        weir_builder_set (row, "after", key->after);
      weir_builder_take (keys, weir_builder_end (row));
    }
  weir_builder_set_take (record, "keys", weir_builder_end (keys));
  return weir_builder_end (record);
}
