#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What a second worker gains: mixed files of this system by nnzip.dask on one and on two processes.

    PYTHONPATH=build/dev/python tools/bench/dask_bench.py [--megabytes 200] [--level 3] [--part 4]

Prints Markdown: seconds both ways and their ratios. Fails if the bytes differ.
"""

import argparse
import pathlib
import shutil
import tempfile
import time

import distributed

import nnzip
import nnzip.dask

FOLDERS = ("/usr/share/doc", "/usr/share/perl", "/usr/lib/python3", "/usr/bin", "/usr/share/icons")


def collect(target, size):
    """Files of all folders in turns, up to so many bytes; returns how many there are."""
    files = [(path for path in sorted(pathlib.Path(folder).rglob("*"))
              if path.is_file() and not path.is_symlink()) for folder in FOLDERS]
    total, count = 0, 0
    while files and total < size:
        for source in list(files):
            path = next(source, None)
            if path is None:
                files.remove(source)
            elif path.stat().st_size <= size - total:
                shutil.copyfile(path, target / f"{count:06d}-{path.name}")
                total, count = total + path.stat().st_size, count + 1
    return total, count


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def timed(function, *words, **options):
    begin = time.monotonic()
    function(*map(str, words), **options)
    return time.monotonic() - begin


def run(work, workers, level, part_bytes):
    """Seconds to compress and to decompress, once the workers are warm."""
    with distributed.LocalCluster(n_workers=workers, threads_per_worker=1, processes=True,
                                  dashboard_address=":0") as cluster, \
            distributed.Client(cluster) as client:
        client.run(lambda: len(nnzip.models()))
        packed, again = work / f"packed{workers}", work / f"again{workers}"
        common = {"client": client, "part_bytes": part_bytes}
        there = timed(nnzip.dask.compress, work / "files", packed,
                      options=nnzip.Options(level=level), **common)
        back = timed(nnzip.dask.decompress, packed, again, **common)
    if contents(again) != contents(work / "files"):
        raise SystemExit(f"{workers} workers gave other content back")
    return there, back


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=float, default=200)
    parser.add_argument("--level", type=int, default=3)
    parser.add_argument("--part", type=float, default=4, help="megabytes of a part")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        work = pathlib.Path(folder)
        (work / "files").mkdir()
        total, count = collect(work / "files", int(arguments.megabytes * 1e6))
        part_bytes = int(arguments.part * 1e6)
        one = run(work, 1, arguments.level, part_bytes)
        two = run(work, 2, arguments.level, part_bytes)
        if contents(work / "packed1") != contents(work / "packed2"):
            raise SystemExit("two workers made other bytes than one")
    print(f"| {count} files, {total / 1e6:.1f} MB, -{arguments.level} | one worker, s | two, s | times |")
    print("|---|---:|---:|---:|")
    for name, a, b in zip(("compressing", "decompressing"), one, two):
        print(f"| {name} | {a:.1f} | {b:.1f} | {a / b:.2f} |")


if __name__ == "__main__":
    main()
