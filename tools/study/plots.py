#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Draws the plots of models/STUDY.md from the tables in it, so that both say the same.

    tools/study/plots.py [--check] [--document models/STUDY.md] [--folder models/study]

A table is known by the first cells of its header. Nothing is measured; equal tables give equal files.
--check writes nothing and fails where a plot is not what its table says.
"""

import argparse
import re
import sys

import plot
from common import absolute

GIGABYTE = 1e9
KINDS = {"text": "text", "image": "photographs", "audio": "sound"}
# [A], Table A1: the best of its models with 1 GB, model counted.
PAPER = {"text": 0.217, "image": 0.285, "audio": 0.487}
OTHERS = ("nnzip --model none", "gzip -9", "xz -9e", "PNG", "JPEG 2000", "FLAC")


# ---- tables

def tables(text):
    """Rows of all tables of a document, as dictionaries by the names of the header."""
    found = []
    for block in re.findall(r"(?:^\|.*\n)+", text, re.M):
        lines = [[cell.strip() for cell in line.strip().strip("|").split("|")] for line in block.splitlines()]
        found.append([dict(zip(lines[0], line)) for line in lines[2:]])
    return found


def table(all_tables, *names):
    """The one whose header begins with these names; None if there is none."""
    return next((rows for rows in all_tables if rows and tuple(rows[0])[:len(names)] == names), None)


def number(cell):
    match = re.search(r"\d+(\.\d+)?", cell.replace("*", ""))
    return float(match[0]) if match else None


def middle(cell, log_from_zero=1):
    """Of "64 to 128" the geometric mean, of "7" that."""
    ends = [max(float(n), log_from_zero) for n in re.findall(r"\d+", cell)]
    return (ends[0] * ends[-1]) ** 0.5


def count(cell):
    """Of "5 to 8" 4, of "7" 1."""
    ends = [int(n) for n in re.findall(r"\d+", cell)]
    return ends[-1] - ends[0] + 1


# ---- plots

def adjusted(all_tables):
    rows = table(all_tables, "data", "bytes", "models")
    panels = []
    for kind, title in KINDS.items():
        mine = [r for r in rows if r["data"] == kind]
        measured = [r for r in mine if r["bytes"].isdigit()]
        panel = plot.Panel(title, "bytes of content", "size of raw", log_x=True, log_y=kind != "audio")
        points = [(number(r["bytes"]), number(r["nnzip, adjusted"])) for r in measured]
        panel.add("nnzip -5 and its models", points)
        last = measured[-1]
        ratio, models = number(last["nnzip -5"]), number(last["models"])
        sizes = [points[-1][0] * (GIGABYTE / points[-1][0]) ** (i / 12) for i in range(13)]
        panel.add("nnzip -5 and its models", [(x, ratio + models / x) for x in sizes], dots=False, dashed=True)
        for name in OTHERS:
            known = [(number(r["bytes"]), number(r[name])) for r in measured if r[name]]
            if known:
                panel.add(name, known)
                panel.add(name, [known[-1], (GIGABYTE, known[-1][1])], dots=False, dashed=True)
        panel.add("best of [A], on its data", [(GIGABYTE, PAPER[kind])], line=False)
        panels.append(panel)
    return plot.draw(panels, note="Dashed: extrapolated, the ratio of the largest sample and the models once.")


def positions(all_tables):
    rows = table(all_tables, "bytes, of 10 files", "network alone")
    panel = plot.Panel("bits by position", "place in the content, bytes", "bits a byte", log_x=True)
    for name in ("network alone", "contexts", "mixed, -5"):
        panel.add(name, [(middle(r["bytes, of 10 files"], 16), number(r[name])) for r in rows])
    return plot.draw([panel])


def importance(all_tables):
    rows = table(all_tables, "distance", "bits it is worth, each")
    worth = plot.Panel("what one byte is worth", "distance", "bits", log_x=True, log_y=True)
    worth.add("bits, replaced by another", [(middle(r["distance"]), number(r["bits it is worth, each"]))
                                            for r in rows])
    shares = plot.Panel("attention weights", "distance", "share of all, one byte", log_x=True, log_y=True)
    for name in rows[0]:
        if name.startswith("layer"):
            shares.add(name.split(",")[0], [(middle(r["distance"]), number(r[name]) / count(r["distance"]))
                                            for r in rows if r[name]])
    return plot.draw([worth, shares], 2)


def overlap(all_tables):
    rows = table(all_tables, "window", "overlap")
    panel = plot.Panel("overlapping windows", "bytes computed a byte", "bits a byte")
    for window in dict.fromkeys(r["window"] for r in rows):
        panel.add(f"window of {window}", [(number(r["bytes computed a byte"]), number(list(r.values())[2]))
                                          for r in rows if r["window"] == window])
    return plot.draw([panel])


def mixture_panel(rows):
    kinds = list(rows[0])[3:-1]
    panel = plot.Panel("one kind or all", "held-out data", "bits a byte", log_y=True, x_names=kinds)
    trained = list(dict.fromkeys(r["trained on"] for r in rows))
    for i, name in enumerate(trained):
        shift = 0.7 / len(trained) * (i - (len(trained) - 1) / 2)
        panel.add(f"trained on {name}", [(k + shift, number(r[kind])) for r in rows if r["trained on"] == name
                                         for k, kind in enumerate(kinds)], line=False)
    return panel


def by_variant(rows, pattern, title, x_title, x_of, y):
    """Lines of equal widths and seeds; x of a row and of what the pattern finds in its name, y a column's beginning
    and what it is called."""
    panel = plot.Panel(title, x_title, y[1], log_x=True)
    column = next(name for name in rows[0] if name.startswith(y[0]))
    series = {}
    for r in rows:
        found = re.fullmatch(pattern, r["trained on"]).groupdict()
        key = f"width {found['width']}, seed {r['seed']}"
        series.setdefault(key, []).append((x_of(r, found), number(r[column])))
    for name, points in sorted(series.items(), key=lambda item: (len(item[0]), item[0])):
        panel.add(name.split(",")[0], sorted(points))
    return panel


def ablations(all_tables):
    runs = [rows for rows in all_tables if rows and tuple(rows[0])[:3] == ("trained on", "MB", "seed")]
    find = lambda start: next((rows for rows in runs if rows[0]["trained on"].startswith(start)), None)
    mixture, size, context = find("text"), find("w"), find("l")
    panels = []
    if mixture:
        panels.append(mixture_panel(mixture))
    if size:
        panels.append(by_variant(size, r"w(?P<width>\d+)-.*", "size of network and data", "MB of training data",
                                 lambda row, _: number(row["MB"]), ("weighted", "bits a byte")))
    if context:
        panels.append(by_variant(context, r"l(?P<length>\d+)-w(?P<width>\d+)", "length of context",
                                 "bytes of a window", lambda _, found: float(found["length"]),
                                 ("mixed", "bytes, mixed with contexts")))
    return plot.draw(panels) if panels else None


PLOTS = {"adjusted": adjusted, "positions": positions, "importance": importance, "overlap": overlap,
         "ablations": ablations}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--document", default="models/STUDY.md", type=absolute)
    parser.add_argument("--folder", default="models/study", type=absolute)
    parser.add_argument("--check", action="store_true", help="write nothing")
    arguments = parser.parse_args()
    all_tables = tables(arguments.document.read_text())
    for name, draw in PLOTS.items():
        drawn, path = draw(all_tables), arguments.folder / f"{name}.svg"
        if drawn is None:
            continue
        if not arguments.check:
            path.write_text(drawn)
        elif not path.exists() or path.read_text() != drawn:
            sys.exit(f"plots.py: {path} is not what the tables say: run tools/study/plots.py")


if __name__ == "__main__":
    main()
