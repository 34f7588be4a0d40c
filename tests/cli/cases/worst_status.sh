# SPDX-License-Identifier: Apache-2.0
# The worst of all files counts: an error more than a warning, in whatever order.
sample 500 >a && mkdir d
nnzip -qc a d >/dev/null
echo "warning: $?"
nnzip -qc d missing a >/dev/null
echo "warning, error: $?"
nnzip -qc missing d a | nnzip -d | cmp - a
echo "error, warning: ${PIPESTATUS[0]}"
