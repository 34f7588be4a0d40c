# SPDX-License-Identifier: Apache-2.0
"""Plots as SVG, equal bytes for equal numbers: panels with axes and series, for light and dark pages."""

import html
import math

WIDTH, HEIGHT, LEFT, TOP, BOTTOM, RIGHT = 300, 210, 52, 34, 42, 18  # of a panel, and around it
LINE = 15  # of text
COLOURS = [("#1f5fbf", "#7fb0ff"), ("#c4431c", "#ff8a65"), ("#16794a", "#5fd39a"), ("#8a4fae", "#cfa3f0"),
           ("#8a6a00", "#e0bf4a"), ("#0b7a83", "#59cfd8"), ("#b3276b", "#f58abf"), ("#5d636e", "#9aa1ad"),
           ("#3f7d00", "#a5d64a"), ("#7a3b1d", "#d9a07f")]


def style():
    """Colours of a light page, and of a dark one where the reader has that."""
    rules = ("svg{{font:11px sans-serif}}.page{{fill:{page}}}text{{fill:{ink}}}.soft{{fill:{soft}}}"
             ".line{{fill:none;stroke-width:1.8}}.dash{{stroke-dasharray:4 4}}.grid{{stroke:{grid}}}"
             ".frame{{fill:none;stroke:{soft}}}")
    light = rules.format(page="#ffffff", ink="#1d1f24", soft="#5d636e", grid="#e7e5e0")
    dark = rules.format(page="#14161a", ink="#e8e6e1", soft="#9aa1ad", grid="#2b3038")
    for i, (day, night) in enumerate(COLOURS):
        light += f".s{i}{{stroke:{day}}}.f{i}{{fill:{day}}}"
        dark += f".s{i}{{stroke:{night}}}.f{i}{{fill:{night}}}"
    return f"<style>{light}@media(prefers-color-scheme:dark){{{dark}}}</style>"


def text(x, y, words, anchor="start", kind="", more=""):
    return (f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{kind and f" class={chr(34)}{kind}{chr(34)}"}'
            f'{more}>{html.escape(str(words))}</text>')


class Axis:
    """Values on a length of the page, linear or by powers of ten; names make it one of places 0, 1, ..."""

    def __init__(self, values, length, log=False, names=()):
        self.log, self.names, self.length = log, names, length
        low, high = min(values), max(values)
        if names:
            low, high = -0.5, len(names) - 0.5
        self.low, self.high = self.scaled(low), self.scaled(high)
        if not names:
            room = 0.06 * (self.high - self.low or 1)
            self.low, self.high = self.low - room, self.high + room

    def scaled(self, value):
        return math.log10(value) if self.log else value

    def place(self, value):
        return (self.scaled(value) - self.low) / (self.high - self.low) * self.length

    def ticks(self):
        """(value, label) within the axis: some three to eight."""
        if self.names:
            return list(enumerate(self.names))
        if self.log:
            steps = (1,) if self.high - self.low > 2.2 else (1, 2, 5)
            powers = range(math.floor(self.low), math.ceil(self.high) + 1)
            values = [step * 10.0 ** power for power in powers for step in steps]
        else:
            step = 10 ** math.floor(math.log10((self.high - self.low) / 3))
            step *= next((by for by in (5, 2) if (self.high - self.low) / step / by >= 3), 1)
            values = [step * i for i in range(math.floor(self.low / step), math.ceil(self.high / step) + 1)]
        return [(v, short(v)) for v in values if self.low <= self.scaled(v) <= self.high]


def short(value):
    for unit, sign in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if value >= unit:
            return f"{value / unit:.4g}{sign}"
    return f"{value:.4g}"


class Panel:
    """One plot. x_names: labels of the places 0, 1, ... instead of numbers."""

    def __init__(self, title, x_title, y_title, log_x=False, log_y=False, x_names=()):
        self.title, self.x_title, self.y_title = title, x_title, y_title
        self.log_x, self.log_y, self.x_names = log_x, log_y, x_names
        self.series = []

    def add(self, name, points, line=True, dots=True, dashed=False, labels=()):
        """A series of (x, y). Series of equal names have one colour and one row of the legend; a label beside
        each point is optional."""
        points = [(x, y) for x, y in points if y is not None]
        if points:
            self.series.append((name, points, line, dots, dashed, labels))
        return self

    def svg(self, left, top, colours):
        points = [point for series in self.series for point in series[1]]
        x_axis = Axis([x for x, _ in points], WIDTH, self.log_x, self.x_names)
        y_axis = Axis([y for _, y in points], HEIGHT, self.log_y)
        place = lambda x, y: (left + x_axis.place(x), top + HEIGHT - y_axis.place(y))
        parts = [text(left, top - 10, self.title, more=' font-weight="bold"')]
        for value, label in x_axis.ticks():
            x = left + x_axis.place(value)
            parts.append(f'<path d="M{x:.1f} {top}v{HEIGHT}" class="grid"/>')
            parts.append(text(x, top + HEIGHT + 14, label, "middle", "soft"))
        for value, label in y_axis.ticks():
            y = top + HEIGHT - y_axis.place(value)
            parts.append(f'<path d="M{left} {y:.1f}h{WIDTH}" class="grid"/>')
            parts.append(text(left - 5, y + 4, label, "end", "soft"))
        parts.append(f'<rect x="{left}" y="{top}" width="{WIDTH}" height="{HEIGHT}" class="frame"/>')
        parts.append(text(left + WIDTH / 2, top + HEIGHT + 30, self.x_title, "middle", "soft"))
        y = top + HEIGHT / 2
        parts.append(text(left - 40, y, self.y_title, "middle", "soft",
                          f' transform="rotate(-90 {left - 40} {y:.1f})"'))
        for name, points, line, dots, dashed, labels in self.series:
            colour, places = colours[name], [place(x, y) for x, y in points]
            if line:
                path = "L".join(f"{x:.1f} {y:.1f}" for x, y in places)
                parts.append(f'<path d="M{path}" class="line s{colour}{" dash" if dashed else ""}"/>')
            for x, y in places if dots else ():
                parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" class="f{colour}"/>')
            for (x, y), label in zip(places, labels):
                side = -1 if x > left + 0.7 * WIDTH else 1  # labels stay within the panel
                parts.append(text(x + 5 * side, y + 3, label, "end" if side < 0 else "start", f"f{colour}"))
        return parts


def legend(colours, left, top, width):
    """A swatch and a name for each colour, and the height of all."""
    parts, x, y = [], left, top
    for name, colour in colours.items():
        room = 26 + 6.2 * len(name)
        if x > left and x + room > width:
            x, y = left, y + LINE
        parts.append(f'<rect x="{x:.1f}" y="{y - 8:.1f}" width="12" height="8" class="f{colour}"/>')
        parts.append(text(x + 16, y, name))
        x += room
    return parts, y - top + LINE


def draw(panels, columns=3, note=""):
    """The whole file, as text: panels in rows, one legend, a note below."""
    columns = min(columns, len(panels))
    names = dict.fromkeys(series[0] for panel in panels for series in panel.series)
    colours = {name: i % len(COLOURS) for i, name in enumerate(names)}
    across, down = LEFT + WIDTH + RIGHT, TOP + HEIGHT + BOTTOM
    rows = -(-len(panels) // columns)
    width, height = columns * across, rows * down
    parts = []
    for i, panel in enumerate(panels):
        parts += panel.svg(LEFT + i % columns * across, TOP + i // columns * down, colours)
    known, room = legend(colours, LEFT, height + LINE, width)
    parts += known
    height += LINE + room
    if note:
        parts.append(text(LEFT, height, note, kind="soft"))
        height += LINE
    head = (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
            f'height="{height}">')
    return "\n".join([head, style(), '<rect width="100%" height="100%" class="page"/>', *parts, "</svg>", ""])
