/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weir-kind-preview.h"

#include <string.h>

#include <glib/gi18n.h>

#include "weir-kind-item.h"
#include "weir-words.h"

struct _WeirKindPreview
{
  AdwBin parent_instance;

  GtkBox   *icon_place;
  GtkLabel *title;
  GtkLabel *summary;
  GtkLabel *inputs;
  GtkLabel *outputs;
  GtkLabel *touches;
};

G_DEFINE_FINAL_TYPE (WeirKindPreview, weir_kind_preview, ADW_TYPE_BIN)

/* "Files: list<file> · Count: int" (transfer full) */
static char *
list_ports (GArray *ports)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < ports->len; i++)
    {
      const WeirPort *port = &g_array_index (ports, WeirPort, i);

      g_string_append_printf (text, "%s%s: %s", i > 0 ? " · " : "", port->title != NULL ? _(port->title) : port->name,
                              port->type != NULL ? port->type : "any");
    }
  if (text->len == 0)
    g_string_append (text, "—");
  return g_string_free_and_steal (text);
}

/* What it may touch, each once, and how that is taken back. (transfer full) */
static char *
list_touches (const WeirBlockKind *kind,
              WeirValue           *config)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; kind->permissions != NULL && kind->permissions[i] != NULL; i++)
    {
      g_autofree char *name = g_strndup (kind->permissions[i], strcspn (kind->permissions[i], "("));
      const char *title = weir_words_of_permission (name);

      if (strstr (text->str, title) == NULL)
        g_string_append_printf (text, "%s%s", text->len > 0 ? " · " : "", title);
    }
  if (text->len == 0)
    g_string_append (text, _("Touches nothing outside"));
  if (weir_kind_get_undo (kind, config) != WEIR_UNDO_NONE)
    g_string_append_printf (text, " · %s", weir_words_of_undo (weir_kind_get_undo (kind, config)));
  return g_string_free_and_steal (text);
}

/**
 * weir_kind_preview_set_kind:
 * @self: a preview
 * @kind: (nullable): the kind to show; %NULL hides it
 *
 * Shows what a block of the kind takes, gives and may touch, as it is when it is new.
 */
void
weir_kind_preview_set_kind (WeirKindPreview     *self,
                            const WeirBlockKind *kind)
{
  g_autoptr(WeirValue) config = weir_value_new_record (NULL, NULL, 0);
  g_autoptr(WeirPortList) ports = kind != NULL ? weir_kind_list_ports (kind, config) : NULL;
  g_autofree char *inputs = NULL, *outputs = NULL, *touches = NULL;
  GtkWidget *child;

  gtk_widget_set_visible (GTK_WIDGET (self), kind != NULL);
  if (kind == NULL)
    return;
  inputs = list_ports (ports->inputs);
  outputs = list_ports (ports->outputs);
  touches = list_touches (kind, config);
  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self->icon_place))) != NULL)
    gtk_box_remove (self->icon_place, child);
  gtk_box_append (self->icon_place, weir_kind_make_icon (kind, 40));
  gtk_label_set_text (self->title, kind->title != NULL ? _(kind->title) : kind->id);
  gtk_label_set_text (self->summary, kind->summary != NULL ? _(kind->summary) : kind->id);
  gtk_label_set_text (self->inputs, inputs);
  gtk_label_set_text (self->outputs, outputs);
  gtk_label_set_text (self->touches, touches);
}

static void
weir_kind_preview_dispose (GObject *object)
{
  gtk_widget_dispose_template (GTK_WIDGET (object), WEIR_TYPE_KIND_PREVIEW);
  G_OBJECT_CLASS (weir_kind_preview_parent_class)->dispose (object);
}

static void
weir_kind_preview_class_init (WeirKindPreviewClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = weir_kind_preview_dispose;
  gtk_widget_class_set_template_from_resource (widget_class, "/org/weirstudio/Weir/weir-kind-preview.ui");
  gtk_widget_class_bind_template_child (widget_class, WeirKindPreview, icon_place);
  gtk_widget_class_bind_template_child (widget_class, WeirKindPreview, title);
  gtk_widget_class_bind_template_child (widget_class, WeirKindPreview, summary);
  gtk_widget_class_bind_template_child (widget_class, WeirKindPreview, inputs);
  gtk_widget_class_bind_template_child (widget_class, WeirKindPreview, outputs);
  gtk_widget_class_bind_template_child (widget_class, WeirKindPreview, touches);
}

static void
weir_kind_preview_init (WeirKindPreview *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
