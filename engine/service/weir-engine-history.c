/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Edits of open workflows, kept as they are made: undo and redo go on after a restart, and a crash loses none. */

#include "weir-engine-private.h"
#include "weir-history.h"
#include "weir-json.h"
#include "weir-workflow-file.h"

#include <string.h>

/* What is kept of one workflow at its next opening; while it is open, up to four times as much. */
#define DEFAULT_LIMIT (4 * 1024 * 1024)
/* A version that is saved by itself takes in what follows, unless there was a pause like this, and for no longer than that. Each edit is
 * kept in any case. */
#define PAUSE_US (5 * 60 * G_USEC_PER_SEC)
#define VERSION_US (30 * 60 * G_USEC_PER_SEC)

typedef struct
{
  WeirEngine *engine; /* weak */
  char       *id;
  gint64      first;  /* number of the oldest step of the workflow; below 0: it is not kept */
  gsize       bytes;
  gboolean    broken; /* something could not be written: what is kept has a gap */
  gint64      version_at; /* µs of the engine's clock: first save of the version that takes edits in; 0: none does */
  gint64      saved_at;   /* last one */
} Keeper;

static G_DEFINE_QUARK (weir - keeper, keeper)

  static void keeper_clear (gpointer data)
{
  Keeper *self = data;

  if (self->engine != NULL)
    g_object_remove_weak_pointer (G_OBJECT (self->engine), (gpointer *) &self->engine);
  g_free (self->id);
}

static void
keeper_unref (gpointer data)
{
  g_rc_box_release_full (data, keeper_clear);
}

static Keeper *
keeper_new (WeirEngine *engine, const char *id, gint64 first, gsize bytes)
{
  Keeper *self = g_rc_box_new0 (Keeper);

  self->engine = engine;
  g_object_add_weak_pointer (G_OBJECT (engine), (gpointer *) &self->engine);
  self->id = g_strdup (id);
  self->first = first;
  self->bytes = bytes;
  return self;
}

static gsize
get_limit (WeirEngine *self)
{
  return self->history_limit > 0 ? self->history_limit : DEFAULT_LIMIT;
}

/* ── keeping ────────────────────────────────────────────────────────────────────────────── */

static DexFuture *
not_kept_cb (DexFuture *future, gpointer user_data)
{
  Keeper *self = user_data;
  g_autoptr(GError) error = NULL;

  dex_future_get_value (future, &error);
  g_warning ("An edit of workflow %s could not be kept: %s", self->id, error->message);
  self->broken = TRUE;
  return dex_future_new_true ();
}

static void
follow (Keeper *self, DexFuture *future)
{
  dex_future_disown (dex_future_catch (future, not_kept_cb, g_rc_box_acquire (self), keeper_unref));
}

/* From here on: what was before is not kept any more. */
static void
begin_keeping (Keeper *self, WeirWorkflow *workflow)
{
  g_autofree char *text = weir_workflow_to_yaml (workflow);

  weir_workflow_begin_history (workflow, text);
  self->first = -(gint64) weir_workflow_get_step (workflow);
  self->bytes = 0;
  self->broken = FALSE;
  follow (self, weir_store_begin_edits (self->engine->store, self->id, text));
}

static void
journal_cb (WeirWorkflow *workflow, guint n_done, const char *name, gint64 at, WeirValue *changes, gpointer user_data)
{
  Keeper *self = user_data;
  gint64 done = self->first + n_done;
  gsize length;
  char *text;

  if (self->engine == NULL || self->engine->closed)
    return;
  if (self->broken || done < 0 || (changes != NULL && done < 1) || self->bytes > 4 * get_limit (self->engine))
    {
      begin_keeping (self, workflow);
      return;
    }
  if (changes == NULL)
    {
      follow (self, weir_store_go_to_edit (self->engine->store, self->id, done));
      return;
    }
  text = weir_value_encode (changes, &length);
  self->bytes += length;
  follow (self, weir_store_put_edit (self->engine->store, self->id, done - 1, name, at, text));
}

/* Takes @keeper. */
static void
attach (Keeper *keeper, WeirWorkflow *workflow)
{
  GWeakRef *ref = g_new (GWeakRef, 1);

  weir_workflow_set_journal (workflow, journal_cb, keeper, keeper_unref);
  g_object_set_qdata (G_OBJECT (workflow), keeper_quark (), keeper);
  g_weak_ref_init (ref, workflow);
  g_hash_table_insert (keeper->engine->edited, g_strdup (keeper->id), ref);
}

static Keeper *
get_keeper (WeirEngine *self, WeirWorkflow *workflow)
{
  Keeper *keeper = g_object_get_qdata (G_OBJECT (workflow), keeper_quark ());

  return keeper != NULL && keeper->engine == self ? keeper : NULL;
}

static void
free_weak_ref (gpointer data)
{
  g_weak_ref_clear (data);
  g_free (data);
}

GHashTable *
weir_engine_new_edited (void)
{
  return g_hash_table_new_full (g_str_hash, g_str_equal, g_free, free_weak_ref);
}

gint64
weir_engine_get_edit_number (WeirEngine *self, WeirWorkflow *workflow)
{
  Keeper *keeper = get_keeper (self, workflow);
  gint64 number = keeper != NULL && !keeper->broken ? keeper->first + weir_workflow_get_step (workflow) : -1;

  return MAX (number, -1);
}

gboolean
weir_engine_may_amend (WeirEngine *self, WeirWorkflow *workflow, gboolean stays)
{
  Keeper *keeper = get_keeper (self, workflow);
  gint64 now = weir_clock_get_mono (self->clock);
  gboolean amend;

  if (keeper == NULL)
    return FALSE;
  amend = !stays && keeper->version_at != 0 && now - keeper->saved_at < PAUSE_US
          && now - keeper->version_at < VERSION_US;
  if (!amend)
    keeper->version_at = stays ? 0 : MAX (now, 1);
  keeper->saved_at = now;
  return amend;
}

/* ── opening ────────────────────────────────────────────────────────────────────────────── */

typedef struct
{
  WeirEngine *engine;
  char       *id;
} OpenCall;

static void
open_call_free (gpointer data)
{
  OpenCall *call = data;

  g_object_unref (call->engine);
  g_free (call->id);
  g_free (call);
}

static void
identify (WeirWorkflow *workflow, const WeirStoredWorkflow *stored)
{
  weir_workflow_set_id (workflow, stored->id);
  weir_workflow_set_version (workflow, stored->version);
  weir_workflow_set_folder (workflow, stored->folder);
}

/* The edits that fit below the limit: index of the first of them. */
static guint
find_first_to_keep (WeirStoredEdits *stored, gsize limit)
{
  guint n_done = (guint) CLAMP (stored->done - stored->first, 0, stored->edits->len);
  gsize bytes = 0;
  guint i = stored->edits->len;

  for (; i > 0; i--)
    {
      bytes += strlen (((WeirStoredEdit *) stored->edits->pdata[i - 1])->changes);
      /* with room to spare, so that it is not done at each opening */
      if (bytes > limit / 2)
        break;
    }
  return MIN (i, n_done);
}

static gsize
count_bytes (WeirStoredEdits *stored)
{
  gsize bytes = 0;

  for (guint i = 0; i < stored->edits->len; i++)
    bytes += strlen (((WeirStoredEdit *) stored->edits->pdata[i])->changes);
  return bytes;
}

static gboolean
replay (WeirWorkflow *workflow, const WeirStoredEdit *edit, GError **error)
{
  g_autoptr(WeirValue) changes = weir_value_decode (edit->changes, -1, error);

  return changes != NULL && weir_workflow_replay_step (workflow, edit->name, edit->at, changes, error);
}

/* Edits one after the other, without a gap. @n: only the first of them. (transfer full) */
static WeirWorkflow *
replay_all (WeirStoredEdits *stored, guint n, GError **error)
{
  g_autoptr(WeirWorkflow) workflow = weir_workflow_parse (stored->text, -1, NULL, error);

  for (guint i = 0; workflow != NULL && i < n; i++)
    {
      const WeirStoredEdit *edit = stored->edits->pdata[i];

      if (edit->number != stored->first + i)
        {
          g_set_error (error, WEIR_ERROR, WEIR_ERROR_STORE,
                       "Expected edit %" G_GINT64_FORMAT ", but got edit %" G_GINT64_FORMAT, stored->first + i,
                       edit->number);
          return NULL;
        }
      if (!replay (workflow, edit, error))
        return NULL;
    }
  return g_steal_pointer (&workflow);
}

/* The first of the edits that are kept that has a text gets it in full. Answers its number, or -1. */
static gint64
expand_text (WeirWorkflow *workflow, WeirStoredEdits *stored, guint from, char **text, GError **error)
{
  for (guint i = from; i < stored->edits->len; i++)
    {
      WeirStoredEdit *edit = stored->edits->pdata[i];
      g_autoptr(WeirValue) changes = weir_value_decode (edit->changes, -1, error);
      g_autoptr(WeirValue) expanded = changes != NULL ? weir_workflow_expand_step (workflow, changes) : NULL;

      if (expanded != NULL && weir_value_equal (expanded, changes))
        return -1;
      if (expanded != NULL)
        {
          *text = weir_value_encode (expanded, NULL);
          return edit->number;
        }
      if (changes == NULL || !weir_workflow_replay_step (workflow, edit->name, edit->at, changes, error))
        return -1;
    }
  return -1;
}

/* The oldest edits fall out. */
static gboolean
drop_oldest (WeirEngine *engine, WeirStoredEdits *stored, GError **error)
{
  guint n = find_first_to_keep (stored, get_limit (engine));
  g_autoptr(WeirWorkflow) workflow = replay_all (stored, n, error);
  g_autoptr(GError) local_error = NULL;
  g_autofree char *base = workflow != NULL ? weir_workflow_to_yaml (workflow) : NULL;
  g_autofree char *changes = NULL;
  gint64 rewritten;

  if (workflow == NULL)
    return FALSE;
  rewritten = expand_text (workflow, stored, n, &changes, &local_error);
  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }
  if (rewritten >= 0)
    g_set_str (&((WeirStoredEdit *) stored->edits->pdata[rewritten - stored->first])->changes, changes);
  stored->first += n;
  g_ptr_array_remove_range (stored->edits, 0, n);
  g_set_str (&stored->text, base);
  return dex_await (weir_store_drop_edits (engine->store, stored->workflow->id, stored->first, stored->text, rewritten,
                                           g_steal_pointer (&changes)),
                    error);
}

/* The workflow with its edits; NULL where they do not lead to what was saved. */
static WeirWorkflow *
recall (WeirEngine *engine, WeirStoredEdits *stored, GError **error)
{
  g_autoptr(WeirWorkflow) workflow = NULL;
  g_autofree char *text = NULL;

  if (count_bytes (stored) > get_limit (engine) && !drop_oldest (engine, stored, error))
    return NULL;
  workflow = replay_all (stored, stored->edits->len, error);
  if (workflow == NULL)
    return NULL;
  if (stored->done < stored->first || stored->done > stored->first + stored->edits->len)
    {
      g_set_error (error, WEIR_ERROR, WEIR_ERROR_STORE,
                   "Expected at most %u edits to be done, but got %" G_GINT64_FORMAT, stored->edits->len,
                   stored->done - stored->first);
      return NULL;
    }
  weir_workflow_replay_to (workflow, (guint) (stored->done - stored->first));
  /* whoever saved this has seen it: if it is not the same now, it is not what the person made */
  if (stored->done == stored->saved && stored->version == stored->workflow->version)
    text = weir_workflow_to_yaml (workflow);
  if (text != NULL && !g_str_equal (text, stored->workflow->text))
    {
      g_set_error (error, WEIR_ERROR, WEIR_ERROR_STORE, "Expected the edits to lead to version %u, but they do not",
                   stored->version);
      return NULL;
    }
  return g_steal_pointer (&workflow);
}

/* Somebody else saved a version: an import, another program. */
static gboolean
take_over (WeirWorkflow *workflow, const WeirStoredWorkflow *stored, GError **error)
{
  g_autoptr(WeirWorkflow) newest = weir_workflow_parse (stored->text, -1, NULL, error);
  g_autofree char *name = g_strdup_printf ("Version %u", stored->version);

  if (newest == NULL)
    return FALSE;
  weir_workflow_replace (workflow, newest, name);
  identify (workflow, stored);
  return TRUE;
}

static WeirWorkflow *
find_live (WeirEngine *self, const char *id)
{
  GWeakRef *ref = g_hash_table_lookup (self->edited, id);

  return ref != NULL ? g_weak_ref_get (ref) : NULL;
}

static WeirWorkflow *
open_new (WeirEngine *engine, WeirStoredEdits *stored, GError **error)
{
  g_autoptr(GError) local_error = NULL;
  g_autoptr(WeirWorkflow) workflow = stored->text != NULL ? recall (engine, stored, &local_error) : NULL;
  gboolean recalled = workflow != NULL;

  if (local_error != NULL)
    g_warning ("The edits of workflow %s cannot be undone any more: %s", stored->workflow->id, local_error->message);
  if (workflow == NULL)
    workflow = weir_workflow_parse (stored->workflow->text, -1, NULL, error);
  if (workflow == NULL)
    return NULL;
  identify (workflow, stored->workflow);
  if (engine->read_only)
    return g_steal_pointer (&workflow);
  attach (keeper_new (engine, stored->workflow->id, stored->first, count_bytes (stored)), workflow);
  if (!recalled)
    begin_keeping (get_keeper (engine, workflow), workflow);
  else if (stored->version != stored->workflow->version && !take_over (workflow, stored->workflow, error))
    return NULL;
  return g_steal_pointer (&workflow);
}

static DexFuture *
open_fiber (gpointer user_data)
{
  OpenCall *call = user_data;
  GError *error = NULL;
  g_autoptr(WeirStoredEdits) stored = dex_await_boxed (weir_store_load_edits (call->engine->store, call->id), &error);
  g_autoptr(WeirWorkflow) workflow = NULL;
  DexFuture *saved;
  gboolean live;

  if (stored == NULL)
    return dex_future_new_for_error (error);
  workflow = find_live (call->engine, stored->workflow->id);
  live = workflow != NULL;
  if (!live)
    workflow = open_new (call->engine, stored, &error);
  else if (stored->text != NULL && stored->version != stored->workflow->version
           && !take_over (workflow, stored->workflow, &error))
    return dex_future_new_for_error (error);
  if (workflow == NULL)
    return dex_future_new_for_error (error);
  if (call->engine->read_only)
    return dex_future_new_take_object (g_steal_pointer (&workflow));
  /* what a crash kept from being saved; what it is when it is opened stays a version */
  saved = live ? weir_engine_save_workflow (call->engine, workflow, NULL) : weir_engine_settle_workflow (call->engine, workflow);
  if (dex_await_uint (saved, &error) == 0 && error != NULL)
    return dex_future_new_for_error (error);
  return dex_future_new_take_object (g_steal_pointer (&workflow));
}

/**
 * weir_engine_open_workflow:
 * @self: an engine
 * @id: of a workflow
 *
 * Opens the newest version for editing: its edits can be undone and redone as before, and are kept as they are made. What was edited but
 * not saved any more is there, and saved. A version that came from elsewhere is one more edit. The workflow that is open already is given
 * again.
 *
 * Returns: (transfer full): a future that resolves to a #WeirWorkflow; rejects with %WEIR_ERROR_NOT_FOUND
 */
DexFuture *
weir_engine_open_workflow (WeirEngine *self, const char *id)
{
  OpenCall *call;

  g_return_val_if_fail (WEIR_IS_ENGINE (self), NULL);
  g_return_val_if_fail (id != NULL, NULL);

  /* a database that a newer Weir wrote is read, and no edit of it is kept */
  if (self->read_only)
    return weir_engine_load_workflow (self, id, 0);
  call = g_new (OpenCall, 1);
  call->engine = g_object_ref (self);
  call->id = g_strdup (id);
  return dex_scheduler_spawn (NULL, 0, open_fiber, call, open_call_free);
}

/**
 * weir_engine_keep_history:
 * @self: an engine
 * @workflow: a workflow that was saved in it
 *
 * Keeps its edits from now on, as weir_engine_open_workflow() does. Does nothing if they are kept already, or it was not saved.
 */
void
weir_engine_keep_history (WeirEngine *self, WeirWorkflow *workflow)
{
  g_return_if_fail (WEIR_IS_ENGINE (self));
  g_return_if_fail (WEIR_IS_WORKFLOW (workflow));

  if (self->read_only || self->closed || get_keeper (self, workflow) != NULL || weir_workflow_get_id (workflow) == NULL)
    return;
  attach (keeper_new (self, weir_workflow_get_id (workflow), 0, 0), workflow);
  begin_keeping (get_keeper (self, workflow), workflow);
}
