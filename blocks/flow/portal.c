/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "values.h"

typedef struct
{
  char *name;
} Portal;

static const WeirField portal_fields[] = {
  WEIR_FIELD_TEXT (Portal, name, .title = N_("Name"), .summary = N_("What goes through here"),
                   .placeholder = "Orders"),
  { 0 }
};

static const WeirPort portal_inputs[] = { { .name = "in", .title = N_("In"), .join = WEIR_JOIN_ANY }, { 0 } };
static const WeirPort portal_outputs[] = { { .name = "out", .title = N_("Out") }, { 0 } };

static const WeirExample portal_examples[] = {
  { .title = N_("It comes out as it went in"), .config = "{\"name\": \"Orders\"}", .inputs = "{\"in\": [1, 2]}",
    .outputs = "{\"out\": [1, 2]}" },
  { 0 }
};

static gboolean
portal_eval (gpointer settings, WeirStep *step, GError **error)
{
  WeirValue *value = weir_step_get_input (step, "in");

  weir_step_emit_take (step, "out", value != NULL ? weir_value_ref (value) : weir_value_new_null ());
  return TRUE;
}

static char *
portal_summarize (WeirValue *config)
{
  return g_strdup (weir_value_get_member_text (config, "name", NULL));
}

WEIR_DEFINE_BLOCK_KIND (flow_portal, .id = "flow.portal", .version = 1, .title = N_("Portal"),
                        .summary = N_("A named place that links lead through, to keep the canvas tidy"),
                        .keywords = "reroute dot named link pass through teleport wire",
                        .category = N_("Flow"), .icon = "view-refresh-symbolic",
                        .effect = WEIR_EFFECT_PURE, .undo = WEIR_UNDO_NONE, .inputs = portal_inputs,
                        .outputs = portal_outputs, .fields = portal_fields, .settings_size = sizeof (Portal),
                        .examples = portal_examples, .summarize = portal_summarize, .eval = portal_eval)
