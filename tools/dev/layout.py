#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""layout.py [--check] FILE.c...: lay out statements with clang-format, and leave alone what is aligned by hand.

By hand are: parameter lists (their columns are aligned), struct and enum bodies, tables of initializers, macros. clang-format
also has no word for GLib's `g_autoptr(Type)`, which is a type and takes no space, nor for `_("text")`, a mark on a text.
--check changes nothing, shows what would change, and fails if anything would."""
import difflib
import re
import subprocess
import sys

signature = re.compile(r"^[A-Za-z_]\w* \(")
body = re.compile(r"^(static |const |typedef )*(struct|enum|union)\b[^;()=]*$")
autos = re.compile(r"\b(g_auto(?:ptr|list|slist)?) \((?=\w+\))")
marks = re.compile(r"(?<!\w)(N_|_) \(")


def by_hand(lines):
    """For each line, whether it is aligned by hand."""
    mark = [False] * len(lines)
    index = 0
    while index < len(lines):
        line = lines[index]
        start = index
        if signature.match(line):
            start = max(start - 1, 0)   # with its return type
            while index < len(lines) - 1 and not re.search(r"[;)]\s*$", lines[index]):
                index += 1
        elif re.match(r"\s*#\s*define", line):
            while index < len(lines) - 1 and lines[index].endswith("\\"):
                index += 1
        elif line.endswith("] ="):
            while index < len(lines) - 1 and not lines[index].endswith(";"):
                index += 1
        elif body.match(line) or re.search(r"=\s*(\([\w ]+\)\s*)?\{?\s*$|\{ *(\.|\{|\"|[A-Z_]+,)|^\s*\.\w+ =|\(\w+\) ?\{", line):
            depth = line.count("{") - line.count("}")
            opened = "{" in line
            while index < len(lines) - 1 and (depth > 0 or (not opened and lines[index + 1].strip() == "{")):
                index += 1
                depth += lines[index].count("{") - lines[index].count("}")
                opened = True
        else:
            index += 1
            continue
        for marked in range(start, index + 1):
            mark[marked] = True
        index += 1
    return mark


def close_marks(text):
    """Without the space; what goes on in the next lines goes along."""
    lines = []
    column = None   # where the pieces of a text that is marked began, before @moved marks went
    for line in text.split("\n"):
        if column is not None and line.startswith(" " * column + '"'):
            line = line[moved:]
        else:
            column = None
            found = list(marks.finditer(line))
            if found and line.endswith('"'):
                column, moved = found[-1].end(), len(found)
            line = marks.sub(r"\1(", line)
        if not line.endswith('"'):
            column = None
        lines.append(line)
    return "\n".join(lines)


def laid_out(path, text):
    mark = by_hand(text.split("\n"))
    ranges = []
    for number, hand in enumerate(mark, 1):
        if not hand:
            if ranges and ranges[-1][1] == number - 1:
                ranges[-1][1] = number
            else:
                ranges.append([number, number])
    words = [f"--lines={first}:{last}" for first, last in ranges]
    result = subprocess.run(["clang-format", f"--assume-filename={path}", *words], input=text, stdout=subprocess.PIPE, text=True, check=True)
    return close_marks(autos.sub(r"\1(", result.stdout))


def main():
    args = sys.argv[1:]
    check = args[:1] == ["--check"]
    differs = False
    for path in args[check:]:
        with open(path, encoding="utf-8") as file:
            old = file.read()
        new = laid_out(path, old)
        if new == old:
            continue
        differs = True
        if check:
            sys.stdout.writelines(difflib.unified_diff(old.splitlines(True), new.splitlines(True), path, path, n=1))
        else:
            with open(path, "w", encoding="utf-8") as file:
                file.write(new)
            print("laid out", path)
    sys.exit(1 if check and differs else 0)


main()
