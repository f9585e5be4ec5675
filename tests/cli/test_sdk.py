#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""test_sdk.py HELLO: the engine through introspection, as a program in another language uses it."""
import subprocess
import sys

import gi

gi.require_version("Dex", "1")
gi.require_version("Weir", "1.0")
from gi.repository import Dex, GLib, Weir  # noqa: E402

Dex.init()
number = failed = 0


def check(name, good, said=""):
    global number, failed
    number += 1
    failed += not good
    if not good:
        print("# " + str(said).replace("\n", "\n# "))
    print(f"{'ok' if good else 'not ok'} {number} - {name}", flush=True)


hello = subprocess.run([sys.executable, sys.argv[1]], stdout=subprocess.PIPE, text=True)
check("ten lines build, link and run a workflow", hello.returncode == 0 and hello.stdout == "Hello, World!\n",
      (hello.returncode, hello.stdout))

workflow = Weir.Workflow.new("Ports")
block = workflow.add("read", "debug.log", None)
try:
    workflow.link("read.nothing", "read.value", None)
    check("a wrong port is an exception that names it", False, "it was linked")
except GLib.Error as error:
    check("a wrong port is an exception that names it", "nothing" in error.message, error.message)

del workflow
check("a block outlives the name of its workflow", block.get_id() == "read", block.get_id())

print(f"1..{number}")
sys.exit(1 if failed else 0)
