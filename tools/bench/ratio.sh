#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Compresses every file below a folder with nnzip and its peers, proves that each comes back, and
# prints the sizes and the speed as Markdown: ratio.sh [--quick | --clock] [--verify-data] DIR
#
# Sizes are bytes on disk, with each file compressed alone; models that come with the program are
# not counted. "nnzip" is its default level, "contexts" nnzip --model none. From zpaq's archives that of a
# file of one byte is taken off, since an archive holds more than the data. --verify-data stops at a file that
# eval.sha256 lists under the same name with another content; without it, that is a note on standard error.
# --quick proves one round trip a file, not every way that must give the same bytes, and leaves out the clock;
# --clock leaves out the sizes. The status is 1 if a round trip fails. results.sh makes the document of it.
# shellcheck disable=SC2002  # pipes are what is tested
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
verify_data=0 quick=0 clock=0
while [[ ${1:-} == --* ]]; do
  case $1 in
    --verify-data) verify_data=1 ;;
    --quick) quick=1 ;;
    --clock) clock=1 ;;
    *) break ;;
  esac
  shift
done
[[ $# == 1 && -d $1 && $((quick + clock)) -lt 2 ]] || {
  echo "ratio.sh [--quick | --clock] [--verify-data] DIR" >&2
  exit 1
}
data=$(cd "$1" && pwd)
"$here/../run" -V >/dev/null # builds it
nnzip=$here/../../build/release/nnzip
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failures=0

max_growth=64
sample_bytes=4096      # what the slow reference backend is asked to agree on
speed_bytes=1000000

complain() {
  echo "FAILED: $*" >&2
  failures=$((failures + 1))
}

size() { stat -L -c %s "$1"; }

# ---- the data

verify() { # verify FILE NAME: against the sums of the evaluation data, by the end of the path
  local wanted got
  wanted=$(awk -v name="$2" '{ path = substr($0, 67) }
    path == name || substr(path, length(path) - length(name)) == "/" name { print $1; exit }' \
    "$here/eval.sha256")
  [[ -n $wanted ]] || return 0
  got=$(sha256sum <"$1" | cut -d' ' -f1)
  [[ $got != "$wanted" ]] || return 0
  echo "$1 is not the file of that name in eval.sha256." >&2
  ((verify_data == 0))
}

# ---- round trips

prove() { # prove FILE LABEL: leaves the compressed file in $work/packed
  local file=$1 label=$2
  if ! "$nnzip" -T2 -c "$file" >"$work/packed"; then
    complain "$label does not compress"
    return
  fi
  "$nnzip" -T2 -dc "$work/packed" | cmp -s - "$file" || complain "$label does not come back (-T2)"
  ((quick == 0)) || return 0
  "$nnzip" -T1 -c "$file" | cmp -s - "$work/packed" || complain "$label: -T1 and -T2 differ"
  cat "$file" | "$nnzip" | cmp -s - "$work/packed" || complain "$label: pipe and file differ"
  cat "$work/packed" | "$nnzip" -T1 -d | cmp -s - "$file" ||
    complain "$label does not come back (-T1, pipe)"
  (($(size "$work/packed") <= $(size "$file") + max_growth)) ||
    complain "$label grows by more than $max_growth bytes"
  head -c "$sample_bytes" "$file" >"$work/sample"
  "$nnzip" -c "$work/sample" >"$work/fast" || complain "$label: the sample does not compress"
  "$nnzip" --device reference -c "$work/sample" | cmp -s - "$work/fast" ||
    complain "$label: the reference codes other bytes"
  "$nnzip" --device reference -dc "$work/fast" | cmp -s - "$work/sample" ||
    complain "$label: the reference decodes other bytes"
}

# ---- peers

declare -A peers=(
  [gzip]="gzip -9 -n -c" [xz]="xz -9e -c" [zstd]="zstd --ultra -22 -q -c" [brotli]="brotli -q 11 -c"
  [bzip3]="bzip3 -e -c" [best]="$nnzip -9 -c" [contexts]="$nnzip --model none -c")
declare -A titles=(
  [gzip]="gzip -9" [xz]="xz -9e" [zstd]="zstd --ultra -22" [brotli]="brotli -q 11" [bzip3]="bzip3"
  [zpaq]="zpaq -m5" [best]="nnzip -9" [contexts]="contexts")
order=(best contexts)
for peer in gzip xz zstd brotli bzip3 zpaq; do
  if command -v "$peer" >/dev/null; then order+=("$peer"); else echo "no $peer here" >&2; fi
done

zpaq_size() { # zpaq_size FILE: of an archive of the file alone
  rm -f "$work/peer.zpaq"
  zpaq a "$work/peer.zpaq" "$1" -m5 -t1 >/dev/null 2>&1
  size "$work/peer.zpaq"
}
zpaq_overhead=0
if command -v zpaq >/dev/null; then
  printf x >"$work/one"
  zpaq_overhead=$(zpaq_size "$work/one")
fi

packed_size() { # packed_size PEER FILE
  local command
  if [[ $1 == zpaq ]]; then
    echo $(($(zpaq_size "$2") - zpaq_overhead))
    return
  fi
  read -ra command <<<"${peers[$1]}"
  "${command[@]}" <"$2" | wc -c
}

# ---- the table

declare -A total sizes
small_four="cp.html fields.c xargs.1 grammar.lsp"
found_four=0 four_nnzip=0 four_xz=0

add_row() { # add_row FILE LABEL
  local file=$1 label=$2 bytes row peer name
  bytes=$(size "$file")
  prove "$file" "$label"
  sizes[nnzip]=$(size "$work/packed")
  row=$(awk -v b="$bytes" -v n="${sizes[nnzip]}" 'BEGIN { printf "%.3f", b ? 8 * n / b : 0 }')
  row="| $label | $bytes | ${sizes[nnzip]} | $row |"
  for peer in "${order[@]}"; do
    sizes[$peer]=$(packed_size "$peer" "$file")
    row+=" ${sizes[$peer]} |"
  done
  echo "$row"
  total[bytes]=$((${total[bytes]:-0} + bytes))
  for peer in nnzip "${order[@]}"; do total[$peer]=$((${total[$peer]:-0} + ${sizes[$peer]})); done
  name=$(basename "$label")
  if [[ $name == alice29.txt ]]; then
    alice="| alice29.txt | ${sizes[nnzip]} | ${sizes[xz]:--} |"
  elif [[ " $small_four " == *" $name "* ]]; then
    found_four=$((found_four + 1))
    four_nnzip=$((four_nnzip + sizes[nnzip]))
    four_xz=$((four_xz + ${sizes[xz]:-0}))
  fi
}

mapfile -d '' -t files < <(cd "$data" && find . -type f -printf '%P\0' | LC_ALL=C sort -z)
((${#files[@]} > 0)) || {
  echo "There is no file below $data." >&2
  exit 1
}
for label in "${files[@]}"; do verify "$data/$label" "$label" || exit 1; done

print_sizes() {
  local header rule peer label row alice
  header="| file | bytes | nnzip | bits/byte |"
  rule="|---|---:|---:|---:|"
  for peer in "${order[@]}"; do
    header+=" ${titles[$peer]} |"
    rule+="---:|"
  done
  echo "$header"
  echo "$rule"
  alice=""
  for label in "${files[@]}"; do
    add_row "$data/$label" "$label"
  done
  row=$(awk -v b="${total[bytes]}" -v n="${total[nnzip]}" \
    'BEGIN { printf "%.3f", b ? 8 * n / b : 0 }')
  row="| **sum** | ${total[bytes]} | ${total[nnzip]} | $row |"
  for peer in "${order[@]}"; do row+=" ${total[$peer]} |"; done
  echo "$row"

  if [[ -n $alice || $found_four == 4 ]]; then
    printf '\n| sum of | nnzip | xz -9e |\n|---|---:|---:|\n'
    [[ -z $alice ]] || echo "$alice"
    ((found_four != 4)) ||
      echo "| cp.html + fields.c + xargs.1 + grammar.lsp | $four_nnzip | $four_xz |"
  fi
}

# ---- speed

speed_row() { # speed_row TITLE INPUT OUTPUT COMMAND...
  local title=$1 input=$2 output=$3 begin end
  shift 3
  begin=$(date +%s.%N)
  "$@" <"$input" >"$output"
  end=$(date +%s.%N)
  awk -v t="$title" -v b="$speed_size" -v s="$begin" -v e="$end" \
    'BEGIN { printf "| %s | %.2f | %.1f |\n", t, e - s, b / (e - s) / 1e3 }'
}

print_clock() {
  local label
  # Text for the clock: what grep takes for text, in the order of the table.
  : >"$work/text"
  for label in "${files[@]}"; do
    (($(size "$work/text") < speed_bytes)) || break
    if grep -qI . "$data/$label"; then cat "$data/$label" >>"$work/text"; fi
  done
  truncate -s "<$speed_bytes" "$work/text"
  speed_size=$(size "$work/text")
  ((speed_size > 0)) || return 0
  printf '| %s bytes of text | seconds | kB/s |\n|---|---:|---:|\n' "$speed_size"
  speed_row "nnzip -T2" "$work/text" "$work/text.nnz" "$nnzip" -T2
  speed_row "nnzip -T2 -d" "$work/text.nnz" "$work/back" "$nnzip" -T2 -d
  cmp -s "$work/back" "$work/text" || complain "the text for the clock does not come back"
  speed_row "nnzip -T2 -9" "$work/text" "$work/best.nnz" "$nnzip" -T2 -9
  speed_row "nnzip -T2 -d of that" "$work/best.nnz" "$work/back" "$nnzip" -T2 -d
  cmp -s "$work/back" "$work/text" || complain "the text for the clock does not come back (-9)"
  speed_row "nnzip -T1 --model none" "$work/text" "$work/contexts.nnz" "$nnzip" -T1 --model none
  speed_row "nnzip -T1 -d of that" "$work/contexts.nnz" "$work/back" "$nnzip" -T1 -d
  if command -v zpaq >/dev/null; then
    rm -f "$work/peer.zpaq"
    # zpaq says what it does on standard error.
    speed_row "zpaq -m5 -t1" "$work/text" "$work/log" zpaq a "$work/peer.zpaq" "$work/text" -m5 -t1 \
      2>/dev/null
  fi
  if command -v xz >/dev/null; then
    speed_row "xz -9e" "$work/text" "$work/text.xz" xz -9e -c
    speed_row "xz -d" "$work/text.xz" "$work/back" xz -dc
  fi
}

((clock)) || print_sizes
((quick || clock)) || echo
((quick)) || print_clock

if ((failures > 0)); then
  echo "$failures checks failed." >&2
  exit 1
fi
