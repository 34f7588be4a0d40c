# SPDX-License-Identifier: Apache-2.0
# Spaces, brackets and leading dashes are part of a name like all else.
for name in 'a b' '[a,b]' '-x' '*'; do sample 200 >"./$name"; done
nnzip -- 'a b' '[a,b]' '-x' '*' && ls -A
cp 'a b' original && rm ./'a b' ./'-x'
nnzip -d 'a b.nnz' -- -x.nnz && cmp 'a b' original && cmp -- ./-x original
