#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes the images on which the image predictor was tuned, as bare rows of pixels.

    tools/bench/image_dev.py PHOTOS [OUT]       OUT defaults to build/data/dev/image

PHOTOS is the tar of photographs of many cameras (train/image/photos.tar). Needs dwebp, djpeg and
convert (Debian: webp, libjpeg-turbo-progs, imagemagick). A file is called
NAME.pixels:STRIDE:CHANNELS:NUMBER_BYTES, after its layout, and lies in a folder after its kind:

    photos, large  crops of photographs that were scaled down, 256 x 192 and larger
    decoded        crops of JPEG files
    shown          scans and screens
    grey, scans    some of large in grey; as scanners give them: 12 bits of grey in 16, each the mean
                   of a pixel's colours with noise of a fixed seed
    photocd        of photographs, as a Photo CD gives them: brightness over 1.3584, differences of half
                   the resolution, interpolated, all of 8 bits; rounded
    drawn          computed from a fixed seed, of few colours: tiles, a map, a screen; a byte a pixel,
                   four bits a pixel, red, green and blue
"""

import pathlib
import random
import struct
import subprocess
import sys
import tarfile

LARGE = ["Canon_EOS_5D", "Nikon_D3100", "DJI_0026", "Nikon_D90", "oakland_zoo_otters", "roman_colosseum",
         "Wood", "tea_gardens", "Sigma_DP1", "lake_sherburne", "Sony_Ericsson_C905c", "Kodak_Z1012_IS"]
SMALL = ["Apple_iPhone_4S", "Minolta_DiMAGE_7", "Olympus_E_20", "Panasonic_FZ20", "Nexus_4", "Samsung_SM_J327T1",
         "Canon_EOS_350D", "Garden", "LadyBird", "FujiFilm_FinePix_F40fd", "DJI_0031", "Pentax_Optio_430"]
DECODED = ["az_Switzerland", "az_hemlock_7", "az_fork_11", "crop_Canon_EOS_20D_2_", "crop_DJI_0033", "crop_HTC_One_M8",
           "crop_Nikon_E990", "crop_Panasonic_FZ5", "crop_perched_osprey", "me_Nikon_E950", "me_FujiFilm_FinePix6800Zoom",
           "me_Sony_DigitalMavica"]
SHOWN = ["scan_testing_devatest", "scan_tests_resources_baiona", "shot_python_api_examples_web_pic_web_ui",
         "fd_sprites_spidd4d6", "sp_tractive_synthesis_subtractive_synthesis_waveforms"]
PHOTO_CD = ["Canon_EOS_5D", "Nikon_D3100", "oakland_zoo_otters", "Wood", "tea_gardens", "lake_sherburne", "Olympus_E_20",
            "LadyBird"]
GREY = ["Canon_EOS_5D", "roman_colosseum"]
SCANS = {"DJI_0026": 6, "lake_sherburne": 20}  # the noise's standard deviation


def decode(name: str, packed: bytes) -> bytes:
    """A PPM."""
    command = {"webp": ["dwebp", "-quiet", "-ppm", "-o", "-", "--", "-"], "jpg": ["djpeg", "-rgb", "-pnm"],
               "png": ["convert", "png:-", "-alpha", "off", "-depth", "8", "ppm:-"]}[name.rpartition(".")[2]]
    return subprocess.run(command, input=packed, check=True, capture_output=True).stdout


def middle(ppm: bytes, most_columns: int, most_rows: int) -> list[bytes]:
    """Rows of red, green and blue."""
    size, _, pixels = ppm.removeprefix(b"P6\n").split(b"\n", 2)
    width, height = map(int, size.split())
    columns, rows = min(width, most_columns), min(height, most_rows)
    left, top = (width - columns) // 2, (height - rows) // 2
    return [pixels[3 * (y * width + left):][:3 * columns] for y in range(top, top + rows)]


def scan(rows: list[bytes], noise: float) -> bytes:
    rng = random.Random(len(rows))
    sums = (row[i] + row[i + 1] + row[i + 2] for row in rows for i in range(0, len(row), 3))
    values = (min(4095, max(0, round(s * 16 / 3 + rng.gauss(0, noise)))) for s in sums)
    return b"".join(struct.pack("<H", value) for value in values)


def doubled(rows: list[list[int]]) -> list[list[int]]:
    """Means between neighbours in a row, then between rows; the last ones come twice."""
    wide = [[(row[i // 2] + row[min(i // 2 + i % 2, len(row) - 1)] + 1) >> 1 for i in range(2 * len(row))] for row in rows]
    return [[(a + b + 1) >> 1 for a, b in zip(wide[y // 2], wide[min(y // 2 + y % 2, len(wide) - 1)])] for y in range(2 * len(wide))]


def photo_cd(rows: list[bytes]) -> list[bytes]:
    height, width = len(rows) // 2 * 2, len(rows[0]) // 6 * 2
    lights = [[.299 * row[3 * x] + .587 * row[3 * x + 1] + .114 * row[3 * x + 2] for x in range(width)] for row in rows[:height]]

    def differences(channel: int, gain: float) -> list[list[int]]:
        return doubled([[round(sum(rows[y + j][3 * (x + i) + channel] - lights[y + j][x + i] for j in (0, 1) for i in (0, 1)) / 4 / gain)
                         for x in range(0, width, 2)] for y in range(0, height, 2)])

    reds, blues = differences(0, 1.8215), differences(2, 2.2179)
    out = []
    for y in range(height):
        row = bytearray()
        for x in range(width):
            light, red, blue = 1.3584 * round(lights[y][x] / 1.3584), 1.8215 * reds[y][x], 2.2179 * blues[y][x]
            row += bytes(min(255, max(0, int(v + 256.5) - 256)) for v in (light + red, light - .194 * blue - .509 * red, light + blue))
        out.append(bytes(row))
    return out


Picture = list[bytearray]  # rows of colours' numbers


def tiles(rng: random.Random, width: int, height: int, size: int, kinds: int, colours: int, noise: float) -> Picture:
    """A map of a game: tiles in rows, of few colours each, some pixels scattered over them."""
    made = []
    for _ in range(kinds):
        few = rng.sample(range(colours), 4)
        made.append([[few[0] if rng.random() < .6 else rng.choice(few) for _ in range(size)] for _ in range(size)])
    plan: list[list[int]] = []
    for y in range(0, height, size):
        plan.append([])
        for x in range(0, width, size):
            left = plan[-1][-1] if x else 0
            above = plan[-2][x // size] if y else 0
            plan[-1].append(rng.choice([left, above, rng.randrange(kinds)]))
    picture = [bytearray(made[plan[y // size][x // size]][y % size][x % size] for x in range(width)) for y in range(height)]
    for _ in range(int(noise * width * height)):
        picture[rng.randrange(height)][rng.randrange(width)] = rng.randrange(colours)
    return picture


def regions(rng: random.Random, width: int, height: int) -> Picture:
    """A land map: areas around points, their borders, roads with edges of another colour."""
    points = [(rng.randrange(width), rng.randrange(height), rng.randrange(8)) for _ in range(40)]
    nearest = [[min(points, key=lambda p: (p[0] - x) ** 2 + (p[1] - y) ** 2) for x in range(width)] for y in range(height)]
    picture = [bytearray(8 if x and nearest[y][x] != nearest[y][x - 1] or y and nearest[y][x] != nearest[y - 1][x] else
                         nearest[y][x][2] for x in range(width)) for y in range(height)]
    for _ in range(12):
        y, slope = rng.uniform(0, height), rng.uniform(-.6, .6)
        for x in range(width):
            y += slope + rng.uniform(-.3, .3)
            for d, colour in ((-2, 9), (-1, 10), (0, 10), (1, 10), (2, 9)):
                if 0 <= int(y) + d < height:
                    picture[int(y) + d][x] = colour
    return picture


def screen(rng: random.Random, width: int, height: int) -> Picture:
    """Windows with frames, and lines of made-up letters whose edges are smoothed."""
    picture = [bytearray([1 if (x + y) % 2 else 0 for x in range(width)]) for y in range(height)]
    letters = [[[rng.choice([2, 2, 2, 3, 4, 5]) for _ in range(6)] for _ in range(9)] for _ in range(26)]
    for _ in range(5):
        left, top = rng.randrange(width - 80), rng.randrange(height - 60)
        right, bottom = min(width, left + rng.randint(80, 200)), min(height, top + rng.randint(60, 140))
        for y in range(top, bottom):
            for x in range(left, right):
                edge = y in (top, bottom - 1) or x in (left, right - 1)
                picture[y][x] = 6 if edge else 7 + (x - left) * 8 // (right - left) if y < top + 12 else 2
        for y in range(top + 16, bottom - 12, 12):
            for x in range(left + 4, right - 8, 7):
                if rng.random() < .8:
                    letter = rng.choice(letters)
                    for dy in range(9):
                        picture[y + dy][x:x + 6] = letter[dy]
    return picture


def drawn(out: pathlib.Path) -> None:
    rng = random.Random(1)
    pictures = {"tiles16": tiles(rng, 256, 192, 16, 24, 16, 0), "tiles8": tiles(rng, 256, 192, 8, 60, 12, 0),
                "worn": tiles(rng, 256, 192, 16, 20, 16, .004), "map": regions(rng, 256, 192), "screen": screen(rng, 256, 192)}
    for name, picture in pictures.items():
        colours = [rng.randbytes(3) for _ in range(256)]
        order = rng.sample(range(256), 256)
        width = len(picture[0])
        as_palette = b"".join(bytes(order[v] for v in row) for row in picture)
        (out / f"{name}.pixels:{width}:1:1").write_bytes(as_palette)
        (out / f"{name}.pixels:{3 * width}:3:1").write_bytes(b"".join(colours[v] for row in picture for v in row))
        nibbles = b"".join(bytes(row[x] % 16 << 4 | row[x + 1] % 16 for x in range(0, width, 2)) for row in picture)
        (out / f"{name}_4bit.pixels:{width // 2}:1:1").write_bytes(nibbles)


def main() -> int:
    if len(sys.argv) not in (2, 3):
        print(__doc__, file=sys.stderr)
        return 1
    out = pathlib.Path(sys.argv[2] if len(sys.argv) == 3 else "build/data/dev/image")
    for kind in ("photos", "decoded", "shown", "large", "grey", "scans", "drawn", "photocd"):
        (out / kind).mkdir(parents=True, exist_ok=True)
    crops = ([("large", f"ds_{name}.webp", 640, 256) for name in LARGE] +
             [("photos", f"ds_{name}.webp", 256, 192) for name in SMALL] +
             [("photocd", f"ds_{name}.webp", 256, 192) for name in PHOTO_CD] +
             [("decoded", f"{name}.jpg", 256, 192) for name in DECODED] + [("shown", f"{name}.png", 256, 192) for name in SHOWN])
    with tarfile.open(sys.argv[1]) as photos:
        for kind, member, columns, rows_wanted in crops:
            rows = middle(decode(member, photos.extractfile(member).read()), columns, rows_wanted)
            if kind == "photocd":
                rows = photo_cd(rows)
            name, stride = member.rpartition(".")[0].removeprefix("ds_"), len(rows[0])
            (out / kind / f"{name}.pixels:{stride}:3:1").write_bytes(b"".join(rows))
            if name in GREY:
                (out / "grey" / f"{name}.pixels:{stride // 3}:1:1").write_bytes(b"".join(row[1::3] for row in rows))
            if name in SCANS:
                (out / "scans" / f"{name}.pixels:{stride // 3 * 2}:1:2").write_bytes(scan(rows, SCANS[name]))
    drawn(out / "drawn")
    return 0


if __name__ == "__main__":
    sys.exit(main())
