# SPDX-License-Identifier: Apache-2.0
# A file whose model is not there names the model, with the places where it was looked for.
sample 500 >a
nnzip a && rm a
# Bytes 5 to 12 are the first ones of the hash of the model.
head -c 8 /dev/zero | dd of=a.nnz bs=1 seek=5 conv=notrunc status=none
mkdir empty
NNZIP_MODEL_PATH=$PWD/empty nnzip -d a.nnz
code=$?
ls -A
exit $code
