# SPDX-License-Identifier: GPL-3.0-or-later
"""Any workflow under kill -9, compared with what it does when nobody kills it.

It is first played twice without a crash: what is the same both times (the end, the files, what programs and requests left outside) must also
be there after crashes. Whatever is unknown is said to run again, which may repeat that much outside, and no more. If an undo of the run that was not
killed gives back the files as they were, so must that of the others.
"""
import argparse
import collections
import os
import random
import shutil

from weir_crash import ENDED, Program, Wrong, difference, tree
from weir_round import Cut, Round


class Played:
    """One run in a folder of its own, and what is there after it."""

    def __init__(self, folder, options, receiver):
        self.folder, self.options, self.receiver = folder, options, receiver
        self.world = folder / "world"
        if options.data is not None:
            shutil.copytree(options.data, self.world, symlinks=True)
        else:
            self.world.mkdir(parents=True)
        self.server = f"{receiver.address}/{folder.parent.name}/{folder.name}"
        self.program = Program(options.weir, folder, cwd=self.world, receiver=receiver)
        self.before = tree(self.world)

    def arguments(self):
        inputs = []
        for text in self.options.input:
            inputs += ["-i", text.replace("{folder}", str(self.world)).replace("{server}", self.server)]
        return ["run", "--json", "--leave", *inputs, self.options.workflow]

    def list_run(self):
        runs = self.program.list_runs()
        return runs[-1] if runs else None

    def counts(self):
        prefix = self.server[len(self.receiver.address):]
        return collections.Counter({key[len(prefix):]: n for key, n in self.receiver.counts.items() if key.startswith(prefix + "/")})

    def files(self):
        return tree(self.world, times=False)


class Reference:
    """What the workflow does when nothing comes in between."""

    made = None

    def __init__(self, folder, options, receiver):
        first, second = Played(folder / "a", options, receiver), Played(folder / "b", options, receiver)
        for played in (first, second):
            if played.program.command(*played.arguments()) is None or played.list_run() is None:
                raise Wrong(f"the workflow cannot be played: {played.program.said()}")
        self.status = first.list_run()["status"]
        if second.list_run()["status"] != self.status:
            raise Wrong("the workflow ends in one way or another even without a crash: such a workflow cannot be judged")
        one, other = first.files(), second.files()
        self.files = {name: one[name] for name in one if one[name] == other.get(name)}
        self.changing = {name for name in one.keys() | other.keys() if one.get(name) != other.get(name)}
        self.counts = first.counts() if first.counts() == second.counts() else None
        self.id = str(first.list_run()["run"])
        self.ended = self.status in ENDED
        if self.ended:
            first.program.command("undo", self.id, "--json")
        self.undoes = self.ended and tree(first.world, False) == {name: self.without_time(state) for name, state in first.before.items()}

    @staticmethod
    def without_time(state):
        return ("folder", state[1], 0) if state[0] == "folder" else state

    @classmethod
    def get(cls, folder, options, receiver):
        if cls.made is None:
            cls.made = cls(folder, options, receiver)
        return cls.made


class Given(Cut):
    """One run of the workflow with crashes in between."""

    def __init__(self, seed, folder, options, receiver):
        self.random = random.Random(seed)
        self.reference = Reference.get(folder, options, receiver)
        self.rests_as = None if self.reference.ended else self.reference.status
        self.played = Played(folder / "run", options, receiver)
        self.receiver = receiver
        self.folder, self.world, self.program = folder, self.played.world, self.played.program
        self.reruns = 0

    def arguments(self):
        return self.played.arguments()

    def find_run(self):
        return self.played.list_run()

    def forget_counted(self):
        self.receiver.forget(self.played.server[len(self.receiver.address):])

    def count_program(self, arguments):
        pass

    def count_request(self, text):
        self.receiver.count_text(text)

    def settle(self):
        for step in self.program.ask("show", self.id)["timeline"]:
            if step["status"] == "unknown":
                self.reruns += 1
                self.command("settle", self.id, step["path"], "rerun", "--json")
                return True
        return False

    def check_run(self):
        run = self.find_run()
        if run["status"] != self.reference.status:
            raise Wrong(f"without a crash it is {self.reference.status}, now {run['status']}: {run['error']}")
        self.check_files()
        self.check_counts()

    def check_files(self):
        now = self.played.files()
        if self.reruns > 0 or not self.compares:
            return  # what runs again may leave its traces again
        for name in now.keys() | self.reference.files.keys():
            if name not in self.reference.changing and now.get(name) != self.reference.files.get(name):
                raise Wrong(f"{name}: without a crash {self.reference.files.get(name)}, now {now.get(name)}")

    def check_counts(self):
        if self.reference.counts is None:
            return
        now = self.played.counts()
        lost = self.reference.counts - now
        more = now - self.reference.counts
        if lost and self.compares:
            raise Wrong(f"asked for without a crash, but not now: {dict(lost)}")
        if sum(more.values()) > self.reruns:
            raise Wrong(f"done twice: {dict(more)}, but {self.reruns} steps were told to run again")

    def take_back(self, cuts):
        if not self.reference.ended:
            return
        for verb, part in (("undo", "undo"), ("redo", "redo"), ("undo", "again")):
            self.undo_or_redo(verb, cuts[part], self.before if part == "again" else None)

    def undo_or_redo(self, verb, cuts, wanted):
        for cut in cuts:
            self.command(verb, self.id, "--json", **cut)
        self.command(verb, self.id, "--json")
        if wanted is None:
            return
        after = tree(self.world, False)
        before = {name: self.reference.without_time(state) for name, state in wanted.items()}
        if self.reference.undoes and self.reruns == 0 and after != before:
            raise Wrong(f"undo did not give back what was: {difference(before, after)}")


def make_round(options, seed, folder, receiver, kept=None):
    """Of the workflow that was given, or else of one made by chance."""
    if options.workflow is None:
        return Round(seed, folder, options.weir, receiver, kept)
    return Given(seed, folder, options, receiver)


def parse_options(text, calls=False):
    parser = argparse.ArgumentParser(description=text, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("weir", type=os.path.abspath, help="the program")
    if calls:
        parser.add_argument("calls", type=os.path.abspath, help="weir-calls.so")
    parser.add_argument("workflow", nargs="?", type=os.path.abspath, help="a workflow file, in place of workflows made by chance")
    parser.add_argument("data", nargs="?", type=os.path.abspath, help="a folder that the workflow works on; each run begins in a copy of it")
    parser.add_argument("-i", "--input", action="append", default=[], metavar="NAME=VALUE",
                        help="of the workflow; {folder} is the copy of the folder, {server} the address of a server that counts")
    return parser.parse_args()


def run_main(main):
    try:
        return main()
    except Wrong as error:
        print(f"Bail out! {error}")
        return 1
