/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Methods of WeirControl for what the end of the program cut off. */

#include "weir-control-private.h"
#include "weir-engine-private.h"
#include "weir-json.h"

/* (transfer full); NULL without @error where nothing was given. */
static WeirValue *
read_json (WeirValue *args, const char *name, GError **error)
{
  const char *text = weir_value_get_member_text (args, name, "");

  return *text != '\0' ? weir_json_parse (text, -1, error) : NULL;
}

static WeirValue *
plan_recovery (WeirEngine *engine, WeirValue *args, GError **error)
{
  g_autoptr(GError) local = NULL;
  g_autoptr(WeirValue) runs = read_json (args, "runs", &local);

  if (local != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return NULL;
    }
  return dex_await_boxed (weir_engine_plan_recovery (engine, runs), error);
}

static WeirValue *
recover (WeirEngine *engine, WeirValue *args, GError **error)
{
  g_autoptr(GError) local = NULL;
  g_autoptr(WeirValue) options = read_json (args, "options", &local);

  if (local != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return NULL;
    }
  return dex_await_boxed (weir_engine_recover (engine, options), error);
}

static WeirValue *
recovery (WeirEngine *engine, WeirValue *args, GError **error)
{
  g_autoptr(GError) local = NULL;
  g_autoptr(WeirValue) changes = read_json (args, "changes", &local);

  if (local != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return NULL;
    }
  if (changes != NULL
      && (!weir_engine_set_recovery (engine, changes, error) || !dex_await (weir_engine_durable (engine), error)))
    return NULL;
  return weir_engine_dup_recovery (engine);
}

static WeirValue *
list_reports (WeirEngine *engine, WeirValue *args, GError **error)
{
  return dex_await_boxed (weir_engine_list_reports (engine, (guint) weir_value_get_member_int (args, "limit", 0)),
                          error);
}

const WeirControlMethod weir_control_recovery_methods[] = { { "PlanRecovery", plan_recovery },
                                                            { "Recover", recover },
                                                            { "Recovery", recovery },
                                                            { "ListReports", list_reports },
                                                            { NULL, NULL } };
