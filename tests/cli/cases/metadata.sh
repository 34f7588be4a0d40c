# SPDX-License-Identifier: Apache-2.0
# The output has its source's mode and times.
umask 022
sample 500 >a
chmod 640 a
touch -d '2001-02-03 04:05:06 UTC' a
nnzip a
TZ=UTC stat -c '%n %a %y' a.nnz
rm a && chmod 600 a.nnz && nnzip -d a.nnz
TZ=UTC stat -c '%n %a %y' a
nnzip -o piped.nnz <a
stat -c '%n %a' piped.nnz
