/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weir-step-menu.h"

#include <string.h>

#include <glib/gi18n.h>

typedef struct
{
  WeirRun *run; /* NULL when it is not live */
  gint64 run_id;
  WeirRunState *state;
  GPtrArray *events;
  const char *path;
  const WeirStepInfo *step;
  GMenu *menu;
} Maker;

static void
append (GMenu *section, const char *label, const char *action, GVariant *target)
{
  g_autoptr (GMenuItem) item = g_menu_item_new (label, NULL);

  g_menu_item_set_action_and_target_value (item, action, target);
  g_menu_append_item (section, item);
}

static void
append_text (GMenu *section, const char *label, const char *action, const char *target)
{
  append (section, label, action, g_variant_new_string (target));
}

static void
end_section (Maker *self, GMenu *section)
{
  if (g_menu_model_get_n_items (G_MENU_MODEL (section)) > 0)
    g_menu_append_section (self->menu, NULL, G_MENU_MODEL (section));
  g_object_unref (section);
}

static void
append_part (Maker *self, GMenu *section, const char *label, const char *action, const char *path)
{
  append (section, label, action, g_variant_new ("(xs)", self->run_id, path));
}

/* ── parts of a run that goes on ────────────────────────────────────────────────────────── */

/* Whether the last that was said of the part is that it pauses. @block NULL: the scope. */
static gboolean
is_paused (Maker *self, guint32 scope, const char *block)
{
  for (guint i = self->events->len; i > 0; i--)
    {
      WeirEvent *event = g_ptr_array_index (self->events, i - 1);

      if ((event->kind == WEIR_EVENT_PART_PAUSED || event->kind == WEIR_EVENT_PART_RESUMED) && event->scope == scope
          && g_strcmp0 (event->block, block) == 0)
        return event->kind == WEIR_EVENT_PART_PAUSED;
    }
  return FALSE;
}

static void
append_verbs (Maker *self, GMenu *section)
{
  guint32 scope = self->step != NULL ? self->step->scope : 0;
  const char *block = self->step != NULL ? self->step->block : self->path;
  WeirStepStatus status = self->step != NULL ? self->step->status : WEIR_STEP_PENDING;
  gboolean paused = is_paused (self, scope, block);

  if (!paused && weir_step_verb_is_legal (WEIR_VERB_PAUSE, status, NULL))
    append (section, _("_Pause Here"), "step.pause", g_variant_new ("(us)", scope, block));
  if (paused && weir_step_verb_is_legal (WEIR_VERB_RESUME, status, NULL))
    append (section, _("_Resume Here"), "step.resume", g_variant_new ("(us)", scope, block));
  if (self->step != NULL
      && (status == WEIR_STEP_READY || status == WEIR_STEP_SUSPENDED || status == WEIR_STEP_RETRY_WAIT)
      && self->step->inputs != NULL && weir_value_get_length (self->step->inputs) > 0)
    append (section, _("_Change What It Gets…"), "step.edit", g_variant_new ("(us)", scope, block));
  if (status == WEIR_STEP_RETRY_WAIT)
    append (section, _("Try Again _Now"), "step.retry", g_variant_new ("(us)", scope, block));
  if (weir_step_verb_is_legal (WEIR_VERB_STOP, status, NULL))
    append (section, _("_Stop"), "step.stop", g_variant_new ("(us)", scope, block));
  if (weir_step_verb_is_legal (WEIR_VERB_FORCE_STOP, status, NULL))
    append (section, _("_Force Stop"), "step.force-stop", g_variant_new ("(us)", scope, block));
}

/* The item of a container that the step belongs to; NULL if it is in none. */
static const WeirScope *
get_item (Maker *self)
{
  const WeirScope *scope = self->step != NULL && self->step->scope != 0
                             ? weir_run_state_get_scope (self->state, self->step->scope)
                             : NULL;

  return scope != NULL && scope->key != NULL ? scope : NULL;
}

/* "each[3]" of a step of the item, "each[3]/write" */
static char *
dup_item_path (Maker *self)
{
  char *path = weir_run_state_dup_step_path (self->state, self->step);

  *strrchr (path, '/') = '\0';
  return path;
}

static void
append_item_verbs (Maker *self)
{
  const WeirScope *item = get_item (self);
  g_autoptr (GMenu) menu = NULL;
  g_autofree char *label = NULL;
  g_autofree char *path = NULL;

  if (item == NULL || item->closed)
    return;
  menu = g_menu_new ();
  label = g_strdup_printf (_("_Item %s"), item->key);
  if (is_paused (self, item->id, NULL))
    append (menu, _("_Resume Item"), "step.resume", g_variant_new ("(us)", item->id, ""));
  else
    append (menu, _("_Pause Item"), "step.pause", g_variant_new ("(us)", item->id, ""));
  append (menu, _("_Stop Item"), "step.stop", g_variant_new ("(us)", item->id, ""));
  append (menu, _("_Force Stop Item"), "step.force-stop", g_variant_new ("(us)", item->id, ""));
  path = dup_item_path (self);
  append_part (self, menu, _("_Delete Item"), "runs.delete-part", path);
  append_part (self, menu, _("_Cancel and Delete Item…"), "runs.discard-part", path);
  g_menu_append_submenu (self->menu, label, G_MENU_MODEL (menu));
}

static void
append_wait (Maker *self, GMenu *section)
{
  WeirValue *wait = self->step != NULL && self->step->status == WEIR_STEP_WAITING ? self->step->wait : NULL;
  const char *token = wait != NULL ? weir_value_get_member_text (wait, "token", "") : NULL;

  if (wait == NULL)
    return;
  if (weir_value_find_member (wait, "request") != NULL)
    append_text (section, _("_Answer…"), "run.answer", token);
  else if (weir_value_find_member (wait, "channel") == NULL)
    append_text (section, _("Skip _Wait"), "run.skip-wait", token);
}

/* Into the bin, and for good. What it changed stays. */
static void
append_deletes (Maker *self, GMenu *section, const char *path, const char *what)
{
  g_autofree char *delete = g_strdup_printf (_("_Delete %s"), what);
  g_autofree char *discard = g_strdup_printf (_("Delete %s _Now…"), what);

  append_part (self, section, delete, "runs.delete-part", path);
  append_part (self, section, discard, "runs.discard-part", path);
}

/* Of a step in a run that goes on; one that is over can only be put away, since what comes after it may need what it gave. */
static void
append_delete_live (Maker *self)
{
  GMenu *section = g_menu_new ();

  if (self->step != NULL)
    {
      g_autofree char *path = weir_run_state_dup_step_path (self->state, self->step);

      if (weir_step_verb_is_legal (WEIR_VERB_DELETE, self->step->status, NULL))
        append_part (self, section, _("_Delete"), "runs.delete-part", path);
      if (weir_step_verb_is_legal (WEIR_VERB_STOP, self->step->status, NULL)
          && weir_step_verb_is_legal (WEIR_VERB_CANCEL_AND_DELETE, self->step->status, NULL))
        append_part (self, section, _("_Cancel and Delete…"), "runs.discard-part", path);
    }
  end_section (self, section);
}

static void
append_delete_over (Maker *self)
{
  const WeirScope *item = get_item (self);
  GMenu *section = g_menu_new ();

  if (self->step != NULL && weir_step_verb_is_legal (WEIR_VERB_CANCEL_AND_DELETE, self->step->status, NULL))
    {
      g_autofree char *path = weir_run_state_dup_step_path (self->state, self->step);

      append_deletes (self, section, path, _("Step"));
      if (item != NULL)
        {
          g_autofree char *around = dup_item_path (self);
          g_autofree char *what = g_strdup_printf (_("Item %s"), item->key);

          append_deletes (self, section, around, what);
        }
    }
  end_section (self, section);
}

static void
append_live (Maker *self)
{
  GMenu *section = g_menu_new ();

  append_wait (self, section);
  /* of what is in a container and has not begun nothing can be said before its item is there */
  if (self->step != NULL || strchr (self->path, '/') == NULL)
    append_verbs (self, section);
  end_section (self, section);
  append_delete_live (self);
  append_item_verbs (self);
}

/* ── a run that is over ─────────────────────────────────────────────────────────────────── */

static void
append_again (Maker *self)
{
  const WeirScope *item = get_item (self);
  GMenu *section = g_menu_new ();

  append_text (section, _("Run _From Here…"), "run.from", self->path);
  append_text (section, _("Run _Only This…"), "run.only", self->path);
  if (item != NULL && item->parent == 0)
    {
      g_autofree char *target = g_strdup_printf ("%s[%s]", item->block, item->key);
      g_autofree char *label = g_strdup_printf (_("Run Only _Item %s…"), item->key);

      append_text (section, label, "run.only", target);
    }
  g_menu_append (section, _("Run _Again…"), "run.again");
  end_section (self, section);
}

static void
append_undo (Maker *self)
{
  GMenu *section = g_menu_new ();
  g_autofree char *step_path = self->step != NULL ? weir_run_state_dup_step_path (self->state, self->step) : NULL;

  if (self->step != NULL && weir_run_verb_is_legal (WEIR_VERB_UNDO, weir_run_state_get_status (self->state), NULL))
    {
      append_text (section, _("_Undo to Here…"), "run.undo-to", self->path);
      if (strchr (step_path, '[') != NULL)
        append_text (section, _("Undo Only This _Step…"), "run.undo-part", step_path);
      append_text (section, _("Undo Only This _Block…"), "run.undo-part", self->path);
    }
  end_section (self, section);
}

/**
 * weir_step_menu_new:
 * @engine: (nullable): whose run it is
 * @view: the run that is shown
 * @path: of a block, "move/to"
 * @step: (nullable): one of its steps
 *
 * Returns: (transfer full): a menu of what is legal now; empty if nothing is
 */
GMenuModel *
weir_step_menu_new (WeirEngine *engine, WeirRunView *view, const char *path, const WeirStepInfo *step)
{
  Maker self = {
    .run_id = weir_run_view_get_run_id (view), .state = weir_run_view_get_state (view), .events = weir_run_view_get_events (view), .path = path, .step = step
  };

  self.menu = g_menu_new ();
  self.run = engine != NULL ? weir_engine_find_run (engine, weir_run_view_get_run_id (view)) : NULL;
  if (!weir_run_view_get_live (view))
    return G_MENU_MODEL (self.menu);
  if (self.run != NULL && !weir_run_status_is_final (weir_run_get_status (self.run)))
    append_live (&self);
  else
    {
      append_again (&self);
      append_undo (&self);
      append_delete_over (&self);
    }
  return G_MENU_MODEL (self.menu);
}
