/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weir-yaml-help.h"

#include "weir-known-leak.h"

#include <glib/gi18n.h>
#include <string.h>

/* A word of the engine as the list of GtkSourceView wants it. */
#define WEIR_TYPE_YAML_WORD (weir_yaml_word_get_type ())
G_DECLARE_FINAL_TYPE (WeirYamlWord, weir_yaml_word, WEIR, YAML_WORD, GObject)

struct _WeirYamlWord
{
  GObject parent_instance;

  WeirCompletion *completion;
};

static char *
weir_yaml_word_get_typed_text (GtkSourceCompletionProposal *proposal)
{
  return g_strdup (weir_completion_get_word (WEIR_YAML_WORD (proposal)->completion));
}

static void
weir_yaml_word_proposal_init (GtkSourceCompletionProposalInterface *iface)
{
  iface->get_typed_text = weir_yaml_word_get_typed_text;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (WeirYamlWord, weir_yaml_word, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (GTK_SOURCE_TYPE_COMPLETION_PROPOSAL, weir_yaml_word_proposal_init))

static void
weir_yaml_word_finalize (GObject *object)
{
  g_clear_object (&WEIR_YAML_WORD (object)->completion);
  G_OBJECT_CLASS (weir_yaml_word_parent_class)->finalize (object);
}

static void
weir_yaml_word_class_init (WeirYamlWordClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = weir_yaml_word_finalize;
}

static void
weir_yaml_word_init (WeirYamlWord *self)
{
}

struct _WeirYamlHelp
{
  GObject parent_instance;

  WeirYamlView *view;      /* weak */
  WeirWorkflow *workflow;
};

static void weir_yaml_help_completion_init (GtkSourceCompletionProviderInterface *iface);
static void weir_yaml_help_hover_init (GtkSourceHoverProviderInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (WeirYamlHelp,
                               weir_yaml_help,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (GTK_SOURCE_TYPE_COMPLETION_PROVIDER,
                                                      weir_yaml_help_completion_init)
                                 G_IMPLEMENT_INTERFACE (GTK_SOURCE_TYPE_HOVER_PROVIDER, weir_yaml_help_hover_init))

/* Completion */

/* How well a word fits what was typed: it begins so, or has it inside, or not at all. */
static guint
rank (const char *word,
      const char *typed)
{
  g_autofree char *folded = g_utf8_casefold (word, -1);
  g_autofree char *wanted = g_utf8_casefold (typed, -1);
  const char *found = strstr (folded, wanted);

  return found == NULL ? 0 : found == folded ? 3 : found[-1] == '.' || found[-1] == '_' ? 2 : 1;
}

/* The words for the cursor, best first; (out) @typed what of one is there. */
static GListModel *
list_words (WeirYamlHelp *self,
            char        **typed)
{
  g_autofree char *text = weir_yaml_view_dup_text (self->view);
  gsize offset = weir_yaml_view_get_cursor (self->view);
  gsize start;
  g_autoptr(GListModel) offered = weir_text_complete (text, offset, self->workflow, &start);
  GListStore *words = g_list_store_new (WEIR_TYPE_YAML_WORD);

  *typed = g_strndup (text + start, offset - start);
  for (guint wanted = 3; wanted > 0; wanted--)
    for (guint i = 0; i < g_list_model_get_n_items (offered); i++)
      {
        g_autoptr(WeirCompletion) completion = g_list_model_get_item (offered, i);
        g_autoptr(WeirYamlWord) word = NULL;

        if (rank (weir_completion_get_word (completion), *typed) != wanted
            || g_str_equal (weir_completion_get_word (completion), *typed))
          continue;
        word = g_object_new (WEIR_TYPE_YAML_WORD, NULL);
        word->completion = g_steal_pointer (&completion);
        g_list_store_append (words, word);
      }
  return G_LIST_MODEL (words);
}

static GListModel *
weir_yaml_help_populate (GtkSourceCompletionProvider  *provider,
                         GtkSourceCompletionContext   *context,
                         GError                      **error)
{
  WeirYamlHelp *self = WEIR_YAML_HELP (provider);
  g_autofree char *typed = NULL;
  g_autoptr(GListModel) words = self->view != NULL ? list_words (self, &typed) : NULL;

  if (words != NULL && g_list_model_get_n_items (words) > 0)
    return g_steal_pointer (&words);
  /* not an empty list, which would still be put on the screen */
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED, "Nothing can stand here");
  return NULL;
}

static void
weir_yaml_help_refilter (GtkSourceCompletionProvider *provider,
                         GtkSourceCompletionContext  *context,
                         GListModel                  *model)
{
  WeirYamlHelp *self = WEIR_YAML_HELP (provider);
  g_autofree char *typed = NULL;
  g_autoptr(GListModel) words = NULL;
  g_autoptr(GPtrArray) items = NULL;

  if (self->view == NULL || !G_IS_LIST_STORE (model))
    return;
  words = list_words (self, &typed);
  /* in one go: the list is taken away as soon as it is empty */
  items = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; i < g_list_model_get_n_items (words); i++)
    g_ptr_array_add (items, g_list_model_get_item (words, i));
  g_list_store_splice (G_LIST_STORE (model), 0, g_list_model_get_n_items (model), items->pdata, items->len);
}

static void
weir_yaml_help_display (GtkSourceCompletionProvider *provider,
                        GtkSourceCompletionContext  *context,
                        GtkSourceCompletionProposal *proposal,
                        GtkSourceCompletionCell     *cell)
{
  WeirCompletion *completion = WEIR_YAML_WORD (proposal)->completion;

  switch (gtk_source_completion_cell_get_column (cell))
    {
    case GTK_SOURCE_COMPLETION_COLUMN_TYPED_TEXT:
      gtk_source_completion_cell_set_text (cell, weir_completion_get_word (completion));
      break;
    case GTK_SOURCE_COMPLETION_COLUMN_AFTER:
      gtk_source_completion_cell_set_text (cell, weir_completion_get_detail (completion));
      break;
    case GTK_SOURCE_COMPLETION_COLUMN_COMMENT:
    case GTK_SOURCE_COMPLETION_COLUMN_DETAILS:
      gtk_source_completion_cell_set_text (cell, weir_completion_get_summary (completion));
      break;
    case GTK_SOURCE_COMPLETION_COLUMN_ICON:
    case GTK_SOURCE_COMPLETION_COLUMN_BEFORE:
    default:
      gtk_source_completion_cell_set_text (cell, NULL);
      break;
    }
}

static void
weir_yaml_help_activate (GtkSourceCompletionProvider *provider,
                         GtkSourceCompletionContext  *context,
                         GtkSourceCompletionProposal *proposal)
{
  WeirYamlHelp *self = WEIR_YAML_HELP (provider);
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (self->view));
  const char *text = weir_completion_get_text (WEIR_YAML_WORD (proposal)->completion);
  g_autofree char *typed = NULL;
  g_autoptr(GListModel) words = list_words (self, &typed);
  GtkTextIter start, end;

  gtk_text_buffer_get_iter_at_mark (buffer, &end, gtk_text_buffer_get_insert (buffer));
  start = end;
  gtk_text_iter_backward_chars (&start, g_utf8_strlen (typed, -1));
  gtk_text_buffer_begin_user_action (buffer);
  gtk_text_buffer_delete (buffer, &start, &end);
  gtk_text_buffer_insert (buffer, &start, text, -1);
  gtk_text_buffer_end_user_action (buffer);
}

static gboolean
weir_yaml_help_is_trigger (GtkSourceCompletionProvider *provider,
                           const GtkTextIter           *place,
                           gunichar                     typed)
{
  return typed == '.';
}

static void
weir_yaml_help_completion_init (GtkSourceCompletionProviderInterface *iface)
{
  iface->populate = weir_yaml_help_populate;
  iface->refilter = weir_yaml_help_refilter;
  iface->display = weir_yaml_help_display;
  iface->activate = weir_yaml_help_activate;
  iface->is_trigger = weir_yaml_help_is_trigger;
}

/* Under the pointer */

static GtkWidget *
make_label (const char *text,
            const char *css_class)
{
  GtkWidget *label = gtk_label_new (text);

  g_object_set (label, "xalign", 0.0f, "wrap", TRUE, "max-width-chars", 48, NULL);
  if (css_class != NULL)
    gtk_widget_add_css_class (label, css_class);
  return label;
}

static void
add_text (GtkBox     *box,
          const char *text)
{
  g_auto(GStrv) lines = g_strsplit (text, "\n", 2);

  gtk_box_append (box, make_label (lines[0], "heading"));
  if (lines[1] != NULL)
    gtk_box_append (box, make_label (lines[1], NULL));
}

static gboolean
weir_yaml_help_populate_hover (GtkSourceHoverProvider  *provider,
                               GtkSourceHoverContext   *context,
                               GtkSourceHoverDisplay   *display,
                               GError                 **error)
{
  WeirYamlHelp *self = WEIR_YAML_HELP (provider);
  g_autofree char *text = NULL;
  g_autofree char *meaning = NULL;
  g_autofree char *messages = NULL;
  GtkTextIter place;
  GtkWidget *box;

  if (self->view == NULL || !gtk_source_hover_context_get_iter (context, &place))
    return FALSE;
  text = weir_yaml_view_dup_text (self->view);
  meaning = weir_text_explain (text, g_utf8_offset_to_pointer (text, gtk_text_iter_get_offset (&place)) - text,
                               self->workflow);
  messages = weir_yaml_view_dup_messages (self->view, gtk_text_iter_get_line (&place) + 1);
  if (meaning == NULL && messages == NULL)
    return FALSE;
  box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  gtk_widget_add_css_class (box, "yaml-hover");
  if (messages != NULL)
    gtk_box_append (GTK_BOX (box), make_label (messages, "error"));
  if (meaning != NULL)
    add_text (GTK_BOX (box), meaning);
  gtk_source_hover_display_append (display, box);
  return TRUE;
}

static void
weir_yaml_help_hover_init (GtkSourceHoverProviderInterface *iface)
{
  iface->populate = weir_yaml_help_populate_hover;
}

/* The object */

static void
weir_yaml_help_dispose (GObject *object)
{
  WeirYamlHelp *self = WEIR_YAML_HELP (object);

  g_clear_weak_pointer (&self->view);
  g_clear_object (&self->workflow);
  G_OBJECT_CLASS (weir_yaml_help_parent_class)->dispose (object);
}

static void
weir_yaml_help_class_init (WeirYamlHelpClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = weir_yaml_help_dispose;
}

static void
weir_yaml_help_init (WeirYamlHelp *self)
{
}

/**
 * weir_yaml_help_new:
 * @view: a view
 *
 * Returns: (transfer full): help for the view
 */
WeirYamlHelp *
weir_yaml_help_new (WeirYamlView *view)
{
  WeirYamlHelp *self = g_object_new (WEIR_TYPE_YAML_HELP, NULL);
  GtkSourceCompletion *completion;

  WEIR_BEGIN_KNOWN_LEAK ();
  completion = gtk_source_view_get_completion (GTK_SOURCE_VIEW (view));
  WEIR_END_KNOWN_LEAK ();
  g_set_weak_pointer (&self->view, view);
  g_object_set (completion, "show-icons", FALSE, "select-on-show", TRUE, NULL);
  gtk_source_completion_add_provider (completion, GTK_SOURCE_COMPLETION_PROVIDER (self));
  gtk_source_hover_add_provider (gtk_source_view_get_hover (GTK_SOURCE_VIEW (view)), GTK_SOURCE_HOVER_PROVIDER (self));
  return self;
}

/**
 * weir_yaml_help_set_workflow:
 * @self: help
 * @workflow: (nullable): what the text is about
 */
void
weir_yaml_help_set_workflow (WeirYamlHelp *self,
                             WeirWorkflow *workflow)
{
  g_set_object (&self->workflow, workflow);
}
