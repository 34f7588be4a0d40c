# SPDX-License-Identifier: Apache-2.0
"""Whole buffers, options, errors, models."""

import array
import io
import mmap
import os
import random

import nnzip
import pytest

TEXT = b"The quick brown fox jumps over the lazy dog, and so does the other one. " * 40
NOISE = bytes((i * i * 2654435761 >> 7) & 255 for i in range(5000))
QUICK = nnzip.Options(model="none")


@pytest.mark.parametrize("content", [b"", b"x", TEXT, NOISE])
def test_content_comes_back(content):
    for options in (None, QUICK):
        packed = nnzip.compress(content, options=options)
        assert isinstance(packed, bytes)
        assert len(packed) <= nnzip.compress_bound(len(content))
        assert nnzip.content_size(packed) == len(content)
        assert nnzip.decompress(packed) == content


def test_level_and_options_count():
    assert nnzip.compress(TEXT, 1) == nnzip.compress(TEXT, options=nnzip.Options(level=1))
    assert nnzip.compress(TEXT, 1) == nnzip.compress(TEXT, 1, nnzip.Options(level=9))
    assert len(nnzip.compress(TEXT)) < len(nnzip.compress(TEXT, 1))  # a network helps
    with_directory = nnzip.compress(NOISE, options=nnzip.Options(model="none", directory=True))
    assert len(with_directory) > len(nnzip.compress(NOISE, options=QUICK))
    assert nnzip.decompress(with_directory) == NOISE


def test_takes_any_contiguous_buffer():
    numbers = array.array("i", range(3000))
    packed = nnzip.compress(numbers, options=QUICK)
    assert packed == nnzip.compress(numbers.tobytes(), options=QUICK)
    for data in (bytearray(packed), memoryview(packed), array.array("B", packed)):
        assert nnzip.decompress(data) == numbers.tobytes()
    with mmap.mmap(-1, len(packed)) as mapped:
        mapped[:] = packed
        assert nnzip.decompress(mapped) == numbers.tobytes()
        assert nnzip.read_range(mapped, 4, 8) == numbers.tobytes()[4:12]
    with pytest.raises((BufferError, ValueError, TypeError)):
        nnzip.compress(memoryview(TEXT)[::2])
    with pytest.raises(TypeError):
        nnzip.compress("text")


def test_out_gets_what_is_made():
    packed = nnzip.compress(TEXT, options=QUICK)
    room = bytearray(len(packed) + 10)
    assert nnzip.compress(TEXT, options=QUICK, out=room) == len(packed)
    assert room[:len(packed)] == packed
    numbers = array.array("H", bytes(len(TEXT)))
    assert nnzip.decompress(packed, out=numbers) == len(TEXT)
    assert numbers.tobytes() == TEXT
    for call, data in ((nnzip.compress, TEXT), (nnzip.decompress, packed)):
        with pytest.raises(nnzip.NnzipValueError, match="does not fit"):
            call(data, out=bytearray(10))
        with pytest.raises((BufferError, TypeError, ValueError)):
            call(data, out=bytes(5000))


def test_all_frames_and_nothing_else():
    packed = nnzip.compress(TEXT, options=QUICK)
    assert nnzip.decompress(packed + packed) == TEXT + TEXT
    with pytest.raises(nnzip.NnzipError):
        nnzip.decompress(packed + b"\0")


def test_errors_are_pythons_too():
    packed = nnzip.compress(TEXT, options=QUICK)
    with pytest.raises(EOFError) as ended:
        nnzip.decompress(packed[:-1])
    assert isinstance(ended.value, nnzip.NnzipError) and ended.value.code == 31
    with pytest.raises(nnzip.NnzipError) as no_frame:
        nnzip.decompress(TEXT)
    assert no_frame.value.code == 30
    damaged = bytearray(packed)
    damaged[len(packed) // 2] ^= 1
    with pytest.raises(nnzip.NnzipError) as corrupt:
        nnzip.decompress(damaged)
    assert corrupt.value.code == 32
    with pytest.raises(MemoryError):
        nnzip.compress(TEXT, options=nnzip.Options(memory_limit=1000))
    with pytest.raises(ValueError, match="level 10"):
        nnzip.compress(TEXT, 10)
    with pytest.raises(LookupError, match="no-such"):
        nnzip.compress(TEXT, options=nnzip.Options(model="no-such"))
    with pytest.raises(nnzip.NnzipError, match="abacus"):
        nnzip.Context(device="abacus")


def test_progress_is_told_and_may_raise():
    told = []
    nnzip.compress(TEXT, options=nnzip.Options(model="none", progress=told.append))
    assert told and told[-1] == len(TEXT) and told == sorted(told)

    def stop(_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        nnzip.compress(TEXT, options=nnzip.Options(model="none", progress=stop))
    with pytest.raises(KeyboardInterrupt):
        nnzip.decompress(nnzip.compress(TEXT), nnzip.Options(progress=stop))


def test_models_are_found():
    models = nnzip.models()
    names = [model.name for model in models]
    assert names == sorted(names) and any(name.startswith("text-") for name in names)
    for model in models:
        assert os.path.getsize(model.file) == model.file_bytes
        assert model.name.endswith(model.sha256[:12])
        assert model.macs_per_byte > 0 and "width" in model.architecture
    context = nnzip.Context(device="reference", model_path="/no/such/folder")
    assert context.models() == models
    packed = nnzip.compress(TEXT[:300], options=nnzip.Options(context=context))
    assert packed == nnzip.compress(TEXT[:300])
    assert nnzip.info(packed)[0].models[0] in names


def test_models_of_nnzip_models_are_looked_for(tmp_path, monkeypatch):
    (tmp_path / "nnzip_models").mkdir()
    before = nnzip._options.model_folders()
    monkeypatch.syspath_prepend(tmp_path)
    assert nnzip._options.model_folders() == before + [str(tmp_path / "nnzip_models")]


def test_version_is_the_librarys():
    assert nnzip.__version__.count(".") == 2


def test_earlier_files(tmp_path):
    noise = random.Random(3).randbytes(9 << 20)
    packed = nnzip.compress(noise, options=nnzip.Options(level=1, directory=True))
    path = tmp_path / "old.nnz"
    path.write_bytes(packed)
    damaged = bytearray(packed)
    damaged[1 << 20] ^= 1  # copied unseen, which shows that it is copied

    def again(**options):
        return nnzip.compress(noise, 1, nnzip.Options(level=1, directory=True, **options))

    for source in (packed, path, io.BytesIO(packed)):
        assert again(reuse=source) == packed == again(resume=source)
    taken = again(reuse=damaged)
    assert taken != packed and again(resume=damaged[:6 << 20]) == taken
    with pytest.raises(nnzip.NnzipValueError, match="no directory"):
        again(reuse=nnzip.compress(b"", 1))
    with pytest.raises(FileNotFoundError):
        again(reuse=tmp_path / "none")

    class Failing(io.BytesIO):
        def read(self, *_):
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        again(reuse=Failing(packed))


def test_the_window_is_an_option():
    noise = random.Random(4).randbytes(100_000)
    copies = [nnzip.info(nnzip.compress(noise * 2, 1, nnzip.Options(log2_window=window)))[0].copy_blocks
              for window in (0, 17, 16)]
    assert copies == [1, 1, 0]
    with pytest.raises(nnzip.NnzipValueError):
        nnzip.compress(noise, 1, nnzip.Options(log2_window=15))
