#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""count-tests.py TESTLOG CODE: the closing line of `./dev test`, from meson's testlog.json.

Counts the single tests of a TAP program; a program that speaks no TAP, or ended badly beside its tests, counts as one."""
import json
import re
import sys

point = re.compile(r"^\s*(not )?ok\b(.*)$", re.MULTILINE)
passed = failed = skipped = 0
bad = []
for line in open(sys.argv[1], encoding="utf-8"):
    test = json.loads(line)
    good = test["result"] in ("OK", "EXPECTEDFAIL")
    if test["result"] == "SKIP":
        skipped += 1
        continue
    ok = nok = 0
    for match in point.finditer(test.get("stdout") or ""):
        note = match.group(2).lower()
        if "# skip" in note:
            skipped += 1
        elif match.group(1) and "# todo" not in note:
            nok += 1
            bad.append(f"{test['name']}:{match.group(2)}")
        else:
            ok += 1
    if not good and nok == 0:
        nok = 1
        bad.append(f"{test['name']} ({test['result'].lower()}, exit status {test.get('returncode')})")
    if good and ok + nok == 0:
        ok = 1
    passed += ok
    failed += nok
for name in bad:
    print(f"failed: {name}", file=sys.stderr)
if skipped:
    print(f"skipped: {skipped}", file=sys.stderr)
print(f"{passed} passed, {failed} failed", flush=True)
sys.exit(1 if failed or passed == 0 or sys.argv[2] != "0" else 0)
