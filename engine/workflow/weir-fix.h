/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "weir-workflow.h"

G_BEGIN_DECLS

typedef enum
{
  WEIR_FIX_SET_KIND,     /* another kind: from, to */
  WEIR_FIX_SET_PORT,     /* links at a port lead to another one: from, to */
  WEIR_FIX_SET_BLOCK,    /* a link leads to another block: from, to */
  WEIR_FIX_REMOVE_LINK,  /* the links that are wrong */
  WEIR_FIX_ADD_BETWEEN,  /* a block of the kind `to`, which converts, is put into the link */
  WEIR_FIX_RENAME_FIELD, /* a setting, or a key beside them: from, to */
  WEIR_FIX_REMOVE_FIELD, /* from */
  WEIR_FIX_SET_FIELD,    /* the setting `from` becomes `to` */
  WEIR_FIX_SET_NAME,     /* the name `from` in an expression becomes `to` */
  WEIR_FIX_SET_OUTPUT,   /* what the workflow gives: from, to */
  WEIR_FIX_REMOVE_OUTPUT,
  WEIR_FIX_REMOVE_JOIN,  /* of an input: from */
  WEIR_FIX_ADD_LINK,     /* to the port `from` of the block, from `to`: "block.port" */
  WEIR_FIX_ADD_INSIDE,   /* a block of the kind `to` into its body */
  WEIR_FIX_REMOVE_BODY,  /* what is inside */
  WEIR_FIX_REMOVE_DEFAULT, /* of the input of the workflow `from` */
  WEIR_FIX_SET_TEXT,     /* a word of the text: from, to. See weir_text_apply_fix () */
} WeirFixAction;

/**
 * WeirFix:
 *
 * A way to put one problem right, as data: the program that shows it has the words. Immutable.
 */
#define WEIR_TYPE_FIX (weir_fix_get_type ())
WEIR_API G_DECLARE_FINAL_TYPE (WeirFix, weir_fix, WEIR, FIX, GObject)

WEIR_API WeirFixAction weir_fix_get_action (WeirFix *self);
/* What is there, and what comes in its place; NULL where the action has no use for it. (transfer none) */
WEIR_API const char   *weir_fix_get_from   (WeirFix *self);
WEIR_API const char   *weir_fix_get_to     (WeirFix *self);

/* Best first; empty where there is no clear one. (transfer full): of WeirFix */
WEIR_API GListModel   *weir_workflow_list_fixes (WeirWorkflow *self,
                                                 WeirProblem  *problem);
/* One edit of that name. FALSE if it does not fit any more. */
WEIR_API gboolean      weir_workflow_apply_fix  (WeirWorkflow *self,
                                                 WeirFix      *fix,
                                                 const char   *name);
/* The same for a text that is no workflow yet. (transfer full) */
WEIR_API GListModel   *weir_text_list_fixes     (const char   *text,
                                                 WeirProblem  *problem);
WEIR_API char         *weir_text_apply_fix      (const char   *text,
                                                 WeirFix      *fix);

G_END_DECLS
