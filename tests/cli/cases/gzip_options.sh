# SPDX-License-Identifier: Apache-2.0
# --best and --fast are levels, of which the last one counts; -n and -N are taken and mean nothing.
sample 500 >a
nnzip --model none a && mv a.nnz plain
for option in -n -N --name --no-name; do
  nnzip --model none -c $option a | cmp - plain
  nnzip -dc $option plain | cmp - a
  nnzip -t $option plain
  nnzip list $option plain | wc -l
done
level() { nnzip -vc "$@" a 2>&1 >/dev/null | grep -o 'level [0-9]' || echo 'no network'; }
level --best
level --fast
level -1 --best
level --best -1
level --fast -9
nnzip compress --best -c a | cmp - <(nnzip -9 -c a)
nnzip -d --best -n -c plain | cmp - a
status nnzip decompress --best -c plain
