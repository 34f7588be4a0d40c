# SPDX-License-Identifier: Apache-2.0
# A device that this build does not have is one error, with those that there are.
sample 300 >a && sample 300 >b && nnzip -o c.nnz a
for device in cuda torch; do
  status nnzip --device $device a b
  status nnzip --device $device -d c.nnz
done
ls
