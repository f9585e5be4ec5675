/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>
#include <weir.h>

G_BEGIN_DECLS

/* Groups of rows that every block has, whatever its kind. Each follows the block by weir_block_groups_refresh (). (transfer floating) */
GtkWidget *weir_block_groups_make_reliability (WeirWorkflow *workflow,
                                               WeirBlock    *block);
GtkWidget *weir_block_groups_make_joins       (WeirWorkflow *workflow,
                                               WeirBlock    *block);
GtkWidget *weir_block_groups_make_touches     (WeirWorkflow *workflow,
                                               WeirBlock    *block);
GtkWidget *weir_block_groups_make_about       (WeirWorkflow *workflow,
                                               WeirBlock    *block);
void       weir_block_groups_refresh          (GtkWidget    *group);

/* The opposite of weir_parse_duration (): 90000 as "1m30s". (transfer full) */
char      *weir_duration_to_text              (gint64        ms);

G_END_DECLS
