/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Names of files, titles, lines of logs and answers of servers may hold anything, also what moves the cursor, changes the title or types
 * into a terminal. So stdout and stderr are streams that let none of it through, whoever prints. */

#include "weir-terminal.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define MAX_CHARACTER 4

typedef struct
{
  int  fd;
  char rest[MAX_CHARACTER]; /* the beginning of a character whose end comes with the next part */
  gsize n_rest;
} Guard;

static FILE *raw_stdout;
static gboolean is_guarded;

/* What a terminal obeys, and what makes text read otherwise than it is written. */
static gboolean
is_harmful (gunichar c)
{
  return (c < 0x20 && c != '\n' && c != '\t') || (c >= 0x7f && c < 0xa0) || (c >= 0x2028 && c <= 0x202e)
         || (c >= 0x2066 && c <= 0x2069);
}

static void
append_harmful (GString *out, gunichar c)
{
  g_string_append_printf (out, c < 0x100 ? "\\x%02x" : "\\u%04x", c);
}

/* How much of @text was taken; what is left is the beginning of a character. */
static gsize
escape (GString *out, const char *text, gsize length)
{
  gsize at = 0;

  while (at < length)
    {
      gunichar c = g_utf8_get_char_validated (text + at, (gssize) (length - at));
      gsize n = 1;

      if (c == (gunichar) -2 && length - at < MAX_CHARACTER)
        return at;
      if (c == (gunichar) -2 || c == (gunichar) -1)
        append_harmful (out, (guchar) text[at]);
      else if (c == 0)
        append_harmful (out, 0);
      else
        {
          n = (gsize) g_utf8_skip[(guchar) text[at]];
          if (is_harmful (c))
            append_harmful (out, c);
          else
            g_string_append_len (out, text + at, (gssize) n);
        }
      at += n;
    }
  return at;
}

char *
weir_terminal_escape (const char *text)
{
  GString *out = g_string_new (NULL);
  gsize length = strlen (text);
  gsize at = escape (out, text, length);

  for (; at < length; at++)
    append_harmful (out, (guchar) text[at]);
  return g_string_free_and_steal (out);
}

char *
weir_terminal_escape_json (const char *json)
{
  GString *out = g_string_sized_new (strlen (json) + 1);

  for (const char *p = json; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      if (is_harmful (c))
        g_string_append_printf (out, "\\u%04x", c);
      else
        g_string_append_len (out, p, g_utf8_next_char (p) - p);
    }
  return g_string_free_and_steal (out);
}

static gboolean
write_all (int fd, const char *data, gsize size)
{
  while (size > 0)
    {
      ssize_t n = write (fd, data, size);

      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        return FALSE;
      data += n;
      size -= (gsize) n;
    }
  return TRUE;
}

static ssize_t
guard_write (void *cookie, const char *data, size_t size)
{
  Guard *self = cookie;
  g_autoptr(GString) in = g_string_new_len (self->rest, (gssize) self->n_rest);
  g_autoptr(GString) out = g_string_sized_new (size + 16);
  gsize taken;

  g_string_append_len (in, data, (gssize) size);
  taken = escape (out, in->str, in->len);
  self->n_rest = in->len - taken;
  memcpy (self->rest, in->str + taken, self->n_rest);
  return write_all (self->fd, out->str, out->len) ? (ssize_t) size : 0;
}

static FILE *
guard (int fd, int buffering)
{
  static Guard guards[2];
  Guard *self = &guards[fd == STDERR_FILENO];
  FILE *stream;

  self->fd = fd;
  stream = fopencookie (self, "w", (cookie_io_functions_t) { .write = guard_write });
  if (stream != NULL)
    setvbuf (stream, NULL, buffering, BUFSIZ);
  return stream;
}

/* GLib itself writes only to a stream with a descriptor. */
static GLogWriterOutput
log_cb (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer user_data)
{
  g_autofree char *text = NULL;
  const char *domain = NULL;

  for (gsize i = 0; i < n_fields; i++)
    if (g_str_equal (fields[i].key, "GLIB_DOMAIN"))
      domain = fields[i].value;
  if (g_log_writer_default_would_drop (level, domain))
    return G_LOG_WRITER_HANDLED;
  text = g_log_writer_format_fields (level, fields, n_fields, FALSE);
  fprintf (stderr, "%s\n", text);
  return G_LOG_WRITER_HANDLED;
}

/* A terminal of another encoding has other characters: there GLib translates what is printed, and the bytes are not looked at. */
static gboolean
shows_utf8 (void)
{
  const char *charset;

  return g_get_charset (&charset) || g_str_equal (charset, "ANSI_X3.4-1968") || g_str_equal (charset, "US-ASCII");
}

void
weir_terminal_guard (void)
{
  FILE *stream;

  raw_stdout = stdout;
  if (!shows_utf8 ())
    return;
  if (isatty (STDOUT_FILENO) && (stream = guard (STDOUT_FILENO, _IOLBF)) != NULL)
    {
      stdout = stream;
      is_guarded = TRUE;
    }
  if (isatty (STDERR_FILENO) && (stream = guard (STDERR_FILENO, _IONBF)) != NULL)
    {
      stderr = stream;
      g_log_set_writer_func (log_cb, NULL, NULL);
    }
}

gboolean
weir_terminal_is_guarded (void)
{
  return is_guarded;
}

FILE *
weir_terminal_get_stdout (void)
{
  /* in the order in which it was printed */
  if (is_guarded)
    fflush (stdout);
  return raw_stdout;
}
