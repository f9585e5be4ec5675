#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Writes the numbered .sql files as a C table: embed.py OUTPUT 001-a.sql 002-b.sql ..."""
import json
import os
import sys

output, files = sys.argv[1], sys.argv[2:]
for number, path in enumerate(files, 1):
    if not os.path.basename(path).startswith(f"{number:03d}-"):
        sys.exit(f"{path}: expected migration number {number:03d}")

with open(output, "w", encoding="utf-8") as out:
    out.write("/* Generated from the .sql files of this folder. */\n")
    out.write("static const char *const weir_migrations[] = {\n")
    for path in files:
        with open(path, encoding="utf-8") as sql:
            for line in sql:
                # JSON's escapes are C's, as long as nothing beyond ASCII is escaped
                out.write("  " + json.dumps(line, ensure_ascii=False) + "\n")
        out.write("  ,\n")
    out.write("};\n")
