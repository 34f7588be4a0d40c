# SPDX-License-Identifier: Apache-2.0
# Whoever knows gzip finds its letters, apart and together.
sample 500 >a && cp a original
nnzip -z a && nnzip -zk -f a && nnzip -kf9 a && nnzip -9c a | cmp - a.nnz && nnzip --stdout -9 a | cmp - a.nnz
nnzip -dc a.nnz | cmp - a && nnzip -cd <a.nnz | cmp - a && nnzip --decompress --stdout a.nnz | cmp - a
nnzip -df a.nnz && cmp a original && nnzip -tq a.nnz && nnzip --test --quiet a.nnz
nnzip -S .z a && nnzip -S .z -dc a.z | cmp - a && nnzip --suffix=.y a && nnzip -dfS.y a.y && cmp a original
nnzip -o out a && nnzip -do- out | cmp - a && nnzip --output=out2 --force --keep a && cmp out out2
nnzip -l a.nnz | wc -l && nnzip -tv a.nnz 2>&1 | wc -l
nnzip --rm -f a && nnzip -d --rm a.nnz && ls && nnzip -h | head -n 1
