/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "weir.h"

G_BEGIN_DECLS

/* What a button says that does it. (transfer full) */
char *weir_fix_dup_title (WeirFix *fix);

G_END_DECLS
