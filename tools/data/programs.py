#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Collects programs of many origins and writes what a network of machine code sees of them.

    tools/data/programs.py [--tool build/torch/tools/train/nnzip-code-blocks] [OUT]     OUT defaults to build/data

Programs and libraries come from Debian packages of several architectures (an index of its own for each, nothing
is installed), from PyPI's wheels for Windows and from this system, and lie under OUT/programs. OUT/train/code and
OUT/valid/code then hold a category each for x86 and x86-64 of Windows and of Linux, for AArch64, and for other
processors whose instructions have four bytes: the blocks that nnzip takes for code, behind its filters, at most 100 kB of
each file. Held out are all files of some packages, so that what is measured on is of another origin.
A package that cannot be had is named on standard error and left out.
"""

import argparse
import hashlib
import io
import os
import pathlib
import subprocess
import sys
import tarfile
import zipfile

# Debian 12, by architecture. `all` are packages of cross compilers.
PACKAGES = {
    "i386": "libwine libc6 libstdc++6 bash coreutils perl-base python3.11-minimal libssl3 libqt5core5a libqt5gui5 "
            "libgtk-3-0 gimp libavcodec59 libicu72 vim binutils-i686-linux-gnu libboost-regex1.74.0 libsqlite3-0 gcc-12 "
            "libmozjs-102-0 libreoffice-core",
    "arm64": "libc6 libstdc++6 bash coreutils libssl3 libqt5core5a libavcodec59 vim gcc-12",
    "amd64": "libwine libc6-sparc64-cross libc6-sparc-sparc64-cross libstdc++6-sparc64-cross",
}
WHEELS = {
    "win32": "PyQt5-Qt5 aiohttp brotli cffi coverage cryptography cx_Oracle debugpy grpcio kiwisolver lxml markupsafe "
             "matplotlib numpy pandas pillow psutil psycopg2-binary pycryptodome pygame pymupdf pywin32 pyzmq regex reportlab "
             "shapely simplejson tornado wxPython zstandard",
    "win_amd64": "PyQt5-Qt5 aiohttp cffi cryptography grpcio h5py lxml matplotlib numpy pandas pillow psutil psycopg2-binary "
                 "pymupdf pywin32 regex scipy wxPython",
}
SYSTEM = ("/usr/bin", "/usr/lib/x86_64-linux-gnu", "/usr/lib/gcc/x86_64-linux-gnu/12")
HELD_OUT = ("pywin32", "pillow", "libresolv", "libmemusage", "vim", "libsqlite3")
# The files that the mixer was tuned on.
LEFT_OUT = ("bash", "libcrypto", "perl", "cargo", "libresolv", "libmemusage", "libsqlite3")
# Megabytes of code, and at most so many bytes of one file.
SHARES = {"win32": (26, 100_000), "linux32": (14, 100_000), "win64": (16, 100_000), "linux64": (16, 100_000),
          "aarch64": (10, 100_000), "words": (40, 4_000_000)}
ELF_MACHINES = {3: "linux32", 62: "linux64", 183: "aarch64", 2: "words", 18: "words", 43: "words", 20: "words",
                21: "words", 8: "words"}
PE_MACHINES = {0x14C: "win32", 0x8664: "win64"}


def category(content: bytes) -> str | None:
    if content[:4] == b"\x7fELF":
        return ELF_MACHINES.get(int.from_bytes(content[18:20], "little" if content[5] == 1 else "big"))
    if content[:2] == b"MZ" and len(content) > 0x100:
        at = int.from_bytes(content[0x3C:0x40], "little")
        if content[at:at + 4] == b"PE\0\0":
            return PE_MACHINES.get(int.from_bytes(content[at + 4:at + 6], "little"))
    return None


class Programs:
    def __init__(self, folder: pathlib.Path):
        self.folder, self.seen = folder, set()

    def add(self, origin: str, name: str, content: bytes) -> None:
        digest = hashlib.sha256(content).hexdigest()[:8]
        kind = category(content) if len(content) >= 20_000 else None
        if kind is None or digest in self.seen:
            return
        self.seen.add(digest)
        held = any(word in f"{origin}/{name}".lower() for word in HELD_OUT)
        folder = self.folder / ("valid" if held else "train") / kind
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{origin}.{pathlib.PurePath(name).name}.{digest}").write_bytes(content)

    def add_deb(self, path: pathlib.Path) -> None:
        data = subprocess.run(["dpkg-deb", "--fsys-tarfile", path], check=True, capture_output=True).stdout
        with tarfile.open(fileobj=io.BytesIO(data)) as archive:
            for member in archive:
                if member.isfile():
                    self.add(path.name.split("_")[0], member.name, archive.extractfile(member).read())

    def add_wheel(self, path: pathlib.Path) -> None:
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                if name.lower().endswith((".dll", ".pyd", ".exe")):
                    self.add(path.name.split("-")[0], name, archive.read(name))


def run_quietly(command: list[str], **options) -> bool:
    return subprocess.run(command, capture_output=True, check=False, **options).returncode == 0


def apt_environment(arch: str, root: pathlib.Path) -> dict[str, str]:
    """An index of packages of that architecture, apart from the system's."""
    for part in ("lists/partial", "cache/archives/partial", "state"):
        (root / part).mkdir(parents=True, exist_ok=True)
    (root / "state/status").touch()
    (root / "sources").write_text("deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] "
                                  "http://deb.debian.org/debian bookworm main\n")
    (root / "conf").write_text(f'APT::Architecture "{arch}"; APT::Architectures {{ "{arch}"; }};\n'
                               f'Dir::Etc::sourcelist "{root}/sources"; Dir::Etc::sourceparts "-";\n'
                               f'Dir::State "{root}/state"; Dir::State::lists "{root}/lists";\n'
                               f'Dir::State::status "{root}/state/status"; Dir::Cache "{root}/cache";\n')
    environment = dict(os.environ, APT_CONFIG=str(root / "conf"))
    run_quietly(["apt-get", "-q", "update"], env=environment)
    return environment


def collect(out: pathlib.Path) -> Programs:
    programs = Programs(out / "programs")
    for arch, names in PACKAGES.items():
        folder = (out / "packages" / arch).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        environment = apt_environment(arch, folder / "apt")
        for name in names.split():
            if not run_quietly(["apt-get", "-q", "download", name], cwd=folder, env=environment):
                print(f"no package {name} of {arch}", file=sys.stderr)
        for path in sorted(folder.glob("*.deb")):
            programs.add_deb(path)
    for platform, names in WHEELS.items():
        folder = out / "packages" / platform
        for name in names.split():
            if not run_quietly([sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--only-binary=:all:", "--platform",
                                platform, "--python-version", "310", "-d", str(folder), name]):
                print(f"no wheel {name} of {platform}", file=sys.stderr)
        for path in sorted(folder.glob("*.whl")):
            programs.add_wheel(path)
    for folder in SYSTEM:
        for path in sorted(pathlib.Path(folder).glob("*")):
            if path.is_file() and not path.is_symlink() and 20_000 < path.stat().st_size < 30_000_000:
                programs.add("system", path.name, path.read_bytes())
    return programs


def write_blocks(tool: str, files: list[pathlib.Path], megabytes: float, most: int, out: pathlib.Path) -> None:
    out.parent.mkdir(parents=True, exist_ok=True)
    with out.open("wb") as blocks:
        for i in range(0, len(files), 8):
            if blocks.tell() > megabytes * 1e6:
                break
            blocks.write(subprocess.run([tool, str(most), *files[i:i + 8]], check=True, stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL).stdout)
        print(f"{out}: {blocks.tell()} bytes")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tool", default="build/torch/tools/train/nnzip-code-blocks")
    parser.add_argument("out", nargs="?", type=pathlib.Path, default=pathlib.Path("build/data"))
    arguments = parser.parse_args()
    collect(arguments.out)
    for part in ("valid", "train"):
        for kind, (megabytes, most) in SHARES.items():
            files = [path for path in (arguments.out / "programs" / part / kind).glob("*")
                     if path.stat().st_size < 8_000_000 and
                     (part == "valid" or not any(word in path.name for word in LEFT_OUT))]
            files.sort(key=lambda path: hashlib.sha256(path.name.encode()).hexdigest())
            share = megabytes if part == "train" else .6
            write_blocks(arguments.tool, files, share, most, arguments.out / part / "code" / f"{kind}.bin")


if __name__ == "__main__":
    main()
