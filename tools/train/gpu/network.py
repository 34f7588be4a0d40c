# SPDX-License-Identifier: Apache-2.0
"""The float network of ../net.cpp as functions of its parameters, for torch 1.13 and later.

Parameters are a dictionary by the names of nnzip-train. B windows of T symbols; width D; H heads of
size E, G of keys and values; windows of attention W.
"""
import math
import sys
import tomllib

import torch
import torch.nn.functional as F

EPSILON = 1e-6  # of RMSNorm
MASKED = -1e4  # nats
CHUNK = 64  # queries that share one set of keys


def read_recipe(path):
    with open(path, "rb") as file:
        recipe = tomllib.load(file)
    rows = recipe["ngram-rows"]
    if not isinstance(rows, list):
        recipe["ngram-rows"] = [rows] * len(recipe["ngram-orders"])
    if recipe.get("taps", "none") != "none":
        sys.exit("train.py trains text models; those with taps are nnzip-train's")
    return recipe


def parameter_shapes(c):
    width, hidden, heads = c["width"], c["hidden"], c["heads"] * c["head-size"]
    shapes = {"embedding": (256, width)}
    for i, rows in enumerate(c["ngram-rows"]):
        shapes[f"ngram{i}"] = (rows, width)
    for i, window in enumerate(c["windows"]):
        shapes[f"block{i}.qkv"] = (heads + 2 * c["kv-heads"] * c["head-size"], width)
        shapes[f"block{i}.out"] = (width, heads)
        shapes[f"block{i}.up"] = (hidden, width)
        shapes[f"block{i}.down"] = (width, hidden)
        shapes[f"block{i}.distance_bias"] = (c["heads"], window)
    shapes["head"] = (256, width)
    shapes["head_bias"] = (256,)
    return shapes


def initial_value(name, shape, c):
    kind = name.split(".")[-1]
    if kind == "distance_bias":
        slope = torch.pow(2.0, -1.0 - 6.0 / c["heads"] * torch.arange(c["heads"], dtype=torch.float))
        return -slope[:, None] * torch.arange(shape[1], dtype=torch.float).clamp(max=60)[None, :]
    if kind == "head_bias":
        return torch.zeros(shape)
    deviation = {"embedding": 0.5, "head": 0.02}.get(kind, shape[-1] ** -0.5)
    if kind.startswith("ngram"):
        deviation = 0.1
    if kind in ("out", "down"):
        deviation *= 0.5 / math.sqrt(len(c["windows"]))
    return torch.randn(shape) * deviation


def make_parameters(c, device):
    return {name: initial_value(name, shape, c).to(device).requires_grad_()
            for name, shape in parameter_shapes(c).items()}


def ngram_rows(symbols, order, rows):
    """Row of the table for the last `order` bytes at each place: [B][T] int64."""
    hashed = torch.zeros_like(symbols)
    for back in range(order - 1, -1, -1):  # oldest byte first
        shifted = F.pad(symbols, (back, 0))[:, :symbols.shape[1]]
        hashed = ((hashed + shifted + 1) * 0x9E3779B1) & 0xFFFFFFFF
        hashed = hashed ^ (hashed >> 15)
    return hashed >> (32 - (rows.bit_length() - 1))


def rms_norm(x):
    wide = x.float()
    return (wide * torch.rsqrt(wide.square().mean(-1, keepdim=True) + EPSILON)).to(x.dtype)


def linear(x, weights, dtype):
    return torch.matmul(x.to(dtype), weights.to(dtype).t())


def chunk_geometry(length, window):
    """Queries a chunk, chunks, chunks before one that it sees, keys of a chunk."""
    chunk = min(CHUNK, window, length)
    chunks = length // chunk
    before = min((window + chunk - 1) // chunk, chunks - 1)
    return chunk, chunks, before, (before + 1) * chunk


def mask_constants(length, window, device):
    """Column of distance_bias, or `window` where it is masked: [chunk * keys]; and MASKED for keys
    before the start: [chunks][keys]."""
    chunk, chunks, _, keys = chunk_geometry(length, window)
    key = torch.arange(keys, device=device) - (keys - chunk)
    distance = torch.arange(chunk, device=device)[:, None] - key
    column = torch.where((distance >= 0) & (distance < window), distance,
                         torch.full_like(distance, window))
    start = (torch.arange(chunks, device=device)[:, None] * chunk + key < 0).float() * MASKED
    return column.flatten(), start


def attention(qkv, distance_bias, constants, window, c, kind):
    """qkv: [B][T][(H+2G)*E]; distance_bias: [H][window]; returns [B][T][H*E]."""
    batch, length, _ = qkv.shape
    heads, groups, size = c["heads"], c["kv-heads"], c["head-size"]
    per = heads // groups
    chunk, chunks, before, keys = chunk_geometry(length, window)
    column, start = constants
    bias = F.pad(distance_bias, (0, 1), value=MASKED).index_select(1, column)
    if kind == "triton":
        return torch.ops.nnzip.attention(qkv, bias.view(heads, chunk, keys), heads, groups)[0]
    q, k, v = qkv.split([heads * size, groups * size, groups * size], -1)

    def gather(x):  # -> [B][chunks][keys][G][E]
        padded = F.pad(x, (0, 0, before * chunk, 0)).view(batch, chunks + before, chunk, groups, size)
        return torch.cat([padded[:, i:i + chunks] for i in range(before + 1)], 2)

    bias = bias.view(1, heads, chunk, keys) + start.view(chunks, 1, 1, keys)
    if kind == "sdpa":  # a chunk's heads are heads of their own: the bias is shared by the batch
        q = q.view(batch, chunks, chunk, heads, size).transpose(2, 3)
        k, v = (gather(x).transpose(2, 3).unsqueeze(3).expand(batch, chunks, groups, per, keys, size)
                for x in (k, v))
        q, k, v = (x.reshape(batch, chunks * heads, -1, size) for x in (q, k, v))
        bias = bias.to(q.dtype).reshape(1, chunks * heads, chunk, keys)
        mixed = F.scaled_dot_product_attention(
            q, k, v, attn_mask=bias.expand(batch, chunks * heads, chunk, keys))
        return mixed.view(batch, chunks, heads, chunk, size).transpose(2, 3).reshape(
            batch, length, heads * size)
    q = q.view(batch, chunks, chunk, groups, per, size).permute(0, 1, 3, 4, 2, 5)
    q = q.reshape(batch * chunks * groups, per * chunk, size)
    k, v = (gather(x).transpose(2, 3).reshape(batch * chunks * groups, keys, size) for x in (k, v))
    scores = torch.bmm(q * size ** -0.5, k.transpose(1, 2)).float()
    scores = scores.view(batch, chunks, groups, per * chunk, keys) + bias.view(
        chunks, groups, per * chunk, keys)
    weights = torch.softmax(scores, -1).to(v.dtype)
    mixed = torch.bmm(weights.view(batch * chunks * groups, per * chunk, keys), v)
    return mixed.view(batch, chunks, groups, per, chunk, size).permute(0, 1, 4, 2, 3, 5).reshape(
        batch, length, heads * size)


def block(x, qkv, out, up, down, distance_bias, constants, window, c, kind, dtype):
    mixed = attention(linear(rms_norm(x), qkv, dtype), distance_bias, constants, window, c, kind)
    x = x + linear(mixed, out, dtype)
    return x + linear(F.relu(linear(rms_norm(x), up, dtype)).square(), down, dtype)


def embed(symbols, embedding, tables, c, dtype):
    x = F.embedding(symbols, embedding)
    for table, order, rows in zip(tables, c["ngram-orders"], c["ngram-rows"]):
        x = x + F.embedding(ngram_rows(symbols, order, rows), table)
    return x.to(dtype)


def head_loss(x, head, head_bias, targets, dtype):
    logits = linear(rms_norm(x), head, dtype).float() + head_bias
    return F.cross_entropy(logits.flatten(0, 1), targets.flatten()) / math.log(2)


class Network:
    """Loss of a batch in bits a byte as a function of parameters; constants and compiled parts."""

    def __init__(self, c, length, device, kind, dtype, compiled):
        self.c, self.kind, self.dtype = c, kind, dtype
        windows = set(c["windows"])
        if kind == "triton" and any(n % CHUNK for n in (length, *windows)):
            sys.exit(f"attention in Triton needs windows and a length that are multiples of {CHUNK}")
        self.constants = {w: mask_constants(length, w, device) for w in windows}
        compile_ = (lambda f: torch.compile(f, dynamic=False)) if compiled else (lambda f: f)
        self.block = {w: compile_(block) for w in windows}
        self.embed, self.head_loss = compile_(embed), compile_(head_loss)

    def loss(self, P, inputs, targets):
        tables = [P[f"ngram{i}"] for i in range(len(self.c["ngram-rows"]))]
        x = self.embed(inputs, P["embedding"], tables, self.c, self.dtype)
        for i, window in enumerate(self.c["windows"]):
            weights = [P[f"block{i}.{name}"] for name in ("qkv", "out", "up", "down", "distance_bias")]
            x = self.block[window](x, *weights, self.constants[window], window, self.c, self.kind,
                                   self.dtype)
        return self.head_loss(x, P["head"], P["head_bias"], targets, self.dtype)

    def gradients(self, P, inputs, targets):
        loss = self.loss(P, inputs, targets)
        return loss.detach(), torch.autograd.grad(loss, list(P.values()))
