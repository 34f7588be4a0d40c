#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compression with the model counted, against the size of the data: text, images, sound, mixtures.

    tools/study/adjusted.py [--megabytes 8] [--text DIR] [--image DIR] [--audio DIR]

A ratio is coded bytes over raw bytes; the adjusted one counts the files of the models that the frame names
as well. Sizes double from 1 MB to --megabytes. The column of 1 GB is no measurement: it takes the ratio of the
largest size for all of it and counts the models once. Text is the same share of each file of DIR, one file;
images are PPM and PGM files in a tar file, sound WAV files in one; a mixture holds equal parts and is of half the largest
size. What a program
gives for several files is the sum (PNG by optipng -o2, JPEG 2000 by opj_compress, FLAC by flac -8); a program
that is not there leaves its column empty. Everything runs on one thread; seconds are of the CPU.

Results are kept in WORK/adjusted.json and not measured again; --print prints what there is.
Needs Pillow, where there are images that are not PPM or PGM, and flac, where sound is not WAV.
"""

import argparse
import hashlib
import io
import itertools
import json
import os
import pathlib
import re
import resource
import shutil
import subprocess
import sys
import tarfile

from common import absolute, header, row

KINDS = ("text", "image", "audio")
MIXTURES = ("text+image", "text+audio", "image+audio", "text+image+audio")
GENERAL = ("nnzip", "contexts", "gzip", "lzma2")
OWN = {"image": ("png", "jpeg2000"), "audio": ("flac",)}
NAMES = {"nnzip": "nnzip -5", "contexts": "nnzip --model none", "gzip": "gzip -9", "lzma2": "xz -9e",
         "png": "PNG", "jpeg2000": "JPEG 2000", "flac": "FLAC"}
GIGABYTE = 10**9


# ---- content

def as_plain(path):
    """Name and bytes of an image as PPM or PGM, of sound as WAV, of anything else as it is."""
    if path.suffix in (".png", ".bmp", ".jpg"):
        from PIL import Image
        image = Image.open(path)
        image = image if image.mode == "L" else image.convert("RGB")
        out = io.BytesIO()
        image.save(out, "PPM")
        return path.stem + (".pgm" if image.mode == "L" else ".ppm"), out.getvalue()
    if path.suffix == ".flac":
        return path.stem + ".wav", subprocess.run(["flac", "-sdc", path], check=True,
                                                  capture_output=True).stdout
    return path.name, path.read_bytes()


def shuffled(folder):
    """The files of a folder, one of each source in turn, else in an order by the hash of their names."""
    files = [p for p in folder.rglob("*") if p.is_file()]
    sources = {}
    for path in sorted(files, key=lambda p: hashlib.sha256(p.name.encode()).digest()):
        sources.setdefault(path.name.split("_")[0], []).append(path)
    return [path for turn in itertools.zip_longest(*sources.values()) for path in turn if path]


def files_of(kind, folder, limit):
    """(name, bytes) of a kind, some `limit` bytes in all; the last image or sound may exceed it."""
    if kind == "text":
        files = shuffled(folder)
        share = limit // len(files)
        text = b"".join(p.read_bytes()[:share] for p in files)
        return [("text.txt", text)]
    found, size = [], 0
    for path in shuffled(folder):
        if size >= limit:
            break
        found.append(as_plain(path))
        size += len(found[-1][1])
    return found


def as_one(files):
    """One file as it is, several as a tar file."""
    if len(files) == 1:
        return files[0][1]
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for i, (name, content) in enumerate(files):
            entry = tarfile.TarInfo(f"{i:03}_{name}")
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    return out.getvalue()


# ---- programs

class Programs:
    """Each method returns coded bytes, or None where the program is not there."""

    def __init__(self, arguments):
        self.arguments = arguments
        self.work = arguments.work

    def output(self, command, **options):
        if shutil.which(str(command[0])) is None:
            return None
        return subprocess.run([str(word) for word in command], check=True, capture_output=True,
                              **options).stdout

    def nnzip(self, files, *options):
        source = self.work / "content"
        source.write_bytes(as_one(files))
        frame = self.output([self.arguments.nnzip, "-c", "-T1", *options, source])
        (self.work / "content.nnz").write_bytes(frame)
        return len(frame)

    def models(self):
        """Names of the models that the last frame of nnzip() names."""
        listed = self.output([self.arguments.nnzip, "-l", "--json", self.work / "content.nnz"])
        return sorted({model["name"] for frame in json.loads(listed)[0]["frames"]
                       for model in frame["models"]})

    def contexts(self, files):
        return self.nnzip(files, "--model", "none")

    def of_stdin(self, command, files):
        coded = self.output(command, input=as_one(files))
        return None if coded is None else len(coded)

    def gzip(self, files):
        return self.of_stdin(["gzip", "-9nc"], files)

    def lzma2(self, files):
        return self.of_stdin(["xz", "-9e", "-T1", "-c"], files)

    def each(self, files, suffix, command):
        """The sum over files; {} in the command is the input, {out} the output."""
        total = 0
        for name, content in files:
            source, coded = self.work / f"one{pathlib.Path(name).suffix}", self.work / f"one{suffix}"
            source.write_bytes(content)
            coded.unlink(missing_ok=True)
            words = [word.format(source, out=coded) for word in command]
            if self.output(words) is None:
                return None
            total += coded.stat().st_size
        return total

    def png(self, files):
        return self.each(files, ".png", ["optipng", "-quiet", "-o2", "{}", "-out", "{out}"])

    def jpeg2000(self, files):
        return self.each(files, ".jp2", ["opj_compress", "-i", "{}", "-o", "{out}"])

    def flac(self, files):
        return self.each(files, ".flac", ["flac", "-s8f", "--no-padding", "{}", "-o", "{out}"])


# ---- measuring

def cpu_seconds():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def content(arguments, kind, size):
    parts = kind.split("+")
    return [file for part in parts
            for file in files_of(part, getattr(arguments, part), size // len(parts))]


def measure(arguments, results):
    programs = Programs(arguments)
    if "files" not in results:
        results["files"] = model_files(arguments, programs)
    sizes = [10**6]
    while sizes[-1] * 2 <= arguments.megabytes * 1e6:
        sizes.append(sizes[-1] * 2)
    for kind in arguments.kinds:
        for size in sizes if kind in KINDS else sizes[-2:-1]:
            files = content(arguments, kind, size)
            row = results.setdefault(f"{kind} {size}", {"kind": kind, "asked": size})
            row["bytes"] = len(as_one(files))
            for name in GENERAL + OWN.get(kind, ()):
                if name in row:
                    continue
                start = cpu_seconds()
                row[name] = getattr(programs, name)(files), cpu_seconds() - start
                if name == "nnzip":
                    row["models"] = programs.models()
                save(arguments, results)
            print(f"{kind} {row['bytes']}", file=sys.stderr)


def model_files(arguments, programs):
    """How far the files of models compress: bytes by name and program."""
    found = {}
    for path in sorted(arguments.models.glob("*.nnzm")):
        files = [(path.name, path.read_bytes())]
        found[path.stem] = {"file": path.stat().st_size, "parameters": parameters(arguments, path.stem),
                            **{name: getattr(programs, name)(files)
                               for name in ("contexts", "gzip", "lzma2")}}
    return found


def parameters(arguments, name):
    """Weights of a model, of a byte each: those of its products and the rows of its tables."""
    listed = subprocess.run([arguments.nnzip, "models"], check=True, capture_output=True, text=True)
    line = next(line for line in listed.stdout.splitlines() if line.startswith(name))
    products = int(line.split()[2])
    rows = 256 + sum(int(n) for n in re.findall(r"(\d+) rows", line))
    rows += sum(256 * int(n) for n in re.findall(r"(\d+) taps", line))
    return products + rows * int(re.search(r"width (\d+)", line)[1])


def save(arguments, results):
    (arguments.work / "adjusted.json").write_text(json.dumps(results, indent=1))


# ---- tables

def model_bytes(results, names):
    return sum(results["files"][name]["file"] for name in names)


def complete(results):
    return [r for key, r in results.items() if key != "files" and "models" in r]


def largest(results):
    """The row of the most bytes of each single kind."""
    return {r["kind"]: r for r in complete(results) if r["kind"] in KINDS}


def print_ratios(results):
    rows = complete(results)
    kinds = {kind: [r for r in rows if r["kind"] == kind] for kind in KINDS + MIXTURES}
    names = [name for name in NAMES if any(r.get(name, [None])[0] for r in rows)]
    header(["data", "bytes", "models", "nnzip, adjusted"] + [NAMES[name] for name in names])
    for kind, mine in kinds.items():
        for r in mine:
            adjusted = (r["nnzip"][0] + model_bytes(results, r["models"])) / r["bytes"]
            row([kind, str(r["bytes"]), str(model_bytes(results, r["models"])), f"{adjusted:.4f}"] +
                [f"{r[name][0] / r['bytes']:.4f}" if r.get(name, [None])[0] else "" for name in names])
        if mine:
            last = mine[-1]
            models = model_bytes(results, last["models"])
            adjusted = last["nnzip"][0] / last["bytes"] + models / GIGABYTE
            row([kind, "1 GB, extrapolated", str(models), f"**{adjusted:.4f}**"] + [""] * len(names))


def print_times(results):
    last = largest(results)
    header(["CPU seconds a GB, extrapolated"] + list(last))
    for name in NAMES:
        cells = [f"{r[name][1] / r['bytes'] * GIGABYTE:.0f}" if r.get(name, [None])[0] else ""
                 for r in last.values()]
        if any(cells):
            row([NAMES[name]] + cells)


def print_even(results):
    last = largest(results)
    header(["MB from which nnzip -5 with its models is smaller"] + list(last))
    for name in NAMES:
        cells = []
        for r in last.values():
            gain = r[name][0] - r["nnzip"][0] if r.get(name, [None])[0] else 0
            cells.append(f"{model_bytes(results, r['models']) * r['bytes'] / gain / 1e6:.0f}"
                         if gain > 0 else "")
        if name != "nnzip" and any(cells):
            row([NAMES[name]] + cells)


def print_models(results):
    header(["model", "weights, a byte each", "file", "of that", "gzip -9 of the file", "xz -9e",
            "nnzip --model none"])
    for name, r in results["files"].items():
        shares = [f"{r[other] / r['file']:.4f}" for other in ("gzip", "lzma2", "contexts")]
        row([name, str(r["parameters"]), str(r["file"]), f"{r['file'] / r['parameters']:.4f}"] + shares)


def parse():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--megabytes", type=float, default=8, help="the largest size")
    for kind in KINDS:
        parser.add_argument(f"--{kind}", default=f"build/data/valid/{kind}", type=absolute,
                            help="folder, by default of held-out data")
    parser.add_argument("--kinds", default=KINDS + MIXTURES, nargs="*", choices=KINDS + MIXTURES)
    parser.add_argument("--nnzip", default="build/release/nnzip", type=absolute)
    parser.add_argument("--models", default="models", type=absolute)
    parser.add_argument("--work", default="build/study", type=absolute)
    parser.add_argument("--print", action="store_true", help="measure nothing")
    return parser.parse_args()


def main():
    arguments = parse()
    os.environ["NNZIP_MODEL_PATH"] = str(arguments.models)
    arguments.work.mkdir(parents=True, exist_ok=True)
    kept = arguments.work / "adjusted.json"
    results = json.loads(kept.read_text()) if kept.exists() else {}
    if not arguments.print:
        measure(arguments, results)
    for table in (print_ratios, print_even, print_times, print_models):
        table(results)
        print()


if __name__ == "__main__":
    main()
