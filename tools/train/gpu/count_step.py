#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What a training step of train.py costs, counted without a GPU.

    count_step.py RECIPE.toml [--attention triton|sdpa|chunk]

Runs one step on the meta device, so shapes and dtypes are checked, and counts each operation: the
bytes that it reads and writes, and the multiplications of products. Uncompiled: torch.compile fuses
most of the rest. Attention in Triton counts as one operation, by its inputs and outputs.
"""
import argparse
import collections
import pathlib
import sys

import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_flatten

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import network
import train

VIEWS = ("view", "expand", "transpose", "permute", "slice", "split", "select", "unsqueeze", "squeeze",
         "detach", "alias", "t.default")


class Counter(TorchDispatchMode):
    def __init__(self):
        super().__init__()
        self.calls, self.bytes, self.macs = (collections.Counter() for _ in range(3))

    def __torch_dispatch__(self, operation, types, args=(), kwargs=None):
        result = operation(*args, **(kwargs or {}))
        name = str(operation).removeprefix("aten.")
        if "_local_scalar_dense" in name or "nonzero" in name:
            raise RuntimeError(f"the host would wait for the GPU: {name}")
        if not name.startswith(VIEWS):
            tensors = [t for t in tree_flatten((args, kwargs, result))[0] if isinstance(t, torch.Tensor)]
            self.calls[name] += 1
            self.bytes[name] += sum(t.numel() * t.element_size() for t in tensors)
            if name.split(".")[0] in ("mm", "bmm", "baddbmm"):
                factors = [t for t in args if isinstance(t, torch.Tensor)][-2:]
                self.macs[name] += factors[0].numel() * factors[1].shape[-1]
        return result


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("recipe", type=pathlib.Path)
    p.add_argument("--attention", default="triton", choices=["triton", "sdpa", "chunk"])
    a = p.parse_args()
    if a.attention == "triton":
        import attention as _  # registers torch.ops.nnzip.attention
    c, device = network.read_recipe(a.recipe), torch.device("meta")
    P = network.make_parameters(c, device)
    optimiser = train.Optimiser(P, 3e-3, 0.02)
    symbols = torch.empty(c["batch"], c["length"], dtype=torch.long, device=device)
    net = network.Network(c, c["length"], device, a.attention, torch.bfloat16, False)
    with Counter() as counter:
        loss, gradients = net.gradients(P, symbols, symbols)
        optimiser.step(gradients, torch.ones((), device=device))
    assert loss.dtype == torch.float32
    assert all(g.shape == p.shape and g.dtype == p.dtype for g, p in zip(gradients, P.values()))
    print(f"{c['batch'] * c['length']} bytes of text a step")
    print(f"{sum(counter.calls.values())} operations, {sum(counter.bytes.values()) / 1e9:.1f} GB moved, "
          f"{2 * sum(counter.macs.values()) / 1e12:.2f} TFLOP in products")
    for name, size in counter.bytes.most_common(12):
        print(f"  {name:40} {counter.calls[name]:5} calls {size / 1e9:8.2f} GB "
              f"{2 * counter.macs[name] / 1e12:8.2f} TFLOP")


if __name__ == "__main__":
    main()
