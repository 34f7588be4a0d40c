# SPDX-License-Identifier: Apache-2.0
"""Files cut into parts, on clusters of this machine."""

import os
import pathlib
import random
import signal
import subprocess
import sys
import threading
import time

import pytest

pytest.importorskip("fsspec")

import nnzip  # noqa: E402
import nnzip.dask  # noqa: E402

PART = 40_000
FAST = nnzip.Options(level=1)


@pytest.fixture
def distributed():
    """Clusters whose dashboards take any port that is free."""
    module = pytest.importorskip("distributed")

    def cluster(workers):
        return module.Client(module.LocalCluster(
            n_workers=workers, threads_per_worker=1, processes=True, dashboard_address=":0"))

    return cluster


@pytest.fixture
def folder(tmp_path):
    """Text, noise, nothing, a file in a folder, and names that look like patterns."""
    rng = random.Random(1)
    words = [rng.randbytes(rng.randint(2, 8)).hex() for _ in range(300)]
    text = "".join(" ".join(rng.choices(words, k=9)) + "\n" for _ in range(2500)).encode()
    root = tmp_path / "mixed"
    (root / "deeper").mkdir(parents=True)
    (root / "text").write_bytes(text)
    (root / "noise").write_bytes(rng.randbytes(100_000))
    (root / "empty").write_bytes(b"")
    (root / "deeper" / "more").write_bytes(text[::-1][:140_000])
    (root / "a [name").write_bytes(text[:100])
    (root / "a*?").write_bytes(text[:50])
    return root


def contents(root):
    return {str(path.relative_to(root)): path.read_bytes()
            for path in pathlib.Path(root).rglob("*") if path.is_file()}


def test_one_process(folder, tmp_path):
    told = []
    written = nnzip.dask.compress(str(folder), str(tmp_path / "packed"), options=FAST,
                                  part_bytes=PART, progress=lambda *done: told.append(done))
    assert len(written) == 6
    total = sum(len(content) for content in contents(folder).values())
    assert told[-1] == (total, total) and len(told) > 10
    packed = contents(tmp_path / "packed")
    assert set(packed) == {name + ".nnz" for name in contents(folder)}
    assert nnzip.decompress(packed["text.nnz"]) == contents(folder)["text"]
    nnzip.dask.decompress(str(tmp_path / "packed"), str(tmp_path / "again"), part_bytes=PART)
    assert contents(tmp_path / "again") == contents(folder)


def test_two_processes_make_the_same(folder, tmp_path, distributed):
    nnzip.dask.compress(str(folder), str(tmp_path / "one"), options=FAST, part_bytes=PART)
    with distributed(2) as client:
        nnzip.dask.compress(str(folder), str(tmp_path / "two"), options=FAST, part_bytes=PART,
                            client=client)
        assert contents(tmp_path / "one") == contents(tmp_path / "two")
        nnzip.dask.decompress(str(tmp_path / "two"), str(tmp_path / "again"), part_bytes=PART,
                              client=client)
        assert contents(tmp_path / "again") == contents(folder)
        bag = nnzip.dask.read_text(str(tmp_path / "two/text.nnz"), part_bytes=PART)
        assert bag.npartitions > 3
        text = contents(folder)["text"].decode()
        assert bag.compute() == text.splitlines(keepends=True)


def test_a_killed_worker_costs_its_part(folder, tmp_path, distributed):
    source, target = str(folder / "text"), tmp_path / "text.nnz"
    nnzip.dask.compress(source, str(tmp_path / "one.nnz"), options=FAST, part_bytes=20_000)
    with distributed(2) as client:
        victim = next(iter(client.run(os.getpid).values()))
        parts = tmp_path / "text.nnz.parts"

        def kill():
            while not parts.exists() or not list(parts.iterdir()):
                time.sleep(0.01)
            os.kill(victim, signal.SIGKILL)

        killer = threading.Thread(target=kill)
        killer.start()
        nnzip.dask.compress(source, str(target), options=FAST, part_bytes=20_000, client=client)
        killer.join()
    assert target.read_bytes() == (tmp_path / "one.nnz").read_bytes()
    assert not parts.exists()


def test_a_run_goes_on(folder, tmp_path):
    source, target = str(folder / "text"), str(tmp_path / "text.nnz")

    def stop(done, _total):
        if done > 2 * PART:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        nnzip.dask.compress(source, target, options=FAST, part_bytes=PART, progress=stop)
    kept = {path: path.stat().st_mtime_ns for path in (tmp_path / "text.nnz.parts").iterdir()}
    assert len(kept) >= 2 and not os.path.exists(target)

    def compare(_done, _total):
        assert {path: path.stat().st_mtime_ns for path in kept} == kept

    nnzip.dask.compress(source, target, options=FAST, part_bytes=PART, progress=compare)
    assert nnzip.decompress(pathlib.Path(target).read_bytes()) == contents(folder)["text"]


def test_more_parts_than_open_files(folder, tmp_path):
    resource = pytest.importorskip("resource")
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (100, before[1]))
    try:
        nnzip.dask.compress(str(folder / "text"), str(tmp_path / "text.nnz"), options=FAST,
                            part_bytes=1000)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
    assert len(nnzip.info(tmp_path / "text.nnz")) > 150
    assert nnzip.decompress((tmp_path / "text.nnz").read_bytes()) == contents(folder)["text"]


def test_folders_named_like_those_of_parts_are_left_alone(tmp_path):
    source = tmp_path / "files"
    for name in ("a", "a.parts/b", "a.nnz.parts/c"):
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_text(name)
    left = tmp_path / "packed" / "a.nnz.parts" / "whole.some.host.17"  # by a worker that died
    left.parent.mkdir(parents=True)
    left.touch()
    nnzip.dask.compress(str(source), str(tmp_path / "packed"), options=FAST)
    assert set(contents(tmp_path / "packed")) == {name + ".nnz" for name in contents(source)}
    nnzip.dask.decompress(str(tmp_path / "packed"), str(tmp_path / "again"))
    assert contents(tmp_path / "again") == contents(source)
    assert not list(tmp_path.rglob("b.parts")) + list(tmp_path.rglob("c.nnz.parts"))


def test_other_file_systems():
    files = nnzip.dask.fsspec.filesystem("memory")
    names = ["/files/a", "/files/[b] c", "/files/d*"]
    for name in names:
        files.pipe_file(name, name.encode() * 9)
    nnzip.dask.compress("memory:///files", "memory:///packed", options=FAST, part_bytes=50)
    nnzip.dask.decompress("memory:///packed", "memory:///again", part_bytes=50)
    made = {name: files.cat_file("/again" + name[6:]) for name in names}
    assert made == {name: name.encode() * 9 for name in names}
    assert len(files.find("/packed") + files.find("/again")) == 2 * len(names)


def test_errors(folder, tmp_path):
    with pytest.raises(FileNotFoundError):
        nnzip.dask.compress(str(tmp_path / "none"), str(tmp_path / "x"))
    with pytest.raises(nnzip.NnzipError):
        nnzip.dask.decompress(str(folder / "noise"), str(tmp_path / "x"))
    assert not (tmp_path / "x").exists()


@pytest.mark.parametrize("cluster", ["none", "local"])
def test_command(folder, tmp_path, cluster):
    if cluster == "local":
        pytest.importorskip("distributed")

    def run(*words):
        return subprocess.run([sys.executable, "-m", "nnzip.dask", *words, "--cluster", cluster],
                              capture_output=True, text=True, check=False)

    packed, again = str(tmp_path / "packed"), str(tmp_path / "again")
    done = run("compress", str(folder), packed, "--level", "1", "--part", "40K")
    assert done.returncode == 0, done.stderr
    done = run("decompress", packed, again)
    assert done.returncode == 0, done.stderr
    assert contents(again) == contents(folder)
    wrong = run("decompress", str(folder / "noise"), again + "2")
    assert wrong.returncode == 1 and "nnzip.dask: " in wrong.stderr
    assert "Traceback" not in wrong.stderr


def test_a_range_takes_three_requests(tmp_path):
    """However many frames there are."""
    frames = [nnzip.compress(bytes([i % 251]) * 1000, 1) for i in range(3000)]
    nnzip.join(frames, tmp_path / "joined.nnz")

    class Counted:
        def __init__(self, file):
            self._file, self.requests = file, 0

        def seek(self, *place):
            return self._file.seek(*place)

        def read(self, size):
            self.requests += 1
            return self._file.read(size)

    with open(tmp_path / "joined.nnz", "rb") as file:
        counted = Counted(file)
        part = nnzip.read_range(counted, 2_000_500, 100)
    assert part == bytes([2000 % 251]) * 100
    assert counted.requests <= 3
