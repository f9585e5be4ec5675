/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether an output may be linked to an input. What is accepted here is converted by weir-type-convert.c. */
#include "weir-type-private.h"

#include <string.h>

#define BIT(name) (1u << WEIR_TYPE_KIND_##name)

/* What a simple type takes besides itself, any and json. */
static const guint32 taken_kinds[] = {
  [WEIR_TYPE_KIND_NUMBER] = BIT (INT),
  [WEIR_TYPE_KIND_TEXT] = BIT (BOOL) | BIT (INT) | BIT (NUMBER) | BIT (TIME) | BIT (DURATION) | BIT (FILE) | BIT (DIR)
                          | BIT (URI) | BIT (IMAGE) | BIT (AUDIO),
  [WEIR_TYPE_KIND_BYTES] = 0,
  [WEIR_TYPE_KIND_TIME] = BIT (TEXT),
  [WEIR_TYPE_KIND_DURATION] = BIT (TEXT) | BIT (INT),
  [WEIR_TYPE_KIND_FILE] = BIT (TEXT) | BIT (DIR) | BIT (IMAGE) | BIT (AUDIO),
  [WEIR_TYPE_KIND_DIR] = BIT (TEXT) | BIT (FILE),
  [WEIR_TYPE_KIND_URI] = BIT (TEXT) | BIT (FILE) | BIT (DIR) | BIT (IMAGE) | BIT (AUDIO),
  [WEIR_TYPE_KIND_JSON] = BIT (NULL) | BIT (BOOL) | BIT (INT) | BIT (NUMBER) | BIT (TEXT) | BIT (TIME) | BIT (DURATION)
                          | BIT (FILE) | BIT (DIR) | BIT (URI) | BIT (TABLE) | BIT (ERROR) | BIT (RECORD),
  [WEIR_TYPE_KIND_IMAGE] = BIT (TEXT) | BIT (FILE),
  [WEIR_TYPE_KIND_AUDIO] = BIT (TEXT) | BIT (FILE),
  [WEIR_TYPE_KIND_UNION] = 0,
};

static gboolean accepts (WeirType *self, WeirType *source, char **reason);

/* Why not, where there is more to say than that they differ. */
static const char *
get_hint (WeirTypeKind target, WeirTypeKind source)
{
  if (target == WEIR_TYPE_KIND_INT && source == WEIR_TYPE_KIND_NUMBER)
    return "which may have a fraction";
  if (target == WEIR_TYPE_KIND_DURATION && source == WEIR_TYPE_KIND_NUMBER)
    return "which may have a fraction of a millisecond";
  if ((target == WEIR_TYPE_KIND_INT || target == WEIR_TYPE_KIND_NUMBER) && source == WEIR_TYPE_KIND_TEXT)
    return "which may be no number; convert it with an expression, =Number(value)";
  if (target == WEIR_TYPE_KIND_BOOL)
    return "which is neither true nor false; compare it in an expression";
  if (target == WEIR_TYPE_KIND_TEXT && source == WEIR_TYPE_KIND_BYTES)
    return "which may be no text; decode them first";
  if (target == WEIR_TYPE_KIND_BYTES && source == WEIR_TYPE_KIND_TEXT)
    return "which has no bytes until it is encoded; encode it first";
  if (target == WEIR_TYPE_KIND_FILE && source == WEIR_TYPE_KIND_URI)
    return "which may lead to another machine; fetch it first";
  if (target == WEIR_TYPE_KIND_LIST)
    return source == WEIR_TYPE_KIND_STREAM ? "which may never end" : "which is one item; collect items into a list first";
  if (source == WEIR_TYPE_KIND_LIST || source == WEIR_TYPE_KIND_STREAM)
    return "which holds many items; take one, or go through it with For each";
  if (source == WEIR_TYPE_KIND_SECRET)
    return "which only goes where a secret is asked for";
  if (target == WEIR_TYPE_KIND_SECRET)
    return "which would be written into journal and logs; keep it in the vault";
  if (source == WEIR_TYPE_KIND_NULL)
    return "which is nothing";
  return NULL;
}

static gboolean
refuse (WeirType *self, WeirType *source, char **reason)
{
  const char *hint = get_hint (self->kind, source->kind);

  if (reason != NULL)
    *reason = g_strdup_printf ("Input takes %s, but this output gives %s%s%s", self->text, source->text,
                               hint != NULL ? ", " : "", hint != NULL ? hint : "");
  return FALSE;
}

/* Puts a place before the reason of a part. */
static gboolean
refuse_part (char **reason, char *place)
{
  if (reason != NULL)
    {
      g_autofree char *inner = g_steal_pointer (reason);

      inner[0] = g_ascii_tolower (inner[0]);
      *reason = g_strdup_printf ("%s: %s", place, inner);
    }
  g_free (place);
  return FALSE;
}

static gboolean
accepts_members (WeirType *self, WeirType *source, char **reason)
{
  for (guint i = 0; i < self->n_members; i++)
    {
      WeirTypeMember *wanted = &self->members[i];
      WeirTypeMember *given = weir_type_find_member (source, wanted->name);

      if (given == NULL && (wanted->is_optional || source->is_open))
        continue;
      if (given == NULL || (given->is_optional && !wanted->is_optional))
        {
          if (reason != NULL)
            *reason = g_strdup_printf ("Input takes %s, but this output gives %s, %s member \"%s\"", self->text, source->text,
                                       given == NULL ? "which has no" : "which may have no", wanted->name);
          return FALSE;
        }
      if (!accepts (wanted->type, given->type, reason))
        return refuse_part (reason, g_strdup_printf ("Member \"%s\"", wanted->name));
    }
  return TRUE;
}

static gboolean
accepts_record (WeirType *self, WeirType *source, char **reason)
{
  g_autoptr(WeirType) as_record = NULL;

  if (source->kind == WEIR_TYPE_KIND_RECORD)
    return accepts_members (self, source, reason);
  if (source->kind == WEIR_TYPE_KIND_ERROR)
    {
      as_record = weir_type_parse ("record{class: text, message: text, data: any}", NULL);
      return accepts_members (self, as_record, reason);
    }
  return refuse (self, source, reason);
}

static gboolean
accepts_list (WeirType *self, WeirType *source, char **reason)
{
  g_autoptr(WeirType) row = NULL;

  if (source->kind == self->kind || (self->kind == WEIR_TYPE_KIND_STREAM && source->kind == WEIR_TYPE_KIND_LIST))
    return accepts (self->children[0], source->children[0], reason) || refuse_part (reason, g_strdup ("Items"));
  if (source->kind == WEIR_TYPE_KIND_TABLE)
    {
      row = weir_type_parse ("record", NULL);
      return accepts (self->children[0], row, reason) || refuse_part (reason, g_strdup ("Rows"));
    }
  return refuse (self, source, reason);
}

static gboolean
accepts_in_table (WeirType *self, WeirType *source, char **reason)
{
  if (source->kind == WEIR_TYPE_KIND_LIST
      && (source->children[0]->kind == WEIR_TYPE_KIND_RECORD || source->children[0]->kind == WEIR_TYPE_KIND_ANY
          || source->children[0]->kind == WEIR_TYPE_KIND_JSON))
    return TRUE;
  return refuse (self, source, reason);
}

/* JSON may hold what the input takes, unless no conversion could ever give it. */
static gboolean
accepts_json (WeirType *self, WeirType *source, char **reason)
{
  if (self->kind == WEIR_TYPE_KIND_SECRET || self->kind == WEIR_TYPE_KIND_BYTES)
    return refuse (self, source, reason);
  return TRUE;
}

static gboolean
accepts_union (WeirType *self, WeirType *source, char **reason)
{
  for (guint i = 0; i < self->n_children; i++)
    if (accepts (self->children[i], source, NULL))
      return TRUE;
  return refuse (self, source, reason);
}

static gboolean
accepts_simple (WeirType *self, WeirType *source, char **reason)
{
  if (self->kind == source->kind || (taken_kinds[self->kind] & (1u << source->kind)) != 0)
    return TRUE;
  return refuse (self, source, reason);
}

static gboolean
accepts_in_json (WeirType *self, WeirType *source, char **reason)
{
  if (source->kind == WEIR_TYPE_KIND_LIST)
    return accepts (self, source->children[0], reason) || refuse_part (reason, g_strdup ("Items"));
  for (guint i = 0; i < source->n_members; i++)
    if (!accepts (self, source->members[i].type, reason))
      return refuse_part (reason, g_strdup_printf ("Member \"%s\"", source->members[i].name));
  return accepts_simple (self, source, reason);
}

static gboolean
accepts (WeirType *self, WeirType *source, char **reason)
{
  if (self == source || self->kind == WEIR_TYPE_KIND_ANY || source->kind == WEIR_TYPE_KIND_ANY)
    return TRUE;

  if (source->kind == WEIR_TYPE_KIND_UNION)
    {
      for (guint i = 0; i < source->n_children; i++)
        if (!accepts (self, source->children[i], NULL))
          return refuse (self, source, reason);
      return TRUE;
    }

  if (self->kind == WEIR_TYPE_KIND_UNION)
    return accepts_union (self, source, reason);
  if (source->kind == WEIR_TYPE_KIND_JSON)
    return accepts_json (self, source, reason);

  switch (self->kind)
    {
    case WEIR_TYPE_KIND_LIST:
    case WEIR_TYPE_KIND_STREAM:
      return accepts_list (self, source, reason);
    case WEIR_TYPE_KIND_RECORD:
      return accepts_record (self, source, reason);
    case WEIR_TYPE_KIND_TABLE:
      return accepts_in_table (self, source, reason);
    case WEIR_TYPE_KIND_JSON:
      return accepts_in_json (self, source, reason);
    default:
      return accepts_simple (self, source, reason);
    }
}

/**
 * weir_type_accepts:
 * @self: the type of an input
 * @source: the type of an output
 * @reason: (out) (optional) (nullable) (transfer full): why not, a sentence without full stop
 *
 * What only a run can tell (any, json, text that should be a path, a time or a duration) is accepted.
 *
 * Returns: whether the output may be linked to the input
 */
gboolean
weir_type_accepts (WeirType *self, WeirType *source, char **reason)
{
  g_return_val_if_fail (self != NULL && source != NULL, FALSE);

  if (reason != NULL)
    *reason = NULL;
  return accepts (self, source, reason);
}
