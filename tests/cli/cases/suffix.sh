# SPDX-License-Identifier: Apache-2.0
# -S names another suffix, with or without its dot.
sample 500 >a
nnzip -S .pack a && nnzip -S pack2 a && rm a && nnzip -d -S pack a.pack && ls
status nnzip -S x/y a
