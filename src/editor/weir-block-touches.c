/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weir-block-groups-private.h"

#include <string.h>

#include <glib/gi18n.h>

#include "weir-words.h"

static void
add_fact (WeirGroup  *group,
          const char *title,
          const char *text)
{
  weir_group_add (group, g_object_new (ADW_TYPE_ACTION_ROW, "use-markup", FALSE, "title", title, "subtitle", text,
                                  "subtitle-lines", 3, "css-classes", (const char *[]) { "property", NULL }, NULL));
}

static void
add_permission (WeirGroup  *group,
                const char *permission)
{
  gsize length = strcspn (permission, "(");
  g_autofree char *name = g_strndup (permission, length);
  g_autofree char *field = permission[length] == '(' ? g_strndup (permission + length + 1, strcspn (permission + length + 1, ")")) : NULL;
  WeirValue *value = field != NULL ? weir_value_find_member (weir_block_get_config (group->block), field) : NULL;
  g_autofree char *target = value != NULL && !weir_value_is_null (value) ? weir_value_to_display (value, 200) : NULL;

  add_fact (group, weir_words_of_permission (name), target != NULL && *target != '\0' ? target : field != NULL ? _("Not set yet") : _("Yes"));
}

static void
refresh_touches (WeirGroup *group)
{
  const WeirBlockKind *kind = weir_block_get_kind (group->block);

  weir_group_clear (group);
  gtk_widget_set_visible (group->widget, kind != NULL);
  if (kind == NULL)
    return;

  for (guint i = 0; kind->permissions != NULL && kind->permissions[i] != NULL; i++)
    add_permission (group, kind->permissions[i]);
  if (group->rows->len == 0)
    add_fact (group, _("Outside This Workflow"), _("Nothing"));
  add_fact (group, _("Undo"), weir_words_of_undo (weir_kind_get_undo (kind, weir_block_get_config (group->block))));
}

/**
 * weir_block_groups_make_touches:
 * @workflow: the workflow
 * @block: a block
 *
 * What the block may touch in the world, and how that is undone.
 *
 * Returns: (transfer floating): a group
 */
GtkWidget *
weir_block_groups_make_touches (WeirWorkflow *workflow,
                                WeirBlock    *block)
{
  WeirGroup *group = weir_group_new (workflow, block, _("What It May Touch"), refresh_touches);

  weir_block_groups_refresh (group->widget);
  return group->widget;
}
