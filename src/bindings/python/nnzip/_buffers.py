# SPDX-License-Identifier: Apache-2.0
"""Whole buffers."""

from __future__ import annotations

from typing import Any, Optional, Union, overload

from ._errors import check
from ._nnzip import ffi, lib
from ._options import Call, Options

# Not cleared, so that memory is taken for what is written alone.
_memory = ffi.new_allocator(should_clear_after_alloc=False)

Buffer = Any  # what has contiguous memory: bytes, bytearray, memoryview, mmap, array, numpy.ndarray


@overload
def compress(data: Buffer, level: Optional[int] = None, options: Optional[Options] = None) -> bytes:
    ...


@overload
def compress(data: Buffer, level: Optional[int] = None, options: Optional[Options] = None, *,
             out: Buffer) -> int:
    ...


def compress(data: Buffer, level: Optional[int] = None, options: Optional[Options] = None, *,
             out: Optional[Buffer] = None) -> Union[bytes, int]:
    """Compresses the bytes of any contiguous buffer into one frame.

    level: instead of options.level. Returns the frame; or, with out, a writable buffer that gets
    it, how many bytes of that it takes: compress_bound(size) are enough for any content. Raises
    NnzipError, with out too small NnzipValueError.
    """
    call = Call(level, options)
    with ffi.from_buffer(data) as content, _room(out, compress_bound(len(content)), call) as packed:
        size = ffi.new("size_t*")
        call.check(lib.nnzip_compress(packed, len(packed), size, content, len(content), call.c))
        return size[0] if out is not None else ffi.buffer(packed, size[0])[:]


@overload
def decompress(data: Buffer, options: Optional[Options] = None) -> bytes:
    ...


@overload
def decompress(data: Buffer, options: Optional[Options] = None, *, out: Buffer) -> int:
    ...


def decompress(data: Buffer, options: Optional[Options] = None, *,
               out: Optional[Buffer] = None) -> Union[bytes, int]:
    """Decompresses all frames of data; anything else behind them is an error.

    Returns the content; or, with out, a writable buffer that gets it, how many bytes of that it
    takes. Raises NnzipError: NnzipEOFError if the data are incomplete, NnzipValueError if out is
    too small.

    Data that others made may state, and hold, some ten thousand times their size: compare
    content_size(data) with what you are ready to take, or read by a Decompressor.
    """
    call = Call(None, options)
    with ffi.from_buffer(data) as packed:
        stated = 0 if out is not None else _content_size(packed)
        with _room(out, stated) as content:
            size = ffi.new("size_t*")
            call.check(lib.nnzip_decompress(content, len(content), size, packed, len(packed),
                                            call.c))
            return size[0] if out is not None else ffi.buffer(content, size[0])[:]


def compress_bound(content_bytes: int) -> int:
    """The most bytes that compress() makes of so many, without a directory."""
    return lib.nnzip_compress_bound(content_bytes)


def content_size(data: Buffer) -> int:
    """How many bytes the frames of data hold, as they state it; nothing is decoded."""
    with ffi.from_buffer(data) as packed:
        return _content_size(packed)


def _content_size(packed: Any) -> int:
    size = ffi.new("uint64_t*")
    check(lib.nnzip_content_size(packed, len(packed), size))
    return size[0]


def _room(out: Optional[Buffer], size: int, call: Optional[Call] = None) -> Any:
    """out, or memory of its own of that size; with a directory, if the call makes one."""
    if out is not None:
        return ffi.from_buffer("char[]", out, require_writable=True)
    if call is not None and call.c.directory:
        size += 256 + size // 100
    return _memory("char[]", size)
