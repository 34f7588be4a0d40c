#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Builds nnzip for AArch64 and proves under QEMU that each instruction set is chosen where it is there,
# passes the tests of the kernels and gives the signature, that golden frames open to what they are, and
# that tests which take seconds pass, of units (NNZIP_UNIT_TESTS in the preset), malformed and golden
# frames.
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
cmake --preset arm64
ninja -C "$build" -j "$(nproc)" nnzip nnzip_{conformance,unit,malformed,golden}_tests
head -c 300 LICENSE >"$build/sample"

# check CPU TARGET: as that processor, whose best target is TARGET. The kernels' tests go through all
# targets of a processor, so max has run those of the others; they show that they can run theirs.
check() {
  export QEMU_CPU=$1
  local found expected kernels='MixKernels.*,SampleKernels.EveryCompilerGivesTheSameBytes'
  [[ $1 != max ]] || kernels='CpuKernels.*,MixKernels.*,SampleKernels.*'
  qemu-aarch64 "$build/nnzip" -vcf -5 "$build/sample" 2>&1 >"$build/sample.$1.nnz" |
    grep -F "cpu ($2)" || {
    echo "$1 does not run the kernels $2." >&2
    return 1
  }
  qemu-aarch64 "$build/nnzip" -dcf "$build/sample.$1.nnz" | cmp - "$build/sample"
  qemu-aarch64 "$build/tests/nnzip_conformance_tests" "$kernels"
  found=$(qemu-aarch64 "$build/nnzip" bench --signature)
  expected=$(<tests/golden/bench.txt)
  echo "$1, $2: $found"
  [[ $found == "$expected" ]] || {
    echo "The signature differs from tests/golden/bench.txt, which says $expected." >&2
    return 1
  }
}

# run_tests PROGRAM: of its tests those that take seconds under QEMU, by a processor whose emulation is
# fast. Not here: those that run networks and mixers, most of which take minutes, while check() compares
# their kernels, and the signature and the golden frames their integers; those that start AArch64
# programs, which only QEMU runs; those of faults and threads, which depend on no processor.
unit='*' # NNZIP_UNIT_TESTS in the preset
malformed='[#malformed_frames_test],[#malformed_groups_test],[#malformed_index_test]'
malformed+=',[#malformed_models_test],[#malformed_streams_test]'
golden='GoldenFrames.HoldEveryKindOfBlock,[parity]'
run_tests() { QEMU_CPU=neoverse-n1 qemu-aarch64 "$build/tests/nnzip_$1_tests" -# "${!1}"; }

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
export build unit malformed golden
export -f check run_tests open_frame

# The longest first. concatenated has license in it; two_streams takes two minutes, and the signature
# has four streams of each text model.
{
  printf '%s\n' 'check max i8mm' 'check neoverse-n1 neondot' 'check cortex-a72 neon' \
    'run_tests unit' 'run_tests malformed' 'run_tests golden'
  find tests/golden/frames/v0 -name '*.nnz' ! -name concatenated.nnz ! -name two_streams.nnz \
    -printf '%s open_frame %p\n' | sort -rn | cut -d ' ' -f 2-
} | xargs -P "$(nproc)" -I{} bash -euo pipefail -c '{}'
for cpu in neoverse-n1 cortex-a72; do cmp "$build/sample.$cpu.nnz" "$build/sample.max.nnz"; done
echo "AArch64: kernels, signatures, units and golden frames are as they should be"
