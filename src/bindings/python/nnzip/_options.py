# SPDX-License-Identifier: Apache-2.0
"""Options and contexts."""

from __future__ import annotations

import dataclasses
import importlib.util
import os
import pathlib
import threading
from typing import Any, Callable, Optional

from ._errors import Guard, check
from ._nnzip import ffi, lib
from ._sources import Given, Source


def model_folders() -> list[str]:
    """Where models are installed with this package, and by the package nnzip-models."""
    folders = [str(pathlib.Path(__file__).parent / "models")]
    found = importlib.util.find_spec("nnzip_models")
    return folders + list(found.submodule_search_locations or []) if found else folders


@dataclasses.dataclass(frozen=True)
class Model:
    """A network that was found."""

    name: str  # file name without .nnzm: "text-d128l6-0123456789ab"
    file: str  # with its folder
    sha256: str  # of the unpacked content, 64 hex digits
    file_bytes: int
    macs_per_byte: int  # multiply-accumulates for each byte of content
    architecture: str  # for people


class Context:
    """Models that were looked for, and a device: made once, shared by threads and calls.

    device: "auto", "cpu", "reference", and with the plugin libnnzip_torch.so "cuda" and "torch".
    model_path: folders with models, separated by colons, searched before this package's own and
    those of the package nnzip-models; after that come those of the environment variable NNZIP_MODEL_PATH.

    Raises NnzipError if the device is not there.
    """

    def __init__(self, *, device: str = "auto", model_path: Optional[str] = None) -> None:
        folders = ([model_path] if model_path else []) + model_folders()
        path = ffi.new("char[]", os.fsencode(":".join(folders)))
        name = ffi.new("char[]", device.encode())
        options = _defaults()
        options.model_path, options.device = path, name
        made = ffi.new("nnzip_context**")
        check(lib.nnzip_context_new(made, options))
        self._c = ffi.gc(made[0], lib.nnzip_context_free)

    def models(self) -> list[Model]:
        """All that were found, by name. The first call reads them: some tenths of a second."""
        models = []
        for index in range(lib.nnzip_context_models(self._c)):
            info = ffi.new("nnzip_model_info*")
            info.struct_size = ffi.sizeof("nnzip_model_info")
            check(lib.nnzip_context_model(self._c, index, info))
            models.append(Model(text(info.name), os.fsdecode(ffi.string(info.file)),
                                text(info.sha256), info.file_bytes, info.macs_per_byte,
                                text(info.architecture)))
        return models


@dataclasses.dataclass(frozen=True)
class Options:
    """What a call may do; the defaults are good.

    level: 1 to 9; 1 to 4 use no network. Compressing only, as model, directory and unwrap.
    threads: to compute with; 0 is one for each core.
    model: "auto", "none", or names or hashes of models, separated by commas.
    memory_limit: bytes that a call may need by its estimate; 0 is no limit.
    directory: whether a directory stands behind the frame, so that any part of many frames in one
        file is found by reading its end alone.
    layout: what all of the content is, where bytes do not say it, as "pixels:640x3:u8"; nnzip.h tells
        the forms, nnzip.arrays.layout_of makes one of an array. Compressing only.
    unwrap: whether what is wrapped (gzip, zip, PNG and others) is opened and coded as what it holds.
    fast_decode: for decompressing fast, on a GPU above all; it costs size. Compressing only.
    log2_window: long repeats are found within two to the power of it bytes of what is no repeat, 16
        to 31, which takes so much memory; 0 is as the level has it. Compressing only.
    reuse: an earlier file (a buffer, a path, or a binary file that can seek) with a directory: blocks
        of content that is in it are copied from it, unseen. Compressing only.
    resume: what a call with the same content that did not come to its end has written. Its blocks are
        copied, unseen, as long as content goes on as it did. Compressing only.
    context: models and device; None is one that all calls without one share.
    progress: called now and then with the bytes of content done so far. What it raises ends the
        call.
    """

    level: int = 5
    threads: int = 0
    model: str = "auto"
    memory_limit: int = 0
    directory: bool = False
    layout: str = ""
    unwrap: bool = True
    fast_decode: bool = False
    log2_window: int = 0
    reuse: Optional[Source] = None
    resume: Optional[Source] = None
    context: Optional[Context] = None
    progress: Optional[Callable[[int], object]] = None


class Call(Guard):
    """nnzip_options for a call, in `c`, and what must live as long as it is used.

    Python's signals get their turn whenever progress is told, so Ctrl-C ends a call.
    """

    def __init__(self, level: Optional[int], options: Optional[Options]) -> None:
        given = options or Options()
        self._progress = given.progress
        self._context = given.context or default_context()
        self._model = ffi.new("char[]", given.model.encode())
        self._handle = ffi.new_handle(self)
        self.c = _defaults()
        self.c.level = given.level if level is None else level
        self.c.threads = given.threads
        self.c.model = self._model
        self.c.memory_limit = given.memory_limit
        self.c.directory = given.directory
        self._layout = ffi.new("char[]", given.layout.encode())
        self.c.layout = self._layout
        self.c.no_unwrap = not given.unwrap
        self.c.fast_decode = given.fast_decode
        self.c.log2_window = given.log2_window
        self._earlier: list[Given] = []
        self.c.reuse = self._earlier_file(given.reuse)
        self.c.resume = self._earlier_file(given.resume)
        self.c.context = self._context._c
        self.c.progress = lib.nnzip_python_progress
        self.c.progress_data = self._handle

    def _earlier_file(self, source: Optional[Source]) -> Any:
        if source is None:
            return ffi.NULL
        self._earlier.append(Given(source))
        return self._earlier[-1].c

    def raise_error(self) -> None:
        for earlier in self._earlier:
            earlier.raise_error()
        super().raise_error()

    def tell_progress(self, done: int) -> int:
        try:
            if self._progress is not None:
                self._progress(done)
        except BaseException as error:
            self.error = error
        return int(self.error is not None)


@ffi.def_extern(error=1)
def nnzip_python_progress(handle: Any, done: int) -> int:
    return ffi.from_handle(handle).tell_progress(done)


def text(c_string: Any) -> str:
    return ffi.string(c_string).decode("utf-8", "backslashreplace")


def _defaults() -> Any:
    options = ffi.new("nnzip_options*")
    check(lib.nnzip_options_init(options, ffi.sizeof("nnzip_options")))
    return options


_default: Optional[Context] = None
_default_lock = threading.Lock()


def default_context() -> Context:
    """The one of all calls that are given none, made when it is first needed."""
    global _default
    with _default_lock:
        if _default is None:
            _default = Context()
        return _default


def models() -> list[Model]:
    """The models that calls without a context choose from."""
    return default_context().models()
