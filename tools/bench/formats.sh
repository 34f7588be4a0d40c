#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# formats.sh [--whole] FOLDER [BUILD_FOLDER]: every image and sound below the folder in every format that
# detection knows, made with ImageMagick and sox, and every other file as it is: each must come back. Prints,
# for each format, files, bytes, coded bytes and kinds of blocks, and fails if anything differs. Of an
# image 97 x 61 pixels are taken and of a sound a quarter of a second, unless --whole is given.
set -euo pipefail

whole=
[[ ${1:-} == --whole ]] && whole=1 && shift
(($# > 0)) || { sed -n 3,6p "$0" >&2; exit 2; }
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
folder=$(realpath "$1")
nnzip=$(realpath "${2:-$root/build/release}")/nnzip
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
convert=$(command -v convert-im6.q16 magick convert | head -n 1)
failed=0
declare -A files bytes coded kinds

check() { # check FORMAT FILE
  local size packed
  [[ -s $2 ]] || { echo "$1: nothing was made of it" && failed=1 && return; }
  "$nnzip" -q --model none -c "$2" >packed.nnz
  if ! "$nnzip" -dc packed.nnz | cmp -s - "$2"; then echo "$1: $2 does not come back" && failed=1; fi
  size=$(stat -c %s "$2") packed=$(stat -c %s packed.nnz)
  files[$1]=$((${files[$1]:-0} + 1))
  bytes[$1]=$((${bytes[$1]:-0} + size))
  coded[$1]=$((${coded[$1]:-0} + packed))
  kinds[$1]="${kinds[$1]:-} $("$nnzip" -lv packed.nnz |
    sed -n 's/^ *block [0-9]*: at [0-9]*, [0-9]* -> [0-9]* bytes, \([a-z]*\),* *\([a-z]*\).*/\1\/\2/p' |
    tr '\n' ' ')"
}

image() { # image FORMAT FILE ARGUMENTS...: makes and checks
  local format=$1 file=$2
  shift 2
  "$convert" piece.png "$@" || true
  check "$format" "$file"
  rm -f "$file"
}

images() {
  local part=(-crop 97x61+3+5 +repage)
  [[ -z $whole ]] || part=()
  "$convert" "$1" "${part[@]}" -depth 8 piece.png
  image ppm a.ppm a.ppm
  image 'ppm 16' a.ppm -depth 16 a.ppm
  image pgm a.pgm -colorspace gray a.pgm
  image pam a.pam -alpha set a.pam
  image 'bmp 24' a.bmp -type truecolor -alpha off BMP3:a.bmp
  image 'bmp 32' a.bmp -alpha set BMP:a.bmp
  image 'bmp grey' a.bmp -colorspace gray -type palette BMP3:a.bmp
  image 'tga' a.tga -alpha off -compress none a.tga
  image 'tga alpha' a.tga -alpha set -compress none a.tga
  image 'tga grey' a.tga -colorspace gray -compress none a.tga
  image 'tga top first' a.tga -flip -orient TopLeft -compress none a.tga
  image tiff a.tif -compress none a.tif
  image 'tiff 16' a.tif -depth 16 -compress none a.tif
  image 'tiff grey' a.tif -colorspace gray -compress none a.tif
  image 'tiff big-endian' a.tif -endian MSB -depth 16 -compress none a.tif
  image 'raw rgb' a.rgb -alpha off rgb:a.rgb
  image 'raw bgr' a.bgr -alpha off bgr:a.bgr
  image 'raw rgba' a.rgba -alpha set rgba:a.rgba
  image 'raw grey' a.gray -colorspace gray gray:a.gray
  image jpeg a.jpg a.jpg
  image png a.png a.png
}

sound() { # sound FORMAT FILE ARGUMENTS...
  local format=$1 file=$2
  shift 2
  sox -R -V1 piece.wav "$@" || true
  check "$format" "$file"
  rm -f "$file"
}

sounds() {
  local bits channels
  local part=(trim 0 0.25)
  [[ -z $whole ]] || part=()
  sox -R -V1 "$1" -b 24 piece.wav "${part[@]}"
  for channels in 1 2 3 6 8; do
    for bits in 8 16 24; do sound "wav $bits" a.wav -b "$bits" -c "$channels" a.wav; done
  done
  for bits in 8 16 24; do
    sound "aiff $bits" a.aiff -b "$bits" a.aiff
    sound "au $bits" a.au -b "$bits" -e signed a.au
  done
  sound 'au mu-law' a.au -e mu-law a.au
  sound 'wav float' a.wav -e float -b 32 a.wav
  sound 'raw 16' a.raw -t raw -b 16 a.raw
  sound 'raw 16 big-endian' a.raw -t raw -b 16 -B a.raw
  sound flac a.flac -b 16 a.flac
}

others() { # others FILE
  check 'as it is' "$1"
  gzip -kc "$1" >a.gz && check gzip a.gz
  xz -kc "$1" >a.xz && check xz a.xz
  python3 -m zipfile -c a.zip "$1" && check zip a.zip
}

while IFS= read -r file; do
  case $file in
    *.png | *.jpg | *.ppm) images "$file" ;;
    *.flac | *.wav | *.aiff) sounds "$file" ;;
    *) others "$file" ;;
  esac
done < <(find "$folder" -type f | sort)

echo '| format | files | bytes | coded | blocks |'
echo '|---|---:|---:|---:|---|'
for format in "${!files[@]}"; do
  echo "| $format | ${files[$format]} | ${bytes[$format]} | ${coded[$format]} | $(tr ' ' '\n' \
    <<<"${kinds[$format]}" | sed '/^$/d' | sort | uniq -c | sort -rn | awk '{print $1, $2}' | paste -sd, |
    sed 's/,/, /g') |"
done | sort
exit "$failed"
