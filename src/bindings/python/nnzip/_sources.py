# SPDX-License-Identifier: Apache-2.0
"""Bytes that nnzip.h reads from anywhere: data, paths and files."""

from __future__ import annotations

import io
import os
from typing import Any, BinaryIO, Union

from ._errors import Guard
from ._nnzip import ffi, lib

Path = Union[str, "os.PathLike[str]"]
Source = Union[Any, Path, BinaryIO]  # what has contiguous memory, or a path or a seekable file


class Given(Guard):
    """A source for nnzip.h; `c` may be used as long as this lives."""

    def __init__(self, source: Source, begin: int = 0) -> None:
        self.c = ffi.new("nnzip_source*")
        self._path: Any = None
        self._file: Any = None
        self._begin = begin
        if isinstance(source, (str, os.PathLike)):
            self._path = source
            size = os.stat(source).st_size
        elif _has_memory(source):
            self._memory = ffi.from_buffer(source)
            self.c.data, self.c.size = self._memory, len(self._memory)
            return
        else:
            self._file = source
            size = max(0, source.seek(0, io.SEEK_END) - begin)
        self._handle = ffi.new_handle(self)
        self.c.read, self.c.data, self.c.size = lib.nnzip_python_read, self._handle, size

    def read(self, offset: int, room: Any) -> int:
        try:
            if self._file is not None:
                return self._read_file(self._file, self._begin + offset, room)
            with open(self._path, "rb", buffering=0) as file:  # many may be joined
                return self._read_file(file, offset, room)
        except BaseException as error:
            self.error = error
            return -1

    @staticmethod
    def _read_file(file: BinaryIO, offset: int, room: Any) -> int:
        file.seek(offset)
        data = file.read(len(room))
        room[0:len(data)] = data
        return len(data) or -1


def _has_memory(source: Any) -> bool:
    try:
        memoryview(source).release()
    except TypeError:
        return False
    return True


@ffi.def_extern(error=-1)
def nnzip_python_read(handle: Any, offset: int, room: Any, size: int) -> int:
    return ffi.from_handle(handle).read(offset, ffi.buffer(room, size))
