/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* Before weir.h, which has a fallback for N_. */
#include <glib/gi18n.h>

#include <weir.h>

G_BEGIN_DECLS

/* What `weir` answers to the shell. */
enum
{
  WEIR_EXIT_OK = 0,
  WEIR_EXIT_FAILED = 1,
  WEIR_EXIT_INVALID = 2,
  WEIR_EXIT_INTERRUPTED = 130,
};

/**
 * WeirCommand:
 * @name: the word on the command line
 * @arguments: for the help, "RUN"
 * @summary: one line
 * @description: more, for `--help` and the manual; may be NULL
 * @complete: what the first argument is completed to: "workflow" (or a file), "file", "run", "kind", "shell"; NULL:
 * nothing
 * @options: its own options, or NULL; `--data-dir` and `--help` come by themselves
 * @run: does it; @argv holds the arguments only. Answers the exit code
 *
 * One command. Help, completion and the manual page are made from the table of them.
 */
typedef struct
{
  const char *name;
  const char *arguments;
  const char *summary;
  const char *description;
  const char *complete;
  const GOptionEntry *options;
  int min_args;
  int max_args;
  int (*run) (int argc, char **argv);
} WeirCommand;

/* Ends with a NULL name. */
extern const WeirCommand weir_commands[];

/* Options that several commands share. */
extern char *weir_option_data_dir;
extern gboolean weir_option_json;
#define WEIR_OPTION_JSON(summary_) { "json", 0, 0, G_OPTION_ARG_NONE, &weir_option_json, summary_, NULL }

int weir_command_run (int argc, char **argv);
int weir_command_resume (int argc, char **argv);
int weir_command_recover (int argc, char **argv);
int weir_command_reports (int argc, char **argv);
int weir_command_settle (int argc, char **argv);
int weir_command_waits (int argc, char **argv);
int weir_command_answer (int argc, char **argv);
int weir_command_signal (int argc, char **argv);
int weir_command_list (int argc, char **argv);
int weir_command_runs (int argc, char **argv);
int weir_command_show (int argc, char **argv);
int weir_command_limits (int argc, char **argv);
int weir_command_priority (int argc, char **argv);
int weir_command_logs (int argc, char **argv);
int weir_command_pause (int argc, char **argv);
int weir_command_stop (int argc, char **argv);
int weir_command_kill (int argc, char **argv);
int weir_command_rerun (int argc, char **argv);
int weir_command_fixture (int argc, char **argv);
int weir_command_step (int argc, char **argv);
int weir_command_break (int argc, char **argv);
int weir_command_undo (int argc, char **argv);
int weir_command_redo (int argc, char **argv);
int weir_command_delete (int argc, char **argv);
int weir_command_restore (int argc, char **argv);
int weir_command_bin (int argc, char **argv);
int weir_command_purge (int argc, char **argv);
int weir_command_audit (int argc, char **argv);
int weir_command_swarm (int argc, char **argv);
int weir_command_storage (int argc, char **argv);
int weir_command_diagnose (int argc, char **argv);
int weir_command_report (int argc, char **argv);
int weir_command_validate (int argc, char **argv);
int weir_command_diff (int argc, char **argv);
int weir_command_import (int argc, char **argv);
int weir_command_export (int argc, char **argv);
int weir_command_blocks (int argc, char **argv);
int weir_command_schema (int argc, char **argv);
int weir_command_verbs (int argc, char **argv);
int weir_command_bench (int argc, char **argv);
int weir_command_completion (int argc, char **argv);
int weir_command_man (int argc, char **argv);

extern const GOptionEntry weir_run_options[];
extern const GOptionEntry weir_resume_options[];
extern const GOptionEntry weir_recover_options[];
extern const GOptionEntry weir_reports_options[];
extern const GOptionEntry weir_settle_options[];
extern const GOptionEntry weir_waits_options[];
extern const GOptionEntry weir_answer_options[];
extern const GOptionEntry weir_signal_options[];
extern const GOptionEntry weir_list_options[];
extern const GOptionEntry weir_runs_options[];
extern const GOptionEntry weir_show_options[];
extern const GOptionEntry weir_limits_options[];
extern const GOptionEntry weir_logs_options[];
extern const GOptionEntry weir_rerun_options[];
extern const GOptionEntry weir_undo_options[];
extern const GOptionEntry weir_redo_options[];
extern const GOptionEntry weir_delete_options[];
extern const GOptionEntry weir_restore_options[];
extern const GOptionEntry weir_bin_options[];
extern const GOptionEntry weir_audit_options[];
extern const GOptionEntry weir_swarm_options[];
extern const GOptionEntry weir_storage_options[];
extern const GOptionEntry weir_report_options[];
extern const GOptionEntry weir_validate_options[];
extern const GOptionEntry weir_diff_options[];
extern const GOptionEntry weir_import_options[];
extern const GOptionEntry weir_export_options[];
extern const GOptionEntry weir_blocks_options[];
extern const GOptionEntry weir_bench_options[];

/* Says what went wrong on stderr; answers the exit code that fits. */
int weir_cli_fail (const GError *error);
int weir_cli_steer_part (gint64 run, const char *part, const char *verb);
int weir_cli_fail_text (int code, const char *format, ...) G_GNUC_PRINTF (2, 3);
/* The number of a run from the command line; 0 with a message. */
gint64 weir_cli_parse_run (const char *text);
/* One line on stdout. */
/* Puts "?" in place of control characters: a value must not steer the terminal. */
void weir_cli_disarm (char *text);
void weir_cli_print_json (WeirValue *value, guint indent);

G_END_DECLS
