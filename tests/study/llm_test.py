#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Code lengths of a language model, with tiny random ones made here: exits 77 without numpy."""

import json
import math
import pathlib
import subprocess
import sys
import tempfile

try:
    import numpy as np
except ImportError:
    sys.exit(77)

SOURCE = pathlib.Path(__file__).resolve().parents[2] / "tools/study/llm"
sys.path.insert(0, str(SOURCE))
sys.dont_write_bytecode = True

import code_length  # noqa: E402
import llama  # noqa: E402
import tokens  # noqa: E402

MERGES = ["t h", "th e", "\u0120 the"]
CONFIG = {"num_hidden_layers": 2, "num_attention_heads": 4, "num_key_value_heads": 2,
          "rms_norm_eps": 1e-5, "rope_theta": 10000.0, "bos_token_id": 259}
TEXT = "the tither of the theatre: \u017c\u00f3\u0142\u0107, 12345\n".encode() * 8


def description():
    alphabet = tokens.byte_alphabet()
    names = [alphabet[b] for b in range(256)] + ["th", "the", "\u0120the", "<s>"]
    return {"added_tokens": [{"id": 259, "content": "<s>"}],
            "model": {"type": "BPE", "vocab": {name: i for i, name in enumerate(names)}, "merges": MERGES}}


def random_tensors(width=32, hidden=48, vocabulary=260, seed=1):
    random = np.random.default_rng(seed)

    def normal(*shape):
        return (random.standard_normal(shape) * shape[-1] ** -0.5).astype(np.float32)

    tensors = {"model.embed_tokens.weight": normal(vocabulary, width),
               "model.norm.weight": np.ones(width, np.float32), "lm_head.weight": normal(vocabulary, width)}
    for i in range(CONFIG["num_hidden_layers"]):
        layer = f"model.layers.{i}."
        for name, shape in {"self_attn.q_proj": (width, width), "self_attn.k_proj": (width // 2, width),
                            "self_attn.v_proj": (width // 2, width), "self_attn.o_proj": (width, width),
                            "mlp.gate_proj": (hidden, width), "mlp.up_proj": (hidden, width),
                            "mlp.down_proj": (width, hidden)}.items():
            tensors[layer + name + ".weight"] = normal(*shape)
        for name in ("input_layernorm", "post_attention_layernorm"):
            tensors[layer + name + ".weight"] = np.ones(width, np.float32)
    return tensors


def write_model(folder, tensors, kind="F32"):
    header, data = {"__metadata__": {"format": "pt"}}, b""
    for name, t in tensors.items():
        raw = t.tobytes() if kind == "F32" else (t.view(np.uint32) >> 16).astype("<u2").tobytes()
        header[name] = {"dtype": kind, "shape": list(t.shape),
                        "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps(header).encode()
    (folder / "model.safetensors").write_bytes(len(text).to_bytes(8, "little") + text + data)
    (folder / "config.json").write_text(json.dumps(CONFIG))
    (folder / "tokenizer.json").write_text(json.dumps(description()))


def plain_forward(tensors, numbers):
    """The last token's logarithms, position by position and head by head: written from the formulas."""
    t = {name.removeprefix("model."): x.astype(np.float64) for name, x in tensors.items()}
    x = [t["embed_tokens.weight"][n] for n in numbers]

    def norm(v, gain):
        return v / math.sqrt(sum(v * v) / len(v) + CONFIG["rms_norm_eps"]) * gain

    def turned(v, position):
        half = len(v) // 2
        out = v.copy()
        for i in range(half):
            angle = position * CONFIG["rope_theta"] ** (-i / half)
            out[i] = v[i] * math.cos(angle) - v[i + half] * math.sin(angle)
            out[i + half] = v[i + half] * math.cos(angle) + v[i] * math.sin(angle)
        return out

    for i in range(CONFIG["num_hidden_layers"]):
        w = {name: t[f"layers.{i}.{name}.weight"] for name in
             ("self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "self_attn.o_proj",
              "mlp.gate_proj", "mlp.up_proj", "mlp.down_proj", "input_layernorm",
              "post_attention_layernorm")}
        normed = [norm(v, w["input_layernorm"]) for v in x]
        size = len(x[0]) // CONFIG["num_attention_heads"]
        mixed = [[] for _ in x]
        for head in range(CONFIG["num_attention_heads"]):
            q_rows = slice(head * size, (head + 1) * size)
            kv_rows = slice(head // 2 * size, (head // 2 + 1) * size)
            keys = [turned(w["self_attn.k_proj"][kv_rows] @ v, p) for p, v in enumerate(normed)]
            for p, v in enumerate(normed):
                q = turned(w["self_attn.q_proj"][q_rows] @ v, p)
                e = [math.exp(q @ keys[j] / math.sqrt(size)) for j in range(p + 1)]
                mixed[p] += list(sum(e[j] / sum(e) * (w["self_attn.v_proj"][kv_rows] @ normed[j])
                                     for j in range(p + 1)))
        x = [v + w["self_attn.o_proj"] @ np.array(m) for v, m in zip(x, mixed)]
        for p, v in enumerate(x):
            n = norm(v, w["post_attention_layernorm"])
            gate = w["mlp.gate_proj"] @ n
            x[p] = v + w["mlp.down_proj"] @ (gate / (1 + np.exp(-gate)) * (w["mlp.up_proj"] @ n))
    logits = t["lm_head.weight"] @ norm(x[-1], t["norm.weight"])
    return logits - math.log(sum(np.exp(logits)))


def check_tokens():
    tokenizer = tokens.Tokenizer(description())
    numbers = tokenizer.tokens(b"the the xth")
    assert numbers == [257, 258, 32, 120, 256], numbers
    for content in (TEXT, bytes(range(256)) * 2, b"", b"\xff\xfe the \x00"):
        assert tokenizer.content(tokenizer.tokens(content)) == content


def check_forward():
    tensors = random_tensors()
    model = llama.Llama(CONFIG, tensors)
    numbers = [259, 5, 17, 258, 99, 200, 3]
    logs = model.log_probabilities(numbers)
    assert np.allclose(np.exp(logs).sum(-1), 1, atol=1e-5)
    for length in (1, 4, 7):
        assert np.allclose(logs[length - 1], plain_forward(tensors, numbers[:length]), atol=1e-4)


def check_code_length(folder):
    write_model(folder, {name: np.zeros_like(t) for name, t in random_tensors().items()})
    model, tokenizer, first, _ = code_length.load(folder)
    bits, count = code_length.code_length(model, tokenizer, first, TEXT, 64)
    assert abs(bits - count * math.log2(260)) < 1e-2  # it knows nothing
    bits, _ = code_length.code_length(model, tokenizer, None, TEXT, 64)
    assert abs(bits - count * math.log2(260)) < 1e-2  # nor without a token of beginning
    assert count < len(TEXT)


def check_command(folder):
    write_model(folder, random_tensors(), "BF16")
    (folder / "text").write_bytes(TEXT)
    (folder / "pixels").write_bytes(bytes(i * i % 256 for i in range(500)))
    out = subprocess.run([sys.executable, "-B", str(SOURCE / "code_length.py"), str(folder), "--window", "32",
                          str(folder / "text"), str(folder / "pixels")],
                         check=True, capture_output=True, text=True).stdout.splitlines()
    size = (folder / "model.safetensors").stat().st_size
    assert len(out) == 4
    for line, name in zip(out[2:], ("text", "pixels")):
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        length, bits, share, adjusted = int(cells[1]), *map(float, cells[3:6])
        assert cells[0] == name and length == (folder / name).stat().st_size
        assert 5 < bits < 11 and abs(share - bits / 8) < 1e-3  # random weights: about log2(260) a token
        assert abs(adjusted - share - size / length) < 1e-3


def main():
    check_tokens()
    check_forward()
    with tempfile.TemporaryDirectory() as name:
        check_code_length(pathlib.Path(name))
        check_command(pathlib.Path(name))


main()
