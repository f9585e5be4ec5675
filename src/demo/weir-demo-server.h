/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

char *weir_demo_server_start (const char  *www,
                              guint        port,
                              GError     **error);

G_END_DECLS
