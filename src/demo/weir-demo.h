/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <weir.h>

G_BEGIN_DECLS

/**
 * WeirDemo:
 * @name: name of its folder: "tidy-downloads"
 * @title: the workflow's name
 * @summary: the workflow's description; may be NULL
 *
 * One of the workflows that come with the program, with sample data that it can run on at once.
 */
typedef struct
{
  char *name;
  char *title;
  char *summary;
} WeirDemo;

void          weir_demo_free    (WeirDemo      *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WeirDemo, weir_demo_free)

GPtrArray    *weir_demo_list    (void);
WeirWorkflow *weir_demo_prepare (const char    *name,
                                 WeirValue    **inputs,
                                 GError       **error);
void          weir_demo_revive  (WeirWorkflow  *workflow);

G_END_DECLS
