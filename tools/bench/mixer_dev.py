#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes the files on which the mixer was tuned: what the dev set of tools/data/prepare.py lacks.

    tools/bench/mixer_dev.py [OUT]       OUT defaults to build/data/dev/mixer

Machine code, databases, logs and small texts are copied from this Debian system; images, tables and
a facsimile page are computed from a fixed seed, so they are the same everywhere.
"""

import gzip
import math
import pathlib
import random
import struct
import sys
import zlib

LIMIT = 400_000


def grey16(width: int, height: int, big_endian: bool, noise: float) -> bytes:
    """A phantom as scanners see it: nested ellipses, shading, noise; 12 bits in 16."""
    rng = random.Random(width)
    shapes = [(rng.uniform(.3, .7), rng.uniform(.3, .7), rng.uniform(.03, .3), rng.uniform(.03, .3),
               rng.uniform(-500, 700)) for _ in range(24)]
    out = bytearray()
    for y in range(height):
        for x in range(width):
            u, v = x / width, y / height
            value = 300 * math.sin(5 * u + 2 * v) + 400
            for cx, cy, rx, ry, level in shapes:
                d = ((u - cx) / rx) ** 2 + ((v - cy) / ry) ** 2
                value += level / (1 + math.exp(min(60, 30 * (d - 1))))
            value = min(4095, max(0, int(value + rng.gauss(0, noise))))
            out += struct.pack(">H" if big_endian else "<H", value)
    return bytes(out)


def spreadsheet(rows: int) -> bytes:
    """Cell records like those of old spreadsheet files: kind, length, row, column, format, value."""
    rng = random.Random(7)
    out = bytearray()
    values = [rng.uniform(0, 100) for _ in range(16)]
    for row in range(rows):
        for column in range(16):
            if rng.random() < .3:
                continue
            values[column] += rng.choice([0, 0, 1, -1, .25])
            number = int(values[column] * 100) << 2 | 3
            out += struct.pack("<HHHHHI", 0x27E, 10, row, column, 15 + column % 3, number & 0xFFFFFFFF)
    return bytes(out)


def facsimile(width_bytes: int, height: int) -> bytes:
    """Lines of made-up glyphs, one bit a pixel."""
    rng = random.Random(3)
    glyphs = []
    for _ in range(40):
        cells = [[rng.random() < .45 for _ in range(4)] for _ in range(6)]
        glyphs.append([[cells[y // 4][x // 4] for x in range(16)] for y in range(24)])
    rows = [0] * height
    for top in range(40, height - 40, 40):
        if rng.random() < .2:
            continue
        x = 100
        while x < width_bytes * 8 - 120:
            if rng.random() < .17:
                x += 16
                continue
            glyph = rng.choice(glyphs)
            for y in range(24):
                for dx in range(16):
                    if glyph[y][dx] and rng.random() < .985:
                        rows[top + y] |= 1 << (x + dx)
            x += 18
    return b"".join(row.to_bytes(width_bytes, "little") for row in rows)


def telemetry(rows: int) -> bytes:
    rng = random.Random(11)
    t, a, b, out = 1_600_000_000, 2000, 50.0, bytearray()
    for i in range(rows):
        t += rng.choice([10, 10, 10, 11])
        a += rng.randint(-3, 3)
        b += rng.gauss(0, .2)
        out += struct.pack("<IHhfB3x", t, i & 0xFFFF, a, b, rng.choice([0, 1, 1, 4]))
    return bytes(out)


def table(rows: int) -> bytes:
    rng = random.Random(5)
    price, lines = 100.0, ["date,open,high,low,close,volume"]
    for day in range(rows):
        low, high = price - abs(rng.gauss(0, 1)), price + abs(rng.gauss(0, 1))
        close = rng.uniform(low, high)
        lines.append(f"{1990 + day // 360}-{day // 30 % 12 + 1:02}-{day % 30 + 1:02},{price:.2f},"
                     f"{high:.2f},{low:.2f},{close:.2f},{rng.randint(1000, 99999)}")
        price = close
    return "\n".join(lines).encode()


def png_pixels(path: pathlib.Path) -> bytes:
    """The pixels of an uninterlaced 8-bit PNG, rows one after another."""
    data, at, packed = path.read_bytes(), 8, b""
    while at < len(data):
        size, kind = struct.unpack(">I4s", data[at:at + 8])
        body = data[at + 8:at + 8 + size]
        if kind == b"IHDR":
            width, height, depth, colour, _, _, interlace = struct.unpack(">IIBBBBB", body)
        elif kind == b"IDAT":
            packed += body
        at += size + 12
    channels = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[colour]
    if depth != 8 or interlace:
        raise ValueError("not an 8-bit PNG")
    raw, stride, out = zlib.decompress(packed), width * channels, bytearray()
    above = bytearray(stride)
    for y in range(height):
        kind, line = raw[y * (stride + 1)], bytearray(raw[y * (stride + 1) + 1:(y + 1) * (stride + 1)])
        for x in range(stride):
            a = line[x - channels] if x >= channels else 0
            c = above[x - channels] if x >= channels else 0
            b = above[x]
            p = a + b - c
            paeth = min((abs(p - a), 0, a), (abs(p - b), 1, b), (abs(p - c), 2, c))[2]
            line[x] = line[x] + (0, a, b, (a + b) // 2, paeth)[kind] & 255
        out += line
        above = line
    return bytes(out)


def middle(path: str, size: int = LIMIT) -> bytes:
    data = pathlib.Path(path).read_bytes()
    begin = max(0, (len(data) - size) // 2)
    return data[begin:begin + size]


def main() -> int:
    out = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "build/data/dev/mixer")
    out.mkdir(parents=True, exist_ok=True)
    made = {
        "scan.le16": lambda: grey16(512, 400, False, 9),
        "scan.be16": lambda: grey16(400, 480, True, 14),
        "cells.xls": lambda: spreadsheet(2200),
        "page.fax": lambda: facsimile(216, 1700),
        "telemetry.bin": lambda: telemetry(16000),
        "prices.csv": lambda: table(7000),
    }
    doc = "/root/.rustup/toolchains/stable-x86_64-unknown-linux-gnu/share/doc/rust/html/"
    copied = {
        "screen.rgb": lambda: png_pixels(pathlib.Path(doc + "book/img/trpl14-01.png"))[300_000:600_000],
        "avx2.html": lambda: middle(doc + "src/core/stdarch/crates/core_arch/src/x86/avx2.rs.html"),
        "small.html": lambda: middle(doc + "book/ch03-04-comments.html", 24000),
        "libcrypto.so": lambda: middle("/usr/lib/x86_64-linux-gnu/libcrypto.so.3"),
        "bash.elf": lambda: middle("/bin/bash"),
        "dpkg.log": lambda: middle("/var/log/dpkg.log"),
        "glyphs.ttf": lambda: middle("/usr/share/fonts/truetype/dejavu/DejaVuSerif.ttf", 250_000),
        "urls.txt": lambda: b"\n".join(sorted({
            line.split(b": ")[1] for line in pathlib.Path("/var/lib/dpkg/status").read_bytes().split(b"\n")
            if line.startswith(b"Homepage: ")})),
        "paths.txt": lambda: b"".join(p.read_bytes() for p in sorted(
            pathlib.Path("/var/lib/dpkg/info").glob("lib*.list")))[:LIMIT],
        "tar.1": lambda: gzip.decompress(pathlib.Path("/usr/share/man/man1/tar.1.gz").read_bytes())[:6000],
        "stat.h": lambda: middle("/usr/include/x86_64-linux-gnu/sys/stat.h", 12000),
        "tutor.el": lambda: middle("/usr/share/vim/vim90/tutor/tutor.el", 6000),
        "Sample.pm": lambda: middle("/usr/share/perl/5.36/Text/Balanced.pm", 12000),
        "magic.mgc": lambda: middle("/usr/share/misc/magic.mgc", 300_000),
        "proj.db": lambda: middle("/usr/share/proj/proj.db"),
        "man.db": lambda: middle("/var/cache/man/index.db", 300_000),
    }
    for name, make in (made | copied).items():
        try:
            (out / name).write_bytes(make())
        except (OSError, ValueError, KeyError) as problem:
            print(f"{name}: left out: {problem}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
