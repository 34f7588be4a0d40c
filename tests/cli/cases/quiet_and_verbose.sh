# SPDX-License-Identifier: Apache-2.0
# -q silences warnings but not errors; -v says what was done.
mkdir d
sample 500 >a
status nnzip -q d
status nnzip -q missing
nnzip -v -c a 2>&1 >/dev/null | grep -o '^nnzip: a: 500 -> '
