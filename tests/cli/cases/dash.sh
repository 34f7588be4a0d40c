# SPDX-License-Identifier: Apache-2.0
# - is standard input among other files, and without files it is read.
printf 1 >a && printf 3 >b
printf 2 | nnzip -c a - b | nnzip -d && echo
printf 2 | nnzip a - | nnzip -d && echo && ls
nnzip -t - <a.nnz && printf x | nnzip -o c.nnz && nnzip -dc - <c.nnz && echo
