#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The workflow as text beside the canvas, with real keys: it goes both ways, and nothing that was typed is lost."""
import os
import signal

import weirtest
from weirtest import Failure, test, text_of, until


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


def text(studio):
    node = studio.wait_for("", "Workflow as YAML")
    return text_of(node)


def show_text(studio):
    studio.key("ctrl+u")
    studio.wait_for("", "Workflow as YAML")


def go_to_line(studio, line, column=0):
    studio.key("ctrl+Home", *["Down"] * (line - 1), *["Right"] * column)


def line_of(studio, words):
    return next(number for number, line in enumerate(text(studio).split("\n"), 1) if words in line)


def has_block(studio, path):
    try:
        studio.bounds("block:" + path)
        return True
    except Exception:  # the door knows no such block
        return False


@test("what is done on the canvas appears in the text")
def canvas_to_text(studio):
    new_workflow(studio)
    show_text(studio)
    add(studio, "log")
    until("the block is in the text", lambda: "log: { kind: debug.log }" in text(studio))
    studio.activate("edit.undo")
    until("it is gone from the text", lambda: "debug.log" not in text(studio))


@test("what is typed appears on the canvas after a rest, and is one step back")
def text_to_canvas(studio):
    new_workflow(studio)
    show_text(studio)
    studio.key("ctrl+End")
    studio.type("blocks: { say: { kind: debug.log }  # my own words")
    until("what is half typed is held back", lambda: any(said.startswith("Not applied") for said in studio.texts()))
    if has_block(studio, "say"):
        raise Failure("a block came of a text that is not right")
    studio.key("Return")
    studio.type("}")
    until("the block is there", lambda: has_block(studio, "say"))
    studio.key("ctrl+z")
    until("one step takes it all back", lambda: not has_block(studio, "say") and "my own words" not in text(studio))
    studio.key("ctrl+shift+z")
    until("and brings it back", lambda: has_block(studio, "say") and "# my own words" in text(studio))


@test("an error is said in place, and the canvas keeps what was right")
def held(studio):
    new_workflow(studio)
    add(studio, "log")
    show_text(studio)
    until("the block is in the text", lambda: "debug.log" in text(studio))
    go_to_line(studio, line_of(studio, "debug.log"))
    studio.key("End", "Left", "Left")
    studio.type("ger")
    until("the message is shown", lambda: any("debug.logger" in said and "not known" in said for said in studio.texts()))
    until("it is not applied", lambda: "Not applied · 1 error" in studio.texts())
    studio.wait_for("", "Log")
    studio.key("BackSpace", "BackSpace", "BackSpace")
    until("it is right again", lambda: not any(said.startswith("Not applied") for said in studio.texts()))


@test("what was typed and is not right yet outlives a crash")
def draft(studio):
    new_workflow(studio)
    add(studio, "log")
    show_text(studio)
    until("the block is in the text", lambda: "debug.log" in text(studio))
    studio.key("ctrl+Home")
    studio.type("what is this: [")
    until("it is held back", lambda: any(said.startswith("Not applied") for said in studio.texts()))
    until("the block is saved", lambda: "Saved · version 2" in studio.texts())
    studio.restart(signal.SIGKILL)
    studio.wait_for("", "Saved · version 2")
    show_text(studio)
    until("what was typed is back", lambda: text(studio).startswith("what is this: ["))
    until("and still held back", lambda: any(said.startswith("Not applied") for said in studio.texts()))
    if not has_block(studio, "log"):
        raise Failure("the block is gone")


@test("the canvas and the text are edited at once")
def both(studio):
    new_workflow(studio)
    add(studio, "log")
    show_text(studio)
    until("the block is in the text", lambda: "debug.log" in text(studio))
    studio.key("ctrl+Home")
    studio.type("name [")
    until("it is held back", lambda: any(said.startswith("Not applied") for said in studio.texts()))
    add(studio, "edit fields")
    until("the new block came into the text", lambda: "data.edit" in text(studio))
    if not text(studio).startswith("name ["):
        raise Failure("what was typed is gone")


@test("where both sides change the same line, the person chooses, and neither is lost")
def conflict(studio):
    new_workflow(studio)
    add(studio, "log")
    show_text(studio)
    until("the block is in the text", lambda: "debug.log" in text(studio))
    go_to_line(studio, line_of(studio, "debug.log"))
    studio.key("End")
    studio.type(" mine")
    until("it is held back", lambda: any(said.startswith("Not applied") for said in studio.texts()))
    studio.activate("edit.undo")  # the block goes, and with it the line
    studio.wait_for("button", "Keep Mine")
    if "debug.log } mine" not in text(studio):
        raise Failure("what was typed is gone")
    studio.press("button", "Discard Mine")
    until("the text is the workflow's", lambda: "debug.log" not in text(studio))
    studio.activate("edit.redo")
    until("the block is back on both sides", lambda: has_block(studio, "log") and "debug.log }" in text(studio))


@test("cursor and selection are in the same place")
def places(studio):
    new_workflow(studio)
    add(studio, "log")
    add(studio, "edit fields")
    show_text(studio)
    until("the blocks are in the text", lambda: "data.edit" in text(studio))
    go_to_line(studio, line_of(studio, "debug.log"), 4)
    until("the block is selected", lambda: studio.find("", "debug.log"))
    go_to_line(studio, line_of(studio, "data.edit"), 4)
    until("the other one is", lambda: not studio.find("", "debug.log"))
    studio.activate("canvas.zoom-fit")
    studio.click("block:log", dy=0.2)
    studio.wait_for("", "debug.log")
    studio.key("ctrl+u")
    studio.wait_gone("", "Workflow as YAML")
    show_text(studio)
    studio.key("End")
    studio.type("   # here")
    until("the cursor was at the selected block", lambda: "debug.log }   # here" in text(studio))


@test("blocks that are typed stand beside what they are linked to, and not on each other")
def placed(studio):
    new_workflow(studio)
    add(studio, "log")
    show_text(studio)
    until("the block is in the text", lambda: "debug.log" in text(studio))
    go_to_line(studio, line_of(studio, "blocks:"))
    studio.key("End", "Return")
    studio.type("  first: { kind: debug.noop }")
    until("the block is there", lambda: has_block(studio, "first"))
    until("it has a place", lambda: text(studio).count("first: [") == 1)
    studio.activate("canvas.zoom-fit")
    a, b = studio.bounds("block:first"), studio.bounds("block:log")
    if a[0] < b[0] + b[2] and b[0] < a[0] + a[2] and a[1] < b[1] + b[3] and b[1] < a[1] + a[3]:
        raise Failure(f"the blocks stand on each other: {a}, {b}")


@test("words are offered while typing, and Enter takes one")
def completion(studio):
    new_workflow(studio)
    add(studio, "log")
    show_text(studio)
    until("the block is in the text", lambda: "debug.log" in text(studio))
    go_to_line(studio, line_of(studio, "debug.log"))
    studio.key("End", "Return")
    studio.type("say: { kind: no")
    studio.key("ctrl+space")
    until("a list of kinds is open", lambda: len(studio._windows()) > 1)
    studio.key("Return")
    until("the kind is in the text", lambda: "say: { kind: debug.noop" in text(studio))
    studio.type(" }")
    until("the block is there", lambda: has_block(studio, "say"))


@test("a problem is put right from the list, and from the text")
def fixes(studio):
    new_workflow(studio)
    add(studio, "log")
    show_text(studio)
    until("the block is in the text", lambda: "debug.log" in text(studio))
    go_to_line(studio, line_of(studio, "debug.log"))
    studio.key("End", "Left", "Left")
    studio.type("s")
    until("it is held back", lambda: "Not applied · 1 error" in studio.texts())
    studio.activate("yaml.apply")
    studio.wait_for("", "1 problem")
    studio.click("problems_button")
    studio.press("button", "Use “debug.log”")
    until("the problem is gone", lambda: not studio.find("", "1 problem"))
    until("and the text is right", lambda: "kind: debug.log }" in text(studio))
    studio.activate("edit.undo")
    studio.wait_for("", "1 problem")
    go_to_line(studio, line_of(studio, "debug.logs"))
    studio.wait_for("", "Fix")
    studio.click("fixes_button")
    until("the menu is open", lambda: len(studio._windows()) > 1)
    studio.key("Return")
    until("the text is right again", lambda: "kind: debug.log }" in text(studio))


@test("what is missing is filled in from the list of problems")
def missing(studio):
    new_workflow(studio)
    add(studio, "list folder")
    studio.wait_for("", "1 problem")
    studio.click("problems_button")
    studio.wait_for("button", "Fill In…")
    keep = os.environ.get("WEIR_TEST_PICTURES")
    if keep:
        os.makedirs(keep, exist_ok=True)
        weirtest.photograph(os.path.join(keep, "fill-in.png"))
    studio.press("button", "Fill In…")
    until("the list is closed", lambda: not studio.find("button", "Fill In…"))
    studio.type("/tmp")
    until("the problem is gone", lambda: not studio.find("", "1 problem"))


weirtest.main()
