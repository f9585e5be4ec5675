#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""test_layers.py BUILD SOURCE: a wrong #include does not compile.

Takes the very flags that the build gives to a file of each folder, and compiles a one-line program with them: what the
folder may see compiles, what it must not see does not."""
import json
import os
import shlex
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

build, source = sys.argv[1], sys.argv[2]

GTK = "gtk/gtk.h"
# folder: headers that must compile, headers that must not be found
RULES = {
    "engine/value": (["weir-value.h", "libdex.h"], [GTK, "adwaita.h"]),
    "engine/block": (["weir-step.h"], [GTK, "adwaita.h"]),
    "engine/workflow": (["weir-workflow.h"], [GTK, "adwaita.h"]),
    "engine/store": (["weir-store.h", "sqlite3.h"], [GTK, "adwaita.h"]),
    "engine/run": (["weir-run.h"], [GTK, "adwaita.h"]),
    "engine/service": (["weir-engine.h"], [GTK, "adwaita.h"]),
    "blocks": (["weir-sdk.h", "libdex.h"], [GTK, "weir-store.h", "weir-engine.h", "weir-run.h", "weir-workflow.h", "weir.h"]),
    "src/cli": (["weir.h"], [GTK, "weir-store.h", "weir-sdk.h"]),
    "src/canvas": (["weir.h", GTK], ["weir-store.h", "weir-sdk.h"]),
    "src/studio": (["weir.h", GTK, "adwaita.h"], ["weir-store.h", "weir-sdk.h"]),
}


def flags_by_folder():
    """One compile command for each folder of RULES; for blocks one for each family."""
    found = {}
    for entry in json.load(open(os.path.join(build, "compile_commands.json"), encoding="utf-8")):
        path = os.path.relpath(os.path.join(entry["directory"], entry["file"]), source)
        folder = os.path.dirname(path)
        key = folder if folder in RULES else "blocks" if folder.startswith("blocks/") else None
        if key:
            found.setdefault((key, folder), (entry, path))
    return found


def compiles(entry, header):
    """Whether `#include "header"` compiles with the flags of `entry`, and what the compiler said."""
    words = shlex.split(entry["command"])
    keep, skip = [], False
    for word in words:
        if skip:
            skip = False
        elif word in ("-o", "-MF", "-MQ", "-MT"):
            skip = True
        elif word not in ("-c", "-MD", entry["file"]):
            keep.append(word)
    with tempfile.NamedTemporaryFile("w", suffix=".c") as program:
        program.write(f'#include "{header}"\nextern int nothing;\n')
        program.flush()
        result = subprocess.run([*keep, "-fsyntax-only", program.name], cwd=entry["directory"], text=True,
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return result.returncode == 0, result.stdout


def main():
    number = failed = 0

    def check(good, name, said=""):
        nonlocal number, failed
        number += 1
        failed += not good
        for line in said.splitlines() if not good else []:
            print("# " + line)
        print(f"{'ok' if good else 'not ok'} {number} - {name}", flush=True)

    found = flags_by_folder()
    questions = [(key, folder, entry, path, header, header in RULES[key][0])
                 for (key, folder), (entry, path) in sorted(found.items()) for header in sum(RULES[key], [])]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        answers = pool.map(lambda question: compiles(question[2], question[4]), questions)
    for (key, folder, _, path, header, allowed), (good, said) in zip(questions, answers):
        if allowed:
            check(good, f"{folder} may include {header}", said)
        else:
            # It must fail for want of that header and of nothing else.
            missing = not good and "No such file" in said and os.path.basename(header) in said
            check(missing, f"{folder} cannot include {header}", said or f"compiled with the flags of {path}")
    for wanted in ("engine/value", "engine/store", "engine/run", "blocks"):
        check(any(key == wanted for key, _ in found), f"{wanted} is part of the build")
    print(f"1..{number}")
    sys.exit(1 if failed else 0)


main()
