#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""control.sock under clients that do not behave: none of them holds the process that owns the runs. argv[1] is the program."""
import contextlib
import json
import os
import pathlib
import socket
import struct
import subprocess
import sys
import tempfile
import time
import unittest

WEIR = os.path.abspath(sys.argv[1])
PATH, INTERFACE = "/org/weirstudio/Weir/Control", "org.weirstudio.Weir.Control1"

# A run that has many long events behind it and then goes on until it is let go.
CHATTY = """
weir: 1
name: Chatty
blocks:
  each:
    kind: flow.foreach
    config: { items: "=Array.from({length: 1000}, (x, i) => 'x'.repeat(500) + i)" }
    body:
      blocks:
        say: { kind: debug.log, config: { message: "{{ item }}" } }
  gate: { kind: exec.command, config: { program: sh, args: ["-c", "while ! [ -e GATE ]; do sleep .05; done"] } }
links:
  - each.done -> gate.run
"""
SHORT = """
weir: 1
name: Short
blocks:
  wait: { kind: flow.delay, config: { duration: 30ms } }
"""


class Client:
    """A connection to control.sock as D-Bus has it, which does as much as it is told and no more."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(str(path))
        self.serial = 0

    def sign_in(self):
        self.socket.sendall(b"\0AUTH EXTERNAL " + str(os.getuid()).encode().hex().encode() + b"\r\n")
        assert self.socket.recv(200).startswith(b"OK")
        self.socket.sendall(b"BEGIN\r\n")

    @staticmethod
    def field(code, kind, text):
        size = struct.pack("<B", len(text)) if kind == b"g" else struct.pack("<I", len(text))
        one = bytes((code, 1)) + kind + b"\0" + size + text.encode() + b"\0"
        return one + b"\0" * (-len(one) % 8)

    @staticmethod
    def text(value):
        one = struct.pack("<I", len(value)) + value.encode() + b"\0"
        return one + b"\0" * (-len(one) % 4)

    def message(self, member, signature="", body=b""):
        self.serial += 1
        fields = self.field(1, b"o", PATH) + self.field(2, b"s", INTERFACE) + self.field(3, b"s", member)
        if signature:
            fields += self.field(8, b"g", signature)
        fields = fields.rstrip(b"\0") + b"\0"
        return (b"l\1\0\1" + struct.pack("<III", len(body), self.serial, len(fields)) + fields
                + b"\0" * (-len(fields) % 8) + body)

    def follow(self, run):
        self.socket.sendall(self.message("Follow", "xt", struct.pack("<qQ", run, 0)))


class ControlTest(unittest.TestCase):
    def setUp(self):
        self.temporary = tempfile.TemporaryDirectory(prefix="weir-control-")
        self.addCleanup(self.temporary.cleanup)
        self.dir = pathlib.Path(self.temporary.name)
        self.env = dict(os.environ, XDG_DATA_HOME=str(self.dir / "share"), XDG_STATE_HOME=str(self.dir / "state"),
                        LANG="C.UTF-8", LC_ALL="C.UTF-8")
        self.socket = self.dir / "share" / "weir" / "control.sock"
        self.gate = self.dir / "gate"

    def clients(self, n):
        made = [Client(self.socket) for _ in range(n)]
        for client in made:
            self.addCleanup(client.socket.close)
        return made

    def start(self, *args):
        (self.dir / "w.yaml").write_text(CHATTY.replace("GATE", str(self.gate)))
        run = subprocess.Popen([WEIR, "run", *args, str(self.dir / "w.yaml")], env=self.env, stdin=subprocess.DEVNULL,
                               stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        self.addCleanup(self.put_down, run)
        deadline = time.monotonic() + 20
        while not self.is_at_gate():
            self.assertLess(time.monotonic(), deadline)
        return run

    @staticmethod
    def put_down(run):
        with contextlib.suppress(ProcessLookupError):
            run.kill()
        run.communicate()
        run.stderr.close()

    def ask(self, *args):
        return subprocess.run([WEIR, *args], env=self.env, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)

    def is_at_gate(self):
        if not self.socket.exists():
            return False
        shown = self.ask("show", "1", "--json")
        return shown.returncode == 0 and any(step["path"] == "gate" for step in json.loads(shown.stdout)["timeline"])

    def check_answers(self):
        shown = self.ask("show", "1", "--json")
        # AddressSanitizer says of itself that it does not know fibers
        said = [line for line in shown.stderr.splitlines() if "ASan doesn't" not in line]
        self.assertEqual((shown.returncode, said), (0, []))
        self.assertEqual(json.loads(shown.stdout)["status"], "running")

    def check_ends(self, run):
        self.gate.touch()
        self.assertEqual(run.wait(60), 0, run.stderr.read())

    def test_one_that_says_nothing_holds_nobody(self):
        run = self.start()
        self.clients(20)
        self.check_answers()
        self.check_ends(run)

    def test_one_that_stops_in_the_middle_of_a_message_holds_nobody(self):
        run = self.start()
        halves = self.clients(3)
        halves[0].socket.sendall(b"\0AUTH EXT")
        for half, n in ((halves[1], 10), (halves[2], 60)):
            half.sign_in()
            half.socket.sendall(half.message("Ping")[:n])
        self.check_answers()
        self.check_ends(run)

    def test_one_that_does_not_read_holds_nobody(self):
        run = self.start()
        for client in self.clients(3):
            client.sign_in()
            client.follow(1)
        self.check_answers()
        self.check_ends(run)

    def test_one_that_sends_nonsense_holds_nobody(self):
        run = self.start()
        for bad in (b"\xff" * 100, b"l\1\0\1" + b"\xff" * 12, b"GET / HTTP/1.1\r\n\r\n"):
            for signed in (False, True):
                client, = self.clients(1)
                if signed:
                    client.sign_in()
                client.socket.sendall(bad)
        self.check_answers()
        self.check_ends(run)

    def test_values_of_the_wrong_shape_are_refused(self):
        run = self.start()
        client, = self.clients(1)
        client.sign_in()
        wrong = ("1", "[1]", "{}", "[[1]]", "null", '{"a": 1}', '{"set": {"gate": 1}}', '{"set": [1]}', '{"inputs": [1]}',
                 '{"breakpoints": [1]}', '{"breakpoints": {"gate": 1}}', '{"blocks": 1}', '{"runs": {"a": 1}}', '{"policy": [1]}')
        for text in wrong:
            value = client.text(text)
            client.socket.sendall(
                client.message("Recovery", "s", value) + client.message("Recover", "s", value) + client.message("Limits", "s", value)
                + client.message("PlanRecovery", "s", value)
                + client.message("PlanRerun", "xs", struct.pack("<q", 1) + value)
                + client.message("Rerun", "xs", struct.pack("<q", 1) + value)
                + client.message("SaveFixture", "xss", struct.pack("<q", 1) + client.text("name") + value)
                + client.message("Play", "sssss", client.text(SHORT) + client.text("") * 2 + value + client.text(""))
                + client.message("Play", "sssss", client.text(SHORT) + client.text("") * 3 + value))
        self.check_answers()
        client.socket.close()
        self.check_ends(run)

    def test_many_that_begin_at_once_all_run(self):
        (self.dir / "short.yaml").write_text(SHORT)
        for _ in range(4):
            runs = [subprocess.Popen([WEIR, "run", str(self.dir / "short.yaml")], env=self.env, stdin=subprocess.DEVNULL,
                                     stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(10)]
            for run in runs:
                error = run.communicate(timeout=60)[1]
                self.assertEqual(run.returncode, 0, error)
        listed = json.loads(self.ask("runs", "--json").stdout)
        self.assertEqual([run["status"] for run in listed], ["succeeded"] * 40)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
