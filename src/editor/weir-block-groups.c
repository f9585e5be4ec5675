/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weir-block-groups.h"

#include <math.h>
#include <string.h>

#include <glib/gi18n.h>

/* What the rows of a group share. Owned by the group. */
typedef struct _Group
{
  WeirWorkflow *workflow;
  WeirBlock    *block;
  GtkWidget    *widget;    /* not owned: it owns this */
  GPtrArray    *rows;      /* not owned */
  gboolean      showing;
  void        (*refresh) (struct _Group *group);
  GtkWidget    *attempts, *first, *factor, *cap, *limit, *on_error, *at_once;
  GtkWidget    *label, *note, *enabled;
} Group;

static void
group_free (gpointer data)
{
  Group *group = data;

  g_object_unref (group->workflow);
  g_object_unref (group->block);
  g_ptr_array_unref (group->rows);
  g_free (group);
}

static Group *
group_new (WeirWorkflow *workflow,
           WeirBlock    *block,
           const char   *title,
           void        (*refresh) (Group *group))
{
  Group *group = g_new0 (Group, 1);

  group->workflow = g_object_ref (workflow);
  group->block = g_object_ref (block);
  group->rows = g_ptr_array_new ();
  group->refresh = refresh;
  group->widget = g_object_new (ADW_TYPE_PREFERENCES_GROUP, "title", title, NULL);
  g_object_set_data_full (G_OBJECT (group->widget), "group", group, group_free);
  return group;
}

static GtkWidget *
group_add (Group     *group,
           GtkWidget *row)
{
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (group->widget), row);
  g_ptr_array_add (group->rows, row);
  return row;
}

static void
group_clear (Group *group)
{
  for (guint i = 0; i < group->rows->len; i++)
    adw_preferences_group_remove (ADW_PREFERENCES_GROUP (group->widget), group->rows->pdata[i]);
  g_ptr_array_set_size (group->rows, 0);
}

/**
 * weir_block_groups_refresh:
 * @group: what one of the make functions gave
 *
 * Shows what the block has now.
 */
void
weir_block_groups_refresh (GtkWidget *group)
{
  Group *self = g_object_get_data (G_OBJECT (group), "group");

  self->showing = TRUE;
  self->refresh (self);
  self->showing = FALSE;
}

/**
 * weir_duration_to_text:
 * @ms: milliseconds
 *
 * Returns: (transfer full): text as weir_parse_duration() reads it, "1m30s"
 */
char *
weir_duration_to_text (gint64 ms)
{
  static const struct { const char *unit; gint64 ms; } units[] = {
    { "d", 86400000 }, { "h", 3600000 }, { "m", 60000 }, { "s", 1000 }, { "ms", 1 },
  };
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (units); i++)
    if (ms >= units[i].ms)
      {
        g_string_append_printf (text, "%" G_GINT64_FORMAT "%s", ms / units[i].ms, units[i].unit);
        ms %= units[i].ms;
      }
  if (text->len == 0)
    g_string_append (text, "0");
  return g_string_free (text, FALSE);
}

static void
show_text (GtkWidget  *row,
           const char *text)
{
  if (!g_str_equal (gtk_editable_get_text (GTK_EDITABLE (row)), text))
    gtk_editable_set_text (GTK_EDITABLE (row), text);
}

/* Reliability */

/* FALSE, with the row marked, if the text is no length of time. */
static gboolean
read_duration (GtkWidget *row,
               gint64     when_empty,
               gint64    *ms)
{
  const char *text = gtk_editable_get_text (GTK_EDITABLE (row));
  gboolean good = TRUE;

  if (*text == '\0')
    *ms = when_empty;
  else
    good = weir_parse_duration (text, ms, NULL);

  if (good)
    gtk_widget_remove_css_class (row, "error");
  else
    gtk_widget_add_css_class (row, "error");
  gtk_accessible_update_state (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_STATE_INVALID,
                               good ? GTK_ACCESSIBLE_INVALID_FALSE : GTK_ACCESSIBLE_INVALID_TRUE, -1);
  return good;
}

static void
store_reliability_cb (Group *group)
{
  WeirReliability reliability;
  gboolean good;

  if (group->showing)
    return;

  reliability = *weir_block_get_reliability (group->block);
  reliability.attempts = adw_spin_row_get_value (ADW_SPIN_ROW (group->attempts));
  reliability.retry_factor = adw_spin_row_get_value (ADW_SPIN_ROW (group->factor));
  reliability.on_error = adw_combo_row_get_selected (ADW_COMBO_ROW (group->on_error)) == 0 ? WEIR_ON_ERROR_STOP
                                                                                         : WEIR_ON_ERROR_CONTINUE;
  good = read_duration (group->first, reliability.retry_first_ms, &reliability.retry_first_ms);
  good = read_duration (group->cap, reliability.retry_cap_ms, &reliability.retry_cap_ms) && good;
  good = read_duration (group->limit, -1, &reliability.timeout_ms) && good;
  if (!good)
    return;

  weir_workflow_merge_next_edit (group->workflow);
  weir_workflow_begin_edit (group->workflow, _("Change Reliability"));
  weir_workflow_set_reliability (group->workflow, group->block, &reliability);
  if (group->at_once != NULL)
    weir_workflow_set_block_concurrency (group->workflow, group->block,
                                         adw_spin_row_get_value (ADW_SPIN_ROW (group->at_once)));
  weir_workflow_end_edit (group->workflow);
}

static void
refresh_reliability (Group *group)
{
  const WeirReliability *reliability = weir_block_get_reliability (group->block);
  gboolean retries = reliability->attempts > 1;
  g_autofree char *first = weir_duration_to_text (reliability->retry_first_ms);
  g_autofree char *cap = weir_duration_to_text (reliability->retry_cap_ms);
  g_autofree char *limit = reliability->timeout_ms >= 0 ? weir_duration_to_text (reliability->timeout_ms) : g_strdup ("");

  adw_spin_row_set_value (ADW_SPIN_ROW (group->attempts), reliability->attempts);
  adw_spin_row_set_value (ADW_SPIN_ROW (group->factor), reliability->retry_factor);
  adw_combo_row_set_selected (ADW_COMBO_ROW (group->on_error), reliability->on_error == WEIR_ON_ERROR_STOP ? 0 : 1);
  if (!gtk_widget_has_css_class (group->first, "error"))
    show_text (group->first, first);
  if (!gtk_widget_has_css_class (group->cap, "error"))
    show_text (group->cap, cap);
  if (!gtk_widget_has_css_class (group->limit, "error"))
    show_text (group->limit, limit);
  if (group->at_once != NULL)
    adw_spin_row_set_value (ADW_SPIN_ROW (group->at_once), weir_block_get_concurrency (group->block));
  gtk_widget_set_visible (group->first, retries);
  gtk_widget_set_visible (group->factor, retries);
  gtk_widget_set_visible (group->cap, retries);
}

static GtkWidget *
add_spin (Group      *group,
          const char *title,
          double      minimum,
          double      maximum,
          double      step,
          guint       digits)
{
  GtkWidget *row = adw_spin_row_new_with_range (minimum, maximum, step);

  g_object_set (row, "title", title, "digits", digits, NULL);
  g_signal_connect_swapped (row, "notify::value", G_CALLBACK (store_reliability_cb), group);
  return group_add (group, row);
}

static GtkWidget *
add_duration (Group      *group,
              const char *title)
{
  GtkWidget *row = g_object_new (ADW_TYPE_ENTRY_ROW, "title", title, "tooltip-text", _("For example 500ms, 30s or 1m30s"), NULL);

  g_signal_connect_swapped (row, "changed", G_CALLBACK (store_reliability_cb), group);
  return group_add (group, row);
}

/**
 * weir_block_groups_make_reliability:
 * @workflow: the workflow to change
 * @block: a block
 *
 * Attempts, pauses between them, time limit, what a failure means, and how many runs of a body at once.
 *
 * Returns: (transfer floating): a group
 */
GtkWidget *
weir_block_groups_make_reliability (WeirWorkflow *workflow,
                                    WeirBlock    *block)
{
  Group *group = group_new (workflow, block, _("Reliability"), refresh_reliability);
  const WeirBlockKind *kind = weir_block_get_kind (block);
  const char *choices[] = { _("Stop the Run"), _("Go On without It"), NULL };
  g_autoptr(GtkStringList) model = gtk_string_list_new (choices);
  g_autofree char *initial = kind != NULL && kind->timeout_ms > 0 ? weir_duration_to_text (kind->timeout_ms) : NULL;
  g_autofree char *limit = initial != NULL ? g_strdup_printf (_("Time Limit (%s if Empty)"), initial)
                                           : g_strdup (_("Time Limit (None if Empty)"));

  group->showing = TRUE;
  if (kind != NULL && kind->has_body)
    group->at_once = add_spin (group, _("At Once"), 1, 1000, 1, 0);
  group->attempts = add_spin (group, _("Attempts"), 1, 100, 1, 0);
  group->first = add_duration (group, _("First Pause"));
  group->factor = add_spin (group, _("Then Times"), 1, 10, 0.5, 1);
  group->cap = add_duration (group, _("Longest Pause"));
  group->limit = add_duration (group, limit);
  group->on_error = group_add (group, g_object_new (ADW_TYPE_COMBO_ROW, "title", _("If It Fails"), "model", model, NULL));
  g_signal_connect_swapped (group->on_error, "notify::selected", G_CALLBACK (store_reliability_cb), group);
  weir_block_groups_refresh (group->widget);
  return group->widget;
}

/* Joins */

static void
store_join_cb (Group       *group,
               GParamSpec  *pspec,
               AdwComboRow *row)
{
  const char *port = g_object_get_data (G_OBJECT (row), "port");
  GtkWidget *n_row = g_object_get_data (G_OBJECT (row), "n-row");

  if (group->showing)
    return;
  weir_workflow_begin_edit (group->workflow, _("Change Join"));
  weir_workflow_set_join (group->workflow, group->block, port, (WeirJoin) adw_combo_row_get_selected (row),
                          adw_spin_row_get_value (ADW_SPIN_ROW (n_row)));
  weir_workflow_end_edit (group->workflow);
}

static void
store_join_n_cb (Group      *group,
                 GParamSpec *pspec,
                 GtkWidget  *n_row)
{
  store_join_cb (group, NULL, g_object_get_data (G_OBJECT (n_row), "join-row"));
}

static void
add_join (Group      *group,
          const char *port,
          guint       n_links)
{
  const char *choices[] = { _("Wait for All"), _("Fire for Each"), _("Only the First"), _("A Number of Them"),
                            _("Each, with the Latest of All"), NULL };
  g_autoptr(GtkStringList) model = gtk_string_list_new (choices);
  g_autofree char *title = g_strdup_printf (_("%u Links at “%s”"), n_links, port);
  guint n = 1;
  WeirJoin join = weir_block_get_join (group->block, port, &n);
  GtkWidget *row = g_object_new (ADW_TYPE_COMBO_ROW, "title", title, "use-markup", FALSE, "model", model, "selected", (guint) join, NULL);
  GtkWidget *n_row = adw_spin_row_new_with_range (1, n_links, 1);

  g_object_set (n_row, "title", _("How Many"), "value", (double) MAX (n, 1), "visible", join == WEIR_JOIN_N_OF_M, NULL);
  g_object_set_data_full (G_OBJECT (row), "port", g_strdup (port), g_free);
  g_object_set_data (G_OBJECT (row), "n-row", n_row);
  g_object_set_data (G_OBJECT (n_row), "join-row", row);
  g_signal_connect_swapped (row, "notify::selected", G_CALLBACK (store_join_cb), group);
  g_signal_connect_swapped (n_row, "notify::value", G_CALLBACK (store_join_n_cb), group);
  group_add (group, row);
  group_add (group, n_row);
}

static char *
describe_joins (Group      *group,
                GHashTable *counts)
{
  GString *text = g_string_new (NULL);
  WeirLink **links;
  guint n_links;

  links = weir_graph_get_links_to (weir_block_get_graph (group->block), group->block, &n_links);
  for (guint i = 0; i < n_links; i++)
    {
      const char *port = weir_link_get_target_port (links[i]);
      guint count = GPOINTER_TO_UINT (g_hash_table_lookup (counts, port)) + 1;

      g_hash_table_insert (counts, (gpointer) port, GUINT_TO_POINTER (count));
      if (count == 2)
        {
          guint n = 0;
          WeirJoin join = weir_block_get_join (group->block, port, &n);

          g_string_append_printf (text, "%s:%d:%u;", port, join, n);
        }
    }
  g_string_append_printf (text, "%u", n_links);
  return g_string_free (text, FALSE);
}

static void
refresh_joins (Group *group)
{
  g_autoptr(GHashTable) counts = g_hash_table_new (g_str_hash, g_str_equal);
  g_autofree char *description = NULL;
  GHashTableIter iter;
  gpointer port, count;

  if (weir_block_get_graph (group->block) == NULL)
    return;

  /* Rows are made anew only when links or joins are others, so that an open list stays open. */
  description = describe_joins (group, counts);
  if (g_strcmp0 (description, g_object_get_data (G_OBJECT (group->widget), "described")) == 0)
    return;
  group_clear (group);
  g_hash_table_iter_init (&iter, counts);
  while (g_hash_table_iter_next (&iter, &port, &count))
    if (GPOINTER_TO_UINT (count) > 1)
      add_join (group, port, GPOINTER_TO_UINT (count));
  gtk_widget_set_visible (group->widget, group->rows->len > 0);
  g_object_set_data_full (G_OBJECT (group->widget), "described", g_steal_pointer (&description), g_free);
}

/**
 * weir_block_groups_make_joins:
 * @workflow: the workflow to change
 * @block: a block
 *
 * What happens at inputs with several links; hidden where there are none.
 *
 * Returns: (transfer floating): a group
 */
GtkWidget *
weir_block_groups_make_joins (WeirWorkflow *workflow,
                              WeirBlock    *block)
{
  Group *group = group_new (workflow, block, _("When Several Links Arrive"), refresh_joins);

  weir_block_groups_refresh (group->widget);
  return group->widget;
}

/* What it may touch */

static const char *
get_permission_title (const char *name)
{
  static const struct { const char *name, *title; } titles[] = {
    { "fs.read", N_("Reads Files") }, { "fs.write", N_("Changes Files") }, { "fs.delete", N_("Deletes Files") },
    { "net", N_("Uses the Network") }, { "net.http", N_("Uses the Network") }, { "net.connect", N_("Uses the Network") },
    { "exec", N_("Runs Programs") }, { "proc.exec", N_("Runs Programs") }, { "process", N_("Runs Programs") },
    { "desktop.notify", N_("Shows Notifications") }, { "notify", N_("Shows Notifications") },
    { "credentials", N_("Uses Credentials") }, { "secret", N_("Uses Credentials") }, { "var", N_("Sets Variables") },
  };

  for (guint i = 0; i < G_N_ELEMENTS (titles); i++)
    if (g_str_equal (name, titles[i].name))
      return _(titles[i].title);
  return name;
}

static const char *
get_undo_text (WeirUndoKind undo)
{
  switch (undo)
    {
    case WEIR_UNDO_EXACT: return _("Exact: what was before comes back");
    case WEIR_UNDO_COMPENSATE: return _("By the opposite action");
    case WEIR_UNDO_IRREVERSIBLE: return _("Cannot be undone");
    default: return _("Changes nothing that could be undone");
    }
}

static void
add_fact (Group      *group,
          const char *title,
          const char *text)
{
  group_add (group, g_object_new (ADW_TYPE_ACTION_ROW, "use-markup", FALSE, "title", title, "subtitle", text,
                                  "subtitle-lines", 3, "css-classes", (const char *[]) { "property", NULL }, NULL));
}

static void
add_permission (Group      *group,
                const char *permission)
{
  gsize length = strcspn (permission, "(");
  g_autofree char *name = g_strndup (permission, length);
  g_autofree char *field = permission[length] == '(' ? g_strndup (permission + length + 1, strcspn (permission + length + 1, ")")) : NULL;
  WeirValue *value = field != NULL ? weir_value_find_member (weir_block_get_config (group->block), field) : NULL;
  g_autofree char *target = value != NULL && !weir_value_is_null (value) ? weir_value_to_display (value, 200) : NULL;

  add_fact (group, get_permission_title (name), target != NULL && *target != '\0' ? target : field != NULL ? _("Not set yet") : _("Yes"));
}

static void
refresh_touches (Group *group)
{
  const WeirBlockKind *kind = weir_block_get_kind (group->block);

  group_clear (group);
  gtk_widget_set_visible (group->widget, kind != NULL);
  if (kind == NULL)
    return;

  for (guint i = 0; kind->permissions != NULL && kind->permissions[i] != NULL; i++)
    add_permission (group, kind->permissions[i]);
  if (group->rows->len == 0)
    add_fact (group, _("Outside This Workflow"), _("Nothing"));
  add_fact (group, _("Undo"), get_undo_text (kind->undo));
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
  Group *group = group_new (workflow, block, _("What It May Touch"), refresh_touches);

  weir_block_groups_refresh (group->widget);
  return group->widget;
}

/* The block itself */

static void
label_changed_cb (Group *group)
{
  const char *text = gtk_editable_get_text (GTK_EDITABLE (group->label));

  if (group->showing)
    return;
  weir_workflow_merge_next_edit (group->workflow);
  weir_workflow_begin_edit (group->workflow, _("Change Title"));
  weir_workflow_set_label (group->workflow, group->block, *text != '\0' ? text : NULL);
  weir_workflow_end_edit (group->workflow);
}

static void
note_changed_cb (Group *group)
{
  const char *text = gtk_editable_get_text (GTK_EDITABLE (group->note));

  if (group->showing)
    return;
  weir_workflow_merge_next_edit (group->workflow);
  weir_workflow_begin_edit (group->workflow, _("Change Note"));
  weir_workflow_set_block_note (group->workflow, group->block, *text != '\0' ? text : NULL);
  weir_workflow_end_edit (group->workflow);
}

static void
enabled_changed_cb (Group *group)
{
  gboolean enabled = adw_switch_row_get_active (ADW_SWITCH_ROW (group->enabled));

  if (group->showing)
    return;
  weir_workflow_begin_edit (group->workflow, enabled ? _("Enable Block") : _("Disable Block"));
  weir_workflow_set_enabled (group->workflow, group->block, enabled);
  weir_workflow_end_edit (group->workflow);
}

static void
id_apply_cb (Group     *group,
             GtkWidget *row)
{
  g_autoptr(GError) error = NULL;

  if (group->showing)
    return;
  if (weir_workflow_rename_block (group->workflow, group->block, gtk_editable_get_text (GTK_EDITABLE (row)), &error))
    {
      gtk_widget_remove_css_class (row, "error");
      gtk_widget_set_tooltip_text (row, NULL);
      return;
    }
  gtk_widget_add_css_class (row, "error");
  gtk_widget_set_tooltip_text (row, error->message);
}

static void
refresh_about (Group *group)
{
  const char *label = weir_block_get_label (group->block);
  const char *note = weir_block_get_note (group->block);
  GtkWidget *id = group->rows->pdata[1];

  show_text (group->label, label != NULL ? label : "");
  show_text (group->note, note != NULL ? note : "");
  if (!gtk_widget_has_css_class (id, "error"))
    show_text (id, weir_block_get_id (group->block));
  adw_switch_row_set_active (ADW_SWITCH_ROW (group->enabled), weir_block_get_enabled (group->block));
}

/**
 * weir_block_groups_make_about:
 * @workflow: the workflow to change
 * @block: a block
 *
 * Title, name in expressions, note, and whether the block takes part.
 *
 * Returns: (transfer floating): a group
 */
GtkWidget *
weir_block_groups_make_about (WeirWorkflow *workflow,
                              WeirBlock    *block)
{
  Group *group = group_new (workflow, block, _("Block"), refresh_about);
  GtkWidget *id;

  group->showing = TRUE;
  group->label = group_add (group, g_object_new (ADW_TYPE_ENTRY_ROW, "title", _("Title"), NULL));
  id = group_add (group, g_object_new (ADW_TYPE_ENTRY_ROW, "title", _("Name in Links and Expressions"),
                                       "show-apply-button", TRUE, NULL));
  group->note = group_add (group, g_object_new (ADW_TYPE_ENTRY_ROW, "title", _("Note"), NULL));
  group->enabled = group_add (group, g_object_new (ADW_TYPE_SWITCH_ROW, "title", _("Enabled"),
                                                   "subtitle", _("A disabled block is skipped"), NULL));
  g_signal_connect_swapped (group->label, "changed", G_CALLBACK (label_changed_cb), group);
  g_signal_connect_swapped (id, "apply", G_CALLBACK (id_apply_cb), group);
  g_signal_connect_swapped (group->note, "changed", G_CALLBACK (note_changed_cb), group);
  g_signal_connect_swapped (group->enabled, "notify::active", G_CALLBACK (enabled_changed_cb), group);
  weir_block_groups_refresh (group->widget);
  return group->widget;
}
