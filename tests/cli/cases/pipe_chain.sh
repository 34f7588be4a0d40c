# SPDX-License-Identifier: Apache-2.0
# 1 MB goes through a chain of pipes and comes out as it was.
prose_of 1000000 >a
nnzip --model none <a | nnzip --model none | nnzip -d | nnzip -d | cmp - a && echo "${PIPESTATUS[*]}"
cat a | nnzip --model none -T1 | cat | nnzip -dT1 | cmp - a && echo "${PIPESTATUS[*]}"
