/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weir-preferences-dialog.h"

#include <glib/gi18n.h>

#include <math.h>
#include <string.h>

#include "weir-spin-row.h"

#define GIB (1024.0 * 1024 * 1024)
/* What is in use is looked at so often. */
#define LOOK_S 1

/* A limit that is a number, and what there is to say of it. */
typedef struct
{
  const char *name; /* in the record of limits */
  const char *title;
  const char *subtitle;
  const char *zero;   /* what 0 says; NULL where it says nothing else */
  const char *unit;   /* behind the number; NULL for none */
  const char *used;   /* in the record of what is in use; NULL: nobody counts it */
  double      factor; /* how much of it is one of the unit */
  double      minimum;
  double      maximum;
  double      step;
} Limit;

static const Limit limits[] = {
  { "workers", N_("Steps at Once"), N_("Over all runs"), NULL, NULL, "workers", 1, 1, 64, 1 },
  { "steps_per_run", N_("Steps at Once in a Run"), N_("So that one run leaves room for others"), N_("No limit"), NULL,
    NULL, 1, 0, 100000, 1 },
  { "runs_per_workflow", N_("Runs at Once of a Workflow"), N_("More of them wait until one has ended"), N_("No limit"),
    NULL, NULL, 1, 0, 100000, 1 },
  { "queue", N_("Runs That Wait to Begin"), N_("What is played beyond that is refused"), NULL, NULL, "waiting_runs", 1, 1,
    1000000, 100 },
  { "programs", N_("Programs at Once"), N_("Child processes that blocks start"), NULL, NULL, "programs", 1, 1, 4096, 1 },
  { "memory", N_("Memory"), N_("Above it no new step starts"), N_("No limit"), "GiB", "memory", GIB, 0, 1000000, 0.5 },
  { "ageing", N_("Waiting Raises Priority After"), N_("So that nothing waits for ever behind what is more urgent"), N_("Never"),
    "s", NULL, 1000, 0, 86400, 10 },
};

struct _WeirLimitsPage
{
  AdwPreferencesPage parent_instance;

  WeirEngine          *engine;
  WeirValue           *initial; /* the defaults */
  AdwSpinRow          *rows[G_N_ELEMENTS (limits)];
  GtkWidget           *resets[G_N_ELEMENTS (limits)];
  AdwPreferencesGroup *pools;
  AdwPreferencesGroup *rates;
  GHashTable          *pool_rows; /* name → AdwSpinRow */
  GHashTable          *rate_rows; /* name → AdwEntryRow */
  GtkWidget           *add_pool;
  guint                look_id;
  gboolean             updating;
};

G_DEFINE_FINAL_TYPE (WeirLimitsPage, weir_limits_page, ADW_TYPE_PREFERENCES_PAGE)

static void look (WeirLimitsPage *self);

static gboolean
change (WeirLimitsPage *self, WeirValue *value)
{
  g_autoptr(WeirValue) changes = value;
  g_autoptr(GError) error = NULL;
  gboolean done = weir_engine_set_limits (self->engine, changes, &error);

  if (!done)
    weir_preferences_dialog_tell (GTK_WIDGET (self), error);
  look (self);
  return done;
}

/* ── numbers ─────────────────────────────────────────────────────────────────────────────── */

static const Limit *
get_limit (gpointer row)
{
  return g_object_get_data (row, "limit");
}

/* "12.5 GiB" (transfer full) */
static char *
format_limit (const Limit *limit, double value)
{
  g_autofree char *number = NULL;

  if (value == 0 && limit->zero != NULL)
    return g_strdup (_(limit->zero));
  number = g_strdup_printf (value == floor (value) ? "%.0f" : "%.1f", value);
  return limit->unit != NULL ? g_strdup_printf ("%s\u00a0%s", number, limit->unit) : g_steal_pointer (&number);
}

static gboolean
output_cb (AdwSpinRow *row)
{
  g_autofree char *text = format_limit (get_limit (row), adw_spin_row_get_value (row));

  if (!g_str_equal (gtk_editable_get_text (GTK_EDITABLE (row)), text))
    gtk_editable_set_text (GTK_EDITABLE (row), text);
  return TRUE;
}

/* What is no number is what 0 says, where it says something; else nothing changes. */
static int
input_cb (AdwSpinRow *row, double *value)
{
  const Limit *limit = get_limit (row);
  const char *text = gtk_editable_get_text (GTK_EDITABLE (row));
  char *end;

  *value = g_strtod (text, &end);
  if (end == text)
    *value = limit->zero != NULL ? 0 : adw_spin_row_get_value (row);
  return TRUE;
}

static void
number_cb (WeirLimitsPage *self, GParamSpec *pspec, AdwSpinRow *row)
{
  const Limit *limit = get_limit (row);

  if (!self->updating)
    change (self, weir_preferences_dialog_wrap (
                    limit->name, weir_value_new_int ((gint64) (adw_spin_row_get_value (row) * limit->factor))));
}

static void
reset_cb (WeirLimitsPage *self, GtkWidget *button)
{
  change (self, weir_preferences_dialog_wrap (get_limit (button)->name, weir_value_new_null ()));
}

static GtkWidget *
make_button (WeirLimitsPage *self, const char *icon, const char *tooltip, GCallback callback)
{
  GtkWidget *button = g_object_new (GTK_TYPE_BUTTON, "icon-name", icon, "tooltip-text", tooltip, "valign",
                                    GTK_ALIGN_CENTER, "css-classes", (const char *[]) { "flat", NULL }, NULL);

  g_signal_connect_object (button, "clicked", callback, self, G_CONNECT_SWAPPED);
  return button;
}

static void
add_number (WeirLimitsPage *self, AdwPreferencesGroup *group, guint i)
{
  const Limit *limit = &limits[i];
  gint64 initial = weir_value_get_member_int (self->initial, limit->name, 0);
  g_autofree char *shown = format_limit (limit, round ((double) initial / limit->factor * 10) / 10);
  g_autofree char *tooltip = g_strdup_printf (_("Reset to %s"), shown);

  self->rows[i] = ADW_SPIN_ROW (weir_spin_row_new (limit->minimum, limit->maximum, limit->step));
  /* words and units are shown in it as well */
  g_object_set (self->rows[i], "title", _(limit->title), "numeric", FALSE, NULL);
  g_object_set_data (G_OBJECT (self->rows[i]), "limit", (gpointer) limit);
  g_signal_connect (self->rows[i], "output", G_CALLBACK (output_cb), NULL);
  g_signal_connect (self->rows[i], "input", G_CALLBACK (input_cb), NULL);
  /* the name is how tests find it */
  gtk_widget_set_name (GTK_WIDGET (self->rows[i]), limit->name);
  self->resets[i] = make_button (self, "edit-undo-symbolic", tooltip, G_CALLBACK (reset_cb));
  g_object_set_data (G_OBJECT (self->resets[i]), "limit", (gpointer) limit);
  adw_action_row_add_suffix (ADW_ACTION_ROW (self->rows[i]), self->resets[i]);
  g_signal_connect_object (self->rows[i], "notify::value", G_CALLBACK (number_cb), self, G_CONNECT_SWAPPED);
  adw_preferences_group_add (group, GTK_WIDGET (self->rows[i]));
}

/* "Over all runs · 3 now" */
static char *
describe_use (const Limit *limit, WeirValue *use)
{
  g_autofree char *now = NULL;

  if (limit->used == NULL)
    return g_strdup (_(limit->subtitle));
  now = format_limit (&(Limit) { .unit = limit->unit },
                      round ((double) weir_value_get_member_int (use, limit->used, 0) / limit->factor * 10) / 10);
  return g_strdup_printf (_("%s · now %s"), _(limit->subtitle), now);
}

static void
set_subtitle (gpointer row, const char *text)
{
  if (g_strcmp0 (adw_action_row_get_subtitle (row), text) != 0)
    adw_action_row_set_subtitle (row, text);
}

static void
show_numbers (WeirLimitsPage *self, WeirValue *record, WeirValue *use)
{
  for (guint i = 0; i < G_N_ELEMENTS (limits); i++)
    {
      gint64 value = weir_value_get_member_int (record, limits[i].name, 0);
      g_autofree char *subtitle = describe_use (&limits[i], use);

      /* not while somebody types */
      if ((gint64) (adw_spin_row_get_value (self->rows[i]) * limits[i].factor) != value
          && !gtk_widget_has_focus (GTK_WIDGET (gtk_editable_get_delegate (GTK_EDITABLE (self->rows[i])))))
        adw_spin_row_set_value (self->rows[i], (double) value / limits[i].factor);
      set_subtitle (self->rows[i], subtitle);
      gtk_widget_set_visible (self->resets[i], value != weir_value_get_member_int (self->initial, limits[i].name, 0));
    }
}

/* ── pools and rates ─────────────────────────────────────────────────────────────────────── */

static gboolean
change_named (WeirLimitsPage *self, const char *table, const char *name, WeirValue *value)
{
  return change (self, weir_preferences_dialog_wrap (table, weir_preferences_dialog_wrap (name, value)));
}

static void
pool_cb (WeirLimitsPage *self, GParamSpec *pspec, AdwSpinRow *row)
{
  if (!self->updating)
    change_named (self, "pools", gtk_widget_get_name (GTK_WIDGET (row)),
                  weir_value_new_int ((gint64) adw_spin_row_get_value (row)));
}

static void
remove_cb (WeirLimitsPage *self, GtkWidget *button)
{
  change_named (self, g_object_get_data (G_OBJECT (button), "table"), gtk_widget_get_name (button),
                weir_value_new_null ());
}

static GtkWidget *
make_remove (WeirLimitsPage *self, const char *table, const char *name, gboolean initial)
{
  GtkWidget *button = make_button (self, initial ? "edit-undo-symbolic" : "user-trash-symbolic",
                                   initial ? _("Reset") : _("Remove"), G_CALLBACK (remove_cb));

  g_object_set_data (G_OBJECT (button), "table", (gpointer) table);
  gtk_widget_set_name (button, name);
  return button;
}

static gboolean
is_initial (WeirLimitsPage *self, const char *name)
{
  return weir_value_find_member (weir_value_find_member (self->initial, "pools"), name) != NULL;
}

static GtkWidget *
make_pool (WeirLimitsPage *self, const char *name)
{
  GtkWidget *row = weir_spin_row_new (0, 100000, 1);
  GtkWidget *button = make_remove (self, "pools", name, is_initial (self, name));

  g_object_set (row, "use-markup", FALSE, "title", name, "name", name, NULL);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), button);
  g_object_set_data (G_OBJECT (row), "reset", button);
  g_signal_connect_object (row, "notify::value", G_CALLBACK (pool_cb), self, G_CONNECT_SWAPPED);
  return row;
}

static void
show_pool (WeirLimitsPage *self, GtkWidget *row, const char *name, WeirValue *pool, WeirValue *used)
{
  gint64 slots = weir_value_get_member_int (pool, "slots", 0),
         reserved = weir_value_get_member_int (pool, "reserved", 0);
  WeirValue *initial = weir_value_find_member (weir_value_find_member (self->initial, "pools"), name);
  g_autoptr(GString) text = g_string_new (NULL);

  g_string_append_printf (text, _("Places · now %d taken"), (int) weir_value_get_member_int (used, name, 0));
  if (reserved > 0)
    g_string_append_printf (text, _(" · %d kept for high priority"), (int) reserved);
  if ((gint64) adw_spin_row_get_value (ADW_SPIN_ROW (row)) != slots
      && !gtk_widget_has_focus (GTK_WIDGET (gtk_editable_get_delegate (GTK_EDITABLE (row)))))
    adw_spin_row_set_value (ADW_SPIN_ROW (row), (double) slots);
  set_subtitle (row, text->str);
  gtk_widget_set_visible (g_object_get_data (G_OBJECT (row), "reset"),
                          initial == NULL || weir_value_get_member_int (initial, "slots", 0) != slots);
}

/* As it can be typed: "10 per 1m" (transfer full) */
static char *
format_rate (WeirValue *rate)
{
  g_autofree char *per = weir_format_duration (weir_value_get_member_int (rate, "per", 0) * 1000);

  return g_strdup_printf ("%d per %s", (int) weir_value_get_member_int (rate, "count", 0), per);
}

static void
rate_cb (WeirLimitsPage *self, AdwEntryRow *row)
{
  gboolean good = change_named (self, "rates", gtk_widget_get_name (GTK_WIDGET (row)),
                                weir_value_new_text (gtk_editable_get_text (GTK_EDITABLE (row))));

  if (good)
    gtk_widget_remove_css_class (GTK_WIDGET (row), "error");
  else
    gtk_widget_add_css_class (GTK_WIDGET (row), "error");
}

static GtkWidget *
make_rate (WeirLimitsPage *self, const char *name)
{
  GtkWidget *row = g_object_new (ADW_TYPE_ENTRY_ROW, "use-markup", FALSE, "title", name, "name", name,
                                 "show-apply-button", TRUE, NULL);

  adw_entry_row_add_suffix (ADW_ENTRY_ROW (row), make_remove (self, "rates", name, FALSE));
  g_signal_connect_object (row, "apply", G_CALLBACK (rate_cb), self, G_CONNECT_SWAPPED);
  return row;
}

static void
show_rate (GtkWidget *row, WeirValue *rate)
{
  g_autofree char *text = format_rate (rate);
  const char *shown = g_object_get_data (G_OBJECT (row), "shown");

  /* what is being typed stays */
  if (g_strcmp0 (shown, text) == 0)
    return;
  gtk_editable_set_text (GTK_EDITABLE (row), text);
  g_object_set_data_full (G_OBJECT (row), "shown", g_steal_pointer (&text), g_free);
}

/* Rows of what is gone go. The row for a new one is the first, so that it never moves: taken out while its title moves, libadwaita forgets to
 * free that animation. */
static void
match_rows (WeirLimitsPage *self, GHashTable *rows, AdwPreferencesGroup *group, WeirValue *table,
            GtkWidget *(*make) (WeirLimitsPage *self, const char *name))
{
  GHashTableIter iter;
  const char *name;
  GtkWidget *row;

  g_hash_table_iter_init (&iter, rows);
  while (g_hash_table_iter_next (&iter, (gpointer *) &name, (gpointer *) &row))
    if (weir_value_find_member (table, name) == NULL)
      {
        adw_preferences_group_remove (group, row);
        g_hash_table_iter_remove (&iter);
      }
  for (gsize i = 0; i < weir_value_get_length (table); i++)
    if (!g_hash_table_contains (rows, weir_value_get_key (table, i)))
      {
        row = make (self, weir_value_get_key (table, i));
        adw_preferences_group_add (group, row);
        g_hash_table_insert (rows, g_strdup (weir_value_get_key (table, i)), row);
      }
}

static void
show_named (WeirLimitsPage *self, WeirValue *record, WeirValue *use)
{
  WeirValue *pools = weir_value_find_member (record, "pools"), *rates = weir_value_find_member (record, "rates");

  match_rows (self, self->pool_rows, self->pools, pools, make_pool);
  match_rows (self, self->rate_rows, self->rates, rates, make_rate);
  for (gsize i = 0; i < weir_value_get_length (pools); i++)
    show_pool (self, g_hash_table_lookup (self->pool_rows, weir_value_get_key (pools, i)),
               weir_value_get_key (pools, i), weir_value_get_item (pools, i), weir_value_find_member (use, "pools"));
  for (gsize i = 0; i < weir_value_get_length (rates); i++)
    show_rate (g_hash_table_lookup (self->rate_rows, weir_value_get_key (rates, i)), weir_value_get_item (rates, i));
}

/* One that is there already is left as it is. */
static void
add_cb (WeirLimitsPage *self, AdwEntryRow *row)
{
  gboolean pool = GTK_WIDGET (row) == self->add_pool;
  g_autofree char *name = g_strstrip (g_strdup (gtk_editable_get_text (GTK_EDITABLE (row))));
  GHashTable *rows = pool ? self->pool_rows : self->rate_rows;

  if (*name != '\0' && !g_hash_table_contains (rows, name))
    change_named (self, pool ? "pools" : "rates", name,
                  pool ? weir_value_new_int (1) : weir_value_new_text ("10 per 1m"));
  gtk_editable_set_text (GTK_EDITABLE (row), "");
  if (g_hash_table_contains (rows, name))
    gtk_widget_grab_focus (g_hash_table_lookup (rows, name));
}

static GtkWidget *
make_add (WeirLimitsPage *self, AdwPreferencesGroup *group, const char *title)
{
  GtkWidget *row = g_object_new (ADW_TYPE_ENTRY_ROW, "title", title, "show-apply-button", TRUE, NULL);

  g_signal_connect_object (row, "apply", G_CALLBACK (add_cb), self, G_CONNECT_SWAPPED);
  adw_preferences_group_add (group, row);
  return row;
}

/* ── the page ────────────────────────────────────────────────────────────────────────────── */

static void
look (WeirLimitsPage *self)
{
  g_autoptr(WeirValue) record = weir_engine_dup_limits (self->engine);
  g_autoptr(WeirValue) use = weir_engine_dup_use (self->engine);

  self->updating = TRUE;
  show_numbers (self, record, use);
  show_named (self, record, use);
  self->updating = FALSE;
}

static gboolean
look_cb (gpointer user_data)
{
  look (user_data);
  return G_SOURCE_CONTINUE;
}

static void
weir_limits_page_map (GtkWidget *widget)
{
  WeirLimitsPage *self = WEIR_LIMITS_PAGE (widget);

  GTK_WIDGET_CLASS (weir_limits_page_parent_class)->map (widget);
  look (self);
  self->look_id = g_timeout_add_seconds (LOOK_S, look_cb, self);
}

static void
weir_limits_page_unmap (GtkWidget *widget)
{
  g_clear_handle_id (&WEIR_LIMITS_PAGE (widget)->look_id, g_source_remove);
  GTK_WIDGET_CLASS (weir_limits_page_parent_class)->unmap (widget);
}

static void
weir_limits_page_finalize (GObject *object)
{
  WeirLimitsPage *self = WEIR_LIMITS_PAGE (object);

  g_clear_handle_id (&self->look_id, g_source_remove);
  g_hash_table_unref (self->pool_rows);
  g_hash_table_unref (self->rate_rows);
  g_clear_pointer (&self->initial, weir_value_unref);
  g_clear_object (&self->engine);
  G_OBJECT_CLASS (weir_limits_page_parent_class)->finalize (object);
}

static void
weir_limits_page_class_init (WeirLimitsPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = weir_limits_page_finalize;
  widget_class->map = weir_limits_page_map;
  widget_class->unmap = weir_limits_page_unmap;
}

static void
weir_limits_page_init (WeirLimitsPage *self)
{
  self->pool_rows = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->rate_rows = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->initial = weir_engine_dup_default_limits ();
}

static AdwPreferencesGroup *
add_group (WeirLimitsPage *self, const char *title, const char *description)
{
  AdwPreferencesGroup *group = ADW_PREFERENCES_GROUP (adw_preferences_group_new ());

  adw_preferences_group_set_title (group, title);
  adw_preferences_group_set_description (group, description);
  adw_preferences_page_add (ADW_PREFERENCES_PAGE (self), group);
  return group;
}

/**
 * weir_limits_page_new:
 * @engine: whose limits they are
 *
 * Returns: (transfer floating): a page for the preferences
 */
GtkWidget *
weir_limits_page_new (WeirEngine *engine)
{
  WeirLimitsPage *self = g_object_new (WEIR_TYPE_LIMITS_PAGE, "title", _("Performance"), "name", "performance",
                                       "icon-name", "power-profile-performance-symbolic", NULL);
  AdwPreferencesGroup *numbers = add_group (
    self, _("Limits"),
    _("They apply at once, also to runs in progress. What is at work beyond a lower limit finishes."));

  self->engine = g_object_ref (engine);
  self->updating = TRUE;
  for (guint i = 0; i < G_N_ELEMENTS (limits); i++)
    add_number (self, numbers, i);
  self->pools = add_group (self, _("Pools"),
                           _("Blocks that name a pool share its places, whatever workflow they are in."));
  self->add_pool = make_add (self, self->pools, _("Add a Pool by Name"));
  gtk_widget_set_name (self->add_pool, "add-pool");
  self->rates = add_group (self, _("Rates"),
                           _("How often blocks may start that share a server or a credential, such as “10 per 1m”."));
  make_add (self, self->rates, _("Add a Server or Credential"));
  look (self);
  return GTK_WIDGET (self);
}
