# SPDX-License-Identifier: Apache-2.0
# Text gets smaller.
sample 3000 >a.txt
nnzip a.txt
(($(stat -c %s a.txt.nnz) < 1500)) && echo smaller
