# SPDX-License-Identifier: Apache-2.0
"""Reads safetensors files: a header in JSON, its length in the first 8 bytes, then the tensors."""

import json
import pathlib

import numpy as np


def _values(data, kind):
    if kind == "BF16":  # the upper half of a float32
        return (np.frombuffer(data, "<u2").astype(np.uint32) << 16).view(np.float32)
    if kind in ("F32", "F16"):
        return np.frombuffer(data, {"F32": "<f4", "F16": "<f2"}[kind]).astype(np.float32)
    raise ValueError(f"tensors of type {kind} are not read, only F32, F16 and BF16")


def read_file(path):
    """Tensors by name, as float32."""
    data = memoryview(pathlib.Path(path).read_bytes())
    size = int.from_bytes(data[:8], "little")
    tensors = {}
    for name, entry in json.loads(bytes(data[8:8 + size])).items():
        if name == "__metadata__":
            continue
        begin, end = (8 + size + offset for offset in entry["data_offsets"])
        tensors[name] = _values(data[begin:end], entry["dtype"]).reshape(entry["shape"])
    return tensors


def read_folder(folder):
    """Tensors of all files of a model, and the bytes that the files have."""
    files = sorted(pathlib.Path(folder).glob("*.safetensors"))
    if not files:
        raise FileNotFoundError(f"no *.safetensors in {folder}")
    tensors = {}
    for path in files:
        tensors.update(read_file(path))
    return tensors, sum(path.stat().st_size for path in files)
