/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "weir-engine.h"

G_BEGIN_DECLS

/**
 * WeirInhibitor:
 *
 * Keeps the computer from shutting down for a moment while a step of an engine is at work on what must not happen twice: a delay lock of
 * logind. Property `held`: whether that is so, with some lag, for what else can hold up a logout (gtk_application_inhibit ()). Signal
 * `shutdown`: the computer shuts down now; the program should wind down the engine. Main thread.
 */
#define WEIR_TYPE_INHIBITOR (weir_inhibitor_get_type ())
WEIR_API G_DECLARE_FINAL_TYPE (WeirInhibitor, weir_inhibitor, WEIR, INHIBITOR, GObject)

/* @bus NULL: the system bus, connected to when it is first needed. */
WEIR_API WeirInhibitor *weir_inhibitor_new      (WeirEngine      *engine,
                                                 GDBusConnection *bus);
WEIR_API gboolean       weir_inhibitor_get_held (WeirInhibitor   *self);

G_END_DECLS
