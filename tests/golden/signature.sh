#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# signature.sh NNZIP TARGET FILE: the bundled models' signature on an instruction set, or on the
# device reference or torch, equals the one in FILE.
set -euo pipefail
nnzip=$1 target=$2 golden=$3
if [ "$target" = reference ] || [ "$target" = torch ]; then
  device=$target
else
  device=cpu
  export NNZIP_CPU_TARGET=$target
  case $target in
    avx2) grep -qw avx2 /proc/cpuinfo || exit 77 ;;
    avxvnni) grep -qw avx_vnni /proc/cpuinfo || exit 77 ;;
    avx512vnni) grep -qw avx512_vnni /proc/cpuinfo || exit 77 ;;
  esac
fi
got=$("$nnzip" bench --signature --device "$device")
echo "$target: $got, golden: $(cat "$golden")"
[ "$got" = "$(cat "$golden")" ]
