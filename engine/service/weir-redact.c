/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "weir-redact.h"

#include <string.h>

#define MASK "•••"
#define SECRET_NAMES                                                                                                 \
  "pass(?:word|wd|phrase)?|secret|token|api[_-]?key|access[_-]?key|private[_-]?key|authorization|cookie|credential|" \
  "signature|session[_-]?id"
#define MAX_DEPTH 16

static GRegex *
compile (const char *pattern)
{
  GRegex *regex = g_regex_new (pattern, G_REGEX_CASELESS | G_REGEX_OPTIMIZE, 0, NULL);

  g_assert (regex != NULL);
  return regex;
}

/* Each with what it becomes. */
static char *
replace (const char *text, GRegex *regex, const char *by)
{
  char *replaced = g_regex_replace (regex, text, -1, 0, by, 0, NULL);

  /* What PCRE gives up on is not shown at all. */
  return replaced != NULL ? replaced : g_strdup (MASK);
}

static char *
replace_home (const char *text)
{
  const char *home = g_get_home_dir ();
  g_auto(GStrv) parts = NULL;

  /* "/" as home would turn every path into nonsense */
  if (home == NULL || strlen (home) < 2)
    return g_strdup (text);
  parts = g_strsplit (text, home, -1);
  return g_strjoinv ("~", parts);
}

char *
weir_redact_text (const char *text)
{
  static gsize ready;
  static GRegex *named, *bearer, *in_url, *known;
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  g_autofree char *a = replace_home (valid);
  g_autofree char *b = NULL;
  g_autofree char *c = NULL;
  g_autofree char *d = NULL;

  if (g_once_init_enter (&ready))
    {
      named = compile ("\\b([\\w-]*(?:" SECRET_NAMES ")[\\w-]*[\"']?\\s*[=:]\\s*)(\"[^\"]*\"|'[^']*'|[^\\s,;&}\\]]+)");
      bearer = compile ("\\b(bearer|basic)\\s+[\\w.~+/=-]{6,}");
      in_url = compile ("(://[^/\\s:@]*):[^/\\s@]+@");
      known = compile ("\\b(?:sk|pk|rk|ghp|gho|ghs|ghu|glpat|xox[abprs]|AKIA|eyJ)[-_]?[A-Za-z0-9_.-]{16,}");
      g_once_init_leave (&ready, 1);
    }
  b = replace (a, bearer, "\\1 " MASK);
  c = replace (b, named, "\\1" MASK);
  d = replace (c, in_url, "\\1:" MASK "@");
  return replace (d, known, MASK);
}

gboolean
weir_redact_is_secret_name (const char *name)
{
  static gsize ready;
  static GRegex *names;

  if (g_once_init_enter (&ready))
    {
      names = compile (SECRET_NAMES);
      g_once_init_leave (&ready, 1);
    }
  return g_regex_match (names, name, 0, NULL);
}

static WeirValue *
mask (WeirValue *value, guint depth)
{
  WeirValueKind kind = weir_value_get_kind (value);
  WeirBuilder *builder;
  gsize length;

  if ((kind != WEIR_VALUE_RECORD && kind != WEIR_VALUE_LIST) || depth == 0)
    return weir_value_ref (value);
  length = weir_value_get_length (value);
  builder = kind == WEIR_VALUE_RECORD ? weir_record_builder_new (length) : weir_list_builder_new (length);
  for (gsize i = 0; i < length; i++)
    {
      if (kind == WEIR_VALUE_LIST)
        weir_builder_take (builder, mask (weir_value_get_item (value, i), depth - 1));
      else if (weir_redact_is_secret_name (weir_value_get_key (value, i)))
        weir_builder_set_take (builder, weir_value_get_key (value, i), weir_value_new_text (MASK));
      else
        weir_builder_set_take (builder, weir_value_get_key (value, i),
                               mask (weir_value_get_item (value, i), depth - 1));
    }
  return weir_builder_end (builder);
}

char *
weir_redact_value (WeirValue *value, gsize max_bytes)
{
  g_autoptr(WeirValue) masked = mask (value, MAX_DEPTH);
  g_autofree char *text = weir_value_to_display (masked, max_bytes);

  return weir_redact_text (text);
}
