# SPDX-License-Identifier: Apache-2.0
# --reuse copies what has not changed and gives the same bytes as coding it anew.
noise_of 9000000 >noise
cat noise <(sample 3000) >old && { cat old && sample 9000; } >new
nnzip --directory -1 old && nnzip --directory -1 -o anew new
taken() { nnzip -v "$@" 2>&1 | grep -o '[0-9]* blocks taken over'; }
taken --directory -1 --reuse old.nnz new && cmp new.nnz anew && nnzip -t new.nnz && echo same
taken --directory -1 --reuse old.nnz -fo again.nnz old && cmp again.nnz old.nnz && echo all
{ head -c 5000000 noise && echo changed && tail -c 3999992 noise; } >other
taken -1 --reuse old.nnz other && nnzip -dc other.nnz | cmp - other && echo middle
# A frame of one block, with a network; another level may not use the model.
prose_of 20000 >small && nnzip -5 --directory small && taken -5 --directory -fo again.nnz --reuse small.nnz small
cmp again.nnz small.nnz && taken -9 -fo again.nnz --reuse small.nnz small
nnzip -dc again.nnz | cmp - small && echo network
# What is wrapped is a group.
seq 30000 | gzip -9n >numbers.gz && cat numbers.gz noise >wrapped && nnzip -1 --directory wrapped
taken -1 --directory -fo again.nnz --reuse wrapped.nnz wrapped && cmp again.nnz wrapped.nnz && echo group
nnzip -1 -fo plain.nnz small
status nnzip --reuse plain.nnz -fo again.nnz small
status nnzip --reuse small -fo again.nnz small
status nnzip --reuse missing -fo again.nnz small
status nnzip -d --reuse small.nnz plain.nnz
status nnzip --rm --reuse small.nnz -fo again.nnz small
# Damage is an error or costs what was to be saved, or -t finds it.
sample 2000 >little && nnzip -1 --directory little
for at in $(seq 4 40); do
  cp little.nnz damaged.nnz && printf '\0' | dd of=damaged.nnz bs=1 seek="$at" conv=notrunc status=none
  nnzip -q -1 --reuse damaged.nnz -fo again.nnz little 2>said
  (($? <= 1)) || echo "zero at $at: $(<said)"
done
! ls -A | grep nnzip-
