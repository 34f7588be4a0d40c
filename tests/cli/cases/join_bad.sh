# SPDX-License-Identifier: Apache-2.0
# join names the file that it cannot take, and writes nothing then; nor does it overwrite.
sample 400 >a && nnzip --model none a && head -c 30 a.nnz >cut.nnz && : >empty.nnz && mkdir folder
status nnzip join -o out.nnz a.nnz a
status nnzip join a.nnz cut.nnz | wc -c
status nnzip join -o out.nnz a.nnz empty.nnz
status nnzip join -o out.nnz a.nnz missing.nnz
status nnzip join -o out.nnz a.nnz folder
status nnzip join - <a.nnz
cat a.nnz | status nnzip join a.nnz -
status nnzip join
status nnzip join -f -o a.nnz a.nnz a.nnz
echo precious >out.nnz && status nnzip join -o out.nnz a.nnz && cat out.nnz
ls -A
