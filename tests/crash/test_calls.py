#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Killed at its first, second, third ... call that changes a file, Weir loses nothing, does nothing twice, and can take all of it back.

    test_calls.py WEIR weir-calls.so [WORKFLOW [DATA]] [-i NAME=VALUE]

Goes through the calls of a run, of a resume, of an undo, of a redo and of a migration: some by chance, with WEIR_CRASHES=1000 each of them.
The checks are those of test_crash.py.
"""
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile

from weir_crash import IN_ALL, SEED, Program, Receiver, Wrong, sample
from weir_cut import read_calls
from weir_given import make_round, parse_options, run_main

PHASES = ("run", "resume", "undo", "redo", "again", "migrate")
FEW = 0.08  # of all crashes, for each phase


class Calls:
    """One workflow, played again and again."""

    def __init__(self, options, seed, receiver):
        self.options, self.seed, self.receiver = options, seed, receiver

    def make(self, phase):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="weir-calls-"))
        one = make_round(self.options, self.seed, self.folder, self.receiver, 1 if phase == "migrate" else None)
        one.calm = True
        return one

    def env(self, one, **more):
        env = {"LD_PRELOAD": self.options.calls, "WEIR_CALLS_PROGRAM": os.path.realpath(self.options.weir),
               "WEIR_CALLS_BELOW": str(one.folder)}
        # the sanitizers' own library must come first
        if "LD_PRELOAD" in os.environ:
            env["LD_PRELOAD"] = os.environ["LD_PRELOAD"] + " " + env["LD_PRELOAD"]
        return {"env": dict(env, **more)}

    def go(self, phase, cut, one):
        cuts = {part: [] for part in PHASES}
        cuts[phase] = [cut]
        if phase == "resume":
            # somewhere in the midst of the run
            cuts["run"] = [self.env(one, WEIR_CALLS_KILL=str(self.midst))]
        one.go(cuts)

    def count(self, phase):
        """How many calls there are when nothing is cut off."""
        while True:
            one = self.make(phase)
            log = self.folder / "calls"
            self.go(phase, self.env(one, WEIR_CALLS_LOG=str(log)), one)
            counted = sum(1 for call in read_calls(log) if call.counts) if log.exists() else 0
            shutil.rmtree(self.folder, ignore_errors=True)
            if counted > 0 or phase != "resume" or self.midst < 2:
                return counted
            # the run was over before that call: steps that share a commit make fewer of them
            self.midst = self.midst * 2 // 3

    def kill(self, phase, nth):
        one = self.make(phase)
        self.go(phase, self.env(one, WEIR_CALLS_KILL=str(nth)), one)
        shutil.rmtree(self.folder, ignore_errors=True)
        return one.program.crashes

    def play(self, number, phase, chance):
        whole = self.count(phase)
        if phase == "run":
            self.midst = whole * 2 // 3
        wrong = []
        moments = sample(chance, whole, FEW)
        for nth in moments:
            try:
                self.kill(phase, nth)
            except (Wrong, subprocess.SubprocessError, OSError) as error:
                wrong.append(nth)
                print(f"# killed at call {nth} of {whole} of the {phase}: {error}\n# kept: {self.folder}", flush=True)
                if len(wrong) > 4:
                    break
        print(f"{'not ok' if wrong else 'ok'} {number} - {phase}: killed at {len(moments)} of {whole} calls", flush=True)
        return not wrong


def main():
    options = parse_options(__doc__, calls=True)
    chance = random.Random(SEED)
    print(f"# WEIR_SEED={SEED}", flush=True)
    calls = Calls(options, SEED, Receiver())
    phases = [phase for phase in PHASES if phase != "migrate" or options.workflow is None]
    good = [calls.play(number, phase, chance) for number, phase in enumerate(phases, 1)]
    Program.say_ready()
    print(f"1..{len(phases)}")
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(run_main(main))
