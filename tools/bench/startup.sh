#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Median time of starting nnzip and compressing, then decompressing, 1 KB of text: startup.sh [NNZIP]
# Fails if one of them takes 80 ms or more.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
nnzip=${1:-$root/build/release/nnzip}
readonly runs=20 bar_ms=80
if [[ ! -x $nnzip ]]; then
  echo "$nnzip is not there; tools/run -V builds it." >&2
  exit 1
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
head -c 1000 "$root/tests/cli/prose.txt" >"$work/text"
# Also checks the result, and warms the caches.
"$nnzip" -c "$work/text" >"$work/packed"
"$nnzip" -dc "$work/packed" | cmp - "$work/text"
if ! "$nnzip" list --json "$work/packed" | grep -q '"network_blocks": 1'; then
  echo "The text was not coded by a network, so this would not tell how long that takes." >&2
  exit 1
fi

median_ms() { # median_ms NAME OPTIONS FILE
  local start=0 end=0 i times=()
  for ((i = 0; i < runs; ++i)); do
    start=${EPOCHREALTIME/./}
    "$nnzip" "$2" "$3" >/dev/null || exit 1
    end=${EPOCHREALTIME/./}
    times+=($((end - start)))
  done
  mapfile -t times < <(printf '%s\n' "${times[@]}" | sort -n)
  local median=$(((times[runs / 2 - 1] + times[runs / 2]) / 2))
  printf '%s: median %d.%d ms of %d runs (%d.%d to %d.%d)\n' "$1" $((median / 1000)) \
    $((median / 100 % 10)) "$runs" $((times[0] / 1000)) $((times[0] / 100 % 10)) \
    $((times[runs - 1] / 1000)) $((times[runs - 1] / 100 % 10))
  ((median < bar_ms * 1000))
}

"$nnzip" models
failed=0
median_ms compress -c "$work/text" || failed=1
median_ms decompress -dc "$work/packed" || failed=1
if ((failed)); then
  echo "That is not under $bar_ms ms." >&2
  exit 1
fi
