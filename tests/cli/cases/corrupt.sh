# SPDX-License-Identifier: Apache-2.0
# A changed byte anywhere is an error and leaves no output.
sample 300 >a
nnzip a
size=$(stat -c %s a.nnz)
for ((at = 0; at < size; at += 7)); do
  cp a.nnz bad.nnz
  byte=$(od -An -tu1 -j "$at" -N 1 a.nnz)
  printf "\\x$(printf %02x $((byte ^ 85)))" | dd of=bad.nnz bs=1 seek="$at" conv=notrunc status=none
  nnzip -d bad.nnz 2>errors
  code=$?
  # One line that names the file, and status 1: neither success nor a crash.
  ((code == 1)) && [[ $(wc -l <errors) == 1 && $(<errors) == 'nnzip: error: '*bad.nnz* ]] ||
    echo "byte $at: exit $code, $(<errors)"
  [[ ! -e bad ]] || { echo "byte $at: output left" && rm bad; }
done
ls -A
