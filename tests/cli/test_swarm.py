#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Swarms as a shell sees them: items are added, listed, steered from another process. argv[1] is the program."""
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
name: Queue
blocks:
  map:
    kind: flow.map
    config: { open: true, concurrency: 2, item_type: "record{id: int}" }
    body:
      blocks:
        work:
          kind: exec.command
          config: { program: sh, args: ["-c", "while ! [ -e GATE ]; do sleep .05; done; [ {{ item.id }} != 3 ]"] }
"""


class SwarmTest(unittest.TestCase):
    def setUp(self):
        self.temporary = tempfile.TemporaryDirectory(prefix="weir-swarm-")
        self.dir = pathlib.Path(self.temporary.name)
        self.env = dict(os.environ, XDG_DATA_HOME=str(self.dir / "share"), XDG_STATE_HOME=str(self.dir / "state"),
                        LANG="C.UTF-8", LC_ALL="C.UTF-8")
        path = self.dir / "workflow.yaml"
        path.write_text(WORKFLOW.replace("GATE", str(self.dir / "gate")))
        self.run_ = subprocess.Popen([WEIR, "run", str(path), "--json"], env=self.env, stdout=subprocess.PIPE,
                                     stderr=subprocess.DEVNULL, text=True)
        self.until(lambda: self.swarm() is not None)

    def tearDown(self):
        self.run_.kill()
        self.run_.communicate()
        self.temporary.cleanup()

    def weir(self, *args, code=0, given=None):
        done = subprocess.run([WEIR, *args], env=self.env, capture_output=True, text=True, timeout=60, input=given)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done.stdout, done.stderr

    def swarm(self):
        done = subprocess.run([WEIR, "swarm", "list", "1", "--json"], env=self.env, capture_output=True, text=True, timeout=60)
        return json.loads(done.stdout) if done.returncode == 0 else None

    def until(self, condition):
        end = time.monotonic() + 60
        while not condition():
            self.assertLess(time.monotonic(), end)
            time.sleep(0.05)

    def statuses(self):
        return [item["status"] for item in self.swarm()["items"]]

    def test_items_are_added_steered_and_done(self):
        self.weir("swarm", "add", "1", "--from", "-", given="id\n1\n2\nx\n", code=2)
        self.assertEqual(self.swarm()["total"], 0)
        out, errors = self.weir("swarm", "add", "1/map", "--from", "-", "--valid-only", given="id\n1\n2\nx\n3\n4\n5\n")
        self.assertIn("5 items added", out)
        self.assertIn("item 2: ", errors)
        self.until(lambda: self.swarm()["running"] == 2)
        self.weir("swarm", "priority", "1", "4", "high")
        self.weir("swarm", "priority", "1", "0", "high", code=1)
        self.weir("swarm", "stop", "1", "3")
        self.assertEqual(self.statuses(), ["running", "running", "queued", "skipped", "queued"])
        self.assertEqual(self.swarm()["items"][4]["priority"], 50)
        self.weir("swarm", "pause", "1")
        self.assertTrue(self.swarm()["paused"])
        self.weir("swarm", "resume", "1")
        (self.dir / "gate").touch()
        self.until(lambda: self.statuses() == ["ok", "ok", "failed", "skipped", "ok"])
        self.assertIn("5 items: 0 queued, 0 running, 3 ok, 1 failed, 1 skipped; open", self.weir("swarm", "list", "1")[0])
        self.weir("swarm", "rerun", "1", "2")
        self.weir("swarm", "add", "1", '{"id": 6}', "--close")
        self.assertEqual(self.run_.wait(60), 0)
        swarm = self.swarm()
        self.assertEqual((swarm["total"], swarm["ok"], swarm["failed"], swarm["open"]), (6, 4, 1, False))


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0]], verbosity=2)
