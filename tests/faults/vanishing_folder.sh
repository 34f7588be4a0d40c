#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The folder of the output is removed or renamed while it is written, or another file takes the
# output's name.
source "$(dirname "$0")/fault_helpers.sh"
enter_work

echo content >file
works "$nnzip" file
mkfifo pipe

# begin OUTPUT: decompresses from the pipe, which stays open as 3; the job's number is $!.
begin() {
  "$nnzip" -d -o "$1" <pipe 2>errors &
  exec 3>pipe
  until_true has_temporary "$(dirname "$1")"
}
# finish: gives it the data; what the job's status is stands in $status.
finish() {
  cat file.nnz >&3
  exec 3>&-
  status=0
  wait $! || status=$?
}

mkdir folder
begin folder/out
rm -rf folder
finish
((status == 1)) || fail "status $status after the folder was removed"
grep -q 'Cannot write folder/out' errors || fail "the error does not name the output"

mkdir folder
begin folder/out
mv folder moved
finish
((status == 1)) || fail "status $status after the folder was renamed"
[[ ! -e moved/out && ! -e folder ]] || fail "there is an output"

mkdir folder
begin folder/out
echo other >folder/out
finish
((status == 1)) || fail "status $status though the name was taken"
[[ $(<folder/out) == other ]] || fail "the other file was overwritten"
only folder out
echo "all is well"
