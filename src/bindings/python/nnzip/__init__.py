# SPDX-License-Identifier: Apache-2.0
"""nnzip, a neural lossless compressor, in the shape of Python's lzma and compression.zstd.

    packed = nnzip.compress(data)                # any contiguous buffer
    data = nnzip.decompress(packed)

    with nnzip.open("log.nnz", "wt") as file:    # or NnzipFile, for bytes
        file.write("...")
    nnzip.read_range("log.nnz", 1 << 20, 4096)   # decodes what it must

Computing releases the GIL, so threads run side by side. Errors are NnzipError.
"""

from ._buffers import compress, compress_bound, content_size, decompress
from ._errors import (NnzipEOFError, NnzipError, NnzipMemoryError, NnzipModelError, NnzipOSError,
                      NnzipValueError)
from ._file import NnzipFile, open
from ._nnzip import ffi as _ffi, lib as _lib
from ._options import Context, Model, Options, models
from ._reader import (Block, Frame, LevelEstimate, Reader, compress_part, estimate, info, join,
                      plan, read_range)
from ._streams import Compressor, Decompressor

__version__: str = _ffi.string(_lib.nnzip_version()).decode()

__all__ = [
    "Block", "Compressor", "Context", "Decompressor", "Frame", "LevelEstimate", "Model",
    "NnzipEOFError", "NnzipError", "NnzipFile", "NnzipMemoryError", "NnzipModelError",
    "NnzipOSError", "NnzipValueError", "Options", "Reader", "compress", "compress_bound",
    "compress_part", "content_size", "decompress", "estimate", "info", "join", "models", "open",
    "plan", "read_range",
]
