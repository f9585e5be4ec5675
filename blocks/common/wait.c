/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wait.h"

#include <gio/gio.h>

typedef struct
{
  WeirBlocksThreadFunc func;
  gpointer             data;
  DexPromise          *promise;
} ThreadCall;

static void
thread_call_free (gpointer data)
{
  ThreadCall *call = data;

  dex_unref (call->promise);
  g_free (call);
}

static void
thread_call_cb (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  ThreadCall *call = task_data;
  GError *error = NULL;
  gpointer result = call->func (call->data, cancellable, &error);
  g_auto(GValue) value = G_VALUE_INIT;

  g_task_return_boolean (task, error == NULL);
  if (error != NULL)
    {
      dex_promise_reject (call->promise, error);
      return;
    }
  g_value_init (&value, G_TYPE_POINTER);
  g_value_set_pointer (&value, result);
  dex_promise_resolve (call->promise, &value);
}

/* Runs @func in a thread that may block and waits for it, in a fiber. @data must stay until the thread is done, so
 * the wait does
 * not end early when the step is stopped: @func looks at @cancellable. NULL with @error set is a failure, else the
 * result. */
gpointer
weir_blocks_await_thread (WeirBlocksThreadFunc func, gpointer data, GCancellable *cancellable, GError **error)
{
  g_autoptr(GTask) task = g_task_new (NULL, cancellable, NULL, NULL);
  ThreadCall *call = g_new0 (ThreadCall, 1);
  DexPromise *promise = dex_promise_new ();

  call->func = func;
  call->data = data;
  call->promise = dex_ref (promise);
  g_task_set_task_data (task, call, thread_call_free);
  g_task_run_in_thread (task, thread_call_cb);
  return dex_await_pointer (DEX_FUTURE (promise), error);
}

/* A future rejected with @error. (transfer full) */
DexFuture *
weir_blocks_new_failure (GError *error)
{
  return dex_future_new_for_error (error);
}

static gboolean
resolve_cb (gpointer user_data)
{
  dex_promise_resolve_boolean (user_data, TRUE);
  return G_SOURCE_REMOVE;
}

/* Resolves in the next turn of the main loop, so that long work does not hold up the window. */
DexFuture *
weir_blocks_yield (void)
{
  DexPromise *promise = dex_promise_new ();

  g_idle_add_full (G_PRIORITY_DEFAULT, resolve_cb, dex_ref (promise), dex_unref);
  return DEX_FUTURE (promise);
}

/* In a loop of a fiber: lets the main loop go round once when 2 ms have gone by since @since. */
gboolean
weir_blocks_yield_after (gint64 *since, GError **error)
{
  if (g_get_monotonic_time () - *since < 2000)
    return TRUE;
  if (!dex_await (weir_blocks_yield (), error))
    return FALSE;
  *since = g_get_monotonic_time ();
  return TRUE;
}
