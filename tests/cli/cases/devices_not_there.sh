# SPDX-License-Identifier: Apache-2.0
# A device that is not there is one error, with what is missing or those that there are; auto goes on
# with the processor.
sample 300 >a && sample 300 >b && nnzip -o c.nnz a
mkdir no_plugin && export NNZIP_BACKEND_DIR=$PWD/no_plugin
for device in cuda torch abacus; do
  status nnzip --device $device a b
  status nnzip --device $device -d c.nnz
done
nnzip --device auto -c a | cmp - c.nnz
ls
