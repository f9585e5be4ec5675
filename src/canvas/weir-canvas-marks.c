/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weir-canvas-marks.h"

typedef struct
{
  WeirMarkKind kind;
  char        *text;
} Mark;

static G_DEFINE_QUARK (weir - canvas - mark, mark)

  static void mark_free (gpointer data)
{
  Mark *mark = data;

  g_free (mark->text);
  g_free (mark);
}

/**
 * weir_mark_set:
 * @block_or_link: a block or a link
 * @kind: what became of it
 * @text: (nullable): in words, for its footer or chip
 *
 * To be done before a canvas shows it. What was marked before is marked anew.
 */
void
weir_mark_set (gpointer      block_or_link,
               WeirMarkKind  kind,
               const char   *text)
{
  Mark *mark = g_new (Mark, 1);

  mark->kind = kind;
  mark->text = g_strdup (text);
  g_object_set_qdata_full (block_or_link, mark_quark (), mark, mark_free);
}

/**
 * weir_mark_get:
 * @block_or_link: a block or a link
 * @kind: (out) (optional): what became of it
 * @text: (out) (optional) (transfer none): in words
 *
 * Returns: whether it is marked
 */
gboolean
weir_mark_get (gpointer       block_or_link,
               WeirMarkKind  *kind,
               const char   **text)
{
  const Mark *mark = g_object_get_qdata (block_or_link, mark_quark ());

  if (mark == NULL)
    return FALSE;
  if (kind != NULL)
    *kind = mark->kind;
  if (text != NULL)
    *text = mark->text;
  return TRUE;
}

/**
 * weir_mark_is_different:
 * @block_or_link: a block or a link
 *
 * Returns: whether it is marked, and not as one that is the same
 */
gboolean
weir_mark_is_different (gpointer block_or_link)
{
  WeirMarkKind kind;

  return weir_mark_get (block_or_link, &kind, NULL) && kind != WEIR_MARK_SAME;
}

/**
 * weir_mark_is_same:
 * @block_or_link: a block or a link
 *
 * Returns: whether it is marked as one that is the same
 */
gboolean
weir_mark_is_same (gpointer block_or_link)
{
  WeirMarkKind kind;

  return weir_mark_get (block_or_link, &kind, NULL) && kind == WEIR_MARK_SAME;
}

/**
 * weir_mark_get_icon:
 * @kind: what became of something
 *
 * Returns: (transfer none): name of an icon of the theme
 */
const char *
weir_mark_get_icon (WeirMarkKind kind)
{
  static const char *const icons[] = { "object-select-symbolic", "list-add-symbolic", "list-remove-symbolic", "document-edit-symbolic",
                                       "object-flip-horizontal-symbolic" };

  return icons[kind];
}

/**
 * weir_mark_get_colour:
 * @kind: what became of something
 *
 * Returns: the colour for it in the theme as it is now
 */
GdkRGBA
weir_mark_get_colour (WeirMarkKind kind)
{
  const WeirCanvasPalette *palette = weir_canvas_palette_get ();

  switch (kind)
    {
    case WEIR_MARK_ADDED:
      return palette->success;
    case WEIR_MARK_REMOVED:
      return palette->failure;
    case WEIR_MARK_CHANGED:
      return palette->warning;
    case WEIR_MARK_MOVED:
      return palette->accent;
    case WEIR_MARK_SAME:
      break;
    }
  return palette->idle;
}
