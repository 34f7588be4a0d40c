#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Builds the static command and runs it alone in an empty folder that is its whole file system:
# static.sh SOURCE_FOLDER WORK_FOLDER. 77: this machine has no static libraries, or allows no such
# folder.
set -euo pipefail

source=$1 work=$2
fail() {
  echo "library.static: $*" >&2
  exit 1
}
[[ $(g++ -print-file-name=libzstd.a) == /* ]] || exit 77
unshare -r true 2>/dev/null || exit 77

mkdir -p "$work"
cmake -S "$source" -B "$work/build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DNNZIP_STATIC=ON \
  -DNNZIP_EMBED_MODELS=ON >/dev/null
cmake --build "$work/build" --target nnzip >"$work/log" 2>&1 || fail "$(cat "$work/log")"
# A static program cannot use what glibc loads at run time.
! grep -E "nnzip.*warning" "$work/log" || fail "parts of the C library are needed"

root=$work/root
rm -rf "$root"
mkdir "$root"
cp "$work/build/nnzip" "$root/nnzip"
strip "$root/nnzip"
head -c 20000 "$source/src/container/FORMAT.md" >"$root/text"
inside() { unshare -r chroot "$root" /nnzip "$@"; }
inside --version
inside -5 -k /text
[[ $(stat -c %s "$root/text.nnz") -lt 7000 ]] || fail "the model was not used"
inside -dc /text.nnz | cmp - "$root/text"
inside models | grep -q text- || fail "no models are listed"
inside -k --device torch -c /text >/dev/null 2>"$work/message" && fail "torch is no error"
grep -q static "$work/message" || fail "what is said of torch: $(cat "$work/message")"
echo "$(stat -c %s "$root/nnzip") bytes"
