#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Size against speed and memory of nnzip's levels and its peers, in one run: report.sh [--quick] [--eval FOLDER] [--write]
#
# Six files: text, code, a mixed tar, an image, sound, binaries; of the development files in build/data/dev
# (tools/data/prepare.py, tools/bench/mixer_dev.py, tools/bench/image_dev.py), or with --eval of a folder of
# evaluation files with files/, image/ and audio/. --quick takes 150000 bytes of each. Peers that are not
# installed are left out, and kinds whose files are missing, which is said. One thread; speed is content over processor time,
# memory the peak of what is resident. Everything must come back. Markdown on standard output; --write puts
# it into models/RESULTS.md and draws models/map.svg.
# The whole of it takes hours: the highest levels code some 10 kB a second.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
cd "$root"
quick='' folder='' options=()
while (($# > 0)); do
  case $1 in
    --quick) quick=150000 ;;
    --write) options+=(--write models) ;;
    --eval) folder=$(realpath "${2:?}") && shift ;;
    *) sed -n 's/^# //p' "${BASH_SOURCE[0]}" | tail -n +2 >&2 && exit 2 ;;
  esac
  shift
done
tools/run -V >/dev/null # builds it
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# put KIND FILE...: those that are there, one behind the other.
put() {
  local kind=$1 file
  shift
  for file in "$@"; do
    if [[ -f $file ]]; then cat "$file" >>"$work/$kind"; else echo "$kind: there is no $file" >&2; fi
  done
}

# pixels FILE, samples FILE: as files that nnzip and others read.
pixels() { convert "$1" -depth 8 ppm:"$work/image" || echo "image: ImageMagick cannot read $1" >&2; }
samples() { flac -sd -o "$work/sound.wav" "$1" && mv "$work/sound.wav" "$work/sound"; }

if [[ -n $folder ]]; then
  put text "$folder"/files/slices/{dickens.1m,enwiki1m}
  put code "$folder"/files/canterbury/{fields.c,grammar.lsp,cp.html,xargs.1} "$folder"/files/slices/xml.1m
  put binaries "$folder"/files/slices/ooffice.1m "$folder"/files/canterbury/sum
  tar -C "$folder" -cf "$work/mixed" files/canterbury files/geo.protodata files/slices/osdb.1m
  pixels "$folder/image/kodim05.png"
  samples "$folder/audio/ess_flamenco.flac" || echo "sound: flac cannot read it" >&2
else
  data=build/data/dev
  put text $data/text/{books,web,wiki,multi}.txt
  put code $data/text/{code,code2}.txt $data/system/{elf.h,stdio.h,perl5db.pl}
  put binaries $data/system/{perl,libm.so.6} $data/mixer/{bash.elf,libcrypto.so}
  tar -cf "$work/mixed" $data/mixer
  photograph=''
  [[ ! -d $data/image ]] || photograph=$(find $data/image -type f | sort | sed -n 1p)
  if [[ -n $photograph ]]; then pixels "$photograph"; else put image $data/mixer/screen.rgb; fi
  sox -n -r 44100 -b 16 -c 2 "$work/sound.wav" synth 6 pluck 220 pluck 277 remix - - reverb 2>/dev/null &&
    mv "$work/sound.wav" "$work/sound" || echo "sound: there is no sox" >&2
fi
if [[ -n $quick ]]; then
  for file in "$work"/*; do truncate -s "<$quick" "$file"; done
fi
python3 tools/bench/report.py "${options[@]}" build/release/nnzip "$work"/*
