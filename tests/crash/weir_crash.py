# SPDX-License-Identifier: GPL-3.0-or-later
"""What the crash tests share: the program in a folder of its own, a receiver of requests that counts, looks at files and databases.

One variable for all of them: WEIR_CRASHES=n (100 unless said) is how often things are cut off; each test takes its share, and from 1,000
on those that go through all moments in turn leave none out. WEIR_SEED=n repeats a series, WEIR_PATIENCE=s is how long a command may take,
WEIR_READY_S=s how long it may take to be ready after a crash. The series is always the same one unless WEIR_SEED or WEIR_CRASHES is set.
"""
import collections
import hashlib
import http.server
import json
import os
import pathlib
import random
import re
import shutil
import signal
import sqlite3
import statistics
import subprocess
import threading
import time

# One series unless told otherwise, so that a failure comes again; on demand another each time.
SEED = int(os.environ.get("WEIR_SEED", "0")) or (random.SystemRandom().randrange(1, 1 << 30) if "WEIR_CRASHES" in os.environ else 1)
# Programs made slow by a sanitizer or a busy machine are still allowed to be right.
PATIENCE = float(os.environ.get("WEIR_PATIENCE", "60"))
READY_S = float(os.environ.get("WEIR_READY_S", "20"))
SLOW = int(os.environ.get("WEIR_SLOW", "1"))
IN_ALL = int(os.environ.get("WEIR_CRASHES", "0")) or max(100 // SLOW, 1)
ENDED = ("succeeded", "failed", "cancelled", "interrupted")
KEPT = pathlib.Path(__file__).resolve().parent.parent / "data" / "store"
# How rows name files in blobs/, and which rows may.
BLOB = re.compile(r'"(?:blob|\$blob)":"([0-9a-f]{64})"')
NAMING = {"event": "data", "effect": "before, after", "variable": "value", "state": "value", "cache": "outputs", "fixture": "outputs",
          "report": "data", "log": "fields"}
NEWEST = len(list((KEPT.parent.parent.parent / "engine" / "store" / "migrations").glob("0*.sql")))


class Wrong(Exception):
    pass


def share(part):
    """How many of all crashes a test makes."""
    return max(round(IN_ALL * part), 2)


def sample(chance, whole, part):
    """The moments to take out of so many: all of them on demand, else some by chance."""
    moments = range(1, whole + 1)
    return list(moments) if IN_ALL >= 1000 else sorted(chance.sample(moments, min(share(part), whole)))


def tree(root, folder_times=True, times=True):
    """What undo must give back: bytes, mode and time of files, mode and time of folders, targets of links."""
    found = {}
    for path in sorted(root.rglob("*")):
        name, info = str(path.relative_to(root)), path.lstat()
        if path.is_symlink():
            found[name] = ("link", os.readlink(path))
        elif path.is_dir():
            found[name] = ("folder", info.st_mode, info.st_mtime_ns if folder_times and times else 0)
        else:
            found[name] = ("file", info.st_mode, info.st_mtime_ns if times else 0, hashlib.sha256(path.read_bytes()).hexdigest())
    return found


def difference(before, after):
    lines = [f"{name}: was {before.get(name)}, is {after.get(name)}"
             for name in sorted(before.keys() | after.keys()) if before.get(name) != after.get(name)]
    return "; ".join(lines)


class Receiver:
    """A server outside the program: counts what was asked of it, by address, and by address and Idempotency-Key."""

    def __init__(self, slowness=lambda: 0.0):
        self.counts = collections.Counter()
        self.by_key = collections.Counter()
        self.at_work = 0
        self.lock = threading.Condition()
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def answer(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                if self.path != "/":
                    receiver.count(self.path, self.headers.get("Idempotency-Key", ""))
                    time.sleep(slowness())
                answer = json.dumps({"path": self.path, "bytes": len(body)}).encode()
                try:
                    self.send_response(200)
                    self.send_header("Content-Type", "application/json")
                    self.send_header("Content-Length", str(len(answer)))
                    self.end_headers()
                    if self.command != "HEAD":
                        self.wfile.write(answer)
                except OSError:
                    pass  # who asked is dead

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_OPTIONS = answer

            def log_message(self, *args):
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 100

            def process_request(self, request, client_address):
                with receiver.lock:
                    receiver.at_work += 1
                super().process_request(request, client_address)

            def process_request_thread(self, request, client_address):
                super().process_request_thread(request, client_address)
                with receiver.lock:
                    receiver.at_work -= 1
                    receiver.lock.notify_all()

            def handle_error(self, request, client_address):
                pass

        self.server = Server(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True, kwargs={"poll_interval": 0.1}).start()

    def count(self, path, key):
        with self.lock:
            # who heeds the key does it once
            if key == "" or self.by_key[path, key] == 0:
                self.counts[path] += 1
            self.by_key[path, key] += 1

    def forget(self, prefix):
        with self.lock:
            for path in [path for path in self.counts if path.startswith(prefix)]:
                del self.counts[path]
            for path, key in [known for known in self.by_key if known[0].startswith(prefix)]:
                del self.by_key[path, key]

    def count_text(self, text):
        """A request as it was sent."""
        asked = re.match(rb"\w+ (/\S+) HTTP/1", text)
        key = re.search(rb"\r\nIdempotency-Key: *([^\r]*)", text, re.IGNORECASE)
        if asked:
            self.count(asked.group(1).decode(), key.group(1).decode() if key else "")

    def catch_up(self):
        """Returns when everything that was sent until now is counted."""
        # connections are taken in their order: after this one those before it are known
        import urllib.request
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        opener.open(self.address + "/", timeout=PATIENCE).read()
        with self.lock:
            if not self.lock.wait_for(lambda: self.at_work == 0, PATIENCE):
                raise Wrong("the receiver is not done with a request")

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class Program:
    """`weir` with its data in a folder; it is killed at will, and what it showed is remembered."""

    all_ready = []

    def __init__(self, weir, folder, cwd=None, receiver=None, env=None):
        self.weir, self.folder, self.cwd, self.receiver = weir, folder, cwd, receiver
        self.outputs = 0
        self.crashes = 0
        self.shown = {}  # (run, scope, block, firing) of steps shown as succeeded: the event
        self.env = dict(os.environ, XDG_DATA_HOME=str(folder / "share"), XDG_STATE_HOME=str(folder / "state"), LANG="C.UTF-8",
                        LC_ALL="C.UTF-8", WEIR_CRASH_FOLDER=str(folder), **(env or {}))
        self.data = folder / "share" / "weir"

    def wait_for_children(self):
        """Programs of a killed run go on; only then is it said what they did."""
        needle = str(self.folder).encode()
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            if not any(self.is_of_run(pid, needle) for pid in filter(str.isdigit, os.listdir("/proc"))):
                break
            time.sleep(0.005)
        else:
            raise Wrong("a program of the run does not end")
        if self.receiver is not None:
            self.receiver.catch_up()

    @staticmethod
    def is_of_run(pid, needle):
        try:
            process = pathlib.Path("/proc", pid)
            return int(pid) != os.getpid() and (needle in (process / "cmdline").read_bytes() or needle in (process / "environ").read_bytes())
        except OSError:
            return False

    def command(self, *args, kill_after=None, env=None, allowed=(0, 1, 130)):
        """Exit status, or None when it was killed; what it showed is read and remembered."""
        self.outputs += 1
        self.out, self.err = self.folder / f"out{self.outputs}", self.folder / f"err{self.outputs}"
        with open(self.out, "wb") as out, open(self.err, "wb") as err:
            process = subprocess.Popen([self.weir, *args], env=dict(self.env, **(env or {})), cwd=self.cwd, stdout=out, stderr=err,
                                       stdin=subprocess.DEVNULL)
            try:
                status = process.wait(PATIENCE if kill_after is None else kill_after)
            except subprocess.TimeoutExpired:
                if kill_after is None:
                    process.send_signal(signal.SIGABRT)
                    process.wait()
                    raise Wrong(f"weir {' '.join(args)} did not end in {PATIENCE} s") from None
                process.kill()
                status = process.wait()
        if status == -signal.SIGKILL:
            self.crashes += 1
            status = None
        self.wait_for_children()
        self.read_events()
        if status is not None and status not in allowed:
            raise Wrong(f"weir {' '.join(args)} ended with {status}: {self.said()}")
        return status

    def said(self):
        return self.err.read_text(errors="replace").strip()

    def read_events(self, at_most=None):
        for line in self.out.read_bytes()[:at_most].split(b"\n"):
            try:
                event = json.loads(line)
            except ValueError:
                continue
            if not isinstance(event, dict) or event.get("event") not in ("block.started", "block.succeeded"):
                continue
            key = (event["run"], event.get("scope", 0), event["block"], event["firing"])
            known = self.shown.get(key)
            if known is not None and event["seq"] > known:
                raise Wrong(f"{key} was shown as succeeded with event {known}; then came {line.decode()}")
            if event["event"] == "block.succeeded":
                self.shown[key] = event["seq"]

    def ask(self, *args):
        done = subprocess.run([self.weir, *args, "--json"], env=self.env, cwd=self.cwd, capture_output=True, timeout=PATIENCE)
        if done.returncode != 0:
            raise Wrong(f"weir {' '.join(args)} ended with {done.returncode}: {done.stderr.decode(errors='replace').strip()}")
        return json.loads(done.stdout)

    def list_runs(self):
        """As soon as it is ready after a crash; newest first."""
        start = time.monotonic()
        runs = self.ask("runs")
        took = time.monotonic() - start
        self.all_ready.append(took)
        if took > READY_S:
            raise Wrong(f"after a crash it took {took:.2f} s to be ready")
        return runs

    @classmethod
    def say_ready(cls):
        times = sorted(cls.all_ready)
        if times:
            print(f"# from start to ready: {len(times)} times, median {statistics.median(times) * 1000:.0f} ms,"
                  f" 99 of 100 within {times[int(len(times) * 0.99)] * 1000:.0f} ms, at most {times[-1] * 1000:.0f} ms", flush=True)

    # ── what is on disk ──

    def check_database(self):
        """Whole, with all that was shown, all blobs that rows name, and an audit in which nothing is missing."""
        path = self.data / "weir.db"
        if not path.exists():
            raise Wrong("there is no database")
        with sqlite3.connect(path) as connection:
            answer = connection.execute("PRAGMA integrity_check").fetchone()[0]
            broken = connection.execute("PRAGMA foreign_key_check").fetchall()
            if answer != "ok" or broken:
                raise Wrong(f"{path.name} is damaged: {answer} {broken}")
            if connection.execute("PRAGMA user_version").fetchone()[0] == NEWEST:
                self.check_shown(connection)
                self.check_blobs(connection)
        connection.close()

    def check_shown(self, connection):
        for (run, scope, block, firing), seq in self.shown.items():
            row = connection.execute("SELECT scope, block, firing, event_kind.name FROM event JOIN event_kind ON event_kind.id = kind"
                                     " WHERE key = ?", (run << 32 | seq,)).fetchone()
            if row != (scope, block, firing, "block.succeeded"):
                raise Wrong(f"event {seq} was shown as the success of {block} ({scope}, {firing}), but the journal has {row}")

    def check_blobs(self, connection):
        for table, columns in NAMING.items():
            for row in connection.execute(f"SELECT {columns} FROM {table}"):
                for name in (name for text in row if text is not None for name in BLOB.findall(text)):
                    self.check_blob(name)

    def check_blob(self, name):
        path = self.data / "blobs" / name[:2] / name
        if not path.exists():
            raise Wrong(f"the blob {name} is gone")
        if hashlib.sha256(path.read_bytes()).hexdigest() != name:
            raise Wrong(f"the blob {name} has other content")

    def check_audit(self):
        done = subprocess.run([self.weir, "audit", "verify"], env=self.env, cwd=self.cwd, capture_output=True, timeout=PATIENCE)
        if done.returncode != 0:
            raise Wrong(f"the audit does not verify: {done.stdout.decode()} {done.stderr.decode()}")


def place_kept(program, version):
    """A database that an earlier Weir left."""
    program.data.mkdir(parents=True, mode=0o700)
    shutil.copyfile(KEPT / f"schema-{version}.db", program.data / "weir.db")


def check_kept(program, version):
    """Everything of the older database is there, in itself or as it was in the copy made before."""
    with sqlite3.connect(program.data / "weir.db") as connection:
        now = connection.execute("PRAGMA user_version").fetchone()[0]
        texts = connection.execute("SELECT count(*) FROM version").fetchone()[0]
        names = {row[0] for row in connection.execute("SELECT name FROM workflow")}
        count = connection.execute("SELECT value FROM variable WHERE name = 'count'").fetchone()
    connection.close()
    if now < version or now > NEWEST or texts < 3 or "Tidy downloads" not in names or count != ("42",):
        raise Wrong(f"of a database with schema {version} now, with {now}, {texts} versions of {sorted(names)} and {count} are left")
    if version < now and not any(is_whole_copy(path, version) for path in (program.data / "backup").glob(f"weir-schema-{version}-*.db")):
        raise Wrong(f"it has schema {now}, but there is no copy from when it had {version}")


def is_whole_copy(path, version):
    with sqlite3.connect(path) as connection:
        try:
            whole = (connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
                     and connection.execute("PRAGMA user_version").fetchone()[0] == version
                     and connection.execute("SELECT count(*) FROM version").fetchone()[0] == 3)
        except sqlite3.DatabaseError:
            whole = False
    connection.close()
    return whole
