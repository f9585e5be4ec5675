/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>
#include <sys/types.h>

G_BEGIN_DECLS

/* A program and all that it started, also what went into a session of its own or lost its parent. Everything here reads /proc, which
 * blocks for some milliseconds, and may be called from any thread. */

/* In the environment of a program, and so of what it starts: the mark of its step, behind those of the steps that it runs in. */
#define WEIR_PROGRAM_MARK "WEIR_PROGRAM_MARK"

typedef struct
{
  pid_t   leader; /* of the process group */
  char   *mark;
  guint64 number; /* the mark that stays: weir-program-mark.h */
} WeirProgramTree;

/* Those that live. (transfer full): of pid_t */
GArray *weir_program_tree_list    (const WeirProgramTree *self);
/* Asks those to end that are not in the leader's group. */
void    weir_program_tree_ask     (const WeirProgramTree *self);
/* Ends them all, however fast they multiply. */
void    weir_program_tree_kill    (const WeirProgramTree *self);
/* Why a process that was killed is still there. (transfer full) */
char   *weir_program_tree_explain (pid_t pid);

G_END_DECLS
