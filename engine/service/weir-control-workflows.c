/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Methods of WeirControl for workflows. */

#include "weir-control-private.h"
#include "weir-control-record.h"
#include "weir-engine-private.h"
#include "weir-share.h"
#include "weir-workflow-file.h"

static WeirValue *
list_workflows (WeirEngine *engine, WeirValue *args, GError **error)
{
  g_autoptr(GListModel) workflows = dex_await_object (weir_engine_list_workflows (engine), error);
  WeirBuilder *builder;

  if (workflows == NULL)
    return NULL;
  builder = weir_list_builder_new (g_list_model_get_n_items (workflows));
  for (guint i = 0; i < g_list_model_get_n_items (workflows); i++)
    {
      g_autoptr(WeirWorkflowInfo) info = g_list_model_get_item (workflows, i);
      WeirRunInfo *last = weir_workflow_info_get_last_run (info);
      WeirBuilder *line = weir_record_builder_new (5);

      weir_control_set_text (line, "id", weir_workflow_info_get_id (info));
      weir_control_set_text (line, "name", weir_workflow_info_get_name (info));
      weir_control_set_int (line, "version", weir_workflow_info_get_version (info));
      weir_control_set_time (line, "changed_at", weir_workflow_info_get_changed_at (info));
      weir_builder_set_take (line, "last_run",
                             last != NULL ? weir_builder_end (weir_control_describe_run (engine, last))
                                          : weir_value_new_null ());
      weir_builder_take (builder, weir_builder_end (line));
    }
  return weir_builder_end (builder);
}

static WeirValue *
describe_workflow (WeirWorkflow *workflow, char *text, guint n_left_out)
{
  WeirBuilder *builder = weir_record_builder_new (5);

  weir_control_set_text (builder, "id", weir_workflow_get_id (workflow));
  weir_control_set_text (builder, "name", weir_workflow_get_name (workflow));
  weir_control_set_int (builder, "version", weir_workflow_get_version (workflow));
  weir_control_set_text (builder, "folder", weir_workflow_get_folder (workflow));
  if (text != NULL)
    weir_control_set_text (builder, "text", text);
  weir_control_set_int (builder, "left_out", n_left_out);
  g_free (text);
  return weir_builder_end (builder);
}

static WeirValue *
import_workflow (WeirEngine *engine, WeirValue *args, GError **error)
{
  g_autoptr(GListModel) problems = NULL;
  g_autoptr(WeirWorkflow) workflow = NULL;

  workflow = weir_workflow_parse (weir_value_get_member_text (args, "text", ""), -1, &problems, error);
  if (workflow == NULL)
    return NULL;
  weir_workflow_set_folder (workflow, weir_control_get_text (args, "folder"));
  if (weir_control_get_text (args, "id") != NULL)
    weir_workflow_set_id (workflow, weir_control_get_text (args, "id"));
  if (!dex_await (weir_engine_save_workflow (engine, workflow, "Imported"), error))
    return NULL;
  return describe_workflow (workflow, NULL, 0);
}

/* In a format it is to be given away and has no secrets; without one it is to be run, by whoever owns it. */
static WeirValue *
export_workflow (WeirEngine *engine, WeirValue *args, GError **error)
{
  g_autoptr(WeirWorkflow) workflow = NULL;
  g_autoptr(WeirWorkflow) shared = NULL;
  guint n_left_out;
  char *text;
  const char *format = weir_value_get_member_text (args, "format", "");

  workflow = dex_await_object (weir_engine_load_workflow (engine, weir_value_get_member_text (args, "name", ""),
                                                          (guint) weir_value_get_member_int (args, "version", 0)),
                               error);
  if (workflow == NULL)
    return NULL;
  if (*format == '\0')
    return describe_workflow (workflow, weir_workflow_to_yaml (workflow), 0);
  shared = weir_workflow_copy_for_sharing (workflow, &n_left_out);
  text = g_str_equal (format, "json")      ? weir_workflow_to_json (shared)
         : g_str_equal (format, "mermaid") ? weir_workflow_to_mermaid (shared)
                                           : weir_workflow_to_yaml (shared);
  return describe_workflow (workflow, text, n_left_out);
}

const WeirControlMethod weir_control_workflows_methods[] = {
  { "ListWorkflows", list_workflows },
  { "Import", import_workflow },
  { "Export", export_workflow },
  { NULL, NULL }
};
