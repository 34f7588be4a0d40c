# SPDX-License-Identifier: Apache-2.0
# A reader that goes away is an error of one line.
sample 2000 >a
nnzip a
for ((i = 0; i < 40; ++i)); do cat a.nnz; done >many.nnz
{ nnzip -dc many.nnz 2>errors || echo "exit $?" >code; } | head -c 1 >/dev/null
cat code errors
