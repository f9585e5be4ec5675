/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Private to the engine: a .tar.gz of a few small texts. */
typedef struct _WeirTar WeirTar;

WeirTar  *weir_tar_new    (void);
void      weir_tar_free   (WeirTar     *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WeirTar, weir_tar_free)
/* @name: at most 99 bytes. */
void      weir_tar_add    (WeirTar     *self,
                           const char  *name,
                           const char  *text);
/* Readable by its owner alone. */
gboolean  weir_tar_write  (WeirTar     *self,
                           const char  *path,
                           GError     **error);

G_END_DECLS
