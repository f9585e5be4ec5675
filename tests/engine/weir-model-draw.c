/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Workflows for the model: trees of blocks, two containers deep. */

#include "weir-model.h"

#define MAX_DEPTH 2

static gboolean
one_in (guint n)
{
  return g_test_rand_int_range (0, (gint32) n) == 0;
}

static void
block_clear (gpointer data)
{
  ModelBlock *block = data;

  g_clear_pointer (&block->body, g_array_unref);
}

static GArray *
blocks_new (void)
{
  GArray *blocks = g_array_new (FALSE, TRUE, sizeof (ModelBlock));

  g_array_set_clear_func (blocks, block_clear);
  return blocks;
}

static ModelBlock *
add_block (GArray *blocks, ModelKind kind, int before)
{
  ModelBlock block = { .kind = kind, .before = before, .attempts = 1 };

  g_snprintf (block.id, sizeof block.id, "%c%u", "pwdas"[kind], blocks -> len);
  g_array_append_val (blocks, block);
  return &g_array_index (blocks, ModelBlock, blocks->len - 1);
}

static GArray *
draw_blocks (guint depth, guint n)
{
  static const ModelKind kinds[] = { MODEL_WAIT, MODEL_WAIT, MODEL_WAIT, MODEL_PASS,  MODEL_PASS,
                                     MODEL_ASK,  MODEL_ASK,  MODEL_DEAF, MODEL_SWARM, MODEL_SWARM };
  GArray *blocks = blocks_new ();

  for (guint i = 0; i < n; i++)
    {
      ModelKind kind = kinds[g_test_rand_int_range (0, depth < MAX_DEPTH ? 10 : 8)];
      int before = blocks->len > 0 && !one_in (4) ? g_test_rand_int_range (0, (gint32) blocks->len) : -1;
      gboolean from_error = before >= 0 && one_in (5);
      ModelBlock *block;

      if (kind == MODEL_SWARM)
        {
          ModelBlock *list = add_block (blocks, MODEL_PASS, before);

          list->from_error = from_error;
          list->n_items = g_test_rand_int_range (depth == 0 ? 1 : 0, 4);
          from_error = FALSE;
          before = (int) blocks->len - 1;
        }
      block = add_block (blocks, kind, before);
      block->from_error = from_error;
      block->goes_on = one_in (3);
      block->attempts = kind == MODEL_SWARM || kind == MODEL_ASK || one_in (2) ? 1 : g_test_rand_int_range (2, 4);
      block->fails = kind == MODEL_PASS && one_in (3) ? g_test_rand_int_range (1, 4) : 0;
      if (kind == MODEL_SWARM)
        {
          GArray *body = draw_blocks (depth + 1, g_test_rand_int_range (1, 4));

          g_array_index (blocks, ModelBlock, blocks->len - 1).body = body;
        }
    }
  return blocks;
}

ModelPlan *
model_plan_draw (void)
{
  ModelPlan *plan = g_new0 (ModelPlan, 1);

  plan->ref_count = 1;
  plan->finish = one_in (3);
  plan->max_runs = g_test_rand_int_range (0, 3);
  plan->blocks = draw_blocks (0, g_test_rand_int_range (1, 6));
  return plan;
}

ModelPlan *
model_plan_ref (ModelPlan *plan)
{
  plan->ref_count++;
  return plan;
}

void
model_plan_unref (ModelPlan *plan)
{
  if (--plan->ref_count > 0)
    return;
  g_array_unref (plan->blocks);
  g_free (plan);
}

static void
write_blocks (GString *yaml, GArray *blocks, guint indent)
{
  static const char *const kinds[] = { "test.pass", "test.wait", "test.deaf", "test.ask", "test.swarm" };

  g_string_append_printf (yaml, "%*sblocks:\n", (int) indent, "");
  for (guint i = 0; i < blocks->len; i++)
    {
      ModelBlock *block = &g_array_index (blocks, ModelBlock, i);

      g_string_append_printf (yaml, "%*s%s:\n%*skind: %s\n", (int) indent + 2, "", block->id, (int) indent + 4, "",
                              kinds[block->kind]);
      if (block->goes_on)
        g_string_append_printf (yaml, "%*son_error: continue\n", (int) indent + 4, "");
      if (block->attempts > 1)
        g_string_append_printf (yaml, "%*sretry: { attempts: %u, first: 1s, factor: 2, jitter: 0 }\n", (int) indent + 4,
                                "", block->attempts);
      if (block->fails > 0)
        g_string_append_printf (yaml, "%*sconfig: { fail: net.timeout, fail_times: %u }\n", (int) indent + 4, "",
                                block->fails);
      else if (i + 1 < blocks->len && g_array_index (blocks, ModelBlock, i + 1).kind == MODEL_SWARM)
        g_string_append_printf (yaml, "%*sconfig: { give: %s }\n", (int) indent + 4, "",
                                ((const char *[]) { "[]", "[1]", "[1, 2]", "[1, 2, 3]" })[block->n_items]);
      if (block->body != NULL)
        {
          g_string_append_printf (yaml, "%*sbody:\n", (int) indent + 4, "");
          write_blocks (yaml, block->body, indent + 6);
        }
    }
  for (guint i = 0, n = 0; i < blocks->len; i++)
    {
      ModelBlock *block = &g_array_index (blocks, ModelBlock, i);

      if (block->before < 0)
        continue;
      if (n++ == 0)
        g_string_append_printf (yaml, "%*slinks:\n", (int) indent, "");
      g_string_append_printf (yaml, "%*s- %s.%s -> %s.value\n", (int) indent + 2, "",
                              g_array_index (blocks, ModelBlock, block->before).id,
                              block->from_error ? "error" : "value", block->id);
    }
}

char *
model_plan_to_yaml (ModelPlan *plan)
{
  GString *yaml = g_string_new ("weir: 1\nname: Model\n");

  if (plan->finish)
    g_string_append (yaml, "on_failure: finish\n");
  if (plan->max_runs > 0)
    g_string_append_printf (yaml, "max_runs: %u\n", plan->max_runs);
  write_blocks (yaml, plan->blocks, 0);
  return g_string_free_and_steal (yaml);
}
