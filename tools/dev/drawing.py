#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Draws a workflow, as `weir export --json` gives it, as an SVG that is good to look at in light and in dark; with what became of
its blocks in a run where that is known. Layers from left to right; links that close a cycle run back below."""
import html
import re

GAP_X, GAP_Y, PAD, HEAD = 56, 18, 16, 30
LINK = re.compile(r"^(?P<a>\w+)\.(?P<out>\w+) -> (?P<b>\w+)\.(?P<in>\w+)(?: when: (?P<when>.*))?$", re.S)
SIGNS = {"succeeded": "✓", "failed": "✗", "skipped": "–", "waiting": "…", "running": "▸", "suspended": "❚❚", "cached": "↺",
         "pinned": "⚲", "cancelled": "■", "interrupted": "■", "unknown": "?", "queued": "…", "pending": "", "ready": "…",
         "retry_wait": "…", "undone": "↶"}
COLOURS = {"succeeded": "good", "cached": "good", "pinned": "good", "failed": "bad", "interrupted": "bad", "unknown": "bad",
           "waiting": "wait", "suspended": "wait", "queued": "wait", "retry_wait": "wait", "running": "wait"}
LIGHT = {"ground": "#ffffff", "edge": "#d5d3cf", "block": "#f6f5f4", "line": "#77767b", "text": "#241f31", "dim": "#6b6871",
         "good": "#1b7f45", "bad": "#b3131f", "wait": "#8a5a00"}
DARK = {"ground": "#1e1e22", "edge": "#55555b", "block": "#2e2e33", "line": "#a7a6ab", "text": "#f2f1f4", "dim": "#b2b0b7",
        "good": "#6fdc98", "bad": "#ff8f88", "wait": "#f5c451"}
# No variables: not every program that shows pictures knows them.
COLOUR_RULES = """text { fill: %(text)s } .ground { fill: %(ground)s; stroke: %(edge)s } .block { fill: %(block)s; stroke: %(edge)s }
  .frame, .link { stroke: %(line)s } .tip { fill: %(line)s } .kind, .port, .none { fill: %(dim)s } .port { stroke: %(ground)s }
  .good { fill: %(good)s } .bad { fill: %(bad)s } .wait { fill: %(wait)s }"""
STYLE = f"""
  text {{ font: 13px system-ui, Cantarell, "Noto Sans", sans-serif }} .kind, .port {{ font-size: 11px }}
  .block {{ stroke-width: 1.5 }} .skipped {{ opacity: .6; stroke-dasharray: 5 4 }} .link {{ fill: none; stroke-width: 1.6 }}
  .frame {{ fill: none; stroke-width: 1.2; stroke-dasharray: 1 4; stroke-linecap: round }} .back {{ stroke-dasharray: 6 4 }}
  .port {{ paint-order: stroke; stroke-width: 4px }} .good, .bad, .wait, .none {{ font-weight: 600 }}
  {COLOUR_RULES % LIGHT}
  @media (prefers-color-scheme: dark) {{
  {COLOUR_RULES % DARK}
  }}
"""


class Box:
    """A block with its place; or, with no block, a bend of a link that reaches over several layers."""

    def __init__(self, name=None, block=None, path="", told=None):
        self.name, self.block, self.path = name, block, path
        self.body = self.told = None
        self.x = self.y = self.layer = 0
        self.width, self.height = 0, 4
        if block is None:
            return
        self.title = block.get("label") or name
        self.told = sum_up((told or {}).get(path, []))
        words = max(len(self.title) * 7.4 + len(self.told[0]) * 8 + 16, len(block["kind"]) * 6.2)
        self.width, self.height = max(112, round(words + 26)), 46
        if (block.get("body") or {}).get("blocks"):
            self.body = Graph(block["body"], path + "/", told, chained=block["kind"] == "flow.chain")
            self.width = max(self.width, self.body.width + 2 * PAD)
            self.height = self.body.height + HEAD + 18 + PAD


def sum_up(statuses):
    """"✓ 3 ✗ 1" and the colour of the worst."""
    counts = {}
    for status in statuses:
        counts[status] = counts.get(status, 0) + 1
    text = " ".join(sign + (f" {counts[status]}" if len(statuses) > 1 else "") for status, sign in SIGNS.items() if status in counts)
    colours = {COLOURS.get(status, "none") for status in counts}
    return text, next((c for c in ("bad", "wait", "good") if c in colours), "none"), set(counts) == {"skipped"}


class Graph:
    def __init__(self, body, path="", told=None, chained=False):
        self.boxes = {name: Box(name, block, path + name, told) for name, block in body["blocks"].items()}
        self.links = []
        for text in body.get("links") or []:
            # unquoted in YAML, "a.x -> b.y when: z" is a record
            link = LINK.match(text if isinstance(text, str) else ": ".join(*text.items())).groupdict()
            self.links.append((self.boxes[link["a"]], self.boxes[link["b"]], link))
        if chained:
            row = list(self.boxes.values())
            self.links += [(a, b, {"out": "", "in": "", "when": None, "a": a.name}) for a, b in zip(row, row[1:])]
        self.find_back_links()
        self.find_layers()
        self.place()

    def find_back_links(self):
        self.back, state = set(), {}

        def visit(box):
            state[box] = "open"
            for number, (a, b, _) in enumerate(self.links):
                if a is box and state.get(b) == "open":
                    self.back.add(number)
                elif a is box and b not in state:
                    visit(b)
            state[box] = "done"

        reached = {b for _, b, _ in self.links}
        for box in sorted(self.boxes.values(), key=lambda box: box in reached):
            if box not in state:
                visit(box)

    def find_layers(self):
        forward = [link for number, link in enumerate(self.links) if number not in self.back]
        for _ in self.boxes:
            for a, b, _ in forward:
                b.layer = max(b.layer, a.layer + 1)
        depth = max((box.layer for box in self.boxes.values()), default=0)
        self.layers = [[] for _ in range(depth + 1)]
        for box in self.boxes.values():
            self.layers[box.layer].append(box)
        self.routes = []   # of each forward link its boxes, bends between them
        for a, b, link in forward:
            route = [a]
            for layer in range(a.layer + 1, b.layer):
                bend = Box()
                bend.layer = layer
                self.layers[layer].append(bend)
                route.append(bend)
            self.routes.append((route + [b], link))

    def neighbours(self, box, step):
        pairs = [pair for route, _ in self.routes for pair in zip(route, route[1:])]
        return [a if step < 0 else b for a, b in pairs if (b if step < 0 else a) is box]

    def place(self):
        for layer in self.layers:
            self.stack(layer)
        for step in (-1, 1, -1, 1, -1):
            for layer in self.layers if step < 0 else reversed(self.layers):
                wish = {}
                for box in layer:
                    near = self.neighbours(box, step)
                    wish[box] = sum(n.y + n.height / 2 for n in near) / len(near) if near else box.y + box.height / 2
                layer.sort(key=lambda box: wish[box])
                self.stack(layer, wish)
        top = min((box.y for layer in self.layers for box in layer), default=0)
        x = 0
        for number, layer in enumerate(self.layers):
            width = max(box.width for box in layer)
            for box in layer:
                box.x, box.y = x + (width - box.width) / 2, box.y - top
            labels = [label_of(self, link) for route, link in self.routes if route[0].layer == number]
            x += width + max([GAP_X] + [28 + len(text) * 6 for text in labels])
            self.width = max(box.x + box.width for box in layer)
        self.height = max((box.y + box.height for layer in self.layers for box in layer), default=0)
        self.low = self.height
        self.height += 26 * len(self.back)

    def stack(self, layer, wish=None):
        """One below the other, each as near as can be to where it is wished for."""
        y = None
        for box in layer:
            at = (wish[box] - box.height / 2) if wish else 0
            box.y = at if y is None else max(at, y)
            y = box.y + box.height + GAP_Y
        if wish and layer:   # what was pushed down moves up by half
            shift = sum(box.y + box.height / 2 - wish[box] for box in layer) / len(layer)
            for box in layer:
                box.y -= shift


def label_of(graph, link):
    """The port is named where a block lets out at several, or where it says something by itself; conditions always."""
    outs = {other["out"] for _, _, other in graph.links if other["a"] == link["a"]}
    text = link["out"] if len(outs) > 1 or link["out"] in ("true", "false", "error") else ""
    return text + (f" when {link['when']}" if link["when"] else "")


def draw_graph(graph, x, y, out):
    at = lambda box: (x + box.x, y + box.y)
    for route, link in graph.routes:
        first, last = route[0], route[-1]
        points = [(at(first)[0] + first.width, at(first)[1] + port_y(first))]
        for bend in route[1:-1]:
            points.append((at(bend)[0], at(bend)[1] + 2))
        points.append((at(last)[0] - 7, at(last)[1] + port_y(last)))
        draw_curve(points, out)
        label = label_of(graph, link)
        if label:
            below = points[-1][1] > points[-2][1] + 1
            out.append(text(points[-1][0] - 4, points[-1][1] + (15 if below else -6), label, "port", "end"))
    for lane, number in enumerate(sorted(graph.back)):
        a, b, link = graph.links[number]
        draw_back(a, b, at, y + graph.low + 16 + 26 * lane, label_of(graph, link), out)
    for box in graph.boxes.values():
        draw_box(box, *at(box), out)


def port_y(box):
    return 23 if box.body is None and box.block else box.height / 2


def draw_curve(points, out):
    path = f"M{points[0][0]:.0f} {points[0][1]:.0f}"
    for (ax, ay), (bx, by) in zip(points, points[1:]):
        middle = (ax + bx) / 2
        path += f" C{middle:.0f} {ay:.0f} {middle:.0f} {by:.0f} {bx:.0f} {by:.0f}"
    out.append(f'<path class="link" d="{path}"/>')
    draw_tip(*points[-1], out)


def draw_tip(x, y, out):
    out.append(f'<path class="tip" d="M{x + 6:.0f} {y:.0f} l-8 -4.5 v9 z"/>')


def draw_back(a, b, at, lane, label, out):
    ax, ay = at(a)[0] + a.width, at(a)[1] + port_y(a)
    bx, by = at(b)[0] - 7, at(b)[1] + port_y(b)
    out.append(f'<path class="link back" d="M{ax:.0f} {ay:.0f} c30 0 30 {lane - ay:.0f} -8 {lane - ay:.0f} '
               f'L{bx + 8:.0f} {lane:.0f} C{bx - 30:.0f} {lane:.0f} {bx - 30:.0f} {by:.0f} {bx:.0f} {by:.0f}"/>')
    draw_tip(bx, by, out)
    if label:
        out.append(text((ax + bx) / 2 - len(label) * 3, lane - 5, label, "port"))


def draw_box(box, x, y, out):
    sign, colour, skipped = box.told
    mark = "block skipped" if skipped else "block"
    out.append(f'<rect class="{mark}" x="{x:.0f}" y="{y:.0f}" width="{box.width}" height="{box.height:.0f}" rx="9"/>')
    out.append(text(x + 12, y + 20, box.title))
    out.append(text(x + 12, y + 36, box.block["kind"], "kind"))
    if sign:
        out.append(text(x + box.width - 12, y + 20, sign, colour, "end"))
    if box.body:
        out.append(f'<rect class="frame" x="{x + 8:.0f}" y="{y + HEAD + 12:.0f}" width="{box.width - 16}" '
                   f'height="{box.height - HEAD - 20:.0f}" rx="6"/>')
        draw_graph(box.body, x + (box.width - box.body.width) / 2, y + HEAD + 18, out)


def text(x, y, words, mark=None, anchor=None):
    more = (f' class="{mark}"' if mark else "") + (f' text-anchor="{anchor}"' if anchor else "")
    return f'<text x="{x:.0f}" y="{y:.0f}"{more}>{html.escape(words)}</text>'


def draw(workflow, timeline=()):
    """SVG text of @workflow; @timeline is that of `weir show --json`."""
    told = {}
    for step in timeline:
        told.setdefault(re.sub(r"\[\d+\]|#\d+", "", step["path"]), []).append(step["status"])
    graph = Graph(workflow, told=told)
    width, height = round(graph.width + 3 * PAD), round(graph.height + 2 * PAD)
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" role="img">',
           f"<title>{html.escape(workflow['name'])}</title>", f"<style>{STYLE}</style>",
           f'<rect class="ground" x=".5" y=".5" width="{width - 1}" height="{height - 1}" rx="12"/>']
    draw_graph(graph, PAD * 1.5, PAD, out)
    return "\n".join(out + ["</svg>\n"])
