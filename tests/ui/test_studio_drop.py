#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Blocks taken from the library with a real pointer."""
import time

import weirtest
from gi.repository import Atspi
from weirtest import Failure, test, until, xdotool


def add(studio, words):
    studio.key("ctrl+k")
    studio.wait_for("", "Add a Block")
    studio.type(words)
    studio.key("Return")
    studio.wait_gone("", "Add a Block")


def extents_of(node):
    rect = Atspi.Component.get_extents(node, Atspi.CoordType.WINDOW)
    return rect.x, rect.y, rect.width, rect.height


def block_called(studio, name):
    canvas = studio.find("", "Workflow canvas")
    return next((node for node in weirtest.walk(canvas) if node.get_role_name() == "list item" and node.get_name().startswith(name)), None)


def place_of_row(studio, name, block, path):
    """The middle of a row of the library on the window's surface, from where a block is told to be and where it is."""
    row = until(f"{name} is in the library", lambda: next((node for node in studio.find_all("list item", name)), None))
    x, y, width, height = extents_of(row)
    told, drawn = extents_of(block_called(studio, block)), studio.bounds("block:" + path)
    return x + width / 3 + drawn[0] - told[0], y + height / 2 + drawn[1] - told[1]


def carry(studio, start, end):
    """As a hand does: what drags a thing out of another window's list needs some moves and a moment."""
    x0, y0 = studio.place(start)
    x1, y1 = studio.place(end)
    xdotool("mousemove", str(x0), str(y0), "mousedown", "1")
    for step in range(1, 21):
        xdotool("mousemove", str(round(x0 + (x1 - x0) * step / 20)), str(round(y0 + (y1 - y0) * step / 20)))
        time.sleep(0.02)
    xdotool("mouseup", "1")


@test("a block of the library that is dropped on a link is put into it")
def into_link(studio):
    studio.wait_for("", "Welcome to Weir")
    studio._origin()
    studio.key("ctrl+n")
    until("it is saved", lambda: "Saved · version 1" in studio.texts())
    add(studio, "edit fields")
    add(studio, "debug.log")
    studio.key(*["shift+Right"] * 5)
    studio.key("0")
    until("both are told of", lambda: block_called(studio, "Edit Fields") and block_called(studio, "Log"))
    fields, log = studio.bounds("block:edit_fields"), studio.bounds("block:log")
    row = place_of_row(studio, "Fill Template", "Log", "log")
    carry(studio, row, ((fields[0] + fields[2] + log[0]) / 2, fields[1] + fields[3] / 2))
    until("it is on the canvas", lambda: block_called(studio, "Fill Template"))
    studio.key("shift+F7")
    studio.wait_for("list item", "Fill Template, from Edit Fields · to Log")
    # One edit: it is taken out again as it came.
    studio.key("ctrl+z")
    studio.wait_for("list item", "Edit Fields, to Log")
    if block_called(studio, "Fill Template"):
        raise Failure("the block is still there")


@test("a block of the library that is dropped beside the links is not linked")
def beside(studio):
    studio.wait_for("", "Welcome to Weir")
    studio._origin()
    studio.key("ctrl+n")
    until("it is saved", lambda: "Saved · version 1" in studio.texts())
    add(studio, "debug.log")
    log = studio.bounds("block:log")
    carry(studio, place_of_row(studio, "Fill Template", "Log", "log"), (log[0] + log[2] / 2, log[1] - 150))
    until("it is on the canvas", lambda: block_called(studio, "Fill Template"))
    studio.key("shift+F7")
    studio.wait_for("list item", "Fill Template, not linked")


weirtest.main()
