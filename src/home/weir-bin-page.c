/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weir-bin-page.h"

#include <glib/gi18n.h>

#include "weir-discard-dialog.h"
#include "weir-toast.h"
#include "weir-words.h"

/* ── something that was deleted ──────────────────────────────────────────────────────────── */

#define WEIR_TYPE_BIN_ITEM (weir_bin_item_get_type ())
G_DECLARE_FINAL_TYPE (WeirBinItem, weir_bin_item, WEIR, BIN_ITEM, GObject)

struct _WeirBinItem
{
  GObject parent_instance;

  gint64  run;      /* 0: a workflow */
  char   *part;     /* of the run, "each[3]"; NULL: all of it */
  char   *workflow; /* id; NULL: a run */
  char   *name;     /* of the workflow */
  gint64  deleted_at;
  gint64  expires_at;
};

G_DEFINE_FINAL_TYPE (WeirBinItem, weir_bin_item, G_TYPE_OBJECT)

static void
weir_bin_item_finalize (GObject *object)
{
  WeirBinItem *self = WEIR_BIN_ITEM (object);

  g_free (self->part);
  g_free (self->workflow);
  g_free (self->name);
  G_OBJECT_CLASS (weir_bin_item_parent_class)->finalize (object);
}

static void
weir_bin_item_class_init (WeirBinItemClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = weir_bin_item_finalize;
}

static void
weir_bin_item_init (WeirBinItem *self)
{
}

static WeirBinItem *
weir_bin_item_new (const WeirDeleted *deleted)
{
  WeirBinItem *self = g_object_new (WEIR_TYPE_BIN_ITEM, NULL);

  self->run = deleted->run;
  self->part = g_strdup (deleted->part);
  self->workflow = g_strdup (deleted->workflow_id);
  self->name = g_strdup (deleted->name);
  self->deleted_at = deleted->deleted_at;
  self->expires_at = deleted->expires_at;
  return self;
}

/* "Run 12 of “Tidy downloads”" */
static char *
weir_bin_item_describe (WeirBinItem *self)
{
  if (self->run == 0)
    return g_strdup (self->name);
  if (self->part != NULL)
    return g_strdup_printf (_("“%s” of run %d of “%s”"), self->part, (int) self->run, self->name);
  return g_strdup_printf (_("Run %d of “%s”"), (int) self->run, self->name);
}

/* The day is enough of what is far away. */
static char *
describe_expiry (gint64 expires_at)
{
  g_autoptr(GDateTime) utc = g_date_time_new_from_unix_utc_usec (expires_at);
  g_autoptr(GDateTime) then = g_date_time_to_local (utc);
  g_autoptr(GDateTime) now = g_date_time_new_now_local ();

  if (g_date_time_difference (then, now) < 6 * G_TIME_SPAN_DAY)
    return weir_words_of_deadline (expires_at);
  return g_date_time_format (then, g_date_time_get_year (then) == g_date_time_get_year (now) ? "%-e\u00a0%b"
                                                                                             : "%-e\u00a0%b\u00a0%Y");
}

static char *
weir_bin_item_describe_time (WeirBinItem *self)
{
  g_autofree char *deleted = weir_words_of_time (self->deleted_at);
  g_autofree char *until = self->expires_at != 0 ? describe_expiry (self->expires_at) : NULL;

  if (until == NULL)
    return g_strdup_printf (_("Deleted %s · kept until you delete it for good"), deleted);
  return g_strdup_printf (_("Deleted %s · kept until %s"), deleted, until);
}

/* ── the page ────────────────────────────────────────────────────────────────────────────── */

struct _WeirBinPage
{
  AdwBin parent_instance;

  GtkStack    *stack;
  GtkListView *list;

  WeirEngine *engine;
  GListStore *items;
  guint       reload_id;
  gboolean    emptying;
  gboolean    show_sidebar;
};

G_DEFINE_FINAL_TYPE (WeirBinPage, weir_bin_page, ADW_TYPE_BIN)

enum
{
  PROP_0,
  PROP_SHOW_SIDEBAR,
  N_PROPS
};
static GParamSpec *properties[N_PROPS];

enum { RESTORED, N_SIGNALS };
static guint signals[N_SIGNALS];

static void
update (WeirBinPage *self)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->items));

  gtk_stack_set_visible_child_name (self->stack, n > 0 ? "list" : "empty");
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "bin.empty", n > 0 && !self->emptying);
}

static DexFuture *
listed_cb (DexFuture *future, gpointer user_data)
{
  WeirBinPage *self = user_data;
  g_autoptr(GError) error = NULL;
  const GValue *value = dex_future_get_value (future, &error);
  g_autoptr(GPtrArray) items = g_ptr_array_new_with_free_func (g_object_unref);
  GPtrArray *deleted;

  if (self->engine == NULL)
    return dex_future_new_true ();
  if (value == NULL)
    {
      weir_toast_show (GTK_WIDGET (self), error->message, NULL);
      return dex_future_new_true ();
    }
  deleted = g_value_get_boxed (value);
  for (guint i = 0; i < deleted->len; i++)
    g_ptr_array_add (items, weir_bin_item_new (deleted->pdata[i]));
  g_list_store_splice (self->items, 0, g_list_model_get_n_items (G_LIST_MODEL (self->items)), items->pdata, items->len);
  update (self);
  return dex_future_new_true ();
}

static gboolean
reload_cb (gpointer user_data)
{
  WeirBinPage *self = user_data;

  self->reload_id = 0;
  weir_bin_page_reload (self);
  return G_SOURCE_REMOVE;
}

/* However many things are deleted in one turn. */
static void
queue_reload (WeirBinPage *self)
{
  if (self->reload_id == 0 && gtk_widget_get_mapped (GTK_WIDGET (self)))
    self->reload_id = g_idle_add (reload_cb, self);
}

/* ── one of them ─────────────────────────────────────────────────────────────────────────── */

typedef struct
{
  WeirBinPage *page;
  WeirBinItem *item; /* NULL: all of them */
  char        *reason;
} Letting;

static Letting *
letting_new (WeirBinPage *page, WeirBinItem *item, const char *reason)
{
  Letting *self = g_new (Letting, 1);

  *self = (Letting) { g_object_ref (page), item != NULL ? g_object_ref (item) : NULL, g_strdup (reason) };
  return self;
}

static void
letting_free (gpointer data)
{
  Letting *self = data;

  g_object_unref (self->page);
  g_clear_object (&self->item);
  g_free (self->reason);
  g_free (self);
}

static void
letting_free_closure (gpointer data, GClosure *closure)
{
  letting_free (data);
}

static DexFuture *
restored_cb (DexFuture *future, gpointer user_data)
{
  Letting *self = user_data;
  g_autoptr(GError) error = NULL;
  g_autofree char *name = weir_bin_item_describe (self->item);
  g_autofree char *message = NULL;

  if (dex_future_get_value (future, &error) == NULL)
    message = g_strdup (error->message);
  else
    message = g_strdup_printf (_("%s is back"), name);
  weir_toast_show (GTK_WIDGET (self->page), message, NULL);
  weir_bin_page_reload (self->page);
  if (error == NULL)
    g_signal_emit (self->page, signals[RESTORED], 0, self->item->run, self->item->workflow);
  return dex_future_new_true ();
}

static void
restore (WeirBinPage *self, WeirBinItem *item)
{
  g_autofree char *actor = weir_discard_dup_actor ();
  DexFuture *future;

  if (self->engine == NULL)
    return;
  if (item->part != NULL)
    future = weir_engine_restore_part (self->engine, item->run, item->part, actor);
  else if (item->run != 0)
    future = weir_engine_restore_run (self->engine, item->run, actor);
  else
    future = weir_engine_restore_workflow (self->engine, item->workflow);
  dex_future_disown (dex_future_finally (future, restored_cb, letting_new (self, item, NULL), letting_free));
}

static DexFuture *
discard (WeirEngine *engine, WeirBinItem *item, const char *reason)
{
  g_autofree char *actor = weir_discard_dup_actor ();

  if (item->part != NULL)
    return weir_engine_discard_part (engine, item->run, item->part, actor, reason);
  return item->run != 0 ? weir_engine_discard_run (engine, item->run, actor, reason)
                        : weir_engine_discard_workflow (engine, item->workflow, actor, reason);
}

static DexFuture *
discarded_cb (DexFuture *future, gpointer user_data)
{
  Letting *self = user_data;
  g_autoptr(GError) error = NULL;
  g_autofree char *name = weir_bin_item_describe (self->item);
  g_autofree char *message = NULL;

  if (dex_future_get_value (future, &error) == NULL)
    message = g_strdup (error->message);
  else
    message = g_strdup_printf (_("%s is gone for good"), name);
  weir_toast_show (GTK_WIDGET (self->page), message, NULL);
  weir_bin_page_reload (self->page);
  return dex_future_new_true ();
}

static void
confirmed_cb (WeirDiscardDialog *dialog, const char *reason, gpointer user_data)
{
  Letting *self = user_data;

  if (self->page->engine != NULL)
    dex_future_disown (dex_future_finally (discard (self->page->engine, self->item, reason), discarded_cb,
                                           letting_new (self->page, self->item, NULL), letting_free));
}

/* What would go is counted first. */
static DexFuture *
ask_fiber (gpointer user_data)
{
  Letting *self = user_data;
  WeirDiscardDialog *dialog;

  if (self->item->run == 0)
    dialog = weir_discard_dialog_new_workflow (self->item->name);
  else
    {
      g_autoptr(GError) error = NULL;
      g_autofree WeirFootprint *footprint = dex_await_boxed (
        self->item->part != NULL ? weir_engine_measure_part (self->page->engine, self->item->run, self->item->part)
                                 : weir_engine_measure_run (self->page->engine, self->item->run),
        &error);

      if (footprint == NULL)
        {
          weir_toast_show (GTK_WIDGET (self->page), error->message, NULL);
          return dex_future_new_true ();
        }
      dialog = weir_discard_dialog_new_run (self->item->run, self->item->part, FALSE, footprint);
    }
  g_signal_connect_data (dialog, "confirmed", G_CALLBACK (confirmed_cb), letting_new (self->page, self->item, NULL),
                         letting_free_closure, 0);
  adw_dialog_present (ADW_DIALOG (dialog), GTK_WIDGET (self->page));
  return dex_future_new_true ();
}

static void
ask (WeirBinPage *self, WeirBinItem *item)
{
  if (self->engine != NULL)
    dex_future_disown (dex_scheduler_spawn (NULL, 0, ask_fiber, letting_new (self, item, NULL), letting_free));
}

/* ── all of them ─────────────────────────────────────────────────────────────────────────── */

/* What fails stays, and is told of. */
static DexFuture *
empty_fiber (gpointer user_data)
{
  Letting *self = user_data;
  g_autoptr(WeirEngine) engine = g_object_ref (self->page->engine);
  g_autoptr(GPtrArray) items = g_ptr_array_new_with_free_func (g_object_unref);
  g_autofree char *message = g_strdup (_("Recently Deleted is empty"));

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->page->items)); i++)
    g_ptr_array_add (items, g_list_model_get_item (G_LIST_MODEL (self->page->items), i));
  for (guint i = 0; i < items->len; i++)
    {
      g_autoptr(GError) error = NULL;

      if (!dex_await (discard (engine, items->pdata[i], self->reason), &error)
          && !g_error_matches (error, WEIR_ERROR, WEIR_ERROR_NOT_FOUND))
        g_set_str (&message, error->message);
    }
  self->page->emptying = FALSE;
  weir_toast_show (GTK_WIDGET (self->page), message, NULL);
  weir_bin_page_reload (self->page);
  return dex_future_new_true ();
}

static void
all_confirmed_cb (WeirDiscardDialog *dialog, const char *reason, WeirBinPage *self)
{
  if (self->engine == NULL)
    return;
  self->emptying = TRUE;
  update (self);
  dex_future_disown (dex_scheduler_spawn (NULL, 0, empty_fiber, letting_new (self, NULL, reason), letting_free));
}

static void
empty_action (GtkWidget *widget, const char *action, GVariant *target)
{
  WeirBinPage *self = WEIR_BIN_PAGE (widget);
  guint n_runs = 0, n_parts = 0, n_workflows = 0;
  WeirDiscardDialog *dialog;

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->items)); i++)
    {
      g_autoptr(WeirBinItem) item = g_list_model_get_item (G_LIST_MODEL (self->items), i);

      if (item->part != NULL)
        n_parts++;
      else if (item->run != 0)
        n_runs++;
      else
        n_workflows++;
    }
  dialog = weir_discard_dialog_new_all (n_runs, n_parts, n_workflows);
  g_signal_connect_object (dialog, "confirmed", G_CALLBACK (all_confirmed_cb), self, 0);
  adw_dialog_present (ADW_DIALOG (dialog), widget);
}

/* ── rows ────────────────────────────────────────────────────────────────────────────────── */

static WeirBinPage *
get_page (GtkListItem *item)
{
  return WEIR_BIN_PAGE (gtk_widget_get_ancestor (gtk_list_item_get_child (item), WEIR_TYPE_BIN_PAGE));
}

static void
restore_clicked_cb (GtkListItem *item)
{
  restore (get_page (item), gtk_list_item_get_item (item));
}

static void
delete_clicked_cb (GtkListItem *item)
{
  ask (get_page (item), gtk_list_item_get_item (item));
}

static GtkWidget *
make_button (GtkListItem *item, const char *icon, const char *tooltip, GCallback callback)
{
  GtkWidget *button = g_object_new (GTK_TYPE_BUTTON, "icon-name", icon, "tooltip-text", tooltip, "valign",
                                    GTK_ALIGN_CENTER, "css-classes", (const char *[]) { "flat", NULL }, NULL);

  g_signal_connect_object (button, "clicked", callback, item, G_CONNECT_SWAPPED);
  return button;
}

static GtkWidget *
make_label (const char *class_name)
{
  GtkWidget *label = g_object_new (GTK_TYPE_LABEL, "xalign", 0.0, "wrap", TRUE, "wrap-mode", PANGO_WRAP_WORD_CHAR,
                                   "lines", 2, "ellipsize", PANGO_ELLIPSIZE_END, NULL);

  if (class_name != NULL)
    {
      gtk_widget_add_css_class (label, class_name);
      gtk_widget_add_css_class (label, "caption");
    }
  return label;
}

static void
setup_cb (WeirBinPage *self, GtkListItem *item)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *texts = gtk_box_new (GTK_ORIENTATION_VERTICAL, 3);
  GtkWidget *icon = gtk_image_new ();

  gtk_accessible_update_state (GTK_ACCESSIBLE (icon), GTK_ACCESSIBLE_STATE_HIDDEN, TRUE, -1);
  gtk_widget_set_margin_end (icon, 6);
  gtk_widget_set_hexpand (texts, TRUE);
  gtk_widget_set_valign (texts, GTK_ALIGN_CENTER);
  gtk_box_append (GTK_BOX (texts), make_label (NULL));
  gtk_box_append (GTK_BOX (texts), make_label ("dimmed"));
  gtk_box_append (GTK_BOX (box), icon);
  gtk_box_append (GTK_BOX (box), texts);
  gtk_box_append (GTK_BOX (box),
                  make_button (item, "edit-undo-symbolic", _("Restore"), G_CALLBACK (restore_clicked_cb)));
  gtk_box_append (GTK_BOX (box),
                  make_button (item, "user-trash-symbolic", _("Delete Now…"), G_CALLBACK (delete_clicked_cb)));
  gtk_list_item_set_child (item, box);
  gtk_list_item_set_activatable (item, FALSE);
}

/* A screen reader hears what the button is for without the row. */
static void
name_button (GtkWidget *button, const char *format, const char *name)
{
  g_auto(GStrv) parts = g_strsplit (format, "%s", 2);
  g_autofree char *label = g_strjoinv (name, parts);

  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
}

static void
bind_cb (WeirBinPage *self, GtkListItem *item)
{
  WeirBinItem *deleted = gtk_list_item_get_item (item);
  GtkWidget *icon = gtk_widget_get_first_child (gtk_list_item_get_child (item));
  GtkWidget *texts = gtk_widget_get_next_sibling (icon);
  GtkWidget *restore_button = gtk_widget_get_next_sibling (texts);
  g_autofree char *name = weir_bin_item_describe (deleted);
  g_autofree char *time = weir_bin_item_describe_time (deleted);

  gtk_image_set_from_icon_name (GTK_IMAGE (icon), deleted->part != NULL ? "view-list-symbolic"
                                                  : deleted->run != 0   ? "media-playback-start-symbolic"
                                                                        : "document-edit-symbolic");
  gtk_label_set_text (GTK_LABEL (gtk_widget_get_first_child (texts)), name);
  gtk_label_set_text (GTK_LABEL (gtk_widget_get_last_child (texts)), time);
  gtk_list_item_set_accessible_label (item, name);
  gtk_list_item_set_accessible_description (item, time);
  name_button (restore_button, _("Restore %s"), name);
  name_button (gtk_widget_get_next_sibling (restore_button), _("Delete %s now"), name);
}

/* ── widget ──────────────────────────────────────────────────────────────────────────────── */

static void
weir_bin_page_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  switch (id)
    {
    case PROP_SHOW_SIDEBAR:
      g_value_set_boolean (value, WEIR_BIN_PAGE (object)->show_sidebar);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
weir_bin_page_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  WeirBinPage *self = WEIR_BIN_PAGE (object);

  switch (id)
    {
    case PROP_SHOW_SIDEBAR:
      if (self->show_sidebar == g_value_get_boolean (value))
        break;
      self->show_sidebar = g_value_get_boolean (value);
      g_object_notify_by_pspec (object, pspec);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
weir_bin_page_map (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (weir_bin_page_parent_class)->map (widget);
  weir_bin_page_reload (WEIR_BIN_PAGE (widget));
}

static void
weir_bin_page_dispose (GObject *object)
{
  WeirBinPage *self = WEIR_BIN_PAGE (object);

  weir_bin_page_set_engine (self, NULL);
  g_clear_handle_id (&self->reload_id, g_source_remove);
  gtk_widget_dispose_template (GTK_WIDGET (self), WEIR_TYPE_BIN_PAGE);
  g_clear_object (&self->items);
  G_OBJECT_CLASS (weir_bin_page_parent_class)->dispose (object);
}

static void
weir_bin_page_class_init (WeirBinPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = weir_bin_page_dispose;
  G_OBJECT_CLASS (klass)->get_property = weir_bin_page_get_property;
  G_OBJECT_CLASS (klass)->set_property = weir_bin_page_set_property;
  properties[PROP_SHOW_SIDEBAR] = g_param_spec_boolean (
    "show-sidebar", NULL, NULL, FALSE, G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (G_OBJECT_CLASS (klass), N_PROPS, properties);
  widget_class->map = weir_bin_page_map;
  signals[RESTORED] = g_signal_new ("restored", WEIR_TYPE_BIN_PAGE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                                    2, G_TYPE_INT64, G_TYPE_STRING);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/weirstudio/Weir/weir-bin-page.ui");
  gtk_widget_class_bind_template_child (widget_class, WeirBinPage, stack);
  gtk_widget_class_bind_template_child (widget_class, WeirBinPage, list);
  gtk_widget_class_bind_template_callback (widget_class, setup_cb);
  gtk_widget_class_bind_template_callback (widget_class, bind_cb);
  gtk_widget_class_install_action (widget_class, "bin.empty", NULL, empty_action);
}

static void
weir_bin_page_init (WeirBinPage *self)
{
  g_autoptr(GtkNoSelection) selection = NULL;

  self->items = g_list_store_new (WEIR_TYPE_BIN_ITEM);
  gtk_widget_init_template (GTK_WIDGET (self));
  selection = gtk_no_selection_new (g_object_ref (G_LIST_MODEL (self->items)));
  gtk_list_view_set_model (self->list, GTK_SELECTION_MODEL (selection));
  update (self);
}

/**
 * weir_bin_page_set_engine:
 * @self: a page
 * @engine: (nullable): whose bin it is
 */
void
weir_bin_page_set_engine (WeirBinPage *self, WeirEngine *engine)
{
  if (self->engine != NULL)
    g_signal_handlers_disconnect_by_data (self->engine, self);
  g_set_object (&self->engine, engine);
  if (engine != NULL)
    g_signal_connect_swapped (engine, "workflows-changed", G_CALLBACK (queue_reload), self);
  if (gtk_widget_get_mapped (GTK_WIDGET (self)))
    weir_bin_page_reload (self);
}

/**
 * weir_bin_page_reload:
 * @self: a page
 *
 * Asks the engine what is there.
 */
void
weir_bin_page_reload (WeirBinPage *self)
{
  if (self->engine != NULL)
    dex_future_disown (
      dex_future_finally (weir_engine_list_deleted (self->engine), listed_cb, g_object_ref (self), g_object_unref));
}
