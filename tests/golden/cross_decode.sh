#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# cross_decode.sh NNZIP DEVICE: the device opens the golden frames and makes the same bytes as the cpu.
set -euo pipefail
nnzip=$(realpath "$1") device=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$(dirname "${BASH_SOURCE[0]}")/frames/v0"
while read -r hash name; do
  # Steps of few bytes take a device long, and concatenated has license in it.
  if [[ $name == two_streams || $name == concatenated ]]; then continue; fi
  got=$("$nnzip" --device "$device" -dc "$name.nnz" | sha256sum)
  [[ ${got%% *} == "$hash" ]] || { echo "$name.nnz: other content on $device" >&2; exit 1; }
done <SHA256SUMS
for name in license photo two_streams; do
  "$nnzip" -dc "$name.nnz" >"$work/$name"
  truncate -s '<40000' "$work/$name"
  "$nnzip" --device "$device" -c "$work/$name" |
    cmp - <("$nnzip" --device cpu -c "$work/$name")
done
