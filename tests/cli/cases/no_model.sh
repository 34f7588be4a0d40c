# SPDX-License-Identifier: Apache-2.0
# --model none does without networks, and the result needs none.
sample 3000 >a
nnzip --model none a && nnzip -dc a.nnz | cmp - a
nnzip -v -t a.nnz 2>&1 | grep -o 'mixed 0, network 0'
