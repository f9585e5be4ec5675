/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weir-file-link.h"

#include <weir.h>

/* Editors write a file in several steps. */
#define CHECK_AFTER_MS 150

struct _WeirFileLink
{
  GObject parent_instance;

  char         *workflow;
  GFile        *file;
  char         *path;
  char         *seen;       /* SHA-256 of what both agreed on, or was answered */
  char         *told;       /* of what `changed` was emitted for */
  GFileMonitor *monitor;
  GCancellable *cancellable;
  guint         check_id;
};

G_DEFINE_FINAL_TYPE (WeirFileLink, weir_file_link, G_TYPE_OBJECT)

enum { CHANGED, N_SIGNALS };
static guint signals[N_SIGNALS];

/* As the application chooses it. */
static const char *
get_data_dir (void)
{
  const char *data_dir = g_getenv ("WEIR_DATA_DIR");

  return data_dir != NULL && *data_dir != '\0' ? data_dir : NULL;
}

static char *
hash (const char *text)
{
  return g_compute_checksum_for_string (G_CHECKSUM_SHA256, text, -1);
}

static void
check_text (WeirFileLink *self,
            const char   *text)
{
  g_autofree char *now = hash (text);

  if (g_strcmp0 (now, self->seen) == 0 || g_strcmp0 (now, self->told) == 0)
    return;
  g_set_str (&self->told, now);
  g_signal_emit (self, signals[CHANGED], 0, text);
}

static void
loaded_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr(WeirFileLink) self = user_data;
  g_autofree char *text = NULL;

  /* a file that is gone, or cannot be read for now, changes nothing */
  if (g_file_load_contents_finish (G_FILE (source), result, &text, NULL, NULL, NULL)
      && !g_cancellable_is_cancelled (self->cancellable))
    check_text (self, text);
}

static gboolean
check_cb (gpointer user_data)
{
  WeirFileLink *self = user_data;

  self->check_id = 0;
  weir_file_link_check (self);
  return G_SOURCE_REMOVE;
}

static void
monitor_cb (WeirFileLink *self)
{
  g_clear_handle_id (&self->check_id, g_source_remove);
  self->check_id = g_timeout_add (CHECK_AFTER_MS, check_cb, self);
}

static void
weir_file_link_dispose (GObject *object)
{
  WeirFileLink *self = WEIR_FILE_LINK (object);

  g_clear_handle_id (&self->check_id, g_source_remove);
  g_cancellable_cancel (self->cancellable);
  if (self->monitor != NULL)
    g_file_monitor_cancel (self->monitor);
  g_clear_object (&self->monitor);
  G_OBJECT_CLASS (weir_file_link_parent_class)->dispose (object);
}

static void
weir_file_link_finalize (GObject *object)
{
  WeirFileLink *self = WEIR_FILE_LINK (object);

  g_clear_object (&self->file);
  g_clear_object (&self->cancellable);
  g_free (self->workflow);
  g_free (self->path);
  g_free (self->seen);
  g_free (self->told);
  G_OBJECT_CLASS (weir_file_link_parent_class)->finalize (object);
}

static void
weir_file_link_class_init (WeirFileLinkClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = weir_file_link_dispose;
  object_class->finalize = weir_file_link_finalize;
  signals[CHANGED] = g_signal_new ("changed", WEIR_TYPE_FILE_LINK, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                                   1, G_TYPE_STRING);
}

static void
weir_file_link_init (WeirFileLink *self)
{
  self->cancellable = g_cancellable_new ();
}

/**
 * weir_file_link_remember:
 * @workflow: id of a workflow
 * @path: an absolute path
 * @text: what the file says
 *
 * The workflow came from the file, or went there.
 */
void
weir_file_link_remember (const char *workflow,
                         const char *path,
                         const char *text)
{
  g_autoptr(GError) error = NULL;

  if (!weir_file_links_remember (get_data_dir (), workflow, path, text, &error))
    g_warning ("Which file a workflow came from cannot be kept: %s", error->message);
}

/**
 * weir_file_link_find:
 * @path: of a file
 *
 * Returns: (transfer full) (nullable): id of the workflow that came from the file last
 */
char *
weir_file_link_find (const char *path)
{
  return weir_file_links_find (get_data_dir (), path);
}

/**
 * weir_file_link_new:
 * @workflow: id of a workflow
 *
 * Watches the file that a workflow came from.
 *
 * Returns: (transfer full) (nullable): the link; %NULL if it came from none
 */
WeirFileLink *
weir_file_link_new (const char *workflow)
{
  g_autofree char *path = NULL;
  g_autofree char *seen = NULL;
  WeirFileLink *self;

  if (!weir_file_links_look_up (get_data_dir (), workflow, &path, &seen))
    return NULL;
  self = g_object_new (WEIR_TYPE_FILE_LINK, NULL);
  self->workflow = g_strdup (workflow);
  self->path = g_steal_pointer (&path);
  self->seen = g_steal_pointer (&seen);
  self->file = g_file_new_for_path (self->path);
  self->monitor = g_file_monitor_file (self->file, G_FILE_MONITOR_WATCH_MOVES, NULL, NULL);
  if (self->monitor != NULL)
    g_signal_connect_object (self->monitor, "changed", G_CALLBACK (monitor_cb), self, G_CONNECT_SWAPPED);
  return self;
}

/**
 * weir_file_link_get_path:
 * @self: a link
 *
 * Returns: (transfer none): where the file is
 */
const char *
weir_file_link_get_path (WeirFileLink *self)
{
  return self->path;
}

/**
 * weir_file_link_check:
 * @self: a link
 *
 * Looks at the file, and emits `changed` if it says something new.
 */
void
weir_file_link_check (WeirFileLink *self)
{
  g_file_load_contents_async (self->file, self->cancellable, loaded_cb, g_object_ref (self));
}

/**
 * weir_file_link_accept:
 * @self: a link
 * @text: what the file says
 *
 * What the file says was taken, written or turned down.
 */
void
weir_file_link_accept (WeirFileLink *self,
                       const char   *text)
{
  g_free (self->seen);
  self->seen = hash (text);
  g_clear_pointer (&self->told, g_free);
  weir_file_link_remember (self->workflow, self->path, text);
}

/**
 * weir_file_link_is_known:
 * @self: a link
 *
 * Returns: whether the file says what was accepted last, or is gone
 */
gboolean
weir_file_link_is_known (WeirFileLink *self)
{
  g_autofree char *text = NULL;
  g_autofree char *now = NULL;

  if (!g_file_get_contents (self->path, &text, NULL, NULL))
    return TRUE;
  now = hash (text);
  return g_strcmp0 (now, self->seen) == 0;
}
