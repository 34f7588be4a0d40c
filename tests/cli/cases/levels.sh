# SPDX-License-Identifier: Apache-2.0
# The last of several levels counts.
sample 300 >a
for levels in '' -1 -9 '-1 -9' -91; do nnzip $levels -c a | nnzip -d | cmp - a && echo "$levels"; done
