/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gi18n.h>

#include "weir-value-node.h"

#define PREVIEW_BYTES 300

struct _WeirValueNode
{
  GObject parent_instance;

  char *name;
  char *path;
  WeirValue *value;
};

G_DEFINE_FINAL_TYPE (WeirValueNode, weir_value_node, G_TYPE_OBJECT)

static void
weir_value_node_finalize (GObject *object)
{
  WeirValueNode *self = WEIR_VALUE_NODE (object);

  g_free (self->name);
  g_free (self->path);
  weir_value_unref (self->value);
  G_OBJECT_CLASS (weir_value_node_parent_class)->finalize (object);
}

static void
weir_value_node_class_init (WeirValueNodeClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = weir_value_node_finalize;
}

static void
weir_value_node_init (WeirValueNode *self)
{
}

WeirValueNode *
weir_value_node_new (const char *name,
                     const char *path,
                     WeirValue  *value)
{
  WeirValueNode *self = g_object_new (WEIR_TYPE_VALUE_NODE, NULL);

  self->name = g_strdup (name);
  self->path = g_strdup (path);
  self->value = weir_value_ref (value);
  return self;
}

const char *
weir_value_node_get_name (WeirValueNode *self)
{
  return self->name;
}

const char *
weir_value_node_get_path (WeirValueNode *self)
{
  return self->path;
}

WeirValue *
weir_value_node_get_value (WeirValueNode *self)
{
  return self->value;
}

char *
weir_value_node_describe (WeirValueNode *self)
{
  gsize n = weir_value_get_length (self->value);

  switch (weir_value_get_kind (self->value))
    {
    case WEIR_VALUE_LIST:
      return g_strdup_printf (_("list of %" G_GSIZE_FORMAT), n);
    case WEIR_VALUE_TABLE:
      return g_strdup_printf (ngettext ("table, %" G_GSIZE_FORMAT " row", "table, %" G_GSIZE_FORMAT " rows", n), n);
    default:
      return g_strdup (weir_value_get_kind_name (self->value));
    }
}

char *
weir_value_node_preview (WeirValueNode *self)
{
  char *text = weir_value_to_display (self->value, PREVIEW_BYTES);

  return g_strdelimit (text, "\n\t\r", ' ');
}

/* ── members ───────────────────────────────────────────────────────────────────────────────── */

#define WEIR_TYPE_VALUE_MEMBERS (weir_value_members_get_type ())
G_DECLARE_FINAL_TYPE (WeirValueMembers, weir_value_members, WEIR, VALUE_MEMBERS, GObject)

struct _WeirValueMembers
{
  GObject parent_instance;

  WeirValueNode *node;
};

static void weir_value_members_list_init (GListModelInterface *interface);

G_DEFINE_FINAL_TYPE_WITH_CODE (WeirValueMembers, weir_value_members, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, weir_value_members_list_init))

static const char *const error_members[] = { "class", "message", "data" };
static const char *const file_members[] = { "path", "name", "extension", "parent", "size", "modified" };

static const char *const *
get_fixed_members (WeirValue *value,
                   guint     *n)
{
  if (weir_value_get_kind (value) == WEIR_VALUE_ERROR)
    {
      *n = G_N_ELEMENTS (error_members);
      return error_members;
    }
  if (weir_value_get_kind (value) == WEIR_VALUE_FILE)
    {
      *n = G_N_ELEMENTS (file_members);
      return file_members;
    }
  *n = 0;
  return NULL;
}

static guint
get_n_items (GListModel *model)
{
  WeirValue *value = WEIR_VALUE_MEMBERS (model)->node->value;
  guint n;

  if (get_fixed_members (value, &n) != NULL)
    return n;
  return (guint) MIN (weir_value_get_length (value), (gsize) G_MAXUINT - 1);
}

static gpointer
make_named (WeirValueNode *node,
            const char    *key,
            WeirValue     *value)
{
  g_autoptr(WeirValue) nothing = weir_value_new_null ();
  g_autofree char *path = g_strconcat (node->path, ".", key, NULL);

  return weir_value_node_new (key, path, value != NULL ? value : nothing);
}

static gpointer
get_item (GListModel *model,
          guint       position)
{
  WeirValueNode *node = WEIR_VALUE_MEMBERS (model)->node;
  g_autofree char *name = NULL;
  g_autofree char *path = NULL;
  const char *const *fixed;
  guint n;

  if (position >= get_n_items (model))
    return NULL;
  fixed = get_fixed_members (node->value, &n);
  if (fixed != NULL)
    return make_named (node, fixed[position], weir_value_find_member (node->value, fixed[position]));
  if (weir_value_get_kind (node->value) == WEIR_VALUE_RECORD)
    return make_named (node, weir_value_get_key (node->value, position), weir_value_get_item (node->value, position));
  name = g_strdup_printf ("%u", position);
  path = g_strdup_printf ("%s[%u]", node->path, position);
  return weir_value_node_new (name, path, weir_value_get_item (node->value, position));
}

static GType
get_item_type (GListModel *model)
{
  return WEIR_TYPE_VALUE_NODE;
}

static void
weir_value_members_list_init (GListModelInterface *interface)
{
  interface->get_n_items = get_n_items;
  interface->get_item = get_item;
  interface->get_item_type = get_item_type;
}

static void
weir_value_members_finalize (GObject *object)
{
  g_object_unref (WEIR_VALUE_MEMBERS (object)->node);
  G_OBJECT_CLASS (weir_value_members_parent_class)->finalize (object);
}

static void
weir_value_members_class_init (WeirValueMembersClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = weir_value_members_finalize;
}

static void
weir_value_members_init (WeirValueMembers *self)
{
}

GListModel *
weir_value_node_list_members (WeirValueNode *self)
{
  WeirValueMembers *members;
  guint n;

  if (get_fixed_members (self->value, &n) == NULL && weir_value_get_length (self->value) == 0)
    return NULL;
  members = g_object_new (WEIR_TYPE_VALUE_MEMBERS, NULL);
  members->node = g_object_ref (self);
  return G_LIST_MODEL (members);
}
