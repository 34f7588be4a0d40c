#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The shared library exports what its headers declare, and nothing else:
# exported_symbols.sh LIBRARY INCLUDE_FOLDER
set -euo pipefail

export LC_ALL=C
library=$1 headers=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

nm -D --defined-only "$library" | sed 's/.* //; s/@.*//' | sort -u >"$work/symbols"
grep -v '^_Z' "$work/symbols" >"$work/c"
grep '^_Z' "$work/symbols" | c++filt >"$work/cpp"

# C: equal to the functions of *.h; NNZIP_0 is the name of the version itself.
{
  echo NNZIP_0
  grep -oh '^NNZIP_API .*' "$headers"/nnzip/*.h | sed 's/(.*//; s/.*[ *]//'
} | sort >"$work/c_expected"
if (($(wc -l <"$work/c_expected") < 11)); then
  echo "Too few functions were found in the headers; is this script out of date?" >&2
  exit 1
fi
diff -u --label "*.h" --label "exported" "$work/c_expected" "$work/c"

# C++: each name marked NNZIP_API is there, and each that is there is marked.
{
  sed -n 's/^class NNZIP_API \([A-Za-z]*\).*/\1/p' "$headers"/nnzip/*.hpp
  sed -n 's/^NNZIP_API \([^(]*\)(.*/\1/p' "$headers"/nnzip/*.hpp | sed 's/.* //'
} | sort -u >"$work/cpp_declared"
sed 's/^\(typeinfo\|typeinfo name\|vtable\) for //; s/^nnzip:://; s/[^A-Za-z0-9_].*//' \
  "$work/cpp" | sort -u >"$work/cpp_exported"
diff -u --label "*.hpp" --label "exported" "$work/cpp_declared" "$work/cpp_exported"
if grep -v '^\(\(typeinfo\|typeinfo name\|vtable\) for \)\?nnzip::' "$work/cpp"; then
  echo "The names above are not nnzip's." >&2
  exit 1
fi
echo "$(wc -l <"$work/c") C names, $(wc -l <"$work/cpp") of C++"
