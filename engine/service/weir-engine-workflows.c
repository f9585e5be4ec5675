/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Workflows of the engine: saving, loading, versions. */

#include "weir-engine-private.h"
#include "weir-workflow-file.h"

typedef struct
{
  WeirEngine *engine;
  WeirWorkflow *workflow;
} SaveCall;

static void
save_call_free (gpointer data)
{
  SaveCall *call = data;

  g_object_unref (call->engine);
  g_object_unref (call->workflow);
  g_free (call);
}

/* Which engine has the workflow as it is now: nothing needs to be written, or even put into words, to play it again. */
static G_DEFINE_QUARK (weir - saved - in, saved_in)

  /* The copy of it that its runs have, found valid. */
  static G_DEFINE_QUARK (weir - played, played)

    static void workflow_changed_cb (WeirWorkflow *workflow)
{
  g_object_set_qdata (G_OBJECT (workflow), saved_in_quark (), NULL);
  g_object_set_qdata (G_OBJECT (workflow), played_quark (), NULL);
}

WeirWorkflow *
weir_engine_get_played (WeirEngine *self, WeirWorkflow *workflow)
{
  WeirWorkflow *copy = g_object_get_qdata (G_OBJECT (workflow), played_quark ());

  if (copy == NULL || g_object_get_qdata (G_OBJECT (workflow), saved_in_quark ()) != self
      || weir_workflow_get_version (copy) == 0
      || weir_workflow_get_version (copy) != weir_workflow_get_version (workflow)
      || g_strcmp0 (weir_workflow_get_id (copy), weir_workflow_get_id (workflow)) != 0
      || g_strcmp0 (weir_workflow_get_folder (copy), weir_workflow_get_folder (workflow)) != 0)
    return NULL;
  return copy;
}

void
weir_engine_keep_played (WeirWorkflow *workflow, WeirWorkflow *copy)
{
  g_object_set_qdata_full (G_OBJECT (workflow), played_quark (), g_object_ref (copy), g_object_unref);
}

static void
mark_saved (WeirEngine *self, WeirWorkflow *workflow)
{
  if (g_signal_handler_find (workflow, G_SIGNAL_MATCH_FUNC, 0, 0, NULL, workflow_changed_cb, NULL) == 0)
    g_signal_connect (workflow, "changed", G_CALLBACK (workflow_changed_cb), NULL);
  g_object_set_qdata (G_OBJECT (workflow), saved_in_quark (), self);
}

/* Saves that are on their way: until they are there, the version it has is the one before. */
static G_DEFINE_QUARK (weir-saving, saving)

static void
count_saving (WeirWorkflow *workflow, int change)
{
  int n = GPOINTER_TO_INT (g_object_get_qdata (G_OBJECT (workflow), saving_quark ())) + change;

  g_object_set_qdata (G_OBJECT (workflow), saving_quark (), GINT_TO_POINTER (n));
}

/* Whether there is nothing to write. */
static gboolean
is_saved (WeirEngine *self, WeirWorkflow *workflow)
{
  return weir_workflow_get_version (workflow) > 0 && g_object_get_qdata (G_OBJECT (workflow), saved_in_quark ()) == self
         && g_object_get_qdata (G_OBJECT (workflow), saving_quark ()) == NULL;
}

static DexFuture *
saved_cb (DexFuture *future, gpointer user_data)
{
  SaveCall *call = user_data;
  const GValue *value = dex_future_get_value (future, NULL);
  WeirSavedVersion *saved = g_value_get_boxed (value);
  gboolean changed = saved->changed || weir_workflow_get_version (call->workflow) != saved->version;

  count_saving (call->workflow, -1);
  weir_workflow_set_version (call->workflow, saved->version);
  if (changed)
    g_signal_emit_by_name (call->engine, "workflows-changed");
  return dex_future_new_for_uint (saved->version);
}

static DexFuture *
not_saved_cb (DexFuture *future, gpointer user_data)
{
  count_saving (((SaveCall *) user_data)->workflow, -1);
  workflow_changed_cb (((SaveCall *) user_data)->workflow);
  return dex_ref (future);
}

static DexFuture *
save_workflow (WeirEngine *self, WeirWorkflow *workflow, const char *message, WeirSaveFlags flags)
{
  g_autofree char *text = NULL;
  SaveCall *call;
  DexFuture *saved;

  if (weir_workflow_get_id (workflow) == NULL)
    {
      /* at once: saving it a second time meanwhile must not make a second one */
      g_autofree char *id = g_uuid_string_random ();

      weir_workflow_set_id (workflow, id);
    }
  text = weir_workflow_to_yaml (workflow);
  mark_saved (self, workflow);
  count_saving (workflow, 1);
  if (weir_engine_may_amend (self, workflow, message != NULL || flags & WEIR_SAVE_SETTLE))
    flags |= WEIR_SAVE_AMEND;
  call = g_new (SaveCall, 1);
  call->engine = g_object_ref (self);
  call->workflow = g_object_ref (workflow);
  saved = weir_store_save_edited (self->store, weir_workflow_get_id (workflow), weir_workflow_get_name (workflow), text,
                                  weir_workflow_get_folder (workflow), message, weir_engine_get_edit_number (self, workflow),
                                  flags);
  saved = dex_future_catch (saved, not_saved_cb, call, NULL);
  return dex_future_then (saved, saved_cb, call, save_call_free);
}

/**
 * weir_engine_save_workflow:
 * @self: an engine
 * @workflow: what to save as it is now
 * @message: (nullable): what to call this version
 *
 * Gives the workflow its id and version. The same text as the newest version makes no new one. Without a @message a workflow whose edits are
 * kept goes on in the version that it was last saved as, until that is played, called, named or compared, there was no edit for five
 * minutes, or it is half an hour old.
 *
 * Returns: (transfer full): a future that resolves to the version (guint)
 */
DexFuture *
weir_engine_save_workflow (WeirEngine *self, WeirWorkflow *workflow, const char *message)
{
  g_return_val_if_fail (WEIR_IS_ENGINE (self), NULL);

  if (message == NULL && is_saved (self, workflow))
    return dex_future_new_for_uint (weir_workflow_get_version (workflow));
  return save_workflow (self, workflow, message, 0);
}

DexFuture *
weir_engine_settle_workflow (WeirEngine *self, WeirWorkflow *workflow)
{
  if (!is_saved (self, workflow))
    return save_workflow (self, workflow, NULL, WEIR_SAVE_SETTLE);
  weir_store_settle_version (self->store, weir_workflow_get_id (workflow), weir_workflow_get_version (workflow));
  return dex_future_new_for_uint (weir_workflow_get_version (workflow));
}

/**
 * weir_engine_name_version:
 * @self: an engine
 * @id: of a workflow
 * @version: one of its versions; 0: the newest
 * @name: (nullable): what to call it; %NULL takes its name away
 *
 * A version that has a name, or had one, stays as it is.
 *
 * Returns: (transfer full): a future that resolves to the version (guint); rejects with %WEIR_ERROR_NOT_FOUND
 */
DexFuture *
weir_engine_name_version (WeirEngine *self, const char *id, guint version, const char *name)
{
  g_return_val_if_fail (WEIR_IS_ENGINE (self), NULL);
  g_return_val_if_fail (id != NULL, NULL);

  return weir_store_name_version (self->store, id, version, name);
}

static WeirWorkflow *
parse_stored (WeirStoredWorkflow *stored, GError **error)
{
  WeirWorkflow *workflow = weir_workflow_parse (stored->text, -1, NULL, error);

  if (workflow == NULL)
    return NULL;
  weir_workflow_set_id (workflow, stored->id);
  weir_workflow_set_version (workflow, stored->version);
  weir_workflow_set_folder (workflow, stored->folder);
  return workflow;
}

static DexFuture *
loaded_cb (DexFuture *future, gpointer user_data)
{
  const GValue *value = dex_future_get_value (future, NULL);
  GError *error = NULL;
  WeirWorkflow *workflow = parse_stored (g_value_get_boxed (value), &error);

  if (workflow == NULL)
    return dex_future_new_for_error (error);
  return dex_future_new_take_object (workflow);
}

/**
 * weir_engine_load_workflow:
 * @self: an engine
 * @id: an id, or a name
 * @version: 0 for the latest
 *
 * Returns: (transfer full): a future that resolves to a #WeirWorkflow of its own; rejects with %WEIR_ERROR_NOT_FOUND
 */
DexFuture *
weir_engine_load_workflow (WeirEngine *self, const char *id, guint version)
{
  return dex_future_then (weir_store_load_workflow (self->store, id, version), loaded_cb, NULL, NULL);
}

/**
 * weir_engine_list_workflows:
 * @self: an engine
 *
 * Returns: (transfer full): a future that resolves to a #GListModel of #WeirWorkflowInfo, last changed first
 */
DexFuture *
weir_engine_list_workflows (WeirEngine *self)
{
  return weir_store_list_workflows (self->store);
}

/**
 * weir_engine_list_versions:
 * @self: an engine
 * @id: of a workflow
 *
 * Returns: (transfer full): a future that resolves to a #GPtrArray of #WeirVersionInfo, newest first
 */
DexFuture *
weir_engine_list_versions (WeirEngine *self, const char *id)
{
  return weir_store_list_versions (self->store, id);
}

static DexFuture *
changed_cb (DexFuture *future, gpointer user_data)
{
  g_signal_emit_by_name (user_data, "workflows-changed");
  return dex_future_new_true ();
}

/**
 * weir_engine_delete_workflow:
 * @self: an engine
 * @id: of a workflow
 *
 * Hides it. Its runs and versions stay, and it can be restored.
 *
 * Returns: (transfer full): a future that resolves to %TRUE
 */
DexFuture *
weir_engine_delete_workflow (WeirEngine *self, const char *id)
{
  return dex_future_then (weir_store_mark_workflow (self->store, id, "user", NULL), changed_cb, g_object_ref (self),
                          g_object_unref);
}

/**
 * weir_engine_restore_workflow:
 * @self: an engine
 * @id: of a deleted workflow
 *
 * Returns: (transfer full): a future that resolves to %TRUE
 */
DexFuture *
weir_engine_restore_workflow (WeirEngine *self, const char *id)
{
  return dex_future_then (weir_store_restore_workflow (self->store, id, "user"), changed_cb, g_object_ref (self),
                          g_object_unref);
}

static char *
version_key (const char *id, guint version)
{
  return g_strdup_printf ("%s@%u", id, version);
}

void
weir_engine_remember (WeirEngine *self, WeirWorkflow *workflow)
{
  g_autofree char *key = version_key (weir_workflow_get_id (workflow), weir_workflow_get_version (workflow));

  if (!g_hash_table_contains (self->workflows, key))
    g_hash_table_insert (self->workflows, g_steal_pointer (&key), g_object_ref (workflow));
}

WeirWorkflow *
weir_engine_resolve (const char *id, guint version, gpointer engine)
{
  WeirEngine *self = engine;
  g_autofree char *key = version_key (id, version);
  WeirWorkflow *known = g_hash_table_lookup (self->workflows, key);
  WeirStoredWorkflow *stored;

  if (known != NULL)
    return g_object_ref (known);
  if (self->closed)
    return NULL;
  stored = weir_store_load_workflow_now (self->store, id, version, NULL);
  if (stored == NULL)
    return NULL;
  known = parse_stored (stored, NULL);
  weir_stored_workflow_free (stored);
  if (known != NULL)
    g_hash_table_insert (self->workflows, g_steal_pointer (&key), g_object_ref (known));
  return known;
}
