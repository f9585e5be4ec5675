#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Running again and steering parts of a run, as a shell sees it. argv[1] is the program."""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time
import unittest

WEIR = os.path.abspath(sys.argv[1])

WORKFLOW = """
weir: 1
name: Again
inputs: { n: { type: int, default: 3 }, folder: { type: dir } }
blocks:
  a: { kind: debug.noop, config: { value: "=inputs.n" } }
  b: { kind: file.write, config: { path: "{{ inputs.folder }}/out.txt", content: "{{ blocks.a.value }}" } }
  c: { kind: flow.throw, config: { message: no } }
  d: { kind: debug.noop, config: { value: "=blocks.a.value * 2" } }
links:
  - a.value -> b.run
  - b.done -> c.run
  - c.done -> d.run
"""
GATED = """
weir: 1
name: Parts
blocks:
  first: { kind: exec.command, config: { program: sh, args: ["-c", "while ! [ -e GATE ]; do sleep .05; done"] } }
  second: { kind: debug.noop, config: { value: 1 } }
links:
  - first.done -> second.run
"""


class RerunTest(unittest.TestCase):
    def setUp(self):
        self.temporary = tempfile.TemporaryDirectory(prefix="weir-rerun-")
        self.dir = pathlib.Path(self.temporary.name)
        self.env = dict(os.environ, XDG_DATA_HOME=str(self.dir / "share"), XDG_STATE_HOME=str(self.dir / "state"),
                        LANG="C.UTF-8", LC_ALL="C.UTF-8")

    def tearDown(self):
        self.temporary.cleanup()

    def weir(self, *args, code=0):
        done = subprocess.run([WEIR, *args], env=self.env, capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done.stdout, done.stderr

    def play(self, text, *args, code=0):
        path = self.dir / "workflow.yaml"
        path.write_text(text.replace("GATE", str(self.dir / "gate")))
        return self.weir("run", str(path), *args, code=code)

    def test_plan_says_what_would_be_repeated(self):
        self.play(WORKFLOW, "--input", f"folder={self.dir}", code=1)
        plan = {line["block"]: line for line in json.loads(self.weir("rerun", "1", "--from", "b", "--plan", "--json")[0])}
        self.assertEqual([plan[b]["decision"] for b in "abcd"], ["reuse", "run", "run", "run"])
        self.assertTrue(plan["b"]["repeats"][0]["target"].endswith("out.txt"))
        self.assertEqual(len(json.loads(self.weir("runs", "--json")[0])), 1)

    def test_from_a_block_goes_on_with_what_was_known(self):
        self.play(WORKFLOW, "--input", f"folder={self.dir}", code=1)
        (self.dir / "out.txt").write_text("by hand")
        self.weir("rerun", "1", "--from", "c", code=1)
        self.assertEqual((self.dir / "out.txt").read_text(), "by hand")
        self.weir("rerun", "1", "--input", "n=8", code=1)
        self.assertEqual((self.dir / "out.txt").read_text().strip(), "8")

    def test_fixture_answers(self):
        self.play(WORKFLOW, "--input", f"folder={self.dir}", code=1)
        self.weir("fixture", "1", "happy", "a", "b")
        shown = json.loads(self.weir("rerun", "1", "--fixture", "happy", "--json", code=1)[0].splitlines()[-1])
        steps = {s["path"]: s["status"] for s in json.loads(self.weir("show", str(shown["run"]), "--json")[0])["timeline"]}
        self.assertEqual((steps["a"], steps["b"], steps["c"]), ("pinned", "pinned", "failed"))

    def test_undo_and_redo_do_not_move_the_end_of_a_step(self):
        ends = lambda: [s["ended_at"] for s in json.loads(self.weir("show", "1", "--json")[0])["timeline"]]
        self.play(WORKFLOW, "--input", f"folder={self.dir}", code=1)
        before = ends()
        self.weir("undo", "1")
        self.weir("redo", "1")
        self.assertEqual(ends(), before)

    def test_wrong_words_are_refused(self):
        self.play(WORKFLOW, "--input", f"folder={self.dir}", code=1)
        self.assertIn("nobody", self.weir("rerun", "1", "--from", "nobody", code=1)[1])
        self.assertIn("BLOCK.PORT=VALUE", self.weir("rerun", "1", "--set", "a=1", code=2)[1])
        self.weir("rerun", "1", "--from", "a", "--only", "b", code=2)

    def test_part_is_paused_by_another_process(self):
        path = self.dir / "workflow.yaml"
        path.write_text(GATED.replace("GATE", str(self.dir / "gate")))
        owner = subprocess.Popen([WEIR, "run", str(path)], env=self.env, stdout=subprocess.DEVNULL)
        for _ in range(400):
            if subprocess.run([WEIR, "pause", "1", "second"], env=self.env, capture_output=True).returncode == 0:
                break
            time.sleep(0.05)
        (self.dir / "gate").touch()
        for _ in range(400):
            steps = {s["path"]: s["status"] for s in json.loads(self.weir("show", "1", "--json")[0])["timeline"]}
            if steps.get("second") == "suspended":
                break
            time.sleep(0.05)
        self.assertEqual(steps["second"], "suspended")
        self.assertIsNone(owner.poll())
        self.weir("resume", "1", "second")
        self.assertEqual(owner.wait(timeout=30), 0)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
