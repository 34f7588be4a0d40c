#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# kill -9 at 50 moments, always the same ones: the input is as it was, no incomplete file stands under
# the final name, leftovers have the name of temporary files and are in nobody's way.
source "$(dirname "$0")/fault_helpers.sh"
enter_work

RANDOM=2026
for ((i = 0; i < 12; ++i)); do
  seq $((i * 7919)) $((i * 7919 + 4000))
  random 15000 "$i"
done >content
works "$nnzip" --model none -o frame content

# Milliseconds that a command takes when nobody kills it: the shortest of three runs, since the machine
# may have been busy with something else in one of them.
duration() {
  local i begin took shortest=
  for i in 1 2 3; do
    begin=${EPOCHREALTIME/./}
    works "$@"
    took=$(((${EPOCHREALTIME/./} - begin) / 1000 + 1))
    ((took < ${shortest:-took + 1})) && shortest=$took
  done
  echo "$shortest"
}
compress=("$nnzip" --model none -f file)
decompress=("$nnzip" -df file.nnz)
cp content file
compress_ms=$(duration "${compress[@]}")
cp frame file.nnz
decompress_ms=$(duration "${decompress[@]}")

killed=0
# attempt MS COMMAND...: starts it and kills it after so many milliseconds at most.
attempt() {
  local wait_ms=$((RANDOM % ($1 + $1 / 10 + 1))) status=0
  shift
  "$@" 2>errors &
  sleep "$(printf '%d.%03d' $((wait_ms / 1000)) $((wait_ms % 1000)))"
  kill -KILL $! 2>/dev/null || true
  wait $! 2>/dev/null || status=$?
  ((status == 0 || status == 137)) || fail "status $status"
  killed=$((killed + (status == 137)))
}
# In the folder there is nothing but what the script made and temporary files.
names_are_known() {
  local name
  for name in $(ls -A); do
    case $name in
      content | frame | file | file.nnz | errors | .file.nnzip-?????? | .file.nnz.nnzip-??????) ;;
      *) fail "there is a file $name" ;;
    esac
  done
}

for ((round = 0; round < 50; ++round)); do
  rm -f file file.nnz
  case $((round % 4)) in
    0 | 1)
      cp content file
      attempt "$compress_ms" "${compress[@]}"
      same file content
      [[ ! -e file.nnz ]] || same file.nnz frame
      ;;
    2)
      cp frame file.nnz
      attempt "$decompress_ms" "${decompress[@]}"
      same file.nnz frame
      [[ ! -e file ]] || same file content
      ;;
    3)
      # The input goes once the output is complete: at every moment one of the two is whole.
      cp content file
      attempt "$compress_ms" "${compress[@]}" --rm
      [[ -e file || -e file.nnz ]] || fail "input and output are gone"
      [[ ! -e file ]] || same file content
      [[ ! -e file.nnz ]] || same file.nnz frame
      ;;
  esac
  names_are_known
done

# What is left behind hinders no one.
left=$(find . -name '.*.nnzip-??????' | wc -l)
rm -f file file.nnz
cp content file
works "${compress[@]}"
same file.nnz frame
((killed >= 25)) || fail "only $killed of 50 were killed before they had ended"
((left > 0)) || fail "no kill came while there was a temporary file"
echo "$killed of 50 killed, $left temporary files left: all is well"
