# SPDX-License-Identifier: Apache-2.0
# bench --speed tells sizes, network, device and times, and needs a file.
sample 1300 >a && nnzip a
nnzip bench --speed a | sed -E 's/text-[^,]*, cpu .*/MODEL, DEVICE/; s/ +[0-9.]+ s +[0-9.]+ kB/ N s N kB/' |
  sed "s/ $(stat -c %s a.nnz) / SIZE /"
nnzip bench --speed --device reference a | grep -c reference
: >empty && status nnzip bench --speed empty
status nnzip bench --speed
status nnzip bench --speed --signature
