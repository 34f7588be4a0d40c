#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The float phase in Python and nnzip-train are one network: after 30 steps of the first, both print
# the same held-out figure. The scripts of a lease unpack what they pack. Needs Debian's python3-torch.
set -euo pipefail
train=$1 source=$2
python=/usr/bin/python3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export OMP_NUM_THREADS=1

mkdir -p "$work"/data/{train,valid}/text "$work/recipes" "$work/out"
cat "$source"/src/*/*.md > "$work/data/train/text/prose.bin"
cat "$source"/src/*/*.cpp > "$work/data/train/text/code.bin"
for category in prose code; do
  head -c 60000 "$work/data/train/text/$category.bin" > "$work/data/valid/text/$category.bin"
done
cat > "$work/recipes/tiny.toml" <<'END'
name = "tiny"
weights = "prose=1.0,code=2.0"
width = 64
heads = 4
kv-heads = 2
head-size = 16
hidden = 128
windows = [16, 64, 128]
ngram-orders = [2, 3]
ngram-rows = [256, 512]
batch = 4
length = 256
warmup = 5
quantised-steps = 2
END

# pack, unpack and train as on the machine with the GPU, then finish as at home.
export DEVICE=cpu PYTHON=$python DATA=$work/data RECIPES=$work/recipes LEASE_HOME=$work/home TRAINER=$train OUT=$work/out
export TRAIN_OPTIONS="--eager --attention chunk --dtype float32 --max-steps 30 --log-every 10"
lease=$source/tools/train/gpu/lease.sh
PROBE_CATEGORIES="prose code" "$lease" pack "$work/packed"
"$lease" corpus "$work/packed/1"
"$lease" main "$work/packed/2" tiny=60
cmp "$work/data/train/text/code.bin" "$work/home/data/train/text/code.bin"
"$lease" finish tiny "$work/out" "$work/run" | tee "$work/finish.log"
awk '/^float: / { bits[++n] = $2 } END { print "Python and nnzip-train:", bits[1], bits[2]
  difference = bits[1] - bits[2]
  exit !(n == 2 && difference <= 0.001 && difference >= -0.001) }' "$work/out/tiny.log" "$work/finish.log"
