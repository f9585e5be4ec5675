#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""pages.py [--write] WEIR PAGE.md...: does what the pages of documentation say, and fails where something else happens.

Every heading begins in an empty folder, with no run so far. Then, from top to bottom:
  ```yaml      a file; its first line is a comment with its name. It must be valid
  ```sh        commands, run one after the other. A comment "# exit status 1" says that it is not 0
  ```text      lines that the commands before it print, in this order; … is anything, also on several lines
  ![](pictures/NAME.svg)  NAME.yaml as it is drawn, with what became of its blocks in its latest run
  <!-- verbs --> ... <!-- end -->  what `weir verbs` prints
  <!-- keys of PLACE --> ... <!-- end -->  what a workflow file may hold there, after `weir schema`
A command that ends in & goes on; the next one comes when its run has begun. Commands that only look are tried again for a while.
With --write pictures and tables are made anew; otherwise they must be what they would be. `weir WORD` in a text must be a command."""
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import time

import drawing

LOOKS = ("weir show", "weir runs", "weir waits", "weir logs", "weir swarm list", "cat ", "ls")
TOKEN = re.compile(r"^```(?P<kind>\w*)\n(?P<text>.*?)^```$|^(?P<head>#+) (?P<title>[^\n]*)$|^!\[[^\n]*?\]\((?P<picture>pictures/.*?)\)$"
                   r"|^<!-- (?P<table>verbs|keys of \w+) -->\n.*?^<!-- end -->$", re.M | re.S)


class Wrong(Exception):
    pass


class Place:
    """An empty folder with a database of its own, for one section."""

    def __init__(self, weir):
        self.temporary = tempfile.TemporaryDirectory(prefix="weir-pages-")
        self.folder = pathlib.Path(self.temporary.name)
        home = self.folder / "home"
        home.mkdir()
        self.env = dict(os.environ, HOME=str(home), XDG_DATA_HOME=f"{home}/share", XDG_STATE_HOME=f"{home}/state",
                        XDG_CONFIG_HOME=f"{home}/config", LANG="C.UTF-8", LC_ALL="C.UTF-8", NO_COLOR="1",
                        PATH=f"{os.path.dirname(weir)}:{os.environ['PATH']}")
        self.behind = []
        self.output = ""
        self.latest = None

    def close(self):
        for process in self.behind:
            if process.poll() is None:
                process.send_signal(signal.SIGINT)
            process.wait(timeout=60)
        self.temporary.cleanup()

    def call(self, line, errors=subprocess.STDOUT):
        return subprocess.run(["bash", "-c", line], cwd=self.folder, env=self.env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=errors, text=True, timeout=120)

    def json(self, line):
        # a sanitizer has something to say on stderr
        done = self.call(line, subprocess.PIPE)
        if done.returncode != 0:
            raise Wrong(f"`{line}`:\n{done.stdout}{done.stderr}")
        return json.loads(done.stdout)

    def take_file(self, text):
        named = re.match(r"# ([\w.-]+)\n", text)
        if named is None:
            raise Wrong("a file does not begin with a comment that names it")
        (self.folder / named[1]).write_text(text)
        done = self.call(f"weir validate {named[1]}")
        if done.returncode != 0 or "warning" in done.stdout:
            raise Wrong(f"{named[1]}:\n{done.stdout}")

    def run(self, line):
        status = re.search(r"# exit status (\d+)", line)
        if line.endswith("&"):
            known = len(self.json("weir runs --json"))
            self.behind.append(subprocess.Popen(["bash", "-c", "exec " + line[:-1]], cwd=self.folder, env=self.env,
                                                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
            until(lambda: len(self.json("weir runs --json")) > known)
            until(lambda: self.json("weir runs --json")[0]["status"] not in ("created", "queued"))
            return ""
        done = self.call(line)
        if done.returncode != int(status[1] if status else 0):
            raise Wrong(f"`{line}` gave {done.returncode}:\n{done.stdout}")
        return done.stdout

    def run_all(self, text):
        self.lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
        self.output = "".join(self.run(line) for line in self.lines)

    def expect(self, text):
        """Each line comes, in this order; if all that was done was looking, in the end."""
        pattern = ".*".join(r"\s+".join(re.escape(word).replace("…", ".*?") for word in line.split()) for line in text.splitlines())
        holds = lambda: re.search(pattern, self.output, re.S)
        if all(line.startswith(LOOKS) for line in self.lines):
            end = time.monotonic() + 30
            while not holds() and time.monotonic() < end:
                time.sleep(0.05)
                self.output = "".join(self.run(line) for line in self.lines)
        if not holds():
            raise Wrong(f"expected\n{text}\nbut got\n{self.output}")

    def draw(self, name):
        self.call(f"weir import {name}.yaml")
        title = re.search(r"^name: (.*)$", (self.folder / f"{name}.yaml").read_text(), re.M)[1]
        runs = [run for run in self.json("weir runs --json") if run["name"] == title]
        timeline = self.json(f"weir show {runs[0]['run']} --json")["timeline"] if runs else []
        return drawing.draw(self.json(f"weir export '{title}' --json"), timeline)


def until(condition):
    end = time.monotonic() + 60
    while not condition():
        if time.monotonic() > end:
            raise Wrong("it did not come about within a minute")
        time.sleep(0.05)


def same(path, text, write):
    if write:
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    elif not path.exists() or path.read_text() != text:
        raise Wrong(f"{path} is not what it would be now; `./dev pages` makes it anew")


def ask(weir, command):
    return subprocess.run([weir, command], stdout=subprocess.PIPE, text=True, check=True).stdout


def make_table(weir, name):
    if name == "verbs":
        text = ask(weir, "verbs").strip()
    else:
        schema = json.loads(ask(weir, "schema"))
        block = schema["$defs"]["block"]
        place = {"workflow": schema, "block": block, "retry": block["properties"]["retry"],
                 "input": schema["properties"]["inputs"]["additionalProperties"]}[name.split()[-1]]
        text = "\n".join(["| key | is |", "|---|---|"] + [describe_key(*pair) for pair in place["properties"].items()])
    return f"<!-- {name} -->\n\n{text}\n\n<!-- end -->"


def describe_key(key, schema):
    words = [schema["description"]] if "description" in schema else []
    if "enum" in schema:
        words.append("one of " + ", ".join(f"`{word}`" for word in schema["enum"]))
    return f"| `{key}` | {'; '.join(words).replace('<', '&lt;')} |"


def check_words(weir, text):
    known = set(re.findall(r"^  (\w+)", ask(weir, "--help"), re.M))
    unknown = sorted({word for word in re.findall(r"`(?:\./dev )?weir ([a-z]+)", text) if word not in known})
    if unknown:
        raise Wrong(f"there is no command {', '.join(unknown)}")


def do_token(token, place, page, write):
    if token["picture"]:
        same(page.parent / token["picture"], place.draw(pathlib.Path(token["picture"]).stem), write)
    elif token["kind"] == "yaml":
        place.take_file(token["text"])
    elif token["kind"] == "sh":
        place.run_all(token["text"])
    elif token["kind"] == "text":
        place.expect(token["text"])


def do_section(title, tokens, weir, page, write):
    place = Place(weir)
    try:
        for token in tokens:
            do_token(token, place, page, write)
        return True
    except Wrong as wrong:
        print(f"{page.name}, “{title}”: {wrong}", file=sys.stderr)
        return False
    finally:
        place.close()


def do_page(weir, page, write):
    whole = page.read_text()
    sections = [("", [])]
    for token in TOKEN.finditer(whole):
        if token["head"]:
            sections.append((token["title"], []))
        elif token["table"] is None:
            sections[-1][1].append(token)
    good = [do_section(title, tokens, weir, page, write) for title, tokens in sections if tokens]
    try:
        check_words(weir, whole)
        same(page, TOKEN.sub(lambda m: make_table(weir, m["table"]) if m["table"] else m[0], whole), write)
    except Wrong as wrong:
        print(f"{page.name}: {wrong}", file=sys.stderr)
        return False
    return all(good)


def main():
    args = sys.argv[1:]
    write = args[:1] == ["--write"]
    weir, *pages = args[write:]
    results = [do_page(os.path.abspath(weir), pathlib.Path(page), write) for page in pages]
    sys.exit(0 if all(results) else 1)


main()
