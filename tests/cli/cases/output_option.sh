# SPDX-License-Identifier: Apache-2.0
# -o names the output, - is standard output, a device is written in place.
sample 500 >a
nnzip -o b a && nnzip -d -o c b && cmp a c && nnzip -d -o - b | cmp - a && ls
nnzip a -o /dev/null && [[ -c /dev/null ]] && echo device
status nnzip -o x a b
status nnzip -o x -c a
