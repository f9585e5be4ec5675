/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The text and the workflow follow each other. */
#include <glib/gi18n.h>

#include "weir-place-blocks.h"
#include "weir-yaml-draft.h"
#include "weir-yaml-pane-private.h"

/* After the last key. Long enough to finish a word, short enough to see the canvas follow. */
#define REST_MS 500
/* Of a text whose reading takes long it is this many times as long as that, so that a pause to think does not cost more than it is worth. */
#define REST_TIMES 4
#define MAX_REST_MS 4000
/* Behind changes of the workflow: a drag is many of them. */
#define FOLLOW_MS 40

/* Reading what was typed */

/* Parses and validates the text; @typed stays NULL where it is no workflow. */
void
weir_yaml_pane_read_text (WeirYamlPane *self,
           const char   *text)
{
  g_clear_object (&self->typed);
  g_clear_object (&self->problems);
  self->typed = weir_workflow_parse (text, -1, &self->problems, NULL);
  if (self->typed != NULL)
    {
      weir_workflow_set_id (self->typed, weir_workflow_get_id (self->workflow));
      /* that there are no blocks yet is no mistake, here as on the canvas */
      if (weir_graph_get_n_blocks (weir_workflow_get_graph (self->typed)) > 0)
        {
          g_clear_object (&self->problems);
          self->problems = weir_workflow_validate (self->typed);
        }
    }
  weir_yaml_view_set_problems (self->view, self->problems);
}

/* What is not finished, in difference to what is wrong: a block that was just added is like that, too. */
static gboolean
is_unfinished (WeirProblem *problem)
{
  static const char *const codes[] = { "field.missing", "input.missing", "body.empty", NULL };

  return g_strv_contains (codes, weir_problem_get_code (problem));
}

char *
weir_problem_make_key (WeirProblem *problem)
{
  return g_strjoin ("\n", weir_problem_get_code (problem), weir_problem_get_message (problem),
                    weir_problem_get_block_path (problem), NULL);
}

static GHashTable *
list_errors (GListModel *problems)
{
  GHashTable *keys = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < g_list_model_get_n_items (problems); i++)
    {
      g_autoptr(WeirProblem) problem = g_list_model_get_item (problems, i);

      if (weir_problem_get_severity (problem) == WEIR_SEVERITY_ERROR)
        g_hash_table_add (keys, weir_problem_make_key (problem));
    }
  return keys;
}

/* Whether it is worse than the workflow is already. */
static gboolean
has_new_errors (WeirYamlPane *self)
{
  g_autoptr(GHashTable) known = NULL;

  for (guint i = 0; i < g_list_model_get_n_items (self->problems); i++)
    {
      g_autoptr(WeirProblem) problem = g_list_model_get_item (self->problems, i);
      g_autofree char *key = NULL;

      if (weir_problem_get_severity (problem) != WEIR_SEVERITY_ERROR || is_unfinished (problem))
        continue;
      /* looked for only where there is something to compare with */
      if (known == NULL)
        {
          g_autoptr(GListModel) there = weir_workflow_validate (self->workflow);

          known = list_errors (there);
        }
      key = weir_problem_make_key (problem);
      if (!g_hash_table_contains (known, key))
        return TRUE;
    }
  return FALSE;
}

/* Both ways */

void
weir_yaml_pane_write_text (WeirYamlPane *self,
            const char   *text,
            gboolean      undoable)
{
  self->writing = TRUE;
  weir_yaml_view_set_text (self->view, text, undoable);
  self->writing = FALSE;
}

/* Typing that is in the workflow is taken back there, not letter by letter. */
static void
forget_typing (WeirYamlPane *self)
{
  gtk_text_buffer_set_enable_undo (weir_yaml_pane_get_buffer (self), FALSE);
  gtk_text_buffer_set_enable_undo (weir_yaml_pane_get_buffer (self), TRUE);
}

static void
keep_draft (WeirYamlPane *self,
            const char   *text)
{
  const char *id = weir_workflow_get_id (self->workflow);

  if (id != NULL)
    weir_yaml_draft_save (id, self->base, text);
}

void
weir_yaml_pane_drop_draft (WeirYamlPane *self)
{
  const char *id = weir_workflow_get_id (self->workflow);

  if (id != NULL)
    weir_yaml_draft_remove (id);
}

/* The text and the workflow say the same from here on. */
static void
come_into_step (WeirYamlPane *self,
                char         *text)
{
  g_free (self->base);
  self->base = text;
  forget_typing (self);
  weir_yaml_pane_drop_draft (self);
  weir_yaml_pane_set_state (self, STATE_IN_STEP);
}

void
weir_yaml_pane_apply (WeirYamlPane *self)
{
  char *text = weir_yaml_view_dup_text (self->view);
  char *written;

  self->applying = TRUE;
  weir_workflow_begin_edit (self->workflow, self->edit_name != NULL ? self->edit_name : _("Edit as Text"));
  weir_workflow_replace (self->workflow, self->typed, NULL);
  weir_place_new_blocks (weir_workflow_get_graph (self->workflow), self->workflow);
  weir_workflow_end_edit (self->workflow);
  self->applying = FALSE;
  g_clear_pointer (&self->edit_name, g_free);
  written = weir_workflow_to_yaml (self->workflow);
  if (!g_str_equal (written, text))
    {
      weir_yaml_pane_write_text (self, written, FALSE);
      weir_yaml_pane_read_text (self, written);
    }
  g_free (text);
  come_into_step (self, written);
}

void
weir_yaml_pane_settle (WeirYamlPane *self)
{
  g_autofree char *text = NULL;
  gint64 began = g_get_monotonic_time ();

  g_clear_handle_id (&self->rest_id, g_source_remove);
  if (self->workflow == NULL || self->base == NULL)
    return;
  text = weir_yaml_view_dup_text (self->view);
  weir_yaml_pane_read_text (self, text);
  if (g_str_equal (text, self->base))
    come_into_step (self, g_steal_pointer (&text));
  else if (self->state == STATE_CONFLICT)
    {
      keep_draft (self, text);
      weir_yaml_pane_update_status (self);
    }
  else if (self->typed != NULL && !has_new_errors (self))
    weir_yaml_pane_apply (self);
  else
    {
      keep_draft (self, text);
      weir_yaml_pane_set_state (self, STATE_HELD);
    }
  self->settle_ms = (guint) ((g_get_monotonic_time () - began) / 1000);
}

static gboolean
rest_cb (gpointer user_data)
{
  WeirYamlPane *self = user_data;

  self->rest_id = 0;
  weir_yaml_pane_settle (self);
  return G_SOURCE_REMOVE;
}

void
weir_yaml_pane_text_changed (WeirYamlPane *self)
{
  if (self->writing || self->workflow == NULL)
    return;
  g_clear_handle_id (&self->rest_id, g_source_remove);
  self->rest_id = g_timeout_add (CLAMP (REST_TIMES * self->settle_ms, REST_MS, MAX_REST_MS), rest_cb, self);
  if (self->state != STATE_CONFLICT)
    weir_yaml_pane_set_state (self, STATE_TYPING);
}

/* The workflow says something else than the text was made of. */
static void
take_over (WeirYamlPane *self,
           char         *theirs)
{
  g_autofree char *mine = weir_yaml_view_dup_text (self->view);
  g_autofree char *merged = NULL;

  if (g_str_equal (mine, self->base) || g_str_equal (mine, theirs))
    {
      weir_yaml_pane_write_text (self, theirs, FALSE);
      weir_yaml_pane_read_text (self, theirs);
      come_into_step (self, theirs);
      return;
    }
  merged = weir_text_merge (self->base, mine, theirs);
  g_free (self->base);
  self->base = theirs;
  if (merged != NULL)
    weir_yaml_pane_write_text (self, merged, TRUE);
  else
    weir_yaml_pane_set_state (self, STATE_CONFLICT);
  if (self->rest_id == 0)
    weir_yaml_pane_settle (self);
}

void
weir_yaml_pane_follow (WeirYamlPane *self)
{
  g_autofree char *text = NULL;

  g_clear_handle_id (&self->follow_id, g_source_remove);
  if (self->workflow == NULL || !gtk_widget_get_mapped (GTK_WIDGET (self)))
    return;
  text = weir_workflow_to_yaml (self->workflow);
  if (self->base == NULL)
    self->base = g_strdup ("");
  if (!g_str_equal (text, self->base))
    take_over (self, g_steal_pointer (&text));
}

static gboolean
follow_cb (gpointer user_data)
{
  WeirYamlPane *self = user_data;

  self->follow_id = 0;
  weir_yaml_pane_follow (self);
  return G_SOURCE_REMOVE;
}

void
weir_yaml_pane_workflow_changed (WeirYamlPane *self)
{
  if (!self->applying && self->follow_id == 0 && gtk_widget_get_mapped (GTK_WIDGET (self)))
    self->follow_id = g_timeout_add (FOLLOW_MS, follow_cb, self);
}

/* What was typed before the program ended, and never got into the workflow. */
static void
restore_draft (WeirYamlPane *self)
{
  const char *id = weir_workflow_get_id (self->workflow);
  g_autofree char *base = NULL;
  g_autofree char *typed = NULL;

  if (id == NULL || !weir_yaml_draft_load (id, &base, &typed))
    return;
  g_set_str (&self->base, base);
  weir_yaml_pane_write_text (self, typed, FALSE);
  weir_yaml_pane_set_state (self, STATE_TYPING);
}

void
weir_yaml_pane_begin (WeirYamlPane *self)
{
  weir_yaml_pane_write_text (self, "", FALSE);
  forget_typing (self);
  g_clear_pointer (&self->base, g_free);
  g_clear_object (&self->typed);
  self->state = STATE_IN_STEP;
  restore_draft (self);
  weir_yaml_pane_follow (self);
  if (self->state == STATE_TYPING)
    weir_yaml_pane_settle (self);
}
