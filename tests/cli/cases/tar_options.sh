# SPDX-License-Identifier: Apache-2.0
# 1 MB goes through tar -I with options in both directions.
mkdir -p in out && prose_of 700000 >in/prose && noise_of 300000 >in/noise
tar -I 'nnzip -9 -T1 --model none' -cf - in | tar -I 'nnzip -T1' -C out -xf - && diff -r in out/in && echo same
