/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Temporary files: in a folder of the run's own, which goes when the run has ended, also when a crash was in between. */

#include "weir-step-file-private.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <unistd.h>

static char *
get_folder (WeirRun *run)
{
  const char *data_dir = weir_engine_get_data_dir (run->engine);
  g_autofree char *number = g_strdup_printf ("%" G_GINT64_FORMAT, run->id);

  if (data_dir != NULL && !g_str_equal (data_dir, ":memory:"))
    return g_build_filename (data_dir, "tmp", number, NULL);
  return g_strdup_printf ("%s/weir-%u-%d-%s", g_get_tmp_dir (), (guint) getuid (), getpid (), number);
}

static DexFuture *
make_in_thread (gpointer user_data)
{
  WeirFileCall *call = user_data;
  g_autofree char *folder = g_path_get_dirname (call->path);
  GError *error = NULL;
  int fd;

  if (g_mkdir_with_parents (folder, 0700) != 0)
    weir_file_fail (&error, errno, "Could not make the folder", folder);
  else if (call->recursive)
    {
      if (g_mkdir (call->path, 0700) != 0 && errno != EEXIST)
        weir_file_fail (&error, errno, "Could not make the folder", call->path);
    }
  else if ((fd = g_open (call->path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)) < 0)
    weir_file_fail (&error, errno, "Could not make", call->path);
  else
    close (fd);
  return error != NULL ? dex_future_new_for_error (error) : dex_future_new_true ();
}

static DexFuture *
make_fiber (gpointer user_data)
{
  WeirFileCall *call = user_data;
  GError *error = NULL;

  if (!weir_file_call_in_thread (call, make_in_thread, &error))
    return dex_future_new_for_error (error);
  return dex_future_new_take_boxed (WEIR_TYPE_VALUE, weir_value_new_text (call->path));
}

/**
 * weir_step_make_temporary:
 * @self: a running step
 * @name: how it is called, or ends: ".pdf"
 * @folder: whether it is a folder
 *
 * The same for every attempt of the step, and empty at the beginning of each if it is a file.
 *
 * Returns: (transfer full): a future that resolves to its path (#WeirValue, a text); rejects with io.*
 */
DexFuture *
weir_step_make_temporary (WeirStep *self, const char *name, gboolean folder)
{
  g_autofree char *base = get_folder (self->run);
  g_autofree char *plain = g_path_get_basename (name != NULL && name[0] != '\0' ? name : "file");
  WeirFileCall *call = weir_file_call_new (
    self, g_strdup_printf ("%s/%.12s-%s", base, weir_step_get_idempotency_key (self), plain));

  call->recursive = folder;
  return dex_scheduler_spawn (NULL, 0, make_fiber, call, weir_file_call_free);
}

static DexFuture *
remove_in_thread (gpointer path)
{
  weir_file_remove_tree (path, NULL, NULL);
  return dex_future_new_true ();
}

/* The run has ended. */
void
weir_run_remove_temporary (WeirRun *run)
{
  g_autofree char *folder = get_folder (run);

  if (g_access (folder, F_OK) == 0)
    dex_future_disown (dex_scheduler_spawn (dex_thread_pool_scheduler_get_default (), 0, remove_in_thread,
                                            g_steal_pointer (&folder), g_free));
}
