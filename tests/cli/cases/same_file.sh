# SPDX-License-Identifier: Apache-2.0
# Input and output cannot be one file.
sample 500 >a && cp a original && ln a other
status nnzip -f -o a a
status nnzip -f -o other a
nnzip -c a >>a || echo appended
nnzip -c <other >>a || echo appended
cmp a original
