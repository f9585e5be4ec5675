/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weir-cli.h"

#include <stdio.h>
#include <string.h>

/* Completion scripts, made from the table of commands. Names that live in the database are asked of `weir` when
 * they are needed. */

static void
print_words (const GOptionEntry *options)
{
  for (const GOptionEntry *option = options; option != NULL && option->long_name != NULL; option++)
    {
      printf (" --%s", option->long_name);
      if (option->short_name != 0)
        printf (" -%c", option->short_name);
    }
}

static void
print_names (void)
{
  for (const WeirCommand *command = weir_commands; command->name != NULL; command++)
    printf ("%s%s", command == weir_commands ? "" : " ", command->name);
}

/* A shell command that prints the words that an argument may be; NULL: files. */
static const char *
get_source (const char *complete)
{
  if (g_str_equal (complete, "run"))
    return "weir runs 2>/dev/null | sed 1d | cut -d' ' -f1";
  if (g_str_equal (complete, "kind"))
    return "weir blocks | sed 1d | cut -d' ' -f1";
  if (g_str_equal (complete, "bench"))
    return "weir bench '?' 2>&1 | sed -n 's/^  \\([^ ]*\\).*/\\1/p'";
  if (g_str_equal (complete, "shell"))
    return "echo bash zsh fish";
  return NULL;
}

static void
print_bash (void)
{
  printf ("# bash completion of weir\n_weir ()\n{\n  local cur=${COMP_WORDS[COMP_CWORD]} words=\n  COMPREPLY=()\n"
          "  if [ \"$COMP_CWORD\" = 1 ]; then\n    words='");
  print_names ();
  printf (" --help --version'\n  else\n    case ${COMP_WORDS[1]} in\n");
  for (const WeirCommand *command = weir_commands; command->name != NULL; command++)
    {
      const char *source = command->complete != NULL ? get_source (command->complete) : NULL;

      printf ("      %s)\n        if [[ $cur == -* ]]; then words='--help --data-dir", command->name);
      print_words (command->options);
      printf ("'\n");
      if (source != NULL)
        printf ("        else words=$(%s)\n", source);
      else if (command->complete != NULL)
        printf ("        else COMPREPLY=($(compgen -f -- \"$cur\")); return\n");
      printf ("        fi ;;\n");
    }
  printf (
    "    esac\n  fi\n  COMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n}\ncomplete -o filenames -F _weir weir\n");
}

static void
print_zsh (void)
{
  printf (
    "#compdef weir\n# zsh completion of weir\n_weir ()\n{\n  if (( CURRENT == 2 )); then\n    local -a commands=(\n");
  for (const WeirCommand *command = weir_commands; command->name != NULL; command++)
    printf ("      '%s:%s'\n", command->name, command->summary);
  printf ("    )\n    _describe command commands\n    return\n  fi\n  case $words[2] in\n");
  for (const WeirCommand *command = weir_commands; command->name != NULL; command++)
    {
      const char *source = command->complete != NULL ? get_source (command->complete) : NULL;

      printf ("    %s)\n      if [[ $PREFIX == -* ]]; then compadd -- --help --data-dir", command->name);
      print_words (command->options);
      printf ("\n");
      if (source != NULL)
        printf ("      else compadd -- $(%s)\n", source);
      else if (command->complete != NULL)
        printf ("      else _files\n");
      printf ("      fi ;;\n");
    }
  printf ("  esac\n}\n_weir \"$@\"\n");
}

static void
print_fish (void)
{
  printf ("# fish completion of weir\ncomplete -c weir -f\n");
  for (const WeirCommand *command = weir_commands; command->name != NULL; command++)
    {
      const char *source = command->complete != NULL ? get_source (command->complete) : NULL;

      printf ("complete -c weir -n __fish_use_subcommand -a %s -d '%s'\n", command->name, command->summary);
      printf ("complete -c weir -n '__fish_seen_subcommand_from %s' -l data-dir -r\n", command->name);
      for (const GOptionEntry *option = command->options; option != NULL && option->long_name != NULL; option++)
        {
          printf ("complete -c weir -n '__fish_seen_subcommand_from %s' -l %s", command->name, option->long_name);
          if (option->short_name != 0)
            printf (" -s %c", option->short_name);
          printf (" -d '%s'\n", option->description);
        }
      if (source != NULL)
        printf ("complete -c weir -n '__fish_seen_subcommand_from %s' -a \"(%s)\"\n", command->name, source);
      else if (command->complete != NULL)
        printf ("complete -c weir -n '__fish_seen_subcommand_from %s' -F\n", command->name);
    }
}

int
weir_command_completion (int argc, char **argv)
{
  if (g_str_equal (argv[0], "bash"))
    print_bash ();
  else if (g_str_equal (argv[0], "zsh"))
    print_zsh ();
  else if (g_str_equal (argv[0], "fish"))
    print_fish ();
  else
    return weir_cli_fail_text (WEIR_EXIT_INVALID, _("Completion is made for bash, zsh and fish, not \"%s\""), argv[0]);
  return WEIR_EXIT_OK;
}

/* Text as roff shows it as it is. */
static void
print_roff (const char *text)
{
  for (const char *p = text; *p != '\0'; p++)
    if (*p == '-')
      fputs ("\\-", stdout);
    else if (*p == '\\')
      fputs ("\\e", stdout);
    else if (*p == '\n')
      fputs ("\n.br\n", stdout);
    else
      putchar (*p);
}

static void
print_man_option (const GOptionEntry *option)
{
  printf (".TP\n.B ");
  if (option->short_name != 0)
    printf ("\\-%c, ", option->short_name);
  printf ("\\-\\-");
  print_roff (option->long_name);
  if (option->arg_description != NULL)
    printf ("=\\fI%s\\fR", option->arg_description);
  putchar ('\n');
  print_roff (option->description);
  putchar ('\n');
}

static void
print_man_command (const WeirCommand *command)
{
  printf (".SS \"weir %s ", command->name);
  print_roff (command->arguments);
  printf ("\"\n");
  print_roff (command->summary);
  printf (".\n");
  if (command->description != NULL)
    {
      printf (".br\n");
      print_roff (command->description);
      putchar ('\n');
    }
  for (const GOptionEntry *option = command->options; option != NULL && option->long_name != NULL; option++)
    print_man_option (option);
}

/* What the manual page of a block kind cannot say: where the block stands, and what every block has. */
static void
print_man_files (void)
{
  printf (".SH WORKFLOW FILES\nA workflow file names its inputs, its blocks and their links:\n.PP\n.nf\n"
          "weir: 1\n"
          "name: Tidy texts\n"
          "inputs:\n"
          "  folder: { type: dir }\n"
          "blocks:\n"
          "  list: { kind: file.list, config: { path: \"{{ inputs.folder }}\", pattern: \"*.txt\" } }\n"
          "  each:\n"
          "    kind: flow.foreach\n"
          "    config: { concurrency: 4 }\n"
          "    body:\n"
          "      blocks:\n"
          "        move:\n"
          "          kind: file.move\n"
          "          config: { from: \"=item.path\", to: \"{{ inputs.folder }}/texts/\" }\n"
          "          retry: { attempts: 3 }\n"
          "links:\n"
          "  - list.files \\-> each.items\n"
          ".fi\n.PP\n"
          "The settings of a kind, its inputs and its outputs are in its manual page,\n.BR \"weir blocks\" \" KIND.\"\n"
          "A setting holds a value, a text with expressions in it, \"{{ inputs.folder }}\", or an expression, "
          "\"=item.path\". An expression is JavaScript and sees inputs (of the workflow), input (of the block), value, "
          "blocks (the outputs of those that are done: blocks.list.count), vars, run and now; in a loop item and index "
          "too.\n.PP\n"
          "What comes in at a port goes before the setting of that name. Every block also has an input run and an "
          "output done, "
          "for links that say no more than what comes later: \"list.done \\-> log.run\". A link may hold a condition: "
          "\"list.count \\-> log.run when: value > 3\".\n.PP\n"
          "Each block may have retry ({ attempts: 3 }) and timeout. What else there is, is in\n.BR \"weir schema\" .\n"
          ".PP\n.B weir validate\nnames every problem with its line and column.\n");
}

int
weir_command_man (int argc, char **argv)
{
  printf (".TH WEIR 1 \"\" \"weir " WEIR_VERSION "\" \"User Commands\"\n"
          ".SH NAME\nweir \\- run workflows, look at their runs and undo them\n"
          ".SH SYNOPSIS\n.B weir\n.I COMMAND\n[\\fIOPTION\\fR...] [\\fIARGUMENT\\fR...]\n"
          ".SH DESCRIPTION\nA workflow is made of blocks and links, in a YAML or JSON file or in the database. Every "
          "run of one is kept in a "
          "journal: its steps, its values, its log and what it did to files, so that it can be undone.\n.PP\n"
          "One process at a time owns the database. When another one does, the commands talk to it.\n"
          ".SH COMMANDS\n");
  for (const WeirCommand *command = weir_commands; command->name != NULL; command++)
    print_man_command (command);
  print_man_files ();
  printf (".SH COMMON OPTIONS\n.TP\n.B \\-\\-data\\-dir=\\fIDIR\\fR\nFolder of the database.\n"
          ".TP\n.B \\-h, \\-\\-help\nHelp on a command.\n"
          ".SH EXIT STATUS\n.TP\n.B 0\ndone\n.TP\n.B 1\nfailed\n.TP\n.B 2\nthe command line, the workflow or its "
          "inputs are not valid\n"
          ".TP\n.B 130\nthe run was stopped\n"
          ".SH ENVIRONMENT\n.TP\n.B NO_COLOR\nNo colours.\n.TP\n.B XDG_DATA_HOME\nThe database is in its folder weir.\n"
          ".SH FILES\n.TP\n.I ~/.local/share/weir/weir.db\nworkflows, runs, journal, logs\n"
          ".TP\n.I ~/.local/share/weir/control.sock\nwhere the owner of the database listens\n");
  return WEIR_EXIT_OK;
}
