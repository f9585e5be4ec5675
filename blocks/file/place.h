/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <weir-sdk.h>

G_BEGIN_DECLS

/* Where something goes that is moved or copied, and what happens if there is something already. */
extern const char *const weir_place_overwrite_ids[];
extern const char *const weir_place_overwrite_titles[];

char     *weir_place_make_target (WeirStep    *step,
                                  const char  *from,
                                  const char  *to,
                                  GError     **error);
gboolean  weir_place_choose      (WeirStep    *step,
                                  const char  *type,
                                  const char  *from,
                                  const char  *overwrite,
                                  char       **to,
                                  gboolean    *replace,
                                  gboolean    *skip,
                                  GError     **error);

G_END_DECLS
