/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weir-cli.h"

/* Every command of `weir`. Help, shell completion and the manual page are made from this table. */
const WeirCommand weir_commands[] = {
  { "run", N_("FILE|NAME|demo:NAME"), N_("Run a workflow and watch it"),
    N_("FILE is a workflow file (YAML or JSON), NAME a workflow of the database, demo:NAME one of the demos.\n"
       "An input is given as --input name=value and read as its type says; name=@file.json reads JSON from a file.\n"
       "Ctrl+C stops the run, twice force stops it."),
    "workflow", weir_run_options, 1, 1, weir_command_run },
  { "list", "", N_("List the workflows"), NULL, NULL, weir_list_options, 0, 0, weir_command_list },
  { "runs", N_("[WORKFLOW]"), N_("List runs, newest first"), NULL, "workflow", weir_runs_options, 0, 1, weir_command_runs },
  { "show", N_("RUN"), N_("Show a run and its steps"), NULL, "run", weir_show_options, 1, 1, weir_command_show },
  { "logs", N_("RUN"), N_("Print the log of a run"), NULL, "run", weir_logs_options, 1, 1, weir_command_logs },
  { "pause", N_("RUN [PART]"), N_("Pause a run: nothing new starts, steps in flight finish"),
    N_("PART is a block, \"shrink\", one inside an item, \"each[3]/shrink\", or an item, \"each[3]\"; then the rest of the run goes on. The same\n"
       "is true for resume, stop and kill."),
    "run", NULL, 1, 2, weir_command_pause },
  { "resume", N_("RUN [PART]"), N_("Resume a run that is paused or was left unfinished"),
    N_("A run that a crash or the end of its program left unfinished goes on in this process."), "run", weir_resume_options,
    1, 2, weir_command_resume },
  { "recover", N_("[RUN...]"), N_("Say what the end of the program cut off, or go on with it"),
    N_("Without a run it only says what would become of each run and of what it was at. With runs, or --all, they go on in this process; a run\n"
       "whose input files or block kinds are not as they were is left unless --anyway. What happens at the start of the window is set with\n"
       "--set policy=off|ask|automatic, for what was at work also pure, idempotent and once; --set stagger=2s waits between two runs. A\n"
       "workflow says it for itself with recovery: in its file."),
    "run", weir_recover_options, 0, 1000, weir_command_recover },
  { "reports", "", N_("List what was taken up after the end of the program, and when"), NULL, NULL, weir_reports_options, 0, 0,
    weir_command_reports },
  { "settle", N_("RUN BLOCK rerun|done|failed"), N_("Say what became of a step that a crash caught at work"),
    N_("A program, a request or another effect that must not happen twice is not run again by itself after a crash: its outcome is\n"
       "unknown until you looked. BLOCK is the step as `weir show` names it. The run then goes on."),
    "run", weir_settle_options, 3, 3, weir_command_settle },
  { "waits", "", N_("List what waits for a person, and what is asked"),
    N_("With --all also what waits for a moment, a signal or an event."), NULL, weir_waits_options, 0, 0, weir_command_waits },
  { "answer", N_("RUN [BLOCK] VALUE..."), N_("Answer a step that waits"),
    N_("BLOCK is the step as `weir waits` names it; it may be left out where only one waits. VALUE is yes or no, NAME=VALUE for each field,\n"
       "skip to end a wait, or JSON. What does not fit is refused, and the step goes on waiting."),
    "run", weir_answer_options, 2, 1000, weir_command_answer },
  { "signal", N_("RUN NAME [VALUE]"), N_("Send a signal to a run"),
    N_("The first step that waits for the signal takes it; if none does yet, it is kept until one does. VALUE is text or JSON."),
    "run", weir_signal_options, 2, 3, weir_command_signal },
  { "stop", N_("RUN [PART]"), N_("Stop a run: running steps are asked to end"), NULL, "run", NULL, 1, 2, weir_command_stop },
  { "kill", N_("RUN [PART]"), N_("Force stop a run: running steps are ended"), NULL, "run", NULL, 1, 2, weir_command_kill },
  { "step", N_("RUN"), N_("Let one step of a paused run begin"), NULL, "run", NULL, 1, 1, weir_command_step },
  { "break", N_("RUN BLOCK [CONDITION|off]"), N_("Hold a block of a live run before it begins"),
    N_("The rest of the run goes on; \"weir resume RUN BLOCK\" lets the block go. CONDITION is an expression like input > 100."), "run",
    NULL, 2, 3, weir_command_break },
  { "rerun", N_("RUN"), N_("Run again: all of it, or from a block on"),
    N_("A new run that knows its parent. What went before the block is taken over where a block is as it was and gets what it got, and where\n"
       "nothing that it did was undone. --plan says beforehand what would run, and what it would do to the world once more."),
    "run", weir_rerun_options, 1, 1, weir_command_rerun },
  { "fixture", N_("RUN NAME [BLOCK...]"), N_("Keep what blocks gave in a run, for runs with --fixture NAME"), NULL, "run", NULL, 2, 1000,
    weir_command_fixture },
  { "swarm", N_("list|add|close|rerun|priority|pause|resume|stop RUN[/BLOCK] [ITEM...]"), N_("Look at the items of a swarm, add some, or steer them"),
    N_("`add` takes items as JSON or text, or from a file; they are looked at all together, and none is added if one does not fit, unless\n"
       "--valid-only. `rerun ITEM` starts one that is over once more, `priority ITEM high|medium|low` moves one that waits. `stop` without\n"
       "an ITEM stops what runs; what waits stays suspended until `resume`."),
    "run", weir_swarm_options, 2, 100000, weir_command_swarm },
  { "undo", N_("RUN"), N_("Undo what a run did"),
    N_("With --dry-run it only says what would be done. What changed since the run is left as it is, unless --on-conflict\n"
       "says overwrite, or copy, which puts what was before beside it under another name."),
    "run", weir_undo_options, 1, 1, weir_command_undo },
  { "redo", N_("RUN"), N_("Do again what an undo of a run took back"),
    N_("What the run had made comes back as it was; what changed since the undo is left as it is."), "run", weir_redo_options, 1, 1,
    weir_command_redo },
  { "report", N_("RUN"), N_("Say why a run failed, as Markdown"),
    N_("The first failing block, the class of its error, what it was given, the last lines of the log, what took effect already, and\n"
       "what can be done. Secrets and the name of the home folder are left out."),
    "run", weir_report_options, 1, 1, weir_command_report },
  { "diagnose", "", N_("Gather what whoever is to help needs to know"),
    N_("Writes a .tar.gz with versions, the schema and sizes of the database, and the last lines of the log. Of workflows and\n"
       "values nothing is in it but what the log says; passwords, tokens, keys and the home folder are masked. Works also where the\n"
       "database cannot be opened."),
    NULL, weir_report_options, 0, 0, weir_command_diagnose },
  { "delete", N_("RUN|WORKFLOW..."), N_("Delete runs or workflows; they can be restored for a while"),
    N_("What is deleted is in no list and goes for good after 30 days, or as `weir storage` says. With --now it goes at once, and nothing\n"
       "but a row of the audit is left of it. --part takes a part of a run: what goes on of it is ended first; with --now its values, log\n"
       "lines and undo records go."),
    "run", weir_delete_options, 1, 1000, weir_command_delete },
  { "restore", N_("RUN|WORKFLOW..."), N_("Take back what was deleted"), NULL, "run", weir_restore_options, 1, 1000, weir_command_restore },
  { "bin", "", N_("List what was recently deleted"), NULL, NULL, weir_bin_options, 0, 0, weir_command_bin },
  { "purge", "", N_("Remove now what has expired, and give the room back to the disk"),
    N_("The same is done by itself when nothing else is to do. What has not expired stays."), NULL, NULL, 0, 0,
    weir_command_purge },
  { "storage", N_("[KIND TIME [SIZE]]"), N_("Show what is stored, or say how long it stays"),
    N_("KIND is run, log or blob (values of 64 KiB and more, copies of files that an undo needs excepted), or deleted-run,\n"
       "deleted-item (parts of runs) and deleted-workflow: how long these can be restored. TIME is like 30d, 12h, 0 or forever. SIZE, like 2G, is for run and blob of all\n"
       "workflows: the oldest go when there is more."),
    NULL, weir_storage_options, 0, 3, weir_command_storage },
  { "limits", N_("[NAME=VALUE...]"), N_("Show how much may go on at once and what is in use, or change it"),
    N_("workers (steps at once), steps_per_run, runs_per_workflow, programs, queue (runs that wait to begin), memory (2G; no step starts\n"
       "above it), ageing (60s; what waits so long rises by a level), pool.NAME and pool.NAME.reserved (places, and those kept for high\n"
       "priority), pool.NAME.rate and rate.HOST (10/s). \"default\" brings the default back. Applies at once, also to what runs."),
    NULL, weir_limits_options, 0, 1000, weir_command_limits },
  { "priority", N_("RUN low|normal|high|NUMBER [STEP]"), N_("Let a run, or a part of it, go before others that wait, or after them"),
    N_("NUMBER is -100 to 100. STEP is one as `weir show` names it, or an item: each[3]/"), "run", NULL, 2, 3,
    weir_command_priority },
  { "audit", N_("[list|verify|export]"), N_("Show who deleted what, or check that nothing is missing in that"),
    N_("Each row carries the SHA-256 of the one before, so that a changed or missing row shows."), NULL, weir_audit_options, 0, 1,
    weir_command_audit },
  { "validate", N_("FILE"), N_("Say everything that is wrong with a workflow file"),
    N_("Nothing is run. Exit code 0: no errors, 2: errors."), "file", weir_validate_options, 1, 1, weir_command_validate },
  { "diff", N_("BEFORE AFTER"), N_("Say what is different in another workflow or version"),
    N_("Each is a file, a workflow of the database, or one of its versions: NAME@3, or only 3 where the other names the workflow. What a block,\n"
       "link or setting says is told apart from where it stands and how it looks. Two files are compared without the database. Exit code 0: the\n"
       "same but for layout, 1: different, 2: trouble."),
    "workflow", weir_diff_options, 2, 2, weir_command_diff },
  { "import", N_("FILE"), N_("Put a workflow file into the database"), NULL, "file", weir_import_options, 1, 1,
    weir_command_import },
  { "export", N_("NAME"), N_("Write a workflow of the database as a file"), NULL, "workflow", weir_export_options, 1, 1,
    weir_command_export },
  { "blocks", N_("[KIND]"), N_("List the block kinds, or show the manual page of one"), NULL, "kind", weir_blocks_options, 0, 1,
    weir_command_blocks },
  { "schema", "", N_("Print the JSON Schema of workflow files"), NULL, NULL, NULL, 0, 0, weir_command_schema },
  { "bench", N_("[NAME]"), N_("Measure the engine"),
    N_("Prints a figure a line with its limit. With --json: {\"name\", \"value\", \"unit\", \"n\", \"p95\"} a line."), "bench",
    weir_bench_options, 0, 1, weir_command_bench },
  { "verbs", "", N_("Print what can be done with a run, and with a step, in each state"),
    N_("Two tables in Markdown. A cell names the state that the verb leads to, or says why it is refused. `kill` is force_stop,\n"
       "`delete --now` is cancel_and_delete; for a step both have --part."),
    NULL, NULL, 0, 0, weir_command_verbs },
  { "completion", N_("bash|zsh|fish"), N_("Print the completion script of a shell"), NULL, "shell", NULL, 1, 1,
    weir_command_completion },
  { "man", "", N_("Print the manual page in roff"), NULL, NULL, NULL, 0, 0, weir_command_man },
  { NULL }
};
