#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""kill -9 at any moment loses nothing that was shown, does nothing twice, and what was done can be undone.

    test_crash.py WEIR [WORKFLOW [DATA]] [-i NAME=VALUE]

Plays workflows made by chance, kills the program while it runs, while it migrates the database of an older Weir, while it resumes, undoes
and redoes, and looks at what is left, at the files and at what receivers outside counted. With WORKFLOW it does the same with that
workflow: see weir_given.py. weir_crash.py says what can be set by environment variables.
"""
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile

from weir_crash import SEED, Program, Receiver, Wrong, share
from weir_given import make_round, parse_options, run_main


def play_rounds(options):
    crashes = rounds = failures = 0
    chance = random.Random(SEED)
    receiver = Receiver(lambda: chance.choice((0, 0, 0.01, 0.05)))
    while crashes < share(1) and failures < 5 and rounds < 20 * share(1):
        rounds += 1
        folder = pathlib.Path(tempfile.mkdtemp(prefix="weir-crash-"))
        one = make_round(options, SEED * 100_003 + rounds, folder, receiver)
        try:
            one.play()
            print(f"ok {rounds} - {one.program.crashes} crashes, {len(one.program.shown)} steps shown", flush=True)
            shutil.rmtree(folder, ignore_errors=True)
        except (Wrong, subprocess.SubprocessError, OSError) as error:
            failures += 1
            print(f"not ok {rounds} - {error}\n# kept: {folder}", flush=True)
        crashes += one.program.crashes
    Program.say_ready()
    print(f"# {crashes} crashes in {rounds} rounds, {failures} of them wrong")
    print(f"1..{rounds}")
    return 1 if failures or crashes == 0 else 0


def main():
    print(f"# WEIR_SEED={SEED}", flush=True)
    return play_rounds(parse_options(__doc__))


if __name__ == "__main__":
    sys.exit(run_main(main))
