#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Compresses images, made into PPM or PGM files, by contexts alone and as the command does by itself, and
# compares with WebP and PNG at their best: images.sh FILE.png...
#
# Prints bytes as Markdown; each file is proved to come back. Needs ImageMagick and cwebp. Takes
# build/release/nnzip, or what NNZIP says.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
nnzip=${NNZIP:-$here/../../build/release/nnzip}
[[ $# -gt 0 && -x $nnzip ]] || {
  sed -n 's/^# //p' "${BASH_SOURCE[0]}" | tail -n +2 >&2
  exit 1
}
convert=$(command -v convert-im6.q16 || command -v convert)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

echo "| file | raw | PNG | cwebp -lossless -z 9 | nnzip --model none | nnzip |"
echo "|---|---:|---:|---:|---:|---:|"
for file in "$@"; do
  "$convert" "$file" "$work/image.pnm"
  "$nnzip" --model none -c "$work/image.pnm" >"$work/contexts.nnz"
  "$nnzip" -c "$work/image.pnm" >"$work/image.nnz"
  for made in contexts image; do "$nnzip" -dc "$work/$made.nnz" | cmp - "$work/image.pnm"; done
  cwebp -quiet -lossless -z 9 "$file" -o "$work/image.webp"
  echo "| $(basename "$file" .png) | $(stat -c %s "$work/image.pnm") | $(stat -L -c %s "$file") |" \
    "$(stat -c %s "$work/image.webp") | $(stat -c %s "$work/contexts.nnz") |" \
    "$(stat -c %s "$work/image.nnz") |"
done | awk -F ' *[|] *' '
  { print; for (i = 3; i <= 7; ++i) sum[i] += $i }
  END {
    printf "| sum | %d | %d | %d | %d | %d |\n", sum[3], sum[4], sum[5], sum[6], sum[7]
    printf "| of raw | 1"
    for (i = 4; i <= 7; ++i) printf " | %.4f", sum[i] / sum[3]
    print " |"
  }'
