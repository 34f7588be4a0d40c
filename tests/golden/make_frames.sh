#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# make_frames.sh NNZIP: writes the golden frames of the present format version and the SHA-256 of
# their contents. Frames of a released version are never written anew.
set -euo pipefail
nnzip=$1
cd "$(dirname "${BASH_SOURCE[0]}")/frames/v0"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

: > "$work/empty"
printf 'x' > "$work/one_byte"
cp ../../../../LICENSE "$work/license"
cp "$work/license" "$work/lean"
cp "$work/license" "$work/lean_more"
seq 1 3000 > "$work/numbers"
head -c 1000 "$work/license" > "$work/network"  # so short that the network does better alone
head -c 270000 <(cat ../../../../{README.md,src/*.md,src/*/*.md,src/*/*.cpp}) > "$work/two_streams"
python3 - "$work" << 'END'
import gzip, io, pathlib, struct, sys, zipfile
work = pathlib.Path(sys.argv[1])
words, state, some = (work / "license").read_bytes().split()[:12], 1, []
while sum(map(len, some)) < 66000:  # of short content few contexts make less
    state = (state * 1664525 + 1013904223) % 2**32
    some.append(words[(state >> 16) % len(words)] + b" ")
(work / "sorted").write_bytes(b"".join(some))
pixels = bytes((x * x + 3 * y * c + x * y) // 40 % 256 for y in range(48) for x in range(64) for c in range(3))
(work / "pixels").write_bytes(b"P6 64 48 255\n" + pixels)
state, photo = 1, bytearray(96 * 64 * 3)
for i in range(len(photo)):
    state = state * 1664525 + 1013904223 & 0xFFFFFFFF
    left, above = photo[i - 3] if i % 288 > 2 else 120, photo[i - 288] if i >= 288 else 120
    edge = 40 if i % 288 == 150 - i // 288 or i // 288 == 40 else 0
    photo[i] = max(0, min(255, (left + above) // 2 + (state >> 29) + (state >> 26 & 7) - 7 + edge))
for name in "photo", "lean_photo":
    (work / name).write_bytes(b"P6 96 64 255\n" + photo)
state, value, noise = 1, 0, []
for _ in range(6000):
    state = (state * 1103515245 + 12345) % 2**31
    value = value * 15 // 16 + (state >> 16) % 4001 - 2000
    noise.append(value)
sound = struct.pack("<6000h", *noise)
for name in "samples", "lean_samples", "lean_sound":
    (work / name).write_bytes(
        struct.pack("<4sI4s4sIHHIIHH4sI", b"RIFF", 36 + len(sound), b"WAVE", b"fmt ", 16, 1, 2, 8000, 32000, 4, 16,
                    b"data", len(sound)) + sound)
# A JPEG file of three components under plain Huffman tables, whose codes are the symbols.
jpeg_bits, last = "", [0, 0, 0]
def jpeg_number(value, zeros, width):
    size = abs(value).bit_length()
    low = format(value if value > 0 else value + 2**size - 1, f"0{size}b") if size else ""
    return format(zeros * 16 + size, f"0{width}b") + low
for block in range(96):
    for c in range(3):
        mean, state = block * (c + 1) % 37 - 9 * c, state * 1664525 + 1013904223 & 0xFFFFFFFF
        jpeg_bits, last[c] = jpeg_bits + jpeg_number(mean - last[c], 0, 4), mean
        for k in range(state >> 28):
            jpeg_bits += jpeg_number((state >> (k + 5)) % 7 - 3 or 1, k % 3, 8)
        jpeg_bits += "0" * 8
jpeg_bits += "1" * (-len(jpeg_bits) % 8)
scan = int(jpeg_bits, 2).to_bytes(len(jpeg_bits) // 8, "big").replace(b"\xff", b"\xff\0")
def jpeg_segment(marker, payload): return struct.pack(">BBH", 255, marker, len(payload) + 2) + payload
(work / "jpeg").write_bytes(
    b"\xff\xd8" + jpeg_segment(0xDB, bytes([0, *range(5, 69)])) +
    jpeg_segment(0xC0, struct.pack(">BHHB", 8, 64, 96, 3) + bytes([1, 17, 0, 2, 17, 0, 3, 17, 0])) +
    jpeg_segment(0xC4, bytes([0, 0, 0, 0, 12]) + bytes(12) + bytes(range(12))) +
    jpeg_segment(0xC4, bytes([16]) + bytes(7) + b"\xff" + bytes(8) + bytes(range(255))) +
    jpeg_segment(0xDA, bytes([3, 1, 0, 2, 0, 3, 0, 0, 63, 0])) + scan + b"\xff\xd9")
text = (work / "license").read_bytes()
lines = [line.strip() for line in text[:6000].decode().replace("(", "<").replace(")", ">").splitlines()]
kerned = [")-333(".join(word.replace("fi", "\\014").replace("We", "W)83(e") for word in line.split()) for line in lines if line]
(work / "wrapped_page").write_bytes("".join(f"[({line})]TJ 0 -11.955 Td " for line in kerned).encode())
(work / "wrapped_gzip").write_bytes(gzip.compress(text, 9, mtime=0))
with zipfile.ZipFile(work / "wrapped_zip", "w", zipfile.ZIP_DEFLATED) as archive:
    for i in range(3):
        archive.writestr(zipfile.ZipInfo(f"part{i}"), text[3000 * i:3000 * i + 4000], zipfile.ZIP_DEFLATED)
    archive.writestr(zipfile.ZipInfo("again.gz"), gzip.compress(text[:5000], 6, mtime=0), zipfile.ZIP_DEFLATED)
(work / "wrapped_utf16").write_bytes(b"\xff\xfe" + (text[:6000].decode() + "\u0142\u65e5\U0001f600").encode("utf-16-le"))

# A library of ELF with all tables that follow from the rest, and one of PE behind it.
def gnu_hash(name):
    h = 5381
    for c in name.encode(): h = (h * 33 + c) % 2**32
    return h
def plain_hash(name):
    h = 0
    for c in name.encode(): h = h * 16 + c; h = (h ^ (h & 0xF0000000) >> 24) & 0xFFFFFFF
    return h
names = sorted((f"name_{i * i * 7 % 997}_{i}" for i in range(64)), key=lambda n: gnu_hash(n) % 7)
begins, sizes = [0x10000 + 48 * i for i in range(64)], [33 + i * 5 % 16 for i in range(64)]
file, parts, strings = bytearray(64), [(0,) * 6], bytearray(1)
def add(name, kind, link, data, unit=8):
    file.extend(bytes(-len(file) % unit))
    parts.append((len(strings), kind, len(file), len(data), link, unit))
    strings.extend(name.encode() + b"\0")
    file.extend(data)
places, text_of_names = [], bytearray(1)
for name in sorted(names):
    places.append((name, len(text_of_names)))
    text_of_names += name.encode() + b"\0"
places, words = dict(places), [0] * 4
for name in names:
    h = gnu_hash(name)
    words[h // 64 % 4] |= 1 << h % 64 | 1 << (h >> 6) % 64
buckets = [next((1 + k for k, n in enumerate(names) if gnu_hash(n) % 7 == b), 0) for b in range(7)]
chain = [gnu_hash(n) & ~1 | (k == 63 or gnu_hash(names[k + 1]) % 7 != gnu_hash(n) % 7) for k, n in enumerate(names)]
add(".gnu.hash", 0x6FFFFFF6, 2, struct.pack("<4I4Q7I64I", 7, 1, 4, 6, *words, *buckets, *chain))
add(".dynsym", 11, 3, bytes(24) + b"".join(
    struct.pack("<IBBHQQ", places[n], 18, 0, 1, begins[k], sizes[k]) for k, n in enumerate(names)))
add(".dynstr", 3, 0, text_of_names)
first, rest = [0] * 13, [0] * 65
for k, name in enumerate(names, 1):
    b = plain_hash(name) % 13
    rest[k], first[b] = first[b], k
add(".hash", 5, 2, struct.pack("<2I13I65I", 13, 65, *first, *rest))
data = len(file) + 24 * 20 + (-len(file) - 24 * 20) % 64
add(".rela.dyn", 4, 2, b"".join(struct.pack("<3Q", data + 8 * i, 8, begins[i * 3]) for i in range(20)))
add(".data", 1, 0, struct.pack("<20Q", *begins[:60:3]), 64)
index = len(file)
records = index + 12 + 8 * 64 + 4
add(".eh_frame_hdr", 1, 0, b"\1\x1b\3\x3b" + struct.pack("<iI", records - index - 4, 64) + b"".join(
    struct.pack("<iI", begins[i] - index, records + 24 * (1 + i) - index) for i in range(64)))
add(".eh_frame", 1, 0, struct.pack("<II", 20, 0) + b"\1zR\0\1x\x10\1\x1b".ljust(16, b"\0") + b"".join(
    struct.pack("<IIiIBB6x", 20, 28 + 24 * i, begins[i] - (records + 24 * (1 + i) + 8), sizes[i], 0, 65 + i % 4)
    for i in range(64)) + bytes(4))
add(".shstrtab", 3, 0, strings + b".shstrtab\0")
file += bytes(-len(file) % 8)
file[:64] = b"\x7fELF\2\1\1".ljust(16, b"\0") + struct.pack(
    "<HHIQQQIHHHHHH", 3, 62, 1, 0, 0, len(file), 0, 64, 0, 0, 64, len(parts), len(parts) - 1)
for name, kind, at, size, link, unit in parts:
    loaded = at and name != parts[-1][0]
    file += struct.pack("<IIQQQQIIQQ", name, kind, 2 if loaded else 0, at if loaded else 0, at, size, link, 0, unit, 0)
code, moved = bytearray(), []
for i in range(900):
    code += bytes((i * 37 + j * 11) % 251 for j in range(1 + i % 5)) + b"\x68"
    moved.append(0x1000 + len(code))
    code += struct.pack("<I", 0x10001000 + 3 * i)
code += struct.pack("<I", 0x10002000) + bytes(-len(code) % 512 + 508)
blocks = bytearray()
for page in sorted({at & ~4095 for at in moved}):
    entries = [0x3000 | at & 4095 for at in moved if at & ~4095 == page]
    entries += [0] * (len(entries) % 2)
    blocks += struct.pack(f"<II{len(entries)}H", page, 8 + 2 * len(entries), *entries)
image = bytearray(512)
image[:2], image[60], image[128:130] = b"MZ", 128, b"PE"
image[132:152] = struct.pack("<HHIIIHH", 0x14C, 2, 0, 0, 0, 224, 0x2102)
image[152:154], image[180:184], image[208:212] = b"\x0b\1", struct.pack("<I", 0x10000000), struct.pack("<I", 0x8000)
image[288:296] = struct.pack("<II", 0x6000, len(blocks))
blocks += bytes(-len(blocks) % 512)
image[388:400] = struct.pack("<III", 0x1000, len(code), 512)
image[428:440] = struct.pack("<III", 0x6000, len(blocks), 512 + len(code))
(work / "wrapped_programs").write_bytes(bytes(file) + bytes(image + code + blocks))
END
head -c 5000000 /dev/zero > "$work/several_blocks"
openssl enc -aes-128-ctr -K 00 -iv 00 -in <(head -c 3000 /dev/zero) > "$work/stored" 2> /dev/null

# Zeros in zstd's blocks were written by an earlier build; encoders take something smaller now.
find . -name '*.nnz' ! -name zstd.nnz -delete
printf '%s  zstd\n' "$(sha256sum < "$work/several_blocks" | cut -d' ' -f1)" > SHA256SUMS
for content in "$work"/*; do
  name=$(basename "$content")
  how=(-5)
  if [[ $name == sorted ]]; then how=(-1); fi
  if [[ $name == lean || $name == lean_sound ]]; then how=(-2); fi
  if [[ $name == lean_more || $name == lean_photo || $name == lean_samples ]]; then how=(-3); fi
  if [[ $name == several_blocks ]]; then how=(-5 --block 22); fi
  "$nnzip" compress "${how[@]}" -c "$content" > "$name.nnz"
  printf '%s  %s\n' "$(sha256sum < "$content" | cut -d' ' -f1)" "$name" >> SHA256SUMS
done
for ways in "contexts --model none" "large_network -9"; do
  read -r name options <<< "$ways"
  # shellcheck disable=SC2086  # options and their values
  "$nnzip" compress $options -c "$work/license" > "$name.nnz"
  printf '%s  %s\n' "$(sha256sum < "$work/license" | cut -d' ' -f1)" "$name" >> SHA256SUMS
done
cat empty.nnz license.nnz one_byte.nnz > concatenated.nnz
printf '%s  %s\n' "$(cat "$work/empty" "$work/license" "$work/one_byte" | sha256sum | cut -d' ' -f1)" \
  concatenated >> SHA256SUMS
