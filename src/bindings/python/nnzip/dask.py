# SPDX-License-Identifier: Apache-2.0
"""Many machines: files are cut into parts, and the workers of a Dask cluster code these.

    client = distributed.Client("tcp://scheduler:8786")
    nnzip.dask.compress("/data/logs", "/data/packed", client=client)
    nnzip.dask.decompress("/data/packed", "/data/again", client=client)
    lines = nnzip.dask.read_text("/data/packed/a.log.nnz")     # a dask.bag

or "python3 -m nnzip.dask compress SRC DST --cluster local". Names are of fsspec: paths that all workers
see, or "s3://...". A worker reads and writes by itself, one part in a slot: about 650 MB, the models,
and three times the bytes of a part. The bytes do not depend on the cluster. What a run has done is kept
beside DST until it is complete, so that the next one goes on; a worker that dies costs its part.
"""

from __future__ import annotations

import dataclasses
import io
import itertools
import posixpath
import re
from typing import Any, Callable, Iterator, Optional, Sequence

import fsspec

from ._buffers import compress as _compress_buffer
from ._options import Options
from ._reader import Reader, join

PART_BYTES = 64 << 20
_SUFFIX = ".nnz"
_COPY_BYTES = 4 << 20
# In the folder TARGET.parts: parts, and what workers that have died left unfinished. No other name there
# is this module's.
_PART_NAME = re.compile(r"(\d{8}-[0-9a-f]{12}|whole)(\..*\.\d+)?")
_NO_OPTIONS = Options()

# Called with the bytes of content that are done and those there are in all.
Progress = Callable[[int, int], object]


@dataclasses.dataclass(frozen=True)
class _Part:
    """Some of the content of a file, and where what becomes of it goes."""

    source: str
    target: str
    offset: int  # in the content
    length: int


@dataclasses.dataclass(frozen=True)
class _Plan:
    """A file to be written, and the parts that it is made of."""

    target: str
    parts: list[_Part]


def compress(source: str, target: str, *, client: Any = None, options: Optional[Options] = None,
             part_bytes: int = PART_BYTES, progress: Optional[Progress] = None) -> list[str]:
    """Compresses a file to target, or each file of a folder to the same name with .nnz in target.

    client: of distributed; None is this process. options: level, model, memory_limit and layout
    count. part_bytes: of content in a frame. Returns the names written. Raises what reading and
    writing raise, and NnzipError.
    """
    given = options or _NO_OPTIONS
    settings = {"level": given.level, "model": given.model, "memory_limit": given.memory_limit,
                "layout": given.layout}
    plans = [_Plan(path, _cut(from_, path, part_bytes, settings))
             for from_, path in _pairs(source, target, "", _SUFFIX)]
    workers = _Workers(client, part_bytes)
    workers.run(plans, _compress_part, (settings,), _join_parts, progress)
    return [plan.target for plan in plans]


def decompress(source: str, target: str, *, client: Any = None, part_bytes: int = PART_BYTES,
               progress: Optional[Progress] = None) -> list[str]:
    """Decompresses a file to target, or each .nnz file of a folder to a file in target.

    part_bytes: of content for a worker at a time, at least; it gets whole frames. Returns the names
    written. Raises as compress().
    """
    files = list(_pairs(source, target, _SUFFIX, ""))
    workers = _Workers(client, part_bytes)
    ranges = workers.each(_ranges, [from_ for from_, _ in files], [0] * len(files), (part_bytes,))
    plans = [_Plan(path, [_Part(from_, _part_name(path, number, {"begin": begin, "end": end}),
                                begin, end - begin) for number, (begin, end) in enumerate(found)])
             for (from_, path), found in zip(files, ranges)]
    workers.run(plans, _decompress_part, (), _append_parts, progress)
    return [plan.target for plan in plans]


def read_text(source: str, *, part_bytes: int = PART_BYTES, encoding: str = "utf-8") -> Any:
    """The lines of a compressed file as a dask.bag, a partition for part_bytes and more of it."""
    import dask
    import dask.bag

    parts = [dask.delayed(_lines)(source, begin, end, encoding)
             for begin, end in _ranges(source, part_bytes)]
    return dask.bag.from_delayed(parts or [dask.delayed(list)()])


# ---- Plans ----


def _pairs(source: str, target: str, from_suffix: str, to_suffix: str) -> Iterator[tuple[str, str]]:
    """Files to be read, and the name to be written for each."""
    files, root = fsspec.core.url_to_fs(source)
    if not files.isdir(root):
        yield source, target
        return
    for path in sorted(files.find(root)):
        if not path.endswith(from_suffix):
            continue
        name = posixpath.relpath(path, root)
        name = name[:len(name) - len(from_suffix)] + to_suffix
        yield files.unstrip_protocol(path), f"{target.rstrip('/')}/{name}"


def _cut(source: str, target: str, part_bytes: int, settings: dict[str, Any]) -> list[_Part]:
    files, path = fsspec.core.url_to_fs(source)
    size = files.size(path)
    plan = {"size": size, "part_bytes": part_bytes, "version": str(files.ukey(path)), **settings}
    return [_Part(source, _part_name(target, number, plan), offset,
                  min(part_bytes, size - offset))
            for number, offset in enumerate(range(0, max(size, 1), part_bytes))]


def _part_name(target: str, number: int, plan: dict[str, Any]) -> str:
    """Beside the target. Another plan, or a source that has changed, has other names."""
    key = fsspec.utils.tokenize(plan)[:12]
    return f"{target}.parts/{number:08d}-{key}"


def _ranges(source: str, part_bytes: int) -> list[tuple[int, int]]:
    """Content of whole frames, part_bytes or more each but for the last one."""
    ends, end = [], 0
    with _open(source) as file, Reader(file, _ONE_THREAD) as reader:
        for frame in reader.frames():
            end += frame.content_bytes
            ends.append(end)
    ranges: list[tuple[int, int]] = []
    begin = 0
    for end in ends:
        if end - begin >= part_bytes or (end == ends[-1] and end > begin):
            ranges.append((begin, end))
            begin = end
    return ranges


# ---- On a worker ----

_ONE_THREAD = Options(threads=1)


def _each(function: Callable[..., Any], items: Sequence[Any], more: tuple[Any, ...]) -> list[Any]:
    return [function(item, *more) for item in items]


def _compress_part(part: _Part, settings: dict[str, Any]) -> None:
    if not _exists(part.target):
        with _open(part.source) as file:
            file.seek(part.offset)
            content = file.read(part.length)
        if len(content) != part.length:
            raise EOFError(f"{part.source} has become shorter")
        packed = _compress_buffer(content, options=Options(threads=1, **settings))
        _write(part.target, part.target, lambda file: file.write(packed))


def _decompress_part(part: _Part) -> None:
    if _exists(part.target):
        return
    with _open(part.source) as source, Reader(source, _ONE_THREAD) as reader:
        end = part.offset + part.length

        def copy(file: Any) -> None:
            for at in range(part.offset, end, _COPY_BYTES):
                file.write(reader.read_range(at, min(_COPY_BYTES, end - at)))

        _write(part.target, part.target, copy)


def _lines(source: str, begin: int, end: int, encoding: str) -> list[str]:
    """Those that begin within the range."""
    with _open(source) as file, Reader(file, _ONE_THREAD) as reader:
        data = reader.read_range(begin, end - begin)
        if begin > 0 and reader.read_range(begin - 1, 1) != b"\n":
            data = data[data.find(b"\n") + 1:] if b"\n" in data else b""
        while data and not data.endswith(b"\n") and end < reader.size:
            more = reader.read_range(end, _COPY_BYTES)
            cut = more.find(b"\n") + 1 or len(more)
            data += more[:cut]
            end += cut
    return data.decode(encoding).splitlines(keepends=True)


def _open(url: str) -> Any:
    """To read. Unlike by fsspec.open, brackets and stars in the name are nothing special."""
    files, path = fsspec.core.url_to_fs(url)
    return files.open(path, "rb")


def _rename(files: Any, path: str, name: str) -> None:
    # Of older versions mv() copies local files, so that others could see a part; where it is not the
    # file system's own, it takes brackets and stars in names for patterns.
    if hasattr(files, "mv_file"):
        files.mv_file(path, name)
    elif type(files).mv is not fsspec.AbstractFileSystem.mv:
        files.mv(path, name)
    else:
        files.cp_file(path, name)
        files.rm_file(path)


def _exists(url: str) -> bool:
    files, path = fsspec.core.url_to_fs(url)
    return bool(files.exists(path))


def _write(begun: str, url: str, fill: Callable[[Any], object]) -> None:
    """Under its name it is complete: what is cut short has another one, which begins as given."""
    import os
    import socket

    files, path = fsspec.core.url_to_fs(url)
    unfinished = f"{fsspec.core.url_to_fs(begun)[1]}.{socket.gethostname()}.{os.getpid()}"
    for name in (path, unfinished):
        files.makedirs(posixpath.dirname(name), exist_ok=True)
    try:
        with files.open(unfinished, "wb") as file:
            fill(file)
        _rename(files, unfinished, path)
    except BaseException:
        if files.exists(unfinished):
            files.rm_file(unfinished)
        raise


class _Stored:
    """A file that is read in pieces and not held open: there may be thousands."""

    def __init__(self, url: str) -> None:
        self._files, self._path = fsspec.core.url_to_fs(url)
        self._size = self._files.size(self._path)
        self._at = 0

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self._at = offset + (self._size if whence == io.SEEK_END else 0)
        return self._at

    def read(self, size: int) -> bytes:
        end = min(self._at + size, self._size)
        data: bytes = self._files.cat_file(self._path, start=self._at, end=end)
        self._at += len(data)
        return data


def _join_parts(plan: _Plan) -> None:
    stored: Any = [_Stored(part.target) for part in plan.parts]
    _write(f"{plan.target}.parts/whole", plan.target, lambda file: join(stored, file))


def _append_parts(plan: _Plan) -> None:
    def copy(output: Any) -> None:
        for part in plan.parts:
            with _open(part.target) as file:
                while piece := file.read(_COPY_BYTES):
                    output.write(piece)

    _write(f"{plan.target}.parts/whole", plan.target, copy)


def _remove_parts(plan: _Plan) -> None:
    files, folder = fsspec.core.url_to_fs(plan.target + ".parts")

    def names() -> list[str]:
        files.invalidate_cache(folder)
        return list(files.ls(folder, detail=False)) if files.isdir(folder) else []

    for name in names():
        if _PART_NAME.fullmatch(posixpath.basename(name)):
            files.rm_file(name)
    # Files of the caller may be there as well; stores of objects have no empty folders.
    if not names() and files.isdir(folder):
        files.rmdir(folder)


# ---- At the caller ----

# A task costs the scheduler about a millisecond.
_MOST_ITEMS = 64
# Tasks for each slot: who has many of them at once may be left with the last ones.
_AHEAD = 2


class _Workers:
    """Those of a client, or this process. What they do can be done twice: the death of a worker in the
    middle costs what it had begun."""

    def __init__(self, client: Any, part_bytes: int) -> None:
        self._client = client
        self._short = part_bytes // 16  # short files go together

    def run(self, plans: Sequence[_Plan], code: Callable[..., None], more: tuple[Any, ...],
            finish: Callable[[_Plan], None], progress: Optional[Progress]) -> None:
        """Codes all parts, makes the files of them, and forgets the parts."""
        parts = [part for plan in plans for part in plan.parts]
        lengths = [part.length for part in parts]
        total, done = sum(lengths), 0

        def tell(length: int) -> None:
            nonlocal done
            done += length
            if progress is not None:
                progress(done, total)

        self.each(code, parts, lengths, more, tell)
        whole = [sum(part.length for part in plan.parts) for plan in plans]
        self.each(finish, plans, whole)
        self.each(_remove_parts, plans, [0] * len(plans))

    def each(self, function: Callable[..., Any], items: Sequence[Any], lengths: Sequence[int],
             more: tuple[Any, ...] = (), tell: Callable[[int], None] = lambda _: None) -> list[Any]:
        """function(item, *more) of all items; lengths: how much each is, of which tell is told."""
        results: list[Any] = [None] * len(items)
        if self._client is None:
            for place, item in enumerate(items):
                results[place] = function(item, *more)
                tell(lengths[place])
            return results
        import distributed

        batches = self._batches(lengths)
        given: dict[Any, list[int]] = {}  # places of each task that has not ended
        ended = distributed.as_completed(loop=self._client.loop)

        def feed() -> None:
            slots = sum(self._client.nthreads().values())  # workers may come and go
            for batch in itertools.islice(batches, max(0, _AHEAD * max(slots, 1) - len(given))):
                chosen = [items[place] for place in batch]
                task = self._client.submit(_each, function, chosen, more, pure=False, retries=3)
                given[task] = batch
                ended.add(task)

        try:
            feed()
            for task in ended:
                batch = given.pop(task)
                for place, result in zip(batch, task.result()):
                    results[place] = result
                feed()
                tell(sum(lengths[place] for place in batch))
        finally:
            self._client.cancel(list(given))
        return results

    def _batches(self, lengths: Sequence[int]) -> Iterator[list[int]]:
        """Places of items for a task each. The longest come first, so that workers end together."""
        batch: list[int] = []
        total = 0
        for place in sorted(range(len(lengths)), key=lambda place: -lengths[place]):
            if batch and (total + lengths[place] > self._short or len(batch) == _MOST_ITEMS):
                yield batch
                batch, total = [], 0
            batch.append(place)
            total += lengths[place]
        if batch:
            yield batch


if __name__ == "__main__":
    from nnzip._dask_command import main

    main()
