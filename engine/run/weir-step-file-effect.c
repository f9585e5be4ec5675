/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What all effects on files have in common: what is there is kept, then the intention is written down, then it is done. */

#include "weir-step-file-private.h"

#include <stdlib.h>
#include <string.h>

/* ── what is recorded ───────────────────────────────────────────────────────────────────── */

WeirValue *
weir_file_call_record (WeirValue *state, const char *path, const char *other)
{
  WeirBuilder *parents = weir_list_builder_new (2);
  WeirValue *record;

  weir_builder_take (parents, weir_file_get_parent_time (path));
  if (other != NULL)
    weir_builder_take (parents, weir_file_get_parent_time (other));
  record = weir_state_with (state, "parents", weir_builder_end (parents));
  weir_value_unref (state);
  return record;
}

WeirValue *
weir_file_call_keep (WeirFileCall *call, const char *path, WeirValue *paths, WeirStateDetail detail, GError **error)
{
  gint64 left = call->limit;
  g_autoptr(GError) wrong = NULL;
  WeirValue *state;

  for (guint i = 0; i < 2; i++)
    {
      state = paths != NULL ? weir_file_get_state_of (call->store, path, paths, detail, &left, &wrong)
                            : weir_file_get_state (call->store, path, detail, &left, &wrong);
      if (state != NULL || !g_str_equal (weir_error_get_class (wrong), "undo.limit"))
        break;
      call->too_large = TRUE;
      call->warning = g_strdup_printf ("%s, so this cannot be undone", wrong->message);
      g_clear_error (&wrong);
      detail &= ~WEIR_STATE_CONTENT;
    }
  if (state == NULL)
    g_propagate_error (error, g_steal_pointer (&wrong));
  return state;
}

/* The latest, as an attempt may have followed another. */
const WeirEffect *
weir_file_call_find_earlier (WeirFileCall *call)
{
  for (guint i = call->earlier != NULL ? call->earlier->len : 0; i-- > 0;)
    {
      const WeirEffect *effect = g_ptr_array_index (call->earlier, i);

      if ((effect->state != WEIR_EFFECT_INTENDED && effect->state != WEIR_EFFECT_COMPLETED)
          || !g_str_equal (effect->type, call->type))
        continue;
      if (call->from != NULL ? g_str_equal (weir_value_get_member_text (effect->before, "from", ""), call->from)
                             : g_str_equal (effect->target, call->path))
        return effect;
    }
  return NULL;
}

DexFuture *
weir_file_call_fail (WeirFileCall *call, GError *error)
{
  g_autoptr(WeirValue) now = weir_file_get_state (NULL, call->path, WEIR_STATE_ATTRIBUTES, NULL, NULL);
  gboolean moves = g_str_equal (call->type, "file.move") || g_str_equal (call->type, "file.trash");
  WeirValue *kept = moves ? call->source : call->before;
  g_autoptr(WeirValue) source = moves ? weir_file_get_state (NULL, call->from != NULL ? call->from : call->path,
                                                              WEIR_STATE_ATTRIBUTES, NULL, NULL)
                                       : NULL;

  /* a copy may have come in the place of something before the file could not be taken away */
  if (g_str_equal (call->type, "file.move") && call->before != NULL
      && !weir_state_same (weir_value_find_member (call->before, "replaced"), now))
    return dex_future_new_for_error (error);
  /* of a tree some of it may be done */
  call->untouched = weir_state_same (kept, moves ? source : now) && weir_value_find_member (kept, "entries") == NULL;
  return dex_future_new_for_error (error);
}

/* ── folders that are missing ───────────────────────────────────────────────────────────── */

typedef struct
{
  const char *path;
  WeirValue  *before;
  WeirValue  *after;
} FolderCall;

static DexFuture *
describe_folder_in_thread (gpointer user_data)
{
  FolderCall *call = user_data;

  call->before = weir_file_call_record (weir_file_get_state (NULL, call->path, WEIR_STATE_PLAIN, NULL, NULL),
                                        call->path, NULL);
  return dex_future_new_true ();
}

static DexFuture *
make_folder_in_thread (gpointer user_data)
{
  FolderCall *call = user_data;
  GError *error = NULL;

  if (!weir_file_make_folder (call->path, NULL, &error))
    return dex_future_new_for_error (error);
  call->after = weir_file_call_record (weir_file_get_state (NULL, call->path, WEIR_STATE_ATTRIBUTES, NULL, NULL),
                                       call->path, NULL);
  return dex_future_new_true ();
}

static gboolean
make_folder (WeirFileCall *call, const char *path, GError **error)
{
  DexScheduler *pool = dex_thread_pool_scheduler_get_default ();
  FolderCall folder = { .path = path };
  GError *local = NULL;
  guint64 id = 0;
  gboolean ok = FALSE;

  dex_await (dex_scheduler_spawn (pool, 0, describe_folder_in_thread, &folder, NULL), NULL);
  id = dex_await_uint64 (weir_step_intend (call->step, "file.mkdir", path, folder.before), &local);
  if (local == NULL)
    {
      ok = dex_await (dex_scheduler_spawn (pool, 0, make_folder_in_thread, &folder, NULL), &local);
      if (ok)
        weir_step_complete_effect (call->step, id, folder.after);
      else
        weir_step_drop_effect (call->step, id);
    }
  if (local != NULL)
    g_propagate_error (error, local);
  g_clear_pointer (&folder.before, weir_value_unref);
  g_clear_pointer (&folder.after, weir_value_unref);
  return ok;
}

/* Steps side by side may want the same folder: one makes it and has the effect, the others wait for it. */
gboolean
weir_step_make_parents (WeirFileCall *call, GError **error)
{
  GHashTable *making = call->step->run->making;

  for (guint i = 0; call->parents != NULL && i < call->parents->len; i++)
    {
      const char *path = g_ptr_array_index (call->parents, i);
      DexPromise *other = g_hash_table_lookup (making, path);
      g_autoptr(DexPromise) made = NULL;
      gboolean ok;

      if (other != NULL)
        dex_await (dex_ref (DEX_FUTURE (other)), NULL);
      if (g_file_test (path, G_FILE_TEST_IS_DIR))
        continue;
      made = dex_promise_new ();
      g_hash_table_insert (making, g_strdup (path), dex_ref (made));
      ok = make_folder (call, path, error);
      g_hash_table_remove (making, path);
      dex_promise_resolve_boolean (made, ok);
      if (!ok)
        return FALSE;
    }
  return TRUE;
}

/* ── an effect ──────────────────────────────────────────────────────────────────────────── */

/* Nothing on the first attempt: it is the common case, and costs no question to the store. */
gboolean
weir_file_call_load_earlier (WeirFileCall *call, GError **error)
{
  const WeirStepInfo *info = &call->step->state->info;

  if (call->step->attempt < 2 || call->earlier != NULL)
    return TRUE;
  call->earlier = dex_await_boxed (
    weir_store_list_step_effects (call->store, call->step->run->id, info->scope, info->firing, call->step->block->id),
    error);
  return call->earlier != NULL;
}

static gboolean
show_progress_cb (gpointer data)
{
  WeirFileCall *call = data;
  gint64 done = __atomic_load_n (&call->progress.done, __ATOMIC_RELAXED);
  guint64 total = call->source != NULL ? weir_state_get_size (call->source) : 0;

  if (total > 0)
    weir_step_set_progress (call->step, MIN ((double) done / (double) total, 1), NULL);
  return G_SOURCE_CONTINUE;
}

static gboolean
act_with_progress (WeirFileCall *call, DexFiberFunc act, GError **error)
{
  guint timer = 0;
  gboolean ok;

  call->progress.cancellable = g_object_ref (weir_step_get_cancellable (call->step));
  if (call->from != NULL)
    timer = g_timeout_add (200, show_progress_cb, call);
  ok = weir_file_call_in_thread (call, act, error);
  if (timer != 0)
    g_source_remove (timer);
  return ok;
}

static void
place (char **path)
{
  char *real = weir_file_get_place (*path);

  g_free (*path);
  *path = real;
}

void
weir_file_call_place (WeirFileCall *call)
{
  if (call->path != NULL)
    place (&call->path);
  if (call->from != NULL)
    place (&call->from);
}

/* Of attempts that were cut off. */
static void
remove_debris (GPtrArray *effects)
{
  for (guint i = 0; i < effects->len; i++)
    {
      const WeirEffect *effect = g_ptr_array_index (effects, i);

      if (effect->state == WEIR_EFFECT_INTENDED && weir_file_effect_is_one (effect))
        weir_file_effect_clean (effect);
    }
}

static gboolean
is_at_or_below (const char *path, const char *folder)
{
  gsize length = strlen (folder);

  return g_str_equal (folder, "/")
         || (strncmp (path, folder, length) == 0 && (path[length] == '/' || path[length] == '\0'));
}

/* The copies of demos stand in the data folder as well, and are there to be changed. */
#define SAMPLES "demos"

/* What Weir itself keeps: without it nothing of the run could be written down, let alone undone. What only makes or changes something beside it
 * is no harm. */
static gboolean
spares_own_data (WeirFileCall *call, GError **error)
{
  const char *dir = call->step->run->engine != NULL ? weir_engine_get_data_dir (call->step->run->engine) : NULL;
  g_autofree char *own = dir != NULL && !g_str_equal (dir, ":memory:") ? realpath (dir, NULL) : NULL;
  gboolean takes_away = g_str_equal (call->type, "file.delete") || g_str_equal (call->type, "file.trash");
  g_autofree char *samples = own != NULL ? g_build_filename (own, SAMPLES, NULL) : NULL;
  const char *paths[] = { call->path, call->from };

  for (guint i = 0; own != NULL && i < G_N_ELEMENTS (paths); i++)
    {
      gboolean goes = i == 0 ? takes_away : g_str_equal (call->type, "file.move");

      if (paths[i] == NULL || (i == 1 && !goes))
        continue;
      if (is_at_or_below (paths[i], samples) && !g_str_equal (paths[i], samples))
        continue;
      if (is_at_or_below (paths[i], own) || (goes && is_at_or_below (own, paths[i])))
        {
          weir_set_failure (error, "io.access", "%s %s Weir's own data, %s; it is left alone", paths[i],
                            is_at_or_below (paths[i], own) ? "belongs to" : "holds", own);
          return FALSE;
        }
    }
  return TRUE;
}

static DexFuture *
keep_in_thread (gpointer user_data)
{
  WeirFileCall *call = user_data;
  GError *error = NULL;

  weir_file_call_place (call);
  if (!spares_own_data (call, &error))
    return dex_future_new_for_error (error);
  if (call->earlier != NULL)
    remove_debris (call->earlier);
  return call->keep (call);
}

/* Now that the folders are there they have a time that undo can give back. */
static DexFuture *
look_at_parents_in_thread (gpointer user_data)
{
  WeirFileCall *call = user_data;

  call->before = weir_file_call_record (g_steal_pointer (&call->before), call->path, call->from);
  return dex_future_new_true ();
}

static gboolean
make_parents (WeirFileCall *call, GError **error)
{
  if (!call->make_parents || call->parents == NULL || call->parents->len == 0)
    return TRUE;
  return weir_step_make_parents (call, error) && weir_file_call_in_thread (call, look_at_parents_in_thread, error);
}

gboolean
weir_file_call_run (WeirFileCall *call, DexFiberFunc keep, DexFiberFunc act, GError **error)
{
  GError *local = NULL;
  guint64 id;

  call->keep = keep;
  if (!weir_file_call_load_earlier (call, error) || !weir_file_call_in_thread (call, keep_in_thread, error))
    return FALSE;
  if (call->done != NULL)
    {
      if (call->done->state == WEIR_EFFECT_INTENDED)
        weir_step_complete_effect (call->step, call->done->id, call->after);
      return TRUE;
    }
  if (!weir_step_require (call->step, "fs.write", call->path, error) || !make_parents (call, error))
    return FALSE;
  if (call->warning != NULL)
    weir_step_log (call->step, WEIR_LOG_WARNING, "%s", call->warning);
  id = dex_await_uint64 (weir_step_intend_as (call->step, call->type, call->path, call->before,
                                              call->too_large ? WEIR_UNDO_IRREVERSIBLE : WEIR_UNDO_EXACT),
                         &local);
  if (local == NULL && act_with_progress (call, act, &local))
    {
      weir_step_complete_effect (call->step, id, call->after);
      return TRUE;
    }
  if (call->untouched)
    weir_step_drop_effect (call->step, id);
  else if (call->after != NULL)
    weir_step_complete_effect (call->step, id, call->after);
  g_propagate_error (error, local);
  return FALSE;
}
