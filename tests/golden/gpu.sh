#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# gpu.sh NNZIP CONFORMANCE_TESTS KERNELS DEVICE: the conformance suite and the golden frames on a
# device; KERNELS is 1 for own kernels, 0 for libtorch's operations. 77 means "not here".
set -euo pipefail
nnzip=$(realpath "$1") tests=$(realpath "$2") device=$4
export NNZIP_CUDA_KERNELS=$3 NNZIP_TEST_DEVICE=$device
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
if ! why=$("$nnzip" bench --signature --device "$device" 2>&1); then
  [[ $why == *'cannot be used'* ]] || { echo "$why" >&2; exit 1; }
  echo "skipped: $why"
  exit 77
fi
[[ $why == "$(<"$here/bench.txt")" ]] || { echo "signature $why on $device" >&2; exit 1; }
"$tests" 'EngineConformance.*,TapConformance.*'
"$here/cross_decode.sh" "$nnzip" "$device"
