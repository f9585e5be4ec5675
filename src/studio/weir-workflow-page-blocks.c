/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weir-command.h"
#include "weir-palette.h"
#include "weir-workflow-page-private.h"

/* Room for a link between two blocks. */
#define GAP 88

static WeirType *
parse_port_type (const WeirPort *port)
{
  return weir_type_parse (port->type != NULL ? port->type : "any", NULL);
}

/* The first output of the block that some input of the kind takes. (transfer none) (nullable) */
static const char *
find_output_for (WeirBlock           *block,
                 const WeirBlockKind *kind)
{
  g_autoptr(WeirValue) config = weir_value_new_record (NULL, NULL, 0);
  g_autoptr(WeirPortList) wanted = weir_kind_list_ports (kind, config);
  WeirPortList *given = weir_block_get_ports (block);

  for (guint i = 0; i < given->outputs->len; i++)
    {
      const WeirPort *output = &g_array_index (given->outputs, WeirPort, i);
      g_autoptr(WeirType) source = parse_port_type (output);

      for (guint j = 0; j < wanted->inputs->len; j++)
        {
          g_autoptr(WeirType) target = parse_port_type (&g_array_index (wanted->inputs, WeirPort, j));

          if (weir_type_accepts (target, source, NULL))
            return output->name;
        }
    }
  return NULL;
}

/* Beside the block, as far from it as blocks stand apart; containers are wider than others. */
static void
find_place_after (WeirWorkflowPage *self,
                  WeirBlock        *block,
                  double           *x,
                  double           *y)
{
  graphene_rect_t bounds;

  weir_block_get_position (block, x, y);
  *x += weir_canvas_get_block_bounds (self->canvas, block, &bounds)
          ? bounds.size.width / weir_canvas_get_zoom (self->canvas) + GAP
          : 280;
}

/**
 * weir_workflow_page_add_kind:
 * @self: a page
 * @kind: id of a block kind
 *
 * Adds a block after the selected one, and links them: what that gives to what this takes, else this begins once that is done.
 * With nothing selected it stands where there is room.
 */
void
weir_workflow_page_add_kind (WeirWorkflowPage *self,
                             const char       *kind)
{
  WeirBlock *selected = weir_canvas_get_selected_block (self->canvas);
  const char *port = selected != NULL ? find_output_for (selected, weir_registry_find_kind (kind)) : NULL;
  double x, y;

  if (selected != NULL)
    {
      find_place_after (self, selected, &x, &y);
      weir_canvas_add_kind_from (self->canvas, kind, x, y, selected, port != NULL ? port : "done");
    }
  else
    {
      weir_canvas_find_free_place (self->canvas, &x, &y);
      weir_canvas_add_kind_at (self->canvas, kind, x, y);
    }

  if (adw_overlay_split_view_get_collapsed (self->library_split))
    adw_overlay_split_view_set_show_sidebar (self->library_split, FALSE);
  gtk_widget_grab_focus (GTK_WIDGET (self->canvas));
}

/* What the palette was opened for. */
typedef struct
{
  WeirWorkflowPage *page;   /* not owned: the closure dies with it */
  gboolean          commands_only;   /* at first */
  gboolean          anywhere;   /* no place was pointed at: after the selected block */
  double            x, y;
  WeirBlock        *from;
  char             *port;
} Wish;

static void
wish_free (gpointer  data,
           GClosure *closure)
{
  Wish *wish = data;

  g_clear_object (&wish->from);
  g_free (wish->port);
  g_free (wish);
}

static void
kind_chosen_cb (WeirPalette *palette,
                const char  *kind,
                gpointer     user_data)
{
  Wish *wish = user_data;

  if (wish->anywhere)
    weir_workflow_page_add_kind (wish->page, kind);
  else if (wish->from != NULL && weir_block_get_graph (wish->from) != NULL)
    weir_canvas_add_kind_from (wish->page->canvas, kind, wish->x, wish->y, wish->from, wish->port);
  else
    weir_canvas_add_kind_at (wish->page->canvas, kind, wish->x, wish->y);
  gtk_widget_grab_focus (GTK_WIDGET (wish->page->canvas));
}

static void
command_chosen_cb (WeirPalette *palette,
                   WeirCommand *command,
                   gpointer     user_data)
{
  Wish *wish = user_data;

  gtk_widget_grab_focus (GTK_WIDGET (wish->page->canvas));
  weir_command_run (command);
}

static void
present_palette (WeirWorkflowPage *self,
                 WeirBlock        *from,
                 const char       *port,
                 Wish             *wish)
{
  WeirPalette *palette = weir_palette_new (from, port);
  g_autoptr(GListModel) commands = from == NULL ? weir_workflow_page_list_commands (self) : NULL;

  wish->page = self;
  g_set_object (&wish->from, from);
  wish->port = g_strdup (port);
  if (commands != NULL)
    weir_palette_set_commands (palette, commands, wish->commands_only);
  g_signal_connect (palette, "command-chosen", G_CALLBACK (command_chosen_cb), wish);
  g_signal_connect_data (palette, "kind-chosen", G_CALLBACK (kind_chosen_cb), wish, wish_free, 0);
  adw_dialog_present (ADW_DIALOG (palette), GTK_WIDGET (self));
}

/**
 * weir_workflow_page_request_block:
 * @self: a page
 * @x: place on the canvas
 * @y: place on the canvas
 * @from: (nullable): a block that was dragged from
 * @port: (nullable): its port
 *
 * Opens the palette for a block at a place that was pointed at.
 */
void
weir_workflow_page_request_block (WeirWorkflowPage *self,
                                  double            x,
                                  double            y,
                                  WeirBlock        *from,
                                  const char       *port)
{
  Wish *wish = g_new0 (Wish, 1);

  wish->x = x;
  wish->y = y;
  present_palette (self, from, port, wish);
}

static void
palette_cb (GtkWidget  *widget,
            const char *action,
            GVariant   *target)
{
  Wish *wish = g_new0 (Wish, 1);

  wish->anywhere = TRUE;
  wish->commands_only = g_str_equal (action, "view.commands");
  present_palette (WEIR_WORKFLOW_PAGE (widget), NULL, NULL, wish);
}

/**
 * weir_workflow_page_install_blocks:
 * @widget_class: the class of the page
 *
 * Adds the actions of this file.
 */
void
weir_workflow_page_install_blocks (GtkWidgetClass *widget_class)
{
  gtk_widget_class_install_action (widget_class, "view.palette", NULL, palette_cb);
  gtk_widget_class_install_action (widget_class, "view.commands", NULL, palette_cb);
}
