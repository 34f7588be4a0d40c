# SPDX-License-Identifier: Apache-2.0
# What cannot be listed is an error; the other files have their lines all the same.
sample 500 >a && nnzip a && head -c -3 a.nnz >bad.nnz && mkdir d
status nnzip -l a bad.nnz missing d a.nnz | tr -s ' ' | sed 's/.* //'
status nnzip list --json a missing
status nnzip -l d
status nnzip -l -o x a.nnz
