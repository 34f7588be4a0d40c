# SPDX-License-Identifier: Apache-2.0
"""The forward pass of a llama-like network in float32.

RMS norm, rotary positions (the two halves of a head rotated together), grouped keys and values, a gated
feed-forward layer with SiLU, biases of queries, keys and values where the file has them.
"""

import numpy as np


def rms_norm(x, gain, epsilon):
    return x / np.sqrt(np.mean(x * x, -1, keepdims=True) + epsilon) * gain


def rotate(x, positions, base):
    """x: [heads][T][E]; turns each pair (i, i + E / 2) by position * base^(-2 i / E)."""
    half = x.shape[-1] // 2
    angle = positions[:, None] * base ** (-np.arange(half) / half)
    cosine, sine = np.cos(angle).astype(np.float32), np.sin(angle).astype(np.float32)
    a, b = x[..., :half], x[..., half:]
    return np.concatenate([a * cosine - b * sine, b * cosine + a * sine], -1)


def log_softmax(x):
    x = x - x.max(-1, keepdims=True)
    return x - np.log(np.exp(x).sum(-1, keepdims=True))


class Llama:
    def __init__(self, config, tensors):
        if config.get("rope_scaling"):
            raise ValueError("rope_scaling is not supported")
        self.tensors = {name.removeprefix("model."): t for name, t in tensors.items()}
        self.layers = config["num_hidden_layers"]
        self.heads = config["num_attention_heads"]
        self.kv_heads = config.get("num_key_value_heads", self.heads)
        self.epsilon = config.get("rms_norm_eps", 1e-6)
        self.base = config.get("rope_theta", 10000.0)
        self.head = self.tensors.get("lm_head.weight", self.tensors["embed_tokens.weight"])
        self.vocabulary = self.head.shape[0]

    def _linear(self, name, x):
        y = x @ self.tensors[name + ".weight"].T
        return y + self.tensors[name + ".bias"] if name + ".bias" in self.tensors else y

    def _attention(self, prefix, x):
        length = len(x)
        positions = np.arange(length)

        def split(part, heads):
            return self._linear(f"{prefix}.{part}_proj", x).reshape(length, heads, -1).swapaxes(0, 1)

        q = rotate(split("q", self.heads), positions, self.base)
        k = rotate(split("k", self.kv_heads), positions, self.base)
        v = split("v", self.kv_heads)
        shared = self.heads // self.kv_heads
        k, v = np.repeat(k, shared, 0), np.repeat(v, shared, 0)
        scores = q @ k.swapaxes(1, 2) / np.sqrt(np.float32(q.shape[-1]))
        scores = np.where(np.tri(length, dtype=bool), scores, -np.inf)
        weights = np.exp(scores - scores.max(-1, keepdims=True))
        mixed = (weights / weights.sum(-1, keepdims=True)) @ v
        return self._linear(f"{prefix}.o_proj", mixed.swapaxes(0, 1).reshape(length, -1))

    def _feed_forward(self, prefix, x):
        gate = self._linear(f"{prefix}.gate_proj", x)
        return self._linear(f"{prefix}.down_proj",
                            gate / (1 + np.exp(-gate)) * self._linear(f"{prefix}.up_proj", x))

    def log_probabilities(self, tokens):
        """Natural logarithms for the token after each of `tokens`: [T][vocabulary]."""
        x = self.tensors["embed_tokens.weight"][np.asarray(tokens)]
        for i in range(self.layers):
            layer = f"layers.{i}"
            gain = self.tensors[f"{layer}.input_layernorm.weight"]
            x = x + self._attention(f"{layer}.self_attn", rms_norm(x, gain, self.epsilon))
            gain = self.tensors[f"{layer}.post_attention_layernorm.weight"]
            x = x + self._feed_forward(f"{layer}.mlp", rms_norm(x, gain, self.epsilon))
        x = rms_norm(x, self.tensors["norm.weight"], self.epsilon)
        return log_softmax(x @ self.head.T)
