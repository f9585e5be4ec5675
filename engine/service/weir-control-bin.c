/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Methods of WeirControl for what is let go of: the bin, cancel and delete, retention, the audit. */

#include "weir-bin.h"
#include "weir-control-private.h"
#include "weir-failure-report.h"

static const char *
get_text (WeirValue *args, const char *name)
{
  const char *text = weir_value_get_member_text (args, name, "");

  return *text != '\0' ? text : NULL;
}

static void
set_text (WeirBuilder *builder, const char *name, const char *text)
{
  weir_builder_set_take (builder, name, text != NULL ? weir_value_new_text (text) : weir_value_new_null ());
}

static void
set_time (WeirBuilder *builder, const char *name, gint64 at)
{
  weir_builder_set_take (builder, name, at != 0 ? weir_value_new_time (at) : weir_value_new_null ());
}

static void
set_int (WeirBuilder *builder, const char *name, gint64 value)
{
  weir_builder_set_take (builder, name, weir_value_new_int (value));
}

static WeirValue *
make_done (void)
{
  WeirBuilder *builder = weir_record_builder_new (1);

  weir_builder_set_take (builder, "done", weir_value_new_bool (TRUE));
  return weir_builder_end (builder);
}

static const char *
get_actor (WeirValue *args)
{
  const char *actor = get_text (args, "actor");

  return actor != NULL ? actor : "user";
}

/* A workflow by id or name, also one that was deleted. (transfer full) */
static char *
find_workflow (WeirEngine *engine, const char *name, GError **error)
{
  g_autoptr(WeirWorkflow) workflow = dex_await_object (weir_engine_load_workflow (engine, name, 0), NULL);
  g_autoptr(GPtrArray) deleted = NULL;

  if (workflow != NULL)
    return g_strdup (weir_workflow_get_id (workflow));
  deleted = dex_await_boxed (weir_engine_list_deleted (engine), error);
  if (deleted == NULL)
    return NULL;
  for (guint i = 0; i < deleted->len; i++)
    {
      WeirDeleted *line = g_ptr_array_index (deleted, i);

      if (line->workflow_id != NULL && (g_str_equal (line->name, name) || g_str_equal (line->workflow_id, name)))
        return g_strdup (line->workflow_id);
    }
  g_set_error (error, WEIR_ERROR, WEIR_ERROR_NOT_FOUND, "There is no workflow \"%s\"", name);
  return NULL;
}

/* What a deletion of either kind would take with it. */
static WeirValue *
measure (WeirEngine *engine, WeirValue *args, GError **error)
{
  gint64 run = weir_value_get_member_int (args, "run", 0);
  const char *part = get_text (args, "part");
  g_autofree WeirFootprint *footprint = dex_await_boxed (
    part != NULL ? weir_engine_measure_part (engine, run, part) : weir_engine_measure_run (engine, run), error);
  g_autoptr(WeirRunInfo) info = NULL;
  WeirBuilder *builder;

  if (footprint == NULL)
    return NULL;
  info = dex_await_object (weir_engine_load_run (engine, run), error);
  if (info == NULL)
    return NULL;
  builder = weir_record_builder_new (8);
  set_int (builder, "run", run);
  set_text (builder, "name", weir_run_info_get_workflow_name (info));
  set_text (builder, "status", weir_run_status_get_name (weir_run_info_get_status (info)));
  set_int (builder, "steps", footprint->n_steps);
  set_int (builder, "events", footprint->n_events);
  set_int (builder, "lines", footprint->n_lines);
  set_int (builder, "effects", footprint->n_effects);
  set_int (builder, "values", footprint->n_blobs);
  set_int (builder, "bytes", footprint->bytes);
  return weir_builder_end (builder);
}

static WeirValue *delete (WeirEngine *engine, WeirValue *args, GError **error)
{
  gint64 run = weir_value_get_member_int (args, "run", 0);
  const char *name = get_text (args, "workflow");
  const char *part = get_text (args, "part");
  const char *reason = get_text (args, "reason");
  gboolean now = weir_value_get_member_int (args, "now", 0) != 0;
  g_autofree char *id = NULL;
  DexFuture *future;

  if (name != NULL)
    {
      id = find_workflow (engine, name, error);
      if (id == NULL)
        return NULL;
      future = now ? weir_engine_discard_workflow (engine, id, get_actor (args), reason)
                   : weir_engine_delete_workflow (engine, id);
    }
  else if (part != NULL)
    future = now ? weir_engine_discard_part (engine, run, part, get_actor (args), reason)
                 : weir_engine_delete_part (engine, run, part, get_actor (args), reason);
  else
    future = now ? weir_engine_discard_run (engine, run, get_actor (args), reason)
                 : weir_engine_delete_run (engine, run, get_actor (args), reason);
  return dex_await (future, error) ? make_done () : NULL;
}

static WeirValue *
restore (WeirEngine *engine, WeirValue *args, GError **error)
{
  gint64 run = weir_value_get_member_int (args, "run", 0);
  const char *name = get_text (args, "workflow");
  const char *part = get_text (args, "part");
  g_autofree char *id = NULL;

  if (part != NULL)
    return dex_await (weir_engine_restore_part (engine, run, part, get_actor (args)), error) ? make_done () : NULL;
  if (name == NULL)
    return dex_await (weir_engine_restore_run (engine, run, get_actor (args)), error) ? make_done () : NULL;
  id = find_workflow (engine, name, error);
  return id != NULL && dex_await (weir_engine_restore_workflow (engine, id), error) ? make_done () : NULL;
}

static WeirValue *
list_deleted (WeirEngine *engine, WeirValue *args, GError **error)
{
  g_autoptr(GPtrArray) deleted = dex_await_boxed (weir_engine_list_deleted (engine), error);
  WeirBuilder *builder;

  if (deleted == NULL)
    return NULL;
  builder = weir_list_builder_new (deleted->len);
  for (guint i = 0; i < deleted->len; i++)
    {
      WeirDeleted *line = g_ptr_array_index (deleted, i);
      WeirBuilder *record = weir_record_builder_new (6);

      weir_builder_set_take (record, "run", line->run != 0 ? weir_value_new_int (line->run) : weir_value_new_null ());
      set_text (record, "part", line->part);
      set_text (record, "workflow", line->workflow_id);
      set_text (record, "name", line->name);
      set_time (record, "deleted_at", line->deleted_at);
      set_time (record, "expires_at", line->expires_at);
      weir_builder_take (builder, weir_builder_end (record));
    }
  return weir_builder_end (builder);
}

static WeirValue *
purge (WeirEngine *engine, WeirValue *args, GError **error)
{
  return dex_await (weir_engine_purge (engine), error) ? make_done () : NULL;
}

static WeirValue *
list_audit (WeirEngine *engine, WeirValue *args, GError **error)
{
  g_autoptr(GPtrArray) rows = dex_await_boxed (weir_engine_list_audit (engine), error);
  WeirBuilder *builder;

  if (rows == NULL)
    return NULL;
  builder = weir_list_builder_new (rows->len);
  for (guint i = 0; i < rows->len; i++)
    {
      WeirAuditRow *row = g_ptr_array_index (rows, i);
      WeirBuilder *record = weir_record_builder_new (7);

      set_int (record, "id", row->id);
      set_time (record, "at", row->at);
      set_text (record, "actor", row->actor);
      set_text (record, "action", row->action);
      set_text (record, "subject", row->subject);
      set_text (record, "reason", row->reason);
      set_text (record, "hash", row->hash);
      weir_builder_take (builder, weir_builder_end (record));
    }
  return weir_builder_end (builder);
}

static WeirValue *
verify_audit (WeirEngine *engine, WeirValue *args, GError **error)
{
  g_autoptr(DexFuture) future = weir_engine_verify_audit (engine);
  WeirBuilder *builder;

  if (!dex_await (dex_ref (future), error))
    return NULL;
  builder = weir_record_builder_new (1);
  set_int (builder, "rows", g_value_get_uint (dex_future_get_value (future, NULL)));
  return weir_builder_end (builder);
}

static WeirValue *
list_retention (WeirEngine *engine, WeirValue *args, GError **error)
{
  g_autoptr(GPtrArray) list = dex_await_boxed (weir_engine_list_retention (engine), error);
  WeirBuilder *builder;

  if (list == NULL)
    return NULL;
  builder = weir_list_builder_new (list->len);
  for (guint i = 0; i < list->len; i++)
    {
      WeirRetention *line = g_ptr_array_index (list, i);
      WeirBuilder *record = weir_record_builder_new (4);

      set_text (record, "workflow", *line->workflow_id != '\0' ? line->workflow_id : NULL);
      set_text (record, "kind", line->kind);
      weir_builder_set_take (record, "seconds",
                             line->age >= 0 ? weir_value_new_int (line->age / G_USEC_PER_SEC) : weir_value_new_null ());
      set_int (record, "bytes", line->max_bytes);
      weir_builder_take (builder, weir_builder_end (record));
    }
  return weir_builder_end (builder);
}

static WeirValue *
set_retention (WeirEngine *engine, WeirValue *args, GError **error)
{
  const char *name = get_text (args, "workflow");
  gint64 seconds = weir_value_get_member_int (args, "seconds", -1);
  g_autofree char *id = NULL;

  if (name != NULL && (id = find_workflow (engine, name, error)) == NULL)
    return NULL;
  return dex_await (weir_engine_set_retention (engine, id, weir_value_get_member_text (args, "kind", ""),
                                               seconds >= 0 ? MIN (seconds, G_MAXINT32) * G_USEC_PER_SEC : -1,
                                               weir_value_get_member_int (args, "bytes", 0)),
                    error)
           ? make_done ()
           : NULL;
}

static WeirValue *
get_usage (WeirEngine *engine, WeirValue *args, GError **error)
{
  g_autofree WeirUsage *usage = dex_await_boxed (weir_engine_get_usage (engine), error);
  WeirBuilder *builder;

  if (usage == NULL)
    return NULL;
  builder = weir_record_builder_new (8);
  set_int (builder, "database", (gint64) usage->database);
  set_int (builder, "unused", (gint64) usage->unused);
  set_int (builder, "log", (gint64) usage->log);
  set_int (builder, "blobs", (gint64) usage->blobs);
  set_int (builder, "backups", (gint64) usage->backups);
  set_int (builder, "values", (gint64) usage->n_blobs);
  set_int (builder, "runs", usage->n_runs);
  set_int (builder, "deleted", usage->n_deleted);
  return weir_builder_end (builder);
}

static WeirValue *
report_run (WeirEngine *engine, WeirValue *args, GError **error)
{
  g_autofree char *markdown = dex_await_string (
    weir_engine_report_run (engine, weir_value_get_member_int (args, "run", 0)), error);
  WeirBuilder *builder;

  if (markdown == NULL)
    return NULL;
  builder = weir_record_builder_new (1);
  set_text (builder, "markdown", markdown);
  return weir_builder_end (builder);
}

const WeirControlMethod weir_control_bin_methods[] = { { "Measure", measure },
                                                       { "Delete", delete },
                                                       { "Restore", restore },
                                                       { "ListDeleted", list_deleted },
                                                       { "Purge", purge },
                                                       { "ListAudit", list_audit },
                                                       { "VerifyAudit", verify_audit },
                                                       { "ListRetention", list_retention },
                                                       { "SetRetention", set_retention },
                                                       { "Usage", get_usage },
                                                       { "Report", report_run },
                                                       { NULL, NULL } };
