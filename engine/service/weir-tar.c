/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "weir-tar.h"

#include <string.h>

#define BLOCK 512

struct _WeirTar
{
  GByteArray *bytes;
};

/* The header of a file as POSIX (ustar) has it: numbers are octal text. */
typedef struct
{
  char name[100];
  char mode[8];
  char uid[8];
  char gid[8];
  char size[12];
  char mtime[12];
  char checksum[8];
  char type;
  char link[100];
  char magic[6];
  char version[2];
  char rest[247];
} Header;
G_STATIC_ASSERT (sizeof (Header) == BLOCK);

WeirTar *
weir_tar_new (void)
{
  WeirTar *self = g_new (WeirTar, 1);

  self->bytes = g_byte_array_new ();
  return self;
}

void
weir_tar_free (WeirTar *self)
{
  g_byte_array_unref (self->bytes);
  g_free (self);
}

static void
fill_up (WeirTar *self)
{
  static const guint8 zeros[BLOCK];

  if (self->bytes->len % BLOCK != 0)
    g_byte_array_append (self->bytes, zeros, BLOCK - self->bytes->len % BLOCK);
}

void
weir_tar_add (WeirTar *self, const char *name, const char *text)
{
  Header header = { .type = '0', .magic = "ustar", .version = { '0', '0' } };
  gsize size = strlen (text);
  guint sum = 0;

  g_return_if_fail (strlen (name) < sizeof header.name && size < G_MAXUINT32);

  g_strlcpy (header.name, name, sizeof header.name);
  g_snprintf (header.mode, sizeof header.mode, "%07o", 0600);
  g_snprintf (header.uid, sizeof header.uid, "%07o", 0);
  g_snprintf (header.gid, sizeof header.gid, "%07o", 0);
  g_snprintf (header.size, sizeof header.size, "%011" G_GINT64_MODIFIER "o", (guint64) size);
  g_snprintf (header.mtime, sizeof header.mtime, "%011" G_GINT64_MODIFIER "o",
              (guint64) (g_get_real_time () / G_USEC_PER_SEC));
  /* counted with its own field full of spaces */
  memset (header.checksum, ' ', sizeof header.checksum);
  for (gsize i = 0; i < sizeof header; i++)
    sum += ((const guint8 *) &header)[i];
  g_snprintf (header.checksum, sizeof header.checksum, "%06o", sum);
  header.checksum[7] = ' ';
  g_byte_array_append (self->bytes, (const guint8 *) &header, sizeof header);
  g_byte_array_append (self->bytes, (const guint8 *) text, (guint) size);
  fill_up (self);
}

gboolean
weir_tar_write (WeirTar *self, const char *path, GError **error)
{
  static const guint8 end[2 * BLOCK];
  g_autoptr(GFile) file = g_file_new_for_path (path);
  g_autoptr(GConverter) gzip = G_CONVERTER (g_zlib_compressor_new (G_ZLIB_COMPRESSOR_FORMAT_GZIP, -1));
  g_autoptr(GFileOutputStream) out = g_file_replace (
    file, NULL, FALSE, G_FILE_CREATE_PRIVATE | G_FILE_CREATE_REPLACE_DESTINATION, NULL, error);
  g_autoptr(GOutputStream) stream = NULL;

  if (out == NULL)
    return FALSE;
  stream = g_converter_output_stream_new (G_OUTPUT_STREAM (out), gzip);
  return g_output_stream_write_all (stream, self->bytes->data, self->bytes->len, NULL, NULL, error)
         && g_output_stream_write_all (stream, end, sizeof end, NULL, NULL, error)
         && g_output_stream_close (stream, NULL, error);
}
