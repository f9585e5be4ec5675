#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""states.py FOLDER [NAME...]: the studio in all the states that have to look right, a picture each, to be looked at.

Run in a build root after a build: `WEIR_BUILD=_build tools/dev/states.py pictures`. Each state has a display of its own, so
one that goes wrong leaves the others alone; what went wrong is printed, and is the exit status."""
import os
import subprocess
import sys
import tempfile
import time

top = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(top, "tests", "ui"))

LINE = """blocks:
  list: { kind: file.list, label: Letters, config: { path: /usr/share/doc, max: 40 } }
  move: { kind: file.move, label: File it, config: { to: /tmp/letters/ } }
  log: { kind: debug.log, label: Say it, config: { message: "{{ value }}" } }
links:
  - list.files -> log.value
layout: { list: [80, 80], move: [360, 240], log: [640, 80] }
"""
LONG = """blocks:
  list:
    kind: file.list
    label: Every letter that somebody put into the folder of incoming letters since yesterday
    note: A long note
    config: { path: /a/very/long/path/to/a/folder/that/nobody/would/type/by/hand/twice, pattern: "*.pdf, *.odt, *.docx, *.txt" }
    retry: { attempts: 5 }
    timeout: 30s
  say:
    kind: debug.log
    label: Donaudampfschifffahrtsgesellschaftskapitänsmützenschirmständer
    config: { message: "{{ value.map(file => file.name + ' of ' + file.size + ' bytes').join(', ') }}" }
    on_error: continue
links:
  - list.files -> say.value when: value.filter(file => file.size > 1000 && file.name.startsWith('invoice')).length > 3
layout: { list: [80, 80], say: [520, 80] }
"""
SLOW = """blocks:
  first: { kind: data.template, label: Think of it, config: { template: "hello" } }
  long: { kind: flow.delay, label: Take your time, config: { duration: 10m } }
  other: { kind: debug.log, label: Meanwhile, config: { message: "{{ value }}" } }
  after: { kind: debug.log, label: Afterwards, config: { message: "{{ value }}" } }
links:
  - first.text -> long.value
  - first.text -> other.value
  - long.value -> after.value
layout: { first: [80, 80], long: [360, 40], other: [360, 240], after: [640, 40] }
"""
FAILS = """blocks:
  list: { kind: file.list, label: Letters, config: { path: /nowhere/at/all } }
  log: { kind: debug.log, label: Say it, config: { message: "{{ value }}" } }
  aside: { kind: data.template, label: Beside it, config: { template: "hello" } }
links:
  - list.files -> log.value
layout: { list: [80, 80], log: [360, 80], aside: [80, 260] }
"""
ASKS = """blocks:
  ask: { kind: flow.approval, label: Ask the boss, config: { title: "Send it?" } }
  send: { kind: debug.log, label: Send it, config: { message: "{{ value }}" } }
links:
  - ask.approved -> send.value
layout: { ask: [80, 80], send: [360, 80] }
"""
FRAMES = """blocks:
  a: { kind: data.template, label: Ask, config: { template: "hello" } }
  b: { kind: debug.log, label: Answer, config: { message: "{{ value }}" } }
  c: { kind: debug.log, label: Keep, config: { message: "{{ value }}" } }
links:
  - a.text -> b.value
  - b.value -> c.value
notes:
  frame: { text: "# Conversation", at: [40, 40, 560, 240], frame: true, colour: blue }
  inner: { text: "# Inner", at: [328, 80, 256, 184], frame: true, colour: green }
  note: { text: "# Why\\nBecause **somebody** has to. See *below*:\\n- one\\n- two", at: [680, 240, 240, 152], colour: pink }
  fold: { text: "# Folded away\\nThere is more in it", at: [680, 440, 240, 120], collapsed: true }
layout: { a: [72, 112], b: [352, 128], c: [680, 80] }
"""

PORTALS = """blocks:
  list: { kind: file.list, label: Letters, config: { path: /usr/share/doc } }
  enter: { kind: flow.portal, config: { name: Letters } }
  leave: { kind: flow.portal, config: { name: Letters } }
  log: { kind: debug.log, label: Say it, config: { message: "{{ value }}" } }
links:
  - list.files -> enter.in
  - enter.out -> leave.in
  - leave.out -> log.value
layout: { list: [80, 80], enter: [340, 80], leave: [340, 320], log: [620, 320] }
"""


def big():
    """A few hundred blocks."""
    blocks, links, layout = [], [], []
    for i in range(300):
        blocks.append(f"  b{i}: {{ kind: {('data.template', 'debug.log', 'file.list', 'http.request')[i % 4]} }}")
        layout.append(f"b{i}: [{i % 20 * 280}, {i // 20 * 200}]")
        if i % 20:
            links.append(f"  - b{i - 1}.done -> b{i}.run")
        elif i:
            links.append(f"  - b{i - 20}.done -> b{i}.run")
    return "blocks:\n" + "\n".join(blocks) + "\nlinks:\n" + "\n".join(links) + "\nlayout: { " + ", ".join(layout) + " }\n"


def says(studio, words):
    from weirtest import until
    return until(f"“{words}” is said", lambda: any(words in text for text in studio.texts()))


def play(studio):
    from weirtest import until
    until("Play is offered", lambda: studio.bounds("play_button"))
    studio.activate("run.play-or-resume")


def start(studio, name):
    studio.wait_for("", name)
    studio._origin()


def empty(studio):
    studio.wait_for("", "Tidy downloads")


def new(studio):
    empty(studio)
    studio.press("button", "New Workflow")
    says(studio, "Saved · version 1")


def one(studio):
    new(studio)
    studio.activate("view.palette")
    studio.wait_for("", "Add a Block")
    studio.type("list folder")
    studio.key("Return")
    studio.wait_gone("", "Add a Block")


def error(studio):
    one(studio)
    studio.wait_for("", "1 problem")
    studio.click("problems_button")
    studio.wait_for("list", "Problems")


def palette(studio):
    new(studio)
    studio.activate("view.palette")
    studio.wait_for("", "Add a Block")
    studio.type("wr")
    studio.key("Down")


def running(studio):
    play(studio)
    says(studio, "Run 1 · ")


def paused(studio):
    running(studio)
    studio.activate("run.pause")
    says(studio, "Run 1 · paus")


def failed(studio):
    play(studio)
    says(studio, "failed: ")


def waiting(studio):
    play(studio)
    says(studio, "waits for your approval")


def tidied(studio):
    play(studio)
    studio.wait_for("", "Folder to tidy")
    studio.press("button", "Play")
    says(studio, "succeeded in")


def open_here(studio):
    studio.wait_for("", "Tidy downloads")
    studio.activate("canvas.reveal", "sort")


def inside(studio):
    open_here(studio)
    studio.activate("canvas.open")


def many(studio):
    studio.activate("canvas.select-all")


def shown(studio):
    """As it opens."""


def refused(studio):
    studio.activate("canvas.zoom-100")
    studio.drag("port:list.count", "port:move.from", drop=False)


def connect(studio):
    studio.activate("canvas.reveal", "list")
    studio.activate("canvas.connect")
    studio._origin()
    studio.key("Return")


def portals(studio):
    studio.activate("canvas.reveal", "enter")


def far(studio):
    studio.activate("canvas.zoom-fit")


def mapped(studio):
    studio.activate("canvas.zoom-100")


def outline(studio):
    studio.activate("view.outline")


def shortcuts(studio):
    studio.key("ctrl+question")
    studio.wait_for("", "Keyboard Shortcuts")


def cancel_and_delete(studio):
    running(studio)
    studio.activate("run.cancel-and-delete")
    studio.wait_for("", "Cancel and Delete Run 1?")


def delete_now(studio):
    tidied(studio)
    studio.activate("run.delete-now")
    studio.wait_for("", "Delete Run 1 Now?")


def timeline_menu(studio):
    running(studio)
    x, y, _, _ = studio.bounds("timeline")
    studio.click((x + 60, y + 24 + 28 + 14), button=3)
    studio.wait_for("menu item", "Cancel and Delete…")


def deleted(studio):
    """A toast that takes it back."""
    tidied(studio)
    studio.activate("run.delete")
    says(studio, "Run 1 deleted")


def bin_empty(studio):
    empty(studio)
    studio.activate("win.bin")
    studio.wait_for("", "Nothing Was Deleted")


def in_bin(studio):
    for run in ("1", "2", "3"):
        failed(studio)
        studio.weir("delete", run)
    studio.weir("delete", "Letters")
    studio.activate("win.bin")
    studio.wait_for("", "Run 3 of “Letters”")


def bin_question(studio):
    in_bin(studio)
    studio.activate("bin.empty")
    studio.wait_for("", "Empty Recently Deleted?")


def preferences(studio):
    running(studio)
    studio.weir("limits", "pool.a-pool-with-a-very-long-name-that-somebody-thought-of=3", "rate.api.example.org=10/m")
    studio.activate("app.preferences")
    says(studio, "Child processes")


def preferences_end(studio):
    preferences(studio)
    studio._origin()
    x, y, width, height = studio.bounds("preferences")
    studio.wheel((x + width / 2, y + height / 2), -30)


def recovery(studio):
    preferences(studio)
    studio.weir("recover", "--set", "policy=automatic", "--set", "once=ask", "--set", "stagger=5s")
    studio.press("page tab", "Recovery")


TIDY = "tidy-downloads"
DARK = {"ADW_DEBUG_COLOR_SCHEME": "prefer-dark"}
CONTRAST = {"ADW_DEBUG_HIGH_CONTRAST": "1"}
RTL = {"WEIR_TEST_DIRECTION": "rtl"}
LARGE = {"WEIR_TEST_TEXT_SCALE": "2"}
NARROW = {"HEADLESS_SIZE": "372x720"}
# Name: what is opened (NULL: nothing; a demo; the text of a workflow), what is done, and the display.
STATES = {
    "empty": (None, empty, {}),
    "new": (None, new, {}),
    "one-block": (None, one, {}),
    "long-texts": (LONG, shown, {}),
    "error-block": (None, error, {}),
    "running": (SLOW, running, {}),
    "paused": (SLOW, paused, {}),
    "failed": (FAILS, failed, {}),
    "waiting": (ASKS, waiting, {}),
    "selected-many": (SLOW, many, {}),
    "container": (TIDY, open_here, {}),
    "drill-in": (TIDY, inside, {}),
    "frames-notes": (FRAMES, shown, {}),
    "palette": (None, palette, {}),
    "link-refused": (LINE, refused, {}),
    "linking-by-keys": (LINE, connect, {}),
    "portals": (PORTALS, portals, {}),
    "zoomed-out": (big(), far, {}),
    "minimap": (big(), mapped, {}),
    "outline": (TIDY, outline, {}),
    "shortcuts": (LINE, shortcuts, {}),
    "done": (TIDY, tidied, {}),
    "dark": (TIDY, tidied, DARK),
    "dark-failed": (FAILS, failed, DARK),
    "high-contrast": (TIDY, tidied, CONTRAST),
    "high-contrast-dark": (FAILS, failed, {**DARK, **CONTRAST}),
    "rtl": (TIDY, tidied, RTL),
    "rtl-notes": (FRAMES, shown, RTL),
    "large": (TIDY, tidied, LARGE),
    "large-long": (LONG, shown, LARGE),
    "narrow": (TIDY, tidied, NARROW),
    "narrow-new": (None, new, NARROW),
    "cancel-and-delete": (SLOW, cancel_and_delete, {}),
    "delete-now": (TIDY, delete_now, {}),
    "narrow-delete-now": (TIDY, delete_now, NARROW),
    "timeline-menu": (SLOW, timeline_menu, {}),
    "deleted": (TIDY, deleted, {}),
    "bin": (FAILS, in_bin, {}),
    "dark-bin": (FAILS, in_bin, DARK),
    "narrow-bin": (FAILS, in_bin, NARROW),
    "large-bin": (FAILS, in_bin, LARGE),
    "bin-empty": (None, bin_empty, {}),
    "narrow-bin-empty": (None, bin_empty, NARROW),
    "preferences": (SLOW, preferences, {}),
    "preferences-end": (SLOW, preferences_end, {}),
    "dark-preferences": (SLOW, preferences, DARK),
    "narrow-preferences": (SLOW, preferences, NARROW),
    "narrow-preferences-end": (SLOW, preferences_end, NARROW),
    "recovery": (SLOW, recovery, {}),
    "narrow-recovery": (SLOW, recovery, NARROW),
    "bin-question": (FAILS, bin_question, {}),
    "still": (TIDY, tidied, {"HEADLESS_SETTINGS": "gtk-enable-animations=0"}),
}


def take(name, path):
    """In a display of its own by now."""
    import weirtest
    opened, act, _ = STATES[name]
    with tempfile.TemporaryDirectory() as folder:
        args = []
        if opened in (TIDY,):
            args = ["--demo", opened]
        elif opened:
            file = os.path.join(folder, "letters.yaml")
            with open(file, "w", encoding="utf-8") as out:
                out.write("weir: 1\nname: Letters\n" + opened)
            args = [file]
        with weirtest.Studio(*args) as studio:
            if opened:
                start(studio, "Tidy downloads" if args[0] == "--demo" else "Letters")
            act(studio)
            # What slides and fades has come to rest by then; a picture of it on the way shows nothing.
            time.sleep(1)
            weirtest.photograph(path)


def main():
    if sys.argv[1] == "--one":
        take(sys.argv[2], sys.argv[3])
        return 0
    folder, names, bad = sys.argv[1], sys.argv[2:] or list(STATES), 0
    os.makedirs(folder, exist_ok=True)
    for name in names:
        path = os.path.abspath(os.path.join(folder, name + ".png"))
        env = {**os.environ, "HEADLESS_SIZE": "1440x900", **STATES[name][2]}
        done = subprocess.run([os.path.join(top, "tests/ui/headless.sh"), "x11", sys.executable, __file__, "--one", name, path],
                              env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        print(name if done.returncode == 0 else f"{name} FAILED\n{done.stdout}", flush=True)
        bad += done.returncode != 0
    return 1 if bad else 0


sys.exit(main())
