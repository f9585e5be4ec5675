/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The methods of WeirControl in the process that has the engine: which there are. Each is a fiber: it may await. */

#include "weir-control-private.h"
#include "weir-control-record.h"
#include "weir-engine-private.h"

#include <unistd.h>

typedef WeirValue *(*MethodFunc) (WeirEngine *engine, WeirValue *args, GError **error);

static WeirValue *
ping (WeirEngine *engine, WeirValue *args, GError **error)
{
  return weir_control_make_record ("pid", weir_value_new_int (getpid ()));
}

static const WeirControlMethod methods[] = {
  { "Ping", ping },
  { NULL, NULL }
};

static const WeirControlMethod *const tables[] = {
  methods,
  weir_control_run_methods,
  weir_control_look_methods,
  weir_control_undo_methods,
  weir_control_workflows_methods,
  weir_control_bin_methods,
  weir_control_limits_methods,
  weir_control_waits_methods,
  weir_control_recovery_methods,
  weir_control_rerun_methods,
  weir_control_swarm_methods,
};

static MethodFunc
find_method (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (tables); i++)
    for (const WeirControlMethod *method = tables[i]; method->name != NULL; method++)
      if (g_str_equal (method->name, name))
        return method->func;
  return NULL;
}

typedef struct
{
  WeirEngine *engine;
  WeirValue *args;
  MethodFunc func;
} MethodCall;

static void
method_call_free (MethodCall *self)
{
  g_object_unref (self->engine);
  weir_value_unref (self->args);
  g_free (self);
}

static DexFuture *
method_fiber (gpointer user_data)
{
  MethodCall *self = user_data;
  GError *error = NULL;
  WeirValue *answer = self->func (self->engine, self->args, &error);

  if (answer == NULL)
    return dex_future_new_for_error (error);
  return dex_future_new_take_boxed (WEIR_TYPE_VALUE, answer);
}

DexFuture *
weir_control_dispatch (WeirEngine *engine, const char *method, WeirValue *args)
{
  /* what a database that is only looked at can still answer */
  static const char *const looking[] = { "Ping", "ListRuns", "ShowRun", "Events", "Logs", "ListWorkflows", "Export", "Measure",
                                         "ListDeleted", "Waits", "Swarm", "ListAudit", "VerifyAudit", "ListRetention", "Usage", "Report",
                                         "PlanRecovery", "ListReports", NULL };
  MethodFunc func = find_method (method);
  GError *error = NULL;
  MethodCall *call;

  if (func == NULL)
    return dex_future_new_reject (WEIR_ERROR, WEIR_ERROR_NOT_FOUND, "There is no method \"%s\"", method);
  if (!g_strv_contains (looking, method) && !weir_store_may_write (engine->store, &error))
    return dex_future_new_for_error (error);
  call = g_new0 (MethodCall, 1);
  call->engine = g_object_ref (engine);
  call->args = args != NULL ? weir_value_ref (args) : weir_value_new_record (NULL, NULL, 0);
  call->func = func;
  return dex_scheduler_spawn (NULL, 0, method_fiber, call, (GDestroyNotify) method_call_free);
}
