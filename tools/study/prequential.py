#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A file's size when the network learns it while it is coded, and how windows should overlap.

    tools/study/prequential.py --weights RUN/weights.pt FILE...

All in float (nnzip-train --measure file): the network takes a step on each window after it has been coded, as a
decoder could, from random weights and from those given, beside the latter frozen. A window is --length bytes of
each of --streams streams and has an empty history, unless it overlaps: then the bytes before it are fed and not
counted, at the price of computing them twice. Beside it what nnzip makes of the same bytes, on disk.
"""

import common


def bits(arguments, path, *options, weights=True):
    rows = common.measure(arguments, "file", "--file", path, *options, weights=weights)
    return float(rows[-1][1])


def learning(arguments, paths):
    window = ["--file-streams", arguments.streams, "--length", arguments.length]
    common.header(["bits a byte"] + [path.name for path in paths])
    cases = [("learning from nothing", 1, False), ("bundled weights, frozen", 0, True)]
    cases += [(f"learning from them, {rate} of the rates", rate, True) for rate in arguments.rates]
    for name, rate, weights in cases:
        common.row([name] + [f"{bits(arguments, p, *window, '--learn', rate, weights=weights):.4f}"
                              for p in paths])
    for name, options in [("nnzip --model none", ["--model", "none"]), ("nnzip -5", [])]:
        common.row([name] + [f"{8 * common.coded_bytes(arguments, c, *options) / len(c):.4f}"
                              for c in (p.read_bytes() for p in paths)])


def overlaps(arguments, path):
    common.header(["window", "overlap", f"bits a byte, {path.name}", "bytes computed a byte"])
    for length in arguments.lengths:
        for overlap in (0, length // 4, length // 2):
            value = bits(arguments, path, "--length", length, "--overlap", overlap,
                         "--file-streams", 4)
            common.row([length, overlap, f"{value:.4f}", f"{length / (length - overlap):.2f}"])


def main():
    options = common.parser(__doc__.split("\n")[0])
    options.add_argument("files", nargs="+", type=common.absolute)
    options.add_argument("--streams", default=2, type=int)
    options.add_argument("--length", default=256, type=int)
    options.add_argument("--rates", default=[0.003, 0.01, 0.03, 0.1, 0.3], nargs="*", type=float)
    options.add_argument("--lengths", default=[128, 256, 512, 1024], nargs="*", type=int)
    arguments = options.parse_args()
    learning(arguments, arguments.files)
    print()
    overlaps(arguments, arguments.files[0])


if __name__ == "__main__":
    main()
