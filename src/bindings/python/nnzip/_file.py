# SPDX-License-Identifier: Apache-2.0
"""Compressed files as Python's files."""

from __future__ import annotations

import builtins
import io
import os
from typing import IO, Any, BinaryIO, Optional, TextIO, Union

from ._options import Options
from ._reader import Reader
from ._streams import Compressor, Decompressor

_PIECE_BYTES = 64 << 10
_MODES = {"": "rb", "r": "rb", "rb": "rb", "w": "wb", "wb": "wb", "x": "xb", "xb": "xb",
          "a": "ab", "ab": "ab"}

Path = Union[str, bytes, "os.PathLike[str]", "os.PathLike[bytes]"]


class _AnyPart(io.RawIOBase):
    """The content of a file that can seek."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._offset = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, out: Any) -> int:
        size = self._reader.readinto(self._offset, out)
        self._offset += size
        return size

    def readall(self) -> bytes:  # blocks are decoded side by side
        content = self._reader.read_range(self._offset, max(0, self._reader.size - self._offset))
        self._offset += len(content)
        return content

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        begin = {io.SEEK_SET: 0, io.SEEK_CUR: self._offset, io.SEEK_END: self._reader.size}[whence]
        if begin + offset < 0:
            raise ValueError("the place is before the beginning")
        self._offset = begin + offset
        return self._offset

    def tell(self) -> int:
        return self._offset


class _Forward(io.RawIOBase):
    """The content of a pipe."""

    def __init__(self, file: IO[bytes], options: Optional[Options]) -> None:
        self._file = file
        self._decompressor = Decompressor(options)
        self._ready = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, out: Any) -> int:
        while not self._ready and not self._decompressor.eof:
            self._ready = memoryview(self._next(len(out)))
        size = min(len(out), len(self._ready))
        out[:size] = self._ready[:size]
        self._ready = self._ready[size:]
        return size

    def _next(self, max_length: int) -> bytes:
        data = self._file.read(_PIECE_BYTES) if self._decompressor.needs_input else b""
        if self._decompressor.needs_input and not data:
            return self._decompressor.flush()
        return self._decompressor.decompress(data, max_length)


class NnzipFile(io.BufferedIOBase):
    """A compressed file, read or written as a binary file of its content.

    file: a path, or a binary file, which is then left open. mode: "r", "w", "x" (a new file) or "a"
    (one more frame). Reading decodes all frames and seeks, where the file can, at the cost of a
    block. Writing makes a frame; flush() makes what was written so far readable.

    Raises NnzipError; NnzipEOFError where the data end inside a frame.
    """

    def __init__(self, file: Union[Path, BinaryIO], mode: str = "r", *,
                 level: Optional[int] = None, options: Optional[Options] = None) -> None:
        self._opened: Optional[IO[bytes]] = None
        self._buffer: Optional[io.BufferedReader] = None
        self._compressor: Optional[Compressor] = None
        if mode not in _MODES:
            raise ValueError(f"there is no mode {mode!r}")
        self.mode = _MODES[mode]
        self._file: IO[bytes]
        if isinstance(file, (str, bytes, os.PathLike)):
            self._file = self._opened = builtins.open(file, self.mode)
        else:
            self._file = file
        self.name = getattr(self._file, "name", None)
        self._written = 0
        try:
            self._begin(level, options)
        except BaseException:
            self.close()
            raise

    def _begin(self, level: Optional[int], options: Optional[Options]) -> None:
        if self.mode != "rb":
            self._compressor = Compressor(level, options)
        elif self._file.seekable():
            reader = Reader(self._file, options, begin=self._file.tell())
            self._buffer = io.BufferedReader(_AnyPart(reader), _PIECE_BYTES)
        else:
            self._buffer = io.BufferedReader(_Forward(self._file, options), _PIECE_BYTES)

    def close(self) -> None:
        """Completes what was written and closes the file if it was opened by its path."""
        if self.closed:
            return
        try:
            if self._compressor is not None:
                ended = self._written > 0 and self._compressor.last_mode == Compressor.FLUSH_BLOCK
                self._file.write(b"" if ended else self._compressor.flush())
        finally:
            self._compressor = self._buffer = None
            try:
                if self._opened is not None:
                    self._opened.close()
            finally:
                super().close()

    def _reading(self) -> io.BufferedReader:
        if self.closed:
            raise ValueError("the file is closed")
        if self._buffer is None:
            raise io.UnsupportedOperation("the file is not open for reading")
        return self._buffer

    def _writing(self) -> Compressor:
        if self.closed:
            raise ValueError("the file is closed")
        if self._compressor is None:
            raise io.UnsupportedOperation("the file is not open for writing")
        return self._compressor

    def fileno(self) -> int:
        return self._file.fileno()

    def readable(self) -> bool:
        return not self.closed and self._buffer is not None

    def writable(self) -> bool:
        return not self.closed and self._compressor is not None

    def seekable(self) -> bool:
        return self.readable() and self._reading().seekable()

    def read(self, size: Optional[int] = -1) -> bytes:
        return self._reading().read(size)

    def read1(self, size: int = -1) -> bytes:
        return self._reading().read1(size)

    def readinto(self, out: Any) -> int:
        return self._reading().readinto(out)

    def readline(self, size: Optional[int] = -1) -> bytes:
        return self._reading().readline(-1 if size is None else size)

    def peek(self, size: int = -1) -> bytes:
        """Bytes of content that come next, at least one unless at the end; they remain."""
        return self._reading().peek(size)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return self._reading().seek(offset, whence)

    def tell(self) -> int:
        """Bytes of content before the place to read from, or written so far."""
        return self._written if self.writable() else self._reading().tell()

    def write(self, data: Any) -> int:
        compressor = self._writing()
        size = memoryview(data).nbytes
        if size > 0:
            self._file.write(compressor.compress(data))
            self._written += size
        return size

    def flush(self) -> None:
        """Ends the frame, so that others can read what was written so far."""
        if self._compressor is None or self.closed:
            return
        if self._compressor.last_mode == Compressor.CONTINUE and self._written > 0:
            self._file.write(self._compressor.flush(Compressor.FLUSH_BLOCK))
        self._file.flush()


def open(file: Union[Path, BinaryIO], mode: str = "rb", *, level: Optional[int] = None,
         options: Optional[Options] = None, encoding: Optional[str] = None,
         errors: Optional[str] = None,
         newline: Optional[str] = None) -> Union[NnzipFile, TextIO]:
    """Opens a compressed file by its path, or in a binary file, as open() does others.

    mode: "r", "w", "x" or "a", with "b" (the default) for bytes, or "t" for text, which encoding,
    errors and newline are for, as of open().
    """
    if "t" not in mode:
        if encoding is not None or errors is not None or newline is not None:
            raise ValueError("encoding, errors and newline are for text")
        return NnzipFile(file, mode, level=level, options=options)
    if "b" in mode:
        raise ValueError(f"there is no mode {mode!r}")
    binary = NnzipFile(file, mode.replace("t", ""), level=level, options=options)
    return io.TextIOWrapper(binary, encoding or "utf-8", errors, newline)
