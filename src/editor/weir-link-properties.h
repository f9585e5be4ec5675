/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>
#include <weir.h>

G_BEGIN_DECLS

/**
 * WeirLinkProperties:
 *
 * Where a link leads, the condition under which something goes over it, and what went over it last.
 */
#define WEIR_TYPE_LINK_PROPERTIES (weir_link_properties_get_type ())
G_DECLARE_FINAL_TYPE (WeirLinkProperties, weir_link_properties, WEIR, LINK_PROPERTIES, AdwBin)

GtkWidget *weir_link_properties_new       (WeirWorkflow       *workflow,
                                           WeirLink           *link);
/* Shows what went over the link last in a run; NULL for none. */
void       weir_link_properties_show_run  (WeirLinkProperties *self,
                                           WeirRunView        *view);

G_END_DECLS
