#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What was edited, and the way back: over restarts, kills and versions; by real pointer and keys."""
import atexit
import os
import shutil
import signal
import subprocess
import tempfile

import weirtest
from gi.repository import Atspi
from weirtest import Failure, has_state, test, until


def is_enabled(studio, role, name):
    return has_state(studio.wait_for(role, name), "sensitive")


def add(studio, words):
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


def away(studio, block, dx, dy):
    x, y, width, height = studio.bounds(f"block:{block}")
    return x + width / 2 + dx, y + height / 2 + dy


def place(studio, block):
    x, y, *_ = studio.bounds(f"block:{block}")
    return x, y


def can_activate(studio, action):
    try:
        studio.activate(action)
    except Failure:
        return False
    return True


def is_gone(studio, name):
    try:
        studio.bounds(name)
    except Exception:  # the door knows no such thing
        return True
    return False


@test("undo goes on after the program was killed")
def killed(studio):
    new_workflow(studio)
    add(studio, "log")
    add(studio, "edit fields")
    studio.wait_for_block("edit_fields")
    studio.activate("edit.undo")
    until("the second block is gone", lambda: is_gone(studio, "block:edit_fields"))
    studio.restart(signal.SIGKILL)
    studio.wait_for_block("log")
    studio.activate("edit.redo")
    studio.wait_for_block("edit_fields")
    studio.activate("edit.undo")
    studio.activate("edit.undo")
    until("both are gone", lambda: is_gone(studio, "block:log"))
    if is_enabled(studio, "button", "Undo edit"):
        raise Failure("there is more to undo than was done")


@test("a kill while a block is dragged loses nothing but the drag")
def mid_drag(studio):
    new_workflow(studio)
    add(studio, "log")
    before = place(studio, "log")
    studio.drag("block:log", away(studio, "log", 60, 120))
    until("it has moved", lambda: place(studio, "log") != before)
    studio.drag("block:log", away(studio, "log", 160, -60), drop=False)
    studio.restart(signal.SIGKILL)
    studio.wait_for_block("log")
    if not is_enabled(studio, "button", "Undo edit"):
        raise Failure("the first drag cannot be undone")
    studio.activate("edit.history")
    studio.wait_for("list item", "Move Block, present state")


@test("the history names every edit and goes to any")
def history(studio):
    new_workflow(studio)
    for words in ("log", "edit fields", "delay"):
        add(studio, words)
    studio.wait_for_block("delay")
    studio.key("ctrl+h")
    studio.wait_for("", "Edit History")
    rows = [node.get_name() for node in studio.find_all("list item") if node.get_name().startswith("Add")]
    if len(rows) != 3:
        raise Failure(f"three edits were made, but the history shows {rows}")
    studio.wait_for("list item", "Beginning")
    studio.key("End", "Return")
    until("all are gone", lambda: is_gone(studio, "block:log"))
    until("they are shown as undone", lambda: len([n for n in studio.find_all("list item") if n.get_name().endswith(", undone")]) == 3)
    studio.key("Escape")


@test("a version that is restored is one edit, and can be undone")
def restore(studio):
    new_workflow(studio)
    add(studio, "log")
    until("the block is saved", lambda: "Saved · version 2" in studio.texts())
    studio.activate("view.versions")
    studio.press("button", "Restore version 1")
    until("it is saved anew", lambda: "Saved · version 3" in studio.texts())
    until("the block is gone", lambda: is_gone(studio, "block:log"))
    studio.activate("edit.undo")
    studio.wait_for_block("log")


@test("what is edited in one go is one version, and versions have names")
def names(studio):
    new_workflow(studio)
    for words in ("log", "edit fields", "delay"):
        add(studio, words)
    studio.wait_for_block("delay")
    until("it is saved in one version", lambda: "Saved · version 2" in studio.texts())
    studio.key("ctrl+shift+s")
    studio.wait_for("", "Name of Version 2")
    studio.type("Three blocks")
    studio.key("Return")
    studio.wait_gone("", "Name of Version 2")
    add(studio, "notify")
    studio.wait_for_block("notify")
    until("the next edit is in a version of its own", lambda: "Saved · version 3" in studio.texts())
    studio.activate("view.versions")
    studio.wait_for("", "Three blocks")
    studio.press("button", "Name version 2…")
    studio.wait_for("", "Name of Version 2")
    studio.key("ctrl+a")
    studio.type("Before it says so")
    studio.key("Return")
    studio.wait_for("", "Before it says so")
    keep = os.environ.get("WEIR_TEST_PICTURES")
    if keep:
        os.makedirs(keep, exist_ok=True)
        weirtest.photograph(os.path.join(keep, "versions.png"))
    studio.press("button", "Restore version 2")
    until("it is restored", lambda: "Saved · version 4" in studio.texts())
    studio.activate("edit.undo")
    studio.wait_for_block("notify")
    until("that is saved too", lambda: "Saved · version 5" in studio.texts())
    studio.activate("view.versions")
    studio.press("button", "Name version 2…")
    studio.press("button", "Remove Name")
    studio.wait_gone("", "Before it says so")
    studio.wait_for("", "Version 2")


@test("a version is compared with what is open, on the canvas and as a list")
def compare(studio):
    new_workflow(studio)
    add(studio, "log")
    until("the block is saved", lambda: "Saved · version 2" in studio.texts())
    studio.activate("view.versions")
    studio.press("button", "Compare version 1 with…")
    studio.wait_for("", "Compare Versions")
    until("the block is listed as added", lambda: {"Log", "Added"} <= set(studio.texts()))
    until("the canvas says so too", lambda: any("Added" in node.get_name() for node in studio.nodes() if node.get_name().startswith("Log,")))
    studio.key("Escape")
    studio.wait_gone("", "Compare Versions")
    studio.press("button", "Compare version 2 with…")
    studio.wait_for("", "No Difference")


@test("another file is compared, and what only stands elsewhere is marked when that is wanted")
def compare_file(studio):
    new_workflow(studio)
    add(studio, "log")
    studio.wait_for_block("log")
    path = os.path.join(studio.home, "other.yaml")
    with open(path, "w", encoding="utf-8") as file:
        file.write("weir: 1\nname: New Workflow\nblocks:\n  log: { kind: debug.log }\nlayout: { log: [4000, 4000] }\n")
    studio.activate("workflow.compare-path", path)
    studio.wait_for("", "Compare Versions")
    studio.wait_for("", "File “other.yaml”")
    studio.wait_for("", "None that means anything")

    def marked():
        return any("Moved" in node.get_name() for node in studio.nodes() if node.get_name().startswith("Log,"))
    if marked():
        raise Failure("the layout is marked though nobody asked for it")
    switch = studio.wait_for("", "Show layout changes")
    Atspi.Action.do_action(switch, 0)
    until("the block is marked as moved", marked)
    Atspi.Action.do_action(switch, 0)
    until("the mark is gone", lambda: not marked())


@test("a selection becomes one block, and is unpacked again")
def part(studio):
    new_workflow(studio)
    for words in ("edit fields", "log"):
        add(studio, words)
    studio.wait_for_block("log")
    studio.click("block:log", dy=0.2)
    until("a block can be made", lambda: can_activate(studio, "edit.make-block"))
    studio.wait_for("", "Make a Block of the Selection")
    studio.type("Say it")
    studio.key("Return")
    until("the call is there", lambda: not is_gone(studio, "block:say_it"))
    until("the block is gone", lambda: is_gone(studio, "block:log"))
    studio.wait_for("", "Say it")
    until("it can be unpacked", lambda: can_activate(studio, "edit.unpack"))
    until("the block is back", lambda: not is_gone(studio, "block:log"))
    until("the call is gone", lambda: is_gone(studio, "block:say_it"))
    studio.activate("edit.undo")
    studio.wait_for_block("say_it")
    studio.activate("edit.undo")
    studio.wait_for_block("log")


PART = """weir: 1
name: Part
inputs:
  n: { type: int }
blocks:
  out: { kind: debug.noop, label: Give back, config: { value: "=inputs.n" } }
"""
CALLER = """weir: 1
name: Caller
blocks:
  call: { kind: flow.subworkflow, label: Call it, config: { workflow: Part, version: 1, inputs: { n: 1 } } }
layout: { call: [80, 80] }
"""


def two_versions():
    """A data folder with a workflow of two versions, and one that calls the first."""
    home = tempfile.mkdtemp(prefix="weir-parts-")
    atexit.register(shutil.rmtree, home, True)
    weir = os.path.join(os.environ.get("WEIR_BUILD", "_build"), "src/cli/weir")
    env = {**os.environ, "XDG_DATA_HOME": os.path.join(home, "data"), "XDG_STATE_HOME": os.path.join(home, "state")}
    for name, text in (("part", PART), ("part", PART.replace("=inputs.n", "=inputs.n * 2")), ("caller", CALLER)):
        path = os.path.join(home, name + ".yaml")
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        subprocess.run([weir, "import", path], env=env, check=True, stdout=subprocess.DEVNULL)
    return home


@test("who calls a workflow sees what is new before following it", data=two_versions())
def follow(studio):
    until("the caller is open", lambda: not is_gone(studio, "block:call"))
    studio.wait_for("", "Saved · version 1")
    studio.click("block:call", dy=0.2)
    studio.wait_for("", "flow.subworkflow")
    until("versions can be compared", lambda: can_activate(studio, "edit.follow-version"))
    studio.wait_for("", "“Part”: Version 1 to 2")
    until("what is new is listed", lambda: any("=inputs.n * 2" in text for text in studio.texts()))
    studio.press("button", "Follow This Version")
    studio.wait_gone("", "“Part”: Version 1 to 2")
    studio.activate("edit.history")
    studio.wait_for("list item", "Follow Version 2, present state")


weirtest.main()
