/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "weir-yaml-view.h"

G_BEGIN_DECLS

/**
 * WeirYamlHelp:
 *
 * Offers words while a workflow's text is typed, and says what those mean that the pointer rests on. What there is to know comes from
 * weir_text_complete() and weir_text_explain().
 */
#define WEIR_TYPE_YAML_HELP (weir_yaml_help_get_type ())
G_DECLARE_FINAL_TYPE (WeirYamlHelp, weir_yaml_help, WEIR, YAML_HELP, GObject)

/* Helps with the view for as long as that lives. (transfer full) */
WeirYamlHelp *weir_yaml_help_new          (WeirYamlView *view);
/* Its blocks, ports and inputs are known; NULL for none. */
void          weir_yaml_help_set_workflow (WeirYamlHelp *self,
                                           WeirWorkflow *workflow);

G_END_DECLS
