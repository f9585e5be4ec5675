/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weir-cli.h"
#include "weir-session.h"
#include "weir-workflow-source.h"

#include <stdio.h>
#include <string.h>

static gboolean option_no_layout;

const GOptionEntry weir_diff_options[] = {
  { "no-layout", 0, 0, G_OPTION_ARG_NONE, &option_no_layout, N_("Say nothing of where blocks stand and how they look"), NULL },
  WEIR_OPTION_JSON (N_("Print the changes as JSON")),
  { NULL }
};

/* As of diff and cmp: 1 is an answer, so what went wrong has to be another number. */
#define EXIT_DIFFERENT 1
#define EXIT_TROUBLE 2

static gboolean
is_number (const char *text)
{
  return text[0] != '\0' && strspn (text, "0123456789") == strlen (text);
}

/* "NAME@3" taken apart; 0 where no version is named. */
static guint
split_version (const char *source, char **name)
{
  const char *at = strrchr (source, '@');

  if (at == NULL || at == source || !is_number (at + 1))
    {
      *name = g_strdup (source);
      return 0;
    }
  *name = g_strndup (source, (gsize) (at - source));
  return (guint) g_ascii_strtoull (at + 1, NULL, 10);
}

/* A number is a version of the workflow that the other argument names. */
static char *
resolve (const char *source, const char *other)
{
  g_autofree char *name = NULL;

  if (!is_number (source) || is_number (other) || !weir_workflow_source_is_stored (other))
    return g_strdup (source);
  split_version (other, &name);
  return g_strconcat (name, "@", source, NULL);
}

static WeirWorkflow *
read_side (WeirSession *session, const char *source, GError **error)
{
  g_autoptr(WeirValue) given = NULL;
  g_autofree char *name = NULL;
  guint version;

  if (!weir_workflow_source_is_stored (source))
    return weir_workflow_source_load (session, source, &given, error);
  version = split_version (source, &name);
  return weir_workflow_source_load_version (session, name, version, error);
}

static void
print_list (GListModel *changes, gboolean layout)
{
  for (guint i = 0; i < g_list_model_get_n_items (changes); i++)
    {
      g_autoptr(WeirChange) change = g_list_model_get_item (changes, i);
      g_autofree char *text = weir_change_to_string (change);

      if (weir_change_is_layout (change) != layout)
        continue;
      weir_cli_disarm (text);
      printf ("%s\n", text);
    }
}

static guint
count_layout (GListModel *changes)
{
  guint n = 0;

  for (guint i = 0; i < g_list_model_get_n_items (changes); i++)
    {
      g_autoptr(WeirChange) change = g_list_model_get_item (changes, i);

      n += weir_change_is_layout (change);
    }
  return n;
}

static void
print_human (GListModel *changes)
{
  guint n_layout = count_layout (changes);

  print_list (changes, FALSE);
  if (n_layout == g_list_model_get_n_items (changes))
    fputs (n_layout > 0 ? _("No difference but in layout\n") : _("No difference\n"), stdout);
  if (!option_no_layout && n_layout > 0)
    print_list (changes, TRUE);
}

static void
print_json (GListModel *changes)
{
  WeirBuilder *list = weir_list_builder_new (g_list_model_get_n_items (changes));
  WeirBuilder *record = weir_record_builder_new (2);
  g_autoptr(WeirValue) answer = NULL;

  for (guint i = 0; i < g_list_model_get_n_items (changes); i++)
    {
      g_autoptr(WeirChange) change = g_list_model_get_item (changes, i);

      if (!option_no_layout || !weir_change_is_layout (change))
        weir_builder_take (list, weir_change_to_value (change));
    }
  weir_builder_set_take (record, "different", weir_value_new_bool (weir_changes_have_meaning (changes)));
  weir_builder_set_take (record, "changes", weir_builder_end (list));
  answer = weir_builder_end (record);
  weir_cli_print_json (answer, 2);
}

static int
compare (WeirSession *session, const char *before, const char *after)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(WeirWorkflow) old = read_side (session, before, &error);
  g_autoptr(WeirWorkflow) new = old != NULL ? read_side (session, after, &error) : NULL;
  g_autoptr(GListModel) changes = NULL;

  if (new == NULL)
    {
      if (error != NULL)
        weir_cli_fail (error);
      return EXIT_TROUBLE;
    }
  changes = weir_workflow_diff (old, new);
  if (weir_option_json)
    print_json (changes);
  else
    print_human (changes);
  return weir_changes_have_meaning (changes) ? EXIT_DIFFERENT : WEIR_EXIT_OK;
}

int
weir_command_diff (int argc, char **argv)
{
  g_autofree char *before = resolve (argv[0], argv[1]);
  g_autofree char *after = resolve (argv[1], argv[0]);
  g_autoptr(GError) error = NULL;
  WeirSession session = { 0 };
  int code;

  /* Two files are compared without the database, so that git can ask too. */
  if (!weir_workflow_source_is_stored (before) && !weir_workflow_source_is_stored (after))
    return compare (NULL, before, after);
  if (!weir_session_open (&session, &error))
    {
      weir_cli_fail (error);
      return EXIT_TROUBLE;
    }
  code = compare (&session, before, after);
  weir_session_close (&session, NULL);
  return code;
}
