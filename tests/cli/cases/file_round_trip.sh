# SPDX-License-Identifier: Apache-2.0
# A file comes back as it was, by subcommands and by flags; the input is kept.
sample 3000 >a.txt
nnzip compress a.txt && ls
mv a.txt original
nnzip decompress a.txt.nnz && cmp a.txt original && rm a.txt
nnzip -d a.txt.nnz && cmp a.txt original && ls
