#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Trains tiny models of images and of sound: what the taps tell is learned, and the exported integers
# agree with the reference bit for bit.
set -euo pipefail
train=$1 tests=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Images whose residuals follow from those above and from nothing else: in a column of bytes some of
# -4..3 take turns, and each column begins with another. Who sees them beside the wrong byte pays two
# or three bits a byte. Sound is noise that swells.
python3 - "$work" <<'END'
import pathlib, random, struct, sys
work = pathlib.Path(sys.argv[1])

def median(w, n, nw):
    return min(max(w + n - nw, min(w, n)), max(w, n))

def image(seed, width=21, height=400):
    dice = random.Random(seed)
    turns = [dice.randrange(8) for _ in range(3 * width)]
    rows, above = [], [0] * 3 * width
    for y in range(height):
        row = []
        for i in range(3 * width):
            def around(i):  # W, N, NW as the filter of pixels sees them
                if y == 0:
                    return (row[i - 3],) * 3 if i >= 3 else (0, 0, 0)
                return (row[i - 3], above[i], above[i - 3]) if i >= 3 else (above[i],) * 3
            predicted = median(*around(i))
            if i % 3 > 0:
                differences = [own - other for own, other in zip(around(i), around(i - 1))]
                predicted = min(max(row[i - 1] + median(*differences), 0), 255)
            row.append((predicted + turns[i] - 4) % 256)
            turns[i] = (3 * turns[i] + 1) % 8
        rows.append(bytes(row))
        above = row
    return b"P6 %d %d 255\n" % (width, height) + b"".join(rows)

def sound(seed, frames=30000):
    dice = random.Random(seed)
    data = b"".join(struct.pack("<hh", dice.randrange(-9, 9) * (1 + i % 4000 // 100), dice.randrange(-3, 3))
                    for i in range(frames))
    head = struct.pack("<4sIHHIIHH4sI", b"fmt ", 16, 1, 2, 44100, 176400, 4, 16, b"data", len(data))
    return b"RIFF" + struct.pack("<I4s", 4 + len(head) + len(data), b"WAVE") + head + data

for seed, split in enumerate(["train", "train", "train", "valid"]):
    for kind, content in (("image/%d.pgm", image(seed)), ("sound/%d.wav", sound(seed))):
        path = work / split / (kind % seed)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
END

options=(--name tiny --width 64 --heads 2 --head-size 32 --hidden 128 --windows 16,32 --ngram-orders 2
  --ngram-rows 256 --batch 8 --length 128 --warmup 5 --log-every 10 --validate-every 60
  --quantised-steps 20 --threads 1)
for kind in image:pixels:120:0.5 sound:samples:120:4.0; do
  IFS=: read -r data taps steps most <<< "$kind"
  "$train" "${options[@]}" --data "$work/train/$data" --valid "$work/valid/$data" --taps "$taps" \
    --steps "$steps" --run "$work/$data" | tee "$work/$data.log"
  awk -v most="$most" '/^quantised: / { bits = $2 } END { exit !(bits > 0 && bits < most) }' "$work/$data.log"
  grep -q '^taps ' "$work/$data"/tiny-*.vectors.txt
  NNZIP_PARITY_DIR="$work/$data" "$tests" "[parity]"
done

# A folder without what the taps are of.
if "$train" "${options[@]}" --data "$work/train/sound" --valid "$work/valid/sound" --taps pixels \
  --run "$work/none" 2> "$work/errors"; then
  echo "sound was taken for images" >&2
  exit 1
fi
grep -q 'no image or sound' "$work/errors"
