# SPDX-License-Identifier: Apache-2.0
# Compressed files one after the other hold their contents one after the other.
printf 'first ' >a
printf 'second' >b
nnzip -c a b >all.nnz
nnzip -dc all.nnz
