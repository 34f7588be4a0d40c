# SPDX-License-Identifier: Apache-2.0
"""Reader, read_range, info, join."""

import gzip
import io

import nnzip
import pytest

PARTS = [b"a" * 1000, bytes((i * 7919 >> 3) & 255 for i in range(3000)), b"", b"third " * 500]
CONTENT = b"".join(PARTS)
QUICK = nnzip.Options(model="none")
FRAMES = [nnzip.compress(part, options=QUICK) for part in PARTS]


class Failing(io.BytesIO):
    def read(self, *_):
        raise ZeroDivisionError


@pytest.fixture
def joined(tmp_path):
    path = tmp_path / "part.nnz"
    path.write_bytes(FRAMES[0])
    out = tmp_path / "all.nnz"
    nnzip.join([path, FRAMES[1], io.BytesIO(FRAMES[2]), bytearray(FRAMES[3])], out)
    return out


def test_any_part(joined):
    data = joined.read_bytes()
    assert nnzip.decompress(data) == CONTENT
    for source in (joined, str(joined), data, memoryview(data), io.BytesIO(data)):
        for offset, length in ((0, 0), (0, 10), (990, 20), (999, 3002), (3999, 10**9), (10**9, 5)):
            assert nnzip.read_range(source, offset, length) == CONTENT[offset:offset + length]
    with nnzip.Reader(joined) as reader:
        assert reader.size == len(CONTENT)
        room = bytearray(50)
        assert reader.readinto(len(CONTENT) - 20, room) == 20
        assert room[:20] == CONTENT[-20:]
        with pytest.raises(ValueError):
            reader.read_range(-1, 5)


def test_a_short_read_is_gone_on_with():
    class Slow(io.BytesIO):
        def read(self, size=-1):
            return super().read(min(size, 7))

    assert nnzip.read_range(Slow(b"".join(FRAMES)), 500, 3000) == CONTENT[500:3500]


def test_groups_tell_what_they_open():
    data = gzip.compress(CONTENT + b"and some words that are no noise " * 50)
    for unwrap in (True, False):
        packed = nnzip.compress(data, options=nnzip.Options(model="none", unwrap=unwrap))
        assert nnzip.decompress(packed) == data
        frame = nnzip.info(packed)[0]
        assert frame.group_blocks == int(unwrap)
        block = frame.blocks[0]
        assert (block.coding == "group") == unwrap
        assert block.wrappers == (("deflate",) if unwrap else ())
        assert (block.opened_bytes > len(CONTENT)) == unwrap


def test_frames_tell_of_themselves(joined):
    frames = nnzip.info(joined)
    assert [frame.content_bytes for frame in frames] == [len(part) for part in PARTS]
    assert [frame.coded_bytes for frame in frames] == [len(frame) for frame in FRAMES]
    assert frames[2].blocks == () and frames[0].models == () and frames[0].checksum is None
    block = frames[3].blocks[0]
    assert block.content_offset == 4000 and block.content_bytes == 3000
    assert block.coding in ("contexts", "zstd", "stored") and block.form == "bytes"
    large = nnzip.info(nnzip.compress(bytes(9 << 20), 1))[0]
    assert len(large.blocks) >= 3 and large.checksum is not None


def test_joins_to_a_file_object():
    out = io.BytesIO()
    nnzip.join(FRAMES, out)
    assert nnzip.decompress(out.getvalue()) == CONTENT
    with pytest.raises(nnzip.NnzipError):
        nnzip.join([FRAMES[0], b"no frame"], io.BytesIO())
    with pytest.raises(nnzip.NnzipValueError):
        nnzip.join([], io.BytesIO())


def test_parts_are_joined_in_any_order(tmp_path):
    content = b"".join(b"line %d\n" % i for i in range(900))
    (tmp_path / "content").write_bytes(content)
    first, second, joined = tmp_path / "1", io.BytesIO(), io.BytesIO()
    nnzip.compress_part(tmp_path / "content", 1, 2, first, options=QUICK, cut="lines")
    nnzip.compress_part(content, 2, 2, second, options=QUICK, cut="lines")
    assert content.endswith(nnzip.decompress(second.getvalue()))
    nnzip.join([second, first], joined)
    assert nnzip.decompress(joined.getvalue()) == content
    with pytest.raises(nnzip.NnzipValueError):
        nnzip.join([second], io.BytesIO())
    with pytest.raises(nnzip.NnzipValueError):
        nnzip.compress_part(content, 3, 2, io.BytesIO())
    with pytest.raises(ValueError):
        nnzip.compress_part(content, 1, 2, io.BytesIO(), cut="words")
    with pytest.raises(ZeroDivisionError):
        nnzip.compress_part(Failing(content), 1, 2, io.BytesIO())


def test_a_plan_is_what_is_done(tmp_path):
    table = b"".join(i.to_bytes(4, "little") + b"abcd" for i in range(2000))
    options = nnzip.Options(model="none", layout="table:2:u32le")
    blocks = nnzip.plan(table, 5, options)
    assert blocks == nnzip.info(nnzip.compress(table, 5, options=options))[0].blocks
    assert blocks[0].stride == 8 and blocks[0].content_bytes == len(table)
    (tmp_path / "table").write_bytes(table)
    assert nnzip.plan(tmp_path / "table", options=options, limit=800)[0].content_bytes == 800
    assert nnzip.plan(b"", options=QUICK) == ()
    text = b"".join(b"line %d\n" % i for i in range(900))
    assert [nnzip.plan(text, options=nnzip.Options(model="none", fast_decode=fast))[0].coding
            for fast in (False, True)] == ["contexts", "zstd"]
    with pytest.raises(ValueError):
        nnzip.plan(table, limit=-1)


def test_estimates(tmp_path):
    content = CONTENT * 3
    told = nnzip.estimate(content, nnzip.Options(model="none"))
    assert [each.level for each in told] == list(range(1, 10))
    real = len(nnzip.compress(content, level=1))
    assert abs(told[0].coded_bytes - real) < 0.2 * real + 100
    assert told[8].seconds > 0 and told[8].memory_bytes > len(content)
    (tmp_path / "content").write_bytes(content)
    again = nnzip.estimate(tmp_path / "content", nnzip.Options(model="none"))
    assert again[4].coded_bytes == told[4].coded_bytes
    with pytest.raises(ZeroDivisionError):
        nnzip.estimate(Failing(content))


def test_errors_of_files_come_through(joined):
    with pytest.raises(ZeroDivisionError):
        nnzip.Reader(Failing(FRAMES[0]))
    with pytest.raises(ZeroDivisionError):
        nnzip.join([Failing(FRAMES[0])], io.BytesIO())
    with open(joined, "rb") as read_only, pytest.raises(io.UnsupportedOperation):
        nnzip.join(FRAMES, read_only)
    with pytest.raises(FileNotFoundError):
        nnzip.read_range(joined.with_name("missing"), 0, 1)
    with pytest.raises(EOFError):
        nnzip.info(FRAMES[0][:-1])
    assert issubclass(nnzip.NnzipOSError, OSError)
