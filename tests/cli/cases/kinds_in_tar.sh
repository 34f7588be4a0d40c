# SPDX-License-Identifier: Apache-2.0
# In an archive each kind of content has its own model, and what joins the members costs little.
python3 - <<'PYTHON'
import math, struct
state = 1
def noise():
    global state
    state = (state * 1103515245 + 12345) % 2**31
    return state >> 20
photo = bytearray(120 * 90 * 3)
for i in range(len(photo)):
    left, above = photo[i - 3] if i % 360 > 2 else 120, photo[i - 360] if i >= 360 else 120
    edge = 40 if i % 360 == 240 - i // 360 or i // 360 == 50 else 0
    rough = (i // 3600 + i % 360 // 30) % 2  # squares: what a network sees before contexts have learned it
    grain = noise() % 8 + noise() % 8 - 7 if rough else noise() % 3 - 1
    photo[i] = max(0, min(255, (left + above) // 2 + grain + edge))
open("photo.ppm", "wb").write(b"P6 120 90 255\n" + photo)
sound = [int(6000 * math.sin(i / 9) + 3000 * math.sin(i / 31) + noise() % 300) for i in range(20000)]
data = struct.pack("<20000h", *sound)
open("sound.wav", "wb").write(struct.pack("<4sI4s4sIHHIIHH4sI", b"RIFF", 36 + len(data), b"WAVE",
    b"fmt ", 16, 1, 1, 8000, 16000, 2, 16, b"data", len(data)) + data)
PYTHON
prose_of 30000 >text
tar --sort=name --mtime=@0 --owner=0 --group=0 -cf all.tar photo.ppm sound.wav text
nnzip -k photo.ppm sound.wav text all.tar
members=$(cat photo.ppm.nnz sound.wav.nnz text.nnz | wc -c) all=$(wc -c <all.tar.nnz)
((all <= members + 150 * 4)) && echo small
nnzip -dc all.tar.nnz | cmp - all.tar && echo same
nnzip list --json -v all.tar.nnz | python3 -c '
import json, sys
for block in json.load(sys.stdin)[0]["frames"][0]["block_list"]:
    model = block["model"]
    if block["content_bytes"] > 20000:
        print(block["form"], block["coding"], model and model["name"].split("-")[0])'
nnzip bench --stages photo.ppm | awk '$1 == "mixed" { print $1, $2 }'
