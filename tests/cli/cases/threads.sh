# SPDX-License-Identifier: Apache-2.0
# The number of threads does not change a byte.
sample 3000 >a
nnzip -T1 -c a >one.nnz && nnzip -T2 -c a >two.nnz && cmp one.nnz two.nnz
nnzip -dc -T2 one.nnz | cmp - a
nnzip -dc -T1 two.nnz | cmp - a
