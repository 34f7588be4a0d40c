# SPDX-License-Identifier: Apache-2.0
"""open() and NnzipFile."""

import io
import os
import shutil
import threading

import nnzip
import pytest

LINES = [b"%d green bottles\n" % i for i in range(5000)]
TEXT = b"".join(LINES)
QUICK = nnzip.Options(model="none")


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "file.nnz"
    with nnzip.open(path, "wb", options=QUICK) as file:
        file.writelines(LINES)
        assert file.tell() == len(TEXT)
        assert file.writable() and not file.readable() and not file.seekable()
    return path


def test_a_file_is_what_compress_makes(path):
    assert path.read_bytes() == nnzip.compress(TEXT, options=QUICK)


def test_reads_as_a_binary_file(path):
    with nnzip.open(path) as file, io.BytesIO(TEXT) as expected:
        assert file.readable() and file.seekable() and not file.writable()
        assert file.peek(5).startswith(b"0 gr") and file.tell() == 0
        for offset, whence in ((0, 0), (70000, 0), (-5, 1), (-40, 2), (3, 0), (10**9, 0), (0, 0)):
            assert file.seek(offset, whence) == expected.seek(offset, whence)
            for size in (7, 0, 100):
                assert file.read(size) == expected.read(size)
            assert file.readline() == expected.readline()
            assert file.tell() == expected.tell()
        assert file.read() == expected.read()
        assert file.read() == b""
        file.seek(0)
        assert list(file) == LINES
        with pytest.raises(ValueError):
            file.seek(-1)
        with pytest.raises(io.UnsupportedOperation):
            file.write(b"")
        assert file.fileno() > 0
    assert file.closed
    with pytest.raises(ValueError):
        file.read()


def test_text(tmp_path):
    path = tmp_path / "text.nnz"
    with nnzip.open(path, "wt", level=1, encoding="utf-8", newline="\n") as file:
        print("Grüße", "zwei", sep="\n", file=file)
    with nnzip.open(path, "rt", encoding="utf-8") as file:
        assert file.read() == "Grüße\nzwei\n"
    assert nnzip.decompress(path.read_bytes()) == "Grüße\nzwei\n".encode()
    assert len(nnzip.info(path)) == 1
    for mode, wrong in (("rb", {"encoding": "utf-8"}), ("rbt", {}), ("q", {})):
        with pytest.raises(ValueError):
            nnzip.open(path, mode, **wrong)


def test_modes(path):
    with pytest.raises(FileExistsError):
        nnzip.open(path, "xb")
    with nnzip.open(path, "ab", options=QUICK) as file:
        file.write(b"more")
    with nnzip.open(path) as file:
        assert file.read() == TEXT + b"more"
        assert file.seek(-4, 2) == len(TEXT) and file.read() == b"more"
    with nnzip.open(path, "wb"):
        pass
    with nnzip.open(path) as file:
        assert file.read() == b""


def test_what_is_flushed_is_readable(path):
    with nnzip.open(path, "wb", options=QUICK) as file:
        for part in (b"one", b"two"):
            file.write(part)
            file.flush()
            file.flush()
            assert nnzip.decompress(path.read_bytes()).endswith(part)
    assert nnzip.decompress(path.read_bytes()) == b"onetwo"
    assert len(nnzip.info(path)) == 2


def test_file_objects(path):
    packed = path.read_bytes()
    file = io.BytesIO(b"before" + packed)
    file.seek(6)
    with nnzip.NnzipFile(file) as reading:
        reading.seek(100)
        assert reading.read(50) == TEXT[100:150]
    assert not file.closed
    out = io.BytesIO()
    with nnzip.NnzipFile(out, "w", options=QUICK) as writing:
        shutil.copyfileobj(io.BytesIO(TEXT), writing)
    assert out.getvalue() == packed


def test_pipes(path):
    packed = path.read_bytes()
    for data, error in ((packed + packed, None), (packed[:-1], EOFError)):
        reading, writing = os.pipe()

        def feed(data=data, writing=writing):
            with open(writing, "wb") as pipe:
                pipe.write(data)

        thread = threading.Thread(target=feed)
        thread.start()
        with open(reading, "rb") as pipe, nnzip.open(pipe) as file:
            assert not file.seekable()
            if error is None:
                assert file.read(10) == TEXT[:10]
                assert file.read() == (TEXT + TEXT)[10:]
            else:
                with pytest.raises(error):
                    file.read()
        thread.join()


def test_what_is_no_file_of_ours(tmp_path):
    path = tmp_path / "other"
    path.write_bytes(TEXT)
    with pytest.raises(nnzip.NnzipError):
        nnzip.open(path)
    with pytest.raises(FileNotFoundError):
        nnzip.open(tmp_path / "missing")
