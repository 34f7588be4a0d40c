#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Installs a build into a temporary folder, moves that elsewhere and builds the examples against it,
# by CMake and by pkg-config, shared and static. Each of them must make the frame that the command
# makes, and read it: install.sh BUILD_FOLDER SOURCE_FOLDER
set -euo pipefail

build=$1 source=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
prefix=$work/moved
fail() {
  echo "library.install: $*" >&2
  exit 1
}

cmake --install "$build" --prefix "$work/prefix" --strip >"$work/log" || fail "$(<"$work/log")"
mv "$work/prefix" "$prefix"
library=$(dirname "$(find "$prefix" -name libnnzip.a)")
for file in bin/nnzip include/nnzip/nnzip.{h,hpp} share/doc/nnzip/{README.md,LICENSE,FORMAT.md}; do
  [[ -f $prefix/$file ]] || fail "$file is not installed"
done
[[ $(readelf -d "$library/libnnzip.so") == *"[libnnzip.so.0]"* ]] || fail "the soname is another"
strip -g "$library/libnnzip.a"
if grep -rlF -e "$source" -e "$build" "$prefix"; then
  fail "the files above know where they were built"
fi

# Outside of all source folders, as a user would.
cp -r "$source/tests/library/example" "$work/example"
cmake -S "$work/example" -B "$work/cmake" -DCMAKE_PREFIX_PATH="$prefix" \
  -DCMAKE_C_FLAGS="-Wall -Wextra -Werror" -DCMAKE_CXX_FLAGS="-Wall -Wextra -Werror" \
  -DCMAKE_C_COMPILER_LAUNCHER= -DCMAKE_CXX_COMPILER_LAUNCHER= >"$work/log" 2>&1 &&
  cmake --build "$work/cmake" -j2 >>"$work/log" 2>&1 || fail "$(<"$work/log")"

mkdir "$work/pc"
export PKG_CONFIG_PATH=$library/pkgconfig
pc() { pkg-config "$@" nnzip; }
# Flags stand for several words.
# shellcheck disable=SC2046
{
  cc -std=c99 -pedantic-errors -Wall -Wextra -Werror "$work/example/c_example.c" \
    -o "$work/pc/c_example" $(pc --cflags --libs)
  cc -std=c99 -static "$work/example/c_example.c" \
    -o "$work/pc/c_example_static" $(pc --static --cflags --libs) 2>"$work/log" ||
    fail "$(<"$work/log")"
  c++ -std=c++20 -Wall -Wextra -Werror "$work/example/cpp_example.cpp" \
    -o "$work/pc/cpp_example" $(pc --cflags --libs)
}

# In a folder and an environment that know nothing of the installation but what a user must give.
mkdir "$work/elsewhere"
cd "$work/elsewhere"
clean() { env -i PATH=/usr/bin:/bin "$@"; }
head -c 30000 "$source/README.md" >content
clean "$prefix/bin/nnzip" -c content >expected
clean "$prefix/bin/nnzip" -c --model none content >without_model
if cmp -s expected without_model; then
  fail "the installed command does not use its model"
fi

run_example() { # run_example PROGRAM [VARIABLE=VALUE...]
  local program=$1
  shift
  rm -f packed back
  clean "$@" "$program" compress <content >packed 2>messages || fail "$program: $(<messages)"
  cmp packed expected || fail "$program makes other frames than the command"
  clean "$@" "$program" decompress <packed >back 2>messages || fail "$program: $(<messages)"
  cmp content back || fail "$program does not give the content back"
  if clean "$@" "$program" decompress <content >back 2>messages; then
    fail "$program takes anything for a frame"
  fi
  [[ -s messages ]] || fail "$program is silent about errors"
  echo "ok: ${program#"$work/"}"
}
models=NNZIP_MODEL_PATH=$(pc --variable=modeldir)
run_example "$work/cmake/c_example"
run_example "$work/cmake/cpp_example"
run_example "$work/cmake/c_example_static" "$models"
run_example "$work/cmake/cpp_example_static" "$models"
run_example "$work/pc/c_example" LD_LIBRARY_PATH="$library"
run_example "$work/pc/cpp_example" LD_LIBRARY_PATH="$library"
run_example "$work/pc/c_example_static" "$models"

# Any part of a file, from two frames.
size=$(stat -c %s content)
clean "$prefix/bin/nnzip" -c --model none content >second
clean "$prefix/bin/nnzip" join -o joined expected second
clean "$work/cmake/c_reader" read joined $((size - 10)) 20 >back || fail "c_reader does not read"
{ tail -c 10 content; head -c 10 content; } | cmp - back || fail "c_reader reads something else"
clean "$work/cmake/c_reader" list joined >listing || fail "c_reader does not list"
[[ $(grep -c "^frame .: $size bytes, 1 blocks\$" listing) == 2 ]] || fail "c_reader lists: $(<listing)"
gzip -9c content | clean "$prefix/bin/nnzip" -c --model none >wrapped
clean "$work/cmake/c_reader" list wrapped | grep -q ": group of deflate\$" ||
  fail "c_reader does not list what a group is of"
if clean "$work/cmake/c_reader" list content 2>messages; then
  fail "c_reader takes anything for a frame"
fi
echo "ok: cmake/c_reader"

# All of this content is the sample, so the estimate of level 5 is near what it is.
clean "$work/cmake/c_estimate" content >told || fail "c_estimate does not estimate"
[[ $(wc -l <told) == 9 ]] || fail "c_estimate tells: $(<told)"
told=$(sed -n 's/^level 5: \([0-9]*\) bytes.*/\1/p' told) real=$(stat -c %s expected)
((told * 10 > real * 9 && told * 10 < real * 11)) || fail "c_estimate tells $told bytes, not $real"
echo "ok: cmake/c_estimate"

# The static programs need no library of nnzip.
if ldd "$work"/cmake/*_static | grep libnnzip; then
  fail "a static example needs the shared library"
fi
