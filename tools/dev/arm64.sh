#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Builds nnzip for AArch64 and proves under QEMU that each instruction set is chosen where it is there,
# passes the tests of the kernels and gives the signature, and that golden frames open to what they are.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
source tools/dev/packages.sh
if command -v dpkg >/dev/null && ! dpkg --print-foreign-architectures | grep -qx arm64; then
  as_root=()
  ((EUID == 0)) || as_root=(sudo)
  "${as_root[@]}" dpkg --add-architecture arm64
fi
install_packages tools/packages-arm64.txt </dev/null

build=build/arm64
[[ -f $build/build.ninja ]] || cmake --preset arm64
ninja -C "$build" -j "$(nproc)" nnzip nnzip_conformance_tests

# check CPU TARGET: as that processor, whose best target is TARGET.
check() {
  export QEMU_CPU=$1
  local found expected
  head -c 300 LICENSE >"$build/sample"
  qemu-aarch64 "$build/nnzip" -vcf -4 "$build/sample" 2>&1 >"$build/sample.$1.nnz" |
    grep -F "cpu ($2)" || {
    echo "$1 does not run the kernels $2." >&2
    return 1
  }
  cmp "$build/sample.$1.nnz" "$build/sample.max.nnz"
  qemu-aarch64 "$build/nnzip" -dcf "$build/sample.$1.nnz" | cmp - "$build/sample"
  qemu-aarch64 "$build/tests/nnzip_conformance_tests" 'CpuKernels.*,MixKernels.*,SampleKernels.*'
  found=$(qemu-aarch64 "$build/nnzip" bench --signature)
  expected=$(<tests/golden/bench.txt)
  echo "$1, $2: $found"
  [[ $found == "$expected" ]] || {
    echo "The signature differs from tests/golden/bench.txt, which says $expected." >&2
    return 1
  }
}

check max i8mm
check neoverse-n1 neondot
check cortex-a72 neon

# open_frame FILE: a golden frame by an AArch64 processor, best with SDOT, whose emulation is fastest.
open_frame() {
  local name expected found
  name=$(basename "$1" .nnz)
  expected=$(sed -n "s/  *$name\$//p" tests/golden/frames/v0/SHA256SUMS)
  found=$(QEMU_CPU=neoverse-n1 qemu-aarch64 "$build/nnzip" -dc "$1" | sha256sum)
  [[ -n $expected && ${found%% *} == "$expected" ]] || {
    echo "$name.nnz has another content on AArch64." >&2
    return 1
  }
}
export build
export -f open_frame

# The largest first, as it takes half of the time. concatenated has license in it.
find tests/golden/frames/v0 -name '*.nnz' ! -name concatenated.nnz -printf '%s %p\n' | sort -rn |
  cut -d ' ' -f 2 | xargs -P "$(nproc)" -I{} bash -c 'open_frame {}'
echo "golden frames: the same contents"
