/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Values as JavaScript sees them: on demand, one level at a time, read-only.
 *
 * Records, files, errors and secrets are exotic objects. Lists and tables are Proxies of an array, so that everything
 * takes them for arrays; their methods work on a plain copy of the first level (`fast_array`), without a trap an item. */
#include "weir-js-private.h"

#include <string.h>

#define MAX_SAFE_INT G_GINT64_CONSTANT (9007199254740991)

static JSClassID record_class_id, list_class_id, origin_class_id;

static JSValue
hold (WeirRealm *self, JSValue object, WeirValue *value)
{
  if (!JS_IsException (object))
    g_hash_table_insert (self->holders, JS_VALUE_GET_PTR (object), weir_value_ref (value));
  return object;
}

static WeirValue *
get_held (WeirRealm *self, JSValueConst object)
{
  return JS_IsObject (object) ? g_hash_table_lookup (self->holders, JS_VALUE_GET_PTR (object)) : NULL;
}

static void
holder_finalize (JSRuntime *runtime, JSValue object)
{
  WeirRealm *self = JS_GetRuntimeOpaque (runtime);
  WeirValue *value = get_held (self, object);
  gpointer shown;

  if (value == NULL)
    return;
  if (JS_GetClassID (object) != origin_class_id
      && g_hash_table_steal_extended (self->object_of_value, value, NULL, &shown))
    g_hash_table_remove (self->value_of_list, shown);
  g_hash_table_remove (self->holders, JS_VALUE_GET_PTR (object));
}

/* The record of which a value's members are. */
static WeirValue *
get_members (WeirValue *value)
{
  if (value->kind == WEIR_VALUE_FILE)
    {
      weir_value_find_member_len (value, "path", 4);
      return value->a.file->members;
    }
  return value->kind == WEIR_VALUE_SECRET ? NULL : value;
}

static int
record_get_own_property (JSContext *context, JSPropertyDescriptor *descriptor, JSValueConst object, JSAtom name)
{
  WeirRealm *self = JS_GetContextOpaque (context);
  WeirValue *value = get_held (self, object);
  JSValue key = JS_AtomToValue (context, name);
  WeirValue *member = NULL;
  const char *text;
  size_t length;

  if (value != NULL && JS_IsString (key) && (text = JS_ToCStringLen (context, &length, key)) != NULL)
    {
      member = weir_value_find_member_len (value, text, length);
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

static int
record_get_own_property_names (JSContext *context, JSPropertyEnum **names, uint32_t *n_names, JSValueConst object)
{
  WeirRealm *self = JS_GetContextOpaque (context);
  WeirValue *value = get_held (self, object);
  WeirValue *members = value != NULL ? get_members (value) : NULL;
  guint32 n = members != NULL ? members->a.shape->n_keys : 0;

  *names = NULL;
  *n_names = 0;
  if (n == 0)
    return 0;
  *names = js_malloc (context, n * sizeof **names);
  if (*names == NULL)
    return -1;
  for (guint32 i = 0; i < n; i++)
    {
      const WeirKey *key = &members->a.shape->keys[i];

      (*names)[i] = (JSPropertyEnum) { TRUE, JS_NewAtomLen (context, key->text, key->length) };
    }
  *n_names = n;
  return 0;
}

static int
record_delete_property (JSContext *context, JSValueConst object, JSAtom name)
{
  JS_ThrowTypeError (context, "values are read-only; copy first, as in {...value}");
  return -1;
}

static int
record_define_own_property (JSContext *context, JSValueConst object, JSAtom name, JSValueConst value, JSValueConst getter,
                            JSValueConst setter, int flags)
{
  return record_delete_property (context, object, name);
}

static JSClassExoticMethods record_methods = {
  .get_own_property = record_get_own_property,
  .get_own_property_names = record_get_own_property_names,
  .delete_property = record_delete_property,
  .define_own_property = record_define_own_property,
};
static const JSClassDef record_class = { .class_name = "Object", .finalizer = holder_finalize, .exotic = &record_methods };
static const JSClassDef list_class = { .class_name = "ListHandler", .finalizer = holder_finalize };
static const JSClassDef origin_class = { .class_name = "Origin", .finalizer = holder_finalize };

static WeirValue *
get_list (WeirRealm *self, JSValueConst handler)
{
  return JS_IsObject (handler) && JS_GetClassID (handler) == list_class_id ? get_held (self, handler) : NULL;
}

static JSValue
list_get_item (WeirRealm *self, WeirValue *list, gsize index)
{
  if (list->kind == WEIR_VALUE_TABLE)
    {
      g_autoptr(WeirValue) row = weir_table_dup_row (list, index);

      return weir_js_from_value (self, row);
    }
  return weir_js_from_value (self, weir_value_peek_child (list, index));
}

/* "0", "17": the index of an item that is there. */
static gboolean
get_index (WeirRealm *self, JSValueConst key, gsize length, gsize *index)
{
  const char *text;
  gsize number = 0;
  gboolean ok = FALSE;

  if (!JS_IsString (key) || (text = JS_ToCString (self->context, key)) == NULL)
    return FALSE;
  if (text[0] == '0' && text[1] == '\0')
    ok = TRUE;
  else if (text[0] >= '1' && text[0] <= '9')
    {
      gsize i;

      for (i = 0; g_ascii_isdigit (text[i]) && i < 12; i++)
        number = number * 10 + text[i] - '0';
      ok = text[i] == '\0';
    }
  JS_FreeCString (self->context, text);
  *index = number;
  return ok && number < length;
}

static gboolean
is_length (WeirRealm *self, JSValueConst key)
{
  const char *text = JS_IsString (key) ? JS_ToCString (self->context, key) : NULL;
  gboolean answer = text != NULL && strcmp (text, "length") == 0;

  JS_FreeCString (self->context, text);
  return answer;
}

static JSValue
get_member_of (JSContext *context, JSValueConst object, JSValueConst key)
{
  JSAtom name = JS_ValueToAtom (context, key);
  JSValue member = JS_GetProperty (context, object, name);

  JS_FreeAtom (context, name);
  return member;
}

static JSValue
list_get (JSContext *context, JSValueConst handler, int n_arguments, JSValueConst *arguments)
{
  WeirRealm *self = JS_GetContextOpaque (context);
  WeirValue *list = get_list (self, handler);
  JSValue member;
  gsize index;

  if (list == NULL)
    return JS_UNDEFINED;
  if (get_index (self, arguments[1], weir_value_get_length (list), &index))
    return list_get_item (self, list, index);
  if (is_length (self, arguments[1]))
    return JS_NewInt64 (context, weir_value_get_length (list));
  member = get_member_of (context, self->fast_array, arguments[1]);
  return JS_IsUndefined (member) ? get_member_of (context, self->array_proto, arguments[1]) : member;
}

static JSValue
list_has (JSContext *context, JSValueConst handler, int n_arguments, JSValueConst *arguments)
{
  WeirRealm *self = JS_GetContextOpaque (context);
  WeirValue *list = get_list (self, handler);
  JSAtom name;
  int has;
  gsize index;

  if (list == NULL)
    return JS_FALSE;
  if (get_index (self, arguments[1], weir_value_get_length (list), &index))
    return JS_TRUE;
  name = JS_ValueToAtom (context, arguments[1]);
  has = JS_HasProperty (context, self->array_proto, name);
  JS_FreeAtom (context, name);
  return has < 0 ? JS_EXCEPTION : JS_NewBool (context, has);
}

static JSValue
list_own_keys (JSContext *context, JSValueConst handler, int n_arguments, JSValueConst *arguments)
{
  WeirRealm *self = JS_GetContextOpaque (context);
  WeirValue *list = get_list (self, handler);
  gsize length = list != NULL ? weir_value_get_length (list) : 0;
  JSValue keys = JS_NewArray (context);

  for (gsize i = 0; i <= length; i++)
    {
      char text[24];

      g_snprintf (text, sizeof text, "%" G_GSIZE_FORMAT, i);
      if (JS_DefinePropertyValueUint32 (context, keys, i, JS_NewString (context, i < length ? text : "length"),
                                        JS_PROP_C_W_E) < 0)
        {
          JS_FreeValue (context, keys);
          return JS_EXCEPTION;
        }
    }
  return keys;
}

static JSValue
make_descriptor (JSContext *context, JSValue value, gboolean is_length)
{
  JSValue descriptor = JS_NewObject (context);

  JS_SetPropertyStr (context, descriptor, "value", value);
  JS_SetPropertyStr (context, descriptor, "writable", JS_NewBool (context, is_length));
  JS_SetPropertyStr (context, descriptor, "enumerable", JS_NewBool (context, !is_length));
  JS_SetPropertyStr (context, descriptor, "configurable", JS_NewBool (context, !is_length));
  return descriptor;
}

/* The rules for Proxies want items configurable and the length writable, as the empty array behind has it. */
static JSValue
list_get_own_property_descriptor (JSContext *context, JSValueConst handler, int n_arguments, JSValueConst *arguments)
{
  WeirRealm *self = JS_GetContextOpaque (context);
  WeirValue *list = get_list (self, handler);
  gsize index;

  if (list == NULL)
    return JS_UNDEFINED;
  if (get_index (self, arguments[1], weir_value_get_length (list), &index))
    return make_descriptor (context, list_get_item (self, list, index), FALSE);
  if (is_length (self, arguments[1]))
    return make_descriptor (context, JS_NewInt64 (context, weir_value_get_length (list)), TRUE);
  return JS_UNDEFINED;
}

static JSValue
list_refuse (JSContext *context, JSValueConst handler, int n_arguments, JSValueConst *arguments)
{
  return JS_ThrowTypeError (context, "lists are read-only; copy first, as in [...list]");
}

static const JSCFunctionListEntry list_traps[] = {
  JS_CFUNC_DEF ("get", 3, list_get),
  JS_CFUNC_DEF ("has", 2, list_has),
  JS_CFUNC_DEF ("ownKeys", 1, list_own_keys),
  JS_CFUNC_DEF ("getOwnPropertyDescriptor", 2, list_get_own_property_descriptor),
  JS_CFUNC_DEF ("set", 4, list_refuse),
  JS_CFUNC_DEF ("defineProperty", 3, list_refuse),
  JS_CFUNC_DEF ("deleteProperty", 2, list_refuse),
  JS_CFUNC_DEF ("setPrototypeOf", 2, list_refuse),
  JS_CFUNC_DEF ("preventExtensions", 1, list_refuse),
};

/* A plain array of the items of a list; anything else as it is. */
static JSValue
to_array (JSContext *context, JSValueConst this_value, int n_arguments, JSValueConst *arguments)
{
  WeirRealm *self = JS_GetContextOpaque (context);
  JSValueConst list = n_arguments > 0 ? arguments[0] : JS_UNDEFINED;
  WeirValue *value = JS_IsObject (list) ? g_hash_table_lookup (self->value_of_list, JS_VALUE_GET_PTR (list)) : NULL;
  JSValue array;
  gsize length;

  if (value == NULL)
    return JS_DupValue (context, list);

  array = JS_NewArray (context);
  length = weir_value_get_length (value);
  for (gsize i = 0; i < length; i++)
    {
      JSValue item = list_get_item (self, value, i);

      if (JS_IsException (item) || JS_DefinePropertyValueUint32 (context, array, i, item, JS_PROP_C_W_E) < 0)
        {
          JS_FreeValue (context, array);
          return JS_EXCEPTION;
        }
    }
  return array;
}

static JSValue
show (WeirRealm *self, JSValue object, WeirValue *value)
{
  if (!JS_IsException (object))
    g_hash_table_insert (self->object_of_value, value, JS_VALUE_GET_PTR (object));
  return object;
}

static JSValue
new_record_object (WeirRealm *self, WeirValue *value)
{
  JSValueConst proto = value->kind == WEIR_VALUE_FILE     ? self->file_proto
                       : value->kind == WEIR_VALUE_ERROR  ? self->error_proto
                       : value->kind == WEIR_VALUE_SECRET ? self->secret_proto
                                                          : JS_UNDEFINED;
  JSValue object = JS_IsUndefined (proto) ? JS_NewObjectClass (self->context, record_class_id)
                                          : JS_NewObjectProtoClass (self->context, proto, record_class_id);

  if (JS_IsException (object))
    return object;
  JS_PreventExtensions (self->context, object);
  hold (self, object, value);
  return show (self, object, value);
}

static JSValue
new_list_object (WeirRealm *self, WeirValue *value)
{
  JSValue handler = JS_NewObjectProtoClass (self->context, self->list_traps, list_class_id);
  JSValue list;

  if (JS_IsException (handler))
    return handler;
  hold (self, handler, value);
  list = JS_Call (self->context, self->make_list, JS_UNDEFINED, 1, &handler);
  if (!JS_IsException (list))
    {
      show (self, list, value);
      g_hash_table_insert (self->value_of_list, JS_VALUE_GET_PTR (list), value);
    }
  JS_FreeValue (self->context, handler);
  return list;
}

/* Lets an object that is a copy find the value again that it was made of. */
static JSValue
remember_origin (WeirRealm *self, JSValue copy, WeirValue *value)
{
  JSValue origin;

  if (JS_IsException (copy))
    return copy;
  origin = hold (self, JS_NewObjectProtoClass (self->context, JS_NULL, origin_class_id), value);
  if (JS_IsException (origin) || JS_DefinePropertyValue (self->context, copy, self->origin, origin, 0) < 0)
    {
      JS_FreeValue (self->context, copy);
      return JS_EXCEPTION;
    }
  return copy;
}

static JSValue
new_bytes_object (WeirRealm *self, WeirValue *value)
{
  gsize size;
  gconstpointer data = g_bytes_get_data (value->a.bytes, &size);
  JSValue arguments[] = { JS_NewArrayBufferCopy (self->context, data, size), JS_UNDEFINED, JS_UNDEFINED };
  JSValue array;

  if (JS_IsException (arguments[0]))
    return arguments[0];
  array = JS_NewTypedArray (self->context, G_N_ELEMENTS (arguments), arguments, JS_TYPED_ARRAY_UINT8);
  JS_FreeValue (self->context, arguments[0]);
  return remember_origin (self, array, value);
}

static JSValue
new_integer (JSContext *context, gint64 integer)
{
  /* What a JavaScript number cannot hold is a BigInt rather than another number. */
  if (integer > MAX_SAFE_INT || integer < -MAX_SAFE_INT)
    return JS_NewBigInt64 (context, integer);
  return JS_NewInt64 (context, integer);
}

JSValue
weir_js_from_value (WeirRealm *self, WeirValue *value)
{
  gpointer object;

  switch (value->kind)
    {
    case WEIR_VALUE_NULL:
    case WEIR_VALUE_STREAM:
      return JS_NULL;
    case WEIR_VALUE_BOOL:
      return JS_NewBool (self->context, value->a.integer != 0);
    case WEIR_VALUE_INT:
    case WEIR_VALUE_DURATION:
      return new_integer (self->context, value->a.integer);
    case WEIR_VALUE_NUMBER:
      return __JS_NewFloat64 (self->context, value->a.number); /* 1.0 stays a double, and so a number */
    case WEIR_VALUE_TEXT:
      return JS_NewStringLen (self->context, value->b.text, value->a.length);
    case WEIR_VALUE_TIME:
      return remember_origin (self, JS_NewDate (self->context, (double) (value->a.integer / 1000)), value);
    case WEIR_VALUE_BYTES:
      return new_bytes_object (self, value);
    default:
      break;
    }

  object = g_hash_table_lookup (self->object_of_value, value);
  if (object != NULL)
    return JS_DupValue (self->context, JS_MKPTR (JS_TAG_OBJECT, object));
  if (value->kind == WEIR_VALUE_LIST || value->kind == WEIR_VALUE_TABLE)
    return new_list_object (self, value);
  return new_record_object (self, value);
}

WeirValue *
weir_js_find_origin (WeirRealm *self, JSValueConst object)
{
  WeirValue *value;
  JSValue origin;

  if (JS_GetClassID (object) == record_class_id)
    return get_held (self, object);
  value = g_hash_table_lookup (self->value_of_list, JS_VALUE_GET_PTR (object));
  if (value != NULL || (JS_GetClassID (object) != self->date_class && JS_GetClassID (object) != self->bytes_class))
    return value;
  origin = JS_GetProperty (self->context, object, self->origin);
  value = JS_IsObject (origin) && JS_GetClassID (origin) == origin_class_id ? get_held (self, origin) : NULL;
  JS_FreeValue (self->context, origin);
  return value;
}

void
weir_js_value_init (WeirRealm *self)
{
  JSValue prototype;

  JS_SetRuntimeOpaque (self->runtime, self);
  JS_NewClassID (&record_class_id);
  JS_NewClassID (&list_class_id);
  JS_NewClassID (&origin_class_id);
  JS_NewClass (self->runtime, record_class_id, &record_class);
  JS_NewClass (self->runtime, list_class_id, &list_class);
  JS_NewClass (self->runtime, origin_class_id, &origin_class);

  prototype = JS_NewObject (self->context);
  JS_SetClassProto (self->context, record_class_id, JS_GetPrototype (self->context, prototype));
  JS_FreeValue (self->context, prototype);

  self->list_traps = JS_NewObjectProto (self->context, JS_NULL);
  JS_SetPropertyFunctionList (self->context, self->list_traps, list_traps, G_N_ELEMENTS (list_traps));
  self->to_array = JS_NewCFunction (self->context, to_array, "toArray", 1);
}
