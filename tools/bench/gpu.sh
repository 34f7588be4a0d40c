#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What is to be known of a GPU, on a bare machine that has python3 with torch 2.11 and CUDA 13, in less
# than four minutes.
#
# here   gpu.sh pack BUILD FOLDER           programs and plugin of a build with libtorch 2.11, about 20 MB
# there  gpu.sh run FOLDER RESULTS [DEVICE]  label gpu, then tables of speed by lanes, into RESULTS
#
# Each part has a limit of its own, and none stops the others. DEVICE is cuda; torch rehearses on a CPU.
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

run() {  # FOLDER RESULTS [DEVICE]
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
      NNZIP_CUDA_KERNELS=$kernels part "speed.kernels$kernels.$(basename "$model" .nnzm)" 20 \
        "$packed/nnzip-device-bench" "$device" "$model" 0.2
    done
  done
  say end
}

case ${1:-} in
  pack | run) "$@" ;;
  *) sed -n '3,10p' "${BASH_SOURCE[0]}" >&2; exit 1 ;;
esac
