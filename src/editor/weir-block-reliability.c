/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weir-block-groups-private.h"

#include <glib/gi18n.h>

#include "weir-spin-row.h"

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
store_reliability_cb (WeirGroup *group)
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
refresh_reliability (WeirGroup *group)
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
    weir_group_show_text (group->first, first);
  if (!gtk_widget_has_css_class (group->cap, "error"))
    weir_group_show_text (group->cap, cap);
  if (!gtk_widget_has_css_class (group->limit, "error"))
    weir_group_show_text (group->limit, limit);
  if (group->at_once != NULL)
    adw_spin_row_set_value (ADW_SPIN_ROW (group->at_once), weir_block_get_concurrency (group->block));
  gtk_widget_set_visible (group->first, retries);
  gtk_widget_set_visible (group->factor, retries);
  gtk_widget_set_visible (group->cap, retries);
}

static GtkWidget *
add_spin (WeirGroup  *group,
          const char *title,
          double      minimum,
          double      maximum,
          double      step,
          guint       digits)
{
  GtkWidget *row = weir_spin_row_new (minimum, maximum, step);

  g_object_set (row, "title", title, "digits", digits, NULL);
  g_signal_connect_swapped (row, "notify::value", G_CALLBACK (store_reliability_cb), group);
  return weir_group_add (group, row);
}

static GtkWidget *
add_duration (WeirGroup  *group,
              const char *title)
{
  GtkWidget *row = g_object_new (ADW_TYPE_ENTRY_ROW, "title", title, "tooltip-text", _("For example 500ms, 30s or 1m30s"), NULL);

  g_signal_connect_swapped (row, "changed", G_CALLBACK (store_reliability_cb), group);
  return weir_group_add (group, row);
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
  WeirGroup *group = weir_group_new (workflow, block, _("Reliability"), refresh_reliability);
  const WeirBlockKind *kind = weir_block_get_kind (block);
  const char *choices[] = { _("Stop the Run"), _("Go On without It"), NULL };
  g_autoptr(GtkStringList) model = gtk_string_list_new (choices);
  g_autofree char *initial = kind != NULL && kind->timeout_ms > 0 ? weir_duration_to_text (kind->timeout_ms) : NULL;
  g_autofree char *limit = initial != NULL ? g_strdup_printf (_("Time Limit (%s if Empty)"), initial)
                                           : g_strdup (_("Time Limit (None if Empty)"));

  group->showing = TRUE;
  /* Where a setting of the kind says how many at once, this is shown only if a file has it: it would overrule the setting. */
  if (kind != NULL && kind->has_body
      && (weir_kind_find_field (kind, "concurrency") == NULL || weir_block_get_concurrency (block) > 0))
    group->at_once = add_spin (group, _("At Once"), 1, 1000, 1, 0);
  group->attempts = add_spin (group, _("Attempts"), 1, 100, 1, 0);
  group->first = add_duration (group, _("First Pause"));
  group->factor = add_spin (group, _("Then Times"), 1, 10, 0.5, 1);
  group->cap = add_duration (group, _("Longest Pause"));
  group->limit = add_duration (group, limit);
  group->on_error = weir_group_add (group, g_object_new (ADW_TYPE_COMBO_ROW, "title", _("If It Fails"), "model", model, NULL));
  g_signal_connect_swapped (group->on_error, "notify::selected", G_CALLBACK (store_reliability_cb), group);
  weir_block_groups_refresh (group->widget);
  return group->widget;
}
