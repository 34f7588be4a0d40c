# SPDX-License-Identifier: Apache-2.0
# A second copy of noise costs next to nothing, in files, pipes and parts, for any number of threads.
noise_of 4500000 >noise && cat noise noise >both
nnzip --model none -T1 both && (( $(stat -c %s both.nnz) < 4500300 )) && echo 'copied'
cat both | nnzip --model none -T3 | cmp - both.nnz
cat both.nnz | nnzip -d | cmp - both
nnzip -d --range 8999000:1000 both.nnz | cmp - <(tail -c 1000 both)
nnzip --model none --long 16 -c both | wc -c | awk '$1 > 9000000 { print "beyond the window" }'
nnzip --model none --part 1/2 -c both >1.nnz && nnzip --model none --part 2/2 -c both >2.nnz
nnzip join -o whole.nnz 1.nnz 2.nnz && nnzip -dc whole.nnz | cmp - both
