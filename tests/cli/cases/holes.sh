# SPDX-License-Identifier: Apache-2.0
# Decompressing leaves holes where the content has pages of zeros, in a regular file at its end alone.
truncate -s 3000000 zeros
{ sample 5000; head -c 250001 zeros; sample 3; head -c 50000 zeros; sample 9000; head -c 5000 zeros; } >mixed
for name in zeros mixed; do nnzip --model none $name; done
blocks() { # blocks FILE: whether it takes less than 100 kB on disk, though it is longer
  (($(stat -c %b "$1") * $(stat -c %B "$1") < 100000)) && echo "$1: holes" || echo "$1: full"
}
truncate -s 1M probe
if [[ $(blocks probe) != *holes ]]; then echo "this file system knows no holes" >&2 && exit 77; fi
check() { # check FILE: that it is what was compressed
  cmp "$1" "$name" && blocks "$1" && rm "$1"
}
for name in zeros mixed; do
  nnzip -d -o named $name.nnz && check named
  nnzip -d --no-sparse -o named $name.nnz && check named
  nnzip -dc $name.nnz >redirected && check redirected
  nnzip -dc --no-sparse $name.nnz >redirected && check redirected
  nnzip -d <$name.nnz >redirected && check redirected
  nnzip -dc $name.nnz >>appended && check appended
  nnzip -dc $name.nnz | cmp - $name
done
echo 'behind each other, and what follows'
{ nnzip -dc zeros.nnz mixed.nnz zeros.nnz && echo end; } >several
cat zeros mixed zeros <(echo end) | cmp - several && blocks several
nnzip -d --range 1000:2000000 -o part zeros.nnz && stat -c %s part && blocks part
echo 'not over what is there already'
head -c 3000000 <(yes) >old && nnzip -dc zeros.nnz 1<>old && cmp old zeros && blocks old
head -c 5000000 <(yes) >old && nnzip -dc mixed.nnz 1<>old &&
  cmp -n "$(stat -c %s mixed)" old mixed && stat -c %s old
head -c 10000 <(yes) >old && { echo begin && nnzip -dc zeros.nnz; } 1<>old && tail -c +7 old | cmp - zeros
echo 'what was right before an error is whole'
head -c 5000 <(cat zeros.nnz <(head -c 20 mixed.nnz)) >damaged
nnzip -dc damaged >begun || echo "exit $?"
cmp begun zeros && blocks begun
