/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What JavaScript made, as values. What it only passed on is given back as the value that it was. */
#include "weir-js-private.h"

#include <math.h>
#include <string.h>

#define MAX_DEPTH 512
#define MAX_RESULT_SIZE (64 << 20)

typedef struct
{
  WeirRealm *realm;
  JSContext *context;
  gsize      size; /* of the result so far, about */
  guint      depth;
  guint      n_visited;
} Converter;

static WeirValue *convert (Converter *self, JSValueConst value);

static gboolean
add_size (Converter *self, gsize size)
{
  self->size += size;
  if (self->size > MAX_RESULT_SIZE)
    {
      self->realm->is_out_of_memory = TRUE;
      JS_ThrowInternalError (self->context, "result too large");
      return FALSE;
    }
  if (++self->n_visited % 1024 == 0 && weir_realm_is_over_time (self->realm))
    {
      self->realm->is_out_of_time = TRUE;
      JS_ThrowInternalError (self->context, "interrupted");
      return FALSE;
    }
  return TRUE;
}

/* Half of a surrogate pair comes as three bytes that are no UTF-8, and U+FFFD takes three as well. */
static WeirValue *
new_text_of_js (const char *text, gsize length)
{
  g_autofree char *copy = NULL;
  const char *half = text;

  while ((half = memchr (half, 0xed, text + length - half)) != NULL && (guint8) half[1] < 0xa0)
    half++;
  if (half == NULL)
    return weir_value_new_text_len (text, length);

  copy = g_memdup2 (text, length + 1);
  for (gsize i = half - text; i + 2 < length; i++)
    if ((guint8) copy[i] == 0xed && (guint8) copy[i + 1] >= 0xa0)
      memcpy (copy + i, "\xef\xbf\xbd", 3);
  return weir_value_new_text_len (copy, length);
}

static WeirValue *
convert_text (Converter *self, JSValueConst string)
{
  size_t length;
  const char *text = JS_ToCStringLen (self->context, &length, string);
  WeirValue *value = NULL;

  if (text != NULL && add_size (self, length))
    value = new_text_of_js (text, length);
  JS_FreeCString (self->context, text);
  return value;
}

/* Integers that QuickJS keeps as doubles since they do not fit 32 bits are ints; smaller doubles are numbers also if they
 * have no fraction. */
static WeirValue *
convert_double (double number)
{
  if (number == floor (number) && fabs (number) <= 9007199254740991.0 && (number > G_MAXINT32 || number < G_MININT32))
    return weir_value_new_int ((gint64) number);
  return weir_value_new_number (number);
}

static WeirValue *
convert_big_int (Converter *self, JSValueConst value)
{
  gint64 integer;
  JSValue back;
  gboolean fits;

  if (JS_ToBigInt64 (self->context, &integer, value) < 0)
    return NULL;
  back = JS_NewBigInt64 (self->context, integer);
  fits = JS_StrictEq (self->context, back, value);
  JS_FreeValue (self->context, back);
  if (fits)
    return weir_value_new_int (integer);
  JS_ThrowRangeError (self->context, "the result is an integer of more than 64 bits");
  return NULL;
}

static WeirValue *
convert_array (Converter *self, JSValueConst array)
{
  JSValue length_value = JS_GetPropertyStr (self->context, array, "length");
  g_autoptr(WeirBuilder) builder = NULL;
  gint64 length;

  if (JS_ToInt64 (self->context, &length, length_value) < 0)
    return NULL;
  builder = weir_list_builder_new (MIN (length, 4096));
  for (gint64 i = 0; i < length; i++)
    {
      JSValue item = JS_GetPropertyUint32 (self->context, array, i);
      WeirValue *converted = NULL;

      if (!JS_IsException (item) && add_size (self, 8))
        converted = convert (self, item);
      JS_FreeValue (self->context, item);
      if (converted == NULL)
        return NULL;
      weir_builder_take (builder, converted);
    }
  return weir_builder_end (g_steal_pointer (&builder));
}

static gboolean
convert_member (Converter *self, JSValueConst object, JSAtom name, WeirBuilder *builder)
{
  JSValue key = JS_AtomToString (self->context, name);
  size_t length;
  const char *text = JS_ToCStringLen (self->context, &length, key);
  JSValue member = JS_GetProperty (self->context, object, name);
  WeirValue *converted = NULL;

  if (text != NULL && !JS_IsException (member) && add_size (self, length + 8))
    {
      if (JS_IsFunction (self->context, member))
        JS_ThrowTypeError (self->context, "the result has a function in \"%s\"; call it", text);
      else
        converted = convert (self, member);
    }
  if (converted != NULL)
    weir_builder_set_len_take (builder, text, length, converted);
  JS_FreeValue (self->context, member);
  JS_FreeCString (self->context, text);
  JS_FreeValue (self->context, key);
  return converted != NULL;
}

static WeirValue *
convert_object (Converter *self, JSValueConst object)
{
  g_autoptr(WeirBuilder) builder = NULL;
  JSPropertyEnum *names = NULL;
  uint32_t n_names;
  gboolean ok = TRUE;

  if (JS_GetOwnPropertyNames (self->context, &names, &n_names, object, JS_GPN_STRING_MASK | JS_GPN_ENUM_ONLY) < 0)
    return NULL;
  builder = weir_record_builder_new (n_names);
  for (uint32_t i = 0; i < n_names; i++)
    {
      ok = ok && convert_member (self, object, names[i].atom, builder);
      JS_FreeAtom (self->context, names[i].atom);
    }
  js_free (self->context, names);
  return ok ? weir_builder_end (g_steal_pointer (&builder)) : NULL;
}

static WeirValue *
convert_date (Converter *self, JSValueConst date, WeirValue *origin)
{
  double time_ms;

  if (JS_ToFloat64 (self->context, &time_ms, date) < 0)
    return NULL;
  if (!isfinite (time_ms))
    {
      JS_ThrowRangeError (self->context, "the result has an invalid Date");
      return NULL;
    }
  /* A Date has no microseconds; the value that it was still has. */
  if (origin != NULL && origin->kind == WEIR_VALUE_TIME && origin->a.integer / 1000 == (gint64) time_ms)
    return weir_value_ref (origin);
  return weir_value_new_time ((gint64) time_ms * 1000);
}

static WeirValue *
convert_bytes (Converter *self, JSValueConst array, WeirValue *origin)
{
  size_t offset, length, element_size, size;
  JSValue buffer = JS_GetTypedArrayBuffer (self->context, array, &offset, &length, &element_size);
  uint8_t *data = JS_IsException (buffer) ? NULL : JS_GetArrayBuffer (self->context, &size, buffer);
  g_autoptr(GBytes) bytes = NULL;

  JS_FreeValue (self->context, buffer);
  if (data == NULL && length > 0)
    return NULL;
  if (origin != NULL && origin->kind == WEIR_VALUE_BYTES && g_bytes_get_size (origin->a.bytes) == length
      && (length == 0 || memcmp (g_bytes_get_data (origin->a.bytes, NULL), data + offset, length) == 0))
    return weir_value_ref (origin);
  bytes = g_bytes_new (data != NULL ? data + offset : NULL, length);
  return weir_value_new_bytes (bytes);
}

static WeirValue *
convert_error (Converter *self, JSValueConst error)
{
  JSValue text = JS_GetPropertyStr (self->context, error, "message");
  const char *message = JS_ToCString (self->context, text);
  WeirValue *value = message != NULL ? weir_value_new_error ("code.exception", message, NULL) : NULL;

  JS_FreeCString (self->context, message);
  JS_FreeValue (self->context, text);
  return value;
}

static WeirValue *
convert_collection (Converter *self, JSValueConst collection)
{
  JSValue plain = JS_Call (self->context, self->realm->spread, JS_UNDEFINED, 1, &collection);
  WeirValue *value = JS_IsException (plain) ? NULL : convert (self, plain);

  JS_FreeValue (self->context, plain);
  return value;
}

static WeirValue *
convert_any_object (Converter *self, JSValueConst object)
{
  WeirValue *origin = weir_js_find_origin (self->realm, object);
  JSClassID class_id = JS_GetClassID (object);

  if (class_id == self->realm->date_class)
    return convert_date (self, object, origin);
  if (class_id == self->realm->bytes_class)
    return convert_bytes (self, object, origin);
  if (origin != NULL)
    return weir_value_ref (origin);
  if (class_id == self->realm->array_class)
    return convert_array (self, object);
  if (class_id == self->realm->object_class)
    return convert_object (self, object);
  if (class_id == self->realm->error_class)
    return convert_error (self, object);
  if (class_id == self->realm->map_class || class_id == self->realm->set_class)
    return convert_collection (self, object);
  if (JS_IsFunction (self->context, object))
    JS_ThrowTypeError (self->context, "the result is a function; call it");
  else
    {
      JSValue text = JS_ToString (self->context, object);
      const char *shown = JS_ToCString (self->context, text);

      if (shown != NULL)
        JS_ThrowTypeError (self->context, "the result holds %.60s, which is no value", shown);
      JS_FreeCString (self->context, shown);
      JS_FreeValue (self->context, text);
    }
  return NULL;
}

static WeirValue *
convert (Converter *self, JSValueConst value)
{
  WeirValue *converted;

  switch (JS_VALUE_GET_NORM_TAG (value))
    {
    case JS_TAG_UNDEFINED:
    case JS_TAG_NULL:
      return weir_value_new_null ();
    case JS_TAG_BOOL:
      return weir_value_new_bool (JS_VALUE_GET_BOOL (value));
    case JS_TAG_INT:
      return weir_value_new_int (JS_VALUE_GET_INT (value));
    case JS_TAG_FLOAT64:
      return convert_double (JS_VALUE_GET_FLOAT64 (value));
    case JS_TAG_SHORT_BIG_INT:
    case JS_TAG_BIG_INT:
      return convert_big_int (self, value);
    case JS_TAG_STRING:
    case JS_TAG_STRING_ROPE:
      return convert_text (self, value);
    case JS_TAG_OBJECT:
      if (self->depth == MAX_DEPTH)
        {
          JS_ThrowRangeError (self->context, "the result is nested deeper than %d levels, or holds itself", MAX_DEPTH);
          return NULL;
        }
      self->depth++;
      converted = convert_any_object (self, value);
      self->depth--;
      return converted;
    default:
      JS_ThrowTypeError (self->context, "the result holds a symbol, which is no value");
      return NULL;
    }
}

WeirValue *
weir_js_to_value (WeirRealm *self, JSValueConst value)
{
  Converter converter = { .realm = self, .context = self->context };

  return convert (&converter, value);
}
