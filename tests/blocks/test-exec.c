/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>

#include "weir-kind-test.h"

static Outcome *
run (KindTest *test, const char *config, const char *given)
{
  g_autofree char *filled = kind_test_fill (test, config);

  return kind_test_play_block (test, "exec.command", filled, NULL, given);
}

static void
test_no_shell_is_in_between (KindTest *test)
{
  g_autoptr(Outcome) outcome = run (
    test, "{ program: printf, args: [\"%s|\", \"a; touch $DIR/x\", \"$(id)\", \"*\"] }", NULL);
  g_autofree char *touched = kind_test_path (test, "x");

  g_assert_cmpstr (outcome->message, ==, NULL);
  g_assert_true (g_str_has_suffix (weir_value_get_text (outcome_get (outcome, "stdout"), NULL), "|$(id)|*|"));
  g_assert_false (g_file_test (touched, G_FILE_TEST_EXISTS));
}

static void
test_runs_where_and_with_what_it_is_told (KindTest *test)
{
  g_autoptr(Outcome) outcome = run (
    test,
    "{ program: sh, args: [-c, \"pwd; echo $GREETING; echo ${#WEIR_IDEMPOTENCY_KEY}\"], cwd: $DIR, env: [{ name: "
    "GREETING, value: hello }], as: lines }",
    NULL);
  g_autofree char *wanted = g_strdup_printf ("[\"%s\", \"hello\", \"32\"]", test->dir);

  assert_output (outcome, "stdout", wanted);
}

static void
test_much_goes_through (KindTest *test)
{
  g_autoptr(GString) given = g_string_new ("{\"stdin\": \"");
  g_autoptr(Outcome) outcome = NULL;

  for (guint i = 0; i < 300000; i++)
    g_string_append (given, "abcdefg ");
  g_string_append (given, "\"}");
  outcome = run (test, "{ program: wc, args: [-c] }", given->str);
  assert_output (outcome, "stdout", "\"2400000\\n\"");
}

static void
test_a_failure_says_the_last_words (KindTest *test)
{
  g_autoptr(Outcome) outcome = run (
    test, "{ program: sh, args: [-c, \"echo first >&2; echo 'no such host' >&2; exit 3\"] }", NULL);

  assert_failure (outcome, "proc.exit");
  g_assert_cmpstr (outcome->message, ==, "sh ended with exit status 3: no such host");
  g_assert_cmpint (weir_value_get_member_int (outcome->data, "exit", 0), ==, 3);
}

static void
test_a_signal_is_named (KindTest *test)
{
  g_autoptr(Outcome) outcome = run (test, "{ program: sh, args: [-c, \"kill -9 $$\"] }", NULL);

  assert_failure (outcome, "proc.signal");
  g_assert_cmpint (weir_value_get_member_int (outcome->data, "signal", 0), ==, 9);
}

static void
test_output_is_bounded (KindTest *test)
{
  g_autoptr(Outcome) outcome = run (test, "{ program: seq, args: [\"100000\"], max_output: 1000 }", NULL);

  assert_failure (outcome, "limit.size");
}

static void
test_what_is_not_kept_is_not_bounded (KindTest *test)
{
  g_autoptr(Outcome) outcome = run (test, "{ program: seq, args: [\"100000\"], max_output: 1000, capture: false }",
                                     NULL);

  assert_output (outcome, "exit", "0");
}

static void
test_what_is_left_behind_is_not_waited_for (KindTest *test)
{
  gint64 began = g_get_monotonic_time ();
  g_autoptr(Outcome) outcome = run (test, "{ program: sh, args: [-c, \"sleep 20 & echo started\"] }", NULL);

  assert_output (outcome, "stdout", "\"started\\n\"");
  g_assert_cmpint (g_get_monotonic_time () - began, <, 15 * G_USEC_PER_SEC);
}

static void
test_output_is_read_as_told (KindTest *test)
{
  g_autoptr(Outcome) json = run (test, "{ program: echo, args: ['{\"n\": [1, 2]}'], as: json }", NULL);
  g_autoptr(Outcome) broken = run (test, "{ program: echo, args: ['{\"n\": '], as: json }", NULL);
  g_autoptr(Outcome) odd = run (test, "{ program: printf, args: ['a\\377b'] }", NULL);
  g_autoptr(Outcome) bytes = run (test, "{ program: printf, args: ['a\\377b'], as: bytes }", NULL);

  assert_output (json, "stdout", "{\"n\": [1, 2]}");
  assert_failure (broken, "data.parse");
  assert_output (odd, "stdout",
                 "\"a\xef\xbf\xbd"
                 "b\"");
  assert_output (bytes, "stdout", "\"Yf9i\"");
}

static void
test_time_ends_what_it_started (KindTest *test)
{
  g_autofree char *yaml = g_strdup_printf ("weir: 1\nname: Slow\ninputs:\n  given: { type: any }\nblocks:\n"
                                           "  it: { kind: exec.command, config: { program: sh, args: [-c, \"sleep 100 "
                                           "& wait\"], kill_grace: 200ms }, timeout: 100ms }\n");
  gint64 began = g_get_monotonic_time ();
  g_autoptr(Outcome) outcome = kind_test_play (test, yaml, "{}");

  assert_failure (outcome, "limit.timeout");
  g_assert_cmpint (g_get_monotonic_time () - began, <, 5 * G_USEC_PER_SEC);
}

static void
test_undo_says_what_cannot_be_undone (KindTest *test)
{
  g_autoptr(Outcome) outcome = run (test, "{ program: \"true\" }", NULL);
  g_autoptr(Outcome) harmless = run (test, "{ program: \"true\", idempotent: true }", NULL);
  g_autoptr(WeirUndoPlan) plan = dex_await_boxed (
    weir_engine_plan_undo (test->engine, weir_run_get_id (outcome->run), NULL), NULL);
  g_autoptr(WeirUndoPlan) other = dex_await_boxed (
    weir_engine_plan_undo (test->engine, weir_run_get_id (harmless->run), NULL), NULL);

  g_assert_nonnull (plan);
  g_assert_cmpuint (plan->n_irreversible, ==, 1);
  g_assert_nonnull (other);
  g_assert_cmpuint (other->items->len, ==, 0);
}

static void
test_what_it_changes_in_a_watched_folder_is_undone (KindTest *test)
{
  g_autoptr(Outcome) outcome = NULL;
  g_autofree char *before = NULL;
  g_autofree char *made = kind_test_path (test, "new");

  kind_test_write (test, "a", "one");
  kind_test_write (test, "in/b", "two");
  outcome = run (test,
                 "{ program: sh, args: [-c, \"echo more >> a; rm -r in; mkdir -p new/er; echo x > new/er/x; chmod 700 "
                 "a\"], cwd: $DIR, "
                 "track: [$DIR] }",
                 NULL);
  assert_output (outcome, "exit", "0");
  g_assert_cmpuint (kind_test_undo (test, outcome), ==, 1);
  before = kind_test_read (test, "a");
  g_assert_cmpstr (before, ==, "one");
  g_clear_pointer (&before, g_free);
  before = kind_test_read (test, "in/b");
  g_assert_cmpstr (before, ==, "two");
  g_assert_false (g_file_test (made, G_FILE_TEST_EXISTS));
}

static void
test_a_failed_program_is_undone_too (KindTest *test)
{
  g_autoptr(Outcome) outcome = NULL;
  g_autofree char *there = NULL;

  kind_test_write (test, "a", "one");
  outcome = run (test, "{ program: sh, args: [-c, \"rm a; exit 3\"], cwd: $DIR, track: [$DIR] }", NULL);
  assert_failure (outcome, "proc.exit");
  g_assert_cmpuint (kind_test_undo (test, outcome), ==, 1);
  there = kind_test_read (test, "a");
  g_assert_cmpstr (there, ==, "one");
}

static gsize
get_peak (void)
{
  g_autofree char *status = NULL;
  const char *line;

  g_file_get_contents ("/proc/self/status", &status, NULL, NULL);
  line = status != NULL ? strstr (status, "VmHWM:") : NULL;
  return line != NULL ? (gsize) g_ascii_strtoull (line + strlen ("VmHWM:"), NULL, 10) : 0;
}

static void
test_output_that_nobody_wants_takes_no_memory (KindTest *test)
{
  gsize before = get_peak ();
  g_autoptr(Outcome) outcome = NULL;

#if defined(__SANITIZE_ADDRESS__)
  g_test_skip ("Memory is counted otherwise under a sanitizer, and it takes long");
  return;
#endif
  outcome = run (test, "{ program: sh, args: [-c, \"yes | head -c 200000000\"], capture: false }\n    timeout: 1h",
                 NULL);
  assert_output (outcome, "exit", "0");
  g_test_message ("%" G_GSIZE_FORMAT " KiB more", get_peak () - before);
  g_assert_cmpuint (get_peak () - before, <, 100 * 1024);
}

/* Whether a process is there and not only not yet buried. */
static gboolean
is_alive (KindTest *test, const char *file)
{
  g_autofree char *pid = kind_test_read (test, file);
  g_autofree char *path = g_strdup_printf ("/proc/%s/stat", g_strchomp (pid));
  g_autofree char *stat = NULL;

  return g_file_get_contents (path, &stat, NULL, NULL) && strstr (stat, ") Z ") == NULL;
}

static void
pass_time (guint ms)
{
  dex_await (dex_timeout_new_msec (ms), NULL);
}

/* It and its children do not listen, and one has closed its pipes. */
static const char stubborn[] =
  "weir: 1\nname: Stubborn\nblocks:\n  it:\n    kind: exec.command\n    config:\n      program: sh\n      kill_grace: %s\n"
  "      args: [-c, \"trap '' TERM INT HUP; (exec 0<&- 1>&- 2>&-; echo > $DIR/closed; sleep 1000) & echo $! > $DIR/child; "
  "sleep 1000 & echo $! > $DIR/other; echo $$ > $DIR/own; wait; sleep 1000\"]\n";

static WeirRun *
play_stubborn (KindTest *test, const char *grace)
{
  g_autofree char *yaml = g_strdup_printf (stubborn, grace);
  g_autofree char *text = kind_test_fill (test, yaml);
  g_autofree char *own = kind_test_path (test, "own");
  g_autofree char *closed = kind_test_path (test, "closed");
  g_autoptr(GError) error = NULL;
  g_autoptr(WeirWorkflow) workflow = weir_workflow_parse (text, -1, NULL, &error);
  WeirRun *run;

  g_assert_no_error (error);
  g_remove (own);
  g_remove (closed);
  run = dex_await_object (weir_engine_play (test->engine, workflow, NULL), &error);
  g_assert_no_error (error);
  while (!g_file_test (own, G_FILE_TEST_EXISTS) || !g_file_test (closed, G_FILE_TEST_EXISTS))
    pass_time (5);
  pass_time (5);
  return run;
}

static void
assert_all_gone (KindTest *test)
{
  while (is_alive (test, "own") || is_alive (test, "child") || is_alive (test, "other"))
    pass_time (5);
}

static void
test_a_program_that_does_not_listen_is_ended_with_its_children (KindTest *test)
{
  static const char *const graces[] = { "0", "200ms" };

  for (guint i = 0; i < G_N_ELEMENTS (graces); i++)
    {
      g_autoptr(WeirRun) run = play_stubborn (test, graces[i]);

      g_assert_true (is_alive (test, "own") && is_alive (test, "child") && is_alive (test, "other"));
      g_assert_true (dex_await (weir_run_force_stop (run), NULL));
      g_assert_cmpint (weir_run_get_status (run), ==, WEIR_RUN_INTERRUPTED);
      assert_all_gone (test);
    }
}

static void
test_one_step_is_ended_with_its_children (KindTest *test)
{
  g_autoptr(WeirRun) run = play_stubborn (test, "100ms");

  g_assert_true (weir_run_stop_part (run, 0, "it", TRUE, NULL));
  dex_await (weir_run_wait (run), NULL);
  g_assert_cmpint (weir_run_state_find_step (weir_run_get_state (run), 0, "it")->status, ==, WEIR_STEP_INTERRUPTED);
  assert_all_gone (test);
}

/* ── what leaves its group ───────────────────────────────────────────────────────────────── */

#define AWAY "trap '' TERM HUP\necho $$ > ${0%/*}/own\nsleep 1000\n"
#define PROGRAM \
  "weir: 1\nname: Away\nblocks:\n  it:\n    kind: exec.command\n    config:\n      program: sh\n      kill_grace: 200ms\n      args: [-c, \"%s\"]\n"

static WeirRun *
play_script (KindTest *test, const char *away, const char *script)
{
  g_autofree char *yaml = g_strdup_printf (PROGRAM, script);
  g_autofree char *text = kind_test_fill (test, yaml);
  g_autofree char *own = kind_test_path (test, "own");
  g_autoptr(GError) error = NULL;
  g_autoptr(WeirWorkflow) workflow = weir_workflow_parse (text, -1, NULL, &error);
  WeirRun *run;

  g_assert_no_error (error);
  kind_test_write (test, "away.sh", away);
  g_remove (own);
  run = dex_await_object (weir_engine_play (test->engine, workflow, NULL), &error);
  g_assert_no_error (error);
  while (!g_file_test (own, G_FILE_TEST_EXISTS))
    pass_time (5);
  pass_time (20);
  return run;
}

/* With the program itself alive or gone, listening or not. */
static void
test_a_session_of_its_own_is_ended (KindTest *test)
{
  static const char *const ends[] = { "wait", "trap '' TERM; wait; sleep 1000", "sleep 0.1; exec sleep 1000" };

  for (guint i = 0; i < G_N_ELEMENTS (ends); i++)
    {
      g_autofree char *script = g_strconcat ("setsid sh $DIR/away.sh 0<&- 1>&- 2>&- & ", ends[i], NULL);
      g_autoptr(WeirRun) run = play_script (test, AWAY, script);

      g_assert_true (is_alive (test, "own"));
      g_assert_true (dex_await (weir_run_force_stop (run), NULL));
      g_assert_cmpint (weir_run_get_status (run), ==, WEIR_RUN_INTERRUPTED);
      g_assert_false (is_alive (test, "own"));
    }
}

/* Its parent has ended, so that nothing leads to it but what it has got from it. */
static void
test_an_orphan_is_ended (KindTest *test)
{
  g_autoptr(WeirRun) run = play_script (test, AWAY, "(setsid sh $DIR/away.sh 0<&- 1>&- 2>&- &) & sleep 1000");

  g_assert_true (is_alive (test, "own"));
  g_assert_true (dex_await (weir_run_force_stop (run), NULL));
  g_assert_false (is_alive (test, "own"));
}

/* With nothing of what it got but what it cannot know of. */
static void
test_an_orphan_without_environment_is_ended (KindTest *test)
{
  g_autoptr(WeirRun) run = play_script (test, AWAY, "(env -i setsid sh $DIR/away.sh 0<&- 1>&- 2>&- &) & sleep 1000");

  g_assert_true (is_alive (test, "own"));
  g_assert_true (dex_await (weir_run_force_stop (run), NULL));
  g_assert_false (is_alive (test, "own"));
}

/* Never the same process for long. */
static void
test_one_that_runs_away_is_ended (KindTest *test)
{
  g_autoptr(WeirRun) run = play_script (
    test, "trap '' TERM HUP\necho $$ > ${0%/*}/own\nsleep 0.01\nsetsid sh $0 0<&- 1>&- 2>&- &\n",
    "setsid sh $DIR/away.sh & sleep 1000");
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;

  g_assert_true (dex_await (weir_run_force_stop (run), NULL));
  before = kind_test_read (test, "own");
  pass_time (200);
  after = kind_test_read (test, "own");
  g_assert_cmpstr (after, ==, before);
  g_assert_false (is_alive (test, "own"));
}

/* What a program leaves behind that ends by itself is meant to stay. */
static void
test_what_is_left_on_purpose_stays (KindTest *test)
{
  g_autoptr(Outcome) outcome = run (
    test, "{ program: sh, args: [-c, \"setsid sleep 1000 0<&- 1>&- 2>&- & echo $! > $DIR/own\"] }", NULL);
  g_autofree char *text = NULL;

  g_assert_null (outcome->error);
  g_assert_true (is_alive (test, "own"));
  text = kind_test_read (test, "own");
  kill ((pid_t) g_ascii_strtoll (text, NULL, 10), SIGKILL);
}

/* ── limits of one program ───────────────────────────────────────────────────────────────── */

static void
test_limits_hold_from_the_first_moment (KindTest *test)
{
  g_autoptr(Outcome) outcome = run (test,
                                     "{ program: sh, args: [-c, \"ulimit -v; ulimit -S -t; ulimit -n; echo $1\", name, "
                                     "\"a b\"], memory: 64MiB, cpu_time: 2500ms, "
                                     "open_files: 17, as: lines }",
                                     NULL);

  assert_output (outcome, "stdout", "[\"65536\", \"3\", \"17\", \"a b\"]");
}

#define DOUBLE "{ program: awk, args: [\"BEGIN { s = \\\"x\\\"; while (length (s) < 100000000) s = s s; print length (s) }\"]"

static void
test_memory_is_bounded (KindTest *test)
{
  g_autoptr(Outcome) free_outcome = run (test, DOUBLE " }", NULL);
  g_autoptr(Outcome) bound_outcome = run (test, DOUBLE ", memory: 64MiB }", NULL);

  assert_output (free_outcome, "stdout", "\"134217728\\n\"");
  g_assert_nonnull (bound_outcome->error);
  g_assert_true (g_str_has_prefix (bound_outcome->error, "proc."));
}

static void
test_processor_time_is_bounded (KindTest *test)
{
  g_autoptr(Outcome) outcome = run (test, "{ program: sh, args: [-c, \"while :; do :; done\"], cpu_time: 1s }", NULL);

  assert_failure (outcome, "limit.timeout");
  g_assert_cmpstr (outcome->message, ==, "sh used more processor time than it may (1 s) and was ended");
}

static void
test_a_limited_program_that_is_not_there (KindTest *test)
{
  g_autoptr(Outcome) outcome = run (test, "{ program: no-such-program-here, memory: 1GiB }", NULL);
  g_autoptr(Outcome) local = run (test, "{ program: ./nothing, cwd: $DIR, memory: 1GiB }", NULL);

  assert_failure (outcome, "proc.not_found");
  assert_failure (local, "proc.not_found");
}

static void
test_what_would_be_cut_off_is_refused (KindTest *test)
{
  g_autoptr(Outcome) argument = run (test, "{ program: echo, args: [a, \"b\\0c\"] }", NULL);
  g_autoptr(Outcome) variable = run (test, "{ program: env, env: [{ name: a, value: \"b\\0c\" }] }", NULL);

  assert_failure (argument, "config.invalid");
  g_assert_cmpstr (argument->message, ==, "Argument 2: expected text without NUL characters");
  assert_failure (variable, "config.invalid");
  g_assert_cmpstr (variable->message, ==, "Variable 1: expected text without NUL characters");
}

/* A manager that does as systemd does: it becomes the program. */
static void
test_memory_is_left_to_systemd_where_there_is_one (KindTest *test)
{
  g_autofree char *folder = kind_test_path (test, "bin");
  g_autofree char *fake = g_build_filename (folder, "systemd-run", NULL);
  g_autofree char *asked = kind_test_path (test, "asked");
  g_autofree char *script = g_strdup_printf (
    "#!/bin/sh\necho \"$@\" >> %s\nwhile [ \"$1\" != -- ]; do shift; done\nshift\nexec \"$@\"\n", asked);
  g_autofree char *path = g_strconcat (folder, ":", g_getenv ("PATH"), NULL);
  g_autofree char *before = g_strdup (g_getenv ("PATH"));
  g_autofree char *words = NULL;
  Outcome *outcome, *ended;

  g_mkdir (folder, 0700);
  g_file_set_contents (fake, script, -1, NULL);
  g_chmod (fake, 0700);
  g_setenv ("PATH", path, TRUE);
  outcome = run (
    test, "{ program: sh, args: [-c, \"ulimit -v; ulimit -n\"], memory: 64MiB, open_files: 20, as: lines }", NULL);
  ended = run (test, "{ program: sh, args: [-c, \"kill -9 $$\"], memory: 64MiB }", NULL);
  g_setenv ("PATH", before, TRUE);
  g_file_get_contents (asked, &words, NULL, NULL);
  g_assert_nonnull (strstr (words, "MemoryMax=infinity"));
  g_assert_nonnull (strstr (words, "--user --scope --quiet --collect --property=MemoryMax=67108864 "));
  assert_output (outcome, "stdout", "[\"unlimited\", \"20\"]");
  assert_failure (ended, "proc.oom");
  outcome_free (outcome);
  outcome_free (ended);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  dex_init ();
  ADD_KIND_TEST ("/weir/blocks/exec/no-shell-is-in-between", test_no_shell_is_in_between);
  ADD_KIND_TEST ("/weir/blocks/exec/runs-where-and-with-what-it-is-told", test_runs_where_and_with_what_it_is_told);
  ADD_KIND_TEST ("/weir/blocks/exec/much-goes-through", test_much_goes_through);
  ADD_KIND_TEST ("/weir/blocks/exec/a-failure-says-the-last-words", test_a_failure_says_the_last_words);
  ADD_KIND_TEST ("/weir/blocks/exec/a-signal-is-named", test_a_signal_is_named);
  ADD_KIND_TEST ("/weir/blocks/exec/output-is-bounded", test_output_is_bounded);
  ADD_KIND_TEST ("/weir/blocks/exec/what-is-not-kept-is-not-bounded", test_what_is_not_kept_is_not_bounded);
  ADD_KIND_TEST ("/weir/blocks/exec/what-is-left-behind-is-not-waited-for", test_what_is_left_behind_is_not_waited_for);
  ADD_KIND_TEST ("/weir/blocks/exec/output-is-read-as-told", test_output_is_read_as_told);
  ADD_KIND_TEST ("/weir/blocks/exec/time-ends-what-it-started", test_time_ends_what_it_started);
  ADD_KIND_TEST ("/weir/blocks/exec/what-would-be-cut-off-is-refused", test_what_would_be_cut_off_is_refused);
  ADD_KIND_TEST ("/weir/blocks/exec/undo-says-what-cannot-be-undone", test_undo_says_what_cannot_be_undone);
  ADD_KIND_TEST ("/weir/blocks/command/what-it-changes-in-a-watched-folder-is-undone",
                 test_what_it_changes_in_a_watched_folder_is_undone);
  ADD_KIND_TEST ("/weir/blocks/command/a-failed-program-is-undone-too", test_a_failed_program_is_undone_too);
  ADD_KIND_TEST ("/weir/blocks/command/output-that-nobody-wants-takes-no-memory",
                 test_output_that_nobody_wants_takes_no_memory);
  ADD_KIND_TEST ("/weir/blocks/command/is-ended-with-its-children",
                 test_a_program_that_does_not_listen_is_ended_with_its_children);
  ADD_KIND_TEST ("/weir/blocks/command/one-step-is-ended-with-its-children", test_one_step_is_ended_with_its_children);
  ADD_KIND_TEST ("/weir/blocks/command/a-session-of-its-own-is-ended", test_a_session_of_its_own_is_ended);
  ADD_KIND_TEST ("/weir/blocks/command/an-orphan-is-ended", test_an_orphan_is_ended);
  ADD_KIND_TEST ("/weir/blocks/command/an-orphan-without-environment-is-ended",
                 test_an_orphan_without_environment_is_ended);
  ADD_KIND_TEST ("/weir/blocks/command/one-that-runs-away-is-ended", test_one_that_runs_away_is_ended);
  ADD_KIND_TEST ("/weir/blocks/command/what-is-left-on-purpose-stays", test_what_is_left_on_purpose_stays);
  ADD_KIND_TEST ("/weir/blocks/command/limits-hold-from-the-first-moment", test_limits_hold_from_the_first_moment);
  ADD_KIND_TEST ("/weir/blocks/command/memory-is-bounded", test_memory_is_bounded);
  ADD_KIND_TEST ("/weir/blocks/command/processor-time-is-bounded", test_processor_time_is_bounded);
  ADD_KIND_TEST ("/weir/blocks/command/limited-and-not-there", test_a_limited_program_that_is_not_there);
  ADD_KIND_TEST ("/weir/blocks/command/memory-is-left-to-systemd", test_memory_is_left_to_systemd_where_there_is_one);
  return g_test_run ();
}
