#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# quick.sh NAME [BUILD_FOLDER]: builds and runs what tells soonest whether a change in src/NAME is right,
# in less than two minutes where all has been built before: the tests and fuzz inputs that include the
# module's headers, the sizes, and for cli the cases of the command. Not the whole, which is check.sh.
# BUILD_FOLDER is build/dev if it is not given.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
module=${1:-}
build=${2:-build/dev}
if [[ -z $module || ! -f src/$module/CMakeLists.txt ]]; then
  modules=(src/*/CMakeLists.txt)
  modules=("${modules[@]#src/}")
  echo "quick.sh takes one of: ${modules[*]%/CMakeLists.txt}" >&2
  exit 1
fi

# How the module's headers are included.
case $module in
  cli) headers="($(cd src/cli && printf '%s|' ./*.h | sed 's/\.\///g; s/|$//'))" ;;
  codec | api) headers="($module|nnzip)/.*" ;;  # what the public headers declare is made there
  *) headers="$module/.*" ;;
esac
mapfile -t sources < <(grep -lE "^#include \"$headers\"" \
  tests/{unit,conformance,malformed,golden}/*_test.cpp tests/fuzz/fuzz_*.cpp)

targets=(nnzip)
names=()
for source in "${sources[@]}"; do
  folder=$(basename "$(dirname "$source")")
  name=$(basename "$source" .cpp)
  names+=("$name")
  if [[ $folder == fuzz ]]; then targets+=("$name.inputs"); else targets+=("nnzip_${folder}_tests"); fi
done
case $module in
  cli) names+=('cli\..*') ;;
  api) ;;
  *) names+=(sizes) ;;  # what makes bits
esac

[[ -f $build/build.ninja ]] || cmake --preset "$(basename "$build")"
mapfile -t targets < <(printf '%s\n' "${targets[@]}" | sort -u)
ninja -C "$build" "${targets[@]}"
expression=$(printf '%s|' "${names[@]}")
ctest --test-dir "$build" -R "^(${expression%|})\$" -LE '^(slow|gpu)$' --no-tests=error \
  -j "$(nproc)" --output-on-failure
echo "$module: $SECONDS s"
