# SPDX-License-Identifier: Apache-2.0
# The reference decodes what the fastest backend has coded, and codes the same bytes.
sample 400 >a
nnzip -c a >fast.nnz && nnzip --device reference -c a >reference.nnz && cmp fast.nnz reference.nnz
nnzip --device reference -dc fast.nnz | cmp - a
