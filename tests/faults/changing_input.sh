#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Files that grow, shrink or are replaced while they are read: what comes out is a beginning of what
# was there, or an error.
source "$(dirname "$0")/fault_helpers.sh"
enter_work

random 9000000 3 >original
random 3000000 4 >more
cat original more >grown

# compress_while COMMAND...: stops compressing once the output is begun, runs the command, goes on.
compress_while() {
  cp original file
  rm -f file.nnz
  "$nnzip" --model none -T1 file 2>errors &
  until_true has_temporary .
  kill -STOP $!
  "$@"
  kill -CONT $!
  status=0
  wait $! || status=$?
}
append() { cat more >>file; }

compress_while append
((status == 0)) || fail "status $status with a growing file"
works "$nnzip" -d -f -o back file.nnz
begins back grown
begins original back

compress_while truncate -s 5000000 file
((status == 0 || status == 1)) || fail "status $status with a shrinking file"
if ((status == 0)); then
  works "$nnzip" -d -f -o back file.nnz
  begins back original
fi
has_temporary . && fail "a temporary file is left"

# The other way: half of the frame is taken away while its content is written.
cp original file
works "$nnzip" --model none -f file
mkfifo pipe
"$nnzip" -dc file.nnz >pipe 2>errors &
exec 3<pipe
head -c 1000000 <&3 >back
truncate -s 2000000 file.nnz
cat <&3 >>back
exec 3<&-
status=0
wait $! || status=$?
((status == 1)) || fail "status $status with a shrinking frame"
grep -q 'incomplete' errors || fail "the error does not say that the input is incomplete"
# head may have read more than it gave on, so the joint need not fit; its first part does.
head -c 1000000 back >start
begins start original

# --rm removes no file that has taken the input's name meanwhile.
mkdir folder
echo content >folder/out
mkfifo feed
cp original file
rm -f file.nnz
"$nnzip" --model none -T1 --rm file 2>errors &
until_true has_temporary .
kill -STOP $!
mv file elsewhere
echo other >file
kill -CONT $!
status=0
wait $! || status=$?
((status == 1)) || fail "status $status though another file took the input's name"
[[ $(<file) == other ]] || fail "the other file was removed"
"$nnzip" -dc file.nnz | cmp -s - original || fail "the output is not complete"
echo "all is well"
