#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Preferences: what is changed there counts at once, and is kept."""
import atexit
import json
import os
import shutil
import tempfile

import weirtest
from weirtest import Failure, has_state, test, until

folder = tempfile.mkdtemp(prefix="weir-preferences-")
atexit.register(shutil.rmtree, folder, True)


def workflow(name, text):
    """A file to open."""
    path = os.path.join(folder, name + ".yaml")
    with open(path, "w", encoding="utf-8") as file:
        file.write(f"weir: 1\nname: {name}\n{text}")
    return path


TWO = workflow("Two", "blocks:\n" + "".join(
    f"""  {name}: {{ kind: exec.command, config: {{ program: sh, args: ["-c", "touch {folder}/{name}; until test -e {folder}/on; do sleep .1; done"] }} }}
""" for name in ("one", "two")))


def read_limits(studio):
    return json.loads(studio.weir("limits", "--json"))["limits"]


def open_preferences(studio, page=None):
    until("the studio is ready", lambda: studio.bounds("play_button"))
    studio.activate("app.preferences")
    studio.wait_for("spin button", "Programs at Once")
    if page:
        studio.press("page tab", page)


def type_number(studio, row, text):
    """What a person does: point at the number, take all of it, type another one."""
    x, y, width, height = until("the row is shown", lambda: studio.bounds(row))
    studio.click((x + width - 130, y + height / 2))
    until("the number has the keyboard", lambda: any(has_state(node, "focused") for node in studio.find_all("spin button")))
    studio.key("ctrl+a")
    studio.type(text)
    studio.key("Return")


def type_rate(studio, text):
    """Of example.org, below what is in sight at first."""
    studio.wheel("preferences", -40)
    until("it is in sight", lambda: studio.bounds("example.org")[1] + studio.bounds("example.org")[3]
          < studio.bounds("preferences")[1] + studio.bounds("preferences")[3])
    studio.click("example.org", dx=0.3)
    until("it has the keyboard", lambda: any("example.org" in n.get_name() and has_state(n, "focused") for n in studio.find_all("text")))
    studio.key("ctrl+a")
    studio.type(text)
    studio.key("Return")


def there(*names):
    return [name for name in names if os.path.exists(os.path.join(folder, name))]


@test("a limit that is raised lets go on what waits for it, at once", TWO)
def raised(studio):
    studio.wait_for("", "Two")
    studio.weir("limits", "programs=1")
    until("it can be played", lambda: has_state(studio.find("button", "Play"), "sensitive"))
    studio.activate("run.play")
    until("one program runs", lambda: there("one", "two"))
    open_preferences(studio)
    until("what is in use is said", lambda: any("Child processes that blocks start · now 1" in text for text in studio.texts()))
    if len(there("one", "two")) != 1:
        raise Failure("two programs run where one may")
    type_number(studio, "programs", "2")
    until("the other one runs as well", lambda: len(there("one", "two")) == 2)
    open(os.path.join(folder, "on"), "w", encoding="utf-8").close()
    until("it is kept", lambda: read_limits(studio)["programs"] == 2)


@test("a number that was changed can be set back", TWO)
def back(studio):
    studio.wait_for("", "Two")
    before = read_limits(studio)["workers"]
    open_preferences(studio)
    type_number(studio, "workers", "3")
    until("it is taken", lambda: read_limits(studio)["workers"] == 3)
    studio.press("button", f"Reset to {before}")
    until("it is as it was", lambda: read_limits(studio)["workers"] == before)
    studio.wait_gone("button", f"Reset to {before}")


@test("pools and rates are added and removed, and what is no rate is refused", TWO)
def named(studio):
    studio.wait_for("", "Two")
    open_preferences(studio)
    studio.weir("limits", "rate.example.org=10/m")
    studio.wheel("preferences", -40)
    until("the rate is in sight", lambda: any("example.org" in node.get_name() for node in studio.find_all("text")))
    studio.click("add-pool", dx=0.3)
    until("it has the keyboard", lambda: any("Add a Pool" in n.get_name() and has_state(n, "focused") for n in studio.find_all("text")))
    studio.type("lab")
    studio.key("Return")
    studio.wait_for("spin button", "lab")
    type_rate(studio, "sometimes")
    until("it says what a rate is", lambda: any("Expected a rate like" in text for text in studio.texts()))
    type_rate(studio, "5/s")
    until("the rate is taken", lambda: read_limits(studio)["rates"]["example.org"]["count"] == 5)
    studio.press("button", "Remove")
    studio.press("button", "Remove")
    until("both are gone", lambda: "lab" not in read_limits(studio)["pools"] and not read_limits(studio)["rates"])


@test("whether runs go on by themselves is chosen, for all and by what they were at", TWO)
def recovery(studio):
    studio.wait_for("", "Two")
    open_preferences(studio, "Recovery")
    studio.wait_for("", "At the Next Start")
    studio.click("policy")
    studio.wait_for("", "Leave Alone")
    studio.key("Down", "Return")
    studio.click("once")
    until("the choices are there", lambda: len(studio.find_all("label", "As Above")) > 3)
    studio.key("Down", "Return")
    until("both are kept", lambda: (now := json.loads(studio.weir("recover", "--json", "--set", "stagger=2s")))["policy"] == "automatic"
          and now.get("once") == "ask")
    studio.click("reset-recovery")
    until("they are as they were", lambda: "once" not in json.loads(studio.weir("recover", "--json", "--set", "pure=ask")))


weirtest.main()
