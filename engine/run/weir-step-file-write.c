/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Steps write and move files. */

#include "weir-step-file-private.h"

#include <string.h>

#define MAX_LINKS 40

/* What an effect of an attempt that was cut off left. */
static WeirValue *
look_after (WeirFileCall *call, const WeirEffect *effect)
{
  return weir_file_call_record (weir_file_get_state (NULL, effect->target, WEIR_STATE_ATTRIBUTES, NULL, NULL),
                                effect->target, call->from);
}

/* ── writing ────────────────────────────────────────────────────────────────────────────── */

static WeirWriteMode
get_mode (WeirFileCall *call)
{
  return call->mode & ~WEIR_WRITE_UNSYNCED;
}

/* What the file will hold: undo after a crash knows by it that nobody else wrote there. */
static char *
foretell_hash (WeirFileCall *call, WeirValue *kept)
{
  g_autoptr(GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  g_autoptr(GMappedFile) old = NULL;
  gboolean appends = get_mode (call) == WEIR_WRITE_APPEND && weir_state_is (kept, "file");
  gsize length;
  const guchar *added = call->content != NULL ? g_bytes_get_data (call->content, &length) : NULL;

  if (call->spool != NULL)
    return weir_file_spool_get_hash (call->spool, appends ? call->path : NULL);
  /* opening a pipe would block */
  if (appends)
    old = g_mapped_file_new (call->path, FALSE, NULL);
  if (old != NULL)
    g_checksum_update (checksum, (const guchar *) g_mapped_file_get_contents (old), g_mapped_file_get_length (old));
  g_checksum_update (checksum, added, length);
  return g_strdup (g_checksum_get_string (checksum));
}

/* Replacing again is as good as once, if it does not take reading a stream again, perhaps of the file that was replaced. Anything else must
 * not happen again. */
static gboolean
was_written (WeirFileCall *call)
{
  const WeirEffect *earlier = call->streams || get_mode (call) != WEIR_WRITE_REPLACE
                                ? weir_file_call_find_earlier (call)
                                : NULL;
  g_autofree char *hash = earlier != NULL ? weir_file_get_hash (call->path) : NULL;

  if (hash == NULL || g_strcmp0 (hash, weir_value_get_member_text (earlier->before, "will_hash", NULL)) != 0)
    return FALSE;
  call->done = earlier;
  call->made = !weir_state_exists (earlier->before);
  call->after = look_after (call, earlier);
  return TRUE;
}

/* Where a write to @path ends up, also when a link leads to what is not there yet. */
static char *
follow_links (const char *path)
{
  g_autofree char *at = g_strdup (path);

  for (guint i = 0; i < MAX_LINKS; i++)
    {
      char *real = realpath (at, NULL);
      g_autofree char *link = real == NULL ? g_file_read_link (at, NULL) : NULL;
      g_autofree char *folder = g_path_get_dirname (at);

      if (real != NULL || link == NULL)
        return real != NULL ? real : g_steal_pointer (&at);
      g_free (at);
      at = g_canonicalize_filename (link, folder);
    }
  return g_steal_pointer (&at);
}

gboolean
weir_file_call_look (WeirFileCall *call, GError **error)
{
  char *real = follow_links (call->path);

  /* what a symbolic link leads to is written, and is what undo puts back */
  g_free (call->path);
  call->path = real;
  if (was_written (call))
    return TRUE;
  if (!weir_file_may_write (call->path, error))
    return FALSE;
  if (get_mode (call) == WEIR_WRITE_CREATE_NEW && g_file_test (call->path, G_FILE_TEST_EXISTS))
    {
      weir_set_failure (error, "io.exists", "%s is already there", call->path);
      return FALSE;
    }
  return TRUE;
}

static DexFuture *
keep_before_write (gpointer user_data)
{
  WeirFileCall *call = user_data;
  GError *error = NULL;
  g_autoptr(WeirValue) kept = NULL;
  g_autofree char *hash = NULL;

  if (call->done == NULL && !weir_file_call_look (call, &error))
    return dex_future_new_for_error (error);
  if (call->done != NULL)
    return dex_future_new_true ();
  call->parents = weir_file_missing_parents (call->path);
  kept = weir_file_call_keep (call, call->path, NULL, WEIR_STATE_ATTRIBUTES | WEIR_STATE_CONTENT, &error);
  if (kept == NULL)
    return dex_future_new_for_error (error);
  call->made = !weir_state_exists (kept);
  if (!call->made && get_mode (call) == WEIR_WRITE_CREATE_NEW)
    {
      weir_set_failure (&error, "io.exists", "%s is already there", call->path);
      return dex_future_new_for_error (error);
    }
  hash = foretell_hash (call, kept);
  call->before = weir_file_call_record (weir_state_with (kept, "will_hash", weir_value_new_text (hash)), call->path,
                                        NULL);
  return dex_future_new_true ();
}

static void
look_at_result (WeirFileCall *call)
{
  call->after = weir_file_call_record (weir_file_get_state (NULL, call->path, WEIR_STATE_ATTRIBUTES, NULL, NULL),
                                       call->path, NULL);
}

static DexFuture *
write_in_thread (gpointer user_data)
{
  WeirFileCall *call = user_data;
  GError *error = NULL;

  if (!(call->spool != NULL ? weir_file_write_spool (call->path, call->spool, call->mode, &error)
                            : weir_file_write (call->path, call->content, call->mode, &error)))
    {
      DexFuture *failed = weir_file_call_fail (call, error);

      /* part of an append that could not be taken back; undo must know it as the run's */
      if (!call->untouched && get_mode (call) == WEIR_WRITE_APPEND)
        look_at_result (call);
      return failed;
    }
  look_at_result (call);
  return dex_future_new_true ();
}

gboolean
weir_file_call_write (WeirFileCall *call, GError **error)
{
  return weir_file_call_run (call, keep_before_write, write_in_thread, error);
}

static DexFuture *
write_fiber (gpointer user_data)
{
  WeirFileCall *call = user_data;
  GError *error = NULL;

  if (!weir_file_call_write (call, &error))
    return dex_future_new_for_error (error);
  return dex_future_new_for_boolean (call->made);
}

/**
 * weir_step_write_file:
 * @self: a running step
 * @path: a path as in [method@Weir.Step.resolve_path]
 * @content: what to write
 * @mode: how; with %WEIR_WRITE_UNSYNCED it is not waited for the disk
 * @make_parents: whether missing folders are made
 *
 * What was there before is kept, then the intention is written down, then the file.
 *
 * Returns: (transfer full): a future that resolves to a boolean, whether the file is new; rejects with io.*
 */
DexFuture *
weir_step_write_file (WeirStep *self, const char *path, GBytes *content, WeirWriteMode mode, gboolean parents)
{
  GError *error = NULL;
  char *resolved = weir_step_resolve_path (self, path, &error);
  WeirFileCall *call;

  if (resolved == NULL || !weir_step_require (self, "fs.write", resolved, &error))
    {
      g_free (resolved);
      return dex_future_new_for_error (error);
    }
  call = weir_file_call_new (self, resolved);
  call->type = "file.write";
  call->content = g_bytes_ref (content);
  call->mode = mode;
  call->make_parents = parents;
  return dex_scheduler_spawn (NULL, 0, write_fiber, call, weir_file_call_free);
}

/* ── moving ─────────────────────────────────────────────────────────────────────────────── */

/* An attempt before this one was cut off between the move and the note that it was done. */
static gboolean
was_moved (WeirFileCall *call)
{
  const WeirEffect *earlier = weir_file_call_find_earlier (call);
  g_autoptr(WeirValue) now = earlier != NULL
                                ? weir_file_get_state (NULL, earlier->target, WEIR_STATE_ATTRIBUTES, NULL, NULL)
                                : NULL;

  if (now == NULL || !weir_state_exists (now)
      || !weir_state_same (weir_value_find_member (earlier->before, "source"), now))
    return FALSE;
  call->done = earlier;
  call->after = look_after (call, earlier);
  g_free (call->path);
  call->path = g_strdup (earlier->target);
  return TRUE;
}

static WeirValue *
record_of_move (WeirFileCall *call, WeirValue *replaced)
{
  WeirBuilder *record = weir_record_builder_new (5);

  weir_builder_set_take (record, "from", weir_value_new_text (call->from));
  weir_builder_set (record, "source", call->source);
  weir_builder_set (record, "replaced", replaced);
  weir_builder_set_take (record, "size", weir_value_new_int (weir_value_get_member_int (call->source, "size", 0)));
  return weir_file_call_record (weir_builder_end (record), call->path, call->from);
}

static DexFuture *
keep_before_move (gpointer user_data)
{
  WeirFileCall *call = user_data;
  GError *error = NULL;
  g_autoptr(WeirValue) replaced = NULL;

  call->parents = weir_file_missing_parents (call->path);
  call->source = weir_file_get_state (NULL, call->from, WEIR_STATE_ATTRIBUTES, NULL, NULL);
  if (!weir_state_exists (call->source))
    {
      if (was_moved (call))
        return dex_future_new_true ();
      weir_set_failure (&error, "io.not_found", "%s is not there", call->from);
      return dex_future_new_for_error (error);
    }
  replaced = weir_file_get_state (NULL, call->path, WEIR_STATE_PLAIN, NULL, NULL);
  if (weir_state_exists (replaced))
    {
      if (!call->replace || weir_state_is (replaced, "folder"))
        {
          weir_set_failure (&error, "io.exists", "%s is already there", call->path);
          return dex_future_new_for_error (error);
        }
      g_clear_pointer (&replaced, weir_value_unref);
      replaced = weir_file_call_keep (call, call->path, NULL, WEIR_STATE_ATTRIBUTES | WEIR_STATE_CONTENT, &error);
      if (replaced == NULL)
        return dex_future_new_for_error (error);
    }
  call->before = record_of_move (call, replaced);
  return dex_future_new_true ();
}

static DexFuture *
move_in_thread (gpointer user_data)
{
  WeirFileCall *call = user_data;
  GError *error = NULL;

  if (!weir_file_move (call->from, call->path, call->replace, NULL, &error))
    return weir_file_call_fail (call, error);
  call->after = weir_file_call_record (weir_file_get_state (NULL, call->path, WEIR_STATE_ATTRIBUTES, NULL, NULL),
                                       call->path, call->from);
  return dex_future_new_true ();
}

static DexFuture *
move_fiber (gpointer user_data)
{
  WeirFileCall *call = user_data;
  g_autofree char *named = g_strdup (call->path);
  GError *error = NULL;

  if (!weir_file_call_run (call, keep_before_move, move_in_thread, &error))
    return dex_future_new_for_error (error);
  return dex_future_new_take_boxed (WEIR_TYPE_VALUE, weir_value_new_text (call->done != NULL ? call->path : named));
}

/**
 * weir_step_move_file:
 * @self: a running step
 * @from: what to move; a path as in [method@Weir.Step.resolve_path]
 * @to: where to, the new name included
 * @replace: whether a file there may be replaced; it is kept for undo
 * @make_parents: whether missing folders are made
 *
 * Where an earlier attempt of this step had moved it already, and was cut off, nothing is done.
 *
 * Returns: (transfer full): a future that resolves to where it is now (#WeirValue, a text); rejects with io.*
 */
DexFuture *
weir_step_move_file (WeirStep *self, const char *from, const char *to, gboolean replace, gboolean parents)
{
  GError *error = NULL;
  char *source = weir_step_resolve_path (self, from, &error);
  char *target = source != NULL ? weir_step_resolve_path (self, to, &error) : NULL;
  WeirFileCall *call;

  if (target == NULL || !weir_step_require (self, "fs.write", source, &error)
      || !weir_step_require (self, "fs.write", target, &error))
    {
      g_free (source);
      g_free (target);
      return dex_future_new_for_error (error);
    }
  call = weir_file_call_new (self, target);
  call->type = "file.move";
  call->from = source;
  call->replace = replace;
  call->make_parents = parents;
  return dex_scheduler_spawn (NULL, 0, move_fiber, call, weir_file_call_free);
}

/* ── names chosen before a crash ────────────────────────────────────────────────────────── */

static DexFuture *
place_in_thread (gpointer user_data)
{
  weir_file_call_place (user_data);
  return dex_future_new_true ();
}

static DexFuture *
find_target_fiber (gpointer user_data)
{
  WeirFileCall *call = user_data;
  GError *error = NULL;

  if (!weir_file_call_load_earlier (call, &error)
      || (call->earlier != NULL && !weir_file_call_in_thread (call, place_in_thread, &error)))
    return dex_future_new_for_error (error);
  for (guint i = call->earlier != NULL ? call->earlier->len : 0; i-- > 0;)
    {
      const WeirEffect *effect = g_ptr_array_index (call->earlier, i);

      if (g_str_equal (effect->type, call->type) && effect->state <= WEIR_EFFECT_COMPLETED
          && (call->from == NULL || g_str_equal (weir_value_get_member_text (effect->before, "from", ""), call->from)))
        return dex_future_new_take_boxed (WEIR_TYPE_VALUE, weir_value_new_text (effect->target));
    }
  return dex_future_new_take_boxed (WEIR_TYPE_VALUE, weir_value_new_null ());
}

/**
 * weir_step_find_target:
 * @self: a running step
 * @type: of the effect: "file.move", "file.write", "file.copy"
 * @source: (nullable): what was moved or copied
 *
 * What an earlier attempt of this step chose as the target of an effect before it was cut off.
 *
 * Returns: (transfer full): a future that resolves to a #WeirValue, a text, or null when there was no such effect
 */
DexFuture *
weir_step_find_target (WeirStep *self, const char *type, const char *source)
{
  WeirFileCall *call = weir_file_call_new (self, NULL);

  call->type = g_intern_string (type);
  call->from = g_strdup (source);
  return dex_scheduler_spawn (NULL, 0, find_target_fiber, call, weir_file_call_free);
}
