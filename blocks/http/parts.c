/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "parts.h"

#include <string.h>

#include <weir-sdk.h>

typedef struct
{
  GBytes *bytes; /* or */
  char   *path;
  goffset size;
} Part;

struct _WeirHttpParts
{
  GInputStream  parent_instance;
  GPtrArray    *parts;
  guint         current;
  goffset       within;  /* bytes read of the current part */
  GInputStream *file;    /* the current part, when it is one */
};

G_DEFINE_FINAL_TYPE (WeirHttpParts, weir_http_parts, G_TYPE_INPUT_STREAM)

static void
part_free (gpointer data)
{
  Part *part = data;

  g_clear_pointer (&part->bytes, g_bytes_unref);
  g_free (part->path);
  g_free (part);
}

static void
next_part (WeirHttpParts *self)
{
  g_clear_object (&self->file);
  self->current++;
  self->within = 0;
}

/* An error of a file is not one of the network, whatever its number. */
static gboolean
fail_file (const Part *part, GError *wrong, GError **error)
{
  weir_set_failure (error, weir_error_get_class (wrong), "Could not send %s: %s", part->path, wrong->message);
  g_error_free (wrong);
  return FALSE;
}

static gboolean
open_file (WeirHttpParts *self, const Part *part, GCancellable *cancellable, GError **error)
{
  g_autoptr(GFile) file = g_file_new_for_path (part->path);
  GError *wrong = NULL;

  if (self->file == NULL)
    self->file = G_INPUT_STREAM (g_file_read (file, cancellable, &wrong));
  return self->file != NULL || fail_file (part, wrong, error);
}

static gssize
read_file_part (WeirHttpParts *self,
                const Part *part,
                void *buffer,
                gsize count,
                GCancellable *cancellable,
                GError **error)
{
  GError *wrong = NULL;
  gssize n;

  if (!open_file (self, part, cancellable, error))
    return -1;
  /* The length was promised: what a file grew by since is not sent. */
  n = g_input_stream_read (self->file, buffer, MIN (count, (gsize) (part->size - self->within)), cancellable, &wrong);
  if (n < 0)
    fail_file (part, wrong, error);
  if (n != 0)
    return n;
  weir_set_failure (error, "io.changed", "Expected %" G_GOFFSET_FORMAT " bytes in %s, but it became shorter",
                    part->size, part->path);
  return -1;
}

static gssize
weir_http_parts_read (GInputStream *stream, void *buffer, gsize count, GCancellable *cancellable, GError **error)
{
  WeirHttpParts *self = WEIR_HTTP_PARTS (stream);
  Part *part;
  gssize n;

  while (self->current < self->parts->len
         && self->within >= ((Part *) g_ptr_array_index (self->parts, self->current))->size)
    next_part (self);
  if (self->current >= self->parts->len)
    return 0;

  part = g_ptr_array_index (self->parts, self->current);
  if (part->bytes != NULL)
    {
      n = (gssize) MIN (count, (gsize) (part->size - self->within));
      memcpy (buffer, (const char *) g_bytes_get_data (part->bytes, NULL) + self->within, (gsize) n);
    }
  else
    n = read_file_part (self, part, buffer, count, cancellable, error);
  if (n > 0)
    self->within += n;
  return n;
}

static void
weir_http_parts_finalize (GObject *object)
{
  WeirHttpParts *self = WEIR_HTTP_PARTS (object);

  g_clear_object (&self->file);
  g_ptr_array_unref (self->parts);
  G_OBJECT_CLASS (weir_http_parts_parent_class)->finalize (object);
}

static void
weir_http_parts_class_init (WeirHttpPartsClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = weir_http_parts_finalize;
  /* The asynchronous read is this one in a thread. */
  G_INPUT_STREAM_CLASS (klass)->read_fn = weir_http_parts_read;
}

static void
weir_http_parts_init (WeirHttpParts *self)
{
  self->parts = g_ptr_array_new_with_free_func (part_free);
}

WeirHttpParts *
weir_http_parts_new (void)
{
  return g_object_new (WEIR_TYPE_HTTP_PARTS, NULL);
}

void
weir_http_parts_add (WeirHttpParts *self, GBytes *bytes)
{
  Part *part = g_new0 (Part, 1);

  part->bytes = g_bytes_ref (bytes);
  part->size = (goffset) g_bytes_get_size (bytes);
  g_ptr_array_add (self->parts, part);
}

void
weir_http_parts_add_text (WeirHttpParts *self, const char *text)
{
  g_autoptr(GBytes) bytes = g_bytes_new (text, strlen (text));

  weir_http_parts_add (self, bytes);
}

void
weir_http_parts_add_file (WeirHttpParts *self, const char *path)
{
  Part *part = g_new0 (Part, 1);

  part->path = g_strdup (path);
  g_ptr_array_add (self->parts, part);
}

WeirHttpParts *
weir_http_parts_copy (WeirHttpParts *self)
{
  WeirHttpParts *copy = weir_http_parts_new ();

  g_ptr_array_unref (copy->parts);
  copy->parts = g_ptr_array_ref (self->parts);
  return copy;
}

static gboolean
measure_file (Part *part, GError **error)
{
  g_autoptr(GFile) file = g_file_new_for_path (part->path);
  GError *wrong = NULL;
  g_autoptr(GFileInfo) info = g_file_query_info (
    file, G_FILE_ATTRIBUTE_STANDARD_SIZE "," G_FILE_ATTRIBUTE_STANDARD_TYPE, G_FILE_QUERY_INFO_NONE, NULL, &wrong);

  if (info == NULL)
    return fail_file (part, wrong, error);
  if (g_file_info_get_file_type (info) != G_FILE_TYPE_REGULAR)
    {
      weir_set_failure (error, "io.other", "Expected a file at %s, but there is something else", part->path);
      return FALSE;
    }
  part->size = g_file_info_get_size (info);
  return TRUE;
}

gssize
weir_http_parts_measure (WeirHttpParts *self, GError **error)
{
  goffset length = 0;

  for (guint i = 0; i < self->parts->len; i++)
    {
      Part *part = g_ptr_array_index (self->parts, i);

      if (part->path != NULL && !measure_file (part, error))
        return -1;
      length += part->size;
    }
  return length;
}
