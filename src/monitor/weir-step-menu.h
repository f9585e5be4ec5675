/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>
#include <weir.h>

G_BEGIN_DECLS

/* What can be done now to a step, to the item that it belongs to, and to the run from there: a menu of actions "run.…" and "step.…" of a
 * widget around. @path: of the block, "move/to"; @step: one of its steps, NULL before it began. (transfer full) */
GMenuModel *weir_step_menu_new (WeirEngine         *engine,
                                WeirRunView        *view,
                                const char         *path,
                                const WeirStepInfo *step);

G_END_DECLS
