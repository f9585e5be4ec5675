#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The window from the outside, with a real pointer: what the README promises."""
import glob
import os
import signal

import weirtest
from weirtest import Failure, has_state, test, until


def sample_files(studio):
    """Every file of the example's sample folder: path below it, and content."""
    top = until("the example prepares its folder",
                lambda: glob.glob(os.path.join(studio.home, "data/weir/demos/tidy-downloads*")))[0]
    return {os.path.relpath(os.path.join(folder, name), top): open(os.path.join(folder, name), "rb").read()
            for folder, _, names in os.walk(top) for name in names}


def play(studio):
    until("Play is offered", lambda: has_state(studio.find("button", "Play"), "sensitive"))
    studio.click("play_button")
    studio.wait_for("", "Folder to tidy")
    studio.click("start_button")
    until("the run succeeds", lambda: any("succeeded" in text for text in studio.texts()))


@test("the first start offers the demos")
def first_start(studio):
    studio.wait_for("", "Tidy downloads")


@test("Play tidies the folder, and Undo puts every file back", "--demo", "tidy-downloads")
def play_and_undo(studio):
    before = sample_files(studio)
    play(studio)
    after = sample_files(studio)
    if set(after) == set(before):
        raise Failure("no file was moved")
    studio.press("button", "Undo Run…")
    studio.press("button", "Undo")
    until("every file is back", lambda: sample_files(studio) == before)


@test("a finished run is still there after the program was killed", "--demo", "tidy-downloads")
def killed(studio):
    play(studio)
    studio.args = ()
    studio.restart(signal.SIGKILL)
    studio.wait_for("", "Tidy downloads")
    until("the sidebar knows of the run", lambda: any(text.startswith("succeeded") for text in studio.texts()))


weirtest.main()
