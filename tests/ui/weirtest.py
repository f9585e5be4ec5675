# SPDX-License-Identifier: GPL-3.0-or-later
"""Use the studio as a person does, and see what a person would see.

A test is a function marked @test; weirtest.main() runs them all, each in its own studio, and speaks TAP:

    import weirtest
    from weirtest import test

    @test("a block that is dragged stays where it was dropped")
    def drag(studio):
        studio.click("add-block")
        studio.wait_for("list item", "Read file")

    weirtest.main()

Pointer and keys are real ones (xdotool), so tests with them run under `headless.sh x11`. Places come from the studio's
own test door on D-Bus, open only with WEIR_TEST_BUS=1, since the extents that GTK gives to AT-SPI leave out CSS
padding and window shadows. Names, roles, texts and states come from AT-SPI."""
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback

import gi

gi.require_version("Atspi", "2.0")
from gi.repository import Atspi, Gio, GLib  # noqa: E402

APP_ID = "org.weirstudio.Weir"
DOOR_PATH = "/org/weirstudio/Weir/Test"
DOOR = "org.weirstudio.Weir.Test"
# A sanitizer makes everything slower; nothing waits this long when it works.
PATIENCE = float(os.environ.get("WEIR_TEST_PATIENCE", "20"))


class Failure(AssertionError):
    """What a person would have expected, and did not see."""


def until(what, condition, seconds=PATIENCE):
    """Ask until `condition` gives something true, and return that."""
    end = time.monotonic() + seconds
    trouble = None
    while time.monotonic() < end:
        try:
            value = condition()
            if value:
                return value
            trouble = None
        except GLib.Error as error:  # the tree changes under us while the program works
            trouble = error
        time.sleep(0.02)
    raise Failure(f"{what}: not within {seconds:g} s" + (f" ({trouble.message})" if trouble else ""))


def walk(node):
    """`node` and everything in it, top down."""
    yield node
    for index in range(node.get_child_count()):
        child = node.get_child_at_index(index)
        if child:
            yield from walk(child)


def text_of(node):
    """The text of a label or entry; None if it has none."""
    # Not node.get_text (), an older call; and not up to -1, which gives '' for an entry.
    if not node.get_text_iface():
        return None
    return Atspi.Text.get_text(node, 0, Atspi.Text.get_character_count(node))


def has_state(node, state):
    """`state` as in Atspi.StateType: "showing", "sensitive", "checked", "selected", "focused" ..."""
    return node.get_state_set().contains(getattr(Atspi.StateType, state.upper()))


class Studio:
    """One studio, started for a test and ended after it, with a data folder of its own."""

    def __init__(self, *args, data=None, env=None):
        build = os.environ.get("WEIR_BUILD", "_build")
        self.program = os.environ.get("WEIR_STUDIO", os.path.join(build, "src/studio/weir-studio"))
        self.args = args
        self.home = data or tempfile.mkdtemp(prefix="weir-test-")
        self.own_home = data is None
        self.extra = env or {}
        self.process = None
        self.bus = Gio.bus_get_sync(Gio.BusType.SESSION)

    def __enter__(self):
        return self.start()

    def __exit__(self, *exception):
        self.stop()

    def start(self):
        environment = {**os.environ, "WEIR_TEST_BUS": "1",
                       "XDG_DATA_HOME": os.path.join(self.home, "data"),
                       "XDG_STATE_HOME": os.path.join(self.home, "state"),
                       "XDG_CACHE_HOME": os.path.join(self.home, "cache"),
                       **self.extra}
        # Its words go to standard error: standard output is TAP.
        self.process = subprocess.Popen([self.program, *self.args], env=environment, start_new_session=True, stdout=sys.stderr)
        until("the studio opens its window", self._window_is_there)
        return self

    def stop(self, how=signal.SIGTERM):
        """Close it, as the session does at log-out; SIGKILL for a crash. Fails if it ended in any other way, which is
        also how a sanitizer speaks."""
        process, self.process = self.process, None
        code = None
        if process:
            code = process.poll()
            if code is None:
                os.killpg(process.pid, how)
                try:
                    code = process.wait(PATIENCE)
                except subprocess.TimeoutExpired:
                    os.killpg(process.pid, signal.SIGKILL)
                    process.wait()
        if self.own_home:
            shutil.rmtree(self.home, ignore_errors=True)
        if process and code not in (0, -how, 128 + how):
            raise Failure("the studio did not end when asked to" if code is None else f"the studio ended with exit status {code}")

    def restart(self, how=signal.SIGTERM):
        """End it in the given way and start it again on the same data."""
        own, self.own_home = self.own_home, False
        self.stop(how)
        self.own_home = own
        return self.start()

    def _window_is_there(self):
        code = self.process.poll()
        if code is not None:
            raise Failure(f"the studio ended by itself, exit status {code}")
        return any(node.get_role_name() in ("frame", "window") and has_state(node, "showing") for node in self.nodes())

    def weir(self, *args):
        """What the command line says, on the data of the studio and with its help."""
        environment = {**os.environ, "XDG_DATA_HOME": os.path.join(self.home, "data"), "XDG_STATE_HOME": os.path.join(self.home, "state"),
                       **self.extra}
        program = os.path.join(os.environ.get("WEIR_BUILD", "_build"), "src/cli/weir")
        return subprocess.run([program, *args], env=environment, check=True, stdout=subprocess.PIPE, text=True).stdout

    # -- the test door

    def _call(self, method, signature, *args):
        reply = self.bus.call_sync(APP_ID, DOOR_PATH, DOOR, method, GLib.Variant(signature, args), None,
                                   Gio.DBusCallFlags.NO_AUTO_START, int(PATIENCE * 1000), None)
        values = reply.unpack()
        return values[0] if len(values) == 1 else values

    def bounds(self, name):
        """x, y, width, height on the window's surface: of a widget by its Blueprint id or name ("play_button"), of a block of
        the canvas by its path ("block:move/to"), of a port ("port:move/to.from", a point)."""
        kind, colon, path = name.partition(":")
        if not colon:
            x, y, width, height, dx, dy = self._call("Bounds", "(s)", name)
        elif kind == "block":
            x, y, width, height, dx, dy = self._call("BlockBounds", "(s)", path)
        else:
            x, y, width, height, dx, dy = self._call("PortBounds", "(ss)", *path.rsplit(".", 1))
        if os.environ.get("GDK_BACKEND") == "x11":
            x, y = x + dx, y + dy   # an X window has the shadow in it
        return x, y, width, height

    def wait_for_block(self, path):
        """A block that is still to be added, or read after a start."""
        until(f"block {path} is there", lambda: self.bounds("block:" + path))

    def activate(self, action, target=""):
        """Run an action by its full name, "run.play"."""
        if not self._call("Activate", "(ss)", action, target):
            raise Failure(f"no action {action!r} is to be had now")

    def shot(self, path):
        """A photograph of the window's own drawing."""
        until("a photograph", lambda: self._call("Shot", "(s)", path) or True)

    # -- pointer and keys (X11)

    def place(self, where, dx=0.5, dy=0.5):
        """Screen position of what bounds () knows (dx, dy: how far across it), or of a point (x, y) of the window."""
        ox, oy = self._origin()
        if isinstance(where, str):
            x, y, width, height = until(f"{where} is shown", lambda: self._shown(where))
            return round(ox + x + width * dx), round(oy + y + height * dy)
        return round(ox + where[0]), round(oy + where[1])

    def _shown(self, name):
        bounds = self.bounds(name)
        return bounds if name.startswith("port:") or (bounds[2] > 0 and bounds[3] > 0) else None

    def _origin(self):
        # tooltips and menus are windows too, and may go while we ask
        place = max(until("the window is on the screen", lambda: [place for place in map(geometry, self._windows()) if place]),
                    key=lambda place: place["WIDTH"] * place["HEIGHT"])
        xdotool("windowfocus", str(place["WINDOW"]))
        return place["X"], place["Y"]

    def _windows(self):
        return ask_xdotool("search", "--onlyvisible", "--pid", str(self.process.pid)).split()

    def move(self, where, **how):
        xdotool("mousemove", *map(str, self.place(where, **how)))

    def click(self, where, button=1, count=1, **how):
        self.move(where, **how)
        for _ in range(count):
            xdotool("mousedown", str(button))
            xdotool("mouseup", str(button))

    def drag(self, start, end, steps=12, drop=True):
        """Press at `start`, go to `end` in many small moves as a hand does, and let go (unless `drop` is False)."""
        x0, y0 = self.place(start)
        x1, y1 = self.place(end)
        xdotool("mousemove", str(x0), str(y0))
        xdotool("mousedown", "1")
        for step in range(1, steps + 1):
            xdotool("mousemove", str(round(x0 + (x1 - x0) * step / steps)), str(round(y0 + (y1 - y0) * step / steps)))
        if drop:
            self.drop()

    def drop(self):
        xdotool("mouseup", "1")

    def wheel(self, where, clicks):
        """Up (towards you is down): positive numbers."""
        self.move(where)
        for _ in range(abs(clicks)):
            xdotool("click", "4" if clicks > 0 else "5")

    def key(self, *keys):
        """ "ctrl+z", "Tab", "F2" """
        for key in keys:
            xdotool("key", "--clearmodifiers", key)

    def type(self, text):
        xdotool("type", "--delay", "5", text)

    # -- what is to be seen, through AT-SPI

    def nodes(self):
        desktop = Atspi.get_desktop(0)
        for index in range(desktop.get_child_count()):
            app = desktop.get_child_at_index(index)
            if app and app.get_process_id() == self.process.pid:
                yield from walk(app)

    def find_all(self, role, name=""):
        """Everything of that role and name (or text) that is showing, in the order of the window; dialogs come last. '' is any."""
        return [node for node in self.nodes()
                if (not role or node.get_role_name() == role) and (not name or name in (node.get_name(), text_of(node)))
                and has_state(node, "showing")]

    def find(self, role, name=""):
        """The first of these; None if there is none."""
        return next(iter(self.find_all(role, name)), None)

    def wait_for(self, role, name="", seconds=PATIENCE):
        return until(f"{role or 'something'} {name!r} is shown", lambda: self.find(role, name), seconds)

    def wait_gone(self, role, name="", seconds=PATIENCE):
        until(f"{role} {name!r} is gone", lambda: not self.find(role, name), seconds)

    def press(self, role, name):
        """Do the first action of a thing, as a screen reader would; of several the last, which is the one in a dialog."""
        self.wait_for(role, name)
        if not Atspi.Action.do_action(self.find_all(role, name)[-1], 0):
            raise Failure(f"{role} {name!r} refuses its action")

    def texts(self):
        """Everything that is written in the window."""
        return [text for text in (text_of(node) or node.get_name() for node in self.nodes() if has_state(node, "showing")) if text]


def ask_xdotool(*args):
    """Its answer, '' when it has none."""
    return subprocess.run(["xdotool", *args], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True).stdout


def geometry(window):
    """WINDOW, X, Y, WIDTH, HEIGHT … of an X window; {} when it is gone."""
    return {name: int(value) for name, value in (line.split("=") for line in ask_xdotool("getwindowgeometry", "--shell", window).split())}


def xdotool(*args):
    return subprocess.run(["xdotool", *args], check=True, stdout=subprocess.PIPE, text=True).stdout


def photograph(path):
    """The whole screen, shadows included."""
    if os.environ.get("GDK_BACKEND") == "wayland":
        subprocess.run(["grim", path], check=True)
    else:
        subprocess.run(["import", "-window", "root", path], check=True)


_tests = []


def test(name, *args, **options):
    """Mark a test; `args` are given to the studio ("--demo", "tidy-downloads"), `options` to Studio ()."""
    def mark(function):
        _tests.append((name, function, args, options))
        return function
    return mark


def main():
    only = sys.argv[1:]
    chosen = [t for t in _tests if not only or any(word in t[0] for word in only)]
    print(f"1..{len(chosen)}", flush=True)
    failed = 0
    for number, (name, function, args, options) in enumerate(chosen, 1):
        studio = Studio(*args, **options)
        trouble = None
        try:
            studio.start()
            function(studio)
        except Exception:  # whatever went wrong is the test's failure
            trouble = traceback.format_exc()
            keep = os.environ.get("WEIR_TEST_PICTURES")
            if keep:
                os.makedirs(keep, exist_ok=True)
                photograph(os.path.join(keep, f"{os.path.basename(sys.argv[0])}-{number}.png"))
        try:
            studio.stop()
        except Failure as failure:
            trouble = (trouble or "") + str(failure)
        for line in (trouble or "").splitlines():
            print("# " + line)
        failed += trouble is not None
        print(f"{'ok' if trouble is None else 'not ok'} {number} - {name}", flush=True)
    sys.exit(1 if failed else 0)
