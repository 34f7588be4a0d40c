# SPDX-License-Identifier: Apache-2.0
# Without the suffix there is no name for the output: a warning, and the next file has its turn.
sample 500 >a
nnzip -o b.xyz a && nnzip a && rm a
status nnzip -d b.xyz a.nnz
ls
status nnzip a.nnz
