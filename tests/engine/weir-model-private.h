/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* Between the files of the model. */

#include "weir-model.h"

G_BEGIN_DECLS

/* weir-model.c */
void model_step_open_items     (ModelStep *step);
void model_world_admit         (ModelWorld *world);

/* weir-model-follow.c */
void model_step_attempt_failed (ModelStep *step, gboolean transient);

G_END_DECLS
