# SPDX-License-Identifier: Apache-2.0
# A pipe gives the same bytes as a file, and both decode either way.
sample 3000 >a.txt
nnzip a.txt
nnzip <a.txt >redirected.nnz && cmp a.txt.nnz redirected.nnz
cat a.txt | nnzip - | cat >piped.nnz && cmp a.txt.nnz piped.nnz
nnzip -c a.txt >stdout.nnz && cmp a.txt.nnz stdout.nnz
cat a.txt.nnz | nnzip -d | cmp - a.txt
nnzip -dc a.txt.nnz | cmp - a.txt
