# SPDX-License-Identifier: Apache-2.0
"""What an array knows of its bytes, for Options.layout."""

from __future__ import annotations

from typing import Any, Sequence

_KINDS = {"u": "u", "b": "u", "i": "s", "m": "s", "M": "s", "f": "f", "c": "f"}


def layout_of(dtype: Any, shape: Sequence[int]) -> str:
    """The layout of a contiguous array in C order, "" where there is nothing to say.

    dtype: of numpy. shape: numbers along each axis, the last one varies fastest. Unsigned numbers of
    8 and 16 bits on two axes or more are taken for pixels, with up to 4 channels on the last of
    three; other numbers for a table whose rows lie along the last axis; what is no number for rows
    of so many bytes.
    """
    if 0 in shape or dtype.itemsize == 0 or dtype.kind == "O":
        return ""
    kind = _KINDS.get(dtype.kind)
    parts = 2 if dtype.kind == "c" else 1
    size = dtype.itemsize // parts
    if kind is None or size > 8:
        return f"table:{dtype.itemsize}:u8"
    number = f"{kind}{8 * size}{_order(dtype) if size > 1 else ''}"
    last = shape[-1] if len(shape) >= 2 else 1
    has_channels = len(shape) >= 3 and last <= 4
    width, channels = (shape[-2], last) if has_channels else (last, 1)
    are_pixels = kind == "u" and size <= 2 and len(shape) >= 2
    if are_pixels and width * channels * size < 1 << 22:
        return f"pixels:{width}x{channels}:{number}"
    return f"table:{last * parts}:{number}"


def _order(dtype: Any) -> str:
    return "be" if dtype.str[0] == ">" else "le"
