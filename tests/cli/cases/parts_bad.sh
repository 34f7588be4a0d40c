# SPDX-License-Identifier: Apache-2.0
# Parts that are missing, twice, of other files or of other cuts are not joined, and --part says what
# it needs. Nothing is written then.
sample 3000 >a && tr a-m n-z <a >b
part() { nnzip -1 --part "$1" --cut "${4:-lines}" "$2" -o "$3"; }
for i in 1 2 3; do part "$i/3" a "a$i" && part "$i/3" b "b$i"; done
part 2/2 a half && nnzip -1 a && cat a1 a2 >several
status nnzip join -o out a1 a3
status nnzip join -o out a3 a2
status nnzip join -o out a1 a2
status nnzip join -o out a1 a2 a2 a3
status nnzip join -o out a1 b2 a3
status nnzip join -o out a1 half
status nnzip join -o out a1 a2 a3 a.nnz
status nnzip join -o out several a3
part 2/3 a moved blocks && status nnzip join -o out a1 moved a3
for part in 0/3 4/3 3 3/ /3 1/0 x/3 -1/3 1/9999999999; do status nnzip --part $part a -o out; done
status nnzip --part 1/3 a
status nnzip --part 1/3 a b -c
status nnzip --part 1/3 -o out <a
cat a | status nnzip --part 1/3 -c -
status nnzip --part 1/3 --cut words a -o out
status nnzip -t --part 1/3 a.nnz
status nnzip -d --part 1/3 --range 1:2 a.nnz -o out
echo precious >kept && status nnzip -d --part 1/1 a.nnz -o kept && cat kept
status nnzip -d --part 1/1 a.nnz -o a.nnz
nnzip -d --part 1/1 -f a.nnz -o kept && cmp kept a
[[ ! -e out ]]
