/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* An engine on a database that a newer Weir wrote, or where nothing can be written: it shows what is there and does nothing. */

#include "weir-engine-private.h"

/**
 * weir_engine_new_read_only: (constructor)
 * @data_dir: (nullable): the data folder; %NULL for `$XDG_DATA_HOME/weir`
 * @error: set to %WEIR_ERROR_STORE when it cannot be read, %WEIR_ERROR_WRONG_STATE when it can be opened as usual
 *
 * For a folder that weir_engine_new () refuses with %WEIR_ERROR_NEWER, or in which nothing can be written: lists, runs, logs, values and files of workflows can be looked at
 * and exported; nothing runs, and nothing in the folder is changed.
 *
 * Returns: (transfer full): the engine
 */
WeirEngine *
weir_engine_new_read_only (const char *data_dir, GError **error)
{
  g_autofree char *standard = g_build_filename (g_get_user_data_dir (), "weir", NULL);
  const char *dir = data_dir != NULL ? data_dir : standard;
  g_autoptr(WeirStore) store = weir_store_new_read_only (dir, error);
  WeirEngine *self;

  if (store == NULL)
    return NULL;
  self = g_object_new (WEIR_TYPE_ENGINE, NULL);
  self->store = g_steal_pointer (&store);
  self->data_dir = g_strdup (dir);
  self->clock = weir_clock_ref (weir_clock_get_real ());
  self->read_only = TRUE;
  /* nothing with an effect starts where it cannot be written down */
  self->trouble = TRUE;
  return self;
}

/**
 * weir_engine_is_read_only:
 * @self: an engine
 *
 * Returns: whether its database is only looked at: a newer Weir wrote it, or nothing can be written there
 */
gboolean
weir_engine_is_read_only (WeirEngine *self)
{
  g_return_val_if_fail (WEIR_IS_ENGINE (self), FALSE);
  return self->read_only;
}
