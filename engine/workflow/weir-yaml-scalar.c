/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "weir-yaml-private.h"

#include <errno.h>
#include <math.h>
#include <string.h>

static gboolean
is_one_of (const char *text, gsize length, const char *a, const char *b, const char *c)
{
  return (strlen (a) == length && memcmp (text, a, length) == 0) || (strlen (b) == length && memcmp (text, b, length) == 0)
         || (strlen (c) == length && memcmp (text, c, length) == 0);
}

static gsize
count_digits (const char *text, gsize length)
{
  gsize n = 0;

  while (n < length && g_ascii_isdigit (text[n]))
    n++;
  return n;
}

/* [-+]? ( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )? */
static gboolean
is_float (const char *text, gsize length)
{
  gsize i = 0;
  gsize whole;
  gsize fraction = 0;

  if (i < length && (text[i] == '-' || text[i] == '+'))
    i++;
  whole = count_digits (text + i, length - i);
  i += whole;
  if (i < length && text[i] == '.')
    {
      fraction = count_digits (text + i + 1, length - i - 1);
      i += 1 + fraction;
    }
  if (whole == 0 && fraction == 0)
    return FALSE;
  if (i < length && (text[i] == 'e' || text[i] == 'E'))
    {
      gsize digits;

      i++;
      if (i < length && (text[i] == '-' || text[i] == '+'))
        i++;
      digits = count_digits (text + i, length - i);
      if (digits == 0)
        return FALSE;
      i += digits;
    }
  return i == length;
}

static WeirValue *
resolve_number (const char *text, gsize length)
{
  gsize sign = text[0] == '-' || text[0] == '+' ? 1 : 0;
  gboolean whole = length > sign && count_digits (text + sign, length - sign) == length - sign;
  g_autofree char *copy = NULL;
  gint64 number;

  if (!whole && !is_float (text, length))
    return NULL;
  copy = g_strndup (text, length);
  if (whole)
    {
      errno = 0;
      number = g_ascii_strtoll (copy, NULL, 10);
      if (errno == 0)
        return weir_value_new_int (number);
    }
  return weir_value_new_number (g_ascii_strtod (copy, NULL));
}

/* 0o17 and 0xff; the core schema gives them no sign. */
static WeirValue *
resolve_based (const char *text, gsize length)
{
  g_autofree char *copy = NULL;
  char *end;
  guint64 number;
  guint base = text[1] == 'o' ? 8 : 16;

  if (!g_ascii_isxdigit (text[2]))
    return NULL;
  copy = g_strndup (text + 2, length - 2);
  errno = 0;
  number = g_ascii_strtoull (copy, &end, base);
  if (*end != '\0' || errno != 0 || number > G_MAXINT64)
    return NULL;
  return weir_value_new_int ((gint64) number);
}

/* A plain scalar by the YAML 1.2 core schema: `no` is text, 0o17 is 15, whole numbers beyond 64 bits are numbers. */
WeirValue *
weir_yaml_resolve_plain (const char *text, gsize length)
{
  WeirValue *value = NULL;

  if (length == 0 || (length == 1 && text[0] == '~') || is_one_of (text, length, "null", "Null", "NULL"))
    return weir_value_new_null ();
  if (is_one_of (text, length, "true", "True", "TRUE"))
    return weir_value_new_bool (TRUE);
  if (is_one_of (text, length, "false", "False", "FALSE"))
    return weir_value_new_bool (FALSE);

  if (length > 2 && text[0] == '0' && (text[1] == 'o' || text[1] == 'x'))
    value = resolve_based (text, length);
  else if (g_ascii_isdigit (text[0]) || strchr ("+-.", text[0]) != NULL)
    value = resolve_number (text, length);
  if (value != NULL)
    return value;

  if (is_one_of (text, length, ".nan", ".NaN", ".NAN"))
    return weir_value_new_number (NAN);
  if (text[0] == '-' && is_one_of (text + 1, length - 1, ".inf", ".Inf", ".INF"))
    return weir_value_new_number (-INFINITY);
  if (text[0] == '+' && is_one_of (text + 1, length - 1, ".inf", ".Inf", ".INF"))
    return weir_value_new_number (INFINITY);
  if (is_one_of (text, length, ".inf", ".Inf", ".INF"))
    return weir_value_new_number (INFINITY);
  return weir_value_new_text_len (text, length);
}
