/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "weir-plain.h"

#include <string.h>

#include "weir-js-scan.h"
#include "weir-value-private.h"

/* Beyond it two different ints may be one JavaScript number. */
#define MAX_SAFE_INT G_GINT64_CONSTANT (9007199254740991)

typedef enum
{
  OPERATOR_NONE,
  OPERATOR_EQUAL,
  OPERATOR_UNEQUAL,
  OPERATOR_AT_MOST,
  OPERATOR_AT_LEAST,
  OPERATOR_LESS,
  OPERATOR_MORE,
  OPERATOR_PLUS,
  OPERATOR_MINUS,
  OPERATOR_TIMES,
} Operator;

/* Longer ones first. With two equals signs other types are made equal first, but not those that are compared here. */
static const struct
{
  const char *sign;
  Operator op;
} operators[] = {
  { "===", OPERATOR_EQUAL },  { "!==", OPERATOR_UNEQUAL }, { "==", OPERATOR_EQUAL }, { "!=", OPERATOR_UNEQUAL },
  { "<=", OPERATOR_AT_MOST }, { ">=", OPERATOR_AT_LEAST }, { "<", OPERATOR_LESS },   { ">", OPERATOR_MORE },
  { "+", OPERATOR_PLUS },     { "-", OPERATOR_MINUS },     { "*", OPERATOR_TIMES },
};

/* One of the two is set. */
typedef struct
{
  WeirValue *constant;
  GStrv path;
} Operand;

struct _WeirPlain
{
  Operand left;
  Operator op; /* NONE: only @left */
  Operand right;
};

static const char *
skip_space (const char *text)
{
  return text + strspn (text, " \t\r\n");
}

static gsize
get_word_length (const char *text)
{
  gsize length = 0;

  if (!g_ascii_isalpha (*text) && *text != '_')
    return 0;
  while (g_ascii_isalnum (text[length]) || text[length] == '_')
    length++;
  return length;
}

static const char *
parse_path (const char *text, Operand *operand)
{
  g_autoptr (GStrvBuilder) words = g_strv_builder_new ();
  g_autofree char *first = NULL;

  for (;; text++)
    {
      gsize length = get_word_length (text);
      g_autofree char *word = g_strndup (text, length);

      if (length == 0)
        return NULL;
      if (first == NULL && (weir_is_js_keyword (word, length) || weir_js_is_own_name (word)))
        return NULL;
      g_strv_builder_add (words, word);
      if (first == NULL)
        first = g_steal_pointer (&word);
      text += length;
      if (*text != '.')
        break;
    }
  operand->path = g_strv_builder_end (words);
  return text;
}

/* What follows the operand; NULL if it is none. */
static const char *
parse_operand (const char *text, Operand *operand)
{
  gsize length;

  text = skip_space (text);
  if (*text == '"' || *text == '\'')
    {
      length = strcspn (text + 1, "\"'\\\n\r");
      if (text[1 + length] != *text)
        return NULL;
      operand->constant = weir_value_new_text_len (text + 1, length);
      return text + length + 2;
    }
  length = strspn (text, "0123456789");
  if (length == 0)
    return parse_path (text, operand);
  if (length > 9 || (text[0] == '0' && length > 1) || g_ascii_isalpha (text[length]) || text[length] == '_')
    return NULL;
  operand->constant = weir_value_new_int (g_ascii_strtoll (text, NULL, 10));
  return text + length;
}

static const char *
parse_operator (const char *text, Operator *op)
{
  text = skip_space (text);
  for (gsize i = 0; i < G_N_ELEMENTS (operators); i++)
    if (g_str_has_prefix (text, operators[i].sign))
      {
        *op = operators[i].op;
        return text + strlen (operators[i].sign);
      }
  return NULL;
}

WeirPlain *
weir_plain_new (const char *source)
{
  WeirPlain *self = g_new0 (WeirPlain, 1);
  const char *rest = parse_operand (source, &self->left);

  if (rest != NULL && *skip_space (rest) != '\0')
    {
      rest = parse_operator (rest, &self->op);
      rest = rest != NULL ? parse_operand (rest, &self->right) : NULL;
    }
  if (rest != NULL && *skip_space (rest) == '\0')
    return self;
  weir_plain_free (self);
  return NULL;
}

static void
clear_operand (Operand *operand)
{
  g_clear_pointer (&operand->constant, weir_value_unref);
  g_clear_pointer (&operand->path, g_strfreev);
}

void
weir_plain_free (WeirPlain *self)
{
  clear_operand (&self->left);
  clear_operand (&self->right);
  g_free (self);
}

/* (transfer full), NULL if there is no such member. */
static WeirValue *
get_operand (const Operand *operand, WeirValue *scope)
{
  WeirValue *value = scope;

  if (operand->constant != NULL)
    return weir_value_ref (operand->constant);
  for (guint i = 0; operand->path[i] != NULL && value != NULL; i++)
    {
      if (value->kind == WEIR_VALUE_LIST && operand->path[i + 1] == NULL && g_str_equal (operand->path[i], "length"))
        return weir_value_new_int ((gint64) value->a.length);
      value = weir_value_find_member_len (value, operand->path[i], strlen (operand->path[i]));
    }
  return value != NULL ? weir_value_ref (value) : NULL;
}

/* As JavaScript has them: a small int in, a small int out. */
static WeirValue *
calculate (Operator op, gint64 left, gint64 right)
{
  gint64 result;

  if (ABS (left) > G_MAXINT32 || ABS (right) > G_MAXINT32)
    return NULL;
  if (op == OPERATOR_PLUS)
    result = left + right;
  else if (op == OPERATOR_MINUS)
    result = left - right;
  else
    result = left * right;
  /* 0 × -1 is -0, which is no int */
  if (ABS (result) > G_MAXINT32 || (op == OPERATOR_TIMES && result == 0 && (left < 0 || right < 0)))
    return NULL;
  return weir_value_new_int (result);
}

static gboolean
get_number (WeirValue *value, double *number)
{
  if (value->kind == WEIR_VALUE_NUMBER)
    *number = value->a.number;
  else if (value->kind == WEIR_VALUE_INT && ABS (value->a.integer) <= MAX_SAFE_INT)
    *number = (double) value->a.integer;
  else
    return FALSE;
  return TRUE;
}

static WeirValue *
compare_numbers (Operator op, double left, double right)
{
  switch (op)
    {
    case OPERATOR_EQUAL:
      return weir_value_new_bool (left == right);
    case OPERATOR_UNEQUAL:
      return weir_value_new_bool (left != right);
    case OPERATOR_AT_MOST:
      return weir_value_new_bool (left <= right);
    case OPERATOR_AT_LEAST:
      return weir_value_new_bool (left >= right);
    case OPERATOR_LESS:
      return weir_value_new_bool (left < right);
    case OPERATOR_MORE:
      return weir_value_new_bool (left > right);
    default:
      return NULL;
    }
}

static WeirValue *
apply (Operator op, WeirValue *left, WeirValue *right)
{
  double a, b;

  if (left->kind == WEIR_VALUE_TEXT && right->kind == WEIR_VALUE_TEXT
      && (op == OPERATOR_EQUAL || op == OPERATOR_UNEQUAL))
    {
      gboolean equal = left->a.length == right->a.length && memcmp (left->b.text, right->b.text, left->a.length) == 0;

      return weir_value_new_bool (equal == (op == OPERATOR_EQUAL));
    }
  if (op >= OPERATOR_PLUS)
    return left->kind == WEIR_VALUE_INT && right->kind == WEIR_VALUE_INT
             ? calculate (op, left->a.integer, right->a.integer)
             : NULL;
  return get_number (left, &a) && get_number (right, &b) ? compare_numbers (op, a, b) : NULL;
}

WeirValue *
weir_plain_evaluate (WeirPlain *self, WeirValue *scope)
{
  g_autoptr (WeirValue) left = get_operand (&self->left, scope);
  g_autoptr (WeirValue) right = NULL;

  if (left == NULL || self->op == OPERATOR_NONE)
    return g_steal_pointer (&left);
  right = get_operand (&self->right, scope);
  return right != NULL ? apply (self->op, left, right) : NULL;
}
