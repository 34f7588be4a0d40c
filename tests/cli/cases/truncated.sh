# SPDX-License-Identifier: Apache-2.0
# A file that ends early, anywhere, is an error and leaves no output.
sample 300 >a
nnzip a
size=$(stat -c %s a.nnz)
for ((at = 0; at < size; at += 7)); do
  head -c "$at" a.nnz >bad.nnz
  nnzip -d bad.nnz 2>errors
  code=$?
  ((code == 1)) && [[ $(wc -l <errors) == 1 && $(<errors) == 'nnzip: error: '*bad.nnz* ]] ||
    echo "$at bytes: exit $code, $(<errors)"
done
ls -A
