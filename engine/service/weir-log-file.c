/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The log file: one JSON object a line for each event on the bus, values left out. Rotated by size; written by a thread of its
 * own, so that a slow disk delays nobody. */

#include "weir-engine-private.h"

#include <glib/gstdio.h>
#include <stdio.h>
#include <stdlib.h>

#define MAX_SIZE (10 * 1024 * 1024)
#define MAX_FILES 5
/* The journal is what counts; waking the thread for every commit would slow the commits down. */
#define HAND_OVER_MS 50

typedef struct
{
  char *path;
  FILE *file;
  glong size;
  GPtrArray *pending; /* of WeirEvent: not handed over yet */
  guint hand_over;
  GAsyncQueue *queue; /* of Job; the queue itself means the end */
  GThread *thread;
} LogFile;

/* Events to write, or a run to forget. */
typedef struct
{
  GPtrArray *events;
  gint64 run;
  DexPromise *forgotten;
} Job;

static void
job_free (Job *self)
{
  g_clear_pointer (&self->events, g_ptr_array_unref);
  dex_clear (&self->forgotten);
  g_free (self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Job, job_free)

static void
open_file (LogFile *self)
{
  self->file = g_fopen (self->path, "ae");
  if (self->file == NULL)
    return;
  g_chmod (self->path, 0600);
  fseek (self->file, 0, SEEK_END);
  self->size = ftell (self->file);
}

static void
rotate (LogFile *self)
{
  g_clear_pointer (&self->file, fclose);
  for (int i = MAX_FILES - 1; i > 0; i--)
    {
      g_autofree char *from = i > 1 ? g_strdup_printf ("%s.%d", self->path, i - 1) : g_strdup (self->path);
      g_autofree char *to = g_strdup_printf ("%s.%d", self->path, i);

      g_rename (from, to);
    }
  open_file (self);
}

/* What a line keeps of the data: no values, they may be large or private. */
static WeirValue *
data_for_log (WeirEvent *event)
{
  switch (event->kind)
    {
    case WEIR_EVENT_LOG:
    case WEIR_EVENT_BLOCK_RETRY:
    case WEIR_EVENT_BLOCK_FAILED:
    case WEIR_EVENT_RUN_FAILED:
    case WEIR_EVENT_EFFECT_INTENDED:
    case WEIR_EVENT_EFFECT_UNDONE:
    case WEIR_EVENT_EFFECT_KEPT:
    case WEIR_EVENT_ACCESS:
      return event->data;
    default:
      return NULL;
    }
}

static void
write_events (LogFile *self, GPtrArray *events)
{
  g_autoptr(GString) line = g_string_sized_new (256);

  for (guint i = 0; i < events->len && self->file != NULL; i++)
    {
      WeirEvent *event = g_ptr_array_index (events, i);

      g_string_truncate (line, 0);
      weir_event_append_json (event, data_for_log (event), line);
      g_string_append_c (line, '\n');
      self->size += (glong) fwrite (line->str, 1, line->len, self->file);
      if (self->size > MAX_SIZE)
        rotate (self);
    }
  if (self->file != NULL)
    fflush (self->file);
}

/* Writes the lines of all other runs into a file beside, which takes the place of the first. */
static gboolean
copy_without (FILE *from, FILE *to, const char *start)
{
  char *line = NULL;
  gsize room = 0;
  gssize length;
  gboolean ok = TRUE;

  while (ok && (length = getline (&line, &room, from)) > 0)
    ok = g_str_has_prefix (line, start) || fwrite (line, 1, length, to) == (gsize) length;
  free (line);
  return ok && !ferror (from);
}

static gboolean
forget_in_file (const char *path, const char *start)
{
  g_autofree char *beside = g_strconcat (path, ".new", NULL);
  FILE *from = g_fopen (path, "re");
  FILE *to;
  gboolean ok;

  if (from == NULL)
    return TRUE;
  to = g_fopen (beside, "we");
  ok = to != NULL && g_chmod (beside, 0600) == 0 && copy_without (from, to, start);
  fclose (from);
  if (to != NULL)
    ok = fclose (to) == 0 && ok;
  if (ok && g_rename (beside, path) == 0)
    return TRUE;
  g_unlink (beside);
  return FALSE;
}

static gboolean
forget (LogFile *self, gint64 run)
{
  g_autofree char *start = g_strdup_printf ("{\"run\":%" G_GINT64_FORMAT ",", run);
  gboolean ok;

  g_clear_pointer (&self->file, fclose);
  ok = forget_in_file (self->path, start);
  for (int i = 1; i < MAX_FILES; i++)
    {
      g_autofree char *path = g_strdup_printf ("%s.%d", self->path, i);

      ok = forget_in_file (path, start) && ok;
    }
  return ok;
}

static gpointer
write_thread (gpointer data)
{
  LogFile *self = data;
  gpointer item;

  while ((item = g_async_queue_pop (self->queue)) != self->queue)
    {
      g_autoptr (Job) job = item;

      if (job->events == NULL)
        {
          if (forget (self, job->run))
            dex_promise_resolve_boolean (job->forgotten, TRUE);
          else
            dex_promise_reject (job->forgotten,
                                g_error_new (WEIR_ERROR, WEIR_ERROR_STORE, "Cannot rewrite %s", self->path));
          continue;
        }
      if (self->file == NULL)
        open_file (self);
      write_events (self, job->events);
    }
  return NULL;
}

gpointer
weir_log_file_new (const char *dir)
{
  LogFile *self = g_new0 (LogFile, 1);

  g_mkdir_with_parents (dir, 0700);
  self->path = g_build_filename (dir, "weir.log", NULL);
  self->queue = g_async_queue_new ();
  return self;
}

static void
push (LogFile *self, Job *job)
{
  if (self->thread == NULL)
    self->thread = g_thread_new ("weir-log", write_thread, self);
  g_async_queue_push (self->queue, job);
}

static void
hand_over (LogFile *self)
{
  Job *job;

  if (self->pending == NULL)
    return;
  job = g_new0 (Job, 1);
  job->events = g_steal_pointer (&self->pending);
  push (self, job);
}

/* Takes all lines of a run out of the files. (transfer full): a future of TRUE */
DexFuture *
weir_log_file_forget (gpointer log_file, gint64 run)
{
  LogFile *self = log_file;
  Job *job = g_new0 (Job, 1);
  DexPromise *forgotten = dex_promise_new ();

  hand_over (self);
  job->run = run;
  job->forgotten = dex_ref (forgotten);
  push (self, job);
  return DEX_FUTURE (forgotten);
}

static gboolean
hand_over_cb (gpointer user_data)
{
  LogFile *self = user_data;

  self->hand_over = 0;
  hand_over (self);
  return G_SOURCE_REMOVE;
}

void
weir_log_file_write (gpointer log_file, GPtrArray *events)
{
  LogFile *self = log_file;

  if (self->pending == NULL)
    self->pending = g_ptr_array_new_with_free_func ((GDestroyNotify) weir_event_unref);
  for (guint i = 0; i < events->len; i++)
    g_ptr_array_add (self->pending, weir_event_ref (g_ptr_array_index (events, i)));
  if (self->hand_over == 0)
    self->hand_over = g_timeout_add (HAND_OVER_MS, hand_over_cb, self);
}

void
weir_log_file_free (gpointer log_file)
{
  LogFile *self = log_file;

  g_clear_handle_id (&self->hand_over, g_source_remove);
  hand_over (self);
  if (self->thread != NULL)
    {
      g_async_queue_push (self->queue, self->queue);
      g_thread_join (self->thread);
    }
  g_clear_pointer (&self->file, fclose);
  g_async_queue_unref (self->queue);
  g_free (self->path);
  g_free (self);
}
