#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Trains on a bare machine with a GPU that is lent for minutes. README.md, "On a machine with a GPU",
# has the steps in order; each also runs without a GPU, for rehearsal.
set -euo pipefail

source=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
home=${NNZIP_GPU_HOME:-$HOME/nnzip}  # everything that a step keeps on the machine with the GPU
device=${NNZIP_GPU_DEVICE:-cuda}
sysroot=$home/sysroot
part_limit=$((40 << 20))  # bytes of a packed part
piece_limit=$((15 << 20))  # bytes of a file that comes back

usage() {
  cat <<'END'
gpu.sh pack FOLDER            here: numbered parts for the other machine, from build/data and this system
gpu.sh unpack PART...         there: parts into $NNZIP_GPU_HOME (~/nnzip), checked
gpu.sh build                  there: nnzip-train against the libtorch of python3
gpu.sh try RECIPE...          there: some steps of each recipe at the same time: speed, memory, errors
gpu.sh start RECIPE [OPTION...]  there: a trainer in the background, with further options of nnzip-train
gpu.sh watch SECONDS [RUN...]    there: waits, shows progress; results of these runs into $OUT
gpu.sh collect FOLDER OUT     here: joins what came back into OUT/RUN
END
}

# Programs that came with the parts.
carried() { LD_LIBRARY_PATH=$sysroot/lib "$sysroot/bin/$1" "${@:2}"; }

# What the build needs beyond a compiler, CMake and libtorch.
pack_sysroot() {  # FILE
  local root libraries=/usr/lib/x86_64-linux-gnu
  root=$(mktemp -d)
  mkdir -p "$root"/{bin,lib/pkgconfig,include,share/cmake}
  cp -r /usr/include/CLI /usr/include/openssl /usr/include/zstd*.h /usr/include/xx*.h "$root/include/"
  cp /usr/include/x86_64-linux-gnu/openssl/* "$root/include/openssl/"
  cp -r /usr/share/cmake/CLI11 "$root/share/cmake/"
  cp "$libraries"/lib{zstd,xxhash,crypto}.a "$libraries"/lib{bzip3.so.0,pkgconf.so.3} "$root/lib/"
  cp "$(command -v bzip3)" "$(command -v pkgconf)" "$root/bin/"
  for name in zstd xxhash; do
    {
      printf 'prefix=${pcfiledir}/../..\nName: %s\nDescription: %s\nVersion: ' $name $name
      pkg-config --modversion lib$name
      printf 'Cflags: -I${prefix}/include\nLibs: -L${prefix}/lib -l%s\n' $name
    } > "$root/lib/pkgconfig/lib$name.pc"
  done
  tar -C "$root" -czf "$1" .
  rm -r "$root"
}

pack() {  # FOLDER
  local folder=$1 part=1 used file size
  rm -rf "$folder"
  mkdir -p "$folder/all" "$folder/1"
  pack_sysroot "$folder/1/sysroot.tar.gz"
  for kind in train valid; do
    for file in "$source/build/data/$kind"/text/*.bin; do
      bzip3 -e -b 96 -c "$file" > "$folder/all/$kind.$(basename "$file").bz3"
    done
  done
  used=$(stat -c %s "$folder/1/sysroot.tar.gz")
  while read -r size file; do
    if ((used + size > part_limit)); then
      part=$((part + 1)) used=0
      mkdir "$folder/$part"
    fi
    mv "$folder/all/$file" "$folder/$part/"
    used=$((used + size))
  done < <(cd "$folder/all" && stat -c '%s %n' -- * | sort -n)
  rmdir "$folder/all"
  for part in "$folder"/*; do
    (cd "$part" && sha256sum -- * > SHA256SUMS)
  done
  du -sb "$folder"/*
}

unpack() {  # PART...
  local part file kind jobs=()
  for part in "$@"; do
    (cd "$part" && sha256sum --quiet -c SHA256SUMS)
    if [[ -f $part/sysroot.tar.gz ]]; then
      mkdir -p "$sysroot"
      tar -C "$sysroot" -xzf "$part/sysroot.tar.gz"
    fi
    for file in "$part"/*.bz3; do
      kind=$(basename "$file" | cut -d. -f1)
      mkdir -p "$home/data/$kind/text"
      carried bzip3 -d -c "$file" > "$home/data/$kind/text/$(basename "$file" .bz3 | cut -d. -f2-)" &
      jobs+=($!)
    done
  done
  for job in "${jobs[@]}"; do wait "$job"; done
  du -sb "$home"/data/*/text/*
}

# libtorch's own CMake package wants a whole CUDA toolkit; the trainer has no CUDA code of its own.
write_torch_package() {  # FOLDER of torch
  mkdir -p "$home/torch"
  cat > "$home/torch/TorchConfig.cmake" <<END
set(TORCH_INCLUDE_DIRS "$1/include" "$1/include/torch/csrc/api/include")
file(GLOB torch_cuda_libraries "$1/lib/libtorch_cuda.so" "$1/lib/libc10_cuda.so")
set(TORCH_LIBRARIES -Wl,--no-as-needed "$1/lib/libtorch.so" "$1/lib/libtorch_cpu.so"
    "$1/lib/libc10.so" \${torch_cuda_libraries} -Wl,--allow-shlib-undefined)
set(Torch_FOUND TRUE)
END
}

build() {
  write_torch_package "$(python3 -c 'import importlib.util
print(importlib.util.find_spec("torch").submodule_search_locations[0])')"
  printf '#!/bin/sh\nLD_LIBRARY_PATH=%s exec %s "$@"\n' "$sysroot/lib" "$sysroot/bin/pkgconf" \
    > "$sysroot/bin/pkg-config"
  chmod +x "$sysroot/bin/pkg-config"
  PKG_CONFIG_LIBDIR=$sysroot/lib/pkgconfig cmake -S "$source" -B "$home/build" -G Ninja \
    -DCMAKE_BUILD_TYPE=Release -DNNZIP_BUILD_CLI=OFF -DNNZIP_BUILD_TRAINER=ON \
    -DTorch_DIR="$home/torch" -DCMAKE_PREFIX_PATH="$sysroot" -DOPENSSL_ROOT_DIR="$sysroot" \
    -DOPENSSL_USE_STATIC_LIBS=ON -DPKG_CONFIG_EXECUTABLE="$sysroot/bin/pkg-config"
  nice -n 5 ninja -C "$home/build" ${NNZIP_GPU_JOBS:+-j "$NNZIP_GPU_JOBS"} nnzip-train
  "$home/build/nnzip-train" --help > /dev/null
}

train() {  # RUN RECIPE [OPTION...]
  "$home/build/nnzip-train" --config "$2" --data "$home/data/train/text" \
    --valid "$home/data/valid/text" --device "$device" --run "$1" "${@:3}"
}

try() {  # RECIPE...
  local recipe name failed=0
  declare -A jobs
  rm -rf "$home/try"
  mkdir -p "$home/try"
  for recipe in "$@"; do
    name=$(basename "$recipe" .toml)
    train "$home/try/$name" "$recipe" --minutes 0 --steps 40 --quantised-minutes 0 \
      --quantised-steps 4 --log-every 4 --validate-every 1000 > "$home/try/$name.log" 2>&1 &
    jobs[$name]=$!
  done
  sleep 20
  show_gpu
  for name in "${!jobs[@]}"; do
    wait "${jobs[$name]}" || failed=1
    echo "== $name"
    grep -v '^  ' "$home/try/$name.log" | tail -n 8
  done
  rm -rf "$home/try"
  return $failed
}

start() {  # RECIPE [OPTION...]
  local run
  run=$home/runs/$(basename "$1" .toml)
  mkdir -p "$run"
  export -f train
  export home device
  setsid nohup bash -c 'train "$@"' train "$run" "$@" > "$run/log" 2>&1 < /dev/null &
  echo $! > "$run/pid"
}

show_gpu() {
  command -v nvidia-smi > /dev/null || return 0
  nvidia-smi --query-gpu=utilization.gpu,memory.used --format=csv,noheader
}

# Whether a trainer of `start` is at work.
at_work() {
  local pid
  for pid in "$home"/runs/*/pid; do
    if kill -0 "$(< "$pid")" 2> /dev/null; then return 0; fi
  done
  return 1
}

show_runs() {
  local run
  date -u +%T
  show_gpu
  for run in "$home"/runs/*/; do
    printf '%-12s %s\n' "$(basename "$run")" "$(tail -n 1 "$run/log")"
  done
}

watch() {  # SECONDS [RUN...]
  local end=$((SECONDS + $1)) run
  shift
  while ((SECONDS < end)) && at_work; do
    show_runs
    sleep $((end - SECONDS < 60 ? end - SECONDS : 60))
  done
  show_runs
  for run in "$@"; do
    bring_back "$run"
  done
}

# The model of a run if it is finished, else its float weights, with log and curve, as one archive
# in pieces. All that a command brings back: mind the limits on files and bytes.
bring_back() {  # RUN
  local files=()
  cd "$home/runs/$1"
  mapfile -t files < <(ls -d -- *.nnzm *.vectors.txt 2> /dev/null)
  if ((${#files[@]} == 0)) && [[ -f weights.pt ]]; then files=(weights.pt); fi
  tar -c -- "${files[@]}" log curve.csv > "$home/$1.tar"
  carried bzip3 -e -b 64 -c "$home/$1.tar" > "$home/$1.tar.bz3"
  split -b "$piece_limit" -d -a 1 "$home/$1.tar.bz3" "$OUT/$1.tar.bz3."
  sha256sum < "$home/$1.tar.bz3" > "$OUT/$1.sha256"
  ls -l "$OUT"
  cd "$source"
}

collect() {  # FOLDER OUT
  local sum run
  for sum in "$1"/*.sha256; do
    run=$(basename "$sum" .sha256)
    mkdir -p "$2/$run"
    cat "$1/$run".tar.bz3.? > "$2/$run/tar.bz3"
    sha256sum < "$2/$run/tar.bz3" | cmp - "$sum"
    bzip3 -d -c "$2/$run/tar.bz3" | tar -C "$2/$run" -x
    rm "$2/$run/tar.bz3"
    ls -l "$2/$run"
  done
}

case ${1:-} in
  pack | unpack | build | try | start | watch | collect) "$@" ;;
  *) usage >&2; exit 1 ;;
esac
