#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Which of the bytes before a byte matter.

    tools/study/importance.py --weights RUN/weights.pt

By distance, 1 being the byte just before: what the byte costs more if that one of its history is replaced by
another of the window (n-gram tables and attention both see the wrong one); the attention weights of each layer,
means over heads and queries of held-out windows; the factor that the learned bias by distance gives a weight
against that of distance 1, the geometric mean over all heads. All of float weights.
"""

import math

import common


def by_distance(arguments):
    """Attention weight of each layer, and the mean bias of all, by distance from 1."""
    weights, biases, heads = {}, {}, set()
    for layer, head, distance, weight, bias in common.measure(arguments, "distances",
                                                               "--length", arguments.length):
        key = int(layer), int(distance) + 1
        heads.add(int(head))
        weights[key] = weights.get(key, 0) + float(weight)
        biases.setdefault(key[1], []).append(float(bias))
    layers = 1 + max(layer for layer, _ in weights)
    return {key: value / len(heads) for key, value in weights.items()}, biases, layers


def ranges(last):
    """1, 2, 3, 4, then doubling: (first, last) of each."""
    edges = [1, 2, 3, 4, 5]
    while edges[-1] <= last:
        edges.append(2 * (edges[-1] - 1) + 1)
    return [(low, high - 1) for low, high in zip(edges, edges[1:])]


def main():
    options = common.parser(__doc__.split("\n")[0])
    options.add_argument("--length", default=1024, type=int)
    arguments = options.parse_args()
    knockout = {int(d): float(bits) for d, bits in
                common.measure(arguments, "knockout", "--length", arguments.length)}
    weights, biases, layers = by_distance(arguments)
    first = sum(biases[1]) / len(biases[1])
    common.header(["distance", "bits it is worth, each", "factor of the bias"] +
                   [f"layer {i}, share" for i in range(layers)])
    for low, high in ranges(max(biases)):
        inside = range(low, high + 1)
        known = [knockout[d] for d in inside if d in knockout]
        bias = [b for d in inside for b in biases.get(d, [])]
        shares = [sum(weights.get((layer, d), 0) for d in inside) for layer in range(layers)]
        common.row([low if low == high else f"{low} to {high}",
                     f"{sum(known) / len(known):.4f}" if len(known) == len(inside) else "",
                     f"{math.exp(sum(bias) / len(bias) - first):.4f}" if bias else ""] +
                    [f"{share:.3f}" if share else "" for share in shares])


if __name__ == "__main__":
    main()
