#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""test_habits.py SOURCE: rules about text that a compiler does not check."""
import os
import re
import subprocess
import sys

source = sys.argv[1]
LICENCES = {"engine": "LGPL-2.1-or-later", "blocks": "LGPL-2.1-or-later", "examples": "CC0-1.0"}
WITH_SPDX = (".c", ".h", ".py", ".sh", ".blp", ".css", ".build", ".js", ".in")


def files():
    """What git tracks; without git, what is there."""
    listed = subprocess.run(["git", "-C", source, "-c", f"safe.directory={source}", "ls-files", "-z"],
                            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    if listed.returncode == 0 and listed.stdout:
        return [f for f in listed.stdout.decode().split("\0") if f and os.path.isfile(os.path.join(source, f))]
    return [os.path.relpath(os.path.join(folder, f), source) for folder, _, names in os.walk(source) for f in names
            if not re.search(r"/(_build|\.git)", folder + "/" + f)]


def read(path):
    with open(os.path.join(source, path), encoding="utf-8", errors="replace") as file:
        return file.read()


def licence_lines(paths):
    """Each source file begins with the licence of its folder."""
    for path in paths:
        if not path.endswith(WITH_SPDX) or path.startswith("tests/data/"):
            continue
        wanted = LICENCES.get(path.split("/")[0], "GPL-3.0-or-later")
        head = "\n".join(read(path).splitlines()[:3])
        found = re.search(r"SPDX-License-Identifier: (\S+)", head)
        if not found:
            yield f"{path}: no SPDX-License-Identifier in its first three lines, expected {wanted}"
        elif found.group(1) != wanted:
            yield f"{path}: licence {found.group(1)}, expected {wanted}"


def engine_without_windows(paths):
    """No file of engine/ or blocks/ names GTK or libadwaita in an include."""
    for path in paths:
        if path.startswith(("engine/", "blocks/")) and path.endswith((".c", ".h")):
            for number, line in enumerate(read(path).splitlines(), 1):
                if re.match(r"\s*#\s*include\s*[<\"](gtk|gdk|gsk|adwaita|adw)", line):
                    yield f"{path}:{number}: {line.strip()}"


def blocks_by_the_front_door(paths):
    """A block includes weir-sdk.h and nothing else of Weir's engine."""
    for path in paths:
        if path.startswith("blocks/") and path.endswith((".c", ".h")):
            for number, line in enumerate(read(path).splitlines(), 1):
                found = re.match(r"\s*#\s*include\s*[<\"](weir[^>\"]*)", line)
                # A family's own header lies beside its files.
                if found and found.group(1) != "weir-sdk.h" \
                        and not os.path.exists(os.path.join(source, os.path.dirname(path), found.group(1))):
                    yield f"{path}:{number}: {line.strip()}"


def clean_text(paths):
    """No tabs to indent, no trailing blanks, a newline at the end."""
    for path in paths:
        if path.endswith((".c", ".h", ".py", ".blp", ".css", ".build")) and not path.startswith("tests/data/"):
            text = read(path)
            if text and not text.endswith("\n"):
                yield f"{path}: no newline at the end"
            for number, line in enumerate(text.splitlines(), 1):
                if line.startswith("\t") or line != line.rstrip():
                    yield f"{path}:{number}: a tab to indent, or a blank at the end"


def translated_text(_):
    """po/POTFILES lists every file with text that people read."""
    result = subprocess.run([sys.executable, os.path.join(source, "tools/dev/potfiles.py"), "--check", source],
                            stderr=subprocess.PIPE, text=True)
    if result.returncode:
        yield result.stderr.strip()


def main():
    paths = files()
    rules = [licence_lines, engine_without_windows, blocks_by_the_front_door, clean_text, translated_text]
    failed = 0
    print(f"1..{len(rules)}")
    for number, rule in enumerate(rules, 1):
        troubles = list(rule(paths))
        for trouble in troubles:
            print("# " + trouble)
        failed += bool(troubles)
        print(f"{'not ok' if troubles else 'ok'} {number} - {rule.__doc__.rstrip('.')}", flush=True)
    sys.exit(1 if failed else 0)


main()
