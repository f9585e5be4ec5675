/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "weir-expression.h"

#include <math.h>
#include <string.h>

#include "weir-js-private.h"
#include "weir-js-scan.h"
#include "weir-json-private.h"
#include "weir-plain.h"

#define CACHE_SIZE 1024
#define MAX_SOURCE_LENGTH (1 << 20)

/* One expression of a source: all of it, or what stands between {{ and }}. */
typedef struct
{
  char     *literal;   /* the text in front of it, in a template */
  char     *source;    /* NULL: only text */
  gsize     line;      /* where it starts, from 0 */
  gsize     column;
  WeirPlain *plain;    /* needs no JavaScript, or mostly not */
  guint     serial;    /* of the realm that the code is for */
  JSValue   code;
} Segment;

struct _WeirExpression
{
  int        ref_count;
  gboolean   is_template;
  gboolean   is_single; /* its value is that of its only segment */
  char      *key;       /* in the cache */
  GArray    *segments;
  GPtrArray *names;
  GList      link;      /* in the cache, latest first */
};

G_DEFINE_BOXED_TYPE (WeirExpression, weir_expression, weir_expression_ref, weir_expression_unref)

/* Each thread has its own, as it has its own realm: code of one means nothing to another. */
static _Thread_local GHashTable *cache;
static _Thread_local GQueue cache_order = G_QUEUE_INIT;

static void
clear_segment (gpointer data)
{
  Segment *self = data;

  g_free (self->literal);
  g_free (self->source);
  g_clear_pointer (&self->plain, weir_plain_free);
  weir_realm_free_code (self->serial, self->code);
}

/**
 * weir_expression_ref:
 * @self: an expression
 *
 * Returns: (transfer full): the same expression
 */
WeirExpression *
weir_expression_ref (WeirExpression *self)
{
  self->ref_count++;
  return self;
}

/**
 * weir_expression_unref:
 * @self: (transfer full): an expression
 */
void
weir_expression_unref (WeirExpression *self)
{
  if (--self->ref_count > 0)
    return;
  g_array_unref (self->segments);
  g_ptr_array_unref (self->names);
  g_free (self->key);
  g_free (self);
}

static void
append_known_names (GString *message, WeirValue *scope)
{
  gsize n_names = weir_value_get_length (scope);

  if (n_names == 0)
    return;
  g_string_append (message, "; known names are ");
  for (gsize i = 0; i < n_names; i++)
    g_string_append_printf (message, "%s%s", i > 0 ? ", " : "", weir_value_get_key (scope, i));
}

typedef struct
{
  WeirExpression *expression;
  Segment        *segment;
  WeirValue      *scope;
  WeirValue      *result;
  GError        **error;
  gboolean        ok;
} Task;

/* "at <eval> (expression:3:7)" or "at expression:3:7": the place nearest to what failed. */
static gboolean
find_position (const char *stack, gsize *line, gsize *column)
{
  const char *place = stack != NULL ? strstr (stack, "expression:") : NULL;
  unsigned l = 0, c = 0;

  if (place == NULL || sscanf (place, "expression:%u:%u", &l, &c) < 1 || l < 2)
    return FALSE;
  *line = l - 2; /* the first line is ours */
  *column = c > 0 ? c - 1 : 0;
  return TRUE;
}

static gsize
count_newlines (const char *text)
{
  gsize n_lines = 0;

  while ((text = strchr (text, '\n')) != NULL)
    {
      n_lines++;
      text++;
    }
  return n_lines;
}

static void
take_exception (WeirRealm *realm, const Task *task, gboolean is_compiling)
{
  JSContext *context = realm->context;
  JSValue exception = JS_GetException (context);
  JSValue stack = JS_IsObject (exception) ? JS_GetPropertyStr (context, exception, "stack") : JS_UNDEFINED;
  JSValue message = JS_IsObject (exception) ? JS_GetPropertyStr (context, exception, "message") : JS_UNDEFINED;
  const char *stack_text = JS_IsString (stack) ? JS_ToCString (context, stack) : NULL;
  const char *text = JS_ToCString (context, JS_IsString (message) ? message : exception);
  g_autoptr(GString) shown = g_string_new (NULL);
  gsize line = 0, column = 0;
  gboolean has_position;
  gboolean is_deep = text != NULL && strcmp (text, "stack overflow") == 0;

  if (realm->is_out_of_time || realm->is_out_of_memory)
    goto out;

  has_position = find_position (stack_text, &line, &column);
  if (is_compiling && (!has_position || line > count_newlines (task->segment->source)))
    {
      /* It goes on after the end, into the bracket that we put there. */
      weir_json_locate (task->segment->source, strlen (task->segment->source), &line, &column);
      line--;
      column--;
      has_position = TRUE;
      g_string_append (shown, "the expression ends too early");
    }
  else if (text == NULL)
    g_string_append (shown, "failed without a message");
  else if (is_deep)
    g_string_append (shown, "Functions call each other too deeply");
  else if (text[0] == '\'' && g_str_has_suffix (text, "' is not defined"))
    {
      g_string_append_printf (shown, "%.*s is not defined", (int) (strlen (text) - strlen ("'' is not defined")), text + 1);
      if (task->scope != NULL)
        append_known_names (shown, task->scope);
    }
  else
    g_string_append_printf (shown, "%.500s", text);

  if (has_position)
    {
      if (line == 0)
        column += task->segment->column;
      g_set_error (task->error, WEIR_ERROR, is_deep ? WEIR_ERROR_LIMIT : WEIR_ERROR_EXPRESSION,
                   "Expression line %" G_GSIZE_FORMAT ", column %" G_GSIZE_FORMAT ": %s",
                   line + task->segment->line + 1, column + 1, shown->str);
    }
  else
    g_set_error (task->error, WEIR_ERROR, is_deep ? WEIR_ERROR_LIMIT : WEIR_ERROR_EXPRESSION, "Expression: %s", shown->str);

out:
  JS_FreeCString (context, text);
  JS_FreeCString (context, stack_text);
  JS_FreeValue (context, stack);
  JS_FreeValue (context, message);
  JS_FreeValue (context, exception);
}

static JSValue
compile_in (WeirRealm *realm, const char *source, const char *open, const char *close)
{
  g_autofree char *wrapped = g_strconcat (open, "\n", source, "\n", close, NULL);

  return JS_Eval (realm->context, wrapped, strlen (wrapped), "expression",
                  JS_EVAL_TYPE_GLOBAL | JS_EVAL_FLAG_STRICT | JS_EVAL_FLAG_COMPILE_ONLY);
}

/* What is an expression in round brackets and in square ones is one expression: neither statements nor a bracket that
 * closes ours get through both. */
static gboolean
ensure_code (WeirRealm *realm, const Task *task)
{
  Segment *segment = task->segment;
  JSValue code, check;

  if (segment->serial == realm->serial)
    return TRUE;

  code = compile_in (realm, segment->source, "(", ")");
  check = JS_IsException (code) ? JS_EXCEPTION : compile_in (realm, segment->source, "[", "]");
  if (JS_IsException (check))
    {
      JS_FreeValue (realm->context, code);
      take_exception (realm, task, TRUE);
      return FALSE;
    }
  JS_FreeValue (realm->context, check);
  segment->code = code;
  segment->serial = realm->serial;
  return TRUE;
}

static void
compile_cb (gpointer data)
{
  Task *task = data;
  WeirRealm *realm = weir_realm_ensure ();

  weir_realm_begin (realm, NULL);
  task->ok = ensure_code (realm, task);
  if (!weir_realm_end (realm, task->ok ? task->error : NULL))
    task->ok = FALSE;
}

static void
evaluate_cb (gpointer data)
{
  Task *task = data;
  WeirRealm *realm = weir_realm_ensure ();

  weir_realm_begin (realm, task->scope);
  if (ensure_code (realm, task))
    {
      JSValue result = JS_EvalFunction (realm->context, JS_DupValue (realm->context, task->segment->code));

      if (!JS_IsException (result))
        task->result = weir_js_to_value (realm, result);
      if (task->result == NULL)
        take_exception (realm, task, FALSE);
      JS_FreeValue (realm->context, result);
    }
  if (!weir_realm_end (realm, task->error != NULL && *task->error == NULL ? task->error : NULL))
    g_clear_pointer (&task->result, weir_value_unref);
}

static gboolean
compile_segment (WeirExpression *self, Segment *segment, GError **error)
{
  Task task = { .expression = self, .segment = segment, .error = error };

  weir_js_find_names (segment->source, strlen (segment->source), self->names);
  segment->plain = weir_plain_new (segment->source);
  if (segment->plain != NULL)
    return TRUE;
  if (segment->source[strspn (segment->source, " \t\r\n")] == '\0')
    {
      g_set_error (error, WEIR_ERROR, WEIR_ERROR_EXPRESSION,
                   "Expression line %" G_GSIZE_FORMAT ", column %" G_GSIZE_FORMAT ": expected an expression, but there is none",
                   segment->line + 1, segment->column + 1);
      return FALSE;
    }
  weir_realm_call (compile_cb, &task);
  return task.ok;
}

static gboolean
compile_template (WeirExpression *self, const char *source, GError **error)
{
  GString *literal = g_string_new (NULL);
  const char *rest = source;

  while (*rest != '\0')
    {
      Segment segment = { .code = JS_UNDEFINED };
      const char *end;
      gsize line, column;

      if (strncmp (rest, "\\{{", 3) == 0)
        {
          g_string_append (literal, "{{");
          rest += 3;
          continue;
        }
      if (strncmp (rest, "{{", 2) != 0)
        {
          g_string_append_c (literal, *rest++);
          continue;
        }

      end = weir_js_find_end (rest + 2);
      weir_json_locate (source, rest + 2 - source, &line, &column);
      if (end == NULL)
        {
          g_set_error (error, WEIR_ERROR, WEIR_ERROR_EXPRESSION,
                       "Expression line %" G_GSIZE_FORMAT ", column %" G_GSIZE_FORMAT ": {{ has no }}; write \\{{ for the text {{",
                       line, column - 2);
          g_string_free (literal, TRUE);
          return FALSE;
        }
      segment.literal = g_string_free (literal, FALSE);
      segment.source = g_strndup (rest + 2, end - rest - 2);
      segment.line = line - 1;
      segment.column = column - 1;
      g_array_append_val (self->segments, segment);
      literal = g_string_new (NULL);
      if (!compile_segment (self, &g_array_index (self->segments, Segment, self->segments->len - 1), error))
        {
          g_string_free (literal, TRUE);
          return FALSE;
        }
      rest = end + 2;
    }

  self->is_single = self->segments->len == 1 && literal->len == 0
                    && *g_array_index (self->segments, Segment, 0).literal == '\0';
  if (!self->is_single)
    {
      Segment tail = { .literal = g_string_free (literal, FALSE), .code = JS_UNDEFINED };

      g_array_append_val (self->segments, tail);
    }
  else
    g_string_free (literal, TRUE);
  return TRUE;
}

static gboolean
compile_whole (WeirExpression *self, const char *source, GError **error)
{
  Segment segment = { .literal = g_strdup (""), .source = g_strdup (source), .code = JS_UNDEFINED };

  self->is_single = TRUE;
  g_array_append_val (self->segments, segment);
  return compile_segment (self, &g_array_index (self->segments, Segment, 0), error);
}

static void
remember (WeirExpression *self)
{
  g_hash_table_insert (cache, self->key, weir_expression_ref (self));
  g_queue_push_head_link (&cache_order, &self->link);
  if (cache_order.length > CACHE_SIZE)
    {
      GList *oldest = g_queue_pop_tail_link (&cache_order);
      WeirExpression *forgotten = oldest->data;

      g_hash_table_remove (cache, forgotten->key);
      weir_expression_unref (forgotten);
    }
}

static WeirExpression *
compile (const char *source, gboolean is_template, GError **error)
{
  g_autofree char *key = g_strconcat (is_template ? "{" : "=", source, NULL);
  g_autoptr(WeirExpression) self = NULL;

  if (cache == NULL)
    cache = g_hash_table_new (g_str_hash, g_str_equal);
  self = g_hash_table_lookup (cache, key);
  if (self != NULL)
    {
      g_queue_unlink (&cache_order, &self->link);
      g_queue_push_head_link (&cache_order, &self->link);
      return weir_expression_ref (g_steal_pointer (&self));
    }

  if (strlen (source) > MAX_SOURCE_LENGTH || !g_utf8_validate (source, -1, NULL))
    {
      g_set_error (error, WEIR_ERROR, WEIR_ERROR_EXPRESSION,
                   "Expression line 1, column 1: expected at most 1 MiB of UTF-8");
      return NULL;
    }
  self = g_new0 (WeirExpression, 1);
  self->ref_count = 1;
  self->link.data = self;
  self->is_template = is_template;
  self->key = g_steal_pointer (&key);
  self->segments = g_array_new (FALSE, FALSE, sizeof (Segment));
  g_array_set_clear_func (self->segments, clear_segment);
  self->names = g_ptr_array_new_null_terminated (0, g_free, TRUE);
  if (is_template ? !compile_template (self, source, error) : !compile_whole (self, source, error))
    return NULL;
  remember (self);
  return g_steal_pointer (&self);
}

/**
 * weir_expression_compile:
 * @source: one JavaScript expression, UTF-8
 * @error: %WEIR_ERROR_EXPRESSION with line and column
 *
 * Cached: the same text gives the same object, in the same thread. It belongs to the thread that made it.
 *
 * Returns: (transfer full): the expression
 */
WeirExpression *
weir_expression_compile (const char *source, GError **error)
{
  g_return_val_if_fail (source != NULL, NULL);

  return compile (source, FALSE, error);
}

/**
 * weir_template_compile:
 * @source: text with expressions in double curly brackets, UTF-8; `\{{` stands for the brackets themselves
 * @error: %WEIR_ERROR_EXPRESSION with line and column in @source
 *
 * Cached. A template that is one expression and nothing else gives the value of the expression; all others give text, in
 * which null is nothing, and lists and records are JSON. It belongs to the thread that made it.
 *
 * Returns: (transfer full): the template
 */
WeirExpression *
weir_template_compile (const char *source, GError **error)
{
  g_return_val_if_fail (source != NULL, NULL);

  return compile (source, TRUE, error);
}

/**
 * weir_template_is_template:
 * @text: any text
 *
 * Returns: whether it must go through weir_template_compile(): it holds double curly brackets
 */
gboolean
weir_template_is_template (const char *text)
{
  return text != NULL && strstr (text, "{{") != NULL;
}

static WeirValue *
evaluate_segment (WeirExpression *self, Segment *segment, WeirValue *scope, GError **error)
{
  g_autoptr(GError) problem = NULL;
  Task task = { .expression = self, .segment = segment, .scope = scope, .error = &problem };
  WeirValue *found;

  if (segment->plain != NULL && (found = weir_plain_evaluate (segment->plain, scope)) != NULL)
    return found;

  weir_realm_call (evaluate_cb, &task);
  if (task.result == NULL)
    g_propagate_error (error, g_steal_pointer (&problem));
  return task.result;
}

static gboolean
append_value (GString *text, WeirValue *value, GError **error)
{
  g_autofree char *shown = NULL;
  gsize length;

  switch (value->kind)
    {
    case WEIR_VALUE_NULL:
      return TRUE;
    case WEIR_VALUE_TEXT:
      g_string_append_len (text, value->b.text, value->a.length);
      return TRUE;
    case WEIR_VALUE_SECRET:
    case WEIR_VALUE_BYTES:
    case WEIR_VALUE_STREAM:
      g_set_error (error, WEIR_ERROR, WEIR_ERROR_EXPRESSION, "Expression: expected something to put into text, but this is a %s",
                   weir_value_get_kind_name (value));
      return FALSE;
    case WEIR_VALUE_LIST:
    case WEIR_VALUE_RECORD:
    case WEIR_VALUE_TABLE:
      shown = weir_json_write (value, 0, &length);
      break;
    default:
      shown = weir_value_to_display (value, 0);
      break;
    }
  g_string_append (text, shown);
  return TRUE;
}

/**
 * weir_expression_evaluate:
 * @self: an expression or template
 * @scope: a record; its members are the names that the expression may use
 * @error: %WEIR_ERROR_EXPRESSION if it failed, %WEIR_ERROR_LIMIT if it took more than 50 ms or 16 MiB
 *
 * In the thread that compiled it; also in fibers. Does not wait.
 *
 * Returns: (transfer full): the result; undefined is null. What was only passed on is the same value as in @scope
 */
WeirValue *
weir_expression_evaluate (WeirExpression *self, WeirValue *scope, GError **error)
{
  g_autoptr(GString) text = NULL;
  WeirValue *value;

  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (scope != NULL && weir_value_get_kind (scope) == WEIR_VALUE_RECORD, NULL);

  if (self->is_single)
    return evaluate_segment (self, &g_array_index (self->segments, Segment, 0), scope, error);

  text = g_string_new (NULL);
  for (guint i = 0; i < self->segments->len; i++)
    {
      Segment *segment = &g_array_index (self->segments, Segment, i);
      g_autoptr(WeirValue) part = NULL;

      g_string_append (text, segment->literal);
      if (segment->source == NULL)
        continue;
      part = evaluate_segment (self, segment, scope, error);
      if (part == NULL || !append_value (text, part, error))
        return NULL;
    }
  value = weir_value_new_text_len (text->str, text->len);
  return value;
}

/**
 * weir_expression_get_names:
 * @self: an expression or template
 *
 * Returns: (transfer none) (array zero-terminated=1): the names that it reads, each once; perhaps also names that it
 *   declares itself. Members of "blocks" with up to two parts: "blocks.fetch.body"
 */
const char *const *
weir_expression_get_names (WeirExpression *self)
{
  static const char *const none[] = { NULL };

  g_return_val_if_fail (self != NULL, NULL);

  return self->names->len > 0 ? (const char *const *) self->names->pdata : none;
}
