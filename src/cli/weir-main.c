/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weir-cli.h"
#include "weir-terminal.h"

#include <libdex.h>
#include <locale.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Where the summaries of `weir --help` begin. */
#define HELP_COLUMN 28

char *weir_option_data_dir;
gboolean weir_option_json;

static const GOptionEntry common_options[] = {
  { "data-dir", 0, 0, G_OPTION_ARG_FILENAME, &weir_option_data_dir,
    N_("Folder of the database (default: $XDG_DATA_HOME/weir)"), N_("DIR") },
  { NULL }
};

int
weir_cli_fail (const GError *error)
{
  g_printerr ("weir: %s\n", error->message);
  return g_error_matches (error, WEIR_ERROR, WEIR_ERROR_INVALID) || error->domain == G_OPTION_ERROR ? WEIR_EXIT_INVALID
                                                                                                    : WEIR_EXIT_FAILED;
}

int
weir_cli_fail_text (int code, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  g_printerr ("weir: %s\n", text);
  return code;
}

gint64
weir_cli_parse_run (const char *text)
{
  gint64 run = 0;

  if (!g_ascii_string_to_signed (text, 10, 1, G_MAXINT64, &run, NULL))
    {
      g_printerr (_("weir: A run is named by its number, as in `weir runs`, not \"%s\"\n"), text);
      return 0;
    }
  return run;
}

void
weir_cli_print_json (WeirValue *value, guint indent)
{
  g_autofree char *json = weir_json_write (value, indent, NULL);
  g_autofree char *text = NULL;

  if (weir_terminal_is_guarded ())
    text = weir_terminal_escape_json (json);
  puts (text != NULL ? text : json);
}

static void
print_help (FILE *file)
{
  fprintf (file,
           _("Usage: weir COMMAND [OPTION…] [ARGUMENT…]\n\nRuns workflows, looks at their runs and undoes them.\n\n"));
  for (const WeirCommand *command = weir_commands; command->name != NULL; command++)
    {
      g_autofree char *usage = g_strconcat (command->name, " ", command->arguments, NULL);

      g_strchomp (usage);
      if (strlen (usage) > HELP_COLUMN)
        fprintf (file, "  %s\n  %-*s %s\n", usage, HELP_COLUMN, "", _(command->summary));
      else
        fprintf (file, "  %-*s %s\n", HELP_COLUMN, usage, _(command->summary));
    }
  fprintf (file, _("\nExit codes: 0 done, 1 failed, 2 not valid, 130 interrupted.\n"
                   "More about a command: weir COMMAND --help; all of it: man weir\n"));
}

static const WeirCommand *
find_command (const char *name)
{
  for (const WeirCommand *command = weir_commands; command->name != NULL; command++)
    if (g_str_equal (command->name, name))
      return command;
  return NULL;
}

/* Text is UTF-8 wherever it can be. Under LANG=C that of a terminal mostly is, which is why options are read as file
 * names; under a locale of another encoding it is translated. Names of files may still be any bytes. */
static void
translate_arguments (int argc, char **argv)
{
  for (int i = 1; i < argc; i++)
    {
      char *text = g_utf8_validate (argv[i], -1, NULL) ? NULL : g_locale_to_utf8 (argv[i], -1, NULL, NULL, NULL);

      if (text != NULL)
        argv[i] = text;
    }
}

static int
run_command (const WeirCommand *command, int argc, char **argv)
{
  g_autoptr(GOptionContext) context = g_option_context_new (command->arguments);
  g_autofree char *program = g_strconcat ("weir ", command->name, NULL);
  g_autoptr(GError) error = NULL;

  g_set_prgname (program);
  g_option_context_set_summary (context, _(command->summary));
  if (command->description != NULL)
    g_option_context_set_description (context, _(command->description));
  if (command->options != NULL)
    g_option_context_add_main_entries (context, command->options, NULL);
  g_option_context_add_main_entries (context, common_options, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error))
    {
      weir_cli_fail (error);
      g_printerr (_("Try `%s --help`\n"), program);
      return WEIR_EXIT_INVALID;
    }
  if (argc > 1 && g_str_equal (argv[1], "--"))
    {
      argv++;
      argc--;
    }
  if (argc - 1 < command->min_args || argc - 1 > command->max_args)
    {
      g_autofree char *usage = g_strconcat (program, " ", command->arguments, NULL);

      g_printerr (_("Usage: %s\nTry `%s --help`\n"), g_strchomp (usage), program);
      return WEIR_EXIT_INVALID;
    }
  return command->run (argc - 1, argv + 1);
}

/* Whoever reads a pipe may have enough; a file that lacks some of it is another matter. */
static int
check_output (int code)
{
  struct stat info;
  gboolean failed = fflush (stdout) != 0 || ferror (stdout);

  if (!failed || fstat (STDOUT_FILENO, &info) != 0 || S_ISFIFO (info.st_mode) || S_ISSOCK (info.st_mode)
      || isatty (STDOUT_FILENO))
    return code;
  return weir_cli_fail_text (code != WEIR_EXIT_OK ? code : WEIR_EXIT_FAILED, _("The output could not be written"));
}

/* A file that gets larger than `ulimit -f` allows is a failed write, said like any other. A handler and not SIG_IGN, which programs of
 * runs would inherit. */
static void
file_too_large_cb (int number)
{
}

int
main (int argc, char **argv)
{
  const WeirCommand *command;

  setlocale (LC_ALL, "");
  weir_terminal_guard ();
  signal (SIGXFSZ, file_too_large_cb);
  bindtextdomain (GETTEXT_PACKAGE, WEIR_LOCALE_DIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);
  dex_init ();
  translate_arguments (argc, argv);

  if (argc < 2)
    {
      print_help (stderr);
      return WEIR_EXIT_INVALID;
    }
  if (g_str_equal (argv[1], "--version"))
    {
      printf ("weir %s\n", WEIR_VERSION);
      return WEIR_EXIT_OK;
    }
  if (g_str_equal (argv[1], "--help") || g_str_equal (argv[1], "-h") || g_str_equal (argv[1], "help"))
    {
      print_help (stdout);
      return WEIR_EXIT_OK;
    }
  command = find_command (argv[1]);
  if (command == NULL)
    return weir_cli_fail_text (WEIR_EXIT_INVALID, _("There is no command \"%s\"; `weir --help` lists them"), argv[1]);
  return check_output (run_command (command, argc - 1, argv + 1));
}

void
weir_cli_disarm (char *text)
{
  for (char *c = text; *c != '\0'; c++)
    if (g_ascii_iscntrl (*c) && *c != '\n' && *c != '\t')
      *c = '?';
}
