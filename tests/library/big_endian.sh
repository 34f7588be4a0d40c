#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# CMake refuses a processor that is big-endian, here one that pretends: big_endian.sh SOURCE_FOLDER
set -euo pipefail

source=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# Read at the end of project(), which has found the order of bytes by then.
echo 'set(CMAKE_CXX_BYTE_ORDER BIG_ENDIAN)' >"$work/pretend.cmake"
if cmake -S "$source" -B "$work/build" -G Ninja \
  -DCMAKE_PROJECT_nnzip_INCLUDE="$work/pretend.cmake" >"$work/log" 2>&1; then
  echo "A big-endian processor is not refused." >&2
  exit 1
fi
grep -q 'nnzip needs a processor that is little-endian' "$work/log" || {
  cat "$work/log" >&2
  exit 1
}
