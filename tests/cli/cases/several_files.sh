# SPDX-License-Identifier: Apache-2.0
# A missing file does not keep the others from their turn.
sample 500 >a
sample 700 >b
nnzip a missing b
code=$?
ls
nnzip -dc a.nnz | cmp - a && nnzip -dc b.nnz | cmp - b
exit $code
