# SPDX-License-Identifier: Apache-2.0
"""What the scripts beside it share: measurements by nnzip-train and nnzip, Markdown tables."""

import argparse
import os
import pathlib
import subprocess


def absolute(path):
    return pathlib.Path(path).resolve()


def parser(description):
    """Options that all have; weights are a file of `nnzip-train --save-weights`."""
    options = argparse.ArgumentParser(description=description)
    options.add_argument("--trainer", default="build/torch/nnzip-train", type=absolute)
    options.add_argument("--nnzip", default="build/release/nnzip", type=absolute)
    options.add_argument("--recipe", default="tools/train/recipes/text-1m.toml", type=absolute)
    options.add_argument("--weights", type=absolute, help="float weights of that recipe: RUN/weights.pt")
    options.add_argument("--valid", default="build/data/valid/text", type=absolute)
    return options


def measure(arguments, what, *options, weights=True):
    """Rows of `nnzip-train --measure`, as lists of words, without the header."""
    command = [arguments.trainer, "--config", arguments.recipe, "--valid", arguments.valid,
               "--measure", what, *options]
    if weights and arguments.weights:
        command += ["--start-from", arguments.weights]
    environment = dict(os.environ, OPENBLAS_NUM_THREADS="1", OMP_NUM_THREADS="1")
    text = subprocess.run([str(word) for word in command], check=True, capture_output=True, text=True,
                          env=environment).stdout
    return [line.split("\t") for line in text.splitlines()[1:]]


def coded_bytes(arguments, content, *options):
    """Bytes on disk that nnzip makes of the content."""
    return len(subprocess.run([str(arguments.nnzip), "-c", "-T1", *options], input=content, check=True,
                              capture_output=True).stdout)


def row(cells):
    print("| " + " | ".join(str(cell) for cell in cells) + " |")


def header(names):
    row(names)
    row(["---"] + ["---:"] * (len(names) - 1))
