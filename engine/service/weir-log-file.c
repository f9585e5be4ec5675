/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The log file: one JSON object a line for each event on the bus, values left out. Rotated by size; written by a thread of its
 * own, so that a slow disk delays nobody. */

#include "weir-engine-private.h"

#include <glib/gstdio.h>
#include <stdio.h>

#define MAX_SIZE (10 * 1024 * 1024)
#define MAX_FILES 5
/* The journal is what counts; waking the thread for every commit would slow the commits down. */
#define HAND_OVER_MS 50

typedef struct
{
  char        *path;
  FILE        *file;
  glong        size;
  GPtrArray   *pending; /* of WeirEvent: not handed over yet */
  guint        hand_over;
  GAsyncQueue *queue; /* of GPtrArray of WeirEvent; the queue itself means the end */
  GThread     *thread;
} LogFile;

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
static WeirEvent *
without_values (WeirEvent *event)
{
  WeirEvent *slim = weir_event_new (event->kind, event->run);
  g_autoptr(WeirValue) error = NULL;

  slim->seq = event->seq;
  slim->at = event->at;
  slim->mono = event->mono;
  slim->scope = event->scope;
  slim->firing = event->firing;
  slim->attempt = event->attempt;
  slim->block = event->block != NULL ? g_ref_string_acquire (event->block) : NULL;
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
      slim->data = event->data != NULL ? weir_value_ref (event->data) : NULL;
      break;
    default:
      break;
    }
  return slim;
}

static void
write_events (LogFile *self, GPtrArray *events)
{
  for (guint i = 0; i < events->len && self->file != NULL; i++)
    {
      g_autoptr(WeirEvent) slim = without_values (g_ptr_array_index (events, i));
      g_autofree char *line = weir_event_to_json (slim);
      int n = fprintf (self->file, "%s\n", line);

      self->size += MAX (n, 0);
      if (self->size > MAX_SIZE)
        rotate (self);
    }
  if (self->file != NULL)
    fflush (self->file);
}

static gpointer
write_thread (gpointer data)
{
  LogFile *self = data;
  gpointer item;

  while ((item = g_async_queue_pop (self->queue)) != self->queue)
    {
      g_autoptr(GPtrArray) events = item;

      if (self->file == NULL)
        open_file (self);
      write_events (self, events);
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
hand_over (LogFile *self)
{
  if (self->pending == NULL)
    return;
  if (self->thread == NULL)
    self->thread = g_thread_new ("weir-log", write_thread, self);
  g_async_queue_push (self->queue, g_steal_pointer (&self->pending));
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
