#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Float phase of a text model of nnzip on one GPU, its blocks compiled by torch.compile.

    train.py RECIPE.toml --data DIR --out DIR --seconds 480      trains, writes DIR/NAME.weights.*
    train.py RECIPE.toml --data DIR --probe [--out DIR]          20 steps at full size, a line with
                                                                 loss, gradient norms and speed

The network, loss, optimisers, windows and moving average are those of nnzip-train (net.cpp,
trainer.cpp, optimiser.cpp beside this folder). Two things differ: activations and the residual
stream are bf16 (--dtype), and n-gram tables have dense gradients. The moving average of the weights
is written in bf16 as an archive of libtorch, for `nnzip-train --start-from`, which does the rest:
calibration, quantised phase, export. DIR holds train/text/*.bin and valid/text/*.bin, as
tools/data/prepare.py writes them. Needs torch 2.9 or later; with --eager, 1.13 does.
"""
import argparse
import fcntl
import lzma
import math
import os
import pathlib
import random
import sys
import time

import torch
import torch.nn.functional as F

from network import Network, make_parameters, read_recipe

MUON_MOMENTUM = 0.95
ADAM_BETAS, ADAM_EPSILON = (0.9, 0.98), 1e-9
WEIGHT_DECAY = 0.05
FINAL_RATE = 0.02  # of the peak, at the end of the fall
EMA_EVERY = 8  # steps
VALID_WINDOWS = 24  # a category
LEAST_VALID_WINDOWS = 144
PIECE_BYTES = 15 << 20

# -------------------------------------------------------------------------------------------- data


class Data:
    """Categories of NUL-separated documents, on the device."""

    def __init__(self, folder, weights, device):
        named = {k: float(v) for k, v in (item.split("=") for item in weights.split(",") if item)}
        self.device, self.categories, parts, begin = device, [], [], 0
        for path in sorted(pathlib.Path(folder).glob("*.bin")):
            content = torch.frombuffer(bytearray(path.read_bytes()), dtype=torch.uint8).to(device)
            ends = (content == 0).nonzero().flatten().cpu() + 1  # a GPU finds them in no time
            starts = torch.cat([torch.zeros(1, dtype=torch.long), ends[ends < len(content)]]) + begin
            self.categories.append((path.stem, named.pop(path.stem, 1.0), begin, len(content), starts))
            parts.append(content)
            begin += len(content)
        if not parts or named:
            sys.exit(f"{folder}: no *.bin, or no category for the weights {sorted(named)}")
        self.bytes = torch.cat(parts)

    def windows(self, offsets, length):
        """Inputs (a NUL byte first) and targets, [B][T] int64 each."""
        offsets = torch.as_tensor(offsets, dtype=torch.long)
        if self.device.type == "cuda":
            offsets = offsets.pin_memory().to(self.device, non_blocking=True)
        targets = self.bytes[offsets[:, None] + torch.arange(length, device=self.device)].long()
        return F.pad(targets[:, :-1], (1, 0)), targets

    def sample(self, batch, length, start_share, dice):
        offsets = []
        weights = [category[1] for category in self.categories]
        for _, _, begin, size, starts in dice.choices(self.categories, weights, k=batch):
            last = begin + size - length
            offset = begin + dice.randrange(size - length + 1)
            if dice.random() < start_share:
                offset = int(starts[dice.randrange(len(starts))])
            offsets.append(min(offset, last))
        return self.windows(offsets, length)

    def fixed(self, index, count, length):
        _, _, begin, size, _ = self.categories[index]
        count = max(1, min(count, size // length))
        stride = (size - length) // count
        return self.windows([begin + i * stride for i in range(count)], length)


@torch.no_grad()
def validate(network, P, valid, length):
    """Weighted mean and by category, in bits a byte; the windows of Trainer::validate."""
    count = max(VALID_WINDOWS, LEAST_VALID_WINDOWS // len(valid.categories))
    bits = {category[0]: float(network.loss(P, *valid.fixed(i, count, length)))
            for i, category in enumerate(valid.categories)}
    weights = {category[0]: category[1] for category in valid.categories}
    return sum(bits[n] * weights[n] for n in bits) / sum(weights.values()), bits


# --------------------------------------------------------------------------------------- optimiser


class Optimiser:
    """Muon for the hidden matrices, stacked by shape; AdamW for the rest. Rates and counts are
    tensors, so that a step can be captured as a CUDA graph."""

    def __init__(self, P, rate, muon_rate):
        self.P, self.rate, self.muon_rate = P, rate, muon_rate
        device = next(iter(P.values())).device
        self.steps = torch.zeros((), device=device)
        self.first = {n: torch.zeros_like(p) for n, p in P.items()}
        self.second, self.groups = {}, {}
        for name, p in P.items():
            if name.endswith((".qkv", ".out", ".up", ".down")):
                self.groups.setdefault(tuple(sorted(p.shape)), []).append(name)
            else:
                self.second[name] = torch.zeros_like(p)

    @torch.no_grad()
    def step(self, gradients, scale):
        """scale: tensor of no dimensions, of the peak rates."""
        gradients = [g.contiguous() for g in gradients]
        norm = torch.stack(torch._foreach_norm(gradients)).norm()
        shrink = (1.0 / (norm + 1e-9)).clamp(max=1.0)
        for g in gradients:
            g.mul_(shrink)
        gradients = dict(zip(self.P, gradients))
        self.steps += 1
        for decayed in (False, True):
            names = [n for n in self.second
                     if decayed == (self.P[n].dim() == 2 and not n.endswith("distance_bias"))]
            self.adamw(names, gradients, self.rate * scale, WEIGHT_DECAY if decayed else 0.0)
        for names in self.groups.values():
            self.muon(names, gradients, self.muon_rate * scale)

    def adamw(self, names, gradients, rate, decay):
        values, g = [self.P[n] for n in names], [gradients[n] for n in names]
        m, v = [self.first[n] for n in names], [self.second[n] for n in names]
        if values[0].is_cuda:
            torch._fused_adamw_(values, g, m, v, [], [self.steps] * len(names), lr=rate,
                                beta1=ADAM_BETAS[0], beta2=ADAM_BETAS[1], weight_decay=decay,
                                eps=ADAM_EPSILON, amsgrad=False, maximize=False)
            return
        rate = rate * (1 - ADAM_BETAS[1] ** self.steps).sqrt() / (1 - ADAM_BETAS[0] ** self.steps), rate
        for p, g_, m_, v_ in zip(values, g, m, v):
            m_.mul_(ADAM_BETAS[0]).add_(g_, alpha=1 - ADAM_BETAS[0])
            v_.mul_(ADAM_BETAS[1]).addcmul_(g_, g_, value=1 - ADAM_BETAS[1])
            p.mul_(1 - rate[1] * decay).sub_(rate[0] * m_ / (v_.sqrt() + ADAM_EPSILON))

    def muon(self, names, gradients, rate):
        values, momenta = [self.P[n] for n in names], [self.first[n] for n in names]
        updates = []
        for name, momentum in zip(names, momenta):
            momentum.mul_(MUON_MOMENTUM).add_(gradients[name])
            update = gradients[name].add(momentum, alpha=MUON_MOMENTUM)
            updates.append(update.t() if update.shape[0] > update.shape[1] else update)
        x = torch.stack(updates)
        x = x / (x.square().sum((1, 2), keepdim=True).sqrt() + 1e-7)
        if x.is_cuda:
            x = x.bfloat16()
        for _ in range(5):  # Newton-Schulz towards an orthogonal matrix
            a = torch.bmm(x, x.transpose(1, 2))
            x = torch.baddbmm(x, torch.baddbmm(a, a, a, beta=-4.7750, alpha=2.0315), x, beta=3.4445)
        x, keep = x.float() * rate, 1 - rate * WEIGHT_DECAY
        for p, update in zip(values, x):
            rows, columns = p.shape
            p.mul_(keep).add_(update.t() if rows > columns else update,
                              alpha=-math.sqrt(max(1.0, rows / columns)))


class Step:
    """One update from a batch, on CUDA as one graph: launching some two thousand kernels takes the
    host longer than computing them takes the GPU."""

    def __init__(self, network, P, optimiser, graph):
        self.network, self.P, self.optimiser = network, P, optimiser
        self.scale = torch.zeros((), device=optimiser.steps.device)
        self.graph = None if graph else False  # None: to be captured

    def __call__(self, batch, scale):
        """scale: of the peak rates. Returns the loss; it is overwritten by the next call."""
        self.scale.fill_(scale)
        if self.graph is False:
            return self.update(*batch)
        if self.graph is None:
            self.capture(batch)
        for mine, given in zip(self.batch, batch):
            mine.copy_(given)
        self.graph.replay()
        return self.loss

    def update(self, inputs, targets):
        loss, gradients = self.network.gradients(self.P, inputs, targets)
        self.optimiser.step(gradients, self.scale)
        return loss

    def capture(self, batch):
        self.batch = [t.clone() for t in batch]
        side = torch.cuda.Stream()
        side.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(side):  # compiles; libraries allocate what they need
            for _ in range(3):
                self.update(*self.batch)
        torch.cuda.current_stream().wait_stream(side)
        self.graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(self.graph):
            self.loss = self.update(*self.batch)


# ------------------------------------------------------------------------------------- weights out

def save_archive(path, tensors):
    """What torch::serialize::InputArchive reads: a module with an attribute for each tensor."""
    builder = torch._C.ConcreteModuleTypeBuilder(torch.nn.Module)
    for name in tensors:
        builder.add_attribute(name, torch._C.TensorType.get(), True, False)
    module = torch._C._create_module_with_type(builder.build().jit_type)
    for name, tensor in tensors.items():
        module.setattr(name, tensor)
    module.save(str(path))


def write_pieces(path, content):
    """PATH.0, PATH.1, ...: what is there stays whole if the process is killed meanwhile."""
    for i, begin in enumerate(range(0, len(content), PIECE_BYTES)):
        piece = path.with_name(f"{path.name}.{i}")
        temporary = path.with_name("." + piece.name)
        temporary.write_bytes(content[begin:begin + PIECE_BYTES])
        os.replace(temporary, piece)


def rounded(averages):
    return {n: e.detach().to(torch.bfloat16).float() for n, e in averages.items()}


def save_weights(out, name, averages):
    temporary = out / f".{name}.archive"
    save_archive(temporary, {n: e.to(torch.bfloat16).cpu().contiguous() for n, e in averages.items()})
    content = temporary.read_bytes()
    temporary.unlink()
    write_pieces(out / f"{name}.weights", content)


# ------------------------------------------------------------------------------------------- a run


def synchronise(device):
    if device.type == "cuda":
        torch.cuda.synchronize()


def prepare_torch(a, device):
    if a.threads:
        torch.set_num_threads(a.threads)
    if device.type != "cuda":
        return
    torch.set_float32_matmul_precision("high")
    torch.backends.cuda.matmul.allow_bf16_reduced_precision_reduction = False
    torch.backends.cuda.enable_cudnn_sdp(False)  # it has no gradient of the bias


def load_compiled(path):
    """Compiled code of a probe on an equal machine saves most of the compilation."""
    if path and path.is_file():
        torch.compiler.load_cache_artifacts(lzma.decompress(path.read_bytes()))


def rate_scale(progress, step, c, fall):
    """Of the peak: warm-up by steps, constant, a linear fall over the last part."""
    warm = min(1.0, (step + 1) / c.get("warmup", 100))
    left = min(1.0, (1 - min(1.0, progress)) / fall)
    return warm * (FINAL_RATE + (1 - FINAL_RATE) * left)


def probe(a, c, data, device):
    """Some steps at full size. Losses and gradient norms of other variants and of nnzip-train are
    compared with the line that this prints. Only one process measures at a time."""
    dice = random.Random(1)
    torch.manual_seed(1)
    P = make_parameters(c, device)
    optimiser = Optimiser(P, a.rate, a.muon_rate)
    network = Network(c, c["length"], device, a.attention, a.dtype, not a.eager)
    draw = lambda: data.sample(c["batch"], c["length"], 0.25, dice)
    began = time.time()
    loss, gradients = network.gradients(P, *draw())
    norms = [float(g.float().norm()) for g in gradients]
    del gradients
    step = Step(network, P, optimiser, a.graph)
    for _ in range(2):
        step(draw(), 0.1)
    synchronise(device)
    warm = time.time() - began
    with open("/tmp/nnzip-probe.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        began = time.time()
        for _ in range(a.steps):
            last = step(draw(), 0.1)
        synchronise(device)
        seconds = (time.time() - began) / a.steps
        if a.profile:
            profile(a.profile, lambda: step(draw(), 0.1), device)
    memory = torch.cuda.max_memory_allocated() / 2**30 if device.type == "cuda" else 0
    print(f"{c['recipe']:9} {a.attention:6} {'eager' if a.eager else 'compiled':8} "
          f"{'graph' if a.graph else '':5} {str(a.dtype)[6:]:8} "
          f"first {warm:5.1f} s  step {seconds * 1e3:8.2f} ms  "
          f"{c['batch'] * c['length'] / seconds / 1e6:7.3f} MB/s  {memory:5.1f} GiB  "
          f"loss {float(loss):.4f} then {float(last):.4f}  norm {math.hypot(*norms):.5f}", flush=True)
    names = list(P)
    print("  norms " + " ".join(f"{names[i]}={norms[i]:.5f}" for i in range(0, len(names), 3)))
    if a.keep_compiled:
        (a.out / f"{c['recipe']}.compiled.xz").write_bytes(
            lzma.compress(torch.compiler.save_cache_artifacts()[0], preset=1))


def profile(path, step, device):
    from torch.profiler import ProfilerActivity
    kinds = [ProfilerActivity.CPU] + ([ProfilerActivity.CUDA] if device.type == "cuda" else [])
    with torch.profiler.profile(activities=kinds) as p:
        for _ in range(3):
            step()
        synchronise(device)
    order = "self_cuda_time_total" if device.type == "cuda" else "self_cpu_time_total"
    path.write_text(p.key_averages().table(sort_by=order, row_limit=60, max_name_column_width=90))


class Run:
    def __init__(self, a, c, device):
        self.a, self.c, self.device = a, c, device
        self.data = Data(f"{a.data}/train/text", c.get("weights", ""), device)
        self.valid = Data(f"{a.data}/valid/text", c.get("weights", ""), device)
        self.dice = random.Random(a.seed)
        torch.manual_seed(a.seed)
        self.P = make_parameters(c, device)
        self.averages = {n: p.detach().clone() for n, p in self.P.items()}
        self.good = {n: e.clone() for n, e in self.averages.items()}
        self.network = Network(c, c["length"], device, a.attention, a.dtype, not a.eager)
        self.exact = Network(c, c["length"], device, "chunk", torch.float32, False)
        self.rates = a.rate, a.muon_rate
        self.step = Step(self.network, self.P, Optimiser(self.P, *self.rates), a.graph)
        self.steps = self.returns = 0
        print(f"{c['recipe']}: torch {torch.__version__}, {device}, {len(self.data.bytes)} bytes", flush=True)

    def average(self):
        """Young averages forget faster, so that the random start never counts."""
        keep = min(self.a.ema_decay ** EMA_EVERY, self.steps / (self.steps + 10 * EMA_EVERY))
        with torch.no_grad():
            for name, average in self.averages.items():
                average.lerp_(self.P[name], 1 - keep)

    def go_back(self, loss):
        """From a loss that is no number: to the last good average, with half the rates."""
        self.returns += 1
        print(f"step {self.steps}: loss {loss}; back to the average, half the rates", flush=True)
        if self.returns > 3:
            sys.exit("the loss is no number, again and again")
        with torch.no_grad():
            for name, good in self.good.items():
                self.P[name].copy_(good)
                self.averages[name].copy_(good)
        self.rates = tuple(rate / 2 for rate in self.rates)
        self.step = Step(self.network, self.P, Optimiser(self.P, *self.rates), self.a.graph)

    def save(self, exact_averages=None):
        bits, each = validate(self.exact, exact_averages or self.averages, self.valid, self.c["length"])
        save_weights(self.a.out, self.c["recipe"], self.averages)
        return bits, each

    def train(self):
        a, c = self.a, self.c
        running, start, saved = None, time.time(), time.time()
        seconds, progress = a.seconds, 0.0
        while progress < 1:
            batch = self.data.sample(c["batch"], c["length"], c.get("document-starts", 0.25), self.dice)
            loss = self.step(batch, rate_scale(progress, self.steps, c, a.fall))
            self.steps += 1
            if self.steps == 1:  # compiled now; the schedule begins
                synchronise(self.device)
                print(f"first step after {time.time() - start:.1f} s", flush=True)
                start = saved = time.time()
                seconds = a.until - start if a.until else a.seconds
            running = loss.clone() if running is None else running.lerp(loss, 0.02)
            if self.steps % EMA_EVERY == 0:
                self.average()
            if self.steps % a.log_every == 0:
                if not math.isfinite(float(running)):
                    self.go_back(float(running))
                    running = None
                    continue
                self.good = {n: e.clone() for n, e in self.averages.items()}
                self.report(running, time.time() - start)
            if time.time() - saved > a.save_seconds:
                saved = time.time()
                print(f"  valid {self.save()[0]:.4f}", flush=True)
            progress = self.steps / a.max_steps if a.max_steps else (time.time() - start) / seconds
        synchronise(self.device)
        self.average()
        bits, each = self.save(rounded(self.averages))
        for name, value in each.items():
            print(f"  {name:12} {value:.4f} bits/byte")
        print(f"float: {bits:.4f} bits/byte on held-out data, {self.steps} steps, "
              f"{self.seen() / 1e6:.1f} MB, {time.time() - start:.0f} s", flush=True)

    def seen(self):
        return self.steps * self.c["batch"] * self.c["length"]

    def report(self, running, seconds):
        print(f"step {self.steps}  {self.seen() / 1e6:.1f} MB  {self.seen() / 1e6 / seconds:.3f} MB/s  "
              f"{seconds:.0f} s  train {float(running):.4f} bits/byte", flush=True)


def arguments():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("recipe", type=pathlib.Path)
    p.add_argument("--data", required=True)
    p.add_argument("--out", type=pathlib.Path, default=".")
    p.add_argument("--device", default="cuda")
    p.add_argument("--seconds", type=float, default=480, help="of training, after the first step")
    p.add_argument("--until", type=float, help="Unix time at which the schedule ends, instead")
    p.add_argument("--max-steps", type=int, default=0, help="the schedule counts steps, instead")
    p.add_argument("--fall", type=float, help="last part of the schedule, where the rate falls")
    p.add_argument("--attention", default="triton", choices=["triton", "sdpa", "chunk"])
    p.add_argument("--no-graph", dest="graph", action="store_false", help="launch each kernel")
    p.add_argument("--dtype", default="bfloat16", type=lambda name: getattr(torch, name))
    p.add_argument("--eager", action="store_true", help="without torch.compile")
    p.add_argument("--compiled", type=pathlib.Path, help="RECIPE.compiled.xz of a probe")
    p.add_argument("--batch", type=int)
    p.add_argument("--length", type=int)
    p.add_argument("--rate", type=float, default=3e-3, help="peak, of AdamW")
    p.add_argument("--muon-rate", type=float, default=0.02)
    p.add_argument("--ema-decay", type=float, default=0.999)
    p.add_argument("--save-seconds", type=float, default=120)
    p.add_argument("--log-every", type=int, default=100)
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--threads", type=int)
    p.add_argument("--probe", action="store_true")
    p.add_argument("--steps", type=int, default=20, help="of a probe")
    p.add_argument("--profile", type=pathlib.Path, help="of a probe: file for kernels by time")
    p.add_argument("--keep-compiled", action="store_true", help="of a probe: compiled code, into --out")
    return p.parse_args()


def main():
    a = arguments()
    c = read_recipe(a.recipe)
    c["recipe"] = a.recipe.stem
    a.graph = a.graph and a.device != "cpu"
    if a.attention == "triton":
        import attention as _  # registers torch.ops.nnzip.attention; needs Triton
    c["batch"], c["length"] = a.batch or c["batch"], a.length or c["length"]
    a.fall = a.fall or c.get("fall", 0.25)
    a.out.mkdir(parents=True, exist_ok=True)
    device = torch.device(a.device)
    prepare_torch(a, device)
    load_compiled(a.compiled)
    if a.probe:
        weights = ""  # a probe may have a part of the data
        probe(a, c, Data(f"{a.data}/train/text", weights, device), device)
    else:
        Run(a, c, device).train()


if __name__ == "__main__":
    main()
