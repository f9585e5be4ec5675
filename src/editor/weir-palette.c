/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weir-palette.h"

#include <glib/gi18n.h>

#include "weir-command.h"
#include "weir-kind-list.h"
#include "weir-kind-preview.h"

struct _WeirPalette
{
  AdwDialog parent_instance;

  WeirKindList    *kinds;
  WeirKindPreview *preview;
};

G_DEFINE_FINAL_TYPE (WeirPalette, weir_palette, ADW_TYPE_DIALOG)

enum { KIND_CHOSEN, COMMAND_CHOSEN, N_SIGNALS };
static guint signals[N_SIGNALS];

static void
kind_activated_cb (WeirPalette *self,
                   const char  *kind)
{
  g_autoptr(WeirPalette) kept = g_object_ref (self);
  g_autofree char *chosen = g_strdup (kind);

  adw_dialog_close (ADW_DIALOG (self));
  g_signal_emit (self, signals[KIND_CHOSEN], 0, chosen);
}

static void
command_activated_cb (WeirPalette *self,
                      WeirCommand *command)
{
  g_autoptr(WeirPalette) kept = g_object_ref (self);
  g_autoptr(WeirCommand) chosen = g_object_ref (command);

  adw_dialog_close (ADW_DIALOG (self));
  g_signal_emit (self, signals[COMMAND_CHOSEN], 0, chosen);
}

static void
kind_selected_cb (WeirPalette *self,
                  const char  *kind)
{
  weir_kind_preview_set_kind (self->preview, kind != NULL ? weir_registry_find_kind (kind) : NULL);
}

static void
weir_palette_map (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (weir_palette_parent_class)->map (widget);
  weir_kind_list_focus_search (WEIR_PALETTE (widget)->kinds);
}

static void
weir_palette_dispose (GObject *object)
{
  gtk_widget_dispose_template (GTK_WIDGET (object), WEIR_TYPE_PALETTE);
  G_OBJECT_CLASS (weir_palette_parent_class)->dispose (object);
}

static void
weir_palette_class_init (WeirPaletteClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = weir_palette_dispose;
  widget_class->map = weir_palette_map;
  g_type_ensure (WEIR_TYPE_KIND_LIST);
  g_type_ensure (WEIR_TYPE_KIND_PREVIEW);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/weirstudio/Weir/weir-palette.ui");
  gtk_widget_class_bind_template_child (widget_class, WeirPalette, kinds);
  gtk_widget_class_bind_template_child (widget_class, WeirPalette, preview);
  gtk_widget_class_bind_template_callback (widget_class, kind_activated_cb);
  gtk_widget_class_bind_template_callback (widget_class, kind_selected_cb);
  gtk_widget_class_bind_template_callback (widget_class, command_activated_cb);
  signals[COMMAND_CHOSEN] = g_signal_new ("command-chosen", WEIR_TYPE_PALETTE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                          G_TYPE_NONE, 1, WEIR_TYPE_COMMAND);
  signals[KIND_CHOSEN] = g_signal_new ("kind-chosen", WEIR_TYPE_PALETTE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                       G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
weir_palette_init (WeirPalette *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * weir_palette_new:
 * @partner: (nullable): the block that the new one is to be linked to
 * @port: (nullable): its port
 *
 * Makes a palette of the kinds that fit.
 *
 * Returns: (transfer floating): a dialog, to be presented
 */
WeirPalette *
weir_palette_new (WeirBlock  *partner,
                  const char *port)
{
  WeirPalette *self = g_object_new (WEIR_TYPE_PALETTE, NULL);

  if (partner != NULL && port != NULL)
    {
      g_autofree char *title = g_strdup_printf (_("Add a Block after %s"), weir_block_get_title (partner));

      adw_dialog_set_title (ADW_DIALOG (self), title);
      weir_kind_list_set_partner (self->kinds, partner, port);
    }
  return self;
}

/**
 * weir_palette_set_commands:
 * @self: a palette, before it is presented
 * @commands: of #WeirCommand
 * @alone: whether it begins with them alone
 *
 * Lets commands be found, too.
 */
void
weir_palette_set_commands (WeirPalette *self,
                           GListModel  *commands,
                           gboolean     alone)
{
  weir_kind_list_set_commands (self->kinds, commands);
  if (!alone)
    return;
  adw_dialog_set_title (ADW_DIALOG (self), _("Commands"));
  weir_kind_list_set_query (self->kinds, ">");
}
