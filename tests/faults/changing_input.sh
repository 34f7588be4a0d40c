#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Files that grow, shrink or are replaced while they are read: what comes out is a beginning of what
# was there, with a warning, or an error; and --rm removes none of them.
source "$(dirname "$0")/fault_helpers.sh"
enter_work

random 9000000 3 >original
random 3000000 4 >more
cat original more >grown

# compress_while COMMAND...: stops compressing, with --rm, once the output is begun, runs the command,
# goes on.
compress_while() {
  cp original file
  rm -f file.nnz
  "$nnzip" --block 22 --model none -T1 --rm file 2>errors &
  until_true has_temporary .
  kill -STOP $!
  "$@"
  kill -CONT $!
  status=0
  wait $! || status=$?
}
append() { cat more >>file; }
# warned: the warning is the only word, and the file is still there.
warned() {
  [[ $(<errors) == 'nnzip: warning: file has changed while it was read and is not removed.' ]] ||
    fail "not the warning alone"
  [[ -e file ]] || fail "the file that changed was removed"
}

compress_while append
((status == 2)) || fail "status $status with a growing file"
warned
same file grown
works "$nnzip" -d -f -o back file.nnz
begins back grown
begins original back

compress_while truncate -s 5000000 file
((status == 1 || status == 2)) || fail "status $status with a shrinking file"
[[ -e file ]] || fail "the file that shrank was removed"
if ((status == 2)); then
  warned
  works "$nnzip" -d -f -o back file.nnz
  begins back original
fi
has_temporary . && fail "a temporary file is left"

# The size stays, the content does not; and a file that is not to be removed.
overwrite() { dd if=more of=file conv=notrunc status=none; }
compress_while overwrite
((status == 2)) || fail "status $status with a file that is overwritten"
warned
mkfifo out
for input in '' file; do
  cp original file
  "$nnzip" --block 22 --model none -T1 -c $input <file >out 2>errors &
  exec 3<out
  head -c 1 <&3 >/dev/null
  append
  cat <&3 >/dev/null
  exec 3<&-
  status=0
  wait $! || status=$?
  ((status == 2)) || fail "status $status with a growing file to standard output"
  [[ $(<errors) == "nnzip: warning: ${input:-standard input} has changed while it was read." ]] ||
    fail "not the warning alone"
done

# Nothing is said of what only was looked at, or got another name.
touch_all() { cat file >/dev/null && ln file other && chmod 600 file; }
compress_while touch_all
((status == 0)) || fail "status $status with a file that did not change"
[[ ! -e file ]] || fail "the file that did not change is still there"
same other original
rm other

# The other way: half of the frame is taken away while its content is written. One thread reads four
# blocks ahead.
cp original file
works "$nnzip" --block 20 --model none -f file
mkfifo pipe
"$nnzip" -dc -T1 file.nnz >pipe 2>errors &
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
"$nnzip" --block 22 --model none -T1 --rm file 2>errors &
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
