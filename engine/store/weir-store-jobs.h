/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Private to the store: what goes to its threads and comes back. */

#include "weir-store-private.h"

G_BEGIN_DECLS

typedef enum
{
  WEIR_JOB_BATCH,
  WEIR_JOB_QUESTION,
  WEIR_JOB_TROUBLE, /* comes back only */
  WEIR_JOB_CLOSE,   /* the thread ends when it comes to it */
} WeirJobKind;

typedef struct
{
  GMutex   mutex;
  GCond    cond;
  gboolean answered;
} WeirJobWaiter;

struct _WeirJob
{
  WeirQueueNode     node;
  WeirJobKind       kind;

  WeirBatch        *batch;
  gboolean          more;     /* another batch comes at once, for the same transaction */
  WeirStoreDoneFunc done;
  gpointer          user_data;

  WeirStoreFunc     before;   /* on the writing thread, then the question goes on to the reading one */
  WeirStoreFunc     func;
  gpointer          question;
  GDestroyNotify    destroy;
  GValue            answer;
  GError           *error;
  DexPromise       *promise;
  WeirJobWaiter    *waiter;   /* in place of a promise */

  char             *message;  /* of trouble, or NULL when it is over */
};

WeirJob *weir_job_new     (WeirJobKind kind);
void     weir_job_free    (WeirJob *self);
void     weir_job_answer  (WeirJob *self);

/* Brings jobs back to the main context; the caller wakes it. */
GSource *weir_store_returns_new (WeirStore *self);
void     weir_store_deliver     (WeirStore *self, WeirJob *job);

gpointer weir_store_writer_thread (gpointer store);
gpointer weir_store_reader_thread (gpointer store);

G_END_DECLS
