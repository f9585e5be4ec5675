#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The window used to make a workflow from nothing, with real pointer and keys, and what it remembers."""
import os
import signal
import subprocess
import sys

import weirtest
from gi.repository import Atspi
from weirtest import Failure, has_state, test, until


def is_enabled(studio, role, name):
    return has_state(studio.wait_for(role, name), "sensitive")


def add(studio, words):
    """Add a block by the palette, as with Ctrl+K."""
    studio.activate("view.palette")
    studio.wait_for("", "Add a Block")
    studio.type(words)
    studio.key("Return")
    studio.wait_gone("", "Add a Block")


def new_workflow(studio):
    studio.wait_for("", "Welcome to Weir")
    studio.press("button", "New Workflow")
    studio.wait_for("", "New Workflow")
    until("it is saved", lambda: "Saved · version 1" in studio.texts())


@test("what cannot be done now is not offered")
def verbs(studio):
    new_workflow(studio)
    for verb in ("Play", "Pause", "Stop"):
        if is_enabled(studio, "button", verb):
            raise Failure(f"{verb} is offered for an empty workflow")
    add(studio, "log")
    until("Play is offered", lambda: is_enabled(studio, "button", "Play"))
    for verb in ("Pause", "Stop"):
        if is_enabled(studio, "button", verb):
            raise Failure(f"{verb} is offered while nothing runs")


@test("blocks added one after the other are linked, played, and show what went through")
def build(studio):
    new_workflow(studio)
    add(studio, "edit fields")
    add(studio, "log")
    studio.wait_for_block("log")
    until("Play is offered", lambda: is_enabled(studio, "button", "Play"))
    studio.activate("run.play")
    until("the run succeeds", lambda: any(text.startswith("succeeded") for text in studio.texts()))
    studio.click("block:log", dy=0.2)
    studio.wait_for("", "debug.log · succeeded")
    studio.press("page tab", "Last Run")
    studio.wait_for("", "What Went In")
    studio.wait_for("", "What Came Out")


@test("a missing setting is said in place, and Play waits for it")
def missing(studio):
    new_workflow(studio)
    add(studio, "list folder")
    until("the problem is counted", lambda: studio.find("", "1 problem"))
    # Its card has a sign, which a screen reader reads.
    until("the block says it", lambda: any("Folder is required, but it is empty" in node.get_name() and "List Folder" in node.get_name()
                                           for node in studio.nodes()))
    if is_enabled(studio, "button", "Play"):
        raise Failure("Play is offered although the folder is missing")
    studio.activate("edit.undo")
    until("the block is gone", lambda: not studio.find("", "1 problem"))
    studio.activate("edit.redo")
    until("the block is back", lambda: studio.find("", "1 problem"))


@test("edits are still there after the program was killed")
def autosave(studio):
    new_workflow(studio)
    add(studio, "log")
    until("the block is saved", lambda: "Saved · version 2" in studio.texts())
    studio.restart(signal.SIGKILL)
    studio.wait_for("", "Saved · version 2")
    studio.wait_for_block("log")


@test("closing saves what was typed a moment ago")
def close(studio):
    new_workflow(studio)
    add(studio, "log")
    studio.restart(signal.SIGTERM)
    studio.wait_for("", "Saved · version 2")
    studio.wait_for_block("log")


@test("an older version comes back as the newest")
def versions(studio):
    new_workflow(studio)
    add(studio, "log")
    until("the block is saved", lambda: "Saved · version 2" in studio.texts())
    studio.activate("view.versions")
    studio.press("button", "Restore version 1")
    until("it is saved anew", lambda: "Saved · version 3" in studio.texts())
    try:
        studio.bounds("block:log")
    except Exception:  # the door knows no such block
        return
    raise Failure("the block of version 2 is still there")


@test("a deleted workflow comes back with Undo")
def delete(studio):
    new_workflow(studio)
    studio.wait_for("", "never run")
    studio.click("sidebar", dy=0.13, button=3)
    until("the menu is open", lambda: len(studio._windows()) > 1)
    studio.key("Up", "Return")  # the last one: Delete
    studio.wait_for("", "No Workflows")
    studio.press("button", "Undo")
    studio.wait_for("", "never run")


@test("an earlier run is opened from the list of runs", "--demo", "find-duplicates")
def earlier(studio):
    for number in (1, 2):
        until("Play is offered", lambda: is_enabled(studio, "button", "Play"))
        studio.press("button", "Play")
        studio.wait_for("", "Play “Find duplicate files”")
        studio.key("Return")
        studio.wait_gone("", "Play “Find duplicate files”")
        until(f"run {number} has ended", lambda: any(text.startswith(f"Run {number} · succeeded") for text in studio.texts()))
    studio.activate("view.runs")
    until("both runs are listed", lambda: studio.texts().count("Succeeded") >= 2)
    studio.click("run_list", dx=0.3, dy=0.095, count=2)
    until("run 1 is shown", lambda: any(text.startswith("Run 1 · succeeded") for text in studio.texts()))


@test("two programs do not share one data folder: the second says who has it")
def busy(studio):
    # A session bus of its own, else it would only call the first; but the same accessibility bus, to be looked at.
    a11y = studio.bus.call_sync("org.a11y.Bus", "/org/a11y/bus", "org.a11y.Bus", "GetAddress", None, None, 0, -1, None)
    second = subprocess.Popen(["dbus-run-session", "--", studio.program], start_new_session=True, stdout=sys.stderr,
                              env={**os.environ, "AT_SPI_BUS_ADDRESS": a11y.unpack()[0],
                                   "XDG_DATA_HOME": os.path.join(studio.home, "data")})
    try:
        def said():
            return [text for node in weirtest.walk(Atspi.get_desktop(0)) if (text := node.get_name()) == "In Use by Another Program"]
        until("the second studio says that the folder is in use", said)
        keep = os.environ.get("WEIR_TEST_PICTURES")
        if keep:
            os.makedirs(keep, exist_ok=True)
            weirtest.photograph(os.path.join(keep, "busy.png"))
    finally:
        os.killpg(second.pid, signal.SIGTERM)
        second.wait()


weirtest.main()
