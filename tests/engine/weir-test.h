/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* What engine tests share: an engine that keeps nothing on a clock turned by hand, and block kinds that a test steers. */

#include "weir-clock.h"
#include "weir-engine-private.h"
#include "weir-run-view.h"
#include "weir-workflow-file.h"

G_BEGIN_DECLS

typedef struct
{
  WeirClock  *clock;
  WeirEngine *engine;
  char       *dir; /* of its files; removed at the end */
} WeirTest;

WeirTest     *weir_test_new       (void);
/* On a real database in test->dir/data. */
WeirTest     *weir_test_new_on_disk (void);
void          weir_test_reopen    (WeirTest *test);
void          weir_test_free      (WeirTest *test);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WeirTest, weir_test_free)

/* Iterates the main loop until the future is no longer pending. (transfer none): the value, NULL with @error */
const GValue *weir_test_await     (DexFuture *future, GError **error);
void          weir_test_settle    (WeirTest *test);
WeirWorkflow *weir_test_parse     (const char *yaml);
WeirRun      *weir_test_play      (WeirTest *test, const char *yaml, const char *inputs_json);
/* Plays to the end; its result as JSON, or "failed CLASS: MESSAGE" (transfer full) */
char         *weir_test_result    (WeirTest *test, const char *yaml, const char *inputs_json);
WeirStepStatus weir_test_status   (WeirRun *run, const char *block);
guint         weir_test_count     (WeirRun *run, const char *block);

/* Steps of the kind test.wait end when they are told to. */
guint         weir_test_n_waiting (const char *block);
/* Blocks of those that run, oldest first: "a b" (transfer full) */
char         *weir_test_names     (void);
void          weir_test_finish    (const char *block, const char *value_json);
void          weir_test_break     (const char *block, const char *class_name);
/* A certain one of several. @class_name NULL: it succeeds. FALSE: it is not at work. */
gboolean      weir_test_end_step  (WeirRun *run, guint32 scope, const char *block, const char *class_name);
/* Nobody will ever tell it. */
void          weir_test_abandon   (const char *block);
/* Whether any file of the data folder holds a word. */
gboolean      weir_test_disk_holds (WeirTest *test, const char *word);
/* Folds the journal anew and compares with the live state. */
void          weir_test_check_fold (WeirTest *test, WeirRun *run);

G_END_DECLS
