/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* GtkSourceView 5.16 does not free the list of providers of a completion and that of the renderers of a gutter. The leak checker of
 * test builds, which cannot see past GLib in a window's program, looks away while these are made. */
#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/lsan_interface.h>
#define WEIR_BEGIN_KNOWN_LEAK() __lsan_disable ()
#define WEIR_END_KNOWN_LEAK() __lsan_enable ()
#else
#define WEIR_BEGIN_KNOWN_LEAK()
#define WEIR_END_KNOWN_LEAK()
#endif
