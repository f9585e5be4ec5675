/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define WEIR_API __attribute__ ((visibility ("default"))) extern

/**
 * WeirError:
 * @WEIR_ERROR_INVALID: the input is not valid: what was expected and what came is in the message
 * @WEIR_ERROR_NOT_FOUND: no such workflow, run, block, port or kind
 * @WEIR_ERROR_WRONG_STATE: the verb is not legal in the present state
 * @WEIR_ERROR_PORT_MISMATCH: the types of two ports do not fit
 * @WEIR_ERROR_LIMIT: a limit of time, memory, size, depth or iterations was reached
 * @WEIR_ERROR_EXPRESSION: an expression did not compile or failed
 * @WEIR_ERROR_STORE: the database could not be read or written
 * @WEIR_ERROR_BUSY: another process owns the database
 * @WEIR_ERROR_NEWER: the file or database was written by a newer version
 * @WEIR_ERROR_STOPPED: the run was stopped before this ended
 * @WEIR_ERROR_CONFLICT: the world changed since; nothing was overwritten
 * @WEIR_ERROR_FAILED: anything else
 *
 * What a caller of the library can act on. Failures of steps carry a dotted class besides (see
 * [func@Weir.error_get_class]).
 */
typedef enum
{
  WEIR_ERROR_INVALID,
  WEIR_ERROR_NOT_FOUND,
  WEIR_ERROR_WRONG_STATE,
  WEIR_ERROR_PORT_MISMATCH,
  WEIR_ERROR_LIMIT,
  WEIR_ERROR_EXPRESSION,
  WEIR_ERROR_STORE,
  WEIR_ERROR_BUSY,
  WEIR_ERROR_NEWER,
  WEIR_ERROR_STOPPED,
  WEIR_ERROR_CONFLICT,
  WEIR_ERROR_FAILED,
} WeirError;

#define WEIR_ERROR (weir_error_quark ())
WEIR_API GQuark      weir_error_quark     (void);

/* Dotted failure classes of steps, `io.not_found`, `http.5xx`, ...: a GError of its own domain carries
 * one; errors of GIO and of WEIR_ERROR are mapped to the nearest. */
#define WEIR_FAILURE (weir_failure_quark ())
WEIR_API GQuark      weir_failure_quark   (void);
WEIR_API void        weir_set_failure     (GError      **error,
                                           const char   *class_name,
                                           const char   *format,
                                           ...) G_GNUC_PRINTF (3, 4);
WEIR_API const char *weir_error_get_class (const GError *error);
WEIR_API gboolean    weir_error_is_transient    (const char *class_name);
WEIR_API gboolean    weir_error_class_matches   (const char *class_name,
                                                 const char *pattern);

G_END_DECLS
