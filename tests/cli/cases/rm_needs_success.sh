# SPDX-License-Identifier: Apache-2.0
# --rm removes nothing if the output is not complete, goes to standard output or nowhere.
sample 500 >a
nnzip a
status nnzip --rm a
head -c -5 a.nnz >bad.nnz
status nnzip -d --rm bad.nnz
nnzip --rm -c a >other.nnz
nnzip --rm -t a.nnz
ls -A
