# SPDX-License-Identifier: Apache-2.0
# A second copy costs next to nothing wherever it is, in noise and in text, in files, pipes and parts.
noise_of 5000000 >noise && sample 30000 >text
cat noise text noise text >both
nnzip --model none -T1 both && (( $(stat -c %s both.nnz) < 5020000 )) && echo 'copied'
nnzip --model none -T3 -c both | cmp - both.nnz
cat both | nnzip --model none | cmp - both.nnz
cat both.nnz | nnzip -d | cmp - both
nnzip -d --range 9999990:40000 both.nnz | cmp - <(tail -c +9999991 both | head -c 40000)
nnzip --model none --long 16 -c both | wc -c | awk '$1 > 10000000 { print "beyond the window" }'
nnzip --model none --part 1/2 -c both >1.nnz && nnzip --model none --part 2/2 -c both >2.nnz
nnzip join -o whole.nnz 1.nnz 2.nnz && nnzip -dc whole.nnz | cmp - both
