#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A workflow made, played and read with nothing but keys, by someone who is told what there is."""
import weirtest
from weirtest import Failure, has_state, test, until


def add(studio, words):
    studio.key("ctrl+k")
    studio.wait_for("", "Add a Block")
    studio.type(words)
    studio.key("Return")
    studio.wait_gone("", "Add a Block")


def block_called(studio, name):
    """What a screen reader is told of a block of the canvas."""
    canvas = studio.find("", "Workflow canvas")
    return next((node for node in weirtest.walk(canvas) if node.get_role_name() == "list item" and node.get_name().startswith(name)), None)


@test("a workflow is made, played and read by keys alone")
def by_keys(studio):
    studio.wait_for("", "Welcome to Weir")
    studio._origin()  # the keyboard goes to the window
    studio.key("ctrl+n")
    until("it is saved", lambda: "Saved · version 1" in studio.texts())
    add(studio, "edit fields")
    add(studio, "log")
    until("both blocks are told of", lambda: block_called(studio, "Edit Fields") and block_called(studio, "Log"))
    until("Play is offered", lambda: has_state(studio.find("button", "Play"), "sensitive"))

    studio.key("F5")
    until("the run succeeds", lambda: any(text.startswith("Run 1 · succeeded") for text in studio.texts()))
    until("the block is told to have succeeded", lambda: "succeeded" in block_called(studio, "Log").get_name())

    # From one block to the other, then into what it did.
    studio.key("ctrl+Left")
    until("the first block is selected", lambda: has_state(block_called(studio, "Edit Fields"), "selected"))
    studio.key("ctrl+Right")
    until("the second one is", lambda: has_state(block_called(studio, "Log"), "selected"))
    studio.press("page tab", "Last Run")
    studio.wait_for("", "What Went In")
    if not any(text.startswith("debug.log · succeeded") for text in studio.texts()):
        raise Failure("the inspector does not say that the block succeeded")


@test("the canvas can be left for the settings of a block")
def leave(studio):
    studio.wait_for("", "Welcome to Weir")
    studio._origin()
    studio.key("ctrl+n")
    until("it is saved", lambda: "Saved · version 1" in studio.texts())
    add(studio, "log")
    until("the block is told of", lambda: block_called(studio, "Log"))
    studio.key("Return")
    until("a setting has the keyboard", lambda: not has_state(studio.find("", "Workflow canvas"), "focused"))


weirtest.main()
