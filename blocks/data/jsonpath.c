/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "jsonpath.h"

#include <string.h>

#include "values.h"

#define MAX_DEPTH 512

/* One step of a JSONPath. */
typedef struct
{
  enum { PART_NAME, PART_INDEX, PART_SLICE, PART_ALL, PART_DEEP } kind;
  char   *name;
  gint64  first, last;
  gboolean has_last;
} Part;

static void
part_free (gpointer data)
{
  Part *part = data;

  g_free (part->name);
  g_free (part);
}

static void
set_path_failure (GError **error, const char *path, const char *at, const char *expected)
{
  weir_set_failure (error, "config.invalid", "Path “%s”, column %d: expected %s", path, (int) (at - path) + 1,
                    expected);
}

static Part *
add_part (GPtrArray *parts, int kind, char *name)
{
  Part *part = g_new0 (Part, 1);

  part->kind = kind;
  part->name = name;
  g_ptr_array_add (parts, part);
  return part;
}

/* What is between brackets: 'name', *, 3, -1, 1:3. */
static const char *
read_bracket (const char *path, const char *at, GPtrArray *parts, GError **error)
{
  const char *start = at;

  if (*at == '\'' || *at == '"')
    {
      const char *end = strchr (at + 1, *at);

      if (end == NULL || end[1] != ']')
        {
          set_path_failure (error, path, start, "a name in quotes and ]");
          return NULL;
        }
      add_part (parts, PART_NAME, g_strndup (at + 1, end - at - 1));
      return end + 2;
    }
  if (g_str_has_prefix (at, "*]"))
    {
      add_part (parts, PART_ALL, NULL);
      return at + 2;
    }
  else
    {
      char *end;
      gint64 first = g_ascii_strtoll (at, &end, 10);
      gboolean given = end != at;
      Part *part;

      if (given && *end == ']')
        {
          part = add_part (parts, PART_INDEX, NULL);
          part->first = first;
          return end + 1;
        }
      if (*end == ':')
        {
          const char *rest = end + 1;

          part = add_part (parts, PART_SLICE, NULL);
          part->first = given ? first : 0;
          part->last = g_ascii_strtoll (rest, &end, 10);
          part->has_last = end != rest;
          if (*end == ']')
            return end + 1;
        }
    }
  set_path_failure (error, path, start, "a place, a range, * or a name in quotes, and ]");
  return NULL;
}

static GPtrArray *
parse_path (const char *path, GError **error)
{
  g_autoptr(GPtrArray) parts = g_ptr_array_new_with_free_func (part_free);
  const char *at = path + (*path == '$');

  while (at != NULL && *at != '\0')
    {
      if (*at == '[')
        {
          at = read_bracket (path, at + 1, parts, error);
          continue;
        }
      if (g_str_has_prefix (at, ".."))
        {
          add_part (parts, PART_DEEP, NULL);
          at += at[2] == '[' ? 2 : 1;
          continue;
        }
      if (*at == '.')
        at++;
      else if (at != path)
        {
          set_path_failure (error, path, at, "a dot or [");
          return NULL;
        }

      if (*at == '*')
        {
          add_part (parts, PART_ALL, NULL);
          at++;
        }
      else
        {
          gsize length = strcspn (at, ".[");

          if (length == 0)
            {
              set_path_failure (error, path, at, "a name");
              return NULL;
            }
          add_part (parts, PART_NAME, g_strndup (at, length));
          at += length;
        }
    }
  return at != NULL ? g_steal_pointer (&parts) : NULL;
}

static gboolean
is_listlike (WeirValue *value)
{
  return weir_value_get_kind (value) == WEIR_VALUE_LIST || weir_value_get_kind (value) == WEIR_VALUE_TABLE;
}

static void walk (WeirValue *value, GPtrArray *parts, guint next, guint depth, GPtrArray *found);

static void
walk_list (WeirValue *value, const Part *part, GPtrArray *parts, guint next, guint depth, GPtrArray *found)
{
  gint64 n = (gint64) weir_value_get_length (value);
  gint64 first = part->first < 0 ? part->first + n : part->first;
  gint64 last = !part->has_last ? n : part->last < 0 ? part->last + n : part->last;

  if (part->kind == PART_INDEX)
    {
      if (first >= 0 && first < n)
        walk (weir_value_get_item (value, first), parts, next, depth, found);
      return;
    }
  for (gint64 i = MAX (first, 0); i < MIN (last, n); i++)
    walk (weir_value_get_item (value, i), parts, next, depth, found);
}

static void
walk (WeirValue *value, GPtrArray *parts, guint next, guint depth, GPtrArray *found)
{
  const Part *part;
  gsize n = is_listlike (value) || weir_value_get_kind (value) == WEIR_VALUE_RECORD ? weir_value_get_length (value) : 0;

  if (next == parts->len)
    {
      g_ptr_array_add (found, value);
      return;
    }
  if (depth > MAX_DEPTH)
    return;

  part = parts->pdata[next];
  switch (part->kind)
    {
    case PART_NAME:
      {
        WeirValue *child = weir_value_find_member (value, part->name);

        if (child != NULL)
          walk (child, parts, next + 1, depth + 1, found);
        break;
      }
    case PART_ALL:
      for (gsize i = 0; i < n; i++)
        walk (weir_value_get_item (value, i), parts, next + 1, depth + 1, found);
      break;
    case PART_DEEP:
      walk (value, parts, next + 1, depth + 1, found);
      for (gsize i = 0; i < n; i++)
        walk (weir_value_get_item (value, i), parts, next, depth + 1, found);
      break;
    default:
      if (is_listlike (value))
        walk_list (value, part, parts, next + 1, depth + 1, found);
    }
}

/* Splits a JSON Pointer; ~1 is / and ~0 is ~. */
static char **
split_pointer (const char *pointer, GError **error)
{
  char **words;

  if (*pointer != '\0' && *pointer != '/')
    {
      weir_set_failure (error, "config.invalid", "Expected a JSON Pointer that begins with /, but there is “%s”",
                        pointer);
      return NULL;
    }
  words = g_strsplit (*pointer == '/' ? pointer + 1 : pointer, "/", -1);
  for (guint i = 0; words[i] != NULL; i++)
    {
      char *to = words[i];

      for (const char *from = words[i]; *from != '\0'; from++)
        {
          if (from[0] == '~' && (from[1] == '0' || from[1] == '1'))
            {
              *to++ = from[1] == '0' ? '~' : '/';
              from++;
            }
          else
            *to++ = *from;
        }
      *to = '\0';
    }
  return words;
}

static WeirValue *
find_word (WeirValue *value, const char *word)
{
  guint64 index;

  if (!is_listlike (value))
    return weir_value_get_kind (value) == WEIR_VALUE_RECORD ? weir_value_find_member (value, word) : NULL;
  if (!g_ascii_string_to_unsigned (word, 10, 0, G_MAXUINT32, &index, NULL) || index >= weir_value_get_length (value))
    return NULL;
  return weir_value_get_item (value, index);
}

static WeirValue *
find_words (WeirValue *value, char **words)
{
  for (guint i = 0; value != NULL && words[i] != NULL; i++)
    value = find_word (value, words[i]);
  return value;
}

/* Finds what is at @path: a JSON Pointer if it is empty or begins with /, else a JSONPath. A path that may lead to
 * several places
 * (*, .., slices) finds a list. @found is NULL if there is nothing. (transfer full) Fails when the path cannot be
 * read. */
gboolean
weir_jsonpath_find (WeirValue *value, const char *path, WeirValue **found, GError **error)
{
  g_autoptr(GPtrArray) parts = NULL;
  g_autoptr(GPtrArray) places = g_ptr_array_new ();
  gboolean many = FALSE;

  *found = NULL;
  if (*path == '/' || *path == '\0')
    {
      g_auto(GStrv) words = split_pointer (path, error);
      WeirValue *place = words != NULL ? find_words (value, words) : NULL;

      if (place != NULL)
        *found = weir_value_ref (place);
      return words != NULL;
    }

  parts = parse_path (path, error);
  if (parts == NULL)
    return FALSE;
  for (guint i = 0; i < parts->len; i++)
    {
      int kind = ((Part *) parts->pdata[i])->kind;
      many = many || kind == PART_ALL || kind == PART_DEEP || kind == PART_SLICE;
    }
  walk (value, parts, 0, 0, places);
  if (many)
    *found = weir_value_new_list ((WeirValue **) places->pdata, places->len);
  else if (places->len > 0)
    *found = weir_value_ref (places->pdata[0]);
  return TRUE;
}

/* Puts @item at @words below @value: @insert shifts the items of a list, else one is replaced; @item NULL removes.
 * NULL where there
 * is no such place. */
static WeirValue *
put (WeirValue *value, char **words, WeirValue *item, gboolean insert)
{
  g_autoptr(WeirValue) child = NULL;
  WeirValue *below;
  WeirBuilder *builder;
  gsize n, place;
  guint64 index;

  if (words[0] == NULL)
    return item != NULL ? weir_value_ref (item) : NULL;
  if (words[1] != NULL)
    {
      below = find_word (value, words[0]);
      child = below != NULL ? put (below, words + 1, item, insert) : NULL;
      if (child == NULL)
        return NULL;
      item = child;
      insert = FALSE;
    }

  if (weir_value_get_kind (value) == WEIR_VALUE_RECORD)
    {
      if (!insert && weir_value_find_member (value, words[0]) == NULL)
        return NULL;
      return weir_value_with_member (value, words[0], item);
    }
  if (weir_value_get_kind (value) != WEIR_VALUE_LIST)
    return NULL;

  n = weir_value_get_length (value);
  if (insert && g_str_equal (words[0], "-"))
    place = n;
  else if (!g_ascii_string_to_unsigned (words[0], 10, 0, insert ? n : n - 1, &index, NULL) || (!insert && n == 0))
    return NULL;
  else
    place = index;

  builder = weir_list_builder_new (n + 1);
  for (gsize i = 0; i < n; i++)
    {
      if (i == place && item != NULL)
        weir_builder_add (builder, item);
      if (i != place || insert)
        weir_builder_add (builder, weir_value_get_item (value, i));
    }
  if (place == n)
    weir_builder_add (builder, item);
  return weir_builder_end (builder);
}

static WeirValue *
apply_one (WeirValue *value, WeirValue *change, GError **error)
{
  const char *op = weir_value_get_member_text (change, "op", "");
  const char *path = weir_value_get_member_text (change, "path", "");
  const char *from = weir_value_get_member_text (change, "from", "");
  WeirValue *given = weir_value_find_member (change, "value");
  g_auto(GStrv) words = split_pointer (path, error);
  g_auto(GStrv) from_words = words != NULL ? split_pointer (from, error) : NULL;
  g_autoptr(WeirValue) moved = NULL;
  g_autoptr(WeirValue) base = NULL;

  if (from_words == NULL)
    return NULL;

  if (g_str_equal (op, "test"))
    {
      WeirValue *there = find_words (value, words);

      return there != NULL && given != NULL && weir_blocks_equal (there, given, TRUE) ? weir_value_ref (value) : NULL;
    }
  if (g_str_equal (op, "remove"))
    return put (value, words, NULL, FALSE);
  if (g_str_equal (op, "replace"))
    return given != NULL && find_words (value, words) != NULL ? put (value, words, given, FALSE) : NULL;
  if (g_str_equal (op, "add"))
    return given != NULL ? put (value, words, given, TRUE) : NULL;
  if (g_str_equal (op, "copy") || g_str_equal (op, "move"))
    {
      WeirValue *there = find_words (value, from_words);

      if (there == NULL)
        return NULL;
      moved = weir_value_ref (there);
      base = g_str_equal (op, "move") ? put (value, from_words, NULL, FALSE) : weir_value_ref (value);
      return base != NULL ? put (base, words, moved, TRUE) : NULL;
    }
  weir_set_failure (error, "config.invalid", "Expected add, remove, replace, move, copy or test, but there is “%s”",
                    op);
  return NULL;
}

/* Applies an RFC 6902 patch, a list of changes: all of them or none. Fails with data.schema where one does not fit. */
WeirValue *
weir_json_patch_apply (WeirValue *value, WeirValue *patch, GError **error)
{
  WeirValue *result = weir_value_ref (value);

  for (gsize i = 0; i < weir_value_get_length (patch); i++)
    {
      WeirValue *change = weir_value_get_item (patch, i);
      g_autoptr(WeirValue) before = result;
      g_autoptr(GError) wrong = NULL;

      result = apply_one (before, change, &wrong);
      if (result != NULL)
        continue;
      if (wrong != NULL)
        g_propagate_error (error, g_steal_pointer (&wrong));
      else
        weir_set_failure (error, "data.schema", "Change %" G_GSIZE_FORMAT " (%s “%s”) does not fit the value", i + 1,
                          weir_value_get_member_text (change, "op", ""),
                          weir_value_get_member_text (change, "path", ""));
      return NULL;
    }
  return result;
}
