# SPDX-License-Identifier: Apache-2.0
# -v says what was done, with which network and device and why, and the memory that it needed.
sample 1300 >a
nnzip -v a 2>&1 | sed -E 's/[0-9a-f]{12}/HASH/g; s/[0-9]+(\.[0-9]+)?/N/g; s/ \([a-zN]+\)/ (TARGET)/g'
nnzip -v --device reference -t a.nnz 2>&1 | tail -n 1 | sed -E 's/[0-9a-f]{12}/HASH/g; s/[0-9]+/N/g'
nnzip -v a 2>/dev/null || nnzip -vc a 2>&1 >/dev/null | grep -c "1300 -> $(stat -c %s a.nnz) bytes"
