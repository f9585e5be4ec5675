/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Text of a workflow that was typed and is not in the workflow, kept over the end of the program, with the text that it was made of. */

void     weir_yaml_draft_save   (const char  *workflow,
                                 const char  *base,
                                 const char  *text);
/* FALSE if there is none. (transfer full) */
gboolean weir_yaml_draft_load   (const char  *workflow,
                                 char       **base,
                                 char       **text);
void     weir_yaml_draft_remove (const char  *workflow);

G_END_DECLS
