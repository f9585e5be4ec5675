#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs that wait for a person, or for a moment: what the window says, and how it is answered."""
import atexit
import os
import shutil
import tempfile

import weirtest
from weirtest import Atspi, Failure, test, until

folder = tempfile.mkdtemp(prefix="weir-waits-")
atexit.register(shutil.rmtree, folder, True)


def workflow(name, text):
    """A file to open."""
    path = os.path.join(folder, name + ".yaml")
    with open(path, "w", encoding="utf-8") as file:
        file.write(f"weir: 1\nname: {name}\n{text}")
    return path


APPROVAL = workflow("Approval", f"""blocks:
  ask:
    kind: flow.approval
    label: Ask the boss
    config: {{ title: "Send it?", channel: window, editable: [to], subject: {{ to: nobody, about: Report }} }}
  send: {{ kind: file.write, config: {{ path: "{folder}/sent.txt", content: "{{{{ blocks.ask.approved.to }}}}" }} }}
links:
  - ask.approved -> send.run
""")
FORM = workflow("Form", """blocks:
  ask:
    kind: flow.ask
    label: Ask how
    config: { title: "How many?", fields: [{ name: copies, label: Copies, type: integer, required: true, maximum: 9 }] }
  after: { kind: debug.log, label: Afterwards }
links:
  - ask.values -> after.value
""")
EVENING = workflow("Evening", """blocks:
  wait: { kind: flow.wait, label: Until tomorrow, config: { duration: 86400000 } }
""")


def says(studio, words):
    return until(f"“{words}” is said", lambda: next((text for text in studio.texts() if words in text), None))


def play(studio, name):
    studio.wait_for("", name)
    until("Play is offered", lambda: studio.bounds("play_button"))
    studio.activate("run.play")


def fill_in(studio, label, text):
    entry = until(f"{label} is to be filled in",
                  lambda: next((node for node in studio.find_all("text") if label in node.get_name()), None))
    Atspi.EditableText.set_text_contents(entry, text)


@test("what waits for approval says so, and goes on as it was changed and approved", APPROVAL)
def approve(studio):
    play(studio, "Approval")
    says(studio, "“Ask the boss” waits for your approval: Send it?")
    studio.click("first")
    studio.wait_for("button", "Approve")
    says(studio, "Report")
    fill_in(studio, "to", "everybody")
    studio.click("accept")
    says(studio, "succeeded in")
    with open(os.path.join(folder, "sent.txt"), encoding="utf-8") as file:
        if file.read() != "everybody":
            raise Failure("what was changed did not count")


@test("a form says at the field what is wrong, and takes what is right", FORM)
def form(studio):
    play(studio, "Form")
    says(studio, "“Ask how” asks: How many?")
    studio.press("button", "Answer…")
    fill_in(studio, "Copies *", "many")
    studio.press("button", "Answer")
    says(studio, "expected a whole number")
    fill_in(studio, "Copies *", "3")
    studio.press("button", "Answer")
    says(studio, "succeeded in")


@test("a wait for a moment says until when, and can be skipped", EVENING)
def skip(studio):
    play(studio, "Evening")
    says(studio, "“Until tomorrow” waits until")
    studio.press("button", "Skip Wait")
    says(studio, "succeeded in")


weirtest.main()
