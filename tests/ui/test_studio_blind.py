#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A workflow is built, run, found wanting, mended and run again by someone who neither sees nor points: by keys and by what is
said and told through AT-SPI alone."""
import os

import weirtest
from gi.repository import Atspi, GLib
from weirtest import Failure, has_state, test, until


class Ears:
    """What is read out, in its order."""

    def __init__(self, studio):
        self.said = []
        self.process = studio.process.pid
        self.listener = Atspi.EventListener.new(self._heard)
        self.listener.register("object:announcement")

    def _heard(self, event):
        if event.source.get_process_id() == self.process:
            self.said.append(event.any_data)

    def heard(self, words):
        """Whether something with these words was said since the last time that this was asked with success."""
        while GLib.MainContext.default().iteration(False):
            pass
        for index, text in enumerate(self.said):
            if words in text:
                del self.said[:index + 1]
                return text
        return None

    def hear(self, words):
        try:
            return until(f"“{words}” is said", lambda: self.heard(words))
        except Failure as failure:
            raise Failure(f"{failure}; instead: {self.said}") from None


def begin(studio):
    ears = Ears(studio)
    studio.wait_for("", "Welcome to Weir")
    studio._origin()  # the keyboard goes to the window
    studio.key("ctrl+n")
    until("it is saved", lambda: "Saved · version 1" in studio.texts())
    return ears


def add(studio, ears, words, title):
    """By the palette; the best fit is read out while it is typed."""
    studio.key("ctrl+k")
    studio.wait_for("", "Add a Block")
    studio.type(words)
    ears.hear(title)
    studio.key("Return")
    ears.hear(f"Added {title}")
    until("the canvas has the keyboard", lambda: has_state(studio.find("", "Workflow canvas"), "focused"))


def block_called(studio, name):
    """What a screen reader is told of a block of the canvas."""
    canvas = studio.find("", "Workflow canvas")
    return next((node for node in weirtest.walk(canvas) if node.get_role_name() == "list item" and node.get_name().startswith(name)), None)


def focused(studio):
    return next((node for node in studio.nodes() if has_state(node, "focused")), None)


def name_of(node):
    """Its own name, or that of what it is in: an entry is named by its row."""
    names = []
    while node and node.get_role_name() != "application" and len(names) < 4:
        names.append(node.get_name())
        node = node.get_parent()
    return " / ".join(filter(None, names))


@test("a workflow is built, run, mended and run again by ear")
def by_ear(studio):
    folder = os.path.join(studio.home, "letters")
    ears = begin(studio)
    add(studio, ears, "edit fields", "Edit Fields")
    studio.key("Escape")
    ears.hear("Nothing selected")
    add(studio, ears, "list folder", "List Folder")
    until("both blocks are told of", lambda: block_called(studio, "Edit Fields") and block_called(studio, "List Folder"))

    # The first setting has the keyboard, and takes a folder that is not there.
    studio.key("Return")
    until("the folder is asked for", lambda: (focus := focused(studio)) and "Folder" in name_of(focus))
    studio.key("F5")
    ears.hear("1 problem must be solved first")
    studio.type(folder)
    studio.key("F5")
    ears.hear("Run 1 started")
    ears.hear("Run 1 failed")
    ears.hear("“List Folder” failed: Error opening directory")
    until("the block is told to have failed", lambda: "failed" in block_called(studio, "List Folder").get_name())

    # To the block, from the notice; its folder is there from now on.
    studio.press("button", "Show Block")
    until("the block is selected", lambda: has_state(block_called(studio, "List Folder"), "selected"))
    os.mkdir(folder)
    for name in ("one.txt", "two.txt"):
        open(os.path.join(folder, name), "w").close()
    studio.key("F5")
    ears.hear("Run 2 started")
    ears.hear("Run 2 succeeded")
    until("the block is told to have succeeded", lambda: "succeeded, 2 Files" in block_called(studio, "List Folder").get_name())


@test("the palette says what a block takes, gives and may touch before it is added")
def preview(studio):
    ears = begin(studio)
    studio.key("ctrl+k")
    studio.wait_for("", "Add a Block")
    studio.type("list folder")
    ears.hear("List Folder, 1 of")
    studio.wait_for("", "Folder: dir")
    studio.wait_for("", "Files: list<file> · Count: int")
    studio.wait_for("", "Reads Files")
    studio.key("ctrl+p")
    ears.hear("Pinned")
    studio.key("ctrl+p")
    ears.hear("Not pinned any more")


@test("blocks are linked by ear, and links are followed")
def linked(studio):
    ears = begin(studio)
    add(studio, ears, "list folder", "List Folder")
    studio.key("Escape")
    add(studio, ears, "debug.log", "Log")
    studio.key("ctrl+Up")
    ears.hear("List Folder")
    studio.key("l")
    ears.hear("Files, list<file>, output 1 of")
    studio.key("Down")
    ears.hear("Count, int, output 2 of")
    studio.key("Return")
    ears.hear("Count, int, to Log: Value, any; compatible, 1 of")
    studio.type("wrong")
    ears.hear("Nothing is called “wrong”")
    for _ in "wrong":
        studio.key("BackSpace")
    studio.type("val")
    ears.hear("Count, int, to Log: Value, any; compatible, 1 of 1")
    studio.key("Return")
    ears.hear("Linked List Folder to Log")
    studio.key("l", "Return", "Escape")
    ears.hear("Linking ended")
    link = until("the link is told of", lambda: block_called(studio, "Link from List Folder, Count to Log, Value"))
    x, y, width, height = extents_of(link)
    if width <= 0:
        raise Failure(f"the link is told to be nowhere: {x}, {y}, {width}, {height}")

    studio.key("ctrl+shift+Right")
    ears.hear("Log")
    until("the other block is selected", lambda: has_state(block_called(studio, "Log"), "selected"))
    studio.key("ctrl+shift+Right")
    ears.hear("No link leads on from here")
    studio.key("ctrl+shift+Left")
    ears.hear("List Folder")
    studio.key("ctrl+z")
    ears.hear("Undone: Add Link")
    studio.key("ctrl+shift+z")
    ears.hear("Done again: Add Link")


def extents_of(node):
    rect = Atspi.Component.get_extents(node, Atspi.CoordType.WINDOW)
    return rect.x, rect.y, rect.width, rect.height


@test("a screen reader is told where the blocks are, and where they went")
def places(studio):
    ears = begin(studio)
    add(studio, ears, "list folder", "List Folder")
    add(studio, ears, "debug.log", "Log")
    studio.key("1")   # original size
    for nudges in (0, 3):
        studio.key(*["Down"] * nudges)
        at = {name: extents_of(block_called(studio, name)) for name in ("List Folder", "Log")}
        drawn = {name: studio.bounds("block:" + path) for name, path in (("List Folder", "list"), ("Log", "log"))}
        for name, (x, y, width, height) in at.items():
            # Of the window's shadow AT-SPI knows nothing; of everything else it must know exactly.
            if (width, height) != drawn[name][2:]:
                raise Failure(f"{name} is told to be {width} × {height}, and is {drawn[name][2:]}")
        for axis in (0, 1):
            told = at["Log"][axis] - at["List Folder"][axis]
            if told != drawn["Log"][axis] - drawn["List Folder"][axis]:
                raise Failure(f"{told} is told to be between them: {at}, and there is: {drawn}")
    canvas = extents_of(studio.find("", "Workflow canvas"))
    x, y, width, height = at["Log"]
    if not (canvas[0] <= x and canvas[1] <= y and x + width <= canvas[0] + canvas[2] and y + height <= canvas[1] + canvas[3]):
        raise Failure(f"Log is told to be at {at['Log']}, out of the canvas at {canvas}")


@test("the outline offers what the canvas does, each thing by its name")
def outline(studio):
    ears = begin(studio)
    add(studio, ears, "list folder", "List Folder")
    add(studio, ears, "debug.log", "Log")
    studio.key("ctrl+shift+Left", "shift+F7")
    until("the row of the block has the keyboard",
          lambda: (row := focused(studio)) and row.get_role_name() == "list item" and "List Folder" in name_of(row))
    studio.key("shift+F10")
    offered = until("its menu is open", lambda: {node.get_name() for node in studio.find_all("menu item")})
    wanted = {"Link to", "Remove Link", "Link to…", "Turn Off", "Follow a Link", "Run From Here…", "Cut", "Copy", "Duplicate",
              "Take Out of Links", "Delete", "Delete and Reconnect"}
    if not wanted <= offered:
        raise Failure(f"not offered: {wanted - offered}, of {offered}")
    studio.key("Escape", "ctrl+Delete")
    ears.hear("Deleted, and its neighbours linked")
    studio.key("ctrl+z")
    ears.hear("Undone: Delete and Reconnect")


@test("what a run waits for is said, and answered by ear")
def waits(studio):
    letter = os.path.join(studio.home, "letter.txt")
    ears = begin(studio)
    add(studio, ears, "flow.approval", "Approval")
    studio.key("Return")
    until("the question is asked for", lambda: (focus := focused(studio)) and "Title" in name_of(focus))
    studio.type("Send it?")
    studio.key("F5")
    ears.hear("Run 1 started")
    ears.hear("“Approval” waits for your approval: Send it?")
    until("the block is told to wait", lambda: "wait" in block_called(studio, "Approval").get_name())
    studio.press("button", "Answer…")
    studio.wait_for("button", "Approve")
    studio.press("button", "Approve")
    ears.hear("Run 1 succeeded")


@test("what a run did is undone by ear", "--demo", "tidy-downloads")
def undone(studio):
    ears = Ears(studio)
    studio.wait_for("", "Tidy downloads")
    studio._origin()
    studio.key("F5")
    studio.wait_for("", "Folder to tidy")
    studio.press("button", "Play")
    ears.hear("Run 1 started")
    ears.hear("Run 1 succeeded")
    studio.press("toggle button", "Workflow Menu")
    studio.press("menu item", "Undo Run…")
    ears.hear("will be undone, latest first")
    studio.press("button", "Undo")
    ears.hear("Undone. Everything is as it was before")


weirtest.main()
