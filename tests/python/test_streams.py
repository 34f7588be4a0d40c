# SPDX-License-Identifier: Apache-2.0
"""Compressor and Decompressor."""

import nnzip
import pytest

TEXT = b"".join(b"%d bottles of beer on the wall\n" % i for i in range(3000))
QUICK = nnzip.Options(model="none")


def pieces(data, size):
    return [data[i:i + size] for i in range(0, len(data), size)]


@pytest.mark.parametrize("size", [1000, 70001, 1 << 20])
def test_pieces_give_what_buffers_give(size):
    compressor = nnzip.Compressor(options=QUICK)
    packed = b"".join(compressor.compress(piece) for piece in pieces(TEXT, size))
    packed += compressor.flush()
    assert packed == nnzip.compress(TEXT, options=QUICK)
    decompressor = nnzip.Decompressor()
    content = b"".join(decompressor.decompress(piece) for piece in pieces(packed, size // 100))
    assert content == TEXT
    assert decompressor.needs_input and not decompressor.eof
    assert decompressor.flush() == b"" and decompressor.eof
    with pytest.raises(EOFError):
        decompressor.decompress(b"")


def test_a_flushed_block_is_readable():
    compressor, decompressor = nnzip.Compressor(options=QUICK), nnzip.Decompressor()
    for line in (b"first\n", b"second\n", TEXT):
        compressor.compress(line[:3])
        packed = compressor.compress(line[3:]) + compressor.flush(compressor.FLUSH_BLOCK)
        assert decompressor.decompress(packed) == line
    assert compressor.last_mode == compressor.FLUSH_BLOCK
    assert compressor.flush(compressor.FLUSH_BLOCK) == b""
    assert decompressor.decompress(compressor.flush()) == b""
    assert compressor.compress(b"next", compressor.FLUSH_FRAME) == \
        nnzip.compress(b"next", options=QUICK)
    assert nnzip.Compressor().flush() == nnzip.compress(b"")
    with pytest.raises(ValueError):
        compressor.compress(b"", 7)


def test_output_is_as_long_as_wanted():
    decompressor = nnzip.Decompressor()
    packed = nnzip.compress(TEXT, options=QUICK)
    content = decompressor.decompress(packed + packed, 10)
    assert content == TEXT[:10] and not decompressor.needs_input
    while not decompressor.needs_input:
        piece = decompressor.decompress(b"", 100000)
        assert len(piece) <= 100000
        content += piece
    assert content == TEXT + TEXT
    assert decompressor.decompress(packed, 0) == b"" and not decompressor.needs_input
    assert decompressor.decompress(b"") == TEXT


def test_incomplete_data_are_an_error():
    packed = nnzip.compress(TEXT, options=QUICK)
    decompressor = nnzip.Decompressor()
    decompressor.decompress(packed[:-1])
    with pytest.raises(nnzip.NnzipEOFError):
        decompressor.flush()
    with pytest.raises(nnzip.NnzipEOFError):
        nnzip.Decompressor().flush()
    decompressor = nnzip.Decompressor()
    with pytest.raises(nnzip.NnzipError):
        decompressor.decompress(packed + b"trailing garbage")
