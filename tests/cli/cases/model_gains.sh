# SPDX-License-Identifier: Apache-2.0
# A model codes prose smaller than can be done without.
sample 1300 >a
nnzip a && nnzip --model none -o none.nnz a
(($(stat -c %s a.nnz) < $(stat -c %s none.nnz))) && echo smaller
nnzip -v -t a.nnz 2>&1 | grep -cE '(mixed|network) 1'
