# SPDX-License-Identifier: Apache-2.0
# -f overwrites in both directions.
sample 500 >a
echo old >a.nnz
nnzip -f a && cp a original && echo old >a && nnzip -df a.nnz && cmp a original && ls -A
