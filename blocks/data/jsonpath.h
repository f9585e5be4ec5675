/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <weir-sdk.h>

G_BEGIN_DECLS

/* Places inside a value, by JSON Pointer and by a part of JSONPath, and JSON Patch. */
gboolean   weir_jsonpath_find    (WeirValue   *value,
                                  const char  *path,
                                  WeirValue  **found,
                                  GError     **error);
WeirValue *weir_json_patch_apply (WeirValue   *value,
                                  WeirValue   *patch,
                                  GError     **error);

G_END_DECLS
