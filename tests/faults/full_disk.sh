#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# No room for the output: an error that says so, no output, no temporary file, the input as it was.
source "$(dirname "$0")/fault_helpers.sh"
with_mounts
enter_work

random 200000 1 >noise
head -c 1000000 /dev/zero | tr '\0' x >letters
works "$nnzip" -o letters.nnz letters
mkdir small
mount -t tmpfs -o size=300k tmpfs small
cp noise letters.nnz small

full='*No space left on device*'
refuses "$full" "$nnzip" --model none small/noise
refuses "$full" "$nnzip" --model none --rm small/noise
refuses "$full" "$nnzip" -d small/letters.nnz
refuses "$full" "$nnzip" -d --rm small/letters.nnz
only small noise letters.nnz
same small/noise noise
same small/letters.nnz letters.nnz

# What stands under the name already stays there.
echo old >small/noise.nnz
echo old >small/letters
refuses "$full" "$nnzip" --model none -f small/noise
refuses "$full" "$nnzip" -df small/letters.nnz
only small noise noise.nnz letters letters.nnz
[[ $(<small/noise.nnz) == old && $(<small/letters) == old ]] || fail "the old output is gone"
rm small/noise.nnz small/letters

# Through the shell's redirection there is no name to keep clean, but an error.
into() { "${@:2}" >"$1"; }
refuses "$full" into small/out "$nnzip" --model none -c small/noise
refuses "$full" into small/out "$nnzip" -dc small/letters.nnz
rm small/out

# No inode left for a temporary file.
mkdir inodes
mount -t tmpfs -o nr_inodes=2 tmpfs inodes
cp noise inodes
refuses "$full" "$nnzip" --model none inodes/noise
only inodes noise

# Several files: the one that fits is done.
echo little >small/little
refuses "$full" "$nnzip" --model none small/noise small/little
only small little little.nnz noise letters.nnz

mount -o remount,size=4m small
works "$nnzip" --model none --rm small/noise
works "$nnzip" -d small/noise.nnz small/letters.nnz
same small/noise noise
same small/letters letters
echo "all is well"
