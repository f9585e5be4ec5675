/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weir-drawing.h"

#include <string.h>

#define MAX_DEPTH 2
#define COUNT "'=(value && value.length === undefined && typeof value === \"number\" ? value : 0) + 1'"

typedef struct
{
  const char *kind;
  guint       weight;
  gboolean    body;
  const char *inputs[4];
  const char *outputs[5];
  const char *configs[5];
} Stroke;

static const Stroke strokes[] = {
  { "test.pass", 30, FALSE, { "value", "other" }, { "value", "second" },
    { "give: " COUNT, "give: " COUNT, "give: " COUNT, "fail: net.refused, fail_times: 2" } },
  { "test.wait", 30, FALSE, { "value", "other" }, { "value" }, { "give: " COUNT } },
  { "test.ask", 6, FALSE, { "value", "other" }, { "value" }, { "" } },
  { "test.once", 4, FALSE, { "value" }, { "value" }, { "give: " COUNT } },
  { "test.deaf", 2, FALSE, { "value" }, { "value" }, { "" } },
  { "flow.delay", 4, FALSE, { "value" }, { "value" }, { "duration: 30ms", "duration: 1m" } },
  { "flow.if", 5, FALSE, { "value" }, { "true", "false" }, { "conditions: [{ op: '>', right: 1 }]", "conditions: [{ op: exists }]" } },
  { "flow.switch", 4, FALSE, { "value" }, { "default", "one", "two" },
    { "cases: [{ match: 1, label: one }, { match: 2, label: two }]",
      "mode: all, cases: [{ kind: range, match: '..2', label: one }, { kind: range, match: '1..', label: two }]",
      "no_match: error, cases: [{ match: 1, label: one }, { match: 2, label: two }]" } },
  { "flow.merge", 4, FALSE, { "in1", "in2" }, { "out" }, { "", "mode: first", "mode: latest, missing: 'null'", "policy: any" } },
  { "flow.join_barrier", 3, FALSE, { "in1", "in2" }, { "arrived" }, { "", "policy: n, count: 1", "timeout: 20ms" } },
  { "flow.collect", 3, FALSE, { "item" }, { "items" }, { "", "until: count, count: 2", "until: quiet, quiet: 20ms" } },
  { "flow.throttle", 2, FALSE, { "value" }, { "value", "dropped" },
    { "count: 1, per: 50ms", "count: 1, per: 50ms, over: drop" } },
  { "flow.debounce", 2, FALSE, { "event" }, { "event" }, { "quiet: 20ms" } },
  { "flow.checkpoint", 2, FALSE, { "value" }, { "value" }, { "name: here" } },
  { "flow.throw", 2, FALSE, { "message" }, { "error" }, { "class: net.timeout" } },
  { "flow.stop", 1, FALSE, { "value" }, { "error" }, { "", "status: failed", "status: cancelled" } },
  { "test.each", 6, TRUE, { "value" }, { "value", "each" }, { "" } },
  { "test.swarm", 6, TRUE, { "value" }, { "value", "each" }, { "" } },
  { "flow.foreach", 6, TRUE, { "items" }, { "results", "failures", "each_ok", "each_error", "finally" },
    { "items: [1, 2, 3], concurrency: 2, on_item_error: collect", "items: [1, 2]", "items: [1, 2, 3], concurrency: 3" } },
  { "flow.parallel", 5, TRUE, { "value" }, { "results", "each_ok", "each_error" },
    { "", "mode: any", "mode: settled", "concurrency: 1", "branch_timeout: 40ms" } },
  { "flow.race", 4, TRUE, { "value" }, { "winner", "losers" }, { "", "success_only: true", "timeout: 50ms" } },
  { "flow.try", 5, TRUE, { "value" }, { "ok", "catch", "finally" }, { "", "retries: 1", "classes: net", "rethrow: true" } },
  { "flow.retry", 4, TRUE, { "value" }, { "result", "each_attempt" }, { "attempts: 2, first: 20ms, classes: '*'", "attempts: 2" } },
  { "flow.timeout", 4, TRUE, { "value" }, { "result", "timed_out" },
    { "limit: 50ms", "limit: 50ms, on_timeout: port", "limit: 1h" } },
  { "flow.repeat", 3, TRUE, { "count" }, { "results", "i" }, { "count: 2", "count: 0" } },
  { "flow.chain", 3, TRUE, { "value" }, { "result", "each_step" }, { "" } },
  { "flow.frame", 3, TRUE, { "value" }, { "result" }, { "" } },
  { "flow.lock", 3, TRUE, { "value" }, { "value" }, { "name: printer%u", "name: printer%u, timeout: 60ms" } },
  { "flow.circuit_breaker", 2, TRUE, { "value" }, { "value", "open" }, { "failures: 1" } },
  { "flow.on_end", 2, TRUE, { NULL }, { NULL }, { "", "when: failure" } },
};

typedef struct
{
  char         *id;
  const Stroke *stroke;
} Placed;

static GString *yaml;
static guint n_blocks; /* ever */
static GRand *chance;

void
weir_chance_begin (guint32 seed)
{
  g_clear_pointer (&chance, g_rand_free);
  chance = g_rand_new_with_seed (seed);
}

gint32
weir_chance_range (gint32 begin, gint32 end)
{
  return g_rand_int_range (chance, begin, end);
}

static gboolean
one_in (guint n)
{
  return weir_chance_range (0, (gint32) n) == 0;
}

static const char *
pick (const char *const *words, guint max)
{
  guint n = 0;

  while (n < max && words[n] != NULL)
    n++;
  return n > 0 ? words[weir_chance_range (0, (gint32) n)] : NULL;
}

static const Stroke *
pick_stroke (guint depth)
{
  guint total = 0, wanted;

  for (guint i = 0; i < G_N_ELEMENTS (strokes); i++)
    total += strokes[i].body && depth >= MAX_DEPTH ? 0 : strokes[i].weight;
  wanted = weir_chance_range (0, (gint32) total);
  for (guint i = 0;; i++)
    {
      guint weight = strokes[i].body && depth >= MAX_DEPTH ? 0 : strokes[i].weight;

      if (wanted < weight)
        return &strokes[i];
      wanted -= weight;
    }
}

static void draw_graph (const char *indent, guint depth, guint n);

static void
draw_joins (const Stroke *stroke, const char *indent)
{
  static const char *const joins[] = { "all", "any", "first", "latest", "{ n: 1 }", "{ n: 2 }" };

  if (stroke->inputs[0] == NULL || !one_in (2))
    return;
  g_string_append_printf (yaml, "%s  join: { %s: %s }\n", indent, stroke->inputs[0], pick (joins, one_in (6) ? 6 : 4));
}

/* %u is the depth: who takes locks in one order only waits for nobody who waits for him. */
static void
draw_config (const char *config, guint depth)
{
  const char *place = strstr (config, "%u");

  if (place != NULL)
    g_string_append_printf (yaml, "%.*s%u%s", (int) (place - config), config, depth, place + 2);
  else
    g_string_append (yaml, config);
}

static void
draw_block (const Placed *block, const char *indent, guint depth)
{
  const Stroke *stroke = block->stroke;

  g_string_append_printf (yaml, "%s%s:\n%s  kind: %s\n", indent, block->id, indent, stroke->kind);
  draw_joins (stroke, indent);
  if (one_in (8))
    g_string_append_printf (yaml, "%s  on_error: continue\n", indent);
  if (one_in (12))
    g_string_append_printf (yaml, "%s  enabled: false\n", indent);
  if (!stroke->body && one_in (5))
    g_string_append_printf (yaml, "%s  retry: { attempts: 3, first: 10ms }\n", indent);
  if (one_in (15))
    g_string_append_printf (yaml, "%s  timeout: 80ms\n", indent);
  g_string_append_printf (yaml, "%s  config: { ", indent);
  draw_config (pick (stroke->configs, 5), depth);
  g_string_append (yaml, " }\n");
  if (stroke->body)
    {
      g_autofree char *inner = g_strconcat (indent, "      ", NULL);

      g_string_append_printf (yaml, "%s  body:\n%s    blocks:\n", indent, indent);
      draw_graph (inner, depth + 1, weir_chance_range (g_str_equal (stroke->kind, "flow.chain") ? 2 : 1, 4));
    }
}

static void
draw_link (GHashTable *seen, const char *indent, const Placed *a, const Placed *b, gboolean back)
{
  const char *out = one_in (8) ? "error" : one_in (8) ? "done" : pick (a->stroke->outputs, 5);
  const char *in = one_in (10) ? "run" : pick (b->stroke->inputs, 4);
  g_autofree char *ends = NULL;

  if (out == NULL || in == NULL)
    return;
  ends = g_strdup_printf ("%s.%s -> %s.%s", a->id, out, b->id, in);
  if (!g_hash_table_add (seen, g_strdup (ends)))
    return;
  g_string_append_printf (yaml, "%s  - %s", indent, ends);
  if (back || one_in (4))
    g_string_append_printf (yaml, " when: (+value || 1) %% %d !== 0", weir_chance_range (2, 5));
  g_string_append_c (yaml, '\n');
}

/* Blocks at @indent, links beside "blocks:" above them. */
static void
draw_graph (const char *indent, guint depth, guint n)
{
  g_autofree Placed *blocks = g_new0 (Placed, n);
  g_autofree char *list = g_strdup_printf ("list%u", n_blocks++);
  g_autofree char *outer = g_strndup (indent, strlen (indent) - 2);
  g_autoptr(GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  guint n_links = n > 1 ? weir_chance_range (1, (gint32) n * 2) : 0;
  gboolean lists = FALSE;

  for (guint i = 0; i < n; i++)
    {
      blocks[i] = (Placed) { g_strdup_printf ("b%u", n_blocks++), pick_stroke (depth) };
      draw_block (&blocks[i], indent, depth);
      lists = lists || g_str_has_prefix (blocks[i].stroke->kind, "test.each")
              || g_str_equal (blocks[i].stroke->kind, "test.swarm");
    }
  if (lists)
    g_string_append_printf (yaml, "%s%s: { kind: test.pass, config: { give: [1, 2, 3] } }\n", indent, list);
  if (lists || n_links > 0)
    g_string_append_printf (yaml, "%slinks:\n", outer);
  for (guint i = 0; i < n; i++)
    if (blocks[i].stroke->body && g_str_has_prefix (blocks[i].stroke->kind, "test."))
      g_string_append_printf (yaml, "%s  - %s.value -> %s.value\n", outer, list, blocks[i].id);
  for (guint i = 0; i < n_links; i++)
    {
      guint a = weir_chance_range (0, (gint32) n);
      guint b = weir_chance_range (0, (gint32) n);

      /* cycles, but not too many of them; what goes over a list gets no other */
      if ((a < b || one_in (6)) && !(blocks[b].stroke->body && g_str_has_prefix (blocks[b].stroke->kind, "test.")))
        draw_link (seen, outer, &blocks[a], &blocks[b], a >= b);
    }
  for (guint i = 0; i < n; i++)
    g_free (blocks[i].id);
}

char *
weir_draw_workflow (void)
{
  yaml = g_string_new ("weir: 1\nname: Random\nmax_iterations: 6\n");
  if (one_in (3))
    g_string_append (yaml, "on_failure: finish\n");
  if (one_in (4))
    g_string_append_printf (yaml, "concurrency: %d\n", weir_chance_range (1, 4));
  g_string_append (yaml, "blocks:\n");
  draw_graph ("  ", 0, weir_chance_range (1, 9));
  return g_string_free (g_steal_pointer (&yaml), FALSE);
}
