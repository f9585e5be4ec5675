/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weir-yaml-pane.h"

#include <glib/gi18n.h>

#include "weir-fix-words.h"
#include "weir-place-blocks.h"
#include "weir-yaml-draft.h"
#include "weir-yaml-help.h"
#include "weir-yaml-view.h"

/* After the last key. Long enough to finish a word, short enough to see the canvas follow. */
#define REST_MS 500
/* Behind changes of the workflow: a drag is many of them. */
#define FOLLOW_MS 40

typedef enum
{
  STATE_IN_STEP,  /* the text is that of the workflow */
  STATE_TYPING,   /* within the rest */
  STATE_HELD,     /* what was typed is wrong */
  STATE_CONFLICT, /* the workflow was changed in the same lines */
} State;

struct _WeirYamlPane
{
  AdwBin parent_instance;

  WeirYamlView *view;
  GtkLabel     *status;
  GtkRevealer  *trouble;
  GtkImage     *trouble_icon;
  GtkLabel     *trouble_label;
  GtkWidget    *fixes_button;
  GtkWidget    *next_button;
  GtkWidget    *apply_button;
  GtkWidget    *take_button;
  GtkWidget    *keep_button;

  WeirYamlHelp *help;
  WeirWorkflow *workflow;
  WeirWorkflow *typed;      /* what the text says, if it can be read */
  GListModel   *problems;   /* of the text */
  GListModel   *fixes;      /* of the problem that is shown */
  char         *edit_name;  /* of the next edit, where it is a fix */
  char         *base;       /* what the workflow said when text and workflow were last the same */
  State         state;
  gboolean      full;
  gboolean      writing;    /* the text is changed by us */
  gboolean      applying;   /* the workflow is */
  gboolean      moving;     /* the cursor is */
  guint         rest_id;
  guint         follow_id;
  guint         place_id;
};

G_DEFINE_FINAL_TYPE (WeirYamlPane, weir_yaml_pane, ADW_TYPE_BIN)

enum
{
  PROP_0,
  PROP_FULL,
  N_PROPS
};
static GParamSpec *properties[N_PROPS];

enum { PLACE_CHANGED, CLOSED, N_SIGNALS };
static guint signals[N_SIGNALS];

static GtkTextBuffer *
get_buffer (WeirYamlPane *self)
{
  return gtk_text_view_get_buffer (GTK_TEXT_VIEW (self->view));
}

/* What is said about it */

static guint
count_errors (WeirYamlPane *self)
{
  guint n_errors = 0;

  for (guint i = 0; self->problems != NULL && i < g_list_model_get_n_items (self->problems); i++)
    {
      g_autoptr(WeirProblem) problem = g_list_model_get_item (self->problems, i);

      n_errors += weir_problem_get_severity (problem) == WEIR_SEVERITY_ERROR ? 1 : 0;
    }
  return n_errors;
}

static guint
get_cursor_line (WeirYamlPane *self)
{
  GtkTextIter place;

  gtk_text_buffer_get_iter_at_mark (get_buffer (self), &place, gtk_text_buffer_get_insert (get_buffer (self)));
  return gtk_text_iter_get_line (&place) + 1;
}

/* The one of the line that the cursor is in, else, where the text is held back, the first one. */
static WeirProblem *
dup_shown_problem (WeirYamlPane *self)
{
  WeirProblem *here = weir_yaml_view_find_problem (self->view, get_cursor_line (self));

  if (here != NULL)
    return g_object_ref (here);
  return self->state == STATE_HELD && self->problems != NULL ? g_list_model_get_item (self->problems, 0) : NULL;
}

static void
show_fixes (WeirYamlPane *self,
            WeirProblem  *problem)
{
  g_autoptr(GMenu) menu = g_menu_new ();
  g_autofree char *text = weir_yaml_view_dup_text (self->view);

  g_clear_object (&self->fixes);
  if (problem != NULL && self->state != STATE_CONFLICT)
    self->fixes = self->typed != NULL ? weir_workflow_list_fixes (self->typed, problem)
                                      : weir_text_list_fixes (text, problem);
  for (guint i = 0; self->fixes != NULL && i < g_list_model_get_n_items (self->fixes); i++)
    {
      g_autoptr(WeirFix) fix = g_list_model_get_item (self->fixes, i);
      g_autofree char *title = weir_fix_dup_title (fix);
      g_autofree char *action = g_strdup_printf ("yaml.fix(uint32 %u)", i);

      g_menu_append (menu, title, action);
    }
  gtk_widget_set_visible (self->fixes_button, g_menu_model_get_n_items (G_MENU_MODEL (menu)) > 0);
  gtk_menu_button_set_menu_model (GTK_MENU_BUTTON (self->fixes_button), G_MENU_MODEL (menu));
}

static char *
dup_trouble (WeirYamlPane *self,
             WeirProblem  *problem)
{
  guint line = problem != NULL ? weir_problem_get_line (problem) : 0;

  if (self->state == STATE_CONFLICT)
    return g_strdup (_("The workflow was changed in the lines that you are typing in"));
  if (problem == NULL)
    return NULL;
  if (line == 0 || line == get_cursor_line (self))
    return g_strdup (weir_problem_get_message (problem));
  return g_strdup_printf (_("Line %u: %s"), line, weir_problem_get_message (problem));
}

static char *
dup_status (WeirYamlPane *self)
{
  guint n_errors = count_errors (self);

  switch (self->state)
    {
    case STATE_TYPING:
      return g_strdup (_("Typing…"));
    case STATE_HELD:
      return g_strdup_printf (ngettext ("Not applied · %u error", "Not applied · %u errors", n_errors), n_errors);
    case STATE_CONFLICT:
      return g_strdup (_("Not applied"));
    case STATE_IN_STEP:
    default:
      return n_errors > 0 ? g_strdup_printf (ngettext ("%u error", "%u errors", n_errors), n_errors) : g_strdup ("");
    }
}

static void
update_status (WeirYamlPane *self)
{
  g_autoptr(WeirProblem) problem = dup_shown_problem (self);
  g_autofree char *status = dup_status (self);
  g_autofree char *trouble = dup_trouble (self, problem);
  gboolean conflict = self->state == STATE_CONFLICT;
  gboolean error = conflict || (problem != NULL && weir_problem_get_severity (problem) == WEIR_SEVERITY_ERROR);
  guint n_problems = self->problems != NULL ? g_list_model_get_n_items (self->problems) : 0;

  gtk_label_set_label (self->status, status);
  gtk_revealer_set_reveal_child (self->trouble, trouble != NULL);
  if (trouble == NULL)
    return;
  show_fixes (self, problem);
  gtk_image_set_from_icon_name (self->trouble_icon, error ? "dialog-error-symbolic" : "dialog-warning-symbolic");
  gtk_widget_remove_css_class (GTK_WIDGET (self->trouble_icon), error ? "warning" : "error");
  gtk_widget_add_css_class (GTK_WIDGET (self->trouble_icon), error ? "error" : "warning");
  gtk_label_set_label (self->trouble_label, trouble);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->trouble_label), trouble);
  gtk_widget_set_visible (self->next_button, !conflict && n_problems > 1);
  gtk_widget_set_visible (self->apply_button, self->state == STATE_HELD && self->typed != NULL);
  gtk_widget_set_visible (self->take_button, conflict);
  gtk_widget_set_visible (self->keep_button, conflict);
}

static void
set_state (WeirYamlPane *self,
           State         state)
{
  self->state = state;
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "yaml.apply", state == STATE_HELD && self->typed != NULL);
  update_status (self);
}

/* Reading what was typed */

/* Parses and validates the text; @typed stays NULL where it is no workflow. */
static void
read_text (WeirYamlPane *self,
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

static char *
make_key (WeirProblem *problem)
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
        g_hash_table_add (keys, make_key (problem));
    }
  return keys;
}

/* Whether it is worse than the workflow is already. */
static gboolean
has_new_errors (WeirYamlPane *self)
{
  g_autoptr(GListModel) there = weir_workflow_validate (self->workflow);
  g_autoptr(GHashTable) known = list_errors (there);

  for (guint i = 0; i < g_list_model_get_n_items (self->problems); i++)
    {
      g_autoptr(WeirProblem) problem = g_list_model_get_item (self->problems, i);
      g_autofree char *key = make_key (problem);

      if (weir_problem_get_severity (problem) == WEIR_SEVERITY_ERROR && !is_unfinished (problem)
          && !g_hash_table_contains (known, key))
        return TRUE;
    }
  return FALSE;
}

/* Both ways */

static void
write_text (WeirYamlPane *self,
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
  gtk_text_buffer_set_enable_undo (get_buffer (self), FALSE);
  gtk_text_buffer_set_enable_undo (get_buffer (self), TRUE);
}

static void
keep_draft (WeirYamlPane *self,
            const char   *text)
{
  const char *id = weir_workflow_get_id (self->workflow);

  if (id != NULL)
    weir_yaml_draft_save (id, self->base, text);
}

static void
drop_draft (WeirYamlPane *self)
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
  drop_draft (self);
  set_state (self, STATE_IN_STEP);
}

static void
apply (WeirYamlPane *self)
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
      write_text (self, written, FALSE);
      read_text (self, written);
    }
  g_free (text);
  come_into_step (self, written);
}

static void
settle (WeirYamlPane *self)
{
  g_autofree char *text = NULL;

  g_clear_handle_id (&self->rest_id, g_source_remove);
  if (self->workflow == NULL || self->base == NULL)
    return;
  text = weir_yaml_view_dup_text (self->view);
  read_text (self, text);
  if (g_str_equal (text, self->base))
    come_into_step (self, g_steal_pointer (&text));
  else if (self->state == STATE_CONFLICT)
    {
      keep_draft (self, text);
      update_status (self);
    }
  else if (self->typed != NULL && !has_new_errors (self))
    apply (self);
  else
    {
      keep_draft (self, text);
      set_state (self, STATE_HELD);
    }
}

static gboolean
rest_cb (gpointer user_data)
{
  WeirYamlPane *self = user_data;

  self->rest_id = 0;
  settle (self);
  return G_SOURCE_REMOVE;
}

static void
text_changed_cb (WeirYamlPane *self)
{
  if (self->writing || self->workflow == NULL)
    return;
  g_clear_handle_id (&self->rest_id, g_source_remove);
  self->rest_id = g_timeout_add (REST_MS, rest_cb, self);
  if (self->state != STATE_CONFLICT)
    set_state (self, STATE_TYPING);
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
      write_text (self, theirs, FALSE);
      read_text (self, theirs);
      come_into_step (self, theirs);
      return;
    }
  merged = weir_text_merge (self->base, mine, theirs);
  g_free (self->base);
  self->base = theirs;
  if (merged != NULL)
    write_text (self, merged, TRUE);
  else
    set_state (self, STATE_CONFLICT);
  if (self->rest_id == 0)
    settle (self);
}

static void
follow (WeirYamlPane *self)
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
  follow (self);
  return G_SOURCE_REMOVE;
}

static void
workflow_changed_cb (WeirYamlPane *self)
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
  write_text (self, typed, FALSE);
  set_state (self, STATE_TYPING);
}

static void
begin (WeirYamlPane *self)
{
  write_text (self, "", FALSE);
  forget_typing (self);
  g_clear_pointer (&self->base, g_free);
  g_clear_object (&self->typed);
  self->state = STATE_IN_STEP;
  restore_draft (self);
  follow (self);
  if (self->state == STATE_TYPING)
    settle (self);
}

static void
weir_yaml_pane_map (GtkWidget *widget)
{
  WeirYamlPane *self = WEIR_YAML_PANE (widget);

  GTK_WIDGET_CLASS (weir_yaml_pane_parent_class)->map (widget);
  if (self->workflow == NULL)
    return;
  if (self->base == NULL)
    begin (self);
  else
    follow (self);
}

/* Keys */

static gboolean
undo (WeirYamlPane *self)
{
  if (gtk_text_buffer_get_can_undo (get_buffer (self)))
    gtk_text_buffer_undo (get_buffer (self));
  else
    gtk_widget_activate_action (GTK_WIDGET (self), "edit.undo", NULL);
  return TRUE;
}

static gboolean
redo (WeirYamlPane *self)
{
  if (gtk_text_buffer_get_can_redo (get_buffer (self)))
    gtk_text_buffer_redo (get_buffer (self));
  else
    gtk_widget_activate_action (GTK_WIDGET (self), "edit.redo", NULL);
  return TRUE;
}

static gboolean
key_pressed_cb (WeirYamlPane    *self,
                guint            keyval,
                guint            keycode,
                GdkModifierType  modifiers)
{
  modifiers &= gtk_accelerator_get_default_mod_mask ();
  if (modifiers == GDK_CONTROL_MASK && keyval == GDK_KEY_z)
    return undo (self);
  if ((modifiers == GDK_CONTROL_MASK && keyval == GDK_KEY_y)
      || (modifiers == (GDK_CONTROL_MASK | GDK_SHIFT_MASK) && (keyval == GDK_KEY_Z || keyval == GDK_KEY_z)))
    return redo (self);
  return FALSE;
}

static gboolean
place_cb (gpointer user_data)
{
  WeirYamlPane *self = user_data;

  self->place_id = 0;
  update_status (self);
  if (gtk_widget_has_focus (GTK_WIDGET (self->view)))
    g_signal_emit (self, signals[PLACE_CHANGED], 0);
  return G_SOURCE_REMOVE;
}

static void
cursor_moved_cb (WeirYamlPane *self)
{
  if (!self->writing && !self->moving && self->place_id == 0)
    self->place_id = g_idle_add (place_cb, self);
}

/* Actions */

static void
close_cb (GtkWidget  *widget,
          const char *action,
          GVariant   *target)
{
  g_signal_emit (widget, signals[CLOSED], 0);
}

static void
apply_cb (GtkWidget  *widget,
          const char *action,
          GVariant   *target)
{
  WeirYamlPane *self = WEIR_YAML_PANE (widget);

  if (self->state == STATE_HELD && self->typed != NULL)
    apply (self);
}

/* In the text, so that all that was typed beside it stays; from there it goes into the workflow. */
static void
fix_cb (GtkWidget  *widget,
        const char *action,
        GVariant   *target)
{
  WeirYamlPane *self = WEIR_YAML_PANE (widget);
  g_autoptr(WeirFix) fix = self->fixes != NULL ? g_list_model_get_item (self->fixes, g_variant_get_uint32 (target))
                                                : NULL;
  g_autofree char *before = weir_yaml_view_dup_text (self->view);
  g_autofree char *title = fix != NULL ? weir_fix_dup_title (fix) : NULL;
  g_autofree char *after = NULL;

  if (fix == NULL)
    return;
  if (self->typed == NULL)
    after = weir_text_apply_fix (before, fix);
  else if (weir_workflow_apply_fix (self->typed, fix, title))
    after = weir_workflow_to_yaml (self->typed);
  if (after == NULL)
    return;
  write_text (self, after, TRUE);
  if (self->state == STATE_IN_STEP)
    g_set_str (&self->edit_name, title);
  settle (self);
  gtk_widget_grab_focus (GTK_WIDGET (self->view));
}

static void
keep_cb (GtkWidget  *widget,
         const char *action,
         GVariant   *target)
{
  WeirYamlPane *self = WEIR_YAML_PANE (widget);

  if (self->state != STATE_CONFLICT)
    return;
  set_state (self, STATE_TYPING);
  settle (self);
}

static void
take_cb (GtkWidget  *widget,
         const char *action,
         GVariant   *target)
{
  WeirYamlPane *self = WEIR_YAML_PANE (widget);

  if (self->state != STATE_CONFLICT)
    return;
  write_text (self, self->base, TRUE);
  read_text (self, self->base);
  drop_draft (self);
  set_state (self, STATE_IN_STEP);
}

static void
next_problem_cb (GtkWidget  *widget,
                 const char *action,
                 GVariant   *target)
{
  WeirYamlPane *self = WEIR_YAML_PANE (widget);
  guint here = get_cursor_line (self);
  g_autoptr(WeirProblem) next = NULL;
  g_autoptr(WeirProblem) first = NULL;

  for (guint i = 0; self->problems != NULL && i < g_list_model_get_n_items (self->problems); i++)
    {
      g_autoptr(WeirProblem) problem = g_list_model_get_item (self->problems, i);
      guint line = weir_problem_get_line (problem);

      if (line > here && (next == NULL || line < weir_problem_get_line (next)))
        g_set_object (&next, problem);
      if (line > 0 && (first == NULL || line < weir_problem_get_line (first)))
        g_set_object (&first, problem);
    }
  if (next == NULL)
    g_set_object (&next, first);
  if (next == NULL)
    return;
  weir_yaml_view_go_to (self->view, weir_problem_get_line (next), weir_problem_get_column (next));
  gtk_widget_grab_focus (GTK_WIDGET (self->view));
}

/* The object */

static void
weir_yaml_pane_get_property (GObject    *object,
                             guint       id,
                             GValue     *value,
                             GParamSpec *pspec)
{
  g_value_set_boolean (value, WEIR_YAML_PANE (object)->full);
}

static void
weir_yaml_pane_set_property (GObject      *object,
                             guint         id,
                             const GValue *value,
                             GParamSpec   *pspec)
{
  WeirYamlPane *self = WEIR_YAML_PANE (object);

  if (self->full == g_value_get_boolean (value))
    return;
  self->full = g_value_get_boolean (value);
  g_object_notify_by_pspec (object, properties[PROP_FULL]);
}

static void
weir_yaml_pane_dispose (GObject *object)
{
  WeirYamlPane *self = WEIR_YAML_PANE (object);

  g_clear_handle_id (&self->rest_id, g_source_remove);
  g_clear_handle_id (&self->follow_id, g_source_remove);
  g_clear_handle_id (&self->place_id, g_source_remove);
  if (self->workflow != NULL)
    g_signal_handlers_disconnect_by_data (self->workflow, self);
  g_clear_object (&self->help);
  g_clear_object (&self->workflow);
  g_clear_object (&self->typed);
  g_clear_object (&self->problems);
  g_clear_object (&self->fixes);
  g_clear_pointer (&self->edit_name, g_free);
  g_clear_pointer (&self->base, g_free);
  if (self->view != NULL)
    g_signal_handlers_disconnect_by_data (get_buffer (self), self);
  gtk_widget_dispose_template (GTK_WIDGET (self), WEIR_TYPE_YAML_PANE);
  G_OBJECT_CLASS (weir_yaml_pane_parent_class)->dispose (object);
}

static gboolean
weir_yaml_pane_grab_focus (GtkWidget *widget)
{
  return gtk_widget_grab_focus (GTK_WIDGET (WEIR_YAML_PANE (widget)->view));
}

static void
bind_children (GtkWidgetClass *widget_class)
{
  gtk_widget_class_bind_template_child (widget_class, WeirYamlPane, view);
  gtk_widget_class_bind_template_child (widget_class, WeirYamlPane, status);
  gtk_widget_class_bind_template_child (widget_class, WeirYamlPane, trouble);
  gtk_widget_class_bind_template_child (widget_class, WeirYamlPane, trouble_icon);
  gtk_widget_class_bind_template_child (widget_class, WeirYamlPane, trouble_label);
  gtk_widget_class_bind_template_child (widget_class, WeirYamlPane, fixes_button);
  gtk_widget_class_bind_template_child (widget_class, WeirYamlPane, next_button);
  gtk_widget_class_bind_template_child (widget_class, WeirYamlPane, apply_button);
  gtk_widget_class_bind_template_child (widget_class, WeirYamlPane, take_button);
  gtk_widget_class_bind_template_child (widget_class, WeirYamlPane, keep_button);
}

static void
weir_yaml_pane_class_init (WeirYamlPaneClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->get_property = weir_yaml_pane_get_property;
  object_class->set_property = weir_yaml_pane_set_property;
  object_class->dispose = weir_yaml_pane_dispose;
  widget_class->grab_focus = weir_yaml_pane_grab_focus;
  widget_class->map = weir_yaml_pane_map;
  properties[PROP_FULL] = g_param_spec_boolean ("full", NULL, NULL, FALSE,
                                                G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  signals[PLACE_CHANGED] = g_signal_new ("place-changed", WEIR_TYPE_YAML_PANE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                         G_TYPE_NONE, 0);
  signals[CLOSED] = g_signal_new ("closed", WEIR_TYPE_YAML_PANE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                                  0);

  g_type_ensure (WEIR_TYPE_YAML_VIEW);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/weirstudio/Weir/weir-yaml-pane.ui");
  bind_children (widget_class);
  gtk_widget_class_install_action (widget_class, "yaml.close", NULL, close_cb);
  gtk_widget_class_install_action (widget_class, "yaml.apply", NULL, apply_cb);
  gtk_widget_class_install_action (widget_class, "yaml.fix", "u", fix_cb);
  gtk_widget_class_install_action (widget_class, "yaml.keep", NULL, keep_cb);
  gtk_widget_class_install_action (widget_class, "yaml.take", NULL, take_cb);
  gtk_widget_class_install_action (widget_class, "yaml.next-problem", NULL, next_problem_cb);
}

static void
weir_yaml_pane_init (WeirYamlPane *self)
{
  GtkEventController *keys = gtk_event_controller_key_new ();

  gtk_widget_init_template (GTK_WIDGET (self));
  self->help = weir_yaml_help_new (self->view);
  gtk_event_controller_set_propagation_phase (keys, GTK_PHASE_CAPTURE);
  g_signal_connect_object (keys, "key-pressed", G_CALLBACK (key_pressed_cb), self, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (GTK_WIDGET (self->view), keys);
  g_signal_connect_object (get_buffer (self), "changed", G_CALLBACK (text_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (get_buffer (self), "notify::cursor-position", G_CALLBACK (cursor_moved_cb), self,
                           G_CONNECT_SWAPPED);
}

/**
 * weir_yaml_pane_set_workflow:
 * @self: a pane
 * @workflow: (nullable): what it shows
 *
 * Shows another workflow. What was typed into the one before goes there, or is kept.
 */
void
weir_yaml_pane_set_workflow (WeirYamlPane *self,
                             WeirWorkflow *workflow)
{
  if (self->workflow == workflow)
    return;
  weir_yaml_pane_flush (self);
  g_clear_handle_id (&self->follow_id, g_source_remove);
  if (self->workflow != NULL)
    g_signal_handlers_disconnect_by_data (self->workflow, self);
  g_set_object (&self->workflow, workflow);
  weir_yaml_help_set_workflow (self->help, workflow);
  g_clear_pointer (&self->base, g_free);
  if (workflow == NULL)
    return;
  g_signal_connect_object (workflow, "changed", G_CALLBACK (workflow_changed_cb), self, G_CONNECT_SWAPPED);
  if (gtk_widget_get_mapped (GTK_WIDGET (self)))
    begin (self);
}

/**
 * weir_yaml_pane_flush:
 * @self: a pane
 *
 * Does not wait for a rest: what was typed goes into the workflow if it is right, and is kept for the next time if not.
 */
void
weir_yaml_pane_flush (WeirYamlPane *self)
{
  if (self->rest_id != 0)
    settle (self);
}

/**
 * weir_yaml_pane_get_block:
 * @self: a pane
 *
 * Returns: (transfer none) (nullable): the block that the cursor is in
 */
WeirBlock *
weir_yaml_pane_get_block (WeirYamlPane *self)
{
  g_autofree char *text = weir_yaml_view_dup_text (self->view);

  return self->workflow != NULL
           ? weir_workflow_find_block_at (self->workflow, text, weir_yaml_view_get_cursor (self->view))
           : NULL;
}

/**
 * weir_yaml_pane_get_link:
 * @self: a pane
 *
 * Returns: (transfer none) (nullable): the link that the cursor is in
 */
WeirLink *
weir_yaml_pane_get_link (WeirYamlPane *self)
{
  g_autofree char *text = weir_yaml_view_dup_text (self->view);

  return self->workflow != NULL
           ? weir_workflow_find_link_at (self->workflow, text, weir_yaml_view_get_cursor (self->view))
           : NULL;
}

static void
move_to (WeirYamlPane *self,
         gsize         offset)
{
  self->moving = TRUE;
  weir_yaml_view_set_cursor (self->view, offset);
  self->moving = FALSE;
  update_status (self);
}

/**
 * weir_yaml_pane_show_block:
 * @self: a pane
 * @block: a block of its workflow
 * @field: (nullable): a setting of it
 *
 * Puts the cursor to it, unless it is in it.
 */
void
weir_yaml_pane_show_block (WeirYamlPane *self,
                           WeirBlock    *block,
                           const char   *field)
{
  g_autofree char *text = NULL;
  gsize start, end;

  if (!gtk_widget_get_mapped (GTK_WIDGET (self)))
    return;
  follow (self);
  if (field == NULL && weir_yaml_pane_get_block (self) == block)
    return;
  text = weir_yaml_view_dup_text (self->view);
  if (weir_text_find_block (text, weir_block_get_path (block), field, &start, &end))
    move_to (self, start);
}

/**
 * weir_yaml_pane_show_problem:
 * @self: a pane
 * @problem: a problem of its workflow
 *
 * Puts the cursor to where the text has the same problem, else to its block.
 */
void
weir_yaml_pane_show_problem (WeirYamlPane *self,
                             WeirProblem  *problem)
{
  g_autofree char *key = make_key (problem);
  const char *path = weir_problem_get_block_path (problem);
  WeirBlock *block;

  if (self->workflow == NULL || !gtk_widget_get_mapped (GTK_WIDGET (self)))
    return;
  follow (self);
  for (guint i = 0; self->problems != NULL && i < g_list_model_get_n_items (self->problems); i++)
    {
      g_autoptr(WeirProblem) own = g_list_model_get_item (self->problems, i);
      g_autofree char *own_key = make_key (own);

      if (!g_str_equal (own_key, key) || weir_problem_get_line (own) == 0)
        continue;
      self->moving = TRUE;
      weir_yaml_view_go_to (self->view, weir_problem_get_line (own), weir_problem_get_column (own));
      self->moving = FALSE;
      update_status (self);
      return;
    }
  block = path != NULL ? weir_workflow_find_block (self->workflow, path) : NULL;
  if (block != NULL)
    weir_yaml_pane_show_block (self, block, weir_problem_get_field (problem));
}

/**
 * weir_yaml_pane_show_link:
 * @self: a pane
 * @link: a link of its workflow
 *
 * Puts the cursor to it, unless it is in it.
 */
void
weir_yaml_pane_show_link (WeirYamlPane *self,
                          WeirLink     *link)
{
  g_autofree char *text = NULL;
  gsize start, end;

  if (!gtk_widget_get_mapped (GTK_WIDGET (self)))
    return;
  follow (self);
  if (weir_yaml_pane_get_link (self) == link)
    return;
  text = weir_yaml_view_dup_text (self->view);
  if (weir_text_find_link (text, link, &start, &end))
    move_to (self, start);
}
