/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weir-workflow-source.h"

#include "weir-demo.h"

#include <string.h>

guint
weir_problems_print (GListModel *problems, const char *file_name)
{
  guint n_errors = 0;

  for (guint i = 0; problems != NULL && i < g_list_model_get_n_items (problems); i++)
    {
      g_autoptr(WeirProblem) problem = g_list_model_get_item (problems, i);
      g_autofree char *text = weir_problem_to_string (problem, file_name);

      g_printerr ("%s\n", text);
      if (weir_problem_get_severity (problem) == WEIR_SEVERITY_ERROR)
        n_errors++;
    }
  return n_errors;
}

int
weir_workflow_source_explain (WeirWorkflow *workflow, const char *source, const GError *error)
{
  g_autoptr(GListModel) problems = weir_workflow_validate (workflow);

  if (weir_problems_print (problems, source) == 0)
    return weir_cli_fail (error);
  return WEIR_EXIT_INVALID;
}

/* The same file is the same workflow in the database, however often it is run. */
static char *
make_file_id (const char *path)
{
  g_autofree char *absolute = g_canonicalize_filename (path, NULL);
  g_autofree char *hash = g_compute_checksum_for_string (G_CHECKSUM_SHA256, absolute, -1);

  return g_strdup_printf ("file-%.16s", hash);
}

WeirWorkflow *
weir_workflow_source_read (const char *path, GError **error)
{
  g_autoptr(GListModel) problems = NULL;
  g_autoptr(GError) local_error = NULL;
  g_autoptr(WeirWorkflow) workflow = weir_workflow_load (path, &problems, &local_error);
  g_autofree char *absolute = NULL;
  g_autofree char *folder = NULL;
  g_autofree char *id = NULL;

  if (workflow == NULL)
    {
      if (weir_problems_print (problems, path) == 0)
        g_propagate_error (error, g_steal_pointer (&local_error));
      return NULL;
    }
  absolute = g_canonicalize_filename (path, NULL);
  folder = g_path_get_dirname (absolute);
  id = make_file_id (path);
  weir_workflow_set_folder (workflow, folder);
  weir_workflow_set_id (workflow, id);
  return g_steal_pointer (&workflow);
}

WeirWorkflow *
weir_workflow_source_load_version (WeirSession *session, const char *name, guint version, GError **error)
{
  g_autoptr(WeirValue) answer = weir_session_call (session, error, "Export", "name", weir_value_new_text (name),
                                                    "version", weir_value_new_int (version), NULL);
  g_autoptr(GListModel) problems = NULL;
  WeirWorkflow *workflow;

  if (answer == NULL)
    return NULL;
  workflow = weir_workflow_parse (weir_value_get_member_text (answer, "text", ""), -1, &problems, error);
  if (workflow == NULL)
    return NULL;
  weir_workflow_set_id (workflow, weir_value_get_member_text (answer, "id", NULL));
  weir_workflow_set_version (workflow, (guint) weir_value_get_member_int (answer, "version", 0));
  weir_workflow_set_folder (workflow, weir_value_get_member_text (answer, "folder", NULL));
  return workflow;
}

static WeirWorkflow *
load_demo (const char *name, WeirValue **given, GError **error)
{
  WeirWorkflow *workflow = weir_demo_prepare (name, given, error);

  if (workflow != NULL && weir_workflow_get_id (workflow) == NULL)
    {
      g_autofree char *id = g_strconcat ("demo-", name, NULL);

      weir_workflow_set_id (workflow, id);
    }
  return workflow;
}

static gboolean
looks_like_file (const char *source)
{
  return strchr (source, '/') != NULL || g_str_has_suffix (source, ".yaml") || g_str_has_suffix (source, ".yml")
         || g_str_has_suffix (source, ".json") || g_file_test (source, G_FILE_TEST_IS_REGULAR);
}

gboolean
weir_workflow_source_is_stored (const char *source)
{
  return !g_str_has_prefix (source, "demo:") && !looks_like_file (source);
}

WeirWorkflow *
weir_workflow_source_load (WeirSession *session, const char *source, WeirValue **given, GError **error)
{
  *given = NULL;
  if (g_str_has_prefix (source, "demo:"))
    return load_demo (source + strlen ("demo:"), given, error);
  if (looks_like_file (source))
    return weir_workflow_source_read (source, error);
  return weir_workflow_source_load_version (session, source, 0, error);
}
