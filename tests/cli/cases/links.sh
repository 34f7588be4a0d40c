# SPDX-License-Identifier: Apache-2.0
# A link that is named is read through; with --rm it is passed over, and with -f it goes, not its file.
sample 500 >a && ln -s a link && ln -s nowhere dangling
nnzip link && nnzip -dc link.nnz | cmp - a && [[ ! -L link.nnz ]] && rm link.nnz
status nnzip --rm link && ls
status nnzip --rm -f link && ls
status nnzip dangling
nnzip -f -o dangling a && [[ ! -L dangling ]] && nnzip -dc dangling | cmp - a
