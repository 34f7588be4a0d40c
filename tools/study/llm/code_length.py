#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Code lengths that a language model gives files, its own size counted and not.

    tools/study/llm/code_length.py MODEL FILE...

MODEL is a folder with config.json, tokenizer.json and *.safetensors of a llama-like network. The model codes
tokens: the code length of a file is the sum of -log2 p(token | tokens before it in the window) over the tokens
that its bytes are cut into. A decoder gets the same tokens and so the bytes; other cuts of the same bytes have
probability too, which this code gives away, so the marginal over all cuts would be a little less. The first token
of a window follows the file's token of beginning, or costs log2(vocabulary) where there is none. Text is cut by
the tokenizer's merges; so are pixels and samples, whose bytes are tokens of their own.

In float32 by numpy and for measurement only: another machine may round otherwise and could not decode. Needs
memory for the weights in float32. "adjusted" adds the bytes of the *.safetensors files.
"""

import argparse
import json
import math
import pathlib

import llama
import numpy as np
import safetensors
import tokens as tokenizers

GIGABYTE = 10**9


def load(folder):
    folder = pathlib.Path(folder)
    config = json.loads((folder / "config.json").read_text())
    tensors, size = safetensors.read_folder(folder)
    tokenizer = tokenizers.Tokenizer(json.loads((folder / "tokenizer.json").read_text()))
    return llama.Llama(config, tensors), tokenizer, config.get("bos_token_id"), size


def code_length(model, tokenizer, first, content, window):
    """Bits of the content, whose tokens are coded in windows of so many."""
    numbers = tokenizer.tokens(content)
    if tokenizer.content(numbers) != content:
        raise ValueError("the tokens do not give the content back")
    bits = 0.0
    for at in range(0, len(numbers), window):
        inside = numbers[at:at + window]
        if first is None:
            bits += math.log2(model.vocabulary)
            fed, coded = inside[:-1], inside[1:]
        else:
            fed, coded = [first] + inside[:-1], inside
        if coded:
            logs = model.log_probabilities(fed)
            bits -= float(logs[np.arange(len(coded)), coded].sum()) / math.log(2)
    return bits, len(numbers)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("model")
    parser.add_argument("files", nargs="+", type=pathlib.Path)
    parser.add_argument("--window", type=int, default=512, help="tokens")
    parser.add_argument("--bytes", type=int, default=1 << 16, help="of each file, its head")
    arguments = parser.parse_args()
    model, tokenizer, first, size = load(arguments.model)
    print("| file | bytes | tokens | bits a byte | of raw | adjusted | adjusted at 1 GB, extrapolated |")
    print("|---|---:|---:|---:|---:|---:|---:|")
    for path in arguments.files:
        content = path.read_bytes()[:arguments.bytes]
        bits, count = code_length(model, tokenizer, first, content, arguments.window)
        share = bits / 8 / len(content)
        print(f"| {path.name} | {len(content)} | {count} | {8 * share:.4f} | {share:.4f} |"
              f" {share + size / len(content):.4f} | {share + size / GIGABYTE:.4f} |")


if __name__ == "__main__":
    main()
