#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# arm64_counts.sh: instructions of the tiles of products for AArch64, counted under QEMU while the model
# of four million weights codes and decodes some text. Needs what tools/dev/arm64.sh builds and a
# compiler for the machine itself. Markdown. The bound are the instructions that multiply, and those
# that add products up to 32 bits; fails where a loop of a tile that does at least a hundredth of a
# run's products takes more than 1.3 times as many.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cc -O2 -Wall -Werror -shared -fPIC -o "$scratch/count.so" tools/bench/count_instructions.c
head -c 300 LICENSE >"$scratch/file"

# count TARGET OPTION...: what TARGET executes.
count() {
  NNZIP_CPU_TARGET=$1 qemu-aarch64 -cpu max -d plugin -D "$scratch/log" \
    -plugin "$scratch/count.so,match=tile,to=$scratch/counts" build/arm64/nnzip -T1 -qcf "${@:2}"
}

# print TARGET: rows of the last counts.
print() {
  c++filt <"$scratch/counts" | sed -E 's/^(void )?nnzip::cpu::\(anonymous namespace\):://' | sort |
    awk -v target="$1" -v run="$2" '
      { name[NR] = substr($0, 1, index($0, ">")); products[NR] = $(NF - 4); all[NR] = $(NF - 3)
        bound[NR] = $(NF - 2); loop[NR] = $(NF - 1); loop_bound[NR] = $NF; sum += products[NR] }
      END {
        for (i = 1; i <= NR; ++i) {
          if (products[i] < sum / 100) continue
          ratio = loop[i] / loop_bound[i]
          printf "| %s, %s, %s | %.0f %% | %.2f | %.2f | %.2f |\n", target, run, name[i],
            100 * products[i] / sum, 16 * bound[i] / products[i], ratio, all[i] / bound[i]
          if (ratio > 1.3) worse = 1
        }
        exit worse
      }'
}

echo "| run, tile | of the products | bound, for 16 products | loop, of the bound | whole tile |"
echo "|---|---:|---:|---:|---:|"
status=0
for target in neon neondot i8mm; do
  count "$target" -9 "$scratch/file" >"$scratch/compressed"
  print "$target" compressing || status=1
  count "$target" -d "$scratch/compressed" | cmp - "$scratch/file"
  print "$target" decompressing || status=1
done
exit "$status"
