# SPDX-License-Identifier: Apache-2.0
# An existing file is left alone.
sample 500 >a
echo precious >a.nnz
status nnzip a
cat a.nnz
nnzip -o b.nnz a && echo precious >b
status nnzip -d b.nnz
cat b
ls -A
