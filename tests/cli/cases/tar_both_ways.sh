# SPDX-License-Identifier: Apache-2.0
# tar -I nnzip packs and unpacks.
mkdir in && sample 2000 >in/a.txt && printf x >in/b
tar -I nnzip -cf all.tar.nnz in
mv in original
tar -I nnzip -xf all.tar.nnz && diff -r in original && nnzip -t all.tar.nnz && echo same
