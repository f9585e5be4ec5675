/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weir-preferences-dialog.h"

#include <glib/gi18n.h>

#include "weir-spin-row.h"

/* In this order in the lists of choices; the first one only where another setting counts otherwise. */
static const char *const policies[] = { NULL, "ask", "automatic", "off" };

static const struct
{
  const char *key, *title, *subtitle;
} types[] = {
  { "pure", N_("Steps That Only Compute"), N_("Running them again harms nobody") },
  { "idempotent", N_("Steps That Can Be Repeated"), N_("Twice has the same outcome as once") },
  { "once", N_("Steps That Must Happen Once"), N_("Such as sending a message; you are asked what became of one that was cut off") },
};

struct _WeirRecoveryPage
{
  AdwPreferencesPage parent_instance;

  AdwComboRow *policy;
  AdwComboRow *of_type[G_N_ELEMENTS (types)];
  AdwSpinRow  *stagger;
  WeirEngine  *engine;
  gboolean     updating;
};

G_DEFINE_FINAL_TYPE (WeirRecoveryPage, weir_recovery_page, ADW_TYPE_PREFERENCES_PAGE)

static guint
find_policy (WeirValue *settings, const char *key)
{
  const char *text = weir_value_get_member_text (settings, key, NULL);

  for (guint i = 1; i < G_N_ELEMENTS (policies); i++)
    if (g_strcmp0 (text, policies[i]) == 0)
      return i;
  return 0;
}

static void
read_settings (WeirRecoveryPage *self)
{
  g_autoptr(WeirValue) settings = weir_engine_dup_recovery (self->engine);

  self->updating = TRUE;
  /* the common one has no "as above" */
  adw_combo_row_set_selected (self->policy, MAX (find_policy (settings, "policy"), 1) - 1);
  for (guint i = 0; i < G_N_ELEMENTS (types); i++)
    adw_combo_row_set_selected (self->of_type[i], find_policy (settings, types[i].key));
  adw_spin_row_set_value (self->stagger, (double) weir_value_get_member_int (settings, "stagger", 0) / 1000);
  self->updating = FALSE;
}

static void
change (WeirRecoveryPage *self, const char *key, WeirValue *value)
{
  g_autoptr(WeirValue) changes = weir_preferences_dialog_wrap (key, value);
  g_autoptr(GError) error = NULL;

  if (!weir_engine_set_recovery (self->engine, changes, &error))
    {
      weir_preferences_dialog_tell (GTK_WIDGET (self), error);
      read_settings (self);
    }
}

static void
policy_cb (WeirRecoveryPage *self)
{
  if (!self->updating)
    change (self, "policy", weir_value_new_text (policies[adw_combo_row_get_selected (self->policy) + 1]));
}

static void
type_cb (WeirRecoveryPage *self, GParamSpec *pspec, AdwComboRow *row)
{
  const char *policy = policies[adw_combo_row_get_selected (row)];

  for (guint i = 0; i < G_N_ELEMENTS (types) && !self->updating; i++)
    if (self->of_type[i] == row)
      change (self, types[i].key, policy != NULL ? weir_value_new_text (policy) : weir_value_new_null ());
}

static void
stagger_cb (WeirRecoveryPage *self)
{
  if (!self->updating)
    change (self, "stagger", weir_value_new_int ((gint64) (adw_spin_row_get_value (self->stagger) * 1000)));
}

static void
reset_cb (WeirRecoveryPage *self)
{
  static const char *const keys[] = { "policy", "pure", "idempotent", "once", "stagger" };

  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    change (self, keys[i], weir_value_new_null ());
  read_settings (self);
}

/* ── rows ────────────────────────────────────────────────────────────────────────────────── */

static AdwComboRow *
add_policy (WeirRecoveryPage *self, AdwPreferencesGroup *group, const char *key, const char *title, const char *subtitle, gboolean common)
{
  const char *choices[] = { _("As Above"), _("Ask"), _("Go On"), _("Leave Alone"), NULL };
  g_autoptr(GtkStringList) model = gtk_string_list_new (common ? choices + 1 : choices);
  GtkWidget *row = g_object_new (ADW_TYPE_COMBO_ROW, "name", key, "title", title, "subtitle", subtitle, "model", model,
                                 NULL);

  adw_preferences_group_add (group, row);
  g_signal_connect_object (row, "notify::selected", common ? G_CALLBACK (policy_cb) : G_CALLBACK (type_cb), self,
                           G_CONNECT_SWAPPED);
  return ADW_COMBO_ROW (row);
}

static AdwPreferencesGroup *
add_group (WeirRecoveryPage *self, const char *title, const char *description)
{
  AdwPreferencesGroup *group = ADW_PREFERENCES_GROUP (adw_preferences_group_new ());

  adw_preferences_group_set_title (group, title);
  adw_preferences_group_set_description (group, description);
  adw_preferences_page_add (ADW_PREFERENCES_PAGE (self), group);
  return group;
}

/* "At once" for none. */
static gboolean
show_stagger_cb (AdwSpinRow *row)
{
  gint64 us = (gint64) (adw_spin_row_get_value (row) * G_USEC_PER_SEC);
  g_autofree char *text = us > 0 ? weir_display_duration (us) : g_strdup (_("None"));

  if (!g_str_equal (gtk_editable_get_text (GTK_EDITABLE (row)), text))
    gtk_editable_set_text (GTK_EDITABLE (row), text);
  return TRUE;
}

static int
read_stagger_cb (AdwSpinRow *row, double *value)
{
  const char *text = gtk_editable_get_text (GTK_EDITABLE (row));
  char *end;
  gint64 ms;

  *value = g_strtod (text, &end);
  if (*end == '\0' && end != text)
    return TRUE;
  if (!weir_parse_duration (text, &ms, NULL))
    ms = 0;
  *value = (double) ms / 1000;
  return TRUE;
}

static void
add_rows (WeirRecoveryPage *self)
{
  AdwPreferencesGroup *common = add_group (self, _("Runs That Were Cut Off"),
                                           _("By a crash, a power cut or the end of the program. What was finished is "
                                             "not done again. A workflow may have a setting of its own."));
  AdwPreferencesGroup *by_type = add_group (self, _("By What Was at Work"),
                                            _("The gravest step that was cut off decides."));
  AdwPreferencesGroup *reset = ADW_PREFERENCES_GROUP (adw_preferences_group_new ());
  GtkWidget *button = g_object_new (ADW_TYPE_BUTTON_ROW, "title", _("_Reset to Defaults"), "name", "reset-recovery",
                                    "use-underline", TRUE, NULL);

  self->policy = add_policy (self, common, "policy", _("At the Next Start"), _("Whether runs go on by themselves"),
                             TRUE);
  self->stagger = ADW_SPIN_ROW (weir_spin_row_new (0, 60, 1));
  g_object_set (self->stagger, "title", _("Pause Between Runs"), "subtitle",
                _("So that many do not start at the same moment"), "numeric", FALSE, NULL);
  g_signal_connect (self->stagger, "output", G_CALLBACK (show_stagger_cb), NULL);
  g_signal_connect (self->stagger, "input", G_CALLBACK (read_stagger_cb), NULL);
  g_signal_connect_object (self->stagger, "notify::value", G_CALLBACK (stagger_cb), self, G_CONNECT_SWAPPED);
  adw_preferences_group_add (common, GTK_WIDGET (self->stagger));
  for (guint i = 0; i < G_N_ELEMENTS (types); i++)
    self->of_type[i] = add_policy (self, by_type, types[i].key, _(types[i].title), _(types[i].subtitle), FALSE);
  adw_preferences_group_add (reset, button);
  g_signal_connect_object (button, "activated", G_CALLBACK (reset_cb), self, G_CONNECT_SWAPPED);
  adw_preferences_page_add (ADW_PREFERENCES_PAGE (self), reset);
}

static void
weir_recovery_page_map (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (weir_recovery_page_parent_class)->map (widget);
  read_settings (WEIR_RECOVERY_PAGE (widget));
}

static void
weir_recovery_page_finalize (GObject *object)
{
  g_object_unref (WEIR_RECOVERY_PAGE (object)->engine);
  G_OBJECT_CLASS (weir_recovery_page_parent_class)->finalize (object);
}

static void
weir_recovery_page_class_init (WeirRecoveryPageClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = weir_recovery_page_finalize;
  GTK_WIDGET_CLASS (klass)->map = weir_recovery_page_map;
}

static void
weir_recovery_page_init (WeirRecoveryPage *self)
{
  self->updating = TRUE;
  add_rows (self);
}

/**
 * weir_recovery_page_new:
 * @engine: whose settings they are
 *
 * Returns: (transfer floating): a page for the preferences
 */
GtkWidget *
weir_recovery_page_new (WeirEngine *engine)
{
  WeirRecoveryPage *self = g_object_new (WEIR_TYPE_RECOVERY_PAGE, "title", _("Recovery"), "name", "recovery",
                                         "icon-name", "view-refresh-symbolic", NULL);

  self->engine = g_object_ref (engine);
  read_settings (self);
  return GTK_WIDGET (self);
}
