# SPDX-License-Identifier: Apache-2.0
# Parts made in any order and joined in any order of names hold the content, cut behind lines; the
# bytes do not depend on the order. Shares of decompressing fill one file in place.
seq 100000 | head -c 300000 >log
for i in 11 10 9 8 7 6 5 4 3 2 1; do nnzip -1 --part "$i/11" --cut lines log -o "p$i"; done
nnzip join -o all.nnz p* && nnzip -t all.nnz && nnzip -dc all.nnz | cmp - log && echo whole
nnzip join p11 p2 p1 p10 p9 p8 p7 p6 p5 p4 p3 | cmp - all.nnz && echo 'in any order'
for i in 1 2 10; do nnzip -dc "p$i" | tail -c 1 | od -An -c; done
nnzip -l --json p2 all.nnz | python3 -c 'import json, sys
for entry in json.load(sys.stdin): print(len(entry["frames"]), [m["kind"] for m in entry["metadata"]])'
for i in 3 1 4 2; do nnzip -d --part "$i/4" all.nnz -o back; done
cmp back log && echo 'filled in place'
for i in 1 2 3; do nnzip -d --part "$i/3" all.nnz -c; done | cmp - log && echo 'shares'
nnzip --directory -1 --part 1/2 --cut lines log -o d1 && nnzip --directory -1 --part 2/2 --cut lines log -o d2
nnzip join d2 d1 >d.nnz && nnzip -d --range 149990:20 d.nnz | cmp - <(tail -c +149991 log | head -c 20) && echo range
# At blocks, more parts than there are, and of nothing.
head -c 9000000 /dev/zero | tr '\0' a >long && : >empty
for i in 1 2 3 4; do nnzip -1 --part "$i/4" long -o "l$i" && nnzip -1 -c --part "$i/4" empty >"e$i"; done
nnzip -l --json l? | python3 -c 'import json, sys
print([entry["content_bytes"] for entry in json.load(sys.stdin)])'
nnzip join l? | nnzip -d | cmp - long && nnzip join e? | nnzip -d | cmp - empty && echo blocks
