#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measures what a network's distribution of each sample would add to the mixer of sound.

    tools/study/sound_network.py [--variants V,...] [--steps N] [--samples TRAIN,VALID]

nnzip-sound-trace (cmake -DNNZIP_BUILD_BENCH=ON) tells what the mixer knows before each sample of the
clips that tools/data/prepare.py makes. A small network is trained on that (PyTorch, one thread), and
its distributions of held-out clips are given to the mixer as those of the networks of images are.
Prints a Markdown table; WORK keeps traces and networks. Variants:

    fixed     residuals of 2 x[-1] - x[-2] alone: a network in place of the cascade
    residual  the cascade's errors, predictions and mean errors; four logistic distributions
    stages    the same; shares and scales of distributions around the seven predictions
    one       as residual, one logistic distribution
    scale     as one, around the cascade's best prediction: says how far off it will be, no more
    wide      as residual, twice the width
    memory    as residual, with a recurrent layer over the samples of a clip
"""

import argparse
import pathlib
import subprocess
import time
import wave

import numpy as np
import torch
from torch.nn import functional as F

from common import absolute, header, row

LAGS, OTHER_LAGS, PAD = 32, 8, 64
PREDICTIONS, BEST = 13, 6
NUMBER, COST, FIRST_PREDICTION, FIRST_MEAN = 0, 1, 2, 9  # in a record of nnzip-sound-trace
MEANS = 2 * PREDICTIONS
RECORD = FIRST_MEAN + MEANS
LOGISTIC = 0.7213  # scale of a logistic distribution by its mean distance, 1 / (2 ln 2)
CHUNK = 128        # samples of a piece of a clip, for the recurrent layer
COMPONENTS = 4


# ---- traces

def trace(arguments, clip, samples):
    """Samples of a clip as a file of raw numbers, its channels, and the records, [samples][RECORD]."""
    raw, out = (arguments.work / f"{clip.stem}-{samples}.{name}" for name in ("raw", "trace"))
    with wave.open(str(clip)) as sound:
        channels = sound.getnchannels()
        if sound.getsampwidth() != 2:
            return None
        raw.write_bytes(sound.readframes(samples // channels))
    if not out.exists():
        part = out.with_suffix(".part")
        with open(part, "wb") as f:
            subprocess.run([arguments.tool, str(channels), raw], check=True, stdout=f)
        part.rename(out)
    return raw, channels, np.fromfile(out, np.float32).reshape(-1, RECORD)


def mixed_bits(arguments, raw, channels, components):
    """What each sample costs with these distributions, [samples][2]: as one more input of the mixer, and
    mixed with its result. components: [samples][K][3]."""
    path = arguments.work / "components"
    components.astype(np.float32).tofile(path)
    out = subprocess.run([arguments.tool, str(channels), raw, str(components.shape[1]), path], check=True,
                         capture_output=True).stdout
    return np.frombuffer(out, np.float32).reshape(-1, 2)


class Clips:
    """All clips behind one another, each with zeros before it that lags may reach."""

    def __init__(self, traces):
        records, channels, of_frame, valid, at = [], [], [], [], 0
        for _, count, found in traces:
            pad = PAD * count
            records += [np.zeros((pad, RECORD), np.float32), found]
            channels.append(np.full(pad + len(found), count))
            of_frame.append(np.arange(-pad, len(found)) % count)
            valid.append(np.arange(at + pad, at + pad + len(found)))
            at += pad + len(found)
        self.records = torch.from_numpy(np.concatenate(records))
        self.channels = torch.from_numpy(np.concatenate(channels))
        self.of_frame = torch.from_numpy(np.concatenate(of_frame))
        self.spans = valid
        self.number = self.records[:, NUMBER].contiguous()
        self.error = self.number - self.records[:, FIRST_PREDICTION + BEST]


def lagged(values, at, channels, lags):
    return values[at.unsqueeze(1) - channels.unsqueeze(1) * lags]


# ---- networks

def fixed_errors(clips, at, channels, lags):
    x = lagged(clips.number, at, channels, torch.cat([lags, lags[-1:] + 1, lags[-1:] + 2]))
    return x[:, :-2] - 2 * x[:, 1:-1] + x[:, 2:]


def fixed_inputs(clips, at):
    """Inputs, centre and scale of the variant that knows nothing of the cascade."""
    channels = clips.channels[at]
    errors = fixed_errors(clips, at, channels, torch.arange(1, LAGS + 1))
    beside = at - clips.of_frame[at].clamp_max(1)  # the channel before, of the same frame if it is known
    other = fixed_errors(clips, beside, channels, torch.arange(0, OTHER_LAGS))
    other[clips.of_frame[at] == 0] = 0
    scale = errors.abs().mean(1, True) + 0.3
    centre = 2 * clips.number[at - channels] - clips.number[at - 2 * channels]
    fast = errors[:, :4].abs().mean(1, True) + 0.3
    inputs = [torch.asinh(errors / scale), torch.asinh(other / scale), scale.log(), (fast / scale).log()]
    return torch.cat(inputs, 1), centre, scale.squeeze(1)


def cascade_inputs(clips, at):
    """Inputs, centre and scale, of what the mixer knows."""
    channels, records = clips.channels[at], clips.records[at]
    centre = records[:, FIRST_PREDICTION + BEST]
    scale = records[:, FIRST_MEAN + 2 * BEST + 1].clamp_min(0.05)
    by = scale.unsqueeze(1)
    errors = lagged(clips.error, at, channels, torch.arange(1, LAGS + 1))
    beside = at - clips.of_frame[at].clamp_max(1)
    other = lagged(clips.error, beside, channels, torch.arange(0, OTHER_LAGS))
    other[clips.of_frame[at] == 0] = 0
    before = lagged(clips.number, at, channels, torch.arange(1, OTHER_LAGS + 1)) - centre.unsqueeze(1)
    apart = records[:, FIRST_PREDICTION:FIRST_PREDICTION + BEST] - centre.unsqueeze(1)
    means = records[:, FIRST_MEAN:FIRST_MEAN + MEANS].clamp_min(0.05)
    inputs = [torch.asinh(errors / by), torch.asinh(other / by), torch.asinh(before / by) / 4,
              torch.asinh(4 * apart / by), (means / by).log(), by.log() / 4]
    return torch.cat(inputs, 1), centre, scale


class Network(torch.nn.Module):
    def __init__(self, variant, clips, width):
        super().__init__()
        self.variant = variant
        self.inputs = fixed_inputs if variant == "fixed" else cascade_inputs
        count = self.inputs(clips, torch.from_numpy(clips.spans[0][:1]))[0].shape[1]
        self.count = {"stages": 2 * PREDICTIONS, "one": 1, "scale": 1}.get(variant, COMPONENTS)
        self.first, self.second = torch.nn.Linear(count, width), torch.nn.Linear(width, width)
        self.memory = torch.nn.GRU(width, width // 2, batch_first=True) if variant == "memory" else None
        self.out = torch.nn.Linear(width + (width // 2 if self.memory else 0), 3 * self.count)
        with torch.no_grad():
            self.out.weight *= 0.1

    def forward(self, clips, at, state=None):
        """at: [B] or, with memory, [B][T]; returns shares (logarithms), centres, scales, all [..][K]."""
        inputs, centre, scale = self.inputs(clips, at.flatten())
        x = F.relu(self.second(F.relu(self.first(inputs))))
        if self.memory is not None:
            seen, state = self.memory(x.view(*at.shape, -1), state)
            x = torch.cat([x, seen.flatten(0, 1)], 1)
        share, shift, wide = self.out(x).view(-1, self.count, 3).unbind(2)
        if self.variant == "stages":
            records = clips.records[at.flatten()]
            centres = records[:, FIRST_PREDICTION:FIRST_MEAN].repeat_interleave(2, 1)
            scales = records[:, FIRST_MEAN:FIRST_MEAN + MEANS].clamp_min(0.05) * LOGISTIC * wide.exp()
        else:
            spread = torch.linspace(-1, 1, self.count) if self.count > 1 else 0
            if self.variant == "scale":
                shift = torch.zeros_like(shift)
            centres = centre.unsqueeze(1) + scale.unsqueeze(1) * shift
            scales = scale.unsqueeze(1) * LOGISTIC * (wide + spread).exp()
        return F.log_softmax(share, 1), centres, scales.clamp_min(0.02), state

    def products(self):
        """Multiply-accumulates a sample."""
        return sum(p.numel() for p in self.parameters() if p.dim() == 2)


def bits(share, centres, scales, number):
    """Code length of each number by discretised logistic distributions."""
    a = (number.unsqueeze(1) - 0.5 - centres) / scales
    b = a + 1 / scales
    logs = share + torch.log1p(-torch.exp(-1 / scales) + 1e-12) - F.softplus(-b) - F.softplus(a)
    return -torch.logsumexp(logs, 1) / np.log(2)


def batch(clips, spans, size, has_memory, generator):
    if not has_memory:
        return torch.from_numpy(generator.choice(spans, size))
    # Pieces of clips: every sample of one channel.
    at = generator.choice(spans[:-CHUNK * 2], size // CHUNK)
    step = clips.channels[torch.from_numpy(at)]
    return (torch.from_numpy(at).unsqueeze(1) + step.unsqueeze(1) * torch.arange(CHUNK)).clamp_max(
        len(clips.number) - 1)


def trained(arguments, variant, clips, seed):
    """The network of that name in WORK, or one that is trained and put there."""
    settings = (variant, seed, arguments.steps, arguments.width, arguments.batch, arguments.samples.split(",")[0])
    path = arguments.work / ("-".join(map(str, settings)) + ".pt")
    if path.exists():
        network = Network(variant, clips, arguments.width * (2 if variant == "wide" else 1))
        network.load_state_dict(torch.load(path))
        return network
    network = train(arguments, variant, clips, seed)
    torch.save(network.state_dict(), path)
    return network


def train(arguments, variant, clips, seed):
    torch.manual_seed(seed)
    generator = np.random.default_rng(seed)
    network = Network(variant, clips, arguments.width * (2 if variant == "wide" else 1))
    optimiser = torch.optim.AdamW(network.parameters(), lr=2e-3, betas=(0.9, 0.98), weight_decay=1e-3)
    steps = arguments.steps
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda i: min(1, (i + 1) / 50) * max(0.02, min(1, 2 * (steps - i) / steps)))
    spans, running = np.concatenate(clips.spans), 0
    for step in range(steps):
        at = batch(clips, spans, arguments.batch, network.memory is not None, generator)
        share, centres, scales, _ = network(clips, at)
        loss = bits(share, centres, scales, clips.number[at.flatten()]).clamp_max(40).mean()
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1)
        optimiser.step()
        schedule.step()
        running = loss.item() if step == 0 else 0.99 * running + 0.01 * loss.item()
        if step % 200 == 199:
            print(f"{variant} {seed}: step {step + 1}, {running:.4f} bits a sample", flush=True)
    return network


def distributions(network, clips, span):
    """Shares, centres, scales of each sample of a clip, [samples][K][3], and their code length."""
    found, cost = [], 0
    size = 1 << 14
    channels = int(clips.channels[span[0]])
    states = None
    with torch.no_grad():
        for i in range(0, len(span), size):
            at = torch.from_numpy(span[i:i + size])
            if network.memory is not None:  # one row a channel
                at = at[:len(at) // channels * channels].view(-1, channels).t()
            share, centres, scales, states = network(clips, at, states)
            cost += bits(share, centres, scales, clips.number[at.flatten()]).sum().item()
            part = torch.stack([share.exp(), centres, scales], 2)
            if network.memory is not None:
                part = part.view(channels, -1, *part.shape[1:]).transpose(0, 1).flatten(0, 1)
            found.append(part.numpy())
    return np.concatenate(found), cost


def measure(arguments, network, clips, traces):
    """Bits of all held-out clips: the mixer, the network alone, the network as an input, mixed at the
    end; and what the network alone took of a processor."""
    sums, seconds = np.zeros(4), 0
    for (raw, channels, records), span in zip(traces, clips.spans):
        begin = time.process_time()
        components, alone = distributions(network, clips, span)
        seconds += time.process_time() - begin
        mixed = mixed_bits(arguments, raw, channels, components)
        one = np.array([records[:, COST].sum(dtype=float), alone, *mixed.sum(0, dtype=float)])
        sums += one
        print(f"  {raw.stem:28}" + "".join(f"{value / 8:10.0f}" for value in one) +
              "".join(f" {100 * (value / one[0] - 1):+.2f} %" for value in one[1:]), flush=True)
    return sums, seconds


def parse():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--variants", default="fixed,residual,stages,one,scale,wide,memory")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--steps", type=int, default=1800)
    parser.add_argument("--batch", type=int, default=4096, help="samples a step")
    parser.add_argument("--width", type=int, default=128)
    parser.add_argument("--samples", default="40000,60000", help="of each clip, at most: training, held out")
    parser.add_argument("--tool", default="build/release/tools/bench/nnzip-sound-trace", type=absolute)
    parser.add_argument("--data", default="build/data", type=absolute)
    parser.add_argument("--work", default="build/study/sound", type=absolute)
    return parser.parse_args()


def main():
    arguments = parse()
    torch.set_num_threads(1)
    arguments.work.mkdir(parents=True, exist_ok=True)
    found = []
    for part, samples in zip(("train", "valid"), arguments.samples.split(",")):
        clips = sorted((arguments.data / part / "audio").glob("*.wav"))
        found.append([t for t in (trace(arguments, clip, int(samples)) for clip in clips) if t])
    training, held_out = (Clips(traces) for traces in found)
    print(f"{len(training.number)} samples to train on, {len(held_out.number)} held out", flush=True)
    rows = []
    for variant in arguments.variants.split(","):
        network = trained(arguments, variant, training, arguments.seed)
        sums, seconds = measure(arguments, network, held_out, found[1])
        samples = sum(map(len, held_out.spans))
        rows.append([variant, network.products(), *(f"{value / samples:.4f}" for value in sums),
                     *(f"{100 * (value / sums[0] - 1):+.2f}" for value in sums[2:]),
                     f"{1e6 * seconds / samples:.1f}"])
    header(["network", "MAC a sample", "mixer, bits a sample", "network alone", "as an input",
            "mixed at the end", "change %, input", "at the end", "µs a sample"])
    for cells in rows:
        row(cells)


if __name__ == "__main__":
    main()
