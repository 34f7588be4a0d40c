# SPDX-License-Identifier: Apache-2.0
# Flags can be written together, before and after files.
sample 500 >a
nnzip -5kf a
nnzip -dc a.nnz | cmp - a
nnzip a.nnz -dcT1 | cmp - a
nnzip -cT1 -- a | cmp - a.nnz || nnzip -cT1 a | nnzip -d | cmp - a
