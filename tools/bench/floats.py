#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Tables of floats: what nnzip makes of them, and of the planes of their bytes.

    tools/bench/floats.py [NNZIP]       NNZIP defaults to build/release/nnzip

Tables are computed from a fixed seed. "planes": sign and exponent of all numbers, then the next byte of all
of them, and so on; "of differences": the same of differences to the row above. Contexts alone.
"""

import math
import pathlib
import random
import re
import struct
import subprocess
import sys
import tempfile

COUNT = 1 << 15


def smooth(rng, noise):
    waves = [(rng.uniform(1, 40), rng.uniform(0, 6), rng.uniform(.1, 3)) for _ in range(12)]
    return [sum(a * math.sin(i / 900 * f + p) for f, p, a in waves) + rng.gauss(0, noise)
            for i in range(COUNT)]


def walk(rng, digits):
    scales = [1, .1, 10, .5, 3, .01, 100, 1]
    now = [100, -20, 10000, 0, 0, 1, 5000, -3]
    out = []
    for _ in range(COUNT // 8):
        now = [x + rng.gauss(0, s) for x, s in zip(now, scales)]
        out += [round(x, digits) for x in now]
    return out


def mesh(_):
    side = int((COUNT / 3) ** .5)
    out = []
    for i in range(side):
        for j in range(side):
            u, v = 6.28 * i / side, 6.28 * j / side
            b = 1 + .1 * math.sin(5 * u) * math.cos(3 * v)
            out += [(3 + b * math.cos(v)) * math.cos(u), (3 + b * math.cos(v)) * math.sin(u),
                    b * math.sin(v)]
    return out


TABLES = [
    ("smooth", 1, lambda rng: smooth(rng, 0)),
    ("with noise", 1, lambda rng: smooth(rng, .01)),
    ("walks", 8, lambda rng: walk(rng, 15)),
    ("two digits", 8, lambda rng: walk(rng, 2)),
    ("mesh", 3, mesh),
    ("weights", 1, lambda rng: [rng.gauss(0, .02) for _ in range(COUNT)]),
]


def planes(content, width, columns, differences):
    bits = 8 * width
    numbers = [int.from_bytes(content[i:i + width], "little")
               for i in range(0, len(content) - width + 1, width)]
    if differences:
        numbers = [(x - (numbers[i - columns] if i >= columns else 0)) % (1 << bits)
                   for i, x in enumerate(numbers)]
    else:  # the sign goes low, so that an exponent is a byte
        numbers = [(x << 1 | x >> (bits - 1)) % (1 << bits) for x in numbers]
    rows = [x.to_bytes(width, "big") for x in numbers]
    return b"".join(bytes(row[k] for row in rows) for k in range(width))


def coded(nnzip, content):
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "table"
        path.write_bytes(content)
        subprocess.run([nnzip, "-q", "--model", "none", path], check=True)
        packed = pathlib.Path(folder) / "table.nnz"
        back = subprocess.run([nnzip, "-dc", packed], check=True, capture_output=True).stdout
        if back != content:
            sys.exit("what is compressed does not come back")
        listed = subprocess.run([nnzip, "-lv", packed], check=True, capture_output=True, text=True)
        used = re.search(r"filter (\w+)", listed.stdout)
        return packed.stat().st_size, used.group(1) if used else "none"


def main():
    nnzip = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "build/release/nnzip").resolve()
    print("| table | bytes | nnzip | filter | planes | of differences |\n|---|---:|---:|---|---:|---:|")
    for name, columns, make in TABLES:
        values = make(random.Random(5))
        for letter, width in (("f", 4), ("d", 8)):
            content = struct.pack(f"<{len(values)}{letter}", *values)
            size, used = coded(nnzip, content)
            split = [coded(nnzip, planes(content, width, columns, d))[0] for d in (False, True)]
            print(f"| {name}, {8 * width} bits | {len(content)} | {size} | {used} | "
                  f"{split[0]} | {split[1]} |", flush=True)


if __name__ == "__main__":
    main()
