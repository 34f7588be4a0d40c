# SPDX-License-Identifier: Apache-2.0
"""Compressing and decompressing in pieces."""

from __future__ import annotations

import threading
from typing import Optional

from ._buffers import Buffer
from ._nnzip import ffi, lib
from ._options import Call, Options

_ROOM_BYTES = 64 << 10


class _Stream:
    """A stream of nnzip.h that gives bytes objects."""

    def __init__(self, direction: int, call: Call) -> None:
        self._call = call
        self._room = bytearray(_ROOM_BYTES)
        self._left = b""  # input that was not used, since the output was as long as wanted
        self.full = False  # with that, so there may be more
        made = ffi.new("nnzip_stream**")
        call.check(lib.nnzip_stream_new(made, direction, call.c))
        self._c = ffi.gc(made[0], lib.nnzip_stream_free)

    def code(self, data: Buffer, action: int, max_length: int = -1) -> bytes:
        """What comes out for data, at most max_length bytes if that is not negative."""
        given = self._left + bytes(data) if self._left else data
        with ffi.from_buffer(given) as taken, \
                ffi.from_buffer("char[]", self._room, require_writable=True) as room:
            buffers = ffi.new("nnzip_buffers*", {"next_in": taken, "avail_in": len(taken)})
            out = bytearray()
            while True:
                limit = len(room) if max_length < 0 else min(len(room), max_length - len(out))
                buffers.next_out, buffers.avail_out = room, limit
                status = self._call.check(lib.nnzip_stream_code(self._c, buffers, action))
                out += ffi.buffer(room, limit - buffers.avail_out)
                self.full = len(out) == max_length and status == lib.NNZIP_OK
                ended = status == lib.NNZIP_STREAM_END
                if ended or self.full or (buffers.avail_out > 0 and buffers.avail_in == 0):
                    break
            self._left = ffi.buffer(taken)[len(taken) - buffers.avail_in:]
            return bytes(out)


class Compressor:
    """Makes frames of content that comes in pieces, with the same memory for any length.

    Several threads may use it: calls wait for each other.
    """

    CONTINUE = lib.NNZIP_RUN  # more content will follow
    FLUSH_BLOCK = lib.NNZIP_FLUSH  # all so far becomes readable; its frame ends, others follow
    FLUSH_FRAME = lib.NNZIP_FINISH  # the end; an empty content has a frame, too

    def __init__(self, level: Optional[int] = None, options: Optional[Options] = None) -> None:
        self._arguments = level, options
        self._stream: Optional[_Stream] = None
        self._lock = threading.Lock()
        self.last_mode = self.FLUSH_FRAME

    def compress(self, data: Buffer, mode: int = CONTINUE) -> bytes:
        """Takes data and returns the packed bytes that are ready, maybe none."""
        if mode not in (self.CONTINUE, self.FLUSH_BLOCK, self.FLUSH_FRAME):
            raise ValueError("mode is none of CONTINUE, FLUSH_BLOCK, FLUSH_FRAME")
        with self._lock:
            if self._stream is None:
                self._stream = _Stream(lib.NNZIP_COMPRESS, Call(*self._arguments))
            packed = self._stream.code(data, mode)
            if mode == self.FLUSH_FRAME:
                self._stream = None
            self.last_mode = mode
            return packed

    def flush(self, mode: int = FLUSH_FRAME) -> bytes:
        """The rest of the packed bytes. After FLUSH_FRAME another compress() begins anew."""
        return self.compress(b"", mode)


class Decompressor:
    """Gives the content of frames that come in pieces, as soon as it can be decoded.

    Several threads may use it: calls wait for each other.

    needs_input: whether decompress() can give no more without more data.
    eof: whether flush() has found the data complete.
    """

    def __init__(self, options: Optional[Options] = None) -> None:
        self._stream = _Stream(lib.NNZIP_DECOMPRESS, Call(None, options))
        self._lock = threading.Lock()
        self.needs_input = True
        self.eof = False

    def decompress(self, data: Buffer, max_length: int = -1) -> bytes:
        """Takes data and returns content that is ready, at most max_length bytes unless negative.

        Raises NnzipError; what was returned before is right, but not the whole.
        """
        if self.eof:
            raise EOFError("the end has been reached")
        with self._lock:
            content = self._stream.code(data, lib.NNZIP_RUN, max_length)
            self.needs_input = not self._stream.full
            return content

    def flush(self) -> bytes:
        """The rest of the content; raises NnzipEOFError if the data end inside a frame."""
        with self._lock:
            content = b"" if self.eof else self._stream.code(b"", lib.NNZIP_FINISH)
            self.eof, self.needs_input = True, False
            return content
