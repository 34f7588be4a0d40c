# SPDX-License-Identifier: Apache-2.0
# Sizes at which something changes inside come back, none of them 64 bytes larger.
noise_of 4200000 >noise
check() { # check SIZE OPTION...
  local size=$1 source
  shift
  for source in noise prose; do
    if [[ $source == noise ]]; then head -c "$size" noise >f; else sample 4000 | head -c "$size" >f; fi
    nnzip "$@" -c f >f.nnz && nnzip -dc f.nnz | cmp - f || echo "$source $size"
    (($(stat -c %s f.nnz) <= $(stat -c %s f) + 64)) || echo "$source $size grows too much"
  done
}
for size in 0 1 2 3 31 32 33 63 64 65 254 255 256 257 1023 1024 1025; do check $size; done
for size in 16383 16384 16385 65535 65536 65537 4194303 4194304 4194305; do check $size --model none; done
