#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""potfiles.py [--check] SOURCE: po/POTFILES lists every file with text that people read."""
import os
import re
import sys

check = sys.argv[1] == "--check"
source = sys.argv[-1]
marked = re.compile(r"(?<![\w$])(?:C_|N_|_|NC_|gettext|ngettext|g_dngettext) ?\(\s*\"")
comment = "# Files with text that people read. `./dev fmt` keeps this list; a test fails when one is missing.\n"

found = ["data/org.weirstudio.Weir.desktop.in", "data/org.weirstudio.Weir.metainfo.xml.in"]
for top in ("blocks", "engine", "src", "ui"):
    for folder, _, names in os.walk(os.path.join(source, top)):
        for name in names:
            path = os.path.join(folder, name)
            if name.endswith((".c", ".h", ".blp")):
                with open(path, encoding="utf-8") as file:
                    if marked.search(file.read()):
                        found.append(os.path.relpath(path, source))
text = comment + "".join(f"{path}\n" for path in sorted(found))
place = os.path.join(source, "po/POTFILES")
with open(place, encoding="utf-8") as file:
    old = file.read()
if old != text:
    if check:
        missing = sorted(set(text.splitlines()) - set(old.splitlines()))
        gone = sorted(set(old.splitlines()) - set(text.splitlines()))
        sys.exit(f"po/POTFILES is behind (./dev fmt mends it): missing {missing}, to go {gone}")
    with open(place, "w", encoding="utf-8") as file:
        file.write(text)
    print("refreshed po/POTFILES")
