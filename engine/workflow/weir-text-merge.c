/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Two texts that were made of one, put together line by line. */
#include <string.h>

#include "weir-workflow-text.h"

/* Lines compared with each other, at most; what is more is taken as changed from its first difference to its last. */
#define MAX_COMPARED (4 * 1000 * 1000)

typedef struct
{
  char **lines;
  guint  n;
} Lines;

static Lines
split (const char *text)
{
  Lines self = { .lines = g_strsplit (text, "\n", -1) };

  self.n = g_strv_length (self.lines);
  return self;
}

/* Longest common run of lines in [from, a_end) and [from, b_end). */
static void
match_middle (const Lines *a, const Lines *b, guint from, guint a_end, guint b_end, int *matches)
{
  gsize width = b_end - from + 1;
  gsize height = a_end - from + 1;
  g_autofree guint *longest = NULL;
  guint i = 0;
  guint j = 0;

  if (width * height > MAX_COMPARED)
    return;
  longest = g_new0 (guint, width * height);
  for (gsize y = height - 1; y-- > 0;)
    for (gsize x = width - 1; x-- > 0;)
      longest[y * width + x] = g_str_equal (a->lines[from + y], b->lines[from + x])
                                 ? longest[(y + 1) * width + x + 1] + 1
                                 : MAX (longest[(y + 1) * width + x], longest[y * width + x + 1]);
  while (i + 1 < height && j + 1 < width)
    {
      if (g_str_equal (a->lines[from + i], b->lines[from + j]))
        matches[from + i++] = from + j++;
      else if (longest[(i + 1) * width + j] >= longest[i * width + j + 1])
        i++;
      else
        j++;
    }
}

/* For each line of @a the one of @b that it is, or -1. */
static int *
match_lines (const Lines *a, const Lines *b)
{
  int *matches = g_new (int, a->n);
  guint from = 0;
  guint a_end = a->n;
  guint b_end = b->n;

  for (guint i = 0; i < a->n; i++)
    matches[i] = -1;
  for (; from < a_end && from < b_end && g_str_equal (a->lines[from], b->lines[from]); from++)
    matches[from] = from;
  for (; a_end > from && b_end > from && g_str_equal (a->lines[a_end - 1], b->lines[b_end - 1]); a_end--, b_end--)
    matches[a_end - 1] = b_end - 1;
  match_middle (a, b, from, a_end, b_end, matches);
  return matches;
}

static gboolean
same_lines (const Lines *a, guint a_start, guint a_end, const Lines *b, guint b_start, guint b_end)
{
  if (a_end - a_start != b_end - b_start)
    return FALSE;
  for (guint i = 0; i < a_end - a_start; i++)
    if (!g_str_equal (a->lines[a_start + i], b->lines[b_start + i]))
      return FALSE;
  return TRUE;
}

static void
add_lines (GPtrArray *out, const Lines *from, guint start, guint end)
{
  for (guint i = start; i < end; i++)
    g_ptr_array_add (out, from->lines[i]);
}

/**
 * weir_text_merge:
 * @base: what both were made of
 * @mine: one side
 * @theirs: the other
 *
 * Puts the changes of both sides together, line by line.
 *
 * Returns: (transfer full) (nullable): the text with both; %NULL where both changed the same lines in different ways
 */
char *
weir_text_merge (const char *base, const char *mine, const char *theirs)
{
  Lines b, m, t;
  g_autofree int *in_mine = NULL;
  g_autofree int *in_theirs = NULL;
  g_autoptr(GPtrArray) out = NULL;
  guint at_b = 0, at_m = 0, at_t = 0;
  gboolean fits = TRUE;
  char *merged = NULL;

  g_return_val_if_fail (base != NULL && mine != NULL && theirs != NULL, NULL);

  b = split (base);
  m = split (mine);
  t = split (theirs);
  in_mine = match_lines (&b, &m);
  in_theirs = match_lines (&b, &t);
  out = g_ptr_array_new ();
  for (guint i = 0; fits && i <= b.n; i++)
    {
      guint next_m = i < b.n ? (guint) in_mine[i] : m.n;
      guint next_t = i < b.n ? (guint) in_theirs[i] : t.n;

      /* up to the next line that all three have */
      if (i < b.n && (in_mine[i] < 0 || in_theirs[i] < 0))
        continue;
      if (same_lines (&b, at_b, i, &m, at_m, next_m))
        add_lines (out, &t, at_t, next_t);
      else if (same_lines (&b, at_b, i, &t, at_t, next_t) || same_lines (&m, at_m, next_m, &t, at_t, next_t))
        add_lines (out, &m, at_m, next_m);
      else
        fits = FALSE;
      if (i < b.n)
        g_ptr_array_add (out, b.lines[i]);
      at_b = i + 1;
      at_m = next_m + 1;
      at_t = next_t + 1;
    }
  g_ptr_array_add (out, NULL);
  if (fits)
    merged = g_strjoinv ("\n", (char **) out->pdata);
  g_strfreev (b.lines);
  g_strfreev (m.lines);
  g_strfreev (t.lines);
  return merged;
}
