#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# kill -9 at 50 moments: the input is as it was, no incomplete file stands under the final name,
# leftovers have the name of temporary files and are in nobody's way.
source "$(dirname "$0")/fault_helpers.sh"
enter_work

RANDOM=2026
for ((i = 0; i < 4; ++i)); do
  seq $((i * 7919)) $((i * 7919 + 4000))
  random 15000 "$i"
done >content
works "$nnzip" --model none -o frame content

compress=("$nnzip" --model none -f file)
decompress=("$nnzip" -df file.nnz)
killed=0
# attempt SPAN COMMAND...: starts it and kills it after some milliseconds. The span of that name,
# their most, follows what the command takes on this machine at this time: each kill widens it, and
# each end before the kill shortens it.
declare -A span
attempt() {
  local what=$1 status=0
  shift
  local most=${span[$what]:-200}
  local wait_ms=$((RANDOM % (most + 1)))
  "$@" 2>errors &
  sleep "$(printf '%d.%03d' $((wait_ms / 1000)) $((wait_ms % 1000)))"
  kill -KILL $! 2>/dev/null || true
  wait $! 2>/dev/null || status=$?
  case $status in
    0) span[$what]=$((most - most / 4)) ;;
    137)
      killed=$((killed + 1))
      span[$what]=$((most + most / 8 + 1))
      ;;
    *) fail "status $status" ;;
  esac
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

# Until 50 were killed before they had ended, some of them with a temporary file at hand.
temporaries() { find . -name '.*.nnzip-??????' | wc -l; }
for ((round = 0; killed < 50 || $(temporaries) == 0; ++round)); do
  rm -f file file.nnz
  case $((round % 4)) in
    0 | 1)
      cp content file
      attempt compress "${compress[@]}"
      same file content
      [[ ! -e file.nnz ]] || same file.nnz frame
      ;;
    2)
      cp frame file.nnz
      attempt decompress "${decompress[@]}"
      same file.nnz frame
      [[ ! -e file ]] || same file content
      ;;
    3)
      # The input goes once the output is complete: at every moment one of the two is whole.
      cp content file
      attempt compress "${compress[@]}" --rm
      [[ -e file || -e file.nnz ]] || fail "input and output are gone"
      [[ ! -e file ]] || same file content
      [[ ! -e file.nnz ]] || same file.nnz frame
      ;;
  esac
  names_are_known
done

# What is left behind hinders no one.
left=$(temporaries)
rm -f file file.nnz
cp content file
works "${compress[@]}"
same file.nnz frame
echo "$killed of $round killed, $left temporary files left: all is well"
