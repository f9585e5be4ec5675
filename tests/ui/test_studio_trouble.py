#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs that fail, and runs that a crash cut off: what the window says, and offers."""
import atexit
import os
import shutil
import signal
import tempfile

import weirtest
from weirtest import Failure, test, until

folder = tempfile.mkdtemp(prefix="weir-trouble-")
atexit.register(shutil.rmtree, folder, True)


def workflow(name, text):
    """A file to open."""
    path = os.path.join(folder, name + ".yaml")
    with open(path, "w", encoding="utf-8") as file:
        file.write(f"weir: 1\nname: {name}\n{text}")
    return path


FAILING = workflow("Failing", """blocks:
  before: { kind: debug.log, label: All is well }
  stop: { kind: flow.throw, label: Give it up, config: { class: user.bad_day, message: Not today } }
""")
# Waits for a file, so that it is at work for as long as the test wants.
ONCE = workflow("Once", f"""blocks:
  send: {{ kind: exec.command, label: Send it, config: {{ program: sh, args: ["-c", "touch {folder}/begun; until test -e {folder}/go; do sleep .1; done"] }} }}
  after: {{ kind: debug.log, label: Afterwards }}
links:
  - send.stdout -> after.value
""")


def says(studio, words):
    return until(f"“{words}” is said", lambda: next((text for text in studio.texts() if words in text), None))


def cut_off_at_work(studio):
    """Kill it while Send it is at work, start it again."""
    studio.wait_for("", "Once")
    until("Play is offered", lambda: studio.bounds("play_button"))
    studio.activate("run.play")
    says(studio, "running for")
    until("Send it is at work", lambda: os.path.exists(os.path.join(folder, "begun")))
    os.unlink(os.path.join(folder, "begun"))
    studio.args = ()
    studio.restart(signal.SIGKILL)
    says(studio, "was cut off")


@test("a failed run says which block failed and why, and goes there", FAILING)
def failed(studio):
    studio.wait_for("", "Failing")
    studio.activate("run.play")
    says(studio, "“Give it up” failed: Not today (user.bad_day)")
    studio.press("button", "Show Block")
    studio.wait_for("", "Error")
    studio.wait_for("", "user.bad_day")
    studio.press("button", "Dismiss")
    until("the notice is gone", lambda: not any("“Give it up” failed" in text for text in studio.texts()))


@test("a run that was cut off can be given up", ONCE)
def give_up(studio):
    cut_off_at_work(studio)
    studio.press("button", "Give Up…")
    studio.press("button", "Give Up")
    says(studio, "interrupted after")
    until("Play is offered again", lambda: weirtest.has_state(studio.find("button", "Play"), "sensitive"))


@test("a step that was cut off in an effect asks what became of it, and the run goes on", ONCE)
def settle(studio):
    cut_off_at_work(studio)
    studio.press("button", "Resume")
    says(studio, "only you can tell")
    studio.press("button", "Decide…")
    studio.wait_for("", "Did It Happen?")
    studio.press("button", "Mark as Done…")
    studio.press("button", "Mark as Done")
    says(studio, "succeeded in")


@test("a step that was cut off can be run again", ONCE)
def again(studio):
    cut_off_at_work(studio)
    studio.press("button", "Resume")
    studio.press("button", "Decide…")
    open(os.path.join(folder, "go"), "w", encoding="utf-8").close()
    studio.press("button", "Run Again")
    says(studio, "succeeded in")


weirtest.main()
