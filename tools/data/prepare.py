#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes the training corpus and the dev set from a folder of source data.

    tools/data/prepare.py SOURCE [OUT]       OUT defaults to build/data

SOURCE holds train/text/*.txt.bz3, six categories of documents separated by one NUL byte. Written:

    OUT/train/text/CATEGORY.bin    documents, one NUL byte after each
    OUT/valid/text/CATEGORY.bin    held-out documents, the same way (at most 1 MiB a category)
    OUT/dev/text/CATEGORY.txt      the head of the held-out documents, as one plain file
    OUT/dev/system/*               files of this Debian system, at most 512 KiB each

A document is held out when the first byte-pair of its SHA-256 is divisible by 64, so the split
does not depend on the order of the documents and never moves. Nothing of SOURCE/eval is read.
"""

import hashlib
import pathlib
import subprocess
import sys

CATEGORIES = ["books", "wiki", "web", "multi", "code", "structured"]
HELD_OUT_ONE_IN = 64
VALID_BYTES = 1 << 20
DEV_BYTES = 1 << 18
DEV_BYTES_PER_DOCUMENT = 1 << 15
SYSTEM_BYTES = 1 << 19

# Plain text, source code, tables, small files, machine code: what a user's disk holds.
SYSTEM_FILES = [
    "/usr/share/common-licenses/GPL-3",
    "/usr/share/common-licenses/Artistic",
    "/usr/share/perl/5.36/perl5db.pl",
    "/usr/share/perl/5.36/unicore/Name.pl",
    "/usr/share/i18n/locales/de_DE",
    "/usr/share/zoneinfo/tzdata.zi",
    "/usr/share/mime/packages/freedesktop.org.xml",
    "/usr/share/misc/pci.ids",
    "/usr/include/stdio.h",
    "/usr/include/elf.h",
    "/usr/lib/os-release",
    "/usr/lib/locale/C.utf8/LC_COLLATE",
    "/usr/lib/x86_64-linux-gnu/libm.so.6",
    "/usr/bin/perl",
    "/var/lib/dpkg/status",
]


def is_held_out(document: bytes) -> bool:
    return int.from_bytes(hashlib.sha256(document).digest()[:2], "big") % HELD_OUT_ONE_IN == 0


def read_documents(path: pathlib.Path) -> list[bytes]:
    text = subprocess.run(["bzip3", "-d", "-c", str(path)], check=True, capture_output=True).stdout
    return [document for document in text.split(b"\0") if document]


def write_limited(path: pathlib.Path, documents: list[bytes], limit: int) -> int:
    path.parent.mkdir(parents=True, exist_ok=True)
    written = 0
    with path.open("wb") as out:
        for document in documents:
            piece = (document + b"\0")[: limit - written]
            out.write(piece)
            written += len(piece)
    return written


def prepare_category(source: pathlib.Path, out: pathlib.Path, category: str) -> None:
    documents = read_documents(source / "train/text" / f"{category}.txt.bz3")
    held_out = [d for d in documents if is_held_out(d)]
    trained = [d for d in documents if not is_held_out(d)]
    train_bytes = write_limited(out / "train/text" / f"{category}.bin", trained, 1 << 40)
    valid_bytes = write_limited(out / "valid/text" / f"{category}.bin", held_out, VALID_BYTES)
    dev = b"".join(d[:DEV_BYTES_PER_DOCUMENT] for d in held_out)[:DEV_BYTES]
    dev_path = out / "dev/text" / f"{category}.txt"
    dev_path.parent.mkdir(parents=True, exist_ok=True)
    dev_path.write_bytes(dev)
    print(f"{category:11} {len(trained):6} documents, {train_bytes:9} bytes to train on; "
          f"{len(held_out):4} held out, {valid_bytes} bytes kept")


def copy_system_files(out: pathlib.Path) -> None:
    folder = out / "dev/system"
    folder.mkdir(parents=True, exist_ok=True)
    for name in SYSTEM_FILES:
        path = pathlib.Path(name)
        if path.is_file():
            (folder / path.name).write_bytes(path.read_bytes()[:SYSTEM_BYTES])
        else:
            print(f"not on this system: {name}")


def main() -> int:
    if len(sys.argv) not in (2, 3):
        print(__doc__, file=sys.stderr)
        return 1
    source = pathlib.Path(sys.argv[1])
    out = pathlib.Path(sys.argv[2] if len(sys.argv) == 3 else "build/data")
    for category in CATEGORIES:
        prepare_category(source, out, category)
    copy_system_files(out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
