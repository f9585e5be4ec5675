/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Words that somebody may have meant. */
#include <string.h>

#include "weir-fix-private.h"

#define MAX_LENGTH 64

typedef struct
{
  const char *word;
  guint       distance;
} Near;

/* Letters left out, put in, changed or turned round. */
static guint
count_edits (const char *a, const char *b)
{
  guint rows[3][MAX_LENGTH + 1];
  gsize n_a = strlen (a);
  gsize n_b = strlen (b);

  if (n_a > MAX_LENGTH || n_b > MAX_LENGTH)
    return G_MAXUINT;
  for (guint j = 0; j <= n_b; j++)
    rows[0][j] = j;
  for (guint i = 1; i <= n_a; i++)
    {
      guint *row = rows[i % 3];
      guint *above = rows[(i + 2) % 3];
      guint *higher = rows[(i + 1) % 3];

      row[0] = i;
      for (guint j = 1; j <= n_b; j++)
        {
          row[j] = MIN (MIN (above[j] + 1, row[j - 1] + 1), above[j - 1] + (a[i - 1] != b[j - 1] ? 1 : 0));
          if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
            row[j] = MIN (row[j], higher[j - 2] + 1);
        }
    }
  return rows[n_a % 3][n_b];
}

static int
compare_near (gconstpointer a, gconstpointer b)
{
  const Near *left = a;
  const Near *right = b;

  if (left->distance != right->distance)
    return left->distance < right->distance ? -1 : 1;
  return strcmp (left->word, right->word);
}

/* What is behind the last dot: `file.lst` is like `file.list`, and `list` is, too. */
static const char *
get_last_part (const char *word)
{
  const char *dot = strrchr (word, '.');

  return dot != NULL ? dot + 1 : word;
}

static guint
rate (const char *word, const char *other)
{
  guint distance = count_edits (word, other);
  guint most = MAX (1, strlen (word) / 3);
  const char *last = get_last_part (other);

  if (distance <= most)
    return distance;
  /* the beginning, or the name without its family */
  if (strlen (word) > 2
      && (g_str_has_prefix (other, word) || g_str_equal (last, get_last_part (word)) || g_str_has_prefix (last, word)))
    return most + 1;
  return G_MAXUINT;
}

GPtrArray *
weir_find_nearest (const char *word, GPtrArray *words, guint n)
{
  g_autofree char *folded = g_ascii_strdown (word, -1);
  g_autoptr(GArray) near = g_array_new (FALSE, FALSE, sizeof (Near));
  GPtrArray *found = g_ptr_array_new ();

  for (guint i = 0; i < words->len; i++)
    {
      g_autofree char *other = g_ascii_strdown (words->pdata[i], -1);
      Near candidate = { words->pdata[i], rate (folded, other) };

      if (candidate.distance != G_MAXUINT && !g_str_equal (word, words->pdata[i]))
        g_array_append_val (near, candidate);
    }
  g_array_sort (near, compare_near);
  for (guint i = 0; i < MIN (n, near->len); i++)
    g_ptr_array_add (found, (gpointer) g_array_index (near, Near, i).word);
  return found;
}
