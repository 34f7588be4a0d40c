# SPDX-License-Identifier: Apache-2.0
# list and -l show sizes as they are on disk, blocks and network; several files have a sum.
sample 1300 >a && nnzip a && printf 12345 >b && nnzip --model none b && : >c && nnzip c
nnzip -l a.nnz | tr -s ' ' | sed -E 's/[0-9a-f]{12}/HASH/; s/d[0-9]+l[0-9]+/dNlN/; s/ [0-9]+ [0-9.]+ %/ N N %/'
read -r _ size _ < <(nnzip list a.nnz | tail -n 1) && [[ $size == "$(stat -c %s a.nnz)" ]] && echo honest
[[ $(nnzip -l <a.nnz | tail -n 1) == *'standard input' ]] && cat a.nnz | nnzip list - | wc -l
nnzip list b.nnz c.nnz | tr -s ' ' | cut -d ' ' -f 2-
cat a.nnz b.nnz >two.nnz && nnzip -l two.nnz | tail -n 1 | tr -s ' ' | cut -d ' ' -f 2,6- | sed 's/text-[^ ]*/text/'
nnzip -lv two.nnz | grep -c '^    frame [12]: version 0'
