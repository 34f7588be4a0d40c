#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What is to be known of a GPU, on a bare machine that has python3 with torch 2.11 and CUDA 13, in less
# than four minutes.
#
# here   gpu.sh pack BUILD FOLDER           programs and plugin of a build with libtorch 2.11, about 20 MB
# there  gpu.sh run FOLDER RESULTS [DEVICE [BYTES]]
#        label gpu, tables of speed by lanes with the part of the tensor cores' peak, and the command
#        with --fast-decode on so many bytes of torch's sources, 64 MB, small files and the mixer on parts
#        of them; into RESULTS
#
# Each part has a limit of its own, and none stops the others. DEVICE is cuda; torch rehearses on a CPU.
# Limits: 10 s, 2 * 45, 6 * 15, 40; the rest is the start of programs.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)

say() { printf '[%3d s] %s\n' "$SECONDS" "$*"; }

# Programs, and of their libraries those that a bare machine may lack.
pack() {  # BUILD FOLDER
  local program library
  mkdir -p "$2/lib"
  for program in nnzip tests/nnzip_conformance_tests tools/bench/nnzip-device-bench; do
    strip -o "$2/$(basename "$program")" "$1/$program"
    ldd "$1/$program" | awk '$1 !~ /^(libc|libm|libdl|libpthread|libgcc_s|libstdc..)[.]so/ && $3 ~ "^/" { print $3 }'
  done | sort -u | while read -r library; do cp -L "$library" "$2/lib/"; done
  strip -o "$2/lib/libnnzip_torch.so" "$1/lib/libnnzip_torch.so"
  du -sb "$2"
}

# Where torch and its CUDA libraries are.
torch_libraries() {
  python3 - <<'END'
import importlib.util, os
torch = importlib.util.find_spec("torch").submodule_search_locations[0]
folders = [torch + "/lib"]
for name in ("cu13", "cudnn", "cusparselt", "nccl", "nvshmem"):
    folders.append(os.path.join(os.path.dirname(torch), "nvidia", name, "lib"))
print(":".join(folders))
END
}

part() {  # NAME SECONDS COMMAND...
  local name=$1 status=0
  timeout "$2" "${@:3}" >"$results/$name.txt" 2>&1 || status=$?
  say "$name: status $status"
  tail -n 25 "$results/$name.txt"
}

# Both ways, each device's file opened by the other.
whole() {  # NNZIP DEVICE BYTES
  local torch sample device
  torch=$(python3 -c 'import importlib.util; print(*importlib.util.find_spec("torch").submodule_search_locations)') || true
  sample=$(mktemp -d)
  find "${torch:-$root}" -name '*.py' -print0 | sort -z | xargs -0 cat 2>/dev/null | head -c "$3" >"$sample/a" || true
  wc -c <"$sample/a"
  TIMEFORMAT='%R s, %U s of processors'
  echo "$2 compresses"; time "$1" --fast-decode --device "$2" -v -c "$sample/a" >"$sample/a.nnz"
  wc -c <"$sample/a.nnz"
  echo "$2 decompresses"; time "$1" --device "$2" -dc "$sample/a.nnz" | cmp - "$sample/a"
  # A part, since a processor takes long.
  head -c "$(($3 / 16))" "$sample/a" >"$sample/b"
  "$1" --fast-decode --device cpu -c "$sample/b" | cmp - <("$1" --fast-decode --device "$2" -c "$sample/b") && echo 'the same as cpu'
  mkdir "$sample/many"
  split -a 4 -b 16384 "$sample/b" "$sample/many/"
  echo "$2 compresses as many bytes in small files"; time "$1" -q -r --rm --fast-decode --device "$2" "$sample/many"
  echo "$2 decompresses them"; time "$1" -q -r --rm -d --device "$2" "$sample/many"
  cat "$sample"/many/* | cmp - "$sample/b"
  head -c "$(($3 / 64))" "$sample/a" >"$sample/c"
  for device in cpu "$2"; do
    echo "$device compresses a 64th with the mixer"; time "$1" --device "$device" -c "$sample/c" >"$sample/c.$device"
  done
  cmp "$sample"/c.* && echo 'the same as cpu'
  rm -r "$sample"
}

run() {  # FOLDER RESULTS [DEVICE [BYTES]]
  local packed device=${3:-cuda} model kernels
  packed=$(realpath "$1")
  mkdir -p "$2"
  results=$(realpath "$2")
  LD_LIBRARY_PATH=$packed/lib:${TORCH_LIBRARIES-$(torch_libraries)}
  export LD_LIBRARY_PATH NNZIP_BACKEND_DIR=$packed/lib NNZIP_MODEL_PATH=$root/models
  part machine 10 nvidia-smi
  for kernels in 1 0; do
    part "gpu.kernels$kernels" 45 "$root/tests/golden/gpu.sh" "$packed/nnzip" \
      "$packed/nnzip_conformance_tests" $kernels "$device"
    for model in "$root"/models/*.nnzm; do
      NNZIP_CUDA_KERNELS=$kernels part "speed.kernels$kernels.$(basename "$model" .nnzm)" 15 \
        "$packed/nnzip-device-bench" "$device" "$model" 0.2
    done
  done
  part whole 40 "$0" whole "$packed/nnzip" "$device" "${4:-64000000}"
  say end
}

case ${1:-} in
  pack | run | whole) "$@" ;;
  *) sed -n '3,13p' "${BASH_SOURCE[0]}" >&2; exit 1 ;;
esac
