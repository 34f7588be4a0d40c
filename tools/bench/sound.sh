#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Codes the samples of FLAC files by contexts alone, each file as one block, and compares with flac
# and wavpack at their best: sound.sh [--seconds N] FILE...
#
# Samples are taken raw, low byte first, the first N seconds of them. Prints bytes and ns/byte as
# Markdown. Needs flac, wavpack and nnzip-mixer-bench (-DNNZIP_BUILD_BENCH=ON): in build/release, or
# where NNZIP_MIXER_BENCH says.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
bench=${NNZIP_MIXER_BENCH:-$here/../../build/release/tools/bench/nnzip-mixer-bench}
if [[ ${1:-} == --seconds && $# -gt 1 ]]; then
  seconds=$2
  shift 2
else
  seconds=
fi
[[ $# -gt 0 && -x $bench ]] || {
  sed -n 's/^# //p' "${BASH_SOURCE[0]}" | tail -n +2 >&2
  exit 1
}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

echo "| file | raw | flac -8 | wavpack -hhx4 | contexts | ns/byte |"
echo "|---|---:|---:|---:|---:|---:|"
for file in "$@"; do
  rate=$(metaflac --show-sample-rate "$file")
  channels=$(metaflac --show-channels "$file")
  bits=$(metaflac --show-bps "$file")
  samples=$(metaflac --show-total-samples "$file")
  limit=()
  if [[ -n $seconds ]] && ((seconds * rate < samples)); then
    limit=("--until=$((seconds * rate))")
  fi
  flac -s -d -f "${limit[@]}" --force-raw-format --endian=little --sign=signed -o "$work/sound.raw" "$file"
  flac -s -8 -f --no-padding --force-raw-format --endian=little --sign=signed \
    --channels="$channels" --bps="$bits" --sample-rate="$rate" -o "$work/sound.flac" "$work/sound.raw"
  wavpack -q -y -hhx4 --raw-pcm="$rate,$bits,$channels" "$work/sound.raw" -o "$work/sound.wv"
  read -r _ raw coded time _ < <("$bench" --check --layout "samples:$channels:$((bits / 8))" "$work/sound.raw")
  echo "| $(basename "$file" .flac) | $raw | $(stat -c %s "$work/sound.flac") | $(stat -c %s "$work/sound.wv") |" \
    "$coded | $time |"
done | awk -F ' *[|] *' '
  { print; for (i = 3; i <= 6; ++i) sum[i] += $i; time += $3 * $7 }
  END {
    printf "| sum | %d | %d | %d | %d | %.0f |\n", sum[3], sum[4], sum[5], sum[6], time / sum[3]
    printf "| of raw | 1 | %.4f | %.4f | %.4f | |\n", sum[4] / sum[3], sum[5] / sum[3], sum[6] / sum[3]
  }'
