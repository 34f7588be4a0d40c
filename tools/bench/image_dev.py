#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes the images on which the image predictor was tuned, as bare rows of pixels.

    tools/bench/image_dev.py PHOTOS [OUT]       OUT defaults to build/data/dev/image

PHOTOS is the tar of photographs that were scaled down (train/image/photos.tar). Needs dwebp (Debian:
webp). A file is called NAME.pixels:STRIDE:CHANNELS:NUMBER_BYTES, after its layout: photographs in
red, green and blue, some in grey, and some as scanners give them: 12 bits of grey in 16, each the
mean of a pixel's colours with noise of a fixed seed.
"""

import pathlib
import random
import struct
import subprocess
import sys
import tarfile

COLOUR = ["Canon_EOS_5D", "Nikon_D3100", "DJI_0026", "Nikon_D90", "oakland_zoo_otters", "roman_colosseum",
          "Wood", "tea_gardens", "Sigma_DP1", "lake_sherburne", "Sony_Ericsson_C905c", "Kodak_Z1012_IS"]
GREY = ["Canon_EOS_5D", "roman_colosseum"]
SCANS = {"DJI_0026": 6, "lake_sherburne": 20}  # the noise's standard deviation
MAX_WIDTH, MAX_HEIGHT = 640, 256


def decode(packed: bytes) -> list[bytes]:
    """The middle of a WebP image: rows of red, green and blue."""
    command = ["dwebp", "-quiet", "-ppm", "-o", "-", "--", "-"]
    ppm = subprocess.run(command, input=packed, check=True, capture_output=True).stdout
    size, _, pixels = ppm.removeprefix(b"P6\n").split(b"\n", 2)
    width, height = map(int, size.split())
    columns, rows = min(width, MAX_WIDTH), min(height, MAX_HEIGHT)
    left, top = (width - columns) // 2, (height - rows) // 2
    return [pixels[3 * (y * width + left):][:3 * columns] for y in range(top, top + rows)]


def scan(rows: list[bytes], noise: float) -> bytes:
    rng = random.Random(len(rows))
    sums = (row[i] + row[i + 1] + row[i + 2] for row in rows for i in range(0, len(row), 3))
    values = (min(4095, max(0, round(s * 16 / 3 + rng.gauss(0, noise)))) for s in sums)
    return b"".join(struct.pack("<H", value) for value in values)


def main() -> int:
    if len(sys.argv) not in (2, 3):
        print(__doc__, file=sys.stderr)
        return 1
    out = pathlib.Path(sys.argv[2] if len(sys.argv) == 3 else "build/data/dev/image")
    out.mkdir(parents=True, exist_ok=True)
    with tarfile.open(sys.argv[1]) as photos:
        for name in COLOUR:
            rows = decode(photos.extractfile(f"ds_{name}.webp").read())
            stride = len(rows[0])
            (out / f"{name}.pixels:{stride}:3:1").write_bytes(b"".join(rows))
            if name in GREY:
                grey = b"".join(row[1::3] for row in rows)
                (out / f"{name}.pixels:{stride // 3}:1:1").write_bytes(grey)
            if name in SCANS:
                (out / f"{name}.pixels:{stride // 3 * 2}:1:2").write_bytes(scan(rows, SCANS[name]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
