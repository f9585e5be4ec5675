/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "weir.h"

G_BEGIN_DECLS

/**
 * WeirYamlPane:
 *
 * A workflow as text, beside the canvas: what changes there appears here with as few lines touched as possible, and what is typed here
 * goes into the workflow after a short rest, as one edit, once it is right. Until then the workflow stays as it is, what is wrong is said
 * in place, and what was typed is kept, also over the end of the program.
 *
 * Actions: yaml.close, yaml.apply, yaml.fix (u: index), yaml.next-problem, yaml.keep, yaml.take.
 * Signals: `place-changed`: the cursor was moved to another place; `closed`. Property `full`: it has the whole page for itself.
 */
#define WEIR_TYPE_YAML_PANE (weir_yaml_pane_get_type ())
G_DECLARE_FINAL_TYPE (WeirYamlPane, weir_yaml_pane, WEIR, YAML_PANE, AdwBin)

void       weir_yaml_pane_set_workflow (WeirYamlPane *self,
                                        WeirWorkflow *workflow);
/* What was typed goes into the workflow at once if it is right, else it is kept. */
void       weir_yaml_pane_flush        (WeirYamlPane *self);
/* What the cursor is in; NULL for nothing. (transfer none) */
WeirBlock *weir_yaml_pane_get_block    (WeirYamlPane *self);
WeirLink  *weir_yaml_pane_get_link     (WeirYamlPane *self);
/* Puts the cursor to a block, one of its settings, or a link, unless it is there. */
void       weir_yaml_pane_show_block   (WeirYamlPane *self,
                                        WeirBlock    *block,
                                        const char   *field);
/* Puts the cursor to where the text has that problem. */
void       weir_yaml_pane_show_problem (WeirYamlPane *self,
                                        WeirProblem  *problem);
void       weir_yaml_pane_show_link    (WeirYamlPane *self,
                                        WeirLink     *link);

G_END_DECLS
