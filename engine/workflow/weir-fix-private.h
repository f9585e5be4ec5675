/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "weir-fix.h"
#include "weir-workflow-private.h"

G_BEGIN_DECLS

struct _WeirFix
{
  GObject       parent_instance;
  WeirFixAction action;
  char         *path;    /* of the block; of a link the one at its wrong end, of a loose one the container */
  char         *port;
  char         *field;   /* of a name: the setting whose expression it is in */
  gboolean      input;   /* the port is one */
  char         *from;
  char         *to;
  gsize         start;   /* of a text: bytes */
  gsize         end;
};

typedef struct
{
  WeirWorkflow *workflow;
  WeirProblem  *problem;
  WeirBlock    *block;   /* NULL: it is about the whole */
  WeirGraph    *graph;   /* that the block is in */
  GListStore   *fixes;
} WeirFixing;

/* weir-fix.c. (transfer none): the list holds it */
WeirFix *weir_fixing_add          (WeirFixing          *self,
                                   WeirFixAction        action,
                                   const char          *from,
                                   const char          *to);
void     weir_fixing_add_nearest  (WeirFixing          *self,
                                   WeirFixAction        action,
                                   const char          *from,
                                   GPtrArray           *words);
/* weir-fix-missing.c: what is not there. FALSE: the problem is of another sort */
gboolean weir_fixing_find_missing (WeirFixing          *self,
                                   const char          *code);
/* A kind that hands on what it gets. NULL: there is none */
const WeirBlockKind *weir_fix_find_passing (void);

/* The link of a body that leads to a block that is not there, in words. (transfer full) */
char    *weir_loose_link_describe (const WeirLooseLink *loose);
void     weir_workflow_drop_loose (WeirWorkflow        *self,
                                   WeirGraph           *graph,
                                   guint                index);
gboolean weir_link_is_mismatch    (WeirLink            *link);
/* Whether a kind takes what an output gives and gives what an input takes; the ports by which it does. (transfer full) */
gboolean weir_kind_converts       (const WeirBlockKind *kind,
                                   const WeirPort      *given,
                                   const WeirPort      *taken,
                                   char               **in,
                                   char               **out);
/* The words that are like it, best first, at most @n. (transfer container) */
GPtrArray *weir_find_nearest      (const char          *word,
                                   GPtrArray           *words,
                                   guint                n);

G_END_DECLS
