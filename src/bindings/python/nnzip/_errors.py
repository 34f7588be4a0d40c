# SPDX-License-Identifier: Apache-2.0
"""The exceptions, and how the codes of nnzip.h become them."""

from __future__ import annotations

from typing import Optional

from ._nnzip import ffi, lib


class NnzipError(Exception):
    """Any error of nnzip: its text is a sentence, `code` that of enum nnzip_error in nnzip.h."""

    def __init__(self, message: str, code: int = 0) -> None:
        super().__init__(message)
        self.code = code


class NnzipEOFError(NnzipError, EOFError):
    """The data end inside a frame."""


class NnzipMemoryError(NnzipError, MemoryError):
    """There is not enough memory, or Options.memory_limit does not allow what is needed."""


class NnzipValueError(NnzipError, ValueError):
    """An argument is wrong, or a buffer too small."""


class NnzipModelError(NnzipError, LookupError):
    """A model is missing, damaged or too new."""


class NnzipOSError(NnzipError, OSError):
    """A file of a model cannot be read."""


_CLASSES = {
    lib.NNZIP_ERROR_INVALID_ARGUMENT: NnzipValueError,
    lib.NNZIP_ERROR_OUTPUT_TOO_SMALL: NnzipValueError,
    lib.NNZIP_ERROR_READ_FAILED: NnzipOSError,
    lib.NNZIP_ERROR_WRITE_FAILED: NnzipOSError,
    lib.NNZIP_ERROR_TRUNCATED: NnzipEOFError,
    lib.NNZIP_ERROR_MODEL_MISSING: NnzipModelError,
    lib.NNZIP_ERROR_MODEL_CORRUPT: NnzipModelError,
    lib.NNZIP_ERROR_MODEL_UNSUPPORTED: NnzipModelError,
    lib.NNZIP_ERROR_OUT_OF_MEMORY: NnzipMemoryError,
    lib.NNZIP_ERROR_MEMORY_LIMIT: NnzipMemoryError,
}


def check(status: int) -> int:
    """Returns a status that is no error, and raises what the others mean."""
    if status in (lib.NNZIP_OK, lib.NNZIP_STREAM_END):
        return status
    message = ffi.string(lib.nnzip_last_error()).decode("utf-8", "backslashreplace")
    error = _CLASSES.get(status, NnzipError)(message)
    error.code = status
    raise error


class Guard:
    """Keeps what a function of the program raises until nnzip.h, which called it, has returned."""

    error: Optional[BaseException] = None

    def raise_error(self) -> None:
        if self.error is not None:
            error, self.error = self.error, None
            raise error

    def check(self, status: int) -> int:
        """As check(), but what was raised comes first."""
        self.raise_error()
        return check(status)
