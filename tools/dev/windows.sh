#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Builds nnzip for Windows by mingw-w64, with models inside, and proves under wine that it does what it
# does elsewhere: the signature on each instruction set of this machine, the golden frames, files, pipes
# of bytes, names that are not ASCII. Wine is no Windows, but it is what there is here.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
root=$PWD
source tools/dev/packages.sh
install_packages tools/packages-run.txt tools/packages-windows.txt </dev/null

fail() {
  echo "windows.sh: $*" >&2
  exit 1
}

# make_zstd FOLDER: from Debian's source package; Debian has no libraries for Windows.
make_zstd() {
  local folder=$1
  mkdir -p "$folder/lists/partial"
  local key=/usr/share/keyrings/debian-archive-keyring.gpg
  echo "deb-src [signed-by=$key] http://deb.debian.org/debian bookworm main" >"$folder/debian.list"
  local apt=(apt-get -qq -o Dir::Etc::sourcelist="$folder/debian.list"
    -o Dir::Etc::sourceparts=/dev/null -o Dir::State::lists="$folder/lists" -o APT::Sandbox::User=root)
  "${apt[@]}" update
  (cd "$folder" && "${apt[@]}" source libzstd >/dev/null)
  make -s -C "$folder"/libzstd-*/lib -j"$(nproc)" libzstd.a CC=x86_64-w64-mingw32-gcc-posix \
    AR=x86_64-w64-mingw32-ar TARGET_SYSTEM=Windows ZSTD_LEGACY_SUPPORT=0 >"$folder/log" 2>&1 ||
    fail "$(cat "$folder/log")"
  cp "$folder"/libzstd-*/lib/libzstd.a "$libraries/lib"
  cp "$folder"/libzstd-*/lib/*.h "$libraries/include"
}

# xxHash is a header that holds the code as well.
make_xxhash() {
  cp /usr/include/xxhash.h "$libraries/include"
  echo '#include <xxhash.h>' | x86_64-w64-mingw32-gcc-posix -O2 -DXXH_STATIC_LINKING_ONLY \
    -DXXH_IMPLEMENTATION -I"$libraries/include" -x c -c - -o "$libraries/xxhash.o"
  x86_64-w64-mingw32-ar rcs "$libraries/lib/libxxhash.a" "$libraries/xxhash.o"
}

# write_pc NAME: for pkg-config.
write_pc() {
  printf '%s\n' "Name: $1" "Description: $1 for Windows" "Version: 1" \
    "Cflags: -I$libraries/include" "Libs: -L$libraries/lib -l${1#lib}" \
    >"$libraries/lib/pkgconfig/$1.pc"
}

libraries=$root/build/windows-libraries
if [[ ! -e $libraries/complete ]]; then
  rm -rf "$libraries"
  mkdir -p "$libraries"/{include,lib/pkgconfig}
  make_zstd "$libraries/zstd"
  make_xxhash
  # Headers alone.
  cp -r /usr/include/{CLI,nlohmann,spdlog,fmt} "$libraries/include"
  for name in libzstd libxxhash; do write_pc "$name"; done
  touch "$libraries/complete"
fi

build=build/windows
[[ -f $build/build.ninja ]] || cmake --preset windows
ninja -C "$build" -j "$(nproc)" nnzip

work=$build/work
rm -rf "$work"
mkdir "$work"
# Alone, so that the models are those inside.
cp "$build/nnzip.exe" "$work"
cd "$work"
export WINEPREFIX=$root/build/windows-wine WINEDEBUG=-all WINEDLLOVERRIDES="mscoree,mshtml="
trap '/usr/lib/wine/wineserver64 -k || true' EXIT
nnzip() { timeout 300 /usr/lib/wine/wine64 ./nnzip.exe "$@"; }

# expect STATUS COMMAND...
expect() {
  local status=0
  "${@:2}" || status=$?
  ((status == $1)) || fail "exit status $status instead of $1: ${*:2}"
}

# A machine lacks an instruction set if the CPU does not list all of its flags.
has_flags() {
  local flag
  for flag in "$@"; do grep -qw "$flag" /proc/cpuinfo || return 1; done
}

check_signature() {
  local target=$1 found
  shift
  has_flags "$@" || {
    echo "skipped: this CPU has no $target"
    return 0
  }
  found=$(NNZIP_CPU_TARGET=$target nnzip bench --signature)
  echo "$target: $found"
  [[ $found == "$(<"$root/tests/golden/bench.txt")" ]] || fail "the signature is another one"
}

check_golden_frames() {
  local sum name
  while read -r sum name; do
    [[ $(nnzip -dc "$root/tests/golden/frames/v0/$name.nnz" | sha256sum) == "$sum "* ]] ||
      fail "the golden frame $name is another content"
  done <"$root/tests/golden/frames/v0/SHA256SUMS"
}

check_files() {
  local name='Prüfung с файлом 試験' content
  content=$(head -c 20000 "$root/src/container/FORMAT.md")
  mkdir -p "$name/$name"
  echo "$content" >"$name/$name/text"
  touch -d 2021-03-04T05:06:07 "$name/$name/text"
  nnzip -r "$name"
  (($(stat -c %s "$name/$name/text.nnz") < 7000)) || fail "the model was not used"
  [[ $(stat -c %Y "$name/$name/text.nnz") == "$(stat -c %Y "$name/$name/text")" ]] ||
    fail "times are not kept"
  nnzip -l "$name\\$name\\text.nnz" | grep -qF "$name\\$name\\text.nnz" || fail "names are not UTF-8"
  nnzip -t "$name/$name/text.nnz"
  expect 1 nnzip -d "$name/$name/text.nnz" 2>message
  grep -q 'exists already' message || fail "there is no protection against overwriting"
  echo other >"$name/$name/text"
  nnzip -df --rm "$name/$name/te*.nnz"
  [[ $(ls "$name/$name") == text ]] || fail "-f and --rm leave $(ls -A "$name/$name")"
  [[ $(<"$name/$name/text") == "$content" ]] || fail "a file is not what it was"
  expect 1 nnzip missing 2>message
  grep -q 'No such file' message || fail "what is said of a missing file: $(<message)"
  nnzip -o NUL "$name/$name/text"
}

# Bytes that a stream of text would change: ends of lines and the end of files of MS-DOS.
check_pipes() {
  python3 -c 'import os, sys
sys.stdout.buffer.write(bytes(range(256)) * 40 + b"\r\n\x1a\n\r\r\n" * 999 + bytes(50000))' >bytes
  nnzip <bytes >bytes.nnz
  nnzip -d <bytes.nnz | cmp - bytes
  nnzip -c bytes | cat | nnzip -d | cmp - bytes
  nnzip -d --range 5:6 bytes.nnz | cmp - <(tail -c +6 bytes | head -c 6)
  nnzip --rm -o copy.nnz bytes
  nnzip -d copy.nnz
  nnzip -dc bytes.nnz | cmp - copy
  nnzip join -o both.nnz bytes.nnz copy.nnz
  nnzip -dc both.nnz | cmp - <(cat copy copy)
}

# Ctrl-C removes what is not complete.
check_interruption() {
  cat "$root"/src/{*,*/*}/*.cpp >long
  /usr/lib/wine/wine64 ./nnzip.exe -9 -T1 long &
  while [[ ! -e $(echo .long.nnz.nnzip-*) ]]; do
    kill -0 $! || fail "there has been nothing to interrupt"
    sleep 0.1
  done
  sleep 1
  kill -INT $!
  wait $! || true
  [[ ! -e long.nnz && ! -e $(echo .long.nnz.nnzip-*) ]] || fail "an interruption leaves $(ls -A)"
}

check_models() {
  nnzip models --verify
  nnzip models -v | grep -q 'a part of the program' || fail "models are not inside"
  mkdir models
  cp "$root"/models/text-*.nnzm models
  nnzip models -v | grep -qE 'file .*\\models\\text-' || fail "models beside the program do not count"
  rm -r models
}

check_signature scalar
check_signature avx2 avx2
check_signature avxvnni avx2 avx_vnni
check_signature avx512vnni avx512f avx512bw avx512vl avx512_vnni
check_golden_frames
check_files
check_pipes
check_interruption
check_models
echo "all is well ($SECONDS s)"
