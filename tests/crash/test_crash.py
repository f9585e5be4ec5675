#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""kill -9 at any moment loses nothing that was shown, does nothing twice, and what was done can be undone.

Plays workflows made by chance, kills the program while it runs, while it resumes and while it undoes, and looks at what is left. argv[1] is
the program. WEIR_CRASHES=n kills so many times (default 30), WEIR_SEED=n repeats a series.
"""
import hashlib
import json
import os
import pathlib
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

WEIR = os.path.abspath(sys.argv[1])
CRASHES = int(os.environ.get("WEIR_CRASHES", "30"))
SEED = int(os.environ.get("WEIR_SEED", "0")) or random.SystemRandom().randrange(1, 1 << 30)
# Programs made slow by a sanitizer or a busy machine are still allowed to be right.
PATIENCE = float(os.environ.get("WEIR_PATIENCE", "60"))
READY_S = float(os.environ.get("WEIR_READY_S", "2"))


class Wrong(Exception):
    pass


def tree(root, folder_times=True):
    """What undo must give back: bytes, mode and time of files, mode and time of folders, targets of links."""
    found = {}
    for path in sorted(root.rglob("*")):
        name, info = str(path.relative_to(root)), path.lstat()
        if path.is_symlink():
            found[name] = ("link", os.readlink(path))
        elif path.is_dir():
            found[name] = ("folder", info.st_mode, info.st_mtime_ns if folder_times else 0)
        else:
            found[name] = ("file", info.st_mode, info.st_mtime_ns, hashlib.sha256(path.read_bytes()).hexdigest())
    return found


def difference(before, after):
    lines = [f"{name}: was {before.get(name)}, is {after.get(name)}"
             for name in sorted(before.keys() | after.keys()) if before.get(name) != after.get(name)]
    return "; ".join(lines)


class Round:
    """One run from play to undo, with crashes in between."""

    def __init__(self, seed, folder):
        self.random = random.Random(seed)
        self.folder = folder
        self.world = folder / "world"
        self.counter = folder / "counter"
        self.counter.touch()
        self.once = 0
        self.crashes = 0
        self.shown = {}
        self.output = 0
        self.env = dict(os.environ, XDG_DATA_HOME=str(folder / "share"), XDG_STATE_HOME=str(folder / "state"), LANG="C.UTF-8",
                        LC_ALL="C.UTF-8")
        self.make_world()
        (folder / "workflow.json").write_text(json.dumps(self.make_workflow(), indent=1))

    # ── what is run ──

    def make_world(self):
        for name in ("in", "old", "deep/er"):
            (self.world / name).mkdir(parents=True)
        for i in range(self.random.randrange(4, 14)):
            path = self.world / "in" / f"f{i:02}.txt"
            # above 64 KiB the store keeps before-images as files
            path.write_bytes(self.random.randbytes(self.random.choice((0, 10, 3000, 200_000))))
            path.chmod(self.random.choice((0o600, 0o644, 0o755)))
            os.utime(path, ns=(10**18 + i, 10**18 + self.random.randrange(10**17)))
        for i in range(4):
            path = self.world / "old" / f"o{i}.txt"
            path.write_bytes(b"old %d\n" % i * self.random.choice((1, 20_000)))
            path.chmod(self.random.choice((0o600, 0o640, 0o444)))
            os.utime(path, ns=(10**18, 10**18 + self.random.randrange(10**17)))

    def count(self, *more):
        """A program whose effect must not happen twice: it appends its key to a file outside."""
        self.once += 1
        script = f"sleep {self.random.choice((0, 0.01, 0.05))}; echo \"$0$1\" >> {self.counter}"
        return {"kind": "exec.command", "config": {"program": "sh", "args": ["-c", script, f"k{self.once}", *more]}}

    def chain(self, name, blocks, links):
        """A branch: write, move, run, wait, in some order, one after the other."""
        previous = None
        for i in range(self.random.randrange(1, 6)):
            block = f"{name}_{i}"
            kind = self.random.choice(("write", "new", "append", "count", "delay", "remake"))
            if kind == "write":
                blocks[block] = {"kind": "file.write", "config": {
                    "path": f"{self.world}/old/o{self.random.randrange(4)}.txt",
                    "content": block * self.random.choice((1, 30_000))}}
            elif kind == "new":
                blocks[block] = {"kind": "file.write", "config": {"path": f"{self.world}/new/{name}/{block}.txt", "content": block}}
            elif kind == "append":
                blocks[block] = {"kind": "file.write", "config": {
                    "path": f"{self.world}/deep/er/{name}.log", "content": f"{block}\n", "mode": "append"}}
            elif kind == "count":
                blocks[block] = self.count()
            elif kind == "delay":
                blocks[block] = {"kind": "flow.delay", "config": {"duration": f"{self.random.randrange(1, 60)}ms"}}
            else:
                # made, then moved over something
                blocks[block + "w"] = {"kind": "file.write", "config": {"path": f"{self.world}/{block}.tmp", "content": block}}
                blocks[block] = {"kind": "file.move", "config": {
                    "from": f"{self.world}/{block}.tmp", "to": f"{self.world}/old/moved-{name}.txt", "overwrite": "replace"}}
                if previous is not None:
                    links.append(f"{previous}.done -> {block}w.run")
                previous = block + "w"
            if previous is not None:
                links.append(f"{previous}.done -> {block}.run")
            previous = block

    def each(self):
        body = {"blocks": {"move": {"kind": "file.move", "config": {"from": "=item.path", "to": f"{self.world}/sorted/"}}}, "links": []}
        if self.random.random() < 0.7:
            body["blocks"]["run"] = self.count("=item.name")
            body["links"].append("run.done -> move.run")
        if self.random.random() < 0.5:
            body["blocks"]["note"] = {"kind": "file.write", "config": {
                "path": f"{self.world}/notes/{{{{ item.name }}}}", "content": "=item.name"}}
            body["links"].append("move.done -> note.run")
        if self.random.random() < 0.3:
            # an item may fail while others are at work
            body["blocks"]["check"] = {"kind": "flow.if", "config": {"conditions": [{"left": "=index % 4", "op": "equals", "right": 2}]}}
            body["blocks"]["fail"] = {"kind": "flow.throw", "config": {"message": "meant to fail"}}
            body["links"].append("check.true -> fail.run")
        return {"kind": "flow.foreach", "body": body,
                "config": {"concurrency": self.random.randrange(1, 5), "on_item_error": "collect"}}

    def make_workflow(self):
        blocks, links = {}, []
        if self.random.random() < 0.8:
            blocks["list"] = {"kind": "file.list", "config": {"path": f"{self.world}/in"}}
            blocks["each"] = self.each()
            links.append("list.files -> each.items")
        for i in range(self.random.randrange(1, 4)):
            self.chain(f"b{i}", blocks, links)
        return {"weir": 1, "name": "Crash", "blocks": blocks, "links": links}

    # ── the program ──

    def wait_for_children(self):
        """Programs of a killed run go on; only then is it said what they did."""
        needle = str(self.counter).encode()
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            for pid in filter(str.isdigit, os.listdir("/proc")):
                try:
                    if int(pid) != os.getpid() and needle in pathlib.Path(f"/proc/{pid}/cmdline").read_bytes():
                        break
                except OSError:
                    continue
            else:
                return
            time.sleep(0.01)
        raise Wrong("a program of the run does not end")

    def command(self, *args, kill_after=None):
        """Exit status, or None when it was killed; what it showed is read and remembered."""
        self.output += 1
        path = self.folder / f"out{self.output}"
        with open(path, "wb") as out, open(self.folder / f"err{self.output}", "wb") as err:
            process = subprocess.Popen([WEIR, *args], env=self.env, stdout=out, stderr=err, stdin=subprocess.DEVNULL)
            try:
                status = process.wait(PATIENCE if kill_after is None else kill_after)
            except subprocess.TimeoutExpired:
                if kill_after is None:
                    process.send_signal(signal.SIGABRT)
                    process.wait()
                    raise Wrong(f"weir {' '.join(args)} did not end in {PATIENCE} s") from None
                process.kill()
                process.wait()
                self.crashes += 1
                status = None
        self.wait_for_children()
        if status is not None and status not in (0, 1, 130):
            raise Wrong(f"weir {' '.join(args)} ended with {status}: " + (self.folder / f"err{self.output}").read_text())
        self.read_events(path)
        return status

    def read_events(self, path):
        for line in path.read_bytes().split(b"\n"):
            try:
                event = json.loads(line)
            except ValueError:
                continue
            if not isinstance(event, dict) or event.get("event") not in ("block.started", "block.succeeded"):
                continue
            key = (event.get("scope", 0), event["block"], event["firing"])
            known = self.shown.get(key)
            if known is not None and event["seq"] > known:
                raise Wrong(f"{key} was shown as succeeded with event {known}; then came {line.decode()}")
            if event["event"] == "block.succeeded":
                self.shown[key] = event["seq"]

    def ask(self, *args):
        return json.loads(subprocess.run([WEIR, *args, "--json"], env=self.env, check=True, capture_output=True, timeout=PATIENCE).stdout)

    def is_ready_soon(self):
        start = time.monotonic()
        runs = self.ask("runs")
        took = time.monotonic() - start
        if took > READY_S:
            raise Wrong(f"after a crash it took {took:.2f} s to be ready")
        return runs

    def moment(self, longest):
        return self.random.random() ** 2 * longest

    # ── the checks ──

    def settle(self):
        """Says of each unknown step what became of it, by looking."""
        counted = self.counter.read_text().split("\n")
        answered = False
        for step in self.ask("show", "1")["timeline"]:
            if step["status"] != "unknown":
                continue
            answered = True
            self.command("settle", "1", step["path"], "done" if self.was_done(step["path"], counted) else "rerun", "--json",
                         kill_after=self.moment(0.4) if self.random.random() < 0.3 else None)
            return True
        return answered

    def was_done(self, path, counted):
        workflow = json.loads((self.folder / "workflow.json").read_text())
        if "/" in path:
            place, block = path.split("/")
            config = workflow["blocks"]["each"]["body"]["blocks"][block]["config"]
            item = sorted(name for name in self.before if name.startswith("in/"))[int(place[len("each["):-1])]
            key = config["args"][2] + item[len("in/"):]
        else:
            block = workflow["blocks"][path]
            if block["kind"] == "file.write":
                file = pathlib.Path(block["config"]["path"])
                return file.exists() and block["config"]["content"] in file.read_text()
            key = block["config"]["args"][2]
        return key in counted

    def finish(self, kills):
        """Resumes, kills, settles until the run is over."""
        for _ in range(200):
            runs = self.is_ready_soon()
            if not runs:
                return False
            if runs[0]["status"] in ("succeeded", "failed", "cancelled", "interrupted"):
                return True
            kill = None
            if kills > 0:
                kills -= 1
                kill = self.moment(0.5)
            if self.command("resume", "1", "--json", kill_after=kill) is not None:
                self.settle()
        raise Wrong("the run does not come to its end")

    def check_run(self):
        shown = self.ask("show", "1")
        if shown["status"] != "succeeded":
            raise Wrong(f"the run is {shown['status']}: {shown['error']}")
        succeeded = sum(1 for step in shown["timeline"] if step["status"] == "succeeded")
        if succeeded < len(self.shown):
            raise Wrong(f"{len(self.shown)} steps were shown as succeeded, but the journal has {succeeded}")
        counted = self.counter.read_text().split()
        twice = {key for key in counted if counted.count(key) > 1}
        if twice:
            raise Wrong(f"done twice: {sorted(twice)}")
        ran = sum(1 for step in shown["timeline"] if step["status"] == "succeeded" and "exit" in step.get("outputs", {}))
        if ran > len(counted):
            raise Wrong(f"{ran} programs gave an exit status, but only {len(counted)} ran")
        for path in self.world.glob("deep/er/*.log"):
            lines = path.read_text().split()
            if len(lines) != len(set(lines)):
                raise Wrong(f"appended twice: {lines}")

    def undo_or_redo(self, verb, kills, wanted):
        for _ in range(kills):
            if self.command(verb, "1", "--json", kill_after=self.moment(0.3)) is not None:
                break
        # 1: the programs cannot be undone
        self.command(verb, "1", "--json")
        # steps side by side do not know the last time of a folder: doing it again may miss it by a moment
        after = tree(self.world, verb == "undo")
        if after != wanted:
            raise Wrong(f"{verb} did not give back what was: {difference(wanted, after)}")

    def undo(self, kills):
        made = tree(self.world, False)
        self.undo_or_redo("undo", kills, self.before)
        self.undo_or_redo("redo", self.random.randrange(3), made)
        self.undo_or_redo("undo", self.random.randrange(3), self.before)

    def check_database(self):
        for path in (self.folder / "share" / "weir").rglob("*.db"):
            with sqlite3.connect(path) as connection:
                answer = connection.execute("PRAGMA integrity_check").fetchone()[0]
                broken = connection.execute("PRAGMA foreign_key_check").fetchall()
            if answer != "ok" or broken:
                raise Wrong(f"{path.name} is damaged: {answer} {broken}")
            return
        raise Wrong("there is no database")

    def play(self):
        self.before = tree(self.world)
        self.command("run", "--json", str(self.folder / "workflow.json"), kill_after=self.moment(0.4))
        if self.finish(self.random.randrange(3)):
            self.check_run()
            self.undo(self.random.randrange(3))
        elif tree(self.world) != self.before:
            raise Wrong("there is no run, but something was changed")
        self.check_database()


def main():
    crashes = rounds = failures = 0
    print(f"# WEIR_SEED={SEED}", flush=True)
    while crashes < CRASHES and failures < 5:
        rounds += 1
        folder = pathlib.Path(tempfile.mkdtemp(prefix="weir-crash-"))
        one = Round(SEED * 100_003 + rounds, folder)
        try:
            one.play()
            print(f"ok {rounds} - {one.crashes} crashes, {len(one.shown)} steps shown", flush=True)
            shutil.rmtree(folder, ignore_errors=True)
        except (Wrong, subprocess.SubprocessError, OSError) as error:
            failures += 1
            print(f"not ok {rounds} - {error}\n# kept: {folder}", flush=True)
        crashes += one.crashes
        if one.crashes == 0 and rounds > 20 * CRASHES:
            print("Bail out! nothing can be killed")
            return 1
    print(f"1..{rounds}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
