/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where the data of a stream comes from: a file, as bytes or lines, or a list. Blocks; for the thread of the reader. */
#include "weir-stream-private.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BYTES_CHUNK (1 << 20)
#define TEXT_CHUNK (256 << 10)
/* Values take more room than the short lines that they were made of. */
#define BATCH_ITEMS 8192
#define LINE_MAX_SIZE (64 << 20)

struct _WeirStreamSource
{
  WeirValue        *list;
  WeirFileIdentity *file; /* of the value in file_value */
  WeirValue        *file_value;
  const char       *encoding;
  int               fd;
  guint64           done; /* bytes of the file or items of the list; atomic */
  guint64           place; /* lines given so far */

  /* Text that is not split yet: from @start, looked through for a newline up to @scanned. */
  char             *text;
  gsize             start;
  gsize             scanned;
  gsize             length;
  gsize             capacity;

  GByteArray       *raw; /* the beginning of a letter that is not whole yet, where text is converted */
  GIConv            converter;
  gboolean          is_known; /* what the encoding is */
  gboolean          is_read; /* the file, to its end */
};

WeirStreamSource *
weir_stream_source_new (WeirValue *record, GError **error)
{
  WeirValue *file = record != NULL ? weir_value_find_member (record, "file") : NULL;
  WeirValue *list = record != NULL ? weir_value_find_member (record, "list") : NULL;
  WeirStreamSource *self;

  if ((file == NULL || file->kind != WEIR_VALUE_FILE)
      && (list == NULL || (list->kind != WEIR_VALUE_LIST && list->kind != WEIR_VALUE_TABLE)))
    {
      weir_set_failure (error, "input.type", "Expected a stream with a file or list to read, but it has none");
      return NULL;
    }
  self = g_new0 (WeirStreamSource, 1);
  self->fd = -1;
  self->converter = (GIConv) -1;
  if (file != NULL && file->kind == WEIR_VALUE_FILE)
    {
      self->file_value = weir_value_ref (file);
      self->file = file->a.file;
      self->encoding = weir_value_get_member_text (record, "encoding", "auto");
    }
  else
    self->list = weir_value_ref (list);
  return self;
}

void
weir_stream_source_free (WeirStreamSource *self)
{
  if (self->fd >= 0)
    close (self->fd);
  if (self->converter != (GIConv) -1)
    g_iconv_close (self->converter);
  g_clear_pointer (&self->raw, g_byte_array_unref);
  g_clear_pointer (&self->list, weir_value_unref);
  g_clear_pointer (&self->file_value, weir_value_unref);
  g_free (self->text);
  g_free (self);
}

static gboolean
fail_errno (WeirStreamSource *self, int code, GError **error)
{
  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (code), "Could not read %s: %s", self->file->path,
               g_strerror (code));
  return FALSE;
}

static gboolean
check_identity (WeirStreamSource *self, GError **error)
{
  const WeirFileIdentity *file = self->file;
  struct stat info;
  gint64 modified_at;

  if (fstat (self->fd, &info) != 0)
    return fail_errno (self, errno, error);
  modified_at = info.st_mtim.tv_sec * G_USEC_PER_SEC + info.st_mtim.tv_nsec / 1000;
  if (info.st_dev == file->device && info.st_ino == file->inode && (guint64) info.st_size == file->size
      && modified_at == file->modified_at)
    return TRUE;
  weir_set_failure (error, "io.changed",
                    "Expected %s as it was when the stream was made, but it was changed or replaced since", file->path);
  return FALSE;
}

gboolean
weir_stream_source_open (WeirStreamSource *self, GError **error)
{
  if (self->file == NULL)
    return TRUE;
  /* what is a pipe by now must not keep the thread */
  self->fd = open (self->file->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (self->fd < 0)
    return fail_errno (self, errno, error);
  posix_fadvise (self->fd, 0, 0, POSIX_FADV_SEQUENTIAL);
  return check_identity (self, error);
}

/* Up to @size bytes; 0 is the end, -1 an error. What the file has gained since it was looked at is not read. */
static gssize
read_some (WeirStreamSource *self, void *data, gsize size, GError **error)
{
  guint64 left = self->file->size - self->done;
  ssize_t n;

  if (left == 0)
    {
      self->is_read = TRUE;
      return check_identity (self, error) ? 0 : -1;
    }
  do
    n = read (self->fd, data, MIN (size, left));
  while (n < 0 && errno == EINTR);
  if (n < 0)
    {
      fail_errno (self, errno, error);
      return -1;
    }
  if (n == 0)
    {
      weir_set_failure (error, "io.changed",
                        "Expected %" G_GUINT64_FORMAT " bytes in %s, but it ends after %" G_GUINT64_FORMAT,
                        self->file->size, self->file->path, self->done);
      return -1;
    }
  __atomic_add_fetch (&self->done, n, __ATOMIC_RELAXED);
  return n;
}

GBytes *
weir_stream_source_read (WeirStreamSource *self, GError **error)
{
  g_autofree char *data = g_malloc (MIN (BYTES_CHUNK, self->file->size - self->done + 1));
  gssize n = read_some (self, data, BYTES_CHUNK, error);

  return n >= 0 ? g_bytes_new_take (g_steal_pointer (&data), n) : NULL;
}

/* ── text ───────────────────────────────────────────────────────────────────────────────── */

static void
make_room (WeirStreamSource *self, gsize size)
{
  if (self->start > 0)
    {
      memmove (self->text, self->text + self->start, self->length - self->start);
      self->length -= self->start;
      self->scanned -= self->start;
      self->start = 0;
    }
  if (self->capacity - self->length >= size)
    return;
  self->capacity = MAX (self->length + size, self->capacity + self->capacity / 2);
  self->text = g_realloc (self->text, self->capacity);
}

static gboolean
fail_encoding (WeirStreamSource *self, const char *encoding, guint64 line, GError **error)
{
  weir_set_failure (error, "data.encoding",
                    "Expected %s in line %" G_GUINT64_FORMAT " of %s, but there are bytes that do not belong there",
                    encoding, line, self->file->path);
  return FALSE;
}

/* By the byte order mark, else UTF-8, as for whole files. */
static gboolean
find_encoding (WeirStreamSource *self, GError **error)
{
  const guint8 *data = (guint8 *) self->text;
  gsize n = self->length;

  self->is_known = TRUE;
  if (n >= 3 && memcmp (data, "\xef\xbb\xbf", 3) == 0
      && (g_str_equal (self->encoding, "auto") || g_str_equal (self->encoding, "utf-8")))
    self->start = self->scanned = 3;
  else if (n >= 2 && g_str_equal (self->encoding, "auto")
           && (memcmp (data, "\xff\xfe", 2) == 0 || memcmp (data, "\xfe\xff", 2) == 0))
    {
      self->encoding = data[0] == 0xff ? "utf-16le" : "utf-16be";
      self->start = 2;
    }
  if (g_str_equal (self->encoding, "auto") || g_str_equal (self->encoding, "utf-8"))
    {
      self->encoding = "utf-8";
      return TRUE;
    }
  self->converter = g_iconv_open ("UTF-8", self->encoding);
  if (self->converter == (GIConv) -1)
    {
      weir_set_failure (error, "config.invalid", "Expected an encoding that is known here, but there is \"%s\"",
                        self->encoding);
      return FALSE;
    }
  self->raw = g_byte_array_new ();
  g_byte_array_append (self->raw, data + self->start, n - self->start);
  self->start = self->scanned = self->length = 0;
  return TRUE;
}

static guint64
count_newlines (const char *text, gsize length)
{
  guint64 n = 0;

  for (const char *end = text + length; (text = memchr (text, '\n', end - text)) != NULL; text++)
    n++;
  return n;
}

/* What is in @raw, as UTF-8 behind the text. */
static gboolean
convert_raw (WeirStreamSource *self, GError **error)
{
  char *in = (char *) self->raw->data, *out;
  gsize in_left = self->raw->len, out_left;
  gboolean ok = TRUE;

  while (ok && in_left > 0)
    {
      gsize result;

      make_room (self, in_left * 2 + 16);
      out = self->text + self->length;
      out_left = self->capacity - self->length;
      result = g_iconv (self->converter, &in, &in_left, &out, &out_left);
      self->length = self->capacity - out_left;
      if (result != (gsize) -1 || errno == E2BIG)
        continue;
      if (errno == EINVAL && !self->is_read)
        break; /* the rest of the letter comes with the next chunk */
      ok = fail_encoding (self, self->encoding,
                          self->place + 1 + count_newlines (self->text + self->start, self->length - self->start),
                          error);
    }
  g_byte_array_remove_range (self->raw, 0, self->raw->len - in_left);
  return ok;
}

static gboolean
fill_converted (WeirStreamSource *self, GError **error)
{
  guint old = self->raw->len;
  gssize n;

  g_byte_array_set_size (self->raw, old + TEXT_CHUNK);
  n = read_some (self, self->raw->data + old, TEXT_CHUNK, error);
  g_byte_array_set_size (self->raw, old + MAX (n, 0));
  return n >= 0 && convert_raw (self, error);
}

/* More text behind what is there; none once the file is read. */
static gboolean
fill (WeirStreamSource *self, GError **error)
{
  gssize n;

  if (self->converter != (GIConv) -1)
    return fill_converted (self, error);
  make_room (self, TEXT_CHUNK);
  n = read_some (self, self->text + self->length, TEXT_CHUNK, error);
  if (n < 0)
    return FALSE;
  self->length += n;
  if (self->is_known)
    return TRUE;
  return find_encoding (self, error) && (self->converter == (GIConv) -1 || convert_raw (self, error));
}

/* NULs are text like any other. */
static gboolean
is_utf8 (const char *text, gsize length)
{
  const char *end = text + length;

  while (!g_utf8_validate_len (text, end - text, &text))
    {
      if (*text != '\0')
        return FALSE;
      text++;
    }
  return TRUE;
}

static gboolean
take_line (WeirStreamSource *self, WeirStreamBatch *batch, gsize end, GError **error)
{
  const char *line = self->text + self->start;
  gsize length = end - self->start;

  if (self->converter == (GIConv) -1 && !is_utf8 (line, length))
    return fail_encoding (self, "UTF-8", self->place + 1, error);
  length -= length > 0 && line[length - 1] == '\r';
  self->place++;
  weir_stream_batch_take (batch, weir_value_new_text_len (line, length), self->place);
  return TRUE;
}

static gboolean
split (WeirStreamSource *self, WeirStreamBatch *batch, GError **error)
{
  while (batch->len < BATCH_ITEMS && self->scanned < self->length)
    {
      const char *newline = memchr (self->text + self->scanned, '\n', self->length - self->scanned);

      if (newline == NULL)
        {
          self->scanned = self->length;
          break;
        }
      if (!take_line (self, batch, newline - self->text, error))
        return FALSE;
      self->start = self->scanned = newline - self->text + 1;
    }
  if (self->length - self->start <= LINE_MAX_SIZE)
    return TRUE;
  weir_set_failure (error, "limit.size",
                    "Expected lines of at most %d MiB, but line %" G_GUINT64_FORMAT " of %s is longer",
                    LINE_MAX_SIZE >> 20, self->place + 1, self->file->path);
  return FALSE;
}

static gboolean
read_lines (WeirStreamSource *self, WeirStreamBatch *batch, gboolean *at_end, GError **error)
{
  if (self->scanned == self->length && !self->is_read && !fill (self, error))
    return FALSE;
  if (!split (self, batch, error))
    return FALSE;
  if (!self->is_read || self->scanned < self->length)
    return TRUE;
  *at_end = TRUE;
  /* a last line needs no end */
  return self->start == self->length || take_line (self, batch, self->length, error);
}

static void
read_list (WeirStreamSource *self, WeirStreamBatch *batch, gboolean *at_end)
{
  gsize n = weir_value_get_length (self->list);
  gsize last = MIN (n, self->done + BATCH_ITEMS);

  for (gsize i = self->done; i < last; i++)
    weir_stream_batch_take (batch,
                            self->list->kind == WEIR_VALUE_TABLE ? weir_table_dup_row (self->list, i)
                                                                 : weir_value_ref (weir_value_get_item (self->list, i)),
                            i + 1);
  __atomic_store_n (&self->done, last, __ATOMIC_RELAXED);
  *at_end = last == n;
}

gboolean
weir_stream_source_read_items (WeirStreamSource *self, WeirStreamBatch *batch, gboolean *at_end, GError **error)
{
  if (self->file != NULL)
    return read_lines (self, batch, at_end, error);
  read_list (self, batch, at_end);
  return TRUE;
}

void
weir_stream_source_prefix (WeirStreamSource *self, guint64 place, GError **error)
{
  g_autofree char *name = NULL;

  if (self->file == NULL)
    {
      g_prefix_error (error, "Item %" G_GUINT64_FORMAT ": ", MAX (place, 1) - 1);
      return;
    }
  name = g_filename_display_basename (self->file->path);
  g_prefix_error (error, "%s, line %" G_GUINT64_FORMAT ": ", name, place);
}

void
weir_stream_source_get_progress (WeirStreamSource *self, guint64 *done, guint64 *total, gboolean *is_bytes)
{
  *done = __atomic_load_n (&self->done, __ATOMIC_RELAXED);
  *total = self->file != NULL ? self->file->size : weir_value_get_length (self->list);
  *is_bytes = self->file != NULL;
}
