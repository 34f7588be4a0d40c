# SPDX-License-Identifier: Apache-2.0
"""The codecs of numcodecs and Zarr, where these are."""

import pytest

numpy = pytest.importorskip("numpy")


def grid():
    """[64][80] of float32."""
    y, x = numpy.mgrid[0:64, 0:80].astype("float32")
    return numpy.sin(x / 9) * numpy.cos(y / 7)


def test_arrays_are_buffers():
    import nnzip

    packed = nnzip.compress(grid(), 1)
    back = numpy.empty_like(grid())
    assert nnzip.decompress(packed, out=back) == back.nbytes
    assert (back == grid()).all()
    with pytest.raises(ValueError):
        nnzip.compress(grid()[:, ::2])


def test_numcodecs():
    numcodecs = pytest.importorskip("numcodecs")
    from nnzip.numcodecs import Nnzip

    numcodecs.register_codec(Nnzip)
    codec = numcodecs.get_codec({"id": "nnzip", "level": 2})
    assert codec.get_config() == {"id": "nnzip", "level": 2}
    packed = codec.encode(grid())
    assert len(packed) < grid().nbytes
    assert codec.decode(packed) == grid().tobytes()
    out = numpy.empty_like(grid())
    assert codec.decode(packed, out=out) is out and (out == grid()).all()
    for wrong in (out[:10], numpy.empty(10000, "float32")):
        with pytest.raises(ValueError):
            codec.decode(packed, out=wrong)


@pytest.mark.parametrize("version", [2, 3])
def test_zarr(tmp_path, version):
    zarr = pytest.importorskip("zarr", minversion="3")
    if version == 2:
        import numcodecs
        from nnzip.numcodecs import Nnzip

        numcodecs.register_codec(Nnzip)
        codec = Nnzip(level=2)
    else:
        from nnzip.zarr import NnzipCodec

        zarr.registry.register_codec("nnzip", NnzipCodec)
        codec = NnzipCodec(level=2)
    array = zarr.create_array(store=tmp_path / "grid.zarr", shape=(64, 80), chunks=(32, 40),
                              dtype="float32", zarr_format=version, compressors=codec)
    array[:] = grid()
    stored = sum(file.stat().st_size for file in (tmp_path / "grid.zarr").rglob("*")
                 if file.is_file() and not file.name.endswith("json")
                 and not file.name.startswith(".z"))
    assert 0 < stored < grid().nbytes
    opened = zarr.open_array(tmp_path / "grid.zarr", mode="r")
    assert (opened[:] == grid()).all()
    assert (opened[30:35, 38:42] == grid()[30:35, 38:42]).all()
