#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Breakpoints: a run is held before a block and goes on when somebody says so."""
import atexit
import os
import shutil
import tempfile

import weirtest
from weirtest import Failure, test, until

folder = tempfile.mkdtemp(prefix="weir-debug-")
atexit.register(shutil.rmtree, folder, True)
FILE = os.path.join(folder, "two.yaml")
with open(FILE, "w", encoding="utf-8") as file:
    file.write(f"""weir: 1
name: Two files
blocks:
  first: {{ kind: file.write, label: First, config: {{ path: "{folder}/first.txt", content: "1" }} }}
  second: {{ kind: file.write, label: Second, config: {{ path: "{folder}/second.txt", content: "2" }} }}
links:
  - first.done -> second.run
layout: {{ first: [0, 0], second: [280, 0] }}
""")


def block_named(studio, words):
    canvas = studio.find("", "Workflow canvas")
    return canvas and next((node for node in weirtest.walk(canvas)
                            if node.get_role_name() == "list item" and words in node.get_name()), None)


def says(studio, words):
    until(f"“{words}” is said", lambda: any(words in text for text in studio.texts()))


def play_until_held(studio):
    studio.activate("run.play")
    says(studio, "Held before “Second” by a breakpoint")
    if not os.path.exists(os.path.join(folder, "first.txt")):
        raise Failure("what comes before the breakpoint did not run")
    if os.path.exists(os.path.join(folder, "second.txt")):
        raise Failure("the block with the breakpoint ran")


@test("a run is held before a block with a breakpoint, after a restart as well, and goes on", FILE)
def hold(studio):
    studio.wait_for("", "Two files")
    studio.wait_for_block("second")
    until("Play is offered", lambda: studio.bounds("play_button"))
    studio.click("block:second", dy=0.2)
    studio.key("b")
    until("the breakpoint is told", lambda: block_named(studio, "Second, breakpoint"))
    play_until_held(studio)
    studio.press("button", "Continue")
    says(studio, "succeeded in")
    with open(os.path.join(folder, "second.txt"), encoding="utf-8") as written:
        if written.read() != "2":
            raise Failure("the block did not do its work afterwards")
    os.remove(os.path.join(folder, "first.txt"))
    os.remove(os.path.join(folder, "second.txt"))

    studio.args = ()
    studio.restart()
    studio.wait_for("", "Two files")
    studio.wait_for_block("second")
    until("the breakpoint is still there", lambda: block_named(studio, "Second, "))
    play_until_held(studio)
    # Taken away meanwhile: the block that is held stays so until it is told to go on.
    studio.click("block:second", dy=0.2)
    studio.key("b")
    until("the breakpoint is gone", lambda: not block_named(studio, "breakpoint"))


weirtest.main()
