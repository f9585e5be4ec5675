/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weir-block-run.h"

#include <glib/gi18n.h>

#include "weir-value-row.h"
#include "weir-words.h"

struct _WeirBlockRun
{
  AdwBin parent_instance;

  char *described;   /* what is shown, so that an unchanged step is not built again */
};

G_DEFINE_FINAL_TYPE (WeirBlockRun, weir_block_run, ADW_TYPE_BIN)

static void
weir_block_run_finalize (GObject *object)
{
  g_free (WEIR_BLOCK_RUN (object)->described);
  G_OBJECT_CLASS (weir_block_run_parent_class)->finalize (object);
}

static void
weir_block_run_class_init (WeirBlockRunClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = weir_block_run_finalize;
}

static void
weir_block_run_init (WeirBlockRun *self)
{
}

static GtkWidget *
add_group (GtkWidget  *page,
           const char *title)
{
  GtkWidget *group = g_object_new (ADW_TYPE_PREFERENCES_GROUP, "title", title != NULL ? title : "", NULL);

  gtk_box_append (GTK_BOX (page), group);
  return group;
}

static void
add_fact (GtkWidget  *group,
          const char *title,
          const char *text)
{
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (group),
                             g_object_new (ADW_TYPE_ACTION_ROW, "use-markup", FALSE, "title", title, "subtitle", text,
                                           "subtitle-selectable", TRUE,
                                           "css-classes", (const char *[]) { "property", NULL }, NULL));
}

static void
add_values (GtkWidget  *page,
            const char *title,
            WeirValue  *record)
{
  GtkWidget *group;

  if (record == NULL || weir_value_get_kind (record) != WEIR_VALUE_RECORD || weir_value_get_length (record) == 0)
    return;
  group = add_group (page, title);
  for (gsize i = 0; i < weir_value_get_length (record); i++)
    adw_preferences_group_add (ADW_PREFERENCES_GROUP (group),
                               weir_value_row_new (weir_value_get_key (record, i), weir_value_get_item (record, i)));
}

static void
add_error (GtkWidget *page,
           WeirValue *error)
{
  GtkWidget *group;
  WeirValue *data;

  if (error == NULL)
    return;
  group = add_group (page, _("Error"));
  add_fact (group, weir_value_get_member_text (error, "class", _("Failure")),
            weir_value_get_member_text (error, "message", ""));
  data = weir_value_find_member (error, "data");
  if (data != NULL && !weir_value_is_null (data))
    adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), weir_value_row_new (_("Details"), data));
}

static void
add_attempts (GtkWidget          *page,
              const WeirStepInfo *step)
{
  GtkWidget *group;

  if (step->attempts == NULL || step->attempts->len < 2)
    return;
  group = add_group (page, _("Attempts"));
  for (guint i = 0; i < step->attempts->len; i++)
    {
      const WeirAttempt *attempt = &g_array_index (step->attempts, WeirAttempt, i);
      g_autofree char *took = attempt->ended_at > 0 ? weir_display_duration (attempt->ended_at - attempt->started_at)
                                                   : g_strdup (_("running"));
      g_autofree char *title = g_strdup_printf (_("Attempt %u · %s"), i + 1, took);

      add_fact (group, title, attempt->error != NULL ? weir_value_get_member_text (attempt->error, "message", _("failed"))
                              : attempt->ended_at > 0 ? _("succeeded") : _("running"));
    }
}

static void
add_times (GtkWidget              *page,
           const WeirBlockSummary *summary)
{
  const WeirStepInfo *step = summary->last;
  GtkWidget *group = add_group (page, NULL);

  add_fact (group, _("State"), weir_words_of_step_status (step->status));
  if (step->started_at > 0)
    {
      g_autoptr(GDateTime) utc = g_date_time_new_from_unix_utc_usec (step->started_at);
      g_autoptr(GDateTime) local = g_date_time_to_local (utc);
      g_autofree char *started = g_date_time_format (local, "%x, %X");

      add_fact (group, _("Started"), started);
    }
  if (step->started_at > 0 && step->ended_at > 0)
    {
      g_autofree char *took = weir_display_duration (step->ended_at - step->started_at);

      add_fact (group, _("Took"), took);
    }
  if (summary->n_steps > 1)
    {
      g_autofree char *counts = g_strdup_printf (_("%u times: %u succeeded, %u failed, %u skipped"), summary->n_steps,
                                                 summary->n_succeeded, summary->n_failed, summary->n_skipped);

      add_fact (group, _("Fired"), counts);
    }
}

static void
add_decision (GtkWidget  *box,
              const char *label,
              const char *decision)
{
  gtk_box_append (GTK_BOX (box), g_object_new (GTK_TYPE_BUTTON, "label", label, "action-name", "run.settle", "action-target",
                                               g_variant_new_string (decision), NULL));
}

/* A crash within an effect that must not happen twice: what became of it, a person must say. */
static void
add_decisions (GtkWidget *page)
{
  GtkWidget *group = add_group (page, _("Did It Happen?"));
  /* Not rows: of AdwButtonRow assistive technology gets no action (libadwaita 1.7). */
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);

  adw_preferences_group_set_description (ADW_PREFERENCES_GROUP (group),
                                         _("Weir was cut off while this block was at work, and it must not work twice. "
                                           "Look whether it did, then say how to go on."));
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), box);
  add_decision (box, _("Run Again"), "rerun");
  add_decision (box, _("Mark as Done…"), "done");
  add_decision (box, _("Mark as Failed"), "failed");
}

static void
show_placeholder (WeirBlockRun *self,
                  const char   *title,
                  const char   *description)
{
  GtkWidget *page = g_object_new (ADW_TYPE_STATUS_PAGE, "icon-name", "media-playback-start-symbolic", "title", title,
                                  "description", description, NULL);

  gtk_widget_add_css_class (page, "compact");
  adw_bin_set_child (ADW_BIN (self), page);
}

static char *
describe (WeirRunView            *view,
          WeirBlock              *block,
          const WeirBlockSummary *summary)
{
  const WeirStepInfo *step = summary->last;

  return step == NULL ? g_strdup_printf ("%s none", weir_block_get_path (block))
                      : g_strdup_printf ("%s %" G_GINT64_FORMAT " %u %u %u %d %d %" G_GINT64_FORMAT " %d %u",
                                         weir_block_get_path (block),
                                         weir_run_view_get_run_id (view), step->index, step->firing, step->attempt, step->status, summary->status,
                                         step->ended_at, step->inputs != NULL, summary->n_steps);
}

/**
 * weir_block_run_new:
 *
 * Returns: (transfer floating): a page without a run
 */
GtkWidget *
weir_block_run_new (void)
{
  return g_object_new (WEIR_TYPE_BLOCK_RUN, NULL);
}

/**
 * weir_block_run_show:
 * @self: a page
 * @view: (nullable): the run that is shown
 * @block: (nullable): a block, of the workflow or of the version that ran
 *
 * Shows what the block did at where the view stands. Cheap if nothing changed.
 */
void
weir_block_run_show (WeirBlockRun *self,
                     WeirRunView  *view,
                     WeirBlock    *block)
{
  WeirBlockSummary summary = { 0 };
  g_autofree char *described = NULL;
  GtkWidget *page;

  if (view == NULL || block == NULL)
    {
      g_clear_pointer (&self->described, g_free);
      show_placeholder (self, _("No Run Yet"), _("Press Play. What goes in and out of this block is shown here."));
      return;
    }

  weir_run_state_summarize_block (weir_run_view_get_state (view), weir_block_get_path (block), &summary);
  described = describe (view, block, &summary);
  if (g_strcmp0 (described, self->described) == 0)
    return;
  g_set_str (&self->described, described);

  if (summary.last == NULL)
    {
      g_autofree char *why = weir_run_state_explain_wait (weir_run_view_get_state (view), 0, weir_block_get_id (block));

      show_placeholder (self, _("Not Run"), why != NULL ? why : _("This block did not run in the run that is shown."));
      return;
    }

  page = gtk_box_new (GTK_ORIENTATION_VERTICAL, 18);
  if (summary.status == WEIR_STEP_UNKNOWN || summary.last->status == WEIR_STEP_UNKNOWN)
    add_decisions (page);
  add_times (page, &summary);
  add_error (page, summary.last->error);
  add_values (page, _("What Went In"), summary.last->inputs);
  add_values (page, _("What Came Out"), summary.last->outputs);
  add_attempts (page, summary.last);
  adw_bin_set_child (ADW_BIN (self), page);
}
