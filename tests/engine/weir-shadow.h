/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* Beside each run a second state, folded from its journal, compared with the live one after every single event. A program that uses it is
 * linked with --wrap=weir_engine_journal, so that no event can miss it. */

#include "weir-test.h"

G_BEGIN_DECLS

/* From here on: runs of the engine that @test has, also after it was opened again. */
void  weir_shadow_begin      (WeirTest *test);
void  weir_shadow_end        (void);
guint weir_shadow_get_n_events (void);
/* What is true of a run that has ended, as far as anybody can see. */
void  weir_shadow_check_end  (WeirRun *run);

G_END_DECLS
