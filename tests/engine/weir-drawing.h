/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Chance that begins anew with a seed, so that what follows can be repeated without all that came before. */
void   weir_chance_begin  (guint32 seed);
gint32 weir_chance_range  (gint32 begin, gint32 end);

/* A workflow made by chance: joins, conditions, cycles, nested containers, failures, waits. Ids of blocks are unlike those
 * of any other drawing. (transfer full): YAML; it may be refused when it is played */
char *weir_draw_workflow (void);

G_END_DECLS
