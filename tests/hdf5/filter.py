# SPDX-License-Identifier: Apache-2.0
"""Writes datasets of every kind with the filter and reads them again: filter.py [--grid | --damage] FILE"""

import subprocess
import sys

import h5py
import numpy

FILTER = 411


def layout_in(dataset):
    """What the filter says of a chunk, from the values in the file."""
    values = dataset.id.get_create_plist().get_filter_by_id(FILTER)[1]
    return b"".join(v.to_bytes(4, "little") for v in values[1:]).rstrip(b"\0").decode()


def grid():
    """[128][160] of float32, a smooth field with noise in the last bits."""
    y, x = numpy.mgrid[0:128, 0:160]
    noise = numpy.random.default_rng(1).normal(0, 1e-5, x.shape)
    return (280 + 20 * numpy.sin(x / 29) * numpy.cos(y / 17) + noise).astype("float32")


def arrays():
    """By name: the array, the shape of a chunk, and the layout that the filter has to find."""
    image = (numpy.add.outer(numpy.arange(60), numpy.arange(70)) % 256).astype("uint8")
    record = numpy.zeros(500, [("key", "<u2"), ("value", "<f8")])
    record["key"] = numpy.arange(500)
    return {
        "grid": (grid(), (64, 80), "table:80:f32le"),
        "big": (grid().astype(">f8"), (64, 80), "table:80:f64be"),
        "image": (image, (60, 70), "pixels:70x1:u8"),
        "colours": (numpy.stack([image] * 3, -1), (30, 70, 3), "pixels:70x3:u8"),
        "table": (numpy.arange(5000, dtype="int16"), (1000,), "table:1:s16le"),
        "record": (record, (100,), "table:10:u8"),
        "text": (numpy.array([b"some words"] * 300), (100,), "table:10:u8"),
    }


def write(path):
    with h5py.File(path, "w") as file:
        for name, (array, chunk, _) in arrays().items():
            file.create_dataset(name, data=array, chunks=chunk, compression=FILTER,
                                compression_opts=(2,))


def write_grid(path):
    """The grid alone, with the scales that netCDF wants."""
    with h5py.File(path, "w") as file:
        file["grid"] = grid()
        for axis, label in enumerate("yx"):
            file[label] = numpy.arange(file["grid"].shape[axis], dtype="float32")
            file[label].make_scale(label)
            file["grid"].dims[axis].attach_scale(file[label])


def check(path):
    with h5py.File(path) as file:
        for name, (array, _, layout) in arrays().items():
            assert layout_in(file[name]) == layout, (name, layout_in(file[name]))
            assert (file[name][...] == array).all(), name
            chunks = file[name].id
            for index in range(chunks.get_num_chunks()):  # all were filtered
                assert chunks.get_chunk_info(index).filter_mask == 0, name
        assert (file["grid"][30:70, 75:85] == grid()[30:70, 75:85]).all()
        stored = file["grid"].id.get_storage_size()
    assert stored < 0.85 * shuffled_by_zstd(grid(), (64, 80)), stored


def shuffled_by_zstd(array, chunk):
    """Bytes of the chunks by zstd -22, the first bytes of all numbers before the second ones."""
    total = 0
    for y in range(0, array.shape[0], chunk[0]):
        for x in range(0, array.shape[1], chunk[1]):
            part = numpy.ascontiguousarray(array[y:y + chunk[0], x:x + chunk[1]])
            planes = part.view("uint8").reshape(-1, array.itemsize).T.tobytes()
            total += len(subprocess.run(["zstd", "-q", "--ultra", "-22", "-c"], input=planes,
                                        capture_output=True, check=True).stdout)
    return total


def damage(path):
    """Changes a byte in the middle of the grid's first chunk."""
    with h5py.File(path) as file:
        chunk = file["grid"].id.get_chunk_info(0)
    with open(path, "r+b") as file:
        file.seek(chunk.byte_offset + chunk.size // 2)
        byte = file.read(1)[0]
        file.seek(-1, 1)
        file.write(bytes([byte ^ 255]))


if sys.argv[1] == "--damage":
    damage(sys.argv[2])
elif sys.argv[1] == "--grid":
    write_grid(sys.argv[2])
else:
    write(sys.argv[1])
    check(sys.argv[1])
