# SPDX-License-Identifier: Apache-2.0
# make_files.py FOLDER: the files whose compressed sizes sizes.tsv holds, one of each kind of content.
# Every byte follows from this script, in whole numbers, so that they are the same everywhere.
import hashlib
import io
import pathlib
import struct
import sys
import tarfile

folder = pathlib.Path(sys.argv[1])


class Random:
    """Numbers that are always the same, whatever Python does with its own."""

    def __init__(self, seed):
        self.state = seed

    def below(self, limit):
        self.state = (self.state * 6364136223846793005 + 1442695040888963407) % 2**64
        return (self.state >> 33) % limit


def noise(size):
    return b"".join(hashlib.sha256(b"%d" % i).digest() for i in range(size // 32 + 1))[:size]


def prose():
    """Words of a vocabulary in sentences, rare ones seldom."""
    random = Random(1)
    sounds = "a e i o u ar en il on th st r l m n s t w b ing ed er".split()
    words = ["".join(sounds[random.below(len(sounds))] for _ in range(1 + random.below(4)))
             for _ in range(600)]
    text, line = [], ""
    while sum(map(len, text)) < 12000:
        sentence = [words[min(random.below(600), random.below(600), random.below(600))]
                    for _ in range(4 + random.below(12))]
        for word in (" ".join(sentence).capitalize() + ".").split():
            if len(line) + len(word) > 78:
                text.append(line + "\n")
                line = ""
            line += (" " if line else "") + word
    return "".join(text).encode()


def table():
    """A list of measurements as text."""
    random, rows, value = Random(2), ["time,place,celsius,state\n"], 150
    for i in range(900):
        value += random.below(9) - 4
        place = ("north", "south", "harbour", "hill")[random.below(4)]
        rows.append("%d,%s,%d.%d,%s\n" % (1700000000 + 60 * i, place, value // 10, value % 10,
                                          "ok" if random.below(20) else "late"))
    return "".join(rows).encode()


def records():
    """Rows of a binary table: number, time, amount, kind."""
    random, time, amount, rows = Random(3), 1700000000, 100000, []
    for i in range(2500):
        time += 1 + random.below(90)
        amount += random.below(2001) - 1000
        rows.append(struct.pack("<IIiHH", i, time, amount, random.below(5), 7))
    return b"".join(rows)


def pixels(width=96, height=72):
    """A soft picture with an edge and some grain."""
    random, picture = Random(4), bytearray(3 * width * height)
    for i in range(len(picture)):
        y, x = divmod(i, 3 * width)
        left = picture[i - 3] if x > 2 else 120
        above = picture[i - 3 * width] if y > 0 else 120
        edge = 40 if x == 150 - y or y == 40 else 0
        value = (left + above) // 2 + random.below(8) + random.below(8) - 7 + edge
        picture[i] = max(0, min(255, value))
    return b"P6 %d %d 255\n" % (width, height) + bytes(picture)


def samples():
    """Two channels of a swinging string, by a rotation in whole numbers, and some hiss."""
    random, sound = Random(5), b""
    x, y = 9000 << 16, 0
    for i in range(8000):
        if i % 2000 == 0:
            x, y = 9000 << 16, 0
        x, y = x - y // 11, y + (x - y // 11) // 11
        hiss = random.below(64) - 32
        sound += struct.pack("<hh", (x >> 16) + hiss, (y >> 17) + hiss // 2 + random.below(16))
    header = struct.pack("<4sI4s4sIHHIIHH4sI", b"RIFF", 36 + len(sound), b"WAVE", b"fmt ", 16, 1, 2,
                         44100, 176400, 4, 16, b"data", len(sound))
    return header + sound


def code():
    """Functions as a compiler for x86-64 lays them out, which call each other."""
    random, program, starts = Random(6), bytearray(), []
    while len(program) < 30000:
        starts.append(len(program))
        program += bytes.fromhex("554889e54883ec20")
        for _ in range(4 + random.below(20)):
            kind, slot = random.below(5), 0xF8 - 8 * random.below(4)
            if kind == 0:
                program += bytes((0x48, 0x8B, 0x45, slot))
            elif kind == 1:
                program += bytes((0x48, 0x89, 0x45, slot))
            elif kind == 2:
                program += bytes((0x83, 0xC0 + random.below(4), random.below(16)))
            elif kind == 3:
                program += bytes((0x85, 0xC0, 0x74, 4 + random.below(60)))
            else:
                target = starts[random.below(len(starts))]
                program += b"\xe8" + struct.pack("<i", target - len(program) - 5)
        program += bytes.fromhex("c9c3")
        program += b"\x90" * (-len(program) % 16)
    return bytes(program)


def archive(members):
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for name, content in members.items():
            entry = tarfile.TarInfo("folder/" + name)
            entry.size, entry.mtime = len(content), 1700000000
            tar.addfile(entry, io.BytesIO(content))
    return packed.getvalue()


files = {
    "prose": prose(),
    "table": table(),
    "records": records(),
    "pixels": pixels(),
    "samples": samples(),
    "code": code(),
    "zeros": bytes(1000000),
    "noise": noise(5000),
    "twice": noise(20000) * 2,
    "byte": b"x",
}
files["tar"] = archive({name: files[name] for name in ("prose", "pixels", "samples", "code")})
for name, content in files.items():
    (folder / name).write_bytes(content)
