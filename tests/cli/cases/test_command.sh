# SPDX-License-Identifier: Apache-2.0
# -t and test say by their status alone whether files are good, and write nothing.
sample 500 >a
nnzip a
head -c -3 a.nnz >bad.nnz
status nnzip -t a.nnz
status nnzip test a.nnz
status nnzip -t <a.nnz
status nnzip -t bad.nnz
status nnzip test a.nnz bad.nnz
ls -A
