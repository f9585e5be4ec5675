# SPDX-License-Identifier: GPL-3.0-or-later
"""One run from play to undo, with crashes in between; and workflows made by chance for it."""
import json
import os
import pathlib
import random

from weir_crash import ENDED, Program, Wrong, check_kept, difference, place_kept, tree

PHASES = ("run", "resume", "undo", "redo", "migrate")


class Cut:
    """What all of them have in common. `self.calm`: no more crashes at random moments."""

    calm = False
    folder_times = True
    compares = True  # with what the workflow does undisturbed, where that is known
    made = None  # what the run left; known where it is not what there is now
    kept = None
    id = None

    def some_moment(self, longest):
        return {} if self.calm else {"kill_after": self.random.random() ** 2 * longest}

    def command(self, *args, **cut):
        return self.program.command(*args, **cut)

    def finish(self, cuts):
        """Resumes, cuts off, settles until the run is over. FALSE: there is none."""
        cuts = list(cuts)
        for _ in range(200):
            run = self.find_run()
            if run is None:
                return False
            self.id = str(run["run"])
            if run["status"] in ENDED:
                return True
            if self.command("resume", self.id, "--json", **(cuts.pop(0) if cuts else {})) is not None and not self.settle():
                if self.find_run()["status"] == self.rests_as:
                    return True
        raise Wrong("the run does not come to its end")

    rests_as = None  # what it waits as, if it does not end by itself

    def go(self, cuts):
        """Through everything, cut off by what @cuts says of each part: arguments of Program.command."""
        self.before = tree(self.world)
        if self.kept is not None:
            for cut in cuts["migrate"]:
                self.command("runs", **cut)
                check_kept(self.program, self.kept)
        self.command(*self.arguments(), **(cuts["run"][0] if cuts["run"] else {}))
        if self.finish(cuts["resume"]):
            self.check_run()
            self.take_back(cuts)
        elif tree(self.world) != self.before:
            raise Wrong("there is no run, but something was changed")
        self.program.check_database()
        if self.kept is not None:
            check_kept(self.program, self.kept)

    def play(self):
        """Killed at random moments."""
        times = {"migrate": (3, 0.06), "run": (1, 0.4), "resume": (3, 0.5), "undo": (2, 0.3), "redo": (2, 0.3), "again": (2, 0.3)}
        self.go({part: [self.some_moment(longest) for _ in range(self.random.randint(1 if part == "run" else 0, most))]
                 for part, (most, longest) in times.items()})


class Round(Cut):
    """One run of a workflow made by chance."""

    def __init__(self, seed, folder, weir, receiver, kept=None):
        self.random = random.Random(seed)
        self.folder = folder
        self.world = folder / "world"
        self.counter = folder / "counter"
        self.counter.touch()
        self.once = 0
        self.in_doubt = set()
        self.receiver = receiver
        self.program = Program(weir, folder, receiver=receiver)
        # every fourth starts with a database that an earlier Weir left
        chosen = self.random.choice((1, 4)) if self.random.random() < 0.25 else None
        self.kept = kept if kept is not None else chosen
        if self.kept is not None:
            place_kept(self.program, self.kept)
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

    def request(self, more=""):
        """A request that the receiver counts; some may be sent again, since the receiver heeds their key."""
        self.once += 1
        return {"kind": "http.request", "config": {
            "url": f"{self.receiver.address}/{self.folder.name}/k{self.once}{more}", "method": "POST", "body": {"n": self.once},
            "repeatable": self.random.random() < 0.3}}

    def chain(self, name, blocks, links):
        """A branch: write, move, run, wait, in some order, one after the other."""
        previous = None
        for i in range(self.random.randrange(1, 6)):
            block = f"{name}_{i}"
            kind = self.random.choice(("write", "new", "append", "count", "request", "delay", "remake"))
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
            elif kind == "request":
                blocks[block] = self.request()
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
        if self.random.random() < 0.8:
            body["blocks"]["run"] = self.count("=item.name") if self.random.random() < 0.6 else self.request("/{{ item.name }}")
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

    def arguments(self):
        return ["run", "--json", str(self.folder / "workflow.json")]

    def forget_counted(self):
        self.counter.write_text("")
        self.receiver.forget(f"/{self.folder.name}/")

    def count_program(self, arguments):
        if arguments[0] == "sh":
            with open(self.counter, "a", encoding="utf-8") as counter:
                counter.write("".join(arguments[3:]) + "\n")

    def count_request(self, text):
        self.receiver.count_text(text)

    # ── the checks ──

    def settle(self):
        """Says of each unknown step what became of it, by looking. What was done is shown as done, or as not known."""
        counted = self.counter.read_text().split("\n")
        unknown = []
        for step in self.program.ask("show", self.id)["timeline"]:
            if step["status"] == "unknown":
                unknown.append(step["path"])
            elif step["status"] != "succeeded" and self.find_key(step["path"]) is not None and self.was_done(step["path"], counted):
                raise Wrong(f"{step['path']} was done, but is shown as {step['status']}")
        for path in unknown:
            answer = "done" if self.was_done(path, counted) else "rerun"
            self.command("settle", self.id, path, answer, "--json", **(self.some_moment(0.4) if self.random.random() < 0.3 else {}))
            return True  # the run went on, others may not be unknown any more
        return False

    def find_key(self, path):
        """What the step leaves with a receiver when it is done; None for one that may be done again."""
        workflow = json.loads((self.folder / "workflow.json").read_text())
        item = ""
        if "/" in path:
            place, block = path.split("/")
            block = workflow["blocks"]["each"]["body"]["blocks"][block]
            item = sorted(name for name in self.before if name.startswith("in/"))[int(place[len("each["):-1])][len("in/"):]
        else:
            block = workflow["blocks"][path]
        config = block.get("config", {})
        if block["kind"] == "exec.command":
            return config["args"][2] + item
        if block["kind"] == "http.request" and not config["repeatable"]:
            return config["url"][len(self.receiver.address):].replace("{{ item.name }}", item)
        return None

    def was_done(self, path, counted):
        key = self.find_key(path)
        if key is not None:
            return self.receiver.counts[key] > 0 if key.startswith("/") else key in counted
        block = json.loads((self.folder / "workflow.json").read_text())["blocks"][path]
        file = pathlib.Path(block["config"]["path"])
        # when the folder got its last time nobody saw, so an undo leaves that
        self.in_doubt.add(str(file.parent.relative_to(self.world)))
        return file.exists() and block["config"]["content"] in file.read_text()

    def find_run(self):
        runs = [run for run in self.program.list_runs() if run["name"] == "Crash"]
        return runs[0] if runs else None

    def check_run(self):
        shown = self.program.ask("show", self.id)
        if shown["status"] != "succeeded":
            raise Wrong(f"the run is {shown['status']}: {shown['error']}")
        steps = [step for step in shown["timeline"] if step["status"] == "succeeded"]
        if len(steps) < len(self.program.shown):
            raise Wrong(f"{len(self.program.shown)} steps were shown as succeeded, but the journal has {len(steps)}")
        self.check_counts(steps)
        for path in self.world.glob("deep/er/*.log"):
            lines = path.read_text().split()
            if len(lines) != len(set(lines)):
                raise Wrong(f"appended twice: {lines}")

    def check_counts(self, steps):
        counted = self.counter.read_text().split()
        asked = {key: n for key, n in self.receiver.counts.items() if key.startswith(f"/{self.folder.name}/")}
        twice = sorted({key for key in counted if counted.count(key) > 1} | {key for key, n in asked.items() if n > 1})
        if twice:
            raise Wrong(f"done twice: {twice}")
        for name, done in (("exit", counted), ("final_url", asked)):
            ran = sum(1 for step in steps if name in step.get("outputs", {}))
            if ran > len(done):
                raise Wrong(f"{ran} steps gave {name}, but only {len(done)} were counted outside")

    def without_doubt(self, files):
        return {name: state[:2] if name in self.in_doubt else state for name, state in files.items()}

    def take_back(self, cuts):
        made = self.made if self.made is not None else tree(self.world, False)
        self.undo_or_redo("undo", cuts["undo"], self.before)
        self.undo_or_redo("redo", cuts["redo"], made)
        self.undo_or_redo("undo", cuts["again"], self.before)

    def undo_or_redo(self, verb, cuts, wanted):
        for cut in cuts:
            if self.command(verb, self.id, "--json", **cut) is not None:
                break
        # 1: programs and requests cannot be undone
        self.command(verb, self.id, "--json")
        # steps side by side do not know the last time of a folder: doing it again may miss it by a moment
        after = self.without_doubt(tree(self.world, verb == "undo" and self.folder_times))
        wanted = self.without_doubt(wanted)
        if after != wanted:
            raise Wrong(f"{verb} did not give back what was: {difference(wanted, after)}")
