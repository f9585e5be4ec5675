/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "weir-registry.h"

/* The table of the kinds that come with Weir; made in blocks/. Weak: the engine alone links without any. */
extern const WeirBlockKind *const weir_builtin_kinds[] __attribute__ ((weak));

static GHashTable *
ensure_registry (void)
{
  static GHashTable *kinds;

  if (kinds != NULL)
    return kinds;
  kinds = g_hash_table_new (g_str_hash, g_str_equal);
  for (guint i = 0; weir_builtin_kinds != NULL && weir_builtin_kinds[i] != NULL; i++)
    g_hash_table_insert (kinds, (gpointer) weir_builtin_kinds[i]->id, (gpointer) weir_builtin_kinds[i]);
  return kinds;
}

/**
 * weir_registry_find_kind:
 * @id: (nullable): the id of a block kind, "http.request"
 *
 * Returns: (transfer none) (nullable): the kind, which lives for ever; %NULL if this program does not know it
 */
const WeirBlockKind *
weir_registry_find_kind (const char *id)
{
  return id != NULL ? g_hash_table_lookup (ensure_registry (), id) : NULL;
}

/**
 * weir_registry_add_kind:
 * @kind: (transfer none): a descriptor that lives for ever, with an id that no other kind has
 *
 * Makes a block kind known to the process. Workflows that are already open see it when their blocks next change.
 */
void
weir_registry_add_kind (const WeirBlockKind *kind)
{
  g_return_if_fail (kind != NULL && kind->id != NULL);
  g_return_if_fail (weir_registry_find_kind (kind->id) == NULL);

  g_hash_table_insert (ensure_registry (), (gpointer) kind->id, (gpointer) kind);
}

static int
compare_kinds (gconstpointer a, gconstpointer b)
{
  const WeirBlockKind *left = *(const WeirBlockKind *const *) a;
  const WeirBlockKind *right = *(const WeirBlockKind *const *) b;
  int order = g_strcmp0 (left->category, right->category);

  if (order == 0)
    order = g_strcmp0 (left->title, right->title);
  return order != 0 ? order : g_strcmp0 (left->id, right->id);
}

/**
 * weir_registry_list_kinds:
 *
 * Returns: (transfer container) (element-type WeirBlockKind): all kinds, by category, then title
 */
GPtrArray *
weir_registry_list_kinds (void)
{
  GPtrArray *kinds = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer kind;

  g_hash_table_iter_init (&iter, ensure_registry ());
  while (g_hash_table_iter_next (&iter, NULL, &kind))
    g_ptr_array_add (kinds, kind);
  g_ptr_array_sort (kinds, compare_kinds);
  return kinds;
}

/**
 * weir_kind_find_field:
 * @kind: a block kind
 * @name: the name of a setting
 *
 * Returns: (transfer none) (nullable): the field; lives as long as the kind
 */
const WeirField *
weir_kind_find_field (const WeirBlockKind *kind, const char *name)
{
  for (const WeirField *field = kind->fields; field != NULL && field->name != NULL; field++)
    if (g_str_equal (field->name, name))
      return field;
  return NULL;
}

/**
 * weir_effect_class_get_name:
 * @effect: an effect class
 *
 * Returns: (transfer none): "pure", "idempotent" or "once"
 */
const char *
weir_effect_class_get_name (WeirEffectClass effect)
{
  static const char *const names[] = { "pure", "idempotent", "once" };

  g_return_val_if_fail ((guint) effect < G_N_ELEMENTS (names), "once");
  return names[effect];
}

/**
 * weir_undo_kind_get_name:
 * @undo: an undo kind
 *
 * Returns: (transfer none): "none", "exact", "compensate" or "irreversible"
 */
const char *
weir_undo_kind_get_name (WeirUndoKind undo)
{
  static const char *const names[] = { "none", "exact", "compensate", "irreversible" };

  g_return_val_if_fail ((guint) undo < G_N_ELEMENTS (names), "irreversible");
  return names[undo];
}

/**
 * weir_kind_get_undo: (skip)
 * @kind: a block kind
 * @config: the raw configuration of a block
 *
 * Returns: how the effects of such a block are taken back
 */
WeirUndoKind
weir_kind_get_undo (const WeirBlockKind *kind, WeirValue *config)
{
  return kind->get_undo != NULL ? kind->get_undo (config) : kind->undo;
}
