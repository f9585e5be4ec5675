#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The weir command in a world that is not as it should be: devices for files, folders that cannot be written, odd characters. argv[1] is
the program."""
import contextlib
import json
import os
import pathlib
import pty
import re
import resource
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import unittest

WEIR = os.path.abspath(sys.argv[1])

ECHO = """
weir: 1
name: Echo
inputs: { given: { type: any } }
blocks:
  say: { kind: debug.log, config: { message: "{{ inputs.given }}" } }
"""
PLAIN = """
weir: 1
name: Plain
blocks:
  say: { kind: debug.log, config: { message: heard } }
"""
WAITING = """
weir: 1
name: Waiting
blocks:
  wait: { kind: exec.command, config: { program: sleep, args: ["60"], idempotent: true } }
"""
# Clears the screen, sets the title, goes back, and with one character each what a terminal of 8 bits and a reader of text obey.
EVIL = "a\x1b[2J\x1b]0;owned\x07\rb\x7f\x9b31m\u202ec ü 🙂"
# YAML has no pairs of surrogates
HARMFUL = """
weir: 1
name: EVIL
inputs: { x: { type: any, default: 1 } }
blocks:
  say: { kind: debug.log, config: { message: EVIL } }
  fail: { kind: flow.throw, config: { message: EVIL } , on_error: continue }
""".replace("EVIL", json.dumps(EVIL).replace("\\ud83d\\ude42", "\\U0001f642"))
WRITING = """
weir: 1
name: Writing
blocks:
  a: { kind: file.write, config: { path: DIR/a.txt, content: a } }
  b: { kind: file.write, config: { path: DIR/b.txt, content: b } }
"""
# What is given is kept beside the database.
LARGE = """
weir: 1
name: Large
blocks:
  a: { kind: debug.noop, config: { value: "='a'.repeat(900000)" } }
  b: { kind: debug.noop, config: { value: "='b'.repeat(300000)" } }
"""


class WorldTest(unittest.TestCase):
    def setUp(self):
        self.temporary = tempfile.TemporaryDirectory(prefix="weir-world-")
        self.addCleanup(self.temporary.cleanup)
        self.dir = pathlib.Path(self.temporary.name)
        self.data = self.dir / "data"
        self.env = dict(os.environ, XDG_DATA_HOME=str(self.dir / "share"), XDG_STATE_HOME=str(self.dir / "state"),
                        LANG="C.UTF-8", LC_ALL="C.UTF-8")

    def file(self, text, name="workflow.yaml"):
        path = self.dir / name
        path.write_text(text)
        return str(path)

    def weir(self, *args, code=0, **more):
        more.setdefault("stdin", subprocess.DEVNULL)
        done = subprocess.run([WEIR, args[0], "--data-dir", str(self.data), *args[1:]], env=self.env, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True, timeout=60, **more)
        self.assertEqual(done.returncode, code, f"{args}\n{done.stdout}\n{done.stderr}")
        return done

    # ── what is no file ──

    def test_a_device_is_no_workflow(self):
        self.assertIn("/dev/zero is a device", self.weir("run", "/dev/zero", code=2).stderr)
        self.assertIn("/dev/zero is a device", self.weir("validate", "/dev/zero", code=2).stderr)

    def test_a_device_is_no_input(self):
        self.assertIn("/dev/zero is a device", self.weir("run", "-i", "given=@/dev/zero", self.file(ECHO), code=2).stderr)

    def test_devices_are_no_items(self):
        self.assertIn("/dev/zero is a device", self.weir("swarm", "add", "1", "each", "--from", "/dev/zero", code=2).stderr)

    def test_a_folder_is_no_workflow(self):
        self.assertIn("Is a directory", self.weir("run", str(self.dir) + "/", code=1).stderr)

    def test_a_pipe_without_end_is_read_to_the_limit(self):
        with subprocess.Popen(["yes"], stdout=subprocess.PIPE) as endless:
            self.assertIn("at most 16.0\xa0MiB", self.weir("run", "/dev/stdin", code=2, stdin=endless.stdout).stderr)
            endless.stdout.close()

    def test_a_large_file_is_refused_before_it_is_read(self):
        large = self.dir / "large.yaml"
        with open(large, "wb") as file:
            file.truncate(1 << 40)
        self.assertIn("at most 16.0\xa0MiB", self.weir("run", str(large), code=2).stderr)

    def test_a_workflow_may_come_through_a_pipe(self):
        with open(self.file(PLAIN)) as file:
            self.weir("run", "/dev/stdin", stdin=file)
        pipe = self.dir / "pipe"
        os.mkfifo(pipe)
        writer = threading.Thread(target=lambda: pipe.write_text(PLAIN))
        writer.start()
        self.weir("run", str(pipe))
        writer.join()

    def test_a_pipe_that_nobody_writes_to_is_no_workflow(self):
        pipe = self.dir / "pipe"
        os.mkfifo(pipe)
        self.assertIn(f"Expected a file, but {pipe} is a pipe that nobody writes to", self.weir("validate", str(pipe), code=2).stderr)

    def test_what_comes_is_not_said_in_full_length(self):
        text = PLAIN.replace("debug.log", "k" * 1_000_000)
        self.assertLess(len(self.weir("validate", self.file(text), code=2).stderr), 2000)

    # ── where nothing can be written ──

    def test_a_file_that_may_not_grow_is_a_write_that_failed(self):
        done = self.weir("run", self.file(PLAIN), code=1, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (8192, 8192)))
        self.assertIn("File too large", done.stderr)

    def protect(self):
        """What is needed to run as somebody who may not write into the data folder."""
        for folder, _, names in os.walk(self.data):
            for name in names:
                os.chmod(os.path.join(folder, name), 0o444)
            os.chmod(folder, 0o555)
        self.addCleanup(subprocess.run, ["chmod", "-R", "u+w", str(self.data)])
        if os.geteuid() != 0:
            return {}
        for folder, _, names in os.walk(self.dir):
            for path in (folder, *(os.path.join(folder, name) for name in names)):
                os.chown(path, 65534, 65534)
        try:
            subprocess.run([WEIR, "--version"], user=65534, group=65534, extra_groups=[], check=True, capture_output=True)
        except (PermissionError, OSError, subprocess.SubprocessError):
            self.skipTest("root may write anywhere, and cannot be somebody else here")
        return {"user": 65534, "group": 65534, "extra_groups": []}

    def test_a_folder_that_cannot_be_written_is_read(self):
        self.weir("run", self.file(PLAIN))
        nobody = self.protect()
        runs = self.weir("runs", "--json", **nobody)
        self.assertEqual([run["status"] for run in json.loads(runs.stdout)], ["succeeded"])
        self.assertIn("can only be looked at", runs.stderr)
        self.assertEqual(json.loads(self.weir("show", "1", "--json", **nobody).stdout)["status"], "succeeded")
        self.assertIn("heard", self.weir("logs", "1", **nobody).stdout)
        self.assertIn("Plain", self.weir("list", **nobody).stdout)

    def test_a_folder_that_cannot_be_written_is_not_run_in(self):
        self.weir("run", self.file(PLAIN))
        nobody = self.protect()
        for verb in (("run", str(self.dir / "workflow.yaml")), ("undo", "1"), ("delete", "1"), ("rerun", "1")):
            self.assertIn("cannot be written: Permission denied", self.weir(*verb, code=1, **nobody).stderr)

    def test_a_log_that_cannot_be_taken_in_is_said(self):
        run = subprocess.Popen([WEIR, "run", "--data-dir", str(self.data), "--json", self.file(WAITING)], env=self.env,
                               stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
        for line in run.stdout:
            if "block.started" in line:
                break
        run.kill()
        run.communicate()
        (self.data / "weir.db-shm").unlink()
        nobody = self.protect()
        self.assertIn("did not end in order", self.weir("runs", code=1, **nobody).stderr)

    # ── characters that a terminal obeys ──

    def on_terminal(self, *args, term="xterm"):
        """What a terminal gets."""
        main, side = pty.openpty()
        run = subprocess.Popen([WEIR, args[0], "--data-dir", str(self.data), *args[1:]], stdin=side, stdout=side, stderr=side,
                               env=dict(self.env, TERM=term), start_new_session=True)
        os.close(side)
        seen = b""
        with contextlib.suppress(OSError):
            while part := os.read(main, 65536):
                seen += part
        os.close(main)
        run.wait(60)
        # AddressSanitizer says of itself that it does not know fibers
        return "".join(line for line in seen.decode("utf-8").splitlines(keepends=True) if "ASan doesn't" not in line)

    def assert_harmless(self, text):
        own = re.compile("\x1b\\[(\\?2026[hl]|[0-9]*[AJKm])")
        left = own.sub("", text).replace("\r\n", "\n").replace("\r", "")
        self.assertEqual([c for c in left if c != "\n" and (ord(c) < 32 or 127 <= ord(c) < 160 or c == "\u202e")], [], repr(text))

    def test_a_terminal_obeys_nothing_that_comes_with_data(self):
        name = "it\x1b[2J\x07is\u202e.yaml"
        path = self.file(HARMFUL, name)
        for args in (("run", path), ("run", path, "-i", "x\x1b]0;owned\x07=1"), ("runs",), ("show", "1"), ("logs", "1"), ("list",),
                     ("report", "1"), ("validate", path), ("export", EVIL), ("run", "no\x1b[31m.yaml"), ("run", "--json", path),
                     ("show", "1", "--json"), ("logs", "1", "--json"), ("waits",), ("limits",), ("\x1b[31m",)):
            for term in ("xterm", "dumb"):
                self.assert_harmless(self.on_terminal(*args, term=term))
        self.assertIn("\\x1b[2J", self.on_terminal("logs", "1"))

    def test_json_on_a_terminal_says_the_same(self):
        self.weir("run", self.file(HARMFUL))
        lines = [json.loads(line) for line in self.on_terminal("logs", "1", "--json").splitlines() if line]
        self.assertEqual([line["message"] for line in lines], [EVIL])
        self.assertEqual(json.loads(self.on_terminal("show", "1", "--json"))["name"], EVIL)

    def test_a_pipe_gets_what_there_is(self):
        self.weir("run", self.file(HARMFUL))
        self.assertIn(EVIL.replace("\r", "\n"), self.weir("logs", "1").stdout)

    def test_output_that_cannot_be_written_is_said(self):
        self.weir("run", self.file(PLAIN))
        with open("/dev/full", "w") as full:
            done = subprocess.run([WEIR, "runs", "--data-dir", str(self.data)], env=self.env, stdout=full, stderr=subprocess.PIPE, text=True)
        self.assertEqual(done.returncode, 1)
        self.assertIn("weir: The output could not be written\n", done.stderr)

    # ── Weir's own ──

    def test_a_pipe_is_no_database(self):
        self.data.mkdir()
        os.mkfifo(self.data / "weir.db")
        self.assertIn("no regular file", self.weir("runs", code=1).stderr)

    def test_a_damaged_event_is_named(self):
        self.weir("run", self.file(PLAIN))
        with contextlib.closing(sqlite3.connect(self.data / "weir.db")) as database:
            database.execute("UPDATE event SET data = '{not json' WHERE key = (SELECT min(key) FROM event)")
            database.commit()
        self.assertIn("Event 1 of run 1", self.weir("show", "1", code=1).stderr)

    def test_its_own_data_is_left_alone(self):
        work = self.dir / "work"
        work.mkdir()
        self.data = work / "data"
        for place in (work, self.data, self.data / "weir.db"):
            for how in ("kind: file.delete, config: { path: PLACE, recursive: true, to: permanent }",
                        "kind: file.delete, config: { path: PLACE, recursive: true }",
                        "kind: file.move, config: { from: PLACE, to: ELSE }"):
                text = how.replace("PLACE", str(place)).replace("ELSE", str(self.dir / "else"))
                run = self.weir("run", self.file("weir: 1\nname: Own\nblocks: { a: { " + text + " } }\n"), code=1)
                self.assertIn("Weir's own data", run.stderr)
        self.weir("run", self.file(f"weir: 1\nname: Own\nblocks: {{ a: {{ kind: file.write, config: {{ path: {self.data}/weir.db, content: x }} }} }}\n"),
                  code=1)
        # The copies of demos are in the same folder, and made to be worked on.
        (self.data / "demos" / "letters-1").mkdir(parents=True)
        self.weir("run", self.file(f"weir: 1\nname: Demo\nblocks: {{ a: {{ kind: file.write, config: {{ path: {self.data}/demos/letters-1/x, content: x }} }} }}\n"))
        self.weir("run", self.file(f"weir: 1\nname: Beside\nblocks: {{ a: {{ kind: file.write, config: {{ path: {work}/x, content: x }} }} }}\n"))
        self.weir("audit", "verify")

    # ── what was undone ──

    def test_effects_are_counted_alike_for_a_run_and_its_steps(self):
        self.weir("run", self.file(WRITING.replace("DIR", str(self.dir))))
        self.weir("undo", "1", "--only", "a")
        shown = json.loads(self.weir("show", "1", "--json").stdout)
        self.assertEqual((shown["effects"], shown["undone"]), (1, 1))
        self.assertEqual({step["path"]: (step["effects"], step["undone"]) for step in shown["timeline"]}, {"a": (0, 1), "b": (1, 0)})
        self.assertIn("2, 1 undone", self.weir("runs").stdout)
        self.assertIn("2, 1 undone", self.weir("show", "1").stdout)

    def test_what_is_undone_has_the_correlation_id_of_its_run(self):
        self.weir("run", self.file(WRITING.replace("DIR", str(self.dir))))
        self.weir("undo", "1")
        lines = [json.loads(line) for line in (self.data / "log" / "weir.log").read_text().splitlines()]
        undone = [line for line in lines if "undo" in line.get("event", "")]
        self.assertEqual([line["event"] for line in undone], ["undo.started", "undo.effect_undone", "undo.effect_undone", "undo.finished"])
        self.assertEqual({line.get("correlation") for line in undone}, {lines[0]["correlation"]})

    def test_what_cannot_be_taken_away_is_not_copied(self):
        folder, other = self.dir / "kept", self.dir / "other"
        folder.mkdir()
        other.mkdir()
        (folder / "f").write_text("1")
        bwrap = ["bwrap", "--dev-bind", "/", "/", "--ro-bind", str(folder), str(folder)]
        try:
            subprocess.run([*bwrap, "true"], check=True, capture_output=True)
        except (OSError, subprocess.CalledProcessError):
            self.skipTest("no file system can be mounted here")
        moving = self.file(f"weir: 1\nname: M\nblocks: {{ a: {{ kind: file.move, config: {{ from: {folder}/f, to: {other}/f }} }} }}\n")
        done = subprocess.run([*bwrap, WEIR, "run", "--data-dir", str(self.data), moving], env=self.env, capture_output=True, text=True,
                              timeout=60)
        self.assertIn("Read-only file system", done.stderr)
        self.assertEqual(list(other.iterdir()), [])

    # ── where there is no space ──

    def wait_for(self, condition):
        deadline = time.monotonic() + 60
        while not condition():
            self.assertLess(time.monotonic(), deadline)

    def test_a_full_disk_is_said_once_and_when_it_is_over(self):
        self.data.mkdir()
        small = ["bwrap", "--dev-bind", "/", "/", "--size", str(2 << 20), "--tmpfs", str(self.data)]
        try:
            subprocess.run([*small, "true"], check=True, capture_output=True)
        except (OSError, subprocess.CalledProcessError):
            self.skipTest("no file system can be mounted here")
        script = f'head -c 1m /dev/zero > {self.data}/ballast && exec "$0" "$@"'
        run = subprocess.Popen([*small, "sh", "-c", script, WEIR, "run", "--data-dir", str(self.data), self.file(LARGE)],
                               env=self.env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        said = run.stderr.readline()
        self.assertRegex(said, f"full disk of {self.data}.*are free; it goes on by itself")
        self.assertNotIn(".new-", said)
        child = pathlib.Path(f"/proc/{run.pid}/task/{run.pid}/children").read_text().split()[0]
        inside = pathlib.Path(f"/proc/{child}/root/{self.data}")
        seen = set()
        self.wait_for(lambda: seen.add((inside / "blobs").stat().st_mtime_ns) or len(seen) > 4)
        (inside / "ballast").unlink()
        rest = run.communicate(timeout=60)[1]
        self.assertEqual(run.returncode, 0, rest)
        self.assertEqual((rest.count("full disk"), rest.count("can be written again")), (0, 1), rest)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
