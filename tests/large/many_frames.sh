#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A terabyte in 16,000 frames of stored zeros, a file of holes: list and --range with and without a
# directory in 200 MB, and join of that and of 16,000 files: many_frames.sh NNZIP. Prints how long each takes.
set -euo pipefail

nnzip=$(realpath "$1")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

python3 - <<'END'
import os, struct, subprocess

FRAMES, CONTENT, ZEROS_XXH32 = 16000, 1 << 26, 0xDA539227

def varint(n):
    out = b""
    while n > 127:
        out, n = out + bytes([n & 127 | 128]), n >> 7
    return out + bytes([n])

def xxh32(data):  # of the metadata frame, by the command xxhsum
    told = subprocess.run(["xxhsum", "-H0"], input=data, stdout=subprocess.PIPE, check=True).stdout
    return int(told.split()[0], 16)

block = b"\x01" + struct.pack("<I", (CONTENT - 1) << 2 | 3) + struct.pack("<I", ZEROS_XXH32)
head = b"\xF7\x4E\x5A\x1A\x00" + block
size = len(head) + CONTENT
with open("plain.nnz", "wb") as file:
    for i in range(FRAMES):
        file.seek(i * size)
        file.write(head)
    file.truncate(FRAMES * size)
each = varint(0) + varint(size) + b"\x00" + varint(1) + b"\x01" + varint(len(block) + CONTENT) + varint(CONTENT)
payload = b"\x00" + varint(FRAMES * size) + varint(FRAMES) + each * FRAMES
body = b"\x01" + varint(len(payload)) + payload
frame = b"\xF7\x4E\x5A\x1B" + body + struct.pack("<I", xxh32(body))
frame += struct.pack("<Q", len(frame) + 12) + b"\x1B\x5A\x4E\xF7"
with open("listed.nnz", "wb") as file:
    for i in range(FRAMES):
        file.seek(i * size)
        file.write(head)
    file.seek(FRAMES * size)
    file.write(frame)
small = b"\xF7\x4E\x5A\x1A\x00\x01" + bytes([(5 - 1) << 2]) + bytes.fromhex("021E9D56") + b"nnzip"
os.mkdir("small")
for i in range(FRAMES):
    with open("small/%05d" % i, "wb") as file:
        file.write(small)
END

limited() { # limited COMMAND...: within 200 MB of memory that it touches; tells its time
  local TIMEFORMAT="%R s, of a processor %U and in the kernel %S: ${*//$nnzip/nnzip}"
  time python3 -c 'import resource, subprocess, sys
status = subprocess.run(sys.argv[1:]).returncode
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
if peak > 200000: sys.exit("%d KiB of memory" % peak)
sys.exit(status)' "$@"
}
for file in listed plain; do
  limited "$nnzip" list --json $file.nnz >$file.json
  python3 -c 'import json, sys
entry = json.load(open(sys.argv[1]))[0]
assert len(entry["frames"]) == 16000 and entry["content_bytes"] == 16000 << 26, entry["content_bytes"]' $file.json
  limited "$nnzip" -d --range $((15999 << 26)):1000 $file.nnz >part
  cmp part <(head -c 1000 /dev/zero)
done
limited "$nnzip" join -f -o whole.nnz plain.nnz
[[ $(stat -c %s whole.nnz) == $(stat -c %s listed.nnz) ]] && cmp <("$nnzip" list --json <listed.nnz) <("$nnzip" list --json <whole.nnz)
(($(stat -c %b whole.nnz) < 1000000))
printf '%s\n' small/* >names
limited xargs -s 1000000 -a names "$nnzip" join -f -o joined.nnz
[[ $("$nnzip" -dc joined.nnz | wc -c) == 80000 ]]
