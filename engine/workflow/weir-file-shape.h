/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Private to engine/workflow: one table for the check of a file and for its JSON Schema. */

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  WEIR_SHAPE_ANY,
  WEIR_SHAPE_TEXT,
  WEIR_SHAPE_BOOL,
  WEIR_SHAPE_INT,
  WEIR_SHAPE_NUMBER,
  WEIR_SHAPE_DURATION,
  WEIR_SHAPE_CHOICE,
  WEIR_SHAPE_WORDS,    /* a text, or a list of them */
  WEIR_SHAPE_NUMBERS,  /* minimum to maximum of them */
  WEIR_SHAPE_TYPE,
  WEIR_SHAPE_RECORD,   /* of anything */
  WEIR_SHAPE_MEMBERS,  /* a record of the known members */
  WEIR_SHAPE_RECORDS,  /* a record of such records */
  WEIR_SHAPE_INPUTS,   /* the same, or types as text */
  WEIR_SHAPE_JOINS,
  WEIR_SHAPE_PRIORITY,
  WEIR_SHAPE_LAYOUT,
  WEIR_SHAPE_LINKS,
  WEIR_SHAPE_OUTPUT,
  WEIR_SHAPE_BLOCKS,
  WEIR_SHAPE_BODY,
  WEIR_SHAPE_VERSION,
} WeirShapeKind;

typedef struct _WeirFileShape WeirFileShape;

struct _WeirFileShape
{
  const char        *key;
  WeirShapeKind      kind;
  gboolean           required;
  double             minimum;
  double             maximum;
  const char *const *choices;
  const WeirFileShape   *members;
  const char        *summary;
};

extern const WeirFileShape weir_document_shape[];
extern const WeirFileShape weir_body_shape[];
extern const WeirFileShape weir_block_shape[];

G_END_DECLS
