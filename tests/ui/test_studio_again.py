#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Running again from a block on, and what the menu of a row of the timeline offers."""
import atexit
import os
import shutil
import tempfile

import weirtest
from weirtest import Atspi, Failure, has_state, test, until

folder = tempfile.mkdtemp(prefix="weir-again-")
atexit.register(shutil.rmtree, folder, True)


def workflow(name, text):
    """A file to open."""
    path = os.path.join(folder, name + ".yaml")
    with open(path, "w", encoding="utf-8") as file:
        file.write(f"weir: 1\nname: {name}\n{text}")
    return path


# Counts how often its first block ran; its second fails until a file is there.
LATE = workflow("Late", f"""blocks:
  first: {{ kind: exec.command, label: Count, config: {{ program: sh, args: ["-c", "echo x >> {folder}/count; echo hello"] }} }}
  check: {{ kind: exec.command, label: Check, config: {{ program: sh, args: ["-c", "test -e {folder}/go && cat > {folder}/got"] }} }}
links:
  - first.stdout -> check.stdin
""")
HELD = workflow("Held", f"""blocks:
  first: {{ kind: exec.command, label: Slow, config: {{ program: sh, args: ["-c", "until test -e {folder}/on; do sleep .1; done"] }} }}
  give: {{ kind: data.template, label: Give, config: {{ template: given }} }}
  write: {{ kind: file.write, label: Write, config: {{ path: "{folder}/held.txt" }} }}
links:
  - first.done -> give.run
  - give.text -> write.content
""")


def says(studio, words):
    return until(f"“{words}” is said", lambda: next((text for text in studio.texts() if words in text), None))


def play(studio, name):
    studio.wait_for("", name)
    until("Play is offered", lambda: studio.bounds("play_button"))
    studio.activate("run.play")


def read(name):
    with open(os.path.join(folder, name), encoding="utf-8") as file:
        return file.read()


def touch(name):
    open(os.path.join(folder, name), "w", encoding="utf-8").close()


def open_menu(studio, row):
    """The menu of a row of the timeline, by its place, with the second button."""
    until("dialogs and menus are gone", lambda: not studio.find("dialog") and not studio.find("menu item"))
    x, y, _, _ = until("the timeline is there", lambda: studio.bounds("timeline"))
    studio.click((x + 60, y + 24 + 28 * row + 14), button=3)


def choose(studio, place=0):
    """An item of the menu that was opened last, with the keyboard, which is on its first one."""
    until("the menu has the keyboard", lambda: any(has_state(item, "focused") for item in studio.find_all("menu item")))
    studio.key(*["Down"] * place, "Return")


@test("a failed run is run from the block that failed, with what came before kept", LATE)
def from_here(studio):
    play(studio, "Late")
    says(studio, "“Check” failed")
    open_menu(studio, 1)
    choose(studio)
    says(studio, "1 block runs, 1 keeps what it gave.")
    touch("go")
    studio.click("run_button")
    says(studio, "succeeded in")
    if read("count").count("x") != 1:
        raise Failure("the first block ran again")
    if read("got").strip() != "hello":
        raise Failure("the second block did not get what the first gave")


@test("what a block gets is changed before it runs again", LATE)
def changed(studio):
    touch("go")
    play(studio, "Late")
    says(studio, "succeeded in")
    studio.activate("run.only", "check")
    entry = until("what it gets is shown", lambda: next((n for n in studio.find_all("text") if "stdin" in n.get_name()), None))
    Atspi.EditableText.set_text_contents(entry, "changed")
    studio.press("button", "Run")
    until("it got what was typed", lambda: read("got") == "changed")


@test("a run that is about to pause suggests going on, with button and key", HELD)
def pausing(studio):
    play(studio, "Held")
    says(studio, "running for")
    studio.press("button", "Pause")
    says(studio, "pausing after")
    studio.wait_for("button", "Resume")
    studio.wait_gone("button", "Pause")
    studio.click("resume_button")
    studio.wait_for("button", "Pause")
    studio.press("button", "Pause")
    studio.wait_for("button", "Resume")
    studio.activate("run.play-or-resume")
    studio.wait_for("button", "Pause")
    touch("on")
    says(studio, "succeeded in")
    os.remove(os.path.join(folder, "on"))


@test("a block is held back from the timeline, given something else, and let go", HELD)
def held(studio):
    play(studio, "Held")
    says(studio, "running for")
    open_menu(studio, 2)
    choose(studio)
    touch("on")
    until("it waits", lambda: "Write, paused" in " ".join(studio.texts()))
    open_menu(studio, 2)
    choose(studio, 1)
    entry = until("what it gets is shown", lambda: next((n for n in studio.find_all("text") if "content" in n.get_name()), None))
    Atspi.EditableText.set_text_contents(entry, "by hand")
    studio.press("button", "Change")
    studio.wait_gone("button", "Change")
    open_menu(studio, 2)
    choose(studio)
    says(studio, "succeeded in")
    if read("held.txt") != "by hand":
        raise Failure("it got what came, not what was typed")


weirtest.main()
