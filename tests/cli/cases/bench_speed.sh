# SPDX-License-Identifier: Apache-2.0
# bench --speed tells network, device, the parts of the network and times, and needs a file.
sample 1300 >a
nnzip bench --speed a | sed -E 's/^text-[^,]*, [0-9]+ MAC a byte, cpu .*/MODEL, DEVICE/; s/[0-9.]+/N/g; s/ +/ /g' |
  sed 's/ N %//g; s/ $//; /^peak/d' # the share of the peak is known on some machines alone
nnzip bench --speed --device reference a | grep -c reference
nnzip bench --speed --synthetic 4M-pixels a | sed -n 's/,.*//; /^[sw][yh]/p'
: >empty && status nnzip bench --speed empty
status nnzip bench --speed
status nnzip bench --speed --signature
status nnzip bench --speed --synthetic 5M a
status nnzip bench --stages --synthetic 4M a
