/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weir-block-effects.h"

#include <glib/gi18n.h>

#include "weir-words.h"

/* Rows beyond this are told as a number: nobody reads the ten-thousandth file in a form. */
#define MAX_ROWS 200

struct _WeirBlockEffects
{
  AdwBin parent_instance;

  WeirRunView *view;
  WeirBlock   *block;
  char        *asked;     /* what the last question was about */
};

G_DEFINE_FINAL_TYPE (WeirBlockEffects, weir_block_effects, ADW_TYPE_BIN)

static void
weir_block_effects_dispose (GObject *object)
{
  WeirBlockEffects *self = WEIR_BLOCK_EFFECTS (object);

  g_clear_object (&self->view);
  g_clear_object (&self->block);
  g_clear_pointer (&self->asked, g_free);
  G_OBJECT_CLASS (weir_block_effects_parent_class)->dispose (object);
}

static void
weir_block_effects_class_init (WeirBlockEffectsClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = weir_block_effects_dispose;
}

static void
weir_block_effects_init (WeirBlockEffects *self)
{
}

static void
show_placeholder (WeirBlockEffects *self)
{
  GtkWidget *page = g_object_new (ADW_TYPE_STATUS_PAGE, "icon-name", "edit-undo-symbolic", "title", _("No Effects"),
                                  "description", _("What this block changes outside the workflow is listed here, to be undone."), NULL);

  gtk_widget_add_css_class (page, "compact");
  adw_bin_set_child (ADW_BIN (self), page);
}

static const char *
get_state_words (const WeirEffect *effect)
{
  switch (effect->state)
    {
    case WEIR_EFFECT_UNDONE: return _("undone");
    case WEIR_EFFECT_KEPT: return _("kept");
    case WEIR_EFFECT_DROPPED: return _("refused, nothing was changed");
    default: break;
    }
  switch (effect->undo)
    {
    case WEIR_UNDO_EXACT: return _("can be undone");
    case WEIR_UNDO_COMPENSATE: return _("opposite action");
    case WEIR_UNDO_IRREVERSIBLE: return _("irreversible");
    default: return _("done");
    }
}

static const char *
get_type_words (const char *type)
{
  static const struct { const char *type, *words; } words[] = {
    { "file.write", N_("Wrote") }, { "file.move", N_("Moved") }, { "file.mkdir", N_("Made Folder") },
    { "file.delete", N_("Deleted") }, { "file.copy", N_("Copied") }, { "variable.set", N_("Set Variable") },
  };

  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    if (g_strcmp0 (type, words[i].type) == 0)
      return _(words[i].words);
  return type;
}

static GtkWidget *
make_row (const WeirEffect *effect)
{
  GtkWidget *row = g_object_new (ADW_TYPE_ACTION_ROW, "use-markup", FALSE, "title", get_type_words (effect->type),
                                 "subtitle", effect->target != NULL ? effect->target : "", "subtitle-lines", 3,
                                 "subtitle-selectable", TRUE, NULL);
  GtkWidget *state = gtk_label_new (get_state_words (effect));

  gtk_widget_add_css_class (state, "dimmed");
  gtk_widget_add_css_class (state, "caption");
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), state);
  return row;
}

static void
show_effects (WeirBlockEffects *self,
              GPtrArray        *effects)
{
  WeirRunState *state = weir_run_view_get_state (self->view);
  GtkWidget *group = adw_preferences_group_new ();
  guint n_found = 0;

  g_object_ref_sink (group);
  for (guint i = 0; i < effects->len; i++)
    {
      const WeirEffect *effect = effects->pdata[i];
      g_autofree char *path = weir_path_of_block (state, effect->scope, effect->block);

      if (!g_str_equal (path, weir_block_get_path (self->block)))
        continue;
      if (n_found++ < MAX_ROWS)
        adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), make_row (effect));
    }

  if (n_found > MAX_ROWS)
    {
      g_autofree char *more = g_strdup_printf (_("%u effects; the first %u are shown"), n_found, MAX_ROWS);

      adw_preferences_group_set_description (ADW_PREFERENCES_GROUP (group), more);
    }
  if (n_found > 0)
    adw_bin_set_child (ADW_BIN (self), group);
  else
    show_placeholder (self);
  g_object_unref (group);
}

static DexFuture *
effects_listed_cb (DexFuture *future,
                   gpointer   user_data)
{
  WeirBlockEffects *self = user_data;
  g_autoptr(GError) error = NULL;
  const GValue *value = dex_future_get_value (future, &error);

  if (value == NULL)
    g_message ("Effects could not be listed: %s", error->message);
  else if (self->view != NULL && self->block != NULL)
    show_effects (self, g_value_get_boxed (value));
  return dex_future_new_true ();
}

/**
 * weir_block_effects_new:
 *
 * Returns: (transfer floating): an empty page
 */
GtkWidget *
weir_block_effects_new (void)
{
  return g_object_new (WEIR_TYPE_BLOCK_EFFECTS, NULL);
}

/**
 * weir_block_effects_show:
 * @self: a page
 * @engine: (nullable): the engine
 * @view: (nullable): the run that is shown
 * @block: (nullable): a block
 *
 * Shows the effects of a block. The list comes from the store a moment later.
 */
void
weir_block_effects_show (WeirBlockEffects *self,
                         WeirEngine       *engine,
                         WeirRunView      *view,
                         WeirBlock        *block)
{
  WeirBlockSummary summary = { 0 };
  g_autofree char *asked = NULL;

  g_set_object (&self->view, view);
  g_set_object (&self->block, block);
  if (view != NULL && block != NULL)
    weir_run_state_summarize_block (weir_run_view_get_state (view), weir_block_get_path (block), &summary);
  if (summary.n_effects == 0 || engine == NULL)
    {
      g_clear_pointer (&self->asked, g_free);
      show_placeholder (self);
      return;
    }

  asked = g_strdup_printf ("%" G_GINT64_FORMAT " %s %u %d %u", weir_run_view_get_run_id (view), weir_block_get_path (block),
                           summary.n_effects, summary.status, summary.last != NULL ? summary.last->n_undone : 0);
  if (g_strcmp0 (asked, self->asked) == 0)
    return;
  g_set_str (&self->asked, asked);
  dex_future_disown (dex_future_finally (weir_engine_list_effects (engine, weir_run_view_get_run_id (view)),
                                         effects_listed_cb, g_object_ref (self), g_object_unref));
}
