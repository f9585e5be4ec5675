#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The file that a workflow came from is changed by others while it is open: that is said, and nothing is taken or lost unasked."""
import os
import tempfile

import weirtest
from weirtest import Failure, test, until

folder = tempfile.mkdtemp(prefix="weir-file-")
path = os.path.join(folder, "tidy.yaml")
TEXT = """# Tidies up
weir: 1
name: Tidy
blocks:
  say: { kind: debug.log }
layout: { say: [0, 0] }
"""


def write(text):
    with open(path + ".new", "w", encoding="utf-8") as file:
        file.write(text)
    os.rename(path + ".new", path)


def begin(studio):
    studio.wait_for("", "Tidy")
    until("the block is there", lambda: has_block(studio, "say"))


def has_block(studio, block):
    try:
        studio.bounds("block:" + block)
        return True
    except Exception:  # the door knows no such block
        return False


def with_block(name):
    return TEXT.replace("  say: {", f"  {name}: {{ kind: debug.noop }}\n  say: {{")


def said(studio, words):
    return any(words in text for text in studio.texts())


write(TEXT)


@test("what changed in the file is offered, and taken with Reload; undo brings mine back", path)
def reload(studio):
    begin(studio)
    write(with_block("other"))
    until("it is said", lambda: said(studio, "“tidy.yaml” was changed outside: 1 difference"))
    if has_block(studio, "other"):
        raise Failure("the file was taken unasked")
    studio.press("button", "Reload")
    until("the block came", lambda: has_block(studio, "other"))
    until("nothing is said any more", lambda: not said(studio, "changed outside"))
    studio.activate("edit.undo")
    until("mine is back", lambda: not has_block(studio, "other"))
    write(TEXT)


@test("with Keep Mine the file is left alone until it changes again, also over a restart", path)
def keep(studio):
    begin(studio)
    write(with_block("other"))
    until("it is said", lambda: said(studio, "changed outside"))
    studio.press("button", "Keep Mine")
    until("nothing is said any more", lambda: not said(studio, "changed outside"))
    studio.args = ()
    studio.restart()
    begin(studio)
    if said(studio, "changed outside"):
        raise Failure("it was answered already")
    write(with_block("third"))
    until("the next change is said", lambda: said(studio, "changed outside"))
    write(TEXT)


@test("what changed is shown, and a file that cannot be read is not offered", path)
def compare(studio):
    begin(studio)
    write(with_block("other"))
    until("it is said", lambda: said(studio, "changed outside"))
    studio.press("button", "See Changes")
    studio.wait_for("", "Changed Outside")
    studio.key("Escape")
    studio.wait_gone("", "Changed Outside")
    write("weir: 1\nblocks: [")
    until("it cannot be read", lambda: said(studio, "cannot be read"))
    if studio.find("button", "Reload"):
        raise Failure("Reload is offered for what cannot be read")
    if not has_block(studio, "say"):
        raise Failure("the workflow is gone")
    write(TEXT)


@test("a file that was imported before updates its workflow, is opened as it is, or becomes another one", path)
def again(studio):
    begin(studio)
    studio.restart()   # the same words: nothing is asked
    begin(studio)
    if studio.find("", "“tidy.yaml” Was Imported Before"):
        raise Failure("it is asked although nothing changed")
    write(with_block("other"))
    studio.restart()
    studio.wait_for("", "“tidy.yaml” Was Imported Before")
    keep = os.environ.get("WEIR_TEST_PICTURES")
    if keep:
        os.makedirs(keep, exist_ok=True)
        weirtest.photograph(os.path.join(keep, "import-again.png"))
    studio.press("button", "Update Workflow")
    until("the block came", lambda: has_block(studio, "other"))
    until("it is a version of its own", lambda: "Saved · version 2" in studio.texts())
    if studio.texts().count("never run") != 1:
        raise Failure("there are two workflows")
    studio.activate("edit.undo")
    until("mine is back", lambda: not has_block(studio, "other"))
    studio.restart()
    studio.wait_for("", "“tidy.yaml” Was Imported Before")
    studio.press("button", "Import as Another Workflow")
    until("there are two", lambda: studio.texts().count("never run") == 2)
    until("the other one is open", lambda: has_block(studio, "other"))
    write(TEXT)


@test("a change is saved to the file, but not over a change of others", path)
def save(studio):
    begin(studio)
    studio.activate("view.palette")
    studio.wait_for("", "Add a Block")
    studio.type("edit fields")
    studio.key("Return")
    studio.wait_gone("", "Add a Block")
    studio.activate("file.save")
    until("it is in the file, comments and all",
          lambda: "data.edit_fields" in open(path, encoding="utf-8").read() and open(path, encoding="utf-8").read().startswith("# Tidies up"))
    write(with_block("other"))
    studio.activate("file.save")
    until("the other change is said", lambda: said(studio, "changed outside"))
    if "other" not in open(path, encoding="utf-8").read():
        raise Failure("the change of others was written over")


weirtest.main()
