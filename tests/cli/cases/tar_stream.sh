# SPDX-License-Identifier: Apache-2.0
# 1 MB goes through tar -I in both directions, in pipes, and its list can be read. tar_both_ways.sh is
# with a network.
export NNZIP_OPT='--model none'
mkdir -p in/deep && prose_of 700000 >in/prose && noise_of 300000 >in/deep/noise
tar -I nnzip -cf all.tar.nnz in && tar -I nnzip -tf all.tar.nnz | sort
mkdir out && tar -I nnzip -C out -xf all.tar.nnz && diff -r in out/in && echo same
tar -cf - in | nnzip | nnzip -d | tar -C out -xf - && diff -r in out/in && echo same
head -c -100 all.tar.nnz >bad.tar.nnz
tar -I nnzip -tf bad.tar.nnz >/dev/null 2>&1 || echo 'truncated: an error'
