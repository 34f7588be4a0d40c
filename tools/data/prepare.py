#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes the training corpus and the dev set from a folder of source data.

    tools/data/prepare.py SOURCE [OUT [KIND...]]       OUT defaults to build/data, KIND to all

KIND is text, text2, image, audio or system. SOURCE holds train/text/*.txt.bz3, six categories of
documents separated by one NUL byte, train/text2/*.txt.bz3, four more (other languages, tables and
markup, other programming languages, documentation), train/image/photos.tar and
train/audio/clips.tar. The categories of both corpora are written side by side:

    OUT/train/text/CATEGORY.bin    documents, one NUL byte after each
    OUT/valid/text/CATEGORY.bin    held-out documents, the same way (at most 1 MiB a category)
    OUT/dev/text/CATEGORY.txt      the head of the held-out documents, as one plain file
    OUT/train/image/*.ppm,bmp,pgm  images, cut to a band of rows of at most 1.5 MB
    OUT/valid/image/*              held-out images, the same way
    OUT/train/audio/*.wav          clips, OUT/valid/audio/*.wav those held out
    OUT/dev/system/*               files of this Debian system, at most 512 KiB each

A document is held out when the first byte-pair of its SHA-256 is divisible by 64, an image or a clip
when that of its file is by 10, so the split does not depend on their order and never moves. Nothing of
SOURCE/eval is read. Images need Pillow (Debian: python3-pil), audio needs flac.
"""

import hashlib
import io
import pathlib
import subprocess
import sys
import tarfile

CATEGORIES = {
    "text": ["books", "wiki", "web", "multi", "code", "structured"],
    "text2": ["multi2", "structured2", "code2", "web2"],
}
HELD_OUT_ONE_IN = 64
FILES_HELD_OUT_ONE_IN = 10
IMAGE_BYTES = 1_500_000
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


def prepare_category(source: pathlib.Path, out: pathlib.Path, corpus: str, category: str) -> None:
    documents = read_documents(source / "train" / corpus / f"{category}.txt.bz3")
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


def members(archive: pathlib.Path):
    """Name, content and the set of each file of a tar."""
    with tarfile.open(archive) as tar:
        for member in tar:
            if not member.isfile() or member.name.endswith((".tsv", ".md", ".txt")):
                continue
            content = tar.extractfile(member).read()
            digest = hashlib.sha256(content).digest()
            held_out = int.from_bytes(digest[:2], "big") % FILES_HELD_OUT_ONE_IN == 0
            yield pathlib.Path(member.name), content, digest, "valid" if held_out else "train"


def write_image(content: bytes, name: str, digest: bytes, folder: pathlib.Path) -> int:
    """Rows from top and bottom, BGR beside RGB, some grey: as users' disks hold them."""
    from PIL import Image  # text needs nothing beside Python

    kind = "bmp" if digest[2] % 4 == 0 else "pgm" if digest[2] % 8 == 1 else "ppm"
    image = Image.open(io.BytesIO(content))
    if "A" in image.mode or "transparency" in image.info:
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image.convert("RGBA"))
    image = image.convert("L" if kind == "pgm" else "RGB")
    width, height = image.size
    rows = max(1, min(height, IMAGE_BYTES // (width * len(image.getbands()))))
    top = (height - rows) // 2
    path = folder / f"{pathlib.Path(name).stem}.{kind}"
    image.crop((0, top, width, top + rows)).save(path)
    return path.stat().st_size


def write_clip(content: bytes, name: str, folder: pathlib.Path) -> int:
    path = folder / f"{pathlib.Path(name).stem}.wav"
    path.write_bytes(subprocess.run(["flac", "-d", "-c", "-s", "-"], input=content, check=True,
                                    capture_output=True).stdout)
    return path.stat().st_size


def prepare_files(source: pathlib.Path, out: pathlib.Path, kind: str, archive: str) -> None:
    total = {"train": [0, 0], "valid": [0, 0]}
    for split in total:
        (out / split / kind).mkdir(parents=True, exist_ok=True)
    for name, content, digest, split in members(source / "train" / kind / archive):
        folder = out / split / kind
        if kind == "image":
            size = write_image(content, name.name, digest, folder)
        else:
            size = write_clip(content, name.name, folder)
        total[split][0] += 1
        total[split][1] += size
    for split, (files, size) in total.items():
        print(f"{kind:6} {split} {files:4} files, {size:9} bytes")


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
    kinds = ["text", "text2", "image", "audio", "system"]
    chosen = sys.argv[3:] or kinds
    if len(sys.argv) < 2 or not set(chosen) <= set(kinds):
        print(__doc__, file=sys.stderr)
        return 1
    source = pathlib.Path(sys.argv[1])
    out = pathlib.Path(sys.argv[2] if len(sys.argv) > 2 else "build/data")
    for corpus, categories in CATEGORIES.items():
        if corpus in chosen:
            for category in categories:
                prepare_category(source, out, corpus, category)
    if "image" in chosen:
        prepare_files(source, out, "image", "photos.tar")
    if "audio" in chosen:
        prepare_files(source, out, "audio", "clips.tar")
    if "system" in chosen:
        copy_system_files(out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
