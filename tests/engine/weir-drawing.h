/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A workflow made by chance (g_test_rand_int ()): joins, conditions, cycles, nested containers, failures, waits. Ids of blocks are unlike those
 * of any other drawing. (transfer full): YAML; it may be refused when it is played */
char *weir_draw_workflow (void);

G_END_DECLS
