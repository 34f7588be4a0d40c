#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Trains on a bare machine with a GPU that is lent for a quarter of an hour. ../README.md has the
# plan by the minute; DEVICE=cpu rehearses each step without a GPU.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source=${SOURCE:-$(cd "$here/../../.." && pwd)}
recipes=${RECIPES:-$source/tools/train/recipes}
home=${LEASE_HOME:-$HOME/lease}  # what a step keeps on the machine with the GPU
device=${DEVICE:-cuda}
python=${PYTHON:-python3}
data=${DATA:-$source/build/data}
trainer=${TRAINER:-$source/build/torch/nnzip-train}

usage() {
  cat <<'END_OF_USAGE'
here   lease.sh pack FOLDER                FOLDER/probe, FOLDER/1, FOLDER/2, each for one call;
                                           $TRAINER_211: nnzip-train for the probe, on libtorch 2.11
there  lease.sh probe PART                 every variant, some steps at full size
there  lease.sh corpus PART                unpacks a part of the corpus, nothing else
there  lease.sh main PART RECIPE=SECONDS...  unpacks the other part, trains one after the other
here   lease.sh finish RECIPE FOLDER RUN [OPTION...]
                                           joins weights, calibrates, quantises, exports on the CPU
END_OF_USAGE
}

say() { printf '[%4d s] %s\n' "$SECONDS" "$*"; }

# Documents in blocks of 32 MiB, which unpack side by side, in two parts of about equal size; the
# held-out ones and bzip3 with each. The probe has two categories and the C++ trainer.
pack() {  # FOLDER
  local part file name size
  local -A sizes=([1]=0 [2]=0)
  rm -rf "$1"
  mkdir -p "$1"/{probe,1,2,all}
  for file in "$data"/train/text/*.bin; do
    bzip3 -e -b 32 -c "$file" > "$1/all/train.$(basename "$file").bz3"
  done
  for file in "$data"/valid/text/*.bin; do
    bzip3 -e -b 2 -c "$file" > "$1/2/valid.$(basename "$file").bz3"
  done
  cp "$1"/2/valid.* "$1/probe/"
  for name in ${PROBE_CATEGORIES:-wiki web2}; do cp "$1/all/train.$name.bin.bz3" "$1/probe/"; done
  if [[ -n ${TRAINER_211:-} ]]; then strip -o "$1/probe/nnzip-train" "$TRAINER_211"; fi
  while read -r size file; do
    part=$((sizes[1] <= sizes[2] ? 1 : 2))
    sizes[$part]=$((sizes[$part] + size))
    mv "$1/all/$file" "$1/$part/"
  done < <(cd "$1/all" && stat -c '%s %n' -- * | sort -rn)
  rmdir "$1/all"
  for part in probe 1 2; do
    cp "$(command -v bzip3)" "$(ldd "$(command -v bzip3)" | awk '/libbzip3/ { print $3 }')" "$1/$part/"
    (cd "$1/$part" && sha256sum -- * > SHA256SUMS)
  done
  du -sb "$1"/*
}

corpus() {  # PART
  local file name jobs=()
  (cd "$1" && sha256sum --quiet -c SHA256SUMS)
  for file in "$1"/*.bz3; do
    name=$(basename "$file" .bz3)  # KIND.CATEGORY.bin
    mkdir -p "$home/data/${name%%.*}/text"
    LD_LIBRARY_PATH=$1 "$1/bzip3" -d -c -j 4 "$file" > "$home/data/${name%%.*}/text/${name#*.}" &
    jobs+=($!)
  done
  for job in "${jobs[@]}"; do wait "$job"; done
  say "unpacked $1"
}

# All variants compile at once and measure one after the other; none stops the others.
probe() {  # PART
  local part recipe
  part=$(cd "$1" && pwd)
  mkdir -p "$home/probe"
  nvidia-smi || true
  corpus "$part"
  variant() {  # RECIPE OPTION...
    local name
    name=$home/probe/$1-$(tr -dc 'a-z0-9-' <<< "${*:2}")
    timeout "${PROBE_SECONDS:-120}" "$python" -u "$here/train.py" "$recipes/$1.toml" --data "$home/data" \
      --device "$device" --out "$OUT" --probe --steps "${PROBE_STEPS:-20}" --profile "$name.profile" \
      "${@:2}" > "$name.log" 2>&1 || echo "FAILED, status $?: $*" >> "$name.log"
    tail -n 20 "$name.log"
  }
  for recipe in ${PROBE:-text-4m text-1m}; do
    variant "$recipe" --keep-compiled &
  done
  recipe=${PROBE:-text-4m}
  recipe=${recipe%% *}
  variant "$recipe" --no-graph &
  variant "$recipe" --attention sdpa &
  variant "$recipe" --attention chunk --eager --no-graph &
  wait
  say "Python probed"
  if [[ $device == cuda ]]; then
    timeout 40 "$python" "$here/attention.py" 2>&1 | tee "$home/probe/attention.log" || true
    say "attention"
  fi
  if [[ -f $part/nnzip-train ]]; then
    chmod +x "$part/nnzip-train"
    LD_LIBRARY_PATH=$(torch_libraries) timeout 40 "$part/nnzip-train" \
      --config "$recipes/text-4m.toml" --weights '' --data "$home/data/train/text" \
      --valid "$home/data/valid/text" --device "$device" --run "$home/probe/c++" --minutes 0 --steps 60 \
      --quantised-steps 5 --log-every 20 2>&1 | tee "$home/probe/c++.log" || true
  fi
  for kind in log profile; do tail -n +1 "$home"/probe/*."$kind" > "$OUT/${kind}s"; done
  say "end of the probe"
}

torch_libraries() {
  "$python" -c 'import importlib.util
print(importlib.util.find_spec("torch").submodule_search_locations[0] + "/lib")'
}

# The schedule of each ends that many seconds after the one before; the first counts from now.
main() {  # PART RECIPE=SECONDS...
  local end recipe compiled
  end=$(date +%s)
  corpus "$1"
  for recipe in "${@:2}"; do
    end=$((end + ${recipe#*=}))
    recipe=${recipe%=*}
    compiled=$source/.gpu/compiled/$recipe.compiled.xz  # of a probe, if it is there
    timeout $((end - $(date +%s) + 20)) "$python" -u "$here/train.py" "$recipes/$recipe.toml" \
      --data "$home/data" --device "$device" --out "$OUT" --compiled "$compiled" --until "$end" \
      ${TRAIN_OPTIONS:+$TRAIN_OPTIONS} 2>&1 | tee "$OUT/$recipe.log" || echo "FAILED: $recipe"
    say "end of $recipe"
  done
}

finish() {  # RECIPE FOLDER RUN [OPTION of nnzip-train...]
  mkdir -p "$3"
  cat "$2/$1".weights.? > "$3/weights.pt"
  "$trainer" --config "$recipes/$1.toml" --data "$data/train/text" --valid "$data/valid/text" \
    --device cpu --threads "${THREADS:-1}" --run "$3" --start-from "$3/weights.pt" \
    --checkpoint-every 20 --log-every 10 "${@:4}"
}

case ${1:-} in
  pack | probe | corpus | main | finish) "$@" ;;
  *) usage >&2; exit 1 ;;
esac
