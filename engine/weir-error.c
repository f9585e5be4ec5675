/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "weir-error.h"

#include <string.h>

G_DEFINE_QUARK (weir-error-quark, weir_error)

/* Failures of steps carry their dotted class as private data of the GError. */
typedef struct
{
  char *class_name;
} WeirFailurePrivate;

static void
weir_failure_private_init (WeirFailurePrivate *priv)
{
}

static void
weir_failure_private_copy (const WeirFailurePrivate *src, WeirFailurePrivate *dest)
{
  dest->class_name = g_strdup (src->class_name);
}

static void
weir_failure_private_clear (WeirFailurePrivate *priv)
{
  g_free (priv->class_name);
}

G_DEFINE_EXTENDED_ERROR (WeirFailure, weir_failure)

/**
 * weir_set_failure:
 * @error: (out) (optional): where to put it
 * @class_name: a dotted failure class, "io.not_found"
 * @format: the message: what was expected, what came, no full stop
 * @...: arguments of @format
 *
 * Sets a failure of a step. Any thread.
 */
void
weir_set_failure (GError **error, const char *class_name, const char *format, ...)
{
  va_list args;

  if (error == NULL)
    return;
  g_return_if_fail (*error == NULL);

  va_start (args, format);
  *error = g_error_new_valist (WEIR_FAILURE, 0, format, args);
  va_end (args);
  weir_failure_get_private (*error)->class_name = g_strdup (class_name);
}

static const char *
class_of_io_error (int code)
{
  switch (code)
    {
    case G_IO_ERROR_NOT_FOUND:
      return "io.not_found";
    case G_IO_ERROR_EXISTS:
      return "io.exists";
    case G_IO_ERROR_PERMISSION_DENIED:
    case G_IO_ERROR_READ_ONLY:
      return "io.access";
    case G_IO_ERROR_NO_SPACE:
      return "io.no_space";
    case G_IO_ERROR_BUSY:
      return "io.busy";
    case G_IO_ERROR_TIMED_OUT:
      return "limit.timeout";
    case G_IO_ERROR_CANCELLED:
      return "flow.cancelled";
    case G_IO_ERROR_CONNECTION_REFUSED:
      return "net.refused";
    case G_IO_ERROR_HOST_UNREACHABLE:
    case G_IO_ERROR_NETWORK_UNREACHABLE:
      return "net.offline";
    case G_IO_ERROR_BROKEN_PIPE: /* the same number as CONNECTION_CLOSED */
      return "net.reset";
    default:
      return "io.other";
    }
}

static const char *
class_of_weir_error (int code)
{
  switch (code)
    {
    case WEIR_ERROR_INVALID:
      return "input.invalid";
    case WEIR_ERROR_EXPRESSION:
      return "code.exception";
    case WEIR_ERROR_LIMIT:
      return "limit.size";
    case WEIR_ERROR_STOPPED:
      return "flow.cancelled";
    case WEIR_ERROR_STORE:
      return "io.other";
    default:
      return "internal.bug";
    }
}

/**
 * weir_error_get_class:
 * @error: any error
 *
 * Returns: (transfer none): its dotted failure class; of errors that carry none the nearest. Lives as long as @error.
 */
const char *
weir_error_get_class (const GError *error)
{
  g_return_val_if_fail (error != NULL, "internal.bug");

  if (error->domain == WEIR_FAILURE)
    {
      const char *name = weir_failure_get_private (error)->class_name;
      return name != NULL ? name : "internal.bug";
    }
  if (error->domain == G_IO_ERROR)
    return class_of_io_error (error->code);
  if (error->domain == WEIR_ERROR)
    return class_of_weir_error (error->code);
  if (error->domain == G_FILE_ERROR)
    return error->code == G_FILE_ERROR_NOENT   ? "io.not_found"
           : error->code == G_FILE_ERROR_ACCES ? "io.access"
                                               : "io.other";
  if (error->domain == G_CONVERT_ERROR)
    return "data.encoding";
  if (error->domain == G_RESOLVER_ERROR)
    return "net.dns";
  if (error->domain == G_TLS_ERROR)
    return "net.tls";
  if (error->domain == G_SPAWN_ERROR)
    return "proc.not_found";
  return "internal.bug";
}

/**
 * weir_error_is_transient:
 * @class_name: a dotted failure class
 *
 * Returns: whether trying again may help, so that it is retried when nothing else is said
 */
gboolean
weir_error_is_transient (const char *class_name)
{
  static const char *const transient[] = {
    "auth.expired", "io.busy", "net.offline", "net.dns", "net.refused", "net.timeout", "net.reset",
    "http.408", "http.425", "http.429", "http.5xx", "limit.timeout", "limit.rate", "db.connect", "db.busy",
    "ai.overloaded", "ai.bad_output", NULL
  };

  /* "http.503" is one of "http.5xx" */
  return g_strv_contains (transient, class_name) || g_str_has_prefix (class_name, "http.5");
}

/**
 * weir_error_class_matches:
 * @class_name: a dotted failure class
 * @pattern: classes separated by commas; "io" and "io.*" match the whole group, "*" everything, "http.5xx" the hundred
 *
 * Returns: whether the class is one of @pattern
 */
gboolean
weir_error_class_matches (const char *class_name, const char *pattern)
{
  g_auto(GStrv) words = g_strsplit (pattern, ",", -1);

  for (guint i = 0; words[i] != NULL; i++)
    {
      const char *word = g_strstrip (words[i]);
      gsize length = strlen (word);

      if (g_str_equal (word, "*") || g_str_equal (word, class_name))
        return TRUE;
      if (g_str_has_suffix (word, ".*"))
        length -= 2;
      if (strncmp (word, class_name, length) == 0 && class_name[length] == '.' && strchr (word, '.') >= word + length)
        return TRUE;
      if (strchr (word, '.') == NULL && strncmp (word, class_name, length) == 0 && class_name[length] == '.')
        return TRUE;
      if (g_str_has_prefix (word, "http.") && g_str_has_suffix (word, "xx")
          && strncmp (word, class_name, strlen ("http.4")) == 0)
        return TRUE;
    }
  return FALSE;
}
