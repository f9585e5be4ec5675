/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "weir-fix-private.h"
#include "weir-validate-private.h"

#include <string.h>

/* Blocks looked at, in all, to find out whether one is upstream of another. */
#define MAX_VISITS 2000000

void
weir_validation_add (WeirValidation *self, WeirSeverity severity, const char *code, WeirBlock *block, const char *port,
                     const char *field, guint line, guint column, const char *format, ...)
{
  va_list args;
  g_autofree char *message = NULL;

  va_start (args, format);
  message = g_strdup_vprintf (format, args);
  va_end (args);
  /* what is missing stands nowhere: then it is where the file begins */
  if (line == 0 && block != NULL)
    {
      line = block->line;
      column = block->column;
    }
  else if (line == 0 && self->workflow->source != NULL)
    {
      line = self->workflow->source->root->line;
      column = self->workflow->source->root->column;
    }
  g_ptr_array_add (self->problems, weir_problem_new (severity, code, message, block != NULL ? weir_block_get_path (block) : NULL,
                                                     port, field, line, column));
}

static void
check_link_ports (WeirValidation *self, WeirLink *link)
{
  gboolean source_known;
  gboolean target_known;
  const WeirPort *output = weir_block_find_output (link->source, link->source_port, &source_known);
  const WeirPort *input = weir_block_find_input (link->target, link->target_port, &target_known);
  g_autoptr(WeirType) given = NULL;
  g_autoptr(WeirType) taken = NULL;
  g_autofree char *reason = NULL;

  if (output == NULL && source_known)
    weir_validation_add (self, WEIR_SEVERITY_ERROR, "port.unknown", link->source, link->source_port, NULL, link->line,
                         link->column, "The block \"%s\" has no output \"%s\"", link->source->id, link->source_port);
  if (input == NULL && target_known)
    weir_validation_add (self, WEIR_SEVERITY_ERROR, "port.unknown", link->target, link->target_port, NULL, link->line,
                         link->column, "The block \"%s\" has no input \"%s\"", link->target->id, link->target_port);
  if (output == NULL || input == NULL || g_str_equal (link->target_port, "run"))
    return;
  given = weir_port_dup_type (output);
  taken = weir_port_dup_type (input);
  if (!weir_type_accepts (taken, given, &reason))
    weir_validation_add (self, WEIR_SEVERITY_ERROR, "type.mismatch", link->target, link->target_port, NULL, link->line,
                         link->column, "%s", reason != NULL ? reason : "The types of the two ports do not fit");
}

/* What is done at the end of a run stands by itself, in the workflow and not inside of another block. */
static void
check_at_end (WeirValidation *self, WeirGraph *graph)
{
  for (guint i = 0; i < graph->blocks->len; i++)
    {
      WeirBlock *block = graph->blocks->pdata[i];
      const WeirBlockKind *kind = weir_block_get_kind (block);

      if (kind == NULL || !kind->at_end || !block->data->enabled)
        continue;
      if (block->from->len + block->to->len > 0)
        weir_validation_add (self, WEIR_SEVERITY_ERROR, "end.linked", block, NULL, NULL, block->line, block->column,
                             "%s runs when everything else is over: no link may lead to it or from it", kind->title);
      if (graph->container != NULL)
        weir_validation_add (self, WEIR_SEVERITY_ERROR, "end.inside", block, NULL, NULL, block->line, block->column,
                             "%s is for a whole run and does nothing inside of another block", kind->title);
    }
}

static guint
link_hash (gconstpointer key)
{
  const WeirLink *link = key;

  return g_direct_hash (link->source) * 31 + g_direct_hash (link->target) * 7 + g_direct_hash (link->source_port)
         + g_direct_hash (link->target_port) * 3;
}

static gboolean
link_equal (gconstpointer a, gconstpointer b)
{
  const WeirLink *left = a;
  const WeirLink *right = b;

  /* port names are interned */
  return left->source == right->source && left->target == right->target && left->source_port == right->source_port
         && left->target_port == right->target_port;
}

static void
check_links (WeirValidation *self, WeirGraph *graph)
{
  g_autoptr(GHashTable) seen = g_hash_table_new (link_hash, link_equal);

  for (guint i = 0; i < graph->links->len; i++)
    {
      WeirLink *link = graph->links->pdata[i];

      check_link_ports (self, link);
      weir_validation_check_when (self, link);
      if (!g_hash_table_add (seen, link))
        weir_validation_add (self, WEIR_SEVERITY_WARNING, "link.duplicate", link->target, link->target_port, NULL, link->line,
                             link->column, "There is more than one link from %s.%s to %s.%s", link->source->id,
                             link->source_port, link->target->id, link->target_port);
    }
  for (guint i = 0; i < graph->loose->len; i++)
    {
      const WeirLooseLink *loose = &g_array_index (graph->loose, WeirLooseLink, i);

      g_autofree char *message = weir_loose_link_describe (loose);

      weir_validation_add (self, WEIR_SEVERITY_ERROR, "block.unknown", graph->container, NULL, NULL, loose->line, loose->column,
                           "%s", message);
    }
}

static void
check_output (WeirValidation *self, WeirGraph *graph)
{
  const char *output = weir_graph_get_output (graph);
  WeirYamlDocument *source = self->workflow->source;
  WeirYamlNode *node = source != NULL && graph->container == NULL ? weir_yaml_node_find (source->root, "output") : NULL;
  guint line = node != NULL ? node->line : 0;
  guint column = node != NULL ? node->column : 0;
  g_auto(GStrv) words = NULL;
  WeirBlock *block;
  gboolean known;

  if (output == NULL)
    return;
  words = g_strsplit (output, ".", 2);
  block = words[0] != NULL ? weir_graph_find_block (graph, words[0]) : NULL;
  if (block == NULL)
    weir_validation_add (self, WEIR_SEVERITY_ERROR, "output.unknown", graph->container, NULL, "output", line, column,
                         "The output is \"%s\", but there is no such block", output);
  else if (words[1] != NULL && weir_block_find_output (block, words[1], &known) == NULL && known)
    weir_validation_add (self, WEIR_SEVERITY_ERROR, "output.unknown", block, words[1], "output", line, column,
                         "The output is \"%s\", but the block \"%s\" has no output \"%s\"", output, words[0], words[1]);
}

static void
check_graph (WeirValidation *self, WeirGraph *graph)
{
  for (guint i = 0; i < graph->blocks->len; i++)
    {
      WeirBlock *block = graph->blocks->pdata[i];

      weir_validation_check_block (self, block);
      if (block->body != NULL)
        check_graph (self, block->body);
    }
  check_links (self, graph);
  check_at_end (self, graph);
  check_output (self, graph);
}

static void
check_input (WeirValidation *self, const WeirInput *input)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(WeirType) type = weir_type_parse (input->type, &error);
  g_autoptr(WeirValue) converted = NULL;

  if (type == NULL)
    weir_validation_add (self, WEIR_SEVERITY_ERROR, "input.type", NULL, NULL, input->name, 0, 0, "The input \"%s\": %s",
                         input->name, error->message);
  else if (input->initial != NULL && !weir_value_is_null (input->initial) && !weir_value_is_dynamic (input->initial))
    {
      converted = weir_type_convert (type, input->initial, &error);
      if (converted == NULL)
        weir_validation_add (self, WEIR_SEVERITY_ERROR, "input.default", NULL, NULL, input->name, 0, 0,
                             "The default of the input \"%s\" is not of its type: %s", input->name, error->message);
    }
}

static void
check_header (WeirValidation *self)
{
  WeirWorkflow *workflow = self->workflow;
  WeirValue *record = workflow->graph->record;

  if (workflow->graph->blocks->len == 0)
    weir_validation_add (self, WEIR_SEVERITY_ERROR, "workflow.empty", NULL, NULL, NULL, 0, 0,
                         "Expected at least one block, but the workflow has none");
  for (guint i = 0; i < workflow->inputs->len; i++)
    check_input (self, &g_array_index (workflow->inputs, WeirInput, i));
  for (gsize i = 0; i < weir_value_get_length (record); i++)
    {
      const char *key = weir_value_get_key (record, i);
      WeirYamlNode *node = workflow->source != NULL ? weir_yaml_node_find (workflow->source->root, key) : NULL;

      if (!g_strv_contains (weir_document_keys, key) && !g_str_has_prefix (key, "x-"))
        weir_validation_add (self, WEIR_SEVERITY_INFO, "key.unknown", NULL, NULL, key, node != NULL ? node->line : 0,
                             node != NULL ? node->column : 0, "A workflow has no key \"%s\"; it is kept, but does nothing", key);
    }
}

static int
compare_problems (gconstpointer a, gconstpointer b)
{
  WeirProblem *left = *(WeirProblem *const *) a;
  WeirProblem *right = *(WeirProblem *const *) b;

  if (weir_problem_get_severity (left) != weir_problem_get_severity (right))
    return (int) weir_problem_get_severity (left) - (int) weir_problem_get_severity (right);
  if (weir_problem_get_line (left) != weir_problem_get_line (right))
    return weir_problem_get_line (left) < weir_problem_get_line (right) ? -1 : 1;
  return (int) weir_problem_get_column (left) - (int) weir_problem_get_column (right);
}

/**
 * weir_workflow_validate:
 * @self: a workflow
 *
 * Finds everything that is wrong. Lines and columns are those of the file that a block or link was read from.
 *
 * Returns: (transfer full): of [class@Weir.Problem], worst first, then as they stand in the file
 */
GListModel *
weir_workflow_validate (WeirWorkflow *self)
{
  WeirValidation validation = { .workflow = self, .visits = MAX_VISITS };
  g_autoptr(GPtrArray) problems = NULL;
  GListStore *store;

  g_return_val_if_fail (WEIR_IS_WORKFLOW (self), NULL);

  validation.problems = problems = g_ptr_array_new_with_free_func (g_object_unref);
  check_header (&validation);
  check_graph (&validation, self->graph);
  g_ptr_array_sort (problems, compare_problems);
  store = g_list_store_new (WEIR_TYPE_PROBLEM);
  g_list_store_splice (store, 0, 0, problems->pdata, problems->len);
  return G_LIST_MODEL (store);
}
