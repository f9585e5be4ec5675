/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>
#include <weir.h>

G_BEGIN_DECLS

/**
 * WeirValueNode:
 *
 * A value within a value, with its name and how an expression reaches it. Its members are nodes that are made when
 * they are asked for.
 */
#define WEIR_TYPE_VALUE_NODE (weir_value_node_get_type ())
G_DECLARE_FINAL_TYPE (WeirValueNode, weir_value_node, WEIR, VALUE_NODE, GObject)

WeirValueNode *weir_value_node_new          (const char    *name,
                                             const char    *path,
                                             WeirValue     *value);
const char    *weir_value_node_get_name     (WeirValueNode *self);
/* "outputs.files[3].name" */
const char    *weir_value_node_get_path     (WeirValueNode *self);
WeirValue     *weir_value_node_get_value    (WeirValueNode *self);
/* "list of 42", "text" (transfer full) */
char          *weir_value_node_describe     (WeirValueNode *self);
/* At most some hundred bytes (transfer full) */
char          *weir_value_node_preview      (WeirValueNode *self);
/* NULL for what has no members. (transfer full): of WeirValueNode */
GListModel    *weir_value_node_list_members (WeirValueNode *self);

G_END_DECLS
