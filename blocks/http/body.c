/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "internal.h"

#include <string.h>

#include "parts.h"
#include "values.h"
#include "wait.h"

static void
append_pair (GString *form, const char *name, WeirValue *value)
{
  g_autofree char *text = value != NULL ? weir_blocks_to_text (value) : g_strdup ("");
  g_autofree char *escaped_name = g_uri_escape_string (name, NULL, FALSE);
  g_autofree char *escaped = g_uri_escape_string (text, NULL, FALSE);

  g_string_append_printf (form, "%s%s=%s", form->len > 0 ? "&" : "", escaped_name, escaped);
}

char *
weir_http_make_query (WeirValue *rows)
{
  g_autoptr(GString) query = g_string_new (NULL);

  for (gsize i = 0; !weir_blocks_is_nothing (rows) && i < weir_value_get_length (rows); i++)
    {
      WeirValue *row = weir_value_get_item (rows, i);

      append_pair (query, weir_value_get_member_text (row, "name", ""), weir_value_find_member (row, "value"));
    }
  return g_string_free_and_steal (g_steal_pointer (&query));
}

char *
weir_http_make_form (WeirValue *body, GError **error)
{
  g_autoptr(GString) form = g_string_new (NULL);

  if (weir_value_get_kind (body) != WEIR_VALUE_RECORD)
    {
      weir_set_failure (error, "input.type", "Expected a record to send as a form, but there is %s",
                        weir_value_get_kind_name (body));
      return NULL;
    }
  for (gsize i = 0; i < weir_value_get_length (body); i++)
    append_pair (form, weir_value_get_key (body, i), weir_value_get_item (body, i));
  return g_string_free_and_steal (g_steal_pointer (&form));
}

/* libsoup lets go of a body once it is sent; asked again with a password, it must be there again. */

typedef struct
{
  char          *type;
  GBytes        *bytes; /* or */
  WeirHttpParts *parts;
  gssize         length;
} Body;

static void
body_free (gpointer data, GClosure *closure)
{
  Body *body = data;

  g_free (body->type);
  g_clear_pointer (&body->bytes, g_bytes_unref);
  g_clear_object (&body->parts);
  g_free (body);
}

static void
set_body (SoupMessage *message, gpointer user_data)
{
  Body *body = user_data;
  g_autoptr(WeirHttpParts) parts = NULL;

  /* A redirect may have made it a GET. */
  if (!weir_http_changes_things (soup_message_get_method (message)))
    return;
  if (body->parts == NULL)
    {
      soup_message_set_request_body_from_bytes (message, body->type, body->bytes);
      return;
    }
  parts = weir_http_parts_copy (body->parts);
  soup_message_set_request_body (message, body->type, G_INPUT_STREAM (parts), body->length);
}

static void
send_body (SoupMessage *message, const char *type, GBytes *bytes, WeirHttpParts *parts, gssize length)
{
  Body *body = g_new0 (Body, 1);

  body->type = g_strdup (type);
  body->bytes = bytes != NULL ? g_bytes_ref (bytes) : NULL;
  body->parts = parts != NULL ? g_object_ref (parts) : NULL;
  body->length = length;
  set_body (message, body);
  g_signal_connect_data (message, "restarted", G_CALLBACK (set_body), body, body_free, G_CONNECT_DEFAULT);
}

/* Files: sent as they are read. */

static char *
resolve_file (WeirStep *step, const char *file, GError **error)
{
  g_autofree char *path = weir_step_resolve_path (step, file, error);

  if (path == NULL || !weir_step_require (step, "fs.read", path, error))
    return NULL;
  return g_steal_pointer (&path);
}

static char *
guess_type (const char *path)
{
  g_autofree char *guessed = g_content_type_guess (path, NULL, 0, NULL);
  char *type = g_content_type_get_mime_type (guessed);

  return type != NULL ? type : g_strdup ("application/octet-stream");
}

typedef struct
{
  WeirHttpParts *parts;
  gssize         length;
} Measuring;

static gpointer
measure_in_thread (gpointer data, GCancellable *cancellable, GError **error)
{
  Measuring *call = data;

  call->length = weir_http_parts_measure (call->parts, error);
  return NULL;
}

static gboolean
send_parts (WeirHttpParts *parts, WeirStep *step, SoupMessage *message, const char *type, GError **error)
{
  Measuring call = { .parts = parts };
  GError *wrong = NULL;

  weir_blocks_await_thread (measure_in_thread, &call, weir_step_get_cancellable (step), &wrong);
  if (wrong != NULL)
    {
      g_propagate_error (error, wrong);
      return FALSE;
    }
  send_body (message, type, NULL, parts, call.length);
  return TRUE;
}

static gboolean
add_file (const WeirHttpRequest *request, WeirStep *step, SoupMessage *message, GError **error)
{
  g_autoptr(WeirHttpParts) parts = weir_http_parts_new ();
  g_autofree char *path = resolve_file (step, request->file, error);
  g_autofree char *type = NULL;

  if (path == NULL)
    return FALSE;
  type = weir_blocks_is_blank (request->content_type) ? guess_type (path) : g_strdup (request->content_type);
  weir_http_parts_add_file (parts, path);
  return send_parts (parts, step, message, type, error);
}

/* As browsers quote the names of fields and files. */
static char *
quote (const char *name)
{
  g_autoptr(GString) text = g_string_new (name);

  g_string_replace (text, "\"", "%22", 0);
  g_string_replace (text, "\r", "%0D", 0);
  g_string_replace (text, "\n", "%0A", 0);
  return g_string_free_and_steal (g_steal_pointer (&text));
}

static void
add_part_head (WeirHttpParts *parts, const char *boundary, const char *name, const char *filename, const char *type)
{
  g_autofree char *quoted = quote (name);
  g_autofree char *quoted_file = filename != NULL ? quote (filename) : NULL;
  g_autoptr(GString) head = g_string_new (NULL);

  g_string_append_printf (head, "--%s\r\nContent-Disposition: form-data; name=\"%s\"", boundary, quoted);
  if (filename != NULL)
    g_string_append_printf (head, "; filename=\"%s\"", quoted_file);
  if (type != NULL)
    g_string_append_printf (head, "\r\nContent-Type: %s", type);
  g_string_append (head, "\r\n\r\n");
  weir_http_parts_add_text (parts, head->str);
}

static void
add_part_value (WeirHttpParts *parts, const char *boundary, const char *name, const char *type, WeirValue *value)
{
  g_autofree char *text = NULL;

  if (value != NULL && weir_value_get_kind (value) == WEIR_VALUE_BYTES)
    {
      add_part_head (parts, boundary, name, name, type != NULL ? type : "application/octet-stream");
      weir_http_parts_add (parts, weir_value_get_bytes (value));
      return;
    }
  text = value != NULL ? weir_blocks_to_text (value) : g_strdup ("");
  add_part_head (parts, boundary, name, NULL, type);
  weir_http_parts_add_text (parts, text);
}

static gboolean
add_part (WeirHttpParts *parts, WeirStep *step, const char *boundary, WeirValue *row, GError **error)
{
  const char *name = weir_value_get_member_text (row, "name", "");
  const char *type = weir_value_get_member_text (row, "type", NULL);
  const char *file = weir_value_get_member_text (row, "file", NULL);

  if (weir_blocks_is_blank (type))
    type = NULL;
  if (*name == '\0' || (type != NULL && weir_http_has_line_break (type)))
    {
      weir_set_failure (error, "config.invalid", "Expected a name and a type in one line for each part of the form");
      return FALSE;
    }
  if (!weir_blocks_is_blank (file))
    {
      g_autofree char *path = resolve_file (step, file, error);
      g_autofree char *filename = path != NULL ? g_path_get_basename (path) : NULL;
      g_autofree char *shown = filename != NULL ? g_filename_display_name (filename) : NULL;
      g_autofree char *guessed = path != NULL && type == NULL ? guess_type (path) : NULL;

      if (path == NULL)
        return FALSE;
      add_part_head (parts, boundary, name, shown, type != NULL ? type : guessed);
      weir_http_parts_add_file (parts, path);
    }
  else
    add_part_value (parts, boundary, name, type, weir_value_find_member (row, "value"));
  weir_http_parts_add_text (parts, "\r\n");
  return TRUE;
}

static gboolean
add_multipart (const WeirHttpRequest *request, WeirStep *step, SoupMessage *message, GError **error)
{
  g_autoptr(WeirHttpParts) parts = weir_http_parts_new ();
  gsize n = weir_blocks_is_nothing (request->parts) ? 0 : weir_value_get_length (request->parts);
  /* 128 bits that no part holds by chance, and the same for each attempt. */
  g_autofree char *boundary = g_strconcat ("weir-", weir_step_get_idempotency_key (step), NULL);
  g_autofree char *type = g_strdup_printf ("multipart/form-data; boundary=\"%s\"", boundary);
  g_autofree char *end = g_strdup_printf ("--%s--\r\n", boundary);

  for (gsize i = 0; i < n; i++)
    if (!add_part (parts, step, boundary, weir_value_get_item (request->parts, i), error))
      return FALSE;
  weir_http_parts_add_text (parts, end);
  return send_parts (parts, step, message, type, error);
}

/* Values. */

static GBytes *
make_bytes (const WeirHttpRequest *request, const char **type, GError **error)
{
  char *text = NULL;
  gsize length = 0;

  if (g_str_equal (request->body_as, "form"))
    {
      *type = "application/x-www-form-urlencoded";
      text = weir_http_make_form (request->body, error);
      length = text != NULL ? strlen (text) : 0;
    }
  else if (g_str_equal (request->body_as, "raw") && weir_value_get_kind (request->body) == WEIR_VALUE_BYTES)
    {
      *type = "application/octet-stream";
      return g_bytes_ref (weir_value_get_bytes (request->body));
    }
  else if (g_str_equal (request->body_as, "raw"))
    {
      *type = "text/plain; charset=utf-8";
      text = weir_blocks_to_text (request->body);
      length = strlen (text);
    }
  else
    {
      *type = "application/json";
      text = weir_json_write (request->body, 0, &length);
    }
  return text != NULL ? g_bytes_new_take (text, length) : NULL;
}

gboolean
weir_http_add_body (const WeirHttpRequest *request, WeirStep *step, SoupMessage *message, GError **error)
{
  g_autoptr(GBytes) bytes = NULL;
  const char *type = NULL;

  if (!weir_http_changes_things (request->method))
    return TRUE;
  if (g_str_equal (request->body_as, "file"))
    return add_file (request, step, message, error);
  if (g_str_equal (request->body_as, "multipart"))
    return add_multipart (request, step, message, error);
  if (weir_blocks_is_nothing (request->body))
    return TRUE;

  bytes = make_bytes (request, &type, error);
  if (bytes == NULL)
    return FALSE;
  send_body (message, weir_blocks_is_blank (request->content_type) ? type : request->content_type, bytes, NULL, 0);
  return TRUE;
}
