# SPDX-License-Identifier: Apache-2.0
# The options of NNZIP_OPT come before those of the command line; files have no place there.
sample 500 >a && nnzip a && nnzip --model none -c a >none
NNZIP_OPT='--model none' nnzip -c a | cmp - none
NNZIP_OPT='--model none' nnzip -c --model auto a | cmp - a.nnz
NNZIP_OPT=$' -9\t-T1  ' nnzip -vc a 2>&1 >/dev/null | grep -o 'level 9'
NNZIP_OPT='--adapt 1e-9' nnzip -8vc a 2>&1 >/dev/null | grep -o 'level 8'
NNZIP_OPT='-9 -T1' nnzip -7vc a 2>&1 >/dev/null | grep -o 'level 7'
NNZIP_OPT=-dc nnzip a.nnz | cmp - a
NNZIP_OPT=-d nnzip compress -c a | cmp - a.nnz
NNZIP_OPT='-9 --model none' nnzip list a.nnz | wc -l
NNZIP_OPT=-9 nnzip models --verify | grep -vc ': OK$'
NNZIP_OPT='' nnzip -c a | cmp - a.nnz
for bad in b -- '-- b' - --bogus -10 '-T x' compress; do
  NNZIP_OPT=$bad nnzip -c a >/dev/null
  echo "$bad: exit $?"
done
NNZIP_OPT=-q nnzip -vc a 2>&1 >/dev/null | grep -c 500
NNZIP_OPT=-d nnzip -zc a | cmp - a.nnz
# What a command does not have does not hinder it.
export NNZIP_OPT='--resume --reuse a.nnz --range 1:2 --part 1/2 -o out --json'
nnzip -t a.nnz && nnzip list a.nnz | grep -c '"content_bytes": 500' && nnzip join -f a.nnz && [[ -s out ]]
NNZIP_OPT='--resume --reuse a.nnz --cut lines' nnzip -dc a.nnz | cmp - a
status nnzip -t --range 1:2 a.nnz
unset NNZIP_OPT && rm out
NNZIP_OPT=--rm nnzip -fk a && NNZIP_OPT=-k nnzip -f --rm a && ls
