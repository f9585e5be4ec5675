/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * WeirFileLink:
 *
 * The file that a workflow came from, watched for as long as the workflow is open. Which file belongs to which workflow, and what it said
 * when both last agreed, is kept over the end of the program. Signal: `changed (const char *text)`: the file says something else now, and
 * nobody has answered yet.
 */
#define WEIR_TYPE_FILE_LINK (weir_file_link_get_type ())
G_DECLARE_FINAL_TYPE (WeirFileLink, weir_file_link, WEIR, FILE_LINK, GObject)

/* @text: what the file says. */
void          weir_file_link_remember (const char   *workflow,
                                       const char   *path,
                                       const char   *text);
/* The workflow that came from the file last, also when it was deleted since; NULL: none did. (transfer full) */
char         *weir_file_link_find     (const char   *path);
/* NULL if the workflow came from no file. (transfer full) */
WeirFileLink *weir_file_link_new      (const char   *workflow);
const char   *weir_file_link_get_path (WeirFileLink *self);
/* Looks at the file now. */
void          weir_file_link_check    (WeirFileLink *self);
/* What the file says is known: `changed` is not emitted for it any more. */
void          weir_file_link_accept   (WeirFileLink *self,
                                       const char   *text);
/* Whether the file says what was accepted last; also when it is gone. Reads it. */
gboolean      weir_file_link_is_known (WeirFileLink *self);

G_END_DECLS
