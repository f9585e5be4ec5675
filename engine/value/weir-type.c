/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "weir-type-private.h"

#include <string.h>

#define MAX_DEPTH 32
#define MAX_LENGTH 65536

G_DEFINE_BOXED_TYPE (WeirType, weir_type, weir_type_ref, weir_type_unref)

static const char *const kind_names[] = {
  "any", "null", "bool", "int", "number", "text", "bytes", "time", "duration", "file", "dir", "uri", "json", "image",
  "audio", "table", "secret", "error", "list", "record", "stream",
};

static const struct { const char *name; WeirTypeKind kind; } aliases[] = {
  { "num", WEIR_TYPE_KIND_NUMBER },
  { "dur", WEIR_TYPE_KIND_DURATION },
  { "rec", WEIR_TYPE_KIND_RECORD },
  { "err", WEIR_TYPE_KIND_ERROR },
};

/* All types there are, by their text. */
static GHashTable *interned;
static GMutex interned_lock;

typedef struct
{
  const char *text;
  const char *next;
  guint       depth;
} Parser;

static WeirType *parse_union (Parser *self, GError **error);

const char *
weir_type_kind_get_name (WeirTypeKind kind)
{
  return kind_names[kind];
}

static void
type_free (WeirType *self)
{
  for (guint i = 0; i < self->n_children; i++)
    weir_type_unref (self->children[i]);
  for (guint i = 0; i < self->n_members; i++)
    {
      g_free (self->members[i].name);
      weir_type_unref (self->members[i].type);
    }
  g_free (self->children);
  g_free (self->members);
  g_free (self->text);
  g_free (self);
}

/**
 * weir_type_ref:
 * @self: a type
 *
 * Returns: (transfer full): the same type
 */
WeirType *
weir_type_ref (WeirType *self)
{
  g_atomic_int_inc (&self->ref_count);
  return self;
}

/**
 * weir_type_unref:
 * @self: (transfer full): a type
 */
void
weir_type_unref (WeirType *self)
{
  int count = g_atomic_int_get (&self->ref_count);

  /* The last reference is dropped under the lock, since the table may give out another at this moment. */
  while (count > 1)
    if (g_atomic_int_compare_and_exchange_full (&self->ref_count, count, count - 1, &count))
      return;

  g_mutex_lock (&interned_lock);
  if (!g_atomic_int_dec_and_test (&self->ref_count))
    {
      g_mutex_unlock (&interned_lock);
      return;
    }
  if (g_hash_table_lookup (interned, self->text) == self)
    g_hash_table_remove (interned, self->text);
  g_mutex_unlock (&interned_lock);
  type_free (self);
}

static gboolean
is_word_char (char c)
{
  return g_ascii_isalnum (c) || c == '_' || c == '-' || (c & 0x80) != 0;
}

static gboolean
is_plain_name (const char *name)
{
  for (const char *p = name; *p != '\0'; p++)
    if (!is_word_char (*p))
      return FALSE;
  return *name != '\0';
}

static void
append_name (GString *text, const char *name)
{
  if (is_plain_name (name))
    {
      g_string_append (text, name);
      return;
    }
  g_string_append_c (text, '"');
  for (; *name != '\0'; name++)
    {
      if (*name == '"' || *name == '\\')
        g_string_append_c (text, '\\');
      g_string_append_c (text, *name);
    }
  g_string_append_c (text, '"');
}

static char *
print_type (const WeirType *self)
{
  GString *text = g_string_new (NULL);

  if (self->kind == WEIR_TYPE_KIND_UNION)
    {
      for (guint i = 0; i < self->n_children; i++)
        g_string_append_printf (text, "%s%s", i > 0 ? " | " : "", self->children[i]->text);
      return g_string_free (text, FALSE);
    }

  g_string_append (text, kind_names[self->kind]);
  if (self->n_children == 1 && self->children[0]->kind != WEIR_TYPE_KIND_ANY)
    g_string_append_printf (text, "<%s>", self->children[0]->text);
  if (self->kind == WEIR_TYPE_KIND_RECORD && !self->is_open)
    {
      g_string_append_c (text, '{');
      for (guint i = 0; i < self->n_members; i++)
        {
          if (i > 0)
            g_string_append (text, ", ");
          append_name (text, self->members[i].name);
          g_string_append_printf (text, "%s: %s", self->members[i].is_optional ? "?" : "", self->members[i].type->text);
        }
      g_string_append_c (text, '}');
    }
  return g_string_free (text, FALSE);
}

/* Takes a new type; gives the one of the same text if there is one. */
static WeirType *
intern (WeirType *self)
{
  WeirType *existing;

  self->text = print_type (self);
  g_mutex_lock (&interned_lock);
  if (interned == NULL)
    interned = g_hash_table_new (g_str_hash, g_str_equal);
  existing = g_hash_table_lookup (interned, self->text);
  if (existing != NULL)
    weir_type_ref (existing);
  else
    g_hash_table_insert (interned, self->text, self);
  g_mutex_unlock (&interned_lock);

  if (existing == NULL)
    return self;
  type_free (self);
  return existing;
}

static WeirType *
new_type (WeirTypeKind kind)
{
  WeirType *self = g_new0 (WeirType, 1);

  self->ref_count = 1;
  self->kind = kind;
  return self;
}

static void
take_child (WeirType *self, WeirType *child)
{
  self->children = g_renew (WeirType *, self->children, self->n_children + 1);
  self->children[self->n_children++] = child;
}

static void
set_parse_error (Parser *self, GError **error, const char *expected)
{
  glong column = g_utf8_strlen (self->text, self->next - self->text) + 1;

  if (*self->next == '\0')
    g_set_error (error, WEIR_ERROR, WEIR_ERROR_INVALID, "Type column %ld: expected %s, but the text ends", column, expected);
  else
    {
      const char *end = g_utf8_next_char (self->next);

      while (is_word_char (*self->next) && is_word_char (*end))
        end = g_utf8_next_char (end);
      g_set_error (error, WEIR_ERROR, WEIR_ERROR_INVALID, "Type column %ld: expected %s, but found \"%.*s\"", column, expected,
                   (int) (end - self->next), self->next);
    }
}

static void
skip_space (Parser *self)
{
  while (g_ascii_isspace (*self->next))
    self->next++;
}

static gboolean
accept_char (Parser *self, char c)
{
  skip_space (self);
  if (*self->next != c)
    return FALSE;
  self->next++;
  return TRUE;
}

static char *
parse_word (Parser *self)
{
  const char *start;

  skip_space (self);
  start = self->next;
  while (is_word_char (*self->next))
    self->next++;
  return g_strndup (start, self->next - start);
}

/* The name of a member: a word, or anything in quotation marks. NULL if there is none. */
static char *
parse_name (Parser *self)
{
  GString *name;
  char *word;

  skip_space (self);
  if (*self->next != '"')
    {
      word = parse_word (self);
      if (*word == '\0')
        g_clear_pointer (&word, g_free);
      return word;
    }

  name = g_string_new (NULL);
  for (self->next++; *self->next != '"' && *self->next != '\0'; self->next++)
    {
      if (*self->next == '\\' && self->next[1] != '\0')
        self->next++;
      g_string_append_c (name, *self->next);
    }
  if (*self->next != '"')
    {
      g_string_free (name, TRUE);
      return NULL;
    }
  self->next++;
  return g_string_free (name, FALSE);
}

WeirTypeMember *
weir_type_find_member (WeirType *self, const char *name)
{
  for (guint i = 0; i < self->n_members; i++)
    if (strcmp (self->members[i].name, name) == 0)
      return &self->members[i];
  return NULL;
}

static gboolean
parse_member (Parser *self, WeirType *record, GError **error)
{
  const char *start;
  g_autofree char *name = NULL;
  gboolean is_optional;
  WeirType *type;

  skip_space (self);
  start = self->next;
  name = parse_name (self);
  if (name == NULL)
    {
      set_parse_error (self, error, "the name of a member");
      return FALSE;
    }
  if (weir_type_find_member (record, name) != NULL)
    {
      self->next = start;
      set_parse_error (self, error, "a name that the record does not have yet");
      return FALSE;
    }
  is_optional = accept_char (self, '?');
  if (!accept_char (self, ':'))
    {
      set_parse_error (self, error, "\":\" and a type");
      return FALSE;
    }
  type = parse_union (self, error);
  if (type == NULL)
    return FALSE;

  record->members = g_renew (WeirTypeMember, record->members, record->n_members + 1);
  record->members[record->n_members++] = (WeirTypeMember) { g_steal_pointer (&name), type, is_optional };
  return TRUE;
}

static gboolean
parse_members (Parser *self, WeirType *record, GError **error)
{
  if (!accept_char (self, '{'))
    {
      record->is_open = TRUE;
      return TRUE;
    }
  while (!accept_char (self, '}'))
    {
      if (!parse_member (self, record, error))
        return FALSE;
      if (!accept_char (self, ',') && (skip_space (self), *self->next != '}'))
        {
          set_parse_error (self, error, "\",\" or \"}\"");
          return FALSE;
        }
    }
  return TRUE;
}

/* <T>, or nothing, which is <any>. */
static gboolean
parse_item_type (Parser *self, WeirType *list, GError **error)
{
  WeirType *child;

  if (!accept_char (self, '<'))
    {
      take_child (list, intern (new_type (WEIR_TYPE_KIND_ANY)));
      return TRUE;
    }
  child = parse_union (self, error);
  if (child == NULL)
    return FALSE;
  take_child (list, child);
  if (accept_char (self, '>'))
    return TRUE;
  set_parse_error (self, error, "\">\"");
  return FALSE;
}

static gboolean
find_kind (const char *name, WeirTypeKind *kind)
{
  for (guint i = 0; i < G_N_ELEMENTS (kind_names); i++)
    if (strcmp (name, kind_names[i]) == 0)
      {
        *kind = i;
        return TRUE;
      }
  for (guint i = 0; i < G_N_ELEMENTS (aliases); i++)
    if (strcmp (name, aliases[i].name) == 0)
      {
        *kind = aliases[i].kind;
        return TRUE;
      }
  return FALSE;
}

static WeirType *
parse_single (Parser *self, GError **error)
{
  g_autofree char *name = NULL;
  WeirTypeKind kind = WEIR_TYPE_KIND_ANY;
  const char *start;
  WeirType *type;
  gboolean ok = TRUE;

  if (accept_char (self, '('))
    {
      type = parse_union (self, error);
      if (type != NULL && !accept_char (self, ')'))
        {
          set_parse_error (self, error, "\")\"");
          g_clear_pointer (&type, weir_type_unref);
        }
      return type;
    }

  skip_space (self);
  start = self->next;
  name = parse_word (self);
  if (!find_kind (name, &kind))
    {
      self->next = start;
      set_parse_error (self, error, "a type (any, null, bool, int, number, text, bytes, time, duration, file, dir, uri, json, "
                       "image, audio, table, secret, error, list<…>, record{…} or stream<…>)");
      return NULL;
    }

  type = new_type (kind);
  if (kind == WEIR_TYPE_KIND_LIST || kind == WEIR_TYPE_KIND_STREAM)
    ok = parse_item_type (self, type, error);
  else if (kind == WEIR_TYPE_KIND_RECORD)
    ok = parse_members (self, type, error);
  if (!ok)
    {
      type_free (type);
      return NULL;
    }
  return intern (type);
}

/* Flat and without doubles; with `any` among them it is any. */
static void
add_alternative (WeirType *self, WeirType *type)
{
  if (type->kind == WEIR_TYPE_KIND_UNION)
    {
      for (guint i = 0; i < type->n_children; i++)
        add_alternative (self, weir_type_ref (type->children[i]));
      weir_type_unref (type);
      return;
    }
  for (guint i = 0; i < self->n_children; i++)
    if (self->children[i] == type)
      {
        weir_type_unref (type);
        return;
      }
  take_child (self, type);
}

static WeirType *
simplify_union (WeirType *self)
{
  WeirType *simple = NULL;

  for (guint i = 0; i < self->n_children && simple == NULL; i++)
    if (self->children[i]->kind == WEIR_TYPE_KIND_ANY || self->n_children == 1)
      simple = weir_type_ref (self->children[i]);
  if (simple == NULL)
    return intern (self);
  type_free (self);
  return simple;
}

static WeirType *
parse_union (Parser *self, GError **error)
{
  WeirType *type = NULL;
  WeirType *first;

  if (self->depth == MAX_DEPTH)
    {
      set_parse_error (self, error, "at most 32 types inside each other");
      return NULL;
    }
  self->depth++;
  first = parse_single (self, error);
  if (first != NULL && accept_char (self, '|'))
    {
      type = new_type (WEIR_TYPE_KIND_UNION);
      add_alternative (type, g_steal_pointer (&first));
      do
        {
          WeirType *next = parse_single (self, error);

          if (next == NULL)
            {
              type_free (type);
              self->depth--;
              return NULL;
            }
          add_alternative (type, next);
        }
      while (accept_char (self, '|'));
      first = simplify_union (type);
    }
  self->depth--;
  return first;
}

/**
 * weir_type_parse:
 * @text: a type, "list<record{name: text, size?: int}> | null"
 * @error: %WEIR_ERROR_INVALID with the column
 *
 * Names of members that are no words stand in quotation marks. "list" is a list of any, "record" any record. Types are
 * interned: equal types are the same pointer. Any thread.
 *
 * Returns: (transfer full): the type
 */
WeirType *
weir_type_parse (const char *text, GError **error)
{
  Parser parser = { .text = text, .next = text };
  WeirType *type;

  g_return_val_if_fail (text != NULL, NULL);

  if (strlen (text) > MAX_LENGTH || !g_utf8_validate (text, -1, NULL))
    {
      g_set_error (error, WEIR_ERROR, WEIR_ERROR_INVALID, "Type column 1: expected at most %d bytes of UTF-8", MAX_LENGTH);
      return NULL;
    }
  type = parse_union (&parser, error);
  if (type == NULL)
    return NULL;
  skip_space (&parser);
  if (*parser.next != '\0')
    {
      set_parse_error (&parser, error, "\"|\" or the end");
      weir_type_unref (type);
      return NULL;
    }
  return type;
}

/**
 * weir_type_to_string:
 * @self: a type
 *
 * Returns: (transfer none): as weir_type_parse() reads it, in one way of writing
 */
const char *
weir_type_to_string (WeirType *self)
{
  g_return_val_if_fail (self != NULL, "any");

  return self->text;
}

/**
 * weir_type_get_family:
 * @self: a type
 *
 * Returns: (transfer none): the outermost name: "list" of list<int>; "any" of a union
 */
const char *
weir_type_get_family (WeirType *self)
{
  g_return_val_if_fail (self != NULL, "any");

  return self->kind == WEIR_TYPE_KIND_UNION ? "any" : kind_names[self->kind];
}
