#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""kill -9 while a stream is written: resumed, it gives the same file, leaves nothing else behind, and can be undone.

argv[1] is the program; weir_crash.py says what can be set by environment variables.
"""
import json
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import time

from weir_crash import ENDED, PATIENCE, SEED, Wrong, share

WEIR = os.path.abspath(sys.argv[1])
CRASHES = share(0.12)
N_LINES = 60_000


class Round:
    longest = 0.0

    def __init__(self, mode, folder, chance):
        self.mode, self.folder, self.random = mode, folder, chance
        self.world = folder / "world"
        self.world.mkdir()
        self.crashes = 0
        self.env = dict(os.environ, XDG_DATA_HOME=str(folder / "share"), XDG_STATE_HOME=str(folder / "state"), LC_ALL="C.UTF-8")
        lines = [f"{i} {chance.getrandbits(64):x}\n" for i in range(N_LINES)]
        kept = "".join(line for line in lines if line.rstrip()[-1] in "02468ace")
        (self.world / "in.txt").write_text("".join(lines))
        self.target = self.world / ("in.txt" if mode == "in place" else "out.txt")
        if mode == "append":
            self.target.write_text("before\n")
        self.before = self.tree()
        self.expected = dict(self.before, **{self.target.name: ("before\n" if mode == "append" else "") + kept})
        config = {"path": str(self.target), "mode": "append" if mode == "append" else "replace"}
        blocks = {
            "read": {"kind": "file.read", "config": {"path": str(self.world / "in.txt"), "as": "stream"}},
            "filter": {"kind": "data.transform",
                       "config": {"operation": "filter", "expr": "'02468ace'.includes(item.slice(-1))"}},
            "write": {"kind": "file.write", "config": config}}
        links = ["read.content -> filter.items", "filter.items -> write.content"]
        (folder / "workflow.json").write_text(json.dumps({"weir": 1, "name": mode, "blocks": blocks, "links": links}))

    def tree(self):
        return {path.name: path.read_text() for path in self.world.iterdir()}

    def command(self, *args, kill_after=None):
        """Its status, or None if it was killed."""
        with subprocess.Popen([WEIR, *args], env=self.env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            try:
                return process.wait(PATIENCE if kill_after is None else kill_after)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
                if kill_after is None:
                    raise Wrong(f"{args} takes longer than {PATIENCE} s") from None
                self.crashes += 1
                return None

    def ask(self, *args):
        return json.loads(subprocess.run([WEIR, *args, "--json"], env=self.env, check=True, capture_output=True, timeout=PATIENCE).stdout)

    def settle(self):
        for step in self.ask("show", "1")["timeline"]:
            if step["status"] == "unknown":
                self.command("settle", "1", step["path"], "done" if self.tree() == self.expected else "rerun", "--json")
                return

    def moment(self):
        return self.random.random() * self.longest

    @classmethod
    def measure(cls, chance):
        """How long a run takes here: moments after its end would be none."""
        with tempfile.TemporaryDirectory(prefix="weir-stream-") as folder:
            one = cls("replace", pathlib.Path(folder), chance)
            start = time.monotonic()
            one.command("run", "--json", str(one.folder / "workflow.json"))
            cls.longest = time.monotonic() - start

    def play(self):
        self.command("run", "--json", str(self.folder / "workflow.json"), kill_after=self.moment())
        for turn in range(40):
            runs = self.ask("runs")
            if not runs:
                # a slow machine needs longer than that to begin
                self.command("run", "--json", str(self.folder / "workflow.json"), kill_after=self.moment() if turn < 3 else None)
                continue
            if runs[0]["status"] in ENDED:
                break
            if self.tree() not in (self.before, self.expected):
                raise Wrong(f"something half done is left: {sorted(self.tree())}")
            if self.command("resume", "1", "--json", kill_after=self.moment() if turn < 3 else None) is not None:
                self.settle()
        shown = self.ask("show", "1")
        if shown["status"] != "succeeded":
            raise Wrong(f"the run is {shown['status']}: {shown['error']}")
        if self.tree() != self.expected:
            raise Wrong("the file is not what it would have been without a crash")
        self.command("undo", "1", "--json")
        if self.tree() != self.before:
            raise Wrong("undo did not give back what was")


def main():
    chance = random.Random(SEED)
    crashes = failures = rounds = 0
    print(f"# WEIR_SEED={SEED}", flush=True)
    Round.measure(chance)
    while (crashes < CRASHES or rounds < 3) and failures < 3 and rounds < 20 * CRASHES:
        mode = ("replace", "in place", "append")[rounds % 3]
        rounds += 1
        folder = pathlib.Path(tempfile.mkdtemp(prefix="weir-stream-"))
        one = Round(mode, folder, chance)
        try:
            one.play()
            print(f"ok {rounds} - {mode}, {one.crashes} crashes", flush=True)
            shutil.rmtree(folder, ignore_errors=True)
        except (Wrong, subprocess.SubprocessError, OSError) as error:
            failures += 1
            print(f"not ok {rounds} - {mode}: {error}\n# kept: {folder}", flush=True)
        crashes += one.crashes
    print(f"1..{rounds}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
