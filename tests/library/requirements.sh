#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What the README says that a program built on Debian 12 needs is enough, and needed:
# requirements.sh NNZIP README. 77: this is not Debian 12, or another processor.
set -euo pipefail

program=$1 readme=$2
[[ $(getconf GNU_LIBC_VERSION) == "glibc 2.36" && $(uname -m) == x86_64 ]] || exit 77
# newest PREFIX: of the versions of symbols that the program takes from its libraries.
newest() { readelf -V --wide "$program" | grep -oE "\b$1_[0-9.]+" | sort -Vu | tail -1; }
glibc=$(newest GLIBC) libstdcxx=$(newest GLIBCXX)
echo "$glibc $libstdcxx"
grep -qF "needs glibc ${glibc#GLIBC_} " "$readme" && grep -qF "$libstdcxx" "$readme" || {
  echo "The README says: $(grep -F 'needs glibc' "$readme")" >&2
  exit 1
}
