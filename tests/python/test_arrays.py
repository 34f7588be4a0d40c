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


@pytest.mark.parametrize("dtype, shape, layout", [
    ("<f4", (64, 80), "table:80:f32le"), (">f8", (9,), "table:1:f64be"),
    ("u1", (50, 60, 3), "pixels:60x3:u8"), ("<u2", (50, 60), "pixels:60x1:u16le"),
    ("u1", (7,), "table:1:u8"), ("<c8", (5, 6), "table:12:f32le"), ("<i4", (3, 4, 5), "table:5:s32le"),
    ("M8[s]", (10,), "table:1:s64le"), ("S10", (10,), "table:10:u8"), ("O", (10,), ""),
    ("u1", (0, 5), ""), ("u1", (2, 1 << 22), "table:4194304:u8")])
def test_layouts_of_arrays(dtype, shape, layout):
    import nnzip
    from nnzip.arrays import layout_of

    assert layout_of(numpy.dtype(dtype), shape) == layout
    content = bytes(numpy.random.default_rng(1).integers(0, 4, 999, "uint8"))
    options = nnzip.Options(level=1, layout=layout)
    assert nnzip.decompress(nnzip.compress(content, options=options)) == content


def test_wrong_layouts():
    import nnzip

    with pytest.raises(nnzip.NnzipError, match="pixels:640x3"):
        nnzip.compress(b"content", options=nnzip.Options(layout="picture"))


def raw_image():
    """[150][201][3] of uint8: rows of a length that bytes do not tell."""
    y, x = numpy.mgrid[0:150, 0:201]
    light = (x * x // 90 + y * y // 70 + x * y // 50) % 400
    shade = numpy.minimum(light, 400 - light)[..., None] + numpy.arange(3) * 10
    return (shade + numpy.random.default_rng(1).integers(0, 4, shade.shape)).astype("uint8")


def test_shapes_help():
    numcodecs = pytest.importorskip("numcodecs")
    import nnzip
    from nnzip.numcodecs import Nnzip

    packed = Nnzip(level=4).encode(raw_image())
    assert len(packed) < len(nnzip.compress(raw_image(), 4))
    assert Nnzip().decode(packed) == raw_image().tobytes()


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
