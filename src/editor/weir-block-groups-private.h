/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "weir-block-groups.h"

G_BEGIN_DECLS

/**
 * WeirGroup:
 *
 * What the rows of a group share. Owned by the group.
 */
typedef struct _WeirGroup
{
  WeirWorkflow *workflow;
  WeirBlock    *block;
  GtkWidget    *widget;    /* not owned: it owns this */
  GPtrArray    *rows;      /* not owned */
  gboolean      showing;
  void        (*refresh) (struct _WeirGroup *group);
  GtkWidget    *attempts, *first, *factor, *cap, *limit, *on_error, *at_once;
  GtkWidget    *label, *note, *enabled;
} WeirGroup;

WeirGroup *weir_group_new       (WeirWorkflow *workflow,
                                 WeirBlock    *block,
                                 const char   *title,
                                 void        (*refresh) (WeirGroup *group));
GtkWidget *weir_group_add       (WeirGroup    *group,
                                 GtkWidget    *row);
void       weir_group_clear     (WeirGroup    *group);
/* Leaves the cursor where it is if the text is the same. */
void       weir_group_show_text (GtkWidget    *row,
                                 const char   *text);

G_END_DECLS
