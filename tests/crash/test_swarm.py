#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""kill -9 within a swarm of 1,000 items: what is finished does not run again, none is lost, each handler hears of each item once.

argv[1] is the program; weir_crash.py says what can be set by environment variables.
"""
import json
import os
import pathlib
import random
import signal
import subprocess
import sys
import tempfile
import time

from weir_crash import PATIENCE, SEED, share

WEIR = os.path.abspath(sys.argv[1])
CRASHES = share(0.08)
N = 1000

# Each item writes a file, which is another file each time: so what runs twice shows. Handlers are counted by their firings.
WORKFLOW = """
weir: 1
name: Swarm
blocks:
  map:
    kind: flow.map
    config: { open: true, concurrency: 8, priority: "item.n % 3 === 0 ? 'high' : 'medium'" }
    body:
      blocks:
        pause: { kind: flow.delay, config: { duration: 15ms } }
        write: { kind: file.write, config: { path: "FOLDER/items/{{ item.n }}", content: "x" } }
        check: { kind: flow.if, config: { conditions: [ { left: "=item.n % 10", op: equals, right: 7 } ] } }
        fail: { kind: flow.throw, config: { message: meant to fail } }
      links:
        - pause.done -> write.run
        - write.done -> check.run
        - check.true -> fail.run
  good: { kind: debug.noop }
  bad: { kind: debug.noop }
  end: { kind: debug.noop }
links:
  - map.each_ok -> good.value
  - map.each_error -> bad.value
  - map.finally -> end.value
"""


def identity(path):
    info = path.stat()
    return info.st_ino, info.st_mtime_ns


def main():
    print("1..1")
    print(f"# seed {SEED}")
    chance = random.Random(SEED)
    with tempfile.TemporaryDirectory(prefix="weir-swarm-crash-") as name:
        folder = pathlib.Path(name)
        env = dict(os.environ, XDG_DATA_HOME=str(folder / "share"), XDG_STATE_HOME=str(folder / "state"), LANG="C.UTF-8",
                   LC_ALL="C.UTF-8")
        (folder / "items").mkdir()
        path = folder / "workflow.yaml"
        path.write_text(WORKFLOW.replace("FOLDER", str(folder)))

        def weir(*args):
            return subprocess.run([WEIR, *args], env=env, capture_output=True, text=True, timeout=PATIENCE)

        def swarm():
            done = weir("swarm", "list", "1", "--json", "--limit", str(N))
            return json.loads(done.stdout) if done.returncode == 0 else None

        def until(condition):
            end = time.monotonic() + PATIENCE
            while not condition():
                if time.monotonic() > end:
                    raise AssertionError(f"it took too long: {weir("swarm", "list", "1").stdout[-200:]} {weir("show", "1").stdout[-1500:]}")
                time.sleep(0.02)

        def start(*args):
            return subprocess.Popen([WEIR, *args], env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

        process = start("run", str(path))
        until(lambda: swarm() is not None)
        given = folder / "items.json"
        given.write_text(json.dumps([{"n": i} for i in range(N)]))
        if weir("swarm", "add", "1", "--from", str(given)).returncode != 0:
            raise AssertionError("the items were not taken")
        shown = set()
        for i in range(CRASHES):
            time.sleep(chance.uniform(0, 0.15))
            before = swarm()
            process.send_signal(signal.SIGKILL)
            process.wait()
            if before is not None:
                shown |= {item["index"] for item in before["items"] if item["status"] in ("ok", "failed")}
            files = {index: identity(folder / "items" / str(index)) for index in shown}
            process = start("resume", "1")
            until(lambda: swarm() is not None)
            after = swarm()
            counts = [after[key] for key in ("queued", "running", "ok", "failed", "skipped")]
            assert after["total"] == N == sum(counts), f"{after['total']} items, {counts}"
            finished = {item["index"] for item in after["items"] if item["status"] in ("ok", "failed")}
            assert shown <= finished, f"lost: {sorted(shown - finished)[:9]}"
            again = [index for index, file in files.items() if identity(folder / "items" / str(index)) != file]
            assert not again, f"ran again: {again[:9]}"
        until(lambda: (swarm() or {"queued": 1})["queued"] == 0)
        weir("swarm", "close", "1")
        process.wait(PATIENCE)
        last = swarm()
        assert (last["ok"], last["failed"]) == (N - N // 10, N // 10), last["ok"]
        timeline = json.loads(weir("show", "1", "--json").stdout)["timeline"]
        for part, expected in (("good", {i for i in range(N) if i % 10 != 7}), ("bad", {i for i in range(N) if i % 10 == 7}),
                               ("end", set(range(N)))):
            found = [step["outputs"]["value"]["index"] for step in timeline if step["path"].split("#")[0] == part]
            assert len(found) == len(expected), f"{part}: told {len(found)} times of {len(expected)} items"
            assert set(found) == expected, f"{part}: not told of {sorted(expected - set(found))[:9]}"
        print(f"ok 1 - a swarm of {N} items lives through {CRASHES} crashes; {len(shown)} items were shown as over before one")


try:
    main()
except AssertionError as error:
    print(f"not ok 1 - {error}")
    sys.exit(1)
