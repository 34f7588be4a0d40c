# SPDX-License-Identifier: Apache-2.0
# -dcf gives what is not compressed as it is, as zcat -f does; nothing else does.
sample 500 >a && nnzip --model none a && : >empty && printf 'ab' >short && head -c 3 a.nnz >begin
nnzip -dcf a a.nnz a | cmp - <(cat a a a)
cat a | nnzip -dcf | cmp - a
cat a.nnz | nnzip -dcf | cmp - a
nnzip -df <a | cmp - a
nnzip -dcf empty short begin | cmp - <(cat short begin)
{ read -r line && nnzip -dcf; } <a | cmp - <(tail -n +2 a)
for i in 1 2 3 4 5 6 7; do echo "$i"; sleep 0.05; done | nnzip -dcf | wc -l
nnzip -dcfv a 2>&1 >/dev/null | grep -c '^nnzip: a: 500 -> 500 bytes'
echo 'without -f or -c, and by other commands'
status nnzip -dc a
status nnzip -df -o out a
status nnzip -tf a
status nnzip -df --range 0:10 a
echo 'damaged'
cp a.nnz damaged && printf 'x' | dd of=damaged bs=1 seek=4 conv=notrunc status=none
status nnzip -dcf damaged
head -c 20 a.nnz >damaged
status nnzip -dcf damaged
cat a.nnz a >damaged
nnzip -dcf damaged | cmp - a
ls
