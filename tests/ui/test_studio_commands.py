#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The palette as the way to every command, with its key."""
import weirtest
from weirtest import Failure, test, until


def new_workflow(studio):
    studio.wait_for("", "Welcome to Weir")
    studio._origin()  # the keyboard goes to the window
    studio.key("ctrl+n")
    until("it is saved", lambda: "Saved · version 1" in studio.texts())


def open_palette(studio, keys):
    studio.key(keys)
    studio.wait_for("", "Add a Block")
    return until("the list is there", lambda: studio.find_all("list", "Block library"))[-1]


def rows(studio):
    """Names of the rows of the palette, top down."""
    lists = studio.find_all("list", "Block library")
    return [node.get_name() for node in weirtest.walk(lists[-1]) if node.get_role_name() == "list item"] if lists else []


def search(studio, words, first):
    studio.type(words)
    until(f"{first!r} is found first", lambda: rows(studio)[:1] == [first])
    studio.key("Return")
    studio.wait_gone("", "Add a Block")


@test("a command is found beside the blocks, with its key, and Enter does it")
def beside(studio):
    new_workflow(studio)
    open_palette(studio, "ctrl+k")
    search(studio, "log", "Log")
    studio.wait_for_block("log")
    open_palette(studio, "ctrl+k")
    studio.type("select all")
    until("the command is found", lambda: rows(studio)[:1] == ["Select All"])
    if "Ctrl+A" not in studio.texts():
        raise Failure("the key of the command is not shown")
    studio.key("Return")
    studio.wait_gone("", "Add a Block")
    # What cannot be done now is not offered, what has come to be possible is.
    open_palette(studio, "ctrl+k")
    search(studio, "duplicate", "Duplicate")
    studio.wait_for_block("log2")


@test("a > leaves commands alone, and Ctrl+Shift+P begins with it")
def alone(studio):
    new_workflow(studio)
    open_palette(studio, "ctrl+k")
    search(studio, "log", "Log")
    studio.wait_for_block("log")
    studio.key("ctrl+shift+p")
    studio.wait_for("", "Commands")
    until("commands are listed", lambda: rows(studio)[:1] == ["About Weir"])
    studio.type("approval")
    studio.wait_for("", "No Blocks Found")
    studio.key("ctrl+a")
    # What cannot be done now is not offered.
    studio.type(">force stop")
    studio.wait_for("", "No Blocks Found")
    studio.key("ctrl+a")
    studio.type(">")
    until("commands are listed again", lambda: rows(studio)[:1] == ["About Weir"])
    search(studio, "play", "Play")
    until("the run succeeds", lambda: any("succeeded in" in text for text in studio.texts()))


weirtest.main()
