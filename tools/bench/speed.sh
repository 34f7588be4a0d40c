#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Times the network engine and prints Markdown: speed.sh [--bytes N] [BUILD]
#
# BUILD, build/speed unless given, is configured if it is new, and built. The text for the clock, 16 MiB
# unless --bytes says otherwise, is generated: words in the order of this repository's documents, two by
# two. The synthetic model has 4.0 million multiply-accumulates a byte; whatever it predicts, blocks are
# coded by it and the mixer. Fails if content does not come back, if a file of 1 KB takes too long, or
# two threads too much memory.
# Other work on the machine makes all figures worse, those per core (by processor time) least.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
bytes=$((16 << 20))
if [[ ${1:-} == --bytes ]]; then
  bytes=$2
  shift 2
fi
build=${1:-$root/build/speed}
[[ -f $build/build.ninja ]] ||
  cmake -S "$root" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DNNZIP_BUILD_BENCH=ON >/dev/null
cmake --build "$build" --target nnzip nnzip-synthetic-model >/dev/null
nnzip=$build/nnzip
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
readonly runs=15 compress_bar_ms=100 decompress_bar_ms=150 memory_bar_mb=400
# Small enough for targets that take a millisecond a byte.
readonly slow_bytes=8192 lane_bytes=10000 block_bytes=$((4 << 20))

make_text() { # make_text BYTES: the same on every machine, for the same documents
  LC_ALL=C awk -v bytes="$1" '
    {
      for (i = 1; i <= NF; ++i) {
        follower[last, count[last]++] = $i
        last = $i
      }
    }
    END {
      state = 1
      while (size < bytes) {
        state = (state * 69069 + 1) % 4294967296
        word = count[word] ? follower[word, int(state / 65536) % count[word]] : follower["", 0]
        separator = ++column % 12 ? " " : "\n"
        printf "%s%s", word, separator
        size += length(word) + 1
      }
    }' "$root"/README.md "$root"/src/*.md "$root"/src/*/*.md "$root"/models/*.md | head -c "$1" || true
}

# Keeps what bench says of a run for the tables below.
bench() { # bench NAME FILE OPTIONS...
  local name=$1 file=$2
  shift 2
  "$nnzip" bench --speed "$@" "$file" >"$work/$name.said"
}

row() { # row NAME TITLE
  printf '| %s | %s |\n' "$2" \
    "$(awk '$1 == "compress" || $1 == "decompress" { wall = wall $4 " | "; core = core " | " $11 }
      END { print wall substr(core, 4) }' "$work/$1.said")"
}

resident_mb() { # resident_mb COMMAND...: the most that it has at a time, in millions of bytes
  local kib
  kib=$(env time -f %M "$@" 2>&1)
  printf %s $((kib * 1024 / 1000000))
  ((kib * 1024 < memory_bar_mb * 1000000)) || too_large=1
}

median_ms() { # median_ms BAR COMMAND...
  local bar=$1 begin i times=()
  shift
  for ((i = 0; i < runs; ++i)); do
    begin=${EPOCHREALTIME/./}
    "$@" >/dev/null
    times+=($((${EPOCHREALTIME/./} - begin)))
  done
  mapfile -t times < <(printf '%s\n' "${times[@]}" | sort -n)
  printf '%d.%d' $((times[runs / 2] / 1000)) $((times[runs / 2] / 100 % 10))
  ((times[runs / 2] <= bar * 1000)) || too_slow=1
}

make_text "$bytes" >"$work/text"
head -c "$slow_bytes" "$work/text" >"$work/slow"
head -c "$lane_bytes" "$work/text" >"$work/lane"

bench synthetic1 "$work/text" --synthetic 4M -T1
bench synthetic2 "$work/text" --synthetic 4M -T2
bench bundled1 "$work/text" -T1
bench bundled2 "$work/text" -T2
bench lane "$work/lane" --synthetic 4M -T1
NNZIP_CPU_TARGET=avx2 bench avx2 "$work/slow" --synthetic 4M -T1
NNZIP_CPU_TARGET=scalar bench scalar "$work/slow" --synthetic 4M -T1

printf '```\n'
grep -v -E '^(compress|decompress|memory)' "$work/synthetic1.said"
printf '```\n\n| %s bytes of generated text | compress kB/s | decompress kB/s | ' "$bytes"
printf 'compress kB/s per core | decompress kB/s per core |\n|---|---:|---:|---:|---:|\n'
row synthetic1 "synthetic 4.0M MAC, -T1"
row synthetic2 "synthetic 4.0M MAC, -T2"
macs=$(sed -n '1s/.*, \([0-9]*\) MAC.*/\1/p' "$work/bundled1.said")
row bundled1 "text model, $macs MAC, -T1"
row bundled2 "text model, $macs MAC, -T2"
if command -v zpaq >/dev/null; then
  begin=${EPOCHREALTIME/./}
  zpaq a "$work/peer.zpaq" "$work/text" -m5 -t1 >/dev/null 2>&1
  middle=${EPOCHREALTIME/./}
  zpaq x "$work/peer.zpaq" "$work/text" -to "$work/peer.back" -t1 >/dev/null 2>&1
  end=${EPOCHREALTIME/./}
  cmp -s "$work/text" "$work/peer.back"
  awk -v b="$bytes" -v c=$((middle - begin)) -v d=$((end - middle)) \
    'BEGIN { printf "| zpaq -m5 -t1 | %.1f | %.1f | | |\n", 1e3 * b / c, 1e3 * b / d }'
fi
row lane "synthetic, one stream ($lane_bytes bytes), -T1"
row avx2 "synthetic, AVX2, $slow_bytes bytes, -T1"
row scalar "synthetic, no vector instructions of its own, $slow_bytes bytes, -T1"
# The targets agree: what they coded has one size and came back.
[[ $(grep -h 'bytes, mixed' "$work/avx2.said" "$work/scalar.said" | sort -u | wc -l) == 1 ]]

mkdir "$work/model"
model=$("$build/tools/bench/nnzip-synthetic-model" "$work/model")
export NNZIP_MODEL_PATH=$work/model
content=$work/model/1000.content
"$nnzip" --model "$model" -c "$content" >"$work/packed"
"$nnzip" -dc "$work/packed" | cmp - "$content"
"$nnzip" list --json "$work/packed" | grep -q '"network_blocks": 1'
too_slow=0 too_large=0
printf '\n| two threads at work on a block each, synthetic model | memory, millions of bytes |\n|---|---:|\n'
head -c $((2 * block_bytes)) "$work/text" >"$work/two"
printf '| compress | '
resident_mb "$nnzip" -T2 --block 22 --model "$model" -o "$work/two.nnz" "$work/two"
printf ' |\n| decompress | '
resident_mb "$nnzip" -T2 -o "$work/two.back" -d "$work/two.nnz"
printf ' |\n'
cmp "$work/two" "$work/two.back"
printf '\n| a file of 1 KB with the synthetic model, all in | median ms of %s |\n|---|---:|\n' "$runs"
printf '| compress | '
median_ms $compress_bar_ms "$nnzip" --model "$model" -c "$content"
printf ' |\n| decompress | '
median_ms $decompress_bar_ms "$nnzip" -dc "$work/packed"
printf ' |\n'
if ((too_slow)); then
  echo "That is more than $compress_bar_ms ms to compress or $decompress_bar_ms ms to decompress." >&2
  exit 1
fi
if ((too_large)); then
  echo "That is more than $memory_bar_mb million bytes of memory." >&2
  exit 1
fi
