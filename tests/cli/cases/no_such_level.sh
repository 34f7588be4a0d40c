# SPDX-License-Identifier: Apache-2.0
# -10 and -0 are no levels, and nothing is taken for a file by mistake.
sample 300 >a
for level in -10 -0 -90 -5k0 -01; do status nnzip "$level" a; done
status nnzip -d -10 a.nnz
status nnzip compress -10 a
ls
