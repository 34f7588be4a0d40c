# SPDX-License-Identifier: Apache-2.0
# 1 MB goes through a chain of pipes and comes out as it was.
prose_of 1000000 >a
nnzip <a | nnzip | nnzip -d | nnzip -d | cmp - a && echo "${PIPESTATUS[*]}"
cat a | nnzip -T1 | cat | nnzip -dT1 | cmp - a && echo "${PIPESTATUS[*]}"
