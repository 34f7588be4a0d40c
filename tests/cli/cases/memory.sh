# SPDX-License-Identifier: Apache-2.0
# -M ends what would need more, with the need and what is allowed; sizes have units.
sample 2000 >a && nnzip a
status nnzip -M 1M -c a
status nnzip -M 1M -dc a.nnz
status nnzip -M1024k -t a.nnz
nnzip --memory 2G -c a | cmp - a.nnz
for size in 0 1g 2GiB 900MB 100% 1000000000; do nnzip -M "$size" -c a | cmp - a.nnz; done
for size in x 1X 1KiX K '' -5 1.5G 0% 101% % 99999999999999999999 20000000T; do
  nnzip "--memory=$size" -c a >/dev/null && echo "$size was taken"
done
ls
