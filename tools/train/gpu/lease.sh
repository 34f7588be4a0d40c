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
here   lease.sh pack FOLDER [SOURCE]       FOLDER/probe, FOLDER/1, FOLDER/2, each for one call; with
                                           SOURCE of prepare.py FOLDER/image and FOLDER/audio as well;
                                           $TRAINER_211: nnzip-train on libtorch 2.11, for these and
                                           for the probe
there  lease.sh probe PART                 every variant, some steps at full size
there  lease.sh corpus PART                unpacks a part of the corpus, nothing else
there  lease.sh main PART RECIPE=SECONDS...  unpacks the other part, trains one after the other: text
                                           by train.py (TEXT_BY=c++: by nnzip-train, which must be in
                                           PART), images and sound by nnzip-train
here   lease.sh finish RECIPE FOLDER RUN [OPTION...]
                                           joins weights, calibrates, quantises, exports on the CPU
END_OF_USAGE
}

say() { printf '[%4d s] %s\n' "$SECONDS" "$*"; }

# Documents in blocks of 32 MiB, which unpack side by side, in two parts of about equal size; the
# held-out ones and bzip3 with each. The probe has two categories and the C++ trainer.
pack() {  # FOLDER [SOURCE]
  local part file name size parts=(probe 1 2)
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
  if [[ -n ${2:-} ]]; then
    for part in image audio; do
      mkdir -p "$1/$part/train"
      cp -r "$2/train/$part" "$1/$part/train/"
      pack_program "$TRAINER_211" 'xxhash|zstd' "$1/$part"
      strip "$1/$part/nnzip-train"
      parts+=("$part")
    done
    pack_program flac 'FLAC|ogg' "$1/audio"
  fi
  for part in "${parts[@]}"; do
    pack_program bzip3 bzip3 "$1/$part"
    (cd "$1/$part" && find . -type f -print0 | xargs -0 sha256sum > ../sums && mv ../sums SHA256SUMS)
  done
  du -sb "$1"/*
}

# A program and those of its libraries that a bare machine may lack.
pack_program() {  # NAME LIBRARIES FOLDER
  local library
  cp "$(command -v "$1")" "$3/"
  ldd "$(command -v "$1")" | awk -v wanted="lib($2)" '$1 ~ wanted { print $3 }' | while read -r library; do
    cp "$library" "$3/"
  done
}

corpus() {  # PART
  local file name kind jobs=()
  (cd "$1" && sha256sum --quiet -c SHA256SUMS)
  for file in "$1"/*.bz3; do
    [[ -e $file ]] || continue
    name=$(basename "$file" .bz3)  # SPLIT.CATEGORY.bin
    mkdir -p "$home/data/${name%%.*}/text"
    LD_LIBRARY_PATH=$1 "$1/bzip3" -d -c -j 4 "$file" > "$home/data/${name%%.*}/text/${name#*.}" &
    jobs+=($!)
  done
  for kind in image audio; do
    [[ -d $1/train/$kind ]] || continue
    PATH=$1:$PATH LD_LIBRARY_PATH=$1 "$python" "$source/tools/data/prepare.py" "$1" "$home/data" "$kind" &
    jobs+=($!)
  done
  for job in "${jobs[@]}"; do wait "$job"; done
  if [[ -f $1/nnzip-train ]]; then
    install -m 755 "$1/nnzip-train" "$home/"
    find "$1" -maxdepth 1 -name 'lib*.so*' -exec cp -t "$home" {} +
  fi
  say "unpacked $1"
}

# The folder of a recipe's data.
kind_of() {  # RECIPE
  case $(sed -n 's/^taps = "\(.*\)"$/\1/p' "$recipes/$1.toml") in
    pixels) echo image ;;
    samples) echo audio ;;
    *) echo text ;;
  esac
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
  if [[ -f $home/nnzip-train ]]; then
    LD_LIBRARY_PATH=$(torch_libraries) timeout 40 "$home/nnzip-train" \
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
  local end recipe
  end=$(date +%s)
  corpus "$(cd "$1" && pwd)"
  for recipe in "${@:2}"; do
    end=$((end + ${recipe#*=}))
    recipe=${recipe%=*}
    if [[ $(kind_of "$recipe") == text && ${TEXT_BY:-python} == python ]]; then
      train_in_python "$recipe" "$end"
    else
      train_in_cpp "$recipe" "$end"
    fi 2>&1 | tee "$OUT/$recipe.log" || echo "FAILED: $recipe"
    say "end of $recipe"
  done
}

train_in_python() {  # RECIPE END
  timeout $(($2 - $(date +%s) + 20)) "$python" -u "$here/train.py" "$recipes/$1.toml" \
    --data "$home/data" --device "$device" --out "$OUT" --until "$2" \
    --compiled "$source/.gpu/compiled/$1.compiled.xz" ${TRAIN_OPTIONS:+$TRAIN_OPTIONS}
}

# Ends after the calibration of what it trained; the weights are what counts. Recipes of images and
# sound have the batches of a CPU.
train_in_cpp() {  # RECIPE END
  local kind run=$home/run/$1 options=()
  kind=$(kind_of "$1")
  [[ $kind == text ]] || options=(--batch "${NUMBERS_BATCH:-64}")
  LD_LIBRARY_PATH=$(torch_libraries):$home timeout $(($2 - $(date +%s) + 30)) "$home/nnzip-train" \
    --config "$recipes/$1.toml" --data "$home/data/train/$kind" --valid "$home/data/valid/$kind" \
    --device "$device" --run "$run" --until "$2" --save-weights 1 --quantised-steps 0 \
    --checkpoint-every 1000000 "${options[@]}" ${TRAIN_OPTIONS:+$TRAIN_OPTIONS} || true
  split -b 15M -d -a 1 "$run/weights.pt" "$OUT/$1.weights."
}

finish() {  # RECIPE FOLDER RUN [OPTION of nnzip-train...]
  local kind
  kind=$(kind_of "$1")
  mkdir -p "$3"
  cat "$2/$1".weights.? > "$3/weights.pt"
  "$trainer" --config "$recipes/$1.toml" --data "$data/train/$kind" --valid "$data/valid/$kind" \
    --device cpu --threads "${THREADS:-1}" --run "$3" --start-from "$3/weights.pt" \
    --checkpoint-every 20 --log-every 10 "${@:4}"
}

case ${1:-} in
  pack | probe | corpus | main | finish) "$@" ;;
  *) usage >&2; exit 1 ;;
esac
