/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <weir.h>

G_BEGIN_DECLS

/* What the tests of block kinds share: one engine that keeps nothing, and a fresh folder. */
typedef struct
{
  WeirEngine *engine;
  char       *dir;
} KindTest;

/* How a run ended, and what the step of its block `it` gave. */
typedef struct
{
  WeirRun   *run;
  WeirValue *outputs; /* record, or NULL */
  char      *error;   /* failure class, or NULL */
  char      *message;
  WeirValue *data;    /* of the failure, or NULL */
} Outcome;

typedef void (*KindTestFunc) (KindTest *test, gconstpointer data);

void       kind_test_run        (KindTestFunc   func,
                                 gconstpointer  data);
char      *kind_test_path       (KindTest      *test,
                                 const char    *name);
void       kind_test_write      (KindTest      *test,
                                 const char    *name,
                                 const char    *content);
char      *kind_test_read       (KindTest      *test,
                                 const char    *name);
char      *kind_test_fill       (KindTest      *test,
                                 const char    *text);
Outcome   *kind_test_play       (KindTest      *test,
                                 const char    *yaml,
                                 const char    *given);
Outcome   *kind_test_play_block (KindTest      *test,
                                 const char    *kind,
                                 const char    *config,
                                 const char    *body,
                                 const char    *given);
guint      kind_test_undo       (KindTest      *test,
                                 Outcome       *outcome);
void       outcome_free         (Outcome       *self);
WeirValue *outcome_get          (Outcome       *self,
                                 const char    *port);
char      *outcome_get_json     (Outcome       *self,
                                 const char    *port);
void       assert_output        (Outcome       *self,
                                 const char    *port,
                                 const char    *json);
void       assert_failure       (Outcome       *self,
                                 const char    *class_name);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Outcome, outcome_free)

#define ADD_KIND_TEST(path, func) g_test_add_data_func (path, func, run_kind_test)
void       run_kind_test        (gconstpointer  func);

G_END_DECLS
