/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "weir-type.h"

G_BEGIN_DECLS

typedef enum
{
  WEIR_TYPE_KIND_ANY,
  WEIR_TYPE_KIND_NULL,
  WEIR_TYPE_KIND_BOOL,
  WEIR_TYPE_KIND_INT,
  WEIR_TYPE_KIND_NUMBER,
  WEIR_TYPE_KIND_TEXT,
  WEIR_TYPE_KIND_BYTES,
  WEIR_TYPE_KIND_TIME,
  WEIR_TYPE_KIND_DURATION,
  WEIR_TYPE_KIND_FILE,
  WEIR_TYPE_KIND_DIR,
  WEIR_TYPE_KIND_URI,
  WEIR_TYPE_KIND_JSON,
  WEIR_TYPE_KIND_IMAGE,
  WEIR_TYPE_KIND_AUDIO,
  WEIR_TYPE_KIND_TABLE,
  WEIR_TYPE_KIND_SECRET,
  WEIR_TYPE_KIND_ERROR,
  WEIR_TYPE_KIND_LIST,
  WEIR_TYPE_KIND_RECORD,
  WEIR_TYPE_KIND_STREAM,
  WEIR_TYPE_KIND_UNION,
} WeirTypeKind;

typedef struct
{
  char     *name;
  WeirType *type;
  gboolean  is_optional;
} WeirTypeMember;

struct _WeirType
{
  int             ref_count;
  WeirTypeKind    kind;
  gboolean        is_open;    /* a record of which no members are said */
  guint           n_children;
  WeirType      **children;   /* of a union; of a list or stream: one */
  guint           n_members;
  WeirTypeMember *members;    /* of a record */
  char           *text;
};

/* Simple names, in the order of WeirTypeKind, up to WEIR_TYPE_KIND_STREAM. */
const char     *weir_type_kind_get_name (WeirTypeKind  kind);
WeirTypeMember *weir_type_find_member   (WeirType     *self,
                                         const char   *name);

G_END_DECLS
