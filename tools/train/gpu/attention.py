# SPDX-License-Identifier: Apache-2.0
"""Sliding-window attention with a learned bias by distance, as Triton kernels.

Queries go in chunks of C = 64. A chunk sees itself and BEFORE chunks before it, and the bias of a
pair of chunks depends on their distance alone: so the bias is a tile [C][C] for each head and each
distance in chunks, with the mask of the window in it, and its gradient is a sum of tiles. Scores
never leave the chip. The two passes backward follow FlashAttention-2 (Dao 2023): one over queries,
one over keys; a third sums the tiles of the bias.

qkv: [B][T][(H + 2 G) * E] bf16 or float32, as the projection gives it: H heads of queries, G heads of
keys, G of values. bias: [H][C][(BEFORE + 1) * C] float32. T is a multiple of C.
TRITON_INTERPRET=1 runs the kernels on a CPU.
"""
import torch
import torch.nn.functional as F
import triton
import triton.language as tl

CHUNK = 64
WARPS, STAGES = 4, 2


@triton.jit
def load_rows(base, row, column, WIDTH: tl.constexpr, C: tl.constexpr, E: tl.constexpr):
    """[C][E] of a matrix with rows of WIDTH, from (row, column) on."""
    return tl.load(base + (row + tl.arange(0, C))[:, None].to(tl.int64) * WIDTH + column
                   + tl.arange(0, E)[None, :])


@triton.jit
def store_rows(base, row, column, value, WIDTH: tl.constexpr, C: tl.constexpr, E: tl.constexpr):
    tl.store(base + (row + tl.arange(0, C))[:, None].to(tl.int64) * WIDTH + column
             + tl.arange(0, E)[None, :], value.to(base.dtype.element_ty))


@triton.jit
def load_bias(bias, head, tile, BEFORE: tl.constexpr, C: tl.constexpr):
    keys = (BEFORE + 1) * C
    return tl.load(bias + head * C * keys + tl.arange(0, C)[:, None] * keys + tile * C
                   + tl.arange(0, C)[None, :])


@triton.jit
def forward_kernel(qkv, bias, out, lse, chunks, scale, H: tl.constexpr, G: tl.constexpr,
                   E: tl.constexpr, BEFORE: tl.constexpr, C: tl.constexpr):
    i, b, h = tl.program_id(0), tl.program_id(1), tl.program_id(2)
    WIDTH: tl.constexpr = (H + 2 * G) * E
    g = h // (H // G)
    start = b * chunks * C
    q = load_rows(qkv, start + i * C, h * E, WIDTH, C, E)
    top = tl.full([C], -1e30, tl.float32)
    total = tl.zeros([C], tl.float32)
    mixed = tl.zeros([C, E], tl.float32)
    for j in range(tl.maximum(i - BEFORE, 0), i + 1):
        k = load_rows(qkv, start + j * C, (H + g) * E, WIDTH, C, E)
        v = load_rows(qkv, start + j * C, (H + G + g) * E, WIDTH, C, E)
        scores = tl.dot(q, tl.trans(k)) * scale + load_bias(bias, h, j - i + BEFORE, BEFORE, C)
        higher = tl.maximum(top, tl.max(scores, 1))
        weights = tl.exp(scores - higher[:, None])
        shrink = tl.exp(top - higher)
        total = total * shrink + tl.sum(weights, 1)
        mixed = mixed * shrink[:, None] + tl.dot(weights.to(v.dtype), v)
        top = higher
    store_rows(out, start + i * C, h * E, mixed / total[:, None], H * E, C, E)
    tl.store(lse + (b * H + h) * chunks * C + i * C + tl.arange(0, C), top + tl.log(total))


@triton.jit
def query_kernel(qkv, bias, out, lse, dout, dqkv, delta, chunks, scale, H: tl.constexpr,
                 G: tl.constexpr, E: tl.constexpr, BEFORE: tl.constexpr, C: tl.constexpr):
    i, b, h = tl.program_id(0), tl.program_id(1), tl.program_id(2)
    WIDTH: tl.constexpr = (H + 2 * G) * E
    g = h // (H // G)
    start = b * chunks * C
    rows = (b * H + h) * chunks * C + i * C + tl.arange(0, C)
    q = load_rows(qkv, start + i * C, h * E, WIDTH, C, E)
    do = load_rows(dout, start + i * C, h * E, H * E, C, E)
    o = load_rows(out, start + i * C, h * E, H * E, C, E)
    log_total = tl.load(lse + rows)
    change = tl.sum(do.to(tl.float32) * o.to(tl.float32), 1)
    tl.store(delta + rows, change)
    dq = tl.zeros([C, E], tl.float32)
    for j in range(tl.maximum(i - BEFORE, 0), i + 1):
        k = load_rows(qkv, start + j * C, (H + g) * E, WIDTH, C, E)
        v = load_rows(qkv, start + j * C, (H + G + g) * E, WIDTH, C, E)
        scores = tl.dot(q, tl.trans(k)) * scale + load_bias(bias, h, j - i + BEFORE, BEFORE, C)
        weights = tl.exp(scores - log_total[:, None])
        dscores = weights * (tl.dot(do, tl.trans(v)) - change[:, None])
        dq += tl.dot(dscores.to(k.dtype), k)
    store_rows(dqkv, start + i * C, h * E, dq * scale, WIDTH, C, E)


@triton.jit
def key_kernel(qkv, bias, lse, dout, dqkv, delta, chunks, scale, H: tl.constexpr, G: tl.constexpr,
               E: tl.constexpr, BEFORE: tl.constexpr, C: tl.constexpr):
    j, b, g = tl.program_id(0), tl.program_id(1), tl.program_id(2)
    WIDTH: tl.constexpr = (H + 2 * G) * E
    start = b * chunks * C
    k = load_rows(qkv, start + j * C, (H + g) * E, WIDTH, C, E)
    v = load_rows(qkv, start + j * C, (H + G + g) * E, WIDTH, C, E)
    dk = tl.zeros([C, E], tl.float32)
    dv = tl.zeros([C, E], tl.float32)
    for n in range(0, H // G):
        h = g * (H // G) + n
        for i in range(j, tl.minimum(j + BEFORE + 1, chunks)):
            rows = (b * H + h) * chunks * C + i * C + tl.arange(0, C)
            q = load_rows(qkv, start + i * C, h * E, WIDTH, C, E)
            do = load_rows(dout, start + i * C, h * E, H * E, C, E)
            scores = tl.dot(q, tl.trans(k)) * scale + load_bias(bias, h, j - i + BEFORE, BEFORE, C)
            weights = tl.exp(scores - tl.load(lse + rows)[:, None])
            dv += tl.dot(tl.trans(weights).to(do.dtype), do)
            dscores = weights * (tl.dot(do, tl.trans(v)) - tl.load(delta + rows)[:, None])
            dk += tl.dot(tl.trans(dscores).to(q.dtype), q)
    store_rows(dqkv, start + j * C, (H + g) * E, dk * scale, WIDTH, C, E)
    store_rows(dqkv, start + j * C, (H + G + g) * E, dv, WIDTH, C, E)


@triton.jit
def bias_kernel(qkv, bias, lse, dout, delta, parts, chunks, batch_part, scale, H: tl.constexpr,
                G: tl.constexpr, E: tl.constexpr, BEFORE: tl.constexpr, C: tl.constexpr):
    part, tile, h = tl.program_id(0), tl.program_id(1), tl.program_id(2)
    WIDTH: tl.constexpr = (H + 2 * G) * E
    g = h // (H // G)
    tile_bias = load_bias(bias, h, tile, BEFORE, C)
    total = tl.zeros([C, C], tl.float32)
    first = BEFORE - tile  # the first chunk of queries that has a chunk of keys so far back
    for n in range(0, batch_part * (chunks - first)):
        b = part * batch_part + n // (chunks - first)
        i = first + n % (chunks - first)
        start = b * chunks * C
        rows = (b * H + h) * chunks * C + i * C + tl.arange(0, C)
        q = load_rows(qkv, start + i * C, h * E, WIDTH, C, E)
        do = load_rows(dout, start + i * C, h * E, H * E, C, E)
        k = load_rows(qkv, start + (i - first) * C, (H + g) * E, WIDTH, C, E)
        v = load_rows(qkv, start + (i - first) * C, (H + G + g) * E, WIDTH, C, E)
        scores = tl.dot(q, tl.trans(k)) * scale + tile_bias
        weights = tl.exp(scores - tl.load(lse + rows)[:, None])
        total += weights * (tl.dot(do, tl.trans(v)) - tl.load(delta + rows)[:, None])
    keys = (BEFORE + 1) * C
    tl.store(parts + (part * H + h) * C * keys + tl.arange(0, C)[:, None] * keys + tile * C
             + tl.arange(0, C)[None, :], total)


def geometry(qkv, heads, groups, bias):
    batch, length, width = qkv.shape
    size = width // (heads + 2 * groups)
    constants = dict(H=heads, G=groups, E=size, BEFORE=bias.shape[2] // CHUNK - 1, C=CHUNK,
                     num_warps=WARPS, num_stages=STAGES)
    return batch, length, size, length // CHUNK, size ** -0.5, constants


@torch.library.custom_op("nnzip::attention", mutates_args=())
def attention(qkv: torch.Tensor, bias: torch.Tensor, heads: int, groups: int) -> tuple[torch.Tensor, torch.Tensor]:
    """[B][T][H * E], and the logarithms of the softmax's denominators, [B][H][T]."""
    qkv, bias = qkv.contiguous(), bias.contiguous()
    batch, length, size, chunks, scale, constants = geometry(qkv, heads, groups, bias)
    out = qkv.new_empty(batch, length, heads * size)
    lse = torch.empty(batch, heads, length, dtype=torch.float32, device=qkv.device)
    forward_kernel[(chunks, batch, heads)](qkv, bias, out, lse, chunks, scale, **constants)
    return out, lse


@attention.register_fake
def _(qkv, bias, heads, groups):
    batch, length, width = qkv.shape
    size = width // (heads + 2 * groups)
    return (qkv.new_empty(batch, length, heads * size),
            torch.empty(batch, heads, length, dtype=torch.float32, device=qkv.device))


@torch.library.custom_op("nnzip::attention_backward", mutates_args=())
def attention_backward(dout: torch.Tensor, qkv: torch.Tensor, bias: torch.Tensor, out: torch.Tensor,
                       lse: torch.Tensor, heads: int, groups: int) -> tuple[torch.Tensor, torch.Tensor]:
    dout, qkv, bias, out, lse = (t.contiguous() for t in (dout, qkv, bias, out, lse))
    batch, length, size, chunks, scale, constants = geometry(qkv, heads, groups, bias)
    before = constants["BEFORE"]
    dqkv, delta = torch.empty_like(qkv), torch.empty_like(lse)
    query_kernel[(chunks, batch, heads)](qkv, bias, out, lse, dout, dqkv, delta, chunks, scale, **constants)
    key_kernel[(chunks, batch, groups)](qkv, bias, lse, dout, dqkv, delta, chunks, scale, **constants)
    # About a thousand programs: enough to fill a GPU, few enough to sum.
    batch_part = next(n for n in range(1, batch + 1)
                      if batch % n == 0 and (batch // n * heads * (before + 1) <= 1500 or n == batch))
    parts = torch.empty(batch // batch_part, *bias.shape, dtype=torch.float32, device=qkv.device)
    bias_kernel[(batch // batch_part, before + 1, heads)](
        qkv, bias, lse, dout, delta, parts, chunks, batch_part, scale, **constants)
    return dqkv, parts.sum(0)


@attention_backward.register_fake
def _(dout, qkv, bias, out, lse, heads, groups):
    return torch.empty_like(qkv), torch.empty_like(bias)


def keep(ctx, inputs, output):
    qkv, bias, ctx.heads, ctx.groups = inputs
    ctx.save_for_backward(qkv, bias, *output)


def backward(ctx, dout, _):
    dqkv, dbias = attention_backward(dout, *ctx.saved_tensors, ctx.heads, ctx.groups)
    return dqkv, dbias, None, None


attention.register_autograd(backward, setup_context=keep)


def main():
    """On a GPU: equality with plain torch, then microseconds of a call, forward and both ways, at the
    size of text-4m.toml."""
    global WARPS, STAGES
    heads, groups, size, batch, length = 4, 1, 64, 96, 1024
    for window in (64, 512):
        qkv = torch.randn(batch, length, (heads + 2 * groups) * size, device="cuda").bfloat16()
        bias = torch.randn(heads, CHUNK, window + CHUNK, device="cuda")
        key = torch.arange(window + CHUNK, device="cuda") - window
        distance = torch.arange(CHUNK, device="cuda")[:, None] - key
        bias.masked_fill_((distance < 0) | (distance >= window), -1e4)
        qkv.requires_grad_(), bias.requires_grad_()
        dout = torch.randn(batch, length, heads * size, device="cuda").bfloat16()
        q, k, v = qkv[:2].float().split([heads * size, groups * size, groups * size], -1)
        q = q.view(2, length, heads, size).transpose(1, 2)
        place = torch.arange(length, device="cuda")
        full = F.pad(bias, (length, length), value=-1e4)
        column = place[None, :] - (place[:, None] // CHUNK * CHUNK - window) + length
        scores = q @ k.transpose(1, 2).unsqueeze(1) * size ** -0.5 + full[:, (place % CHUNK)[:, None], column]
        plain = (scores.softmax(-1) @ v.unsqueeze(1)).transpose(1, 2).reshape(2, length, heads * size)
        expected = torch.autograd.grad(plain, (qkv, bias), dout[:2].float())
        found = torch.autograd.grad(attention(qkv[:2], bias, heads, groups)[0], (qkv, bias), dout[:2])
        print(f"window {window}: relative errors of the gradients",
              [f"{float((f.float() - e.float()).norm() / e.float().norm()):.5f}" for f, e in zip(found, expected)])
        for WARPS, STAGES in ((4, 2), (4, 3), (4, 1), (8, 2)):
            both = lambda: torch.autograd.grad(attention(qkv, bias, heads, groups)[0], (qkv, bias), dout)
            forward, total = (triton.testing.do_bench(f, warmup=10, rep=50, return_mode="median") * 1000
                              for f in (lambda: attention(qkv, bias, heads, groups), both))
            print(f"window {window:4} warps {WARPS} stages {STAGES}: {forward:7.0f} us forward, {total:7.0f} us both ways", flush=True)


if __name__ == "__main__":
    main()
