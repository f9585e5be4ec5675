/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weir-fuzzy.h"

#include <string.h>

/* Whether two words differ by at most one letter typed, left out, put in, or swapped with the next. */
static gboolean
is_typo_of (const char *a,
            const char *b,
            gsize       b_length)
{
  gsize a_length = strlen (a), same = 0;

  if (a_length < 4 || (a_length > b_length ? a_length - b_length : b_length - a_length) > 1)
    return FALSE;
  while (same < a_length && same < b_length && a[same] == b[same])
    same++;
  if (same == a_length || same == b_length)
    return TRUE;
  if (a_length == b_length)
    return strncmp (a + same + 1, b + same + 1, a_length - same - 1) == 0
           || (a[same] == b[same + 1] && a[same + 1] == b[same]
               && strncmp (a + same + 2, b + same + 2, a_length - same - 2) == 0);
  if (a_length > b_length)
    return strncmp (a + same + 1, b + same, b_length - same) == 0;
  return strncmp (a + same, b + same + 1, a_length - same) == 0;
}

static gboolean
is_subsequence (const char *word,
                const char *text)
{
  for (; *word != '\0' && *text != '\0'; text++)
    if (*text == *word)
      word++;
  return *word == '\0';
}

static int
score_word (const char *word,
            const char *text)
{
  int best = 0;

  for (const char *at = text; *at != '\0'; )
    {
      gsize length = strcspn (at, " ._-/,");

      if (length > 0)
        {
          if (strncmp (at, word, strlen (word)) == 0)
            best = MAX (best, length == strlen (word) ? 100 : at == text ? 80 : 60);
          else if (is_typo_of (word, at, length))
            best = MAX (best, 20);
        }
      at += length + (at[length] != '\0' ? 1 : 0);
    }

  if (best == 0 && strstr (text, word) != NULL)
    best = 30;
  return best;
}

/**
 * weir_fuzzy_score:
 * @query: what was typed; words in any order
 * @title: the name of the thing
 * @others: its id, synonyms and summary, separated by spaces
 *
 * How well a thing fits what was typed: every word must be found, at the start of a word, inside one, with a typo,
 * or as letters in order in the title. Case does not matter.
 *
 * Returns: 0 if it does not fit, more the better; 1 if nothing was typed
 */
int
weir_fuzzy_score (const char *query,
                  const char *title,
                  const char *others)
{
  g_autofree char *folded_query = g_utf8_casefold (query, -1);
  g_autofree char *folded_title = g_utf8_casefold (title, -1);
  g_autofree char *folded_others = g_utf8_casefold (others, -1);
  g_auto(GStrv) words = g_strsplit_set (folded_query, " \t", -1);
  int total = 1;

  for (guint i = 0; words[i] != NULL; i++)
    {
      int in_title, in_others;

      if (*words[i] == '\0')
        continue;
      in_title = score_word (words[i], folded_title) * 2;
      in_others = score_word (words[i], folded_others);
      if (in_title == 0 && in_others == 0)
        {
          if (!is_subsequence (words[i], folded_title))
            return 0;
          in_title = 5;
        }
      total += MAX (in_title, in_others);
    }
  return total;
}
