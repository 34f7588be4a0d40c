#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Trains a tiny model for seconds: the loss falls, a stopped run resumes to the same weights, the
# exported integers agree with the reference bit for bit, nnzip compresses with the model, and
# weights that were carried elsewhere, or are those of a model file, are quantised there; a phase
# ends at a given time, a run that diverges goes back and gives up, one that was cut is let down;
# what is measured of a network.
set -euo pipefail
train=$1 nnzip=$2 tests=$3 source=$4
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

mkdir -p "$work/train" "$work/valid"
for category in prose code; do
  case $category in
    prose) files=("$source"/README.md "$source"/src/README.md "$source"/src/*/*.md "$source"/LICENSE) ;;
    code) files=("$source"/src/*/*.cpp "$source"/src/*/*.h) ;;
  esac
  for file in "${files[@]}"; do cat "$file"; printf '\0'; done > "$work/train/$category.bin"
  head -c 6000 "$work/train/$category.bin" > "$work/valid/$category.bin"
done

options=(--data "$work/train" --valid "$work/valid" --name tiny --width 64 --heads 2 --head-size 32
  --hidden 128 --windows 16,64 --ngram-orders 2,3 --ngram-rows 256 --batch 4 --length 128
  --warmup 5 --log-every 10 --checkpoint-every 30 --validate-every 60 --threads 1)

"$train" "${options[@]}" --run "$work/whole" --steps 60 --quantised-steps 20 --save-weights 60 |
  tee "$work/whole.log"
# The same run, stopped in its float phase and taken up again.
mkdir "$work/resumed"
"$train" "${options[@]}" --run "$work/resumed" --steps 60 --quantised-steps 20 --stop-after 30
"$train" "${options[@]}" --run "$work/resumed" --steps 60 --quantised-steps 20
cmp "$work"/whole/tiny-*.nnzm "$work"/resumed/tiny-*.nnzm

awk -F, '$1 == 0 { last = $5; if (first == "") first = $5 }
  END { print "bits/byte from", first, "to", last; exit !(last < 0.75 * first) }' "$work/whole/curve.csv"

NNZIP_PARITY_DIR="$work/whole" "$tests" "[parity]"

export NNZIP_MODEL_PATH="$work/whole"
"$nnzip" compress --model tiny -c "$source/README.md" > "$work/packed"
"$nnzip" decompress -c "$work/packed" | cmp - "$source/README.md"

# Of the float phase only the weights are left, rounded to bf16.
"$train" "${options[@]}" --run "$work/carried" --start-from "$work/whole/weights.pt" \
  --quantised-steps 20 | tee "$work/carried.log"
if grep -q '^0,' "$work/carried/curve.csv"; then
  echo "there was a float phase" >&2
  exit 1
fi
NNZIP_PARITY_DIR="$work/carried" "$tests" "[parity]"
awk '/^quantised: / { bits[++n] = $2 } END { print "whole and carried:", bits[1], bits[2]
  exit !(n == 2 && bits[2] < 1.02 * bits[1]) }' "$work/whole.log" "$work/carried.log"

# A model file, taken up again as floats, is the network that it was.
"$train" "${options[@]}" --run "$work/imported" --start-from "$work"/whole/tiny-*.nnzm \
  --quantised-steps 0 | tee "$work/imported.log"
awk '/^quantised: / { bits[++n] = $2 } END { print "whole and imported:", bits[1], bits[2]
  exit !(n == 2 && bits[2] < 1.01 * bits[1]) }' "$work/whole.log" "$work/imported.log"

# A float phase ends at a time of day.
until=$(($(date +%s) + 15))
"$train" "${options[@]}" --run "$work/until" --until "$until" --quantised-steps 1
now=$(date +%s)
if [ "$now" -lt "$until" ] || [ "$now" -gt $((until + 60)) ]; then
  echo "the float phase was to end at $until and was over at $now" >&2
  exit 1
fi
if "$train" "${options[@]}" --run "$work/late" --until "$until" 2> "$work/errors"; then
  echo "a time that has passed was taken" >&2
  exit 1
fi
grep -q 'until has passed' "$work/errors"

# Weights that overflow: back three times, then an error. No model, and no weights that are no numbers.
if "$train" "${options[@]}" --run "$work/diverged" --steps 60 --muon-rate 1e30 --save-weights 60 \
    > "$work/diverged.log" 2> "$work/errors"; then
  echo "a run that diverged ended well" >&2
  exit 1
fi
cat "$work/diverged.log" "$work/errors"
[ "$(grep -c 'diverged, loss .* with half the rates' "$work/diverged.log")" = 3 ]
grep -q 'the run diverges' "$work/errors"
if compgen -G "$work/diverged/*.nnzm" || [ -e "$work/diverged/weights.pt" ]; then
  echo "something was written of it" >&2
  exit 1
fi

# A run that was cut while its rate was at the peak gains by its fall alone.
"$train" "${options[@]}" --run "$work/cut" --steps 1000 --stop-after 60 --save-weights 0.0001 > /dev/null
for steps in 0 20; do
  "$train" "${options[@]}" --run "$work/down$steps" --start-from "$work/cut/weights.pt" \
    --let-down "$steps" --quantised-steps 1 | tee "$work/down$steps.log"
done
awk '/^float: / { bits[++n] = $2 } END { exit !(n == 2 && bits[2] < 0.98 * bits[1]) }' \
  "$work/down0.log" "$work/down20.log"

# What is for a GPU alone, where libtorch has it: the same network and nearly the same steps.
if "$train" --help | grep -q -- --fused; then
  "$train" "${options[@]}" --run "$work/fused" --steps 60 --quantised-steps 1 --fused | tee "$work/fused.log"
  awk '/^float: / { bits[++n] = $2 } END { d = bits[1] - bits[2]; exit !(n == 2 && d * d < 0.001 ^ 2) }' \
    "$work/whole.log" "$work/fused.log"
fi

# Measurements of the float weights: means over positions are the held-out figure, attention weights
# of a query are 1, the byte just before matters more than a far one, learning a file makes it smaller.
measure() { "$train" "${options[@]}" --start-from "$work/whole/weights.pt" --measure "$@" | tail -n +2; }
float=$(awk '/^float: / { print $2 }' "$work/whole.log")
measure positions | awk -v float="$float" '{ sum += $3 } END { print NR, sum / NR, float
  exit !(NR == 256 && sum / NR > 0.98 * float && sum / NR < 1.02 * float) }'
measure distances | awk '{ sum[$1 " " $2] += $4 } END {
  for (head in sum) { ++heads; if (sum[head] < 0.999 || sum[head] > 1.001) exit 1 }
  exit heads != 4 }'
measure knockout | awk '{ bits[$1] = $2 } END { print bits[1], bits[60]
  exit !(NR == 64 && bits[1] > 0.1 && bits[1] > 4 * bits[60]) }'
frozen=$(measure file --file "$source/README.md" | awk 'END { print $2 }')
learning=$(measure file --file "$source/README.md" --learn 0.3 | awk 'END { print $2 }')
awk -v frozen="$frozen" -v learning="$learning" 'BEGIN { print "frozen and learning:", frozen, learning
  exit !(learning < 0.98 * frozen) }'
