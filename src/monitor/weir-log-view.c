/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gi18n.h>

#include "weir-log-view.h"

#include "weir-log-model.h"
#include "weir-step-look.h"

struct _WeirLogView
{
  GtkWidget parent_instance;

  GtkSearchEntry *search;
  GtkDropDown *level;
  GtkToggleButton *only_block;
  GtkToggleButton *follow;
  GtkStack *stack;
  AdwStatusPage *empty;
  GtkListView *list;

  WeirEngine *engine;
  WeirRunView *view;
  WeirLogModel *model;
  GtkSelectionModel *selection;
  char *block;
  guint64 read_seq;    /* newest event when the log was last read */
  guint tick_id;
};

G_DEFINE_FINAL_TYPE (WeirLogView, weir_log_view, GTK_TYPE_WIDGET)

static void
update_page (WeirLogView *self)
{
  gboolean empty = g_list_model_get_n_items (G_LIST_MODEL (self->model)) == 0;
  gboolean filtered = *gtk_editable_get_text (GTK_EDITABLE (self->search)) != '\0'
                      || gtk_drop_down_get_selected (self->level) > 0
                      || gtk_toggle_button_get_active (self->only_block);

  adw_status_page_set_title (self->empty, filtered ? _("No Lines Match") : _("Nothing Logged"));
  gtk_stack_set_visible_child_name (self->stack, empty ? "empty" : "list");
}

static void
items_changed_cb (WeirLogView *self)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->model));

  update_page (self);
  if (n > 0 && gtk_toggle_button_get_active (self->follow))
    gtk_list_view_scroll_to (self->list, n - 1, GTK_LIST_SCROLL_NONE, NULL);
}

static void
query (WeirLogView *self)
{
  if (self->model == NULL)
    return;
  weir_log_model_set_whole (self->model, gtk_toggle_button_get_active (self->follow));
  weir_log_model_query (self->model, self->view != NULL ? self->engine : NULL,
                        self->view != NULL ? weir_run_view_get_run_id (self->view) : 0,
                        (int) gtk_drop_down_get_selected (self->level),
                        gtk_toggle_button_get_active (self->only_block) ? self->block : NULL,
                        gtk_editable_get_text (GTK_EDITABLE (self->search)));
  update_page (self);
}

static guint64
get_newest_seq (WeirLogView *self)
{
  GPtrArray *events = weir_run_view_get_events (self->view);

  return events->len > 0 ? ((WeirEvent *) g_ptr_array_index (events, events->len - 1))->seq : 0;
}

/* Once a frame, however many lines came. */
static gboolean
tick_cb (GtkWidget     *widget,
         GdkFrameClock *clock,
         gpointer       user_data)
{
  WeirLogView *self = WEIR_LOG_VIEW (widget);
  gboolean live = weir_run_view_get_live (self->view);

  self->tick_id = 0;
  weir_log_model_set_until (self->model,
                            live ? G_MAXUINT64 : weir_run_state_get_seq (weir_run_view_get_state (self->view)));
  if (live && (get_newest_seq (self) != self->read_seq))
    {
      self->read_seq = get_newest_seq (self);
      weir_log_model_grow (self->model);
    }
  return G_SOURCE_REMOVE;
}

static void
changed_cb (WeirLogView *self)
{
  if (self->tick_id == 0 && self->view != NULL && gtk_widget_get_mapped (GTK_WIDGET (self)))
    self->tick_id = gtk_widget_add_tick_callback (GTK_WIDGET (self), tick_cb, NULL, NULL);
}

static void
filter_cb (WeirLogView *self)
{
  query (self);
}

static void
follow_cb (WeirLogView *self)
{
  weir_log_model_set_whole (self->model, gtk_toggle_button_get_active (self->follow));
  items_changed_cb (self);
}

static const char *
get_level_class (int level)
{
  return level >= 3 ? "error" : level == 2 ? "warning" : level == 1 ? "accent" : "dimmed";
}

static void
bind_cb (WeirLogView *self,
         GtkListItem *item)
{
  static const char *const classes[] = { "error", "warning", "accent", "dimmed" };
  const char *const levels[] = { _("debug"), _("info"), _("warning"), _("error") };
  const WeirLogLine *line = weir_log_item_get_line (gtk_list_item_get_item (item));
  GtkWidget *time = gtk_widget_get_first_child (gtk_list_item_get_child (item));
  GtkWidget *level = gtk_widget_get_next_sibling (time);
  GtkWidget *path = gtk_widget_get_next_sibling (level);
  GtkWidget *message = gtk_widget_get_next_sibling (path);
  g_autofree char *moment = weir_format_moment (line->at);
  g_autofree char *stamp = g_strdup_printf ("%s.%03d", moment, (int) (line->at % G_USEC_PER_SEC / 1000));
  g_autofree char *fields = line->fields != NULL ? weir_json_write (line->fields, 0, NULL) : NULL;
  g_autofree char *text = fields != NULL ? g_strdup_printf ("%s  %s", line->message, fields) : g_strdup (line->message);

  gtk_label_set_text (GTK_LABEL (time), stamp);
  gtk_label_set_text (GTK_LABEL (level), levels[CLAMP (line->level, 0, 3)]);
  for (guint i = 0; i < G_N_ELEMENTS (classes); i++)
    gtk_widget_remove_css_class (level, classes[i]);
  gtk_widget_add_css_class (level, get_level_class (line->level));
  gtk_label_set_text (GTK_LABEL (path), line->path != NULL ? line->path : "");
  gtk_label_set_text (GTK_LABEL (message), text);
  gtk_list_item_set_accessible_label (item, text);
}

static GtkWidget *
append_label (GtkBox     *box,
              int         width_chars,
              const char *class_name)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_label_set_single_line_mode (GTK_LABEL (label), TRUE);
  if (width_chars > 0)
    {
      gtk_label_set_width_chars (GTK_LABEL (label), width_chars);
      gtk_label_set_max_width_chars (GTK_LABEL (label), width_chars);
    }
  gtk_widget_add_css_class (label, class_name);
  gtk_box_append (box, label);
  return label;
}

static void
setup_cb (WeirLogView *self,
          GtkListItem *item)
{
  GtkBox *box = GTK_BOX (gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12));

  append_label (box, 12, "numeric");
  append_label (box, 8, "caption");
  append_label (box, 14, "dimmed");
  gtk_widget_set_hexpand (append_label (box, 0, "body"), TRUE);
  gtk_list_item_set_child (item, GTK_WIDGET (box));
}

/* ── copy and export ───────────────────────────────────────────────────────────────────────── */

static char *
get_selected_text (WeirLogView *self)
{
  g_autoptr(GtkBitset) selected = gtk_selection_model_get_selection (self->selection);
  GString *text = g_string_new (NULL);
  GtkBitsetIter iter;
  guint position;

  for (gboolean valid = gtk_bitset_iter_init_first (&iter, selected, &position); valid;
       valid = gtk_bitset_iter_next (&iter, &position))
    {
      g_autoptr(WeirLogItem) item = g_list_model_get_item (G_LIST_MODEL (self->model), position);
      g_autofree char *line = item != NULL ? weir_log_line_to_text (weir_log_item_get_line (item)) : NULL;

      if (line != NULL)
        g_string_append_printf (text, "%s%s", text->len > 0 ? "\n" : "", line);
    }
  return g_string_free (text, FALSE);
}

static gboolean
copy_cb (GtkWidget *widget,
         GVariant  *args,
         gpointer   user_data)
{
  WeirLogView *self = WEIR_LOG_VIEW (widget);
  g_autofree char *text = get_selected_text (self);

  if (*text == '\0')
    return GDK_EVENT_PROPAGATE;
  gdk_clipboard_set_text (gtk_widget_get_clipboard (widget), text);
  return GDK_EVENT_STOP;
}

static void
written_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr(WeirLogView) self = user_data;
  g_autoptr(GError) error = NULL;

  if (g_file_replace_contents_finish (G_FILE (source), result, NULL, &error))
    return;
  {
    AdwDialog *dialog = adw_alert_dialog_new (_("The Log Was Not Exported"), error->message);

    adw_alert_dialog_add_response (ADW_ALERT_DIALOG (dialog), "close", _("_Close"));
    adw_dialog_present (dialog, GTK_WIDGET (self));
  }
}

static void
chosen_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr(WeirLogView) self = user_data;
  g_autoptr(GFile) file = gtk_file_dialog_save_finish (GTK_FILE_DIALOG (source), result, NULL);
  g_autofree char *text = NULL;
  g_autoptr(GBytes) bytes = NULL;

  if (file == NULL || self->model == NULL)
    return;
  text = weir_log_model_to_text (self->model);
  bytes = g_bytes_new_take (text, strlen (text));
  g_steal_pointer (&text);
  g_file_replace_contents_bytes_async (file, bytes, NULL, FALSE, G_FILE_CREATE_NONE, NULL, written_cb,
                                       g_object_ref (self));
}

void
weir_log_view_export (WeirLogView *self)
{
  g_autoptr(GtkFileDialog) dialog = gtk_file_dialog_new ();
  g_autofree char *name = NULL;

  if (self->view == NULL)
    return;
  /* What is written is all of it, not only what was scrolled to. */
  weir_log_model_set_whole (self->model, TRUE);
  name = g_strdup_printf ("run-%" G_GINT64_FORMAT ".log", weir_run_view_get_run_id (self->view));
  gtk_file_dialog_set_title (dialog, _("Export Log"));
  gtk_file_dialog_set_initial_name (dialog, name);
  gtk_file_dialog_save (dialog, GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self))), NULL, chosen_cb,
                        g_object_ref (self));
}

/* ── widget ────────────────────────────────────────────────────────────────────────────────── */

/* What came while nobody looked. */
static void
weir_log_view_map (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (weir_log_view_parent_class)->map (widget);
  changed_cb (WEIR_LOG_VIEW (widget));
}

static void
weir_log_view_dispose (GObject *object)
{
  WeirLogView *self = WEIR_LOG_VIEW (object);
  GtkWidget *child;

  weir_log_view_set_view (self, NULL, NULL);
  gtk_widget_dispose_template (GTK_WIDGET (self), WEIR_TYPE_LOG_VIEW);
  /* It takes only the children that have a name. */
  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self))) != NULL)
    gtk_widget_unparent (child);
  if (self->model != NULL)
    g_signal_handlers_disconnect_by_data (self->model, self);
  g_clear_object (&self->selection);
  g_clear_object (&self->model);
  g_clear_pointer (&self->block, g_free);
  G_OBJECT_CLASS (weir_log_view_parent_class)->dispose (object);
}

static void
weir_log_view_class_init (WeirLogViewClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = weir_log_view_dispose;
  widget_class->map = weir_log_view_map;
  gtk_widget_class_set_template_from_resource (widget_class, "/org/weirstudio/Weir/weir-log-view.ui");
  gtk_widget_class_bind_template_child (widget_class, WeirLogView, search);
  gtk_widget_class_bind_template_child (widget_class, WeirLogView, level);
  gtk_widget_class_bind_template_child (widget_class, WeirLogView, only_block);
  gtk_widget_class_bind_template_child (widget_class, WeirLogView, follow);
  gtk_widget_class_bind_template_child (widget_class, WeirLogView, stack);
  gtk_widget_class_bind_template_child (widget_class, WeirLogView, empty);
  gtk_widget_class_bind_template_child (widget_class, WeirLogView, list);
  gtk_widget_class_bind_template_callback (widget_class, setup_cb);
  gtk_widget_class_bind_template_callback (widget_class, bind_cb);
  gtk_widget_class_bind_template_callback (widget_class, filter_cb);
  gtk_widget_class_bind_template_callback (widget_class, follow_cb);
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BOX_LAYOUT);
  gtk_widget_class_add_binding (widget_class, GDK_KEY_c, GDK_CONTROL_MASK, copy_cb, NULL);
}

static void
weir_log_view_init (WeirLogView *self)
{
  self->model = weir_log_model_new ();
  self->selection = GTK_SELECTION_MODEL (gtk_multi_selection_new (g_object_ref (G_LIST_MODEL (self->model))));
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_list_view_set_model (self->list, self->selection);
  g_signal_connect_swapped (self->model, "items-changed", G_CALLBACK (items_changed_cb), self);
  update_page (self);
}

void
weir_log_view_set_view (WeirLogView *self,
                        WeirEngine  *engine,
                        WeirRunView *view)
{
  if (self->engine == engine && self->view == view)
    return;
  if (self->view != NULL)
    g_signal_handlers_disconnect_by_data (self->view, self);
  g_set_object (&self->engine, engine);
  g_set_object (&self->view, view);
  if (self->tick_id != 0)
    gtk_widget_remove_tick_callback (GTK_WIDGET (self), self->tick_id);
  self->tick_id = 0;
  self->read_seq = 0;
  if (view != NULL)
    g_signal_connect_swapped (view, "changed", G_CALLBACK (changed_cb), self);
  query (self);
}

void
weir_log_view_set_block (WeirLogView *self,
                         const char  *block_path)
{
  if (!g_set_str (&self->block, block_path))
    return;
  gtk_widget_set_sensitive (GTK_WIDGET (self->only_block), block_path != NULL);
  if (block_path == NULL)
    gtk_toggle_button_set_active (self->only_block, FALSE);
  else if (gtk_toggle_button_get_active (self->only_block))
    query (self);
}
