#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A first workflow: every PDF of a folder goes into a folder by its year, then a line with how many; no expression is typed."""
import glob
import os
import time

import weirtest
from weirtest import Failure, has_state, test, text_of, until


def go_to(studio, key, role, name):
    """With `key` again and again, as somebody without a mouse does."""
    node = studio.wait_for(role, name)
    for _ in range(60):
        if has_state(node, "focused"):
            return node
        studio.key(key)
        # The key is not done with when it has been sent.
        time.sleep(0.05)
    raise Failure(f"{key} does not lead to {name!r}")


def type_into(studio, title, text):
    entry = go_to(studio, "Tab", "text", title)
    studio.type(text)
    until(f"{title} says it", lambda: (text_of(entry) or "").endswith(text))


def pick(studio, number, title):
    """From the list that the button of the row opens."""
    buttons = until("values are offered", lambda: studio.find_all("toggle button", "Insert a Value"))
    weirtest.Atspi.Action.do_action(buttons[number], 0)
    go_to(studio, "Down", "list item", title)
    studio.key("Return")
    studio.wait_gone("list item", title)


def add(studio, words):
    studio.activate("view.palette")
    studio.wait_for("", "Add a Block")
    studio.type(words)
    studio.key("Return")
    studio.wait_gone("", "Add a Block")


@test("a first workflow is made of blocks that find each other, and of values that are picked")
def first(studio):
    folder = os.path.join(studio.home, "letters")
    os.mkdir(folder)
    for year in (2023, 2024):
        path = os.path.join(folder, f"of {year}.pdf")
        with open(path, "w", encoding="utf-8") as file:
            file.write(str(year))
        then = time.mktime((year, 6, 1, 12, 0, 0, 0, 0, -1))
        os.utime(path, (then, then))
    studio.press("button", "New Workflow")
    studio.wait_for("", "Saved · version 1")
    add(studio, "list folder")
    studio.wait_for_block("list")
    # Enter leads from a block to its settings.
    studio.key("Return")
    type_into(studio, "Folder (required)", folder)

    add(studio, "for each")
    studio.wait_for("", "From List Folder · Files")
    if studio.find("", "At Once"):
        raise Failure("how many at once is asked twice, and one answer would overrule the other")
    studio.activate("canvas.open")
    add(studio, "move file")
    studio.wait_for("", "From (required)")
    pick(studio, 0, "Path")
    until("the path of the item is there", lambda: "{{ item.path }}" in studio.texts())
    type_into(studio, "To (required)", folder + "/")
    pick(studio, 1, "Year of Change")
    until("the year is there", lambda: folder + "/{{ item.modified.getFullYear() }}" in studio.texts())
    studio.type("/")

    # What is added after a block that gives nothing it takes follows it all the same.
    studio.activate("canvas.reveal", "foreach")
    add(studio, "log")
    studio.wait_for_block("log")
    until("Play is offered", lambda: has_state(studio.wait_for("button", "Play"), "sensitive"))
    studio.activate("run.play")
    until("the run succeeds", lambda: any(text.startswith("Run 1 · succeeded") for text in studio.texts()))
    moved = sorted(os.path.relpath(path, folder) for path in glob.glob(folder + "/*/*.pdf"))
    if moved != ["2023/of 2023.pdf", "2024/of 2024.pdf"]:
        raise Failure(f"moved were {moved}")


weirtest.main()
