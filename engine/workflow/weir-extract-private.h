/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What the files of weir_workflow_extract() and weir_workflow_unpack() share. */

#include "weir-extract.h"
#include "weir-workflow-private.h"

G_BEGIN_DECLS

/* Something that crosses the boundary; ids, since it is done on a copy first. */
typedef struct
{
  char    *outer;      /* block outside; NULL: no link leads there, it is the designated result or named in expressions */
  char    *outer_port;
  char    *inner;
  char    *inner_port; /* NULL: all that the block gives */
  char    *when;
  char    *name;       /* of the input or output; NULL: a port that every block has */
  char    *type;
  gboolean uncertain;  /* inward: nothing may come although something else does */
  gboolean word;       /* inward: only that a block is done, with no value */
} WeirCrossing;

/* A block outside that the blocks name in expressions: an input of the new workflow. */
typedef struct
{
  char    *block;
  char    *port;       /* NULL: all that it gives */
  char    *name;
  char    *type;
  gboolean optional;   /* named with ?. */
} WeirReference;

typedef struct
{
  WeirWorkflow           *workflow;
  WeirGraph              *graph;
  GHashTable             *chosen;     /* ids */
  const WeirExtractKinds *kinds;
  GPtrArray              *in;         /* of WeirCrossing */
  GPtrArray              *out;
  GPtrArray              *references; /* of WeirReference */
  GPtrArray              *given;      /* names of inputs of the workflow that are handed on */
  gboolean                inherit;
  gboolean                gathers;    /* the outputs are members of a record */
  gboolean                may_lack;   /* of which some may be missing */
  double                  x, y;
} WeirExtract;

/* What a record of outputs is made by where some may be missing: a text between these two. */
#define WEIR_GATHER_BEGIN "=Object.fromEntries(Object.entries({"
#define WEIR_GATHER_END   "}).filter(([, value]) => value !== undefined))"
/* What a link asks from an entry that may have got nothing. */
#define WEIR_CAME         "value !== null"
/* The same for a block that is done, and what the call is given for it: "=blocks.x" and this. */
#define WEIR_WORD         "value === true"
#define WEIR_IS_DONE      " !== undefined"

/* weir-extract-boundary.c */
gboolean weir_extract_find_boundary   (WeirExtract *self, GError **error);
/* Of several links from one port only the first. (transfer container) */
GPtrArray *weir_extract_list_outputs  (WeirExtract *self);
const char *weir_extract_find_name    (GPtrArray *crossings, const char *block, const char *port, gboolean inward);
char    *weir_extract_make_name       (WeirExtract *self, GPtrArray *crossings, const char *block, const char *port);
void     weir_crossing_free           (gpointer data);
/* weir-extract-names.c */
void     weir_reference_free          (gpointer data);
void     weir_extract_find_outward_names (WeirExtract *self);
void     weir_extract_take_inward_names  (WeirExtract *self, WeirWorkflow *called);
void     weir_extract_follow_outward_names (WeirExtract *self, WeirWorkflow *workflow, WeirGraph *graph, WeirBlock *call);
/* weir-extract-paths.c */
gboolean weir_extract_check_paths     (WeirExtract *self, GError **error);
gboolean weir_extract_is_certain      (WeirExtract *self, WeirBlock *block, const char *port, gboolean inside);

G_END_DECLS
