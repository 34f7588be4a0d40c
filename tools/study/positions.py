#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Bits a byte by the place in the content: what is learned from the context.

    tools/study/positions.py --weights RUN/weights.pt [--files build/data/dev/text]

The network alone: mean over held-out windows that begin with an empty history (nnzip-train --measure
positions, float). Contexts, and both mixed: the difference between what nnzip makes of heads of the files,
twice as long each, so that costs of a frame fall out but for the first row.
"""

import common


def network_by_range(arguments, edges):
    """Mean bits of the positions in [edge, next edge), None beyond the windows."""
    positions = {}
    for _, position, bits in common.measure(arguments, "positions", "--length", arguments.length):
        positions.setdefault(int(position), []).append(float(bits))
    means = []
    for low, high in zip(edges, edges[1:]):
        values = [v for p in range(low, high) for v in positions.get(p, [])]
        means.append(sum(values) / len(values) if high <= len(positions) else None)
    return means


def coded_by_range(arguments, edges, *options):
    files = [p.read_bytes() for p in sorted(arguments.files.iterdir()) if p.is_file()]
    files = [content for content in files if len(content) >= edges[-1]][:arguments.most_files]
    sizes = [0] + [sum(common.coded_bytes(arguments, content[:edge], *options) for content in files)
                   for edge in edges[1:]]
    return [8 * (after - before) / (high - low) / len(files) for before, after, low, high in
            zip(sizes, sizes[1:], edges, edges[1:])], len(files)


def main():
    options = common.parser(__doc__.split("\n")[0])
    options.add_argument("--files", default="build/data/dev/text", type=common.absolute)
    options.add_argument("--most-files", default=10, type=int)
    options.add_argument("--length", default=1024, type=int, help="bytes of the network's windows")
    options.add_argument("--longest", default=65536, type=int, help="bytes of the longest head")
    arguments = options.parse_args()
    edges = [0, 64]
    while edges[-1] < arguments.longest:
        edges.append(2 * edges[-1])
    network = network_by_range(arguments, edges)
    contexts, count = coded_by_range(arguments, edges, "--model", "none")
    mixed, _ = coded_by_range(arguments, edges)
    common.header([f"bytes, of {count} files", "network alone", "contexts", "mixed, -5"])
    for i, (low, high) in enumerate(zip(edges, edges[1:])):
        alone = "" if network[i] is None else f"{network[i]:.3f}"
        common.row([f"{low} to {high}", alone, f"{contexts[i]:.3f}", f"{mixed[i]:.3f}"])


if __name__ == "__main__":
    main()
