# SPDX-License-Identifier: Apache-2.0
"""The codec "nnzip" of Zarr 3; installed, it is found by that name.

    zarr.create(..., compressors=nnzip.zarr.NnzipCodec(level=5))
"""

from __future__ import annotations

import asyncio
import dataclasses
from typing import Any

from zarr.abc.codec import BytesBytesCodec
from zarr.core.common import parse_named_configuration

from ._buffers import compress, decompress
from ._options import Options
from .arrays import layout_of

_ONE_THREAD = Options(threads=1)  # chunks are decoded side by side


@dataclasses.dataclass(frozen=True)
class NnzipCodec(BytesBytesCodec):  # type: ignore[misc]
    """Each chunk becomes a frame of nnzip. level: 1 to 9."""

    is_fixed_size = False

    level: int = 5
    layout: str = dataclasses.field(default="", repr=False, compare=False)  # of a chunk; not stored

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> NnzipCodec:
        _, configuration = parse_named_configuration(data, "nnzip", require_configuration=False)
        return cls(**(configuration or {}))  # type: ignore[arg-type]

    def to_dict(self) -> dict[str, Any]:
        return {"name": "nnzip", "configuration": {"level": self.level}}

    def evolve_from_array_spec(self, array_spec: Any) -> NnzipCodec:
        """With the layout of chunks of that type and shape."""
        dtype = getattr(array_spec.dtype, "to_native_dtype", lambda: array_spec.dtype)()
        return dataclasses.replace(self, layout=layout_of(dtype, array_spec.shape))

    async def _encode_single(self, chunk_bytes: Any, chunk_spec: Any) -> Any:
        options = Options(level=self.level, threads=1, layout=self.layout)
        packed = await asyncio.to_thread(compress, chunk_bytes.as_numpy_array(), options=options)
        return chunk_spec.prototype.buffer.from_bytes(packed)

    async def _decode_single(self, chunk_bytes: Any, chunk_spec: Any) -> Any:
        content = await asyncio.to_thread(decompress, chunk_bytes.as_numpy_array(), _ONE_THREAD)
        return chunk_spec.prototype.buffer.from_bytes(content)

    def compute_encoded_size(self, _input_byte_length: int, _chunk_spec: Any) -> int:
        raise NotImplementedError
