/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "weir-json.h"
#include "weir-workflow-file.h"

#include <string.h>

/* Flowcharts as Mermaid reads them (https://mermaid.js.org/syntax/flowchart.html). Only what people call things gets in: titles,
 * ports, conditions; no setting, so no secret. */

/* A text in quotes. "#name;" is Mermaid's way of writing what would end it or be taken for markup. */
static void
append_text (GString *out, const char *text)
{
  static const struct
  {
    char character;
    const char *written;
  } escapes[] = { { '"', "#quot;" }, { '#', "#35;" }, { '<', "#lt;" }, { '>', "#gt;" }, { '&', "#amp;" }, { '`', "#96;" },
                  { '\n', "<br>" },  { '\\', "#92;" } };

  g_string_append_c (out, '"');
  for (const char *at = text; *at != '\0'; at++)
    {
      const char *written = NULL;

      for (guint i = 0; i < G_N_ELEMENTS (escapes); i++)
        if (*at == escapes[i].character)
          written = escapes[i].written;
      if (written != NULL)
        g_string_append (out, written);
      else if ((guchar) *at >= ' ')
        g_string_append_c (out, *at);
    }
  g_string_append_c (out, '"');
}

/* Words like "end" mean something to Mermaid, so no id stands alone. */
static void
append_id (GString *out, WeirBlock *block)
{
  const char *path = weir_block_get_path (block);

  g_string_append (out, "b_");
  for (const char *at = path; *at != '\0'; at++)
    if (*at == '/')
      g_string_append (out, "__");
    else
      g_string_append_c (out, *at);
}

static void
indent (GString *out, guint depth)
{
  for (guint i = 0; i < depth; i++)
    g_string_append (out, "  ");
}

static gboolean
is_decision (WeirBlock *block)
{
  static const char *const kinds[] = { "flow.if", "flow.switch", "flow.route", "flow.ab_split", NULL };

  return g_strv_contains (kinds, weir_block_get_kind_id (block));
}

static void append_graph (GString *out, WeirGraph *graph, guint depth);

static void
append_block (GString *out, WeirBlock *block, guint depth)
{
  WeirGraph *body = weir_block_get_body (block);
  gboolean decision = is_decision (block);

  indent (out, depth);
  if (body != NULL && weir_graph_get_n_blocks (body) > 0)
    {
      g_string_append (out, "subgraph ");
      append_id (out, block);
      g_string_append_c (out, '[');
      append_text (out, weir_block_get_title (block));
      g_string_append (out, "]\n");
      append_graph (out, body, depth + 1);
      indent (out, depth);
      g_string_append (out, "end\n");
      return;
    }
  append_id (out, block);
  g_string_append (out, decision ? "{" : "[");
  append_text (out, weir_block_get_title (block));
  g_string_append (out, decision ? "}" : "]");
  g_string_append (out, weir_block_get_enabled (block) ? "\n" : ":::off\n");
}

/* "files → items"; what every block has goes without saying. */
static char *
describe_ends (WeirLink *link)
{
  const char *from = weir_link_get_source_port (link), *to = weir_link_get_target_port (link);
  gboolean plain_from = g_str_equal (from, "done"), plain_to = g_str_equal (to, "run");

  if (plain_from && plain_to)
    return NULL;
  if (plain_from || plain_to || g_str_equal (from, to))
    return g_strdup (plain_from ? to : from);
  return g_strconcat (from, " → ", to, NULL);
}

static void
append_link (GString *out, WeirLink *link, guint depth)
{
  g_autofree char *ends = describe_ends (link);
  const char *when = weir_link_get_when (link);
  gboolean dotted = g_str_equal (weir_link_get_source_port (link), "error") || weir_link_is_feedback (link);

  indent (out, depth);
  append_id (out, weir_link_get_source (link));
  g_string_append (out, dotted ? " -.->" : " -->");
  if (ends != NULL || when != NULL)
    {
      g_autofree char *label = when == NULL   ? g_strdup (ends)
                               : ends == NULL ? g_strconcat ("if ", when, NULL)
                                              : g_strconcat (ends, " if ", when, NULL);

      g_string_append_c (out, '|');
      append_text (out, label);
      g_string_append_c (out, '|');
    }
  g_string_append_c (out, ' ');
  append_id (out, weir_link_get_target (link));
  g_string_append_c (out, '\n');
}

static void
append_graph (GString *out, WeirGraph *graph, guint depth)
{
  for (guint i = 0; i < weir_graph_get_n_blocks (graph); i++)
    append_block (out, weir_graph_get_block (graph, i), depth);
  for (guint i = 0; i < weir_graph_get_n_links (graph); i++)
    append_link (out, weir_graph_get_link (graph, i), depth);
}

/**
 * weir_workflow_to_mermaid:
 * @self: a workflow
 *
 * Draws the blocks and links as a Mermaid flowchart, for pages that show one: containers as subgraphs, decisions as rhombs, error
 * and feedback links dotted, what is switched off dashed. Holds no settings. Notes and places are left out: Mermaid lays it out.
 *
 * Returns: (transfer full): text in UTF-8
 */
char *
weir_workflow_to_mermaid (WeirWorkflow *self)
{
  g_autoptr (WeirValue) name = NULL;
  g_autofree char *title = NULL;
  GString *out;

  g_return_val_if_fail (WEIR_IS_WORKFLOW (self), NULL);

  name = weir_value_new_text (weir_workflow_get_name (self));
  title = weir_json_write (name, 0, NULL); /* which is YAML too */
  out = g_string_new ("---\ntitle: ");
  g_string_append (out, title);
  g_string_append (out, "\n---\nflowchart LR\n  classDef off stroke-dasharray: 4 4\n");
  append_graph (out, weir_workflow_get_graph (self), 1);
  return g_string_free_and_steal (out);
}
