# SPDX-License-Identifier: Apache-2.0
# What follows a frame must be a frame.
sample 300 >a
nnzip a
(cat a.nnz && echo garbage) >bad.nnz
nnzip -d bad.nnz
code=$?
ls -A
exit $code
