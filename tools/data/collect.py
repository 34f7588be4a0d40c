#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Collects dev files of kinds that prepare.py's sources lack, out of Debian packages and by generators.

    tools/data/collect.py [--from FOLDER] [OUT]     OUT defaults to build/data/dev/collected

Packages are fetched with `apt-get download` and taken apart with `dpkg-deb`; nothing is installed. With
--from, .deb files of FOLDER are taken in place of the network's. From each package come the largest
files that fit a pattern, at most 256 KiB of each from its middle on, or its beginning where a header
matters:

    OUT/programs/   executables and libraries of other processors, Windows, the Java VM, Python, wasm
    OUT/tables/     spreadsheets, databases, fonts
    OUT/languages/  manual pages and messages that are not English, in UTF-8, some also in UTF-16
    OUT/arrays/     generated: DICOM-like slices, grids as float32, halves, netCDF and npy, GRIB-like packed fields

A package that cannot be had is named on standard error and left out; the status is then 1. Versions of
packages decide the bytes, so figures on these files name the day and the machine's release.
"""

import argparse
import fnmatch
import gzip
import io
import math
import pathlib
import random
import shutil
import struct
import subprocess
import sys
import tarfile
import tempfile
import zipfile

SLICE = 1 << 18

# Package, pattern of paths in it, how many files, kind, whether a slice begins at the file's beginning.
PACKAGES = [
    *[(f"libc6-{arch}-cross", "*/lib*/libc.so.6", 1, "programs", False)
      for arch in ("arm64", "armhf", "i386", "mips", "powerpc", "ppc64el", "riscv64", "s390x", "sparc64")],
    ("libgomp1-sparc64-cross", "*/libgomp.so.1.*", 1, "programs", True),
    ("gcc-mingw-w64-i686-win32-runtime", "*.dll", 2, "programs", False),
    ("gcc-mingw-w64-x86-64-win32-runtime", "*.dll", 1, "programs", False),
    ("libcommons-lang3-java", "*.jar!*.class", 6, "programs", True),
    ("geoip-database", "*.dat", 1, "tables", True),
    ("proj-data", "*.db", 1, "tables", True),
    ("iso-codes", "*.json", 2, "tables", True),
    ("wordnet-base", "*/data.noun", 1, "tables", True),
    ("fonts-dejavu-core", "*/DejaVuSans.ttf", 1, "tables", True),
    ("libspreadsheet-parseexcel-perl", "*.xls", 3, "tables", True),
    ("python3-xlrd", "*.xls", 3, "tables", True),
    *[(f"manpages-{language}", "*.1.gz", 12, "languages", True)
      for language in ("de", "es", "fr", "ja", "pl", "ru", "zh")],
]
UTF16 = ("ru", "ja")


def middle(content: bytes) -> bytes:
    start = max(0, (len(content) - SLICE) // 2) & ~0xFFF
    return content[start:start + SLICE]


def package_files(deb: pathlib.Path, pattern: str, count: int):
    """(name, content) of the largest regular files whose path fits; "X!Y" looks for Y inside archives X."""
    pattern, _, inner = pattern.partition("!")
    data = subprocess.run(["dpkg-deb", "--fsys-tarfile", deb], check=True, capture_output=True).stdout
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        members = [m for m in archive if m.isfile() and fnmatch.fnmatch("/" + m.name.lstrip("./"), pattern)]
        found = [(m.name, archive.extractfile(m).read()) for m in sorted(members, key=lambda m: (-m.size, m.name))]
    if inner:
        found = [(name, jar.read(name)) for _, content in found
                 for jar in [zipfile.ZipFile(io.BytesIO(content))]
                 for name in jar.namelist() if fnmatch.fnmatch(name, inner)]
        found.sort(key=lambda file: (-len(file[1]), file[0]))
    return [(pathlib.PurePath(name).name, content) for name, content in found[:count]]


def fetch(package: str, folder: pathlib.Path | None, scratch: pathlib.Path) -> pathlib.Path | None:
    if folder is None:
        subprocess.run(["apt-get", "-q", "download", package], cwd=scratch, capture_output=True, check=False)
    return next(iter(sorted((folder or scratch).glob(f"{package}_*.deb"))), None)


def collect_packages(out: pathlib.Path, folder: pathlib.Path | None) -> list[str]:
    """Writes what PACKAGES lists; returns the packages that gave nothing."""
    missing = []
    with tempfile.TemporaryDirectory() as scratch:
        for package, pattern, count, kind, from_beginning in PACKAGES:
            deb = fetch(package, folder, pathlib.Path(scratch))
            files = package_files(deb, pattern, count) if deb else []
            if not files:
                missing.append(package)
            elif kind == "languages":
                text = b"".join(gzip.decompress(content) for _, content in files)[:SLICE]
                language = package.rpartition("-")[2]
                write(out / kind / f"{language}.txt", text)
                if language in UTF16:
                    wide = text.decode("utf-8", "ignore").encode("utf-16-le")
                    write(out / kind / f"{language}.utf16", wide[:SLICE])
            else:
                for name, content in files:
                    write(out / kind / f"{package}.{name}", content[:SLICE] if from_beginning else middle(content))
    return missing


def collect_programs(out: pathlib.Path) -> list[str]:
    """Programs for virtual machines, which this system's own compilers make."""
    import py_compile
    module = pathlib.Path(argparse.__file__)
    with tempfile.TemporaryDirectory() as scratch:
        compiled = py_compile.compile(str(module), cfile=scratch + "/argparse.pyc")
        write(out / "programs" / "argparse.pyc", pathlib.Path(compiled).read_bytes()[:SLICE])
        source, target = pathlib.Path(scratch, "sort.c"), pathlib.Path(scratch, "sort.wasm")
        source.write_text("".join(
            f"int f{i}(int *a, int n) {{ int s = {i}; for (int j = 1; j < n; ++j) {{ int k = j;"
            f" while (k > 0 && a[k - 1] > a[k]) {{ int t = a[k]; a[k] = a[k - 1]; a[k - 1] = t + s % {i + 3};"
            f" --k; s += k ^ {i * 37}; }} }} return s; }}\n" for i in range(200)))
        if not shutil.which("clang"):
            return ["clang"]
        result = subprocess.run(["clang", "--target=wasm32", "-O2", "-c", source, "-o", target],
                                capture_output=True, check=False)
        if result.returncode != 0:
            return ["clang for wasm32"]
        write(out / "programs" / "sort.wasm", target.read_bytes()[:SLICE])
    return []


def field(width: int, height: int, seed: int) -> list[list[float]]:
    """A smooth field with a front in it, as weather or a scan has."""
    rng = random.Random(seed)
    waves = [(rng.uniform(.5, 9), rng.uniform(.5, 9), rng.uniform(0, 6), rng.uniform(.1, 1)) for _ in range(12)]
    rows = []
    for y in range(height):
        v = y / height
        rows.append([sum(a * math.sin(fx * x / width + fy * v + p) for fx, fy, p, a in waves)
                     + 2 / (1 + math.exp(40 * (x / width - .5 - .2 * math.sin(5 * v)))) + rng.gauss(0, .01)
                     for x in range(width)])
    return rows


def netcdf(variables: dict[str, bytes], width: int, height: int) -> bytes:
    """A classic netCDF file (CDF-1) of float grids, one after the other."""
    def name(text: str) -> bytes:
        return struct.pack(">I", len(text)) + text.encode() + bytes(-len(text) % 4)

    head = b"CDF\x01" + struct.pack(">III", 0, 10, 2) + name("lat") + struct.pack(">I", height)
    head += name("lon") + struct.pack(">IIIII", width, 0, 0, 11, len(variables))
    begin = len(head) + sum(len(name(key)) + 32 for key in variables)
    for key, data in variables.items():
        head += name(key) + struct.pack(">8I", 2, 0, 1, 0, 0, 5, len(data), begin)
        begin += len(data)
    return head + b"".join(variables.values())


def collect_arrays(out: pathlib.Path):
    width, height = 256, 240
    slices = [field(width, height, seed) for seed in range(2)]
    header = b"\0" * 128 + b"DICM" + b"".join(
        struct.pack("<HH2sHH", group, element, b"US", 2, value)
        for group, element, value in ((0x28, 0x10, height), (0x28, 0x11, width), (0x28, 0x100, 16)))
    write(out / "arrays" / "slices.dcm", header + b"".join(
        struct.pack("<H", int(1000 + 300 * value) & 0xFFF) for rows in slices for row in rows for value in row))
    flat = [value for row in slices[0] for value in row]
    write(out / "arrays" / "grid.f32", struct.pack(f"<{len(flat)}f", *flat))
    write(out / "arrays" / "grid.f16", struct.pack(f"<{len(flat)}e", *flat))
    grids = [struct.pack(f">{len(flat)}f", *(round(value, 3) for row in rows for value in row)) for rows in slices]
    write(out / "arrays" / "grids.nc", netcdf({"t": grids[0], "u": grids[1]}, width, height))
    described = f"{{'descr': '>f4', 'fortran_order': False, 'shape': ({2 * height}, {width}), }}".ljust(117) + "\n"
    write(out / "arrays" / "grids.npy", b"\x93NUMPY\x01\0" + struct.pack("<H", 118) + described.encode()
          + b"".join(grids))
    low, high = min(flat), max(flat)
    packed = struct.pack(">4sHf", b"GRIB", 12, low) + bytes(10)
    bits, count, body = 0, 0, bytearray()
    for value in flat:  # 12 bits a value, as simple packing has them
        bits, count = bits << 12 | int((value - low) / (high - low) * 4095), count + 12
        while count >= 8:
            body.append(bits >> (count - 8) & 0xFF)
            count -= 8
        bits &= (1 << count) - 1
    write(out / "arrays" / "packed.grib", packed + bytes(body))


def write(path: pathlib.Path, content: bytes):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    print(f"{len(content):8} {path}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--from", dest="folder", type=pathlib.Path, metavar="FOLDER")
    parser.add_argument("out", nargs="?", type=pathlib.Path, default=pathlib.Path("build/data/dev/collected"))
    arguments = parser.parse_args()
    collect_arrays(arguments.out)
    missing = collect_programs(arguments.out) + collect_packages(arguments.out, arguments.folder)
    if missing:
        print("not to be had: " + ", ".join(missing), file=sys.stderr)
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
