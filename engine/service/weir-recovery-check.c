/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Whether a run that was cut off is taken up by itself: policies, and whether what it was played with still is as it was. */

#include "weir-engine-private.h"
#include "weir-recovery.h"
#include "weir-run-private.h"
#include "weir-value-private.h"

#define SETTINGS "#engine"
#define MAX_STAGGER_MS 60000
/* Of files that a run was given, so many are looked at. */
#define MAX_FILES 1000

static const char *const policies[] = { "off", "ask", "automatic", NULL };
static const char *const classes[] = { "pure", "idempotent", "once", NULL };

/* ── settings ───────────────────────────────────────────────────────────────────────────── */

static gboolean
check_setting (const char *key, WeirValue *value, GError **error)
{
  const char *text = weir_value_get_kind (value) == WEIR_VALUE_TEXT ? weir_value_get_text (value, NULL) : NULL;

  if (weir_value_is_null (value))
    return TRUE;
  if (g_str_equal (key, "stagger"))
    {
      if (weir_value_get_kind (value) == WEIR_VALUE_INT && weir_value_get_int (value) >= 0
          && weir_value_get_int (value) <= MAX_STAGGER_MS)
        return TRUE;
      g_set_error (error, WEIR_ERROR, WEIR_ERROR_INVALID, "stagger: Expected 0 to %d ms", MAX_STAGGER_MS);
      return FALSE;
    }
  if (!g_str_equal (key, "policy") && !g_strv_contains (classes, key))
    {
      g_set_error (error, WEIR_ERROR, WEIR_ERROR_INVALID, "Expected policy, pure, idempotent, once or stagger, got %s",
                   key);
      return FALSE;
    }
  if (text != NULL && g_strv_contains (policies, text))
    return TRUE;
  g_set_error (error, WEIR_ERROR, WEIR_ERROR_INVALID, "%s: Expected off, ask or automatic, got %s", key,
               text != NULL ? text : weir_value_get_kind_name (value));
  return FALSE;
}

static WeirValue *
dup_kept (WeirEngine *self)
{
  WeirValue *kept = weir_store_dup_variable (self->store, SETTINGS, "recovery");

  if (kept != NULL && weir_value_get_kind (kept) == WEIR_VALUE_RECORD)
    return kept;
  g_clear_pointer (&kept, weir_value_unref);
  return weir_value_new_record (NULL, NULL, 0);
}

/**
 * weir_engine_dup_recovery:
 * @self: an engine
 *
 * Returns: (transfer full): a record: `policy` ("off", "ask" or "automatic") for runs that the end of the program cut off; `pure`,
 *   `idempotent` and `once` in its place for runs by the gravest effect class of what was at work, where they are set; `stagger`, ms
 *   between two runs that are taken up
 */
WeirValue *
weir_engine_dup_recovery (WeirEngine *self)
{
  g_autoptr(WeirValue) kept = NULL;
  WeirBuilder *record;

  g_return_val_if_fail (WEIR_IS_ENGINE (self), NULL);
  kept = dup_kept (self);
  record = weir_record_builder_new (5);
  weir_builder_set_take (record, "policy", weir_value_new_text (weir_value_get_member_text (kept, "policy", "ask")));
  for (guint i = 0; classes[i] != NULL; i++)
    if (weir_value_find_member (kept, classes[i]) != NULL)
      weir_builder_set (record, classes[i], weir_value_find_member (kept, classes[i]));
  weir_builder_set_take (record, "stagger", weir_value_new_int (weir_value_get_member_int (kept, "stagger", 0)));
  return weir_builder_end (record);
}

/**
 * weir_engine_set_recovery:
 * @self: an engine
 * @changes: a record with those to change, as [method@Weir.Engine.dup_recovery] has them; null brings a default back
 * @error: where to put %WEIR_ERROR_INVALID
 *
 * All or nothing. Kept in the database. What a workflow says itself (`recovery:`) goes before.
 *
 * Returns: whether they were changed
 */
gboolean
weir_engine_set_recovery (WeirEngine *self, WeirValue *changes, GError **error)
{
  g_autoptr(WeirValue) kept = NULL;

  g_return_val_if_fail (WEIR_IS_ENGINE (self), FALSE);
  if (self->closed)
    {
      g_set_error (error, WEIR_ERROR, WEIR_ERROR_WRONG_STATE, "The engine is closed");
      return FALSE;
    }
  if (!weir_options_check_record (changes, "recovery", error))
    return FALSE;
  kept = dup_kept (self);
  for (gsize i = 0; i < weir_value_get_length (changes); i++)
    {
      WeirValue *value = weir_value_get_item (changes, i);
      WeirValue *before = kept;

      if (!check_setting (weir_value_get_key (changes, i), value, error))
        return FALSE;
      kept = weir_value_with_member (before, weir_value_get_key (changes, i),
                                     weir_value_is_null (value) ? NULL : value);
      weir_value_unref (before);
    }
  weir_batch_put_variable (weir_engine_get_batch (self), SETTINGS, "recovery", kept);
  weir_store_cache_variable (self->store, SETTINGS, "recovery", kept);
  return TRUE;
}

gint64
weir_engine_get_stagger (WeirEngine *self)
{
  g_autoptr(WeirValue) kept = dup_kept (self);

  return CLAMP (weir_value_get_member_int (kept, "stagger", 0), 0, MAX_STAGGER_MS);
}

gboolean
weir_engine_may_recover (WeirEngine *self, WeirWorkflow *workflow, WeirRunState *state, char **reason)
{
  g_autoptr(WeirValue) kept = dup_kept (self);
  const char *own = weir_workflow_get_recovery (workflow);
  WeirEffectClass effect;
  const char *name = weir_recovery_get_gravest (state, &effect) ? classes[effect] : NULL;
  const char *policy = weir_value_get_member_text (kept, "policy", "ask");

  if (name != NULL)
    policy = weir_value_get_member_text (kept, name, policy);
  if (own != NULL)
    policy = own;
  if (g_str_equal (policy, "automatic"))
    return TRUE;
  if (g_str_equal (policy, "off"))
    *reason = g_strdup (own != NULL ? "Its workflow says that it is not taken up by itself"
                                    : "Runs are not taken up by themselves");
  else
    *reason = g_strdup ("You are asked first");
  return FALSE;
}

/* ── is everything as it was? ───────────────────────────────────────────────────────────── */

static void
add_kinds (WeirGraph *graph, WeirBuilder **record)
{
  for (guint i = 0; i < weir_graph_get_n_blocks (graph); i++)
    {
      WeirBlock *block = weir_graph_get_block (graph, i);
      const WeirBlockKind *kind = weir_block_get_kind (block);

      if (kind != NULL && kind->version > 1)
        {
          if (*record == NULL)
            *record = weir_record_builder_new (2);
          weir_builder_set_take (*record, kind->id, weir_value_new_int (kind->version));
        }
      if (weir_block_get_body (block) != NULL)
        add_kinds (weir_block_get_body (block), record);
    }
}

/* Most are in their first version: only the others are worth a word. */
WeirValue *
weir_workflow_list_kind_versions (WeirWorkflow *self)
{
  WeirBuilder *record = NULL;

  add_kinds (weir_workflow_get_graph (self), &record);
  return record != NULL ? weir_builder_end (record) : NULL;
}

static char *
find_changed_kind (WeirGraph *graph, WeirValue *versions)
{
  for (guint i = 0; i < weir_graph_get_n_blocks (graph); i++)
    {
      WeirBlock *block = weir_graph_get_block (graph, i);
      const WeirBlockKind *kind = weir_block_get_kind (block);
      gint64 then = versions != NULL ? weir_value_get_member_int (versions, weir_block_get_kind_id (block), 1) : 1;
      char *inside;

      if (kind == NULL)
        return g_strdup_printf ("Block kind %s (%s) is not known to this program", weir_block_get_kind_id (block),
                                weir_block_get_title (block));
      if (kind->version != then)
        return g_strdup_printf ("Block kind %s (%s) was version %" G_GINT64_FORMAT " and is %u now", kind->id,
                                weir_block_get_title (block), then, kind->version);
      inside = weir_block_get_body (block) != NULL ? find_changed_kind (weir_block_get_body (block), versions) : NULL;
      if (inside != NULL)
        return inside;
    }
  return NULL;
}

/* A folder changes with all that is put into it: for one it is enough that it is the same. */
static char *
compare_file (WeirValue *then)
{
  const WeirFileIdentity *before = then->a.file;
  g_autoptr(WeirValue) value = weir_value_new_file (before->path);
  const WeirFileIdentity *now = value->a.file;
  gboolean folder = g_file_test (before->path, G_FILE_TEST_IS_DIR);

  if (before->inode == 0)
    return NULL;
  if (now->inode == 0)
    return g_strdup_printf ("%s is not there any more", before->path);
  if (now->inode != before->inode || now->device != before->device)
    return g_strdup_printf ("%s is another one than it was", before->path);
  if (!folder && (now->size != before->size || now->modified_at != before->modified_at))
    return g_strdup_printf ("%s has changed", before->path);
  return NULL;
}

static char *
find_changed_file (WeirValue *value, guint *left)
{
  char *found = NULL;

  if (*left == 0)
    return NULL;
  switch (weir_value_get_kind (value))
    {
    case WEIR_VALUE_FILE:
      (*left)--;
      return compare_file (value);
    case WEIR_VALUE_LIST:
    case WEIR_VALUE_RECORD:
      for (gsize i = 0; i < weir_value_get_length (value) && found == NULL && *left > 0; i++)
        found = find_changed_file (weir_value_get_item (value, i), left);
      return found;
    default:
      return NULL;
    }
}

char *
weir_value_find_changed_file (WeirValue *value)
{
  guint left = MAX_FILES;

  return find_changed_file (value, &left);
}

char *
weir_engine_find_mismatch (WeirWorkflow *workflow, WeirRunState *state)
{
  char *found = find_changed_kind (weir_workflow_get_graph (workflow), state->kinds);

  if (found == NULL && state->inputs != NULL)
    found = weir_value_find_changed_file (state->inputs);
  return found;
}
