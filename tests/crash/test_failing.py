#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a call fails, or all from one on, Weir does not crash, says what failed, does nothing unannounced, and works again afterwards.

    test_failing.py WEIR weir-calls.so [WORKFLOW [DATA]] [-i NAME=VALUE]

Lets calls of a run, an undo and a migration fail in turn, whatever they are about: the database, blobs, before-images, the files of the
workflow. No space, an I/O error, half of a write. Some by chance; with WEIR_CRASHES=1000 each of them.
"""
import os
import pathlib
import random
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time

from weir_crash import ENDED, PATIENCE, SEED, Receiver, Wrong, check_kept, difference, sample, tree
from weir_cut import Effects, read_calls
from weir_given import make_round, parse_options, run_main

# What a write has until it takes the place of another file; where nothing can be removed it stays.
BESIDE = re.compile(r"\.weir-(?:[0-9a-f]+|\w{6}|moving|link)$")
PHASES = ("run", "undo", "migrate")
WAYS = (("ENOSPC", True), ("EIO", True), ("SHORT", True), ("ENOSPC", False), ("EIO", False))
FEW = 0.04  # of all crashes, for each phase and way
# What fails once only may be over when the reason is looked for.
SAID_ONCE = re.compile("Cannot |Could not ")
SAID = re.compile("No space left on device|Input/output error|full disk|disk I/O error")
# What works again afterwards.
AFTER = """
weir: 1
name: After
blocks:
  note: { kind: file.write, config: { path: "FOLDER/after.txt", content: works } }
"""


class Trial:
    """One command with a failing disk under it."""

    def __init__(self, options, seed, receiver, phase):
        self.options, self.phase = options, phase
        self.place = pathlib.Path(tempfile.mkdtemp(prefix="weir-failing-"))
        self.folder = self.place / self.place.name
        self.folder.mkdir()
        self.one = make_round(options, seed, self.folder, receiver, 4 if phase == "migrate" else None)
        self.one.calm, self.one.folder_times = True, False
        # what fails for a moment may rightly end otherwise
        self.one.compares = False
        self.one.before = tree(self.one.world, False)
        self.broken = self.place / "broken"
        if phase == "undo":
            self.one.command(*self.one.arguments())
            if not self.one.finish([]):
                raise Wrong("the workflow cannot be played")

    def env(self, **more):
        env = {"LD_PRELOAD": self.options.calls, "WEIR_CALLS_PROGRAM": os.path.realpath(self.options.weir),
               "WEIR_CALLS_BELOW": str(self.folder), **more}
        if "LD_PRELOAD" in os.environ:
            env["LD_PRELOAD"] = os.environ["LD_PRELOAD"] + " " + env["LD_PRELOAD"]
        return dict(self.one.program.env, **env)

    def arguments(self):
        return {"run": self.one.arguments(), "migrate": ["runs"]}.get(self.phase) or [self.phase, self.one.id, "--json"]

    def count(self):
        log = self.place / "calls"
        self.one.command(*self.arguments(), env=self.env(WEIR_CALLS_LOG=str(log)))
        counted = sum(1 for call in read_calls(log) if call.counts)
        shutil.rmtree(self.place, ignore_errors=True)
        return counted

    # ── while the disk fails ──

    def fail(self, nth, error, lasting):
        self.sweeps = error == "EIO"
        env = self.env(WEIR_CALLS_FAIL=str(nth), WEIR_CALLS_ERROR=error)
        if lasting:
            env["WEIR_CALLS_WHILE"] = str(self.broken)
            self.broken.touch()
        program = self.one.program
        program.out, program.err = self.folder / "out-failing", self.folder / "err-failing"
        with open(program.out, "wb") as out, open(program.err, "wb") as err:
            process = subprocess.Popen([self.options.weir, *self.arguments()], env=env, cwd=program.cwd, stdout=out, stderr=err,
                                       stdin=subprocess.DEVNULL)
            try:
                if lasting:
                    self.wait_until_said(process)
                    self.check_intents()
                    self.broken.unlink()
                status = process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                raise Wrong("it does not go on when the disk works again") from None
            finally:
                if process.poll() is None:
                    process.kill()
                    process.wait()
        program.wait_for_children()
        if status not in (0, 1, 130):
            raise Wrong(f"it ended with {status}: {program.said()}")
        return status

    def wait_until_said(self, process):
        end = time.monotonic() + PATIENCE
        while process.poll() is None and not SAID.search(self.text()):
            if time.monotonic() > end:
                raise Wrong(f"it neither ends nor says why: {self.text()[-300:]}")
            time.sleep(0.005)

    def text(self):
        return self.one.program.said() + self.one.program.out.read_text(errors="replace")

    def check_intents(self):
        """What has begun is in the journal, as it is on disk."""
        database = self.one.program.data / "weir.db"
        if self.phase != "run":
            return
        effects = Effects.read(database)
        now = tree(self.one.world, times=False)
        for name in now.keys() | self.one.before.keys():
            was, state = self.one.before.get(name), now.get(name)
            if was is not None and (*was[:2], 0, *was[3:]) == state:
                continue
            if not effects.know(BESIDE.sub("", str(self.one.world / name))):
                raise Wrong(f"{name} was changed, but the journal does not say that it would be")

    # ── afterwards ──

    def check(self, status, lasting):
        one = self.one
        if self.sweeps:
            for path in [path for path in one.world.rglob("*.weir-*") if BESIDE.search(path.name)]:
                path.unlink()
        one.program.read_events()
        run = one.find_run() if self.phase == "run" else None
        failed = status != 0 or (run is not None and run["status"] != "succeeded")
        said = SAID if lasting else SAID_ONCE
        if failed and self.phase != "undo" and not said.search(self.text()):
            raise Wrong(f"it ended with {status}, but did not say why: {self.text()[-300:]}")
        if self.phase == "migrate":
            one.program.list_runs()
            check_kept(one.program, one.kept)
        elif self.phase == "undo":
            one.undo_or_redo("undo", [], one.before)
        else:
            self.check_run()
        one.program.check_database()
        one.program.check_audit()
        self.check_works()

    def check_run(self):
        one = self.one
        if not one.finish([]):
            if difference(self.plain(one.before), tree(one.world, times=False)):
                raise Wrong("there is no run, but something was changed")
            return
        run = one.find_run()
        if run["status"] == "succeeded" or run["status"] not in ENDED:
            one.check_run()
        elif not SAID.search(run["error"] or ""):
            raise Wrong(f"the run is {run['status']}, but not because of the disk: {run['error']}")
        one.undo_or_redo("undo", [], one.before)

    @staticmethod
    def plain(files):
        return {name: (*state[:2], 0, *state[3:]) for name, state in files.items()}

    def check_works(self):
        path = self.folder / "after.yaml"
        path.write_text(AFTER.replace("FOLDER", str(self.folder)))
        if self.one.command("run", "--json", str(path)) != 0 or (self.folder / "after.txt").read_text() != "works":
            raise Wrong(f"afterwards it does not work: {self.one.program.said()}")


def play(options, receiver, phase, way, whole, chance):
    error, lasting = way
    wrong = 0
    moments = sample(chance, whole, FEW)
    for nth in moments:
        trial = Trial(options, SEED, receiver, phase)
        try:
            status = trial.fail(nth, error, lasting)
            trial.check(status, lasting)
            shutil.rmtree(trial.place, ignore_errors=True)
        except (Wrong, subprocess.SubprocessError, OSError, sqlite3.DatabaseError) as problem:
            wrong += 1
            print(f"# {error} {'from' if lasting else 'at'} call {nth} of {whole} of the {phase}: {problem}\n# kept: {trial.place}", flush=True)
            if wrong > 4:
                break
    return len(moments), wrong


def main():
    options = parse_options(__doc__, calls=True)
    chance = random.Random(SEED)
    receiver = Receiver()
    print(f"# WEIR_SEED={SEED}", flush=True)
    number = failed = 0
    for phase in PHASES:
        if phase == "migrate" and options.workflow is not None:
            continue
        whole = Trial(options, SEED, receiver, phase).count()
        for way in WAYS:
            number += 1
            trials, wrong = play(options, receiver, phase, way, whole, chance)
            failed += wrong
            print(f"{'not ok' if wrong else 'ok'} {number} - {phase}: {way[0]} {'from' if way[1] else 'at'} {trials} of {whole} calls",
                  flush=True)
    print(f"1..{number}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(run_main(main))
