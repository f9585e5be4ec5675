#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The weir command, as a shell sees it: exit codes, JSON, signals, undo, two processes. argv[1] is the program."""
import contextlib
import json
import os
import pathlib
import pty
import signal
import sqlite3
import subprocess
import sys
import tarfile
import tempfile
import time
import unittest

WEIR = os.path.abspath(sys.argv[1])

TWO_WORDS = """
weir: 1
name: Words
inputs:
  word: { type: text }
blocks:
  each:
    kind: flow.repeat
    config: { count: 2 }
    body:
      blocks:
        say: { kind: debug.log, config: { message: "{{ index }}{{ inputs.word }}" } }
        one: { kind: data.template, config: { template: "1" } }
      links:
        - say.done -> one.run
  end: { kind: data.template, config: { template: "1" } }
links:
  - each.done -> end.run
"""
SIMPLE = """
weir: 1
name: Simple
inputs:
  n: { type: int }
  who: { type: text, default: World }
blocks:
  hello: { kind: data.template, config: { template: "Hello {{ inputs.who }} {{ inputs.n }}" } }
  say: { kind: debug.log, config: { message: heard } }
links:
  - hello.text -> say.value
"""
SLOW = """
weir: 1
name: Slow
blocks:
  wait: { kind: flow.delay, config: { duration: 60s } }
  after: { kind: debug.log, config: { message: done } }
links:
  - wait.done -> after.run
"""
FAILING = """
weir: 1
name: Failing
blocks:
  stop: { kind: flow.throw, config: { message: "It was meant to fail" } }
"""
UNDO_POINT = """weir: 1
name: Saga
inputs: { folder: { type: dir } }
blocks:
  point: { kind: flow.undo_point }
  book: { kind: exec.command, config: { program: touch, args: ["{{ inputs.folder }}/booked"] } }
  give_back: { kind: exec.command, config: { program: rm, args: ["{{ inputs.folder }}/booked"] } }
links:
  - point.value -> book.run
  - point.undo -> give_back.run
"""

WRITING = """
weir: 1
name: Writing
inputs:
  folder: { type: dir }
blocks:
  write: { kind: file.write, config: { path: "{{ inputs.folder }}/note.txt", content: "new" } }
"""
# Waits until it is let go, so that a second process has time to steer it.
GATED = """
weir: 1
name: Gated
blocks:
  gate: { kind: exec.command, config: { program: sh, args: ["-c", "while ! [ -e GATE ]; do sleep .05; done"] } }
  after: { kind: debug.log, config: { message: "it went on" } }
links:
  - gate.done -> after.run
"""
ASKING = """
weir: 1
name: Asking
blocks:
  ask:
    kind: flow.ask
    config:
      title: Which colour?
      fields: [{ name: colour, type: choice, choices: [red, green] }, { name: n, type: integer }]
"""
APPROVING = """
weir: 1
name: Approving
blocks:
  ok: { kind: flow.approval, config: { title: Send it?, subject: { to: Ann }, channel: window } }
"""
SIGNALLED = """
weir: 1
name: Signalled
blocks:
  first: { kind: flow.wait_event, config: { name: first } }
  then: { kind: flow.wait_event, config: { name: second } }
links:
  - first.event -> then.run
"""


class WeirTest(unittest.TestCase):
    def setUp(self):
        self.temporary = tempfile.TemporaryDirectory(prefix="weir-cli-")
        self.dir = pathlib.Path(self.temporary.name)
        self.data = self.dir / "data"
        self.env = dict(os.environ, XDG_DATA_HOME=str(self.dir / "share"), XDG_STATE_HOME=str(self.dir / "state"),
                        LANG="C.UTF-8", LC_ALL="C.UTF-8")

    def tearDown(self):
        self.temporary.cleanup()

    def file(self, text, name="workflow.yaml"):
        path = self.dir / name
        path.write_text(text.replace("GATE2", str(self.dir / "gate2")).replace("GATE", str(self.dir / "gate")))
        return str(path)

    def command(self, *args):
        return [WEIR, args[0], "--data-dir", str(self.data), *args[1:]]

    def weir(self, *args, code=0):
        done = subprocess.run(self.command(*args), env=self.env, capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, code, f"{args}\n{done.stdout}\n{done.stderr}")
        return done

    def start(self, *args):
        return subprocess.Popen(self.command(*args), env=self.env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def wait_for_event(self, process, name):
        for line in process.stdout:
            event = json.loads(line)
            if event.get("event") == name:
                return event
        self.fail(f"there was no {name}: {process.stderr.read()}")

    def wait_until(self, condition):
        for _ in range(400):
            if condition():
                return
            time.sleep(.02)
        self.fail("it did not come about")

    def holds(self, text):
        return [str(path) for path in self.data.rglob("*") if path.is_file() and text.encode() in path.read_bytes()]

    # Comparing

    def test_two_files_are_compared_without_a_database(self):
        before, after = self.file(SIMPLE, "a.yaml"), self.file(SIMPLE.replace("heard", "listened"), "b.yaml")
        told = self.weir("diff", before, after, code=1).stdout
        self.assertIn("changed block say (Log)", told)
        self.assertIn('config.message: "heard" → "listened"', told)
        self.assertIn("No difference", self.weir("diff", before, before).stdout)
        self.assertFalse(self.data.exists(), "comparing files made a database")

    def test_layout_alone_is_no_difference(self):
        before = self.file(SIMPLE + "layout: { hello: [0, 0] }\n", "a.yaml")
        after = self.file(SIMPLE + "layout: { hello: [0, 80] }\n", "b.yaml")
        self.assertIn("position", self.weir("diff", before, after).stdout)
        self.assertNotIn("position", self.weir("diff", "--no-layout", before, after).stdout)
        answer = json.loads(self.weir("diff", "--json", before, after).stdout)
        self.assertFalse(answer["different"])
        self.assertEqual([change["keys"][0]["key"] for change in answer["changes"]], ["position"])

    def test_versions_are_compared_by_number(self):
        path = self.file(SIMPLE)
        self.weir("import", path)
        self.file(SIMPLE.replace("heard", "listened"))
        self.weir("import", path)
        for args in (("Simple@1", "Simple"), ("1", "Simple"), ("Simple", "1"), ("Simple@1", "2")):
            self.assertIn("listened", self.weir("diff", *args, code=1).stdout)
        self.assertIn("No difference", self.weir("diff", "Simple@2", "Simple").stdout)
        self.assertIn("No difference", self.weir("diff", path, "Simple").stdout)
        self.assertIn("version 7", self.weir("diff", "Simple@7", "Simple", code=2).stderr)
        self.weir("diff", path, str(self.dir / "gone.yaml"), code=2)

    # What a run answers

    def test_a_run_that_succeeds_answers_0_and_its_result(self):
        done = self.weir("run", self.file(SIMPLE), "-i", "n=5")
        self.assertIn("hello", done.stdout)
        self.assertIn("Run 1 succeeded", done.stdout)

    def test_a_run_that_fails_answers_1_and_says_why(self):
        done = self.weir("run", self.file(FAILING), code=1)
        self.assertIn("It was meant to fail", done.stderr)

    def test_a_block_that_ends_the_run_gives_the_exit_code(self):
        ends = ("weir: 1\nname: Ends\nblocks:\n  slow: { kind: flow.delay, config: { duration: 1h } }\n"
                "  stop: { kind: flow.stop, config: { status: %s, exit_code: 7, result: [1] } }\n"
                "  end:\n    kind: flow.on_end\n    body:\n      blocks:\n"
                "        say: { kind: debug.log, config: { message: 'ended {{ ended.status }}' } }\n")
        for number, status in enumerate(("succeeded", "failed", "cancelled"), 1):
            self.weir("run", self.file(ends % status), code=7)
            self.assertIn(f"ended {status}", self.weir("logs", str(number)).stdout)

    def test_json_is_a_line_an_event_and_a_last_one_with_the_result(self):
        lines = [json.loads(line) for line in self.weir("run", self.file(SIMPLE), "-i", "n=5", "--json").stdout.splitlines()]
        self.assertEqual(lines[0]["event"], "run.created")
        self.assertEqual([line["seq"] for line in lines[:-1] if line["seq"]], list(range(1, len([l for l in lines[:-1] if l["seq"]]) + 1)))
        self.assertEqual(lines[-1]["status"], "succeeded")
        self.assertIn("result", lines[-1])

    def test_json_of_a_failure_ends_with_its_error(self):
        lines = self.weir("run", self.file(FAILING), "--json", code=1).stdout.splitlines()
        last = json.loads(lines[-1])
        self.assertEqual((last["status"], last["result"]), ("failed", None))
        self.assertIn("meant to fail", last["error"]["message"])

    # What is refused before anything runs

    def test_a_missing_input_answers_2_and_names_it(self):
        self.assertIn('"n" (int) is missing', self.weir("run", self.file(SIMPLE), code=2).stderr)

    def test_an_unknown_input_answers_2_and_lists_those_there_are(self):
        done = self.weir("run", self.file(SIMPLE), "-i", "n=1", "-i", "m=2", code=2)
        self.assertIn("n (int)", done.stderr)

    def test_an_input_of_the_wrong_type_answers_2(self):
        self.assertIn('"n" (int)', self.weir("run", self.file(SIMPLE), "-i", "n=many", code=2).stderr)

    def test_an_input_may_be_json_in_a_file(self):
        value = self.dir / "n.json"
        value.write_text("12")
        done = self.weir("run", self.file(SIMPLE), "-i", f"n=@{value}", "--json")
        self.assertEqual(json.loads(done.stdout.splitlines()[0])["data"]["inputs"]["n"], 12)

    def test_text_that_is_not_ascii_is_taken_in_any_locale(self):
        for locale in ("C", "C.UTF-8", "de_DE"):
            self.env.update(LANG=locale, LC_ALL=locale)
            done = subprocess.run(self.command("run", self.file(SIMPLE), "-i", "n=3", "-i", "who=Jürgen", "--json"),
                                  env=self.env, capture_output=True, timeout=60)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn("Hello Jürgen 3", done.stdout.decode())
            self.weir("logs", "1", "--search", "Jürgen")

    def test_what_a_workflow_gets_wrong_is_said_before_a_missing_input(self):
        done = self.weir("run", self.file(SIMPLE.replace("say.value", "say.nothing")), code=2)
        self.assertIn("workflow.yaml:11:5: error:", done.stderr)
        self.assertNotIn("--input", done.stderr)

    def test_a_decision_that_there_is_not_answers_2_and_lists_those_there_are(self):
        self.assertIn('"rerun", "done" or "failed", not "again"', self.weir("settle", "1", "x", "again", code=2).stderr)

    def test_a_file_that_is_not_valid_answers_2_with_line_and_column(self):
        path = self.file(SIMPLE.replace("hello.text", "hello.words"))
        self.assertIn("workflow.yaml:11:5: error", self.weir("run", path, "-i", "n=1", code=2).stderr)
        self.assertIn("workflow.yaml:11:5: error", self.weir("validate", path, code=2).stderr)
        problems = json.loads(self.weir("validate", "--json", path, code=2).stdout)
        self.assertEqual((problems[0]["severity"], problems[0]["line"]), ("error", 11))
        self.assertFalse((self.data / "weir.db").exists() and "runs" in self.weir("runs").stdout)

    def test_a_valid_file_answers_0(self):
        self.weir("validate", self.file(SIMPLE))

    def test_unknown_commands_options_and_missing_arguments_answer_2(self):
        for args in (["frobnicate"], ["run"], ["run", "--frobnicate", "x"], ["show", "x"], []):
            done = subprocess.run([WEIR, *args], env=self.env, capture_output=True, text=True)
            self.assertEqual(done.returncode, 2, args)
            self.assertNotEqual(done.stderr, "", args)

    def test_a_run_that_is_not_there_answers_1(self):
        self.assertIn("99", self.weir("show", "99", code=1).stderr)

    # Looking at what there is

    def test_runs_are_listed_and_shown_as_json(self):
        self.weir("run", self.file(SIMPLE), "-i", "n=5")
        runs = json.loads(self.weir("runs", "--json").stdout)
        self.assertEqual((runs[0]["run"], runs[0]["status"], runs[0]["name"]), (1, "succeeded", "Simple"))
        run = json.loads(self.weir("show", "1", "--json").stdout)
        self.assertEqual([step["path"] for step in run["timeline"]], ["hello", "say"])
        self.assertEqual(run["timeline"][0]["outputs"]["text"], "Hello World 5")
        self.assertIn("heard", self.weir("logs", "1").stdout)
        self.assertEqual(json.loads(self.weir("logs", "1", "--json").stdout.splitlines()[0])["block"], "say")
        self.assertEqual(json.loads(self.weir("list", "--json").stdout)[0]["last_run"]["run"], 1)

    def test_a_file_stays_one_workflow_however_often_it_is_run(self):
        path = self.file(SIMPLE)
        self.weir("run", path, "-i", "n=1")
        self.weir("run", path, "-i", "n=2")
        self.assertEqual(len(json.loads(self.weir("list", "--json").stdout)), 1)

    def test_a_file_that_was_imported_before_updates_its_workflow(self):
        path = self.file(SIMPLE)
        self.assertIn('Imported "Simple", version 1', self.weir("import", path).stdout)
        self.assertIn("already: version 1", self.weir("import", path).stdout)
        self.file(SIMPLE.replace("heard", "listened"))
        self.assertIn("version 2, 1 is kept", self.weir("import", path).stdout)
        self.assertEqual(len(json.loads(self.weir("list", "--json").stdout)), 1)
        self.assertIn("heard", self.weir("diff", "Simple@1", "Simple", code=1).stdout)

    def test_a_workflow_that_the_window_imported_is_the_one_of_its_file(self):
        path = self.file(SIMPLE)
        self.weir("import", path)
        made = json.loads(self.weir("list", "--json").stdout)[0]["id"]
        links = self.data / "files.ini"
        self.assertIn(f"[{made}]", links.read_text())
        other = self.file(SIMPLE.replace("Simple", "Other"), "other.yaml")
        links.write_text(links.read_text().replace(path, other))
        self.assertIn('Updated "Other"', self.weir("import", other).stdout)
        self.assertEqual(len(json.loads(self.weir("list", "--json").stdout)), 1)

    def test_what_is_imported_comes_out_the_same_and_runs_by_name(self):
        self.weir("import", self.file(SIMPLE))
        first = self.weir("export", "Simple").stdout
        again = self.dir / "again.yaml"
        self.weir("export", "Simple", "-o", str(again))
        self.assertEqual(again.read_text(), first)
        self.weir("import", str(again))
        self.assertEqual(json.loads(self.weir("export", "Simple", "--json").stdout)["name"], "Simple")
        self.weir("run", "Simple", "-i", "n=3")

    def test_an_export_has_no_secrets(self):
        text = """
weir: 1
name: Signing in
blocks:
  get:
    kind: http.request
    config:
      url: https://example.org
      # kept
      auth: bearer
      token: tok-123
      password: "{{ inputs.password }}"
      headers: [{ name: X-Api-Key, value: key-456 }, { name: Accept, value: text/plain }]
inputs:
  password: { type: text, default: "" }
"""
        self.weir("import", self.file(text))
        done = self.weir("export", "Signing in")
        self.assertIn("2 secrets were left out", done.stderr)
        for secret in ("tok-123", "key-456"):
            self.assertNotIn(secret, done.stdout)
            self.assertNotIn(secret, self.weir("export", "Signing in", "--json").stdout)
            self.assertNotIn(secret, self.weir("export", "Signing in", "-f", "mermaid").stdout)
        for kept in ("# kept", "inputs.password", "X-Api-Key", "text/plain"):
            self.assertIn(kept, done.stdout)
        self.weir("export", "Signing in", "-f", "png", code=2)
        self.assertTrue(self.holds("tok-123"))

    def test_kinds_schema_and_generated_texts(self):
        self.assertIn("file.move", self.weir("blocks").stdout)
        self.assertIn("# Move File", self.weir("blocks", "file.move").stdout)
        self.assertIn("$schema", json.loads(self.weir("schema").stdout))
        manual = subprocess.run([WEIR, "man"], capture_output=True, text=True).stdout
        self.assertIn("weir undo", manual)
        # The workflow in it is one.
        example = manual.split(".nf\n")[1].split(".fi\n")[0].replace("\\->", "->")
        self.weir("validate", self.file(example))
        for shell in ("bash", "zsh", "fish"):
            self.assertIn("undo", subprocess.run([WEIR, "completion", shell], capture_output=True, text=True).stdout)
        script = subprocess.run([WEIR, "completion", "bash"], capture_output=True, text=True).stdout
        subprocess.run(["bash", "-n"], input=script, text=True, check=True)

    # Undo

    def test_undo_brings_back_what_was_there(self):
        note = self.dir / "note.txt"
        note.write_text("old")
        done = self.weir("run", self.file(WRITING), "-i", f"folder={self.dir}")
        self.assertEqual(note.read_text(), "new")
        self.assertIn("weir undo 1", done.stdout)
        self.weir("undo", "1", "--dry-run")
        self.assertEqual(note.read_text(), "new")
        self.weir("undo", "1")
        self.assertEqual(note.read_text(), "old")
        self.assertIn("Nothing to undo", self.weir("undo", "1").stdout)

    def test_undo_leaves_what_changed_since_unless_told_otherwise(self):
        note = self.dir / "note.txt"
        note.write_text("old")
        self.weir("run", self.file(WRITING), "-i", f"folder={self.dir}")
        note.write_text("mine")
        self.assertIn("conflict", self.weir("undo", "1", code=1).stdout)
        self.assertEqual(note.read_text(), "mine")
        self.weir("undo", "1", "--on-conflict", "frobnicate", code=2)

    def test_undo_runs_what_an_undo_point_says(self):
        self.weir("run", self.file(UNDO_POINT), "-i", f"folder={self.dir}")
        self.assertTrue((self.dir / "booked").exists())
        # the program itself is among what cannot be undone
        self.weir("undo", "1", code=1)
        self.assertFalse((self.dir / "booked").exists())
        self.assertIn("point was taken back by run 2", self.weir("show", "1").stdout)
        self.assertIn("Takes back what point did in run 1", self.weir("show", "2").stdout)

    # Signals

    def test_an_interrupt_stops_the_run_and_answers_130(self):
        process = self.start("run", self.file(SLOW), "--json")
        self.wait_for_event(process, "block.started")
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=30)
        self.assertEqual(process.returncode, 130)
        self.assertEqual(json.loads(out.splitlines()[-1])["status"], "cancelled")
        self.assertEqual(json.loads(self.weir("runs", "--json").stdout)[0]["status"], "cancelled")

    def test_two_interrupts_force_stop_a_program_that_does_not_listen(self):
        stubborn = GATED.replace("while !", "trap '' INT TERM; touch deaf; while !")
        process = self.start("run", self.file(stubborn), "--json")
        self.wait_for_event(process, "block.started")
        while not (self.dir / "deaf").exists():  # it does not listen only once it has said so to its shell
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        self.wait_for_event(process, "run.stopping")
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=30)
        self.assertEqual(process.returncode, 130)

    def test_a_run_goes_on_when_nobody_reads_any_more(self):
        process = self.start("run", self.file(GATED), "--json")
        self.wait_for_event(process, "block.started")
        process.stdout.close()
        (self.dir / "gate").touch()
        self.assertEqual(process.wait(timeout=30), 0)
        process.stderr.close()
        self.assertEqual(json.loads(self.weir("runs", "--json").stdout)[0]["status"], "succeeded")

    # Two processes

    def test_a_second_process_reads_and_steers_the_run_of_the_first(self):
        owner = self.start("run", self.file(GATED), "--json")
        self.wait_for_event(owner, "block.started")
        self.assertEqual(json.loads(self.weir("runs", "--json").stdout)[0]["status"], "running")
        self.assertEqual(json.loads(self.weir("show", "1", "--json").stdout)["timeline"][0]["status"], "running")
        self.assertEqual((self.data / "control.sock").stat().st_mode & 0o777, 0o600)
        pausing = self.start("pause", "1")
        self.wait_for_event(owner, "run.pausing")
        (self.dir / "gate").touch()
        out, err = pausing.communicate(timeout=30)
        self.assertEqual((pausing.returncode, out.strip()), (0, "Run 1 is paused"), err)
        self.assertIn("paused", self.weir("runs").stdout)
        self.weir("resume", "1")
        owner.communicate(timeout=30)
        self.assertEqual(owner.returncode, 0)
        self.assertIn("it went on", self.weir("logs", "1").stdout)

    def test_a_second_process_runs_its_workflow_in_the_first(self):
        owner = self.start("run", self.file(GATED, "gated.yaml"), "--json")
        self.wait_for_event(owner, "block.started")
        lines = self.weir("run", self.file(SIMPLE), "-i", "n=7", "--json").stdout.splitlines()
        self.assertEqual((json.loads(lines[0])["event"], json.loads(lines[-1])["run"]), ("run.created", 2))
        self.assertEqual(json.loads(lines[-1])["status"], "succeeded")
        self.weir("run", self.file(FAILING, "failing.yaml"), code=1)
        self.weir("run", self.file(SIMPLE), "-i", "n=x", code=2)
        self.weir("stop", "1")
        owner.communicate(timeout=30)
        self.assertEqual(owner.returncode, 130)

    def test_the_first_process_stays_until_the_run_of_the_second_has_ended(self):
        owner = self.start("run", self.file(GATED, "gated.yaml"), "--json")
        self.wait_for_event(owner, "block.started")
        other = self.start("run", self.file(GATED.replace("GATE", "GATE2"), "other.yaml"), "--json")
        self.wait_for_event(other, "block.started")
        (self.dir / "gate").touch()
        self.wait_for_event(owner, "run.succeeded")
        (self.dir / "gate2").touch()
        out, err = other.communicate(timeout=30)
        self.assertEqual(json.loads(out.splitlines()[-1])["status"], "succeeded", err)
        owner.communicate(timeout=30)
        self.assertEqual((owner.returncode, other.returncode), (0, 0))

    def test_a_command_that_is_over_at_once_takes_nobody_else_s_run_with_it(self):
        path = self.file(SIMPLE)
        for _ in range(8):
            readers = [self.start("runs") for _ in range(3)]
            runner = self.start("run", path, "-i", "n=1")
            readers += [self.start("runs") for _ in range(3)]
            for process in [runner, *readers]:
                out, err = process.communicate(timeout=60)
                self.assertEqual(process.returncode, 0, f"{process.args}\n{out}\n{err}")
        self.assertEqual({run["status"] for run in json.loads(self.weir("runs", "--json").stdout)}, {"succeeded"})

    def test_following_the_log_of_another_process_ends_with_the_run(self):
        owner = self.start("run", self.file(GATED), "--json")
        self.wait_for_event(owner, "block.started")
        tail = self.start("logs", "-f", "1")
        (self.dir / "gate").touch()
        out, err = tail.communicate(timeout=30)
        self.assertEqual(tail.returncode, 0, err)
        self.assertIn("it went on", out)
        owner.communicate(timeout=30)

    def test_a_run_left_by_a_crash_is_resumed(self):
        owner = self.start("run", self.file(SLOW.replace("60s", "1s")), "--json")
        self.wait_for_event(owner, "block.started")
        owner.kill()
        owner.communicate()
        self.assertIn("cut off", self.weir("runs").stdout)
        self.assertIn("weir resume 1", self.weir("show", "1").stdout)
        done = self.weir("resume", "1")
        self.assertIn("Run 1 succeeded", done.stdout)

    def test_what_a_crash_cut_off_is_said_and_taken_up(self):
        owner = self.start("run", self.file(SLOW.replace("60s", "1s")), "--json")
        self.wait_for_event(owner, "block.started")
        owner.kill()
        owner.communicate()
        said = self.weir("recover").stdout
        self.assertIn("Run 1 (Slow), resume: You are asked first", said)
        self.assertIn("wait  Was at work and had changed nothing; it runs again", said)
        self.weir("recover", "--report", code=1)
        self.assertIn('"policy":"off"', self.weir("recover", "--set", "policy=off", "--set", "stagger=1s").stdout)
        self.assertIn("maybe", self.weir("recover", "--set", "policy=maybe", code=2).stderr)
        done = self.weir("recover", "1")
        self.assertIn("Run 1 (Slow): resume", done.stdout)
        self.assertEqual(json.loads(self.weir("runs", "--json").stdout)[0]["status"], "succeeded")
        self.assertIn("Taken up: 1", self.weir("recover", "--report").stdout)
        self.assertEqual(json.loads(self.weir("reports", "--json").stdout)[0]["by"], "person")
        self.assertIn("No run was cut off", self.weir("recover").stdout)

    def test_being_told_to_end_leaves_the_run_to_be_resumed(self):
        run = self.start("run", self.file(SLOW.replace("60s", "1s")), "--json")
        self.wait_for_event(run, "block.started")
        begin = time.monotonic()
        run.terminate()
        out, err = run.communicate(timeout=30)
        self.assertLess(time.monotonic() - begin, 5)
        self.assertEqual(run.returncode, 130, err)
        self.assertIn("weir resume 1", err)
        self.assertIn("Run 1 succeeded", self.weir("resume", "1").stdout)

    def test_a_terminal_that_is_closed_leaves_the_run_to_be_resumed(self):
        run = self.start("run", self.file(SLOW.replace("60s", "1s")), "--json")
        self.wait_for_event(run, "block.started")
        run.send_signal(signal.SIGHUP)
        out, err = run.communicate(timeout=30)
        self.assertEqual(run.returncode, 130, err)
        self.assertIn("Run 1 succeeded", self.weir("resume", "1").stdout)

    def test_a_program_is_waited_for_when_told_to_end(self):
        run = self.start("run", self.file(GATED), "--json")
        self.wait_for_event(run, "block.started")
        run.terminate()
        (self.dir / "gate").touch()
        out, err = run.communicate(timeout=30)
        self.assertEqual(run.returncode, 130, err)
        # what had begun was finished, what follows was not begun
        steps = {s["path"]: s["status"] for s in json.loads(self.weir("show", "1", "--json").stdout)["timeline"]}
        self.assertEqual(steps["gate"], "succeeded")
        self.assertNotEqual(steps["after"], "succeeded")
        self.assertIn("it went on", self.weir("resume", "1", "--json").stdout)

    def test_all_that_belongs_together_has_one_correlation_id(self):
        path = self.file("weir: 1\nname: Env\nblocks:\n  env: { kind: exec.command, config: { program: sh, "
                         "args: [\"-c\", \"echo $WEIR_RUN_ID $WEIR_CORRELATION_ID $WEIR_IDEMPOTENCY_KEY\"] } }\n")
        lines = [json.loads(line) for line in self.weir("run", path, "--json").stdout.splitlines()]
        ids = {line["correlation"] for line in lines if "event" in line}
        self.assertEqual(len(ids), 1)
        run, correlation, key = [line for line in lines if line.get("event") == "block.succeeded"][0]["data"]["outputs"]["stdout"].split()
        self.assertEqual((run, correlation, len(key)), ("1", ids.pop(), 32))
        # a run that a program of a run starts
        self.env["WEIR_CORRELATION_ID"] = correlation
        child = [json.loads(line) for line in self.weir("run", path, "--json").stdout.splitlines()]
        self.assertEqual({line["correlation"] for line in child if "event" in line}, {correlation})
        # in the log file, and as kept
        self.assertIn(correlation, (self.data / "log" / "weir.log").read_text())

    def test_an_owner_that_does_not_answer_is_named(self):
        owner = self.start("run", self.file(SLOW), "--json")
        self.wait_for_event(owner, "block.started")
        (self.data / "control.sock").unlink(missing_ok=True)
        owner.send_signal(signal.SIGSTOP)
        (self.data / "control.sock").unlink(missing_ok=True)
        self.assertIn(str(owner.pid), self.weir("list", code=1).stderr)
        owner.send_signal(signal.SIGCONT)
        owner.kill()
        owner.communicate()

    # The terminal

    def run_on_terminal(self, **env):
        master, slave = pty.openpty()
        process = subprocess.Popen(self.command("run", self.file(SIMPLE), "-i", "n=5"), stdout=slave, stderr=slave, stdin=slave,
                                   env=dict(self.env, TERM="xterm-256color", **env))
        os.close(slave)
        text = b""
        while True:
            try:
                piece = os.read(master, 65536)
            except OSError:
                break
            if not piece:
                break
            text += piece
        os.close(master)
        self.assertEqual(process.wait(timeout=30), 0)
        return text.decode()

    def test_a_terminal_gets_bars_and_colours(self):
        text = self.run_on_terminal()
        self.assertIn("\033[32m✓\033[0m hello", text)
        self.assertIn("Run 1 succeeded", text)

    def test_no_color_is_honoured(self):
        self.assertNotRegex(self.run_on_terminal(NO_COLOR="1"), "\033\\[[0-9;]*m")

    # How much may go on at once

    def test_limits_can_be_shown_and_changed(self):
        self.assertIn("workers", self.weir("limits").stdout)
        self.weir("limits", "workers=3", "memory=2G", "pool.lab=4", "pool.lab.reserved=1", "rate.example.org=10/s", "ageing=30s")
        limits = json.loads(self.weir("limits", "--json").stdout)["limits"]
        self.assertEqual((limits["workers"], limits["memory"], limits["ageing"]), (3, 2 ** 31, 30000))
        self.assertEqual(limits["pools"]["lab"], {"slots": 4, "reserved": 1})
        self.assertEqual(limits["rates"], {"example.org": {"count": 10, "per": 1000, "burst": 10}})
        self.assertIn("1 to 64", self.weir("limits", "workers=65", code=2).stderr)
        self.weir("limits", "workers", code=2)
        self.weir("limits", "rate.example.org=none", "workers=default")
        self.assertEqual(json.loads(self.weir("limits", "--json").stdout)["limits"]["rates"], {})

    def test_a_waiting_step_says_why(self):
        text = ("weir: 1\nname: Waits\nblocks:\n"
                "  a: { kind: exec.command, label: First, pool: lab, priority: high, config: { program: sleep, args: ['1000'] } }\n"
                "  b: { kind: exec.command, pool: lab, config: { program: 'true' } }\n")
        running = self.start("run", self.file(text), "--json")
        self.wait_for_event(running, "effect.intended")
        steps = json.loads(self.weir("show", "1", "--json").stdout)["timeline"]
        self.assertEqual([step.get("waits") for step in steps], [None, "waits for a place in pool lab (1 of 1 in use by First)"])
        self.weir("priority", "1", "7", "b")
        self.assertIn("priority 7", self.weir("show", "1").stdout)
        self.weir("priority", "1", "urgent", code=2)
        self.weir("stop", "1")
        running.communicate(timeout=30)

    # What is deleted, for a while or for good

    def test_a_deleted_run_can_be_restored(self):
        self.weir("run", self.file(SIMPLE), "-i", "n=5")
        self.assertIn("weir restore 1", self.weir("delete", "1").stdout)
        self.assertEqual(json.loads(self.weir("runs", "--json").stdout), [])
        deleted = json.loads(self.weir("bin", "--json").stdout)
        self.assertEqual((deleted[0]["run"], deleted[0]["name"]), (1, "Simple"))
        self.assertIn("in 30 days", self.weir("bin").stdout)
        self.weir("restore", "1")
        self.assertEqual(len(json.loads(self.weir("runs", "--json").stdout)), 1)
        self.assertIn("not deleted", self.weir("restore", "1", code=1).stderr)

    def test_a_deleted_workflow_is_restored_by_its_name(self):
        self.weir("import", self.file(SIMPLE))
        self.weir("delete", "Simple")
        self.assertEqual(json.loads(self.weir("list", "--json").stdout), [])
        self.weir("restore", "Simple")
        self.assertEqual(len(json.loads(self.weir("list", "--json").stdout)), 1)

    def test_for_good_says_what_goes_and_asks(self):
        self.weir("run", self.file(SIMPLE), "-i", "n=5")
        done = self.weir("delete", "--now", "1", code=2)
        self.assertIn("2 steps, 1 lines of log", done.stdout)
        self.assertIn("--yes", done.stderr)
        self.weir("show", "1")
        done = subprocess.run(self.command("delete", "--now", "--yes", "1"), env=self.env, capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.weir("show", "1", code=1)

    def test_cancel_and_delete_leaves_only_a_row_of_the_audit(self):
        marker = "zebra-crossing-4711"
        text = GATED.replace('message: "it went on"', 'message: "it went on"').replace("name: Gated", "name: Gated\ninputs:\n  word: { type: text }")
        text = text.replace("  gate:", "  first: { kind: debug.log, config: { message: \"{{ inputs.word }}\" } }\n  gate:")
        running = self.start("run", self.file(text), "-i", "word=" + marker, "--json")
        self.wait_for_event(running, "effect.intended")
        self.wait_until(lambda: self.holds(marker))
        self.weir("delete", "--now", "--yes", "--reason", "nobody's business", "1")
        running.communicate(timeout=30)
        self.assertEqual(self.holds(marker), [])
        self.weir("show", "1", code=1)
        rows = json.loads(self.weir("audit", "--json").stdout)
        self.assertEqual([(row["action"], row["subject"], row["reason"]) for row in rows],
                         [("delete for good", "run 1", "nobody's business")])

    def test_a_part_of_a_run_goes_for_good(self):
        marker = "zebra-crossing-4712"
        self.weir("run", self.file(TWO_WORDS), "-i", "word=" + marker)
        self.assertIn(marker, self.weir("logs", "1").stdout)
        done = self.weir("delete", "--now", "--part", "each[0]", "1", code=2)
        self.assertIn("each[0] of run 1", done.stdout)
        self.assertIn("1 lines of log", done.stdout)
        self.weir("delete", "--now", "--part", "each[0]", "--yes", "1")
        self.weir("delete", "--now", "--part", "nobody", "--yes", "1", code=1)
        self.weir("delete", "--now", "--part", "each[0]", "--yes", "Words", code=2)
        self.assertNotIn("0" + marker, self.weir("logs", "1").stdout)
        self.assertIn("1" + marker, self.weir("logs", "1").stdout)
        self.assertEqual(self.holds("0" + marker), [])
        shown = json.loads(self.weir("show", "1", "--json").stdout)
        self.assertEqual(shown["status"], "succeeded")
        self.assertTrue(all(step["status"] == "succeeded" for step in shown["timeline"]), shown["timeline"])
        self.weir("audit", "verify")

    def test_a_part_of_a_run_is_deleted_and_comes_back(self):
        self.weir("run", self.file(TWO_WORDS), "-i", "word=x")
        before = self.weir("show", "1", "--json").stdout
        done = self.weir("delete", "--part", "each[0]", "--reason", "wrong", "1")
        self.assertIn("weir restore --part each[0] 1", done.stdout)
        self.assertIn("run 1, each[0]", self.weir("bin").stdout)
        self.assertEqual([(line["run"], line["part"]) for line in json.loads(self.weir("bin", "--json").stdout)], [(1, "each[0]")])
        shown = json.loads(self.weir("show", "1", "--json").stdout)["timeline"]
        self.assertEqual([step["path"] for step in shown if "each[" in step["path"]], ["each[1]/say", "each[1]/one"])
        self.assertIn("deleted already", self.weir("delete", "--part", "each[0]/say", "1", code=1).stderr)
        self.weir("restore", "--part", "each[0]", "1")
        self.assertEqual(self.weir("show", "1", "--json").stdout, before)
        self.assertIn("nothing to restore", self.weir("restore", "--part", "each[0]", "1", code=1).stderr)
        rows = json.loads(self.weir("audit", "--json").stdout)
        self.assertEqual([(row["action"], row["subject"], row["reason"]) for row in rows],
                         [("delete", "run 1, each[0]", "wrong"), ("restore", "run 1, each[0]", None)])
        self.weir("storage", "deleted-item", "0")
        self.weir("delete", "--part", "each[0]", "1")
        self.weir("purge")
        self.assertEqual(self.weir("bin", "--json").stdout.strip(), "[]")
        self.assertFalse(any(name.endswith((".db", "-wal")) for name in self.holds("0x\"")))

    def test_a_run_is_whole_without_its_lines(self):
        self.weir("run", self.file(TWO_WORDS), "-i", "word=x")
        before = self.weir("show", "1", "--json").stdout
        self.weir("storage", "log", "0")
        self.weir("purge")
        self.assertNotIn("0x", self.weir("logs", "1").stdout)
        self.assertEqual(self.weir("show", "1", "--json").stdout, before)

    def test_the_audit_shows_that_a_row_was_changed(self):
        self.weir("run", self.file(SIMPLE), "-i", "n=5")
        self.weir("delete", "1")
        self.weir("restore", "1")
        self.assertIn("2 rows", self.weir("audit", "verify").stdout)
        exported = self.dir / "audit.json"
        self.weir("audit", "export", "-o", str(exported))
        self.assertEqual(len(json.loads(exported.read_text())), 2)
        with contextlib.closing(sqlite3.connect(self.data / "weir.db")) as db:
            db.executescript("DROP TRIGGER audit_keeps_text; UPDATE audit SET actor = 'nobody' WHERE id = 1")
        self.assertIn("row 1", self.weir("audit", "verify", code=1).stderr)

    def test_how_long_runs_stay_can_be_said(self):
        self.weir("run", self.file(SIMPLE), "-i", "n=5")
        self.weir("storage", "run", "90d", "2G")
        storage = json.loads(self.weir("storage", "--json").stdout)
        self.assertEqual(storage["usage"]["runs"], 1)
        self.assertIn({"workflow": None, "kind": "run", "seconds": 90 * 86400, "bytes": 2 * 10 ** 9}, storage["kept"])
        self.weir("storage", "run", "soon", code=2)
        self.weir("storage", "cake", "1d", code=2)
        self.weir("storage", "run", "0")
        self.weir("purge")
        self.assertEqual(json.loads(self.weir("runs", "--json").stdout), [])

    def test_what_a_newer_weir_wrote_can_be_looked_at(self):
        self.weir("run", self.file(SIMPLE), "-i", "n=5")
        with contextlib.closing(sqlite3.connect(self.data / "weir.db")) as db:
            db.execute("PRAGMA user_version = 999")
        done = self.weir("runs", "--json")
        self.assertIn("newer Weir", done.stderr)
        self.assertEqual(json.loads(done.stdout)[0]["status"], "succeeded")
        self.assertIn("heard", self.weir("logs", "1").stdout)
        self.weir("show", "1")
        self.assertIn("name: Simple", self.weir("export", "Simple").stdout)
        self.assertIn("newer Weir", self.weir("delete", "1", code=1).stderr)
        self.assertIn("newer Weir", self.weir("run", self.file(SIMPLE), "-i", "n=5", code=1).stderr)

    def test_a_report_says_what_failed_without_secrets(self):
        text = FAILING.replace("It was meant to fail", "It was meant to fail, password: geheim")
        self.weir("run", self.file(text), code=1)
        report = self.weir("report", "1").stdout
        self.assertIn("# Run 1 of “Failing”: failed", report)
        self.assertIn("`stop` (`flow.throw`)", report)
        self.assertIn("Class `flow.asserted`", report)
        self.assertNotIn("geheim", report)
        path = self.dir / "report.md"
        self.weir("report", "1", "-o", str(path))
        self.assertEqual(path.read_text(), report)

    def test_a_bundle_for_help_holds_no_secret_and_no_home(self):
        home = self.dir / "homes" / "marie"
        home.mkdir(parents=True)
        self.env["HOME"] = str(home)
        text = FAILING.replace("It was meant to fail", f"token=hunter2 at https://me:geheim@example.org in {home}/x")
        self.weir("run", self.file(text), code=1)
        for broken in (False, True):
            if broken:
                (self.data / "weir.db").write_text("no database at all")
            path = self.dir / "bundle.tar.gz"
            self.weir("diagnose", "-o", str(path))
            with tarfile.open(path) as bundle:
                texts = {member.name: bundle.extractfile(member).read().decode() for member in bundle.getmembers()}
            everything = "\n".join(texts.values())
            self.assertIn("Weir ", texts["weir-diagnose/about.txt"])
            self.assertIn("token=•••", texts["weir-diagnose/log.txt"])
            for secret in ("hunter2", "geheim", str(home)):
                self.assertNotIn(secret, everything)
            database = texts["weir-diagnose/database.txt"]
            self.assertIn("not a database" if broken else "failed\t1", database)
        self.assertEqual(path.stat().st_mode & 0o777, 0o600)

    def test_a_report_says_what_took_effect(self):
        folder = self.dir / "out"
        folder.mkdir()
        text = WRITING + '  stop: { kind: flow.throw, config: { message: "enough" } }\nlinks:\n  - write.file -> stop.run\n'
        self.weir("run", self.file(text), "-i", f"folder={folder}", code=1)
        report = self.weir("report", "1").stdout
        self.assertIn("note.txt", report)
        self.assertIn("weir undo 1", report)

    def test_a_question_is_answered_by_another_process(self):
        run = self.start("run", "--json", self.file(ASKING))
        self.wait_for_event(run, "block.waiting")
        self.assertIn("Which colour?", self.weir("waits").stdout)
        wait = json.loads(self.weir("waits", "--json").stdout)[0]
        self.assertEqual(wait["request"]["fields"][0]["name"], "colour")
        self.assertIn("expected one of red, green", self.weir("answer", "1", "colour=blue", code=1).stderr)
        self.weir("answer", "1", "ask", "colour=green", "n=3")
        run.communicate(timeout=60)
        self.assertEqual(run.returncode, 0)
        self.assertEqual(json.loads(self.weir("show", "1", "--json").stdout)["result"], {"colour": "green", "n": 3})

    def test_an_answer_goes_to_the_block_that_is_named_or_to_none(self):
        text = APPROVING + "  then: { kind: flow.approval, config: { title: Really?, channel: window } }\nlinks:\n  - ok.approved -> then.run\n"
        self.weir("run", "--leave", self.file(text))
        self.weir("answer", "1", "ok", "yes")
        self.assertIn("No step “ok” of run 1 waits", self.weir("answer", "1", "ok", "no", code=1).stderr)
        self.assertEqual([wait["block"] for wait in json.loads(self.weir("waits", "--json").stdout)], ["then"])

    def test_containers_are_nested_sixteen_deep(self):
        def nested(n):
            block = "{ kind: debug.noop, config: { value: in } }"
            for i in range(n):
                block = f"{{ kind: flow.frame, body: {{ blocks: {{ b{i}: {block} }} }} }}"
            return self.file(f"weir: 1\nname: Nested\nblocks:\n  b: {block}\n")

        self.weir("run", nested(16))
        self.assertIn("no more than 16 containers", self.weir("run", nested(17), code=2).stderr)

    def test_empty_words_are_no_names(self):
        folder = self.dir / "out"
        folder.mkdir()
        self.weir("run", self.file(WRITING), "-i", f"folder={folder}")
        for option in ("--only", "--to"):
            self.assertIn("it is empty", self.weir("undo", "1", option, "", code=2).stderr)
        self.assertTrue((folder / "note.txt").exists())
        self.assertIn("it is empty", self.weir("fixture", "1", "", code=2).stderr)

    def test_a_run_that_waits_is_left_and_taken_up_by_the_answer(self):
        left = self.weir("run", "--leave", self.file(APPROVING))
        self.assertIn("weir answer 1 ok yes|no", left.stderr)
        self.assertIn("Send it?", self.weir("waits").stdout)
        self.weir("answer", "1", "yes", "-m", "looks good")
        shown = json.loads(self.weir("show", "1", "--json").stdout)
        self.assertEqual((shown["status"], shown["result"]), ("succeeded", {"to": "Ann"}))
        self.assertEqual(json.loads(self.weir("waits", "--json").stdout), [])
        self.assertIn("has ended", self.weir("answer", "1", "yes", code=1).stderr)

    def test_a_signal_before_its_time_is_kept(self):
        self.weir("run", "--leave", self.file(SIGNALLED))
        self.assertEqual(json.loads(self.weir("waits", "--json").stdout), [])
        self.assertEqual(len(json.loads(self.weir("waits", "--all", "--json").stdout)), 1)
        self.weir("signal", "1", "second", '{"id": 2}')
        self.weir("signal", "1", "first", "one")
        self.assertEqual(json.loads(self.weir("show", "1", "--json").stdout)["result"], {"id": 2})

    def test_a_terminal_asks(self):
        main, side = pty.openpty()
        run = subprocess.Popen(self.command("run", self.file(ASKING)), stdin=side, stdout=side,
                               stderr=side, env=dict(self.env, TERM="xterm"), start_new_session=True)
        os.close(side)
        seen = b""
        for wanted, line in ((b"colour", b"blue\n"), (b"n", b"4\n"), (b"expected one of", b""), (b"colour", b"red\n"),
                             (b"n", b"4\n")):
            while wanted + b": " not in seen and (line or wanted not in seen):
                seen += os.read(main, 65536)
            seen = seen.split(wanted, 1)[1]
            os.write(main, line)
        with contextlib.suppress(OSError):
            while os.read(main, 65536):
                pass
        self.assertEqual(run.wait(60), 0)
        self.assertEqual(json.loads(self.weir("show", "1", "--json").stdout)["result"], {"colour": "red", "n": 4})


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
