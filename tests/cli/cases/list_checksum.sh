# SPDX-License-Identifier: Apache-2.0
# The checksum of a frame of several blocks is listed as xxhsum computes it.
# Noise, always the same, is stored at once.
noise_of 5000000 >a
nnzip --model none --block 22 a
nnzip -l a.nnz | tail -n 1 | tr -s ' ' | cut -d ' ' -f 6-
command -v xxhsum >/dev/null || { echo "xxhsum is not installed" >&2 && exit 77; }
[[ $(nnzip -l a.nnz | tail -n 1) == *" $(xxhsum -H64 a 2>/dev/null | cut -d ' ' -f 1) "* ]] && echo same
