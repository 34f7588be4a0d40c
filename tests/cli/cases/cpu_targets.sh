# SPDX-License-Identifier: Apache-2.0
# Every instruction set that this processor has codes and decodes the same bytes.
sample 1300 >a && nnzip -c a >chosen.nnz
for target in scalar avx2 avxvnni avx512vnni; do
  grep -qw "${target/vnni/_vnni}" /proc/cpuinfo || [[ $target == scalar ]] || continue
  NNZIP_CPU_TARGET=$target nnzip -vc a 2>messages | cmp - chosen.nnz
  grep -q "cpu ($target)" messages || cat messages
  NNZIP_CPU_TARGET=$target nnzip -dc chosen.nnz | cmp - a
done
