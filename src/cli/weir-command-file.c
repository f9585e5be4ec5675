/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weir-cli.h"
#include "weir-session.h"
#include "weir-workflow-source.h"

#include <stdio.h>
#include <string.h>

static char *option_output;
static char *option_format;

const GOptionEntry weir_validate_options[] = {
  WEIR_OPTION_JSON (N_("Print the problems as JSON")),
  { NULL }
};

const GOptionEntry weir_import_options[] = {
  WEIR_OPTION_JSON (N_("Print JSON")),
  { NULL }
};

const GOptionEntry weir_export_options[] = {
  { "output", 'o', 0, G_OPTION_ARG_FILENAME, &option_output, N_("Write to this file (default: standard output)"), N_("FILE") },
  { "format", 'f', 0, G_OPTION_ARG_STRING, &option_format, N_("yaml (default), json or mermaid, a drawing for web pages"),
    N_("FORMAT") },
  WEIR_OPTION_JSON (N_("As JSON: the same as --format json")),
  { NULL }
};

static void
add_text (WeirBuilder *builder, const char *name, const char *text)
{
  weir_builder_set_take (builder, name, text != NULL ? weir_value_new_text (text) : weir_value_new_null ());
}

static WeirValue *
describe_problem (WeirProblem *problem)
{
  static const char *const severities[] = { "error", "warning", "info" };
  WeirBuilder *builder = weir_record_builder_new (8);

  add_text (builder, "severity", severities[weir_problem_get_severity (problem)]);
  add_text (builder, "code", weir_problem_get_code (problem));
  add_text (builder, "message", weir_problem_get_message (problem));
  add_text (builder, "block", weir_problem_get_block_path (problem));
  add_text (builder, "port", weir_problem_get_port (problem));
  add_text (builder, "field", weir_problem_get_field (problem));
  weir_builder_set_take (builder, "line", weir_value_new_int (weir_problem_get_line (problem)));
  weir_builder_set_take (builder, "column", weir_value_new_int (weir_problem_get_column (problem)));
  return weir_builder_end (builder);
}

static void
print_problems_json (GListModel *problems)
{
  guint n = g_list_model_get_n_items (problems);
  WeirBuilder *builder = weir_list_builder_new (n);
  g_autoptr(WeirValue) list = NULL;

  for (guint i = 0; i < n; i++)
    {
      g_autoptr(WeirProblem) problem = g_list_model_get_item (problems, i);

      weir_builder_take (builder, describe_problem (problem));
    }
  list = weir_builder_end (builder);
  weir_cli_print_json (list, 2);
}

static guint
count_errors (GListModel *problems)
{
  guint n_errors = 0;

  for (guint i = 0; i < g_list_model_get_n_items (problems); i++)
    {
      g_autoptr(WeirProblem) problem = g_list_model_get_item (problems, i);

      if (weir_problem_get_severity (problem) == WEIR_SEVERITY_ERROR)
        n_errors++;
    }
  return n_errors;
}

/* Only files can be looked at without the database. */
static WeirWorkflow *
find_called (const char *workflow, guint version, gpointer user_data)
{
  const char *folder = weir_workflow_get_folder (user_data);
  g_autofree char *path = NULL;

  if (strchr (workflow, '/') == NULL && !g_str_has_suffix (workflow, ".yaml"))
    return NULL;
  path = g_canonicalize_filename (workflow, folder);
  return weir_workflow_load (path, NULL, NULL);
}

static void
add_calls (GListModel *problems, WeirWorkflow *workflow)
{
  g_autoptr(GListModel) calls = weir_workflow_validate_calls (workflow, find_called, workflow);

  for (guint i = 0; i < g_list_model_get_n_items (calls); i++)
    {
      g_autoptr(WeirProblem) problem = g_list_model_get_item (calls, i);

      g_list_store_append (G_LIST_STORE (problems), problem);
    }
}

int
weir_command_validate (int argc, char **argv)
{
  g_autoptr(GListModel) problems = NULL;
  g_autoptr(GError) error = NULL;
  g_autoptr(WeirWorkflow) workflow = weir_workflow_load (argv[0], &problems, &error);
  guint n_errors;

  if (workflow != NULL)
    {
      g_clear_object (&problems);
      problems = weir_workflow_validate (workflow);
      add_calls (problems, workflow);
    }
  else if (problems == NULL || g_list_model_get_n_items (problems) == 0)
    return MAX (weir_cli_fail (error), WEIR_EXIT_INVALID);
  n_errors = count_errors (problems);
  if (weir_option_json)
    print_problems_json (problems);
  else
    {
      weir_problems_print (problems, argv[0]);
      if (n_errors == 0)
        printf (_("%s is valid\n"), argv[0]);
      else
        g_printerr (ngettext ("%u error\n", "%u errors\n", n_errors), n_errors);
    }
  return n_errors > 0 ? WEIR_EXIT_INVALID : WEIR_EXIT_OK;
}

/* Version of the one that is there already; 0: there is none, or it was deleted. */
static gint64
find_version (WeirSession *session, const char *id)
{
  g_autoptr(WeirValue) list = weir_session_call (session, NULL, "ListWorkflows", NULL);

  for (gsize i = 0; list != NULL && i < weir_value_get_length (list); i++)
    {
      WeirValue *line = weir_value_get_item (list, i);

      if (g_str_equal (weir_value_get_member_text (line, "id", ""), id))
        return weir_value_get_member_int (line, "version", 0);
    }
  return 0;
}

/* The workflow that came from this file, whoever imported it: the one that is told of here, else the one of the path. */
static gint64
choose_workflow (WeirSession *session, WeirWorkflow *workflow, const char *path)
{
  g_autofree char *linked = weir_file_links_find (weir_option_data_dir, path);
  gint64 version = linked != NULL ? find_version (session, linked) : 0;

  if (version > 0)
    {
      weir_workflow_set_id (workflow, linked);
      return version;
    }
  return find_version (session, weir_workflow_get_id (workflow));
}

/* From here on the window tells of it when the file changes. */
static void
link_to_file (const char *id, const char *path)
{
  g_autofree char *text = NULL;
  g_autoptr(GError) error = NULL;

  if (!g_file_get_contents (path, &text, NULL, NULL))
    return;
  if (!weir_file_links_remember (weir_option_data_dir, id, path, text, &error))
    g_printerr (_("weir: that the workflow came from %s cannot be kept: %s\n"), path, error->message);
}

static void
tell_imported (WeirValue *answer, gint64 before, const char *path)
{
  const char *name = weir_value_get_member_text (answer, "name", "");
  gint64 version = weir_value_get_member_int (answer, "version", 0);

  if (before == 0)
    printf (_("Imported \"%s\", version %" G_GINT64_FORMAT "\n"), name, version);
  else if (version > before)
    printf (_("Updated \"%s\" from %s: version %" G_GINT64_FORMAT ", %" G_GINT64_FORMAT " is kept\n"), name, path,
            version, before);
  else
    printf (_("\"%s\" says what is in %s already: version %" G_GINT64_FORMAT "\n"), name, path, version);
}

int
weir_command_import (int argc, char **argv)
{
  WeirSession session = { 0 };
  g_autoptr(GError) error = NULL;
  g_autoptr(WeirWorkflow) workflow = weir_workflow_source_read (argv[0], &error);
  g_autoptr(WeirValue) answer = NULL;
  g_autofree char *text = NULL;
  int code = WEIR_EXIT_OK;
  gint64 before;

  if (workflow == NULL)
    return error != NULL ? weir_cli_fail (error) : WEIR_EXIT_INVALID;
  if (!weir_session_open (&session, &error))
    return weir_cli_fail (error);
  before = choose_workflow (&session, workflow, argv[0]);
  text = weir_workflow_to_yaml (workflow);
  answer = weir_session_call (&session, &error, "Import", "text", weir_value_new_text (text), "folder",
                              weir_value_new_text (weir_workflow_get_folder (workflow)), "id",
                              weir_value_new_text (weir_workflow_get_id (workflow)), NULL);
  if (answer != NULL)
    link_to_file (weir_value_get_member_text (answer, "id", ""), argv[0]);
  if (answer == NULL)
    code = weir_cli_fail (error);
  else if (weir_option_json)
    weir_cli_print_json (answer, 2);
  else
    tell_imported (answer, before, argv[0]);
  weir_session_close (&session, NULL);
  return code;
}

static gboolean
write_export (const char *text, GError **error)
{
  if (option_output != NULL)
    return g_file_set_contents (option_output, text, -1, error);
  fputs (text, stdout);
  return TRUE;
}

int
weir_command_export (int argc, char **argv)
{
  WeirSession session = { 0 };
  g_autoptr(WeirValue) answer = NULL;
  g_autoptr(GError) error = NULL;
  static const char *const formats[] = { "yaml", "json", "mermaid", NULL };
  const char *format = option_format != NULL ? option_format : weir_option_json ? "json" : "yaml";
  int code = WEIR_EXIT_OK;

  if (!g_strv_contains (formats, format))
    return weir_cli_fail_text (WEIR_EXIT_INVALID, _("Expected the format yaml, json or mermaid, but got \"%s\""),
                               format);
  if (!weir_session_open (&session, &error))
    return weir_cli_fail (error);
  answer = weir_session_call (&session, &error, "Export", "name", weir_value_new_text (argv[0]), "format",
                              weir_value_new_text (format), NULL);
  if (answer == NULL || !write_export (weir_value_get_member_text (answer, "text", ""), &error))
    code = weir_cli_fail (error);
  else if (weir_value_get_member_int (answer, "left_out", 0) > 0)
    g_printerr (ngettext ("weir: %d secret was left out\n", "weir: %d secrets were left out\n",
                          (gulong) weir_value_get_member_int (answer, "left_out", 0)),
                (int) weir_value_get_member_int (answer, "left_out", 0));
  weir_session_close (&session, NULL);
  return code;
}
