/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Private to engine/workflow: what may stand at a place of a text, by the table of shapes and the descriptors of kinds. */

#include "weir-file-shape.h"
#include "weir-workflow-private.h"
#include "weir-yaml-cursor.h"

G_BEGIN_DECLS

typedef enum
{
  WEIR_PLACE_NONE,
  WEIR_PLACE_KEY,         /* one of @shapes */
  WEIR_PLACE_VALUE,       /* of @shape */
  WEIR_PLACE_FIELD,       /* a setting of @kind */
  WEIR_PLACE_FIELD_VALUE, /* of @field */
  WEIR_PLACE_KIND,
  WEIR_PLACE_LINK,
  WEIR_PLACE_OUTPUT,      /* "block.port" */
  WEIR_PLACE_JOIN,        /* an input */
  WEIR_PLACE_JOIN_VALUE,
} WeirPlaceKind;

typedef struct
{
  WeirPlaceKind        what;
  const WeirFileShape *shapes;
  const WeirFileShape *shape;
  const WeirBlockKind *kind;  /* of the block around; NULL if there is none or nobody knows it */
  const WeirField     *field;
  WeirBlock           *block; /* around, if the workflow has it */
  WeirGraph           *graph; /* whose links they are */
} WeirPlace;

/* @keys: how many of the cursor's keys count. */
WeirPlace weir_place_find (const char     *text,
                           WeirYamlCursor *cursor,
                           guint           n_keys,
                           gboolean        in_value,
                           WeirWorkflow   *workflow);

G_END_DECLS
