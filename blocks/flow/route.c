/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "values.h"

typedef struct
{
  char      *target;
  WeirValue *allowed;
} Route;

static const WeirField route_fields[] = {
  WEIR_FIELD_TEXT (Route, target, .title = N_("Way"), .summary = N_("One of the allowed ones, named at run time"),
                   .placeholder = "{{ value.next }}"),
  WEIR_FIELD_VALUE (Route, allowed, .title = N_("Allowed"), .summary = N_("Each has an output of its name"),
                    .type = "list<text>", .initial_text = "[]", .required = TRUE, .rows = "way"),
  { 0 }
};

static const WeirPort route_inputs[] = {
  { .name = "value", .title = N_("Value"), .summary = N_("What is let through") },
  { .name = "target", .type = "text", .title = N_("Way"), .summary = N_("The name of an allowed way") },
  { 0 }
};

static const char *const route_errors[] = { "input.invalid", "input.missing", NULL };

static const WeirExample route_examples[] = {
  { .title = N_("What the value says"),
    .config = "{\"allowed\": [\"retry\", \"give up\"], \"target\": \"{{ value.next }}\"}",
    .inputs = "{\"value\": {\"next\": \"give up\"}}", .outputs = "{\"give_up\": {\"next\": \"give up\"}}" },
  { .title = N_("Named by a link"), .config = "{\"allowed\": [\"a\", \"b\"]}",
    .inputs = "{\"value\": 1, \"target\": \"b\"}", .outputs = "{\"b\": 1}" },
  { .title = N_("A way that is not allowed"), .config = "{\"allowed\": [\"a\", \"b\"], \"target\": \"c\"}",
    .inputs = "{\"value\": 1}", .error = "input.invalid" },
  { 0 }
};

static char *
make_way_port (WeirValue *allowed, gsize index)
{
  g_autofree char *fallback = g_strdup_printf ("way%" G_GSIZE_FORMAT, index + 1);
  WeirValue *name = weir_value_get_item (allowed, index);

  return weir_blocks_make_port_name (
    weir_value_get_kind (name) == WEIR_VALUE_TEXT ? weir_value_get_text (name, NULL) : NULL, fallback);
}

static gsize
count_ways (WeirValue *allowed)
{
  return allowed != NULL && weir_value_get_kind (allowed) == WEIR_VALUE_LIST ? weir_value_get_length (allowed) : 0;
}

static void
route_list_ports (WeirValue *config, WeirPortList *ports)
{
  WeirValue *allowed = weir_value_find_member (config, "allowed");

  for (gsize i = 0; i < count_ways (allowed); i++)
    {
      g_autofree char *name = make_way_port (allowed, i);
      g_autofree char *title = weir_blocks_to_text (weir_value_get_item (allowed, i));
      WeirPort port = { .name = name, .title = title, .row = (guint) i + 1 };

      weir_port_list_add_output (ports, &port);
    }
}

static gboolean
fail_unknown (Route *self, GError **error)
{
  g_autoptr(GString) names = g_string_new (NULL);

  for (gsize i = 0; i < count_ways (self->allowed); i++)
    {
      g_autofree char *name = weir_blocks_to_text (weir_value_get_item (self->allowed, i));

      g_string_append_printf (names, "%s%s", i > 0 ? ", " : "", name);
    }
  weir_set_failure (error, "input.invalid", "Expected one of the allowed ways (%s), but the way is “%s”", names->str,
                    self->target);
  return FALSE;
}

static gboolean
route_eval (gpointer settings, WeirStep *step, GError **error)
{
  Route *self = settings;
  WeirValue *value = weir_step_get_input (step, "value");

  if (weir_blocks_is_blank (self->target))
    {
      weir_set_failure (error, "input.missing", "Expected the name of a way, but there is none");
      return FALSE;
    }
  for (gsize i = 0; i < count_ways (self->allowed); i++)
    {
      g_autofree char *name = weir_blocks_to_text (weir_value_get_item (self->allowed, i));
      g_autofree char *port = make_way_port (self->allowed, i);

      if (!g_str_equal (name, self->target) && !g_str_equal (port, self->target))
        continue;
      weir_step_emit_take (step, port, value != NULL ? weir_value_ref (value) : weir_value_new_null ());
      weir_step_log (step, WEIR_LOG_DEBUG, "Goes %s", name);
      return TRUE;
    }
  return fail_unknown (self, error);
}

static char *
route_check (WeirValue *config)
{
  WeirValue *allowed = weir_value_find_member (config, "allowed");
  g_autoptr(GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  if (count_ways (allowed) == 0)
    return g_strdup ("Expected at least one allowed way, but there is none");
  for (gsize i = 0; i < count_ways (allowed); i++)
    {
      char *port = make_way_port (allowed, i);

      if (!g_hash_table_add (seen, port))
        return g_strdup_printf ("Way %" G_GSIZE_FORMAT " is called like another one: both are the output %s", i + 1,
                                port);
    }
  return NULL;
}

static char *
route_summarize (WeirValue *config)
{
  return g_strdup (weir_value_get_member_text (config, "target", NULL));
}

WEIR_DEFINE_BLOCK_KIND (flow_route, .id = "flow.route", .version = 1, .title = N_("Route"),
                        .summary = N_("Lets a value out on the side that is named at run time"),
                        .keywords = "branch goto dynamic path next router dispatch",
                        .category = N_("Flow"), .icon = "go-jump-symbolic",
                        .effect = WEIR_EFFECT_PURE, .undo = WEIR_UNDO_NONE, .inputs = route_inputs,
                        .fields = route_fields, .settings_size = sizeof (Route), .errors = route_errors,
                        .examples = route_examples, .list_ports = route_list_ports, .check = route_check,
                        .summarize = route_summarize, .eval = route_eval)
