#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the C code of nnzip._nnzip: generate.py HEADER... OUT_C

cffi gets its declarations from the headers themselves, in the order given, so the two cannot differ.
"""

import pathlib
import re
import sys

import cffi

# What nnzip.h calls back.
CALLBACKS = """
extern "Python" ptrdiff_t nnzip_python_read(void*, uint64_t, void*, size_t);
extern "Python" int nnzip_python_write(void*, const void*, size_t);
extern "Python" int nnzip_python_progress(void*, uint64_t);
"""


def declarations(header: str) -> str:
    """The header without comments, directives and what is for C++."""
    text = re.sub(r"/\*.*?\*/", "", header, flags=re.DOTALL)
    text = re.sub(r"^#ifdef __cplusplus.*?^#endif", "", text, flags=re.DOTALL | re.MULTILINE)
    text = re.sub(r"^#.*$", "", text, flags=re.MULTILINE)
    return text.replace("NNZIP_API ", "")


def main() -> int:
    if len(sys.argv) < 3:
        print(__doc__, file=sys.stderr)
        return 1
    *headers, out = sys.argv[1:]
    builder = cffi.FFI()
    for header in headers:
        builder.cdef(declarations(pathlib.Path(header).read_text(encoding="ascii")))
    builder.cdef(CALLBACKS)
    builder.set_source("nnzip._nnzip", "#include <nnzip/nnzip.h>")
    builder.emit_c_code(out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
