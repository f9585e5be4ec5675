#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Letting go of runs, of parts of them and of workflows: for good, or into the bin and back."""
import atexit
import os
import shutil
import tempfile

import weirtest
from weirtest import Failure, has_state, test, until

folder = tempfile.mkdtemp(prefix="weir-delete-")
atexit.register(shutil.rmtree, folder, True)


def workflow(name, text):
    """A file to open."""
    path = os.path.join(folder, name + ".yaml")
    with open(path, "w", encoding="utf-8") as file:
        file.write(f"weir: 1\nname: {name}\n{text}")
    return path


HELD = workflow("Held", f"""blocks:
  write: {{ kind: file.write, label: Write, config: {{ path: "{folder}/kept.txt", content: hello }} }}
  slow: {{ kind: exec.command, label: Slow, config: {{ program: sh, args: ["-c", "echo $$ > {folder}/pid; exec sleep 1000"] }} }}
links:
  - write.done -> slow.run
""")
ITEMS = workflow("Items", """blocks:
  each:
    kind: flow.foreach
    label: Each
    config: { items: [one] }
    body:
      blocks:
        say: { kind: debug.log, label: Say it, config: { message: "{{ item }}" } }
""")
QUICK = workflow("Quick", """blocks:
  say: { kind: debug.log, label: Say it, config: { message: hello } }
""")


def says(studio, words):
    return until(f"“{words}” is said", lambda: next((text for text in studio.texts() if words in text), None))


def play(studio, name):
    studio.wait_for("", name)
    until("Play is offered", lambda: studio.bounds("play_button"))
    until("it can be played", lambda: has_state(studio.find("button", "Play"), "sensitive"))
    studio.activate("run.play")


def is_alive(pid):
    """Not so for one that has ended and was not waited for yet."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
            return file.read().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def read_pid():
    """Of the program that the run started; None before."""
    try:
        with open(os.path.join(folder, "pid"), encoding="utf-8") as file:
            return file.read().strip()
    except FileNotFoundError:
        return None


def choose(studio, name):
    """An item of the menu that is open."""
    studio.press("menu item", name)


def choose_in_window(studio, name):
    """An item of the window's menu. A click that comes while the header changes with the run may be lost; then there is another."""
    studio.click("menu_button")
    try:
        studio.wait_for("menu item", name, 5)
    except Failure:
        studio.click("menu_button")
    choose(studio, name)


def row_menu(studio, row):
    """The menu of a row of the timeline."""
    until("dialogs and menus are gone", lambda: not studio.find("dialog") and not studio.find("menu item"))
    x, y, _, _ = until("the timeline is there", lambda: studio.bounds("timeline"))
    studio.click((x + 60, y + 24 + 28 * row + 14), button=3)


@test("a run that goes on is kept when the question is answered with Keep", HELD)
def keep(studio):
    play(studio, "Held")
    pid = until("its program runs", read_pid)
    studio.activate("run.cancel-and-delete")
    studio.wait_for("", "Cancel and Delete Run 1?")
    says(studio, "Kept: one line of the audit")
    says(studio, "1 change that it made stays")
    studio.key("Return")   # what is chosen without looking keeps it
    studio.wait_gone("", "Cancel and Delete Run 1?")
    says(studio, "running for")
    if not is_alive(pid):
        raise Failure("the run was stopped all the same")


@test("Cancel and Delete ends what runs, and nothing of the run is to be seen any more", HELD)
def cancel_and_delete(studio):
    if read_pid():
        os.remove(os.path.join(folder, "pid"))
    play(studio, "Held")
    pid = until("its program runs", read_pid)
    choose_in_window(studio, "Cancel and Delete Run…")
    studio.wait_for("", "Cancel and Delete Run 1?")
    studio.press("button", "Cancel and Delete")
    until("its program has ended", lambda: not is_alive(pid))
    until("the panel is gone", lambda: not any("Run 1 · " in text for text in studio.texts()))
    studio.activate("view.runs")
    studio.wait_for("", "No Runs Yet")
    if not os.path.exists(os.path.join(folder, "kept.txt")):
        raise Failure("what the run changed was taken back")


@test("a run that has ended is deleted, and Undo brings it back", QUICK)
def delete(studio):
    play(studio, "Quick")
    says(studio, "succeeded in")
    choose_in_window(studio, "Delete Run")
    until("it is shown no longer", lambda: not any("Run 1 · " in text for text in studio.texts()))
    studio.press("button", "Undo")
    says(studio, "Run 1 · succeeded in")


@test("in the list of runs the Delete key deletes, and the menu asks before it is for good", QUICK)
def list_of_runs(studio):
    for number in (1, 2):
        play(studio, "Quick")
        says(studio, f"Run {number} · succeeded in")
    studio.activate("view.runs")
    until("both are listed", lambda: len(studio.find_all("label", "Succeeded")) == 2)
    x, y, width, _ = until("the list is there", lambda: studio.bounds("table"))
    studio.click((x + 40, y + 60))
    studio.key("Delete")
    until("it is listed no longer", lambda: len(studio.find_all("label", "Succeeded")) == 1)
    studio.click((x + width - 40, y + 60), button=3)
    choose(studio, "Delete Now…")
    studio.wait_for("", "Delete Run 1 Now?")
    studio.press("button", "Delete Now")
    studio.wait_for("", "No Runs Yet")


def is_listed(studio):
    """Its workflow is, at the side, with its last run."""
    return any(node.get_name().startswith("Quick, succeeded") for node in studio.find_all("list item"))


def click_workflow(studio, button=1):
    """The first one at the side."""
    until("the workflow is there", lambda: is_listed(studio))
    x, y, width, height = studio.bounds("search")
    studio.click((x + width / 2, y + height + 36), button=button)


def delete_run(studio, number):
    play(studio, "Quick")
    says(studio, f"Run {number} · succeeded in")
    studio.activate("run.delete")
    until("it is shown no longer", lambda: not any(f"Run {number} · " in text for text in studio.texts()))


@test("what was deleted is listed with until when, goes back, or goes for good", QUICK)
def bin_page(studio):
    for number in (1, 2, 3):
        delete_run(studio, number)
    studio.press("button", "Recently Deleted")
    says(studio, "Run 3 of “Quick”")
    says(studio, " · kept until ")
    studio.press("button", "Restore Run 2 of “Quick”")
    studio.wait_gone("", "Run 2 of “Quick”")
    studio.press("button", "Delete Run 3 of “Quick” now")
    studio.wait_for("", "Delete Run 3 Now?")
    studio.press("button", "Delete Now")
    studio.wait_gone("", "Run 3 of “Quick”")
    studio.press("button", "Empty…")
    studio.wait_for("", "Empty Recently Deleted?")
    says(studio, "Removed for good: 1 run.")
    studio.press("button", "Delete All")
    studio.wait_for("", "Nothing Was Deleted")
    click_workflow(studio)
    says(studio, "Run 2 · succeeded in")


@test("a workflow that was deleted comes back with its runs", QUICK)
def workflow_back(studio):
    play(studio, "Quick")
    says(studio, "Run 1 · succeeded in")
    click_workflow(studio, button=3)
    choose(studio, "Delete")
    studio.wait_for("", "No Workflows")
    studio.press("button", "Recently Deleted")
    studio.wait_for("button", "Restore Quick")
    studio.press("button", "Restore Quick")
    studio.wait_for("", "Nothing Was Deleted")
    until("the workflow is there", lambda: is_listed(studio))


@test("an item of a run is deleted from the timeline, and comes back from Recently Deleted", ITEMS)
def item(studio):
    play(studio, "Items")
    says(studio, "Run 1 · succeeded in")
    row_menu(studio, 1)
    choose(studio, "Delete Item 0")
    studio.press("button", "Recently Deleted")
    says(studio, "“each[0]” of run 1 of “Items”")
    studio.press("button", "Restore “each[0]” of run 1 of “Items”")
    studio.wait_for("", "Nothing Was Deleted")


@test("a part of a run that goes on is cancelled and deleted from the timeline", HELD)
def part(studio):
    if read_pid():
        os.remove(os.path.join(folder, "pid"))
    play(studio, "Held")
    pid = until("its program runs", read_pid)
    row_menu(studio, 1)
    choose(studio, "Cancel and Delete…")
    studio.wait_for("", "Cancel and Delete “slow” of Run 1?")
    studio.press("button", "Cancel and Delete")
    until("its program has ended", lambda: not is_alive(pid))
    says(studio, "Slow, interrupted")


weirtest.main()
