#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""From right to left: the window is mirrored, the canvas is not, and the pointer meets what is drawn."""
import atexit
import os
import shutil
import tempfile

import weirtest
from weirtest import Failure, test, until

folder = tempfile.mkdtemp(prefix="weir-rtl-")
atexit.register(shutil.rmtree, folder, True)
FILE = os.path.join(folder, "tidy.yaml")
with open(FILE, "w", encoding="utf-8") as file:
    file.write("""weir: 1
name: ترتيب التنزيلات
blocks:
  fetch: { kind: data.template, label: جلب الصفحة, config: { template: مرحبا } }
  parse: { kind: debug.log, label: עיבוד הטקסט }
layout: { fetch: [0, 0], parse: [360, 0] }
""")


@test("blocks are dragged and linked by the pointer in a window from right to left", FILE, env={"WEIR_TEST_DIRECTION": "rtl"})
def pointer(studio):
    studio.wait_for("", "ترتيب التنزيلات")
    studio.wait_for_block("parse")
    left, right = studio.bounds("block:fetch"), studio.bounds("block:parse")
    if left[0] + left[2] > right[0]:
        raise Failure("the canvas runs the other way round")
    play, undo = studio.bounds("play_button"), studio.bounds("undo_button")
    if play[0] > undo[0]:
        raise Failure("the window is not mirrored")
    x, y = studio.bounds("port:parse.value")[:2]
    if abs(x - right[0]) > 2 or not right[1] < y < right[1] + right[3]:
        raise Failure("the input is not at the left edge of its block")

    studio.drag("port:fetch.text", "port:parse.value")
    canvas = studio.find("", "Workflow canvas")
    until("the link is told of", lambda: any(node.get_name().startswith("Link from جلب الصفحة, Text to עיבוד הטקסט")
                                             for node in weirtest.walk(canvas)))
    studio.click("block:parse", dy=0.2)
    start = studio.place("block:parse", dy=0.2)
    origin = studio._origin()
    at = (start[0] - origin[0], start[1] - origin[1])
    studio.drag(at, (at[0] + 80, at[1] + 120))
    until("the block is where it was dropped", lambda: studio.bounds("block:parse")[0] > right[0] + 40
          and studio.bounds("block:parse")[1] > right[1] + 80)


weirtest.main()
