/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weir-kind-item.h"

#include <string.h>

#include <glib/gi18n.h>

#include "weir-canvas-palette.h"
#include "weir-fuzzy.h"
#include "weir-kind-query.h"
#include "weir-preferences.h"

struct _WeirKindItem
{
  GObject parent_instance;

  const WeirBlockKind *kind;      /* or */
  WeirCommand         *command;
  char                *others;   /* what a search looks at besides the title */
  int                  score;
  gboolean             pinned;
  guint                n_used;
};

#define PINNED_GROUP "kinds-pinned"
#define USED_GROUP   "kinds-used"
#define OFTEN        3   /* times */
#define WORD_BEGINS  100 /* a score above it: at least that the beginning of a word in the title is what was typed */

G_DEFINE_FINAL_TYPE (WeirKindItem, weir_kind_item, G_TYPE_OBJECT)

static void
weir_kind_item_finalize (GObject *object)
{
  g_clear_object (&WEIR_KIND_ITEM (object)->command);
  g_free (WEIR_KIND_ITEM (object)->others);
  G_OBJECT_CLASS (weir_kind_item_parent_class)->finalize (object);
}

static void
weir_kind_item_class_init (WeirKindItemClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = weir_kind_item_finalize;
}

static void
weir_kind_item_init (WeirKindItem *self)
{
  self->score = 1;
}

/**
 * weir_kind_item_new:
 * @kind: a block kind
 *
 * Returns: (transfer full): an item for lists
 */
WeirKindItem *
weir_kind_item_new (const WeirBlockKind *kind)
{
  WeirKindItem *self = g_object_new (WEIR_TYPE_KIND_ITEM, NULL);
  g_autofree char *pinned = NULL, *used = NULL;

  self->kind = kind;
  self->others = g_strjoin (" ", kind->id, kind->keywords != NULL ? _(kind->keywords) : "",
                            weir_kind_item_get_category (self), kind->summary != NULL ? _(kind->summary) : "", NULL);
  pinned = weir_preferences_get (PINNED_GROUP, kind->id);
  used = weir_preferences_get (USED_GROUP, kind->id);
  self->pinned = pinned != NULL;
  self->n_used = used != NULL ? (guint) CLAMP (g_ascii_strtoll (used, NULL, 10), 0, 1000000) : 0;
  return self;
}

/**
 * weir_kind_item_new_for_command:
 * @command: a command
 *
 * Returns: (transfer full): an item for lists
 */
WeirKindItem *
weir_kind_item_new_for_command (WeirCommand *command)
{
  WeirKindItem *self = g_object_new (WEIR_TYPE_KIND_ITEM, NULL);

  self->command = g_object_ref (command);
  self->others = g_strdup ("");
  self->score = 0;
  return self;
}

WeirCommand *
weir_kind_item_get_command (WeirKindItem *self)
{
  return self->command;
}

/**
 * weir_kind_item_get_kind:
 * @self: an item
 *
 * Returns: (transfer none) (nullable): the kind; %NULL for a command
 */
const WeirBlockKind *
weir_kind_item_get_kind (WeirKindItem *self)
{
  return self->kind;
}

/**
 * weir_kind_item_get_title:
 * @self: an item
 *
 * Returns: the kind's title in the user's language
 */
const char *
weir_kind_item_get_title (WeirKindItem *self)
{
  if (self->command != NULL)
    return weir_command_get_title (self->command);
  return self->kind->title != NULL ? _(self->kind->title) : self->kind->id;
}

/**
 * weir_kind_item_get_category:
 * @self: an item
 *
 * Returns: the title of the kind's family
 */
const char *
weir_kind_item_get_category (WeirKindItem *self)
{
  if (self->command != NULL)
    return _("Commands");
  return self->kind->category != NULL ? _(self->kind->category) : _("Other");
}

const char *
weir_kind_item_get_section (WeirKindItem *self)
{
  return self->pinned ? _("Pinned") : self->n_used >= OFTEN ? _("Used Often") : weir_kind_item_get_category (self);
}

int
weir_kind_item_get_rank (WeirKindItem *self)
{
  return self->command != NULL ? 3 : self->pinned ? 0 : self->n_used >= OFTEN ? 1 : 2;
}

gboolean
weir_kind_item_get_pinned (WeirKindItem *self)
{
  return self->pinned;
}

void
weir_kind_item_set_pinned (WeirKindItem *self,
                           gboolean      pinned)
{
  self->pinned = pinned;
  weir_preferences_set (PINNED_GROUP, self->kind->id, pinned ? "yes" : NULL);
}

guint
weir_kind_item_get_n_used (WeirKindItem *self)
{
  return self->n_used;
}

void
weir_kind_item_note_use (WeirKindItem *self)
{
  g_autofree char *text = g_strdup_printf ("%u", ++self->n_used);

  g_return_if_fail (self->kind != NULL);
  weir_preferences_set (USED_GROUP, self->kind->id, text);
}

/**
 * weir_kind_item_get_score:
 * @self: an item
 *
 * Returns: how well it fits the last search; 0 if it does not
 */
int
weir_kind_item_get_score (WeirKindItem *self)
{
  return self->score;
}

/* Commands do not stand in the way of who looks for a block: they are found by the beginnings of their words. */
static void
search_command (WeirKindItem *self,
                const char   *query,
                gboolean      commands_only)
{
  int score = weir_fuzzy_score (query + (commands_only ? 1 : 0), weir_kind_item_get_title (self), "");

  self->score = commands_only ? score : score > WORD_BEGINS ? score - 1 : 0;
}

/**
 * weir_kind_item_search:
 * @self: an item
 * @query: what was typed
 *
 * Works out the score anew.
 */
void
weir_kind_item_search (WeirKindItem *self,
                       const char   *query)
{
  g_autoptr(WeirKindQuery) parsed = NULL;
  gboolean commands_only = *query == '>';

  self->score = 0;
  if (self->command != NULL)
    {
      search_command (self, query, commands_only);
      return;
    }
  if (commands_only)
    return;
  parsed = weir_kind_query_new (query);
  if (!weir_kind_query_accepts (parsed, self->kind, weir_kind_item_get_category (self)))
    return;
  self->score = weir_fuzzy_score (weir_kind_query_get_words (parsed), weir_kind_item_get_title (self), self->others);
  /* Among what fits alike, what a person uses comes first. */
  if (self->score > 1)
    self->score += MIN (self->n_used, 15) + (self->pinned ? 15 : 0);
}

/**
 * weir_kind_item_list_all:
 *
 * Returns: (transfer full): of WeirKindItem, sorted by family and title
 */
GListStore *
weir_kind_item_list_all (void)
{
  GListStore *items = g_list_store_new (WEIR_TYPE_KIND_ITEM);
  g_autoptr(GPtrArray) kinds = weir_registry_list_kinds ();

  for (guint i = 0; i < kinds->len; i++)
    {
      g_autoptr(WeirKindItem) item = weir_kind_item_new (kinds->pdata[i]);

      g_list_store_append (items, item);
    }
  return items;
}

/**
 * weir_kind_get_icon_name:
 * @kind: (nullable): a kind, or %NULL for one that is not known
 *
 * Returns: the name of a symbolic icon
 */
const char *
weir_kind_get_icon_name (const WeirBlockKind *kind)
{
  if (kind == NULL)
    return "dialog-question-symbolic";
  if (kind->icon == NULL)
    return "application-x-addon-symbolic";
  /* Themes differ in what they have. */
  return gtk_icon_theme_has_icon (gtk_icon_theme_get_for_display (gdk_display_get_default ()), kind->icon)
           ? kind->icon
           : weir_canvas_family_icon (kind->id);
}

/**
 * weir_kind_dup_family_class:
 * @kind: (nullable): a kind
 *
 * Returns: (transfer full): the style class that gives the family's colour
 */
char *
weir_kind_dup_family_class (const WeirBlockKind *kind)
{
  const char *dot = kind != NULL ? strchr (kind->id, '.') : NULL;
  g_autofree char *family = dot != NULL ? g_strndup (kind->id, dot - kind->id) : g_strdup ("other");

  return g_strconcat ("family-", family, NULL);
}

/**
 * weir_kind_make_icon:
 * @kind: (nullable): a kind
 * @size: in pixels, of the whole tile
 *
 * Makes the rounded tile with the icon that stands for a kind everywhere but on the canvas.
 *
 * Returns: (transfer floating): an image
 */
GtkWidget *
weir_kind_make_icon (const WeirBlockKind *kind,
                     int                  size)
{
  GtkWidget *icon = gtk_image_new_from_icon_name (weir_kind_get_icon_name (kind));
  g_autofree char *family = weir_kind_dup_family_class (kind);

  gtk_widget_set_size_request (icon, size, size);
  gtk_widget_set_valign (icon, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (icon, "kind-icon");
  gtk_widget_add_css_class (icon, family);
  gtk_accessible_update_state (GTK_ACCESSIBLE (icon), GTK_ACCESSIBLE_STATE_HIDDEN, TRUE, -1);
  return icon;
}
