# SPDX-License-Identifier: Apache-2.0
# Ranges that make no sense are errors, and damage within the range is found.
sample 500 >a && nnzip a
for range in 5 x:5 5:x -1:5 5:-1 : 99999999999999999999:1 16777216T:1 5:1:2; do
  status nnzip -d "--range=$range" a.nnz
done
status nnzip --range 0:5 a
status nnzip -t --range 0:5 a.nnz
status nnzip -d --rm --range 0:5 a.nnz
status nnzip -d --range 0:5 a.nnz a.nnz
noise_of 6000000 >big && nnzip --model none --block 22 big && cp big.nnz bad.nnz
printf '\377\377' | dd of=bad.nnz bs=1 seek=5500000 conv=notrunc status=none
nnzip -d --range 5M:10 bad.nnz >part
echo "exit $?"
nnzip -d --range 1M:10 bad.nnz | cmp - <(tail -c +1048577 big | head -c 10) && echo 'before the damage'
