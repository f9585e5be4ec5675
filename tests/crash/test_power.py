#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""After a power cut between any two calls nothing is lost that was shown, and everything goes on.

    test_power.py WEIR weir-calls.so [WORKFLOW [DATA]] [-i NAME=VALUE]

Writes down all calls of a run, an undo, a redo and a migration. Of some moments by chance (with WEIR_CRASHES=1000: of all) it makes what a
power cut would have left: what was synced by then, and some sectors and names of what came later; see weir_cut.py. There the program must
find a whole database with all that was shown until then, blobs with their content, an audit without gaps, and an intent for each effect
that had begun; and go on to the same end, and back. Files that programs of a given workflow write are not followed.
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

from weir_crash import SEED, Program, Receiver, Wrong, check_kept, difference, sample, tree
from weir_cut import Disk, Effects, Pool, read_calls
from weir_given import make_round, parse_options, run_main

PHASES = ("run", "undo", "redo", "migrate")
FEW = 0.15  # of all crashes, for each phase
NOTHING = {"undo": [], "redo": [], "again": []}
# What a write has until it takes the place of another file.
BESIDE = re.compile(r"\.weir-(?:[0-9a-f]+|\w{6}|moving|link)$")


class Recorded:
    """A command that was played to its end once, with everything it did to the disk."""

    def __init__(self, options, seed, receiver, phase):
        self.phase, self.receiver = phase, receiver
        self.place = pathlib.Path(tempfile.mkdtemp(prefix="weir-power-"))
        self.folder = self.place / self.place.name  # what it asks for bears this name
        self.folder.mkdir()
        self.one = one = make_round(options, seed, self.folder, receiver, 4 if phase == "migrate" else None)
        one.calm, one.folder_times = True, False
        one.before = tree(one.world, False)
        self.prepare()
        one.program.shown.clear()
        self.disk = Disk.read([one.program.data, one.world])
        self.began = self.list_counted()
        log = self.place / "calls"
        env = {"LD_PRELOAD": options.calls, "WEIR_CALLS_PROGRAM": os.path.realpath(options.weir), "WEIR_CALLS_BELOW": str(self.folder),
               "WEIR_CALLS_LOG": str(log)}
        if "LD_PRELOAD" in os.environ:
            env["LD_PRELOAD"] = os.environ["LD_PRELOAD"] + " " + env["LD_PRELOAD"]
        arguments = {"run": one.arguments(), "migrate": ["runs"]}.get(phase) or [phase, one.id, "--json"]
        one.command(*arguments, env=env)
        self.out = one.program.out
        self.calls = read_calls(log)
        self.pool = Pool(self.disk, log.with_name("calls.kept"), self.place / "pool")
        one.compares = phase == "run"
        if phase == "run":
            self.end_run()

    def prepare(self):
        one = self.one
        if self.phase in ("run", "migrate"):
            return
        one.command(*one.arguments())
        self.end_run()
        if self.phase == "redo":
            one.command("undo", one.id, "--json")

    def end_run(self):
        if not self.one.finish([]):
            raise Wrong("the workflow cannot be played")
        self.made = tree(self.one.world, times=False)
        if self.phase != "run":
            self.one.made = tree(self.one.world, False)

    def list_counted(self):
        """Counted before the recorded command began."""
        return [] if self.phase in ("run", "migrate") else None

    def count_again(self, calls):
        """Receivers outside have no power cut: they keep what reached them until then."""
        if self.began is None:
            return
        self.one.forget_counted()
        for call in calls:
            if call.type == "p":
                self.one.count_program(call.data.decode(errors="replace").split("\n"))
            elif call.type == "s":
                self.one.count_request(call.data)

    # ── what must be there ──

    def check_intents(self, calls):
        """Nothing has begun of which the journal does not say that it would."""
        effects = Effects.read(self.one.program.data / "weir.db")
        for call in calls:
            done = self.name_effect(call)
            if done is not None and not effects.know(done):
                raise Wrong(f"{done} was done, but the journal does not say that it would be")

    def name_effect(self, call):
        if call.type == "p":
            return " ".join(call.data.decode(errors="replace").split("\n")[1:]).strip()
        if call.type == "s":
            asked = re.match(rb"(?:POST|PUT|PATCH|DELETE) (/\S+) HTTP/1", call.data)
            return asked.group(1).decode() if asked else None
        if call.type in "crulmt" and call.path.startswith(str(self.one.world) + "/"):
            return BESIDE.sub("", call.path)
        return None

    def cut(self, at, chance):
        """The power goes just before this call."""
        one = self.one
        names, contents = self.disk.cut(chance)
        self.pool.put(names, contents, self.disk.inodes)
        self.count_again(self.calls[:at])
        one.program.shown.clear()
        one.program.out = self.out
        one.program.read_events(self.calls[at].shown)
        one.in_doubt = set()
        one.program.list_runs()
        one.program.check_database()
        one.program.check_audit()
        if self.phase == "run":
            self.check_intents(self.calls[:at])
        self.go_on()

    def go_on(self):
        one = self.one
        if one.kept is not None:
            check_kept(one.program, one.kept)
        if self.phase == "migrate":
            return
        if not one.finish([]):
            after = tree(one.world, times=False)
            before = {name: (*state[:2], 0, *state[3:]) for name, state in one.before.items()}
            if after != before:
                raise Wrong(f"there is no run, but something was changed: {difference(before, after)}")
            return
        one.check_run()
        made = tree(one.world, times=False)
        if self.phase == "run" and made != self.made:
            raise Wrong(f"it ended otherwise than without a power cut: {difference(self.made, made)}")
        one.take_back(NOTHING)
        one.program.check_database()

    def play(self, chance):
        moments = sample(chance, len(self.calls) - 1, FEW)
        wrong = 0
        applied = 0
        for at in moments:
            for call in self.calls[applied:at]:
                self.disk.apply(call)
            applied = at
            try:
                self.cut(at, chance)
            except (Wrong, subprocess.SubprocessError, OSError, sqlite3.DatabaseError) as error:
                wrong += 1
                kept = self.place.with_name(f"{self.place.name}-{at}")
                shutil.copytree(self.folder, kept, symlinks=True)
                print(f"# cut before call {at} of {len(self.calls)} of the {self.phase}: {error}\n# kept: {kept}", flush=True)
                if wrong > 4:
                    break
        if not wrong:
            shutil.rmtree(self.place, ignore_errors=True)
        return len(moments), wrong


def main():
    options = parse_options(__doc__, calls=True)
    chance = random.Random(SEED)
    receiver = Receiver()
    print(f"# WEIR_SEED={SEED}", flush=True)
    phases = [phase for phase in PHASES if phase != "migrate" or options.workflow is None]
    failed = 0
    for number, phase in enumerate(phases, 1):
        recorded = Recorded(options, SEED, receiver, phase)
        cuts, wrong = recorded.play(chance)
        failed += wrong
        print(f"{'not ok' if wrong else 'ok'} {number} - {phase}: {cuts} power cuts among {len(recorded.calls)} calls", flush=True)
    Program.say_ready()
    print(f"1..{len(phases)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(run_main(main))
