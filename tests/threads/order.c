/* SPDX-License-Identifier: GPL-3.0-or-later */

/* For ThreadSanitizer, loaded before everything else. GLib and libdex of a distribution are not instrumented, and lock by futex: what one thread
 * does before another by their means looks unordered. This library says what they order: a lock its holders, a queue its two ends, a
 * fiber those who made it and those who wait for it, a source of the main loop whoever added it, the last reference all others. All futures share one clock: two
 * threads that race for something, and have both just touched a future, can go unseen. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <libdex.h>

void __tsan_acquire (void *address);
void __tsan_release (void *address);

static char futures;

static gpointer
find_next (const char *name)
{
  gpointer function = dlsym (RTLD_NEXT, name);

  if (function == NULL)
    __builtin_trap ();
  return function;
}

#define NEXT(name) \
  static __typeof__ (name) *next; \
  if (next == NULL) \
    next = find_next (#name)

/* ── locks ──────────────────────────────────────────────────────────────────────────────── */

#define LOCK(lock_name, unlock_name, Type) \
  void lock_name (Type *lock) \
  { \
    NEXT (lock_name); \
    next (lock); \
    __tsan_acquire (lock); \
  } \
  void unlock_name (Type *lock) \
  { \
    NEXT (unlock_name); \
    __tsan_release (lock); \
    next (lock); \
  }

LOCK (g_mutex_lock, g_mutex_unlock, GMutex)
LOCK (g_rec_mutex_lock, g_rec_mutex_unlock, GRecMutex)
LOCK (g_rw_lock_writer_lock, g_rw_lock_writer_unlock, GRWLock)
LOCK (g_rw_lock_reader_lock, g_rw_lock_reader_unlock, GRWLock)

gboolean
g_mutex_trylock (GMutex *lock)
{
  NEXT (g_mutex_trylock);
  gboolean got = next (lock);

  if (got)
    __tsan_acquire (lock);
  return got;
}

void
g_cond_wait (GCond *cond, GMutex *lock)
{
  NEXT (g_cond_wait);
  __tsan_release (lock);
  next (cond, lock);
  __tsan_acquire (lock);
}

gboolean
g_cond_wait_until (GCond *cond, GMutex *lock, gint64 until)
{
  NEXT (g_cond_wait_until);
  __tsan_release (lock);
  gboolean came = next (cond, lock, until);

  __tsan_acquire (lock);
  return came;
}

gboolean
(g_once_init_enter) (volatile void *location)
{
  static gboolean (*next) (volatile void *);
  gboolean first;

  if (next == NULL)
    next = find_next ("g_once_init_enter");
  first = next (location);
  if (!first)
    __tsan_acquire ((void *) location);
  return first;
}

void
(g_once_init_leave) (volatile void *location, gsize result)
{
  static void (*next) (volatile void *, gsize);

  if (next == NULL)
    next = find_next ("g_once_init_leave");
  __tsan_release ((void *) location);
  next (location, result);
}

/* ── references: the last one comes after all others ────────────────────────────────────── */

gboolean
(g_atomic_ref_count_dec) (gatomicrefcount *count)
{
  static gboolean (*next) (gatomicrefcount *);
  gboolean last;

  if (next == NULL)
    next = find_next ("g_atomic_ref_count_dec");
  __tsan_release (count);
  last = next (count);
  if (last)
    __tsan_acquire (count);
  return last;
}

#define DROP(name, Pointer) \
  void name (Pointer object) \
  { \
    NEXT (name); \
    __tsan_release ((void *) object); \
    __tsan_acquire ((void *) object); \
    next (object); \
  }

DROP (g_object_unref, gpointer)
DROP (g_bytes_unref, GBytes *)
DROP (dex_unref, gpointer)
DROP (g_ref_string_release, char *)

void
g_atomic_rc_box_release_full (gpointer box, GDestroyNotify clear)
{
  NEXT (g_atomic_rc_box_release_full);
  __tsan_release (box);
  __tsan_acquire (box);
  next (box, clear);
}

/* ── queues, pools and sources ──────────────────────────────────────────────────────────── */

void
g_async_queue_push (GAsyncQueue *queue, gpointer data)
{
  NEXT (g_async_queue_push);
  __tsan_release (queue);
  next (queue, data);
}

gpointer
g_async_queue_pop (GAsyncQueue *queue)
{
  NEXT (g_async_queue_pop);
  gpointer data = next (queue);

  __tsan_acquire (queue);
  return data;
}

gpointer
g_async_queue_try_pop (GAsyncQueue *queue)
{
  NEXT (g_async_queue_try_pop);
  gpointer data = next (queue);

  if (data != NULL)
    __tsan_acquire (queue);
  return data;
}

typedef struct
{
  GSourceFunc func;
  gpointer data;
  GDestroyNotify destroy;
} Call;

static Call *
call_new (GSourceFunc func, gpointer data, GDestroyNotify destroy)
{
  Call *call = g_new (Call, 1);

  *call = (Call) { func, data, destroy };
  __tsan_release (call);
  return call;
}

static gboolean
call_run (gpointer data)
{
  Call *call = data;

  __tsan_acquire (call);
  return call->func (call->data);
}

static void
call_free (gpointer data)
{
  Call *call = data;

  __tsan_acquire (call);
  if (call->destroy != NULL)
    call->destroy (call->data);
  g_free (call);
}

guint
g_idle_add_full (gint priority, GSourceFunc func, gpointer data, GDestroyNotify destroy)
{
  NEXT (g_idle_add_full);
  return next (priority, call_run, call_new (func, data, destroy), call_free);
}

guint
g_idle_add (GSourceFunc func, gpointer data)
{
  return g_idle_add_full (G_PRIORITY_DEFAULT_IDLE, func, data, NULL);
}

void
g_main_context_invoke_full (GMainContext *context, gint priority, GSourceFunc func, gpointer data, GDestroyNotify destroy)
{
  NEXT (g_main_context_invoke_full);
  next (context, priority, call_run, call_new (func, data, destroy), call_free);
}

void
g_main_context_invoke (GMainContext *context, GSourceFunc func, gpointer data)
{
  g_main_context_invoke_full (context, G_PRIORITY_DEFAULT, func, data, NULL);
}

/* ── futures ────────────────────────────────────────────────────────────────────────────── */

typedef struct
{
  DexFiberFunc func;
  gpointer data;
  GDestroyNotify destroy;
} Fiber;

static DexFuture *
fiber_run (gpointer data)
{
  Fiber *fiber = data;
  DexFuture *future;

  __tsan_acquire (fiber);
  future = fiber->func (fiber->data);
  __tsan_release (&futures);
  return future;
}

static void
fiber_free (gpointer data)
{
  Fiber *fiber = data;

  __tsan_acquire (fiber);
  __tsan_acquire (&futures);
  if (fiber->destroy != NULL)
    fiber->destroy (fiber->data);
  g_free (fiber);
  __tsan_release (&futures);
}

DexFuture *
dex_scheduler_spawn (DexScheduler *scheduler, gsize stack_size, DexFiberFunc func, gpointer data, GDestroyNotify destroy)
{
  NEXT (dex_scheduler_spawn);
  Fiber *fiber = g_new (Fiber, 1);

  *fiber = (Fiber) { func, data, destroy };
  __tsan_release (fiber);
  return next (scheduler, stack_size, fiber_run, fiber, fiber_free);
}

#define AWAIT(Type, name) \
  Type name (DexFuture *future, GError **error) \
  { \
    NEXT (name); \
    __tsan_release (&futures); \
    Type result = next (future, error); \
    __tsan_acquire (&futures); \
    return result; \
  }

AWAIT (gboolean, dex_await)
AWAIT (int, dex_await_int)
AWAIT (gboolean, dex_await_boolean)
AWAIT (gpointer, dex_await_object)
AWAIT (gpointer, dex_await_boxed)
AWAIT (gpointer, dex_await_pointer)
AWAIT (char *, dex_await_string)

#define LOOK(Type, name, Future) \
  Type name (Future *future) \
  { \
    NEXT (name); \
    Type result = next (future); \
    __tsan_acquire (&futures); \
    return result; \
  }

LOOK (DexFutureStatus, dex_future_get_status, DexFuture)
LOOK (gboolean, dex_future_is_pending, DexFuture)

const GValue *
dex_future_get_value (DexFuture *future, GError **error)
{
  NEXT (dex_future_get_value);
  __tsan_acquire (&futures);
  return next (future, error);
}

#define SETTLE(name, Type) \
  void name (DexPromise *promise, Type value) \
  { \
    NEXT (name); \
    __tsan_release (&futures); \
    next (promise, value); \
  }

SETTLE (dex_promise_resolve, const GValue *)
SETTLE (dex_promise_resolve_int, int)
SETTLE (dex_promise_resolve_uint, guint)
SETTLE (dex_promise_resolve_boolean, gboolean)
SETTLE (dex_promise_resolve_object, gpointer)
SETTLE (dex_promise_resolve_string, char *)
SETTLE (dex_promise_reject, GError *)
