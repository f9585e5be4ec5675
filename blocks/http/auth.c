/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "internal.h"

#include <string.h>

#include "values.h"
#include "wait.h"

/* A certificate with its chain and key: far more than any. */
#define MAX_CERTIFICATE (1 << 20)

gboolean
weir_http_has_line_break (const char *text)
{
  return strpbrk (text, "\r\n") != NULL;
}

static char *
make_basic (const char *user, const char *password)
{
  g_autofree char *pair = g_strconcat (user != NULL ? user : "", ":", password != NULL ? password : "", NULL);
  g_autofree char *encoded = g_base64_encode ((const guchar *) pair, strlen (pair));

  return g_strconcat ("Basic ", encoded, NULL);
}

/* Digests answer a challenge and certificates are shown while connecting: they have no header here. */
gboolean
weir_http_sign_in (const WeirHttpRequest *request, SoupMessageHeaders *headers, const char *token, GError **error)
{
  gboolean own_header = g_str_equal (request->auth, "header");
  g_autofree char *value = NULL;

  if (g_str_equal (request->auth, "basic"))
    value = make_basic (request->user, request->password);
  else if (g_str_equal (request->auth, "bearer"))
    value = g_strconcat ("Bearer ", request->token != NULL ? request->token : "", NULL);
  else if (own_header)
    value = g_strdup (request->token != NULL ? request->token : "");
  else if (token != NULL)
    value = g_strconcat ("Bearer ", token, NULL);
  else
    return TRUE;

  if (weir_http_has_line_break (value)
      || (own_header
          && (weir_blocks_is_blank (request->auth_header) || strpbrk (request->auth_header, "\r\n: ") != NULL)))
    {
      weir_set_failure (error, "config.invalid", "Expected a token in one line and the name of a header");
      return FALSE;
    }
  soup_message_headers_replace (headers, own_header ? request->auth_header : "Authorization", value);
  return TRUE;
}

/* Certificates. */

static gpointer
load_in_thread (gpointer data, GCancellable *cancellable, GError **error)
{
  g_autoptr(GFile) file = g_file_new_for_path (data);

  return g_file_load_bytes (file, cancellable, NULL, error);
}

/* An undo has no step; its paths are absolute. */
static GBytes *
await_file (WeirStep *step, const char *path, GError **error)
{
  if (step != NULL)
    return dex_await_boxed (weir_step_read_file (step, path, MAX_CERTIFICATE), error);
  return weir_blocks_await_thread (load_in_thread, (gpointer) path, NULL, error);
}

static GTlsCertificate *
make_certificate (const WeirHttpRequest *request, GBytes *bytes, GBytes *key, GError **error)
{
  gsize length, key_length = 0;
  const char *data = g_bytes_get_data (bytes, &length);
  const char *key_data = key != NULL ? g_bytes_get_data (key, &key_length) : NULL;
  g_autofree char *pem = NULL;

  if (g_strstr_len (data, (gssize) length, "-----BEGIN ") == NULL)
    return g_tls_certificate_new_from_pkcs12 ((const guint8 *) data, length, request->certificate_password, error);
  pem = g_strdup_printf ("%.*s\n%.*s", (int) length, data, (int) key_length, key_data != NULL ? key_data : "");
  if (strstr (pem, "ENCRYPTED") != NULL)
    {
      weir_set_failure (error, "config.invalid",
                        "Expected a key without a password, or certificate and key in one .p12 file with its password");
      return NULL;
    }
  return g_tls_certificate_new_from_pem (pem, -1, error);
}

static gboolean
has_private_key (GTlsCertificate *certificate)
{
  g_autoptr(GByteArray) key = NULL;

  g_object_get (certificate, "private-key", &key, NULL);
  return key != NULL;
}

gboolean
weir_http_load_certificate (const WeirHttpRequest *request,
                            WeirStep *step,
                            GTlsCertificate **certificate,
                            GError **error)
{
  g_autoptr(GBytes) bytes = NULL;
  g_autoptr(GBytes) key = NULL;
  g_autoptr(GError) wrong = NULL;

  if (!g_str_equal (request->auth, "certificate"))
    return TRUE;
  bytes = await_file (step, request->certificate != NULL ? request->certificate : "", error);
  if (bytes == NULL)
    return FALSE;
  if (!weir_blocks_is_blank (request->certificate_key))
    {
      key = await_file (step, request->certificate_key, error);
      if (key == NULL)
        return FALSE;
    }
  *certificate = make_certificate (request, bytes, key, &wrong);
  if (*certificate != NULL && has_private_key (*certificate))
    return TRUE;
  g_clear_object (certificate);
  weir_set_failure (error, "config.invalid", "%s: %s", request->certificate,
                    wrong != NULL ? wrong->message : "Expected a certificate with its key, but there is no key");
  return FALSE;
}
