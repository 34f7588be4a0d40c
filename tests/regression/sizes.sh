#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# sizes.sh NNZIP: compresses LICENSE and the files of make_files.py at the levels that sizes.tsv names
# and compares the bytes. A size that grew is an error, and so is one that shrank until it is blessed:
# else the gain could be lost again unnoticed.
# sizes.sh --write NNZIP: blesses; writes the bytes to sizes.tsv. A new row needs file and level.
set -euo pipefail

write=
[[ $1 != --write ]] || { write=1 && shift; }
nnzip=$(realpath "$1")
unset NNZIP_OPT
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
table=$here/sizes.tsv
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 "$here/make_files.py" "$work"
cp "$here/../../LICENSE" "$work/license"

grew=0
shrank=0
rows=0
{
  read -r head
  printf '%s\n' "$head" >"$work/sizes.tsv"
  while IFS=$'\t' read -r file level before; do
    now=$("$nnzip" "-$level" -c "$work/$file" | wc -c)
    printf '%s\t%s\t%s\n' "$file" "$level" "$now" >>"$work/sizes.tsv"
    rows=$((rows + 1))
    change=new
    if [[ -n $before ]]; then
      ((now != before)) || continue
      change=$((now - before))
      if ((change < 0)); then shrank=$((shrank + 1)); else grew=$((grew + 1)); fi
    fi
    echo "$file -$level: ${before:-none} -> $now bytes ($change)"
  done
} <"$table"

((rows > 0)) || { echo "$table has no rows" >&2 && exit 1; }
echo "$rows sizes: $grew grew, $shrank shrank"
if [[ -n $write ]]; then
  cp "$work/sizes.tsv" "$table"
  exit
fi
((grew + shrank > 0)) || exit 0
if ((grew > 0)); then
  echo "What grew is to be mended; if it must be so, the commit says why." >&2
fi
echo "tools/dev/bless.sh sizes writes the new sizes." >&2
exit 1
