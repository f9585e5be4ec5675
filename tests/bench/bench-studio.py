#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""bench-studio.py [--json] [NAME]: figures of the window, taken from the outside in a headless display.

studio-start  from starting the process until the welcome page is laid out and answers, in a data folder that exists
studio-idle   resident memory (VmRSS) two seconds after that"""
import json
import os
import statistics
import subprocess
import sys
import time

from gi.repository import GLib

import weirtest

LIMITS = {"studio-start": 1000, "studio-idle": 150}
UNITS = {"studio-start": "ms", "studio-idle": "MB"}


def answers(studio):
    try:
        return studio.bounds("demos")[2] > 0
    except GLib.Error:
        return False


def measure(studio):
    began = time.monotonic()
    studio.process = subprocess.Popen([studio.program], stdout=sys.stderr,
                                      env={**os.environ, "WEIR_TEST_BUS": "1", "XDG_DATA_HOME": studio.home})
    while not answers(studio):
        if studio.process.poll() is not None:
            sys.exit("the studio ended by itself")
        time.sleep(0.002)
    start = (time.monotonic() - began) * 1000
    time.sleep(2)
    with open(f"/proc/{studio.process.pid}/status", encoding="ascii") as status:
        memory = next(int(line.split()[1]) for line in status if line.startswith("VmRSS")) * 1024 / 1e6
    studio.process.terminate()
    studio.process.wait()
    return start, memory


def main():
    as_json = "--json" in sys.argv
    names = [word for word in sys.argv[1:] if not word.startswith("-")]
    studio = weirtest.Studio()
    measure(studio)   # the first start makes the database
    samples = [measure(studio) for _ in range(10)]
    for index, name in enumerate(("studio-start", "studio-idle")):
        if names and name not in names:
            continue
        values = sorted(sample[index] for sample in samples)
        value, p95 = statistics.median(values), values[round(0.95 * (len(values) - 1))]
        if as_json:
            print(json.dumps({"name": name, "value": round(value, 3), "unit": UNITS[name], "n": len(values), "p95": round(p95, 3),
                              "limit": LIMITS[name]}), flush=True)
        else:
            word = "within" if value <= LIMITS[name] else "ABOVE"
            print(f"{name:<16} {value:10.3f} {UNITS[name]:<3}  p95 {p95:10.3f}  n {len(values):<5}  {word} {LIMITS[name]} {UNITS[name]}",
                  flush=True)


main()
