# SPDX-License-Identifier: Apache-2.0
# Devices and pipes are written in place and keep mode and owner, also under root.
sample 500 >a && nnzip a && mkfifo -m 622 pipe
before=$(stat -c '%F %a %u:%g %t %T' /dev/null)
nnzip -o /dev/null a && nnzip -fo /dev/null a && nnzip -d -f -o /dev/null a.nnz && nnzip -t a.nnz >/dev/null
nnzip -c </dev/null >/dev/null && nnzip -q --rm /dev/null
[[ $(stat -c '%F %a %u:%g %t %T' /dev/null) == "$before" ]] && echo "as before"
nnzip -o pipe a &
nnzip -dc <pipe | cmp - a
wait
stat -c '%F %a' pipe
status nnzip pipe
(cat a >pipe &) && nnzip -c pipe | cmp - a.nnz
