#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What was edited, and the way back: over restarts, kills and versions; by real pointer and keys."""
import signal

import weirtest
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
    studio.bounds("block:edit_fields")
    studio.activate("edit.undo")
    until("the second block is gone", lambda: is_gone(studio, "block:edit_fields"))
    studio.restart(signal.SIGKILL)
    studio.bounds("block:log")
    studio.activate("edit.redo")
    studio.bounds("block:edit_fields")
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
    studio.bounds("block:log")
    if not is_enabled(studio, "button", "Undo edit"):
        raise Failure("the first drag cannot be undone")
    studio.activate("edit.history")
    studio.wait_for("list item", "Move Block, present state")


@test("the history names every edit and goes to any")
def history(studio):
    new_workflow(studio)
    for words in ("log", "edit fields", "delay"):
        add(studio, words)
    studio.bounds("block:delay")
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
    studio.bounds("block:log")


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


weirtest.main()
