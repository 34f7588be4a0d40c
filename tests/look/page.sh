#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# page.sh NNZIP_BINARY FOLDER: the page of a report, opened in Chromium without a screen. What it adds
# up must be what nnzip explain tells; screenshots of it stay in the folder. 77: there is no Chromium.
set -euo pipefail

nnzip=$(realpath "$1")
folder=$(realpath "$2")
prose=$(dirname "$(realpath "$0")")/../cli/prose.txt
browser=$(command -v chromium || command -v chromium-browser || command -v google-chrome) || {
  echo "skipped: there is no Chromium (Debian: chromium)"
  exit 77
}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

# An image of rings and noise, text, and an archive of both with a copy.
python3 - <<'PYTHON'
import math, random
random.seed(1)
with open("rings.ppm", "wb") as out:
    out.write(b"P6\n160 120\n255\n")
    for y in range(120):
        for x in range(160):
            ring = int(127 + 100 * math.sin(math.hypot(x - 50, y - 60) / 6))
            noise = random.randrange(40) if x > 110 else 0
            out.write(bytes((ring, min(255, ring // 2 + noise), 255 - ring)))
PYTHON
head -c 60000 "$prose" >prose.txt
gzip -9nc prose.txt >prose.txt.gz
tar --format=ustar --mtime=@0 --owner=0 --group=0 -cf all.tar prose.txt rings.ppm prose.txt.gz
files=(all.tar prose.txt '<b>.txt')
head -c 900 prose.txt >"${files[2]}"
page=$folder/report.html
"$nnzip" report -4 --model text --no-times -f -o "$page" "${files[@]}"
(($(stat -c %s "$page") < 1500000)) || echo "the page is too large"
! grep -oE '(src|href)="?https?:' "$page" || exit 1

chrome() {
  "$browser" --headless --no-sandbox --disable-gpu --disable-dev-shm-usage --hide-scrollbars \
    --user-data-dir="$work/profile" --virtual-time-budget=4000 "$@" 2>/dev/null
}
shot() { # shot NAME WIDTH,HEIGHT [ANCHOR]
  chrome --window-size="$2" --screenshot="$folder/$1.png" "file://$page${3:-}" >/dev/null
  [[ -s $folder/$1.png ]]
}
chrome --dump-dom "file://$page" >dom.html
"$nnzip" explain -4 --model text --json "${files[@]}" >told.json
python3 - <<'PYTHON'
import json, re
told = json.load(open("told.json"))
shown = {name: int(value) for name, value in
         re.findall(r'data-check="(\w+)">(\d+)<', open("dom.html", encoding="utf-8").read())}
coded = sum(each["coded_bytes"] for each in told)
assert shown["coded_bytes"] == coded, (shown, coded)
assert shown["content_bytes"] == sum(each["content_bytes"] for each in told)
for name in "by_costs", "by_areas", "by_curve":
    assert abs(shown[name] - coded) <= 0.005 * coded, (name, shown, coded)
sections = sum(section["coded_bytes"] for each in told for section in each["sections"])
assert abs(sections + sum(each["frame_bytes"] for each in told) - coded) <= 0.005 * coded
assert shown["cells"] > 10000 and shown["painted"] >= 2 and shown["texts"] > 1000, shown
PYTHON
shot light 1200,3900 '#light'
shot dark 1200,3900 '#dark'
shot narrow 500,3000 '#light'
echo "screenshots: $folder/{light,dark,narrow}.png"
