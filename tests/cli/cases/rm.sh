# SPDX-License-Identifier: Apache-2.0
# --rm removes the input when its output is complete.
sample 500 >a
cp a original
nnzip --rm a && ls
nnzip -d --rm a.nnz && ls && cmp a original
