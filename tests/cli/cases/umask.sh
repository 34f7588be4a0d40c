# SPDX-License-Identifier: Apache-2.0
# What comes from a pipe has the mode that the umask leaves.
umask 027
sample 300 | nnzip -o a.nnz && stat -c '%n %a' a.nnz
cat a.nnz | nnzip -d -o a && stat -c '%n %a' a
chmod 444 a && nnzip -f -o b.nnz a && stat -c '%n %a' b.nnz
