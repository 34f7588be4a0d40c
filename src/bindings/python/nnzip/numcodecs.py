# SPDX-License-Identifier: Apache-2.0
"""The codec "nnzip" of numcodecs, for chunks of Zarr 2; installed, it is found by that name.

    zarr.create(..., zarr_format=2, compressors=nnzip.numcodecs.Nnzip(level=5))
"""

from __future__ import annotations

from typing import Any, Optional

from numcodecs.abc import Codec
from numcodecs.compat import ensure_contiguous_ndarray

from ._buffers import Buffer, compress, decompress
from ._errors import NnzipValueError
from ._options import Options
from .arrays import layout_of


class Nnzip(Codec):  # type: ignore[misc]
    """Each chunk becomes frames of nnzip. level: 1 to 9."""

    codec_id = "nnzip"

    def __init__(self, level: int = 5) -> None:
        self.level = level

    def encode(self, buf: Buffer) -> bytes:
        """The frame of the bytes of an array or buffer; type and shape of an array help."""
        options = Options(level=self.level, layout=_layout_of(buf))
        return compress(ensure_contiguous_ndarray(buf), options=options)

    def decode(self, buf: Buffer, out: Optional[Buffer] = None) -> Any:
        """The content of a frame; or out, a writable buffer of just that size, filled with it."""
        packed = ensure_contiguous_ndarray(buf)
        if out is None:
            return decompress(packed)
        room = ensure_contiguous_ndarray(out)
        size = decompress(packed, out=room)
        if size != room.nbytes:
            raise NnzipValueError(f"the chunk has {size} bytes, not {room.nbytes}")
        return out


def _layout_of(buf: Any) -> str:
    is_array = hasattr(buf, "dtype") and hasattr(buf, "shape")
    in_c_order = is_array and buf.flags.c_contiguous
    return layout_of(buf.dtype, buf.shape if in_c_order else buf.shape[::-1]) if is_array else ""
