#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Limits of the shell on the size of files and on processor time: an error or an end by the signal,
# and nothing left behind.
source "$(dirname "$0")/fault_helpers.sh"
enter_work

random 300000 2 >noise
works "$nnzip" --model none -o noise.nnz noise
head -c 3000000 /dev/zero >zeros
works "$nnzip" --model none -o zeros.nnz zeros
mkdir room
cp noise.nnz zeros.nnz room
cp noise room/again
large='*File too large*'
# within_size COMMAND...: with files of 40 KiB at most.
within_size() { (ulimit -f 40 && "$@"); }
within_size_into() { (ulimit -f 40 && "${@:2}" >"$1"); }

refuses "$large" within_size "$nnzip" --model none --rm room/again
refuses "$large" within_size "$nnzip" -d --rm room/noise.nnz
refuses "$large" within_size "$nnzip" -d --no-sparse room/zeros.nnz
# A hole counts as well.
refuses "$large" within_size "$nnzip" -d room/zeros.nnz
only room again noise.nnz zeros.nnz
same room/again noise
refuses "$large" within_size_into out "$nnzip" --model none -c noise
refuses "$large" within_size_into out "$nnzip" -dc noise.nnz
# Several files: the one that fits is done.
echo little >room/little
refuses "$large" within_size "$nnzip" --model none room/again room/little
only room again little little.nnz noise.nnz zeros.nnz
rm room/little*

# out_of_time OPTION SECONDS COMMAND...: with that limit of processor time the signal ends the command,
# and nothing is left.
out_of_time() {
  local status=0
  (ulimit "${@:1:2}" && exec "${@:3}") || status=$?
  ((status == 128 + $(kill -l XCPU))) || fail "status $status instead of that of SIGXCPU: ${*:1:2}"
  only room again noise.nnz zeros.nnz
}
out_of_time -St 1 "$nnzip" --model none -T1 -o room/out /dev/zero
# A hard limit without a soft one before it ends the command by SIGKILL; it sees to that.
out_of_time -t 2 "$nnzip" --model none -T1 -o room/out /dev/zero
echo "all is well"
