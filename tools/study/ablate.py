#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Trains variants of a small network on equal bytes and prints a table of what they are worth.

    tools/study/ablate.py --set recipe --into tools/train/ABLATIONS.md
    tools/study/ablate.py --set mixture|size|context|kinds

Needs nnzip-train, nnzip and what tools/data/prepare.py makes. Each run is kept in WORK/SET-VARIANT-SEED
and not run again; `--print` prints what there is and trains nothing, `--into` puts it in place of a document's
first table. Bits a byte are of held-out windows with
an empty history, as long as those of training, so that networks of other --length are not compared by them;
"mixed" is the size that `nnzip` gives files of the dev set with that network and contexts.
"""

import argparse
import contextlib
import hashlib
import io
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

from common import absolute, header, row

WEIGHTS = ("books=1.0,wiki=0.8,web=1.0,multi=0.4,code=1.3,structured=0.6,"
           "multi2=0.8,structured2=0.7,code2=0.7,web2=0.6")
TEXT2 = ("multi2", "structured2", "code2", "web2")
BASE = {"width": 64, "heads": 2, "head-size": 32, "hidden": 256, "windows": "64,128,64",
        "ngram-orders": "2,3,4", "ngram-rows": "16384", "batch": 8, "length": 512, "fall": 0.25,
        "document-starts": 0.25, "warmup": 30}
# "bytes" multiplies the bytes of the set; all else is an option of nnzip-train.
MODALITIES = ("text", "image", "audio")


def only(*names):
    """Weights of the mixture set: the named kinds alone."""
    return ",".join(f"{kind}={int(kind in names)}" for kind in MODALITIES)


def alone(*names):
    """Weights of the kinds set: the named categories alone."""
    return ",".join(f"{item.split('=')[0]}={item.split('=')[1] if item.split('=')[0] in names else 0}"
                    for item in f"{WEIGHTS},programs=1".split(","))


SETS = {
    "recipe": {
        "base": {},
        "rows-65536": {"ngram-rows": "65536"},
        "orders-3-6": {"ngram-orders": "3,4,5,6"},
        "orders-2-5": {"ngram-orders": "2,3,4,5"},
        "batch-4": {"batch": 4},
        "batch-16": {"batch": 16},
        "fall-50": {"fall": 0.5},
        "fixed-bias": {"fixed-distance-bias": ""},
        "half-text2": {"weights": ",".join(
            f"{name}={float(weight) / 2 if name in TEXT2 else weight}"
            for name, weight in (item.split("=") for item in WEIGHTS.split(",")))},
    },
    "mixture": {name: {"weights": only(*kinds), "bytes": share} for name, kinds, share in [
        ("text", ("text",), 1), ("image", ("image",), 1), ("audio", ("audio",), 1),
        ("text+image-2x", ("text", "image"), 2), ("text+audio-2x", ("text", "audio"), 2),
        ("image+audio-2x", ("image", "audio"), 2),
        ("all", MODALITIES, 1), ("all-3x", MODALITIES, 3)]},
    "size": {f"w{width}-{share}x": {"width": width, "hidden": 4 * width, "heads": width // 32,
                                    "bytes": share}
             for width in (64, 128) for share in (0.25, 0.5, 1)},
    "context": {f"l{length}-w{width}": {
        "windows": f"{min(64, length)},{length},{length // 2}", "length": length, "width": width,
        "hidden": 4 * width, "heads": width // 32, "batch": 4096 // length}
        for width in (64, 128) for length in (128, 512, 1024)},
    # A general model, or one of tables and markup or of machine code alone.
    "kinds": {"text": {"weights": f"{WEIGHTS},programs=0"},
              "structured": {"weights": alone("structured", "structured2")},
              "programs": {"weights": alone("programs")}},
}
WITHOUT_MIXED = ("mixture",)
DEV = {"kinds": ("structured.txt", "structured2.txt", "programs")}
DEV_ELSE = ("wiki.txt", "code.txt")
MODALITY_BYTES = 24_000_000, 600_000  # of training and held-out data a kind
PROGRAMS = "/usr/bin/*", "/usr/lib/x86_64-linux-gnu/*.so.*"
PROGRAM_BYTES = 200_000, 1 << 15  # of each to train on, of those held out
DEV_PROGRAM = range(200_000, 600_000)  # its size


# ---- data of the mixture set: bytes of files as they are, no taps

def concatenate(sources, out, limit):
    """Writes an equal share of each file, `limit` bytes in all or less."""
    share = limit // max(1, len(sources))
    with open(out, "wb") as f:
        for source in sources:
            f.write(source.read_bytes()[:share])


def make_modalities(data, work):
    for part, limit in zip(("train", "valid"), MODALITY_BYTES):
        folder = work / "modalities" / part
        folder.mkdir(parents=True, exist_ok=True)
        for kind in MODALITIES:
            out = folder / f"{kind}.bin"
            if not out.exists():
                concatenate(sorted(p for p in (data / part / kind).iterdir()), out, limit)
    return work / "modalities" / "train", work / "modalities" / "valid"


# ---- data of the kinds set: text, and what stands in this system's programs

def is_program(path):
    return path.is_file() and not path.is_symlink() and path.stat().st_size > 20_000 and \
        path.open("rb").read(4) == b"\x7fELF"


def make_kinds(data, work):
    """Folders of training and held-out categories, and a held-out program for "mixed"."""
    folder = work / "kinds"
    if folder.exists():
        return folder / "train", folder / "valid"
    parts, dev = {"train": [], "valid": []}, None
    for path in sorted(path for pattern in PROGRAMS for path in pathlib.Path("/").glob(pattern[1:])):
        if is_program(path):
            held_out = hashlib.sha256(path.name.encode()).digest()[0] % 16 == 0
            content = path.read_bytes()
            if held_out and len(content) in DEV_PROGRAM:
                dev = content
            # From where its code begins, as a rule: headers and symbols are before.
            content = content[len(content) // 4:][:PROGRAM_BYTES[held_out]]
            parts["valid" if held_out else "train"].append(content)
    if dev is None:
        raise SystemExit("no held-out program of a middle size; see PROGRAMS.")
    for part, contents in parts.items():
        (folder / part).mkdir(parents=True)
        (folder / part / "programs.bin").write_bytes(b"".join(contents)[:24_000_000])
        for source in (data / part / "text").glob("*.bin"):
            (folder / part / source.name).symlink_to(source)
    (folder / "programs").write_bytes(dev)
    return folder / "train", folder / "valid"


# ---- a run

def train(arguments, variant, seed, folder):
    """Runs nnzip-train and returns what it printed."""
    settings = dict(BASE, **SETS[arguments.set][variant])
    size = arguments.megabytes * 1e6 * settings.pop("bytes", 1)
    settings["steps"] = round(size / settings["batch"] / settings["length"])
    settings.setdefault("weights", WEIGHTS)
    data = arguments.data / "train/text", arguments.data / "valid/text"
    if arguments.set == "mixture":
        data = make_modalities(arguments.data, arguments.work)
        settings["document-starts"] = 0
    if arguments.set == "kinds":
        data = make_kinds(arguments.data, arguments.work)
    command = [arguments.trainer, "--data", data[0], "--valid", data[1], "--run", folder,
               "--name", "ablation", "--seed", seed, "--quantised-steps", arguments.quantised_steps,
               "--quantised-rate", 1e-4, "--quantised-batch", 8, "--checkpoint-every", 10**6,
               "--validate-every", 10**6, "--log-every", 100]
    for name, value in settings.items():
        command += [f"--{name}"] + ([value] if value != "" else [])
    environment = dict(os.environ, OPENBLAS_NUM_THREADS="1", OMP_NUM_THREADS="1")
    return settings, subprocess.run([str(word) for word in command], check=True, text=True,
                                    capture_output=True, env=environment).stdout


def categories(text):
    """Bits a byte of each category in float and quantised, and the two weighted figures."""
    values = [(name, float(bits)) for name, bits in
              re.findall(r"^  (\w+) +([\d.]+) bits/byte", text, re.M)]
    half = len(values) // 2
    return dict(values[:half]), dict(values[half:])


def weighted(values):
    weights = dict(item.split("=") for item in WEIGHTS.split(","))
    total = sum(float(weights.get(name, 1)) for name in values)
    return sum(bits * float(weights.get(name, 1)) for name, bits in values.items()) / total


def dev_files(arguments):
    return DEV.get(arguments.set, DEV_ELSE)


def mixed(arguments, model):
    """Bytes that nnzip needs for each dev file with the model, or by contexts alone."""
    environment = dict(os.environ)
    if model != "none":
        environment["NNZIP_MODEL_PATH"] = str(model.parent)
        model = model.stem
    folders = {"programs": arguments.work / "kinds"}
    contents = [(folders.get(name, arguments.data / "dev/text") / name).read_bytes()[:arguments.dev_bytes]
                for name in dev_files(arguments)]
    return [len(subprocess.run([arguments.nnzip, "-c", "-T1", "--model", model], input=content,
                               check=True, capture_output=True, env=environment).stdout)
            for content in contents]


def with_mixed(arguments, folder):
    """The result of a run; what it lacks of sizes is measured first."""
    result = folder / "result.json"
    found = json.loads(result.read_text())
    if not found["mixed"] and arguments.set not in WITHOUT_MIXED and not arguments.print:
        found["mixed"] = mixed(arguments, next(folder.glob("*.nnzm")))
        result.write_text(json.dumps(found, indent=1))
    return found


def measure(arguments, variant, seed):
    folder = arguments.work / f"{arguments.set}-{variant}-{seed}"
    result = folder / "result.json"
    if result.exists() or arguments.print:
        return with_mixed(arguments, folder) if result.exists() else None
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    settings, text = train(arguments, variant, seed, folder)
    (folder / "log").write_text(text)
    model = next(folder.glob("*.nnzm"))
    floats, quantised = categories(text)
    rates = re.findall(r"([\d.]+) KB/s", text)
    found = {"variant": variant, "seed": seed, "settings": settings, "float": floats,
             "quantised": quantised, "model_bytes": model.stat().st_size,
             "kb_s": float(rates[-1]) if rates else 0,
             "bytes": settings["steps"] * settings["batch"] * settings["length"], "mixed": []}
    result.write_text(json.dumps(found, indent=1))
    (folder / "checkpoint.pt").unlink()
    found = with_mixed(arguments, folder)
    print(f"{variant} {seed}: {weighted(quantised):.4f} {found['mixed']}", file=sys.stderr)
    return found


# ---- tables

def each(values, form):
    """The values of all seeds, first seed first."""
    return ", ".join(form(value) for value in values)


def change(values, base):
    """Mean change against the same seeds of the base, in percent, and its extremes."""
    shares = [100 * (value / base[seed] - 1) for seed, value in values.items() if seed in base]
    if not shares:
        return ""
    return f"{sum(shares) / len(shares):+.2f} ({min(shares):+.2f} to {max(shares):+.2f})"


def print_recipe(runs, seeds, contexts):
    header(["variant", f"float, seeds {each(seeds, str)}", "quantised", "change %",
            "mixed " + " + ".join(DEV_ELSE), "change %", "model file"])
    base = {r["seed"]: r for r in runs if r["variant"] == "base"}
    bits = {s: weighted(r["quantised"]) for s, r in base.items()}
    sizes = {s: sum(r["mixed"]) for s, r in base.items()}
    row(["contexts alone", "", "", "", str(sum(contexts)), "", ""])
    for variant in SETS["recipe"]:
        mine = [r for r in runs if r["variant"] == variant]
        if not mine:
            continue
        row([variant, each(mine, lambda r: f"{weighted(r['float']):.4f}"),
             each(mine, lambda r: f"{weighted(r['quantised']):.4f}"),
             change({r["seed"]: weighted(r["quantised"]) for r in mine}, bits),
             each(mine, lambda r: str(sum(r["mixed"]))),
             change({r["seed"]: sum(r["mixed"]) for r in mine}, sizes),
             str(max(r["model_bytes"] for r in mine))])


def print_kinds(runs, arguments):
    """Sizes of each dev file, by networks of other training data on equal bytes."""
    files = dev_files(arguments)
    header(["trained on", "MB", "seed"] + [f"mixed {name}" for name in files] + ["model file"])
    row(["contexts alone", "", ""] + [str(size) for size in mixed(arguments, "none")] + [""])
    for r in sorted(runs, key=lambda r: list(SETS["kinds"]).index(r["variant"])):
        row([r["variant"], f"{r['bytes'] / 1e6:.2f}", str(r["seed"])] + [str(size) for size in r["mixed"]] +
            [str(r["model_bytes"])])


def print_categories(runs, variants):
    names = list(runs[0]["quantised"]) if len(runs[0]["quantised"]) <= 4 else ["weighted"]
    sizes = ["mixed " + " + ".join(DEV_ELSE)] if any(r["mixed"] for r in runs) else []
    header(["trained on", "MB", "seed"] + names + sizes + ["model file"])
    for r in sorted(runs, key=lambda r: list(variants).index(r["variant"])):
        values = ([f"{r['float'][n]:.3f}" for n in names] if names != ["weighted"]
                  else [f"{weighted(r['float']):.4f}"])
        row([r["variant"], f"{r['bytes'] / 1e6:.2f}", str(r["seed"])] + values +
            [str(sum(r["mixed"])) for _ in sizes] + [str(r["model_bytes"])])


def replace_table(path, table):
    text, count = re.subn(r"(?:^\|.*\n)+", lambda _: table, path.read_text(), count=1, flags=re.M)
    if count == 0:
        sys.exit(f"ablate.py: {path} has no table")
    path.write_text(text)


def parse():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--set", choices=SETS, default="recipe")
    parser.add_argument("--variants", help="a,b,...; all by default")
    parser.add_argument("--seeds", default="1,2")
    parser.add_argument("--megabytes", type=float, default=4, help="of training data a run")
    parser.add_argument("--quantised-steps", type=int, default=40)
    parser.add_argument("--dev-bytes", type=int, default=1 << 18, help="of each file of the dev set")
    parser.add_argument("--trainer", default="build/torch/nnzip-train", type=absolute)
    parser.add_argument("--nnzip", default="build/release/nnzip", type=absolute)
    parser.add_argument("--data", default="build/data", type=absolute)
    parser.add_argument("--work", default="build/study", type=absolute)
    parser.add_argument("--print", action="store_true", help="train nothing")
    parser.add_argument("--into", type=pathlib.Path, help="a document whose first table this is")
    return parser.parse_args()


def main():
    arguments = parse()
    variants = arguments.variants.split(",") if arguments.variants else list(SETS[arguments.set])
    seeds = [int(seed) for seed in arguments.seeds.split(",")]
    runs = [measure(arguments, variant, seed) for seed in seeds for variant in variants]
    runs = [r for r in runs if r]
    if not runs:
        sys.exit("ablate.py: nothing has been run")
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        if arguments.set == "recipe":
            print_recipe(runs, seeds, mixed(arguments, "none"))
        elif arguments.set == "kinds":
            print_kinds(runs, arguments)
        else:
            print_categories(runs, variants)
    if arguments.into:
        replace_table(arguments.into, out.getvalue())
    else:
        print(out.getvalue(), end="")


if __name__ == "__main__":
    main()
