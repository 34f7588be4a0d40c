# SPDX-License-Identifier: Apache-2.0
# Owner and group come over if they can; special bits only with both, and a foreign group gets no
# more than others had.
((EUID == 0)) || { echo "only root can give files away" >&2 && exit 77; }
sample 500 >a && chown 12345:23456 a && chmod 6750 a
nnzip a && stat -c '%n %a %u:%g' a.nnz
nnzip -dc a.nnz >/dev/null && nnzip -d -o b a.nnz && stat -c '%n %a %u:%g' b
chmod 4764 a && setpriv --bounding-set=-chown nnzip -f a && stat -c '%n %a %u:%g' a.nnz
chmod 1777 a && chown 0:0 a && nnzip -f a && stat -c '%n %a %u:%g' a.nnz
