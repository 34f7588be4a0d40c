# SPDX-License-Identifier: Apache-2.0
# With --rm a file that has another name is passed over, as by gzip and xz, unless -f is given.
sample 500 >a && ln a other && nnzip --model none -c a >b.nnz && ln b.nnz c.nnz
status nnzip --model none --rm a && ls
status nnzip -d --rm b.nnz && ls
status nnzip -qr --rm . && ls
# Nothing is removed, so nothing is refused.
nnzip --model none -c --rm a | cmp - b.nnz
status nnzip -t b.nnz
status nnzip --model none a && rm a.nnz
status nnzip --model none --rm -f a && ls && cmp a.nnz b.nnz
status nnzip -df --rm b.nnz && ls && cmp b other
