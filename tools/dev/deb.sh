#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Makes the Debian packages from a build of its own: deb.sh [BUILD_FOLDER]. Prints the files' paths:
# nnzip's, python3-nnzip's if Python's headers and cffi are installed, nnzip-torch's if libtorch-dev is.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
build=${1:-$root/build/deb}
mkdir -p "$build"
log=$build/last-package.log
plugin=OFF
if dpkg-query -L libtorch-dev 2>/dev/null | grep -q TorchConfig.cmake; then plugin=ON; fi
module=OFF
if /usr/bin/python3 -c 'import cffi' 2>/dev/null && dpkg-query -W python3-dev >/dev/null 2>&1; then module=ON; fi
# Library folders differ by system under /usr, so the prefix must be known from the start.
if ! {
  cmake -S "$root" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DCMAKE_INSTALL_PREFIX=/usr \
    -DNNZIP_BUILD_TORCH_BACKEND=$plugin -DNNZIP_BUILD_PYTHON=$module &&
    cmake --build "$build" &&
    rm -f "$build"/*.deb &&
    (cd "$build" && cpack -G DEB)
} >"$log" 2>&1; then
  cat "$log" >&2
  exit 1
fi
ls "$build"/*.deb
