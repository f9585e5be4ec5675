/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "weir-workflow-file.h"

#include "weir-json.h"
#include "weir-load-text.h"
#include "weir-workflow-private.h"

#include <string.h>

static int
compare_places (gconstpointer a, gconstpointer b)
{
  WeirProblem *left = *(WeirProblem *const *) a;
  WeirProblem *right = *(WeirProblem *const *) b;
  guint left_line = weir_problem_get_line (left);
  guint right_line = weir_problem_get_line (right);

  if (left_line != right_line)
    return left_line < right_line ? -1 : 1;
  return (int) weir_problem_get_column (left) - (int) weir_problem_get_column (right);
}

static void
set_error_of_problem (GError **error, WeirProblem *problem, guint n_problems)
{
  g_autofree char *text = weir_problem_to_string (problem, NULL);
  g_autofree char *more = n_problems > 1 ? g_strdup_printf (" (and %u more)", n_problems - 1) : g_strdup ("");
  WeirError code = WEIR_ERROR_INVALID;

  if (g_str_equal (weir_problem_get_code (problem), "file.newer"))
    code = WEIR_ERROR_NEWER;
  else if (g_str_equal (weir_problem_get_code (problem), "yaml.limit"))
    code = WEIR_ERROR_LIMIT;
  if (weir_problem_get_line (problem) > 0)
    g_set_error (error, WEIR_ERROR, code, "Line %u, column %u: %s%s", weir_problem_get_line (problem),
                 weir_problem_get_column (problem), weir_problem_get_message (problem), more);
  else
    g_set_error (error, WEIR_ERROR, code, "%s%s", weir_problem_get_message (problem), more);
}

static void
read_layout (WeirWorkflow *self, WeirYamlNode *root)
{
  WeirYamlNode *layout = weir_yaml_node_find (root, "layout");
  WeirBuilder *loose;

  if (layout == NULL || layout->type != WEIR_YAML_RECORD)
    return;
  loose = weir_record_builder_new (0);
  for (guint i = 0; i + 1 < layout->n_children; i += 2)
    {
      const char *path = weir_yaml_node_get_text (layout->children[i]);
      WeirValue *position = weir_yaml_node_get_value (layout->children[i + 1]);
      WeirBlock *block = weir_workflow_find_block (self, path);

      if (block != NULL)
        block->position = weir_value_ref (position);
      else
        weir_builder_set (loose, path, position);
    }
  weir_value_unref (self->loose_layout);
  self->loose_layout = weir_builder_end (loose);
}

static WeirWorkflow *
read_document (WeirYamlDocument *document, GPtrArray *problems)
{
  g_autoptr(WeirWorkflow) self = NULL;

  if (document->root == NULL)
    {
      g_ptr_array_add (problems, weir_problem_new (WEIR_SEVERITY_ERROR, "file.shape",
                                                   "Expected a workflow that begins with \"weir: 1\", but there is nothing",
                                                   NULL, NULL, NULL, 1, 1));
      return NULL;
    }
  weir_file_check_document (document->root, problems);
  if (document->root->type != WEIR_YAML_RECORD)
    return NULL;

  self = g_object_new (WEIR_TYPE_WORKFLOW, NULL);
  weir_graph_read (self->graph, document->root, problems);
  if (problems->len > 0)
    return NULL;
  read_layout (self, document->root);
  weir_workflow_read_header (self);
  self->source = weir_yaml_document_ref (document);
  return g_steal_pointer (&self);
}

/**
 * weir_workflow_parse:
 * @text: YAML, or JSON of the same shape
 * @length: bytes, or -1 if it ends with a NUL
 * @problems: (out) (optional) (transfer full): every problem of syntax and shape, never %NULL
 * @error: the first of them
 *
 * Reads a workflow. Nothing in it is run or fetched. What parses may still have problems by weir_workflow_validate().
 *
 * Returns: (transfer full) (nullable): the workflow
 */
WeirWorkflow *
weir_workflow_parse (const char *text, gssize length, GListModel **problems, GError **error)
{
  g_autoptr(GPtrArray) found = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr(WeirYamlDocument) document = NULL;
  WeirWorkflow *self = NULL;

  g_return_val_if_fail (text != NULL, NULL);

  document = weir_yaml_document_parse (text, length, found);
  if (document != NULL)
    self = read_document (document, found);

  g_ptr_array_sort (found, compare_places);
  if (problems != NULL)
    {
      GListStore *store = g_list_store_new (WEIR_TYPE_PROBLEM);

      g_list_store_splice (store, 0, 0, found->pdata, found->len);
      *problems = G_LIST_MODEL (store);
    }
  if (self == NULL)
    set_error_of_problem (error, found->pdata[0], found->len);
  return self;
}

/**
 * weir_workflow_load:
 * @path: a file
 * @problems: (out) (optional) (transfer full): every problem of syntax and shape, never %NULL
 * @error: why the file could not be read, or the first problem
 *
 * Reads a workflow from a file; its folder becomes the one that relative paths are below. Blocks for the time of reading.
 *
 * Returns: (transfer full) (nullable): the workflow
 */
WeirWorkflow *
weir_workflow_load (const char *path, GListModel **problems, GError **error)
{
  g_autofree char *text = NULL;
  g_autofree char *absolute = NULL;
  g_autofree char *folder = NULL;
  gsize length;
  WeirWorkflow *self;

  g_return_val_if_fail (path != NULL, NULL);

  text = weir_load_text (path, WEIR_YAML_MAX_BYTES, &length, error);
  if (text == NULL)
    {
      if (problems != NULL)
        *problems = G_LIST_MODEL (g_list_store_new (WEIR_TYPE_PROBLEM));
      return NULL;
    }
  self = weir_workflow_parse (text, length, problems, error);
  if (self == NULL)
    return NULL;
  absolute = g_canonicalize_filename (path, NULL);
  folder = g_path_get_dirname (absolute);
  weir_workflow_set_folder (self, folder);
  return self;
}

/**
 * weir_workflow_to_yaml:
 * @self: a workflow
 *
 * What came from a YAML file and was not changed is written as it stood there, comments, order, quotes and all.
 *
 * Returns: (transfer full): the workflow as YAML
 */
char *
weir_workflow_to_yaml (WeirWorkflow *self)
{
  g_autoptr(WeirValue) document = NULL;
  GString *out;

  g_return_val_if_fail (WEIR_IS_WORKFLOW (self), NULL);

  document = weir_workflow_make_document (self);
  if (self->source != NULL && !self->source->json)
    {
      char *patched = weir_yaml_patch (self->source, document);

      if (patched != NULL)
        return patched;
    }
  out = g_string_new (NULL);
  for (gsize i = 0; i < weir_value_get_length (document); i++)
    weir_yaml_emit_entry (out, weir_value_get_key (document, i), weir_value_get_item (document, i), 0);
  return g_string_free_and_steal (out);
}

/**
 * weir_workflow_to_json:
 * @self: a workflow
 *
 * Returns: (transfer full): the workflow as JSON of the same shape, indented by 2, with a newline at its end
 */
char *
weir_workflow_to_json (WeirWorkflow *self)
{
  g_autoptr(WeirValue) document = NULL;
  g_autofree char *json = NULL;

  g_return_val_if_fail (WEIR_IS_WORKFLOW (self), NULL);

  document = weir_workflow_make_document (self);
  json = weir_json_write (document, 2, NULL);
  return g_strconcat (json, "\n", NULL);
}

/**
 * weir_workflow_save_file:
 * @self: a workflow
 * @path: a file; JSON if it ends with ".json", else YAML
 * @error: why it could not be written
 *
 * Writes the workflow to a temporary file beside @path, syncs it and renames it. Blocks.
 *
 * Returns: whether it was written
 */
gboolean
weir_workflow_save_file (WeirWorkflow *self, const char *path, GError **error)
{
  g_autofree char *text = NULL;

  g_return_val_if_fail (WEIR_IS_WORKFLOW (self), FALSE);
  g_return_val_if_fail (path != NULL, FALSE);

  text = g_str_has_suffix (path, ".json") ? weir_workflow_to_json (self) : weir_workflow_to_yaml (self);
  return g_file_set_contents_full (path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0644, error);
}

/**
 * weir_yaml_parse_value:
 * @text: one value in YAML, or JSON
 * @length: bytes, or -1 if it ends with a NUL
 * @error: what is wrong, with line and column
 *
 * Returns: (transfer full) (nullable): the value; null for an empty text
 */
WeirValue *
weir_yaml_parse_value (const char *text, gssize length, GError **error)
{
  g_autoptr(GPtrArray) problems = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr(WeirYamlDocument) document = NULL;

  g_return_val_if_fail (text != NULL, NULL);

  document = weir_yaml_document_parse (text, length, problems);
  if (document == NULL)
    {
      set_error_of_problem (error, problems->pdata[0], problems->len);
      return NULL;
    }
  return document->root != NULL ? weir_value_ref (weir_yaml_node_get_value (document->root)) : weir_value_new_null ();
}
