/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "weir-js-private.h"

#include <malloc.h>
#include <pthread.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <ucontext.h>

#include "weir-js-bootstrap.h"

#define TIME_LIMIT_MS 50
/* A sanitizer makes everything that much slower; the limit is meant for the program as people have it. */
#ifdef __SANITIZE_ADDRESS__
# define SLOWER 10
#else
# define SLOWER 1
#endif
#define MEMORY_LIMIT (16 << 20)
#define STACK_SIZE (1 << 20)
#define STACK_LIMIT (STACK_SIZE - (256 << 10)) /* the rest is for C functions that QuickJS calls at the bottom */
#define GARBAGE_LIMIT (256 << 10)

static _Thread_local WeirRealm *the_realm;
static guint last_serial; /* atomic: no two realms of the process have the same */

typedef struct _Block Block;

struct _Block
{
  Block *previous;
  Block *next;
};

static void
link_block (WeirRealm *self, Block *block)
{
  block->previous = NULL;
  block->next = self->blocks;
  if (block->next != NULL)
    block->next->previous = block;
  self->blocks = block;
  self->memory += malloc_usable_size (block);
}

static void
unlink_block (WeirRealm *self, Block *block)
{
  if (block->previous != NULL)
    block->previous->next = block->next;
  else
    self->blocks = block->next;
  if (block->next != NULL)
    block->next->previous = block->previous;
  self->memory -= malloc_usable_size (block);
}

static gboolean
may_allocate (WeirRealm *self, gsize size)
{
  if (size <= self->memory_limit && self->memory <= self->memory_limit - size)
    return TRUE;
  self->is_out_of_memory = TRUE;
  return FALSE;
}

static void *
js_memory_alloc (JSMallocState *state, size_t size)
{
  WeirRealm *self = state->opaque;
  Block *block;

  if (!may_allocate (self, size) || (block = malloc (size + sizeof *block)) == NULL)
    return NULL;
  link_block (self, block);
  return block + 1;
}

static void
js_memory_free (JSMallocState *state, void *memory)
{
  if (memory == NULL)
    return;
  unlink_block (state->opaque, (Block *) memory - 1);
  free ((Block *) memory - 1);
}

static size_t
js_memory_size (const void *memory)
{
  return malloc_usable_size ((Block *) memory - 1) - sizeof (Block);
}

static void *
js_memory_realloc (JSMallocState *state, void *memory, size_t size)
{
  WeirRealm *self = state->opaque;
  Block *block, *moved;
  size_t old_size;

  if (memory == NULL)
    return size > 0 ? js_memory_alloc (state, size) : NULL;
  if (size == 0)
    {
      js_memory_free (state, memory);
      return NULL;
    }
  old_size = js_memory_size (memory);
  if (size > old_size && !may_allocate (self, size - old_size))
    return NULL;
  block = (Block *) memory - 1;
  unlink_block (self, block);
  moved = realloc (block, size + sizeof *block);
  link_block (self, moved != NULL ? moved : block);
  return moved != NULL ? moved + 1 : NULL;
}

static const JSMallocFunctions memory_functions = {
  js_memory_alloc, js_memory_free, js_memory_realloc, js_memory_size,
};

/* Processor time of the thread: on a busy machine others take theirs out of what the clock on the wall shows. Asking for it
 * takes longer than most evaluations do, so the time runs from the first time that somebody looks. */
gboolean
weir_realm_is_over_time (WeirRealm *self)
{
  struct timespec time;
  gint64 now;

  if (self->deadline == G_MAXINT64)
    return FALSE;
  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &time);
  now = time.tv_sec * G_USEC_PER_SEC + time.tv_nsec / 1000;
  if (self->deadline == 0)
    self->deadline = now + TIME_LIMIT_MS * 1000 * SLOWER;
  return now >= self->deadline;
}

static int
interrupt_cb (JSRuntime *runtime, void *data)
{
  WeirRealm *self = data;

  if (!weir_realm_is_over_time (self))
    return 0;
  self->is_out_of_time = TRUE;
  return 1;
}

/* The names of an expression that are not JavaScript's own: members of the scope. Stands behind the global object, so
 * that nothing is looked up before it is read, and an unknown name is a ReferenceError. */
static int
scope_get_own_property (JSContext *context, JSPropertyDescriptor *descriptor, JSValueConst object, JSAtom name)
{
  WeirRealm *self = JS_GetContextOpaque (context);
  JSValue key = JS_AtomToValue (context, name);
  WeirValue *member = NULL;
  const char *text;
  size_t length;

  if (self->scope != NULL && JS_IsString (key) && (text = JS_ToCStringLen (context, &length, key)) != NULL)
    {
      member = weir_value_find_member_len (self->scope, text, length);
      JS_FreeCString (context, text);
    }
  JS_FreeValue (context, key);
  if (member == NULL)
    return 0;
  if (descriptor != NULL)
    {
      *descriptor = (JSPropertyDescriptor) { .flags = JS_PROP_ENUMERABLE, .getter = JS_UNDEFINED, .setter = JS_UNDEFINED };
      descriptor->value = weir_js_from_value (self, member);
      if (JS_IsException (descriptor->value))
        return -1;
    }
  return 1;
}

static JSClassExoticMethods scope_methods = { .get_own_property = scope_get_own_property };
static JSClassDef scope_class = { .class_name = "Scope", .exotic = &scope_methods };
static JSClassID scope_class_id;

static void
run_bootstrap (WeirRealm *self)
{
  JSContext *context = self->context;
  JSValue host = JS_NewObject (context);
  JSValue scope = JS_NewObjectProtoClass (context, JS_NULL, scope_class_id);
  JSValue bootstrap, result;
  JSValue arguments[] = { host, scope };
  JSValue origin;

  JS_PreventExtensions (context, scope);
  JS_SetPropertyStr (context, host, "toArray", JS_DupValue (context, self->to_array));
  bootstrap = JS_Eval (context, weir_js_bootstrap, sizeof weir_js_bootstrap - 1, "bootstrap", JS_EVAL_TYPE_GLOBAL);
  result = JS_Call (context, bootstrap, JS_UNDEFINED, G_N_ELEMENTS (arguments), arguments);
  JS_FreeValue (context, bootstrap);
  if (JS_IsException (result))
    {
      JSValue exception = JS_GetException (context);
      const char *text = JS_ToCString (context, exception);

      g_error ("The expression realm does not start: %s", text);
    }

  self->make_list = JS_GetPropertyStr (context, host, "makeList");
  self->spread = JS_GetPropertyStr (context, host, "spread");
  self->array_proto = JS_GetPropertyStr (context, host, "arrayProto");
  self->file_proto = JS_GetPropertyStr (context, host, "fileProto");
  self->error_proto = JS_GetPropertyStr (context, host, "errorProto");
  self->secret_proto = JS_GetPropertyStr (context, host, "secretProto");
  self->fast_array = JS_GetPropertyStr (context, host, "fast");
  origin = JS_GetPropertyStr (context, host, "origin");
  self->origin = JS_ValueToAtom (context, origin);
  JS_FreeValue (context, origin);
  JS_FreeValue (context, host);
  JS_FreeValue (context, scope);
}

static JSClassID
get_class_of (WeirRealm *self, const char *source)
{
  JSValue object = JS_Eval (self->context, source, strlen (source), "class", JS_EVAL_TYPE_GLOBAL);
  JSClassID class_id = JS_GetClassID (object);

  JS_FreeValue (self->context, object);
  return class_id;
}

static void
new_realm (gpointer data)
{
  static GMutex making;
  WeirRealm *self = g_new0 (WeirRealm, 1);

  /* ids of classes are the process's own, made with the first realm */
  g_mutex_lock (&making);
  self->serial = g_atomic_int_add (&last_serial, 1) + 1;
  self->deadline = G_MAXINT64;
  self->memory_limit = G_MAXSIZE;
  self->runtime = JS_NewRuntime2 (&memory_functions, self);
  JS_SetMaxStackSize (self->runtime, STACK_LIMIT);
  JS_UpdateStackTop (self->runtime);
  JS_SetGCThreshold (self->runtime, 8 << 20);
  self->context = JS_NewContext (self->runtime);
  JS_SetContextOpaque (self->context, self);
  JS_SetInterruptHandler (self->runtime, interrupt_cb, self);
  self->holders = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify) weir_value_unref);
  self->object_of_value = g_hash_table_new (NULL, NULL);
  self->value_of_list = g_hash_table_new (NULL, NULL);
  JS_NewClassID (&scope_class_id);
  JS_NewClass (self->runtime, scope_class_id, &scope_class);
  weir_js_value_init (self);
  self->date_class = get_class_of (self, "new Date(0)");
  self->array_class = get_class_of (self, "[]");
  self->object_class = get_class_of (self, "({})");
  self->error_class = get_class_of (self, "new Error()");
  self->bytes_class = get_class_of (self, "new Uint8Array()");
  self->map_class = get_class_of (self, "new Map()");
  self->set_class = get_class_of (self, "new Set()");
  run_bootstrap (self);
  the_realm = self;
  g_mutex_unlock (&making);
}

/* QuickJS is not asked to free itself: after an evaluation that ran out of memory it may have lost track. */
static void
free_realm (WeirRealm *self)
{
  Block *next;

  for (Block *block = self->blocks; block != NULL; block = next)
    {
      next = block->next;
      free (block);
    }
  g_hash_table_unref (self->object_of_value);
  g_hash_table_unref (self->value_of_list);
  g_hash_table_unref (self->holders);
  g_free (self);
}

WeirRealm *
weir_realm_ensure (void)
{
  if (the_realm == NULL)
    weir_realm_call (new_realm, NULL);
  return the_realm;
}

void
weir_realm_free_code (guint serial, JSValue code)
{
  if (the_realm != NULL && the_realm->serial == serial)
    JS_FreeValue (the_realm->context, code);
}

void
weir_realm_begin (WeirRealm *self, WeirValue *scope)
{
  JS_UpdateStackTop (self->runtime);
  self->scope = scope;
  self->is_out_of_time = FALSE;
  self->is_out_of_memory = FALSE;
  self->is_bad = FALSE;
  self->deadline = 0;
  self->memory_before = self->memory;
  self->memory_limit = self->memory + MEMORY_LIMIT;
}

/* What an evaluation leaves: cycles, which only the collector frees, and jobs, which nobody will run. */
static void
clean_up (WeirRealm *self)
{
  if (JS_IsJobPending (self->runtime))
    self->is_bad = TRUE;
  else if (g_hash_table_size (self->holders) > 0 || self->memory > self->memory_before + GARBAGE_LIMIT)
    {
      JS_RunGC (self->runtime);
      if (g_hash_table_size (self->holders) > 0)
        self->is_bad = TRUE;
    }
}

gboolean
weir_realm_end (WeirRealm *self, GError **error)
{
  gboolean ok = TRUE;

  self->deadline = G_MAXINT64;
  self->scope = NULL;
  self->memory_limit = G_MAXSIZE;
  if (self->is_out_of_time)
    g_set_error (error, WEIR_ERROR, WEIR_ERROR_LIMIT, "The expression takes longer than %d ms", TIME_LIMIT_MS);
  else if (self->is_out_of_memory)
    g_set_error (error, WEIR_ERROR, WEIR_ERROR_LIMIT, "The expression needs more than %d MiB of memory", MEMORY_LIMIT >> 20);
  if (self->is_out_of_time || self->is_out_of_memory)
    {
      self->is_bad = TRUE;
      ok = FALSE;
    }
  clean_up (self);
  if (self->is_bad)
    {
      the_realm = NULL;
      free_realm (self);
    }
  return ok;
}

typedef struct
{
  void     (*func) (gpointer data);
  gpointer data;
  ucontext_t caller;
  ucontext_t callee;
} Call;

static _Thread_local Call *running_call;
static _Thread_local char *own_stack;

static gboolean
is_on_roomy_stack (void)
{
  static _Thread_local char *low, *high;
  char *here = __builtin_frame_address (0);

  if (high == NULL)
    {
      pthread_attr_t attributes;
      void *address;
      size_t size;

      if (pthread_getattr_np (pthread_self (), &attributes) != 0)
        return FALSE;
      pthread_attr_getstack (&attributes, &address, &size);
      pthread_attr_destroy (&attributes);
      low = address;
      high = low + size;
    }
  return here > low + 2 * STACK_SIZE && here < high;
}

static void
call_on_own_stack (void)
{
  running_call->func (running_call->data);
}

void
weir_realm_call (void (*func) (gpointer data), gpointer data)
{
  Call call = { .func = func, .data = data };

  /* On the stack of this already, or of the main thread; a fiber's is small, and nobody can say how small. */
  if (running_call != NULL || is_on_roomy_stack ())
    {
      func (data);
      return;
    }

  if (own_stack == NULL)
    {
      const gsize guard = 64 << 10;
      char *memory = mmap (NULL, STACK_SIZE + guard, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);

      g_assert (memory != MAP_FAILED);
      mprotect (memory, guard, PROT_NONE);
      own_stack = memory + guard;
    }
  getcontext (&call.callee);
  call.callee.uc_stack.ss_sp = own_stack;
  call.callee.uc_stack.ss_size = STACK_SIZE;
  call.callee.uc_link = &call.caller;
  makecontext (&call.callee, call_on_own_stack, 0);
  running_call = &call;
  swapcontext (&call.caller, &call.callee);
  running_call = NULL;
}
