/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "weir-control-private.h"

#include <fcntl.h>
#include <string.h>
#include <sys/un.h>

#include "weir-json.h"

/* What travels over control.sock. An argument named `json` is text in JSON. Times in it are ISO 8601, identifiers
 * and counts are numbers. */
static const char interface_xml[] =
  "<node><interface name='" WEIR_CONTROL_INTERFACE "'>"
  "<method name='Ping'><arg name='pid' type='x' direction='out'/></method>"
  "<method name='Play'><arg name='workflow' type='s'/><arg name='folder' type='s'/><arg name='id' type='s'/>"
  "<arg name='inputs' type='s'/><arg name='options' type='s'/><arg name='run' type='x' direction='out'/></method>"
  "<method name='Pause'><arg name='run' type='x'/><arg name='status' type='s' direction='out'/></method>"
  "<method name='Resume'><arg name='run' type='x'/><arg name='status' type='s' direction='out'/></method>"
  "<method name='Stop'><arg name='run' type='x'/><arg name='status' type='s' direction='out'/></method>"
  "<method name='ForceStop'><arg name='run' type='x'/><arg name='status' type='s' direction='out'/></method>"
  "<method name='Settle'><arg name='run' type='x'/><arg name='block' type='s'/><arg name='decision' type='s'/>"
  "<arg name='outputs' type='s'/><arg name='status' type='s' direction='out'/></method>"
  "<method name='ListRuns'><arg name='workflow' type='s'/><arg name='limit' type='u'/>"
  "<arg name='json' type='s' direction='out'/></method>"
  "<method name='ShowRun'><arg name='run' type='x'/><arg name='json' type='s' direction='out'/></method>"
  "<method name='Events'><arg name='run' type='x'/><arg name='after' type='t'/>"
  "<arg name='json' type='s' direction='out'/></method>"
  "<method name='Follow'><arg name='run' type='x'/><arg name='after' type='t'/></method>"
  "<method name='Logs'><arg name='run' type='x'/><arg name='level' type='i'/><arg name='block' type='s'/>"
  "<arg name='text' type='s'/><arg name='after' type='t'/><arg name='limit' type='u'/>"
  "<arg name='json' type='s' direction='out'/></method>"
  "<method name='PlanUndo'><arg name='run' type='x'/><arg name='to_block' type='s'/><arg name='part' type='s'/><arg name='redo' type='u'/>"
  "<arg name='json' type='s' direction='out'/></method>"
  "<method name='Undo'><arg name='run' type='x'/><arg name='to_block' type='s'/><arg name='part' type='s'/><arg name='redo' type='u'/>"
  "<arg name='on_conflict' type='s'/>"
  "<arg name='json' type='s' direction='out'/></method>"
  "<method name='ListWorkflows'><arg name='json' type='s' direction='out'/></method>"
  "<method name='Import'><arg name='text' type='s'/><arg name='folder' type='s'/><arg name='id' type='s'/>"
  "<arg name='json' type='s' direction='out'/></method>"
  "<method name='Export'><arg name='name' type='s'/><arg name='version' type='u'/><arg name='format' type='s'/>"
  "<arg name='json' type='s' direction='out'/></method>"
  "<method name='Measure'><arg name='run' type='x'/><arg name='json' type='s' direction='out'/></method>"
  "<method name='Delete'><arg name='run' type='x'/><arg name='workflow' type='s'/><arg name='now' type='u'/><arg name='actor' type='s'/><arg name='reason' type='s'/><arg name='json' type='s' direction='out'/></method>"
  "<method name='Restore'><arg name='run' type='x'/><arg name='workflow' type='s'/><arg name='actor' type='s'/><arg name='json' type='s' direction='out'/></method>"
  "<method name='ListDeleted'><arg name='json' type='s' direction='out'/></method>"
  "<method name='Purge'><arg name='json' type='s' direction='out'/></method>"
  "<method name='ListAudit'><arg name='json' type='s' direction='out'/></method>"
  "<method name='VerifyAudit'><arg name='json' type='s' direction='out'/></method>"
  "<method name='ListRetention'><arg name='json' type='s' direction='out'/></method>"
  "<method name='SetRetention'><arg name='workflow' type='s'/><arg name='kind' type='s'/><arg name='seconds' type='x'/><arg name='bytes' type='x'/><arg name='json' type='s' direction='out'/></method>"
  "<method name='Waits'><arg name='run' type='x'/><arg name='json' type='s' direction='out'/></method>"
  "<method name='Answer'><arg name='run' type='x'/><arg name='block' type='s'/><arg name='value' type='s'/>"
  "<arg name='comment' type='s'/><arg name='by' type='s'/><arg name='token' type='s'/>"
  "<arg name='status' type='s' direction='out'/></method>"
  "<method name='Signal'><arg name='run' type='x'/><arg name='name' type='s'/><arg name='value' type='s'/>"
  "<arg name='by' type='s'/><arg name='status' type='s' direction='out'/></method>"
  "<method name='Limits'><arg name='changes' type='s'/><arg name='json' type='s' direction='out'/></method>"
  "<method name='SetPriority'><arg name='run' type='x'/><arg name='block' type='s'/><arg name='priority' type='i'/><arg name='json' type='s' direction='out'/></method>"
  "<method name='PlanRerun'><arg name='run' type='x'/><arg name='options' type='s'/><arg name='json' type='s' direction='out'/></method>"
  "<method name='Rerun'><arg name='run' type='x'/><arg name='options' type='s'/><arg name='run' type='x' direction='out'/></method>"
  "<method name='SaveFixture'><arg name='run' type='x'/><arg name='name' type='s'/><arg name='blocks' type='s'/><arg name='json' type='s' direction='out'/></method>"
  "<method name='SteerPart'><arg name='run' type='x'/><arg name='part' type='s'/><arg name='verb' type='s'/><arg name='json' type='s' direction='out'/></method>"
  "<method name='PlanRecovery'><arg name='runs' type='s'/><arg name='json' type='s' direction='out'/></method>"
  "<method name='Recover'><arg name='options' type='s'/><arg name='json' type='s' direction='out'/></method>"
  "<method name='Recovery'><arg name='changes' type='s'/><arg name='json' type='s' direction='out'/></method>"
  "<method name='ListReports'><arg name='limit' type='u'/><arg name='json' type='s' direction='out'/></method>"
  "<method name='Swarm'><arg name='run' type='x'/><arg name='block' type='s'/><arg name='first' type='u'/><arg name='n' type='u'/>"
  "<arg name='json' type='s' direction='out'/></method>"
  "<method name='SwarmAdd'><arg name='run' type='x'/><arg name='block' type='s'/><arg name='items' type='s'/><arg name='valid_only' type='u'/>"
  "<arg name='json' type='s' direction='out'/></method>"
  "<method name='SwarmSteer'><arg name='run' type='x'/><arg name='block' type='s'/><arg name='verb' type='s'/><arg name='item' type='x'/>"
  "<arg name='priority' type='i'/><arg name='json' type='s' direction='out'/></method>"
  "<method name='Step'><arg name='run' type='x'/><arg name='json' type='s' direction='out'/></method>"
  "<method name='SetBreakpoint'><arg name='run' type='x'/><arg name='block' type='s'/><arg name='condition' type='s'/><arg name='json' type='s' direction='out'/></method>"
  "<method name='Usage'><arg name='json' type='s' direction='out'/></method>"
  "<method name='Report'><arg name='run' type='x'/><arg name='json' type='s' direction='out'/></method>"
  "<signal name='Event'><arg name='run' type='x'/><arg name='event' type='s'/></signal>"
  "<signal name='Ended'><arg name='run' type='x'/></signal>"
  "</interface></node>";

static const GDBusErrorEntry error_entries[] = {
  { WEIR_ERROR_INVALID, "org.weirstudio.Weir.Error.Invalid" },
  { WEIR_ERROR_NOT_FOUND, "org.weirstudio.Weir.Error.NotFound" },
  { WEIR_ERROR_WRONG_STATE, "org.weirstudio.Weir.Error.WrongState" },
  { WEIR_ERROR_PORT_MISMATCH, "org.weirstudio.Weir.Error.PortMismatch" },
  { WEIR_ERROR_LIMIT, "org.weirstudio.Weir.Error.Limit" },
  { WEIR_ERROR_EXPRESSION, "org.weirstudio.Weir.Error.Expression" },
  { WEIR_ERROR_STORE, "org.weirstudio.Weir.Error.Store" },
  { WEIR_ERROR_BUSY, "org.weirstudio.Weir.Error.Busy" },
  { WEIR_ERROR_NEWER, "org.weirstudio.Weir.Error.Newer" },
  { WEIR_ERROR_STOPPED, "org.weirstudio.Weir.Error.Stopped" },
  { WEIR_ERROR_CONFLICT, "org.weirstudio.Weir.Error.Conflict" },
  { WEIR_ERROR_FAILED, "org.weirstudio.Weir.Error.Failed" },
};

void
weir_control_ensure_errors (void)
{
  static gboolean registered;

  if (registered)
    return;
  registered = TRUE;
  for (gsize i = 0; i < G_N_ELEMENTS (error_entries); i++)
    g_dbus_error_register_error (WEIR_ERROR, error_entries[i].error_code, error_entries[i].dbus_error_name);
}

GDBusInterfaceInfo *
weir_control_get_interface (void)
{
  static GDBusNodeInfo *node;

  if (node == NULL)
    {
      g_autoptr(GError) error = NULL;

      node = g_dbus_node_info_new_for_xml (interface_xml, &error);
      g_assert_no_error (error);
      g_dbus_interface_info_cache_build (node->interfaces[0]);
    }
  return node->interfaces[0];
}

char *
weir_control_make_address (const char *data_dir, int *dir_fd)
{
  g_autofree char *path = g_build_filename (data_dir, "control.sock", NULL);
  g_autofree char *escaped = NULL;

  *dir_fd = -1;
  /* A socket's path has room for 107 bytes; a deep folder is reached through its descriptor. */
  if (strlen (path) >= sizeof (((struct sockaddr_un *) NULL)->sun_path))
    {
      *dir_fd = open (data_dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
      g_set_str (&path, NULL);
      path = g_strdup_printf ("/proc/self/fd/%d/control.sock", *dir_fd);
    }
  escaped = g_dbus_address_escape_value (path);
  return g_strconcat ("unix:path=", escaped, NULL);
}

static gint64
get_int (WeirValue *value)
{
  if (value == NULL)
    return 0;
  return weir_value_get_kind (value) == WEIR_VALUE_INT ? weir_value_get_int (value) : 0;
}

static GVariant *
pack_text (WeirValue *value)
{
  if (value == NULL || weir_value_is_null (value))
    return g_variant_new_string ("");
  if (weir_value_get_kind (value) == WEIR_VALUE_TEXT)
    return g_variant_new_string (weir_value_get_text (value, NULL));
  return g_variant_new_take_string (weir_json_write (value, 0, NULL));
}

static gboolean
is_json (GDBusArgInfo **infos)
{
  return infos != NULL && infos[0] != NULL && g_str_equal (infos[0]->name, "json");
}

GVariant *
weir_control_pack (GDBusArgInfo **infos, WeirValue *record)
{
  GVariantBuilder builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE_TUPLE);

  if (is_json (infos))
    return g_variant_new ("(@s)", g_variant_new_take_string (weir_json_write (record, 0, NULL)));
  for (guint i = 0; infos != NULL && infos[i] != NULL; i++)
    {
      WeirValue *value = NULL;

      if (record != NULL)
        value = weir_value_find_member (record, infos[i]->name);
      switch (infos[i]->signature[0])
        {
        case 'x':
          g_variant_builder_add (&builder, "x", get_int (value));
          break;
        case 't':
          g_variant_builder_add (&builder, "t", (guint64) get_int (value));
          break;
        case 'u':
          g_variant_builder_add (&builder, "u", (guint32) get_int (value));
          break;
        case 'i':
          g_variant_builder_add (&builder, "i", (gint32) get_int (value));
          break;
        default:
          g_variant_builder_add_value (&builder, pack_text (value));
        }
    }
  return g_variant_builder_end (&builder);
}

WeirValue *
weir_control_unpack (GDBusArgInfo **infos, GVariant *tuple, GError **error)
{
  WeirBuilder *builder = NULL;

  if (is_json (infos))
    {
      const char *text;

      g_variant_get (tuple, "(&s)", &text);
      return weir_json_parse (text, -1, error);
    }
  builder = weir_record_builder_new (4);
  for (guint i = 0; infos != NULL && infos[i] != NULL; i++)
    {
      g_autoptr(GVariant) child = g_variant_get_child_value (tuple, i);
      WeirValue *value;

      switch (infos[i]->signature[0])
        {
        case 'x':
          value = weir_value_new_int (g_variant_get_int64 (child));
          break;
        case 't':
          value = weir_value_new_int ((gint64) MIN (g_variant_get_uint64 (child), (guint64) G_MAXINT64));
          break;
        case 'u':
          value = weir_value_new_int (g_variant_get_uint32 (child));
          break;
        case 'i':
          value = weir_value_new_int (g_variant_get_int32 (child));
          break;
        default:
          value = weir_value_new_text (g_variant_get_string (child, NULL));
        }
      weir_builder_set_take (builder, infos[i]->name, value);
    }
  return weir_builder_end (builder);
}
