#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""tools/data/collect.py on packages that are made here: exits 77 without dpkg-deb."""

import gzip
import io
import pathlib
import shutil
import subprocess
import sys
import tempfile
import zipfile

COLLECT = pathlib.Path(__file__).resolve().parents[2] / "tools/data/collect.py"
PAGE = "Имя \u2014 страница\n" * 50


def make_package(folder: pathlib.Path, name: str, files: dict[str, bytes]):
    tree = folder / name
    for path, content in files.items():
        (tree / path).parent.mkdir(parents=True, exist_ok=True)
        (tree / path).write_bytes(content)
    (tree / "DEBIAN").mkdir()
    (tree / "DEBIAN/control").write_text(
        f"Package: {name}\nVersion: 1\nArchitecture: all\nMaintainer: N <n@example.org>\nDescription: test\n")
    subprocess.run(["dpkg-deb", "--build", tree, folder / f"{name}_1_all.deb"], check=True, capture_output=True)
    shutil.rmtree(tree)


def main() -> int:
    if not shutil.which("dpkg-deb"):
        return 77
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        jar = io.BytesIO()
        with zipfile.ZipFile(jar, "w") as archive:
            for i in range(8):
                archive.writestr(f"a/C{i}.class", bytes([i]) * (10 + i))
        library = bytes(range(256)) * 4096
        make_package(folder, "manpages-ru", {"usr/share/man/ru/man1/a.1.gz": gzip.compress(PAGE.encode())})
        make_package(folder, "libcommons-lang3-java", {"usr/share/java/x.jar": jar.getvalue()})
        make_package(folder, "libc6-arm64-cross", {"usr/aarch64-linux-gnu/lib/libc.so.6": library})
        make_package(folder, "python3-xlrd", {"usr/share/doc/readme": b"no table"})

        out = folder / "out"
        result = subprocess.run([sys.executable, COLLECT, "--from", folder, out], capture_output=True, text=True)
        assert result.returncode == 1, result
        left_out = result.stderr.removeprefix("not to be had: ").strip().split(", ")
        assert "python3-xlrd" in left_out and "manpages-pl" in left_out, left_out
        assert not {"manpages-ru", "libcommons-lang3-java", "libc6-arm64-cross"} & set(left_out), left_out

        assert (out / "languages/ru.txt").read_text("utf-8") == PAGE
        assert (out / "languages/ru.utf16").read_bytes() == PAGE.encode("utf-16-le")
        classes = sorted(path.name for path in (out / "programs").glob("*.class"))
        assert classes == [f"libcommons-lang3-java.C{i}.class" for i in range(2, 8)], classes
        piece = (out / "programs/libc6-arm64-cross.libc.so.6").read_bytes()
        assert len(piece) == 1 << 18 and piece in library
        assert (out / "arrays/grid.f16").stat().st_size * 2 == (out / "arrays/grid.f32").stat().st_size
    return 0


if __name__ == "__main__":
    sys.exit(main())
