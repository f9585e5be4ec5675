/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Expressions that want to hang, to eat memory, to get out, or to leave something behind. Each ends soon, and the next evaluation finds the
 * world as it was. WEIR_FUZZ=n and WEIR_SEED=n as for the other fuzzer. */

#include <libdex.h>
#include <stdlib.h>
#include <string.h>

#include "weir-expression.h"
#include "weir-json.h"

static gint64 slowest_ms = 1000;

static WeirValue *
make_scope (void)
{
  return weir_json_parse ("{\"item\": {\"name\": \"a.txt\", \"size\": 3, \"deep\": {\"list\": [1, 2, {\"x\": \"y\"}]}},"
                          " \"value\": [1, 2, 3], \"inputs\": {\"n\": 1}, \"text\": \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!\"}", -1, NULL);
}

static char *
evaluate (const char *source, gboolean template)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(WeirValue) scope = make_scope ();
  g_autoptr(WeirExpression) expression = template ? weir_template_compile (source, &error) : weir_expression_compile (source, &error);
  g_autoptr(WeirValue) value = NULL;
  gint64 start = g_get_monotonic_time ();
  gint64 took;

  if (expression != NULL)
    value = weir_expression_evaluate (expression, scope, &error);
  took = (g_get_monotonic_time () - start) / 1000;
  g_assert_true ((value == NULL) == (error != NULL));
  if (took > slowest_ms)
    g_error ("It took %" G_GINT64_FORMAT " ms: %.200s", took, source);
  if (value == NULL)
    {
      g_assert_true (g_utf8_validate (error->message, -1, NULL));
      g_assert_cmpuint (strlen (error->message), <, 20000);
      return g_strdup_printf ("failed: %s", error->message);
    }
  return weir_json_write (value, 0, NULL);
}

/* Whether the realm is as it was. */
static void
check_clean (const char *after)
{
  static const char *const checks[][2] = {
    { "[Object.keys(globalThis).filter(k => k.startsWith('evil')).length, typeof evil, ({}).evil === undefined]", "[0,\"undefined\",true]" },
    { "[1, 2, 3].map(x => x * 2).join('-') + 'abc'.toUpperCase() + JSON.stringify({ a: 1 })", "\"2-4-6ABC{\\\"a\\\":1}\"" },
    { "[Math.max(1, 2), parseInt('12'), Number('3'), /a(b)/.exec('ab')[1], new Date(0).getTime()]", "[2,12,3,\"b\",0]" },
    { "item.deep.list[2].x + value.length + inputs.n", "\"y31\"" },
    { "[...new Set([1, 1, 2])].length + new Map([[1, 2]]).get(1)", "4" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (checks); i++)
    {
      g_autofree char *result = evaluate (checks[i][0], FALSE);

      if (g_strcmp0 (result, checks[i][1]) != 0)
        g_error ("After “%.200s” %s gives %s", after, checks[i][0], result);
    }
}

static void
attack (const char *source)
{
  g_autofree char *result = evaluate (source, FALSE);

  g_test_message ("%.100s: %.100s", source, result);
  check_clean (source);
}

static void
test_endless (void)
{
  static const char *const sources[] = {
    "(() => { for (;;) {} })()", "(() => { while (true) { try { for (;;) {} } catch (e) {} } })()",
    "(() => { try { for (;;) {} } finally { for (;;) {} } })()", "(function f() { return f() + f() })()",
    "(() => { const f = () => { try { f() } finally { f() } }; f() })()", "[...(function* () { for (;;) yield 1 })()].length",
    "/(a+)+$/.test(text)", "/(.*)*$x/.test(text + text)", "/^(([a-z])+.)+[A-Z]([a-z])+$/.test(text)", "text.replace(/(a|aa)+$/, 'x')",
    "'x'.repeat(2 ** 28).length", "Array(2 ** 32 - 1).fill(1).length", "Array.from({ length: 2 ** 31 }, (_, i) => i).length",
    "new Array(1e7).join('abcdefgh').length", "[].concat(...Array(1e6).fill([1, 2, 3])).length", "'x'.padEnd(2 ** 29).length",
    "(() => { let s = 'x'; for (;;) s += s })()", "(() => { const a = []; for (;;) a.push(a) })()", "(() => { let o = {}; for (;;) o = { o } })()",
    "(() => { const a = []; for (let i = 0; i < 1e9; i++) a[i] = i; return a })()", "new ArrayBuffer(2 ** 31).byteLength", "new Uint8Array(1e9).length",
    "JSON.stringify((() => { let o = {}; for (let i = 0; i < 1e5; i++) o = { o }; return o })())",
    "JSON.parse('['.repeat(1e6))", "(() => { let o = []; for (let i = 0; i < 1e5; i++) o = [o]; return o })()",
    "BigInt(2) ** BigInt(1e9)", "(123456789n ** 99999n) ** 99n", "Array(1e6).fill(0).sort(() => Math.random() - 0.5).length",
    "(() => { const o = {}; o.o = o; return o })()", "(() => { const a = []; a.push(a); return a })()", "Array(1e9)", "Array(5e6).fill('x')",
    "'a'.repeat(1e6).split('')", "new Proxy([], { get: (t, k) => k === 'length' ? 1e9 : 1 })", "new Proxy({}, { ownKeys: () => { for (;;) {} } })",
    "({ get a() { for (;;) {} } })", "({ toJSON() { for (;;) {} } })", "({ get a() { return { get a() { for (;;) {} } } } })", "Symbol('x')", "() => 1", "10n ** 30n",
    "new Promise(() => {})", "(async () => { for (;;) await 1 })()", "import('fs')", "new Date(NaN)", "NaN", "-0", "'\\ud800'", "undefined", "function* () {}",
    "Object.defineProperty([], 'length', { value: 2 ** 32 - 1 })", "Object.create(null)", "new (class { constructor() { for (;;) {} } })()",
    "[1, 2, 3].reduce((a, b) => { for (;;) {} })", "'abc'.replace(/b/, () => { for (;;) {} })", "[3, 2, 1].sort((a, b) => { for (;;) {} })",
    "`${(() => { for (;;) {} })()}`", "text.normalize('NFKD').repeat(1e5).normalize('NFC').length", "'a'.repeat(1e6).match(/(?:a?){50}a{50}/)",
    "Array(300).fill('x').map((x, i, a) => a.map((y) => a.map((z) => a.length)))", "decodeURIComponent('%')", "new RegExp('('.repeat(1e5))", "new RegExp('a{1,65535}'.repeat(50)).test(text)",
    "'x'.localeCompare('y')", "new Date(8.64e15 + 1)", "(1).toFixed(101)", "(25).toString(37)", "'aaa'.at(1e99)", "Array.prototype.concat.call(...Array(1e5))",
    "String.raw({ raw: { length: 1e9 } })", "Array.prototype.join.call({ length: 1e9 }, '')", "Array.prototype.fill.call({ length: 1e15 }, 1)",
    "String.raw({ get raw() { return { get length() { return this.n = (this.n || 0) + 1, this.n > 1 ? 1e15 : 1 } } } })", "String.raw`a${1}b`",
    "Array.prototype.indexOf.call({ i: 0, get length() { return this.i++ ? 1e15 : 1 } }, 1)", "(i => [].indexOf.call({ length: { valueOf: () => i++ ? 1e15 : 1 } }, 1))(0)",
    "[].indexOf.call(Object.create({ get length() { return 1e15 } }), 1)", "[].includes.call(function () {}, 1)", "[].map.call('abc', x => x + x)", "[].map.call(new Uint8Array(3), x => 1)",
    "(o => { const i = [].values.call(o); o.length = 1e15; return i.drop ? i.drop(1e15).next() : [...i] })({ length: 1 })", "Object.fromEntries([].entries.call({ length: 1e6 }))",
    "Array.prototype.indexOf.call({ length: 1e15 }, 1)", "Array.prototype.reverse.call({ length: 1e15 })", "structuredClone({})", "WebAssembly", "process", "require('fs')", "std", "os", "fetch('http://localhost')",
  };

  for (guint i = 0; i < G_N_ELEMENTS (sources); i++)
    attack (sources[i]);
}

static void
test_nothing_survives (void)
{
  static const char *const sources[] = {
    "globalThis.evil = 1", "(() => { evil = 1 })()", "Object.prototype.evil = 1", "({}).__proto__.evil = 1", "[].__proto__.map = () => 'evil'",
    "Array.prototype.map = function () { return [] }", "Object.defineProperty(Object.prototype, 'evil', { get: () => 1 })",
    "(function () { this.evil = 1 }).call(globalThis)", "(function () { return this })().evil = 1", "new Function('evil = 1')()", "eval('var evil = 1')",
    "(0, eval)('evil = 1')", "[].constructor.constructor('globalThis.evil = 1')()", "(() => {}).constructor('globalThis.evil = 1')()",
    "(function* () {}).constructor('globalThis.evil = 1; yield 1')().next()", "(async () => {}).constructor('globalThis.evil = 1')()",
    "Object.setPrototypeOf(Object.prototype, { evil: 1 })", "Object.setPrototypeOf(globalThis, { evil: 1 })", "Object.assign(Object.prototype, { evil: 1 })", "Math.max = () => 'evil'",
    "JSON.stringify = () => 'evil'", "delete globalThis.JSON", "delete Array.prototype.map", "globalThis.parseInt = () => 'evil'", "Symbol.prototype.evil = 1",
    "String.prototype.toUpperCase = () => 'evil'", "RegExp.prototype.exec = () => [0, 'evil']", "RegExp.prototype[Symbol.replace] = () => 'evil'",
    "Date.prototype.getTime = () => 'evil'", "Number.prototype.toString = () => 'evil'", "Map.prototype.get = () => 'evil'", "Set.prototype[Symbol.iterator] = null",
    "Array.prototype[Symbol.iterator] = null", "Function.prototype.call = () => 'evil'", "Object.keys = () => ['evil']", "item.evil = 1", "item.deep.list.push(4)",
    "item.deep.list[2].x = 'evil'", "value.length = 0", "value.sort(() => -1)", "value.splice(0, 2)", "inputs.n = 7", "inputs = { n: 7 }", "delete inputs.n", "Object.freeze = x => x",
    "item.__proto__.evil = 1", "value.__proto__.evil = 1", "item.constructor.prototype.evil = 1", "value.constructor = 1", "Object.getPrototypeOf(item).evil = 1",
    "Reflect.set(Object.prototype, 'evil', 1)", "Reflect.defineProperty(globalThis, 'evil', { value: 1 })", "new Error('x').constructor.prototype.evil = 1",
    "Object.getPrototypeOf(function* () {}).prototype.next = 1", "Object.getPrototypeOf([][Symbol.iterator]()).next = () => ({ done: true })",
    "'a'.matchAll(/a/g).__proto__.next = 1", "(class { static { globalThis.evil = 1 } })", "Promise.resolve().then(() => { globalThis.evil = 1 })",
    "queueMicrotask(() => { globalThis.evil = 1 })", "Object.getOwnPropertyDescriptor(Object.prototype, '__proto__').set.call(globalThis, { evil: 1 })",
    "/(evil)/.test('evil')", "(/x/g).lastIndex = 5", "throw 1", "(() => { throw { toString() { for (;;) {} } } })()", "(() => { throw { get message() { globalThis.evil = 1; for (;;) {} } } })()",
    "(() => { const e = new Error('x'.repeat(1e6)); throw e })()", "(() => { throw null })()", "(() => { throw undefined })()", "(() => { throw Symbol('x') })()",
    "Error.prepareStackTrace = () => 'evil'", "new Proxy(item, { set: () => true }).evil = 1", "with (globalThis) { evil = 1 }", "var evil = 1", "let evil = 1", "function evil () {}",
    "1; globalThis.evil = 1", "1), (globalThis.evil = 1", "1}); globalThis.evil = 1; ({", "/* */ 1 // \n; evil = 1", "1\n evil = 1", "`${1}`)//", "')", "\\u0029", "import.meta", "new.target", "await 1", "yield 1", "arguments", "arguments.callee",
  };

  for (guint i = 0; i < G_N_ELEMENTS (sources); i++)
    attack (sources[i]);
}

static void
test_malformed_templates (void)
{
  static const char *const sources[] = {
    "{{", "}}", "{{}}", "{{ }}", "{{{{}}}}", "{{ {{ 1 }} }}", "\\{{", "\\\\{{ 1 }}", "{{ '}}' }}", "{{ \"}}\" }}", "{{ `}}` }}", "{{ /}}/ }}", "{{ // }}", "{{ /* }} */ 1 }}",
    "{{ { a: { b: 1 } }.a.b }}", "{{ 1 }}{{ 2 }}", "{{ '", "{{ `${", "{{ `${ `${1}` }` }}", "{{ /[}}]/ }}", "{{ 1 / 2 }} / {{ 3 }}", "x{{ item }}y", "{{ undefined }}", "{{ null }}", "{{ Symbol() }}x",
  };
  g_autoptr(GString) many = g_string_new (NULL);
  g_autofree char *text = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (sources); i++)
    {
      g_autofree char *result = evaluate (sources[i], TRUE);

      g_test_message ("%s: %.100s", sources[i], result);
      check_clean (sources[i]);
    }
  for (guint i = 0; i < 5000; i++)
    g_string_append (many, "{{ 1 + inputs.n }} ");
  text = evaluate (many->str, TRUE);
}

static void
test_depth (void)
{
  static const char *const pieces[] = { "(", "[", "{", "!", "-", "a?", "a=>", "`${", "1,", "1+", "x.", "new ", "typeof ", "async ", "function(){", "class{", "/", "\"", "{{", "\\", "/*", "...", "a[", "a(" };

  for (guint i = 0; i < G_N_ELEMENTS (pieces); i++)
    {
      g_autoptr(GString) text = g_string_new (NULL);
      g_autofree char *result = NULL;
      g_autofree char *template = NULL;

      for (guint j = 0; j < 100000; j++)
        g_string_append (text, pieces[i]);
      result = evaluate (text->str, FALSE);
      g_string_prepend (text, "{{ ");
      template = evaluate (text->str, TRUE);
      check_clean (pieces[i]);
    }
}

static void
test_random (void)
{
  static const char *const pieces[] = {
    "item", ".name", ".deep", ".list", "[0]", "[", "]", "(", ")", "{", "}", "=>", "x", "value", ".map(", "function", "`", "${", "'", "\"", "/", "//", "/*", "*/", "\n", ";", ",", "?", "?.", "??",
    ":", "1", "0x", "1e3", "n", "+", "-", "*", "**", "!", "~", "=", "==", "===", "...", "async ", "await ", "yield ", "new ", "class ", "return ", "throw ", "for (;;) ", "while (1) ", "try {", "catch", "finally",
    "this", "globalThis", "Object", ".prototype", ".__proto__", ".constructor", "Array(", "1e9", ".fill(", "eval(", "JSON.parse(", "\\u007d", "\xe2\x80\xa8", "\xc2\xa0", "#a", "@", "in ", "of ", "delete ", "void ", "let ",
  };
  const char *asked = g_getenv ("WEIR_FUZZ");
  const char *seed_text = g_getenv ("WEIR_SEED");
  guint n = asked != NULL ? (guint) strtoul (asked, NULL, 10) : 10000;
  guint32 seed = seed_text != NULL ? (guint32) strtoul (seed_text, NULL, 10) : g_random_int ();
  g_autoptr(GRand) random = g_rand_new_with_seed (seed);

  g_test_message ("WEIR_SEED=%u", seed);
  for (guint i = 0; i < n; i++)
    {
      g_autoptr(GString) text = g_string_new (NULL);
      guint length = (guint) g_rand_int_range (random, 1, 16);
      g_autofree char *result = NULL;

      for (guint j = 0; j < length; j++)
        g_string_append (text, pieces[g_rand_int_range (random, 0, G_N_ELEMENTS (pieces))]);
      result = evaluate (text->str, FALSE);
      if (i % 100 == 0)
        check_clean (text->str);
    }
  check_clean ("all of them");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  dex_init ();
  if (g_getenv ("WEIR_SLOW") != NULL)
    slowest_ms *= 20;
  g_test_add_func ("/weir/fuzz/expression/endless", test_endless);
  g_test_add_func ("/weir/fuzz/expression/nothing-survives", test_nothing_survives);
  g_test_add_func ("/weir/fuzz/expression/malformed-templates", test_malformed_templates);
  g_test_add_func ("/weir/fuzz/expression/depth", test_depth);
  g_test_add_func ("/weir/fuzz/expression/random", test_random);
  return g_test_run ();
}
