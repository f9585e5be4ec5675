/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <quickjs.h>

#include "weir-value-private.h"

G_BEGIN_DECLS

/*
 * The JavaScript realm of a thread: QuickJS with everything frozen. A thread has at most one, made when first needed.
 *
 * An evaluation that breaks a limit, or leaves anything behind that the garbage collector cannot take away, costs the
 * realm: the next one gets a new one (about 2 ms). Compiled code belongs to a realm; its serial says to which.
 */
typedef struct
{
  JSRuntime  *runtime;
  JSContext  *context;
  guint       serial;

  /* The evaluation that runs now. */
  WeirValue  *scope;
  gint64      deadline; /* 0: nobody has looked yet */
  gboolean    is_out_of_time;
  gboolean    is_out_of_memory;
  gboolean    is_bad; /* to be thrown away */

  /* Memory of QuickJS: all blocks are chained, so that a realm is thrown away without asking QuickJS, which may be in
   * any state by then. */
  gpointer    blocks;
  gsize       memory;
  gsize       memory_before;
  gsize       memory_limit;

  /* JavaScript objects that stand for values. An object lives only while JavaScript refers to it. */
  GHashTable *holders;         /* JSObject → WeirValue that it owns */
  GHashTable *object_of_value; /* WeirValue → JSObject that shows it */
  GHashTable *value_of_list;   /* JSObject of a Proxy → WeirValue */

  JSValue     make_list;  /* (handler) → Proxy */
  JSValue     fast_array; /* its members are those of arrays, but go through lists without traps */
  JSValue     array_proto;
  JSValue     list_traps;
  JSValue     to_array;
  JSValue     file_proto;
  JSValue     error_proto;
  JSValue     secret_proto;
  JSValue     spread;     /* a Set to an array, a Map to an object */
  JSAtom      origin;     /* hidden symbol on a Date: the value that it was */
  JSClassID   date_class;
  JSClassID   array_class;
  JSClassID   object_class;
  JSClassID   error_class;
  JSClassID   bytes_class;
  JSClassID   map_class;
  JSClassID   set_class;
} WeirRealm;

/* The realm of this thread, made when first needed. */
WeirRealm *weir_realm_ensure       (void);

/* An evaluation: everything between runs under its limits. Ends with FALSE if a limit was broken, and why. */
void       weir_realm_begin        (WeirRealm   *self,
                                    WeirValue   *scope);
gboolean   weir_realm_end          (WeirRealm   *self,
                                    GError     **error);
/* Whether the evaluation that runs takes too long. */
gboolean   weir_realm_is_over_time (WeirRealm   *self);
/* Drops compiled code, if its realm still is. */
void       weir_realm_free_code    (guint        serial,
                                    JSValue      code);
/* Calls @func where it has at least 1 MiB of stack: fibers have less. */
void       weir_realm_call         (void       (*func) (gpointer data),
                                    gpointer     data);

/* Classes and prototypes that values need. */
void       weir_js_value_init      (WeirRealm   *self);
/* A value as JavaScript sees it, and back. NULL with an exception pending if it cannot be. */
JSValue    weir_js_from_value      (WeirRealm   *self,
                                    WeirValue   *value);
/* The value that an object was made of (transfer none). */
WeirValue *weir_js_find_origin     (WeirRealm   *self,
                                    JSValueConst object);
WeirValue *weir_js_to_value        (WeirRealm   *self,
                                    JSValueConst value);

G_END_DECLS
