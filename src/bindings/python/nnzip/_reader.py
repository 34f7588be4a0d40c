# SPDX-License-Identifier: Apache-2.0
"""Any part of compressed data, what they say of themselves, and making and joining parts."""

from __future__ import annotations

import dataclasses
import os
import tempfile
import threading
from typing import Any, BinaryIO, Callable, Iterable, Optional, Union

from ._buffers import Buffer
from ._errors import Guard, check
from ._nnzip import ffi, lib
from ._options import Call, Options, text
from ._sources import Given, Path, Source


@dataclasses.dataclass(frozen=True)
class Block:
    """What a block's header says of it."""

    content_offset: int  # in the content of all frames
    content_bytes: int
    coded_bytes: int  # without the header
    coding: str  # mixed, network, contexts, zstd, stored, group, copies
    model: str  # that it needs, or the hash of one that is not here; "" if it needs none
    form: str  # how it was looked at: bytes, pixels, samples, code
    filter: str  # none, calls, branches, columns
    stride: int  # bytes of a row of a table or image; 0: none
    element: int  # bytes of an element of a table, a pixel, a frame of samples
    channels: int
    opened_bytes: int  # of a group: content of all blocks within; 0 of others
    wrappers: tuple[str, ...]  # of a group: what it was opened by, such as "deflate"


@dataclasses.dataclass(frozen=True)
class Frame:
    """What a frame says of itself."""

    content_bytes: int
    coded_bytes: int  # of the whole frame
    version: int  # of the format
    checksum: Optional[int]  # XXH64 of the content, stated with several blocks
    models: tuple[str, ...]  # that its blocks may need, or hashes of those that are not here
    blocks: tuple[Block, ...]
    group_blocks: int  # of these: opened
    copy_blocks: int  # of these: with copies of earlier content


class Reader:
    """Compressed data of which any part can be read, at the cost of the blocks that hold it.

    source: a buffer, a path, or a binary file that can seek, which must be left alone meanwhile;
    begin: where in the file the data begin. size: bytes of content. Several threads may use it:
    calls wait for each other. Raises NnzipError, also later if the data are damaged.
    """

    def __init__(self, source: Source, options: Optional[Options] = None, *,
                 begin: int = 0) -> None:
        self._call = Call(None, options)
        self._lock = threading.Lock()
        self._opened = open(source, "rb") if isinstance(source, (str, os.PathLike)) else None
        self._source = Given(self._opened or source, begin)
        made = ffi.new("nnzip_reader**")
        try:
            self._check(lib.nnzip_reader_new(made, self._source.c, self._call.c))
        except BaseException:
            self.close()
            raise
        self._c = ffi.gc(made[0], lib.nnzip_reader_free)
        self.size: int = lib.nnzip_reader_content_size(self._c)

    def close(self) -> None:
        """Closes the file if it was opened by its path."""
        if self._opened is not None:
            self._opened.close()

    def __enter__(self) -> Reader:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def readinto(self, offset: int, out: Buffer) -> int:
        """Fills a writable buffer with content from offset on; returns how many bytes that are,
        fewer than it holds only where the content ends."""
        size = ffi.new("size_t*")
        with self._lock, ffi.from_buffer("char[]", out, require_writable=True) as room:
            self._check(lib.nnzip_reader_read(self._c, offset, room, len(room), size))
        return size[0]

    def read_range(self, offset: int, length: int) -> bytes:
        """`length` bytes of content from offset on, fewer where the content ends."""
        if offset < 0 or length < 0:
            raise ValueError("offset and length must not be negative")
        out = bytearray(max(0, min(length, self.size - offset)))
        return bytes(out) if not out else bytes(memoryview(out)[:self.readinto(offset, out)])

    def frames(self) -> tuple[Frame, ...]:
        """What the frames and their blocks say of themselves; nothing is decoded."""
        count = ffi.new("size_t*")
        with self._lock:
            self._check(lib.nnzip_reader_frames(self._c, count))
            return tuple(self._frame(index) for index in range(count[0]))

    def _check(self, status: int) -> None:
        self._source.raise_error()
        self._call.check(status)

    def _frame(self, index: int) -> Frame:
        info = ffi.new("nnzip_frame_info*")
        info.struct_size = ffi.sizeof("nnzip_frame_info")
        check(lib.nnzip_reader_frame(self._c, index, info))
        names = text(info.models)
        return Frame(info.content_bytes, info.coded_bytes, info.version,
                     info.checksum if info.has_checksum else None,
                     tuple(names.split(",")) if names else (),
                     tuple(self._block(index, block) for block in range(info.blocks)),
                     info.group_blocks, info.copy_blocks)

    def _block(self, frame: int, index: int) -> Block:
        info = ffi.new("nnzip_block_info*")
        info.struct_size = ffi.sizeof("nnzip_block_info")
        check(lib.nnzip_reader_block(self._c, frame, index, info))
        wrappers = text(info.wrappers)
        return Block(info.content_offset, info.content_bytes, info.coded_bytes, text(info.coding),
                     text(info.model), text(info.form), text(info.filter), info.stride,
                     info.element, info.channels, info.opened_bytes,
                     tuple(wrappers.split(",")) if wrappers else ())


def read_range(source: Source, offset: int, length: int,
               options: Optional[Options] = None) -> bytes:
    """`length` bytes of content from offset on; other blocks than theirs are not decoded.

    Who reads several parts of the same data makes a Reader.
    """
    with Reader(source, options) as reader:
        return reader.read_range(offset, length)


def info(source: Source) -> tuple[Frame, ...]:
    """What the frames of a buffer, a path or a file say of themselves; nothing is decoded."""
    with Reader(source) as reader:
        return reader.frames()


@dataclasses.dataclass(frozen=True)
class LevelEstimate:
    """What compressing at a level would make of some content, and take for it."""

    level: int
    coded_bytes: int
    seconds: float  # on this machine, as loaded as it is now; decompressing takes about as long
    memory_bytes: int


def estimate(source: Source, options: Optional[Options] = None) -> tuple[LevelEstimate, ...]:
    """What compressing a buffer, a path or a file would give at levels 1 to 9, told from samples.

    Of about a hundredth of the content, which take seconds: sizes are within a tenth as a rule where
    content is longer than 1 MB. The options' level does not count.
    """
    if isinstance(source, (str, os.PathLike)):
        with open(source, "rb") as file:
            return estimate(file, options)
    given, call = Given(source), Call(None, options)
    told = ffi.new("nnzip_estimate_info*")
    told.struct_size = ffi.sizeof("nnzip_estimate_info")
    status = lib.nnzip_estimate(given.c, call.c, told)
    given.raise_error()
    call.check(status)
    return tuple(LevelEstimate(i + 1, told.coded_bytes[i], told.seconds[i], told.memory_bytes[i])
                 for i in range(9))


class _Output(Guard):
    """A file that nnzip.h writes to."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.handle = ffi.new_handle(self)

    def write(self, data: Any) -> int:
        try:
            self._file.write(data[:])
            return 0
        except BaseException as error:
            self.error = error
            return 1


@ffi.def_extern(error=1)
def nnzip_python_write(handle: Any, data: Any, size: int) -> int:
    return ffi.from_handle(handle).write(ffi.buffer(data, size))


_CUTS = {"blocks": lib.NNZIP_CUT_BLOCKS, "lines": lib.NNZIP_CUT_LINES, "tar": lib.NNZIP_CUT_TAR}


def compress_part(source: Source, number: int, count: int, output: Union[Path, BinaryIO],
                  level: Optional[int] = None, options: Optional[Options] = None, *,
                  cut: str = "blocks") -> None:
    """Compresses one of `count` parts of a buffer, a path or a file to a path or file, for join().

    number: of the part, 1 to count. cut: "blocks", at multiples of a block's bytes; "lines", behind
    ends of lines; "tar", between members. Any process or machine that sees the same content finds
    the same parts. Raises NnzipValueError for a part that there is not, or content that is no tar.
    """
    if cut not in _CUTS:
        raise ValueError("cut is none of " + ", ".join(_CUTS))
    if isinstance(source, (str, os.PathLike)):
        with open(source, "rb") as file:
            return compress_part(file, number, count, output, level, options, cut=cut)
    given, call = Given(source), Call(level, options)
    _to_output(output, lambda to: lib.nnzip_compress_part(
        given.c, number, count, _CUTS[cut], lib.nnzip_python_write, to.handle, call.c), given, call)


def plan(source: Source, level: Optional[int] = None, options: Optional[Options] = None, *,
         limit: Optional[int] = None) -> tuple[Block, ...]:
    """What compressing a buffer, a path or a file does: its blocks, each with how it is looked at,
    filtered and coded, and by which model.

    It is found out by doing it, in a temporary file, and takes as long. limit: bytes from the
    beginning that are looked at; None is all. Raises NnzipError.
    """
    if limit is not None and limit < 0:
        raise ValueError("limit must not be negative")
    if isinstance(source, (str, os.PathLike)):
        with open(source, "rb") as file:
            return plan(file, level, options, limit=limit)
    given, call = Given(source), Call(level, options)
    if limit is not None:
        given.c.size = min(given.c.size, limit)
    with tempfile.TemporaryFile() as packed:
        _to_output(packed, lambda to: lib.nnzip_compress_part(
            given.c, 1, 1, lib.NNZIP_CUT_BLOCKS, lib.nnzip_python_write, to.handle, call.c),
                   given, call)
        return tuple(block for frame in Reader(packed, options).frames() for block in frame.blocks)


def join(sources: Iterable[Source], output: Union[Path, BinaryIO]) -> None:
    """Writes the frames of all sources, as they are, and one directory for them to a path or file.

    So any part is found at once, however many there are. The content is that of the sources, one
    after the other; what compress_part() made is put in order first. Nothing is decoded. Raises
    NnzipError for what is no compressed data, and for a part that is missing, before anything is
    written.
    """
    given = [Given(source) for source in sources]
    inputs = ffi.new("nnzip_source[]", len(given))
    for index, each in enumerate(given):
        inputs[index] = each.c[0]
    _to_output(output, lambda to: lib.nnzip_join(
        inputs, len(given), lib.nnzip_python_write, to.handle), *given)


def _to_output(output: Union[Path, BinaryIO], call: Callable[[_Output], int],
               *guards: Guard) -> None:
    """call(an _Output) returns a status; what the guards keep comes before that."""
    if isinstance(output, (str, os.PathLike)):
        with open(output, "wb") as file:
            return _to_output(file, call, *guards)
    to = _Output(output)
    status = call(to)
    for guard in (*guards, to):
        guard.raise_error()
    check(status)
