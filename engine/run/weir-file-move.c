/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Effects that gave a file another name: moved by a block, or put into the trash. */

#include "weir-file-effect-private.h"
#include "weir-file-trash.h"

#include <glib/gstdio.h>

/* Where it comes from and where it went, seen in the direction of undo: @here is where the run left it, @there where it was. */
typedef struct
{
  const char *here;
  const char *there;
  WeirValue  *source;   /* what it was */
  WeirValue  *replaced; /* what was at @here before; NULL or {exists: false}: nothing */
  gboolean    trash;
} Move;

static Move
move_of (const WeirEffect *effect)
{
  gboolean trash = g_str_equal (effect->type, "file.trash");

  return (Move) {
    .here = trash ? weir_value_get_member_text (effect->before, "trashed", "") : effect->target,
    .there = trash ? effect->target : weir_value_get_member_text (effect->before, "from", ""),
    .source = weir_file_effect_get (effect, "source"),
    .replaced = weir_file_effect_get (effect, "replaced"),
    .trash = trash,
  };
}

static gboolean
is_there (WeirForesight *foresight, const char *path)
{
  g_autoptr(WeirValue) now = weir_foresight_look (foresight, path);

  return weir_state_exists (now);
}

static gboolean
is_source (Move *self, WeirForesight *foresight, const char *path)
{
  g_autoptr(WeirValue) now = weir_foresight_look (foresight, path);

  return weir_state_exists (now) && weir_state_same (self->source, now);
}

/* Undo was cut off between moving the file back and putting back what it had replaced. */
static gboolean
is_half_undone (Move *self, WeirForesight *foresight)
{
  return weir_state_exists (self->replaced) && is_source (self, foresight, self->there)
         && !is_there (foresight, self->here);
}

static char *
conflict_of_undo (Move *self, WeirForesight *foresight)
{
  g_autoptr(WeirValue) now = weir_foresight_look (foresight, self->here);

  if (is_half_undone (self, foresight))
    return NULL;
  if (!weir_state_exists (now))
    return g_strdup (self->trash ? "It is not in the trash any more" : "It is not there any more");
  if (!weir_state_is (now, "folder") && !weir_state_same (self->source, now))
    return g_strdup ("It was changed since");
  if (is_there (foresight, self->there))
    return g_strdup_printf ("There is another %s now", self->there);
  return NULL;
}

static char *
conflict_of_redo (Move *self, WeirForesight *foresight)
{
  g_autoptr(WeirValue) now = weir_foresight_look (foresight, self->there);
  g_autoptr(WeirValue) target = weir_foresight_look (foresight, self->here);

  if (!weir_state_exists (now))
    return g_strdup ("It is not there any more");
  if (!weir_state_is (now, "folder") && !weir_state_same (self->source, now))
    return g_strdup ("It was changed since");
  if (!self->trash && !weir_state_same (self->replaced, target))
    return g_strdup_printf ("There is another %s now", self->here);
  return NULL;
}

void
weir_file_move_explain (const WeirEffect *effect, WeirDirection direction, WeirForesight *foresight, char **description,
                        char **conflict, guint64 *size)
{
  Move self = move_of (effect);
  g_autofree char *name = g_path_get_basename (self.here);
  gboolean undo = direction == WEIR_DIRECTION_UNDO;

  if (self.trash)
    *description = g_strdup_printf (undo ? "Take %s out of the trash" : "Put %s into the trash again", self.there);
  else
    *description = undo ? g_strdup_printf ("Move %s back to %s", name, self.there)
                        : g_strdup_printf ("Move %s to %s again", self.there, self.here);
  *conflict = undo ? conflict_of_undo (&self, foresight) : conflict_of_redo (&self, foresight);
  *size = weir_value_get_member_int (effect->before, "size", 0);
}

gboolean
weir_file_move_is_done (const WeirEffect *effect, WeirDirection direction, WeirForesight *foresight)
{
  Move self = move_of (effect);
  g_autoptr(WeirValue) here = weir_foresight_look (foresight, self.here);

  if (direction == WEIR_DIRECTION_REDO)
    return !is_there (foresight, self.there) && weir_state_exists (here) && weir_state_same (self.source, here);
  return is_source (&self, foresight, self.there) && weir_state_same (self.replaced, here);
}

void
weir_file_move_foresee (const WeirEffect *effect, WeirDirection direction, WeirForesight *foresight)
{
  Move self = move_of (effect);
  gboolean undo = direction == WEIR_DIRECTION_UNDO;
  g_autoptr(WeirValue) nothing = weir_state_new_nothing ();
  const char *from = undo ? self.here : self.there;
  const char *to = undo ? self.there : self.here;

  if (weir_state_is (self.source, "folder"))
    weir_foresight_move (foresight, from, to);
  weir_foresight_put (foresight, from, undo && self.replaced != NULL ? self.replaced : nothing);
  weir_foresight_put (foresight, to, self.source);
}

/* ── doing ──────────────────────────────────────────────────────────────────────────────── */

static gboolean
restore_replaced (WeirFileUndo *context, Move *self, GError **error)
{
  return !weir_state_exists (self->replaced)
         || weir_file_restore (context->store, self->here, self->replaced, NULL, context->sync, NULL, error);
}

static gboolean
make_folders (const char *path, WeirFileSync *sync, GError **error)
{
  g_autoptr(GPtrArray) parents = weir_file_missing_parents (path);

  for (guint i = 0; i < parents->len; i++)
    if (!weir_file_make_folder (parents->pdata[i], sync, error))
      return FALSE;
  return TRUE;
}

static gboolean
undo_move (WeirFileUndo *context, Move *self, WeirConflictChoice choice, char **note, GError **error)
{
  gboolean overwrite = choice == WEIR_CONFLICT_OVERWRITE;
  g_autofree char *copy = NULL;

  if (is_half_undone (self, NULL))
    return restore_replaced (context, self, error);
  if (!make_folders (self->there, context->sync, error))
    return FALSE;
  if (!is_there (NULL, self->here))
    {
      weir_set_failure (error, "undo.failed", "%s is not there any more", self->here);
      return FALSE;
    }
  if (is_there (NULL, self->there) && !overwrite)
    {
      copy = weir_file_make_copy_name (self->there);
      *note = g_strdup_printf ("moved to %s", copy);
    }
  if (!weir_file_move (self->here, copy != NULL ? copy : self->there, overwrite, context->sync, error))
    return FALSE;
  return restore_replaced (context, self, error);
}

gboolean
weir_file_move_apply (WeirFileUndo *context, const WeirEffect *effect, WeirConflictChoice choice, char **note, GError **error)
{
  Move self = move_of (effect);
  const char *info = weir_value_get_member_text (effect->before, "info", NULL);

  if (context->direction == WEIR_DIRECTION_UNDO)
    {
      if (!undo_move (context, &self, choice, note, error))
        return FALSE;
      if (info != NULL)
        g_unlink (info);
      return TRUE;
    }
  if (info != NULL && !weir_file_write_trash_info (info, self.there, error))
    return FALSE;
  return make_folders (self.here, context->sync, error)
         && weir_file_move (self.there, self.here, weir_state_exists (self.replaced), context->sync, error);
}
