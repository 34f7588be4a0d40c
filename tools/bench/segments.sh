#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# segments.sh [BUILD_FOLDER]: how content is cut and looked at. Makes files of many formats, prints how
# each is coded and whether it comes back, what a tar of mixed files costs beside its members alone, and
# how fast detection and what is compressed already go. Fails if a bar is missed. Needs ImageMagick and
# sox; what makes other formats is used where it is installed.
set -euo pipefail
shopt -s extglob

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
build=$(realpath "${1:-$root/build/release}")
nnzip=$build/nnzip
detect_bench=$build/tools/bench/nnzip-detect-bench
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

most_over=2        # percent that a tar may be larger than its members alone
least_detection=200 # MB/s
least_filter=20     # MB/s
least_stored=100    # MB/s
missed=0
bar() { # bar TEXT HOLDS
  if (($2)); then echo "  $1: met"; else echo "  $1: MISSED" && missed=1; fi
}

convert=$(command -v convert-im6.q16 magick convert | head -n 1)
image() { "$convert" -seed 7 -size 400x300 plasma:tomato-steelblue -blur 0x1 "${@}"; }
sound() { sox -R -n -r 44100 "$@" synth 3 pluck E3 pluck G3 tremolo 5 40 gain -6 2>/dev/null; }
try() { "$@" >/dev/null 2>&1 || true; }

make_images() {
  image -depth 8 photo.ppm
  image -depth 16 deep.ppm
  image -depth 8 -colorspace gray grey.pgm
  image -depth 8 photo.pam
  image -depth 8 BMP3:photo.bmp
  image -depth 8 -alpha set BMP:alpha.bmp
  image -depth 8 -colorspace gray -type palette BMP3:grey.bmp
  image -depth 8 -compress none photo.tga
  image -depth 8 -compress none photo.tiff
  image -depth 16 -compress none deep.tiff
  image -quality 92 -resize 400% photo.jpg
  image -depth 8 photo.png
  try image -quality 80 photo.webp
}

make_sounds() {
  sound -b 16 -c 2 stereo.wav
  sound -b 16 -c 1 mono.wav
  sound -b 24 -c 2 deep.wav
  sound -b 8 -c 1 coarse.wav
  sound -b 16 -c 6 six.wav
  sound -b 16 -c 2 stereo.aiff
  sound -b 16 -c 2 stereo.au
  sound -b 16 -c 2 -t raw stereo.raw
  try sound -b 16 -c 2 stereo.flac
  try sound -c 2 stereo.ogg
  try sound -c 2 stereo.mp3
}

make_others() {
  cp "$root/LICENSE" licence.txt
  cp "$root/src/mixer/bytes/byte_predictor.cpp" code.cpp
  cp "$nnzip" program.elf
  gzip -kc program.elf >packed.gz
  try xz -k program.elf && try mv program.elf.xz packed.xz
  try zstd -q program.elf -o packed.zst
  try bzip2 -k program.elf && try mv program.elf.bz2 packed.bz2
  try zip -q packed.zip program.elf photo.ppm
  try 7z a packed.7z program.elf
  find . -maxdepth 1 -size 0 -delete
}

round_trips() {
  echo "How each format is coded: kinds of its blocks, size, ratio"
  for file in !(*.nnz); do
    "$nnzip" --model none -c "$file" >one.nnz
    if ! "$nnzip" -dc one.nnz | cmp -s - "$file"; then echo "  $file does not come back" && missed=1; fi
    printf '  %-14s %9d -> %8d  %s\n' "$file" "$(stat -c %s "$file")" "$(stat -c %s one.nnz)" \
      "$("$nnzip" -lv one.nnz | sed -n 's/^ *block [0-9]*: at [0-9]*, \([0-9]*\) -> [0-9]* bytes, /\1 /p' |
        paste -sd '|' | sed 's/|/ | /g')"
  done
  rm one.nnz
}

mixed_tar() {
  local members=(licence.txt code.cpp stereo.wav deep.wav mono.wav photo.bmp photo.ppm grey.pgm
    photo.jpg packed.gz program.elf stereo.aiff) sum=0 file size
  tar --format ustar -cf mixed.tar "${members[@]}"
  for file in "${members[@]}"; do
    sum=$((sum + $("$nnzip" --model none -c "$file" | wc -c)))
  done
  size=$("$nnzip" --model none -c mixed.tar | wc -c)
  echo "A tar of ${#members[@]} files: $size bytes; its members alone: $sum"
  bar "at most $most_over % more" $((size * 100 <= sum * (100 + most_over)))
}

# Text and what is none, one after the other without any header between them. Not sound: a cut is exact to
# 4 KiB alone, so samples behind it may begin amid a number.
headerless() {
  local members=(code.cpp program.elf words.txt) sum=0 file size
  cat "$root"/src/mixer/*/*.cpp >code.cpp
  cat "$root"/src/*/*.md >words.txt
  cat "${members[@]}" >joined
  for file in "${members[@]}"; do
    sum=$((sum + $("$nnzip" --model none -c "$file" | wc -c)))
  done
  size=$("$nnzip" --model none -c joined | wc -c)
  echo "${#members[@]} files without headers: $size bytes; alone: $sum"
  bar "at most $most_over % more" $((size * 100 <= sum * (100 + most_over)))
}

speeds() {
  local bytes before after rate
  for _ in {1..40}; do cat packed.gz; done >many.gz
  bytes=$(stat -c %s many.gz)
  before=$(awk '{print $14 + $15 + $16 + $17}' "/proc/$$/stat")
  "$nnzip" --model none -T1 -c many.gz >/dev/null
  after=$(awk '{print $14 + $15 + $16 + $17}' "/proc/$$/stat")
  rate=$((bytes * $(getconf CLK_TCK) / 1000000 / (after > before ? after - before : 1)))
  echo "What is compressed already: $bytes bytes at $rate MB/s of processor time"
  bar "at least $least_stored MB/s" $((rate >= least_stored))
  "$detect_bench" mixed.tar many.gz program.elf deep.ppm mono.wav | tee speeds.txt
  rate=$(sed -n 's|^ *detector \([0-9]*\) MB/s.*|\1|p' speeds.txt | sort -n | head -n 1)
  bar "detection at least $least_detection MB/s" $((rate >= least_detection))
  rate=$(sed -n 's|^ *filter [a-z]* \([0-9]*\) MB/s, back \([0-9]*\) MB/s|\1\n\2|p' speeds.txt | sort -n | head -n 1)
  bar "each filter at least $least_filter MB/s" $((rate >= least_filter))
}

make_images
make_sounds
make_others
round_trips
mixed_tar
headerless
speeds
exit "$missed"
